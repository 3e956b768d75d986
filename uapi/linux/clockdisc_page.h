/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The page of /dev/clockdisc: the true time and how far it is known, for programs that map it. A wire format.
 *
 *	fd = open("/dev/clockdisc", O_RDONLY | O_CLOEXEC);
 *	page = mmap(NULL, sizeof(struct clockdisc_page), PROT_READ, MAP_SHARED, fd, 0);
 *	close(fd);
 *
 * The mapping outlives the descriptor and the module. An open descriptor keeps the module loaded, a mapping does not: it
 * shows CLOCKDISC_PAGE_DEAD once the module is gone, for good; a module loaded later has another page.
 *
 * True time is a line over CLOCK_MONOTONIC_RAW as the initial time namespace has it, which neither a step nor a slew of
 * CLOCK_REALTIME bends. At an instant raw of it, with dt = raw - raw_ns:
 *
 *	true time  = real_ns + dt + dt * rate_ppb_q16 / 65536 / 1e9		ns since the epoch, leap seconds as in POSIX
 *	half-width = half_ns + grown						ns
 *	grown      = hold_ppb_q16 * t + phi_ppb_q16 * (dt - t), each / 65536 / 1e9, where t = dt, but hold_ns at most
 *
 * Nobody is to use it where @interrupted is not 0, CLOCKDISC_PAGE_VALID is not set, or raw is later than void_raw_ns.
 * Before raw_ns (a reader may have read its clock first) t is 0 and grown is 0.
 *
 * Reading: one writer, any number of readers, none of which writes.
 *
 *	do {
 *		seq = load-acquire(page->seq);			odd: being written
 *		copy what is wanted; read CLOCK_MONOTONIC_RAW;	the clock inside: an interruption in between is seen
 *		load-load barrier;
 *	} while ((seq & 1) || page->seq != seq);
 *
 * @interrupted is written without @seq, and first of all: from there until the clock has been looked at, nothing is known.
 *
 * All words have the machine's byte order. A reader that finds another magic or version must not go on; a size that is
 * larger means words at the end that it does not know.
 */
#ifndef _UAPI_LINUX_CLOCKDISC_PAGE_H
#define _UAPI_LINUX_CLOCKDISC_PAGE_H

#include <linux/types.h>

#define CLOCKDISC_PAGE_MAGIC	0x44434c43	/* "CLCD" in memory, on a little-endian machine */
#define CLOCKDISC_PAGE_VERSION	1

/* Flags. */
#define CLOCKDISC_PAGE_VALID		0x1	/* the line means something */
#define CLOCKDISC_PAGE_SYNCHRONISED	0x2	/* a selected source holds CLOCK_REALTIME within the limit */
#define CLOCKDISC_PAGE_STEERED_RAW	0x4	/* CLOCK_MONOTONIC_RAW is steered with the clocksource: no line */
#define CLOCKDISC_PAGE_DEAD		0x8	/* the module is gone */

/**
 * struct clockdisc_page - true time for those who map it
 * @magic:	CLOCKDISC_PAGE_MAGIC
 * @version:	CLOCKDISC_PAGE_VERSION
 * @size:	of this structure, bytes
 * @seq:	even, or odd while the page is written
 * @flags:	CLOCKDISC_PAGE_*
 * @state:	enum clockdisc_state
 * @interrupted: not 0: the clock was interrupted and has not been looked at since
 * @reserved:	0
 * @generation:	interruptions, leap seconds and exchanges of the clocksource since the module was loaded, some counted twice: times of two
 *		generations are not to be compared by a duration
 * @raw_ns:	an instant of CLOCK_MONOTONIC_RAW, ns
 * @real_ns:	true time then, ns since the epoch
 * @rate_ppb_q16: rate of true time against CLOCK_MONOTONIC_RAW, 1 / 65536 ppb, at most 10 % either way
 * @half_ns:	half-width at @raw_ns, >= 0
 * @hold_ppb_q16: growth of the half-width for the first @hold_ns, 1 / 65536 ppb, >= 0
 * @hold_ns:	how long that holds, >= 0
 * @phi_ppb_q16: growth from there on, 1 / 65536 ppb, >= 0
 * @void_raw_ns: the line ends there, at a leap second at the latest: CLOCK_MONOTONIC_RAW, ns
 */
struct clockdisc_page {
	__u32	magic;		/*   0 */
	__u32	version;	/*   4 */
	__u32	size;		/*   8 */
	__u32	seq;		/*  12 */
	__u32	flags;		/*  16 */
	__u32	state;		/*  20 */
	__u32	interrupted;	/*  24 */
	__u32	reserved;	/*  28 */
	__u64	generation;	/*  32 */
	__s64	raw_ns;		/*  40 */
	__s64	real_ns;	/*  48 */
	__s64	rate_ppb_q16;	/*  56 */
	__s64	half_ns;	/*  64 */
	__s64	hold_ppb_q16;	/*  72 */
	__s64	hold_ns;	/*  80 */
	__s64	phi_ppb_q16;	/*  88 */
	__s64	void_raw_ns;	/*  96 */
};				/* 104 */

#endif /* _UAPI_LINUX_CLOCKDISC_PAGE_H */
