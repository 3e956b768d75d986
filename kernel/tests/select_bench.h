/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A bench for the tests of selection: sources that are made to measure, and the outcome as a string.
 */
#ifndef CDISC_TESTS_SELECT_BENCH_H
#define CDISC_TESTS_SELECT_BENCH_H

#include <kunit/test.h>

#include "core/select.h"

#define SEC	CDISC_NSEC_PER_SEC
#define MS	1000000LL

#define MAX_SOURCES	12
#define RAW_NS		(1000 * SEC)
#define BASE_NS		(1700000000 * SEC)
#define MAX_DISTANCE_NS	(1500 * MS)

#define PREFER		CLOCKDISC_SOURCE_FLAGS_PREFER
#define NOSELECT	CLOCKDISC_SOURCE_FLAGS_NOSELECT
#define TRUST		CLOCKDISC_SOURCE_FLAGS_TRUST
#define SMEAR		CLOCKDISC_SOURCE_FLAGS_SMEAR

/* Reasons by a letter each, so that a table shows an outcome at a glance. */

static inline char reason_letter(enum clockdisc_reason reason)
{
	switch (reason) {
	case CLOCKDISC_REASON_SELECTED:		return '*';
	case CLOCKDISC_REASON_COMBINED:		return '+';
	case CLOCKDISC_REASON_OUTLIER:		return '-';
	case CLOCKDISC_REASON_EXCESS:		return '.';
	case CLOCKDISC_REASON_FALSETICKER:	return 'x';
	case CLOCKDISC_REASON_NO_MAJORITY:	return 'n';
	case CLOCKDISC_REASON_FEW_SURVIVORS:	return '#';
	case CLOCKDISC_REASON_NO_SAMPLE:	return '0';
	case CLOCKDISC_REASON_UNREACHABLE:	return 'r';
	case CLOCKDISC_REASON_UNSYNC:		return 'u';
	case CLOCKDISC_REASON_STRATUM:		return 's';
	case CLOCKDISC_REASON_DISTANCE:		return 'd';
	case CLOCKDISC_REASON_LOOP:		return 'l';
	case CLOCKDISC_REASON_NOSELECT:		return 'o';
	case CLOCKDISC_REASON_NOT_TRUSTED:	return 't';
	case CLOCKDISC_REASON_HOST_DISAGREES:	return 'h';
	case CLOCKDISC_REASON_SMEAR_MIXED:	return 'm';
	case CLOCKDISC_REASON_BUDGET:		return 'b';
	}
	return '?';
}

struct bench {
	struct cdisc_peer		peer[MAX_SOURCES];
	struct cdisc_peer		*peers[MAX_SOURCES];
	struct cdisc_select_edge	edge[3 * MAX_SOURCES];
	struct cdisc_select_entry	entry[MAX_SOURCES];
	struct cdisc_select_work	work;
	struct cdisc_select_limits	lim;
	struct cdisc_selection		sel;
	char				reasons[MAX_SOURCES + 1];
	u32				n;
	u32				last_id;
};

static inline struct bench *bench_new(struct kunit *test)
{
	struct bench *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, b);
	b->work.edge = b->edge;
	b->work.entry = b->entry;
	b->lim = (struct cdisc_select_limits){ .min_survivors = 1, .max_distance_ns = MAX_DISTANCE_NS };
	return b;
}

/* A source without a path whose root distance is distance_ns, jitter_ns of it jitter. */
static inline struct cdisc_peer *add(struct bench *b, s64 phase_ns, s64 distance_ns, s64 jitter_ns)
{
	struct cdisc_peer *p = &b->peer[b->n];

	cdisc_peer_init(p, b->n + 1);
	p->reach = 1;
	p->header = (struct cdisc_header){ .leap = CLOCKDISC_LEAP_NONE, .stratum = 2 };
	p->filter.count = 1;
	p->filter.used = (struct cdisc_filter_used){
		.sample_raw_ns = RAW_NS, .phase_ns = cdisc_add_sat(BASE_NS, phase_ns),
		.disp_ns = distance_ns - jitter_ns, .jitter_ns = jitter_ns,
	};
	b->peers[b->n++] = p;
	return p;
}

static inline const char *choose(struct bench *b)
{
	u32 i;

	cdisc_select(b->peers, b->n, &b->work, &b->lim, RAW_NS, 0, b->last_id, &b->sel);
	for (i = 0; i < b->n; i++)
		b->reasons[i] = reason_letter(b->peers[i]->reason);
	b->reasons[i] = 0;
	return b->reasons;
}

#endif /* CDISC_TESTS_SELECT_BENCH_H */
