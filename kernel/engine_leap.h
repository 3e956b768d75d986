/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the engine does about leap seconds: has the kernel make them, or smears them.
 */
#ifndef CDISC_ENGINE_LEAP_H
#define CDISC_ENGINE_LEAP_H

#include "core/leap.h"
#include "core/loop.h"

struct cdisc_engine;
struct cdisc_timeline_change;

/* The kernel forgets an armed leap second over this: it is not armed again before it has left TIME_INS. */
void cdisc_engine_leap_disarmed(struct cdisc_engine *e, const struct cdisc_now *now);

/* Was a set of the clock by set_ns the leap second that the kernel was told to make? */
bool cdisc_engine_leap_is(const struct cdisc_engine *e, const struct cdisc_now *now,
			  const struct cdisc_timeline_change *change, s64 set_ns);

/* UTC made a leap second of leap_ns, -1 s for an insertion: all that was measured of it moves along. */
void cdisc_engine_leap_absorb(struct cdisc_engine *e, const struct cdisc_now *now, s64 leap_ns);

/* What the kernel is to be told of a leap second; is_synced: the bound holds. */
enum clockdisc_leap cdisc_engine_leap_to_arm(const struct cdisc_engine *e, const struct cdisc_now *now, bool is_synced);

/* One that somebody else has armed goes on only where the policy leaves leap seconds to the kernel. */
void cdisc_engine_leap_refuse(struct cdisc_engine *e, const struct cdisc_now *now);

/* Begin a smear, go on with it, end it: the loop is told what the clock is to be off UTC from now on. */
void cdisc_engine_leap_run(struct cdisc_engine *e, const struct cdisc_now *now);

/* UTC is what the clock is to show from now on, whatever was smeared. */
void cdisc_engine_leap_drop(struct cdisc_engine *e, const struct cdisc_now *now);

/* When there is something to do about one; S64_MAX for never. */
s64 cdisc_engine_leap_wake(const struct cdisc_engine *e, const struct cdisc_now *now);

/* When UTC makes the leap second that is announced, by the estimate; S64_MAX when none is to come. */
s64 cdisc_engine_leap_raw_ns(const struct cdisc_engine *e, const struct cdisc_now *now);

/*
 * UTC makes an announced leap second within a second from now, or has within the last one. The kernel makes it at a tick, and a
 * server when its own clock says so: one side may have made it already, and the other not yet.
 */
bool cdisc_engine_leap_is_near(const struct cdisc_engine *e, const struct cdisc_now *now);

/* 1 when what is followed, or the clock itself, is not UTC. */
bool cdisc_engine_leap_is_smeared(const struct cdisc_engine *e, const struct cdisc_now *now);

#endif /* CDISC_ENGINE_LEAP_H */
