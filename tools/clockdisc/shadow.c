// SPDX-License-Identifier: GPL-2.0
/* clockdisc shadow report: what would have been better or worse, had this module steered. */
#include "shadow.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gnuplot.h"
#include "tool.h"

#define NSEC_PER_SEC	1000000000LL

/* Episodes printed of each. */
#define SHOWN		12

enum {
	OPTION_LIMIT = 256,
	OPTION_PLOT,
	OPTION_DATA,
};

static const char *size_text(char *buf, size_t len, double ns)
{
	return cdisc_format_magnitude_ns(buf, len, (uint64_t)llround(fabs(ns)));
}

static void print_figures(const char *what, const struct shadow_figures *f, bool has_episodes)
{
	char rms[CDISC_TEXT_LEN], p99[CDISC_TEXT_LEN], worst[CDISC_TEXT_LEN];

	printf("%-28s %12s %12s %12s %9.0f s", what, size_text(rms, sizeof(rms), f->rms_ns),
	       size_text(p99, sizeof(p99), f->p99_ns), size_text(worst, sizeof(worst), f->worst_ns), f->above_s);
	if (has_episodes)
		printf(" %6u %9.0f s\n", f->n_episodes, f->longest_s);
	else
		printf(" %6s %11s\n", "-", "-");
}

static void print_episodes(const struct shadow *s)
{
	size_t i, n = s->n_episodes < SHADOW_EPISODES ? s->n_episodes : SHADOW_EPISODES, shown[2] = { 0 };
	char worst[CDISC_TEXT_LEN];

	if (!n)
		return;
	printf("\nrecoveries\n%12s  %-6s %12s %12s\n", "at", "clock", "worst", "right after");
	for (i = 0; i < n; i++) {
		const struct shadow_episode *e = &s->episodes[i];

		if (shown[e->is_other]++ == SHOWN)
			printf("%12s  %-6s and more\n", "", e->is_other ? "as was" : "ours");
		if (shown[e->is_other] <= SHOWN)
			printf("%10.0f s  %-6s %12s %10.0f s\n", e->at_s, e->is_other ? "as was" : "ours",
			       size_text(worst, sizeof(worst), e->worst_ns), e->length_s);
	}
}

/* Better or worse, and by how much; a tenth either way is neither. */
static void print_verdict(const char *what, double other, double ours)
{
	if (!(other > 0) || !(ours > 0))
		return;
	if (ours < other / 1.1)
		printf("%s: better by a factor of %.1f\n", what, other / ours);
	else if (ours > other * 1.1)
		printf("%s: worse by a factor of %.1f\n", what, ours / other);
	else
		printf("%s: the same\n", what);
}

static void print_movers(const struct log *log)
{
	char most[CDISC_TEXT_LEN];
	size_t i;

	for (i = 0; i < log->n_movers; i++) {
		const struct log_mover *m = &log->movers[i];

		printf("by %s: %u sets and steps%s%s, %u slews, %u changes of the rate\n", m->name, m->n_sets,
		       m->n_sets ? ", the largest " : "", m->n_sets ? size_text(most, sizeof(most), m->most_ns) : "",
		       m->n_slews, m->n_rates);
	}
}

static void print_report(const struct shadow *s, const struct log *log)
{
	char text[CDISC_TEXT_LEN], date[CDISC_TEXT_LEN];

	printf("%.0f s from %.19s UTC, judged %.1f %% of the time by %zu samples of source %u\n", s->span_s,
	       cdisc_format_real_ns(date, sizeof(date), log->first_real_ns), 100 * s->judged_s / fmax(s->span_s, 1e-9),
	       s->judge.n, s->judge.source_id);
	printf("The judge is the module's own samples, with hindsight: by their own word known to %s RMS.\n",
	       size_text(text, sizeof(text), s->judge_sd_ns));
	printf("The figures may be larger by as much, in squares. An error that the source or the path has all the time is in\n"
	       "every row and cannot be seen here.\n\n");
	printf("%-28s %12s %12s %12s %11s %6s %11s\n", "offset from the judge", "RMS", "99 % below", "worst",
	       "off for", "times", "longest");
	print_figures("the clock as it was", &s->other, true);
	print_figures("this module, had it steered", &s->ours, true);
	print_figures("this module's estimate", &s->told, false);
	printf("off: by more than %s, until right for a minute\n\n", size_text(text, sizeof(text), s->limit_ns));
	print_verdict("RMS", s->other.rms_ns, s->ours.rms_ns);
	print_verdict("99 %", s->other.p99_ns, s->ours.p99_ns);
	print_verdict("worst", s->other.worst_ns, s->ours.worst_ns);
	print_verdict("time off", s->other.above_s, s->ours.above_s);
	printf("\nset by others: %u times%s%s; rate changed by others: %u times; steps of this module: %u\n", s->n_sets,
	       s->n_sets ? ", the largest by " : "", s->n_sets ? size_text(text, sizeof(text), s->set_worst_ns) : "",
	       s->n_rates, s->n_steps);
	print_movers(log);
	printf("the clock was outside of what this module's bound allowed for %.0f s; the judge, for %.0f s\n", s->outside_s,
	       s->untrue_s);
	if (s->judge.n_jumps)
		printf("jumps of the counter or the source: %u; between the samples around each nobody knows when\n",
		       s->judge.n_jumps);
	print_episodes(s);
}

static json_object *figures_json(const struct shadow_figures *f)
{
	json_object *object = json_object_new_object();

	json_object_object_add(object, "rms-ns", json_object_new_int64(llround(f->rms_ns)));
	json_object_object_add(object, "p99-ns", json_object_new_int64(llround(f->p99_ns)));
	json_object_object_add(object, "worst-ns", json_object_new_int64(llround(f->worst_ns)));
	json_object_object_add(object, "above-s", json_object_new_double(f->above_s));
	json_object_object_add(object, "episodes", json_object_new_int64(f->n_episodes));
	json_object_object_add(object, "longest-s", json_object_new_double(f->longest_s));
	return object;
}

static json_object *movers_json(const struct log *log)
{
	json_object *list = json_object_new_array();
	size_t i;

	for (i = 0; i < log->n_movers; i++) {
		const struct log_mover *m = &log->movers[i];
		json_object *object = json_object_new_object();

		json_object_object_add(object, "name", json_object_new_string(m->name));
		json_object_object_add(object, "sets", json_object_new_int64(m->n_sets));
		json_object_object_add(object, "slews", json_object_new_int64(m->n_slews));
		json_object_object_add(object, "rates", json_object_new_int64(m->n_rates));
		json_object_object_add(object, "largest-ns", json_object_new_int64(llround(m->most_ns)));
		json_object_array_add(list, object);
	}
	return list;
}

static void print_json(const struct shadow *s, const struct log *log)
{
	json_object *object = json_object_new_object();

	json_object_object_add(object, "span-s", json_object_new_double(s->span_s));
	json_object_object_add(object, "judged-s", json_object_new_double(s->judged_s));
	json_object_object_add(object, "samples", json_object_new_int64((int64_t)s->judge.n));
	json_object_object_add(object, "source-id", json_object_new_int64(s->judge.source_id));
	json_object_object_add(object, "judge-rms-ns", json_object_new_int64(llround(s->judge_sd_ns)));
	json_object_object_add(object, "limit-ns", json_object_new_int64(llround(s->limit_ns)));
	json_object_object_add(object, "other", figures_json(&s->other));
	json_object_object_add(object, "ours", figures_json(&s->ours));
	json_object_object_add(object, "told", figures_json(&s->told));
	json_object_object_add(object, "foreign-sets", json_object_new_int64(s->n_sets));
	json_object_object_add(object, "foreign-rates", json_object_new_int64(s->n_rates));
	json_object_object_add(object, "movers", movers_json(log));
	json_object_object_add(object, "steps", json_object_new_int64(s->n_steps));
	json_object_object_add(object, "jumps", json_object_new_int64(s->judge.n_jumps));
	json_object_object_add(object, "outside-s", json_object_new_double(s->outside_s));
	json_object_object_add(object, "untrue-s", json_object_new_double(s->untrue_s));
	tool_print_json(object);
}

/* For an own judgement: a line for each of the clock's, in ns. */
static int write_data(const struct shadow *s, const char *path)
{
	FILE *out = fopen(path, "we");
	size_t i;

	if (!out)
		return tool_fail("cannot write %s: %s", path, strerror(errno));
	fprintf(out, "# raw_ns other_ns ours_ns told_ns judge_sd_ns\n");
	for (i = 0; i < s->n; i++) {
		const struct shadow_point *p = &s->points[i];

		if (p->is_judged)
			fprintf(out, "%" PRId64 " %.0f %.0f %.0f %.0f\n", p->raw_ns, p->other_ns, p->ours_ns, p->told_ns,
				p->sd_ns);
	}
	if (ferror(out) | fclose(out))
		return tool_fail("cannot write %s: %s", path, strerror(errno));
	return TOOL_OK;
}

static int draw(const struct shadow *s, const char *path)
{
	double unit_s = s->span_s > 3 * 3600 ? 3600 : 1;
	/* A clock that begins seconds away would flatten the rest of the day; the lower half has it all. */
	double most_us = fmax(2 * fmax(s->other.p99_ns, s->ours.p99_ns) / 1e3, 1e-3);
	size_t stride = s->n / gnuplot_points(path) + 1, i, k;
	struct gnuplot g;

	if (gnuplot_open(&g, path, 800))
		return TOOL_FAILED;
	fprintf(g.script, "$offsets << END\n");
	for (i = 0; i < s->n; i += stride) {
		const struct shadow_point *p = &s->points[i];

		for (k = i; k < i + stride && k < s->n; k++) {
			if (s->points[k].is_judged && (!p->is_judged || fabs(s->points[k].other_ns) > fabs(p->other_ns)))
				p = &s->points[k];
		}
		if (p->is_judged)
			fprintf(g.script, "%.6f %.4f %.4f %.4f\n", p->at_s / unit_s, p->other_ns / 1e3, p->ours_ns / 1e3,
				p->sd_ns / 1e3);
		else
			fprintf(g.script, "\n");
	}
	fprintf(g.script, "END\nset multiplot layout 2,1 title \"offset from the judge: the module's samples, with hindsight\"\n"
		"set xrange [0:%.6f]\nset ylabel \"us\"\nset yrange [%.6g:%.6g]\n"
		"plot $offsets using 1:2 with lines title \"the clock as it was\", "
		"$offsets using 1:3 with lines title \"this module\"\n"
		"set yrange [*:*]\nset logscale y\nset format y \"%%g\"\nsize(x) = abs(x) < 0.1 ? 0.1 : abs(x)\nset xlabel \"%s\"\n"
		"plot $offsets using 1:(size($2)) with lines title \"|the clock as it was|\", "
		"$offsets using 1:(size($3)) with lines title \"|this module|\", "
		"$offsets using 1:(size($4)) with lines linecolor rgb \"gray40\" dashtype 2 title \"judge, 1 sigma\"\n"
		"unset multiplot\n", s->span_s > 0 ? s->span_s / unit_s : 1, -most_us, most_us, unit_s > 1 ? "hours" : "s");
	return gnuplot_close(&g);
}

static int judge_and_tell(const struct tool *tool, const struct log *log, double limit_ns)
{
	const char *plot = tool_option(tool, OPTION_PLOT), *data = tool_option(tool, OPTION_DATA);
	const struct log_policy *policy = log->has_policy ? &log->policy : &log_policy_default;
	int err, code = TOOL_OK;
	struct shadow s;

	err = shadow_make(&s, log, policy, limit_ns);
	if (err == -ENODATA)
		return tool_fail("%s has too little to judge by: 3 samples of one source, and lines of the clock between them",
				 tool->args[0]);
	if (err)
		return tool_fail("%s", strerror(-err));
	if (tool->is_json)
		print_json(&s, log);
	else
		print_report(&s, log);
	if (data)
		code = write_data(&s, data);
	if (plot && !code)
		code = draw(&s, plot);
	shadow_free(&s);
	return code;
}

static int report_run(struct tool *tool)
{
	const char *plot = tool_option(tool, OPTION_PLOT);
	int64_t limit_ns = 1000000;
	struct log log;
	int code, err;

	code = tool_option_time(tool, OPTION_LIMIT, "--limit", 1, 3600 * NSEC_PER_SEC, &limit_ns);
	if (code)
		return code;
	if (plot && !gnuplot_is_picture(plot))
		return tool_usage_error(tool, "--plot: '%s' ends neither in .png nor in .svg", plot);
	err = log_read(&log, tool->args[0]);
	if (err)
		return tool_fail("cannot read %s: %s", tool->args[0], strerror(-err));
	code = judge_and_tell(tool, &log, (double)limit_ns);
	log_free(&log);
	return code;
}

static const struct option report_options[] = {
	{ "limit", required_argument, NULL, OPTION_LIMIT },
	{ "plot", required_argument, NULL, OPTION_PLOT },
	{ "data", required_argument, NULL, OPTION_DATA },
	{ 0 },
};

const struct tool_command shadow_commands[] = {
	{
		.name = "shadow report",
		.usage = "LOG [--limit TIME] [--plot FILE.png|FILE.svg] [--data FILE]",
		.summary = "judge a clock that another daemon kept, and what this module would have made of it",
		.help = "LOG is what clockdisc record wrote beside that daemon, with actuator=observe. The judge is the\n"
			"module's own samples with hindsight; what would have been is the module's estimate of then, followed\n"
			"by a simulated clock with the policy of the log's first line. An offset above --limit, 1 ms, counts\n"
			"as off. --plot draws both, --data writes raw_ns and the offsets, reference minus clock, in ns.\n",
		.options = report_options,
		.args_min = 1,
		.args_max = 1,
		.run = report_run,
	},
	{ 0 },
};
