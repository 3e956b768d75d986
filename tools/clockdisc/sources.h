/* SPDX-License-Identifier: GPL-2.0 */
/* Sources as rows of text, in the columns of ntpq -p. */
#ifndef CLOCKDISC_SOURCES_H
#define CLOCKDISC_SOURCES_H

#include "tool.h"

#define SOURCE_CELL_LEN		24

struct source_row {
	struct source_row *next;
	uint32_t id;
	uint32_t flags;
	char tally;
	char kind;
	char name[CDISC_NAME_MAX_LEN + 1];
	char ref_id[SOURCE_CELL_LEN];
	char stratum[SOURCE_CELL_LEN];
	char when[SOURCE_CELL_LEN];
	char poll[SOURCE_CELL_LEN];
	char reach[SOURCE_CELL_LEN];
	char delay[SOURCE_CELL_LEN];
	char offset[SOURCE_CELL_LEN];
	char jitter[SOURCE_CELL_LEN];
	const char *reason;
	const char *reason_doc;
};

/* Rows, or with tool->is_json an array. */
struct source_list {
	struct source_row *first;
	struct source_row **last;
	json_object *json;
	bool is_out_of_memory;
};

/* Return: 0 or a negative errno, the sentence in tool->client.error. Free the list in any case. */
int source_list_get(struct tool *tool, struct source_list *list);
void source_list_free(struct source_list *list);

#endif /* CLOCKDISC_SOURCES_H */
