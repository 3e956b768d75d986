// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink uapi as a contract: what every command does, and that what is refused says why and leaves no trace.
 *
 * Run as root on a module that was just loaded.
 */
#include "nl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "uapi_tables.h"

#define EVENT_MSEC	3000
#define NSEC_PER_SEC	1000000000LL

static struct nl nl, events;
static struct nl_msg msg;
static struct nl_answer answer;

static int64_t real_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static int run(void)
{
	nl_talk(&nl, &msg, &answer);
	return answer.err;
}

/* Send a command without attributes. */
static int simple(uint8_t cmd)
{
	nl_begin(&nl, &msg, cmd, 0);
	return run();
}

static uint64_t clock_value(uint16_t type)
{
	const struct nlmsghdr *h;
	const struct nlattr *attr;

	simple(CLOCKDISC_CMD_CLOCK_GET);
	h = nl_next(&answer, NULL);
	attr = h ? nl_attr(h, type) : NULL;
	return attr ? nl_uint(attr) : UINT64_MAX;
}

/* Everything of an answer that does not move by itself. */
struct picture {
	size_t	len;
	uint8_t	bytes[1 << 16];
};

static bool moves_by_itself(uint16_t type, bool is_clock)
{
	if (!is_clock)
		return type == S(AGE_NS) || type == S(OFFSET_NS) || type == S(DISPERSION_NS) ||
		       type == S(ROOT_DISTANCE_NS) || type == S(PAD);
	return type == A(REAL_NS) || type == A(RAW_NS) || type == A(OFFSET_NS) || type == A(BOUND_NS) ||
	       type == A(CLOCK_RATE_PPB_Q16) || type == A(EXPLAIN) || type == A(SLEW_LEFT_NS) ||
	       type == A(SLEW_TIME_LEFT_NS) || type == A(PAD) || type == A(TIMEX_STATUS) ||
	       type == A(TIMEX_MAXERROR_US) || type == A(TIMEX_ESTERROR_US) || type == A(RATE_PPB_Q16);
}

static void picture_add(struct picture *p, bool is_clock)
{
	const struct nlmsghdr *h = NULL;

	while ((h = nl_next(&answer, h))) {
		const struct nlattr *attr = NULL;

		while ((attr = nl_attr_next(h, attr))) {
			if (moves_by_itself(nl_type(attr), is_clock) || p->len + attr->nla_len > sizeof(p->bytes))
				continue;
			memcpy(p->bytes + p->len, attr, attr->nla_len);
			p->len += attr->nla_len;
		}
	}
}

static void picture_take(struct picture *p)
{
	p->len = 0;
	simple(CLOCKDISC_CMD_CLOCK_GET);
	picture_add(p, true);
	nl_begin(&nl, &msg, CLOCKDISC_CMD_SOURCE_GET, NLM_F_DUMP);
	run();
	picture_add(p, false);
}

static bool picture_is(const struct picture *a, const struct picture *b)
{
	return a->len == b->len && !memcmp(a->bytes, b->bytes, a->len);
}

/* Events that are due have been read: the worker is done with what was asked when a command of its own returns. */
static void events_drop(void)
{
	static struct nl_msg in;

	while (nl_event(&events, &in, 20))
		;
}

/* Wait for an event; it is left in *in. */
static const struct nlmsghdr *event_wait(struct nl *from, struct nl_msg *in, uint8_t cmd, uint16_t attr, uint32_t event)
{
	while (nl_event(from, in, EVENT_MSEC)) {
		const struct nlattr *what = nl_attr(&in->h, attr);

		if (nl_cmd(&in->h) == cmd && what && nl_uint(what) == event)
			return &in->h;
	}
	return NULL;
}

static const struct nlmsghdr *clock_event(struct nl_msg *in, uint32_t event)
{
	return event_wait(&events, in, CLOCKDISC_CMD_CLOCK_NTF, A(EVENT), event);
}

static const struct nlmsghdr *source_event(struct nl_msg *in, uint32_t event)
{
	return event_wait(&events, in, CLOCKDISC_CMD_SOURCE_NTF, S(EVENT), event);
}

/* --- refusals ---------------------------------------------------------------------------------------------------- */

static uint32_t a_source;	/* id of a source that is there */

static uint32_t put_all(const struct refusal *r)
{
	static const uint8_t zeros[256];
	uint32_t bad_offset = 0;
	int i;

	for (i = 0; i < 8 && r->put[i].type; i++) {
		const struct put *p = &r->put[i];

		if (i + 1 == r->bad)
			bad_offset = msg.h.nlmsg_len;
		switch (p->kind) {
		case U32:
			nl_put_u32(&msg, p->type, p->value == ID ? a_source : (uint32_t)p->value);
			break;
		case U64:
			nl_put_u64(&msg, p->type, p->value);
			break;
		case STR:
			nl_put_str(&msg, p->type, p->text);
			break;
		case FLAG:
			nl_put(&msg, p->type, NULL, 0);
			break;
		case RAW:
			nl_put(&msg, p->type, p->text ? (const void *)p->text : zeros, p->len);
			break;
		case NEST:
			nl_put(&msg, p->type | NLA_F_NESTED, zeros, p->len);
			break;
		}
	}
	return bad_offset;
}

static void refuse(const struct refusal *r)
{
	static struct picture before, after;
	uint32_t bad_offset;
	size_t nest = 0;
	bool ok;

	picture_take(&before);
	nl_begin(&nl, &msg, r->cmd, 0);
	if (r->nest)
		nest = nl_nest_begin(&msg, r->nest);
	bad_offset = put_all(r);
	if (r->nest)
		nl_nest_end(&msg, nest);
	run();
	ok = answer.err == r->err && answer.text[0] && (!r->words || strstr(answer.text, r->words)) &&
	     (!r->bad || answer.bad_offset == bad_offset);
	tap(ok, "refused: %s", r->name);
	if (!ok)
		tap_note("err %d (%s), words \"%s\", offset %u; wanted %d, \"%s\", %u", answer.err,
			 strerror(-answer.err), answer.text, answer.bad_offset, r->err, r->words ? r->words : "",
			 bad_offset);
	picture_take(&after);
	if (!picture_is(&before, &after))
		tap(false, "no trace is left: %s", r->name);
}

static void refuse_value(const struct range *r, const char *where, uint64_t value)
{
	struct refusal f = { .cmd = r->cmd, .err = -ERANGE, .bad = 1, .put = { { .type = r->type, .kind = r->kind } } };
	char name[96], words[128];

	snprintf(name, sizeof(name), "%s %s its range", r->name, where);
	snprintf(words, sizeof(words), "%s must be %" PRId64 " to %" PRId64, r->name, r->min, r->max);
	f.put[0].value = value;
	f.name = name;
	f.words = words;
	refuse(&f);
}

static void check_refused_ranges(const struct range *r)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 4, 5, 8, 12 };
	size_t i;

	refuse_value(r, "just above", (uint64_t)r->max + 1);
	refuse_value(r, "far above", r->kind == U32 ? (r->is_signed ? INT32_MAX : UINT32_MAX) :
					 (r->is_signed ? INT64_MAX : UINT64_MAX));
	if (r->is_signed) {
		refuse_value(r, "just below", (uint64_t)r->min - 1);
		refuse_value(r, "far below", r->kind == U32 ? (uint32_t)INT32_MIN : (uint64_t)INT64_MIN);
	} else if (r->min > 0) {
		refuse_value(r, "just below", (uint64_t)r->min - 1);
	}
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		char name[96];
		struct refusal f = {
			.name = name, .cmd = r->cmd, .err = -EINVAL, .bad = 1,
			.put = { { .type = r->type, .kind = RAW, .len = sizes[i] } },
		};

		if (sizes[i] == r->kind)
			continue;
		snprintf(name, sizeof(name), "%s of %zu bytes", r->name, sizes[i]);
		refuse(&f);
	}
}

/* --- what works -------------------------------------------------------------------------------------------------- */

static void check_clock_get(void)
{
	static const uint16_t always[] = {
		A(LEAP_MODE), A(SMEAR_NS), A(SMEARED),
		A(STATE), A(ACTUATOR), A(ACTUATOR_REASON), A(SERVO), A(EXPLAIN), A(SYNCHRONISED), A(REAL_NS), A(RAW_NS),
		A(JITTER_NS), A(FREQ_PPB_Q16), A(WANDER_PPB_Q16), A(RATE_PPB_Q16), A(CLOCK_RATE_PPB_Q16),
		A(SLEW_LEFT_NS), A(SLEW_TIME_LEFT_NS), A(STRATUM), A(LEAP), A(TAI_OFFSET_S), A(POLL_LOG2S), A(SURVIVORS),
		A(SOURCES), A(UPDATES), A(STEPS), A(SLEWS), A(LAST_STEP_NS), A(STEP_THRESHOLD_NS), A(STEPOUT_NS),
		A(PANIC_THRESHOLD_NS), A(PANIC_ONCE), A(MAX_SLEW_PPB), A(MAX_SLEW_CHANGE_PPB_S), A(MIN_SURVIVORS),
		A(MAX_DISTANCE_NS), A(UNSYNC_LIMIT_NS), A(MINPOLL_LOG2S), A(MAXPOLL_LOG2S),
	};
	static const uint16_t never[] = { A(OFFSET_NS), A(BOUND_NS), A(SELECTED_ID), A(PENDING_NS), A(EVENT), A(EVENT_VALUE_NS),
					  A(ADJUST_NS), A(REF_REAL_NS), A(EARLIEST_REAL_NS), A(LATEST_REAL_NS), A(BOUND_ROOT_NS) };
	const struct nlmsghdr *h;
	size_t i;
	int missing = 0, extra = 0;

	tap(!simple(CLOCKDISC_CMD_CLOCK_GET) && answer.messages == 1, "clock-get answers with one message");
	h = nl_next(&answer, NULL);
	if (!h)
		return;
	for (i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		if (!nl_attr(h, always[i])) {
			tap_note("attribute %u is missing", always[i]);
			missing++;
		}
	for (i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (nl_attr(h, never[i])) {
			tap_note("attribute %u is there", never[i]);
			extra++;
		}
	tap(!missing, "clock-get tells all that is known of a clock without sources");
	tap(!extra, "clock-get does not tell what is not known");
	tap(nl_uint(nl_attr(h, A(STATE))) == CLOCKDISC_STATE_UNSET, "a fresh clock is unset");
	tap(nl_uint(nl_attr(h, A(STRATUM))) == 16 && nl_uint(nl_attr(h, A(LEAP))) == CLOCKDISC_LEAP_UNSYNC,
	    "a fresh clock has stratum 16 and leap unsync");
	tap(llabs((int64_t)nl_uint(nl_attr(h, A(REAL_NS))) - real_now_ns()) < NSEC_PER_SEC, "real-ns is the clock");
	nl_begin(&nl, &msg, CLOCKDISC_CMD_CLOCK_GET, NLM_F_DUMP);
	tap(run() == -EOPNOTSUPP, "clock-get has no dump");
}

static void set_one(const struct range *r, uint64_t value)
{
	nl_begin(&nl, &msg, r->cmd, 0);
	if (r->kind == U32)
		nl_put_u32(&msg, r->type, (uint32_t)value);
	else
		nl_put_u64(&msg, r->type, value);
	run();
}

static bool sets_and_tells(const struct range *r, uint64_t value)
{
	uint64_t seen;

	set_one(r, value);
	if (answer.err) {
		tap_note("err %d \"%s\"", answer.err, answer.text);
		return false;
	}
	seen = clock_value(r->type);
	if (r->kind == U32)
		value = (uint32_t)value;
	if (seen != value)
		tap_note("set to %" PRIu64 ", told as %" PRIu64, value, seen);
	return seen == value;
}

static void check_legal_ends(void)
{
	size_t i;

	/* With the panic threshold off and the poll intervals wide, one setting does not stand in the way of another. */
	nl_begin(&nl, &msg, CLOCKDISC_CMD_CLOCK_SET, 0);
	nl_put_u64(&msg, A(PANIC_THRESHOLD_NS), 0);
	nl_put_u32(&msg, A(MINPOLL_LOG2S), 0);
	nl_put_u32(&msg, A(MAXPOLL_LOG2S), 17);
	tap(!run(), "clock-set takes several settings at once");
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		const struct range *r = &ranges[i];
		uint64_t was;

		if (r->cmd != CLOCKDISC_CMD_CLOCK_SET)
			continue;
		was = clock_value(r->type);
		tap(sets_and_tells(r, (uint64_t)r->max), "the largest %s is taken and told", r->name);
		tap(sets_and_tells(r, (uint64_t)r->min), "the least %s is taken and told", r->name);
		set_one(r, was);
	}
	nl_begin(&nl, &msg, CLOCKDISC_CMD_CLOCK_SET, 0);
	nl_put_u64(&msg, A(STEP_THRESHOLD_NS), 128000000);
	nl_put_u64(&msg, A(PANIC_THRESHOLD_NS), 1000000000000);
	nl_put_u32(&msg, A(MINPOLL_LOG2S), 6);
	nl_put_u32(&msg, A(MAXPOLL_LOG2S), 10);
	nl_put_u32(&msg, A(SERVO), CLOCKDISC_SERVO_NTP);
	tap(!run(), "the defaults can be set again");
}

/* An event has the attributes of the get, in any order, and what happened. */
static bool carries_the_same(const struct nlmsghdr *event, const struct nlmsghdr *get, uint16_t first, uint16_t second)
{
	const struct nlattr *attr = NULL;
	bool same = true;

	while ((attr = nl_attr_next(get, attr)))
		if (!nl_attr(event, nl_type(attr))) {
			tap_note("the event lacks attribute %u", nl_type(attr));
			same = false;
		}
	attr = NULL;
	while ((attr = nl_attr_next(event, attr)))
		if (nl_type(attr) != first && nl_type(attr) != second && !nl_attr(get, nl_type(attr))) {
			tap_note("the event has attribute %u more", nl_type(attr));
			same = false;
		}
	return same && nl_attr(event, first) && (!second || nl_attr(event, second));
}

static void check_clock_events(void)
{
	static struct nl_msg in;
	const struct nlmsghdr *e;
	struct nl other;
	static struct nl_msg other_in;

	tap(!nl_open(&other) && !nl_join(&other, other.group_clock), "a second subscriber joins");
	events_drop();
	set_one(&ranges[1], 300000000000);
	e = clock_event(&in, CLOCKDISC_EVENT_CONFIG);
	simple(CLOCKDISC_CMD_CLOCK_GET);
	tap(e && carries_the_same(e, nl_next(&answer, NULL), A(EVENT), A(EVENT_VALUE_NS)),
	    "clock-set sends one event config, with the attributes of clock-get");
	tap(event_wait(&other, &other_in, CLOCKDISC_CMD_CLOCK_NTF, A(EVENT), CLOCKDISC_EVENT_CONFIG),
	    "the second subscriber is told the same");
	nl_close(&other);
	events_drop();
	nl_begin(&nl, &msg, CLOCKDISC_CMD_CLOCK_SET, 0);
	nl_put_u32(&msg, A(MAX_SLEW_PPB), 0);
	run();
	tap(!nl_event(&events, &in, 200), "a refused clock-set sends no event");
}

static uint32_t source_add(const char *name)
{
	const struct nlmsghdr *h;

	nl_begin(&nl, &msg, CLOCKDISC_CMD_SOURCE_ADD, 0);
	nl_put_str(&msg, S(NAME), name);
	if (run())
		return 0;
	h = nl_next(&answer, NULL);
	return h && nl_attr(h, S(ID)) ? (uint32_t)nl_uint(nl_attr(h, S(ID))) : 0;
}

static int source_do(uint8_t cmd, uint32_t id)
{
	nl_begin(&nl, &msg, cmd, 0);
	nl_put_u32(&msg, S(ID), id);
	return run();
}

static void check_sources(void)
{
	static const uint16_t always[] = {
		S(ID), S(NAME), S(KIND), S(FLAGS), S(REASON), S(REF_ID), S(STRATUM), S(LEAP), S(MINPOLL_LOG2S),
		S(MAXPOLL_LOG2S), S(POLL_LOG2S), S(REACH), S(ROOT_DELAY_NS), S(ROOT_DISPERSION_NS), S(ACCEPTED), S(DROPPED),
	};
	static const char long_name[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde";
	static struct nl_msg in;
	const struct nlmsghdr *h, *e;
	int missing = 0;
	uint32_t id, next;
	size_t i;

	events_drop();
	nl_begin(&nl, &msg, CLOCKDISC_CMD_SOURCE_ADD, 0);
	nl_put_str(&msg, S(NAME), long_name);
	nl_put_u32(&msg, S(FLAGS), 7);
	nl_put_u32(&msg, S(MINPOLL_LOG2S), 0);
	nl_put_u32(&msg, S(MAXPOLL_LOG2S), 17);
	tap(!run() && answer.messages == 1, "source-add takes a name of 63 characters and every setting");
	h = nl_next(&answer, NULL);
	id = h && nl_attr(h, S(ID)) ? (uint32_t)nl_uint(nl_attr(h, S(ID))) : 0;
	tap(id && nl_attr(h, S(POLL_LOG2S)), "source-add answers with id and poll interval");
	e = source_event(&in, CLOCKDISC_SOURCE_EVENT_ADDED);
	source_do(CLOCKDISC_CMD_SOURCE_GET, id);
	h = nl_next(&answer, NULL);
	tap(e && h && carries_the_same(e, h, S(EVENT), 0), "event added has the attributes of source-get");
	for (i = 0; h && i < sizeof(always) / sizeof(always[0]); i++)
		missing += !nl_attr(h, always[i]);
	tap(h && !missing && !strcmp(nl_data(nl_attr(h, S(NAME))), long_name) && nl_uint(nl_attr(h, S(FLAGS))) == 7 &&
	    nl_uint(nl_attr(h, S(MAXPOLL_LOG2S))) == 17 && nl_uint(nl_attr(h, S(REASON))) == CLOCKDISC_REASON_NO_SAMPLE &&
	    !strcmp(nl_data(nl_attr(h, S(KIND))), "user"), "source-get tells what was set");
	tap(h && !nl_attr(h, S(OFFSET_NS)) && !nl_attr(h, S(AGE_NS)), "no offset and no age before the first sample");

	nl_begin(&nl, &msg, CLOCKDISC_CMD_SOURCE_SET, 0);
	nl_put_u32(&msg, S(ID), id);
	nl_put_u32(&msg, S(MINPOLL_LOG2S), 3);
	tap(!run(), "source-set changes one setting");
	e = source_event(&in, CLOCKDISC_SOURCE_EVENT_CHANGED);
	tap(e && nl_uint(nl_attr(e, S(MINPOLL_LOG2S))) == 3 && nl_uint(nl_attr(e, S(FLAGS))) == 7,
	    "event changed tells it and leaves the others");
	tap(!source_do(CLOCKDISC_CMD_SOURCE_DEL, id), "source-del removes it");
	e = source_event(&in, CLOCKDISC_SOURCE_EVENT_REMOVED);
	tap(e && nl_uint(nl_attr(e, S(ID))) == id, "event removed tells of it");
	next = source_add("again");
	tap(next > id, "the id is not given to another source");
	source_do(CLOCKDISC_CMD_SOURCE_DEL, next);
}

static void put_sample(uint32_t id, int64_t real_ns)
{
	size_t nest = nl_nest_begin(&msg, CLOCKDISC_A_SUBMIT_SAMPLE);

	nl_put_u32(&msg, P(SOURCE_ID), id);
	nl_put_u64(&msg, P(REAL_NS), (uint64_t)real_ns);
	nl_put_u64(&msg, P(OFFSET_NS), 0);
	nl_put_u64(&msg, P(HALF_WIDTH_NS), 1000000);
	nl_nest_end(&msg, nest);
}

static uint32_t result_u32(const struct nlattr *result, uint16_t type)
{
	const struct nlattr *attr = NULL;

	while ((attr = nl_nested_next(result, attr)))
		if (nl_type(attr) == type)
			return (uint32_t)nl_uint(attr);
	return UINT32_MAX;
}

/* Every other sample is of a source that is not there, so that a shifted result shows. */
static void put_many(uint32_t id, int n)
{
	int i;

	nl_begin(&nl, &msg, CLOCKDISC_CMD_SAMPLE_SUBMIT, 0);
	for (i = 0; i < n; i++)
		put_sample(i % 2 ? 1000000 + (uint32_t)i : id, real_now_ns());
}

static uint64_t samples_counted(void)
{
	const struct nlattr *attr = NULL, *in;
	const struct nlmsghdr *h;
	uint64_t sum = 0;

	simple(CLOCKDISC_CMD_CLOCK_GET);
	h = nl_next(&answer, NULL);
	while (h && (attr = nl_attr_next(h, attr))) {
		if (nl_type(attr) != A(COUNT))
			continue;
		in = NULL;
		while ((in = nl_nested_next(attr, in)))
			if (nl_type(in) == CLOCKDISC_A_COUNT_SAMPLES)
				sum += nl_uint(in);
	}
	return sum;
}

static void check_samples(void)
{
	static struct nl_msg in;
	const struct nlattr *attr = NULL;
	uint32_t id = source_add("sampled");
	const struct nlmsghdr *h, *e;
	uint64_t before = samples_counted();
	int n = 0, wrong = 0;

	put_many(id, 256);
	tap(!run(), "256 samples fit into a message");
	h = nl_next(&answer, NULL);
	while (h && (attr = nl_attr_next(h, attr))) {
		uint32_t want = n % 2 ? 1000000 + (uint32_t)n : id;
		uint32_t verdict = result_u32(attr, CLOCKDISC_A_RESULT_VERDICT);

		wrong += nl_type(attr) != CLOCKDISC_A_SUBMIT_RESULT ||
			 result_u32(attr, CLOCKDISC_A_RESULT_SOURCE_ID) != want ||
			 (verdict == CLOCKDISC_VERDICT_NO_SOURCE) != (n % 2) ||
			 (result_u32(attr, CLOCKDISC_A_RESULT_POLL_LOG2S) == UINT32_MAX) != (n % 2);
		n++;
	}
	tap(n == 256 && !wrong, "256 results come back in their order");
	if (n != 256 || wrong)
		tap_note("%d results, %d wrong", n, wrong);
	tap(samples_counted() == before + 256, "every sample is counted under its verdict");
	put_many(id, 257);
	run();
	tap(answer.err == -E2BIG && strstr(answer.text, "at most 256 samples"), "257 samples are refused");
	tap(samples_counted() == before + 256, "none of the 257 was taken");
	source_do(CLOCKDISC_CMD_SOURCE_DEL, id);

	id = source_add("second");
	events_drop();
	nl_begin(&nl, &msg, CLOCKDISC_CMD_SAMPLE_SUBMIT, 0);
	put_sample(id, real_now_ns());
	run();
	h = nl_next(&answer, NULL);
	attr = h ? nl_attr_next(h, NULL) : NULL;
	tap(attr && result_u32(attr, CLOCKDISC_A_RESULT_VERDICT) == CLOCKDISC_VERDICT_ACCEPTED,
	    "a plain sample of now is accepted");
	e = source_event(&in, CLOCKDISC_SOURCE_EVENT_SAMPLE);
	source_do(CLOCKDISC_CMD_SOURCE_GET, id);
	h = nl_next(&answer, NULL);
	tap(e && h && carries_the_same(e, h, S(EVENT), 0) && nl_attr(e, S(OFFSET_NS)),
	    "event sample has the attributes of source-get");
	nl_begin(&nl, &msg, CLOCKDISC_CMD_SAMPLE_SUBMIT, 0);
	put_sample(id, real_now_ns() + NSEC_PER_SEC);
	put_sample(id, real_now_ns() - 1000 * NSEC_PER_SEC);
	run();
	h = nl_next(&answer, NULL);
	attr = h ? nl_attr_next(h, NULL) : NULL;
	tap(attr && result_u32(attr, CLOCKDISC_A_RESULT_VERDICT) == CLOCKDISC_VERDICT_STAMP_FUTURE,
	    "a sample of the future is dropped by name");
	attr = attr ? nl_attr_next(h, attr) : NULL;
	tap(attr && (result_u32(attr, CLOCKDISC_A_RESULT_VERDICT) == CLOCKDISC_VERDICT_STAMP_OLD ||
		     result_u32(attr, CLOCKDISC_A_RESULT_VERDICT) == CLOCKDISC_VERDICT_GENERATION),
	    "a sample from long ago is dropped by name");
	source_do(CLOCKDISC_CMD_SOURCE_DEL, id);
}

static void check_commands(void)
{
	static struct nl_msg in;
	const struct nlmsghdr *e;
	uint64_t steps = clock_value(A(STEPS)), slews = clock_value(A(SLEWS));

	events_drop();
	nl_begin(&nl, &msg, CLOCKDISC_CMD_STEP, 0);
	nl_put_u64(&msg, A(ADJUST_NS), 2000000);
	tap(!run(), "step by an amount");
	e = clock_event(&in, CLOCKDISC_EVENT_STEP);
	tap(e && nl_uint(nl_attr(e, A(EVENT_VALUE_NS))) == 2000000, "event step tells by how much");
	tap(clock_value(A(STEPS)) == steps + 1 && clock_value(A(LAST_STEP_NS)) == 2000000, "the step is counted");
	nl_begin(&nl, &msg, CLOCKDISC_CMD_SLEW, 0);
	nl_put_u64(&msg, A(ADJUST_NS), (uint64_t)-2000000);
	tap(!run(), "slew by an amount");
	e = clock_event(&in, CLOCKDISC_EVENT_SLEW_BEGIN);
	tap(e && (int64_t)nl_uint(nl_attr(e, A(EVENT_VALUE_NS))) == -2000000, "event slew-begin tells by how much");
	tap(clock_value(A(SLEWS)) == slews + 1 && (int64_t)clock_value(A(SLEW_LEFT_NS)) < 0,
	    "the slew is counted and under way");
	tap(!simple(CLOCKDISC_CMD_FREEZE), "freeze");
	tap(clock_event(&in, CLOCKDISC_EVENT_FREEZE), "event freeze");
	tap(clock_value(A(STATE)) == CLOCKDISC_STATE_FROZEN && clock_value(A(SLEW_LEFT_NS)) == 0,
	    "a frozen clock is not slewed");
	tap(!simple(CLOCKDISC_CMD_FREEZE), "freeze once more is no error");
	tap(!simple(CLOCKDISC_CMD_UNFREEZE), "unfreeze");
	tap(clock_event(&in, CLOCKDISC_EVENT_UNFREEZE), "event unfreeze");
	tap(clock_value(A(STATE)) != CLOCKDISC_STATE_FROZEN, "the clock is not frozen any longer");
	nl_begin(&nl, &msg, CLOCKDISC_CMD_FREQ_SET, 0);
	nl_put_u64(&msg, A(FREQ_PPB_Q16), (uint64_t)(-1234 * 65536LL));
	tap(!run(), "freq-set");
	tap(clock_event(&in, CLOCKDISC_EVENT_FREQUENCY), "event frequency");
	tap((int64_t)clock_value(A(FREQ_PPB_Q16)) == -1234 * 65536LL && clock_value(A(STATE)) == CLOCKDISC_STATE_FSET,
	    "the frequency is known, the state fset");
	/* Both ends are legal. */
	nl_begin(&nl, &msg, CLOCKDISC_CMD_FREQ_SET, 0);
	nl_put_u64(&msg, A(FREQ_PPB_Q16), 6553600000000);
	tap(!run() && clock_value(A(FREQ_PPB_Q16)) == 6553600000000, "the largest frequency is taken");
	nl_begin(&nl, &msg, CLOCKDISC_CMD_FREQ_SET, 0);
	nl_put_u64(&msg, A(FREQ_PPB_Q16), 0);
	run();
}

/* Messages that are broken as such. */
static void check_malformed(void)
{
	uint32_t len;

	nl_begin(&nl, &msg, 200, 0);
	tap(run() == -EOPNOTSUPP, "a command that nobody knows is refused");
	nl_begin(&nl, &msg, CLOCKDISC_CMD_CLOCK_NTF, 0);
	tap(run() == -EOPNOTSUPP, "a notification is no command");
	nl_begin(&nl, &msg, CLOCKDISC_CMD_CLOCK_SET, 0);
	nl_put_u32(&msg, A(PANIC_ONCE), 1);
	memset(msg.bytes + msg.h.nlmsg_len, 0xff, 3);
	msg.h.nlmsg_len += 3;
	run();
	tap(answer.err == -EINVAL && answer.text[0] && clock_value(A(PANIC_ONCE)) == 0,
	    "bytes behind the last attribute are refused");
	nl_begin(&nl, &msg, CLOCKDISC_CMD_CLOCK_SET, 0);
	len = msg.h.nlmsg_len;
	nl_put_u32(&msg, A(PANIC_ONCE), 1);
	((struct nlattr *)(msg.bytes + len))->nla_len = 200;
	run();
	tap(answer.err == -EINVAL && clock_value(A(PANIC_ONCE)) == 0, "an attribute longer than the message is refused");
	nl_begin(&nl, &msg, CLOCKDISC_CMD_CLOCK_SET, 0);
	msg.h.nlmsg_len = NLMSG_HDRLEN;
	tap(run() == -EINVAL, "a message without its second header is refused");
	nl_begin(&nl, &msg, CLOCKDISC_CMD_SOURCE_GET, NLM_F_DUMP);
	nl_put_u32(&msg, 77, 1);
	tap(run() == -EINVAL, "a dump with an unknown attribute is refused");
}

int main(void)
{
	size_t i;
	int err = nl_open(&nl);

	if (!err)
		err = nl_open(&events);
	if (!err)
		err = nl_join(&events, events.group_clock);
	if (!err)
		err = nl_join(&events, events.group_sources);
	tap(!err, "the family is there with both groups");
	if (err)
		return tap_end();
	check_clock_get();
	a_source = source_add("there");
	tap(a_source == 1, "the first source has id 1");
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		check_refused_ranges(&ranges[i]);
	for (i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		refuse(&refusals[i]);
	check_malformed();
	source_do(CLOCKDISC_CMD_SOURCE_DEL, a_source);
	check_legal_ends();
	check_clock_events();
	check_sources();
	check_commands();
	check_samples();
	return tap_end();
}
