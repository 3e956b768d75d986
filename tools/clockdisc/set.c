// SPDX-License-Identifier: GPL-2.0
/* clockdisc set: the configuration of the clock, whole or not at all. */
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

/* All that was given, as one request. */
static int set_send(struct tool *tool, const int64_t *values, const bool *has)
{
	struct nlmsghdr *nlh = cdisc_request_begin(&tool->client, CLOCKDISC_CMD_CLOCK_SET, false);
	size_t n;

	for (n = 0; n < cdisc_set_clock.n; n++) {
		if (has[n])
			cdisc_attr_put(nlh, cdisc_request_room(), &cdisc_set_clock,
				       &cdisc_set_clock.attrs[n], values[n]);
	}
	if (cdisc_request_run(&tool->client, nlh, &cdisc_set_clock, NULL, NULL))
		return tool_client_failed(&tool->client);
	return TOOL_OK;
}

/*
 * The actuator clocksource steers the kernel's current clocksource, which must be the module's own before, and is given
 * up after another actuator has taken over its rate: the clock runs straight on both ways.
 */
static int set_actuator(struct tool *tool, const int64_t *values, const bool *has, int64_t actuator)
{
	struct tool_clocksource before = { "" };
	int code;

	if (actuator == CLOCKDISC_ACTUATOR_CLOCKSOURCE && tool_clocksource_choose(&before))
		return TOOL_FAILED;
	code = set_send(tool, values, has);
	if (code != TOOL_OK)
		tool_clocksource_restore(&before);
	else if (actuator != CLOCKDISC_ACTUATOR_CLOCKSOURCE && tool_clocksource_give_up())
		code = TOOL_FAILED;
	return code;
}

static int set_run(struct tool *tool)
{
	int64_t values[CDISC_ATTRS_MAX + 1] = { 0 };
	bool has[CDISC_ATTRS_MAX + 1] = { false };
	char error[256];
	size_t n;
	int i, code;

	/* All are checked before anything is sent, and sent as one request. */
	for (i = 0; i < tool->n_args; i++) {
		const char *pair = tool->args[i];
		size_t len = strcspn(pair, "=");
		const struct cdisc_attr *attr = cdisc_attr_by_name(&cdisc_set_clock, pair, len);

		if (!pair[len])
			return tool_usage_error(tool, "'%s' is not KEY=VALUE", pair);
		if (!attr)
			return tool_usage_error(tool, "there is no setting '%.*s'; see clockdisc set --help",
						(int)len, pair);
		if (!attr->is_settable)
			return tool_usage_error(tool, "%s is measured, it cannot be set",
						attr->name);
		n = cdisc_attr_number(&cdisc_set_clock, attr);
		if (has[n])
			return tool_usage_error(tool, "%s is given twice", attr->name);
		if (cdisc_attr_parse(attr, pair + len + 1, &values[n], error, sizeof(error)))
			return tool_usage_error(tool, "%s", error);
		has[n] = true;
	}
	if (tool_open(tool))
		return TOOL_FAILED;
	if (has[CLOCKDISC_A_CLOCK_ACTUATOR])
		code = set_actuator(tool, values, has, values[CLOCKDISC_A_CLOCK_ACTUATOR]);
	else
		code = set_send(tool, values, has);
	return code == TOOL_OK && tool->is_json ? tool_print_clock_json(tool) : code;
}

static void set_help(void)
{
	size_t i;

	printf("\nSettings:\n");
	for (i = 0; i < cdisc_set_clock.n; i++) {
		const struct cdisc_attr *attr = &cdisc_set_clock.attrs[i];
		char legal[128];

		if (attr->is_settable)
			printf("  %-16s %s\n                   Legal: %s.\n",
			       attr->short_name ? attr->short_name : attr->name, attr->doc,
			       cdisc_attr_legal(legal, sizeof(legal), attr));
	}
}

const struct tool_command set_commands[] = {
	{
		.name = "set",
		.usage = "KEY=VALUE...",
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
