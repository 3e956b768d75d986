/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the time was, known afterwards: a smoother over the samples of one source, which sees what came later.
 */
#ifndef CLOCKDISC_HINDSIGHT_H
#define CLOCKDISC_HINDSIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "log.h"

/* At one sample's instant. Phases are source minus counter, relative to the anchor. */
struct hindsight_point {
	double at_s;
	double phase_ns;
	double freq_ppb;	/* of the source against the counter, ns a second */
	double sd_ns;		/* how well the phase is known, by the model's own word */
	bool is_apart;		/* the phase jumped after the point before: nobody knows when */
};

struct hindsight {
	struct hindsight_point *points;
	size_t n;
	int64_t anchor_ns;	/* source minus counter */
	uint32_t source_id;
	unsigned int n_jumps;
	double wander_ppb;	/* the oscillator's restlessness that fits best, per root of a second */
};

/**
 * hindsight_make() - smooth the samples of the source that was selected most of the time
 * @h:		filled in; free it with hindsight_free()
 * @log:	with its samples in any order
 *
 * Return: 0, -ENODATA when there are fewer than 3 samples, or -ENOMEM.
 */
int hindsight_make(struct hindsight *h, const struct log *log);
void hindsight_free(struct hindsight *h);

/**
 * hindsight_at() - source minus counter at an instant
 * @h:		from hindsight_make()
 * @at_s:	on the log's axis
 * @phase_ns:	relative to @h->anchor_ns
 * @sd_ns:	how well it is known
 *
 * Return: false before the first sample, after the last, and between two with a jump in between.
 */
bool hindsight_at(const struct hindsight *h, double at_s, double *phase_ns, double *sd_ns);

#endif /* CLOCKDISC_HINDSIGHT_H */
