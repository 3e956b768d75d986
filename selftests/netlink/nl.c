// SPDX-License-Identifier: GPL-2.0
/*
 * Generic netlink by hand, for tests.
 */
#include "nl.h"

#include <errno.h>
#include <linux/genetlink.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define ANSWER_MSEC	10000

static void die(const char *what)
{
	printf("Bail out! %s: %s\n", what, strerror(errno));
	exit(1);
}

void nl_begin(struct nl *nl, struct nl_msg *m, uint8_t cmd, uint16_t flags)
{
	struct genlmsghdr *g = (struct genlmsghdr *)(m->bytes + NLMSG_HDRLEN);

	memset(m->bytes, 0, NLMSG_HDRLEN + GENL_HDRLEN);
	m->h.nlmsg_len = NLMSG_HDRLEN + GENL_HDRLEN;
	m->h.nlmsg_type = nl->family;
	m->h.nlmsg_flags = NLM_F_REQUEST | flags;
	m->h.nlmsg_seq = ++nl->seq;
	g->cmd = cmd;
	g->version = CLOCKDISC_FAMILY_VERSION;
}

void nl_put(struct nl_msg *m, uint16_t type, const void *data, size_t len)
{
	struct nlattr *attr = (struct nlattr *)(m->bytes + m->h.nlmsg_len);

	if (m->h.nlmsg_len + NLA_HDRLEN + NLA_ALIGN(len) > sizeof(m->bytes))
		die("a test's message is too long");
	memset(attr, 0, NLA_HDRLEN + NLA_ALIGN(len));
	attr->nla_type = type;
	attr->nla_len = (uint16_t)(NLA_HDRLEN + len);
	if (len)
		memcpy((uint8_t *)attr + NLA_HDRLEN, data, len);
	m->h.nlmsg_len += (uint32_t)(NLA_HDRLEN + NLA_ALIGN(len));
}

void nl_put_u32(struct nl_msg *m, uint16_t type, uint32_t value)
{
	nl_put(m, type, &value, sizeof(value));
}

void nl_put_u64(struct nl_msg *m, uint16_t type, uint64_t value)
{
	nl_put(m, type, &value, sizeof(value));
}

void nl_put_str(struct nl_msg *m, uint16_t type, const char *text)
{
	nl_put(m, type, text, strlen(text) + 1);
}

size_t nl_nest_begin(struct nl_msg *m, uint16_t type)
{
	size_t at = m->h.nlmsg_len;

	nl_put(m, type | NLA_F_NESTED, NULL, 0);
	return at;
}

void nl_nest_end(struct nl_msg *m, size_t nest)
{
	((struct nlattr *)(m->bytes + nest))->nla_len = (uint16_t)(m->h.nlmsg_len - nest);
}

static void refusal_read(struct nl_answer *a, const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = (const struct nlmsgerr *)((const uint8_t *)h + NLMSG_HDRLEN);
	size_t skip = NLMSG_HDRLEN + sizeof(*e);

	a->err = e->error;
	if (!(h->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(e->msg.nlmsg_len) - NLMSG_HDRLEN;
	if (!(h->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	while (skip + NLA_HDRLEN <= h->nlmsg_len) {
		const struct nlattr *attr = (const struct nlattr *)((const uint8_t *)h + skip);

		if (attr->nla_len < NLA_HDRLEN)
			return;
		switch (nl_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			snprintf(a->text, sizeof(a->text), "%s", (const char *)nl_data(attr));
			break;
		case NLMSGERR_ATTR_OFFS:
			a->bad_offset = (uint32_t)nl_uint(attr);
			break;
		case NLMSGERR_ATTR_POLICY:
			a->has_policy = true;
			break;
		}
		skip += NLA_ALIGN(attr->nla_len);
	}
}

/* Return: false when the answer is complete. */
static bool message_take(struct nl *nl, struct nl_answer *a, const struct nlmsghdr *h)
{
	size_t len = NLMSG_ALIGN(h->nlmsg_len);

	if (h->nlmsg_seq != nl->seq)
		return true;
	switch (h->nlmsg_type) {
	case NLMSG_ERROR:
		refusal_read(a, h);
		return false;
	case NLMSG_DONE:
		a->err = 0;
		return false;
	case NLMSG_NOOP:
		return true;
	}
	if (a->len + len > sizeof(a->bytes)) {
		errno = E2BIG;
		die("an answer is longer than a test has room for");
	}
	memcpy(a->bytes + a->len, h, h->nlmsg_len);
	a->len += len;
	a->messages++;
	return true;
}

void nl_talk(struct nl *nl, struct nl_msg *m, struct nl_answer *a)
{
	static __thread uint8_t in[1 << 17];

	a->err = -ETIMEDOUT;
	a->text[0] = '\0';
	a->bad_offset = 0;
	a->has_policy = false;
	a->messages = 0;
	a->reads = 0;
	a->len = 0;
	m->h.nlmsg_flags |= m->h.nlmsg_flags & NLM_F_DUMP ? 0 : NLM_F_ACK;
	/* Without an address, as a write() of a tricked program would be: then the socket's opener counts, too. */
	if (send(nl->fd, m->bytes, m->h.nlmsg_len, 0) < 0) {
		a->err = -errno;
		return;
	}
	for (;;) {
		struct pollfd pfd = { .fd = nl->fd, .events = POLLIN };
		const struct nlmsghdr *h = (const struct nlmsghdr *)in;
		ssize_t len;

		if (poll(&pfd, 1, ANSWER_MSEC) <= 0)
			return;
		len = recv(nl->fd, in, sizeof(in), 0);
		if (len < 0) {
			a->err = -errno;
			return;
		}
		a->reads++;
		for (; NLMSG_OK(h, (size_t)len); h = NLMSG_NEXT(h, len))
			if (!message_take(nl, a, h))
				return;
	}
}

const struct nlmsghdr *nl_next(const struct nl_answer *a, const struct nlmsghdr *after)
{
	size_t at = after ? (size_t)((const uint8_t *)after - a->bytes) + NLMSG_ALIGN(after->nlmsg_len) : 0;

	return at < a->len ? (const struct nlmsghdr *)(a->bytes + at) : NULL;
}

static const struct nlattr *attr_within(const uint8_t *at, const uint8_t *end)
{
	const struct nlattr *attr = (const struct nlattr *)at;

	if (at + NLA_HDRLEN > end || attr->nla_len < NLA_HDRLEN || at + attr->nla_len > end)
		return NULL;
	return attr;
}

const struct nlattr *nl_attr_next(const struct nlmsghdr *h, const struct nlattr *after)
{
	const uint8_t *at = after ? (const uint8_t *)after + NLA_ALIGN(after->nla_len) :
				    (const uint8_t *)h + NLMSG_HDRLEN + GENL_HDRLEN;

	return attr_within(at, (const uint8_t *)h + h->nlmsg_len);
}

const struct nlattr *nl_nested_next(const struct nlattr *nest, const struct nlattr *after)
{
	const uint8_t *at = after ? (const uint8_t *)after + NLA_ALIGN(after->nla_len) :
				    (const uint8_t *)nest + NLA_HDRLEN;

	return attr_within(at, (const uint8_t *)nest + nest->nla_len);
}

uint16_t nl_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

const void *nl_data(const struct nlattr *attr)
{
	return (const uint8_t *)attr + NLA_HDRLEN;
}

size_t nl_len(const struct nlattr *attr)
{
	return attr->nla_len - (size_t)NLA_HDRLEN;
}

uint64_t nl_uint(const struct nlattr *attr)
{
	uint64_t v64 = 0;
	uint32_t v32;

	if (nl_len(attr) == sizeof(v32)) {
		memcpy(&v32, nl_data(attr), sizeof(v32));
		return v32;
	}
	memcpy(&v64, nl_data(attr), nl_len(attr) < sizeof(v64) ? nl_len(attr) : sizeof(v64));
	return v64;
}

const struct nlattr *nl_attr(const struct nlmsghdr *h, uint16_t type)
{
	const struct nlattr *attr = NULL;

	while ((attr = nl_attr_next(h, attr)))
		if (nl_type(attr) == type)
			return attr;
	return NULL;
}

uint8_t nl_cmd(const struct nlmsghdr *h)
{
	return ((const struct genlmsghdr *)((const uint8_t *)h + NLMSG_HDRLEN))->cmd;
}

static void groups_read(struct nl *nl, const struct nlattr *groups)
{
	const struct nlattr *group = NULL, *attr;

	while ((group = nl_nested_next(groups, group))) {
		const char *name = "";
		uint32_t id = 0;

		attr = NULL;
		while ((attr = nl_nested_next(group, attr))) {
			if (nl_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
				name = nl_data(attr);
			if (nl_type(attr) == CTRL_ATTR_MCAST_GRP_ID)
				id = (uint32_t)nl_uint(attr);
		}
		if (!strcmp(name, CLOCKDISC_MCGRP_CLOCK))
			nl->group_clock = id;
		if (!strcmp(name, CLOCKDISC_MCGRP_SOURCES))
			nl->group_sources = id;
	}
}

int nl_resolve(struct nl *nl)
{
	static __thread struct nl_answer a;
	static __thread struct nl_msg m;
	const struct nlmsghdr *h;

	nl_begin(nl, &m, CTRL_CMD_GETFAMILY, 0);
	m.h.nlmsg_type = GENL_ID_CTRL;
	nl_put_str(&m, CTRL_ATTR_FAMILY_NAME, CLOCKDISC_FAMILY_NAME);
	nl_talk(nl, &m, &a);
	if (a.err)
		return a.err;
	h = nl_next(&a, NULL);
	if (!h || !nl_attr(h, CTRL_ATTR_FAMILY_ID) || !nl_attr(h, CTRL_ATTR_MCAST_GROUPS))
		return -EBADMSG;
	nl->family = (uint16_t)nl_uint(nl_attr(h, CTRL_ATTR_FAMILY_ID));
	groups_read(nl, nl_attr(h, CTRL_ATTR_MCAST_GROUPS));
	return 0;
}

int nl_open(struct nl *nl)
{
	struct sockaddr_nl local = { .nl_family = AF_NETLINK };
	int on = 1, room = 4 << 20, err;

	memset(nl, 0, sizeof(*nl));
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (nl->fd < 0)
		return -errno;
	if (bind(nl->fd, (struct sockaddr *)&local, sizeof(local))) {
		err = -errno;
		close(nl->fd);
		return err;
	}
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof(on));
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof(on));
	setsockopt(nl->fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	err = nl_resolve(nl);
	if (err)
		close(nl->fd);
	return err;
}

void nl_close(struct nl *nl)
{
	close(nl->fd);
	nl->fd = -1;
}

int nl_join(struct nl *nl, uint32_t group)
{
	return setsockopt(nl->fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) ? -errno : 0;
}

size_t nl_event(struct nl *nl, struct nl_msg *m, int timeout_ms)
{
	struct pollfd pfd = { .fd = nl->fd, .events = POLLIN };
	ssize_t len;

	if (poll(&pfd, 1, timeout_ms) <= 0)
		return 0;
	len = recv(nl->fd, m->bytes, sizeof(m->bytes), 0);
	return len < 0 ? 0 : (size_t)len;
}

static int tap_n, tap_failed;

void tap(bool ok, const char *fmt, ...)
{
	va_list ap;

	tap_n++;
	tap_failed += !ok;
	printf("%sok %d - ", ok ? "" : "not ", tap_n);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

void tap_note(const char *fmt, ...)
{
	va_list ap;

	printf("# ");
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	fflush(stdout);
}

int tap_end(void)
{
	printf("1..%d\n", tap_n);
	fflush(stdout);
	return tap_failed != 0;
}
