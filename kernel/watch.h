/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who moves the clock: witnesses, and the log of what they saw and of what we did.
 *
 * Two witnesses. The timekeeper's own notifier (timeline.c) runs in the mover's context and sees every set, step, change of
 * rate, TAI offset and clocksource. What an adjtimex() call only prepares, a slew or a bit of the status word, is seen by
 * a probe at do_adjtimex(), where kprobes are available; without it a slew is noticed when it shows up at a tick, without a name.
 *
 * Locking: the owner's lock for the log; the notifier's records need none, the probe's are ordered by a lock of their own.
 */
#ifndef CDISC_WATCH_H
#define CDISC_WATCH_H

#include <linux/kfifo.h>
#include <linux/kprobes.h>
#include <linux/sched.h>
#include <linux/spinlock.h>

#include "core/loop.h"

struct clocksource;
struct task_struct;

/* As many entries of the log are kept. */
#define CDISC_LOG_ENTRIES	4096

#define CDISC_CLOCK_NAME_LEN	20

/**
 * struct cdisc_mover - who did it
 * @name:	name of the task, or "kernel"
 * @pid:	its process id in the initial namespace, 0 for the kernel
 * @modes:	of the adjtimex() call that it is in, as far as the probe told; otherwise 0
 * @is_own:	it is the engine's worker
 */
struct cdisc_mover {
	char	name[TASK_COMM_LEN];
	u32	pid;
	u32	modes;
	bool	is_own;
};

/* What the notifier saw, written down without reading a clock. */
struct cdisc_gtod_words {
	const struct clocksource	*clock;
	u32				counter;	/* differs when the counter does */
	s32				tai_offset_s;
	s64				offs_real_ns;
	s64				offs_boot_ns;
	u64				ntp_tick;
	char				clock_name[CDISC_CLOCK_NAME_LEN];
};

struct cdisc_gtod_record {
	struct cdisc_gtod_words	words;
	u64			old_tick;	/* the tick's length before */
	struct cdisc_now	now;
	struct cdisc_mover	who;
	bool			is_own_rate;	/* a change of the tick's length in it is ours */
};

/* What the probe saw: an adjtimex() call that took effect. */
struct cdisc_call_record {
	struct cdisc_mover	who;
	struct cdisc_now	now;
	s64			slew_ns;
	u32			old_status;
	u32			new_status;
	bool			is_slew;
};

#define CDISC_CALL_RECORDS	256

/**
 * struct cdisc_log_entry - an entry of the log
 * @seq:	its number, from 1
 * @now:	right after it
 * @noticed_ns:	time from then until it was written
 * @kind:	what happened
 * @cause:	why
 * @reaction:	what we decided to do about it, 0 for our own and the kernel's
 * @is_tick:	it showed up at a tick; @who began it, as far as is known
 * @who:	who did it
 * @count:	how many changes it stands for
 * @change_ns:	by how much the clock was moved, or is going to be
 * @old:	rate (ppb_q16), status word or TAI offset (s) before
 * @new:	the same after
 * @clock:	names of the clocksources before and after
 */
struct cdisc_log_entry {
	u64			seq;
	struct cdisc_now	now;
	s64			noticed_ns;
	enum clockdisc_log_kind	kind;
	enum clockdisc_log_cause cause;
	enum clockdisc_log_reaction reaction;
	bool			is_tick;
	struct cdisc_mover	who;
	u32			count;
	s64			change_ns;
	s64			old;
	s64			new;
	char			clock[2][CDISC_CLOCK_NAME_LEN];
};

/* An adjtimex() call under way. */
struct cdisc_watch_call {
	struct task_struct	*task;		/* cmpxchg() takes a free one, NULL frees it */
	u32			modes;
};

#define CDISC_WATCH_CALLS	8

/**
 * struct cdisc_watch_ops - who is told; called with the owner's lock held
 * @kick:	the probe saw something; any context, must not sleep
 * @moved:	a task or the kernel moved the clock: to be judged before it is logged
 * @logged:	an entry was written
 */
struct cdisc_watch_ops {
	void (*kick)(void *arg);
	void (*moved)(void *arg, struct cdisc_log_entry *entry);
	void (*logged)(void *arg, const struct cdisc_log_entry *entry);
};

struct cdisc_watch {
	/* the owner's */
	struct cdisc_log_entry		*entry;
	u64				seq;		/* of the newest */
	u64				dropped;	/* changes that could not be recorded */
	u64				missed;		/* calls that the probe missed, as of the last look */
	enum clockdisc_log_cause	cause;		/* why we move the clock at present */
	struct cdisc_mover		slewer;		/* who began the last slew */
	s64				settled_raw_ns;	/* what a tick changes before is what we ended ourselves */
	const struct cdisc_watch_ops	*ops;
	void				*arg;
	bool				is_setting;	/* the owner sets a rate: READ_ONCE by the notifier */

	/* constant from the start */
	const struct task_struct	*owner;

	/* the probe's */
	bool				has_probe;
	struct cdisc_watch_call		calls[CDISC_WATCH_CALLS];
	raw_spinlock_t			lock;		/* the two below; interrupts off */
	u32				status;		/* status word as last seen */
	u64				lost;		/* records that did not fit; READ_ONCE by the owner */
	DECLARE_KFIFO(records, struct cdisc_call_record, CDISC_CALL_RECORDS);
#if IS_ENABLED(CONFIG_KRETPROBES)
	struct kretprobe		probe;
#endif
};

/**
 * cdisc_watch_init() - an empty log
 * @w:		the watch, zeroed
 * @owner:	the task whose moves are ours
 * @ops:	who is told
 * @arg:	handed to @ops
 *
 * Context: Process context, may sleep.
 * Return: 0 or -ENOMEM.
 */
int cdisc_watch_init(struct cdisc_watch *w, const struct task_struct *owner, const struct cdisc_watch_ops *ops, void *arg);
void cdisc_watch_exit(struct cdisc_watch *w);

/* Begin to look at adjtimex() calls, where that is possible; to be ended before the watch and what ops->kick() needs go. */
void cdisc_watch_probe(struct cdisc_watch *w);
void cdisc_watch_unprobe(struct cdisc_watch *w);

/* Who is moving the clock right now. Context: the timekeeper's write section. */
void cdisc_watch_who(const struct cdisc_watch *w, struct cdisc_mover *who);

/*
 * A change of the tick's length by who is the owner's. On kernels that set and apply it in two steps a tick in between, on
 * whatever processor, applies it first. Context: the timekeeper's write section.
 */
bool cdisc_watch_is_own_rate(const struct cdisc_watch *w, const struct cdisc_mover *who);

/* The probe has written something down that was not taken in yet. Context: Any. */
bool cdisc_watch_has_news(const struct cdisc_watch *w);

/* Log what the notifier wrote down; before is what it had seen before. now_raw_ns is the present. */
void cdisc_watch_saw(struct cdisc_watch *w, const struct cdisc_gtod_record *r, const struct cdisc_gtod_words *before,
		     s64 now_raw_ns);

/* Log that n changes before now were not recorded. */
void cdisc_watch_lost(struct cdisc_watch *w, u64 n, const struct cdisc_now *now);

/* Log what the probe wrote down. */
void cdisc_watch_take_calls(struct cdisc_watch *w, const struct cdisc_now *now);

/**
 * cdisc_watch_find_daemon() - a time daemon that runs and may set the clock
 * @who:	filled with who it is
 * @is_known:	set if it has a time daemon's name; otherwise it is a program that may set the clock and little else
 *
 * Context: Process context.
 * Return: whether there is one.
 */
bool cdisc_watch_find_daemon(struct cdisc_mover *who, bool *is_known);

/* Log what we did, for the cause that is set; @who is us unless it is given. */
void cdisc_watch_own(struct cdisc_watch *w, const struct cdisc_now *now, struct cdisc_log_entry *entry);

/* The entry with this number, NULL when it is no longer or not yet there. */
const struct cdisc_log_entry *cdisc_watch_entry(const struct cdisc_watch *w, u64 seq);

/* Number of the oldest entry that is kept; one more than the newest's when there is none. */
u64 cdisc_watch_oldest(const struct cdisc_watch *w);

#endif /* CDISC_WATCH_H */
