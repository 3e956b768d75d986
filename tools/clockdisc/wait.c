// SPDX-License-Identifier: GPL-2.0
/* Waiting for events, signals and a closed output at once. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "tool.h"

int tool_wait_join(struct tool_wait *wait, bool has_clock, bool has_sources)
{
	int err;

	cdisc_client_close(&wait->events);
	err = cdisc_client_open(&wait->events);
	if (!err && has_clock)
		err = cdisc_events_join(&wait->events, wait->events.group_clock);
	if (!err && has_sources)
		err = cdisc_events_join(&wait->events, wait->events.group_sources);
	if (err)
		cdisc_client_close(&wait->events);
	return err;
}

int tool_wait_open(struct tool_wait *wait, bool has_clock, bool has_sources)
{
	sigset_t signals;

	wait->signal_fd = -1;
	/* By descriptor, so that no signal falls between a check and the wait. */
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (tool_wait_join(wait, has_clock, has_sources))
		return tool_client_failed(&wait->events);
	wait->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC);
	if (wait->signal_fd < 0) {
		cdisc_client_close(&wait->events);
		return tool_fail("cannot wait for signals: %s", strerror(errno));
	}
	return TOOL_OK;
}

void tool_wait_close(struct tool_wait *wait)
{
	cdisc_client_close(&wait->events);
	if (wait->signal_fd >= 0)
		close(wait->signal_fd);
}

enum tool_woken tool_wait(struct tool_wait *wait, int timeout_ms)
{
	struct pollfd fds[] = {
		{ .fd = wait->signal_fd, .events = POLLIN },
		{ .fd = cdisc_client_fd(&wait->events), .events = POLLIN },
		/* No events asked: tells only that a pipe's reader has gone. */
		{ .fd = wait->has_output ? STDOUT_FILENO : -1 },
		{ .fd = wait->has_input ? STDIN_FILENO : -1, .events = POLLIN },
	};
	int n = poll(fds, ARRAY_SIZE(fds), timeout_ms);

	if (n < 0 && errno != EINTR) {
		tool_fail("cannot wait: %s", strerror(errno));
		return TOOL_WOKEN_ERROR;
	}
	if (n <= 0)
		return TOOL_WOKEN_TIMEOUT;
	if (fds[0].revents || fds[2].revents & (POLLERR | POLLHUP))
		return TOOL_WOKEN_SIGNAL;
	if (fds[3].revents)
		return TOOL_WOKEN_INPUT;
	return fds[1].revents ? TOOL_WOKEN_EVENTS : TOOL_WOKEN_TIMEOUT;
}

int tool_listen(struct tool_wait *wait, int timeout_ms, cdisc_msg_fn fn, void *arg)
{
	int err;

	wait->has_lost = false;
	switch (tool_wait(wait, timeout_ms)) {
	case TOOL_WOKEN_SIGNAL:
		wait->is_over = true;
		return TOOL_OK;
	case TOOL_WOKEN_ERROR:
		return TOOL_FAILED;
	case TOOL_WOKEN_INPUT:
	case TOOL_WOKEN_TIMEOUT:
		return TOOL_OK;
	case TOOL_WOKEN_EVENTS:
		break;
	}
	err = cdisc_events_read(&wait->events, 0, fn, arg);
	wait->has_lost = err == -ENOBUFS;
	return err >= 0 || wait->has_lost || err == -EINTR ? TOOL_OK : tool_client_failed(&wait->events);
}
