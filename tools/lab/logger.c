// SPDX-License-Identifier: GPL-2.0
/*
 * The error of CLOCK_REALTIME, once a second of the counter.
 *
 * usage: logger KEY=VALUE... > ERRORS
 *        logger set KEY=VALUE...
 *        logger mult
 *
 * The first form writes one line a second, from 1 s to DURATION: the counter, clock minus truth at that counter value,
 * and how wrong the clock says it can be, -1 where nothing is said:
 *
 *	raw_ns error_ns bound_ns
 *
 * The bound is maxerror of adjtimex(), which is what every program of the machine is told, in us; of clockdisc it is the
 * module's own, because maxerror is a promise that the kernel lets grow until it is renewed.
 *
 * The second form sets the clock OFFSET0 behind the scenario's beginning, and ends when that comes. The third prints
 * LAB_MULT, which all programs of the lab need; see counter.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/timex.h>

#include "cdisc_client.h"
#include "counter.h"
#include "plant.h"
#include "scenario.h"

static void sleep_ns(int64_t ns)
{
	struct timespec ts = { ns / NSEC_PER_SEC, ns % NSEC_PER_SEC };

	nanosleep(&ts, NULL);
}

/* Not before; later only by what a slew that slows the clock makes of a sleep. */
static void sleep_until(int64_t raw_ns)
{
	int64_t left_ns;

	while ((left_ns = raw_ns - counter_raw_ns()) > 0)
		sleep_ns(left_ns);
}

static int clock_set(const struct scenario *sc)
{
	struct counter_pair pair;
	struct timex tx = { .modes = ADJ_SETOFFSET | ADJ_NANO };
	int64_t by_ns;

	if (counter_raw_ns() > 0) {
		fprintf(stderr, "logger: the guest is up %.1f s too late\n", (double)counter_raw_ns() / 1e9);
		return 1;
	}
	pair = counter_pair_read();
	by_ns = PLANT_EPOCH_NS + pair.raw_ns - llround(sc->offset0 * 1e9) - pair.real_ns;
	tx.time.tv_sec = by_ns / NSEC_PER_SEC - (by_ns % NSEC_PER_SEC < 0);
	tx.time.tv_usec = by_ns - tx.time.tv_sec * NSEC_PER_SEC;	/* ns: ADJ_NANO */
	if (adjtimex(&tx) < 0) {
		perror("logger: adjtimex");
		return 1;
	}
	sleep_until(0);
	return 0;
}

static int mult_print(void)
{
	int64_t raw_ns, mono_ns;
	double mult;

	counter_mult = 1 << LAB_SHIFT;
	clock_ns(CLOCK_MONOTONIC_RAW);
	mono_ns = clock_ns(CLOCK_MONOTONIC_RAW);
	raw_ns = counter_raw_ns();
	sleep_ns(3 * NSEC_PER_SEC);
	mono_ns = clock_ns(CLOCK_MONOTONIC_RAW) - mono_ns;
	raw_ns = counter_raw_ns() - raw_ns;
	mult = (double)mono_ns / (double)raw_ns * (1 << LAB_SHIFT);
	if (fabs(mult / (1 << LAB_SHIFT) - 1) > 1e-4 || fabs(mult - round(mult)) > 0.3) {
		fprintf(stderr, "logger: the counter does not count nanoseconds, but %.9f\n", mult / (1 << LAB_SHIFT));
		return 1;
	}
	printf("%.0f\n", mult);
	return 0;
}

static int64_t bound_of_kernel_ns(void)
{
	struct timex tx = { 0 };

	return adjtimex(&tx) < 0 ? -1 : (int64_t)tx.maxerror * 1000;
}

static int64_t bound_of_module_ns(struct cdisc_client *client)
{
	struct cdisc_clock_info info;

	if (!client->sock && cdisc_client_open(client))
		return -1;
	if (cdisc_clock_get(client, &info)) {
		cdisc_client_close(client);
		return -1;
	}
	return info.has_bound ? (int64_t)info.bound_ns : -1;
}

int main(int argc, char **argv)
{
	struct cdisc_client client = { 0 };
	static char buffer[1 << 20];
	bool is_mult = argc > 1 && !strcmp(argv[1], "mult");
	bool is_set = argc > 1 && !strcmp(argv[1], "set");
	bool is_clockdisc;
	struct counter_pair pair;
	struct scenario sc;
	struct plant plant;
	int64_t second = 0, end;

	if (is_mult)
		return mult_print();
	scenario_defaults(&sc);
	scenario_from_args(&sc, argc - is_set, argv + is_set);
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	counter_init("logger");
	if (is_set)
		return clock_set(&sc);
	is_clockdisc = !strcmp(sc.client, "clockdisc");
	plant_init(&plant, &sc);
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	end = (int64_t)sc.duration;
	while (second < end) {
		sleep_until((second + 1) * NSEC_PER_SEC);
		pair = counter_pair_read();
		second = pair.raw_ns / NSEC_PER_SEC;
		printf("%" PRId64 " %" PRId64 " %" PRId64 "\n", pair.raw_ns,
		       pair.real_ns - plant_truth(&plant, pair.raw_ns),
		       is_clockdisc ? bound_of_module_ns(&client) : bound_of_kernel_ns());
	}
	return fflush(stdout) ? 1 : 0;
}
