/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A source's phase and frequency with how well they are known, from samples that are intervals: the adaptive estimator.
 *
 * It is told neither how noisy the path is nor how restless the oscillator: see track.c and Documentation/servo.rst.
 */
#ifndef CDISC_TRACK_H
#define CDISC_TRACK_H

#include "estimator.h"
#include "mag.h"
#include "path.h"

/* Restlessness is sought on a grid of half decades from 1e-11 to 1e-5 per root of a second. */
#define CDISC_TRACK_GRID	13

/* Filters of a bank, at offsets from the best restlessness, and banks: one for each idea of a sample's error. */
#define CDISC_TRACK_FILTERS	5
#define CDISC_TRACK_BANKS	2

/**
 * struct cdisc_track_state - phase, frequency and their covariance at one instant
 * @phase_ns_q16: relative to the tracker's anchor
 * @freq_ppb_q16: reference against raw, within +-2^44
 * @var:	variance of the phase, ns^2, > 0
 * @slope:	regression of frequency on phase, ppb per ns, that is 1 / s
 * @rest:	variance of the frequency when the phase is given, ppb^2, > 0
 *
 * Variance of the frequency is @rest + @slope^2 * @var, covariance @slope * @var: never indefinite, whatever is rounded.
 */
struct cdisc_track_state {
	s64			phase_ns_q16;
	s64			freq_ppb_q16;
	struct cdisc_mag	var;
	struct cdisc_mag	slope;
	struct cdisc_mag	rest;
};

/**
 * struct cdisc_track_filter - one filter of a bank
 * @s:		its state
 * @score_q24:	log likelihood of the samples so far, slowly forgotten, relative to the best filter's: <= 0
 */
struct cdisc_track_filter {
	struct cdisc_track_state	s;
	s64				score_q24;
};

/**
 * struct cdisc_track - all that is known of a source's time
 * @filter:	the banks: of errors spread evenly over the interval, and of errors with a normal distribution
 * @path:	the path's minimum and its queues
 * @alt:	what was believed before the last jump, at @raw_ns; while @alt_left > 0
 * @out:	mean over all filters
 * @best:	the filter of the highest score
 * @anchor_ns:	source minus raw that all phases are relative to
 * @raw_ns:	instant of the last sample
 * @typical_ns_q16: what a usual sample is off by, > 0
 * @hold_ppb_q16: how fast the phase may have run away from the estimate between samples, at most CDISC_FREQ_MAX_PPB
 * @spread_q24:	variance of errors in squares of the loose half-width
 * @hard:	the sample that bounds best where the time can be
 * @jumps:	jumps of phase or frequency so far
 * @centre:	grid index that each bank is centred on
 * @wander:	grid index of @best
 * @best_is_normal: it is of the second bank
 * @alt_left:	samples for which @alt is still of use
 * @alt_is_ahead: the last jump was forward
 * @has_sample:	anything of this means something
 */
struct cdisc_track {
	struct cdisc_track_filter	filter[CDISC_TRACK_BANKS][CDISC_TRACK_FILTERS];
	struct cdisc_path		path;
	struct cdisc_track_state	alt;
	struct cdisc_track_state	out;
	struct cdisc_track_state	best;
	s64				anchor_ns;
	s64				raw_ns;
	s64				typical_ns_q16;
	s64				hold_ppb_q16;
	s64				spread_q24;
	struct cdisc_sample		hard;
	u32				jumps;
	s8				centre[CDISC_TRACK_BANKS];
	u8				wander;
	bool				best_is_normal;
	u8				alt_left;
	bool				alt_is_ahead;
	bool				has_sample;
};

/* Forget everything. */
void cdisc_track_reset(struct cdisc_track *t);

/**
 * cdisc_track_add() - take a sample
 * @t:		the tracker
 * @s:		the sample, newer than the last one
 * @freq_ppb_q16: frequency to begin with, used with the first sample only
 *
 * Context: Any. Takes no lock, reads no clock.
 */
void cdisc_track_add(struct cdisc_track *t, const struct cdisc_sample *s, s64 freq_ppb_q16);

/**
 * cdisc_track_predict() - what is known at another instant
 * @t:		the tracker, with at least one sample
 * @raw_ns:	the instant, not before the last sample
 * @out:	the estimate, all of its fields
 *
 * Context: Any.
 */
void cdisc_track_predict(const struct cdisc_track *t, s64 raw_ns, struct cdisc_estimate *out);

/* Variance that the phase will have dt_ns after the last sample, ns^2. */
struct cdisc_mag cdisc_track_variance(const struct cdisc_track *t, s64 dt_ns);

/* Its root, ns * 2^16. */
s64 cdisc_track_error(const struct cdisc_track *t, s64 dt_ns);

#endif /* CDISC_TRACK_H */
