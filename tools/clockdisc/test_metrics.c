// SPDX-License-Identifier: GPL-2.0
/*
 * Metrics as text, as TAP. With "openmetrics" or "prometheus" it prints what the test looks at, for another parser.
 */
#include <stdlib.h>
#include <string.h>

#include "../sim/tap.h"
#include "metrics.h"

static const char clock_text[] =
	"{\"state\":\"sync\",\"actuator\":\"observe\",\"servo\":\"adaptive\",\"synchronised\":1,\"real-ns\":1767225600000000000,"
	"\"raw-ns\":5000000000,\"offset-ns\":-15001,\"bound-ns\":18446744073709551615,\"freq-ppb-q16\":-6553600,"
	"\"slew-left-ns\":-1500000001,\"poll-log2s\":-1,\"maxpoll-log2s\":10,\"timex-maxerror-us\":1500,"
	"\"ref-real-ns\":1767225600000000001,\"steps\":3,\"tai-offset-s\":37,\"interruption\":[\"boottime\",\"resume\"],"
	"\"count\":[{\"verdict\":\"accepted\",\"samples\":12},{\"verdict\":\"delay\",\"samples\":2}],\"explain\":\"a, b\","
	"\"max-slew-ppb\":500000,\"step-threshold-ns\":128000000,\"host\":\"a \\\"host\\\" \\\\ so\"}";
static const char sources_text[] =
	"[{\"id\":1,\"name\":\"ntp.example\",\"kind\":\"user\",\"reason\":\"selected\",\"flags\":[\"prefer\"],\"offset-ns\":20,"
	"\"reach\":255,\"accepted\":7},{\"id\":4,\"name\":\"a\\\"b\",\"kind\":\"user\",\"reason\":\"no-sample\",\"flags\":[],"
	"\"reach\":0,\"accepted\":0}]";

static char *written(enum metrics_format format, bool has_clock)
{
	json_object *clock = has_clock ? json_tokener_parse(clock_text) : NULL;
	json_object *sources = json_tokener_parse(sources_text);
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	metrics_write(out, format, clock, sources);
	fclose(out);
	json_object_put(clock);
	json_object_put(sources);
	return text;
}

static bool has_line(const char *text, const char *line)
{
	size_t len = strlen(line);
	const char *at = text;

	while ((at = strstr(at, line))) {
		if ((at == text || at[-1] == '\n') && at[len] == '\n')
			return true;
		at += len;
	}
	return tap_expect(false, "there is no line %s", line);
}

static unsigned int lines_with(const char *text, const char *begin)
{
	unsigned int n = 0;
	const char *at;

	for (at = text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		n += !strncmp(at, begin, strlen(begin));
	}
	return n;
}

/* What both formats have. */
static void test_values(const char *text)
{
	static const struct {
		const char *name;
		const char *line;
	} rows[] = {
		{ "it is up", "clockdisc_up 1" },
		{ "a negative time", "clockdisc_offset_seconds -0.000015001" },
		{ "a negative time beyond a second", "clockdisc_slew_left_seconds -1.500000001" },
		{ "the largest time", "clockdisc_bound_seconds 9223372036.854775807" },
		{ "an instant keeps its nanoseconds", "clockdisc_ref_timestamp_seconds 1767225600.000000001" },
		{ "microseconds", "clockdisc_timex_maxerror_seconds 0.001500" },
		{ "a frequency", "clockdisc_freq_ratio -1e-07" },
		{ "an interval below a second", "clockdisc_poll_interval_seconds 0.5" },
		{ "a setting", "clockdisc_setting_maxpoll_interval_seconds 1024" },
		{ "a setting in ppb", "clockdisc_setting_max_slew_ratio 0.0005" },
		{ "the state that is", "clockdisc_state{state=\"sync\"} 1" },
		{ "a state that is not", "clockdisc_state{state=\"frozen\"} 0" },
		{ "one of two flags", "clockdisc_interruption{interruption=\"resume\"} 1" },
		{ "a flag that is not set", "clockdisc_interruption{interruption=\"lost\"} 0" },
		{ "a counter", "clockdisc_steps_total 3" },
		{ "a counter by verdict", "clockdisc_count_samples_total{verdict=\"delay\"} 2" },
		{ "a verdict that never was", "clockdisc_count_samples_total{verdict=\"popcorn\"} 0" },
		{ "a source's figure", "clockdisc_source_offset_seconds{id=\"1\",source=\"ntp.example\"} 0.000000020" },
		{ "a source's name is escaped", "clockdisc_source_accepted_total{id=\"4\",source=\"a\\\"b\"} 0" },
		{ "a source's reason",
		  "clockdisc_source_reason{id=\"4\",source=\"a\\\"b\",reason=\"no-sample\"} 1" },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		tap_report(has_line(text, rows[i].line), rows[i].name);
	tap_report(!strstr(text, "explain") && !strstr(text, "raw"), "words and the counter are left out");
	tap_report(strstr(text, "host=\"a \\\"host\\\" \\\\ so\""), "the host's words are escaped");
	tap_report(lines_with(text, "clockdisc_source_offset_seconds") == 1, "what a source does not know is absent");
}

static void test_openmetrics(void)
{
	char *text = written(METRICS_OPENMETRICS, true);
	size_t len = strlen(text);

	test_values(text);
	tap_report(has_line(text, "# TYPE clockdisc_steps counter"), "OpenMetrics: a counter's family has no _total");
	tap_report(has_line(text, "# UNIT clockdisc_offset_seconds seconds"), "OpenMetrics: units are told");
	tap_report(has_line(text, "# HELP clockdisc_offset_seconds Estimated reference minus local at that instant."),
		   "OpenMetrics: the help does not tell the attribute's unit");
	tap_report(has_line(text, "# TYPE clockdisc info"), "OpenMetrics: an info metric");
	tap_report(len > 7 && !strcmp(text + len - 7, "\n# EOF\n"), "OpenMetrics: the end is told");
	free(text);
}

static void test_prometheus(void)
{
	char *text = written(METRICS_PROMETHEUS, true);

	test_values(text);
	tap_report(has_line(text, "# TYPE clockdisc_steps_total counter"), "Prometheus: a counter's family has _total");
	tap_report(!lines_with(text, "# UNIT") && !lines_with(text, "# EOF"), "Prometheus: no words of OpenMetrics");
	free(text);
}

static void test_many(void)
{
	json_object *clock = json_tokener_parse(clock_text), *sources = json_object_new_array(), *source;
	char *text = NULL;
	size_t len;
	FILE *out;
	int i;

	for (i = 1; i <= 200; i++) {
		source = json_object_new_object();
		json_object_object_add(source, "id", json_object_new_int(i));
		json_object_object_add(source, "reach", json_object_new_int(1));
		json_object_array_add(sources, source);
	}
	out = open_memstream(&text, &len);
	metrics_write(out, METRICS_PROMETHEUS, clock, sources);
	fclose(out);
	tap_report(lines_with(text, "clockdisc_source_reach{") == 200, "200 sources are all there");
	free(text);
	json_object_put(clock);
	json_object_put(sources);
}

static void test_absent(void)
{
	char *text = written(METRICS_OPENMETRICS, false);

	tap_report(has_line(text, "clockdisc_up 0"), "without the module that is told");
	tap_report(lines_with(text, "clockdisc") == 1, "and nothing else");
	free(text);
}

int main(int argc, char **argv)
{
	char *text;

	if (argc > 1) {
		text = written(strcmp(argv[1], "prometheus") ? METRICS_OPENMETRICS : METRICS_PROMETHEUS, true);
		fputs(text, stdout);
		free(text);
		return 0;
	}
	test_openmetrics();
	test_prometheus();
	test_many();
	test_absent();
	return tap_done();
}
