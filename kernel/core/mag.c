// SPDX-License-Identifier: GPL-2.0
/*
 * Magnitudes: numbers that are not negative, of any size, in integers.
 */
#include "mag.h"
#include "normal.h"

#define LN2_Q32		2977044472ULL	/* ln(2) * 2^32 */

struct cdisc_mag cdisc_mag_abs(s64 v, s32 exp)
{
	return cdisc_mag_from(v < 0 ? 0 - (u64)v : (u64)v, exp);
}

/*
 * Newton's iteration s = (s + v / s) / 2 on v in [2^62, 2^64). The chord from 2^31 at 2^62 begins it, low by 12.5 % at
 * most; each step squares and halves the error: 8e-3, 3e-5, 5e-10, less than one unit of 2^31.
 */
struct cdisc_mag cdisc_mag_sqrt(struct cdisc_mag a)
{
	/* What remains of the exponent has to be even. */
	s32 shift = a.exp & 1 ? 31 : 32;
	u64 v = (u64)a.man << shift;
	u64 s = (v >> 33) + 0x60000000ULL;

	if (!a.man)
		return CDISC_MAG_ZERO;
	/* At least 2^30 is added on either side of the sum and it stays below 2^34. */
	s = (s + v / s) >> 1;
	s = (s + v / s) >> 1;
	s = (s + v / s) >> 1;
	return cdisc_mag_from(s, (a.exp - shift) / 2);
}

s64 cdisc_mag_times(s64 v, struct cdisc_mag a, s32 n)
{
	s64 size = cdisc_mag_to(cdisc_mag_mul(cdisc_mag_abs(v, 0), a), n);

	return v < 0 ? -size : size;
}

s64 cdisc_mag_log_q24(struct cdisc_mag a)
{
	/* 25 bits at most and 32: fits. */
	s64 whole = a.exp < 0 ? -(s64)(((u64)-a.exp * LN2_Q32 + 128) >> 8) : (s64)(((u64)a.exp * LN2_Q32 + 128) >> 8);

	return whole + cdisc_log_q24(a.man);
}
