/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Units, fixed-point formats, the sign rule, and every conversion between them.
 *
 * The sign rule, stated once: offset = reference - local. A positive offset means that the local clock is
 * behind. A positive frequency makes the local clock run faster. A positive slew or step moves it forward.
 */
#ifndef CDISC_UNITS_H
#define CDISC_UNITS_H

#include "fixed.h"

#define CDISC_NSEC_PER_SEC	1000000000LL
#define CDISC_NSEC_PER_USEC	1000LL

/**
 * DOC: frequency, ppb_q16
 *
 * s64, parts per 10^9 scaled by 2^16. LSB 1 / (10^9 * 65536), about 1.5e-14.
 * Legal range +-CDISC_FREQ_MAX_PPB (10 %), 43 bits of magnitude; products with a time go through 128 bits.
 * Narrowing rounds to nearest, ties away from zero: cdisc_rshift_round().
 */
#define CDISC_FREQ_MAX_PPB	100000000LL
#define CDISC_FREQ_MAX_PPB_Q16	(CDISC_FREQ_MAX_PPB * 65536)

/* RFC 5905, section 7.2: frequency tolerance PHI, 15 ppm, the rate at which dispersion grows. */
#define CDISC_PHI_PPB		15000LL

/* ppb to ppb_q16; |ppb| up to 2^46 fits. */
static inline s64 cdisc_ppb_q16_from_ppb(s64 ppb)
{
	return ppb * 65536;
}

/* ppb_q16 to whole ppb, to nearest. */
static inline s64 cdisc_ppb_from_ppb_q16(s64 ppb_q16)
{
	return cdisc_rshift_round(ppb_q16, 16);
}

/*
 * timex "scaled ppm" is ppm * 2^16: a thousandth of the number of ppb_q16. To nearest; the LSB of the result is
 * 15 ppb_q16 steps wide and its caller books what it really set.
 */
static inline s64 cdisc_sppm_from_ppb_q16(s64 ppb_q16)
{
	return cdisc_div_round(ppb_q16, 1000);
}

/* |sppm| up to 2^53 fits; the kernel's own range is +-500 * 65536. */
static inline s64 cdisc_ppb_q16_from_sppm(s64 sppm)
{
	return sppm * 1000;
}

/* ns to us rounded up, for error bounds that must not shrink; ns >= 0. */
static inline s64 cdisc_us_ceil_from_ns(s64 ns)
{
	return ns / CDISC_NSEC_PER_USEC + (ns % CDISC_NSEC_PER_USEC != 0);
}

/* log2 of seconds to ns; rounds down below 1 s; legal -31 to 33. */
static inline s64 cdisc_ns_from_log2s(s8 log2s)
{
	return log2s >= 0 ? CDISC_NSEC_PER_SEC * (1LL << log2s) : CDISC_NSEC_PER_SEC / (1LL << -log2s);
}

/* Phase gained in dt_ns at a rate: dt * rate / (10^9 * 2^16), to nearest, saturating. */
s64 cdisc_ns_from_rate(s64 ppb_q16, s64 dt_ns);

/* Rate that moves phase_ns in dt_ns (> 0): phase * 10^9 * 2^16 / dt, to nearest, saturating. */
s64 cdisc_rate_from_ns(s64 phase_ns, s64 dt_ns);

/* Time that a rate (!= 0) needs to move phase_ns: |phase| * 10^9 * 2^16 / |rate|, rounded up, saturating. */
s64 cdisc_ns_to_move(s64 phase_ns, s64 ppb_q16);

/* Growth of dispersion in dt_ns: dt * PHI, rounded up; 0 when dt_ns is negative. */
s64 cdisc_ns_from_phi(s64 dt_ns);

#endif /* CDISC_UNITS_H */
