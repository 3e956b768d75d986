// SPDX-License-Identifier: GPL-2.0
/* Do not edit directly, auto-generated from: */
/*	Documentation/netlink/specs/clockdisc.yaml */
/* YNL-GEN kernel source */

#include <net/netlink.h>
#include <net/genetlink.h>

#include "clockdisc_nl.h"

#include <uapi/linux/clockdisc.h>

/* Common nested types */
const struct nla_policy clockdisc_policy_nl_policy[CLOCKDISC_A_POLICY_MAX_SLEW_PPB + 1] = {
	[CLOCKDISC_A_POLICY_CAUSE] = NLA_POLICY_RANGE(NLA_U32, 1, 6),
	[CLOCKDISC_A_POLICY_STEP_FORWARD_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_POLICY_STEP_BACKWARD_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_POLICY_STEPOUT_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_POLICY_PANIC_THRESHOLD_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_POLICY_MAX_SLEW_PPB] = { .type = NLA_U32, },
};

const struct nla_policy clockdisc_sample_nl_policy[CLOCKDISC_A_SAMPLE_SELF + 1] = {
	[CLOCKDISC_A_SAMPLE_SOURCE_ID] = { .type = NLA_U32, },
	[CLOCKDISC_A_SAMPLE_T1_REAL_NS] = { .type = NLA_S64, },
	[CLOCKDISC_A_SAMPLE_T2_REAL_NS] = { .type = NLA_S64, },
	[CLOCKDISC_A_SAMPLE_T3_REAL_NS] = { .type = NLA_S64, },
	[CLOCKDISC_A_SAMPLE_T4_REAL_NS] = { .type = NLA_S64, },
	[CLOCKDISC_A_SAMPLE_REAL_NS] = { .type = NLA_S64, },
	[CLOCKDISC_A_SAMPLE_OFFSET_NS] = { .type = NLA_S64, },
	[CLOCKDISC_A_SAMPLE_HALF_WIDTH_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_SAMPLE_STRATUM] = { .type = NLA_U32, },
	[CLOCKDISC_A_SAMPLE_LEAP] = NLA_POLICY_RANGE(NLA_U32, 1, 4),
	[CLOCKDISC_A_SAMPLE_REF_ID] = { .type = NLA_U32, },
	[CLOCKDISC_A_SAMPLE_ROOT_DELAY_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_SAMPLE_ROOT_DISPERSION_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_SAMPLE_PRECISION_LOG2S] = { .type = NLA_S32, },
	[CLOCKDISC_A_SAMPLE_MISSED] = { .type = NLA_FLAG, },
	[CLOCKDISC_A_SAMPLE_SELF] = { .type = NLA_FLAG, },
};

/* CLOCKDISC_CMD_CLOCK_GET - do */
const struct nla_policy clockdisc_clock_get_nl_policy[CLOCKDISC_A_CLOCK_PAD + 1] = {
};

/* CLOCKDISC_CMD_CLOCK_SET - do */
const struct nla_policy clockdisc_clock_set_nl_policy[CLOCKDISC_A_CLOCK_SOURCE_SLEW_BUDGET_NS + 1] = {
	[CLOCKDISC_A_CLOCK_ACTUATOR] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[CLOCKDISC_A_CLOCK_SERVO] = NLA_POLICY_RANGE(NLA_U32, 1, 2),
	[CLOCKDISC_A_CLOCK_TAI_OFFSET_S] = { .type = NLA_S32, },
	[CLOCKDISC_A_CLOCK_STEP_THRESHOLD_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_CLOCK_STEPOUT_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_CLOCK_PANIC_THRESHOLD_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_CLOCK_PANIC_ONCE] = { .type = NLA_U32, },
	[CLOCKDISC_A_CLOCK_MAX_SLEW_PPB] = { .type = NLA_U32, },
	[CLOCKDISC_A_CLOCK_MAX_SLEW_CHANGE_PPB_S] = { .type = NLA_U32, },
	[CLOCKDISC_A_CLOCK_MIN_SURVIVORS] = { .type = NLA_U32, },
	[CLOCKDISC_A_CLOCK_MAX_DISTANCE_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_CLOCK_UNSYNC_LIMIT_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_CLOCK_MINPOLL_LOG2S] = { .type = NLA_S32, },
	[CLOCKDISC_A_CLOCK_MAXPOLL_LOG2S] = { .type = NLA_S32, },
	[CLOCKDISC_A_CLOCK_RESTORE_FORWARD_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_CLOCK_RESTORE_BACKWARD_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_CLOCK_IDLE_SWING_NS] = { .type = NLA_U32, },
	[CLOCKDISC_A_CLOCK_POLICY] = NLA_POLICY_NESTED(clockdisc_policy_nl_policy),
	[CLOCKDISC_A_CLOCK_PRESET] = NLA_POLICY_RANGE(NLA_U32, 1, 9),
	[CLOCKDISC_A_CLOCK_STARTUP_UPDATES] = { .type = NLA_S32, },
	[CLOCKDISC_A_CLOCK_LEAP_MODE] = NLA_POLICY_RANGE(NLA_U32, 1, 4),
	[CLOCKDISC_A_CLOCK_FLOOR_REAL_NS] = { .type = NLA_S64, },
	[CLOCKDISC_A_CLOCK_CONFLICT] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[CLOCKDISC_A_CLOCK_CONFLICT_DAEMON] = NLA_POLICY_RANGE(NLA_U32, 1, 3),
	[CLOCKDISC_A_CLOCK_HOLD_OFF_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_CLOCK_QUIET_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_CLOCK_REASSERT_LIMIT] = { .type = NLA_U32, },
	[CLOCKDISC_A_CLOCK_STEP_BUDGET_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_CLOCK_SLEW_BUDGET_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_CLOCK_SOURCE_STEP_BUDGET_NS] = { .type = NLA_U64, },
	[CLOCKDISC_A_CLOCK_SOURCE_SLEW_BUDGET_NS] = { .type = NLA_U64, },
};

/* CLOCKDISC_CMD_SOURCE_GET - do */
const struct nla_policy clockdisc_source_get_nl_policy[CLOCKDISC_A_SOURCE_ID + 1] = {
	[CLOCKDISC_A_SOURCE_ID] = { .type = NLA_U32, },
};

/* CLOCKDISC_CMD_SOURCE_ADD - do */
const struct nla_policy clockdisc_source_add_nl_policy[CLOCKDISC_A_SOURCE_MAXPOLL_LOG2S + 1] = {
	[CLOCKDISC_A_SOURCE_NAME] = { .type = NLA_NUL_STRING, .len = 63, },
	[CLOCKDISC_A_SOURCE_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0xf),
	[CLOCKDISC_A_SOURCE_MINPOLL_LOG2S] = { .type = NLA_S32, },
	[CLOCKDISC_A_SOURCE_MAXPOLL_LOG2S] = { .type = NLA_S32, },
};

/* CLOCKDISC_CMD_SOURCE_SET - do */
const struct nla_policy clockdisc_source_set_nl_policy[CLOCKDISC_A_SOURCE_MAXPOLL_LOG2S + 1] = {
	[CLOCKDISC_A_SOURCE_ID] = { .type = NLA_U32, },
	[CLOCKDISC_A_SOURCE_FLAGS] = NLA_POLICY_MASK(NLA_U32, 0xf),
	[CLOCKDISC_A_SOURCE_MINPOLL_LOG2S] = { .type = NLA_S32, },
	[CLOCKDISC_A_SOURCE_MAXPOLL_LOG2S] = { .type = NLA_S32, },
};

/* CLOCKDISC_CMD_SOURCE_DEL - do */
const struct nla_policy clockdisc_source_del_nl_policy[CLOCKDISC_A_SOURCE_ID + 1] = {
	[CLOCKDISC_A_SOURCE_ID] = { .type = NLA_U32, },
};

/* CLOCKDISC_CMD_SAMPLE_SUBMIT - do */
const struct nla_policy clockdisc_sample_submit_nl_policy[CLOCKDISC_A_SUBMIT_SAMPLE + 1] = {
	[CLOCKDISC_A_SUBMIT_SAMPLE] = NLA_POLICY_NESTED(clockdisc_sample_nl_policy),
};

/* CLOCKDISC_CMD_STEP - do */
const struct nla_policy clockdisc_step_nl_policy[CLOCKDISC_A_CLOCK_ADJUST_NS + 1] = {
	[CLOCKDISC_A_CLOCK_ADJUST_NS] = { .type = NLA_S64, },
};

/* CLOCKDISC_CMD_SLEW - do */
const struct nla_policy clockdisc_slew_nl_policy[CLOCKDISC_A_CLOCK_ADJUST_NS + 1] = {
	[CLOCKDISC_A_CLOCK_ADJUST_NS] = { .type = NLA_S64, },
};

/* CLOCKDISC_CMD_FREEZE - do */
const struct nla_policy clockdisc_freeze_nl_policy[CLOCKDISC_A_CLOCK_PAD + 1] = {
};

/* CLOCKDISC_CMD_UNFREEZE - do */
const struct nla_policy clockdisc_unfreeze_nl_policy[CLOCKDISC_A_CLOCK_PAD + 1] = {
};

/* CLOCKDISC_CMD_FREQ_SET - do */
const struct nla_policy clockdisc_freq_set_nl_policy[CLOCKDISC_A_CLOCK_FREQ_PPB_Q16 + 1] = {
	[CLOCKDISC_A_CLOCK_FREQ_PPB_Q16] = { .type = NLA_S64, },
};

/* CLOCKDISC_CMD_LOG_GET - do */
const struct nla_policy clockdisc_log_get_nl_policy[CLOCKDISC_A_LOG_NEWEST + 1] = {
	[CLOCKDISC_A_LOG_SINCE_SEQ] = { .type = NLA_U64, },
	[CLOCKDISC_A_LOG_NEWEST] = { .type = NLA_U32, },
};

/* CLOCKDISC_CMD_ACCEPT - do */
const struct nla_policy clockdisc_accept_nl_policy[CLOCKDISC_A_CLOCK_PAD + 1] = {
};

/* CLOCKDISC_CMD_REJECT - do */
const struct nla_policy clockdisc_reject_nl_policy[CLOCKDISC_A_CLOCK_PAD + 1] = {
};

/* CLOCKDISC_CMD_RESUME - do */
const struct nla_policy clockdisc_resume_nl_policy[CLOCKDISC_A_CLOCK_PAD + 1] = {
};

/* Ops table for clockdisc */
const struct genl_ops clockdisc_nl_ops[16] = {
	{
		.cmd		= CLOCKDISC_CMD_CLOCK_GET,
		.doit		= clockdisc_nl_clock_get_doit,
		.policy		= clockdisc_clock_get_nl_policy,
		.maxattr	= CLOCKDISC_A_CLOCK_PAD,
	},
	{
		.cmd		= CLOCKDISC_CMD_CLOCK_SET,
		.doit		= clockdisc_nl_clock_set_doit,
		.policy		= clockdisc_clock_set_nl_policy,
		.maxattr	= CLOCKDISC_A_CLOCK_SOURCE_SLEW_BUDGET_NS,
	},
	{
		.cmd		= CLOCKDISC_CMD_SOURCE_GET,
		.doit		= clockdisc_nl_source_get_doit,
		.dumpit		= clockdisc_nl_source_get_dumpit,
		.policy		= clockdisc_source_get_nl_policy,
		.maxattr	= CLOCKDISC_A_SOURCE_ID,
	},
	{
		.cmd		= CLOCKDISC_CMD_SOURCE_ADD,
		.doit		= clockdisc_nl_source_add_doit,
		.policy		= clockdisc_source_add_nl_policy,
		.maxattr	= CLOCKDISC_A_SOURCE_MAXPOLL_LOG2S,
	},
	{
		.cmd		= CLOCKDISC_CMD_SOURCE_SET,
		.doit		= clockdisc_nl_source_set_doit,
		.policy		= clockdisc_source_set_nl_policy,
		.maxattr	= CLOCKDISC_A_SOURCE_MAXPOLL_LOG2S,
	},
	{
		.cmd		= CLOCKDISC_CMD_SOURCE_DEL,
		.doit		= clockdisc_nl_source_del_doit,
		.policy		= clockdisc_source_del_nl_policy,
		.maxattr	= CLOCKDISC_A_SOURCE_ID,
	},
	{
		.cmd		= CLOCKDISC_CMD_SAMPLE_SUBMIT,
		.doit		= clockdisc_nl_sample_submit_doit,
		.policy		= clockdisc_sample_submit_nl_policy,
		.maxattr	= CLOCKDISC_A_SUBMIT_SAMPLE,
	},
	{
		.cmd		= CLOCKDISC_CMD_STEP,
		.doit		= clockdisc_nl_step_doit,
		.policy		= clockdisc_step_nl_policy,
		.maxattr	= CLOCKDISC_A_CLOCK_ADJUST_NS,
	},
	{
		.cmd		= CLOCKDISC_CMD_SLEW,
		.doit		= clockdisc_nl_slew_doit,
		.policy		= clockdisc_slew_nl_policy,
		.maxattr	= CLOCKDISC_A_CLOCK_ADJUST_NS,
	},
	{
		.cmd		= CLOCKDISC_CMD_FREEZE,
		.doit		= clockdisc_nl_freeze_doit,
		.policy		= clockdisc_freeze_nl_policy,
		.maxattr	= CLOCKDISC_A_CLOCK_PAD,
	},
	{
		.cmd		= CLOCKDISC_CMD_UNFREEZE,
		.doit		= clockdisc_nl_unfreeze_doit,
		.policy		= clockdisc_unfreeze_nl_policy,
		.maxattr	= CLOCKDISC_A_CLOCK_PAD,
	},
	{
		.cmd		= CLOCKDISC_CMD_FREQ_SET,
		.doit		= clockdisc_nl_freq_set_doit,
		.policy		= clockdisc_freq_set_nl_policy,
		.maxattr	= CLOCKDISC_A_CLOCK_FREQ_PPB_Q16,
	},
	{
		.cmd		= CLOCKDISC_CMD_LOG_GET,
		.doit		= clockdisc_nl_log_get_doit,
		.dumpit		= clockdisc_nl_log_get_dumpit,
		.policy		= clockdisc_log_get_nl_policy,
		.maxattr	= CLOCKDISC_A_LOG_NEWEST,
	},
	{
		.cmd		= CLOCKDISC_CMD_ACCEPT,
		.doit		= clockdisc_nl_accept_doit,
		.policy		= clockdisc_accept_nl_policy,
		.maxattr	= CLOCKDISC_A_CLOCK_PAD,
	},
	{
		.cmd		= CLOCKDISC_CMD_REJECT,
		.doit		= clockdisc_nl_reject_doit,
		.policy		= clockdisc_reject_nl_policy,
		.maxattr	= CLOCKDISC_A_CLOCK_PAD,
	},
	{
		.cmd		= CLOCKDISC_CMD_RESUME,
		.doit		= clockdisc_nl_resume_doit,
		.policy		= clockdisc_resume_nl_policy,
		.maxattr	= CLOCKDISC_A_CLOCK_PAD,
	},
};

static const struct genl_multicast_group clockdisc_nl_mcgrps[] = {
	[CLOCKDISC_NLGRP_CLOCK] = { "clock", },
	[CLOCKDISC_NLGRP_SOURCES] = { "sources", },
	[CLOCKDISC_NLGRP_LOG] = { "log", },
};
