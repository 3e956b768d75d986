// SPDX-License-Identifier: GPL-2.0
/* Table-driven tests of ntp_wire.c. */
#include "ntp_wire.h"

#include <stdlib.h>
#include <string.h>

#include "tap.h"

#define NSEC		1000000000LL
#define NONCE		0x0123456789abcdefULL
#define REAL_2026	(1767225600LL * NSEC)
#define REAL_ERA1	(2085978496LL * NSEC)	/* 2036-02-07 06:28:16 */

static const uint8_t good[NTP_WIRE_LEN] = {
	0x64, 2, 6, 0xe9,			/* leap 1, version 4, server; stratum 2 */
	0x00, 0x00, 0x80, 0x00,			/* root delay 0.5 s */
	0x00, 0x01, 0x00, 0x00,			/* root dispersion 1 s */
	10, 0, 2, 2,
	0, 0, 0, 0, 0, 0, 0, 0,
	0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef,
	0xed, 0x00, 0x00, 0x01, 0x80, 0x00, 0x00, 0x00,
	0xed, 0x00, 0x00, 0x02, 0x40, 0x00, 0x00, 0x00,
};

struct wire_case {
	const char *name;
	size_t at;		/* this byte of the good packet ... */
	uint8_t value;		/* ... becomes this */
	enum ntp_wire_verdict verdict;
};

static const struct wire_case cases[] = {
	{ "as it is", 0, 0x64, NTP_WIRE_OK },
	{ "version 3", 0, 0x5c, NTP_WIRE_OK },
	{ "version 2", 0, 0x54, NTP_WIRE_VERSION },
	{ "version 5", 0, 0x6c, NTP_WIRE_VERSION },
	{ "version 7", 0, 0x7c, NTP_WIRE_VERSION },
	{ "version 0", 0, 0x44, NTP_WIRE_VERSION },
	{ "mode client", 0, 0x63, NTP_WIRE_MODE },
	{ "mode broadcast", 0, 0x65, NTP_WIRE_MODE },
	{ "mode symmetric passive", 0, 0x62, NTP_WIRE_MODE },
	{ "mode control", 0, 0x66, NTP_WIRE_MODE },
	{ "leap unsynchronised", 0, 0xe4, NTP_WIRE_OK },
	{ "stratum 0", 1, 0, NTP_WIRE_KISS },
	{ "stratum 16", 1, 16, NTP_WIRE_OK },
	{ "stratum 255", 1, 255, NTP_WIRE_OK },
	{ "first byte of the origin", 24, 0x02, NTP_WIRE_ORIGIN },
	{ "last byte of the origin", 31, 0xee, NTP_WIRE_ORIGIN },
};

/* In a heap block of its very length, so that the sanitizer sees one byte too many. */
static enum ntp_wire_verdict parse(const uint8_t *bytes, size_t len, struct ntp_reply *reply)
{
	uint8_t *copy = malloc(len ? len : 1);
	enum ntp_wire_verdict verdict;

	if (!copy)
		abort();
	memcpy(copy, bytes, len);
	verdict = ntp_reply_parse(copy, len, NONCE, reply);
	free(copy);
	return verdict;
}

static void test_cases(struct tap *tap)
{
	struct ntp_reply reply;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t buf[NTP_WIRE_LEN];

		memcpy(buf, good, sizeof(buf));
		buf[cases[i].at] = cases[i].value;
		tap_ok(tap, parse(buf, sizeof(buf), &reply) == cases[i].verdict, cases[i].name);
	}
}

static void test_lengths(struct tap *tap)
{
	uint8_t buf[1400] = { 0 };
	struct ntp_reply reply;
	bool is_ok = true;
	size_t len;

	memcpy(buf, good, sizeof(good));
	memset(buf + sizeof(good), 0xff, sizeof(buf) - sizeof(good));
	for (len = 0; len < NTP_WIRE_LEN; len++)
		is_ok &= parse(buf, len, &reply) == NTP_WIRE_SHORT;
	tap_ok(tap, is_ok, "truncated at every length");
	for (is_ok = true; len <= sizeof(buf); len++)
		is_ok &= parse(buf, len, &reply) == NTP_WIRE_OK && reply.stratum == 2;
	tap_ok(tap, is_ok, "extension fields and MAC of every length are ignored");
}

static void test_order(struct tap *tap)
{
	uint8_t buf[NTP_WIRE_LEN];
	struct ntp_reply reply, zero;
	uint8_t bits = 0;
	size_t i;

	memset(buf, 0, sizeof(buf));
	memset(&zero, 0, sizeof(zero));
	tap_ok(tap, parse(buf, sizeof(buf), &reply) == NTP_WIRE_ORIGIN,
	       "origin is judged before version, mode and stratum");
	for (i = 0; i < sizeof(reply); i++)
		bits |= ((uint8_t *)&reply)[i] ^ ((uint8_t *)&zero)[i];
	tap_ok(tap, !bits, "nothing is taken from a packet with a wrong origin");
}

static void test_fields(struct tap *tap)
{
	uint8_t buf[NTP_WIRE_LEN];
	struct ntp_reply reply;

	parse(good, sizeof(good), &reply);
	tap_ok(tap, reply.leap == 1 && reply.version == 4 && reply.mode == 4 &&
	       reply.stratum == 2, "leap, version, mode, stratum");
	tap_ok(tap, reply.poll_log2s == 6 && reply.precision_log2s == -23, "poll, precision");
	tap_ok(tap, reply.root_delay_ns == 500000000 && reply.root_disp_ns == 1000000000,
	       "root delay, root dispersion");
	tap_ok(tap, reply.ref_id == 0x0a000202, "reference id in host order");
	tap_ok(tap, reply.rx_ntp64 == 0xed00000180000000 && reply.tx_ntp64 == 0xed00000240000000,
	       "receive, transmit");

	memcpy(buf, good, sizeof(buf));
	memset(buf + 32, 0, 8);
	tap_ok(tap, parse(buf, sizeof(buf), &reply) == NTP_WIRE_NO_STAMP, "receive stamp zero");
	memcpy(buf, good, sizeof(buf));
	memset(buf + 40, 0, 8);
	tap_ok(tap, parse(buf, sizeof(buf), &reply) == NTP_WIRE_NO_STAMP, "transmit stamp zero");

	memcpy(buf, good, sizeof(buf));
	buf[1] = 0;
	memcpy(buf + 12, "RATE", 4);
	parse(buf, sizeof(buf), &reply);
	tap_ok(tap, !strcmp(reply.kiss, "RATE"), "kiss code");
	memcpy(buf + 12, "\033[2\n", 4);
	parse(buf, sizeof(buf), &reply);
	tap_ok(tap, !strcmp(reply.kiss, "?[2?"), "kiss code that would reach a terminal");
}

static void test_request(struct tap *tap)
{
	uint8_t buf[NTP_WIRE_LEN];
	bool is_zero = true;
	size_t i;

	memset(buf, 0xaa, sizeof(buf));
	ntp_request_build(buf, 6, NONCE);
	tap_ok(tap, buf[0] == 0x23 && buf[2] == 6 && buf[3] == 0x20,
	       "request: version 4, client, poll");
	tap_ok(tap, !memcmp(buf + 40, good + 24, 8), "request: nonce as transmit stamp");
	for (i = 4; i < 40; i++)
		is_zero &= !buf[i];
	tap_ok(tap, is_zero && !buf[1], "request: everything else is zero");
}

struct era_case {
	const char *name;
	uint64_t stamp_ntp64;
	int64_t pivot_real_ns;
	int64_t real_ns;
};

static const struct era_case eras[] = {
	{ "1970", 2208988800ULL << 32, 0, 0 },
	{ "half a second", 2208988800ULL << 32 | 0x80000000, 0, 500000000 },
	{ "rounds to the nearest", 2208988800ULL << 32 | 0xffffffff, 0, NSEC },
	{ "1 ns", 2208988800ULL << 32 | 4, 0, 1 },
	{ "last second of era 0", 0xffffffffULL << 32, REAL_2026, REAL_ERA1 - NSEC },
	{ "first second of era 1, seen from 2026", 0, REAL_2026, REAL_ERA1 },
	{ "last second of era 0, seen from 2036", 0xffffffffULL << 32, REAL_ERA1 + NSEC,
	  REAL_ERA1 - NSEC },
	{ "first second of era 1, seen from before", 0, REAL_ERA1 - NSEC, REAL_ERA1 },
	{ "1900, seen from 1930", 0, -1262304000LL * NSEC, -2208988800LL * NSEC },
	{ "68 years ahead", (uint64_t)(uint32_t)(1767225600LL + 2208988800LL + 2147483647LL) << 32,
	  REAL_2026, (1767225600LL + 2147483647LL) * NSEC },
	{ "68 years back", (uint64_t)(uint32_t)(1767225600LL + 2208988800LL - 2147483647LL) << 32,
	  REAL_2026, (1767225600LL - 2147483647LL) * NSEC },
	{ "era 2, seen from 2172", 0, 6380945792LL * NSEC + 5, 6380945792LL * NSEC },
};

static void test_eras(struct tap *tap)
{
	int64_t pivot_real_ns;
	bool is_ok = true;
	size_t i;

	for (i = 0; i < sizeof(eras) / sizeof(eras[0]); i++) {
		int64_t real_ns = ntp_real_ns_from_ntp64(eras[i].stamp_ntp64,
							 eras[i].pivot_real_ns);

		if (!tap_ok(tap, real_ns == eras[i].real_ns, eras[i].name))
			printf("# %lld instead of %lld\n", (long long)real_ns,
			       (long long)eras[i].real_ns);
	}
	/* any pivot that s64 holds: within 68 years of it, no overflow on the way */
	for (pivot_real_ns = INT64_MIN + 1; pivot_real_ns < INT64_MAX - (1LL << 60);
	     pivot_real_ns += (1LL << 53) + 12345) {
		int64_t real_ns = ntp_real_ns_from_ntp64(0x8899aabbccddeeff, pivot_real_ns);
		uint64_t apart_ns = real_ns > pivot_real_ns ?
			(uint64_t)real_ns - (uint64_t)pivot_real_ns :
			(uint64_t)pivot_real_ns - (uint64_t)real_ns;

		if (pivot_real_ns > -7000000000LL * NSEC && pivot_real_ns < 7000000000LL * NSEC)
			is_ok &= apart_ns <= (1ULL << 31) * NSEC + NSEC;
	}
	tap_ok(tap, is_ok, "nearest to any pivot");
	tap_ok(tap, ntp_pivot_real_ns(0) == REAL_2026, "pivot of a clock that was never set");
	tap_ok(tap, ntp_pivot_real_ns(REAL_ERA1) == REAL_ERA1, "pivot of a clock that was");
	tap_ok(tap, ntp_ns_from_ntp32(0xffffffff) == 65535999984741ULL, "largest 16.16");
	tap_ok(tap, ntp_ns_from_ntp32(1) == 15259, "smallest 16.16, rounded");
}

int main(void)
{
	struct tap tap = { 0 };

	test_cases(&tap);
	test_lengths(&tap);
	test_order(&tap);
	test_fields(&tap);
	test_request(&tap);
	test_eras(&tap);
	return tap_end(&tap);
}
