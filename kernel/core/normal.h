/* SPDX-License-Identifier: GPL-2.0 */
/*
 * exp, log, and the normal distribution cut to an interval, in integers.
 */
#ifndef CDISC_NORMAL_H
#define CDISC_NORMAL_H

#include "shim.h"

/* Ends of an interval farther out than this are taken to be here: 65536 standard deviations in q24. */
#define CDISC_CUT_LIMIT_Q24	(1LL << 40)

/**
 * struct cdisc_cut - the standard normal distribution within an interval
 * @mean_q24:	mean, in standard deviations of the whole distribution, q24
 * @var_q60:	variance, of which the whole distribution has 1, q60; in (0, 1]. That of an interval 2^-20 wide is 1e-13
 *		and still has 16 significant bits, which q24 could not hold
 * @logmass_q24: natural log of the part of the distribution that is in the interval, <= 0, q24
 */
struct cdisc_cut {
	s64	mean_q24;
	s64	var_q60;
	s64	logmass_q24;
};

/**
 * cdisc_normal_cut() - cut the standard normal distribution to an interval
 * @lo_q24:	lower end in standard deviations, q24
 * @hi_q24:	upper end, above @lo_q24; ends beyond +-CDISC_CUT_LIMIT_Q24 are taken to be there, and an interval that is
 *		empty then to be one unit wide
 * @cut:	the answer
 *
 * Worst errors in 10 000 random intervals of each kind: all of the mass, half-open, around the middle, on one side up to
 * 16 standard deviations out, up to 32768 out, narrow (from 2^-20) near and far. Measured against 150 digits by
 * tools/sim/gen_normal.py --measure 10000:
 *
 *	mean		1.6e-7, rounding to q24 included; of the interval's width 1.3e-4 and rounding, 6e-3 beyond 16
 *	variance	2.3e-5 of itself with the middle inside, 8.5e-5 up to 16 out, 2.6e-4 beyond
 *	log mass	3e-7, beyond 16 7.5e-6
 *
 * @cut->mean_q24 lies within the interval.
 * Context: Any. Takes no lock, reads no clock.
 */
void cdisc_normal_cut(s64 lo_q24, s64 hi_q24, struct cdisc_cut *cut);

/* exp(-x) in q32; 2^32 - 1 at 0, 0 from 22.9 on. Worst error measured: 3.3 units. */
u32 cdisc_exp_neg_q32(u64 x_q24);

/* Natural log of x in q24; that of 0 is taken to be that of 1. Worst error measured: 3.5e-8. */
s64 cdisc_log_q24(u64 x);

#endif /* CDISC_NORMAL_H */
