// SPDX-License-Identifier: GPL-2.0
/*
 * The engine's half of the commands about sources, and of their samples.
 *
 * Locking: e->lock over each of them. What they change is acted on by the worker.
 */
#include "engine.h"

#include <linux/err.h>

#include "trace.h"

int cdisc_engine_source_add(struct cdisc_engine *e, const char *name, const struct cdisc_source_settings *set,
			    u32 *id, s8 *poll_log2s)
{
	struct cdisc_source *src;

	mutex_lock(&e->lock);
	src = cdisc_source_add(&e->sources, "user", name, set);
	if (!IS_ERR(src)) {
		*id = src->peer.id;
		*poll_log2s = cdisc_peer_poll(&src->peer, e->loop.servo.poll_log2s);
		e->listener->source(e, src, CLOCKDISC_SOURCE_EVENT_ADDED);
	}
	mutex_unlock(&e->lock);
	return PTR_ERR_OR_ZERO(src);
}

int cdisc_engine_source_set(struct cdisc_engine *e, u32 id, const struct cdisc_source_settings *set, u32 which)
{
	struct cdisc_source_settings s;
	struct cdisc_source *src;
	int err = 0;

	mutex_lock(&e->lock);
	src = cdisc_source_find(&e->sources, id);
	if (!src) {
		err = -ENOENT;
		goto out;
	}
	s.flags = which & CDISC_SET_FLAGS ? set->flags : src->peer.flags;
	s.minpoll_log2s = which & CDISC_SET_MINPOLL ? set->minpoll_log2s : src->peer.minpoll_log2s;
	s.maxpoll_log2s = which & CDISC_SET_MAXPOLL ? set->maxpoll_log2s : src->peer.maxpoll_log2s;
	if (s.minpoll_log2s > s.maxpoll_log2s) {
		err = -ERANGE;
		goto out;
	}
	cdisc_source_set(src, &s);
	e->listener->source(e, src, CLOCKDISC_SOURCE_EVENT_CHANGED);
	e->has_news = true;
	cdisc_engine_kick(e);
out:
	mutex_unlock(&e->lock);
	return err;
}

int cdisc_engine_source_del(struct cdisc_engine *e, u32 id)
{
	struct cdisc_source *src;

	mutex_lock(&e->lock);
	src = cdisc_source_find(&e->sources, id);
	if (src) {
		e->listener->source(e, src, CLOCKDISC_SOURCE_EVENT_REMOVED);
		cdisc_source_del(&e->sources, src);
		e->has_news = true;
		cdisc_engine_kick(e);
	}
	mutex_unlock(&e->lock);
	return src ? 0 : -ENOENT;
}

/* The source's half of a submission: stamps to counter time, header checks, clock filter. */
static enum clockdisc_verdict take_sample(struct cdisc_engine *e, struct cdisc_source *src,
					  const struct cdisc_submission *sub)
{
	s64 poll_ns = cdisc_ns_from_log2s(cdisc_peer_poll(&src->peer, e->loop.servo.poll_log2s));
	struct cdisc_sample s = { 0 };
	enum clockdisc_verdict v;
	struct cdisc_now now;

	cdisc_engine_notice(e, &now);
	if (!cdisc_source_may_sample(src, now.raw_ns)) {
		cdisc_peer_refuse(&src->peer, CLOCKDISC_VERDICT_RATE);
		return CLOCKDISC_VERDICT_RATE;
	}
	if (sub->is_missed) {
		cdisc_peer_polled(&src->peer, false);
		cdisc_peer_refuse(&src->peer, CLOCKDISC_VERDICT_MISSED);
		return CLOCKDISC_VERDICT_MISSED;
	}
	src->last_raw_ns = now.raw_ns;
	cdisc_peer_polled(&src->peer, true);
	v = cdisc_source_user_sample(&e->timeline, sub, &s);
	/* Neither its time nor its leap indicator is to be used. */
	if (v == CLOCKDISC_VERDICT_ACCEPTED && cdisc_engine_leap_is_near(e, &now))
		v = CLOCKDISC_VERDICT_LEAP;
	if (v == CLOCKDISC_VERDICT_ACCEPTED)
		v = cdisc_peer_sample(&src->peer, &sub->header, &s, e->loop.servo.freq_ppb_q16, poll_ns,
				      e->loop.cfg.select.max_distance_ns);
	else
		cdisc_peer_refuse(&src->peer, v);
	trace_clockdisc_sample(src->peer.id, &s, v);
	return v;
}

enum clockdisc_verdict cdisc_engine_submit(struct cdisc_engine *e, const struct cdisc_submission *sub,
					   s8 *poll_log2s)
{
	enum clockdisc_verdict v = CLOCKDISC_VERDICT_NO_SOURCE;
	struct cdisc_source *src;

	mutex_lock(&e->lock);
	src = cdisc_source_find(&e->sources, sub->source_id);
	if (src) {
		v = take_sample(e, src, sub);
		*poll_log2s = cdisc_peer_poll(&src->peer, e->loop.servo.poll_log2s);
		e->listener->source(e, src, CLOCKDISC_SOURCE_EVENT_SAMPLE);
		e->has_news = true;
		cdisc_engine_kick(e);
	}
	e->counts[v]++;
	mutex_unlock(&e->lock);
	return v;
}
