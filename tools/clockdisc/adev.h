/* SPDX-License-Identifier: GPL-2.0 */
/* Allan deviation of a record of phase. */
#ifndef CLOCKDISC_ADEV_H
#define CLOCKDISC_ADEV_H

#include <stddef.h>

#define ADEV_MAX	40	/* rows: octaves of what any record has */

struct adev_row {
	double tau_s;
	double adev;		/* dimensionless, 1e-9 is 1 ppb */
	double error;		/* one standard deviation of it, roughly */
	double slope;		/* d log(adev) / d log(tau) around here */
	const char *noise;	/* what such a slope is called */
	size_t n;		/* differences that were averaged */
};

/**
 * adev_overlapping() - Allan deviation at octaves of the spacing
 * @x_s:	phase in s, equally spaced
 * @n:		how many
 * @tau0_s:	the spacing
 * @rows:	room for ADEV_MAX
 *
 * NIST SP 1065 (Riley, 2008), section 5.2.4, overlapping Allan variance of phase data:
 *
 *	avar(m tau0) = sum over i = 1 .. n - 2m of (x[i+2m] - 2 x[i+m] + x[i])^2 / (2 (n - 2m) (m tau0)^2)
 *
 * The last octave has at least three independent stretches in the record.
 *
 * Return: rows filled in; 0 when there are fewer than 4 points.
 */
size_t adev_overlapping(const double *x_s, size_t n, double tau0_s, struct adev_row *rows);

#endif /* CLOCKDISC_ADEV_H */
