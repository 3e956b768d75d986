// SPDX-License-Identifier: GPL-2.0
/*
 * The client that leaves the clock alone: asks every server at the poll interval, and writes what it saw.
 *
 * usage: probe KEY=VALUE... > SEEN
 *
 *	server sent_raw_ns there_ns back_ns
 *
 * The stamps are the kernel's, as those of other clients; with nobody steering, CLOCK_REALTIME is the counter and a
 * constant, so that they tell the counter at which the request left and the answer came. Shares no code with the server but the
 * scenario's: what it sees is what any client would.
 */
#include <arpa/inet.h>
#include <inttypes.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "counter.h"
#include "net.h"
#include "plant.h"
#include "scenario.h"

#define ANSWER_MSEC	900

static int64_t stamp_real_ns(const uint8_t *at)
{
	uint32_t sec, frac;

	memcpy(&sec, at, 4);
	memcpy(&frac, at + 4, 4);
	return (int64_t)(ntohl(sec) - 2208988800U) * NSEC_PER_SEC + (int64_t)(((uint64_t)ntohl(frac) * NSEC_PER_SEC) >> 32);
}

/* Return: the kernel's stamp of the packet in CLOCK_REALTIME, 0 without one. */
static int64_t packet_read(int fd, uint8_t *buf, size_t size, int flags)
{
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	union {
		struct cmsghdr align;
		uint8_t bytes[256];
	} control;
	struct msghdr msg = {
		.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof(control.bytes),
	};
	struct scm_timestamping stamps;
	struct cmsghdr *c;

	if (recvmsg(fd, &msg, flags) < 0)
		return 0;
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPING) {
			memcpy(&stamps, CMSG_DATA(c), sizeof(stamps));
			return stamps.ts[0].tv_sec * NSEC_PER_SEC + stamps.ts[0].tv_nsec;
		}
	return 0;
}

static void ask(const struct scenario *sc, struct plant *plant, int server)
{
	int flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_TX_SOFTWARE |
		    SOF_TIMESTAMPING_OPT_TSONLY;
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(123) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	uint8_t buf[512] = { 4 << 3 | 3 };
	struct counter_pair pair;
	int64_t t1_ns, t2_ns, t4_ns;

	addr.sin_addr.s_addr = htonl(LAB_NET + (uint32_t)server);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof(flags)) ||
	    connect(fd, (struct sockaddr *)&addr, sizeof(addr)) || send(fd, buf, 48, 0) != 48) {
		perror("probe");
		exit(1);
	}
	t1_ns = packet_read(fd, buf, sizeof(buf), MSG_ERRQUEUE | MSG_DONTWAIT);
	if (poll(&pfd, 1, ANSWER_MSEC) > 0) {
		t4_ns = packet_read(fd, buf, sizeof(buf), MSG_DONTWAIT);
		pair = counter_pair_read();
		t1_ns += pair.raw_ns - pair.real_ns;
		t4_ns += pair.raw_ns - pair.real_ns;
		t2_ns = stamp_real_ns(buf + 32) - net_offset(sc, server);
		printf("%d %" PRId64 " %" PRId64 " %" PRId64 "\n", server, t1_ns, t2_ns - plant_truth(plant, t1_ns),
		       plant_truth(plant, t4_ns) - t2_ns);
	}
	close(fd);
}

static void on_signal(int number)
{
	(void)number;
	fflush(stdout);
	_exit(0);
}

int main(int argc, char **argv)
{
	struct scenario sc;
	struct plant plant;
	sigset_t term;

	scenario_defaults(&sc);
	scenario_from_args(&sc, argc, argv);
	counter_init("probe");
	plant_init(&plant, &sc);
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	signal(SIGTERM, on_signal);
	for (;;) {
		/* whole lines alone are written at the end */
		sigprocmask(SIG_BLOCK, &term, NULL);
		for (int i = 0; i < sc.servers; i++)
			ask(&sc, &plant, i);
		sigprocmask(SIG_UNBLOCK, &term, NULL);
		sleep(1U << sc.minpoll_log2s);
	}
}
