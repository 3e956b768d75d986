// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink uapi's command about the log.
 */
#include "netlink_log.h"

#include <linux/pid_namespace.h>

#include "clockdisc_nl.h"
#include "netlink_attr.h"

static struct cdisc_engine *engine;
static const struct genl_family *family;

void cdisc_netlink_log_init(struct cdisc_engine *e, const struct genl_family *f)
{
	engine = e;
	family = f;
}

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, CLOCKDISC_A_LOG_PAD);
}

static int put_s64(struct sk_buff *skb, int attr, s64 value)
{
	return nla_put_s64(skb, attr, value, CLOCKDISC_A_LOG_PAD);
}

/* What was changed, each kind in its own terms. */
static int put_change(struct sk_buff *skb, const struct cdisc_log_entry *entry)
{
	switch (entry->kind) {
	case CLOCKDISC_LOG_KIND_SET:
	case CLOCKDISC_LOG_KIND_STEP:
	case CLOCKDISC_LOG_KIND_LEAP:
	case CLOCKDISC_LOG_KIND_SLEEP:
		return put_s64(skb, CLOCKDISC_A_LOG_CHANGE_NS, entry->change_ns) ||
		       put_s64(skb, CLOCKDISC_A_LOG_OLD_REAL_NS,
			       cdisc_sub_sat(entry->now.real_ns, entry->change_ns));
	case CLOCKDISC_LOG_KIND_SLEW:
		return put_s64(skb, CLOCKDISC_A_LOG_CHANGE_NS, entry->change_ns);
	case CLOCKDISC_LOG_KIND_RATE:
		return put_s64(skb, CLOCKDISC_A_LOG_OLD_RATE_PPB_Q16, entry->old) ||
		       put_s64(skb, CLOCKDISC_A_LOG_NEW_RATE_PPB_Q16, entry->new);
	case CLOCKDISC_LOG_KIND_STATUS:
		return nla_put_u32(skb, CLOCKDISC_A_LOG_OLD_STATUS, entry->old) ||
		       nla_put_u32(skb, CLOCKDISC_A_LOG_NEW_STATUS, entry->new);
	case CLOCKDISC_LOG_KIND_TAI:
		return nla_put_s32(skb, CLOCKDISC_A_LOG_OLD_TAI_S, entry->old) ||
		       nla_put_s32(skb, CLOCKDISC_A_LOG_NEW_TAI_S, entry->new);
	case CLOCKDISC_LOG_KIND_CLOCKSOURCE:
		return nla_put_string(skb, CLOCKDISC_A_LOG_OLD_CLOCKSOURCE, entry->clock[0]) ||
		       nla_put_string(skb, CLOCKDISC_A_LOG_NEW_CLOCKSOURCE, entry->clock[1]);
	case CLOCKDISC_LOG_KIND_LOST:
	case CLOCKDISC_LOG_KIND_YIELD:
	case CLOCKDISC_LOG_KIND_RESUME:
		break;
	}
	return 0;
}

/* Nobody is known to have made the changes that were lost. */
static int put_who(struct sk_buff *skb, const struct cdisc_log_entry *entry, struct pid_namespace *reader)
{
	if (entry->kind == CLOCKDISC_LOG_KIND_LOST)
		return 0;
	return nla_put_string(skb, CLOCKDISC_A_LOG_NAME, entry->who.name) ||
	       nla_put_u32(skb, CLOCKDISC_A_LOG_PID, cdisc_nl_pid(entry->who.pid, reader));
}

int cdisc_put_log(struct sk_buff *skb, const struct cdisc_log_entry *entry, struct pid_namespace *reader)
{
	if (put_u64(skb, CLOCKDISC_A_LOG_SEQ, entry->seq) ||
	    put_s64(skb, CLOCKDISC_A_LOG_REAL_NS, entry->now.real_ns) ||
	    put_s64(skb, CLOCKDISC_A_LOG_RAW_NS, entry->now.raw_ns) ||
	    put_u64(skb, CLOCKDISC_A_LOG_NOTICED_NS, entry->noticed_ns) ||
	    nla_put_u32(skb, CLOCKDISC_A_LOG_KIND, entry->kind) ||
	    nla_put_u32(skb, CLOCKDISC_A_LOG_CAUSE, entry->cause) ||
	    put_who(skb, entry, reader) || put_change(skb, entry))
		return -EMSGSIZE;
	if (entry->reaction && nla_put_u32(skb, CLOCKDISC_A_LOG_REACTION, entry->reaction))
		return -EMSGSIZE;
	return entry->count == 1 ? 0 : nla_put_u32(skb, CLOCKDISC_A_LOG_COUNT, entry->count);
}

/* Which entries are asked for. */
struct which {
	u64	since_seq;
	u32	newest;
};

static const struct cdisc_nl_range which_ranges[] = {
	CDISC_NL_RANGE(CLOCKDISC_A_LOG_NEWEST, false, "newest", 1, 4096, "", struct which, newest),
};

static int take_which(struct nlattr **tb, struct which *which, struct netlink_ext_ack *extack)
{
	BUILD_BUG_ON(CDISC_LOG_ENTRIES != 4096);
	*which = (struct which){ .newest = CDISC_LOG_ENTRIES };
	if (!tb)
		return 0;
	if (tb[CLOCKDISC_A_LOG_SINCE_SEQ])
		which->since_seq = nla_get_u64(tb[CLOCKDISC_A_LOG_SINCE_SEQ]);
	return cdisc_nl_take(tb, which_ranges, ARRAY_SIZE(which_ranges), which, extack);
}

static u64 first_of(const struct cdisc_watch *w, const struct which *which)
{
	u64 seq = max_t(u64, which->since_seq, cdisc_watch_oldest(w));

	return w->seq > which->newest ? max_t(u64, seq, w->seq - which->newest + 1) : seq;
}

int clockdisc_nl_log_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct cdisc_log_entry *entry;
	struct sk_buff *msg;
	struct which which;
	void *hdr;
	int err = take_which(info->attrs, &which, info->extack);

	if (err)
		return err;
	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, family, 0, CLOCKDISC_CMD_LOG_GET);
	cdisc_engine_look(engine);
	mutex_lock(&engine->lock);
	entry = cdisc_watch_entry(&engine->watch, first_of(&engine->watch, &which));
	if (!entry)
		err = cdisc_nl_refuse(info->extack, info->attrs[CLOCKDISC_A_LOG_SINCE_SEQ], "there is no such entry yet",
				      -ENODATA);
	else
		err = hdr ? cdisc_put_log(msg, entry, task_active_pid_ns(current)) : -EMSGSIZE;
	mutex_unlock(&engine->lock);
	return cdisc_nl_answer(info, msg, hdr, err);
}

/*
 * args[0] is the next entry to be told, 0 at the begin, args[1] the last: what is written meanwhile is not waited for. One
 * that was overwritten meanwhile is left out.
 */
int clockdisc_nl_log_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct cdisc_log_entry *entry;
	struct which which;
	u64 seq = cb->args[0];
	int err;

	err = take_which(cdisc_genl_dump_attrs(cb), &which, cb->extack);
	if (err)
		return err;
	if (!seq)
		cdisc_engine_look(engine);
	mutex_lock(&engine->lock);
	if (!seq)
		cb->args[1] = (long)engine->watch.seq;
	seq = seq ? max_t(u64, seq, cdisc_watch_oldest(&engine->watch)) : first_of(&engine->watch, &which);
	while (seq <= (u64)cb->args[1] && (entry = cdisc_watch_entry(&engine->watch, seq))) {
		void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, family, NLM_F_MULTI,
					CLOCKDISC_CMD_LOG_GET);

		if (!hdr)
			break;
		if (cdisc_put_log(skb, entry, task_active_pid_ns(current))) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
		seq++;
	}
	mutex_unlock(&engine->lock);
	cb->args[0] = (long)seq;
	return skb->len;
}
