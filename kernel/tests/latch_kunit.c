// SPDX-License-Identifier: GPL-2.0
/*
 * The line of our own clocksource: it bends without a jump, is nowhere below what was read before, and does not mind
 * how long ago the corner was.
 */
#include <kunit/test.h>

#include "core/latch.h"

#define PPM	65536000LL	/* ppb_q16 */

/* ns per cycle of some counters: 1 GHz, 2.9 GHz, 250 MHz, 5 GHz. */
static const u64 nominals[] = {
	CDISC_LINE_ONE, CDISC_LINE_ONE / 29 * 10, 4 * CDISC_LINE_ONE, CDISC_LINE_ONE / 5,
};

static const s64 rates[] = { 0, 1, 500 * PPM, -500 * PPM, CDISC_FREQ_MAX_PPB_Q16, -CDISC_FREQ_MAX_PPB_Q16, -PPM };

/* The same numbers each time. */
static u64 next_random(u64 *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 11;
}

static void line_reads_a_rate(struct kunit *test)
{
	struct cdisc_line l;
	s64 set;

	cdisc_line_init(&l, 1000, 5000, CDISC_LINE_ONE);
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&l, 1000), 5000ULL);
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&l, 1007), 5007ULL);
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&l, 990), 4990ULL);
	cdisc_line_turn(&l, 1000, cdisc_line_slope(CDISC_LINE_ONE, 500 * PPM));
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&l, 1000 + 1000000000), 5000ULL + 1000500000 - 1);
	set = cdisc_line_rate(CDISC_LINE_ONE, l.slope);
	KUNIT_EXPECT_EQ(test, set, 500 * PPM);
	/* Beyond the corner the new slope, before it the old one. */
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&l, 0), 4000ULL);
}

static void line_rates_are_exact(struct kunit *test)
{
	u32 n, r;

	for (n = 0; n < ARRAY_SIZE(nominals); n++) {
		for (r = 0; r < ARRAY_SIZE(rates); r++) {
			u64 slope = cdisc_line_slope(nominals[n], rates[r]);

			KUNIT_EXPECT_EQ(test, cdisc_line_rate(nominals[n], slope), rates[r]);
			KUNIT_EXPECT_LT(test, slope, 1ULL << 63);
		}
		KUNIT_EXPECT_EQ(test, cdisc_line_slope(nominals[n], 2 * CDISC_FREQ_MAX_PPB_Q16),
				cdisc_line_slope(nominals[n], CDISC_FREQ_MAX_PPB_Q16));
	}
}

/* Up to the corner the bent line is the old one, bit by bit; after it, readings never fall below the corner's. */
static void expect_no_jump(struct kunit *test, const struct cdisc_line *old, u64 corner_cyc, s64 rate_ppb_q16, u64 nominal,
			   u64 *seed)
{
	struct cdisc_line bent = *old;
	u64 last_ns = cdisc_line_at(old, corner_cyc);
	u64 cyc = corner_cyc;
	int i;

	cdisc_line_turn(&bent, corner_cyc, cdisc_line_slope(nominal, rate_ppb_q16));
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&bent, corner_cyc), last_ns);
	for (i = 0; i < 50; i++) {
		u64 before = corner_cyc - next_random(seed) % 1000000;

		if ((s64)(before - old->cyc) >= 0)
			KUNIT_EXPECT_EQ(test, cdisc_line_at(&bent, before), cdisc_line_at(old, before));
		cyc += next_random(seed) % 3;
		KUNIT_EXPECT_GE(test, cdisc_line_at(&bent, cyc), last_ns);
		last_ns = cdisc_line_at(&bent, cyc);
	}
	KUNIT_EXPECT_EQ(test, cdisc_line_lag(&bent, corner_cyc), 0ULL);
	KUNIT_EXPECT_EQ(test, cdisc_line_lag(&bent, corner_cyc - 1), 0ULL);
}

static void line_bends_without_a_jump(struct kunit *test)
{
	u64 seed = 1;
	u32 n, i;

	for (n = 0; n < ARRAY_SIZE(nominals); n++) {
		struct cdisc_line l;

		cdisc_line_init(&l, 12345, 0, nominals[n]);
		for (i = 0; i < 300; i++) {
			u64 cyc = l.cyc + next_random(&seed) % 1000000;
			s64 rate = rates[next_random(&seed) % ARRAY_SIZE(rates)];

			expect_no_jump(test, &l, cyc, rate, nominals[n], &seed);
			cdisc_line_turn(&l, cyc, cdisc_line_slope(nominals[n], rate));
		}
	}
}

/* A million corners at every rate lose nothing: fractions are carried over. */
static void line_keeps_fractions(struct kunit *test)
{
	u64 slope = cdisc_line_slope(CDISC_LINE_ONE / 3, 7 * PPM);
	struct cdisc_line straight, bent;
	u64 cyc = 0;
	int i;

	cdisc_line_init(&straight, 0, 0, slope);
	bent = straight;
	for (i = 0; i < 1000000; i++) {
		cyc += 1 + i % 7;
		cdisc_line_turn(&bent, cyc, slope);
	}
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&bent, cyc), cdisc_line_at(&straight, cyc));
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&bent, cyc + 1000000007), cdisc_line_at(&straight, cyc + 1000000007));
}

/* Published too late: what was read from the old line is ahead by no more than the lag, and a lifted line is not below. */
static void line_is_lifted_after_a_theft(struct kunit *test)
{
	static const u64 late_cyc[] = { 1, 10, 1000, 1000000, 10000000000ULL };
	u32 n, i;

	for (n = 0; n < ARRAY_SIZE(nominals); n++) {
		struct cdisc_line old, bent;

		cdisc_line_init(&old, 0, 77, cdisc_line_slope(nominals[n], 500 * PPM));
		for (i = 0; i < ARRAY_SIZE(late_cyc); i++) {
			u64 seen_cyc = 1000 + late_cyc[i], lag_ns, old_ns = cdisc_line_at(&old, seen_cyc);
			u64 cyc;

			bent = old;
			cdisc_line_turn(&bent, 1000, cdisc_line_slope(nominals[n], -500 * PPM));
			lag_ns = cdisc_line_lag(&bent, seen_cyc);
			KUNIT_EXPECT_GE(test, lag_ns, old_ns - cdisc_line_at(&bent, seen_cyc));
			KUNIT_EXPECT_LE(test, lag_ns, old_ns - cdisc_line_at(&bent, seen_cyc) + 1);
			cdisc_line_lift(&bent, lag_ns);
			for (cyc = 0; cyc <= seen_cyc; cyc += seen_cyc / 16)
				KUNIT_EXPECT_GE(test, cdisc_line_at(&bent, cyc), cdisc_line_at(&old, cyc));
		}
		/* Nothing is behind when the rate rises. */
		bent = old;
		cdisc_line_turn(&bent, 1000, cdisc_line_slope(nominals[n], CDISC_FREQ_MAX_PPB_Q16));
		KUNIT_EXPECT_EQ(test, cdisc_line_lag(&bent, 1000000), 0ULL);
	}
	/* The documented bound: 500 ppm for 1 ms. */
	{
		struct cdisc_line l;

		cdisc_line_init(&l, 0, 0, cdisc_line_slope(CDISC_LINE_ONE, 500 * PPM));
		cdisc_line_turn(&l, 1000, CDISC_LINE_ONE);
		KUNIT_EXPECT_LE(test, cdisc_line_lag(&l, 1000 + 1000000), 501ULL);
	}
}

/* A counter that wraps, a reading that wraps, a corner that is years away on either side. */
static void line_wraps_and_reaches_far(struct kunit *test)
{
	struct cdisc_line l;

	cdisc_line_init(&l, U64_MAX - 9, 1000, CDISC_LINE_ONE);
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&l, U64_MAX), 1009ULL);
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&l, 0), 1010ULL);
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&l, U64_MAX - 19), 990ULL);
	cdisc_line_turn(&l, 90, 2 * CDISC_LINE_ONE);
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&l, 90), 1100ULL);
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&l, 91), 1102ULL);
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&l, U64_MAX), 1009ULL);

	cdisc_line_init(&l, 0, U64_MAX - 4, CDISC_LINE_ONE);
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&l, 5), 0ULL);
	KUNIT_EXPECT_EQ(test, cdisc_line_cyc(&l, 0), 5ULL);

	/* 2^61 cycles of 1 ns are 73 years. */
	cdisc_line_init(&l, 0, 0, CDISC_LINE_ONE);
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&l, 1ULL << 61), 1ULL << 61);
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&l, 0 - (1ULL << 61)), 0 - (1ULL << 61));
	cdisc_line_init(&l, 0, 0, cdisc_line_slope(4 * CDISC_LINE_ONE, CDISC_FREQ_MAX_PPB_Q16));
	KUNIT_EXPECT_EQ(test, cdisc_line_at(&l, 1000000000000000000ULL), 4400000000000000000ULL - 1);
}

/* From a reading back to the counter: no further off than the reading's own rounding. */
static void line_maps_back(struct kunit *test)
{
	u64 seed = 3;
	u32 n, i;

	for (n = 0; n < ARRAY_SIZE(nominals); n++) {
		struct cdisc_line l;
		u64 slack_cyc = 1 + CDISC_LINE_ONE / nominals[n];

		cdisc_line_init(&l, 999, 0, nominals[n]);
		cdisc_line_turn(&l, 1000000, cdisc_line_slope(nominals[n], -500 * PPM));
		cdisc_line_turn(&l, 2000000, cdisc_line_slope(nominals[n], 500 * PPM));
		for (i = 0; i < 1000; i++) {
			/* On both sides of the corner, behind it up to an hour of 1 GHz. */
			u64 cyc = i % 2 ? 1000000 + next_random(&seed) % 1000000 :
					  2000000 + next_random(&seed) % 3600000000000ULL;
			u64 back = cdisc_line_cyc(&l, cdisc_line_at(&l, cyc));

			KUNIT_EXPECT_LE(test, back > cyc ? back - cyc : cyc - back, slack_cyc / 2 + 1);
			KUNIT_EXPECT_EQ(test, cdisc_line_at(&l, back), cdisc_line_at(&l, cyc));
		}
	}
	/* At 1 GHz a reading is a cycle. */
	{
		struct cdisc_line l;

		cdisc_line_init(&l, 0, 0, cdisc_line_slope(CDISC_LINE_ONE, 20 * PPM));
		for (i = 0; i < 1000; i++) {
			u64 cyc = next_random(&seed) % 100000000000ULL;
			u64 back = cdisc_line_cyc(&l, cdisc_line_at(&l, cyc));

			KUNIT_EXPECT_EQ(test, back, cyc);
		}
	}
}

static struct kunit_case latch_cases[] = {
	KUNIT_CASE(line_reads_a_rate),
	KUNIT_CASE(line_rates_are_exact),
	KUNIT_CASE(line_bends_without_a_jump),
	KUNIT_CASE(line_keeps_fractions),
	KUNIT_CASE(line_is_lifted_after_a_theft),
	KUNIT_CASE(line_wraps_and_reaches_far),
	KUNIT_CASE(line_maps_back),
	{ }
};

static struct kunit_suite latch_suite = {
	.name = "clockdisc-latch",
	.test_cases = latch_cases,
};

kunit_test_suite(latch_suite);
