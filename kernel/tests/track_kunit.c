// SPDX-License-Identifier: GPL-2.0
/*
 * The tracker: what it learns, what it follows, what it takes back, to the last bit.
 */
#include <kunit/test.h>

#include "core/track.h"

#define SEC	CDISC_NSEC_PER_SEC
#define MS	1000000LL
#define US	1000LL
#define BASE_NS	1780000000000000000LL

/* A source as the tracker sees it: phase is BASE_NS + phase_ns, running at freq_ppb; delays are of two uniform legs. */
struct source {
	u32	state;
	s64	raw_ns;
	s64	phase_ns;
	s64	freq_ppb;
	s64	queue_ns;
};

/* 0 to 2^24 - 1: the same numbers everywhere (Numerical Recipes' constants). */
static s64 draw(struct source *src)
{
	src->state = src->state * 1664525 + 1013904223;
	return src->state >> 8;
}

static void pass(struct source *src, s64 dt_ns)
{
	src->raw_ns += dt_ns;
	/* Up to 1024 s at 100 ppm. */
	src->phase_ns += src->freq_ppb * (dt_ns / US) / (SEC / US);
}

static void poll(struct cdisc_track *t, struct source *src, s64 dt_ns, s64 wrong_ns)
{
	s64 there_ns = src->queue_ns * draw(src) >> 24, back_ns = src->queue_ns * draw(src) >> 24;
	struct cdisc_sample s = {
		.delay_ns	= 2 * MS + there_ns + back_ns,
		.disp_ns	= US,
	};

	pass(src, dt_ns);
	s.raw_ns = src->raw_ns;
	s.phase_ns = BASE_NS + src->phase_ns + (there_ns - back_ns) / 2 + wrong_ns;
	s.half_ns = s.delay_ns / 2 + US;
	cdisc_track_add(t, &s, 0);
}

static void polls(struct cdisc_track *t, struct source *src, unsigned int n, s64 dt_ns)
{
	while (n--)
		poll(t, src, dt_ns, 0);
}

/* A source without a path whose samples are good to 2 ns. */
static void read_host(struct cdisc_track *t, struct source *src, s64 dt_ns)
{
	struct cdisc_sample s = { .half_ns = 2 };

	pass(src, dt_ns);
	s.raw_ns = src->raw_ns;
	s.phase_ns = BASE_NS + src->phase_ns + draw(src) % 3 - 1;
	cdisc_track_add(t, &s, 0);
}

static s64 error_ns(const struct cdisc_track *t, const struct source *src)
{
	struct cdisc_estimate e;

	cdisc_track_predict(t, src->raw_ns, &e);
	return e.phase_ns - BASE_NS - src->phase_ns;
}

static s64 freq_error_ppb(const struct cdisc_track *t, const struct source *src)
{
	return cdisc_ppb_from_ppb_q16(t->out.freq_ppb_q16) - src->freq_ppb;
}

static void phase_and_frequency_are_learnt(struct kunit *test)
{
	struct source src = { .state = 1, .freq_ppb = 50000, .queue_ns = 400 * US };
	struct cdisc_track t;

	cdisc_track_reset(&t);
	polls(&t, &src, 200, 64 * SEC);
	KUNIT_EXPECT_LE(test, cdisc_abs(error_ns(&t, &src)), 30 * US);
	KUNIT_EXPECT_LE(test, cdisc_abs(freq_error_ppb(&t, &src)), 60);
	/* It knows how good it is: within three standard deviations, of which there are not too many. */
	KUNIT_EXPECT_LE(test, cdisc_abs(error_ns(&t, &src)) * 65536, 3 * cdisc_track_error(&t, 1));
	KUNIT_EXPECT_LE(test, cdisc_track_error(&t, 1), 40 * US * 65536);
	KUNIT_EXPECT_EQ(test, t.jumps, 0);
}

/* One sample says nothing of the frequency, a second one within seconds little: the bound grows by what that leaves open. */
static void the_second_sample_leaves_the_frequency_open(struct kunit *test)
{
	struct source src = { .state = 9, .queue_ns = 400 * US };
	struct cdisc_estimate e;
	struct cdisc_track t;

	cdisc_track_reset(&t);
	polls(&t, &src, 1, 2 * SEC);
	cdisc_track_predict(&t, src.raw_ns, &e);
	KUNIT_EXPECT_EQ(test, e.hold_ppb_q16, cdisc_ppb_q16_from_ppb(CDISC_PHI_PPB));
	polls(&t, &src, 1, 2 * SEC);
	cdisc_track_predict(&t, src.raw_ns, &e);
	KUNIT_EXPECT_GT(test, e.hold_ppb_q16, cdisc_ppb_q16_from_ppb(CDISC_PHI_PPB));
	KUNIT_EXPECT_GE(test, e.hold_ppb_q16, cdisc_abs(e.freq_ppb_q16));
	polls(&t, &src, 30, 16 * SEC);
	cdisc_track_predict(&t, src.raw_ns, &e);
	KUNIT_EXPECT_LT(test, e.hold_ppb_q16, cdisc_ppb_q16_from_ppb(CDISC_PHI_PPB));
}

static void an_exact_source_is_taken_as_exact(struct kunit *test)
{
	struct source src = { .state = 2, .freq_ppb = -30000 };
	struct cdisc_track t;
	unsigned int n;

	cdisc_track_reset(&t);
	for (n = 0; n < 30; n++)
		read_host(&t, &src, SEC);
	for (n = 0; n < 30; n++) {
		read_host(&t, &src, SEC);
		KUNIT_EXPECT_LE(test, cdisc_abs(error_ns(&t, &src)), 2);
	}
	KUNIT_EXPECT_LE(test, cdisc_abs(freq_error_ppb(&t, &src)), 2);
}

static void an_exact_source_is_followed_through_20_ppm(struct kunit *test)
{
	struct source src = { .state = 3, .freq_ppb = 1000 };
	struct cdisc_track t;
	unsigned int n;

	cdisc_track_reset(&t);
	for (n = 0; n < 100; n++)
		read_host(&t, &src, SEC);
	src.freq_ppb += 20000;
	for (n = 0; n < 5; n++)
		read_host(&t, &src, SEC);
	KUNIT_EXPECT_LE(test, cdisc_abs(error_ns(&t, &src)), 10);
	KUNIT_EXPECT_LE(test, cdisc_abs(freq_error_ppb(&t, &src)), 100);
	for (n = 0; n < 30; n++)
		read_host(&t, &src, SEC);
	KUNIT_EXPECT_LE(test, cdisc_abs(freq_error_ppb(&t, &src)), 3);
}

static void a_jump_shows_in_the_first_sample(struct kunit *test)
{
	struct source src = { .state = 4, .freq_ppb = 5000, .queue_ns = 200 * US };
	struct cdisc_track t;

	cdisc_track_reset(&t);
	polls(&t, &src, 200, 64 * SEC);
	src.phase_ns += 50 * MS;
	poll(&t, &src, 64 * SEC, 0);
	KUNIT_EXPECT_EQ(test, t.jumps, 1);
	KUNIT_EXPECT_LE(test, cdisc_abs(error_ns(&t, &src)), 200 * US);
	/* The frequency was kept. */
	KUNIT_EXPECT_LE(test, cdisc_abs(freq_error_ppb(&t, &src)), 100);
	src.phase_ns -= 20000 * SEC;
	poll(&t, &src, 64 * SEC, 0);
	KUNIT_EXPECT_LE(test, cdisc_abs(error_ns(&t, &src)), 2 * MS);
}

static void a_wrong_sample_is_taken_back(struct kunit *test)
{
	struct source src = { .state = 5, .freq_ppb = 5000, .queue_ns = 200 * US };
	struct cdisc_track t;
	s64 before_ns;

	cdisc_track_reset(&t);
	polls(&t, &src, 200, 64 * SEC);
	before_ns = cdisc_track_error(&t, 64 * SEC);
	poll(&t, &src, 64 * SEC, 20 * MS);
	KUNIT_EXPECT_GT(test, cdisc_abs(error_ns(&t, &src)), 10 * MS);
	poll(&t, &src, 2 * SEC, 0);
	KUNIT_EXPECT_LE(test, cdisc_abs(error_ns(&t, &src)), 30 * US);
	/* All that was known before is known again. */
	KUNIT_EXPECT_LE(test, cdisc_track_error(&t, 64 * SEC), 2 * before_ns);
}

static void a_late_sample_does_no_harm(struct kunit *test)
{
	struct source src = { .state = 6, .freq_ppb = 5000, .queue_ns = 200 * US };
	struct cdisc_sample s = { 0 };
	struct cdisc_track t;

	cdisc_track_reset(&t);
	polls(&t, &src, 200, 64 * SEC);
	pass(&src, 64 * SEC);
	/* 80 ms in a queue on the way there. */
	s.raw_ns = src.raw_ns;
	s.phase_ns = BASE_NS + src.phase_ns + 40 * MS;
	s.delay_ns = 82 * MS;
	s.half_ns = 41 * MS;
	cdisc_track_add(&t, &s, 0);
	KUNIT_EXPECT_EQ(test, t.jumps, 0);
	KUNIT_EXPECT_LE(test, cdisc_abs(error_ns(&t, &src)), 50 * US);
}

static void a_frequency_jump_is_followed(struct kunit *test)
{
	struct source src = { .state = 7, .freq_ppb = 5000, .queue_ns = 200 * US };
	struct cdisc_track t;

	cdisc_track_reset(&t);
	polls(&t, &src, 300, 64 * SEC);
	src.freq_ppb += 1000;
	polls(&t, &src, 6, 64 * SEC);
	KUNIT_EXPECT_LE(test, cdisc_abs(error_ns(&t, &src)), 200 * US);
	polls(&t, &src, 60, 64 * SEC);
	KUNIT_EXPECT_LE(test, cdisc_abs(error_ns(&t, &src)), 40 * US);
	KUNIT_EXPECT_LE(test, cdisc_abs(freq_error_ppb(&t, &src)), 250);
}

static void a_round_trip_bounds_the_time(struct kunit *test)
{
	struct source src = { .state = 8, .freq_ppb = 5000, .queue_ns = 200 * US };
	struct cdisc_estimate e;
	struct cdisc_track t;
	unsigned int n;

	cdisc_track_reset(&t);
	for (n = 0; n < 500; n++) {
		poll(&t, &src, 64 * SEC, 0);
		/* Half of a path of 2 ms and its queues. */
		cdisc_track_predict(&t, src.raw_ns, &e);
		KUNIT_EXPECT_GE(test, e.hard_ns, MS + cdisc_abs(error_ns(&t, &src)) - 10);
		KUNIT_EXPECT_LE(test, e.hard_ns, 2 * MS);
	}
	/* It grows by what the frequency is not known to, at most 15 ppm. */
	cdisc_track_predict(&t, src.raw_ns + 1000 * SEC, &e);
	KUNIT_EXPECT_GT(test, e.hard_ns, MS + 100 * US);
	KUNIT_EXPECT_LE(test, e.hard_ns, 2 * MS + 15 * MS);
}

/* Recorded with gcc on x86_64; the arithmetic is the same everywhere, so the bits are. */
static void the_bits_are_the_recorded_ones(struct kunit *test)
{
	static const struct {
		s64 queue_ns, dt_ns;
		s64 phase_ns, phase_ns_q16, freq_ppb_q16;
		u32 var_man, rest_man;
		s32 var_exp, rest_exp;
		u8 wander;
	} table[] = {
		{ 20 * US, 16 * SEC, 25398804, 54367, 458685938, 2691668032U, 2765321966U, -11, -28, 2 },
		{ 200 * US, 64 * SEC, 92602309, 57276, 458858960, 4197327926U, 2433224735U, -8, -28, 2 },
		{ 5 * MS, 1024 * SEC, 1436615238, 47401, 458602686, 2608987211U, 3224043545U, 6, -21, 3 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct source src = { .state = 9 + i, .freq_ppb = 7000, .queue_ns = table[i].queue_ns };
		struct cdisc_track t;

		cdisc_track_reset(&t);
		polls(&t, &src, 150, table[i].dt_ns);
		src.phase_ns += 3 * MS;
		polls(&t, &src, 50, table[i].dt_ns);
		KUNIT_EXPECT_EQ(test, t.anchor_ns - BASE_NS, table[i].phase_ns);
		KUNIT_EXPECT_EQ(test, t.out.phase_ns_q16, table[i].phase_ns_q16);
		KUNIT_EXPECT_EQ(test, t.out.freq_ppb_q16, table[i].freq_ppb_q16);
		KUNIT_EXPECT_EQ(test, t.out.var.man, table[i].var_man);
		KUNIT_EXPECT_EQ(test, t.out.var.exp, table[i].var_exp);
		KUNIT_EXPECT_EQ(test, t.out.rest.man, table[i].rest_man);
		KUNIT_EXPECT_EQ(test, t.out.rest.exp, table[i].rest_exp);
		KUNIT_EXPECT_EQ(test, t.wander, table[i].wander);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(phase_and_frequency_are_learnt),
	KUNIT_CASE(the_second_sample_leaves_the_frequency_open),
	KUNIT_CASE(an_exact_source_is_taken_as_exact),
	KUNIT_CASE(an_exact_source_is_followed_through_20_ppm),
	KUNIT_CASE(a_jump_shows_in_the_first_sample),
	KUNIT_CASE(a_wrong_sample_is_taken_back),
	KUNIT_CASE(a_late_sample_does_no_harm),
	KUNIT_CASE(a_frequency_jump_is_followed),
	KUNIT_CASE(a_round_trip_bounds_the_time),
	KUNIT_CASE(the_bits_are_the_recorded_ones),
	{ }
};

static struct kunit_suite suite = {
	.name = "clockdisc-track",
	.test_cases = cases,
};
kunit_test_suite(suite);
