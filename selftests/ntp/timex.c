// SPDX-License-Identifier: GPL-2.0
/*
 * adjtimex(2) from a script: print what the kernel says of its clock, or change it as some other program would.
 */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>

static const char usage[] =
	"usage: timex [OPTION]\n"
	"  without one   print state, status bits, maxerror, esterror, frequency, tick, TAI, offset\n"
	"  --shift SEC   set the clock forward by SEC (may be negative), at once\n"
	"  --freq PPM    set the frequency\n"
	"  --tick USEC   set the length of a tick of 1/100 s\n"
	"  --pll SEC     hand the kernel's PLL an offset to work off\n"
	"  --adjtime SEC start an adjtime() slew\n"
	"  --status BITS set the status word, a number\n";

static int print(void)
{
	struct timex tx = { 0 };
	struct timex shot = { .modes = ADJ_OFFSET_SS_READ };
	int state = adjtimex(&tx);

	if (state < 0 || adjtimex(&shot) < 0) {
		perror("timex");
		return 1;
	}
	printf("state=%d status=0x%04x unsync=%d maxerror_us=%ld esterror_us=%ld freq_ppm=%.6f tick_us=%ld tai_s=%d offset=%ld adjtime_us=%ld\n",
	       state, tx.status, !!(tx.status & STA_UNSYNC), tx.maxerror, tx.esterror, tx.freq / 65536.0,
	       tx.tick, tx.tai, tx.offset, shot.offset);
	return 0;
}

static int change(struct timex *tx)
{
	if (adjtimex(tx) < 0) {
		perror("timex");
		return 1;
	}
	return 0;
}

static int shift(double sec)
{
	struct timex tx = { .modes = ADJ_SETOFFSET | ADJ_NANO };

	tx.time.tv_sec = (time_t)floor(sec);
	tx.time.tv_usec = (long)((sec - floor(sec)) * 1e9);
	return change(&tx);
}

static int pll(double sec)
{
	struct timex tx = { .modes = ADJ_STATUS | ADJ_OFFSET | ADJ_NANO | ADJ_TIMECONST };

	tx.status = STA_PLL;
	tx.constant = 0;
	tx.offset = (long)(sec * 1e9);
	return change(&tx);
}

static int apply(const char *name, const char *value)
{
	struct timex tx = { 0 };

	if (!strcmp(name, "shift"))
		return shift(atof(value));
	if (!strcmp(name, "pll"))
		return pll(atof(value));
	if (!strcmp(name, "freq")) {
		tx.modes = ADJ_FREQUENCY;
		tx.freq = (long)(atof(value) * 65536);
	} else if (!strcmp(name, "tick")) {
		tx.modes = ADJ_TICK;
		tx.tick = atol(value);
	} else if (!strcmp(name, "adjtime")) {
		tx.modes = ADJ_OFFSET_SINGLESHOT;
		tx.offset = (long)(atof(value) * 1e6);
	} else {
		tx.modes = ADJ_STATUS;
		tx.status = (int)strtol(value, NULL, 0);
	}
	return change(&tx);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "shift", required_argument, NULL, 0 }, { "freq", required_argument, NULL, 0 },
		{ "tick", required_argument, NULL, 0 }, { "pll", required_argument, NULL, 0 },
		{ "adjtime", required_argument, NULL, 0 }, { "status", required_argument, NULL, 0 },
		{ 0 }
	};
	int index = 0;

	if (argc == 1)
		return print();
	if (getopt_long(argc, argv, "", options, &index) != 0 || optind != argc) {
		fputs(usage, stderr);
		return 2;
	}
	return apply(options[index].name, optarg);
}
