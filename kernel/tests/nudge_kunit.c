// SPDX-License-Identifier: GPL-2.0
/*
 * When the grain of the timekeeper will have carried an idle clock from one side of its swing to the other.
 */
#include <kunit/test.h>

#include "core/units.h"
#include "nudge.h"

#define NS(ns)	((s64)(ns) << 32)
#define MS	1000000ULL

/* A counter of 2^23 units to the ns has a grain of 119 ns a second. Ticks of 4 ms are 4 000 000 cycles. */
struct row {
	const char	*name;
	s64		error_ns;
	u64		percent;
	bool		is_high;
	u64		after_ns;
};

static const struct row rows[] = {
	{ "half of the grain, up from the middle", 0, 50, false, 83886080 },
	{ "half of the grain, down from the middle", 0, 50, true, 83886080 },
	{ "half of the grain, all of the way", -5, 50, false, 167772160 },
	{ "there already", 5, 50, false, 4 * MS },
	{ "past it", 700, 50, false, 4 * MS },
	{ "past it on the other side", -700, 50, true, 4 * MS },
	{ "a hundredth of the grain takes its time", -5, 1, false, 1000 * MS },
	{ "and the rest of it does not", 5, 1, true, 84733414 },
	{ "on the grid there is nowhere to go", 0, 0, false, 1000 * MS },
	{ "a long way", -2000000000, 50, false, 1000 * MS },
};

static void nudge_comes_in_time(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *r = &rows[i];
		struct cdisc_grain g = {
			.error_ns_q32 = NS(r->error_ns), .remainder = r->percent * 40000, .interval = 4000000,
			.mult = 1 << 23, .is_high = r->is_high,
		};

		KUNIT_EXPECT_EQ_MSG(test, cdisc_nudge_after(&g, 10) / 1000, r->after_ns / 1000, "%s", r->name);
	}
}

/* A tick of 4 ms that began at 100 ms. */
static void nudge_waits_for_the_tick(struct kunit *test)
{
	static const struct {
		const char	*name;
		s64		raw_ns;
		s64		change_ppb;
		s64		rest_ns;
	} waits[] = {
		{ "a large change in the middle", 102000000, 200000, 2020000 },
		{ "the same the other way", 102000000, -200000, 2020000 },
		{ "many ticks later", 100000000 + 4000 * 1000000LL + 1000000, 200000, 3020000 },
		{ "right after the tick", 100000010, 200000, 0 },
		{ "a small change", 103900000, 700, 0 },
		{ "the end of the tick", 103999999, 200000, 20001 },
		{ "a clock that is not this one", 99000000, 200000, 0 },
	};
	struct cdisc_grain g = { .tick_raw_ns = 100000000, .tick_ns = 4000000 };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(waits); i++)
		KUNIT_EXPECT_EQ_MSG(test, cdisc_nudge_rest(&g, waits[i].raw_ns, cdisc_ppb_q16_from_ppb(waits[i].change_ppb)),
				    waits[i].rest_ns, "%s", waits[i].name);
	g.tick_ns = 0;
	KUNIT_EXPECT_EQ(test, cdisc_nudge_rest(&g, 102000000, S64_MAX), 0ll);
	g.tick_ns = S64_MAX;
	KUNIT_EXPECT_EQ(test, cdisc_nudge_rest(&g, 102000000, S64_MAX), 0ll);
}

/* Whatever the timekeeper holds, the timer is neither at once nor never. */
static void nudge_survives_anything(struct kunit *test)
{
	static const s64 errors[] = { S64_MIN, S64_MIN / 2, -1, 0, 1, S64_MAX / 2, S64_MAX };
	static const u64 counts[] = { 0, 1, 4000000, U32_MAX, S64_MAX, U64_MAX };
	size_t i, j, k;

	for (i = 0; i < ARRAY_SIZE(errors); i++) {
		for (j = 0; j < ARRAY_SIZE(counts); j++) {
			for (k = 0; k < 8; k++) {
				struct cdisc_grain g = {
					.error_ns_q32 = errors[i], .remainder = counts[j], .interval = k & 2 ? counts[j] : 4000000,
					.mult = k & 4 ? U32_MAX : 1, .is_high = k & 1,
				};
				u64 after_ns = cdisc_nudge_after(&g, 1000);

				KUNIT_EXPECT_GE(test, after_ns, 4 * MS);
				KUNIT_EXPECT_LE(test, after_ns, 1000 * MS);
			}
		}
	}
}

static struct kunit_case nudge_cases[] = {
	KUNIT_CASE(nudge_comes_in_time),
	KUNIT_CASE(nudge_waits_for_the_tick),
	KUNIT_CASE(nudge_survives_anything),
	{}
};

static struct kunit_suite nudge_suite = {
	.name = "clockdisc-nudge",
	.test_cases = nudge_cases,
};

kunit_test_suite(nudge_suite);
