/* SPDX-License-Identifier: GPL-2.0 */
/* clockdisc top: what is shown, and where on a screen of any size. Drawing is elsewhere. */
#ifndef CLOCKDISC_TOP_H
#define CLOCKDISC_TOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cdisc_units.h"
#include "sources.h"

#define TOP_ROWS_MAX	200
#define TOP_TEXT_LEN	1024		/* of a row, up to three bytes for each of its columns */
#define TOP_HISTORY	512		/* offsets, one a second */
#define TOP_EVENTS	64

enum top_style {
	TOP_PLAIN,
	TOP_BAR,	/* the line at the top */
	TOP_HEAD,	/* of a table */
	TOP_GOOD,
	TOP_BAD,
	TOP_FAINT,
};

struct top_line {
	enum top_style style;
	char text[TOP_TEXT_LEN];
};

struct top_clock {
	char time[CDISC_TEXT_LEN];
	char state[32];
	char offset[CDISC_TEXT_LEN];
	char bound[CDISC_TEXT_LEN];
	char jitter[CDISC_TEXT_LEN];
	char freq[CDISC_TEXT_LEN];
	char rate[CDISC_TEXT_LEN];
	char slew[CDISC_TEXT_LEN];
	char actuator[32];
	char yielded[64];
	char servo[32];
	uint64_t n_steps;
	bool is_synchronised;
	char explain[512];
};

struct top {
	char trouble[256];		/* why there is nothing to show, or "" */
	struct top_clock clock;
	struct source_list sources;
	int64_t history_ns[TOP_HISTORY];	/* a ring */
	size_t n_history;		/* all that ever were */
	char events[TOP_EVENTS][128];	/* a ring */
	size_t n_events;
	uint32_t n_lost;		/* events that came faster than they were read */
	bool has_blocks;		/* the terminal shows more than ASCII */
};

/**
 * top_layout() - a screen full
 * @top:	what there is to show
 * @rows:	lines of the terminal, 1 to TOP_ROWS_MAX; more stay empty
 * @cols:	its columns, 1 and up
 * @lines:	room for @rows
 *
 * What matters most is at the top and comes first: on a small screen events, then the curve, then sources give way.
 */
void top_layout(const struct top *top, int rows, int cols, struct top_line *lines);

/* Columns that a text takes: characters of UTF-8, all of them one wide. */
size_t top_width(const char *text);

#endif /* CLOCKDISC_TOP_H */
