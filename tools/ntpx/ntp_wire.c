// SPDX-License-Identifier: GPL-2.0
/*
 * NTPv4 packets as bytes (RFC 5905, section 7.3).
 *
 *   0 leap:2 version:3 mode:3   1 stratum   2 poll   3 precision
 *   4 root delay   8 root dispersion   12 reference id
 *  16 reference stamp   24 origin   32 receive   40 transmit
 *
 * A buffer is read byte by byte and never cast to a structure: a datagram has
 * neither an alignment nor a length that it could be trusted with.
 */
#include "ntp_wire.h"

#include <string.h>

#define NTP_VERSION		4
#define NTP_VERSION_OLDEST	3	/* same header; old servers answer with it */
#define NTP_MODE_CLIENT		3
#define NTP_MODE_SERVER		4

/* draft-ietf-ntp-data-minimization, section 3: tells nothing of this clock */
#define NTP_PRECISION_HIDDEN	0x20

enum ntp_field {
	NTP_FIELD_FLAGS		= 0,
	NTP_FIELD_STRATUM	= 1,
	NTP_FIELD_POLL		= 2,
	NTP_FIELD_PRECISION	= 3,
	NTP_FIELD_ROOT_DELAY	= 4,
	NTP_FIELD_ROOT_DISP	= 8,
	NTP_FIELD_REF_ID	= 12,
	NTP_FIELD_ORIGIN	= 24,
	NTP_FIELD_RECEIVE	= 32,
	NTP_FIELD_TRANSMIT	= 40,
};

#define NSEC_PER_SEC		1000000000LL
#define SEC_1900_TO_1970	2208988800LL
#define ERA_SEC			(1LL << 32)

/*
 * A clock that was never set reads 1970, and times from 2038 on would unfold
 * into the past. 2026-01-01 moves the window to 1957..2094 for such a clock; a
 * clock that shows a later time carries the window with it.
 */
#define NTP_PIVOT_LEAST_REAL_NS	(1767225600LL * NSEC_PER_SEC)

/* The bytes not yet read; a read past the end fails for good and yields 0. */
struct wire_reader {
	const uint8_t *buf;
	size_t len;
	bool is_short;
};

static uint64_t reader_get(struct wire_reader *r, size_t at, size_t n)
{
	uint64_t value = 0;
	size_t i;

	if (at > r->len || n > r->len - at) {
		r->is_short = true;
		return 0;
	}
	for (i = 0; i < n; i++)
		value = value << 8 | r->buf[at + i];
	return value;
}

static void put_u64(uint8_t *at, uint64_t value)
{
	int i;

	for (i = 0; i < 8; i++)
		at[i] = (uint8_t)(value >> (56 - 8 * i));
}

void ntp_request_build(uint8_t buf[NTP_WIRE_LEN], int poll_log2s, uint64_t nonce_ntp64)
{
	memset(buf, 0, NTP_WIRE_LEN);
	buf[NTP_FIELD_FLAGS] = NTP_VERSION << 3 | NTP_MODE_CLIENT;
	buf[NTP_FIELD_POLL] = (uint8_t)poll_log2s;
	buf[NTP_FIELD_PRECISION] = NTP_PRECISION_HIDDEN;
	put_u64(buf + NTP_FIELD_TRANSMIT, nonce_ntp64);
}

/* Two's complement without a conversion that C leaves to the compiler. */
static int8_t s8_from_byte(uint64_t byte)
{
	return (int8_t)(byte < 128 ? (int)byte : (int)byte - 256);
}

/* The code goes into the log: nothing but printable ASCII gets there. */
static void kiss_from_ref_id(char kiss[5], uint32_t ref_id)
{
	int i;

	for (i = 0; i < 4; i++) {
		uint8_t c = (uint8_t)(ref_id >> (24 - 8 * i));

		kiss[i] = c > ' ' && c < 127 ? (char)c : '?';
	}
	kiss[4] = '\0';
}

enum ntp_wire_verdict ntp_reply_parse(const uint8_t *buf, size_t len, uint64_t nonce_ntp64,
				      struct ntp_reply *reply)
{
	struct wire_reader r = { .buf = buf, .len = len };
	uint64_t origin_ntp64;
	uint64_t flags;

	memset(reply, 0, sizeof(*reply));
	if (len < NTP_WIRE_LEN)
		return NTP_WIRE_SHORT;

	origin_ntp64 = reader_get(&r, NTP_FIELD_ORIGIN, 8);
	if (r.is_short || origin_ntp64 != nonce_ntp64)
		return NTP_WIRE_ORIGIN;

	flags = reader_get(&r, NTP_FIELD_FLAGS, 1);
	reply->leap = (uint8_t)(flags >> 6);
	reply->version = (uint8_t)(flags >> 3 & 7);
	reply->mode = (uint8_t)(flags & 7);
	reply->stratum = (uint8_t)reader_get(&r, NTP_FIELD_STRATUM, 1);
	reply->poll_log2s = s8_from_byte(reader_get(&r, NTP_FIELD_POLL, 1));
	reply->precision_log2s = s8_from_byte(reader_get(&r, NTP_FIELD_PRECISION, 1));
	reply->root_delay_ns = ntp_ns_from_ntp32((uint32_t)reader_get(&r, NTP_FIELD_ROOT_DELAY, 4));
	reply->root_disp_ns = ntp_ns_from_ntp32((uint32_t)reader_get(&r, NTP_FIELD_ROOT_DISP, 4));
	reply->ref_id = (uint32_t)reader_get(&r, NTP_FIELD_REF_ID, 4);
	reply->rx_ntp64 = reader_get(&r, NTP_FIELD_RECEIVE, 8);
	reply->tx_ntp64 = reader_get(&r, NTP_FIELD_TRANSMIT, 8);
	if (r.is_short)
		return NTP_WIRE_SHORT;

	if (reply->version < NTP_VERSION_OLDEST || reply->version > NTP_VERSION)
		return NTP_WIRE_VERSION;
	if (reply->mode != NTP_MODE_SERVER)
		return NTP_WIRE_MODE;
	if (!reply->stratum) {
		kiss_from_ref_id(reply->kiss, reply->ref_id);
		return NTP_WIRE_KISS;
	}
	if (!reply->rx_ntp64 || !reply->tx_ntp64)
		return NTP_WIRE_NO_STAMP;
	return NTP_WIRE_OK;
}

/* a / b towards minus infinity, b > 0 */
static int64_t div_floor(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

int64_t ntp_real_ns_from_ntp64(uint64_t stamp_ntp64, int64_t pivot_real_ns)
{
	uint64_t frac = stamp_ntp64 & 0xffffffff;
	int64_t sec = (int64_t)(stamp_ntp64 >> 32) - SEC_1900_TO_1970;
	/* frac * 10^9 < 2^62 */
	int64_t sub_ns = (int64_t)((frac * NSEC_PER_SEC + (1ULL << 31)) >> 32);
	int64_t pivot_sec = div_floor(pivot_real_ns, NSEC_PER_SEC);

	/* |pivot_sec| < 2^34 and |sec| < 2^33, so neither sum nor product overflows */
	sec += ERA_SEC * div_floor(pivot_sec - sec + ERA_SEC / 2, ERA_SEC);

	/* at the very ends of s64 ns (1677 and 2262) an era may not fit */
	if (sec > INT64_MAX / NSEC_PER_SEC - 1)
		sec -= ERA_SEC;
	else if (sec < INT64_MIN / NSEC_PER_SEC + 1)
		sec += ERA_SEC;
	return sec * NSEC_PER_SEC + sub_ns;
}

int64_t ntp_pivot_real_ns(int64_t now_real_ns)
{
	return now_real_ns > NTP_PIVOT_LEAST_REAL_NS ? now_real_ns : NTP_PIVOT_LEAST_REAL_NS;
}

uint64_t ntp_ns_from_ntp32(uint32_t value_ntp32)
{
	/* 2^32 * 10^9 < 2^62 */
	return ((uint64_t)value_ntp32 * NSEC_PER_SEC + (1U << 15)) >> 16;
}

const char *ntp_wire_verdict_name(enum ntp_wire_verdict verdict)
{
	switch (verdict) {
	case NTP_WIRE_OK:
		return "ok";
	case NTP_WIRE_SHORT:
		return "short";
	case NTP_WIRE_ORIGIN:
		return "origin";
	case NTP_WIRE_VERSION:
		return "version";
	case NTP_WIRE_MODE:
		return "mode";
	case NTP_WIRE_KISS:
		return "kiss";
	case NTP_WIRE_NO_STAMP:
		return "no-stamp";
	case NTP_WIRE_VERDICTS:
		break;
	}
	return "?";
}
