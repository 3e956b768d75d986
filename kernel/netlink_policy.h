/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The policy in netlink attributes: preset, shorthands, rows.
 */
#ifndef CDISC_NETLINK_POLICY_H
#define CDISC_NETLINK_POLICY_H

#include <net/genetlink.h>

#include "core/preset.h"

/**
 * cdisc_nl_take_policy() - change a policy by what a clock-set request says
 * @info:	the request
 * @p:		the policy: first the preset, then the shorthands, then the rows are applied
 *
 * Context: Process context. The policy as a whole is not checked.
 * Return: 0, or a negative errno with a sentence and @p in pieces.
 */
int cdisc_nl_take_policy(struct genl_info *info, struct cdisc_policy *p);

/* Write it into a message. Return: 0 or -EMSGSIZE. */
int cdisc_put_policy(struct sk_buff *skb, const struct cdisc_policy *p);

#endif /* CDISC_NETLINK_POLICY_H */
