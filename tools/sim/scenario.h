/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A scenario: oscillator, network, servers, client, all set by words like JITTER=1e-4.
 *
 * Shared by the virtual machine's programs, the simulator and the scoring, and free of the core. Times are in seconds
 * and frequencies are ratios. The world's time is the counter's, raw, from 0 at the scenario's beginning: whoever
 * has a counter of another origin subtracts it first.
 */
#ifndef CDISC_SIM_SCENARIO_H
#define CDISC_SIM_SCENARIO_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define SCENARIO_SERVERS_MAX	16

enum scenario_shape {
	SCENARIO_EXPONENTIAL,	/* Erlang of order 1 */
	SCENARIO_ERLANG,
	SCENARIO_PARETO,	/* Lomax, starts at 0, of index SCENARIO_PARETO_INDEX */
};

/* A heavy tail with a variance that just exists: the worst delay of 1000 is 25 times the mean. */
#define SCENARIO_PARETO_INDEX	2.5

enum scenario_direction {
	SCENARIO_THERE,		/* from the client to the server */
	SCENARIO_BACK,
	SCENARIO_BOTH,
};

/**
 * struct scenario - the knobs
 * @jitter:	mean queueing delay of each leg
 * @shape:	its law
 * @order:	of the Erlang law
 * @base:	least delay of one leg
 * @asym:	the way back takes this much longer
 * @burst_period: the last @burst_length of every period has additional exponential delay; 0 for no bursts
 * @burst_length: see there
 * @burst_mean:	mean of that delay
 * @burst_direction: and where
 * @loss:	part of the exchanges that get lost
 * @route_period: the base delay of both legs is @route_size longer in every second period; 0 for one route
 * @route_size:	see there
 * @wander:	random walk of the oscillator's frequency, per root of a second
 * @temp:	amplitude of a sine added to the frequency
 * @temp_period: its period
 * @fstep:	the frequency jumps by this, up or down by chance, after every period
 * @fstep_period: 0 for never
 * @pstep:	the counter stands still for this long after every period, as that of a guest that is paused
 * @pstep_period: 0 for never
 * @offset0:	truth minus clock at the beginning: positive is behind
 * @freq0:	oscillator fast by this at the beginning
 * @minpoll_log2s: least poll interval that the client may choose
 * @maxpoll_log2s: largest
 * @servers:	number of servers
 * @liars:	the first ones are wrong
 * @liar_offset: by this
 * @seed:	of everything random
 * @duration:	length
 * @warm:	so much of it is not counted; negative for 0.3 of the duration, see scenario_warm()
 * @kernel:	version of the virtual machine's kernel
 * @client:	who disciplines the clock
 * @servo:	the servo of client clockdisc
 * @error:	why scenario_set() or scenario_check() said no: a sentence without a line end
 */
struct scenario {
	double			jitter;
	enum scenario_shape	shape;
	int			order;
	double			base;
	double			asym;
	double			burst_period;
	double			burst_length;
	double			burst_mean;
	enum scenario_direction	burst_direction;
	double			loss;
	double			route_period;
	double			route_size;
	double			wander;
	double			temp;
	double			temp_period;
	double			fstep;
	double			fstep_period;
	double			pstep;
	double			pstep_period;
	double			offset0;
	double			freq0;
	int			minpoll_log2s;
	int			maxpoll_log2s;
	int			servers;
	int			liars;
	double			liar_offset;
	uint64_t		seed;
	double			duration;
	double			warm;
	char			kernel[16];
	char			client[16];
	char			servo[16];
	char			error[200];
};

/* One server, 1 ms away, 100 us of queueing, an ordinary oscillator, a clock that is right. */
void scenario_defaults(struct scenario *sc);

/* Take one "KEY=VALUE". False: @sc is as it was but for @sc->error, which names the legal range. */
bool scenario_set(struct scenario *sc, const char *setting);

/* What can be wrong with a scenario as a whole. False: see @sc->error. */
bool scenario_check(struct scenario *sc);

/* Take the settings in argv[1] and on, check the whole; a complaint goes to stderr and ends the program with 2. */
void scenario_from_args(struct scenario *sc, int argc, char **argv);

/* One line for each knob: how it is written, what it is, its range, its default. */
void scenario_help(FILE *to);

/* All knobs but WARM when it was not given, as "KEY=VALUE" separated by spaces: it reads back as the same scenario. */
void scenario_print(const struct scenario *sc, FILE *to);

/* Seconds that are not counted. */
double scenario_warm(const struct scenario *sc);

/* POLL as it is written: "6" or "6..10". */
const char *scenario_poll(const struct scenario *sc, char text[16]);

#endif /* CDISC_SIM_SCENARIO_H */
