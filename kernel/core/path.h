/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The path to a source: its minimum delay, how much longer delays usually are, and how much a sample may be off.
 */
#ifndef CDISC_PATH_H
#define CDISC_PATH_H

#include "units.h"

/* The minimum is sought over this many samples, in blocks, of which the oldest is forgotten at a time. */
#define CDISC_PATH_BLOCKS	8
#define CDISC_PATH_BLOCK	512

/* Delays kept to recognise another route by, a power of two. */
#define CDISC_PATH_RECENT	32

/**
 * struct cdisc_path - what is known of a path; zeroed, nothing
 * @least_ns:	least delay of each block
 * @recent_ns:	the last delays, a ring
 * @min_ns:	least delay of all blocks
 * @excess_ns_q16: mean of delay minus minimum, of each at most CLIP (path.c) times the mean before; ns * 2^16, below 2^56
 * @samples:	samples since the route began, at most CDISC_PATH_BLOCKS * CDISC_PATH_BLOCK
 * @heard:	samples in @recent_ns, wraps
 * @in_block:	samples in the newest block
 * @newest:	index of the newest block
 * @blocks:	blocks in use, 0 before the first sample
 * @above:	how many samples in a row were above the minimum by half of the mean excess
 */
struct cdisc_path {
	s64	least_ns[CDISC_PATH_BLOCKS];
	s64	recent_ns[CDISC_PATH_RECENT];
	s64	min_ns;
	s64	excess_ns_q16;
	u32	samples;
	u32	heard;
	u16	in_block;
	u8	newest;
	u8	blocks;
	u32	above;
};

/**
 * cdisc_path_add() - take the delay of a sample
 * @p:		the path
 * @delay_ns:	round trip, > 0
 *
 * Context: Any.
 * Return: true when it was recognised that the route is another one.
 */
bool cdisc_path_add(struct cdisc_path *p, s64 delay_ns);

/* Half of a delay's excess over the minimum, plus slack for the minimum being unknown, ns * 2^16, below 2^56; > 0. */
s64 cdisc_path_tight(const struct cdisc_path *p, s64 delay_ns);

/* The same with slack for laws of delay that seldom come near their minimum. */
s64 cdisc_path_loose(const struct cdisc_path *p, s64 delay_ns);

/* What a usual sample's half-width is, ns * 2^16; > 0. */
s64 cdisc_path_usual(const struct cdisc_path *p);

#endif /* CDISC_PATH_H */
