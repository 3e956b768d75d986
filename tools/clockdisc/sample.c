// SPDX-License-Identifier: GPL-2.0
/* clockdisc sample: feed a source from a script. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tool.h"

/* Options of getopt_long are attribute numbers above this, clear of letters. */
#define OPTION_BASE		256
#define OPTION(attr)		(OPTION_BASE + CLOCKDISC_A_SAMPLE_##attr)

struct words {
	int64_t values[CDISC_ATTRS_MAX + 1];
	bool has[CDISC_ATTRS_MAX + 1];
};

static int word_take(struct words *words, const struct cdisc_attr *attr, const char *value,
		     char *error, size_t len)
{
	uint16_t number = cdisc_attr_number(&cdisc_set_sample, attr);

	if (words->has[number]) {
		snprintf(error, len, "%s is given twice", attr->name);
		return -EINVAL;
	}
	/* A flag may stand alone. */
	if (attr->type == CDISC_ATTR_FLAG && (!value || !*value))
		value = "1";
	if (!value) {
		snprintf(error, len, "%s needs a value", attr->name);
		return -EINVAL;
	}
	if (cdisc_attr_parse(attr, value, &words->values[number], error, len))
		return -EINVAL;
	words->has[number] = true;
	return 0;
}

/* "offset=-1.5ms" or "missed". */
static int pair_take(struct words *words, const char *pair, char *error, size_t len)
{
	size_t n = strcspn(pair, "=");
	const struct cdisc_attr *attr = cdisc_attr_by_name(&cdisc_set_sample, pair, n);

	if (!attr || attr == &cdisc_set_sample.attrs[CLOCKDISC_A_SAMPLE_SOURCE_ID]) {
		snprintf(error, len, "'%.40s' is not legal in a sample; see clockdisc sample --help",
			 pair);
		return -EINVAL;
	}
	return word_take(words, attr, pair[n] ? pair + n + 1 : NULL, error, len);
}

/* What is there must be one of the three kinds of sample, and whole. */
static int words_check(const struct words *words, char *error, size_t len)
{
	static const uint16_t stamps[] = {
		CLOCKDISC_A_SAMPLE_T1_REAL_NS, CLOCKDISC_A_SAMPLE_T2_REAL_NS,
		CLOCKDISC_A_SAMPLE_T3_REAL_NS, CLOCKDISC_A_SAMPLE_T4_REAL_NS,
	};
	bool has_plain = words->has[CLOCKDISC_A_SAMPLE_REAL_NS] ||
			 words->has[CLOCKDISC_A_SAMPLE_OFFSET_NS] ||
			 words->has[CLOCKDISC_A_SAMPLE_HALF_WIDTH_NS];
	size_t i, n_stamps = 0, n_given = 0;

	for (i = 0; i < ARRAY_SIZE(stamps); i++)
		n_stamps += words->has[stamps[i]];
	for (i = 0; i < ARRAY_SIZE(words->has); i++)
		n_given += words->has[i];

	if (words->values[CLOCKDISC_A_SAMPLE_MISSED]) {
		if (n_given == 1)
			return 0;
		snprintf(error, len, "a missed poll has nothing else");
	} else if (has_plain && n_stamps) {
		snprintf(error, len, "give either offset and half-width, or the four stamps");
	} else if (n_stamps && n_stamps < ARRAY_SIZE(stamps)) {
		snprintf(error, len, "give all of t1, t2, t3 and t4");
	} else if (!n_stamps && (!words->has[CLOCKDISC_A_SAMPLE_OFFSET_NS] ||
				 !words->has[CLOCKDISC_A_SAMPLE_HALF_WIDTH_NS])) {
		snprintf(error, len, "give offset and half-width, or t1, t2, t3 and t4, or missed");
	} else {
		return 0;
	}
	return -EINVAL;
}

static void sample_fill(struct cdisc_sample_msg *sample, const struct words *words, uint32_t id)
{
	const int64_t *values = words->values;

	*sample = (struct cdisc_sample_msg){
		.source_id = id,
		.is_missed = values[CLOCKDISC_A_SAMPLE_MISSED],
		.is_self = values[CLOCKDISC_A_SAMPLE_SELF],
		.is_plain = words->has[CLOCKDISC_A_SAMPLE_OFFSET_NS],
		.t1_real_ns = values[CLOCKDISC_A_SAMPLE_T1_REAL_NS],
		.t2_real_ns = values[CLOCKDISC_A_SAMPLE_T2_REAL_NS],
		.t3_real_ns = values[CLOCKDISC_A_SAMPLE_T3_REAL_NS],
		.t4_real_ns = values[CLOCKDISC_A_SAMPLE_T4_REAL_NS],
		.real_ns = values[CLOCKDISC_A_SAMPLE_REAL_NS],
		.offset_ns = values[CLOCKDISC_A_SAMPLE_OFFSET_NS],
		.half_width_ns = (uint64_t)values[CLOCKDISC_A_SAMPLE_HALF_WIDTH_NS],
		.stratum = (uint32_t)values[CLOCKDISC_A_SAMPLE_STRATUM],
		.leap = (uint32_t)values[CLOCKDISC_A_SAMPLE_LEAP],
		.ref_id = (uint32_t)values[CLOCKDISC_A_SAMPLE_REF_ID],
		.root_delay_ns = (uint64_t)values[CLOCKDISC_A_SAMPLE_ROOT_DELAY_NS],
		.root_disp_ns = (uint64_t)values[CLOCKDISC_A_SAMPLE_ROOT_DISPERSION_NS],
		.has_precision = words->has[CLOCKDISC_A_SAMPLE_PRECISION_LOG2S],
		.precision_log2s = (int32_t)values[CLOCKDISC_A_SAMPLE_PRECISION_LOG2S],
	};
	/* Stamps are of a packet, whose stratum is always told. */
	if (!words->has[CLOCKDISC_A_SAMPLE_STRATUM])
		sample->stratum = 1;
	if (sample->is_plain && !words->has[CLOCKDISC_A_SAMPLE_REAL_NS])
		sample->real_ns = tool_now_ns(CLOCK_REALTIME);
}

static void result_print(const struct tool *tool, const struct cdisc_sample_result *result)
{
	const char *verdict = cdisc_enum_name(&cdisc_enum_verdict, result->verdict);
	char text[CDISC_TEXT_LEN];
	json_object *object;

	if (tool->is_json) {
		object = json_object_new_object();
		json_object_object_add(object, "source-id",
				       json_object_new_int64(result->source_id));
		json_object_object_add(object, "verdict", json_object_new_string(verdict));
		if (result->has_poll)
			json_object_object_add(object, "poll-log2s",
					       json_object_new_int64(result->poll_log2s));
		tool_print_json(object);
	} else if (result->has_poll) {
		printf("%s, next poll in %s\n", verdict,
		       cdisc_format_log2s(text, sizeof(text), result->poll_log2s));
	} else {
		puts(verdict);
	}
}

static int submit(struct tool *tool, const struct words *words, uint32_t id)
{
	struct cdisc_sample_result result;
	struct cdisc_sample_msg sample;

	sample_fill(&sample, words, id);
	if (cdisc_sample_submit(&tool->client, &sample, 1, &result))
		return tool_client_failed(&tool->client);
	result_print(tool, &result);
	if (fflush(stdout))
		return TOOL_FAILED;
	if (result.verdict == CLOCKDISC_VERDICT_NO_SOURCE)
		return tool_fail("there is no source %u; see clockdisc sources", id);
	return TOOL_OK;
}

static int line_take(struct words *words, char *line, char *error, size_t len)
{
	char *save = NULL, *word;

	*words = (struct words){ 0 };
	for (word = strtok_r(line, " \t\n", &save); word; word = strtok_r(NULL, " \t\n", &save)) {
		if (pair_take(words, word, error, len))
			return -EINVAL;
	}
	return words_check(words, error, len);
}

/* One sample a line, handed in as it comes; empty lines and comments are passed over. */
static int feed_lines(struct tool *tool, uint32_t id)
{
	unsigned long n_lines = 0;
	char *line = NULL;
	size_t room = 0;
	int code = TOOL_OK;

	while (code == TOOL_OK && getline(&line, &room, stdin) > 0) {
		struct words words;
		char error[256];

		n_lines++;
		if (line[strspn(line, " \t\n")] == '\0' || line[strspn(line, " \t\n")] == '#')
			continue;
		if (line_take(&words, line, error, sizeof(error)))
			code = tool_fail("line %lu: %s", n_lines, error);
		else
			code = submit(tool, &words, id);
	}
	if (code == TOOL_OK && ferror(stdin))
		code = tool_fail("cannot read: %s", strerror(errno));
	free(line);
	return code;
}

static int arguments_take(const struct tool *tool, struct words *words, bool *is_stdin)
{
	char error[256];
	int i;

	*is_stdin = tool->n_args == 2 && !strcmp(tool->args[1], "-");
	if (*is_stdin) {
		if (tool->n_options)
			return tool_usage_error(tool, "with '-' all comes from the lines");
		return TOOL_OK;
	}
	for (i = 0; i < tool->n_options; i++) {
		const struct cdisc_attr *attr;

		attr = cdisc_attr_by_number(&cdisc_set_sample,
					    (uint16_t)(tool->options[i].which - OPTION_BASE));
		if (word_take(words, attr, tool->options[i].value, error, sizeof(error)))
			return tool_usage_error(tool, "%s", error);
	}
	for (i = 1; i < tool->n_args; i++) {
		if (pair_take(words, tool->args[i], error, sizeof(error)))
			return tool_usage_error(tool, "%s", error);
	}
	if (words_check(words, error, sizeof(error)))
		return tool_usage_error(tool, "%s", error);
	return TOOL_OK;
}

static int sample_run(struct tool *tool)
{
	struct words words = { 0 };
	bool is_stdin;
	uint32_t id;
	int code;

	code = arguments_take(tool, &words, &is_stdin);
	if (code)
		return code;
	if (tool_open(tool) || tool_find_source(tool, tool->args[0], &id))
		return TOOL_FAILED;
	return is_stdin ? feed_lines(tool, id) : submit(tool, &words, id);
}

static void sample_help(void)
{
	size_t i;

	printf("\nWords:\n");
	for (i = 0; i < cdisc_set_sample.n; i++) {
		const struct cdisc_attr *attr = &cdisc_set_sample.attrs[i];

		if (attr->type == CDISC_ATTR_NONE || attr->type == CDISC_ATTR_PAD ||
		    i == CLOCKDISC_A_SAMPLE_SOURCE_ID)
			continue;
		printf("  %-15s %s\n", attr->short_name ? attr->short_name : attr->name,
		       attr->doc);
	}
}

static const struct option sample_options[] = {
	{ "t1", required_argument, NULL, OPTION(T1_REAL_NS) },
	{ "t2", required_argument, NULL, OPTION(T2_REAL_NS) },
	{ "t3", required_argument, NULL, OPTION(T3_REAL_NS) },
	{ "t4", required_argument, NULL, OPTION(T4_REAL_NS) },
	{ "real", required_argument, NULL, OPTION(REAL_NS) },
	{ "offset", required_argument, NULL, OPTION(OFFSET_NS) },
	{ "half-width", required_argument, NULL, OPTION(HALF_WIDTH_NS) },
	{ "stratum", required_argument, NULL, OPTION(STRATUM) },
	{ "leap", required_argument, NULL, OPTION(LEAP) },
	{ "ref-id", required_argument, NULL, OPTION(REF_ID) },
	{ "root-delay", required_argument, NULL, OPTION(ROOT_DELAY_NS) },
	{ "root-dispersion", required_argument, NULL, OPTION(ROOT_DISPERSION_NS) },
	{ "precision", required_argument, NULL, OPTION(PRECISION_LOG2S) },
	{ "missed", no_argument, NULL, OPTION(MISSED) },
	{ "self", no_argument, NULL, OPTION(SELF) },
	{ 0 },
};

const struct tool_command sample_commands[] = {
	{
		.name = "sample",
		.usage = "ID|NAME --offset TIME --half-width TIME [--WORD VALUE...] | -",
		.summary = "hand in a sample of a source; prints what became of it",
		.help = "A plain sample is of the present instant unless --real says otherwise. Instead of\n"
			"it the four stamps of an NTP exchange, or --missed. With - samples are read from\n"
			"standard input, one on a line: offset=-1.5ms half-width=200us stratum=1.\n",
		.help_more = sample_help,
		.options = sample_options,
		.args_min = 1,
		.args_max = 24,
		.run = sample_run,
	},
	{ 0 },
};
