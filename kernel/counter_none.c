// SPDX-License-Identifier: GPL-2.0
/*
 * The counter underneath where none can be read: there is no clocksource of our own.
 */
#include "counter.h"

u64 cdisc_counter_hw(void)
{
	return 0;
}

u32 cdisc_counter_khz(void)
{
	return 0;
}

const char *cdisc_counter_unstable(void)
{
	return "this architecture's counter cannot be read; x86-64's can";
}

bool cdisc_counter_is_under(const struct clocksource *cs)
{
	return false;
}
