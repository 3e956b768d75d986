// SPDX-License-Identifier: GPL-2.0
/*
 * Guest minus host, looked at again and again: keeps a log in the guest and judges it afterwards.
 *
 * Two rulers can be asked. "ptp" is the in-tree ptp_kvm through PTP_SYS_OFFSET_PRECISE, "ruler" our test module. Each
 * compares both clocks at one count of the counter, so it does not matter when this program runs. The host's own time
 * is the log's time base: the guest's clocks stand still, jump, or are wrong while it is paused, restored or set.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <linux/ptp_clock.h>

#define NSEC_PER_SEC	1000000000LL
#define NEAR_NS		1000	/* what counts as locked */
#define FINE_NS		20
#define BURST_SEC	10
#define LOOKS_MOST	200000

static const char usage[] =
	"usage: guestclock [ptp|ruler] COMMAND\n"
	"  now                      one look: the host's time, guest minus host, width of the bracket, in ns\n"
	"  compare N                N looks with both rulers, to see whether they agree\n"
	"  log FILE RATE BURST      look RATE times a second until killed; BURST times for the first 10 s and after SIGUSR1\n"
	"  result FILE START UNTIL SETTLE RECOVER [EVENT...]\n"
	"                           judge a log. START, UNTIL, EVENT: the host's time in ns; UNTIL 0: to the end. What comes\n"
	"                           within SETTLE s of START or RECOVER s of an EVENT is not counted\n"
	"  watch FILE               read CLOCK_REALTIME without a break until killed; note where it or the counter jumps\n"
	"  judge FILE RESUME COUNT1 HOST1 COUNT2 HOST2\n"
	"                           what a watch saw of a restore: RESUME is the host's time then, COUNT and HOST two looks later\n"
	"  clock                    this machine's CLOCK_REALTIME in ns\n";

struct look {
	int64_t host_ns;
	int64_t offset_ns;	/* guest minus host */
	int64_t width_ns;
	uint64_t count;		/* 0: not told */
};

static bool is_ptp = true;

static int look_ptp(struct look *l)
{
	struct ptp_sys_offset_precise p = { 0 };
	static int fd = -1;

	if (fd < 0)
		fd = open("/dev/ptp0", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, PTP_SYS_OFFSET_PRECISE, &p) < 0)
		return -errno;
	l->host_ns = p.device.sec * NSEC_PER_SEC + p.device.nsec;
	l->offset_ns = p.sys_realtime.sec * NSEC_PER_SEC + p.sys_realtime.nsec - l->host_ns;
	l->width_ns = 0;
	l->count = 0;
	return 0;
}

static int look_ruler(struct look *l)
{
	char line[256];
	ssize_t n = -1;
	int fd;

	fd = open("/proc/cdisc_ruler", O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, line, sizeof(line) - 1);
		close(fd);
	}
	if (n < 0)
		return -errno;
	line[n] = 0;
	if (sscanf(line, "host_ns=%" SCNd64 " offset_ns=%" SCNd64 " width_ns=%" SCNd64 " counter=%" SCNu64,
		   &l->host_ns, &l->offset_ns, &l->width_ns, &l->count) != 4)
		return -EPROTO;
	return 0;
}

static int look(struct look *l)
{
	int ret, tries = 5;

	/* EAGAIN: the counter or the host's clock was set in the middle. EBUSY: ptp_kvm has met a page being written. */
	do {
		ret = is_ptp ? look_ptp(l) : look_ruler(l);
	} while ((ret == -EAGAIN || ret == -EBUSY) && --tries);
	return ret;
}

static void print_look(FILE *to, const struct look *l)
{
	fprintf(to, "%" PRId64 " %" PRId64 " %" PRId64 " %" PRIu64 "\n", l->host_ns, l->offset_ns, l->width_ns, l->count);
}

static int fail(const char *what, int err)
{
	fprintf(stderr, "guestclock: %s: %s\n", what, strerror(-err));
	return 1;
}

static int now(void)
{
	struct look l;
	int ret = look(&l);

	if (ret)
		return fail(is_ptp ? "/dev/ptp0" : "/proc/cdisc_ruler", ret);
	print_look(stdout, &l);
	return 0;
}

static int64_t realtime_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static int clock_print(void)
{
	printf("%" PRId64 "\n", realtime_ns());
	return 0;
}

/*
 * One ruler's look between two of the other: what the clock gained meanwhile cancels out.
 */
static int compare(int n)
{
	double sum = 0, sum2 = 0, worst = 0, width = 0, excess = 0;
	struct look a, l, b;
	int i, ret = 0;

	for (i = 0; i < n && !ret; i++) {
		double d;

		ret = look_ptp(&a);
		ret = ret ? ret : look_ruler(&l);
		ret = ret ? ret : look_ptp(&b);
		if (ret)
			break;
		d = (double)l.offset_ns - (double)(a.offset_ns + b.offset_ns) / 2;
		sum += d;
		sum2 += d * d;
		worst = fmax(worst, fabs(d));
		width += (double)l.width_ns;
		excess = fmax(excess, fabs(d) - (double)l.width_ns / 2);
		usleep(10000);
	}
	if (ret)
		return fail("compare", ret);
	printf("COMPARE looks=%d mean_ns=%.1f rms_ns=%.1f worst_ns=%.0f width_ns=%.0f outside_ns=%.0f\n", n, sum / n,
	       sqrt(sum2 / n), worst, width / n, fmax(excess, 0));
	return 0;
}

static volatile sig_atomic_t is_burst = 1, is_ended;

static void on_signal(int number)
{
	if (number == SIGUSR1)
		is_burst = 1;
	else
		is_ended = 1;
}

/* CLOCK_MONOTONIC paces it, nothing is measured with it. */
static int log_looks(const char *name, double rate, double burst_rate)
{
	const struct sigaction act = { .sa_handler = on_signal };
	int left = 0, failed = 0, ret;
	FILE *f;

	/* Before the file is there, which tells that signals can be sent. */
	sigaction(SIGUSR1, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	f = fopen(name, "a");
	if (!f)
		return fail(name, -errno);
	while (!is_ended) {
		struct timespec pause;
		struct look l;
		double sec;

		if (is_burst) {
			is_burst = 0;
			left = (int)(BURST_SEC * burst_rate);
		}
		ret = look(&l);
		if (!ret)
			print_look(f, &l);
		else if (!failed++)
			fail("log: the first failed look", ret);
		fflush(f);
		sec = 1 / (left > 0 ? burst_rate : rate);
		left -= left > 0;
		pause.tv_sec = (time_t)sec;
		pause.tv_nsec = (long)((sec - (double)pause.tv_sec) * 1e9);
		clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
	}
	fclose(f);
	if (failed)
		fprintf(stderr, "guestclock: %d looks failed\n", failed);
	return 0;
}

static struct look looks[LOOKS_MOST];
static int looks_n;

static int log_read(const char *name)
{
	FILE *f = fopen(name, "r");
	struct look *l = looks;

	if (!f)
		return -errno;
	while (l < looks + LOOKS_MOST && fscanf(f, "%" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNu64, &l->host_ns,
						&l->offset_ns, &l->width_ns, &l->count) == 4)
		l++;
	looks_n = (int)(l - looks);
	fclose(f);
	return 0;
}

/* Seconds from @from_ns to the first look from which on all until @until_ns are within @limit_ns; NAN: never. */
static double recovered(int64_t from_ns, int64_t until_ns, int64_t limit_ns)
{
	int64_t good_ns = 0;
	int i;

	for (i = 0; i < looks_n; i++) {
		if (looks[i].host_ns < from_ns || looks[i].host_ns >= until_ns)
			continue;
		if (llabs(looks[i].offset_ns) >= limit_ns)
			good_ns = 0;
		else if (!good_ns)
			good_ns = looks[i].host_ns;
	}
	return good_ns ? (double)(good_ns - from_ns) / 1e9 : NAN;
}

static void print_seconds(const char *key, double sec)
{
	if (isnan(sec))
		printf(" %s=never", key);
	else
		printf(" %s=%.2f", key, sec);
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static bool is_recovering(int64_t host_ns, int64_t recover_ns, int events, char **event)
{
	int i;

	for (i = 0; i < events; i++) {
		int64_t event_ns = strtoll(event[i], NULL, 10);

		if (host_ns >= event_ns && host_ns < event_ns + recover_ns)
			return true;
	}
	return false;
}

static int result(char **arg, int events, char **event)
{
	int64_t start_ns = strtoll(arg[1], NULL, 10), until_ns = strtoll(arg[2], NULL, 10);
	int64_t settle_ns = (int64_t)(atof(arg[3]) * 1e9), recover_ns = (int64_t)(atof(arg[4]) * 1e9);
	double sum2 = 0, recover_sec = 0, fine_sec = 0;
	static double size[LOOKS_MOST];
	int i, n = 0, ret;

	ret = log_read(arg[0]);
	if (ret)
		return fail(arg[0], ret);
	until_ns = until_ns ? until_ns : INT64_MAX;
	for (i = 0; i < looks_n; i++) {
		double offset_ns = (double)looks[i].offset_ns;

		if (looks[i].host_ns < start_ns + settle_ns || looks[i].host_ns >= until_ns ||
		    is_recovering(looks[i].host_ns, recover_ns, events, event))
			continue;
		size[n++] = fabs(offset_ns);
		sum2 += offset_ns * offset_ns;
	}
	qsort(size, (size_t)n, sizeof(*size), by_size);
	if (n)
		printf("rms_ns=%.1f p99_ns=%.0f max_ns=%.0f", sqrt(sum2 / n), size[(n - 1) * 99 / 100], size[n - 1]);
	else
		printf("rms_ns=none p99_ns=none max_ns=none");
	print_seconds("lock_s", recovered(start_ns, events ? strtoll(event[0], NULL, 10) : until_ns, NEAR_NS));
	/* Of several events the slowest counts, each until the next. fmax() would forget a NAN. */
	for (i = 0; i < events; i++) {
		int64_t from_ns = strtoll(event[i], NULL, 10);
		int64_t to_ns = i + 1 < events ? strtoll(event[i + 1], NULL, 10) : until_ns;
		double near_sec = recovered(from_ns, to_ns, NEAR_NS), near_fine_sec = recovered(from_ns, to_ns, FINE_NS);

		recover_sec = isnan(near_sec) || isnan(recover_sec) ? NAN : fmax(recover_sec, near_sec);
		fine_sec = isnan(near_fine_sec) || isnan(fine_sec) ? NAN : fmax(fine_sec, near_fine_sec);
	}
	if (events) {
		print_seconds("recover_s", recover_sec);
		printf(" samples=%d\n", n);
		printf("FINE");
		print_seconds("recover_20ns_s", fine_sec);
		printf("\n");
	} else {
		printf(" recover_s=none samples=%d\n", n);
	}
	return 0;
}

/*
 * A process that only reads the clock cannot know the host's time. So it stamps each reading with the counter, and two
 * looks of the ruler afterwards, (count, host's time), make the line that tells the host's time at any count since the
 * guest was resumed. Readings are kept only where something breaks: where the clock's distance from the counter
 * changes by more than a fraction of a millisecond between two readings, or where none was made for a while. Of a
 * reading that was itself interrupted nobody can say when it was made: it is left out.
 */
struct brk {
	uint64_t count[2];	/* of the reading before the break and the one after */
	int64_t real_ns[2];
	uint64_t reading;	/* how many readings there were until the one after */
};

#define BREAKS_MOST	20000
#define BREAK_NS	200000
#define HOLE_NS		100000000
#define INTERRUPTED_NS	20000

static struct brk breaks[BREAKS_MOST];

static uint64_t counter(void)
{
	uint32_t low, high;

	__asm__ volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* Counts per ns, by CLOCK_MONOTONIC, which nobody sets. Good to some ppm: readings follow closely upon each other. */
static double count_rate(void)
{
	struct timespec a, b, pause = { 0, 100000000 };
	uint64_t count1, count2;

	clock_gettime(CLOCK_MONOTONIC, &a);
	count1 = counter();
	nanosleep(&pause, NULL);
	clock_gettime(CLOCK_MONOTONIC, &b);
	count2 = counter();
	return (double)(count2 - count1) / (double)((b.tv_sec - a.tv_sec) * NSEC_PER_SEC + b.tv_nsec - a.tv_nsec);
}

static int watch(const char *name)
{
	const struct sigaction act = { .sa_handler = on_signal };
	double rate = count_rate();
	uint64_t reading = 0, last_count = counter();
	int64_t last_ns = realtime_ns();
	int i, n = 0;
	FILE *f = fopen(name, "w");

	/* That the file is there tells that it has begun. */
	if (!f)
		return fail(name, -errno);
	sigaction(SIGTERM, &act, NULL);
	while (!is_ended) {
		uint64_t count = counter();
		int64_t real_ns = realtime_ns();
		double span_ns = (double)(int64_t)(count - last_count) / rate;

		if ((double)(int64_t)(counter() - count) > INTERRUPTED_NS * rate)
			continue;
		reading++;
		if ((fabs((double)(real_ns - last_ns) - span_ns) > BREAK_NS || span_ns > HOLE_NS) && n < BREAKS_MOST)
			breaks[n++] = (struct brk){ { last_count, count }, { last_ns, real_ns }, reading };
		last_count = count;
		last_ns = real_ns;
	}
	for (i = 0; i < n; i++)
		fprintf(f, "%" PRIu64 " %" PRId64 " %" PRIu64 " %" PRId64 " %" PRIu64 "\n", breaks[i].count[0],
			breaks[i].real_ns[0], breaks[i].count[1], breaks[i].real_ns[1], breaks[i].reading);
	fclose(f);
	return 0;
}

/* The host's time at a count, by the line through two looks. */
static double line_ns(uint64_t count, char **look1)
{
	uint64_t count1 = strtoull(look1[0], NULL, 10), count2 = strtoull(look1[2], NULL, 10);
	int64_t host1_ns = strtoll(look1[1], NULL, 10), host2_ns = strtoll(look1[3], NULL, 10);

	return (double)(int64_t)(count - count1) * ((double)(host2_ns - host1_ns) / (double)(count2 - count1));
}

static int judge(char **arg)
{
	int64_t resume_ns = strtoll(arg[1], NULL, 10), base_ns = strtoll(arg[3], NULL, 10);
	double after_ns = (double)(resume_ns - base_ns), first_ns = NAN, right_ns = NAN, first_at_ns = 0;
	uint64_t first_reading = 0, right_reading = 0;
	FILE *f = fopen(arg[0], "r");
	struct brk b;

	if (!f)
		return fail(arg[0], -errno);
	while (fscanf(f, "%" SCNu64 " %" SCNd64 " %" SCNu64 " %" SCNd64 " %" SCNu64, &b.count[0], &b.real_ns[0],
		      &b.count[1], &b.real_ns[1], &b.reading) == 5) {
		double at_ns = line_ns(b.count[1], arg + 2);
		double error_ns = (double)(b.real_ns[1] - base_ns) - at_ns;

		/* The first reading after the resumption, and the first right one. */
		if (at_ns < after_ns)
			continue;
		if (isnan(first_ns)) {
			first_ns = error_ns;
			first_at_ns = at_ns;
			first_reading = b.reading;
		}
		if (isnan(right_ns) && fabs(error_ns) < 1e6) {
			right_ns = at_ns - first_at_ns;
			right_reading = b.reading;
		}
	}
	fclose(f);
	if (isnan(first_ns)) {
		puts("RESTORE the watch saw no break");
		return 1;
	}
	printf("RESTORE first_read_error_ns=%.0f first_read_after_us=%.0f", first_ns, (first_at_ns - after_ns) / 1e3);
	if (isnan(right_ns))
		printf(" stale_us=never stale_reads=all\n");
	else
		printf(" stale_us=%.0f stale_reads=%" PRIu64 "\n", right_ns / 1e3, right_reading - first_reading);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && (!strcmp(argv[1], "ptp") || !strcmp(argv[1], "ruler"))) {
		is_ptp = !strcmp(argv[1], "ptp");
		argv++;
		argc--;
	}
	if (argc == 2 && !strcmp(argv[1], "now"))
		return now();
	if (argc == 3 && !strcmp(argv[1], "compare"))
		return compare(atoi(argv[2]));
	if (argc == 5 && !strcmp(argv[1], "log"))
		return log_looks(argv[2], atof(argv[3]), atof(argv[4]));
	if (argc >= 7 && !strcmp(argv[1], "result"))
		return result(argv + 2, argc - 7, argv + 7);
	if (argc == 3 && !strcmp(argv[1], "watch"))
		return watch(argv[2]);
	if (argc == 8 && !strcmp(argv[1], "judge"))
		return judge(argv + 2);
	if (argc == 2 && !strcmp(argv[1], "clock"))
		return clock_print();
	fputs(usage, stderr);
	return 2;
}
