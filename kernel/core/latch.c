// SPDX-License-Identifier: GPL-2.0
/*
 * The line that a clocksource of our own follows over its counter, and how it bends.
 */
#include "latch.h"

/* 10^9 x 2^16: a rate of one. */
#define RATE_ONE_PPB_Q16	(CDISC_NSEC_PER_SEC * 65536)

void cdisc_line_init(struct cdisc_line *l, u64 cyc, u64 ns, u64 slope)
{
	*l = (struct cdisc_line){ .cyc = cyc, .ns = ns, .slope = slope, .slope_before = slope };
}

u64 cdisc_line_cyc(const struct cdisc_line *l, u64 ns)
{
	s64 ahead_ns = (s64)(ns - l->ns);
	s64 slope = (s64)(ahead_ns >= 0 ? l->slope : l->slope_before);
	/* The reading was rounded down: the middle of the nanosecond is meant. */
	u64 cyc = l->cyc + (u64)cdisc_mul_div(ahead_ns, (s64)CDISC_LINE_ONE, slope) +
		  (u64)(((s64)(CDISC_LINE_ONE / 2) - (s64)l->frac) / slope);
	int i;

	/* Two roundings may have missed it by a cycle each. */
	for (i = 0; i < 2; i++) {
		s64 beyond_ns = (s64)(cdisc_line_at(l, cyc) - ns);

		cyc += (beyond_ns < 0) - (beyond_ns > 0);
	}
	return cyc;
}

void cdisc_line_turn(struct cdisc_line *l, u64 cyc, u64 slope)
{
	u64 ahead = cyc - l->cyc;

	l->ns += cdisc_mul_add_shr(ahead, l->slope, l->frac, CDISC_LINE_SHIFT);
	/* Modulo 2^64, of which the fraction is the lower part. */
	l->frac = (ahead * l->slope + l->frac) & (CDISC_LINE_ONE - 1);
	l->cyc = cyc;
	l->slope_before = l->slope;
	l->slope = slope;
}

u64 cdisc_line_lag(const struct cdisc_line *l, u64 cyc)
{
	u64 ahead = cyc - l->cyc;

	if ((s64)ahead <= 0 || l->slope >= l->slope_before)
		return 0;
	return cdisc_mul_add_shr(ahead, l->slope_before - l->slope, CDISC_LINE_ONE - 1, CDISC_LINE_SHIFT);
}

void cdisc_line_lift(struct cdisc_line *l, u64 ns)
{
	l->ns += ns;
}

u64 cdisc_line_slope(u64 nominal, s64 rate_ppb_q16)
{
	s64 rate = clamp_t(s64, rate_ppb_q16, -CDISC_FREQ_MAX_PPB_Q16, CDISC_FREQ_MAX_PPB_Q16);

	return nominal + (u64)cdisc_mul_div((s64)nominal, rate, RATE_ONE_PPB_Q16);
}

s64 cdisc_line_rate(u64 nominal, u64 slope)
{
	return cdisc_mul_div((s64)(slope - nominal), RATE_ONE_PPB_Q16, (s64)nominal);
}
