/* SPDX-License-Identifier: GPL-2.0 */
/* What the process may still do after start-up. */
#ifndef NTPX_SANDBOX_H
#define NTPX_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

/**
 * sandbox_user_drop() - become another user, with CAP_SYS_TIME or with nothing
 * @uid: the user; not looked at unless started by root
 * @gid: the user's group
 * @keeps_time: keep CAP_SYS_TIME, permitted and effective
 *
 * Also empties the bounding, inheritable and ambient sets and sets
 * no_new_privs, so that nothing comes back with an exec.
 *
 * Return: 0 or a negative errno, -EPERM without CAP_SYS_TIME.
 */
int sandbox_user_drop(uid_t uid, gid_t gid, bool keeps_time);

/* Allow-lists of system calls. Return: 0 or a negative errno. */
int sandbox_filter_main(void);
int sandbox_filter_resolver(void);

#endif /* NTPX_SANDBOX_H */
