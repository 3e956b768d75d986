// SPDX-License-Identifier: GPL-2.0
/*
 * The slew planner.
 *
 * Below, x is the phase still to be moved, v the slew rate towards the line, L = CDISC_STEER_LATE_NS, T = STRETCH_NS.
 * A plan is a rate and a time d to run at it. It is safe when v * (d + L) <= x: then a timer late by up to L leaves the
 * clock short of the line or on it.
 *
 *	cruise:   v = pace, d = x / pace - L		while d >= T: one plan
 *	approach: v = x / (T + L), d = T		each leaves x * L / (T + L) = x / 4, or less when late
 *
 * Both meet with equality, so a timer late by l > L passes the line by v * (l - L) at most, with v = pace at the end
 * of the cruise and v = x / 4 s < pace in the approach. That is the bound of overshoot: pace * (l - 1 s). With the
 * default cap, 500 ppm, a timer that is late by 3 s passes the line by 1 ms at most, and the next plan brings the
 * clock back.
 *
 * The cruise leaves pace * L. Quartering that down to FLOOR_NS takes at most 7 stretches at 500 ppm and 11 at 10 %: 8
 * and 12 wake-ups per slew in all.
 *
 * A spread slew is different. Its size is a part of the offset only, chosen by a servo that looks again after over_ns,
 * and its pace is slew / over: it runs at that pace to its end, one wake-up, and none when the servo is in time. A
 * timer late by l passes its end by pace * l = slew * l / over, which for 64 s and 1 s is a 64th of the part.
 *
 * With a limit on the change of rate, a per step of STEP_NS = 1 s, the rate is a staircase. Going down from v by one
 * step after the other, each lasting 1 s and up to 1 s more, n = floor(v / a), the clock moves by
 *
 *	D(v) = 2 s * ((v - a) + (v - 2a) + ... + (v - na)) = 1 s * (2nv - a n (n + 1)) <= 1 s * (v^2 / a - v + a / 4)
 *
 * so a further step at v is safe when x >= 2 s * v + D(v), for which x >= 1 s * (v + a / 2)^2 / a is enough, or, when
 * v <= a, x >= 2 s * v. Solved for v that is v = sqrt(a * x / 1 s) - a / 2. The last step, to zero, is possible from
 * any v <= a. A timer late by more than 1 s, once, passes the line by v * (l - 1 s) here, too. This is for slews that
 * begin at rest: when a new line replaces one while the clock moves, and lies nearer than the way to stop, or behind,
 * the clock passes it and comes back. The wake-ups are one a second while the rate moves.
 */
#include "steer.h"

/* Longer: fewer wake-ups and a longer tail. 3 s + L quarter what is left. */
#define STRETCH_NS	(3 * CDISC_NSEC_PER_SEC)

/* Between two steps of the staircase. */
#define STEP_NS		CDISC_NSEC_PER_SEC

/*
 * What is left is left to the next update. 50 ns over an update interval of 16 s is a rate error of 3 ppb, less than
 * the 0.1 ppm by which the timekeeper's multiplier wobbles from tick to tick. Lower: two wake-ups for each factor of
 * 16, and at the reading noise of some ns a slew would not end. Higher: a bias towards where the clock came from.
 */
#define FLOOR_NS	50

/*
 * An approach ends after this time, whatever is left. At 10 % it needs 11 stretches, or 58 s when it is planned anew
 * all the time and the way shrinks by e in T + L. One that needs more is chasing an error of the clock's rate, which
 * is the next update's business.
 */
#define APPROACH_MAX_NS	(20 * STRETCH_NS)

static s64 clamp_freq(s64 ppb_q16)
{
	return clamp_t(s64, ppb_q16, -CDISC_FREQ_MAX_PPB_Q16, CDISC_FREQ_MAX_PPB_Q16);
}

/* What the lean takes of the operator's cap is not there for a slew. */
static s64 cap_of(const struct cdisc_steer *st, const struct cdisc_steer_limits *lim)
{
	s64 cap_ppb = clamp_t(s64, lim->max_slew_ppb, 1, CDISC_FREQ_MAX_PPB);

	return max_t(s64, cdisc_ppb_q16_from_ppb(cap_ppb) - cdisc_abs(st->lean_ppb_q16), 65536);
}

/*
 * By how much the rate may change in one step. Without a limit it is more than any change can be, twice from one end
 * of the range to the other, so that what follows needs no second branch.
 */
static s64 step_of(const struct cdisc_steer_limits *lim)
{
	s64 unlimited_ppb = 4 * CDISC_FREQ_MAX_PPB;
	s64 step_ppb = lim->max_change_ppb_s ? min_t(s64, lim->max_change_ppb_s, unlimited_ppb) : unlimited_ppb;

	return cdisc_ppb_q16_from_ppb(step_ppb);
}

static bool is_limited(const struct cdisc_steer_limits *lim)
{
	return lim->max_change_ppb_s && lim->max_change_ppb_s < 4 * CDISC_FREQ_MAX_PPB;
}

/* How fast the clock itself is to run on the line. */
static s64 slope_of(const struct cdisc_steer *st)
{
	return clamp_freq(cdisc_add_sat(st->freq_ppb_q16, st->lean_ppb_q16));
}

/* Where the line is ahead of the clock. */
static s64 left_of(const struct cdisc_steer *st, s64 raw_ns, s64 clock_ns)
{
	s64 gained_ns = cdisc_ns_from_rate(st->freq_ppb_q16, cdisc_sub_sat(raw_ns, st->raw_ns));

	return cdisc_sub_sat(cdisc_add_sat(st->phase_ns, gained_ns), clock_ns);
}

void cdisc_steer_init(struct cdisc_steer *st, s64 rate_ppb_q16, s64 raw_ns)
{
	*st = (struct cdisc_steer){
		.pace_ppb_q16	= 1,
		.rate_ppb_q16	= clamp_freq(rate_ppb_q16),
		.rate_raw_ns	= raw_ns,
		.end_raw_ns	= S64_MAX,
	};
}

void cdisc_steer_slew(struct cdisc_steer *st, const struct cdisc_steer_limits *lim, s64 raw_ns,
		      s64 clock_ns, s64 slew_ns, s64 over_ns, s64 freq_ppb_q16)
{
	s64 fastest_ppb_q16 = min_t(s64, cap_of(st, lim), step_of(lim));
	s64 pace_ppb_q16 = over_ns > 0 ? max_t(s64, cdisc_abs(cdisc_rate_from_ns(slew_ns, over_ns)), 1) : 0;

	st->raw_ns = raw_ns;
	st->phase_ns = cdisc_add_sat(clock_ns, slew_ns);
	st->freq_ppb_q16 = clamp_freq(freq_ppb_q16);
	st->has_line = true;
	/* A pace of more than one step could not be left at the end. */
	st->is_spread = pace_ppb_q16 && pace_ppb_q16 <= fastest_ppb_q16;
	if (st->is_spread) {
		st->pace_ppb_q16 = pace_ppb_q16;
		st->end_raw_ns = cdisc_add_sat(raw_ns, over_ns);
		st->is_slewing = slew_ns != 0;
	} else {
		st->pace_ppb_q16 = cap_of(st, lim);
		st->end_raw_ns = S64_MAX;
		st->is_slewing = cdisc_abs(slew_ns) > FLOOR_NS;
	}
}

s64 cdisc_steer_left(const struct cdisc_steer *st, s64 raw_ns, s64 clock_ns)
{
	return st->has_line ? left_of(st, raw_ns, clock_ns) : 0;
}

u32 cdisc_steer_pace_ppb(const struct cdisc_steer *st, const struct cdisc_steer_limits *lim)
{
	return (u32)max_t(s64, cdisc_ppb_from_ppb_q16(min_t(s64, st->pace_ppb_q16, cap_of(st, lim))), 1);
}

void cdisc_steer_stepped(struct cdisc_steer *st, s64 step_ns)
{
	st->phase_ns = cdisc_add_sat(st->phase_ns, step_ns);
}

void cdisc_steer_hold(struct cdisc_steer *st, s64 raw_ns, s64 clock_ns, s64 freq_ppb_q16)
{
	st->raw_ns = raw_ns;
	st->phase_ns = clock_ns;
	st->freq_ppb_q16 = clamp_freq(freq_ppb_q16);
	st->is_slewing = false;
	st->is_spread = false;
	st->has_line = true;
}

/* By how much the rate may change now. Time that has passed unused is not saved up beyond one step. */
static s64 allowed_change(const struct cdisc_steer *st, const struct cdisc_steer_limits *lim, s64 raw_ns)
{
	s64 since_ns = clamp_t(s64, cdisc_sub_sat(raw_ns, st->rate_raw_ns), 0, STEP_NS);
	s64 step_ppb_q16 = step_of(lim);

	return is_limited(lim) ? cdisc_mul_div(step_ppb_q16, since_ns, STEP_NS) : step_ppb_q16;
}

/* What must be left for another step at this rate, lateness and the way to stop included. */
static s64 needed_ns(s64 rate_ppb_q16, s64 step_ppb_q16)
{
	s64 half_up_ppb_q16;

	/* Rates are at most 2^43 and steps 2^45: the sums and the products by 2 fit. */
	if (rate_ppb_q16 <= step_ppb_q16)
		return cdisc_mul_div_up(2 * rate_ppb_q16, STEP_NS, CDISC_NSEC_PER_SEC * 65536);
	half_up_ppb_q16 = rate_ppb_q16 + (step_ppb_q16 + 1) / 2;
	return cdisc_mul_div_up(cdisc_mul_div_up(half_up_ppb_q16, half_up_ppb_q16, step_ppb_q16), STEP_NS,
				CDISC_NSEC_PER_SEC * 65536);
}

/* The largest rate at which another step is safe with left_ns to go; the inverse of needed_ns(). */
static s64 safe_rate(s64 left_ns, s64 step_ppb_q16)
{
	/* What one step would move all of. */
	s64 all_ppb_q16 = cdisc_mul_div(left_ns, CDISC_NSEC_PER_SEC * 65536, STEP_NS);

	if (all_ppb_q16 / 2 <= step_ppb_q16)
		return all_ppb_q16 / 2;
	return max_t(s64, step_ppb_q16, cdisc_sqrt_mul(step_ppb_q16, all_ppb_q16) - (step_ppb_q16 + 1) / 2);
}

/**
 * slew_rate() - how fast to go, and for how long
 * @st:		the planner, with a slew in progress
 * @lim:	limits
 * @raw_ns:	now
 * @left_ns:	how far it is, >= 0
 * @run_ns:	set to the time to run at this rate
 *
 * Return: the rate towards the line, >= 0.
 */
static s64 slew_rate(struct cdisc_steer *st, const struct cdisc_steer_limits *lim, s64 raw_ns, s64 left_ns,
		     s64 *run_ns)
{
	s64 pace_ppb_q16 = min_t(s64, st->pace_ppb_q16, cap_of(st, lim));
	s64 step_ppb_q16 = step_of(lim);
	s64 spare_ns, rate_ppb_q16;

	if (st->is_spread) {
		*run_ns = cdisc_sub_sat(st->end_raw_ns, raw_ns);
		return min_t(s64, pace_ppb_q16, cdisc_rate_from_ns(left_ns, *run_ns));
	}

	*run_ns = STEP_NS;
	rate_ppb_q16 = safe_rate(left_ns, step_ppb_q16);
	if (rate_ppb_q16 >= pace_ppb_q16) {
		spare_ns = cdisc_sub_sat(left_ns, needed_ns(pace_ppb_q16, step_ppb_q16));
		/* The time to move it is rounded up by less than a nanosecond. */
		if (spare_ns > 0)
			*run_ns = cdisc_add_sat(STEP_NS, cdisc_ns_to_move(spare_ns, pace_ppb_q16) - 1);
		rate_ppb_q16 = pace_ppb_q16;
	}
	if (*run_ns >= STRETCH_NS || rate_ppb_q16 > step_ppb_q16) {
		/* A new line may have put an end to an approach, or the clock passes the line with no way to stop. */
		st->end_raw_ns = S64_MAX;
		return rate_ppb_q16;
	}

	if (st->end_raw_ns == S64_MAX)
		st->end_raw_ns = cdisc_add_sat(raw_ns, APPROACH_MAX_NS);
	*run_ns = STRETCH_NS;
	/* Rounding to nearest is half a unit, 3e-5 ns in 4 s. */
	return min_t(s64, pace_ppb_q16, cdisc_rate_from_ns(left_ns, STRETCH_NS + CDISC_STEER_LATE_NS));
}

/* A slew ends when it is not worth another wake-up and the rate can go to the line's slope in one step. */
static bool is_done(const struct cdisc_steer *st, s64 raw_ns, s64 left_ns, s64 change_ppb_q16)
{
	if (raw_ns >= st->end_raw_ns)
		return true;
	if (st->is_spread || cdisc_abs(left_ns) > FLOOR_NS)
		return false;
	return cdisc_abs(cdisc_sub_sat(st->rate_ppb_q16, slope_of(st))) <= change_ppb_q16;
}

/* About how long it takes to move left_ns. */
static s64 duration_ns(const struct cdisc_steer *st, const struct cdisc_steer_limits *lim, s64 raw_ns, s64 left_ns)
{
	s64 pace_ppb_q16 = min_t(s64, st->pace_ppb_q16, cap_of(st, lim));
	s64 near_ns = cdisc_ns_from_rate(pace_ppb_q16, CDISC_STEER_LATE_NS);
	s64 time_ns;

	if (st->is_spread)
		return cdisc_sub_sat(st->end_raw_ns, raw_ns);
	time_ns = left_ns > near_ns ? cdisc_ns_to_move(left_ns - near_ns, pace_ppb_q16) : 0;
	/* Up to the pace and down again costs as much as standing still for one of the two. */
	if (is_limited(lim))
		time_ns = cdisc_add_sat(time_ns, cdisc_mul_div(pace_ppb_q16, STEP_NS, step_of(lim)));
	for (near_ns = min_t(s64, left_ns, near_ns); near_ns > FLOOR_NS; near_ns /= 4)
		time_ns = cdisc_add_sat(time_ns, STRETCH_NS);
	return time_ns;
}

void cdisc_steer_plan(struct cdisc_steer *st, const struct cdisc_steer_limits *lim, s64 raw_ns,
		      s64 clock_ns, struct cdisc_steer_plan *plan)
{
	s64 change_ppb_q16 = allowed_change(st, lim, raw_ns);
	s64 slew_ppb_q16 = 0, run_ns = S64_MAX;
	s64 wanted_ppb_q16, rate_ppb_q16;

	*plan = (struct cdisc_steer_plan){
		.rate_ppb_q16	= st->rate_ppb_q16,
		.end_raw_ns	= raw_ns,
		.wake_raw_ns	= S64_MAX,
	};
	if (!st->has_line)
		return;

	if (st->is_slewing) {
		plan->left_ns = left_of(st, raw_ns, clock_ns);
		if (is_done(st, raw_ns, plan->left_ns, change_ppb_q16))
			st->is_slewing = false;
	}
	if (st->is_slewing) {
		slew_ppb_q16 = slew_rate(st, lim, raw_ns, cdisc_abs(plan->left_ns), &run_ns);
		if (plan->left_ns < 0)
			slew_ppb_q16 = -slew_ppb_q16;
		plan->end_raw_ns = cdisc_add_sat(raw_ns, duration_ns(st, lim, raw_ns, cdisc_abs(plan->left_ns)));
	}

	/* Frequency and slew are at most 2^43 each. */
	wanted_ppb_q16 = clamp_freq(slope_of(st) + slew_ppb_q16);
	rate_ppb_q16 = clamp_t(s64, wanted_ppb_q16, st->rate_ppb_q16 - change_ppb_q16,
			       st->rate_ppb_q16 + change_ppb_q16);
	if (rate_ppb_q16 != wanted_ppb_q16)
		run_ns = min_t(s64, run_ns, STEP_NS);
	if (rate_ppb_q16 != st->rate_ppb_q16) {
		st->rate_ppb_q16 = rate_ppb_q16;
		st->rate_raw_ns = raw_ns;
	}
	plan->rate_ppb_q16 = rate_ppb_q16;
	if (run_ns != S64_MAX)
		plan->wake_raw_ns = cdisc_add_sat(raw_ns, run_ns);
}
