/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The slew planner: a phase and a frequency become a bounded rate and the instant to look again.
 *
 * The clock is to follow a line: real - raw = phase_ns + freq * (raw - raw_ns). A slew moves the clock onto the
 * line. How far it is away is never counted from rates that were asked for, it is measured at every wake-up on
 * a snapshot of the clock.
 *
 *	error
 *	  |\            main part: at the pace, the operator's cap
 *	  | \
 *	  |  \__        approach: each stretch covers three quarters of what is left and could run a second longer
 *	  |     `-.__   without passing the line, so a late timer does not overshoot
 *	  +----------'--------> raw
 *
 * A correction that a servo spreads over its update interval is a straight piece at its own small pace.
 */
#ifndef CDISC_STEER_H
#define CDISC_STEER_H

#include "units.h"

/**
 * struct cdisc_steer_limits - what the operator allows
 * @max_slew_ppb:	largest rate of a slew beside the frequency, > 0
 * @max_change_ppb_s:	largest change of the total rate per second, 0 for no limit; outranks @max_slew_ppb while the
 *			frequency itself moves
 */
struct cdisc_steer_limits {
	u32	max_slew_ppb;
	u32	max_change_ppb_s;
};

/**
 * struct cdisc_steer - the line to follow and the slew in progress
 * @raw_ns:	an instant of the line, counter time
 * @phase_ns:	real minus raw that the line has at @raw_ns
 * @freq_ppb_q16: slope of the line, the learnt frequency
 * @lean_ppb_q16: what the clock is to run faster than the line beside all slews: a leap second that is smeared. Instants of the
 *		clock that the planner is handed are without it
 * @pace_ppb_q16: largest slew rate for this slew, > 0, at most the operator's cap
 * @rate_ppb_q16: total rate that the last plan asked for, real against raw
 * @rate_raw_ns: when it was last changed; the rate may change by max_change from there
 * @end_raw_ns:	the slew ends then at the latest, S64_MAX when the approach has not begun
 * @is_slewing:	a slew is in progress
 * @is_spread:	it is spread over a time, @end_raw_ns is its end
 * @has_line:	@raw_ns and @phase_ns mean something
 */
struct cdisc_steer {
	s64	raw_ns;
	s64	phase_ns;
	s64	freq_ppb_q16;
	s64	lean_ppb_q16;
	s64	pace_ppb_q16;
	s64	rate_ppb_q16;
	s64	rate_raw_ns;
	s64	end_raw_ns;
	bool	is_slewing;
	bool	is_spread;
	bool	has_line;
};

/**
 * struct cdisc_steer_plan - what to do now
 * @rate_ppb_q16: rate of real against raw to run at from now on
 * @left_ns:	phase still to be moved, positive moves forward
 * @end_raw_ns:	when the slew is expected to end; now when none is in progress
 * @wake_raw_ns: when to plan again, S64_MAX when nothing is left to be done
 */
struct cdisc_steer_plan {
	s64	rate_ppb_q16;
	s64	left_ns;
	s64	end_raw_ns;
	s64	wake_raw_ns;
};

/* Start on a clock that runs at rate_ppb_q16 against raw; no line yet. */
void cdisc_steer_init(struct cdisc_steer *st, s64 rate_ppb_q16, s64 raw_ns);

/**
 * cdisc_steer_slew() - set a new line that lies slew_ns ahead of the clock
 * @st:		the planner
 * @lim:	limits
 * @raw_ns:	now
 * @clock_ns:	real minus raw, now, from a snapshot
 * @slew_ns:	by how much to move the clock, positive forward
 * @over_ns:	spread it over this time, 0 for as fast as the limits allow
 * @freq_ppb_q16: slope of the line
 *
 * A slew in progress is forgotten: slew_ns is counted from where the clock is now. With over_ns the slew is a partial
 * amortisation: it runs at slew_ns / over_ns and ends at its end, whatever is left then. When the limits do not allow
 * that pace, over_ns is taken as 0. Without over_ns, a slew too short to be worth a wake-up is not begun.
 * Context: Any.
 */
void cdisc_steer_slew(struct cdisc_steer *st, const struct cdisc_steer_limits *lim, s64 raw_ns,
		      s64 clock_ns, s64 slew_ns, s64 over_ns, s64 freq_ppb_q16);

/* How far the line is ahead of the clock; without a line 0. */
s64 cdisc_steer_left(const struct cdisc_steer *st, s64 raw_ns, s64 clock_ns);

/* The clock was stepped, by whomever, by step_ns: the line moves with it. */
void cdisc_steer_stepped(struct cdisc_steer *st, s64 step_ns);

/* Drop the slew in progress: the line is put where the clock is now. */
void cdisc_steer_hold(struct cdisc_steer *st, s64 raw_ns, s64 clock_ns, s64 freq_ppb_q16);

/**
 * cdisc_steer_plan() - the rate to run at now and when to look again
 * @st:		the planner
 * @lim:	limits
 * @raw_ns:	now
 * @clock_ns:	real minus raw, now, from a snapshot
 * @plan:	the answer
 *
 * The rate never changes faster than @lim allows, the slew never exceeds its pace. A timer that is late by up
 * to CDISC_STEER_LATE_NS does not carry a slew as fast as allowed past the line; steer.c has the bound beyond that,
 * and for a slew that is spread. With no slew in progress the rate is the line's slope and small residues are left
 * to the next update.
 *
 * Context: Any. Takes no lock, reads no clock.
 */
void cdisc_steer_plan(struct cdisc_steer *st, const struct cdisc_steer_limits *lim, s64 raw_ns,
		      s64 clock_ns, struct cdisc_steer_plan *plan);

/* The largest rate beside the frequency that the slew in progress may have. */
u32 cdisc_steer_pace_ppb(const struct cdisc_steer *st, const struct cdisc_steer_limits *lim);

/* Lateness of the timer up to which a slew does not overshoot. */
#define CDISC_STEER_LATE_NS	(1 * CDISC_NSEC_PER_SEC)

#endif /* CDISC_STEER_H */
