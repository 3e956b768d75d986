// SPDX-License-Identifier: GPL-2.0
/*
 * Fail every allocation that a load and a command make, one after the other, and look that nothing is left behind.
 *
 * usage: faults MODULE.ko. Needs CONFIG_FAULT_INJECTION and failslab: the n-th allocation of this very task fails
 * (/proc/thread-self/fail-nth). An operation is done when it went through without meeting the fault. Prints TAP; the
 * leak detector and the lock checker of the kernel that it runs on are the other half of the test.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <libmnl/libmnl.h>
#include <linux/clockdisc.h>

#include "attrs_gen.h"
#include "cdisc_client.h"

#define FAULTS_MAX	5000

static int tests, failures;
static int fail_fd;
static int module_fd;
static struct cdisc_client client;
static uint32_t source_id;

static void ok(int passed, const char *name)
{
	printf("%sok %d - %s\n", passed ? "" : "not ", ++tests, name);
	failures += !passed;
}

static void fault_arm(int n)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", n);
	if (pwrite(fail_fd, text, strlen(text), 0) < 0) {
		perror("fail-nth");
		exit(1);
	}
}

/* Whether the fault was met; it is disarmed in any case. */
static int fault_disarm(void)
{
	char text[16] = "";

	if (pread(fail_fd, text, sizeof(text) - 1, 0) < 0)
		perror("fail-nth");
	fault_arm(0);
	return atoi(text) == 0;
}

/* Operations: 0 or a negative errno. */
static int load(void)
{
	return syscall(SYS_finit_module, module_fd, "", 0) ? -errno : 0;
}

static int load_refused(void)
{
	return syscall(SYS_finit_module, module_fd, "actuator=nonsense", 0) ? -errno : 0;
}

static int unload(void)
{
	return syscall(SYS_delete_module, "clockdisc", O_NONBLOCK) ? -errno : 0;
}

static int clock_get(void)
{
	struct cdisc_clock_info info;

	return cdisc_clock_get(&client, &info);
}

static int clock_set(void)
{
	return cdisc_clock_set_u32(&client, CLOCKDISC_A_CLOCK_MAX_SLEW_PPB, 400000);
}

static int freq_set(void)
{
	return cdisc_freq_set(&client, 65536);
}

static int source_add(void)
{
	return cdisc_source_add(&client, "faulty", 0, 4, 10, &source_id, NULL);
}

static int source_del(void)
{
	return cdisc_source_del(&client, source_id);
}

static int submit(void)
{
	struct cdisc_sample_msg samples[3] = {
		{ .source_id = source_id, .is_missed = true },
		{ .source_id = source_id, .is_plain = true, .real_ns = 1, .half_width_ns = 1000 },
		{ .source_id = 0xffffffff, .is_missed = true },
	};
	struct cdisc_sample_result results[3];

	return cdisc_sample_submit(&client, samples, 3, results);
}

static int count_one(struct cdisc_client *c, const struct nlmsghdr *nlh, void *arg)
{
	(void)c;
	(void)nlh;
	++*(int *)arg;
	return 0;
}

static int sources(void)
{
	int n = 0;
	int err = cdisc_request_run(&client, cdisc_request_begin(&client, CLOCKDISC_CMD_SOURCE_GET, true),
				    &cdisc_set_source, count_one, &n);

	return err ? err : n;
}

static int dump(void)
{
	int n = sources();

	return n < 0 ? n : 0;
}

/* A socket that lost an answer to a fault is of no use for the next try. */
static void reconnect(void)
{
	cdisc_client_close(&client);
	if (cdisc_client_open(&client)) {
		fprintf(stderr, "%s\n", client.error);
		exit(1);
	}
}

/* How many allocations an operation makes, whatever becomes of it. */
static int allocations(int (*op)(void))
{
	char text[16] = "";

	fault_arm(FAULTS_MAX);
	op();
	if (pread(fail_fd, text, sizeof(text) - 1, 0) < 0)
		perror("fail-nth");
	fault_arm(0);
	return FAULTS_MAX - atoi(text);
}

/*
 * first: allocations before this one are not failed. prepare: brings about what the operation needs. undo: after one
 * that went through although the fault was met.
 */
static void fail_each(const char *name, int first, int (*prepare)(void), int (*op)(void), int (*undo)(void))
{
	char text[128];
	int n, met, err = 0, bad = 0;

	for (n = first; n <= FAULTS_MAX; n++) {
		if (prepare && prepare())
			bad++;
		fault_arm(n);
		err = op();
		met = fault_disarm();
		if (!met)
			break;
		/* Met and gone through all the same: what failed could be done without. */
		if (!err && undo)
			undo();
		if (err && err != -ENOMEM && err != -ENOBUFS && err != -EMSGSIZE && err != -ENODEV &&
		    err != -ENOENT && err != -EAGAIN && err != -EINTR && err != -EEXIST) {
			printf("# %s: allocation %d: %s\n", name, n, strerror(-err));
			bad++;
		}
		if (client.sock)
			reconnect();
	}
	snprintf(text, sizeof(text), "%s survives the failure of each of %d allocations", name, n - first);
	ok(!bad && n <= FAULTS_MAX && n > first && !err, text);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fputs("usage: faults MODULE.ko\n", stderr);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	module_fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	fail_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (module_fd < 0 || fail_fd < 0) {
		perror("faults");
		return 1;
	}

	/* Those of the kernel's own loader are its business: as many as for a load that we refuse at once. */
	fail_each("insmod", allocations(load_refused) + 1, NULL, load, unload);
	if (cdisc_client_open(&client)) {
		fprintf(stderr, "%s\n", client.error);
		return 1;
	}
	fail_each("clock-get", 1, NULL, clock_get, NULL);
	fail_each("clock-set", 1, NULL, clock_set, NULL);
	fail_each("freq-set", 1, NULL, freq_set, NULL);
	fail_each("source-add", 1, NULL, source_add, source_del);
	ok(sources() >= 1, "the source is there");
	fail_each("source-get, all of them", 1, NULL, dump, NULL);
	fail_each("sample-submit", 1, NULL, submit, NULL);
	fail_each("source-del", 1, source_add, source_del, NULL);
	cdisc_client_close(&client);
	ok(unload() == 0, "the module is unloaded");
	printf("1..%d\n", tests);
	return failures ? 1 : 0;
}
