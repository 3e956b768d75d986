// SPDX-License-Identifier: GPL-2.0
/*
 * What happened to the clock: what the witnesses told becomes events and the loop's knowledge, what we did goes into the log.
 *
 * Locking: e->lock over all of it.
 */
#include "engine.h"

/*
 * A clock that follows its host is set back when somebody sets it, but not more often than this: two programs that set
 * it against each other must not do so at full speed.
 */
#define RESET_HOLD_NS	(10 * CDISC_NSEC_PER_SEC)

/* A slew that we ended at a takeover goes on to the end of its second; the rest is for the tick at which that is seen. */
#define SETTLE_NS	(CDISC_NSEC_PER_SEC + CDISC_NSEC_PER_SEC / 10)

#define EVENT(name)	(1U << CLOCKDISC_EVENT_##name)

bool cdisc_engine_follows_host(const struct cdisc_engine *e)
{
	return e->host.src && e->loop.selected_id == e->host.src->peer.id;
}

void cdisc_engine_interrupt(struct cdisc_engine *e, const struct cdisc_now *now, u32 causes)
{
	lockdep_assert_held(&e->lock);
	/* How much of a smear went by is not known, and the policy for interruptions sets the clock anew. */
	if (causes & ~CDISC_NOTHING_MISSED)
		cdisc_engine_leap_drop(e, now);
	cdisc_loop_interrupt(&e->loop, now, causes, &e->todo);
	cdisc_sources_restart(&e->sources);
	e->host.has_last = false;
	cdisc_engine_host_hurry(e);
	e->has_news = true;
}

/* Somebody set the clock although the host's time is at hand. Too early it is left as it is for a while, not given up. */
static void set_back(struct cdisc_engine *e, const struct cdisc_now *now)
	__must_hold(&e->lock)
{
	s64 from_raw_ns = max_t(s64, now->raw_ns, e->reset_raw_ns);

	if (!cdisc_engine_follows_host(e))
		return;
	if (!e->loop.is_restoring)
		e->reset_raw_ns = from_raw_ns + RESET_HOLD_NS;
	cdisc_loop_restore(&e->loop, CLOCKDISC_INTERRUPTION_FOREIGN_SET, from_raw_ns);
	if (from_raw_ns > now->raw_ns)
		e->host.next_raw_ns = min_t(s64, e->host.next_raw_ns, from_raw_ns);
	else
		cdisc_engine_host_hurry(e);
}

/* What the timekeeper's notifier told, less what we did ourselves, becomes events and the loop's knowledge. */
static void absorb(struct cdisc_engine *e, const struct cdisc_now *now,
		   const struct cdisc_timeline_change *change, s64 own_ns)
	__must_hold(&e->lock)
{
	s64 foreign_ns = change->set_ns - own_ns;

	if (change->rates) {
		e->todo.events |= EVENT(FOREIGN_RATE);
		cdisc_loop_rate_lost(&e->loop, now);
		/* The notifier is quiet for a while after a rate; what comes then must not be missed. */
		e->recheck_raw_ns = now->raw_ns + CDISC_RATE_KICK_SEC * CDISC_NSEC_PER_SEC;
	}
	if (change->sets && cdisc_engine_leap_is(e, now, foreign_ns)) {
		cdisc_engine_leap_absorb(e, now, foreign_ns);
	} else if (foreign_ns) {
		e->foreign_ns += foreign_ns;
		e->todo.events |= EVENT(FOREIGN_SET);
		cdisc_loop_stepped(&e->loop, now, foreign_ns, false, &e->todo);
		set_back(e, now);
	}
	/* Another clocksource on the same counter: nothing is forgotten but what the clock's rate was. */
	if (change->is_switched && !change->causes)
		cdisc_loop_rate_lost(&e->loop, now);
	/* A set and another clocksource both make the kernel forget status bits and an armed leap. */
	if (change->sets || change->causes || change->is_switched)
		cdisc_engine_leap_disarmed(e, now);
	if (change->causes)
		cdisc_engine_interrupt(e, now, change->causes);
}

void cdisc_engine_notice(struct cdisc_engine *e, struct cdisc_now *now)
{
	struct cdisc_timeline_change change;

	lockdep_assert_held(&e->lock);
	cdisc_timeline_look(&e->timeline, false, now, &change);
	cdisc_watch_take_calls(&e->watch, now);
	absorb(e, now, &change, 0);
}

void cdisc_engine_notice_own(struct cdisc_engine *e, struct cdisc_now *now, s64 own_ns)
{
	struct cdisc_timeline_change change;

	lockdep_assert_held(&e->lock);
	cdisc_timeline_look(&e->timeline, true, now, &change);
	if (own_ns)
		cdisc_loop_stepped(&e->loop, now, own_ns, true, &e->todo);
	absorb(e, now, &change, own_ns);
}

void cdisc_engine_took(struct cdisc_engine *e, const struct cdisc_now *now)
{
	lockdep_assert_held(&e->lock);
	if (e->actuator->can_steer)
		e->watch.settled_raw_ns = cdisc_add_sat(now->raw_ns, SETTLE_NS);
}

void cdisc_engine_updated(struct cdisc_engine *e, bool was_acting)
{
	bool is_restored = e->todo.events & EVENT(RESTORED);

	lockdep_assert_held(&e->lock);
	if (!was_acting)
		e->watch.cause = CLOCKDISC_LOG_CAUSE_STARTUP;
	else if (is_restored && e->loop.interruption == CLOCKDISC_INTERRUPTION_FOREIGN_SET)
		e->watch.cause = CLOCKDISC_LOG_CAUSE_REASSERT;
	else if (is_restored)
		e->watch.cause = CLOCKDISC_LOG_CAUSE_RESTORE;
	else if (e->todo.events & EVENT(SELECTION))
		e->watch.cause = CLOCKDISC_LOG_CAUSE_SOURCE_CHANGE;
	else
		e->watch.cause = CLOCKDISC_LOG_CAUSE_DRIFT;
}

void cdisc_engine_log_step(struct cdisc_engine *e, const struct cdisc_now *now, s64 step_ns)
{
	struct cdisc_log_entry entry = { .kind = CLOCKDISC_LOG_KIND_STEP, .change_ns = step_ns };

	lockdep_assert_held(&e->lock);
	cdisc_watch_own(&e->watch, now, &entry);
}

void cdisc_engine_log_slew(struct cdisc_engine *e, const struct cdisc_now *now, s64 slew_ns)
{
	struct cdisc_log_entry entry = { .kind = CLOCKDISC_LOG_KIND_SLEW, .change_ns = slew_ns };

	lockdep_assert_held(&e->lock);
	cdisc_watch_own(&e->watch, now, &entry);
}

void cdisc_engine_log_rate(struct cdisc_engine *e, const struct cdisc_now *now, s64 rate_ppb_q16)
{
	struct cdisc_log_entry entry = {
		.kind	= CLOCKDISC_LOG_KIND_RATE,
		.old	= e->loop.rate_ppb_q16,
		.new	= rate_ppb_q16,
	};

	lockdep_assert_held(&e->lock);
	cdisc_watch_own(&e->watch, now, &entry);
}

void cdisc_engine_log_status(struct cdisc_engine *e, const struct cdisc_now *now, u32 was_bits,
			     const struct cdisc_clock_status *status)
{
	struct cdisc_log_entry entry = {
		.kind	= CLOCKDISC_LOG_KIND_STATUS,
		.old	= was_bits,
		.new	= e->sta_bits,
	};
	enum clockdisc_log_cause cause = e->watch.cause;

	lockdep_assert_held(&e->lock);
	if (was_bits != e->sta_bits) {
		e->watch.cause = e->told.leap != status->leap ? CLOCKDISC_LOG_CAUSE_LEAP : CLOCKDISC_LOG_CAUSE_SYNC;
		cdisc_watch_own(&e->watch, now, &entry);
	}
	if (status->tai_offset_s && status->tai_offset_s != e->told.tai_offset_s) {
		e->watch.cause = CLOCKDISC_LOG_CAUSE_OPERATOR;
		entry.kind = CLOCKDISC_LOG_KIND_TAI;
		entry.old = e->told.tai_offset_s;
		entry.new = status->tai_offset_s;
		cdisc_watch_own(&e->watch, now, &entry);
	}
	e->watch.cause = cause;
}

static void watch_kick(void *arg)
{
	struct cdisc_engine *e = arg;

	cdisc_timeline_kick(&e->timeline);
}

static void watch_moved(void *arg, struct cdisc_log_entry *entry)
{
}

static void watch_logged(void *arg, const struct cdisc_log_entry *entry)
{
	struct cdisc_engine *e = arg;

	lockdep_assert_held(&e->lock);
	if (e->listener->log)
		e->listener->log(e, entry);
}

static const struct cdisc_watch_ops watch_ops = {
	.kick	= watch_kick,
	.moved	= watch_moved,
	.logged	= watch_logged,
};

int cdisc_engine_watch_init(struct cdisc_engine *e)
{
	return cdisc_watch_init(&e->watch, e->worker->task, &watch_ops, e);
}
