/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The clock's rate: what was set, and what the clock makes of it. For the discipline itself; loop.h says how the rate is
 * reported from outside.
 */
#ifndef CDISC_LOOP_RATE_H
#define CDISC_LOOP_RATE_H

#include "loop.h"

/*
 * A shorter stretch than this tells little about the clock's rate: two readings of 1 ns and the 0.1 ppm by which the
 * timekeeper's multiplier is off between ticks make 0.1 ppm over 250 ms. Longer, and a cold start waits for it.
 */
#define CDISC_BIAS_MIN_NS	(CDISC_NSEC_PER_SEC / 4)

/* How fast the clock runs since the rate was last set, and by how much that is not what was set. */
void cdisc_loop_measure_rate(struct cdisc_loop *l, const struct cdisc_now *now);

#endif /* CDISC_LOOP_RATE_H */
