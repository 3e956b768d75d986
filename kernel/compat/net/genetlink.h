/* SPDX-License-Identifier: GPL-2.0 */
/*
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

#endif /* CDISC_COMPAT_NET_GENETLINK_H */
