// SPDX-License-Identifier: GPL-2.0
/*
 * How wrong the clock can be.
 *
 *	bound(raw) = distance + hold * t + PHI * (raw - update - t) + |estimate(raw) - clock(raw)|
 *
 * where t is the part of the time since the update for which the frequency is known to "hold"; without that t is 0.
 * The last term is what the discipline itself still means to correct. It is measured on a snapshot of the clock, so
 * that a slew, a step by somebody else, or a rate that never came into effect are all part of it.
 */
#include "bound.h"

void cdisc_bound_void(struct cdisc_bound *b)
{
	*b = (struct cdisc_bound){ .is_known = false };
}

void cdisc_bound_set(struct cdisc_bound *b, s64 raw_ns, s64 distance_ns, s64 phase_ns, s64 freq_ppb_q16)
{
	*b = (struct cdisc_bound){
		.raw_ns		= raw_ns,
		.distance_ns	= distance_ns,
		.phase_ns	= phase_ns,
		.freq_ppb_q16	= freq_ppb_q16,
		.is_known	= true,
	};
}

void cdisc_bound_split(struct cdisc_bound *b, const struct cdisc_bound_split *split)
{
	s64 rest_ns = b->distance_ns;

	b->split.root_ns = clamp_t(s64, split->root_ns, 0, rest_ns);
	rest_ns -= b->split.root_ns;
	b->split.path_ns = clamp_t(s64, split->path_ns, 0, rest_ns);
	rest_ns -= b->split.path_ns;
	b->split.aged_ns = clamp_t(s64, split->aged_ns, 0, rest_ns);
}

void cdisc_bound_hold(struct cdisc_bound *b, s64 hold_ppb_q16, s64 hold_ns, s64 error_ns)
{
	b->hold_ppb_q16 = hold_ppb_q16;
	b->hold_ns = hold_ppb_q16 > cdisc_ppb_q16_from_ppb(CDISC_PHI_PPB) ? S64_MAX : max_t(s64, hold_ns, 0);
	b->error_ns = error_ns;
}

static s64 grown(const struct cdisc_bound *b, s64 raw_ns)
{
	s64 age_ns = cdisc_sub_sat(raw_ns, b->raw_ns);
	s64 held_ns = clamp_t(s64, age_ns, 0, b->hold_ns);

	return cdisc_add_sat(cdisc_ns_from_rate(b->hold_ppb_q16, held_ns), cdisc_ns_from_phi(age_ns - held_ns));
}

s64 cdisc_bound_error(const struct cdisc_bound *b, s64 raw_ns, s64 clock_ns)
{
	return cdisc_add_sat(cdisc_abs(cdisc_bound_offset(b, raw_ns, clock_ns)), b->error_ns);
}

void cdisc_bound_turn(struct cdisc_bound *b, s64 raw_ns, s64 freq_ppb_q16)
{
	s64 dt_ns = cdisc_sub_sat(raw_ns, b->raw_ns);

	s64 distance_ns, change_ppb_q16;

	if (!b->is_known)
		return;
	distance_ns = cdisc_add_sat(b->distance_ns, grown(b, raw_ns));
	b->phase_ns = cdisc_add_sat(b->phase_ns, cdisc_ns_from_rate(b->freq_ppb_q16, dt_ns));
	/* What is added to the distance: no sum of parts exceeds it. */
	b->split.aged_ns += distance_ns - b->distance_ns;
	b->distance_ns = distance_ns;
	b->raw_ns = raw_ns;
	/* Which of the two is wrong is not known; nor which of three, if it was changed before. */
	change_ppb_q16 = cdisc_abs(cdisc_sub_sat(freq_ppb_q16, b->freq_ppb_q16));
	if (b->hold_ns != S64_MAX)
		b->hold_ppb_q16 = cdisc_ppb_q16_from_ppb(CDISC_PHI_PPB);
	b->hold_ppb_q16 = cdisc_add_sat(b->hold_ppb_q16, change_ppb_q16);
	b->hold_ns = S64_MAX;
	b->freq_ppb_q16 = freq_ppb_q16;
}

s64 cdisc_bound_offset(const struct cdisc_bound *b, s64 raw_ns, s64 clock_ns)
{
	s64 gained_ns = cdisc_ns_from_rate(b->freq_ppb_q16, cdisc_sub_sat(raw_ns, b->raw_ns));

	return cdisc_sub_sat(cdisc_add_sat(b->phase_ns, gained_ns), clock_ns);
}

s64 cdisc_bound_at(const struct cdisc_bound *b, s64 raw_ns, s64 clock_ns)
{
	s64 grown_ns;

	if (!b->is_known)
		return S64_MAX;
	grown_ns = cdisc_add_sat(b->distance_ns, grown(b, raw_ns));
	return cdisc_add_sat(grown_ns, cdisc_abs(cdisc_bound_offset(b, raw_ns, clock_ns)));
}

void cdisc_bound_parts(const struct cdisc_bound *b, s64 raw_ns, s64 clock_ns, struct cdisc_bound_parts *parts)
{
	s64 width_ns = b->distance_ns - b->split.root_ns - b->split.path_ns - b->split.aged_ns;

	*parts = (struct cdisc_bound_parts){
		.root_ns	= b->split.root_ns,
		.path_ns	= b->split.path_ns,
		.width_ns	= width_ns,
		.oscillator_ns	= cdisc_add_sat(b->split.aged_ns, grown(b, raw_ns)),
		.slew_ns	= cdisc_abs(cdisc_bound_offset(b, raw_ns, clock_ns)),
	};
}

s64 cdisc_bound_ahead(const struct cdisc_bound *b, s64 raw_ns, s64 clock_ns, s64 rate_ppb_q16, s64 span_ns)
{
	s64 then_raw_ns = cdisc_add_sat(raw_ns, span_ns);
	s64 then_clock_ns = cdisc_add_sat(clock_ns, cdisc_ns_from_rate(rate_ppb_q16, span_ns));
	s64 now_off_ns, then_off_ns;

	if (!b->is_known)
		return S64_MAX;
	/* What grows never shrinks, and the distance of two straight lines is largest at an end. */
	now_off_ns = cdisc_abs(cdisc_bound_offset(b, raw_ns, clock_ns));
	then_off_ns = cdisc_abs(cdisc_bound_offset(b, then_raw_ns, then_clock_ns));
	return cdisc_add_sat(cdisc_add_sat(b->distance_ns, grown(b, then_raw_ns)), max_t(s64, now_off_ns, then_off_ns));
}

void cdisc_bound_line(const struct cdisc_bound *b, s64 raw_ns, struct cdisc_bound_line *line)
{
	s64 age_ns = cdisc_sub_sat(raw_ns, b->raw_ns);

	*line = (struct cdisc_bound_line){
		.raw_ns		= raw_ns,
		.real_ns	= cdisc_add_sat(raw_ns, cdisc_bound_offset(b, raw_ns, 0)),
		.rate_ppb_q16	= b->freq_ppb_q16,
		.half_ns	= cdisc_add_sat(b->distance_ns, grown(b, raw_ns)),
		.hold_ppb_q16	= b->hold_ppb_q16,
		.hold_ns	= max_t(s64, cdisc_sub_sat(b->hold_ns, age_ns), 0),
	};
}
