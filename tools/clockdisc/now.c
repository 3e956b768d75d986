// SPDX-License-Identifier: GPL-2.0
/* clockdisc now: the true time from the page that the module shares, as any program can have it. */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "clockdisc_now.h"
#include "tool.h"

static void print_instant(const char *label, int64_t real_ns)
{
	time_t sec = (time_t)(real_ns / CLOCKDISC_NSEC_PER_SEC);
	char text[64], whole[32];
	struct tm tm;

	gmtime_r(&sec, &tm);
	strftime(whole, sizeof(whole), "%Y-%m-%d %H:%M:%S", &tm);
	snprintf(text, sizeof(text), "%s.%09" PRId64 " UTC", whole, real_ns % CLOCKDISC_NSEC_PER_SEC);
	tool_print_row(label, text);
}

static void print_json(const struct clockdisc_page *page, int64_t earliest_ns, int64_t latest_ns)
{
	json_object *object = json_object_new_object();

	json_object_object_add(object, "earliest-real-ns", json_object_new_int64(earliest_ns));
	json_object_object_add(object, "latest-real-ns", json_object_new_int64(latest_ns));
	json_object_object_add(object, "generation", json_object_new_int64((int64_t)page->generation));
	json_object_object_add(object, "synchronised",
			       json_object_new_int(!!(page->flags & CLOCKDISC_PAGE_SYNCHRONISED)));
	tool_print_json(object);
}

static int now_run(struct tool *tool)
{
	int64_t raw_ns, earliest_ns, latest_ns;
	struct clockdisc_reader reader;
	struct clockdisc_page page;
	char text[32];
	int err = clockdisc_open(&reader);

	if (err)
		return tool_fail("%s", clockdisc_why(err));
	err = clockdisc_read(&reader, &page, &raw_ns);
	if (!err)
		err = clockdisc_at(&page, raw_ns, &earliest_ns, &latest_ns);
	clockdisc_close(&reader);
	if (err)
		return tool_fail("%s", clockdisc_why(err));
	if (tool->is_json) {
		print_json(&page, earliest_ns, latest_ns);
		return TOOL_OK;
	}
	print_instant("earliest", earliest_ns);
	print_instant("latest", latest_ns);
	tool_print_row("half-width", cdisc_format_ns(text, sizeof(text), (latest_ns - earliest_ns) / 2));
	return TOOL_OK;
}

const struct tool_command now_commands[] = {
	{
		.name = "now",
		.usage = "",
		.summary = "between which two instants the true time is, from /dev/clockdisc",
		.help = "Reads the page that programs map, clockdisc_now.h; needs no privilege. Fails with a sentence\n"
			"while nobody knows the time: after an interruption, before the first source has spoken.\n",
		.run = now_run,
	},
	{ 0 },
};
