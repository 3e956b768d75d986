// SPDX-License-Identifier: GPL-2.0
/*
 * Budgets: a window that slides by the hour and is never shorter than a day.
 */
#include <kunit/test.h>

#include "core/budget.h"

#define SEC	CDISC_NSEC_PER_SEC
#define HOUR	(3600 * SEC)

static void budget_window(struct kunit *test)
{
	struct cdisc_budget b = { 0 };

	KUNIT_EXPECT_EQ(test, cdisc_budget_spent(&b, 5 * HOUR), 0ll);
	KUNIT_EXPECT_EQ(test, cdisc_budget_relief(&b, 5 * HOUR), S64_MAX);
	cdisc_budget_charge(&b, 5 * HOUR, 7 * SEC);
	cdisc_budget_charge(&b, 6 * HOUR - 1, -SEC);
	cdisc_budget_charge(&b, 20 * HOUR, 2 * SEC);
	KUNIT_EXPECT_EQ(test, cdisc_budget_spent(&b, 20 * HOUR), 10 * SEC);
	KUNIT_EXPECT_EQ(test, cdisc_budget_left(&b, 20 * HOUR, 11 * SEC), SEC);
	KUNIT_EXPECT_EQ(test, cdisc_budget_left(&b, 20 * HOUR, 9 * SEC), 0ll);
	KUNIT_EXPECT_EQ(test, cdisc_budget_left(&b, 20 * HOUR, 0), S64_MAX);
	/* A day after the last of the hour it is forgotten, not before. */
	KUNIT_EXPECT_EQ(test, cdisc_budget_relief(&b, 20 * HOUR), 30 * HOUR);
	KUNIT_EXPECT_EQ(test, cdisc_budget_spent(&b, 30 * HOUR - 1), 10 * SEC);
	KUNIT_EXPECT_EQ(test, cdisc_budget_spent(&b, 30 * HOUR), 2 * SEC);
	KUNIT_EXPECT_EQ(test, cdisc_budget_spent(&b, 45 * HOUR), 0ll);
	/* The same bin, 25 hours later. */
	cdisc_budget_charge(&b, 30 * HOUR, 3 * SEC);
	KUNIT_EXPECT_EQ(test, cdisc_budget_spent(&b, 30 * HOUR), 5 * SEC);
}

static void budget_extremes(struct kunit *test)
{
	struct cdisc_budget b = { 0 };

	cdisc_budget_charge(&b, S64_MAX, S64_MIN);
	cdisc_budget_charge(&b, S64_MAX - HOUR, S64_MAX);
	KUNIT_EXPECT_EQ(test, cdisc_budget_spent(&b, S64_MAX), S64_MAX);
	KUNIT_EXPECT_EQ(test, cdisc_budget_left(&b, S64_MAX, S64_MAX), 0ll);
	KUNIT_EXPECT_EQ(test, cdisc_budget_spent(&b, S64_MIN), 0ll);
	KUNIT_EXPECT_EQ(test, cdisc_budget_relief(&b, S64_MAX), S64_MAX);
}

static struct kunit_case budget_cases[] = {
	KUNIT_CASE(budget_window),
	KUNIT_CASE(budget_extremes),
	{}
};

static struct kunit_suite budget_suite = {
	.name = "clockdisc-budget",
	.test_cases = budget_cases,
};

kunit_test_suite(budget_suite);
