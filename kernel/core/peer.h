/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the core knows of a source: its settings, its last words, its estimate, and why it is or is not used.
 */
#ifndef CDISC_PEER_H
#define CDISC_PEER_H

#include "budget.h"
#include "bound.h"
#include "estimator.h"
#include "track.h"
#include "units.h"

#define CDISC_POLL_MIN_LOG2S		0
#define CDISC_POLL_MAX_LOG2S		17
#define CDISC_POLL_DEFAULT_MIN_LOG2S	6	/* RFC 5905, section 7.2: MINPOLL of ntpd's defaults, 64 s */
#define CDISC_POLL_DEFAULT_MAX_LOG2S	10	/* 1024 s */

/*
 * RFC 5905, section 7.2: MINDISP, 5 ms. Half of it is the least that a network path adds to a root distance: less,
 * and sources whose paths are a little asymmetric call each other falsetickers; more, and real ones are missed.
 */
#define CDISC_MINDISP_NS		5000000LL

/*
 * Polls that may be quick after a start or an interruption, and after a jump, which wants to be confirmed. At a start 20 are
 * two packets more than chrony sends in 40 000 s at intervals of 64 to 1024 s, and no better for it; 14 are 20 % worse there
 * behind a millisecond of queueing.
 */
#define CDISC_POLL_QUICK_START		16
#define CDISC_POLL_QUICK_JUMP		6
#define CDISC_POLL_QUICK_LOG2S		1

/* A jump is confirmed by quick polls once in so many ordinary ones: a source that jumps all the time gets no more. */
#define CDISC_POLL_CALM			8

#define CDISC_STRATUM_UNSYNC		16	/* RFC 5905, section 7.2: MAXSTRAT */

/**
 * struct cdisc_header - what a source says of itself along with a sample
 * @leap:	its leap indicator
 * @stratum:	as received: 0 and 16 are refused
 * @ref_id:	reference identifier, host byte order
 * @is_self:	its reference is this very machine
 * @root_delay_ns: >= 0
 * @root_disp_ns: >= 0
 */
struct cdisc_header {
	enum clockdisc_leap	leap;
	u32			stratum;
	u32			ref_id;
	bool			is_self;
	s64			root_delay_ns;
	s64			root_disp_ns;
};

/**
 * struct cdisc_peer - a source as the core sees it
 * @id:		number, 1 and up
 * @flags:	CLOCKDISC_SOURCE_FLAGS_*
 * @minpoll_log2s: least poll interval
 * @maxpoll_log2s: largest poll interval
 * @reach:	the last eight polls, newest in bit 0
 * @header:	as of the last accepted sample, @header.stratum 16 before it
 * @filter:	its clock filter, in use unless @is_tracked
 * @track:	its tracker, in use when @is_tracked
 * @reason:	why it is or is not used, as of the last selection
 * @last_verdict: what became of the last sample, 0 before the first
 * @accepted:	samples that entered the filter
 * @dropped:	samples that did not
 * @distance_ns: root distance as of the last selection, S64_MAX without a sample
 * @stepped:	by how much it had the clock stepped
 * @slewed:	by how much it had the clock slewed
 * @aside_raw_ns: it is not used before, because a budget of it is spent
 * @is_host:	the host of this guest: its samples are exact and nobody but the engine asks it
 * @is_heard:	it has answered or missed a poll since the start or the last restart
 * @wish_log2s:	poll interval that the tracker asks for
 * @quick:	polls left that may come sooner than @minpoll_log2s
 * @calm:	polls since the last quick one, at most CDISC_POLL_CALM
 * @is_tracked:	the tracker is in use, not the clock filter
 */
struct cdisc_peer {
	u32			id;
	u32			flags;
	s8			minpoll_log2s;
	s8			maxpoll_log2s;
	u8			reach;
	struct cdisc_header	header;
	struct cdisc_filter	filter;
	struct cdisc_track	track;
	enum clockdisc_reason	reason;
	enum clockdisc_verdict	last_verdict;
	u64			accepted;
	u64			dropped;
	s64			distance_ns;
	struct cdisc_budget	stepped;
	struct cdisc_budget	slewed;
	s64			aside_raw_ns;
	bool			is_host;
	bool			is_heard;
	s8			wish_log2s;
	u8			quick;
	u8			calm;
	bool			is_tracked;
};

/* A source without samples; flags and polls are the caller's to set. */
void cdisc_peer_init(struct cdisc_peer *p, u32 id);

/* Forget what was measured, keep settings and counters: the counter itself changed. */
void cdisc_peer_restart(struct cdisc_peer *p);

/**
 * cdisc_peer_sample() - take a sample and what the source said along with it
 * @p:		the source
 * @h:		what it said
 * @s:		the sample, NULL when only the header arrived intact
 * @freq_ppb_q16: learnt frequency, reference against raw
 * @poll_ns:	present poll interval
 * @max_distance_ns: largest root distance that a source may have
 *
 * Checks in this order: unsynchronised, stratum, distance (root delay / 2 + root dispersion), then the filter. A
 * refused sample leaves the estimate alone; what the source says of itself is taken over all the same, so that
 * a server that lost its own reference is not used any longer.
 *
 * Context: Any.
 * Return: the verdict, which is also counted; _ACCEPTED, not counted, when @s is NULL and the header is good.
 */
enum clockdisc_verdict cdisc_peer_sample(struct cdisc_peer *p, const struct cdisc_header *h,
					 const struct cdisc_sample *s, s64 freq_ppb_q16, s64 poll_ns,
					 s64 max_distance_ns);

/* Count a sample that was refused before it reached the filter, or a missed poll. */
void cdisc_peer_refuse(struct cdisc_peer *p, enum clockdisc_verdict v);

/* A poll began to count: shift reach; answered or not. */
void cdisc_peer_polled(struct cdisc_peer *p, bool is_answered);

/**
 * cdisc_peer_follow() - choose the estimator
 * @p:		the source
 * @is_tracked:	the tracker, else the clock filter
 * @freq_ppb_q16: learnt frequency, reference against raw
 *
 * The one that is taken into use begins with the samples that the register holds. No change: nothing is done.
 * Context: Any.
 */
void cdisc_peer_follow(struct cdisc_peer *p, bool is_tracked, s64 freq_ppb_q16);

/* The estimate at raw_ns of a source that had a sample; freq_ppb_q16 as above. */
void cdisc_peer_estimate(const struct cdisc_peer *p, s64 raw_ns, s64 freq_ppb_q16, struct cdisc_estimate *e);

/*
 * The loop's poll interval within what the source allows; with the tracker its own wish, for some polls after a start, an
 * interruption or a jump also below the least one, down to 2 s.
 */
s8 cdisc_peer_poll(const struct cdisc_peer *p, s8 loop_poll_log2s);

/* The poll interval in ns by which silence is counted: one that is short for a while is no reason to give up early. */
s64 cdisc_peer_patience(const struct cdisc_peer *p, s8 loop_poll_log2s);

/*
 * Root distance of the estimate e of p (RFC 5905, A.5.5.2, root_dist):
 *
 *	max(MINDISP, root delay + delay) / 2 + root dispersion + dispersion + jitter
 *
 * The growth with PHI is in e->disp_ns. A source without a path, delays all 0, has nothing that could be asymmetric:
 * MINDISP does not apply and its own claim is taken. Saturates at S64_MAX.
 */
s64 cdisc_peer_distance(const struct cdisc_peer *p, const struct cdisc_estimate *e);

/* Where the distance of the estimate e of p comes from; with the tracker, that of its bounding sample. */
void cdisc_peer_split(const struct cdisc_peer *p, const struct cdisc_estimate *e, struct cdisc_bound_split *split);

#endif /* CDISC_PEER_H */
