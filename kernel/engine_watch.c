// SPDX-License-Identifier: GPL-2.0
/*
 * What happened to the clock: what the witnesses told becomes events and the loop's knowledge, what we did goes into the log.
 *
 * Locking: e->lock over all of it.
 */
#include "engine_command.h"

#include <linux/printk.h>

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

/*
 * Somebody set the clock although it is known what would be right. Until it is our turn it is left as it is, and no sample is
 * acted on: it would be taken for a clock that went wrong by itself.
 */
static void set_back(struct cdisc_engine *e, const struct cdisc_now *now)
	__must_hold(&e->lock)
{
	s64 from_raw_ns = max_t(s64, now->raw_ns, e->arbiter.due_raw_ns);

	if (!e->arbiter.is_due || e->arbiter.is_alarm)
		return;
	cdisc_loop_restore(&e->loop, CLOCKDISC_INTERRUPTION_FOREIGN_SET, from_raw_ns);
	if (!cdisc_engine_follows_host(e))
		return;
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
	if (cdisc_engine_leap_is(e, now, change, foreign_ns)) {
		cdisc_engine_leap_absorb(e, now, foreign_ns);
	} else if (foreign_ns) {
		e->foreign_ns += foreign_ns;
		e->todo.events |= EVENT(FOREIGN_SET);
		cdisc_loop_stepped(&e->loop, now, foreign_ns, false, &e->todo);
		set_back(e, now);
	}
	/*
	 * Another clocksource has a tick of another length, whatever it counts, and passes its first one at no rate of ours.
	 * On the same counter nothing else is forgotten; how far the clock went astray is for the host to say.
	 */
	if (change->is_switched) {
		e->switches++;
		cdisc_loop_switched(&e->loop, now);
		cdisc_engine_host_hurry(e);
	}
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

void cdisc_engine_log_bits(struct cdisc_engine *e, const struct cdisc_now *now, u32 was_bits, enum clockdisc_log_cause why)
{
	struct cdisc_log_entry entry = {
		.kind	= CLOCKDISC_LOG_KIND_STATUS,
		.old	= was_bits,
		.new	= e->sta_bits,
	};
	enum clockdisc_log_cause cause = e->watch.cause;

	lockdep_assert_held(&e->lock);
	e->watch.cause = why;
	cdisc_watch_own(&e->watch, now, &entry);
	e->watch.cause = cause;
}

void cdisc_engine_log_status(struct cdisc_engine *e, const struct cdisc_now *now, u32 was_bits,
			     const struct cdisc_clock_status *status)
{
	struct cdisc_log_entry tai = {
		.kind	= CLOCKDISC_LOG_KIND_TAI,
		.old	= e->told.tai_offset_s,
		.new	= status->tai_offset_s,
	};
	enum clockdisc_log_cause cause = e->watch.cause;

	lockdep_assert_held(&e->lock);
	if (was_bits != e->sta_bits)
		cdisc_engine_log_bits(e, now, was_bits,
				      e->told.leap != status->leap ? CLOCKDISC_LOG_CAUSE_LEAP : CLOCKDISC_LOG_CAUSE_SYNC);
	if (status->tai_offset_s && status->tai_offset_s != e->told.tai_offset_s) {
		e->watch.cause = e->tai_cause;
		cdisc_watch_own(&e->watch, now, &tai);
		e->watch.cause = cause;
	}
}

static void watch_kick(void *arg)
{
	struct cdisc_engine *e = arg;

	cdisc_timeline_kick(&e->timeline);
}

/*
 * It is known what the clock should show, or, of a rate, how fast it should run. After a long time without a source who sets
 * it by hand knows better.
 */
static bool can_undo(const struct cdisc_engine *e, const struct cdisc_log_entry *entry)
{
	bool is_set = entry->kind == CLOCKDISC_LOG_KIND_SET || entry->kind == CLOCKDISC_LOG_KIND_STEP;
	struct cdisc_bound_line line;

	if (!is_set)
		return true;
	if (!e->loop.bound.is_known || e->loop.state == CLOCKDISC_STATE_FROZEN)
		return false;
	cdisc_bound_line(&e->loop.bound, entry->now.raw_ns, &line);
	return line.half_ns <= e->loop.cfg.unsync_ns;
}

/* It goes on at every second until it is ended. */
static bool is_slew(const struct cdisc_log_entry *entry)
{
	return entry->kind == CLOCKDISC_LOG_KIND_SLEW || (entry->kind == CLOCKDISC_LOG_KIND_RATE && entry->is_tick);
}

static void watch_moved(void *arg, struct cdisc_log_entry *entry)
{
	struct cdisc_engine *e = arg;
	const struct cdisc_move m = {
		.raw_ns		= entry->now.raw_ns,
		.pid		= entry->is_tick ? 0 : entry->who.pid,
		.is_daemon	= cdisc_arbiter_is_daemon(entry->who.name),
		.can_undo	= can_undo(e, entry),
	};

	lockdep_assert_held(&e->lock);
	if (!e->actuator->can_steer) {
		entry->reaction = CLOCKDISC_LOG_REACTION_NONE;
		return;
	}
	entry->reaction = cdisc_arbiter_move(&e->arbiter, &e->conflict, &m);
	if (entry->reaction == CLOCKDISC_LOG_REACTION_NONE)
		return;
	e->mover = entry->who;
	e->reactions |= 1U << entry->reaction;
	e->must_end_slew |= is_slew(entry);
	e->todo.events |= EVENT(CONFLICT);
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

/* --- what is done about others ------------------------------------------------------------------------------------ */

static void log_handover(struct cdisc_engine *e, const struct cdisc_now *now, enum clockdisc_log_kind kind,
			 enum clockdisc_log_cause cause)
	__must_hold(&e->lock)
{
	struct cdisc_log_entry entry = { .kind = kind, .who = e->mover };

	e->watch.cause = cause;
	cdisc_watch_own(&e->watch, now, &entry);
	pr_info("clockdisc: the clock is %s %s (process %u)\n",
		kind == CLOCKDISC_LOG_KIND_YIELD ? "left to" : "no longer left to", e->mover.name, e->mover.pid);
}

/* A slew of ours would go on for ever; a rate of theirs is not touched. */
static void let_go(struct cdisc_engine *e, struct cdisc_now *now)
	__must_hold(&e->lock)
{
	if ((e->loop.steer.is_slewing || e->loop.steer.lean_ppb_q16) && !e->loop.is_rate_lost) {
		cdisc_engine_leap_drop(e, now);
		cdisc_engine_settle(e, now);
	}
	cdisc_loop_take(&e->loop, now, e->loop.rate_ppb_q16, false);
	e->loop.is_restoring = false;
	e->has_told = false;
	e->must_end_slew = false;
	log_handover(e, now, CLOCKDISC_LOG_KIND_YIELD, CLOCKDISC_LOG_CAUSE_FOREIGN);
	e->todo.events |= EVENT(YIELD);
}

static int take_back(struct cdisc_engine *e, struct cdisc_now *now)
	__must_hold(&e->lock)
{
	s64 rate_ppb_q16;
	int err = e->actuator->take(&rate_ppb_q16);

	if (err)
		return err;
	cdisc_engine_took(e, now);
	cdisc_engine_notice_own(e, now, 0);
	cdisc_loop_take(&e->loop, now, rate_ppb_q16, true);
	e->has_told = false;
	e->must_end_slew = false;
	return 0;
}

void cdisc_engine_resumed(struct cdisc_engine *e, const struct cdisc_now *now, enum clockdisc_log_cause cause)
{
	bool was_yielded = e->arbiter.is_yielded;

	lockdep_assert_held(&e->lock);
	cdisc_arbiter_resume(&e->arbiter);
	/* What somebody did meanwhile is no reason to leave the clock again. */
	e->reactions = 0;
	if (!was_yielded)
		return;
	log_handover(e, now, CLOCKDISC_LOG_KIND_RESUME, cause);
	e->todo.events |= EVENT(RESUME);
	e->has_news = true;
}

static int resume(struct cdisc_engine *e, struct cdisc_now *now, enum clockdisc_log_cause cause)
	__must_hold(&e->lock)
{
	int err = take_back(e, now);

	if (err)
		return err;
	cdisc_engine_resumed(e, now, cause);
	/* The clock is where somebody else left it, at a rate that has to be measured. */
	cdisc_engine_host_hurry(e);
	return 0;
}

/* The rate is measured anew from here: in between it was somebody else's. */
static void set_rate_right(struct cdisc_engine *e, const struct cdisc_now *now)
	__must_hold(&e->lock)
{
	e->watch.cause = CLOCKDISC_LOG_CAUSE_REASSERT;
	if (e->loop.is_rate_lost)
		cdisc_loop_rate_lost(&e->loop, now);
}

/* The time, too. Return: whether it was, or is with the host's next reading. */
static bool set_time_right(struct cdisc_engine *e, struct cdisc_now *now)
	__must_hold(&e->lock)
{
	/* A host is asked, which is more exact than what is known from before. */
	if (cdisc_engine_follows_host(e))
		return e->loop.is_restoring;
	cdisc_loop_reassert(&e->loop, now, &e->todo);
	/* Before anything else is decided: it would be decided on a clock that is wrong. */
	cdisc_engine_run_step(e, now);
	return e->todo.events & EVENT(RESTORED) && e->loop.reaction != CLOCKDISC_REACTION_NONE;
}

static bool end_slew(struct cdisc_engine *e, struct cdisc_now *now)
	__must_hold(&e->lock)
{
	if (!e->must_end_slew)
		return false;
	if (!take_back(e, now))
		return true;
	pr_warn_ratelimited("clockdisc: a slew of %s cannot be ended\n", e->mover.name);
	return false;
}

/* Clock and rate. It counts when there was something to be done. */
static void set_right(struct cdisc_engine *e, struct cdisc_now *now)
	__must_hold(&e->lock)
{
	bool is_done = end_slew(e, now);

	is_done |= e->loop.is_rate_lost;
	set_rate_right(e, now);
	is_done |= set_time_right(e, now);
	if (is_done)
		cdisc_arbiter_reasserted(&e->arbiter, now->raw_ns);
}

void cdisc_engine_arbitrate(struct cdisc_engine *e, struct cdisc_now *now)
{
	u32 reactions = e->reactions;

	lockdep_assert_held(&e->lock);
	e->reactions = 0;
	if (e->is_exiting)
		return;
	if (reactions & (1U << CLOCKDISC_LOG_REACTION_YIELD)) {
		let_go(e, now);
	} else if (cdisc_arbiter_is_quiet(&e->arbiter, &e->conflict, now->raw_ns)) {
		/* Slewing on its own, the clock is not quiet yet. */
		if (resume(e, now, CLOCKDISC_LOG_CAUSE_QUIET))
			e->arbiter.moved_raw_ns = now->raw_ns;
	} else {
		switch (cdisc_arbiter_take_due(&e->arbiter, now->raw_ns)) {
		case CDISC_DUE_NOTHING:
			break;
		case CDISC_DUE_RATE:
			set_rate_right(e, now);
			break;
		case CDISC_DUE_REASSERT:
			set_right(e, now);
			break;
		}
	}
}

int cdisc_engine_take_back(struct cdisc_engine *e, struct cdisc_now *now)
{
	lockdep_assert_held(&e->lock);
	return e->arbiter.is_yielded ? resume(e, now, CLOCKDISC_LOG_CAUSE_OPERATOR) : 0;
}

/*
 * The kernel's maxerror grows by 500 us a second by itself: below this somebody has told it anew within an hour, three polls
 * of a daemon that has settled.
 */
#define FRESH_US	(3600 * 500LL)

/*
 * Its work shows. Of a program that nobody knows it is more that is asked for: a frequency stays when whoever has set it has
 * ended, and so does the kernel's word for some hours.
 */
static bool is_at_work(const struct cdisc_clock_trace *trace, bool is_known)
{
	if (!is_known)
		return trace->is_synced && trace->maxerror_us < FRESH_US;
	return trace->is_synced || trace->is_slewing || trace->rate_ppb_q16;
}

/* A daemon that is running and at work. One that has just been started shows itself with its first move. */
bool cdisc_engine_must_leave(struct cdisc_engine *e, const struct cdisc_now *now, s64 *rate_ppb_q16)
{
	struct cdisc_clock_trace trace;
	struct cdisc_mover who;
	bool is_known;

	lockdep_assert_held(&e->lock);
	if (e->conflict.conflict_daemon != CLOCKDISC_CONFLICT_YIELD || !e->actuator->look)
		return false;
	if (!cdisc_watch_find_daemon(&who, &is_known) || e->actuator->look(&trace) || !is_at_work(&trace, is_known))
		return false;
	e->mover = who;
	*rate_ppb_q16 = trace.rate_ppb_q16;
	cdisc_arbiter_yield(&e->arbiter, now->raw_ns);
	log_handover(e, now, CLOCKDISC_LOG_KIND_YIELD, CLOCKDISC_LOG_CAUSE_STARTUP);
	return true;
}
