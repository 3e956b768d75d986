// SPDX-License-Identifier: GPL-2.0
/*
 * Attributes with a legal range: checked here, not in the policies, so that a refusal can name it.
 */
#include "netlink_attr.h"

#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/string.h>

int cdisc_nl_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *msg, int err)
{
	if (extack) {
		extack->_msg = msg;
		extack->bad_attr = attr;
	}
	return err;
}

u32 cdisc_nl_pid(u32 pid, struct pid_namespace *reader)
{
	u32 there;

	if (!pid || !reader)
		return 0;
	if (reader == &init_pid_ns)
		return pid;
	rcu_read_lock();
	there = pid_nr_ns(find_pid_ns(pid, &init_pid_ns), reader);
	rcu_read_unlock();
	return there;
}

int cdisc_nl_answer(struct genl_info *info, struct sk_buff *msg, void *hdr, int err)
{
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	genlmsg_end(msg, hdr);
	return genlmsg_reply(msg, info);
}

/* The value, saturated: a u64 beyond s64 is beyond every range. */
static s64 value_of(const struct nlattr *attr, bool is_signed)
{
	if (nla_len(attr) == sizeof(u32))
		return is_signed ? (s64)nla_get_s32(attr) : (s64)nla_get_u32(attr);
	if (is_signed)
		return nla_get_s64(attr);
	return min_t(u64, nla_get_u64(attr), S64_MAX);
}

static void store(void *to, size_t size, s64 value)
{
	s8 v8 = value;
	s32 v32 = value;

	switch (size) {
	case sizeof(s8):
		memcpy(to, &v8, size);
		break;
	case sizeof(s32):
		memcpy(to, &v32, size);
		break;
	case sizeof(s64):
		memcpy(to, &value, size);
		break;
	}
}

int cdisc_nl_take(struct nlattr **tb, const struct cdisc_nl_range *ranges, size_t n, void *into,
		  struct netlink_ext_ack *extack)
{
	size_t i;

	for (i = 0; i < n; i++) {
		const struct cdisc_nl_range *r = &ranges[i];
		const struct nlattr *attr = tb[r->attr];
		s64 value;

		if (!attr)
			continue;
		value = value_of(attr, r->is_signed);
		if (value < r->min || value > r->max)
			return cdisc_nl_refuse(extack, attr, r->msg, -ERANGE);
		store((char *)into + r->offset, r->size, value);
	}
	return 0;
}
