// SPDX-License-Identifier: GPL-2.0
/*
 * What the process may still do after start-up.
 *
 * The module asks for CAP_SYS_TIME of the one who opened the netlink socket and
 * of the one who sends on it. Sockets are therefore opened after the change of
 * user, when CAP_SYS_TIME is effective again; those of a later re-attach are
 * then no different.
 *
 * The filters name system calls for all architectures: those that an
 * architecture does not have are skipped, and C libraries of the generic
 * architectures use the *at and *_pwait forms.
 */
#include "sandbox.h"

#include <errno.h>
#include <grp.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/capability.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int bounding_drop(void)
{
	cap_value_t cap;

	for (cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0))
			return -errno;
	return 0;
}

static int caps_keep(bool keeps_time)
{
	cap_value_t time_cap = CAP_SYS_TIME;
	cap_t caps = cap_init();
	int err = 0;

	if (!caps)
		return -ENOMEM;
	if (keeps_time && (cap_set_flag(caps, CAP_PERMITTED, 1, &time_cap, CAP_SET) ||
			   cap_set_flag(caps, CAP_EFFECTIVE, 1, &time_cap, CAP_SET)))
		err = -errno;
	if (!err && cap_set_proc(caps))
		err = -errno;
	cap_free(caps);
	return err;
}

int sandbox_user_drop(uid_t uid, gid_t gid, bool keeps_time)
{
	bool is_root = !geteuid();
	int err = bounding_drop();

	/* without CAP_SETPCAP: whoever started us has seen to it, or could not either */
	if (err && (is_root || err != -EPERM))
		return err;
	if (is_root) {
		if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
			return -errno;
		if (setgroups(0, NULL) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
			return -errno;
	}
	err = caps_keep(keeps_time);
	if (err)
		return err;
	/* with the inheritable set empty the ambient one is, too */
	if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return 0;
}

#ifdef __SANITIZE_ADDRESS__
/* The sanitizers bring system calls, and at exit a tracer, of their own. */
int sandbox_filter_main(void)
{
	return 0;
}

int sandbox_filter_resolver(void)
{
	return 0;
}
#else

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

/* What both need: memory, the clock, signals, descriptors, the end. */
static const char *const calls_common[] = {
	"brk", "munmap", "mremap", "madvise",
	"futex", "futex_time64", "set_robust_list", "rseq", "membarrier", "sched_yield",
	"clock_gettime", "clock_gettime64", "gettimeofday", "time", "getrandom",
	"rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "restart_syscall",
	"getpid", "gettid", "tgkill",		/* abort() */
	"read", "write", "writev", "close", "fcntl", "fcntl64", "lseek", "_llseek",
	"fstat", "fstat64", "newfstatat", "fstatat64", "statx",
	"connect", "bind", "getsockname", "getsockopt", "setsockopt",
	"send", "sendto", "sendmsg", "recv", "recvfrom", "recvmsg",
	"exit", "exit_group",
};

/* The loop, the drift file, the resolver's end. */
static const char *const calls_main[] = {
	"epoll_wait", "epoll_pwait", "epoll_pwait2", "epoll_ctl",
	"open", "openat",			/* drift file; /etc/localtime for syslog() */
	"fsync", "ftruncate", "ftruncate64", "dup2", "dup3",
	"rename", "renameat", "renameat2", "unlink", "unlinkat",
	"wait4", "waitid", "waitpid",
};

/* getaddrinfo() and the modules that it loads, systemd's and Avahi's included. */
static const char *const calls_resolver[] = {
	"mmap", "mmap2", "mprotect",
	"open", "openat", "readv", "pread64", "stat", "stat64", "lstat", "lstat64", "access",
	"faccessat", "faccessat2", "readlink", "readlinkat", "getdents64", "statfs", "fstatfs",
	"socket", "socketpair", "getpeername", "shutdown", "sendmmsg", "recvmmsg",
	"recvmmsg_time64", "ioctl",
	"poll", "ppoll", "ppoll_time64", "select", "_newselect", "pselect6", "pselect6_time64",
	"epoll_create", "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "eventfd2",
	"pipe2", "dup", "dup3", "nanosleep", "clock_nanosleep", "clock_nanosleep_time64",
	"clock_getres", "clock_getres_time64",
	"getuid", "geteuid", "getgid", "getegid", "getresuid", "getresgid", "getppid",
	"uname", "sysinfo", "prlimit64", "ugetrlimit", "getrlimit", "sched_getaffinity", "prctl",
	"sigaltstack", "clone", "clone3",
};

static int calls_allow(scmp_filter_ctx filter, const char *const names[], size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		int number = seccomp_syscall_resolve_name(names[i]);
		int err;

		if (number == __NR_SCMP_ERROR)	/* newer than this library */
			continue;
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 0);
		/* negative numbers stand for calls that the architecture lacks */
		if (err && !(number < 0 && (err == -EDOM || err == -EINVAL)))
			return err;
	}
	return 0;
}

static int socket_allow(scmp_filter_ctx filter, int family)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
				SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)family));
}

/* Memory, but never memory to be executed. */
static int mmap_allow(scmp_filter_ctx filter)
{
	static const char *const names[] = { "mmap", "mmap2", "mprotect" };
	size_t i;

	for (i = 0; i < COUNT(names); i++) {
		int number = seccomp_syscall_resolve_name(names[i]);
		int err;

		if (number < 0)
			continue;
		err = seccomp_rule_add(filter, SCMP_ACT_ALLOW, number, 1,
				       SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
		if (err)
			return err;
	}
	return 0;
}

int sandbox_filter_main(void)
{
	static const int families[] = { AF_INET, AF_INET6, AF_NETLINK, AF_UNIX };
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
	size_t i;
	int err;

	if (!filter)
		return -ENOMEM;
	err = calls_allow(filter, calls_common, COUNT(calls_common));
	if (!err)
		err = calls_allow(filter, calls_main, COUNT(calls_main));
	if (!err)
		err = mmap_allow(filter);
	for (i = 0; !err && i < COUNT(families); i++)
		err = socket_allow(filter, families[i]);
	/* stdio asks whether a stream is a terminal */
	if (!err)
		err = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 0);
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}

/*
 * A refused call is an error here and not the end: which modules nsswitch.conf
 * loads, and what they try first, is not known to this program.
 */
int sandbox_filter_resolver(void)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int err;

	if (!filter)
		return -ENOMEM;
	err = calls_allow(filter, calls_common, COUNT(calls_common));
	if (!err)
		err = calls_allow(filter, calls_resolver, COUNT(calls_resolver));
	if (!err)
		err = seccomp_load(filter);
	seccomp_release(filter);
	return err;
}
#endif
