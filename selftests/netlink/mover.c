// SPDX-License-Identifier: GPL-2.0
/*
 * Moves the clock the way other programs do.
 *
 *	mover timesyncd SEC	once, as systemd-timesyncd does: below 0.4 s by the kernel's PLL, otherwise a step
 *	mover phc2sys SEC N	as phc2sys does: a step, then N changes of the frequency, one a second
 *	mover loop N SEC	N changes of the frequency a second, for SEC; prints "MOVES n=", how many were made
 *	mover spin SEC		the same as often as it can
 *	mover burst rate N	N changes of the frequency, or "status", of the status word, during which nobody else runs on its
 *				processor: not the module's worker either
 *	mover keep NAME US	by that name and with no capability but CAP_SYS_TIME it tells the kernel once a second that it is
 *				synchronised to US, until it is killed; "keep-root" with all of them
 *	mover nothing N		N times what changes nothing: reads, writes of what is there already, attempts that are refused
 */
#include <linux/capability.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

/* Above, systemd-timesyncd steps. */
#define TIMESYNCD_MAX_ADJUST	0.4

static int change(struct timex *tx)
{
	if (adjtimex(tx) >= 0)
		return 0;
	perror("mover: adjtimex");
	return 1;
}

static int timesyncd(double sec)
{
	struct timex tx = {
		.modes = ADJ_STATUS | ADJ_NANO | ADJ_MAXERROR | ADJ_ESTERROR,
		.status = STA_PLL,
	};

	prctl(PR_SET_NAME, "systemd-timesyncd");
	if (fabs(sec) < TIMESYNCD_MAX_ADJUST) {
		tx.modes |= ADJ_OFFSET | ADJ_TIMECONST;
		tx.offset = (long)(sec * 1e9);
		tx.constant = 1;
	} else {
		tx.modes |= ADJ_SETOFFSET;
		tx.time.tv_sec = (long)floor(sec);
		tx.time.tv_usec = (long)((sec - floor(sec)) * 1e9);
	}
	return change(&tx);
}

static int phc2sys(double sec, int n)
{
	struct timex tx = { .modes = ADJ_SETOFFSET | ADJ_NANO };
	int err;

	prctl(PR_SET_NAME, "phc2sys");
	tx.time.tv_sec = (long)floor(sec);
	tx.time.tv_usec = (long)((sec - floor(sec)) * 1e9);
	err = change(&tx);
	for (; !err && n; n--) {
		struct timex freq = { .modes = ADJ_FREQUENCY, .freq = n * 1000 };

		err = change(&freq);
		sleep(1);
	}
	return err;
}

static double mono(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* A multiple of the kernel's unit, a new one each time. */
static int turn(long n)
{
	struct timex tx = { .modes = ADJ_FREQUENCY, .freq = (n % 100 + 1) * 1000 };

	return change(&tx);
}

static int loop(double rate, double sec)
{
	double begin = mono();
	long n = 0;

	for (;;) {
		double since = mono() - begin;

		if (since >= sec)
			break;
		if (rate > 0 && (double)n >= since * rate) {
			usleep(rate > 1000 ? 1 : 100);
			continue;
		}
		if (turn(n++))
			return 1;
	}
	printf("MOVES n=%ld\n", n);
	return 0;
}

/* One bit of the status word on and off. */
static int toggle(long n)
{
	struct timex tx = { 0 };

	if (adjtimex(&tx) < 0)
		return 1;
	tx.modes = ADJ_STATUS;
	tx.status = n % 2 ? tx.status & ~STA_FREQHOLD : tx.status | STA_FREQHOLD;
	return change(&tx);
}

static int burst(int (*move)(long n), long n)
{
	struct sched_param highest = { .sched_priority = sched_get_priority_max(SCHED_FIFO) };
	long i;

	if (sched_setscheduler(0, SCHED_FIFO, &highest)) {
		perror("mover: sched_setscheduler");
		return 1;
	}
	for (i = 0; i < n; i++) {
		if (move(i))
			return 1;
	}
	return 0;
}

static int drop_all_but_time(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct caps[2] = { { .effective = 1U << CAP_SYS_TIME, .permitted = 1U << CAP_SYS_TIME } };

	if (!syscall(SYS_capset, &head, caps))
		return 0;
	perror("mover: capset");
	return 1;
}

static int keep(const char *name, long maxerror_us)
{
	prctl(PR_SET_NAME, name);
	for (;;) {
		struct timex tx = { .modes = ADJ_STATUS | ADJ_MAXERROR, .maxerror = maxerror_us };

		if (change(&tx))
			return 1;
		sleep(1);
	}
}

static int nothing(long n)
{
	struct timex now = { 0 };

	if (adjtimex(&now) < 0)
		return 1;
	while (n-- > 0) {
		struct timex tx = { 0 }, same = { .modes = ADJ_FREQUENCY | ADJ_STATUS, .freq = now.freq, .status = now.status };
		struct timex left = { .modes = ADJ_OFFSET_SS_READ }, bad = { .modes = ADJ_TICK, .tick = 1 };

		if (adjtimex(&tx) < 0 || adjtimex(&same) < 0 || adjtimex(&left) < 0 || adjtimex(&bad) >= 0)
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "timesyncd"))
		return timesyncd(atof(argv[2]));
	if (argc == 4 && !strcmp(argv[1], "phc2sys"))
		return phc2sys(atof(argv[2]), atoi(argv[3]));
	if (argc == 4 && !strcmp(argv[1], "loop"))
		return loop(atof(argv[2]), atof(argv[3]));
	if (argc == 3 && !strcmp(argv[1], "spin"))
		return loop(0, atof(argv[2]));
	if (argc == 4 && !strcmp(argv[1], "burst") && !strcmp(argv[2], "rate"))
		return burst(turn, atol(argv[3]));
	if (argc == 4 && !strcmp(argv[1], "burst") && !strcmp(argv[2], "status"))
		return burst(toggle, atol(argv[3]));
	if (argc == 4 && !strcmp(argv[1], "keep"))
		return drop_all_but_time() || keep(argv[2], atol(argv[3]));
	if (argc == 4 && !strcmp(argv[1], "keep-root"))
		return keep(argv[2], atol(argv[3]));
	if (argc == 3 && !strcmp(argv[1], "nothing"))
		return nothing(atol(argv[2]));
	fputs("usage: mover timesyncd SEC | phc2sys SEC N | loop N SEC | spin SEC | burst rate|status N | keep|keep-root NAME US | nothing N\n",
	      stderr);
	return 2;
}
