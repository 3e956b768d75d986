// SPDX-License-Identifier: GPL-2.0
/*
 * Every state, every event: what comes next and what is done on the way; and into which class an offset falls.
 */
#include <kunit/test.h>

#include "core/policy.h"

#define S	CDISC_ACTION_STEP
#define M	CDISC_ACTION_MEASURE
#define U	CDISC_ACTION_UPDATE
#define R	CDISC_ACTION_RESTART
#define H	CDISC_ACTION_HOLD
#define P	CDISC_ACTION_PEND

#define UNSET		CLOCKDISC_STATE_UNSET
#define FSET		CLOCKDISC_STATE_FSET
#define FREQ		CLOCKDISC_STATE_FREQ
#define SYNC		CLOCKDISC_STATE_SYNC
#define SPIKE		CLOCKDISC_STATE_SPIKE
#define HOLDOVER	CLOCKDISC_STATE_HOLDOVER
#define FROZEN		CLOCKDISC_STATE_FROZEN

struct expectation {
	enum clockdisc_state	next;
	u32			actions;
};

/*
 * Rows are states, columns events in the order of the enum:
 * SMALL, SMALL_LATE, LARGE, LARGE_LATE, PANIC, LOST, FREQ_SET, FREEZE, UNFREEZE, UNFREEZE_COLD, CUT
 */
static const struct expectation expected[][CDISC_EVENT_COUNT - 1] = {
	/* UNSET */
	{ {FREQ, M}, {FREQ, M}, {FREQ, S | M}, {FREQ, S | M}, {FROZEN, H | P}, {UNSET, 0}, {FSET, H},
	  {FROZEN, H}, {UNSET, 0}, {UNSET, 0}, {UNSET, R} },
	/* FSET */
	{ {SYNC, U}, {SYNC, U}, {SYNC, S}, {SYNC, S}, {FROZEN, H | P}, {FSET, 0}, {FSET, H},
	  {FROZEN, H}, {FSET, 0}, {FSET, 0}, {FSET, R} },
	/* FREQ */
	{ {FREQ, M}, {SYNC, M}, {FREQ, 0}, {FREQ, S | R}, {FROZEN, H | P}, {FREQ, H}, {SYNC, H},
	  {FROZEN, H}, {FREQ, 0}, {FREQ, 0}, {FREQ, R} },
	/* SYNC */
	{ {SYNC, U}, {SYNC, U}, {SPIKE, 0}, {SYNC, S | R}, {SPIKE, 0}, {HOLDOVER, H}, {SYNC, H},
	  {FROZEN, H}, {SYNC, 0}, {SYNC, 0}, {SYNC, R} },
	/* SPIKE */
	{ {SYNC, U}, {SYNC, U}, {SPIKE, 0}, {SYNC, S | R}, {FROZEN, H | P}, {HOLDOVER, H}, {SPIKE, H},
	  {FROZEN, H}, {SPIKE, 0}, {SPIKE, 0}, {SPIKE, R} },
	/* HOLDOVER */
	{ {SYNC, U}, {SYNC, U}, {SPIKE, 0}, {SYNC, S | R}, {SPIKE, 0}, {HOLDOVER, 0}, {HOLDOVER, H},
	  {FROZEN, H}, {HOLDOVER, 0}, {HOLDOVER, 0}, {HOLDOVER, R} },
	/* FROZEN */
	{ {FROZEN, 0}, {FROZEN, 0}, {FROZEN, 0}, {FROZEN, 0}, {FROZEN, 0}, {FROZEN, 0}, {FROZEN, H},
	  {FROZEN, H}, {HOLDOVER, R}, {UNSET, R}, {FROZEN, R} },
};

static void policy_every_state_and_event(struct kunit *test)
{
	unsigned int state, event;

	KUNIT_ASSERT_EQ(test, (int)ARRAY_SIZE(expected), (int)FROZEN);
	for (state = UNSET; state <= FROZEN; state++) {
		for (event = CDISC_EVENT_SMALL; event < CDISC_EVENT_COUNT; event++) {
			const struct expectation *x = &expected[state - 1][event - 1];
			u32 actions;
			enum clockdisc_state next = cdisc_policy_next(state, event, &actions);

			KUNIT_EXPECT_EQ_MSG(test, (int)next, (int)x->next, "state %u event %u", state, event);
			KUNIT_EXPECT_EQ_MSG(test, actions, x->actions, "state %u event %u", state, event);
		}
	}
}

/* Nothing but the first update, the stepout and the operator's UNFREEZE leads to a step or out of FROZEN. */
static void policy_steps_only_where_allowed(struct kunit *test)
{
	unsigned int state, event;

	for (state = UNSET; state <= FROZEN; state++) {
		for (event = CDISC_EVENT_SMALL; event < CDISC_EVENT_COUNT; event++) {
			u32 actions;
			enum clockdisc_state next = cdisc_policy_next(state, event, &actions);

			if (actions & CDISC_ACTION_STEP)
				KUNIT_EXPECT_TRUE(test, event == CDISC_EVENT_LARGE_LATE ||
						  (event == CDISC_EVENT_LARGE && (state == UNSET || state == FSET)));
			if (state == FROZEN && next != FROZEN)
				KUNIT_EXPECT_TRUE(test, event == CDISC_EVENT_UNFREEZE ||
						  event == CDISC_EVENT_UNFREEZE_COLD);
		}
	}
}

#define MS	1000000LL
#define SEC	1000000000LL

struct class {
	const char			*name;
	struct cdisc_policy_limits	lim;
	enum clockdisc_state		state;
	s64				offset_ns;
	s64				since_ns;
	bool				is_first;
	enum cdisc_policy_event		event;
};

#define NTPD		{ .step_ns = 128 * MS, .stepout_ns = 300 * SEC, .panic_ns = 1000 * SEC }
#define NTPD_G		{ .step_ns = 128 * MS, .stepout_ns = 300 * SEC, .panic_ns = 1000 * SEC, .panic_once = true }
#define NEVER		{ .stepout_ns = 300 * SEC }
#define AT_ONCE		{ .step_ns = 128 * MS }

static const struct class classes[] = {
	{ "at the threshold", NTPD, SYNC, 128 * MS, 0, false, CDISC_EVENT_SMALL },
	{ "past the threshold", NTPD, SYNC, 128 * MS + 1, 0, false, CDISC_EVENT_LARGE },
	{ "past it, backwards", NTPD, SYNC, -128 * MS - 1, 0, false, CDISC_EVENT_LARGE },
	{ "in SYNC for long is no stepout", NTPD, SYNC, SEC, 4000 * SEC, false, CDISC_EVENT_LARGE },
	{ "just before the stepout", NTPD, SPIKE, SEC, 300 * SEC - 1, false, CDISC_EVENT_LARGE },
	{ "at the stepout", NTPD, SPIKE, SEC, 300 * SEC, false, CDISC_EVENT_LARGE_LATE },
	{ "frequency measured for long enough", NTPD, FREQ, 0, 300 * SEC, false, CDISC_EVENT_SMALL_LATE },
	{ "at the panic threshold", NTPD, SYNC, 1000 * SEC, 0, false, CDISC_EVENT_LARGE },
	{ "past the panic threshold", NTPD, SYNC, 1000 * SEC + 1, 0, false, CDISC_EVENT_PANIC },
	{ "past it, backwards", NTPD, SYNC, -1000 * SEC - 1, 0, false, CDISC_EVENT_PANIC },
	{ "ntpd -g, first", NTPD_G, UNSET, 5000 * SEC, 0, true, CDISC_EVENT_LARGE },
	{ "ntpd -g, second", NTPD_G, SYNC, 5000 * SEC, 0, false, CDISC_EVENT_PANIC },
	{ "step 0 and panic 0", NEVER, SYNC, S64_MIN, 0, false, CDISC_EVENT_SMALL },
	{ "stepout 0", AT_ONCE, SYNC, SEC, 0, false, CDISC_EVENT_LARGE_LATE },
};

static void policy_classes(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		const struct class *c = &classes[i];

		KUNIT_EXPECT_EQ_MSG(test, (int)cdisc_policy_event(&c->lim, c->state, c->offset_ns, c->since_ns,
								  c->is_first),
				    (int)c->event, "%s", c->name);
	}
}

static struct kunit_case policy_cases[] = {
	KUNIT_CASE(policy_every_state_and_event),
	KUNIT_CASE(policy_steps_only_where_allowed),
	KUNIT_CASE(policy_classes),
	{}
};

static struct kunit_suite policy_suite = {
	.name = "clockdisc-policy",
	.test_cases = policy_cases,
};

kunit_test_suite(policy_suite);
