/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small swings of an idle machine's clock: a timer interrupt where the timekeeper's grain would carry it too far, and no
 * large change of the rate in the middle of a tick.
 */
#ifndef CDISC_NUDGE_H
#define CDISC_NUDGE_H

#include <linux/hrtimer.h>
#include <linux/notifier.h>
#include <linux/seqlock.h>

/**
 * struct cdisc_grain - what the timekeeper's last update left behind
 * @error_ns_q32: NTP's time minus the clock's, ns * 2^32
 * @remainder:	what the multiplier lacks, of @interval; in the notifier's hands the dividend of that division
 * @interval:	counter cycles in a tick
 * @tick_raw_ns: CLOCK_MONOTONIC_RAW at the beginning of the tick
 * @tick_ns:	length of a tick on that clock
 * @mult:	the multiplier, whose unit is the grain
 * @is_high:	the multiplier is one unit up: @error_ns_q32 falls, otherwise it rises
 */
struct cdisc_grain {
	s64	error_ns_q32;
	u64	remainder;
	u64	interval;
	s64	tick_raw_ns;
	s64	tick_ns;
	u32	mult;
	bool	is_high;
};

/**
 * struct cdisc_nudge - the timer
 * @grain:	written by the notifier, read by the timer; under @seq
 * @seq:	orders the two
 * @gtod:	the notifier
 * @timer:	what wakes the tick
 * @swing_ns:	the most that the clock may swing by, 0 while the timer is not needed; the owner's
 */
struct cdisc_nudge {
	struct cdisc_grain	grain;
	seqcount_t		seq;
	struct notifier_block	gtod;
	struct hrtimer		timer;
	u32			swing_ns;
};

void cdisc_nudge_init(struct cdisc_nudge *n);

/**
 * cdisc_nudge_set() - how far the clock may swing
 * @n:		the timer
 * @swing_ns:	0 lets it swing
 *
 * Context: Process context; one caller at a time.
 */
void cdisc_nudge_set(struct cdisc_nudge *n, u32 swing_ns);

/**
 * cdisc_nudge_to_tick() - when the rate can be changed without a trace
 * @n:		the timer
 * @change_ppb_q16: by how much it is to be changed, either way
 *
 * Return: ns until then. 0: now is as good, or it is not known because the clock may swing.
 */
s64 cdisc_nudge_to_tick(const struct cdisc_nudge *n, s64 change_ppb_q16);

/* The same on a grain, at an instant of CLOCK_MONOTONIC_RAW. For the above and the tests. */
s64 cdisc_nudge_rest(const struct cdisc_grain *g, s64 raw_ns, s64 change_ppb_q16);

/* When the clock will have swung by swing_ns from one side to the other, from now, ns. For the timer and the tests. */
u64 cdisc_nudge_after(const struct cdisc_grain *g, u32 swing_ns);

#endif /* CDISC_NUDGE_H */
