/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Magnitudes: numbers that are not negative, of any size, in integers.
 *
 * Variances in the tracker span forty decades, and the steps between them multiply and divide: a fixed format would
 * have to be chosen anew on every line. A magnitude carries its own. There is no subtraction in the tracker's formulas
 * (track.c has them), so there are no signs and nothing cancels: each operation is good to 2^-30 of its result.
 */
#ifndef CDISC_MAG_H
#define CDISC_MAG_H

#include "fixed.h"

/**
 * struct cdisc_mag - man * 2^exp
 * @man:	2^31 and up, or 0
 * @exp:	for 0 it is CDISC_MAG_ZERO_EXP, below all others
 *
 * Exponents of the tracker stay within some hundreds: a sum has the larger one of its terms, a product the sum. Operations
 * do not check them; s32 has room for products of ten thousand factors of any s64.
 * Rounding: down, at most 2^-31 of the value; a quotient the same.
 */
struct cdisc_mag {
	u32	man;
	s32	exp;
};

#define CDISC_MAG_ZERO_EXP	(-(1 << 24))
#define CDISC_MAG_ZERO		((struct cdisc_mag){ .man = 0, .exp = CDISC_MAG_ZERO_EXP })
#define CDISC_MAG_ONE		((struct cdisc_mag){ .man = 1U << 31, .exp = -31 })

/* v * 2^exp. */
static inline struct cdisc_mag cdisc_mag_from(u64 v, s32 exp)
{
	s32 zeros;

	if (!v)
		return CDISC_MAG_ZERO;
	zeros = __builtin_clzll(v);
	return (struct cdisc_mag){ .man = (u32)((v << zeros) >> 32), .exp = exp + 32 - zeros };
}

/* a * b; two numbers below 2^32 fit. */
static inline struct cdisc_mag cdisc_mag_mul(struct cdisc_mag a, struct cdisc_mag b)
{
	u64 product = (u64)a.man * b.man;

	if (!product)
		return CDISC_MAG_ZERO;
	if (product >> 63)
		return (struct cdisc_mag){ .man = (u32)(product >> 32), .exp = a.exp + b.exp + 32 };
	return (struct cdisc_mag){ .man = (u32)(product >> 31), .exp = a.exp + b.exp + 31 };
}

/* a + b; the sum of two numbers below 2^32 has 33 bits. */
static inline struct cdisc_mag cdisc_mag_add(struct cdisc_mag a, struct cdisc_mag b)
{
	struct cdisc_mag more = a.exp >= b.exp ? a : b, less = a.exp >= b.exp ? b : a;
	s32 shift = more.exp - less.exp;
	u64 sum;

	if (shift > 31)
		return more;
	sum = (u64)more.man + (less.man >> shift);
	if (sum >> 32)
		return (struct cdisc_mag){ .man = (u32)(sum >> 1), .exp = more.exp + 1 };
	return (struct cdisc_mag){ .man = (u32)sum, .exp = more.exp };
}

/* a / b, b not 0. A mantissa's ratio is in (1/2, 2), so one of the two shifts gives 32 bits. */
static inline struct cdisc_mag cdisc_mag_div(struct cdisc_mag a, struct cdisc_mag b)
{
	if (!a.man)
		return CDISC_MAG_ZERO;
	if (a.man >= b.man)
		return (struct cdisc_mag){ .man = (u32)(((u64)a.man << 31) / b.man), .exp = a.exp - b.exp - 31 };
	return (struct cdisc_mag){ .man = (u32)(((u64)a.man << 32) / b.man), .exp = a.exp - b.exp - 32 };
}

/* a - b, 0 when b is larger. The only one that loses digits when a and b are close. */
static inline struct cdisc_mag cdisc_mag_less_by(struct cdisc_mag a, struct cdisc_mag b)
{
	s32 shift = a.exp - b.exp;

	if (shift < 0)
		return CDISC_MAG_ZERO;
	/* 31 bits more are kept of a. */
	if (shift > 62 || !b.man)
		return a;
	if ((u64)a.man << 31 <= ((u64)b.man << 31) >> shift)
		return CDISC_MAG_ZERO;
	return cdisc_mag_from(((u64)a.man << 31) - (((u64)b.man << 31) >> shift), a.exp - 31);
}

/* a * 2^n. */
static inline struct cdisc_mag cdisc_mag_scale(struct cdisc_mag a, s32 n)
{
	if (a.man)
		a.exp += n;
	return a;
}

static inline struct cdisc_mag cdisc_mag_square(struct cdisc_mag a)
{
	return cdisc_mag_mul(a, a);
}

static inline bool cdisc_mag_less(struct cdisc_mag a, struct cdisc_mag b)
{
	return a.exp != b.exp ? a.exp < b.exp : a.man < b.man;
}

/* a * 2^n as a whole number, rounded down, saturating at S64_MAX. */
static inline s64 cdisc_mag_to(struct cdisc_mag a, s32 n)
{
	s32 shift = a.exp + n;

	/* A mantissa has 32 bits: 31 more fit. */
	if (shift > 31)
		return S64_MAX;
	if (shift >= 0)
		return (s64)((u64)a.man << shift);
	return shift > -32 ? a.man >> -shift : 0;
}

/* |v| * 2^exp. */
struct cdisc_mag cdisc_mag_abs(s64 v, s32 exp);

/* sqrt(a), good to 2^-30. */
struct cdisc_mag cdisc_mag_sqrt(struct cdisc_mag a);

/* v * a * 2^n, good to 2^-30 of itself, rounded towards 0, saturating at +-S64_MAX. */
s64 cdisc_mag_times(s64 v, struct cdisc_mag a, s32 n);

/* Natural log of a in q24; that of 0 is taken to be that of 2^CDISC_MAG_ZERO_EXP. */
s64 cdisc_mag_log_q24(struct cdisc_mag a);

#endif /* CDISC_MAG_H */
