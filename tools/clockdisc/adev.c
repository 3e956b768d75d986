// SPDX-License-Identifier: GPL-2.0
/* Allan deviation of a record of phase. */
#include "adev.h"

#include <math.h>

static double avar(const double *x_s, size_t n, size_t m, double tau0_s)
{
	double sum = 0, tau_s = (double)m * tau0_s;
	size_t i;

	for (i = 0; i + 2 * m < n; i++) {
		double d = x_s[i + 2 * m] - 2 * x_s[i + m] + x_s[i];

		sum += d * d;
	}
	return sum / (2 * (double)(n - 2 * m) * tau_s * tau_s);
}

/*
 * NIST SP 1065, section 3: of the Allan deviation, white and flicker phase noise have slope -1 (it cannot tell them
 * apart), white frequency noise -1/2, flicker frequency noise 0, a random walk of frequency +1/2, drift +1.
 */
static const char *noise_of(double slope)
{
	if (slope < -0.75)
		return "white or flicker phase";
	if (slope < -0.25)
		return "white frequency";
	if (slope < 0.25)
		return "flicker frequency";
	return slope < 0.75 ? "random walk of frequency" : "drift";
}

static double slope_between(const struct adev_row *a, const struct adev_row *b)
{
	if (!(a->adev > 0) || !(b->adev > 0))
		return 0;
	return log(b->adev / a->adev) / log(b->tau_s / a->tau_s);
}

size_t adev_overlapping(const double *x_s, size_t n, double tau0_s, struct adev_row *rows)
{
	size_t m, k, count = 0;

	for (m = 1; 3 * m < n && count < ADEV_MAX; m *= 2) {
		struct adev_row *row = &rows[count++];

		*row = (struct adev_row){ .tau_s = (double)m * tau0_s, .n = n - 2 * m };
		row->adev = sqrt(avar(x_s, n, m, tau0_s));
		/* SP 1065, section 5.3.1: one sigma is the value by the root of how many are independent. */
		row->error = row->adev / sqrt((double)row->n / (double)m);
	}
	for (k = 0; k < count; k++) {
		const struct adev_row *a = &rows[k ? k - 1 : 0], *b = &rows[k + 1 < count ? k + 1 : k];

		rows[k].slope = a == b ? 0 : slope_between(a, b);
		rows[k].noise = count < 2 || !(rows[k].adev > 0) ? "unknown" : noise_of(rows[k].slope);
	}
	return count;
}
