/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The seam between the discipline and a servo: combined offsets go in, a frequency and a phase correction come out.
 *
 * The offset is reference minus local at one instant; the frequency is the reference's against the counter. A
 * servo sees both the offset (to be corrected) and the phase against the counter (to learn the frequency from,
 * undisturbed by what was corrected).
 */
#ifndef CDISC_SERVO_H
#define CDISC_SERVO_H

#include "units.h"

/**
 * struct cdisc_update - one combined offset
 * @raw_ns:	now, counter time
 * @sample_raw_ns: instant of the sample that the update rests on, strictly increasing from update to update
 * @phase_ns:	reference minus raw at @raw_ns
 * @offset_ns:	reference minus local at @raw_ns
 * @jitter_ns:	system jitter
 * @freq_ppb_q16: combined frequency, reference against raw; with trackers only, as the two below
 * @error_ns_q16: standard deviation of @phase_ns as the trackers believe it, ns * 2^16
 * @hold_ppb_q16: how fast the phase may run away from @freq_ppb_q16
 * @pace_ppb_q16: largest rate of a slew, > 0
 * @poll_log2s:	poll interval of the system peer
 */
struct cdisc_update {
	s64	raw_ns;
	s64	sample_raw_ns;
	s64	phase_ns;
	s64	offset_ns;
	s64	jitter_ns;
	s64	freq_ppb_q16;
	s64	error_ns_q16;
	s64	hold_ppb_q16;
	s64	pace_ppb_q16;
	s8	poll_log2s;
};

/**
 * struct cdisc_correction - what the servo wants
 * @slew_ns:	phase to be moved, positive forward
 * @over_ns:	in this time, 0 for as fast as allowed
 */
struct cdisc_correction {
	s64	slew_ns;
	s64	over_ns;
};

/* Points that the frequency measurement keeps; their slopes, one for each pair, are on the stack for a moment. */
#define CDISC_SERVO_POINTS	12

/* Reference minus raw at an instant. */
struct cdisc_servo_point {
	s64	raw_ns;
	s64	phase_ns;
};

/**
 * struct cdisc_servo_ntp - state of the RFC 5905 loop
 *
 * The loop disciplines a line over raw, the clock is made to follow the line: see servo_ntp.c.
 *
 * @point:	   points of the frequency measurement, oldest first
 * @base_ppb_q16:  frequency when the measurement began
 * @believed_ppb_q16: frequency that the measurement set last
 * @line_raw_ns:   instant of the last update's sample
 * @line_phase_ns: reference minus raw then, as the loop has it
 * @last_phase_ns: reference minus raw then, as measured
 * @last_offset_ns: measured minus the loop's, before the update
 * @left_ns:	   part of it that the line has not taken over yet
 * @tc_counter:	   poll-adjust hysteresis, -LIMIT to LIMIT
 * @points:	   points kept
 * @updates:	   updates since the restart, as far as they matter; 0: there is no line yet
 * @is_measuring:  the frequency measurement has begun and is not good enough yet
 */
struct cdisc_servo_ntp {
	struct cdisc_servo_point	point[CDISC_SERVO_POINTS];
	s64				base_ppb_q16;
	s64				believed_ppb_q16;
	s64				line_raw_ns;
	s64				line_phase_ns;
	s64				last_phase_ns;
	s64				last_offset_ns;
	s64				left_ns;
	s32				tc_counter;
	u8				points;
	u8				updates;
	bool				is_measuring;
};

struct cdisc_servo;

/**
 * struct cdisc_servo_ops - a servo
 * @id:		its number in the uapi
 * @name:	its name
 * @is_tracking: it is fed by the sources' trackers, not by their clock filters
 * @restart:	forget phases seen so far, keep the frequency: a step of the source, another counter, a cold start.
 *		The poll interval goes back to the least
 * @measure:	the discipline is in state FREQ: measure the frequency directly; true when it is good enough to
 *		end the state before the stepout. Fills the correction as @update does
 * @update:	the discipline is in state SYNC: one step of the loop
 */
struct cdisc_servo_ops {
	enum clockdisc_servo	id;
	const char		*name;
	bool			is_tracking;
	void (*restart)(struct cdisc_servo *s);
	bool (*measure)(struct cdisc_servo *s, const struct cdisc_update *u, struct cdisc_correction *c);
	void (*update)(struct cdisc_servo *s, const struct cdisc_update *u, struct cdisc_correction *c);
};

/**
 * struct cdisc_servo - a servo and what all of them share
 * @ops:	which one
 * @freq_ppb_q16: learnt frequency, reference against raw, clamped to CDISC_FREQ_MAX_PPB_Q16
 * @wander_ppb_q16: RMS of its changes
 * @jitter_ns:	RMS of successive differences of offsets, RMS of the source while the frequency is measured
 * @poll_log2s:	poll interval wished for, within the two below
 * @minpoll_log2s: least
 * @maxpoll_log2s: largest
 * @ntp:	state of servo_ntp
 */
struct cdisc_servo {
	const struct cdisc_servo_ops	*ops;
	s64				freq_ppb_q16;
	s64				wander_ppb_q16;
	s64				jitter_ns;
	s8				poll_log2s;
	s8				minpoll_log2s;
	s8				maxpoll_log2s;
	struct cdisc_servo_ntp		ntp;
};

extern const struct cdisc_servo_ops cdisc_servo_ntp_ops;
extern const struct cdisc_servo_ops cdisc_servo_adaptive_ops;

/* The servo with this number, NULL when there is none. */
const struct cdisc_servo_ops *cdisc_servo_find(enum clockdisc_servo id);

#endif /* CDISC_SERVO_H */
