// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the bound: known cells, two methods against each other, and what it must make no use of.
 *
 * usage: ideal_test ["KEY=VALUE..."]...	instead, the bounds of scenarios, over seeds 1 to 8, by both methods
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ideal.h"
#include "net.h"
#include "tap.h"

#define SEC_NS		1000000000LL
#define SERVER_NS	20000
#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* A client that polls regularly all servers. */
static size_t poll_regularly(const struct scenario *sc, struct plant *plant, struct ideal_exchange *x)
{
	int64_t poll_ns = SEC_NS << sc->minpoll_log2s, end_ns = (int64_t)(sc->duration * 1e9);
	size_t n = 0;

	for (int64_t i = 0; i * poll_ns + SEC_NS / 2 < end_ns; i++) {
		for (int server = 0; server < sc->servers; server++) {
			struct ideal_exchange *e = &x[n++];
			struct net_exchange net;

			e->server = server;
			e->sent_raw_ns = i * poll_ns + SEC_NS / 2 + server * SEC_NS / 40;
			net_exchange(sc, server, (uint64_t)i, e->sent_raw_ns, &net);
			e->there_ns = net.there_ns;
			e->back_ns = net.back_ns;
			e->is_lost = net.is_lost;
			e->t2_ns = plant_truth(plant, e->sent_raw_ns) + net.there_ns + net.offset_ns;
			e->t3_ns = e->t2_ns + SERVER_NS;
		}
	}
	return n;
}

static void *allocate(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p) {
		perror("ideal_test");
		exit(1);
	}
	return p;
}

/* RMS after the warm-up, ns. */
static double bound(const struct scenario *sc, enum ideal_method method)
{
	size_t instants = (size_t)sc->duration, n, first = (size_t)scenario_warm(sc);
	struct ideal_exchange *x = allocate((size_t)sc->servers * (instants + 1), sizeof(*x));
	int64_t *raw_ns = allocate(instants, sizeof(*raw_ns));
	double *error_ns = allocate(instants, sizeof(*error_ns)), sum = 0;
	struct plant plant;

	plant_init(&plant, sc);
	n = poll_regularly(sc, &plant, x);
	for (size_t i = 0; i < instants; i++)
		raw_ns[i] = (int64_t)(i + 1) * SEC_NS;
	ideal_run(sc, &plant, x, n, method, raw_ns, error_ns, instants);
	for (size_t i = first; i < instants; i++)
		sum += error_ns[i] * error_ns[i];
	plant_free(&plant);
	free(x);
	free(raw_ns);
	free(error_ns);
	return sqrt(sum / (double)(instants - first));
}

/* RMS over all of so many seeds, 1 and up. */
static double pooled_bound(struct scenario *sc, enum ideal_method method, int seeds)
{
	double sum = 0;

	for (sc->seed = 1; sc->seed <= (uint64_t)seeds; sc->seed++)
		sum += pow(bound(sc, method), 2);
	return sqrt(sum / seeds);
}

static struct scenario scenario(const char *settings)
{
	char words[300], *word, *rest = words;
	struct scenario sc;

	scenario_defaults(&sc);
	sc.duration = 100000;
	snprintf(words, sizeof(words), "%s", settings);
	while ((word = strsep(&rest, " ")))
		tap_expect(scenario_set(&sc, word), "%s", sc.error);
	tap_expect(scenario_check(&sc), "%s", sc.error);
	return sc;
}

/*
 * Measured by others on the same kind of work: by a particle filter (first figure) and by an interval filter (second).
 * Each of these rests on a few walks of its own, which is worth 10 %, and intervals are some per cent above particles.
 */
static void known_cells(void)
{
	static const struct {
		const char	*settings;
		double		particles;	/* us, 0: no figure */
		double		intervals;
	} cell[] = {
		{ "JITTER=1e-5 WANDER=1e-9 POLL=4",	0,	1.24 },
		{ "JITTER=1e-5 WANDER=1e-9",		2.6,	2.49 },
		{ "JITTER=1e-4 WANDER=1e-9",		10.4,	11.4 },
		{ "JITTER=1e-3 WANDER=1e-9",		41,	40 },
		{ "JITTER=1e-5 WANDER=1e-8",		6.8,	0 },
		{ "JITTER=1e-4 WANDER=1e-8",		26,	24.9 },
		{ "JITTER=1e-3 WANDER=1e-8",		100,	114 },
		{ "JITTER=1e-2 WANDER=1e-8",		415,	0 },
		{ "JITTER=1e-4 WANDER=1e-10",		4.0,	0 },
		{ "JITTER=1e-4 WANDER=1e-9 POLL=8",	0,	23.2 },
		{ "JITTER=1e-3 WANDER=1e-8 POLL=8",	0,	232 },
		{ "JITTER=1e-4 TEMP=1e-6:3600",		36,	0 },
		{ "JITTER=1e-3 SERVERS=4 LIARS=1:0.02",	21,	0 },
		{ "JITTER=1e-5 POLL=0 DURATION=20000",	0.22,	0 },
		{ "JITTER=1e-5 POLL=2 WANDER=1e-8 DURATION=20000", 1.2, 0 },
	};
	bool ok = true;

	for (size_t i = 0; i < COUNT(cell); i++) {
		struct scenario sc = scenario(cell[i].settings);
		double us = pooled_bound(&sc, IDEAL_AUTO, 8) / 1e3;
		double low = fmin(cell[i].particles > 0 ? cell[i].particles : 1e9, cell[i].intervals > 0 ? cell[i].intervals : 1e9);
		double high = fmax(cell[i].particles, cell[i].intervals);

		printf("# %s: %.3g us, known: %.3g to %.3g us\n", cell[i].settings, us, low, high);
		ok &= tap_expect(us >= 0.9 * low && us <= 1.12 * high, "%s: %.3g us", cell[i].settings, us);
	}
	tap_report(ok, "known cells are reproduced");
}

/* Where both apply, and where a reading has more to tell than its interval. */
static void methods_agree(void)
{
	static const struct {
		const char	*settings;
		double		least;		/* particles by intervals */
		double		most;
	} cell[] = {
		{ "DURATION=30000",					0.93, 1.02 },
		{ "DURATION=30000 JITTER=1e-3 WANDER=1e-8",		0.93, 1.02 },
		{ "DURATION=30000 FSTEP=1e-6:5000 LOSS=0.3",		0.93, 1.02 },
		{ "DURATION=30000 SERVERS=3 ROUTE=5000:3e-3 ASYM=1e-3",	0.93, 1.03 },
		{ "DURATION=30000 JITTER=1e-3 SHAPE=erlang:4",		0.3, 0.8 },
		{ "DURATION=30000 JITTER=1e-3 SHAPE=pareto",		0.8, 0.98 },
		{ "DURATION=30000 BURST=3600:900:5e-3:there",		0.5, 0.9 },
	};
	bool ok = true;

	for (size_t i = 0; i < COUNT(cell); i++) {
		struct scenario sc = scenario(cell[i].settings);
		double intervals = pooled_bound(&sc, IDEAL_INTERVALS, 4), ratio = pooled_bound(&sc, IDEAL_PARTICLES, 4) / intervals;

		printf("# %s: intervals %.4g us, particles by intervals %.3f\n", cell[i].settings, intervals / 1e3, ratio);
		ok &= tap_expect(ratio >= cell[i].least && ratio <= cell[i].most, "%s: %.3f", cell[i].settings, ratio);
	}
	tap_report(ok, "particles and intervals agree where both apply, and particles know more elsewhere");
}

/* Whatever is known and does not widen the samples must not matter. */
static void known_things_do_not_hurt(void)
{
	static const char *const same[] = {
		"ASYM=5e-3", "BASE=2e-2", "ROUTE=5000:3e-3", "OFFSET0=0.5 FREQ0=5e-5", "SERVERS=2 LIARS=1:0.3",
	};
	struct scenario plain = scenario("DURATION=30000");
	double reference = pooled_bound(&plain, IDEAL_AUTO, 4);
	bool ok = true;

	for (size_t i = 0; i < COUNT(same); i++) {
		struct scenario sc = scenario(same[i]);
		double ratio;

		sc.duration = 30000;
		ratio = pooled_bound(&sc, IDEAL_AUTO, 4) / reference;
		/* Another server's queues are another draw. */
		ok &= tap_expect(fabs(ratio - 1) < (sc.servers > 1 ? 0.06 : 0.01), "%s: %.4f of what it is without", same[i],
				 ratio);
	}
	tap_report(ok, "asymmetry, base delay, routes, a wrong start and liars cost the one who knows of them nothing");
}

static void print_bound(const char *settings)
{
	struct scenario sc = scenario(settings);

	printf("%s: intervals %.4g us, particles %.4g us\n", settings, pooled_bound(&sc, IDEAL_INTERVALS, 8) / 1e3,
	       pooled_bound(&sc, IDEAL_PARTICLES, 8) / 1e3);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		print_bound(argv[i]);
	if (argc > 1)
		return 0;
	known_cells();
	methods_agree();
	known_things_do_not_hurt();
	return tap_done();
}
