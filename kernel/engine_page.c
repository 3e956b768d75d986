// SPDX-License-Identifier: GPL-2.0
/*
 * What the engine writes into the page that programs map, and when.
 *
 * After every pass, and before anything else is done about an interruption. Who tells of an interruption raises the page's
 * alarm in its own context: readers stop at once, not when the worker has been woken.
 */
#include "engine.h"

#include "counter.h"

/* When the half-width reaches the limit at which the clock counts as not synchronised: a line says nothing from there. */
static s64 void_raw_ns(const struct cdisc_loop *l, const struct cdisc_bound_line *line)
{
	s64 room_ns = max_t(s64, cdisc_sub_sat(l->cfg.unsync_ns, line->half_ns), 0);
	s64 held_ns = cdisc_ns_from_rate(line->hold_ppb_q16, line->hold_ns);
	s64 phi_ppb_q16 = cdisc_ppb_q16_from_ppb(CDISC_PHI_PPB);
	s64 lasts_ns;

	if (held_ns > room_ns)
		lasts_ns = cdisc_ns_to_move(room_ns, line->hold_ppb_q16);
	else
		lasts_ns = cdisc_add_sat(line->hold_ns, cdisc_ns_to_move(room_ns - held_ns, phi_ppb_q16));
	return cdisc_add_sat(line->raw_ns, lasts_ns);
}

/* A line does not bend: it ends where UTC makes a leap second, for whichever of the times that it leaves open. */
static void fill_line(const struct cdisc_engine *e, const struct cdisc_now *now, s64 kernel_raw_ns,
		      struct clockdisc_page *words)
{
	s64 leap_raw_ns = cdisc_engine_leap_raw_ns(e, now);
	const struct cdisc_loop *l = &e->loop;
	s64 shift_ns = kernel_raw_ns - now->raw_ns;
	struct cdisc_bound_line line;

	cdisc_bound_line(&l->bound, now->raw_ns, &line);
	words->flags |= CLOCKDISC_PAGE_VALID;
	words->raw_ns = kernel_raw_ns;
	words->real_ns = line.real_ns;
	words->rate_ppb_q16 = line.rate_ppb_q16;
	words->half_ns = line.half_ns;
	words->hold_ppb_q16 = line.hold_ppb_q16;
	words->hold_ns = line.hold_ns;
	words->phi_ppb_q16 = cdisc_ppb_q16_from_ppb(CDISC_PHI_PPB);
	words->void_raw_ns = cdisc_add_sat(min_t(s64, void_raw_ns(l, &line), leap_raw_ns - line.half_ns), shift_ns);
}

void cdisc_engine_publish(struct cdisc_engine *e, const struct cdisc_now *now)
{
	const struct cdisc_loop *l = &e->loop;
	/* CLOCK_MONOTONIC_RAW stands still while the clocksource is exchanged, and is steered while it is ours. */
	struct clockdisc_page words = { .state = l->state, .generation = l->interruptions + l->leaps + e->switches };
	s64 kernel_raw_ns;

	lockdep_assert_held(&e->lock);
	if (cdisc_loop_is_synced(l, now))
		words.flags |= CLOCKDISC_PAGE_SYNCHRONISED;
	if (!cdisc_counter_kernel_raw(now->raw_ns, &kernel_raw_ns))
		words.flags |= CLOCKDISC_PAGE_STEERED_RAW;
	else if (l->bound.is_known)
		fill_line(e, now, kernel_raw_ns, &words);
	cdisc_page_write(&e->page, &words);
	cdisc_page_calm(&e->page);
	if (cdisc_interruption_is_pending(&e->interruption))
		cdisc_page_alarm(&e->page);
}
