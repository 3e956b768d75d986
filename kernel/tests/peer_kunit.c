// SPDX-License-Identifier: GPL-2.0
/*
 * A source: what of a header is refused, what is counted, reach, poll interval, root distance.
 */
#include <kunit/test.h>

#include "core/peer.h"

#define SEC	CDISC_NSEC_PER_SEC
#define MS	1000000LL
#define US	1000LL

#define MAX_DISTANCE_NS	(1500 * MS)

static const struct cdisc_header good = {
	.leap = CLOCKDISC_LEAP_NONE, .stratum = 2, .ref_id = 0x7f000001,
	.root_delay_ns = 20 * MS, .root_disp_ns = 5 * MS,
};

static enum clockdisc_verdict take(struct cdisc_peer *p, const struct cdisc_header *h, s64 raw_ns)
{
	struct cdisc_sample s = {
		.raw_ns = raw_ns, .phase_ns = 1700000000 * SEC, .delay_ns = MS, .half_ns = MS, .disp_ns = US,
	};

	return cdisc_peer_sample(p, h, &s, 0, 64 * SEC, MAX_DISTANCE_NS);
}

struct header_case {
	const char		*what;
	enum clockdisc_leap	leap;
	u32			stratum;
	s64			root_delay_ns, root_disp_ns;
	enum clockdisc_verdict	verdict;
};

static const struct header_case header_cases[] = {
	{ "good", CLOCKDISC_LEAP_NONE, 1, 0, 0, CLOCKDISC_VERDICT_ACCEPTED },
	{ "leap ahead", CLOCKDISC_LEAP_INSERT, 15, 0, 0, CLOCKDISC_VERDICT_ACCEPTED },
	{ "not synchronised", CLOCKDISC_LEAP_UNSYNC, 2, 0, 0, CLOCKDISC_VERDICT_UNSYNC },
	{ "stratum 0", CLOCKDISC_LEAP_NONE, 0, 0, 0, CLOCKDISC_VERDICT_STRATUM },
	{ "stratum 16", CLOCKDISC_LEAP_NONE, 16, 0, 0, CLOCKDISC_VERDICT_STRATUM },
	{ "stratum of 32 bits", CLOCKDISC_LEAP_NONE, U32_MAX, 0, 0, CLOCKDISC_VERDICT_STRATUM },
	{ "just near enough", CLOCKDISC_LEAP_NONE, 2, SEC, SEC, CLOCKDISC_VERDICT_ACCEPTED },
	{ "too far", CLOCKDISC_LEAP_NONE, 2, SEC, SEC + 1, CLOCKDISC_VERDICT_DISTANCE },
	{ "as far as it gets", CLOCKDISC_LEAP_NONE, 2, S64_MAX, S64_MAX, CLOCKDISC_VERDICT_DISTANCE },
	{ "negative is nothing", CLOCKDISC_LEAP_NONE, 2, S64_MIN, S64_MIN, CLOCKDISC_VERDICT_ACCEPTED },
	{ "unsync before stratum", CLOCKDISC_LEAP_UNSYNC, 16, SEC, 9 * SEC, CLOCKDISC_VERDICT_UNSYNC },
	{ "stratum before distance", CLOCKDISC_LEAP_NONE, 16, SEC, 9 * SEC, CLOCKDISC_VERDICT_STRATUM },
};

KUNIT_ARRAY_PARAM_DESC(header, header_cases, what);

static void peer_header(struct kunit *test)
{
	const struct header_case *c = test->param_value;
	struct cdisc_header h = {
		.leap = c->leap, .stratum = c->stratum,
		.root_delay_ns = c->root_delay_ns, .root_disp_ns = c->root_disp_ns,
	};
	bool is_good = c->verdict == CLOCKDISC_VERDICT_ACCEPTED;
	static struct cdisc_peer p;

	cdisc_peer_init(&p, 7);
	KUNIT_EXPECT_EQ(test, (int)take(&p, &h, SEC), (int)c->verdict);
	KUNIT_EXPECT_EQ(test, (int)p.last_verdict, (int)c->verdict);
	KUNIT_EXPECT_EQ(test, p.accepted, is_good ? 1ull : 0ull);
	KUNIT_EXPECT_EQ(test, p.dropped, is_good ? 0ull : 1ull);
	KUNIT_EXPECT_EQ(test, (int)p.filter.count, is_good ? 1 : 0);
	/* Good or not, what it says of itself is known. */
	KUNIT_EXPECT_EQ(test, p.header.stratum, c->stratum);
	KUNIT_EXPECT_EQ(test, (int)p.header.leap, (int)c->leap);
	KUNIT_EXPECT_GE(test, p.header.root_delay_ns, 0ll);
	KUNIT_EXPECT_GE(test, p.header.root_disp_ns, 0ll);
}

static void peer_begins(struct kunit *test)
{
	static struct cdisc_peer p;

	memset(&p, 0xa5, sizeof(p));
	cdisc_peer_init(&p, 7);
	KUNIT_EXPECT_EQ(test, p.id, 7u);
	KUNIT_EXPECT_EQ(test, p.flags, 0u);
	KUNIT_EXPECT_EQ(test, (int)p.minpoll_log2s, 6);
	KUNIT_EXPECT_EQ(test, (int)p.maxpoll_log2s, 10);
	KUNIT_EXPECT_EQ(test, (int)p.reach, 0);
	KUNIT_EXPECT_EQ(test, p.header.stratum, 16u);
	KUNIT_EXPECT_EQ(test, (int)p.header.leap, (int)CLOCKDISC_LEAP_UNSYNC);
	KUNIT_EXPECT_EQ(test, (int)p.reason, (int)CLOCKDISC_REASON_NO_SAMPLE);
	KUNIT_EXPECT_EQ(test, (int)p.last_verdict, 0);
	KUNIT_EXPECT_EQ(test, (int)p.filter.count, 0);
}

/* A server that lost its reference: its estimate stays, its header says why it is not to be used. */
static void peer_loses_reference(struct kunit *test)
{
	struct cdisc_header lost = good;
	static struct cdisc_peer p;

	cdisc_peer_init(&p, 1);
	take(&p, &good, SEC);
	lost.leap = CLOCKDISC_LEAP_UNSYNC;
	KUNIT_EXPECT_EQ(test, (int)take(&p, &lost, 2 * SEC), (int)CLOCKDISC_VERDICT_UNSYNC);
	KUNIT_EXPECT_EQ(test, p.filter.used.sample_raw_ns, SEC);
	KUNIT_EXPECT_EQ(test, (int)p.header.leap, (int)CLOCKDISC_LEAP_UNSYNC);
}

static void peer_header_alone(struct kunit *test)
{
	struct cdisc_header bad = good;
	static struct cdisc_peer p;

	cdisc_peer_init(&p, 1);
	KUNIT_EXPECT_EQ(test, (int)cdisc_peer_sample(&p, &good, NULL, 0, 64 * SEC, MAX_DISTANCE_NS),
			(int)CLOCKDISC_VERDICT_ACCEPTED);
	KUNIT_EXPECT_EQ(test, p.accepted + p.dropped, 0ull);
	KUNIT_EXPECT_EQ(test, p.header.stratum, 2u);
	bad.stratum = 16;
	KUNIT_EXPECT_EQ(test, (int)cdisc_peer_sample(&p, &bad, NULL, 0, 64 * SEC, MAX_DISTANCE_NS),
			(int)CLOCKDISC_VERDICT_STRATUM);
	KUNIT_EXPECT_EQ(test, p.dropped, 1ull);
}

static void peer_counts(struct kunit *test)
{
	static struct cdisc_peer p;

	cdisc_peer_init(&p, 1);
	KUNIT_EXPECT_EQ(test, (int)take(&p, &good, SEC), (int)CLOCKDISC_VERDICT_ACCEPTED);
	KUNIT_EXPECT_EQ(test, (int)take(&p, &good, SEC), (int)CLOCKDISC_VERDICT_DUPLICATE);
	cdisc_peer_refuse(&p, CLOCKDISC_VERDICT_GENERATION);
	KUNIT_EXPECT_EQ(test, (int)p.last_verdict, (int)CLOCKDISC_VERDICT_GENERATION);
	KUNIT_EXPECT_EQ(test, p.accepted, 1ull);
	KUNIT_EXPECT_EQ(test, p.dropped, 2ull);
	p.flags = CLOCKDISC_SOURCE_FLAGS_TRUST;
	cdisc_peer_restart(&p);
	KUNIT_EXPECT_EQ(test, (int)p.filter.count, 0);
	KUNIT_EXPECT_EQ(test, p.flags, (u32)CLOCKDISC_SOURCE_FLAGS_TRUST);
	KUNIT_EXPECT_EQ(test, p.accepted, 1ull);
	/* Another counter: an earlier instant on it is as good as any. */
	KUNIT_EXPECT_EQ(test, (int)take(&p, &good, 5), (int)CLOCKDISC_VERDICT_ACCEPTED);
}

/* RFC 5905, section 13: eight bits, the newest comes in from the right. */
static void peer_reach(struct kunit *test)
{
	static const struct {
		bool	is_answered;
		u8	reach;
	} table[] = {
		{ true, 0001 }, { true, 0003 }, { false, 0006 }, { true, 0015 }, { true, 0033 },
		{ true, 0067 }, { true, 0157 }, { true, 0337 }, { true, 0277 }, { true, 0177 },
		{ true, 0377 }, { false, 0376 }, { false, 0374 }, { false, 0370 }, { false, 0360 },
		{ false, 0340 }, { false, 0300 }, { false, 0200 }, { false, 0000 },
	};
	static struct cdisc_peer p;
	unsigned int i;

	cdisc_peer_init(&p, 1);
	for (i = 0; i < ARRAY_SIZE(table); i++) {
		cdisc_peer_polled(&p, table[i].is_answered);
		KUNIT_EXPECT_EQ_MSG(test, (int)p.reach, (int)table[i].reach, "poll %u", i);
	}
}

static void peer_poll(struct kunit *test)
{
	static struct cdisc_peer p;

	cdisc_peer_init(&p, 1);
	KUNIT_EXPECT_EQ(test, (int)cdisc_peer_poll(&p, 4), 6);
	KUNIT_EXPECT_EQ(test, (int)cdisc_peer_poll(&p, 6), 6);
	KUNIT_EXPECT_EQ(test, (int)cdisc_peer_poll(&p, 8), 8);
	KUNIT_EXPECT_EQ(test, (int)cdisc_peer_poll(&p, 17), 10);
}

struct distance_case {
	const char	*what;
	s64		root_delay_ns, root_disp_ns, delay_ns, disp_ns, jitter_ns, distance_ns;
};

static const struct distance_case distance_cases[] = {
	{ "all parts", 20 * MS, 5 * MS, 10 * MS, 2 * MS, MS, 23 * MS },
	{ "short path: MINDISP / 2", MS, 0, MS, 0, 0, 2500 * US },
	{ "at MINDISP", 4 * MS, 0, MS, 0, 0, 2500 * US },
	{ "above MINDISP, rounded up", 4 * MS, 0, MS + 1, 0, 0, 2500 * US + 1 },
	{ "no path: its own claim", 0, 0, 0, 800, 30, 830 },
	{ "no path of its own, one further up", MS, 0, 0, 800, 30, 2500 * US + 830 },
	{ "as far as it gets", S64_MAX, S64_MAX, S64_MAX, S64_MAX, S64_MAX, S64_MAX },
};

KUNIT_ARRAY_PARAM_DESC(distance, distance_cases, what);

static void peer_distance(struct kunit *test)
{
	const struct distance_case *c = test->param_value;
	struct cdisc_estimate e = { .delay_ns = c->delay_ns, .disp_ns = c->disp_ns, .jitter_ns = c->jitter_ns };
	static struct cdisc_peer p;

	cdisc_peer_init(&p, 1);
	p.header.root_delay_ns = c->root_delay_ns;
	p.header.root_disp_ns = c->root_disp_ns;
	KUNIT_EXPECT_EQ(test, cdisc_peer_distance(&p, &e), c->distance_ns);
}

static struct kunit_case peer_cases[] = {
	KUNIT_CASE_PARAM(peer_header, header_gen_params),
	KUNIT_CASE(peer_begins),
	KUNIT_CASE(peer_loses_reference),
	KUNIT_CASE(peer_header_alone),
	KUNIT_CASE(peer_counts),
	KUNIT_CASE(peer_reach),
	KUNIT_CASE(peer_poll),
	KUNIT_CASE_PARAM(peer_distance, distance_gen_params),
	{}
};

static struct kunit_suite peer_suite = {
	.name = "clockdisc-peer",
	.test_cases = peer_cases,
};

kunit_test_suite(peer_suite);
