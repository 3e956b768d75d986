/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Test Anything Protocol for the programs here: a test is one line, what it expected in vain are notes before it.
 */
#ifndef CDISC_SIM_TAP_H
#define CDISC_SIM_TAP_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

static unsigned int tap_tests, tap_failed;

static inline void tap_report(bool is_ok, const char *name)
{
	tap_failed += !is_ok;
	printf("%sok %u - %s\n", is_ok ? "" : "not ", ++tap_tests, name);
}

/* The note is for what was not true. */
__attribute__((format(printf, 2, 3)))
static inline bool tap_expect(bool is_true, const char *fmt, ...)
{
	va_list args;

	if (is_true)
		return true;
	fputs("# ", stdout);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	putchar('\n');
	return false;
}

/* Prints plan and totals; the program's exit status. */
static inline int tap_done(void)
{
	printf("1..%u\n", tap_tests);
	printf("%u passed, %u failed, 0 skipped\n", tap_tests - tap_failed, tap_failed);
	return tap_failed ? 1 : 0;
}

#endif /* CDISC_SIM_TAP_H */
