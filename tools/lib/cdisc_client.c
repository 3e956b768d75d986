// SPDX-License-Identifier: GPL-2.0
/* Netlink client: socket, family, and one request with its answers. */
#include "cdisc_client.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "cdisc_extack.h"

/* Half of client->buf is for the request, which a refusal points into; half for answers. */
#define HALF_LEN		65536

int cdisc_client_fail(struct cdisc_client *client, int err, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(client->error, sizeof(client->error), fmt, args);
	va_end(args);
	return err;
}

int cdisc_client_fd(const struct cdisc_client *client)
{
	return client->sock ? mnl_socket_get_fd(client->sock) : -1;
}

uint8_t cdisc_msg_cmd(const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);

	return genl->cmd;
}

size_t cdisc_request_room(void)
{
	return HALF_LEN;
}

static struct nlmsghdr *request_begin(struct cdisc_client *client, uint16_t type, uint8_t cmd,
				      uint8_t version, uint16_t flags)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(client->buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	nlh->nlmsg_seq = ++client->seq;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = cmd;
	genl->version = version;
	return nlh;
}

struct nlmsghdr *cdisc_request_begin(struct cdisc_client *client, uint8_t cmd, bool is_dump)
{
	return request_begin(client, client->family_id, cmd, CLOCKDISC_FAMILY_VERSION,
			     is_dump ? NLM_F_ACK | NLM_F_DUMP : NLM_F_ACK);
}

struct exchange {
	struct cdisc_client *client;
	const struct nlmsghdr *request;
	const struct cdisc_attr_set *set;
	cdisc_msg_fn fn;
	void *arg;
	bool is_dump_cut;	/* the kernel says that the list changed meanwhile */
	bool has_words;		/* the module explained its refusal */
};

/* Return: 1 to read on, 0 when the exchange is over, or a negative errno. */
static int take_message(struct exchange *x, const struct nlmsghdr *nlh)
{
	struct cdisc_client *client = x->client;
	int err;

	if (nlh->nlmsg_flags & NLM_F_DUMP_INTR)
		x->is_dump_cut = true;
	switch (nlh->nlmsg_type) {
	case NLMSG_NOOP:
		return 1;
	case NLMSG_ERROR:
	case NLMSG_DONE:
		err = cdisc_extack_read(nlh, x->request, x->set, client->error,
					sizeof(client->error), &x->has_words);
		if (!err && x->is_dump_cut)
			return cdisc_client_fail(client, -EAGAIN,
						 "the list changed while it was read");
		return err;
	case NLMSG_OVERRUN:
		return cdisc_client_fail(client, -ENOBUFS, "an answer was lost");
	}
	if (nlh->nlmsg_type < NLMSG_MIN_TYPE || mnl_nlmsg_get_payload_len(nlh) < GENL_HDRLEN)
		return 1;
	if (x->fn) {
		err = x->fn(client, nlh, x->arg);
		if (err)
			return err;
	}
	return 1;
}

static int read_answers(struct exchange *x)
{
	struct cdisc_client *client = x->client;
	uint8_t *buf = client->buf + HALF_LEN;
	const struct nlmsghdr *nlh;
	ssize_t got;
	int left, err;

	for (;;) {
		got = mnl_socket_recvfrom(client->sock, buf, HALF_LEN);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return cdisc_client_fail(client, -errno, "cannot read from netlink: %s",
						 strerror(errno));
		left = (int)got;
		for (nlh = (const struct nlmsghdr *)buf; mnl_nlmsg_ok(nlh, left);
		     nlh = mnl_nlmsg_next(nlh, &left)) {
			/* What an earlier request left behind when it was given up. */
			if (nlh->nlmsg_seq != x->request->nlmsg_seq ||
			    nlh->nlmsg_pid != client->port_id)
				continue;
			err = take_message(x, nlh);
			if (err <= 0)
				return err;
		}
	}
}

static int exchange_run(struct exchange *x)
{
	struct cdisc_client *client = x->client;

	client->error[0] = '\0';
	if (!client->sock)
		return cdisc_client_fail(client, -ENOTCONN, "the netlink socket is closed");
	if (mnl_socket_sendto(client->sock, x->request, x->request->nlmsg_len) < 0)
		return cdisc_client_fail(client, -errno, "cannot write to netlink: %s",
					 strerror(errno));
	return read_answers(x);
}

struct family {
	uint16_t id;
	uint32_t group_clock;
	uint32_t group_sources;
	uint32_t group_log;
};

static void family_groups(const struct nlattr *list, struct family *family)
{
	const struct nlattr *group, *nla;

	mnl_attr_for_each_nested(group, list) {
		const char *name = "";
		uint32_t id = 0;

		mnl_attr_for_each_nested(nla, group) {
			if (mnl_attr_get_type(nla) == CTRL_ATTR_MCAST_GRP_NAME &&
			    mnl_attr_validate(nla, MNL_TYPE_NUL_STRING) == 0)
				name = mnl_attr_get_str(nla);
			if (mnl_attr_get_type(nla) == CTRL_ATTR_MCAST_GRP_ID &&
			    mnl_attr_validate(nla, MNL_TYPE_U32) == 0)
				id = mnl_attr_get_u32(nla);
		}
		if (!strcmp(name, CLOCKDISC_MCGRP_CLOCK))
			family->group_clock = id;
		if (!strcmp(name, CLOCKDISC_MCGRP_SOURCES))
			family->group_sources = id;
		if (!strcmp(name, CLOCKDISC_MCGRP_LOG))
			family->group_log = id;
	}
}

static int family_read(struct cdisc_client *client, const struct nlmsghdr *nlh, void *arg)
{
	struct family *family = arg;
	const struct nlattr *nla;

	(void)client;
	mnl_attr_for_each(nla, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(nla) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_validate(nla, MNL_TYPE_U16) == 0)
			family->id = mnl_attr_get_u16(nla);
		if (mnl_attr_get_type(nla) == CTRL_ATTR_MCAST_GROUPS)
			family_groups(nla, family);
	}
	return 0;
}

static int family_resolve(struct cdisc_client *client, struct family *family)
{
	struct exchange x = { .client = client, .fn = family_read, .arg = family };
	struct nlmsghdr *nlh;
	int err;

	nlh = request_begin(client, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1, NLM_F_ACK);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, CLOCKDISC_FAMILY_NAME);
	x.request = nlh;
	err = exchange_run(&x);
	if (err == -ENOENT || (!err && !family->id))
		return cdisc_client_fail(client, -ENODEV,
					 "the clockdisc module is not loaded: modprobe clockdisc");
	return err;
}

/* An unknown family answers ENOENT as well, but without words: find out which it was. */
static int find_missing(struct cdisc_client *client)
{
	struct family family = { 0 };
	int err = family_resolve(client, &family);

	if (err)
		return err;
	if (family.id != client->family_id)
		return cdisc_client_fail(client, -ESTALE,
					 "the clockdisc module was loaded again; its sources are gone");
	return cdisc_client_fail(client, -ENOENT, "%s", strerror(ENOENT));
}

int cdisc_request_run(struct cdisc_client *client, struct nlmsghdr *nlh,
		      const struct cdisc_attr_set *set, cdisc_msg_fn fn, void *arg)
{
	struct exchange x = {
		.client = client, .request = nlh, .set = set, .fn = fn, .arg = arg,
	};
	int err = exchange_run(&x);

	if (err == -ENOENT && !x.has_words)
		return find_missing(client);
	return err;
}

static int socket_options(struct cdisc_client *client)
{
	int on = 1;

	/* Every kernel that can load the module has all three (4.20). */
	if (mnl_socket_setsockopt(client->sock, NETLINK_EXT_ACK, &on, sizeof(on)) ||
	    mnl_socket_setsockopt(client->sock, NETLINK_CAP_ACK, &on, sizeof(on)) ||
	    mnl_socket_setsockopt(client->sock, NETLINK_GET_STRICT_CHK, &on, sizeof(on)))
		return cdisc_client_fail(client, -errno, "netlink lacks a socket option: %s",
					 strerror(errno));
	return 0;
}

static int client_open(struct cdisc_client *client)
{
	struct family family = { 0 };
	int err;

	client->buf = malloc(2 * HALF_LEN);
	if (!client->buf)
		return cdisc_client_fail(client, -ENOMEM, "out of memory");
	client->sock = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC);
	if (!client->sock)
		return cdisc_client_fail(client, -errno, "cannot open a netlink socket: %s",
					 strerror(errno));
	if (mnl_socket_bind(client->sock, 0, MNL_SOCKET_AUTOPID))
		return cdisc_client_fail(client, -errno, "cannot bind a netlink socket: %s",
					 strerror(errno));
	client->port_id = mnl_socket_get_portid(client->sock);
	err = socket_options(client);
	if (!err)
		err = family_resolve(client, &family);
	if (err)
		return err;
	client->family_id = family.id;
	client->group_clock = family.group_clock;
	client->group_sources = family.group_sources;
	client->group_log = family.group_log;
	return 0;
}

int cdisc_client_open(struct cdisc_client *client)
{
	int err;

	*client = (struct cdisc_client){ 0 };
	err = client_open(client);
	if (err)
		cdisc_client_close(client);
	return err;
}

void cdisc_client_close(struct cdisc_client *client)
{
	if (client->sock)
		mnl_socket_close(client->sock);
	client->sock = NULL;
	free(client->buf);
	client->buf = NULL;
}
