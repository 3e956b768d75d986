// SPDX-License-Identifier: GPL-2.0
/*
 * A source's phase and frequency with how well they are known, from samples that are intervals: the adaptive estimator.
 *
 * The oscillator's frequency is a random walk of w per root of a second. A filter holds phase x, frequency f and their
 * covariance as three numbers that are never negative: the variance P of x, the slope g of the regression of f on x,
 * and the variance R of what is left of f. In a time t the covariance becomes, with q = w^2,
 *
 *	P' = P (1 + t g)^2 + R t^2 + q t^3 / 3
 *	g' = (P g (1 + t g) + R t + q t^2 / 2) / P'
 *	R' = (P (R + q t ((1 + t g / 2)^2 + (t g)^2 / 12)) + R q t^3 / 3 + q^2 t^4 / 12) / P'
 *
 * which is the usual F P F' + Q written as a sum of squares (Lagrange's identity for R'): nothing is subtracted, so
 * nothing cancels and no rounding makes it indefinite. To learn that x has the mean m and the variance v is then
 *
 *	f += g (m - x), x = m, P = v
 *
 * A sample says that x is within z +- h. The first bank takes all of the interval as equally likely: it cuts the normal
 * distribution of x there and takes over mean and variance of what is left; the mass that was there is the sample's
 * likelihood. That is exact for exponential queues of equal mean both ways: given their sum, the part that was spent on
 * one way is uniform. Other laws concentrate in the middle; the second bank takes errors as normal, with a variance of
 * c h^2 whose c it learns. Each bank has CDISC_TRACK_FILTERS filters of different w. What is told is the mean of all,
 * weighted by likelihood; samples are forgotten slowly, so that the oscillator and the path may change.
 *
 * A sample that contradicts the best filter by more than CONTRADICTS standard deviations beyond its own reach is a jump
 * of the phase: a step of the source, or a machine that stood still. The phase is open then and the frequency kept. If
 * the next ones contradict again in the same direction it was the frequency. What was believed before is carried on for
 * some samples: a single wrong sample is taken back by the next one.
 */
#include "track.h"
#include "normal.h"

#define ONE_Q24			(1LL << 24)
#define LN_2PI_Q24		30834380LL	/* log(2 pi) */

/* Where the filters of a bank are on the grid, relative to the best: one below, some above, one far above to catch up. */
static const s8 offsets[CDISC_TRACK_FILTERS] = { -1, 0, 1, 2, 4 };

#define CENTRE			1		/* index of the filter at offset 0 */
#define CENTRE_MIN		1
#define CENTRE_MAX		(CDISC_TRACK_GRID - 1 - 4)

/* Where it begins: 1e-9, an ordinary quartz in a quiet room. */
#define CENTRE_FIRST		4

/* w^2 at the grid's points, ppb^2 / s: 10^(i - 4). */
static const struct cdisc_mag wander[CDISC_TRACK_GRID] = {
	{ 3518437208U, -45 }, { 2199023255U, -41 }, { 2748779069U, -38 }, { 3435973836U, -35 }, { 2147483648U, -31 },
	{ 2684354560U, -28 }, { 3355443200U, -25 }, { 4194304000U, -22 }, { 2621440000U, -18 }, { 3276800000U, -15 },
	{ 4096000000U, -12 }, { 2560000000U, -8 }, { 3200000000U, -5 },
};

/* 1 / 3 and 1 / 12. */
static const struct cdisc_mag third = { 2863311530U, -33 };
static const struct cdisc_mag twelfth = { 2863311530U, -35 };

/* An oscillator is off by 100 ppm, what quartz is sold for, before anything is measured: ppb^2. */
static const struct cdisc_mag first_rest = { 2500000000U, 2 };

/* Less than a 64th of a nanosecond is not known of any phase: 2^-12 ns^2. Keeps P' away from 0. */
static const struct cdisc_mag least_var = { 1U << 31, -43 };

/* Samples are forgotten by 1 / 128 each. Slower: a change is noticed late. Faster: the weights are noise. */
#define FORGET_SHIFT		7

/* No sample counts for more; a filter that far behind the best begins anew from it. */
#define LIKELIHOOD_LEAST_Q24	(-80 * ONE_Q24)
#define BEHIND_Q24		(-12 * ONE_Q24)
#define WEIGHTLESS_Q24		(-10 * ONE_Q24)		/* e^-10 is three units of the mean's q16 */

/* What a filter loses that takes over another's state, for each step of the grid. */
#define MOVED_Q24		ONE_Q24

/* Standard deviations beyond the sample's reach. Less: noise is taken for jumps. More: jumps are smeared over samples. */
#define CONTRADICTS_SQUARED	30		/* 5.5^2 */
#define AGREES_SQUARED		12		/* 3.5^2 */

/* How far an error with a normal distribution reaches, in standard deviations. */
#define NORMAL_REACH		3

/* A jump may be taken back, or turn out to be one of frequency, within so many samples. */
#define ALT_SAMPLES		8

/*
 * No frequency jumps by more than 500 ppm, the kernel's own range: ppb. Less, 100 ppm, and a frequency that the first samples
 * got wrong by more is never mended: each sample is a jump of the phase. More: steps of the phase soon after each other
 * are taken for one.
 */
#define FREQ_JUMP_MAX_PPB	500000

/* Learning of the normal error's variance: by 1 / 64 each sample, within 10^-4 and 4 half-widths squared. */
#define SPREAD_FIRST_Q24	(ONE_Q24 / 3)	/* as of a uniform one */
#define SPREAD_SHIFT		6
#define SPREAD_MIN_Q24		(ONE_Q24 / 10000)
#define SPREAD_MAX_Q24		(4 * ONE_Q24)
#define SPREAD_RATIO_MAX_Q24	(64 * ONE_Q24)
#define SPREAD_OUTLIER		9		/* a square counts as nine variances at most */

/* Phases farther away than 4 h, or samples 6 days apart, are another time: 2^44 ns, 2^49 ns. */
#define ANCHOR_MAX_NS		(1LL << 44)
#define GAP_MAX_NS		(1LL << 49)

/* A filter's frequency stays within 13 %, more than the clock can be steered to: 2^43. */
#define STATE_FREQ_MAX_PPB_Q16	(1LL << 43)

/*
 * What a bound grows by: so many standard deviations of the frequency and a little for what the samples do not show. Since
 * the last sample the frequency may have jumped, whatever it did before: 1 ppm at least, what chrony (maxclockerror) takes
 * an oscillator to be good for. Less: the bound lies after a jump, until the next sample. More: it is wide at long polls.
 * No more than PHI.
 */
#define HOLD_DEVIATIONS		4
#define HOLD_LEAST_PPB		100
#define HOLD_UNSEEN_PPB		1000

/* (2^32 / 10^9 - 4) * 2^32. */
#define SECOND_PART		1266874890ULL

#define LOW32			0xffffffffULL

/* What a sample is taken for: see the head of this file. */
struct reading {
	s64			phase_ns_q16;
	s64			tight_ns_q16;
	s64			loose_ns_q16;
	s64			log_width_q24;	/* of the tight interval */
	struct cdisc_mag	noise;		/* variance of the normal error, ns^2 */
};

/* A time and what is made of it for all filters, in seconds. */
struct span {
	u64			seconds_q32;
	struct cdisc_mag	t;
	struct cdisc_mag	t2;
	struct cdisc_mag	t2_half;
	struct cdisc_mag	t3_third;
};

/*
 * dt_ns of 0 to GAP_MAX_NS in seconds: less than 2^20, 52 bits in q32. 2^32 / 10^9 is 4 and SECOND_PART / 2^32, good to
 * 3e-11 of the time. Products of 25 and 31 bits, and 24 and 31.
 */
static u64 seconds_q32(s64 dt_ns)
{
	u64 dt = (u64)dt_ns;

	return 4 * dt + (((dt >> 24) * SECOND_PART) >> 8) + (((dt & 0xffffff) * SECOND_PART) >> 32);
}

static struct span span_of(s64 dt_ns)
{
	struct span s;

	s.seconds_q32 = seconds_q32(dt_ns);
	s.t = cdisc_mag_from(s.seconds_q32, -32);
	s.t2 = cdisc_mag_square(s.t);
	s.t2_half = cdisc_mag_scale(s.t2, -1);
	s.t3_third = cdisc_mag_mul(cdisc_mag_mul(s.t2, s.t), third);
	return s;
}

/* Phase gained: ppb * s is ns. |freq| up to 2^43, 11 bits above the lower 32; seconds 20 bits above: below 2^63. */
static s64 gain(s64 freq_ppb_q16, u64 seconds_q32)
{
	u64 size = freq_ppb_q16 < 0 ? 0 - (u64)freq_ppb_q16 : (u64)freq_ppb_q16;
	u64 high = size >> 32, low = size & LOW32;
	u64 whole = seconds_q32 >> 32, part = seconds_q32 & LOW32;
	u64 sum = ((high * whole) << 32) + high * part + low * whole + ((low * part) >> 32);

	return freq_ppb_q16 < 0 ? -(s64)sum : (s64)sum;
}

static struct cdisc_mag freq_var(const struct cdisc_track_state *s)
{
	return cdisc_mag_add(s->rest, cdisc_mag_mul(cdisc_mag_square(s->slope), s->var));
}

/* The formulas at the head of this file; a is 1 + t g, h is 1 + t g / 2. */
static void predict(struct cdisc_track_state *s, struct cdisc_mag q, const struct span *sp)
{
	struct cdisc_mag tg = cdisc_mag_mul(sp->t, s->slope);
	struct cdisc_mag a = cdisc_mag_add(CDISC_MAG_ONE, tg);
	struct cdisc_mag h = cdisc_mag_add(CDISC_MAG_ONE, cdisc_mag_scale(tg, -1));
	struct cdisc_mag turn = cdisc_mag_add(cdisc_mag_square(h), cdisc_mag_mul(cdisc_mag_square(tg), twelfth));
	struct cdisc_mag pa = cdisc_mag_mul(s->var, a);
	struct cdisc_mag q2 = cdisc_mag_mul(q, sp->t2_half), q3 = cdisc_mag_mul(q, sp->t3_third);
	struct cdisc_mag var, both, rest;

	var = cdisc_mag_add(cdisc_mag_mul(pa, a), cdisc_mag_add(cdisc_mag_mul(s->rest, sp->t2), q3));
	both = cdisc_mag_add(cdisc_mag_mul(pa, s->slope), cdisc_mag_add(cdisc_mag_mul(s->rest, sp->t), q2));
	rest = cdisc_mag_add(s->rest, cdisc_mag_mul(cdisc_mag_mul(q, sp->t), turn));
	/* q^2 t^4 / 12 is a third of (q t^2 / 2)^2. */
	rest = cdisc_mag_add(cdisc_mag_mul(s->var, rest), cdisc_mag_mul(s->rest, q3));
	rest = cdisc_mag_add(rest, cdisc_mag_mul(cdisc_mag_square(q2), third));
	s->slope = cdisc_mag_div(both, var);
	s->rest = cdisc_mag_div(rest, var);
	s->var = var;
	/* Phases are below 2^60 (ANCHOR_MAX_NS) and the gain below 2^63. */
	s->phase_ns_q16 = cdisc_add_sat(s->phase_ns_q16, gain(s->freq_ppb_q16, sp->seconds_q32));
}

/* The phase is off from what was believed by move_ns_q16, and has the variance var. */
static void learn(struct cdisc_track_state *s, s64 move_ns_q16, struct cdisc_mag var)
{
	s64 freq_ppb_q16 = cdisc_add_sat(s->freq_ppb_q16, cdisc_mag_times(move_ns_q16, s->slope, 0));

	s->phase_ns_q16 = cdisc_add_sat(s->phase_ns_q16, move_ns_q16);
	s->freq_ppb_q16 = clamp_t(s64, freq_ppb_q16, -STATE_FREQ_MAX_PPB_Q16, STATE_FREQ_MAX_PPB_Q16);
	s->var = cdisc_mag_less(var, least_var) ? least_var : var;
}

/* Cut to the interval. Returns the log likelihood, a density per ns. */
static s64 cut(struct cdisc_track_state *s, const struct reading *r)
{
	struct cdisc_mag sd = cdisc_mag_sqrt(s->var);
	struct cdisc_mag inverse = cdisc_mag_div(CDISC_MAG_ONE, sd);
	s64 off_ns_q16 = cdisc_sub_sat(r->phase_ns_q16, s->phase_ns_q16);
	struct cdisc_cut c;

	cdisc_normal_cut(cdisc_mag_times(cdisc_sub_sat(off_ns_q16, r->tight_ns_q16), inverse, 8),
			 cdisc_mag_times(cdisc_add_sat(off_ns_q16, r->tight_ns_q16), inverse, 8), &c);
	learn(s, cdisc_mag_times(c.mean_q24, sd, -8), cdisc_mag_mul(s->var, cdisc_mag_from((u64)c.var_q60, -60)));
	return c.logmass_q24 - r->log_width_q24;
}

/* Take the sample as normal, the usual Kalman gain. Returns the log likelihood, a density per ns. */
static s64 weigh(struct cdisc_track_state *s, const struct reading *r)
{
	struct cdisc_mag total = cdisc_mag_add(s->var, r->noise);
	struct cdisc_mag gain = cdisc_mag_div(s->var, total);
	s64 off_ns_q16 = cdisc_sub_sat(r->phase_ns_q16, s->phase_ns_q16);
	struct cdisc_mag square = cdisc_mag_square(cdisc_mag_abs(off_ns_q16, -16));
	s64 chi_q24 = cdisc_mag_to(cdisc_mag_div(square, total), 24);

	chi_q24 = min_t(s64, chi_q24, -2 * LIKELIHOOD_LEAST_Q24);
	learn(s, cdisc_mag_times(off_ns_q16, gain, 0), cdisc_mag_mul(gain, r->noise));
	return -(chi_q24 + cdisc_mag_log_q24(total) + LN_2PI_Q24) / 2;
}

/* Are the phases farther apart than reach and the root of factor * var? */
static bool is_beyond(s64 off_ns_q16, s64 reach_ns_q16, struct cdisc_mag var, u64 factor)
{
	s64 beyond_ns_q16 = cdisc_sub_sat(cdisc_abs(off_ns_q16), reach_ns_q16);

	return beyond_ns_q16 > 0 && cdisc_mag_less(cdisc_mag_mul(var, cdisc_mag_from(factor, 0)),
						   cdisc_mag_square(cdisc_mag_abs(beyond_ns_q16, -16)));
}

static struct reading read_sample(const struct cdisc_track *t, const struct cdisc_sample *s)
{
	/* 2^45 ns: a wider sample says nothing. */
	s64 half_ns_q16 = clamp_t(s64, s->half_ns, 1, ANCHOR_MAX_NS) * 65536;
	struct reading r = { .tight_ns_q16 = half_ns_q16, .loose_ns_q16 = half_ns_q16 };
	struct cdisc_mag loose;

	/* At most 2^44 ns, see cdisc_track_add(). */
	r.phase_ns_q16 = (s->phase_ns - t->anchor_ns) * 65536;
	if (s->delay_ns > 0) {
		r.tight_ns_q16 = cdisc_path_tight(&t->path, s->delay_ns);
		r.tight_ns_q16 = min_t(s64, half_ns_q16, r.tight_ns_q16);
		r.loose_ns_q16 = cdisc_path_loose(&t->path, s->delay_ns);
		r.loose_ns_q16 = min_t(s64, half_ns_q16, r.loose_ns_q16);
	}
	r.log_width_q24 = cdisc_mag_log_q24(cdisc_mag_from((u64)r.tight_ns_q16, -15));
	loose = cdisc_mag_square(cdisc_mag_from((u64)r.loose_ns_q16, -16));
	r.noise = cdisc_mag_mul(loose, cdisc_mag_from((u64)t->spread_q24, -24));
	return r;
}

void cdisc_track_reset(struct cdisc_track *t)
{
	memset(t, 0, sizeof(*t));
}

static s64 normal_reach(const struct reading *r)
{
	return cdisc_mag_to(cdisc_mag_mul(cdisc_mag_sqrt(r->noise), cdisc_mag_from(NORMAL_REACH, 0)), 16);
}

static void begin(struct cdisc_track *t, const struct cdisc_sample *s, s64 freq_ppb_q16)
{
	struct cdisc_mag half = cdisc_mag_from((u64)clamp_t(s64, s->half_ns, 1, ANCHOR_MAX_NS), 0);
	struct cdisc_track_state first = {
		.freq_ppb_q16	= clamp_t(s64, freq_ppb_q16, -STATE_FREQ_MAX_PPB_Q16, STATE_FREQ_MAX_PPB_Q16),
		.var		= cdisc_mag_mul(cdisc_mag_square(half), third),
		.slope		= CDISC_MAG_ZERO,
		.rest		= first_rest,
	};
	unsigned int b, i;

	cdisc_track_reset(t);
	for (b = 0; b < CDISC_TRACK_BANKS; b++) {
		t->centre[b] = CENTRE_FIRST;
		for (i = 0; i < CDISC_TRACK_FILTERS; i++)
			t->filter[b][i].s = first;
	}
	t->anchor_ns = s->phase_ns;
	t->spread_q24 = SPREAD_FIRST_Q24;
	t->out = first;
	t->best = first;
	t->wander = CENTRE_FIRST;
	if (s->delay_ns > 0)
		cdisc_path_add(&t->path, s->delay_ns);
	t->hard = *s;
	t->has_sample = true;
}

static void predict_all(struct cdisc_track *t, const struct span *sp)
{
	unsigned int b, i;

	for (b = 0; b < CDISC_TRACK_BANKS; b++)
		for (i = 0; i < CDISC_TRACK_FILTERS; i++)
			predict(&t->filter[b][i].s, wander[t->centre[b] + offsets[i]], sp);
	predict(&t->best, wander[t->wander], sp);
	if (t->alt_left) {
		predict(&t->alt, wander[t->wander], sp);
		t->alt_left--;
	}
}

/* The phase may be anywhere off_ns_q16 around: what is said of the frequency by it loses its weight. */
static void open_phase(struct cdisc_track_state *s, struct cdisc_mag square)
{
	struct cdisc_mag var = cdisc_mag_add(s->var, square);
	struct cdisc_mag keep = cdisc_mag_div(s->var, var), lose = cdisc_mag_div(square, var);

	s->rest = cdisc_mag_add(s->rest, cdisc_mag_mul(cdisc_mag_mul(cdisc_mag_square(s->slope), s->var), lose));
	s->slope = cdisc_mag_mul(s->slope, keep);
	s->var = var;
}

/* The frequency jumped by something like the root of square, some time within the last span. */
static void open_freq(struct cdisc_track_state *s, struct cdisc_mag square)
{
	s->rest = cdisc_mag_add(s->rest, square);
}

static void take_back(struct cdisc_track *t)
{
	struct cdisc_track_state last = t->best;
	unsigned int b, i;

	for (b = 0; b < CDISC_TRACK_BANKS; b++)
		for (i = 0; i < CDISC_TRACK_FILTERS; i++)
			t->filter[b][i].s = t->alt;
	t->alt = last;
	t->alt_left = ALT_SAMPLES;
	t->alt_is_ahead = !t->alt_is_ahead;
}

/* The sample is off by off_ns_q16, farther than noise goes. */
static void jump(struct cdisc_track *t, const struct reading *r, s64 off_ns_q16, const struct span *sp)
{
	struct cdisc_mag square = cdisc_mag_square(cdisc_mag_abs(off_ns_q16, -16));
	struct cdisc_mag rate = cdisc_mag_div(square, sp->t2);
	bool is_ahead = off_ns_q16 > 0;
	bool is_freq = t->alt_left && t->alt_is_ahead == is_ahead &&
		       cdisc_mag_less(rate, cdisc_mag_square(cdisc_mag_from(FREQ_JUMP_MAX_PPB, 0)));
	unsigned int b, i;

	t->jumps++;
	if (t->alt_left && !is_beyond(cdisc_sub_sat(r->phase_ns_q16, t->alt.phase_ns_q16), r->tight_ns_q16, t->alt.var,
				      AGREES_SQUARED)) {
		take_back(t);
		return;
	}
	for (b = 0; b < CDISC_TRACK_BANKS; b++) {
		for (i = 0; i < CDISC_TRACK_FILTERS; i++) {
			open_phase(&t->filter[b][i].s, square);
			if (is_freq)
				open_freq(&t->filter[b][i].s, rate);
		}
	}
	t->alt = t->best;
	t->alt_left = ALT_SAMPLES;
	t->alt_is_ahead = is_ahead;
}

/*
 * How large a normal error is, in loose half-widths: a step up the slope of the likelihood, small where the filter's own
 * variance hides it.
 */
static void learn_spread(struct cdisc_track *t, const struct reading *r, const struct cdisc_track_state *before)
{
	struct cdisc_mag total = cdisc_mag_add(before->var, r->noise);
	struct cdisc_mag off = cdisc_mag_abs(cdisc_sub_sat(r->phase_ns_q16, before->phase_ns_q16), -16);
	struct cdisc_mag most = cdisc_mag_mul(total, cdisc_mag_from(SPREAD_OUTLIER, 0));
	struct cdisc_mag square = cdisc_mag_square(off), unit;
	s64 share_q24, seen_q24, due_q24, step_q24;

	if (cdisc_mag_less(most, square))
		square = most;
	unit = cdisc_mag_square(cdisc_mag_from((u64)r->loose_ns_q16, -16));
	share_q24 = cdisc_mag_to(cdisc_mag_square(cdisc_mag_div(r->noise, total)), 24);
	seen_q24 = cdisc_mag_to(cdisc_mag_div(square, unit), 24);
	seen_q24 = min_t(s64, seen_q24, SPREAD_RATIO_MAX_Q24);
	due_q24 = cdisc_mag_to(cdisc_mag_div(total, unit), 24);
	due_q24 = min_t(s64, due_q24, SPREAD_RATIO_MAX_Q24);
	/* 25 and 31 bits. */
	step_q24 = share_q24 * (seen_q24 - due_q24) / (ONE_Q24 << SPREAD_SHIFT);
	t->spread_q24 = clamp_t(s64, t->spread_q24 + step_q24, SPREAD_MIN_Q24, SPREAD_MAX_Q24);
}

/* Centre a bank on the grid index c: a filter that has no predecessor there takes over the nearest one's state. */
static void recentre(struct cdisc_track *t, unsigned int b, s8 c)
{
	struct cdisc_track_filter old[CDISC_TRACK_FILTERS];
	unsigned int i, k, nearest = 0;

	c = clamp_t(s8, c, CENTRE_MIN, CENTRE_MAX);
	if (c == t->centre[b])
		return;
	memcpy(old, t->filter[b], sizeof(old));
	for (i = 0; i < CDISC_TRACK_FILTERS; i++) {
		s32 away = CDISC_TRACK_GRID;

		for (k = 0; k < CDISC_TRACK_FILTERS; k++) {
			s32 d = c + offsets[i] - t->centre[b] - offsets[k];

			d = d < 0 ? -d : d;
			if (d < away) {
				away = d;
				nearest = k;
			}
		}
		t->filter[b][i] = old[nearest];
		t->filter[b][i].score_q24 -= away * MOVED_Q24;
	}
	t->centre[b] = c;
}

static void update_bank(struct cdisc_track *t, unsigned int b, const struct reading *r)
{
	struct cdisc_track_state before = t->filter[b][CENTRE].s;
	unsigned int i, best = 0;

	for (i = 0; i < CDISC_TRACK_FILTERS; i++) {
		struct cdisc_track_filter *f = &t->filter[b][i];
		s64 likelihood_q24;

		likelihood_q24 = b ? weigh(&f->s, r) : cut(&f->s, r);
		likelihood_q24 = max_t(s64, likelihood_q24, LIKELIHOOD_LEAST_Q24);
		/* Below 2^31 and, as it is forgotten by a 128th each time, in sum below 2^38. */
		f->score_q24 += likelihood_q24 - f->score_q24 / (1 << FORGET_SHIFT);
		if (f->score_q24 > t->filter[b][best].score_q24)
			best = i;
	}
	if (b)
		learn_spread(t, r, &before);
	recentre(t, b, (s8)(t->centre[b] + offsets[best]));
}

/* Scores relative to the best; who is too far behind begins anew from the best one's state. */
static void settle_scores(struct cdisc_track *t)
{
	const struct cdisc_track_filter *best = &t->filter[0][0];
	s64 best_q24;
	unsigned int b, i;

	for (b = 0; b < CDISC_TRACK_BANKS; b++) {
		for (i = 0; i < CDISC_TRACK_FILTERS; i++) {
			if (t->filter[b][i].score_q24 <= best->score_q24 && (b || i))
				continue;
			best = &t->filter[b][i];
			t->wander = (u8)(t->centre[b] + offsets[i]);
			t->best_is_normal = b;
		}
	}
	t->best = best->s;
	best_q24 = best->score_q24;
	for (b = 0; b < CDISC_TRACK_BANKS; b++) {
		for (i = 0; i < CDISC_TRACK_FILTERS; i++) {
			struct cdisc_track_filter *f = &t->filter[b][i];

			f->score_q24 -= best_q24;
			if (f->score_q24 >= BEHIND_Q24)
				continue;
			f->score_q24 = BEHIND_Q24;
			f->s = t->best;
		}
	}
}

/* A mean is of differences to the best filter: at most 2^42 each (67 ms, 1 %), weights 17 bits, ten of them. */
static s64 part(s64 difference, u64 weight_q16)
{
	return clamp_t(s64, difference, -(1LL << 42), 1LL << 42) * (s64)weight_q16;
}

/* Mean and variance over all filters, weighted by likelihood. The best one says how frequency runs with phase. */
static void mix(struct cdisc_track *t)
{
	u64 weights_q16[CDISC_TRACK_BANKS][CDISC_TRACK_FILTERS], sum_q16 = 0;
	struct cdisc_mag var = CDISC_MAG_ZERO, rest = CDISC_MAG_ZERO, sum;
	s64 phase = 0, freq = 0;
	unsigned int b, i;

	for (b = 0; b < CDISC_TRACK_BANKS; b++) {
		for (i = 0; i < CDISC_TRACK_FILTERS; i++) {
			const struct cdisc_track_filter *f = &t->filter[b][i];
			u64 w;

			weights_q16[b][i] = 0;
			if (f->score_q24 < WEIGHTLESS_Q24)
				continue;
			w = (cdisc_exp_neg_q32((u64)-f->score_q24) + 0x8000ULL) >> 16;
			weights_q16[b][i] = w;
			sum_q16 += w;
			phase += part(cdisc_sub_sat(f->s.phase_ns_q16, t->best.phase_ns_q16), w);
			freq += part(f->s.freq_ppb_q16 - t->best.freq_ppb_q16, w);
		}
	}
	t->out.phase_ns_q16 = cdisc_add_sat(t->best.phase_ns_q16, cdisc_div_round(phase, (s64)sum_q16));
	t->out.freq_ppb_q16 = t->best.freq_ppb_q16 + cdisc_div_round(freq, (s64)sum_q16);
	for (b = 0; b < CDISC_TRACK_BANKS; b++) {
		for (i = 0; i < CDISC_TRACK_FILTERS; i++) {
			const struct cdisc_track_state *s = &t->filter[b][i].s;
			struct cdisc_mag w, off;

			if (!weights_q16[b][i])
				continue;
			w = cdisc_mag_from(weights_q16[b][i], -16);
			off = cdisc_mag_abs(cdisc_sub_sat(s->phase_ns_q16, t->out.phase_ns_q16), -16);
			off = cdisc_mag_square(off);
			var = cdisc_mag_add(var, cdisc_mag_mul(w, cdisc_mag_add(s->var, off)));
			off = cdisc_mag_square(cdisc_mag_abs(s->freq_ppb_q16 - t->out.freq_ppb_q16, -16));
			rest = cdisc_mag_add(rest, cdisc_mag_mul(w, cdisc_mag_add(s->rest, off)));
		}
	}
	sum = cdisc_mag_from(sum_q16, -16);
	t->out.var = cdisc_mag_div(var, sum);
	t->out.rest = cdisc_mag_div(rest, sum);
	t->out.slope = t->best.slope;
}

/* Phases relative to where the best filter is, in whole ns: they stay small. */
static void move_anchor(struct cdisc_track *t)
{
	s64 whole_ns = t->out.phase_ns_q16 / 65536, move_ns_q16 = whole_ns * 65536;
	unsigned int b, i;

	t->anchor_ns = cdisc_add_sat(t->anchor_ns, whole_ns);
	for (b = 0; b < CDISC_TRACK_BANKS; b++)
		for (i = 0; i < CDISC_TRACK_FILTERS; i++)
			t->filter[b][i].s.phase_ns_q16 = cdisc_sub_sat(t->filter[b][i].s.phase_ns_q16, move_ns_q16);
	t->out.phase_ns_q16 -= move_ns_q16;
	t->best.phase_ns_q16 -= move_ns_q16;
	t->alt.phase_ns_q16 = cdisc_sub_sat(t->alt.phase_ns_q16, move_ns_q16);
}

static void note_typical(struct cdisc_track *t, const struct cdisc_sample *s)
{
	s64 half_ns_q16 = clamp_t(s64, s->half_ns, 1, ANCHOR_MAX_NS) * 65536;

	if (s->delay_ns > 0)
		half_ns_q16 = cdisc_path_usual(&t->path);
	/* The root of a number below 2^26 in q12. */
	if (t->best_is_normal)
		half_ns_q16 = cdisc_mul_div(half_ns_q16, cdisc_sqrt_u64((u64)t->spread_q24), 1 << 12);
	t->typical_ns_q16 = max_t(s64, half_ns_q16, 1);
}

/*
 * What a tracker begins with was learnt before, or is the counter's own: within its tolerance. What the first samples make of it
 * may be further off.
 */
static void note_hold(struct cdisc_track *t, s64 most_ppb_q16)
{
	struct cdisc_mag sd = cdisc_mag_sqrt(freq_var(&t->out));
	s64 hold_ppb_q16 = cdisc_mag_to(cdisc_mag_mul(sd, cdisc_mag_from(HOLD_DEVIATIONS, 0)), 16);

	hold_ppb_q16 = cdisc_add_sat(hold_ppb_q16, cdisc_ppb_q16_from_ppb(HOLD_LEAST_PPB));
	t->hold_ppb_q16 = min_t(s64, hold_ppb_q16, most_ppb_q16);
}

/* Phase gained by freq_ppb_q16 (of 13 % at most) in dt_ns, ns. */
static s64 gain_ns(s64 freq_ppb_q16, s64 dt_ns)
{
	return gain(freq_ppb_q16, seconds_q32(dt_ns)) / 65536;
}

/* How fast the phase may run away from the estimate since the last sample. */
static s64 unseen_ppb_q16(const struct cdisc_track *t)
{
	return max_t(s64, t->hold_ppb_q16, cdisc_ppb_q16_from_ppb(HOLD_UNSEEN_PPB));
}

/* What the oscillator may have done since the bounding sample. */
static s64 growth(const struct cdisc_track *t, s64 raw_ns)
{
	s64 age_ns = clamp_t(s64, cdisc_sub_sat(raw_ns, t->hard.raw_ns), 0, GAP_MAX_NS);
	s64 unseen_ns = clamp_t(s64, cdisc_sub_sat(raw_ns, t->raw_ns), 0, age_ns);

	/* Each is 10 % of 2^49 ns at most. */
	return gain_ns(t->hold_ppb_q16, age_ns - unseen_ns) + gain_ns(unseen_ppb_q16(t), unseen_ns) + 2;
}

/* How far the true phase can be from phase_ns at raw_ns as far as the bounding sample tells, carried with freq. */
static s64 hard_limit(const struct cdisc_track *t, s64 raw_ns, s64 phase_ns)
{
	s64 since_ns = cdisc_sub_sat(raw_ns, t->hard.raw_ns);
	s64 age_ns = clamp_t(s64, since_ns, 0, GAP_MAX_NS);
	s64 carried_ns = cdisc_add_sat(t->hard.phase_ns, gain_ns(t->out.freq_ppb_q16, age_ns));
	s64 grown_ns = cdisc_add_sat(t->hard.half_ns, growth(t, raw_ns));

	return cdisc_add_sat(grown_ns, cdisc_abs(cdisc_sub_sat(phase_ns, carried_ns)));
}

void cdisc_track_add(struct cdisc_track *t, const struct cdisc_sample *s, s64 freq_ppb_q16)
{
	s64 dt_ns = cdisc_sub_sat(s->raw_ns, t->raw_ns), off_ns_q16, now_ns;
	struct reading r;
	struct span sp;

	if (!t->has_sample || dt_ns > GAP_MAX_NS ||
	    cdisc_abs(cdisc_sub_sat(s->phase_ns, t->anchor_ns)) > ANCHOR_MAX_NS) {
		begin(t, s, t->has_sample ? t->out.freq_ppb_q16 : freq_ppb_q16);
		note_typical(t, s);
		note_hold(t, cdisc_ppb_q16_from_ppb(CDISC_PHI_PPB));
		t->raw_ns = s->raw_ns;
		return;
	}
	if (s->delay_ns > 0)
		cdisc_path_add(&t->path, s->delay_ns);
	r = read_sample(t, s);
	sp = span_of(max_t(s64, dt_ns, 1));
	predict_all(t, &sp);
	t->raw_ns = s->raw_ns;
	off_ns_q16 = cdisc_sub_sat(r.phase_ns_q16, t->best.phase_ns_q16);
	if (is_beyond(off_ns_q16, t->best_is_normal ? normal_reach(&r) : r.tight_ns_q16, t->best.var,
		      CONTRADICTS_SQUARED)) {
		jump(t, &r, off_ns_q16, &sp);
		t->hard = *s;
	}
	update_bank(t, 0, &r);
	update_bank(t, 1, &r);
	settle_scores(t);
	mix(t);
	move_anchor(t);
	note_typical(t, s);
	note_hold(t, CDISC_FREQ_MAX_PPB_Q16);
	now_ns = t->anchor_ns;
	if (cdisc_add_sat(s->half_ns, cdisc_abs(cdisc_sub_sat(s->phase_ns, now_ns))) <= hard_limit(t, s->raw_ns, now_ns))
		t->hard = *s;
}

struct cdisc_mag cdisc_track_variance(const struct cdisc_track *t, s64 dt_ns)
{
	struct span sp = span_of(clamp_t(s64, dt_ns, 1, GAP_MAX_NS));
	struct cdisc_mag a = cdisc_mag_add(CDISC_MAG_ONE, cdisc_mag_mul(sp.t, t->out.slope));
	struct cdisc_mag var = cdisc_mag_mul(cdisc_mag_square(a), t->out.var);

	var = cdisc_mag_add(var, cdisc_mag_mul(t->out.rest, sp.t2));
	return cdisc_mag_add(var, cdisc_mag_mul(wander[t->wander], sp.t3_third));
}

s64 cdisc_track_error(const struct cdisc_track *t, s64 dt_ns)
{
	return cdisc_mag_to(cdisc_mag_sqrt(cdisc_track_variance(t, dt_ns)), 16);
}

void cdisc_track_predict(const struct cdisc_track *t, s64 raw_ns, struct cdisc_estimate *out)
{
	s64 since_ns = cdisc_sub_sat(raw_ns, t->raw_ns), age_ns = cdisc_sub_sat(raw_ns, t->hard.raw_ns);
	s64 dt_ns = clamp_t(s64, since_ns, 0, GAP_MAX_NS), phase_ns_q16;

	phase_ns_q16 = cdisc_add_sat(t->out.phase_ns_q16, gain(t->out.freq_ppb_q16, seconds_q32(dt_ns)));
	*out = (struct cdisc_estimate){
		.raw_ns		= raw_ns,
		.sample_raw_ns	= t->raw_ns,
		.phase_ns	= cdisc_add_sat(t->anchor_ns, cdisc_rshift_round(phase_ns_q16, 16)),
		.freq_ppb_q16	= t->out.freq_ppb_q16,
		.error_ns_q16	= cdisc_track_error(t, dt_ns),
		.hold_ppb_q16	= unseen_ppb_q16(t),
		.delay_ns	= t->hard.delay_ns,
		.half_ns	= t->hard.half_ns,
		.disp_ns	= cdisc_add_sat(t->hard.disp_ns, cdisc_ns_from_phi(age_ns)),
		.jitter_ns	= max_t(s64, cdisc_rshift_round(t->typical_ns_q16, 16), 1),
	};
	out->hard_ns = hard_limit(t, raw_ns, out->phase_ns);
	out->aged_ns = growth(t, raw_ns);
}
