/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Saturating and 128-bit integer helpers. No floating point, no libgcc, no architecture's own division.
 */
#ifndef CDISC_FIXED_H
#define CDISC_FIXED_H

#include "shim.h"

/* a + b, saturating at S64_MIN and S64_MAX. */
s64 cdisc_add_sat(s64 a, s64 b);

/* a - b, saturating. */
s64 cdisc_sub_sat(s64 a, s64 b);

/* a * b, saturating. */
s64 cdisc_mul_sat(s64 a, s64 b);

/* |a|, S64_MAX for S64_MIN. */
s64 cdisc_abs(s64 a);

/* v / 2^n to nearest, ties away from zero; n 0 to 62. */
s64 cdisc_rshift_round(s64 v, unsigned int n);

/* v / d to nearest, ties away from zero; d > 0. */
s64 cdisc_div_round(s64 v, s64 d);

/**
 * cdisc_mul_div() - a * b / d with a 128-bit product
 * @a:	factor
 * @b:	factor
 * @d:	divisor, > 0
 *
 * Context: Any.
 * Return: the quotient to nearest, ties away from zero, saturating at S64_MIN and S64_MAX.
 */
s64 cdisc_mul_div(s64 a, s64 b, s64 d);

/**
 * cdisc_mul_div_up() - a * b / d with a 128-bit product, rounded away from zero
 * @a:	factor
 * @b:	factor
 * @d:	divisor, > 0
 *
 * For bounds and times to wait, which must not shrink.
 * Context: Any.
 * Return: the quotient, saturating at S64_MIN and S64_MAX.
 */
s64 cdisc_mul_div_up(s64 a, s64 b, s64 d);

/* floor((a * b + c) / 2^n) with a 128-bit sum, modulo 2^64; n 1 to 63. No division: for reading a clock. */
u64 cdisc_mul_add_shr(u64 a, u64 b, u64 c, unsigned int n);

/* floor(sqrt(v)). */
u32 cdisc_sqrt_u64(u64 v);

/* floor(sqrt(a * b)) of non-negative values, with a 128-bit product. */
s64 cdisc_sqrt_mul(s64 a, s64 b);

/* sqrt(a^2 + b^2) of non-negative values, rounded down, saturating: jitters add this way. */
s64 cdisc_hypot(s64 a, s64 b);

/* sqrt(sum of squares / n) without overflow for |v| up to S64_MAX, n >= 1; rounded down. */
s64 cdisc_rms(const s64 *v, unsigned int n);

#endif /* CDISC_FIXED_H */
