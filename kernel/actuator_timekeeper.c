// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's own timekeeper as actuator, by way of do_adjtimex().
 *
 * A rate is tick length plus frequency. The frequency reaches +-500 ppm in units of 2^-16 ppm; the tick reaches
 * 10 % in units of 100 ppm (one microsecond of a tick of USER_HZ = 100) and is moved only when the frequency
 * alone does not reach. The kernel's own PLL (STA_PLL) is never used: its exponential tail ends nowhere.
 */
#include "actuator.h"

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/param.h>
#include <linux/timex.h>

#include "ksyms.h"

#define TICK_NOMINAL_USEC	(1000000 / USER_HZ)
#define TICK_UNIT_PPB		(1000000000LL / TICK_NOMINAL_USEC)
#define TICK_UNIT_PPB_Q16	(TICK_UNIT_PPB * 65536)
#define FREQ_MAX_SPPM		(500LL * 65536)

/* Zero an offset that a PLL left draining and a one-shot adjtime() slew: both go on without their daemon. */
static int end_foreign_slews(void)
{
	struct __kernel_timex read = { .modes = 0 };
	struct __kernel_timex pll = { .modes = ADJ_STATUS | ADJ_OFFSET };
	struct __kernel_timex shot = { .modes = ADJ_ADJTIME | ADJ_OFFSET_SINGLESHOT };
	struct __kernel_timex drop = { .modes = ADJ_STATUS };
	int keep, err;

	err = cdisc_do_adjtimex(&read);
	if (err < 0)
		return err;
	keep = read.status & ~(STA_PLL | STA_FLL | STA_FREQHOLD | STA_PPSFREQ | STA_PPSTIME | STA_RONLY);
	/* The kernel takes an offset only under STA_PLL; FREQHOLD keeps its frequency out of it. */
	pll.status = keep | STA_PLL | STA_FREQHOLD;
	err = cdisc_do_adjtimex(&pll);
	if (err < 0)
		return err;
	err = cdisc_do_adjtimex(&shot);
	if (err < 0)
		return err;
	drop.status = keep;
	err = cdisc_do_adjtimex(&drop);
	return err < 0 ? err : 0;
}

static int timekeeper_look(struct cdisc_clock_trace *trace)
{
	struct __kernel_timex tx = { .modes = 0 };
	struct __kernel_timex shot = { .modes = ADJ_ADJTIME | ADJ_OFFSET_SINGLESHOT | ADJ_OFFSET_READONLY };
	int err;

	err = cdisc_do_adjtimex(&shot);
	if (err < 0)
		return err;
	err = cdisc_do_adjtimex(&tx);
	if (err < 0)
		return err;
	trace->is_slewing = tx.offset || shot.offset;
	trace->is_synced = !(tx.status & STA_UNSYNC);
	trace->maxerror_us = tx.maxerror;
	trace->rate_ppb_q16 = (tx.tick - TICK_NOMINAL_USEC) * TICK_UNIT_PPB_Q16 + cdisc_ppb_q16_from_sppm(tx.freq);
	return 0;
}

static int timekeeper_take(s64 *rate_ppb_q16)
{
	struct cdisc_clock_trace trace;
	int err;

	err = end_foreign_slews();
	if (err)
		return err;
	err = timekeeper_look(&trace);
	if (err)
		return err;
	if (trace.is_slewing)
		return -EBUSY;
	*rate_ppb_q16 = trace.rate_ppb_q16;
	return 0;
}

static int timekeeper_set_rate(s64 rate_ppb_q16, s64 *set_ppb_q16)
{
	struct __kernel_timex tx = { .modes = ADJ_FREQUENCY | ADJ_TICK };
	s64 ticks = 0;
	s64 sppm = cdisc_sppm_from_ppb_q16(rate_ppb_q16);
	int err;

	if (abs(sppm) > FREQ_MAX_SPPM) {
		ticks = cdisc_div_round(rate_ppb_q16, TICK_UNIT_PPB_Q16);
		ticks = clamp_t(s64, ticks, -(TICK_NOMINAL_USEC / 10), TICK_NOMINAL_USEC / 10);
		sppm = cdisc_sppm_from_ppb_q16(rate_ppb_q16 - ticks * TICK_UNIT_PPB_Q16);
		sppm = clamp_t(s64, sppm, -FREQ_MAX_SPPM, FREQ_MAX_SPPM);
	}
	tx.tick = TICK_NOMINAL_USEC + ticks;
	tx.freq = sppm;
	err = cdisc_do_adjtimex(&tx);
	if (err < 0)
		return err;
	*set_ppb_q16 = (tx.tick - TICK_NOMINAL_USEC) * TICK_UNIT_PPB_Q16 + cdisc_ppb_q16_from_sppm(tx.freq);
	return 0;
}

static int timekeeper_step(s64 step_ns, s64 *made_ns)
{
	struct __kernel_timex tx = { .modes = ADJ_SETOFFSET | ADJ_NANO };
	struct __kernel_timex before = { .modes = 0 };
	struct __kernel_timex micro = { .modes = ADJ_MICRO };
	s32 rem_ns;
	int err;

	err = cdisc_do_adjtimex(&before);
	if (err < 0)
		return err;
	/* The kernel wants 0 <= nanoseconds < 10^9 beside seconds of either sign. */
	tx.time.tv_sec = div_s64_rem(step_ns, NSEC_PER_SEC, &rem_ns);
	if (rem_ns < 0) {
		tx.time.tv_sec--;
		rem_ns += NSEC_PER_SEC;
	}
	tx.time.tv_usec = rem_ns;
	err = cdisc_do_adjtimex(&tx);
	/* Programs that count in microseconds find their unit again. */
	if (!(before.status & STA_NANO))
		cdisc_do_adjtimex(&micro);
	*made_ns = step_ns;
	return err < 0 ? err : 0;
}

static int timekeeper_disarm(u32 *was_bits, u32 *sta_bits)
{
	struct __kernel_timex tx = { .modes = 0 };
	int err;

	err = cdisc_do_adjtimex(&tx);
	if (err < 0)
		return err;
	*was_bits = tx.status;
	*sta_bits = tx.status & ~(STA_INS | STA_DEL);
	if (*sta_bits == *was_bits)
		return 0;
	tx.modes = ADJ_STATUS;
	tx.status = *sta_bits;
	err = cdisc_do_adjtimex(&tx);
	return err < 0 ? err : 0;
}

static int sta_from_leap(enum clockdisc_leap leap)
{
	switch (leap) {
	case CLOCKDISC_LEAP_INSERT:
		return STA_INS;
	case CLOCKDISC_LEAP_DELETE:
		return STA_DEL;
	case CLOCKDISC_LEAP_NONE:
	case CLOCKDISC_LEAP_UNSYNC:
		break;
	}
	return 0;
}

static int timekeeper_set_status(const struct cdisc_clock_status *status, u32 *sta_bits)
{
	struct __kernel_timex tx = { .modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR };
	int err;

	tx.status = sta_from_leap(status->leap) | (status->is_synced ? 0 : STA_UNSYNC);
	tx.maxerror = status->maxerror_us;
	tx.esterror = status->esterror_us;
	if (status->tai_offset_s) {
		tx.modes |= ADJ_TAI;
		tx.constant = status->tai_offset_s;
	}
	err = cdisc_do_adjtimex(&tx);
	if (err < 0)
		return err;
	*sta_bits = tx.status;
	return 0;
}

const struct cdisc_actuator_ops cdisc_actuator_timekeeper = {
	.id		= CLOCKDISC_ACTUATOR_TIMEKEEPER,
	.name		= "timekeeper",
	.can_steer	= true,
	.look		= timekeeper_look,
	.take		= timekeeper_take,
	.set_rate	= timekeeper_set_rate,
	.step		= timekeeper_step,
	.disarm		= timekeeper_disarm,
	.set_status	= timekeeper_set_status,
};
