/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Netlink client of the clockdisc module, shared by clockdisc and ntpx.
 *
 * Functions return 0 or a negative errno and leave a sentence for people in
 * client->error. A client is used by one thread. Requests and events take two
 * clients: one that has joined a group must not send requests.
 *
 * Sign rule: offset_ns is reference minus local, positive when the local clock
 * is behind; a positive frequency makes the local clock run faster.
 */
#ifndef CDISC_CLIENT_H
#define CDISC_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>
#include <linux/clockdisc.h>

#define CDISC_ERROR_LEN		256
#define CDISC_NAME_MAX_LEN	63
#define CDISC_SAMPLES_MAX	256	/* in one message; longer arrays are split */

struct mnl_socket;
struct cdisc_attr_set;

struct cdisc_client {
	struct mnl_socket *sock;
	uint8_t *buf;
	uint32_t seq;
	uint32_t port_id;
	uint32_t group_clock;
	uint32_t group_sources;
	uint32_t group_log;
	uint16_t family_id;
	char error[CDISC_ERROR_LEN];
};

struct cdisc_sample_msg {
	uint32_t source_id;
	bool is_missed;			/* poll not answered; the rest is ignored */
	bool is_self;			/* the server is synchronised to this machine */
	bool is_plain;			/* real_ns, offset_ns, half_width_ns; no stamps */
	int64_t t1_real_ns;
	int64_t t2_real_ns;
	int64_t t3_real_ns;
	int64_t t4_real_ns;
	int64_t real_ns;
	int64_t offset_ns;
	uint64_t half_width_ns;
	uint32_t stratum;		/* as in the packet; in a plain sample 0 means the default, 1 */
	uint32_t leap;			/* enum clockdisc_leap; 0 means the default, none */
	uint32_t ref_id;		/* host byte order */
	uint64_t root_delay_ns;
	uint64_t root_disp_ns;
	bool has_precision;
	int32_t precision_log2s;	/* -31 to 0 */
};

struct cdisc_sample_result {
	uint32_t source_id;
	uint32_t verdict;		/* enum clockdisc_verdict */
	int32_t poll_log2s;		/* 0 when !has_poll */
	bool has_poll;			/* false with CLOCKDISC_VERDICT_NO_SOURCE */
};

struct cdisc_clock_info {
	uint32_t state;			/* enum clockdisc_state */
	uint32_t actuator;		/* enum clockdisc_actuator */
	uint32_t leap;			/* enum clockdisc_leap */
	uint32_t stratum;
	uint32_t ref_id;
	uint32_t selected_id;		/* 0 when no source is selected */
	int32_t poll_log2s;
	bool is_synchronised;
	bool has_bound;
	bool has_offset;
	bool has_freq;
	bool has_pending;		/* panic refused pending_ns */
	int64_t real_ns;
	int64_t ref_real_ns;
	int64_t offset_ns;
	uint64_t bound_ns;
	uint64_t jitter_ns;
	int64_t freq_ppb_q16;
	int64_t rate_ppb_q16;
	uint64_t root_delay_ns;
	uint64_t root_disp_ns;
	int64_t pending_ns;
	int64_t floor_real_ns;
};

/**
 * cdisc_client_open() - open a netlink socket and resolve the family
 * @client: filled in; closed again on an error, its error sentence stays
 *
 * Return: 0, -ENODEV when the module is not loaded, or a negative errno.
 */
int cdisc_client_open(struct cdisc_client *client);
void cdisc_client_close(struct cdisc_client *client);

/* For poll(2) and seccomp filters; -1 when closed. */
int cdisc_client_fd(const struct cdisc_client *client);

/* Put a sentence into client->error; returns @err, a negative errno. */
int cdisc_client_fail(struct cdisc_client *client, int err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Typed requests. Besides what the module answers, all return -ENODEV when the
 * module was unloaded since, and -ESTALE when it was loaded again (its sources
 * are gone: close, open, and add them anew). -EPERM needs CAP_SYS_TIME.
 */

/**
 * cdisc_source_add() - add a source that the caller feeds
 * @client: an open client
 * @name: for people, up to CDISC_NAME_MAX_LEN characters
 * @flags: enum clockdisc_source_flags, ORed
 * @minpoll_log2s: negative leaves it to the module's default
 * @maxpoll_log2s: negative leaves it to the module's default
 * @id: number of the source, or NULL
 * @poll_log2s: poll interval to begin with, or NULL
 *
 * Return: 0 or a negative errno.
 */
int cdisc_source_add(struct cdisc_client *client, const char *name, uint32_t flags,
		     int minpoll_log2s, int maxpoll_log2s, uint32_t *id, int *poll_log2s);
int cdisc_source_del(struct cdisc_client *client, uint32_t id);

/* The first source of this name that user space feeds: 0, -ENOENT when there is none, or another negative errno. */
int cdisc_source_find(struct cdisc_client *client, const char *name, uint32_t *id);

/**
 * cdisc_sample_submit() - hand in samples and missed polls
 * @client: an open client
 * @samples: in the order they were taken
 * @n: how many
 * @results: one for each sample, in the same order, or NULL
 *
 * A refused sample is a verdict, not an error; an error leaves the results of
 * the samples that were not handed in zeroed.
 *
 * Return: 0 or a negative errno.
 */
int cdisc_sample_submit(struct cdisc_client *client, const struct cdisc_sample_msg *samples,
			size_t n, struct cdisc_sample_result *results);

/* Learnt frequency as from a drift file, +-6553600000000 ppb x 2^16. */
int cdisc_freq_set(struct cdisc_client *client, int64_t freq_ppb_q16);

/* No correction takes the clock below this without a command. */
int cdisc_floor_set(struct cdisc_client *client, int64_t floor_real_ns);
int cdisc_clock_get(struct cdisc_client *client, struct cdisc_clock_info *info);

/* Lets the first offset pass the panic threshold (ntpd -g), or not. */
int cdisc_clock_set_panic_once(struct cdisc_client *client, bool is_allowed);

/* Slew the present offset away, as fast as max-slew allows. */
int cdisc_clock_slew(struct cdisc_client *client);

/* A clockdisc attribute of type u32 by number, for one-off settings. */
int cdisc_clock_set_u32(struct cdisc_client *client, uint16_t attr, uint32_t value);

/*
 * The generic layer. A callback gets one message whose attributes begin at
 * mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN); it returns 0 or a negative
 * errno, which ends the dispatch and is handed on.
 */
typedef int (*cdisc_msg_fn)(struct cdisc_client *client, const struct nlmsghdr *nlh, void *arg);

/* Begin a request in client->buf; put attributes with mnl_attr_put_*_check(). */
struct nlmsghdr *cdisc_request_begin(struct cdisc_client *client, uint8_t cmd, bool is_dump);
size_t cdisc_request_room(void);

/**
 * cdisc_request_run() - send a request and read its answers up to the ack
 * @client: an open client
 * @nlh: from cdisc_request_begin()
 * @set: table that names the attributes in a refusal
 * @fn: called for each answer, or NULL
 * @arg: handed to @fn
 *
 * Return: 0 or a negative errno; the module's own sentence is in client->error.
 */
int cdisc_request_run(struct cdisc_client *client, struct nlmsghdr *nlh,
		      const struct cdisc_attr_set *set, cdisc_msg_fn fn, void *arg);

/* Join a multicast group: client->group_clock, client->group_sources or client->group_log. */
int cdisc_events_join(struct cdisc_client *client, uint32_t group);

/**
 * cdisc_events_only() - get one kind of the clock's events, and none of the sources'
 * @client: an open client, before it joins client->group_clock
 * @event: enum clockdisc_event; the others are dropped in the kernel and wake nobody
 *
 * Return: 0 or a negative errno.
 */
int cdisc_events_only(struct cdisc_client *client, uint32_t event);

/**
 * cdisc_events_read() - wait for events and hand them to @fn
 * @client: a client that joined a group
 * @timeout_ms: as in poll(2), -1 waits for ever; with 0 poll(2) is not called
 * @fn: called for each event, or NULL
 * @arg: handed to @fn
 *
 * Return: number of events, 0 on a timeout, -EINTR on a signal, -ENOBUFS when
 *         events were lost (go on reading, and get the state afresh), or
 *         another negative errno.
 */
int cdisc_events_read(struct cdisc_client *client, int timeout_ms, cdisc_msg_fn fn, void *arg);

/* How many events the kernel has dropped since @client was opened. More are dropped until all that wait have been read. */
uint32_t cdisc_events_lost(const struct cdisc_client *client);

uint8_t cdisc_msg_cmd(const struct nlmsghdr *nlh);

#endif /* CDISC_CLIENT_H */
