// SPDX-License-Identifier: GPL-2.0
/*
 * Presets: whole policies by familiar names.
 *
 * The tables in Documentation/policy.rst are printed from these. What the tools that they are named after do not know,
 * an interruption and a step by command, is the same in all of them unless it would break the preset's promise.
 */
#include "preset.h"

#define MS	1000000LL
#define SEC	CDISC_NSEC_PER_SEC

/* Smaller than any offset that anybody steps: every step is allowed. */
#define ANY_NS	1

/* The kernel's and ntpd's own limit; what chronyd does by default; half of a second's error in ten. */
#define SLEW_NTPD	500000
#define SLEW_CHRONY	83333333
#define SLEW_VMTOOLS	50000000

/* RFC 5905, section 11.3, STEPT and PANICT; the stepout is ntpd's since 4.2.8, RFC says 900 s. */
#define STEP_NTPD	(128 * MS)
#define PANIC_NTPD	(1000 * SEC)
#define STEPOUT_NTPD	(300 * SEC)

/*
 * An offset that need not last must be seen twice: chronyd sets nothing while its samples contradict each other. Shorter than
 * any interval between polls of a server, so that the next sample is enough.
 */
#define SEEN_TWICE	SEC

/* At once; less is not worth a step. Backward, what programs see a second time is kept short. */
#define RESTORE_FORWARD	1000
#define RESTORE_BACKWARD	SEC

/*
 * Nothing that is named after a tool has a budget: the tools have none, and an honest source that finds a guest paused again
 * and again is right each time. Where nothing is promised but a clock to rely on, one source moves it within a day by as much as
 * it could at once without a panic, all of them by twice as much. Slews are limited by their rate already: 43 s a day at 500 ppm.
 */
#define BUDGET_OF_STEPS	{ .source_step_ns = PANIC_NTPD, .step_ns = 2 * PANIC_NTPD }

#define ROW(forward, backward, stepout, panic, slew) \
	{ .forward_ns = forward, .backward_ns = backward, .stepout_ns = stepout, .panic_ns = panic, .slew_ppb = slew }

#define OPERATOR(slew) \
	[CLOCKDISC_CAUSE_OPERATOR] = ROW(ANY_NS, ANY_NS, 0, 0, slew)
#define RESTORE(slew) \
	[CLOCKDISC_CAUSE_RESTORE] = ROW(RESTORE_FORWARD, RESTORE_BACKWARD, 0, 0, slew)
/* The kernel may make it. Slewed, it leaves as much for slews beside it. */
#define LEAP(slew) \
	[CLOCKDISC_CAUSE_LEAP] = ROW(ANY_NS, ANY_NS, 0, 0, (slew) / 2)

/* Startup, and both causes that wait, with ntpd's limits. */
#define LIKE_NTPD(forward, backward) \
	[CLOCKDISC_CAUSE_STARTUP] = ROW(forward, backward, 0, PANIC_NTPD, SLEW_NTPD), \
	STEADY_NTPD(forward, backward)
#define STEADY_NTPD(forward, backward) \
	[CLOCKDISC_CAUSE_DRIFT] = ROW(forward, backward, STEPOUT_NTPD, PANIC_NTPD, SLEW_NTPD), \
	[CLOCKDISC_CAUSE_SOURCE] = ROW(forward, backward, STEPOUT_NTPD, PANIC_NTPD, SLEW_NTPD)

/* No panic; after startup no steps unless they are named, with their stepout. */
#define LIKE_CHRONY(step, later, stepout) \
	[CLOCKDISC_CAUSE_STARTUP] = ROW(step, step, 0, 0, SLEW_CHRONY), \
	[CLOCKDISC_CAUSE_DRIFT] = ROW(later, later, stepout, 0, SLEW_CHRONY), \
	[CLOCKDISC_CAUSE_SOURCE] = ROW(later, later, stepout, 0, SLEW_CHRONY), \
	RESTORE(SLEW_CHRONY), OPERATOR(SLEW_CHRONY), LEAP(SLEW_CHRONY)

static const struct cdisc_preset presets[] = {
	[CLOCKDISC_PRESET_NTPD] = {
		.name = "ntpd", .familiar = "ntpd",
		.policy = {
			.row = { LIKE_NTPD(STEP_NTPD, STEP_NTPD), RESTORE(SLEW_NTPD), OPERATOR(SLEW_NTPD), LEAP(SLEW_NTPD) },
			.startup_updates = 1,
			.leap_mode = CLOCKDISC_LEAP_MODE_KERNEL,
		},
	},
	[CLOCKDISC_PRESET_NTPD_X] = {
		.name = "ntpd-x", .familiar = "ntpd -x",
		.policy = {
			.row = {
				LIKE_NTPD(600 * SEC, 600 * SEC), OPERATOR(SLEW_NTPD), LEAP(SLEW_NTPD),
				[CLOCKDISC_CAUSE_RESTORE] = ROW(600 * SEC, 600 * SEC, 0, 0, SLEW_NTPD),
			},
			.startup_updates = 1,
			.leap_mode = CLOCKDISC_LEAP_MODE_KERNEL,
		},
	},
	[CLOCKDISC_PRESET_NTPD_G] = {
		.name = "ntpd-g", .familiar = "ntpd -g",
		.policy = {
			.row = { LIKE_NTPD(STEP_NTPD, STEP_NTPD), RESTORE(SLEW_NTPD), OPERATOR(SLEW_NTPD), LEAP(SLEW_NTPD) },
			.startup_updates = 1,
			.leap_mode = CLOCKDISC_LEAP_MODE_KERNEL,
			.panic_once = true,
		},
	},
	[CLOCKDISC_PRESET_CHRONY_START] = {
		.name = "chrony-start", .familiar = "chrony makestep 1.0 3",
		.policy = {
			.row = { LIKE_CHRONY(SEC, 0, 0) },
			.startup_updates = 3,
			.leap_mode = CLOCKDISC_LEAP_MODE_KERNEL,
		},
	},
	[CLOCKDISC_PRESET_CHRONY_ALWAYS] = {
		.name = "chrony-always", .familiar = "chrony makestep 0.1 -1",
		.policy = {
			.row = { LIKE_CHRONY(100 * MS, 100 * MS, SEEN_TWICE) },
			.startup_updates = 1,
			.leap_mode = CLOCKDISC_LEAP_MODE_KERNEL,
		},
	},
	[CLOCKDISC_PRESET_VMTOOLS] = {
		.name = "vmtools", .familiar = "vmtools",
		.policy = {
			.row = {
				[CLOCKDISC_CAUSE_STARTUP] = ROW(SEC, 0, 0, 0, SLEW_VMTOOLS),
				[CLOCKDISC_CAUSE_DRIFT] = ROW(SEC, 0, SEEN_TWICE, 0, SLEW_VMTOOLS),
				[CLOCKDISC_CAUSE_SOURCE] = ROW(SEC, 0, SEEN_TWICE, 0, SLEW_VMTOOLS),
				[CLOCKDISC_CAUSE_RESTORE] = ROW(SEC, ANY_NS, 0, 0, SLEW_VMTOOLS),
				OPERATOR(SLEW_VMTOOLS), LEAP(SLEW_VMTOOLS),
			},
			.startup_updates = 1,
			.leap_mode = CLOCKDISC_LEAP_MODE_KERNEL,
		},
	},
	/* Least steps of a millisecond: where do_adjtimex() cannot be reached, what was read is set, some microseconds late. */
	[CLOCKDISC_PRESET_MONOTONIC] = {
		.name = "monotonic", .familiar = "monotonic",
		.policy = {
			.row = {
				LIKE_NTPD(STEP_NTPD, 0),
				[CLOCKDISC_CAUSE_RESTORE] = ROW(MS, 0, 0, 0, SLEW_NTPD),
				[CLOCKDISC_CAUSE_OPERATOR] = ROW(MS, 0, 0, 0, SLEW_NTPD),
				[CLOCKDISC_CAUSE_LEAP] = ROW(0, 0, 0, 0, SLEW_NTPD / 2),
			},
			.budget = BUDGET_OF_STEPS,
			.startup_updates = 1,
			.leap_mode = CLOCKDISC_LEAP_MODE_SLEW,
		},
	},
	[CLOCKDISC_PRESET_HOST] = {
		.name = "host", .familiar = "host",
		.policy = {
			.row = {
				[CLOCKDISC_CAUSE_STARTUP] = ROW(RESTORE_FORWARD, RESTORE_BACKWARD, 0, 0, SLEW_NTPD),
				STEADY_NTPD(STEP_NTPD, STEP_NTPD), RESTORE(SLEW_NTPD), OPERATOR(SLEW_NTPD),
				LEAP(SLEW_NTPD),
			},
			.budget = BUDGET_OF_STEPS,
			.startup_updates = 1,
			.leap_mode = CLOCKDISC_LEAP_MODE_KERNEL,
		},
	},
};

const struct cdisc_preset *cdisc_preset_find(enum clockdisc_preset preset)
{
	if ((size_t)preset >= ARRAY_SIZE(presets) || !presets[preset].name)
		return NULL;
	return &presets[preset];
}

enum clockdisc_preset cdisc_preset_by_name(const char *name)
{
	enum clockdisc_preset preset;
	const struct cdisc_preset *p;

	for (preset = CLOCKDISC_PRESET_CUSTOM + 1; (p = cdisc_preset_find(preset)); preset++)
		if (!strcmp(name, p->name) || !strcmp(name, p->familiar))
			return preset;
	return 0;
}

static bool is_same_row(const struct cdisc_policy_row *a, const struct cdisc_policy_row *b)
{
	return a->forward_ns == b->forward_ns && a->backward_ns == b->backward_ns && a->stepout_ns == b->stepout_ns &&
	       a->panic_ns == b->panic_ns && a->slew_ppb == b->slew_ppb;
}

static bool is_same_budget(const struct cdisc_policy_budget *a, const struct cdisc_policy_budget *b)
{
	return a->step_ns == b->step_ns && a->slew_ns == b->slew_ns && a->source_step_ns == b->source_step_ns &&
	       a->source_slew_ns == b->source_slew_ns;
}

static bool is_same(const struct cdisc_policy *a, const struct cdisc_policy *b)
{
	enum clockdisc_cause cause;

	for (cause = CLOCKDISC_CAUSE_STARTUP; cause < CDISC_CAUSE_COUNT; cause++)
		if (!is_same_row(&a->row[cause], &b->row[cause]))
			return false;
	return is_same_budget(&a->budget, &b->budget) && a->startup_updates == b->startup_updates && a->panic_once == b->panic_once &&
	       a->leap_mode == b->leap_mode;
}

enum clockdisc_preset cdisc_preset_of(const struct cdisc_policy *p)
{
	enum clockdisc_preset preset;
	const struct cdisc_preset *one;

	for (preset = CLOCKDISC_PRESET_CUSTOM + 1; (one = cdisc_preset_find(preset)); preset++)
		if (is_same(p, &one->policy))
			return preset;
	return CLOCKDISC_PRESET_CUSTOM;
}
