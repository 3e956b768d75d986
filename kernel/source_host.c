// SPDX-License-Identifier: GPL-2.0
/*
 * The host's time: a hypercall between two readings of the guest's clocks becomes a pair of times at one instant.
 *
 * The host says what its clock showed when the counter that it shares with us stood at some value. The guest's clocks
 * are linear in the cycles of its clocksource from one update of the timekeeper to the next, so a reading before and
 * one after the call give them at every value between, to the nanosecond, however long the call took:
 *
 *	counter  -----[ A ]--------x--------[ B ]-----		x: the host's
 *	guest's      a.now ---- r->now ---- b.now
 *
 * The clocksource is known by its cycles: if those of A and B lie between the values of the counter that were read
 * on both sides of them, it is the counter itself, or our own over it, of which the counter is told; likewise for the
 * pvclock, carried over its scale. Where each processor has a scale of its own, what is true on this one is off by the
 * distance of the scales on another. Any other one is taken to have been read halfway between, and be wrong by as much.
 */
#include "source_host.h"

#include <linux/irqflags.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/string.h>
#include <linux/timekeeping.h>

#include "core/fixed.h"
#include "counter.h"

/*
 * Host and guest both drop fractions, so their difference is off by 1 ns at most; the line adds 1/2; the pvclock drops
 * a fraction, or the host's scaling of the counter does, 1.
 */
#define GRID_NS		3

static const struct cdisc_host_ops *const known[] = {
#ifdef CDISC_HAVE_KVM
	&cdisc_host_kvm,
#endif
};

void cdisc_host_clocks_read(struct cdisc_host_clocks *c)
{
	c->cyc = cdisc_counter_now(&c->now);
}

s64 cdisc_host_tick_ns(void)
{
	struct timespec64 ts;

	ktime_get_coarse_real_ts64(&ts);
	return timespec64_to_ns(&ts);
}

u64 cdisc_host_cyc(const struct cdisc_host_scale *s, u64 counter)
{
	u64 delta = counter - s->counter;

	if (s->shift < 0)
		delta >>= -s->shift;
	else
		delta <<= s->shift;
	return s->cyc + mul_u64_u32_shr(delta, s->mul, 32);
}

static bool is_within(u64 v, u64 from, u64 to)
{
	return v >= from && v <= to;
}

/* Where x lies on the way from A to B, in whatever the current clocksource is a function of. */
struct place {
	u64	part;
	u64	whole;
};

static bool find_on_counter(const struct cdisc_host_bracket *b, struct place *p)
{
	if (!is_within(b->a.cyc, b->before_a, b->after_a) || !is_within(b->b.cyc, b->before_b, b->after_b))
		return false;
	p->part = b->answer.counter - b->a.cyc;
	p->whole = b->b.cyc - b->a.cyc;
	return true;
}

static bool find_on_scale(const struct cdisc_host_bracket *b, struct place *p)
{
	const struct cdisc_host_scale *s = &b->scale;

	if (!s->is_known)
		return false;
	if (!is_within(b->a.cyc, cdisc_host_cyc(s, b->before_a), cdisc_host_cyc(s, b->after_a)) ||
	    !is_within(b->b.cyc, cdisc_host_cyc(s, b->before_b), cdisc_host_cyc(s, b->after_b)))
		return false;
	p->part = cdisc_host_cyc(s, b->answer.counter) - b->a.cyc;
	p->whole = b->b.cyc - b->a.cyc;
	return true;
}

static void find_halfway(const struct cdisc_host_bracket *b, struct place *p)
{
	u64 a = b->before_a + (b->after_a - b->before_a) / 2;

	p->part = b->answer.counter - a;
	p->whole = b->before_b + (b->after_b - b->before_b) / 2 - a;
}

/* What halfway leaves open: half of the wider of both readings, and a cycle of the clocksource. */
static s64 halfway_ns(const struct cdisc_host_bracket *b, const struct place *p)
{
	s64 took_ns = b->b.now.raw_ns - b->a.now.raw_ns;
	u64 width = max(b->after_a - b->before_a, b->after_b - b->before_b);

	return cdisc_add_sat(cdisc_mul_div_up(width / 2 + 1, took_ns, p->whole),
			     cdisc_mul_div_up(took_ns, 1, b->b.cyc - b->a.cyc));
}

static s64 at(const struct place *p, s64 a_ns, s64 b_ns)
{
	return a_ns + cdisc_mul_div(b_ns - a_ns, p->part, p->whole);
}

/* A counter that was set back, or one that takes centuries for a call, is none. */
static bool is_ordered(const struct cdisc_host_bracket *b)
{
	return b->before_a <= b->after_a && b->after_a <= b->before_b && b->before_b <= b->after_b &&
	       b->after_b - b->before_a <= S64_MAX / 2;
}

enum cdisc_host_status cdisc_host_pair(const struct cdisc_host_bracket *b, struct cdisc_host_reading *r)
{
	const struct cdisc_host_answer *x = &b->answer;
	struct place p;

	if (!is_ordered(b) || b->is_ticked)
		return CDISC_HOST_UNSTABLE;
	if (!is_within(x->counter, b->after_a, b->before_b) || x->real_nsec < 0 || x->real_nsec >= CDISC_NSEC_PER_SEC)
		return CDISC_HOST_ABSURD;
	if (b->b.cyc <= b->a.cyc || b->b.now.raw_ns <= b->a.now.raw_ns)
		return CDISC_HOST_COARSE;
	r->is_exact = true;
	r->half_ns = GRID_NS;
	r->apart_ns = 0;
	if (find_on_counter(b, &p)) {
		/* Nothing else matters. */
	} else if (b->is_scale_changed) {
		return CDISC_HOST_UNSTABLE;
	} else if (find_on_scale(b, &p)) {
		r->apart_ns = b->scale.apart_ns;
	} else {
		find_halfway(b, &p);
		r->is_exact = false;
		r->half_ns = cdisc_add_sat(GRID_NS, halfway_ns(b, &p));
	}
	if (!p.whole || p.part > p.whole)
		return CDISC_HOST_COARSE;
	r->now.raw_ns = at(&p, b->a.now.raw_ns, b->b.now.raw_ns);
	r->now.real_ns = at(&p, b->a.now.real_ns, b->b.now.real_ns);
	r->host_real_ns = cdisc_add_sat(cdisc_mul_sat(x->real_sec, CDISC_NSEC_PER_SEC), x->real_nsec);
	r->counter = x->counter;
	return CDISC_HOST_OK;
}

static int take(struct cdisc_host *h, struct cdisc_host_bracket *b)
{
	const struct cdisc_host_ops *ops = h->ops;
	unsigned long flags;
	int err;

	memset(b, 0, sizeof(*b));
	/* One processor's counter and pvclock throughout, and no interrupt's time within the bracket. */
	local_irq_save(flags);
	ops->scale(&b->scale);
	b->tick_ns = ops->tick_ns();
	b->before_a = ops->counter();
	ops->clocks(&b->a);
	b->after_a = ops->counter();
	err = ops->call(h, &b->answer);
	b->before_b = ops->counter();
	ops->clocks(&b->b);
	b->after_b = ops->counter();
	b->is_ticked = ops->tick_ns() != b->tick_ns;
	b->is_scale_changed = b->scale.is_known && ops->is_scale_changed(&b->scale);
	local_irq_restore(flags);
	return err;
}

/* The narrowest of all calls; exact ones are all alike, so the first of those will do. */
static enum cdisc_host_status read_best(struct cdisc_host *h, struct cdisc_host_reading *r)
{
	enum cdisc_host_status status, why = CDISC_HOST_OK;
	struct cdisc_host_reading one;
	struct cdisc_host_bracket b;
	bool has_one = false;
	int tries;

	for (tries = 0; tries < CDISC_HOST_TRIES && !(has_one && r->is_exact); tries++) {
		h->err = take(h, &b);
		if (h->err)
			return h->ops->refusal(h->err);
		status = cdisc_host_pair(&b, &one);
		if (status != CDISC_HOST_OK) {
			h->retries++;
			why = status;
		} else if (!has_one || one.half_ns < r->half_ns) {
			has_one = true;
			*r = one;
			h->apart_ns = one.apart_ns;
		}
	}
	return has_one ? CDISC_HOST_OK : why;
}

enum cdisc_host_status cdisc_host_read(struct cdisc_host *h, struct cdisc_host_reading *r)
{
	if (!h->ops)
		return h->status;
	h->status = read_best(h, r);
	if (h->status == CDISC_HOST_OK)
		h->reads++;
	else
		h->refusals++;
	return h->status;
}

void cdisc_host_init_with(struct cdisc_host *h, const struct cdisc_host_ops *ops)
{
	struct cdisc_host_reading r;

	h->status = ops->init(h);
	if (h->status != CDISC_HOST_OK)
		return;
	h->ops = ops;
	cdisc_host_read(h, &r);
}

void cdisc_host_init(struct cdisc_host *h)
{
	size_t i;

	h->status = CDISC_HOST_NO_HYPERVISOR;
	for (i = 0; i < ARRAY_SIZE(known) && !h->ops && h->status == CDISC_HOST_NO_HYPERVISOR; i++)
		cdisc_host_init_with(h, known[i]);
}

void cdisc_host_exit(struct cdisc_host *h)
{
	if (h->ops)
		h->ops->exit(h);
	h->ops = NULL;
}

const char *cdisc_host_why(enum cdisc_host_status status)
{
	switch (status) {
	case CDISC_HOST_OK:
		return "the host answers";
	case CDISC_HOST_NO_HYPERVISOR:
		return "there is no hypervisor underneath that this module knows";
	case CDISC_HOST_NO_MEMORY:
		return "there is no memory that the host could write to";
	case CDISC_HOST_NO_HYPERCALL:
		return "the host does not know this hypercall";
	case CDISC_HOST_NOT_TSC:
		return "the host's own clocksource is not the TSC, or it does not hand the TSC on at a steady rate";
	case CDISC_HOST_REFUSED:
		return "the host refused the call";
	case CDISC_HOST_ABSURD:
		return "the host's counter is not this machine's, or what it wrote is no time";
	case CDISC_HOST_COARSE:
		return "this machine's clocksource is too coarse to be compared";
	case CDISC_HOST_UNSTABLE:
		return "this machine's clock changed during every attempt";
	}
	return "unknown";
}

int cdisc_host_describe(const struct cdisc_host *h, char *buf, size_t size)
{
	if (!h->ops)
		return snprintf(buf, size, "%s; no hypercall was tried", cdisc_host_why(h->status));
	if (h->err)
		return snprintf(buf, size, "%s returned %d: %s", h->ops->call_name, h->err, cdisc_host_why(h->status));
	return snprintf(buf, size, "%s returned 0: %s", h->ops->call_name, cdisc_host_why(h->status));
}
