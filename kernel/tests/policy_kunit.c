// SPDX-License-Identifier: GPL-2.0
/*
 * Every state, every event: what comes next and what is done on the way; and into which class an offset falls.
 */
#include <kunit/test.h>

#include "core/preset.h"

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
	struct cdisc_policy_row		row;
	enum clockdisc_state		state;
	s64				offset_ns;
	s64				since_ns;
	bool				may_panic;
	enum cdisc_policy_event		event;
};

#define NTPD		{ .forward_ns = 128 * MS, .backward_ns = 128 * MS, .stepout_ns = 300 * SEC, .panic_ns = 1000 * SEC }
#define NEVER		{ .stepout_ns = 300 * SEC }
#define AT_ONCE		{ .forward_ns = 128 * MS, .backward_ns = 128 * MS }
#define SEEN_TWICE	{ .forward_ns = 128 * MS, .backward_ns = 128 * MS, .stepout_ns = SEC }
#define FORWARD		{ .forward_ns = 128 * MS, .stepout_ns = 300 * SEC }
#define BACKWARD	{ .backward_ns = SEC }

static const struct class classes[] = {
	{ "at the threshold", NTPD, SYNC, 128 * MS, 0, true, CDISC_EVENT_SMALL },
	{ "past the threshold", NTPD, SYNC, 128 * MS + 1, 0, true, CDISC_EVENT_LARGE },
	{ "past it, backwards", NTPD, SYNC, -128 * MS - 1, 0, true, CDISC_EVENT_LARGE },
	{ "in SYNC for long is no stepout", NTPD, SYNC, SEC, 4000 * SEC, true, CDISC_EVENT_LARGE },
	{ "just before the stepout", NTPD, SPIKE, SEC, 300 * SEC - 1, true, CDISC_EVENT_LARGE },
	{ "at the stepout", NTPD, SPIKE, SEC, 300 * SEC, true, CDISC_EVENT_LARGE_LATE },
	{ "frequency measured for long enough", NTPD, FREQ, 0, 300 * SEC, true, CDISC_EVENT_SMALL_LATE },
	{ "at the panic threshold", NTPD, SYNC, 1000 * SEC, 0, true, CDISC_EVENT_LARGE },
	{ "past the panic threshold", NTPD, SYNC, 1000 * SEC + 1, 0, true, CDISC_EVENT_PANIC },
	{ "past it, backwards", NTPD, SYNC, -1000 * SEC - 1, 0, true, CDISC_EVENT_PANIC },
	{ "let past it once", NTPD, UNSET, 5000 * SEC, 0, false, CDISC_EVENT_LARGE },
	{ "step 0 and panic 0", NEVER, SYNC, S64_MIN, 0, true, CDISC_EVENT_SMALL },
	{ "stepout 0", AT_ONCE, SYNC, SEC, 0, true, CDISC_EVENT_LARGE_LATE },
	{ "stepout 0, frequency just begun", AT_ONCE, FREQ, 0, SEC, true, CDISC_EVENT_SMALL },
	{ "stepout 0, frequency measured for long enough", AT_ONCE, FREQ, 0, 300 * SEC, true, CDISC_EVENT_SMALL_LATE },
	{ "short stepout, seen for the first time", SEEN_TWICE, SYNC, SEC, 4000 * SEC, true, CDISC_EVENT_LARGE },
	{ "short stepout, seen twice", SEEN_TWICE, SPIKE, SEC, 2 * SEC, true, CDISC_EVENT_LARGE_LATE },
	{ "short stepout, frequency just begun", SEEN_TWICE, FREQ, 0, 2 * SEC, true, CDISC_EVENT_SMALL },
	{ "forward only, forward", FORWARD, SYNC, SEC, 0, true, CDISC_EVENT_LARGE },
	{ "forward only, backward", FORWARD, SYNC, S64_MIN, 0, true, CDISC_EVENT_SMALL },
	{ "backward only, forward", BACKWARD, SYNC, S64_MAX, 0, true, CDISC_EVENT_SMALL },
	{ "backward only, backward", BACKWARD, SYNC, -2 * SEC, 0, true, CDISC_EVENT_LARGE_LATE },
};

static void policy_classes(struct kunit *test)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		const struct class *c = &classes[i];

		KUNIT_EXPECT_EQ_MSG(test, (int)cdisc_policy_event(&c->row, c->state, c->offset_ns, c->since_ns,
								  c->may_panic),
				    (int)c->event, "%s", c->name);
	}
}

/*
 * What each preset does about an offset of 0.05, 0.3, 5, 700 and 5000 s, forward and backward: s slews, S steps,
 * . waits, F freezes. @start: found first; @first: found by a clock that was right; @later: the same, a stepout later;
 * @restore: found after an interruption.
 */
static const struct {
	enum clockdisc_preset	preset;
	const char		*start[2];
	const char		*first[2];
	const char		*later[2];
	const char		*restore[2];
} outcomes[] = {
	{ CLOCKDISC_PRESET_NTPD, { "sSSSF", "sSSSF" }, { "s....", "s...." }, { "sSSSF", "sSSSF" }, { "SSSSS", "ssSSS" } },
	{ CLOCKDISC_PRESET_NTPD_X, { "sssSF", "sssSF" }, { "sss..", "sss.." }, { "sssSF", "sssSF" }, { "sssSS", "sssSS" } },
	{ CLOCKDISC_PRESET_NTPD_G, { "sSSSS", "sSSSS" }, { "s....", "s...." }, { "sSSSF", "sSSSF" }, { "SSSSS", "ssSSS" } },
	{ CLOCKDISC_PRESET_CHRONY_START, { "ssSSS", "ssSSS" }, { "sssss", "sssss" }, { "sssss", "sssss" }, { "SSSSS", "ssSSS" } },
	{ CLOCKDISC_PRESET_CHRONY_ALWAYS, { "sSSSS", "sSSSS" }, { "s....", "s...." }, { "sSSSS", "sSSSS" }, { "SSSSS", "ssSSS" } },
	{ CLOCKDISC_PRESET_VMTOOLS, { "ssSSS", "sssss" }, { "ss...", "sssss" }, { "ssSSS", "sssss" }, { "ssSSS", "SSSSS" } },
	{ CLOCKDISC_PRESET_MONOTONIC, { "sSSSF", "ssssF" }, { "s....", "ssss." }, { "sSSSF", "ssssF" }, { "SSSSS", "sssss" } },
	{ CLOCKDISC_PRESET_HOST, { "SSSSS", "ssSSS" }, { "s....", "s...." }, { "sSSSF", "sSSSF" }, { "SSSSS", "ssSSS" } },
};

static char outcome(const struct cdisc_policy *p, enum clockdisc_cause cause, enum clockdisc_state state, s64 offset_ns,
		    s64 since_ns)
{
	bool may_panic = !(p->panic_once && cause == CLOCKDISC_CAUSE_STARTUP);
	u32 actions;

	cdisc_policy_next(state, cdisc_policy_event(&p->row[cause], state, offset_ns, since_ns, may_panic), &actions);
	return actions & S ? 'S' : actions & P ? 'F' : actions & (M | U) ? 's' : '.';
}

static void check_outcomes(struct kunit *test, const char *what, const char *const *wanted, const struct cdisc_preset *p,
			   enum clockdisc_cause cause, enum clockdisc_state state, s64 since_ns)
{
	static const s64 offsets_ns[] = { 50 * MS, 300 * MS, 5 * SEC, 700 * SEC, 5000 * SEC };
	char got[ARRAY_SIZE(offsets_ns) + 1] = "";
	int is_back;
	size_t i;

	for (is_back = 0; is_back < 2; is_back++) {
		for (i = 0; i < ARRAY_SIZE(offsets_ns); i++)
			got[i] = outcome(&p->policy, cause, state, is_back ? -offsets_ns[i] : offsets_ns[i], since_ns);
		KUNIT_EXPECT_TRUE_MSG(test, !strcmp(got, wanted[is_back]), "%s, %s, %s: %s, wanted %s", p->familiar, what,
				      is_back ? "backward" : "forward", got, wanted[is_back]);
	}
}

static void policy_presets_do_as_they_are_named(struct kunit *test)
{
	size_t i;

	/* One row for each, custom aside. */
	KUNIT_EXPECT_EQ(test, ARRAY_SIZE(outcomes), (size_t)(CLOCKDISC_PRESET_HOST - CLOCKDISC_PRESET_CUSTOM));
	for (i = 0; i < ARRAY_SIZE(outcomes); i++) {
		const struct cdisc_preset *p = cdisc_preset_find(outcomes[i].preset);

		KUNIT_ASSERT_NOT_NULL(test, p);
		check_outcomes(test, "at the start", outcomes[i].start, p, CLOCKDISC_CAUSE_STARTUP, UNSET, 0);
		check_outcomes(test, "with a known frequency", outcomes[i].start, p, CLOCKDISC_CAUSE_STARTUP, FSET, 0);
		check_outcomes(test, "first", outcomes[i].first, p, CLOCKDISC_CAUSE_DRIFT, SYNC, 4000 * SEC);
		check_outcomes(test, "after holdover", outcomes[i].first, p, CLOCKDISC_CAUSE_DRIFT, HOLDOVER, 4000 * SEC);
		check_outcomes(test, "of another source", outcomes[i].first, p, CLOCKDISC_CAUSE_SOURCE, SYNC, 4000 * SEC);
		check_outcomes(test, "later", outcomes[i].later, p, CLOCKDISC_CAUSE_DRIFT, SPIKE, 300 * SEC);
		check_outcomes(test, "restored", outcomes[i].restore, p, CLOCKDISC_CAUSE_RESTORE, SYNC, 4000 * SEC);
	}
}

static void policy_presets_are_sound(struct kunit *test)
{
	enum clockdisc_preset preset;
	enum clockdisc_cause cause;

	for (preset = CLOCKDISC_PRESET_NTPD; preset <= CLOCKDISC_PRESET_HOST; preset++) {
		const struct cdisc_preset *p = cdisc_preset_find(preset);
		struct cdisc_policy changed = p->policy;

		KUNIT_EXPECT_TRUE_MSG(test, cdisc_policy_is_ordered(&p->policy), "%s", p->name);
		KUNIT_EXPECT_TRUE_MSG(test, cdisc_policy_has_leap_step(&p->policy), "%s", p->name);
		KUNIT_EXPECT_TRUE_MSG(test, cdisc_policy_has_leap_room(&p->policy), "%s", p->name);
		KUNIT_EXPECT_EQ_MSG(test, (int)cdisc_preset_of(&p->policy), (int)preset, "%s", p->name);
		KUNIT_EXPECT_EQ_MSG(test, (int)cdisc_preset_by_name(p->name), (int)preset, "%s", p->name);
		KUNIT_EXPECT_EQ_MSG(test, (int)cdisc_preset_by_name(p->familiar), (int)preset, "%s", p->name);
		for (cause = CLOCKDISC_CAUSE_STARTUP; cause < CDISC_CAUSE_COUNT; cause++) {
			KUNIT_EXPECT_GT(test, p->policy.row[cause].slew_ppb, 0u);
			KUNIT_EXPECT_TRUE(test, cdisc_policy_has_stepout(cause) || !p->policy.row[cause].stepout_ns);
			KUNIT_EXPECT_TRUE(test, cdisc_policy_has_panic(cause) || !p->policy.row[cause].panic_ns);
		}
		changed.row[CLOCKDISC_CAUSE_SOURCE].slew_ppb++;
		KUNIT_EXPECT_EQ_MSG(test, (int)cdisc_preset_of(&changed), (int)CLOCKDISC_PRESET_CUSTOM, "%s", p->name);
	}
	KUNIT_EXPECT_TRUE(test, !cdisc_preset_find(CLOCKDISC_PRESET_CUSTOM));
	KUNIT_EXPECT_TRUE(test, !cdisc_preset_find(CLOCKDISC_PRESET_HOST + 1));
	KUNIT_EXPECT_EQ(test, (int)cdisc_preset_by_name("custom"), 0);
}

/* The shorthands are ntpd's words: they leave what ntpd does not know alone. */
static void policy_shorthands(struct kunit *test)
{
	struct cdisc_policy p = cdisc_preset_find(CLOCKDISC_PRESET_NTPD)->policy;

	cdisc_policy_set_step(&p, 600 * SEC);
	KUNIT_EXPECT_EQ(test, p.row[CLOCKDISC_CAUSE_STARTUP].backward_ns, 600 * SEC);
	KUNIT_EXPECT_EQ(test, p.row[CLOCKDISC_CAUSE_SOURCE].forward_ns, 600 * SEC);
	KUNIT_EXPECT_EQ(test, p.row[CLOCKDISC_CAUSE_RESTORE].backward_ns, SEC);
	KUNIT_EXPECT_EQ(test, p.row[CLOCKDISC_CAUSE_OPERATOR].backward_ns, 1LL);
	cdisc_policy_set_stepout(&p, 900 * SEC);
	KUNIT_EXPECT_EQ(test, p.row[CLOCKDISC_CAUSE_DRIFT].stepout_ns, 900 * SEC);
	KUNIT_EXPECT_EQ(test, p.row[CLOCKDISC_CAUSE_STARTUP].stepout_ns, 0LL);
	KUNIT_EXPECT_TRUE(test, cdisc_policy_is_ordered(&p));
	cdisc_policy_set_panic(&p, 600 * SEC);
	KUNIT_EXPECT_FALSE(test, cdisc_policy_is_ordered(&p));
	cdisc_policy_set_panic(&p, 0);
	KUNIT_EXPECT_TRUE(test, cdisc_policy_is_ordered(&p));
	KUNIT_EXPECT_EQ(test, p.row[CLOCKDISC_CAUSE_RESTORE].panic_ns, 0LL);
	cdisc_policy_set_slew(&p, 7);
	KUNIT_EXPECT_EQ(test, p.row[CLOCKDISC_CAUSE_OPERATOR].slew_ppb, 7u);
	KUNIT_EXPECT_EQ(test, p.row[CLOCKDISC_CAUSE_LEAP].slew_ppb, 3u);
	cdisc_policy_set_slew(&p, 1);
	KUNIT_EXPECT_EQ(test, p.row[CLOCKDISC_CAUSE_LEAP].slew_ppb, 1u);
	p.leap_mode = CLOCKDISC_LEAP_MODE_SLEW;
	KUNIT_EXPECT_TRUE(test, cdisc_policy_has_leap_room(&p));
}

#define KERNEL	CLOCKDISC_LEAP_MODE_KERNEL
#define SLEW	CLOCKDISC_LEAP_MODE_SLEW
#define COSINE	CLOCKDISC_LEAP_MODE_SMEAR_COSINE

/* Whom the row of leap seconds leaves them to, each kind by its direction; the permissions are those of monotonic and ntpd. */
static void policy_leap_modes(struct kunit *test)
{
	static const struct {
		enum clockdisc_leap_mode	mode;
		s64				forward_ns;
		s64				backward_ns;
		enum clockdisc_leap_mode	inserted;
		enum clockdisc_leap_mode	deleted;
		bool				is_refused;
	} c[] = {
		{ KERNEL, 1, 1, KERNEL, KERNEL, false },
		{ KERNEL, 1, 0, SLEW, KERNEL, false },
		{ KERNEL, 0, 1, KERNEL, SLEW, false },
		{ KERNEL, 0, 0, SLEW, SLEW, true },
		{ KERNEL, SEC, SEC, SLEW, SLEW, true },
		{ KERNEL, SEC - 1, SEC, SLEW, KERNEL, false },
		{ SLEW, 0, 0, SLEW, SLEW, false },
		{ SLEW, 1, 1, SLEW, SLEW, false },
		{ COSINE, 0, 1, COSINE, COSINE, false },
	};
	struct cdisc_policy p = cdisc_preset_find(CLOCKDISC_PRESET_NTPD)->policy;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(c); i++) {
		bool is_slewed = c[i].inserted == SLEW || c[i].deleted == SLEW;

		p.leap_mode = c[i].mode;
		p.row[CLOCKDISC_CAUSE_LEAP].forward_ns = c[i].forward_ns;
		p.row[CLOCKDISC_CAUSE_LEAP].backward_ns = c[i].backward_ns;
		p.row[CLOCKDISC_CAUSE_LEAP].slew_ppb = p.row[CLOCKDISC_CAUSE_DRIFT].slew_ppb;
		KUNIT_EXPECT_EQ_MSG(test, (int)cdisc_policy_leap_mode(&p, CLOCKDISC_LEAP_INSERT), (int)c[i].inserted, "%u", i);
		KUNIT_EXPECT_EQ_MSG(test, (int)cdisc_policy_leap_mode(&p, CLOCKDISC_LEAP_DELETE), (int)c[i].deleted, "%u", i);
		KUNIT_EXPECT_EQ_MSG(test, (int)cdisc_policy_leap_mode(&p, CLOCKDISC_LEAP_NONE), (int)c[i].mode, "%u", i);
		KUNIT_EXPECT_EQ_MSG(test, cdisc_policy_has_leap_step(&p), !c[i].is_refused, "%u", i);
		KUNIT_EXPECT_TRUE_MSG(test, cdisc_policy_has_leap_room(&p), "%u", i);
		p.row[CLOCKDISC_CAUSE_LEAP].slew_ppb++;
		KUNIT_EXPECT_EQ_MSG(test, cdisc_policy_has_leap_room(&p), !is_slewed, "%u", i);
	}
	p = cdisc_preset_find(CLOCKDISC_PRESET_MONOTONIC)->policy;
	KUNIT_EXPECT_EQ(test, (int)cdisc_policy_leap_mode(&p, CLOCKDISC_LEAP_INSERT), (int)SLEW);
	p.leap_mode = KERNEL;
	KUNIT_EXPECT_EQ(test, (int)cdisc_policy_leap_mode(&p, CLOCKDISC_LEAP_INSERT), (int)SLEW);
	KUNIT_EXPECT_FALSE(test, cdisc_policy_has_leap_step(&p));
}

static struct kunit_case policy_cases[] = {
	KUNIT_CASE(policy_every_state_and_event),
	KUNIT_CASE(policy_steps_only_where_allowed),
	KUNIT_CASE(policy_classes),
	KUNIT_CASE(policy_presets_do_as_they_are_named),
	KUNIT_CASE(policy_presets_are_sound),
	KUNIT_CASE(policy_shorthands),
	KUNIT_CASE(policy_leap_modes),
	{}
};

static struct kunit_suite policy_suite = {
	.name = "clockdisc-policy",
	.test_cases = policy_cases,
};

kunit_test_suite(policy_suite);
