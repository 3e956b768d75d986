// SPDX-License-Identifier: GPL-2.0
/*
 * What the time was, known afterwards.
 *
 * State: phase (source minus counter, ns) and frequency (ns a second), whose frequency walks at random with w per root of a
 * second. A Kalman filter forwards, the fixed-interval smoother of Rauch, Tung and Striebel backwards. The variance of a
 * sample comes from its excess delay s over the least delay of its neighbours: an error spread evenly over +- s / 2 has
 * s^2 / 12; a tenth of the usual excess is added for the least delay being unknown. w is the one of a grid that makes the
 * samples most likely.
 *
 * A sample whose half-width, which no delay can exceed, does not meet the prediction is a jump: the counter stood still or
 * is another one. The phase is forgotten there, and with a cut the frequency, too.
 */
#include "hindsight.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Half decades of ppb per root of a second, from 1e-11. */
#define GRID		11
#define GRID_LEAST	1e-2

/* Samples on either side among which the least delay is looked for. */
#define NEIGHBOURS	128

/* An oscillator does not run away faster between two samples: 50 ppm, in ns a second. */
#define HOLD_PPB	50000.0

/* What a reading of the clock is good for. */
#define FLOOR_NS	20.0

struct step {
	double at_s;
	double z_ns;		/* measured, relative to the anchor */
	double var_ns2;
	double half_ns;
	bool is_cut;		/* an interruption lies before it */
	bool is_jump;
	/* Filtered, and predicted from the step before. */
	double x[2], p[3];	/* p: phase, both, frequency */
	double px[2], pp[3];
};

static int by_at(const void *a, const void *b)
{
	const struct step *p = a, *q = b;

	return (p->at_s > q->at_s) - (p->at_s < q->at_s);
}

/* The source whose time was used most. */
static uint32_t main_source(const struct log *log)
{
	uint32_t best = 0;
	size_t best_n = 0, i, k;

	for (i = 0; i < log->n_samples; i++) {
		uint32_t id = log->samples[i].source_id;
		size_t n = 0;

		if (id == best)
			continue;
		/* Few ids, each of them counted once: at its first sample. */
		for (k = 0; k < i && log->samples[k].source_id != id; k++)
			continue;
		if (k < i)
			continue;
		for (k = 0; k < log->n_clocks; k++)
			n += log->clocks[k].selected_id == id;
		if (n > best_n || !best) {
			best = id;
			best_n = n;
		}
	}
	return best;
}

/* Samples of a source, with delays where variances will be. */
static size_t collect(struct step *steps, const struct log *log, uint32_t id, int64_t *anchor_ns)
{
	unsigned int stretch = 0;
	size_t i, n = 0;

	for (i = 0; i < log->n_samples; i++) {
		const struct log_sample *s = &log->samples[i];

		if (s->source_id != id)
			continue;
		if (!n)
			*anchor_ns = s->phase_ns;
		steps[n] = (struct step){
			.at_s = s->at_s, .z_ns = (double)(s->phase_ns - *anchor_ns), .var_ns2 = s->delay_ns,
			.half_ns = s->half_ns, .is_cut = n && s->stretch != stretch,
		};
		stretch = s->stretch;
		n++;
	}
	qsort(steps, n, sizeof(*steps), by_at);
	for (i = 1; i < n; i++)
		steps[i].is_cut = steps[i].is_cut || log_is_cut_between(log, steps[i - 1].at_s, steps[i].at_s);
	return n;
}

static int set_variances(struct step *steps, size_t n)
{
	double *delays = calloc(n, sizeof(*delays));
	size_t i, k;

	if (!delays)
		return -ENOMEM;
	for (i = 0; i < n; i++)
		delays[i] = steps[i].var_ns2;
	for (i = 0; i < n; i++) {
		size_t first = i > NEIGHBOURS ? i - NEIGHBOURS : 0, last = i + NEIGHBOURS < n ? i + NEIGHBOURS : n - 1;
		double least_ns = delays[i], sum_ns = 0, slack_ns, excess_ns;

		for (k = first; k <= last; k++)
			least_ns = fmin(least_ns, delays[k]);
		for (k = first; k <= last; k++)
			sum_ns += delays[k] - least_ns;
		slack_ns = 0.1 * sum_ns / (double)(last - first + 1);
		excess_ns = delays[i] - least_ns;
		/* Without a path the half-width is all that is known. */
		if (!(delays[i] > 0))
			excess_ns = 2 * steps[i].half_ns;
		steps[i].var_ns2 = excess_ns * excess_ns / 12 + slack_ns * slack_ns + FLOOR_NS * FLOOR_NS;
	}
	free(delays);
	return 0;
}

static void forget(struct step *s, bool is_all)
{
	s->px[0] = s->z_ns;
	s->pp[0] = 1e20;
	s->pp[1] = 0;
	if (is_all) {
		s->px[1] = 0;
		s->pp[2] = 1e12;
	}
}

static void predict(struct step *s, const struct step *before, double w_ppb)
{
	double dt = s->at_s - before->at_s, q = w_ppb * w_ppb;

	s->px[0] = before->x[0] + dt * before->x[1];
	s->px[1] = before->x[1];
	s->pp[0] = before->p[0] + 2 * dt * before->p[1] + dt * dt * before->p[2] + q * dt * dt * dt / 3;
	s->pp[1] = before->p[1] + dt * before->p[2] + q * dt * dt / 2;
	s->pp[2] = before->p[2] + q * dt;
}

static void update(struct step *s)
{
	double nu = s->z_ns - s->px[0], sum = s->pp[0] + s->var_ns2;
	double k0 = s->pp[0] / sum, k1 = s->pp[1] / sum;

	s->x[0] = s->px[0] + k0 * nu;
	s->x[1] = s->px[1] + k1 * nu;
	s->p[0] = k0 * s->var_ns2;
	s->p[1] = k0 < 1 ? s->pp[1] * s->var_ns2 / sum : 0;
	s->p[2] = s->pp[2] - k1 * s->pp[1];
}

/* Not even the largest error that the delay allows explains it. */
static bool has_jumped(const struct step *s, const struct step *before)
{
	double allowed_ns = s->half_ns + before->half_ns + HOLD_PPB * (s->at_s - before->at_s);

	return fabs(s->z_ns - s->px[0]) > fmin(allowed_ns, s->half_ns + 8 * sqrt(s->pp[0]));
}

/* Return: log likelihood of the samples, jumps left out. */
static double filter(struct step *steps, size_t n, double w_ppb)
{
	double likelihood = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		struct step *s = &steps[i];

		s->is_jump = false;
		if (!i) {
			forget(s, true);
		} else {
			predict(s, s - 1, w_ppb);
			/* The first few do not know the frequency yet. */
			s->is_jump = s->is_cut || (i > 4 && has_jumped(s, s - 1));
			if (s->is_jump)
				forget(s, s->is_cut);
		}
		if (i && !s->is_jump) {
			double nu = s->z_ns - s->px[0], sum = s->pp[0] + s->var_ns2;

			likelihood -= (log(sum) + nu * nu / sum) / 2;
		}
		update(s);
	}
	return likelihood;
}

/* Backwards over the filtered states; a jump lets the frequency through, a cut nothing. */
static void smooth(struct hindsight *h, const struct step *steps)
{
	double x[2], p[3];
	size_t i = h->n;

	while (i-- > 0) {
		const struct step *s = &steps[i], *next = s + 1;
		struct hindsight_point *point = &h->points[i];

		memcpy(x, i + 1 < h->n ? x : s->x, sizeof(x));
		if (i + 1 == h->n || next->is_cut) {
			memcpy(x, s->x, sizeof(x));
			memcpy(p, s->p, sizeof(p));
		} else {
			/* C = P F' Pp^-1, with what the next step predicted; after a jump the phase has no weight in it. */
			double dt = next->at_s - s->at_s, det = next->pp[0] * next->pp[2] - next->pp[1] * next->pp[1];
			double a = s->p[0] + dt * s->p[1], b = s->p[1], c = s->p[1] + dt * s->p[2], d = s->p[2];
			double c00 = (a * next->pp[2] - b * next->pp[1]) / det, c01 = (b * next->pp[0] - a * next->pp[1]) / det;
			double c10 = (c * next->pp[2] - d * next->pp[1]) / det, c11 = (d * next->pp[0] - c * next->pp[1]) / det;
			double dx0 = x[0] - next->px[0], dx1 = x[1] - next->px[1];
			double e0 = p[0] - next->pp[0], e1 = p[1] - next->pp[1], e2 = p[2] - next->pp[2];

			if (next->is_jump) {
				c00 = c10 = 0;
				c01 = b / next->pp[2];
				c11 = d / next->pp[2];
			}
			x[0] = s->x[0] + c00 * dx0 + c01 * dx1;
			x[1] = s->x[1] + c10 * dx0 + c11 * dx1;
			p[0] = s->p[0] + c00 * c00 * e0 + 2 * c00 * c01 * e1 + c01 * c01 * e2;
			p[1] = s->p[1] + c00 * c10 * e0 + (c00 * c11 + c01 * c10) * e1 + c01 * c11 * e2;
			p[2] = s->p[2] + c10 * c10 * e0 + 2 * c10 * c11 * e1 + c11 * c11 * e2;
		}
		*point = (struct hindsight_point){
			.at_s = s->at_s, .phase_ns = x[0], .freq_ppb = x[1], .sd_ns = sqrt(fmax(p[0], 0)), .is_apart = s->is_jump,
		};
		h->n_jumps += s->is_jump;
	}
}

int hindsight_make(struct hindsight *h, const struct log *log)
{
	struct step *steps = calloc(log->n_samples + 1, sizeof(*steps));
	double best = -INFINITY, w_ppb = GRID_LEAST;
	int i, err = -ENOMEM;

	*h = (struct hindsight){ .source_id = main_source(log) };
	h->points = calloc(log->n_samples + 1, sizeof(*h->points));
	if (!steps || !h->points)
		goto out;
	h->n = collect(steps, log, h->source_id, &h->anchor_ns);
	err = h->n < 3 ? -ENODATA : set_variances(steps, h->n);
	if (err)
		goto out;
	for (i = 0; i < GRID; i++, w_ppb *= sqrt(10)) {
		double likelihood = filter(steps, h->n, w_ppb);

		if (likelihood > best) {
			best = likelihood;
			h->wander_ppb = w_ppb;
		}
	}
	filter(steps, h->n, h->wander_ppb);
	smooth(h, steps);
out:
	free(steps);
	if (err)
		hindsight_free(h);
	return err;
}

void hindsight_free(struct hindsight *h)
{
	free(h->points);
	*h = (struct hindsight){ 0 };
}

/* The last point at or before an instant. */
static size_t point_before(const struct hindsight *h, double at_s)
{
	size_t low = 0, high = h->n - 1;

	while (low < high) {
		size_t middle = (low + high + 1) / 2;

		if (h->points[middle].at_s <= at_s)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

bool hindsight_at(const struct hindsight *h, double at_s, double *phase_ns, double *sd_ns)
{
	const struct hindsight_point *a, *b;
	double dt, u, u2, u3;

	if (!h->n || at_s < h->points[0].at_s || at_s > h->points[h->n - 1].at_s)
		return false;
	a = &h->points[point_before(h, at_s)];
	b = a + 1 < h->points + h->n ? a + 1 : a;
	dt = b->at_s - a->at_s;
	*sd_ns = fmax(a->sd_ns, b->sd_ns);
	*phase_ns = a->phase_ns;
	if (!(dt > 0))
		return true;
	if (b->is_apart)
		return false;
	/* A cubic that has both phases and both frequencies. */
	u = (at_s - a->at_s) / dt;
	u2 = u * u;
	u3 = u2 * u;
	*phase_ns = (2 * u3 - 3 * u2 + 1) * a->phase_ns + (u3 - 2 * u2 + u) * dt * a->freq_ppb +
		    (3 * u2 - 2 * u3) * b->phase_ns + (u3 - u2) * dt * b->freq_ppb;
	return true;
}
