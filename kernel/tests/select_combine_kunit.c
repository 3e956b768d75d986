// SPDX-License-Identifier: GPL-2.0
/*
 * Selection, the last pass: who survives the cluster algorithm, who is followed, what time they tell together.
 */
#include <kunit/test.h>

#include "select_bench.h"

/* Phases 0, 1, 2, 10, -6: 10 has 11.2 ms of select jitter and goes first, then -6 with 7.0 ms, then three are left. */
static void select_cluster_order(struct kunit *test)
{
	static const struct {
		s64		jitter_ns;
		const char	*reasons;
	} table[] = {
		{ 1, "*++--" },
		{ 7000 * 1000, "*++--" },
		{ 7200 * 1000, "*++-+" },
		{ 11100 * 1000, "*++-+" },
		{ 11300 * 1000, "*++++" },
	};
	static const s64 phases_ms[] = { 0, 1, 2, 10, -6 };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct bench *b = bench_new(test);

		for (j = 0; j < ARRAY_SIZE(phases_ms); j++)
			add(b, phases_ms[j] * MS, 50 * MS, table[i].jitter_ns);
		KUNIT_EXPECT_STREQ_MSG(test, choose(b), table[i].reasons, "jitter %lld ns",
				       (long long)table[i].jitter_ns);
		/* More survivors asked for: none is cast out below that. */
		b->lim.min_survivors = 5;
		KUNIT_EXPECT_STREQ(test, choose(b), "*++++");
		b->lim.min_survivors = 6;
		KUNIT_EXPECT_STREQ(test, choose(b), "#####");
		KUNIT_EXPECT_EQ(test, b->sel.peer, -1);
	}
}

/* At the same phase and distance the one further down the list goes. */
static void select_cluster_ties(struct kunit *test)
{
	struct bench *b = bench_new(test);

	add(b, -MS, 50 * MS, 1);
	add(b, MS, 50 * MS, 1);
	add(b, -MS, 50 * MS, 1);
	add(b, MS, 50 * MS, 1);
	KUNIT_EXPECT_STREQ(test, choose(b), "*++-");
}

/* Stratum comes before distance; the eleventh and twelfth by merit are not looked at. */
static void select_excess(struct kunit *test)
{
	struct bench *b = bench_new(test);
	u32 i;

	for (i = 0; i < MAX_SOURCES; i++)
		add(b, 0, (100 + 10 * i) * MS, 50 * MS);
	b->peer[0].header.stratum = 3;
	KUNIT_EXPECT_STREQ(test, choose(b), ".*+++++++++.");
	KUNIT_EXPECT_EQ(test, b->sel.survivors, 10u);
	KUNIT_EXPECT_EQ(test, b->sel.peer, 1);
	b->peer[0].flags = PREFER;
	KUNIT_EXPECT_STREQ(test, choose(b), "*+++++++++..");
	KUNIT_EXPECT_EQ(test, b->sel.stratum, 4u);
}

/* Preferred: not cast out, and followed when it survives; as a falseticker it is none. */
static void select_prefer(struct kunit *test)
{
	static const s64 phases_ms[] = { 0, 1, 2, 10, -6 };
	struct bench *b = bench_new(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(phases_ms); i++)
		add(b, phases_ms[i] * MS, 50 * MS, 1);
	b->peer[3].flags = PREFER;
	KUNIT_EXPECT_STREQ(test, choose(b), "+++*+");
	b->last_id = 1;
	KUNIT_EXPECT_STREQ(test, choose(b), "+++*+");
	b->peer[3].filter.used.phase_ns += SEC;
	b->last_id = 0;
	KUNIT_EXPECT_STREQ(test, choose(b), "*++x-");
}

static void select_clockhop(struct kunit *test)
{
	struct bench *b = bench_new(test);

	add(b, 0, 10 * MS, 10 * MS);
	add(b, 0, 20 * MS, 10 * MS);
	add(b, 0, 30 * MS, 10 * MS)->header.stratum = 3;
	KUNIT_EXPECT_STREQ(test, choose(b), "*++");
	b->last_id = 2;
	KUNIT_EXPECT_STREQ(test, choose(b), "+*+");
	b->last_id = 3;
	KUNIT_EXPECT_STREQ(test, choose(b), "*++");
	b->last_id = 9;
	KUNIT_EXPECT_STREQ(test, choose(b), "*++");
}

/* The best is the host: who was followed meanwhile gives way. A preferred source does not, nor one that is better. */
static void select_host_is_no_clockhop(struct kunit *test)
{
	struct bench *b = bench_new(test);

	add(b, 0, 10 * MS, 10 * MS);
	add(b, 0, 3, 3)->is_host = true;
	add(b, 0, 20 * MS, 10 * MS);
	KUNIT_EXPECT_STREQ(test, choose(b), "+*+");
	b->last_id = 1;
	KUNIT_EXPECT_STREQ(test, choose(b), "+*+");
	b->peer[2].flags = PREFER;
	KUNIT_EXPECT_STREQ(test, choose(b), "++*");
	b->peer[2].flags = 0;
	b->peer[0].header.stratum = 1;
	KUNIT_EXPECT_STREQ(test, choose(b), "*++");
}

/* Weights 4 : 2 : 1 and differences 0, 7000, 14000: 28000 / 7; RMS sqrt((2 * 7000^2 + 14000^2) / 7) = 6480.7. */
static void select_combine(struct kunit *test)
{
	struct bench *b = bench_new(test);
	struct cdisc_peer *p = add(b, 0, 10 * MS, 1);

	add(b, 7000, 20 * MS, 1);
	add(b, 14000, 40 * MS, 1);
	KUNIT_EXPECT_STREQ(test, choose(b), "*++");
	KUNIT_EXPECT_EQ(test, b->sel.phase_ns, BASE_NS + 4000);
	KUNIT_EXPECT_LE(test, cdisc_abs(b->sel.jitter_ns - 6480), 1ll);
	KUNIT_EXPECT_EQ(test, b->sel.distance_ns, 10 * MS + 4000);
	KUNIT_EXPECT_EQ(test, b->sel.survivors, 3u);
	KUNIT_EXPECT_EQ(test, b->sel.sample_raw_ns, RAW_NS);
	KUNIT_EXPECT_EQ(test, b->sel.stratum, 3u);
	KUNIT_EXPECT_EQ(test, (int)b->sel.leap, (int)CLOCKDISC_LEAP_NONE);

	/* The other one is followed: the mean stays, its distance is its own, the differences are to it. */
	b->last_id = 2;
	KUNIT_EXPECT_STREQ(test, choose(b), "+*+");
	KUNIT_EXPECT_EQ(test, b->sel.phase_ns, BASE_NS + 4000);
	KUNIT_EXPECT_EQ(test, b->sel.distance_ns, 20 * MS + 3000);

	/* With a path: delay of both stretches, dispersion of both and what the survivors differ by. */
	b->n = 1;
	p->header.root_delay_ns = 6 * MS;
	p->header.root_disp_ns = 3 * MS;
	p->filter.used.delay_ns = 2 * MS;
	p->filter.used.disp_ns = MS;
	KUNIT_EXPECT_STREQ(test, choose(b), "*");
	KUNIT_EXPECT_EQ(test, b->sel.delay_ns, 2 * MS);
	KUNIT_EXPECT_EQ(test, b->sel.root_delay_ns, 8 * MS);
	KUNIT_EXPECT_EQ(test, b->sel.root_disp_ns, 4 * MS + 1);
	KUNIT_EXPECT_EQ(test, b->sel.distance_ns, 8 * MS + 1);
}

/* Stages of different instants, a frequency of 80 ppm: brought to now they agree. */
static void select_carries_to_now(struct kunit *test)
{
	struct bench *b = bench_new(test);

	add(b, 0, 10 * MS, 1);
	add(b, -100 * 80 * 1000, 10 * MS, 1);
	b->peer[1].filter.used.sample_raw_ns -= 100 * SEC;
	cdisc_select(b->peers, 2, &b->work, &b->lim, RAW_NS, 80 * 65536000LL, 0, &b->sel);
	KUNIT_EXPECT_EQ(test, b->sel.survivors, 2u);
	KUNIT_EXPECT_EQ(test, b->sel.phase_ns, BASE_NS);
	KUNIT_EXPECT_EQ(test, b->peer[1].distance_ns, 10 * MS + 100 * 15000);
}

static void select_leap_vote(struct kunit *test)
{
	struct bench *b = bench_new(test);
	u32 i;

	for (i = 0; i < 4; i++)
		add(b, 0, 10 * MS, 10 * MS);
	b->peer[0].header.leap = CLOCKDISC_LEAP_INSERT;
	b->peer[1].header.leap = CLOCKDISC_LEAP_INSERT;
	choose(b);
	KUNIT_EXPECT_EQ(test, (int)b->sel.leap, (int)CLOCKDISC_LEAP_NONE);
	b->peer[2].header.leap = CLOCKDISC_LEAP_INSERT;
	choose(b);
	KUNIT_EXPECT_EQ(test, (int)b->sel.leap, (int)CLOCKDISC_LEAP_INSERT);
	for (i = 1; i < 4; i++)
		b->peer[i].header.leap = CLOCKDISC_LEAP_DELETE;
	choose(b);
	KUNIT_EXPECT_EQ(test, (int)b->sel.leap, (int)CLOCKDISC_LEAP_DELETE);
}

static struct kunit_case select_combine_cases[] = {
	KUNIT_CASE(select_cluster_order),
	KUNIT_CASE(select_cluster_ties),
	KUNIT_CASE(select_excess),
	KUNIT_CASE(select_prefer),
	KUNIT_CASE(select_clockhop),
	KUNIT_CASE(select_host_is_no_clockhop),
	KUNIT_CASE(select_combine),
	KUNIT_CASE(select_carries_to_now),
	KUNIT_CASE(select_leap_vote),
	{}
};

static struct kunit_suite select_combine_suite = {
	.name = "clockdisc-select-combine",
	.test_cases = select_combine_cases,
};

kunit_test_suite(select_combine_suite);
