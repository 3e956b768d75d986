// SPDX-License-Identifier: GPL-2.0
/*
 * Time daemons that run already when the module is loaded: able to set the clock, and known by their names or by being able to
 * do little else.
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

/*
 * Who may set the clock and may not administer the machine was given that for a purpose, unless it is root less some
 * capabilities: that has kept some which no time daemon asks for.
 */
static bool is_for_the_clock(const struct task_struct *task, const char *name)
{
	const struct cred *cred = __task_cred(task);

	return !cap_raised(cred->cap_effective, CAP_SYS_ADMIN) && !cap_raised(cred->cap_effective, CAP_SYS_PACCT) &&
	       !cap_raised(cred->cap_effective, CAP_SYS_TTY_CONFIG) && !cdisc_arbiter_keeps_no_time(name);
}

bool cdisc_watch_find_daemon(struct cdisc_mover *who, bool *is_known)
{
	struct task_struct *task;
	bool is_found = false;

	*is_known = false;
	rcu_read_lock();
	for_each_process(task) {
		char name[TASK_COMM_LEN];
		bool has_name;

		get_task_comm(name, task);
		has_name = cdisc_arbiter_is_daemon(name);
		if (!may_set_clock(task) || !(has_name || (!is_found && is_for_the_clock(task, name))))
			continue;
		*who = (struct cdisc_mover){ .pid = task_tgid_nr(task) };
		strscpy(who->name, name, sizeof(who->name));
		is_found = true;
		*is_known = has_name;
		/* One that is not known may be followed by one that is. */
		if (has_name)
			break;
	}
	rcu_read_unlock();
	return is_found;
}
