// SPDX-License-Identifier: GPL-2.0
/*
 * What reading the true time costs a program: pagecost [ROUNDS]
 *
 * A page is memory, so one that this program fills itself costs the same as the module's, and nothing needs to be loaded.
 * Prints "PAGECOST now_ns= realtime_ns= raw_ns= ratio=": one clockdisc_now(), one clock_gettime() of CLOCK_REALTIME and of
 * CLOCK_MONOTONIC_RAW, each in the best of ROUNDS (5000) short rounds, which other work disturbs the least, and the first by
 * the second.
 */
#include "clockdisc_now.h"

#include <inttypes.h>
#include <stdlib.h>

#define READINGS	1000

static int64_t mono_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * CLOCKDISC_NSEC_PER_SEC + ts.tv_nsec;
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

/* As the module writes it: a line that is known, with a growth that has two parts. */
static void fill(struct clockdisc_page *page)
{
	*page = (struct clockdisc_page){
		.magic = CLOCKDISC_PAGE_MAGIC, .version = CLOCKDISC_PAGE_VERSION, .size = sizeof(*page),
		.flags = CLOCKDISC_PAGE_VALID | CLOCKDISC_PAGE_SYNCHRONISED, .raw_ns = mono_ns(CLOCK_MONOTONIC_RAW),
		.real_ns = mono_ns(CLOCK_REALTIME), .rate_ppb_q16 = 20000 * INT64_C(65536) + 12345, .half_ns = 1000000,
		.hold_ppb_q16 = 100 * INT64_C(65536), .hold_ns = 1000000, .phi_ppb_q16 = 15000 * INT64_C(65536),
		.void_raw_ns = INT64_MAX,
	};
}

int main(int argc, char **argv)
{
	long rounds = argc == 2 ? atol(argv[1]) : 5000, i;
	double now_ns = 1e18, real_ns = 1e18, raw_ns = 1e18;
	static struct clockdisc_page page;
	struct clockdisc_reader reader = { .page = &page };
	int64_t sum = 0;

	if (argc > 2 || rounds < 1) {
		fputs("usage: pagecost [ROUNDS]\n", stderr);
		return 2;
	}
	fill(&page);
	while (rounds--) {
		int64_t begin_ns = mono_ns(CLOCK_MONOTONIC), first_ns, second_ns;
		int64_t earliest_ns, latest_ns;
		struct timespec ts;

		for (i = 0; i < READINGS; i++) {
			if (clockdisc_now(&reader, &earliest_ns, &latest_ns))
				return 1;
			sum += latest_ns - earliest_ns;
		}
		first_ns = mono_ns(CLOCK_MONOTONIC);
		for (i = 0; i < READINGS; i++)
			clock_gettime(CLOCK_REALTIME, &ts);
		second_ns = mono_ns(CLOCK_MONOTONIC);
		for (i = 0; i < READINGS; i++)
			clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
		now_ns = least(now_ns, (double)(first_ns - begin_ns) / READINGS);
		real_ns = least(real_ns, (double)(second_ns - first_ns) / READINGS);
		raw_ns = least(raw_ns, (double)(mono_ns(CLOCK_MONOTONIC) - second_ns) / READINGS);
	}
	printf("PAGECOST now_ns=%.1f realtime_ns=%.1f raw_ns=%.1f ratio=%.2f\n", now_ns, real_ns, raw_ns, now_ns / real_ns);
	return sum > 0 ? 0 : 1;
}
