/* SPDX-License-Identifier: GPL-2.0 */
/* The rows of the policy as a user gives them: CAUSE.FIELD=VALUE. */
#ifndef CLOCKDISC_POLICY_H
#define CLOCKDISC_POLICY_H

#include "tool.h"

#define POLICY_CAUSES	(CLOCKDISC_CAUSE_LEAP + 1)

struct policy_rows {
	int64_t values[POLICY_CAUSES][CLOCKDISC_A_POLICY_MAX + 1];
	bool has[POLICY_CAUSES][CLOCKDISC_A_POLICY_MAX + 1];
};

/* How a field is called on the command line: without its unit. */
const char *policy_word(const struct cdisc_attr *attr);

/* Read @pair, CAUSE.FIELD=VALUE with the '=' at @len. Return: an exit code. */
int policy_parse(const struct tool *tool, struct policy_rows *rows, const char *pair, size_t len);

/* Append what was given to a request. */
void policy_put(struct nlmsghdr *nlh, const struct policy_rows *rows);

#endif /* CLOCKDISC_POLICY_H */
