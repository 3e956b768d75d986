// SPDX-License-Identifier: GPL-2.0
/*
 * Hands in samples as fast as it goes from several processes, and lets sources come and go under them.
 *
 *   flood PROCESSES SECONDS [churn]
 *
 * SIGTERM ends it earlier. A module that is unloaded meanwhile is waited for. With "churn" one more process removes
 * the sources. Prints "FLOOD samples=N adds=N removes=N events=N reopened=N errors=N" ten times a second and at the
 * end; any error that is not the module's absence or a source's is an error.
 */
#include "nl.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BATCH		32
#define IDS		64
#define NSEC_PER_SEC	1000000000LL

struct shared {
	uint64_t	samples, adds, removes, reopened, errors, events;
	uint32_t	ids[IDS];
	bool		is_ended;
};

static struct shared *shared;
static struct nl_msg msg;
static struct nl_answer answer;
static int64_t end_ns;

static int64_t now_ns(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static bool is_over(void)
{
	return __atomic_load_n(&shared->is_ended, __ATOMIC_RELAXED) || now_ns(CLOCK_MONOTONIC) >= end_ns;
}

static void on_signal(int number)
{
	(void)number;
	__atomic_store_n(&shared->is_ended, true, __ATOMIC_RELAXED);
}

static void count(uint64_t *counter, uint64_t n)
{
	__atomic_fetch_add(counter, n, __ATOMIC_RELAXED);
}

static void sleep_ms(long ms)
{
	struct timespec ts = { 0, ms * 1000000 };

	nanosleep(&ts, NULL);
}

static bool open_again(struct nl *nl)
{
	while (!is_over()) {
		if (!nl_open(nl))
			return true;
		sleep_ms(2);
	}
	return false;
}

/* Whether the module was unloaded: another family may have got its number since. */
static bool is_gone(int err)
{
	return err == -ENOENT || err == -EOPNOTSUPP || err == -EINVAL || err == -EPERM;
}

static void expect(bool ok, const char *what)
{
	if (ok)
		return;
	count(&shared->errors, 1);
	fprintf(stderr, "flood: %s: %d %s\n", what, answer.err, answer.text);
}

static void put_sample(uint32_t id)
{
	size_t nest = nl_nest_begin(&msg, CLOCKDISC_A_SUBMIT_SAMPLE);
	int64_t real_ns = now_ns(CLOCK_REALTIME);

	nl_put_u32(&msg, CLOCKDISC_A_SAMPLE_SOURCE_ID, id);
	nl_put_u64(&msg, CLOCKDISC_A_SAMPLE_T1_REAL_NS, (uint64_t)real_ns - 200000);
	nl_put_u64(&msg, CLOCKDISC_A_SAMPLE_T2_REAL_NS, (uint64_t)real_ns - 80000);
	nl_put_u64(&msg, CLOCKDISC_A_SAMPLE_T3_REAL_NS, (uint64_t)real_ns - 70000);
	nl_put_u64(&msg, CLOCKDISC_A_SAMPLE_T4_REAL_NS, (uint64_t)real_ns);
	nl_nest_end(&msg, nest);
}

static uint32_t source_add(struct nl *nl, int n)
{
	const struct nlmsghdr *h;
	char name[32];

	snprintf(name, sizeof(name), "flood-%d", n);
	nl_begin(nl, &msg, CLOCKDISC_CMD_SOURCE_ADD, 0);
	nl_put_str(&msg, CLOCKDISC_A_SOURCE_NAME, name);
	nl_talk(nl, &msg, &answer);
	h = answer.err ? NULL : nl_next(&answer, NULL);
	count(&shared->adds, !!h);
	return h ? (uint32_t)nl_uint(nl_attr(h, CLOCKDISC_A_SOURCE_ID)) : 0;
}

static void feeder(int n)
{
	struct nl nl;

	while (open_again(&nl)) {
		uint32_t id = source_add(&nl, n);

		while (id && !is_over()) {
			int i;

			__atomic_store_n(&shared->ids[n], id, __ATOMIC_RELAXED);
			nl_begin(&nl, &msg, CLOCKDISC_CMD_SAMPLE_SUBMIT, 0);
			for (i = 0; i < BATCH; i++)
				put_sample(id);
			nl_talk(&nl, &msg, &answer);
			if (answer.err)
				break;
			count(&shared->samples, BATCH);
			/* Removed by a neighbour: the whole batch said so, or its end. */
			if (!__atomic_load_n(&shared->ids[n], __ATOMIC_RELAXED))
				id = source_add(&nl, n);
		}
		expect(is_over() || is_gone(answer.err), "a sample");
		count(&shared->reopened, !is_over());
		nl_close(&nl);
	}
}

static void remover(int processes)
{
	struct nl nl;
	int n = 0;

	while (open_again(&nl)) {
		do {
			uint32_t id;

			n = (n + 1) % processes;
			id = __atomic_load_n(&shared->ids[n], __ATOMIC_RELAXED);
			if (!id)
				continue;
			answer.err = 0;
			nl_begin(&nl, &msg, CLOCKDISC_CMD_SOURCE_DEL, 0);
			nl_put_u32(&msg, CLOCKDISC_A_SOURCE_ID, id);
			nl_talk(&nl, &msg, &answer);
			count(&shared->removes, !answer.err);
			if (answer.err && !strstr(answer.text, "no source"))
				break;
			/* Its feeder is told only now: what it sends meanwhile is of a source that is gone. */
			__atomic_store_n(&shared->ids[n], 0, __ATOMIC_RELAXED);
			nl_begin(&nl, &msg, CLOCKDISC_CMD_SOURCE_GET, NLM_F_DUMP);
			nl_talk(&nl, &msg, &answer);
		} while (!is_over() && !answer.err);
		nl_close(&nl);
	}
}

/* A subscriber that reads, so that events are made and sent. */
static void listener(void)
{
	static struct nl_msg in;
	struct nl nl;

	while (open_again(&nl)) {
		nl_join(&nl, nl.group_clock);
		nl_join(&nl, nl.group_sources);
		while (!is_over() && nl_event(&nl, &in, 100))
			count(&shared->events, 1);
		nl_close(&nl);
	}
}

static void print(void)
{
	printf("FLOOD samples=%" PRIu64 " adds=%" PRIu64 " removes=%" PRIu64 " events=%" PRIu64 " reopened=%" PRIu64
	       " errors=%" PRIu64 "\n", shared->samples, shared->adds, shared->removes, shared->events,
	       shared->reopened, shared->errors);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_signal };
	int processes, i;
	bool churns;

	if (argc < 3 || argc > 4 || (processes = atoi(argv[1])) < 1 || processes > IDS) {
		fputs("usage: flood PROCESSES SECONDS [churn]\n", stderr);
		return 2;
	}
	churns = argc == 4;
	end_ns = now_ns(CLOCK_MONOTONIC) + atoi(argv[2]) * NSEC_PER_SEC;
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < processes + 1 + churns; i++) {
		if (fork())
			continue;
		if (i < processes)
			feeder(i);
		else if (i == processes)
			listener();
		else
			remover(processes);
		_exit(0);
	}
	/* For the others by what they share: a signal would interrupt a system call of theirs. */
	sigaction(SIGTERM, &action, NULL);
	while (waitpid(-1, NULL, WNOHANG) >= 0) {
		print();
		sleep_ms(100);
	}
	print();
	return shared->errors != 0;
}
