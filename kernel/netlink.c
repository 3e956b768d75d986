// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink uapi: the family, who may do what, the clock's commands, and notifications.
 *
 * Locking: handlers run in parallel; the engine's own lock orders them.
 */
#include "netlink.h"

#include <linux/capability.h>
#include <linux/mutex.h>
#include <linux/pid_namespace.h>
#include <net/genetlink.h>

#include "clockdisc_nl.h"
#include "counter.h"
#include "ksyms.h"
#include "netlink_attr.h"
#include "netlink_log.h"
#include "netlink_policy.h"
#include "netlink_put.h"
#include "netlink_source.h"

/* Handlers are handed no private pointer: set before the family is registered, constant until it is gone. */
static struct cdisc_engine *engine;

/* Events are sent to the family's groups, which exist from its registration on: written under the engine's lock. */
static bool has_groups;

/* A change of the configuration reads all of it, edits and commits: one at a time. Taken before the engine's lock. */
static DEFINE_MUTEX(config_lock);

static const char msg_slewing[] = "the actuator cannot take over: another program keeps the clock slewing";
static const char msg_no_steer[] = "the actuator observe does not move the clock";
static const char msg_step_forbidden[] =
	"the policy forbids this step by command: see step-forward-ns and step-backward-ns of operator";
static const char msg_yielded[] = "the clock is left to another program; 'resume' takes it back";
static const char msg_no_offset[] = "no offset has been measured; give adjust-ns";

static struct genl_family family;

/* Writes steer somebody's clock: CAP_SYS_TIME where the clock lives, for the socket's opener and the sender. */
static int pre_doit(const struct cdisc_genl_op *op, struct sk_buff *skb, struct genl_info *info)
{
	if (op->cmd == CLOCKDISC_CMD_CLOCK_GET || op->cmd == CLOCKDISC_CMD_SOURCE_GET || op->cmd == CLOCKDISC_CMD_LOG_GET)
		return 0;
	if (netlink_capable(skb, CAP_SYS_TIME))
		return 0;
	return cdisc_nl_refuse(info->extack, NULL, "this needs CAP_SYS_TIME in the initial user namespace", -EPERM);
}

int clockdisc_nl_clock_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *hdr;
	int err;

	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, &family, 0, CLOCKDISC_CMD_CLOCK_GET);
	cdisc_engine_catch_up(engine);
	mutex_lock(&engine->lock);
	err = hdr ? cdisc_put_clock(msg, engine, task_active_pid_ns(current)) : -EMSGSIZE;
	mutex_unlock(&engine->lock);
	return cdisc_nl_answer(info, msg, hdr, err);
}

#define UNSIGNED(attr, name, min, max, what, member) \
	CDISC_NL_RANGE(CLOCKDISC_A_CLOCK_##attr, false, name, min, max, what, struct cdisc_engine_config, member)
#define SIGNED(attr, name, min, max, what, member) \
	CDISC_NL_RANGE(CLOCKDISC_A_CLOCK_##attr, true, name, min, max, what, struct cdisc_engine_config, member)

static const struct cdisc_nl_range clock_ranges[] = {
	UNSIGNED(MAX_SLEW_CHANGE_PPB_S, "max-slew-change-ppb-s", 0, 100000000, "; 0 sets no limit",
		 cfg.max_change_ppb_s),
	UNSIGNED(MIN_SURVIVORS, "min-survivors", 1, 1000, "", cfg.select.min_survivors),
	UNSIGNED(MAX_DISTANCE_NS, "max-distance-ns", 1000000, 16000000000, " (1 ms to 16 s)",
		 cfg.select.max_distance_ns),
	UNSIGNED(UNSYNC_LIMIT_NS, "unsync-limit-ns", 1000, 16000000000, " (1 us to 16 s)", cfg.unsync_ns),
	SIGNED(MINPOLL_LOG2S, "minpoll-log2s", 0, 17, " (1 s to 36 h)", cfg.minpoll_log2s),
	SIGNED(MAXPOLL_LOG2S, "maxpoll-log2s", 0, 17, " (1 s to 36 h)", cfg.maxpoll_log2s),
	UNSIGNED(IDLE_SWING_NS, "idle-swing-ns", 0, 1000, "; 0 lets it swing", idle_swing_ns),
	SIGNED(FLOOR_REAL_NS, "floor-real-ns", 0, 8000000000000000000, " (year 2223); 0 is none", cfg.floor_real_ns),
	UNSIGNED(HOLD_OFF_NS, "hold-off-ns", 1000000, 86400000000000, " (1 ms to 24 h)", conflict.hold_off_ns),
	UNSIGNED(QUIET_NS, "quiet-ns", 0, 604800000000000, " (7 days); 0 waits for resume", conflict.quiet_ns),
	UNSIGNED(REASSERT_LIMIT, "reassert-limit", 0, 1000000, "; 0 sets no limit", conflict.reassert_limit),
	SIGNED(TAI_OFFSET_S, "tai-offset-s", 0, 1000, "; 0 is unknown", tai_offset_s),
};

static int check_config(const struct cdisc_engine_config *c, struct genl_info *info)
{
	switch (cdisc_config_check(&c->cfg)) {
	case CDISC_CONFIG_OK:
		return 0;
	case CDISC_CONFIG_POLL_ORDER:
		return cdisc_nl_refuse(info->extack, NULL, "minpoll-log2s must not be above maxpoll-log2s", -EINVAL);
	case CDISC_CONFIG_PANIC_BELOW_STEP:
		return cdisc_nl_refuse(info->extack, NULL,
				       "panic-threshold-ns must be 0 or above step-threshold-ns, for each cause", -EINVAL);
	case CDISC_CONFIG_LEAP_STEP:
		return cdisc_nl_refuse(info->extack, NULL,
				       "leap-mode kernel steps by 1 s: step-forward-ns or step-backward-ns of leap must be 1 to 999999999",
				       -EINVAL);
	case CDISC_CONFIG_LEAP_ROOM:
		return cdisc_nl_refuse(info->extack, NULL,
				       "max-slew-ppb of leap must not be above that of drift, of which it takes its share", -EINVAL);
	case CDISC_CONFIG_SERVO:
		break;
	}
	return cdisc_nl_refuse(info->extack, info->attrs[CLOCKDISC_A_CLOCK_SERVO], "there is no such servo", -EINVAL);
}

static int take_clocksource(struct cdisc_engine_config *c, const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (cdisc_counter_why())
		return cdisc_nl_refuse(extack, attr, cdisc_counter_why(), -EOPNOTSUPP);
	if (!cdisc_counter_is_current())
		return cdisc_nl_refuse(extack, attr, "the clocksource clockdisc is not the kernel's current one",
				       -ENODEV);
	c->actuator = &cdisc_actuator_clocksource;
	return 0;
}

static int take_actuator(struct cdisc_engine_config *c, const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	if (!attr || nla_get_u32(attr) == c->actuator->id)
		return 0;
	c->reason = "chosen at run time";
	switch ((enum clockdisc_actuator)nla_get_u32(attr)) {
	case CLOCKDISC_ACTUATOR_TIMEKEEPER:
		if (cdisc_ksyms_why())
			return cdisc_nl_refuse(extack, attr, cdisc_ksyms_why(), -EOPNOTSUPP);
		c->actuator = &cdisc_actuator_timekeeper;
		break;
	case CLOCKDISC_ACTUATOR_OBSERVE:
		c->actuator = &cdisc_actuator_observe;
		break;
	case CLOCKDISC_ACTUATOR_CLOCKSOURCE:
		return take_clocksource(c, attr, extack);
	}
	return 0;
}

static int change_config(struct genl_info *info)
{
	struct cdisc_engine_config c;
	int err;

	lockdep_assert_held(&config_lock);
	cdisc_engine_config_get(engine, &c);
	err = cdisc_nl_take(info->attrs, clock_ranges, ARRAY_SIZE(clock_ranges), &c, info->extack);
	if (!err)
		err = cdisc_nl_take_policy(info, &c.cfg.policy);
	if (err)
		return err;
	if (info->attrs[CLOCKDISC_A_CLOCK_SERVO])
		c.cfg.servo = nla_get_u32(info->attrs[CLOCKDISC_A_CLOCK_SERVO]);
	if (info->attrs[CLOCKDISC_A_CLOCK_CONFLICT])
		c.conflict.conflict = nla_get_u32(info->attrs[CLOCKDISC_A_CLOCK_CONFLICT]);
	if (info->attrs[CLOCKDISC_A_CLOCK_CONFLICT_DAEMON])
		c.conflict.conflict_daemon = nla_get_u32(info->attrs[CLOCKDISC_A_CLOCK_CONFLICT_DAEMON]);
	c.has_tai = info->attrs[CLOCKDISC_A_CLOCK_TAI_OFFSET_S];
	c.has_floor = info->attrs[CLOCKDISC_A_CLOCK_FLOOR_REAL_NS];
	err = take_actuator(&c, info->attrs[CLOCKDISC_A_CLOCK_ACTUATOR], info->extack);
	if (err)
		return err;
	err = check_config(&c, info);
	if (err)
		return err;
	err = cdisc_engine_config_set(engine, &c);
	if (err)
		return cdisc_nl_refuse(info->extack, info->attrs[CLOCKDISC_A_CLOCK_ACTUATOR],
				       msg_slewing, err);
	return 0;
}

int clockdisc_nl_clock_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	mutex_lock(&config_lock);
	err = change_config(info);
	mutex_unlock(&config_lock);
	return err;
}

/* What a command that moves the clock can come back with, in words. */
static int adjusted(struct genl_info *info, int err)
{
	if (err == -EOPNOTSUPP)
		return cdisc_nl_refuse(info->extack, NULL, msg_no_steer, err);
	if (err == -ENODATA)
		return cdisc_nl_refuse(info->extack, NULL, msg_no_offset, err);
	if (err == -ENOENT)
		return cdisc_nl_refuse(info->extack, NULL, "no correction waits for the operator", err);
	if (err == -EACCES)
		return cdisc_nl_refuse(info->extack, NULL, msg_step_forbidden, err);
	if (err == -EBUSY)
		return cdisc_nl_refuse(info->extack, NULL, msg_yielded, err);
	if (err)
		return cdisc_nl_refuse(info->extack, NULL, "the kernel refused the step", err);
	return 0;
}

struct adjust {
	s64	ns;
};

static const struct cdisc_nl_range adjust_ranges[] = {
	CDISC_NL_RANGE(CLOCKDISC_A_CLOCK_ADJUST_NS, true, "adjust-ns", -3153600000000000000, 3153600000000000000,
		       " (100 years)", struct adjust, ns),
};

static int adjust(struct genl_info *info, int (*fn)(struct cdisc_engine *e, bool has_ns, s64 ns))
{
	struct adjust a = { 0 };
	int err = cdisc_nl_take(info->attrs, adjust_ranges, ARRAY_SIZE(adjust_ranges), &a, info->extack);

	if (err)
		return err;
	return adjusted(info, fn(engine, info->attrs[CLOCKDISC_A_CLOCK_ADJUST_NS], a.ns));
}

int clockdisc_nl_step_doit(struct sk_buff *skb, struct genl_info *info)
{
	return adjust(info, cdisc_engine_step);
}

int clockdisc_nl_slew_doit(struct sk_buff *skb, struct genl_info *info)
{
	return adjust(info, cdisc_engine_slew);
}

int clockdisc_nl_freeze_doit(struct sk_buff *skb, struct genl_info *info)
{
	return cdisc_engine_freeze(engine);
}

int clockdisc_nl_unfreeze_doit(struct sk_buff *skb, struct genl_info *info)
{
	return cdisc_engine_unfreeze(engine);
}

int clockdisc_nl_accept_doit(struct sk_buff *skb, struct genl_info *info)
{
	return adjusted(info, cdisc_engine_accept(engine));
}

int clockdisc_nl_reject_doit(struct sk_buff *skb, struct genl_info *info)
{
	return adjusted(info, cdisc_engine_reject(engine));
}

int clockdisc_nl_resume_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err = cdisc_engine_resume(engine);

	if (err == -EOPNOTSUPP)
		return cdisc_nl_refuse(info->extack, NULL, msg_no_steer, err);
	if (err)
		return cdisc_nl_refuse(info->extack, NULL, msg_slewing, err);
	return 0;
}

static const struct cdisc_nl_range freq_ranges[] = {
	CDISC_NL_RANGE(CLOCKDISC_A_CLOCK_FREQ_PPB_Q16, true, "freq-ppb-q16", -6553600000000, 6553600000000,
		       " (10 %)", struct adjust, ns),
};

int clockdisc_nl_freq_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct adjust freq = { 0 };
	int err;

	if (GENL_REQ_ATTR_CHECK(info, CLOCKDISC_A_CLOCK_FREQ_PPB_Q16))
		return cdisc_nl_refuse(info->extack, NULL, "freq-ppb-q16 is missing", -EINVAL);
	err = cdisc_nl_take(info->attrs, freq_ranges, ARRAY_SIZE(freq_ranges), &freq, info->extack);
	return err ? err : cdisc_engine_freq_set(engine, freq.ns);
}

/* Events carry what the matching get would answer, and what happened. NULL when there is nobody to tell. */
static struct sk_buff *event_begin(struct cdisc_engine *e, u8 cmd, unsigned int group, void **hdr)
{
	struct sk_buff *msg;

	lockdep_assert_held(&e->lock);
	if (!has_groups)
		return NULL;
	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (msg)
		*hdr = genlmsg_put(msg, 0, 0, &family, 0, cmd);
	else
		genl_set_err(&family, &init_net, 0, group, -ENOBUFS);
	return msg;
}

/* Return: whether there is a message to be sent. */
static bool event_end(struct sk_buff *msg, void *hdr, int err, unsigned int group)
{
	if (err) {
		nlmsg_free(msg);
		genl_set_err(&family, &init_net, 0, group, err);
		return false;
	}
	genlmsg_end(msg, hdr);
	return true;
}

/* Somebody in the initial network namespace, or in any other, has joined the group. */
static bool has_listeners(unsigned int group, bool is_abroad)
{
	bool has_any = false;
	struct net *net;

	rcu_read_lock();
	for_each_net_rcu(net)
		has_any |= is_abroad == !net_eq(net, &init_net) && genl_has_listeners(&family, net, group);
	rcu_read_unlock();
	return has_any;
}

static void send_abroad(struct sk_buff *msg, unsigned int group)
{
	struct net *net;

	rcu_read_lock();
	for_each_net_rcu(net) {
		struct sk_buff *copy;

		if (net_eq(net, &init_net))
			continue;
		copy = skb_clone(msg, GFP_ATOMIC);
		if (copy)
			genlmsg_multicast_netns(&family, net, copy, 0, group, GFP_ATOMIC);
		else
			genl_set_err(&family, net, 0, group, -ENOBUFS);
	}
	rcu_read_unlock();
	nlmsg_free(msg);
}

/*
 * One message goes to all who listen, and cannot have each one's process ids: those of the initial namespace for the initial
 * network namespace, none for the others.
 */
static struct pid_namespace *readers(bool is_abroad)
{
	return is_abroad ? NULL : &init_pid_ns;
}

static void event_send(struct sk_buff *msg, unsigned int group, bool is_abroad)
{
	if (is_abroad)
		send_abroad(msg, group);
	else
		genlmsg_multicast_netns(&family, &init_net, msg, 0, group, GFP_KERNEL);
}

static void tell_clock(struct cdisc_engine *e, enum clockdisc_event event, s64 value_ns, bool is_abroad)
{
	void *hdr;
	struct sk_buff *msg = event_begin(e, CLOCKDISC_CMD_CLOCK_NTF, CLOCKDISC_NLGRP_CLOCK, &hdr);
	int err;

	if (!msg)
		return;
	err = hdr ? cdisc_put_clock(msg, e, readers(is_abroad)) : -EMSGSIZE;
	if (!err && (nla_put_u32(msg, CLOCKDISC_A_CLOCK_EVENT, event) ||
		     nla_put_s64(msg, CLOCKDISC_A_CLOCK_EVENT_VALUE_NS, value_ns, CLOCKDISC_A_CLOCK_PAD)))
		err = -EMSGSIZE;
	if (event_end(msg, hdr, err, CLOCKDISC_NLGRP_CLOCK))
		event_send(msg, CLOCKDISC_NLGRP_CLOCK, is_abroad);
}

static void event_clock(struct cdisc_engine *e, enum clockdisc_event event, s64 value_ns)
{
	tell_clock(e, event, value_ns, false);
	if (has_listeners(CLOCKDISC_NLGRP_CLOCK, true))
		tell_clock(e, event, value_ns, true);
}

static void event_source(struct cdisc_engine *e, const struct cdisc_source *src, enum clockdisc_source_event event)
{
	void *hdr;
	struct sk_buff *msg = event_begin(e, CLOCKDISC_CMD_SOURCE_NTF, CLOCKDISC_NLGRP_SOURCES, &hdr);
	int err;

	if (!msg)
		return;
	err = hdr ? cdisc_put_source(msg, e, src) : -EMSGSIZE;
	if (!err && nla_put_u32(msg, CLOCKDISC_A_SOURCE_EVENT, event))
		err = -EMSGSIZE;
	if (event_end(msg, hdr, err, CLOCKDISC_NLGRP_SOURCES))
		genlmsg_multicast_allns(&family, msg, 0, CLOCKDISC_NLGRP_SOURCES);
}

static void tell_log(struct cdisc_engine *e, const struct cdisc_log_entry *entry, bool is_abroad)
{
	void *hdr;
	struct sk_buff *msg = event_begin(e, CLOCKDISC_CMD_LOG_NTF, CLOCKDISC_NLGRP_LOG, &hdr);

	if (msg && event_end(msg, hdr, hdr ? cdisc_put_log(msg, entry, readers(is_abroad)) : -EMSGSIZE, CLOCKDISC_NLGRP_LOG))
		event_send(msg, CLOCKDISC_NLGRP_LOG, is_abroad);
}

/* There may be thousands a second: none is written for nobody. */
static void event_log(struct cdisc_engine *e, const struct cdisc_log_entry *entry)
{
	lockdep_assert_held(&e->lock);
	if (!has_groups)
		return;
	if (has_listeners(CLOCKDISC_NLGRP_LOG, false))
		tell_log(e, entry, false);
	if (has_listeners(CLOCKDISC_NLGRP_LOG, true))
		tell_log(e, entry, true);
}

const struct cdisc_listener cdisc_netlink_listener = {
	.clock	= event_clock,
	.source	= event_source,
	.log	= event_log,
};

static const struct genl_multicast_group groups[] = {
	[CLOCKDISC_NLGRP_CLOCK]		= { .name = "clock" },
	[CLOCKDISC_NLGRP_SOURCES]	= { .name = "sources" },
	[CLOCKDISC_NLGRP_LOG]		= { .name = "log" },
};

/* The generator writes the family only for kernels with split ops. */
static struct genl_family family __ro_after_init = {
	.name		= CLOCKDISC_FAMILY_NAME,
	.version	= CLOCKDISC_FAMILY_VERSION,
	.netnsok	= true,
	.parallel_ops	= true,
	.module		= THIS_MODULE,
	.pre_doit	= pre_doit,
	.ops		= clockdisc_nl_ops,
	.n_ops		= ARRAY_SIZE(clockdisc_nl_ops),
	.mcgrps		= groups,
	.n_mcgrps	= ARRAY_SIZE(groups),
};

static void announce_groups(bool are_there)
{
	mutex_lock(&engine->lock);
	has_groups = are_there;
	mutex_unlock(&engine->lock);
}

int cdisc_netlink_init(struct cdisc_engine *e)
{
	int err;

	engine = e;
	cdisc_netlink_source_init(e, &family);
	cdisc_netlink_log_init(e, &family);
	err = genl_register_family(&family);
	if (!err)
		announce_groups(true);
	return err;
}

void cdisc_netlink_exit(void)
{
	announce_groups(false);
	genl_unregister_family(&family);
}
