// SPDX-License-Identifier: GPL-2.0
/* A netlink refusal as a sentence: the kernel's words, the attribute, the legal range. */
#include "cdisc_extack.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cdisc_attr.h"

#define NESTING_MAX		3
/* The largest errno that the kernel returns. */
#define ERRNO_MAX		4095

struct refusal {
	const char *words;
	uint32_t offset;
	uint32_t missing_nest;
	uint32_t missing;
	bool has_offset;
	bool has_missing_nest;
	bool has_missing;
};

static void refusal_read(struct refusal *refusal, const struct nlmsghdr *nlh, size_t skip)
{
	const struct nlattr *nla;

	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS) || mnl_nlmsg_get_payload_len(nlh) < skip)
		return;
	mnl_attr_for_each(nla, nlh, skip) {
		switch (mnl_attr_get_type(nla)) {
		case NLMSGERR_ATTR_MSG:
			if (mnl_attr_validate(nla, MNL_TYPE_NUL_STRING) == 0)
				refusal->words = mnl_attr_get_str(nla);
			break;
		case NLMSGERR_ATTR_OFFS:
			refusal->has_offset = mnl_attr_validate(nla, MNL_TYPE_U32) == 0;
			if (refusal->has_offset)
				refusal->offset = mnl_attr_get_u32(nla);
			break;
		case NLMSGERR_ATTR_MISS_TYPE:
			refusal->has_missing = mnl_attr_validate(nla, MNL_TYPE_U32) == 0;
			if (refusal->has_missing)
				refusal->missing = mnl_attr_get_u32(nla);
			break;
		case NLMSGERR_ATTR_MISS_NEST:
			refusal->has_missing_nest = mnl_attr_validate(nla, MNL_TYPE_U32) == 0;
			if (refusal->has_missing_nest)
				refusal->missing_nest = mnl_attr_get_u32(nla);
			break;
		}
	}
}

/*
 * The innermost attribute of @request that begins at @offset or encloses it;
 * *@set follows into nests.
 */
static const struct cdisc_attr *attr_at(const struct nlmsghdr *request, uint32_t offset,
					const struct cdisc_attr_set **set)
{
	const char *base = (const char *)request;
	const struct nlattr *nla = mnl_nlmsg_get_payload_offset(request, GENL_HDRLEN);
	const char *end = base + request->nlmsg_len;
	const struct cdisc_attr *attr = NULL;
	int depth;

	for (depth = 0; depth < NESTING_MAX; depth++) {
		for (; mnl_attr_ok(nla, (int)(end - (const char *)nla)); nla = mnl_attr_next(nla)) {
			if (base + offset < (const char *)mnl_attr_next(nla))
				break;
		}
		if (!mnl_attr_ok(nla, (int)(end - (const char *)nla)) ||
		    base + offset < (const char *)nla)
			return attr;
		attr = cdisc_attr_by_number(*set, mnl_attr_get_type(nla));
		if (!attr || !attr->nested || base + offset == (const char *)nla)
			return attr;
		*set = attr->nested;
		end = (const char *)mnl_attr_next(nla);
		nla = mnl_attr_get_payload(nla);
	}
	return attr;
}

static void describe(const struct refusal *refusal, int err, const struct nlmsghdr *request,
		     const struct cdisc_attr_set *set, char *error, size_t len)
{
	const char *words = refusal->words ? refusal->words : strerror(-err);
	const struct cdisc_attr *attr = NULL;
	char legal[128] = "";
	bool is_missing = false;

	if (set && refusal->has_missing) {
		if (refusal->has_missing_nest)
			(void)attr_at(request, refusal->missing_nest + NLA_HDRLEN, &set);
		attr = cdisc_attr_by_number(set, (uint16_t)refusal->missing);
		is_missing = attr;
	} else if (set && refusal->has_offset) {
		attr = attr_at(request, refusal->offset, &set);
	}
	if (err == -EPERM && !strstr(words, "CAP_SYS_TIME")) {
		snprintf(error, len, "this needs CAP_SYS_TIME in the initial user namespace");
		return;
	}
	if (is_missing) {
		snprintf(error, len, "%s: %s is missing", words, attr->name);
		return;
	}
	/* The module's own sentences name the attribute; the kernel's policy checks do not. */
	if (attr && !strstr(words, attr->name)) {
		if (err == -ERANGE)
			cdisc_attr_legal(legal, sizeof(legal), attr);
		snprintf(error, len, "%s: %s%s%s", attr->name, words,
			 *legal ? "; legal is " : "", legal);
		return;
	}
	snprintf(error, len, "%s", words);
}

int cdisc_extack_read(const struct nlmsghdr *nlh, const struct nlmsghdr *request,
		      const struct cdisc_attr_set *set, char *error, size_t len,
		      bool *has_words)
{
	const struct nlmsgerr *answer = mnl_nlmsg_get_payload(nlh);
	struct refusal refusal = { 0 };
	size_t skip = sizeof(int);
	int err;

	*has_words = false;
	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(int))
		goto malformed;
	memcpy(&err, answer, sizeof(err));
	if (err >= 0)
		return 0;
	if (err < -ERRNO_MAX)
		goto malformed;
	if (nlh->nlmsg_type == NLMSG_ERROR) {
		if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*answer))
			goto malformed;
		skip = sizeof(*answer);
		if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
			skip += MNL_ALIGN(answer->msg.nlmsg_len) - sizeof(answer->msg);
	}
	refusal_read(&refusal, nlh, skip);
	*has_words = refusal.words;
	describe(&refusal, err, request, set, error, len);
	return err;

malformed:
	snprintf(error, len, "the answer is malformed");
	return -EBADMSG;
}
