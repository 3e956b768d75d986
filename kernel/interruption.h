/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who tells that the clock was interrupted: the virtual machine's generation, the power management, the page that the
 * hypervisor shares with the guest.
 *
 * What shows up in the timekeeper itself (CLOCK_BOOTTIME, another clocksource) is the timeline's to notice.
 */
#ifndef CDISC_INTERRUPTION_H
#define CDISC_INTERRUPTION_H

#include <linux/atomic.h>
#include <linux/irq_work.h>
#include <linux/notifier.h>

struct cdisc_host_page;

/**
 * struct cdisc_interruption - the witnesses
 * @causes:	set of CLOCKDISC_INTERRUPTION_* that were told of and not yet taken
 * @hints:	likewise, of what may be one: only the host's time can tell
 * @kick:	called in process or interrupt context when something was told
 * @arg:	handed to @kick
 * @vmfork:	told of a restored or copied virtual machine
 * @pm:		told of a resume
 * @has_vmfork:	@vmfork is registered
 * @page:	the hypervisor's page, NULL when none is watched
 * @version:	what it said last; the notifier's
 * @gtod:	runs at every tick, and at the first one after the guest was stopped
 * @irq_work:	what it raises
 */
struct cdisc_interruption {
	atomic_t		causes;
	atomic_t		hints;
	void			(*kick)(void *arg);
	void			*arg;
	struct notifier_block	vmfork;
	struct notifier_block	pm;
	bool			has_vmfork;
	const struct cdisc_host_page	*page;
	u32			version;
	struct notifier_block	gtod;
	struct irq_work		irq_work;
};

/**
 * cdisc_interruption_init() - start to listen
 * @i:	the witnesses
 * @kick: called when there is something to take
 * @arg: handed to @kick
 *
 * A kernel without VMGENID has one witness less, which is no error.
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno, with everything undone.
 */
int cdisc_interruption_init(struct cdisc_interruption *i, void (*kick)(void *arg), void *arg);

/* Watch a page that the hypervisor writes when the guest's clock gets another relation to its counter. May sleep. */
void cdisc_interruption_watch(struct cdisc_interruption *i, const struct cdisc_host_page *page);

/* Stop to listen; no kick is under way on return. */
void cdisc_interruption_exit(struct cdisc_interruption *i);

/* The causes told of since the last call. */
u32 cdisc_interruption_take(struct cdisc_interruption *i);

/* Causes or hints were told of and not yet taken. Context: Any. */
bool cdisc_interruption_is_pending(const struct cdisc_interruption *i);

/* The hints told of since the last call. */
u32 cdisc_interruption_hints(struct cdisc_interruption *i);

#endif /* CDISC_INTERRUPTION_H */
