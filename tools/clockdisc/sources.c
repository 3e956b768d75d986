// SPDX-License-Identifier: GPL-2.0
/* clockdisc sources: all sources in the columns of ntpq -p. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources.h"

#define DUMP_TRIES		3

/* Rows are kept until the dump is over: one that was cut is thrown away. */
static void list_init(struct source_list *list)
{
	*list = (struct source_list){ .json = json_object_new_array() };
	list->last = &list->first;
}

void source_list_free(struct source_list *list)
{
	struct source_row *row;

	while ((row = list->first)) {
		list->first = row->next;
		free(row);
	}
	json_object_put(list->json);
}

/* "123", "45m", "12h", "3d", as narrow as ntpq prints it. */
static void format_when(char *buf, size_t len, uint64_t age_ns)
{
	unsigned long long sec = age_ns / 1000000000;

	if (sec <= 2048)
		snprintf(buf, len, "%llu", sec);
	else if (sec < 18000)
		snprintf(buf, len, "%llum", sec / 60);
	else if (sec < 345600)
		snprintf(buf, len, "%lluh", sec / 3600);
	else
		snprintf(buf, len, "%llud", sec / 86400);
}

static void format_ms(char *buf, size_t len, const struct cdisc_view *view, uint16_t number)
{
	const struct nlattr *nla = view->by_number[number];

	snprintf(buf, len, "-");
	if (nla)
		cdisc_format_ms(buf, len, cdisc_attr_integer(
				cdisc_attr_by_number(view->set, number), nla));
}

static void row_fill(struct source_row *row, const struct cdisc_view *view)
{
	const char *name = cdisc_view_str(view, CLOCKDISC_A_SOURCE_NAME);
	const char *kind = cdisc_view_str(view, CLOCKDISC_A_SOURCE_KIND);
	const struct cdisc_enum_value *reason = NULL;
	uint32_t ref_id = 0, stratum = 16, reach = 0, value;
	char text[CDISC_TEXT_LEN];
	int32_t poll_log2s;
	uint64_t age_ns;

	if (cdisc_view_u32(view, CLOCKDISC_A_SOURCE_REASON, &value))
		reason = cdisc_enum_by_value(&cdisc_enum_reason, value);
	row->tally = reason && reason->tally ? reason->tally : ' ';
	row->reason = reason ? reason->name : "unknown";
	row->reason_doc = reason ? reason->doc : "";
	row->kind = kind && *kind ? *kind : '-';
	snprintf(row->name, sizeof(row->name), "%s", name ? name : "-");
	cdisc_view_u32(view, CLOCKDISC_A_SOURCE_ID, &row->id);
	cdisc_view_u32(view, CLOCKDISC_A_SOURCE_FLAGS, &row->flags);

	snprintf(row->stratum, sizeof(row->stratum), "-");
	if (cdisc_view_u32(view, CLOCKDISC_A_SOURCE_STRATUM, &stratum) && stratum)
		snprintf(row->stratum, sizeof(row->stratum), "%u", stratum);
	snprintf(row->ref_id, sizeof(row->ref_id), "-");
	if (cdisc_view_u32(view, CLOCKDISC_A_SOURCE_REF_ID, &ref_id) && ref_id)
		snprintf(row->ref_id, sizeof(row->ref_id), "%.*s", SOURCE_CELL_LEN - 1,
			 cdisc_format_ref_id(text, sizeof(text), ref_id, stratum));
	snprintf(row->when, sizeof(row->when), "-");
	if (cdisc_view_u64(view, CLOCKDISC_A_SOURCE_AGE_NS, &age_ns))
		format_when(row->when, sizeof(row->when), age_ns);
	snprintf(row->poll, sizeof(row->poll), "-");
	if (cdisc_view_s32(view, CLOCKDISC_A_SOURCE_POLL_LOG2S, &poll_log2s) &&
	    poll_log2s >= 0 && poll_log2s < 32)
		snprintf(row->poll, sizeof(row->poll), "%u", 1U << poll_log2s);
	cdisc_view_u32(view, CLOCKDISC_A_SOURCE_REACH, &reach);
	snprintf(row->reach, sizeof(row->reach), "%o", reach);
	format_ms(row->delay, sizeof(row->delay), view, CLOCKDISC_A_SOURCE_DELAY_NS);
	format_ms(row->offset, sizeof(row->offset), view, CLOCKDISC_A_SOURCE_OFFSET_NS);
	format_ms(row->jitter, sizeof(row->jitter), view, CLOCKDISC_A_SOURCE_JITTER_NS);
}

static int row_read(struct tool *tool, const struct cdisc_view *view, void *arg)
{
	struct source_list *list = arg;
	struct source_row *row;

	if (tool->is_json) {
		json_object_array_add(list->json, tool_json(view));
		return 0;
	}
	row = calloc(1, sizeof(*row));
	if (!row) {
		list->is_out_of_memory = true;
		return -ENOMEM;
	}
	row_fill(row, view);
	*list->last = row;
	list->last = &row->next;
	return 0;
}

static void list_print(const struct source_list *list, bool is_verbose)
{
	int width = (int)strlen("remote");
	const struct source_row *row;

	for (row = list->first; row; row = row->next) {
		if ((int)strlen(row->name) > width)
			width = (int)strlen(row->name);
	}
	printf(" %4s %-*s %-15s %2s %s %5s %5s %5s %9s %10s %9s  %s\n", "id", width, "remote",
	       "refid", "st", "t", "when", "poll", "reach", "delay", "offset", "jitter", "reason");
	for (row = list->first; row; row = row->next) {
		printf("%c%4u %-*s %-15s %2s %c %5s %5s %5s %9s %10s %9s  %s\n", row->tally, row->id,
		       width, row->name, row->ref_id, row->stratum, row->kind, row->when,
		       row->poll, row->reach, row->delay, row->offset, row->jitter,
		       is_verbose ? row->reason_doc : row->reason);
	}
}

int source_list_get(struct tool *tool, struct source_list *list)
{
	int err, tries = 0;

	for (;;) {
		list_init(list);
		err = tool_get_sources(tool, 0, row_read, list);
		if (err != -EAGAIN || ++tries == DUMP_TRIES)
			return err;
		source_list_free(list);
	}
}

static int sources_run(struct tool *tool)
{
	struct source_list list;
	int err, code = TOOL_OK;

	if (tool_open(tool))
		return TOOL_FAILED;
	err = source_list_get(tool, &list);
	if (list.is_out_of_memory) {
		code = tool_fail("out of memory");
	} else if (err) {
		code = tool_client_failed(&tool->client);
	} else if (tool->is_json) {
		tool_print_json(json_object_get(list.json));
	} else if (list.first) {
		list_print(&list, tool->is_verbose);
	} else {
		/* Not data: stdout stays empty for a script that counts lines. */
		fprintf(stderr, "There are no sources; ntpx or clockdisc source add adds some.\n");
	}
	source_list_free(&list);
	return code;
}

static void sources_help(void)
{
	size_t i;

	printf("\nMarks and reasons:\n");
	for (i = 0; i < cdisc_enum_reason.n; i++) {
		const struct cdisc_enum_value *reason = &cdisc_enum_reason.values[i];

		printf("  %c %-13s %s\n", reason->tally ? reason->tally : ' ', reason->name,
		       reason->doc);
	}
}

const struct tool_command sources_commands[] = {
	{
		.name = "sources",
		.usage = "[-v]",
		.summary = "list the sources and why each is or is not used",
		.help = "The columns are those of ntpq -p: reach is octal; when and poll are in s;\n"
			"delay, offset and jitter in ms. With -v the reasons are sentences.\n",
		.help_more = sources_help,
		.run = sources_run,
	},
	{ 0 },
};
