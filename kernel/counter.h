/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The counter underneath: counter time (raw) whatever clocksource is current, and the clocksource of our own.
 *
 * CLOCK_MONOTONIC_RAW follows the current clocksource. While that is our own, which is steered, counter time is computed
 * from the counter itself; otherwise it is CLOCK_MONOTONIC_RAW and a constant, which keeps it going straight on when the
 * clocksource changes from our own to another one.
 *
 * Locking: the timekeeper's notifier changes what counter time is made of, under a sequence count; a raw spinlock orders
 * those who bend the line of the clocksource; its readers use a latch. See counter.c.
 */
#ifndef CDISC_COUNTER_H
#define CDISC_COUNTER_H

#include "core/loop.h"

struct clocksource;
struct timekeeper;

#define CDISC_CLOCKSOURCE_NAME	"clockdisc"

/* The architecture's half; one file for each. */

/* The counter, in program order, or 0 where there is none. Context: any, NMI included. */
u64 cdisc_counter_hw(void);

/* Its frequency, kHz, and 0 where there is none. */
u32 cdisc_counter_khz(void);

/* NULL when it is the same on all processors and neither stops nor changes its rate, or in words why it is not. */
const char *cdisc_counter_unstable(void);

/* A clocksource of the kernel counts the same counter, cycle by cycle. */
bool cdisc_counter_is_under(const struct clocksource *cs);

/**
 * cdisc_counter_init() - offer the clocksource to the kernel, which does not choose it by itself
 *
 * A counter that is not fit for it is no error: cdisc_counter_why() tells.
 * Context: Process context, may sleep.
 */
void cdisc_counter_init(void);

/* Take the clocksource back; the kernel goes on with its best one should ours still be current. */
void cdisc_counter_exit(void);

/* NULL while the kernel can choose the clocksource, or why it cannot, in words. */
const char *cdisc_counter_why(void);

/*
 * Whether the clocksource is the current one, checked against the counter's health: if that has gone the clocksource is
 * taken back. Context: Process context, may sleep.
 */
bool cdisc_counter_is_held(void);

/* The clocksource is the current one. */
bool cdisc_counter_is_current(void);

/**
 * cdisc_counter_turn() - set the rate of the clocksource
 * @rate_ppb_q16:	against the counter's nominal rate
 * @set_ppb_q16:	what was really set
 *
 * Returns when the rate is the new one for all readers: after 4 us in general.
 * Context: Process context.
 * Return: 0, or -EAGAIN when this processor was taken away each time and nothing was changed.
 */
int cdisc_counter_turn(s64 rate_ppb_q16, s64 *set_ppb_q16);

/* Rate of the clocksource against the counter's nominal rate. */
s64 cdisc_counter_rate(void);

/**
 * cdisc_counter_now() - counter time and CLOCK_REALTIME at the same counter value
 * @now:	filled with both
 *
 * Context: Any but the timekeeper's write section.
 * Return: the clocksource's cycles at that instant. While our clocksource is current, the counter's.
 */
u64 cdisc_counter_now(struct cdisc_now *now);

/**
 * cdisc_counter_kernel_raw() - what CLOCK_MONOTONIC_RAW shows at an instant of counter time
 * @raw_ns:	counter time
 * @kernel_ns:	filled with CLOCK_MONOTONIC_RAW
 *
 * Context: Any but the timekeeper's write section.
 * Return: false while CLOCK_MONOTONIC_RAW is steered, with our clocksource.
 */
bool cdisc_counter_kernel_raw(s64 raw_ns, s64 *kernel_ns);

/**
 * cdisc_counter_follow() - take note of the timekeeper
 * @tk:	the timekeeper
 *
 * Context: The timekeeper's notifier, each time it is called.
 * Return: a number that changes with the counter that raw time counts: a jump of raw time against the world.
 */
u32 cdisc_counter_follow(const struct timekeeper *tk);

/* Counter time at the timekeeper's last update. Context: as cdisc_counter_follow(), after it. */
s64 cdisc_counter_last_raw_ns(const struct timekeeper *tk);

#endif /* CDISC_COUNTER_H */
