/* SPDX-License-Identifier: GPL-2.0 */
/* The oscillator's stability out of a log. */
#ifndef CLOCKDISC_OSCILLATOR_H
#define CLOCKDISC_OSCILLATOR_H

#include "adev.h"
#include "log.h"

/**
 * struct oscillator - Allan deviations of one log
 * @span_s:	length of the longest stretch without an interruption, which is all that is used
 * @tau0_s:	spacing of the learnt phase
 * @n_learnt:	rows of @learnt
 * @learnt:	of the phase that the module has learnt: the oscillator, as smooth as the estimator is
 * @measured_tau0_s: spacing of the selected source's samples
 * @n_measured: rows of @measured
 * @measured:	of these as they were measured: oscillator, network and source together
 */
struct oscillator {
	double span_s;
	double tau0_s;
	size_t n_learnt;
	struct adev_row learnt[ADEV_MAX];
	double measured_tau0_s;
	size_t n_measured;
	struct adev_row measured[ADEV_MAX];
};

/* Return: an exit code; a sentence is on stderr when the log has too little. */
int oscillator_from_log(struct oscillator *o, const struct log *log);

#endif /* CLOCKDISC_OSCILLATOR_H */
