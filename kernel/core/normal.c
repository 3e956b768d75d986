// SPDX-License-Identifier: GPL-2.0
/*
 * exp, log, and the normal distribution cut to an interval, in integers.
 *
 * With p(x) the density, the cut to [a, b], w = b - a, is needed in all of the line, so one formula does not do. The
 * mirror image is taken when the interval's middle m is negative; then there are three cases.
 *
 * Narrow: w (m + 1) <= 1/2. The density is nearly straight; with x = m + w u, tilt = m w and bend = w^2 it is
 * exp(-tilt u - bend u^2 / 2) for u in [-1/2, 1/2], and the expansion of its cumulants around the even distribution is
 *
 *	log mass = log(w p(m)) + (tilt^2 - bend) / 24 - (tilt^4 + 4 tilt^2 bend - 2 bend^2) / 2880
 *	mean     = m - w tilt / 12 (1 - tilt^2 / 60 - bend / 30)
 *	variance = w^2 / 12 (1 - tilt^2 / 20 - bend / 30)
 *
 * Tail: a >= 0. Moments about a, where M_n(a) is the integral over t > 0 of t^n exp(-a t - t^2 / 2) and M_0 is known as
 * the ratio of Mills. With d = exp(-m w) = p(b) / p(a):
 *
 *	D_0 = M_0(a) - d M_0(b)
 *	D_1 = M_1(a) - d (M_1(b) + w M_0(b))
 *	D_2 = M_2(a) - d (M_2(b) + 2 w M_1(b) + w^2 M_0(b))
 *	mass = p(a) D_0, mean = a + D_1 / D_0, variance = D_2 / D_0 - (D_1 / D_0)^2
 *
 * M_n falls like n! / a^(n + 1), so what is tabled is M_n (a + 2)^(n + 1), between 1 and 10.1, over u = 2 / (a + 2),
 * and everything is reckoned in units of 1 / (a + 2). As the interval is not narrow nothing cancels by more than two
 * orders of magnitude.
 *
 * Around the middle: a < 0 < b. The complement is small or harmless:
 *
 *	mass = 1 - p(a) M_0(-a) - p(b) M_0(b)
 *	mean = (p(a) - p(b)) / mass, variance = 1 + (a p(a) - b p(b)) / mass - mean^2
 *
 * A number's format is part of its name: _q30 is scaled by 2^30. Comments give the bits that the factors have at most.
 */
#include "normal.h"
#include "normal_tables.h"

#define ONE_Q24		(1ULL << 24)
#define LOW30		((1ULL << 30) - 1)
#define LOW32		0xffffffffULL

/* n ln(2) in q24, for a result of cdisc_log_q24() whose argument was scaled by 2^n. */
#define LN2_TIMES_Q24(n)	((s64)(((n) * LN2_Q32 + 128) >> 8))

u32 cdisc_exp_neg_q32(u64 x_q24)
{
	u64 power_q32, root_q31, rest_q32, square_q32, less_q32, result;
	unsigned int whole;

	if (x_q24 >= EXP_END_Q24)
		return 0;
	/* 29 and 33 bits. exp(-x) = 2^-whole 2^-(i / 256) exp(-rest), rest < ln(2) / 256. */
	power_q32 = (x_q24 * LOG2E_Q32) >> 24;
	whole = (unsigned int)(power_q32 >> 32);
	root_q31 = exp_table[(power_q32 & LOW32) >> (32 - EXP_BITS)];
	rest_q32 = ((power_q32 & (LOW32 >> EXP_BITS)) * LN2_Q32) >> 32;
	square_q32 = (rest_q32 * rest_q32) >> 32;
	/* 1 - exp(-rest); the power of four is below 3e-12. */
	less_q32 = rest_q32 - square_q32 / 2 + ((square_q32 * rest_q32) >> 32) / 6;
	/* q63 of 2^63 at most, and shifted by 31 to 63; the last bit shifted out rounds. */
	result = (root_q31 << 32) - root_q31 * less_q32;
	result = ((result >> (30 + whole)) + 1) >> 1;
	return (u32)min_t(u64, result, LOW32);
}

s64 cdisc_log_q24(u64 x)
{
	unsigned int zeros, i;
	u64 mantissa_q31, z_q32, square_q32;

	if (!x)
		return 0;
	zeros = (unsigned int)__builtin_clzll(x);
	mantissa_q31 = (x << zeros) >> 32;
	i = (unsigned int)(mantissa_q31 >> (31 - LOG_BITS)) & ((1U << LOG_BITS) - 1);
	/* mantissa = (1 + z) / inverse; the product is below 2^63 and, the inverse rounded up, not below 2^62. */
	z_q32 = (mantissa_q31 * log_inverse[i] - (1ULL << 62)) >> 30;
	square_q32 = (z_q32 * z_q32) >> 32;
	z_q32 += ((square_q32 * z_q32) >> 32) / 3 - square_q32 / 2;
	return (s64)(((63 - zeros) * LN2_Q32 + log_table[i] + z_q32 + 128) >> 8);
}

/* x^2 / 2^n, n from 22 on, x below 2^42. */
static u64 square_shift(u64 x, unsigned int n)
{
	u64 high = x >> 21, low = x & ((1ULL << 21) - 1);

	/* high^2 2^42 + high low 2^22 + low^2; the two smaller ones in units of 2^22, which is at most the unit asked for. */
	return ((high * high) << (42 - n)) + ((high * low + ((low * low) >> 22)) >> (n - 22));
}

/* A row of the table at u: the polynomials' coefficients, and the powers of where in the segment. */
struct mills {
	const s32	(*row)[4];
	s64		t_q30[3];
	u64		half_u_q32;	/* 1 / (a + 2), 31 bits */
};

static struct mills mills_at(u64 a_q24)
{
	/* From 2^22 to 2^38; less one, so that u = 1 is in the last segment. */
	u64 u_q38 = (2 * ONE_Q24 << 38) / (a_q24 + 2 * ONE_Q24);
	u64 t_q30 = ((u_q38 - 1) >> (8 - MILLS_BITS)) & LOW30;
	u64 square_q30 = (t_q30 * t_q30) >> 30;

	return (struct mills){
		.row		= mills_table[(u_q38 - 1) >> (38 - MILLS_BITS)],
		.t_q30		= { (s64)t_q30, (s64)square_q30, (s64)((square_q30 * t_q30) >> 30) },
		.half_u_q32	= u_q38 >> 7,
	};
}

/* M_n (a + 2)^(n + 1), q27, 31 bits. */
static u64 mills(const struct mills *m, unsigned int n)
{
	const s32 *c = m->row[n];
	/*
	 * Products of 31 and 30 bits. All three functions rise with u: the first coefficient is positive and outweighs what
	 * is negative in the other two, so the sum is not negative. The generator makes sure of it.
	 */
	s64 rise_q57 = c[1] * m->t_q30[0] + c[2] * m->t_q30[1] + c[3] * m->t_q30[2];

	return (u64)c[0] + ((u64)rise_q57 >> 30);
}

/* p(x), q32; 0 from 6.8 on. */
static u64 density_q32(u64 x_q24)
{
	if (x_q24 >= 7 * ONE_Q24)
		return 0;
	/* The square has 54 bits. */
	return (cdisc_exp_neg_q32((x_q24 * x_q24) >> 25) * INV_SQRT_2PI_Q32) >> 32;
}

/* What lies beyond x >= 0 where the density is p, q32. */
static u64 beyond_q32(u64 x_q24, u64 density_q32)
{
	struct mills m;

	if (!density_q32)
		return 0;
	m = mills_at(x_q24);
	/* 29 and 31 bits, to q30; 31 and 31 bits. */
	return (density_q32 * ((mills(&m, 0) * m.half_u_q32) >> 29)) >> 30;
}

/* [-left, right], 0 < left <= right. */
static void cut_middle(u64 left_q24, u64 right_q24, struct cdisc_cut *cut)
{
	u64 left_q32 = density_q32(left_q24), right_q32 = density_q32(right_q24);
	u64 mass_q32 = (1ULL << 32) - beyond_q32(left_q24, left_q32) - beyond_q32(right_q24, right_q32);
	/* The density falls, but its last bit need not know. */
	u64 tilt_q32 = left_q32 > right_q32 ? left_q32 - right_q32 : 0;
	u64 mean_q30, less_q30;

	/* The interval is wider than 0.4, so the mass is above 0.15: 61 bits by 30. */
	mean_q30 = (tilt_q32 << 30) / mass_q32;
	/* x p(x) is at most 0.25, and 0 where x has more than 27 bits. */
	less_q30 = (((left_q24 * left_q32 + right_q24 * right_q32) >> 26) << 32) / mass_q32;
	less_q30 += (mean_q30 * mean_q30) >> 30;

	cut->mean_q24 = (s64)((mean_q30 + 32) >> 6);
	cut->var_q60 = (s64)(((1ULL << 30) - less_q30) << 30);
	cut->logmass_q24 = min_t(s64, cdisc_log_q24(mass_q32) - LN2_TIMES_Q24(32), 0);
}

/* [a, b], w (m + 1) <= 1/2: w has 23 bits, w (a + b) 48 and q49. */
static void cut_narrow(s64 a_q24, s64 b_q24, struct cdisc_cut *cut)
{
	u64 width_q24 = (u64)(b_q24 - a_q24), middle_q25 = (u64)(a_q24 + b_q24);
	u64 tilt_q30 = (width_q24 * middle_q25) >> 19;
	u64 bend_q30 = (width_q24 * width_q24) >> 18;
	/* tilt and its square have 29 bits, bend 28. */
	u64 tilt2_q30 = (tilt_q30 * tilt_q30) >> 30;
	u64 pull_q25 = (((width_q24 * tilt_q30) >> 29) *
			((1ULL << 30) - tilt2_q30 / 60 - bend_q30 / 30) + (6ULL << 30)) / (12ULL << 30);
	/* 46 bits to q60: 58 before the division. */
	u64 even_q60 = ((width_q24 * width_q24) << 12) / 12;
	u64 less_q24 = (tilt2_q30 / 20 + bend_q30 / 30) >> 6;
	s64 first_q30 = (s64)tilt2_q30 - (s64)bend_q30;
	s64 second_q30 = (s64)((tilt2_q30 * tilt2_q30 + 4 * tilt2_q30 * bend_q30) >> 30) -
			 (s64)((bend_q30 * bend_q30) >> 29);
	s64 bend_log_q24 = (first_q30 * 120 - second_q30) / (2880 * 64);

	cut->mean_q24 = (s64)((middle_q25 - pull_q25 + 1) >> 1);
	cut->var_q60 = (s64)(even_q60 - (((even_q60 >> 16) * less_q24) >> 8));
	cut->logmass_q24 = cdisc_log_q24(width_q24) - LN2_TIMES_Q24(24) - HALF_LN_2PI_Q24 -
			   (s64)square_shift(middle_q25, 27) + bend_log_q24;
}

/* The sums D_0 to D_2 in units of (a + 2)^-(n + 1), q27. */
struct tail_sums {
	u64	d0;
	u64	d1;
	u64	d2;
};

/* Take off what lies beyond b, in the units of a: r = (a + 2) / (b + 2) < 1. */
static void tail_end(struct tail_sums *sums, u64 a_q24, u64 b_q24, u64 drop_q32)
{
	struct mills mb = mills_at(b_q24);
	/*
	 * With d > 0, m w < 23 and so w < 6.8: 27 bits. w (a + 2) = m w - w^2 / 2 + 2 w is below 32.
	 */
	u64 width_q24 = b_q24 - a_q24;
	u64 r_q30 = (1ULL << 30) - (width_q24 << 30) / (b_q24 + 2 * ONE_Q24);
	u64 w_q26 = (width_q24 * (a_q24 + 2 * ONE_Q24)) >> 22;
	u64 part_q32, e0, e1, e2;

	/* 32 and 30 bits; 32 bits and 29, 30, 31. */
	part_q32 = (drop_q32 * r_q30) >> 30;
	e0 = (part_q32 * mills(&mb, 0)) >> 32;
	part_q32 = (part_q32 * r_q30) >> 30;
	e1 = (part_q32 * mills(&mb, 1)) >> 32;
	part_q32 = (part_q32 * r_q30) >> 30;
	e2 = (part_q32 * mills(&mb, 2)) >> 32;

	/* w has 31 bits, e0 and e1 29 and 30; d w stays below 1.6, so 2 e1 + w e0 is below 12: 31 bits. */
	e2 += (w_q26 * (2 * e1 + ((w_q26 * e0) >> 26))) >> 26;
	e1 += (w_q26 * e0) >> 26;
	sums->d0 -= e0;
	sums->d1 -= e1;
	sums->d2 -= e2;
}

/* exp(-m w), q32, with m w = (b - a) (b + a) / 2. */
static u64 drop_q32(u64 a_q24, u64 b_q24)
{
	u64 product_q49;

	if (__builtin_mul_overflow(b_q24 - a_q24, a_q24 + b_q24, &product_q49))
		return 0;
	return cdisc_exp_neg_q32(product_q49 >> 25);
}

/* [a, b], 0 <= a. */
static void cut_tail(u64 a_q24, u64 b_q24, struct cdisc_cut *cut)
{
	struct mills ma = mills_at(a_q24);
	struct tail_sums sums = { .d0 = mills(&ma, 0), .d1 = mills(&ma, 1), .d2 = mills(&ma, 2) };
	u64 drop = drop_q32(a_q24, b_q24);
	u64 inverse_q30, mean_q30, var_q30, half_q32;

	if (drop)
		tail_end(&sums, a_q24, b_q24, drop);

	/* As w (m + 1) > 1/2, d0 is above 0.35: the inverse has 32 bits, d1 and d2 at most 30 and 31. */
	inverse_q30 = (1ULL << 57) / sums.d0;
	mean_q30 = (sums.d1 * inverse_q30) >> MILLS_Q;
	/* The mean is below 1.6 and the variance below 1.5 of their units. */
	var_q30 = ((sums.d2 * inverse_q30) >> MILLS_Q) - ((mean_q30 * mean_q30) >> 30);

	/* 31 and 31 bits. */
	cut->mean_q24 = (s64)(a_q24 + ((mean_q30 * ma.half_u_q32 + (1ULL << 37)) >> 38));
	half_q32 = (var_q30 * ma.half_u_q32) >> 30;
	/* The variance of a half is 0.36, and no tail has more: q64 fits. */
	cut->var_q60 = (s64)((half_q32 * ma.half_u_q32) >> 4);
	/* 29 and 31 bits. */
	cut->logmass_q24 = cdisc_log_q24(sums.d0 * ma.half_u_q32) - LN2_TIMES_Q24(MILLS_Q + 32) - HALF_LN_2PI_Q24 -
			   (s64)square_shift(a_q24, 25);
}

/* Mirrored, so that a + b >= 0. 2^48 is 1/2 in q49. */
static bool is_narrow(s64 a_q24, s64 b_q24)
{
	s64 product_q49;

	return !__builtin_mul_overflow(b_q24 - a_q24, a_q24 + b_q24 + 2 * (s64)ONE_Q24, &product_q49) &&
	       product_q49 <= 1LL << 48;
}

void cdisc_normal_cut(s64 lo_q24, s64 hi_q24, struct cdisc_cut *cut)
{
	s64 lo = clamp_t(s64, lo_q24, -CDISC_CUT_LIMIT_Q24, CDISC_CUT_LIMIT_Q24 - 1);
	s64 hi = clamp_t(s64, hi_q24, lo + 1, CDISC_CUT_LIMIT_Q24);
	bool is_mirrored = lo + hi < 0;
	s64 a = is_mirrored ? -hi : lo;
	s64 b = is_mirrored ? -lo : hi;

	if (is_narrow(a, b))
		cut_narrow(a, b, cut);
	else if (a >= 0)
		cut_tail((u64)a, (u64)b, cut);
	else
		cut_middle((u64)-a, (u64)b, cut);
	if (is_mirrored)
		cut->mean_q24 = -cut->mean_q24;
}
