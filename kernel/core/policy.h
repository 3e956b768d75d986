/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The policy: what the discipline may do to the clock next, as a pure function of state and event.
 *
 * After RFC 5905, section 11.3 and figure 25, with holdover and freeze, with ntpd's meaning of step threshold,
 * stepout and panic threshold. The diagram is in Documentation/policy.rst.
 */
#ifndef CDISC_POLICY_H
#define CDISC_POLICY_H

#include "units.h"

/**
 * struct cdisc_policy_limits - what the operator allows
 * @step_ns:	offsets above are stepped; 0 always slews
 * @stepout_ns:	for how long they must stay above it
 * @panic_ns:	offsets above freeze the clock; 0 never does
 * @panic_once:	the first offset may pass @panic_ns
 */
struct cdisc_policy_limits {
	s64	step_ns;
	s64	stepout_ns;
	s64	panic_ns;
	bool	panic_once;
};

/**
 * struct cdisc_restore_limits - what the operator allows after an interruption
 * @forward_ns:	offsets above are stepped forward at once; 0 always slews
 * @backward_ns: offsets above are stepped backward at once; 0 always slews
 *
 * Programs that were stopped along with the clock have seen nothing in between: a step forward shows them the time that
 * went by, one backward shows them a second time what they have seen.
 */
struct cdisc_restore_limits {
	s64	forward_ns;
	s64	backward_ns;
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
 * cdisc_policy_event() - put an offset into a class
 * @lim:	limits
 * @state:	the present state
 * @offset_ns:	reference minus local
 * @since_ns:	for how long the state has lasted
 * @is_first:	no offset has been acted on since load
 *
 * Context: Any.
 * Return: one of _SMALL, _SMALL_LATE, _LARGE, _LARGE_LATE, _PANIC.
 */
enum cdisc_policy_event cdisc_policy_event(const struct cdisc_policy_limits *lim, enum clockdisc_state state,
					   s64 offset_ns, s64 since_ns, bool is_first);

/**
 * cdisc_policy_restore() - put the first offset after an interruption into a class
 * @lim:	limits
 * @offset_ns:	reference minus local
 *
 * There is no stepout and no panic: the clock is known to be wrong, and by how much is what the interruption decided.
 *
 * Context: Any.
 * Return: _LARGE_LATE for an offset that is to be stepped, _SMALL for one that is to be slewed.
 */
enum cdisc_policy_event cdisc_policy_restore(const struct cdisc_restore_limits *lim, s64 offset_ns);

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

#endif /* CDISC_POLICY_H */
