// SPDX-License-Identifier: GPL-2.0
/*
 * The adaptive servo on a source that is exact, as the host of a guest is, in closed loop with a plant of integers.
 */
#include <kunit/test.h>

#include "core/loop.h"

#define SEC	CDISC_NSEC_PER_SEC
#define US	1000LL

/* As engine_host.c asks: every second, and sixteen times a second for a while after a surprise. */
#define QUICK_NS	(SEC / 16)
#define QUICK_POLLS	8
#define SURPRISE_NS	160

struct plant {
	struct cdisc_loop		loop;
	struct cdisc_peer		peer;
	struct cdisc_peer		*peers[1];
	struct cdisc_select_edge	edge[3];
	struct cdisc_select_entry	entry[1];
	struct cdisc_select_work	work;
	struct cdisc_now		now;
	/* Since @since_ns the host gains freq and the clock rate on the counter, from these. */
	s64				since_ns;
	s64				host_ns;
	s64				clock_ns;
	s64				freq_ppb_q16;
	s64				rate_ppb_q16;
	s64				wake_raw_ns;
	u32				noise;
};

static s64 host_ns(const struct plant *p)
{
	return p->host_ns + cdisc_ns_from_rate(p->freq_ppb_q16, p->now.raw_ns - p->since_ns);
}

static s64 clock_ns(const struct plant *p)
{
	return p->clock_ns + cdisc_ns_from_rate(p->rate_ppb_q16, p->now.raw_ns - p->since_ns);
}

static s64 error_ns(const struct plant *p)
{
	return clock_ns(p) - host_ns(p);
}

/* Other rates hold from here on. */
static void turn(struct plant *p, s64 freq_ppb_q16, s64 rate_ppb_q16)
{
	p->host_ns = host_ns(p);
	p->clock_ns = clock_ns(p);
	p->since_ns = p->now.raw_ns;
	p->freq_ppb_q16 = freq_ppb_q16;
	p->rate_ppb_q16 = rate_ppb_q16;
}

static void go(struct plant *p, s64 raw_ns)
{
	p->now.raw_ns = raw_ns;
	p->now.real_ns = raw_ns + clock_ns(p);
}

static void carry_out(struct plant *p, struct cdisc_todo *todo)
{
	cdisc_loop_plan(&p->loop, &p->now, todo);
	p->wake_raw_ns = todo->wake_raw_ns;
	if (!todo->is_rate_new)
		return;
	turn(p, p->freq_ppb_q16, cdisc_ppb_q16_from_sppm(cdisc_sppm_from_ppb_q16(todo->rate_ppb_q16)));
	cdisc_loop_rate_set(&p->loop, &p->now, p->rate_ppb_q16);
}

static void wait_until(struct plant *p, s64 raw_ns)
{
	while (p->wake_raw_ns < raw_ns) {
		struct cdisc_todo todo = { 0 };

		go(p, max_t(s64, p->wake_raw_ns, p->now.raw_ns + 1));
		carry_out(p, &todo);
	}
	go(p, raw_ns);
}

static void read_host(struct plant *p)
{
	const struct cdisc_header h = { .leap = CLOCKDISC_LEAP_NONE, .stratum = 1 };
	struct cdisc_sample s = { .raw_ns = p->now.raw_ns, .half_ns = 3, .disp_ns = 3 };
	struct cdisc_todo todo = { 0 };

	p->noise = p->noise * 1664525 + 1013904223;
	s.phase_ns = host_ns(p) + (p->noise >> 8) % 3 - 1;
	cdisc_peer_polled(&p->peer, true);
	cdisc_peer_sample(&p->peer, &h, &s, p->loop.servo.freq_ppb_q16, SEC, p->loop.cfg.select.max_distance_ns);
	cdisc_loop_update(&p->loop, p->peers, 1, &p->work, &p->now, &todo);
	carry_out(p, &todo);
}

/* Follow the host for a while; the largest error in its last part, sixteen times a second. */
static s64 follow(struct plant *p, s64 poll_ns, s64 for_ns, s64 last_ns)
{
	s64 begin_ns = p->now.raw_ns, raw_ns, next_ns = begin_ns + poll_ns, worst_ns = 0;
	unsigned int quick = 0;

	for (raw_ns = begin_ns + QUICK_NS; raw_ns <= begin_ns + for_ns; raw_ns += QUICK_NS) {
		wait_until(p, raw_ns);
		if (raw_ns > begin_ns + for_ns - last_ns)
			worst_ns = max_t(s64, worst_ns, cdisc_abs(error_ns(p)));
		if (raw_ns < next_ns)
			continue;
		if (cdisc_abs(error_ns(p)) > SURPRISE_NS)
			quick = QUICK_POLLS;
		read_host(p);
		next_ns = raw_ns + (quick ? QUICK_NS : poll_ns);
		quick -= quick > 0;
	}
	return worst_ns;
}

static struct plant *new_plant(struct kunit *test)
{
	struct plant *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	struct cdisc_config cfg;

	KUNIT_ASSERT_NOT_NULL(test, p);
	cdisc_config_defaults(&cfg);
	cfg.servo = CLOCKDISC_SERVO_ADAPTIVE;
	cdisc_peer_init(&p->peer, 1);
	p->peer.is_host = true;
	p->peer.minpoll_log2s = -4;
	p->peer.maxpoll_log2s = 0;
	p->peers[0] = &p->peer;
	p->work = (struct cdisc_select_work){ .edge = p->edge, .entry = p->entry };
	p->host_ns = 1780000000000000000LL;
	p->clock_ns = p->host_ns + 30 * US;
	p->freq_ppb_q16 = cdisc_ppb_q16_from_ppb(7000);
	p->wake_raw_ns = S64_MAX;
	go(p, 0);
	cdisc_loop_init(&p->loop, &cfg, &p->now, 0, true);
	return p;
}

static void a_jump_of_20_ppm_is_over_in_two_seconds(struct kunit *test)
{
	static const s64 polls_ns[] = { SEC, QUICK_NS }, jumps_ppb[] = { 20000, -20000 };
	unsigned int i;

	for (i = 0; i < 4; i++) {
		struct plant *p = new_plant(test);
		s64 poll_ns = polls_ns[i % 2], jump_ppb_q16 = cdisc_ppb_q16_from_ppb(jumps_ppb[i / 2]);

		KUNIT_EXPECT_LE(test, follow(p, poll_ns, 60 * SEC, 30 * SEC), 10);
		turn(p, p->freq_ppb_q16 + jump_ppb_q16, p->rate_ppb_q16);
		KUNIT_EXPECT_LE(test, follow(p, poll_ns, 10 * SEC, 8 * SEC), US);
		KUNIT_EXPECT_LE(test, follow(p, poll_ns, 60 * SEC, 60 * SEC), 20);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_jump_of_20_ppm_is_over_in_two_seconds),
	{ }
};

static struct kunit_suite suite = {
	.name = "clockdisc-loop-host",
	.test_cases = cases,
};
kunit_test_suite(suite);
