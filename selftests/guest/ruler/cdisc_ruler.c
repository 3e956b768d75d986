// SPDX-License-Identifier: GPL-2.0
/*
 * A test module: how far is this guest's CLOCK_REALTIME from its KVM host's? Whatever the clocksource is.
 *
 * The in-tree ptp_kvm answers that exactly, but only while kvm-clock is current. Here one look is, with interrupts off
 *
 *	pairing hypercall	(host's time, counter)
 *	TRIES times:		counter before, clock, counter after
 *	pairing hypercall	(host's time, counter)
 *
 * The host's time within the narrowest bracket lies on the line through the two pairings: neither the counter's
 * frequency nor the cost of a hypercall matters. The clock was read somewhere within the bracket, so its width is the
 * error's limit. Where the current clocksource is the counter itself, a snapshot of the timekeeper
 * names the very count, and the width is 0.
 *
 * A look is a read of /proc/cdisc_ruler, one line:
 *
 *	host_ns=... offset_ns=... width_ns=... counter=... pair_ns=...
 *
 * offset_ns is guest minus host, pair_ns the time between the two pairings. Where the host refuses, the read fails:
 * EOPNOTSUPP when its clock is not on the TSC, ENOSYS when it does not know the hypercall.
 */
#include <linux/kvm_para.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/timekeeping.h>
#include <asm/io.h>
#include <asm/msr.h>

#define TRIES		16	/* enough to meet one undisturbed bracket, few enough to hold interrupts off for */
#define FAR_APART_NS	NSEC_PER_SEC

/*
 * Where in the bracket ktime_get_snapshot() reads the clock: early, the rest of it fills in the structure. Measured
 * against ptp_kvm with kvm-clock current, where the middle is 15 to 17 ns late in brackets of 108 ns.
 */
static unsigned int place_permille = 350;
module_param(place_permille, uint, 0444);
MODULE_PARM_DESC(place_permille, "where in the bracket the clock is read, 0 to 1000");

struct bracket {
	u64 before;
	u64 after;
	s64 real_ns;
	bool is_exact;
};

static DEFINE_MUTEX(look_lock);
static struct kvm_clock_pairing *pairing;	/* physically contiguous, which module data is not */

static long pair(s64 *host_ns, u64 *count)
{
	long ret = kvm_hypercall2(KVM_HC_CLOCK_PAIRING, virt_to_phys(pairing), KVM_CLOCK_PAIRING_WALLCLOCK);

	*host_ns = pairing->sec * NSEC_PER_SEC + pairing->nsec;
	*count = pairing->tsc;
	return ret;
}

static struct bracket bracket_once(void)
{
	struct system_time_snapshot snap;
	struct bracket b;

	b.before = rdtsc_ordered();
	ktime_get_snapshot(&snap);
	b.after = rdtsc_ordered();
	b.real_ns = ktime_to_ns(snap.real);
	b.is_exact = snap.cycles >= b.before && snap.cycles <= b.after;
	if (b.is_exact)
		b.before = b.after = snap.cycles;
	return b;
}

static struct bracket bracket_narrowest(void)
{
	struct bracket best = bracket_once();
	int i;

	for (i = 1; i < TRIES && !best.is_exact; i++) {
		struct bracket b = bracket_once();

		if (b.after - b.before < best.after - best.before)
			best = b;
	}
	return best;
}

/* The first count is always the smaller one: signed, so that a bracket outside of the pairings shows. */
static s64 scale(s64 count, s64 span_ns, s64 span_count)
{
	s64 sign = (count < 0) == (span_ns < 0) ? 1 : -1;

	return sign * (s64)mul_u64_u64_div_u64(abs(count), abs(span_ns), span_count);
}

static int look(struct seq_file *m, void *unused)
{
	s64 host1_ns, host2_ns, span_ns, at_ns;
	struct bracket best;
	unsigned long flags;
	u64 count1, count2, at;
	long ret;

	mutex_lock(&look_lock);
	local_irq_save(flags);
	ret = pair(&host1_ns, &count1);
	if (!ret) {
		best = bracket_narrowest();
		ret = pair(&host2_ns, &count2);
	}
	local_irq_restore(flags);
	mutex_unlock(&look_lock);
	if (ret)
		return ret == -KVM_EOPNOTSUPP ? -EOPNOTSUPP : -ENOSYS;
	/* The host's clock was set in between, or the counter was: no line to be had. */
	span_ns = host2_ns - host1_ns;
	if (count2 <= count1 || span_ns < 0 || span_ns > FAR_APART_NS)
		return -EAGAIN;

	at = best.before + (best.after - best.before) * place_permille / 1000;
	at_ns = host1_ns + scale((s64)(at - count1), span_ns, (s64)(count2 - count1));
	seq_printf(m, "host_ns=%lld offset_ns=%lld width_ns=%lld counter=%llu pair_ns=%lld\n", at_ns,
		   best.real_ns - at_ns, scale((s64)(best.after - best.before), span_ns, (s64)(count2 - count1)), at, span_ns);
	return 0;
}

static int __init ruler_init(void)
{
	if (!kvm_para_available())
		return -ENODEV;
	if (place_permille > 1000)
		return -EINVAL;
	pairing = (struct kvm_clock_pairing *)get_zeroed_page(GFP_KERNEL);
	if (!pairing)
		return -ENOMEM;
	if (!proc_create_single("cdisc_ruler", 0444, NULL, look)) {
		free_page((unsigned long)pairing);
		return -ENOMEM;
	}
	return 0;
}
module_init(ruler_init);

static void __exit ruler_exit(void)
{
	remove_proc_entry("cdisc_ruler", NULL);
	free_page((unsigned long)pairing);
}
module_exit(ruler_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test: compares a KVM guest's clock with its host's");
