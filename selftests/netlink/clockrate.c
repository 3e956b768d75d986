// SPDX-License-Identifier: GPL-2.0
/*
 * How fast CLOCK_REALTIME runs against CLOCK_MONOTONIC_RAW, seen from outside.
 *
 *   clockrate SECONDS [INTERVAL]
 *
 * Reads both clocks every INTERVAL seconds (1), and prints
 *   RATE mean_ppb= max_ppb= min_ppb=    of the stretches between readings
 *        max_at_ns= min_at_ns=          when the fastest and the slowest of them ended, from the start
 *        end_ns= peak_ns= low_ns=       by how much real moved against raw at the end, at the most, at the least
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <time.h>

#define NSEC_PER_SEC	1000000000LL
#define TRIES		5

struct reading {
	int64_t	raw_ns;
	int64_t	clock_ns;	/* real minus raw */
};

static int64_t now_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/* Of several readings the one that was least disturbed. */
static struct reading reading_take(void)
{
	struct reading best = { 0 };
	int64_t best_ns = INT64_MAX;
	int i;

	for (i = 0; i < TRIES; i++) {
		int64_t before_ns = now_ns(CLOCK_MONOTONIC_RAW);
		int64_t real_ns = now_ns(CLOCK_REALTIME);
		int64_t after_ns = now_ns(CLOCK_MONOTONIC_RAW);

		if (after_ns - before_ns >= best_ns)
			continue;
		best_ns = after_ns - before_ns;
		best.raw_ns = before_ns + best_ns / 2;
		best.clock_ns = real_ns - best.raw_ns;
	}
	return best;
}

static double rate_ppb(const struct reading *from, const struct reading *to)
{
	return (double)(to->clock_ns - from->clock_ns) * 1e9 / (double)(to->raw_ns - from->raw_ns);
}

int main(int argc, char **argv)
{
	double seconds = argc > 1 ? atof(argv[1]) : 0;
	double interval = argc > 2 ? atof(argv[2]) : 1;
	double max_ppb = -1e18, min_ppb = 1e18;
	int64_t peak_ns = 0, low_ns = 0, max_at_ns = 0, min_at_ns = 0, end_mono_ns;
	struct reading first, last, now;

	if (argc > 3 || seconds <= 0 || interval <= 0) {
		fputs("usage: clockrate SECONDS [INTERVAL]\n", stderr);
		return 2;
	}
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	end_mono_ns = now_ns(CLOCK_MONOTONIC) + (int64_t)(seconds * 1e9);
	first = last = now = reading_take();
	do {
		struct timespec ts = { (time_t)interval, (long)((interval - (double)(time_t)interval) * 1e9) };
		double ppb;

		nanosleep(&ts, NULL);
		now = reading_take();
		ppb = rate_ppb(&last, &now);
		if (ppb > max_ppb) {
			max_ppb = ppb;
			max_at_ns = now.raw_ns - first.raw_ns;
		}
		if (ppb < min_ppb) {
			min_ppb = ppb;
			min_at_ns = now.raw_ns - first.raw_ns;
		}
		peak_ns = now.clock_ns - first.clock_ns > peak_ns ? now.clock_ns - first.clock_ns : peak_ns;
		low_ns = now.clock_ns - first.clock_ns < low_ns ? now.clock_ns - first.clock_ns : low_ns;
		last = now;
	} while (now_ns(CLOCK_MONOTONIC) < end_mono_ns);
	printf("RATE mean_ppb=%.3f max_ppb=%.3f min_ppb=%.3f max_at_ns=%" PRId64 " min_at_ns=%" PRId64
	       " end_ns=%" PRId64 " peak_ns=%" PRId64 " low_ns=%" PRId64
	       "\n", rate_ppb(&first, &now), max_ppb, min_ppb, max_at_ns, min_at_ns,
	       now.clock_ns - first.clock_ns, peak_ns, low_ns);
	return 0;
}
