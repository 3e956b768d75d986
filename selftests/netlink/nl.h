/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Generic netlink by hand, so that tests can say what no well-behaved client would. Shares no code with the tools.
 */
#ifndef NL_H
#define NL_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/clockdisc.h>

#define NL_ROOM		65536

struct nl {
	int		fd;
	uint16_t	family;
	uint32_t	group_clock;
	uint32_t	group_sources;
	uint32_t	seq;
};

/* A message under construction. */
struct nl_msg {
	union {
		struct nlmsghdr	h;
		uint8_t		bytes[NL_ROOM];
	};
};

/* What came back. */
struct nl_answer {
	int		err;		/* 0 or a negative errno; -ETIMEDOUT when nothing came */
	char		text[256];	/* the sentence of a refusal */
	uint32_t	bad_offset;	/* of the attribute that was refused, 0 for none */
	bool		has_policy;	/* the kernel told the attribute's policy */
	int		messages;	/* data messages */
	int		reads;		/* calls of recvmsg() that brought some */
	size_t		len;
	uint8_t		bytes[1 << 20];	/* the data messages, one after the other */
};

/* Open a socket and find the family. Return: 0, -ENOENT when the module is not loaded, or a negative errno. */
int nl_open(struct nl *nl);
void nl_close(struct nl *nl);

/* Find the family again on the same socket. */
int nl_resolve(struct nl *nl);

void nl_begin(struct nl *nl, struct nl_msg *m, uint8_t cmd, uint16_t flags);
void nl_put(struct nl_msg *m, uint16_t type, const void *data, size_t len);
void nl_put_u32(struct nl_msg *m, uint16_t type, uint32_t value);
void nl_put_u64(struct nl_msg *m, uint16_t type, uint64_t value);
void nl_put_str(struct nl_msg *m, uint16_t type, const char *text);
size_t nl_nest_begin(struct nl_msg *m, uint16_t type);
void nl_nest_end(struct nl_msg *m, size_t nest);

/* Send, and read all up to the acknowledgement or the end of the dump. */
void nl_talk(struct nl *nl, struct nl_msg *m, struct nl_answer *a);

/* The data messages of an answer: NULL begins. */
const struct nlmsghdr *nl_next(const struct nl_answer *a, const struct nlmsghdr *after);

/* Attributes of a message: NULL begins. */
const struct nlattr *nl_attr_next(const struct nlmsghdr *h, const struct nlattr *after);
const struct nlattr *nl_nested_next(const struct nlattr *nest, const struct nlattr *after);
const struct nlattr *nl_attr(const struct nlmsghdr *h, uint16_t type);
uint16_t nl_type(const struct nlattr *attr);
const void *nl_data(const struct nlattr *attr);
size_t nl_len(const struct nlattr *attr);
uint64_t nl_uint(const struct nlattr *attr);
uint8_t nl_cmd(const struct nlmsghdr *h);

int nl_join(struct nl *nl, uint32_t group);

/* One event within some time, its length or 0. */
size_t nl_event(struct nl *nl, struct nl_msg *m, int timeout_ms);

/* TAP */
void tap(bool ok, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void tap_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int tap_end(void);

#endif /* NL_H */
