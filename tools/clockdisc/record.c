// SPDX-License-Identifier: GPL-2.0
/*
 * clockdisc record: statistics over time, as JSON lines.
 *
 * A line is {"clock":{...}}, {"source":{...}} or {"log":{...}}, with the names of the netlink attributes, as clockdisc -j monitor prints
 * them. The clock is written at every interval, after every sample of a source, and with every event; of the figures only
 * those that change by themselves, because a day is long. The first line is complete, and so is a change of the
 * configuration; other events are without settings and sentences.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"

#define NSEC_PER_MSEC		1000000LL
#define NSEC_PER_SEC		1000000000LL

enum {
	OPTION_INTERVAL = 256,
	OPTION_FOR,
	OPTION_APPEND,
};

struct record {
	struct tool *tool;
	FILE *out;
	int64_t interval_ns;
	int64_t end_ns;		/* CLOCK_MONOTONIC, INT64_MAX without an end */
	int64_t next_ns;	/* when the clock is due */
	bool has_first;
	bool has_sample;	/* a source's sample came since the clock was written */
};

/* What of the clock is worth a line of its own. */
static const uint16_t clock_attrs[] = {
	CLOCKDISC_A_CLOCK_REAL_NS, CLOCKDISC_A_CLOCK_RAW_NS, CLOCKDISC_A_CLOCK_STATE,
	CLOCKDISC_A_CLOCK_SYNCHRONISED, CLOCKDISC_A_CLOCK_OFFSET_NS, CLOCKDISC_A_CLOCK_BOUND_NS,
	CLOCKDISC_A_CLOCK_FREQ_PPB_Q16, CLOCKDISC_A_CLOCK_RATE_PPB_Q16, CLOCKDISC_A_CLOCK_CLOCK_RATE_PPB_Q16,
	CLOCKDISC_A_CLOCK_SLEW_LEFT_NS, CLOCKDISC_A_CLOCK_JITTER_NS, CLOCKDISC_A_CLOCK_SELECTED_ID,
};

static const uint16_t source_attrs[] = {
	CLOCKDISC_A_SOURCE_ID, CLOCKDISC_A_SOURCE_EVENT, CLOCKDISC_A_SOURCE_REASON,
	CLOCKDISC_A_SOURCE_LAST_VERDICT, CLOCKDISC_A_SOURCE_OFFSET_NS, CLOCKDISC_A_SOURCE_ERROR_NS,
	CLOCKDISC_A_SOURCE_SAMPLE_RAW_NS, CLOCKDISC_A_SOURCE_SAMPLE_PHASE_NS,
	CLOCKDISC_A_SOURCE_SAMPLE_DELAY_NS, CLOCKDISC_A_SOURCE_SAMPLE_HALF_WIDTH_NS,
};

/* Take @object apart to what the list names; NULL keeps all. */
static json_object *selected(json_object *object, const struct cdisc_attr_set *set, const uint16_t *numbers, size_t n)
{
	json_object *kept, *value;
	size_t i;

	if (!numbers)
		return object;
	kept = json_object_new_object();
	for (i = 0; i < n; i++) {
		const char *name = set->attrs[numbers[i]].name;

		if (json_object_object_get_ex(object, name, &value))
			json_object_object_add(kept, name, json_object_get(value));
	}
	json_object_put(object);
	return kept;
}

/* Drop what does not change with the event: a daemon that steers makes one every few seconds. */
static json_object *without_settings(json_object *object, const struct cdisc_view *view)
{
	static const uint16_t words[] = {
		CLOCKDISC_A_CLOCK_EXPLAIN, CLOCKDISC_A_CLOCK_ACTUATOR_REASON, CLOCKDISC_A_CLOCK_HOST,
		CLOCKDISC_A_CLOCK_COUNT, CLOCKDISC_A_CLOCK_POLICY,
	};
	uint32_t event = 0;
	size_t i;

	cdisc_view_u32(view, CLOCKDISC_A_CLOCK_EVENT, &event);
	if (event == CLOCKDISC_EVENT_CONFIG)
		return object;
	for (i = 0; i < ARRAY_SIZE(words); i++)
		json_object_object_del(object, view->set->attrs[words[i]].name);
	for (i = 0; i < view->set->n; i++) {
		if (view->set->attrs[i].name && view->set->attrs[i].is_settable)
			json_object_object_del(object, view->set->attrs[i].name);
	}
	return object;
}

static void line_write(struct record *r, const char *key, json_object *object)
{
	json_object *line = json_object_new_object();

	json_object_object_add(line, key, object);
	fprintf(r->out, "%s\n", json_object_to_json_string_ext(line, JSON_C_TO_STRING_PLAIN |
							       JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(line);
}

static int clock_read(struct tool *tool, const struct cdisc_view *view, void *arg)
{
	struct record *r = arg;

	(void)tool;
	line_write(r, view->set->name, selected(tool_json(view), view->set, r->has_first ? clock_attrs : NULL,
						ARRAY_SIZE(clock_attrs)));
	r->has_first = true;
	return 0;
}

static int clock_write(struct record *r)
{
	r->has_sample = false;
	return tool_get_clock(r->tool, clock_read, r) ? tool_client_failed(&r->tool->client) : TOOL_OK;
}

/* Who moved the clock, if it was not us: that is in the clock's own figures. */
static void mover_write(struct record *r, const struct nlmsghdr *nlh)
{
	struct cdisc_view view;
	uint32_t cause = 0;

	cdisc_view_msg(&view, &cdisc_set_log, nlh);
	cdisc_view_u32(&view, CLOCKDISC_A_LOG_CAUSE, &cause);
	if (cause == CLOCKDISC_LOG_CAUSE_FOREIGN || cause == CLOCKDISC_LOG_CAUSE_KERNEL)
		line_write(r, view.set->name, tool_json(&view));
}

static int event_read(struct cdisc_client *client, const struct nlmsghdr *nlh, void *arg)
{
	bool is_clock = cdisc_msg_cmd(nlh) == CLOCKDISC_CMD_CLOCK_NTF;
	struct record *r = arg;
	struct cdisc_view view;
	uint32_t event = 0;

	(void)client;
	if (cdisc_msg_cmd(nlh) == CLOCKDISC_CMD_LOG_NTF)
		mover_write(r, nlh);
	if (!is_clock && cdisc_msg_cmd(nlh) != CLOCKDISC_CMD_SOURCE_NTF)
		return 0;
	cdisc_view_msg(&view, is_clock ? &cdisc_set_clock : &cdisc_set_source, nlh);
	if (is_clock) {
		line_write(r, view.set->name, without_settings(tool_json(&view), &view));
		return 0;
	}
	cdisc_view_u32(&view, CLOCKDISC_A_SOURCE_EVENT, &event);
	if (event == CLOCKDISC_SOURCE_EVENT_SAMPLE) {
		r->has_sample = true;
		line_write(r, view.set->name, selected(tool_json(&view), view.set, source_attrs,
						       ARRAY_SIZE(source_attrs)));
	} else {
		line_write(r, view.set->name, tool_json(&view));
	}
	return 0;
}

static void tell_lost(struct record *r)
{
	tool_fail("events were lost");
	line_write(r, "lost-events", json_object_new_boolean(true));
}

static int record_loop(struct record *r, struct tool_wait *wait)
{
	int64_t now_ns, until_ns;
	int code = TOOL_OK;

	while (code == TOOL_OK && !wait->is_over) {
		now_ns = tool_now_ns(CLOCK_MONOTONIC);
		if (now_ns >= r->next_ns || r->has_sample) {
			code = clock_write(r);
			/* On the grid of the start, so that intervals do not add up what a line takes. */
			while (r->next_ns <= now_ns)
				r->next_ns += r->interval_ns;
		}
		if (fflush(r->out))
			return tool_fail("cannot write: %s", strerror(errno));
		if (code || now_ns >= r->end_ns)
			return code;
		until_ns = (r->next_ns < r->end_ns ? r->next_ns : r->end_ns) - now_ns;
		code = tool_listen(wait, (int)((until_ns + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC), event_read, r);
		if (wait->has_lost)
			tell_lost(r);
	}
	return code;
}

/* Does a file end in a line that was cut short, by a power failure or a full disk? */
static bool is_torn(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	char last = '\n';

	if (fd < 0)
		return false;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) != 1)
		last = '\n';
	close(fd);
	return last != '\n';
}

/* A log of a day is not overwritten by mistake. */
static int file_open(const struct tool *tool, struct record *r)
{
	const char *path = tool->args[0];
	bool is_append = tool_option(tool, OPTION_APPEND);
	int fd;

	if (!strcmp(path, "-")) {
		r->out = stdout;
		return TOOL_OK;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | (is_append ? O_APPEND : O_EXCL), 0644);
	if (fd < 0 && errno == EEXIST)
		return tool_fail("%s is there already; --append goes on with it", path);
	r->out = fd < 0 ? NULL : fdopen(fd, "a");
	if (!r->out)
		return tool_fail("cannot write %s: %s", path, strerror(errno));
	if (is_append && is_torn(path))
		putc('\n', r->out);
	return TOOL_OK;
}

static int record_run(struct tool *tool)
{
	struct record r = { .tool = tool, .interval_ns = NSEC_PER_SEC };
	struct tool_wait wait = { .has_output = !strcmp(tool->args[0], "-") };
	int64_t for_ns = 0;
	int code;

	code = tool_option_time(tool, OPTION_INTERVAL, "--interval", 10 * NSEC_PER_MSEC, 3600 * NSEC_PER_SEC, &r.interval_ns);
	if (!code)
		code = tool_option_time(tool, OPTION_FOR, "--for", NSEC_PER_SEC, 366 * 86400 * NSEC_PER_SEC, &for_ns);
	if (code)
		return code;
	if (tool_open(tool) || tool_wait_open(&wait, true, true))
		return TOOL_FAILED;
	if (cdisc_events_join(&wait.events, wait.events.group_log)) {
		tool_wait_close(&wait);
		return tool_client_failed(&wait.events);
	}
	r.next_ns = tool_now_ns(CLOCK_MONOTONIC);
	r.end_ns = for_ns ? r.next_ns + for_ns : INT64_MAX;
	code = file_open(tool, &r);
	if (!code)
		code = record_loop(&r, &wait);
	if (r.out && r.out != stdout && fclose(r.out) && !code)
		code = tool_fail("cannot write %s: %s", tool->args[0], strerror(errno));
	tool_wait_close(&wait);
	return code;
}

static const struct option record_options[] = {
	{ "interval", required_argument, NULL, OPTION_INTERVAL },
	{ "for", required_argument, NULL, OPTION_FOR },
	{ "append", no_argument, NULL, OPTION_APPEND },
	{ 0 },
};

const struct tool_command record_commands[] = {
	{
		.name = "record",
		.usage = "FILE [--interval TIME] [--for TIME] [--append]",
		.summary = "write the clock, its sources' samples and all events to a log",
		.help = "One JSON object on a line, under the key clock, source, or log for others that moved it; the\n"
			"clock every second, or every --interval (10 ms to 1 h). Ends on an interrupt, after --for, or\n"
			"when the module is unloaded; --append goes on with a file that is there. - is standard\n"
			"output. clockdisc plot, oscillator and shadow report read it.\n",
		.options = record_options,
		.args_min = 1,
		.args_max = 1,
		.run = record_run,
	},
	{ 0 },
};
