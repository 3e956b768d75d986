// SPDX-License-Identifier: GPL-2.0
/*
 * What becomes of a leap second that is announced and not left to the kernel.
 */
#include "leap.h"

#define DAY_SEC		86400LL
#define HALF_DAY_NS	(DAY_SEC / 2 * CDISC_NSEC_PER_SEC)

/* An announcement that is taken back right away is turned around in no less. */
#define TURN_MIN_NS	CDISC_NSEC_PER_SEC

void cdisc_leap_forget(struct cdisc_leap *lp)
{
	*lp = (struct cdisc_leap){ .at_raw_ns = S64_MAX };
}

/*
 * Day of the month, 1 to 31, of a day since 1970-01-01, >= 0. Years are counted from 1 March, so that the leap day is a
 * year's last, in 400 years of 146097 days; five months from March on are always 153 days.
 */
static s64 day_of_month(s64 day)
{
	s64 era_day = (day + 719468) % 146097;
	s64 year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
	s64 year_day = era_day - (365 * year + year / 4 - year / 100);
	s64 month = (5 * year_day + 2) / 153;

	return year_day - (153 * month + 2) / 5 + 1;
}

s64 cdisc_leap_month_end_ns(s64 utc_ns)
{
	s64 tomorrow = utc_ns / CDISC_NSEC_PER_SEC / DAY_SEC + 1;

	/* The multiplications below are of a date in the range of s64 nanoseconds, and one day more. */
	if (utc_ns < 0 || utc_ns > S64_MAX - DAY_SEC * CDISC_NSEC_PER_SEC || day_of_month(tomorrow) != 1)
		return 0;
	return tomorrow * DAY_SEC * CDISC_NSEC_PER_SEC;
}

/* Counter time at an instant of UTC that is less than two days away. */
static s64 raw_at(const struct cdisc_leap_view *v, s64 utc_ns)
{
	s64 true_ns = utc_ns - v->utc_ns;

	return v->raw_ns + true_ns - cdisc_ns_from_rate(v->freq_ppb_q16, true_ns);
}

/* Where the smear lies that has not begun yet, and when UTC makes its leap second. */
static void aim(struct cdisc_leap *lp, const struct cdisc_leap_view *v)
{
	s64 end_ns = cdisc_leap_month_end_ns(v->utc_ns);
	/* 23:59:60 is the second after 23:59:59; a deletion leaves out 23:59:59. */
	s64 leap_utc_ns = lp->kind == CLOCKDISC_LEAP_INSERT ? end_ns : end_ns - CDISC_NSEC_PER_SEC;
	s64 pace_ppb_q16 = cdisc_ppb_q16_from_ppb(max_t(s64, v->max_slew_ppb, 1));

	/* Past the end of the day UTC has made it, or makes it at once. */
	lp->at_raw_ns = end_ns ? raw_at(v, leap_utc_ns) : v->raw_ns;
	if (!end_ns || v->raw_ns > lp->smear.begin_raw_ns)
		return;
	if (lp->mode == CLOCKDISC_LEAP_MODE_SLEW) {
		lp->smear.begin_raw_ns = lp->at_raw_ns;
		lp->smear.end_raw_ns = cdisc_add_sat(lp->at_raw_ns, cdisc_ns_to_move(CDISC_NSEC_PER_SEC, pace_ppb_q16));
		return;
	}
	lp->smear.begin_raw_ns = max_t(s64, raw_at(v, end_ns - HALF_DAY_NS), v->raw_ns);
	/* Noon of the day after, by a count that the leap second has not changed. */
	lp->smear.end_raw_ns = raw_at(v, end_ns + HALF_DAY_NS - lp->smear.leap_ns);
}

static bool is_coming(enum clockdisc_leap announced)
{
	return announced == CLOCKDISC_LEAP_INSERT || announced == CLOCKDISC_LEAP_DELETE;
}

static void begin(struct cdisc_leap *lp, const struct cdisc_leap_view *v)
{
	s64 leap_ns = v->announced == CLOCKDISC_LEAP_INSERT ? -CDISC_NSEC_PER_SEC : CDISC_NSEC_PER_SEC;

	lp->kind = v->announced;
	lp->mode = v->mode;
	lp->smear = (struct cdisc_smear){
		.shape		= v->mode == CLOCKDISC_LEAP_MODE_SMEAR_COSINE ? CDISC_SMEAR_COSINE : CDISC_SMEAR_LINEAR,
		.begin_raw_ns	= S64_MAX,
		.last_ns	= leap_ns,
		.leap_ns	= leap_ns,
	};
	aim(lp, v);
}

/* The sources that are followed say that there is none, or another one, or the operator wants it otherwise. */
static bool is_withdrawn(const struct cdisc_leap *lp, const struct cdisc_leap_view *v)
{
	if (v->mode != lp->mode)
		return true;
	return v->announced != CLOCKDISC_LEAP_UNSYNC && v->announced != lp->kind;
}

/* Back to UTC in as long as it took to come here. */
static void turn_back(struct cdisc_leap *lp, const struct cdisc_leap_view *v)
{
	s64 since_ns = max_t(s64, v->raw_ns - lp->smear.begin_raw_ns, TURN_MIN_NS);
	bool has_begun = v->raw_ns > lp->smear.begin_raw_ns;
	struct cdisc_smear_piece piece;

	cdisc_smear_at(&lp->smear, v->raw_ns, &piece);
	cdisc_leap_forget(lp);
	if (!has_begun)
		return;
	lp->smear = (struct cdisc_smear){
		.shape		= CDISC_SMEAR_LINEAR,
		.begin_raw_ns	= v->raw_ns,
		.end_raw_ns	= v->raw_ns + since_ns,
		.first_ns	= piece.ahead_ns,
	};
}

s64 cdisc_leap_plan(struct cdisc_leap *lp, const struct cdisc_leap_view *v)
{
	if (lp->smear.shape == CDISC_SMEAR_NONE) {
		if (v->may_arm && v->mode != CLOCKDISC_LEAP_MODE_KERNEL && is_coming(v->announced) &&
		    cdisc_leap_month_end_ns(v->utc_ns))
			begin(lp, v);
		return 0;
	}
	if (v->raw_ns >= lp->at_raw_ns) {
		lp->smear.is_past = true;
		lp->kind = CLOCKDISC_LEAP_NONE;
		lp->at_raw_ns = S64_MAX;
		return lp->smear.leap_ns;
	}
	if (lp->at_raw_ns != S64_MAX) {
		if (is_withdrawn(lp, v))
			turn_back(lp, v);
		else
			aim(lp, v);
	}
	if (v->raw_ns >= lp->smear.end_raw_ns && lp->at_raw_ns == S64_MAX)
		cdisc_leap_forget(lp);
	return 0;
}

s64 cdisc_leap_most_ns(const struct cdisc_leap *lp, s64 raw_ns, s64 span_ns)
{
	struct cdisc_smear_piece now, then;
	s64 most_ns;

	cdisc_smear_at(&lp->smear, raw_ns, &now);
	cdisc_smear_at(&lp->smear, cdisc_add_sat(raw_ns, span_ns), &then);
	most_ns = max_t(s64, cdisc_abs(now.ahead_ns), cdisc_abs(then.ahead_ns));
	if (lp->at_raw_ns > cdisc_add_sat(raw_ns, span_ns))
		return most_ns;
	most_ns = max_t(s64, most_ns, cdisc_abs(now.ahead_ns - lp->smear.leap_ns));
	return max_t(s64, most_ns, cdisc_abs(then.ahead_ns - lp->smear.leap_ns));
}
