// SPDX-License-Identifier: GPL-2.0
/*
 * The counter underneath: counter time (raw) whatever clocksource is current, and the clocksource of our own.
 *
 * A reading of the clocksource is a line over the counter, in ns, so that the timekeeper's own multiplier is a power of
 * two and it has nothing to round. Whoever bends the line puts its corner 4 us ahead, publishes it, and looks
 * at the counter right before: if the corner has come too near it is moved on, twice as far, while nobody sees it yet.
 * A reader takes a copy of the line, the counter, and looks whether it was still the valid copy; so what is read from
 * the old line was counted before the new one was published, which was before the corner, where both are the same.
 *
 * What remains is a processor that its hypervisor takes away for longer than that between the last look at the counter
 * and the store after it, a few instructions. Others read the old line meanwhile, beyond the corner; when the rate falls
 * by d for a theft of t they were ahead by up to d * t (0.5 us for 500 ppm and 1 ms). The line is then lifted by as much
 * as was missed, counted from after the store, so that it is nowhere below the old one from there on, and the kernel's
 * log tells.
 *
 * The counter is counted without the time that the machine was suspended, in which it may have been reset.
 *
 * Locking: turn_lock is taken with interrupts off by those who write the latch: the worker, and the timekeeper's
 * notifier when it learns the counter's scale. Nothing is taken inside it. The notifier alone writes raw, inside the
 * timekeeper's write section; others read it under its sequence count.
 */
#include "counter.h"

#include <linux/clocksource.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/timekeeper_internal.h>
#include <linux/timekeeping.h>

#include "core/latch.h"

/* How far ahead the corner is put first: several times what it takes to publish it, on an emulated processor, too. */
#define MARGIN_NS	4000

/* It is doubled up to 4 ms: a processor that is taken away each time within that cannot be helped. */
#define MARGIN_DOUBLINGS 10

static struct {
	seqcount_latch_t	seq;
	struct cdisc_line	line[2];
} latch = { .seq = SEQCNT_LATCH_ZERO(latch.seq) };

static DEFINE_RAW_SPINLOCK(turn_lock);
static u64 nominal_slope;		/* turn_lock */

/* Counter cycles of suspends so far, and the counter when the present one began: one processor, interrupts off. */
static u64 slept_cyc;
static u64 stopped_cyc;

static const char *why = "the counter has not been looked at";

/* What counter time is made of. */
static struct {
	seqcount_t		seq;
	struct cdisc_line	line;		/* raw over the counter, while ours is current */
	s64			shift_ns;	/* raw less CLOCK_MONOTONIC_RAW, otherwise */
	bool			is_own;		/* READ_ONCE/WRITE_ONCE */

	/* the notifier's */
	const struct clocksource *clock;	/* the one it saw last, for comparison alone */
	u64			cyc;		/* counter and raw at the last tick on the same counter */
	s64			raw_ns;
	bool			is_under;	/* @clock counts the same counter; @cyc and @raw_ns mean something */
	u32			counter;
	char			before[32];	/* the clocksource before ours */
} raw = { .seq = SEQCNT_ZERO(raw.seq) };

static u64 counter_cyc(void)
{
	return cdisc_counter_hw() - slept_cyc;
}

/* Context: any, NMI included. */
static u64 clocksource_read(struct clocksource *cs)
{
	unsigned int seq;
	u64 ns;

	do {
		seq = read_seqcount_latch(&latch.seq);
		ns = cdisc_line_at(&latch.line[seq & 1], counter_cyc());
	} while (read_seqcount_latch_retry(&latch.seq, seq));
	return ns;
}

static void clocksource_stop(struct clocksource *cs)
{
	stopped_cyc = counter_cyc();
}

static void clocksource_go_on(struct clocksource *cs)
{
	slept_cyc += counter_cyc() - stopped_cyc;
}

/*
 * Rated as low as jiffies and registered after it: never chosen by itself, and never taken as the watchdog of another
 * clocksource. Nor is it to be watched: its rate is meant to differ.
 */
static struct clocksource own_clocksource = {
	.name		= CDISC_CLOCKSOURCE_NAME,
	.rating		= 1,
	.read		= clocksource_read,
	.mask		= CLOCKSOURCE_MASK(64),
	.flags		= CLOCK_SOURCE_IS_CONTINUOUS | CLOCK_SOURCE_VALID_FOR_HRES,
	.suspend	= clocksource_stop,
	.resume		= clocksource_go_on,
	.owner		= THIS_MODULE,
};

/* The line as it is published. */
static struct cdisc_line line_now(void)
{
	struct cdisc_line line;
	unsigned int seq;

	do {
		seq = read_seqcount_latch(&latch.seq);
		line = latch.line[seq & 1];
	} while (read_seqcount_latch_retry(&latch.seq, seq));
	return line;
}

/* Both copies; readers switch over in between. */
static void publish(const struct cdisc_line *line)
{
	write_seqcount_latch_begin(&latch.seq);
	latch.line[0] = *line;
	write_seqcount_latch(&latch.seq);
	latch.line[1] = *line;
	write_seqcount_latch_end(&latch.seq);
}

/* While nobody reads it: what the rate of the line is set against. */
static void set_scale(u64 slope)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&turn_lock, flags);
	if (slope != nominal_slope) {
		struct cdisc_line line = latch.line[0];
		s64 rate_ppb_q16 = cdisc_line_rate(nominal_slope, line.slope);
		u64 cyc = counter_cyc();

		nominal_slope = slope;
		cdisc_line_init(&line, cyc, cdisc_line_at(&line, cyc), cdisc_line_slope(slope, rate_ppb_q16));
		publish(&line);
	}
	raw_spin_unlock_irqrestore(&turn_lock, flags);
}

/*
 * Write the bent line into the copy that is not read yet, with a corner that still lies ahead when it is published. When
 * there was no time left for that, the copy is what it was.
 */
static bool prepare(const struct cdisc_line *old, u64 slope)
{
	u64 margin_cyc = (u64)cdisc_mul_div(MARGIN_NS, CDISC_LINE_ONE, nominal_slope);
	int i;

	lockdep_assert_held(&turn_lock);
	for (i = 0; i <= MARGIN_DOUBLINGS; i++, margin_cyc *= 2) {
		u64 begin_cyc = counter_cyc();

		latch.line[0] = *old;
		cdisc_line_turn(&latch.line[0], begin_cyc + margin_cyc, slope);
		/* The other half is for a reader whose processor looked at the counter late. */
		if (counter_cyc() - begin_cyc < margin_cyc / 2)
			return true;
	}
	latch.line[0] = *old;
	return false;
}

static u64 bend(u64 slope, bool *is_bent)
{
	struct cdisc_line line = latch.line[0];
	u64 lag_ns;

	lockdep_assert_held(&turn_lock);
	write_seqcount_latch_begin(&latch.seq);
	*is_bent = prepare(&line, slope);
	write_seqcount_latch(&latch.seq);
	lag_ns = cdisc_line_lag(&latch.line[0], counter_cyc());
	latch.line[1] = latch.line[0];
	write_seqcount_latch_end(&latch.seq);
	if (lag_ns && *is_bent) {
		line = latch.line[0];
		cdisc_line_lift(&line, lag_ns);
		publish(&line);
		return lag_ns;
	}
	return 0;
}

int cdisc_counter_turn(s64 rate_ppb_q16, s64 *set_ppb_q16)
{
	unsigned long flags;
	u64 lag_ns, corner_cyc;
	bool is_bent;

	if (why)
		return -ENODEV;
	raw_spin_lock_irqsave(&turn_lock, flags);
	lag_ns = bend(cdisc_line_slope(nominal_slope, rate_ppb_q16), &is_bent);
	corner_cyc = latch.line[0].cyc;
	*set_ppb_q16 = cdisc_line_rate(nominal_slope, latch.line[0].slope);
	raw_spin_unlock_irqrestore(&turn_lock, flags);
	if (lag_ns)
		pr_warn_ratelimited("clockdisc: the clocksource was moved on by %llu ns: its processor was taken away in the middle of a change of rate\n",
				    lag_ns);
	/* The caller looks at the clock next, and another corner must not come before this one. */
	while ((s64)(counter_cyc() - corner_cyc) < 0)
		cpu_relax();
	return is_bent ? 0 : -EAGAIN;
}

s64 cdisc_counter_rate(void)
{
	unsigned long flags;
	s64 rate_ppb_q16;

	if (why)
		return 0;
	raw_spin_lock_irqsave(&turn_lock, flags);
	rate_ppb_q16 = cdisc_line_rate(nominal_slope, latch.line[0].slope);
	raw_spin_unlock_irqrestore(&turn_lock, flags);
	return rate_ppb_q16;
}

/* --- counter time ------------------------------------------------------------------------------------------------- */

/* The counter at a reading of our clocksource. */
static u64 cyc_from_reading(u64 ns)
{
	struct cdisc_line line = line_now();

	return cdisc_line_cyc(&line, ns);
}

u64 cdisc_counter_now(struct cdisc_now *now)
{
	struct system_time_snapshot snap;
	unsigned int seq;
	u64 cyc;

	do {
		seq = read_seqcount_begin(&raw.seq);
		ktime_get_snapshot(&snap);
		now->real_ns = ktime_to_ns(snap.real);
		if (raw.is_own) {
			cyc = cyc_from_reading(snap.cycles);
			now->raw_ns = (s64)cdisc_line_at(&raw.line, cyc);
			cyc += slept_cyc;
		} else {
			cyc = snap.cycles;
			now->raw_ns = ktime_to_ns(snap.raw) + raw.shift_ns;
		}
	} while (read_seqcount_retry(&raw.seq, seq));
	return cyc;
}

bool cdisc_counter_kernel_raw(s64 raw_ns, s64 *kernel_ns)
{
	unsigned int seq;
	bool is_own;

	do {
		seq = read_seqcount_begin(&raw.seq);
		is_own = raw.is_own;
		*kernel_ns = raw_ns - raw.shift_ns;
	} while (read_seqcount_retry(&raw.seq, seq));
	return !is_own;
}

/* CLOCK_MONOTONIC_RAW at the last update. */
static s64 kernel_raw_ns(const struct timekeeper *tk)
{
	return ktime_to_ns(tk->tkr_raw.base) + (s64)(tk->tkr_raw.xtime_nsec >> tk->tkr_raw.shift);
}

s64 cdisc_counter_last_raw_ns(const struct timekeeper *tk)
{
	if (!raw.is_own)
		return kernel_raw_ns(tk) + raw.shift_ns;
	return (s64)cdisc_line_at(&raw.line, cyc_from_reading(tk->tkr_mono.cycle_last));
}

/* ns per cycle of a clocksource, as CLOCK_MONOTONIC_RAW counts it; 0 for more than a line takes. */
static u64 scale_of(const struct timekeeper *tk)
{
	if ((u64)tk->tkr_raw.mult >> tk->tkr_raw.shift >= CDISC_LINE_NOMINAL_MAX >> CDISC_LINE_SHIFT)
		return 0;
	return (u64)tk->tkr_raw.mult << (CDISC_LINE_SHIFT - tk->tkr_raw.shift);
}

/* Ours becomes current: raw goes on from the last tick at the same scale, or if that was on another counter, from now. */
static void begin_own(const struct timekeeper *tk)
{
	u64 cyc = cyc_from_reading(tk->tkr_mono.cycle_last);
	s64 raw_ns = kernel_raw_ns(tk) + raw.shift_ns;

	if (raw.is_under) {
		cyc = raw.cyc;
		raw_ns = raw.raw_ns;
	}
	cdisc_line_init(&raw.line, cyc, raw_ns, nominal_slope);
}

/* Another one becomes current: CLOCK_MONOTONIC_RAW was steered and is off by a constant. */
static void end_own(const struct timekeeper *tk, bool is_under)
{
	u64 cyc = is_under ? tk->tkr_raw.cycle_last - slept_cyc : counter_cyc();

	raw.shift_ns = (s64)cdisc_line_at(&raw.line, cyc) - kernel_raw_ns(tk);
}

static void change_clock(const struct timekeeper *tk)
{
	const struct clocksource *clock = tk->tkr_raw.clock;
	bool is_own = clock == &own_clocksource;
	bool is_under = !is_own && !why && cdisc_counter_is_under(clock) && scale_of(tk);
	bool is_same = false;

	if (raw.is_own)
		is_same = is_under && scale_of(tk) == nominal_slope;
	else if (is_own)
		is_same = raw.is_under;
	raw_write_seqcount_begin(&raw.seq);
	if (is_own)
		begin_own(tk);
	else if (raw.is_own)
		end_own(tk, is_under);
	WRITE_ONCE(raw.is_own, is_own);
	raw_write_seqcount_end(&raw.seq);
	if (is_under)
		set_scale(scale_of(tk));
	raw.is_under = is_under;
	raw.clock = clock;
	raw.counter += !is_same;
}

u32 cdisc_counter_follow(const struct timekeeper *tk)
{
	if (unlikely(tk->tkr_raw.clock != raw.clock)) {
		if (raw.clock && tk->tkr_raw.clock == &own_clocksource)
			strscpy(raw.before, raw.clock->name, sizeof(raw.before));
		change_clock(tk);
	}
	if (raw.is_under) {
		raw.cyc = tk->tkr_raw.cycle_last - slept_cyc;
		raw.raw_ns = kernel_raw_ns(tk) + raw.shift_ns;
	}
	return raw.counter;
}

/* --- the clocksource's way in and out ----------------------------------------------------------------------------- */

static int before_set(const char *val, const struct kernel_param *kp)
{
	return -EPERM;
}

static int before_get(char *buffer, const struct kernel_param *kp)
{
	return sysfs_emit(buffer, "%s\n", raw.before);
}

static const struct kernel_param_ops before_ops = { .set = before_set, .get = before_get };

module_param_cb(clocksource_before, &before_ops, NULL, 0444);
MODULE_PARM_DESC(clocksource_before, "The clocksource that was current before clockdisc's own; to be read");

static const char *offer(void)
{
	u32 khz = cdisc_counter_khz();
	const char *unstable = cdisc_counter_unstable();

	if (unstable)
		return unstable;
	if (1000000 / khz >= CDISC_LINE_NOMINAL_MAX >> CDISC_LINE_SHIFT)
		return "the counter is slower than 250 MHz";
	/* What the kernel makes of the frequency replaces it when its clocksource is seen. */
	nominal_slope = (u64)cdisc_mul_div(1000000, CDISC_LINE_ONE, khz);
	cdisc_line_init(&latch.line[0], 0, 0, nominal_slope);
	latch.line[1] = latch.line[0];
	/* In ns already. */
	if (clocksource_register_hz(&own_clocksource, NSEC_PER_SEC))
		return "the kernel refused the clocksource";
	return NULL;
}

void cdisc_counter_init(void)
{
	why = offer();
}

void cdisc_counter_exit(void)
{
	if (!why)
		clocksource_unregister(&own_clocksource);
}

const char *cdisc_counter_why(void)
{
	return why;
}

bool cdisc_counter_is_current(void)
{
	return READ_ONCE(raw.is_own);
}

bool cdisc_counter_is_held(void)
{
	const char *unstable = why ? NULL : cdisc_counter_unstable();

	if (unstable) {
		pr_warn("clockdisc: the clocksource is taken back: %s\n", unstable);
		clocksource_unregister(&own_clocksource);
		why = unstable;
	}
	return cdisc_counter_is_current();
}
