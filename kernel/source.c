// SPDX-License-Identifier: GPL-2.0
/*
 * The registry of sources.
 */
#include "source.h"

#include <linux/build_bug.h>
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/string.h>

/* A source that was not heard of for nine of its polls has missed the eight that its reach register holds. */
#define SILENT_POLLS	9

/* kzalloc() rounds up to a power of two. */
static_assert(sizeof(struct cdisc_source) <= 2048);

void cdisc_sources_init(struct cdisc_sources *ss)
{
	memset(ss, 0, sizeof(*ss));
	xa_init_flags(&ss->by_id, XA_FLAGS_ALLOC1);
}

void cdisc_sources_exit(struct cdisc_sources *ss)
{
	struct cdisc_source *src;
	unsigned long id;

	xa_for_each(&ss->by_id, id, src)
		kfree(src);
	xa_destroy(&ss->by_id);
	kvfree(ss->peers);
	kvfree(ss->work.edge);
	kvfree(ss->work.entry);
}

/* Make room for one more, by doubling; what is there stays as it is when memory is short. */
static int make_room(struct cdisc_sources *ss)
{
	u32 room = ss->room ? ss->room * 2 : 4;
	struct cdisc_select_work work;
	struct cdisc_peer **peers;

	if (ss->count < ss->room)
		return 0;
	peers = kvcalloc(room, sizeof(*peers), GFP_KERNEL);
	work.edge = kvcalloc(3 * room, sizeof(*work.edge), GFP_KERNEL);
	work.entry = kvcalloc(room, sizeof(*work.entry), GFP_KERNEL);
	if (!peers || !work.edge || !work.entry) {
		kvfree(peers);
		kvfree(work.edge);
		kvfree(work.entry);
		return -ENOMEM;
	}
	if (ss->count)
		memcpy(peers, ss->peers, ss->count * sizeof(*peers));
	kvfree(ss->peers);
	kvfree(ss->work.edge);
	kvfree(ss->work.entry);
	ss->peers = peers;
	ss->work = work;
	ss->room = room;
	return 0;
}

/* The array follows the registry. */
static void rebuild_peers(struct cdisc_sources *ss)
{
	struct cdisc_source *src;
	unsigned long id;

	ss->count = 0;
	xa_for_each(&ss->by_id, id, src)
		ss->peers[ss->count++] = &src->peer;
}

struct cdisc_source *cdisc_source_add(struct cdisc_sources *ss, const char *kind, const char *name,
				      const struct cdisc_source_settings *set)
{
	struct cdisc_source *src;
	u32 id;
	int err;

	if (ss->count >= CDISC_SOURCES_MAX)
		return ERR_PTR(-ENOSPC);
	err = make_room(ss);
	if (err)
		return ERR_PTR(err);
	src = kzalloc(sizeof(*src), GFP_KERNEL);
	if (!src)
		return ERR_PTR(-ENOMEM);
	err = xa_alloc_cyclic(&ss->by_id, &id, src, XA_LIMIT(1, INT_MAX), &ss->next_id, GFP_KERNEL);
	if (err < 0) {
		kfree(src);
		return ERR_PTR(err);
	}
	cdisc_peer_init(&src->peer, id);
	src->kind = kind;
	strscpy(src->name, name, sizeof(src->name));
	cdisc_source_set(src, set);
	rebuild_peers(ss);
	return src;
}

void cdisc_source_del(struct cdisc_sources *ss, struct cdisc_source *src)
{
	xa_erase(&ss->by_id, src->peer.id);
	rebuild_peers(ss);
	kfree(src);
}

struct cdisc_source *cdisc_source_find(const struct cdisc_sources *ss, u32 id)
{
	return xa_load((struct xarray *)&ss->by_id, id);
}

struct cdisc_source *cdisc_source_next(const struct cdisc_sources *ss, u32 id)
{
	unsigned long index = id;

	return xa_find((struct xarray *)&ss->by_id, &index, ULONG_MAX, XA_PRESENT);
}

void cdisc_source_set(struct cdisc_source *src, const struct cdisc_source_settings *set)
{
	src->peer.flags = set->flags;
	src->peer.minpoll_log2s = set->minpoll_log2s;
	src->peer.maxpoll_log2s = set->maxpoll_log2s;
}

bool cdisc_source_may_sample(struct cdisc_source *src, s64 raw_ns)
{
	if (raw_ns - src->rate_raw_ns >= CDISC_NSEC_PER_SEC || !src->rate_count) {
		src->rate_raw_ns = raw_ns;
		src->rate_count = 0;
	}
	if (src->rate_count >= CDISC_SOURCE_RATE_MAX)
		return false;
	src->rate_count++;
	return true;
}

void cdisc_sources_restart(struct cdisc_sources *ss)
{
	u32 i;

	for (i = 0; i < ss->count; i++)
		cdisc_peer_restart(ss->peers[i]);
}

bool cdisc_sources_age(struct cdisc_sources *ss, s64 raw_ns, s8 loop_poll_log2s, s64 *next_raw_ns)
{
	struct cdisc_source *src;
	unsigned long id;
	bool fell = false;

	*next_raw_ns = S64_MAX;
	xa_for_each(&ss->by_id, id, src) {
		s64 poll_ns = cdisc_peer_patience(&src->peer, loop_poll_log2s);
		s64 silent_raw_ns = src->last_raw_ns + SILENT_POLLS * poll_ns;

		if (!src->peer.reach)
			continue;
		if (raw_ns >= silent_raw_ns) {
			src->peer.reach = 0;
			fell = true;
		} else {
			*next_raw_ns = min_t(s64, *next_raw_ns, silent_raw_ns);
		}
	}
	return fell;
}
