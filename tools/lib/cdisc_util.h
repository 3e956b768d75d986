/* SPDX-License-Identifier: GPL-2.0 */
/* What C lacks. */
#ifndef CDISC_UTIL_H
#define CDISC_UTIL_H

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))

#endif /* CDISC_UTIL_H */
