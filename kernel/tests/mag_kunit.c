// SPDX-License-Identifier: GPL-2.0
/*
 * Magnitudes: every operation is good to 2^-28 of its result, nothing is a magnitude like any other, and sizes do not matter.
 */
#include <kunit/test.h>

#include "core/mag.h"

#define ONE_Q24		(1LL << 24)

/* |a - b| * 2^28 <= a. */
static bool is_near(struct cdisc_mag a, struct cdisc_mag b)
{
	struct cdisc_mag apart = cdisc_mag_less(a, b) ? cdisc_mag_less_by(b, a) : cdisc_mag_less_by(a, b);

	return !cdisc_mag_less(a, cdisc_mag_scale(apart, 28));
}

static void whole_numbers_come_back(struct kunit *test)
{
	static const s64 table[] = { 0, 1, 2, 3, 1000, 0xffffffffLL, 1LL << 32, 1LL << 62 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		KUNIT_EXPECT_EQ(test, cdisc_mag_to(cdisc_mag_from((u64)table[i], 0), 0), table[i]);
		KUNIT_EXPECT_EQ(test, cdisc_mag_to(cdisc_mag_abs(-table[i], 5), -5), table[i]);
	}
	KUNIT_EXPECT_EQ(test, cdisc_mag_to(cdisc_mag_abs(S64_MIN, 0), 0), S64_MAX);
	KUNIT_EXPECT_EQ(test, cdisc_mag_to(cdisc_mag_from(3, 400), 0), S64_MAX);
	KUNIT_EXPECT_EQ(test, cdisc_mag_to(cdisc_mag_from(3, -400), 0), 0);
}

static void operations_are_near(struct kunit *test)
{
	static const struct {
		u64 a, b;
		s32 exp;
	} table[] = {
		{ 1, 1, 0 }, { 3, 7, 0 }, { 1000000007, 3, -40 }, { 0xffffffff, 0x80000001, 17 }, { 5, 9, 900 }, { 5, 9, -900 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct cdisc_mag a = cdisc_mag_from(table[i].a, table[i].exp), b = cdisc_mag_from(table[i].b, table[i].exp);

		KUNIT_EXPECT_TRUE(test, is_near(cdisc_mag_add(a, b), cdisc_mag_from(table[i].a + table[i].b,
										     table[i].exp)));
		KUNIT_EXPECT_TRUE(test, is_near(cdisc_mag_mul(a, b), cdisc_mag_from(table[i].a * table[i].b,
										     2 * table[i].exp)));
		KUNIT_EXPECT_TRUE(test, is_near(cdisc_mag_mul(cdisc_mag_div(a, b), b), a));
		KUNIT_EXPECT_TRUE(test, is_near(cdisc_mag_square(cdisc_mag_sqrt(a)), a));
		KUNIT_EXPECT_TRUE(test, is_near(cdisc_mag_less_by(cdisc_mag_add(a, b), b), a));
	}
}

static void nothing_is_a_magnitude(struct kunit *test)
{
	struct cdisc_mag nothing = cdisc_mag_from(0, 5), some = cdisc_mag_from(7, -3);

	KUNIT_EXPECT_EQ(test, nothing.exp, CDISC_MAG_ZERO_EXP);
	KUNIT_EXPECT_EQ(test, cdisc_mag_mul(nothing, some).exp, CDISC_MAG_ZERO_EXP);
	KUNIT_EXPECT_EQ(test, cdisc_mag_div(nothing, some).exp, CDISC_MAG_ZERO_EXP);
	KUNIT_EXPECT_EQ(test, cdisc_mag_sqrt(nothing).exp, CDISC_MAG_ZERO_EXP);
	KUNIT_EXPECT_EQ(test, cdisc_mag_less_by(some, some).exp, CDISC_MAG_ZERO_EXP);
	KUNIT_EXPECT_EQ(test, cdisc_mag_to(cdisc_mag_add(nothing, some), 3), 7);
	KUNIT_EXPECT_EQ(test, cdisc_mag_to(cdisc_mag_add(some, nothing), 3), 7);
	KUNIT_EXPECT_TRUE(test, cdisc_mag_less(nothing, some));
	KUNIT_EXPECT_FALSE(test, cdisc_mag_less(some, nothing));
}

static void signs_and_logs(struct kunit *test)
{
	struct cdisc_mag half = cdisc_mag_from(1, -1);

	KUNIT_EXPECT_EQ(test, cdisc_mag_times(-1000, half, 0), -500);
	KUNIT_EXPECT_EQ(test, cdisc_mag_times(1001, half, 0), 500);
	KUNIT_EXPECT_EQ(test, cdisc_mag_times(-1001, half, 0), -500);
	KUNIT_EXPECT_EQ(test, cdisc_mag_times(S64_MIN, cdisc_mag_from(1, 10), 0), -S64_MAX);
	KUNIT_EXPECT_EQ(test, cdisc_mag_log_q24(CDISC_MAG_ONE), 0);
	/* 1000 ln(2) and back, to 10 units. */
	KUNIT_EXPECT_LE(test, cdisc_abs(cdisc_mag_log_q24(cdisc_mag_from(1, 1000)) - 11629080000LL), 2000);
	KUNIT_EXPECT_LE(test, cdisc_abs(cdisc_mag_log_q24(half) + 11629080), 10);
	KUNIT_EXPECT_LE(test, cdisc_abs(cdisc_mag_log_q24(cdisc_mag_from(10, 0)) - 38630967), 10);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(whole_numbers_come_back),
	KUNIT_CASE(operations_are_near),
	KUNIT_CASE(nothing_is_a_magnitude),
	KUNIT_CASE(signs_and_logs),
	{ }
};

static struct kunit_suite suite = {
	.name = "clockdisc-mag",
	.test_cases = cases,
};
kunit_test_suite(suite);
