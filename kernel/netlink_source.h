/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The netlink uapi's commands about sources and samples.
 */
#ifndef CDISC_NETLINK_SOURCE_H
#define CDISC_NETLINK_SOURCE_H

#include "engine.h"

struct genl_family;

/* For whom the handlers work; before the family is registered. */
void cdisc_netlink_source_init(struct cdisc_engine *e, const struct genl_family *family);

#endif /* CDISC_NETLINK_SOURCE_H */
