/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Shadow mode: a clock that somebody else kept, and the one that this module would have kept, judged with hindsight.
 */
#ifndef CLOCKDISC_SHADOW_H
#define CLOCKDISC_SHADOW_H

#include <stdbool.h>
#include <stddef.h>

#include "hindsight.h"
#include "log.h"

/* One line of the log. Offsets are reference minus clock: positive when the clock is behind. */
struct shadow_point {
	double at_s;
	int64_t raw_ns;
	double weight_s;	/* for how long it stands */
	bool is_judged;		/* the rest below means something */
	double other_ns;	/* of the clock as it was */
	double told_ns;		/* what the module said of it then */
	double ours_ns;		/* of the clock that the module would have kept */
	double sd_ns;		/* how well the judge knows */
	double sure_ns;		/* the module was sure to this, whatever the clock: bound less |offset| */
};

struct shadow_figures {
	double rms_ns;
	double p99_ns;
	double worst_ns;
	double above_s;		/* for how long it was off by more than the limit */
	unsigned int n_episodes;
	double longest_s;
};

struct shadow_episode {
	double at_s;
	double length_s;
	double worst_ns;
	bool is_other;
};

#define SHADOW_EPISODES	64

struct shadow {
	struct shadow_point *points;
	size_t n;
	double span_s;
	double judged_s;
	double limit_ns;
	double judge_sd_ns;	/* RMS */
	double outside_s;	/* the clock was where the module was sure that true time was not */
	double untrue_s;	/* the judge was where the module was sure that true time was not */
	struct shadow_figures other;
	struct shadow_figures told;	/* error of what the module said: had it been able to set the clock at once */
	struct shadow_figures ours;
	unsigned int n_sets;	/* by others */
	double set_worst_ns;
	unsigned int n_rates;
	unsigned int n_steps;	/* ours */
	struct shadow_episode episodes[SHADOW_EPISODES];
	size_t n_episodes;	/* there may be more than are kept */
	struct hindsight judge;
};

/**
 * shadow_make() - judge a log
 * @s:		filled in; free it with shadow_free()
 * @log:	the log
 * @policy:	how the module would have steered
 * @limit_ns:	an offset above it is an episode, until it has been below for a minute
 *
 * Return: 0, -ENODATA when there is too little to judge by, or -ENOMEM.
 */
int shadow_make(struct shadow *s, const struct log *log, const struct log_policy *policy, double limit_ns);
void shadow_free(struct shadow *s);

#endif /* CLOCKDISC_SHADOW_H */
