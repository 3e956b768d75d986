// SPDX-License-Identifier: GPL-2.0
/* clockdisc top: the clock as it goes, on the whole screen. */
#include "top.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <term.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC		1000000000LL
#define NSEC_PER_MSEC		1000000LL

static void format_attr(char *buf, size_t len, const struct cdisc_view *view, uint16_t number)
{
	snprintf(buf, len, "unknown");
	if (view->by_number[number])
		cdisc_attr_format(buf, len, cdisc_attr_by_number(view->set, number), view->by_number[number]);
}

static void enum_attr(char *buf, size_t len, const struct cdisc_view *view, uint16_t number)
{
	uint32_t value = 0;

	cdisc_view_u32(view, number, &value);
	snprintf(buf, len, "%s", cdisc_enum_name(cdisc_attr_by_number(view->set, number)->values, value));
}

/* " left to chronyd (214)", or nothing. */
static void yielded_text(char *buf, size_t len, const struct cdisc_view *view)
{
	const char *name = cdisc_view_str(view, CLOCKDISC_A_CLOCK_MOVER_NAME);
	uint32_t is_yielded = 0, pid = 0;

	*buf = '\0';
	cdisc_view_u32(view, CLOCKDISC_A_CLOCK_YIELDED, &is_yielded);
	cdisc_view_u32(view, CLOCKDISC_A_CLOCK_MOVER_PID, &pid);
	if (is_yielded)
		snprintf(buf, len, "  left to %.32s (%u)", name ? name : "somebody", pid);
}

static void slew_text(char *buf, size_t len, const struct cdisc_view *view)
{
	int64_t left_ns = 0;

	cdisc_view_s64(view, CLOCKDISC_A_CLOCK_SLEW_LEFT_NS, &left_ns);
	if (left_ns)
		cdisc_format_ns(buf, len, left_ns);
	else
		snprintf(buf, len, "none");
}

struct clock_call {
	struct top *top;
	bool is_tick;	/* the curve has a column for every second */
};

static int clock_read(struct tool *tool, const struct cdisc_view *view, void *arg)
{
	const char *explain = cdisc_view_str(view, CLOCKDISC_A_CLOCK_EXPLAIN);
	struct clock_call *call = arg;
	struct top *top = call->top;
	struct top_clock *c = &top->clock;
	int64_t real_ns = 0, offset_ns;
	uint32_t is_synchronised = 0;
	uint64_t bound_ns;
	char text[CDISC_TEXT_LEN];

	(void)tool;
	*c = (struct top_clock){ .bound = "unknown" };
	cdisc_view_s64(view, CLOCKDISC_A_CLOCK_REAL_NS, &real_ns);
	cdisc_format_real_ns(text, sizeof(text), real_ns);
	/* To the second: more would only flicker. */
	snprintf(c->time, sizeof(c->time), "%.10s %.8s UTC", text, text + 11);
	cdisc_view_u32(view, CLOCKDISC_A_CLOCK_SYNCHRONISED, &is_synchronised);
	c->is_synchronised = is_synchronised;
	enum_attr(c->state, sizeof(c->state), view, CLOCKDISC_A_CLOCK_STATE);
	enum_attr(c->actuator, sizeof(c->actuator), view, CLOCKDISC_A_CLOCK_ACTUATOR);
	enum_attr(c->servo, sizeof(c->servo), view, CLOCKDISC_A_CLOCK_SERVO);
	format_attr(c->offset, sizeof(c->offset), view, CLOCKDISC_A_CLOCK_OFFSET_NS);
	format_attr(c->jitter, sizeof(c->jitter), view, CLOCKDISC_A_CLOCK_JITTER_NS);
	format_attr(c->freq, sizeof(c->freq), view, CLOCKDISC_A_CLOCK_FREQ_PPB_Q16);
	format_attr(c->rate, sizeof(c->rate), view, CLOCKDISC_A_CLOCK_RATE_PPB_Q16);
	slew_text(c->slew, sizeof(c->slew), view);
	yielded_text(c->yielded, sizeof(c->yielded), view);
	if (cdisc_view_u64(view, CLOCKDISC_A_CLOCK_BOUND_NS, &bound_ns)) {
		cdisc_format_magnitude_ns(text, sizeof(text), bound_ns);
		snprintf(c->bound, sizeof(c->bound), "+-%.*s", (int)sizeof(c->bound) - 3, text);
	}
	cdisc_view_u64(view, CLOCKDISC_A_CLOCK_STEPS, &c->n_steps);
	snprintf(c->explain, sizeof(c->explain), "%s", explain ? explain : "");
	if (call->is_tick && cdisc_view_s64(view, CLOCKDISC_A_CLOCK_OFFSET_NS, &offset_ns))
		top->history_ns[top->n_history++ % TOP_HISTORY] = offset_ns;
	return 0;
}

/* The module went, or was loaded again: both clients are of no use any more. */
static void give_up(struct tool *tool, struct top *top, struct tool_wait *wait, const char *why)
{
	snprintf(top->trouble, sizeof(top->trouble), "%s", why);
	cdisc_client_close(&tool->client);
	cdisc_client_close(&wait->events);
}

static void refresh_figures(struct tool *tool, struct top *top, struct tool_wait *wait, bool is_tick)
{
	struct clock_call call = { .top = top, .is_tick = is_tick };

	if (!wait->events.sock && (tool_wait_join(wait, true, true) ||
				   cdisc_events_join(&wait->events, wait->events.group_log))) {
		give_up(tool, top, wait, wait->events.error);
		return;
	}
	if (!tool->client.sock && cdisc_client_open(&tool->client)) {
		give_up(tool, top, wait, tool->client.error);
		return;
	}
	source_list_free(&top->sources);
	if (source_list_get(tool, &top->sources) || tool_get_clock(tool, clock_read, &call))
		give_up(tool, top, wait, tool->client.error);
	else
		*top->trouble = '\0';
}

__attribute__((format(printf, 2, 3)))
static void add_event(struct top *top, const char *fmt, ...)
{
	int64_t real_ns = tool_now_ns(CLOCK_REALTIME);
	char date[CDISC_TEXT_LEN], what[96];
	va_list args;

	va_start(args, fmt);
	vsnprintf(what, sizeof(what), fmt, args);
	va_end(args);
	cdisc_format_real_ns(date, sizeof(date), real_ns);
	snprintf(top->events[top->n_events++ % TOP_EVENTS], sizeof(top->events[0]), "%.8s  %s", date + 11, what);
}

/* "date (214) set -1.000 s": others by name. What we do is among the clock's events. */
static void add_mover(struct top *top, const struct nlmsghdr *nlh)
{
	char kind[32], change[CDISC_TEXT_LEN] = "";
	uint32_t cause = 0, pid = 0, log_kind = 0, count = 0;
	struct cdisc_view view;
	const char *name;
	int64_t change_ns;

	cdisc_view_msg(&view, &cdisc_set_log, nlh);
	cdisc_view_u32(&view, CLOCKDISC_A_LOG_CAUSE, &cause);
	if (cause != CLOCKDISC_LOG_CAUSE_FOREIGN && cause != CLOCKDISC_LOG_CAUSE_KERNEL)
		return;
	cdisc_view_u32(&view, CLOCKDISC_A_LOG_KIND, &log_kind);
	cdisc_view_u32(&view, CLOCKDISC_A_LOG_COUNT, &count);
	if (log_kind == CLOCKDISC_LOG_KIND_LOST) {
		add_event(top, "lost: %u changes of the clock were not recorded", count);
		return;
	}
	cdisc_view_u32(&view, CLOCKDISC_A_LOG_PID, &pid);
	enum_attr(kind, sizeof(kind), &view, CLOCKDISC_A_LOG_KIND);
	if (cdisc_view_s64(&view, CLOCKDISC_A_LOG_CHANGE_NS, &change_ns))
		cdisc_format_ns(change, sizeof(change), change_ns);
	name = cdisc_view_str(&view, CLOCKDISC_A_LOG_NAME);
	add_event(top, "%.32s (%u): %s %s", name ? name : "somebody", pid, kind, change);
}

/* Of events that are about somebody. */
static const char *mover_of(const struct cdisc_view *view, uint32_t event)
{
	const char *name = cdisc_view_str(view, CLOCKDISC_A_CLOCK_MOVER_NAME);

	if (event != CLOCKDISC_EVENT_CONFLICT && event != CLOCKDISC_EVENT_YIELD)
		return "";
	return name ? name : "somebody";
}

/* The log names who did it. */
static bool is_in_log(uint32_t event)
{
	return event == CLOCKDISC_EVENT_FOREIGN_SET || event == CLOCKDISC_EVENT_FOREIGN_RATE;
}

static int event_read(struct cdisc_client *client, const struct nlmsghdr *nlh, void *arg)
{
	struct cdisc_view view;
	struct top *top = arg;
	char text[CDISC_TEXT_LEN] = "", word[64];
	uint32_t event = 0;
	int64_t value_ns;

	(void)client;
	if (cdisc_msg_cmd(nlh) == CLOCKDISC_CMD_LOG_NTF) {
		add_mover(top, nlh);
	} else if (cdisc_msg_cmd(nlh) == CLOCKDISC_CMD_CLOCK_NTF) {
		cdisc_view_msg(&view, &cdisc_set_clock, nlh);
		cdisc_view_u32(&view, CLOCKDISC_A_CLOCK_EVENT, &event);
		if (is_in_log(event))
			return 0;
		enum_attr(word, sizeof(word), &view, CLOCKDISC_A_CLOCK_STATE);
		if (tool_event_has_value(event) && cdisc_view_s64(&view, CLOCKDISC_A_CLOCK_EVENT_VALUE_NS, &value_ns))
			cdisc_format_ns(text, sizeof(text), value_ns);
		if (event == CLOCKDISC_EVENT_STATE)
			add_event(top, "state %s", word);
		else
			add_event(top, "%s %s%s%s%sstate %s", cdisc_enum_name(&cdisc_enum_event, event),
				  mover_of(&view, event), *mover_of(&view, event) ? ", " : "", text,
				  *text ? ", " : "", word);
	} else if (cdisc_msg_cmd(nlh) == CLOCKDISC_CMD_SOURCE_NTF) {
		const char *name;

		cdisc_view_msg(&view, &cdisc_set_source, nlh);
		cdisc_view_u32(&view, CLOCKDISC_A_SOURCE_EVENT, &event);
		name = cdisc_view_str(&view, CLOCKDISC_A_SOURCE_NAME);
		enum_attr(word, sizeof(word), &view, CLOCKDISC_A_SOURCE_REASON);
		/* Samples are what the table shows. */
		if (event != CLOCKDISC_SOURCE_EVENT_SAMPLE)
			add_event(top, "%s %s: %s", name ? name : "-", cdisc_enum_name(&cdisc_enum_source_event, event), word);
	}
	return 0;
}

static int attr_of(enum top_style style)
{
	switch (style) {
	case TOP_BAR:
		return A_REVERSE;
	case TOP_HEAD:
		return A_BOLD;
	case TOP_GOOD:
		return has_colors() ? COLOR_PAIR(1) : A_NORMAL;
	case TOP_BAD:
		return (has_colors() ? COLOR_PAIR(2) : 0) | A_BOLD;
	case TOP_FAINT:
		return has_colors() ? COLOR_PAIR(3) : A_NORMAL;
	case TOP_PLAIN:
		break;
	}
	return A_NORMAL;
}

static void draw(const struct top *top)
{
	static struct top_line page[TOP_ROWS_MAX];
	int rows = LINES < TOP_ROWS_MAX ? LINES : TOP_ROWS_MAX, row;

	top_layout(top, rows, COLS, page);
	erase();
	for (row = 0; row < rows; row++) {
		attrset(attr_of(page[row].style));
		/* The bar goes over the whole width. */
		if (page[row].style == TOP_BAR)
			mvhline(row, 0, ' ', COLS);
		mvaddstr(row, 0, page[row].text);
	}
	attrset(A_NORMAL);
	refresh();
}

static bool wants_to_end(void)
{
	int key;

	/* KEY_RESIZE is a key, too, and has been taken care of by the time it is read. */
	while ((key = getch()) != ERR) {
		if (key == 'q' || key == 'Q')
			return true;
	}
	return false;
}

static int top_loop(struct tool *tool, struct top *top, struct tool_wait *wait)
{
	int64_t next_ns = tool_now_ns(CLOCK_MONOTONIC), now_ns;
	enum tool_woken woken = TOOL_WOKEN_TIMEOUT;
	int err;

	for (;;) {
		now_ns = tool_now_ns(CLOCK_MONOTONIC);
		if (now_ns >= next_ns || woken == TOOL_WOKEN_EVENTS)
			refresh_figures(tool, top, wait, now_ns >= next_ns);
		while (next_ns <= now_ns)
			next_ns += NSEC_PER_SEC;
		top->n_lost = wait->events.sock ? cdisc_events_lost(&wait->events) : 0;
		draw(top);
		woken = tool_wait(wait, (int)((next_ns - now_ns + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC));
		switch (woken) {
		case TOOL_WOKEN_SIGNAL:
			return TOOL_OK;
		case TOOL_WOKEN_ERROR:
			return TOOL_FAILED;
		case TOOL_WOKEN_EVENTS:
			err = cdisc_events_read(&wait->events, 0, event_read, top);
			if (err == -ENOBUFS)
				add_event(top, "events were lost");
			else if (err < 0 && err != -EINTR)
				give_up(tool, top, wait, wait->events.error);
			break;
		case TOOL_WOKEN_INPUT:
		case TOOL_WOKEN_TIMEOUT:
			break;
		}
		/* In any case: a terminal that was resized tells by a key and a signal, not by input. */
		if (wants_to_end())
			return TOOL_OK;
	}
}

static int screen_open(void)
{
	const char *name = getenv("TERM");
	char *place;
	int err;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return tool_fail("top draws on a terminal, and this is none; clockdisc monitor prints lines");
	setlocale(LC_CTYPE, "");
	if (setupterm(NULL, STDOUT_FILENO, &err) != OK)
		return tool_fail("there is no description of the terminal '%s'; set TERM", name ? name : "");
	place = tigetstr((char *)"cup");
	if (!place || place == (char *)-1)
		return tool_fail("the terminal '%s' cannot place text; clockdisc monitor prints lines", name ? name : "");
	if (!initscr())
		return tool_fail("the terminal '%s' cannot be used", name ? name : "");
	cbreak();
	noecho();
	nodelay(stdscr, true);
	keypad(stdscr, true);
	curs_set(0);
	if (has_colors()) {
		start_color();
		use_default_colors();
		init_pair(1, COLOR_GREEN, -1);
		init_pair(2, COLOR_RED, -1);
		init_pair(3, COLOR_CYAN, -1);
	}
	return TOOL_OK;
}

static int top_run(struct tool *tool)
{
	struct tool_wait wait = { .has_output = true, .has_input = true };
	struct top *top;
	int code;

	if (tool->is_json)
		return tool_usage_error(tool, "top is for people; clockdisc record - prints the same as JSON");
	if (tool_open(tool))
		return TOOL_FAILED;
	top = calloc(1, sizeof(*top));
	if (!top)
		return tool_fail("out of memory");
	code = tool_wait_open(&wait, true, true);
	if (code)
		goto out;
	/* Opened anew with the log at the first look. */
	cdisc_client_close(&wait.events);
	code = screen_open();
	if (!code) {
		top->has_blocks = !strcmp(nl_langinfo(CODESET), "UTF-8");
		code = top_loop(tool, top, &wait);
		endwin();
	}
	tool_wait_close(&wait);
out:
	source_list_free(&top->sources);
	free(top);
	return code;
}

const struct tool_command top_commands[] = {
	{
		.name = "top",
		.usage = "",
		.summary = "show the clock, its sources and events live on the whole screen",
		.help = "Every second and with every event: state, offset with its curve, bound, frequency, the sources,\n"
			"and at the bottom the last events. q ends. When the module is unloaded it says so and waits for it.\n",
		.is_text_only = true,
		.run = top_run,
	},
	{ 0 },
};
