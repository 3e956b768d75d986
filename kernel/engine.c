// SPDX-License-Identifier: GPL-2.0
/*
 * The engine: the one owner of mutable state. A lock, a worker, a timer that does nothing but wake the worker.
 *
 *	sample (netlink) -> source -> has_news -> worker: select, policy, servo, steer -> actuator
 *	timekeeper's notifier -> record -> worker: who moved the clock
 *
 * Every pass of the worker is the same: notice what happened to the clock, decide, act, tell. In a settled clock a
 * pass is run by a sample; the timer fires for the end of a slew, for sources that fell silent, and for what the
 * kernel's readers have to be told.
 *
 * Locking: e->lock is held over a whole pass and by everybody who reads or changes state. Of our own locks only the
 * spinlocks of the probe and of the clocksource's line are taken under it. The clock is moved by the worker alone:
 * do_adjtimex() checks the capabilities of the task that calls it.
 */
#include "engine.h"

#include <linux/err.h>
#include <linux/printk.h>
#include <linux/sched.h>

#include "engine_command.h"
#include "trace.h"

/* The kernel's limit of maxerror and esterror, us. */
#define ERROR_MAX_US	16000000LL

/*
 * The kernel's own growth of maxerror, 500 us, comes with its next second and covers ours for half a minute from there:
 * until then what it was told last has to do. A second of a clock that is 10 % slow, and the tick that notices.
 */
#define KERNEL_SECOND_NS	(CDISC_NSEC_PER_SEC + CDISC_NSEC_PER_SEC / 4)
#define KERNEL_GROWTH_PPB	500000LL

/* +-5 ns is 3 ns RMS, no worse than the readings; less costs more interrupts, in inverse proportion. */
#define IDLE_SWING_NS	10

#define EVENT(name)	(1U << CLOCKDISC_EVENT_##name)

static s64 event_value(const struct cdisc_engine *e, enum clockdisc_event event)
{
	switch (event) {
	case CLOCKDISC_EVENT_STEP:
		return e->loop.last_step_ns;
	case CLOCKDISC_EVENT_SLEW_BEGIN:
		return e->todo.slew_ns;
	case CLOCKDISC_EVENT_SLEW_END:
		return e->todo.left_ns;
	case CLOCKDISC_EVENT_FOREIGN_SET:
	case CLOCKDISC_EVENT_CONFLICT:
		return e->foreign_ns;
	case CLOCKDISC_EVENT_RESTORED:
		return e->loop.gap_ns;
	case CLOCKDISC_EVENT_STATE:
	case CLOCKDISC_EVENT_LEAP:
	case CLOCKDISC_EVENT_FREEZE:
	case CLOCKDISC_EVENT_UNFREEZE:
	case CLOCKDISC_EVENT_FOREIGN_RATE:
	case CLOCKDISC_EVENT_CONFIG:
	case CLOCKDISC_EVENT_FREQUENCY:
	case CLOCKDISC_EVENT_INTERRUPTED:
	case CLOCKDISC_EVENT_SELECTION:
	case CLOCKDISC_EVENT_YIELD:
	case CLOCKDISC_EVENT_RESUME:
		break;
	}
	return 0;
}

static void tell_events(struct cdisc_engine *e)
	__must_hold(&e->lock)
{
	u32 event;

	for (event = CLOCKDISC_EVENT_STATE; event <= CLOCKDISC_EVENT_RESUME; event++)
		if (e->todo.events & (1U << event))
			e->listener->clock(e, event, event_value(e, event));
	e->todo.events = 0;
	e->foreign_ns = 0;
}

/* Tell of every source whose reason changed. */
static void tell_reasons(struct cdisc_engine *e)
	__must_hold(&e->lock)
{
	struct cdisc_source *src;
	unsigned long id;

	xa_for_each(&e->sources.by_id, id, src) {
		if (src->told_reason == src->peer.reason)
			continue;
		src->told_reason = src->peer.reason;
		e->listener->source(e, src, CLOCKDISC_SOURCE_EVENT_REASON);
	}
}

static void decide(struct cdisc_engine *e, const struct cdisc_now *now)
	__must_hold(&e->lock)
{
	struct cdisc_sources *ss = &e->sources;
	bool was_acting = cdisc_loop_has_acted(&e->loop);
	u64 updates = e->loop.updates;

	/* The clock has been settled; nobody would be there to end what is begun now. */
	if (e->is_exiting)
		return;
	e->has_news |= cdisc_sources_age(ss, now->raw_ns, e->loop.servo.poll_log2s, &e->silent_raw_ns);
	if (!e->has_news && !e->loop.is_waiting)
		return;
	e->has_news = false;
	cdisc_loop_update(&e->loop, ss->peers, ss->count, &ss->work, now, &e->todo);
	trace_clockdisc_select(e->loop.selected_id, &e->loop.sel);
	if (e->loop.updates != updates) {
		trace_clockdisc_update(cdisc_loop_offset(&e->loop, now), e->loop.servo.freq_ppb_q16,
				       e->loop.servo.jitter_ns, e->loop.servo.poll_log2s);
		cdisc_engine_updated(e, was_acting);
	}
	tell_reasons(e);
}

/* Step the clock; what else set it in between is told apart by the sums. */
int cdisc_engine_make_step(struct cdisc_engine *e, struct cdisc_now *now, s64 step_ns)
{
	s64 made_ns;
	int err = e->actuator->step(step_ns, &made_ns);

	trace_clockdisc_step(now->raw_ns, step_ns, err);
	if (err) {
		pr_warn_ratelimited("clockdisc: a step of %lld ns failed with %d\n", step_ns, err);
		/* Refused or not, the kernel has cleared its status bits and an armed leap. */
		cdisc_engine_leap_disarmed(e, now);
		return err;
	}
	cdisc_engine_notice_own(e, now, made_ns);
	cdisc_engine_log_step(e, now, made_ns);
	/* What the step missed, a microsecond perhaps, is slewed. */
	if (made_ns != step_ns)
		cdisc_loop_slew(&e->loop, now, step_ns - made_ns, &e->todo);
	return 0;
}

static void set_rate(struct cdisc_engine *e, struct cdisc_now *now)
	__must_hold(&e->lock)
{
	s64 set_ppb_q16;
	int err;

	cdisc_timeline_read(&e->timeline, now, true);
	WRITE_ONCE(e->watch.is_setting, true);
	err = e->actuator->set_rate(e->todo.rate_ppb_q16, &set_ppb_q16);
	WRITE_ONCE(e->watch.is_setting, false);
	if (err) {
		pr_warn_ratelimited("clockdisc: a rate of %lld ppb failed with %d\n",
				    cdisc_ppb_from_ppb_q16(e->todo.rate_ppb_q16), err);
		return;
	}
	cdisc_engine_notice_own(e, now, 0);
	cdisc_engine_log_rate(e, now, set_ppb_q16);
	cdisc_loop_rate_set(&e->loop, now, set_ppb_q16);
	trace_clockdisc_steer(now->raw_ns, e->todo.rate_ppb_q16, set_ppb_q16, e->loop.bias_ppb_q16,
			      e->todo.wake_raw_ns);
}

/* What adjtimex() shows is what we know; before the first update that is nothing, and only a leap second is not left alone. */
static void tell_kernel(struct cdisc_engine *e, const struct cdisc_now *now)
	__must_hold(&e->lock)
{
	s64 smear_ns = cdisc_leap_most_ns(&e->leap, now->raw_ns, KERNEL_SECOND_NS);
	s64 bound_ns = cdisc_add_sat(cdisc_loop_bound_ahead(&e->loop, now, KERNEL_SECOND_NS), smear_ns);
	s64 error_ns = cdisc_loop_error(&e->loop, now);
	bool is_synced = cdisc_loop_bound(&e->loop, now) <= e->loop.cfg.unsync_ns;
	struct cdisc_clock_status status = {
		/* timedatectl looks at this alone, and below the kernel's limit it says that the clock is synchronised. */
		.maxerror_us	= is_synced ? min_t(s64, cdisc_us_ceil_from_ns(bound_ns), ERROR_MAX_US) : ERROR_MAX_US,
		.esterror_us	= min_t(s64, cdisc_us_ceil_from_ns(error_ns), ERROR_MAX_US),
		.leap		= cdisc_engine_leap_to_arm(e, now, is_synced),
		.tai_offset_s	= e->tai_offset_s,
		.is_synced	= is_synced,
	};
	u32 was_bits;

	if (!e->loop.can_steer)
		return;
	if (!e->has_told)
		cdisc_engine_leap_refuse(e, now);
	if (!e->loop.updates)
		return;
	if (e->has_told && e->told.leap != status.leap)
		e->todo.events |= EVENT(LEAP);
	was_bits = e->sta_bits;
	e->has_told = !e->actuator->set_status(&status, &e->sta_bits);
	if (!e->has_told)
		return;
	cdisc_engine_log_status(e, now, was_bits, &status);
	e->told = status;
}

/* The timer's clock runs at the rate that is set, the counter does not. */
static s64 mono_from_raw(const struct cdisc_engine *e, s64 raw_ns)
{
	s64 rate_ppb_q16 = cdisc_add_sat(e->loop.rate_ppb_q16, e->loop.bias_ppb_q16);

	return cdisc_add_sat(raw_ns, cdisc_ns_from_rate(rate_ppb_q16, raw_ns));
}

/* A frequency that was set by hand lets the bound grow faster than an oscillator's tolerance does. */
static s64 fastest_growth_ppb_q16(const struct cdisc_engine *e)
{
	return max_t(s64, e->loop.bound.hold_ppb_q16, cdisc_ppb_q16_from_ppb(CDISC_PHI_PPB));
}

/* When the bound passes the limit unless a source speaks: the kernel's readers are to hear of it then. */
static s64 unsync_raw_ns(const struct cdisc_engine *e, const struct cdisc_now *now)
{
	s64 room_ns = cdisc_sub_sat(e->loop.cfg.unsync_ns, cdisc_loop_bound(&e->loop, now));

	return cdisc_add_sat(now->raw_ns, cdisc_ns_to_move(max_t(s64, room_ns, 0) + 1, fastest_growth_ppb_q16(e)));
}

/*
 * The kernel adds 500 us a second to maxerror by itself and sets STA_UNSYNC at ERROR_MAX_US: it is told again at half of
 * the way, at 1 us in 2 ms.
 */
static s64 refresh_raw_ns(const struct cdisc_engine *e, const struct cdisc_now *now)
{
	s64 half_ns = (ERROR_MAX_US - e->told.maxerror_us) * 1000000;

	if (fastest_growth_ppb_q16(e) > cdisc_ppb_q16_from_ppb(KERNEL_GROWTH_PPB))
		return cdisc_add_sat(now->raw_ns, CDISC_NSEC_PER_SEC);
	return cdisc_add_sat(now->raw_ns, max_t(s64, half_ns, 64 * CDISC_NSEC_PER_SEC));
}

static void arm_timer(struct cdisc_engine *e, const struct cdisc_now *now)
	__must_hold(&e->lock)
{
	s64 wake_raw_ns = min_t(s64, e->todo.wake_raw_ns, e->silent_raw_ns);

	if (e->has_told && e->told.is_synced)
		wake_raw_ns = min_t(s64, wake_raw_ns, min_t(s64, unsync_raw_ns(e, now), refresh_raw_ns(e, now)));
	if (e->recheck_raw_ns > now->raw_ns)
		wake_raw_ns = min_t(s64, wake_raw_ns, e->recheck_raw_ns);
	wake_raw_ns = min_t(s64, wake_raw_ns, cdisc_engine_leap_wake(e, now));
	wake_raw_ns = min_t(s64, wake_raw_ns, e->host.next_raw_ns);
	wake_raw_ns = min_t(s64, wake_raw_ns, cdisc_arbiter_wake(&e->arbiter, &e->conflict));
	if (wake_raw_ns == S64_MAX || e->is_exiting)
		hrtimer_cancel(&e->timer);
	else
		hrtimer_start(&e->timer, ns_to_ktime(max_t(s64, mono_from_raw(e, wake_raw_ns - now->raw_ns), NSEC_PER_USEC)),
			      HRTIMER_MODE_REL);
}

/* What others made of the rate is left as it is until it is our turn, or for good. A rate of ours goes on as planned. */
static bool is_left_alone(const struct cdisc_engine *e, const struct cdisc_now *now)
{
	return e->reactions & (1U << CLOCKDISC_LOG_REACTION_YIELD) ||
	       (e->loop.is_rate_lost && cdisc_arbiter_holds(&e->arbiter, now->raw_ns));
}

static void plan(struct cdisc_engine *e, struct cdisc_now *now)
	__must_hold(&e->lock)
{
	e->todo.is_rate_new = false;
	e->todo.wake_raw_ns = S64_MAX;
	if (is_left_alone(e, now))
		return;
	/* What is set until it is our turn was planned before. */
	if (cdisc_arbiter_holds(&e->arbiter, now->raw_ns))
		e->watch.cause = CLOCKDISC_LOG_CAUSE_DRIFT;
	cdisc_loop_plan(&e->loop, now, &e->todo);
	if (e->todo.is_rate_new && cdisc_engine_host_await_tick(e, now)) {
		e->todo.is_rate_new = false;
		if (is_left_alone(e, now))
			return;
		cdisc_loop_plan(&e->loop, now, &e->todo);
	}
	if (e->todo.is_rate_new)
		set_rate(e, now);
}

void cdisc_engine_run_step(struct cdisc_engine *e, struct cdisc_now *now)
{
	s64 step_ns = e->todo.step_ns;

	lockdep_assert_held(&e->lock);
	e->todo.step_ns = 0;
	if (step_ns && cdisc_engine_make_step(e, now, step_ns))
		cdisc_loop_step_failed(&e->loop, &e->todo);
}

/* Carry out what was decided and tell of it. */
static void act(struct cdisc_engine *e, struct cdisc_now *now)
	__must_hold(&e->lock)
{
	lockdep_assert_held(&e->lock);
	if (e->todo.events & EVENT(SLEW_BEGIN))
		cdisc_engine_log_slew(e, now, e->todo.slew_ns);
	cdisc_engine_run_step(e, now);
	cdisc_engine_leap_run(e, now);
	plan(e, now);
	tell_kernel(e, now);
	cdisc_engine_publish(e, now);
	cdisc_engine_host_limit_swing(e);
	arm_timer(e, now);
	if (e->loop.state != e->traced_state)
		trace_clockdisc_state(now->raw_ns, e->traced_state, e->loop.state);
	e->traced_state = e->loop.state;
	tell_events(e);
}

/* An interruption that the timekeeper knows nothing of. */
static void interrupt_unseen(struct cdisc_engine *e, const struct cdisc_now *now, u32 causes)
	__must_hold(&e->lock)
{
	cdisc_timeline_break(&e->timeline, now);
	cdisc_engine_interrupt(e, now, causes);
}

/* Before anything else is done about it: nobody is told a confident wrong time. */
static void tell_interrupted(struct cdisc_engine *e, const struct cdisc_now *now)
	__must_hold(&e->lock)
{
	if (!(e->todo.events & EVENT(INTERRUPTED)))
		return;
	cdisc_engine_publish(e, now);
	tell_kernel(e, now);
	tell_events(e);
}

/* What others told of, and what the host says. */
static void hear(struct cdisc_engine *e, struct cdisc_now *now)
	__must_hold(&e->lock)
{
	u32 causes = cdisc_interruption_take(&e->interruption);
	struct cdisc_host_reading r;
	u32 hints;

	cdisc_engine_notice(e, now);
	if (causes)
		interrupt_unseen(e, now, causes);
	tell_interrupted(e, now);
	hints = cdisc_interruption_hints(&e->interruption);
	if (hints)
		cdisc_engine_host_hint(e, hints);
	if (!cdisc_engine_host_poll(e, now, &r, &causes))
		return;
	/* The reading is from after the snapshot. */
	cdisc_engine_notice(e, now);
	/* But from before an interruption that is seen now: the time that is missing is not in it. The host is asked anew. */
	if (e->todo.events & EVENT(INTERRUPTED)) {
		tell_interrupted(e, now);
		return;
	}
	if (causes)
		interrupt_unseen(e, now, causes);
	tell_interrupted(e, now);
	cdisc_engine_host_take(e, &r);
}

/* Leave the clock on the learnt frequency, with no slew running; at once, since nobody will be there later. */
void cdisc_engine_settle(struct cdisc_engine *e, struct cdisc_now *now)
{
	u32 max_change_ppb_s = e->loop.cfg.max_change_ppb_s;

	lockdep_assert_held(&e->lock);
	if (!e->loop.can_steer || !e->loop.steer.has_line)
		return;
	cdisc_loop_settle(&e->loop, now, &e->todo);
	e->todo.is_rate_new = false;
	e->loop.cfg.max_change_ppb_s = 0;
	cdisc_loop_plan(&e->loop, now, &e->todo);
	e->loop.cfg.max_change_ppb_s = max_change_ppb_s;
	if (e->todo.is_rate_new)
		set_rate(e, now);
}

/* The old one settles the clock and hands its rate over; it takes it back when the new one cannot take over. */
static int change_actuator(struct cdisc_engine *e, struct cdisc_now *now, const struct cdisc_actuator_ops *actuator,
			   const char *reason)
	__must_hold(&e->lock)
{
	s64 rate_ppb_q16;
	int err;

	/* Nobody would end a smear under one that moves nothing. */
	if (!actuator->can_steer)
		cdisc_engine_leap_drop(e, now);
	cdisc_engine_settle(e, now);
	tell_kernel(e, now);
	if (e->actuator->release && !e->arbiter.is_yielded)
		e->actuator->release();
	err = actuator->take(&rate_ppb_q16);
	if (err) {
		if (!e->arbiter.is_yielded)
			e->actuator->take(&rate_ppb_q16);
		return err;
	}
	e->actuator = actuator;
	e->actuator_reason = reason;
	cdisc_engine_took(e, now);
	e->has_told = false;
	cdisc_engine_notice_own(e, now, 0);
	cdisc_loop_take(&e->loop, now, rate_ppb_q16, actuator->can_steer);
	/* Whoever chooses what moves the clock wants it to be moved. */
	cdisc_engine_resumed(e, now, CLOCKDISC_LOG_CAUSE_OPERATOR);
	cdisc_engine_host_hurry(e);
	return 0;
}

/* The actuator may have lost what it moves the clock with. */
static void check_actuator(struct cdisc_engine *e, struct cdisc_now *now)
	__must_hold(&e->lock)
{
	const struct cdisc_actuator_ops *next;
	const char *why = e->actuator->lost ? e->actuator->lost(&next) : NULL;

	if (!why)
		return;
	pr_warn("clockdisc: actuator %s: %s\n", next->name, why);
	if (e->arbiter.is_yielded) {
		e->actuator = next;
		e->actuator_reason = why;
	} else if (change_actuator(e, now, next, why)) {
		change_actuator(e, now, &cdisc_actuator_observe, why);
	}
	e->todo.events |= EVENT(CONFIG);
}

static void pass(struct kthread_work *work)
{
	struct cdisc_engine *e = container_of(work, struct cdisc_engine, work);
	struct cdisc_now now;

	mutex_lock(&e->lock);
	hear(e, &now);
	check_actuator(e, &now);
	cdisc_engine_arbitrate(e, &now);
	decide(e, &now);
	act(e, &now);
	mutex_unlock(&e->lock);
}

void cdisc_engine_kick(struct cdisc_engine *e)
{
	kthread_queue_work(e->worker, &e->work);
}

void cdisc_engine_look(struct cdisc_engine *e)
{
	if (!cdisc_timeline_has_news(&e->timeline) && !cdisc_watch_has_news(&e->watch) &&
	    !cdisc_interruption_is_pending(&e->interruption))
		return;
	cdisc_engine_kick(e);
	kthread_flush_work(&e->work);
}

void cdisc_engine_catch_up(struct cdisc_engine *e)
{
	if (cdisc_interruption_is_pending(&e->interruption))
		cdisc_engine_look(e);
}

static void kick(void *arg)
{
	cdisc_engine_kick(arg);
}

/* Nobody is to trust the page until the worker has been here. */
static void interrupted(void *arg)
{
	struct cdisc_engine *e = arg;

	cdisc_page_alarm(&e->page);
	cdisc_engine_kick(e);
}

static enum hrtimer_restart timer_fired(struct hrtimer *timer)
{
	cdisc_engine_kick(container_of(timer, struct cdisc_engine, timer));
	return HRTIMER_NORESTART;
}

/* A command, carried out by the worker between noticing and acting. */
struct command {
	struct kthread_work	work;
	struct cdisc_engine	*e;
	cdisc_command_fn	fn;
	const void		*arg;
	int			ret;
};

static void command_run(struct kthread_work *work)
{
	struct command *c = container_of(work, struct command, work);
	struct cdisc_now now;

	mutex_lock(&c->e->lock);
	hear(c->e, &now);
	check_actuator(c->e, &now);
	cdisc_engine_arbitrate(c->e, &now);
	c->ret = c->fn(c->e, &now, c->arg);
	decide(c->e, &now);
	act(c->e, &now);
	mutex_unlock(&c->e->lock);
}

int cdisc_engine_command(struct cdisc_engine *e, cdisc_command_fn fn, const void *arg)
{
	struct command c = { .e = e, .fn = fn, .arg = arg };

	kthread_init_work(&c.work, command_run);
	kthread_queue_work(e->worker, &c.work);
	kthread_flush_work(&c.work);
	return c.ret;
}

void cdisc_engine_config_get(struct cdisc_engine *e, struct cdisc_engine_config *c)
{
	mutex_lock(&e->lock);
	c->cfg = e->loop.cfg;
	c->actuator = e->actuator;
	c->reason = e->actuator_reason;
	c->tai_offset_s = e->tai_offset_s;
	c->idle_swing_ns = e->idle_swing_ns;
	c->conflict = e->conflict;
	c->has_tai = false;
	c->has_floor = false;
	mutex_unlock(&e->lock);
}

static int do_config_set(struct cdisc_engine *e, struct cdisc_now *now, const void *arg)
{
	const struct cdisc_engine_config *c = arg;
	s64 floor_real_ns = c->has_floor ? c->cfg.floor_real_ns : e->loop.cfg.floor_real_ns;

	if (c->actuator != e->actuator) {
		int err = change_actuator(e, now, c->actuator, c->reason);

		if (err)
			return err;
	}
	cdisc_loop_configure(&e->loop, &c->cfg);
	e->loop.cfg.floor_real_ns = floor_real_ns;
	e->idle_swing_ns = c->idle_swing_ns;
	e->conflict = c->conflict;
	if (c->has_tai) {
		e->tai_offset_s = c->tai_offset_s;
		e->tai_cause = CLOCKDISC_LOG_CAUSE_OPERATOR;
	}
	e->todo.events |= EVENT(CONFIG);
	e->has_news = true;
	return 0;
}

int cdisc_engine_config_set(struct cdisc_engine *e, const struct cdisc_engine_config *c)
{
	return cdisc_engine_command(e, do_config_set, c);
}

static int do_take(struct cdisc_engine *e, struct cdisc_now *now, const void *arg)
{
	struct cdisc_config cfg;
	s64 rate_ppb_q16 = 0;
	int err;

	if (!e->arbiter.is_yielded && !cdisc_engine_must_leave(e, now, &rate_ppb_q16)) {
		err = e->actuator->take(&rate_ppb_q16);
		if (err)
			return err;
		cdisc_engine_took(e, now);
	}
	cdisc_engine_notice_own(e, now, 0);
	cdisc_config_defaults(&cfg);
	if (e->preset)
		cfg.policy = e->preset->policy;
	cfg.floor_real_ns = e->floor_real_ns;
	cdisc_loop_init(&e->loop, &cfg, now, rate_ppb_q16, e->actuator->can_steer && !e->arbiter.is_yielded);
	memset(&e->todo, 0, sizeof(e->todo));
	return cdisc_engine_host_start(e);
}

static int do_settle(struct cdisc_engine *e, struct cdisc_now *now, const void *arg)
{
	e->is_exiting = true;
	e->watch.cause = CLOCKDISC_LOG_CAUSE_EXIT;
	cdisc_engine_leap_drop(e, now);
	cdisc_engine_settle(e, now);
	tell_kernel(e, now);
	return 0;
}

int cdisc_engine_init(struct cdisc_engine *e, const struct cdisc_actuator_ops *actuator, const char *reason,
		      const struct cdisc_listener *listener)
{
	struct cdisc_config cfg;
	struct cdisc_now now;
	int err;

	mutex_init(&e->lock);
	e->actuator = actuator;
	e->actuator_reason = reason;
	e->listener = listener;
	e->silent_raw_ns = S64_MAX;
	e->host.next_raw_ns = S64_MAX;
	e->idle_swing_ns = IDLE_SWING_NS;
	if (!e->conflict.conflict)
		cdisc_arbiter_defaults(&e->conflict);
	cdisc_nudge_init(&e->nudge);
	cdisc_leap_forget(&e->leap);
	cdisc_sources_init(&e->sources);
	kthread_init_work(&e->work, pass);
	hrtimer_setup(&e->timer, timer_fired, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	/* An engine that has not taken over yet only observes. */
	cdisc_timeline_peek(&now);
	cdisc_config_defaults(&cfg);
	cdisc_loop_init(&e->loop, &cfg, &now, 0, false);

	err = cdisc_page_init(&e->page);
	if (err)
		goto err_sources;
	e->worker = kthread_create_worker(0, "clockdisc");
	if (IS_ERR(e->worker)) {
		err = PTR_ERR(e->worker);
		goto err_page;
	}
	sched_set_fifo_low(e->worker->task);
	err = cdisc_engine_watch_init(e);
	if (err)
		goto err_worker;
	err = cdisc_timeline_init(&e->timeline, &e->watch, kick, e);
	if (err)
		goto err_worker;
	cdisc_watch_probe(&e->watch);
	err = cdisc_interruption_init(&e->interruption, interrupted, e);
	if (err)
		goto err_timeline;
	err = cdisc_engine_command(e, do_take, NULL);
	if (err)
		goto err_interruption;
	return 0;

err_interruption:
	cdisc_interruption_exit(&e->interruption);
err_timeline:
	cdisc_watch_unprobe(&e->watch);
	cdisc_timeline_exit(&e->timeline);
	mutex_lock(&e->lock);
	e->is_exiting = true;
	mutex_unlock(&e->lock);
	hrtimer_cancel(&e->timer);
	cdisc_nudge_set(&e->nudge, 0);
err_worker:
	kthread_destroy_worker(e->worker);
	cdisc_watch_exit(&e->watch);
err_page:
	cdisc_page_exit(&e->page);
err_sources:
	cdisc_sources_exit(&e->sources);
	return err;
}

void cdisc_engine_exit(struct cdisc_engine *e)
{
	cdisc_interruption_exit(&e->interruption);
	cdisc_watch_unprobe(&e->watch);
	cdisc_timeline_exit(&e->timeline);
	cdisc_engine_command(e, do_settle, NULL);
	/* A pass that the timer queued meanwhile runs to its end in here, and no longer arms the timer. */
	hrtimer_cancel(&e->timer);
	kthread_destroy_worker(e->worker);
	cdisc_watch_exit(&e->watch);
	cdisc_page_exit(&e->page);
	cdisc_engine_host_stop(e);
	cdisc_sources_exit(&e->sources);
}
