/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who tells that the clock was interrupted: the virtual machine's generation and the power management.
 *
 * What shows up in the timekeeper itself (CLOCK_BOOTTIME, another clocksource) is the timeline's to notice.
 */
#ifndef CDISC_INTERRUPTION_H
#define CDISC_INTERRUPTION_H

#include <linux/atomic.h>
#include <linux/notifier.h>

/**
 * struct cdisc_interruption - the witnesses
 * @causes:	set of CLOCKDISC_INTERRUPTION_* that were told of and not yet taken
 * @kick:	called in process context when something was told
 * @arg:	handed to @kick
 * @vmfork:	told of a restored or copied virtual machine
 * @pm:		told of a resume
 * @has_vmfork:	@vmfork is registered
 */
struct cdisc_interruption {
	atomic_t		causes;
	void			(*kick)(void *arg);
	void			*arg;
	struct notifier_block	vmfork;
	struct notifier_block	pm;
	bool			has_vmfork;
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

/* Stop to listen; no kick is under way on return. */
void cdisc_interruption_exit(struct cdisc_interruption *i);

/* The causes told of since the last call. */
u32 cdisc_interruption_take(struct cdisc_interruption *i);

#endif /* CDISC_INTERRUPTION_H */
