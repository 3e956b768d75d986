/* SPDX-License-Identifier: GPL-2.0 */
/* Host names to addresses, in a process of its own. */
#ifndef NTPX_RESOLVE_H
#define NTPX_RESOLVE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "conf.h"
#include "sock.h"

#define RESOLVE_ADDRS_MAX	16

struct resolver {
	int fd;			/* -1: no helper; readable when an answer waits */
	pid_t pid;
};

struct resolve_answer {
	uint32_t token;		/* as asked */
	int32_t error;		/* of getaddrinfo(); 0 with one address or more */
	uint32_t n;
	union sock_addr addrs[RESOLVE_ADDRS_MAX];
};

/**
 * resolver_start() - fork the helper
 * @resolver: filled in
 * @uid: whom it becomes; it keeps no capability at all
 * @gid: likewise
 *
 * It answers one question after the other and ends when its socket is closed.
 * Return: 0 or a negative errno.
 */
int resolver_start(struct resolver *resolver, uid_t uid, gid_t gid);
void resolver_stop(struct resolver *resolver);

/* Return: 0, -EAGAIN when too many questions wait, -EPIPE when the helper died. */
int resolver_ask(struct resolver *resolver, uint32_t token, const char *name, uint16_t port);

/* Return: 1, 0 when there is no answer yet, -EPIPE when the helper died. */
int resolver_read(struct resolver *resolver, struct resolve_answer *answer);

/* Return: true when @name is a numeric address; needs no helper. */
bool resolve_numeric(const char *name, uint16_t port, union sock_addr *addr);

#endif /* NTPX_RESOLVE_H */
