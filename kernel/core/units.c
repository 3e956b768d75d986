// SPDX-License-Identifier: GPL-2.0
/*
 * Conversions between a phase, a time and a rate that need a 128-bit product.
 */
#include "units.h"

/* A rate of one, in ppb_q16: 6.6e13, 46 bits. */
#define ONE_PPB_Q16	(CDISC_NSEC_PER_SEC * 65536)

s64 cdisc_ns_from_rate(s64 ppb_q16, s64 dt_ns)
{
	return cdisc_mul_div(ppb_q16, dt_ns, ONE_PPB_Q16);
}

s64 cdisc_rate_from_ns(s64 phase_ns, s64 dt_ns)
{
	return cdisc_mul_div(phase_ns, ONE_PPB_Q16, dt_ns);
}

s64 cdisc_ns_to_move(s64 phase_ns, s64 ppb_q16)
{
	return cdisc_abs(cdisc_mul_div_up(phase_ns, ONE_PPB_Q16, cdisc_abs(ppb_q16)));
}

s64 cdisc_ns_from_phi(s64 dt_ns)
{
	return dt_ns > 0 ? cdisc_mul_div_up(dt_ns, CDISC_PHI_PPB, CDISC_NSEC_PER_SEC) : 0;
}
