/* SPDX-License-Identifier: GPL-2.0 */
/* NTPv4 packets as bytes: requests are built, replies are taken apart. */
#ifndef NTPX_NTP_WIRE_H
#define NTPX_NTP_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NTP_WIRE_LEN		48	/* the header; extension fields and MAC follow */
#define NTP_WIRE_PORT		123

/* What became of a datagram, in the order of the tests. */
enum ntp_wire_verdict {
	NTP_WIRE_OK,
	NTP_WIRE_SHORT,		/* less than a header */
	NTP_WIRE_ORIGIN,	/* does not answer our request */
	NTP_WIRE_VERSION,
	NTP_WIRE_MODE,
	NTP_WIRE_KISS,		/* stratum 0: the server says something in words */
	NTP_WIRE_NO_STAMP,	/* its receive or transmit stamp is zero, that is, unknown */
	NTP_WIRE_VERDICTS
};

struct ntp_reply {
	uint8_t leap;			/* as on the wire, 0 to 3; 3 is "not synchronised" */
	uint8_t version;
	uint8_t mode;
	uint8_t stratum;
	int8_t poll_log2s;
	int8_t precision_log2s;
	uint32_t ref_id;		/* host byte order */
	uint64_t root_delay_ns;
	uint64_t root_disp_ns;
	uint64_t rx_ntp64;		/* T2 */
	uint64_t tx_ntp64;		/* T3 */
	char kiss[5];			/* printable, empty unless NTP_WIRE_KISS */
};

/**
 * ntp_request_build() - write a client request
 * @buf: receives NTP_WIRE_LEN bytes
 * @poll_log2s: the poll interval in use
 * @nonce_ntp64: random; the server returns it as its origin stamp
 */
void ntp_request_build(uint8_t buf[NTP_WIRE_LEN], int poll_log2s, uint64_t nonce_ntp64);

/**
 * ntp_reply_parse() - take a datagram apart
 * @buf: what arrived; anything at all
 * @len: how much of it
 * @nonce_ntp64: of the request that is being waited for
 * @reply: valid with NTP_WIRE_OK and NTP_WIRE_KISS
 *
 * Nothing is looked at before the origin stamp was found to be @nonce_ntp64.
 *
 * Return: the first test that the datagram failed, or what it is.
 */
enum ntp_wire_verdict ntp_reply_parse(const uint8_t *buf, size_t len, uint64_t nonce_ntp64,
				      struct ntp_reply *reply);

/**
 * ntp_real_ns_from_ntp64() - unfold an NTP stamp
 * @stamp_ntp64: s since 1900 modulo 2^32, times 2^32
 * @pivot_real_ns: the instant returned is the one nearest to this, within 68 years
 *
 * Rounds to the nearest ns.
 * Return: ns since 1970.
 */
int64_t ntp_real_ns_from_ntp64(uint64_t stamp_ntp64, int64_t pivot_real_ns);

/* The pivot for a clock that reads @now_real_ns, which may never have been set. */
int64_t ntp_pivot_real_ns(int64_t now_real_ns);

/* 16.16 s to ns, rounded to the nearest. */
uint64_t ntp_ns_from_ntp32(uint32_t value_ntp32);

const char *ntp_wire_verdict_name(enum ntp_wire_verdict verdict);

#endif /* NTPX_NTP_WIRE_H */
