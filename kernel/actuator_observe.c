// SPDX-License-Identifier: GPL-2.0
/*
 * The actuator that never moves the clock: shadow mode, and the fallback where nothing else can be had.
 */
#include "actuator.h"

#include <linux/errno.h>

static int observe_take(s64 *rate_ppb_q16)
{
	*rate_ppb_q16 = 0;
	return 0;
}

static int observe_set_rate(s64 rate_ppb_q16, s64 *set_ppb_q16)
{
	return -EOPNOTSUPP;
}

static int observe_step(s64 step_ns, s64 *made_ns)
{
	return -EOPNOTSUPP;
}

static int observe_set_status(const struct cdisc_clock_status *status, u32 *sta_bits)
{
	return -EOPNOTSUPP;
}

const struct cdisc_actuator_ops cdisc_actuator_observe = {
	.id		= CLOCKDISC_ACTUATOR_OBSERVE,
	.name		= "observe",
	.can_steer	= false,
	.take		= observe_take,
	.set_rate	= observe_set_rate,
	.step		= observe_step,
	.set_status	= observe_set_status,
};
