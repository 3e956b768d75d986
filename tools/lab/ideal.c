// SPDX-License-Identifier: GPL-2.0
/*
 * The bound.
 *
 * The state is phase x = truth - counter (ns, less the epoch) and its rate f (ppb), a random walk. An exchange that is sent
 * at t1 and answered at t4 of the counter, with delays of base and excess on each leg, says with T2 and T3 of truth
 *
 *	there:	T2 - t1 + f (t4 - t1) - base = x(t4) + excess	<- from above
 *	back:	T3 - t4 + base		     = x(t4) - excess	<- from below
 *
 * so x lies between the two, and how likely it is where follows from the law of the excess delays.
 */
#include "ideal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"

#define SEC_NS		1000000000LL
#define ROUNDING_NS	1.0	/* stamps and delays are whole nanoseconds */
#define LEAST_VAR	1e-4	/* ns^2 */
#define FREQ0_SD_PPB	100.0	/* at least; not known at the beginning */
#define PHASE0_SD_NS	1e6
#define PARTICLES	600
#define BLUR		0.2	/* 0 needs far more particles, 1 is one normal distribution */
#define REACH_SD	5.0	/* how far a particle looks around itself */
#define GRID_MAX	4096
#define STREAM_IDEAL	0x696465616c	/* see plant.c */

/* What an answer says, at the counter's time of its arrival. */
struct reading {
	int64_t		raw_ns;
	double		low_ns;
	double		high_ns;
	double		sent_before_s;	/* t4 - t1 */
	double		burst_ns[2];
};

/* Phase and frequency of a normal distribution; particles share the variances. */
struct state {
	double	phase;
	double	freq;
	double	var_phase;
	double	cov;
	double	var_freq;
};

struct particle {
	double	phase;
	double	freq;
	double	weight;
};

struct ideal {
	const struct scenario	*sc;
	double			wander_ppb;
	struct state		s;
	int64_t			raw_ns;		/* of the state */
	struct rng		rng;
	struct particle		*particle;	/* NULL: intervals */
	struct particle		*scratch;
	double			grid[GRID_MAX];
};

static void *allocate(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size);

	if (!p) {
		perror("score");
		exit(1);
	}
	return p;
}

static void grow(struct state *s, double dt, double wander_ppb)
{
	double q = wander_ppb * wander_ppb;

	s->var_phase += dt * (2 * s->cov + dt * s->var_freq) + q * dt * dt * dt / 3;
	s->cov += dt * s->var_freq + q * dt * dt / 2;
	s->var_freq += q * dt;
}

/* The first multiple of the period after raw_ns; far away when there is none. */
static int64_t next_step_ns(double period, int64_t raw_ns)
{
	double t = (double)raw_ns / 1e9;

	return period > 0 ? (int64_t)(ceil((floor(t / period) + 1) * period)) * SEC_NS : INT64_MAX;
}

static void move(struct ideal *id, double dt)
{
	id->s.phase += id->s.freq * dt;
	grow(&id->s, dt, id->wander_ppb);
	for (int i = 0; id->particle && i < PARTICLES; i++)
		id->particle[i].phase += id->particle[i].freq * dt;
}

/* Predict, with what may happen on the way. */
static void advance(struct ideal *id, int64_t raw_ns)
{
	while (id->raw_ns < raw_ns) {
		int64_t fstep_ns = next_step_ns(id->sc->fstep_period, id->raw_ns);
		int64_t pstep_ns = next_step_ns(id->sc->pstep_period, id->raw_ns), to_ns = raw_ns;

		to_ns = fstep_ns < to_ns ? fstep_ns : to_ns;
		to_ns = pstep_ns < to_ns ? pstep_ns : to_ns;
		move(id, (double)(to_ns - id->raw_ns) / 1e9);
		if (to_ns == fstep_ns)
			id->s.var_freq += pow(id->sc->fstep * 1e9, 2);
		if (to_ns == pstep_ns)
			id->s.var_phase += pow(id->sc->pstep * 1e9, 2);
		id->raw_ns = to_ns;
	}
}

/* Condition on a new phase; the frequency follows by regression. */
static void set_phase(struct state *s, double mean, double var)
{
	double gain = s->cov / s->var_phase;

	s->freq += gain * (mean - s->phase);
	s->phase = mean;
	s->var_freq += gain * gain * (var - s->var_phase);
	s->cov = gain * var;
	s->var_phase = var;
}

static void learn_gaussian(struct state *s, double z, double var)
{
	double gain = s->var_phase / (s->var_phase + var);

	set_phase(s, s->phase + gain * (z - s->phase), s->var_phase * (1 - gain));
}

/* The phase is between low and high, all of it equally likely. */
static void learn_interval(struct state *s, double low, double high)
{
	double sd = sqrt(s->var_phase), a = (low - s->phase) / sd, b = (high - s->phase) / sd;
	double mass = 0.5 * (erf(b * M_SQRT1_2) - erf(a * M_SQRT1_2)), pdf_a, pdf_b, shift, var;

	/* Where differences of small numbers would say nothing, an interval is taken for a normal distribution. */
	if (a > 5 || b < -5 || b - a < 1e-3 || mass < 1e-6) {
		learn_gaussian(s, (low + high) / 2, (high - low) * (high - low) / 12);
		return;
	}
	pdf_a = exp(-a * a / 2) / sqrt(2 * M_PI);
	pdf_b = exp(-b * b / 2) / sqrt(2 * M_PI);
	shift = (pdf_a - pdf_b) / mass;
	var = s->var_phase * (1 + (a * pdf_a - b * pdf_b) / mass - shift * shift);
	set_phase(s, s->phase + sd * shift, fmax(var, LEAST_VAR));
}

/* Log density of a leg's excess delay, ns, but for a constant. */
static double log_law(const struct scenario *sc, double burst_ns, double excess_ns)
{
	double mean_ns = sc->jitter * 1e9, one;

	if (excess_ns < 0)
		return -HUGE_VAL;
	switch (sc->shape) {
	case SCENARIO_EXPONENTIAL:
		if (burst_ns <= 0)
			return -excess_ns / mean_ns;
		/* Sum of two exponentials. Of the same mean, they are an Erlang law, which this is close to. */
		if (fabs(burst_ns / mean_ns - 1) < 1e-4)
			burst_ns *= 1.0002;
		one = (exp(-excess_ns / burst_ns) - exp(-excess_ns / mean_ns)) / (burst_ns - mean_ns);
		return one > 0 ? log(one) : -HUGE_VAL;
	case SCENARIO_ERLANG:
		/* In a burst, the queue that is always there is small beside the other one. */
		if (burst_ns > 0)
			return -excess_ns / burst_ns;
		return (sc->order - 1) * log(excess_ns) - sc->order * excess_ns / mean_ns;
	case SCENARIO_PARETO:
		if (burst_ns > 0)
			return -excess_ns / burst_ns;
		return -(SCENARIO_PARETO_INDEX + 1) * log1p(excess_ns / (mean_ns * (SCENARIO_PARETO_INDEX - 1)));
	}
	return 0;
}

/* Likelihood in the middle of cells of this width; its largest value is 1. */
static void tabulate(struct ideal *id, const struct reading *r, double from, double width, int cells)
{
	double most = -HUGE_VAL;

	for (int i = 0; i < cells; i++) {
		double x = from + (i + 0.5) * width;

		id->grid[i] = log_law(id->sc, r->burst_ns[0], r->high_ns - x) + log_law(id->sc, r->burst_ns[1], x - r->low_ns);
		most = fmax(most, id->grid[i]);
	}
	for (int i = 0; i < cells; i++)
		id->grid[i] = isfinite(most) ? exp(id->grid[i] - most) : 1;
}

/* Draw a phase from what a particle expects and the reading allows; its weight grows with how well they agree. */
static void draw_phase(struct ideal *id, struct particle *p, double from, double width, int cells)
{
	double sd = sqrt(id->s.var_phase), sum = 0, density[GRID_MAX], at, x;
	int first = (int)floor((p->phase - REACH_SD * sd - from) / width), i;
	int last = (int)ceil((p->phase + REACH_SD * sd - from) / width);

	/* Out of reach: all that is left is the nearest cell, and hardly any weight. */
	first = first < 0 ? 0 : first >= cells ? cells - 1 : first;
	last = last < 0 ? 0 : last >= cells ? cells - 1 : last;
	for (i = first; i <= last; i++) {
		double u = (from + (i + 0.5) * width - p->phase) / sd;

		density[i] = id->grid[i] * exp(-fmin(u * u / 2, 600));
		sum += density[i];
	}
	at = rng_uniform(&id->rng) * sum;
	for (i = first; i < last && at >= density[i]; i++)
		at -= density[i];
	x = from + (i + rng_uniform(&id->rng)) * width;
	p->weight *= fmax(sum * width / sd, 1e-250);
	p->freq += id->s.cov / id->s.var_phase * (x - p->phase);
	p->phase = x;
}

static double mean_freq(const struct ideal *id)
{
	double freq = 0;

	for (int i = 0; i < PARTICLES; i++)
		freq += id->particle[i].weight * id->particle[i].freq;
	return freq;
}

static double mean_phase(const struct ideal *id)
{
	double phase = 0;

	for (int i = 0; i < PARTICLES; i++)
		phase += id->particle[i].weight * id->particle[i].phase;
	return phase;
}

/* Scale the weights to a sum of 1; draw anew when few of them matter. */
static void resample(struct ideal *id)
{
	double sum = 0, squares = 0, step = 1.0 / PARTICLES, at = rng_uniform(&id->rng) * step, mass = 0;
	int i, k = 0;

	for (i = 0; i < PARTICLES; i++)
		sum += id->particle[i].weight;
	for (i = 0; i < PARTICLES; i++) {
		id->particle[i].weight /= sum;
		squares += id->particle[i].weight * id->particle[i].weight;
	}
	if (squares * PARTICLES < 2)
		return;
	for (i = 0; i < PARTICLES; i++) {
		for (mass += id->particle[i].weight; k < PARTICLES && at < mass; at += step)
			id->scratch[k++] = id->particle[i];
	}
	while (k < PARTICLES)
		id->scratch[k++] = id->particle[PARTICLES - 1];
	memcpy(id->particle, id->scratch, PARTICLES * sizeof(*id->particle));
	for (i = 0; i < PARTICLES; i++)
		id->particle[i].weight = step;
}

/*
 * Drawn phases are too few to be taken for all there could be. Each particle is blurred by a part of the cloud's own
 * covariance and the cloud drawn together by as much, which leaves its mean and covariance what they are.
 */
static void blur(struct ideal *id)
{
	double phase = mean_phase(id), freq = mean_freq(id), keep = sqrt(1 - BLUR * BLUR), xx = 0, xf = 0, ff = 0;

	for (int i = 0; i < PARTICLES; i++) {
		struct particle *p = &id->particle[i];
		double x = p->phase - phase, f = p->freq - freq;

		xx += p->weight * x * x;
		xf += p->weight * x * f;
		ff += p->weight * f * f;
		p->phase = phase + keep * x;
		p->freq = freq + keep * f;
	}
	id->s.var_phase += BLUR * BLUR * xx;
	id->s.cov += BLUR * BLUR * xf;
	id->s.var_freq += BLUR * BLUR * ff;
}

static void learn_particles(struct ideal *id, const struct reading *r)
{
	double sd = sqrt(id->s.var_phase), from = HUGE_VAL, to = -HUGE_VAL, width, gain = id->s.cov / id->s.var_phase;
	int cells;

	for (int i = 0; i < PARTICLES; i++) {
		from = fmin(from, id->particle[i].phase - REACH_SD * sd);
		to = fmax(to, id->particle[i].phase + REACH_SD * sd);
	}
	from = fmax(from, r->low_ns);
	to = fmin(to, r->high_ns);
	if (to <= from) {	/* nobody expected this: believe the reading */
		from = r->low_ns;
		to = r->high_ns;
	}
	width = fmin(sd / 6, (to - from) / 48);
	cells = (int)fmin(ceil((to - from) / width), GRID_MAX);
	width = (to - from) / cells;
	tabulate(id, r, from, width, cells);
	for (int i = 0; i < PARTICLES; i++)
		draw_phase(id, &id->particle[i], from, width, cells);
	/* The phase of a particle is now certain. */
	id->s.var_freq -= gain * id->s.cov;
	id->s.cov = 0;
	id->s.var_phase = 0;
	resample(id);
	blur(id);
}

static void learn(struct ideal *id, const struct reading *r)
{
	double freq = id->particle ? mean_freq(id) : id->s.freq;
	struct reading at = *r;

	/* Of two answers at the same time, the second one meets a particle whose phase is certain. */
	id->s.var_phase = fmax(id->s.var_phase, LEAST_VAR);
	at.high_ns += freq * r->sent_before_s;
	if (at.high_ns - at.low_ns < 2 * ROUNDING_NS) {
		at.low_ns = (at.low_ns + at.high_ns) / 2 - ROUNDING_NS;
		at.high_ns = at.low_ns + 2 * ROUNDING_NS;
	}
	if (id->particle)
		learn_particles(id, &at);
	else
		learn_interval(&id->s, at.low_ns, at.high_ns);
}

static void start(struct ideal *id, const struct scenario *sc, double wander, bool has_particles)
{
	*id = (struct ideal){ .sc = sc, .wander_ppb = wander * 1e9 };
	id->s.phase = -sc->offset0 * 1e9;
	id->s.var_phase = pow(fmax(fabs(sc->offset0) * 1e9, PHASE0_SD_NS), 2);
	id->s.var_freq = pow(fmax(fabs(sc->freq0) * 1e9, FREQ0_SD_PPB), 2);
	if (!has_particles)
		return;
	id->particle = allocate(PARTICLES, sizeof(*id->particle));
	id->scratch = allocate(PARTICLES, sizeof(*id->scratch));
	rng_seed_item(&id->rng, sc->seed, STREAM_IDEAL, 0);
	for (int i = 0; i < PARTICLES; i++)
		id->particle[i] = (struct particle){ .phase = id->s.phase, .weight = 1.0 / PARTICLES };
}

/* The whole run with one wander. */
static void run_once(struct ideal *id, struct plant *plant, const struct reading *r, size_t n, const int64_t *raw_ns,
		     double *error_ns, size_t instants)
{
	size_t next = 0;

	for (size_t i = 0; i < instants; i++) {
		double phase, freq;

		for (; next < n && r[next].raw_ns <= raw_ns[i]; next++) {
			advance(id, r[next].raw_ns);
			learn(id, &r[next]);
		}
		/* The mean does not turn on the way to here: what may happen on it is as likely up as down. */
		phase = id->particle ? mean_phase(id) : id->s.phase;
		freq = id->particle ? mean_freq(id) : id->s.freq;
		phase += freq * (double)(raw_ns[i] - id->raw_ns) / 1e9;
		error_ns[i] = phase - plant_phase(plant, raw_ns[i]);
	}
}

static double rms_after(const int64_t *raw_ns, const double *error_ns, size_t instants, double warm)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = 0; i < instants; i++) {
		if ((double)raw_ns[i] > warm * 1e9) {
			sum += error_ns[i] * error_ns[i];
			n++;
		}
	}
	return n ? sqrt(sum / (double)n) : 0;
}

static int by_arrival(const void *left, const void *right)
{
	const struct reading *a = left, *b = right;

	return (a->raw_ns > b->raw_ns) - (a->raw_ns < b->raw_ns);
}

/* What the estimator is given of the exchanges: nothing of those that were lost or lie. */
static size_t read_exchanges(const struct scenario *sc, struct plant *plant, const struct ideal_exchange *x, size_t n,
			     struct reading *r)
{
	struct net_path path;
	size_t readings = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t back_raw_ns;

		if (x[i].is_lost || net_offset(sc, x[i].server))
			continue;
		net_path(sc, x[i].sent_raw_ns, &path);
		back_raw_ns = plant_raw(plant, x[i].t3_ns + x[i].back_ns);
		r[readings++] = (struct reading){
			.raw_ns		= back_raw_ns,
			.high_ns	= (double)(x[i].t2_ns - PLANT_EPOCH_NS - x[i].sent_raw_ns) - path.base[0] * 1e9,
			.low_ns		= (double)(x[i].t3_ns - PLANT_EPOCH_NS - back_raw_ns) + path.base[1] * 1e9,
			.sent_before_s	= (double)(back_raw_ns - x[i].sent_raw_ns) / 1e9,
			.burst_ns	= { path.burst[0] * 1e9, path.burst[1] * 1e9 },
		};
	}
	qsort(r, readings, sizeof(*r), by_arrival);
	return readings;
}

static enum ideal_method choose(const struct scenario *sc)
{
	bool is_plain = sc->shape == SCENARIO_EXPONENTIAL || (sc->shape == SCENARIO_ERLANG && sc->order == 1);

	return is_plain && !(sc->burst_period > 0 && sc->burst_mean > 0) ? IDEAL_INTERVALS : IDEAL_PARTICLES;
}

enum ideal_method ideal_run(const struct scenario *sc, struct plant *plant, const struct ideal_exchange *x, size_t n,
			    enum ideal_method method, const int64_t *raw_ns, double *error_ns, size_t instants)
{
	struct reading *r = allocate(n, sizeof(*r));
	double *trial_ns = allocate(instants, sizeof(*trial_ns)), best = HUGE_VAL, rms, wander = sc->wander;
	struct ideal *id = allocate(1, sizeof(*id));
	int trials = sc->temp > 0 ? 16 : 1;

	n = read_exchanges(sc, plant, x, n, r);
	if (method == IDEAL_AUTO)
		method = sc->jitter > 0 ? choose(sc) : IDEAL_INTERVALS;
	if (sc->temp > 0)
		wander = fmax(wander, 1e-10);
	for (; trials > 0; trials--, wander *= M_SQRT2) {
		start(id, sc, wander, method == IDEAL_PARTICLES);
		run_once(id, plant, r, n, raw_ns, trial_ns, instants);
		rms = rms_after(raw_ns, trial_ns, instants, scenario_warm(sc));
		if (rms < best) {
			best = rms;
			memcpy(error_ns, trial_ns, instants * sizeof(*error_ns));
		}
		free(id->particle);
		free(id->scratch);
	}
	free(id);
	free(trial_ns);
	free(r);
	return method;
}
