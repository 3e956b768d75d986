// SPDX-License-Identifier: GPL-2.0
/* The layout of clockdisc top, as TAP: on any screen nothing is too wide, and what matters most is there. */
#include <stdlib.h>
#include <string.h>

#include "../sim/tap.h"
#include "top.h"

static struct top_line lines[TOP_ROWS_MAX];

static struct top *make(size_t n_sources)
{
	struct top *top = calloc(1, sizeof(*top));
	size_t i;

	top->clock = (struct top_clock){
		.time = "2026-11-28 10:00:00 UTC", .state = "sync", .offset = "-15.001 us", .bound = "+-1.154 ms",
		.jitter = "3 ns", .freq = "-19.950 ppm", .rate = "-19.800 ppm", .slew = "none", .actuator = "timekeeper",
		.servo = "adaptive", .n_steps = 2, .is_synchronised = true,
		.explain = "The clock follows 10.1.0.1; 1 of 1 sources weigh in. A sentence that is longer than a row of "
			   "the screen goes on in the next one.",
	};
	for (i = 0; i < n_sources; i++) {
		struct source_row *row = calloc(1, sizeof(*row));

		row->next = top->sources.first;
		row->tally = i + 1 == n_sources ? '*' : 'x';
		snprintf(row->name, sizeof(row->name), "server-%zu.example.org", n_sources - i);
		snprintf(row->offset, sizeof(row->offset), "-0.015");
		row->reason = "selected";
		top->sources.first = row;
	}
	for (i = 0; i < 700; i++)
		top->history_ns[top->n_history++ % TOP_HISTORY] = (int64_t)(i % 100) * 10 - 500;
	for (i = 0; i < 100; i++)
		snprintf(top->events[top->n_events++ % TOP_EVENTS], sizeof(top->events[0]), "10:00:%02zu  event %zu", i % 60, i);
	top->has_blocks = true;
	return top;
}

static void drop(struct top *top)
{
	struct source_row *row;

	while ((row = top->sources.first)) {
		top->sources.first = row->next;
		free(row);
	}
	free(top);
}

static int row_with(const char *text, int rows)
{
	int row;

	for (row = 0; row < rows; row++) {
		if (strstr(lines[row].text, text))
			return row;
	}
	return -1;
}

static void test_usual(void)
{
	struct top *top = make(3);

	top_layout(top, 24, 80, lines);
	tap_report(strstr(lines[0].text, "2026-11-28 10:00:00 UTC") && strstr(lines[0].text, "sync, synchronised") &&
		   top_width(lines[0].text) == 80, "80x24: the bar has time and state");
	tap_report(row_with("-15.001 us", 24) == 1 && row_with("+-1.154 ms", 24) == 1, "offset and bound below it");
	tap_report(row_with("goes on in", 24) == 5, "the explanation is wrapped");
	tap_report(row_with("the last 80 s, from -300 ns to +490 ns", 24) > 0, "the curve tells its range");
	tap_report(row_with("█", 24) > 0, "and is drawn in blocks");
	tap_report(row_with("server-1.", 24) > 0 && row_with("server-3.", 24) > 0, "all sources are there");
	tap_report(row_with("event 99", 24) == 23 && row_with("event 98", 24) == 22, "the newest event is at the bottom");
	tap_report(row_with("lost", 24) < 0, "none of them were lost");
	top->n_lost = 744;
	top_layout(top, 24, 80, lines);
	tap_report(row_with("events, newest last, 744 lost; q ends", 24) > 0, "of those that were, it tells how many");
	snprintf(top->clock.yielded, sizeof(top->clock.yielded), "  left to chronyd (214)");
	top_layout(top, 24, 80, lines);
	tap_report(row_with("left to chronyd", 24) == 3, "it tells to whom the clock is left");
	top->has_blocks = false;
	top_layout(top, 24, 80, lines);
	tap_report(row_with("█", 24) < 0 && row_with("#", 24) > 0, "without UTF-8 the curve is of letters");
	drop(top);
}

static void test_many(void)
{
	struct top *top = make(40);

	top_layout(top, 24, 80, lines);
	tap_report(row_with("server-1.", 24) > 0 && row_with("more", 24) > 0 && row_with("event 99", 24) == 23,
		   "40 sources: as many as fit, how many do not, and events");
	top_layout(top, 60, 120, lines);
	tap_report(row_with("server-40.", 60) > 0 && row_with("more", 60) < 0, "on a large screen all of them");
	drop(top);
}

static void test_any_size(void)
{
	bool is_good = true;
	int rows, cols, n, row;

	for (n = 0; n < 12; n += 3) {
		struct top *top = make((size_t)n);

		if (n == 3)
			top->n_history = 0;
		if (n == 6)
			snprintf(top->trouble, sizeof(top->trouble), "the clockdisc module is not loaded: modprobe clockdisc");
		for (rows = 1; rows <= TOP_ROWS_MAX; rows += rows < 40 ? 1 : 40) {
			for (cols = 1; cols <= 500; cols += cols < 100 ? 1 : 100) {
				top_layout(top, rows, cols, lines);
				for (row = 0; row < rows; row++)
					is_good = tap_expect(top_width(lines[row].text) <= (size_t)cols, "%d x %d, row %d: %s",
							     rows, cols, row, lines[row].text) && is_good;
			}
		}
		drop(top);
	}
	tap_report(is_good, "no row is wider than the screen, from 1x1 to 500x200");
}

static void test_trouble(void)
{
	struct top *top = make(3);

	snprintf(top->trouble, sizeof(top->trouble), "the clockdisc module is not loaded: modprobe clockdisc");
	top_layout(top, 24, 80, lines);
	tap_report(row_with("is not loaded", 24) == 2 && row_with("q ends", 24) == 3 && row_with("-15.001", 24) < 0,
		   "without the module it says so, and shows no old figures");
	drop(top);
}

int main(void)
{
	test_usual();
	test_many();
	test_any_size();
	test_trouble();
	return tap_done();
}
