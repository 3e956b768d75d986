/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The timeline maps stamps of CLOCK_REALTIME to counter time, and notices who else moves the clock.
 *
 * Entries are pairs (raw, real): one snapshot for every sample and every rate of ours, and what the timekeeper's
 * own notifier tells of sets, rates and interruptions that are not ours. Between two entries of one generation
 * the map is a straight line; there is no map outside them. A new generation begins when the clock is set,
 * another clocksource is chosen or the machine was suspended. Counter time goes on straight through all of them.
 *
 * Locking: the owner's lock for everything but the records, which the notifier writes inside the timekeeper's own
 * write section and the owner reads: one writer, one reader, no lock.
 */
#ifndef CDISC_TIMELINE_H
#define CDISC_TIMELINE_H

#include <linux/hrtimer.h>
#include <linux/irq_work.h>
#include <linux/kfifo.h>
#include <linux/notifier.h>

#include "core/loop.h"
#include "watch.h"

#define CDISC_TIMELINE_ENTRIES	256
#define CDISC_TIMELINE_RECORDS	256

/* A stamp older than this is of no use to anybody. */
#define CDISC_STAMP_AGE_NS	(16 * CDISC_NSEC_PER_SEC)

struct cdisc_timeline_entry {
	struct cdisc_now	now;
	u32			generation;
	bool			is_corner;	/* the rate or the generation changes here */
};

/**
 * struct cdisc_timeline_change - what happened since the last look
 * @set_ns:	sum of the sets of the clock, positive forward
 * @sets:	number of sets
 * @tick_sets:	those that the kernel itself made, at a tick: leap seconds
 * @rates:	number of changes of the tick's length
 * @causes:	set of CLOCKDISC_INTERRUPTION_*: the machine was suspended, another counter chosen, records lost
 * @is_switched: another clocksource was chosen, perhaps on the same counter
 */
struct cdisc_timeline_change {
	s64	set_ns;
	u32	sets;
	u32	tick_sets;
	u32	rates;
	u32	causes;
	bool	is_switched;
};

struct cdisc_timeline {
	/* the owner's */
	struct cdisc_timeline_entry	entry[CDISC_TIMELINE_ENTRIES];
	u32				head;		/* newest */
	u32				count;
	u32				generation;
	struct cdisc_watch		*watch;		/* is told of everything; NULL in tests */
	u64				lost_seen;	/* of @lost */
	struct cdisc_gtod_words		seen;		/* as of the last record read */
	bool				is_behind;	/* @seen is older than the next record's past */

	/* the notifier's */
	struct notifier_block		notifier;
	struct cdisc_gtod_words		last;
	bool				is_primed;
	bool				is_switching;	/* another clocksource was chosen since the last call */
	u64				lost;		/* records that did not fit: READ_ONCE by the owner */
	time64_t			kicked_sec;	/* monotonic, when a tick's rate last kicked */
	struct irq_work			irq_work;

	/* the interrupt's that follows */
	struct hrtimer			late;		/* kicks when the last kick is not so fresh any more */
	u64				next_mono_ns;	/* not before */
	void				(*kick)(void *arg);
	void				*kick_arg;
	DECLARE_KFIFO(records, struct cdisc_gtod_record, CDISC_TIMELINE_RECORDS);
};

/**
 * cdisc_timeline_init() - start to listen
 * @tl:	the timeline
 * @watch: knows who moves the clock, and logs it
 * @kick: called in interrupt context when somebody set the clock or it was interrupted; must not sleep
 * @arg: handed to @kick
 *
 * Context: Process context.
 * Return: 0 or a negative errno.
 */
int cdisc_timeline_init(struct cdisc_timeline *tl, struct cdisc_watch *watch, void (*kick)(void *arg), void *arg);

/* There is something to look at, though the notifier saw nothing. Context: Any. */
void cdisc_timeline_kick(struct cdisc_timeline *tl);

/* Stop to listen; no kick is under way on return. */
void cdisc_timeline_exit(struct cdisc_timeline *tl);

/* Enter an entry: a snapshot, or a corner. Exported to the tests. */
void cdisc_timeline_push(struct cdisc_timeline *tl, const struct cdisc_now *now, bool is_corner);

/* Begin a new generation whose first entry is @now; @old is the last instant of the old one. */
void cdisc_timeline_cut(struct cdisc_timeline *tl, const struct cdisc_now *old, const struct cdisc_now *now);

/* Time went by unseen before @now: stamps from before it map to nothing. */
void cdisc_timeline_break(struct cdisc_timeline *tl, const struct cdisc_now *now);

/* The notifier has written something down that was not taken in yet. Context: Any. */
bool cdisc_timeline_has_news(const struct cdisc_timeline *tl);

/* Read the clock without entering it. */
void cdisc_timeline_peek(struct cdisc_now *now);

/* Read the clock and enter it. is_corner: the rate is changed by us around this instant. */
void cdisc_timeline_read(struct cdisc_timeline *tl, struct cdisc_now *now, bool is_corner);

/* Take in what the notifier wrote down before now. */
void cdisc_timeline_drain(struct cdisc_timeline *tl, const struct cdisc_now *now, struct cdisc_timeline_change *change);

/**
 * cdisc_timeline_look() - take in what happened and read the clock, in one piece
 * @tl:		the timeline
 * @is_ours:	a change of ours was just made
 * @now:	filled with a reading that shows all of @change and nothing else
 * @change:	filled with what happened since the last look
 *
 * Context: The owner's lock is held.
 */
void cdisc_timeline_look(struct cdisc_timeline *tl, bool is_ours, struct cdisc_now *now,
			 struct cdisc_timeline_change *change);

/*
 * A change of rate at a tick, as by a slew in progress, is told of at once, the next one not before this. A task's is always
 * told of at once.
 */
#define CDISC_RATE_KICK_SEC	16

/**
 * cdisc_timeline_to_raw() - map a stamp
 * @tl:		the timeline
 * @real_ns:	CLOCK_REALTIME
 * @raw_ns:	filled with counter time
 *
 * Context: The owner's lock is held.
 * Return: CLOCKDISC_VERDICT_ACCEPTED, or why not: _STAMP_FUTURE, _STAMP_OLD, _GENERATION when the stamp was taken
 * before the current generation began, or could have been.
 */
enum clockdisc_verdict cdisc_timeline_to_raw(const struct cdisc_timeline *tl, s64 real_ns, s64 *raw_ns);

#endif /* CDISC_TIMELINE_H */
