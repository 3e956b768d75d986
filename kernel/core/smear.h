/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A second that is spread over a time: by how much the clock is meant to be ahead of UTC, and when.
 *
 *	ahead                        UTC makes its leap second
 *	  |                        |
 *	  |                        |`-.
 *	  +-----.------------------|-----`-.--------> raw		an insertion, linear
 *	  |       `-.              |
 *	  |           `-.__________|
 *
 * The clock itself goes straight on where UTC jumps. A linear smear has one rate, 1 s in a day: 11.6 ppm. A cosine smear,
 * (1 - cos(pi * x)) / 2, begins and ends gently and is at 18.2 ppm in the middle. It is made of straight pieces of
 * CDISC_SMEAR_PIECE_NS, which are off the curve by 0.34 us at the most: the clock follows lines.
 */
#ifndef CDISC_SMEAR_H
#define CDISC_SMEAR_H

#include "units.h"

/* Longer: further off the curve, in the square. Shorter: more wake-ups, 1350 a day as it is. */
#define CDISC_SMEAR_PIECE_NS	(64 * CDISC_NSEC_PER_SEC)

enum cdisc_smear_shape {
	CDISC_SMEAR_NONE,
	CDISC_SMEAR_LINEAR,
	CDISC_SMEAR_COSINE,
};

/**
 * struct cdisc_smear - what is spread, and over which time
 * @shape:	how; _NONE when nothing is
 * @begin_raw_ns: from when, counter time
 * @end_raw_ns:	until when, after @begin_raw_ns
 * @first_ns:	clock minus UTC at the begin
 * @last_ns:	clock minus UTC at the end, if UTC made no leap second
 * @leap_ns:	what a leap second in between does to UTC: -1 s for an insertion, 1 s for a deletion, 0 for none
 * @is_past:	UTC has made it
 */
struct cdisc_smear {
	enum cdisc_smear_shape	shape;
	s64			begin_raw_ns;
	s64			end_raw_ns;
	s64			first_ns;
	s64			last_ns;
	s64			leap_ns;
	bool			is_past;
};

/**
 * struct cdisc_smear_piece - a straight piece of it
 * @raw_ns:	an instant in it, counter time
 * @ahead_ns:	by how much the clock is meant to be ahead of UTC then
 * @rate_ppb_q16: how fast that grows, clock against counter
 * @until_raw_ns: the piece ends there, S64_MAX for never
 */
struct cdisc_smear_piece {
	s64	raw_ns;
	s64	ahead_ns;
	s64	rate_ppb_q16;
	s64	until_raw_ns;
};

/* The piece at raw_ns. */
void cdisc_smear_at(const struct cdisc_smear *s, s64 raw_ns, struct cdisc_smear_piece *piece);

/* By how much the clock is ahead of UTC at raw_ns if it goes on as in the piece. */
static inline s64 cdisc_smear_ahead(const struct cdisc_smear_piece *piece, s64 raw_ns)
{
	return cdisc_add_sat(piece->ahead_ns,
			     cdisc_ns_from_rate(piece->rate_ppb_q16, cdisc_sub_sat(raw_ns, piece->raw_ns)));
}

#endif /* CDISC_SMEAR_H */
