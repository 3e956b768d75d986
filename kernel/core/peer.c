// SPDX-License-Identifier: GPL-2.0
/*
 * What the core knows of a source: its settings, its last words, its estimate, and why it is or is not used.
 */
#include "peer.h"

/*
 * A poll may leave the phase known to 2^1 usual errors of a sample. Less: more packets than chrony spends. More: the interval
 * goes to its largest although the oscillator, not the network, is what is not known; at 2^3 that is twice the error behind
 * 10 us of queueing, and behind a millisecond as much more in the first hour, when an estimate thinks better of itself than it
 * should. While polls may be quick it is 2^-1: they are few, and meant to be used.
 */
#define POLL_ERRORS_LOG2	1
#define QUICK_ERRORS_LOG2	(-1)

void cdisc_peer_init(struct cdisc_peer *p, u32 id)
{
	memset(p, 0, sizeof(*p));
	p->id = id;
	p->minpoll_log2s = CDISC_POLL_DEFAULT_MIN_LOG2S;
	p->maxpoll_log2s = CDISC_POLL_DEFAULT_MAX_LOG2S;
	p->header.leap = CLOCKDISC_LEAP_UNSYNC;
	p->header.stratum = CDISC_STRATUM_UNSYNC;
	p->reason = CLOCKDISC_REASON_NO_SAMPLE;
	p->distance_ns = S64_MAX;
	p->aside_raw_ns = S64_MIN;
	p->wish_log2s = CDISC_POLL_QUICK_LOG2S;
	p->quick = CDISC_POLL_QUICK_START;
	p->calm = 0;
}

void cdisc_peer_restart(struct cdisc_peer *p)
{
	cdisc_filter_reset(&p->filter);
	p->is_heard = false;
	cdisc_track_reset(&p->track);
	p->wish_log2s = CDISC_POLL_QUICK_LOG2S;
	p->quick = CDISC_POLL_QUICK_START;
	p->calm = 0;
	p->reason = CLOCKDISC_REASON_NO_SAMPLE;
	p->distance_ns = S64_MAX;
}

void cdisc_peer_refuse(struct cdisc_peer *p, enum clockdisc_verdict v)
{
	p->last_verdict = v;
	p->is_heard = true;
	p->dropped++;
}

/* RFC 5905, A.5.1.1 (packet): what a header alone can be refused for; _ACCEPTED when it is good. */
static enum clockdisc_verdict check_header(const struct cdisc_header *h, s64 max_distance_ns)
{
	if (h->leap == CLOCKDISC_LEAP_UNSYNC)
		return CLOCKDISC_VERDICT_UNSYNC;
	if (h->stratum == 0 || h->stratum >= CDISC_STRATUM_UNSYNC)
		return CLOCKDISC_VERDICT_STRATUM;
	if (cdisc_add_sat(h->root_delay_ns / 2, h->root_disp_ns) > max_distance_ns)
		return CLOCKDISC_VERDICT_DISTANCE;
	return CLOCKDISC_VERDICT_ACCEPTED;
}

/*
 * The longest interval after which the phase will still be known to a number of usual errors of a sample: what a sample
 * more would tell is worth asking for then. Up one step at a time, down at once.
 */
static void choose_poll(struct cdisc_peer *p)
{
	struct cdisc_mag usual = cdisc_mag_from((u64)p->track.typical_ns_q16, -16);
	s32 errors_log2 = p->quick ? QUICK_ERRORS_LOG2 : POLL_ERRORS_LOG2;
	struct cdisc_mag most = cdisc_mag_scale(cdisc_mag_square(usual), 2 * errors_log2);
	s8 least_log2s = min_t(s8, p->minpoll_log2s, CDISC_POLL_QUICK_LOG2S);
	s8 log2s = clamp_t(s8, p->wish_log2s + 1, least_log2s, p->maxpoll_log2s);

	while (log2s > least_log2s &&
	       cdisc_mag_less(most, cdisc_track_variance(&p->track, cdisc_ns_from_log2s(log2s))))
		log2s--;
	p->wish_log2s = log2s;
}

static enum clockdisc_verdict track_sample(struct cdisc_peer *p, const struct cdisc_sample *s, s64 freq_ppb_q16)
{
	enum clockdisc_verdict v = cdisc_filter_keep(&p->filter, s);
	u32 jumps = p->track.jumps;

	if (v != CLOCKDISC_VERDICT_ACCEPTED)
		return v;
	cdisc_track_add(&p->track, s, freq_ppb_q16);
	if (p->track.jumps != jumps && p->calm == CDISC_POLL_CALM) {
		p->calm = 0;
		p->quick = CDISC_POLL_QUICK_JUMP;
		p->wish_log2s = min_t(s8, p->minpoll_log2s, CDISC_POLL_QUICK_LOG2S);
		return v;
	}
	choose_poll(p);
	return v;
}

enum clockdisc_verdict cdisc_peer_sample(struct cdisc_peer *p, const struct cdisc_header *h,
					 const struct cdisc_sample *s, s64 freq_ppb_q16, s64 poll_ns,
					 s64 max_distance_ns)
{
	enum clockdisc_verdict v;

	p->header = *h;
	p->header.root_delay_ns = max_t(s64, h->root_delay_ns, 0);
	p->header.root_disp_ns = max_t(s64, h->root_disp_ns, 0);
	v = check_header(&p->header, max_distance_ns);
	if (v == CLOCKDISC_VERDICT_ACCEPTED) {
		if (!s)
			return v;
		v = p->is_tracked ? track_sample(p, s, freq_ppb_q16) :
				    cdisc_filter_add(&p->filter, s, freq_ppb_q16, poll_ns);
	}
	if (v != CLOCKDISC_VERDICT_ACCEPTED && v != CLOCKDISC_VERDICT_KEPT) {
		cdisc_peer_refuse(p, v);
		return v;
	}
	p->last_verdict = v;
	p->is_heard = true;
	p->accepted++;
	return v;
}

void cdisc_peer_polled(struct cdisc_peer *p, bool is_answered)
{
	p->reach = (u8)(p->reach << 1 | is_answered);
	if (!p->is_tracked)
		return;
	if (p->quick)
		p->quick--;
	else
		p->calm = (u8)min_t(u32, p->calm + 1U, CDISC_POLL_CALM);
	/* Who does not answer is not asked more often for it. */
	if (!is_answered)
		p->wish_log2s = min_t(s8, p->wish_log2s + 1, p->maxpoll_log2s);
}

void cdisc_peer_follow(struct cdisc_peer *p, bool is_tracked, s64 freq_ppb_q16)
{
	unsigned int i;

	if (p->is_tracked == is_tracked)
		return;
	p->is_tracked = is_tracked;
	if (!is_tracked) {
		cdisc_filter_replay(&p->filter, freq_ppb_q16, cdisc_ns_from_log2s(p->minpoll_log2s));
		return;
	}
	cdisc_track_reset(&p->track);
	for (i = 0; i < p->filter.count; i++)
		cdisc_track_add(&p->track, cdisc_filter_kept(&p->filter, i), freq_ppb_q16);
}

void cdisc_peer_estimate(const struct cdisc_peer *p, s64 raw_ns, s64 freq_ppb_q16, struct cdisc_estimate *e)
{
	if (p->is_tracked)
		cdisc_track_predict(&p->track, raw_ns, e);
	else
		cdisc_filter_predict(&p->filter, raw_ns, freq_ppb_q16, e);
}

s8 cdisc_peer_poll(const struct cdisc_peer *p, s8 loop_poll_log2s)
{
	s8 least_log2s = p->minpoll_log2s;

	if (!p->is_tracked)
		return clamp_t(s8, loop_poll_log2s, least_log2s, p->maxpoll_log2s);
	if (p->quick)
		least_log2s = min_t(s8, least_log2s, CDISC_POLL_QUICK_LOG2S);
	return clamp_t(s8, p->wish_log2s, least_log2s, p->maxpoll_log2s);
}

s64 cdisc_peer_patience(const struct cdisc_peer *p, s8 loop_poll_log2s)
{
	return cdisc_ns_from_log2s(max_t(s8, cdisc_peer_poll(p, loop_poll_log2s), p->minpoll_log2s));
}

/* Half of the way there and back, from the reference on, rounded up. */
static s64 half_way(const struct cdisc_peer *p, const struct cdisc_estimate *e)
{
	s64 path_ns = cdisc_add_sat(p->header.root_delay_ns, e->delay_ns);

	if (path_ns > 0)
		path_ns = max_t(s64, path_ns, CDISC_MINDISP_NS);
	return path_ns - path_ns / 2;
}

s64 cdisc_peer_distance(const struct cdisc_peer *p, const struct cdisc_estimate *e)
{
	s64 disp_ns = cdisc_add_sat(p->header.root_disp_ns, e->disp_ns);

	return cdisc_add_sat(half_way(p, e), cdisc_add_sat(disp_ns, e->jitter_ns));
}

void cdisc_peer_split(const struct cdisc_peer *p, const struct cdisc_estimate *e, struct cdisc_bound_split *split)
{
	s64 root_way_ns = p->header.root_delay_ns - p->header.root_delay_ns / 2;

	*split = (struct cdisc_bound_split){
		.root_ns = cdisc_add_sat(root_way_ns, p->header.root_disp_ns),
		.path_ns = e->delay_ns - e->delay_ns / 2,
		.aged_ns = e->aged_ns,
	};
	/* The least that a path adds is of this one. */
	if (!p->is_tracked)
		split->path_ns = cdisc_sub_sat(half_way(p, e), root_way_ns);
}
