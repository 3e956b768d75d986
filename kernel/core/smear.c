// SPDX-License-Identifier: GPL-2.0
/*
 * A second that is spread over a time.
 */
#include "smear.h"

/* Shares of the whole are in q40: an LSB of a second is 1e-3 ns. */
#define ONE_Q40		(1LL << 40)

/* pi / 2 in q40, to nearest. */
#define HALF_PI_Q40	1727108826179LL

/*
 * sin(y)^2 for y in q40 from 0 to pi / 4, by Taylor's series to y^13: the first term left out is 2e-14. The terms are built
 * one from the other, each a factor -y^2 / ((2k) (2k + 1)) of the last.
 */
static s64 sin_squared_q40(s64 y_q40)
{
	s64 square_q40 = cdisc_mul_div(y_q40, y_q40, ONE_Q40);
	s64 term_q40 = y_q40, sum_q40 = y_q40;
	s64 k;

	for (k = 1; k <= 6; k++) {
		term_q40 = -cdisc_mul_div(term_q40, square_q40, ONE_Q40 * (2 * k) * (2 * k + 1));
		sum_q40 += term_q40;
	}
	return cdisc_mul_div(sum_q40, sum_q40, ONE_Q40);
}

/* (1 - cos(pi * x)) / 2 = sin(pi / 2 * x)^2, x and result in q40 from 0 to 1; the upper half mirrors the lower one. */
static s64 cosine_q40(s64 x_q40)
{
	if (x_q40 > ONE_Q40 / 2)
		return ONE_Q40 - cosine_q40(ONE_Q40 - x_q40);
	return sin_squared_q40(cdisc_mul_div(x_q40, HALF_PI_Q40, ONE_Q40));
}

/* Clock minus UTC without the leap second, at an end of a piece. */
static s64 node_ns(const struct cdisc_smear *s, s64 raw_ns)
{
	s64 span_ns = s->end_raw_ns - s->begin_raw_ns;
	s64 share_q40 = cdisc_mul_div(ONE_Q40, raw_ns - s->begin_raw_ns, span_ns);

	if (s->shape == CDISC_SMEAR_COSINE)
		share_q40 = cosine_q40(share_q40);
	return s->first_ns + cdisc_mul_div(s->last_ns - s->first_ns, share_q40, ONE_Q40);
}

void cdisc_smear_at(const struct cdisc_smear *s, s64 raw_ns, struct cdisc_smear_piece *piece)
{
	s64 from_raw_ns = s->begin_raw_ns, to_raw_ns = s->end_raw_ns;
	s64 from_ns, gain_ns;

	*piece = (struct cdisc_smear_piece){ .raw_ns = raw_ns, .until_raw_ns = S64_MAX };
	if (s->shape == CDISC_SMEAR_NONE)
		return;
	if (raw_ns < from_raw_ns || raw_ns >= to_raw_ns) {
		piece->ahead_ns = raw_ns < from_raw_ns ? s->first_ns : s->last_ns;
		piece->until_raw_ns = raw_ns < from_raw_ns ? from_raw_ns : S64_MAX;
	} else {
		if (s->shape == CDISC_SMEAR_COSINE) {
			from_raw_ns += (raw_ns - from_raw_ns) / CDISC_SMEAR_PIECE_NS * CDISC_SMEAR_PIECE_NS;
			to_raw_ns = min_t(s64, from_raw_ns + CDISC_SMEAR_PIECE_NS, to_raw_ns);
		}
		from_ns = node_ns(s, from_raw_ns);
		gain_ns = node_ns(s, to_raw_ns) - from_ns;
		piece->ahead_ns = from_ns + cdisc_mul_div(gain_ns, raw_ns - from_raw_ns, to_raw_ns - from_raw_ns);
		piece->rate_ppb_q16 = cdisc_rate_from_ns(gain_ns, to_raw_ns - from_raw_ns);
		piece->until_raw_ns = to_raw_ns;
	}
	if (s->is_past)
		piece->ahead_ns -= s->leap_ns;
}
