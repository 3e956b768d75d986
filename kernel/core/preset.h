/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Presets: whole policies by familiar names.
 */
#ifndef CDISC_PRESET_H
#define CDISC_PRESET_H

#include "policy.h"

/**
 * struct cdisc_preset - a policy with a name
 * @name:	its name, one word
 * @familiar:	what people know it as
 * @policy:	all of it
 */
struct cdisc_preset {
	const char		*name;
	const char		*familiar;
	struct cdisc_policy	policy;
};

/* Context: Any. Return: the preset, or NULL when there is none of that number, _CUSTOM included. */
const struct cdisc_preset *cdisc_preset_find(enum clockdisc_preset preset);

/* The same by either of its names. Return: its number, 0 when there is none. */
enum clockdisc_preset cdisc_preset_by_name(const char *name);

/* Which preset a policy equals, CLOCKDISC_PRESET_CUSTOM for none. */
enum clockdisc_preset cdisc_preset_of(const struct cdisc_policy *p);

#endif /* CDISC_PRESET_H */
