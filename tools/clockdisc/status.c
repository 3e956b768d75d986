// SPDX-License-Identifier: GPL-2.0
/* clockdisc status, explain: the clock as it is. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tool.h"

/* A row with one attribute; nothing when it is absent. */
static void print_attr(const char *label, const struct cdisc_view *view, uint16_t number,
		       const char *tail)
{
	const struct nlattr *nla = view->by_number[number];
	char text[512];

	if (nla)
		printf("%-16s %s%s\n", label,
		       cdisc_attr_format(text, sizeof(text),
					 cdisc_attr_by_number(view->set, number), nla), tail);
}

static void print_enum(const char *label, const struct cdisc_view *view, uint16_t number,
		       const char *tail)
{
	const struct cdisc_enum_value *row;
	uint32_t value;

	if (!cdisc_view_u32(view, number, &value))
		return;
	row = cdisc_enum_by_value(cdisc_attr_by_number(view->set, number)->values, value);
	if (row)
		printf("%-16s %s: %s\n", label, row->name, tail ? tail : row->doc);
	else
		printf("%-16s unknown (%u)\n", label, value);
}

struct status {
	char source[CDISC_NAME_MAX_LEN + 1];
	char kind[32];
	uint32_t selected_id;
};

static int name_read(struct tool *tool, const struct cdisc_view *view, void *arg)
{
	const char *name = cdisc_view_str(view, CLOCKDISC_A_SOURCE_NAME);
	const char *kind = cdisc_view_str(view, CLOCKDISC_A_SOURCE_KIND);
	struct status *status = arg;

	(void)tool;
	if (name)
		snprintf(status->source, sizeof(status->source), "%s", name);
	/* What user space feeds is what people expect; anything else is said. */
	if (kind && strcmp(kind, "user"))
		snprintf(status->kind, sizeof(status->kind), " (%s) selected", kind);
	return 0;
}

static int selected_read(struct tool *tool, const struct cdisc_view *view, void *arg)
{
	struct status *status = arg;

	(void)tool;
	cdisc_view_u32(view, CLOCKDISC_A_CLOCK_SELECTED_ID, &status->selected_id);
	return 0;
}

static void print_source(const struct cdisc_view *view, const struct status *status)
{
	uint32_t id, n_used = 0, n_sources = 0;

	cdisc_view_u32(view, CLOCKDISC_A_CLOCK_SURVIVORS, &n_used);
	cdisc_view_u32(view, CLOCKDISC_A_CLOCK_SOURCES, &n_sources);
	if (!cdisc_view_u32(view, CLOCKDISC_A_CLOCK_SELECTED_ID, &id))
		printf("%-16s none (%u sources)\n", "source", n_sources);
	else if (id == status->selected_id && *status->source)
		printf("%-16s %s%s (id %u; %u of %u sources used)\n", "source", status->source,
		       status->kind, id, n_used, n_sources);
	else
		printf("%-16s id %u (%u of %u sources used)\n", "source", id, n_used, n_sources);
}

static void print_reference(const struct cdisc_view *view)
{
	uint32_t stratum = 16, ref_id;
	int64_t now_ns, ref_ns;
	char text[CDISC_TEXT_LEN], age[CDISC_TEXT_LEN];

	if (cdisc_view_u32(view, CLOCKDISC_A_CLOCK_STRATUM, &stratum))
		printf("%-16s %u\n", "stratum", stratum);
	/* Letters at stratum 1, where it names a kind of clock; an address below. */
	if (cdisc_view_u32(view, CLOCKDISC_A_CLOCK_REF_ID, &ref_id) && ref_id)
		printf("%-16s %s\n", "reference",
		       cdisc_format_ref_id(text, sizeof(text), ref_id, stratum));
	if (cdisc_view_s64(view, CLOCKDISC_A_CLOCK_REF_REAL_NS, &ref_ns) && ref_ns &&
	    cdisc_view_s64(view, CLOCKDISC_A_CLOCK_REAL_NS, &now_ns))
		printf("%-16s %s (%s ago)\n", "last update",
		       cdisc_format_real_ns(text, sizeof(text), ref_ns),
		       cdisc_format_magnitude_ns(age, sizeof(age), now_ns > ref_ns ?
						 (uint64_t)now_ns - (uint64_t)ref_ns : 0));
}

/* "1 min 22 s", "3 h 20 min", "2 d 4 h": the two largest units. */
static char *format_duration(char *buf, size_t len, uint64_t span_ns)
{
	static const struct {
		uint64_t	sec;
		const char	*name;
	} units[] = { { 86400, "d" }, { 3600, "h" }, { 60, "min" }, { 1, "s" } };
	uint64_t sec = span_ns / 1000000000;
	size_t i;

	for (i = 0; i + 1 < ARRAY_SIZE(units); i++) {
		if (sec < units[i].sec)
			continue;
		snprintf(buf, len, "%llu %s %llu %s", (unsigned long long)(sec / units[i].sec), units[i].name,
			 (unsigned long long)(sec % units[i].sec / units[i + 1].sec), units[i + 1].name);
		return buf;
	}
	return cdisc_format_magnitude_ns(buf, len, span_ns);
}

static void print_pending(const struct cdisc_view *view)
{
	char text[CDISC_TEXT_LEN];
	uint32_t reason = 0;
	int64_t pending_ns;

	if (!cdisc_view_s64(view, CLOCKDISC_A_CLOCK_PENDING_NS, &pending_ns))
		return;
	cdisc_view_u32(view, CLOCKDISC_A_CLOCK_PENDING_REASON, &reason);
	printf("%-16s %s (%s; clockdisc accept makes it, reject drops it)\n", "pending",
	       cdisc_format_ns(text, sizeof(text), pending_ns), cdisc_enum_name(&cdisc_enum_pending_reason, reason));
}

static void print_slew(const struct cdisc_view *view)
{
	char left[CDISC_TEXT_LEN], end[CDISC_TEXT_LEN], rate[CDISC_TEXT_LEN];
	int64_t left_ns;
	uint64_t end_ns = 0;
	uint32_t rate_ppb = 0;

	if (!cdisc_view_s64(view, CLOCKDISC_A_CLOCK_SLEW_LEFT_NS, &left_ns))
		return;
	cdisc_view_u64(view, CLOCKDISC_A_CLOCK_SLEW_TIME_LEFT_NS, &end_ns);
	cdisc_view_u32(view, CLOCKDISC_A_CLOCK_SLEW_RATE_PPB, &rate_ppb);
	if (!left_ns)
		printf("%-16s none\n", "slew");
	else
		printf("%-16s %s left, %s at %s\n", "slew",
		       cdisc_format_ns(left, sizeof(left), left_ns),
		       format_duration(end, sizeof(end), end_ns),
		       cdisc_format_ppb(rate, sizeof(rate), rate_ppb));
}

static void print_counts(const struct cdisc_view *view)
{
	const struct nlattr *nla = NULL;
	const struct cdisc_attr *attr;
	bool has_any = false;

	printf("%-16s", "samples");
	while ((nla = cdisc_view_next(view, nla, &attr))) {
		struct cdisc_view count;
		uint32_t verdict = 0;
		uint64_t n = 0;

		if (attr != cdisc_attr_by_number(view->set, CLOCKDISC_A_CLOCK_COUNT))
			continue;
		cdisc_view_nest(&count, &cdisc_set_count, nla);
		cdisc_view_u32(&count, CLOCKDISC_A_COUNT_VERDICT, &verdict);
		cdisc_view_u64(&count, CLOCKDISC_A_COUNT_SAMPLES, &n);
		if (!n)
			continue;
		printf("%s %s %llu", has_any ? "," : "",
		       cdisc_enum_name(&cdisc_enum_verdict, verdict), (unsigned long long)n);
		has_any = true;
	}
	printf("%s\n", has_any ? "" : " none");
}

static void print_totals(const struct cdisc_view *view)
{
	uint64_t n_updates = 0, n_steps = 0, n_slews = 0;
	char text[CDISC_TEXT_LEN];
	int64_t step_ns;

	cdisc_view_u64(view, CLOCKDISC_A_CLOCK_UPDATES, &n_updates);
	cdisc_view_u64(view, CLOCKDISC_A_CLOCK_STEPS, &n_steps);
	cdisc_view_u64(view, CLOCKDISC_A_CLOCK_SLEWS, &n_slews);
	printf("%-16s %llu updates, %llu slews, %llu steps", "moved",
	       (unsigned long long)n_updates, (unsigned long long)n_slews,
	       (unsigned long long)n_steps);
	if (n_steps && cdisc_view_s64(view, CLOCKDISC_A_CLOCK_LAST_STEP_NS, &step_ns))
		printf(", the last step %s", cdisc_format_ns(text, sizeof(text), step_ns));
	putchar('\n');
}

/* The bound's parts that are not nothing, the largest ones being what to improve. */
static void print_bound_parts(const struct cdisc_view *view)
{
	static const struct { int attr; const char *name; } parts[] = {
		{ CLOCKDISC_A_CLOCK_BOUND_ROOT_NS, "root" }, { CLOCKDISC_A_CLOCK_BOUND_PATH_NS, "path" },
		{ CLOCKDISC_A_CLOCK_BOUND_WIDTH_NS, "width" }, { CLOCKDISC_A_CLOCK_BOUND_OSCILLATOR_NS, "oscillator" },
		{ CLOCKDISC_A_CLOCK_BOUND_SLEW_NS, "slew" }, { CLOCKDISC_A_CLOCK_BOUND_SMEAR_NS, "smear" },
	};
	const char *sign = "";
	char text[CDISC_TEXT_LEN];
	uint64_t ns;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		if (!cdisc_view_u64(view, parts[i].attr, &ns) || !ns)
			continue;
		printf(*sign ? "%s %s %s" : "%-17s%s %s", sign, parts[i].name,
		       cdisc_format_magnitude_ns(text, sizeof(text), ns));
		sign = " +";
	}
	if (*sign)
		putchar('\n');
}

/* A clock that is not UTC says so. */
static void print_smear(const struct cdisc_view *view)
{
	char text[CDISC_TEXT_LEN];
	uint32_t is_smeared = 0;
	int64_t ahead_ns = 0;

	cdisc_view_u32(view, CLOCKDISC_A_CLOCK_SMEARED, &is_smeared);
	cdisc_view_s64(view, CLOCKDISC_A_CLOCK_SMEAR_NS, &ahead_ns);
	if (ahead_ns)
		printf("%-16s %s ahead of UTC\n", "smear", cdisc_format_ns(text, sizeof(text), ahead_ns));
	else if (is_smeared)
		tool_print_row("smear", "the sources smear leap seconds");
}

/* How often time went by unseen, what told of the last time, and what was done about it. */
static void print_interruption(const struct cdisc_view *view)
{
	char causes[256] = "", gap[CDISC_TEXT_LEN] = "";
	uint32_t reaction = 0;
	const struct nlattr *nla = view->by_number[CLOCKDISC_A_CLOCK_INTERRUPTION];
	int64_t gap_ns;

	if (!nla)
		return;
	cdisc_attr_format(causes, sizeof(causes),
			  cdisc_attr_by_number(view->set, CLOCKDISC_A_CLOCK_INTERRUPTION), nla);
	printf("%-16s %s", "interrupted", causes);
	if (cdisc_view_u32(view, CLOCKDISC_A_CLOCK_REACTION, &reaction) &&
	    cdisc_view_s64(view, CLOCKDISC_A_CLOCK_GAP_NS, &gap_ns))
		printf(": off by %s, %s", cdisc_format_ns(gap, sizeof(gap), gap_ns),
		       cdisc_enum_name(&cdisc_enum_reaction, reaction));
	putchar('\n');
}

/* Who moved the clock against us, and whether it is left to them. */
static void print_conflict(const struct cdisc_view *view)
{
	const char *name = cdisc_view_str(view, CLOCKDISC_A_CLOCK_MOVER_NAME);
	uint64_t n_conflicts = 0, n_reasserts = 0;
	uint32_t pid = 0, is_yielded = 0;

	if (!name)
		return;
	cdisc_view_u32(view, CLOCKDISC_A_CLOCK_MOVER_PID, &pid);
	cdisc_view_u32(view, CLOCKDISC_A_CLOCK_YIELDED, &is_yielded);
	cdisc_view_u64(view, CLOCKDISC_A_CLOCK_CONFLICTS, &n_conflicts);
	cdisc_view_u64(view, CLOCKDISC_A_CLOCK_REASSERTS, &n_reasserts);
	printf("%-16s %s %s/%u; %llu moves of others, set right %llu times\n", "conflict",
	       is_yielded ? "yielded to" : "last with", name, pid, (unsigned long long)n_conflicts,
	       (unsigned long long)n_reasserts);
}

/* The STA_ bits of adjtimex(2) by their bit number. */
static void print_timex(const struct cdisc_view *view)
{
	static const char * const bits[] = {
		"PLL", "PPSFREQ", "PPSTIME", "FLL", "INS", "DEL", "UNSYNC", "FREQHOLD",
		"PPSSIGNAL", "PPSJITTER", "PPSWANDER", "PPSERROR", "CLOCKERR", "NANO", "MODE",
		"CLK",
	};
	uint32_t status;
	size_t i;

	if (cdisc_view_u32(view, CLOCKDISC_A_CLOCK_TIMEX_STATUS, &status)) {
		printf("%-16s 0x%04x", "timex status", status);
		for (i = 0; i < ARRAY_SIZE(bits); i++) {
			if (status & 1U << i)
				printf(" STA_%s", bits[i]);
		}
		putchar('\n');
	}
	print_attr("timex maxerror", view, CLOCKDISC_A_CLOCK_TIMEX_MAXERROR_US, "");
	print_attr("timex esterror", view, CLOCKDISC_A_CLOCK_TIMEX_ESTERROR_US, "");
}

static void print_config(const struct cdisc_view *view)
{
	size_t i;

	printf("\nconfiguration, and see clockdisc policy\n");
	for (i = 0; i < view->set->n; i++) {
		const struct cdisc_attr *attr = &view->set->attrs[i];
		char text[128];

		if (!attr->is_settable || attr->type == CDISC_ATTR_NEST || !view->by_number[i])
			continue;
		cdisc_attr_format(text, sizeof(text), attr, view->by_number[i]);
		printf("  %-22s %s\n", attr->short_name ? attr->short_name : attr->name, text);
	}
}

static int status_print(struct tool *tool, const struct cdisc_view *view, void *arg)
{
	const struct status *status = arg;
	char text[CDISC_TEXT_LEN];
	uint64_t bound_ns;

	if (tool->is_json) {
		tool_print_json(tool_json(view));
		return 0;
	}
	print_enum("state", view, CLOCKDISC_A_CLOCK_STATE, NULL);
	print_attr("synchronised", view, CLOCKDISC_A_CLOCK_SYNCHRONISED, "");
	tool_print_row("explanation", cdisc_view_str(view, CLOCKDISC_A_CLOCK_EXPLAIN));
	print_source(view, status);
	print_attr("offset", view, CLOCKDISC_A_CLOCK_OFFSET_NS, "");
	if (cdisc_view_u64(view, CLOCKDISC_A_CLOCK_BOUND_NS, &bound_ns))
		printf("%-16s +-%s\n", "bound",
		       cdisc_format_magnitude_ns(text, sizeof(text), bound_ns));
	else
		printf("%-16s unknown\n", "bound");
	print_bound_parts(view);
	print_attr("earliest", view, CLOCKDISC_A_CLOCK_EARLIEST_REAL_NS, "");
	print_attr("latest", view, CLOCKDISC_A_CLOCK_LATEST_REAL_NS, "");
	print_pending(view);
	print_interruption(view);
	print_conflict(view);
	print_attr("frequency", view, CLOCKDISC_A_CLOCK_FREQ_PPB_Q16, " (learnt)");
	print_attr("rate", view, CLOCKDISC_A_CLOCK_RATE_PPB_Q16, " (applied)");
	print_attr("clock rate", view, CLOCKDISC_A_CLOCK_CLOCK_RATE_PPB_Q16, " (measured)");
	print_slew(view);
	print_attr("jitter", view, CLOCKDISC_A_CLOCK_JITTER_NS, "");
	print_attr("wander", view, CLOCKDISC_A_CLOCK_WANDER_PPB_Q16, "");
	print_attr("root delay", view, CLOCKDISC_A_CLOCK_ROOT_DELAY_NS, "");
	print_attr("root dispersion", view, CLOCKDISC_A_CLOCK_ROOT_DISPERSION_NS, "");
	print_reference(view);
	print_enum("leap", view, CLOCKDISC_A_CLOCK_LEAP, NULL);
	print_smear(view);
	print_attr("TAI offset", view, CLOCKDISC_A_CLOCK_TAI_OFFSET_S, "");
	print_attr("poll", view, CLOCKDISC_A_CLOCK_POLL_LOG2S, "");
	print_enum("actuator", view, CLOCKDISC_A_CLOCK_ACTUATOR,
		   cdisc_view_str(view, CLOCKDISC_A_CLOCK_ACTUATOR_REASON));
	print_enum("servo", view, CLOCKDISC_A_CLOCK_SERVO, NULL);
	print_counts(view);
	print_totals(view);
	tool_print_row("host", cdisc_view_str(view, CLOCKDISC_A_CLOCK_HOST));
	if (tool->is_verbose) {
		print_attr("real time", view, CLOCKDISC_A_CLOCK_REAL_NS, "");
		print_attr("counter time", view, CLOCKDISC_A_CLOCK_RAW_NS, "");
		print_timex(view);
		print_config(view);
	}
	return 0;
}

static int status_run(struct tool *tool)
{
	struct status status = { 0 };

	if (tool_open(tool))
		return TOOL_FAILED;
	/* The name first: what is selected may change, the id in the status decides. */
	if (!tool->is_json) {
		if (tool_get_clock(tool, selected_read, &status))
			return tool_client_failed(&tool->client);
		if (status.selected_id)
			(void)tool_get_sources(tool, status.selected_id, name_read, &status);
	}
	if (tool_get_clock(tool, status_print, &status))
		return tool_client_failed(&tool->client);
	return TOOL_OK;
}

static int explain_print(struct tool *tool, const struct cdisc_view *view, void *arg)
{
	const char *text = cdisc_view_str(view, CLOCKDISC_A_CLOCK_EXPLAIN);
	json_object *object;
	uint32_t state = 0;

	(void)arg;
	cdisc_view_u32(view, CLOCKDISC_A_CLOCK_STATE, &state);
	if (tool->is_json) {
		object = json_object_new_object();
		json_object_object_add(object, "state", json_object_new_string(
				       cdisc_enum_name(&cdisc_enum_state, state)));
		json_object_object_add(object, "explain", text ?
				       json_object_new_string(text) : NULL);
		tool_print_json(object);
		return 0;
	}
	if (text)
		puts(text);
	else
		printf("The state is %s; the module gave no explanation.\n",
		       cdisc_enum_name(&cdisc_enum_state, state));
	return 0;
}

static int explain_source_print(struct tool *tool, const struct cdisc_view *view, void *arg)
{
	const char *text = cdisc_view_str(view, CLOCKDISC_A_SOURCE_EXPLAIN);
	json_object *object;
	uint32_t reason = 0;

	(void)arg;
	cdisc_view_u32(view, CLOCKDISC_A_SOURCE_REASON, &reason);
	if (tool->is_json) {
		object = json_object_new_object();
		json_object_object_add(object, "reason", json_object_new_string(
				       cdisc_enum_name(&cdisc_enum_reason, reason)));
		json_object_object_add(object, "explain", text ? json_object_new_string(text) : NULL);
		tool_print_json(object);
		return 0;
	}
	printf("%s: %s\n", cdisc_enum_name(&cdisc_enum_reason, reason), text ? text : "");
	return 0;
}

static int explain_run(struct tool *tool)
{
	uint32_t id;
	int code;

	if (tool_open(tool))
		return TOOL_FAILED;
	if (tool->n_args) {
		code = tool_find_source(tool, tool->args[0], &id);
		if (code)
			return code;
		if (tool_get_sources(tool, id, explain_source_print, NULL))
			return tool_client_failed(&tool->client);
		return TOOL_OK;
	}
	if (tool_get_clock(tool, explain_print, NULL))
		return tool_client_failed(&tool->client);
	return TOOL_OK;
}

const struct tool_command status_commands[] = {
	{
		.name = "status",
		.usage = "[-v]",
		.summary = "show the state of the clock",
		.help = "With -v the kernel's own figures and the configuration too.\n\n"
			"An offset is reference minus local: positive when the clock is behind.\n"
			"A positive frequency or rate makes the clock run faster.\n",
		.run = status_run,
	},
	{
		.name = "explain",
		.usage = "[SOURCE]",
		.summary = "say in a few sentences why the state is what it is and what would change it",
		.help = "With the id or the name of a source: why it is or is not used.\n",
		.args_max = 1,
		.run = explain_run,
	},
	{ 0 },
};
