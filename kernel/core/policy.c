// SPDX-License-Identifier: GPL-2.0
/*
 * The policy: what the discipline may do to the clock next, as a pure function of state and event.
 *
 * A table, so that the test can walk all of it and a reader can see all of it. RFC 5905, figure 25, with these
 * differences: frequencies are measured on the counter, so a step never disturbs a measurement and state FREQ
 * corrects the phase meanwhile; two offsets in a row above the panic threshold freeze the clock where RFC and
 * ntpd exit; losing all sources leads to HOLDOVER.
 */
#include "policy.h"

struct transition {
	enum clockdisc_state	next;
	u32			actions;
};

#define STEP	CDISC_ACTION_STEP
#define MEASURE	CDISC_ACTION_MEASURE
#define UPDATE	CDISC_ACTION_UPDATE
#define RESTART	CDISC_ACTION_RESTART
#define HOLD	CDISC_ACTION_HOLD
#define PEND	CDISC_ACTION_PEND

#define UNSET		CLOCKDISC_STATE_UNSET
#define FSET		CLOCKDISC_STATE_FSET
#define FREQ		CLOCKDISC_STATE_FREQ
#define SYNC		CLOCKDISC_STATE_SYNC
#define SPIKE		CLOCKDISC_STATE_SPIKE
#define HOLDOVER	CLOCKDISC_STATE_HOLDOVER
#define FROZEN		CLOCKDISC_STATE_FROZEN

static const struct transition table[FROZEN + 1][CDISC_EVENT_COUNT] = {
	[UNSET] = {
		[CDISC_EVENT_SMALL]		= { FREQ, MEASURE },
		[CDISC_EVENT_SMALL_LATE]	= { FREQ, MEASURE },
		[CDISC_EVENT_LARGE]		= { FREQ, STEP | MEASURE },
		[CDISC_EVENT_LARGE_LATE]	= { FREQ, STEP | MEASURE },
		[CDISC_EVENT_PANIC]		= { FROZEN, HOLD | PEND },
		[CDISC_EVENT_LOST]		= { UNSET, 0 },
		[CDISC_EVENT_FREQ_SET]		= { FSET, HOLD },
		[CDISC_EVENT_FREEZE]		= { FROZEN, HOLD },
		[CDISC_EVENT_UNFREEZE]		= { UNSET, 0 },
		[CDISC_EVENT_UNFREEZE_COLD]	= { UNSET, 0 },
		[CDISC_EVENT_CUT]		= { UNSET, RESTART },
	},
	[FSET] = {
		[CDISC_EVENT_SMALL]		= { SYNC, UPDATE },
		[CDISC_EVENT_SMALL_LATE]	= { SYNC, UPDATE },
		[CDISC_EVENT_LARGE]		= { SYNC, STEP },
		[CDISC_EVENT_LARGE_LATE]	= { SYNC, STEP },
		[CDISC_EVENT_PANIC]		= { FROZEN, HOLD | PEND },
		[CDISC_EVENT_LOST]		= { FSET, 0 },
		[CDISC_EVENT_FREQ_SET]		= { FSET, HOLD },
		[CDISC_EVENT_FREEZE]		= { FROZEN, HOLD },
		[CDISC_EVENT_UNFREEZE]		= { FSET, 0 },
		[CDISC_EVENT_UNFREEZE_COLD]	= { FSET, 0 },
		[CDISC_EVENT_CUT]		= { FSET, RESTART },
	},
	[FREQ] = {
		[CDISC_EVENT_SMALL]		= { FREQ, MEASURE },
		[CDISC_EVENT_SMALL_LATE]	= { SYNC, MEASURE },
		[CDISC_EVENT_LARGE]		= { FREQ, 0 },
		[CDISC_EVENT_LARGE_LATE]	= { FREQ, STEP | RESTART },
		[CDISC_EVENT_PANIC]		= { FROZEN, HOLD | PEND },
		[CDISC_EVENT_LOST]		= { FREQ, HOLD },
		[CDISC_EVENT_FREQ_SET]		= { SYNC, HOLD },
		[CDISC_EVENT_FREEZE]		= { FROZEN, HOLD },
		[CDISC_EVENT_UNFREEZE]		= { FREQ, 0 },
		[CDISC_EVENT_UNFREEZE_COLD]	= { FREQ, 0 },
		[CDISC_EVENT_CUT]		= { FREQ, RESTART },
	},
	[SYNC] = {
		[CDISC_EVENT_SMALL]		= { SYNC, UPDATE },
		[CDISC_EVENT_SMALL_LATE]	= { SYNC, UPDATE },
		[CDISC_EVENT_LARGE]		= { SPIKE, 0 },
		[CDISC_EVENT_LARGE_LATE]	= { SYNC, STEP | RESTART },
		[CDISC_EVENT_PANIC]		= { SPIKE, 0 },
		[CDISC_EVENT_LOST]		= { HOLDOVER, HOLD },
		[CDISC_EVENT_FREQ_SET]		= { SYNC, HOLD },
		[CDISC_EVENT_FREEZE]		= { FROZEN, HOLD },
		[CDISC_EVENT_UNFREEZE]		= { SYNC, 0 },
		[CDISC_EVENT_UNFREEZE_COLD]	= { SYNC, 0 },
		[CDISC_EVENT_CUT]		= { SYNC, RESTART },
	},
	[SPIKE] = {
		[CDISC_EVENT_SMALL]		= { SYNC, UPDATE },
		[CDISC_EVENT_SMALL_LATE]	= { SYNC, UPDATE },
		[CDISC_EVENT_LARGE]		= { SPIKE, 0 },
		[CDISC_EVENT_LARGE_LATE]	= { SYNC, STEP | RESTART },
		[CDISC_EVENT_PANIC]		= { FROZEN, HOLD | PEND },
		[CDISC_EVENT_LOST]		= { HOLDOVER, HOLD },
		[CDISC_EVENT_FREQ_SET]		= { SPIKE, HOLD },
		[CDISC_EVENT_FREEZE]		= { FROZEN, HOLD },
		[CDISC_EVENT_UNFREEZE]		= { SPIKE, 0 },
		[CDISC_EVENT_UNFREEZE_COLD]	= { SPIKE, 0 },
		[CDISC_EVENT_CUT]		= { SPIKE, RESTART },
	},
	[HOLDOVER] = {
		[CDISC_EVENT_SMALL]		= { SYNC, UPDATE },
		[CDISC_EVENT_SMALL_LATE]	= { SYNC, UPDATE },
		[CDISC_EVENT_LARGE]		= { SPIKE, 0 },
		[CDISC_EVENT_LARGE_LATE]	= { SYNC, STEP | RESTART },
		[CDISC_EVENT_PANIC]		= { SPIKE, 0 },
		[CDISC_EVENT_LOST]		= { HOLDOVER, 0 },
		[CDISC_EVENT_FREQ_SET]		= { HOLDOVER, HOLD },
		[CDISC_EVENT_FREEZE]		= { FROZEN, HOLD },
		[CDISC_EVENT_UNFREEZE]		= { HOLDOVER, 0 },
		[CDISC_EVENT_UNFREEZE_COLD]	= { HOLDOVER, 0 },
		[CDISC_EVENT_CUT]		= { HOLDOVER, RESTART },
	},
	[FROZEN] = {
		[CDISC_EVENT_SMALL]		= { FROZEN, 0 },
		[CDISC_EVENT_SMALL_LATE]	= { FROZEN, 0 },
		[CDISC_EVENT_LARGE]		= { FROZEN, 0 },
		[CDISC_EVENT_LARGE_LATE]	= { FROZEN, 0 },
		[CDISC_EVENT_PANIC]		= { FROZEN, 0 },
		[CDISC_EVENT_LOST]		= { FROZEN, 0 },
		[CDISC_EVENT_FREQ_SET]		= { FROZEN, HOLD },
		[CDISC_EVENT_FREEZE]		= { FROZEN, HOLD },
		[CDISC_EVENT_UNFREEZE]		= { HOLDOVER, RESTART },
		[CDISC_EVENT_UNFREEZE_COLD]	= { UNSET, RESTART },
		[CDISC_EVENT_CUT]		= { FROZEN, RESTART },
	},
};

/* The longest time that the first measurement of the frequency takes where the stepout is not longer: ntpd's. */
#define MEASURE_NS	(300 * CDISC_NSEC_PER_SEC)

bool cdisc_policy_may_step(const struct cdisc_policy_row *row, s64 step_ns)
{
	s64 threshold_ns = step_ns < 0 ? row->backward_ns : row->forward_ns;

	return threshold_ns && cdisc_abs(step_ns) > threshold_ns;
}

/* The stepout counts in the states that wait for it; elsewhere a first large offset only starts the wait. */
static bool has_lasted(enum clockdisc_state state, s64 since_ns, s64 wait_ns)
{
	return (state == CLOCKDISC_STATE_FREQ || state == CLOCKDISC_STATE_SPIKE) && since_ns >= wait_ns;
}

enum cdisc_policy_event cdisc_policy_event(const struct cdisc_policy_row *row, enum clockdisc_state state,
					   s64 offset_ns, s64 since_ns, bool may_panic)
{
	bool is_large = cdisc_policy_may_step(row, offset_ns);
	s64 wait_ns = is_large ? row->stepout_ns : max_t(s64, row->stepout_ns, MEASURE_NS);
	bool is_late = has_lasted(state, since_ns, wait_ns);

	if (may_panic && row->panic_ns && cdisc_abs(offset_ns) > row->panic_ns)
		return CDISC_EVENT_PANIC;
	if (is_large)
		return is_late || !row->stepout_ns ? CDISC_EVENT_LARGE_LATE : CDISC_EVENT_LARGE;
	return is_late ? CDISC_EVENT_SMALL_LATE : CDISC_EVENT_SMALL;
}

bool cdisc_policy_has_panic(enum clockdisc_cause cause)
{
	return cause == CLOCKDISC_CAUSE_STARTUP || cdisc_policy_has_stepout(cause);
}

bool cdisc_policy_has_stepout(enum clockdisc_cause cause)
{
	return cause == CLOCKDISC_CAUSE_DRIFT || cause == CLOCKDISC_CAUSE_SOURCE;
}

/* The rows that ntpd's words are about are those that know panic. */
void cdisc_policy_set_step(struct cdisc_policy *p, s64 step_ns)
{
	enum clockdisc_cause cause;

	for (cause = CLOCKDISC_CAUSE_STARTUP; cause < CDISC_CAUSE_COUNT; cause++)
		if (cdisc_policy_has_panic(cause))
			p->row[cause].forward_ns = p->row[cause].backward_ns = step_ns;
}

void cdisc_policy_set_stepout(struct cdisc_policy *p, s64 stepout_ns)
{
	enum clockdisc_cause cause;

	for (cause = CLOCKDISC_CAUSE_STARTUP; cause < CDISC_CAUSE_COUNT; cause++)
		if (cdisc_policy_has_stepout(cause))
			p->row[cause].stepout_ns = stepout_ns;
}

void cdisc_policy_set_panic(struct cdisc_policy *p, s64 panic_ns)
{
	enum clockdisc_cause cause;

	for (cause = CLOCKDISC_CAUSE_STARTUP; cause < CDISC_CAUSE_COUNT; cause++)
		if (cdisc_policy_has_panic(cause))
			p->row[cause].panic_ns = panic_ns;
}

void cdisc_policy_set_slew(struct cdisc_policy *p, u32 slew_ppb)
{
	enum clockdisc_cause cause;

	for (cause = CLOCKDISC_CAUSE_STARTUP; cause < CDISC_CAUSE_COUNT; cause++)
		p->row[cause].slew_ppb = slew_ppb;
	/* As much is left for slews beside it. */
	p->row[CLOCKDISC_CAUSE_LEAP].slew_ppb = max_t(u32, slew_ppb / 2, 1);
}

/* 23:59:59 is left out by a step forward, and repeated by one backward. */
enum clockdisc_leap_mode cdisc_policy_leap_mode(const struct cdisc_policy *p, enum clockdisc_leap leap)
{
	s64 step_ns = leap == CLOCKDISC_LEAP_INSERT ? -CDISC_NSEC_PER_SEC : CDISC_NSEC_PER_SEC;

	if (p->leap_mode != CLOCKDISC_LEAP_MODE_KERNEL || (leap != CLOCKDISC_LEAP_INSERT && leap != CLOCKDISC_LEAP_DELETE))
		return p->leap_mode;
	return cdisc_policy_may_step(&p->row[CLOCKDISC_CAUSE_LEAP], step_ns) ? CLOCKDISC_LEAP_MODE_KERNEL :
									       CLOCKDISC_LEAP_MODE_SLEW;
}

static bool may_be(const struct cdisc_policy *p, enum clockdisc_leap_mode mode)
{
	return cdisc_policy_leap_mode(p, CLOCKDISC_LEAP_INSERT) == mode || cdisc_policy_leap_mode(p, CLOCKDISC_LEAP_DELETE) == mode;
}

bool cdisc_policy_has_leap_step(const struct cdisc_policy *p)
{
	return p->leap_mode != CLOCKDISC_LEAP_MODE_KERNEL || may_be(p, CLOCKDISC_LEAP_MODE_KERNEL);
}

bool cdisc_policy_has_leap_room(const struct cdisc_policy *p)
{
	return !may_be(p, CLOCKDISC_LEAP_MODE_SLEW) ||
	       p->row[CLOCKDISC_CAUSE_LEAP].slew_ppb <= p->row[CLOCKDISC_CAUSE_DRIFT].slew_ppb;
}

bool cdisc_policy_is_ordered(const struct cdisc_policy *p)
{
	enum clockdisc_cause cause;

	for (cause = CLOCKDISC_CAUSE_STARTUP; cause < CDISC_CAUSE_COUNT; cause++) {
		const struct cdisc_policy_row *row = &p->row[cause];

		if (row->panic_ns && row->panic_ns <= max_t(s64, row->forward_ns, row->backward_ns))
			return false;
	}
	return true;
}

enum clockdisc_state cdisc_policy_next(enum clockdisc_state state, enum cdisc_policy_event event, u32 *actions)
{
	const struct transition *t = &table[state][event];

	*actions = t->actions;
	return t->next;
}
