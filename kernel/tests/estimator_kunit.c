// SPDX-License-Identifier: GPL-2.0
/*
 * The clock filter: which sample wins, what jitter and dispersion it gets, what is suppressed and what is not.
 */
#include <kunit/test.h>

#include "core/estimator.h"

#define SEC	CDISC_NSEC_PER_SEC
#define MS	1000000LL
#define US	1000LL
#define PPM	65536000LL	/* ppb_q16 */

#define BASE_NS	(1700000000 * SEC)
#define POLL_NS	(16 * SEC)

#define ACCEPTED	CLOCKDISC_VERDICT_ACCEPTED
#define KEPT		CLOCKDISC_VERDICT_KEPT
#define POPCORN		CLOCKDISC_VERDICT_POPCORN
#define DUPLICATE	CLOCKDISC_VERDICT_DUPLICATE

static u64 next_random(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static s64 random_s64(u64 *state)
{
	u64 v = next_random(state) >> (next_random(state) % 64);

	return next_random(state) & 1 ? -(s64)(v >> 1) : (s64)(v >> 1);
}

/* A sample of a path with this delay; it can be read to 1 us. */
static enum clockdisc_verdict add(struct cdisc_filter *f, s64 raw_ns, s64 phase_ns, s64 delay_ns)
{
	struct cdisc_sample s = {
		.raw_ns = raw_ns, .phase_ns = BASE_NS + phase_ns, .delay_ns = delay_ns,
		.half_ns = delay_ns / 2 + US, .disp_ns = US,
	};

	return cdisc_filter_add(f, &s, 0, POLL_NS);
}

/*
 * One row after the other goes into the same filter; raw in s, the rest in us. The phases go up and down, so that
 * their slope is next to nothing; as long as there are three samples only, 16 s of age cost 480 us of delay.
 */
static void filter_least_delay_wins(struct kunit *test)
{
	static const struct {
		s64			raw_sec, phase_us, delay_us;
		enum clockdisc_verdict	verdict;
		s64			used_sec, used_phase_us;
	} table[] = {
		{ 10, 0, 1000, ACCEPTED, 10, 0 },
		{ 26, 3, 1481, KEPT, 10, 0 },
		{ 42, -1, 900, ACCEPTED, 42, -1 },
		{ 58, 2, 1100, KEPT, 42, -1 },
		{ 58, 0, 10, DUPLICATE, 42, -1 },
		{ 57, 0, 10, DUPLICATE, 42, -1 },
		{ 74, 0, 890, ACCEPTED, 74, 0 },
		{ 90, 0, 1011, KEPT, 74, 0 },
		{ 106, 1, 1022, KEPT, 74, 0 },
		{ 122, 0, 1033, KEPT, 74, 0 },
		{ 138, 1, 1044, KEPT, 74, 0 },
		{ 154, 0, 1055, KEPT, 74, 0 },
		{ 170, 1, 1066, KEPT, 74, 0 },
		{ 186, 0, 1077, KEPT, 74, 0 },
		/* The winner leaves the register: next is the least delay among those newer than it. */
		{ 202, 1, 1088, ACCEPTED, 90, 0 },
		{ 218, 0, 1099, ACCEPTED, 106, 1 },
	};
	struct cdisc_filter f;
	unsigned int i;

	cdisc_filter_reset(&f);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		enum clockdisc_verdict v = add(&f, table[i].raw_sec * SEC, table[i].phase_us * US,
					       table[i].delay_us * US);

		KUNIT_EXPECT_EQ_MSG(test, (int)v, (int)table[i].verdict, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, f.used.sample_raw_ns, table[i].used_sec * SEC, "row %u", i);
		KUNIT_EXPECT_EQ_MSG(test, f.used.phase_ns, BASE_NS + table[i].used_phase_us * US, "row %u", i);
	}
	KUNIT_EXPECT_EQ(test, (int)f.count, CDISC_FILTER_STAGES);
	KUNIT_EXPECT_EQ(test, f.used.delay_ns, 1022 * US);
	KUNIT_EXPECT_EQ(test, f.used.half_ns, 512 * US);
}

/*
 * Age costs twice the drift. Before the fourth sample that is 2 * 15 ppm; with it the drift is what the stages show,
 * here 5 ppm: 320 us in 64 s, so that the winner is overtaken by a delay that is not 640 us larger.
 */
static void filter_age_costs_delay(struct kunit *test)
{
	static const struct {
		s64			step_us, delay_us;
		enum clockdisc_verdict	verdict;
	} table[] = {
		{ 320, 1000 + 639, ACCEPTED },
		{ 320, 1000 + 641, KEPT },
		{ -320, 1000 + 639, ACCEPTED },
		{ -320, 1000 + 641, KEPT },
		{ 0, 1000, ACCEPTED },
		{ 0, 1001, KEPT },
	};
	struct cdisc_filter f;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		cdisc_filter_reset(&f);
		for (j = 0; j < 5; j++)
			add(&f, 64 * j * SEC, table[i].step_us * j * US, 1000 * US);
		KUNIT_EXPECT_EQ_MSG(test, (int)add(&f, 64 * 5 * SEC, table[i].step_us * 5 * US,
						   table[i].delay_us * US),
				    (int)table[i].verdict, "row %u", i);
	}
	cdisc_filter_reset(&f);
	add(&f, 0, 0, 1000 * US);
	KUNIT_EXPECT_EQ(test, (int)add(&f, 2 * SEC, 0, 1061 * US), (int)KEPT);
	KUNIT_EXPECT_EQ(test, (int)add(&f, 4 * SEC, 0, 1119 * US), (int)ACCEPTED);
}

/* The winner is at 0, the others at 30 and 40 us: sqrt((900 + 1600) / 2) us. */
static void filter_jitter(struct kunit *test)
{
	struct cdisc_filter f;

	cdisc_filter_reset(&f);
	add(&f, 10 * SEC, 0, 500 * US);
	KUNIT_EXPECT_EQ(test, f.used.jitter_ns, 1ll);
	add(&f, 11 * SEC, 30 * US, 600 * US);
	KUNIT_EXPECT_EQ(test, f.used.jitter_ns, 30 * US);
	add(&f, 12 * SEC, 40 * US, 600 * US);
	KUNIT_EXPECT_EQ(test, f.used.jitter_ns, 35355ll);
}

/* A stage of age i s has 1000 + 15000 * i ns; it weighs 2^-(i + 1), each rounded up, the last one twice. */
static void filter_dispersion(struct kunit *test)
{
	static const s64 expected_ns[] = {
		/* 500 + 500 */
		1000,
		/* 500 + 16000 / 4 + 16000 / 4 */
		8500,
		/* 500 + 4000 + 31000 / 8 + 31000 / 8 */
		12250,
		/* 500 + 4000 + 3875 + 2875 + 2875 */
		14125,
		/* ... + 61000 / 32 twice, 1907 */
		15064,
		/* ... + 76000 / 64 twice, 1188 */
		15533,
		/* ... + 91000 / 128 twice, 711 */
		15767,
		/* 500 + 4000 + 3875 + 2875 + 1907 + 1188 + 711 + 415 + 415 */
		15886,
		/* the register is full */
		15886,
	};
	struct cdisc_filter f;
	unsigned int i;

	cdisc_filter_reset(&f);
	for (i = 0; i < ARRAY_SIZE(expected_ns); i++) {
		add(&f, (10 + i) * SEC, 0, 500 * US);
		KUNIT_EXPECT_EQ_MSG(test, f.used.disp_ns, expected_ns[i], "after %u samples", i + 1);
	}
}

/* A stage that is newer than the winner has aged from the winner on as well. */
static void filter_dispersion_of_kept(struct kunit *test)
{
	struct cdisc_filter f;

	cdisc_filter_reset(&f);
	add(&f, 10 * SEC, 0, 500 * US);
	KUNIT_EXPECT_EQ(test, (int)add(&f, 11 * SEC, 0, 600 * US), (int)KEPT);
	KUNIT_EXPECT_EQ(test, f.used.sample_raw_ns, 10 * SEC);
	KUNIT_EXPECT_EQ(test, f.used.disp_ns, 8500ll);
}

/* The source gains 80 us a second on the counter and the frequency says so: to the filter it stands still. */
static void filter_carries_stages(struct kunit *test)
{
	struct cdisc_estimate e;
	struct cdisc_filter f;
	unsigned int i;

	cdisc_filter_reset(&f);
	for (i = 0; i < 8; i++) {
		struct cdisc_sample s = {
			.raw_ns = (10 + 16 * i) * SEC, .phase_ns = BASE_NS + 16 * i * 80 * US,
			.delay_ns = 500 * US, .half_ns = 250 * US, .disp_ns = US,
		};

		KUNIT_EXPECT_EQ(test, (int)cdisc_filter_add(&f, &s, 80 * PPM, POLL_NS), (int)ACCEPTED);
		KUNIT_EXPECT_EQ(test, f.used.jitter_ns, 1ll);
	}
	cdisc_filter_predict(&f, 222 * SEC, 80 * PPM, &e);
	KUNIT_EXPECT_EQ(test, e.raw_ns, 222 * SEC);
	KUNIT_EXPECT_EQ(test, e.sample_raw_ns, 122 * SEC);
	KUNIT_EXPECT_EQ(test, e.phase_ns, BASE_NS + 212 * 80 * US);
	KUNIT_EXPECT_EQ(test, e.disp_ns, f.used.disp_ns + 1500 * US);
	/* Backwards the phase is carried, the dispersion does not shrink. */
	cdisc_filter_predict(&f, 112 * SEC, 80 * PPM, &e);
	KUNIT_EXPECT_EQ(test, e.phase_ns, BASE_NS + 102 * 80 * US);
	KUNIT_EXPECT_EQ(test, e.disp_ns, f.used.disp_ns);
}

/* Four quiet samples with a jitter of 30 us, the last one at 58 s and phase 0. */
static void quiet(struct cdisc_filter *f)
{
	cdisc_filter_reset(f);
	add(f, 10 * SEC, 30 * US, 5 * MS);
	add(f, 26 * SEC, -30 * US, 5 * MS);
	add(f, 42 * SEC, 30 * US, 5 * MS);
	add(f, 58 * SEC, 0, 5 * MS);
}

/* What comes after the quiet samples: raw in s, phase in us, delay in us; 90 us is the gate. */
static void filter_popcorn(struct kunit *test)
{
	static const struct {
		const char	*what;
		struct {
			s64			raw_sec, phase_us, delay_us;
			enum clockdisc_verdict	verdict;
		} row[3];
	} table[] = {
		{ "within the gate", { { 74, 90, 5000, ACCEPTED } } },
		{ "beyond the gate", { { 74, 91, 5000, POPCORN } } },
		{ "beyond the gate, other side", { { 74, -91, 5000, POPCORN } } },
		{ "no winner is no spike", { { 74, 2000, 9000, KEPT } } },
		{ "two polls later", { { 89, 91, 5000, POPCORN } } },
		{ "and a second", { { 90, 91, 5000, ACCEPTED } } },
		{ "the second in a row passes", { { 74, 300, 5000, POPCORN }, { 76, 310, 5000, ACCEPTED } } },
		{ "a single one leaves no trace", { { 74, 400, 4000, POPCORN }, { 76, 10, 5000, ACCEPTED } } },
		{ "nor does it come back", { { 74, 400, 4000, POPCORN }, { 74, 400, 4000, DUPLICATE },
					     { 76, 10, 5100, KEPT } } },
	};
	struct cdisc_filter f;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		quiet(&f);
		KUNIT_EXPECT_EQ(test, f.used.jitter_ns, 30 * US);
		for (j = 0; j < ARRAY_SIZE(table[i].row) && table[i].row[j].verdict; j++) {
			enum clockdisc_verdict v = add(&f, table[i].row[j].raw_sec * SEC,
						       table[i].row[j].phase_us * US,
						       table[i].row[j].delay_us * US);

			KUNIT_EXPECT_EQ_MSG(test, (int)v, (int)table[i].row[j].verdict, "%s, sample %u",
					    table[i].what, j);
			if (v == POPCORN)
				KUNIT_EXPECT_EQ_MSG(test, f.used.sample_raw_ns, 58 * SEC, "%s", table[i].what);
		}
	}
}

/* The source steps by a second: one sample is suppressed, the next one is used and the old ones count no longer. */
static void filter_source_steps(struct kunit *test)
{
	struct cdisc_filter f;

	quiet(&f);
	KUNIT_EXPECT_EQ(test, (int)add(&f, 74 * SEC, SEC, 6 * MS), (int)POPCORN);
	KUNIT_EXPECT_EQ(test, (int)add(&f, 90 * SEC, SEC, 6 * MS), (int)ACCEPTED);
	KUNIT_EXPECT_EQ(test, f.used.phase_ns, BASE_NS + SEC);
	KUNIT_EXPECT_EQ(test, f.used.jitter_ns, 1ll);
	KUNIT_EXPECT_EQ(test, (int)add(&f, 106 * SEC, SEC, 6 * MS), (int)ACCEPTED);
	/* And back: what is older than the sample in use is never used again, but it does count as agreeing. */
	KUNIT_EXPECT_EQ(test, (int)add(&f, 122 * SEC, 0, 6 * MS), (int)POPCORN);
	KUNIT_EXPECT_EQ(test, (int)add(&f, 138 * SEC, 0, 6 * MS), (int)ACCEPTED);
	KUNIT_EXPECT_EQ(test, f.used.sample_raw_ns, 138 * SEC);
	KUNIT_EXPECT_EQ(test, f.used.phase_ns, BASE_NS);
}

/* 500 ppm not known yet: the first sample has the least delay and is overtaken once the drift is out of its reach. */
static void filter_unknown_frequency(struct kunit *test)
{
	unsigned int i, accepted = 0;
	struct cdisc_filter f;

	cdisc_filter_reset(&f);
	add(&f, 10 * SEC, 0, 200 * US);
	for (i = 1; i < 8; i++)
		accepted += add(&f, (10 + 2 * i) * SEC, i * MS, 210 * US) == ACCEPTED;
	KUNIT_EXPECT_EQ(test, accepted, 7u);
}

/* Any numbers: nothing overflows, the estimate is one of the samples, and no bound is negative. */
static void filter_any_numbers(struct kunit *test)
{
	u64 state = 88172645463325252ULL;
	struct cdisc_estimate e;
	struct cdisc_filter f;
	unsigned int i;

	cdisc_filter_reset(&f);
	for (i = 0; i < 20000; i++) {
		struct cdisc_sample s = {
			.raw_ns = random_s64(&state), .phase_ns = random_s64(&state),
			.delay_ns = cdisc_abs(random_s64(&state)), .half_ns = cdisc_abs(random_s64(&state)),
			.disp_ns = cdisc_abs(random_s64(&state)),
		};
		s64 freq_ppb_q16 = random_s64(&state) % (CDISC_FREQ_MAX_PPB_Q16 + 1);

		if (i % 64 == 0)
			cdisc_filter_reset(&f);
		cdisc_filter_add(&f, &s, freq_ppb_q16, cdisc_abs(random_s64(&state)));
		cdisc_filter_predict(&f, random_s64(&state), freq_ppb_q16, &e);
		KUNIT_ASSERT_GE(test, e.disp_ns, 0ll);
		KUNIT_ASSERT_GE(test, e.jitter_ns, 1ll);
		KUNIT_ASSERT_GE(test, (int)f.count, 1);
		KUNIT_ASSERT_LE(test, f.used.sample_raw_ns, f.last_raw_ns);
	}
}

static struct kunit_case estimator_cases[] = {
	KUNIT_CASE(filter_least_delay_wins),
	KUNIT_CASE(filter_age_costs_delay),
	KUNIT_CASE(filter_jitter),
	KUNIT_CASE(filter_dispersion),
	KUNIT_CASE(filter_dispersion_of_kept),
	KUNIT_CASE(filter_carries_stages),
	KUNIT_CASE(filter_popcorn),
	KUNIT_CASE(filter_source_steps),
	KUNIT_CASE(filter_unknown_frequency),
	KUNIT_CASE(filter_any_numbers),
	{}
};

static struct kunit_suite estimator_suite = {
	.name = "clockdisc-estimator",
	.test_cases = estimator_cases,
};

kunit_test_suite(estimator_suite);
