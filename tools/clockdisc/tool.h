/* SPDX-License-Identifier: GPL-2.0 */
/* What the commands of clockdisc share: options, messages, output. */
#ifndef CLOCKDISC_TOOL_H
#define CLOCKDISC_TOOL_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <json-c/json.h>
#include <linux/clockdisc.h>

#include "attrs_gen.h"
#include "cdisc_client.h"
#include "cdisc_util.h"

#define TOOL_OPTIONS_MAX	32

enum tool_exit {
	TOOL_OK = 0,
	TOOL_FAILED = 1,
	TOOL_USAGE = 2,
	TOOL_TIMED_OUT = 3,
};

struct tool;

struct tool_command {
	const char *name;		/* one word or two: "source add" */
	const char *usage;		/* what follows the name */
	const char *summary;		/* one line */
	const char *help;		/* the rest of --help, or NULL */
	void (*help_more)(void);	/* prints tables after it, or NULL */
	const struct option *options;	/* beyond the common ones, or NULL */
	const char *dashed;		/* letters that a dash makes an argument, not an option, or NULL */
	int args_min;
	int args_max;
	bool is_text_only;		/* takes no -j */
	int (*run)(struct tool *tool);
};

struct tool_option {
	int which;			/* val of the struct option */
	const char *value;
};

struct tool {
	const struct tool_command *command;
	bool is_json;
	bool is_verbose;
	int n_args;
	char **args;
	int n_options;
	struct tool_option options[TOOL_OPTIONS_MAX];
	struct cdisc_client client;	/* for requests; open after tool_open() */
};

/* Tables of the commands, one for each file; each ends with an empty row. */
extern const struct tool_command status_commands[];
extern const struct tool_command now_commands[];
extern const struct tool_command sources_commands[];
extern const struct tool_command source_commands[];
extern const struct tool_command set_commands[];
extern const struct tool_command policy_commands[];
extern const struct tool_command adjust_commands[];
extern const struct tool_command monitor_commands[];
extern const struct tool_command log_commands[];
extern const struct tool_command wait_commands[];
extern const struct tool_command sample_commands[];
extern const struct tool_command metrics_commands[];
extern const struct tool_command record_commands[];
extern const struct tool_command plot_commands[];
extern const struct tool_command oscillator_commands[];
extern const struct tool_command top_commands[];
extern const struct tool_command shadow_commands[];

/* Each prints a sentence on stderr and returns the exit code. */
int tool_fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int tool_usage_error(const struct tool *tool, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* The client's last error. */
int tool_client_failed(const struct cdisc_client *client);

/* Open the client; commands do so after all arguments were checked. */
int tool_open(struct tool *tool);

/* Last value given for an option, or NULL. */
const char *tool_option(const struct tool *tool, int which);

int64_t tool_now_ns(int clock);

/* A time given with an option, min_ns to max_ns; left alone without one. Return: an exit code. */
int tool_option_time(const struct tool *tool, int which, const char *name, int64_t min_ns, int64_t max_ns,
		     int64_t *value_ns);

/* Integers as they are, enums as names, by attribute name. */
json_object *tool_json(const struct cdisc_view *view);
/* One object on one line; takes the reference. */
void tool_print_json(json_object *json);

/* One row "label  text"; prints nothing for NULL. */
void tool_print_row(const char *label, const char *text);

/* Run a clock-get; @fn gets the view. */
typedef int (*tool_view_fn)(struct tool *tool, const struct cdisc_view *view, void *arg);
int tool_get_clock(struct tool *tool, tool_view_fn fn, void *arg);
/* Run a source-get for @id, or for all with 0. Sources that went meanwhile are retried. */
int tool_get_sources(struct tool *tool, uint32_t id, tool_view_fn fn, void *arg);

/* For -j after a change: what the clock, or the source, is now. */
int tool_print_clock_json(struct tool *tool);
int tool_print_source_json(struct tool *tool, uint32_t id);

/* Whether event-value-ns, which is in every event, means anything in this one. */
bool tool_event_has_value(uint32_t event);

/* Id of a source given as a number or a name. Return: an exit code. */
int tool_find_source(struct tool *tool, const char *given, uint32_t *id);

/* The kernel's clocksource; each returns 0, or -1 after a sentence. */
struct tool_clocksource {
	char name[64];
};

/* Make the module's own current, if it is on offer; @before is empty when nothing was changed. */
int tool_clocksource_choose(struct tool_clocksource *before);
/* Undo that. */
int tool_clocksource_restore(const struct tool_clocksource *before);
/* If the module's own is current, go back to the one before. */
int tool_clocksource_give_up(void);

/* Signals, events and a reader of stdout that went away, waited for in one place. */
struct tool_wait {
	int signal_fd;
	bool has_output;	/* without a reader there is nothing left to do */
	bool has_input;		/* keys are waited for, too */
	bool is_over;		/* a signal came, or the reader went */
	bool has_lost;		/* events were lost; both are set by tool_listen() */
	struct cdisc_client events;
};

enum tool_woken {
	TOOL_WOKEN_EVENTS,
	TOOL_WOKEN_TIMEOUT,
	TOOL_WOKEN_SIGNAL,	/* SIGINT, SIGTERM, or nobody reads our output */
	TOOL_WOKEN_ERROR,
	TOOL_WOKEN_INPUT,
};

/* Set has_output and has_input first. */
int tool_wait_open(struct tool_wait *wait, bool has_clock, bool has_sources);
/* Join again after the module was loaded anew. Return: 0 or a negative errno, the sentence in wait->events.error. */
int tool_wait_join(struct tool_wait *wait, bool has_clock, bool has_sources);
void tool_wait_close(struct tool_wait *wait);
enum tool_woken tool_wait(struct tool_wait *wait, int timeout_ms);
/* Wait once, and hand the events that came to @fn. Return: TOOL_OK, or TOOL_FAILED after a sentence. */
int tool_listen(struct tool_wait *wait, int timeout_ms, cdisc_msg_fn fn, void *arg);

#endif /* CLOCKDISC_TOOL_H */
