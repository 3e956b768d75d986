// SPDX-License-Identifier: GPL-2.0
/* Allan deviation, as TAP: the test data of NIST SP 1065, and noise whose deviation is known. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../sim/rng.h"
#include "../sim/tap.h"
#include "adev.h"

#define POINTS		65536

static double phase[POINTS];

static void phase_from_freq(const double *y, size_t n)
{
	size_t i;

	phase[0] = 0;
	for (i = 0; i < n; i++)
		phase[i + 1] = phase[i] + y[i];
}

/* SP 1065, table 31 and the data before it: nine frequencies, and 1000 from a generator of pseudo-random numbers. */
static void test_published(void)
{
	static const double nbs[] = { 892, 809, 823, 798, 671, 644, 883, 903, 677 };
	struct adev_row rows[ADEV_MAX];
	double y[1000];
	uint64_t state = 1234567890;
	size_t i, n;
	bool is_good;

	phase_from_freq(nbs, 9);
	n = adev_overlapping(phase, 10, 1, rows);
	is_good = tap_expect(n >= 2 && fabs(rows[0].adev - 91.22945) < 1e-5 && fabs(rows[1].adev - 85.95287) < 1e-5,
			     "%zu rows, %.5f and %.5f", n, rows[0].adev, n > 1 ? rows[1].adev : 0);
	tap_report(is_good, "the nine points of NIST SP 1065: 91.22945 and 85.95287");

	for (i = 0; i < 1000; i++) {
		y[i] = (double)state / 2147483647.0;
		state = state * 16807 % 2147483647;
	}
	phase_from_freq(y, 1000);
	n = adev_overlapping(phase, 1001, 1, rows);
	is_good = tap_expect(n && fabs(rows[0].adev - 2.922319e-1) < 1e-7, "%.7f", rows[0].adev);
	tap_report(is_good, "its 1000 points: 0.2922319 at tau 1");
	n = adev_overlapping(phase, 1001, 0.5, rows);
	tap_report(tap_expect(fabs(rows[0].adev - 2 * 2.922319e-1) < 1e-6 && rows[1].tau_s == 1.0, "%.7f", rows[0].adev),
		   "the spacing scales it");
}

static double slope_of(const struct adev_row *rows, size_t first, size_t last)
{
	return log(rows[last].adev / rows[first].adev) / log(rows[last].tau_s / rows[first].tau_s);
}

/* Known noise: slope over 8 octaves, and the value at 16 spacings within a tenth. */
static void check_noise(const char *name, double slope, double value, const char *noise)
{
	struct adev_row rows[ADEV_MAX];
	size_t n = adev_overlapping(phase, POINTS, 1, rows);
	char text[128];
	bool is_good;

	is_good = tap_expect(n > 9, "only %zu rows", n);
	is_good = is_good && tap_expect(fabs(slope_of(rows, 1, 9) - slope) < 0.06, "slope %.3f", slope_of(rows, 1, 9));
	is_good = is_good && tap_expect(fabs(rows[4].adev / value - 1) < 0.1, "%.3g instead of %.3g", rows[4].adev, value);
	is_good = is_good && tap_expect(!strcmp(rows[4].noise, noise), "called %s", rows[4].noise);
	snprintf(text, sizeof(text), "%s: slope %+.1f, its value, its name", name, slope);
	tap_report(is_good, text);
}

static void test_noise(uint64_t seed)
{
	struct rng rng;
	double freq = 0, walk = 0;
	size_t i;

	rng_seed(&rng, seed);
	for (i = 0; i < POINTS; i++)
		phase[i] = 1e-6 * rng_normal(&rng);
	/* SP 1065, 3.2: avar = 3 sigma^2 / tau^2. */
	check_noise("white phase noise", -1, sqrt(3.0) * 1e-6 / 16, "white or flicker phase");
	for (i = 0; i + 1 < POINTS; i++)
		phase[i + 1] = phase[i] + 1e-9 * rng_normal(&rng);
	/* avar = sigma^2 tau0 / tau. */
	check_noise("white frequency noise", -0.5, 1e-9 / sqrt(16.0), "white frequency");
	for (i = 0; i + 1 < POINTS; i++) {
		/* The mean of a walk over the interval: the phase of a continuous one. */
		double step = 1e-9 * rng_normal(&rng), bridge = 1e-9 * rng_normal(&rng) / sqrt(12.0);

		walk = freq + step / 2 + bridge;
		freq += step;
		phase[i + 1] = phase[i] + walk;
	}
	/* avar = w^2 tau / 3. */
	check_noise("random walk of frequency", 0.5, 1e-9 * sqrt(16.0 / 3), "random walk of frequency");
	for (i = 0; i < POINTS; i++)
		phase[i] = 0.5e-12 * (double)i * (double)i;
	/* avar = (d tau)^2 / 2. */
	check_noise("drift", 1, 1e-12 * 16 / sqrt(2.0), "drift");
}

static void test_few(void)
{
	static const double few[] = { 0, 1, 2, 3 };
	struct adev_row rows[ADEV_MAX];

	tap_report(!adev_overlapping(few, 3, 1, rows), "three points are too few");
	tap_report(adev_overlapping(few, 4, 1, rows) == 1 && rows[0].adev == 0, "four in a line: one row, nothing");
}

int main(void)
{
	const char *given = getenv("SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : 1;

	printf("# SEED=%llu\n", (unsigned long long)seed);
	test_published();
	test_noise(seed);
	test_few();
	return tap_done();
}
