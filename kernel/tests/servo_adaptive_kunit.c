// SPDX-License-Identifier: GPL-2.0
/*
 * The adaptive servo and what a source does for it: corrections, polls, and the change from one estimator to the other.
 */
#include <kunit/test.h>

#include "core/peer.h"
#include "core/servo.h"

#define SEC	CDISC_NSEC_PER_SEC
#define MS	1000000LL
#define US	1000LL
#define BASE_NS	1780000000000000000LL

static struct cdisc_servo new_servo(void)
{
	struct cdisc_servo s = { .ops = &cdisc_servo_adaptive_ops, .minpoll_log2s = 6, .maxpoll_log2s = 10 };

	s.ops->restart(&s);
	return s;
}

static void it_is_there_beside_the_other(struct kunit *test)
{
	KUNIT_EXPECT_PTR_EQ(test, cdisc_servo_find(CLOCKDISC_SERVO_ADAPTIVE), &cdisc_servo_adaptive_ops);
	KUNIT_EXPECT_STREQ(test, cdisc_servo_adaptive_ops.name, "adaptive");
	KUNIT_EXPECT_TRUE(test, cdisc_servo_adaptive_ops.is_tracking);
	KUNIT_EXPECT_FALSE(test, cdisc_servo_ntp_ops.is_tracking);
}

static void the_clock_follows_within_a_second(struct kunit *test)
{
	static const struct {
		s64 offset_ns, error_ns, pace_ppb;
		s8 poll_log2s;
		s64 slew_ns, over_ns;
	} table[] = {
		{ 30 * US, 10 * US, 500000, 6, 30 * US, SEC },
		{ -30 * US, 10 * US, 500000, 10, -30 * US, SEC },
		/* samples every second, and sixteen a second: the next one replaces it before its end */
		{ 3 * US, US, 500000, 0, 3 * US, SEC + SEC / 4 },
		{ 3, 1, 500000, -4, 3, SEC / 16 * 5 / 4 },
		/* by the operator's limit: 50 ms at 500 ppm are 100 s */
		{ 50 * MS, 10 * US, 500000, 6, 50 * MS, 100 * SEC + 1 },
		{ -50 * MS, 10 * US, 83333000, 6, -50 * MS, SEC },
		/* not worth it */
		{ 100, 10 * US, 500000, 6, 0, 0 },
		{ 0, 0, 500000, 6, 0, 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct cdisc_update u = {
			.offset_ns	= table[i].offset_ns,
			.freq_ppb_q16	= 77 * 65536,
			.error_ns_q16	= table[i].error_ns * 65536,
			.pace_ppb_q16	= cdisc_ppb_q16_from_ppb(table[i].pace_ppb),
			.jitter_ns	= 5,
			.poll_log2s	= table[i].poll_log2s,
		};
		struct cdisc_servo s = new_servo();
		struct cdisc_correction c = { 0 };

		s.ops->update(&s, &u, &c);
		KUNIT_EXPECT_EQ(test, c.slew_ns, table[i].slew_ns);
		KUNIT_EXPECT_EQ(test, c.over_ns, table[i].over_ns);
		KUNIT_EXPECT_EQ(test, s.freq_ppb_q16, 77 * 65536);
		KUNIT_EXPECT_EQ(test, s.jitter_ns, 5);
	}
}

static void measuring_ends_when_the_frequency_is_known(struct kunit *test)
{
	struct cdisc_update u = { .freq_ppb_q16 = S64_MAX, .pace_ppb_q16 = 1 };
	struct cdisc_servo s = new_servo();
	struct cdisc_correction c = { 0 };

	u.hold_ppb_q16 = cdisc_ppb_q16_from_ppb(15000);
	KUNIT_EXPECT_FALSE(test, s.ops->measure(&s, &u, &c));
	KUNIT_EXPECT_EQ(test, s.freq_ppb_q16, CDISC_FREQ_MAX_PPB_Q16);
	u.hold_ppb_q16 = cdisc_ppb_q16_from_ppb(1000);
	KUNIT_EXPECT_TRUE(test, s.ops->measure(&s, &u, &c));
}

/* A sample every dt_ns from a source that runs at 10 ppm, with delays that repeat after seven. */
static void hear(struct cdisc_peer *p, s64 *raw_ns, s64 dt_ns, s64 wrong_ns)
{
	static const s64 queues_us[] = { 120, 30, 260, 10, 400, 90, 160 };
	const struct cdisc_header h = { .leap = CLOCKDISC_LEAP_NONE, .stratum = 1 };
	s64 queue_ns = queues_us[*raw_ns / SEC % 7] * US;
	struct cdisc_sample s = { .delay_ns = 5 * MS + queue_ns };

	*raw_ns += dt_ns;
	s.raw_ns = *raw_ns;
	s.phase_ns = BASE_NS + *raw_ns / 100000 + (*raw_ns / SEC % 2 ? queue_ns / 2 : -queue_ns / 3) + wrong_ns;
	s.half_ns = s.delay_ns / 2 + US;
	cdisc_peer_polled(p, true);
	cdisc_peer_sample(p, &h, &s, 0, dt_ns, SEC);
}

static s64 phase_error_ns(const struct cdisc_peer *p, s64 raw_ns)
{
	struct cdisc_estimate e;

	cdisc_peer_estimate(p, raw_ns, cdisc_ppb_q16_from_ppb(10000), &e);
	return cdisc_abs(e.phase_ns - BASE_NS - raw_ns / 100000);
}

static void estimators_change_without_a_jump(struct kunit *test)
{
	static struct cdisc_peer p;
	s64 raw_ns = 0;
	unsigned int n;

	cdisc_peer_init(&p, 1);
	for (n = 0; n < 20; n++)
		hear(&p, &raw_ns, 64 * SEC, 0);
	for (n = 0; n < 4; n++) {
		KUNIT_EXPECT_LE(test, phase_error_ns(&p, raw_ns), 300 * US);
		cdisc_peer_follow(&p, n % 2 == 0, cdisc_ppb_q16_from_ppb(10000));
		KUNIT_EXPECT_EQ(test, p.is_tracked, n % 2 == 0);
		KUNIT_EXPECT_LE(test, phase_error_ns(&p, raw_ns), 300 * US);
		hear(&p, &raw_ns, 64 * SEC, 0);
	}
	/* The clock filter may take one for a spike. */
	KUNIT_EXPECT_GE(test, p.accepted, 22);
}

static void quick_polls_are_few(struct kunit *test)
{
	static struct cdisc_peer p;
	s64 raw_ns = 0;
	unsigned int n, quick = 0;

	cdisc_peer_init(&p, 1);
	cdisc_peer_follow(&p, true, 0);
	/* The clock filter would be polled every 64 s; the first polls of a tracker come sooner, and get rarer. */
	KUNIT_EXPECT_EQ(test, cdisc_peer_poll(&p, 10), CDISC_POLL_QUICK_LOG2S);
	for (n = 0; n < 200; n++) {
		hear(&p, &raw_ns, cdisc_ns_from_log2s(cdisc_peer_poll(&p, 10)), 0);
		quick += cdisc_peer_poll(&p, 10) < 6;
	}
	KUNIT_EXPECT_LE(test, quick, CDISC_POLL_QUICK_START);
	KUNIT_EXPECT_GE(test, quick, 4);
	KUNIT_EXPECT_GE(test, cdisc_peer_poll(&p, 10), 8);
	/* A jump is confirmed at once. */
	hear(&p, &raw_ns, 64 * SEC, 30 * MS);
	KUNIT_EXPECT_EQ(test, cdisc_peer_poll(&p, 10), CDISC_POLL_QUICK_LOG2S);
	/* A source that jumps all the time is not asked all the time. */
	for (n = 0, quick = 0; n < 200; n++) {
		hear(&p, &raw_ns, cdisc_ns_from_log2s(cdisc_peer_poll(&p, 10)), n % 2 * 30 * MS);
		quick += cdisc_peer_poll(&p, 10) < 6;
	}
	KUNIT_EXPECT_LE(test, quick, 200 * CDISC_POLL_QUICK_JUMP / (CDISC_POLL_QUICK_JUMP + CDISC_POLL_CALM) + 10);
	/* Nor is one that does not answer, and silence is not counted by quick polls. */
	cdisc_peer_restart(&p);
	KUNIT_EXPECT_EQ(test, cdisc_peer_poll(&p, 10), CDISC_POLL_QUICK_LOG2S);
	KUNIT_EXPECT_EQ(test, cdisc_peer_patience(&p, 10), 64 * SEC);
	for (n = 0; n < 8; n++)
		cdisc_peer_polled(&p, false);
	KUNIT_EXPECT_GE(test, cdisc_peer_poll(&p, 10), 6);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(it_is_there_beside_the_other),
	KUNIT_CASE(the_clock_follows_within_a_second),
	KUNIT_CASE(measuring_ends_when_the_frequency_is_known),
	KUNIT_CASE(estimators_change_without_a_jump),
	KUNIT_CASE(quick_polls_are_few),
	{ }
};

static struct kunit_suite suite = {
	.name = "clockdisc-servo-adaptive",
	.test_cases = cases,
};
kunit_test_suite(suite);
