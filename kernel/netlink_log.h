/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netlink uapi's command about the log.
 */
#ifndef CDISC_NETLINK_LOG_H
#define CDISC_NETLINK_LOG_H

#include <net/genetlink.h>

#include "engine.h"

/* Before the family is registered. */
void cdisc_netlink_log_init(struct cdisc_engine *e, const struct genl_family *family);

/* All attributes of an entry, process ids for a reader in that namespace, or NULL for none. Returns 0 or -EMSGSIZE. */
int cdisc_put_log(struct sk_buff *skb, const struct cdisc_log_entry *entry, struct pid_namespace *reader);

#endif /* CDISC_NETLINK_LOG_H */
