/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Random numbers that are the same on every machine: xoshiro256** (Blackman and Vigna, 2018), seeded by splitmix64.
 */
#ifndef CDISC_SIM_RNG_H
#define CDISC_SIM_RNG_H

#include <math.h>
#include <stdint.h>

struct rng {
	uint64_t	s[4];
};

static inline uint64_t rng_rotl(uint64_t v, int n)
{
	return (v << n) | (v >> (64 - n));
}

static inline uint64_t rng_mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static inline void rng_seed(struct rng *r, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		r->s[i] = rng_mix(seed += 0x9e3779b97f4a7c15ULL);
}

/* Number item of a stream of its own: what is drawn for one item does not depend on how often others were asked. */
static inline void rng_seed_item(struct rng *r, uint64_t seed, uint64_t stream, uint64_t item)
{
	rng_seed(r, rng_mix(rng_mix(rng_mix(seed + 1) + stream) + item));
}

static inline uint64_t rng_u64(struct rng *r)
{
	uint64_t result = rng_rotl(r->s[1] * 5, 7) * 9, t = r->s[1] << 17;

	r->s[2] ^= r->s[0];
	r->s[3] ^= r->s[1];
	r->s[1] ^= r->s[2];
	r->s[0] ^= r->s[3];
	r->s[2] ^= t;
	r->s[3] = rng_rotl(r->s[3], 45);
	return result;
}

/* In [0, 1). */
static inline double rng_uniform(struct rng *r)
{
	return (double)(rng_u64(r) >> 11) * 0x1p-53;
}

static inline double rng_exponential(struct rng *r)
{
	return -log(1.0 - rng_uniform(r));
}

/* Sum of order exponentials with a mean of 1 in all. */
static inline double rng_erlang(struct rng *r, int order)
{
	double sum = 0;

	for (int i = 0; i < order; i++)
		sum += rng_exponential(r);
	return sum / order;
}

/* Lomax (Pareto from 0) with a mean of 1. */
static inline double rng_pareto(struct rng *r, double index)
{
	return (pow(1.0 - rng_uniform(r), -1.0 / index) - 1.0) * (index - 1.0);
}

static inline double rng_normal(struct rng *r)
{
	double radius = sqrt(2.0 * rng_exponential(r));

	return radius * cos(2.0 * M_PI * rng_uniform(r));
}

#endif /* CDISC_SIM_RNG_H */
