// SPDX-License-Identifier: GPL-2.0
/*
 * The policy in closed loop: how many offsets are startup, what another source is, and what waits for the operator.
 */
#include "loop_plant.h"

static struct plant *plant_with(struct kunit *test, enum clockdisc_preset preset, s64 offset_ns)
{
	struct plant *p = plant_new(test, offset_ns, 0);
	struct cdisc_config cfg = p->loop.cfg;

	cfg.policy = cdisc_preset_find(preset)->policy;
	cdisc_loop_configure(&p->loop, &cfg);
	return p;
}

/* makestep 1.0 3: the third offset is still stepped, the fourth is not, whatever its size. */
static void loop_startup_is_counted(struct kunit *test)
{
	struct plant *p = plant_with(test, CLOCKDISC_PRESET_CHRONY_START, 0);
	u64 steps;
	int i;

	for (i = 0; i < 5; i++) {
		p->true_phase_ns += 2 * SEC;
		steps = p->loop.steps;
		run(p, 2 * SEC);
		sample(p);
		KUNIT_EXPECT_EQ_MSG(test, p->loop.steps - steps, i < 3 ? 1ull : 0ull, "offset %d", i);
	}
	KUNIT_EXPECT_GT(test, p->loop.slews, 0ull);
}

/* Every offset is startup's: it is stepped as soon as it is seen. */
static void loop_startup_for_ever(struct kunit *test)
{
	struct plant *p = plant_with(test, CLOCKDISC_PRESET_CHRONY_START, 0);
	struct cdisc_config cfg = p->loop.cfg;

	cfg.policy.startup_updates = -1;
	cdisc_loop_configure(&p->loop, &cfg);
	follow(p, 2000 * SEC);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);
	p->true_phase_ns -= 2 * SEC;
	run(p, 16 * SEC);
	sample(p);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 1ull);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), MS);
}

static void jump(struct plant *p, s64 offset_ns)
{
	p->true_phase_ns += offset_ns;
	run(p, 16 * SEC);
	sample(p);
}

/* makestep 0.1 -1: what one sample alone says is not stepped, what the next one says as well is. */
static void expect_two_for_a_step(struct kunit *test, struct plant *p)
{
	jump(p, -2000 * SEC);
	jump(p, 2000 * SEC);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), MS);
	jump(p, -2000 * SEC);
	jump(p, 0);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 1ull);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), MS);
	/* The step was the answer to both: the next offset is a first one again. */
	jump(p, 2000 * SEC);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 1ull);
}

static void loop_step_is_seen_twice(struct kunit *test)
{
	struct plant *p = plant_with(test, CLOCKDISC_PRESET_CHRONY_ALWAYS, 0);

	follow(p, 2000 * SEC);
	KUNIT_ASSERT_EQ(test, p->loop.state, CLOCKDISC_STATE_SYNC);
	expect_two_for_a_step(test, p);
}

static void loop_first_step_is_seen_twice(struct kunit *test)
{
	struct plant *p = plant_with(test, CLOCKDISC_PRESET_CHRONY_ALWAYS, 0);

	jump(p, 0);
	jump(p, 0);
	KUNIT_ASSERT_EQ(test, p->loop.state, CLOCKDISC_STATE_FREQ);
	expect_two_for_a_step(test, p);
}

/* makestep 1.0 3: later offsets are slewed, whatever their size; what one sample alone says is not, what the next one says as well is. */
static void loop_slew_is_seen_twice(struct kunit *test)
{
	struct plant *p = plant_with(test, CLOCKDISC_PRESET_CHRONY_START, 0);
	s64 was_ns;

	follow(p, 2000 * SEC);
	jump(p, -SEC);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SPIKE);
	/* In the other direction is not the same. */
	jump(p, 2 * SEC);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SPIKE);
	jump(p, -SEC);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SYNC);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), MS);
	jump(p, -SEC);
	jump(p, 0);
	was_ns = error_ns(p);
	KUNIT_EXPECT_GT(test, cdisc_abs(was_ns), 990 * MS);
	/* Far off as it still is, the next one is acted on as well. */
	run(p, SEC);
	sample(p);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SYNC);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), cdisc_abs(was_ns));
	run(p, 30 * SEC);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), MS);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);
}

/* One wrong reply after another, each saying something else: none is believed. */
static void loop_spikes_do_not_add_up(struct kunit *test)
{
	static const struct {
		enum clockdisc_preset preset;
		s64 first_ns, then_ns;
	} rows[] = {
		{ CLOCKDISC_PRESET_NTPD_X, -200 * MS, 2000 * SEC },
		{ CLOCKDISC_PRESET_VMTOOLS, -200 * MS, 2000 * SEC },
		{ CLOCKDISC_PRESET_CHRONY_ALWAYS, -200 * MS, 2000 * SEC },
		{ CLOCKDISC_PRESET_CHRONY_START, 200 * MS, 2000 * SEC },
		{ CLOCKDISC_PRESET_NTPD, -2000 * SEC, 2000 * SEC },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct plant *p = plant_with(test, rows[i].preset, 0);

		follow(p, 2000 * SEC);
		jump(p, rows[i].first_ns);
		jump(p, rows[i].then_ns - rows[i].first_ns);
		jump(p, -rows[i].then_ns);
		KUNIT_EXPECT_EQ_MSG(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SYNC, "row %zu", i);
		KUNIT_EXPECT_EQ_MSG(test, p->loop.steps, 0ull, "row %zu", i);
		KUNIT_EXPECT_LT_MSG(test, cdisc_abs(error_ns(p)), MS, "row %zu", i);
	}
}

/* The stepout is for an offset that stays where it is, not for one that turns. */
static void loop_stepout_begins_again(struct kunit *test)
{
	static const s64 turns[] = { 200 * MS, 200 * MS, -200 * MS };
	struct plant *p = plant_with(test, CLOCKDISC_PRESET_MONOTONIC, 0);
	int i;

	follow(p, 2000 * SEC);
	for (i = 0; i < 60; i++)
		jump(p, turns[i % 3] - (i ? turns[(i + 2) % 3] : 0));
	KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);
}

/* What was said before the sources were lost is not said again by the first reply after it. */
static void loop_far_is_forgotten(struct kunit *test)
{
	struct plant *p = plant_with(test, CLOCKDISC_PRESET_NTPD_X, 0);
	struct cdisc_todo todo = { 0 };

	follow(p, 2000 * SEC);
	jump(p, 200 * MS);
	KUNIT_ASSERT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SPIKE);
	cdisc_loop_interrupt(&p->loop, &p->now, CLOCKDISC_INTERRUPTION_CLOCKSOURCE, &todo);
	KUNIT_EXPECT_EQ(test, p->loop.far_ns, 0ll);
}

/* An offset above the panic threshold freezes the clock when the next one is, too, in the first minutes as later. */
static void loop_first_panic_is_seen_twice(struct kunit *test)
{
	s64 next_ns;

	for (next_ns = 0; next_ns <= 2000 * SEC; next_ns += 2000 * SEC) {
		struct plant *p = plant_with(test, CLOCKDISC_PRESET_NTPD, 0);

		jump(p, 0);
		jump(p, 0);
		jump(p, -2000 * SEC);
		KUNIT_EXPECT_EQ(test, p->loop.state, CLOCKDISC_STATE_FREQ);
		jump(p, next_ns);
		KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)(next_ns ? CLOCKDISC_STATE_SYNC : CLOCKDISC_STATE_FROZEN));
		KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);
	}
}

/* What another source says is judged by the row of source, until it has been acted on. */
static void loop_other_source(struct kunit *test)
{
	struct plant *p = plant_new(test, 0, 0);
	struct cdisc_config cfg = p->loop.cfg;

	cfg.policy.row[CLOCKDISC_CAUSE_SOURCE].forward_ns = 0;
	cdisc_loop_configure(&p->loop, &cfg);
	follow(p, 600 * SEC);
	KUNIT_EXPECT_PTR_EQ(test, cdisc_loop_row(&p->loop), &p->loop.cfg.policy.row[CLOCKDISC_CAUSE_DRIFT]);
	cdisc_peer_init(&p->peer, 2);
	p->peer.minpoll_log2s = 4;
	p->peer.maxpoll_log2s = 10;
	p->true_phase_ns += SEC;
	run(p, 16 * SEC);
	sample(p);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SYNC);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);
	KUNIT_EXPECT_TRUE(test, p->loop.steer.is_slewing);
	KUNIT_EXPECT_PTR_EQ(test, cdisc_loop_row(&p->loop), &p->loop.cfg.policy.row[CLOCKDISC_CAUSE_DRIFT]);
}

/* A slew runs at the rate of what it comes from. */
static void loop_slew_rates(struct kunit *test)
{
	struct plant *p = plant_new(test, 0, 0);
	struct cdisc_config cfg = p->loop.cfg;
	struct cdisc_todo todo = { 0 };

	cfg.policy.row[CLOCKDISC_CAUSE_OPERATOR].slew_ppb = 20000;
	cdisc_loop_configure(&p->loop, &cfg);
	follow(p, 600 * SEC);
	cdisc_loop_slew(&p->loop, &p->now, 10 * MS, &todo);
	carry_out(p, &todo);
	KUNIT_EXPECT_LT(test, cdisc_abs(p->rate_ppb_q16 - 20 * PPM), PPM);
	p->true_phase_ns += 10 * MS;
	run(p, 16 * SEC);
	sample(p);
	KUNIT_EXPECT_GT(test, cdisc_abs(p->rate_ppb_q16), 100 * PPM);
}

/* Before the floor nobody but the operator takes the clock: at the start, and a clock that was right. */
static void loop_floor(struct kunit *test)
{
	struct plant *p = plant_with(test, CLOCKDISC_PRESET_NTPD_G, -5000 * SEC);
	struct cdisc_config cfg = p->loop.cfg;
	struct cdisc_todo todo = { 0 };

	cfg.floor_real_ns = p->now.real_ns - SEC;
	cdisc_loop_configure(&p->loop, &cfg);
	run(p, 2 * SEC);
	sample(p);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_FROZEN);
	KUNIT_EXPECT_EQ(test, (int)p->loop.pending_why, (int)CLOCKDISC_PENDING_REASON_FLOOR);
	KUNIT_EXPECT_LT(test, cdisc_abs(p->loop.pending_ns + 5000 * SEC), MS);
	/* The operator knows better, and is not asked again. */
	cdisc_loop_lower_floor(&p->loop, &p->now, -5000 * SEC);
	todo.step_ns = -5000 * SEC;
	carry_out(p, &todo);
	follow(p, 600 * SEC);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SYNC);
	KUNIT_EXPECT_EQ(test, p->loop.cfg.floor_real_ns, 0ll);

	cfg.floor_real_ns = p->now.real_ns;
	cdisc_loop_configure(&p->loop, &cfg);
	p->true_phase_ns -= 900 * SEC;
	run(p, 16 * SEC);
	sample(p);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SPIKE);
	run(p, 16 * SEC);
	sample(p);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_FROZEN);
	KUNIT_EXPECT_EQ(test, (int)p->loop.pending_why, (int)CLOCKDISC_PENDING_REASON_FLOOR);
	/* A step that does not go below it leaves it alone. */
	cdisc_loop_lower_floor(&p->loop, &p->now, SEC);
	KUNIT_EXPECT_NE(test, p->loop.cfg.floor_real_ns, 0ll);
}

/* A rejected correction is gone, and the clock stays where it is until somebody unfreezes it. */
static void loop_reject(struct kunit *test)
{
	struct plant *p = plant_new(test, 2000 * SEC, 0);
	struct cdisc_todo todo = { 0 };

	run(p, 2 * SEC);
	sample(p);
	cdisc_loop_reject(&p->loop, &todo);
	KUNIT_EXPECT_TRUE(test, todo.events & (1U << CLOCKDISC_EVENT_FREEZE));
	KUNIT_EXPECT_EQ(test, (int)p->loop.pending_why, 0);
	follow(p, 600 * SEC);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_FROZEN);
	KUNIT_EXPECT_EQ(test, (int)p->loop.pending_why, 0);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);
}

/* A source that is off by just less than what is stepped, again and again, each time a little further. */
static void nudge(struct plant *p, s64 dt_ns)
{
	s64 end_ns = p->now.raw_ns + dt_ns;

	while (p->now.raw_ns < end_ns) {
		p->true_phase_ns += 100 * MS;
		follow(p, 400 * SEC);
	}
}

/* It is set aside once its sum for the day is reached, and comes back when some of that is forgotten. */
static void loop_source_budget(struct kunit *test)
{
	struct plant *p = plant_new(test, 0, 0);
	struct cdisc_config cfg = p->loop.cfg;

	cfg.policy.budget.source_slew_ns = SEC;
	cdisc_policy_set_step(&cfg.policy, 0);
	cdisc_loop_configure(&p->loop, &cfg);
	follow(p, 600 * SEC);
	nudge(p, 5000 * SEC);
	KUNIT_EXPECT_EQ(test, (int)p->peer.reason, (int)CLOCKDISC_REASON_BUDGET);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_HOLDOVER);
	KUNIT_EXPECT_EQ(test, p->loop.budget_stops, 1ull);
	KUNIT_EXPECT_LE(test, cdisc_budget_spent(&p->loop.slewed, p->now.raw_ns), SEC);
	KUNIT_EXPECT_GT(test, cdisc_budget_spent(&p->peer.slewed, p->now.raw_ns), 800 * MS);
	/* Asked again each hour it stays outside, a day later it is back. */
	follow(p, 3 * 3600 * SEC);
	KUNIT_EXPECT_EQ(test, (int)p->peer.reason, (int)CLOCKDISC_REASON_BUDGET);
	p->true_phase_ns = p->now.real_ns - p->now.raw_ns;
	follow(p, 26 * 3600 * SEC);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SYNC);
}

/* What all sources may do is for the operator to extend. */
static void loop_budget_of_all(struct kunit *test)
{
	struct plant *p = plant_new(test, 0, 0);
	struct cdisc_config cfg = p->loop.cfg;
	struct cdisc_todo todo = { 0 };
	s64 spent_ns;
	int i;

	cfg.policy.budget.step_ns = 5 * SEC;
	cdisc_policy_set_stepout(&cfg.policy, 0);
	cdisc_loop_configure(&p->loop, &cfg);
	/* The first offset does not count. */
	p->true_phase_ns += 100 * SEC;
	follow(p, 600 * SEC);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 1ull);
	for (i = 0; i < 4; i++) {
		p->true_phase_ns -= 2 * SEC;
		follow(p, 60 * SEC);
	}
	KUNIT_EXPECT_EQ(test, p->loop.steps, 3ull);
	spent_ns = cdisc_budget_spent(&p->loop.stepped, p->now.raw_ns);
	KUNIT_EXPECT_LT(test, cdisc_abs(spent_ns - 4 * SEC), US);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_FROZEN);
	KUNIT_EXPECT_EQ(test, (int)p->loop.pending_why, (int)CLOCKDISC_PENDING_REASON_BUDGET);
	KUNIT_EXPECT_EQ(test, p->loop.budget_stops, 1ull);
	cdisc_loop_forgive(&p->loop);
	cdisc_loop_unfreeze(&p->loop, &p->now, &todo);
	carry_out(p, &todo);
	follow(p, 60 * SEC);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 4ull);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SYNC);
	/* Neither do commands. */
	spent_ns = cdisc_budget_spent(&p->loop.stepped, p->now.raw_ns);
	memset(&todo, 0, sizeof(todo));
	todo.step_ns = 50 * SEC;
	carry_out(p, &todo);
	KUNIT_EXPECT_EQ(test, cdisc_budget_spent(&p->loop.stepped, p->now.raw_ns), spent_ns);
}

static struct kunit_case loop_policy_cases[] = {
	KUNIT_CASE(loop_startup_is_counted),
	KUNIT_CASE(loop_startup_for_ever),
	KUNIT_CASE(loop_step_is_seen_twice),
	KUNIT_CASE(loop_first_step_is_seen_twice),
	KUNIT_CASE(loop_slew_is_seen_twice),
	KUNIT_CASE(loop_spikes_do_not_add_up),
	KUNIT_CASE(loop_stepout_begins_again),
	KUNIT_CASE(loop_far_is_forgotten),
	KUNIT_CASE(loop_first_panic_is_seen_twice),
	KUNIT_CASE(loop_other_source),
	KUNIT_CASE(loop_slew_rates),
	KUNIT_CASE(loop_floor),
	KUNIT_CASE(loop_reject),
	KUNIT_CASE(loop_source_budget),
	KUNIT_CASE(loop_budget_of_all),
	{}
};

static struct kunit_suite loop_policy_suite = {
	.name = "clockdisc-loop-policy",
	.test_cases = loop_policy_cases,
};

kunit_test_suite(loop_policy_suite);
