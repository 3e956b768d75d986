// SPDX-License-Identifier: GPL-2.0
/*
 * Run a program in a time namespace whose monotonic clocks are shifted: timens SECONDS COMMAND...
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME	0x80
#endif

int main(int argc, char **argv)
{
	FILE *offsets;
	int status;
	pid_t pid;

	if (argc < 3) {
		fputs("usage: timens SECONDS COMMAND...\n", stderr);
		return 2;
	}
	if (unshare(CLONE_NEWTIME)) {
		fprintf(stderr, "timens: %s\n", strerror(errno));
		return 4;
	}
	/* Offsets can be set until the first process enters, which is the next child. */
	offsets = fopen("/proc/self/timens_offsets", "w");
	if (!offsets || fprintf(offsets, "monotonic %s 0\nboottime %s 0\n", argv[1], argv[1]) < 0 || fclose(offsets)) {
		fprintf(stderr, "timens: offsets: %s\n", strerror(errno));
		return 4;
	}
	pid = fork();
	if (!pid) {
		execvp(argv[2], argv + 2);
		fprintf(stderr, "timens: %s: %s\n", argv[2], strerror(errno));
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
