/* SPDX-License-Identifier: GPL-2.0 */
/* The way into the module: attached, or lost and tried again. */
#ifndef NTPX_FEED_H
#define NTPX_FEED_H

#include <stdbool.h>
#include <stdint.h>

#include "cdisc_client.h"
#include "drift.h"

struct feed {
	struct cdisc_client client;
	struct cdisc_client events;	/* what the module tells unasked */
	uint32_t first_id;	/* of the sources added since the module was attached, 0 before */
	bool is_attached;
	bool has_events;
	bool allows_panic_once;		/* -g, until the clock was once synchronised */
	int64_t retry_mono_ns;		/* while not attached */
	int64_t retry_after_ns;
	int last_err;			/* said already */
	uint64_t submitted;		/* samples, so that others see that there was one */
};

/**
 * feed_attach() - open the client and hand over what the module should know
 * @feed: not attached
 * @drift: its frequency is set when the module has learnt none
 *
 * Return: 0, or a negative errno with a sentence in feed->client.error.
 */
int feed_attach(struct feed *feed, const struct drift *drift);
void feed_detach(struct feed *feed);

/* Tries again when it is time. Return: true when attached just now. */
bool feed_retry(struct feed *feed, const struct drift *drift, int64_t now_mono_ns);

/* The following detach and return -ENODEV when the module has gone. */
int feed_source_add(struct feed *feed, const char *name, const struct conf_server *server,
		    uint32_t *id, int *poll_log2s, int64_t now_mono_ns);
int feed_source_del(struct feed *feed, uint32_t id, int64_t now_mono_ns);
int feed_submit(struct feed *feed, const struct cdisc_sample_msg *sample,
		struct cdisc_sample_result *result, int64_t now_mono_ns);
int feed_clock_get(struct feed *feed, struct cdisc_clock_info *info, int64_t now_mono_ns);
/* Readable when the module told something; -1 while it cannot, and another one after each attach. */
int feed_events_fd(const struct feed *feed);

/**
 * feed_events_read() - take what the module told; never waits
 * @feed: any
 * @now_mono_ns: CLOCK_MONOTONIC
 *
 * Detaches when the module was unloaded.
 *
 * Return: true when the clock was interrupted, or may have been: events were lost.
 */
bool feed_events_read(struct feed *feed, int64_t now_mono_ns);

/* Slew the present offset away; goes on without sources. */
int feed_slew(struct feed *feed, int64_t now_mono_ns);

#endif /* NTPX_FEED_H */
