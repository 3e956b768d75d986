// SPDX-License-Identifier: GPL-2.0
/*
 * All NTP servers of a scenario, and the network in front of them.
 *
 * usage: server KEY=VALUE... > EXCHANGES
 *
 * Server i of the scenario listens on LAB_NET + i, port 123, in a network namespace of its own. A request that the kernel received at counter r was
 * answered by the scenario's server at truth(r) + there, and the answer leaves here when there + back has passed: a
 * client sees the delays that were asked for, and a server that answers at once.
 *
 *	client	sent r ------ there -----> . ------ back ------> received
 *	here	received r    (waits)      t2 = t3   (waits)     sends
 *
 * The kernel's stamps tell when a packet came and left. The last microseconds are waited for at the counter, and the
 * time from there to the stamp, which does not change much, is learnt and taken off. What the waiting added all the same
 * is in the delays that are logged, one line for each request, in the order in which they were done with:
 *
 *	server sent_raw_ns there_ns back_ns t2_ns t3_ns lost
 */
#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "counter.h"
#include "net.h"
#include "ntp_reply.h"
#include "plant.h"
#include "scenario.h"

#define HELD_MOST	256
#define SPIN_NS		20000		/* waited for at the counter */
#define AGE_MOST_NS	10000000	/* of a stamp; beyond, the clock was set since */
#define LEAD_FIRST_NS	7500		/* from the counter to the stamp of a packet that leaves */
#define LEAD_MOST_NS	20000
#define LEAD_STEP_NS	100
#define CABLE_NS	385		/* from that to the stamp of its arrival, selfcheck tells */

struct held {
	bool			is_used;
	int			server;
	int64_t			sent_raw_ns;
	int64_t			due_raw_ns;
	int64_t			t2_ns;		/* truth */
	struct net_exchange	x;
	struct sockaddr_in	to;
	uint8_t			reply[NTP_REPLY_LEN];
};

struct lab {
	struct scenario		sc;
	struct plant		plant;
	struct pollfd		fd[SCENARIO_SERVERS_MAX];
	uint64_t		requests[SCENARIO_SERVERS_MAX];
	struct held		held[HELD_MOST];
	int64_t			lead_ns;
	int64_t			age_ns;		/* of stamps when they are read, as it was last */
};

static volatile sig_atomic_t is_ended;

static void on_signal(int number)
{
	(void)number;
	is_ended = 1;
}

static int socket_open(int server)
{
	int flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_TX_SOFTWARE |
		    SOF_TIMESTAMPING_OPT_TSONLY;
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(123) };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	addr.sin_addr.s_addr = htonl(LAB_NET + (uint32_t)server);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof(flags)) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		perror("server: socket");
		exit(1);
	}
	return fd;
}

/*
 * The counter at a stamp of CLOCK_REALTIME that is a few microseconds old. Two pairs tell the clock's rate, which may be
 * anything during a slew.
 */
static int64_t raw_from_real(struct lab *lab, int64_t real_ns)
{
	struct counter_pair first = counter_pair_read(), now = counter_pair_read();
	double rate;

	while (now.raw_ns - first.raw_ns < 4000)
		now = counter_pair_read();
	rate = (double)(now.real_ns - first.real_ns) / (double)(now.raw_ns - first.raw_ns);
	if (rate > 0.8 && rate < 1.2 && now.real_ns > real_ns && now.real_ns - real_ns < AGE_MOST_NS)
		lab->age_ns = (int64_t)((double)(now.real_ns - real_ns) / rate);
	return now.raw_ns - lab->age_ns;
}

/* Return: the length, -1 when there is no packet. *raw_ns: when it came or, in the error queue, left. */
static ssize_t packet_read(struct lab *lab, int fd, int flags, struct sockaddr_in *from, uint8_t *buf, size_t size,
			   int64_t *raw_ns)
{
	struct iovec iov = { .iov_base = buf, .iov_len = size };
	union {
		struct cmsghdr align;
		uint8_t bytes[256];
	} control;
	struct msghdr msg = {
		.msg_name = from, .msg_namelen = from ? sizeof(*from) : 0,
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes, .msg_controllen = sizeof(control.bytes),
	};
	ssize_t len = recvmsg(fd, &msg, flags | MSG_DONTWAIT);
	struct cmsghdr *c;

	if (len < 0)
		return -1;
	for (c = CMSG_FIRSTHDR(&msg); c; c = CMSG_NXTHDR(&msg, c)) {
		struct scm_timestamping stamps;

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_TIMESTAMPING)
			continue;
		memcpy(&stamps, CMSG_DATA(c), sizeof(stamps));
		*raw_ns = raw_from_real(lab, stamps.ts[0].tv_sec * NSEC_PER_SEC + stamps.ts[0].tv_nsec);
		return len;
	}
	*raw_ns = counter_raw_ns();
	return len;
}

static void exchange_log(const struct held *h, int64_t back_ns)
{
	printf("%d %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %d\n", h->server, h->sent_raw_ns,
	       h->x.there_ns, back_ns, h->t2_ns + h->x.offset_ns, h->t2_ns + h->x.offset_ns, h->x.is_lost);
}

static void request_take(struct lab *lab, int server, const uint8_t *request, const struct sockaddr_in *from,
			 int64_t sent_raw_ns)
{
	struct held h = { .is_used = true, .server = server, .sent_raw_ns = sent_raw_ns, .to = *from };
	struct ntp_reply_fields fields = { .stratum = 1, .ref_id = 0x4c414200 /* "LAB" */ };

	net_exchange(&lab->sc, server, lab->requests[server]++, sent_raw_ns, &h.x);
	h.t2_ns = plant_truth(&lab->plant, sent_raw_ns) + h.x.there_ns;
	if (h.x.is_lost) {
		exchange_log(&h, h.x.back_ns);
		return;
	}
	h.due_raw_ns = plant_raw(&lab->plant, h.t2_ns + h.x.back_ns);
	fields.t2_real_ns = fields.t3_real_ns = h.t2_ns + h.x.offset_ns;
	ntp_reply_fill(h.reply, request, &fields);
	for (int i = 0; i < HELD_MOST; i++)
		if (!lab->held[i].is_used) {
			lab->held[i] = h;
			return;
		}
	fprintf(stderr, "server: more than %d requests wait for an answer\n", HELD_MOST);
	exit(1);
}

static void requests_read(struct lab *lab, int server)
{
	struct sockaddr_in from;
	uint8_t buf[512];
	int64_t raw_ns;
	ssize_t len;

	while ((len = packet_read(lab, lab->fd[server].fd, 0, &from, buf, sizeof(buf), &raw_ns)) >= 0 || errno == ECONNREFUSED)
		if (len >= NTP_REPLY_LEN && (buf[0] & 7) == 3)
			request_take(lab, server, buf, &from, raw_ns - CABLE_NS);
}

static void held_send(struct lab *lab, struct held *h)
{
	int fd = lab->fd[h->server].fd;
	int64_t left_raw_ns = 0, late_ns;
	uint8_t buf[64];

	while (counter_raw_ns() < h->due_raw_ns - lab->lead_ns)
		;
	h->is_used = false;
	if (sendto(fd, h->reply, sizeof(h->reply), 0, (struct sockaddr *)&h->to, sizeof(h->to)) < 0) {
		perror("server: sendto");
		return;
	}
	if (packet_read(lab, fd, MSG_ERRQUEUE, NULL, buf, sizeof(buf), &left_raw_ns) < 0) {
		perror("server: no stamp");
		exit(1);
	}
	left_raw_ns += CABLE_NS;
	exchange_log(h, plant_truth(&lab->plant, left_raw_ns) - h->t2_ns);
	late_ns = left_raw_ns - h->due_raw_ns;
	/* now and then the kernel takes longer, to find memory: that is not followed */
	late_ns = late_ns / 4 < -LEAD_STEP_NS ? -LEAD_STEP_NS : late_ns / 4 > LEAD_STEP_NS ? LEAD_STEP_NS : late_ns / 4;
	lab->lead_ns += late_ns;
	lab->lead_ns = lab->lead_ns < 0 ? 0 : lab->lead_ns > LEAD_MOST_NS ? LEAD_MOST_NS : lab->lead_ns;
}

static struct held *held_first(struct lab *lab)
{
	struct held *first = NULL;

	for (int i = 0; i < HELD_MOST; i++)
		if (lab->held[i].is_used && (!first || lab->held[i].due_raw_ns < first->due_raw_ns))
			first = &lab->held[i];
	return first;
}

/* Send what is due. Return: ns to sleep, -1 for ever. A clock that is slewed may sleep a tenth longer or less. */
static int64_t held_run(struct lab *lab)
{
	struct held *first;

	while ((first = held_first(lab))) {
		int64_t left_ns = first->due_raw_ns - counter_raw_ns() - lab->lead_ns - SPIN_NS;

		if (left_ns > 0)
			return left_ns - left_ns / 8;
		held_send(lab, first);
	}
	return -1;
}

static void lab_run(struct lab *lab, const sigset_t *waiting)
{
	while (!is_ended) {
		int64_t wait_ns = held_run(lab);
		struct timespec ts = { wait_ns / NSEC_PER_SEC, wait_ns % NSEC_PER_SEC };

		if (ppoll(lab->fd, (nfds_t)lab->sc.servers, wait_ns < 0 ? NULL : &ts, waiting) <= 0)
			continue;
		for (int i = 0; i < lab->sc.servers; i++)
			if (lab->fd[i].revents)
				requests_read(lab, i);
	}
}

int main(int argc, char **argv)
{
	static struct lab lab = { .lead_ns = LEAD_FIRST_NS, .age_ns = 20000 };
	static char buffer[1 << 20];
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t blocked, waiting;

	scenario_defaults(&lab.sc);
	scenario_from_args(&lab.sc, argc, argv);
	counter_init("server");
	plant_init(&lab.plant, &lab.sc);
	for (int i = 0; i < lab.sc.servers; i++)
		lab.fd[i] = (struct pollfd){ .fd = socket_open(i), .events = POLLIN };
	setvbuf(stdout, buffer, _IOFBF, sizeof(buffer));
	/* as exact as the kernel's timers are, and before everybody else */
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	if (sched_setscheduler(0, SCHED_FIFO, &(struct sched_param){ .sched_priority = 50 }))
		perror("server: SCHED_FIFO");

	/* delivered during ppoll() alone, so that none comes between test and wait */
	sigaction(SIGTERM, &action, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &waiting);
	lab_run(&lab, &waiting);
	return fflush(stdout) ? 1 : 0;
}
