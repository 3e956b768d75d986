// SPDX-License-Identifier: GPL-2.0
/*
 * Samples of user space: four NTP stamps, or an instant with an offset and a half-width, become a phase on counter
 * time.
 *
 *	phase = ((T2 - raw(T1)) + (T3 - raw(T4))) / 2		RFC 5905, section 8, with the counter as local
 *	delay = (raw(T4) - raw(T1)) - (T3 - T2)			clock, which no step or slew disturbs
 */
#include "source.h"

/* What a stamp of CLOCK_REALTIME is good for: two snapshots and the line between them. */
#define READING_NS	1000

static enum clockdisc_verdict from_stamps(const struct cdisc_timeline *tl, const struct cdisc_submission *sub,
					  struct cdisc_sample *s)
{
	s64 precision_ns = cdisc_ns_from_log2s(sub->precision_log2s) + READING_NS;
	s64 raw1_ns, raw4_ns, there_ns, back_ns;
	enum clockdisc_verdict v;

	v = cdisc_timeline_to_raw(tl, sub->t4_real_ns, &raw4_ns);
	if (v != CLOCKDISC_VERDICT_ACCEPTED)
		return v;
	v = cdisc_timeline_to_raw(tl, sub->t1_real_ns, &raw1_ns);
	if (v != CLOCKDISC_VERDICT_ACCEPTED)
		return v;
	if (raw4_ns < raw1_ns || sub->t3_real_ns < sub->t2_real_ns)
		return CLOCKDISC_VERDICT_STAMP_ORDER;
	there_ns = cdisc_sub_sat(sub->t2_real_ns, raw1_ns);
	back_ns = cdisc_sub_sat(sub->t3_real_ns, raw4_ns);
	s->delay_ns = cdisc_sub_sat(there_ns, back_ns);
	if (s->delay_ns < -precision_ns)
		return CLOCKDISC_VERDICT_DELAY;
	/* RFC 5905, section 8: a delay below what the clock can be read to means nothing. */
	s->delay_ns = max_t(s64, s->delay_ns, READING_NS);
	s->raw_ns = raw1_ns + (raw4_ns - raw1_ns) / 2;
	s->phase_ns = cdisc_add_sat(back_ns, cdisc_sub_sat(there_ns, back_ns) / 2);
	s->disp_ns = precision_ns + cdisc_ns_from_phi(raw4_ns - raw1_ns);
	s->half_ns = s->delay_ns / 2 + s->disp_ns;
	return v;
}

static enum clockdisc_verdict from_plain(const struct cdisc_timeline *tl, const struct cdisc_submission *sub,
					 struct cdisc_sample *s)
{
	enum clockdisc_verdict v = cdisc_timeline_to_raw(tl, sub->real_ns, &s->raw_ns);

	if (v != CLOCKDISC_VERDICT_ACCEPTED)
		return v;
	s->phase_ns = cdisc_sub_sat(cdisc_add_sat(sub->real_ns, sub->offset_ns), s->raw_ns);
	s->delay_ns = 0;
	s->disp_ns = sub->half_ns;
	s->half_ns = sub->half_ns;
	return v;
}

enum clockdisc_verdict cdisc_source_user_sample(const struct cdisc_timeline *tl,
						const struct cdisc_submission *sub, struct cdisc_sample *s)
{
	return sub->has_stamps ? from_stamps(tl, sub, s) : from_plain(tl, sub, s);
}
