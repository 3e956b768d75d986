/* SPDX-License-Identifier: GPL-2.0 */
/* UDP sockets that carry one exchange each, and the kernel's stamps on them. */
#ifndef NTPX_SOCK_H
#define NTPX_SOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <netinet/in.h>
#include <sys/socket.h>

union sock_addr {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

#define SOCK_ADDR_TEXT_LEN	(INET6_ADDRSTRLEN + 24)	/* [address%scope]:port */

/* Who took a stamp, best first. */
enum sock_stamp {
	SOCK_STAMP_KERNEL,
	SOCK_STAMP_USER,
};

/**
 * sock_stamps_hold() - keep the kernel stamping packets
 *
 * The kernel switches receive stamps on with the first socket that wants them
 * and off with the last, by patching its code, and late: packets that arrive
 * before are stamped when they are read. One idle socket keeps them on.
 *
 * Return: a descriptor to keep, or -1.
 */
int sock_stamps_hold(void);

/* Return: a connected socket with a port of its own, or a negative errno. */
int sock_exchange_open(const union sock_addr *addr);

/**
 * sock_request_send() - send, and say when it left
 * @fd: from sock_exchange_open()
 * @buf: the packet
 * @len: its length
 * @t1_real_ns: CLOCK_REALTIME just before sending, or the kernel's stamp
 *
 * Return: enum sock_stamp, or a negative errno. The kernel's stamp may arrive
 *         later: sock_tx_stamp_read().
 */
int sock_request_send(int fd, const uint8_t *buf, size_t len, int64_t *t1_real_ns);

/* Return: true when the kernel's transmit stamp was there; never waits. */
bool sock_tx_stamp_read(int fd, int64_t *t1_real_ns);

/**
 * sock_reply_recv() - take one datagram
 * @fd: from sock_exchange_open()
 * @buf: receives it; what does not fit is cut off
 * @size: room in @buf
 * @t4_real_ns: when it arrived, CLOCK_REALTIME
 * @stamp: who says so
 *
 * Return: its length, or a negative errno; -EAGAIN when there is none.
 */
int sock_reply_recv(int fd, uint8_t *buf, size_t size, int64_t *t4_real_ns,
		    enum sock_stamp *stamp);

bool sock_addr_is_equal(const union sock_addr *a, const union sock_addr *b);
void sock_addr_text(const union sock_addr *addr, char text[SOCK_ADDR_TEXT_LEN]);

/* Return: true when @ref_id is an IPv4 address of this machine, loopback aside. */
bool sock_is_own_ref_id(uint32_t ref_id);

#endif /* NTPX_SOCK_H */
