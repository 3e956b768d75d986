// SPDX-License-Identifier: GPL-2.0
/*
 * KVM on x86: KVM_HC_CLOCK_PAIRING writes the host's CLOCK_REALTIME and the guest's TSC of the same instant to a page
 * of ours (Documentation/virt/kvm/x86/hypercalls.rst of the kernel).
 *
 * All but kvm_init() and kvm_exit() are called with interrupts off.
 */
#include "source_host.h"

#include <linux/cc_platform.h>
#include <linux/cpumask.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kvm_para.h>
#include <linux/printk.h>
#include <linux/set_memory.h>
#include <asm/msr.h>
#include <asm/pvclock.h>
/* Needs the one above. */
#include <asm/kvmclock.h>

/* A confidential guest's memory is not the host's to write to, unless it is told so. */
static bool is_confidential(void)
{
	return cc_platform_has(CC_ATTR_GUEST_MEM_ENCRYPT);
}

static enum cdisc_host_status kvm_init(struct cdisc_host *h)
{
	unsigned long page;

	if (!kvm_para_available())
		return CDISC_HOST_NO_HYPERVISOR;
	page = get_zeroed_page(GFP_KERNEL);
	if (!page)
		return CDISC_HOST_NO_MEMORY;
	if (is_confidential() && set_memory_decrypted(page, 1)) {
		/* Nobody knows in which of both states it was left: it cannot be given back. */
		pr_warn("clockdisc: a page could not be shared with the host and is lost\n");
		return CDISC_HOST_NO_MEMORY;
	}
	h->page = (void *)page;
	return CDISC_HOST_OK;
}

static void kvm_exit(struct cdisc_host *h)
{
	unsigned long page = (unsigned long)h->page;

	h->page = NULL;
	if (is_confidential() && set_memory_encrypted(page, 1))
		pr_warn("clockdisc: a page could not be taken back from the host and is lost\n");
	else
		free_page(page);
}

static enum cdisc_host_status kvm_refusal(int err)
{
	switch (-err) {
	case KVM_ENOSYS:
		return CDISC_HOST_NO_HYPERCALL;
	case KVM_EOPNOTSUPP:
		return CDISC_HOST_NOT_TSC;
	}
	return CDISC_HOST_REFUSED;
}

static int kvm_call(struct cdisc_host *h, struct cdisc_host_answer *answer)
{
	const struct kvm_clock_pairing *pair = h->page;
	long ret = kvm_hypercall2(KVM_HC_CLOCK_PAIRING, virt_to_phys(h->page), KVM_CLOCK_PAIRING_WALLCLOCK);

	if (ret)
		return ret;
	answer->real_sec = pair->sec;
	answer->real_nsec = pair->nsec;
	answer->counter = pair->tsc;
	return 0;
}

static u64 tsc(void)
{
	return rdtsc_ordered();
}

static void read_page(const struct pvclock_vcpu_time_info *src, struct cdisc_host_scale *s)
{
	s->version = pvclock_read_begin(src);
	s->counter = src->tsc_timestamp;
	s->cyc = src->system_time;
	s->mul = src->tsc_to_system_mul;
	s->shift = src->tsc_shift;
	s->is_known = s->version != 0;
}

/*
 * Without PVCLOCK_TSC_STABLE_BIT each processor's page is written by itself, as after the host has left the TSC for a while:
 * KVM takes the common line up again only when it is told the clock anew. The kernel then shows the greatest time that
 * any processor has shown.
 */
static s64 pages_apart_ns(void)
{
	u64 now = rdtsc_ordered(), least = U64_MAX, most = 0;
	unsigned int cpu;

	for_each_online_cpu(cpu) {
		const struct pvclock_vsyscall_time_info *clock = per_cpu(hv_clock_per_cpu, cpu);
		struct cdisc_host_scale s = { 0 };
		u64 cyc;

		if (!clock)
			continue;
		read_page(&clock->pvti, &s);
		/* One that is just being written counts next time. */
		if (!s.is_known || pvclock_read_retry(&clock->pvti, s.version))
			continue;
		/* Written after the counter was read: likewise. */
		if ((s64)(now - s.counter) < 0)
			continue;
		cyc = cdisc_host_cyc(&s, now);
		least = min(least, cyc);
		most = max(most, cyc);
	}
	return most > least ? (s64)min_t(u64, most - least, S64_MAX) : 0;
}

static void pvclock_scale(struct cdisc_host_scale *s)
{
	const struct pvclock_vsyscall_time_info *clock = this_cpu_hvclock();

	/* "no-kvmclock" on the kernel's command line. */
	if (!clock)
		return;
	read_page(&clock->pvti, s);
	if (!(clock->pvti.flags & PVCLOCK_TSC_STABLE_BIT))
		s->apart_ns = pages_apart_ns();
}

static bool is_pvclock_changed(const struct cdisc_host_scale *s)
{
	return pvclock_read_retry(&this_cpu_hvclock()->pvti, s->version);
}

/* One processor's is enough: all of them are written when the guest goes on. */
static bool pvclock_page(struct cdisc_host_page *page)
{
	const struct pvclock_vsyscall_time_info *clock = per_cpu(hv_clock_per_cpu, 0);

	if (!clock)
		return false;
	*page = (struct cdisc_host_page){
		.version = &clock->pvti.version,
		.flags = &clock->pvti.flags,
		.stopped = PVCLOCK_GUEST_STOPPED,
	};
	return true;
}

const struct cdisc_host_ops cdisc_host_kvm = {
	.name			= "kvm",
	.call_name		= "KVM_HC_CLOCK_PAIRING",
	.init			= kvm_init,
	.exit			= kvm_exit,
	.refusal		= kvm_refusal,
	.call			= kvm_call,
	.counter		= tsc,
	.clocks			= cdisc_host_clocks_read,
	.tick_ns		= cdisc_host_tick_ns,
	.scale			= pvclock_scale,
	.is_scale_changed	= is_pvclock_changed,
	.page			= pvclock_page,
};
