// SPDX-License-Identifier: GPL-2.0
/*
 * UDP sockets that carry one exchange each, and the kernel's stamps on them.
 *
 * A fresh socket for each request gives a fresh random port, so that an answer
 * can only be forged by somebody who sees the request. Stamps come from
 * SO_TIMESTAMPING; where the kernel refuses it, from SO_TIMESTAMPNS for what
 * arrives, and from the clock as read here.
 */
#include "sock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC	1000000000LL

static int64_t ns_from_timespec(const struct timespec *ts)
{
	return (int64_t)ts->tv_sec * NSEC_PER_SEC + ts->tv_nsec;
}

static int64_t real_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ns_from_timespec(&ts);
}

static void stamps_enable(int fd)
{
	int flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE |
		    SOF_TIMESTAMPING_TX_SOFTWARE | SOF_TIMESTAMPING_OPT_TSONLY;
	int on = 1;

	if (!setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof(flags)))
		return;
	/* a failure here leaves the stamps to user space */
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
}

int sock_stamps_hold(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0)
		stamps_enable(fd);
	return fd;
}

static socklen_t sock_addr_len(const union sock_addr *addr)
{
	return addr->sa.sa_family == AF_INET6 ? sizeof(addr->v6) : sizeof(addr->v4);
}

int sock_exchange_open(const union sock_addr *addr)
{
	int fd = socket(addr->sa.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	stamps_enable(fd);
	/* the kernel picks the port at random: nothing was bound */
	if (connect(fd, &addr->sa, sock_addr_len(addr))) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

static bool msg_stamp_get(struct msghdr *msg, int64_t *stamp_real_ns)
{
	struct cmsghdr *cmsg;
	struct timespec ts = { 0 };

	for (cmsg = CMSG_FIRSTHDR(msg); cmsg; cmsg = CMSG_NXTHDR(msg, cmsg)) {
		if (cmsg->cmsg_level != SOL_SOCKET)
			continue;
		/* struct scm_timestamping begins with the software stamp */
		if (cmsg->cmsg_type != SO_TIMESTAMPING && cmsg->cmsg_type != SO_TIMESTAMPNS)
			continue;
		if (cmsg->cmsg_len < CMSG_LEN(sizeof(ts)))
			continue;
		memcpy(&ts, CMSG_DATA(cmsg), sizeof(ts));
		if (!ts.tv_sec && !ts.tv_nsec)
			continue;
		*stamp_real_ns = ns_from_timespec(&ts);
		return true;
	}
	return false;
}

bool sock_tx_stamp_read(int fd, int64_t *t1_real_ns)
{
	union {
		struct cmsghdr align;
		uint8_t bytes[256];
	} control;
	struct msghdr msg = {
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};

	if (recvmsg(fd, &msg, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
		return false;
	return msg_stamp_get(&msg, t1_real_ns);
}

int sock_request_send(int fd, const uint8_t *buf, size_t len, int64_t *t1_real_ns)
{
	ssize_t sent;

	*t1_real_ns = real_now_ns();
	sent = send(fd, buf, len, MSG_NOSIGNAL);
	if (sent < 0)
		return -errno;
	if ((size_t)sent != len)
		return -EMSGSIZE;
	/* most drivers stamp before send() returns: saves a wake-up for it */
	return sock_tx_stamp_read(fd, t1_real_ns) ? SOCK_STAMP_KERNEL : SOCK_STAMP_USER;
}

int sock_reply_recv(int fd, uint8_t *buf, size_t size, int64_t *t4_real_ns,
		    enum sock_stamp *stamp)
{
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	union {
		struct cmsghdr align;
		uint8_t bytes[256];
	} control;
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes),
	};
	ssize_t len = recvmsg(fd, &msg, MSG_DONTWAIT);

	if (len < 0)
		return -errno;
	if (msg_stamp_get(&msg, t4_real_ns)) {
		*stamp = SOCK_STAMP_KERNEL;
	} else {
		*t4_real_ns = real_now_ns();
		*stamp = SOCK_STAMP_USER;
	}
	return (int)len;
}

bool sock_addr_is_equal(const union sock_addr *a, const union sock_addr *b)
{
	if (a->sa.sa_family != b->sa.sa_family)
		return false;
	if (a->sa.sa_family == AF_INET6)
		return !memcmp(&a->v6.sin6_addr, &b->v6.sin6_addr, sizeof(a->v6.sin6_addr)) &&
		       a->v6.sin6_port == b->v6.sin6_port &&
		       a->v6.sin6_scope_id == b->v6.sin6_scope_id;
	return a->v4.sin_addr.s_addr == b->v4.sin_addr.s_addr &&
	       a->v4.sin_port == b->v4.sin_port;
}

void sock_addr_text(const union sock_addr *addr, char text[SOCK_ADDR_TEXT_LEN])
{
	bool is_v6 = addr->sa.sa_family == AF_INET6;
	uint16_t port = ntohs(is_v6 ? addr->v6.sin6_port : addr->v4.sin_port);
	char host[INET6_ADDRSTRLEN] = "?";
	char scope[16] = "";

	inet_ntop(addr->sa.sa_family, is_v6 ? (const void *)&addr->v6.sin6_addr :
		  (const void *)&addr->v4.sin_addr, host, sizeof(host));
	if (is_v6 && addr->v6.sin6_scope_id)
		snprintf(scope, sizeof(scope), "%%%u", addr->v6.sin6_scope_id);
	if (port == 123)
		snprintf(text, SOCK_ADDR_TEXT_LEN, "%s%s", host, scope);
	else
		snprintf(text, SOCK_ADDR_TEXT_LEN, is_v6 ? "[%s%s]:%u" : "%s%s:%u", host, scope,
			 port);
}

/*
 * Loopback is left out: 127.0.0.1 as the reference of some other machine means
 * that machine's own loopback.
 */
bool sock_is_own_ref_id(uint32_t ref_id)
{
	struct ifaddrs *list, *i;
	bool is_own = false;

	if (getifaddrs(&list))
		return false;
	for (i = list; i && !is_own; i = i->ifa_next) {
		struct sockaddr_in addr;

		if (!i->ifa_addr || i->ifa_addr->sa_family != AF_INET ||
		    (i->ifa_flags & IFF_LOOPBACK))
			continue;
		memcpy(&addr, i->ifa_addr, sizeof(addr));
		is_own = ntohl(addr.sin_addr.s_addr) == ref_id;
	}
	freeifaddrs(list);
	return is_own;
}
