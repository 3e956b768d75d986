// SPDX-License-Identifier: GPL-2.0
/*
 * Tests of the model of the world: scenarios, the oscillator, the network.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "net.h"
#include "plant.h"
#include "tap.h"

#define SEC_NS	1000000000LL
#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static struct scenario scenario(const char *settings)
{
	char words[400], *word, *rest = words;
	struct scenario sc;

	scenario_defaults(&sc);
	snprintf(words, sizeof(words), "%s", settings);
	while ((word = strsep(&rest, " ")))
		if (*word)
			tap_expect(scenario_set(&sc, word), "%s", sc.error);
	tap_expect(scenario_check(&sc), "%s", sc.error);
	return sc;
}

static void refusals_name_the_range(void)
{
	static const struct {
		const char	*setting;
		const char	*says;
	} wrong[] = {
		{ "JITTER=-1",			"MEAN 0 to 10" },
		{ "JITTER=",			"MEAN 0 to 10" },
		{ "JITTER=1e-4s",		"MEAN 0 to 10" },
		{ "JITTER=nan",			"MEAN 0 to 10" },
		{ "SHAPE=erlang",		"erlang:ORDER (1 to 100)" },
		{ "SHAPE=erlang:0",		"erlang:ORDER (1 to 100)" },
		{ "SHAPE=erlang:1.5",		"erlang:ORDER (1 to 100)" },
		{ "BASE=11",			"DELAY 0 to 10" },
		{ "BURST=3600:900:5e-3",	"there, back or both" },
		{ "BURST=3600:900:5e-3:up",	"there, back or both" },
		{ "LOSS=1",			"PART 0 to 0.99" },
		{ "ROUTE=3600",			"PERIOD:SIZE" },
		{ "WANDER=1",			"W 0 to 0.001" },
		{ "TEMP=1e-6",			"AMPLITUDE:PERIOD" },
		{ "TEMP=1e-6:0",		"PERIOD 1 to" },
		{ "FSTEP=1e-6:3600:1",		"SIZE:PERIOD" },
		{ "PSTEP=-1:100",		"SIZE 0 to 1000" },
		{ "FREQ0=0.3",			"FREQ -0.2 to 0.2" },
		{ "POLL=18",			"each 0 to 17" },
		{ "POLL=10..6",			"LEAST..MOST" },
		{ "POLL=6..",			"LEAST..MOST" },
		{ "SERVERS=0",			"1 to 16" },
		{ "SERVERS=1.5",		"whole" },
		{ "LIARS=1",			"N:OFFSET" },
		{ "SEED=-1",			"a number from 0" },
		{ "SEED=18446744073709551616",	"2^64 - 1" },
		{ "DURATION=1",			"LENGTH 10 to" },
		{ "KERNEL=vmlinuz",		"a version like 6.1" },
		{ "CLIENT=ntpd",		"chrony-tuned" },
		{ "SERVO=pid",			"ntp or adaptive" },
		{ "JITTERS=1",			"no such knob" },
		{ "JIT=1",			"no such knob" },
		{ "JITTER",			"KEY=VALUE" },
	};
	static const struct {
		const char	*setting[2];
		const char	*says;
	} together[] = {
		{ { "SERVERS=1", "LIARS=2:1" },			"LIARS" },
		{ { "DURATION=100", "WARM=100" },		"WARM" },
		{ { "BURST=10:20:1e-3:back", "SEED=1" },	"BURST" },
		{ { "BASE=1e-3", "ASYM=-2e-3" },		"BASE" },
		{ { "BASE=1e-3", "ROUTE=100:-2e-3" },		"BASE" },
	};
	struct scenario sc, before;
	bool ok = true;

	scenario_defaults(&before);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		scenario_defaults(&sc);
		ok &= tap_expect(!scenario_set(&sc, wrong[i].setting), "%s is taken", wrong[i].setting);
		ok &= tap_expect(strstr(sc.error, wrong[i].says), "%s: \"%s\"", wrong[i].setting, sc.error);
		memset(sc.error, 0, sizeof(sc.error));
		ok &= tap_expect(!memcmp(&sc, &before, sizeof(sc)), "%s leaves a trace", wrong[i].setting);
	}
	for (size_t i = 0; i < COUNT(together); i++) {
		scenario_defaults(&sc);
		ok &= tap_expect(scenario_set(&sc, together[i].setting[0]) && scenario_set(&sc, together[i].setting[1]),
				 "%s", sc.error);
		ok &= tap_expect(!scenario_check(&sc) && strstr(sc.error, together[i].says), "%s and %s: \"%s\"",
				 together[i].setting[0], together[i].setting[1], sc.error);
	}
	tap_report(ok, "a wrong setting is refused with its range and changes nothing");
}

static void prints_what_it_reads(void)
{
	struct scenario sc = scenario("JITTER=1.25e-5 SHAPE=erlang:4 BASE=0.02 ASYM=-1e-3 BURST=3600:900:0.005:back LOSS=0.1"
				      " ROUTE=3000:0.002 WANDER=1e-10 TEMP=1e-6:3600 FSTEP=1e-6:5000 PSTEP=0.05:10000"
				      " OFFSET0=-0.05 FREQ0=5e-05 POLL=6..10 SERVERS=4 LIARS=1:-0.02 SEED=18446744073709551615"
				      " DURATION=40000 WARM=0 KERNEL=6.12 CLIENT=ntpsec-tuned SERVO=adaptive"), again;
	char text[400] = "", text_again[400] = "";
	FILE *to = fmemopen(text, sizeof(text), "w");

	scenario_print(&sc, to);
	fclose(to);
	again = scenario(text);
	to = fmemopen(text_again, sizeof(text_again), "w");
	scenario_print(&again, to);
	fclose(to);
	tap_report(tap_expect(!strcmp(text, text_again), "%s\n# %s", text, text_again) &&
		   tap_expect(strstr(text, "SEED=18446744073709551615") && strstr(text, "POLL=6..10") &&
			      strstr(text, "BURST=3600:900:0.005:back") && strstr(text, "LIARS=1:-0.02"), "%s", text),
		   "a scenario that is printed reads back");
}

/* Everything that an oscillator can do at once. */
#define RESTLESS "WANDER=1e-8 TEMP=1e-6:3600 FSTEP=1e-6:1000 PSTEP=0.05:777 FREQ0=5e-5 SEED=3"

static void plant_repeats(void)
{
	struct scenario sc = scenario(RESTLESS), other = scenario(RESTLESS " SEED=4");
	struct plant a, b, c;
	int differs = 0;
	bool ok = true;

	plant_init(&a, &sc);
	plant_init(&b, &sc);
	plant_init(&c, &other);
	plant_truth(&b, 9999 * SEC_NS);
	for (int64_t raw_ns = 0; raw_ns < 10000 * SEC_NS; raw_ns += 7300000001LL) {
		ok &= tap_expect(plant_phase(&a, raw_ns) == plant_phase(&b, raw_ns), "differs at %" PRId64, raw_ns);
		differs += plant_phase(&a, raw_ns) != plant_phase(&c, raw_ns);
	}
	ok &= tap_expect(differs > 1300, "another seed differs at %d instants", differs);
	tap_report(ok, "an oscillator is the same in whichever order it is asked");
	plant_free(&a);
	plant_free(&b);
	plant_free(&c);
}

static void plant_inverts(void)
{
	static const char *const kind[] = { "FREQ0=0", "FREQ0=0.2", "FREQ0=-0.2", RESTLESS };
	bool ok = true;
	struct rng r;

	for (size_t i = 0; i < COUNT(kind); i++) {
		struct scenario sc = scenario(kind[i]);
		int64_t raw_ns, truth_ns, last_ns = 0;
		struct plant p;

		plant_init(&p, &sc);
		rng_seed(&r, 1);
		for (int n = 0; n < 2000 && ok; n++) {
			raw_ns = (int64_t)(rng_uniform(&r) * 5e12) + 1;
			truth_ns = plant_truth(&p, raw_ns);
			ok &= tap_expect(plant_truth(&p, plant_raw(&p, truth_ns)) >= truth_ns &&
					 plant_truth(&p, plant_raw(&p, truth_ns) - 1) < truth_ns,
					 "%s: raw %" PRId64 " back as %" PRId64, kind[i], raw_ns, plant_raw(&p, truth_ns));
		}
		for (raw_ns = 0; raw_ns < 3000 * SEC_NS; raw_ns += 250000000) {
			truth_ns = plant_truth(&p, raw_ns);
			ok &= tap_expect(truth_ns >= last_ns, "%s: truth falls at %" PRId64, kind[i], raw_ns);
			last_ns = truth_ns;
		}
		plant_free(&p);
	}
	tap_report(ok, "truth never falls and is found again");
}

static void plant_does_what_is_asked(void)
{
	struct scenario plain = scenario("WANDER=0 FREQ0=5e-5"), stops = scenario("WANDER=0 PSTEP=0.05:100");
	struct scenario walks = scenario("WANDER=1e-8"), swings = scenario("WANDER=0 TEMP=1e-6:4000");
	struct scenario jumps = scenario("WANDER=0 FSTEP=1e-6:1000");
	double square = 0, last, up;
	bool ok = true;
	struct plant p;

	plant_init(&p, &plain);
	ok &= tap_expect(fabs(plant_phase(&p, 1000 * SEC_NS) + 5e-5 / (1 + 5e-5) * 1e12) < 1e-3, "fast by 50 ppm: %f ns",
			 plant_phase(&p, 1000 * SEC_NS));
	ok &= tap_expect(fabs(plant_phase(&p, -SEC_NS) - 5e-5 / (1 + 5e-5) * 1e9) < 1e-3, "before the beginning: %f ns",
			 plant_phase(&p, -SEC_NS));
	plant_free(&p);

	plant_init(&p, &stops);
	ok &= tap_expect(plant_phase(&p, 100 * SEC_NS - 1) == 0 && plant_phase(&p, 100 * SEC_NS) == 5e7 &&
			 plant_phase(&p, 1000 * SEC_NS) == 5e8, "pauses: %f ns after ten", plant_phase(&p, 1000 * SEC_NS));
	ok &= tap_expect(plant_raw(&p, PLANT_EPOCH_NS + 100 * SEC_NS + 20000000) == 100 * SEC_NS,
			 "within a pause the counter stands at %" PRId64,
			 plant_raw(&p, PLANT_EPOCH_NS + 100 * SEC_NS + 20000000));
	plant_free(&p);

	plant_init(&p, &walks);
	last = plant_freq(&p, 0);
	for (int i = 1; i <= 40000; i++) {
		square += pow(plant_freq(&p, i * SEC_NS) - last, 2);
		last = plant_freq(&p, i * SEC_NS);
	}
	/* 40000 squares of a normal distribution: one standard deviation is 0.7 %. */
	ok &= tap_expect(fabs(sqrt(square / 40000) / 1e-8 - 1) < 0.01, "wander %g", sqrt(square / 40000));
	plant_free(&p);

	plant_init(&p, &swings);
	ok &= tap_expect(fabs(plant_freq(&p, 1000 * SEC_NS) - 1e-6) < 1e-12 &&
			 fabs(plant_freq(&p, 3000 * SEC_NS) + 1e-6) < 1e-12, "temperature");
	plant_free(&p);

	plant_init(&p, &jumps);
	up = plant_freq(&p, 1000 * SEC_NS);
	ok &= tap_expect(plant_freq(&p, 999 * SEC_NS) == 0 && fabs(up) == 1e-6, "jumps by %g", up);
	plant_free(&p);
	tap_report(ok, "frequency, walk, temperature, jumps and pauses are as asked");
}

struct means {
	double	there;
	double	back;
	double	square;		/* of the way there beyond the base, by that mean's */
	double	lost;
};

static struct means measure(const struct scenario *sc, double from, double to)
{
	struct means m = { 0 };
	struct net_exchange x;
	struct net_path path;
	uint64_t n = 200000;

	for (uint64_t i = 0; i < n; i++) {
		int64_t raw_ns = (int64_t)((from + (to - from) * (double)i / (double)n) * 1e9);

		net_path(sc, raw_ns, &path);
		net_exchange(sc, 0, i, raw_ns, &x);
		m.there += (double)x.there_ns / 1e9 / (double)n;
		m.back += (double)x.back_ns / 1e9 / (double)n;
		m.square += pow((double)x.there_ns / 1e9 - path.base[0], 2) / (double)n;
		m.lost += (double)x.is_lost / (double)n;
	}
	m.square /= pow(m.there - sc->base, 2);
	return m;
}

/* The mean of 200000 draws is within 1 % of what is asked, for the heavy tail 3 %. */
static void delays_are_as_asked(void)
{
	static const struct {
		const char	*settings;
		double		there;
		double		back;
		double		square;		/* second moment by the square of the mean; 0 is not looked at */
		double		from;
		double		to;
	} path[] = {
		{ "JITTER=1e-4",				1.1e-3, 1.1e-3, 2, 0, 1000 },
		{ "JITTER=0",					1e-3, 1e-3, 0, 0, 1000 },
		{ "JITTER=1e-2 BASE=0 SHAPE=erlang:4",		1e-2, 1e-2, 1.25, 0, 1000 },
		{ "JITTER=1e-2 BASE=0 SHAPE=pareto",		1e-2, 1e-2, 0, 0, 1000 },
		{ "JITTER=1e-3 BASE=0 ASYM=2e-3",		1e-3, 3e-3, 2, 0, 1000 },
		{ "JITTER=1e-3 BURST=100:20:5e-3:there",	7e-3, 2e-3, 0, 80, 100 },
		{ "JITTER=1e-3 BURST=100:20:5e-3:back",		2e-3, 7e-3, 0, 180, 200 },
		{ "JITTER=1e-3 BURST=100:20:5e-3:both",		2e-3, 2e-3, 2, 0, 80 },
		{ "JITTER=1e-3 ROUTE=100:3e-3",			2e-3, 2e-3, 2, 0, 100 },
		{ "JITTER=1e-3 ROUTE=100:3e-3",			5e-3, 5e-3, 0, 100, 200 },
	};
	bool ok = true;

	for (size_t i = 0; i < COUNT(path); i++) {
		struct scenario sc = scenario(path[i].settings);
		double margin = sc.shape == SCENARIO_PARETO ? 0.03 : 0.01;
		struct means m = measure(&sc, path[i].from, path[i].to);

		ok &= tap_expect(fabs(m.there / path[i].there - 1) <= margin, "%s: %g s there", path[i].settings, m.there);
		ok &= tap_expect(fabs(m.back / path[i].back - 1) <= margin, "%s: %g s back", path[i].settings, m.back);
		ok &= tap_expect(!path[i].square || fabs(m.square / path[i].square - 1) <= 0.03, "%s: second moment %g",
				 path[i].settings, m.square);
	}
	tap_report(ok, "delays have the mean and the law that were asked for");
}

static void exchanges_repeat(void)
{
	struct scenario sc = scenario("SERVERS=3 LIARS=1:0.02 LOSS=0.25"), other = scenario("SEED=2");
	struct net_exchange a, b, next, second, seed;
	struct means m = measure(&sc, 0, 1000);

	memset(&a, 0, sizeof(a));
	memset(&b, 0, sizeof(b));
	net_exchange(&sc, 1, 77, SEC_NS, &a);
	net_exchange(&sc, 1, 78, SEC_NS, &next);
	net_exchange(&sc, 2, 77, SEC_NS, &second);
	net_exchange(&other, 1, 77, SEC_NS, &seed);
	net_exchange(&sc, 1, 77, 5 * SEC_NS, &b);
	tap_report(tap_expect(!memcmp(&a, &b, sizeof(a)), "the same exchange differs") &&
		   tap_expect(a.there_ns != next.there_ns && a.there_ns != second.there_ns && a.there_ns != seed.there_ns &&
			      a.there_ns != a.back_ns, "exchanges are alike") &&
		   tap_expect(a.offset_ns == 0 && net_offset(&sc, 0) == 20000000, "the wrong server lies") &&
		   tap_expect(fabs(m.lost - 0.25) < 0.005, "lost %g", m.lost),
		   "an exchange depends on seed, server and number");
}

int main(void)
{
	refusals_name_the_range();
	prints_what_it_reads();
	plant_repeats();
	plant_inverts();
	plant_does_what_is_asked();
	delays_are_as_asked();
	exchanges_repeat();
	return tap_done();
}
