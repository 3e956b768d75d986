// SPDX-License-Identifier: GPL-2.0
/*
 * The timeline: stamps map along straight lines, never past an end, never across a generation.
 */
#include <kunit/test.h>

#include "timeline.h"

#define SEC	CDISC_NSEC_PER_SEC
#define MS	1000000LL

static struct cdisc_timeline *timeline_new(struct kunit *test)
{
	struct cdisc_timeline *tl = kunit_kzalloc(test, sizeof(*tl), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, tl);
	INIT_KFIFO(tl->records);
	return tl;
}

static void push(struct cdisc_timeline *tl, s64 raw_ns, s64 real_ns, bool is_corner)
{
	struct cdisc_now now = { raw_ns, real_ns };

	cdisc_timeline_push(tl, &now, is_corner);
}

static void expect_raw(struct kunit *test, struct cdisc_timeline *tl, s64 real_ns, s64 raw_ns)
{
	s64 got_ns = 0;

	KUNIT_EXPECT_EQ(test, (int)cdisc_timeline_to_raw(tl, real_ns, &got_ns),
			(int)CLOCKDISC_VERDICT_ACCEPTED);
	KUNIT_EXPECT_EQ(test, got_ns, raw_ns);
}

static void expect_verdict(struct kunit *test, struct cdisc_timeline *tl, s64 real_ns, enum clockdisc_verdict v)
{
	s64 got_ns;

	KUNIT_EXPECT_EQ(test, (int)cdisc_timeline_to_raw(tl, real_ns, &got_ns), (int)v);
}

static void timeline_interpolates(struct kunit *test)
{
	struct cdisc_timeline *tl = timeline_new(test);

	expect_verdict(test, tl, 100 * SEC, CLOCKDISC_VERDICT_STAMP_OLD);
	push(tl, 1 * SEC, 100 * SEC, true);
	push(tl, 3 * SEC, 102 * SEC + 2000, true);	/* real runs 1 ppm fast */
	push(tl, 5 * SEC, 104 * SEC + 2000, true);	/* and as fast as raw from here */
	expect_raw(test, tl, 100 * SEC, 1 * SEC);
	expect_raw(test, tl, 101 * SEC + 1000, 2 * SEC);
	expect_raw(test, tl, 103 * SEC + 2000, 4 * SEC);
	expect_raw(test, tl, 104 * SEC + 2000, 5 * SEC);
	expect_verdict(test, tl, 104 * SEC + 2001, CLOCKDISC_VERDICT_STAMP_FUTURE);
	expect_verdict(test, tl, 100 * SEC - 1, CLOCKDISC_VERDICT_STAMP_OLD);
}

static void timeline_forgets_old_stamps(struct kunit *test)
{
	struct cdisc_timeline *tl = timeline_new(test);

	push(tl, 1 * SEC, 100 * SEC, true);
	push(tl, 41 * SEC, 140 * SEC, true);
	expect_raw(test, tl, 125 * SEC, 26 * SEC);
	expect_verdict(test, tl, 124 * SEC - 1, CLOCKDISC_VERDICT_STAMP_OLD);
}

static void cut(struct cdisc_timeline *tl, s64 raw_ns, s64 old_real_ns, s64 real_ns)
{
	struct cdisc_now old = { raw_ns, old_real_ns }, now = { raw_ns, real_ns };

	cdisc_timeline_cut(tl, &old, &now);
}

static void timeline_set_forward(struct kunit *test)
{
	struct cdisc_timeline *tl = timeline_new(test);

	push(tl, 1 * SEC, 100 * SEC, true);
	cut(tl, 2 * SEC, 101 * SEC, 201 * SEC);
	push(tl, 3 * SEC, 202 * SEC, false);
	expect_verdict(test, tl, 100 * SEC + 500 * MS, CLOCKDISC_VERDICT_GENERATION);
	expect_verdict(test, tl, 150 * SEC, CLOCKDISC_VERDICT_GENERATION);
	expect_raw(test, tl, 201 * SEC + 500 * MS, 2 * SEC + 500 * MS);
}

/* After a set backwards a reading occurs twice: it is not used while the earlier one may be meant. */
static void timeline_set_backward(struct kunit *test)
{
	struct cdisc_timeline *tl = timeline_new(test);

	push(tl, 1 * SEC, 100 * SEC, true);
	cut(tl, 3 * SEC, 102 * SEC, 101 * SEC);
	push(tl, 5 * SEC, 103 * SEC, false);
	expect_verdict(test, tl, 101 * SEC + 500 * MS, CLOCKDISC_VERDICT_GENERATION);
	expect_raw(test, tl, 102 * SEC + 500 * MS, 4 * SEC + 500 * MS);
}

/* A set back by an hour does not make the samples of the next hour useless. */
static void timeline_set_backward_by_an_hour(struct kunit *test)
{
	struct cdisc_timeline *tl = timeline_new(test);
	s64 hour_ns = 3600 * SEC;

	push(tl, 0, 2 * hour_ns, true);
	cut(tl, hour_ns, 3 * hour_ns, 2 * hour_ns);
	push(tl, hour_ns + 100 * SEC, 2 * hour_ns + 100 * SEC, true);
	expect_raw(test, tl, 2 * hour_ns + 90 * SEC, hour_ns + 90 * SEC);
}

/* A burst of snapshots replaces its own last entry, corners stay. */
static void timeline_burst_keeps_history(struct kunit *test)
{
	struct cdisc_timeline *tl = timeline_new(test);
	int i;

	push(tl, 1, 100 * SEC + 1, true);
	for (i = 1; i <= 100000; i++)
		push(tl, i * 100000LL, 100 * SEC + i * 100000LL, false);
	KUNIT_EXPECT_LE(test, tl->count, 16u);
	expect_raw(test, tl, 100 * SEC + 5 * SEC, 5 * SEC);
}

static void timeline_ring_wraps(struct kunit *test)
{
	struct cdisc_timeline *tl = timeline_new(test);
	int i;

	for (i = 1; i <= 1000; i++)
		push(tl, i * 10 * MS, 100 * SEC + i * 10 * MS, true);
	KUNIT_EXPECT_EQ(test, tl->count, (u32)CDISC_TIMELINE_ENTRIES);
	expect_raw(test, tl, 100 * SEC + 9999 * MS, 9999 * MS);
	expect_verdict(test, tl, 100 * SEC + 5 * MS, CLOCKDISC_VERDICT_STAMP_OLD);
}

/* What the notifier wrote down: a set, a rate, a suspend. */
static void timeline_drains_records(struct kunit *test)
{
	struct cdisc_timeline *tl = timeline_new(test);
	struct cdisc_gtod_record r = { .words = { .ntp_tick = 1 }, .old_tick = 1 };
	struct cdisc_timeline_change c;
	u32 generation = tl->generation;

	push(tl, 1 * SEC, 100 * SEC, true);
	r.now = (struct cdisc_now){ 2 * SEC, 108 * SEC };
	r.words.offs_real_ns = 7 * SEC;
	kfifo_put(&tl->records, r);
	r.words.ntp_tick = 2;
	r.old_tick = 1;
	r.now = (struct cdisc_now){ 3 * SEC, 109 * SEC };
	kfifo_put(&tl->records, r);
	cdisc_timeline_drain(tl, &r.now, &c);
	KUNIT_EXPECT_EQ(test, c.sets, 1u);
	KUNIT_EXPECT_EQ(test, c.set_ns, 7 * SEC);
	KUNIT_EXPECT_EQ(test, c.rates, 1u);
	KUNIT_EXPECT_EQ(test, c.causes, 0u);
	KUNIT_EXPECT_EQ(test, tl->generation, generation + 1);
	expect_raw(test, tl, 108 * SEC + 500 * MS, 2 * SEC + 500 * MS);

	r.words.offs_boot_ns = 60 * SEC;
	r.words.offs_real_ns += 60 * SEC;
	r.now = (struct cdisc_now){ 4 * SEC, 170 * SEC };
	kfifo_put(&tl->records, r);
	cdisc_timeline_drain(tl, &r.now, &c);
	KUNIT_EXPECT_EQ(test, c.sets, 0u);
	KUNIT_EXPECT_EQ(test, c.causes, (u32)CLOCKDISC_INTERRUPTION_BOOTTIME);
	KUNIT_EXPECT_EQ(test, tl->generation, generation + 2);
}

/* A record that did not fit: cut; what comes next is a rate or, if the clock was moved meanwhile, another cut. */
static void timeline_survives_a_loss(struct kunit *test)
{
	struct cdisc_timeline *tl = timeline_new(test);
	struct cdisc_gtod_record r = { .words = { .ntp_tick = 1 } };
	struct cdisc_timeline_change c;
	u32 generation;

	push(tl, 1 * SEC, 100 * SEC, true);
	tl->lost++;
	cdisc_timeline_drain(tl, &r.now, &c);
	KUNIT_EXPECT_EQ(test, c.causes, (u32)CLOCKDISC_INTERRUPTION_LOST);

	r.now = (struct cdisc_now){ 2 * SEC, 101 * SEC };
	kfifo_put(&tl->records, r);
	cdisc_timeline_drain(tl, &r.now, &c);
	KUNIT_EXPECT_EQ(test, c.causes, 0u);
	KUNIT_EXPECT_EQ(test, c.rates, 1u);

	tl->lost++;
	cdisc_timeline_drain(tl, &r.now, &c);
	generation = tl->generation;
	r.words.offs_real_ns = 10 * SEC;
	r.now = (struct cdisc_now){ 3 * SEC, 112 * SEC };
	kfifo_put(&tl->records, r);
	cdisc_timeline_drain(tl, &r.now, &c);
	KUNIT_EXPECT_EQ(test, c.causes, (u32)CLOCKDISC_INTERRUPTION_LOST);
	KUNIT_EXPECT_EQ(test, tl->generation, generation + 1);
	KUNIT_EXPECT_EQ(test, c.sets, 0u);
	push(tl, 4 * SEC, 113 * SEC, false);
	expect_raw(test, tl, 112 * SEC + 500 * MS, 3 * SEC + 500 * MS);
}

static struct kunit_case timeline_cases[] = {
	KUNIT_CASE(timeline_interpolates),
	KUNIT_CASE(timeline_forgets_old_stamps),
	KUNIT_CASE(timeline_set_forward),
	KUNIT_CASE(timeline_set_backward),
	KUNIT_CASE(timeline_set_backward_by_an_hour),
	KUNIT_CASE(timeline_burst_keeps_history),
	KUNIT_CASE(timeline_ring_wraps),
	KUNIT_CASE(timeline_drains_records),
	KUNIT_CASE(timeline_survives_a_loss),
	{}
};

static struct kunit_suite timeline_suite = {
	.name = "clockdisc-timeline",
	.test_cases = timeline_cases,
};

kunit_test_suite(timeline_suite);
