/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What happened to the clock: what the witnesses told becomes events and the loop's knowledge, what we did goes into the log.
 */
#ifndef CDISC_ENGINE_WATCH_H
#define CDISC_ENGINE_WATCH_H

#include "actuator.h"
#include "core/loop.h"

struct cdisc_engine;

/* The log, and who is told of it. Process context, may sleep. Return: 0 or -ENOMEM. */
int cdisc_engine_watch_init(struct cdisc_engine *e);

/* The clock follows the host of this guest. */
bool cdisc_engine_follows_host(const struct cdisc_engine *e) __must_hold(&e->lock);

/* Time went by unseen, or the counter is another one. */
void cdisc_engine_interrupt(struct cdisc_engine *e, const struct cdisc_now *now, u32 causes) __must_hold(&e->lock);

/* Take in what happened to the clock right after a change of ours: own_ns is by how much we set it. */
void cdisc_engine_notice_own(struct cdisc_engine *e, struct cdisc_now *now, s64 own_ns) __must_hold(&e->lock);

/* The actuator has just taken over: slews that it ended go on for a moment. */
void cdisc_engine_took(struct cdisc_engine *e, const struct cdisc_now *now) __must_hold(&e->lock);

/*
 * Before an actuator takes over: whether the clock is to be left to a time daemon, which is then booked, with the rate that it
 * has set.
 */
bool cdisc_engine_must_leave(struct cdisc_engine *e, const struct cdisc_now *now, s64 *rate_ppb_q16) __must_hold(&e->lock);

/* Do what is to be done about others who moved the clock. Context: the worker. */
void cdisc_engine_arbitrate(struct cdisc_engine *e, struct cdisc_now *now) __must_hold(&e->lock);

/* Take back a clock that was left to others; 0 or the actuator's error. Context: the worker. */
int cdisc_engine_take_back(struct cdisc_engine *e, struct cdisc_now *now) __must_hold(&e->lock);

/* Whoever moved the clock is forgiven; that it is not left to others any longer, if it was, is logged and told. */
void cdisc_engine_resumed(struct cdisc_engine *e, const struct cdisc_now *now, enum clockdisc_log_cause cause)
	__must_hold(&e->lock);

/* An offset was acted on, and it is known why the clock is moved from here on; was_acting: it was not the first. */
void cdisc_engine_updated(struct cdisc_engine *e, bool was_acting) __must_hold(&e->lock);

/* Log what we did: a step, the begin of a slew, a rate, what the kernel was told. */
void cdisc_engine_log_step(struct cdisc_engine *e, const struct cdisc_now *now, s64 step_ns) __must_hold(&e->lock);
void cdisc_engine_log_slew(struct cdisc_engine *e, const struct cdisc_now *now, s64 slew_ns) __must_hold(&e->lock);
void cdisc_engine_log_rate(struct cdisc_engine *e, const struct cdisc_now *now, s64 rate_ppb_q16) __must_hold(&e->lock);
void cdisc_engine_log_bits(struct cdisc_engine *e, const struct cdisc_now *now, u32 was_bits, enum clockdisc_log_cause why)
	__must_hold(&e->lock);
void cdisc_engine_log_status(struct cdisc_engine *e, const struct cdisc_now *now, u32 was_bits,
			     const struct cdisc_clock_status *status) __must_hold(&e->lock);

#endif /* CDISC_ENGINE_WATCH_H */
