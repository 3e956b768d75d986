// SPDX-License-Identifier: GPL-2.0
/* clockdisc step, slew, freeze, unfreeze, accept, reject, resume, freq: the operator's hand on the clock. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

static int adjust_run(struct tool *tool, uint8_t command)
{
	const struct cdisc_attr *attr = cdisc_attr_by_number(&cdisc_set_clock,
							     CLOCKDISC_A_CLOCK_ADJUST_NS);
	struct nlmsghdr *nlh;
	char error[256];
	int64_t amount_ns = 0;

	if (tool->n_args && cdisc_attr_parse(attr, tool->args[0], &amount_ns, error,
					     sizeof(error)))
		return tool_usage_error(tool, "%s", error);
	if (tool_open(tool))
		return TOOL_FAILED;
	nlh = cdisc_request_begin(&tool->client, command, false);
	if (tool->n_args)
		cdisc_attr_put(nlh, cdisc_request_room(), &cdisc_set_clock, attr, amount_ns);
	if (cdisc_request_run(&tool->client, nlh, &cdisc_set_clock, NULL, NULL))
		return tool_client_failed(&tool->client);
	return tool->is_json ? tool_print_clock_json(tool) : TOOL_OK;
}

static int step_run(struct tool *tool)
{
	return adjust_run(tool, CLOCKDISC_CMD_STEP);
}

/* The slew in progress ends where a slew of nothing begins. */
static int slew_run(struct tool *tool)
{
	if (tool->n_args && !strcmp(tool->args[0], "cancel"))
		tool->args[0] = (char *)"0";
	return adjust_run(tool, CLOCKDISC_CMD_SLEW);
}

static int freeze_run(struct tool *tool)
{
	return adjust_run(tool, CLOCKDISC_CMD_FREEZE);
}

static int unfreeze_run(struct tool *tool)
{
	return adjust_run(tool, CLOCKDISC_CMD_UNFREEZE);
}

static int accept_run(struct tool *tool)
{
	return adjust_run(tool, CLOCKDISC_CMD_ACCEPT);
}

static int reject_run(struct tool *tool)
{
	return adjust_run(tool, CLOCKDISC_CMD_REJECT);
}

static int resume_run(struct tool *tool)
{
	return adjust_run(tool, CLOCKDISC_CMD_RESUME);
}

static int freq_print(struct tool *tool, const struct cdisc_view *view, void *arg)
{
	char text[CDISC_TEXT_LEN];
	json_object *object;
	int64_t freq_ppb_q16;
	bool has_freq;

	(void)arg;
	has_freq = cdisc_view_s64(view, CLOCKDISC_A_CLOCK_FREQ_PPB_Q16, &freq_ppb_q16);
	if (tool->is_json) {
		object = json_object_new_object();
		json_object_object_add(object, "freq-ppb-q16",
				       has_freq ? json_object_new_int64(freq_ppb_q16) : NULL);
		tool_print_json(object);
		return 0;
	}
	puts(has_freq ? cdisc_format_ppb_q16(text, sizeof(text), freq_ppb_q16) : "unknown");
	return 0;
}

static int freq_run(struct tool *tool)
{
	const struct cdisc_attr *attr = cdisc_attr_by_number(&cdisc_set_clock,
							     CLOCKDISC_A_CLOCK_FREQ_PPB_Q16);
	int64_t freq_ppb_q16 = 0;
	char error[256];

	if (tool->n_args && cdisc_attr_parse(attr, tool->args[0], &freq_ppb_q16, error,
					     sizeof(error)))
		return tool_usage_error(tool, "%s", error);
	if (tool_open(tool))
		return TOOL_FAILED;
	if (tool->n_args && cdisc_freq_set(&tool->client, freq_ppb_q16))
		return tool_client_failed(&tool->client);
	/* After a change too: it tells what is set, not what was asked for. */
	if (tool_get_clock(tool, freq_print, NULL))
		return tool_client_failed(&tool->client);
	return TOOL_OK;
}

#define AMOUNT_HELP \
	"AMOUNT is a number and ns, us, ms, s, min, h or d, such as 128ms or -0.5s; a plain\n" \
	"integer is ns. A positive amount moves the clock forward. Without it the present\n" \
	"offset is taken, as clockdisc status shows it.\n"

const struct tool_command adjust_commands[] = {
	{
		.name = "step",
		.usage = "[AMOUNT]",
		.summary = "step the clock at once",
		.help = AMOUNT_HELP,
		.args_max = 1,
		.run = step_run,
	},
	{
		.name = "slew",
		.usage = "[AMOUNT|cancel]",
		.summary = "slew the clock as fast as max-slew allows",
		.help = AMOUNT_HELP
			"cancel ends the slew in progress where it is.\n",
		.args_max = 1,
		.run = slew_run,
	},
	{
		.name = "freeze",
		.usage = "",
		.summary = "suspend steering at the learnt frequency; measuring goes on",
		.run = freeze_run,
	},
	{
		.name = "unfreeze",
		.usage = "",
		.summary = "take up steering again and measure afresh",
		.run = unfreeze_run,
	},
	{
		.name = "accept",
		.usage = "",
		.summary = "make the correction that waits for the operator, and take up steering again",
		.run = accept_run,
	},
	{
		.name = "reject",
		.usage = "",
		.summary = "drop the correction that waits for the operator, and stay frozen",
		.run = reject_run,
	},
	{
		.name = "resume",
		.usage = "",
		.summary = "take back a clock that was left to another program",
		.run = resume_run,
	},
	{
		.name = "freq",
		.usage = "[VALUE]",
		.summary = "show the learnt frequency, or set it as from a drift file",
		.help = "VALUE is a number and ppb or ppm, such as -12.5ppm; a plain integer is\n"
			"ppb x 2^16, as -j prints it. Legal: -100000 ppm to 100000 ppm. Positive makes\n"
			"the clock run faster.\n",
		.args_max = 1,
		.run = freq_run,
	},
	{ 0 },
};
