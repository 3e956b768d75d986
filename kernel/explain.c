// SPDX-License-Identifier: GPL-2.0
/*
 * Why the state is what it is, and what would change it, in words.
 */
#include "explain.h"

#include <linux/kernel.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/time64.h>

#include "duration.h"
#include "explain_source.h"

static const char *selected_name(const struct cdisc_engine *e)
{
	struct cdisc_source *src = cdisc_source_find(&e->sources, e->loop.selected_id);

	return src ? src->name : "none";
}

/* In words, where an instant on the counter was. */
static struct cdisc_duration ago(const struct cdisc_now *now, s64 raw_ns)
{
	return cdisc_duration(cdisc_sub_sat(now->raw_ns, raw_ns));
}

/* What interrupted the clock, until it has been dealt with. The causes are flags: the most telling one is named. */
static const char *cause_name(u32 causes)
{
	if (causes & CLOCKDISC_INTERRUPTION_VM_GENERATION)
		return "the virtual machine was restored or copied";
	if (causes & (CLOCKDISC_INTERRUPTION_RESUME | CLOCKDISC_INTERRUPTION_BOOTTIME))
		return "the machine was suspended";
	if (causes & (CLOCKDISC_INTERRUPTION_HOST_PAGE | CLOCKDISC_INTERRUPTION_GUEST_STOPPED))
		return "the guest was stopped";
	if (causes & CLOCKDISC_INTERRUPTION_HOST_JUMP)
		return "the host's time jumped";
	if (causes & CLOCKDISC_INTERRUPTION_CLOCKSOURCE)
		return "the kernel changed its clocksource";
	if (causes & CLOCKDISC_INTERRUPTION_LOST)
		return "the clock was changed more often than can be followed";
	if (causes & CLOCKDISC_INTERRUPTION_FOREIGN_SET)
		return "the clock was set by somebody else";
	if (causes & CLOCKDISC_INTERRUPTION_START)
		return "the module was loaded";
	return "it is not known by what";
}

/* The threshold on the side where the offset is. */
static s64 step_threshold_ns(const struct cdisc_loop *l, const struct cdisc_now *now)
{
	const struct cdisc_policy_row *row = cdisc_loop_row(l);

	return cdisc_loop_offset(l, now) < 0 ? row->backward_ns : row->forward_ns;
}

static int explain_next(const struct cdisc_engine *e, char *text, size_t room)
{
	if (e->loop.is_waiting)
		return scnprintf(text, room, "%s has told the time; the other sources are heard first, for 4 s at most.",
				 selected_name(e));
	return scnprintf(text, room, "Steering goes on with the next sample of %s.", selected_name(e));
}

/* Once may be a mistake: nothing is moved, the next one freezes. */
static int explain_warning(const struct cdisc_loop *l, const struct cdisc_now *now, char *text, size_t room)
{
	static const char *const why[] = {
		[CLOCKDISC_PENDING_REASON_PANIC] = "above the panic threshold",
		[CLOCKDISC_PENDING_REASON_FLOOR] = "which leads below the floor",
		[CLOCKDISC_PENDING_REASON_BUDGET] = "more than is left of the day's budget",
	};
	int n = scnprintf(text, room, "The offset is ");

	n += cdisc_put_signed_ns(cdisc_loop_offset(l, now), text + n, room - n);
	return n + scnprintf(text + n, room - n, ", %s; the next one like it freezes the clock.",
			     why[cdisc_loop_why_not(l, now, cdisc_loop_offset(l, now))]);
}

/* An offset that is left alone until it has lasted for the stepout. In FREQ that counts from the state's beginning. */
static int explain_large(const struct cdisc_loop *l, const struct cdisc_now *now, const char *since, char *text, size_t room)
{
	struct cdisc_duration threshold = cdisc_duration(step_threshold_ns(l, now));
	const struct cdisc_policy_row *row = cdisc_loop_row(l);
	int n;

	if (cdisc_loop_why_not(l, now, cdisc_loop_offset(l, now)))
		return explain_warning(l, now, text, room);
	if (!cdisc_policy_may_step(row, cdisc_loop_offset(l, now)))
		return scnprintf(text, room, "One sample is far off; the clock is slewed if the next one says the same.");
	if (l->state == CLOCKDISC_STATE_FREQ)
		n = scnprintf(text, room,
			      "The offset is above the step threshold of %s, and the clock is left alone; it is stepped if the next one says the same, once the frequency has been measured for %s (now %s)",
			      threshold.text, cdisc_duration(row->stepout_ns).text, since);
	else
		n = scnprintf(text, room,
			      "The offset has been above the step threshold of %s for %s; it is stepped when it stays there for %s",
			      threshold.text, since, cdisc_duration(row->stepout_ns).text);
	return n + scnprintf(text + n, room - n, "%s.", row->panic_ns ? ", and frozen above the panic threshold" : "");
}

/* What is refused, why, and what can be done about it. The offset may have changed since it was found. */
static int explain_offer(const struct cdisc_loop *l, const struct cdisc_now *now, char *text, size_t room)
{
	s64 step_ns = l->bound.is_known ? cdisc_loop_offset(l, now) : l->pending_ns;
	bool may_step = cdisc_policy_may_step(&l->cfg.policy.row[CLOCKDISC_CAUSE_OPERATOR], step_ns);
	time64_t floor_sec = div_s64(l->cfg.floor_real_ns, CDISC_NSEC_PER_SEC);
	bool would_step = l->pending_why != CLOCKDISC_PENDING_REASON_BUDGET || cdisc_policy_may_step(cdisc_loop_row(l), step_ns);
	int n = scnprintf(text, room, "Frozen: would %s ", would_step ? "step" : "slew");

	n += cdisc_put_signed_ns(step_ns, text + n, room - n);
	switch (l->pending_why) {
	case CLOCKDISC_PENDING_REASON_PANIC:
		n += scnprintf(text + n, room - n, " because the offset is above the panic threshold of %s.",
			       cdisc_duration(cdisc_loop_row(l)->panic_ns).text);
		break;
	case CLOCKDISC_PENDING_REASON_BUDGET:
		n += scnprintf(text + n, room - n, " because the day's budget is spent: %s of %s. 'accept' grants it anew, 'reject' drops the correction and stays frozen.",
			       cdisc_duration(cdisc_budget_spent(would_step ? &l->stepped : &l->slewed, now->raw_ns)).text,
			       cdisc_duration(would_step ? l->cfg.policy.budget.step_ns : l->cfg.policy.budget.slew_ns).text);
		return n;
	case CLOCKDISC_PENDING_REASON_FLOOR:
		n += scnprintf(text + n, room - n,
			       " because the sources say so, but that is before the floor of %ptTd %ptTt, when it was later already.",
			       &floor_sec, &floor_sec);
		break;
	}
	if (!may_step)
		return n + scnprintf(text + n, room - n,
				     " The policy forbids this step by command, too: 'reject' drops it.");
	return n + scnprintf(text + n, room - n, " 'accept' makes it, 'reject' drops it and stays frozen.");
}

static int explain_state(const struct cdisc_engine *e, const struct cdisc_now *now, char *text, size_t room)
{
	const struct cdisc_loop *l = &e->loop;
	struct cdisc_duration since = ago(now, l->state_raw_ns);

	if (l->is_waiting && l->state != CLOCKDISC_STATE_FROZEN)
		return explain_next(e, text, room);
	switch (l->state) {
	case CLOCKDISC_STATE_UNSET:
		if (l->selected_id)
			return explain_next(e, text, room);
		return scnprintf(text, room, "No source has told the time yet.");
	case CLOCKDISC_STATE_FSET:
		if (l->selected_id)
			return explain_next(e, text, room);
		return scnprintf(text, room, "The frequency is known, no source has told the time yet.");
	case CLOCKDISC_STATE_FREQ:
		if (!l->selected_id)
			return scnprintf(text, room, "The frequency was being measured when the last source was lost.");
		if (l->can_steer && l->far_ns && (cdisc_loop_why_not(l, now, cdisc_loop_offset(l, now)) ||
						   cdisc_policy_may_step(cdisc_loop_row(l), cdisc_loop_offset(l, now))))
			return explain_large(l, now, since.text, text, room);
		return scnprintf(text, room, "The clock follows %s while its frequency is measured, since %s.",
				 selected_name(e), since.text);
	case CLOCKDISC_STATE_SYNC:
		if (!l->selected_id)
			return scnprintf(text, room, "The clock was interrupted: %s; the sources are measured anew.",
					 cause_name(l->interruption));
		return scnprintf(text, room, "The clock follows %s; %u of %u sources weigh in.", selected_name(e),
				 l->sel.survivors, e->sources.count);
	case CLOCKDISC_STATE_SPIKE:
		return explain_large(l, now, since.text, text, room);
	case CLOCKDISC_STATE_HOLDOVER:
		if (l->selected_id)
			return explain_next(e, text, room);
		return scnprintf(text, room,
				 "No source is selected; the clock runs on its learnt frequency, since %s. A sample of any good source ends it.",
				 since.text);
	case CLOCKDISC_STATE_FROZEN:
		if (l->pending_why)
			return explain_offer(l, now, text, room);
		return scnprintf(text, room, "Frozen by command; 'unfreeze' takes up steering again.");
	}
	return 0;
}

/* Neither a host nor a server: what was tried to reach the one, and how to get the other. */
static int explain_no_source(const struct cdisc_engine *e, char *text, size_t room)
{
	char host[CDISC_HOST_TEXT_MAX];

	cdisc_host_describe(&e->host.host, host, sizeof(host));
	return scnprintf(text, room, " There is no source: start ntpx, or add one. No host's time: %s.", host);
}

/* None is fit: why one is not, and where to ask for the others. */
static int explain_first(const struct cdisc_engine *e, char *text, size_t room)
{
	const struct cdisc_source *src = cdisc_source_next(&e->sources, 0);
	char why[CDISC_EXPLAIN_SOURCE_MAX];

	if (!src)
		return 0;
	cdisc_explain_source(&e->loop, &src->peer, why);
	if (e->sources.count == 1)
		return scnprintf(text, room, " The only source, %s, is not fit to be used. %s", src->name, why);
	return scnprintf(text, room, " None of %u sources is fit to be used. Of %s: %s 'explain SOURCE' tells of another.",
			 e->sources.count, src->name, why);
}

/* Sources are there and none is good enough: the one thing that people then ask. */
static int explain_sources(const struct cdisc_engine *e, char *text, size_t room)
{
	if (e->loop.selected_id)
		return 0;
	if (!e->sources.count)
		return explain_no_source(e, text, room);
	return explain_first(e, text, room);
}

/* It was later than this already: what the clock shows is wrong, whoever says so or not. */
static int explain_floor(const struct cdisc_loop *l, const struct cdisc_now *now, char *text, size_t room)
{
	time64_t now_sec = div_s64(now->real_ns, CDISC_NSEC_PER_SEC);
	time64_t floor_sec = div_s64(l->cfg.floor_real_ns, CDISC_NSEC_PER_SEC);
	int n;

	if (now->real_ns >= l->cfg.floor_real_ns)
		return 0;
	n = scnprintf(text, room, " The clock shows %ptTd %ptTt, which is before the floor of %ptTd %ptTt.", &now_sec, &now_sec,
		      &floor_sec, &floor_sec);
	/* Then it is said already what can be done, or that nothing is. */
	if (l->pending_why || !l->can_steer)
		return n;
	return n + scnprintf(text + n, room - n,
			     " A source that says a later time than that sets it right as far as the policy allows; 'step' does by hand, and 'set floor=0' takes the floor away.");
}

/* A clock that is not UTC, or will make a second of its own. */
static int explain_leap(const struct cdisc_engine *e, const struct cdisc_now *now, char *text, size_t room)
{
	s64 ahead_ns = cdisc_smear_ahead(&e->loop.smear, now->raw_ns);
	enum clockdisc_leap armed = e->has_told ? e->told.leap : CLOCKDISC_LEAP_NONE;

	if (ahead_ns)
		return scnprintf(text, room, " A leap second is smeared: the clock is meant to be %s %s UTC now.",
				 cdisc_duration(ahead_ns).text, ahead_ns < 0 ? "behind" : "ahead of");
	if (armed == CLOCKDISC_LEAP_INSERT || armed == CLOCKDISC_LEAP_DELETE)
		return scnprintf(text, room, " The kernel %s a leap second at the end of the day.",
				 armed == CLOCKDISC_LEAP_INSERT ? "inserts" : "deletes");
	if (e->leap.kind == CLOCKDISC_LEAP_INSERT || e->leap.kind == CLOCKDISC_LEAP_DELETE)
		return scnprintf(text, room, " A leap second comes at the end of the day, and is not left to the kernel.");
	if (e->loop.selected_id && e->loop.sel.is_smeared)
		return scnprintf(text, room, " The sources smear leap seconds, and the clock with them.");
	return 0;
}

/* What other programs see, where that is not what they would like to. */
static int explain_limit(const struct cdisc_engine *e, const struct cdisc_now *now, char *text, size_t room)
{
	const struct cdisc_loop *l = &e->loop;
	s64 bound_ns = cdisc_loop_bound(l, now);

	if (!l->bound.is_known)
		return 0;
	if (bound_ns > l->cfg.unsync_ns)
		return scnprintf(text, room, " It can be wrong by more than the limit of %s: other programs are told that it is not synchronised.",
				 cdisc_duration(l->cfg.unsync_ns).text);
	if (l->state == CLOCKDISC_STATE_HOLDOVER && !l->selected_id)
		return scnprintf(text, room, " It can be wrong by %s; above %s other programs are told that it is not synchronised.",
				 cdisc_duration(bound_ns).text, cdisc_duration(l->cfg.unsync_ns).text);
	return 0;
}

/* A task's name and " (process 4294967295)". */
#define MOVER_WORDS	(TASK_COMM_LEN + 24)

/* Who moved the clock; the kernel has no process, nor has who cannot be seen by the reader. */
static void mover_words(const struct cdisc_engine *e, u32 pid, char *words, size_t room)
{
	if (pid)
		scnprintf(words, room, "%s (process %u)", e->mover.name, pid);
	else
		strscpy(words, e->mover.name, room);
}

/* To whom the clock is left, and how it comes back. */
static int explain_yielded(const struct cdisc_engine *e, const struct cdisc_now *now, const char *mover, char *text, size_t room)
{
	s64 quiet_ns = e->conflict.quiet_ns;
	int n = scnprintf(text, room, " The clock is left to %s, which %s; nobody has moved it for %s. 'resume' takes it back", mover,
			  e->arbiter.was_found ? "was at work when the module was loaded" : "moved it",
			  ago(now, e->arbiter.moved_raw_ns).text);

	if (quiet_ns)
		return n + scnprintf(text + n, room - n, ", as do %s without a move.",
				     cdisc_duration(quiet_ns).text);
	return n + scnprintf(text + n, room - n, ".");
}

void cdisc_explain(const struct cdisc_engine *e, const struct cdisc_now *now, u32 mover_pid, char *text)
{
	size_t room = CDISC_EXPLAIN_MAX;
	char mover[MOVER_WORDS];
	int n;

	lockdep_assert_held(&e->lock);
	mover_words(e, mover_pid, mover, sizeof(mover));
	n = explain_state(e, now, text, room);
	n += explain_sources(e, text + n, room - n);
	n += explain_floor(&e->loop, now, text + n, room - n);
	if (e->host.src && e->loop.selected_id == e->host.src->peer.id)
		n += scnprintf(text + n, room - n,
			       " Its time is exact to the bound; how right the host's own clock is, a guest cannot tell.");
	if (e->host.src && e->host.host.apart_ns)
		n += scnprintf(text + n, room - n,
			       " The hypervisor's clock differs by %lld ns between this guest's processors, until it is paused or restored.",
			       e->host.host.apart_ns);
	if (e->host.src && e->host.src->peer.reason == CLOCKDISC_REASON_HOST_DISAGREES)
		n += scnprintf(text + n, room - n, " The host clock disagrees and is only watched.");
	if (e->arbiter.is_yielded)
		n += explain_yielded(e, now, mover, text + n, room - n);
	else if (cdisc_arbiter_holds(&e->arbiter, now->raw_ns))
		n += scnprintf(text + n, room - n, " %s moved the clock; it is set right in %s.", mover,
			       cdisc_duration(e->arbiter.due_raw_ns - now->raw_ns).text);
	if (!e->actuator->can_steer)
		n += scnprintf(text + n, room - n, " The clock is only observed, not moved.");
	if (e->actuator->cannot)
		n += scnprintf(text + n, room - n, " %s", e->actuator->cannot);
	n += explain_leap(e, now, text + n, room - n);
	explain_limit(e, now, text + n, room - n);
}
