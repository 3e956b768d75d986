// SPDX-License-Identifier: GPL-2.0
/*
 * A source's phase, delay and jitter out of its samples: the clock filter of RFC 5905, section 10.
 *
 * After A.5.2 (clock_filter), with these differences:
 *
 * - The stages are carried to the newest sample's instant with the learnt frequency before they are compared.
 * - A stage takes part while its interval, grown with PHI, meets the newest one's: a source that stepped would
 *   otherwise keep an old sample of little delay in use for eight polls.
 * - Age counts in the order, as delay: twice of what the phase may have drifted by since. How fast that is the
 *   stages say themselves, by their slope after they were carried. With a frequency that is known this is a part
 *   of the jitter and hardly matters; while it is being learnt nothing else tells that the sample in use is stale.
 * - Stages that are not filled are left out, where the RFC counts each as MAXDISP and so refuses a source before its
 *   fourth sample. A sample here is an interval that holds from the first on: a guest that was restored must not
 *   wait. The last stage takes the weight that is left, so that the weights add up to one.
 * - The spike is compared with the jitter from before it came: its own would hide it. A suppressed sample does not
 *   enter the register, where it would be in use one poll later. The second winner in a row passes, as in the RFC.
 */
#include "estimator.h"

/* With fewer stages than this their slope is noise; they count as drifting by PHI. */
#define DRIFT_STAGES	4

/* A stage as it is lined up: carried to the newest sample's instant. */
struct row {
	const struct cdisc_sample	*s;
	s64				phase_ns;
	s64				cost_ns;	/* delay, and age counted as delay */
	bool				is_stale;	/* older than the sample in use */
};

void cdisc_filter_reset(struct cdisc_filter *f)
{
	memset(f, 0, sizeof(*f));
}

static void push(struct cdisc_filter *f, const struct cdisc_sample *s)
{
	f->head = f->count ? (u8)((f->head + 1) % CDISC_FILTER_STAGES) : 0;
	f->stage[f->head] = *s;
	f->last_raw_ns = s->raw_ns;
	f->count = min_t(u8, f->count + 1, CDISC_FILTER_STAGES);
}

static s64 carry(s64 phase_ns, s64 freq_ppb_q16, s64 dt_ns)
{
	return cdisc_add_sat(phase_ns, cdisc_ns_from_rate(freq_ppb_q16, dt_ns));
}

/* Both true to their word, two samples of one source overlap when they are brought to the same instant. */
static bool is_compatible(const struct row *r, const struct cdisc_sample *newest)
{
	s64 reach_ns = cdisc_add_sat(cdisc_add_sat(r->s->half_ns, newest->half_ns),
				     cdisc_ns_from_phi(cdisc_sub_sat(newest->raw_ns, r->s->raw_ns)));

	return cdisc_abs(cdisc_sub_sat(r->phase_ns, newest->phase_ns)) <= reach_ns;
}

/* Least cost first, of equal ones the newer; what is older than the sample in use comes after all others. */
static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left, *b = right;

	if (a->is_stale != b->is_stale)
		return a->is_stale ? 1 : -1;
	if (a->cost_ns != b->cost_ns)
		return a->cost_ns < b->cost_ns ? -1 : 1;
	if (a->s->raw_ns != b->s->raw_ns)
		return a->s->raw_ns > b->s->raw_ns ? -1 : 1;
	return 0;
}

static int compare_s64(const void *left, const void *right)
{
	s64 a = *(const s64 *)left, b = *(const s64 *)right;

	return (a > b) - (a < b);
}

/* How fast the phase drifts beside the frequency: the median of the slopes between pairs of stages, its size. */
static s64 drift(const struct row *rows, unsigned int n)
{
	s64 slopes[CDISC_FILTER_STAGES * (CDISC_FILTER_STAGES - 1) / 2];
	unsigned int i, j, pairs = 0;

	if (n < DRIFT_STAGES)
		return cdisc_ppb_q16_from_ppb(CDISC_PHI_PPB);
	for (i = 0; i < n; i++) {
		for (j = 0; j < i; j++) {
			s64 dt_ns = cdisc_sub_sat(rows[i].s->raw_ns, rows[j].s->raw_ns);
			s64 gain_ns = cdisc_sub_sat(rows[i].phase_ns, rows[j].phase_ns);

			/* The order of a pair does not change its slope; no two stages are of the same instant. */
			if (dt_ns < 0)
				gain_ns = cdisc_sub_sat(0, gain_ns);
			slopes[pairs++] = cdisc_rate_from_ns(gain_ns, cdisc_abs(dt_ns));
		}
	}
	sort(slopes, pairs, sizeof(*slopes), compare_s64, NULL);
	return cdisc_abs(slopes[pairs / 2]);
}

/* Line the stages up, the one to be used first; used_raw_ns is that of the sample in use so far. */
static unsigned int line_up(const struct cdisc_filter *f, s64 used_raw_ns, s64 freq_ppb_q16, struct row *rows)
{
	const struct cdisc_sample *newest = &f->stage[f->head];
	unsigned int i, n = 0;
	s64 drift_ppb_q16;

	for (i = 0; i < f->count; i++) {
		struct row *r = &rows[n];

		r->s = &f->stage[i];
		r->phase_ns = carry(r->s->phase_ns, freq_ppb_q16, cdisc_sub_sat(newest->raw_ns, r->s->raw_ns));
		r->is_stale = r->s->raw_ns < used_raw_ns;
		if (is_compatible(r, newest))
			n++;
	}
	drift_ppb_q16 = drift(rows, n);
	for (i = 0; i < n; i++) {
		s64 age_ns = cdisc_sub_sat(newest->raw_ns, rows[i].s->raw_ns);

		/* An error of the phase of x is as bad as a delay of 2 * x. */
		rows[i].cost_ns = cdisc_add_sat(rows[i].s->delay_ns,
						cdisc_mul_sat(2, cdisc_ns_from_rate(drift_ppb_q16, age_ns)));
	}
	sort(rows, n, sizeof(*rows), compare_rows, NULL);
	return n;
}

/* v / 2^n rounded up, v >= 0: an error bound does not shrink by rounding. */
static s64 halve_up(s64 v, unsigned int n)
{
	return cdisc_mul_div_up(v, 1, 1LL << n);
}

/* RFC 5905, section 10: the sum of the stages' dispersions, each weighing half of the one before. */
static s64 dispersion(const struct row *rows, unsigned int n)
{
	s64 sum_ns = 0, stage_ns = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		s64 age_ns = cdisc_abs(cdisc_sub_sat(rows[0].s->raw_ns, rows[i].s->raw_ns));

		stage_ns = cdisc_add_sat(rows[i].s->disp_ns, cdisc_ns_from_phi(age_ns));
		sum_ns = cdisc_add_sat(sum_ns, halve_up(stage_ns, i + 1));
	}
	return cdisc_add_sat(sum_ns, halve_up(stage_ns, n));
}

/* RFC 5905, section 10: RMS of the differences between the other stages and the one in use; at least 1 ns. */
static s64 jitter(const struct row *rows, unsigned int n)
{
	s64 diff_ns[CDISC_FILTER_STAGES];
	unsigned int i;

	for (i = 1; i < n; i++)
		diff_ns[i - 1] = cdisc_sub_sat(rows[i].phase_ns, rows[0].phase_ns);
	return n > 1 ? max_t(s64, cdisc_rms(diff_ns, n - 1), 1) : 1;
}

static void estimate(const struct row *rows, unsigned int n, struct cdisc_filter_used *used)
{
	const struct cdisc_sample *best = rows[0].s;

	*used = (struct cdisc_filter_used){
		.sample_raw_ns	= best->raw_ns,
		.phase_ns	= best->phase_ns,
		.delay_ns	= best->delay_ns,
		.half_ns	= best->half_ns,
		.disp_ns	= dispersion(rows, n),
		.jitter_ns	= jitter(rows, n),
	};
}

/*
 * The popcorn spike suppressor. It takes two samples that agree to say what the jitter is, and no jitter is below
 * what the sample itself says it can be read to.
 */
static bool is_spike(const struct cdisc_filter *f, const struct cdisc_sample *s, s64 freq_ppb_q16, s64 poll_ns)
{
	s64 age_ns = cdisc_sub_sat(s->raw_ns, f->used.sample_raw_ns);
	s64 jitter_ns = max_t(s64, f->used.jitter_ns, s->disp_ns);
	s64 gap_ns = cdisc_sub_sat(s->phase_ns, carry(f->used.phase_ns, freq_ppb_q16, age_ns));

	if (f->agreeing < 2 || f->was_spike || age_ns >= cdisc_mul_sat(2, poll_ns))
		return false;
	return cdisc_abs(gap_ns) > cdisc_mul_sat(CDISC_SGATE, jitter_ns);
}

enum clockdisc_verdict cdisc_filter_add(struct cdisc_filter *f, const struct cdisc_sample *s,
					s64 freq_ppb_q16, s64 poll_ns)
{
	struct row rows[CDISC_FILTER_STAGES];
	struct cdisc_filter next = *f;
	bool is_kept, is_newest;
	unsigned int n;

	if (f->count && s->raw_ns <= f->last_raw_ns)
		return CLOCKDISC_VERDICT_DUPLICATE;
	push(&next, s);
	n = line_up(&next, f->count ? f->used.sample_raw_ns : s->raw_ns, freq_ppb_q16, rows);
	next.agreeing = (u8)n;
	estimate(rows, n, &next.used);
	is_newest = next.used.sample_raw_ns == s->raw_ns;
	is_kept = f->count && next.used.sample_raw_ns == f->used.sample_raw_ns;
	if (is_newest && is_spike(f, s, freq_ppb_q16, poll_ns)) {
		f->was_spike = true;
		f->last_raw_ns = s->raw_ns;
		return CLOCKDISC_VERDICT_POPCORN;
	}
	*f = next;
	if (is_kept)
		return CLOCKDISC_VERDICT_KEPT;
	f->was_spike = false;
	return CLOCKDISC_VERDICT_ACCEPTED;
}

enum clockdisc_verdict cdisc_filter_keep(struct cdisc_filter *f, const struct cdisc_sample *s)
{
	if (f->count && s->raw_ns <= f->last_raw_ns)
		return CLOCKDISC_VERDICT_DUPLICATE;
	push(f, s);
	return CLOCKDISC_VERDICT_ACCEPTED;
}

const struct cdisc_sample *cdisc_filter_kept(const struct cdisc_filter *f, unsigned int i)
{
	/* A register that is not full begins at 0, with the newest at count - 1. */
	return &f->stage[(f->head + CDISC_FILTER_STAGES + 1 - f->count + i) % CDISC_FILTER_STAGES];
}

void cdisc_filter_replay(struct cdisc_filter *f, s64 freq_ppb_q16, s64 poll_ns)
{
	struct cdisc_filter kept = *f;
	unsigned int i;

	cdisc_filter_reset(f);
	for (i = 0; i < kept.count; i++)
		cdisc_filter_add(f, cdisc_filter_kept(&kept, i), freq_ppb_q16, poll_ns);
}

void cdisc_filter_predict(const struct cdisc_filter *f, s64 raw_ns, s64 freq_ppb_q16,
			  struct cdisc_estimate *out)
{
	const struct cdisc_filter_used *used = &f->used;
	s64 dt_ns = cdisc_sub_sat(raw_ns, used->sample_raw_ns);
	s64 aged_ns = cdisc_ns_from_phi(dt_ns);

	*out = (struct cdisc_estimate){
		.raw_ns		= raw_ns,
		.sample_raw_ns	= used->sample_raw_ns,
		.phase_ns	= carry(used->phase_ns, freq_ppb_q16, dt_ns),
		.delay_ns	= used->delay_ns,
		.half_ns	= used->half_ns,
		.disp_ns	= cdisc_add_sat(used->disp_ns, aged_ns),
		.jitter_ns	= used->jitter_ns,
		.freq_ppb_q16	= freq_ppb_q16,
		.aged_ns	= aged_ns,
	};
}
