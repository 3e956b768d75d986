// SPDX-License-Identifier: GPL-2.0
/*
 * Many sources: a dump of a thousand is complete, the limit holds, ids are not given twice. Run as root.
 *
 *   many_sources [N]   with N: add so many, leave them there, and test nothing
 */
#include "nl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MANY		1000
#define SOURCES_MAX	4096

static struct nl nl;
static struct nl_msg msg;
static struct nl_answer answer;

static uint32_t source_add(uint32_t n)
{
	const struct nlmsghdr *h;
	char name[32];

	snprintf(name, sizeof(name), "source-%u", n);
	nl_begin(&nl, &msg, CLOCKDISC_CMD_SOURCE_ADD, 0);
	nl_put_str(&msg, CLOCKDISC_A_SOURCE_NAME, name);
	nl_talk(&nl, &msg, &answer);
	h = answer.err ? NULL : nl_next(&answer, NULL);
	return h ? (uint32_t)nl_uint(nl_attr(h, CLOCKDISC_A_SOURCE_ID)) : 0;
}

static int source_del(uint32_t id)
{
	nl_begin(&nl, &msg, CLOCKDISC_CMD_SOURCE_DEL, 0);
	nl_put_u32(&msg, CLOCKDISC_A_SOURCE_ID, id);
	nl_talk(&nl, &msg, &answer);
	return answer.err;
}

static void dump(void)
{
	nl_begin(&nl, &msg, CLOCKDISC_CMD_SOURCE_GET, NLM_F_DUMP);
	nl_talk(&nl, &msg, &answer);
}

/* Ids from first on, each once, in order, with the name that was given. */
static bool dump_is_whole(uint32_t first, uint32_t count)
{
	const struct nlmsghdr *h = NULL;
	uint32_t n = 0;

	while ((h = nl_next(&answer, h))) {
		char name[32];

		snprintf(name, sizeof(name), "source-%u", n);
		if (nl_uint(nl_attr(h, CLOCKDISC_A_SOURCE_ID)) != first + n ||
		    strcmp(nl_data(nl_attr(h, CLOCKDISC_A_SOURCE_NAME)), name)) {
			tap_note("entry %u is source %u", n, (uint32_t)nl_uint(nl_attr(h, CLOCKDISC_A_SOURCE_ID)));
			return false;
		}
		n++;
	}
	if (n != count)
		tap_note("%u of %u sources", n, count);
	return n == count;
}

/* A reader that is slow, while every third source goes away under it. */
static void check_dump_under_removal(uint32_t first)
{
	static struct nl slow;
	static bool seen[MANY];
	const struct nlmsghdr *h = NULL;
	uint32_t i, missing = 0;

	if (nl_open(&slow)) {
		tap(false, "a second socket");
		return;
	}
	nl_begin(&slow, &msg, CLOCKDISC_CMD_SOURCE_GET, NLM_F_DUMP);
	if (send(slow.fd, msg.bytes, msg.h.nlmsg_len, 0) < 0) {
		tap(false, "a dump is asked for");
		return;
	}
	for (i = 0; i < MANY; i += 3)
		source_del(first + i);
	for (;;) {
		static uint8_t in[1 << 17];
		ssize_t len = recv(slow.fd, in, sizeof(in), 0);
		bool is_done = len <= 0;

		for (h = (const struct nlmsghdr *)in; !is_done && NLMSG_OK(h, (size_t)len); h = NLMSG_NEXT(h, len)) {
			if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR) {
				is_done = true;
				break;
			}
			i = (uint32_t)nl_uint(nl_attr(h, CLOCKDISC_A_SOURCE_ID)) - first;
			if (i < MANY)
				seen[i] = true;
		}
		if (is_done)
			break;
	}
	for (i = 0; i < MANY; i++)
		missing += i % 3 && !seen[i];
	tap(!missing, "a dump while sources go away has all that stay");
	nl_close(&slow);
	for (i = 0; i < MANY; i++)
		if (i % 3)
			source_del(first + i);
}

int main(int argc, char **argv)
{
	uint32_t first, last = 0, i, id;
	int err = nl_open(&nl);

	if (argc == 2) {
		for (i = 0; !err && i < (uint32_t)atoi(argv[1]); i++)
			err = source_add(i) ? 0 : answer.err;
		return err != 0;
	}
	tap(!err, "the family is there");
	if (err)
		return tap_end();
	first = source_add(0);
	for (i = 1; i < MANY; i++)
		last = source_add(i);
	tap(first && last == first + MANY - 1, "a thousand sources are added, their ids in order");
	dump();
	tap(!answer.err && dump_is_whole(first, MANY), "a dump of a thousand sources is complete and in order");
	tap(answer.reads > 5, "it takes several messages");
	tap_note("%d reads", answer.reads);
	check_dump_under_removal(first);
	dump();
	tap(!answer.messages, "all are gone again");
	id = source_add(0);
	tap(id == last + 1, "no id is given twice");
	for (i = 1; i < SOURCES_MAX; i++)
		last = source_add(i);
	tap(last == id + SOURCES_MAX - 1, "4096 sources are taken");
	tap(!source_add(SOURCES_MAX) && answer.err == -ENOSPC && strstr(answer.text, "4096 sources"),
	    "one more is refused, with a sentence");
	tap(!source_del(last), "one is removed");
	tap(source_add(0) == last + 1, "then there is room for another");
	return tap_end();
}
