/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The network and what is wrong with servers: what becomes of an exchange, of seed, server and number alone.
 *
 * Exchange i of server s meets the same queues whoever sends it; when it is sent matters only for bursts and routes.
 */
#ifndef CDISC_SIM_NET_H
#define CDISC_SIM_NET_H

#include "scenario.h"

/**
 * struct net_exchange - what becomes of one
 * @there_ns:	the request travels for this long, in truth's seconds
 * @back_ns:	and the answer, if any
 * @offset_ns:	the server's stamps are truth and this
 * @is_lost:	nothing comes back
 */
struct net_exchange {
	int64_t	there_ns;
	int64_t	back_ns;
	int64_t	offset_ns;
	bool	is_lost;
};

/**
 * struct net_path - what an exchange sent at an instant can meet
 * @base:	least delay there, and back, s
 * @burst:	mean of the burst's delay there, and back, s; 0 outside bursts
 */
struct net_path {
	double	base[2];
	double	burst[2];
};

void net_path(const struct scenario *sc, int64_t raw_ns, struct net_path *path);

/* @server and @number count from 0. */
void net_exchange(const struct scenario *sc, int server, uint64_t number, int64_t raw_ns, struct net_exchange *x);

/* Server minus truth. */
int64_t net_offset(const struct scenario *sc, int server);

#endif /* CDISC_SIM_NET_H */
