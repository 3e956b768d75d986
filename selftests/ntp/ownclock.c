// SPDX-License-Identifier: GPL-2.0
/*
 * A CLOCK_REALTIME of its own for one process: preloaded into a real NTP server it goes on as it did, whatever a client on the
 * same machine does to the clock, and jumps as a file says.
 *
 *   OWNCLOCK_MOVED=FILE LD_PRELOAD=/lib/ownclock chronyd -x ...
 *
 * It begins with what the clock reads at the first call, and goes on as CLOCK_MONOTONIC_RAW does, off by what FILE said when a
 * packet last woke the process. The kernel's stamps of packets are carried over. The right to set the machine's clock is dropped, as in a
 * container, so that nobody takes the process for one that keeps it.
 */
#include <dlfcn.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#include "moved.h"

#define NSEC_PER_SEC	1000000000LL

static int64_t moved_ns;

static int64_t kernel_ns(clockid_t id)
{
	struct timespec ts;

	syscall(SYS_clock_gettime, id, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static int64_t own_ns(void)
{
	static int64_t ahead_ns;
	int64_t raw_ns = kernel_ns(CLOCK_MONOTONIC_RAW);

	if (!ahead_ns)
		ahead_ns = kernel_ns(CLOCK_REALTIME) - raw_ns;
	return raw_ns + ahead_ns + moved_ns;
}

static struct timespec timespec_of(int64_t ns)
{
	return (struct timespec){ .tv_sec = ns / NSEC_PER_SEC, .tv_nsec = ns % NSEC_PER_SEC };
}

int clock_gettime(clockid_t id, struct timespec *ts)
{
	if (id != CLOCK_REALTIME && id != CLOCK_REALTIME_COARSE)
		return (int)syscall(SYS_clock_gettime, id, ts);
	*ts = timespec_of(own_ns());
	return 0;
}

time_t time(time_t *at)
{
	time_t now = own_ns() / NSEC_PER_SEC;

	if (at)
		*at = now;
	return now;
}

/* SO_TIMESTAMPNS has one of them, SO_TIMESTAMPING three; 0 is none. */
static void stamps_carry(struct msghdr *msg)
{
	int64_t ahead_ns = own_ns() - kernel_ns(CLOCK_REALTIME);
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		struct timespec ts;
		size_t at;

		if (c->cmsg_level != SOL_SOCKET || (c->cmsg_type != SO_TIMESTAMPNS && c->cmsg_type != SO_TIMESTAMPING))
			continue;
		for (at = 0; CMSG_LEN(at + sizeof(ts)) <= c->cmsg_len; at += sizeof(ts)) {
			memcpy(&ts, CMSG_DATA(c) + at, sizeof(ts));
			if (!ts.tv_sec)
				continue;
			ts = timespec_of(ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec + ahead_ns);
			memcpy(CMSG_DATA(c) + at, &ts, sizeof(ts));
		}
	}
}

ssize_t recvmsg(int fd, struct msghdr *msg, int flags)
{
	ssize_t len = syscall(SYS_recvmsg, fd, msg, flags);

	if (len >= 0)
		stamps_carry(msg);
	return len;
}

int recvmmsg(int fd, struct mmsghdr *messages, unsigned int n, int flags, struct timespec *timeout)
{
	int got = (int)syscall(SYS_recvmmsg, fd, messages, n, flags, timeout);
	int i;

	for (i = 0; i < got; i++)
		stamps_carry(&messages[i].msg_hdr);
	return got;
}

/* A jump comes before a server that was waiting for packets looks at its clock, so that all stamps of a request are of one time. */
static int woken(int ready)
{
	if (ready > 0)
		moved_read(getenv("OWNCLOCK_MOVED"), &moved_ns);
	return ready;
}

int select(int n, fd_set *in, fd_set *out, fd_set *except, struct timeval *timeout)
{
	__typeof__(select) *next = dlsym(RTLD_NEXT, "select");

	return woken(next(n, in, out, except, timeout));
}

int pselect(int n, fd_set *in, fd_set *out, fd_set *except, const struct timespec *timeout, const sigset_t *mask)
{
	__typeof__(pselect) *next = dlsym(RTLD_NEXT, "pselect");

	return woken(next(n, in, out, except, timeout, mask));
}

__attribute__((constructor)) static void clock_right_drop(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &head, caps))
		abort();
	caps[CAP_TO_INDEX(CAP_SYS_TIME)].effective &= ~CAP_TO_MASK(CAP_SYS_TIME);
	caps[CAP_TO_INDEX(CAP_SYS_TIME)].permitted &= ~CAP_TO_MASK(CAP_SYS_TIME);
	if (syscall(SYS_capset, &head, caps))
		abort();
}
