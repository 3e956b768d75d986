// SPDX-License-Identifier: GPL-2.0
/* Tests of ntpx's configuration, drift file and addresses. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "drift.h"
#include "log.h"
#include "sock.h"
#include "tap.h"

static char scratch[] = "/tmp/ntpx_parts.XXXXXX";
static char path[64];

static void file_write(const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	size_t len = strlen(text);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len)
		abort();
	close(fd);
}

/* What was said goes to a file, from which the first line is taken. */
static void stderr_catch(char *line, size_t size, bool begins)
{
	static int saved = -1;
	static int temp = -1;
	ssize_t len;

	fflush(stderr);
	if (begins) {
		char name[80];

		snprintf(name, sizeof(name), "%s/stderr", scratch);
		saved = dup(STDERR_FILENO);
		temp = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
		dup2(temp, STDERR_FILENO);
		return;
	}
	dup2(saved, STDERR_FILENO);
	close(saved);
	len = pread(temp, line, size - 1, 0);
	line[len > 0 ? len : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	close(temp);
}

struct conf_case {
	const char *text;
	const char *complaint;		/* a part of it; NULL when there is none */
};

static const struct conf_case conf_cases[] = {
	{ "server a.example iburst prefer\n# words\n\npool b.example maxsources 2 # more\n", NULL },
	{ "server [::1]:11123 minpoll 0 maxpoll 17\n", NULL },
	{ "server ::1 port 11123\n", NULL },
	{ "server a minpoll 12\n", NULL },
	{ "driftfile none\nuser someone\npidfile /run/x.pid\nserver a noselect trust smear\n", NULL },
	{ "server\n", ":1: server wants a host name" },
	{ "\nserver a minpoll 18\n", ":2: minpoll 18: not a number from 0 to 17" },
	{ "server a maxpoll -1\n", ":1: maxpoll -1: not a number from 0 to 17" },
	{ "server a minpoll\n", ":1: minpoll wants a number, 0 to 17" },
	{ "server a minpoll 6x\n", ":1: minpoll 6x: not a number" },
	{ "server a minpoll 9 maxpoll 8\n", ":1: minpoll 9 is above maxpoll 8" },
	{ "server a port 0\n", ":1: port 0: not a number from 1 to 65535" },
	{ "server a port 65536\n", ":1: port 65536: not a number from 1 to 65535" },
	{ "server [::1\n", ":1: server [::1: want [address]" },
	{ "server [::1]x\n", ":1: server [::1]x: want [address]" },
	{ "server [::1]:0\n", ":1: server [::1]:0: the port is not" },
	{ "server 127.127.1.0\n", ":1: server 127.127.1.0: there are no reference clocks, and the local clock is no source" },
	{ "server []\n", ":1: server: a name of 1 to 255" },
	{ "server a burst\n", ":1: server: unknown option \"burst\"" },
	{ "server a maxsources 2\n", ":1: server: unknown option \"maxsources\"" },
	{ "pool a maxsources 17\n", ":1: maxsources 17: not a number from 1 to 16" },
	{ "server a\nserver a\n", ":2: server a is there twice" },
	{ "makestep 1 3\n", ":1: unknown word \"makestep\"; known are server" },
	{ "driftfile drift\n", ":1: driftfile drift: not an absolute path" },
	{ "driftfile\n", ":1: driftfile wants one argument" },
	{ "user a b\n", ":1: user wants one argument" },
};

static void test_conf(struct tap *tap)
{
	char long_text[1200];
	struct conf conf;
	char line[512];
	size_t i;

	for (i = 0; i < sizeof(conf_cases) / sizeof(conf_cases[0]); i++) {
		const struct conf_case *c = &conf_cases[i];
		bool is_ok;
		int err;

		file_write(c->text);
		conf_init(&conf);
		stderr_catch(NULL, 0, true);
		err = conf_read_file(&conf, path);
		stderr_catch(line, sizeof(line), false);
		is_ok = c->complaint ? err && strstr(line, c->complaint) && strstr(line, path) :
			!err && !line[0];
		if (!tap_ok(tap, is_ok, c->complaint ? c->complaint : "configuration is taken"))
			printf("# %s", line);
		conf_exit(&conf);
	}

	memset(long_text, 'a', sizeof(long_text));
	long_text[sizeof(long_text) - 1] = '\0';
	file_write(long_text);
	conf_init(&conf);
	stderr_catch(NULL, 0, true);
	i = (size_t)conf_read_file(&conf, path);
	stderr_catch(line, sizeof(line), false);
	tap_ok(tap, i && strstr(line, ":1: longer than"), "line that is too long");
	conf_exit(&conf);
}

static void test_conf_values(struct tap *tap)
{
	char *words[] = { strdup("server"), strdup("[2001:db8::1]:5"), strdup("minpoll"),
			  strdup("12,"), strdup("pool"), strdup("p.example,"), strdup("server"),
			  strdup("192.0.2.1"), strdup("maxpoll"), strdup("3"), strdup("trust") };
	const struct conf_server *s;
	struct conf conf;
	size_t i;

	conf_init(&conf);
	tap_ok(tap, !conf_read_words(&conf, words, 11) && conf.n_servers == 3,
	       "three lines on the command line");
	s = conf.servers;
	tap_ok(tap, !strcmp(s[0].name, "2001:db8::1") && s[0].port == 5, "[address]:port");
	tap_ok(tap, s[0].minpoll_log2s == 12 && s[0].maxpoll_log2s == 12,
	       "minpoll carries maxpoll along");
	tap_ok(tap, s[1].is_pool && s[1].max_sources == 4 && s[1].port == 123 &&
	       s[1].minpoll_log2s == 6 && s[1].maxpoll_log2s == 10, "pool with defaults");
	tap_ok(tap, s[2].minpoll_log2s == 3 && s[2].maxpoll_log2s == 3 && s[2].is_trusted &&
	       !s[2].is_preferred, "maxpoll carries minpoll along");
	conf_exit(&conf);
	for (i = 0; i < 11; i++)
		free(words[i]);
}

struct drift_case {
	const char *text;
	const char *complaint;
	int64_t freq_ppb_q16;
};

static const struct drift_case drift_cases[] = {
	{ "ntpx-drift 1\nfreq-ppb-q16 -123456\n", NULL, -123456 },
	{ "ntpx-drift 1\nfreq-ppb-q16 6553600000000\n", NULL, 6553600000000 },
	{ "ntpx-drift 1\nfreq-ppb-q16 6553600000001\n", ":2: freq-ppb-q16 is not from", 0 },
	{ "ntpx-drift 1\nfreq-ppb-q16 -99999999999999999999\n", ":2: freq-ppb-q16 is not from", 0 },
	{ "ntpx-drift 1\nfreq-ppb-q16 \n", ":2: freq-ppb-q16 is not a number", 0 },
	{ "ntpx-drift 1\nfreq-ppb-q16 12 13\n", ":2: freq-ppb-q16 is not a number", 0 },
	{ "ntpx-drift 1\nfreq-ppb-q16 12\n13\n", ":2: freq-ppb-q16 is not a number", 0 },
	{ "ntpx-drift 1\n", ":2: does not begin with", 0 },
	{ "ntpx-drift 1", ":2: does not begin with", 0 },
	{ "ntpx-drift 2\nfreq-ppb-q16 12\n", ":1: is of another version", 0 },
	{ "-12.345\n", ":1: does not begin with", 0 },
	{ "", ":1: does not begin with", 0 },
};

static void test_drift(struct tap *tap)
{
	struct drift drift;
	char line[512];
	size_t i;

	for (i = 0; i < sizeof(drift_cases) / sizeof(drift_cases[0]); i++) {
		const struct drift_case *c = &drift_cases[i];
		bool is_ok;

		file_write(c->text);
		stderr_catch(NULL, 0, true);
		drift_open(&drift, path, getuid(), getgid());
		stderr_catch(line, sizeof(line), false);
		is_ok = c->complaint ? !drift.has_freq && strstr(line, c->complaint) :
			drift.has_freq && drift.freq_ppb_q16 == c->freq_ppb_q16 && !line[0];
		if (!tap_ok(tap, is_ok, c->complaint ? c->complaint : "drift file is taken"))
			printf("# %s\n", line);
		drift_close(&drift);
	}

	unlink(path);
	drift_open(&drift, path, getuid(), getgid());
	tap_ok(tap, !drift.has_freq && drift.dir_fd >= 0, "no drift file yet");
	drift_save(&drift, -77);
	drift_close(&drift);
	drift_open(&drift, path, getuid(), getgid());
	tap_ok(tap, drift.has_freq && drift.freq_ppb_q16 == -77, "saved and read again");
	drift_close(&drift);
}

static void test_addr(struct tap *tap)
{
	union sock_addr a, b;
	char text[SOCK_ADDR_TEXT_LEN];

	memset(&a, 0, sizeof(a));
	a.v6.sin6_family = AF_INET6;
	a.v6.sin6_port = htons(11123);
	a.v6.sin6_addr.s6_addr[15] = 1;
	sock_addr_text(&a, text);
	tap_ok(tap, !strcmp(text, "[::1]:11123"), "IPv6 address as text");
	b = a;
	tap_ok(tap, sock_addr_is_equal(&a, &b), "equal addresses");
	b.v6.sin6_port = htons(123);
	sock_addr_text(&b, text);
	tap_ok(tap, !strcmp(text, "::1") && !sock_addr_is_equal(&a, &b), "another port");
	tap_ok(tap, !sock_is_own_ref_id(0x7f000001), "127.0.0.1 is not taken for ourselves");
}

int main(void)
{
	struct tap tap = { 0 };
	char temp[96];

	log_open(LOG_TARGET_STDERR, false);
	if (!mkdtemp(scratch))
		return 1;
	snprintf(path, sizeof(path), "%s/file", scratch);
	test_conf(&tap);
	test_conf_values(&tap);
	test_drift(&tap);
	test_addr(&tap);
	unlink(path);
	snprintf(temp, sizeof(temp), "%s/stderr", scratch);
	unlink(temp);
	rmdir(scratch);
	return tap_end(&tap);
}
