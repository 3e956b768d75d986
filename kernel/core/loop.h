/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One pass of the discipline: select -> policy -> servo -> steer, closed on snapshots of the clock.
 *
 * The engine and the simulator drive it alike. It decides, the caller acts and reports what was really done:
 *
 *	cdisc_loop_update() or a command               what to do: perhaps a step
 *	  step the clock, then cdisc_loop_stepped()
 *	cdisc_loop_plan(), also when the timer wakes   the rate to set and when to wake
 *	  set the rate, then cdisc_loop_rate_set()
 *
 * Two rates are told apart. The learnt frequency is the reference's against the counter. The rate applied is what
 * the actuator was given; the clock's own rate against the counter is measured between snapshots, and what it
 * differs by from the rate applied (the bias: the tick's nominal length, the timekeeper's own accounting) is taken
 * into account when the next one is set. A stretch in which somebody else changed the rate says nothing of it.
 */
#ifndef CDISC_LOOP_H
#define CDISC_LOOP_H

#include "bound.h"
#include "budget.h"
#include "preset.h"
#include "select.h"
#include "servo.h"
#include "smear.h"
#include "steer.h"

/**
 * struct cdisc_now - a snapshot of the clock
 * @raw_ns:	counter time
 * @real_ns:	CLOCK_REALTIME at the same counter value
 */
struct cdisc_now {
	s64	raw_ns;
	s64	real_ns;
};

/**
 * struct cdisc_config - all that an operator can set
 * @policy:	what may be done about an offset
 * @max_change_ppb_s: largest change of the rate per second, 0 for no limit
 * @floor_real_ns: no correction takes the clock below it without a command; 0 for none
 * @select:	survivors and distance
 * @unsync_ns:	bound above which the clock is not synchronised
 * @minpoll_log2s: least poll interval asked for
 * @maxpoll_log2s: largest poll interval asked for
 * @servo:	which servo
 */
struct cdisc_config {
	struct cdisc_policy		policy;
	struct cdisc_select_limits	select;
	u32				max_change_ppb_s;
	s64				floor_real_ns;
	s64				unsync_ns;
	s8				minpoll_log2s;
	s8				maxpoll_log2s;
	enum clockdisc_servo		servo;
};

/* ntpd's defaults. */
void cdisc_config_defaults(struct cdisc_config *cfg);

/* What can be wrong with a configuration as a whole; each attribute alone is checked where it comes in. */
enum cdisc_config_error {
	CDISC_CONFIG_OK,
	CDISC_CONFIG_POLL_ORDER,	/* minpoll above maxpoll */
	CDISC_CONFIG_PANIC_BELOW_STEP,	/* panic threshold not above the step threshold */
	CDISC_CONFIG_SERVO,		/* no such servo */
	CDISC_CONFIG_LEAP_STEP,		/* the kernel is to make leap seconds, and may make none */
	CDISC_CONFIG_LEAP_ROOM,		/* a leap second would be slewed faster than drift may be */
};

enum cdisc_config_error cdisc_config_check(const struct cdisc_config *cfg);

/**
 * struct cdisc_loop_debt - whose doing a move of the clock is
 * @id:		the source that it counts for
 * @owed_ns:	moved, and not yet charged to that source
 * @is_open:	what is moved now counts
 */
struct cdisc_loop_debt {
	u32	id;
	s64	owed_ns;
	bool	is_open;
};

/**
 * struct cdisc_loop - the discipline
 * @cfg:	configuration
 * @servo:	servo
 * @steer:	planner
 * @bound:	bound
 * @smear:	what the clock is off UTC on purpose; offsets, bound and the planner's line are without it
 * @sel:	outcome of the last selection
 * @state:	state
 * @state_raw_ns: since when
 * @slew_cause:	whose rate the present slew may have
 * @selected_id: id of the system peer, 0 for none
 * @stepped:	by how much the clock was stepped, what counts
 * @slewed:	by how much it was slewed, likewise
 * @step_by:	the step under way, and what has still to be booked with its source
 * @slew_by:	the slew in progress, likewise
 * @slew_room_ns: what the budgets leave for the slew that is to begin
 * @slew_open_ns: what was left of that slew when it was last counted
 * @acted_id:	id of the one whose offset was last acted on, 0 for none
 * @acted:	offsets acted on since the start
 * @used_raw_ns: instant of the sample that the last update rested on
 * @bound_raw_ns: instant of the sample that @bound rests on, when it is a tracker's
 * @far_ns:	the last offset, if it was far off, or too large to be slewed, and was not stepped; 0 otherwise
 * @update_real_ns: CLOCK_REALTIME of the last update
 * @rate_ppb_q16: what the actuator has set
 * @bias_ppb_q16: rate of the clock against the counter less @rate_ppb_q16
 * @clock_rate_ppb_q16: rate of the clock against the counter, measured
 * @anchor:	snapshot since which the clock's rate is measured: after a rate, a step or a change by others
 * @bias_span_ns: how long it was measured for, up to what is remembered
 * @quiet_raw_ns: no bias is measured before: the second in which the actuator took over goes on as it had begun
 * @heard_raw_ns: when the first source was heard, counter time
 * @restore_raw_ns: while @is_restoring no offset is acted on before
 * @leap:	leap announced by the last sources that were selected
 * @pending_ns:	correction that waits for the operator
 * @pending_why: why it was not made; 0 when none waits
 * @last_step_ns: last step of ours
 * @gap_ns:	offset that was found after the last interruption
 * @interruption: causes of the last interruption, CLOCKDISC_INTERRUPTION_*; 0 before the first
 * @reaction:	what was done about @gap_ns, 0 while that is open
 * @interruptions: interruptions since the start
 * @leaps:	leap seconds that UTC made since the start
 * @budget_stops: how often a source was set aside, or the clock frozen, because a budget was spent
 * @updates:	updates of the servo
 * @steps:	steps of ours
 * @slews:	slews
 * @has_used:	@used_raw_ns means something
 * @is_restoring: the next offset is acted on by the policy for interruptions
 * @is_host_doubted: the others outvoted the host, and it has not agreed with them since
 * @is_waiting:	a source has spoken and others are still to be heard before the first action
 * @is_rate_lost: somebody else changed the rate since it was set
 * @has_bias:	@bias_ppb_q16 has been measured
 * @has_freq:	a frequency has been learnt or given
 * @can_steer:	the actuator moves the clock
 */
struct cdisc_loop {
	struct cdisc_config	cfg;
	struct cdisc_servo	servo;
	struct cdisc_steer	steer;
	struct cdisc_bound	bound;
	struct cdisc_smear_piece smear;
	struct cdisc_selection	sel;
	enum clockdisc_state	state;
	s64			state_raw_ns;
	enum clockdisc_cause	slew_cause;
	u32			selected_id;
	struct cdisc_budget	stepped;
	struct cdisc_budget	slewed;
	struct cdisc_loop_debt	step_by;
	struct cdisc_loop_debt	slew_by;
	s64			slew_room_ns;
	s64			slew_open_ns;
	u32			acted_id;
	u32			acted;
	s64			used_raw_ns;
	s64			bound_raw_ns;
	s64			far_ns;
	s64			update_real_ns;
	s64			rate_ppb_q16;
	s64			bias_ppb_q16;
	s64			bias_span_ns;
	s64			clock_rate_ppb_q16;
	struct cdisc_now	anchor;
	s64			quiet_raw_ns;
	s64			heard_raw_ns;
	s64			restore_raw_ns;
	enum clockdisc_leap	leap;
	s64			pending_ns;
	enum clockdisc_pending_reason pending_why;
	s64			last_step_ns;
	s64			gap_ns;
	u32			interruption;
	enum clockdisc_reaction	reaction;
	u64			interruptions;
	u64			leaps;
	u64			budget_stops;
	u64			updates;
	u64			steps;
	u64			slews;
	bool			has_used;
	bool			is_restoring;
	bool			is_host_doubted;
	bool			is_waiting;
	bool			is_rate_lost;
	bool			has_bias;
	bool			has_freq;
	bool			can_steer;
};

/**
 * struct cdisc_todo - what the caller is to do, and to tell
 * @events:	set of 1 << CLOCKDISC_EVENT_*
 * @step_ns:	step the clock by this when not 0
 * @slew_ns:	phase of the slew that began
 * @left_ns:	what is left of the slew that ended
 * @rate_ppb_q16: set this rate; see @is_rate_new
 * @wake_raw_ns: call cdisc_loop_plan() then, S64_MAX for not at all
 * @is_rate_new: the rate differs from the one that is set
 */
struct cdisc_todo {
	u32	events;
	s64	step_ns;
	s64	slew_ns;
	s64	left_ns;
	s64	rate_ppb_q16;
	s64	wake_raw_ns;
	bool	is_rate_new;
};

/* Start on a clock whose actuator runs at rate_ppb_q16; can_steer is false for an actuator that only observes. */
void cdisc_loop_init(struct cdisc_loop *l, const struct cdisc_config *cfg, const struct cdisc_now *now,
		     s64 rate_ppb_q16, bool can_steer);

/* Another actuator takes over, which runs at rate_ppb_q16: what is known of sources and frequency stays. */
void cdisc_loop_take(struct cdisc_loop *l, const struct cdisc_now *now, s64 rate_ppb_q16, bool can_steer);

/* An offset has been acted on since the start. */
static inline bool cdisc_loop_has_acted(const struct cdisc_loop *l)
{
	return l->acted;
}

/* Limits of the slew in progress. */
struct cdisc_steer_limits cdisc_loop_steer_limits(const struct cdisc_loop *l);

/* Row of permissions that an offset found now falls under. */
const struct cdisc_policy_row *cdisc_loop_row(const struct cdisc_loop *l);

/* Why an offset found now would have to wait for the operator; 0 when it would not. */
enum clockdisc_pending_reason cdisc_loop_why_not(const struct cdisc_loop *l, const struct cdisc_now *now, s64 offset_ns);

/* Take over a checked configuration. */
void cdisc_loop_configure(struct cdisc_loop *l, const struct cdisc_config *cfg);

/**
 * cdisc_loop_update() - samples arrived or sources changed: select and act on it
 * @l:		the discipline
 * @peers:	the sources
 * @n:		their number
 * @work:	room for the selection
 * @now:	a snapshot
 * @todo:	zeroed by the caller; what is to be done is added
 *
 * To be called again when the timer wakes while @l->is_waiting.
 *
 * Context: Any. Takes no lock, reads no clock.
 */
void cdisc_loop_update(struct cdisc_loop *l, struct cdisc_peer *const *peers, u32 n,
		       struct cdisc_select_work *work, const struct cdisc_now *now, struct cdisc_todo *todo);

/* The clock was stepped by step_ns, @now is a snapshot from after it; is_ours tells a step of ours. */
void cdisc_loop_stepped(struct cdisc_loop *l, const struct cdisc_now *now, s64 step_ns, bool is_ours,
			struct cdisc_todo *todo);

/* The step that was asked for was refused: nothing was done, and the next offset is judged like any other. */
void cdisc_loop_step_failed(struct cdisc_loop *l, const struct cdisc_todo *todo);

/*
 * UTC inserted (leap_ns < 0) or deleted a leap second, and the clock without its smear with it: set by the kernel, or the clock
 * goes straight on and its smear was changed by as much before.
 */
void cdisc_loop_leap(struct cdisc_loop *l, const struct cdisc_now *now, s64 leap_ns, struct cdisc_todo *todo);

/* Another counter, or changes that nobody saw: no time is known to be missing. */
#define CDISC_NOTHING_MISSED	(CLOCKDISC_INTERRUPTION_CLOCKSOURCE | CLOCKDISC_INTERRUPTION_LOST)

/**
 * cdisc_loop_interrupt() - time went by unseen, or the counter is another one
 * @l:		the discipline
 * @now:	a snapshot from after it
 * @causes:	set of CLOCKDISC_INTERRUPTION_*
 * @todo:	what is to be done is added
 *
 * The bound is void, phases seen so far mean nothing, the learnt frequency stays. The caller restarts the sources. After
 * anything but another counter the next offset is acted on by the policy for interruptions.
 *
 * Context: Any.
 */
void cdisc_loop_interrupt(struct cdisc_loop *l, const struct cdisc_now *now, u32 causes, struct cdisc_todo *todo);

/*
 * The next offset is acted on by the policy for interruptions, though the phases are still good. Before from_raw_ns none is
 * acted on at all.
 */
void cdisc_loop_restore(struct cdisc_loop *l, u32 causes, s64 from_raw_ns);

/*
 * Act by that policy on the offset as it is known, without another sample: the sources have not changed, somebody else has
 * moved the clock.
 */
void cdisc_loop_reassert(struct cdisc_loop *l, const struct cdisc_now *now, struct cdisc_todo *todo);

/* The rate to set now and the time to wake; to be called after everything else. */
void cdisc_loop_plan(struct cdisc_loop *l, const struct cdisc_now *now, struct cdisc_todo *todo);

/* The actuator has set rate_ppb_q16; @now is a snapshot from right after it. */
void cdisc_loop_rate_set(struct cdisc_loop *l, const struct cdisc_now *now, s64 rate_ppb_q16);

/* End the slew and stay on the learnt frequency: the last plan before the discipline lets the clock go. */
void cdisc_loop_settle(struct cdisc_loop *l, const struct cdisc_now *now, struct cdisc_todo *todo);

/* Somebody else changed the rate around @now: it is set again with the next plan. */
void cdisc_loop_rate_lost(struct cdisc_loop *l, const struct cdisc_now *now);

/*
 * The same by another clocksource. Its tick's length is another one: the next stretch that is measured replaces the bias,
 * where it would weigh little against what was measured before.
 */
void cdisc_loop_switched(struct cdisc_loop *l, const struct cdisc_now *now);

/**
 * cdisc_loop_smear() - the clock is to be off UTC from now on
 * @l:		the discipline
 * @now:	a snapshot
 * @piece:	by how much, and how that grows
 *
 * cdisc_loop_plan() is to be called afterwards.
 * Context: Any.
 */
void cdisc_loop_smear(struct cdisc_loop *l, const struct cdisc_now *now, const struct cdisc_smear_piece *piece);

/* The operator's commands; the caller goes on with the step, if any, and cdisc_loop_plan(). */
void cdisc_loop_slew(struct cdisc_loop *l, const struct cdisc_now *now, s64 slew_ns, struct cdisc_todo *todo);
void cdisc_loop_freeze(struct cdisc_loop *l, const struct cdisc_now *now, struct cdisc_todo *todo);
/* Drop the correction that waits; the clock stays frozen. */
void cdisc_loop_reject(struct cdisc_loop *l, struct cdisc_todo *todo);

/* Begin the day anew: nothing was spent by anybody that counts for all. */
void cdisc_loop_forgive(struct cdisc_loop *l);

/* The operator moves the clock by so much: a floor above that is wrong, and taken away. */
void cdisc_loop_lower_floor(struct cdisc_loop *l, const struct cdisc_now *now, s64 move_ns);

void cdisc_loop_unfreeze(struct cdisc_loop *l, const struct cdisc_now *now, struct cdisc_todo *todo);
void cdisc_loop_freq_set(struct cdisc_loop *l, const struct cdisc_now *now, s64 freq_ppb_q16,
			 struct cdisc_todo *todo);

/* Reference minus local; 0 while nothing is known. */
s64 cdisc_loop_offset(const struct cdisc_loop *l, const struct cdisc_now *now);

/* real - raw without the smear. */
s64 cdisc_loop_clock(const struct cdisc_loop *l, const struct cdisc_now *now);

/* Half-width of what the clock can be wrong by, S64_MAX while unknown. */
s64 cdisc_loop_bound(const struct cdisc_loop *l, const struct cdisc_now *now);

/* The most that it is until @span_ns from now, if nothing is done meanwhile. */
s64 cdisc_loop_bound_ahead(const struct cdisc_loop *l, const struct cdisc_now *now, s64 span_ns);

/* What the clock is thought to be wrong by, one standard deviation, S64_MAX while unknown. */
s64 cdisc_loop_error(const struct cdisc_loop *l, const struct cdisc_now *now);

/* A selected source holds the clock within the limit. */
bool cdisc_loop_is_synced(const struct cdisc_loop *l, const struct cdisc_now *now);

#endif /* CDISC_LOOP_H */
