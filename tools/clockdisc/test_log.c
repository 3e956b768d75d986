// SPDX-License-Identifier: GPL-2.0
/* Reading a log, as TAP: what is in it, what is not, and what went wrong while it was written. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../sim/tap.h"
#include "log.h"

#define CLOCK(raw, more)	"{\"clock\":{\"real-ns\":1780000000000000000,\"raw-ns\":" raw more "}}"

static void take(struct log *log, const char * const *lines, size_t n)
{
	size_t i;

	*log = (struct log){ 0 };
	for (i = 0; i < n; i++)
		tap_expect(!log_line(log, lines[i]), "line %zu was refused", i);
}

#define TAKE(log, lines)	take(log, lines, sizeof(lines) / sizeof((lines)[0]))

static void test_figures(void)
{
	static const char * const lines[] = {
		CLOCK("5000000000", ",\"state\":\"sync\",\"synchronised\":1,\"offset-ns\":-15,\"bound-ns\":1000,"
		      "\"freq-ppb-q16\":-65536,\"rate-ppb-q16\":32768,\"selected-id\":3,\"startup-updates\":3,"
		      "\"policy\":[{\"cause\":\"startup\",\"step-forward-ns\":5,\"step-backward-ns\":0,\"max-slew-ppb\":7},"
		      "{\"cause\":\"new\"},{\"cause\":\"drift\",\"step-forward-ns\":6,\"stepout-ns\":2000000000}]"),
		CLOCK("6500000000", ",\"state\":\"unset\""),
	};
	const struct log_clock *c;
	struct log log;

	TAKE(&log, lines);
	c = log.clocks;
	tap_report(log.n_clocks == 2 && c[0].at_s == 0 && c[1].at_s == 1.5, "the axis is seconds of the counter");
	tap_report(c[0].has_offset && c[0].offset_ns == -15 && c[0].bound_ns == 1000 && !c[1].has_offset,
		   "an offset, and none");
	tap_report(c[0].freq_ppb == -1 && c[0].rate_ppb == 0.5 && c[0].selected_id == 3, "frequency in ppb");
	tap_report(!strcmp(c[0].state, "sync") && c[0].is_synchronised && !c[1].is_synchronised, "states");
	tap_report(log_phase_ns(c) == 1780000000000000000 - 5000000000 - 15, "a phase keeps its nanoseconds");
	tap_report(log.has_policy && log.policy.startup_updates == 3 && log.policy.startup.forward_ns == 5 &&
		   log.policy.startup.max_slew_ppb == 7 && log.policy.drift.stepout_s == 2 &&
		   log.policy.restore.backward_ns == 1e9, "the policy of the first line, defaults where it tells nothing");
	log_free(&log);
}

static void test_events(void)
{
	static const char * const lines[] = {
		CLOCK("5000000000", ""),
		CLOCK("7000000000", ",\"event\":\"foreign-set\",\"event-value-ns\":-500"),
		CLOCK("6999999000", ",\"event\":\"state\""),
		CLOCK("8000000000", ",\"event\":\"interrupted\",\"interruption\":[\"boottime\",\"resume\"]"),
		CLOCK("9000000000", ",\"event\":\"interrupted\",\"interruption\":[\"foreign-set\"]"),
	};
	struct log log;

	TAKE(&log, lines);
	tap_report(log.n_events == 4 && !strcmp(log.events[0].name, "foreign-set") && log.events[0].value_ns == -500,
		   "an event with its value");
	tap_report(log.n_clocks == 4 && log.n_stretches == 1 && fabs(log.events[1].at_s - 1.999999) < 1e-9,
		   "an event that was written a little late is no new stretch");
	tap_report(log.events[2].is_cut && !log.events[3].is_cut, "a suspend is a cut, somebody's set is none");
	tap_report(log_is_cut_between(&log, 2, 3) && !log_is_cut_between(&log, 0, 2.5) && !log_is_cut_between(&log, 3, 4),
		   "a cut lies after the one instant and not after the other");
	log_free(&log);
}

static void test_samples(void)
{
	static const char sample[] = "{\"source\":{\"id\":2,\"event\":\"sample\",\"sample-raw-ns\":5100000000,"
		"\"sample-phase-ns\":1779999995000000007,\"sample-delay-ns\":900,\"sample-half-width-ns\":450}}";
	static const char other[] = "{\"source\":{\"id\":3,\"event\":\"sample\",\"sample-raw-ns\":5100000000,"
		"\"sample-phase-ns\":1,\"sample-delay-ns\":900,\"sample-half-width-ns\":450}}";
	const char * const lines[] = { CLOCK("5000000000", ""), sample, sample, other };
	struct log log;

	TAKE(&log, lines);
	tap_report(log.n_samples == 2 && log.samples[0].source_id == 2 && log.samples[0].phase_ns == 1779999995000000007,
		   "a sample that is told twice is one");
	tap_report(fabs(log.samples[0].at_s - 0.1) < 1e-9 && log.samples[0].half_ns == 450, "it is on the same axis");
	log_free(&log);
}

static void test_stretches(void)
{
	static const char * const lines[] = {
		CLOCK("5000000000", ""), CLOCK("9000000000", ""), CLOCK("1000000000", ""), CLOCK("2000000000", ""),
	};
	struct log log;

	TAKE(&log, lines);
	tap_report(log.n_stretches == 2 && log.clocks[2].stretch == 1 && log.clocks[2].at_s == 5 && log.clocks[3].at_s == 6,
		   "a counter that begins anew is another stretch");
	log_free(&log);
}

static void test_movers(void)
{
	static const char * const lines[] = {
		"{\"log\":{\"seq\":1,\"kind\":\"set\",\"cause\":\"foreign\",\"name\":\"date\",\"change-ns\":-500}}",
		"{\"log\":{\"seq\":2,\"kind\":\"rate\",\"cause\":\"foreign\",\"name\":\"chronyd\"}}",
		"{\"log\":{\"seq\":3,\"kind\":\"step\",\"cause\":\"foreign\",\"name\":\"date\",\"change-ns\":300}}",
		"{\"log\":{\"seq\":4,\"kind\":\"rate\",\"cause\":\"drift\",\"name\":\"kernel\"}}",
	};
	char line[160];
	struct log log;
	int i;

	TAKE(&log, lines);
	tap_report(log.n_movers == 2 && !strcmp(log.movers[0].name, "date") && log.movers[0].n_sets == 2 &&
		   log.movers[0].most_ns == 500 && log.movers[1].n_rates == 1, "others that moved the clock, by name");
	for (i = 0; i < 40; i++) {
		snprintf(line, sizeof(line), "{\"log\":{\"kind\":\"set\",\"cause\":\"foreign\",\"name\":\"n%d\"}}", i);
		log_line(&log, line);
	}
	tap_report(log.n_movers == LOG_MOVERS && !strcmp(log.movers[LOG_MOVERS - 1].name, "others") &&
		   log.movers[LOG_MOVERS - 1].n_sets == 27, "many of them, too");
	log_free(&log);
}

static void test_nonsense(void)
{
	static const char * const lines[] = {
		"", "  \n", "# no JSON", "{\"clock\":{\"real-ns\":1,", "[1,2]", "17", "{\"lost-events\":true}", "{\"else\":{}}",
		"{\"clock\":{\"real-ns\":\"x\",\"raw-ns\":[]}}", "{\"clock\":5}", "{\"clock\":{}}", "{\"source\":{\"id\":1}}",
		"{\"clock\":{\"real-ns\":5,\"raw-ns\":6,\"state\":\"new\",\"event\":\"new\",\"interruption\":5}}",
	};
	struct log log;

	TAKE(&log, lines);
	tap_report(log.n_bad == 4, "what is no object is counted");
	tap_report(log.n_lost == 1 && log.n_clocks == 1 && !strcmp(log.clocks[0].state, "unknown") &&
		   !strcmp(log.events[0].name, "unknown"), "what a newer module says is taken as far as it is known");
	log_free(&log);
	tap_report(log_read(&log, "/nowhere") < 0 && !log.n_clocks, "a file that is not there");
}

/* Beyond what any clock shows: taken in, they would overflow where they are compared. */
static void test_absurd_instants(void)
{
	static const char * const lines[] = {
		CLOCK("5000000000", ""), CLOCK("-1", ""), CLOCK("9223372036854775807", ""),
		"{\"clock\":{\"real-ns\":-1,\"raw-ns\":6000000000}}",
		"{\"clock\":{\"real-ns\":9223372036854775807,\"raw-ns\":6000000000}}",
		CLOCK("6000000000", ",\"offset-ns\":-9223372036854775807,\"event\":\"step\""),
		CLOCK("6000000000", ",\"offset-ns\":9223372036854775807"),
		"{\"source\":{\"id\":2,\"sample-raw-ns\":-9223372036854775807,\"sample-phase-ns\":7}}",
		"{\"source\":{\"id\":2,\"sample-raw-ns\":6000000000,\"sample-phase-ns\":9223372036854775807}}",
		CLOCK("7000000000", ",\"offset-ns\":-1780000000000000000"),
	};
	struct log log;

	TAKE(&log, lines);
	tap_report(log.n_bad == 8 && !log.n_samples && !log.n_events, "instants that no clock shows are passed over");
	tap_report(log.n_clocks == 2 && log.n_stretches == 1 && log_phase_ns(&log.clocks[1]) == -7000000000,
		   "a clock that should show 1970 is none of them");
	log_free(&log);
}

int main(void)
{
	test_figures();
	test_events();
	test_samples();
	test_stretches();
	test_movers();
	test_nonsense();
	test_absurd_instants();
	return tap_done();
}
