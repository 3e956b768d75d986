// SPDX-License-Identifier: GPL-2.0
/*
 * The path: its minimum, its queues, and routes that change while queues fill.
 */
#include <kunit/test.h>

#include "core/path.h"

#define US	1000LL
#define MS	1000000LL

/* Delays of a path: numbers that look random and are the same everywhere (Numerical Recipes' constants). */
static s64 queue(u32 *state, s64 mean_ns)
{
	s64 sum = 0;
	int i;

	/* Four uniform numbers: mean 2 of them. */
	for (i = 0; i < 4; i++) {
		*state = *state * 1664525 + 1013904223;
		sum += *state >> 8;
	}
	return sum * mean_ns / (2LL << 24);
}

static void feed(struct cdisc_path *p, unsigned int n, s64 base_ns, s64 mean_ns, u32 *state)
{
	while (n--)
		cdisc_path_add(p, base_ns + queue(state, mean_ns));
}

static void a_sample_is_as_wide_as_its_excess(struct kunit *test)
{
	struct cdisc_path p = { 0 };
	u32 state = 1;
	s64 min_ns;

	feed(&p, 1000, 10 * MS, 200 * US, &state);
	min_ns = p.min_ns;
	KUNIT_EXPECT_GE(test, min_ns, 10 * MS);
	KUNIT_EXPECT_LE(test, min_ns, 10 * MS + 60 * US);
	/* Half of 100 us, and slack of some per cent of the mean. */
	KUNIT_EXPECT_GE(test, cdisc_path_tight(&p, min_ns + 100 * US), 50 * US * 65536);
	KUNIT_EXPECT_LE(test, cdisc_path_tight(&p, min_ns + 100 * US), 57 * US * 65536);
	KUNIT_EXPECT_GT(test, cdisc_path_loose(&p, min_ns), cdisc_path_tight(&p, min_ns));
	KUNIT_EXPECT_GT(test, cdisc_path_tight(&p, 0), 0);
	KUNIT_EXPECT_GT(test, cdisc_path_tight(&p, S64_MAX), 0);
}

static void slack_shrinks_with_evidence(struct kunit *test)
{
	struct cdisc_path p = { 0 };
	u32 state = 2;
	s64 early;

	feed(&p, 16, 10 * MS, 200 * US, &state);
	early = cdisc_path_tight(&p, p.min_ns);
	feed(&p, 2000, 10 * MS, 200 * US, &state);
	KUNIT_EXPECT_LT(test, 4 * cdisc_path_tight(&p, p.min_ns), early);
}

static void a_shorter_route_shows_at_once(struct kunit *test)
{
	struct cdisc_path p = { 0 };
	u32 state = 3;

	feed(&p, 300, 10 * MS, 200 * US, &state);
	KUNIT_EXPECT_FALSE(test, cdisc_path_add(&p, 7 * MS));
	KUNIT_EXPECT_EQ(test, p.min_ns, 7 * MS);
}

static void a_longer_route_shows_after_some(struct kunit *test)
{
	struct cdisc_path p = { 0 };
	u32 state = 4;
	unsigned int n;

	feed(&p, 300, 10 * MS, 200 * US, &state);
	for (n = 1; n < 20; n++)
		if (cdisc_path_add(&p, 13 * MS + queue(&state, 200 * US)))
			break;
	KUNIT_EXPECT_LE(test, n, 8);
	KUNIT_EXPECT_GE(test, p.min_ns, 13 * MS);
	/* Less than the queues: it takes more samples, and is still found. */
	p = (struct cdisc_path){ 0 };
	feed(&p, 300, 10 * MS, 200 * US, &state);
	for (n = 1; n < 100; n++)
		if (cdisc_path_add(&p, 10 * MS + 250 * US + queue(&state, 200 * US)))
			break;
	KUNIT_EXPECT_LE(test, n, 64);
}

static void full_queues_are_no_route(struct kunit *test)
{
	struct cdisc_path p = { 0 };
	u32 state = 5;
	s64 min_ns;

	feed(&p, 300, 10 * MS, 200 * US, &state);
	min_ns = p.min_ns;
	feed(&p, 100, 10 * MS + 400 * US, 5 * MS, &state);
	KUNIT_EXPECT_EQ(test, p.min_ns, min_ns);
	feed(&p, 300, 10 * MS, 200 * US, &state);
	KUNIT_EXPECT_LE(test, cdisc_path_usual(&p), 300 * US * 65536);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_sample_is_as_wide_as_its_excess),
	KUNIT_CASE(slack_shrinks_with_evidence),
	KUNIT_CASE(a_shorter_route_shows_at_once),
	KUNIT_CASE(a_longer_route_shows_after_some),
	KUNIT_CASE(full_queues_are_no_route),
	{ }
};

static struct kunit_suite suite = {
	.name = "clockdisc-path",
	.test_cases = cases,
};
kunit_test_suite(suite);
