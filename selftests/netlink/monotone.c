// SPDX-License-Identifier: GPL-2.0
/*
 * Whether CLOCK_MONOTONIC ever goes back, on any processor, against any other, while the clocksource clockdisc is steered.
 *
 *   monotone turns N      the actuator's rate changes N times, between +500 and -500 ppm
 *   monotone exchange N   N times the actuator clocksource is set and given up
 *   monotone seize N      N times it is set, and the clocksource taken away from it
 *
 * A thread on each processor reads the latest reading of all, then the clock, which must not be earlier, and hands its own
 * in. Prints
 *   MONOTONE reads= back= worst_ns= failed=
 * the number of readings, how many were earlier than one before, by how much at the most, and how many commands failed.
 * Run as root, with the clocksource tsc.
 */
#include "nl.h"

#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC	1000000000LL
#define CPUS_MOST	64

static _Atomic int64_t latest_ns;
static atomic_bool is_over;

struct reader {
	pthread_t	thread;
	int		cpu;
	uint64_t	reads;
	uint64_t	back;
	int64_t		worst_ns;
};

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void hand_in(int64_t ns)
{
	int64_t last_ns = atomic_load(&latest_ns);

	while (ns > last_ns && !atomic_compare_exchange_weak(&latest_ns, &last_ns, ns))
		;
}

static void *read_on(void *arg)
{
	struct reader *r = arg;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(r->cpu, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	while (!atomic_load_explicit(&is_over, memory_order_relaxed)) {
		int64_t before_ns = atomic_load(&latest_ns);
		int64_t ns = now_ns();

		r->reads++;
		if (ns < before_ns) {
			r->back++;
			r->worst_ns = before_ns - ns > r->worst_ns ? before_ns - ns : r->worst_ns;
		}
		hand_in(ns);
	}
	return NULL;
}

static struct nl nl;
static struct nl_msg msg;
static struct nl_answer answer;

/* Each returns 0 or 1, a failure. */
static int turn(int ppm)
{
	nl_begin(&nl, &msg, CLOCKDISC_CMD_FREQ_SET, 0);
	nl_put_u64(&msg, CLOCKDISC_A_CLOCK_FREQ_PPB_Q16, (uint64_t)(ppm * 65536000LL));
	nl_talk(&nl, &msg, &answer);
	return answer.err != 0;
}

static int set_actuator(uint32_t actuator)
{
	nl_begin(&nl, &msg, CLOCKDISC_CMD_CLOCK_SET, 0);
	nl_put_u32(&msg, CLOCKDISC_A_CLOCK_ACTUATOR, actuator);
	nl_talk(&nl, &msg, &answer);
	return answer.err != 0;
}

static int choose(const char *name)
{
	static const char path[] = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
	int fd = open(path, O_WRONLY);
	bool is_written = fd >= 0 && write(fd, name, strlen(name)) > 0;

	if (fd >= 0)
		close(fd);
	return !is_written;
}

static int turns(int i)
{
	return turn(i % 2 ? -500 : 500);
}

static int exchange(int i)
{
	return choose("clockdisc") + set_actuator(CLOCKDISC_ACTUATOR_CLOCKSOURCE) + turn(i % 2 ? -500 : 500) +
	       set_actuator(CLOCKDISC_ACTUATOR_TIMEKEEPER) + choose("tsc") + turn(i % 2 ? 500 : -500);
}

static int seize(int i)
{
	return choose("clockdisc") + set_actuator(CLOCKDISC_ACTUATOR_CLOCKSOURCE) + turn(i % 2 ? -500 : 500) +
	       choose("tsc");
}

static const struct {
	const char	*name;
	int		(*once)(int i);
} ways[] = { { "turns", turns }, { "exchange", exchange }, { "seize", seize } };

int main(int argc, char **argv)
{
	static struct reader readers[CPUS_MOST];
	long n = sysconf(_SC_NPROCESSORS_ONLN), i, times = argc == 3 ? atol(argv[2]) : 0;
	struct reader sum = { 0 };
	size_t way = 0;
	int failed = 0;

	while (way < sizeof(ways) / sizeof(ways[0]) && argc == 3 && strcmp(ways[way].name, argv[1]))
		way++;
	if (times < 1 || way == sizeof(ways) / sizeof(ways[0])) {
		fputs("usage: monotone turns|exchange|seize N\n", stderr);
		return 2;
	}
	if (nl_open(&nl)) {
		fputs("monotone: the module is not loaded\n", stderr);
		return 4;
	}
	n = n > CPUS_MOST ? CPUS_MOST : n;
	for (i = 0; i < n; i++) {
		readers[i].cpu = (int)i;
		if (pthread_create(&readers[i].thread, NULL, read_on, &readers[i])) {
			perror("monotone: pthread_create");
			return 4;
		}
	}
	for (i = 0; i < times; i++)
		failed += ways[way].once((int)i);
	atomic_store(&is_over, true);
	for (i = 0; i < n; i++) {
		pthread_join(readers[i].thread, NULL);
		sum.reads += readers[i].reads;
		sum.back += readers[i].back;
		sum.worst_ns = readers[i].worst_ns > sum.worst_ns ? readers[i].worst_ns : sum.worst_ns;
	}
	printf("MONOTONE reads=%" PRIu64 " back=%" PRIu64 " worst_ns=%" PRId64 " failed=%d\n", sum.reads, sum.back,
	       sum.worst_ns, failed);
	return 0;
}
