/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The actuator and the listener of the engine's tests: what they were asked and told, and how they are to fail.
 */
#ifndef CDISC_ENGINE_FAKE_H
#define CDISC_ENGINE_FAKE_H

#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/timekeeping.h>

#include "engine.h"

#define SEC	CDISC_NSEC_PER_SEC
#define MS	1000000LL

/* Each suite has its own, and tests run one after the other. */
static struct {
	int	take_err;
	int	set_err;
	int	step_err;
	bool	moves_clock;	/* a step is one of this kernel's clock */
	u32	takes;
	u32	sets;
	s64	rate_ppb_q16;
	u32	steps;
	s64	step_ns;
	bool	is_told_synced;
	bool	is_armed;	/* with a leap second, by somebody else */
	u32	clock_events;
	u32	source_events;
} fake;

/* No time passes between reading and setting: virtual time goes on when somebody sleeps. */
static inline int clock_move(s64 by_ns)
{
	struct timespec64 ts = ns_to_timespec64(ktime_get_real_ns() + by_ns);

	return do_settimeofday64(&ts);
}

static inline int fake_take(s64 *rate_ppb_q16)
{
	fake.takes++;
	*rate_ppb_q16 = 0;
	return fake.take_err;
}

static inline int fake_set_rate(s64 rate_ppb_q16, s64 *set_ppb_q16)
{
	fake.sets++;
	fake.rate_ppb_q16 = rate_ppb_q16;
	*set_ppb_q16 = rate_ppb_q16;
	return fake.set_err;
}

static inline int fake_step(s64 step_ns, s64 *made_ns)
{
	*made_ns = step_ns;
	fake.steps++;
	fake.step_ns = step_ns;
	if (fake.step_err || !fake.moves_clock)
		return fake.step_err;
	return clock_move(step_ns);
}

static inline int fake_disarm(u32 *was_bits, u32 *sta_bits)
{
	*was_bits = fake.is_armed;
	*sta_bits = 0;
	fake.is_armed = false;
	return 0;
}

static inline int fake_set_status(const struct cdisc_clock_status *status, u32 *sta_bits)
{
	fake.is_told_synced = status->is_synced;
	*sta_bits = 0;
	return 0;
}

static const struct cdisc_actuator_ops fake_actuator = {
	.id = CLOCKDISC_ACTUATOR_TIMEKEEPER,
	.name = "fake",
	.can_steer = true,
	.take = fake_take,
	.set_rate = fake_set_rate,
	.step = fake_step,
	.disarm = fake_disarm,
	.set_status = fake_set_status,
};

static inline void fake_on_clock(struct cdisc_engine *e, enum clockdisc_event event, s64 value_ns)
{
	fake.clock_events |= 1U << event;
}

static inline void fake_on_source(struct cdisc_engine *e, const struct cdisc_source *src, enum clockdisc_source_event event)
{
	fake.source_events |= 1U << event;
}

/* One that is not started yet. */
static inline struct cdisc_engine *engine_alloc(struct kunit *test)
{
	struct cdisc_engine *e = kunit_kzalloc(test, sizeof(*e), GFP_KERNEL);

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, e);
	memset(&fake, 0, sizeof(fake));
	return e;
}

/* A source that may be polled every second. */
static inline u32 server_add(struct kunit *test, struct cdisc_engine *e, const char *name)
{
	const struct cdisc_source_settings set = { .minpoll_log2s = 0, .maxpoll_log2s = 4 };
	u32 id = 0;
	s8 poll_log2s;

	KUNIT_ASSERT_EQ(test, cdisc_engine_source_add(e, name, &set, &id, &poll_log2s), 0);
	return id;
}

/* It says that the clock is right. */
static inline void server_agrees(struct cdisc_engine *e, u32 id)
{
	const struct cdisc_submission sub = {
		.source_id = id,
		.precision_log2s = -20,
		.header = { .leap = CLOCKDISC_LEAP_NONE, .stratum = 1 },
		.real_ns = ktime_get_real_ns(),
		.half_ns = MS,
	};
	s8 poll_log2s;

	cdisc_engine_submit(e, &sub, &poll_log2s);
}

#endif /* CDISC_ENGINE_FAKE_H */
