// SPDX-License-Identifier: GPL-2.0
/*
 * What to do when somebody else moves the clock.
 */
#include "arbiter.h"

/*
 * One process that has moved the clock so often is a daemon. Fewer, and a program that sets time and rate one after the other
 * is one; more, and an unknown daemon is fought for longer.
 */
#define DAEMON_MOVES	4

/* Moves closer than this are one action: chronyd sets frequency, tick and status with a call for each. */
#define ACTION_NS	(CDISC_NSEC_PER_SEC)

#define HOUR_NS		(3600 * CDISC_NSEC_PER_SEC)
#define BIN_NS		(HOUR_NS / (CDISC_ARBITER_BINS - 1))

static const char * const daemons[] = {
	"chronyd",
	"ntpd",			/* ntpsec's, the reference one and OpenNTPD's */
	"ntp-daemon",		/* ntpd-rs */
	"systemd-timesyn",
	"phc2sys",
	"ptp4l",
	"vmtoolsd",
	"VBoxService",
};

static const char * const helpers[] = {
	"ntpx",			/* ours: it tells us, and we set */
	"systemd-timedat",	/* timedatectl's other half; still there for half a minute after "set-ntp false" */
};

void cdisc_arbiter_defaults(struct cdisc_arbiter_config *cfg)
{
	*cfg = (struct cdisc_arbiter_config){
		.conflict		= CLOCKDISC_CONFLICT_REASSERT,
		.conflict_daemon	= CLOCKDISC_CONFLICT_YIELD,
		.hold_off_ns		= 10 * CDISC_NSEC_PER_SEC,
		/* Three polls of a daemon that has settled at 1024 s. */
		.quiet_ns		= HOUR_NS,
		.reassert_limit		= 10,
	};
}

static bool is_among(const char *name, const char * const *names, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!strcmp(name, names[i]))
			return true;
	return false;
}

bool cdisc_arbiter_is_daemon(const char *name)
{
	return is_among(name, daemons, ARRAY_SIZE(daemons));
}

bool cdisc_arbiter_keeps_no_time(const char *name)
{
	return is_among(name, helpers, ARRAY_SIZE(helpers));
}

/* The place of a process, that of the longest quiet one if it has none. */
static struct cdisc_arbiter_mover *find_mover(struct cdisc_arbiter *a, u32 pid)
{
	struct cdisc_arbiter_mover *oldest = &a->mover[0];
	int i;

	for (i = 0; i < CDISC_ARBITER_MOVERS; i++) {
		struct cdisc_arbiter_mover *m = &a->mover[i];

		if (m->pid == pid)
			return m;
		if (!m->pid || (oldest->pid && m->raw_ns < oldest->raw_ns))
			oldest = m;
	}
	*oldest = (struct cdisc_arbiter_mover){ .pid = pid };
	return oldest;
}

/* The kernel's own ticks are what somebody began before; they make nobody a daemon. */
static bool is_daemon(struct cdisc_arbiter *a, const struct cdisc_move *m)
{
	struct cdisc_arbiter_mover *mover;

	if (m->is_daemon || !m->pid)
		return m->is_daemon;
	mover = find_mover(a, m->pid);
	/* Who moves it once in a while, an agent after a snapshot perhaps, keeps no time. */
	if (mover->moves && cdisc_sub_sat(m->raw_ns, mover->raw_ns) >= HOUR_NS)
		mover->moves = 0;
	if (!mover->moves || cdisc_sub_sat(m->raw_ns, mover->raw_ns) >= ACTION_NS) {
		mover->moves++;
		mover->raw_ns = m->raw_ns;
	}
	return mover->moves >= DAEMON_MOVES;
}

/* With the least hold-off, 1 ms, it is four million times: that fits. */
static u32 reasserts_of_late(const struct cdisc_arbiter *a, s64 raw_ns)
{
	s64 number = raw_ns / BIN_NS;
	u32 i, sum = 0;

	for (i = 0; i < CDISC_ARBITER_BINS; i++)
		if (number - a->bin[i].number < CDISC_ARBITER_BINS)
			sum += a->bin[i].count;
	return sum;
}

static bool is_beyond_limit(const struct cdisc_arbiter *a, const struct cdisc_arbiter_config *cfg, s64 raw_ns)
{
	return cfg->reassert_limit && reasserts_of_late(a, raw_ns) >= cfg->reassert_limit;
}

static void leave(struct cdisc_arbiter *a, s64 raw_ns)
{
	a->is_yielded = true;
	a->is_due = false;
	a->moved_raw_ns = raw_ns;
}

static s64 earliest(const struct cdisc_arbiter *a, const struct cdisc_arbiter_config *cfg, s64 raw_ns)
{
	return a->has_done ? max_t(s64, raw_ns, cdisc_add_sat(a->done_raw_ns, cfg->hold_off_ns)) : raw_ns;
}

static enum clockdisc_log_reaction reassert(struct cdisc_arbiter *a, const struct cdisc_arbiter_config *cfg,
					    const struct cdisc_move *m)
{
	if (!m->can_undo)
		return CLOCKDISC_LOG_REACTION_NONE;
	if (is_beyond_limit(a, cfg, m->raw_ns)) {
		leave(a, m->raw_ns);
		return CLOCKDISC_LOG_REACTION_YIELD;
	}
	/* What is due for the rate alone comes earlier now. */
	if (!a->is_due || a->is_alarm)
		a->due_raw_ns = earliest(a, cfg, m->raw_ns);
	a->is_due = true;
	a->is_alarm = false;
	return CLOCKDISC_LOG_REACTION_REASSERT;
}

static enum clockdisc_log_reaction alarm(struct cdisc_arbiter *a, const struct cdisc_arbiter_config *cfg, s64 raw_ns)
{
	if (!a->is_due) {
		a->due_raw_ns = cdisc_add_sat(raw_ns, cfg->hold_off_ns);
		a->is_due = true;
		a->is_alarm = true;
	}
	return CLOCKDISC_LOG_REACTION_ALARM;
}

static enum clockdisc_log_reaction react(struct cdisc_arbiter *a, const struct cdisc_arbiter_config *cfg,
					 const struct cdisc_move *m)
{
	switch (is_daemon(a, m) ? cfg->conflict_daemon : cfg->conflict) {
	case CLOCKDISC_CONFLICT_YIELD:
		leave(a, m->raw_ns);
		return CLOCKDISC_LOG_REACTION_YIELD;
	case CLOCKDISC_CONFLICT_REASSERT:
		return reassert(a, cfg, m);
	case CLOCKDISC_CONFLICT_ALARM:
		break;
	}
	return alarm(a, cfg, m->raw_ns);
}

enum clockdisc_log_reaction cdisc_arbiter_move(struct cdisc_arbiter *a, const struct cdisc_arbiter_config *cfg,
					       const struct cdisc_move *m)
{
	enum clockdisc_log_reaction reaction;

	a->moved_raw_ns = m->raw_ns;
	if (a->is_yielded)
		return CLOCKDISC_LOG_REACTION_NONE;
	reaction = react(a, cfg, m);
	a->conflicts += reaction != CLOCKDISC_LOG_REACTION_NONE;
	return reaction;
}

enum cdisc_arbiter_due cdisc_arbiter_take_due(struct cdisc_arbiter *a, s64 raw_ns)
{
	if (!a->is_due || raw_ns < a->due_raw_ns)
		return CDISC_DUE_NOTHING;
	a->is_due = false;
	a->has_done = true;
	a->done_raw_ns = raw_ns;
	return a->is_alarm ? CDISC_DUE_RATE : CDISC_DUE_REASSERT;
}

void cdisc_arbiter_reasserted(struct cdisc_arbiter *a, s64 raw_ns)
{
	s64 number = raw_ns / BIN_NS;
	struct cdisc_arbiter_bin *bin = &a->bin[(u64)number % CDISC_ARBITER_BINS];

	if (bin->number != number)
		*bin = (struct cdisc_arbiter_bin){ .number = number };
	bin->count++;
	a->reasserts++;
}

bool cdisc_arbiter_holds(const struct cdisc_arbiter *a, s64 raw_ns)
{
	return a->is_due && raw_ns < a->due_raw_ns;
}

bool cdisc_arbiter_is_quiet(const struct cdisc_arbiter *a, const struct cdisc_arbiter_config *cfg, s64 raw_ns)
{
	return a->is_yielded && cfg->quiet_ns && cdisc_sub_sat(raw_ns, a->moved_raw_ns) >= cfg->quiet_ns;
}

s64 cdisc_arbiter_wake(const struct cdisc_arbiter *a, const struct cdisc_arbiter_config *cfg)
{
	if (a->is_yielded)
		return cfg->quiet_ns ? cdisc_add_sat(a->moved_raw_ns, cfg->quiet_ns) : S64_MAX;
	return a->is_due ? a->due_raw_ns : S64_MAX;
}

void cdisc_arbiter_yield(struct cdisc_arbiter *a, s64 raw_ns)
{
	leave(a, raw_ns);
	a->was_found = true;
}

void cdisc_arbiter_resume(struct cdisc_arbiter *a)
{
	memset(a->mover, 0, sizeof(a->mover));
	a->is_yielded = false;
	a->is_due = false;
	a->was_found = false;
	memset(a->bin, 0, sizeof(a->bin));
}
