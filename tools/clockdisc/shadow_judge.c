// SPDX-License-Identifier: GPL-2.0
/*
 * Shadow mode: the clock that this module would have kept, and the judgement of both.
 *
 * The module's estimate of the reference does not depend on who steers, because it is of the counter: what it would have
 * followed is in the log. The clock that would have followed it is simulated as the adaptive servo and the planner go:
 *
 *	rate = learnt frequency + what brings the clock onto the estimate within a second, at most max-slew
 *	step   as the policy's rows startup, restore and drift permit, for drift when the offset has lasted for the stepout
 *
 * The wake-ups of the planner, the timekeeper's grain and the servo ntp are not simulated: tens of nanoseconds here, and
 * another loop there.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "shadow.h"

/* A correction takes a second: FOLLOW_NS of servo_adaptive.c. */
#define FOLLOW_S	1.0

/* An episode is over when the clock was right for so long. */
#define CALM_S		60.0

/* A line stands for the time until the next one; a gap in the log is nobody's. */
#define WEIGHT_MAX_S	120.0

/* The clock that would have been: local minus counter, relative to the anchor. */
struct virtual_clock {
	double at_s;
	double phase_ns;
	double target_ns;		/* the estimate at at_s */
	double freq_ppb;
	double above_s;			/* for how long the offset has been above the threshold */
	const struct log_row *row;	/* of what is being corrected, NULL before the first estimate */
	unsigned int n_steps;
};

static void virtual_begin(struct virtual_clock *v, double at_s, double phase_ns)
{
	*v = (struct virtual_clock){ .at_s = at_s, .phase_ns = phase_ns, .target_ns = phase_ns, .n_steps = v->n_steps };
}

static bool is_beyond(const struct log_row *row, double left_ns)
{
	double limit_ns = left_ns > 0 ? row->forward_ns : row->backward_ns;

	return limit_ns > 0 && fabs(left_ns) > limit_ns;
}

/* Run on to @at_s; the clock follows the line of the estimate before. What is going to be stepped is not slewed. */
static void virtual_run(struct virtual_clock *v, double at_s)
{
	double dt = at_s - v->at_s, left_ns = v->target_ns - v->phase_ns;
	double moved_ns = left_ns * fmin(dt / FOLLOW_S, 1), most_ns;

	if (!v->row || is_beyond(v->row, left_ns))
		moved_ns = 0;
	most_ns = v->row ? v->row->max_slew_ppb * dt : 0;
	moved_ns = fmax(fmin(moved_ns, most_ns), -most_ns);
	v->phase_ns += v->freq_ppb * dt + moved_ns;
	v->target_ns += v->freq_ppb * dt;
	v->at_s = at_s;
}

static void virtual_hear(struct virtual_clock *v, double estimate_ns, double freq_ppb, double dt_s,
			 const struct log_row *row)
{
	double left_ns = estimate_ns - v->phase_ns;
	bool is_large = is_beyond(row, left_ns);

	v->above_s = is_large ? v->above_s + dt_s : 0;
	if (is_large && v->above_s >= row->stepout_s) {
		v->phase_ns = estimate_ns;
		v->above_s = 0;
		v->n_steps++;
	}
	v->target_ns = estimate_ns;
	v->freq_ppb = freq_ppb;
	v->row = row;
}

/* Which row an estimate is acted on by: how many were before it, and whether time is missing. */
static const struct log_row *row_for(const struct log_policy *policy, const struct shadow *s, double at_s, bool is_cut)
{
	if (is_cut)
		return &policy->restore;
	if (policy->startup_updates < 0)
		return &policy->startup;
	if (policy->startup_updates == 0)
		return &policy->drift;
	if ((size_t)policy->startup_updates >= s->judge.n || s->judge.points[policy->startup_updates].at_s > at_s)
		return &policy->startup;
	return &policy->drift;
}

static double relative(int64_t ns, int64_t anchor_ns)
{
	return (double)(ns - anchor_ns);
}

/* The first estimate after an interruption: none was known in between. */
static bool is_restored(const struct log *log, size_t i)
{
	const struct log_clock *c = &log->clocks[i], *before = c;

	while (before > log->clocks && before[-1].stretch == c->stretch && !before[-1].has_offset)
		before--;
	if (before == log->clocks || before[-1].stretch != c->stretch)
		return false;
	return log_is_cut_between(log, before[-1].at_s, c->at_s);
}

static void judge_points(struct shadow *s, const struct log *log, const struct log_policy *policy)
{
	int64_t anchor_ns = s->judge.anchor_ns;
	struct virtual_clock v = { 0 };
	size_t i;

	for (i = 0; i < log->n_clocks; i++) {
		const struct log_clock *c = &log->clocks[i];
		struct shadow_point *p = &s->points[i];
		double local_ns = relative(c->real_ns - c->raw_ns, anchor_ns), truth_ns;
		bool is_new = !i || c->stretch != c[-1].stretch;

		p->at_s = c->at_s;
		p->raw_ns = c->raw_ns;
		if (i + 1 < log->n_clocks)
			p->weight_s = fmin(c[1].at_s - c->at_s, WEIGHT_MAX_S);
		if (is_new)
			virtual_begin(&v, c->at_s, local_ns);
		else
			virtual_run(&v, c->at_s);
		if (c->has_offset)
			virtual_hear(&v, local_ns + c->offset_ns, c->freq_ppb, is_new ? 0 : c->at_s - c[-1].at_s,
				     row_for(policy, s, c->at_s, is_restored(log, i)));
		p->is_judged = c->has_offset && hindsight_at(&s->judge, c->at_s, &truth_ns, &p->sd_ns);
		if (!p->is_judged)
			continue;
		p->other_ns = truth_ns - local_ns;
		p->told_ns = c->offset_ns;
		p->ours_ns = truth_ns - v.phase_ns;
		p->sure_ns = fmax(c->bound_ns - fabs(c->offset_ns), 0);
	}
	s->n_steps = v.n_steps;
}

struct weighted {
	double size_ns;
	double weight_s;
};

static int by_size(const void *a, const void *b)
{
	const struct weighted *p = a, *q = b;

	return (p->size_ns > q->size_ns) - (p->size_ns < q->size_ns);
}

enum which { OTHER, TOLD, OURS };

static double offset_of(const struct shadow_point *p, enum which which)
{
	switch (which) {
	case OTHER:
		return p->other_ns;
	case TOLD:
		return p->other_ns - p->told_ns;
	case OURS:
		break;
	}
	return p->ours_ns;
}

static void keep_episode(struct shadow *s, struct shadow_figures *f, const struct shadow_episode *e)
{
	f->n_episodes++;
	f->longest_s = fmax(f->longest_s, e->length_s);
	if (s->n_episodes < SHADOW_EPISODES)
		s->episodes[s->n_episodes] = *e;
	s->n_episodes++;
}

static void count_episodes(struct shadow *s, struct shadow_figures *f, enum which which, bool is_kept)
{
	struct shadow_episode e = { 0 };
	bool is_in = false;
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct shadow_point *p = &s->points[i];
		double size_ns = fabs(offset_of(p, which));

		if (!p->is_judged)
			continue;
		if (size_ns > s->limit_ns) {
			if (!is_in)
				e = (struct shadow_episode){ .at_s = p->at_s, .is_other = which == OTHER };
			is_in = true;
			e.length_s = p->at_s + p->weight_s - e.at_s;
			e.worst_ns = fmax(e.worst_ns, size_ns);
			f->above_s += p->weight_s;
		} else if (is_in && p->at_s - (e.at_s + e.length_s) > CALM_S) {
			is_in = false;
			if (is_kept)
				keep_episode(s, f, &e);
		}
	}
	if (is_in && is_kept)
		keep_episode(s, f, &e);
}

static void figure(struct shadow *s, struct shadow_figures *f, enum which which, struct weighted *room)
{
	double sum = 0, weight_s = 0, so_far_s = 0;
	size_t i, n = 0;

	for (i = 0; i < s->n; i++) {
		const struct shadow_point *p = &s->points[i];
		double ns = offset_of(p, which);

		if (!p->is_judged)
			continue;
		room[n++] = (struct weighted){ fabs(ns), p->weight_s };
		sum += ns * ns * p->weight_s;
		weight_s += p->weight_s;
	}
	if (!n || !(weight_s > 0))
		return;
	qsort(room, n, sizeof(*room), by_size);
	f->rms_ns = sqrt(sum / weight_s);
	f->worst_ns = room[n - 1].size_ns;
	for (i = 0; i < n && so_far_s < 0.99 * weight_s; i++) {
		so_far_s += room[i].weight_s;
		f->p99_ns = room[i].size_ns;
	}
	count_episodes(s, f, which, which != TOLD);
}

static void sum_up(struct shadow *s, const struct log *log)
{
	double variance = 0;
	size_t i;

	for (i = 0; i < s->n; i++) {
		const struct shadow_point *p = &s->points[i];

		s->span_s += p->weight_s;
		if (!p->is_judged)
			continue;
		s->judged_s += p->weight_s;
		variance += p->sd_ns * p->sd_ns * p->weight_s;
		if (fabs(p->told_ns) > p->sure_ns)
			s->outside_s += p->weight_s;
		if (fabs(offset_of(p, TOLD)) > p->sure_ns + 3 * p->sd_ns)
			s->untrue_s += p->weight_s;
	}
	if (s->judged_s > 0)
		s->judge_sd_ns = sqrt(variance / s->judged_s);
	for (i = 0; i < log->n_events; i++) {
		if (!strcmp(log->events[i].name, "foreign-set")) {
			s->n_sets++;
			s->set_worst_ns = fmax(s->set_worst_ns, fabs(log->events[i].value_ns));
		}
		s->n_rates += !strcmp(log->events[i].name, "foreign-rate");
	}
}

static int by_at(const void *a, const void *b)
{
	const struct shadow_episode *p = a, *q = b;

	return (p->at_s > q->at_s) - (p->at_s < q->at_s);
}

int shadow_make(struct shadow *s, const struct log *log, const struct log_policy *policy, double limit_ns)
{
	struct weighted *room;
	int err;

	*s = (struct shadow){ .limit_ns = limit_ns, .n = log->n_clocks };
	err = hindsight_make(&s->judge, log);
	if (err)
		return err;
	s->points = calloc(s->n + 1, sizeof(*s->points));
	room = calloc(s->n + 1, sizeof(*room));
	if (s->points && room) {
		judge_points(s, log, policy);
		sum_up(s, log);
		figure(s, &s->other, OTHER, room);
		figure(s, &s->told, TOLD, room);
		figure(s, &s->ours, OURS, room);
		qsort(s->episodes, s->n_episodes < SHADOW_EPISODES ? s->n_episodes : SHADOW_EPISODES, sizeof(s->episodes[0]),
		      by_at);
		err = s->judged_s > 0 ? 0 : -ENODATA;
	} else {
		err = -ENOMEM;
	}
	free(room);
	if (err)
		shadow_free(s);
	return err;
}

void shadow_free(struct shadow *s)
{
	hindsight_free(&s->judge);
	free(s->points);
	*s = (struct shadow){ 0 };
}
