// SPDX-License-Identifier: GPL-2.0
/*
 * The host of this guest as a source: when it is asked, and what its answer means.
 *
 * A reading is exact to nanoseconds, so one is enough to act on and two make a frequency. It is taken often while there
 * is something to learn: at the start, after an interruption, and when the clock was found further from the host than
 * readings and the timekeeper's grain explain. An answer that jumped against the counter is an interruption of the guest or a
 * step of the host; which of them it was cannot be told from it, so other sources that are followed decide.
 */
#include "engine_host.h"

#include <linux/delay.h>
#include <linux/err.h>
#include <linux/printk.h>

#include "engine.h"
#include "engine_watch.h"
#include "trace.h"

/* "KVM" in a reference identifier. */
#define HOST_REF_ID	0x4b564d00

/* Readings at the least interval after a start or an interruption: a second, in which a frequency is known to some ppb. */
#define QUICK_START	16

/* And after a surprise. */
#define QUICK_SURPRISE	8

/*
 * Further off than this the clock does not follow the host: a few half-widths, and what the timekeeper's grain of 0.12 ppm makes of a
 * second without a tick. Smaller: the host is asked without need. Larger: a change of its rate is seen later.
 */
#define SURPRISE_NS	150

/* A jump: more than a millisecond beyond what any rate that the kernel can set explains. */
#define JUMP_NS		1000000
#define JUMP_PPB	500000

/* After failures the interval grows twofold, to 16 poll intervals: a refusal costs an exit of the machine like an answer. */
#define BACKOFF_MAX	4

/* A host that refused from the start is asked again so often. */
#define RETRY_NS	(16 * CDISC_NSEC_PER_SEC)

/* What waits for a tick may be so late: 200 ppm leave 2 ns behind. */
#define LATE_US		10

/* As many readings are made at once after an interruption; the narrowest counts. */
#define BURST		3

static const struct cdisc_header host_header = {
	.leap		= CLOCKDISC_LEAP_NONE,
	.stratum	= 1,
	.ref_id		= HOST_REF_ID,
};

/* The host has answered for the first time. While nobody has set the clock yet, it does so by the policy for restores. */
static int adopt(struct cdisc_engine *e)
{
	const struct cdisc_source_settings settings = {
		.minpoll_log2s = CDISC_HOST_POLL_MIN_LOG2S,
		.maxpoll_log2s = CDISC_HOST_POLL_DEFAULT_LOG2S,
	};
	struct cdisc_engine_host *eh = &e->host;
	struct cdisc_source *src = cdisc_source_add(&e->sources, eh->host.ops->name, "host", &settings);

	if (IS_ERR(src))
		return PTR_ERR(src);
	src->peer.is_host = true;
	/* Netlink's handlers look at it without the lock. */
	WRITE_ONCE(eh->src, src);
	if (eh->host.ops->page(&eh->page))
		cdisc_interruption_watch(&e->interruption, &eh->page);
	cdisc_engine_host_hurry(e);
	if (!cdisc_loop_has_acted(&e->loop))
		cdisc_loop_restore(&e->loop, CLOCKDISC_INTERRUPTION_START, S64_MIN);
	e->listener->source(e, src, CLOCKDISC_SOURCE_EVENT_ADDED);
	return 0;
}

int cdisc_engine_host_start(struct cdisc_engine *e)
{
	struct cdisc_engine_host *eh = &e->host;
	int err = 0;

	lockdep_assert_held(&e->lock);
	eh->next_raw_ns = S64_MAX;
	/* The tests bring their own. */
	if (!eh->host.ops)
		cdisc_host_init(&eh->host);
	eh->told_status = eh->host.status;
	if (eh->host.status == CDISC_HOST_OK) {
		err = adopt(e);
		if (!e->preset)
			e->loop.cfg.policy = cdisc_preset_find(CLOCKDISC_PRESET_HOST)->policy;
	} else if (eh->host.ops) {
		eh->next_raw_ns = 0;
	}
	if (err)
		cdisc_host_exit(&eh->host);
	return err;
}

void cdisc_engine_host_stop(struct cdisc_engine *e)
{
	e->host.src = NULL;
	cdisc_host_exit(&e->host.host);
}

void cdisc_engine_host_hurry(struct cdisc_engine *e)
{
	lockdep_assert_held(&e->lock);
	if (!e->host.src)
		return;
	e->host.next_raw_ns = 0;
	e->host.quick_left = QUICK_START;
	e->host.failures = 0;
}

void cdisc_engine_host_hint(struct cdisc_engine *e, u32 hints)
{
	lockdep_assert_held(&e->lock);
	if (!e->host.src)
		return;
	e->host.hints |= hints;
	e->host.next_raw_ns = 0;
}

/* When to ask again, counted from the last reading. */
static s64 interval_ns(const struct cdisc_engine *e)
{
	const struct cdisc_engine_host *eh = &e->host;
	s8 poll_log2s = cdisc_peer_poll(&eh->src->peer, e->loop.servo.poll_log2s);

	if (eh->failures)
		poll_log2s += min_t(u32, eh->failures, BACKOFF_MAX);
	else if (eh->quick_left)
		poll_log2s = eh->src->peer.minpoll_log2s;
	return cdisc_ns_from_log2s(poll_log2s);
}

/* A truechimer beside the host, whether it weighs in or is set aside for its jitter. */
static bool is_truechimer(const struct cdisc_peer *p)
{
	return p->reason == CLOCKDISC_REASON_SELECTED || p->reason == CLOCKDISC_REASON_COMBINED ||
	       p->reason == CLOCKDISC_REASON_OUTLIER || p->reason == CLOCKDISC_REASON_EXCESS;
}

static bool has_other_truechimer(const struct cdisc_engine *e)
{
	u32 i;

	for (i = 0; i < e->sources.count; i++)
		if (!e->sources.peers[i]->is_host && is_truechimer(e->sources.peers[i]))
			return true;
	return false;
}

/* Against its own last answer, not against the clock: a host that others outvote is wrong all the time. */
static bool has_jumped(const struct cdisc_engine *e, const struct cdisc_host_reading *r)
{
	const struct cdisc_engine_host *eh = &e->host;
	s64 since_ns, missed_ns;

	if (!eh->has_last)
		return false;
	since_ns = cdisc_sub_sat(r->now.raw_ns, eh->src->last_raw_ns);
	missed_ns = cdisc_sub_sat(cdisc_sub_sat(r->host_real_ns, r->now.raw_ns), eh->last_phase_ns);
	missed_ns = cdisc_abs(cdisc_sub_sat(missed_ns, cdisc_ns_from_rate(e->loop.servo.freq_ppb_q16, since_ns)));
	return missed_ns > cdisc_add_sat(JUMP_NS, cdisc_ns_from_rate(cdisc_ppb_q16_from_ppb(JUMP_PPB), since_ns));
}

/* The clock follows the host, and is further from it than is explained. */
static bool is_surprise(const struct cdisc_engine *e, const struct cdisc_host_reading *r)
{
	s64 phase_ns = cdisc_sub_sat(r->host_real_ns, r->now.raw_ns);
	s64 offset_ns = cdisc_sub_sat(phase_ns, cdisc_loop_clock(&e->loop, &r->now));

	return cdisc_abs(cdisc_sub_sat(offset_ns, cdisc_loop_offset(&e->loop, &r->now))) >
	       cdisc_add_sat(SURPRISE_NS + 4 * r->half_ns, r->apart_ns);
}

/* What the reading says beyond the time: 0, or the causes of an interruption. */
static u32 judge(struct cdisc_engine *e, const struct cdisc_host_reading *r)
{
	struct cdisc_engine_host *eh = &e->host;
	u32 hints = eh->hints;

	eh->hints = 0;
	if (!e->loop.bound.is_known)
		return 0;
	if (has_jumped(e, r))
		return hints ? hints : has_other_truechimer(e) ? 0 : CLOCKDISC_INTERRUPTION_HOST_JUMP;
	if (e->loop.selected_id == eh->src->peer.id && is_surprise(e, r))
		eh->quick_left = max_t(u32, eh->quick_left, QUICK_SURPRISE);
	return 0;
}

/* The narrowest of some readings. */
static enum cdisc_host_status read_burst(struct cdisc_host *h, int n, struct cdisc_host_reading *best)
{
	enum cdisc_host_status status = CDISC_HOST_UNSTABLE;
	struct cdisc_host_reading r;
	bool has_any = false;

	while (n--) {
		status = cdisc_host_read(h, &r);
		if (status != CDISC_HOST_OK)
			continue;
		if (!has_any || r.half_ns <= best->half_ns)
			*best = r;
		has_any = true;
	}
	return has_any ? CDISC_HOST_OK : status;
}

static void tell_status(struct cdisc_engine_host *eh)
{
	if (eh->host.status == eh->told_status)
		return;
	eh->told_status = eh->host.status;
	pr_info("clockdisc: host: %s\n", cdisc_host_why(eh->told_status));
}

/* There is a hypervisor, and its host has not answered yet: it may change its clocksource, or the guest its host. */
static bool try_again(struct cdisc_engine *e, const struct cdisc_now *now)
{
	struct cdisc_engine_host *eh = &e->host;
	struct cdisc_host_reading r;

	eh->next_raw_ns = cdisc_add_sat(now->raw_ns, RETRY_NS);
	if (cdisc_host_read(&eh->host, &r) != CDISC_HOST_OK)
		return false;
	return !adopt(e);
}

bool cdisc_engine_host_poll(struct cdisc_engine *e, const struct cdisc_now *now, struct cdisc_host_reading *r,
			    u32 *causes)
{
	struct cdisc_engine_host *eh = &e->host;
	bool is_burst = e->loop.is_restoring;

	lockdep_assert_held(&e->lock);
	*causes = 0;
	if (!eh->host.ops || e->is_exiting || now->raw_ns < eh->next_raw_ns)
		return false;
	if (!eh->src && !try_again(e, now))
		return false;
	if (read_burst(&eh->host, is_burst ? BURST : 1, r) == CDISC_HOST_OK) {
		eh->failures = 0;
		if (eh->quick_left)
			eh->quick_left--;
		*causes = judge(e, r);
	} else {
		eh->failures++;
	}
	tell_status(eh);
	eh->next_raw_ns = cdisc_add_sat(now->raw_ns, interval_ns(e));
	return true;
}

void cdisc_engine_host_take(struct cdisc_engine *e, const struct cdisc_host_reading *r)
{
	struct cdisc_source *src = e->host.src;
	enum clockdisc_verdict v = CLOCKDISC_VERDICT_MISSED;
	struct cdisc_header header = host_header;
	struct cdisc_sample s = { 0 };

	lockdep_assert_held(&e->lock);
	cdisc_peer_polled(&src->peer, !e->host.failures);
	if (e->host.failures) {
		cdisc_peer_refuse(&src->peer, v);
	} else {
		s.raw_ns = r->now.raw_ns;
		s.phase_ns = cdisc_sub_sat(r->host_real_ns, r->now.raw_ns);
		s.half_ns = max_t(s64, r->half_ns, 1);
		s.disp_ns = s.half_ns;
		src->last_raw_ns = r->now.raw_ns;
		e->host.last_phase_ns = s.phase_ns;
		e->host.has_last = true;
		/* The estimate is of one processor's clock; the bound is for all. */
		header.root_disp_ns = r->apart_ns;
		v = cdisc_peer_sample(&src->peer, &header, &s, e->loop.servo.freq_ppb_q16, interval_ns(e),
				      e->loop.cfg.select.max_distance_ns);
	}
	trace_clockdisc_sample(src->peer.id, &s, v);
	e->counts[v]++;
	e->listener->source(e, src, CLOCKDISC_SOURCE_EVENT_SAMPLE);
	e->has_news = true;
}

/* Only readings that are exact to nanoseconds are worth it, and only the timekeeper has the grain. */
void cdisc_engine_host_limit_swing(struct cdisc_engine *e)
{
	bool is_worth = cdisc_engine_follows_host(e) && e->loop.can_steer && e->actuator->id == CLOCKDISC_ACTUATOR_TIMEKEEPER &&
			!e->is_exiting;

	lockdep_assert_held(&e->lock);
	cdisc_nudge_set(&e->nudge, is_worth ? e->idle_swing_ns : 0);
}

bool cdisc_engine_host_await_tick(struct cdisc_engine *e, struct cdisc_now *now)
{
	s64 wait_ns = cdisc_nudge_to_tick(&e->nudge, cdisc_sub_sat(e->todo.rate_ppb_q16, e->loop.rate_ppb_q16));
	unsigned long wait_us = DIV_ROUND_UP(wait_ns, NSEC_PER_USEC);

	lockdep_assert_held(&e->lock);
	if (!wait_us)
		return false;
	usleep_range(wait_us, wait_us + LATE_US);
	cdisc_engine_notice(e, now);
	return true;
}
