/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attributes with a legal range: checked here, not in the policies, so that a refusal can name it. And the answers.
 */
#ifndef CDISC_NETLINK_ATTR_H
#define CDISC_NETLINK_ATTR_H

#include <net/genetlink.h>

/**
 * struct cdisc_nl_range - an attribute's legal range
 * @attr:	the attribute
 * @is_signed:	s32 or s64, otherwise u32 or u64
 * @min:	least legal value
 * @max:	largest legal value
 * @offset:	where its value goes in the caller's structure
 * @size:	how many bytes it has there: 1, 4 or 8
 * @msg:	the sentence for a value that is not legal
 */
struct cdisc_nl_range {
	u16		attr;
	bool		is_signed;
	s64		min;
	s64		max;
	size_t		offset;
	size_t		size;
	const char	*msg;
};

/* name is the attribute's name in the spec, min and max are literals: they stand in the sentence as they are. */
#define CDISC_NL_RANGE(attr_, signed_, name, min_, max_, what, type, member)	\
	{									\
		.attr		= attr_,					\
		.is_signed	= signed_,					\
		.min		= min_,						\
		.max		= max_,						\
		.offset		= offsetof(type, member),			\
		.size		= sizeof_field(type, member),			\
		.msg		= name " must be " #min_ " to " #max_ what,	\
	}

/**
 * cdisc_nl_take() - check attributes and store their values
 * @tb:		attributes of a message
 * @ranges:	which ones, and where they go
 * @n:		how many
 * @into:	the structure; members of absent attributes are left alone
 * @extack:	told the sentence and the attribute on a refusal
 *
 * Context: Any.
 * Return: 0, or -ERANGE with @into in pieces.
 */
int cdisc_nl_take(struct nlattr **tb, const struct cdisc_nl_range *ranges, size_t n, void *into,
		  struct netlink_ext_ack *extack);

/* Send msg as the answer, or on an error free it; returns err or what sending came to. */
int cdisc_nl_answer(struct genl_info *info, struct sk_buff *msg, void *hdr, int err);

/*
 * A process id of the initial namespace as a reader in another one knows that process now; 0 when it is not to be seen from there, has
 * ended, or the reader is NULL: nobody in particular.
 */
u32 cdisc_nl_pid(u32 pid, struct pid_namespace *reader);

/* Refuse with a sentence about an attribute, NULL for the message as a whole; returns err. */
int cdisc_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *msg, int err);

#endif /* CDISC_NETLINK_ATTR_H */
