/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A clock made of integers that the loop's tests steer.
 */
#ifndef CDISC_LOOP_PLANT_H
#define CDISC_LOOP_PLANT_H

#include <kunit/test.h>

#include "core/loop.h"

#define SEC	CDISC_NSEC_PER_SEC
#define MS	1000000LL
#define US	1000LL
#define PPM	cdisc_ppb_q16_from_ppb(1000)

/* raw is the true time less an origin; the clock runs at what is set plus a tick that is too long. */
struct plant {
	struct cdisc_loop		loop;
	struct cdisc_peer		peer;
	struct cdisc_peer		*peers[1];
	struct cdisc_select_edge	edge[3];
	struct cdisc_select_entry	entry[1];
	struct cdisc_select_work	work;
	struct cdisc_now		now;
	s64				tick_ppb_q16;
	s64				rate_ppb_q16;
	s64				wake_raw_ns;
	s64				true_phase_ns;	/* reference minus raw */
	u32				events;
	u32				sets;
};

#define ORIGIN_NS	(1700000000 * SEC)

static inline struct plant *plant_new(struct kunit *test, s64 offset_ns, s64 tick_ppb_q16)
{
	struct plant *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	struct cdisc_config cfg;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p);
	p->now.raw_ns = 100 * SEC;
	p->true_phase_ns = ORIGIN_NS;
	p->now.real_ns = p->now.raw_ns + ORIGIN_NS - offset_ns;
	p->tick_ppb_q16 = tick_ppb_q16;
	p->peers[0] = &p->peer;
	p->work.edge = p->edge;
	p->work.entry = p->entry;
	cdisc_peer_init(&p->peer, 1);
	p->peer.minpoll_log2s = 4;
	p->peer.maxpoll_log2s = 10;
	cdisc_config_defaults(&cfg);
	cfg.minpoll_log2s = 4;
	cdisc_loop_init(&p->loop, &cfg, &p->now, 0, true);
	p->wake_raw_ns = S64_MAX;
	return p;
}

static inline s64 error_ns(const struct plant *p)
{
	return p->true_phase_ns - (p->now.real_ns - p->now.raw_ns);
}

static inline void go(struct plant *p, s64 dt_ns)
{
	p->now.raw_ns += dt_ns;
	p->now.real_ns += dt_ns + cdisc_ns_from_rate(p->rate_ppb_q16 + p->tick_ppb_q16, dt_ns);
}

static inline void carry_out(struct plant *p, struct cdisc_todo *todo)
{
	if (todo->step_ns) {
		p->now.real_ns += todo->step_ns;
		cdisc_loop_stepped(&p->loop, &p->now, todo->step_ns, true, todo);
	}
	cdisc_loop_plan(&p->loop, &p->now, todo);
	if (todo->is_rate_new) {
		p->rate_ppb_q16 = todo->rate_ppb_q16;
		p->sets++;
		cdisc_loop_rate_set(&p->loop, &p->now, p->rate_ppb_q16);
	}
	p->wake_raw_ns = todo->wake_raw_ns;
	p->events |= todo->events;
}

/* The source speaks over a path that was busy: it says off_ns more than is true, and half_ns is how much that may be. */
static inline void hear_wide(struct plant *p, s64 off_ns, s64 half_ns)
{
	struct cdisc_header h = { .leap = CLOCKDISC_LEAP_NONE, .stratum = 2 };
	struct cdisc_sample s = {
		.raw_ns = p->now.raw_ns, .phase_ns = p->true_phase_ns + off_ns,
		.delay_ns = 2 * (half_ns - 2 * US), .half_ns = half_ns, .disp_ns = 2 * US,
	};

	cdisc_peer_polled(&p->peer, true);
	cdisc_peer_sample(&p->peer, &h, &s, p->loop.servo.freq_ppb_q16, 16 * SEC,
			  p->loop.cfg.select.max_distance_ns);
}

static inline void hear(struct plant *p)
{
	hear_wide(p, 0, 102 * US);
}

/* What was heard is acted on. */
static inline void update(struct plant *p)
{
	struct cdisc_todo todo = { 0 };

	cdisc_loop_update(&p->loop, p->peers, 1, &p->work, &p->now, &todo);
	carry_out(p, &todo);
}

static inline void sample(struct plant *p)
{
	hear(p);
	update(p);
}

/* Let dt_ns pass with the timer at work. */
static inline void run(struct plant *p, s64 dt_ns)
{
	s64 end_ns = p->now.raw_ns + dt_ns;

	while (p->wake_raw_ns < end_ns) {
		struct cdisc_todo todo = { 0 };

		go(p, max_t(s64, p->wake_raw_ns - p->now.raw_ns, 1));
		carry_out(p, &todo);
	}
	go(p, end_ns - p->now.raw_ns);
}

/* iburst, then a sample every 16 s. */
static inline void follow(struct plant *p, s64 dt_ns)
{
	s64 end_ns = p->now.raw_ns + dt_ns;
	int burst;

	for (burst = 0; burst < 4; burst++) {
		run(p, 2 * SEC);
		sample(p);
	}
	while (p->now.raw_ns < end_ns) {
		run(p, 16 * SEC);
		sample(p);
	}
}

#endif /* CDISC_LOOP_PLANT_H */
