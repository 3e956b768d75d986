// SPDX-License-Identifier: GPL-2.0
/*
 * One pass of the discipline: select -> policy -> servo -> steer, closed on snapshots of the clock.
 */
#include "loop.h"
#include "loop_rate.h"

/*
 * The kernel cuts what is left of an offset into seconds beforehand: ended slews go on to the end of the second. The
 * tenth is for the tick at which the kernel notices.
 */
#define TAKE_QUIET_NS	(CDISC_NSEC_PER_SEC + CDISC_NSEC_PER_SEC / 10)

/*
 * Before the first action every source is heard, but not waited for longer than this: two exchanges of a burst. Without
 * it the first server to answer would set the clock, right or wrong.
 */
#define HEAR_ALL_NS	(4 * CDISC_NSEC_PER_SEC)

/* A first guess at the frequency is not what somebody's slew left behind: the range of the kernel's own. */
#define GUESS_MAX_PPB	500000LL

/* An offset that one reply alone does not move the clock by: RFC 5905, section 11.3, STEPT. */
#define FAR_NS		(128 * 1000000LL)

/* Rates that differ by less are the same to the kernel: half a unit of scaled ppm, 0.0076 ppb. */
#define RATE_RESOLUTION_PPB_Q16	500

#define EVENT(name)	(1U << CLOCKDISC_EVENT_##name)

/* The clock without what it is off UTC on purpose: what UTC and the sources are compared with. */
static s64 clock_ns(const struct cdisc_loop *l, const struct cdisc_now *now)
{
	return cdisc_sub_sat(cdisc_sub_sat(now->real_ns, now->raw_ns), cdisc_smear_ahead(&l->smear, now->raw_ns));
}

void cdisc_config_defaults(struct cdisc_config *cfg)
{
	*cfg = (struct cdisc_config){
		.policy = cdisc_preset_find(CLOCKDISC_PRESET_NTPD)->policy,
		.select = {
			.min_survivors	 = 1,		/* RFC 5905, section 7.2: CMIN */
			.max_distance_ns = 1500000000LL,	/* MAXDIST of ntpd; RFC says 1 s */
		},
		.unsync_ns	= 1500000000LL,
		.minpoll_log2s	= CDISC_POLL_DEFAULT_MIN_LOG2S,
		.maxpoll_log2s	= CDISC_POLL_DEFAULT_MAX_LOG2S,
		.servo		= CLOCKDISC_SERVO_ADAPTIVE,
	};
}

enum cdisc_config_error cdisc_config_check(const struct cdisc_config *cfg)
{
	if (cfg->minpoll_log2s > cfg->maxpoll_log2s)
		return CDISC_CONFIG_POLL_ORDER;
	if (!cdisc_policy_is_ordered(&cfg->policy))
		return CDISC_CONFIG_PANIC_BELOW_STEP;
	if (!cdisc_servo_find(cfg->servo))
		return CDISC_CONFIG_SERVO;
	if (!cdisc_policy_has_leap_step(&cfg->policy))
		return CDISC_CONFIG_LEAP_STEP;
	return cdisc_policy_has_leap_room(&cfg->policy) ? CDISC_CONFIG_OK : CDISC_CONFIG_LEAP_ROOM;
}

void cdisc_loop_configure(struct cdisc_loop *l, const struct cdisc_config *cfg)
{
	const struct cdisc_servo_ops *ops = cdisc_servo_find(cfg->servo);

	l->cfg = *cfg;
	l->servo.minpoll_log2s = cfg->minpoll_log2s;
	l->servo.maxpoll_log2s = cfg->maxpoll_log2s;
	l->servo.poll_log2s = clamp_t(s8, l->servo.poll_log2s, cfg->minpoll_log2s, cfg->maxpoll_log2s);
	if (ops != l->servo.ops) {
		l->servo.ops = ops;
		ops->restart(&l->servo);
	}
}

void cdisc_loop_init(struct cdisc_loop *l, const struct cdisc_config *cfg, const struct cdisc_now *now,
		     s64 rate_ppb_q16, bool can_steer)
{
	memset(l, 0, sizeof(*l));
	l->state = CLOCKDISC_STATE_UNSET;
	l->state_raw_ns = now->raw_ns;
	l->slew_cause = CLOCKDISC_CAUSE_STARTUP;
	l->sel.peer = -1;
	l->sel.stratum = CDISC_STRATUM_UNSYNC;
	l->sel.leap = CLOCKDISC_LEAP_UNSYNC;
	cdisc_loop_configure(l, cfg);
	cdisc_bound_void(&l->bound);
	/* What was set before us is the best guess: a clock that was kept by another program has its frequency. */
	l->servo.freq_ppb_q16 = clamp_t(s64, rate_ppb_q16, -cdisc_ppb_q16_from_ppb(GUESS_MAX_PPB),
					cdisc_ppb_q16_from_ppb(GUESS_MAX_PPB));
	l->leap = CLOCKDISC_LEAP_NONE;
	cdisc_loop_take(l, now, rate_ppb_q16, can_steer);
}

void cdisc_loop_take(struct cdisc_loop *l, const struct cdisc_now *now, s64 rate_ppb_q16, bool can_steer)
{
	bool had_line = l->steer.has_line;

	l->can_steer = can_steer;
	l->has_bias = false;
	l->bias_span_ns = 0;
	l->quiet_raw_ns = cdisc_add_sat(now->raw_ns, TAKE_QUIET_NS);
	/* What was left of a slew is not moved any more, and charged to nobody. */
	l->slew_by.is_open = false;
	l->slew_open_ns = 0;
	cdisc_steer_init(&l->steer, rate_ppb_q16, now->raw_ns);
	cdisc_loop_rate_set(l, now, rate_ppb_q16);
	if (had_line)
		cdisc_steer_hold(&l->steer, now->raw_ns, clock_ns(l, now), l->servo.freq_ppb_q16);
}

s64 cdisc_loop_clock(const struct cdisc_loop *l, const struct cdisc_now *now)
{
	return clock_ns(l, now);
}

s64 cdisc_loop_offset(const struct cdisc_loop *l, const struct cdisc_now *now)
{
	return l->bound.is_known ? cdisc_bound_offset(&l->bound, now->raw_ns, clock_ns(l, now)) : 0;
}

s64 cdisc_loop_bound(const struct cdisc_loop *l, const struct cdisc_now *now)
{
	return cdisc_bound_at(&l->bound, now->raw_ns, clock_ns(l, now));
}

s64 cdisc_loop_bound_ahead(const struct cdisc_loop *l, const struct cdisc_now *now, s64 span_ns)
{
	s64 rate_ppb_q16 = cdisc_sub_sat(cdisc_add_sat(l->rate_ppb_q16, l->bias_ppb_q16), l->smear.rate_ppb_q16);

	return cdisc_bound_ahead(&l->bound, now->raw_ns, clock_ns(l, now), rate_ppb_q16, span_ns);
}

s64 cdisc_loop_error(const struct cdisc_loop *l, const struct cdisc_now *now)
{
	return l->bound.is_known ? cdisc_bound_error(&l->bound, now->raw_ns, clock_ns(l, now)) : S64_MAX;
}

bool cdisc_loop_is_synced(const struct cdisc_loop *l, const struct cdisc_now *now)
{
	bool is_held = l->state == CLOCKDISC_STATE_FREQ || l->state == CLOCKDISC_STATE_SYNC ||
		       l->state == CLOCKDISC_STATE_SPIKE;

	return is_held && l->selected_id && cdisc_loop_bound(l, now) <= l->cfg.unsync_ns;
}

static void enter_state(struct cdisc_loop *l, enum clockdisc_state next, s64 raw_ns, struct cdisc_todo *todo)
{
	enum clockdisc_state last = l->state;

	if (next == last)
		return;
	l->state = next;
	l->state_raw_ns = raw_ns;
	todo->events |= EVENT(STATE);
	if (next == CLOCKDISC_STATE_FROZEN)
		todo->events |= EVENT(FREEZE);
	if (last == CLOCKDISC_STATE_FROZEN)
		todo->events |= EVENT(UNFREEZE);
	if (last == CLOCKDISC_STATE_FREQ && next == CLOCKDISC_STATE_SYNC)
		l->has_freq = true;
}

/* Tell of the end of a slew and of what is left of it. */
static void end_slew(struct cdisc_loop *l, const struct cdisc_now *now, struct cdisc_todo *todo)
{
	if (!l->can_steer)
		return;
	todo->left_ns = cdisc_steer_left(&l->steer, now->raw_ns, clock_ns(l, now));
	todo->events |= EVENT(SLEW_END);
}

struct cdisc_steer_limits cdisc_loop_steer_limits(const struct cdisc_loop *l)
{
	return (struct cdisc_steer_limits){
		.max_slew_ppb		= l->cfg.policy.row[l->slew_cause].slew_ppb,
		.max_change_ppb_s	= l->cfg.max_change_ppb_s,
	};
}

/* What the slew in progress has moved since this was last asked counts for its source. */
static void count_slew(struct cdisc_loop *l, const struct cdisc_now *now)
{
	s64 left_ns = cdisc_steer_left(&l->steer, now->raw_ns, clock_ns(l, now));
	s64 moved_ns = cdisc_abs(cdisc_sub_sat(l->slew_open_ns, left_ns));

	l->slew_open_ns = left_ns;
	if (!l->slew_by.is_open)
		return;
	cdisc_budget_charge(&l->slewed, now->raw_ns, moved_ns);
	l->slew_by.owed_ns = cdisc_add_sat(l->slew_by.owed_ns, moved_ns);
}

static void begin_slew(struct cdisc_loop *l, const struct cdisc_now *now, const struct cdisc_correction *c,
		       enum clockdisc_cause cause, struct cdisc_todo *todo)
{
	bool was_slewing = l->steer.is_slewing;
	struct cdisc_steer_limits lim;

	l->slew_cause = cause;
	lim = cdisc_loop_steer_limits(l);
	count_slew(l, now);
	cdisc_steer_slew(&l->steer, &lim, now->raw_ns, clock_ns(l, now), c->slew_ns, c->over_ns, l->servo.freq_ppb_q16);
	l->slew_open_ns = l->steer.is_slewing ? c->slew_ns : 0;
	if (was_slewing && !l->steer.is_slewing)
		end_slew(l, now, todo);
	if (l->can_steer && l->steer.is_slewing && !was_slewing) {
		l->slews++;
		todo->slew_ns = c->slew_ns;
		todo->events |= EVENT(SLEW_BEGIN);
	}
}

/* End the slew. A clock that was not steered yet goes on as it was found. */
static void hold(struct cdisc_loop *l, const struct cdisc_now *now, struct cdisc_todo *todo)
{
	bool is_idle = l->state == CLOCKDISC_STATE_UNSET || l->state == CLOCKDISC_STATE_FROZEN;

	if (l->steer.is_slewing) {
		count_slew(l, now);
		end_slew(l, now, todo);
	}
	l->slew_open_ns = 0;
	if (l->steer.has_line || l->has_freq || !is_idle)
		cdisc_steer_hold(&l->steer, now->raw_ns, clock_ns(l, now), l->servo.freq_ppb_q16);
}

/* What the offset that is acted on next comes from. */
static enum clockdisc_cause cause_of(const struct cdisc_loop *l)
{
	s64 startup_updates = l->cfg.policy.startup_updates;

	if (l->is_restoring)
		return CLOCKDISC_CAUSE_RESTORE;
	if (startup_updates < 0 || l->acted < startup_updates)
		return CLOCKDISC_CAUSE_STARTUP;
	if (l->acted_id && l->selected_id != l->acted_id)
		return CLOCKDISC_CAUSE_SOURCE;
	return CLOCKDISC_CAUSE_DRIFT;
}

const struct cdisc_policy_row *cdisc_loop_row(const struct cdisc_loop *l)
{
	return &l->cfg.policy.row[cause_of(l)];
}

static bool may_panic(const struct cdisc_loop *l)
{
	return !l->cfg.policy.panic_once || cdisc_loop_has_acted(l);
}

static bool is_far(s64 offset_ns)
{
	return cdisc_abs(offset_ns) > FAR_NS;
}

/* The offset before was as far off, in the same direction. */
static bool is_said_before(const struct cdisc_loop *l, s64 offset_ns)
{
	return l->far_ns && (l->far_ns < 0) == (offset_ns < 0) && cdisc_abs(offset_ns) / 2 <= cdisc_abs(l->far_ns);
}

/*
 * What one reply alone says is not believed where it would move the clock far: the next one has to say the same. For a step
 * state SPIKE is there to wait. But FREQ has its own clock for the wait, which may have run out, SPIKE may be about another
 * offset, and where the policy slews there is no wait.
 */
static enum cdisc_policy_event heard_once(const struct cdisc_loop *l, enum cdisc_policy_event event, s64 offset_ns)
{
	bool can_wait = l->state == CLOCKDISC_STATE_FREQ || l->state == CLOCKDISC_STATE_SPIKE;
	enum clockdisc_cause cause;

	if (!is_far(offset_ns) && event != CDISC_EVENT_LARGE_LATE)
		return event;
	cause = cause_of(l);
	if (!l->can_steer || cause == CLOCKDISC_CAUSE_RESTORE || is_said_before(l, offset_ns))
		return event;
	if (event == CDISC_EVENT_PANIC)
		return can_wait ? CDISC_EVENT_LARGE : event;
	if (event == CDISC_EVENT_LARGE_LATE)
		return can_wait && l->cfg.policy.row[cause].stepout_ns ? CDISC_EVENT_LARGE : event;
	can_wait |= l->state == CLOCKDISC_STATE_SYNC || l->state == CLOCKDISC_STATE_HOLDOVER;
	return can_wait && cause == CLOCKDISC_CAUSE_DRIFT ? CDISC_EVENT_LARGE : event;
}

/* An actuator that only observes lets the servo learn, and refuses nothing that it could not do anyway. */
static enum cdisc_policy_event judge(const struct cdisc_loop *l, const struct cdisc_now *now, s64 offset_ns)
{
	static const struct cdisc_policy_row nothing;
	s64 since_ns = cdisc_sub_sat(now->raw_ns, l->state_raw_ns);
	enum cdisc_policy_event event;

	event = cdisc_policy_event(l->can_steer ? cdisc_loop_row(l) : &nothing, l->state, offset_ns, since_ns, may_panic(l));
	return heard_once(l, event, offset_ns);
}

/* Whether what is done about an offset now counts for the budgets. */
static bool is_counted(const struct cdisc_loop *l)
{
	return l->can_steer && cdisc_loop_has_acted(l) && cause_of(l) != CLOCKDISC_CAUSE_RESTORE;
}

/* Is acting on this event more than is left for a source, or with NULL for all of them? */
static bool is_too_much(const struct cdisc_loop *l, const struct cdisc_peer *peer, const struct cdisc_now *now,
			enum cdisc_policy_event event, s64 offset_ns)
{
	const struct cdisc_policy_budget *limit = &l->cfg.policy.budget;
	s64 size_ns = cdisc_abs(offset_ns);
	u32 actions;

	if (!is_counted(l))
		return false;
	cdisc_policy_next(l->state, event, &actions);
	if (actions & CDISC_ACTION_STEP)
		return size_ns > cdisc_budget_left(peer ? &peer->stepped : &l->stepped, now->raw_ns,
						   peer ? limit->source_step_ns : limit->step_ns);
	if (actions & (CDISC_ACTION_MEASURE | CDISC_ACTION_UPDATE))
		return size_ns > cdisc_budget_left(peer ? &peer->slewed : &l->slewed, now->raw_ns,
						   peer ? limit->source_slew_ns : limit->slew_ns);
	return false;
}

/* Why what the policy would do about an offset has to wait for the operator, 0 when it has not. */
static enum clockdisc_pending_reason why_not(const struct cdisc_loop *l, const struct cdisc_now *now,
					     enum cdisc_policy_event event, s64 offset_ns)
{
	if (l->cfg.floor_real_ns && cdisc_add_sat(now->real_ns, offset_ns) < l->cfg.floor_real_ns)
		return CLOCKDISC_PENDING_REASON_FLOOR;
	if (event == CDISC_EVENT_PANIC)
		return CLOCKDISC_PENDING_REASON_PANIC;
	return is_too_much(l, NULL, now, event, offset_ns) ? CLOCKDISC_PENDING_REASON_BUDGET : 0;
}

enum clockdisc_pending_reason cdisc_loop_why_not(const struct cdisc_loop *l, const struct cdisc_now *now, s64 offset_ns)
{
	return why_not(l, now, judge(l, now, offset_ns), offset_ns);
}

/* Is what the selected source asks for now more than is left for it? */
static bool spends_too_much(const struct cdisc_loop *l, struct cdisc_peer *const *peers, const struct cdisc_now *now)
{
	s64 offset_ns = cdisc_sub_sat(l->sel.phase_ns, clock_ns(l, now));

	if (l->sel.peer < 0 || (l->has_used && l->sel.sample_raw_ns <= l->used_raw_ns))
		return false;
	return is_too_much(l, peers[l->sel.peer], now, judge(l, now, offset_ns), offset_ns);
}

/* What the budgets leave for a slew. */
static s64 slew_room(const struct cdisc_loop *l, const struct cdisc_peer *peer, const struct cdisc_now *now)
{
	const struct cdisc_policy_budget *limit = &l->cfg.policy.budget;

	if (!is_counted(l))
		return S64_MAX;
	return min_t(s64, cdisc_budget_left(&l->slewed, now->raw_ns, limit->slew_ns),
		     cdisc_budget_left(&peer->slewed, now->raw_ns, limit->source_slew_ns));
}

/* The source is not used until something of what it has spent is forgotten: an hour at most, when that is all it takes. */
static void set_aside(struct cdisc_loop *l, struct cdisc_peer *peer, const struct cdisc_now *now)
{
	s64 hour_ns = cdisc_add_sat(now->raw_ns, 3600 * CDISC_NSEC_PER_SEC);
	s64 relief_ns = min_t(s64, cdisc_budget_relief(&peer->stepped, now->raw_ns),
			      cdisc_budget_relief(&peer->slewed, now->raw_ns));

	peer->aside_raw_ns = min_t(s64, relief_ns, hour_ns);
	l->budget_stops++;
}

/* Book with the sources what was moved for them. */
static void settle_debts(struct cdisc_loop *l, struct cdisc_peer *const *peers, u32 n, const struct cdisc_now *now)
{
	u32 i;

	for (i = 0; i < n; i++) {
		if (peers[i]->id == l->step_by.id)
			cdisc_budget_charge(&peers[i]->stepped, now->raw_ns, l->step_by.owed_ns);
		if (peers[i]->id == l->slew_by.id)
			cdisc_budget_charge(&peers[i]->slewed, now->raw_ns, l->slew_by.owed_ns);
	}
	l->step_by.owed_ns = 0;
	l->slew_by.owed_ns = 0;
}

void cdisc_loop_forgive(struct cdisc_loop *l)
{
	memset(&l->stepped, 0, sizeof(l->stepped));
	memset(&l->slewed, 0, sizeof(l->slewed));
}

static void count_action(struct cdisc_loop *l)
{
	l->acted_id = l->selected_id;
	if (l->acted < U32_MAX)
		l->acted++;
}

/* Act on an event; u is NULL for events that carry no offset. */
static void act(struct cdisc_loop *l, enum cdisc_policy_event event, const struct cdisc_now *now,
		const struct cdisc_update *u, struct cdisc_todo *todo)
{
	struct cdisc_correction c = { 0 };
	u32 actions, none;
	enum clockdisc_state next = cdisc_policy_next(l->state, event, &actions);
	bool moves = false;

	if (actions & CDISC_ACTION_RESTART)
		l->servo.ops->restart(&l->servo);
	if (actions & CDISC_ACTION_PEND) {
		l->pending_ns = u->offset_ns;
		l->pending_why = cdisc_loop_why_not(l, now, u->offset_ns);
		l->budget_stops += l->pending_why == CLOCKDISC_PENDING_REASON_BUDGET;
	}
	if (actions & CDISC_ACTION_MEASURE) {
		if (l->servo.ops->measure(&l->servo, u, &c))
			next = cdisc_policy_next(next, CDISC_EVENT_SMALL_LATE, &none);
		moves = true;
	}
	if (actions & CDISC_ACTION_UPDATE) {
		l->servo.ops->update(&l->servo, u, &c);
		moves = true;
	}
	if (actions & CDISC_ACTION_STEP) {
		todo->step_ns = cdisc_sub_sat(l->sel.phase_ns, clock_ns(l, now));
		l->step_by = (struct cdisc_loop_debt){ .id = l->selected_id, .is_open = is_counted(l) };
	} else if (moves) {
		c.slew_ns = clamp_t(s64, c.slew_ns, -l->slew_room_ns, l->slew_room_ns);
		begin_slew(l, now, &c, cause_of(l), todo);
		l->slew_by = (struct cdisc_loop_debt){ .id = l->selected_id, .is_open = is_counted(l) };
	}
	if (actions & CDISC_ACTION_HOLD)
		hold(l, now, todo);
	if (moves || (actions & CDISC_ACTION_STEP))
		count_action(l);
	enter_state(l, next, now->raw_ns, todo);
}

/* What is refused for another reason than its size is handled as if it were too large. */
static enum cdisc_policy_event classify(const struct cdisc_loop *l, const struct cdisc_now *now, s64 offset_ns)
{
	enum cdisc_policy_event event = judge(l, now, offset_ns);

	if (l->can_steer && why_not(l, now, event, offset_ns))
		return heard_once(l, CDISC_EVENT_PANIC, offset_ns);
	return event;
}

/* What became of the first offset after an interruption. */
static void tell_restored(struct cdisc_loop *l, s64 gap_ns, struct cdisc_todo *todo)
{
	l->is_restoring = false;
	l->gap_ns = gap_ns;
	if (todo->step_ns)
		l->reaction = CLOCKDISC_REACTION_STEP;
	else if (!l->can_steer || l->state == CLOCKDISC_STATE_FROZEN || l->state == CLOCKDISC_STATE_SPIKE)
		l->reaction = CLOCKDISC_REACTION_NONE;
	else
		l->reaction = CLOCKDISC_REACTION_SLEW;
	todo->events |= EVENT(RESTORED);
}

static void use_selection(struct cdisc_loop *l, const struct cdisc_peer *peer, const struct cdisc_now *now,
			  struct cdisc_todo *todo)
{
	struct cdisc_update u = {
		.raw_ns		= now->raw_ns,
		.sample_raw_ns	= l->sel.sample_raw_ns,
		.phase_ns	= l->sel.phase_ns,
		.offset_ns	= cdisc_sub_sat(l->sel.phase_ns, clock_ns(l, now)),
		.jitter_ns	= l->sel.jitter_ns,
		.freq_ppb_q16	= l->sel.freq_ppb_q16,
		.error_ns_q16	= l->sel.error_ns_q16,
		.hold_ppb_q16	= l->sel.hold_ppb_q16,
		.pace_ppb_q16	= cdisc_ppb_q16_from_ppb(max_t(u32, cdisc_loop_row(l)->slew_ppb, 1)),
		.poll_log2s	= cdisc_peer_poll(peer, l->servo.poll_log2s),
	};
	s64 offset_ns = u.offset_ns;
	enum cdisc_policy_event event;
	bool is_large;

	if (l->has_used && u.sample_raw_ns <= l->used_raw_ns)
		return;
	if (l->is_restoring && l->can_steer && now->raw_ns < l->restore_raw_ns)
		return;
	l->used_raw_ns = u.sample_raw_ns;
	l->has_used = true;
	l->update_real_ns = now->real_ns;
	l->updates++;
	if (l->state == CLOCKDISC_STATE_SPIKE && (l->far_ns < 0) != (offset_ns < 0))
		l->state_raw_ns = now->raw_ns;
	event = classify(l, now, offset_ns);
	l->slew_room_ns = slew_room(l, peer, now);
	is_large = event == CDISC_EVENT_LARGE || event == CDISC_EVENT_LARGE_LATE;
	/* The offset that is about to be stepped away is none of the servo's. */
	if (is_large)
		u.offset_ns = 0;
	act(l, event, now, &u, todo);
	l->far_ns = !todo->step_ns && (is_large || event == CDISC_EVENT_PANIC || is_far(offset_ns)) ? offset_ns : 0;
	if (l->is_restoring)
		tell_restored(l, offset_ns, todo);
}

static bool is_unheard(const struct cdisc_peer *p)
{
	return !p->is_heard && !(p->flags & CLOCKDISC_SOURCE_FLAGS_NOSELECT);
}

/* The first sample after an interruption speaks for a step of no more than its own width: the clock may be right. */
static bool is_vague(const struct cdisc_loop *l, const struct cdisc_now *now)
{
	s64 offset_ns = cdisc_sub_sat(l->sel.phase_ns, clock_ns(l, now));

	return l->is_restoring && !l->bound.is_known && cdisc_policy_may_step(cdisc_loop_row(l), offset_ns) &&
	       cdisc_abs(offset_ns) <= l->sel.distance_ns;
}

/*
 * The host was there all the time and is exact: programs are not left with a stale clock until others have spoken. One that
 * others outvoted before has lost that privilege.
 */
static bool must_wait(struct cdisc_loop *l, struct cdisc_peer *const *peers, u32 n, const struct cdisc_now *now)
{
	bool is_first = !cdisc_loop_has_acted(l) || l->is_restoring;
	u32 i;

	if (!is_first || !l->can_steer || (l->is_restoring && peers[l->sel.peer]->is_host && !l->is_host_doubted))
		return false;
	if (!l->is_waiting)
		l->heard_raw_ns = now->raw_ns;
	if (cdisc_sub_sat(now->raw_ns, l->heard_raw_ns) >= HEAR_ALL_NS)
		return false;
	for (i = 0; i < n; i++)
		if (is_unheard(peers[i]))
			return true;
	/* After an interruption they are asked in a burst. */
	return is_vague(l, now);
}

/* Outvoted it is doubted, until it is in agreement with somebody. */
static void judge_host(struct cdisc_loop *l, struct cdisc_peer *const *peers, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++) {
		if (!peers[i]->is_host)
			continue;
		if (peers[i]->reason == CLOCKDISC_REASON_HOST_DISAGREES)
			l->is_host_doubted = true;
		else if (peers[i]->id == l->selected_id && l->sel.survivors > 1)
			l->is_host_doubted = false;
	}
}

/* The polls for which the frequency is taken to stay what it was. */
#define HOLD_POLLS	4

/*
 * With trackers the bound is of the best round trip, and grows by what is known of the frequency. What is known of it does
 * not become newer by a poll that nobody answered.
 */
static void set_bound(struct cdisc_loop *l, const struct cdisc_peer *peer, const struct cdisc_now *now, bool is_other)
{
	bool is_old = l->bound.is_known && !is_other && l->sel.sample_raw_ns == l->bound_raw_ns;
	s64 hold_ns = HOLD_POLLS * cdisc_ns_from_log2s(cdisc_peer_poll(peer, l->servo.poll_log2s));

	if (!peer->is_tracked) {
		cdisc_bound_set(&l->bound, now->raw_ns, l->sel.distance_ns, l->sel.phase_ns, l->servo.freq_ppb_q16);
		cdisc_bound_split(&l->bound, &l->sel.split);
		cdisc_bound_hold(&l->bound, 0, 0, l->servo.jitter_ns);
		return;
	}
	if (is_old)
		return;
	l->bound_raw_ns = l->sel.sample_raw_ns;
	cdisc_bound_set(&l->bound, now->raw_ns, l->sel.hard_ns, l->sel.phase_ns, l->sel.freq_ppb_q16);
	cdisc_bound_split(&l->bound, &l->sel.split);
	cdisc_bound_hold(&l->bound, cdisc_add_sat(l->sel.hold_ppb_q16, l->sel.apart_ppb_q16), hold_ns,
			 cdisc_rshift_round(l->sel.error_ns_q16, 16));
}

void cdisc_loop_update(struct cdisc_loop *l, struct cdisc_peer *const *peers, u32 n,
		       struct cdisc_select_work *work, const struct cdisc_now *now, struct cdisc_todo *todo)
{
	u32 i, last_id = l->selected_id;

	for (i = 0; i < n; i++)
		cdisc_peer_follow(peers[i], l->servo.ops->is_tracking, l->servo.freq_ppb_q16);
	count_slew(l, now);
	settle_debts(l, peers, n, now);
	/* One that has spent its budget is set aside, and the others are looked at without it. */
	for (i = 0; i <= n; i++) {
		cdisc_select(peers, n, work, &l->cfg.select, now->raw_ns, l->servo.freq_ppb_q16, last_id, &l->sel);
		l->selected_id = l->sel.peer < 0 ? 0 : peers[l->sel.peer]->id;
		if (!spends_too_much(l, peers, now))
			break;
		set_aside(l, peers[l->sel.peer], now);
	}
	if (l->selected_id != last_id)
		todo->events |= EVENT(SELECTION);
	judge_host(l, peers, n);
	if (l->sel.peer < 0) {
		l->is_waiting = false;
		/*
		 * What the sources said before is not acted on when all but one of those that contradict each other are taken
		 * away: who is left has to say it again.
		 */
		l->used_raw_ns = now->raw_ns;
		l->has_used = true;
		l->far_ns = 0;
		act(l, CDISC_EVENT_LOST, now, NULL, todo);
		return;
	}
	l->leap = l->sel.leap;
	l->is_waiting = must_wait(l, peers, n, now);
	/* One that nobody has confirmed or contradicted yet bounds nothing. */
	if (l->is_waiting)
		return;
	use_selection(l, peers[l->sel.peer], now, todo);
	set_bound(l, peers[l->sel.peer], now, l->selected_id != last_id);
}

void cdisc_loop_stepped(struct cdisc_loop *l, const struct cdisc_now *now, s64 step_ns, bool is_ours,
			struct cdisc_todo *todo)
{
	l->anchor = *now;
	l->far_ns = 0;
	if (!is_ours) {
		cdisc_steer_stepped(&l->steer, step_ns);
		return;
	}
	l->steps++;
	l->last_step_ns = step_ns;
	if (l->step_by.is_open) {
		cdisc_budget_charge(&l->stepped, now->raw_ns, step_ns);
		l->step_by.owed_ns = cdisc_add_sat(l->step_by.owed_ns, cdisc_abs(step_ns));
	}
	l->step_by.is_open = false;
	l->update_real_ns = cdisc_add_sat(l->update_real_ns, step_ns);
	todo->events |= EVENT(STEP);
	/* What is left of a slew is counted without the step. */
	cdisc_steer_stepped(&l->steer, step_ns);
	hold(l, now, todo);
	/* The operator has made the correction that had to wait. */
	if (l->pending_why && l->bound.is_known && !cdisc_loop_why_not(l, now, cdisc_loop_offset(l, now)))
		cdisc_loop_unfreeze(l, now, todo);
}

void cdisc_loop_step_failed(struct cdisc_loop *l, const struct cdisc_todo *todo)
{
	l->step_by.is_open = false;
	/* Not told yet: the reaction is that of this step. */
	if (todo->events & EVENT(RESTORED))
		l->reaction = CLOCKDISC_REACTION_NONE;
}

void cdisc_loop_leap(struct cdisc_loop *l, const struct cdisc_now *now, s64 leap_ns, struct cdisc_todo *todo)
{
	l->anchor = *now;
	l->bound.phase_ns = cdisc_add_sat(l->bound.phase_ns, leap_ns);
	l->servo.ops->restart(&l->servo);
	cdisc_steer_stepped(&l->steer, leap_ns);
	l->leaps++;
	todo->events |= EVENT(LEAP);
}

void cdisc_loop_restore(struct cdisc_loop *l, u32 causes, s64 from_raw_ns)
{
	l->restore_raw_ns = l->is_restoring ? min_t(s64, l->restore_raw_ns, from_raw_ns) : from_raw_ns;
	l->interruption = l->is_restoring ? l->interruption | causes : causes;
	l->reaction = 0;
	l->gap_ns = 0;
	l->is_restoring = true;
}

void cdisc_loop_reassert(struct cdisc_loop *l, const struct cdisc_now *now, struct cdisc_todo *todo)
{
	s64 offset_ns = cdisc_loop_offset(l, now);

	if (!l->is_restoring || !l->can_steer || !l->bound.is_known || l->state == CLOCKDISC_STATE_FROZEN)
		return;
	/* What must not be done now is offered with the next sample. */
	if (cdisc_loop_why_not(l, now, offset_ns)) {
		l->is_restoring = false;
		return;
	}
	if (cdisc_policy_may_step(cdisc_loop_row(l), offset_ns)) {
		todo->step_ns = offset_ns;
	} else {
		struct cdisc_correction c = { .slew_ns = offset_ns };

		l->slew_by.is_open = false;
		begin_slew(l, now, &c, CLOCKDISC_CAUSE_RESTORE, todo);
	}
	tell_restored(l, offset_ns, todo);
}

void cdisc_loop_interrupt(struct cdisc_loop *l, const struct cdisc_now *now, u32 causes, struct cdisc_todo *todo)
{
	if (causes & ~CDISC_NOTHING_MISSED)
		cdisc_loop_restore(l, causes, now->raw_ns);
	else if (!l->is_restoring)
		l->interruption = causes;
	l->interruptions++;
	cdisc_bound_void(&l->bound);
	l->anchor = *now;
	l->far_ns = 0;
	l->has_used = false;
	l->selected_id = 0;
	l->sel.peer = -1;
	todo->events |= EVENT(INTERRUPTED);
	act(l, CDISC_EVENT_CUT, now, NULL, todo);
	hold(l, now, todo);
}

void cdisc_loop_slew(struct cdisc_loop *l, const struct cdisc_now *now, s64 slew_ns, struct cdisc_todo *todo)
{
	struct cdisc_correction c = { .slew_ns = slew_ns };

	begin_slew(l, now, &c, CLOCKDISC_CAUSE_OPERATOR, todo);
	l->slew_by.is_open = false;
}

void cdisc_loop_freeze(struct cdisc_loop *l, const struct cdisc_now *now, struct cdisc_todo *todo)
{
	act(l, CDISC_EVENT_FREEZE, now, NULL, todo);
}

void cdisc_loop_reject(struct cdisc_loop *l, struct cdisc_todo *todo)
{
	l->pending_why = 0;
	todo->events |= EVENT(FREEZE);
}

void cdisc_loop_lower_floor(struct cdisc_loop *l, const struct cdisc_now *now, s64 move_ns)
{
	if (cdisc_add_sat(now->real_ns, move_ns) < l->cfg.floor_real_ns)
		l->cfg.floor_real_ns = 0;
}

void cdisc_loop_unfreeze(struct cdisc_loop *l, const struct cdisc_now *now, struct cdisc_todo *todo)
{
	l->pending_why = 0;
	act(l, l->has_freq ? CDISC_EVENT_UNFREEZE : CDISC_EVENT_UNFREEZE_COLD, now, NULL, todo);
}

void cdisc_loop_freq_set(struct cdisc_loop *l, const struct cdisc_now *now, s64 freq_ppb_q16,
			 struct cdisc_todo *todo)
{
	l->servo.freq_ppb_q16 = clamp_t(s64, freq_ppb_q16, -CDISC_FREQ_MAX_PPB_Q16, CDISC_FREQ_MAX_PPB_Q16);
	l->servo.ops->restart(&l->servo);
	l->has_freq = true;
	cdisc_bound_turn(&l->bound, now->raw_ns, l->servo.freq_ppb_q16);
	todo->events |= EVENT(FREQUENCY);
	act(l, CDISC_EVENT_FREQ_SET, now, NULL, todo);
}

void cdisc_loop_plan(struct cdisc_loop *l, const struct cdisc_now *now, struct cdisc_todo *todo)
{
	bool was_slewing = l->steer.is_slewing;
	struct cdisc_steer_limits lim = cdisc_loop_steer_limits(l);
	struct cdisc_steer_plan plan;
	s64 ask_ppb_q16;

	cdisc_loop_measure_rate(l, now);
	count_slew(l, now);
	todo->wake_raw_ns = l->is_waiting ? cdisc_add_sat(l->heard_raw_ns, HEAR_ALL_NS) : S64_MAX;
	if (!l->can_steer || !l->steer.has_line)
		return;
	if (!l->has_bias) {
		todo->wake_raw_ns = cdisc_add_sat(l->anchor.raw_ns, CDISC_BIAS_MIN_NS);
		return;
	}
	cdisc_steer_plan(&l->steer, &lim, now->raw_ns, clock_ns(l, now), &plan);
	if (was_slewing && !l->steer.is_slewing) {
		todo->left_ns = plan.left_ns;
		todo->events |= EVENT(SLEW_END);
	}
	ask_ppb_q16 = clamp_t(s64, plan.rate_ppb_q16 - l->bias_ppb_q16,
			      -CDISC_FREQ_MAX_PPB_Q16, CDISC_FREQ_MAX_PPB_Q16);
	todo->rate_ppb_q16 = ask_ppb_q16;
	todo->is_rate_new = l->is_rate_lost ||
			    cdisc_abs(cdisc_sub_sat(ask_ppb_q16, l->rate_ppb_q16)) > RATE_RESOLUTION_PPB_Q16;
	todo->wake_raw_ns = min_t(s64, todo->wake_raw_ns, plan.wake_raw_ns);
}

void cdisc_loop_settle(struct cdisc_loop *l, const struct cdisc_now *now, struct cdisc_todo *todo)
{
	hold(l, now, todo);
}
