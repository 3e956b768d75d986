// SPDX-License-Identifier: GPL-2.0
/*
 * Time daemons that run already when the module is loaded: known by their names, and able to set the clock.
 */
#include "watch.h"

#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/rcupdate.h>
#include <linux/sched/signal.h>
#include <linux/user_namespace.h>

#include "core/arbiter.h"

/* A daemon that only serves has dropped it, one in a container never had it. */
static bool may_set_clock(const struct task_struct *task)
{
	const struct cred *cred = __task_cred(task);

	return cred->user_ns == &init_user_ns && cap_raised(cred->cap_effective, CAP_SYS_TIME);
}

bool cdisc_watch_find_daemon(struct cdisc_mover *who)
{
	struct task_struct *task;
	bool is_found = false;

	rcu_read_lock();
	for_each_process(task) {
		char name[TASK_COMM_LEN];

		get_task_comm(name, task);
		if (!cdisc_arbiter_is_daemon(name) || !may_set_clock(task))
			continue;
		*who = (struct cdisc_mover){ .pid = task_tgid_nr(task) };
		strscpy(who->name, name, sizeof(who->name));
		is_found = true;
		break;
	}
	rcu_read_unlock();
	return is_found;
}
