// SPDX-License-Identifier: GPL-2.0
/*
 * The clock's rate: what was set, and what the clock makes of it.
 */
#include "loop_rate.h"

/*
 * Stretches weigh in the bias by their length against this, or against all that was measured when that is less: the first
 * ones are averaged. Shorter lets reading noise in, longer lags a change.
 */
#define BIAS_MEMORY_NS	(16 * CDISC_NSEC_PER_SEC)

/*
 * Beyond this a slew of somebody's may be running, below it what is left of one does no harm: half a microsecond. Larger, and
 * such a slew is taken for the tick's. Smaller, and a plain clock waits for a second to no end.
 */
#define CALM_PPB_Q16	(500LL * 65536)

/* A tick's nominal length is off by hundreds of ppm at most; beyond this a measurement was disturbed. */
#define BIAS_MAX_PPB_Q16	(CDISC_FREQ_MAX_PPB_Q16 / 10)

void cdisc_loop_measure_rate(struct cdisc_loop *l, const struct cdisc_now *now)
{
	s64 span_ns = cdisc_sub_sat(now->raw_ns, l->anchor.raw_ns);
	s64 bias_ppb_q16;

	if (span_ns < CDISC_BIAS_MIN_NS)
		return;
	l->clock_rate_ppb_q16 = cdisc_rate_from_ns(cdisc_sub_sat(cdisc_sub_sat(now->real_ns, l->anchor.real_ns), span_ns),
						   span_ns);
	bias_ppb_q16 = clamp_t(s64, cdisc_sub_sat(l->clock_rate_ppb_q16, l->rate_ppb_q16),
			       -BIAS_MAX_PPB_Q16, BIAS_MAX_PPB_Q16);
	/* A slew may be on its last second. Where there is none to be seen, nothing is waited for. */
	if (l->anchor.raw_ns < l->quiet_raw_ns && cdisc_abs(bias_ppb_q16) > CALM_PPB_Q16) {
		l->anchor = *now;
		return;
	}
	l->bias_ppb_q16 += cdisc_mul_div(cdisc_sub_sat(bias_ppb_q16, l->bias_ppb_q16), span_ns,
					 cdisc_add_sat(span_ns, l->bias_span_ns));
	l->bias_span_ns = min_t(s64, cdisc_add_sat(l->bias_span_ns, span_ns), BIAS_MEMORY_NS);
	l->has_bias = true;
}

void cdisc_loop_rate_set(struct cdisc_loop *l, const struct cdisc_now *now, s64 rate_ppb_q16)
{
	l->rate_ppb_q16 = rate_ppb_q16;
	l->is_rate_lost = false;
	l->anchor = *now;
}

void cdisc_loop_rate_lost(struct cdisc_loop *l, const struct cdisc_now *now)
{
	l->is_rate_lost = true;
	l->anchor = *now;
}

void cdisc_loop_switched(struct cdisc_loop *l, const struct cdisc_now *now)
{
	l->bias_span_ns = 0;
	cdisc_loop_rate_lost(l, now);
}

void cdisc_loop_smear(struct cdisc_loop *l, const struct cdisc_now *now, const struct cdisc_smear_piece *piece)
{
	if (l->steer.lean_ppb_q16 != piece->rate_ppb_q16) {
		cdisc_loop_measure_rate(l, now);
		cdisc_loop_rate_lost(l, now);
	}
	l->smear = *piece;
	l->steer.lean_ppb_q16 = piece->rate_ppb_q16;
}
