// SPDX-License-Identifier: GPL-2.0
/*
 * The engine with an actuator that fails on demand: every error path is unwound and every verdict is counted.
 */
#include "engine_fake.h"

static const struct cdisc_listener listener = { .clock = fake_on_clock, .source = fake_on_source };

static const struct cdisc_source_settings settings = { .minpoll_log2s = 4, .maxpoll_log2s = 10 };

static struct cdisc_engine *engine_new(struct kunit *test, int take_err)
{
	struct cdisc_engine *e = engine_alloc(test);

	fake.take_err = take_err;
	KUNIT_ASSERT_EQ(test, cdisc_engine_init(e, &fake_actuator, "a test", &listener), take_err);
	return e;
}

static u32 source_new(struct kunit *test, struct cdisc_engine *e)
{
	u32 id = 0;
	s8 poll_log2s;

	KUNIT_ASSERT_EQ(test, cdisc_engine_source_add(e, "one", &settings, &id, &poll_log2s), 0);
	return id;
}

static struct cdisc_submission stamps(u32 id, s64 offset_ns)
{
	s64 now_ns = ktime_get_real_ns();

	return (struct cdisc_submission){
		.source_id = id, .has_stamps = true, .precision_log2s = -20,
		.header = { .leap = CLOCKDISC_LEAP_NONE, .stratum = 1 },
		.t1_real_ns = now_ns - 200000, .t2_real_ns = now_ns + offset_ns - 100000,
		.t3_real_ns = now_ns + offset_ns - 100000, .t4_real_ns = now_ns,
	};
}

static enum clockdisc_verdict submit(struct cdisc_engine *e, const struct cdisc_submission *sub)
{
	s8 poll_log2s;

	return cdisc_engine_submit(e, sub, &poll_log2s);
}

/* The n-th allocation of this task fails; 0 for none. */
static void fault_arm(unsigned int n)
{
#ifdef CONFIG_FAULT_INJECTION
	current->fail_nth = n;
#endif
}

/* The worker has run when a command that it carries out after it has come back. */
static void settle(struct cdisc_engine *e)
{
	kthread_flush_worker(e->worker);
}

static void engine_refused_takeover_unwinds(struct kunit *test)
{
	engine_new(test, -EBUSY);
}

static void engine_steps_at_start(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, 0);
	u32 id = source_new(test, e);
	struct cdisc_submission sub;

	ktime_get_real_ns();
	sub = stamps(id, 0);
	/* No stamp can be mapped that is older than the engine. */
	KUNIT_EXPECT_EQ(test, (int)submit(e, &sub), (int)CLOCKDISC_VERDICT_STAMP_OLD);
	msleep(5);
	sub = stamps(id, 700 * MS);
	KUNIT_EXPECT_EQ(test, (int)submit(e, &sub), (int)CLOCKDISC_VERDICT_ACCEPTED);
	settle(e);
	KUNIT_EXPECT_EQ(test, fake.steps, 1u);
	KUNIT_EXPECT_LT(test, cdisc_abs(fake.step_ns - 700 * MS), MS);
	KUNIT_EXPECT_TRUE(test, fake.clock_events & (1U << CLOCKDISC_EVENT_STEP));
	cdisc_engine_exit(e);
}

static void engine_failed_step_changes_nothing(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, 0);
	u32 id = source_new(test, e);
	struct cdisc_submission sub;

	fake.step_err = -EPERM;
	msleep(5);
	sub = stamps(id, 700 * MS);
	submit(e, &sub);
	settle(e);
	KUNIT_EXPECT_EQ(test, fake.steps, 1u);
	KUNIT_EXPECT_EQ(test, e->loop.steps, 0ull);
	KUNIT_EXPECT_FALSE(test, fake.clock_events & (1U << CLOCKDISC_EVENT_STEP));
	KUNIT_EXPECT_GT(test, cdisc_loop_offset(&e->loop, &e->loop.anchor), 699 * MS);
	cdisc_engine_exit(e);
}

static void engine_failed_rate_is_not_booked(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, 0);

	fake.set_err = -EINVAL;
	msleep(2000);
	KUNIT_EXPECT_EQ(test, cdisc_engine_slew(e, true, MS), 0);
	/* The rate that the clock runs at is measured first. */
	msleep(500);
	settle(e);
	KUNIT_EXPECT_GE(test, fake.sets, 1u);
	KUNIT_EXPECT_EQ(test, e->loop.rate_ppb_q16, 0ll);
	fake.set_err = 0;
	cdisc_engine_exit(e);
}

static void engine_every_stamp_verdict(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, 0);
	u32 id = source_new(test, e);
	struct cdisc_submission sub;

	msleep(5);
	sub = stamps(id, 0);
	sub.t4_real_ns += SEC;
	KUNIT_EXPECT_EQ(test, (int)submit(e, &sub), (int)CLOCKDISC_VERDICT_STAMP_FUTURE);
	sub = stamps(id, 0);
	sub.t1_real_ns -= 3600 * SEC;
	KUNIT_EXPECT_EQ(test, (int)submit(e, &sub), (int)CLOCKDISC_VERDICT_STAMP_OLD);
	sub = stamps(id, 0);
	sub.t3_real_ns = sub.t2_real_ns - 1;
	KUNIT_EXPECT_EQ(test, (int)submit(e, &sub), (int)CLOCKDISC_VERDICT_STAMP_ORDER);
	sub = stamps(id, 0);
	sub.t3_real_ns = sub.t2_real_ns + SEC;
	KUNIT_EXPECT_EQ(test, (int)submit(e, &sub), (int)CLOCKDISC_VERDICT_DELAY);
	sub = stamps(id, 0);
	sub.header.stratum = 16;
	KUNIT_EXPECT_EQ(test, (int)submit(e, &sub), (int)CLOCKDISC_VERDICT_STRATUM);
	sub = stamps(id, 0);
	sub.header.leap = CLOCKDISC_LEAP_UNSYNC;
	KUNIT_EXPECT_EQ(test, (int)submit(e, &sub), (int)CLOCKDISC_VERDICT_UNSYNC);
	sub = stamps(id, 0);
	sub.header.root_disp_ns = 2 * SEC;
	KUNIT_EXPECT_EQ(test, (int)submit(e, &sub), (int)CLOCKDISC_VERDICT_DISTANCE);
	sub = stamps(id, 0);
	KUNIT_EXPECT_EQ(test, (int)submit(e, &sub), (int)CLOCKDISC_VERDICT_ACCEPTED);
	KUNIT_EXPECT_EQ(test, (int)submit(e, &sub), (int)CLOCKDISC_VERDICT_DUPLICATE);
	sub.is_missed = true;
	KUNIT_EXPECT_EQ(test, (int)submit(e, &sub), (int)CLOCKDISC_VERDICT_MISSED);
	sub.source_id = id + 1;
	KUNIT_EXPECT_EQ(test, (int)submit(e, &sub), (int)CLOCKDISC_VERDICT_NO_SOURCE);
	KUNIT_EXPECT_EQ(test, e->counts[CLOCKDISC_VERDICT_ACCEPTED], 1ull);
	KUNIT_EXPECT_EQ(test, e->counts[CLOCKDISC_VERDICT_NO_SOURCE], 1ull);
	cdisc_engine_exit(e);
}

static void engine_rate_of_samples_is_limited(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, 0);
	struct cdisc_submission sub = { .source_id = source_new(test, e), .is_missed = true };
	int i;

	for (i = 0; i < CDISC_SOURCE_RATE_MAX; i++)
		submit(e, &sub);
	KUNIT_EXPECT_EQ(test, (int)submit(e, &sub), (int)CLOCKDISC_VERDICT_RATE);
	cdisc_engine_exit(e);
}

/* Of a sample so near to a leap second nothing is used, not even that there is none to come any more. */
static void engine_leap_keeps_samples_off(struct kunit *test)
{
	static const struct {
		enum clockdisc_leap	leap;
		s64			after_ns;	/* the end of the year by the estimate */
		bool			is_near;
	} cases[] = {
		{ CLOCKDISC_LEAP_INSERT, -1500 * MS, false },
		{ CLOCKDISC_LEAP_INSERT, -20 * MS, true },
		{ CLOCKDISC_LEAP_INSERT, 2 * MS, true },	/* the kernel is late */
		{ CLOCKDISC_LEAP_INSERT, -998 * MS, true },	/* the inserted second */
		{ CLOCKDISC_LEAP_INSERT, 1500 * MS, false },
		{ CLOCKDISC_LEAP_DELETE, -2500 * MS, false },
		{ CLOCKDISC_LEAP_DELETE, -1020 * MS, true },
		{ CLOCKDISC_LEAP_DELETE, -998 * MS, true },	/* the kernel is late */
		{ CLOCKDISC_LEAP_DELETE, 2 * MS, true },	/* the server is late */
		{ CLOCKDISC_LEAP_DELETE, 1500 * MS, false },
		{ CLOCKDISC_LEAP_NONE, -20 * MS, false },
	};
	struct cdisc_engine *e = engine_new(test, 0);
	u32 id = source_new(test, e);
	struct cdisc_submission sub;
	struct cdisc_now now;
	size_t i;

	msleep(5);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		mutex_lock(&e->lock);
		cdisc_timeline_peek(&now);
		e->loop.leap = cases[i].leap;
		/* 2017-01-01 */
		cdisc_bound_set(&e->loop.bound, now.raw_ns, MS, 1483228800 * SEC + cases[i].after_ns - now.raw_ns, 0);
		KUNIT_EXPECT_EQ_MSG(test, cdisc_engine_leap_is_near(e, &now), cases[i].is_near, "%zu", i);
		mutex_unlock(&e->lock);
	}
	mutex_lock(&e->lock);
	e->loop.leap = CLOCKDISC_LEAP_INSERT;
	cdisc_bound_set(&e->loop.bound, now.raw_ns, MS, 1483228800 * SEC - now.raw_ns, 0);
	mutex_unlock(&e->lock);
	sub = stamps(id, 0);
	KUNIT_EXPECT_EQ(test, (int)submit(e, &sub), (int)CLOCKDISC_VERDICT_LEAP);
	KUNIT_EXPECT_EQ(test, e->counts[CLOCKDISC_VERDICT_LEAP], 1ull);
	cdisc_engine_exit(e);
}

static void engine_thousand_sources(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, 0);
	u32 i, first = 0, id = 0;

	for (i = 0; i < 1000; i++) {
		id = source_new(test, e);
		first = first ? first : id;
	}
	KUNIT_EXPECT_EQ(test, e->sources.count, 1000u);
	for (i = first; i <= id; i += 2)
		KUNIT_EXPECT_EQ(test, cdisc_engine_source_del(e, i), 0);
	KUNIT_EXPECT_EQ(test, e->sources.count, 500u);
	KUNIT_EXPECT_EQ(test, cdisc_engine_source_del(e, first), -ENOENT);
	KUNIT_EXPECT_GT(test, source_new(test, e), id);
	cdisc_engine_exit(e);
}

static void engine_step_needs_an_offset(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, 0);

	KUNIT_EXPECT_EQ(test, cdisc_engine_step(e, false, 0), -ENODATA);
	KUNIT_EXPECT_EQ(test, cdisc_engine_slew(e, false, 0), -ENODATA);
	KUNIT_EXPECT_EQ(test, fake.steps, 0u);
	KUNIT_EXPECT_EQ(test, cdisc_engine_step(e, true, 5), 0);
	KUNIT_EXPECT_EQ(test, fake.step_ns, 5ll);
	cdisc_engine_exit(e);
}

/* What waits is made or dropped by command; where nothing waits there is nothing to answer. */
static void engine_accept_and_reject(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, 0);
	struct cdisc_engine_config c;

	KUNIT_EXPECT_EQ(test, cdisc_engine_accept(e), -ENOENT);
	KUNIT_EXPECT_EQ(test, cdisc_engine_reject(e), -ENOENT);
	e->loop.state = CLOCKDISC_STATE_FROZEN;
	e->loop.pending_why = CLOCKDISC_PENDING_REASON_FLOOR;
	e->loop.pending_ns = -7 * SEC;
	e->loop.cfg.floor_real_ns = S64_MAX;
	cdisc_engine_config_get(e, &c);
	c.cfg.policy = cdisc_preset_find(CLOCKDISC_PRESET_MONOTONIC)->policy;
	KUNIT_EXPECT_EQ(test, cdisc_engine_config_set(e, &c), 0);
	KUNIT_EXPECT_EQ(test, cdisc_engine_accept(e), -EACCES);
	KUNIT_EXPECT_EQ(test, cdisc_engine_step(e, true, -SEC), -EACCES);
	KUNIT_EXPECT_EQ(test, fake.steps, 0u);
	c.cfg.policy = cdisc_preset_find(CLOCKDISC_PRESET_NTPD)->policy;
	KUNIT_EXPECT_EQ(test, cdisc_engine_config_set(e, &c), 0);
	KUNIT_EXPECT_EQ(test, cdisc_engine_accept(e), 0);
	KUNIT_EXPECT_EQ(test, fake.step_ns, -7ll * SEC);
	KUNIT_EXPECT_EQ(test, e->loop.cfg.floor_real_ns, 0ll);
	KUNIT_EXPECT_EQ(test, (int)e->loop.state, (int)CLOCKDISC_STATE_UNSET);
	KUNIT_EXPECT_EQ(test, cdisc_engine_reject(e), -ENOENT);
	e->loop.pending_why = CLOCKDISC_PENDING_REASON_PANIC;
	KUNIT_EXPECT_EQ(test, cdisc_engine_reject(e), 0);
	KUNIT_EXPECT_EQ(test, (int)e->loop.pending_why, 0);
	KUNIT_EXPECT_EQ(test, fake.steps, 1u);
	cdisc_engine_exit(e);
}

/* A step that did not come about shows nothing wrong with the floor, and who sets something else does not set it. */
static void engine_floor_stands(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, 0);
	struct cdisc_engine_config c;

	cdisc_engine_config_get(e, &c);
	c.cfg.floor_real_ns = S64_MAX;
	c.has_floor = true;
	KUNIT_EXPECT_EQ(test, cdisc_engine_config_set(e, &c), 0);
	fake.step_err = -EINVAL;
	KUNIT_EXPECT_EQ(test, cdisc_engine_step(e, true, -SEC), -EINVAL);
	KUNIT_EXPECT_EQ(test, e->loop.cfg.floor_real_ns, (s64)S64_MAX);
	fake.step_err = 0;
	KUNIT_EXPECT_EQ(test, cdisc_engine_step(e, true, -SEC), 0);
	KUNIT_EXPECT_EQ(test, e->loop.cfg.floor_real_ns, 0ll);
	c.has_floor = false;
	KUNIT_EXPECT_EQ(test, cdisc_engine_config_set(e, &c), 0);
	KUNIT_EXPECT_EQ(test, e->loop.cfg.floor_real_ns, 0ll);
	cdisc_engine_exit(e);
}

/* The kernel is armed with what the policy lets it make: a second that is inserted is a step backward. */
static void engine_leap_is_armed_as_permitted(struct kunit *test)
{
	static const struct cdisc_now last_day = { .raw_ns = SEC, .real_ns = 1798718400 * SEC }; /* 2026-12-31, noon */
	struct cdisc_engine *e = kunit_kzalloc(test, sizeof(*e), GFP_KERNEL);
	struct cdisc_policy *policy = &e->loop.cfg.policy;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, e);
	mutex_init(&e->lock);
	mutex_lock(&e->lock);
	*policy = cdisc_preset_find(CLOCKDISC_PRESET_NTPD)->policy;
	e->loop.leap = CLOCKDISC_LEAP_INSERT;
	KUNIT_EXPECT_EQ(test, (int)cdisc_engine_leap_to_arm(e, &last_day, true), (int)CLOCKDISC_LEAP_INSERT);
	policy->row[CLOCKDISC_CAUSE_LEAP].backward_ns = 0;
	KUNIT_EXPECT_EQ(test, (int)cdisc_engine_leap_to_arm(e, &last_day, true), (int)CLOCKDISC_LEAP_NONE);
	e->loop.leap = CLOCKDISC_LEAP_DELETE;
	KUNIT_EXPECT_EQ(test, (int)cdisc_engine_leap_to_arm(e, &last_day, true), (int)CLOCKDISC_LEAP_DELETE);
	mutex_unlock(&e->lock);
}

/* Whatever the limit on the change of the rate: nobody is there to end the slew later. */
static void engine_exit_ends_the_slew(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, 0);
	struct cdisc_engine_config c;

	cdisc_engine_config_get(e, &c);
	c.cfg.max_change_ppb_s = 1000;
	KUNIT_EXPECT_EQ(test, cdisc_engine_config_set(e, &c), 0);
	msleep(2000);
	KUNIT_EXPECT_EQ(test, cdisc_engine_slew(e, true, SEC), 0);
	msleep(20000);
	KUNIT_EXPECT_GT(test, fake.rate_ppb_q16, cdisc_ppb_q16_from_ppb(10000));
	cdisc_engine_exit(e);
	/* The fake does not move the clock, which the loop takes for a bias. */
	KUNIT_EXPECT_LT(test, cdisc_abs(fake.rate_ppb_q16 + e->loop.bias_ppb_q16), cdisc_ppb_q16_from_ppb(1000));
}

/* A source that nobody polls any longer falls out, however busy the others are. */
static void engine_silent_source(struct kunit *test)
{
	static const struct cdisc_source_settings every_second = { .flags = 0 };
	struct cdisc_engine *e = engine_new(test, 0);
	u32 silent, busy;
	struct cdisc_submission sub;
	s8 poll_log2s;
	int i;

	cdisc_engine_source_add(e, "silent", &every_second, &silent, &poll_log2s);
	cdisc_engine_source_add(e, "busy", &every_second, &busy, &poll_log2s);
	KUNIT_EXPECT_EQ(test, (int)poll_log2s, 0);
	msleep(5);
	sub = stamps(silent, 0);
	submit(e, &sub);
	for (i = 0; i < 12; i++) {
		sub = stamps(busy, 0);
		submit(e, &sub);
		msleep(1000);
	}
	KUNIT_EXPECT_EQ(test, (int)cdisc_source_find(&e->sources, silent)->peer.reach, 0);
	KUNIT_EXPECT_NE(test, (int)cdisc_source_find(&e->sources, busy)->peer.reach, 0);
	cdisc_engine_exit(e);
}

/* Each allocation of the start fails once; those of the worker's thread are not ours to fail. */
static void engine_init_unwinds(struct kunit *test)
{
	struct cdisc_engine *e = kunit_kzalloc(test, sizeof(*e), GFP_KERNEL);
	int n, err = -ENOMEM;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, e);
	if (!IS_ENABLED(CONFIG_FAULT_INJECTION)) {
		kunit_skip(test, "this kernel cannot let allocations fail");
		return;
	}
	for (n = 1; n < 100 && err; n++) {
		memset(e, 0, sizeof(*e));
		memset(&fake, 0, sizeof(fake));
		fault_arm(n);
		err = cdisc_engine_init(e, &fake_actuator, "a test", &listener);
		fault_arm(0);
		KUNIT_EXPECT_TRUE(test, err == 0 || err == -ENOMEM || err == -EINTR);
	}
	KUNIT_EXPECT_EQ(test, err, 0);
	if (!err)
		cdisc_engine_exit(e);
}

static struct kunit_case engine_cases[] = {
	KUNIT_CASE(engine_exit_ends_the_slew),
	KUNIT_CASE(engine_silent_source),
	KUNIT_CASE(engine_init_unwinds),
	KUNIT_CASE(engine_refused_takeover_unwinds),
	KUNIT_CASE(engine_steps_at_start),
	KUNIT_CASE(engine_failed_step_changes_nothing),
	KUNIT_CASE(engine_failed_rate_is_not_booked),
	KUNIT_CASE(engine_every_stamp_verdict),
	KUNIT_CASE(engine_rate_of_samples_is_limited),
	KUNIT_CASE(engine_leap_keeps_samples_off),
	KUNIT_CASE(engine_thousand_sources),
	KUNIT_CASE(engine_step_needs_an_offset),
	KUNIT_CASE(engine_accept_and_reject),
	KUNIT_CASE(engine_floor_stands),
	KUNIT_CASE(engine_leap_is_armed_as_permitted),
	{}
};

static struct kunit_suite engine_suite = {
	.name = "clockdisc-engine",
	.test_cases = engine_cases,
};

kunit_test_suite(engine_suite);
