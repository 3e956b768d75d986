// SPDX-License-Identifier: GPL-2.0
/*
 * Random updates of the tracker: whatever comes in, its covariance stays positive and its numbers within their range.
 *
 * usage: updates	10^6 updates; UPDATES=10000000 for more, SEED=n for one seed of the nine
 *
 * A third of the sequences are a plausible source with jumps, a third have samples of any size on a clock that goes on, a
 * third has extremes in every field. UBSan sees what overflows.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/track.h"
#include "rng.h"

#define SEEDS		9
#define LENGTH		2000	/* updates of a sequence */

#define NEED(x)	do {			\
	if (!(x))			\
		return #x;		\
} while (0)

static s64 any(struct rng *r, s64 lo, s64 hi)
{
	static const s64 ends[] = { S64_MIN, S64_MAX, 0, 1, -1, S32_MAX, 1LL << 40, 1LL << 44, 1LL << 49, -(1LL << 60) };
	u64 v = rng_u64(r), bits = rng_u64(r) % 64;
	s64 out = (s64)(v >> bits);

	if (rng_u64(r) % 4 == 0)
		out = ends[v % ARRAY_SIZE(ends)];
	return clamp_t(s64, out, lo, hi);
}

static double scale(struct rng *r, double lo, double hi)
{
	return lo * pow(hi / lo, rng_uniform(r));
}

/* A source with a path, an oscillator and accidents of random size. */
struct source {
	double	poll;
	double	queue;
	double	wander;
	double	accidents;
	double	phase_ns;
	double	freq_ppb;
};

static struct source draw(struct rng *r)
{
	return (struct source){
		.poll		= scale(r, 0.05, 2000),
		.queue		= scale(r, 1, 1e8),
		.wander		= scale(r, 1e-3, 1e4),
		.accidents	= scale(r, 1e-4, 0.3),
		.freq_ppb	= 1e5 * rng_normal(r),
	};
}

static void plausible(struct rng *r, struct source *src, struct cdisc_sample *s)
{
	double there = src->queue * rng_exponential(r), back = src->queue * rng_exponential(r);
	double dt = src->poll * (0.9 + 0.2 * rng_uniform(r));

	src->phase_ns += src->freq_ppb * dt;
	src->freq_ppb += src->wander * sqrt(dt) * rng_normal(r);
	if (rng_uniform(r) < src->accidents)
		src->phase_ns += scale(r, 1, 1e10);
	if (rng_uniform(r) < src->accidents)
		src->freq_ppb += scale(r, 1, 1e5) * rng_normal(r);
	s->raw_ns += 1 + (s64)(dt * 1e9);
	s->phase_ns = (s64)(src->phase_ns + (there - back) / 2);
	s->delay_ns = 1000 + (s64)(there + back);
	s->half_ns = s->delay_ns / 2 + 10;
	s->disp_ns = 10;
}

static void extreme(struct rng *r, bool is_moderate, struct cdisc_sample *s)
{
	s64 gap_ns = is_moderate ? any(r, 1, 1LL << 42) : any(r, 1, S64_MAX);

	s->raw_ns = s->raw_ns > S64_MAX - gap_ns ? S64_MIN : s->raw_ns + gap_ns;
	s->phase_ns = is_moderate ? any(r, -(1LL << 43), 1LL << 43) : any(r, S64_MIN, S64_MAX);
	s->delay_ns = any(r, 0, S64_MAX);
	s->half_ns = any(r, 1, S64_MAX);
	s->disp_ns = any(r, 0, S64_MAX);
}

static bool is_sound(const struct cdisc_track_state *s)
{
	return s->var.man >> 31 && s->rest.man >> 31 && (!s->slope.man || s->slope.man >> 31) &&
	       cdisc_abs(s->freq_ppb_q16) <= 1LL << 43;
}

static const char *check(const struct cdisc_track *t, const struct cdisc_sample *s)
{
	struct cdisc_estimate e;
	unsigned int b, i, at_top = 0;
	s64 last = 0;

	for (b = 0; b < CDISC_TRACK_BANKS; b++) {
		for (i = 0; i < CDISC_TRACK_FILTERS; i++) {
			NEED(is_sound(&t->filter[b][i].s));
			NEED(t->filter[b][i].score_q24 <= 0);
			at_top += t->filter[b][i].score_q24 == 0;
		}
	}
	NEED(at_top);
	NEED(is_sound(&t->out));
	cdisc_track_predict(t, s->raw_ns, &e);
	NEED(e.hard_ns >= 0 && e.error_ns_q16 >= 0 && e.jitter_ns >= 1);
	NEED(e.hold_ppb_q16 > 0 && e.hold_ppb_q16 <= CDISC_FREQ_MAX_PPB_Q16);
	for (i = 0; i < 18; i += 4) {
		s64 error_ns_q16 = cdisc_track_error(t, cdisc_ns_from_log2s((s8)i));

		NEED(error_ns_q16 >= last);
		last = error_ns_q16;
	}
	return NULL;
}

/* Return: what went wrong, or NULL. */
static const char *sequence(struct rng *r, u64 kind)
{
	struct cdisc_sample s = { .raw_ns = any(r, -(1LL << 60), 1LL << 60) };
	struct source src = draw(r);
	struct cdisc_track t;
	const char *wrong;
	unsigned int k;

	cdisc_track_reset(&t);
	for (k = 0; k < LENGTH; k++) {
		if (kind == 0)
			plausible(r, &src, &s);
		else
			extreme(r, kind == 1, &s);
		cdisc_track_add(&t, &s, any(r, S64_MIN, S64_MAX));
		wrong = check(&t, &s);
		if (wrong)
			return wrong;
	}
	return NULL;
}

int main(void)
{
	const char *only = getenv("SEED"), *many = getenv("UPDATES");
	u64 first = only ? strtoull(only, NULL, 0) : 1, last = only ? first : SEEDS, seed, k;
	u64 each = (many ? strtoull(many, NULL, 0) : 1000000) / (last - first + 1) / LENGTH + 1;
	const char *wrong = NULL;
	struct rng r;

	for (seed = first; seed <= last && !wrong; seed++) {
		rng_seed(&r, seed);
		for (k = 0; k < each && !wrong; k++)
			wrong = sequence(&r, k % 3);
		if (wrong)
			printf("# SEED=%" PRIu64 ", sequence %" PRIu64 ": not %s\n", seed, k - 1, wrong);
	}
	printf("%sok 1 - the covariance stays positive in %" PRIu64 " updates, seeds %" PRIu64 " to %" PRIu64 "\n1..1\n",
	       wrong ? "not " : "", each * LENGTH * (last - first + 1), first, last);
	return wrong ? 1 : 0;
}
