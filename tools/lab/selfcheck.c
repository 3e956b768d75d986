// SPDX-License-Identifier: GPL-2.0
/*
 * Does the lab do what it says? Judges the logs of a run with CLIENT=none, prints TAP.
 *
 * usage: selfcheck DIR KEY=VALUE...
 *
 * With nobody steering, the clock's error is the model's; the servers give the delays that the model asks for; and the
 * client sees the delays that the servers say they gave.
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"
#include "plant.h"
#include "scenario.h"
#include "tap.h"

#define ERROR_MOST_NS	500	/* what reading a clock and a counter together costs */
#define SERVED_MOST_NS	20000	/* what waiting for an instant costs, once the kernel has to find memory */
#define SERVED_MEAN_NS	500	/* and as a rule */
#define SEEN_MOST_NS	500	/* between what the server logs and what a client's stamps tell */
#define SIGMAS		4	/* of a mean that is as it should be */

struct deviation {
	double sum;
	double sum_abs;
	double most;
	long n;
};

static FILE *log_open(const char *dir, const char *name)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "r");
	if (!file) {
		perror(path);
		exit(1);
	}
	return file;
}

static void deviation_add(struct deviation *d, double value)
{
	d->sum += value;
	d->sum_abs += fabs(value);
	d->most = fmax(d->most, fabs(value));
	d->n++;
}

static bool deviation_is_below(const struct deviation *d, const char *what, double most, long n_least)
{
	printf("# %s: %ld, deviation mean %.1f ns, absolute mean %.1f ns, most %.0f ns\n", what, d->n,
	       d->n ? d->sum / (double)d->n : 0, d->n ? d->sum_abs / (double)d->n : 0, d->most);
	return tap_expect(d->n >= n_least, "%ld are too few", d->n) & tap_expect(d->most <= most, "more than %.0f ns", most);
}

static void error_check(const char *dir, const struct scenario *sc, struct plant *plant)
{
	FILE *file = log_open(dir, "errors.txt");
	struct deviation d = { 0 };
	int64_t raw_ns, bound_ns;
	double error_ns;

	while (fscanf(file, "%" SCNd64 " %lf %" SCNd64, &raw_ns, &error_ns, &bound_ns) == 3)
		deviation_add(&d, error_ns - (-sc->offset0 * 1e9 - plant_phase(plant, raw_ns)));
	fclose(file);
	tap_report(deviation_is_below(&d, "seconds", ERROR_MOST_NS, (long)sc->duration), "the clock's error is the model's");
}

struct exchange {
	int server, is_lost;
	int64_t sent_raw_ns, there_ns, back_ns, t2_ns, t3_ns;
};

static bool exchange_read(FILE *file, struct exchange *x)
{
	return fscanf(file, "%d %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %d", &x->server, &x->sent_raw_ns,
		      &x->there_ns, &x->back_ns, &x->t2_ns, &x->t3_ns, &x->is_lost) == 7;
}

/* Queueing on one leg: what was given, what was to be expected, and its variance. */
struct queueing {
	double given_s;
	double wanted_s;
	double variance;
	long n;
};

/* The variance is right for exponential laws and too large for Erlang's; Pareto's takes more samples than a test has. */
static void queueing_add(struct queueing *q, const struct scenario *sc, double given_s, double burst_s)
{
	q->given_s += given_s;
	q->wanted_s += sc->jitter + burst_s;
	q->variance += sc->jitter * sc->jitter + burst_s * burst_s;
	q->n++;
}

static bool mean_check(const struct queueing *q, const char *leg)
{
	double n = (double)(q->n ? q->n : 1), sigma_s = sqrt(q->variance) / n;

	printf("# %s: mean %.3f us, asked %.3f us, one sigma %.3f us\n", leg, q->given_s / n * 1e6, q->wanted_s / n * 1e6,
	       sigma_s * 1e6);
	return tap_expect(fabs(q->given_s - q->wanted_s) / n <= SIGMAS * sigma_s + SERVED_MEAN_NS * 1e-9,
			  "%s: not the mean that was asked for", leg);
}

/* Return: how many got an answer. */
static long served_check(const char *dir, const struct scenario *sc, struct plant *plant)
{
	FILE *file = log_open(dir, "exchanges.txt");
	uint64_t number[SCENARIO_SERVERS_MAX] = { 0 };
	struct deviation there = { 0 }, back = { 0 }, stamp = { 0 };
	struct queueing queueing[2] = { 0 };
	long lost = 0, lost_wanted = 0;
	struct exchange x;

	while (exchange_read(file, &x)) {
		struct net_exchange asked;
		struct net_path path;

		net_path(sc, x.sent_raw_ns, &path);
		net_exchange(sc, x.server, number[x.server]++, x.sent_raw_ns, &asked);
		lost += x.is_lost;
		lost_wanted += asked.is_lost;
		if (x.is_lost)
			continue;
		deviation_add(&there, (double)(x.there_ns - asked.there_ns));
		deviation_add(&back, (double)(x.back_ns - asked.back_ns));
		deviation_add(&stamp, (double)(x.t2_ns - plant_truth(plant, x.sent_raw_ns) - x.there_ns - asked.offset_ns));
		queueing_add(&queueing[0], sc, (double)x.there_ns / 1e9 - path.base[0], path.burst[0]);
		queueing_add(&queueing[1], sc, (double)x.back_ns / 1e9 - path.base[1], path.burst[1]);
	}
	fclose(file);
	tap_report(deviation_is_below(&there, "there", SERVED_MOST_NS, 1) & deviation_is_below(&back, "back", SERVED_MOST_NS, 1) &
		   tap_expect(back.sum_abs <= SERVED_MEAN_NS * (double)back.n, "absolute mean more than %d ns", SERVED_MEAN_NS),
		   "delays are those that were asked for");
	tap_report(mean_check(&queueing[0], "there") & mean_check(&queueing[1], "back"),
		   "delays have the mean that was asked for");
	tap_report(deviation_is_below(&stamp, "stamps", 1, 1), "servers tell the truth, liars lie");
	tap_report(tap_expect(lost == lost_wanted, "%ld lost, %ld wanted", lost, lost_wanted), "as many are lost as was asked for");
	return there.n;
}

/* Both logs are sorted by time; what got an answer was seen. */
static void seen_check(const char *dir, long served)
{
	FILE *exchanges = log_open(dir, "exchanges.txt"), *seen = log_open(dir, "seen.txt");
	struct deviation sent = { 0 }, there = { 0 }, back = { 0 };
	struct exchange x, s = { 0 };

	while (fscanf(seen, "%d %" SCNd64 " %" SCNd64 " %" SCNd64, &s.server, &s.sent_raw_ns, &s.there_ns, &s.back_ns) == 4) {
		while (exchange_read(exchanges, &x))
			if (x.server == s.server && llabs(x.sent_raw_ns - s.sent_raw_ns) < 1000000)
				break;
		deviation_add(&sent, (double)(s.sent_raw_ns - x.sent_raw_ns));
		deviation_add(&there, (double)(s.there_ns - x.there_ns));
		deviation_add(&back, (double)(s.back_ns - x.back_ns));
	}
	fclose(exchanges);
	fclose(seen);
	tap_report(deviation_is_below(&sent, "sent", SEEN_MOST_NS, served - 1) & deviation_is_below(&there, "there", SEEN_MOST_NS, 1) &
		   deviation_is_below(&back, "back", SEEN_MOST_NS, 1), "a client sees the delays that are logged");
}

int main(int argc, char **argv)
{
	struct scenario sc;
	struct plant plant;

	if (argc < 2) {
		fprintf(stderr, "usage: selfcheck DIR KEY=VALUE...\n");
		return 2;
	}
	scenario_defaults(&sc);
	scenario_from_args(&sc, argc - 1, argv + 1);
	plant_init(&plant, &sc);
	error_check(argv[1], &sc, &plant);
	/* the last answer may have come too late */
	seen_check(argv[1], served_check(argv[1], &sc, &plant));
	plant_free(&plant);
	return tap_done();
}
