// SPDX-License-Identifier: GPL-2.0
/*
 * The operator's hand on the clock: commands that move it, or keep it where it is.
 *
 * Locking: each is carried out by the worker, with e->lock held.
 */
#include "engine_command.h"

#include <linux/errno.h>

static int make_step(struct cdisc_engine *e, struct cdisc_now *now, s64 step_ns)
	__must_hold(&e->lock)
{
	s64 floor_real_ns = e->loop.cfg.floor_real_ns;
	int err;

	if (step_ns && !cdisc_policy_may_step(&e->loop.cfg.policy.row[CLOCKDISC_CAUSE_OPERATOR], step_ns))
		return -EACCES;
	cdisc_loop_lower_floor(&e->loop, now, step_ns);
	e->watch.cause = CLOCKDISC_LOG_CAUSE_OPERATOR;
	err = cdisc_engine_make_step(e, now, step_ns);
	/* Where the clock did not go, the floor stands. */
	if (err)
		e->loop.cfg.floor_real_ns = floor_real_ns;
	return err;
}

/* By how much a command moves the clock: without a figure, by the offset. */
static int move_size(const struct cdisc_engine *e, const struct cdisc_now *now, const s64 *asked_ns, s64 *move_ns)
{
	if (!e->actuator->can_steer)
		return -EOPNOTSUPP;
	if (e->arbiter.is_yielded)
		return -EBUSY;
	if (!asked_ns && !e->loop.bound.is_known)
		return -ENODATA;
	*move_ns = asked_ns ? *asked_ns : cdisc_loop_offset(&e->loop, now);
	return 0;
}

static int do_step(struct cdisc_engine *e, struct cdisc_now *now, const void *arg)
{
	s64 step_ns;
	int err = move_size(e, now, arg, &step_ns);

	return err ? err : make_step(e, now, step_ns);
}

int cdisc_engine_step(struct cdisc_engine *e, bool has_ns, s64 step_ns)
{
	return cdisc_engine_command(e, do_step, has_ns ? &step_ns : NULL);
}

static int do_slew(struct cdisc_engine *e, struct cdisc_now *now, const void *arg)
{
	s64 slew_ns;
	int err = move_size(e, now, arg, &slew_ns);

	if (err)
		return err;
	cdisc_loop_lower_floor(&e->loop, now, slew_ns);
	e->watch.cause = CLOCKDISC_LOG_CAUSE_OPERATOR;
	cdisc_loop_slew(&e->loop, now, slew_ns, &e->todo);
	return 0;
}

int cdisc_engine_slew(struct cdisc_engine *e, bool has_ns, s64 slew_ns)
{
	return cdisc_engine_command(e, do_slew, has_ns ? &slew_ns : NULL);
}

static int do_freeze(struct cdisc_engine *e, struct cdisc_now *now, const void *arg)
{
	cdisc_loop_freeze(&e->loop, now, &e->todo);
	return 0;
}

int cdisc_engine_freeze(struct cdisc_engine *e)
{
	return cdisc_engine_command(e, do_freeze, NULL);
}

static int do_unfreeze(struct cdisc_engine *e, struct cdisc_now *now, const void *arg)
{
	cdisc_loop_unfreeze(&e->loop, now, &e->todo);
	return 0;
}

int cdisc_engine_unfreeze(struct cdisc_engine *e)
{
	return cdisc_engine_command(e, do_unfreeze, NULL);
}

/* The offset may have changed since; without a source it is what was found. */
static int accept_offer(struct cdisc_engine *e, struct cdisc_now *now, const void *arg)
{
	struct cdisc_loop *l = &e->loop;
	int err;

	if (!l->pending_why)
		return -ENOENT;
	if (e->arbiter.is_yielded)
		return -EBUSY;
	/* Afresh, the offset is acted on in its own way. */
	if (l->pending_why == CLOCKDISC_PENDING_REASON_BUDGET) {
		cdisc_loop_forgive(l);
		cdisc_loop_unfreeze(l, now, &e->todo);
		return 0;
	}
	err = make_step(e, now, l->bound.is_known ? cdisc_loop_offset(l, now) : l->pending_ns);
	if (!err && l->pending_why)
		cdisc_loop_unfreeze(l, now, &e->todo);
	return err;
}

int cdisc_engine_accept(struct cdisc_engine *e)
{
	return cdisc_engine_command(e, accept_offer, NULL);
}

static int reject_offer(struct cdisc_engine *e, struct cdisc_now *now, const void *arg)
{
	if (!e->loop.pending_why)
		return -ENOENT;
	cdisc_loop_reject(&e->loop, &e->todo);
	return 0;
}

int cdisc_engine_reject(struct cdisc_engine *e)
{
	return cdisc_engine_command(e, reject_offer, NULL);
}

static int do_freq_set(struct cdisc_engine *e, struct cdisc_now *now, const void *arg)
{
	const s64 *freq_ppb_q16 = arg;

	e->watch.cause = CLOCKDISC_LOG_CAUSE_OPERATOR;
	cdisc_loop_freq_set(&e->loop, now, *freq_ppb_q16, &e->todo);
	/* Without a source the state that it leads to is HOLDOVER. */
	e->has_news = true;
	return 0;
}

int cdisc_engine_freq_set(struct cdisc_engine *e, s64 freq_ppb_q16)
{
	return cdisc_engine_command(e, do_freq_set, &freq_ppb_q16);
}

static int do_resume(struct cdisc_engine *e, struct cdisc_now *now, const void *arg)
{
	return e->actuator->can_steer ? cdisc_engine_take_back(e, now) : -EOPNOTSUPP;
}

int cdisc_engine_resume(struct cdisc_engine *e)
{
	return cdisc_engine_command(e, do_resume, NULL);
}
