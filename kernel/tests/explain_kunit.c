// SPDX-License-Identifier: GPL-2.0
/*
 * Whatever the state and whatever the reason, there is a sentence for it. That no name was forgotten the style ring checks.
 */
#include <kunit/test.h>

#include "duration.h"
#include "explain.h"
#include "explain_source.h"

#define SEC	CDISC_NSEC_PER_SEC

static bool is_sentence(const char *text)
{
	size_t len = text ? strlen(text) : 0;

	return len > 10 && text[len - 1] == '.' && !strstr(text, "  ") && !strstr(text, "(null)");
}

/* Values from 1 up to the first without a name; each says something of its own. */
static void every_reason_has_a_sentence(struct kunit *test)
{
	enum clockdisc_reason r, other;

	for (r = 1; cdisc_explain_reason(r); r++) {
		KUNIT_EXPECT_TRUE_MSG(test, is_sentence(cdisc_explain_reason(r)), "%u", r);
		KUNIT_EXPECT_LT(test, strlen(cdisc_explain_reason(r)), (size_t)CDISC_EXPLAIN_SOURCE_MAX / 2);
		for (other = 1; other < r; other++)
			KUNIT_EXPECT_STRNEQ(test, cdisc_explain_reason(r), cdisc_explain_reason(other));
	}
	KUNIT_EXPECT_GT(test, (int)r, (int)CLOCKDISC_REASON_SMEAR_MIXED);
}

static void every_verdict_has_a_clause(struct kunit *test)
{
	enum clockdisc_verdict v, other;

	for (v = 1; cdisc_explain_verdict(v); v++)
		for (other = 1; other < v; other++)
			KUNIT_EXPECT_STRNEQ(test, cdisc_explain_verdict(v), cdisc_explain_verdict(other));
	KUNIT_EXPECT_GT(test, (int)v, (int)CLOCKDISC_VERDICT_LEAP);
}

/* An engine that nobody started: what is written about it needs no more. */
static struct cdisc_engine *engine_new(struct kunit *test)
{
	static const struct cdisc_source_settings set = { .minpoll_log2s = 6, .maxpoll_log2s = 10 };
	struct cdisc_engine *e = kunit_kzalloc(test, sizeof(*e), GFP_KERNEL);
	struct cdisc_now now = { .raw_ns = SEC, .real_ns = 2 * SEC };
	struct cdisc_config cfg;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, e);
	mutex_init(&e->lock);
	e->actuator = &cdisc_actuator_observe;
	cdisc_config_defaults(&cfg);
	cdisc_loop_init(&e->loop, &cfg, &now, 0, true);
	cdisc_leap_forget(&e->leap);
	cdisc_sources_init(&e->sources);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, cdisc_source_add(&e->sources, "user", "one", &set));
	mutex_lock(&e->lock);
	return e;
}

static void engine_free(struct cdisc_engine *e)
{
	mutex_unlock(&e->lock);
	cdisc_sources_exit(&e->sources);
}

/* With a source and without, of every reason why an offer is pending and of none. */
#define OFFERS	(2 * (CLOCKDISC_PENDING_REASON_BUDGET + 1))

/* Every state, and what interrupted the clock. */
static void every_state_has_a_sentence(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test);
	struct cdisc_now now = { .raw_ns = 100 * SEC, .real_ns = 101 * SEC };
	char *text = kunit_kzalloc(test, CDISC_EXPLAIN_MAX, GFP_KERNEL);
	unsigned int i;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, text);
	for (i = OFFERS; i < OFFERS * (CLOCKDISC_STATE_FROZEN + 1); i++) {
		e->loop.state = i / OFFERS;
		e->loop.selected_id = i & 1;
		e->loop.pending_why = i % OFFERS / 2;
		cdisc_explain(e, &now, e->mover.pid, text);
		KUNIT_EXPECT_TRUE_MSG(test, is_sentence(text), "state %u: %s", i / OFFERS, text);
		KUNIT_EXPECT_LT(test, strlen(text), (size_t)CDISC_EXPLAIN_MAX - 1);
	}
	e->loop.state = CLOCKDISC_STATE_SYNC;
	e->loop.selected_id = 0;
	for (i = 0; 1U << i <= CLOCKDISC_INTERRUPTION_START; i++) {
		e->loop.interruption = 1U << i;
		cdisc_explain(e, &now, e->mover.pid, text);
		KUNIT_EXPECT_TRUE_MSG(test, is_sentence(text), "cause %u: %s", i, text);
	}
	engine_free(e);
}

/* When nothing is selected, the reason is in what is said of the clock. */
static void without_a_source_it_says_why(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test);
	struct cdisc_now now = { .raw_ns = 100 * SEC, .real_ns = 101 * SEC };
	char *text = kunit_kzalloc(test, CDISC_EXPLAIN_MAX, GFP_KERNEL);
	struct cdisc_peer *p = e->sources.peers[0];

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, text);
	for (p->reason = 1; cdisc_explain_reason(p->reason); p->reason++) {
		cdisc_explain(e, &now, e->mover.pid, text);
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, cdisc_explain_reason(p->reason)), "%s", text);
	}
	p->reason = CLOCKDISC_REASON_DISTANCE;
	p->distance_ns = 1700000000;
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, " They are 1.7 s and 1.5 s."));
	engine_free(e);
}

static void durations_have_a_unit_that_fits(struct kunit *test)
{
	static const struct {
		s64		ns;
		const char	*text;
	} c[] = {
		{ 0, "0 s" },
		{ 1, "1 ns" },
		{ -1, "1 ns" },
		{ 999, "999 ns" },
		{ 1000, "1 us" },
		{ 1001, "1.001 us" },
		{ 1500000, "1.5 ms" },
		{ 1050000, "1.05 ms" },
		{ 9999600, "10 ms" },
		{ 128000000, "128 ms" },
		{ 600023000, "600 ms" },
		{ SEC, "1 s" },
		{ 300 * SEC, "300 s" },
		{ 1741600000000, "1742 s" },
		{ S64_MAX, "9223372037 s" },
		{ S64_MIN, "9223372037 s" },
	};
	char text[CDISC_DURATION_MAX];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(c); i++) {
		cdisc_put_ns(c[i].ns, text, sizeof(text));
		KUNIT_EXPECT_STREQ(test, text, c[i].text);
	}
	cdisc_put_signed_ns(-1500, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "-1.5 us");
	cdisc_put_signed_ns(40 * SEC, text, sizeof(text));
	KUNIT_EXPECT_STREQ(test, text, "+40 s");
}

/* Thresholds and limits of less than a second, or a millisecond, are there to be read. */
static void small_limits_are_not_nothing(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test);
	struct cdisc_now now = { .raw_ns = SEC + 1500000, .real_ns = 2 * SEC };
	struct cdisc_policy *policy = &e->loop.cfg.policy;
	char *text = kunit_kzalloc(test, CDISC_EXPLAIN_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, text);
	cdisc_policy_set_step(policy, 40000);
	cdisc_policy_set_stepout(policy, 2500000);
	cdisc_policy_set_panic(policy, 250000000);
	e->loop.cfg.unsync_ns = 30000;
	e->loop.acted = 1;
	e->loop.state = CLOCKDISC_STATE_FROZEN;
	e->loop.pending_why = CLOCKDISC_PENDING_REASON_PANIC;
	e->loop.pending_ns = -600000000;
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "would step -600 ms because the offset is above the panic threshold of 250 ms."),
				  "%s", text);
	e->loop.pending_why = CLOCKDISC_PENDING_REASON_BUDGET;
	e->loop.pending_ns = 7000;
	policy->budget.slew_ns = 5000;
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "would slew +7 us because the day's budget is spent: 0 s of 5 us."), "%s", text);
	e->loop.pending_why = 0;
	e->loop.state = CLOCKDISC_STATE_SPIKE;
	cdisc_bound_set(&e->loop.bound, now.raw_ns, 1000, now.real_ns - now.raw_ns + 50000, 0);
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "step threshold of 40 us for 1.5 ms; it is stepped when it stays there for 2.5 ms"),
				  "%s", text);
	cdisc_bound_set(&e->loop.bound, now.raw_ns, 50000, now.real_ns - now.raw_ns, 0);
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "more than the limit of 30 us:"), "%s", text);
	engine_free(e);
}

/* What is left alone is not followed, and nothing is announced that the policy does not do. */
static void a_large_offset_is_told_as_it_is(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test);
	struct cdisc_now now = { .raw_ns = 41 * SEC, .real_ns = 1000 * SEC };
	char *text = kunit_kzalloc(test, CDISC_EXPLAIN_MAX, GFP_KERNEL);
	struct cdisc_loop *l = &e->loop;

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, text);
	l->acted = 1;
	l->selected_id = 1;
	l->state = CLOCKDISC_STATE_FREQ;
	cdisc_bound_set(&l->bound, now.raw_ns, 50000, now.real_ns - now.raw_ns + SEC / 2, 0);
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "The clock follows one while its frequency is measured, since 40 s."), "%s", text);
	l->far_ns = SEC / 2;
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "above the step threshold of 128 ms, and the clock is left alone;"), "%s", text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "measured for 300 s (now 40 s), and frozen above the panic threshold."), "%s", text);
	cdisc_bound_set(&l->bound, now.raw_ns, 50000, now.real_ns - now.raw_ns + 2000 * SEC, 0);
	l->far_ns = 2000 * SEC;
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "+2000 s, above the panic threshold; the next one like it freezes the clock."), "%s",
				  text);
	/* Whether it would be stepped or slewed. */
	cdisc_policy_set_step(&l->cfg.policy, 0);
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "the next one like it freezes the clock."), "%s", text);
	cdisc_policy_set_step(&l->cfg.policy, 128000000);
	l->state = CLOCKDISC_STATE_SPIKE;
	cdisc_policy_set_panic(&l->cfg.policy, 0);
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "for 40 s; it is stepped when it stays there for 300 s."), "%s", text);
	cdisc_policy_set_step(&l->cfg.policy, 0);
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "far off; the clock is slewed if the next one says the same."), "%s", text);
	l->state = CLOCKDISC_STATE_SYNC;
	l->is_waiting = true;
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "one has told the time; the other sources are heard first,"), "%s", text);
	engine_free(e);
}

/* A clock that shows a time that has been is wrong even where nobody says so; what can be done is said once. */
static void below_the_floor_it_says_so(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test);
	struct cdisc_now now = { .raw_ns = 100 * SEC, .real_ns = 86400 * SEC };
	char *text = kunit_kzalloc(test, CDISC_EXPLAIN_MAX, GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, text);
	e->loop.cfg.floor_real_ns = 10 * 86400 * SEC + 3661 * SEC;
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "The clock shows 1970-01-02 00:00:00, which is before the floor of 1970-01-11 01:01:01."),
				  "%s", text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "'set floor=0' takes the floor away."), "%s", text);
	e->loop.pending_why = CLOCKDISC_PENDING_REASON_PANIC;
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NOT_NULL(test, strstr(text, "which is before the floor"));
	KUNIT_EXPECT_NULL(test, strstr(text, "'set floor=0'"));
	now.real_ns = e->loop.cfg.floor_real_ns;
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NULL(test, strstr(text, "The clock shows"));
	engine_free(e);
}

/* Who was only found at work has moved nothing yet. */
static void a_yield_says_why(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test);
	struct cdisc_now now = { .raw_ns = 100 * SEC, .real_ns = 101 * SEC };
	char *text = kunit_kzalloc(test, CDISC_EXPLAIN_MAX, GFP_KERNEL);
	static const struct cdisc_move move = { .raw_ns = 60 * SEC, .pid = 7, .is_daemon = true };

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, text);
	cdisc_arbiter_defaults(&e->conflict);
	e->mover = (struct cdisc_mover){ .name = "chronyd", .pid = 7 };
	cdisc_arbiter_yield(&e->arbiter, 99500000000LL);
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "left to chronyd (process 7), which was at work when the module was loaded; nobody has moved it for 500 ms."),
				  "%s", text);
	cdisc_arbiter_resume(&e->arbiter);
	cdisc_arbiter_move(&e->arbiter, &e->conflict, &move);
	cdisc_explain(e, &now, e->mover.pid, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "left to chronyd (process 7), which moved it; nobody has moved it for 40 s. 'resume' takes it back, as do 3600 s without a move."),
				  "%s", text);
	/* A reader that cannot see the process. */
	cdisc_explain(e, &now, 0, text);
	KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "left to chronyd, which moved it;"), "%s", text);
	engine_free(e);
}

/* A machine without a battery, left to another daemon, with an actuator that cannot do all, whose only source is not fit. */
static void all_at_once_is_not_cut_short(struct kunit *test)
{
	struct cdisc_engine *e = engine_new(test);
	struct cdisc_now now = { .raw_ns = 100 * SEC, .real_ns = 86400 * SEC };
	char *text = kunit_kzalloc(test, CDISC_EXPLAIN_MAX, GFP_KERNEL);
	struct cdisc_peer *p = e->sources.peers[0];

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, text);
	e->actuator = &cdisc_actuator_clocksource;
	e->loop.cfg.floor_real_ns = 20000 * 86400LL * SEC;
	e->loop.state = CLOCKDISC_STATE_HOLDOVER;
	e->loop.cfg.unsync_ns = 30001000;
	cdisc_bound_set(&e->loop.bound, now.raw_ns, 50000000, now.real_ns - now.raw_ns, 0);
	p->last_verdict = CLOCKDISC_VERDICT_GENERATION;
	p->distance_ns = 1700000000;
	cdisc_arbiter_defaults(&e->conflict);
	e->mover = (struct cdisc_mover){ .name = "systemd-timesyn", .pid = 4194304 };
	cdisc_arbiter_yield(&e->arbiter, 99500000000LL);
	for (p->reason = 1; cdisc_explain_reason(p->reason); p->reason++) {
		cdisc_explain(e, &now, e->mover.pid, text);
		KUNIT_EXPECT_TRUE_MSG(test, is_sentence(text), "%u: %s", p->reason, text);
		KUNIT_EXPECT_NOT_NULL_MSG(test, strstr(text, "other programs are told that it is not synchronised."), "%u: %s",
					  p->reason, text);
	}
	engine_free(e);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(every_reason_has_a_sentence),
	KUNIT_CASE(every_verdict_has_a_clause),
	KUNIT_CASE(every_state_has_a_sentence),
	KUNIT_CASE(without_a_source_it_says_why),
	KUNIT_CASE(durations_have_a_unit_that_fits),
	KUNIT_CASE(small_limits_are_not_nothing),
	KUNIT_CASE(a_large_offset_is_told_as_it_is),
	KUNIT_CASE(below_the_floor_it_says_so),
	KUNIT_CASE(a_yield_says_why),
	KUNIT_CASE(all_at_once_is_not_cut_short),
	{ }
};

static struct kunit_suite suite = {
	.name = "clockdisc-explain",
	.test_cases = cases,
};
kunit_test_suite(suite);
