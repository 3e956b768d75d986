// SPDX-License-Identifier: GPL-2.0
/*
 * Who tells that the clock was interrupted: the virtual machine's generation, the power management, the page that the
 * hypervisor shares with the guest.
 *
 * The first two are told in process context, early: the generation by the ACPI event that comes with the first instructions after
 * a restore, the resume before user space is thawed. The page is looked at by every tick, of which the first comes as
 * soon as a stopped guest goes on: one word is read, and nothing else happens while it stays the same. A mask collects
 * the causes, the engine's worker does the rest.
 */
#include "interruption.h"

#include <linux/module.h>
#include <linux/pvclock_gtod.h>
#include <linux/random.h>
#include <linux/suspend.h>

#include "source_host.h"

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

/* Context: the timekeeper's write section, interrupts off, at every tick. Reads no clock, wakes nobody. */
static int gtod_notify(struct notifier_block *nb, unsigned long was_set, void *priv)
{
	struct cdisc_interruption *i = container_of(nb, struct cdisc_interruption, gtod);
	u32 version = READ_ONCE(*i->page->version);

	if (likely(version == i->version))
		return NOTIFY_DONE;
	i->version = version;
	atomic_or(CLOCKDISC_INTERRUPTION_HOST_PAGE, &i->hints);
	if (READ_ONCE(*i->page->flags) & i->page->stopped)
		atomic_or(CLOCKDISC_INTERRUPTION_GUEST_STOPPED, &i->hints);
	irq_work_queue(&i->irq_work);
	return NOTIFY_DONE;
}

static void page_changed(struct irq_work *work)
{
	struct cdisc_interruption *i = container_of(work, struct cdisc_interruption, irq_work);

	i->kick(i->arg);
}

void cdisc_interruption_watch(struct cdisc_interruption *i, const struct cdisc_host_page *page)
{
	i->version = READ_ONCE(*page->version);
	i->page = page;
	init_irq_work(&i->irq_work, page_changed);
	i->gtod.notifier_call = gtod_notify;
	pvclock_gtod_register_notifier(&i->gtod);
}

static void unwatch(struct cdisc_interruption *i)
{
	pvclock_gtod_unregister_notifier(&i->gtod);
	irq_work_sync(&i->irq_work);
	i->page = NULL;
}

int cdisc_interruption_init(struct cdisc_interruption *i, void (*kick)(void *arg), void *arg)
{
	int err;

	atomic_set(&i->causes, 0);
	atomic_set(&i->hints, 0);
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
	if (i->page)
		unwatch(i);
	if (i->has_vmfork)
		unregister_vmfork(&i->vmfork);
	unregister_pm_notifier(&i->pm);
}

u32 cdisc_interruption_take(struct cdisc_interruption *i)
{
	return atomic_xchg(&i->causes, 0);
}

bool cdisc_interruption_is_pending(const struct cdisc_interruption *i)
{
	return atomic_read(&i->causes) || atomic_read(&i->hints);
}

u32 cdisc_interruption_hints(struct cdisc_interruption *i)
{
	return atomic_xchg(&i->hints, 0);
}
