/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host of this guest as a source: when it is asked, and what its answer means.
 */
#ifndef CDISC_ENGINE_HOST_H
#define CDISC_ENGINE_HOST_H

#include "source_host.h"

struct cdisc_engine;
struct cdisc_source;

/* The host's poll interval, log2 of s: 62.5 ms at the least, and once a second. */
#define CDISC_HOST_POLL_MIN_LOG2S	(-4)
#define CDISC_HOST_POLL_DEFAULT_LOG2S	0

/**
 * struct cdisc_engine_host - the host, and when to ask it next
 * @host:	the hypercall
 * @src:	its source, NULL when there is no host to ask
 * @next_raw_ns: when to ask it, S64_MAX without @src
 * @quick_left:	readings still to be made at the least poll interval
 * @failures:	readings in a row that failed
 * @last_phase_ns: host's time minus counter time at its last answer, @src->last_raw_ns
 * @has_last:	there was one on this counter
 * @hints:	what may have been an interruption, until the next reading
 * @page:	what the hypervisor shares with us
 * @told_status: what the log was last told
 */
struct cdisc_engine_host {
	struct cdisc_host	host;
	struct cdisc_source	*src;
	s64			next_raw_ns;
	u32			quick_left;
	u32			failures;
	s64			last_phase_ns;
	bool			has_last;
	u32			hints;
	struct cdisc_host_page	page;
	enum cdisc_host_status	told_status;
};

/* Find the host and add its source. Without a host this is no error. Return: 0 or -ENOMEM. */
int cdisc_engine_host_start(struct cdisc_engine *e) __must_hold(&e->lock);

/* Forget the host; its source goes with the registry. */
void cdisc_engine_host_stop(struct cdisc_engine *e);

/* Ask the host as soon as possible, and often for a while: something happened. */
void cdisc_engine_host_hurry(struct cdisc_engine *e) __must_hold(&e->lock);

/* Something was seen that may have been an interruption: the next reading, at once, will tell. */
void cdisc_engine_host_hint(struct cdisc_engine *e, u32 hints) __must_hold(&e->lock);

/**
 * cdisc_engine_host_poll() - ask the host when it is time to
 * @e:	the engine
 * @now: a reading of the clock
 * @r:	filled with the answer
 * @causes: filled with why the reading shows an interruption, a set of CLOCKDISC_INTERRUPTION_*
 *
 * Context: The worker, e->lock held.
 * Return: whether the host was asked. The answer waits for cdisc_engine_host_take().
 */
bool cdisc_engine_host_poll(struct cdisc_engine *e, const struct cdisc_now *now, struct cdisc_host_reading *r,
			    u32 *causes) __must_hold(&e->lock);

/* Fold the reading into the host's source, or count that there was none. */
void cdisc_engine_host_take(struct cdisc_engine *e, const struct cdisc_host_reading *r) __must_hold(&e->lock);

/* Keep the timekeeper's grain small while a host is followed. */
void cdisc_engine_host_limit_swing(struct cdisc_engine *e) __must_hold(&e->lock);

/**
 * cdisc_engine_host_await_tick() - let a large change of the rate wait for the tick
 * @e:	the engine, with a new rate to be set
 * @now: a reading of the clock; a new one afterwards
 *
 * Context: The worker, e->lock held; sleeps, for a tick at most.
 * Return: whether it has waited, so that the rate has to be planned anew.
 */
bool cdisc_engine_host_await_tick(struct cdisc_engine *e, struct cdisc_now *now) __must_hold(&e->lock);

#endif /* CDISC_ENGINE_HOST_H */
