/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A source and the registry of sources. A source knows neither engine nor netlink.
 *
 * Locking: the registry's owner has one lock for all of it.
 */
#ifndef CDISC_SOURCE_H
#define CDISC_SOURCE_H

#include <linux/types.h>
#include <linux/xarray.h>

#include "core/peer.h"
#include "core/select.h"
#include "timeline.h"

#define CDISC_SOURCE_NAME_MAX	63
#define CDISC_SOURCES_MAX	4096

/* More samples than this in a second of one source say nothing new and cost everybody. */
#define CDISC_SOURCE_RATE_MAX	64

/**
 * struct cdisc_source - a source
 * @peer:	what the core knows of it
 * @kind:	where its samples come from
 * @name:	for people
 * @rate_raw_ns: begin of the second in which @rate_count counts
 * @last_raw_ns: when the last sample arrived, counter time; 0 before the first
 * @rate_count:	samples in the second of @rate_raw_ns
 * @told_reason: reason that was last told of
 */
struct cdisc_source {
	struct cdisc_peer	peer;
	const char		*kind;
	char			name[CDISC_SOURCE_NAME_MAX + 1];
	s64			rate_raw_ns;
	s64			last_raw_ns;
	u32			rate_count;
	enum clockdisc_reason	told_reason;
};

/**
 * struct cdisc_sources - the registry
 * @by_id:	sources by id
 * @next_id:	ids are not used twice until 2^32 were given out
 * @peers:	their core halves in the order of their ids, for the selection
 * @count:	number of sources
 * @room:	number that @peers and @work have room for
 * @work:	room that a selection needs
 */
struct cdisc_sources {
	struct xarray			by_id;
	u32				next_id;
	struct cdisc_peer		**peers;
	u32				count;
	u32				room;
	struct cdisc_select_work	work;
};

/* What can be set of a source. */
struct cdisc_source_settings {
	u32	flags;
	s8	minpoll_log2s;
	s8	maxpoll_log2s;
};

/**
 * struct cdisc_submission - a sample as user space hands it in
 * @source_id:	source
 * @is_missed:	a poll that was not answered; nothing else counts then
 * @has_stamps:	@t1_real_ns to @t4_real_ns are given, otherwise the three below them
 * @t1_real_ns:	request left us, CLOCK_REALTIME
 * @t2_real_ns:	request reached the source, its clock
 * @t3_real_ns:	reply left the source, its clock
 * @t4_real_ns:	reply reached us, CLOCK_REALTIME
 * @real_ns:	instant of a plain sample, CLOCK_REALTIME
 * @offset_ns:	source minus local then
 * @half_ns:	half-width of the plain sample
 * @precision_log2s: precision of the source's clock
 * @header:	what the source says of itself
 */
struct cdisc_submission {
	u32			source_id;
	bool			is_missed;
	bool			has_stamps;
	s64			t1_real_ns;
	s64			t2_real_ns;
	s64			t3_real_ns;
	s64			t4_real_ns;
	s64			real_ns;
	s64			offset_ns;
	s64			half_ns;
	s8			precision_log2s;
	struct cdisc_header	header;
};

void cdisc_sources_init(struct cdisc_sources *ss);
void cdisc_sources_exit(struct cdisc_sources *ss);

/**
 * cdisc_source_add() - register a source
 * @ss:		the registry
 * @kind:	where its samples come from; a string that lives as long as the module
 * @name:	its name, copied
 * @set:	its settings
 *
 * Context: Process context, may sleep.
 * Return: the source, or ERR_PTR(-ENOMEM), ERR_PTR(-ENOSPC) when there are CDISC_SOURCES_MAX already.
 */
struct cdisc_source *cdisc_source_add(struct cdisc_sources *ss, const char *kind, const char *name,
				      const struct cdisc_source_settings *set);

/* Take a source out of the registry and free it. */
void cdisc_source_del(struct cdisc_sources *ss, struct cdisc_source *src);

/* The source with this id, NULL when there is none. */
struct cdisc_source *cdisc_source_find(const struct cdisc_sources *ss, u32 id);

/* The source with the least id that is not below id, NULL when there is none: for walking. */
struct cdisc_source *cdisc_source_next(const struct cdisc_sources *ss, u32 id);

/* Take over checked settings. */
void cdisc_source_set(struct cdisc_source *src, const struct cdisc_source_settings *set);

/* One more sample at raw_ns: false when that is more than a source may send. */
bool cdisc_source_may_sample(struct cdisc_source *src, s64 raw_ns);

/* The counter itself changed: forget what was measured of every source. */
void cdisc_sources_restart(struct cdisc_sources *ss);

/**
 * cdisc_sources_age() - sources that nobody polls any longer become unreachable
 * @ss:			the registry
 * @raw_ns:		now
 * @loop_poll_log2s:	poll interval that the loop asks for
 * @next_raw_ns:	filled with the instant at which the next one would, S64_MAX when none can
 *
 * Context: The owner's lock is held.
 * Return: whether one fell out.
 */
bool cdisc_sources_age(struct cdisc_sources *ss, s64 raw_ns, s8 loop_poll_log2s, s64 *next_raw_ns);

/**
 * cdisc_source_user_sample() - stamps of user space become a sample on counter time
 * @tl:	the timeline
 * @sub: the submission
 * @s:	filled with the sample
 *
 * Context: The owner's lock is held.
 * Return: CLOCKDISC_VERDICT_ACCEPTED or why the stamps are of no use.
 */
enum clockdisc_verdict cdisc_source_user_sample(const struct cdisc_timeline *tl,
						const struct cdisc_submission *sub, struct cdisc_sample *s);

#endif /* CDISC_SOURCE_H */
