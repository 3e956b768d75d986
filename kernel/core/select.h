/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Which sources tell the time, and what time they tell: intersection, cluster, combine (RFC 5905, section 11.2).
 *
 * Passes over an array of sources (select.c names them), none of which allocates. Each leaves a reason at every source
 * it decides on. O(n log n) in the number of sources: the cluster algorithm looks at the best CDISC_CLUSTER_MAX only.
 */
#ifndef CDISC_SELECT_H
#define CDISC_SELECT_H

#include "peer.h"

/* ntpd's "tos maxclock": how many truechimers the cluster algorithm looks at. */
#define CDISC_CLUSTER_MAX	10

/* RFC 5905, section 7.2: NMIN, the cluster algorithm stops at this many survivors. */
#define CDISC_CLUSTER_MIN	3

/**
 * struct cdisc_select_limits - what the operator asks for
 * @min_survivors:	least number of survivors, 1 to 1000
 * @max_distance_ns:	largest root distance
 */
struct cdisc_select_limits {
	u32	min_survivors;
	s64	max_distance_ns;
};

/* One end or the middle of a source's correctness interval. */
struct cdisc_select_edge {
	s64	phase_ns;
	u32	peer;		/* index into the array of sources */
	s32	type;		/* -1 lower end, 0 middle, +1 upper end */
};

/* A source that is fit to be looked at, and later a survivor. */
struct cdisc_select_entry {
	struct cdisc_estimate	e;		/* at the instant of the selection */
	s64			distance_ns;
	s64			merit_ns;	/* stratum * largest distance + distance: less is better */
	u32			peer;
	bool			is_preferred;
};

/**
 * struct cdisc_select_work - room that a selection needs, the caller's
 * @edge:	3 * n of them
 * @entry:	n of them
 */
struct cdisc_select_work {
	struct cdisc_select_edge	*edge;
	struct cdisc_select_entry	*entry;
};

/**
 * struct cdisc_selection - the outcome
 * @peer:	index of the system peer, -1 when there is none
 * @survivors:	number of sources combined
 * @phase_ns:	combined reference minus raw at the instant of the selection
 * @sample_raw_ns: instant of the system peer's sample in use; with trackers, of the survivors' newest sample
 * @jitter_ns:	system jitter: select jitter and the system peer's jitter, RMS
 * @delay_ns:	round-trip delay of the system peer
 * @distance_ns: root distance of the combined time: the system peer's and how far apart the two are
 * @root_delay_ns: to the primary reference
 * @root_disp_ns: to the primary reference
 * @stratum:	of this clock when it follows the system peer
 * @leap:	announced by a majority of the survivors; none when they smear
 * @is_smeared:	the survivors smear leap seconds
 * @freq_ppb_q16: combined frequency, reference against raw; with trackers only, as all below
 * @error_ns_q16: standard deviation of @phase_ns, ns * 2^16
 * @split:	where @distance_ns comes from, with trackers @hard_ns
 * @hard_ns:	the reference is within this of @phase_ns, as far as the best round trip bounds it
 * @hold_ppb_q16: how fast @hard_ns grows, carried with the frequency of the source that it is of
 * @apart_ppb_q16: how far that frequency is from @freq_ppb_q16, >= 0
 */
struct cdisc_selection {
	s32			peer;
	u32			survivors;
	s64			phase_ns;
	s64			sample_raw_ns;
	s64			jitter_ns;
	s64			delay_ns;
	s64			distance_ns;
	s64			root_delay_ns;
	s64			root_disp_ns;
	u32			stratum;
	enum clockdisc_leap	leap;
	bool			is_smeared;
	s64			freq_ppb_q16;
	s64			error_ns_q16;
	struct cdisc_bound_split split;
	s64			hard_ns;
	s64			hold_ppb_q16;
	s64			apart_ppb_q16;
};

/**
 * cdisc_select() - find the truechimers and combine them
 * @peers:	the sources, @n pointers
 * @n:		their number, 0 and up
 * @work:	room for the work
 * @lim:	limits
 * @raw_ns:	now
 * @freq_ppb_q16: learnt frequency, reference against raw
 * @last_id:	id of the system peer so far, 0 for none: it stays when it is as good as the best (anti-clockhop)
 * @sel:	the outcome
 *
 * Writes reason and distance_ns of every source. With CLOCKDISC_SOURCE_FLAGS_TRUST set on some that are fit, the
 * intersection is sought among these alone, and the others must meet it. Sources with CLOCKDISC_SOURCE_FLAGS_SMEAR are never
 * mixed with others.
 *
 * Context: Any. Takes no lock, reads no clock.
 */
void cdisc_select(struct cdisc_peer *const *peers, u32 n, struct cdisc_select_work *work,
		  const struct cdisc_select_limits *lim, s64 raw_ns, s64 freq_ppb_q16, u32 last_id,
		  struct cdisc_selection *sel);

#endif /* CDISC_SELECT_H */
