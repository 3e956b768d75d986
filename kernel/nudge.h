/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Small swings of an idle machine's clock: a timer interrupt where the timekeeper's grain would carry it too far.
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
 * @mult:	the multiplier, whose unit is the grain
 * @is_high:	the multiplier is one unit up: @error_ns_q32 falls, otherwise it rises
 */
struct cdisc_grain {
	s64	error_ns_q32;
	u64	remainder;
	u64	interval;
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

/* When the clock will have swung by swing_ns from one side to the other, from now, ns. For the timer and the tests. */
u64 cdisc_nudge_after(const struct cdisc_grain *g, u32 swing_ns);

#endif /* CDISC_NUDGE_H */
