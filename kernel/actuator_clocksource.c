// SPDX-License-Identifier: GPL-2.0
/*
 * A clocksource of our own as actuator: its rate is what steers the clock, and exported symbols are all it takes.
 *
 * The kernel's own rate goes on multiplying ours. Where do_adjtimex() can be reached it is moved over into our line when
 * the actuator takes the clock, and back when it releases it, so that the clock runs straight on; the timekeeper then
 * runs at its nominal tick, its multiplier is the clocksource's own power of two, and there is nothing to round or
 * dither. Where it cannot be reached, choosing the clocksource has ended what a PLL and an adjtime() left, and a frequency
 * or a tick that another program has set stays: the measured bias takes it in.
 *
 * Status bits, maxerror, the TAI offset and leap seconds are left alone, but for one that others have armed and the policy does
 * not let the kernel make.
 */
#include "actuator.h"

#include <linux/errno.h>
#include <linux/ktime.h>
#include <linux/time64.h>
#include <linux/timekeeping.h>

#include "counter.h"
#include "ksyms.h"

/*
 * Time from reading the clock to setting it, measured at the last step; a step without load lasts as long. One that was
 * preempted, or met somebody else's set, tells nothing of the next: more than this is not taken over.
 */
static s64 latency_ns;

#define LATENCY_MAX_NS	100000

static bool can_adjtimex(void)
{
	return !cdisc_ksyms_why();
}

static int clocksource_take(s64 *rate_ppb_q16)
{
	s64 kernel_ppb_q16 = 0, none;
	int err;

	if (!cdisc_counter_is_current())
		return -ENODEV;
	if (can_adjtimex()) {
		err = cdisc_actuator_timekeeper.take(&kernel_ppb_q16);
		if (err)
			return err;
		err = cdisc_counter_turn(cdisc_add_sat(cdisc_counter_rate(), kernel_ppb_q16), rate_ppb_q16);
		return err ? err : cdisc_actuator_timekeeper.set_rate(0, &none);
	}
	*rate_ppb_q16 = cdisc_counter_rate();
	return 0;
}

static void clocksource_release(void)
{
	s64 rate_ppb_q16 = cdisc_counter_rate(), set_ppb_q16;

	if (can_adjtimex() && cdisc_actuator_timekeeper.set_rate(rate_ppb_q16, &set_ppb_q16))
		return;
	/* Where nobody else can hold the rate, the line does until another clocksource is chosen. */
	if (can_adjtimex() || !cdisc_counter_is_current())
		cdisc_counter_turn(0, &set_ppb_q16);
}

static int clocksource_set_rate(s64 rate_ppb_q16, s64 *set_ppb_q16)
{
	return cdisc_counter_turn(rate_ppb_q16, set_ppb_q16);
}

/* CLOCK_REALTIME less CLOCK_MONOTONIC, which only a set of the clock changes. */
static s64 set_offset_ns(void)
{
	return ktime_to_ns(ktime_mono_to_real(0));
}

static int clocksource_step(s64 step_ns, s64 *made_ns)
{
	struct timespec64 ts;
	s64 before_ns;
	int err;

	/* That one is exact. What is read and set here is off by what the processor does in between. */
	if (can_adjtimex())
		return cdisc_actuator_timekeeper.step(step_ns, made_ns);
	before_ns = set_offset_ns();
	ts = ns_to_timespec64(cdisc_add_sat(ktime_get_real_ns(), cdisc_add_sat(step_ns, latency_ns)));
	err = do_settimeofday64(&ts);
	if (err)
		return err;
	*made_ns = set_offset_ns() - before_ns;
	latency_ns = clamp_t(s64, cdisc_add_sat(latency_ns, cdisc_sub_sat(step_ns, *made_ns)), 0, LATENCY_MAX_NS);
	return 0;
}

static int clocksource_disarm(u32 *was_bits, u32 *sta_bits)
{
	*was_bits = 0;
	*sta_bits = 0;
	return can_adjtimex() ? cdisc_actuator_timekeeper.disarm(was_bits, sta_bits) : 0;
}

static int clocksource_set_status(const struct cdisc_clock_status *status, u32 *sta_bits)
{
	return -EOPNOTSUPP;
}

static const char *clocksource_lost(const struct cdisc_actuator_ops **next)
{
	if (cdisc_counter_is_held())
		return NULL;
	if (can_adjtimex()) {
		*next = &cdisc_actuator_timekeeper;
		return "fell back: the clocksource clockdisc is not current any more";
	}
	*next = &cdisc_actuator_observe;
	return "fell back: the clocksource clockdisc is not current any more, and do_adjtimex() cannot be reached";
}

const struct cdisc_actuator_ops cdisc_actuator_clocksource = {
	.id		= CLOCKDISC_ACTUATOR_CLOCKSOURCE,
	.name		= "clocksource",
	.can_steer	= true,
	.cannot		= "The clocksource actuator cannot set status bits, maxerror, the TAI offset or leap seconds, so other programs see an unsynchronised clock.",
	.take		= clocksource_take,
	.release	= clocksource_release,
	.set_rate	= clocksource_set_rate,
	.step		= clocksource_step,
	.disarm		= clocksource_disarm,
	.set_status	= clocksource_set_status,
	.lost		= clocksource_lost,
};
