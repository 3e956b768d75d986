/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the lab's programs share: addresses, the counter, and pairs of what it and CLOCK_REALTIME say.
 *
 * RDTSC counts nanoseconds of virtual time and nobody steers it. The kernel measured its frequency when it booted, a
 * little wrong, and makes a second of LAB_MULT / 2^23 times a second's cycles from then on. The scenario takes that
 * for granted, too: its counter is what CLOCK_MONOTONIC_RAW says as long as no clocksource of ours is current. At
 * LAB_BEGIN_NS every scenario begins, whatever was started before.
 */
#ifndef CDISC_LAB_COUNTER_H
#define CDISC_LAB_COUNTER_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <x86intrin.h>

#define NSEC_PER_SEC	1000000000LL
#define LAB_BEGIN_NS	(10 * NSEC_PER_SEC)
#define LAB_SHIFT	23
#define LAB_NET		0x0a010001	/* 10.1.0.1, the first server */

static uint64_t counter_mult;

/* The scenario's time. */
static inline int64_t counter_raw_ns(void)
{
	uint64_t cyc;

	_mm_lfence();
	cyc = __rdtsc();
	_mm_lfence();
	return (int64_t)((unsigned __int128)cyc * counter_mult >> LAB_SHIFT) - LAB_BEGIN_NS;
}

static inline int64_t clock_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

struct counter_pair {
	int64_t raw_ns;
	int64_t real_ns;
};

/* The narrowest of a few brackets: an interrupt may fall into one. */
static inline struct counter_pair counter_pair_read(void)
{
	struct counter_pair pair = { 0 };
	int64_t best_ns = INT64_MAX;

	for (int i = 0; i < 3; i++) {
		int64_t before_ns = counter_raw_ns();
		int64_t real_ns = clock_ns(CLOCK_REALTIME);
		int64_t after_ns = counter_raw_ns();

		if (after_ns - before_ns >= best_ns)
			continue;
		best_ns = after_ns - before_ns;
		pair.raw_ns = before_ns + best_ns / 2;
		pair.real_ns = real_ns;
	}
	return pair;
}

static inline void counter_init(const char *program)
{
	const char *mult = getenv("LAB_MULT");

	counter_mult = mult ? strtoull(mult, NULL, 10) : 0;
	if (!counter_mult) {
		fprintf(stderr, "%s: LAB_MULT is not set\n", program);
		exit(1);
	}
}

#endif /* CDISC_LAB_COUNTER_H */
