// SPDX-License-Identifier: GPL-2.0
/*
 * Budgets: how much the clock was moved within a day.
 */
#include "budget.h"

#define HOUR_NS		(3600 * CDISC_NSEC_PER_SEC)

static s64 hour_of(s64 raw_ns)
{
	return raw_ns / HOUR_NS;
}

/* Hours are at most 2^63 / HOUR_NS = 2.6 million: their difference fits. */
static bool is_recent(const struct cdisc_budget *b, u32 i, s64 hour)
{
	s64 age = hour - b->bin[i].hour;

	return b->bin[i].spent_ns && age >= 0 && age < CDISC_BUDGET_HOURS;
}

void cdisc_budget_charge(struct cdisc_budget *b, s64 raw_ns, s64 size_ns)
{
	s64 hour = hour_of(raw_ns);
	u32 i = (u32)((u64)hour % CDISC_BUDGET_HOURS);

	if (b->bin[i].hour != hour) {
		b->bin[i].hour = hour;
		b->bin[i].spent_ns = 0;
	}
	b->bin[i].spent_ns = cdisc_add_sat(b->bin[i].spent_ns, cdisc_abs(size_ns));
}

s64 cdisc_budget_spent(const struct cdisc_budget *b, s64 raw_ns)
{
	s64 hour = hour_of(raw_ns), sum_ns = 0;
	u32 i;

	for (i = 0; i < CDISC_BUDGET_HOURS; i++)
		if (is_recent(b, i, hour))
			sum_ns = cdisc_add_sat(sum_ns, b->bin[i].spent_ns);
	return sum_ns;
}

s64 cdisc_budget_left(const struct cdisc_budget *b, s64 raw_ns, s64 limit_ns)
{
	return limit_ns ? max_t(s64, cdisc_sub_sat(limit_ns, cdisc_budget_spent(b, raw_ns)), 0) : S64_MAX;
}

s64 cdisc_budget_relief(const struct cdisc_budget *b, s64 raw_ns)
{
	s64 hour = hour_of(raw_ns), oldest = S64_MAX;
	u32 i;

	for (i = 0; i < CDISC_BUDGET_HOURS; i++)
		if (is_recent(b, i, hour))
			oldest = min_t(s64, oldest, b->bin[i].hour);
	return oldest == S64_MAX ? S64_MAX : cdisc_mul_sat(oldest + CDISC_BUDGET_HOURS, HOUR_NS);
}
