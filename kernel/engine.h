/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The engine: the one owner of mutable state. A lock, a worker, a timer that does nothing but wake the worker.
 *
 * Commands and samples come in from netlink; events go out through the listener given at registration.
 */
#ifndef CDISC_ENGINE_H
#define CDISC_ENGINE_H

#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/mutex.h>

#include "actuator.h"
#include "core/arbiter.h"
#include "core/loop.h"
#include "engine_host.h"
#include "engine_leap.h"
#include "engine_watch.h"
#include "interruption.h"
#include "nudge.h"
#include "page.h"
#include "source.h"
#include "timeline.h"
#include "watch.h"

struct cdisc_engine;

/**
 * struct cdisc_listener - who is told of events; called with the engine's lock held, may sleep
 * @clock:	something happened to the clock
 * @source:	something happened to a source
 * @log:	an entry was written to the log
 */
struct cdisc_listener {
	void (*clock)(struct cdisc_engine *e, enum clockdisc_event event, s64 value_ns);
	void (*source)(struct cdisc_engine *e, const struct cdisc_source *src,
		       enum clockdisc_source_event event);
	void (*log)(struct cdisc_engine *e, const struct cdisc_log_entry *entry);
};

/* All state of the module. */
struct cdisc_engine {
	struct mutex			lock;		/* all below, unless it says otherwise */
	struct cdisc_loop		loop;
	struct cdisc_timeline		timeline;
	struct cdisc_watch		watch;
	struct cdisc_arbiter		arbiter;
	struct cdisc_arbiter_config	conflict;	/* to start with; by the caller of cdisc_engine_init(), zero for the default */
	struct cdisc_mover		mover;		/* who last moved the clock against us */
	u32				reactions;	/* to what was noticed: 1 << CLOCKDISC_LOG_REACTION_* */
	bool				must_end_slew;	/* somebody's slew goes on until it is ended */
	struct cdisc_sources		sources;
	struct cdisc_engine_host	host;
	struct cdisc_nudge		nudge;
	struct cdisc_page		page;
	u32				idle_swing_ns;	/* what @nudge is set to while the host is followed */
	const struct cdisc_actuator_ops	*actuator;
	const char			*actuator_reason;
	struct cdisc_clock_status	told;		/* what the kernel's readers were last told */
	bool				has_told;
	enum clockdisc_state		traced_state;
	u32				sta_bits;
	s32				tai_offset_s;
	enum clockdisc_log_cause	tai_cause;	/* why @tai_offset_s is what it is */
	s64				recheck_raw_ns;	/* somebody changed the rate: look again then */
	s64				silent_raw_ns;	/* when the next source has been silent for too long */
	struct cdisc_leap		leap;		/* one that is smeared */
	s64				leap_hold_raw_ns; /* a leap is not armed before: a set disarmed it */
	struct cdisc_todo		todo;		/* noticed, not yet carried out or told */
	s64				foreign_ns;	/* sum of others' sets not yet told */
	u64				switches;	/* how often another clocksource was chosen */
	u64				counts[CLOCKDISC_VERDICT_LEAP + 1];
	bool				has_news;	/* samples or sources changed since the last selection */
	bool				is_exiting;	/* the timer is not armed any more */

	/* set before the worker runs, constant */
	const struct cdisc_preset	*preset;	/* to start with; by the caller of cdisc_engine_init(), NULL for the default */
	s64				floor_real_ns;	/* the floor to start with; likewise, 0 for none */
	const struct cdisc_listener	*listener;
	struct cdisc_interruption	interruption;
	struct kthread_worker		*worker;
	struct kthread_work		work;
	struct hrtimer			timer;
};

/**
 * cdisc_engine_init() - start the engine
 * @e:		the engine, zeroed but for @e->preset, @e->floor_real_ns and @e->conflict
 * @actuator:	what moves the clock
 * @reason:	why this one, in words; a string that lives as long as the engine
 * @listener:	who is told
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno, with everything undone.
 */
int cdisc_engine_init(struct cdisc_engine *e, const struct cdisc_actuator_ops *actuator, const char *reason,
		      const struct cdisc_listener *listener);

/* Stop steering, leave the learnt frequency in place and the status bits true, and free everything. */
void cdisc_engine_exit(struct cdisc_engine *e);

/* Take in what happened to the clock since the last look, and read it. */
void cdisc_engine_notice(struct cdisc_engine *e, struct cdisc_now *now) __must_hold(&e->lock);

/* Leave the clock on the learnt frequency, with no slew running. Context: the worker. */
void cdisc_engine_settle(struct cdisc_engine *e, struct cdisc_now *now) __must_hold(&e->lock);

/* Write what is known into the page that programs map. */
void cdisc_engine_publish(struct cdisc_engine *e, const struct cdisc_now *now) __must_hold(&e->lock);

/* There is news for the worker. Context: Any. */
void cdisc_engine_kick(struct cdisc_engine *e);

/* Have the worker look now: what is read afterwards is what was true when it was asked for. May sleep. */
void cdisc_engine_look(struct cdisc_engine *e);

/* Wait until an interruption that was told of is dealt with: nobody is answered by what was known before. May sleep. */
void cdisc_engine_catch_up(struct cdisc_engine *e);

/* Commands. All sleep, are carried out by the worker before they return, and return 0 or a negative errno. */
int cdisc_engine_step(struct cdisc_engine *e, bool has_ns, s64 step_ns);
int cdisc_engine_slew(struct cdisc_engine *e, bool has_ns, s64 slew_ns);
int cdisc_engine_freeze(struct cdisc_engine *e);
int cdisc_engine_unfreeze(struct cdisc_engine *e);
int cdisc_engine_accept(struct cdisc_engine *e);
int cdisc_engine_reject(struct cdisc_engine *e);

/* Take back a clock that was left to others; -EBUSY when one of them keeps it slewing. */
int cdisc_engine_resume(struct cdisc_engine *e);

int cdisc_engine_freq_set(struct cdisc_engine *e, s64 freq_ppb_q16);

/**
 * struct cdisc_engine_config - what clock-set changes, as a whole
 * @cfg:	configuration of the core, checked
 * @actuator:	what moves the clock
 * @reason:	why, in words
 * @idle_swing_ns: how far an idle clock may swing
 * @conflict:	what is done about others who move the clock
 * @tai_offset_s: TAI minus UTC, 0 for unknown
 * @has_tai:	take over @tai_offset_s, which a leap second changes meanwhile
 * @has_floor:	take over @cfg.floor_real_ns, which a command takes away meanwhile
 */
struct cdisc_engine_config {
	struct cdisc_config		cfg;
	const struct cdisc_actuator_ops	*actuator;
	const char			*reason;
	u32				idle_swing_ns;
	struct cdisc_arbiter_config	conflict;
	s32				tai_offset_s;
	bool				has_tai;
	bool				has_floor;
};

/* The configuration as it is: the shadow that a change is made on. */
void cdisc_engine_config_get(struct cdisc_engine *e, struct cdisc_engine_config *c);

/* Commit a shadow that has been checked; -EBUSY or the actuator's error when it cannot take over. */
int cdisc_engine_config_set(struct cdisc_engine *e, const struct cdisc_engine_config *c);

/* Sources. */
int cdisc_engine_source_add(struct cdisc_engine *e, const char *name, const struct cdisc_source_settings *set,
			    u32 *id, s8 *poll_log2s);
int cdisc_engine_source_set(struct cdisc_engine *e, u32 id, const struct cdisc_source_settings *set, u32 which);
int cdisc_engine_source_del(struct cdisc_engine *e, u32 id);

/* Which of the settings cdisc_engine_source_set() takes over. */
#define CDISC_SET_FLAGS		0x1
#define CDISC_SET_MINPOLL	0x2
#define CDISC_SET_MAXPOLL	0x4

/**
 * cdisc_engine_submit() - hand in a sample
 * @e:		the engine
 * @sub:	the submission
 * @poll_log2s:	filled with the poll interval to use from now on, unless the verdict is _NO_SOURCE
 *
 * Context: Process context, may sleep. The clock is steered later, by the worker.
 * Return: what became of it.
 */
enum clockdisc_verdict cdisc_engine_submit(struct cdisc_engine *e, const struct cdisc_submission *sub,
					   s8 *poll_log2s);

#endif /* CDISC_ENGINE_H */
