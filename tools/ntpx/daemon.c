// SPDX-License-Identifier: GPL-2.0
/*
 * One instance, in the background.
 *
 * The lock is on a file rather than on an abstract socket: those belong to a
 * network namespace, of which there are many to one clock, and any user could
 * take the name first.
 */
#include "daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf.h"
#include "log.h"

/* Makes the directory of @path and the one above it, as /run in an initramfs. */
static void parents_make(const char *path)
{
	char dir[CONF_PATH_LEN];
	char *slash;
	char *upper;

	snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	if (!slash || slash == dir)
		return;
	*slash = '\0';
	upper = strrchr(dir, '/');
	if (upper && upper != dir) {
		*upper = '\0';
		mkdir(dir, 0755);
		*upper = '/';
	}
	/* whether it worked shows at open() */
	mkdir(dir, 0755);
}

int daemon_lock(const char *path)
{
	char pid[16] = "";
	int fd;

	parents_make(path);
	/* for the owner only: whoever can open it can hold the lock */
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (fd < 0) {
		log_err("%s: %s%s", path, strerror(errno),
			geteuid() ? "; start it as root" : "");
		return -1;
	}
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	if (errno != EWOULDBLOCK) {
		log_err("%s: cannot be locked: %s", path, strerror(errno));
	} else {
		ssize_t len = read(fd, pid, sizeof(pid) - 1);

		if (len > 0)
			pid[strcspn(pid, "\n")] = '\0';
		log_err("another ntpx is running (process %s, by the lock on %s)",
			pid[0] ? pid : "unknown", path);
	}
	close(fd);
	return -1;
}

void daemon_lock_pid_write(int lock_fd)
{
	char pid[16];
	int len = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());

	/* for people only: the lock is what counts */
	if (ftruncate(lock_fd, 0) || pwrite(lock_fd, pid, (size_t)len, 0) != len)
		log_warn("pid file: %s", strerror(errno));
}

void daemon_lock_release(int lock_fd)
{
	/* not unlinked: another instance may have it open already, waiting for the lock */
	if (ftruncate(lock_fd, 0))
		log_debug("pid file: %s", strerror(errno));
	close(lock_fd);
}

int daemon_fork(void)
{
	int fds[2];
	char ready;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC)) {
		log_err("pipe: %s", strerror(errno));
		return -1;
	}
	pid = fork();
	if (pid < 0) {
		log_err("fork: %s", strerror(errno));
		return -1;
	}
	if (pid) {
		close(fds[1]);
		_exit(read(fds[0], &ready, 1) == 1 ? 0 : 1);
	}
	close(fds[0]);
	setsid();
	if (chdir("/"))
		log_debug("/: %s", strerror(errno));
	return fds[1];
}

void daemon_ready(int ready_fd)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null_fd >= 0) {
		dup2(null_fd, STDIN_FILENO);
		dup2(null_fd, STDOUT_FILENO);
		dup2(null_fd, STDERR_FILENO);
		close(null_fd);
	}
	if (write(ready_fd, "", 1) != 1)
		log_debug("the parent did not wait");
	close(ready_fd);
}
