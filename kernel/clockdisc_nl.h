/* SPDX-License-Identifier: GPL-2.0 */
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/clockdisc.yaml */
/* YNL-GEN kernel header */

#ifndef _LINUX_CLOCKDISC_GEN_H
#define _LINUX_CLOCKDISC_GEN_H

#include <net/netlink.h>
#include <net/genetlink.h>

#include <uapi/linux/clockdisc.h>

/* Common nested types */
extern const struct nla_policy clockdisc_policy_nl_policy[CLOCKDISC_A_POLICY_MAX_SLEW_PPB + 1];
extern const struct nla_policy clockdisc_sample_nl_policy[CLOCKDISC_A_SAMPLE_SELF + 1];

extern const struct nla_policy clockdisc_clock_get_nl_policy[CLOCKDISC_A_CLOCK_PAD + 1];

extern const struct nla_policy clockdisc_clock_set_nl_policy[CLOCKDISC_A_CLOCK_SOURCE_SLEW_BUDGET_NS + 1];

extern const struct nla_policy clockdisc_source_get_nl_policy[CLOCKDISC_A_SOURCE_ID + 1];

extern const struct nla_policy clockdisc_source_add_nl_policy[CLOCKDISC_A_SOURCE_MAXPOLL_LOG2S + 1];

extern const struct nla_policy clockdisc_source_set_nl_policy[CLOCKDISC_A_SOURCE_MAXPOLL_LOG2S + 1];

extern const struct nla_policy clockdisc_source_del_nl_policy[CLOCKDISC_A_SOURCE_ID + 1];

extern const struct nla_policy clockdisc_sample_submit_nl_policy[CLOCKDISC_A_SUBMIT_SAMPLE + 1];

extern const struct nla_policy clockdisc_step_nl_policy[CLOCKDISC_A_CLOCK_ADJUST_NS + 1];

extern const struct nla_policy clockdisc_slew_nl_policy[CLOCKDISC_A_CLOCK_ADJUST_NS + 1];

extern const struct nla_policy clockdisc_freeze_nl_policy[CLOCKDISC_A_CLOCK_PAD + 1];

extern const struct nla_policy clockdisc_unfreeze_nl_policy[CLOCKDISC_A_CLOCK_PAD + 1];

extern const struct nla_policy clockdisc_freq_set_nl_policy[CLOCKDISC_A_CLOCK_FREQ_PPB_Q16 + 1];

extern const struct nla_policy clockdisc_log_get_nl_policy[CLOCKDISC_A_LOG_NEWEST + 1];

extern const struct nla_policy clockdisc_accept_nl_policy[CLOCKDISC_A_CLOCK_PAD + 1];

extern const struct nla_policy clockdisc_reject_nl_policy[CLOCKDISC_A_CLOCK_PAD + 1];

extern const struct nla_policy clockdisc_resume_nl_policy[CLOCKDISC_A_CLOCK_PAD + 1];

/* Ops table for clockdisc */
extern const struct genl_ops clockdisc_nl_ops[16];

int clockdisc_nl_clock_get_doit(struct sk_buff *skb, struct genl_info *info);
int clockdisc_nl_clock_set_doit(struct sk_buff *skb, struct genl_info *info);
int clockdisc_nl_source_get_doit(struct sk_buff *skb, struct genl_info *info);
int clockdisc_nl_source_get_dumpit(struct sk_buff *skb,
				   struct netlink_callback *cb);
int clockdisc_nl_source_add_doit(struct sk_buff *skb, struct genl_info *info);
int clockdisc_nl_source_set_doit(struct sk_buff *skb, struct genl_info *info);
int clockdisc_nl_source_del_doit(struct sk_buff *skb, struct genl_info *info);
int clockdisc_nl_sample_submit_doit(struct sk_buff *skb,
				    struct genl_info *info);
int clockdisc_nl_step_doit(struct sk_buff *skb, struct genl_info *info);
int clockdisc_nl_slew_doit(struct sk_buff *skb, struct genl_info *info);
int clockdisc_nl_freeze_doit(struct sk_buff *skb, struct genl_info *info);
int clockdisc_nl_unfreeze_doit(struct sk_buff *skb, struct genl_info *info);
int clockdisc_nl_freq_set_doit(struct sk_buff *skb, struct genl_info *info);
int clockdisc_nl_log_get_doit(struct sk_buff *skb, struct genl_info *info);
int clockdisc_nl_log_get_dumpit(struct sk_buff *skb,
				struct netlink_callback *cb);
int clockdisc_nl_accept_doit(struct sk_buff *skb, struct genl_info *info);
int clockdisc_nl_reject_doit(struct sk_buff *skb, struct genl_info *info);
int clockdisc_nl_resume_doit(struct sk_buff *skb, struct genl_info *info);

enum {
	CLOCKDISC_NLGRP_CLOCK,
	CLOCKDISC_NLGRP_SOURCES,
	CLOCKDISC_NLGRP_LOG,
};

#endif /* _LINUX_CLOCKDISC_GEN_H */
