/* SPDX-License-Identifier: GPL-2.0 */
/*
 * vm_flags_clear() replaces writing to vm_flags, since 6.3. The probe is in Kbuild.
 */
#ifndef CDISC_COMPAT_LINUX_MM_H
#define CDISC_COMPAT_LINUX_MM_H

#include_next <linux/mm.h>

#ifndef CDISC_HAVE_VM_FLAGS_CLEAR
static inline void vm_flags_clear(struct vm_area_struct *vma, vm_flags_t flags)
{
	vma->vm_flags &= ~flags;
}
#endif

#endif /* CDISC_COMPAT_LINUX_MM_H */
