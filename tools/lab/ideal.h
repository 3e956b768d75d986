/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The bound: how well the clock can be known from the exchanges that were made, by somebody who knows the scenario.
 *
 * Known are the laws and means of the delays, base delays, routes, asymmetry, bursts, the wander, the times and sizes
 * of pauses and frequency steps, and which servers lie. Not known are the draws: the walk, the delays, the direction of
 * steps, and whether a pause took place. The sine of TEMP is not known either: see ideal_run().
 */
#ifndef CDISC_LAB_IDEAL_H
#define CDISC_LAB_IDEAL_H

#include "plant.h"
#include "scenario.h"

/**
 * struct ideal_exchange - an exchange as it really was, a line of the exchange log
 * @server:	from 0
 * @sent_raw_ns: the request left
 * @there_ns:	it travelled for
 * @back_ns:	and the answer for
 * @t2_ns:	the server's stamp of the request, UTC, wrong by what the server is wrong by
 * @t3_ns:	and of the answer
 * @is_lost:	there was none
 */
struct ideal_exchange {
	int	server;
	int64_t	sent_raw_ns;
	int64_t	there_ns;
	int64_t	back_ns;
	int64_t	t2_ns;
	int64_t	t3_ns;
	bool	is_lost;
};

/* How the posterior is kept. */
enum ideal_method {
	IDEAL_AUTO,		/* intervals where they are exact, else particles */
	IDEAL_INTERVALS,
	IDEAL_PARTICLES,
};

/**
 * ideal_run() - the error of the ideal estimator at given instants
 * @sc:		the scenario
 * @plant:	its oscillator
 * @x:		exchanges, in the order they were sent
 * @n:		their number
 * @method:	how
 * @raw_ns:	instants, rising
 * @error_ns:	out: estimate minus truth at each of them, from answers that had arrived by then
 * @instants:	their number
 *
 * INTERVALS: with exponential delay of equal mean on both legs the offset is uniform within the excess delay. The
 * predicted normal distribution of phase and frequency is cut to that interval and its moments are matched.
 * PARTICLES: any law. A particle is a history of phases, its frequency a normal distribution; seed fixed.
 * With TEMP, the wander is taken that has the least RMS after the warm-up, of a grid of 2^(1/2): not a bound but the best
 * that a filter of this kind can do who is told afterwards how restless the oscillator was.
 *
 * Return: the method that was used. Ends the program when memory is short.
 */
enum ideal_method ideal_run(const struct scenario *sc, struct plant *plant, const struct ideal_exchange *x, size_t n,
			    enum ideal_method method, const int64_t *raw_ns, double *error_ns, size_t instants);

#endif /* CDISC_LAB_IDEAL_H */
