// SPDX-License-Identifier: GPL-2.0
/*
 * The network.
 */
#include "net.h"

#include "rng.h"

#define STREAM_NET	0x6e6574000000	/* and the server's number; see plant.c */

static double queue(const struct scenario *sc, struct rng *r)
{
	switch (sc->shape) {
	case SCENARIO_EXPONENTIAL:
	case SCENARIO_ERLANG:
		return sc->jitter * rng_erlang(r, sc->order);
	case SCENARIO_PARETO:
		return sc->jitter * rng_pareto(r, SCENARIO_PARETO_INDEX);
	}
	return 0;
}

static bool is_bursting(const struct scenario *sc, double t)
{
	return sc->burst_period > 0 && fmod(t, sc->burst_period) >= sc->burst_period - sc->burst_length;
}

void net_path(const struct scenario *sc, int64_t raw_ns, struct net_path *path)
{
	double t = raw_ns > 0 ? (double)raw_ns / 1e9 : 0;
	bool is_other_route = sc->route_period > 0 && fmod(t, 2 * sc->route_period) >= sc->route_period;
	double base = sc->base + (is_other_route ? sc->route_size : 0);
	double burst = is_bursting(sc, t) ? sc->burst_mean : 0;

	path->base[0] = base;
	path->base[1] = base + sc->asym;
	path->burst[0] = sc->burst_direction != SCENARIO_BACK ? burst : 0;
	path->burst[1] = sc->burst_direction != SCENARIO_THERE ? burst : 0;
}

void net_exchange(const struct scenario *sc, int server, uint64_t number, int64_t raw_ns, struct net_exchange *x)
{
	double delay[2], bursts[2];
	struct net_path path;
	struct rng r;

	net_path(sc, raw_ns, &path);
	rng_seed_item(&r, sc->seed, STREAM_NET + (uint64_t)server, number);
	x->is_lost = rng_uniform(&r) < sc->loss;
	bursts[0] = rng_exponential(&r);
	bursts[1] = rng_exponential(&r);
	for (int i = 0; i < 2; i++)
		delay[i] = path.base[i] + path.burst[i] * bursts[i] + queue(sc, &r);
	x->there_ns = llround(delay[0] * 1e9);
	x->back_ns = llround(delay[1] * 1e9);
	x->offset_ns = net_offset(sc, server);
}

int64_t net_offset(const struct scenario *sc, int server)
{
	return server < sc->liars ? llround(sc->liar_offset * 1e9) : 0;
}
