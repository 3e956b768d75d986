// SPDX-License-Identifier: GPL-2.0
/*
 * Who may read and who may write: every command under every kind of caller. Run as root.
 */
#include "nl.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define USER_ID		1000

static struct nl_msg msg;
static struct nl_answer answer;
static uint32_t a_source;

static void put_write(struct nl *nl, uint8_t cmd)
{
	size_t nest;

	nl_begin(nl, &msg, cmd, 0);
	switch (cmd) {
	case CLOCKDISC_CMD_CLOCK_SET:
		nl_put_u32(&msg, CLOCKDISC_A_CLOCK_PANIC_ONCE, 1);
		break;
	case CLOCKDISC_CMD_SOURCE_ADD:
		nl_put_str(&msg, CLOCKDISC_A_SOURCE_NAME, "intruder");
		break;
	case CLOCKDISC_CMD_SOURCE_SET:
		nl_put_u32(&msg, CLOCKDISC_A_SOURCE_ID, a_source);
		nl_put_u32(&msg, CLOCKDISC_A_SOURCE_FLAGS, 2);
		break;
	case CLOCKDISC_CMD_SOURCE_DEL:
		nl_put_u32(&msg, CLOCKDISC_A_SOURCE_ID, a_source);
		break;
	case CLOCKDISC_CMD_SAMPLE_SUBMIT:
		nest = nl_nest_begin(&msg, CLOCKDISC_A_SUBMIT_SAMPLE);
		nl_put_u32(&msg, CLOCKDISC_A_SAMPLE_SOURCE_ID, a_source);
		nl_put(&msg, CLOCKDISC_A_SAMPLE_MISSED, NULL, 0);
		nl_nest_end(&msg, nest);
		break;
	case CLOCKDISC_CMD_STEP:
	case CLOCKDISC_CMD_SLEW:
		nl_put_u64(&msg, CLOCKDISC_A_CLOCK_ADJUST_NS, 1000);
		break;
	case CLOCKDISC_CMD_FREQ_SET:
		nl_put_u64(&msg, CLOCKDISC_A_CLOCK_FREQ_PPB_Q16, 65536);
		break;
	}
}

static const uint8_t writes[] = {
	CLOCKDISC_CMD_CLOCK_SET, CLOCKDISC_CMD_SOURCE_ADD, CLOCKDISC_CMD_SOURCE_SET, CLOCKDISC_CMD_SAMPLE_SUBMIT,
	CLOCKDISC_CMD_STEP, CLOCKDISC_CMD_SLEW, CLOCKDISC_CMD_FREEZE, CLOCKDISC_CMD_UNFREEZE, CLOCKDISC_CMD_FREQ_SET,
	CLOCKDISC_CMD_RESUME,
	CLOCKDISC_CMD_SOURCE_DEL,
};

/* Both reads, the dump and the subscription. */
static bool reads_work(struct nl *nl)
{
	nl_begin(nl, &msg, CLOCKDISC_CMD_CLOCK_GET, 0);
	nl_talk(nl, &msg, &answer);
	if (answer.err || answer.messages != 1) {
		tap_note("clock-get: %d %s", answer.err, answer.text);
		return false;
	}
	nl_begin(nl, &msg, CLOCKDISC_CMD_SOURCE_GET, 0);
	nl_put_u32(&msg, CLOCKDISC_A_SOURCE_ID, a_source);
	nl_talk(nl, &msg, &answer);
	if (answer.err || answer.messages != 1) {
		tap_note("source-get: %d %s", answer.err, answer.text);
		return false;
	}
	nl_begin(nl, &msg, CLOCKDISC_CMD_SOURCE_GET, NLM_F_DUMP);
	nl_talk(nl, &msg, &answer);
	if (answer.err || !answer.messages) {
		tap_note("dump: %d, %d messages", answer.err, answer.messages);
		return false;
	}
	return true;
}

static bool writes_refused(struct nl *nl)
{
	bool all = true;
	size_t i;

	for (i = 0; i < sizeof(writes); i++) {
		put_write(nl, writes[i]);
		nl_talk(nl, &msg, &answer);
		if (answer.err != -EPERM || !strstr(answer.text, "CAP_SYS_TIME in the initial user namespace")) {
			tap_note("command %u: %d \"%s\"", writes[i], answer.err, answer.text);
			all = false;
		}
	}
	return all;
}

static bool write_works(struct nl *nl)
{
	put_write(nl, CLOCKDISC_CMD_CLOCK_SET);
	nl_talk(nl, &msg, &answer);
	if (answer.err)
		tap_note("clock-set: %d \"%s\"", answer.err, answer.text);
	return !answer.err;
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return ok;
}

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	tap_note("cannot prepare: %s: %s", what, strerror(errno));
	_exit(3);
}

static void become_user(void)
{
	need(!setgroups(0, NULL) && !setresgid(USER_ID, USER_ID, USER_ID) && !setresuid(USER_ID, USER_ID, USER_ID),
	     "another user");
}

static void caps_set(uint64_t set)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = {
		{ .effective = (uint32_t)set, .permitted = (uint32_t)set, .inheritable = (uint32_t)set },
		{ .effective = (uint32_t)(set >> 32), .permitted = (uint32_t)(set >> 32),
		  .inheritable = (uint32_t)(set >> 32) },
	};

	need(!syscall(SYS_capset, &header, data), "capset");
}

/* All capabilities, but of a user namespace of one's own. */
static void become_root_of_child(int more)
{
	become_user();
	/* Files in /proc are root's after a change of identity. */
	prctl(PR_SET_DUMPABLE, 1);
	need(!unshare(CLONE_NEWUSER | more), "a user namespace");
	need(write_file("/proc/self/setgroups", "deny"), "setgroups");
	need(write_file("/proc/self/uid_map", "0 1000 1"), "uid_map");
	need(write_file("/proc/self/gid_map", "0 1000 1"), "gid_map");
	need(!setresuid(0, 0, 0), "root of the namespace");
}

static void as_nobody_special(void) { become_user(); }
static void as_root_without_time(void) { caps_set(~(1ULL << CAP_SYS_TIME) & ((1ULL << 41) - 1)); }
static void as_root_with_time_alone(void) { caps_set(1ULL << CAP_SYS_TIME); }
static void as_root_of_child(void) { become_root_of_child(0); }
static void as_root_of_child_net(void) { become_root_of_child(CLONE_NEWNET); }
static void as_root_in_net(void) { need(!unshare(CLONE_NEWNET), "a network namespace"); }

static void as_user_with_time(void)
{
	need(!prctl(PR_SET_KEEPCAPS, 1), "keepcaps");
	become_user();
	caps_set(1ULL << CAP_SYS_TIME);
}

enum opened { OPENED_SELF, OPENED_BEFORE };

static const struct caller {
	const char	*name;
	void		(*become)(void);
	enum opened	opened;		/* by oneself, or by root before the change */
	bool		may_write;
} callers[] = {
	{ "root", NULL, OPENED_SELF, true },
	{ "an unprivileged user", as_nobody_special, OPENED_SELF, false },
	{ "root without CAP_SYS_TIME", as_root_without_time, OPENED_SELF, false },
	{ "root with CAP_SYS_TIME alone", as_root_with_time_alone, OPENED_SELF, true },
	{ "a user with CAP_SYS_TIME", as_user_with_time, OPENED_SELF, true },
	{ "root of a child user namespace", as_root_of_child, OPENED_SELF, false },
	{ "root of a child user and network namespace", as_root_of_child_net, OPENED_SELF, false },
	{ "root in another network namespace", as_root_in_net, OPENED_SELF, true },
	{ "an unprivileged user on root's socket", as_nobody_special, OPENED_BEFORE, false },
	{ "root of a child user namespace on root's socket", as_root_of_child, OPENED_BEFORE, false },
};

/* In a process of its own: identities do not come back. Return: 0 as wanted, 1 reads, 2 writes, 3 not prepared. */
static int caller_run(const struct caller *c)
{
	struct nl nl;
	int err;

	if (c->opened == OPENED_BEFORE)
		need(!nl_open(&nl), "root's socket");
	if (c->become)
		c->become();
	if (c->opened == OPENED_SELF) {
		err = nl_open(&nl);
		if (err) {
			tap_note("open: %s", strerror(-err));
			return 1;
		}
	}
	if (!reads_work(&nl) || nl_join(&nl, nl.group_clock) || nl_join(&nl, nl.group_sources))
		return 1;
	return (c->may_write ? write_works(&nl) : writes_refused(&nl)) ? 0 : 2;
}

static int in_child(const struct caller *c)
{
	pid_t pid = fork();
	int status = 0;

	if (!pid)
		_exit(caller_run(c));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 3;
}

/* A socket that an unprivileged process opened, used by root: what it sends is not root's alone. */
static void check_lent_socket(void)
{
	struct nl nl;
	bool ok;

	/* The opener's identity at socket() counts. */
	if (seteuid(USER_ID) || nl_open(&nl) || seteuid(0)) {
		tap(false, "an unprivileged process opens a socket");
		return;
	}
	ok = reads_work(&nl);
	tap(ok, "root on an unprivileged process's socket may read");
	tap(writes_refused(&nl), "root on an unprivileged process's socket may not write");
	nl_close(&nl);
}

static void events_elsewhere(struct nl *root)
{
	struct nl other;
	static struct nl_msg in;
	int sync[2][2];
	char byte = 0;
	int status = 0;
	pid_t pid;

	if (pipe(sync[0]) || pipe(sync[1])) {
		tap(false, "pipes");
		return;
	}
	pid = fork();
	if (!pid) {
		as_root_of_child_net();
		need(!nl_open(&other) && !nl_join(&other, other.group_clock), "a subscription");
		need(write(sync[0][1], &byte, 1) == 1 && read(sync[1][0], &byte, 1) == 1, "a pipe");
		_exit(nl_event(&other, &in, 3000) ? 0 : 1);
	}
	close(sync[0][1]);
	if (read(sync[0][0], &byte, 1) == 1) {
		write_works(root);
		status = write(sync[1][1], &byte, 1) == 1;
	}
	waitpid(pid, &status, 0);
	tap(WIFEXITED(status) && !WEXITSTATUS(status), "events reach a subscriber in another network namespace");
}

int main(void)
{
	const struct nlmsghdr *h;
	struct nl nl;
	size_t i;

	if (nl_open(&nl)) {
		tap(false, "the family is there");
		return tap_end();
	}
	nl_begin(&nl, &msg, CLOCKDISC_CMD_SOURCE_ADD, 0);
	nl_put_str(&msg, CLOCKDISC_A_SOURCE_NAME, "guarded");
	nl_talk(&nl, &msg, &answer);
	h = nl_next(&answer, NULL);
	a_source = h ? (uint32_t)nl_uint(nl_attr(h, CLOCKDISC_A_SOURCE_ID)) : 0;
	tap(a_source, "root adds a source");
	for (i = 0; i < sizeof(callers) / sizeof(callers[0]); i++) {
		int code = in_child(&callers[i]);

		tap(code != 1 && code != 3, "%s may read", callers[i].name);
		tap(code == 0, "%s may %s", callers[i].name, callers[i].may_write ? "write" : "not write");
	}
	check_lent_socket();
	events_elsewhere(&nl);
	return tap_end();
}
