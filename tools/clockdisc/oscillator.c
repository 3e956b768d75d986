// SPDX-License-Identifier: GPL-2.0
/* clockdisc oscillator: the Allan deviation of the oscillator, from a log or live. */
#include "oscillator.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tool.h"

#define NSEC_PER_MSEC		1000000LL
#define NSEC_PER_SEC		1000000000LL

/* Points of a record at most: a day of seconds. More would only add octaves below what was logged. */
#define POINTS_MAX		131072

enum {
	OPTION_FOR = 256,
	OPTION_INTERVAL,
};

/* One point of phase; the integer keeps its nanoseconds, a double of seconds since 1970 would not. */
struct point {
	double at_s;
	int64_t phase_ns;
};

struct points {
	struct point *list;
	size_t n;
};

/* The longest part of the log in which the phase is known throughout: [*first, *last] of the clock's lines. */
static bool longest_part(const struct log *log, size_t *first, size_t *last)
{
	size_t i, begin = 0;
	double best_s = 0;
	bool is_in = false;

	for (i = 0; i < log->n_clocks; i++) {
		const struct log_clock *c = &log->clocks[i];

		if (is_in && (!c->has_offset || c->stretch != c[-1].stretch ||
			      log_is_cut_between(log, c[-1].at_s, c->at_s)))
			is_in = false;
		if (!is_in && c->has_offset) {
			begin = i;
			is_in = true;
		}
		if (is_in && c->at_s - log->clocks[begin].at_s > best_s) {
			best_s = c->at_s - log->clocks[begin].at_s;
			*first = begin;
			*last = i;
		}
	}
	return best_s > 0;
}

static int by_at(const void *a, const void *b)
{
	const struct point *p = a, *q = b;

	return (p->at_s > q->at_s) - (p->at_s < q->at_s);
}

/* The usual distance of two points: its median. */
static double spacing(const struct points *p)
{
	double *gaps = calloc(p->n, sizeof(*gaps)), median_s;
	size_t i, k;

	if (!gaps || p->n < 2) {
		free(gaps);
		return 0;
	}
	/* Insertion is enough for what is kept: a hundred gaps spread over the record. */
	for (i = 1, k = 0; i < p->n && k < 101; i += p->n / 101 + 1) {
		double gap_s = p->list[i].at_s - p->list[i - 1].at_s;
		size_t at = k++;

		for (; at > 0 && gaps[at - 1] > gap_s; at--)
			gaps[at] = gaps[at - 1];
		gaps[at] = gap_s;
	}
	median_s = gaps[k / 2];
	free(gaps);
	return median_s;
}

/*
 * The formula wants equal distances: points on a grid, straight lines between what was logged. That takes noise from
 * a white one at the shortest interval, and nothing from longer ones.
 */
static size_t deviations(const struct points *p, double *tau0_s, struct adev_row *rows)
{
	double span_s = p->n ? p->list[p->n - 1].at_s - p->list[0].at_s : 0;
	size_t i, k = 0, n, count;
	double *x_s;

	*tau0_s = spacing(p);
	if (!(*tau0_s > 0) || p->n < 4)
		return 0;
	if (span_s / *tau0_s > POINTS_MAX)
		*tau0_s = span_s / POINTS_MAX;
	n = (size_t)(span_s / *tau0_s) + 1;
	x_s = calloc(n, sizeof(*x_s));
	if (!x_s)
		return 0;
	for (i = 0; i < n; i++) {
		double at_s = p->list[0].at_s + (double)i * *tau0_s, part, width_s;

		while (k + 2 < p->n && p->list[k + 1].at_s < at_s)
			k++;
		width_s = p->list[k + 1].at_s - p->list[k].at_s;
		part = width_s > 0 ? (at_s - p->list[k].at_s) / width_s : 0;
		x_s[i] = ((double)(p->list[k].phase_ns - p->list[0].phase_ns) +
			  part * (double)(p->list[k + 1].phase_ns - p->list[k].phase_ns)) / 1e9;
	}
	count = adev_overlapping(x_s, n, *tau0_s, rows);
	free(x_s);
	return count;
}

static void learnt_points(struct points *p, const struct log *log, size_t first, size_t last)
{
	size_t i;

	for (i = first; i <= last; i++) {
		const struct log_clock *c = &log->clocks[i];

		/* A sample and the interval's line come together: two phases at one instant are no frequency. */
		if (p->n && c->at_s - p->list[p->n - 1].at_s < 1e-3)
			continue;
		p->list[p->n++] = (struct point){ c->at_s, log_phase_ns(c) };
	}
}

static void measured_points(struct points *p, const struct log *log, size_t first, size_t last)
{
	uint32_t id = log->clocks[last].selected_id;
	size_t i;

	for (i = 0; i < log->n_samples; i++) {
		const struct log_sample *s = &log->samples[i];

		if (s->source_id == id && s->at_s >= log->clocks[first].at_s && s->at_s <= log->clocks[last].at_s)
			p->list[p->n++] = (struct point){ s->at_s, s->phase_ns };
	}
	qsort(p->list, p->n, sizeof(*p->list), by_at);
}

int oscillator_from_log(struct oscillator *o, const struct log *log)
{
	size_t first = 0, last = 0, room = log->n_clocks + log->n_samples + 1;
	struct points p = { .list = calloc(room, sizeof(*p.list)) };

	*o = (struct oscillator){ 0 };
	if (!p.list)
		return tool_fail("out of memory");
	if (longest_part(log, &first, &last)) {
		o->span_s = log->clocks[last].at_s - log->clocks[first].at_s;
		learnt_points(&p, log, first, last);
		o->n_learnt = deviations(&p, &o->tau0_s, o->learnt);
		p.n = 0;
		measured_points(&p, log, first, last);
		o->n_measured = deviations(&p, &o->measured_tau0_s, o->measured);
	}
	free(p.list);
	if (!o->n_learnt)
		return tool_fail("the log has no stretch in which the offset is known for long enough: 4 lines of the clock");
	return TOOL_OK;
}

static json_object *rows_json(const struct adev_row *rows, size_t n)
{
	json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < n; i++) {
		json_object *row = json_object_new_object();

		json_object_object_add(row, "tau-s", json_object_new_double(rows[i].tau_s));
		json_object_object_add(row, "adev", json_object_new_double(rows[i].adev));
		json_object_object_add(row, "error", json_object_new_double(rows[i].error));
		json_object_object_add(row, "slope", json_object_new_double(rows[i].slope));
		json_object_object_add(row, "noise", json_object_new_string(rows[i].noise));
		json_object_object_add(row, "differences", json_object_new_int64((int64_t)rows[i].n));
		json_object_array_add(list, row);
	}
	return list;
}

static void rows_print(const char *what, const struct adev_row *rows, size_t n)
{
	size_t i;

	printf("%s\n%12s %12s %12s %7s %9s  %s\n", what, "tau, s", "adev", "+-", "slope", "averaged", "noise");
	for (i = 0; i < n; i++)
		printf("%12.3f %12.3e %12.1e %+7.2f %9zu  %s\n", rows[i].tau_s, rows[i].adev, rows[i].error,
		       rows[i].slope, rows[i].n, rows[i].noise);
}

static void oscillator_print(const struct tool *tool, const struct oscillator *o)
{
	json_object *object;

	if (tool->is_json) {
		object = json_object_new_object();
		json_object_object_add(object, "span-s", json_object_new_double(o->span_s));
		json_object_object_add(object, "learnt", rows_json(o->learnt, o->n_learnt));
		json_object_object_add(object, "measured", rows_json(o->measured, o->n_measured));
		tool_print_json(object);
		return;
	}
	printf("Allan deviation over %.0f s; 1e-9 is 1 ppb\n\n", o->span_s);
	rows_print("learnt: the oscillator as the module knows it", o->learnt, o->n_learnt);
	if (o->n_measured) {
		putchar('\n');
		rows_print("measured: samples of the selected source, network and all", o->measured, o->n_measured);
	}
}

static int clock_take(struct tool *tool, const struct cdisc_view *view, void *arg)
{
	json_object *object = json_object_new_object();
	int err;

	(void)tool;
	json_object_object_add(object, view->set->name, tool_json(view));
	err = log_line(arg, json_object_to_json_string(object));
	json_object_put(object);
	return err;
}

/* The log of a run that is made here and now. */
static int live_read(struct tool *tool, struct log *log, int64_t for_ns, int64_t interval_ns)
{
	struct tool_wait wait = { .has_output = true };
	int64_t begin_ns = tool_now_ns(CLOCK_MONOTONIC), now_ns, k = 0;
	int code = TOOL_OK;

	if (tool_open(tool) || tool_wait_open(&wait, false, false))
		return TOOL_FAILED;
	for (;;) {
		if (tool_get_clock(tool, clock_take, log)) {
			code = tool_client_failed(&tool->client);
			break;
		}
		now_ns = tool_now_ns(CLOCK_MONOTONIC);
		while (begin_ns + k * interval_ns <= now_ns)
			k++;
		if (begin_ns + k * interval_ns > begin_ns + for_ns)
			break;
		/* An interrupt ends the measurement; what there is by then is shown. */
		if (tool_wait(&wait, (int)((begin_ns + k * interval_ns - now_ns + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC)) !=
		    TOOL_WOKEN_TIMEOUT)
			break;
	}
	tool_wait_close(&wait);
	return code;
}

static int oscillator_run(struct tool *tool)
{
	int64_t for_ns = 0, interval_ns = NSEC_PER_SEC;
	struct log log = { 0 };
	struct oscillator o;
	int code, err;

	code = tool_option_time(tool, OPTION_FOR, "--for", NSEC_PER_SEC, 366 * 86400 * NSEC_PER_SEC, &for_ns);
	if (!code)
		code = tool_option_time(tool, OPTION_INTERVAL, "--interval", 10 * NSEC_PER_MSEC, 3600 * NSEC_PER_SEC,
					&interval_ns);
	if (code)
		return code;
	if (!tool->n_args == !for_ns)
		return tool_usage_error(tool, "give a log, or --for and a time to measure now");
	if (for_ns) {
		code = live_read(tool, &log, for_ns, interval_ns);
	} else {
		err = log_read(&log, tool->args[0]);
		if (err)
			return tool_fail("cannot read %s: %s", tool->args[0], strerror(-err));
	}
	if (!code)
		code = oscillator_from_log(&o, &log);
	if (!code)
		oscillator_print(tool, &o);
	log_free(&log);
	return code;
}

static const struct option oscillator_options[] = {
	{ "for", required_argument, NULL, OPTION_FOR },
	{ "interval", required_argument, NULL, OPTION_INTERVAL },
	{ 0 },
};

const struct tool_command oscillator_commands[] = {
	{
		.name = "oscillator",
		.usage = "LOG | --for TIME [--interval TIME]",
		.summary = "show how stable the oscillator is: its Allan deviation",
		.help = "LOG is what clockdisc record wrote. With --for the clock is asked every second, or every\n"
			"--interval, for so long. The longest stretch without an interruption is used. Octaves of the\n"
			"interval, overlapping differences, NIST SP 1065, section 5.2.4. The learnt phase is smooth below\n"
			"the poll interval; below it the measured one tells of the network.\n",
		.options = oscillator_options,
		.args_max = 1,
		.run = oscillator_run,
	},
	{ 0 },
};
