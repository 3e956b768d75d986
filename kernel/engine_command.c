// SPDX-License-Identifier: GPL-2.0
/*
 * The operator's hand on the clock: commands that move it, or keep it where it is.
 *
 * Locking: each is carried out by the worker, with e->lock held.
 */
#include "engine_command.h"

#include <linux/errno.h>

static int do_step(struct cdisc_engine *e, struct cdisc_now *now, const void *arg)
{
	const struct cdisc_policy_row *row = &e->loop.cfg.policy.row[CLOCKDISC_CAUSE_OPERATOR];
	const s64 *asked_ns = arg;
	s64 step_ns;

	if (!e->actuator->can_steer)
		return -EOPNOTSUPP;
	if (!asked_ns && !e->loop.bound.is_known)
		return -ENODATA;
	step_ns = asked_ns ? *asked_ns : cdisc_loop_offset(&e->loop, now);
	if (step_ns && !cdisc_policy_may_step(row, step_ns))
		return -EACCES;
	e->watch.cause = CLOCKDISC_LOG_CAUSE_OPERATOR;
	return cdisc_engine_make_step(e, now, step_ns);
}

int cdisc_engine_step(struct cdisc_engine *e, bool has_ns, s64 step_ns)
{
	return cdisc_engine_command(e, do_step, has_ns ? &step_ns : NULL);
}

static int do_slew(struct cdisc_engine *e, struct cdisc_now *now, const void *arg)
{
	const s64 *slew_ns = arg;

	if (!e->actuator->can_steer)
		return -EOPNOTSUPP;
	if (!slew_ns && !e->loop.bound.is_known)
		return -ENODATA;
	e->watch.cause = CLOCKDISC_LOG_CAUSE_OPERATOR;
	cdisc_loop_slew(&e->loop, now, slew_ns ? *slew_ns : cdisc_loop_offset(&e->loop, now), &e->todo);
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
