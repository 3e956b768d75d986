// SPDX-License-Identifier: GPL-2.0
/*
 * A leap second in closed loop: the source makes it at once, the clock never jumps, and is on its smear all the time.
 */
#include <kunit/test.h>

#include "core/leap.h"
#include "core/loop.h"

#define SEC	CDISC_NSEC_PER_SEC
#define HOUR	(3600 * SEC)
#define US	1000LL

/* 2027-01-01T00:00:00; the day begins 14 h before, and the counter at 0 then. */
#define MIDNIGHT_NS	(1798761600 * SEC)
#define MORNING_NS	(MIDNIGHT_NS - 14 * HOUR)

/* The oscillator of the counter is off by this: 20 ppm. */
#define FREQ_PPB_Q16	cdisc_ppb_q16_from_ppb(20000)

struct plant {
	struct cdisc_loop		loop;
	struct cdisc_leap		lp;
	struct cdisc_peer		peer;
	struct cdisc_peer		*peers[1];
	struct cdisc_select_edge	edge[3];
	struct cdisc_select_entry	entry[1];
	struct cdisc_select_work	work;
	struct cdisc_now		now;
	struct cdisc_now		since;		/* the clock runs at @rate_ppb_q16 from there */
	s64				rate_ppb_q16;
	s64				wake_raw_ns;
	s64				leap_ns;	/* what the leap second does to UTC */
	s64				leap_utc_ns;	/* when */
	s64				off_ns;		/* the worst that the clock was off its smear */
	s64				rate_most_ppb_q16; /* the largest that the clock's rate was off UTC's */
	u32				steps;
};

/* UTC without a leap second. */
static s64 count_ns(const struct plant *p)
{
	return MORNING_NS + p->now.raw_ns + cdisc_ns_from_rate(FREQ_PPB_Q16, p->now.raw_ns);
}

/* UTC as a server tells it. */
static s64 utc_ns(const struct plant *p)
{
	return count_ns(p) >= p->leap_utc_ns ? count_ns(p) + p->leap_ns : count_ns(p);
}

static void go(struct plant *p, s64 raw_ns)
{
	s64 dt_ns = raw_ns - p->since.raw_ns;

	p->now.raw_ns = raw_ns;
	p->now.real_ns = p->since.real_ns + dt_ns + cdisc_ns_from_rate(p->rate_ppb_q16, dt_ns);
}

/* As engine_leap.c does it. */
static void leap_run(struct plant *p, struct cdisc_todo *todo)
{
	struct cdisc_leap_view v = {
		.raw_ns = p->now.raw_ns, .freq_ppb_q16 = p->loop.servo.freq_ppb_q16,
		.utc_ns = p->now.raw_ns + cdisc_bound_offset(&p->loop.bound, p->now.raw_ns, 0),
		.announced = p->loop.selected_id ? p->loop.leap : CLOCKDISC_LEAP_UNSYNC, .mode = p->loop.cfg.policy.leap_mode,
		.max_slew_ppb = p->loop.cfg.policy.row[CLOCKDISC_CAUSE_LEAP].slew_ppb, .may_arm = cdisc_loop_is_synced(&p->loop, &p->now),
	};
	s64 leap_ns = cdisc_leap_plan(&p->lp, &v);
	struct cdisc_smear_piece piece;

	cdisc_smear_at(&p->lp.smear, p->now.raw_ns, &piece);
	cdisc_loop_smear(&p->loop, &p->now, &piece);
	if (!leap_ns)
		return;
	cdisc_loop_leap(&p->loop, &p->now, leap_ns, todo);
	cdisc_peer_restart(&p->peer);
}

static void act(struct plant *p, struct cdisc_todo *todo)
{
	p->steps += todo->step_ns != 0;
	leap_run(p, todo);
	cdisc_loop_plan(&p->loop, &p->now, todo);
	p->wake_raw_ns = min_t(s64, todo->wake_raw_ns, min_t(s64, p->loop.smear.until_raw_ns, p->lp.at_raw_ns));
	if (!todo->is_rate_new)
		return;
	p->since = p->now;
	p->rate_ppb_q16 = cdisc_ppb_q16_from_sppm(cdisc_sppm_from_ppb_q16(todo->rate_ppb_q16));
	p->rate_most_ppb_q16 = max_t(s64, p->rate_most_ppb_q16, cdisc_abs(p->rate_ppb_q16 - FREQ_PPB_Q16));
	cdisc_loop_rate_set(&p->loop, &p->now, p->rate_ppb_q16);
}

static void poll(struct plant *p)
{
	enum clockdisc_leap leap = utc_ns(p) < MIDNIGHT_NS && p->leap_ns ?
		(p->leap_ns < 0 ? CLOCKDISC_LEAP_INSERT : CLOCKDISC_LEAP_DELETE) : CLOCKDISC_LEAP_NONE;
	struct cdisc_header h = { .leap = leap, .stratum = 2 };
	struct cdisc_sample s = {
		.raw_ns = p->now.raw_ns, .phase_ns = utc_ns(p) - p->now.raw_ns,
		.delay_ns = 200 * US, .half_ns = 102 * US, .disp_ns = 2 * US,
	};
	struct cdisc_todo todo = { 0 };

	cdisc_peer_polled(&p->peer, true);
	cdisc_peer_sample(&p->peer, &h, &s, p->loop.servo.freq_ppb_q16, 64 * SEC, p->loop.cfg.select.max_distance_ns);
	cdisc_loop_update(&p->loop, p->peers, 1, &p->work, &p->now, &todo);
	act(p, &todo);
}

/* A poll every 64 s until then; how far the clock was from its smear is looked at in between. */
static void run_until(struct plant *p, s64 raw_ns)
{
	s64 poll_raw_ns = p->now.raw_ns;

	while (p->now.raw_ns < raw_ns) {
		s64 ahead_ns;

		if (p->wake_raw_ns < poll_raw_ns) {
			struct cdisc_todo todo = { 0 };

			go(p, max_t(s64, p->wake_raw_ns, p->now.raw_ns + 1));
			act(p, &todo);
		} else {
			go(p, poll_raw_ns);
			poll(p);
			poll_raw_ns += 64 * SEC;
		}
		ahead_ns = cdisc_smear_ahead(&p->loop.smear, p->now.raw_ns);
		/* Within a microsecond nobody knows whether it was before. */
		if (p->now.raw_ns > HOUR && cdisc_abs(count_ns(p) - p->leap_utc_ns) > US)
			p->off_ns = max_t(s64, p->off_ns, cdisc_abs(p->now.real_ns - utc_ns(p) - ahead_ns));
	}
}

static struct plant *plant_new(struct kunit *test, enum clockdisc_leap_mode mode, s64 leap_ns)
{
	struct plant *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	struct cdisc_config cfg;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, p);
	p->leap_ns = leap_ns;
	p->leap_utc_ns = leap_ns > 0 ? MIDNIGHT_NS - SEC : MIDNIGHT_NS;
	p->peers[0] = &p->peer;
	p->work.edge = p->edge;
	p->work.entry = p->entry;
	p->now = p->since = (struct cdisc_now){ .real_ns = MORNING_NS };
	cdisc_peer_init(&p->peer, 1);
	cdisc_leap_forget(&p->lp);
	cdisc_config_defaults(&cfg);
	cfg.policy.leap_mode = mode;
	cdisc_loop_init(&p->loop, &cfg, &p->now, 0, true);
	p->wake_raw_ns = S64_MAX;
	return p;
}

/* 28 hours: from ten in the morning until four hours after the smear's end. */
static void the_clock_stays_on_its_smear(struct kunit *test)
{
	/* How fast the clock is off UTC at the most, ppb: the shape's steepest and what the servo corrects on top. */
	static const struct {
		const char			*what;
		enum clockdisc_leap_mode	mode;
		s64				leap_ns;
		s64				rate_ppb;
	} table[] = {
		{ "linear", CLOCKDISC_LEAP_MODE_SMEAR_LINEAR, -SEC, 11574 },
		{ "cosine", CLOCKDISC_LEAP_MODE_SMEAR_COSINE, -SEC, 18180 },
		{ "linear, a deletion", CLOCKDISC_LEAP_MODE_SMEAR_LINEAR, SEC, 11574 },
		{ "cosine, a deletion", CLOCKDISC_LEAP_MODE_SMEAR_COSINE, SEC, 18180 },
		{ "slewed", CLOCKDISC_LEAP_MODE_SLEW, -SEC, 250000 },
		{ "slewed, a deletion", CLOCKDISC_LEAP_MODE_SLEW, SEC, 250000 },
		{ "no leap second", CLOCKDISC_LEAP_MODE_SMEAR_COSINE, 0, 0 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct plant *p = plant_new(test, table[i].mode, table[i].leap_ns);

		run_until(p, HOUR);
		p->rate_most_ppb_q16 = 0;
		run_until(p, 30 * HOUR);
		KUNIT_EXPECT_LT_MSG(test, p->off_ns, 2 * US, "%s", table[i].what);
		KUNIT_EXPECT_EQ_MSG(test, p->steps, 0U, "%s", table[i].what);
		KUNIT_EXPECT_EQ_MSG(test, p->loop.leaps, table[i].leap_ns ? 1ULL : 0ULL, "%s", table[i].what);
		KUNIT_EXPECT_EQ_MSG(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SYNC, "%s", table[i].what);
		KUNIT_EXPECT_LE_MSG(test, p->rate_most_ppb_q16, cdisc_ppb_q16_from_ppb(table[i].rate_ppb + 300), "%s",
				    table[i].what);
		KUNIT_EXPECT_EQ_MSG(test, cdisc_smear_ahead(&p->loop.smear, p->now.raw_ns), 0LL, "%s", table[i].what);
	}
}

/* The operator's caps hold for what a leap second asks for, too: 1 ppm a second, and 500 ppm for all slews together. */
static void the_caps_hold_for_a_leap_second(struct kunit *test)
{
	struct plant *p = plant_new(test, CLOCKDISC_LEAP_MODE_SLEW, -SEC);
	enum clockdisc_cause cause;
	s64 last_ppb_q16 = 0;

	p->loop.cfg.max_change_ppb_s = 1000;
	for (cause = CLOCKDISC_CAUSE_STARTUP; cause < CDISC_CAUSE_COUNT; cause++)
		p->loop.cfg.policy.row[cause].forward_ns = p->loop.cfg.policy.row[cause].backward_ns = 0;
	run_until(p, 13 * HOUR);
	last_ppb_q16 = p->rate_ppb_q16;
	while (p->now.raw_ns < 17 * HOUR) {
		s64 raw_ns = p->now.raw_ns;

		run_until(p, raw_ns + SEC);
		/* Two changes may fall into the second, at its begin and at its end. */
		KUNIT_ASSERT_LE(test, cdisc_abs(p->rate_ppb_q16 - last_ppb_q16), cdisc_ppb_q16_from_ppb(2 * 1000 + 1));
		last_ppb_q16 = p->rate_ppb_q16;
	}
	run_until(p, 22 * HOUR);
	KUNIT_EXPECT_EQ(test, p->steps, 0U);
	KUNIT_EXPECT_LE(test, p->rate_most_ppb_q16, cdisc_ppb_q16_from_ppb(500000 + 300));
	KUNIT_EXPECT_LT(test, cdisc_abs(p->now.real_ns - utc_ns(p)), 100 * US);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_clock_stays_on_its_smear),
	KUNIT_CASE(the_caps_hold_for_a_leap_second),
	{ }
};

static struct kunit_suite suite = {
	.name = "clockdisc-loop-leap",
	.test_cases = cases,
};
kunit_test_suite(suite);
