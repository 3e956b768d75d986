// SPDX-License-Identifier: GPL-2.0
/*
 * exp, log and the cut normal distribution: exact values, limits, order, extremes.
 */
#include <kunit/test.h>

#include "core/fixed.h"
#include "core/normal.h"
#include "normal_golden.h"

#define ONE_Q24		(1LL << 24)
#define ONE_Q60		(1LL << 60)
#define RANDOM_ROUNDS	20000

/* What is promised in core/normal.h: 2e-7, 2.5e-4 of the value, 1e-5. */
#define MEAN_SLACK	3
#define VAR_SLACK(v)	((v) / 4000 + 1)
#define LOGMASS_SLACK	168

/* Marsaglia's xorshift, "Xorshift RNGs", 2003. */
static u64 next_random(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* An end of an interval, of any magnitude up to 2^bits and either sign. */
static s64 random_end(u64 *state, unsigned int bits)
{
	u64 v = next_random(state) >> (64 - bits + next_random(state) % bits);

	return next_random(state) & 1 ? -(s64)v : (s64)v;
}

static void cuts_match_the_exact_values(struct kunit *test)
{
	const struct cut_row *row;
	struct cdisc_cut cut;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cut_rows); i++) {
		row = &cut_rows[i];
		cdisc_normal_cut(row->lo_q24, row->hi_q24, &cut);
		KUNIT_EXPECT_LE_MSG(test, cdisc_abs(cut.mean_q24 - row->cut.mean_q24), MEAN_SLACK,
				    "row %zu: mean %lld", i, (long long)cut.mean_q24);
		KUNIT_EXPECT_LE_MSG(test, cdisc_abs(cut.var_q60 - row->cut.var_q60), VAR_SLACK(row->cut.var_q60),
				    "row %zu: variance %lld", i, (long long)cut.var_q60);
		KUNIT_EXPECT_LE_MSG(test, cdisc_abs(cut.logmass_q24 - row->cut.logmass_q24), LOGMASS_SLACK,
				    "row %zu: log mass %lld", i, (long long)cut.logmass_q24);
	}
}

static void exp_matches_the_exact_values(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(exp_rows); i++)
		KUNIT_EXPECT_LE_MSG(test, cdisc_abs((s64)cdisc_exp_neg_q32(exp_rows[i].x_q24) - (s64)exp_rows[i].exp_q32),
				    4, "row %zu", i);
}

static void log_matches_the_exact_values(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(log_rows); i++)
		KUNIT_EXPECT_LE_MSG(test, cdisc_abs(cdisc_log_q24(log_rows[i].x) - log_rows[i].log_q24), 1, "row %zu", i);
}

static void exp_falls_from_one_to_nothing(struct kunit *test)
{
	u32 last = U32_MAX, next;
	u64 x;

	KUNIT_EXPECT_EQ(test, cdisc_exp_neg_q32(0), U32_MAX);
	for (x = 0; x < 24 << 24; x += 3571) {
		next = cdisc_exp_neg_q32(x);
		KUNIT_ASSERT_LE_MSG(test, next, last, "at %llu", (unsigned long long)x);
		last = next;
	}
	KUNIT_EXPECT_EQ(test, last, 0);
	for (x = 1ULL << 29; x; x <<= 1)
		KUNIT_EXPECT_EQ(test, cdisc_exp_neg_q32(x), 0);
	KUNIT_EXPECT_EQ(test, cdisc_exp_neg_q32(U64_MAX), 0);
}

static void log_rises_and_turns_products_into_sums(struct kunit *test)
{
	u64 state = 0x9e3779b97f4a7c15ULL, a, b;
	s64 last = 0, next;
	unsigned int i;

	KUNIT_EXPECT_EQ(test, cdisc_log_q24(0), 0);
	KUNIT_EXPECT_EQ(test, cdisc_log_q24(1), 0);
	KUNIT_EXPECT_EQ(test, cdisc_log_q24(U64_MAX), 744261118);
	for (a = 1; a < 1ULL << 62; a += a / 200 + 1) {
		next = cdisc_log_q24(a);
		KUNIT_ASSERT_LE_MSG(test, last, next, "at %llu", (unsigned long long)a);
		last = next;
	}
	for (i = 0; i < RANDOM_ROUNDS; i++) {
		a = (next_random(&state) >> (32 + next_random(&state) % 32)) + 1;
		b = (next_random(&state) >> (33 + next_random(&state) % 31)) + 1;
		KUNIT_ASSERT_LE_MSG(test, cdisc_abs(cdisc_log_q24(a * b) - cdisc_log_q24(a) - cdisc_log_q24(b)), 3,
				    "%llu by %llu", (unsigned long long)a, (unsigned long long)b);
	}
}

static void exp_undoes_log(struct kunit *test)
{
	u64 state = 0x2545f4914f6cdd1dULL, x, back;
	unsigned int i;

	/* exp(-ln(x)) 2^32 = 2^32 / x; half a unit of the log is 3e-8 of it. */
	for (i = 0; i < RANDOM_ROUNDS; i++) {
		x = (next_random(&state) >> (40 + next_random(&state) % 24)) + 1;
		back = cdisc_exp_neg_q32((u64)cdisc_log_q24(x));
		KUNIT_ASSERT_LE_MSG(test, cdisc_abs((s64)(back - (1ULL << 32) / x)), (s64)((1ULL << 32) / x / 10000000 + 5),
				    "%llu", (unsigned long long)x);
	}
}

static void mirror_images_agree(struct kunit *test)
{
	u64 state = 0x853c49e6748fea9bULL;
	struct cdisc_cut cut, mirror;
	unsigned int i;
	s64 lo, hi;

	for (i = 0; i < RANDOM_ROUNDS; i++) {
		lo = random_end(&state, 41);
		hi = lo + 1 + cdisc_abs(random_end(&state, 41));
		cdisc_normal_cut(lo, hi, &cut);
		cdisc_normal_cut(-hi, -lo, &mirror);
		/* Beyond the limit the one end that is kept is not the same. */
		if (cdisc_abs(lo) >= CDISC_CUT_LIMIT_Q24)
			continue;
		KUNIT_ASSERT_EQ_MSG(test, cut.mean_q24, -mirror.mean_q24, "%lld to %lld", (long long)lo, (long long)hi);
		KUNIT_ASSERT_EQ(test, cut.var_q60, mirror.var_q60);
		KUNIT_ASSERT_EQ(test, cut.logmass_q24, mirror.logmass_q24);
	}
}

/* More room to the right moves the mean to the right; more room adds mass and variance (the density is log-concave). */
static void wider_is_more(struct kunit *test)
{
	u64 state = 0xda3e39cb94b95bdbULL;
	struct cdisc_cut cut, wider;
	unsigned int i, bits;
	s64 lo, hi, more;

	for (i = 0; i < RANDOM_ROUNDS; i++) {
		bits = 10 + (unsigned int)(next_random(&state) % 28);
		lo = random_end(&state, bits);
		hi = lo + 1 + cdisc_abs(random_end(&state, bits));
		more = cdisc_abs(random_end(&state, bits));
		cdisc_normal_cut(lo, hi, &cut);
		cdisc_normal_cut(lo, hi + more, &wider);
		KUNIT_ASSERT_LE_MSG(test, cut.mean_q24, wider.mean_q24 + MEAN_SLACK, "%lld to %lld, %lld more",
				    (long long)lo, (long long)hi, (long long)more);
		KUNIT_ASSERT_LE_MSG(test, cut.var_q60 - VAR_SLACK(cut.var_q60), wider.var_q60, "%lld to %lld, %lld more",
				    (long long)lo, (long long)hi, (long long)more);
		KUNIT_ASSERT_LE_MSG(test, cut.logmass_q24, wider.logmass_q24 + LOGMASS_SLACK, "%lld to %lld, %lld more",
				    (long long)lo, (long long)hi, (long long)more);
	}
}

/* Far out the rest of the distribution is an exponential one of scale 1 / x: both corrections are of order 1 / x^2. */
static void far_tails_are_exponential(struct kunit *test)
{
	struct cdisc_cut cut;
	unsigned int log2x;
	s64 x_q24, square;

	for (log2x = 5; log2x < 16; log2x++) {
		x_q24 = ONE_Q24 << log2x;
		square = 1LL << (2 * log2x);
		cdisc_normal_cut(x_q24, CDISC_CUT_LIMIT_Q24, &cut);
		KUNIT_EXPECT_LE_MSG(test, cdisc_abs(cut.mean_q24 - x_q24 - (ONE_Q24 >> log2x)),
				    2 * (ONE_Q24 >> log2x) / square + 1, "2^%u sd", log2x);
		KUNIT_EXPECT_LE_MSG(test, cdisc_abs(cut.var_q60 - ONE_Q60 / square),
				    ONE_Q60 / square / square * 6 + VAR_SLACK(ONE_Q60 / square), "2^%u sd", log2x);
		/* -x^2 / 2 - ln(x) - ln(2 pi) / 2 */
		KUNIT_EXPECT_LE_MSG(test, cdisc_abs(cut.logmass_q24 + ONE_Q24 / 2 * square + cdisc_log_q24(1ULL << log2x) +
						    15417230), ONE_Q24 / square + LOGMASS_SLACK, "2^%u sd", log2x);
	}
}

/* A narrow one is even, wherever it is. */
static void narrow_cuts_are_even(struct kunit *test)
{
	static const s64 places[] = { 0, ONE_Q24 / 3, ONE_Q24, 5 * ONE_Q24, 40 * ONE_Q24, 3000 * ONE_Q24 };
	struct cdisc_cut cut;
	s64 width, even;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++)
		for (width = 16; width <= 256; width *= 2) {
			cdisc_normal_cut(places[i] - width / 2, places[i] + width / 2, &cut);
			even = width * width * (1LL << 12) / 12;
			KUNIT_EXPECT_LE_MSG(test, cdisc_abs(cut.mean_q24 - places[i]), 1, "%lld wide at row %zu",
					    (long long)width, i);
			KUNIT_EXPECT_LE_MSG(test, cdisc_abs(cut.var_q60 - even), VAR_SLACK(even), "%lld wide at row %zu",
					    (long long)width, i);
		}
}

static void extremes_are_clamped(struct kunit *test)
{
	static const s64 ends[] = {
		S64_MIN, S64_MIN + 1, -CDISC_CUT_LIMIT_Q24 - 1, -CDISC_CUT_LIMIT_Q24, -CDISC_CUT_LIMIT_Q24 + 1,
		-(1LL << 33), -ONE_Q24, -1, 0, 1, ONE_Q24 / 2, ONE_Q24, 1LL << 33, CDISC_CUT_LIMIT_Q24 - 1,
		CDISC_CUT_LIMIT_Q24, CDISC_CUT_LIMIT_Q24 + 1, S64_MAX - 1, S64_MAX,
	};
	struct cdisc_cut cut;
	size_t i, j;
	s64 lo, hi;

	/* An interval that is empty or the wrong way round is one unit wide. */
	for (i = 0; i < ARRAY_SIZE(ends); i++)
		for (j = 0; j < ARRAY_SIZE(ends); j++) {
			cdisc_normal_cut(ends[i], ends[j], &cut);
			lo = clamp_t(s64, ends[i], -CDISC_CUT_LIMIT_Q24, CDISC_CUT_LIMIT_Q24 - 1);
			hi = clamp_t(s64, ends[j], lo + 1, CDISC_CUT_LIMIT_Q24);
			KUNIT_EXPECT_TRUE_MSG(test, lo <= cut.mean_q24 && cut.mean_q24 <= hi, "rows %zu, %zu", i, j);
			KUNIT_EXPECT_TRUE_MSG(test, cut.var_q60 > 0 && cut.var_q60 <= ONE_Q60, "rows %zu, %zu", i, j);
			KUNIT_EXPECT_LE_MSG(test, cut.logmass_q24, 0, "rows %zu, %zu", i, j);
		}
	cdisc_normal_cut(S64_MIN, S64_MAX, &cut);
	KUNIT_EXPECT_EQ(test, cut.mean_q24, 0);
	KUNIT_EXPECT_EQ(test, cut.var_q60, ONE_Q60);
	KUNIT_EXPECT_EQ(test, cut.logmass_q24, 0);
}

static void any_cut_is_sane(struct kunit *test)
{
	u64 state = 0x94d049bb133111ebULL;
	struct cdisc_cut cut;
	unsigned int i;
	s64 lo, hi;

	for (i = 0; i < RANDOM_ROUNDS; i++) {
		lo = random_end(&state, 40);
		hi = min_t(s64, lo + 1 + cdisc_abs(random_end(&state, 40)), CDISC_CUT_LIMIT_Q24);
		cdisc_normal_cut(lo, hi, &cut);
		KUNIT_ASSERT_TRUE_MSG(test, lo <= cut.mean_q24 && cut.mean_q24 <= hi, "%lld to %lld",
				      (long long)lo, (long long)hi);
		KUNIT_ASSERT_TRUE_MSG(test, cut.var_q60 > 0 && cut.var_q60 <= ONE_Q60, "%lld to %lld",
				      (long long)lo, (long long)hi);
		KUNIT_ASSERT_LE_MSG(test, cut.logmass_q24, 0, "%lld to %lld", (long long)lo, (long long)hi);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(cuts_match_the_exact_values),
	KUNIT_CASE(exp_matches_the_exact_values),
	KUNIT_CASE(log_matches_the_exact_values),
	KUNIT_CASE(exp_falls_from_one_to_nothing),
	KUNIT_CASE(log_rises_and_turns_products_into_sums),
	KUNIT_CASE(exp_undoes_log),
	KUNIT_CASE(mirror_images_agree),
	KUNIT_CASE(wider_is_more),
	KUNIT_CASE(far_tails_are_exponential),
	KUNIT_CASE(narrow_cuts_are_even),
	KUNIT_CASE(extremes_are_clamped),
	KUNIT_CASE(any_cut_is_sane),
	{ }
};

static struct kunit_suite suite = {
	.name = "clockdisc-normal",
	.test_cases = cases,
};
kunit_test_suite(suite);
