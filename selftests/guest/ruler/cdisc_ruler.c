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
 * The host's time within a bracket lies on the line through the two pairings: neither the counter's frequency nor the cost
 * of a hypercall matters. The clock was read somewhere within the bracket, so its width is the error's limit. Where exactly
 * differs a little from one to the next: the mean is taken over all that are about as narrow as the narrowest. Where the
 * current clocksource is the counter itself, a snapshot of the timekeeper names the very count, and the width is 0.
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
#define NARROW_DEN	8	/* a bracket wider than the narrowest by more than an eighth was disturbed */
#define FAR_APART_NS	NSEC_PER_SEC

/*
 * How long after the beginning of the bracket ktime_get_snapshot() reads the clock: what makes a bracket wider is the
 * filling in of the structure, after that. Measured against ptp_kvm with kvm-clock current in brackets of 97 ns, 38 ns, and by the
 * spread of looks with our own clocksource in brackets of 100 to 180 ns, 33 to 40 ns.
 */
static unsigned int place_ns = 35;
module_param(place_ns, uint, 0444);
MODULE_PARM_DESC(place_ns, "how long after the beginning of the bracket the clock is read, ns");

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

static u64 width(const struct bracket *b)
{
	return b->after - b->before;
}

/* The narrowest of all; an exact one ends the search. */
static unsigned int bracket_all(struct bracket *b, const struct bracket **best)
{
	unsigned int n = 0;

	*best = b;
	do {
		b[n] = bracket_once();
		if (width(&b[n]) < width(*best))
			*best = &b[n];
	} while (!b[n++].is_exact && n < TRIES);
	return n;
}

/* The first count is always the smaller one: signed, so that a bracket outside of the pairings shows. */
static s64 scale(s64 count, s64 span_ns, s64 span_count)
{
	s64 sign = (count < 0) == (span_ns < 0) ? 1 : -1;

	return sign * (s64)mul_u64_u64_div_u64(abs(count), abs(span_ns), span_count);
}

/* Two pairings, and the line through them. */
struct line {
	s64 host_ns;
	u64 count;
	s64 span_ns;
	s64 span_count;
};

static u64 place(const struct line *l, const struct bracket *b)
{
	u64 early = l->span_ns > 0 ? mul_u64_u64_div_u64(place_ns, l->span_count, l->span_ns) : 0;

	return b->before + min(width(b), early);
}

static s64 host_at(const struct line *l, u64 count)
{
	return l->host_ns + scale((s64)(count - l->count), l->span_ns, l->span_count);
}

static s64 mean_offset_ns(const struct line *l, const struct bracket *b, unsigned int n, u64 narrowest)
{
	s64 sum_ns = 0;
	unsigned int i, used = 0;

	for (i = 0; i < n; i++) {
		if (width(&b[i]) > narrowest + narrowest / NARROW_DEN)
			continue;
		sum_ns += b[i].real_ns - host_at(l, place(l, &b[i]));
		used++;
	}
	return div_s64(sum_ns, used);
}

static int look(struct seq_file *m, void *unused)
{
	const struct bracket *best;
	struct bracket b[TRIES];
	unsigned int n = 0;
	unsigned long flags;
	struct line line;
	s64 host2_ns;
	u64 count2;
	long ret;

	mutex_lock(&look_lock);
	local_irq_save(flags);
	ret = pair(&line.host_ns, &line.count);
	if (!ret) {
		n = bracket_all(b, &best);
		ret = pair(&host2_ns, &count2);
	}
	local_irq_restore(flags);
	mutex_unlock(&look_lock);
	if (ret)
		return ret == -KVM_EOPNOTSUPP ? -EOPNOTSUPP : -ENOSYS;
	/* The host's clock was set in between, or the counter was: no line to be had. */
	line.span_ns = host2_ns - line.host_ns;
	line.span_count = (s64)(count2 - line.count);
	if (line.span_count <= 0 || line.span_ns < 0 || line.span_ns > FAR_APART_NS)
		return -EAGAIN;
	seq_printf(m, "host_ns=%lld offset_ns=%lld width_ns=%lld counter=%llu pair_ns=%lld\n", host_at(&line, place(&line, best)),
		   mean_offset_ns(&line, b, n, width(best)), scale((s64)width(best), line.span_ns, line.span_count),
		   place(&line, best), line.span_ns);
	return 0;
}

static int __init ruler_init(void)
{
	if (!kvm_para_available())
		return -ENODEV;
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
