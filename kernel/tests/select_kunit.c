// SPDX-License-Identifier: GPL-2.0
/*
 * Selection, the first passes: who is fit, whose intervals agree, whom to trust.
 */
#include <kunit/test.h>

#include "select_bench.h"

/*
 * Intervals in ms and who comes out how. The jitters are as large as the distances allow, so that the cluster
 * algorithm leaves all of them alone.
 */
struct span_case {
	const char	*what;
	u32		n;
	struct {
		s64	phase_ms, distance_ms;
	} source[5];
	const char	*reasons;
};

static const struct span_case span_cases[] = {
	{ "one alone", 1, { { 7, 10 } }, "*" },
	{ "two that agree", 2, { { 0, 10 }, { 5, 10 } }, "*+" },
	{ "two apart", 2, { { 0, 10 }, { 21, 10 } }, "nn" },
	/* They share 10 ms, but neither midpoint is in there. */
	{ "two that overlap off their midpoints", 2, { { 0, 10 }, { 11, 10 } }, "nn" },
	{ "two midpoints at the very ends", 2, { { 0, 10 }, { 10, 10 } }, "*+" },
	{ "four, one falseticker", 4, { { 0, 10 }, { 1, 10 }, { 100, 10 }, { 2, 10 } }, "*+x+" },
	{ "two pairs", 4, { { 0, 10 }, { 1, 10 }, { 100, 10 }, { 101, 10 } }, "nnnn" },
	{ "two pairs and a fifth that decides", 5, { { 0, 10 }, { 1, 10 }, { 100, 10 }, { 101, 10 }, { 99, 10 } },
	  "xx*++" },
	/* The span is [0, 20]: 10 and 12 are in there, 0 is at its end; all of them meet it. */
	{ "nested", 3, { { 0, 100 }, { 10, 10 }, { 12, 1 } }, "++*" },
	{ "nested, one wide and off", 3, { { -95, 100 }, { 0, 1 }, { 0, 2 } }, "+*+" },
	{ "identical", 3, { { 3, 5 }, { 3, 5 }, { 3, 5 } }, "*++" },
	{ "negative", 4, { { -5, 2 }, { -4, 2 }, { -500, 3 }, { -6, 2 } }, "*+x+" },
	{ "intervals that touch in a point", 3, { { -10, 10 }, { 0, 10 }, { 10, 10 } }, "*++" },
	{ "three apart", 3, { { 0, 1 }, { 10, 1 }, { 20, 1 } }, "nnn" },
};

KUNIT_ARRAY_PARAM_DESC(span, span_cases, what);

static void select_span(struct kunit *test)
{
	const struct span_case *c = test->param_value;
	struct bench *b = bench_new(test);
	u32 i;

	for (i = 0; i < c->n; i++)
		add(b, c->source[i].phase_ms * MS, c->source[i].distance_ms * MS, c->source[i].distance_ms * MS);
	KUNIT_EXPECT_STREQ(test, choose(b), c->reasons);
	KUNIT_EXPECT_EQ(test, b->sel.peer < 0, c->reasons[0] == 'n');
}

static void select_nobody(struct kunit *test)
{
	struct bench *b = bench_new(test);

	choose(b);
	KUNIT_EXPECT_EQ(test, b->sel.peer, -1);
	KUNIT_EXPECT_EQ(test, b->sel.survivors, 0u);
	KUNIT_EXPECT_EQ(test, b->sel.stratum, 16u);
	KUNIT_EXPECT_EQ(test, (int)b->sel.leap, (int)CLOCKDISC_LEAP_UNSYNC);
}

/* A source with everything wrong, put right in the order of the checks. */
static void select_fitness(struct kunit *test)
{
	struct bench *b = bench_new(test);
	struct cdisc_peer *p = add(b, 0, 2 * MAX_DISTANCE_NS, 1);

	p->flags = NOSELECT;
	p->filter.count = 0;
	p->reach = 0;
	p->header.leap = CLOCKDISC_LEAP_UNSYNC;
	p->header.stratum = 16;
	p->header.is_self = true;
	KUNIT_EXPECT_STREQ(test, choose(b), "o");
	KUNIT_EXPECT_EQ(test, p->distance_ns, S64_MAX);
	p->flags = 0;
	KUNIT_EXPECT_STREQ(test, choose(b), "0");
	p->filter.count = 1;
	KUNIT_EXPECT_STREQ(test, choose(b), "r");
	KUNIT_EXPECT_EQ(test, p->distance_ns, 2 * MAX_DISTANCE_NS);
	p->reach = 0200;
	KUNIT_EXPECT_STREQ(test, choose(b), "u");
	p->header.leap = CLOCKDISC_LEAP_INSERT;
	KUNIT_EXPECT_STREQ(test, choose(b), "s");
	p->header.stratum = 0;
	KUNIT_EXPECT_STREQ(test, choose(b), "s");
	p->header.stratum = 15;
	KUNIT_EXPECT_STREQ(test, choose(b), "l");
	p->header.is_self = false;
	KUNIT_EXPECT_STREQ(test, choose(b), "d");
	p->filter.used.disp_ns = MAX_DISTANCE_NS;
	KUNIT_EXPECT_STREQ(test, choose(b), "d");
	p->filter.used.disp_ns = MAX_DISTANCE_NS - 1;
	KUNIT_EXPECT_STREQ(test, choose(b), "*");
	KUNIT_EXPECT_EQ(test, b->sel.stratum, 16u);
	KUNIT_EXPECT_EQ(test, (int)b->sel.leap, (int)CLOCKDISC_LEAP_INSERT);
	/* Ten seconds later it has drifted out of reach: 150 us. */
	cdisc_select(b->peers, 1, &b->work, &b->lim, RAW_NS + 10 * SEC, 0, 0, &b->sel);
	KUNIT_EXPECT_EQ(test, (int)p->reason, (int)CLOCKDISC_REASON_DISTANCE);
	KUNIT_EXPECT_EQ(test, p->distance_ns, MAX_DISTANCE_NS + 10 * 15000);
}

/* Those that are not fit do not vote. */
static void select_unfit_do_not_vote(struct kunit *test)
{
	struct bench *b = bench_new(test);
	u32 i;

	for (i = 0; i < 5; i++)
		add(b, i < 3 ? 0 : 100 * MS, 10 * MS, 10 * MS);
	KUNIT_EXPECT_STREQ(test, choose(b), "*++xx");
	b->peer[0].reach = 0;
	b->peer[1].flags = NOSELECT;
	KUNIT_EXPECT_STREQ(test, choose(b), "rox*+");
}

/* Flags and phases in ms, distance 10 ms each. */
struct trust_case {
	const char	*what;
	u32		n;
	struct {
		s64	phase_ms;
		u32	flags;
	} source[5];
	const char	*reasons;
};

static const struct trust_case trust_cases[] = {
	{ "one trusted against three", 4, { { 100, TRUST }, { 0, 0 }, { 1, 0 }, { 2, 0 } }, "*ttt" },
	{ "who meets it is used", 4, { { 0, 0 }, { 4, TRUST }, { 8, 0 }, { 90, 0 } }, "*++t" },
	{ "trusted ones disagree", 3, { { 0, TRUST }, { 100, TRUST }, { 1, 0 } }, "nnn" },
	{ "a trusted falseticker", 5, { { 0, TRUST }, { 1, TRUST }, { 100, TRUST }, { 100, 0 }, { 101, 0 } },
	  "*+xtt" },
	{ "a trusted one that is not fit says nothing", 3, { { 100, TRUST | NOSELECT }, { 0, 0 }, { 1, 0 } },
	  "o*+" },
};

KUNIT_ARRAY_PARAM_DESC(trust, trust_cases, what);

static void select_trust(struct kunit *test)
{
	const struct trust_case *c = test->param_value;
	struct bench *b = bench_new(test);
	u32 i;

	for (i = 0; i < c->n; i++)
		add(b, c->source[i].phase_ms * MS, 10 * MS, 10 * MS)->flags = c->source[i].flags;
	KUNIT_EXPECT_STREQ(test, choose(b), c->reasons);
}

/* Smeared time half a second off, and who wins: the marked side, then the larger one, then the one followed, then strict. */
struct smear_case {
	const char	*what;
	u32		n;
	u32		last_id;
	struct {
		s64	phase_ms;
		u32	flags;
	} source[5];
	const char	*reasons;
	bool		is_smeared;
};

static const struct smear_case smear_cases[] = {
	{ "one smears, two do not", 3, 0, { { 500, SMEAR }, { 0, 0 }, { 1, 0 } }, "m*+", false },
	{ "two smear", 3, 0, { { 500, SMEAR }, { 0, 0 }, { 501, SMEAR } }, "*m+", true },
	{ "all smear", 2, 0, { { 500, SMEAR }, { 501, SMEAR } }, "*+", true },
	{ "also where they agree", 3, 0, { { 0, SMEAR }, { 0, 0 }, { 1, 0 } }, "m*+", false },
	{ "one of each: strict", 2, 0, { { 500, SMEAR }, { 0, 0 } }, "m*", false },
	{ "one of each: who was followed", 2, 1, { { 500, SMEAR }, { 0, 0 } }, "*m", true },
	{ "who was followed has no majority", 3, 1, { { 500, SMEAR }, { 0, 0 }, { 1, 0 } }, "m*+", false },
	{ "a mark outweighs numbers", 3, 0, { { 500, SMEAR | PREFER }, { 0, 0 }, { 1, 0 } }, "*mm", true },
	{ "trust is a mark", 3, 0, { { 500, SMEAR }, { 501, SMEAR }, { 0, TRUST } }, "mm*", false },
	{ "marks on both sides are none", 3, 0, { { 500, SMEAR | TRUST }, { 0, PREFER }, { 1, 0 } }, "m*+", false },
	{ "who is not fit has no vote", 3, 0, { { 500, SMEAR | NOSELECT }, { 501, SMEAR }, { 0, 0 } }, "om*", false },
};

KUNIT_ARRAY_PARAM_DESC(smear, smear_cases, what);

static void select_never_mixes_smeared_time(struct kunit *test)
{
	const struct smear_case *c = test->param_value;
	struct bench *b = bench_new(test);
	u32 i;

	for (i = 0; i < c->n; i++) {
		struct cdisc_peer *p = add(b, c->source[i].phase_ms * MS, 10 * MS, 10 * MS);

		p->flags = c->source[i].flags;
		p->header.leap = CLOCKDISC_LEAP_INSERT;
	}
	b->last_id = c->last_id;
	KUNIT_EXPECT_STREQ(test, choose(b), c->reasons);
	KUNIT_EXPECT_EQ(test, b->sel.is_smeared, c->is_smeared);
	/* What is smeared is not inserted as well. */
	KUNIT_EXPECT_EQ(test, (int)b->sel.leap, (int)(c->is_smeared ? CLOCKDISC_LEAP_NONE : CLOCKDISC_LEAP_INSERT));
}

static u64 next_random(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* How many of the intervals hold x; midpoints of theirs outside [low, high]. */
static u32 covers(const struct bench *b, s64 x)
{
	u32 i, n = 0;

	for (i = 0; i < b->n; i++)
		n += cdisc_abs(b->peer[i].filter.used.phase_ns - x) <= b->peer[i].distance_ns;
	return n;
}

/*
 * The definition, tried out point by point: for a growing number of falsetickers, the span from the first to the
 * last point that enough intervals hold, if no more midpoints than falsetickers are outside.
 */
static bool plain_span(const struct bench *b, s64 *low, s64 *high)
{
	u32 allow, i, outside;
	s64 x;

	for (allow = 0; 2 * allow < b->n; allow++) {
		*low = S64_MAX;
		for (x = BASE_NS - 40; x <= BASE_NS + 40; x++) {
			if (covers(b, x) < b->n - allow)
				continue;
			*low = min_t(s64, *low, x);
			*high = x;
		}
		if (*low == S64_MAX)
			continue;
		for (i = 0, outside = 0; i < b->n; i++)
			outside += b->peer[i].filter.used.phase_ns < *low || b->peer[i].filter.used.phase_ns > *high;
		if (outside <= allow)
			return true;
	}
	return false;
}

/* Small random intervals: truechimers are who the definition says, in whatever order the sources come. */
static void select_agrees_with_definition(struct kunit *test)
{
	u64 state = 88172645463325252ULL;
	unsigned int round;

	for (round = 0; round < 3000; round++) {
		struct cdisc_selection turned;
		struct bench *b = bench_new(test);
		u32 i, n = 1 + next_random(&state) % 7;
		s64 low = 0, high = 0;
		bool is_found;

		for (i = 0; i < n; i++)
			add(b, (s64)(next_random(&state) % 41) - 20, 1 + next_random(&state) % 16, 1);
		choose(b);
		is_found = plain_span(b, &low, &high);
		KUNIT_ASSERT_EQ_MSG(test, b->sel.peer >= 0, is_found, "round %u: %s", round, b->reasons);
		for (i = 0; i < n && is_found; i++) {
			s64 phase_ns = b->peer[i].filter.used.phase_ns;
			bool meets = phase_ns - b->peer[i].distance_ns <= high &&
				     phase_ns + b->peer[i].distance_ns >= low;

			KUNIT_ASSERT_EQ_MSG(test, b->reasons[i] == 'x', !meets, "round %u: %s", round, b->reasons);
		}
		turned = b->sel;
		for (i = 0; i < n; i++)
			b->peers[i] = &b->peer[n - 1 - i];
		choose(b);
		KUNIT_ASSERT_EQ(test, b->sel.peer >= 0, turned.peer >= 0);
	}
}

/* Any numbers: nothing overflows, somebody is selected or nobody, and a bound is never negative. */
static void select_any_numbers(struct kunit *test)
{
	u64 state = 362436069ULL;
	struct bench *b = bench_new(test);
	unsigned int round;
	u32 i;

	b->lim.max_distance_ns = S64_MAX;
	for (round = 0; round < 5000; round++) {
		b->n = 0;
		for (i = 0; i < 1 + round % MAX_SOURCES; i++) {
			struct cdisc_peer *p = add(b, 0, 1, 0);
			unsigned int shift = next_random(&state) % 64;

			p->filter.used.phase_ns = (s64)(next_random(&state) ^ (round % 2 ? 0 : U64_MAX >> shift));
			p->filter.used.sample_raw_ns = (s64)next_random(&state);
			p->filter.used.disp_ns = (s64)(next_random(&state) >> 1 >> shift);
			p->filter.used.jitter_ns = (s64)(next_random(&state) >> 1 >> shift);
			p->filter.used.delay_ns = (s64)(next_random(&state) >> 1 >> shift);
			p->header.stratum = 1 + next_random(&state) % 15;
			p->flags = next_random(&state) % 8 == 0 ? TRUST : 0;
		}
		choose(b);
		KUNIT_ASSERT_LT(test, b->sel.peer, (s32)b->n);
		KUNIT_ASSERT_GE(test, b->sel.distance_ns, 0ll);
		KUNIT_ASSERT_GE(test, b->sel.jitter_ns, 0ll);
		for (i = 0; i < b->n; i++)
			KUNIT_ASSERT_NE(test, b->reasons[i], '?');
	}
}

/* 3000 sources, a third of them liars: a walk over the number of falsetickers would take minutes. */
static void select_many(struct kunit *test)
{
	struct bench *b = bench_new(test);
	struct cdisc_select_work work;
	struct cdisc_peer **peers;
	u32 i, n = 3000, liars = 0;

	peers = kunit_kzalloc(test, n * sizeof(*peers), GFP_KERNEL);
	work.edge = kunit_kzalloc(test, 3 * n * sizeof(*work.edge), GFP_KERNEL);
	work.entry = kunit_kzalloc(test, n * sizeof(*work.entry), GFP_KERNEL);
	KUNIT_ASSERT_TRUE(test, peers && work.edge && work.entry);
	for (i = 0; i < n; i++) {
		b->n = 0;
		peers[i] = kunit_kzalloc(test, sizeof(*peers[i]), GFP_KERNEL);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, peers[i]);
		*peers[i] = *add(b, i % 3 ? i : i * SEC, 10 * MS, MS);
	}
	cdisc_select(peers, n, &work, &b->lim, RAW_NS, 0, 0, &b->sel);
	for (i = 0; i < n; i++)
		liars += peers[i]->reason == CLOCKDISC_REASON_FALSETICKER;
	KUNIT_EXPECT_EQ(test, liars, 999u);
	KUNIT_EXPECT_EQ(test, b->sel.survivors, 10u);
}

static struct kunit_case select_cases[] = {
	KUNIT_CASE_PARAM(select_span, span_gen_params),
	KUNIT_CASE(select_nobody),
	KUNIT_CASE(select_fitness),
	KUNIT_CASE(select_unfit_do_not_vote),
	KUNIT_CASE_PARAM(select_trust, trust_gen_params),
	KUNIT_CASE_PARAM(select_never_mixes_smeared_time, smear_gen_params),
	KUNIT_CASE(select_agrees_with_definition),
	KUNIT_CASE(select_any_numbers),
	KUNIT_CASE(select_many),
	{}
};

static struct kunit_suite select_suite = {
	.name = "clockdisc-select",
	.test_cases = select_cases,
};

kunit_test_suite(select_suite);
