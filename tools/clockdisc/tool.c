// SPDX-License-Identifier: GPL-2.0
/* What the commands share: messages, the client, JSON, lookups. */
#include "tool.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NSEC_PER_SEC		1000000000LL
#define DUMP_TRIES		3

static void complain(const char *fmt, va_list args)
{
	/* Data first, when both go to one terminal. */
	fflush(stdout);
	fputs("clockdisc: ", stderr);
	vfprintf(stderr, fmt, args);
}

int tool_fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return TOOL_FAILED;
}

int tool_usage_error(const struct tool *tool, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
	if (tool->command)
		fprintf(stderr, "\nUsage: clockdisc %s%s%s\n", tool->command->name,
			*tool->command->usage ? " " : "", tool->command->usage);
	else
		fprintf(stderr, "; see clockdisc --help\n");
	return TOOL_USAGE;
}

int tool_client_failed(const struct cdisc_client *client)
{
	return tool_fail("%s", client->error);
}

int tool_open(struct tool *tool)
{
	if (cdisc_client_open(&tool->client))
		return tool_client_failed(&tool->client);
	return TOOL_OK;
}

const char *tool_option(const struct tool *tool, int which)
{
	int i;

	for (i = tool->n_options - 1; i >= 0; i--) {
		if (tool->options[i].which == which)
			return tool->options[i].value ? tool->options[i].value : "";
	}
	return NULL;
}

int64_t tool_now_ns(int clock)
{
	struct timespec now = { 0 };

	clock_gettime(clock, &now);
	/* Fits until the year 2262. */
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

int tool_option_time(const struct tool *tool, int which, const char *name, int64_t min_ns, int64_t max_ns,
		     int64_t *value_ns)
{
	const char *given = tool_option(tool, which);
	char least[CDISC_TEXT_LEN], largest[CDISC_TEXT_LEN], error[256];
	int64_t ns;

	if (!given)
		return TOOL_OK;
	if (cdisc_parse_quantity(given, CDISC_UNIT_NS, &ns, error, sizeof(error)))
		return tool_usage_error(tool, "%s: %s", name, error);
	if (ns < min_ns || ns > max_ns)
		return tool_usage_error(tool, "%s: '%s' is out of range; legal is %s to %s", name, given,
					cdisc_format_exact(least, sizeof(least), CDISC_UNIT_NS, min_ns),
					cdisc_format_exact(largest, sizeof(largest), CDISC_UNIT_NS, max_ns));
	*value_ns = ns;
	return TOOL_OK;
}

static json_object *json_flags(const struct cdisc_enum *values, uint32_t flags)
{
	json_object *names = json_object_new_array();
	size_t i;

	for (i = 0; i < values->n; i++) {
		if (flags & values->values[i].value)
			json_object_array_add(names,
					      json_object_new_string(values->values[i].name));
	}
	return names;
}

static json_object *json_value(const struct cdisc_attr *attr, const struct nlattr *nla)
{
	const struct cdisc_enum_value *row;
	struct cdisc_view nest;

	if (attr->values && attr->values->is_flags)
		return json_flags(attr->values, mnl_attr_get_u32(nla));
	if (attr->values) {
		row = cdisc_enum_by_value(attr->values, mnl_attr_get_u32(nla));
		if (row)
			return json_object_new_string(row->name);
	}
	switch (attr->type) {
	case CDISC_ATTR_STRING:
		return json_object_new_string(mnl_attr_get_str(nla));
	case CDISC_ATTR_U64:
		return json_object_new_uint64(mnl_attr_get_u64(nla));
	case CDISC_ATTR_NEST:
		cdisc_view_nest(&nest, attr->nested, nla);
		return tool_json(&nest);
	case CDISC_ATTR_FLAG:
		return json_object_new_boolean(true);
	case CDISC_ATTR_U32:
	case CDISC_ATTR_S32:
	case CDISC_ATTR_S64:
	case CDISC_ATTR_NONE:
	case CDISC_ATTR_PAD:
		break;
	}
	return json_object_new_int64(cdisc_attr_integer(attr, nla));
}

json_object *tool_json(const struct cdisc_view *view)
{
	json_object *object = json_object_new_object(), *list;
	const struct nlattr *nla = NULL;
	const struct cdisc_attr *attr;

	while ((nla = cdisc_view_next(view, nla, &attr))) {
		if (!attr->is_multi) {
			json_object_object_add(object, attr->name, json_value(attr, nla));
			continue;
		}
		if (!json_object_object_get_ex(object, attr->name, &list)) {
			list = json_object_new_array();
			json_object_object_add(object, attr->name, list);
		}
		json_object_array_add(list, json_value(attr, nla));
	}
	return object;
}

void tool_print_json(json_object *json)
{
	puts(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN |
						  JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(json);
}

void tool_print_row(const char *label, const char *text)
{
	if (text)
		printf("%-16s %s\n", label, text);
}

struct view_call {
	struct tool *tool;
	const struct cdisc_attr_set *set;
	tool_view_fn fn;
	void *arg;
};

static int view_read(struct cdisc_client *client, const struct nlmsghdr *nlh, void *arg)
{
	struct view_call *call = arg;
	struct cdisc_view view;

	(void)client;
	cdisc_view_msg(&view, call->set, nlh);
	return call->fn(call->tool, &view, call->arg);
}

int tool_get_clock(struct tool *tool, tool_view_fn fn, void *arg)
{
	struct view_call call = { .tool = tool, .set = &cdisc_set_clock, .fn = fn, .arg = arg };
	struct nlmsghdr *nlh = cdisc_request_begin(&tool->client, CLOCKDISC_CMD_CLOCK_GET, false);

	return cdisc_request_run(&tool->client, nlh, call.set, view_read, &call);
}

int tool_get_sources(struct tool *tool, uint32_t id, tool_view_fn fn, void *arg)
{
	struct view_call call = { .tool = tool, .set = &cdisc_set_source, .fn = fn, .arg = arg };
	struct nlmsghdr *nlh = cdisc_request_begin(&tool->client, CLOCKDISC_CMD_SOURCE_GET, !id);

	if (id)
		mnl_attr_put_u32(nlh, CLOCKDISC_A_SOURCE_ID, id);
	return cdisc_request_run(&tool->client, nlh, call.set, view_read, &call);
}

static int view_print_json(struct tool *tool, const struct cdisc_view *view, void *arg)
{
	(void)tool;
	(void)arg;
	tool_print_json(tool_json(view));
	return 0;
}

int tool_print_clock_json(struct tool *tool)
{
	if (tool_get_clock(tool, view_print_json, NULL))
		return tool_client_failed(&tool->client);
	return TOOL_OK;
}

int tool_print_source_json(struct tool *tool, uint32_t id)
{
	if (tool_get_sources(tool, id, view_print_json, NULL))
		return tool_client_failed(&tool->client);
	return TOOL_OK;
}

struct search {
	const char *name;
	uint32_t id;
	unsigned int n_found;
};

static int search_read(struct tool *tool, const struct cdisc_view *view, void *arg)
{
	const char *name = cdisc_view_str(view, CLOCKDISC_A_SOURCE_NAME);
	struct search *search = arg;

	(void)tool;
	if (name && !strcmp(name, search->name)) {
		search->n_found++;
		cdisc_view_u32(view, CLOCKDISC_A_SOURCE_ID, &search->id);
	}
	return 0;
}

int tool_find_source(struct tool *tool, const char *given, uint32_t *id)
{
	struct search search;
	unsigned long number;
	int err, tries = 0;
	char *end;

	errno = 0;
	number = strtoul(given, &end, 10);
	if (*given >= '0' && *given <= '9' && !*end) {
		if (errno || !number || number > UINT32_MAX)
			return tool_fail("'%s' is no id of a source; ids are 1 and up", given);
		*id = (uint32_t)number;
		return TOOL_OK;
	}
	do {
		search = (struct search){ .name = given };
		err = tool_get_sources(tool, 0, search_read, &search);
	} while (err == -EAGAIN && ++tries < DUMP_TRIES);
	if (err)
		return tool_client_failed(&tool->client);
	if (!search.n_found)
		return tool_fail("there is no source '%s'; see clockdisc sources", given);
	if (search.n_found > 1)
		return tool_fail("%u sources are called '%s'; give the id", search.n_found, given);
	*id = search.id;
	return TOOL_OK;
}
