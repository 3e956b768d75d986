/* SPDX-License-Identifier: GPL-2.0 */
/* Associations: an address, its exchanges, and when the next one is due. */
#ifndef NTPX_ASSOC_H
#define NTPX_ASSOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cdisc_client.h"
#include "conf.h"
#include "feed.h"
#include "ntp_wire.h"
#include "resolve.h"
#include "sock.h"

#define ASSOC_NEVER_MONO_NS	INT64_MAX

/* First requests of different associations are this far apart. */
#define ASSOC_START_SPACING_NS	(50 * 1000 * 1000LL)

enum assoc_state {
	ASSOC_STATE_EMPTY,	/* no address yet, or no longer */
	ASSOC_STATE_POLLING,
	ASSOC_STATE_DENIED,	/* the server told us to go away */
};

struct assoc_count {
	uint64_t sent;
	uint64_t answered;
	uint64_t missed;
	uint64_t duplicate;	/* after the answer */
	uint64_t user_stamps;	/* T1 or T4 not the kernel's */
	uint64_t dropped[NTP_WIRE_VERDICTS];
};

struct assoc {
	struct assoc_site *site;
	enum assoc_state state;
	union sock_addr addr;
	char label[CDISC_NAME_MAX_LEN + 1];	/* the source's name in the module */

	uint32_t source_id;		/* 0: not known to the module */
	int poll_log2s;			/* the module's wish */
	int floor_log2s;		/* raised by KoD RATE */
	bool is_limited;		/* it was */
	unsigned int burst_left;
	int64_t burst_mono_ns;		/* not before that another burst */
	unsigned int misses;		/* in a row */
	bool is_unreachable;
	bool was_answered;		/* by this address */
	int64_t due_mono_ns;		/* the next request, or the end of a denial */

	int fd;				/* of the last exchange, or -1 */
	bool is_waiting;		/* for its answer */
	uint64_t nonce_ntp64;
	int64_t t1_real_ns;
	enum sock_stamp t1_stamp;
	int64_t sent_mono_ns;
	int64_t deadline_mono_ns;
	int send_err;			/* said already */

	uint32_t checked_ref_id;	/* 0: none */
	bool is_self;
	int64_t checked_mono_ns;

	struct assoc_count count;
};

/* A line of the configuration: one association, or a pool of them. */
struct assoc_site {
	const struct conf_server *server;
	uint32_t token;
	struct assoc *assocs;
	size_t n_assocs;
	bool is_numeric;
	union sock_addr numeric_addr;
	bool is_asking;
	bool is_renewing;		/* addresses that are gone are given up (SIGHUP) */
	int64_t ask_mono_ns;		/* ASSOC_NEVER_MONO_NS: no need */
	int64_t ask_after_ns;		/* back-off */
	int error;			/* of the last lookup, said already */
};

struct assoc_table {
	struct assoc_site *sites;
	size_t n_sites;
	struct feed *feed;
	struct resolver *resolver;
	int epoll_fd;
};

/* Return: 0 or -ENOMEM. Numeric addresses are known afterwards. */
int assoc_table_init(struct assoc_table *table, const struct conf *conf, struct feed *feed,
		     struct resolver *resolver, int epoll_fd);
bool assoc_table_needs_resolver(const struct assoc_table *table);

/* Begin, or begin anew with a module that knows nothing. */
void assoc_table_start(struct assoc_table *table, int64_t now_mono_ns);

/* Removes the sources from the module and prints the counters. */
void assoc_table_stop(struct assoc_table *table, int64_t now_mono_ns);
void assoc_table_exit(struct assoc_table *table);

/*
 * The clock was interrupted: the module knows nothing of its offset. All servers are asked at once and in a burst, as far as
 * their limits allow; what is under way is forgotten.
 */
void assoc_table_interrupted(struct assoc_table *table, int64_t now_mono_ns);

/* Ask for all names again. */
void assoc_table_renew(struct assoc_table *table, int64_t now_mono_ns);
void assoc_table_print(const struct assoc_table *table, int priority);

/**
 * assoc_table_run() - do what is due
 * @table: the table
 * @now_mono_ns: CLOCK_MONOTONIC
 *
 * Return: when to be called next, CLOCK_MONOTONIC ns.
 */
int64_t assoc_table_run(struct assoc_table *table, int64_t now_mono_ns);

void assoc_table_answer(struct assoc_table *table, const struct resolve_answer *answer,
			int64_t now_mono_ns);

/* Take an address, the present one or another, and ask it from @due_mono_ns on. */
void assoc_begin(struct assoc_table *table, struct assoc *assoc, const union sock_addr *addr,
		 int64_t due_mono_ns, int64_t now_mono_ns);

/* Something happened on the socket of @assoc. */
void assoc_readable(struct assoc_table *table, struct assoc *assoc, int64_t now_mono_ns);

#endif /* NTPX_ASSOC_H */
