/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What becomes of a leap second that is announced and not left to the kernel: when it is smeared, and when UTC makes it.
 *
 * The day before it and the day after are as long as ever; the smear lasts from noon to noon, 86401 s for an insertion and
 * 86399 s for a deletion, as others that smear do it. One that is heard of later begins then and ends at the same noon.
 */
#ifndef CDISC_LEAP_H
#define CDISC_LEAP_H

#include "smear.h"

/**
 * struct cdisc_leap - a leap second that is smeared
 * @smear:	the smear, waiting, going on, or none
 * @kind:	CLOCKDISC_LEAP_INSERT or _DELETE while UTC is still to make it, otherwise _NONE or 0
 * @mode:	how it is made up for
 * @at_raw_ns:	when UTC makes it, counter time; S64_MAX without one to come
 */
struct cdisc_leap {
	struct cdisc_smear		smear;
	enum clockdisc_leap		kind;
	enum clockdisc_leap_mode	mode;
	s64				at_raw_ns;
};

/**
 * struct cdisc_leap_view - what it is decided on
 * @raw_ns:	now, counter time
 * @utc_ns:	now, UTC as POSIX counts it, ns since 1970
 * @freq_ppb_q16: rate of UTC against the counter
 * @announced:	by the sources that are followed; CLOCKDISC_LEAP_UNSYNC while none is
 * @mode:	what the operator wants
 * @max_slew_ppb: rate at which CLOCKDISC_LEAP_MODE_SLEW slews it
 * @may_arm:	the clock is right enough to know when the day ends
 */
struct cdisc_leap_view {
	s64				raw_ns;
	s64				utc_ns;
	s64				freq_ppb_q16;
	enum clockdisc_leap		announced;
	enum clockdisc_leap_mode	mode;
	u32				max_slew_ppb;
	bool				may_arm;
};

/* No leap second is smeared. */
void cdisc_leap_forget(struct cdisc_leap *lp);

/* The end of the month, ns since 1970, if utc_ns is on its last day, otherwise 0: leap seconds come at no other time. */
s64 cdisc_leap_month_end_ns(s64 utc_ns);

/**
 * cdisc_leap_plan() - begin, go on with, give up or end a smear
 * @lp:	the leap second
 * @v:	what it is decided on
 *
 * To be called whenever one of these changed, at the piece's end, and at @lp->at_raw_ns. An announcement that the sources
 * take back turns a smear around; one that nobody repeats, because no source is left, does not.
 *
 * Context: Any. Takes no lock, reads no clock.
 * Return: 0, or what UTC has just been set by: -1 s for an insertion, 1 s for a deletion. What was measured of UTC moves along.
 */
s64 cdisc_leap_plan(struct cdisc_leap *lp, const struct cdisc_leap_view *v);

/* The largest that the clock is off UTC from raw_ns to raw_ns + span_ns, >= 0. */
s64 cdisc_leap_most_ns(const struct cdisc_leap *lp, s64 raw_ns, s64 span_ns);

#endif /* CDISC_LEAP_H */
