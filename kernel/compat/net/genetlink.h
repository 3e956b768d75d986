/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What changed in generic netlink.
 *
 * pre_doit() is handed a struct genl_split_ops since 6.2, a struct genl_ops before. The probe is in Kbuild.
 */
#ifndef CDISC_COMPAT_NET_GENETLINK_H
#define CDISC_COMPAT_NET_GENETLINK_H

#include_next <net/genetlink.h>

#ifdef CDISC_HAVE_GENL_SPLIT_OPS
#define cdisc_genl_op genl_split_ops
#else
#define cdisc_genl_op genl_ops
#endif

/* A dump's attributes are in a struct genl_info since 6.7. */
#ifdef CDISC_HAVE_GENL_INFO_DUMP
#define cdisc_genl_dump_attrs(cb) (genl_info_dump(cb)->attrs)
#else
#define cdisc_genl_dump_attrs(cb) (genl_dumpit_info(cb)->attrs)
#endif

/* genlmsg_multicast_allns() took allocation flags until 6.12 and the stable updates of its time. */
#ifdef CDISC_HAVE_MULTICAST_FLAGS
#define genlmsg_multicast_allns(family, skb, portid, group)						\
({													\
	int cdisc_err;											\
													\
	/* Then its caller also guarded the list of namespaces. */					\
	rcu_read_lock();										\
	cdisc_err = genlmsg_multicast_allns(family, skb, portid, group, GFP_ATOMIC);			\
	rcu_read_unlock();										\
	cdisc_err;											\
})
#endif

#endif /* CDISC_COMPAT_NET_GENETLINK_H */
