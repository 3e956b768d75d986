// SPDX-License-Identifier: GPL-2.0
/*
 * What a reading of CLOCK_REALTIME costs: readcost [ROUNDS]
 *
 * Prints "COST ns= syscall_ns=", the time of one clock_gettime() and of one system call that does next to nothing, each in
 * the best of ROUNDS (20) rounds: other work only adds.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define READINGS	50000

static int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

static double least(double a, double b)
{
	return a < b ? a : b;
}

int main(int argc, char **argv)
{
	long rounds = argc == 2 ? atol(argv[1]) : 20, i;
	double read_ns = 1e18, call_ns = 1e18;

	if (argc > 2 || rounds < 1) {
		fputs("usage: readcost [ROUNDS]\n", stderr);
		return 2;
	}
	while (rounds--) {
		int64_t begin_ns = now_ns(), middle_ns;
		struct timespec ts;

		for (i = 0; i < READINGS; i++)
			clock_gettime(CLOCK_REALTIME, &ts);
		middle_ns = now_ns();
		for (i = 0; i < READINGS; i++)
			syscall(SYS_getppid);
		read_ns = least(read_ns, (double)(middle_ns - begin_ns) / READINGS);
		call_ns = least(call_ns, (double)(now_ns() - middle_ns) / READINGS);
	}
	printf("COST ns=%.1f syscall_ns=%.1f\n", read_ns, call_ns);
	return 0;
}
