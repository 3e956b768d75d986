/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Why the state is what it is, in words.
 */
#ifndef CDISC_EXPLAIN_H
#define CDISC_EXPLAIN_H

#include "engine.h"

#define CDISC_EXPLAIN_MAX	1280

/* Write sentences into text, which has CDISC_EXPLAIN_MAX bytes; mover_pid is e->mover's for the reader, or 0. The lock is held. */
void cdisc_explain(const struct cdisc_engine *e, const struct cdisc_now *now, u32 mover_pid, char *text) __must_hold(&e->lock);

#endif /* CDISC_EXPLAIN_H */
