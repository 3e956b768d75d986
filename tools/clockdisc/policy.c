// SPDX-License-Identifier: GPL-2.0
/* clockdisc policy, preset: what may be done about an offset, whole or by a familiar name. */
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <string.h>

#include "policy.h"

static const struct cdisc_attr *field_attr(uint16_t number)
{
	return cdisc_attr_by_number(&cdisc_set_policy, number);
}

const char *policy_word(const struct cdisc_attr *attr)
{
	return attr->short_name ? attr->short_name : attr->name;
}

int policy_parse(const struct tool *tool, struct policy_rows *rows, const char *pair, size_t len)
{
	size_t dot = strcspn(pair, ".");
	const struct cdisc_enum_value *cause = cdisc_enum_by_name(&cdisc_enum_cause, pair, dot);
	const struct cdisc_attr *attr = cdisc_attr_by_name(&cdisc_set_policy, pair + dot + 1, len - dot - 1);
	char error[256];
	uint16_t number;

	if (!cause)
		return tool_usage_error(tool, "there is no cause '%.*s'; there are %s", (int)dot, pair,
					cdisc_enum_list(error, sizeof(error), &cdisc_enum_cause));
	number = attr ? cdisc_attr_number(&cdisc_set_policy, attr) : 0;
	if (!attr || number == CLOCKDISC_A_POLICY_CAUSE)
		return tool_usage_error(tool, "%s has no '%.*s'; see clockdisc policy", cause->name,
					(int)(len - dot - 1), pair + dot + 1);
	if (rows->has[cause->value][number])
		return tool_usage_error(tool, "%.*s is given twice", (int)len, pair);
	if (cdisc_attr_parse(attr, pair + len + 1, &rows->values[cause->value][number], error, sizeof(error)))
		return tool_usage_error(tool, "%s.%s", cause->name, error);
	rows->has[cause->value][number] = true;
	return TOOL_OK;
}

static void put_row(struct nlmsghdr *nlh, const struct policy_rows *rows, uint32_t cause)
{
	struct nlattr *nest = NULL;
	uint16_t number;

	for (number = CLOCKDISC_A_POLICY_CAUSE + 1; number <= CLOCKDISC_A_POLICY_MAX; number++) {
		if (!rows->has[cause][number])
			continue;
		if (!nest) {
			nest = mnl_attr_nest_start(nlh, CLOCKDISC_A_CLOCK_POLICY);
			mnl_attr_put_u32(nlh, CLOCKDISC_A_POLICY_CAUSE, cause);
		}
		cdisc_attr_put(nlh, cdisc_request_room(), &cdisc_set_policy, field_attr(number),
			       rows->values[cause][number]);
	}
	if (nest)
		mnl_attr_nest_end(nlh, nest);
}

void policy_put(struct nlmsghdr *nlh, const struct policy_rows *rows)
{
	uint32_t cause;

	for (cause = 1; cause < POLICY_CAUSES; cause++)
		put_row(nlh, rows, cause);
}

/* One cell: what is 0 by its meaning, what a cause does not have as a dash. */
static char *format_cell(char *buf, size_t len, const struct cdisc_view *row, uint16_t number)
{
	const struct nlattr *nla = row->by_number[number];

	if (!nla)
		snprintf(buf, len, "-");
	else if (cdisc_attr_integer(field_attr(number), nla))
		cdisc_attr_format(buf, len, field_attr(number), nla);
	else
		snprintf(buf, len, "%s", number == CLOCKDISC_A_POLICY_STEPOUT_NS ? "at once" : "never");
	return buf;
}

static void print_row(const struct cdisc_view *row)
{
	char cell[CDISC_TEXT_LEN];
	uint32_t cause = 0;
	uint16_t number;

	cdisc_view_u32(row, CLOCKDISC_A_POLICY_CAUSE, &cause);
	printf("%-10s", cdisc_enum_name(&cdisc_enum_cause, cause));
	for (number = CLOCKDISC_A_POLICY_CAUSE + 1; number <= CLOCKDISC_A_POLICY_MAX; number++)
		printf(" %16s", format_cell(cell, sizeof(cell), row, number));
	putchar('\n');
}

static void print_heading(void)
{
	uint16_t number;

	printf("%-10s", "cause");
	for (number = CLOCKDISC_A_POLICY_CAUSE + 1; number <= CLOCKDISC_A_POLICY_MAX; number++)
		printf(" %16s", policy_word(field_attr(number)));
	putchar('\n');
}

/* The attributes beside the rows that make up a policy. */
static const uint16_t beside[] = {
	CLOCKDISC_A_CLOCK_PRESET, CLOCKDISC_A_CLOCK_STARTUP_UPDATES, CLOCKDISC_A_CLOCK_PANIC_ONCE,
	CLOCKDISC_A_CLOCK_MAX_SLEW_CHANGE_PPB_S,
};

/* Budgets: the limit, what was spent of it, and its label. */
static const struct {
	uint16_t limit;
	uint16_t spent;
	const char *name;
} budgets[] = {
	{ CLOCKDISC_A_CLOCK_STEP_BUDGET_NS, CLOCKDISC_A_CLOCK_STEP_SPENT_NS, "steps a day" },
	{ CLOCKDISC_A_CLOCK_SLEW_BUDGET_NS, CLOCKDISC_A_CLOCK_SLEW_SPENT_NS, "slews a day" },
	{ CLOCKDISC_A_CLOCK_SOURCE_STEP_BUDGET_NS, 0, "  of one source" },
	{ CLOCKDISC_A_CLOCK_SOURCE_SLEW_BUDGET_NS, 0, "  of one source" },
};

/* "1.200 s spent of 2000.000 s, 1998.800 s left". */
static void print_budget(const struct cdisc_view *view, size_t i)
{
	char limit[CDISC_TEXT_LEN], spent[CDISC_TEXT_LEN], left[CDISC_TEXT_LEN];
	uint64_t limit_ns = 0, spent_ns = 0;

	cdisc_view_u64(view, budgets[i].limit, &limit_ns);
	snprintf(limit, sizeof(limit), "no limit");
	if (limit_ns)
		cdisc_format_magnitude_ns(limit, sizeof(limit), limit_ns);
	if (!budgets[i].spent || !cdisc_view_u64(view, budgets[i].spent, &spent_ns)) {
		printf("%-16s %s\n", budgets[i].name, limit);
		return;
	}
	printf("%-16s %s spent of %s", budgets[i].name,
	       cdisc_format_magnitude_ns(spent, sizeof(spent), spent_ns), limit);
	if (limit_ns)
		printf(", %s left", cdisc_format_magnitude_ns(left, sizeof(left),
							      limit_ns > spent_ns ? limit_ns - spent_ns : 0));
	putchar('\n');
}

static void print_json(const struct cdisc_view *view)
{
	json_object *all = tool_json(view), *object = json_object_new_object(), *value;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(beside); i++) {
		const char *name = cdisc_attr_by_number(view->set, beside[i])->name;

		if (json_object_object_get_ex(all, name, &value))
			json_object_object_add(object, name, json_object_get(value));
	}
	for (i = 0; i < ARRAY_SIZE(budgets); i++) {
		const char *limit = cdisc_attr_by_number(view->set, budgets[i].limit)->name;

		if (json_object_object_get_ex(all, limit, &value))
			json_object_object_add(object, limit, json_object_get(value));
		if (budgets[i].spent &&
		    json_object_object_get_ex(all, cdisc_attr_by_number(view->set, budgets[i].spent)->name, &value))
			json_object_object_add(object, cdisc_attr_by_number(view->set, budgets[i].spent)->name,
					       json_object_get(value));
	}
	if (json_object_object_get_ex(all, "policy", &value))
		json_object_object_add(object, "policy", json_object_get(value));
	json_object_put(all);
	tool_print_json(object);
}

static int policy_print(struct tool *tool, const struct cdisc_view *view, void *arg)
{
	const struct nlattr *nla = NULL;
	const struct cdisc_attr *attr;
	char text[CDISC_TEXT_LEN];
	size_t i;

	(void)arg;
	if (tool->is_json) {
		print_json(view);
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(beside); i++) {
		attr = cdisc_attr_by_number(view->set, beside[i]);
		if (view->by_number[beside[i]])
			tool_print_row(policy_word(attr), cdisc_attr_format(text, sizeof(text), attr,
									    view->by_number[beside[i]]));
	}
	for (i = 0; i < 2; i++) {
		print_budget(view, i);
		print_budget(view, i + 2);
	}
	putchar('\n');
	print_heading();
	while ((nla = cdisc_view_next(view, nla, &attr))) {
		struct cdisc_view row;

		if (attr != cdisc_attr_by_number(view->set, CLOCKDISC_A_CLOCK_POLICY))
			continue;
		cdisc_view_nest(&row, &cdisc_set_policy, nla);
		print_row(&row);
	}
	return 0;
}

static int policy_run(struct tool *tool)
{
	if (tool_open(tool))
		return TOOL_FAILED;
	if (tool_get_clock(tool, policy_print, NULL))
		return tool_client_failed(&tool->client);
	return TOOL_OK;
}

/* What people type for them elsewhere. */
static const struct {
	const char	*words;
	uint32_t	preset;
} familiar[] = {
	{ "ntpd -x", CLOCKDISC_PRESET_NTPD_X },
	{ "ntpd -g", CLOCKDISC_PRESET_NTPD_G },
	{ "chrony makestep 1.0 3", CLOCKDISC_PRESET_CHRONY_START },
	{ "chrony makestep 1 3", CLOCKDISC_PRESET_CHRONY_START },
	{ "chrony makestep 0.1 -1", CLOCKDISC_PRESET_CHRONY_ALWAYS },
};

/* "ntpd -x" may come as one word or as two. Return: 0 when there is no such preset. */
static uint32_t find_preset(const struct tool *tool, char *words, size_t len)
{
	const struct cdisc_enum_value *row;
	size_t i, used = 0;

	*words = '\0';
	for (i = 0; i < (size_t)tool->n_args && used < len; i++)
		used += (size_t)snprintf(words + used, len - used, "%s%s", i ? " " : "", tool->args[i]);
	row = cdisc_enum_by_name(&cdisc_enum_preset, words, strlen(words));
	if (row && row->value != CLOCKDISC_PRESET_CUSTOM)
		return row->value;
	for (i = 0; i < ARRAY_SIZE(familiar); i++) {
		if (!strcmp(words, familiar[i].words))
			return familiar[i].preset;
	}
	return 0;
}

static int preset_run(struct tool *tool)
{
	const struct cdisc_attr *attr = cdisc_attr_by_number(&cdisc_set_clock, CLOCKDISC_A_CLOCK_PRESET);
	char words[64], legal[256];
	uint32_t preset = find_preset(tool, words, sizeof(words));
	struct nlmsghdr *nlh;

	if (tool->n_args && !preset)
		return tool_usage_error(tool, "there is no preset '%s'; there are %s", words,
					cdisc_attr_legal(legal, sizeof(legal), attr));
	if (tool_open(tool))
		return TOOL_FAILED;
	if (preset) {
		nlh = cdisc_request_begin(&tool->client, CLOCKDISC_CMD_CLOCK_SET, false);
		cdisc_attr_put(nlh, cdisc_request_room(), &cdisc_set_clock, attr, preset);
		if (cdisc_request_run(&tool->client, nlh, &cdisc_set_clock, NULL, NULL))
			return tool_client_failed(&tool->client);
		if (!tool->is_json)
			return TOOL_OK;
	}
	if (tool_get_clock(tool, policy_print, NULL))
		return tool_client_failed(&tool->client);
	return TOOL_OK;
}

static void preset_help(void)
{
	size_t i;

	printf("\nPresets:\n");
	for (i = 0; i < cdisc_enum_preset.n; i++) {
		const struct cdisc_enum_value *row = &cdisc_enum_preset.values[i];

		if (row->value != CLOCKDISC_PRESET_CUSTOM)
			printf("  %-16s %s\n", row->name, row->doc);
	}
}

const struct tool_command policy_commands[] = {
	{
		.name = "policy",
		.usage = "",
		.summary = "show what may be done about an offset, by what it comes from",
		.help = "A row for each cause. Offsets above step-forward or step-backward are stepped, once\n"
			"they have lasted for the stepout; others are slewed. Offsets above the panic threshold\n"
			"freeze the clock. clockdisc set CAUSE.FIELD=VALUE changes one.\n",
		.run = policy_run,
	},
	{
		.name = "preset",
		.usage = "[NAME...]",
		.summary = "take over a whole policy by a familiar name, or show the present one",
		.help = "The words that ntpd and chronyd know are names, too: clockdisc preset ntpd -x,\n"
			"clockdisc preset chrony makestep 1.0 3, chrony makestep 0.1 -1.\n",
		.help_more = preset_help,
		.dashed = "xg",
		.args_max = 4,
		.run = preset_run,
	},
	{ 0 },
};
