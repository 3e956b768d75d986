// SPDX-License-Identifier: GPL-2.0
/*
 * Properties of the core in closed loop over many seeds: a scenario is a world and numbers that must not be exceeded.
 *
 * usage: properties [PATTERN]	only scenarios whose name matches the shell pattern
 *	  SEED=n properties	only this seed, with its results
 *
 * Limits come from the definition of a scenario where there is one (a cap, a threshold, a requirement), otherwise from
 * the worst of the seeds, half as much again.
 */
#include <fnmatch.h>
#include <inttypes.h>
#include <math.h>

#include "rng.h"
#include "tap.h"
#include "world.h"

#define MS	1e-3
#define US	1e-6
#define NONE	1e18	/* no limit */

#define STATE(name)	(1U << CLOCKDISC_STATE_##name)

/**
 * struct property - a world and what is expected of the core in it
 * @name:	says what is expected
 * @seeds:	number of seeds, 1 and up
 * @set:	changes the default world
 * @rms:	largest RMS error of the clock after the warm-up, seconds
 * @max:	largest error after the warm-up, seconds
 * @conv:	within 1 ms and staying there by then, seconds
 * @steps_min:	least number of steps
 * @steps_max:	largest number of steps
 * @bound_bad:	part of the time that the bound may be smaller than the error
 * @liar_used:	part of the time that a liar may be used
 * @synced:	part of the time that the clock must call itself synchronised
 * @states:	states that must have been passed through
 * @state:	state at the end, 0 for any
 * @wakes:	largest number of wake-ups by the timer, per update and beside 100
 * @packets:	largest number of packets, 0 for any
 * @is_pending:	an offer to step must be pending at the end
 */
struct property {
	const char		*name;
	u64			seeds;
	void			(*set)(struct world_config *cfg);
	double			rms;
	double			max;
	double			conv;
	u64			steps_min;
	u64			steps_max;
	double			bound_bad;
	double			liar_used;
	double			synced;
	u32			states;
	enum clockdisc_state	state;
	double			wakes;
	u64			packets;
	bool			is_pending;
};

static void one_server_at_64_s(struct world_config *cfg)
{
	cfg->core.minpoll_log2s = 6;
	cfg->core.maxpoll_log2s = 6;
}

static void one_server_at_16_s(struct world_config *cfg)
{
	cfg->core.minpoll_log2s = 4;
	cfg->core.maxpoll_log2s = 4;
}

static void four_servers(struct world_config *cfg)
{
	one_server_at_64_s(cfg);
	cfg->sc.servers = 4;
	cfg->sc.shape = SCENARIO_ERLANG;
	cfg->sc.order = 2;
}

static void odd_tick(struct world_config *cfg)
{
	one_server_at_64_s(cfg);
	cfg->tick_bias = 79.92e-6;
}

static void heavy_loss(struct world_config *cfg)
{
	one_server_at_64_s(cfg);
	cfg->sc.loss = 0.5;
}

static void late_timers(struct world_config *cfg)
{
	one_server_at_64_s(cfg);
	cfg->late = 2;
}

static void warm_and_cold(struct world_config *cfg)
{
	one_server_at_64_s(cfg);
	cfg->sc.temp = 1e-6;
	cfg->sc.temp_period = 7200;
}

static void one_second_nearby(struct world_config *cfg)
{
	cfg->core.minpoll_log2s = 0;
	cfg->core.maxpoll_log2s = 0;
	cfg->sc.duration = 6000;
	cfg->sc.warm = 1000;
	cfg->sc.base = 1e-6;
	cfg->sc.jitter = 200e-9;
	cfg->stamp_noise = 5e-9;
}

static void cold(struct world_config *cfg)
{
	cfg->core.minpoll_log2s = 4;
	cfg->sc.duration = 4000;
	cfg->sc.warm = 1000;
	cfg->sc.offset0 = cfg->sc.seed % 2 ? 0.7 : -0.7;
	cfg->sc.freq0 = cfg->sc.seed % 4 < 2 ? 80e-6 : -80e-6;
}

static void cold_with_iburst(struct world_config *cfg)
{
	cold(cfg);
	cfg->iburst = true;
}

static void cold_with_four(struct world_config *cfg)
{
	cold(cfg);
	cfg->sc.servers = 4;
	cfg->iburst = true;
}

static void cold_noisy(struct world_config *cfg)
{
	cold(cfg);
	cfg->sc.jitter = 1 * MS;
	cfg->iburst = true;
}

static void below_the_threshold(struct world_config *cfg)
{
	cfg->core.minpoll_log2s = 4;
	cfg->sc.duration = 6000;
	cfg->sc.warm = 2000;
	cfg->sc.offset0 = cfg->sc.seed % 2 ? 0.12 : -0.12;
	cfg->sc.freq0 = cfg->sc.seed % 4 < 2 ? 30e-6 : -30e-6;
}

static void never_step(struct world_config *cfg)
{
	below_the_threshold(cfg);
	cdisc_policy_set_step(&cfg->core.policy, 0);
	cfg->sc.offset0 *= 5;
	cfg->sc.warm = 3000;
}

static void gentle(struct world_config *cfg)
{
	below_the_threshold(cfg);
	cfg->core.max_change_ppb_s = 5000;
	cdisc_policy_set_slew(&cfg->core.policy, 200000);
}

static void fast_slew(struct world_config *cfg)
{
	never_step(cfg);
	cdisc_policy_set_slew(&cfg->core.policy, 100000000);
	cfg->late = 0.5;
	cfg->sc.warm = 1000;
}

static void odd_oscillator(struct world_config *cfg)
{
	cfg->core.minpoll_log2s = 4;
	cfg->sc.freq0 = cfg->sc.seed % 2 ? 700e-6 : -700e-6;
	cfg->sc.duration = 8000;
}

static void bad_oscillator(struct world_config *cfg)
{
	odd_oscillator(cfg);
	cfg->sc.freq0 = cfg->sc.seed % 2 ? 300e-6 : -300e-6;
}

static void broken_oscillator(struct world_config *cfg)
{
	cfg->core.minpoll_log2s = 4;
	cfg->sc.freq0 = cfg->sc.seed % 2 ? 0.15 : -0.15;
	cfg->sc.duration = 3000;
	cfg->sc.warm = 1000;
}

static void liar_from_the_start(struct world_config *cfg)
{
	four_servers(cfg);
	cfg->iburst = true;
	cfg->server[cfg->sc.seed % 4].offset = cfg->sc.seed % 8 < 4 ? 0.1 : -0.1;
}

static void liar_from_the_middle(struct world_config *cfg)
{
	four_servers(cfg);
	cfg->server[cfg->sc.seed % 4] = (struct world_server){ .offset = 0.3, .offset_from = 8000 };
}

/* Within the distance of the others, so that their intervals meet: it may be used, and must not tear the clock away. */
static void subtle_liar(struct world_config *cfg)
{
	four_servers(cfg);
	cfg->sc.freq0 = 50e-6;
	cfg->server[cfg->sc.seed % 4].offset = 8 * MS;
}

static void two_against_two(struct world_config *cfg)
{
	four_servers(cfg);
	cfg->server[0] = (struct world_server){ .offset = 1, .offset_from = 6000 };
	cfg->server[1] = (struct world_server){ .offset = -1, .offset_from = 6000 };
}

static void all_jump_far(struct world_config *cfg)
{
	int i;

	four_servers(cfg);
	for (i = 0; i < 4; i++)
		cfg->server[i] = (struct world_server){ .offset = 2000, .offset_from = 6000 };
	cfg->sc.duration = 12000;
}

static void server_moves(struct world_config *cfg)
{
	one_server_at_64_s(cfg);
	cfg->server[0] = (struct world_server){ .offset = 0.3, .offset_from = 6000 };
	cfg->sc.duration = 12000;
}

static void outage(struct world_config *cfg)
{
	one_server_at_64_s(cfg);
	cfg->outage_from = 8000;
	cfg->outage_to = 12000;
}

static void foreign_set(struct world_config *cfg)
{
	one_server_at_64_s(cfg);
	cfg->foreign_at = 8000;
	cfg->foreign_step = cfg->sc.seed % 2 ? 0.05 : -0.05;
	cfg->sc.warm = 12000;
}

static void asymmetric(struct world_config *cfg)
{
	int i;

	four_servers(cfg);
	for (i = 0; i < 4; i++)
		cfg->server[i].asymmetry = 10 * MS * i;
}

static void observe(struct world_config *cfg)
{
	one_server_at_64_s(cfg);
	cfg->keeps_rate = true;
	cfg->sc.offset0 = 0.05;
	cfg->sc.freq0 = 5e-6;
	cfg->sc.wander = 1e-10;
}

/* The adaptive servo over a path whose legs take 1 ms each; slews as fast as chrony's. */
static void adaptive(struct world_config *cfg)
{
	one_server_at_64_s(cfg);
	cfg->core.servo = CLOCKDISC_SERVO_ADAPTIVE;
	cdisc_policy_set_slew(&cfg->core.policy, 83333000);
	cfg->sc.base = 1 * MS;
}

static void adaptive_free_poll(struct world_config *cfg)
{
	adaptive(cfg);
	cfg->core.maxpoll_log2s = 10;
	cfg->sc.duration = 40000;
	cfg->sc.warm = 10000;
}

/* A network so quiet that the oscillator is what is not known: the longest interval is too long. */
static void adaptive_quiet_network(struct world_config *cfg)
{
	adaptive_free_poll(cfg);
	cfg->sc.jitter = 10 * US;
}

static void adaptive_cold(struct world_config *cfg)
{
	adaptive(cfg);
	cfg->sc.offset0 = cfg->sc.seed % 2 ? 0.05 : -0.05;
	cfg->sc.freq0 = cfg->sc.seed % 4 < 2 ? 50e-6 : -50e-6;
	cfg->sc.duration = 2000;
	cfg->sc.warm = 60;
}

static void adaptive_cold_noisy(struct world_config *cfg)
{
	adaptive(cfg);
	cfg->sc.jitter = 1 * MS;
	cfg->sc.duration = 3000;
	cfg->sc.warm = 60;
}

static void adaptive_steps(struct world_config *cfg)
{
	adaptive(cfg);
	cfg->sc.pstep = 0.05;
	cfg->sc.pstep_period = 5000;
}

static void adaptive_freq_steps(struct world_config *cfg)
{
	adaptive(cfg);
	cfg->sc.fstep = 1e-6;
	cfg->sc.fstep_period = 4000;
}

static void adaptive_routes(struct world_config *cfg)
{
	adaptive(cfg);
	cfg->sc.route_size = 3 * MS;
	cfg->sc.route_period = 4000;
}

static void adaptive_bursts(struct world_config *cfg)
{
	adaptive(cfg);
	cfg->sc.burst_period = 3600;
	cfg->sc.burst_length = 900;
	cfg->sc.burst_mean = 5 * MS;
	cfg->sc.burst_direction = SCENARIO_THERE;
}

static void adaptive_ramps(struct world_config *cfg)
{
	adaptive(cfg);
	cfg->sc.temp = 1e-6;
	cfg->sc.temp_period = 3600;
}

/* Wrong by a quarter of its round trip: nothing tells that from a path that is not symmetric, and the bound holds. */
static void adaptive_quiet_liar(struct world_config *cfg)
{
	adaptive(cfg);
	cfg->server[0] = (struct world_server){ .offset = 500 * US, .offset_from = 8000 };
}

static void adaptive_asymmetric(struct world_config *cfg)
{
	adaptive_freq_steps(cfg);
	cfg->sc.asym = 3 * MS;
}

static void adaptive_four(struct world_config *cfg)
{
	adaptive(cfg);
	cfg->sc.jitter = 1 * MS;
	cfg->sc.servers = 4;
	cfg->server[cfg->sc.seed % 4].offset = 20 * MS;
}

static void adaptive_outage(struct world_config *cfg)
{
	outage(cfg);
	adaptive(cfg);
}

/* Four queues in a row on each way: the least delay is seldom seen. */
static void adaptive_far_from_least(struct world_config *cfg)
{
	adaptive(cfg);
	cfg->core.minpoll_log2s = 2;
	cfg->core.maxpoll_log2s = 2;
	cfg->sc.shape = SCENARIO_ERLANG;
	cfg->sc.order = 4;
	cfg->sc.duration = 40000;
}

/* The bound is narrow there, and an interval is long enough for a jump of the frequency to leave it. */
static void adaptive_near(struct world_config *cfg)
{
	adaptive_free_poll(cfg);
	cfg->sc.base = 100 * US;
	cfg->sc.jitter = 10 * US;
}

static void adaptive_near_freq_steps(struct world_config *cfg)
{
	adaptive_near(cfg);
	cfg->sc.fstep = 1e-6;
	cfg->sc.fstep_period = 10000;
	cfg->sc.duration = 60000;
	cfg->sc.warm = 1000;
}

static void adaptive_near_outage(struct world_config *cfg)
{
	adaptive_near(cfg);
	cfg->sc.temp = 1e-6;
	cfg->sc.temp_period = 3600;
	cfg->outage_from = 12000;
	cfg->outage_to = 15600;
	cfg->sc.duration = 30000;
}

static void adaptive_nearby(struct world_config *cfg)
{
	one_second_nearby(cfg);
	cfg->core.servo = CLOCKDISC_SERVO_ADAPTIVE;
}

static const struct property properties[] = {
	{ "steady at 64 s", 12, one_server_at_64_s, .rms = 260 * US, .max = 500 * US, .conv = 1,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "steady at 16 s", 12, one_server_at_16_s, .rms = 75 * US, .max = 160 * US, .conv = 1,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "steady with four servers", 12, four_servers, .rms = 260 * US, .max = 500 * US, .conv = 200,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "a tick of odd length is learnt", 8, odd_tick, .rms = 260 * US, .max = 500 * US, .conv = 1,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	/* Eight polls in a row are lost once in 256 polls, and then nothing is selected for two polls on average. */
	{ "half of the packets lost", 8, heavy_loss, .rms = 320 * US, .max = 600 * US, .conv = 600,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 0.75, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "timers late by a second", 8, late_timers, .rms = 260 * US, .max = 500 * US, .conv = 1,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "1 ppm of temperature in two hours", 8, warm_and_cold, .rms = 1.2 * MS, .max = 2.2 * MS, .conv = 900,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "every second from nearby", 8, one_second_nearby, .rms = 0.7 * US, .max = 1.6 * US, .conv = 1,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },

	{ "cold start, 0.7 s and 80 ppm", 24, cold, .rms = 360 * US, .max = 550 * US, .conv = 180, .steps_min = 1,
	  .steps_max = 1, .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "cold start with iburst", 24, cold_with_iburst, .rms = 360 * US, .max = 550 * US, .conv = 180,
	  .steps_min = 1, .steps_max = 1, .bound_bad = 0.001, .liar_used = 1, .synced = 1,
	  .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "cold start with four servers", 24, cold_with_four, .rms = 360 * US, .max = 550 * US, .conv = 180,
	  .steps_min = 1, .steps_max = 1, .bound_bad = 0.001, .liar_used = 1, .synced = 1,
	  .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "cold start, 1 ms of queueing", 24, cold_noisy, .rms = 1 * MS, .max = 4 * MS, .conv = 900,
	  .steps_min = 1, .steps_max = 1, .bound_bad = 0.001, .liar_used = 1, .synced = 1,
	  .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "below the threshold it never steps", 24, below_the_threshold, .rms = 400 * US, .max = 0.7 * MS,
	  .conv = 380, .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "threshold 0 never steps", 12, never_step, .rms = 400 * US, .max = 0.7 * MS, .conv = 1850,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "a gentle change of rate", 12, gentle, .rms = 400 * US, .max = 0.7 * MS, .conv = 1000,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = NONE },
	{ "0.6 s at 10 % with late timers", 12, fast_slew, .rms = 400 * US, .max = 0.7 * MS, .conv = 80,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "an oscillator 300 ppm off", 8, bad_oscillator, .rms = 400 * US, .max = 1 * MS, .conv = 900,
	  .steps_max = 2, .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	/* Seven times what the servo believes an oscillator to be off by: it gets there slowly. */
	{ "an oscillator 700 ppm off", 8, odd_oscillator, .rms = 15 * MS, .max = 25 * MS, .conv = NONE,
	  .steps_max = 2, .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "an oscillator 15 % off leaves the frequency within its range", 4, broken_oscillator, .rms = NONE,
	  .max = NONE, .conv = NONE, .steps_max = 1000, .bound_bad = 1, .liar_used = 1, .wakes = NONE },

	{ "a falseticker among four is never used", 16, liar_from_the_start, .rms = 400 * US, .max = 1.5 * MS,
	  .conv = 900, .bound_bad = 0.001, .liar_used = 0, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	/* The filter holds samples from before the lie for eight polls: 600 of 12 000 s. */
	{ "a falseticker from the middle on is dropped", 16, liar_from_the_middle, .rms = 400 * US, .max = 1 * MS,
	  .conv = 600, .bound_bad = 0.001, .liar_used = 0.02, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "a liar within the others' distance does little", 16, subtle_liar, .rms = 8 * MS, .max = 12 * MS,
	  .conv = NONE, .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "two against two leave the clock alone", 8, two_against_two, .rms = 2.3 * MS, .max = 4.7 * MS, .conv = 600,
	  .bound_bad = 0.001, .liar_used = 0.02, .wakes = 2 },
	{ "panic freezes", 8, all_jump_far, .rms = 0.7 * MS, .max = 1.2 * MS, .conv = 600, .bound_bad = 1,
	  .liar_used = 1, .states = STATE(FROZEN), .state = CLOCKDISC_STATE_FROZEN, .wakes = 2, .is_pending = true },
	{ "a server that moved is followed after the stepout", 8, server_moves, .rms = 0.4, .max = 0.31, .conv = 600,
	  .steps_min = 1, .steps_max = 1, .bound_bad = 1, .liar_used = 1, .synced = 1, .states = STATE(SPIKE),
	  .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "holdover on the learnt frequency", 8, outage, .rms = 400 * US, .max = 1 * MS, .conv = 600,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 0.7, .states = STATE(HOLDOVER), .state = CLOCKDISC_STATE_SYNC,
	  .wakes = 2 },
	{ "a foreign set is slewed back", 8, foreign_set, .rms = 400 * US, .max = 600 * US, .conv = 1,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "asymmetric paths are within the bound", 8, asymmetric, .rms = 14 * MS, .max = 16 * MS, .conv = NONE,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "observing moves nothing", 4, observe, .rms = NONE, .max = NONE, .conv = NONE, .bound_bad = 0.001,
	  .liar_used = 1, .wakes = 2 },

	{ "adaptive: steady at 64 s", 9, adaptive, .rms = 20 * US, .max = 60 * US, .conv = 1,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "adaptive: steady with a poll of its own", 9, adaptive_free_poll, .rms = 110 * US, .max = 400 * US, .conv = 1,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	/* chrony needs 148 packets there and has 20 us. */
	{ "adaptive: a quiet network is asked more often", 9, adaptive_quiet_network, .rms = 14 * US, .max = 80 * US, .conv = 1,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2, .packets = 148 },
	{ "adaptive: cold start, 50 ms and 50 ppm", 9, adaptive_cold, .rms = 90 * US, .max = 260 * US, .conv = 30,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "adaptive: cold start, 1 ms of queueing", 9, adaptive_cold_noisy, .rms = 400 * US, .max = 2 * MS, .conv = 300,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "adaptive: steps of the phase are followed", 9, adaptive_steps, .rms = 6 * MS, .max = 51 * MS, .conv = 1,
	  .bound_bad = 0.02, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "adaptive: steps of the frequency are followed", 9, adaptive_freq_steps, .rms = 60 * US, .max = 300 * US, .conv = 1,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "adaptive: other routes", 9, adaptive_routes, .rms = 30 * US, .max = 200 * US, .conv = 1,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "adaptive: bursts on one way", 9, adaptive_bursts, .rms = 40 * US, .max = 150 * US, .conv = 1,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "adaptive: 1 ppm of temperature in an hour", 9, adaptive_ramps, .rms = 60 * US, .max = 200 * US, .conv = 1,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "adaptive: a source that is quietly wrong stays within the bound", 9, adaptive_quiet_liar, .rms = 600 * US, .max = 1 * MS, .conv = 1,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "adaptive: asymmetric, with steps of the frequency", 9, adaptive_asymmetric, .rms = 1.6 * MS, .max = 2 * MS, .conv = NONE,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "adaptive: a falseticker among four", 9, adaptive_four, .rms = 75 * US, .max = 220 * US, .conv = 30,
	  .bound_bad = 0.001, .liar_used = 0, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "adaptive: holdover on the learnt frequency", 9, adaptive_outage, .rms = 400 * US, .max = 1 * MS, .conv = 1,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 0.7, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "adaptive: delays that seldom come near their least are no other route", 9, adaptive_far_from_least, .rms = 8 * US,
	  .max = 60 * US, .conv = 1, .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC,
	  .wakes = 2 },
	/* 1 ppm over 1024 s, until the next sample shows it. */
	{ "adaptive: a jump of the frequency between long polls stays within the bound", 9, adaptive_near_freq_steps,
	  .rms = 200 * US, .max = 1.1 * MS, .conv = 1, .bound_bad = 0.001, .liar_used = 1, .synced = 1,
	  .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	/* 1 ppm over an hour. */
	{ "adaptive: an hour without a server, in a sine of 1 ppm, stays within the bound", 9, adaptive_near_outage,
	  .rms = 2 * MS, .max = 7.2 * MS, .conv = 1, .bound_bad = 0.001, .liar_used = 1, .synced = 0.5,
	  .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
	{ "adaptive: every second from nearby", 9, adaptive_nearby, .rms = 60e-9, .max = 300e-9, .conv = 1,
	  .bound_bad = 0.001, .liar_used = 1, .synced = 1, .state = CLOCKDISC_STATE_SYNC, .wakes = 2 },
};

#define expect(is_true, name, seed, fmt, ...) \
	tap_expect(is_true, "%s: SEED=%" PRIu64 ": " fmt, name, (u64)(seed), ##__VA_ARGS__)

static bool check(const struct property *s, const struct world_config *cfg, const struct world_result *r)
{
	double seconds = r->seconds ? (double)r->seconds : 1;
	s64 step_ns = cfg->core.policy.row[CLOCKDISC_CAUSE_DRIFT].forward_ns;
	double cap_ppb = fmin(cfg->core.policy.row[CLOCKDISC_CAUSE_DRIFT].slew_ppb, 1e8);
	bool ok = true;

#define EXPECT(is_true, ...)	(ok &= expect(is_true, s->name, cfg->sc.seed, __VA_ARGS__))
	EXPECT(r->rms_ns <= s->rms * 1e9, "RMS %.0f ns, limit %.0f", r->rms_ns, s->rms * 1e9);
	EXPECT(r->max_ns <= s->max * 1e9, "worst %.0f ns, limit %.0f", r->max_ns, s->max * 1e9);
	EXPECT(s->conv == NONE || (r->conv_1ms >= 0 && r->conv_1ms <= s->conv), "within 1 ms at %.0f s, limit %.0f",
	       r->conv_1ms, s->conv);
	EXPECT(r->steps >= s->steps_min && r->steps <= s->steps_max, "%" PRIu64 " steps, limits %" PRIu64 " and %" PRIu64,
	       r->steps, s->steps_min, s->steps_max);
	EXPECT(!r->steps || r->step_max_ns > step_ns, "a step of %" PRId64 " ns, threshold %" PRId64, r->step_max_ns, step_ns);
	EXPECT((double)r->bound_bad <= s->bound_bad * seconds, "bound too small in %" PRIu64 " of %.0f s", r->bound_bad,
	       seconds);
	EXPECT((double)r->liar_used <= s->liar_used * seconds, "liar used in %" PRIu64 " of %.0f s", r->liar_used, seconds);
	EXPECT((double)r->synced >= s->synced * seconds, "synchronised in %" PRIu64 " of %.0f s", r->synced, seconds);
	EXPECT((r->states & s->states) == s->states, "states %#x, wanted %#x", r->states, s->states);
	EXPECT(!s->state || r->state == s->state, "ends in state %d, wanted %d", r->state, s->state);
	EXPECT(r->has_pending == s->is_pending, "pending offer: %d, wanted %d", r->has_pending, s->is_pending);
	EXPECT((double)r->wakes <= s->wakes * (double)(r->packets + 50), "%" PRIu64 " wake-ups for %" PRIu64 " packets",
	       r->wakes, r->packets);
	EXPECT(!s->packets || r->packets <= s->packets, "%" PRIu64 " packets, limit %" PRIu64, r->packets, s->packets);
	/* These hold always. A limit on the change of rate may keep the clock from the frequency itself for a while. */
	EXPECT(cfg->core.max_change_ppb_s || r->slew_max_ppb <= cap_ppb + 0.001, "slew of %.3f ppb, cap %.0f",
	       r->slew_max_ppb, cap_ppb);
	EXPECT(r->freq_max_ppb <= 1e8, "frequency of %.3f ppb", r->freq_max_ppb);
	EXPECT(r->rate_max_ppb <= 1e8 + 1, "rate of %.3f ppb", r->rate_max_ppb);
	EXPECT(!cfg->keeps_rate || (!r->rates && !r->steps), "observing, set %" PRIu64 " rates", r->rates);
#undef EXPECT
	return ok;
}

static bool run_seed(const struct property *s, u64 seed, bool is_talking, struct world_result *worst)
{
	struct world_config cfg;
	struct world_result r;

	world_defaults(&cfg);
	/* Those of the adaptive servo say so. */
	cfg.core.servo = CLOCKDISC_SERVO_NTP;
	cfg.sc.seed = seed;
	s->set(&cfg);
	world_run(&cfg, &r);
	worst->rms_ns = fmax(worst->rms_ns, r.rms_ns);
	worst->max_ns = fmax(worst->max_ns, r.max_ns);
	worst->conv_1ms = fmax(worst->conv_1ms, r.conv_1ms);
	worst->liar_used = max(worst->liar_used, r.liar_used);
	if (is_talking)
		printf("# seed %" PRIu64 ": rms %.0f ns, worst %.0f ns, 1 ms at %.0f s, %" PRIu64 " steps, %" PRIu64
		       " slews, %" PRIu64 " wake-ups, %" PRIu64 " updates, %" PRIu64 " packets\n", seed, r.rms_ns,
		       r.max_ns, r.conv_1ms, r.steps, r.slews, r.wakes, r.updates, r.packets);
	return check(s, &cfg, &r);
}

static void run_property(const struct property *s, const char *only)
{
	struct world_result worst = { .conv_1ms = -1 };
	bool ok = true;

	if (only) {
		ok = run_seed(s, strtoull(only, NULL, 0), true, &worst);
	} else {
		for (u64 seed = 1; seed <= s->seeds; seed++)
			ok &= run_seed(s, seed, false, &worst);
		printf("# seeds 1 to %" PRIu64 ": RMS to %.1f us, worst to %.1f us, within 1 ms by %.0f s, liar for %" PRIu64
		       " s\n", s->seeds, worst.rms_ns / 1e3, worst.max_ns / 1e3, worst.conv_1ms, worst.liar_used);
	}
	tap_report(ok, s->name);
}

/* The same seed is the same run, to the last bit. */
static void runs_repeat(void)
{
	struct world_config cfg;
	struct world_result a, b;

	world_defaults(&cfg);
	cold_with_four(&cfg);
	cfg.late = 0.5;
	cfg.sc.loss = 0.1;
	world_run(&cfg, &a);
	world_run(&cfg, &b);
	tap_report(!memcmp(&a, &b, sizeof(a)), "a seed is repeated bit for bit");
}

/* One slew of random size and limits, on a clock that obeys, with timers late by up to a second. */
static bool slew_once(struct rng *r, u64 seed, const char *name)
{
	struct cdisc_steer_limits lim = {
		.max_slew_ppb = (u32)(1 + 1e8 * pow(10, -6 * rng_uniform(r))),
		.max_change_ppb_s = rng_uniform(r) < 0.5 ? 0 : (u32)(1 + 1e8 * pow(10, -4 * rng_uniform(r))),
	};
	s64 raw_ns = CDISC_NSEC_PER_SEC, clock_ns = 1780000000000000000LL;
	s64 slew_ns = (s64)(1e9 * pow(10, -7 * rng_uniform(r))) * (rng_uniform(r) < 0.5 ? -1 : 1);
	s64 freq_ppb_q16 = cdisc_ppb_q16_from_ppb((s64)(1e6 * rng_normal(r)));
	s64 cap_ppb_q16 = cdisc_ppb_q16_from_ppb(lim.max_slew_ppb);
	s64 change_ppb_q16 = lim.max_change_ppb_s ? cdisc_ppb_q16_from_ppb(lim.max_change_ppb_s) : S64_MAX;
	s64 rate_ppb_q16 = freq_ppb_q16, left_ns, run_ns;
	struct cdisc_steer_plan plan;
	struct cdisc_steer st;
	unsigned int wakes;
	bool ok = true;

	cdisc_steer_init(&st, rate_ppb_q16, raw_ns);
	raw_ns += 10 * CDISC_NSEC_PER_SEC;
	clock_ns += cdisc_ns_from_rate(rate_ppb_q16, 10 * CDISC_NSEC_PER_SEC);
	cdisc_steer_slew(&st, &lim, raw_ns, clock_ns, slew_ns, 0, freq_ppb_q16);
	for (wakes = 0; wakes < 2000 && ok; wakes++) {
		cdisc_steer_plan(&st, &lim, raw_ns, clock_ns, &plan);
		ok &= expect(cdisc_abs(plan.rate_ppb_q16 - freq_ppb_q16) <= cap_ppb_q16, name, seed, "above the cap");
		ok &= expect(cdisc_abs(plan.rate_ppb_q16 - rate_ppb_q16) <= change_ppb_q16, name, seed,
			     "changes too fast");
		rate_ppb_q16 = plan.rate_ppb_q16;
		if (plan.wake_raw_ns == S64_MAX)
			break;
		run_ns = plan.wake_raw_ns - raw_ns + (s64)(1e9 * fmin(rng_exponential(r), 1));
		raw_ns += run_ns;
		clock_ns += cdisc_ns_from_rate(rate_ppb_q16, run_ns);
		left_ns = st.phase_ns + cdisc_ns_from_rate(freq_ppb_q16, raw_ns - st.raw_ns) - clock_ns;
		/* Each stretch is rounded to whole nanoseconds. */
		ok &= expect(slew_ns > 0 ? left_ns >= -2 : left_ns <= 2, name, seed, "passes the line by %" PRId64
			     " ns: slew %" PRId64 " ns, cap %u, change %u", -left_ns, slew_ns, lim.max_slew_ppb,
			     lim.max_change_ppb_s);
	}
	if (!lim.max_change_ppb_s)
		ok &= expect(wakes <= 13, name, seed, "%u wake-ups: slew %" PRId64 " ns, cap %u", wakes, slew_ns,
			     lim.max_slew_ppb);
	return ok;
}

static void slews_do_not_overshoot(const char *only)
{
	static const char name[] = "slews keep cap and change and do not pass the line";
	u64 seed = only ? strtoull(only, NULL, 0) : 1, last = only ? seed : 5000;
	bool ok = true;
	struct rng r;

	for (; seed <= last; seed++) {
		rng_seed(&r, seed);
		ok &= slew_once(&r, seed, name);
	}
	tap_report(ok, name);
}

int main(int argc, char **argv)
{
	const char *only = getenv("SEED"), *pattern = argc > 1 ? argv[1] : NULL;
	size_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < ARRAY_SIZE(properties); i++)
		if (!pattern || !fnmatch(pattern, properties[i].name, 0))
			run_property(&properties[i], only);
	if (!pattern) {
		runs_repeat();
		slews_do_not_overshoot(only);
	}
	return tap_done();
}
