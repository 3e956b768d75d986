// SPDX-License-Identifier: GPL-2.0
/* clockdisc source add, del, set. */
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

/* What was said of a source; a row of the table is an attribute. */
struct settings {
	int64_t values[CDISC_ATTRS_MAX + 1];
	bool has[CDISC_ATTRS_MAX + 1];
	bool is_new;		/* of a source that is to be added */
};

/* Only the host, which nobody adds, may be asked more often than once a second. */
static struct cdisc_attr with_range(const struct cdisc_attr *attr, bool is_new)
{
	struct cdisc_attr legal = *attr;

	if (is_new && attr->unit == CDISC_UNIT_LOG2S)
		legal.min = 0;
	return legal;
}

static int setting_take(const struct tool *tool, struct settings *settings,
			const struct cdisc_attr *attr, const char *value)
{
	uint16_t number = cdisc_attr_number(&cdisc_set_source, attr);
	struct cdisc_attr legal = with_range(attr, settings->is_new);
	char error[256];

	if (cdisc_attr_parse(&legal, value, &settings->values[number], error, sizeof(error)))
		return tool_usage_error(tool, "%s", error);
	settings->has[number] = true;
	return TOOL_OK;
}

static const struct cdisc_attr *settable(const char *name, size_t len)
{
	const struct cdisc_attr *attr = cdisc_attr_by_name(&cdisc_set_source, name, len);

	return attr && attr->is_settable ? attr : NULL;
}

/* "key=value". Return: an exit code. */
static int pair_take(const struct tool *tool, struct settings *settings, const char *pair)
{
	size_t len = strcspn(pair, "=");
	const struct cdisc_attr *attr = settable(pair, len);

	if (!attr || !pair[len])
		return tool_usage_error(tool, "'%s' is not legal; give flags=..., minpoll=... or maxpoll=...",
					pair);
	return setting_take(tool, settings, attr, pair + len + 1);
}

/* Words as in ntp.conf: "prefer minpoll 4"; also "minpoll=4". Return: an exit code. */
static int words_take(const struct tool *tool, struct settings *settings, char **words, int n)
{
	const struct cdisc_enum_value *flag;
	const struct cdisc_attr *attr;
	int i, code;

	for (i = 0; i < n; i++) {
		flag = cdisc_enum_by_name(&cdisc_enum_source_flags, words[i], strlen(words[i]));
		if (flag) {
			settings->values[CLOCKDISC_A_SOURCE_FLAGS] |= flag->value;
			settings->has[CLOCKDISC_A_SOURCE_FLAGS] = true;
			continue;
		}
		if (strchr(words[i], '=')) {
			code = pair_take(tool, settings, words[i]);
			if (code)
				return code;
			continue;
		}
		attr = settable(words[i], strlen(words[i]));
		if (!attr)
			return tool_usage_error(tool, "'%s' is not legal here", words[i]);
		if (++i == n)
			return tool_usage_error(tool, "'%s' needs a value", words[i - 1]);
		code = setting_take(tool, settings, attr, words[i]);
		if (code)
			return code;
	}
	return TOOL_OK;
}

static int source_add_run(struct tool *tool)
{
	struct settings settings = { .is_new = true };
	const char *name = tool->args[0];
	int minpoll_log2s = -1, maxpoll_log2s = -1;
	uint32_t id;
	int code;

	if (!*name || strlen(name) > CDISC_NAME_MAX_LEN)
		return tool_usage_error(tool, "a name has 1 to %d characters", CDISC_NAME_MAX_LEN);
	if (*name >= '0' && *name <= '9' && !name[strspn(name, "0123456789")])
		return tool_usage_error(tool, "'%s' could be mistaken for an id", name);
	code = words_take(tool, &settings, tool->args + 1, tool->n_args - 1);
	if (code)
		return code;
	if (settings.has[CLOCKDISC_A_SOURCE_MINPOLL_LOG2S])
		minpoll_log2s = (int)settings.values[CLOCKDISC_A_SOURCE_MINPOLL_LOG2S];
	if (settings.has[CLOCKDISC_A_SOURCE_MAXPOLL_LOG2S])
		maxpoll_log2s = (int)settings.values[CLOCKDISC_A_SOURCE_MAXPOLL_LOG2S];
	if (tool_open(tool))
		return TOOL_FAILED;
	if (cdisc_source_add(&tool->client, name,
			     (uint32_t)settings.values[CLOCKDISC_A_SOURCE_FLAGS], minpoll_log2s,
			     maxpoll_log2s, &id, NULL))
		return tool_client_failed(&tool->client);
	if (tool->is_json)
		return tool_print_source_json(tool, id);
	printf("%u\n", id);
	return TOOL_OK;
}

static int source_del_run(struct tool *tool)
{
	json_object *object;
	uint32_t id;

	if (tool_open(tool) || tool_find_source(tool, tool->args[0], &id))
		return TOOL_FAILED;
	if (cdisc_source_del(&tool->client, id))
		return tool_client_failed(&tool->client);
	if (tool->is_json) {
		object = json_object_new_object();
		json_object_object_add(object, "id", json_object_new_int64(id));
		tool_print_json(object);
	}
	return TOOL_OK;
}

static int source_set_run(struct tool *tool)
{
	struct settings settings = { 0 };
	struct nlmsghdr *nlh;
	uint32_t id;
	int i, code;
	size_t n;

	for (i = 1; i < tool->n_args; i++) {
		code = pair_take(tool, &settings, tool->args[i]);
		if (code)
			return code;
	}
	if (tool_open(tool) || tool_find_source(tool, tool->args[0], &id))
		return TOOL_FAILED;
	nlh = cdisc_request_begin(&tool->client, CLOCKDISC_CMD_SOURCE_SET, false);
	mnl_attr_put_u32(nlh, CLOCKDISC_A_SOURCE_ID, id);
	for (n = 0; n < cdisc_set_source.n; n++) {
		if (settings.has[n])
			cdisc_attr_put(nlh, cdisc_request_room(), &cdisc_set_source,
				       &cdisc_set_source.attrs[n], settings.values[n]);
	}
	if (cdisc_request_run(&tool->client, nlh, &cdisc_set_source, NULL, NULL))
		return tool_client_failed(&tool->client);
	return tool->is_json ? tool_print_source_json(tool, id) : TOOL_OK;
}

static void settings_help(bool is_new)
{
	size_t i;

	printf("\nSettings:\n");
	for (i = 0; i < cdisc_set_source.n; i++) {
		struct cdisc_attr attr = with_range(&cdisc_set_source.attrs[i], is_new);
		char legal[128];

		if (attr.is_settable)
			printf("  %-9s %s\n            Legal: %s.\n",
			       attr.short_name ? attr.short_name : attr.name, attr.doc,
			       cdisc_attr_legal(legal, sizeof(legal), &attr));
	}
}

static void add_help(void)
{
	settings_help(true);
}

static void set_help(void)
{
	settings_help(false);
}

const struct tool_command source_commands[] = {
	{
		.name = "source add",
		.usage = "NAME [prefer] [noselect] [trust] [smear] [minpoll N] [maxpoll N]",
		.summary = "add a source that user space feeds; prints its id",
		.help = "Feed it with clockdisc sample. The module knows it until it is removed or\n"
			"the module is unloaded.\n",
		.help_more = add_help,
		.args_min = 1,
		.args_max = 16,
		.run = source_add_run,
	},
	{
		.name = "source del",
		.usage = "ID|NAME",
		.summary = "remove a source",
		.args_min = 1,
		.args_max = 1,
		.run = source_del_run,
	},
	{
		.name = "source set",
		.usage = "ID|NAME KEY=VALUE...",
		.summary = "change the settings of a source",
		.help = "flags= takes a list with commas, or none: flags=prefer,trust.\n",
		.help_more = set_help,
		.args_min = 2,
		.args_max = 16,
		.run = source_set_run,
	},
	{ 0 },
};
