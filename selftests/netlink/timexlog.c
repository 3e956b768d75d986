// SPDX-License-Identifier: GPL-2.0
/*
 * What adjtimex() shows over a time: timexlog SECONDS INTERVAL, a line "unsync maxerror_us esterror_us tai" each.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/timex.h>
#include <time.h>

int main(int argc, char **argv)
{
	long i, seconds = argc == 3 ? atol(argv[1]) : 0, interval = argc == 3 ? atol(argv[2]) : 0;
	struct timespec due;

	if (seconds <= 0 || interval <= 0) {
		fputs("usage: timexlog SECONDS INTERVAL\n", stderr);
		return 2;
	}
	prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
	clock_gettime(CLOCK_MONOTONIC, &due);
	for (i = 0; i * interval <= seconds; i++) {
		struct timex tx = { 0 };

		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, NULL);
		due.tv_sec += interval;
		if (adjtimex(&tx) < 0) {
			perror("timexlog");
			return 1;
		}
		printf("%d %ld %ld %d\n", !!(tx.status & STA_UNSYNC), tx.maxerror, tx.esterror, tx.tai);
	}
	return 0;
}
