/* SPDX-License-Identifier: GPL-2.0 */
/*
 * write_seqcount_latch() and its begin and end replace calls of raw_write_seqcount_latch(), since 6.13 and the stable
 * updates of its time. The probe is in Kbuild.
 */
#ifndef CDISC_COMPAT_LINUX_SEQLOCK_H
#define CDISC_COMPAT_LINUX_SEQLOCK_H

#include_next <linux/seqlock.h>

#ifndef CDISC_HAVE_SEQCOUNT_LATCH_WRITE
#define read_seqcount_latch(s)		raw_read_seqcount_latch(s)
#define write_seqcount_latch_begin(s)	raw_write_seqcount_latch(s)
#define write_seqcount_latch(s)		raw_write_seqcount_latch(s)
#define write_seqcount_latch_end(s)	((void)(s))
#endif

#endif /* CDISC_COMPAT_LINUX_SEQLOCK_H */
