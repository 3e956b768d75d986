// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel functions that are not exported, reached once at init or not at all.
 *
 * do_adjtimex(): not exported in 6.1 to 7.2. A kernel built with a one-line patch that exports it is asked first.
 * Otherwise a kprobe tells the address, and a static call makes it a direct call: an indirect one would fault
 * where entries are sealed for indirect branch tracking, and the address that a kprobe reports lies behind the
 * landing pad. Where static calls are indirect (no CONFIG_HAVE_STATIC_CALL) the address is not used.
 */
#include "ksyms.h"

#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/static_call.h>
#include <linux/timex.h>

DEFINE_STATIC_CALL_NULL(cdisc_adjtimex, do_adjtimex);

static bool is_symbol_held;
static const char *why = "do_adjtimex() has not been looked for";

static int (*adjtimex_exported(void))(struct __kernel_timex *)
{
	int (*fn)(struct __kernel_timex *) = symbol_get(do_adjtimex);

	is_symbol_held = fn;
	return fn;
}

#if IS_ENABLED(CONFIG_KPROBES)
static int (*adjtimex_by_kprobe(void))(struct __kernel_timex *)
{
	struct kprobe kp = { .symbol_name = "do_adjtimex" };
	int err;

	if (!IS_ENABLED(CONFIG_HAVE_STATIC_CALL)) {
		why = "do_adjtimex() is not exported and this architecture has no direct static calls";
		return NULL;
	}
	err = register_kprobe(&kp);
	if (err) {
		why = "do_adjtimex() is not exported and a kprobe does not find it";
		return NULL;
	}
	unregister_kprobe(&kp);
	return (int (*)(struct __kernel_timex *))kp.addr;
}
#else
static int (*adjtimex_by_kprobe(void))(struct __kernel_timex *)
{
	why = "do_adjtimex() is not exported and this kernel has no kprobes";
	return NULL;
}
#endif

void cdisc_ksyms_init(void)
{
	int (*fn)(struct __kernel_timex *) = adjtimex_exported();

	if (!fn)
		fn = adjtimex_by_kprobe();
	if (!fn)
		return;
	static_call_update(cdisc_adjtimex, fn);
	why = NULL;
}

const char *cdisc_ksyms_why(void)
{
	return why;
}

void cdisc_ksyms_exit(void)
{
	static_call_update(cdisc_adjtimex, NULL);
	if (is_symbol_held)
		symbol_put(do_adjtimex);
	is_symbol_held = false;
}

int cdisc_do_adjtimex(struct __kernel_timex *txc)
{
	return static_call(cdisc_adjtimex)(txc);
}
