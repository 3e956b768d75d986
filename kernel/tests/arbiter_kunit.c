// SPDX-License-Identifier: GPL-2.0
/*
 * The arbiter: who moves the clock, how often, and what is done about it when.
 */
#include <kunit/test.h>

#include "core/arbiter.h"

#define SEC	CDISC_NSEC_PER_SEC
#define HOUR	(3600 * SEC)

#define NONE	CLOCKDISC_LOG_REACTION_NONE
#define YIELD	CLOCKDISC_LOG_REACTION_YIELD
#define REASSERT CLOCKDISC_LOG_REACTION_REASSERT
#define ALARM	CLOCKDISC_LOG_REACTION_ALARM

/* A move, and what is to come of it; due_sec is counted from the start, -1 for nothing. */
struct step {
	s64				sec;
	u32				pid;
	const char			*name;
	bool				is_unknown;	/* nobody knows what would be right */
	enum clockdisc_log_reaction	reaction;
	s64				due_sec;
};

struct script {
	const char		*name;
	enum clockdisc_conflict	conflict;
	enum clockdisc_conflict	conflict_daemon;
	struct step		step[8];
};

static const struct script scripts[] = {
	{ "a single stray program is answered at once", CLOCKDISC_CONFLICT_REASSERT, CLOCKDISC_CONFLICT_YIELD, {
		{ 100, 7, "date", false, REASSERT, 100 },
	} },
	{ "twice in a row it waits for the hold-off", CLOCKDISC_CONFLICT_REASSERT, CLOCKDISC_CONFLICT_YIELD, {
		{ 100, 7, "date", false, REASSERT, 100 },
		{ 101, 8, "date", false, REASSERT, 110 },
		{ 105, 9, "date", false, REASSERT, 110 },
		{ 130, 10, "date", false, REASSERT, 130 },
	} },
	{ "what would be right is not known", CLOCKDISC_CONFLICT_REASSERT, CLOCKDISC_CONFLICT_YIELD, {
		{ 100, 7, "date", true, NONE, -1 },
	} },
	{ "a daemon is known by its name", CLOCKDISC_CONFLICT_REASSERT, CLOCKDISC_CONFLICT_YIELD, {
		{ 100, 7, "chronyd", false, YIELD, -1 },
		{ 101, 7, "chronyd", false, NONE, -1 },
		{ 102, 8, "date", false, NONE, -1 },
	} },
	{ "or by its effect", CLOCKDISC_CONFLICT_REASSERT, CLOCKDISC_CONFLICT_YIELD, {
		{ 100, 7, "mine", false, REASSERT, 100 },
		{ 100, 7, "mine", false, REASSERT, 110 },
		{ 116, 7, "mine", false, REASSERT, 120 },
		{ 132, 7, "mine", false, REASSERT, 132 },
		{ 148, 7, "mine", false, YIELD, -1 },
	} },
	{ "many calls at once are one action, other processes are others", CLOCKDISC_CONFLICT_REASSERT,
	  CLOCKDISC_CONFLICT_YIELD, {
		{ 100, 7, "tool", false, REASSERT, 100 },
		{ 120, 8, "tool", false, REASSERT, 120 },
		{ 140, 9, "tool", false, REASSERT, 140 },
		{ 160, 10, "tool", false, REASSERT, 160 },
		{ 180, 11, "tool", false, REASSERT, 180 },
	} },
	{ "ticks make nobody a daemon", CLOCKDISC_CONFLICT_ALARM, CLOCKDISC_CONFLICT_YIELD, {
		{ 100, 0, "kernel", false, ALARM, 110 },
		{ 101, 0, "kernel", false, ALARM, 110 },
		{ 102, 0, "kernel", false, ALARM, 110 },
		{ 103, 0, "kernel", false, ALARM, 110 },
		{ 104, 0, "kernel", false, ALARM, 110 },
	} },
	{ "a daemon may be answered", CLOCKDISC_CONFLICT_REASSERT, CLOCKDISC_CONFLICT_REASSERT, {
		{ 100, 7, "ntpd", false, REASSERT, 100 },
		{ 101, 7, "ntpd", false, REASSERT, 110 },
	} },
	{ "an alarm is for the rate alone, and later", CLOCKDISC_CONFLICT_ALARM, CLOCKDISC_CONFLICT_ALARM, {
		{ 100, 7, "date", false, ALARM, 110 },
		{ 105, 7, "date", false, ALARM, 110 },
		{ 111, 7, "date", false, ALARM, 121 },
	} },
	{ "yield to anybody", CLOCKDISC_CONFLICT_YIELD, CLOCKDISC_CONFLICT_REASSERT, {
		{ 100, 7, "date", true, YIELD, -1 },
	} },
};

static enum clockdisc_log_reaction move(struct cdisc_arbiter *a, const struct cdisc_arbiter_config *cfg,
					const struct step *s)
{
	const struct cdisc_move m = {
		.raw_ns		= s->sec * SEC,
		.pid		= s->pid,
		.is_daemon	= cdisc_arbiter_is_daemon(s->name),
		.can_undo	= !s->is_unknown,
	};

	return cdisc_arbiter_move(a, cfg, &m);
}

/* The same, answered at once. */
static enum clockdisc_log_reaction answer(struct cdisc_arbiter *a, const struct cdisc_arbiter_config *cfg, const struct step *s)
{
	enum clockdisc_log_reaction reaction = move(a, cfg, s);

	if (cdisc_arbiter_take_due(a, s->sec * SEC) == CDISC_DUE_REASSERT)
		cdisc_arbiter_reasserted(a, s->sec * SEC);
	return reaction;
}

/* What comes due until a second, and when; each second is asked for. */
static s64 run(struct cdisc_arbiter *a, s64 sec)
{
	s64 due_sec = -1;

	for (; a->is_due && a->due_raw_ns < sec * SEC;) {
		due_sec = a->due_raw_ns / SEC;
		cdisc_arbiter_take_due(a, a->due_raw_ns);
	}
	return due_sec;
}

static void arbiter_scripts(struct kunit *test)
{
	size_t i, n;

	for (i = 0; i < ARRAY_SIZE(scripts); i++) {
		struct cdisc_arbiter_config cfg;
		struct cdisc_arbiter a = { 0 };

		cdisc_arbiter_defaults(&cfg);
		cfg.conflict = scripts[i].conflict;
		cfg.conflict_daemon = scripts[i].conflict_daemon;
		for (n = 0; scripts[i].step[n].name; n++) {
			const struct step *s = &scripts[i].step[n];
			s64 due_sec;

			run(&a, s->sec);
			KUNIT_EXPECT_EQ_MSG(test, (int)move(&a, &cfg, s), (int)s->reaction, "%s, %zu", scripts[i].name, n);
			due_sec = a.is_due ? a.due_raw_ns / SEC : -1;
			KUNIT_EXPECT_EQ_MSG(test, due_sec, s->due_sec, "%s, %zu", scripts[i].name, n);
			cdisc_arbiter_take_due(&a, s->sec * SEC);
		}
	}
}

/* Moved as often as one likes, nothing is done more often than the hold-off allows, nor beyond the limit. */
static void arbiter_never_fights_at_full_speed(struct kunit *test)
{
	struct cdisc_arbiter_config cfg;
	struct cdisc_arbiter a = { 0 };
	s64 last_ns = -HOUR, raw_ns;
	u32 done = 0;

	cdisc_arbiter_defaults(&cfg);
	cfg.conflict_daemon = CLOCKDISC_CONFLICT_REASSERT;
	for (raw_ns = 0; raw_ns < 1000 * SEC; raw_ns += SEC / 100) {
		const struct cdisc_move m = { .raw_ns = raw_ns, .pid = 7, .can_undo = true };

		cdisc_arbiter_move(&a, &cfg, &m);
		if (cdisc_arbiter_take_due(&a, raw_ns) == CDISC_DUE_NOTHING)
			continue;
		cdisc_arbiter_reasserted(&a, raw_ns);
		KUNIT_EXPECT_GE(test, raw_ns - last_ns, cfg.hold_off_ns);
		last_ns = raw_ns;
		done++;
	}
	KUNIT_EXPECT_EQ(test, done, cfg.reassert_limit);
	KUNIT_EXPECT_EQ(test, a.reasserts, (u64)cfg.reassert_limit);
	KUNIT_EXPECT_TRUE(test, a.is_yielded);
}

/* The limit is for an hour; without one it goes on for ever. */
static void arbiter_limit_is_hourly(struct kunit *test)
{
	struct step s = { .pid = 1, .name = "date" };
	struct cdisc_arbiter_config cfg;
	struct cdisc_arbiter a = { 0 };

	cdisc_arbiter_defaults(&cfg);
	for (s.sec = 0; s.sec < 100 * 3600; s.sec += 400, s.pid++)
		KUNIT_ASSERT_EQ(test, (int)answer(&a, &cfg, &s), (int)REASSERT);
	cfg.reassert_limit = 0;
	for (; s.sec < 110 * 3600; s.sec += 20, s.pid++)
		KUNIT_ASSERT_EQ(test, (int)answer(&a, &cfg, &s), (int)REASSERT);
}

/* In no hour more than the limit, wherever it begins, and not much longer is it remembered. */
static void arbiter_hour_slides(struct kunit *test)
{
	s64 begin_sec;

	for (begin_sec = 0; begin_sec < 2 * 3600; begin_sec += 100) {
		struct step s = { .sec = begin_sec, .pid = 1, .name = "date" };
		struct cdisc_arbiter_config cfg;
		struct cdisc_arbiter a = { 0 }, later;
		int i;

		cdisc_arbiter_defaults(&cfg);
		for (i = 0; i < 10; i++, s.sec += 20, s.pid++)
			KUNIT_ASSERT_EQ(test, (int)answer(&a, &cfg, &s), (int)REASSERT);
		later = a;
		s.sec = begin_sec + 3599;
		KUNIT_EXPECT_EQ(test, (int)answer(&a, &cfg, &s), (int)YIELD);
		s.sec = begin_sec + 9 * 20 + 3900;
		KUNIT_EXPECT_EQ(test, (int)answer(&later, &cfg, &s), (int)REASSERT);
	}
}

/* What was due and then was not to be done is held against nobody. */
static void arbiter_counts_what_was_done(struct kunit *test)
{
	struct step s = { .pid = 1, .name = "date" };
	struct cdisc_arbiter_config cfg;
	struct cdisc_arbiter a = { 0 };

	cdisc_arbiter_defaults(&cfg);
	for (s.sec = 0; s.sec < 1000; s.sec += 20, s.pid++) {
		KUNIT_EXPECT_EQ(test, (int)move(&a, &cfg, &s), (int)REASSERT);
		KUNIT_EXPECT_EQ(test, (int)cdisc_arbiter_take_due(&a, s.sec * SEC), (int)CDISC_DUE_REASSERT);
	}
	KUNIT_EXPECT_EQ(test, a.reasserts, 0ull);
	KUNIT_EXPECT_EQ(test, (int)answer(&a, &cfg, &s), (int)REASSERT);
	KUNIT_EXPECT_EQ(test, a.reasserts, 1ull);
}

static void arbiter_comes_back(struct kunit *test)
{
	const struct step s = { .sec = 100, .pid = 7, .name = "chronyd" }, later = { .sec = 2000, .pid = 7, .name = "chronyd" };
	struct cdisc_arbiter_config cfg;
	struct cdisc_arbiter a = { 0 };

	cdisc_arbiter_defaults(&cfg);
	KUNIT_EXPECT_EQ(test, (int)move(&a, &cfg, &s), (int)YIELD);
	KUNIT_EXPECT_FALSE(test, a.was_found);
	KUNIT_EXPECT_EQ(test, cdisc_arbiter_wake(&a, &cfg), 100 * SEC + cfg.quiet_ns);
	KUNIT_EXPECT_EQ(test, (int)move(&a, &cfg, &later), (int)NONE);
	KUNIT_EXPECT_FALSE(test, cdisc_arbiter_is_quiet(&a, &cfg, 2000 * SEC + cfg.quiet_ns - 1));
	KUNIT_EXPECT_TRUE(test, cdisc_arbiter_is_quiet(&a, &cfg, 2000 * SEC + cfg.quiet_ns));
	cfg.quiet_ns = 0;
	KUNIT_EXPECT_FALSE(test, cdisc_arbiter_is_quiet(&a, &cfg, S64_MAX));
	KUNIT_EXPECT_EQ(test, cdisc_arbiter_wake(&a, &cfg), (s64)S64_MAX);
	cdisc_arbiter_resume(&a);
	KUNIT_EXPECT_FALSE(test, a.is_yielded);
	cdisc_arbiter_yield(&a, 1900 * SEC);
	KUNIT_EXPECT_TRUE(test, a.was_found);
	cdisc_arbiter_resume(&a);
	KUNIT_EXPECT_FALSE(test, a.was_found);
	KUNIT_EXPECT_EQ(test, (int)move(&a, &cfg, &later), (int)YIELD);
}

/* More movers than there is room for: the quietest are forgotten, a busy one is not. */
static void arbiter_forgets_the_quietest(struct kunit *test)
{
	struct step busy = { .pid = 7, .name = "busy" };
	struct cdisc_arbiter_config cfg;
	struct cdisc_arbiter a = { 0 };
	u32 pid = 100;
	int i;

	cdisc_arbiter_defaults(&cfg);
	cfg.reassert_limit = 0;
	for (i = 1; i <= 3; i++) {
		struct step other = { .name = "other" };

		busy.sec = i * 100;
		KUNIT_EXPECT_EQ(test, (int)move(&a, &cfg, &busy), (int)REASSERT);
		for (other.sec = busy.sec + 1; other.sec < busy.sec + 7; other.sec++) {
			other.pid = pid++;
			KUNIT_EXPECT_EQ(test, (int)move(&a, &cfg, &other), (int)REASSERT);
		}
	}
	busy.sec = 400;
	KUNIT_EXPECT_EQ(test, (int)move(&a, &cfg, &busy), (int)YIELD);
}

static void arbiter_knows_the_names(struct kunit *test)
{
	KUNIT_EXPECT_TRUE(test, cdisc_arbiter_is_daemon("systemd-timesyn"));
	KUNIT_EXPECT_TRUE(test, cdisc_arbiter_is_daemon("phc2sys"));
	KUNIT_EXPECT_TRUE(test, cdisc_arbiter_is_daemon("vmtoolsd"));
	KUNIT_EXPECT_FALSE(test, cdisc_arbiter_is_daemon("ntpdate"));
	KUNIT_EXPECT_FALSE(test, cdisc_arbiter_is_daemon("date"));
	KUNIT_EXPECT_FALSE(test, cdisc_arbiter_is_daemon(""));
	KUNIT_EXPECT_TRUE(test, cdisc_arbiter_keeps_no_time("systemd-timedat"));
	KUNIT_EXPECT_TRUE(test, cdisc_arbiter_keeps_no_time("ntpx"));
	KUNIT_EXPECT_FALSE(test, cdisc_arbiter_keeps_no_time("systemd-timesyn"));
	KUNIT_EXPECT_FALSE(test, cdisc_arbiter_keeps_no_time(""));
}

static struct kunit_case arbiter_cases[] = {
	KUNIT_CASE(arbiter_scripts),
	KUNIT_CASE(arbiter_never_fights_at_full_speed),
	KUNIT_CASE(arbiter_limit_is_hourly),
	KUNIT_CASE(arbiter_hour_slides),
	KUNIT_CASE(arbiter_counts_what_was_done),
	KUNIT_CASE(arbiter_comes_back),
	KUNIT_CASE(arbiter_forgets_the_quietest),
	KUNIT_CASE(arbiter_knows_the_names),
	{}
};

static struct kunit_suite arbiter_suite = {
	.name = "clockdisc-arbiter",
	.test_cases = arbiter_cases,
};

kunit_test_suite(arbiter_suite);
