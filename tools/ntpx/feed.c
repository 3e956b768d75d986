// SPDX-License-Identifier: GPL-2.0
/*
 * The way into the module: attached, or lost and tried again.
 *
 * The module may be unloaded, or unloaded and loaded, at any moment. That shows
 * in an event, or as -ENODEV or -ESTALE at the next request; from then on the
 * module is looked for at growing intervals, and whoever owns sources adds them
 * anew.
 *
 * Of the module's events one is listened to: that the clock was interrupted. It
 * comes on a socket of its own, since one that has joined a group cannot tell
 * answers from events. Without it all works, only later.
 */
#include "feed.h"

#include <errno.h>
#include <string.h>

#include "log.h"

#define NSEC_PER_SEC		1000000000LL
#define RETRY_LEAST_NS		(1 * NSEC_PER_SEC)
#define RETRY_MOST_NS		(64 * NSEC_PER_SEC)

static void events_open(struct feed *feed)
{
	int err = cdisc_client_open(&feed->events);

	if (!err) {
		err = cdisc_events_only(&feed->events, CLOCKDISC_EVENT_INTERRUPTED);
		if (!err)
			err = cdisc_events_join(&feed->events, feed->events.group_clock);
		if (err)
			cdisc_client_close(&feed->events);
	}
	feed->has_events = !err;
	/* a module that has gone meanwhile shows at the next request */
	if (err && err != -ENODEV)
		log_warn("an interruption of the clock will not be noticed: %s", feed->events.error);
}

static void events_close(struct feed *feed)
{
	if (feed->has_events)
		cdisc_client_close(&feed->events);
	feed->has_events = false;
}

/*
 * The drift file is written by a clock that is synchronised, within 16 s at most (unsync-limit): it has been later than that
 * already.
 */
#define SAVED_SLACK_NS	(16 * 1000000000LL)

int feed_attach(struct feed *feed, const struct drift *drift)
{
	struct cdisc_clock_info info;
	int err = cdisc_client_open(&feed->client);

	if (err)
		return err;
	err = cdisc_clock_get(&feed->client, &info);
	/* what the module has learnt is newer than what was saved */
	if (!err && drift->has_freq && info.state == CLOCKDISC_STATE_UNSET) {
		err = cdisc_freq_set(&feed->client, drift->freq_ppb_q16);
		if (!err)
			log_info("frequency restored from %s: %+.3f ppm", drift->path,
				 (double)drift->freq_ppb_q16 / 65536.0 / 1000.0);
	}
	if (!err && drift->saved_real_ns - SAVED_SLACK_NS > info.floor_real_ns)
		err = cdisc_floor_set(&feed->client, drift->saved_real_ns - SAVED_SLACK_NS);
	if (!err && feed->allows_panic_once)
		err = cdisc_clock_set_panic_once(&feed->client, true);
	if (err) {
		cdisc_client_close(&feed->client);
		return err;
	}
	events_open(feed);
	feed->is_attached = true;
	feed->first_id = 0;
	feed->last_err = 0;
	return 0;
}

void feed_detach(struct feed *feed)
{
	events_close(feed);
	if (feed->is_attached)
		cdisc_client_close(&feed->client);
	feed->is_attached = false;
}

bool feed_retry(struct feed *feed, const struct drift *drift, int64_t now_mono_ns)
{
	int err;

	if (feed->is_attached || now_mono_ns < feed->retry_mono_ns)
		return false;
	err = feed_attach(feed, drift);
	if (!err) {
		log_info("the clockdisc module is back");
		return true;
	}
	if (err != feed->last_err && err != -ENODEV)
		log_warn("cannot attach to the clockdisc module: %s", feed->client.error);
	feed->last_err = err;
	feed->retry_after_ns *= 2;
	if (feed->retry_after_ns > RETRY_MOST_NS)
		feed->retry_after_ns = RETRY_MOST_NS;
	feed->retry_mono_ns = now_mono_ns + feed->retry_after_ns;
	return false;
}

/* Says an error once, until something succeeds; notices that the module left. */
static int outcome(struct feed *feed, const char *what, int err, int64_t now_mono_ns)
{
	if (!err) {
		feed->last_err = 0;
		return 0;
	}
	if (err == -ENODEV || err == -ESTALE) {
		log_warn(err == -ENODEV ?
			 "the clockdisc module was unloaded; waiting for it to come back" :
			 "the clockdisc module was unloaded and loaded again");
		feed_detach(feed);
		feed->last_err = -ENODEV;
		feed->retry_after_ns = RETRY_LEAST_NS;
		feed->retry_mono_ns = err == -ESTALE ? now_mono_ns :
				      now_mono_ns + RETRY_LEAST_NS;
		return -ENODEV;
	}
	if (err != feed->last_err)
		log_warn("%s: %s", what, feed->client.error);
	feed->last_err = err;
	return err;
}

/*
 * There is one ntpx at a time: a source of this name was left by one that was killed, and would count twice. Two servers
 * of ours may have one name, if they are spelt in two ways: what was added since, by a larger number, stays.
 */
static void remove_left_over(struct feed *feed, const char *name)
{
	uint32_t id;

	while (!cdisc_source_find(&feed->client, name, &id)) {
		if (feed->first_id && id >= feed->first_id)
			return;
		if (cdisc_source_del(&feed->client, id))
			return;
		log_info("%s: removed what another ntpx had left", name);
	}
}

int feed_source_add(struct feed *feed, const char *name, const struct conf_server *server,
		    uint32_t *id, int *poll_log2s, int64_t now_mono_ns)
{
	uint32_t flags = 0;
	int err;

	if (!feed->is_attached)
		return -ENODEV;
	if (server->is_preferred)
		flags |= CLOCKDISC_SOURCE_FLAGS_PREFER;
	if (server->is_noselect)
		flags |= CLOCKDISC_SOURCE_FLAGS_NOSELECT;
	if (server->is_trusted)
		flags |= CLOCKDISC_SOURCE_FLAGS_TRUST;
	if (server->is_smeared)
		flags |= CLOCKDISC_SOURCE_FLAGS_SMEAR;
	remove_left_over(feed, name);
	err = cdisc_source_add(&feed->client, name, flags, server->minpoll_log2s,
			       server->maxpoll_log2s, id, poll_log2s);
	if (!err && !feed->first_id)
		feed->first_id = *id;
	return outcome(feed, "source not added", err, now_mono_ns);
}

int feed_source_del(struct feed *feed, uint32_t id, int64_t now_mono_ns)
{
	int err;

	if (!feed->is_attached)
		return -ENODEV;
	err = cdisc_source_del(&feed->client, id);
	/* somebody else removed it: as good */
	if (err == -ENOENT)
		err = 0;
	return outcome(feed, "source not removed", err, now_mono_ns);
}

int feed_submit(struct feed *feed, const struct cdisc_sample_msg *sample,
		struct cdisc_sample_result *result, int64_t now_mono_ns)
{
	int err;

	memset(result, 0, sizeof(*result));
	if (!feed->is_attached)
		return -ENODEV;
	err = cdisc_sample_submit(&feed->client, sample, 1, result);
	if (!err)
		feed->submitted++;
	return outcome(feed, "sample not taken", err, now_mono_ns);
}

int feed_clock_get(struct feed *feed, struct cdisc_clock_info *info, int64_t now_mono_ns)
{
	if (!feed->is_attached)
		return -ENODEV;
	return outcome(feed, "clock not read", cdisc_clock_get(&feed->client, info), now_mono_ns);
}

int feed_events_fd(const struct feed *feed)
{
	return feed->has_events ? cdisc_client_fd(&feed->events) : -1;
}

bool feed_events_read(struct feed *feed, int64_t now_mono_ns)
{
	int n;

	if (!feed->has_events)
		return false;
	n = cdisc_events_read(&feed->events, 0, NULL, NULL);
	if (n >= 0)
		return n > 0;
	if (n == -ENOBUFS)
		return true;
	if (n == -ENODEV) {
		outcome(feed, "events not read", n, now_mono_ns);
	} else if (n != -EINTR) {
		log_warn("an interruption of the clock will not be noticed: %s", feed->events.error);
		events_close(feed);
	}
	return false;
}

int feed_slew(struct feed *feed, int64_t now_mono_ns)
{
	if (!feed->is_attached)
		return -ENODEV;
	return outcome(feed, "the offset is not slewed", cdisc_clock_slew(&feed->client),
		       now_mono_ns);
}
