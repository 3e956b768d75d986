/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the core takes from its surroundings: fixed-width types, limits, sort, and the uapi's enums.
 *
 * The one place that knows whether the core is built into the module or into a program. Everything else under
 * core/ includes this header and no other from outside.
 */
#ifndef CDISC_SHIM_H
#define CDISC_SHIM_H

#ifdef __KERNEL__

#include <linux/bug.h>
#include <linux/limits.h>
#include <linux/minmax.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/types.h>

#else

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint8_t		u8;
typedef uint16_t	u16;
typedef uint32_t	u32;
typedef uint64_t	u64;
typedef int8_t		s8;
typedef int16_t		s16;
typedef int32_t		s32;
typedef int64_t		s64;

#define S64_MAX		INT64_MAX
#define S64_MIN		INT64_MIN
#define U64_MAX		UINT64_MAX
#define S32_MAX		INT32_MAX
#define S32_MIN		INT32_MIN
#define U32_MAX		UINT32_MAX

#define min(a, b)	((a) < (b) ? (a) : (b))
#define max(a, b)	((a) > (b) ? (a) : (b))
#define min_t(t, a, b)	((t)(a) < (t)(b) ? (t)(a) : (t)(b))
#define max_t(t, a, b)	((t)(a) > (t)(b) ? (t)(a) : (t)(b))
#define clamp_t(t, v, lo, hi)	min_t(t, max_t(t, v, lo), hi)

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* The kernel's sort() with its swap argument, which a program never needs. */
static inline void sort(void *base, size_t n, size_t size,
			int (*cmp)(const void *, const void *),
			void (*swap)(void *, void *, int))
{
	(void)swap;
	qsort(base, n, size, cmp);
}

#endif /* __KERNEL__ */

#include <linux/clockdisc.h>

#endif /* CDISC_SHIM_H */
