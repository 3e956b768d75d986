// SPDX-License-Identifier: GPL-2.0
/*
 * The host's time with a fake host: every refusal has its name, what changes during a call is repeated and ends, and a
 * reading is as good as its half-width says, whatever the clocksource.
 */
#include <kunit/test.h>

#include "source_host.h"

#include "core/fixed.h"

#define SEC		CDISC_NSEC_PER_SEC
#define ENOSYS_FAKE	(-1000)
#define NOT_TSC_FAKE	(-95)
#define SINCE_1970_NS	1780000000000000000LL

/* Clocksources of the fake guest. */
enum clock {
	ON_COUNTER,	/* the counter itself */
	ON_SCALE,	/* the pvclock, ns */
	ON_OTHER,	/* another counter, 40 ns a cycle */
	ON_JIFFIES,	/* one that stands still */
};

/*
 * A machine whose counter advances with every look at it. Host and guest are lines over it, so that what a reading has
 * to be is known at every value.
 */
static struct {
	enum clock		clock;
	u64			counter;	/* now */
	u64			step;		/* one look takes so long */
	u64			call_takes;
	struct cdisc_host_scale	scale;
	s64			offset_ns;	/* guest less host */
	s64			rate_ppb;	/* of the guest */
	int			err;
	int			err_from;	/* from this call on */
	int			changes_left;	/* calls in which the page changes */
	int			ticks_left;	/* calls in which the timekeeper ticks */
	int			wide_left;	/* readings of the clock that take a hundred times as long */
	s64			absurd_nsec;	/* added to the host's answer */
	u64			absurd_counter;
	int			calls;
	bool			is_there;	/* init without exit */
	s64			tick_ns;
} fake;

/* 2.5 counts a ns and far from zero. */
#define KHZ		2500000ULL
#define FIRST_COUNTER	(1ULL << 60)
#define OTHER_COUNTS	100	/* a cycle of the other counter */

static u64 since_first(u64 counter)
{
	return counter - FIRST_COUNTER;
}

/* The guest's clock and the host's at a counter value, rounded down as the kernel does. */
static s64 raw_ns(u64 counter)
{
	return 5 * SEC + (s64)(since_first(counter) * 2 / 5);
}

static s64 real_ns(u64 counter)
{
	s64 ns = since_first(counter) * 2 / 5;

	return SINCE_1970_NS + fake.offset_ns + ns + cdisc_mul_div(ns, fake.rate_ppb, SEC);
}

static s64 host_ns(u64 counter)
{
	return SINCE_1970_NS + (s64)(since_first(counter) * 2 / 5);
}

static enum cdisc_host_status fake_init(struct cdisc_host *h)
{
	fake.is_there = true;
	return CDISC_HOST_OK;
}

static void fake_exit(struct cdisc_host *h)
{
	fake.is_there = false;
}

static enum cdisc_host_status fake_refusal(int err)
{
	switch (err) {
	case ENOSYS_FAKE:
		return CDISC_HOST_NO_HYPERCALL;
	case NOT_TSC_FAKE:
		return CDISC_HOST_NOT_TSC;
	}
	return CDISC_HOST_REFUSED;
}

static int fake_call(struct cdisc_host *h, struct cdisc_host_answer *answer)
{
	s64 ns;

	fake.counter += fake.call_takes / 3;
	if (fake.calls++ >= fake.err_from && fake.err)
		return fake.err;
	ns = host_ns(fake.counter);
	answer->real_sec = ns / SEC;
	answer->real_nsec = ns % SEC + fake.absurd_nsec;
	answer->counter = fake.counter + fake.absurd_counter;
	fake.counter += fake.call_takes - fake.call_takes / 3;
	if (fake.ticks_left > 0 && fake.ticks_left--)
		fake.tick_ns += 4000000;
	return 0;
}

static u64 fake_counter(void)
{
	return fake.counter += fake.step;
}

static void fake_clocks(struct cdisc_host_clocks *c)
{
	u64 at = fake.counter;

	if (fake.clock == ON_OTHER)
		at -= since_first(at) % OTHER_COUNTS;
	c->now.raw_ns = raw_ns(at);
	c->now.real_ns = real_ns(at);
	switch (fake.clock) {
	case ON_COUNTER:
		c->cyc = at;
		break;
	case ON_SCALE:
		c->cyc = cdisc_host_cyc(&fake.scale, at);
		break;
	case ON_OTHER:
		c->cyc = since_first(at) / OTHER_COUNTS + 77;
		break;
	case ON_JIFFIES:
		c->cyc = 4711;
		break;
	}
	/* The clock was read at the very beginning: the least favourable case for the guess that it was halfway. */
	fake.counter += fake.step;
	if (fake.wide_left > 0 && fake.wide_left--)
		fake.counter += 100 * fake.step;
}

static s64 fake_tick_ns(void)
{
	return fake.tick_ns;
}

static void fake_scale(struct cdisc_host_scale *s)
{
	*s = fake.scale;
}

static bool fake_is_scale_changed(const struct cdisc_host_scale *s)
{
	return fake.changes_left > 0 && fake.changes_left--;
}

static const struct cdisc_host_ops fake_ops = {
	.name			= "fake",
	.call_name		= "FAKE_CALL",
	.init			= fake_init,
	.exit			= fake_exit,
	.refusal		= fake_refusal,
	.call			= fake_call,
	.counter		= fake_counter,
	.clocks			= fake_clocks,
	.tick_ns		= fake_tick_ns,
	.scale			= fake_scale,
	.is_scale_changed	= fake_is_scale_changed,
};

static void fake_reset(enum clock clock)
{
	memset(&fake, 0, sizeof(fake));
	fake.clock = clock;
	fake.counter = FIRST_COUNTER;
	fake.step = 50;
	fake.call_takes = 5000;
	/* 2/5 ns per count, as KVM writes it down: 0.8 x 2^32 and a shift by -1. */
	fake.scale = (struct cdisc_host_scale){
		.counter	= FIRST_COUNTER - 12345,
		.cyc		= 99 * SEC,
		.mul		= 3435973836U,
		.shift		= -1,
		.version	= 2,
		.is_known	= true,
	};
	fake.offset_ns = -3600 * SEC + 17;
	fake.rate_ppb = 123456;
}

static void expect_describe(struct kunit *test, const struct cdisc_host *h, const char *line)
{
	char buf[200];

	KUNIT_EXPECT_GT(test, cdisc_host_describe(h, buf, sizeof(buf)), 0);
	KUNIT_EXPECT_STREQ(test, buf, line);
}

/* Read once and compare with the truth. */
static void expect_true(struct kunit *test, struct cdisc_host *h, bool is_exact)
{
	struct cdisc_host_reading r = { 0 };
	s64 error_ns;

	KUNIT_ASSERT_EQ(test, (int)cdisc_host_read(h, &r), (int)CDISC_HOST_OK);
	KUNIT_EXPECT_EQ(test, r.is_exact, is_exact);
	KUNIT_EXPECT_EQ(test, r.host_real_ns, host_ns(r.counter));
	error_ns = (r.now.real_ns - r.host_real_ns) - (real_ns(r.counter) - host_ns(r.counter));
	KUNIT_EXPECT_LE(test, cdisc_abs(error_ns), r.half_ns);
	error_ns = r.now.raw_ns - raw_ns(r.counter);
	KUNIT_EXPECT_LE(test, cdisc_abs(error_ns), r.half_ns);
	if (is_exact)
		KUNIT_EXPECT_EQ(test, r.half_ns, 3);
	else
		KUNIT_EXPECT_GT(test, r.half_ns, 3);
}

static void readings_are_as_good_as_they_say(struct kunit *test)
{
	static const struct {
		enum clock	clock;
		u64		step, call_takes;
		s64		rate_ppb;
		bool		is_exact;
	} table[] = {
		{ ON_COUNTER, 50, 5000, 0, true },
		{ ON_SCALE, 50, 5000, 0, true },
		{ ON_OTHER, 50, 5000, 0, false },
		/* rates at the kernel's limits: +-500 ppm by frequency and 10 % by the tick */
		{ ON_COUNTER, 50, 5000, 100500000, true },
		{ ON_SCALE, 50, 5000, -100500000, true },
		{ ON_OTHER, 50, 5000, 100500000, false },
		/* a call that takes a millisecond, a second, an hour: the machine was stopped in the middle */
		{ ON_COUNTER, 50, 1000 * KHZ / 1000, 500000, true },
		{ ON_SCALE, 50, 1000 * KHZ, -500000, true },
		{ ON_COUNTER, 50, 3600ULL * 1000 * KHZ, -500000, true },
		{ ON_SCALE, 50, 3600ULL * 1000 * KHZ, 500000, true },
		{ ON_OTHER, 50, 3600ULL * 1000 * KHZ, 500000, false },
		/* a counter that hardly advances, and a slow clock beside it */
		{ ON_COUNTER, 1, 3, 0, true },
		{ ON_OTHER, 1, 5000, 0, false },
		{ ON_OTHER, 20000, 40000, 0, false },
	};
	size_t i;
	int k;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct cdisc_host h = { 0 };

		fake_reset(table[i].clock);
		fake.step = table[i].step;
		fake.call_takes = table[i].call_takes;
		fake.rate_ppb = table[i].rate_ppb;
		cdisc_host_init_with(&h, &fake_ops);
		for (k = 0; k < 50; k++)
			expect_true(test, &h, table[i].is_exact);
		KUNIT_EXPECT_EQ_MSG(test, h.reads, 51, "row %zu", i);
		KUNIT_EXPECT_EQ_MSG(test, h.retries, 0, "row %zu", i);
		cdisc_host_exit(&h);
	}
}

static void an_inexact_reading_is_the_narrowest(struct kunit *test)
{
	struct cdisc_host h = { 0 };
	struct cdisc_host_reading wide, narrow;

	fake_reset(ON_OTHER);
	cdisc_host_init_with(&h, &fake_ops);
	fake.calls = 0;
	fake.wide_left = 2 * CDISC_HOST_TRIES;
	KUNIT_EXPECT_EQ(test, (int)cdisc_host_read(&h, &wide), (int)CDISC_HOST_OK);
	KUNIT_EXPECT_EQ(test, fake.calls, CDISC_HOST_TRIES);
	fake.wide_left = 2 * (CDISC_HOST_TRIES - 1);
	KUNIT_EXPECT_EQ(test, (int)cdisc_host_read(&h, &narrow), (int)CDISC_HOST_OK);
	KUNIT_EXPECT_GT(test, wide.half_ns, 10 * narrow.half_ns);
	cdisc_host_exit(&h);
}

static void every_refusal_has_its_name(struct kunit *test)
{
	static const struct {
		int			err;
		enum cdisc_host_status	status;
		const char		*line;
	} table[] = {
		{ ENOSYS_FAKE, CDISC_HOST_NO_HYPERCALL,
		  "FAKE_CALL returned -1000: the host does not know this hypercall" },
		{ NOT_TSC_FAKE, CDISC_HOST_NOT_TSC,
		  "FAKE_CALL returned -95: the host's own clocksource is not the TSC, or it does not hand the TSC on at a steady rate" },
		{ -14, CDISC_HOST_REFUSED, "FAKE_CALL returned -14: the host refused the call" },
	};
	struct cdisc_host_reading r;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct cdisc_host h = { 0 };

		/* From the beginning: it may be asked again, and answers when the host has changed its mind. */
		fake_reset(ON_SCALE);
		fake.err = table[i].err;
		cdisc_host_init_with(&h, &fake_ops);
		KUNIT_EXPECT_EQ(test, (int)h.status, (int)table[i].status);
		KUNIT_EXPECT_EQ(test, fake.calls, 1);
		expect_describe(test, &h, table[i].line);
		fake.err = 0;
		expect_true(test, &h, true);
		expect_describe(test, &h, "FAKE_CALL returned 0: the host answers");
		/* And later. */
		fake.err = table[i].err;
		KUNIT_EXPECT_EQ(test, (int)cdisc_host_read(&h, &r), (int)table[i].status);
		KUNIT_EXPECT_EQ(test, h.reads, 1);
		KUNIT_EXPECT_EQ(test, h.refusals, 2);
		cdisc_host_exit(&h);
		KUNIT_EXPECT_FALSE(test, fake.is_there);
	}
}

static void a_refusal_between_tries_counts(struct kunit *test)
{
	struct cdisc_host h = { 0 };
	struct cdisc_host_reading r;

	fake_reset(ON_SCALE);
	cdisc_host_init_with(&h, &fake_ops);
	fake.changes_left = 1;
	fake.calls = 0;
	fake.err_from = 1;
	fake.err = NOT_TSC_FAKE;
	KUNIT_EXPECT_EQ(test, (int)cdisc_host_read(&h, &r), (int)CDISC_HOST_NOT_TSC);
	KUNIT_EXPECT_EQ(test, fake.calls, 2);
	cdisc_host_exit(&h);
}

static void what_changes_in_a_call_is_repeated(struct kunit *test)
{
	struct cdisc_host h = { 0 };
	struct cdisc_host_reading r;

	fake_reset(ON_SCALE);
	cdisc_host_init_with(&h, &fake_ops);
	fake.calls = 0;
	fake.changes_left = CDISC_HOST_TRIES - 1;
	expect_true(test, &h, true);
	KUNIT_EXPECT_EQ(test, fake.calls, CDISC_HOST_TRIES);
	KUNIT_EXPECT_EQ(test, h.retries, CDISC_HOST_TRIES - 1);
	fake.ticks_left = CDISC_HOST_TRIES - 1;
	expect_true(test, &h, true);
	KUNIT_EXPECT_EQ(test, h.retries, 2 * (CDISC_HOST_TRIES - 1));
	/* A page that changes for ever, and a clock that does. */
	fake.calls = 0;
	fake.changes_left = INT_MAX;
	KUNIT_EXPECT_EQ(test, (int)cdisc_host_read(&h, &r), (int)CDISC_HOST_UNSTABLE);
	KUNIT_EXPECT_EQ(test, fake.calls, CDISC_HOST_TRIES);
	fake.changes_left = 0;
	fake.ticks_left = INT_MAX;
	KUNIT_EXPECT_EQ(test, (int)cdisc_host_read(&h, &r), (int)CDISC_HOST_UNSTABLE);
	expect_describe(test, &h, "FAKE_CALL returned 0: this machine's clock changed during every attempt");
	/* The page matters to its own clocksource alone. */
	fake.ticks_left = 0;
	fake.changes_left = INT_MAX;
	fake.clock = ON_COUNTER;
	expect_true(test, &h, true);
	fake.scale.is_known = false;
	expect_true(test, &h, true);
	/* Without a page its clocksource is one like any other. */
	fake.clock = ON_SCALE;
	expect_true(test, &h, false);
	cdisc_host_exit(&h);
}

static void nonsense_is_refused(struct kunit *test)
{
	static const struct {
		enum clock	clock;
		s64		nsec;
		u64		counter;
		enum cdisc_host_status status;
	} table[] = {
		{ ON_COUNTER, 0, 0, CDISC_HOST_OK },
		{ ON_COUNTER, SEC, 0, CDISC_HOST_ABSURD },
		{ ON_COUNTER, -SEC, 0, CDISC_HOST_ABSURD },
		{ ON_COUNTER, S64_MIN, 0, CDISC_HOST_ABSURD },
		{ ON_COUNTER, 0, 100000, CDISC_HOST_ABSURD },
		{ ON_COUNTER, 0, -100000ULL, CDISC_HOST_ABSURD },
		{ ON_SCALE, 0, 1ULL << 63, CDISC_HOST_ABSURD },
		{ ON_OTHER, 0, -FIRST_COUNTER, CDISC_HOST_ABSURD },
		{ ON_JIFFIES, 0, 0, CDISC_HOST_COARSE },
	};
	struct cdisc_host_reading r;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct cdisc_host h = { 0 };

		fake_reset(table[i].clock);
		cdisc_host_init_with(&h, &fake_ops);
		fake.absurd_nsec = table[i].nsec;
		fake.absurd_counter = table[i].counter;
		KUNIT_EXPECT_EQ_MSG(test, (int)cdisc_host_read(&h, &r), (int)table[i].status, "row %zu", i);
		cdisc_host_exit(&h);
	}
}

/* Brackets that no machine makes, and no division by zero or overflow in any of them. */
static void brackets_at_the_ends_of_the_range(struct kunit *test)
{
	struct cdisc_host_bracket good = {
		.before_a = 100, .a = { 110, { 1000, 2000 } }, .after_a = 120,
		.answer = { 7, 8, 150 },
		.before_b = 180, .b = { 190, { 1080, 2080 } }, .after_b = 200,
	};
	struct cdisc_host_bracket b = good;
	struct cdisc_host_reading r;

	KUNIT_EXPECT_EQ(test, (int)cdisc_host_pair(&b, &r), (int)CDISC_HOST_OK);
	KUNIT_EXPECT_EQ(test, r.now.raw_ns, 1040);
	KUNIT_EXPECT_EQ(test, r.now.real_ns, 2040);
	KUNIT_EXPECT_EQ(test, r.host_real_ns, 7 * SEC + 8);
	KUNIT_EXPECT_EQ(test, r.counter, 150);
	b.after_b = 179;	/* set back */
	KUNIT_EXPECT_EQ(test, (int)cdisc_host_pair(&b, &r), (int)CDISC_HOST_UNSTABLE);
	b.after_b = U64_MAX;	/* for centuries */
	KUNIT_EXPECT_EQ(test, (int)cdisc_host_pair(&b, &r), (int)CDISC_HOST_UNSTABLE);
	b = good;
	b.b.cyc = b.a.cyc - 1;
	KUNIT_EXPECT_EQ(test, (int)cdisc_host_pair(&b, &r), (int)CDISC_HOST_COARSE);
	b = good;
	b.b.now.raw_ns = b.a.now.raw_ns;
	KUNIT_EXPECT_EQ(test, (int)cdisc_host_pair(&b, &r), (int)CDISC_HOST_COARSE);
	/* A host at the ends of time. */
	b = good;
	b.answer.real_sec = S64_MAX;
	KUNIT_EXPECT_EQ(test, (int)cdisc_host_pair(&b, &r), (int)CDISC_HOST_OK);
	KUNIT_EXPECT_EQ(test, r.host_real_ns, S64_MAX);
	b.answer.real_sec = S64_MIN;
	KUNIT_EXPECT_EQ(test, (int)cdisc_host_pair(&b, &r), (int)CDISC_HOST_OK);
	KUNIT_EXPECT_EQ(test, r.host_real_ns, S64_MIN + 8);
	/* All readings at one value, and cycles that are none of the counter's. */
	b = good;
	b.before_a = b.after_a = b.before_b = b.after_b = b.answer.counter = 5;
	KUNIT_EXPECT_EQ(test, (int)cdisc_host_pair(&b, &r), (int)CDISC_HOST_COARSE);
}

/* Each processor has a scale of its own: what is exact here is not on another. It does not matter where none is used. */
static void scales_apart_are_told(struct kunit *test)
{
	struct cdisc_host h = { 0 };
	struct cdisc_host_reading r;

	fake_reset(ON_SCALE);
	cdisc_host_init_with(&h, &fake_ops);
	fake.scale.apart_ns = 900;
	KUNIT_ASSERT_EQ(test, (int)cdisc_host_read(&h, &r), (int)CDISC_HOST_OK);
	KUNIT_EXPECT_EQ(test, r.half_ns, 3ll);
	KUNIT_EXPECT_EQ(test, r.apart_ns, 900ll);
	KUNIT_EXPECT_EQ(test, h.apart_ns, 900ll);
	KUNIT_EXPECT_TRUE(test, r.is_exact);
	cdisc_host_exit(&h);

	fake_reset(ON_COUNTER);
	cdisc_host_init_with(&h, &fake_ops);
	fake.scale.apart_ns = 900;
	KUNIT_ASSERT_EQ(test, (int)cdisc_host_read(&h, &r), (int)CDISC_HOST_OK);
	KUNIT_EXPECT_EQ(test, r.apart_ns, 0ll);
	KUNIT_EXPECT_EQ(test, h.apart_ns, 0ll);
	cdisc_host_exit(&h);
}

static void scales_are_as_the_pvclock_is(struct kunit *test)
{
	static const struct {
		struct cdisc_host_scale	s;
		u64			counter, cyc;
	} table[] = {
		/* 1 ns per count; half of it twice over; before the page's count it wraps as the clocksource does */
		{ { 0, 0, 1U << 31, 1 }, 12345, 12345 },
		{ { 1000, 7, 1U << 31, 0 }, 3000, 1007 },
		{ { 1000, 7, 1U << 31, -1 }, 3001, 507 },
		{ { 0, 0, U32_MAX, 0 }, 1ULL << 32, U32_MAX },
		{ { 0, 0, U32_MAX, 31 }, 2, U32_MAX },
		{ { 0, 0, U32_MAX, -31 }, U64_MAX, (1ULL << 33) - 3 },
		{ { 0, 0, U32_MAX, 0 }, U64_MAX, U64_MAX - (1ULL << 32) },
		{ { 0, U64_MAX, 1U << 31, 1 }, 1, 0 },
		/* 60 days at 2.5 GHz, as KVM writes it */
		{ { 0, 0, 3435973836U, -1 }, 12960000000000000ULL, 5183999998793005ULL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		KUNIT_EXPECT_EQ_MSG(test, cdisc_host_cyc(&table[i].s, table[i].counter), table[i].cyc, "row %zu", i);
}

/* The user-mode kernel has no hypervisor that is known: nothing was tried, and nothing breaks. */
static void no_host_is_no_error(struct kunit *test)
{
	struct cdisc_host h = { 0 };
	struct cdisc_host_reading r;

	cdisc_host_init(&h);
	KUNIT_EXPECT_EQ(test, (int)h.status, (int)CDISC_HOST_NO_HYPERVISOR);
	KUNIT_EXPECT_EQ(test, (int)cdisc_host_read(&h, &r), (int)CDISC_HOST_NO_HYPERVISOR);
	expect_describe(test, &h,
			"there is no hypervisor underneath that this module knows; no hypercall was tried");
	cdisc_host_exit(&h);
}

static enum cdisc_host_status no_memory(struct cdisc_host *h)
{
	return CDISC_HOST_NO_MEMORY;
}

static void a_failed_start_leaves_nothing(struct kunit *test)
{
	struct cdisc_host_ops ops = fake_ops;
	struct cdisc_host h = { 0 };

	fake_reset(ON_SCALE);
	ops.init = no_memory;
	cdisc_host_init_with(&h, &ops);
	KUNIT_EXPECT_EQ(test, (int)h.status, (int)CDISC_HOST_NO_MEMORY);
	KUNIT_EXPECT_EQ(test, fake.calls, 0);
	expect_describe(test, &h, "there is no memory that the host could write to; no hypercall was tried");
	cdisc_host_exit(&h);
}

/* The kernel's own clocks, at whatever resolution they have here. */
static void the_kernels_clocks_agree_with_themselves(struct kunit *test)
{
	struct cdisc_host_clocks a, b;
	s64 tick_ns;

	cdisc_host_clocks_read(&a);
	tick_ns = cdisc_host_tick_ns();
	cdisc_host_clocks_read(&b);
	KUNIT_EXPECT_GE(test, b.cyc, a.cyc);
	KUNIT_EXPECT_GE(test, b.now.raw_ns, a.now.raw_ns);
	KUNIT_EXPECT_LE(test, tick_ns, b.now.real_ns);
	KUNIT_EXPECT_GT(test, tick_ns, a.now.real_ns - SEC);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(readings_are_as_good_as_they_say),
	KUNIT_CASE(an_inexact_reading_is_the_narrowest),
	KUNIT_CASE(every_refusal_has_its_name),
	KUNIT_CASE(a_refusal_between_tries_counts),
	KUNIT_CASE(what_changes_in_a_call_is_repeated),
	KUNIT_CASE(nonsense_is_refused),
	KUNIT_CASE(brackets_at_the_ends_of_the_range),
	KUNIT_CASE(scales_apart_are_told),
	KUNIT_CASE(scales_are_as_the_pvclock_is),
	KUNIT_CASE(no_host_is_no_error),
	KUNIT_CASE(a_failed_start_leaves_nothing),
	KUNIT_CASE(the_kernels_clocks_agree_with_themselves),
	{}
};

static struct kunit_suite suite = {
	.name = "clockdisc-source-host",
	.test_cases = cases,
};
kunit_test_suite(suite);
