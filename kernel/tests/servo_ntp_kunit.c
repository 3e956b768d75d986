// SPDX-License-Identifier: GPL-2.0
/*
 * The RFC 5905 loop: its gains to the digit, its averages, its poll interval, what it never takes for a frequency.
 */
#include <kunit/test.h>

#include "core/servo.h"

#define SEC	CDISC_NSEC_PER_SEC
#define MS	1000000LL
#define US	1000LL
#define PPM	65536000LL	/* ppb_q16 */

#define BASE_NS		(1700000000 * SEC)
#define FRESH		16	/* updates after which the line no longer averages */

static u64 next_random(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static s64 random_s64(u64 *state)
{
	u64 v = next_random(state) >> (next_random(state) % 64);

	return next_random(state) & 1 ? -(s64)(v >> 1) : (s64)(v >> 1);
}

static struct cdisc_servo servo_new(s8 minpoll_log2s, s8 maxpoll_log2s)
{
	struct cdisc_servo s = {
		.ops = &cdisc_servo_ntp_ops, .minpoll_log2s = minpoll_log2s, .maxpoll_log2s = maxpoll_log2s,
	};

	s.ops->restart(&s);
	return s;
}

/* A servo that has long been running: its last sample at 0, the line and the clock on the reference. */
static struct cdisc_servo servo_settled(s8 poll_log2s)
{
	struct cdisc_servo s = servo_new(0, 17);

	s.poll_log2s = poll_log2s;
	s.ntp.updates = FRESH;
	s.ntp.line_phase_ns = BASE_NS;
	s.ntp.last_phase_ns = BASE_NS;
	return s;
}

/* The reference is e_ns ahead of line and clock, raw_ns after the last sample. */
static struct cdisc_correction hit(struct cdisc_servo *s, s64 raw_ns, s64 e_ns, s8 poll_log2s)
{
	struct cdisc_update u = {
		.raw_ns = raw_ns, .sample_raw_ns = raw_ns, .phase_ns = BASE_NS + e_ns, .offset_ns = e_ns,
		.jitter_ns = US, .poll_log2s = poll_log2s,
	};
	struct cdisc_correction c = { 0 };

	s->ops->update(s, &u, &c);
	return c;
}

static void servo_is_found(struct kunit *test)
{
	KUNIT_EXPECT_PTR_EQ(test, cdisc_servo_find(CLOCKDISC_SERVO_NTP), &cdisc_servo_ntp_ops);
	KUNIT_EXPECT_STREQ(test, cdisc_servo_find(CLOCKDISC_SERVO_NTP)->name, "ntp");
	KUNIT_EXPECT_NULL(test, cdisc_servo_find(0));
	KUNIT_EXPECT_NULL(test, cdisc_servo_find(77));
}

/*
 * One update of 1 ms. PLL: 1 ms * min(mu, 2^p) / (64 * 2^p)^2. FLL from 2^p > 750 s on: 1 ms / (max(mu, 1500 s) *
 * max(18 - p, 4)). Slew: 1 ms * 2^p / (2^p + 16 * min(2^p, 1500 s)).
 */
struct gain_case {
	const char	*what;
	s8		poll_log2s;
	s64		mu_sec, freq_ppb_q16, slew_ns, over_ns;
};

static const struct gain_case gain_cases[] = {
	/* 1e-3 * 64 / 4096^2 = 3.8147 ppb; 1 / 17 */
	{ "64 s", 6, 64, 250000, 58824, 72 * SEC },
	{ "64 s, after 16 s", 6, 16, 62500, 58824, 72 * SEC },
	{ "64 s, after 1000 s: no more than a poll", 6, 1000, 250000, 58824, 72 * SEC },
	{ "1 s", 0, 1, 16000000, 58824, 1125 * MS },
	/* 512 s is below half the Allan intercept: PLL alone */
	{ "512 s", 9, 512, 31250, 58824, 576 * SEC },
	/* PLL 15625, FLL 1e-3 / 1500 / 8 = 83.33 ppb */
	{ "1024 s", 10, 1024, 15625 + 5461333, 58824, 1152 * SEC },
	/* PLL 3906.25, FLL 1e-3 / 4096 / 6 = 40.69 ppb; 4096 / (4096 + 24000) */
	{ "4096 s", 12, 4096, 3906 + 2666667, 145786, 4608 * SEC },
	/* PLL 488.3, FLL 1e-3 / 32768 / 4 */
	{ "32768 s", 15, 32768, 488 + 500000, 577227, 36864 * SEC },
};

KUNIT_ARRAY_PARAM_DESC(gain, gain_cases, what);

static void servo_gain(struct kunit *test)
{
	const struct gain_case *g = test->param_value;
	struct cdisc_servo s = servo_settled(g->poll_log2s);
	struct cdisc_correction c = hit(&s, g->mu_sec * SEC, MS, g->poll_log2s);

	KUNIT_EXPECT_EQ(test, s.freq_ppb_q16, g->freq_ppb_q16);
	KUNIT_EXPECT_EQ(test, c.slew_ns, g->slew_ns);
	KUNIT_EXPECT_EQ(test, c.over_ns, g->over_ns);
	/* The other way round to the same bits. */
	s = servo_settled(g->poll_log2s);
	c = hit(&s, g->mu_sec * SEC, -MS, g->poll_log2s);
	KUNIT_EXPECT_EQ(test, s.freq_ppb_q16, -g->freq_ppb_q16);
	KUNIT_EXPECT_EQ(test, c.slew_ns, -g->slew_ns);
}

/* Averages with AVG 4: sqrt((3 * 0 + d^2) / 4) = d / 2, then sqrt((3 * (d / 2)^2 + 0) / 4). */
static void servo_averages(struct kunit *test)
{
	struct cdisc_servo s = servo_settled(6);

	hit(&s, 64 * SEC, MS, 6);
	KUNIT_EXPECT_EQ(test, s.jitter_ns, MS / 2);
	KUNIT_EXPECT_EQ(test, s.wander_ppb_q16, 125000ll);
	/* The line has meanwhile taken 58824 ns over and gained 244 ns by its new frequency. */
	hit(&s, 128 * SEC, MS + 58824 + 244, 6);
	KUNIT_EXPECT_EQ(test, s.ntp.last_offset_ns, MS);
	KUNIT_EXPECT_EQ(test, s.jitter_ns, 433012ll);
}

/* The first update sets the line, moves the clock there, and leaves the frequency alone. */
static void servo_first_update(struct kunit *test)
{
	struct cdisc_servo s = servo_new(4, 10);
	struct cdisc_correction c;

	s.freq_ppb_q16 = 12 * PPM;
	c = hit(&s, 100 * SEC, 30 * MS, 4);
	KUNIT_EXPECT_EQ(test, s.freq_ppb_q16, 12 * PPM);
	KUNIT_EXPECT_EQ(test, c.slew_ns, 30 * MS);
	KUNIT_EXPECT_EQ(test, c.over_ns, 18 * SEC);
	KUNIT_EXPECT_EQ(test, s.jitter_ns, US);
}

/* The first updates are averaged: the line is at the mean of what was measured. */
static void servo_fresh_line(struct kunit *test)
{
	static const s64 phases_ns[] = { 1000, -1000, 3000, 5000 };
	static const s64 means_ns[] = { 1000, 0, 1000, 2000 };
	struct cdisc_servo s = servo_new(10, 10);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(phases_ns); i++) {
		/* A second apart: next to nothing of a poll of 1024 s. */
		hit(&s, i * SEC, phases_ns[i], 10);
		KUNIT_EXPECT_LE_MSG(test, cdisc_abs(s.ntp.line_phase_ns - BASE_NS - means_ns[i]), 3ll, "%u", i);
	}
}

/* Somebody set the clock: it is brought back whole, and neither frequency nor jitter nor poll know of it. */
static void servo_clock_was_moved(struct kunit *test)
{
	struct cdisc_servo s = servo_settled(6);
	struct cdisc_update u = {
		.raw_ns = 64 * SEC, .sample_raw_ns = 64 * SEC, .phase_ns = BASE_NS, .offset_ns = 50 * MS,
		.jitter_ns = US, .poll_log2s = 6,
	};
	struct cdisc_correction c = { 0 };

	s.jitter_ns = 40 * US;
	s.ops->update(&s, &u, &c);
	KUNIT_EXPECT_EQ(test, c.slew_ns, 50 * MS);
	KUNIT_EXPECT_EQ(test, s.freq_ppb_q16, 0ll);
	KUNIT_EXPECT_LT(test, s.jitter_ns, 40 * US);
	KUNIT_EXPECT_EQ(test, (int)s.poll_log2s, 6);
	KUNIT_EXPECT_GT(test, s.ntp.tc_counter, 0);
}

/* The sample is older than now: the frequency carries it, and what it says is the same. */
static void servo_sample_of_before(struct kunit *test)
{
	struct cdisc_servo a = servo_settled(6), b = servo_settled(6);
	struct cdisc_update u = {
		.raw_ns = 64 * SEC, .sample_raw_ns = 64 * SEC, .jitter_ns = US, .poll_log2s = 6,
		.phase_ns = BASE_NS + 64 * 80 * US + MS, .offset_ns = MS,
	};
	struct cdisc_correction c = { 0 };

	a.freq_ppb_q16 = 80 * PPM;
	b.freq_ppb_q16 = 80 * PPM;
	a.ops->update(&a, &u, &c);
	u.raw_ns += 10 * SEC;
	u.phase_ns += 10 * 80 * US;
	b.ops->update(&b, &u, &c);
	KUNIT_EXPECT_EQ(test, a.freq_ppb_q16, 80 * PPM + 250000);
	KUNIT_EXPECT_EQ(test, b.freq_ppb_q16, a.freq_ppb_q16);
	KUNIT_EXPECT_EQ(test, b.ntp.line_phase_ns, a.ntp.line_phase_ns);
	KUNIT_EXPECT_EQ(test, b.ntp.line_raw_ns, 64 * SEC);
}

/* Count and poll interval after each update that is quiet or is not; least 6, largest 7. */
static void servo_poll_hysteresis(struct kunit *test)
{
	static const struct {
		bool	is_quiet;
		s32	count;
		s8	poll_log2s;
	} table[] = {
		{ true, 6, 6 }, { true, 12, 6 }, { true, 18, 6 }, { true, 24, 6 }, { true, 30, 6 }, { true, 0, 7 },
		{ true, 7, 7 }, { true, 14, 7 }, { true, 21, 7 }, { true, 28, 7 }, { true, 30, 7 }, { true, 30, 7 },
		{ false, 16, 7 }, { false, 2, 7 }, { true, 9, 7 }, { false, -5, 7 }, { false, -19, 7 },
		{ false, 0, 6 }, { false, -12, 6 }, { false, -24, 6 }, { false, -30, 6 }, { false, -30, 6 },
		{ true, -24, 6 },
	};
	struct cdisc_servo s = servo_new(6, 7);
	unsigned int i;

	s.ntp.updates = FRESH;
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		/* On the line each time, or off it by more than the gate of 4 jitters. */
		s.ntp.line_phase_ns = BASE_NS;
		s.ntp.left_ns = 0;
		s.ntp.last_offset_ns = table[i].is_quiet ? 0 : MS;
		s.freq_ppb_q16 = 0;
		s.jitter_ns = 100 * US;
		hit(&s, (i + 1) * 64 * SEC, table[i].is_quiet ? 0 : MS, 6);
		KUNIT_EXPECT_EQ_MSG(test, s.ntp.tc_counter, table[i].count, "update %u", i);
		KUNIT_EXPECT_EQ_MSG(test, (int)s.poll_log2s, (int)table[i].poll_log2s, "update %u", i);
	}
	/* At a poll of 1 s it moves as well. */
	s = servo_new(0, 4);
	for (i = 0; i < 40; i++)
		hit(&s, i * SEC, 0, 0);
	KUNIT_EXPECT_GT(test, (int)s.poll_log2s, 0);
}

/* A restart forgets phases, not the frequency; the poll interval starts over. */
static void servo_restart_keeps_freq(struct kunit *test)
{
	struct cdisc_servo s = servo_settled(9);
	struct cdisc_correction c;

	s.minpoll_log2s = 4;
	s.freq_ppb_q16 = 33 * PPM;
	s.ntp.tc_counter = 17;
	s.ops->restart(&s);
	KUNIT_EXPECT_EQ(test, s.freq_ppb_q16, 33 * PPM);
	KUNIT_EXPECT_EQ(test, (int)s.poll_log2s, 4);
	KUNIT_EXPECT_EQ(test, s.ntp.tc_counter, 0);
	/* The source has stepped by an hour: that is phase, not frequency. */
	c = hit(&s, 100 * SEC, 3600 * SEC, 4);
	KUNIT_EXPECT_EQ(test, s.freq_ppb_q16, 33 * PPM);
	KUNIT_EXPECT_EQ(test, c.slew_ns, 3600 * SEC);
}

static void servo_freq_is_clamped(struct kunit *test)
{
	struct cdisc_servo s = servo_settled(0);
	int i;

	for (i = 1; i < 40; i++)
		hit(&s, i * SEC, i * 1000 * SEC, 0);
	KUNIT_EXPECT_EQ(test, s.freq_ppb_q16, CDISC_FREQ_MAX_PPB_Q16);
	s = servo_settled(0);
	for (i = 1; i < 40; i++)
		hit(&s, i * SEC, i * -1000 * SEC, 0);
	KUNIT_EXPECT_EQ(test, s.freq_ppb_q16, -CDISC_FREQ_MAX_PPB_Q16);
}

/* Any numbers: nothing overflows, and the frequency, the poll interval and the averages stay within their range. */
static void servo_any_numbers(struct kunit *test)
{
	u64 state = 88172645463325252ULL;
	struct cdisc_servo s = servo_new(0, 17);
	unsigned int i;

	for (i = 0; i < 30000; i++) {
		struct cdisc_update u = {
			.raw_ns = random_s64(&state), .sample_raw_ns = random_s64(&state),
			.phase_ns = random_s64(&state), .offset_ns = random_s64(&state),
			.jitter_ns = cdisc_abs(random_s64(&state)), .poll_log2s = (s8)random_s64(&state),
		};
		struct cdisc_correction c = { 0 };

		if (i % 100 == 0)
			s.ops->restart(&s);
		if (i / 100 % 2)
			s.ops->measure(&s, &u, &c);
		else
			s.ops->update(&s, &u, &c);
		KUNIT_ASSERT_LE(test, cdisc_abs(s.freq_ppb_q16), CDISC_FREQ_MAX_PPB_Q16);
		KUNIT_ASSERT_GE(test, s.jitter_ns, 0ll);
		KUNIT_ASSERT_GE(test, s.wander_ppb_q16, 0ll);
		KUNIT_ASSERT_GE(test, c.over_ns, SEC);
		KUNIT_ASSERT_GE(test, (int)s.poll_log2s, 0);
		KUNIT_ASSERT_LE(test, (int)s.poll_log2s, 17);
	}
}

static struct kunit_case servo_cases[] = {
	KUNIT_CASE(servo_is_found),
	KUNIT_CASE_PARAM(servo_gain, gain_gen_params),
	KUNIT_CASE(servo_averages),
	KUNIT_CASE(servo_first_update),
	KUNIT_CASE(servo_fresh_line),
	KUNIT_CASE(servo_clock_was_moved),
	KUNIT_CASE(servo_sample_of_before),
	KUNIT_CASE(servo_poll_hysteresis),
	KUNIT_CASE(servo_restart_keeps_freq),
	KUNIT_CASE(servo_freq_is_clamped),
	KUNIT_CASE(servo_any_numbers),
	{}
};

static struct kunit_suite servo_suite = {
	.name = "clockdisc-servo-ntp",
	.test_cases = servo_cases,
};

kunit_test_suite(servo_suite);
