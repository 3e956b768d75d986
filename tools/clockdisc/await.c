// SPDX-License-Identifier: GPL-2.0
/* clockdisc wait: until the clock is synchronised, and well enough. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"

#define NSEC_PER_MSEC		1000000LL
/* The bound also moves between events; and progress is shown this often. */
#define RECHECK_NS		(1000 * NSEC_PER_MSEC)

enum {
	OPTION_BOUND = 256,
	OPTION_TIMEOUT,
};

struct goal {
	int64_t bound_ns;	/* 0: any */
	int64_t timeout_ns;	/* negative: none */
	int64_t begin_ns;	/* CLOCK_MONOTONIC */
	bool has_progress;	/* somebody looks at stderr */
};

static int goal_read(const struct tool *tool, struct goal *goal)
{
	const char *bound = tool_option(tool, OPTION_BOUND);
	const char *timeout = tool_option(tool, OPTION_TIMEOUT);
	char error[256];

	*goal = (struct goal){ .timeout_ns = -1 };
	if (bound && cdisc_parse_quantity(bound, CDISC_UNIT_NS, &goal->bound_ns, error,
					  sizeof(error)))
		return tool_usage_error(tool, "--bound: %s", error);
	if (bound && goal->bound_ns <= 0)
		return tool_usage_error(tool, "--bound: '%s' is out of range; give 1ns or more",
					bound);
	if (timeout && cdisc_parse_quantity(timeout, CDISC_UNIT_NS, &goal->timeout_ns, error,
					    sizeof(error)))
		return tool_usage_error(tool, "--timeout: %s", error);
	if (timeout && (goal->timeout_ns < 0 || goal->timeout_ns > 31536000000000000))
		return tool_usage_error(tool, "--timeout: '%s' is out of range; legal is 0s to 365d",
					timeout);
	goal->has_progress = isatty(STDERR_FILENO);
	goal->begin_ns = tool_now_ns(CLOCK_MONOTONIC);
	return TOOL_OK;
}

static bool is_reached(const struct goal *goal, const struct cdisc_clock_info *info)
{
	if (!info->is_synchronised)
		return false;
	return !goal->bound_ns ||
	       (info->has_bound && info->bound_ns <= (uint64_t)goal->bound_ns);
}

static void show_progress(const struct goal *goal, const struct cdisc_clock_info *info)
{
	char offset[CDISC_TEXT_LEN] = "unknown", bound[CDISC_TEXT_LEN] = "unknown";
	int64_t spent_ns = tool_now_ns(CLOCK_MONOTONIC) - goal->begin_ns;

	if (info->has_offset)
		cdisc_format_ns(offset, sizeof(offset), info->offset_ns);
	if (info->has_bound)
		cdisc_format_magnitude_ns(bound, sizeof(bound), info->bound_ns);
	fprintf(stderr, "\r%llds: state %s, offset %s, bound %s\033[K",
		(long long)(spent_ns / (1000 * NSEC_PER_MSEC)),
		cdisc_enum_name(&cdisc_enum_state, info->state), offset, bound);
}

/* Return: ms to wait, or -1 when the time is over. */
static int time_left(const struct goal *goal)
{
	int64_t left_ns = RECHECK_NS;

	if (goal->timeout_ns >= 0) {
		left_ns = goal->begin_ns + goal->timeout_ns - tool_now_ns(CLOCK_MONOTONIC);
		if (left_ns <= 0)
			return -1;
		if (left_ns > RECHECK_NS)
			left_ns = RECHECK_NS;
	}
	return (int)((left_ns + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC);
}

static void clear_progress(const struct goal *goal)
{
	if (goal->has_progress)
		fprintf(stderr, "\r\033[K");
}

static int wait_loop(struct tool *tool, struct tool_wait *wait, const struct goal *goal)
{
	struct cdisc_clock_info info;
	int err, timeout_ms;

	for (;;) {
		if (cdisc_clock_get(&tool->client, &info)) {
			clear_progress(goal);
			return tool_client_failed(&tool->client);
		}
		if (is_reached(goal, &info))
			return TOOL_OK;
		if (goal->has_progress)
			show_progress(goal, &info);
		timeout_ms = time_left(goal);
		if (timeout_ms < 0)
			return TOOL_TIMED_OUT;
		switch (tool_wait(wait, timeout_ms)) {
		case TOOL_WOKEN_SIGNAL:
			clear_progress(goal);
			return tool_fail("interrupted");
		case TOOL_WOKEN_ERROR:
			return TOOL_FAILED;
		case TOOL_WOKEN_INPUT:
		case TOOL_WOKEN_TIMEOUT:
			continue;
		case TOOL_WOKEN_EVENTS:
			break;
		}
		/* Only the wake-up counts; what is true now is asked above. */
		err = cdisc_events_read(&wait->events, 0, NULL, NULL);
		if (err < 0 && err != -ENOBUFS && err != -EINTR) {
			clear_progress(goal);
			return tool_client_failed(&wait->events);
		}
	}
}

static int wait_run(struct tool *tool)
{
	struct tool_wait wait = { .has_output = false };
	struct goal goal;
	int code;

	code = goal_read(tool, &goal);
	if (code)
		return code;
	/* Events first: what happens between the two is then not missed. */
	if (tool_wait_open(&wait, true, true))
		return TOOL_FAILED;
	code = tool_open(tool);
	if (!code)
		code = wait_loop(tool, &wait, &goal);
	if (code == TOOL_OK || code == TOOL_TIMED_OUT)
		clear_progress(&goal);
	if (code == TOOL_TIMED_OUT)
		tool_fail("timed out: the clock is not %s; see clockdisc explain",
			  goal.bound_ns ? "synchronised within the bound" : "synchronised");
	tool_wait_close(&wait);
	if (code == TOOL_OK && tool->is_json)
		return tool_print_clock_json(tool);
	return code;
}

static const struct option wait_options[] = {
	{ "bound", required_argument, NULL, OPTION_BOUND },
	{ "timeout", required_argument, NULL, OPTION_TIMEOUT },
	{ 0 },
};

const struct tool_command wait_commands[] = {
	{
		.name = "wait",
		.usage = "[--bound TIME] [--timeout TIME]",
		.summary = "wait until the clock is synchronised",
		.help = "  --bound TIME    and its error bound is at most this, such as 1ms\n"
			"  --timeout TIME  give up after this, such as 60s; otherwise wait for ever\n\n"
			"Exit status: 0 reached, 1 failed, 2 wrong usage, 3 timed out.\n",
		.options = wait_options,
		.run = wait_run,
	},
	{ 0 },
};
