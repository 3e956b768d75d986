/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What moves the clock. An actuator knows neither engine nor sources; it does as told and says what it really did.
 */
#ifndef CDISC_ACTUATOR_H
#define CDISC_ACTUATOR_H

#include "core/units.h"

/**
 * struct cdisc_clock_status - what the kernel's own readers are to be told
 * @maxerror_us:	bound on the error, us, 0 to 16000000
 * @esterror_us:	estimated error, us
 * @leap:		leap second to arm; CLOCKDISC_LEAP_UNSYNC is not used here
 * @tai_offset_s:	TAI minus UTC, 0 when unknown: the kernel's own is left alone
 * @is_synced:		false sets STA_UNSYNC
 */
struct cdisc_clock_status {
	s64			maxerror_us;
	s64			esterror_us;
	enum clockdisc_leap	leap;
	s32			tai_offset_s;
	bool			is_synced;
};

/**
 * struct cdisc_clock_trace - what others have left on the clock
 * @rate_ppb_q16: rate that is set against the nominal tick
 * @maxerror_us: bound on the error as the kernel was told, us, and 500 us for every second since
 * @is_synced:	somebody told the kernel that it is synchronised
 * @is_slewing:	a slew is in progress
 */
struct cdisc_clock_trace {
	s64	rate_ppb_q16;
	s64	maxerror_us;
	bool	is_synced;
	bool	is_slewing;
};

/**
 * struct cdisc_actuator_ops - an actuator
 * @id:		its number in the uapi
 * @name:	its name
 * @can_steer:	it moves the clock
 * @cannot:	what it cannot do beside, a sentence, or NULL
 * @look:	what others have left, which is not touched; may be NULL
 * @take:	end what others left running and report the rate that is set
 * @release:	hand the rate that is set over to who takes next; may be NULL
 * @set_rate:	run at a rate against the nominal tick; @set_ppb_q16 is what was really set
 * @step:	step the clock, positive forward; @made_ns is by how much it really went
 * @disarm:	the kernel is to make no leap second that somebody has armed; @was_bits and @sta_bits are its status word before
 *		and after; may be NULL: it is left alone
 * @set_status:	tell the kernel's own readers; @sta_bits is what the status word then is
 * @lost:	NULL while it holds what it moves the clock with, otherwise why not, in words, and who is to go on; may
 *		be NULL
 *
 * All are called from the engine's worker, may sleep, and return 0 or a negative errno that leaves the clock as
 * it was.
 */
struct cdisc_actuator_ops {
	enum clockdisc_actuator	id;
	const char		*name;
	bool			can_steer;
	const char		*cannot;
	int (*look)(struct cdisc_clock_trace *trace);
	int (*take)(s64 *rate_ppb_q16);
	void (*release)(void);
	int (*set_rate)(s64 rate_ppb_q16, s64 *set_ppb_q16);
	int (*step)(s64 step_ns, s64 *made_ns);
	int (*disarm)(u32 *was_bits, u32 *sta_bits);
	int (*set_status)(const struct cdisc_clock_status *status, u32 *sta_bits);
	const char *(*lost)(const struct cdisc_actuator_ops **next);
};

extern const struct cdisc_actuator_ops cdisc_actuator_timekeeper;
extern const struct cdisc_actuator_ops cdisc_actuator_clocksource;
extern const struct cdisc_actuator_ops cdisc_actuator_observe;

#endif /* CDISC_ACTUATOR_H */
