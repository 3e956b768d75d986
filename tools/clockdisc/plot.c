// SPDX-License-Identifier: GPL-2.0
/* clockdisc plot: a log as a picture. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gnuplot.h"
#include "log.h"
#include "oscillator.h"
#include "tool.h"

enum {
	OPTION_OSCILLATOR = 256,
};

/* Seconds, hours or days, whichever a person would say. */
struct axis {
	const char *name;
	double unit_s;
};

static struct axis axis_for(double span_s)
{
	if (span_s <= 3 * 3600)
		return (struct axis){ "s", 1 };
	return span_s <= 4 * 86400 ? (struct axis){ "hours", 3600 } : (struct axis){ "days", 86400 };
}

/* The unit in which the largest offset is a number that a person reads. */
static struct axis axis_of_offsets(const struct log *log)
{
	double most_ns = 0;
	size_t i;

	for (i = 0; i < log->n_clocks; i++) {
		if (log->clocks[i].has_offset)
			most_ns = fmax(most_ns, fabs(log->clocks[i].offset_ns));
	}
	if (most_ns < 1e4)
		return (struct axis){ "ns", 1 };
	return most_ns < 1e7 ? (struct axis){ "us", 1e3 } : (struct axis){ "ms", 1e6 };
}

/* Once the frequency has been measured; the search for it in the first minute would flatten all the rest. */
static void write_freq_range(FILE *out, const struct log *log)
{
	double least = 0, most = 0, margin;
	bool has_any = false;
	size_t i;

	for (i = 0; i < log->n_clocks; i++) {
		const struct log_clock *c = &log->clocks[i];

		if (strcmp(c->state, "sync") && strcmp(c->state, "holdover"))
			continue;
		least = has_any ? fmin(least, c->freq_ppb) : c->freq_ppb;
		most = has_any ? fmax(most, c->freq_ppb) : c->freq_ppb;
		has_any = true;
	}
	margin = fmax((most - least) / 2, 10);
	if (has_any)
		fprintf(out, "set yrange [%.6f:%.6f]\n", (least - margin) / 1e3, (most + margin) / 1e3);
}

/* Somebody else's rate is measured, ours is known. */
static bool is_steered(const struct log *log)
{
	size_t i;

	for (i = 0; i < log->n_clocks; i++) {
		if (log->clocks[i].rate_ppb != 0)
			return true;
	}
	return false;
}

/* Where many lines fall into one column, the one with the largest offset stands for them: no spike gets lost. */
static void write_clocks(FILE *out, const struct log *log, size_t most, double unit_s, double unit_ns)
{
	size_t stride = log->n_clocks / most + 1, i, k;
	bool is_ours = is_steered(log);

	for (i = 0; i < log->n_clocks; i += stride) {
		const struct log_clock *c = &log->clocks[i];

		for (k = i; k < i + stride && k < log->n_clocks; k++) {
			if (fabs(log->clocks[k].offset_ns) > fabs(c->offset_ns))
				c = &log->clocks[k];
		}
		/* An empty line lifts the pen. */
		if (i && c->stretch != log->clocks[i - 1].stretch)
			fprintf(out, "\n");
		if (c->has_offset)
			fprintf(out, "%.6f %.4f %.4f %.6f %.6f\n", c->at_s / unit_s, c->offset_ns / unit_ns,
				c->bound_ns / unit_ns, c->freq_ppb / 1e3,
				(is_ours ? c->rate_ppb : c->clock_rate_ppb) / 1e3);
		else
			fprintf(out, "\n");
	}
}

/* What a person looks for; slews and selections come with every update. */
static const char * const event_rows[] = {
	"step", "conflict", "yield", "resume", "foreign-set", "foreign-rate", "interrupted", "restored", "leap", "freeze",
	"unfreeze", "frequency", "state",
};

static bool is_shown(const struct log_event *event, size_t row)
{
	return !strcmp(event->name, event_rows[row]);
}

static size_t count_rows(const struct log *log, bool *has)
{
	size_t row, i, n = 0;

	for (row = 0; row < ARRAY_SIZE(event_rows); row++) {
		has[row] = false;
		for (i = 0; i < log->n_events && !has[row]; i++)
			has[row] = is_shown(&log->events[i], row);
		n += has[row];
	}
	return n;
}

/* A row for every kind that there was. */
static void write_events(FILE *out, const struct log *log, double unit_s)
{
	/* What falls into one column is one dot. */
	double apart_s = log->clocks[log->n_clocks - 1].at_s / 500, last_s;
	bool has[ARRAY_SIZE(event_rows)];
	size_t n = count_rows(log, has), row, i, y = 0;

	fprintf(out, "$events << END\n");
	for (row = 0; row < ARRAY_SIZE(event_rows); row++) {
		last_s = -INFINITY;
		for (i = 0; has[row] && i < log->n_events; i++) {
			if (!is_shown(&log->events[i], row) || log->events[i].at_s - last_s < apart_s)
				continue;
			last_s = log->events[i].at_s;
			fprintf(out, "%.6f %zu\n", last_s / unit_s, y);
		}
		y += has[row];
	}
	fprintf(out, "END\nset ytics (");
	for (row = 0, y = 0; row < ARRAY_SIZE(event_rows); row++) {
		if (has[row])
			fprintf(out, "%s\"%s\" %zu", y ? ", " : "", event_rows[row], y);
		y += has[row];
	}
	fprintf(out, ")\nset yrange [-0.5:%zu.5]\n", n ? n - 1 : 0);
	if (n)
		fprintf(out, "plot $events using 1:2 with points pointtype 7 pointsize 0.5 title \"events\"\n");
	else
		fprintf(out, "set ytics (\"no events\" 0)\nplot [][] -1 notitle\n");
}

static int draw_clock(const char *path, const struct log *log)
{
	double span_s = log->clocks[log->n_clocks - 1].at_s;
	struct axis axis = axis_for(span_s), offsets = axis_of_offsets(log);
	char date[CDISC_TEXT_LEN];
	struct gnuplot g;

	if (gnuplot_open(&g, path, 900))
		return TOOL_FAILED;
	fprintf(g.script, "$clock << END\n");
	write_clocks(g.script, log, gnuplot_points(path), axis.unit_s, offsets.unit_s);
	fprintf(g.script, "END\nset xrange [0:%.6f]\nset multiplot layout 4,1 title \"the clock from %.19s UTC\"\n",
		span_s > 0 ? span_s / axis.unit_s : 1, cdisc_format_real_ns(date, sizeof(date), log->first_real_ns));
	fprintf(g.script, "set ylabel \"%s\"\nplot $clock using 1:2 with lines linewidth 2 title \"offset\"\n", offsets.name);
	/* An offset of nothing at all has no logarithm. */
	fprintf(g.script, "set logscale y\nset format y \"%%g\"\nsize(x) = abs(x) < %g ? %g : abs(x)\n"
		"plot $clock using 1:(size($2)) with lines title \"|offset|\", "
		"$clock using 1:(size($3)) with lines linewidth 2 linecolor rgb \"gray40\" title \"bound\"\n",
		1 / offsets.unit_s, 1 / offsets.unit_s);
	fprintf(g.script, "unset logscale y\nset ylabel \"ppm\"\n");
	write_freq_range(g.script, log);
	fprintf(g.script, "plot $clock using 1:5 with lines title \"rate %s\", "
		"$clock using 1:4 with lines linewidth 2 title \"frequency learnt\"\n",
		is_steered(log) ? "applied" : "of the clock");
	fprintf(g.script, "unset ylabel\nset xlabel \"%s\"\n", axis.name);
	write_events(g.script, log, axis.unit_s);
	fprintf(g.script, "unset multiplot\n");
	return gnuplot_close(&g);
}

static void write_rows(FILE *out, const char *name, const struct adev_row *rows, size_t n)
{
	size_t i;

	fprintf(out, "$%s << END\n", name);
	for (i = 0; i < n; i++) {
		if (rows[i].adev > 0)
			fprintf(out, "%.6g %.6g %.6g\n", rows[i].tau_s, rows[i].adev, rows[i].error);
	}
	fprintf(out, "END\n");
}

static int draw_oscillator(const char *path, const struct log *log)
{
	struct oscillator o;
	struct gnuplot g;
	int code = oscillator_from_log(&o, log);

	if (code)
		return code;
	if (gnuplot_open(&g, path, 700))
		return TOOL_FAILED;
	write_rows(g.script, "learnt", o.learnt, o.n_learnt);
	write_rows(g.script, "measured", o.measured, o.n_measured);
	fprintf(g.script, "set title \"Allan deviation, overlapping, over %.0f s\"\nset logscale xy\nset format x \"%%g\"\nset format y \"%%.0e\"\n"
		"set xlabel \"tau, s\"\nset ylabel \"adev\"\n"
		"plot $learnt using 1:2:3 with yerrorlines linewidth 2 pointtype 7 title \"learnt\"", o.span_s);
	if (o.n_measured)
		fprintf(g.script, ", $measured using 1:2:3 with yerrorlines pointtype 6 title \"measured\"");
	fprintf(g.script, "\n");
	return gnuplot_close(&g);
}

static int plot_run(struct tool *tool)
{
	const char *path = tool_option(tool, 'o');
	struct log log;
	int err, code;

	if (!path)
		return tool_usage_error(tool, "-o and a file to draw into is missing");
	if (!gnuplot_is_picture(path))
		return tool_usage_error(tool, "-o: '%s' ends neither in .png nor in .svg", path);
	err = log_read(&log, tool->args[0]);
	if (err)
		return tool_fail("cannot read %s: %s", tool->args[0], strerror(-err));
	if (!log.n_clocks)
		code = tool_fail("%s has no line of the clock; clockdisc record writes some", tool->args[0]);
	else if (tool_option(tool, OPTION_OSCILLATOR))
		code = draw_oscillator(path, &log);
	else
		code = draw_clock(path, &log);
	log_free(&log);
	if (!code && tool->is_json) {
		json_object *object = json_object_new_object();

		json_object_object_add(object, "file", json_object_new_string(path));
		tool_print_json(object);
	}
	return code;
}

static const struct option plot_options[] = {
	{ "output", required_argument, NULL, 'o' },
	{ "oscillator", no_argument, NULL, OPTION_OSCILLATOR },
	{ 0 },
};

const struct tool_command plot_commands[] = {
	{
		.name = "plot",
		.usage = "LOG -o FILE.png|FILE.svg [--oscillator]",
		.summary = "draw a log: offset, bound, frequency and events over time",
		.help = "LOG is what clockdisc record or clockdisc -j monitor wrote. The ending of the file's name chooses\n"
			"the format. With --oscillator the Allan deviation, as clockdisc oscillator prints it. gnuplot does\n"
			"the drawing and must be installed.\n",
		.options = plot_options,
		.args_min = 1,
		.args_max = 1,
		.run = plot_run,
	},
	{ 0 },
};
