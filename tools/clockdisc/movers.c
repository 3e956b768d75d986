// SPDX-License-Identifier: GPL-2.0
/* clockdisc log: who moved the clock, by how much, and why. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tool.h"

#define NSEC_PER_SEC	1000000000LL
#define NEWEST_MAX	4096

enum {
	OPTION_SINCE = 256,
};

struct reader {
	struct tool *tool;
	uint64_t since_seq;	/* the next entry that is wanted */
	uint32_t newest;	/* 0: all */
	bool has_ago;
	int64_t ago_ns;
	/* Entries before either of the two are left out. */
	int64_t since_raw_ns;
	int64_t since_real_ns;
};

/* The task and its process id, or kernel. */
static void print_who(const struct cdisc_view *view)
{
	const char *name = cdisc_view_str(view, CLOCKDISC_A_LOG_NAME);
	char text[64] = "-";
	uint32_t pid = 0;

	cdisc_view_u32(view, CLOCKDISC_A_LOG_PID, &pid);
	if (name && pid)
		snprintf(text, sizeof(text), "%s/%u", name, pid);
	else if (name)
		snprintf(text, sizeof(text), "%s", name);
	printf("  %-20s", text);
}

static void print_clocks(const struct cdisc_view *view)
{
	int64_t change_ns, old_ns, now_ns = 0;
	char text[CDISC_TEXT_LEN], old[CDISC_TEXT_LEN];

	if (!cdisc_view_s64(view, CLOCKDISC_A_LOG_CHANGE_NS, &change_ns))
		return;
	printf(" %s", cdisc_format_ns(text, sizeof(text), change_ns));
	cdisc_view_s64(view, CLOCKDISC_A_LOG_REAL_NS, &now_ns);
	if (cdisc_view_s64(view, CLOCKDISC_A_LOG_OLD_REAL_NS, &old_ns))
		printf(", from %s", cdisc_format_real_ns(old, sizeof(old), old_ns));
}

/* What was, and what is. */
static void print_change(const struct cdisc_view *view)
{
	char old[CDISC_TEXT_LEN], new[CDISC_TEXT_LEN];
	int64_t old_ppb_q16, new_ppb_q16;
	uint32_t old_bits, new_bits;
	int32_t old_s, new_s;
	const char *clock = cdisc_view_str(view, CLOCKDISC_A_LOG_NEW_CLOCKSOURCE);

	print_clocks(view);
	if (cdisc_view_s64(view, CLOCKDISC_A_LOG_OLD_RATE_PPB_Q16, &old_ppb_q16) &&
	    cdisc_view_s64(view, CLOCKDISC_A_LOG_NEW_RATE_PPB_Q16, &new_ppb_q16))
		printf(" %s to %s", cdisc_format_ppb_q16(old, sizeof(old), old_ppb_q16),
		       cdisc_format_ppb_q16(new, sizeof(new), new_ppb_q16));
	if (cdisc_view_u32(view, CLOCKDISC_A_LOG_OLD_STATUS, &old_bits) &&
	    cdisc_view_u32(view, CLOCKDISC_A_LOG_NEW_STATUS, &new_bits))
		printf(" 0x%04x to 0x%04x", old_bits, new_bits);
	if (cdisc_view_s32(view, CLOCKDISC_A_LOG_OLD_TAI_S, &old_s) &&
	    cdisc_view_s32(view, CLOCKDISC_A_LOG_NEW_TAI_S, &new_s))
		printf(" %d s to %d s", old_s, new_s);
	if (clock)
		printf(" %s to %s", cdisc_view_str(view, CLOCKDISC_A_LOG_OLD_CLOCKSOURCE), clock);
}

static void print_entry(const struct cdisc_view *view)
{
	uint32_t kind = 0, cause = 0, count, reaction;
	char text[CDISC_TEXT_LEN];
	int64_t real_ns = 0;
	uint64_t seq = 0;

	cdisc_view_u64(view, CLOCKDISC_A_LOG_SEQ, &seq);
	cdisc_view_s64(view, CLOCKDISC_A_LOG_REAL_NS, &real_ns);
	cdisc_view_u32(view, CLOCKDISC_A_LOG_KIND, &kind);
	cdisc_view_u32(view, CLOCKDISC_A_LOG_CAUSE, &cause);
	printf("%6llu %s  %-13s", (unsigned long long)seq, cdisc_format_real_ns(text, sizeof(text), real_ns),
	       cdisc_enum_name(&cdisc_enum_log_cause, cause));
	print_who(view);
	printf("  %-11s", cdisc_enum_name(&cdisc_enum_log_kind, kind));
	print_change(view);
	if (cdisc_view_u32(view, CLOCKDISC_A_LOG_COUNT, &count))
		printf(kind == CLOCKDISC_LOG_KIND_LOST ? " %u changes were not recorded" : " (%u changes)", count);
	if (cdisc_view_u32(view, CLOCKDISC_A_LOG_REACTION, &reaction))
		printf("  -> %s", cdisc_enum_name(&cdisc_enum_log_reaction, reaction));
	putchar('\n');
}

/* One that set the clock back was made when the clock showed the time before. */
static bool is_before(const struct reader *reader, const struct cdisc_view *view)
{
	int64_t raw_ns = 0, real_ns = 0, old_real_ns;

	cdisc_view_s64(view, CLOCKDISC_A_LOG_RAW_NS, &raw_ns);
	cdisc_view_s64(view, CLOCKDISC_A_LOG_REAL_NS, &real_ns);
	if (cdisc_view_s64(view, CLOCKDISC_A_LOG_OLD_REAL_NS, &old_real_ns) && old_real_ns > real_ns)
		real_ns = old_real_ns;
	return raw_ns < reader->since_raw_ns || real_ns < reader->since_real_ns;
}

static void take_entry(struct reader *reader, const struct cdisc_view *view)
{
	uint64_t seq = 0;

	cdisc_view_u64(view, CLOCKDISC_A_LOG_SEQ, &seq);
	/* One that is written during the dump comes as an event, too. */
	if (seq < reader->since_seq)
		return;
	reader->since_seq = seq + 1;
	if (is_before(reader, view))
		return;
	if (reader->tool->is_json)
		tool_print_json(tool_json(view));
	else
		print_entry(view);
}

static int message_read(struct cdisc_client *client, const struct nlmsghdr *nlh, void *arg)
{
	uint8_t cmd = cdisc_msg_cmd(nlh);
	struct cdisc_view view;

	(void)client;
	if (cmd != CLOCKDISC_CMD_LOG_GET && cmd != CLOCKDISC_CMD_LOG_NTF)
		return 0;
	cdisc_view_msg(&view, &cdisc_set_log, nlh);
	take_entry(arg, &view);
	return 0;
}

static int dump(struct reader *reader)
{
	struct cdisc_client *client = &reader->tool->client;
	struct nlmsghdr *nlh = cdisc_request_begin(client, CLOCKDISC_CMD_LOG_GET, true);

	mnl_attr_put_u64(nlh, CLOCKDISC_A_LOG_SINCE_SEQ, reader->since_seq);
	if (reader->newest)
		mnl_attr_put_u32(nlh, CLOCKDISC_A_LOG_NEWEST, reader->newest);
	if (cdisc_request_run(client, nlh, &cdisc_set_log, message_read, reader))
		return tool_client_failed(client);
	return TOOL_OK;
}

/* What was lost on the way is still in the module's log, most likely. */
static int follow(struct reader *reader, struct tool_wait *wait)
{
	reader->newest = 0;
	/* What is written from now on is told, whatever the clock is set to. */
	reader->since_real_ns = INT64_MIN;
	while (!wait->is_over) {
		if (fflush(stdout) || tool_listen(wait, -1, message_read, reader))
			return TOOL_FAILED;
		if (wait->has_lost && dump(reader))
			return TOOL_FAILED;
	}
	return TOOL_OK;
}

static int log_follow(struct reader *reader)
{
	struct tool_wait wait = { .has_output = true };
	int code;

	if (tool_wait_open(&wait, false, false))
		return TOOL_FAILED;
	/* Events first: what happens between the two is then not missed. */
	if (cdisc_events_join(&wait.events, wait.events.group_log))
		code = tool_client_failed(&wait.events);
	else
		code = dump(reader);
	if (code == TOOL_OK)
		code = follow(reader, &wait);
	tool_wait_close(&wait);
	return code;
}

/* "2026-11-28T09:30:00Z", with or without the seconds, the T and the Z. */
static bool date_read(const char *text, int64_t *real_ns)
{
	static const char * const forms[] = { "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d" };
	int64_t sec;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		struct tm tm = { 0 };
		const char *end = strptime(text, forms[i], &tm);

		if (!end || (*end && strcmp(end, "Z")))
			continue;
		/* Fits from 1678 to 2262; what lies beyond is before, or after, all entries. */
		sec = timegm(&tm);
		if (__builtin_mul_overflow(sec, NSEC_PER_SEC, real_ns))
			*real_ns = sec < 0 ? INT64_MIN : INT64_MAX;
		return true;
	}
	return false;
}

static int since_read(const struct tool *tool, struct reader *reader)
{
	const char *text = tool_option(tool, OPTION_SINCE);
	char error[256];
	char *end;

	if (!text)
		return TOOL_OK;
	errno = 0;
	reader->since_seq = strtoull(text, &end, 10);
	if (*text >= '0' && *text <= '9' && !*end && !errno)
		return TOOL_OK;
	reader->since_seq = 0;
	if (date_read(text, &reader->since_real_ns))
		return TOOL_OK;
	if (cdisc_parse_quantity(text, CDISC_UNIT_NS, &reader->ago_ns, error, sizeof(error)) || reader->ago_ns < 0)
		return tool_usage_error(tool, "--since: '%s' is neither an entry's number, nor a time ago such as 10min, nor a date such as 2026-11-28T09:30:00", text);
	reader->has_ago = true;
	return TOOL_OK;
}

/* So long ago by the counter: the clock may have been set since, which is what is looked for. */
static int ago_take(struct tool *tool, const struct cdisc_view *view, void *arg)
{
	struct reader *reader = arg;
	int64_t raw_ns = 0;

	(void)tool;
	cdisc_view_s64(view, CLOCKDISC_A_CLOCK_RAW_NS, &raw_ns);
	reader->since_raw_ns = raw_ns - reader->ago_ns;
	return 0;
}

static int newest_read(const struct tool *tool, struct reader *reader)
{
	const char *text = tool_option(tool, 'n');
	unsigned long number;
	char *end;

	if (!text)
		return TOOL_OK;
	errno = 0;
	number = strtoul(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || !number || number > NEWEST_MAX)
		return tool_usage_error(tool, "--newest: '%s' is out of range; legal is 1 to %d", text, NEWEST_MAX);
	reader->newest = (uint32_t)number;
	return TOOL_OK;
}

static int log_run(struct tool *tool)
{
	struct reader reader = { .tool = tool, .since_raw_ns = INT64_MIN, .since_real_ns = INT64_MIN };
	int code = since_read(tool, &reader);

	if (!code)
		code = newest_read(tool, &reader);
	if (!code)
		code = tool_open(tool);
	if (!code && reader.has_ago && tool_get_clock(tool, ago_take, &reader))
		code = tool_client_failed(&tool->client);
	if (code)
		return code;
	return tool_option(tool, 'f') ? log_follow(&reader) : dump(&reader);
}

static const struct option log_options[] = {
	{ "follow", no_argument, NULL, 'f' },
	{ "newest", required_argument, NULL, 'n' },
	{ "since", required_argument, NULL, OPTION_SINCE },
	{ 0 },
};

const struct tool_command log_commands[] = {
	{
		.name = "log",
		.usage = "[-f] [-n N] [--since WHEN]",
		.summary = "show who moved the clock, by how much, and why",
		.help = "  -f, --follow    go on with entries as they are written, until interrupted\n"
			"  -n, --newest N  only the newest N entries, 1 to 4096\n"
			"  --since WHEN    only entries from this number on, such as 120, from this long\n"
			"                  ago, such as 10min, or from this date (UTC), such as\n"
			"                  2026-11-28T09:30:00; so long ago by the counter, which\n"
			"                  nobody sets\n\n"
			"Number, time, cause, who, what happened, and the change. The module keeps the\n"
			"last 4096 entries. With -j one object on a line.\n",
		.options = log_options,
		.run = log_run,
	},
	{ 0 },
};
