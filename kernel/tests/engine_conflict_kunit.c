// SPDX-License-Identifier: GPL-2.0
/*
 * The engine when somebody else sets the clock: this kernel's own, by the task that runs the test.
 */
#include "engine_fake.h"

static const struct cdisc_listener listener = { .clock = fake_on_clock, .source = fake_on_source };

/* An engine that follows a source, which says that the clock is right. */
static struct cdisc_engine *engine_new(struct kunit *test, bool has_source)
{
	struct cdisc_engine *e = engine_alloc(test);
	u32 id, i;

	fake.moves_clock = true;
	KUNIT_ASSERT_EQ(test, cdisc_engine_init(e, &fake_actuator, "a test", &listener), 0);
	if (!has_source)
		return e;
	id = server_add(test, e, "one");
	for (i = 0; i < 8; i++) {
		msleep(1000);
		server_agrees(e, id);
	}
	msleep(10);
	fake.clock_events = 0;
	return e;
}

static void configure(struct cdisc_engine *e, enum clockdisc_conflict conflict, s64 quiet_ns)
{
	struct cdisc_engine_config c;

	cdisc_engine_config_get(e, &c);
	c.conflict.conflict = conflict;
	c.conflict.quiet_ns = quiet_ns;
	cdisc_engine_config_set(e, &c);
}

static void set_clock_ns(struct kunit *test, s64 by_ns)
{
	KUNIT_ASSERT_EQ(test, clock_move(by_ns), 0);
	msleep(20);
}

/* The newest entry of a kind and cause. */
static const struct cdisc_log_entry *find(struct cdisc_engine *e, enum clockdisc_log_kind kind, enum clockdisc_log_cause cause)
{
	u64 seq;

	for (seq = e->watch.seq; seq; seq--) {
		const struct cdisc_log_entry *entry = cdisc_watch_entry(&e->watch, seq);

		if (entry && entry->kind == kind && entry->cause == cause)
			return entry;
	}
	return NULL;
}

static void conflict_is_answered(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, true);
	const struct cdisc_log_entry *entry;

	set_clock_ns(test, 3600 * SEC);
	KUNIT_EXPECT_EQ(test, fake.steps, 1u);
	KUNIT_EXPECT_LT(test, cdisc_abs(fake.step_ns + 3600 * SEC), 100 * MS);
	KUNIT_EXPECT_TRUE(test, fake.clock_events & (1U << CLOCKDISC_EVENT_CONFLICT));
	entry = find(e, CLOCKDISC_LOG_KIND_SET, CLOCKDISC_LOG_CAUSE_FOREIGN);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	KUNIT_EXPECT_STREQ(test, entry->who.name, current->comm);
	KUNIT_EXPECT_EQ(test, entry->who.pid, (u32)task_tgid_nr(current));
	KUNIT_EXPECT_LT(test, cdisc_abs(entry->change_ns - 3600 * SEC), MS);
	KUNIT_EXPECT_EQ(test, (int)entry->reaction, (int)CLOCKDISC_LOG_REACTION_REASSERT);
	/* This kernel has a tick of 10 ms, at which interrupts are raised. */
	KUNIT_EXPECT_LE(test, entry->noticed_ns, 20 * MS);
	KUNIT_EXPECT_NOT_NULL(test, find(e, CLOCKDISC_LOG_KIND_STEP, CLOCKDISC_LOG_CAUSE_REASSERT));
	/* Again, and it is our turn only after the hold-off. */
	set_clock_ns(test, 3600 * SEC);
	msleep(8000);
	KUNIT_EXPECT_EQ(test, fake.steps, 1u);
	msleep(3000);
	KUNIT_EXPECT_EQ(test, fake.steps, 2u);
	KUNIT_EXPECT_LT(test, cdisc_abs(fake.step_ns + 3600 * SEC), 100 * MS);
	cdisc_engine_exit(e);
}

/* A little backwards is slewed: programs are not shown a second twice for it. */
static void conflict_is_answered_by_a_slew(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, true);

	set_clock_ns(test, SEC / 2);
	KUNIT_EXPECT_EQ(test, fake.steps, 0u);
	KUNIT_EXPECT_NOT_NULL(test, find(e, CLOCKDISC_LOG_KIND_SLEW, CLOCKDISC_LOG_CAUSE_REASSERT));
	cdisc_engine_exit(e);
}

static void conflict_without_a_reference(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, false);

	set_clock_ns(test, 3600 * SEC);
	KUNIT_EXPECT_EQ(test, fake.steps, 0u);
	KUNIT_EXPECT_FALSE(test, fake.clock_events & (1U << CLOCKDISC_EVENT_CONFLICT));
	KUNIT_EXPECT_EQ(test, (int)find(e, CLOCKDISC_LOG_KIND_SET, CLOCKDISC_LOG_CAUSE_FOREIGN)->reaction,
			(int)CLOCKDISC_LOG_REACTION_NONE);
	set_clock_ns(test, -3600 * SEC);
	cdisc_engine_exit(e);
}

static void conflict_alarm_is_told(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, true);

	configure(e, CLOCKDISC_CONFLICT_ALARM, 0);
	set_clock_ns(test, 3600 * SEC);
	msleep(15000);
	KUNIT_EXPECT_EQ(test, fake.steps, 0u);
	KUNIT_EXPECT_TRUE(test, fake.clock_events & (1U << CLOCKDISC_EVENT_CONFLICT));
	KUNIT_EXPECT_FALSE(test, e->arbiter.is_yielded);
	set_clock_ns(test, -3600 * SEC);
	cdisc_engine_exit(e);
}

static void conflict_yield_comes_back(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, true);
	u32 takes;

	configure(e, CLOCKDISC_CONFLICT_YIELD, 60 * SEC);
	set_clock_ns(test, 3600 * SEC);
	KUNIT_EXPECT_TRUE(test, e->arbiter.is_yielded);
	KUNIT_EXPECT_TRUE(test, fake.clock_events & (1U << CLOCKDISC_EVENT_YIELD));
	KUNIT_EXPECT_FALSE(test, e->loop.can_steer);
	KUNIT_EXPECT_EQ(test, cdisc_engine_step(e, true, SEC), -EBUSY);
	KUNIT_EXPECT_EQ(test, cdisc_engine_slew(e, true, SEC), -EBUSY);
	/* Another move of theirs begins the time anew, and nothing is done about it. */
	msleep(50000);
	set_clock_ns(test, -3600 * SEC);
	msleep(50000);
	KUNIT_EXPECT_TRUE(test, e->arbiter.is_yielded);
	KUNIT_EXPECT_EQ(test, fake.steps, 0u);
	takes = fake.takes;
	msleep(11000);
	KUNIT_EXPECT_FALSE(test, e->arbiter.is_yielded);
	KUNIT_EXPECT_TRUE(test, e->loop.can_steer);
	KUNIT_EXPECT_EQ(test, fake.takes, takes + 1);
	KUNIT_EXPECT_TRUE(test, fake.clock_events & (1U << CLOCKDISC_EVENT_RESUME));
	KUNIT_EXPECT_NOT_NULL(test, find(e, CLOCKDISC_LOG_KIND_RESUME, CLOCKDISC_LOG_CAUSE_QUIET));
	cdisc_engine_exit(e);
}

static void conflict_resume_by_command(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, true);

	configure(e, CLOCKDISC_CONFLICT_YIELD, 0);
	set_clock_ns(test, 10 * MS);
	KUNIT_EXPECT_TRUE(test, e->arbiter.is_yielded);
	fake.take_err = -EBUSY;
	KUNIT_EXPECT_EQ(test, cdisc_engine_resume(e), -EBUSY);
	KUNIT_EXPECT_TRUE(test, e->arbiter.is_yielded);
	fake.take_err = 0;
	KUNIT_EXPECT_EQ(test, cdisc_engine_resume(e), 0);
	KUNIT_EXPECT_FALSE(test, e->arbiter.is_yielded);
	KUNIT_EXPECT_EQ(test, cdisc_engine_resume(e), 0);
	KUNIT_EXPECT_EQ(test, cdisc_engine_step(e, true, -10 * MS), 0);
	cdisc_engine_exit(e);
}

/* Whoever chooses an actuator takes the clock back, and it is told like any other end of a yield. */
static void conflict_ends_with_another_actuator(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, true);
	struct cdisc_engine_config c;

	configure(e, CLOCKDISC_CONFLICT_YIELD, 0);
	set_clock_ns(test, 10 * MS);
	KUNIT_EXPECT_TRUE(test, e->arbiter.is_yielded);
	cdisc_engine_config_get(e, &c);
	c.actuator = &cdisc_actuator_observe;
	KUNIT_EXPECT_EQ(test, cdisc_engine_config_set(e, &c), 0);
	KUNIT_EXPECT_FALSE(test, e->arbiter.is_yielded);
	KUNIT_EXPECT_TRUE(test, fake.clock_events & (1U << CLOCKDISC_EVENT_RESUME));
	KUNIT_EXPECT_NOT_NULL(test, find(e, CLOCKDISC_LOG_KIND_RESUME, CLOCKDISC_LOG_CAUSE_OPERATOR));
	/* One that is chosen while nothing is yielded tells of no end. */
	fake.clock_events = 0;
	c.actuator = &fake_actuator;
	KUNIT_EXPECT_EQ(test, cdisc_engine_config_set(e, &c), 0);
	KUNIT_EXPECT_FALSE(test, fake.clock_events & (1U << CLOCKDISC_EVENT_RESUME));
	KUNIT_EXPECT_EQ(test, cdisc_engine_step(e, true, -10 * MS), 0);
	cdisc_engine_exit(e);
}

/* A clock that was frozen before it was our turn is not set right, and nothing is counted. */
static void conflict_counts_what_was_done(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, true);

	set_clock_ns(test, 3600 * SEC);
	KUNIT_EXPECT_EQ(test, e->arbiter.reasserts, 1ull);
	set_clock_ns(test, 3600 * SEC);
	KUNIT_EXPECT_TRUE(test, e->arbiter.is_due);
	KUNIT_EXPECT_EQ(test, cdisc_engine_freeze(e), 0);
	msleep(11000);
	KUNIT_EXPECT_FALSE(test, e->arbiter.is_due);
	KUNIT_EXPECT_EQ(test, e->arbiter.reasserts, 1ull);
	KUNIT_EXPECT_EQ(test, fake.steps, 1u);
	KUNIT_EXPECT_EQ(test, cdisc_engine_step(e, true, -3600 * SEC), 0);
	cdisc_engine_exit(e);
}

/* The kernel's own second at midnight is UTC's, armed by us or by the program that the clock is left to; a task's is a set. */
static void conflict_leap_is_no_set(struct kunit *test)
{
	static const struct cdisc_now midnight = { .raw_ns = SEC, .real_ns = 86400 * SEC - SEC / 2 };
	static const struct cdisc_now noon = { .raw_ns = SEC, .real_ns = 43200 * SEC };
	static const struct cdisc_timeline_change kernels = { .sets = 1, .tick_sets = 1 }, tasks = { .sets = 1 }, none = { 0 };
	struct cdisc_engine *e = kunit_kzalloc(test, sizeof(*e), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, e);
	mutex_init(&e->lock);
	mutex_lock(&e->lock);
	KUNIT_EXPECT_TRUE(test, cdisc_engine_leap_is(e, &midnight, &kernels, -SEC));
	KUNIT_EXPECT_TRUE(test, cdisc_engine_leap_is(e, &midnight, &kernels, SEC));
	KUNIT_EXPECT_FALSE(test, cdisc_engine_leap_is(e, &midnight, &kernels, 2 * SEC));
	KUNIT_EXPECT_FALSE(test, cdisc_engine_leap_is(e, &noon, &kernels, -SEC));
	KUNIT_EXPECT_FALSE(test, cdisc_engine_leap_is(e, &midnight, &tasks, -SEC));
	KUNIT_EXPECT_FALSE(test, cdisc_engine_leap_is(e, &midnight, &none, 0));
	/* Our sources know what time it is, and of no leap second. */
	e->loop.bound.is_known = true;
	KUNIT_EXPECT_FALSE(test, cdisc_engine_leap_is(e, &midnight, &kernels, -SEC));
	e->loop.leap = CLOCKDISC_LEAP_INSERT;
	KUNIT_EXPECT_TRUE(test, cdisc_engine_leap_is(e, &midnight, &kernels, -SEC));
	KUNIT_EXPECT_FALSE(test, cdisc_engine_leap_is(e, &midnight, &kernels, SEC));
	e->has_told = true;
	e->told.leap = CLOCKDISC_LEAP_INSERT;
	KUNIT_EXPECT_TRUE(test, cdisc_engine_leap_is(e, &midnight, &tasks, -SEC));
	KUNIT_EXPECT_FALSE(test, cdisc_engine_leap_is(e, &midnight, &tasks, SEC));
	mutex_unlock(&e->lock);
}

/* A leap second that others have armed stands while the policy leaves it to the kernel, or the clock to them. */
static void conflict_leap_of_others(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, false);
	const struct cdisc_log_entry *entry;
	struct cdisc_engine_config c;

	cdisc_engine_config_get(e, &c);
	fake.is_armed = true;
	KUNIT_EXPECT_EQ(test, cdisc_engine_config_set(e, &c), 0);
	KUNIT_EXPECT_TRUE(test, fake.is_armed);
	KUNIT_EXPECT_NULL(test, find(e, CLOCKDISC_LOG_KIND_STATUS, CLOCKDISC_LOG_CAUSE_LEAP));

	c.cfg.policy.leap_mode = CLOCKDISC_LEAP_MODE_SLEW;
	KUNIT_EXPECT_EQ(test, cdisc_engine_config_set(e, &c), 0);
	KUNIT_EXPECT_FALSE(test, fake.is_armed);
	KUNIT_EXPECT_TRUE(test, fake.clock_events & (1U << CLOCKDISC_EVENT_LEAP));
	entry = find(e, CLOCKDISC_LOG_KIND_STATUS, CLOCKDISC_LOG_CAUSE_LEAP);
	KUNIT_EXPECT_TRUE(test, entry && entry->old == 1 && entry->new == 0);

	/* Where nothing is armed there is nothing to tell. */
	fake.clock_events = 0;
	KUNIT_EXPECT_EQ(test, cdisc_engine_config_set(e, &c), 0);
	KUNIT_EXPECT_FALSE(test, fake.clock_events & (1U << CLOCKDISC_EVENT_LEAP));

	configure(e, CLOCKDISC_CONFLICT_YIELD, 0);
	set_clock_ns(test, 10 * MS);
	KUNIT_EXPECT_TRUE(test, e->arbiter.is_yielded);
	fake.is_armed = true;
	KUNIT_EXPECT_EQ(test, cdisc_engine_config_set(e, &c), 0);
	KUNIT_EXPECT_TRUE(test, fake.is_armed);
	KUNIT_EXPECT_EQ(test, cdisc_engine_resume(e), 0);
	KUNIT_EXPECT_EQ(test, cdisc_engine_step(e, true, -10 * MS), 0);
	cdisc_engine_exit(e);
}

/* TAI - UTC is the operator's word, until a leap second changes it. */
static void conflict_log_knows_why_tai(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, true);
	const struct cdisc_log_entry *entry;
	struct cdisc_engine_config c;
	struct cdisc_now now;

	cdisc_engine_config_get(e, &c);
	c.tai_offset_s = 37;
	c.has_tai = true;
	KUNIT_EXPECT_EQ(test, cdisc_engine_config_set(e, &c), 0);
	entry = find(e, CLOCKDISC_LOG_KIND_TAI, CLOCKDISC_LOG_CAUSE_OPERATOR);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	KUNIT_EXPECT_EQ(test, entry->new, 37ll);
	mutex_lock(&e->lock);
	cdisc_timeline_peek(&now);
	cdisc_engine_leap_absorb(e, &now, -SEC);
	mutex_unlock(&e->lock);
	c.has_tai = false;
	KUNIT_EXPECT_EQ(test, cdisc_engine_config_set(e, &c), 0);
	entry = find(e, CLOCKDISC_LOG_KIND_TAI, CLOCKDISC_LOG_CAUSE_LEAP);
	KUNIT_ASSERT_NOT_NULL(test, entry);
	KUNIT_EXPECT_EQ(test, entry->old, 37ll);
	KUNIT_EXPECT_EQ(test, entry->new, 38ll);
	cdisc_engine_exit(e);
}

/* The log keeps the newest, and its numbers have no gaps. */
static void conflict_log_wraps(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test, false);
	struct cdisc_log_entry entry = { .kind = CLOCKDISC_LOG_KIND_STEP };
	struct cdisc_now now = { 1, 1 };
	u64 first = e->watch.seq, i;

	mutex_lock(&e->lock);
	for (i = 0; i < 2 * CDISC_LOG_ENTRIES; i++) {
		entry.change_ns = i;
		cdisc_watch_own(&e->watch, &now, &entry);
	}
	KUNIT_EXPECT_EQ(test, e->watch.seq, first + 2 * CDISC_LOG_ENTRIES);
	KUNIT_EXPECT_EQ(test, cdisc_watch_oldest(&e->watch), e->watch.seq - CDISC_LOG_ENTRIES + 1);
	KUNIT_EXPECT_NULL(test, cdisc_watch_entry(&e->watch, cdisc_watch_oldest(&e->watch) - 1));
	KUNIT_EXPECT_NULL(test, cdisc_watch_entry(&e->watch, e->watch.seq + 1));
	for (i = cdisc_watch_oldest(&e->watch); i <= e->watch.seq; i++)
		KUNIT_ASSERT_EQ(test, cdisc_watch_entry(&e->watch, i)->change_ns, (s64)(i - first - 1));
	mutex_unlock(&e->lock);
	cdisc_engine_exit(e);
}

static struct kunit_case engine_conflict_cases[] = {
	KUNIT_CASE(conflict_is_answered),
	KUNIT_CASE(conflict_is_answered_by_a_slew),
	KUNIT_CASE(conflict_without_a_reference),
	KUNIT_CASE(conflict_alarm_is_told),
	KUNIT_CASE(conflict_yield_comes_back),
	KUNIT_CASE(conflict_resume_by_command),
	KUNIT_CASE(conflict_ends_with_another_actuator),
	KUNIT_CASE(conflict_counts_what_was_done),
	KUNIT_CASE(conflict_leap_is_no_set),
	KUNIT_CASE(conflict_leap_of_others),
	KUNIT_CASE(conflict_log_knows_why_tai),
	KUNIT_CASE(conflict_log_wraps),
	{}
};

static struct kunit_suite engine_conflict_suite = {
	.name = "clockdisc-engine-conflict",
	.test_cases = engine_conflict_cases,
};

kunit_test_suite(engine_conflict_suite);
