// SPDX-License-Identifier: GPL-2.0
/* clockdisc set: the configuration of the clock, whole or not at all. */
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <string.h>

#include "policy.h"

/* What was given, as one request. */
struct request {
	int64_t values[CDISC_ATTRS_MAX + 1];
	bool has[CDISC_ATTRS_MAX + 1];
	struct policy_rows rows;
};

static int set_send(struct tool *tool, const struct request *request)
{
	struct nlmsghdr *nlh = cdisc_request_begin(&tool->client, CLOCKDISC_CMD_CLOCK_SET, false);
	size_t n;

	for (n = 0; n < cdisc_set_clock.n; n++) {
		if (request->has[n])
			cdisc_attr_put(nlh, cdisc_request_room(), &cdisc_set_clock,
				       &cdisc_set_clock.attrs[n], request->values[n]);
	}
	policy_put(nlh, &request->rows);
	if (cdisc_request_run(&tool->client, nlh, &cdisc_set_clock, NULL, NULL))
		return tool_client_failed(&tool->client);
	return TOOL_OK;
}

/*
 * The actuator clocksource steers the kernel's current clocksource, which must be the module's own before, and is given
 * up after another actuator has taken over its rate: the clock runs straight on both ways.
 */
static int set_actuator(struct tool *tool, const struct request *request)
{
	int64_t actuator = request->values[CLOCKDISC_A_CLOCK_ACTUATOR];
	struct tool_clocksource before = { "" };
	int code;

	if (actuator == CLOCKDISC_ACTUATOR_CLOCKSOURCE && tool_clocksource_choose(&before))
		return TOOL_FAILED;
	code = set_send(tool, request);
	if (code != TOOL_OK)
		tool_clocksource_restore(&before);
	else if (actuator != CLOCKDISC_ACTUATOR_CLOCKSOURCE && tool_clocksource_give_up())
		code = TOOL_FAILED;
	return code;
}

static int set_parse(struct tool *tool, struct request *request, const char *pair)
{
	size_t len = strcspn(pair, "="), n;
	const struct cdisc_attr *attr = cdisc_attr_by_name(&cdisc_set_clock, pair, len);
	char error[256];

	if (!pair[len])
		return tool_usage_error(tool, "'%s' is not KEY=VALUE", pair);
	if (memchr(pair, '.', len))
		return policy_parse(tool, &request->rows, pair, len);
	if (!attr)
		return tool_usage_error(tool, "there is no setting '%.*s'; see clockdisc set --help",
					(int)len, pair);
	if (attr->type == CDISC_ATTR_NEST)
		return tool_usage_error(tool, "%s is set by its fields, as in drift.step-forward=128ms",
					attr->name);
	if (!attr->is_settable)
		return tool_usage_error(tool, "%s is measured, it cannot be set", attr->name);
	n = cdisc_attr_number(&cdisc_set_clock, attr);
	if (request->has[n])
		return tool_usage_error(tool, "%s is given twice", attr->name);
	if (cdisc_attr_parse(attr, pair + len + 1, &request->values[n], error, sizeof(error)))
		return tool_usage_error(tool, "%s", error);
	request->has[n] = true;
	return TOOL_OK;
}

static int set_run(struct tool *tool)
{
	struct request request = { 0 };
	int i, code;

	/* All are checked before anything is sent, and sent as one request. */
	for (i = 0; i < tool->n_args; i++) {
		code = set_parse(tool, &request, tool->args[i]);
		if (code != TOOL_OK)
			return code;
	}
	if (tool_open(tool))
		return TOOL_FAILED;
	code = request.has[CLOCKDISC_A_CLOCK_ACTUATOR] ? set_actuator(tool, &request) : set_send(tool, &request);
	return code == TOOL_OK && tool->is_json ? tool_print_clock_json(tool) : code;
}

static void print_setting(const char *cause, const struct cdisc_attr *attr)
{
	char name[64], legal[256];

	snprintf(name, sizeof(name), "%s%s%s", cause, *cause ? "." : "", policy_word(attr));
	printf("  %-16s %s\n                   Legal: %s.\n", name, attr->doc,
	       cdisc_attr_legal(legal, sizeof(legal), attr));
}

static void set_help(void)
{
	char causes[128];
	size_t i;

	printf("\nSettings:\n");
	for (i = 0; i < cdisc_set_clock.n; i++) {
		const struct cdisc_attr *attr = &cdisc_set_clock.attrs[i];

		if (attr->is_settable && attr->type != CDISC_ATTR_NEST)
			print_setting("", attr);
	}
	printf("\nOf the policy, where CAUSE is one of %s:\n",
	       cdisc_enum_list(causes, sizeof(causes), &cdisc_enum_cause));
	for (i = CLOCKDISC_A_POLICY_CAUSE + 1; i < cdisc_set_policy.n; i++)
		print_setting("CAUSE", &cdisc_set_policy.attrs[i]);
}

const struct tool_command set_commands[] = {
	{
		.name = "set",
		.usage = "KEY=VALUE...|CAUSE.FIELD=VALUE...",
		.summary = "change settings, all of them or on an error none",
		.help = "Values may have a unit: 128ms, 1.5s, 500ppm, 64s for a poll interval. A plain\n"
			"integer is in the unit that the attribute is kept in. See clockdisc status -v.\n",
		.help_more = set_help,
		.args_min = 1,
		.args_max = 64,
		.run = set_run,
	},
	{ 0 },
};
