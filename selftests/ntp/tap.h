/* SPDX-License-Identifier: GPL-2.0 */
/* Test Anything Protocol, as little of it as is needed. */
#ifndef NTP_TAP_H
#define NTP_TAP_H

#include <stdbool.h>
#include <stdio.h>

struct tap {
	int run;
	int failed;
};

static inline bool tap_ok(struct tap *tap, bool is_ok, const char *name)
{
	printf("%sok %d - %s\n", is_ok ? "" : "not ", ++tap->run, name);
	if (!is_ok)
		tap->failed++;
	return is_ok;
}

static inline int tap_end(const struct tap *tap)
{
	printf("1..%d\n", tap->run);
	return tap->failed ? 1 : 0;
}

#endif /* NTP_TAP_H */
