// SPDX-License-Identifier: GPL-2.0
/*
 * A second that is spread over a time: where it is when, how fast it goes, and that it goes on without a jump.
 */
#include <kunit/test.h>

#include "core/leap.h"

#define SEC	CDISC_NSEC_PER_SEC
#define BEGIN	(1000 * SEC)
#define LENGTH	(86401 * SEC)

/* Noon to noon around 2027-01-01: seconds since 1970 at midnight. */
#define MIDNIGHT_SEC	1798761600LL
#define HOUR		(3600 * SEC)

static struct cdisc_smear smear_of(enum cdisc_smear_shape shape)
{
	return (struct cdisc_smear){
		.shape = shape, .begin_raw_ns = BEGIN, .end_raw_ns = BEGIN + LENGTH, .last_ns = -SEC, .leap_ns = -SEC,
	};
}

static s64 ahead_at(const struct cdisc_smear *s, s64 raw_ns)
{
	struct cdisc_smear_piece piece;

	cdisc_smear_at(s, raw_ns, &piece);
	return piece.ahead_ns;
}

/* (1 - cos(pi x)) / 2 at the ends of pieces, in ns of the second, from a table of the function. */
static void the_cosine_is_one(struct kunit *test)
{
	static const struct {
		s64 piece;		/* of 128 */
		s64 ns;
	} table[] = {
		{ 0, 0 }, { 16, 38060234 }, { 32, 146446609 }, { 48, 308658284 }, { 64, 500000000 }, { 80, 691341716 },
		{ 96, 853553391 }, { 112, 961939766 }, { 127, 999849409 }, { 128, 1000000000 },
	};
	struct cdisc_smear s = smear_of(CDISC_SMEAR_COSINE);
	size_t i;

	s.end_raw_ns = BEGIN + 128 * CDISC_SMEAR_PIECE_NS;
	for (i = 0; i < ARRAY_SIZE(table); i++)
		KUNIT_EXPECT_LE_MSG(test, cdisc_abs(ahead_at(&s, BEGIN + table[i].piece * CDISC_SMEAR_PIECE_NS) + table[i].ns),
				    1LL, "row %zu", i);
}

/* Second by second: it never goes back, no second is changed by more than the shape's steepest, and pieces meet. */
static void it_goes_on_without_a_jump(struct kunit *test)
{
	/* ns a second: 1 s / 86401, and pi / 2 times as much. */
	static const struct { enum cdisc_smear_shape shape; s64 most_ns; } table[] = {
		{ CDISC_SMEAR_LINEAR, 11575 }, { CDISC_SMEAR_COSINE, 18182 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		struct cdisc_smear s = smear_of(table[i].shape);
		s64 raw_ns, last_ns = 0;

		for (raw_ns = BEGIN; raw_ns <= BEGIN + LENGTH; raw_ns += SEC) {
			struct cdisc_smear_piece piece;
			s64 gone_ns;

			cdisc_smear_at(&s, raw_ns, &piece);
			gone_ns = last_ns - piece.ahead_ns;
			if (gone_ns < 0 || gone_ns > table[i].most_ns)
				KUNIT_EXPECT_EQ_MSG(test, gone_ns, 0LL, "shape %zu", i);
			/* The line that a reader of the piece goes along leads to the next one. */
			if (piece.until_raw_ns != S64_MAX)
				KUNIT_EXPECT_LE(test, cdisc_abs(cdisc_smear_ahead(&piece, piece.until_raw_ns) -
								ahead_at(&s, piece.until_raw_ns)), 1LL);
			last_ns = piece.ahead_ns;
		}
		KUNIT_EXPECT_EQ(test, ahead_at(&s, BEGIN - 1), 0LL);
		KUNIT_EXPECT_EQ(test, ahead_at(&s, BEGIN + LENGTH), -SEC);
		s.is_past = true;
		KUNIT_EXPECT_EQ(test, ahead_at(&s, BEGIN + LENGTH), 0LL);
		KUNIT_EXPECT_EQ(test, ahead_at(&s, S64_MAX), 0LL);
	}
}

static void months_end_when_they_do(struct kunit *test)
{
	static const struct { s64 sec, end_sec; } table[] = {
		{ MIDNIGHT_SEC - 1, MIDNIGHT_SEC },		/* 2026-12-31T23:59:59 */
		{ MIDNIGHT_SEC - 86400, MIDNIGHT_SEC },		/* 2026-12-31T00:00:00 */
		{ MIDNIGHT_SEC - 86401, 0 },			/* 2026-12-30T23:59:59 */
		{ MIDNIGHT_SEC, 0 },				/* 2027-01-01T00:00:00 */
		{ 1709164799, 0 },				/* 2024-02-28T23:59:59: a leap year */
		{ 1709251199, 1709251200 },			/* 2024-02-29T23:59:59 */
		{ 1772236800, 1772323200 },			/* 2026-02-28T00:00:00 */
		{ 4107542399, 4107542400 },			/* 2100-02-28T23:59:59: none */
		{ 0, 0 }, { 2591999, 0 }, { 2592000, 2678400 },	/* January 1970 */
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++)
		KUNIT_EXPECT_EQ_MSG(test, cdisc_leap_month_end_ns(table[i].sec * SEC), table[i].end_sec * SEC, "row %zu", i);
	KUNIT_EXPECT_EQ(test, cdisc_leap_month_end_ns(-1), 0LL);
	KUNIT_EXPECT_EQ(test, cdisc_leap_month_end_ns(S64_MAX), 0LL);
}

/* A counter that is UTC less a constant, and UTC with its leap second. */
struct day {
	struct cdisc_leap	lp;
	struct cdisc_leap_view	v;
	s64			leap_ns;	/* that UTC has made */
	u32			leaps;
};

static void day_begin(struct day *d, enum clockdisc_leap_mode mode, enum clockdisc_leap announced, s64 utc_ns)
{
	*d = (struct day){
		.v = {
			.raw_ns = 5 * HOUR, .utc_ns = utc_ns, .announced = announced, .mode = mode, .max_slew_ppb = 250000,
			.may_arm = true,
		},
	};
	cdisc_leap_forget(&d->lp);
}

/* As the engine does it: at the piece's end, when UTC makes the second, and every quarter of an hour. */
static void day_go(struct day *d, s64 dt_ns)
{
	s64 end_raw_ns = d->v.raw_ns + dt_ns;
	struct cdisc_smear_piece piece;
	s64 to_raw_ns, leap_ns;

	for (;;) {
		leap_ns = cdisc_leap_plan(&d->lp, &d->v);
		d->v.utc_ns += leap_ns;
		d->leap_ns += leap_ns;
		d->leaps += leap_ns != 0;
		if (d->v.raw_ns == end_raw_ns)
			return;
		cdisc_smear_at(&d->lp.smear, d->v.raw_ns, &piece);
		to_raw_ns = min_t(s64, end_raw_ns, d->v.raw_ns + HOUR / 4);
		to_raw_ns = min_t(s64, to_raw_ns, min_t(s64, piece.until_raw_ns, d->lp.at_raw_ns));
		d->v.utc_ns += to_raw_ns - d->v.raw_ns;
		d->v.raw_ns = to_raw_ns;
	}
}

static s64 ahead_of(const struct day *d)
{
	return ahead_at(&d->lp.smear, d->v.raw_ns);
}

static void a_day_with_a_leap_second(struct kunit *test)
{
	static const struct {
		const char			*what;
		enum clockdisc_leap_mode	mode;
		enum clockdisc_leap		leap;
		s64				from_ns;	/* before midnight */
		s64				before_ns, after_ns;	/* a second before UTC makes it, right after it */
		s64				lasts_ns;	/* from there on */
	} table[] = {
		{ "linear", CLOCKDISC_LEAP_MODE_SMEAR_LINEAR, CLOCKDISC_LEAP_INSERT, 20 * HOUR, -499982639, 500005787,
		  43201 * SEC },
		{ "cosine", CLOCKDISC_LEAP_MODE_SMEAR_COSINE, CLOCKDISC_LEAP_INSERT, 20 * HOUR, -499972730, 500009090,
		  43201 * SEC },
		{ "a deletion", CLOCKDISC_LEAP_MODE_SMEAR_LINEAR, CLOCKDISC_LEAP_DELETE, 20 * HOUR, 499982639, -500005787,
		  43200 * SEC },
		{ "heard of in the last hour", CLOCKDISC_LEAP_MODE_SMEAR_LINEAR, CLOCKDISC_LEAP_INSERT, HOUR, -76900066,
		  923078567, 43201 * SEC },
		{ "slewed", CLOCKDISC_LEAP_MODE_SLEW, CLOCKDISC_LEAP_INSERT, 20 * HOUR, 0, SEC, 4000 * SEC },
		{ "slewed, a deletion", CLOCKDISC_LEAP_MODE_SLEW, CLOCKDISC_LEAP_DELETE, 20 * HOUR, 0, -SEC, 4000 * SEC },
	};
	struct day d;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(table); i++) {
		s64 gone_ns = table[i].leap == CLOCKDISC_LEAP_DELETE ? SEC : 0;

		day_begin(&d, table[i].mode, table[i].leap, MIDNIGHT_SEC * SEC - table[i].from_ns);
		day_go(&d, table[i].from_ns - gone_ns - SEC);
		KUNIT_EXPECT_EQ(test, d.leaps, 0U);
		KUNIT_EXPECT_LE_MSG(test, cdisc_abs(ahead_of(&d) - table[i].before_ns), 2LL, "%s", table[i].what);
		day_go(&d, SEC);
		KUNIT_EXPECT_EQ(test, d.leaps, 1U);
		KUNIT_EXPECT_LE_MSG(test, cdisc_abs(ahead_of(&d) - table[i].after_ns), 2LL, "%s", table[i].what);
		/* The sources go on announcing it: there is no second one. */
		day_go(&d, table[i].lasts_ns - 60 * SEC);
		KUNIT_EXPECT_NE_MSG(test, ahead_of(&d), 0LL, "%s", table[i].what);
		day_go(&d, 61 * SEC);
		KUNIT_EXPECT_EQ_MSG(test, (int)d.lp.smear.shape, (int)CDISC_SMEAR_NONE, "%s", table[i].what);
		KUNIT_EXPECT_EQ(test, ahead_of(&d), 0LL);
		day_go(&d, 20 * HOUR);
		KUNIT_EXPECT_EQ(test, d.leaps, 1U);
	}
}

static void nothing_begins_without_a_reason(struct kunit *test)
{
	struct day d;

	day_begin(&d, CLOCKDISC_LEAP_MODE_KERNEL, CLOCKDISC_LEAP_INSERT, MIDNIGHT_SEC * SEC - HOUR);
	day_go(&d, 2 * HOUR);
	KUNIT_EXPECT_EQ(test, d.leaps, 0U);
	day_begin(&d, CLOCKDISC_LEAP_MODE_SLEW, CLOCKDISC_LEAP_NONE, MIDNIGHT_SEC * SEC - HOUR);
	day_go(&d, 2 * HOUR);
	KUNIT_EXPECT_EQ(test, d.leaps, 0U);
	/* Another day of the month; and not while the clock is not right. */
	day_begin(&d, CLOCKDISC_LEAP_MODE_SLEW, CLOCKDISC_LEAP_INSERT, (MIDNIGHT_SEC - 86400) * SEC - HOUR);
	day_go(&d, HOUR / 2);
	KUNIT_EXPECT_EQ(test, (int)d.lp.smear.shape, (int)CDISC_SMEAR_NONE);
	day_begin(&d, CLOCKDISC_LEAP_MODE_SLEW, CLOCKDISC_LEAP_INSERT, MIDNIGHT_SEC * SEC - HOUR);
	d.v.may_arm = false;
	day_go(&d, 2 * HOUR);
	KUNIT_EXPECT_EQ(test, d.leaps, 0U);
}

/* Taken back: the clock goes back to UTC as slowly as it left. Nobody left to ask: it goes on. */
static void an_announcement_taken_back(struct kunit *test)
{
	struct day d;

	day_begin(&d, CLOCKDISC_LEAP_MODE_SMEAR_LINEAR, CLOCKDISC_LEAP_INSERT, MIDNIGHT_SEC * SEC - 14 * HOUR);
	day_go(&d, 5 * HOUR);
	KUNIT_EXPECT_LT(test, ahead_of(&d), -124 * (SEC / 1000));
	d.v.announced = CLOCKDISC_LEAP_UNSYNC;
	day_go(&d, HOUR);
	KUNIT_EXPECT_LT(test, ahead_of(&d), -166 * (SEC / 1000));
	d.v.announced = CLOCKDISC_LEAP_NONE;
	day_go(&d, 2 * HOUR);
	KUNIT_EXPECT_LE(test, cdisc_abs(ahead_of(&d) + 83332369), 10LL);
	day_go(&d, 2 * HOUR);
	KUNIT_EXPECT_EQ(test, ahead_of(&d), 0LL);
	day_go(&d, 20 * HOUR);
	KUNIT_EXPECT_EQ(test, d.leaps, 0U);
	/* Before it has begun there is nothing to go back from. */
	day_begin(&d, CLOCKDISC_LEAP_MODE_SMEAR_LINEAR, CLOCKDISC_LEAP_INSERT, MIDNIGHT_SEC * SEC - 14 * HOUR);
	day_go(&d, HOUR);
	d.v.announced = CLOCKDISC_LEAP_NONE;
	day_go(&d, SEC);
	KUNIT_EXPECT_EQ(test, (int)d.lp.smear.shape, (int)CDISC_SMEAR_NONE);
}

/* What the kernel is told before the instant covers the second that the clock is off after it. */
static void the_most_of_the_time_to_come(struct kunit *test)
{
	struct day d;

	day_begin(&d, CLOCKDISC_LEAP_MODE_SLEW, CLOCKDISC_LEAP_INSERT, MIDNIGHT_SEC * SEC - HOUR);
	day_go(&d, HOUR - 2 * SEC);
	KUNIT_EXPECT_EQ(test, cdisc_leap_most_ns(&d.lp, d.v.raw_ns, SEC), 0LL);
	KUNIT_EXPECT_EQ(test, cdisc_leap_most_ns(&d.lp, d.v.raw_ns, 2 * SEC), SEC);
	day_go(&d, 3 * SEC);
	KUNIT_EXPECT_LE(test, cdisc_abs(cdisc_leap_most_ns(&d.lp, d.v.raw_ns, 2 * SEC) - (SEC - 250000)), 1LL);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(the_cosine_is_one),
	KUNIT_CASE(it_goes_on_without_a_jump),
	KUNIT_CASE(months_end_when_they_do),
	KUNIT_CASE(a_day_with_a_leap_second),
	KUNIT_CASE(nothing_begins_without_a_reason),
	KUNIT_CASE(an_announcement_taken_back),
	KUNIT_CASE(the_most_of_the_time_to_come),
	{ }
};

static struct kunit_suite suite = {
	.name = "clockdisc-smear",
	.test_cases = cases,
};
kunit_test_suite(suite);
