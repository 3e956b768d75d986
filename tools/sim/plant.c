// SPDX-License-Identifier: GPL-2.0
/*
 * The oscillator.
 */
#include "plant.h"

#include <stdlib.h>

#define SEC_NS		1000000000LL
#define STREAM_PLANT	0x706c616e74	/* a word that no other part of the world draws from */

/* A multiple of the period is passed with the beginning of this second. */
static bool is_due(double period, size_t second)
{
	return period > 0 && second > 0 && floor((double)second / period) > floor((double)(second - 1) / period);
}

static double freq_in(const struct plant *p, size_t second)
{
	const struct scenario *sc = p->sc;

	return sc->freq0 + p->walk + (sc->temp > 0 ? sc->temp * sin(2 * M_PI * (double)second / sc->temp_period) : 0);
}

/* Both draws are made whether they are used or not: the walk stays the same when steps are added to it. */
static void next_second(struct plant *p)
{
	const struct plant_second *last = &p->second[p->seconds - 1];
	double kick = rng_normal(&p->rng), sign = rng_uniform(&p->rng) < 0.5 ? -1 : 1;
	double phase_ns = last->phase_ns - last->freq / (1 + last->freq) * SEC_NS;

	p->walk += p->sc->wander * kick;
	if (is_due(p->sc->fstep_period, p->seconds))
		p->walk += sign * p->sc->fstep;
	if (is_due(p->sc->pstep_period, p->seconds))
		phase_ns += p->sc->pstep * 1e9;
	p->second[p->seconds] = (struct plant_second){ .phase_ns = phase_ns, .freq = freq_in(p, p->seconds) };
	p->seconds++;
}

static void need(struct plant *p, size_t seconds)
{
	if (seconds > p->room) {
		p->room = seconds + seconds / 2 + 4096;
		p->second = realloc(p->second, p->room * sizeof(*p->second));
		if (!p->second) {
			perror("plant");
			exit(1);
		}
	}
	if (!p->seconds)
		p->second[p->seconds++] = (struct plant_second){ .freq = freq_in(p, 0) };
	while (p->seconds < seconds)
		next_second(p);
}

static const struct plant_second *second_of(struct plant *p, int64_t raw_ns, double *left_ns)
{
	size_t second = raw_ns > 0 ? (size_t)(raw_ns / SEC_NS) : 0;

	need(p, second + 1);
	*left_ns = (double)(raw_ns - (int64_t)second * SEC_NS);
	return &p->second[second];
}

void plant_init(struct plant *p, const struct scenario *sc)
{
	*p = (struct plant){ .sc = sc };
	rng_seed_item(&p->rng, sc->seed, STREAM_PLANT, 0);
	need(p, 1);
}

void plant_free(struct plant *p)
{
	free(p->second);
	*p = (struct plant){ 0 };
}

double plant_phase(struct plant *p, int64_t raw_ns)
{
	double left_ns;
	const struct plant_second *s = second_of(p, raw_ns, &left_ns);

	return s->phase_ns - s->freq / (1 + s->freq) * left_ns;
}

int64_t plant_truth(struct plant *p, int64_t raw_ns)
{
	return PLANT_EPOCH_NS + raw_ns + (int64_t)floor(plant_phase(p, raw_ns));
}

int64_t plant_raw(struct plant *p, int64_t truth_ns)
{
	int64_t low_ns = 0, high_ns = SEC_NS, middle_ns;

	if (plant_truth(p, 0) >= truth_ns)
		return 0;
	/* In steps of half of what is left, so that hardly more seconds are drawn than needed. */
	while (plant_truth(p, high_ns) < truth_ns) {
		low_ns = high_ns;
		high_ns += (truth_ns - plant_truth(p, low_ns)) / 2 + SEC_NS;
	}
	while (high_ns - low_ns > 1) {
		middle_ns = low_ns + (high_ns - low_ns) / 2;
		if (plant_truth(p, middle_ns) >= truth_ns)
			high_ns = middle_ns;
		else
			low_ns = middle_ns;
	}
	return high_ns;
}

double plant_freq(struct plant *p, int64_t raw_ns)
{
	double left_ns;

	return second_of(p, raw_ns, &left_ns)->freq;
}
