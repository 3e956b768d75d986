/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The world around the core: a scenario's oscillator and network, a clock, servers, a timer, all of one seed.
 *
 * Doubles are allowed here. Instants are integers of nanoseconds; a quantity without a unit in its name is in seconds
 * or a ratio. The core is called as the engine calls it and never sees anything but snapshots and samples.
 */
#ifndef CDISC_SIM_WORLD_H
#define CDISC_SIM_WORLD_H

#include <stdio.h>

#include "core/loop.h"
#include "scenario.h"

/**
 * struct world_server - what is wrong with a server beside what the scenario says
 * @offset:	its time minus truth
 * @offset_from: from then on; before, it is right
 * @asymmetry:	delay on the way back beyond that on the way there
 */
struct world_server {
	double	offset;
	double	offset_from;
	double	asymmetry;
};

/**
 * struct world_config - a scenario, and what no virtual machine can be asked for
 * @core:	configuration of the core
 * @sc:		the scenario; its polls, client and kernel are not looked at
 * @tick_bias:	rate of the clock beside what is asked for: a tick of odd length
 * @stamp_noise: error of a stamp, uniform, plus and minus
 * @late:	mean lateness of the timer, exponential
 * @late_max:	and its limit
 * @server:	what is wrong with the servers
 * @first_poll:	of the first server; the others follow a tenth of a second apart
 * @iburst:	eight polls two seconds apart at the start
 * @outage_from: no server answers from then
 * @outage_to:	until then
 * @foreign_at:	somebody else sets the clock then, 0 for never
 * @foreign_step: by this
 * @keeps_rate:	observe: the clock is never steered
 * @trace:	CSV, a line a second, or NULL
 * @errors:	"raw_ns error_ns bound_ns" every second, or NULL; a bound of -1 is unknown
 * @exchanges:	"server sent_raw_ns there_ns back_ns t2_ns t3_ns lost" for every exchange, or NULL
 */
struct world_config {
	struct cdisc_config	core;
	struct scenario		sc;
	double			tick_bias;
	double			stamp_noise;
	double			late;
	double			late_max;
	struct world_server	server[SCENARIO_SERVERS_MAX];
	double			first_poll;
	bool			iburst;
	double			outage_from;
	double			outage_to;
	double			foreign_at;
	double			foreign_step;
	bool			keeps_rate;
	FILE			*trace;
	FILE			*errors;
	FILE			*exchanges;
};

/**
 * struct world_result - what came of it
 * @rms_ns:	error of the clock after the warm-up
 * @p99_ns:	99 % of the seconds were better
 * @max_ns:	worst
 * @end_ns:	at the end, signed: clock minus truth
 * @conv_1ms:	when it came within 1 ms and stayed there for a minute, -1 for never
 * @freq_error_ppb: learnt frequency minus what would be right, at the end
 * @slew_max_ppb: largest rate asked for beside the learnt frequency
 * @freq_max_ppb: largest learnt frequency
 * @rate_max_ppb: largest rate asked for
 * @bound_mean_ns: mean of the bound after the warm-up
 * @state:	at the end
 * @states:	set of 1 << state, all that were passed through
 * @seconds:	seconds after the warm-up
 * @bound_bad:	of these, the bound was smaller than the error
 * @synced:	of these, the clock called itself synchronised
 * @liar_used:	of these, a server with an offset at work was selected or combined
 * @updates:	of the servo
 * @packets:	polls sent
 * @wakes:	passes for a timer
 * @rates:	settings of the rate
 * @slews:	slews begun
 * @steps:	of ours
 * @step_first_ns: the first one
 * @step_max_ns: the largest one, magnitude
 * @has_pending: an offer to step is pending at the end
 */
struct world_result {
	double			rms_ns;
	double			p99_ns;
	double			max_ns;
	double			end_ns;
	double			conv_1ms;
	double			freq_error_ppb;
	double			slew_max_ppb;
	double			freq_max_ppb;
	double			rate_max_ppb;
	double			bound_mean_ns;
	enum clockdisc_state	state;
	u32			states;
	u64			seconds;
	u64			bound_bad;
	u64			synced;
	u64			liar_used;
	u64			updates;
	u64			packets;
	u64			wakes;
	u64			rates;
	u64			slews;
	u64			steps;
	s64			step_first_ns;
	s64			step_max_ns;
	bool			has_pending;
};

/* A good server over a path of 20 ms with 100 us of queueing, a plain oscillator, a clock that is right. */
void world_defaults(struct world_config *cfg);

/* Run it. Ends the program when memory is short. */
void world_run(const struct world_config *cfg, struct world_result *res);

#endif /* CDISC_SIM_WORLD_H */
