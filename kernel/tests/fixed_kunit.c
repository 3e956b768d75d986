// SPDX-License-Identifier: GPL-2.0
/*
 * Saturation, rounding and 128-bit products: vectors at the edges, and laws that hold for any numbers.
 */
#include <kunit/test.h>

#include "core/fixed.h"

#define RANDOM_ROUNDS	20000

/* Marsaglia's xorshift, "Xorshift RNGs", 2003: the same numbers everywhere, and they need not be good. */
static u64 next_random(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* Of any magnitude, so that small and large numbers meet. */
static s64 random_s64(u64 *state)
{
	u64 v = next_random(state) >> (next_random(state) % 64);

	return next_random(state) & 1 ? -(s64)(v >> 1) : (s64)(v >> 1);
}

static void add_and_sub_saturate(struct kunit *test)
{
	static const struct {
		s64 a, b, sum, difference;
	} table[] = {
		{ 0, 0, 0, 0 },
		{ 1, -2, -1, 3 },
		{ S64_MAX, 1, S64_MAX, S64_MAX - 1 },
		{ S64_MAX, -1, S64_MAX - 1, S64_MAX },
		{ S64_MIN, 1, S64_MIN + 1, S64_MIN },
		{ S64_MIN, -1, S64_MIN, S64_MIN + 1 },
		{ S64_MIN, S64_MIN, S64_MIN, 0 },
		{ S64_MIN, S64_MAX, -1, S64_MIN },
		{ S64_MAX, S64_MIN, -1, S64_MAX },
		{ S64_MAX, S64_MAX, S64_MAX, 0 },
		{ 0, S64_MIN, S64_MIN, S64_MAX },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		KUNIT_EXPECT_EQ_MSG(test, cdisc_add_sat(table[i].a, table[i].b), table[i].sum, "row %zu", i);
		KUNIT_EXPECT_EQ_MSG(test, cdisc_sub_sat(table[i].a, table[i].b), table[i].difference, "row %zu", i);
	}
}

static void mul_saturates(struct kunit *test)
{
	static const struct {
		s64 a, b, product;
	} table[] = {
		{ 0, S64_MIN, 0 },
		{ 3, -4, -12 },
		{ S64_MAX, 1, S64_MAX },
		{ S64_MAX, -1, -S64_MAX },
		{ S64_MAX, 2, S64_MAX },
		{ S64_MAX, -2, S64_MIN },
		{ S64_MIN, 1, S64_MIN },
		{ S64_MIN, -1, S64_MAX },
		{ S64_MIN, S64_MIN, S64_MAX },
		{ S64_MIN, 2, S64_MIN },
		{ 1LL << 32, 1LL << 30, 1LL << 62 },
		{ 1LL << 32, 1LL << 31, S64_MAX },
		{ 1LL << 32, -(1LL << 31), S64_MIN },
		{ 3037000500LL, 3037000500LL, S64_MAX },
		{ 3037000499LL, 3037000499LL, 9223372030926249001LL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		KUNIT_EXPECT_EQ_MSG(test, cdisc_mul_sat(table[i].a, table[i].b), table[i].product, "row %zu", i);
		KUNIT_EXPECT_EQ_MSG(test, cdisc_mul_sat(table[i].b, table[i].a), table[i].product, "row %zu", i);
	}
}

static void abs_has_no_negative(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cdisc_abs(0), 0);
	KUNIT_EXPECT_EQ(test, cdisc_abs(-5), 5);
	KUNIT_EXPECT_EQ(test, cdisc_abs(S64_MAX), S64_MAX);
	KUNIT_EXPECT_EQ(test, cdisc_abs(-S64_MAX), S64_MAX);
	KUNIT_EXPECT_EQ(test, cdisc_abs(S64_MIN), S64_MAX);
}

static void ties_go_away_from_zero(struct kunit *test)
{
	static const struct {
		s64 v;
		unsigned int shift;
		s64 shifted;
	} shifts[] = {
		{ 5, 0, 5 },
		{ S64_MIN, 0, S64_MIN },
		{ 1, 1, 1 },
		{ -1, 1, -1 },
		{ 3, 1, 2 },
		{ -3, 1, -2 },
		{ 5, 2, 1 },
		{ 6, 2, 2 },
		{ -5, 2, -1 },
		{ -6, 2, -2 },
		{ 32767, 16, 0 },
		{ 32768, 16, 1 },
		{ -32767, 16, 0 },
		{ -32768, 16, -1 },
		{ S64_MAX, 62, 2 },
		{ S64_MIN, 62, -2 },
		{ S64_MAX, 1, 1LL << 62 },
	};
	static const struct {
		s64 v, d, quotient;
	} divisions[] = {
		{ 0, 7, 0 },
		{ 3, 7, 0 },
		{ 4, 7, 1 },
		{ -3, 7, 0 },
		{ -4, 7, -1 },
		{ 5, 10, 1 },
		{ -5, 10, -1 },
		{ 4, 10, 0 },
		{ S64_MAX, 1, S64_MAX },
		{ S64_MIN, 1, S64_MIN },
		{ S64_MIN, 2, -(1LL << 62) },
		{ S64_MAX, S64_MAX, 1 },
		{ S64_MIN, S64_MAX, -1 },
		{ 1, S64_MAX, 0 },
		{ (1LL << 62), S64_MAX, 1 },
		{ (1LL << 62) - 1, S64_MAX, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(shifts); i++)
		KUNIT_EXPECT_EQ_MSG(test, cdisc_rshift_round(shifts[i].v, shifts[i].shift), shifts[i].shifted,
				    "row %zu", i);
	for (i = 0; i < ARRAY_SIZE(divisions); i++)
		KUNIT_EXPECT_EQ_MSG(test, cdisc_div_round(divisions[i].v, divisions[i].d), divisions[i].quotient,
				    "row %zu", i);
}

static void mul_div_at_the_edges(struct kunit *test)
{
	static const struct {
		s64 a, b, d, nearest, up;
	} table[] = {
		{ 0, S64_MIN, 1, 0, 0 },
		{ 7, 3, 2, 11, 11 },
		{ 7, 3, 4, 5, 6 },
		{ -7, 3, 4, -5, -6 },
		{ -7, 3, 2, -11, -11 },
		{ 1, 1, 3, 0, 1 },
		{ -1, 1, 3, 0, -1 },
		{ S64_MAX, S64_MAX, S64_MAX, S64_MAX, S64_MAX },
		{ S64_MIN, S64_MAX, S64_MAX, S64_MIN, S64_MIN },
		{ S64_MIN, S64_MIN, S64_MAX, S64_MAX, S64_MAX },
		{ S64_MAX, 2, 1, S64_MAX, S64_MAX },
		{ S64_MAX, -2, 1, S64_MIN, S64_MIN },
		{ S64_MIN, 1, 1, S64_MIN, S64_MIN },
		{ S64_MIN, -1, 1, S64_MAX, S64_MAX },
		{ S64_MAX, S64_MAX - 1, S64_MAX, S64_MAX - 1, S64_MAX - 1 },
		{ S64_MAX, 65536, 1LL << 17, 1LL << 62, 1LL << 62 },
		/* Two divisors for which the guess of a digit is two too large. */
		{ 1LL << 62, (1LL << 62) - 1, 0x7fffffffffffffffLL, 2305843009213693952LL, 2305843009213693952LL },
		{ 0x7fffffff00000000LL, 0x7fffffff00000000LL, 0x7fffffffffffffffLL, 9223372028264841219LL,
		  9223372028264841219LL },
		/* 10 % of a year, in nanoseconds. */
		{ 6553600000000LL, 31536000000000000LL, 65536000000000LL, 3153600000000000LL, 3153600000000000LL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		KUNIT_EXPECT_EQ_MSG(test, cdisc_mul_div(table[i].a, table[i].b, table[i].d), table[i].nearest,
				    "row %zu", i);
		KUNIT_EXPECT_EQ_MSG(test, cdisc_mul_div_up(table[i].a, table[i].b, table[i].d), table[i].up,
				    "row %zu", i);
	}
}

/* A product and its quotient by one of the factors is the other one; rounding up is nearest or one more. */
static void mul_div_obeys_laws(struct kunit *test)
{
	u64 state = 0x9e3779b97f4a7c15ULL;
	s64 a, b, d, nearest, up;
	unsigned int i;

	for (i = 0; i < RANDOM_ROUNDS; i++) {
		a = random_s64(&state);
		b = random_s64(&state);
		d = cdisc_abs(random_s64(&state)) / 2 + 1;
		KUNIT_ASSERT_EQ_MSG(test, cdisc_mul_div(a, d, d), a, "%lld by %lld", (long long)a, (long long)d);
		KUNIT_ASSERT_EQ_MSG(test, cdisc_mul_div_up(a, d, d), a, "%lld by %lld", (long long)a, (long long)d);
		nearest = cdisc_mul_div(a, b, d);
		KUNIT_ASSERT_EQ(test, nearest, cdisc_mul_div(b, a, d));
		if (a != S64_MIN && nearest != S64_MIN && nearest != S64_MAX)
			KUNIT_ASSERT_EQ(test, cdisc_mul_div(-a, b, d), -nearest);
		up = cdisc_mul_div_up(a, b, d);
		KUNIT_ASSERT_LE(test, cdisc_abs(nearest), cdisc_abs(up));
		KUNIT_ASSERT_LE(test, cdisc_abs(up), cdisc_add_sat(cdisc_abs(nearest), 1));
	}
}

static void roots_round_down(struct kunit *test)
{
	u64 state = 0x2545f4914f6cdd1dULL;
	unsigned int i;
	u64 v, root;

	KUNIT_EXPECT_EQ(test, cdisc_sqrt_u64(0), 0);
	KUNIT_EXPECT_EQ(test, cdisc_sqrt_u64(1), 1);
	KUNIT_EXPECT_EQ(test, cdisc_sqrt_u64(3), 1);
	KUNIT_EXPECT_EQ(test, cdisc_sqrt_u64(4), 2);
	KUNIT_EXPECT_EQ(test, cdisc_sqrt_u64(U64_MAX), U32_MAX);
	KUNIT_EXPECT_EQ(test, cdisc_sqrt_u64(0xfffffffe00000001ULL), U32_MAX);
	KUNIT_EXPECT_EQ(test, cdisc_sqrt_u64(0xfffffffe00000000ULL), U32_MAX - 1);
	for (i = 0; i < RANDOM_ROUNDS; i++) {
		v = next_random(&state) >> (next_random(&state) % 64);
		root = cdisc_sqrt_u64(v);
		KUNIT_ASSERT_TRUE_MSG(test, root * root <= v, "%llu", (unsigned long long)v);
		/* The next root's square may be 2^64. */
		KUNIT_ASSERT_TRUE_MSG(test, root == U32_MAX || (root + 1) * (root + 1) > v, "%llu",
				      (unsigned long long)v);
	}
}

static void sqrt_mul_is_between_its_factors(struct kunit *test)
{
	u64 state = 0x853c49e6748fea9bULL;
	unsigned int i;
	s64 a, b, root;

	KUNIT_EXPECT_EQ(test, cdisc_sqrt_mul(0, S64_MAX), 0);
	KUNIT_EXPECT_EQ(test, cdisc_sqrt_mul(S64_MAX, S64_MAX), S64_MAX);
	KUNIT_EXPECT_EQ(test, cdisc_sqrt_mul(2, 3), 2);
	KUNIT_EXPECT_EQ(test, cdisc_sqrt_mul(1LL << 62, 1LL << 40), 1LL << 51);
	KUNIT_EXPECT_EQ(test, cdisc_sqrt_mul((1LL << 62) - 1, 1LL << 40), (1LL << 51) - 1);
	for (i = 0; i < RANDOM_ROUNDS; i++) {
		a = cdisc_abs(random_s64(&state));
		b = cdisc_abs(random_s64(&state));
		root = cdisc_sqrt_mul(a, b);
		KUNIT_ASSERT_EQ(test, cdisc_sqrt_mul(a, a), a);
		KUNIT_ASSERT_LE(test, min_t(s64, a, b), root);
		KUNIT_ASSERT_LE(test, root, max_t(s64, a, b));
		/* root^2 <= a * b < (root + 1)^2, without a product that does not fit. */
		if (a && root < S64_MAX) {
			KUNIT_ASSERT_LE(test, cdisc_mul_div_up(root, root, a), b);
			KUNIT_ASSERT_GE(test, cdisc_mul_div_up(root + 1, root + 1, a), b);
		}
	}
}

static void hypot_and_rms(struct kunit *test)
{
	static const s64 same[] = { -7, 7, -7, 7, 7 };
	static const s64 mixed[] = { 3, 4, 0, 0 };			/* sqrt(25 / 4) = 2.5 */
	static const s64 huge[] = { S64_MAX, S64_MAX, S64_MAX, S64_MAX, S64_MAX, S64_MAX, S64_MAX };
	static const s64 least[] = { S64_MIN, S64_MIN, S64_MIN, S64_MIN, S64_MIN };
	static const s64 one_of_four[] = { S64_MAX, 0, 0, 0 };
	static const s64 one_of_sixteen[16] = { 4000000000000LL };

	KUNIT_EXPECT_EQ(test, cdisc_hypot(0, 0), 0);
	KUNIT_EXPECT_EQ(test, cdisc_hypot(3, 4), 5);
	KUNIT_EXPECT_EQ(test, cdisc_hypot(1, 1), 1);
	KUNIT_EXPECT_EQ(test, cdisc_hypot(0, S64_MAX), S64_MAX);
	KUNIT_EXPECT_EQ(test, cdisc_hypot(S64_MAX, S64_MAX), S64_MAX);
	KUNIT_EXPECT_EQ(test, cdisc_hypot(S64_MIN, S64_MIN), S64_MAX);
	KUNIT_EXPECT_EQ(test, cdisc_hypot(3LL << 60, 1LL << 62), 5LL << 60);
	KUNIT_EXPECT_EQ(test, cdisc_hypot(3000000000000000000LL, 4000000000000000000LL), 5000000000000000000LL);

	KUNIT_EXPECT_EQ(test, cdisc_rms(same, ARRAY_SIZE(same)), 7);
	KUNIT_EXPECT_EQ(test, cdisc_rms(mixed, ARRAY_SIZE(mixed)), 2);
	KUNIT_EXPECT_EQ(test, cdisc_rms(huge, ARRAY_SIZE(huge)), S64_MAX);
	KUNIT_EXPECT_EQ(test, cdisc_rms(least, ARRAY_SIZE(least)), S64_MAX);
	KUNIT_EXPECT_EQ(test, cdisc_rms(one_of_four, ARRAY_SIZE(one_of_four)), S64_MAX / 2);
	KUNIT_EXPECT_EQ(test, cdisc_rms(one_of_sixteen, ARRAY_SIZE(one_of_sixteen)), 1000000000000LL);
	KUNIT_EXPECT_EQ(test, cdisc_rms(huge, 1), S64_MAX);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(add_and_sub_saturate),
	KUNIT_CASE(mul_saturates),
	KUNIT_CASE(abs_has_no_negative),
	KUNIT_CASE(ties_go_away_from_zero),
	KUNIT_CASE(mul_div_at_the_edges),
	KUNIT_CASE(mul_div_obeys_laws),
	KUNIT_CASE(roots_round_down),
	KUNIT_CASE(sqrt_mul_is_between_its_factors),
	KUNIT_CASE(hypot_and_rms),
	{ }
};

static struct kunit_suite suite = {
	.name = "clockdisc-fixed",
	.test_cases = cases,
};
kunit_test_suite(suite);
