/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why a source is or is not used, in words: a sentence for every reason, and for every verdict on a sample.
 */
#ifndef CDISC_EXPLAIN_SOURCE_H
#define CDISC_EXPLAIN_SOURCE_H

#include "core/loop.h"

#define CDISC_EXPLAIN_SOURCE_MAX	384

/* Why, and what would change it: a sentence or two. NULL for a number that is no reason. */
const char *cdisc_explain_reason(enum clockdisc_reason reason);

/* What became of a sample, as a clause: "was refused: its root distance is too large". NULL for a number that is no verdict. */
const char *cdisc_explain_verdict(enum clockdisc_verdict verdict);

/* Write about a source into text, which has CDISC_EXPLAIN_SOURCE_MAX bytes. Return: the length. */
int cdisc_explain_source(const struct cdisc_loop *l, const struct cdisc_peer *p, char *text);

#endif /* CDISC_EXPLAIN_SOURCE_H */
