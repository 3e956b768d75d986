// SPDX-License-Identifier: GPL-2.0
/*
 * The kernel's readers and the page's: pagetimex SECONDS
 *
 * At any instant adjtimex's maxerror is to cover the half-width of the page, which has no part for the clock's own distance
 * from the truth. Looks all the time, in the middle of a second as well as at its ends: what the module told last must hold
 * until it tells again. Prints
 *   TIMEX looks= same= less= least_us=
 * looks, of which the page was the same before and after, of which maxerror was less, and the least that it was more by.
 */
#include "clockdisc_now.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/timex.h>

/*
 * The module tells the kernel and writes the page one after the other: between the two a look is repeated. It is not long, but
 * a virtual processor may lose its own in the middle.
 */
#define BETWEEN_USEC	50000

/*
 * What maxerror is more by than the half-width, ns. False when the page is void or was written meanwhile. The half-width is of
 * before, when it was smaller than at the time of maxerror by 15 ppm of a system call.
 */
static bool look(const struct clockdisc_reader *r, uint32_t *seq, int64_t *more_ns)
{
	struct timex tx = { .modes = 0 };
	struct clockdisc_page before, after;
	int64_t raw_ns, earliest_ns, latest_ns;

	if (clockdisc_read(r, &before, &raw_ns) || clockdisc_at(&before, raw_ns, &earliest_ns, &latest_ns))
		return false;
	if (adjtimex(&tx) < 0 || clockdisc_read(r, &after, &raw_ns) || after.seq != before.seq)
		return false;
	*seq = before.seq;
	*more_ns = tx.maxerror * INT64_C(1000) - (latest_ns - earliest_ns) / 2;
	return true;
}

int main(int argc, char **argv)
{
	double seconds = argc == 2 ? atof(argv[1]) : 0;
	uint64_t looks = 0, same = 0, less = 0;
	int64_t more_ns, least_ns = INT64_MAX;
	struct clockdisc_reader reader;
	struct timespec ts;
	uint32_t seq, again;
	double end, now;
	int err;

	if (seconds <= 0) {
		fputs("usage: pagetimex SECONDS\n", stderr);
		return 2;
	}
	err = clockdisc_open(&reader);
	if (err) {
		fprintf(stderr, "pagetimex: %s\n", clockdisc_why(err));
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &ts);
	end = ts.tv_sec + ts.tv_nsec / 1e9 + seconds;
	do {
		looks++;
		clock_gettime(CLOCK_MONOTONIC, &ts);
		now = ts.tv_sec + ts.tv_nsec / 1e9;
		if (!look(&reader, &seq, &more_ns))
			continue;
		if (more_ns < 0) {
			usleep(BETWEEN_USEC);
			if (!look(&reader, &again, &more_ns) || again != seq)
				continue;
		}
		same++;
		less += more_ns < 0;
		least_ns = more_ns < least_ns ? more_ns : least_ns;
	} while (now < end);
	printf("TIMEX looks=%" PRIu64 " same=%" PRIu64 " less=%" PRIu64 " least_us=%" PRId64 "\n", looks, same, less,
	       same ? least_ns / 1000 : 0);
	return 0;
}
