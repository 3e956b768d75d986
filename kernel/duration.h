/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Durations in words: in a unit that fits, so that none is written as 0 that is not.
 */
#ifndef CDISC_DURATION_H
#define CDISC_DURATION_H

#include "core/units.h"

/**
 * cdisc_put_ns() - write how long, or how far
 * @ns:		how much; of a negative one the size is written
 * @text:	filled with "300 s", "1.5 s", "128 ms", "40 us", "7 ns": to nearest, three digits behind the point below ten
 * @room:	its size
 *
 * Context: Any.
 * Return: number of characters written.
 */
int cdisc_put_ns(s64 ns, char *text, size_t room);

/* The same with its sign first. */
int cdisc_put_signed_ns(s64 ns, char *text, size_t room);

/* What a duration takes, with the longest number that there is. */
#define CDISC_DURATION_MAX	24

/**
 * struct cdisc_duration - one in words, for a format
 * @text:	"128 ms"
 */
struct cdisc_duration {
	char	text[CDISC_DURATION_MAX];
};

static inline struct cdisc_duration cdisc_duration(s64 ns)
{
	struct cdisc_duration d;

	cdisc_put_ns(ns, d.text, sizeof(d.text));
	return d;
}

#endif /* CDISC_DURATION_H */
