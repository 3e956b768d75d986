// SPDX-License-Identifier: GPL-2.0
/*
 * Associations: an address, its exchanges, and when the next one is due.
 *
 *              address            deadline: missed
 *   EMPTY ───────────────> POLLING ──────┐     8 in a row: ask for the name again,
 *     ^                     │  ^  <──────┘     take another address if there is one
 *     │ 24 h, or at once    │  │
 *     └────────── DENIED <──┘ KoD DENY, RSTR
 *
 * A request is due, is sent from a socket of its own, and is answered or
 * missed; either is handed to the module, which says how long to wait. Nothing
 * else is decided here. A settled association wakes the process twice per poll:
 * once to send, once for the answer. That is why the deadline is a number and
 * not a timer, why the transmit stamp is fetched without being waited for, and
 * why the socket is one-shot: what comes after the answer is counted when the
 * socket is closed, which is at the next poll.
 */
#include "assoc.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <unistd.h>

#include "assoc_site.h"
#include "log.h"

#define NSEC_PER_SEC		1000000000LL

#define BURST_PACKETS		8
#define BURST_INTERVAL_NS	(2 * NSEC_PER_SEC)
/* From the beginning of one burst to the next: what interrupts the clock again and again must not cost the servers more. */
#define BURST_SPACING_NS	(BURST_PACKETS * BURST_INTERVAL_NS)

/* The module may wish for less than minpoll while it learns, but not for less than servers take well. */
#define QUICK_LOG2S		1

/* An answer after this is of no use: half of it is above any root distance. */
#define ANSWER_WAIT_NS		(4 * NSEC_PER_SEC)

/* As many as the module's reach register has bits. */
#define MISSES_UNREACHABLE	8

#define DENIED_NS		(24 * 3600 * NSEC_PER_SEC)
#define FLOOR_MOST_LOG2S	17

/* Addresses of this machine change seldom, and reading them is not free. */
#define SELF_CHECK_NS		(3600 * NSEC_PER_SEC)

#define REPLY_ROOM		1024	/* the rest is cut off: extensions are not read */
#define DRAIN_MOST		64	/* datagrams per wake-up: a flood must not hold the loop */

static uint64_t random_u64(void)
{
	uint64_t value = 0;

	/* cannot fail or fall short for 8 bytes once the pool is initialised */
	if (getrandom(&value, sizeof(value), 0) != sizeof(value))
		abort();
	return value;
}

static int poll_effective_log2s(const struct assoc *assoc)
{
	int minpoll_log2s = assoc->site->server->minpoll_log2s;
	int poll_log2s = assoc->poll_log2s;

	if (poll_log2s < assoc->floor_log2s)
		poll_log2s = assoc->floor_log2s;
	/* nothing is learnt from one that does not answer */
	if (assoc->is_unreachable && poll_log2s < minpoll_log2s)
		poll_log2s = minpoll_log2s;
	if (poll_log2s > FLOOR_MOST_LOG2S)
		poll_log2s = FLOOR_MOST_LOG2S;
	return poll_log2s;
}

/* No two requests to a server are closer. */
static int64_t gap_ns(const struct assoc *assoc)
{
	int64_t whole_ns = NSEC_PER_SEC * (1LL << poll_effective_log2s(assoc));

	if (assoc->is_limited)
		return NSEC_PER_SEC * (1LL << assoc->floor_log2s);
	return whole_ns < BURST_INTERVAL_NS ? whole_ns : BURST_INTERVAL_NS;
}

/* Spread over 1/16 of the interval, mean 2^poll where the gap leaves room for it, so that servers drift apart. */
static int64_t interval_ns(const struct assoc *assoc)
{
	int64_t whole_ns = NSEC_PER_SEC * (1LL << poll_effective_log2s(assoc));
	int64_t spread_ns = whole_ns / 16;
	int64_t least_ns = gap_ns(assoc);

	if (assoc->burst_left)
		return least_ns;
	whole_ns += (int64_t)(random_u64() % (uint64_t)spread_ns) - spread_ns / 2;
	return whole_ns < least_ns ? least_ns : whole_ns;
}

static void burst_begin(struct assoc *assoc, unsigned int packets, int64_t now_mono_ns)
{
	if (assoc->is_limited || now_mono_ns < assoc->burst_mono_ns)
		return;
	assoc->burst_left = packets;
	assoc->burst_mono_ns = now_mono_ns + BURST_SPACING_NS;
}

static int64_t due_at(const struct assoc *assoc, int64_t wanted_mono_ns)
{
	int64_t least_mono_ns = assoc->sent_mono_ns + gap_ns(assoc);

	return wanted_mono_ns < least_mono_ns ? least_mono_ns : wanted_mono_ns;
}

static void label_make(struct assoc *assoc)
{
	const struct conf_server *server = assoc->site->server;
	char text[SOCK_ADDR_TEXT_LEN];

	/* the module takes no name with a blank in it */
	sock_addr_text(&assoc->addr, text);
	if (server->is_pool)
		snprintf(assoc->label, sizeof(assoc->label), "%.45s@%.*s", text,
			 (int)(sizeof(assoc->label) - 2 - strnlen(text, 45)), server->name);
	else if (assoc->site->is_numeric)
		snprintf(assoc->label, sizeof(assoc->label), "%.63s", text);
	else if (server->port == NTP_WIRE_PORT)
		snprintf(assoc->label, sizeof(assoc->label), "%.63s", server->name);
	else
		snprintf(assoc->label, sizeof(assoc->label), "%.57s:%u", server->name,
			 server->port);
}

static void exchange_close(struct assoc *assoc)
{
	uint8_t buf[REPLY_ROOM];
	enum sock_stamp stamp;
	int64_t t4_real_ns;
	int i;

	if (assoc->fd < 0)
		return;
	/* after the answer nothing that arrives is of use: it is only counted */
	for (i = 0; !assoc->is_waiting && i < DRAIN_MOST; i++) {
		if (sock_reply_recv(assoc->fd, buf, sizeof(buf), &t4_real_ns, &stamp) < 0)
			break;
		assoc->count.duplicate++;
	}
	close(assoc->fd);
	assoc->fd = -1;
	assoc->is_waiting = false;
}

static void source_drop(struct assoc_table *table, struct assoc *assoc, int64_t now_mono_ns)
{
	if (assoc->source_id)
		feed_source_del(table->feed, assoc->source_id, now_mono_ns);
	assoc->source_id = 0;
}

static bool source_have(struct assoc_table *table, struct assoc *assoc, int64_t now_mono_ns)
{
	if (!assoc->source_id &&
	    feed_source_add(table->feed, assoc->label, assoc->site->server, &assoc->source_id,
			    &assoc->poll_log2s, now_mono_ns))
		assoc->source_id = 0;
	return assoc->source_id;
}

void assoc_begin(struct assoc_table *table, struct assoc *assoc, const union sock_addr *addr,
		 int64_t due_mono_ns, int64_t now_mono_ns)
{
	const struct conf_server *server = assoc->site->server;

	exchange_close(assoc);
	source_drop(table, assoc, now_mono_ns);
	/* what an address asked for and how often it was asked holds when the module comes back */
	if (assoc->state != ASSOC_STATE_POLLING || !sock_addr_is_equal(&assoc->addr, addr)) {
		assoc->floor_log2s = server->minpoll_log2s < QUICK_LOG2S ? server->minpoll_log2s : QUICK_LOG2S;
		assoc->is_limited = false;
		assoc->burst_left = 0;
		assoc->burst_mono_ns = 0;
		assoc->sent_mono_ns = now_mono_ns - BURST_INTERVAL_NS;
	}
	assoc->addr = *addr;
	label_make(assoc);
	assoc->state = ASSOC_STATE_POLLING;
	assoc->poll_log2s = server->minpoll_log2s;
	assoc->misses = 0;
	assoc->is_unreachable = false;
	assoc->was_answered = false;
	assoc->checked_ref_id = 0;
	assoc->send_err = 0;
	if (server->has_iburst)
		burst_begin(assoc, BURST_PACKETS, now_mono_ns);
	source_have(table, assoc, now_mono_ns);
	assoc->due_mono_ns = due_at(assoc, due_mono_ns);
}

/* The module's answer to a sample or a missed poll. */
static void result_take(struct assoc_table *table, struct assoc *assoc,
			const struct cdisc_sample_result *result, int64_t now_mono_ns)
{
	if (result->verdict == CLOCKDISC_VERDICT_NO_SOURCE) {
		log_warn("%s: its source was removed by somebody; added again", assoc->label);
		assoc->source_id = 0;
		source_have(table, assoc, now_mono_ns);
	} else if (result->has_poll) {
		assoc->poll_log2s = result->poll_log2s;
	}
}

static void poll_missed(struct assoc_table *table, struct assoc *assoc, int64_t now_mono_ns)
{
	struct cdisc_sample_msg sample = { .is_missed = true };
	struct cdisc_sample_result result;

	assoc->is_waiting = false;
	assoc->count.missed++;
	if (assoc->misses < MISSES_UNREACHABLE)
		assoc->misses++;
	if (assoc->misses == MISSES_UNREACHABLE && !assoc->is_unreachable) {
		assoc->is_unreachable = true;
		log_warn("%s: does not answer", assoc->label);
		assoc_site_ask_at(assoc->site, now_mono_ns);
	}
	if (!source_have(table, assoc, now_mono_ns))
		return;
	sample.source_id = assoc->source_id;
	if (!feed_submit(table->feed, &sample, &result, now_mono_ns))
		result_take(table, assoc, &result, now_mono_ns);
}

static void kiss_obey(struct assoc_table *table, struct assoc *assoc,
		      const struct ntp_reply *reply, int64_t now_mono_ns)
{
	if (!strcmp(reply->kiss, "RATE")) {
		int poll_log2s = poll_effective_log2s(assoc);

		/* in a burst, or while the module learns, requests are closer than the configuration says */
		if (poll_log2s < assoc->site->server->minpoll_log2s)
			poll_log2s = assoc->site->server->minpoll_log2s;
		assoc->floor_log2s = poll_log2s < FLOOR_MOST_LOG2S ? poll_log2s + 1 : poll_log2s;
		assoc->is_limited = true;
		assoc->burst_left = 0;
		log_warn("%s: asks for fewer requests (RATE): from now on at least 2^%d s apart",
			 assoc->label, assoc->floor_log2s);
		poll_missed(table, assoc, now_mono_ns);
		assoc->due_mono_ns = assoc->sent_mono_ns + interval_ns(assoc);
	} else if (!strcmp(reply->kiss, "DENY") || !strcmp(reply->kiss, "RSTR")) {
		log_warn("%s: denies service (%s): left alone for 24 h", assoc->label,
			 reply->kiss);
		assoc->is_waiting = false;
		exchange_close(assoc);
		source_drop(table, assoc, now_mono_ns);
		assoc->state = ASSOC_STATE_DENIED;
		assoc->due_mono_ns = now_mono_ns + DENIED_NS;
		if (assoc->site->server->is_pool)
			assoc_site_ask_later(assoc->site, ASSOC_ASK_FIRST_NS, now_mono_ns);
	} else {
		log_info("%s: kiss of death \"%s\", taken as no answer", assoc->label,
			 reply->kiss);
		poll_missed(table, assoc, now_mono_ns);
	}
}

static bool is_self(struct assoc *assoc, const struct ntp_reply *reply, int64_t now_mono_ns)
{
	/* a stratum 1 has letters there, which look like an address */
	if (reply->stratum < 2)
		return false;
	if (reply->ref_id != assoc->checked_ref_id || !assoc->checked_ref_id ||
	    now_mono_ns - assoc->checked_mono_ns > SELF_CHECK_NS) {
		assoc->is_self = sock_is_own_ref_id(reply->ref_id);
		assoc->checked_ref_id = reply->ref_id;
		assoc->checked_mono_ns = now_mono_ns;
	}
	return assoc->is_self;
}

static void answer_hand_in(struct assoc_table *table, struct assoc *assoc,
			   const struct ntp_reply *reply, int64_t t4_real_ns,
			   enum sock_stamp t4_stamp, int64_t now_mono_ns)
{
	int64_t pivot_real_ns = ntp_pivot_real_ns(t4_real_ns);
	struct cdisc_sample_msg sample = {
		.is_self = is_self(assoc, reply, now_mono_ns),
		.t1_real_ns = assoc->t1_real_ns,
		.t2_real_ns = ntp_real_ns_from_ntp64(reply->rx_ntp64, pivot_real_ns),
		.t3_real_ns = ntp_real_ns_from_ntp64(reply->tx_ntp64, pivot_real_ns),
		.t4_real_ns = t4_real_ns,
		.stratum = reply->stratum,
		.leap = CLOCKDISC_LEAP_NONE + reply->leap,
		.ref_id = reply->ref_id,
		.root_delay_ns = reply->root_delay_ns,
		.root_disp_ns = reply->root_disp_ns,
		.has_precision = true,
		.precision_log2s = reply->precision_log2s,
	};
	struct cdisc_sample_result result;
	double offset_sec;

	if (sample.precision_log2s > 0)
		sample.precision_log2s = 0;
	else if (sample.precision_log2s < -31)
		sample.precision_log2s = -31;

	offset_sec = ((double)(sample.t2_real_ns - sample.t1_real_ns) +
		      (double)(sample.t3_real_ns - sample.t4_real_ns)) / 2e9;
	if (assoc->misses == MISSES_UNREACHABLE || !assoc->was_answered) {
		log_info("%s: answers, stratum %u, offset %+.6f s", assoc->label, reply->stratum,
			 offset_sec);
		assoc->site->ask_after_ns = 0;
	}

	assoc->count.answered++;
	if (assoc->t1_stamp != SOCK_STAMP_KERNEL || t4_stamp != SOCK_STAMP_KERNEL)
		assoc->count.user_stamps++;
	/* the first answer after a silence: the other seven follow at once */
	if (assoc->misses == MISSES_UNREACHABLE && assoc->site->server->has_iburst)
		burst_begin(assoc, BURST_PACKETS - 1, now_mono_ns);
	assoc->misses = 0;
	assoc->is_unreachable = false;
	assoc->was_answered = true;

	if (!source_have(table, assoc, now_mono_ns))
		return;
	sample.source_id = assoc->source_id;
	if (feed_submit(table->feed, &sample, &result, now_mono_ns))
		return;
	log_debug("%s: offset %+.9f s, delay %.9f s, stamps %s/%s, verdict %u, poll %d",
		  assoc->label, offset_sec,
		  ((double)(t4_real_ns - sample.t1_real_ns) -
		   (double)(sample.t3_real_ns - sample.t2_real_ns)) / 1e9,
		  assoc->t1_stamp == SOCK_STAMP_KERNEL ? "kernel" : "user",
		  t4_stamp == SOCK_STAMP_KERNEL ? "kernel" : "user", result.verdict,
		  result.poll_log2s);
	result_take(table, assoc, &result, now_mono_ns);
	assoc->due_mono_ns = assoc->sent_mono_ns + interval_ns(assoc);
}

static void socket_watch(struct assoc_table *table, struct assoc *assoc, int op)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT, .data.ptr = assoc };

	if (epoll_ctl(table->epoll_fd, op, assoc->fd, &event))
		log_err("%s: epoll_ctl: %s", assoc->label, strerror(errno));
}

static void request_send(struct assoc_table *table, struct assoc *assoc, int64_t now_mono_ns)
{
	uint8_t buf[NTP_WIRE_LEN];
	int poll_log2s = poll_effective_log2s(assoc);
	int64_t wait_ns = NSEC_PER_SEC * (1LL << poll_log2s);
	int stamp;

	if (assoc->is_waiting)
		poll_missed(table, assoc, now_mono_ns);
	exchange_close(assoc);

	if (assoc->burst_left)
		assoc->burst_left--;
	assoc->sent_mono_ns = now_mono_ns;
	assoc->due_mono_ns = now_mono_ns + interval_ns(assoc);
	assoc->count.sent++;

	assoc->fd = sock_exchange_open(&assoc->addr);
	stamp = assoc->fd;
	if (assoc->fd >= 0) {
		assoc->nonce_ntp64 = random_u64();
		ntp_request_build(buf, poll_log2s, assoc->nonce_ntp64);
		stamp = sock_request_send(assoc->fd, buf, sizeof(buf), &assoc->t1_real_ns);
	}
	if (stamp < 0) {
		if (stamp != assoc->send_err)
			log_warn("%s: cannot send: %s", assoc->label, strerror(-stamp));
		assoc->send_err = stamp;
		poll_missed(table, assoc, now_mono_ns);
		if (assoc->fd >= 0)
			close(assoc->fd);
		assoc->fd = -1;
		return;
	}
	assoc->send_err = 0;
	assoc->t1_stamp = (enum sock_stamp)stamp;
	assoc->is_waiting = true;
	if (wait_ns > ANSWER_WAIT_NS)
		wait_ns = ANSWER_WAIT_NS;
	assoc->deadline_mono_ns = now_mono_ns + wait_ns;
	socket_watch(table, assoc, EPOLL_CTL_ADD);
}

void assoc_readable(struct assoc_table *table, struct assoc *assoc, int64_t now_mono_ns)
{
	uint8_t buf[REPLY_ROOM];
	struct ntp_reply reply;
	enum ntp_wire_verdict verdict;
	enum sock_stamp t4_stamp;
	int64_t t4_real_ns;
	int len = 0;
	int i;

	/* an event of the same batch may have closed it, or ended the exchange */
	if (assoc->fd < 0 || !assoc->is_waiting)
		return;
	if (assoc->t1_stamp == SOCK_STAMP_USER && sock_tx_stamp_read(assoc->fd, &assoc->t1_real_ns))
		assoc->t1_stamp = SOCK_STAMP_KERNEL;

	for (i = 0; i < DRAIN_MOST && assoc->is_waiting; i++) {
		len = sock_reply_recv(assoc->fd, buf, sizeof(buf), &t4_real_ns, &t4_stamp);
		if (len == -EAGAIN)
			break;
		/* "connection refused": anybody can say so, the deadline decides */
		if (len < 0)
			continue;
		verdict = ntp_reply_parse(buf, (size_t)len, assoc->nonce_ntp64, &reply);
		switch (verdict) {
		case NTP_WIRE_OK:
			assoc->is_waiting = false;
			answer_hand_in(table, assoc, &reply, t4_real_ns, t4_stamp, now_mono_ns);
			return;
		case NTP_WIRE_KISS:
			assoc->is_waiting = false;
			assoc->count.dropped[verdict]++;
			kiss_obey(table, assoc, &reply, now_mono_ns);
			return;
		case NTP_WIRE_SHORT:
		case NTP_WIRE_ORIGIN:
		case NTP_WIRE_VERSION:
		case NTP_WIRE_MODE:
		case NTP_WIRE_NO_STAMP:
		case NTP_WIRE_VERDICTS:
			assoc->count.dropped[verdict]++;
			log_debug("%s: datagram dropped: %s", assoc->label,
				  ntp_wire_verdict_name(verdict));
			break;
		}
	}
	socket_watch(table, assoc, EPOLL_CTL_MOD);
}

static int64_t assoc_run(struct assoc_table *table, struct assoc *assoc, int64_t now_mono_ns)
{
	switch (assoc->state) {
	case ASSOC_STATE_EMPTY:
		return ASSOC_NEVER_MONO_NS;
	case ASSOC_STATE_DENIED:
		if (now_mono_ns < assoc->due_mono_ns)
			return assoc->due_mono_ns;
		if (!assoc->site->is_numeric) {
			assoc->state = ASSOC_STATE_EMPTY;
			assoc_site_ask_at(assoc->site, now_mono_ns);
			return ASSOC_NEVER_MONO_NS;
		}
		assoc_begin(table, assoc, &assoc->site->numeric_addr, now_mono_ns, now_mono_ns);
		break;
	case ASSOC_STATE_POLLING:
		break;
	}

	if (assoc->is_waiting && now_mono_ns >= assoc->deadline_mono_ns) {
		poll_missed(table, assoc, now_mono_ns);
		/* a longer interval may be asked for than was in force when it was sent */
		if (!assoc->burst_left)
			assoc->due_mono_ns = assoc->sent_mono_ns + interval_ns(assoc);
	}
	if (now_mono_ns >= assoc->due_mono_ns)
		request_send(table, assoc, now_mono_ns);
	if (assoc->is_waiting && assoc->deadline_mono_ns < assoc->due_mono_ns)
		return assoc->deadline_mono_ns;
	return assoc->due_mono_ns;
}

int64_t assoc_table_run(struct assoc_table *table, int64_t now_mono_ns)
{
	int64_t next_mono_ns = ASSOC_NEVER_MONO_NS;
	size_t i, k;

	for (i = 0; i < table->n_sites; i++) {
		struct assoc_site *site = &table->sites[i];

		for (k = 0; k < site->n_assocs && table->feed->is_attached; k++) {
			int64_t at_mono_ns = assoc_run(table, &site->assocs[k], now_mono_ns);

			if (at_mono_ns < next_mono_ns)
				next_mono_ns = at_mono_ns;
		}
		assoc_site_run(table, site, now_mono_ns);
		if (site->ask_mono_ns < next_mono_ns)
			next_mono_ns = site->ask_mono_ns;
	}
	return next_mono_ns;
}

void assoc_table_start(struct assoc_table *table, int64_t now_mono_ns)
{
	size_t i, k, begun = 0;

	for (i = 0; i < table->n_sites; i++) {
		struct assoc_site *site = &table->sites[i];

		for (k = 0; k < site->n_assocs; k++) {
			struct assoc *assoc = &site->assocs[k];
			int64_t due_mono_ns = now_mono_ns + ASSOC_START_SPACING_NS * (int64_t)begun;

			/* numbers of a module that is no longer there */
			assoc->source_id = 0;
			if (assoc->state == ASSOC_STATE_DENIED)
				continue;
			if (assoc->state == ASSOC_STATE_POLLING) {
				union sock_addr addr = assoc->addr;

				assoc_begin(table, assoc, &addr, due_mono_ns, now_mono_ns);
				begun++;
			} else if (site->is_numeric) {
				assoc_begin(table, assoc, &site->numeric_addr, due_mono_ns,
					    now_mono_ns);
				begun++;
			} else {
				assoc_site_ask_at(site, now_mono_ns);
			}
		}
	}
}

void assoc_table_interrupted(struct assoc_table *table, int64_t now_mono_ns)
{
	size_t i, k, begun = 0;

	for (i = 0; i < table->n_sites; i++)
		for (k = 0; k < table->sites[i].n_assocs; k++) {
			struct assoc *assoc = &table->sites[i].assocs[k];

			if (assoc->state != ASSOC_STATE_POLLING)
				continue;
			/* its request was stamped by another clock, and is no missed poll either */
			if (assoc->is_waiting)
				exchange_close(assoc);
			/* a copy of a machine has other addresses */
			assoc->checked_ref_id = 0;
			burst_begin(assoc, BURST_PACKETS, now_mono_ns);
			assoc->due_mono_ns = due_at(assoc, now_mono_ns +
						    ASSOC_START_SPACING_NS * (int64_t)begun++);
		}
}

void assoc_table_print(const struct assoc_table *table, int priority)
{
	size_t i, k;
	int v;

	for (i = 0; i < table->n_sites; i++)
		for (k = 0; k < table->sites[i].n_assocs; k++) {
			const struct assoc *assoc = &table->sites[i].assocs[k];
			const struct assoc_count *c = &assoc->count;
			char dropped[256] = "";
			size_t len = 0;

			for (v = NTP_WIRE_OK + 1; v < NTP_WIRE_VERDICTS; v++)
				if (c->dropped[v] && len < sizeof(dropped))
					len += (size_t)snprintf(dropped + len,
						sizeof(dropped) - len, ", %s %llu",
						ntp_wire_verdict_name((enum ntp_wire_verdict)v),
						(unsigned long long)c->dropped[v]);
			log_print(priority,
				  "%s: sent %llu, answered %llu, missed %llu, duplicate %llu, without kernel stamps %llu%s",
				  assoc->label[0] ? assoc->label : assoc->site->server->name,
				  (unsigned long long)c->sent, (unsigned long long)c->answered,
				  (unsigned long long)c->missed, (unsigned long long)c->duplicate,
				  (unsigned long long)c->user_stamps, dropped);
		}
}

int assoc_table_init(struct assoc_table *table, const struct conf *conf, struct feed *feed,
		     struct resolver *resolver, int epoll_fd)
{
	size_t i, k;

	*table = (struct assoc_table){
		.feed = feed,
		.resolver = resolver,
		.epoll_fd = epoll_fd,
	};
	table->sites = calloc(conf->n_servers, sizeof(*table->sites));
	if (!table->sites)
		return -ENOMEM;
	for (i = 0; i < conf->n_servers; i++) {
		struct assoc_site *site = &table->sites[i];

		site->server = &conf->servers[i];
		site->token = (uint32_t)i;
		site->ask_mono_ns = ASSOC_NEVER_MONO_NS;
		site->is_numeric = resolve_numeric(site->server->name, site->server->port,
						   &site->numeric_addr);
		site->n_assocs = site->is_numeric ? 1 : site->server->max_sources;
		site->assocs = calloc(site->n_assocs, sizeof(*site->assocs));
		if (!site->assocs)
			return -ENOMEM;
		table->n_sites++;
		for (k = 0; k < site->n_assocs; k++) {
			site->assocs[k].site = site;
			site->assocs[k].fd = -1;
		}
	}
	return 0;
}

bool assoc_table_needs_resolver(const struct assoc_table *table)
{
	size_t i;

	for (i = 0; i < table->n_sites; i++)
		if (!table->sites[i].is_numeric)
			return true;
	return false;
}

void assoc_table_stop(struct assoc_table *table, int64_t now_mono_ns)
{
	size_t i, k;

	for (i = 0; i < table->n_sites; i++)
		for (k = 0; k < table->sites[i].n_assocs; k++) {
			exchange_close(&table->sites[i].assocs[k]);
			source_drop(table, &table->sites[i].assocs[k], now_mono_ns);
		}
}

void assoc_table_exit(struct assoc_table *table)
{
	size_t i;

	for (i = 0; i < table->n_sites; i++)
		free(table->sites[i].assocs);
	free(table->sites);
	*table = (struct assoc_table){ 0 };
}
