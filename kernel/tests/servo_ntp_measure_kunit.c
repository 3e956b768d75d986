// SPDX-License-Identifier: GPL-2.0
/*
 * The frequency measured directly: how good, how robust, how far believed, and when it is enough.
 */
#include <kunit/test.h>

#include "core/servo.h"

#define SEC	CDISC_NSEC_PER_SEC
#define MS	1000000LL
#define US	1000LL
#define PPM	65536000LL	/* ppb_q16 */

#define BASE_NS	(1700000000 * SEC)

static struct cdisc_servo servo_new(s8 minpoll_log2s, s8 maxpoll_log2s)
{
	struct cdisc_servo s = {
		.ops = &cdisc_servo_ntp_ops, .minpoll_log2s = minpoll_log2s, .maxpoll_log2s = maxpoll_log2s,
	};

	s.ops->restart(&s);
	return s;
}

/* One point of a measurement; drift in ppb, an error of the sample, and whether the state may end. */
static bool point(struct cdisc_servo *s, s64 raw_ns, s64 drift_ppb, s64 error_ns, s64 jitter_ns, s8 poll_log2s)
{
	struct cdisc_update u = {
		.raw_ns = raw_ns, .sample_raw_ns = raw_ns, .jitter_ns = jitter_ns, .poll_log2s = poll_log2s,
		.phase_ns = BASE_NS + raw_ns / SEC * drift_ppb + error_ns, .offset_ns = 5 * MS,
	};
	struct cdisc_correction c = { 0 };
	bool is_enough = s->ops->measure(s, &u, &c);

	if (s->ntp.points == 1)
		s->wander_ppb_q16 = c.slew_ns;	/* a free field, for the test to look at */
	return is_enough;
}

/* 80 ppm without noise: right from the second point on; the first one moves the clock by the whole offset. */
static void servo_measures(struct kunit *test)
{
	struct cdisc_servo s = servo_new(4, 10);
	unsigned int i;

	point(&s, 0, 80000, 0, 1, 4);
	KUNIT_EXPECT_EQ(test, s.freq_ppb_q16, 0ll);
	KUNIT_EXPECT_EQ(test, s.wander_ppb_q16, 5 * MS);
	for (i = 1; i < 40; i++) {
		point(&s, 2 * i * SEC, 80000, 0, 1, 4);
		KUNIT_EXPECT_LE_MSG(test, cdisc_abs(s.freq_ppb_q16 - 80 * PPM), PPM / 1000, "point %u", i);
	}
	KUNIT_EXPECT_EQ(test, (int)s.ntp.points, CDISC_SERVO_POINTS);
	KUNIT_EXPECT_EQ(test, s.ntp.point[0].raw_ns, 0ll);
	KUNIT_EXPECT_EQ(test, s.ntp.point[CDISC_SERVO_POINTS - 1].raw_ns, 78 * SEC);
}

/* One sample is off by 20 ms, the first, one in the middle or the last: 20 ms over 70 s would be 285 ppm. */
static void servo_measure_is_robust(struct kunit *test)
{
	unsigned int bad, i;

	for (bad = 0; bad < 8; bad++) {
		struct cdisc_servo s = servo_new(4, 10);

		for (i = 0; i < 8; i++)
			point(&s, 10 * i * SEC, 80000, i == bad ? 20 * MS : 0, 10 * US, 4);
		KUNIT_EXPECT_LE_MSG(test, cdisc_abs(s.freq_ppb_q16 - 80 * PPM), PPM, "point %u", bad);
		KUNIT_EXPECT_LE_MSG(test, cdisc_abs(s.ntp.line_phase_ns - BASE_NS - 70 * 80 * US), 10 * US,
				    "point %u", bad);
	}
}

/* 10 ms of jitter over 2 s is 7500 ppm of error and next to nothing is believed of it; 10 us is 7.5 ppm. */
static void servo_measure_is_doubted(struct kunit *test)
{
	struct cdisc_servo s = servo_new(4, 10);

	point(&s, 0, 0, 0, 10 * MS, 4);
	point(&s, 2 * SEC, 0, 10 * MS, 10 * MS, 4);
	KUNIT_EXPECT_LT(test, cdisc_abs(s.freq_ppb_q16), PPM);
	s = servo_new(4, 10);
	point(&s, 0, 0, 0, 10 * US, 4);
	point(&s, 2 * SEC, 0, 200 * US, 10 * US, 4);
	KUNIT_EXPECT_GT(test, s.freq_ppb_q16, 99 * PPM);
	KUNIT_EXPECT_LT(test, s.freq_ppb_q16, 100 * PPM);
}

/* The state ends at a baseline of 48 polls when the points lie on a line, later when not, never before four points. */
static void servo_measure_ends(struct kunit *test)
{
	struct cdisc_servo s = servo_new(0, 10);
	unsigned int i;

	for (i = 0; i < 48; i++)
		KUNIT_EXPECT_FALSE_MSG(test, point(&s, i * SEC, 0, 0, 10 * US, 0), "second %u", i);
	KUNIT_EXPECT_TRUE(test, point(&s, 48 * SEC, 0, 0, 10 * US, 0));
	s = servo_new(0, 10);
	KUNIT_EXPECT_FALSE(test, point(&s, 0, 0, 0, 10 * US, 0));
	KUNIT_EXPECT_FALSE(test, point(&s, 100 * SEC, 0, 0, 10 * US, 0));
	KUNIT_EXPECT_FALSE(test, point(&s, 200 * SEC, 0, 0, 10 * US, 0));
	KUNIT_EXPECT_TRUE(test, point(&s, 300 * SEC, 0, 0, 10 * US, 0));
	/* Points that are off by more than their jitter says: 20 us either way and on the line in between. */
	s = servo_new(0, 10);
	for (i = 0; i < 96; i++)
		KUNIT_EXPECT_FALSE_MSG(test, point(&s, i * SEC, 0, ((s64)(i % 3) - 1) * 20 * US, 10 * US, 0),
				       "second %u", i);
	/* Two Allan intercepts are enough whatever the points say, twelve polls if that is longer. */
	s = servo_new(6, 10);
	for (i = 0; i < 47; i++)
		KUNIT_EXPECT_FALSE_MSG(test, point(&s, 64 * i * SEC, 0, ((s64)(i % 3) - 1) * MS, 10 * US, 6),
				       "poll %u", i);
	KUNIT_EXPECT_TRUE(test, point(&s, 64 * i * SEC, 0, 0, 10 * US, 6));
	s = servo_new(10, 10);
	for (i = 0; i < 12; i++)
		KUNIT_EXPECT_FALSE_MSG(test, point(&s, 1024 * i * SEC, 0, ((s64)(i % 3) - 1) * MS, 10 * US, 10),
				       "poll %u", i);
	KUNIT_EXPECT_TRUE(test, point(&s, 1024 * i * SEC, 0, 0, 10 * US, 10));
}

/* The stepout ends the state too early: the measurement goes on under update, and then the loop takes over. */
static void servo_measure_goes_on(struct kunit *test)
{
	struct cdisc_servo s = servo_new(4, 10);
	struct cdisc_update u = { .jitter_ns = US, .poll_log2s = 4 };
	struct cdisc_correction c = { 0 };
	unsigned int i;

	for (i = 0; i < 60; i++) {
		u.raw_ns = 16 * i * SEC;
		u.sample_raw_ns = u.raw_ns;
		u.phase_ns = BASE_NS + 16 * i * 80 * US;
		if (i < 2)
			s.ops->measure(&s, &u, &c);
		else
			s.ops->update(&s, &u, &c);
		/* From the second point on; half of the jitter over 48 s is 16 ppb of error, and of doubt much less. */
		if (i > 2)
			KUNIT_EXPECT_LT_MSG(test, cdisc_abs(s.freq_ppb_q16 - 80 * PPM), PPM / 100, "update %u", i);
	}
	KUNIT_EXPECT_FALSE(test, s.ntp.is_measuring);
}

/* A measurement that is cut short leaves nothing behind; a frequency that was given meanwhile stays. */
static void servo_measure_is_cut_short(struct kunit *test)
{
	struct cdisc_servo s = servo_new(4, 10);

	s.freq_ppb_q16 = 5 * PPM;
	point(&s, 0, 80000, 0, US, 4);
	point(&s, 16 * SEC, 80000, 0, US, 4);
	KUNIT_EXPECT_GT(test, s.freq_ppb_q16, 79 * PPM);
	s.ops->restart(&s);
	KUNIT_EXPECT_EQ(test, s.freq_ppb_q16, 5 * PPM);
	KUNIT_EXPECT_FALSE(test, s.ntp.is_measuring);
	point(&s, 100 * SEC, 80000, 0, US, 4);
	point(&s, 116 * SEC, 80000, 0, US, 4);
	s.freq_ppb_q16 = 33 * PPM;
	s.ops->restart(&s);
	KUNIT_EXPECT_EQ(test, s.freq_ppb_q16, 33 * PPM);
	KUNIT_EXPECT_FALSE(test, s.ntp.is_measuring);
}

/*
 * Several sources polled at once: points 1 ms apart that differ by 100 us, 10 % if it were a rate, with next to no
 * jitter; and two seconds apart that differ by 20 ms.
 */
static void servo_measure_of_a_crowd(struct kunit *test)
{
	struct cdisc_servo s = servo_new(4, 10);
	unsigned int i;

	for (i = 0; i < 8; i++) {
		point(&s, i * MS, 0, i * 100 * US, 1, 4);
		KUNIT_EXPECT_EQ_MSG(test, s.freq_ppb_q16, 0ll, "point %u", i);
	}
	s = servo_new(4, 10);
	point(&s, 0, 0, 0, 1, 4);
	point(&s, 2 * SEC, 0, 20 * MS, 1, 4);
	KUNIT_EXPECT_LE(test, s.freq_ppb_q16, 100 * PPM);
	s = servo_new(4, 10);
	point(&s, 0, 0, 0, 1, 4);
	point(&s, 2 * SEC, 0, -20 * MS, 1, 4);
	KUNIT_EXPECT_GE(test, s.freq_ppb_q16, -100 * PPM);
}

static struct kunit_case servo_measure_cases[] = {
	KUNIT_CASE(servo_measures),
	KUNIT_CASE(servo_measure_is_robust),
	KUNIT_CASE(servo_measure_is_doubted),
	KUNIT_CASE(servo_measure_ends),
	KUNIT_CASE(servo_measure_goes_on),
	KUNIT_CASE(servo_measure_is_cut_short),
	KUNIT_CASE(servo_measure_of_a_crowd),
	{}
};

static struct kunit_suite servo_measure_suite = {
	.name = "clockdisc-servo-ntp-measure",
	.test_cases = servo_measure_cases,
};

kunit_test_suite(servo_measure_suite);
