/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The oscillator: truth as a function of counter time, of one seed.
 *
 * The counter is what a machine has, truth is what its servers tell. The oscillator's frequency is constant within a
 * second of the counter:
 *
 *	fast by		freq = FREQ0 + random walk + TEMP + FSTEP
 *	d truth / d raw	1 / (1 + freq)
 *	jumps of truth	PSTEP: the counter stood still meanwhile
 *
 * The function does not depend on the order in which it is asked.
 */
#ifndef CDISC_SIM_PLANT_H
#define CDISC_SIM_PLANT_H

#include "rng.h"
#include "scenario.h"

#define PLANT_EPOCH_NS	1780000000000000000LL	/* UTC at counter 0: in 2026 */

/* A second of the counter: what it begins with. */
struct plant_second {
	double	phase_ns;	/* truth minus counter */
	double	freq;
};

/**
 * struct plant - an oscillator
 * @sc:		its knobs
 * @rng:	draws the next second's
 * @walk:	random walk and steps of the frequency so far
 * @second:	what has been drawn
 * @seconds:	of them
 * @room:	allocated
 */
struct plant {
	const struct scenario	*sc;
	struct rng		rng;
	double			walk;
	struct plant_second	*second;
	size_t			seconds;
	size_t			room;
};

/* @sc stays the caller's and must not change. Ends the program when memory is short. */
void plant_init(struct plant *p, const struct scenario *sc);
void plant_free(struct plant *p);

/* Truth less PLANT_EPOCH_NS less the counter, ns with a fraction. Before 0 the oscillator runs as it begins. */
double plant_phase(struct plant *p, int64_t raw_ns);

/* UTC in whole nanoseconds, rounded down. Never falls. */
int64_t plant_truth(struct plant *p, int64_t raw_ns);

/* The least counter value at which it is truth_ns or later, not below 0; while the counter stands still, that one. */
int64_t plant_raw(struct plant *p, int64_t truth_ns);

/* By how much the oscillator is fast. */
double plant_freq(struct plant *p, int64_t raw_ns);

#endif /* CDISC_SIM_PLANT_H */
