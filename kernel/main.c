// SPDX-License-Identifier: GPL-2.0
/*
 * Parameters, and the way in and out of the module.
 */
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "counter.h"
#include "engine.h"
#include "ksyms.h"
#include "netlink.h"

#define CDISC_VERSION	"0.1.0"

static char *actuator = "auto";
module_param(actuator, charp, 0444);
MODULE_PARM_DESC(actuator,
		 "What moves the clock: auto (the default: timekeeper where it can be had, else observe), timekeeper, observe");

static char *preset = "";
module_param(preset, charp, 0444);
MODULE_PARM_DESC(preset,
		 "Policy to start with: ntpd (the default, but host in a guest whose host tells its time), ntpd-x, ntpd-g, chrony-start, chrony-always, vmtools, monotonic, host");

static char *conflict_daemon = "yield";
module_param(conflict_daemon, charp, 0444);
MODULE_PARM_DESC(conflict_daemon,
		 "What to do about a time daemon that moves the clock, or runs already: yield (the default), reassert, alarm");

/* When the sources were last changed, s since 1970, from Kbuild: it has been later than that already. */
#ifndef CDISC_BUILT_SEC
#define CDISC_BUILT_SEC	0
#endif

static struct cdisc_engine *engine;

/* The actuator that the parameter asks for and why, or NULL when it cannot be had. */
static const struct cdisc_actuator_ops *choose_actuator(const char **reason)
{
	const char *why = cdisc_ksyms_why();

	if (!strcmp(actuator, "observe")) {
		*reason = "asked for when the module was loaded";
		return &cdisc_actuator_observe;
	}
	if (!strcmp(actuator, "timekeeper")) {
		*reason = why ? why : "asked for when the module was loaded";
		return why ? NULL : &cdisc_actuator_timekeeper;
	}
	if (!strcmp(actuator, "auto")) {
		*reason = why ? why : "do_adjtimex() can be reached";
		return why ? &cdisc_actuator_observe : &cdisc_actuator_timekeeper;
	}
	*reason = "actuator must be auto, timekeeper or observe";
	return NULL;
}

/* Return: whether the preset that the parameter asks for, if any, is there. */
static bool choose_preset(void)
{
	enum clockdisc_preset number = cdisc_preset_by_name(preset);

	engine->preset = cdisc_preset_find(number);
	return !*preset || engine->preset;
}

/* Return: whether there is such a thing to do. */
static bool choose_conflict(void)
{
	static const char * const names[] = {
		[CLOCKDISC_CONFLICT_YIELD]	= "yield",
		[CLOCKDISC_CONFLICT_REASSERT]	= "reassert",
		[CLOCKDISC_CONFLICT_ALARM]	= "alarm",
	};
	enum clockdisc_conflict i;

	cdisc_arbiter_defaults(&engine->conflict);
	for (i = CLOCKDISC_CONFLICT_YIELD; i <= CLOCKDISC_CONFLICT_ALARM; i++) {
		if (strcmp(conflict_daemon, names[i]))
			continue;
		engine->conflict.conflict_daemon = i;
		return true;
	}
	return false;
}

static int start_engine(void)
{
	const char *reason;
	const struct cdisc_actuator_ops *ops = choose_actuator(&reason);
	int err;

	if (!ops) {
		pr_err("clockdisc: actuator=%s: %s\n", actuator, reason);
		return -EINVAL;
	}
	engine->floor_real_ns = CDISC_BUILT_SEC * CDISC_NSEC_PER_SEC;
	if (!choose_preset()) {
		pr_err("clockdisc: preset=%s: there is no such preset; modinfo clockdisc lists them\n", preset);
		return -EINVAL;
	}
	if (!choose_conflict()) {
		pr_err("clockdisc: conflict_daemon=%s: it must be yield, reassert or alarm\n", conflict_daemon);
		return -EINVAL;
	}
	err = cdisc_engine_init(engine, ops, reason, &cdisc_netlink_listener);
	if (err) {
		pr_err("clockdisc: the %s actuator cannot take over the clock (%d)\n", ops->name, err);
		return err;
	}
	pr_info("clockdisc: " CDISC_VERSION ", actuator %s: %s\n", ops->name, reason);
	return 0;
}

static int __init cdisc_init(void)
{
	int err;

	engine = kvzalloc(sizeof(*engine), GFP_KERNEL);
	if (!engine)
		return -ENOMEM;
	cdisc_ksyms_init();
	cdisc_counter_init();
	err = start_engine();
	if (err)
		goto err_counter;
	err = cdisc_netlink_init(engine);
	if (err)
		goto err_engine;
	err = cdisc_page_show(&engine->page);
	if (err)
		goto err_netlink;
	return 0;

err_netlink:
	cdisc_netlink_exit();
err_engine:
	cdisc_engine_exit(engine);
err_counter:
	cdisc_counter_exit();
	cdisc_ksyms_exit();
	kvfree(engine);
	return err;
}

static void __exit cdisc_exit(void)
{
	cdisc_page_hide(&engine->page);
	cdisc_netlink_exit();
	cdisc_engine_exit(engine);
	cdisc_counter_exit();
	cdisc_ksyms_exit();
	kvfree(engine);
}

module_init(cdisc_init);
module_exit(cdisc_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Discipline of the system clock");
MODULE_VERSION(CDISC_VERSION);
