// SPDX-License-Identifier: GPL-2.0
/*
 * An independent ruler: how far this clock is from an NTP server's.
 *
 * Shares no code with ntpx, so that a mistake there cannot hide here. Of several
 * exchanges the one with the smallest delay counts; the true offset lies within
 * half of that delay. T4 is the kernel's receive stamp where there is one.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NSEC_PER_SEC	1000000000LL
#define ANSWER_MSEC	1000

struct reading {
	int64_t offset_ns;	/* server minus local */
	int64_t delay_ns;
};

static int64_t now_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void sleep_sec(double sec)
{
	struct timespec ts = { (time_t)sec, (long)((sec - (double)(time_t)sec) * 1e9) };

	while (nanosleep(&ts, &ts) && errno == EINTR)
		;
}

/* Stamp minus local, ns; the difference modulo 2^64 is right across the eras. */
static int64_t stamp_minus_local_ns(const uint8_t *at, int64_t local_real_ns)
{
	uint64_t local_sec = (uint64_t)(local_real_ns / NSEC_PER_SEC) + 2208988800ULL;
	uint64_t local_sub_ns = (uint64_t)(local_real_ns % NSEC_PER_SEC);
	uint32_t sec = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
	uint32_t frac = (uint32_t)at[4] << 24 | (uint32_t)at[5] << 16 | (uint32_t)at[6] << 8 | at[7];
	int32_t sec_diff = (int32_t)(sec - (uint32_t)local_sec);

	return (int64_t)sec_diff * NSEC_PER_SEC +
	       (int64_t)(((uint64_t)frac * NSEC_PER_SEC) >> 32) - (int64_t)local_sub_ns;
}

static int64_t received_real_ns(struct msghdr *msg)
{
	struct cmsghdr *c;
	struct timespec ts;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS) {
			memcpy(&ts, CMSG_DATA(c), sizeof(ts));
			return (int64_t)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
		}
	return now_ns(CLOCK_REALTIME);
}

static bool exchange(int fd, struct reading *reading)
{
	uint8_t request[48] = { 0x23 };
	uint8_t reply[128];
	uint8_t cookie[8];
	int64_t end_ns, t1_ns, t4_ns, out_ns, back_ns;

	if (getrandom(cookie, sizeof(cookie), 0) != sizeof(cookie))
		return false;
	memcpy(request + 40, cookie, sizeof(cookie));
	t1_ns = now_ns(CLOCK_REALTIME);
	if (send(fd, request, sizeof(request), 0) != sizeof(request))
		return false;
	end_ns = now_ns(CLOCK_MONOTONIC) + ANSWER_MSEC * 1000000LL;
	for (;;) {
		struct iovec iov = { .iov_base = reply, .iov_len = sizeof(reply) };
		union {
			struct cmsghdr align;
			uint8_t bytes[128];
		} control;
		struct msghdr msg = {
			.msg_iov = &iov, .msg_iovlen = 1,
			.msg_control = control.bytes, .msg_controllen = sizeof(control.bytes),
		};
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		int64_t left_ns = end_ns - now_ns(CLOCK_MONOTONIC);
		ssize_t len;

		if (left_ns <= 0 || poll(&pfd, 1, (int)(left_ns / 1000000) + 1) <= 0)
			return false;
		len = recvmsg(fd, &msg, MSG_DONTWAIT);
		if (len < 48 || memcmp(reply + 24, cookie, sizeof(cookie)) ||
		    (reply[0] & 7) != 4 || !reply[1])
			continue;
		t4_ns = received_real_ns(&msg);
		break;
	}
	out_ns = stamp_minus_local_ns(reply + 32, t1_ns);	/* T2 - T1 */
	back_ns = stamp_minus_local_ns(reply + 40, t4_ns);	/* T3 - T4 */
	/* halves, not the half of a sum: the sum overflows beyond 146 years */
	reading->offset_ns = out_ns / 2 + back_ns / 2;
	reading->delay_ns = out_ns - back_ns;
	return true;
}

static int best_of(int fd, int samples, double gap_sec, struct reading *best)
{
	int got = 0;
	int i;

	for (i = 0; i < samples; i++) {
		struct reading reading;

		if (i)
			sleep_sec(gap_sec);
		if (!exchange(fd, &reading))
			continue;
		if (!got++ || reading.delay_ns < best->delay_ns)
			*best = reading;
	}
	return got;
}

static int64_t half_ns(const struct reading *reading)
{
	return reading->delay_ns / 2 + 1;
}

static int server_connect(const char *host, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM };
	struct addrinfo *list;
	int on = 1;
	int fd = -1;
	int err = getaddrinfo(host, port, &hints, &list);

	if (err) {
		fprintf(stderr, "ruler: %s: %s\n", host, gai_strerror(err));
		return -1;
	}
	fd = socket(list->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, list->ai_addr, list->ai_addrlen)) {
		fprintf(stderr, "ruler: %s: %s\n", host, strerror(errno));
		freeaddrinfo(list);
		return -1;
	}
	freeaddrinfo(list);
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	return fd;
}

static int watch_run(int fd, double watch_sec, double interval_sec, int samples, double gap_sec)
{
	int64_t start_ns = now_ns(CLOCK_MONOTONIC);
	int64_t i;
	int got_any = 0;

	for (i = 0; (double)i * interval_sec <= watch_sec; i++) {
		int64_t due_ns = start_ns + (int64_t)((double)i * interval_sec * 1e9);
		int64_t left_ns = due_ns - now_ns(CLOCK_MONOTONIC);
		struct reading best;
		int64_t real_ns;

		if (left_ns > 0)
			sleep_sec((double)left_ns / 1e9);
		real_ns = now_ns(CLOCK_REALTIME);
		if (!best_of(fd, samples, gap_sec, &best)) {
			fprintf(stderr, "ruler: no answer\n");
			continue;
		}
		got_any = 1;
		printf("%" PRId64 ".%09" PRId64 " %" PRId64 " %" PRId64 "\n",
		       (int64_t)(real_ns / NSEC_PER_SEC), (int64_t)(real_ns % NSEC_PER_SEC),
		       best.offset_ns, half_ns(&best));
	}
	return got_any ? 0 : 1;
}

static void usage_print(FILE *to)
{
	fputs("Usage: ruler [OPTION]... HOST\n"
	      "  --port N         port (123)\n"
	      "  --samples N      exchanges, of which the fastest counts (8; 1 with --watch)\n"
	      "  --gap SEC        pause between them (0.02)\n"
	      "  --watch SEC      go on for so long, one line \"t_real_s offset_ns half_ns\" each\n"
	      "  --interval SEC   this far apart (1)\n"
	      "Prints RULER offset_ns=... half_ns=... samples=...; server minus local.\n", to);
}

static double number_read(const char *name, const char *text, double least, double most)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= least && value <= most)) {
		fprintf(stderr, "ruler: --%s %s: not a number from %g to %g\n", name, text, least,
			most);
		exit(2);
	}
	return value;
}

int main(int argc, char *argv[])
{
	enum { PORT, SAMPLES, GAP, WATCH, INTERVAL, HELP };
	static const struct option longs[] = {
		{ "port", 1, NULL, PORT }, { "samples", 1, NULL, SAMPLES },
		{ "gap", 1, NULL, GAP }, { "watch", 1, NULL, WATCH },
		{ "interval", 1, NULL, INTERVAL }, { "help", 0, NULL, HELP }, { 0 },
	};
	char port[8] = "123";
	int samples = 0;
	double gap_sec = 0.02, watch_sec = -1, interval_sec = 1;
	struct reading best;
	int c, i, fd, got;

	while ((c = getopt_long(argc, argv, "", longs, &i)) != -1) {
		const char *name = c == '?' ? "" : longs[i].name;

		switch (c) {
		case PORT:
			snprintf(port, sizeof(port), "%d", (int)number_read(name, optarg, 1, 65535));
			break;
		case SAMPLES:
			samples = (int)number_read(name, optarg, 1, 1e6);
			break;
		case GAP:
			gap_sec = number_read(name, optarg, 0, 3600);
			break;
		case WATCH:
			watch_sec = number_read(name, optarg, 0, 1e9);
			break;
		case INTERVAL:
			interval_sec = number_read(name, optarg, 0.001, 1e6);
			break;
		case HELP:
			usage_print(stdout);
			return 0;
		default:
			usage_print(stderr);
			return 2;
		}
	}
	if (optind + 1 != argc) {
		usage_print(stderr);
		return 2;
	}
	fd = server_connect(argv[optind], port);
	if (fd < 0)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	if (watch_sec >= 0)
		return watch_run(fd, watch_sec, interval_sec, samples ? samples : 1, gap_sec);

	got = best_of(fd, samples ? samples : 8, gap_sec, &best);
	if (!got) {
		fprintf(stderr, "ruler: no answer\n");
		return 1;
	}
	printf("RULER offset_ns=%" PRId64 " half_ns=%" PRId64 " samples=%d\n", best.offset_ns,
	       half_ns(&best), got);
	return 0;
}
