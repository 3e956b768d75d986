// SPDX-License-Identifier: GPL-2.0
/*
 * Saturating and 128-bit integer helpers.
 *
 * Signs are taken off first and put back last, so that rounding is symmetric around zero and nothing here shifts or
 * overflows a signed number. Wide numbers are pairs of u64; a product is put together from four of 32 by 32 bits
 * and a quotient is found digit by digit in base 2^32 (Knuth, The Art of Computer Programming, volume 2, section
 * 4.3.1, algorithm D), so that every compiler and architecture gets the same bits.
 */
#include "fixed.h"

#define LOW32	0xffffffffULL

struct u128 {
	u64	hi;
	u64	lo;
};

/* |v|; the one that does not fit s64, 2^63, fits here. */
static u64 magnitude(s64 v)
{
	return v < 0 ? 0 - (u64)v : (u64)v;
}

/* The number of this magnitude and sign, saturating. */
static s64 with_sign(u64 v, bool is_negative)
{
	if (!is_negative)
		return v > (u64)S64_MAX ? S64_MAX : (s64)v;
	return v > (u64)S64_MAX ? S64_MIN : -(s64)v;
}

static struct u128 mul_u64(u64 a, u64 b)
{
	u64 a_hi = a >> 32, a_lo = a & LOW32;
	u64 b_hi = b >> 32, b_lo = b & LOW32;
	/* Each product is at most (2^32 - 1)^2, which leaves room for two more numbers of 32 bits. */
	u64 low = a_lo * b_lo;
	u64 mid = a_hi * b_lo + (low >> 32);
	u64 mid2 = a_lo * b_hi + (mid & LOW32);

	return (struct u128){
		.hi = a_hi * b_hi + (mid >> 32) + (mid2 >> 32),
		.lo = (mid2 << 32) | (low & LOW32),
	};
}

/* Modulo 2^128; callers say why they stay below. */
static struct u128 add_u128(struct u128 a, struct u128 b)
{
	struct u128 sum = { .hi = a.hi + b.hi, .lo = a.lo + b.lo };

	if (sum.lo < a.lo)
		sum.hi++;
	return sum;
}

/*
 * One digit of a quotient: the remainder *rem and the next digit of the dividend over d, whose top bit is set and which
 * *rem is below. The guess from the divisor's upper half is too large by two at most.
 */
static u64 div_digit(u64 *rem, u64 next, u64 d)
{
	u64 d_hi = d >> 32, d_lo = d & LOW32;
	u64 digit = *rem / d_hi;
	u64 left = *rem % d_hi;

	/* digit <= 2^32 + 1 and d_lo < 2^32: fits. The loop ends before left, shifted, could outgrow 64 bits. */
	while (digit > LOW32 || digit * d_lo > ((left << 32) | next)) {
		digit--;
		left += d_hi;
		if (left > LOW32)
			break;
	}
	/* Exact modulo 2^64, and the true value is below d. */
	*rem = (*rem << 32) + next - digit * d;
	return digit;
}

/* floor(n / d), saturating at U64_MAX; so does d = 0. */
static u64 div_u128(struct u128 n, u64 d)
{
	unsigned int shift;
	u64 high, low, rem;

	if (n.hi >= d)
		return U64_MAX;
	if (!n.hi)
		return n.lo / d;
	shift = (unsigned int)__builtin_clzll(d);
	d <<= shift;
	/* n.hi < d before the shift, so nothing is lost at the top. */
	rem = shift ? (n.hi << shift) | (n.lo >> (64 - shift)) : n.hi;
	low = n.lo << shift;
	high = div_digit(&rem, low >> 32, d);
	return (high << 32) | div_digit(&rem, low & LOW32, d);
}

static u64 sqrt_u128(struct u128 v)
{
	struct u128 square;
	u64 root = 0, bit;

	if (!v.hi)
		return cdisc_sqrt_u64(v.lo);
	/* Half as many leading zeros as the square has. */
	for (bit = 1ULL << (63 - __builtin_clzll(v.hi) / 2); bit; bit >>= 1) {
		square = mul_u64(root | bit, root | bit);
		if (square.hi < v.hi || (square.hi == v.hi && square.lo <= v.lo))
			root |= bit;
	}
	return root;
}

s64 cdisc_add_sat(s64 a, s64 b)
{
	s64 sum;

	if (__builtin_add_overflow(a, b, &sum))
		return a < 0 ? S64_MIN : S64_MAX;
	return sum;
}

s64 cdisc_sub_sat(s64 a, s64 b)
{
	s64 difference;

	if (__builtin_sub_overflow(a, b, &difference))
		return a < 0 ? S64_MIN : S64_MAX;
	return difference;
}

s64 cdisc_mul_sat(s64 a, s64 b)
{
	struct u128 p = mul_u64(magnitude(a), magnitude(b));

	return with_sign(p.hi ? U64_MAX : p.lo, (a < 0) != (b < 0));
}

s64 cdisc_abs(s64 a)
{
	return with_sign(magnitude(a), false);
}

s64 cdisc_rshift_round(s64 v, unsigned int n)
{
	/* At most 2^63 + 2^61. */
	u64 u = magnitude(v) + (n ? 1ULL << (n - 1) : 0);

	return with_sign(u >> n, v < 0);
}

s64 cdisc_div_round(s64 v, s64 d)
{
	u64 u = magnitude(v), ud = (u64)d;
	u64 rem = u % ud;

	/* rem >= ud / 2, without a half; a quotient that may be 2^63 has no remainder. */
	return with_sign(u / ud + (rem >= ud - rem ? 1 : 0), v < 0);
}

s64 cdisc_mul_div(s64 a, s64 b, s64 d)
{
	struct u128 half = { .lo = (u64)d / 2 };
	/* At most 2^126 + 2^62. */
	struct u128 p = add_u128(mul_u64(magnitude(a), magnitude(b)), half);

	return with_sign(div_u128(p, (u64)d), (a < 0) != (b < 0));
}

s64 cdisc_mul_div_up(s64 a, s64 b, s64 d)
{
	struct u128 most = { .lo = (u64)d - 1 };
	/* At most 2^126 + 2^63. */
	struct u128 p = add_u128(mul_u64(magnitude(a), magnitude(b)), most);

	return with_sign(div_u128(p, (u64)d), (a < 0) != (b < 0));
}

u64 cdisc_mul_add_shr(u64 a, u64 b, u64 c, unsigned int n)
{
	/* (2^64 - 1)^2 + 2^64 - 1 < 2^128. */
	struct u128 sum = add_u128(mul_u64(a, b), (struct u128){ .lo = c });

	return (sum.hi << (64 - n)) | (sum.lo >> n);
}

u32 cdisc_sqrt_u64(u64 v)
{
	u64 root = 0, rem = v, bit = 1ULL << 62;

	while (bit > v)
		bit >>= 2;
	for (; bit; bit >>= 2) {
		if (rem >= root + bit) {
			rem -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return (u32)root;
}

s64 cdisc_sqrt_mul(s64 a, s64 b)
{
	/* The root of a product of two numbers below 2^63 is below 2^63. */
	return (s64)sqrt_u128(mul_u64(magnitude(a), magnitude(b)));
}

s64 cdisc_hypot(s64 a, s64 b)
{
	u64 ua = magnitude(a), ub = magnitude(b);

	/* Each square is at most 2^126. */
	return with_sign(sqrt_u128(add_u128(mul_u64(ua, ua), mul_u64(ub, ub))), false);
}

s64 cdisc_rms(const s64 *v, unsigned int n)
{
	struct u128 sum = { 0 }, next, mean;
	u64 carries = 0, rem, u;
	unsigned int i;

	for (i = 0; i < n; i++) {
		u = magnitude(v[i]);
		next = add_u128(sum, mul_u64(u, u));
		if (next.hi < sum.hi || (next.hi == sum.hi && next.lo < sum.lo))
			carries++;
		sum = next;
	}
	if (!n)
		return 0;
	/*
	 * floor(sqrt(sum / n)) is floor(sqrt(floor(sum / n))). Digits of 32 bits and a divisor of 32 bits: a remainder
	 * below n and the next digit make 64 bits. Squares of at most 2^126 have a mean that fits; carries < n.
	 */
	rem = carries;
	rem = (rem << 32) | (sum.hi >> 32);
	mean.hi = (rem / n) << 32;
	rem = ((rem % n) << 32) | (sum.hi & LOW32);
	mean.hi |= rem / n;
	rem = ((rem % n) << 32) | (sum.lo >> 32);
	mean.lo = (rem / n) << 32;
	rem = ((rem % n) << 32) | (sum.lo & LOW32);
	mean.lo |= rem / n;
	return with_sign(sqrt_u128(mean), false);
}
