// SPDX-License-Identifier: GPL-2.0
/*
 * Stands in for the netlink client and the module in tests of ntpx.
 *
 * What the module would be told is written, a line each, to the file that
 * NTPX_DOUBLE_LOG names; NTPX_DOUBLE_POLL is the poll interval that it answers
 * with, in log2 of s. It is synchronised after the fourth sample. Settings come
 * from a file as well, read at each call, so that a test can change them while
 * the daemon runs: NTPX_DOUBLE_STATE holds a word, "loaded", "unloaded",
 * "reloaded" (once) or "nosource" (once). What NTPX_DOUBLE_EVENTS names is a
 * FIFO, and each byte in it an event: 'i' the clock was interrupted, 'l' events
 * were lost, 'u' the module is unloaded. NTPX_DOUBLE_QUICK is for how many
 * samples and missed polls the answer is 1, as while the module learns. All
 * files but the FIFO are opened before the sandbox shuts.
 */
#include "cdisc_client.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
	int log_fd;
	int state_fd;
	const char *events_path;
	int events_fd;
	const struct cdisc_client *listener;
	int poll_log2s;
	int quick_left;
	uint32_t last_id;
	uint32_t samples;
	int64_t offset_ns;
	int64_t freq_ppb_q16;
	bool is_open_once;
} module = { .log_fd = -1, .state_fd = -1, .events_fd = -1 };

static void module_open(void)
{
	const char *poll = getenv("NTPX_DOUBLE_POLL");
	const char *log = getenv("NTPX_DOUBLE_LOG");
	const char *state = getenv("NTPX_DOUBLE_STATE");
	const char *freq = getenv("NTPX_DOUBLE_FREQ");
	const char *quick = getenv("NTPX_DOUBLE_QUICK");

	if (module.is_open_once)
		return;
	module.is_open_once = true;
	module.poll_log2s = poll ? atoi(poll) : 6;
	module.freq_ppb_q16 = freq ? atoll(freq) : 0;
	module.log_fd = log ? open(log, O_WRONLY | O_APPEND | O_CLOEXEC) : -1;
	module.state_fd = state ? open(state, O_RDWR | O_CLOEXEC) : -1;
	module.events_path = getenv("NTPX_DOUBLE_EVENTS");
	module.quick_left = quick ? atoi(quick) : 0;
}

static void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void say(const char *fmt, ...)
{
	char line[512];
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (module.log_fd >= 0 && write(module.log_fd, line, (size_t)len) != len)
		abort();
}

static bool state_is(const char *word)
{
	char text[32] = "";
	ssize_t len = 0;

	if (module.state_fd >= 0) {
		lseek(module.state_fd, 0, SEEK_SET);
		len = read(module.state_fd, text, sizeof(text) - 1);
	}
	if (len > 0)
		text[strcspn(text, "\n")] = '\0';
	return !strcmp(text, word);
}

static void state_consume(void)
{
	lseek(module.state_fd, 0, SEEK_SET);
	if (write(module.state_fd, "loaded\n         ", 16) != 16)
		abort();
}

static int module_check(struct cdisc_client *client)
{
	if (state_is("unloaded"))
		return cdisc_client_fail(client, -ENODEV, "double: not loaded");
	if (state_is("reloaded"))
		return cdisc_client_fail(client, -ESTALE, "double: loaded again");
	return 0;
}

int cdisc_client_fail(struct cdisc_client *client, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(client->error, sizeof(client->error), fmt, ap);
	va_end(ap);
	return err;
}

int cdisc_client_open(struct cdisc_client *client)
{
	memset(client, 0, sizeof(*client));
	client->group_clock = 1;
	module_open();
	if (state_is("unloaded"))
		return cdisc_client_fail(client, -ENODEV, "double: not loaded");
	if (state_is("reloaded"))
		state_consume();
	say("open\n");
	module.samples = 0;
	return 0;
}

void cdisc_client_close(struct cdisc_client *client)
{
	if (client != module.listener) {
		say("close\n");
		return;
	}
	say("leave\n");
	module.listener = NULL;
	if (module.events_fd >= 0)
		close(module.events_fd);
	module.events_fd = -1;
}

int cdisc_client_fd(const struct cdisc_client *client)
{
	return client == module.listener ? module.events_fd : -1;
}

int cdisc_events_only(struct cdisc_client *client, uint32_t event)
{
	if (event != CLOCKDISC_EVENT_INTERRUPTED)
		return cdisc_client_fail(client, -EINVAL, "double: there is no other event");
	return 0;
}

int cdisc_events_join(struct cdisc_client *client, uint32_t group)
{
	if (group != client->group_clock)
		return cdisc_client_fail(client, -ENOENT, "double: not the clock's group");
	module.listener = client;
	if (module.events_path)
		module.events_fd = open(module.events_path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	say("join\n");
	return 0;
}

int cdisc_events_read(struct cdisc_client *client, int timeout_ms, cdisc_msg_fn fn, void *arg)
{
	char event;

	(void)fn;
	(void)arg;
	/* waiting would hold the loop */
	if (timeout_ms)
		abort();
	if (read(module.events_fd, &event, 1) != 1)
		return 0;
	if (event == 'l')
		return cdisc_client_fail(client, -ENOBUFS, "double: events were lost");
	if (event == 'u')
		return cdisc_client_fail(client, -ENODEV, "double: not loaded");
	return 1;
}

int cdisc_source_add(struct cdisc_client *client, const char *name, uint32_t flags,
		     int minpoll_log2s, int maxpoll_log2s, uint32_t *id, int *poll_log2s)
{
	int err = module_check(client);

	if (err)
		return err;
	if (!*name || strlen(name) > CDISC_NAME_MAX_LEN || strchr(name, ' '))
		return cdisc_client_fail(client, -EINVAL, "double: not a name: '%s'", name);
	*id = ++module.last_id;
	*poll_log2s = module.poll_log2s;
	say("add id=%u name=%s flags=%u minpoll=%d maxpoll=%d\n", *id, name, flags,
	    minpoll_log2s, maxpoll_log2s);
	return 0;
}

int cdisc_source_find(struct cdisc_client *client, const char *name, uint32_t *id)
{
	(void)client;
	(void)name;
	(void)id;
	return -ENOENT;
}

int cdisc_source_del(struct cdisc_client *client, uint32_t id)
{
	int err = module_check(client);

	if (!err)
		say("del id=%u\n", id);
	return err;
}

int cdisc_sample_submit(struct cdisc_client *client, const struct cdisc_sample_msg *samples,
			size_t n, struct cdisc_sample_result *results)
{
	size_t i;
	int err = module_check(client);

	if (err)
		return err;
	for (i = 0; i < n; i++) {
		const struct cdisc_sample_msg *s = &samples[i];

		results[i].source_id = s->source_id;
		if (state_is("nosource")) {
			state_consume();
			results[i].verdict = CLOCKDISC_VERDICT_NO_SOURCE;
			say("nosource id=%u\n", s->source_id);
			continue;
		}
		results[i].poll_log2s = module.quick_left > 0 ? 1 : module.poll_log2s;
		results[i].has_poll = true;
		module.quick_left--;
		if (s->is_missed) {
			results[i].verdict = CLOCKDISC_VERDICT_MISSED;
			say("missed id=%u\n", s->source_id);
			continue;
		}
		module.samples++;
		module.offset_ns = (s->t2_real_ns - s->t1_real_ns) / 2 +
				   (s->t3_real_ns - s->t4_real_ns) / 2;
		results[i].verdict = CLOCKDISC_VERDICT_ACCEPTED;
		say("sample id=%u offset_ns=%" PRId64 " delay_ns=%" PRId64 " t2=%" PRId64
		    " t3-t2=%" PRId64 " stratum=%u leap=%u refid=%08x self=%d precision=%d"
		    " rootdelay=%" PRIu64 " rootdisp=%" PRIu64 "\n",
		    s->source_id, module.offset_ns,
		    (s->t4_real_ns - s->t1_real_ns) - (s->t3_real_ns - s->t2_real_ns),
		    s->t2_real_ns, s->t3_real_ns - s->t2_real_ns, s->stratum, s->leap, s->ref_id,
		    s->is_self, s->precision_log2s, s->root_delay_ns, s->root_disp_ns);
	}
	return 0;
}

int cdisc_freq_set(struct cdisc_client *client, int64_t freq_ppb_q16)
{
	(void)client;
	module.freq_ppb_q16 = freq_ppb_q16;
	say("freq %" PRId64 "\n", freq_ppb_q16);
	return 0;
}

int cdisc_floor_set(struct cdisc_client *client, int64_t floor_real_ns)
{
	(void)client;
	say("floor %" PRId64 "\n", floor_real_ns / 1000000000);
	return 0;
}

int cdisc_clock_get(struct cdisc_client *client, struct cdisc_clock_info *info)
{
	int err = module_check(client);

	memset(info, 0, sizeof(*info));
	if (err)
		return err;
	info->is_synchronised = module.samples >= 4;
	info->state = module.samples ? CLOCKDISC_STATE_SYNC : CLOCKDISC_STATE_UNSET;
	info->actuator = CLOCKDISC_ACTUATOR_TIMEKEEPER;
	info->has_freq = true;
	info->freq_ppb_q16 = module.freq_ppb_q16;
	info->offset_ns = module.offset_ns;
	info->bound_ns = 1000000;
	info->has_bound = true;
	info->stratum = 2;
	return 0;
}

int cdisc_clock_set_panic_once(struct cdisc_client *client, bool is_allowed)
{
	(void)client;
	say("panic-once %d\n", is_allowed);
	return 0;
}

int cdisc_clock_slew(struct cdisc_client *client)
{
	int err = module_check(client);

	if (!err)
		say("slew\n");
	return err;
}
