// SPDX-License-Identifier: GPL-2.0
/*
 * Who moves the clock: the log of what the witnesses saw and of what we did.
 *
 * The notifier's records come in order, the probe's as well; between the two it is the time that orders, not the number.
 */
#include "watch.h"

#include <linux/jiffies.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>

/* 2^-32 ns a tick, HZ ticks a second. */
#define NTP_SECOND	((s64)NSEC_PER_SEC << 32)

/* A second, times 2^32, of up to twice its nominal length fits. */
static s64 rate_from_tick(u64 ntp_tick)
{
	return cdisc_rshift_round((s64)(ntp_tick * HZ) - NTP_SECOND, 16);
}

int cdisc_watch_init(struct cdisc_watch *w, const struct task_struct *owner, const struct cdisc_watch_ops *ops, void *arg)
{
	w->entry = kvcalloc(CDISC_LOG_ENTRIES, sizeof(*w->entry), GFP_KERNEL);
	if (!w->entry)
		return -ENOMEM;
	w->owner = owner;
	w->ops = ops;
	w->arg = arg;
	w->cause = CLOCKDISC_LOG_CAUSE_STARTUP;
	w->settled_raw_ns = S64_MIN;
	raw_spin_lock_init(&w->lock);
	INIT_KFIFO(w->records);
	return 0;
}

void cdisc_watch_exit(struct cdisc_watch *w)
{
	kvfree(w->entry);
}

void cdisc_watch_who(const struct cdisc_watch *w, struct cdisc_mover *who)
{
	int i;

	*who = (struct cdisc_mover){ .name = "kernel" };
	/* Leaving idleness, the idle task itself brings the time up to date. */
	if (!in_task() || is_idle_task(current))
		return;
	strscpy(who->name, current->comm, sizeof(who->name));
	who->pid = task_tgid_nr(current);
	who->is_own = current == w->owner;
	for (i = 0; i < CDISC_WATCH_CALLS; i++)
		if (READ_ONCE(w->calls[i].task) == current)
			who->modes = READ_ONCE(w->calls[i].modes);
}

bool cdisc_watch_is_own_rate(const struct cdisc_watch *w, const struct cdisc_mover *who)
{
	return who->is_own || (!who->pid && READ_ONCE(w->is_setting));
}

bool cdisc_watch_has_news(const struct cdisc_watch *w)
{
	return !kfifo_is_empty(&w->records);
}

u64 cdisc_watch_oldest(const struct cdisc_watch *w)
{
	return w->seq < CDISC_LOG_ENTRIES ? 1 : w->seq - CDISC_LOG_ENTRIES + 1;
}

const struct cdisc_log_entry *cdisc_watch_entry(const struct cdisc_watch *w, u64 seq)
{
	if (seq < cdisc_watch_oldest(w) || seq > w->seq)
		return NULL;
	return &w->entry[seq % CDISC_LOG_ENTRIES];
}

static void write_entry(struct cdisc_watch *w, struct cdisc_log_entry *entry, s64 now_raw_ns)
{
	entry->seq = ++w->seq;
	entry->noticed_ns = max_t(s64, cdisc_sub_sat(now_raw_ns, entry->now.raw_ns), 0);
	entry->count = max_t(u32, entry->count, 1);
	w->entry[entry->seq % CDISC_LOG_ENTRIES] = *entry;
	w->ops->logged(w->arg, entry);
}

/* Somebody else's, or the kernel's. */
static void write_foreign(struct cdisc_watch *w, struct cdisc_log_entry *entry, s64 now_raw_ns)
{
	if (!entry->cause) {
		entry->cause = CLOCKDISC_LOG_CAUSE_FOREIGN;
		w->ops->moved(w->arg, entry);
	}
	write_entry(w, entry, now_raw_ns);
}

void cdisc_watch_own(struct cdisc_watch *w, const struct cdisc_now *now, struct cdisc_log_entry *entry)
{
	entry->now = *now;
	entry->cause = w->cause;
	if (!entry->who.name[0])
		entry->who = (struct cdisc_mover){
			.name	= "clockdisc",
			.pid	= task_tgid_nr((struct task_struct *)w->owner),
		};
	write_entry(w, entry, now->raw_ns);
}

void cdisc_watch_lost(struct cdisc_watch *w, u64 n, const struct cdisc_now *now)
{
	struct cdisc_log_entry entry = {
		.now	= *now,
		.kind	= CLOCKDISC_LOG_KIND_LOST,
		.cause	= CLOCKDISC_LOG_CAUSE_FOREIGN,
		.count	= min_t(u64, n, U32_MAX),
	};

	w->dropped += n;
	write_entry(w, &entry, now->raw_ns);
}

static struct cdisc_log_entry entry_of(const struct cdisc_gtod_record *r, enum clockdisc_log_kind kind)
{
	return (struct cdisc_log_entry){ .now = r->now, .kind = kind, .who = r->who, .is_tick = !r->who.pid };
}

/* By settimeofday() or by adjtimex(); at a tick by nobody but the kernel, which inserts or deletes leap seconds there. */
static void saw_set(struct cdisc_watch *w, const struct cdisc_gtod_record *r, s64 set_ns, s64 now_raw_ns)
{
	struct cdisc_log_entry entry = entry_of(r, CLOCKDISC_LOG_KIND_SET);

	entry.change_ns = set_ns;
	if (!r->who.pid && cdisc_abs(set_ns) == CDISC_NSEC_PER_SEC) {
		entry.kind = CLOCKDISC_LOG_KIND_LEAP;
		entry.cause = CLOCKDISC_LOG_CAUSE_KERNEL;
	} else if (r->who.modes) {
		entry.kind = CLOCKDISC_LOG_KIND_STEP;
	}
	write_foreign(w, &entry, now_raw_ns);
}

static void saw_rate(struct cdisc_watch *w, const struct cdisc_gtod_record *r, s64 now_raw_ns)
{
	struct cdisc_log_entry entry = entry_of(r, CLOCKDISC_LOG_KIND_RATE);

	entry.old = rate_from_tick(r->old_tick);
	entry.new = rate_from_tick(r->words.ntp_tick);
	if (!r->who.pid && r->now.raw_ns < w->settled_raw_ns)
		entry.cause = CLOCKDISC_LOG_CAUSE_KERNEL;
	/* A slew shows up at ticks; who began the last one is the likeliest. */
	if (!r->who.pid && !entry.cause && w->slewer.pid)
		entry.who = w->slewer;
	write_foreign(w, &entry, now_raw_ns);
}

static void saw_clocksource(struct cdisc_watch *w, const struct cdisc_gtod_record *r,
			    const struct cdisc_gtod_words *before, s64 now_raw_ns)
{
	struct cdisc_log_entry entry = entry_of(r, CLOCKDISC_LOG_KIND_CLOCKSOURCE);

	entry.cause = CLOCKDISC_LOG_CAUSE_KERNEL;
	strscpy(entry.clock[0], before->clock_name, sizeof(entry.clock[0]));
	strscpy(entry.clock[1], r->words.clock_name, sizeof(entry.clock[1]));
	write_entry(w, &entry, now_raw_ns);
}

static void saw_sleep(struct cdisc_watch *w, const struct cdisc_gtod_record *r, s64 slept_ns, s64 now_raw_ns)
{
	struct cdisc_log_entry entry = entry_of(r, CLOCKDISC_LOG_KIND_SLEEP);

	entry.cause = CLOCKDISC_LOG_CAUSE_KERNEL;
	entry.change_ns = slept_ns;
	write_entry(w, &entry, now_raw_ns);
}

static void saw_tai(struct cdisc_watch *w, const struct cdisc_gtod_record *r, s32 old_s, s64 now_raw_ns)
{
	struct cdisc_log_entry entry = entry_of(r, CLOCKDISC_LOG_KIND_TAI);

	/* The kernel takes it along with a leap second. */
	entry.cause = r->who.pid ? CLOCKDISC_LOG_CAUSE_FOREIGN : CLOCKDISC_LOG_CAUSE_KERNEL;
	entry.old = old_s;
	entry.new = r->words.tai_offset_s;
	write_entry(w, &entry, now_raw_ns);
}

void cdisc_watch_saw(struct cdisc_watch *w, const struct cdisc_gtod_record *r, const struct cdisc_gtod_words *before,
		     s64 now_raw_ns)
{
	s64 set_ns = r->words.offs_real_ns - before->offs_real_ns;
	s64 slept_ns = r->words.offs_boot_ns - before->offs_boot_ns;
	bool is_switched = r->words.clock != before->clock;

	/* Ours are logged where they are made, with what was asked for. */
	if (r->who.is_own)
		return;
	if (slept_ns)
		saw_sleep(w, r, slept_ns, now_raw_ns);
	if (set_ns != slept_ns)
		saw_set(w, r, set_ns - slept_ns, now_raw_ns);
	if (is_switched)
		saw_clocksource(w, r, before, now_raw_ns);
	/* A new clocksource begins with a tick of nominal length. */
	else if (!r->is_own_rate && r->words.ntp_tick != r->old_tick)
		saw_rate(w, r, now_raw_ns);
	if (r->words.tai_offset_s != before->tai_offset_s)
		saw_tai(w, r, before->tai_offset_s, now_raw_ns);
}

static void saw_call(struct cdisc_watch *w, const struct cdisc_call_record *c, s64 now_raw_ns)
{
	struct cdisc_log_entry entry = { .now = c->now, .who = c->who };

	if (c->new_status != c->old_status) {
		entry.kind = CLOCKDISC_LOG_KIND_STATUS;
		entry.cause = CLOCKDISC_LOG_CAUSE_FOREIGN;
		entry.old = c->old_status;
		entry.new = c->new_status;
		write_entry(w, &entry, now_raw_ns);
	}
	if (c->is_slew) {
		entry.kind = CLOCKDISC_LOG_KIND_SLEW;
		entry.cause = 0;
		entry.change_ns = c->slew_ns;
		w->slewer = c->who;
		write_foreign(w, &entry, now_raw_ns);
	}
}

static u64 probe_missed(const struct cdisc_watch *w)
{
	u64 missed = READ_ONCE(w->lost);

#if IS_ENABLED(CONFIG_KRETPROBES)
	missed += READ_ONCE(w->probe.nmissed) + READ_ONCE(w->probe.kp.nmissed);
#endif
	return missed;
}

void cdisc_watch_take_calls(struct cdisc_watch *w, const struct cdisc_now *now)
{
	struct cdisc_call_record c;
	u64 missed;

	/* Not more than one ring: who calls all the time must not keep us here. */
	unsigned int n = kfifo_len(&w->records);

	while (n-- && kfifo_get(&w->records, &c))
		saw_call(w, &c, now->raw_ns);
	missed = probe_missed(w);
	if (missed != w->missed)
		cdisc_watch_lost(w, missed - w->missed, now);
	w->missed = missed;
}
