/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netlink uapi: handlers and notifications. The spec is Documentation/netlink/specs/clockdisc.yaml.
 */
#ifndef CDISC_NETLINK_H
#define CDISC_NETLINK_H

#include "engine.h"

/* Who the engine tells of events: the multicast groups. */
extern const struct cdisc_listener cdisc_netlink_listener;

/* Register the family for this engine. Process context. Returns 0 or a negative errno. */
int cdisc_netlink_init(struct cdisc_engine *e);

/* Unregister it; no handler runs on return. */
void cdisc_netlink_exit(void);

#endif /* CDISC_NETLINK_H */
