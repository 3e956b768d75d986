// SPDX-License-Identifier: GPL-2.0
/*
 * The engine in a guest whose host is a fake: what is asked when, what an answer leads to, and what an interruption does.
 */
#include "engine_fake.h"

#include <linux/clocksource.h>

/* The fake's answers, and what became of an interruption. */
static struct {
	s64	phase_ns;	/* host minus counter time */
	u32	version;
	u8	flags;
	s64	apart_ns;
	int	err;
	u32	calls;
	s64	restored_ns;
	int	restored_as;
	bool	was_void;	/* when an interruption was told of, no bound was */
} host;

static enum cdisc_host_status fake_init(struct cdisc_host *h)
{
	return CDISC_HOST_OK;
}

static void fake_exit(struct cdisc_host *h)
{
}

static enum cdisc_host_status fake_refusal(int err)
{
	return CDISC_HOST_NOT_TSC;
}

static int fake_call(struct cdisc_host *h, struct cdisc_host_answer *answer)
{
	struct cdisc_host_clocks c;
	s32 nsec;

	host.calls++;
	udelay(5);
	cdisc_host_clocks_read(&c);
	answer->counter = c.now.raw_ns;
	answer->real_sec = div_s64_rem(c.now.raw_ns + host.phase_ns, NSEC_PER_SEC, &nsec);
	answer->real_nsec = nsec;
	udelay(5);
	return host.err;
}

static u64 fake_counter(void)
{
	return ktime_get_raw_ns();
}

/* The clocksource is a line over the counter, of the same rate. */
#define FAKE_CYC	(1000 * SEC)

static void fake_clocks(struct cdisc_host_clocks *c)
{
	cdisc_host_clocks_read(c);
	c->cyc = c->now.raw_ns + FAKE_CYC;
}

static void fake_scale(struct cdisc_host_scale *s)
{
	*s = (struct cdisc_host_scale){ .cyc = FAKE_CYC, .mul = 1U << 31, .shift = 1, .is_known = true };
	s->apart_ns = host.apart_ns;
}

static bool fake_is_scale_changed(const struct cdisc_host_scale *s)
{
	return false;
}

static bool fake_page(struct cdisc_host_page *page)
{
	*page = (struct cdisc_host_page){ .version = &host.version, .flags = &host.flags, .stopped = 2 };
	return true;
}

static const struct cdisc_host_ops fake_host = {
	.name = "fake",
	.call_name = "FAKE_CALL",
	.init = fake_init,
	.exit = fake_exit,
	.refusal = fake_refusal,
	.call = fake_call,
	.counter = fake_counter,
	.clocks = fake_clocks,
	.tick_ns = cdisc_host_tick_ns,
	.scale = fake_scale,
	.is_scale_changed = fake_is_scale_changed,
	.page = fake_page,
};

static void on_clock(struct cdisc_engine *e, enum clockdisc_event event, s64 value_ns)
{
	fake_on_clock(e, event, value_ns);
	if (event == CLOCKDISC_EVENT_RESTORED) {
		host.restored_ns = value_ns;
		host.restored_as = e->loop.reaction;
	}
	if (event == CLOCKDISC_EVENT_INTERRUPTED)
		host.was_void = !e->loop.bound.is_known && !fake.is_told_synced;
}

static const struct cdisc_listener listener = { .clock = on_clock, .source = fake_on_source };

static struct cdisc_engine *guest_new(struct kunit *test, s64 offset_ns, int err)
{
	struct cdisc_engine *e = engine_alloc(test);
	struct cdisc_host_clocks c;

	memset(&host, 0, sizeof(host));
	fake.moves_clock = true;
	cdisc_host_clocks_read(&c);
	host.phase_ns = c.now.real_ns - c.now.raw_ns + offset_ns;
	host.err = err;
	cdisc_host_init_with(&e->host.host, &fake_host);
	KUNIT_ASSERT_EQ(test, cdisc_engine_init(e, &fake_actuator, "a test", &listener), 0);
	return e;
}

/* An hour off at the start: set at once, whatever panic says, and told with the gap. */
static void host_sets_the_clock(struct kunit *test)
{
	struct cdisc_engine *e = guest_new(test, 3600 * SEC, 0);

	msleep(200);
	KUNIT_EXPECT_EQ(test, fake.steps, 1u);
	KUNIT_EXPECT_LT(test, cdisc_abs(fake.step_ns - 3600 * SEC), 100000ll);
	KUNIT_EXPECT_LT(test, cdisc_abs(host.restored_ns - 3600 * SEC), 100000ll);
	KUNIT_EXPECT_EQ(test, e->loop.interruption, (u32)CLOCKDISC_INTERRUPTION_START);
	KUNIT_EXPECT_EQ(test, e->loop.selected_id, e->host.src->peer.id);
	KUNIT_EXPECT_TRUE(test, fake.is_told_synced);
	KUNIT_EXPECT_EQ(test, (int)e->host.src->peer.reason, (int)CLOCKDISC_REASON_SELECTED);
	cdisc_engine_exit(e);
}

/* Often at the start, once a second later. */
static void host_is_asked_in_time(struct kunit *test)
{
	struct cdisc_engine *e = guest_new(test, 0, 0);
	u32 calls;

	msleep(1200);
	KUNIT_EXPECT_GE(test, host.calls, 16u);
	msleep(5000);
	calls = host.calls;
	msleep(10000);
	KUNIT_EXPECT_GE(test, host.calls - calls, 9u);
	KUNIT_EXPECT_LE(test, host.calls - calls, 11u);
	cdisc_engine_exit(e);
}

struct told {
	const char			*name;
	u32				cause;
	s64				gap_ns;
	enum clockdisc_reaction		reaction;
};

static const struct told told[] = {
	{ "restored a day ago", CLOCKDISC_INTERRUPTION_VM_GENERATION, 86400 * SEC, CLOCKDISC_REACTION_STEP },
	{ "resumed 20 s ago", CLOCKDISC_INTERRUPTION_RESUME, 20 * SEC, CLOCKDISC_REACTION_STEP },
	{ "half a second ahead", CLOCKDISC_INTERRUPTION_VM_GENERATION, -SEC / 2, CLOCKDISC_REACTION_SLEW },
	{ "an hour ahead", CLOCKDISC_INTERRUPTION_VM_GENERATION, -3600 * SEC, CLOCKDISC_REACTION_STEP },
};

static void host_after_an_interruption(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(told); i++) {
		struct cdisc_engine *e = guest_new(test, 0, 0);
		s64 freq_ppb_q16;

		msleep(3000);
		freq_ppb_q16 = e->loop.servo.freq_ppb_q16;
		fake.clock_events = 0;
		host.phase_ns += told[i].gap_ns;
		atomic_or(told[i].cause, &e->interruption.causes);
		cdisc_engine_kick(e);
		msleep(5);
		KUNIT_EXPECT_TRUE_MSG(test, fake.clock_events & (1U << CLOCKDISC_EVENT_INTERRUPTED), "%s", told[i].name);
		KUNIT_EXPECT_TRUE_MSG(test, fake.clock_events & (1U << CLOCKDISC_EVENT_RESTORED), "%s", told[i].name);
		KUNIT_EXPECT_TRUE_MSG(test, host.was_void, "%s", told[i].name);
		KUNIT_EXPECT_LT_MSG(test, cdisc_abs(host.restored_ns - told[i].gap_ns), 100000ll, "%s", told[i].name);
		KUNIT_EXPECT_EQ_MSG(test, (int)e->loop.reaction, (int)told[i].reaction, "%s", told[i].name);
		KUNIT_EXPECT_EQ(test, e->loop.interruption, told[i].cause);
		KUNIT_EXPECT_LT_MSG(test, cdisc_abs(e->loop.servo.freq_ppb_q16 - freq_ppb_q16),
				    cdisc_ppb_q16_from_ppb(1000), "%s", told[i].name);
		cdisc_engine_exit(e);
	}
}

/* Nobody says a word, but the host's time has jumped against the counter: seen at the next poll. */
static void host_jumps(struct kunit *test)
{
	struct cdisc_engine *e = guest_new(test, 0, 0);

	msleep(3000);
	host.phase_ns += 20 * SEC;
	msleep(1100);
	KUNIT_EXPECT_EQ(test, e->loop.interruption, (u32)CLOCKDISC_INTERRUPTION_HOST_JUMP);
	KUNIT_EXPECT_EQ(test, fake.steps, 1u);
	KUNIT_EXPECT_LT(test, cdisc_abs(fake.step_ns - 20 * SEC), 100000ll);
	cdisc_engine_exit(e);
}

/* The page changed: the host is asked at once. Its time tells whether the guest was stopped. */
static void host_page_changes(struct kunit *test)
{
	struct cdisc_engine *e = guest_new(test, 0, 0);
	u32 calls;

	msleep(3300);
	calls = host.calls;
	host.version += 2;
	msleep(50);
	KUNIT_EXPECT_GT(test, host.calls, calls);
	KUNIT_EXPECT_EQ(test, e->loop.interruption, (u32)CLOCKDISC_INTERRUPTION_START);

	host.phase_ns += 20 * SEC;
	host.flags = 2;
	host.version += 2;
	msleep(50);
	KUNIT_EXPECT_EQ(test, e->loop.interruption,
			(u32)(CLOCKDISC_INTERRUPTION_HOST_PAGE | CLOCKDISC_INTERRUPTION_GUEST_STOPPED));
	KUNIT_EXPECT_EQ(test, fake.steps, 1u);
	cdisc_engine_exit(e);
}

/* For some seconds all of them say that the clock is right. */
static void serve(struct cdisc_engine *e, const u32 *id, u32 n, u32 sec)
{
	u32 i;

	for (; sec; sec--) {
		for (i = 0; i < n; i++)
			server_agrees(e, id[i]);
		msleep(1000);
	}
}

static void set_clock_ns(struct kunit *test, s64 by_ns)
{
	KUNIT_ASSERT_EQ(test, clock_move(by_ns), 0);
}

/* Set twice in a row the clock is not fought for at full speed; but it is set back, and not frozen. */
static void host_sets_back_twice(struct kunit *test)
{
	struct cdisc_engine *e = guest_new(test, 0, 0);

	msleep(3000);
	set_clock_ns(test, 3600 * SEC);
	msleep(200);
	KUNIT_EXPECT_EQ(test, fake.steps, 1u);
	set_clock_ns(test, 3600 * SEC);
	msleep(5000);
	KUNIT_EXPECT_EQ(test, fake.steps, 1u);
	KUNIT_EXPECT_FALSE(test, fake.is_told_synced);
	msleep(6000);
	KUNIT_EXPECT_EQ(test, fake.steps, 2u);
	KUNIT_EXPECT_NE(test, (int)e->loop.state, (int)CLOCKDISC_STATE_FROZEN);
	KUNIT_EXPECT_TRUE(test, fake.is_told_synced);
	KUNIT_EXPECT_EQ(test, e->loop.interruption, (u32)CLOCKDISC_INTERRUPTION_FOREIGN_SET);
	cdisc_engine_exit(e);
}

static const struct clocksource other_clocksource[2];

/* What the timekeeper's notifier writes down about it. */
static void exchange_clocksource(struct cdisc_engine *e, bool is_same_counter)
{
	struct cdisc_gtod_record r = { .words = e->timeline.seen, .old_tick = e->timeline.seen.ntp_tick };

	cdisc_timeline_peek(&r.now);
	r.words.clock = &other_clocksource[is_same_counter];
	r.words.counter += !is_same_counter;
	kfifo_put(&e->timeline.records, r);
	cdisc_engine_kick(e);
	msleep(5);
}

static void on_the_same_counter(struct kunit *test, struct cdisc_engine *e)
{
	exchange_clocksource(e, true);
}

static void on_another_counter(struct kunit *test, struct cdisc_engine *e)
{
	exchange_clocksource(e, false);
}

static void leave_and_take_back(struct kunit *test, struct cdisc_engine *e)
{
	struct cdisc_engine_config c;

	cdisc_engine_config_get(e, &c);
	c.conflict.conflict = CLOCKDISC_CONFLICT_YIELD;
	KUNIT_ASSERT_EQ(test, cdisc_engine_config_set(e, &c), 0);
	set_clock_ns(test, 10 * MS);
	msleep(2000);
	set_clock_ns(test, -10 * MS);
	msleep(2000);
	KUNIT_ASSERT_TRUE(test, e->arbiter.is_yielded);
	KUNIT_ASSERT_EQ(test, cdisc_engine_resume(e), 0);
}

static void change_actuator(struct kunit *test, struct cdisc_engine *e)
{
	struct cdisc_engine_config c;

	cdisc_engine_config_get(e, &c);
	c.actuator = &cdisc_actuator_observe;
	KUNIT_ASSERT_EQ(test, cdisc_engine_config_set(e, &c), 0);
	msleep(4000);
	c.actuator = &fake_actuator;
	KUNIT_ASSERT_EQ(test, cdisc_engine_config_set(e, &c), 0);
}

static const struct {
	const char	*name;
	void		(*happens)(struct kunit *test, struct cdisc_engine *e);
} turns[] = {
	{ "another clocksource on the same counter", on_the_same_counter },
	{ "another counter", on_another_counter },
	{ "taken back from another program", leave_and_take_back },
	{ "another actuator", change_actuator },
};

/* Where the clock may be off, or at a rate of somebody else's, the host is asked often for a second. */
static void host_is_asked_after_a_turn(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(turns); i++) {
		struct cdisc_engine *e = guest_new(test, 0, 0);
		u32 calls;

		msleep(20000);
		turns[i].happens(test, e);
		calls = host.calls;
		msleep(1200);
		KUNIT_EXPECT_GE_MSG(test, host.calls - calls, 15u, "%s", turns[i].name);
		msleep(4000);
		calls = host.calls;
		msleep(10000);
		KUNIT_EXPECT_LE_MSG(test, host.calls - calls, 11u, "%s", turns[i].name);
		cdisc_engine_exit(e);
	}
}

/* How long a tick is in truth is measured anew on another clocksource, whatever it counts: nothing of the old one weighs in. */
static void host_with_another_tick(struct kunit *test)
{
	struct cdisc_engine *e = guest_new(test, 0, 0);

	msleep(20000);
	KUNIT_EXPECT_GT(test, e->loop.bias_span_ns, SEC);
	exchange_clocksource(e, false);
	KUNIT_EXPECT_EQ(test, e->loop.bias_span_ns, 0ll);
	msleep(20000);
	KUNIT_EXPECT_GT(test, e->loop.bias_span_ns, SEC);
	exchange_clocksource(e, true);
	KUNIT_EXPECT_EQ(test, e->loop.bias_span_ns, 0ll);
	cdisc_engine_exit(e);
}

/* An interruption whose step the kernel refuses has not been stepped, and says so. */
static void host_step_fails(struct kunit *test)
{
	struct cdisc_engine *e = guest_new(test, 0, 0);

	msleep(3000);
	fake.step_err = -EINVAL;
	host.phase_ns += 20 * SEC;
	atomic_or(CLOCKDISC_INTERRUPTION_VM_GENERATION, &e->interruption.causes);
	cdisc_engine_kick(e);
	msleep(5);
	KUNIT_EXPECT_EQ(test, host.restored_as, (int)CLOCKDISC_REACTION_NONE);
	KUNIT_EXPECT_FALSE(test, fake.is_told_synced);
	cdisc_engine_exit(e);
}

/* Three servers outvote a host that steps by an hour. That its page is rewritten, as KVM does every 5 minutes, is no jump. */
static void host_is_outvoted(struct kunit *test)
{
	struct cdisc_engine *e = guest_new(test, 0, 0);
	u32 id[3], i, calls;

	for (i = 0; i < ARRAY_SIZE(id); i++)
		id[i] = server_add(test, e, "server");
	serve(e, id, ARRAY_SIZE(id), 10);
	host.phase_ns += 3600 * SEC;
	serve(e, id, ARRAY_SIZE(id), 20);
	KUNIT_EXPECT_EQ(test, (int)e->host.src->peer.reason, (int)CLOCKDISC_REASON_HOST_DISAGREES);
	host.version += 2;
	calls = host.calls;
	serve(e, id, ARRAY_SIZE(id), 8);
	KUNIT_EXPECT_EQ(test, e->loop.interruption, (u32)CLOCKDISC_INTERRUPTION_START);
	KUNIT_EXPECT_EQ(test, fake.steps, 0u);
	/* Nor is it asked more often for being wrong. */
	KUNIT_EXPECT_LE(test, host.calls - calls, 11u);
	/* After an interruption it is the first to speak, and the others are heard before it is believed. */
	atomic_or(CLOCKDISC_INTERRUPTION_VM_GENERATION, &e->interruption.causes);
	cdisc_engine_kick(e);
	msleep(1000);
	serve(e, id, ARRAY_SIZE(id), 8);
	KUNIT_EXPECT_LT(test, cdisc_abs(fake.step_ns), MS);
	KUNIT_EXPECT_EQ(test, (int)e->host.src->peer.reason, (int)CLOCKDISC_REASON_HOST_DISAGREES);
	KUNIT_EXPECT_EQ(test, (int)e->loop.state, (int)CLOCKDISC_STATE_SYNC);
	cdisc_engine_exit(e);
}

/* It lies for a while against two servers. When it agrees again it is followed again, at once, and nothing has moved the clock. */
static void host_is_believed_again(struct kunit *test)
{
	struct cdisc_engine *e = guest_new(test, 0, 0);
	u32 id[2], i;

	for (i = 0; i < ARRAY_SIZE(id); i++)
		id[i] = server_add(test, e, "server");
	serve(e, id, ARRAY_SIZE(id), 10);
	KUNIT_EXPECT_EQ(test, (int)e->host.src->peer.reason, (int)CLOCKDISC_REASON_SELECTED);
	host.phase_ns += 5 * SEC;
	serve(e, id, ARRAY_SIZE(id), 10);
	KUNIT_EXPECT_EQ(test, (int)e->host.src->peer.reason, (int)CLOCKDISC_REASON_HOST_DISAGREES);
	host.phase_ns -= 5 * SEC;
	serve(e, id, ARRAY_SIZE(id), 2);
	KUNIT_EXPECT_EQ(test, (int)e->host.src->peer.reason, (int)CLOCKDISC_REASON_SELECTED);
	KUNIT_EXPECT_EQ(test, fake.steps, 0u);
	KUNIT_EXPECT_EQ(test, e->loop.interruption, (u32)CLOCKDISC_INTERRUPTION_START);
	cdisc_engine_exit(e);
}

/* Two processors' clocks are apart: the clock follows as exactly as before, and the bound tells. */
static void host_is_as_far_as_processors_are_apart(struct kunit *test)
{
	struct cdisc_engine *e = guest_new(test, 0, 0);
	struct cdisc_now now;

	msleep(3000);
	cdisc_timeline_peek(&now);
	KUNIT_EXPECT_LT(test, cdisc_loop_bound(&e->loop, &now), 100000ll);
	host.apart_ns = MS;
	msleep(2100);
	cdisc_timeline_peek(&now);
	KUNIT_EXPECT_GE(test, cdisc_loop_bound(&e->loop, &now), MS);
	KUNIT_EXPECT_LT(test, cdisc_loop_error(&e->loop, &now), 100000ll);
	KUNIT_EXPECT_EQ(test, e->host.host.apart_ns, MS);
	cdisc_engine_exit(e);
}

/* Refused from the start there is no source; refused later it becomes unreachable, is tried on, and comes back. */
static void host_refuses(struct kunit *test)
{
	struct cdisc_engine *e = guest_new(test, 0, -95);
	u32 calls;

	KUNIT_EXPECT_NULL(test, e->host.src);
	KUNIT_EXPECT_EQ(test, e->sources.count, 0u);
	host.err = 0;
	msleep(17000);
	KUNIT_EXPECT_EQ(test, e->sources.count, 1u);
	KUNIT_EXPECT_NE(test, e->loop.selected_id, 0u);
	cdisc_engine_exit(e);

	e = guest_new(test, 0, 0);
	msleep(3000);
	host.err = -95;
	msleep(100000);
	KUNIT_EXPECT_EQ(test, (int)e->host.src->peer.reach, 0);
	KUNIT_EXPECT_EQ(test, (int)e->host.src->peer.reason, (int)CLOCKDISC_REASON_UNREACHABLE);
	KUNIT_EXPECT_EQ(test, e->loop.selected_id, 0u);
	calls = host.calls;
	msleep(64000);
	KUNIT_EXPECT_GE(test, host.calls - calls, 3u);
	KUNIT_EXPECT_LE(test, host.calls - calls, 5u);
	host.err = 0;
	msleep(17000);
	KUNIT_EXPECT_EQ(test, e->loop.selected_id, e->host.src->peer.id);
	cdisc_engine_exit(e);
}

static struct kunit_case engine_host_cases[] = {
	KUNIT_CASE(host_sets_the_clock),
	KUNIT_CASE(host_is_asked_in_time),
	KUNIT_CASE(host_after_an_interruption),
	KUNIT_CASE(host_jumps),
	KUNIT_CASE(host_page_changes),
	KUNIT_CASE(host_is_outvoted),
	KUNIT_CASE(host_is_believed_again),
	KUNIT_CASE(host_is_as_far_as_processors_are_apart),
	KUNIT_CASE(host_sets_back_twice),
	KUNIT_CASE(host_is_asked_after_a_turn),
	KUNIT_CASE(host_with_another_tick),
	KUNIT_CASE(host_step_fails),
	KUNIT_CASE(host_refuses),
	{}
};

static struct kunit_suite engine_host_suite = {
	.name = "clockdisc-engine-host",
	.test_cases = engine_host_cases,
};

kunit_test_suite(engine_host_suite);
