/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The host's time, asked for by a hypercall: what all hypervisors share, and what one of them has to bring along.
 *
 * Locking: none of its own. The owner reads from one task at a time and no longer when it calls cdisc_host_exit().
 */
#ifndef CDISC_SOURCE_HOST_H
#define CDISC_SOURCE_HOST_H

#include <linux/types.h>

#include "core/loop.h"

struct cdisc_host;

/**
 * enum cdisc_host_status - what the last attempt gave
 * @CDISC_HOST_OK:		the host's time
 * @CDISC_HOST_NO_HYPERVISOR:	none underneath that is known here; no hypercall was tried
 * @CDISC_HOST_NO_MEMORY:	no page for the host to write to
 * @CDISC_HOST_NO_HYPERCALL:	the host does not know the hypercall
 * @CDISC_HOST_NOT_TSC:		the host does not keep its own time by the counter that it shares with us
 * @CDISC_HOST_REFUSED:		another error of the hypercall
 * @CDISC_HOST_ABSURD:		the host's counter value is not from the call, or its time is none
 * @CDISC_HOST_COARSE:		the guest's clocksource does not advance within a call
 * @CDISC_HOST_UNSTABLE:	the guest's clock or its pvclock page changed in every call
 */
enum cdisc_host_status {
	CDISC_HOST_OK,
	CDISC_HOST_NO_HYPERVISOR,
	CDISC_HOST_NO_MEMORY,
	CDISC_HOST_NO_HYPERCALL,
	CDISC_HOST_NOT_TSC,
	CDISC_HOST_REFUSED,
	CDISC_HOST_ABSURD,
	CDISC_HOST_COARSE,
	CDISC_HOST_UNSTABLE,
};

/* A call whose surroundings changed under it is repeated, or one that could be narrower; so often at most. */
#define CDISC_HOST_TRIES	5

/**
 * struct cdisc_host_reading - the host's clock and ours at one value of the counter that both share
 * @now:	ours
 * @host_real_ns: the host's CLOCK_REALTIME
 * @half_ns:	by how much the difference of the two can be wrong, either way, on the processor that was read
 * @apart_ns:	how much further it can be off on another
 * @counter:	the counter
 * @is_exact:	our clocksource is that counter or an exact function of it; otherwise the counter was read on
 *		both sides of our clock, and what lay between is in @half_ns
 */
struct cdisc_host_reading {
	struct cdisc_now	now;
	s64			host_real_ns;
	s64			half_ns;
	s64			apart_ns;
	u64			counter;
	bool			is_exact;
};

/* What the host wrote: its CLOCK_REALTIME when the counter, as the guest sees it, stood so. */
struct cdisc_host_answer {
	s64	real_sec;
	s64	real_nsec;
	u64	counter;
};

/* A reading of the guest's clocks and the cycles of the current clocksource that it was made from. */
struct cdisc_host_clocks {
	u64			cyc;
	struct cdisc_now	now;
};

/**
 * struct cdisc_host_scale - a clocksource that is a line over the counter
 * @counter:	counter value at @cyc
 * @cyc:	cycles of the clocksource there
 * @mul:	cycles per 2^(32 - @shift) counts
 * @shift:	see @mul, -31 to 31
 * @version:	of the page that it is from
 * @apart_ns:	how far other processors' scales are from each other; 0 where all share one
 * @is_known:	there is such a clocksource
 */
struct cdisc_host_scale {
	u64	counter;
	u64	cyc;
	u32	mul;
	s8	shift;
	u32	version;
	s64	apart_ns;
	bool	is_known;
};

/**
 * struct cdisc_host_bracket - a call between two readings of the guest's clocks, in the order of the fields
 * @scale:	of the pvclock page
 * @tick_ns:	when the timekeeper was last brought up to date
 * @before_a:	counter
 * @a:		clocks
 * @after_a:	counter
 * @answer:	the host's
 * @before_b:	counter
 * @b:		clocks
 * @after_b:	counter
 * @is_ticked:	the timekeeper was brought up to date, or set, meanwhile
 * @is_scale_changed: the page was written meanwhile
 */
struct cdisc_host_bracket {
	struct cdisc_host_scale		scale;
	s64				tick_ns;
	u64				before_a;
	struct cdisc_host_clocks	a;
	u64				after_a;
	struct cdisc_host_answer	answer;
	u64				before_b;
	struct cdisc_host_clocks	b;
	u64				after_b;
	bool				is_ticked;
	bool				is_scale_changed;
};

/**
 * struct cdisc_host_page - words that the hypervisor shares with the guest
 * @version:	changes when the guest's clock gets another relation to the counter
 * @flags:	its flags
 * @stopped:	the one that says that the guest was stopped; the kernel clears it, so it is a hint when it is seen
 */
struct cdisc_host_page {
	const u32	*version;
	const u8	*flags;
	u8		stopped;
};

/**
 * struct cdisc_host_ops - a hypervisor, or a fake of one
 * @name:	for people
 * @call_name:	the hypercall, for people
 * @init:	find out whether it is there and get ready; _OK or why not, with everything undone
 * @exit:	undo @init
 * @call:	the hypercall; 0 or the hypervisor's own error, negative
 * @refusal:	what such an error means
 * @counter:	read the counter, not before what precedes it and not after what follows
 * @clocks:	read the guest's clocks
 * @tick_ns:	when the timekeeper was last brought up to date; changes with every set, too
 * @scale:	fill in the scale of the pvclock of this processor
 * @is_scale_changed: whether it is no longer so
 * @page:	fill in the words to watch; false when there are none
 *
 * From @call to @is_scale_changed they are called with interrupts off.
 */
struct cdisc_host_ops {
	const char		*name;
	const char		*call_name;
	enum cdisc_host_status	(*init)(struct cdisc_host *h);
	void			(*exit)(struct cdisc_host *h);
	enum cdisc_host_status	(*refusal)(int err);
	int			(*call)(struct cdisc_host *h, struct cdisc_host_answer *answer);
	u64			(*counter)(void);
	void			(*clocks)(struct cdisc_host_clocks *c);
	s64			(*tick_ns)(void);
	void			(*scale)(struct cdisc_host_scale *s);
	bool			(*is_scale_changed)(const struct cdisc_host_scale *s);
	bool			(*page)(struct cdisc_host_page *page);
};

/**
 * struct cdisc_host - the host underneath
 * @ops:	its hypervisor, NULL when there is none
 * @page:	what the host writes to; of @ops
 * @status:	what the last attempt gave
 * @err:	what the last hypercall returned
 * @apart_ns:	how far the guest's clocks on two of its processors were apart at the last answer
 * @reads:	attempts that gave the host's time
 * @refusals:	attempts that did not
 * @retries:	calls that gave nothing, whose surroundings changed under them for the most part
 */
struct cdisc_host {
	const struct cdisc_host_ops	*ops;
	void				*page;
	enum cdisc_host_status		status;
	int				err;
	s64				apart_ns;
	u64				reads;
	u64				refusals;
	u64				retries;
};

/**
 * cdisc_host_init() - find the host underneath and ask it once
 * @h:	the host, zeroed
 *
 * What came back is in @h->status. With @h->ops set the host can be asked again whatever came back: it may change
 * its clocksource, or the guest its host.
 *
 * Context: Process context, may sleep.
 */
void cdisc_host_init(struct cdisc_host *h);

/* Let go of the host. Harmless when there is none. May sleep. */
void cdisc_host_exit(struct cdisc_host *h);

/* The same with one hypervisor, for the tests. */
void cdisc_host_init_with(struct cdisc_host *h, const struct cdisc_host_ops *ops);

/**
 * cdisc_host_read() - ask the host for its time
 * @h:	the host
 * @r:	filled when it answers
 *
 * Context: Process context; interrupts are off during each of at most CDISC_HOST_TRIES calls.
 * Return: CDISC_HOST_OK or why there is no answer, which is also in @h->status.
 */
enum cdisc_host_status cdisc_host_read(struct cdisc_host *h, struct cdisc_host_reading *r);

/* Make a reading of a bracket. For cdisc_host_read() and the tests. Return: _OK, _ABSURD, _COARSE or _UNSTABLE. */
enum cdisc_host_status cdisc_host_pair(const struct cdisc_host_bracket *b, struct cdisc_host_reading *r);

/* Cycles of the clocksource when the counter stands so; wraps as the clocksource does. */
u64 cdisc_host_cyc(const struct cdisc_host_scale *s, u64 counter);

/* What a status means, in words; a string that lives as long as the module. */
const char *cdisc_host_why(enum cdisc_host_status status);

/* Room for a line of cdisc_host_describe(). */
#define CDISC_HOST_TEXT_MAX	192

/* A line for people: what was tried and what came back. Return: as snprintf(). */
int cdisc_host_describe(const struct cdisc_host *h, char *buf, size_t size);

/* The guest's clocks and tick as the kernel tells them: what all but fakes put into their ops. */
void cdisc_host_clocks_read(struct cdisc_host_clocks *c);
s64 cdisc_host_tick_ns(void);

extern const struct cdisc_host_ops cdisc_host_kvm;

#endif /* CDISC_SOURCE_HOST_H */
