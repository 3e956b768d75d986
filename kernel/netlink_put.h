/* SPDX-License-Identifier: GPL-2.0 */
/*
 * State of the engine into attributes; the same for answers and events.
 */
#ifndef CDISC_NETLINK_PUT_H
#define CDISC_NETLINK_PUT_H

#include <net/netlink.h>

#include "engine.h"

/* All attributes of the clock, process ids for a reader in that namespace, or NULL for none. The lock is held. Returns 0 or -EMSGSIZE. */
int cdisc_put_clock(struct sk_buff *skb, const struct cdisc_engine *e, struct pid_namespace *reader) __must_hold(&e->lock);

/* All attributes of a source. The lock is held. Returns 0 or -EMSGSIZE. */
int cdisc_put_source(struct sk_buff *skb, const struct cdisc_engine *e, const struct cdisc_source *src)
	__must_hold(&e->lock);

#endif /* CDISC_NETLINK_PUT_H */
