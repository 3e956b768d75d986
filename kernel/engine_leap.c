// SPDX-License-Identifier: GPL-2.0
/*
 * What the engine does about leap seconds.
 *
 * Left to the kernel, one is armed on the last day of the month, and again after whatever disarms it. Otherwise the clock goes
 * straight on, and what it is off UTC is the loop's to know; the kernel is told of no leap second, only of TAI.
 *
 * Locking: e->lock over each of them.
 */
#include "engine.h"

/* The kernel leaves TIME_INS at the next second without STA_INS; only then can a leap be armed again. */
#define REARM_NS	(2 * CDISC_NSEC_PER_SEC)

/* So long before UTC makes it the kernel's readers are told of the second that the clock will be off. */
#define WARN_NS		(2 * CDISC_NSEC_PER_SEC)

/* More than clocks that are right are apart, and than the kernel is late. */
#define NEAR_NS		(CDISC_NSEC_PER_SEC)

void cdisc_engine_leap_disarmed(struct cdisc_engine *e, const struct cdisc_now *now)
{
	lockdep_assert_held(&e->lock);
	e->has_told = false;
	e->leap_hold_raw_ns = now->raw_ns + REARM_NS;
}

/*
 * A set of exactly one second around midnight is the kernel's leap second and no set when we had it armed, or when it was made
 * at a tick: armed by the program that the clock is left to. Where it is known what time it is, our sources have to know of it.
 */
bool cdisc_engine_leap_is(const struct cdisc_engine *e, const struct cdisc_now *now,
			  const struct cdisc_timeline_change *change, s64 set_ns)
{
	s64 day_sec = (now->real_ns / CDISC_NSEC_PER_SEC) % 86400;
	bool is_midnight = day_sec < 2 || day_sec > 86397;

	lockdep_assert_held(&e->lock);
	if (!change->sets || !is_midnight)
		return false;
	if (change->tick_sets == change->sets && cdisc_abs(set_ns) == CDISC_NSEC_PER_SEC &&
	    (!e->loop.bound.is_known || e->loop.leap == (set_ns < 0 ? CLOCKDISC_LEAP_INSERT : CLOCKDISC_LEAP_DELETE)))
		return true;
	if (!e->has_told)
		return false;
	return (e->told.leap == CLOCKDISC_LEAP_INSERT && set_ns == -CDISC_NSEC_PER_SEC) ||
	       (e->told.leap == CLOCKDISC_LEAP_DELETE && set_ns == CDISC_NSEC_PER_SEC);
}

void cdisc_engine_leap_absorb(struct cdisc_engine *e, const struct cdisc_now *now, s64 leap_ns)
{
	lockdep_assert_held(&e->lock);
	cdisc_loop_leap(&e->loop, now, leap_ns, &e->todo);
	cdisc_sources_restart(&e->sources);
	/* TAI goes on while UTC repeats or skips a second; a kernel that makes the leap moves its own along. */
	if (e->tai_offset_s)
		e->tai_offset_s -= leap_ns > 0 ? 1 : -1;
	e->tai_cause = CLOCKDISC_LOG_CAUSE_LEAP;
}

/* UTC by the estimate: a clock that was set wrong has its midnight at another time. */
static s64 utc_ns(const struct cdisc_engine *e, const struct cdisc_now *now)
{
	if (!e->loop.bound.is_known)
		return cdisc_add_sat(now->raw_ns, cdisc_loop_clock(&e->loop, now));
	return cdisc_add_sat(now->raw_ns, cdisc_bound_offset(&e->loop.bound, now->raw_ns, 0));
}

static bool is_coming(enum clockdisc_leap leap)
{
	return leap == CLOCKDISC_LEAP_INSERT || leap == CLOCKDISC_LEAP_DELETE;
}

/* The kernel acts on an armed leap at the next midnight, so it is armed on the last day of a month only. */
enum clockdisc_leap cdisc_engine_leap_to_arm(const struct cdisc_engine *e, const struct cdisc_now *now, bool is_synced)
{
	enum clockdisc_leap leap = e->loop.leap;

	lockdep_assert_held(&e->lock);
	if (!is_synced || now->raw_ns < e->leap_hold_raw_ns ||
	    cdisc_policy_leap_mode(&e->loop.cfg.policy, leap) != CLOCKDISC_LEAP_MODE_KERNEL)
		return CLOCKDISC_LEAP_NONE;
	return is_coming(leap) && cdisc_leap_month_end_ns(now->real_ns) ? leap : CLOCKDISC_LEAP_NONE;
}

void cdisc_engine_leap_refuse(struct cdisc_engine *e, const struct cdisc_now *now)
{
	const struct cdisc_policy *p = &e->loop.cfg.policy;
	u32 was_bits, sta_bits;

	lockdep_assert_held(&e->lock);
	if (cdisc_policy_leap_mode(p, CLOCKDISC_LEAP_INSERT) == CLOCKDISC_LEAP_MODE_KERNEL &&
	    cdisc_policy_leap_mode(p, CLOCKDISC_LEAP_DELETE) == CLOCKDISC_LEAP_MODE_KERNEL)
		return;
	if (!e->actuator->disarm || e->actuator->disarm(&was_bits, &sta_bits) || was_bits == sta_bits)
		return;
	e->sta_bits = sta_bits;
	cdisc_engine_log_bits(e, now, was_bits, CLOCKDISC_LOG_CAUSE_LEAP);
	e->todo.events |= 1U << CLOCKDISC_EVENT_LEAP;
}

void cdisc_engine_leap_drop(struct cdisc_engine *e, const struct cdisc_now *now)
{
	struct cdisc_smear_piece piece;

	lockdep_assert_held(&e->lock);
	cdisc_leap_forget(&e->leap);
	cdisc_smear_at(&e->leap.smear, now->raw_ns, &piece);
	cdisc_loop_smear(&e->loop, now, &piece);
}

void cdisc_engine_leap_run(struct cdisc_engine *e, const struct cdisc_now *now)
{
	struct cdisc_loop *l = &e->loop;
	enum clockdisc_leap kind = e->leap.kind;
	struct cdisc_leap_view v = {
		.raw_ns		= now->raw_ns,
		.utc_ns		= utc_ns(e, now),
		.freq_ppb_q16	= l->servo.freq_ppb_q16,
		.announced	= l->selected_id ? l->leap : CLOCKDISC_LEAP_UNSYNC,
		.mode		= cdisc_policy_leap_mode(&l->cfg.policy, is_coming(kind) ? kind : l->leap),
		.max_slew_ppb	= l->cfg.policy.row[CLOCKDISC_CAUSE_LEAP].slew_ppb,
		.may_arm	= now->raw_ns >= e->leap_hold_raw_ns && cdisc_loop_is_synced(l, now),
	};
	struct cdisc_smear_piece piece;
	s64 leap_ns;

	lockdep_assert_held(&e->lock);
	if (!l->can_steer || e->is_exiting) {
		cdisc_engine_leap_drop(e, now);
		return;
	}
	leap_ns = cdisc_leap_plan(&e->leap, &v);
	cdisc_smear_at(&e->leap.smear, now->raw_ns, &piece);
	if (piece.rate_ppb_q16 != l->smear.rate_ppb_q16)
		e->watch.cause = CLOCKDISC_LOG_CAUSE_LEAP;
	cdisc_loop_smear(l, now, &piece);
	if (leap_ns) {
		cdisc_engine_leap_absorb(e, now, leap_ns);
		cdisc_engine_leap_disarmed(e, now);
	} else if (kind != e->leap.kind) {
		e->todo.events |= 1U << CLOCKDISC_EVENT_LEAP;
	}
}

s64 cdisc_engine_leap_wake(const struct cdisc_engine *e, const struct cdisc_now *now)
{
	s64 wake_raw_ns = e->loop.smear.until_raw_ns, at_raw_ns = e->leap.at_raw_ns;

	lockdep_assert_held(&e->lock);
	if (e->leap_hold_raw_ns > now->raw_ns && is_coming(e->loop.leap))
		wake_raw_ns = min_t(s64, wake_raw_ns, e->leap_hold_raw_ns);
	if (at_raw_ns == S64_MAX)
		return wake_raw_ns;
	return min_t(s64, wake_raw_ns, at_raw_ns - WARN_NS > now->raw_ns ? at_raw_ns - WARN_NS : at_raw_ns);
}

s64 cdisc_engine_leap_raw_ns(const struct cdisc_engine *e, const struct cdisc_now *now)
{
	s64 now_ns = utc_ns(e, now);
	s64 end_ns = is_coming(e->loop.leap) ? cdisc_leap_month_end_ns(now_ns) : 0;
	s64 left_ns = end_ns - now_ns - (e->loop.leap == CLOCKDISC_LEAP_DELETE ? CDISC_NSEC_PER_SEC : 0);

	lockdep_assert_held(&e->lock);
	/* For two seconds after an insertion it is the last day of the month still, or again. */
	if (!end_ns || now->raw_ns < e->leap_hold_raw_ns)
		return S64_MAX;
	return cdisc_add_sat(now->raw_ns, left_ns - cdisc_ns_from_rate(e->loop.servo.freq_ppb_q16, left_ns));
}

bool cdisc_engine_leap_is_near(const struct cdisc_engine *e, const struct cdisc_now *now)
{
	s64 now_ns = utc_ns(e, now);
	/* Until an insertion is made it is the next day already. */
	s64 end_ns = is_coming(e->loop.leap) ? cdisc_leap_month_end_ns(cdisc_sub_sat(now_ns, NEAR_NS)) : 0;
	/* One that is deleted begins a second before the day ends. */
	s64 first_ns = end_ns - NEAR_NS - (e->loop.leap == CLOCKDISC_LEAP_DELETE ? CDISC_NSEC_PER_SEC : 0);

	lockdep_assert_held(&e->lock);
	return end_ns && now_ns >= first_ns;
}

bool cdisc_engine_leap_is_smeared(const struct cdisc_engine *e, const struct cdisc_now *now)
{
	lockdep_assert_held(&e->lock);
	return (e->loop.selected_id && e->loop.sel.is_smeared) || cdisc_smear_ahead(&e->loop.smear, now->raw_ns);
}
