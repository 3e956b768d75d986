// SPDX-License-Identifier: GPL-2.0
/*
 * Small swings of an idle machine's clock: a timer interrupt where the timekeeper's grain would carry it too far, and no
 * large change of the rate in the middle of a tick.
 *
 * The timekeeper multiplies cycles by an integer m, about 2^23 for a counter of 1 GHz: its grain is 0.12 ppm. A rate between
 * m and m + 1 is made of both, and which of them is on is decided when the timekeeper is brought up to date, by the
 * side on which the clock then is (kernel/time/timekeeping.c, timekeeping_adjust()). With a tick every 4 ms that is
 * half a nanosecond; a processor that sleeps has no ticks, and by its next interrupt the clock has gone on for so long
 * on the same side:
 *
 *	error, NTP's time minus the clock's
 *	   +swing/2 -  -  -/\ -  -  -  -/\ -	m:	rises at  f * grain
 *	              _.-'   \     _.-'   \	m + 1:	falls at  (1 - f) * grain
 *	   -swing/2 -'-  -  - \/'-  -  -  -\
 *
 * The timekeeper tells its notifiers all that is needed to know when that will be. An interrupt at that moment is
 * enough: the kernel brings the time up to date when it leaves idleness for it. A busy machine's ticks have done it
 * already; the timer then finds itself early and goes on.
 *
 * A new rate holds for all of the tick in NTP's time, and from now on in the clock's: the difference, change * elapsed part
 * of the tick, goes into the same error, and the grain, which is all that mends it, takes seconds. A change of 200 ppm in the
 * middle of a tick of 4 ms is 400 ns. Right after the tick it is nothing.
 *
 * Locking: the notifier runs in the timekeeper's write section, of which there is one, and writes @grain; the
 * timer reads it in interrupt context, the owner to find the tick. The owner starts and stops the timer.
 */
#include "nudge.h"

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/pvclock_gtod.h>
#include <linux/timekeeper_internal.h>

#include "core/fixed.h"
#include "core/units.h"

/* Not before the next tick of any kernel could have come, and not so late that a change goes unseen for long. */
#define LEAST_NS	(NSEC_PER_SEC / 250)
#define MOST_NS		NSEC_PER_SEC

#define NTP_SHIFT	32

/* What a change may leave behind: the readings' own error. Less: changes wait that need not. */
#define TRACE_NS	3

/* The wait ends so long after the tick, and not before it, whatever the timer's grain is. */
#define AFTER_TICK_NS	20000

u64 cdisc_nudge_after(const struct cdisc_grain *g, u32 swing_ns)
{
	s64 half_ns_q32 = (s64)swing_ns << (NTP_SHIFT - 1);
	/* How far it is to the other side, how much of the grain leads there. */
	s64 way_ns_q32 = cdisc_add_sat(g->is_high ? g->error_ns_q32 : cdisc_sub_sat(0, g->error_ns_q32), half_ns_q32);
	s64 part = (s64)(g->is_high ? g->interval - g->remainder : g->remainder);
	s64 way_ns_q8;

	if (way_ns_q32 <= 0 || !g->interval || g->interval > S64_MAX)
		return LEAST_NS;
	/* Far off it is the loop's business; 2^30 / 2^8 ns is 4 ms. */
	way_ns_q8 = min_t(s64, way_ns_q32 >> (NTP_SHIFT - 8), 1LL << 30);
	if (part <= 0)
		return MOST_NS;
	/* The error goes by part / interval of the grain, 1 / mult. 2^30 times a multiplier of 32 bits fits. */
	return clamp_t(s64, cdisc_mul_div(way_ns_q8 * g->mult >> 8, g->interval, part), LEAST_NS, MOST_NS);
}

s64 cdisc_nudge_rest(const struct cdisc_grain *g, s64 raw_ns, s64 change_ppb_q16)
{
	s64 since_ns = raw_ns - g->tick_raw_ns;
	u64 part_ns;

	/* The timekeeper may be many ticks behind, of an idle machine; the change will bring it up to date first. */
	if (g->tick_ns <= 0 || g->tick_ns > NSEC_PER_SEC || since_ns < 0)
		return 0;
	div64_u64_rem(since_ns, g->tick_ns, &part_ns);
	if (cdisc_abs(cdisc_ns_from_rate(change_ppb_q16, part_ns)) <= TRACE_NS)
		return 0;
	return g->tick_ns - (s64)part_ns + AFTER_TICK_NS;
}

static struct cdisc_grain read_grain(const struct cdisc_nudge *n)
{
	struct cdisc_grain g;
	unsigned int seq;

	do {
		seq = read_seqcount_begin(&n->seq);
		g = n->grain;
	} while (read_seqcount_retry(&n->seq, seq));
	return g;
}

s64 cdisc_nudge_to_tick(const struct cdisc_nudge *n, s64 change_ppb_q16)
{
	struct cdisc_grain g;

	if (!n->swing_ns)
		return 0;
	g = read_grain(n);
	return cdisc_nudge_rest(&g, ktime_get_raw_ns(), change_ppb_q16);
}

static int gtod_notify(struct notifier_block *nb, unsigned long was_set, void *priv)
{
	struct cdisc_nudge *n = container_of(nb, struct cdisc_nudge, gtod);
	const struct timekeeper *tk = priv;
	struct cdisc_grain *g = &n->grain;

	raw_write_seqcount_begin(&n->seq);
	g->error_ns_q32 = tk->ntp_error;
	g->is_high = tk->ntp_err_mult;
	g->interval = tk->cycle_interval;
	g->tick_raw_ns = tk->raw_sec * NSEC_PER_SEC + (tk->tkr_raw.xtime_nsec >> tk->tkr_raw.shift);
	g->tick_ns = tk->raw_interval >> tk->tkr_raw.shift;
	g->mult = tk->tkr_mono.mult;
	g->remainder = (tk->ntp_tick >> tk->ntp_error_shift) - tk->xtime_remainder;
	raw_write_seqcount_end(&n->seq);
	return NOTIFY_DONE;
}

static enum hrtimer_restart nudge(struct hrtimer *timer)
{
	struct cdisc_nudge *n = container_of(timer, struct cdisc_nudge, timer);
	struct cdisc_grain g = read_grain(n);
	u32 swing_ns = READ_ONCE(n->swing_ns);

	if (!swing_ns)
		return HRTIMER_NORESTART;
	/* The quotient is the multiplier; what is left of it is not divided at every tick. */
	if (g.interval)
		div64_u64_rem(g.remainder, g.interval, &g.remainder);
	hrtimer_forward_now(timer, ns_to_ktime(cdisc_nudge_after(&g, swing_ns)));
	return HRTIMER_RESTART;
}

void cdisc_nudge_init(struct cdisc_nudge *n)
{
	seqcount_init(&n->seq);
	n->gtod.notifier_call = gtod_notify;
	hrtimer_setup(&n->timer, nudge, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
}

void cdisc_nudge_set(struct cdisc_nudge *n, u32 swing_ns)
{
	u32 was_ns = n->swing_ns;

	WRITE_ONCE(n->swing_ns, swing_ns);
	if (!was_ns == !swing_ns)
		return;
	if (swing_ns) {
		pvclock_gtod_register_notifier(&n->gtod);
		hrtimer_start(&n->timer, ns_to_ktime(LEAST_NS), HRTIMER_MODE_REL_HARD);
	} else {
		hrtimer_cancel(&n->timer);
		pvclock_gtod_unregister_notifier(&n->gtod);
	}
}
