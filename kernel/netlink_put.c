// SPDX-License-Identifier: GPL-2.0
/*
 * State of the engine into attributes; the same for answers and events.
 */
#include "netlink_put.h"

#include "explain.h"
#include "explain_source.h"
#include "netlink_attr.h"
#include "netlink_policy.h"

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, CLOCKDISC_A_CLOCK_PAD);
}

static int put_s64(struct sk_buff *skb, int attr, s64 value)
{
	return nla_put_s64(skb, attr, value, CLOCKDISC_A_CLOCK_PAD);
}

static int put_state(struct sk_buff *skb, const struct cdisc_engine *e, const struct cdisc_now *now, u32 mover_pid)
{
	const struct cdisc_loop *l = &e->loop;
	char text[CDISC_EXPLAIN_MAX];

	cdisc_explain(e, now, mover_pid, text);
	return nla_put_u32(skb, CLOCKDISC_A_CLOCK_STATE, l->state) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_ACTUATOR, e->actuator->id) ||
	       nla_put_string(skb, CLOCKDISC_A_CLOCK_ACTUATOR_REASON, e->actuator_reason) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_SERVO, l->cfg.servo) ||
	       nla_put_string(skb, CLOCKDISC_A_CLOCK_EXPLAIN, text) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_SYNCHRONISED, cdisc_loop_is_synced(l, now));
}

/* Between which instants the true time is, and why no closer. */
static int put_bound(struct sk_buff *skb, const struct cdisc_loop *l, const struct cdisc_now *now)
{
	s64 smear_ns = cdisc_smear_ahead(&l->smear, now->raw_ns);
	s64 bound_ns = cdisc_add_sat(cdisc_loop_bound(l, now), cdisc_abs(smear_ns));
	struct cdisc_bound_parts parts;
	struct cdisc_bound_line line;

	if (!l->bound.is_known)
		return 0;
	cdisc_bound_line(&l->bound, now->raw_ns, &line);
	cdisc_bound_parts(&l->bound, now->raw_ns, cdisc_loop_clock(l, now), &parts);
	return put_s64(skb, CLOCKDISC_A_CLOCK_OFFSET_NS, cdisc_loop_offset(l, now)) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_BOUND_NS, bound_ns) ||
	       put_s64(skb, CLOCKDISC_A_CLOCK_EARLIEST_REAL_NS, cdisc_sub_sat(line.real_ns, line.half_ns)) ||
	       put_s64(skb, CLOCKDISC_A_CLOCK_LATEST_REAL_NS, cdisc_add_sat(line.real_ns, line.half_ns)) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_BOUND_ROOT_NS, parts.root_ns) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_BOUND_PATH_NS, parts.path_ns) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_BOUND_WIDTH_NS, parts.width_ns) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_BOUND_OSCILLATOR_NS, parts.oscillator_ns) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_BOUND_SLEW_NS, parts.slew_ns) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_BOUND_SMEAR_NS, cdisc_abs(smear_ns));
}

static int put_estimates(struct sk_buff *skb, const struct cdisc_engine *e, const struct cdisc_now *now)
{
	const struct cdisc_loop *l = &e->loop;

	if (put_s64(skb, CLOCKDISC_A_CLOCK_REAL_NS, now->real_ns) ||
	    put_s64(skb, CLOCKDISC_A_CLOCK_RAW_NS, now->raw_ns) ||
	    put_u64(skb, CLOCKDISC_A_CLOCK_JITTER_NS, l->servo.jitter_ns) ||
	    put_s64(skb, CLOCKDISC_A_CLOCK_FREQ_PPB_Q16, l->servo.freq_ppb_q16) ||
	    put_u64(skb, CLOCKDISC_A_CLOCK_WANDER_PPB_Q16, l->servo.wander_ppb_q16) ||
	    put_s64(skb, CLOCKDISC_A_CLOCK_RATE_PPB_Q16, l->rate_ppb_q16) ||
	    put_s64(skb, CLOCKDISC_A_CLOCK_CLOCK_RATE_PPB_Q16, l->clock_rate_ppb_q16))
		return -EMSGSIZE;
	return put_bound(skb, l, now);
}

static int put_slew(struct sk_buff *skb, const struct cdisc_engine *e, const struct cdisc_now *now)
{
	s64 left_ns = 0, time_ns = 0;
	u32 rate_ppb = 0;

	if (e->loop.can_steer && e->loop.steer.is_slewing) {
		struct cdisc_steer steer = e->loop.steer;
		struct cdisc_steer_limits lim = cdisc_loop_steer_limits(&e->loop);
		struct cdisc_steer_plan plan;

		cdisc_steer_plan(&steer, &lim, now->raw_ns, cdisc_loop_clock(&e->loop, now), &plan);
		left_ns = plan.left_ns;
		if (steer.is_slewing)
			rate_ppb = cdisc_steer_pace_ppb(&steer, &lim);
		time_ns = max_t(s64, plan.end_raw_ns - now->raw_ns, 0);
	}
	return put_s64(skb, CLOCKDISC_A_CLOCK_SLEW_LEFT_NS, left_ns) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_SLEW_TIME_LEFT_NS, time_ns) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_SLEW_RATE_PPB, rate_ppb);
}

static int put_reference(struct sk_buff *skb, const struct cdisc_engine *e, const struct cdisc_now *now)
{
	const struct cdisc_loop *l = &e->loop;
	const struct cdisc_selection *sel = &l->sel;
	struct cdisc_source *src = cdisc_source_find(&e->sources, l->selected_id);
	bool is_synced = cdisc_loop_is_synced(l, now);

	if (src && (nla_put_u32(skb, CLOCKDISC_A_CLOCK_SELECTED_ID, l->selected_id) ||
		    nla_put_u32(skb, CLOCKDISC_A_CLOCK_REF_ID, src->peer.header.ref_id) ||
		    put_u64(skb, CLOCKDISC_A_CLOCK_ROOT_DELAY_NS, sel->root_delay_ns) ||
		    put_u64(skb, CLOCKDISC_A_CLOCK_ROOT_DISPERSION_NS, sel->root_disp_ns)))
		return -EMSGSIZE;
	if (l->updates && put_s64(skb, CLOCKDISC_A_CLOCK_REF_REAL_NS, l->update_real_ns))
		return -EMSGSIZE;
	return nla_put_u32(skb, CLOCKDISC_A_CLOCK_STRATUM, is_synced ? sel->stratum : CDISC_STRATUM_UNSYNC) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_LEAP, is_synced ? sel->leap : CLOCKDISC_LEAP_UNSYNC) ||
	       nla_put_s32(skb, CLOCKDISC_A_CLOCK_TAI_OFFSET_S, e->tai_offset_s) ||
	       nla_put_s32(skb, CLOCKDISC_A_CLOCK_POLL_LOG2S, l->servo.poll_log2s) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_SURVIVORS, l->selected_id ? sel->survivors : 0) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_SOURCES, e->sources.count);
}

static int put_leap(struct sk_buff *skb, const struct cdisc_engine *e, const struct cdisc_now *now)
{
	return put_s64(skb, CLOCKDISC_A_CLOCK_SMEAR_NS, cdisc_smear_ahead(&e->loop.smear, now->raw_ns)) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_SMEARED, cdisc_engine_leap_is_smeared(e, now));
}

static int put_counts(struct sk_buff *skb, const struct cdisc_engine *e)
{
	u32 v;

	for (v = CLOCKDISC_VERDICT_ACCEPTED; v <= CLOCKDISC_VERDICT_LEAP; v++) {
		struct nlattr *nest;

		if (!e->counts[v])
			continue;
		nest = nla_nest_start(skb, CLOCKDISC_A_CLOCK_COUNT);
		if (!nest || nla_put_u32(skb, CLOCKDISC_A_COUNT_VERDICT, v) ||
		    nla_put_u64_64bit(skb, CLOCKDISC_A_COUNT_SAMPLES, e->counts[v], CLOCKDISC_A_COUNT_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return put_u64(skb, CLOCKDISC_A_CLOCK_UPDATES, e->loop.updates) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_STEPS, e->loop.steps) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_SLEWS, e->loop.slews) ||
	       put_s64(skb, CLOCKDISC_A_CLOCK_LAST_STEP_NS, e->loop.last_step_ns);
}

/* What was spent of the budgets of all. */
static int put_spent(struct sk_buff *skb, const struct cdisc_loop *l, const struct cdisc_now *now)
{
	return put_u64(skb, CLOCKDISC_A_CLOCK_STEP_SPENT_NS, cdisc_budget_spent(&l->stepped, now->raw_ns)) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_SLEW_SPENT_NS, cdisc_budget_spent(&l->slewed, now->raw_ns)) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_BUDGET_STOPS, l->budget_stops);
}

static int put_host(struct sk_buff *skb, const struct cdisc_engine *e)
{
	char text[CDISC_HOST_TEXT_MAX];

	cdisc_host_describe(&e->host.host, text, sizeof(text));
	return nla_put_string(skb, CLOCKDISC_A_CLOCK_HOST, text);
}

static int put_interruption(struct sk_buff *skb, const struct cdisc_loop *l)
{
	if (put_u64(skb, CLOCKDISC_A_CLOCK_INTERRUPTIONS, l->interruptions))
		return -EMSGSIZE;
	if (l->interruption && nla_put_u32(skb, CLOCKDISC_A_CLOCK_INTERRUPTION, l->interruption))
		return -EMSGSIZE;
	if (!l->reaction)
		return 0;
	return nla_put_u32(skb, CLOCKDISC_A_CLOCK_REACTION, l->reaction) ||
	       put_s64(skb, CLOCKDISC_A_CLOCK_GAP_NS, l->gap_ns);
}

static int put_told(struct sk_buff *skb, const struct cdisc_engine *e)
{
	if (e->loop.pending_why && (put_s64(skb, CLOCKDISC_A_CLOCK_PENDING_NS, e->loop.pending_ns) ||
				    nla_put_u32(skb, CLOCKDISC_A_CLOCK_PENDING_REASON, e->loop.pending_why)))
		return -EMSGSIZE;
	if (!e->has_told)
		return 0;
	return nla_put_u32(skb, CLOCKDISC_A_CLOCK_TIMEX_STATUS, e->sta_bits) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_TIMEX_MAXERROR_US, e->told.maxerror_us) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_TIMEX_ESTERROR_US, e->told.esterror_us);
}

static int put_config(struct sk_buff *skb, const struct cdisc_engine *e)
{
	const struct cdisc_config *cfg = &e->loop.cfg;

	return cdisc_put_policy(skb, &cfg->policy) ||
	       put_s64(skb, CLOCKDISC_A_CLOCK_FLOOR_REAL_NS, cfg->floor_real_ns) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_IDLE_SWING_NS, e->idle_swing_ns) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_MAX_SLEW_CHANGE_PPB_S, cfg->max_change_ppb_s) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_MIN_SURVIVORS, cfg->select.min_survivors) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_MAX_DISTANCE_NS, cfg->select.max_distance_ns) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_UNSYNC_LIMIT_NS, cfg->unsync_ns) ||
	       nla_put_s32(skb, CLOCKDISC_A_CLOCK_MINPOLL_LOG2S, cfg->minpoll_log2s) ||
	       nla_put_s32(skb, CLOCKDISC_A_CLOCK_MAXPOLL_LOG2S, cfg->maxpoll_log2s) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_LEAP_MODE, cfg->policy.leap_mode);
}

static int put_conflict(struct sk_buff *skb, const struct cdisc_engine *e, u32 mover_pid)
{
	const struct cdisc_arbiter_config *cfg = &e->conflict;
	const struct cdisc_arbiter *a = &e->arbiter;

	if (e->mover.name[0] && (nla_put_string(skb, CLOCKDISC_A_CLOCK_MOVER_NAME, e->mover.name) ||
				 nla_put_u32(skb, CLOCKDISC_A_CLOCK_MOVER_PID, mover_pid)))
		return -EMSGSIZE;
	return nla_put_u32(skb, CLOCKDISC_A_CLOCK_CONFLICT, cfg->conflict) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_CONFLICT_DAEMON, cfg->conflict_daemon) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_HOLD_OFF_NS, cfg->hold_off_ns) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_QUIET_NS, cfg->quiet_ns) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_REASSERT_LIMIT, cfg->reassert_limit) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_YIELDED, a->is_yielded) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_CONFLICTS, a->conflicts) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_REASSERTS, a->reasserts);
}

static int put_log(struct sk_buff *skb, const struct cdisc_watch *w)
{
	return put_u64(skb, CLOCKDISC_A_CLOCK_LOG_SEQ, w->seq) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_LOG_DROPPED, w->dropped);
}

int cdisc_put_clock(struct sk_buff *skb, const struct cdisc_engine *e, struct pid_namespace *reader)
{
	u32 mover_pid = cdisc_nl_pid(e->mover.pid, reader);
	struct cdisc_now now;

	lockdep_assert_held(&e->lock);
	cdisc_timeline_peek(&now);
	if (put_state(skb, e, &now, mover_pid) || put_estimates(skb, e, &now) || put_slew(skb, e, &now) ||
	    put_reference(skb, e, &now) || put_interruption(skb, &e->loop) || put_spent(skb, &e->loop, &now) ||
	    put_host(skb, e) || put_leap(skb, e, &now) || put_told(skb, e) || put_counts(skb, e) ||
	    put_config(skb, e) || put_log(skb, &e->watch) || put_conflict(skb, e, mover_pid))
		return -EMSGSIZE;
	return 0;
}

/* The newest sample as it was measured, for who makes an estimate of his own afterwards. */
static int put_sample(struct sk_buff *skb, const struct cdisc_peer *p)
{
	const struct cdisc_sample *s = &p->filter.stage[p->filter.head];

	return put_s64(skb, CLOCKDISC_A_SOURCE_SAMPLE_RAW_NS, s->raw_ns) ||
	       put_s64(skb, CLOCKDISC_A_SOURCE_SAMPLE_PHASE_NS, s->phase_ns) ||
	       put_u64(skb, CLOCKDISC_A_SOURCE_SAMPLE_DELAY_NS, s->delay_ns) ||
	       put_u64(skb, CLOCKDISC_A_SOURCE_SAMPLE_HALF_WIDTH_NS, s->half_ns);
}

/* What is known of a source once it has had a sample. */
static int put_estimate(struct sk_buff *skb, const struct cdisc_engine *e, const struct cdisc_source *src)
{
	const struct cdisc_peer *p = &src->peer;
	struct cdisc_estimate est;
	struct cdisc_now now;

	if (!p->filter.count)
		return 0;
	cdisc_timeline_peek(&now);
	cdisc_peer_estimate(p, now.raw_ns, e->loop.servo.freq_ppb_q16, &est);
	return put_u64(skb, CLOCKDISC_A_SOURCE_AGE_NS, max_t(s64, now.raw_ns - src->last_raw_ns, 0)) ||
	       put_s64(skb, CLOCKDISC_A_SOURCE_OFFSET_NS,
		       cdisc_sub_sat(est.phase_ns, cdisc_loop_clock(&e->loop, &now))) ||
	       put_u64(skb, CLOCKDISC_A_SOURCE_DELAY_NS, est.delay_ns) ||
	       put_u64(skb, CLOCKDISC_A_SOURCE_DISPERSION_NS, est.disp_ns) ||
	       put_u64(skb, CLOCKDISC_A_SOURCE_JITTER_NS, est.jitter_ns) ||
	       put_u64(skb, CLOCKDISC_A_SOURCE_ROOT_DISTANCE_NS, cdisc_peer_distance(p, &est)) ||
	       put_u64(skb, CLOCKDISC_A_SOURCE_ERROR_NS, cdisc_rshift_round(est.error_ns_q16, 16)) ||
	       put_sample(skb, p);
}

/* What the source said of itself. */
static int put_header(struct sk_buff *skb, const struct cdisc_header *h)
{
	return nla_put_u32(skb, CLOCKDISC_A_SOURCE_REF_ID, h->ref_id) ||
	       nla_put_u32(skb, CLOCKDISC_A_SOURCE_STRATUM, h->stratum) ||
	       nla_put_u32(skb, CLOCKDISC_A_SOURCE_LEAP, h->leap) ||
	       put_u64(skb, CLOCKDISC_A_SOURCE_ROOT_DELAY_NS, h->root_delay_ns) ||
	       put_u64(skb, CLOCKDISC_A_SOURCE_ROOT_DISPERSION_NS, h->root_disp_ns);
}

static int put_source_spent(struct sk_buff *skb, const struct cdisc_peer *p)
{
	struct cdisc_now now;

	cdisc_timeline_peek(&now);
	return put_u64(skb, CLOCKDISC_A_SOURCE_STEP_SPENT_NS, cdisc_budget_spent(&p->stepped, now.raw_ns)) ||
	       put_u64(skb, CLOCKDISC_A_SOURCE_SLEW_SPENT_NS, cdisc_budget_spent(&p->slewed, now.raw_ns));
}

int cdisc_put_source(struct sk_buff *skb, const struct cdisc_engine *e, const struct cdisc_source *src)
{
	const struct cdisc_peer *p = &src->peer;
	char text[CDISC_EXPLAIN_SOURCE_MAX];

	lockdep_assert_held(&e->lock);
	cdisc_explain_source(&e->loop, p, text);
	if (nla_put_u32(skb, CLOCKDISC_A_SOURCE_ID, p->id) ||
	    nla_put_string(skb, CLOCKDISC_A_SOURCE_NAME, src->name) ||
	    nla_put_string(skb, CLOCKDISC_A_SOURCE_KIND, src->kind) ||
	    nla_put_u32(skb, CLOCKDISC_A_SOURCE_FLAGS, p->flags) ||
	    nla_put_u32(skb, CLOCKDISC_A_SOURCE_REASON, p->reason) ||
	    nla_put_string(skb, CLOCKDISC_A_SOURCE_EXPLAIN, text) ||
	    nla_put_s32(skb, CLOCKDISC_A_SOURCE_MINPOLL_LOG2S, p->minpoll_log2s) ||
	    nla_put_s32(skb, CLOCKDISC_A_SOURCE_MAXPOLL_LOG2S, p->maxpoll_log2s) ||
	    nla_put_s32(skb, CLOCKDISC_A_SOURCE_POLL_LOG2S,
			cdisc_peer_poll(p, e->loop.servo.poll_log2s)) ||
	    nla_put_u32(skb, CLOCKDISC_A_SOURCE_REACH, p->reach) ||
	    put_u64(skb, CLOCKDISC_A_SOURCE_ACCEPTED, p->accepted) ||
	    put_u64(skb, CLOCKDISC_A_SOURCE_DROPPED, p->dropped))
		return -EMSGSIZE;
	if (p->last_verdict && nla_put_u32(skb, CLOCKDISC_A_SOURCE_LAST_VERDICT, p->last_verdict))
		return -EMSGSIZE;
	if (put_header(skb, &p->header) || put_source_spent(skb, p))
		return -EMSGSIZE;
	return put_estimate(skb, e, src);
}
