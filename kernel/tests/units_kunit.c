// SPDX-License-Identifier: GPL-2.0
/*
 * Every conversion between units, in both directions and at both signs.
 */
#include <kunit/test.h>

#include "core/units.h"

#define SEC	CDISC_NSEC_PER_SEC

static void ppb_and_scaled_ppm(struct kunit *test)
{
	static const struct {
		s64 ppb_q16, ppb, sppm;
	} table[] = {
		{ 0, 0, 0 },
		{ 1, 0, 0 },
		{ 499, 0, 0 },
		{ 500, 0, 1 },
		{ -500, 0, -1 },
		{ 32767, 0, 33 },
		{ 32768, 1, 33 },
		{ -32768, -1, -33 },
		{ 65536, 1, 66 },
		{ 65536000, 1000, 65536 },			/* 1 ppm */
		{ -65536000, -1000, -65536 },
		{ 32768000000LL, 500000, 32768000 },		/* 500 ppm, the kernel's own limit */
		{ CDISC_FREQ_MAX_PPB_Q16, CDISC_FREQ_MAX_PPB, 6553600000LL },
		{ -CDISC_FREQ_MAX_PPB_Q16, -CDISC_FREQ_MAX_PPB, -6553600000LL },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		KUNIT_EXPECT_EQ_MSG(test, cdisc_ppb_from_ppb_q16(table[i].ppb_q16), table[i].ppb, "row %zu", i);
		KUNIT_EXPECT_EQ_MSG(test, cdisc_sppm_from_ppb_q16(table[i].ppb_q16), table[i].sppm, "row %zu", i);
	}
	KUNIT_EXPECT_EQ(test, cdisc_ppb_q16_from_ppb(-3), -196608);
	KUNIT_EXPECT_EQ(test, cdisc_ppb_q16_from_ppb(1LL << 46), 1LL << 62);
	KUNIT_EXPECT_EQ(test, cdisc_ppb_q16_from_sppm(-65536), cdisc_ppb_q16_from_ppb(-1000));
	for (i = 0; i < 2000; i++) {
		s64 sppm = (s64)i * 6553 - 6553000;

		KUNIT_EXPECT_EQ(test, cdisc_sppm_from_ppb_q16(cdisc_ppb_q16_from_sppm(sppm)), sppm);
	}
}

static void microseconds_and_polls(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cdisc_us_ceil_from_ns(0), 0);
	KUNIT_EXPECT_EQ(test, cdisc_us_ceil_from_ns(1), 1);
	KUNIT_EXPECT_EQ(test, cdisc_us_ceil_from_ns(1000), 1);
	KUNIT_EXPECT_EQ(test, cdisc_us_ceil_from_ns(1001), 2);
	KUNIT_EXPECT_EQ(test, cdisc_us_ceil_from_ns(S64_MAX), 9223372036854776LL);

	KUNIT_EXPECT_EQ(test, cdisc_ns_from_log2s(0), SEC);
	KUNIT_EXPECT_EQ(test, cdisc_ns_from_log2s(6), 64 * SEC);
	KUNIT_EXPECT_EQ(test, cdisc_ns_from_log2s(17), 131072 * SEC);
	KUNIT_EXPECT_EQ(test, cdisc_ns_from_log2s(33), 8589934592LL * SEC);
	KUNIT_EXPECT_EQ(test, cdisc_ns_from_log2s(-1), SEC / 2);
	KUNIT_EXPECT_EQ(test, cdisc_ns_from_log2s(-20), 953);
	KUNIT_EXPECT_EQ(test, cdisc_ns_from_log2s(-31), 0);
}

static void phase_from_rate(struct kunit *test)
{
	static const struct {
		s64 ppb_q16, dt_ns, phase_ns;
	} table[] = {
		{ 0, S64_MAX, 0 },
		{ 65536, SEC, 1 },			/* 1 ppb for 1 s is 1 ns */
		{ -65536, SEC, -1 },
		{ 65536, -SEC, -1 },
		{ 32768, SEC, 1 },			/* half a nanosecond: away from zero */
		{ 32767, SEC, 0 },
		{ -32768, SEC, -1 },
		{ 65536000, 1000 * SEC, 1000000 },	/* 1 ppm for 1000 s is 1 ms */
		{ CDISC_FREQ_MAX_PPB_Q16, 10 * SEC, SEC },
		{ CDISC_FREQ_MAX_PPB_Q16, S64_MAX, 922337203685477581LL },
		{ -CDISC_FREQ_MAX_PPB_Q16, S64_MIN, 922337203685477581LL },
		{ S64_MAX, S64_MAX, S64_MAX },
		{ S64_MIN, S64_MAX, S64_MIN },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		KUNIT_EXPECT_EQ_MSG(test, cdisc_ns_from_rate(table[i].ppb_q16, table[i].dt_ns), table[i].phase_ns,
				    "row %zu", i);
}

static void rate_from_phase(struct kunit *test)
{
	static const struct {
		s64 phase_ns, dt_ns, ppb_q16;
	} table[] = {
		{ 0, 1, 0 },
		{ 1, SEC, 65536 },
		{ -1, SEC, -65536 },
		{ 1, 64 * SEC, 1024 },			/* a nanosecond over a poll interval does not vanish */
		{ 1, 131072 * SEC, 1 },			/* half a unit: away from zero */
		{ 1000000, 1000 * SEC, 65536000 },
		{ SEC, 10 * SEC, CDISC_FREQ_MAX_PPB_Q16 },
		{ -SEC, 10 * SEC, -CDISC_FREQ_MAX_PPB_Q16 },
		{ S64_MAX, 1, S64_MAX },
		{ S64_MIN, 1, S64_MIN },
		{ S64_MAX, S64_MAX, SEC * 65536 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		KUNIT_EXPECT_EQ_MSG(test, cdisc_rate_from_ns(table[i].phase_ns, table[i].dt_ns), table[i].ppb_q16,
				    "row %zu", i);
}

static void time_to_move(struct kunit *test)
{
	static const struct {
		s64 phase_ns, ppb_q16, dt_ns;
	} table[] = {
		{ 0, 1, 0 },
		{ 1, 65536, SEC },
		{ -1, 65536, SEC },
		{ 1, -65536, SEC },
		{ 1, 65537, 999984742 },		/* 999984741.4: rounded up */
		{ 1, 3, 21845333333334LL },
		{ SEC, CDISC_FREQ_MAX_PPB_Q16, 10 * SEC },
		{ S64_MAX, 1, S64_MAX },
		{ S64_MIN, S64_MIN, 65536 * SEC },	/* |S64_MIN| / |S64_MIN + 1|: a hair more, rounded up */
		{ S64_MAX, S64_MAX, 65536 * SEC },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		s64 wanted_ns = table[i].dt_ns + (table[i].phase_ns == S64_MIN ? 1 : 0);

		KUNIT_EXPECT_EQ_MSG(test, cdisc_ns_to_move(table[i].phase_ns, table[i].ppb_q16), wanted_ns,
				    "row %zu", i);
	}
}

static void dispersion_grows_and_never_shrinks(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, cdisc_ns_from_phi(0), 0);
	KUNIT_EXPECT_EQ(test, cdisc_ns_from_phi(-SEC), 0);
	KUNIT_EXPECT_EQ(test, cdisc_ns_from_phi(S64_MIN), 0);
	KUNIT_EXPECT_EQ(test, cdisc_ns_from_phi(1), 1);
	KUNIT_EXPECT_EQ(test, cdisc_ns_from_phi(SEC), 15000);
	KUNIT_EXPECT_EQ(test, cdisc_ns_from_phi(SEC + 1), 15001);
	KUNIT_EXPECT_EQ(test, cdisc_ns_from_phi(86400 * SEC), 1296000000LL);
	KUNIT_EXPECT_EQ(test, cdisc_ns_from_phi(S64_MAX), 138350580552822LL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(ppb_and_scaled_ppm),
	KUNIT_CASE(microseconds_and_polls),
	KUNIT_CASE(phase_from_rate),
	KUNIT_CASE(rate_from_phase),
	KUNIT_CASE(time_to_move),
	KUNIT_CASE(dispersion_grows_and_never_shrinks),
	{ }
};

static struct kunit_suite suite = {
	.name = "clockdisc-units",
	.test_cases = cases,
};
kunit_test_suite(suite);
