// SPDX-License-Identifier: GPL-2.0
/* Drawing with gnuplot, which runs as a child and reads its script from a pipe. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gnuplot.h"
#include "tool.h"

#define EXIT_NOT_FOUND	127

static const char *terminal_of(const char *path)
{
	const char *dot = strrchr(path, '.');

	if (dot && !strcmp(dot, ".png"))
		return "pngcairo";
	return dot && !strcmp(dot, ".svg") ? "svg" : NULL;
}

bool gnuplot_is_picture(const char *path)
{
	return terminal_of(path);
}

size_t gnuplot_points(const char *path)
{
	const char *terminal = terminal_of(path);

	return terminal && !strcmp(terminal, "svg") ? 500 : 4000;
}

static void run_child(int script_fd)
{
	char *argv[] = { (char *)"gnuplot", NULL };
	sigset_t none;

	/* Not the signals that this program waits for by descriptor. */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(script_fd, STDIN_FILENO) < 0)
		_exit(EXIT_NOT_FOUND - 1);
	execvp(argv[0], argv);
	_exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_FOUND - 1);
}

int gnuplot_open(struct gnuplot *g, const char *path, int height)
{
	int fds[2];

	*g = (struct gnuplot){ .path = path };
	if (snprintf(g->temporary, sizeof(g->temporary), "%s.part", path) >= (int)sizeof(g->temporary) || strchr(path, '"'))
		return tool_fail("cannot draw into %.60s: the name is too long, or has a quotation mark", path);
	if (pipe2(fds, O_CLOEXEC))
		return tool_fail("cannot start gnuplot: %s", strerror(errno));
	/* It may end before it has read all. */
	signal(SIGPIPE, SIG_IGN);
	g->pid = fork();
	if (!g->pid)
		run_child(fds[0]);
	close(fds[0]);
	g->script = g->pid < 0 ? NULL : fdopen(fds[1], "w");
	if (!g->script) {
		close(fds[1]);
		return tool_fail("cannot start gnuplot: %s", strerror(errno));
	}
	fprintf(g->script, "set terminal %s size 1000,%d font \"sans,11\" noenhanced background rgb \"white\"\nset output \"%s\"\n"
		"set grid\nset key outside right top\nset lmargin 12\nset rmargin 26\n",
		terminal_of(path), height, g->temporary);
	return TOOL_OK;
}

int gnuplot_close(struct gnuplot *g)
{
	bool is_written = !fflush(g->script);
	int status = 0, err;

	is_written = !fclose(g->script) && is_written;
	while (waitpid(g->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NOT_FOUND)
		return tool_fail("gnuplot is not installed, and it does the drawing: apt-get install gnuplot-nox");
	if (!is_written || !WIFEXITED(status) || WEXITSTATUS(status)) {
		unlink(g->temporary);
		return tool_fail("gnuplot could not draw %s", g->path);
	}
	if (rename(g->temporary, g->path)) {
		err = errno;
		unlink(g->temporary);
		return tool_fail("cannot write %s: %s", g->path, strerror(err));
	}
	return TOOL_OK;
}
