// SPDX-License-Identifier: GPL-2.0
/*
 * The presets as tables for Documentation/policy.rst, which tools/setup/presets puts there.
 */
#include <inttypes.h>
#include <stdio.h>

#include "core/preset.h"

#define CELL_LEN	32

static const char *const causes[CDISC_CAUSE_COUNT] = {
	[CLOCKDISC_CAUSE_STARTUP] = "startup", [CLOCKDISC_CAUSE_DRIFT] = "drift", [CLOCKDISC_CAUSE_RESTORE] = "restore",
	[CLOCKDISC_CAUSE_OPERATOR] = "operator", [CLOCKDISC_CAUSE_SOURCE] = "source", [CLOCKDISC_CAUSE_LEAP] = "leap",
};

/* The largest unit that leaves a whole number. */
static const char *span(char *buf, s64 ns, const char *zero)
{
	static const struct {
		s64		ns;
		const char	*unit;
	} units[] = { { CDISC_NSEC_PER_SEC, "s" }, { 1000000, "ms" }, { 1000, "us" }, { 1, "ns" } };
	size_t i = 0;

	if (!ns)
		return zero;
	while (ns % units[i].ns)
		i++;
	snprintf(buf, CELL_LEN, "%" PRId64 " %s", ns / units[i].ns, units[i].unit);
	return buf;
}

static const char *rate(char *buf, u32 ppb)
{
	snprintf(buf, CELL_LEN, "%g ppm", ppb / 1000.0);
	return buf;
}

static void rule(void)
{
	printf("======== ============ ============= ======= ============ ============\n");
}

static void print_row(enum clockdisc_cause cause, const struct cdisc_policy_row *row)
{
	char forward[CELL_LEN], backward[CELL_LEN], stepout[CELL_LEN], panic[CELL_LEN], slew[CELL_LEN];

	printf("%-8s %-12s %-13s %-7s %-12s %s\n", causes[cause], span(forward, row->forward_ns, "never"),
	       span(backward, row->backward_ns, "never"),
	       cdisc_policy_has_stepout(cause) ? span(stepout, row->stepout_ns, "at once") : "\\-",
	       cdisc_policy_has_panic(cause) ? span(panic, row->panic_ns, "never") : "\\-", rate(slew, row->slew_ppb));
}

static void print_preset(const struct cdisc_preset *p)
{
	enum clockdisc_cause cause;
	char all[CELL_LEN], one[CELL_LEN];

	printf("\n``%s``", p->name);
	if (strcmp(p->name, p->familiar))
		printf(", as ``%s``", p->familiar);
	printf("; startup-updates %d%s%s:\n\n", p->policy.startup_updates, p->policy.panic_once ? ", panic-once" : "",
	       p->policy.leap_mode == CLOCKDISC_LEAP_MODE_SLEW ? ", leap-mode slew" : "");
	rule();
	printf("%-8s %-12s %-13s %-7s %-12s %s\n", "Cause", "Step forward", "Step backward", "Stepout", "Panic", "Slew");
	rule();
	for (cause = CLOCKDISC_CAUSE_STARTUP; cause < CDISC_CAUSE_COUNT; cause++)
		print_row(cause, &p->policy.row[cause]);
	rule();
	if (p->policy.budget.step_ns)
		printf("\nBudgets of a day: steps %s, of one source %s.\n", span(all, p->policy.budget.step_ns, ""),
		       span(one, p->policy.budget.source_step_ns, "without a limit"));
}

int main(void)
{
	enum clockdisc_preset number;
	const struct cdisc_preset *p;

	for (number = CLOCKDISC_PRESET_CUSTOM + 1; (p = cdisc_preset_find(number)); number++)
		print_preset(p);
	return 0;
}
