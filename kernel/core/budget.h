/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Budgets: how much the clock was moved within a day.
 *
 * The day is a window that slides by the hour: the present hour of counter time and the 24 before it. It is never shorter
 * than 24 hours, so that in no 24 hours more is spent than the limit, and an hour longer at most.
 */
#ifndef CDISC_BUDGET_H
#define CDISC_BUDGET_H

#include "units.h"

#define CDISC_BUDGET_HOURS	25

/**
 * struct cdisc_budget - what was spent, by the hour; zeroed, nothing
 * @hour:	the last hour of counter time in which anything was
 * @spent_ns:	sum of the sizes of what was moved in it and in those before it; an hour's place is its number's remainder
 */
struct cdisc_budget {
	s64	hour;
	s64	spent_ns[CDISC_BUDGET_HOURS];
};

/* The clock was moved by so much, in either direction. */
void cdisc_budget_charge(struct cdisc_budget *b, s64 raw_ns, s64 size_ns);

/* What was spent in the last day. */
s64 cdisc_budget_spent(const struct cdisc_budget *b, s64 raw_ns);

/* What is left of a limit; of 0, which is none, S64_MAX. */
s64 cdisc_budget_left(const struct cdisc_budget *b, s64 raw_ns, s64 limit_ns);

/* When the oldest of what was spent leaves the window; S64_MAX when nothing was spent. */
s64 cdisc_budget_relief(const struct cdisc_budget *b, s64 raw_ns);

#endif /* CDISC_BUDGET_H */
