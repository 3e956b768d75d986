// SPDX-License-Identifier: GPL-2.0
/*
 * Words for people.
 *
 * The target is file-scope state: syslog(3) has one per process as well, and a
 * logger that had to be handed to every function would be in every signature.
 */
#include "log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static struct {
	enum log_target target;
	bool is_debug;
	bool is_journal;
} log_state;

void log_open(enum log_target target, bool is_debug)
{
	log_state.target = target;
	log_state.is_debug = is_debug;
	log_state.is_journal = getenv("JOURNAL_STREAM");
	/* LOG_NDELAY: the socket is there before the sandbox is */
	if (target != LOG_TARGET_STDERR)
		openlog("ntpx", LOG_PID | LOG_NDELAY, LOG_DAEMON);
}

void log_print(int priority, const char *fmt, ...)
{
	char line[1024];
	va_list ap;

	if (priority == LOG_DEBUG && !log_state.is_debug)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);

	if (log_state.target != LOG_TARGET_SYSLOG) {
		if (log_state.is_journal)
			fprintf(stderr, "<%d>%s\n", priority, line);
		else
			fprintf(stderr, "ntpx: %s\n", line);
	}
	if (log_state.target != LOG_TARGET_STDERR)
		syslog(priority, "%s", line);
}
