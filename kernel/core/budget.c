// SPDX-License-Identifier: GPL-2.0
/*
 * Budgets: how much the clock was moved within a day.
 */
#include "budget.h"

#define HOUR_NS		(3600 * CDISC_NSEC_PER_SEC)

/* Counter time is not negative. Hours are at most 2^63 / HOUR_NS = 2.6 million. */
static s64 hour_of(s64 raw_ns)
{
	return max_t(s64, raw_ns, 0) / HOUR_NS;
}

static s64 *place(struct cdisc_budget *b, s64 hour)
{
	return &b->spent_ns[(u64)hour % CDISC_BUDGET_HOURS];
}

static s64 spent_in(const struct cdisc_budget *b, s64 hour)
{
	return b->spent_ns[(u64)hour % CDISC_BUDGET_HOURS];
}

/* The first hour of the window at @hour of which something is kept. */
static s64 first_hour(const struct cdisc_budget *b, s64 hour)
{
	return max_t(s64, max_t(s64, b->hour, hour) - (CDISC_BUDGET_HOURS - 1), 0);
}

void cdisc_budget_charge(struct cdisc_budget *b, s64 raw_ns, s64 size_ns)
{
	s64 hour = hour_of(raw_ns);

	/* Nothing was spent since; after a day all places are those of other hours. */
	b->hour = max_t(s64, b->hour, hour - CDISC_BUDGET_HOURS);
	while (b->hour < hour)
		*place(b, ++b->hour) = 0;
	if (hour >= first_hour(b, hour))
		*place(b, hour) = cdisc_add_sat(*place(b, hour), cdisc_abs(size_ns));
}

s64 cdisc_budget_spent(const struct cdisc_budget *b, s64 raw_ns)
{
	s64 hour = hour_of(raw_ns), h, sum_ns = 0;

	for (h = first_hour(b, hour); h <= min_t(s64, b->hour, hour); h++)
		sum_ns = cdisc_add_sat(sum_ns, spent_in(b, h));
	return sum_ns;
}

s64 cdisc_budget_left(const struct cdisc_budget *b, s64 raw_ns, s64 limit_ns)
{
	return limit_ns ? max_t(s64, cdisc_sub_sat(limit_ns, cdisc_budget_spent(b, raw_ns)), 0) : S64_MAX;
}

s64 cdisc_budget_relief(const struct cdisc_budget *b, s64 raw_ns)
{
	s64 hour = hour_of(raw_ns), h;

	for (h = first_hour(b, hour); h <= min_t(s64, b->hour, hour); h++)
		if (spent_in(b, h))
			return cdisc_mul_sat(h + CDISC_BUDGET_HOURS, HOUR_NS);
	return S64_MAX;
}
