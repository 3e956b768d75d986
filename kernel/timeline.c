// SPDX-License-Identifier: GPL-2.0
/*
 * The timeline maps stamps of CLOCK_REALTIME to counter time, and notices who else moves the clock.
 *
 * The notifier runs inside the timekeeper's write section at every tick: it compares a few words, writes a record
 * when they differ, and raises an irq_work when the engine has to know at once. It never reads a clock, which
 * would spin on the very sequence counter that is held.
 */
#include "timeline.h"

#include <linux/ktime.h>
#include <linux/pvclock_gtod.h>
#include <linux/string.h>
#include <linux/timekeeper_internal.h>

#include "counter.h"

/* Snapshots closer than this to the one before the last replace the last: a burst must not push history out. */
#define MERGE_NS	(CDISC_NSEC_PER_SEC)

static const struct cdisc_timeline_entry *entry_at(const struct cdisc_timeline *tl, u32 age)
{
	return &tl->entry[(tl->head + CDISC_TIMELINE_ENTRIES - age) % CDISC_TIMELINE_ENTRIES];
}

static bool may_replace_last(const struct cdisc_timeline *tl, const struct cdisc_now *now)
{
	const struct cdisc_timeline_entry *last = entry_at(tl, 0);
	const struct cdisc_timeline_entry *before = entry_at(tl, 1);

	return tl->count >= 2 && !last->is_corner && last->generation == tl->generation &&
	       before->generation == tl->generation && now->raw_ns - before->now.raw_ns < MERGE_NS;
}

void cdisc_timeline_push(struct cdisc_timeline *tl, const struct cdisc_now *now, bool is_corner)
{
	if (tl->count && now->raw_ns <= entry_at(tl, 0)->now.raw_ns &&
	    entry_at(tl, 0)->generation == tl->generation) {
		/* A tick's record is from before the last snapshot: the corner is there, as near as can be told. */
		tl->entry[tl->head].is_corner |= is_corner;
		return;
	}
	if (!may_replace_last(tl, now)) {
		tl->head = (tl->head + 1) % CDISC_TIMELINE_ENTRIES;
		tl->count = min(tl->count + 1, (u32)CDISC_TIMELINE_ENTRIES);
	}
	tl->entry[tl->head] = (struct cdisc_timeline_entry){
		.now		= *now,
		.generation	= tl->generation,
		.is_corner	= is_corner,
	};
}

void cdisc_timeline_cut(struct cdisc_timeline *tl, const struct cdisc_now *old, const struct cdisc_now *now)
{
	cdisc_timeline_push(tl, old, true);
	tl->generation++;
	cdisc_timeline_push(tl, now, true);
}

void cdisc_timeline_break(struct cdisc_timeline *tl, const struct cdisc_now *now)
{
	tl->generation++;
	cdisc_timeline_push(tl, now, true);
}

bool cdisc_timeline_has_news(const struct cdisc_timeline *tl)
{
	return !kfifo_is_empty(&tl->records);
}

void cdisc_timeline_peek(struct cdisc_now *now)
{
	cdisc_counter_now(now);
}

void cdisc_timeline_read(struct cdisc_timeline *tl, struct cdisc_now *now, bool is_corner)
{
	cdisc_timeline_peek(now);
	cdisc_timeline_push(tl, now, is_corner);
}

static void take_change(struct cdisc_timeline *tl, const struct cdisc_gtod_record *r,
			struct cdisc_timeline_change *change)
{
	s64 set_ns = r->words.offs_real_ns - tl->seen.offs_real_ns;
	s64 slept_ns = r->words.offs_boot_ns - tl->seen.offs_boot_ns;
	bool is_switched = r->words.clock != tl->seen.clock;
	u32 causes = 0;

	if (slept_ns)
		causes |= CLOCKDISC_INTERRUPTION_BOOTTIME;
	if (r->words.counter != tl->seen.counter)
		causes |= CLOCKDISC_INTERRUPTION_CLOCKSOURCE;
	/* The clock stands still while the clocksource is exchanged, which a stamp cannot tell. */
	if (set_ns || causes || is_switched) {
		struct cdisc_now old = { r->now.raw_ns, r->now.real_ns - set_ns };

		cdisc_timeline_cut(tl, &old, &r->now);
	} else if (!r->is_own_rate && r->words.ntp_tick != r->old_tick) {
		cdisc_timeline_push(tl, &r->now, true);
		change->rates++;
	}
	/* Time slept is no set: the clock was moved on by what the machine missed. */
	if (set_ns && set_ns != slept_ns) {
		change->set_ns += set_ns - slept_ns;
		change->sets++;
		change->tick_sets += !r->who.pid;
	}
	change->causes |= causes;
	change->is_switched |= is_switched;
}

static bool is_moved(const struct cdisc_gtod_words *a, const struct cdisc_gtod_words *b)
{
	return a->clock != b->clock || a->offs_real_ns != b->offs_real_ns || a->offs_boot_ns != b->offs_boot_ns;
}

static void take_record(struct cdisc_timeline *tl, const struct cdisc_gtod_record *r, const struct cdisc_now *now,
			struct cdisc_timeline_change *change)
{
	/* After a loss it cannot be told how much of a difference is new: cut here, too. */
	if (tl->is_behind && is_moved(&tl->seen, &r->words)) {
		tl->generation++;
		cdisc_timeline_push(tl, &r->now, true);
		change->causes |= CLOCKDISC_INTERRUPTION_LOST;
	} else {
		take_change(tl, r, change);
	}
	/* What the log says of a set after a loss has in it what was lost. */
	if (tl->watch)
		cdisc_watch_saw(tl->watch, r, &tl->seen, now->raw_ns);
	tl->is_behind = false;
	tl->seen = r->words;
}

/* What was lost may have been a set. */
static void take_loss(struct cdisc_timeline *tl, const struct cdisc_now *now, struct cdisc_timeline_change *change)
{
	u64 lost = READ_ONCE(tl->lost);

	if (lost == tl->lost_seen)
		return;
	if (tl->watch)
		cdisc_watch_lost(tl->watch, lost - tl->lost_seen, now);
	tl->lost_seen = lost;
	tl->generation++;
	tl->is_behind = true;
	change->causes |= CLOCKDISC_INTERRUPTION_LOST;
}

void cdisc_timeline_drain(struct cdisc_timeline *tl, const struct cdisc_now *now, struct cdisc_timeline_change *change)
{
	struct cdisc_gtod_record r;

	memset(change, 0, sizeof(*change));
	while (kfifo_get(&tl->records, &r))
		take_record(tl, &r, now, change);
	take_loss(tl, now, change);
}

/* Somebody who sets the clock all the time must not keep us here. */
#define LOOKS_MAX	8

void cdisc_timeline_look(struct cdisc_timeline *tl, bool is_ours, struct cdisc_now *now,
			 struct cdisc_timeline_change *change)
{
	struct cdisc_timeline_change more;
	int looks = 0;

	memset(change, 0, sizeof(*change));
	cdisc_timeline_peek(now);
	do {
		cdisc_timeline_drain(tl, now, &more);
		change->set_ns += more.set_ns;
		change->sets += more.sets;
		change->tick_sets += more.tick_sets;
		change->rates += more.rates;
		change->causes |= more.causes;
		change->is_switched |= more.is_switched;
		cdisc_timeline_peek(now);
		/* A reading that shows a set is taken after its record was written: the timekeeper orders the two. */
	} while (!kfifo_is_empty(&tl->records) && ++looks < LOOKS_MAX);
	if (looks == LOOKS_MAX) {
		tl->generation++;
		change->causes |= CLOCKDISC_INTERRUPTION_LOST;
	}
	cdisc_timeline_push(tl, now, is_ours);
}

/*
 * The reading of real_ns on the present generation, or the latest one on those before it, if it falls between two
 * entries of one.
 */
static bool map_in(const struct cdisc_timeline *tl, bool is_present, s64 real_ns, s64 *raw_ns)
{
	u32 age;

	for (age = 0; age + 1 < tl->count; age++) {
		const struct cdisc_timeline_entry *b = entry_at(tl, age);
		const struct cdisc_timeline_entry *a = entry_at(tl, age + 1);

		if (a->generation != b->generation || (a->generation == tl->generation) != is_present)
			continue;
		if (real_ns < a->now.real_ns || real_ns > b->now.real_ns)
			continue;
		*raw_ns = a->now.raw_ns;
		if (b->now.real_ns > a->now.real_ns)
			*raw_ns += cdisc_mul_div(real_ns - a->now.real_ns, b->now.raw_ns - a->now.raw_ns,
						 b->now.real_ns - a->now.real_ns);
		return true;
	}
	return false;
}

enum clockdisc_verdict cdisc_timeline_to_raw(const struct cdisc_timeline *tl, s64 real_ns, s64 *raw_ns)
{
	s64 newest_raw_ns, older_raw_ns;
	bool is_older;

	if (!tl->count)
		return CLOCKDISC_VERDICT_STAMP_OLD;
	newest_raw_ns = entry_at(tl, 0)->now.raw_ns;
	/* After a set backwards the same reading occurs twice. While the earlier is fresh it is the likelier one. */
	is_older = map_in(tl, false, real_ns, &older_raw_ns) && newest_raw_ns - older_raw_ns < CDISC_STAMP_AGE_NS;
	if (is_older)
		return CLOCKDISC_VERDICT_GENERATION;
	if (map_in(tl, true, real_ns, raw_ns))
		return newest_raw_ns - *raw_ns < CDISC_STAMP_AGE_NS ? CLOCKDISC_VERDICT_ACCEPTED :
								      CLOCKDISC_VERDICT_STAMP_OLD;
	if (real_ns > entry_at(tl, 0)->now.real_ns)
		return CLOCKDISC_VERDICT_STAMP_FUTURE;
	return tl->count > 1 && entry_at(tl, tl->count - 1)->generation != tl->generation ? CLOCKDISC_VERDICT_GENERATION :
									     CLOCKDISC_VERDICT_STAMP_OLD;
}

/* cycle_last's reading of the clocks; what lies between it and now is not known here. */
static void record_fill(struct cdisc_gtod_record *r, const struct cdisc_timeline *tl, const struct timekeeper *tk,
			u32 counter)
{
	r->words.clock = tk->tkr_mono.clock;
	r->words.counter = counter;
	r->words.tai_offset_s = tk->tai_offset;
	r->words.offs_real_ns = ktime_to_ns(tk->offs_real);
	r->words.offs_boot_ns = ktime_to_ns(tk->offs_boot);
	r->words.ntp_tick = tk->ntp_tick;
	strscpy(r->words.clock_name, tk->tkr_mono.clock->name, sizeof(r->words.clock_name));
	r->old_tick = tl->last.ntp_tick;
	r->now.raw_ns = cdisc_counter_last_raw_ns(tk);
	r->now.real_ns = ktime_to_ns(tk->tkr_mono.base) + (s64)(tk->tkr_mono.xtime_nsec >> tk->tkr_mono.shift) +
			 r->words.offs_real_ns;
	if (tl->watch) {
		cdisc_watch_who(tl->watch, &r->who);
		r->is_own_rate = cdisc_watch_is_own_rate(tl->watch, &r->who);
	}
}

/*
 * A kernel PLL changes the tick's length every second, at a tick: that is read now and then, before the room is used up. What
 * we do ourselves we look at without being told.
 */
static bool is_urgent(struct cdisc_timeline *tl, const struct cdisc_gtod_record *r, time64_t mono_sec)
{
	if (r->who.is_own)
		return false;
	if (r->who.pid || is_moved(&tl->last, &r->words))
		return true;
	if (mono_sec - tl->kicked_sec < CDISC_RATE_KICK_SEC)
		return false;
	tl->kicked_sec = mono_sec;
	return true;
}

/* Something may have changed. Context: as gtod_notify(), but not at every tick. */
static noinline void gtod_changed(struct cdisc_timeline *tl, const struct timekeeper *tk, u32 counter)
{
	struct cdisc_gtod_record r = { 0 };
	bool was_switching = tl->is_switching;
	bool is_news;

	record_fill(&r, tl, tk, counter);
	/* A new clocksource begins with a tick of nominal length, and with the next tick it is what was set. */
	tl->is_switching = r.words.clock != tl->last.clock;
	if (was_switching && !tl->is_switching)
		r.old_tick = r.words.ntp_tick;
	is_news = !tl->is_primed || is_moved(&tl->last, &r.words) || r.words.ntp_tick != r.old_tick ||
		  r.words.tai_offset_s != tl->last.tai_offset_s;
	if (is_news && tl->is_primed) {
		if (!kfifo_put(&tl->records, r))
			WRITE_ONCE(tl->lost, tl->lost + 1);
		if (is_urgent(tl, &r, tk->ktime_sec) || kfifo_len(&tl->records) >= CDISC_TIMELINE_RECORDS / 2)
			irq_work_queue(&tl->irq_work);
	} else if (is_news) {
		/* Registration delivers one call: what is there already is no change. */
		tl->is_primed = true;
		tl->seen = r.words;
	}
	tl->last = r.words;
	/* No tick has this length: the next call comes here. */
	if (tl->is_switching)
		tl->last.ntp_tick = 0;
}

/*
 * Context: the timekeeper's write section, interrupts off, at every tick. Reads no clock, wakes nobody. Everything but a
 * change of the tick's length is told by was_set.
 */
static int gtod_notify(struct notifier_block *nb, unsigned long was_set, void *priv)
{
	struct cdisc_timeline *tl = container_of(nb, struct cdisc_timeline, notifier);
	const struct timekeeper *tk = priv;
	u32 counter = cdisc_counter_follow(tk);

	if (unlikely(was_set || tk->ntp_tick != tl->last.ntp_tick))
		gtod_changed(tl, tk, counter);
	return NOTIFY_DONE;
}

/* Somebody who moves the clock all the time does not keep the worker busy: so often it is looked at. */
#define KICK_NS		(2 * NSEC_PER_MSEC)

static enum hrtimer_restart kicks_late(struct hrtimer *timer)
{
	struct cdisc_timeline *tl = container_of(timer, struct cdisc_timeline, late);

	WRITE_ONCE(tl->next_mono_ns, ktime_get_mono_fast_ns() + KICK_NS);
	tl->kick(tl->kick_arg);
	return HRTIMER_NORESTART;
}

static void timeline_irq_work(struct irq_work *work)
{
	struct cdisc_timeline *tl = container_of(work, struct cdisc_timeline, irq_work);
	u64 mono_ns = ktime_get_mono_fast_ns(), next_ns = READ_ONCE(tl->next_mono_ns);

	if (mono_ns >= next_ns || kfifo_len(&tl->records) >= CDISC_TIMELINE_RECORDS / 2) {
		WRITE_ONCE(tl->next_mono_ns, mono_ns + KICK_NS);
		tl->kick(tl->kick_arg);
	} else {
		hrtimer_start(&tl->late, ns_to_ktime(next_ns), HRTIMER_MODE_ABS);
	}
}

void cdisc_timeline_kick(struct cdisc_timeline *tl)
{
	irq_work_queue(&tl->irq_work);
}

int cdisc_timeline_init(struct cdisc_timeline *tl, struct cdisc_watch *watch, void (*kick)(void *arg), void *arg)
{
	memset(tl, 0, sizeof(*tl));
	INIT_KFIFO(tl->records);
	tl->watch = watch;
	tl->kicked_sec = -CDISC_RATE_KICK_SEC;
	tl->kick = kick;
	tl->kick_arg = arg;
	init_irq_work(&tl->irq_work, timeline_irq_work);
	hrtimer_setup(&tl->late, kicks_late, CLOCK_MONOTONIC, HRTIMER_MODE_ABS);
	tl->notifier.notifier_call = gtod_notify;
	return pvclock_gtod_register_notifier(&tl->notifier);
}

void cdisc_timeline_exit(struct cdisc_timeline *tl)
{
	pvclock_gtod_unregister_notifier(&tl->notifier);
	irq_work_sync(&tl->irq_work);
	hrtimer_cancel(&tl->late);
}
