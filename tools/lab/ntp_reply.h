/* SPDX-License-Identifier: GPL-2.0 */
/* An NTP server's answer (RFC 5905, section 7.3), for the servers of the tests and of the lab. */
#ifndef CDISC_LAB_NTP_REPLY_H
#define CDISC_LAB_NTP_REPLY_H

#include <stdint.h>
#include <string.h>

#define NTP_REPLY_LEN		48
#define SEC_1900_TO_1970	2208988800LL

struct ntp_reply_fields {
	int		leap;		/* as on the wire, 0 to 3 */
	int		stratum;
	uint32_t	ref_id;
	uint32_t	root_delay_ntp32;
	uint32_t	root_disp_ntp32;
	int64_t		t2_real_ns;
	int64_t		t3_real_ns;
};

static inline void ntp_reply_put_u32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static inline void ntp_reply_put_stamp(uint8_t *at, int64_t real_ns)
{
	int64_t sec = real_ns / 1000000000 - (real_ns % 1000000000 < 0);
	uint64_t sub_ns = (uint64_t)(real_ns - sec * 1000000000);

	ntp_reply_put_u32(at, (uint32_t)(sec + SEC_1900_TO_1970));
	ntp_reply_put_u32(at + 4, (uint32_t)((sub_ns << 32) / 1000000000));
}

/* Version 4, precision 2^-24 s, set a second ago; poll and origin are the request's. */
static inline void ntp_reply_fill(uint8_t *buf, const uint8_t *request, const struct ntp_reply_fields *fields)
{
	memset(buf, 0, NTP_REPLY_LEN);
	buf[0] = (uint8_t)(fields->leap << 6 | 4 << 3 | 4);
	buf[1] = (uint8_t)fields->stratum;
	buf[2] = request[2];
	buf[3] = (uint8_t)-24;
	ntp_reply_put_u32(buf + 4, fields->root_delay_ntp32);
	ntp_reply_put_u32(buf + 8, fields->root_disp_ntp32);
	ntp_reply_put_u32(buf + 12, fields->ref_id);
	ntp_reply_put_stamp(buf + 16, fields->t2_real_ns - 1000000000);
	memcpy(buf + 24, request + 40, 8);
	ntp_reply_put_stamp(buf + 32, fields->t2_real_ns);
	ntp_reply_put_stamp(buf + 40, fields->t3_real_ns);
}

#endif /* CDISC_LAB_NTP_REPLY_H */
