/* SPDX-License-Identifier: GPL-2.0 */
/*
 * How wrong the clock can be: a half-width around CLOCK_REALTIME that holds the true time.
 *
 * At an update the bound is the root distance of the selected source (RFC 5905, section 11.1). From there it grows
 * with the tolerance of the oscillator, or slower for as long as the frequency is known better, and the distance
 * between the clock and the estimate is added, so that a slew in progress is part of it.
 */
#ifndef CDISC_BOUND_H
#define CDISC_BOUND_H

#include "units.h"

/**
 * struct cdisc_bound_split - what of a distance comes from where
 * @root_ns:	what the source says of its own way to the reference
 * @path_ns:	half of the round trip to it
 * @aged_ns:	what the oscillator may have done since the measurement
 */
struct cdisc_bound_split {
	s64	root_ns;
	s64	path_ns;
	s64	aged_ns;
};

/**
 * struct cdisc_bound - the bound as of the last update
 * @raw_ns:	instant of the update
 * @distance_ns: root distance of the estimate then, >= 0
 * @split:	what of @distance_ns comes from where; the rest is what measuring leaves open
 * @phase_ns:	estimated reference minus raw then
 * @freq_ppb_q16: rate of the reference against raw
 * @hold_ppb_q16: how fast it grows for @hold_ns; then, and without that, by CDISC_PHI_PPB. Faster than that while the frequency
 *		is hardly known, and after cdisc_bound_turn()
 * @hold_ns:	for how long
 * @error_ns:	standard deviation of the estimate as the estimator believes it
 * @is_known:	false before the first update and after an interruption
 */
struct cdisc_bound {
	s64	raw_ns;
	s64	distance_ns;
	struct cdisc_bound_split split;
	s64	phase_ns;
	s64	freq_ppb_q16;
	s64	hold_ppb_q16;
	s64	hold_ns;
	s64	error_ns;
	bool	is_known;
};

/* Nobody knows how wrong the clock is. */
void cdisc_bound_void(struct cdisc_bound *b);

/* Take the estimate and its distance at raw_ns. */
void cdisc_bound_set(struct cdisc_bound *b, s64 raw_ns, s64 distance_ns, s64 phase_ns, s64 freq_ppb_q16);

/* Where the distance of a bound that was just set comes from. What is more than the distance is cut, in this order: the age first. */
void cdisc_bound_split(struct cdisc_bound *b, const struct cdisc_bound_split *split);

/**
 * cdisc_bound_hold() - what is known of the frequency, too
 * @b:		a bound that was just set
 * @hold_ppb_q16: how fast the phase may run away from the estimate
 * @hold_ns:	for how long that is known; after it the bound grows with CDISC_PHI_PPB. Where @hold_ppb_q16 is more than that it is
 *		so for good
 * @error_ns:	standard deviation of the estimate
 *
 * Context: Any.
 */
void cdisc_bound_hold(struct cdisc_bound *b, s64 hold_ppb_q16, s64 hold_ns, s64 error_ns);

/*
 * How wrong the clock is thought to be, one standard deviation: distance to the estimate and the estimate's own. The clock
 * has real - raw = clock_ns; the bound must be known.
 */
s64 cdisc_bound_error(const struct cdisc_bound *b, s64 raw_ns, s64 clock_ns);

/*
 * From raw_ns on another frequency holds, because somebody says so; what was estimated before stays. The bound grows by as
 * much faster as the two frequencies differ, until it is set anew.
 */
void cdisc_bound_turn(struct cdisc_bound *b, s64 raw_ns, s64 freq_ppb_q16);

/* Estimated reference minus local, where local is real - raw = clock_ns at raw_ns; the bound must be known. */
s64 cdisc_bound_offset(const struct cdisc_bound *b, s64 raw_ns, s64 clock_ns);

/**
 * struct cdisc_bound_line - true time over counter time, for readers that know nothing else
 * @raw_ns:	an instant, counter time
 * @real_ns:	true time then
 * @rate_ppb_q16: rate of true time against counter time
 * @half_ns:	half-width then, >= 0
 * @hold_ppb_q16: how fast it grows for @hold_ns, >= 0
 * @hold_ns:	for how long, >= 0; then it grows with CDISC_PHI_PPB
 */
struct cdisc_bound_line {
	s64	raw_ns;
	s64	real_ns;
	s64	rate_ppb_q16;
	s64	half_ns;
	s64	hold_ppb_q16;
	s64	hold_ns;
};

/**
 * cdisc_bound_line() - the bound of true time itself, whatever the clock shows
 * @b:		the bound; must be known
 * @raw_ns:	where the line is to begin, not before the update
 * @line:	filled; from @raw_ns on its half-width is the bound of a clock that is on the estimate
 *
 * Context: Any.
 */
void cdisc_bound_line(const struct cdisc_bound *b, s64 raw_ns, struct cdisc_bound_line *line);

/* Half-width at raw_ns of a clock with real - raw = clock_ns; S64_MAX while unknown. */
s64 cdisc_bound_at(const struct cdisc_bound *b, s64 raw_ns, s64 clock_ns);

/**
 * struct cdisc_bound_parts - what the bound is made of; all >= 0
 * @root_ns:	what the source says of its own way to the reference
 * @path_ns:	half of the round trip to it
 * @width_ns:	what measuring leaves open: readings, jitter, and how far the combined time is from what bounds it
 * @oscillator_ns: what the oscillator may have done since
 * @slew_ns:	how far the clock is from the estimate: what is still to be slewed, or stepped
 */
struct cdisc_bound_parts {
	s64	root_ns;
	s64	path_ns;
	s64	width_ns;
	s64	oscillator_ns;
	s64	slew_ns;
};

/* The parts at raw_ns of a clock with real - raw = clock_ns: they add up to cdisc_bound_at(). The bound must be known. */
void cdisc_bound_parts(const struct cdisc_bound *b, s64 raw_ns, s64 clock_ns, struct cdisc_bound_parts *parts);

/**
 * cdisc_bound_ahead() - the most that the half-width is in the time to come
 * @b:		the bound
 * @raw_ns:	now
 * @clock_ns:	real minus raw of the clock, now
 * @rate_ppb_q16: rate of the clock against raw
 * @span_ns:	how far to look ahead, >= 0
 *
 * For readers that are told now and will not be told again before then.
 * Context: Any.
 * Return: the largest half-width from @raw_ns to @raw_ns + @span_ns; S64_MAX while unknown.
 */
s64 cdisc_bound_ahead(const struct cdisc_bound *b, s64 raw_ns, s64 clock_ns, s64 rate_ppb_q16, s64 span_ns);

#endif /* CDISC_BOUND_H */
