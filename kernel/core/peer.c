// SPDX-License-Identifier: GPL-2.0
/*
 * What the core knows of a source: its settings, its last words, its estimate, and why it is or is not used.
 */
#include "peer.h"

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
}

void cdisc_peer_restart(struct cdisc_peer *p)
{
	cdisc_filter_reset(&p->filter);
	p->is_heard = false;
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
		v = cdisc_filter_add(&p->filter, s, freq_ppb_q16, poll_ns);
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
}

s8 cdisc_peer_poll(const struct cdisc_peer *p, s8 loop_poll_log2s)
{
	return clamp_t(s8, loop_poll_log2s, p->minpoll_log2s, p->maxpoll_log2s);
}

s64 cdisc_peer_distance(const struct cdisc_peer *p, const struct cdisc_estimate *e)
{
	s64 path_ns = cdisc_add_sat(p->header.root_delay_ns, e->delay_ns);
	s64 disp_ns = cdisc_add_sat(p->header.root_disp_ns, e->disp_ns);

	if (path_ns > 0)
		path_ns = max_t(s64, path_ns, CDISC_MINDISP_NS);
	/* Half of the path, rounded up. */
	return cdisc_add_sat(path_ns - path_ns / 2, cdisc_add_sat(disp_ns, e->jitter_ns));
}
