/* SPDX-License-Identifier: GPL-2.0 */
/* One instance, in the background. */
#ifndef NTPX_DAEMON_H
#define NTPX_DAEMON_H

/**
 * daemon_lock() - make sure that there is one ntpx
 * @path: pid file; its directory is made when it is not there
 *
 * The lock ends with the process, however it ends. What is wrong is said.
 * Return: a descriptor to keep, or -1.
 */
int daemon_lock(const char *path);
void daemon_lock_pid_write(int lock_fd);
void daemon_lock_release(int lock_fd);

/**
 * daemon_fork() - go on in a child
 *
 * The parent stays until daemon_ready(), so that its exit code tells whether
 * the start succeeded.
 * Return: in the child, a descriptor for daemon_ready(), or -1.
 */
int daemon_fork(void);
void daemon_ready(int ready_fd);

#endif /* NTPX_DAEMON_H */
