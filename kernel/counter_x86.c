// SPDX-License-Identifier: GPL-2.0
/*
 * The counter underneath on x86-64: the time stamp counter.
 */
#include "counter.h"

#include <linux/clocksource.h>
#include <linux/kvm_para.h>
#include <linux/string.h>
#include <linux/time64.h>

#include <asm/cpufeature.h>
#include <asm/msr.h>
#include <asm/pvclock.h>
#include <asm/tsc.h>

u64 cdisc_counter_hw(void)
{
	return rdtsc_ordered();
}

u32 cdisc_counter_khz(void)
{
	return boot_cpu_has(X86_FEATURE_TSC) ? tsc_khz : 0;
}

/* A KVM host that sets this bit keeps the guest's counters of all processors in step and at one rate. */
static bool has_host_word(void)
{
#if IS_ENABLED(CONFIG_PARAVIRT_CLOCK)
	const struct pvclock_vsyscall_time_info *pvti;

	if (!kvm_para_available())
		return false;
	pvti = pvclock_get_pvti_cpu0_va();
	return pvti && (READ_ONCE(pvti->pvti.flags) & PVCLOCK_TSC_STABLE_BIT);
#else
	return false;
#endif
}

const char *cdisc_counter_unstable(void)
{
	if (!cdisc_counter_khz())
		return "the processor has no time stamp counter of a known frequency";
	/* In a guest the kernel judges by the virtual processor's name and features; the host knows. */
	if (has_host_word())
		return NULL;
	if (check_tsc_unstable())
		return "the kernel found the time stamp counter unstable";
	/* A guest's processors neither sleep nor change their frequency where their counter could see it. */
	if (boot_cpu_has(X86_FEATURE_HYPERVISOR) || boot_cpu_has(X86_FEATURE_TSC_RELIABLE))
		return NULL;
	if (!boot_cpu_has(X86_FEATURE_CONSTANT_TSC) || !boot_cpu_has(X86_FEATURE_NONSTOP_TSC))
		return "the time stamp counter stops or changes its rate when the processor saves power";
	return NULL;
}

bool cdisc_counter_is_under(const struct clocksource *cs)
{
	return !strcmp(cs->name, "tsc") || !strcmp(cs->name, "tsc-early");
}
