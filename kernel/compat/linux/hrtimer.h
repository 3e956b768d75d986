/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hrtimer_setup() replaces hrtimer_init() and an assignment, since 6.13. The probe is in Kbuild.
 */
#ifndef CDISC_COMPAT_LINUX_HRTIMER_H
#define CDISC_COMPAT_LINUX_HRTIMER_H

#include_next <linux/hrtimer.h>

#ifndef CDISC_HAVE_HRTIMER_SETUP
static inline void hrtimer_setup(struct hrtimer *timer, enum hrtimer_restart (*function)(struct hrtimer *),
				 clockid_t clock_id, enum hrtimer_mode mode)
{
	hrtimer_init(timer, clock_id, mode);
	timer->function = function;
}
#endif

#endif /* CDISC_COMPAT_LINUX_HRTIMER_H */
