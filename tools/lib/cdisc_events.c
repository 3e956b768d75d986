// SPDX-License-Identifier: GPL-2.0
/* Netlink client: multicast events. */
#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/genetlink.h>
#include <linux/sock_diag.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "cdisc_client.h"

/* Some thousand events: a burst of samples must not outrun a reader that prints. */
#define EVENTS_BUF_LEN		(2 << 20)

int cdisc_events_join(struct cdisc_client *client, uint32_t group)
{
	int fd = cdisc_client_fd(client);
	int len = EVENTS_BUF_LEN;
	uint32_t control = GENL_ID_CTRL;

	if (!group)
		return cdisc_client_fail(client, -ENOENT, "the module has no such event group");
	/* Capped by rmem_max without CAP_NET_ADMIN, which is no reason to give up. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &len, sizeof(len));
	if (mnl_socket_setsockopt(client->sock, NETLINK_ADD_MEMBERSHIP, &group, sizeof(group)) ||
	    /* Tells when the module is unloaded, which our own groups cannot. */
	    mnl_socket_setsockopt(client->sock, NETLINK_ADD_MEMBERSHIP, &control, sizeof(control)))
		return cdisc_client_fail(client, -errno, "cannot join an event group: %s",
					 strerror(errno));
	return 0;
}

int cdisc_events_only(struct cdisc_client *client, uint32_t event)
{
	/* A u32 in host order, which a load in network order turns round where the two differ. */
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(client->family_id), 0, 8),
		BPF_STMT(BPF_LDX | BPF_W | BPF_IMM, CLOCKDISC_A_CLOCK_EVENT),
		BPF_STMT(BPF_LD | BPF_W | BPF_IMM, NLMSG_HDRLEN + GENL_HDRLEN),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_IND, NLA_HDRLEN),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(event), 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};
	struct sock_fprog filter = { .len = sizeof(code) / sizeof(code[0]), .filter = code };

	if (setsockopt(cdisc_client_fd(client), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)))
		return cdisc_client_fail(client, -errno, "cannot choose among the events: %s", strerror(errno));
	return 0;
}

static bool is_our_unload(const struct cdisc_client *client, const struct nlmsghdr *nlh)
{
	const struct nlattr *nla;

	if (nlh->nlmsg_type != GENL_ID_CTRL || cdisc_msg_cmd(nlh) != CTRL_CMD_DELFAMILY)
		return false;
	mnl_attr_for_each(nla, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(nla) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_validate(nla, MNL_TYPE_U16) == 0)
			return mnl_attr_get_u16(nla) == client->family_id;
	}
	return false;
}

static int dispatch(struct cdisc_client *client, const uint8_t *buf, int left,
		    cdisc_msg_fn fn, void *arg)
{
	const struct nlmsghdr *nlh;
	int n = 0, err;

	for (nlh = (const struct nlmsghdr *)buf; mnl_nlmsg_ok(nlh, left);
	     nlh = mnl_nlmsg_next(nlh, &left)) {
		if (mnl_nlmsg_get_payload_len(nlh) < GENL_HDRLEN)
			continue;
		if (is_our_unload(client, nlh))
			return cdisc_client_fail(client, -ENODEV,
						 "the clockdisc module was unloaded");
		if (nlh->nlmsg_type != client->family_id)
			continue;
		err = fn ? fn(client, nlh, arg) : 0;
		if (err)
			return err;
		n++;
	}
	return n;
}

int cdisc_events_read(struct cdisc_client *client, int timeout_ms, cdisc_msg_fn fn, void *arg)
{
	uint8_t *buf = client->buf + cdisc_request_room();
	struct pollfd pfd = { .fd = cdisc_client_fd(client), .events = POLLIN };
	ssize_t got;
	int n;

	client->error[0] = '\0';
	/* One who has an event loop does not come without need, and may be forbidden to call poll(). */
	n = timeout_ms ? poll(&pfd, 1, timeout_ms) : 1;
	if (n < 0)
		return cdisc_client_fail(client, -errno, "cannot wait for events: %s",
					 strerror(errno));
	if (!n)
		return 0;
	got = recv(pfd.fd, buf, cdisc_request_room(), MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return 0;
	if (got < 0 && errno == ENOBUFS)
		return cdisc_client_fail(client, -ENOBUFS, "events were lost");
	if (got < 0)
		return cdisc_client_fail(client, -errno, "cannot read events: %s",
					 strerror(errno));
	return dispatch(client, buf, (int)got, fn, arg);
}

uint32_t cdisc_events_lost(const struct cdisc_client *client)
{
	uint32_t info[SK_MEMINFO_VARS] = { 0 };
	socklen_t len = sizeof(info);

	(void)getsockopt(cdisc_client_fd(client), SOL_SOCKET, SO_MEMINFO, info, &len);
	return info[SK_MEMINFO_DROPS];
}
