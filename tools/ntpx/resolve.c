// SPDX-License-Identifier: GPL-2.0
/*
 * Host names to addresses, in a process of its own.
 *
 * getaddrinfo() may take half a minute, loads whatever nsswitch.conf names and
 * parses what strangers send. The helper does that without any capability and
 * under a filter of its own; the process that may set the clock needs neither
 * its system calls nor its time. Questions and answers are whole datagrams on a
 * socket pair, fixed in size, and the answers are checked like anybody else's.
 */
#include "resolve.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox.h"

struct resolve_question {
	uint32_t token;
	uint16_t port;
	char name[CONF_NAME_LEN];
};

static int lookup(const char *name, uint16_t port, int flags, struct addrinfo **list)
{
	struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_NUMERICSERV | flags,
	};
	char service[8];

	snprintf(service, sizeof(service), "%u", port);
	return getaddrinfo(name, service, &hints, list);
}

static bool addr_copy(union sock_addr *addr, const struct addrinfo *info)
{
	if ((info->ai_family != AF_INET && info->ai_family != AF_INET6) ||
	    info->ai_addrlen > sizeof(*addr))
		return false;
	memset(addr, 0, sizeof(*addr));
	memcpy(addr, info->ai_addr, info->ai_addrlen);
	return true;
}

bool resolve_numeric(const char *name, uint16_t port, union sock_addr *addr)
{
	struct addrinfo *list;
	bool is_known;

	if (lookup(name, port, AI_NUMERICHOST, &list))
		return false;
	is_known = addr_copy(addr, list);
	freeaddrinfo(list);
	return is_known;
}

static void question_answer(const struct resolve_question *question, struct resolve_answer *answer)
{
	struct addrinfo *list, *i;

	memset(answer, 0, sizeof(*answer));
	answer->token = question->token;
	answer->error = lookup(question->name, question->port, AI_ADDRCONFIG, &list);
	if (answer->error)
		return;
	for (i = list; i && answer->n < RESOLVE_ADDRS_MAX; i = i->ai_next)
		if (addr_copy(&answer->addrs[answer->n], i))
			answer->n++;
	freeaddrinfo(list);
	if (!answer->n)
		answer->error = EAI_NONAME;
}

static _Noreturn void helper_run(int fd, uid_t uid, gid_t gid)
{
	struct resolve_question question;
	struct resolve_answer answer;

	/* the parent ends it by closing the socket; a ^C is meant for the parent */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	signal(SIGUSR1, SIG_IGN);
	if (sandbox_user_drop(uid, gid, false) || sandbox_filter_resolver())
		_exit(1);
	/* after the change of user, which clears it; ends a lookup in progress too */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (send(fd, "", 1, MSG_NOSIGNAL) != 1)
		_exit(1);
	while (recv(fd, &question, sizeof(question), 0) == sizeof(question)) {
		question.name[sizeof(question.name) - 1] = '\0';
		question_answer(&question, &answer);
		if (send(fd, &answer, sizeof(answer), MSG_NOSIGNAL) != sizeof(answer))
			break;
	}
	_exit(0);
}

/* Who reads what a daemon says at its start waits until nobody holds the other end. */
static void output_drop(void)
{
	int fd, null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null_fd < 0)
		return;
	for (fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null_fd, fd);
	close(null_fd);
}

int resolver_start(struct resolver *resolver, uid_t uid, gid_t gid)
{
	char ready;
	int fds[2];

	resolver->fd = -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		return -errno;
	resolver->pid = fork();
	if (resolver->pid < 0) {
		int err = -errno;

		close(fds[0]);
		close(fds[1]);
		return err;
	}
	if (!resolver->pid) {
		/* above all the lock, which would outlive the parent */
		if (dup2(fds[1], 3) != 3 || close_range(4, ~0U, 0))
			_exit(1);
		output_drop();
		helper_run(3, uid, gid);
	}
	close(fds[1]);
	resolver->fd = fds[0];
	if (recv(resolver->fd, &ready, 1, 0) != 1) {
		resolver_stop(resolver);
		return -EPERM;
	}
	return 0;
}

void resolver_stop(struct resolver *resolver)
{
	if (resolver->fd < 0)
		return;
	close(resolver->fd);
	resolver->fd = -1;
	/* not waited for: it may be in the middle of a lookup, and dies with us */
	waitpid(resolver->pid, NULL, WNOHANG);
}

int resolver_ask(struct resolver *resolver, uint32_t token, const char *name, uint16_t port)
{
	struct resolve_question question = { .token = token, .port = port };

	if (resolver->fd < 0)
		return -EPIPE;
	snprintf(question.name, sizeof(question.name), "%s", name);
	if (send(resolver->fd, &question, sizeof(question), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
		return errno == EAGAIN ? -EAGAIN : -EPIPE;
	return 0;
}

int resolver_read(struct resolver *resolver, struct resolve_answer *answer)
{
	ssize_t len = recv(resolver->fd, answer, sizeof(*answer), MSG_DONTWAIT);
	uint32_t i;

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (len != sizeof(*answer))
		return -EPIPE;
	if (answer->n > RESOLVE_ADDRS_MAX || (!answer->n && !answer->error))
		return -EPIPE;
	for (i = 0; i < answer->n; i++)
		if (answer->addrs[i].sa.sa_family != AF_INET &&
		    answer->addrs[i].sa.sa_family != AF_INET6)
			return -EPIPE;
	return 1;
}
