// SPDX-License-Identifier: GPL-2.0
/*
 * A small NTP server for tests: plays a true time, a network and faults.
 *
 * Truth is a line over CLOCK_MONOTONIC_RAW:
 *
 *	truth(raw) = real(start) + offset + (raw - raw(start)) * (1 + freq_ppb / 1e9)
 *
 * which no discipline of CLOCK_REALTIME disturbs, as long as RAW is not steered,
 * that is, with the hardware's own clocksource. With --tsc the processor's counter
 * takes its place, at a scale that is measured against RAW once, at the start. In a
 * virtual-time VM it is the time that a client on the same machine should find over
 * loopback.
 *
 * The network is a delay on either side of the server's stamps, exponential and
 * seeded; both are waited for in one sleep before the reply is sent.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <netdb.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "moved.h"

#define NSEC_PER_SEC		1000000000LL
#define SEC_1900_TO_1970	2208988800LL
#define ERA1_REAL_SEC		2085978496LL	/* 2036-02-07 06:28:16, NTP second 0 again */
#define HEADER_LEN		48
#define PACKET_ROOM		1400
#define QUEUE_MOST		1024
#define AGE_MOST_NS		(10 * 1000 * 1000LL)

enum fault {
	FAULT_NONE,
	FAULT_TRUNCATED,	/* 47 bytes */
	FAULT_OVERSIZED,	/* extension field, MAC and more, 1400 bytes */
	FAULT_REPEAT,		/* three times the same */
	FAULT_REORDER,		/* every other reply waits for the next request, and goes last */
	FAULT_UNASKED,		/* a packet with some other origin comes first */
	FAULT_MODE,
	FAULT_VERSION,
	FAULT_STRATUM0,		/* kiss code INIT */
	FAULT_KOD_RATE,
	FAULT_KOD_DENY,
	FAULT_KOD_RSTR,
	FAULT_STRATUM16,
	FAULT_LEAP3,
	FAULT_T3_BEFORE_T2,
	FAULT_ORIGIN,		/* some other origin */
	FAULT_ZERO_STAMP,
	FAULT_ERA2036,		/* truth begins 6 s before the end of era 0 */
	FAULT_SILENT,
};

static const char *const fault_names[] = {
	[FAULT_NONE] = "none",
	[FAULT_TRUNCATED] = "truncated",
	[FAULT_OVERSIZED] = "oversized",
	[FAULT_REPEAT] = "repeat",
	[FAULT_REORDER] = "reorder",
	[FAULT_UNASKED] = "unasked",
	[FAULT_MODE] = "mode",
	[FAULT_VERSION] = "version",
	[FAULT_STRATUM0] = "stratum0",
	[FAULT_KOD_RATE] = "kod-rate",
	[FAULT_KOD_DENY] = "kod-deny",
	[FAULT_KOD_RSTR] = "kod-rstr",
	[FAULT_STRATUM16] = "stratum16",
	[FAULT_LEAP3] = "leap3",
	[FAULT_T3_BEFORE_T2] = "t3-before-t2",
	[FAULT_ORIGIN] = "origin",
	[FAULT_ZERO_STAMP] = "zero-stamp",
	[FAULT_ERA2036] = "era2036",
	[FAULT_SILENT] = "silent",
};
#define FAULTS	(sizeof(fault_names) / sizeof(fault_names[0]))

struct options {
	const char *bind;
	int port;
	const char *moved_path;		/* or NULL */
	double offset_sec;
	double freq_ppb;
	double jitter_sec;
	double loss;
	double root_delay_sec;
	double root_disp_sec;
	int stratum;
	int leap;
	bool makes_leap;
	uint32_t ref_id;
	uint64_t seed;
	enum fault fault;
	uint64_t fault_first;		/* replies that have it; 0: all */
	bool is_quiet;
};

struct packet {
	bool is_used;
	bool is_held;			/* until the next request */
	int64_t send_raw_ns;
	struct sockaddr_storage to;
	socklen_t to_len;
	size_t len;
	uint8_t buf[PACKET_ROOM];
};

struct server {
	struct options opt;
	int fd;
	int64_t start_real_ns;
	int64_t start_raw_ns;
	int64_t midnight_ns;
	int64_t moved_ns;		/* at the present request */
	uint64_t random;
	struct packet queue[QUEUE_MOST];
	uint64_t requests, replies, lost, faults, ignored;
};

static volatile sig_atomic_t is_ended;

static void on_signal(int number)
{
	(void)number;
	is_ended = 1;
}

static int64_t now_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

/* Of --tsc: raw = raw_ns + (counter - ticks) * ns_per_tick; RAW itself while ns_per_tick is 0. */
static struct {
	uint64_t	ticks;
	int64_t		raw_ns;
	double		ns_per_tick;
} tsc;

static uint64_t tsc_read(void)
{
#ifdef __x86_64__
	return __builtin_ia32_rdtsc();
#else
	return 0;
#endif
}

static int64_t counter_ns(void)
{
	if (tsc.ns_per_tick > 0)
		return tsc.raw_ns + llround((double)(tsc_read() - tsc.ticks) * tsc.ns_per_tick);
	return now_ns(CLOCK_MONOTONIC_RAW);
}

static void tsc_begin(void)
{
	struct timespec half = { 0, NSEC_PER_SEC / 2 };
	int64_t raw_ns = now_ns(CLOCK_MONOTONIC_RAW);
	uint64_t ticks = tsc_read();

	nanosleep(&half, NULL);
	tsc.raw_ns = now_ns(CLOCK_MONOTONIC_RAW);
	tsc.ticks = tsc_read();
	if (tsc.ticks == ticks) {
		fputs("ntp_server: --tsc: there is no counter to be read\n", stderr);
		exit(4);
	}
	tsc.ns_per_tick = (double)(tsc.raw_ns - raw_ns) / (double)(tsc.ticks - ticks);
}

/* splitmix64 */
static uint64_t random_u64(struct server *s)
{
	uint64_t z = s->random += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* (0, 1] */
static double random_unit(struct server *s)
{
	return ((double)(random_u64(s) >> 11) + 1) / 9007199254740992.0;
}

static int64_t leg_ns(struct server *s)
{
	return s->opt.jitter_sec > 0 ? (int64_t)(-log(random_unit(s)) * s->opt.jitter_sec * 1e9) : 0;
}

static int64_t truth_ns(const struct server *s, int64_t raw_ns)
{
	int64_t elapsed_ns = raw_ns - s->start_raw_ns;

	/* long double: 64 bits of mantissa hold any elapsed time to the ns */
	int64_t count_ns = s->start_real_ns + s->moved_ns + elapsed_ns +
			   (int64_t)((long double)elapsed_ns * (long double)s->opt.freq_ppb / 1e9L);

	if (!s->opt.makes_leap || count_ns < s->midnight_ns - (s->opt.leap == 2 ? NSEC_PER_SEC : 0))
		return count_ns;
	return count_ns + (s->opt.leap == 2 ? NSEC_PER_SEC : -NSEC_PER_SEC);
}

static void put_u32(uint8_t *at, uint32_t value)
{
	int i;

	for (i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void put_stamp(uint8_t *at, int64_t real_ns)
{
	int64_t sec = real_ns / NSEC_PER_SEC - (real_ns % NSEC_PER_SEC < 0);
	uint64_t sub_ns = (uint64_t)(real_ns - sec * NSEC_PER_SEC);

	put_u32(at, (uint32_t)(sec + SEC_1900_TO_1970));
	put_u32(at + 4, (uint32_t)((sub_ns << 32) / NSEC_PER_SEC));
}

static uint32_t ntp32_from_sec(double sec)
{
	return (uint32_t)(sec * 65536.0);
}

static uint32_t ref_id_from_text(const char *text)
{
	struct in_addr addr;
	uint32_t ref_id = 0;
	int i;

	if (inet_pton(AF_INET, text, &addr) == 1)
		return ntohl(addr.s_addr);
	for (i = 0; i < 4; i++)
		ref_id = ref_id << 8 | (*text ? (uint8_t)*text++ : 0);
	return ref_id;
}

static void reply_fill(struct server *s, uint8_t *buf, const uint8_t *request, int64_t t2_ns,
		       int64_t t3_ns)
{
	const struct options *opt = &s->opt;
	int leap = opt->makes_leap && t2_ns >= s->midnight_ns ? 0 : opt->leap;

	memset(buf, 0, HEADER_LEN);
	buf[0] = (uint8_t)(leap << 6 | 4 << 3 | 4);
	buf[1] = (uint8_t)opt->stratum;
	buf[2] = request[2];
	buf[3] = (uint8_t)-24;
	put_u32(buf + 4, ntp32_from_sec(opt->root_delay_sec));
	put_u32(buf + 8, ntp32_from_sec(opt->root_disp_sec));
	put_u32(buf + 12, opt->ref_id);
	put_stamp(buf + 16, t2_ns - NSEC_PER_SEC);
	memcpy(buf + 24, request + 40, 8);
	put_stamp(buf + 32, t2_ns);
	put_stamp(buf + 40, t3_ns);
}

static void kiss_fill(uint8_t *buf, const char *code)
{
	buf[0] |= 3 << 6;
	buf[1] = 0;
	memcpy(buf + 12, code, 4);
}

/* Return: the length of the spoilt reply. */
static size_t reply_spoil(struct server *s, enum fault fault, uint8_t *buf, int64_t t2_ns)
{
	size_t i;

	switch (fault) {
	case FAULT_TRUNCATED:
		return HEADER_LEN - 1;
	case FAULT_OVERSIZED:
		for (i = HEADER_LEN; i < PACKET_ROOM; i++)
			buf[i] = (uint8_t)random_u64(s);
		return PACKET_ROOM;
	case FAULT_MODE:
		buf[0] = (uint8_t)((buf[0] & ~7) | 5);
		break;
	case FAULT_VERSION:
		buf[0] = (uint8_t)((buf[0] & ~0x38) | 7 << 3);
		break;
	case FAULT_STRATUM0:
		kiss_fill(buf, "INIT");
		break;
	case FAULT_KOD_RATE:
		kiss_fill(buf, "RATE");
		break;
	case FAULT_KOD_DENY:
		kiss_fill(buf, "DENY");
		break;
	case FAULT_KOD_RSTR:
		kiss_fill(buf, "RSTR");
		break;
	case FAULT_STRATUM16:
		buf[1] = 16;
		break;
	case FAULT_LEAP3:
		buf[0] |= 3 << 6;
		break;
	case FAULT_T3_BEFORE_T2:
		put_stamp(buf + 40, t2_ns - 1000000);
		break;
	case FAULT_ORIGIN:
		put_u32(buf + 24, (uint32_t)random_u64(s));
		break;
	case FAULT_ZERO_STAMP:
		memset(buf + 32, 0, 16);
		break;
	case FAULT_NONE:
	case FAULT_REPEAT:
	case FAULT_REORDER:
	case FAULT_UNASKED:
	case FAULT_ERA2036:
	case FAULT_SILENT:
		break;
	}
	return HEADER_LEN;
}

static void packet_send(struct server *s, struct packet *p)
{
	if (sendto(s->fd, p->buf, p->len, 0, (struct sockaddr *)&p->to, p->to_len) < 0)
		fprintf(stderr, "ntp_server: sendto: %s\n", strerror(errno));
	else
		s->replies++;
	p->is_used = false;
}

static struct packet *packet_take(struct server *s)
{
	int i;

	for (i = 0; i < QUEUE_MOST; i++)
		if (!s->queue[i].is_used)
			return &s->queue[i];
	return NULL;
}

static void packet_queue(struct server *s, const struct packet *like, bool is_held)
{
	struct packet *p = packet_take(s);

	if (!p) {
		s->lost++;
		return;
	}
	*p = *like;
	p->is_used = true;
	p->is_held = is_held;
}

/* Arrival on the raw clock: the kernel's stamp tells how long it lay unread. */
static int64_t arrival_raw_ns(struct msghdr *msg)
{
	/*
	 * In this order: halted between the two, the server finds that the request came later than it did, and the round trip
	 * shows it. In the other order it would have come before it was sent, and an honest server would lie.
	 */
	int64_t real_ns = now_ns(CLOCK_REALTIME);
	int64_t raw_ns = counter_ns();
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		struct timespec ts;
		int64_t age_ns;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_TIMESTAMPNS)
			continue;
		memcpy(&ts, CMSG_DATA(c), sizeof(ts));
		age_ns = real_ns - ((int64_t)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec);
		/* beyond that the clock was stepped in between */
		if (age_ns > 0 && age_ns < AGE_MOST_NS)
			return raw_ns - age_ns;
	}
	return raw_ns;
}

/* An answer to a question that nobody asked, for the one who sent @request. */
static void unasked_send(struct server *s, struct packet other, const uint8_t *request, int64_t t2_ns)
{
	reply_fill(s, other.buf, request, t2_ns, t2_ns);
	other.len = HEADER_LEN;
	put_u32(other.buf + 24, (uint32_t)random_u64(s));
	packet_send(s, &other);
}

static void request_answer(struct server *s, const uint8_t *request, int64_t arrived_raw_ns,
			   const struct sockaddr_storage *from, socklen_t from_len)
{
	const struct options *opt = &s->opt;
	struct packet reply = { .to = *from, .to_len = from_len };
	enum fault fault = opt->fault;
	int64_t in_ns = leg_ns(s);
	int64_t out_ns = leg_ns(s);
	int64_t now_raw_ns, t2_ns, t3_ns;
	int i;

	if (opt->fault_first && s->requests > opt->fault_first && fault != FAULT_ERA2036)
		fault = FAULT_NONE;
	if (random_unit(s) <= opt->loss || fault == FAULT_SILENT) {
		s->lost++;
		if (!opt->is_quiet)
			printf("request %" PRIu64 ": t2=%" PRId64 " lost\n", s->requests,
			       truth_ns(s, arrived_raw_ns + in_ns));
		return;
	}
	t2_ns = truth_ns(s, arrived_raw_ns + in_ns);
	/* Before the reply is stamped: how long it takes to send this one is no part of the reply's way. */
	if (fault == FAULT_UNASKED)
		unasked_send(s, reply, request, t2_ns);
	now_raw_ns = counter_ns();
	t3_ns = now_raw_ns > arrived_raw_ns + in_ns ? truth_ns(s, now_raw_ns) : t2_ns;
	reply_fill(s, reply.buf, request, t2_ns, t3_ns);
	reply.len = reply_spoil(s, fault, reply.buf, t2_ns);
	reply.send_raw_ns = arrived_raw_ns + in_ns + out_ns;
	if (fault != FAULT_NONE)
		s->faults++;

	for (i = 0; i < (fault == FAULT_REPEAT ? 3 : 1); i++)
		packet_queue(s, &reply, fault == FAULT_REORDER && s->requests % 2);
	if (!opt->is_quiet)
		printf("request %" PRIu64 ": t2=%" PRId64 " t3=%" PRId64 " in_ns=%" PRId64
		       " out_ns=%" PRId64 " fault=%s\n", s->requests, t2_ns, t3_ns, in_ns, out_ns,
		       fault_names[fault]);
}

static void requests_read(struct server *s)
{
	for (;;) {
		uint8_t buf[PACKET_ROOM];
		struct sockaddr_storage from;
		struct iovec iov = { .iov_base = buf, .iov_len = sizeof(buf) };
		union {
			struct cmsghdr align;
			uint8_t bytes[128];
		} control;
		struct msghdr msg = {
			.msg_name = &from,
			.msg_namelen = sizeof(from),
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control.bytes,
			.msg_controllen = sizeof(control.bytes),
		};
		ssize_t len = recvmsg(s->fd, &msg, MSG_DONTWAIT);
		bool was_held[QUEUE_MOST];
		int i;

		if (len < 0) {
			/* a client's closed port comes back as an error of ours */
			if (errno == ECONNREFUSED || errno == EINTR)
				continue;
			return;
		}
		if (len < HEADER_LEN || (buf[0] & 7) != 3) {
			s->ignored++;
			continue;
		}
		s->requests++;
		moved_read(s->opt.moved_path, &s->moved_ns);
		for (i = 0; i < QUEUE_MOST; i++)
			was_held[i] = s->queue[i].is_used && s->queue[i].is_held;
		request_answer(s, buf, arrival_raw_ns(&msg), &from, msg.msg_namelen);
		for (i = 0; i < QUEUE_MOST; i++) {
			if (!was_held[i])
				continue;
			s->queue[i].is_held = false;
			s->queue[i].send_raw_ns = counter_ns() + 1000000;
		}
	}
}

/* Sends what is due. Return: ns until the next, or -1. */
static int64_t queue_run(struct server *s)
{
	for (;;) {
		struct packet *first = NULL;
		int64_t wait_ns;
		int i;

		for (i = 0; i < QUEUE_MOST; i++) {
			struct packet *p = &s->queue[i];

			if (p->is_used && !p->is_held &&
			    (!first || p->send_raw_ns < first->send_raw_ns))
				first = p;
		}
		if (!first)
			return -1;
		wait_ns = first->send_raw_ns - counter_ns();
		if (wait_ns > 0)
			return wait_ns;
		packet_send(s, first);
	}
}

static int port_of(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} addr;
	socklen_t len = sizeof(addr);

	if (getsockname(fd, &addr.any, &len))
		return 0;
	return ntohs(addr.any.sa_family == AF_INET6 ? addr.v6.sin6_port : addr.v4.sin_port);
}

static int socket_open(struct options *opt)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_DGRAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
	};
	struct addrinfo *list;
	char service[8];
	int on = 1;
	int fd, err;

	snprintf(service, sizeof(service), "%d", opt->port);
	err = getaddrinfo(opt->bind, service, &hints, &list);
	if (err) {
		fprintf(stderr, "ntp_server: %s: %s\n", opt->bind, gai_strerror(err));
		return -1;
	}
	fd = socket(list->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, list->ai_addr, list->ai_addrlen)) {
		fprintf(stderr, "ntp_server: %s port %d: %s\n", opt->bind, opt->port,
			strerror(errno));
		freeaddrinfo(list);
		return -1;
	}
	freeaddrinfo(list);
	if (!opt->port)
		opt->port = port_of(fd);
	setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on));
	return fd;
}

static void usage_print(FILE *to)
{
	size_t i;

	fputs("Usage: ntp_server [OPTION]...\n"
	      "  --bind ADDR       address to listen on (127.0.0.1)\n"
	      "  --port N          port (11123); 0: a free one, which the first line tells\n"
	      "  --offset SEC      truth minus CLOCK_REALTIME at the start (0)\n"
	      "  --moved FILE      truth is further by the seconds that FILE says at a request; after them the word\n"
	      "                    once: FILE is removed then\n"
	      "  --freq-ppb N      rate of truth against CLOCK_MONOTONIC_RAW (0)\n"
	      "  --jitter SEC      mean of the exponential delay of each leg (0)\n"
	      "  --loss P          share of requests that get no reply, 0 to 1 (0)\n"
	      "  --seed N          of delays and losses (1)\n"
	      "  --tsc             the processor's counter instead of CLOCK_MONOTONIC_RAW\n"
	      "  --stratum N       (1)\n"
	      "  --leap N          as on the wire, 0 to 3 (0)\n"
	      "  --makes-leap      truth makes the second that --leap announces at the end of its first day\n"
	      "  --refid TEXT      four letters or an IPv4 address (TEST)\n"
	      "  --root-delay SEC  (0)\n"
	      "  --root-disp SEC   (0)\n"
	      "  --fault NAME      see below\n"
	      "  --fault-first N   only the first N replies are faulty\n"
	      "  --quiet           no line for each request\n"
	      "faults:", to);
	for (i = 0; i < FAULTS; i++)
		fprintf(to, " %s", fault_names[i]);
	fputs("\nSIGTERM ends it with a line of counters.\n", to);
}

static int fault_find(const char *name)
{
	size_t i;

	if (!strcmp(name, "kod"))
		return FAULT_STRATUM0;
	for (i = 0; i < FAULTS; i++)
		if (!strcmp(name, fault_names[i]))
			return (int)i;
	return -1;
}

static double number_read(const char *name, const char *text, double least, double most)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value >= least && value <= most)) {
		fprintf(stderr, "ntp_server: --%s %s: not a number from %g to %g\n", name, text,
			least, most);
		exit(2);
	}
	return value;
}

static void options_read(struct options *opt, int argc, char *argv[])
{
	enum { BIND, PORT, OFFSET, MOVED, FREQ, JITTER, LOSS, SEED, STRATUM, LEAP, MAKES_LEAP, REFID, ROOT_DELAY,
	       ROOT_DISP, FAULT, FAULT_FIRST, QUIET, TSC, HELP };
	static const struct option longs[] = {
		{ "bind", 1, NULL, BIND }, { "port", 1, NULL, PORT },
		{ "offset", 1, NULL, OFFSET }, { "moved", 1, NULL, MOVED }, { "freq-ppb", 1, NULL, FREQ },
		{ "jitter", 1, NULL, JITTER }, { "loss", 1, NULL, LOSS },
		{ "seed", 1, NULL, SEED }, { "stratum", 1, NULL, STRATUM },
		{ "leap", 1, NULL, LEAP }, { "makes-leap", 0, NULL, MAKES_LEAP }, { "refid", 1, NULL, REFID },
		{ "root-delay", 1, NULL, ROOT_DELAY }, { "root-disp", 1, NULL, ROOT_DISP },
		{ "fault", 1, NULL, FAULT }, { "fault-first", 1, NULL, FAULT_FIRST },
		{ "quiet", 0, NULL, QUIET }, { "tsc", 0, NULL, TSC }, { "help", 0, NULL, HELP }, { 0 },
	};
	int c, i, fault;

	while ((c = getopt_long(argc, argv, "", longs, &i)) != -1) {
		const char *name = c == '?' ? "" : longs[i].name;

		switch (c) {
		case BIND:
			opt->bind = optarg;
			break;
		case PORT:
			opt->port = (int)number_read(name, optarg, 0, 65535);
			break;
		case OFFSET:
			opt->offset_sec = number_read(name, optarg, -4e9, 4e9);
			break;
		case MOVED:
			opt->moved_path = optarg;
			break;
		case FREQ:
			opt->freq_ppb = number_read(name, optarg, -1e8, 1e8);
			break;
		case JITTER:
			opt->jitter_sec = number_read(name, optarg, 0, 10);
			break;
		case LOSS:
			opt->loss = number_read(name, optarg, 0, 1);
			break;
		case SEED:
			opt->seed = (uint64_t)number_read(name, optarg, 0, 9e15);
			break;
		case STRATUM:
			opt->stratum = (int)number_read(name, optarg, 0, 255);
			break;
		case LEAP:
			opt->leap = (int)number_read(name, optarg, 0, 3);
			break;
		case MAKES_LEAP:
			opt->makes_leap = true;
			break;
		case REFID:
			opt->ref_id = ref_id_from_text(optarg);
			break;
		case ROOT_DELAY:
			opt->root_delay_sec = number_read(name, optarg, 0, 65535);
			break;
		case ROOT_DISP:
			opt->root_disp_sec = number_read(name, optarg, 0, 65535);
			break;
		case FAULT:
			fault = fault_find(optarg);
			if (fault < 0) {
				fprintf(stderr, "ntp_server: --fault %s is not known\n", optarg);
				exit(2);
			}
			opt->fault = (enum fault)fault;
			break;
		case FAULT_FIRST:
			opt->fault_first = (uint64_t)number_read(name, optarg, 0, 1e12);
			break;
		case QUIET:
			opt->is_quiet = true;
			break;
		case TSC:
			tsc_begin();
			break;
		case HELP:
			usage_print(stdout);
			exit(0);
		default:
			usage_print(stderr);
			exit(2);
		}
	}
	if (optind != argc) {
		usage_print(stderr);
		exit(2);
	}
}

int main(int argc, char *argv[])
{
	static struct server s = {
		.opt = { .bind = "127.0.0.1", .port = 11123, .stratum = 1, .seed = 1 },
	};
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked, waiting;

	s.opt.ref_id = ref_id_from_text("TEST");
	options_read(&s.opt, argc, argv);
	s.random = s.opt.seed;
	s.fd = socket_open(&s.opt);
	if (s.fd < 0)
		return 1;
	setvbuf(stdout, NULL, _IOLBF, 0);
	/* short delays would otherwise be rounded up by 50 us */
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);

	/* delivered during ppoll() alone, so that none comes between test and wait */
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, &waiting);

	s.start_raw_ns = counter_ns();
	s.start_real_ns = now_ns(CLOCK_REALTIME) + (int64_t)llround(s.opt.offset_sec * 1e9);
	if (s.opt.fault == FAULT_ERA2036)
		s.start_real_ns = (ERA1_REAL_SEC - 6) * NSEC_PER_SEC;
	s.midnight_ns = (s.start_real_ns / NSEC_PER_SEC / 86400 + 1) * 86400 * NSEC_PER_SEC;
	printf("ready bind=%s port=%d start_real_ns=%" PRId64 " start_raw_ns=%" PRId64
	       " seed=%" PRIu64 " fault=%s\n", s.opt.bind, s.opt.port, s.start_real_ns,
	       s.start_raw_ns, s.opt.seed, fault_names[s.opt.fault]);

	while (!is_ended) {
		struct pollfd fd = { .fd = s.fd, .events = POLLIN };
		int64_t wait_ns = queue_run(&s);
		struct timespec ts = { wait_ns / NSEC_PER_SEC, wait_ns % NSEC_PER_SEC };

		if (ppoll(&fd, 1, wait_ns < 0 ? NULL : &ts, &waiting) > 0)
			requests_read(&s);
	}
	printf("NTP_SERVER requests=%" PRIu64 " replies=%" PRIu64 " lost=%" PRIu64
	       " faults=%" PRIu64 " ignored=%" PRIu64 "\n", s.requests, s.replies, s.lost,
	       s.faults, s.ignored);
	return 0;
}
