// SPDX-License-Identifier: GPL-2.0
/*
 * The bound: unknown is infinite, it grows with the oscillator's tolerance, and what is still to be corrected is in it.
 */
#include <kunit/test.h>

#include "core/bound.h"

#define SEC	CDISC_NSEC_PER_SEC
#define MS	1000000LL

static void unknown_is_infinite(struct kunit *test)
{
	struct cdisc_bound b;

	cdisc_bound_void(&b);
	KUNIT_EXPECT_FALSE(test, b.is_known);
	KUNIT_EXPECT_EQ(test, cdisc_bound_at(&b, 0, 0), S64_MAX);
	cdisc_bound_set(&b, 0, 0, 0, 0);
	KUNIT_EXPECT_TRUE(test, b.is_known);
	KUNIT_EXPECT_EQ(test, cdisc_bound_at(&b, 0, 0), 0);
	cdisc_bound_void(&b);
	KUNIT_EXPECT_EQ(test, cdisc_bound_at(&b, 0, 0), S64_MAX);
}

static void distance_growth_and_offset_add_up(struct kunit *test)
{
	static const struct {
		s64 raw_ns, distance_ns, phase_ns, freq_ppb_q16;	/* as of the update */
		s64 at_raw_ns, clock_ns;				/* asked for */
		s64 offset_ns, bound_ns;
	} table[] = {
		/* at the update, on the estimate; then behind and ahead of it */
		{ 100 * SEC, 5 * MS, 7 * SEC, 0, 100 * SEC, 7 * SEC, 0, 5 * MS },
		{ 100 * SEC, 5 * MS, 7 * SEC, 0, 100 * SEC, 7 * SEC - 3, 3, 5 * MS + 3 },
		{ 100 * SEC, 5 * MS, 7 * SEC, 0, 100 * SEC, 7 * SEC + 3, -3, 5 * MS + 3 },
		/* a second later: 15 us */
		{ 100 * SEC, 5 * MS, 7 * SEC, 0, 101 * SEC, 7 * SEC, 0, 5 * MS + 15000 },
		{ 100 * SEC, 5 * MS, 7 * SEC, 0, 101 * SEC, 7 * SEC + 3, -3, 5 * MS + 15003 },
		/* 1 ppm learnt: after 1000 s the estimate is 1 ms on, and the clock that did not follow is 1 ms behind */
		{ 0, MS, 0, 65536000, 1000 * SEC, MS, 0, MS + 15 * MS },
		{ 0, MS, 0, 65536000, 1000 * SEC, 0, MS, 2 * MS + 15 * MS },
		{ 0, MS, 0, -65536000, 1000 * SEC, 0, -MS, 2 * MS + 15 * MS },
		/* before the update nothing has grown, and the estimate is carried back */
		{ 1000 * SEC, MS, 0, 65536000, 0, -MS, 0, MS },
		/* clocks of today, in nanoseconds since 1970, and at the ends of the range */
		{ 0, MS, 1780000000000000000LL, 0, 0, 1780000000000000000LL - 42, 42, MS + 42 },
		{ 0, 0, S64_MAX, 0, 0, S64_MIN, S64_MAX, S64_MAX },
		{ 0, 0, S64_MIN, 0, 0, S64_MAX, S64_MIN, S64_MAX },
		{ S64_MIN, S64_MAX, 0, 0, S64_MAX, 0, 0, S64_MAX },
		{ S64_MIN, 0, 0, 0, S64_MAX, 0, 0, 138350580552822LL },
	};
	struct cdisc_bound b;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		cdisc_bound_set(&b, table[i].raw_ns, table[i].distance_ns, table[i].phase_ns, table[i].freq_ppb_q16);
		KUNIT_EXPECT_EQ_MSG(test, cdisc_bound_offset(&b, table[i].at_raw_ns, table[i].clock_ns),
				    table[i].offset_ns, "row %zu", i);
		KUNIT_EXPECT_EQ_MSG(test, cdisc_bound_at(&b, table[i].at_raw_ns, table[i].clock_ns),
				    table[i].bound_ns, "row %zu", i);
	}
}

static void never_shrinks_while_nothing_is_heard(struct kunit *test)
{
	struct cdisc_bound b;
	s64 last_ns = 0, bound_ns, raw_ns;

	/* A clock that runs exactly as estimated. */
	cdisc_bound_set(&b, 0, 20 * MS, 0, 65536);
	for (raw_ns = 0; raw_ns < 100000 * SEC; raw_ns += 777 * SEC + 13) {
		bound_ns = cdisc_bound_at(&b, raw_ns, cdisc_ns_from_rate(65536, raw_ns));
		KUNIT_EXPECT_GT(test, bound_ns, last_ns);
		last_ns = bound_ns;
	}
}

static void a_known_frequency_holds_for_a_while(struct kunit *test)
{
	struct cdisc_bound b;

	cdisc_bound_set(&b, 0, MS, 0, 0);
	cdisc_bound_hold(&b, cdisc_ppb_q16_from_ppb(1000), 100 * SEC, 7);
	KUNIT_EXPECT_EQ(test, cdisc_bound_at(&b, 50 * SEC, 0), MS + 50000);
	KUNIT_EXPECT_EQ(test, cdisc_bound_at(&b, 100 * SEC, 0), MS + 100000);
	/* Then 15 ppm. */
	KUNIT_EXPECT_EQ(test, cdisc_bound_at(&b, 110 * SEC, 0), MS + 100000 + 150000);
	KUNIT_EXPECT_EQ(test, cdisc_bound_error(&b, 50 * SEC, -12), 19);
	/* Another frequency: what was known of the last one counts until then. */
	cdisc_bound_turn(&b, 50 * SEC, 65536);
	KUNIT_EXPECT_EQ(test, cdisc_bound_at(&b, 50 * SEC, 0), MS + 50000);
	/* From there on it may be as wrong as they differ: 1 ppb; and 3 ppb more when it is changed again. */
	KUNIT_EXPECT_EQ(test, cdisc_bound_at(&b, 60 * SEC, 10), MS + 50000 + 150010);
	cdisc_bound_turn(&b, 60 * SEC, -2 * 65536);
	KUNIT_EXPECT_EQ(test, cdisc_bound_at(&b, 60 * SEC, 10), MS + 50000 + 150010);
	KUNIT_EXPECT_EQ(test, cdisc_bound_at(&b, 70 * SEC, -10), MS + 50000 + 150010 + 150040);
	cdisc_bound_set(&b, 0, MS, 0, 0);
	KUNIT_EXPECT_EQ(test, cdisc_bound_at(&b, 50 * SEC, 0), MS + 750000);
}

/* A frequency that is known to less than the tolerance does not become better known by waiting. */
static void a_frequency_that_is_hardly_known_stays_so(struct kunit *test)
{
	struct cdisc_bound_line line;
	struct cdisc_bound b;

	cdisc_bound_set(&b, 0, MS, 0, 0);
	cdisc_bound_hold(&b, cdisc_ppb_q16_from_ppb(30000), 8 * SEC, 7);
	KUNIT_EXPECT_EQ(test, cdisc_bound_at(&b, 8 * SEC, 0), MS + 240000);
	KUNIT_EXPECT_EQ(test, cdisc_bound_at(&b, 100 * SEC, 0), MS + 3 * MS);
	cdisc_bound_line(&b, 0, &line);
	KUNIT_EXPECT_EQ(test, line.hold_ns, (s64)S64_MAX);
}

/* A reader of the line gets what the bound itself gives for a clock that is on the estimate, at every age. */
static void a_line_says_what_the_bound_says(struct kunit *test)
{
	static const s64 ages_ns[] = { 0, 1, 10 * SEC, 100 * SEC, 101 * SEC, 5000 * SEC };
	struct cdisc_bound_line line;
	struct cdisc_bound b;
	size_t i, j;

	cdisc_bound_set(&b, 1000 * SEC, 5 * MS, 7 * SEC, -20000LL * 65536);
	cdisc_bound_hold(&b, 100LL * 65536, 100 * SEC, 3);
	for (i = 0; i < ARRAY_SIZE(ages_ns); i++) {
		s64 from_raw_ns = b.raw_ns + ages_ns[i];

		cdisc_bound_line(&b, from_raw_ns, &line);
		for (j = 0; j < ARRAY_SIZE(ages_ns); j++) {
			s64 raw_ns = from_raw_ns + ages_ns[j], held_ns = min_t(s64, ages_ns[j], line.hold_ns);
			s64 phase_ns = cdisc_bound_offset(&b, raw_ns, 0);
			s64 real_ns = line.real_ns + ages_ns[j] + cdisc_ns_from_rate(line.rate_ppb_q16, ages_ns[j]);
			s64 half_ns = line.half_ns + cdisc_ns_from_rate(line.hold_ppb_q16, held_ns) +
				      cdisc_ns_from_phi(ages_ns[j] - held_ns);

			KUNIT_EXPECT_LE_MSG(test, cdisc_abs(real_ns - raw_ns - phase_ns), 2, "%zu %zu", i, j);
			KUNIT_EXPECT_LE_MSG(test, cdisc_abs(half_ns - cdisc_bound_at(&b, raw_ns, phase_ns)), 2,
					    "%zu %zu", i, j);
		}
	}
}

/* What is told now must hold until it is told again, whichever way the clock runs, and not for longer than asked. */
static void the_largest_of_the_time_to_come(struct kunit *test)
{
	struct cdisc_bound b;

	cdisc_bound_void(&b);
	KUNIT_EXPECT_EQ(test, cdisc_bound_ahead(&b, 0, 0, 0, SEC), S64_MAX);
	cdisc_bound_set(&b, 0, 5 * MS, 0, 0);
	/* On the estimate and at its pace: 15 us a second. */
	KUNIT_EXPECT_EQ(test, cdisc_bound_ahead(&b, 0, 0, 0, SEC), 5 * MS + 15000);
	/* It runs away by 1 ppm; it comes closer; it passes the estimate and goes on to the other side. */
	KUNIT_EXPECT_EQ(test, cdisc_bound_ahead(&b, 0, 3000, 65536000, SEC), 5 * MS + 15000 + 4000);
	KUNIT_EXPECT_EQ(test, cdisc_bound_ahead(&b, 0, -3000, 65536000, SEC), 5 * MS + 15000 + 3000);
	KUNIT_EXPECT_EQ(test, cdisc_bound_ahead(&b, 0, -3000, 65536000, 10 * SEC), 5 * MS + 150000 + 7000);
	KUNIT_EXPECT_EQ(test, cdisc_bound_ahead(&b, 2 * SEC, 7, 0, 0), cdisc_bound_at(&b, 2 * SEC, 7));
	KUNIT_EXPECT_EQ(test, cdisc_bound_ahead(&b, 0, S64_MIN, 0, S64_MAX), S64_MAX);
}

/* Whatever is said of a distance, its parts add up to it. */
static void the_parts_add_up(struct kunit *test)
{
	static const struct {
		struct cdisc_bound_split split;
		s64 root_ns, path_ns, width_ns, aged_ns;	/* of a distance of 10 ms */
	} table[] = {
		{ { 2 * MS, 5 * MS, MS }, 2 * MS, 5 * MS, 2 * MS, MS },
		{ { 0, 0, 0 }, 0, 0, 10 * MS, 0 },
		{ { 2 * MS, 5 * MS, 4 * MS }, 2 * MS, 5 * MS, 0, 3 * MS },
		{ { 2 * MS, 15 * MS, 4 * MS }, 2 * MS, 8 * MS, 0, 0 },
		{ { 20 * MS, 15 * MS, 4 * MS }, 10 * MS, 0, 0, 0 },
		{ { -1, -1, -1 }, 0, 0, 10 * MS, 0 },
	};
	struct cdisc_bound_parts parts;
	struct cdisc_bound b;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		cdisc_bound_set(&b, 0, 10 * MS, 7, 0);
		cdisc_bound_split(&b, &table[i].split);
		cdisc_bound_parts(&b, SEC, 3, &parts);
		KUNIT_EXPECT_EQ(test, parts.root_ns, table[i].root_ns);
		KUNIT_EXPECT_EQ(test, parts.path_ns, table[i].path_ns);
		KUNIT_EXPECT_EQ(test, parts.width_ns, table[i].width_ns);
		KUNIT_EXPECT_EQ(test, parts.oscillator_ns, table[i].aged_ns + 15000);
		KUNIT_EXPECT_EQ(test, parts.slew_ns, 4LL);
		/* Another frequency from here on: what has grown stays the oscillator's. */
		cdisc_bound_turn(&b, SEC, 0);
		cdisc_bound_parts(&b, 2 * SEC, 3, &parts);
		KUNIT_EXPECT_EQ(test, parts.width_ns, table[i].width_ns);
		KUNIT_EXPECT_EQ(test, parts.oscillator_ns, table[i].aged_ns + 30000);
		KUNIT_EXPECT_EQ(test, parts.root_ns + parts.path_ns + parts.width_ns + parts.oscillator_ns + parts.slew_ns,
				cdisc_bound_at(&b, 2 * SEC, 3));
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_line_says_what_the_bound_says),
	KUNIT_CASE(unknown_is_infinite),
	KUNIT_CASE(distance_growth_and_offset_add_up),
	KUNIT_CASE(never_shrinks_while_nothing_is_heard),
	KUNIT_CASE(the_largest_of_the_time_to_come),
	KUNIT_CASE(the_parts_add_up),
	KUNIT_CASE(a_known_frequency_holds_for_a_while),
	KUNIT_CASE(a_frequency_that_is_hardly_known_stays_so),
	{ }
};

static struct kunit_suite suite = {
	.name = "clockdisc-bound",
	.test_cases = cases,
};
kunit_test_suite(suite);
