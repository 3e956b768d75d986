// SPDX-License-Identifier: GPL-2.0
/*
 * What a tick and an adjtimex() call cost: tickcost [TICKS]
 *
 * Prints "COST tick= read= change=": the median time that an interrupt takes from a program that does nothing but read the
 * counter, and the mean time of one adjtimex() that reads and of one that changes the frequency, all in cycles of the counter.
 * In virtual time (-icount shift=0) a cycle is an instruction.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/timex.h>
#include <x86intrin.h>

/* Between two readings; longer, and something came in between. */
#define QUIET_CYC	300
#define TICKS_MAX	10000
#define CALLS		5000

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static uint64_t tick_cyc(size_t n)
{
	static uint64_t gap[TICKS_MAX];
	uint64_t last = __rdtsc(), now;
	size_t i = 0;

	while (i < n) {
		now = __rdtsc();
		if (now - last > QUIET_CYC)
			gap[i++] = now - last;
		last = now;
	}
	qsort(gap, n, sizeof(gap[0]), compare);
	return gap[n / 2];
}

/* A new frequency each time, or none. */
static double call_cyc(unsigned int modes)
{
	uint64_t begin = __rdtsc();
	int i;

	for (i = 0; i < CALLS; i++) {
		struct timex tx = { .modes = modes, .freq = i % 2 * 1000 };

		if (adjtimex(&tx) < 0) {
			perror("tickcost: adjtimex");
			exit(1);
		}
	}
	return (double)(__rdtsc() - begin) / CALLS;
}

int main(int argc, char **argv)
{
	long ticks = argc == 2 ? atol(argv[1]) : 1000;
	uint64_t tick;
	double read;

	if (argc > 2 || ticks < 1 || ticks > TICKS_MAX) {
		fputs("usage: tickcost [TICKS], 1 to 10000\n", stderr);
		return 2;
	}
	tick = tick_cyc((size_t)ticks);
	read = call_cyc(0);
	printf("COST tick=%llu read=%.0f change=%.0f\n", (unsigned long long)tick, read, call_cyc(ADJ_FREQUENCY));
	return 0;
}
