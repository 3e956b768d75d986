// SPDX-License-Identifier: GPL-2.0
/*
 * The discipline in closed loop with a clock made of integers: it starts, steps, learns, holds, freezes.
 */
#include <kunit/test.h>

#include "loop_plant.h"

/* A clock 0.7 s behind on a tick 80 ppm too long: stepped once, then its rate is found and nothing steps again. */
static void loop_cold_start(struct kunit *test)
{
	struct plant *p = plant_new(test, 700 * MS, 80 * PPM);

	run(p, 2 * SEC);
	sample(p);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 1ull);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_FREQ);
	KUNIT_EXPECT_EQ(test, error_ns(p), 0ll);
	follow(p, 60 * SEC);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), 10 * US);
	KUNIT_EXPECT_LT(test, cdisc_abs(p->rate_ppb_q16 + 80 * PPM), PPM);
	KUNIT_EXPECT_LT(test, cdisc_abs(p->loop.bias_ppb_q16 - 80 * PPM), PPM / 10);
	follow(p, 600 * SEC);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SYNC);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), US);
	KUNIT_EXPECT_LT(test, cdisc_abs(p->loop.servo.freq_ppb_q16), PPM / 10);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 1ull);
	KUNIT_EXPECT_TRUE(test, cdisc_loop_is_synced(&p->loop, &p->now));
}

/* The source steps by 1 s: nothing moves for the stepout, then the clock is stepped and no frequency is wound up. */
static void loop_stepout(struct kunit *test)
{
	struct plant *p = plant_new(test, 0, 0);
	s64 freq_ppb_q16;

	follow(p, 600 * SEC);
	freq_ppb_q16 = p->loop.servo.freq_ppb_q16;
	p->true_phase_ns += SEC;
	follow(p, 100 * SEC);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SPIKE);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);
	KUNIT_EXPECT_GT(test, error_ns(p), 999 * MS);
	follow(p, 400 * SEC);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SYNC);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 1ull);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), MS);
	KUNIT_EXPECT_LT(test, cdisc_abs(p->loop.servo.freq_ppb_q16 - freq_ppb_q16), PPM / 10);
}

/* 2000 s at the first sample: frozen, offered, and done when the operator does it. */
static void loop_panic(struct kunit *test)
{
	struct plant *p = plant_new(test, 2000 * SEC, 0);
	struct cdisc_todo todo = { 0 };

	run(p, 2 * SEC);
	sample(p);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_FROZEN);
	KUNIT_EXPECT_EQ(test, (int)p->loop.pending_why, (int)CLOCKDISC_PENDING_REASON_PANIC);
	KUNIT_EXPECT_LT(test, cdisc_abs(p->loop.pending_ns - 2000 * SEC), MS);
	follow(p, 1000 * SEC);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);
	KUNIT_EXPECT_GT(test, cdisc_loop_bound(&p->loop, &p->now), 1999 * SEC);
	KUNIT_EXPECT_FALSE(test, cdisc_loop_is_synced(&p->loop, &p->now));

	todo.step_ns = cdisc_loop_offset(&p->loop, &p->now);
	carry_out(p, &todo);
	KUNIT_EXPECT_EQ(test, (int)p->loop.pending_why, 0);
	follow(p, 600 * SEC);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SYNC);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), MS);
}

/* All sources gone: the clock keeps its rate, the bound grows, nobody says synchronised. */
static void loop_holdover(struct kunit *test)
{
	struct plant *p = plant_new(test, 10 * MS, 30 * PPM);
	struct cdisc_todo todo = { 0 };
	s64 bound_ns;

	follow(p, 900 * SEC);
	bound_ns = cdisc_loop_bound(&p->loop, &p->now);
	p->peer.reach = 0;
	cdisc_loop_update(&p->loop, p->peers, 1, &p->work, &p->now, &todo);
	carry_out(p, &todo);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_HOLDOVER);
	KUNIT_EXPECT_FALSE(test, cdisc_loop_is_synced(&p->loop, &p->now));
	run(p, 3600 * SEC);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), MS);
	/* It grows by what is known of the oscillator, and is not passed. */
	KUNIT_EXPECT_GT(test, cdisc_loop_bound(&p->loop, &p->now), bound_ns);
	KUNIT_EXPECT_GE(test, cdisc_loop_bound(&p->loop, &p->now), cdisc_abs(error_ns(p)));
}

/* Somebody else sets the clock back by 50 ms: it comes back without a step and without winding up. */
static void loop_foreign_set(struct kunit *test)
{
	struct plant *p = plant_new(test, 0, 0);
	struct cdisc_todo todo = { 0 };

	follow(p, 900 * SEC);
	p->now.real_ns -= 50 * MS;
	cdisc_loop_stepped(&p->loop, &p->now, -50 * MS, false, &todo);
	carry_out(p, &todo);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);
	KUNIT_EXPECT_GE(test, cdisc_loop_bound(&p->loop, &p->now), 50 * MS);
	/* No overshoot is left of it. */
	follow(p, 3600 * SEC);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), 5 * MS);
	follow(p, 7200 * SEC);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), MS);
	KUNIT_EXPECT_LT(test, cdisc_abs(p->loop.servo.freq_ppb_q16), PPM);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);
}

/* An actuator that only observes is never asked for anything, and the frequency is learnt all the same. */
static void loop_observe(struct kunit *test)
{
	struct plant *p = plant_new(test, 700 * MS, 0);

	p->loop.can_steer = false;
	follow(p, 900 * SEC);
	KUNIT_EXPECT_EQ(test, p->sets, 0u);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);
	KUNIT_EXPECT_EQ(test, error_ns(p), 700 * MS);
	KUNIT_EXPECT_LT(test, cdisc_abs(cdisc_loop_offset(&p->loop, &p->now) - 700 * MS), US);
	KUNIT_EXPECT_LT(test, cdisc_abs(p->loop.servo.freq_ppb_q16), PPM / 100);
}

/* A suspend: nobody is told a bound until a source has spoken again. */
static void loop_cut(struct kunit *test)
{
	struct plant *p = plant_new(test, 0, 0);
	struct cdisc_todo todo = { 0 };

	follow(p, 900 * SEC);
	p->now.real_ns += 3600 * SEC;
	p->true_phase_ns += 3600 * SEC + 3 * MS;
	cdisc_loop_interrupt(&p->loop, &p->now, CLOCKDISC_INTERRUPTION_BOOTTIME, &todo);
	cdisc_peer_restart(&p->peer);
	carry_out(p, &todo);
	KUNIT_EXPECT_EQ(test, cdisc_loop_bound(&p->loop, &p->now), S64_MAX);
	sample(p);
	KUNIT_EXPECT_LT(test, cdisc_loop_bound(&p->loop, &p->now), 10 * MS);
	follow(p, 1800 * SEC);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), MS);
}

struct gap {
	const char		*name;
	s64			gap_ns;
	enum clockdisc_reaction	reaction;
};

/* Interrupt a clock that is right; the reference is gap_ns ahead of it when it comes back. */
static void interrupt(struct plant *p, s64 gap_ns)
{
	struct cdisc_todo todo = { 0 };

	p->true_phase_ns += gap_ns;
	p->events = 0;
	cdisc_loop_interrupt(&p->loop, &p->now, CLOCKDISC_INTERRUPTION_VM_GENERATION, &todo);
	cdisc_peer_restart(&p->peer);
	carry_out(p, &todo);
}

static const struct gap gaps[] = {
	{ "a day behind", 86400 * SEC, CLOCKDISC_REACTION_STEP },
	{ "a little behind", 20 * MS, CLOCKDISC_REACTION_STEP },
	{ "right", 0, CLOCKDISC_REACTION_SLEW },
	{ "less than a second ahead", -900 * MS, CLOCKDISC_REACTION_SLEW },
	{ "an hour ahead", -3600 * SEC, CLOCKDISC_REACTION_STEP },
};

static void loop_restore(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gaps); i++) {
		struct plant *p = plant_new(test, 0, 0);
		s64 freq_ppb_q16;
		u64 steps;

		follow(p, 900 * SEC);
		freq_ppb_q16 = p->loop.servo.freq_ppb_q16;
		steps = p->loop.steps;
		interrupt(p, gaps[i].gap_ns);
		KUNIT_EXPECT_EQ(test, cdisc_loop_bound(&p->loop, &p->now), S64_MAX);
		KUNIT_EXPECT_TRUE(test, p->events & (1U << CLOCKDISC_EVENT_INTERRUPTED));
		KUNIT_EXPECT_FALSE(test, p->events & (1U << CLOCKDISC_EVENT_RESTORED));
		sample(p);
		KUNIT_EXPECT_TRUE_MSG(test, p->events & (1U << CLOCKDISC_EVENT_RESTORED), "%s", gaps[i].name);
		KUNIT_EXPECT_EQ_MSG(test, (int)p->loop.reaction, (int)gaps[i].reaction, "%s", gaps[i].name);
		KUNIT_EXPECT_EQ_MSG(test, p->loop.steps - steps,
				    gaps[i].reaction == CLOCKDISC_REACTION_STEP ? 1ull : 0ull, "%s", gaps[i].name);
		KUNIT_EXPECT_LT(test, cdisc_abs(p->loop.gap_ns - gaps[i].gap_ns), MS);
		KUNIT_EXPECT_EQ(test, p->loop.interruption, (u32)CLOCKDISC_INTERRUPTION_VM_GENERATION);
		/* The jump is none of the oscillator's. */
		KUNIT_EXPECT_EQ_MSG(test, p->loop.servo.freq_ppb_q16, freq_ppb_q16, "%s", gaps[i].name);
		KUNIT_EXPECT_NE(test, (int)p->loop.state, (int)CLOCKDISC_STATE_FROZEN);
	}
}

/*
 * A first sample so wide that the clock may have been right moves nothing: the next one of the burst is waited for, a few
 * seconds. One that is off by more than its width is acted on at once.
 */
static void loop_restore_waits_for_a_narrow_sample(struct kunit *test)
{
	struct plant *p = plant_new(test, 0, 0);

	follow(p, 900 * SEC);
	interrupt(p, 200 * MS);
	hear_wide(p, 700 * MS, SEC);
	update(p);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);
	run(p, 2 * SEC);
	sample(p);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 1ull);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), MS);
	KUNIT_EXPECT_EQ(test, (int)p->loop.reaction, (int)CLOCKDISC_REACTION_STEP);

	/* None that is better comes: this one has to do. */
	p = plant_new(test, 0, 0);
	follow(p, 900 * SEC);
	interrupt(p, 200 * MS);
	hear_wide(p, 700 * MS, SEC);
	update(p);
	run(p, 3 * SEC);
	hear_wide(p, 700 * MS, SEC);
	update(p);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);
	run(p, SEC);
	update(p);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 1ull);

	p = plant_new(test, 0, 0);
	follow(p, 900 * SEC);
	interrupt(p, 20 * SEC);
	hear_wide(p, 700 * MS, SEC);
	update(p);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 1ull);
}

/* What the operator forbids is slewed; a frozen clock stays as it is; the offset after the first is an ordinary one. */
static void loop_restore_within_limits(struct kunit *test)
{
	struct plant *p = plant_new(test, 0, 0);
	struct cdisc_todo todo = { 0 };
	struct cdisc_config cfg;

	follow(p, 900 * SEC);
	cfg = p->loop.cfg;
	cfg.policy.row[CLOCKDISC_CAUSE_RESTORE].forward_ns = 0;
	cdisc_loop_configure(&p->loop, &cfg);
	interrupt(p, 3600 * SEC);
	sample(p);
	KUNIT_EXPECT_EQ(test, (int)p->loop.reaction, (int)CLOCKDISC_REACTION_SLEW);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);

	p = plant_new(test, 0, 0);
	follow(p, 900 * SEC);
	cdisc_loop_freeze(&p->loop, &p->now, &todo);
	carry_out(p, &todo);
	interrupt(p, 3600 * SEC);
	sample(p);
	KUNIT_EXPECT_EQ(test, (int)p->loop.reaction, (int)CLOCKDISC_REACTION_NONE);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_FROZEN);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);

	p = plant_new(test, 0, 0);
	follow(p, 900 * SEC);
	interrupt(p, SEC);
	sample(p);
	p->true_phase_ns += 2 * SEC;
	run(p, 16 * SEC);
	sample(p);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 1ull);
}

static void loop_freeze(struct kunit *test)
{
	struct plant *p = plant_new(test, 0, 0);
	struct cdisc_todo todo = { 0 };

	follow(p, 900 * SEC);
	cdisc_loop_freeze(&p->loop, &p->now, &todo);
	carry_out(p, &todo);
	p->sets = 0;
	p->true_phase_ns += 100 * MS;
	follow(p, 900 * SEC);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_FROZEN);
	KUNIT_EXPECT_GT(test, error_ns(p), 99 * MS);
	memset(&todo, 0, sizeof(todo));
	cdisc_loop_unfreeze(&p->loop, &p->now, &todo);
	carry_out(p, &todo);
	follow(p, 3600 * SEC);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_SYNC);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), 10 * MS);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 0ull);
}

/* A clock that was never steered is frozen as it was found. */
static void loop_freeze_at_start(struct kunit *test)
{
	struct plant *p = plant_new(test, 0, 50 * PPM);
	struct cdisc_todo todo = { 0 };

	run(p, 2 * SEC);
	cdisc_loop_freeze(&p->loop, &p->now, &todo);
	carry_out(p, &todo);
	follow(p, 100 * SEC);
	KUNIT_EXPECT_EQ(test, p->sets, 0u);
}

/* panic-once given after the panic holds for the correction that was refused, and for one only. */
static void loop_panic_once(struct kunit *test)
{
	struct plant *p = plant_new(test, 2000 * SEC, 0);
	struct cdisc_config cfg = p->loop.cfg;
	struct cdisc_todo todo = { 0 };

	run(p, 2 * SEC);
	sample(p);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_FROZEN);
	cfg.policy.panic_once = true;
	cdisc_loop_configure(&p->loop, &cfg);
	cdisc_loop_unfreeze(&p->loop, &p->now, &todo);
	carry_out(p, &todo);
	run(p, 2 * SEC);
	sample(p);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 1ull);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), MS);

	/* Another counter does not give the permission again. */
	memset(&todo, 0, sizeof(todo));
	cdisc_loop_interrupt(&p->loop, &p->now, CLOCKDISC_INTERRUPTION_CLOCKSOURCE, &todo);
	cdisc_peer_restart(&p->peer);
	carry_out(p, &todo);
	p->true_phase_ns += 2000 * SEC;
	follow(p, 600 * SEC);
	KUNIT_EXPECT_EQ(test, (int)p->loop.state, (int)CLOCKDISC_STATE_FROZEN);
	KUNIT_EXPECT_EQ(test, p->loop.steps, 1ull);
}

/* Somebody else's rate is neither learnt nor corrected twice: ours is set again. */
static void loop_foreign_rate(struct kunit *test)
{
	struct plant *p = plant_new(test, 0, 30 * PPM);
	s64 rate_ppb_q16, bias_ppb_q16;

	follow(p, 900 * SEC);
	rate_ppb_q16 = p->rate_ppb_q16;
	bias_ppb_q16 = p->loop.bias_ppb_q16;
	p->rate_ppb_q16 += 100 * PPM;
	run(p, 10 * SEC);
	cdisc_loop_rate_lost(&p->loop, &p->now);
	sample(p);
	KUNIT_EXPECT_LT(test, cdisc_abs(p->loop.bias_ppb_q16 - bias_ppb_q16), PPM / 10);
	/* The millisecond that was gained is moved back meanwhile, within the operator's limit. */
	KUNIT_EXPECT_LT(test, p->rate_ppb_q16, rate_ppb_q16);
	KUNIT_EXPECT_GT(test, p->rate_ppb_q16, rate_ppb_q16 - 501 * PPM);
	follow(p, 3600 * SEC);
	KUNIT_EXPECT_LT(test, cdisc_abs(error_ns(p)), MS);
	KUNIT_EXPECT_LT(test, cdisc_abs(p->rate_ppb_q16 - rate_ppb_q16), PPM);
}

/* Another clocksource on the same counter has a tick of another length: it is known with the first stretch. */
static void loop_switched(struct kunit *test)
{
	struct plant *p = plant_new(test, 0, 30 * PPM);
	s64 bias_ppb_q16;

	follow(p, 900 * SEC);
	bias_ppb_q16 = p->loop.bias_ppb_q16;
	p->tick_ppb_q16 += PPM;
	cdisc_loop_switched(&p->loop, &p->now);
	run(p, 2 * SEC);
	sample(p);
	KUNIT_EXPECT_LT(test, cdisc_abs(p->loop.bias_ppb_q16 - bias_ppb_q16 - PPM), PPM / 100);
}

/* Of two sources the first to speak does not set the clock alone; the other one is waited for, not for ever. */
static void loop_hears_all_sources_first(struct kunit *test)
{
	struct plant *p = plant_new(test, 700 * MS, 0);
	struct cdisc_peer *both[2], *silent = kunit_kzalloc(test, sizeof(*silent), GFP_KERNEL);
	struct cdisc_select_edge edge[6];
	struct cdisc_select_entry entry[2];
	struct cdisc_select_work work = { .edge = edge, .entry = entry };
	struct cdisc_todo todo = { 0 };

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, silent);
	cdisc_peer_init(silent, 2);
	both[0] = &p->peer;
	both[1] = silent;
	run(p, 2 * SEC);
	hear(p);
	cdisc_loop_update(&p->loop, both, 2, &work, &p->now, &todo);
	KUNIT_EXPECT_EQ(test, todo.step_ns, 0ll);
	cdisc_loop_plan(&p->loop, &p->now, &todo);
	KUNIT_EXPECT_EQ(test, todo.wake_raw_ns, p->now.raw_ns + 4 * SEC);
	go(p, 4 * SEC);
	cdisc_loop_update(&p->loop, both, 2, &work, &p->now, &todo);
	KUNIT_EXPECT_LT(test, cdisc_abs(todo.step_ns - 700 * MS), MS);
}

/* What is left of a slew that was ended at takeover, until the second is over, is no bias. */
static void loop_takeover_leaves_no_bias(struct kunit *test)
{
	struct plant *p = plant_new(test, 0, 0);
	struct cdisc_todo todo = { 0 };

	p->rate_ppb_q16 = cdisc_ppb_q16_from_ppb(20000000);
	go(p, 300 * MS);
	cdisc_loop_plan(&p->loop, &p->now, &todo);
	go(p, 600 * MS);
	cdisc_loop_plan(&p->loop, &p->now, &todo);
	p->rate_ppb_q16 = 0;
	KUNIT_EXPECT_FALSE(test, p->loop.has_bias);
	go(p, SEC);
	cdisc_loop_plan(&p->loop, &p->now, &todo);
	go(p, SEC);
	cdisc_loop_plan(&p->loop, &p->now, &todo);
	KUNIT_EXPECT_TRUE(test, p->loop.has_bias);
	KUNIT_EXPECT_EQ(test, p->loop.bias_ppb_q16, 0ll);
}

/* Every slew that began ends once, with what is left of it, whatever ends it. */
static void loop_slews_come_in_pairs(struct kunit *test)
{
	struct plant *p = plant_new(test, 0, 0);
	struct cdisc_todo todo = { 0 };

	run(p, 3 * SEC);
	cdisc_loop_slew(&p->loop, &p->now, 5 * MS, &todo);
	KUNIT_EXPECT_EQ(test, todo.events, 1u << CLOCKDISC_EVENT_SLEW_BEGIN);
	memset(&todo, 0, sizeof(todo));
	cdisc_loop_slew(&p->loop, &p->now, 0, &todo);
	KUNIT_EXPECT_EQ(test, todo.events, 1u << CLOCKDISC_EVENT_SLEW_END);
	cdisc_loop_freq_set(&p->loop, &p->now, 0, &todo);
	memset(&todo, 0, sizeof(todo));
	cdisc_loop_slew(&p->loop, &p->now, 5 * MS, &todo);
	p->now.real_ns += 100 * MS;
	cdisc_loop_stepped(&p->loop, &p->now, 100 * MS, true, &todo);
	KUNIT_EXPECT_TRUE(test, todo.events & (1u << CLOCKDISC_EVENT_SLEW_END));
	KUNIT_EXPECT_EQ(test, todo.left_ns, 5 * MS);
}

static void loop_config_check(struct kunit *test)
{
	struct cdisc_config cfg;

	cdisc_config_defaults(&cfg);
	KUNIT_EXPECT_EQ(test, (int)cdisc_config_check(&cfg), (int)CDISC_CONFIG_OK);
	cfg.minpoll_log2s = 11;
	KUNIT_EXPECT_EQ(test, (int)cdisc_config_check(&cfg), (int)CDISC_CONFIG_POLL_ORDER);
	cdisc_config_defaults(&cfg);
	cfg.policy.row[CLOCKDISC_CAUSE_SOURCE].panic_ns = cfg.policy.row[CLOCKDISC_CAUSE_SOURCE].backward_ns;
	KUNIT_EXPECT_EQ(test, (int)cdisc_config_check(&cfg), (int)CDISC_CONFIG_PANIC_BELOW_STEP);
	cfg.policy.row[CLOCKDISC_CAUSE_SOURCE].panic_ns = 0;
	KUNIT_EXPECT_EQ(test, (int)cdisc_config_check(&cfg), (int)CDISC_CONFIG_OK);
	cfg.servo = 77;
	KUNIT_EXPECT_EQ(test, (int)cdisc_config_check(&cfg), (int)CDISC_CONFIG_SERVO);
	cdisc_config_defaults(&cfg);
	cfg.policy = cdisc_preset_find(CLOCKDISC_PRESET_MONOTONIC)->policy;
	cfg.policy.leap_mode = CLOCKDISC_LEAP_MODE_KERNEL;
	KUNIT_EXPECT_EQ(test, (int)cdisc_config_check(&cfg), (int)CDISC_CONFIG_LEAP_STEP);
	cfg.policy.leap_mode = CLOCKDISC_LEAP_MODE_SLEW;
	cfg.policy.row[CLOCKDISC_CAUSE_DRIFT].slew_ppb = 100;
	KUNIT_EXPECT_EQ(test, (int)cdisc_config_check(&cfg), (int)CDISC_CONFIG_LEAP_ROOM);
}

static struct kunit_case loop_cases[] = {
	KUNIT_CASE(loop_cold_start),
	KUNIT_CASE(loop_stepout),
	KUNIT_CASE(loop_panic),
	KUNIT_CASE(loop_holdover),
	KUNIT_CASE(loop_foreign_set),
	KUNIT_CASE(loop_observe),
	KUNIT_CASE(loop_cut),
	KUNIT_CASE(loop_restore),
	KUNIT_CASE(loop_restore_waits_for_a_narrow_sample),
	KUNIT_CASE(loop_restore_within_limits),
	KUNIT_CASE(loop_freeze),
	KUNIT_CASE(loop_freeze_at_start),
	KUNIT_CASE(loop_slews_come_in_pairs),
	KUNIT_CASE(loop_hears_all_sources_first),
	KUNIT_CASE(loop_takeover_leaves_no_bias),
	KUNIT_CASE(loop_panic_once),
	KUNIT_CASE(loop_foreign_rate),
	KUNIT_CASE(loop_switched),
	KUNIT_CASE(loop_config_check),
	{}
};

static struct kunit_suite loop_suite = {
	.name = "clockdisc-loop",
	.test_cases = loop_cases,
};

kunit_test_suite(loop_suite);
