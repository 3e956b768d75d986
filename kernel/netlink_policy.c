// SPDX-License-Identifier: GPL-2.0
/*
 * The policy in netlink attributes: preset, shorthands, rows.
 */
#include "netlink_policy.h"

#include <linux/kernel.h>

#include "clockdisc_nl.h"
#include "netlink_attr.h"

/* What the flat attributes of ntpd's words bring, before it goes into the rows. */
struct shorthands {
	s64	step_ns;
	s64	stepout_ns;
	s64	panic_ns;
	s64	forward_ns;
	s64	backward_ns;
	u32	slew_ppb;
	s32	startup_updates;
	bool	panic_once;
	struct cdisc_policy_budget budget;
};

#define SHORTHAND(attr, is_signed, name, min, max, what, member) \
	CDISC_NL_RANGE(CLOCKDISC_A_CLOCK_##attr, is_signed, name, min, max, what, struct shorthands, member)

static const struct cdisc_nl_range shorthand_ranges[] = {
	SHORTHAND(STEP_THRESHOLD_NS, false, "step-threshold-ns", 0, 86400000000000, " (24 h); 0 always slews", step_ns),
	SHORTHAND(STEPOUT_NS, false, "stepout-ns", 0, 86400000000000, " (24 h)", stepout_ns),
	SHORTHAND(PANIC_THRESHOLD_NS, false, "panic-threshold-ns", 0, 3153600000000000000, " (100 years); 0 never freezes",
		  panic_ns),
	SHORTHAND(RESTORE_FORWARD_NS, false, "restore-forward-ns", 0, 86400000000000, " (24 h); 0 always slews",
		  forward_ns),
	SHORTHAND(RESTORE_BACKWARD_NS, false, "restore-backward-ns", 0, 86400000000000, " (24 h); 0 always slews",
		  backward_ns),
	SHORTHAND(MAX_SLEW_PPB, false, "max-slew-ppb", 1, 100000000, " (10 %)", slew_ppb),
	SHORTHAND(STARTUP_UPDATES, true, "startup-updates", -1, 1000000, "; -1 for all", startup_updates),
	SHORTHAND(STEP_BUDGET_NS, false, "step-budget-ns", 0, 3153600000000000000, " (100 years); 0 sets no limit",
		  budget.step_ns),
	SHORTHAND(SLEW_BUDGET_NS, false, "slew-budget-ns", 0, 3153600000000000000, " (100 years); 0 sets no limit",
		  budget.slew_ns),
	SHORTHAND(SOURCE_STEP_BUDGET_NS, false, "source-step-budget-ns", 0, 3153600000000000000,
		  " (100 years); 0 sets no limit", budget.source_step_ns),
	SHORTHAND(SOURCE_SLEW_BUDGET_NS, false, "source-slew-budget-ns", 0, 3153600000000000000,
		  " (100 years); 0 sets no limit", budget.source_slew_ns),
	SHORTHAND(PANIC_ONCE, false, "panic-once", 0, 1, "", panic_once),
};

static int take_shorthands(struct genl_info *info, struct cdisc_policy *p)
{
	struct nlattr **attrs = info->attrs;
	struct shorthands s = {
		.forward_ns	 = p->row[CLOCKDISC_CAUSE_RESTORE].forward_ns,
		.backward_ns	 = p->row[CLOCKDISC_CAUSE_RESTORE].backward_ns,
		.startup_updates = p->startup_updates,
		.panic_once	 = p->panic_once,
		.budget		 = p->budget,
	};
	int err = cdisc_nl_take(attrs, shorthand_ranges, ARRAY_SIZE(shorthand_ranges), &s, info->extack);

	if (err)
		return err;
	if (attrs[CLOCKDISC_A_CLOCK_STEP_THRESHOLD_NS])
		cdisc_policy_set_step(p, s.step_ns);
	if (attrs[CLOCKDISC_A_CLOCK_STEPOUT_NS])
		cdisc_policy_set_stepout(p, s.stepout_ns);
	if (attrs[CLOCKDISC_A_CLOCK_PANIC_THRESHOLD_NS])
		cdisc_policy_set_panic(p, s.panic_ns);
	if (attrs[CLOCKDISC_A_CLOCK_MAX_SLEW_PPB])
		cdisc_policy_set_slew(p, s.slew_ppb);
	p->row[CLOCKDISC_CAUSE_RESTORE].forward_ns = s.forward_ns;
	p->row[CLOCKDISC_CAUSE_RESTORE].backward_ns = s.backward_ns;
	p->startup_updates = s.startup_updates;
	p->panic_once = s.panic_once;
	p->budget = s.budget;
	if (attrs[CLOCKDISC_A_CLOCK_LEAP_MODE])
		p->leap_mode = nla_get_u32(attrs[CLOCKDISC_A_CLOCK_LEAP_MODE]);
	return 0;
}

#define FIELD(attr, name, min, max, what, member) \
	CDISC_NL_RANGE(CLOCKDISC_A_POLICY_##attr, false, name, min, max, what, struct cdisc_policy_row, member)

static const struct cdisc_nl_range row_ranges[] = {
	FIELD(STEP_FORWARD_NS, "step-forward-ns", 0, 86400000000000, " (24 h); 0 never steps forward", forward_ns),
	FIELD(STEP_BACKWARD_NS, "step-backward-ns", 0, 86400000000000, " (24 h); 0 never steps backward", backward_ns),
	FIELD(STEPOUT_NS, "stepout-ns", 0, 86400000000000, " (24 h)", stepout_ns),
	FIELD(PANIC_THRESHOLD_NS, "panic-threshold-ns", 0, 3153600000000000000, " (100 years); 0 never freezes", panic_ns),
	FIELD(MAX_SLEW_PPB, "max-slew-ppb", 1, 100000000, " (10 %)", slew_ppb),
};

static int take_row(const struct nlattr *attr, struct cdisc_policy *p, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[CLOCKDISC_A_POLICY_MAX + 1];
	int err = nla_parse_nested(tb, CLOCKDISC_A_POLICY_MAX_SLEW_PPB, attr, clockdisc_policy_nl_policy, extack);
	enum clockdisc_cause cause;

	if (err)
		return err;
	if (!tb[CLOCKDISC_A_POLICY_CAUSE])
		return cdisc_nl_refuse(extack, attr, "policy: cause is missing", -EINVAL);
	cause = nla_get_u32(tb[CLOCKDISC_A_POLICY_CAUSE]);
	if (tb[CLOCKDISC_A_POLICY_STEPOUT_NS] && !cdisc_policy_has_stepout(cause))
		return cdisc_nl_refuse(extack, tb[CLOCKDISC_A_POLICY_STEPOUT_NS],
				       "stepout-ns: only drift and source have one, the other causes are acted on at once",
				       -EINVAL);
	if (tb[CLOCKDISC_A_POLICY_PANIC_THRESHOLD_NS] && !cdisc_policy_has_panic(cause))
		return cdisc_nl_refuse(extack, tb[CLOCKDISC_A_POLICY_PANIC_THRESHOLD_NS],
				       "panic-threshold-ns: only startup, drift and source have one", -EINVAL);
	return cdisc_nl_take(tb, row_ranges, ARRAY_SIZE(row_ranges), &p->row[cause], extack);
}

static int take_preset(const struct nlattr *attr, struct cdisc_policy *p, struct netlink_ext_ack *extack)
{
	const struct cdisc_preset *preset = cdisc_preset_find(nla_get_u32(attr));

	if (!preset)
		return cdisc_nl_refuse(extack, attr, "preset: custom is what a policy is called that equals no preset",
				       -EINVAL);
	*p = preset->policy;
	return 0;
}

int cdisc_nl_take_policy(struct genl_info *info, struct cdisc_policy *p)
{
	const struct nlattr *attr;
	int rem, err = 0;

	if (info->attrs[CLOCKDISC_A_CLOCK_PRESET])
		err = take_preset(info->attrs[CLOCKDISC_A_CLOCK_PRESET], p, info->extack);
	if (!err)
		err = take_shorthands(info, p);
	if (err)
		return err;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != CLOCKDISC_A_CLOCK_POLICY)
			continue;
		err = take_row(attr, p, info->extack);
		if (err)
			return err;
	}
	return 0;
}

static int put_u64(struct sk_buff *skb, int attr, u64 value)
{
	return nla_put_u64_64bit(skb, attr, value, CLOCKDISC_A_POLICY_PAD);
}

static int put_row(struct sk_buff *skb, enum clockdisc_cause cause, const struct cdisc_policy_row *row)
{
	struct nlattr *nest = nla_nest_start(skb, CLOCKDISC_A_CLOCK_POLICY);

	if (!nest || nla_put_u32(skb, CLOCKDISC_A_POLICY_CAUSE, cause) ||
	    put_u64(skb, CLOCKDISC_A_POLICY_STEP_FORWARD_NS, row->forward_ns) ||
	    put_u64(skb, CLOCKDISC_A_POLICY_STEP_BACKWARD_NS, row->backward_ns) ||
	    nla_put_u32(skb, CLOCKDISC_A_POLICY_MAX_SLEW_PPB, row->slew_ppb))
		return -EMSGSIZE;
	if (cdisc_policy_has_stepout(cause) && put_u64(skb, CLOCKDISC_A_POLICY_STEPOUT_NS, row->stepout_ns))
		return -EMSGSIZE;
	if (cdisc_policy_has_panic(cause) && put_u64(skb, CLOCKDISC_A_POLICY_PANIC_THRESHOLD_NS, row->panic_ns))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_shorthands(struct sk_buff *skb, const struct cdisc_policy *p)
{
	const struct cdisc_policy_row *drift = &p->row[CLOCKDISC_CAUSE_DRIFT];
	const struct cdisc_policy_row *restore = &p->row[CLOCKDISC_CAUSE_RESTORE];

	return put_u64(skb, CLOCKDISC_A_CLOCK_STEP_THRESHOLD_NS, drift->forward_ns) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_STEPOUT_NS, drift->stepout_ns) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_RESTORE_FORWARD_NS, restore->forward_ns) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_RESTORE_BACKWARD_NS, restore->backward_ns) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_PANIC_THRESHOLD_NS, drift->panic_ns) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_PANIC_ONCE, p->panic_once) ||
	       nla_put_u32(skb, CLOCKDISC_A_CLOCK_MAX_SLEW_PPB, drift->slew_ppb);
}

static int put_budget(struct sk_buff *skb, const struct cdisc_policy_budget *b)
{
	return put_u64(skb, CLOCKDISC_A_CLOCK_STEP_BUDGET_NS, b->step_ns) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_SLEW_BUDGET_NS, b->slew_ns) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_SOURCE_STEP_BUDGET_NS, b->source_step_ns) ||
	       put_u64(skb, CLOCKDISC_A_CLOCK_SOURCE_SLEW_BUDGET_NS, b->source_slew_ns);
}

int cdisc_put_policy(struct sk_buff *skb, const struct cdisc_policy *p)
{
	enum clockdisc_cause cause;

	if (put_shorthands(skb, p) || put_budget(skb, &p->budget) ||
	    nla_put_u32(skb, CLOCKDISC_A_CLOCK_PRESET, cdisc_preset_of(p)) ||
	    nla_put_s32(skb, CLOCKDISC_A_CLOCK_STARTUP_UPDATES, p->startup_updates))
		return -EMSGSIZE;
	for (cause = CLOCKDISC_CAUSE_STARTUP; cause < CDISC_CAUSE_COUNT; cause++)
		if (put_row(skb, cause, &p->row[cause]))
			return -EMSGSIZE;
	return 0;
}
