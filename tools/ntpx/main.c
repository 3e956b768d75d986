// SPDX-License-Identifier: GPL-2.0
/*
 * ntpx - exchanges NTP packets and hands their stamps to the clockdisc module.
 *
 * One thread, one loop: signals, the module's events, the resolver's answers,
 * servers' answers, and what is due. Filtering, selection, steering and the poll interval are the
 * module's.
 */
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "assoc.h"
#include "conf.h"
#include "daemon.h"
#include "drift.h"
#include "feed.h"
#include "log.h"
#include "notify.h"
#include "resolve.h"
#include "sandbox.h"
#include "sock.h"

#ifndef CDISC_VERSION
#define CDISC_VERSION		"unknown"
#endif

#define NSEC_PER_MSEC		1000000LL
#define NSEC_PER_SEC		1000000000LL

#define SAVE_INTERVAL_NS	(3600 * NSEC_PER_SEC)
#define SLEEP_MOST_MSEC		(3600 * 1000LL)
#define ONESHOT_LIMIT_SEC	60
#define EVENTS_MOST		32

enum exit_code {
	EXIT_OK		= 0,
	EXIT_RUNTIME	= 1,
	EXIT_USAGE	= 2,
};

struct options {
	const char *conf_path;
	bool has_conf_path;
	bool is_foreground;
	bool is_oneshot;
	bool lets_panic_pass;
	bool is_debug;
	int limit_sec;
};

struct ntpx {
	struct options opt;
	struct conf conf;
	uid_t uid;
	gid_t gid;
	int lock_fd;
	int ready_fd;
	int stamps_fd;
	int epoll_fd;
	int signal_fd;
	struct notify notify;
	struct drift drift;
	struct resolver resolver;
	struct feed feed;
	struct assoc_table table;

	int64_t save_mono_ns;		/* when the frequency is saved next */
	int64_t limit_mono_ns;		/* of -q */
	uint64_t seen_submitted;
	bool is_stopping;
	int exit_code;
};

static int64_t mono_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static void usage_print(FILE *to)
{
	fputs("Usage: ntpx [OPTION]... [WORD]...\n"
	      "Exchanges NTP packets with servers and hands their stamps to the clockdisc\n"
	      "module, which disciplines the clock.\n"
	      "\n"
	      "  -c FILE        read this configuration (" CONF_DEFAULT_PATH ")\n"
	      "  -f             stay in the foreground and write messages to stderr\n"
	      "  -g             let the first offset pass the panic threshold\n"
	      "  -q             set the clock, say so, and exit; implies -f and -g\n"
	      "  -t SEC         time limit of -q, 1 to 86400 (60)\n"
	      "  -d             say what every packet brought\n"
	      "  -V, --version  print the version\n"
	      "  -h, --help     print this\n"
	      "\n"
	      "WORDs are lines of configuration, separated by commas; with them the default\n"
	      "file is not read:\n"
	      "  ntpx -f server 192.0.2.1 iburst minpoll 4, server ntp.example.org\n"
	      "See ntpx(8) and ntpx.conf(5).\n", to);
}

static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 },
};

/* Return: -1 to go on, or an exit code. */
static int options_read(struct options *opt, int argc, char *argv[])
{
	long limit_sec;
	char *end;
	int c;

	opt->conf_path = CONF_DEFAULT_PATH;
	opt->limit_sec = ONESHOT_LIMIT_SEC;
	/* "+": the words of a configuration may look like options */
	while ((c = getopt_long(argc, argv, "+c:fgqt:dVh", long_options, NULL)) != -1) {
		switch (c) {
		case 'c':
			opt->conf_path = optarg;
			opt->has_conf_path = true;
			break;
		case 'f':
			opt->is_foreground = true;
			break;
		case 'g':
			opt->lets_panic_pass = true;
			break;
		case 'q':
			opt->is_oneshot = true;
			opt->is_foreground = true;
			opt->lets_panic_pass = true;
			break;
		case 't':
			errno = 0;
			limit_sec = strtol(optarg, &end, 10);
			if (errno || *end || limit_sec < 1 || limit_sec > 86400) {
				log_err("-t %s: not a number from 1 to 86400", optarg);
				return EXIT_USAGE;
			}
			opt->limit_sec = (int)limit_sec;
			break;
		case 'd':
			opt->is_debug = true;
			break;
		case 'V':
			puts("ntpx " CDISC_VERSION);
			return EXIT_OK;
		case 'h':
			usage_print(stdout);
			return EXIT_OK;
		default:
			usage_print(stderr);
			return EXIT_USAGE;
		}
	}
	return -1;
}

static int conf_read(struct ntpx *x, int argc, char *argv[])
{
	size_t n_words = (size_t)(argc - optind);
	size_t i;

	conf_init(&x->conf);
	if ((x->opt.has_conf_path || !n_words) && conf_read_file(&x->conf, x->opt.conf_path))
		return EXIT_USAGE;
	if (conf_read_words(&x->conf, argv + optind, n_words))
		return EXIT_USAGE;
	if (!x->conf.n_servers) {
		log_err("%s: no server and no pool", n_words ? "command line" : x->opt.conf_path);
		return EXIT_USAGE;
	}
	/* one shot is about now, not about the load of the servers */
	for (i = 0; i < x->conf.n_servers && x->opt.is_oneshot; i++)
		x->conf.servers[i].has_iburst = true;
	return EXIT_OK;
}

static int user_find(struct ntpx *x)
{
	const struct passwd *user;

	x->uid = geteuid();
	x->gid = getegid();
	if (x->uid)
		return 0;
	user = getpwnam(x->conf.user);
	if (!user && !x->conf.has_user)
		user = getpwnam("nobody");
	if (!user && x->conf.has_user) {
		log_err("user %s does not exist", x->conf.user);
		return -ENOENT;
	}
	/* a system without any accounts, as an initramfs */
	x->uid = user ? user->pw_uid : 65534;
	x->gid = user ? user->pw_gid : 65534;
	return 0;
}

static int watch(struct ntpx *x, int fd, void *ptr)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = ptr };

	if (!epoll_ctl(x->epoll_fd, EPOLL_CTL_ADD, fd, &event))
		return 0;
	log_err("epoll_ctl: %s", strerror(errno));
	return -1;
}

/* Each association holds a socket: more than 1024 descriptors with 64 full pools. */
static void descriptors_raise(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int loop_open(struct ntpx *x)
{
	sigset_t signals;

	descriptors_raise();
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	/* a reader of stderr that went away must not end the discipline */
	signal(SIGPIPE, SIG_IGN);
	x->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	x->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (x->signal_fd < 0 || x->epoll_fd < 0) {
		log_err("event loop: %s", strerror(errno));
		return -1;
	}
	return watch(x, x->signal_fd, &x->signal_fd);
}

static int resolver_open(struct ntpx *x)
{
	int err;

	if (!assoc_table_needs_resolver(&x->table))
		return 0;
	err = resolver_start(&x->resolver, x->uid, x->gid);
	if (err) {
		log_err("the resolver did not start: %s", strerror(-err));
		return err;
	}
	return watch(x, x->resolver.fd, &x->resolver);
}

/* A descriptor that was closed has left the set by itself. */
static int feed_watch(struct ntpx *x)
{
	int fd = feed_events_fd(&x->feed);

	return fd < 0 ? 0 : watch(x, fd, &x->feed);
}

static int module_attach(struct ntpx *x)
{
	struct cdisc_clock_info info;
	int err = feed_attach(&x->feed, &x->drift);

	if (err == -ENODEV) {
		log_err("the clockdisc module is not loaded (modprobe clockdisc)");
		return err;
	}
	if (err) {
		log_err("cannot attach to the clockdisc module: %s", x->feed.client.error);
		return err;
	}
	/* the first offset is the first once only: not after the module came back */
	x->feed.allows_panic_once = false;
	if (feed_watch(x))
		return -ENOMEM;
	if (!x->opt.is_oneshot || feed_clock_get(&x->feed, &info, mono_now_ns()))
		return 0;
	if (info.actuator == CLOCKDISC_ACTUATOR_OBSERVE) {
		log_err("the module only observes: nothing would set the clock");
		return -EOPNOTSUPP;
	}
	return 0;
}

/* The order matters: see sandbox.c for the user, resolve.c for the helper. */
static int start(struct ntpx *x)
{
	int err;

	if (user_find(x))
		return -1;
	x->lock_fd = daemon_lock(x->conf.pid_path);
	if (x->lock_fd < 0)
		return -1;
	drift_open(&x->drift, x->conf.drift_path, x->uid, x->gid);
	if (!x->opt.is_foreground && !notify_is_wanted()) {
		log_open(LOG_TARGET_BOTH, x->opt.is_debug);
		x->ready_fd = daemon_fork();
		if (x->ready_fd < 0)
			return -1;
	}
	daemon_lock_pid_write(x->lock_fd);
	notify_open(&x->notify);
	if (loop_open(x))
		return -1;
	if (assoc_table_init(&x->table, &x->conf, &x->feed, &x->resolver, x->epoll_fd)) {
		log_err("out of memory");
		return -1;
	}
	if (resolver_open(x))
		return -1;
	err = sandbox_user_drop(x->uid, x->gid, true);
	if (err) {
		if (err == -EPERM)
			log_err("CAP_SYS_TIME is needed: start it as root");
		else
			log_err("privileges not dropped: %s", strerror(-err));
		return -1;
	}
	x->stamps_fd = sock_stamps_hold();
	if (module_attach(x))
		return -1;
	err = sandbox_filter_main();
	if (err) {
		log_err("system call filter: %s", strerror(-err));
		return -1;
	}
	return 0;
}

static void frequency_save(struct ntpx *x, int64_t now_mono_ns)
{
	struct cdisc_clock_info info;

	x->save_mono_ns = now_mono_ns + SAVE_INTERVAL_NS;
	if (feed_clock_get(&x->feed, &info, now_mono_ns))
		return;
	/* before that state it is a guess, which would keep the next start from measuring */
	if (info.is_synchronised && info.has_freq && info.state == CLOCKDISC_STATE_SYNC)
		drift_save(&x->drift, info.freq_ppb_q16);
}

static void oneshot_check(struct ntpx *x, int64_t now_mono_ns)
{
	struct cdisc_clock_info info;

	if (now_mono_ns >= x->limit_mono_ns) {
		log_err("the clock was not set within %d s; see clockdisc explain",
			x->opt.limit_sec);
		x->exit_code = EXIT_RUNTIME;
		x->is_stopping = true;
		return;
	}
	if (x->feed.submitted == x->seen_submitted)
		return;
	x->seen_submitted = x->feed.submitted;
	if (feed_clock_get(&x->feed, &info, now_mono_ns) || !info.is_synchronised ||
	    (info.state != CLOCKDISC_STATE_FREQ && info.state != CLOCKDISC_STATE_SYNC))
		return;
	printf("ntpx: clock set, offset %+.6f s, bound %.6f s, stratum %u\n",
	       (double)info.offset_ns / 1e9, (double)info.bound_ns / 1e9, info.stratum);
	fflush(stdout);
	x->is_stopping = true;
}

static void signals_read(struct ntpx *x, int64_t now_mono_ns)
{
	struct signalfd_siginfo info;

	while (read(x->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGHUP:
			log_info("names are looked up again");
			assoc_table_renew(&x->table, now_mono_ns);
			break;
		case SIGUSR1:
			assoc_table_print(&x->table, LOG_INFO);
			break;
		default:
			x->is_stopping = true;
			if (x->opt.is_oneshot)
				x->exit_code = EXIT_RUNTIME;
		}
	}
}

static void answers_read(struct ntpx *x, int64_t now_mono_ns)
{
	struct resolve_answer answer;
	int got;

	while ((got = resolver_read(&x->resolver, &answer)) > 0)
		assoc_table_answer(&x->table, &answer, now_mono_ns);
	if (got < 0) {
		log_err("the resolver died: names are not looked up any more until a restart");
		resolver_stop(&x->resolver);
	}
}

static void events_read(struct ntpx *x, int64_t now_mono_ns)
{
	if (!feed_events_read(&x->feed, now_mono_ns))
		return;
	log_info("the clock was interrupted: all servers are asked at once");
	assoc_table_interrupted(&x->table, now_mono_ns);
}

static int sleep_msec(const struct ntpx *x, int64_t next_mono_ns, int64_t now_mono_ns)
{
	if (!x->feed.is_attached && x->feed.retry_mono_ns < next_mono_ns)
		next_mono_ns = x->feed.retry_mono_ns;
	if (x->opt.is_oneshot && x->limit_mono_ns < next_mono_ns)
		next_mono_ns = x->limit_mono_ns;
	if (next_mono_ns <= now_mono_ns)
		return 0;
	if (next_mono_ns - now_mono_ns > SLEEP_MOST_MSEC * NSEC_PER_MSEC)
		return SLEEP_MOST_MSEC;
	/* rounded up: to wake a moment early is to wake twice */
	return (int)((next_mono_ns - now_mono_ns + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC);
}

static void loop_run(struct ntpx *x)
{
	struct epoll_event events[EVENTS_MOST];
	int64_t now_mono_ns = mono_now_ns();

	x->save_mono_ns = now_mono_ns + SAVE_INTERVAL_NS;
	x->limit_mono_ns = now_mono_ns + x->opt.limit_sec * NSEC_PER_SEC;
	assoc_table_start(&x->table, now_mono_ns);

	while (!x->is_stopping) {
		int64_t next_mono_ns = assoc_table_run(&x->table, now_mono_ns);
		int i, n;

		n = epoll_wait(x->epoll_fd, events, EVENTS_MOST,
			       sleep_msec(x, next_mono_ns, now_mono_ns));
		now_mono_ns = mono_now_ns();
		for (i = 0; i < n; i++) {
			void *ptr = events[i].data.ptr;

			if (ptr == &x->signal_fd)
				signals_read(x, now_mono_ns);
			else if (ptr == &x->resolver)
				answers_read(x, now_mono_ns);
			else if (ptr == &x->feed)
				events_read(x, now_mono_ns);
			else
				assoc_readable(&x->table, ptr, now_mono_ns);
		}
		if (feed_retry(&x->feed, &x->drift, now_mono_ns)) {
			feed_watch(x);
			assoc_table_start(&x->table, now_mono_ns);
		}
		/* at a wake-up that came anyway */
		if (now_mono_ns >= x->save_mono_ns)
			frequency_save(x, now_mono_ns);
		if (x->opt.is_oneshot && !x->is_stopping)
			oneshot_check(x, now_mono_ns);
	}
}

int main(int argc, char *argv[])
{
	struct ntpx x = {
		.lock_fd = -1, .ready_fd = -1, .stamps_fd = -1, .epoll_fd = -1, .signal_fd = -1,
		.notify.fd = -1, .drift.dir_fd = -1, .resolver.fd = -1,
	};
	int code;

	log_open(LOG_TARGET_STDERR, false);
	code = options_read(&x.opt, argc, argv);
	if (code >= 0)
		return code;
	log_open(LOG_TARGET_STDERR, x.opt.is_debug);
	x.feed.allows_panic_once = x.opt.lets_panic_pass;
	code = conf_read(&x, argc, argv);
	if (code) {
		conf_exit(&x.conf);
		return code;
	}

	x.exit_code = EXIT_RUNTIME;
	if (!start(&x)) {
		x.exit_code = EXIT_OK;
		notify_send(&x.notify, "READY=1");
		if (x.ready_fd >= 0) {
			log_open(LOG_TARGET_SYSLOG, x.opt.is_debug);
			daemon_ready(x.ready_fd);
		}
		loop_run(&x);
		notify_send(&x.notify, "STOPPING=1");
		if (!x.opt.is_oneshot)
			frequency_save(&x, mono_now_ns());
		assoc_table_stop(&x.table, mono_now_ns());
		/* the slew of the update has ended with the last source */
		if (x.opt.is_oneshot && x.exit_code == EXIT_OK && feed_slew(&x.feed, mono_now_ns()))
			x.exit_code = EXIT_RUNTIME;
		assoc_table_print(&x.table, x.opt.is_oneshot ? LOG_DEBUG : LOG_INFO);
	}

	feed_detach(&x.feed);
	resolver_stop(&x.resolver);
	assoc_table_exit(&x.table);
	drift_close(&x.drift);
	if (x.lock_fd >= 0)
		daemon_lock_release(x.lock_fd);
	conf_exit(&x.conf);
	return x.exit_code;
}
