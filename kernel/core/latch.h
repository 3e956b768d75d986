/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The line that a clocksource of our own follows over its counter, and how it bends.
 *
 *	reading
 *	  |             .'  new slope
 *	  |         _.-'
 *	  |     _.-o         corner: a counter value that lies just ahead when the line is published
 *	  | _.-'
 *	  |'  old slope
 *	  +--------+--------> counter
 *
 * A line carries the slopes on both sides of its corner. Up to the corner it is the line before it, to the last bit, so
 * a processor that still reads the old one agrees with those that read the new one, whichever way the rate changes:
 * nothing jumps and the new line is nowhere below what was read from the old one. That holds as long as the new line is
 * seen by everybody before the counter reaches the corner. Who publishes it later than that asks cdisc_line_lag() and
 * lifts the line.
 *
 * Locking: none here; the owner publishes copies under a latch.
 */
#ifndef CDISC_LATCH_H
#define CDISC_LATCH_H

#include "units.h"

/**
 * DOC: slope of a line, ns per counter cycle
 *
 * u64 scaled by 2^60. LSB 8.7e-19 ns per cycle: a rate keeps its 1.5e-14 whatever the counter's frequency. Largest legal
 * nominal slope CDISC_LINE_NOMINAL_MAX, 4 ns per cycle (a counter of 250 MHz), which leaves room for a rate of +-10 % below
 * 2^63. Products with a distance on the counter go through 128 bits. Readings round down.
 */
#define CDISC_LINE_SHIFT	60
#define CDISC_LINE_ONE		(1ULL << CDISC_LINE_SHIFT)
#define CDISC_LINE_NOMINAL_MAX	(4 * CDISC_LINE_ONE)

/**
 * struct cdisc_line - a line with a corner
 * @cyc:	counter value of the corner
 * @ns:		reading there, modulo 2^64
 * @frac:	and what lies beyond it, ns x 2^60, < 2^60
 * @slope:	from the corner on, > 0, < 2^63
 * @slope_before: up to the corner, the same range
 */
struct cdisc_line {
	u64	cyc;
	u64	ns;
	u64	frac;
	u64	slope;
	u64	slope_before;
};

/* A straight line through a point. */
void cdisc_line_init(struct cdisc_line *l, u64 cyc, u64 ns, u64 slope);

/**
 * cdisc_line_at() - the reading at a counter value
 * @l:		the line
 * @cyc:	counter value, within 2^63 of the corner either way, modulo 2^64
 *
 * Context: Any, NMI included. No lock, no division.
 * Return: ns, rounded down, modulo 2^64; never falls while @cyc rises.
 */
static inline u64 cdisc_line_at(const struct cdisc_line *l, u64 cyc)
{
	u64 ahead = cyc - l->cyc;

	if ((s64)ahead >= 0)
		return l->ns + cdisc_mul_add_shr(ahead, l->slope, l->frac, CDISC_LINE_SHIFT);
	return l->ns - cdisc_mul_add_shr(0 - ahead, l->slope_before, CDISC_LINE_ONE - 1 - l->frac, CDISC_LINE_SHIFT);
}

/* A counter value at which the line reads ns, near the middle of them; within 2^60 ns of the corner. */
u64 cdisc_line_cyc(const struct cdisc_line *l, u64 ns);

/**
 * cdisc_line_turn() - bend a line
 * @l:		the line
 * @cyc:	counter value of the new corner, not before the present one
 * @slope:	from there on
 *
 * The reading at the new corner is kept to the last fraction.
 */
void cdisc_line_turn(struct cdisc_line *l, u64 cyc, u64 slope);

/* By how much a reading of the line before @l's corner can be ahead of @l at cyc: ns rounded up, 0 before the corner. */
u64 cdisc_line_lag(const struct cdisc_line *l, u64 cyc);

/* Raise the whole line by ns. */
void cdisc_line_lift(struct cdisc_line *l, u64 ns);

/* Slope that runs at a rate against the nominal slope; the rate is held within CDISC_FREQ_MAX_PPB. */
u64 cdisc_line_slope(u64 nominal, s64 rate_ppb_q16);

/* Rate of a slope against the nominal slope, to the nearest. */
s64 cdisc_line_rate(u64 nominal, u64 slope);

#endif /* CDISC_LATCH_H */
