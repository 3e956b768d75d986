/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What to do when somebody else moves the clock: leave it to them, set it right again, or say so.
 *
 * Whoever moves it is a stray program or a time daemon. A daemon is known by its name, or by its effect: one process that
 * moves the clock again and again. Against either nothing is done more often than the hold-off allows, and an hour knows
 * a limit; beyond it we yield. So two programs never swing the clock against each other at full speed.
 *
 * The hour is a window that slides by five minutes: the present five and the twelve before them. In no hour more is done than
 * the limit, and what was done is forgotten 65 minutes later at most.
 *
 *	moved -> yield ------> yielded: nothing is done -- resume, or quiet for long enough --> steering
 *	      -> reassert ---> due: at once, or hold-off after the last time
 *	      -> alarm ------> due after the hold-off, for the rate alone
 */
#ifndef CDISC_ARBITER_H
#define CDISC_ARBITER_H

#include "units.h"

/**
 * struct cdisc_arbiter_config - what the operator wants
 * @conflict:	against a stray program
 * @conflict_daemon: against a time daemon
 * @hold_off_ns: least time between two moves of ours against others
 * @quiet_ns:	a yielded clock is taken back after so long without a move of others; 0 never
 * @reassert_limit: how often an hour; 0 sets no limit
 */
struct cdisc_arbiter_config {
	enum clockdisc_conflict	conflict;
	enum clockdisc_conflict	conflict_daemon;
	s64			hold_off_ns;
	s64			quiet_ns;
	u32			reassert_limit;
};

/* Movers that are told apart; beyond, the one that has been quiet for longest is forgotten. */
#define CDISC_ARBITER_MOVERS	8

/**
 * struct cdisc_arbiter_mover - how often a process has moved the clock
 * @pid:	its id, 0 for an empty place
 * @moves:	moves that were @raw_ns apart enough to count
 * @raw_ns:	the last that counted
 */
struct cdisc_arbiter_mover {
	u32	pid;
	u32	moves;
	s64	raw_ns;
};

/* Five minutes each, an hour and the one that has begun. */
#define CDISC_ARBITER_BINS	13

/**
 * struct cdisc_arbiter_bin - what was done in one piece of the hour
 * @number:	which, of counter time
 * @count:	how often the clock was set right in it
 */
struct cdisc_arbiter_bin {
	s64	number;
	u32	count;
};

/**
 * struct cdisc_move - somebody else moved the clock
 * @raw_ns:	when
 * @pid:	who, 0 for the kernel
 * @is_daemon:	the name is a time daemon's
 * @can_undo:	it is known what would be right
 */
struct cdisc_move {
	s64	raw_ns;
	u32	pid;
	bool	is_daemon;
	bool	can_undo;
};

/**
 * struct cdisc_arbiter - what happened so far
 * @mover:	who moved the clock
 * @moved_raw_ns: when the last one did
 * @due_raw_ns:	when something is to be done, if @is_due
 * @done_raw_ns: when something was last done, if @has_done
 * @bin:	how often the clock was set right again of late
 * @conflicts:	moves that led to a reaction
 * @reasserts:	how often the clock was set right again
 * @is_due:	something is to be done
 * @is_alarm:	it is only the rate that is to be set again
 * @has_done:	something was done before
 * @is_yielded:	the clock is left to others
 * @was_found:	to one that was at work before us, and had not moved the clock then
 */
struct cdisc_arbiter {
	struct cdisc_arbiter_mover	mover[CDISC_ARBITER_MOVERS];
	s64				moved_raw_ns;
	s64				due_raw_ns;
	s64				done_raw_ns;
	struct cdisc_arbiter_bin	bin[CDISC_ARBITER_BINS];
	u64				conflicts;
	u64				reasserts;
	bool				is_due;
	bool				is_alarm;
	bool				has_done;
	bool				is_yielded;
	bool				was_found;
};

void cdisc_arbiter_defaults(struct cdisc_arbiter_config *cfg);

/* The name is that of a known time daemon, cut to the 15 characters that a task's name has. */
bool cdisc_arbiter_is_daemon(const char *name);

/* A program of that name may set the clock and keeps no time by itself: it does as it is told. */
bool cdisc_arbiter_keeps_no_time(const char *name);

/**
 * cdisc_arbiter_move() - somebody else moved the clock
 * @a:		the arbiter
 * @cfg:	what the operator wants
 * @m:		the move
 *
 * Context: Any. Pure.
 * Return: what is to be done about it. After _YIELD the clock is yielded; after _REASSERT and _ALARM cdisc_arbiter_take_due()
 * tells when.
 */
enum clockdisc_log_reaction cdisc_arbiter_move(struct cdisc_arbiter *a, const struct cdisc_arbiter_config *cfg,
					       const struct cdisc_move *m);

/* What is due. */
enum cdisc_arbiter_due {
	CDISC_DUE_NOTHING,
	CDISC_DUE_RATE,		/* the rate, which somebody else changed */
	CDISC_DUE_REASSERT,	/* clock and rate */
};

/* What is due at raw_ns; it is not due any more afterwards. */
enum cdisc_arbiter_due cdisc_arbiter_take_due(struct cdisc_arbiter *a, s64 raw_ns);

/* The clock was set right again: there was something to be done, and it was. */
void cdisc_arbiter_reasserted(struct cdisc_arbiter *a, s64 raw_ns);

/* Something is due later: until then the rate is left as it is. */
bool cdisc_arbiter_holds(const struct cdisc_arbiter *a, s64 raw_ns);

/* Nobody has moved the clock that was left to others for so long that it is to be taken back. */
bool cdisc_arbiter_is_quiet(const struct cdisc_arbiter *a, const struct cdisc_arbiter_config *cfg, s64 raw_ns);

/* When to look again, S64_MAX for never. */
s64 cdisc_arbiter_wake(const struct cdisc_arbiter *a, const struct cdisc_arbiter_config *cfg);

/* The clock is left to a daemon that was there before us. */
void cdisc_arbiter_yield(struct cdisc_arbiter *a, s64 raw_ns);

/* The clock is taken back: who moved it before is forgiven. */
void cdisc_arbiter_resume(struct cdisc_arbiter *a);

#endif /* CDISC_ARBITER_H */
