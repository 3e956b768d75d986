// SPDX-License-Identifier: GPL-2.0
/*
 * The servos there are.
 */
#include "servo.h"

const struct cdisc_servo_ops *cdisc_servo_find(enum clockdisc_servo id)
{
	static const struct cdisc_servo_ops *const all[] = { &cdisc_servo_ntp_ops, &cdisc_servo_adaptive_ops };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(all); i++)
		if (all[i]->id == id)
			return all[i];
	return NULL;
}
