/* SPDX-License-Identifier: GPL-2.0 */
/* Words for people: to syslog, to the journal, or to a terminal. */
#ifndef NTPX_LOG_H
#define NTPX_LOG_H

#include <stdbool.h>
#include <syslog.h>

enum log_target {
	LOG_TARGET_STDERR,	/* "ntpx: words", with "<3>" in front when the journal reads */
	LOG_TARGET_BOTH,	/* syslog, and stderr while a parent waits for readiness */
	LOG_TARGET_SYSLOG,
};

void log_open(enum log_target target, bool is_debug);
void log_print(int priority, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#define log_err(...)	log_print(LOG_ERR, __VA_ARGS__)
#define log_warn(...)	log_print(LOG_WARNING, __VA_ARGS__)
#define log_info(...)	log_print(LOG_INFO, __VA_ARGS__)
#define log_debug(...)	log_print(LOG_DEBUG, __VA_ARGS__)

#endif /* NTPX_LOG_H */
