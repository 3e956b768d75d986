// SPDX-License-Identifier: GPL-2.0
/* clockdisc monitor: events as they come, one on a line. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tool.h"

/* " label value", nothing when the attribute is absent. */
static void print_field(const char *label, const struct cdisc_view *view, uint16_t number)
{
	const struct nlattr *nla = view->by_number[number];
	char text[CDISC_TEXT_LEN];

	if (nla)
		printf("  %s %s", label,
		       cdisc_attr_format(text, sizeof(text),
					 cdisc_attr_by_number(view->set, number), nla));
}

/* Its doc says whether it means anything in this one. */
bool tool_event_has_value(uint32_t event)
{
	const struct cdisc_enum_value *row = cdisc_enum_by_value(&cdisc_enum_event, event);

	return row && strstr(row->doc, "event-value-ns");
}

static void print_clock(const struct cdisc_view *view)
{
	int64_t real_ns = tool_now_ns(CLOCK_REALTIME), value_ns;
	char text[CDISC_TEXT_LEN];
	uint32_t event = 0;

	cdisc_view_s64(view, CLOCKDISC_A_CLOCK_REAL_NS, &real_ns);
	cdisc_view_u32(view, CLOCKDISC_A_CLOCK_EVENT, &event);
	printf("%s clock %s", cdisc_format_real_ns(text, sizeof(text), real_ns),
	       cdisc_enum_name(&cdisc_enum_event, event));
	if (tool_event_has_value(event) &&
	    cdisc_view_s64(view, CLOCKDISC_A_CLOCK_EVENT_VALUE_NS, &value_ns))
		printf(" %s", cdisc_format_ns(text, sizeof(text), value_ns));
	print_field("state", view, CLOCKDISC_A_CLOCK_STATE);
	print_field("synchronised", view, CLOCKDISC_A_CLOCK_SYNCHRONISED);
	print_field("offset", view, CLOCKDISC_A_CLOCK_OFFSET_NS);
	print_field("bound", view, CLOCKDISC_A_CLOCK_BOUND_NS);
	print_field("frequency", view, CLOCKDISC_A_CLOCK_FREQ_PPB_Q16);
	print_field("rate", view, CLOCKDISC_A_CLOCK_RATE_PPB_Q16);
	putchar('\n');
}

static void print_source(const struct cdisc_view *view)
{
	const char *name = cdisc_view_str(view, CLOCKDISC_A_SOURCE_NAME);
	char text[CDISC_TEXT_LEN];
	uint32_t event = 0, id = 0, reach;

	cdisc_view_u32(view, CLOCKDISC_A_SOURCE_EVENT, &event);
	cdisc_view_u32(view, CLOCKDISC_A_SOURCE_ID, &id);
	printf("%s source %s  id %u  name %s",
	       cdisc_format_real_ns(text, sizeof(text), tool_now_ns(CLOCK_REALTIME)),
	       cdisc_enum_name(&cdisc_enum_source_event, event), id, name ? name : "-");
	print_field("reason", view, CLOCKDISC_A_SOURCE_REASON);
	if (event == CLOCKDISC_SOURCE_EVENT_SAMPLE)
		print_field("verdict", view, CLOCKDISC_A_SOURCE_LAST_VERDICT);
	print_field("offset", view, CLOCKDISC_A_SOURCE_OFFSET_NS);
	print_field("delay", view, CLOCKDISC_A_SOURCE_DELAY_NS);
	print_field("jitter", view, CLOCKDISC_A_SOURCE_JITTER_NS);
	if (cdisc_view_u32(view, CLOCKDISC_A_SOURCE_REACH, &reach))
		printf("  reach %o", reach);
	print_field("poll", view, CLOCKDISC_A_SOURCE_POLL_LOG2S);
	putchar('\n');
}

static int event_read(struct cdisc_client *client, const struct nlmsghdr *nlh, void *arg)
{
	bool is_clock = cdisc_msg_cmd(nlh) == CLOCKDISC_CMD_CLOCK_NTF;
	const struct tool *tool = arg;
	struct cdisc_view view;
	json_object *object;

	(void)client;
	if (!is_clock && cdisc_msg_cmd(nlh) != CLOCKDISC_CMD_SOURCE_NTF)
		return 0;
	cdisc_view_msg(&view, is_clock ? &cdisc_set_clock : &cdisc_set_source, nlh);
	if (tool->is_json) {
		object = json_object_new_object();
		json_object_object_add(object, view.set->name, tool_json(&view));
		tool_print_json(object);
	} else if (is_clock) {
		print_clock(&view);
	} else {
		print_source(&view);
	}
	return 0;
}

/* In the stream too: a reader of JSON must know that its picture is old. */
static void tell_lost(const struct tool *tool)
{
	json_object *object;

	tool_fail("events were lost");
	if (!tool->is_json)
		return;
	object = json_object_new_object();
	json_object_object_add(object, "lost-events", json_object_new_boolean(true));
	tool_print_json(object);
}

static int monitor_loop(struct tool *tool, struct tool_wait *wait)
{
	while (!wait->is_over) {
		if (tool_listen(wait, -1, event_read, tool))
			return TOOL_FAILED;
		if (wait->has_lost)
			tell_lost(tool);
		if (fflush(stdout))
			return TOOL_FAILED;
	}
	return TOOL_OK;
}

static int monitor_run(struct tool *tool)
{
	bool has_clock = !tool->n_args, has_sources = !tool->n_args;
	struct tool_wait wait = { .has_output = true };
	int i, code;

	for (i = 0; i < tool->n_args; i++) {
		if (!strcmp(tool->args[i], "clock"))
			has_clock = true;
		else if (!strcmp(tool->args[i], "sources"))
			has_sources = true;
		else
			return tool_usage_error(tool, "there are no events of '%s'; legal are clock, sources",
						tool->args[i]);
	}
	if (tool_wait_open(&wait, has_clock, has_sources))
		return TOOL_FAILED;
	code = monitor_loop(tool, &wait);
	tool_wait_close(&wait);
	return code;
}

const struct tool_command monitor_commands[] = {
	{
		.name = "monitor",
		.usage = "[clock] [sources]",
		.summary = "print events as they come, until interrupted",
		.help = "Without an argument the events of both. With -j one object on a line, under the\n"
			"key clock or source; after events were lost there is one with lost-events.\n",
		.args_max = 2,
		.run = monitor_run,
	},
	{ 0 },
};
