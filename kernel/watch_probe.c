// SPDX-License-Identifier: GPL-2.0
/*
 * The probe at do_adjtimex(): who begins a slew or writes the status word, which the timekeeper's notifier cannot tell.
 *
 * What was asked for is read when the call begins, from the kernel's own copy; it is booked when the call has come back
 * without an error and has changed something. Our worker's calls, plain reads and refused attempts leave no trace. A call
 * under way is remembered for the notifier, which can then tell a step from a set.
 *
 * Locking: the handlers run in the caller's context, on several processors at once; watch.lock orders what they write. The
 * owner alone reads the ring.
 */
#include "watch.h"

#if IS_ENABLED(CONFIG_KRETPROBES)

#include <linux/timex.h>

#include "counter.h"
#include "ksyms.h"

/* As many calls may be under way at once; more are counted as missed. */
#define CALLS_MAX	64

/* What the call asked for. */
struct asked {
	const struct __kernel_timex	*txc;
	u32				modes;
	s64				offset;
};

static void call_begins(struct cdisc_watch *w, u32 modes)
{
	int i;

	for (i = 0; i < CDISC_WATCH_CALLS; i++) {
		if (cmpxchg(&w->calls[i].task, NULL, current))
			continue;
		WRITE_ONCE(w->calls[i].modes, modes);
		return;
	}
}

static void call_ends(struct cdisc_watch *w)
{
	int i;

	for (i = 0; i < CDISC_WATCH_CALLS; i++) {
		if (READ_ONCE(w->calls[i].task) != current)
			continue;
		WRITE_ONCE(w->calls[i].modes, 0);
		WRITE_ONCE(w->calls[i].task, NULL);
	}
}

static int on_entry(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = get_kretprobe(ri);
	struct asked *a = (struct asked *)ri->data;
	struct cdisc_watch *w;

	/* It is being taken out: the return is not to be told of. */
	if (!rp)
		return -ENOENT;
	w = container_of(rp, struct cdisc_watch, probe);
	a->txc = (const struct __kernel_timex *)regs_get_kernel_argument(regs, 0);
	a->modes = a->txc->modes;
	a->offset = a->txc->offset;
	/* The owner's moves are known to be that without it. */
	if (current != w->owner && a->modes & ADJ_SETOFFSET)
		call_begins(w, a->modes);
	return 0;
}

/* A slew by adjtime(), or by the PLL; one by nothing is the end of what is left, which a tick shows. */
static bool is_slew(const struct asked *a)
{
	if (!(a->modes & ADJ_OFFSET) || !a->offset)
		return false;
	if (a->modes & ADJ_ADJTIME)
		return !(a->modes & ADJ_OFFSET_READONLY);
	return a->txc->status & STA_PLL;
}

static s64 slew_ns(const struct asked *a)
{
	bool is_nano = !(a->modes & ADJ_ADJTIME) && a->txc->status & STA_NANO;

	return is_nano ? a->offset : cdisc_mul_div(a->offset, 1000, 1);
}

static void book(struct cdisc_watch *w, struct cdisc_call_record *c, u32 modes)
{
	unsigned long flags;
	bool has_status;

	raw_spin_lock_irqsave(&w->lock, flags);
	c->old_status = w->status;
	w->status = c->new_status;
	has_status = modes & ADJ_STATUS && c->old_status != c->new_status;
	if (!has_status)
		c->old_status = c->new_status;
	if (!c->who.is_own && (has_status || c->is_slew) && !kfifo_put(&w->records, *c))
		WRITE_ONCE(w->lost, w->lost + 1);
	raw_spin_unlock_irqrestore(&w->lock, flags);
	if (!c->who.is_own && (has_status || c->is_slew))
		w->ops->kick(w->arg);
}

static int on_return(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kretprobe *rp = get_kretprobe(ri);
	const struct asked *a = (const struct asked *)ri->data;
	struct cdisc_call_record c = { 0 };
	struct cdisc_watch *w;

	/* It was taken out meanwhile. */
	if (!rp)
		return 0;
	w = container_of(rp, struct cdisc_watch, probe);
	if (current != w->owner && a->modes & ADJ_SETOFFSET)
		call_ends(w);
	if ((int)regs_return_value(regs) < 0)
		return 0;
	c.is_slew = is_slew(a);
	c.new_status = (u32)a->txc->status;
	/* A plain read tells the status word, too, and costs no more than that. */
	if (!c.is_slew && READ_ONCE(w->status) == c.new_status)
		return 0;
	cdisc_watch_who(w, &c.who);
	cdisc_counter_now(&c.now);
	c.slew_ns = c.is_slew ? slew_ns(a) : 0;
	book(w, &c, a->modes);
	return 0;
}

void cdisc_watch_probe(struct cdisc_watch *w)
{
	struct __kernel_timex tx = { .modes = 0 };

	w->probe = (struct kretprobe){
		.kp.symbol_name	= "do_adjtimex",
		.entry_handler	= on_entry,
		.handler	= on_return,
		.data_size	= sizeof(struct asked),
		.maxactive	= CALLS_MAX,
	};
	w->has_probe = !register_kretprobe(&w->probe);
	/* What the status word is before anybody writes it. */
	if (w->has_probe && !cdisc_ksyms_why())
		cdisc_do_adjtimex(&tx);
}

void cdisc_watch_unprobe(struct cdisc_watch *w)
{
	if (w->has_probe)
		unregister_kretprobe(&w->probe);
	w->has_probe = false;
}

#else

void cdisc_watch_probe(struct cdisc_watch *w)
{
}

void cdisc_watch_unprobe(struct cdisc_watch *w)
{
}

#endif
