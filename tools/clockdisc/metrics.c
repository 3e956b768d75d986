// SPDX-License-Identifier: GPL-2.0
/* clockdisc metrics: figures for a monitoring system, printed or put into a file. */
#include "metrics.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sources.h"

enum {
	OPTION_TEXTFILE = 256,
	OPTION_FORMAT,
};

static int clock_keep(struct tool *tool, const struct cdisc_view *view, void *arg)
{
	json_object **clock = arg;

	(void)tool;
	*clock = tool_json(view);
	return 0;
}

/* Both, or neither: without the module *@clock stays NULL, and a sentence is on stderr. */
static int figures_get(struct tool *tool, json_object **clock, json_object **sources)
{
	struct source_list list;
	bool is_json = tool->is_json;
	int err;

	*clock = NULL;
	*sources = NULL;
	if (tool_open(tool))
		return TOOL_FAILED;
	/* Metrics are made of it, however they are printed. */
	tool->is_json = true;
	err = source_list_get(tool, &list);
	tool->is_json = is_json;
	*sources = json_object_get(list.json);
	source_list_free(&list);
	if (!err)
		err = tool_get_clock(tool, clock_keep, clock);
	return err ? tool_client_failed(&tool->client) : TOOL_OK;
}

/* The name must be on the disk, too, or a crash brings the file of before. Not every file system can do that. */
static void directory_sync(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)fsync(fd);
	close(fd);
}

static int file_finish(FILE *out)
{
	int err = 0;

	if (fchmod(fileno(out), 0644) || fflush(out) || fsync(fileno(out)))
		err = errno;
	if (fclose(out) && !err)
		err = errno;
	return err;
}

/* A reader sees the old file or the new one, whenever it looks and whatever happens. */
static int file_replace(const char *path, enum metrics_format format, json_object *clock, json_object *sources)
{
	char temporary[PATH_MAX], copy[PATH_MAX];
	FILE *out;
	int fd, err;

	if (snprintf(copy, sizeof(copy), "%s", path) >= (int)sizeof(copy) ||
	    snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path) >= (int)sizeof(temporary))
		return tool_fail("the path is too long: %.60s...", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!out)
		return tool_fail("cannot write %s: %s", temporary, strerror(errno));
	metrics_write(out, format, clock, sources);
	err = file_finish(out);
	if (!err && rename(temporary, path))
		err = errno;
	if (err) {
		unlink(temporary);
		return tool_fail("cannot write %s: %s", path, strerror(err));
	}
	directory_sync(dirname(copy));
	return TOOL_OK;
}

static int format_read(const struct tool *tool, const char *path, enum metrics_format *format)
{
	const char *given = tool_option(tool, OPTION_FORMAT);

	*format = path ? METRICS_PROMETHEUS : METRICS_OPENMETRICS;
	if (!given)
		return TOOL_OK;
	if (!strcmp(given, "openmetrics"))
		*format = METRICS_OPENMETRICS;
	else if (!strcmp(given, "prometheus"))
		*format = METRICS_PROMETHEUS;
	else
		return tool_usage_error(tool, "--format: '%s' is not known; legal are openmetrics, prometheus", given);
	return TOOL_OK;
}

static void print_json(json_object *clock, json_object *sources)
{
	json_object *object = json_object_new_object();

	json_object_object_add(object, "up", json_object_new_int(!!clock));
	if (clock) {
		json_object_object_add(object, "clock", json_object_get(clock));
		json_object_object_add(object, "sources", json_object_get(sources));
	}
	tool_print_json(object);
}

static int metrics_run(struct tool *tool)
{
	const char *path = tool_option(tool, OPTION_TEXTFILE);
	json_object *clock, *sources;
	enum metrics_format format;
	int code, written = TOOL_OK;

	if (path && !*path)
		return tool_usage_error(tool, "--textfile needs a path");
	if (path && tool->is_json)
		return tool_usage_error(tool, "--textfile is not JSON; leave out -j");
	code = format_read(tool, path, &format);
	if (code)
		return code;
	/* Without the module there are metrics as well: that nobody answered is what an alarm waits for. */
	code = figures_get(tool, &clock, &sources);
	if (path)
		written = file_replace(path, format, clock, sources);
	else if (tool->is_json)
		print_json(clock, sources);
	else
		metrics_write(stdout, format, clock, sources);
	json_object_put(clock);
	json_object_put(sources);
	return written ? written : code;
}

static const struct option metrics_options[] = {
	{ "textfile", required_argument, NULL, OPTION_TEXTFILE },
	{ "format", required_argument, NULL, OPTION_FORMAT },
	{ 0 },
};

const struct tool_command metrics_commands[] = {
	{
		.name = "metrics",
		.usage = "[--format openmetrics|prometheus] [--textfile PATH]",
		.summary = "print all figures for a monitoring system",
		.help = "Printed is OpenMetrics text. With --textfile the file is replaced at once and whole, in the\n"
			"text format of Prometheus, which the textfile collector of node_exporter reads. Without the\n"
			"module there is one metric, clockdisc_up 0, and the exit status is 1.\n",
		.options = metrics_options,
		.run = metrics_run,
	},
	{ 0 },
};
