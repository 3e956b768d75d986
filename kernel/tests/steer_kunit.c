// SPDX-License-Identifier: GPL-2.0
/*
 * The slew planner on a clock that does as it is told, with timers that are late.
 */
#include <kunit/test.h>

#include "core/steer.h"

#define SEC	CDISC_NSEC_PER_SEC
#define MS	1000000LL
#define US	1000LL
#define PPM	65536000LL	/* in ppb_q16 */

#define FLOOR_NS	50	/* what a slew as fast as allowed may leave */

/* The clock: real - raw grows at the rate that was planned, rounded to 1 ns at each change of rate. */
struct bench {
	struct cdisc_steer		st;
	struct cdisc_steer_limits	lim;
	s64				raw_ns;
	s64				clock_ns;
	s64				rate_ppb_q16;
};

static void bench_init(struct bench *b, u32 max_slew_ppb, u32 max_change_ppb_s, s64 rate_ppb_q16)
{
	*b = (struct bench){
		.lim = { .max_slew_ppb = max_slew_ppb, .max_change_ppb_s = max_change_ppb_s },
		.raw_ns = 5000 * SEC,
		.clock_ns = 1780000000000000000LL,
		.rate_ppb_q16 = rate_ppb_q16,
	};
	cdisc_steer_init(&b->st, rate_ppb_q16, b->raw_ns);
}

static void bench_run(struct bench *b, s64 dt_ns)
{
	b->clock_ns += cdisc_ns_from_rate(b->rate_ppb_q16, dt_ns);
	b->raw_ns += dt_ns;
}

static void bench_plan(struct bench *b, struct cdisc_steer_plan *plan)
{
	cdisc_steer_plan(&b->st, &b->lim, b->raw_ns, b->clock_ns, plan);
	b->rate_ppb_q16 = plan->rate_ppb_q16;
}

static s64 bench_left(const struct bench *b)
{
	return b->st.phase_ns + cdisc_ns_from_rate(b->st.freq_ppb_q16, b->raw_ns - b->st.raw_ns) - b->clock_ns;
}

/* How late the timer is, in turns. */
enum lateness {
	IN_TIME,
	LATE_1S,
	LATE_MIXED,	/* 0 to 1 s, some pattern */
	LATE_3S_ONCE,	/* the first one */
	LATE_3S,
};

static s64 lateness_ns(enum lateness late, u32 wake)
{
	switch (late) {
	case IN_TIME:
		return 0;
	case LATE_1S:
		return CDISC_STEER_LATE_NS;
	case LATE_MIXED:
		return (s64)(wake * 37 % 101) * 10 * MS;
	case LATE_3S_ONCE:
		return wake ? 0 : 3 * SEC;
	case LATE_3S:
		return 3 * SEC;
	}
	return 0;
}

struct slew_param {
	const char	*name;
	u32		max_slew_ppb;
	u32		max_change_ppb_s;
	s64		freq_ppb_q16;	/* the clock's rate before, and the line's slope */
	s64		slew_ns;
	s64		over_ns;
	enum lateness	late;
	u32		max_wakes;
	s64		max_ns;		/* duration */
	s64		max_over_ns;	/* by how much the clock may pass the line; 1 ns is rounding */
	s64		max_left_ns;	/* at the end */
};

static const struct slew_param slews[] = {
	{ "100 ms at 500 ppm", 500000, 0, 0, 100 * MS, 0, IN_TIME, 8, 221 * SEC, 1, FLOOR_NS },
	{ "100 ms back at 500 ppm", 500000, 0, 0, -100 * MS, 0, IN_TIME, 8, 221 * SEC, 1, FLOOR_NS },
	{ "100 ms at 500 ppm, late", 500000, 0, 0, 100 * MS, 0, LATE_1S, 8, 225 * SEC, 1, FLOOR_NS },
	{ "100 ms back at 500 ppm, late", 500000, 0, 0, -100 * MS, 0, LATE_1S, 8, 225 * SEC, 1, FLOOR_NS },
	{ "100 ms at 500 ppm, mixed", 500000, 0, 0, 100 * MS, 0, LATE_MIXED, 8, 225 * SEC, 1, FLOOR_NS },
	/* Late by 3 s: the bound in steer.c is pace * 2 s. */
	{ "100 ms at 500 ppm, too late", 500000, 0, 0, 100 * MS, 0, LATE_3S_ONCE, 10, 230 * SEC, MS, FLOOR_NS },
	{ "100 ms at 500 ppm, always too late", 500000, 0, 0, 100 * MS, 0, LATE_3S, 12, 270 * SEC, MS, 2 * US },
	{ "1 s at 10 %", 100000000, 0, 0, SEC, 0, IN_TIME, 12, 43 * SEC, 1, FLOOR_NS },
	{ "1 s at 10 %, late", 100000000, 0, 0, SEC, 0, LATE_1S, 12, 54 * SEC, 1, FLOOR_NS },
	{ "1 s back at 10 %, too late", 100000000, 0, 0, -SEC, 0, LATE_3S_ONCE, 13, 54 * SEC, 200 * MS, FLOOR_NS },
	{ "on a fast line", 500000, 0, 80 * PPM, 100 * MS, 0, LATE_MIXED, 8, 225 * SEC, 1, FLOOR_NS },
	{ "on a slow line", 500000, 0, -80 * PPM, 100 * MS, 0, LATE_MIXED, 8, 225 * SEC, 1, FLOOR_NS },
	{ "an hour", 10000, 0, 3 * PPM, 36 * MS, 0, LATE_1S, 6, 3630 * SEC, 1, FLOOR_NS },
	{ "a thousand hours", 1, 0, 0, 3600 * US, 0, LATE_1S, 2, 3600002 * SEC, 1, FLOOR_NS },
	{ "more than the cap by far", 4294967295U, 0, 0, SEC, 0, LATE_1S, 12, 54 * SEC, 1, FLOOR_NS },
	{ "1 us", 500000, 0, 0, US, 0, LATE_1S, 3, 13 * SEC, 1, FLOOR_NS },
	{ "just worth it", 500000, 0, 0, FLOOR_NS + 1, 0, LATE_1S, 1, 5 * SEC, 1, FLOOR_NS },
	{ "not worth it", 500000, 0, 0, FLOOR_NS, 0, LATE_1S, 0, 0, 0, FLOOR_NS },
	{ "nothing", 500000, 0, 5 * PPM, 0, 0, LATE_1S, 0, 0, 0, 0 },

	/* Spread by a servo: one wake-up at the end, in time to the nanosecond, late by pace * lateness. */
	{ "1 ms over 64 s", 500000, 0, 0, MS, 64 * SEC, IN_TIME, 1, 64 * SEC, 1, 1 },
	{ "1 ms back over 64 s", 500000, 0, 0, -MS, 64 * SEC, IN_TIME, 1, 64 * SEC, 1, 1 },
	{ "1 ms over 64 s, late", 500000, 0, 0, MS, 64 * SEC, LATE_1S, 1, 65 * SEC, 15626, 15626 },
	{ "5 ns over 64 s", 500000, 0, 0, 5, 64 * SEC, IN_TIME, 1, 64 * SEC, 1, 1 },
	{ "1 ns over a day", 500000, 0, 0, 1, 86400 * SEC, IN_TIME, 1, 86400 * SEC, 1, 1 },
	{ "32 ms over 64 s, just at the cap", 500000, 0, 0, 32 * MS, 64 * SEC, IN_TIME, 1, 64 * SEC, 1, 1 },
	{ "33 ms over 64 s, beyond the cap", 500000, 0, 0, 33 * MS, 64 * SEC, LATE_1S, 9, 95 * SEC, 1, FLOOR_NS },

	/* With a limit on the change of rate. */
	{ "10 ppm/s, trapezium", 500000, 10000, 0, 100 * MS, 0, IN_TIME, 160, 340 * SEC, 1, FLOOR_NS },
	{ "10 ppm/s, trapezium, late", 500000, 10000, 0, 100 * MS, 0, LATE_1S, 160, 420 * SEC, 1, FLOOR_NS },
	{ "10 ppm/s, trapezium back, mixed", 500000, 10000, 0, -100 * MS, 0, LATE_MIXED, 160, 420 * SEC, 1, FLOOR_NS },
	{ "10 ppm/s, triangle", 500000, 10000, 0, MS, 0, IN_TIME, 50, 60 * SEC, 1, FLOOR_NS },
	{ "10 ppm/s, triangle, late", 500000, 10000, 0, MS, 0, LATE_1S, 50, 90 * SEC, 1, FLOOR_NS },
	{ "1 ppm/s on a line", 100000, 1000, 80 * PPM, 10 * MS, 0, LATE_MIXED, 400, 600 * SEC, 1, FLOOR_NS },
	{ "a limit that does not bind", 500000, 1000000, 0, 100 * MS, 0, LATE_1S, 8, 225 * SEC, 1, FLOOR_NS },
	{ "limit with 1 ms over 64 s", 500000, 20000, 0, MS, 64 * SEC, IN_TIME, 1, 64 * SEC, 1, 1 },
	{ "limit below what 64 s need", 500000, 10000, 0, MS, 64 * SEC, LATE_1S, 50, 120 * SEC, 1, FLOOR_NS },
};

static void slew_desc(const struct slew_param *p, char *desc)
{
	strscpy(desc, p->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(slew, slews, slew_desc);

static void slew_keeps_its_limits(struct kunit *test)
{
	const struct slew_param *p = test->param_value;
	s64 dir = p->slew_ns < 0 ? -1 : 1;
	s64 begin_raw_ns, passed_ns, last_ppb_q16;
	s64 cap_ppb_q16, step_ppb_q16;
	struct cdisc_steer_plan plan;
	struct bench b;
	u32 wakes;

	bench_init(&b, p->max_slew_ppb, p->max_change_ppb_s, p->freq_ppb_q16);
	bench_run(&b, 1000 * SEC);
	begin_raw_ns = b.raw_ns;
	cap_ppb_q16 = cdisc_ppb_q16_from_ppb(min_t(s64, p->max_slew_ppb, CDISC_FREQ_MAX_PPB));
	step_ppb_q16 = p->max_change_ppb_s ? cdisc_ppb_q16_from_ppb(p->max_change_ppb_s) : S64_MAX;
	cdisc_steer_slew(&b.st, &b.lim, b.raw_ns, b.clock_ns, p->slew_ns, p->over_ns, p->freq_ppb_q16);

	for (wakes = 0; wakes < 1000; wakes++) {
		last_ppb_q16 = b.rate_ppb_q16;
		bench_plan(&b, &plan);
		KUNIT_ASSERT_LE(test, cdisc_abs(plan.rate_ppb_q16 - p->freq_ppb_q16), cap_ppb_q16);
		KUNIT_ASSERT_LE(test, cdisc_abs(plan.rate_ppb_q16), CDISC_FREQ_MAX_PPB_Q16);
		KUNIT_ASSERT_LE(test, cdisc_abs(plan.rate_ppb_q16 - last_ppb_q16), step_ppb_q16);
		if (plan.wake_raw_ns == S64_MAX)
			break;
		KUNIT_ASSERT_GT(test, plan.wake_raw_ns, b.raw_ns);
		KUNIT_ASSERT_GT(test, plan.end_raw_ns, b.raw_ns);
		bench_run(&b, plan.wake_raw_ns - b.raw_ns + lateness_ns(p->late, wakes));
		passed_ns = -dir * bench_left(&b);
		KUNIT_ASSERT_LE_MSG(test, passed_ns, p->max_over_ns, "wake-up %u", wakes);
	}
	KUNIT_EXPECT_LE(test, wakes, p->max_wakes);
	KUNIT_EXPECT_LE(test, b.raw_ns - begin_raw_ns, p->max_ns);
	KUNIT_EXPECT_LE(test, cdisc_abs(bench_left(&b)), p->max_left_ns);
	KUNIT_EXPECT_FALSE(test, b.st.is_slewing);
	KUNIT_EXPECT_EQ(test, plan.rate_ppb_q16, p->freq_ppb_q16);
	KUNIT_EXPECT_EQ(test, plan.end_raw_ns, b.raw_ns);
}

/* Samples make the caller plan at any time, not only when the timer wakes. */
static void plans_in_between_do_no_harm(struct kunit *test)
{
	static const u32 changes[] = { 0, 5000, 50000 };
	struct cdisc_steer_plan plan;
	struct bench b;
	u32 wakes;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(changes); i++) {
		bench_init(&b, 500000, changes[i], 0);
		bench_run(&b, 100 * SEC);
		cdisc_steer_slew(&b.st, &b.lim, b.raw_ns, b.clock_ns, 20 * MS, 0, 7 * PPM);
		bench_plan(&b, &plan);
		for (wakes = 0; wakes < 5000 && plan.wake_raw_ns != S64_MAX; wakes++) {
			bench_run(&b, min_t(s64, plan.wake_raw_ns - b.raw_ns, 130 * MS));
			bench_plan(&b, &plan);
			KUNIT_ASSERT_GE_MSG(test, bench_left(&b), -1, "limit %u, wake-up %u", changes[i], wakes);
		}
		KUNIT_EXPECT_FALSE(test, b.st.is_slewing);
		KUNIT_EXPECT_LE(test, cdisc_abs(bench_left(&b)), FLOOR_NS);
		KUNIT_EXPECT_EQ(test, plan.rate_ppb_q16, 7 * PPM);
	}
}

/* In no second does the rate change by more than the limit for that second and one step. */
static void rate_change_is_not_saved_up(struct kunit *test)
{
	const s64 step_ppb_q16 = 10 * PPM;
	struct cdisc_steer_plan plan;
	struct bench b;
	s64 last_ppb_q16;
	u32 i;

	bench_init(&b, 500000, 10000, 0);
	cdisc_steer_hold(&b.st, b.raw_ns, b.clock_ns, 100 * PPM);
	/* An hour later. */
	bench_run(&b, 3600 * SEC);
	for (i = 1; i <= 10; i++) {
		bench_plan(&b, &plan);
		KUNIT_EXPECT_EQ(test, plan.rate_ppb_q16, (s64)i * step_ppb_q16);
		if (i < 10)
			KUNIT_ASSERT_EQ(test, plan.wake_raw_ns, b.raw_ns + SEC);
		bench_run(&b, 2 * SEC);
	}
	KUNIT_EXPECT_EQ(test, plan.wake_raw_ns, S64_MAX);
	/* Asked four times a second, it gets a quarter each time. */
	cdisc_steer_hold(&b.st, b.raw_ns, b.clock_ns, 0);
	bench_plan(&b, &plan);
	KUNIT_EXPECT_EQ(test, plan.rate_ppb_q16, 90 * PPM);
	for (i = 0; i < 4; i++) {
		last_ppb_q16 = b.rate_ppb_q16;
		bench_run(&b, SEC / 4);
		bench_plan(&b, &plan);
		KUNIT_EXPECT_EQ(test, last_ppb_q16 - plan.rate_ppb_q16, step_ppb_q16 / 4);
	}
	/* And nothing without time. */
	last_ppb_q16 = b.rate_ppb_q16;
	bench_plan(&b, &plan);
	KUNIT_EXPECT_EQ(test, plan.rate_ppb_q16, last_ppb_q16);
}

/* A line that lies behind a clock in full flight: it passes, comes back, and ends on the line, however long. */
static void a_new_line_too_near_to_stop(struct kunit *test)
{
	struct cdisc_steer_plan plan;
	struct bench b;
	u32 wakes;

	bench_init(&b, 500000, 2000, 0);
	cdisc_steer_slew(&b.st, &b.lim, b.raw_ns, b.clock_ns, SEC, 0, 0);
	for (wakes = 0; wakes < 500 && b.rate_ppb_q16 < 500 * PPM; wakes++) {
		bench_run(&b, SEC);
		bench_plan(&b, &plan);
	}
	KUNIT_ASSERT_EQ(test, b.rate_ppb_q16, 500 * PPM);
	cdisc_steer_slew(&b.st, &b.lim, b.raw_ns, b.clock_ns, -MS, 0, 0);
	bench_plan(&b, &plan);
	for (wakes = 0; wakes < 2000 && plan.wake_raw_ns != S64_MAX; wakes++) {
		bench_run(&b, plan.wake_raw_ns - b.raw_ns);
		/* From 500 ppm down at 2 ppm/s takes 250 s and 62.5 ms. */
		KUNIT_ASSERT_LE(test, cdisc_abs(bench_left(&b)), 64 * MS);
		bench_plan(&b, &plan);
	}
	KUNIT_EXPECT_LE(test, wakes, 900);
	KUNIT_EXPECT_LE(test, cdisc_abs(bench_left(&b)), FLOOR_NS);
	KUNIT_EXPECT_EQ(test, plan.rate_ppb_q16, 0);
}

/* On the line at a rate that cannot be left in one step is not the end of a slew. */
static void passing_the_line_is_not_the_end(struct kunit *test)
{
	struct cdisc_steer_plan plan;
	struct bench b;
	u32 wakes;

	bench_init(&b, 500000, 1000, 100 * PPM);
	bench_run(&b, 10 * SEC);
	cdisc_steer_slew(&b.st, &b.lim, b.raw_ns, b.clock_ns, FLOOR_NS + 1, 0, 0);
	b.clock_ns += FLOOR_NS + 1;
	bench_plan(&b, &plan);
	KUNIT_EXPECT_EQ(test, plan.left_ns, 0);
	KUNIT_EXPECT_TRUE(test, b.st.is_slewing);
	KUNIT_EXPECT_EQ(test, plan.rate_ppb_q16, 99 * PPM);
	KUNIT_EXPECT_EQ(test, plan.wake_raw_ns, b.raw_ns + SEC);
	/* Stopping takes longer than an approach may; the way back is part of the slew all the same. */
	for (wakes = 0; wakes < 1000 && plan.wake_raw_ns != S64_MAX; wakes++) {
		bench_run(&b, plan.wake_raw_ns - b.raw_ns);
		bench_plan(&b, &plan);
	}
	KUNIT_EXPECT_LE(test, cdisc_abs(bench_left(&b)), FLOOR_NS);
}

/* Nothing to follow: run as before. A line: its slope. A hold in mid-slew: the line is where the clock is. */
static void without_a_slew_the_slope_is_the_rate(struct kunit *test)
{
	struct cdisc_steer_plan plan;
	struct bench b;

	bench_init(&b, 500000, 0, -3 * PPM);
	bench_plan(&b, &plan);
	KUNIT_EXPECT_EQ(test, plan.rate_ppb_q16, -3 * PPM);
	KUNIT_EXPECT_EQ(test, plan.left_ns, 0);
	KUNIT_EXPECT_EQ(test, plan.end_raw_ns, b.raw_ns);
	KUNIT_EXPECT_EQ(test, plan.wake_raw_ns, S64_MAX);

	cdisc_steer_slew(&b.st, &b.lim, b.raw_ns, b.clock_ns, 0, 0, 9 * PPM);
	bench_plan(&b, &plan);
	KUNIT_EXPECT_EQ(test, plan.rate_ppb_q16, 9 * PPM);

	cdisc_steer_slew(&b.st, &b.lim, b.raw_ns, b.clock_ns, 10 * MS, 0, 9 * PPM);
	KUNIT_EXPECT_TRUE(test, b.st.is_slewing);
	bench_plan(&b, &plan);
	KUNIT_EXPECT_EQ(test, plan.left_ns, 10 * MS);
	KUNIT_EXPECT_EQ(test, plan.rate_ppb_q16, 509 * PPM);
	bench_run(&b, 5 * SEC);
	cdisc_steer_hold(&b.st, b.raw_ns, b.clock_ns, 8 * PPM);
	bench_plan(&b, &plan);
	KUNIT_EXPECT_EQ(test, plan.rate_ppb_q16, 8 * PPM);
	KUNIT_EXPECT_EQ(test, plan.left_ns, 0);
	KUNIT_EXPECT_EQ(test, plan.wake_raw_ns, S64_MAX);
}

/* A step of somebody else's neither hurries nor ends a slew. */
static void a_step_moves_the_line_with_the_clock(struct kunit *test)
{
	struct cdisc_steer_plan plan;
	struct bench b;

	bench_init(&b, 500000, 0, 0);
	cdisc_steer_slew(&b.st, &b.lim, b.raw_ns, b.clock_ns, 10 * MS, 0, 0);
	bench_plan(&b, &plan);
	bench_run(&b, 10 * SEC);
	b.clock_ns += 3600 * SEC;
	cdisc_steer_stepped(&b.st, 3600 * SEC);
	bench_plan(&b, &plan);
	KUNIT_EXPECT_EQ(test, plan.left_ns, 5 * MS);
	KUNIT_EXPECT_EQ(test, plan.rate_ppb_q16, 500 * PPM);
}

/* The cap is looked at when planning: lowered in mid-slew it holds from the next plan on. */
static void a_lower_cap_holds_at_once(struct kunit *test)
{
	struct cdisc_steer_plan plan;
	struct bench b;

	bench_init(&b, 500000, 0, 0);
	cdisc_steer_slew(&b.st, &b.lim, b.raw_ns, b.clock_ns, 100 * MS, 0, 0);
	bench_plan(&b, &plan);
	KUNIT_EXPECT_EQ(test, plan.rate_ppb_q16, 500 * PPM);
	b.lim.max_slew_ppb = 1000;
	bench_run(&b, SEC);
	bench_plan(&b, &plan);
	KUNIT_EXPECT_EQ(test, plan.rate_ppb_q16, PPM);
	/* And a cap above 10 % is 10 %, also together with the frequency. */
	b.lim.max_slew_ppb = 200000000;
	cdisc_steer_slew(&b.st, &b.lim, b.raw_ns, b.clock_ns, 100 * SEC, 0, 80 * PPM);
	bench_plan(&b, &plan);
	KUNIT_EXPECT_EQ(test, plan.rate_ppb_q16, CDISC_FREQ_MAX_PPB_Q16);
}

/* An actuator that is 5 ppm off all the time: what is left is measured, so the slew gets there or gives up. */
static void a_wrong_rate_does_not_keep_it_awake(struct kunit *test)
{
	struct cdisc_steer_plan plan;
	struct bench b;
	u32 wakes;

	bench_init(&b, 500000, 0, 0);
	cdisc_steer_slew(&b.st, &b.lim, b.raw_ns, b.clock_ns, 10 * MS, 0, 0);
	bench_plan(&b, &plan);
	for (wakes = 0; wakes < 100 && plan.wake_raw_ns != S64_MAX; wakes++) {
		b.rate_ppb_q16 -= 5 * PPM;
		bench_run(&b, plan.wake_raw_ns - b.raw_ns);
		bench_plan(&b, &plan);
	}
	KUNIT_EXPECT_LE(test, wakes, 22);
	/* In balance: x / 4 s = 5 ppm. */
	KUNIT_EXPECT_LE(test, cdisc_abs(bench_left(&b)), 25 * US);
	KUNIT_EXPECT_EQ(test, plan.rate_ppb_q16, 0);
}

/* Whatever comes in, the rate stays within its range and within one step, and the timer is not in the past. */
static void any_numbers_are_survived(struct kunit *test)
{
	static const s64 values[] = { S64_MIN, S64_MIN + 1, -4000000000000000000LL, -SEC, -1, 0, 1, 51, SEC,
				      65536000LL, 4000000000000000000LL, S64_MAX - 1, S64_MAX };
	static const u32 limits[] = { 0, 1, 500000, 100000000, 400000000, 4294967295U };
	struct cdisc_steer_limits lim;
	struct cdisc_steer_plan plan;
	struct cdisc_steer st;
	u64 state = 0x9e3779b97f4a7c15ULL;
	s64 v[8];
	u32 i, k;

	for (i = 0; i < 20000; i++) {
		for (k = 0; k < ARRAY_SIZE(v); k++) {
			state = state * 6364136223846793005ULL + 1442695040888963407ULL;
			v[k] = values[(state >> 33) % ARRAY_SIZE(values)];
		}
		lim.max_slew_ppb = limits[(state >> 40) % ARRAY_SIZE(limits)];
		lim.max_change_ppb_s = limits[(state >> 50) % ARRAY_SIZE(limits)];
		cdisc_steer_init(&st, v[0], v[1]);
		cdisc_steer_slew(&st, &lim, v[1], v[2], v[3], v[4], v[5]);
		if (i % 3 == 0)
			cdisc_steer_stepped(&st, v[6]);
		cdisc_steer_plan(&st, &lim, v[6], v[2], &plan);
		KUNIT_ASSERT_LE(test, cdisc_abs(plan.rate_ppb_q16), CDISC_FREQ_MAX_PPB_Q16);
		KUNIT_ASSERT_GE(test, plan.wake_raw_ns, v[6]);
		cdisc_steer_plan(&st, &lim, v[7], v[3], &plan);
		KUNIT_ASSERT_LE(test, cdisc_abs(plan.rate_ppb_q16), CDISC_FREQ_MAX_PPB_Q16);
		KUNIT_ASSERT_GE(test, plan.wake_raw_ns, v[7]);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(slew_keeps_its_limits, slew_gen_params),
	KUNIT_CASE(plans_in_between_do_no_harm),
	KUNIT_CASE(rate_change_is_not_saved_up),
	KUNIT_CASE(a_new_line_too_near_to_stop),
	KUNIT_CASE(passing_the_line_is_not_the_end),
	KUNIT_CASE(without_a_slew_the_slope_is_the_rate),
	KUNIT_CASE(a_step_moves_the_line_with_the_clock),
	KUNIT_CASE(a_lower_cap_holds_at_once),
	KUNIT_CASE(a_wrong_rate_does_not_keep_it_awake),
	KUNIT_CASE(any_numbers_are_survived),
	{ }
};

static struct kunit_suite suite = {
	.name = "clockdisc-steer",
	.test_cases = cases,
};
kunit_test_suite(suite);
