/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The policy: what the discipline may do to the clock next, as a pure function of state and event.
 *
 * After RFC 5905, section 11.3 and figure 25, with holdover and freeze, with ntpd's meaning of step threshold,
 * stepout and panic threshold. What is allowed is a row of permissions for each cause of an offset. The diagram is in
 * Documentation/policy.rst.
 */
#ifndef CDISC_POLICY_H
#define CDISC_POLICY_H

#include "units.h"

/**
 * struct cdisc_policy_row - what may be done about an offset, by what it comes from
 * @forward_ns:	offsets forward above are stepped; 0 never steps forward
 * @backward_ns: offsets backward above are stepped; 0 never steps backward
 * @stepout_ns:	for how long they must stay above; drift and source have one, the others act at once
 * @panic_ns:	offsets above freeze the clock, 0 never does; startup, drift and source have one
 * @slew_ppb:	largest rate of a slew beside the frequency, > 0
 */
struct cdisc_policy_row {
	s64	forward_ns;
	s64	backward_ns;
	s64	stepout_ns;
	s64	panic_ns;
	u32	slew_ppb;
};

/**
 * struct cdisc_policy_budget - the sum of what may be moved within a day, of 0 without a limit
 * @step_ns:	by steps
 * @slew_ns:	by slews
 * @source_step_ns: by steps that one source causes
 * @source_slew_ns: by slews that one source causes
 *
 * Commands, restores and the first offset do not count.
 */
struct cdisc_policy_budget {
	s64	step_ns;
	s64	slew_ns;
	s64	source_step_ns;
	s64	source_slew_ns;
};

#define CDISC_CAUSE_COUNT	(CLOCKDISC_CAUSE_LEAP + 1)

/**
 * struct cdisc_policy - what the operator allows
 * @row:	by enum clockdisc_cause; the one before the first is empty
 * @budget:	how much within a day
 * @startup_updates: the first offsets that are judged by the row of startup; -1 for all
 * @panic_once:	the first offset may pass the panic threshold
 * @leap_mode:	what becomes of a leap second; where its row forbids the kernel's step it is slewed
 *
 * The first offset is the one where nobody has relied on the clock yet. Programs that were stopped along with the clock,
 * which is what the row of restore is for, have seen nothing in between: a step forward shows them the time that went by,
 * one backward shows them a second time what they have seen.
 */
struct cdisc_policy {
	struct cdisc_policy_row	row[CDISC_CAUSE_COUNT];
	struct cdisc_policy_budget budget;
	s32			startup_updates;
	bool			panic_once;
	enum clockdisc_leap_mode leap_mode;
};

/**
 * enum cdisc_policy_event - what happened, as far as the policy cares
 * @CDISC_EVENT_SMALL:		an offset within the step threshold (or any, when it is 0)
 * @CDISC_EVENT_SMALL_LATE:	the same, and the state has lasted for the stepout, or the frequency is known
 * @CDISC_EVENT_LARGE:		an offset above the step threshold
 * @CDISC_EVENT_LARGE_LATE:	the same, and it has been above for the stepout
 * @CDISC_EVENT_PANIC:		an offset above the panic threshold
 * @CDISC_EVENT_LOST:		no source is selected any longer
 * @CDISC_EVENT_FREQ_SET:	the frequency was given from outside
 * @CDISC_EVENT_FREEZE:		the operator asks to freeze
 * @CDISC_EVENT_UNFREEZE:	the operator asks to go on
 * @CDISC_EVENT_UNFREEZE_COLD:	the same, and no frequency has been learnt yet
 * @CDISC_EVENT_CUT:		the timeline was cut: suspend, another clocksource
 * @CDISC_EVENT_COUNT:		number of events
 */
enum cdisc_policy_event {
	CDISC_EVENT_SMALL = 1,
	CDISC_EVENT_SMALL_LATE,
	CDISC_EVENT_LARGE,
	CDISC_EVENT_LARGE_LATE,
	CDISC_EVENT_PANIC,
	CDISC_EVENT_LOST,
	CDISC_EVENT_FREQ_SET,
	CDISC_EVENT_FREEZE,
	CDISC_EVENT_UNFREEZE,
	CDISC_EVENT_UNFREEZE_COLD,
	CDISC_EVENT_CUT,
	CDISC_EVENT_COUNT
};

/* What to do on the way to the next state; a set. */
#define CDISC_ACTION_STEP	0x01	/* step the clock by the offset */
#define CDISC_ACTION_MEASURE	0x02	/* servo->measure: frequency directly, phase as it comes */
#define CDISC_ACTION_UPDATE	0x04	/* servo->update: one step of the loop */
#define CDISC_ACTION_RESTART	0x08	/* servo->restart: phases seen so far do not go on */
#define CDISC_ACTION_HOLD	0x10	/* end the slew, run on the learnt frequency */
#define CDISC_ACTION_PEND	0x20	/* remember the offset as an offer to the operator */

/**
 * cdisc_policy_may_step() - is a step of this size and direction allowed
 * @row:	row of what it comes from
 * @step_ns:	by how much, positive forward
 *
 * Context: Any.
 * Return: whether it is.
 */
bool cdisc_policy_may_step(const struct cdisc_policy_row *row, s64 step_ns);

/**
 * cdisc_policy_event() - put an offset into a class
 * @row:	row of what it comes from
 * @state:	the present state
 * @offset_ns:	reference minus local
 * @since_ns:	for how long the state has lasted
 * @may_panic:	the panic threshold counts
 *
 * Context: Any.
 * Return: one of _SMALL, _SMALL_LATE, _LARGE, _LARGE_LATE, _PANIC.
 */
enum cdisc_policy_event cdisc_policy_event(const struct cdisc_policy_row *row, enum clockdisc_state state,
					   s64 offset_ns, s64 since_ns, bool may_panic);

/**
 * cdisc_policy_next() - the state machine
 * @state:	the present state
 * @event:	what happened
 * @actions:	filled with CDISC_ACTION_*
 *
 * Context: Any. Pure.
 * Return: the next state.
 */
enum clockdisc_state cdisc_policy_next(enum clockdisc_state state, enum cdisc_policy_event event, u32 *actions);

/* Shorthands, as ntpd has them: the rows of startup, drift and source, both directions; all rows. */
void cdisc_policy_set_step(struct cdisc_policy *p, s64 step_ns);
void cdisc_policy_set_stepout(struct cdisc_policy *p, s64 stepout_ns);
void cdisc_policy_set_panic(struct cdisc_policy *p, s64 panic_ns);
void cdisc_policy_set_slew(struct cdisc_policy *p, u32 slew_ppb);

/* Has a row of this cause a stepout, a panic threshold? */
bool cdisc_policy_has_stepout(enum clockdisc_cause cause);
bool cdisc_policy_has_panic(enum clockdisc_cause cause);

/* What becomes of a leap second of this kind, CLOCKDISC_LEAP_INSERT or _DELETE; of another one nothing is asked but the mode. */
enum clockdisc_leap_mode cdisc_policy_leap_mode(const struct cdisc_policy *p, enum clockdisc_leap leap);

/* Is every panic threshold 0 or above both step thresholds of its row? */
bool cdisc_policy_is_ordered(const struct cdisc_policy *p);

/* Is there a leap second that the kernel may make, if it is to make them? */
bool cdisc_policy_has_leap_step(const struct cdisc_policy *p);

/* Is there room for slews beside a leap second that is slewed, if there can be one? */
bool cdisc_policy_has_leap_room(const struct cdisc_policy *p);

#endif /* CDISC_POLICY_H */
