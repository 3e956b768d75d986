// SPDX-License-Identifier: GPL-2.0
/*
 * Who tells that the clock was interrupted: the virtual machine's generation and the power management.
 *
 * Both are told in process context, early: the generation by the ACPI event that comes with the first instructions after
 * a restore, the resume before user space is thawed. A mask collects the causes, the engine's worker does the rest.
 */
#include "interruption.h"

#include <linux/module.h>
#include <linux/random.h>
#include <linux/suspend.h>

#include <linux/clockdisc.h>

static void tell(struct cdisc_interruption *i, u32 cause)
{
	atomic_or(cause, &i->causes);
	i->kick(i->arg);
}

static int vmfork_notify(struct notifier_block *nb, unsigned long action, void *data)
{
	tell(container_of(nb, struct cdisc_interruption, vmfork), CLOCKDISC_INTERRUPTION_VM_GENERATION);
	return NOTIFY_DONE;
}

static int pm_notify(struct notifier_block *nb, unsigned long action, void *data)
{
	if (action == PM_POST_SUSPEND || action == PM_POST_HIBERNATION || action == PM_POST_RESTORE)
		tell(container_of(nb, struct cdisc_interruption, pm), CLOCKDISC_INTERRUPTION_RESUME);
	return NOTIFY_DONE;
}

/* Kernels are built with and without CONFIG_VMGENID; the notifier is looked up so that one module fits both. */
static bool register_vmfork(struct notifier_block *nb)
{
	typeof(&register_random_vmfork_notifier) fn = symbol_get(register_random_vmfork_notifier);
	int err;

	if (!fn)
		return false;
	err = fn(nb);
	symbol_put(register_random_vmfork_notifier);
	return !err;
}

static void unregister_vmfork(struct notifier_block *nb)
{
	typeof(&unregister_random_vmfork_notifier) fn = symbol_get(unregister_random_vmfork_notifier);

	if (fn) {
		fn(nb);
		symbol_put(unregister_random_vmfork_notifier);
	}
}

int cdisc_interruption_init(struct cdisc_interruption *i, void (*kick)(void *arg), void *arg)
{
	int err;

	atomic_set(&i->causes, 0);
	i->kick = kick;
	i->arg = arg;
	i->vmfork.notifier_call = vmfork_notify;
	i->pm.notifier_call = pm_notify;
	err = register_pm_notifier(&i->pm);
	if (err)
		return err;
	i->has_vmfork = register_vmfork(&i->vmfork);
	return 0;
}

void cdisc_interruption_exit(struct cdisc_interruption *i)
{
	if (i->has_vmfork)
		unregister_vmfork(&i->vmfork);
	unregister_pm_notifier(&i->pm);
}

u32 cdisc_interruption_take(struct cdisc_interruption *i)
{
	return atomic_xchg(&i->causes, 0);
}
