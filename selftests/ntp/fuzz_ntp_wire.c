// SPDX-License-Identifier: GPL-2.0
/*
 * Random input for ntp_wire.c. With clang -fsanitize=fuzzer and -DLIBFUZZER it is a
 * libFuzzer target; otherwise a program that makes its own, SEED= replays.
 */
#include "ntp_wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ntp_reply reply;
	uint64_t nonce_ntp64 = 0;
	uint64_t pivot = 0;
	enum ntp_wire_verdict verdict;
	size_t i;

	/* the origin of the packet itself, so that more than one in 2^64 gets past it */
	for (i = 24; i < 32 && i < size; i++)
		nonce_ntp64 = nonce_ntp64 << 8 | data[i];
	for (i = 0; i < 8 && i < size; i++)
		pivot = pivot << 8 | data[size - 1 - i];

	verdict = ntp_reply_parse(data, size, nonce_ntp64 ^ (size % 16 == 5), &reply);
	if (!strcmp(ntp_wire_verdict_name(verdict), "?"))
		abort();
	if ((size < NTP_WIRE_LEN) != (verdict == NTP_WIRE_SHORT))
		abort();
	if (verdict == NTP_WIRE_OK &&
	    (!reply.stratum || reply.leap > 3 || reply.mode != 4 || reply.version > 4 ||
	     !reply.rx_ntp64 || !reply.tx_ntp64 || reply.root_delay_ns > 65536000000000ULL))
		abort();
	if (verdict == NTP_WIRE_KISS && strlen(reply.kiss) != 4)
		abort();
	ntp_real_ns_from_ntp64(reply.rx_ntp64, (int64_t)pivot);
	ntp_real_ns_from_ntp64(reply.tx_ntp64, ntp_pivot_real_ns((int64_t)pivot));
	return 0;
}

#ifndef LIBFUZZER
#define ROUNDS	2000000

static uint64_t splitmix64(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

int main(void)
{
	const char *text = getenv("SEED");
	uint64_t seed = text ? strtoull(text, NULL, 0) : (uint64_t)time(NULL);
	uint64_t state = seed;
	long round;

	printf("# SEED=%llu\n", (unsigned long long)seed);
	for (round = 0; round < ROUNDS; round++) {
		/* mostly about a header long, and mostly of a plausible first byte */
		size_t len = splitmix64(&state) % (round % 8 ? 64 : 600);
		uint8_t *data = malloc(len ? len : 1);
		size_t i;

		if (!data)
			return 1;
		for (i = 0; i < len; i++)
			data[i] = (uint8_t)splitmix64(&state);
		if (len && round % 4)
			data[0] = (uint8_t)((data[0] & 0xc0) | 0x24);
		LLVMFuzzerTestOneInput(data, len);
		free(data);
	}
	printf("ok 1 - %d random datagrams\n1..1\n", ROUNDS);
	return 0;
}
#endif
