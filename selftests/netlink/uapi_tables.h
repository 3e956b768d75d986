/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the uapi test refuses and accepts: attributes with their legal ranges, and messages that are wrong.
 */
#ifndef UAPI_TABLES_H
#define UAPI_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <linux/clockdisc.h>

#define A(name)		CLOCKDISC_A_CLOCK_##name
#define S(name)		CLOCKDISC_A_SOURCE_##name
#define P(name)		CLOCKDISC_A_SAMPLE_##name

enum kind { U32 = 4, U64 = 8, STR = 0, FLAG = 1, RAW = 2, NEST = 3 };

struct put {
	uint16_t	type;
	enum kind	kind;
	uint64_t	value;
	const char	*text;		/* STR */
	size_t		len;		/* RAW: so many zero bytes */
};

struct refusal {
	const char	*name;
	uint8_t		cmd;
	int		err;
	const char	*words;		/* NULL: the kernel's own words, any */
	int		bad;		/* number of the attribute that is pointed at, from 1; 0: none is asked for */
	uint16_t	nest;		/* the attributes go into a nest of this type */
	struct put	put[8];
};

/* Stands for the id of a_source in the table. */
#define ID	0xfeedfeedU

/* Attributes with a range: both ends are legal, what lies beyond is refused, and so is every other size. */
struct range {
	uint8_t		cmd;
	uint16_t	type;
	enum kind	kind;
	bool		is_signed;
	const char	*name;
	int64_t		min;
	int64_t		max;
};

#define RANGE_U32(attr, name, min, max) { CLOCKDISC_CMD_CLOCK_SET, A(attr), U32, false, name, min, max }
#define RANGE_U64(attr, name, min, max) { CLOCKDISC_CMD_CLOCK_SET, A(attr), U64, false, name, min, max }
#define RANGE_S32(attr, name, min, max) { CLOCKDISC_CMD_CLOCK_SET, A(attr), U32, true, name, min, max }

static const struct range ranges[] = {
	RANGE_U64(STEP_THRESHOLD_NS, "step-threshold-ns", 0, 86400000000000),
	RANGE_U64(STEPOUT_NS, "stepout-ns", 0, 86400000000000),
	RANGE_U64(PANIC_THRESHOLD_NS, "panic-threshold-ns", 0, 3153600000000000000),
	RANGE_U32(PANIC_ONCE, "panic-once", 0, 1),
	RANGE_U32(MAX_SLEW_PPB, "max-slew-ppb", 1, 100000000),
	RANGE_U32(MAX_SLEW_CHANGE_PPB_S, "max-slew-change-ppb-s", 0, 100000000),
	RANGE_U32(MIN_SURVIVORS, "min-survivors", 1, 1000),
	RANGE_U64(MAX_DISTANCE_NS, "max-distance-ns", 1000000, 16000000000),
	RANGE_U64(UNSYNC_LIMIT_NS, "unsync-limit-ns", 1000, 16000000000),
	RANGE_S32(MINPOLL_LOG2S, "minpoll-log2s", 0, 17),
	RANGE_S32(MAXPOLL_LOG2S, "maxpoll-log2s", 0, 17),
	RANGE_S32(STARTUP_UPDATES, "startup-updates", -1, 1000000),
	RANGE_U64(STEP_BUDGET_NS, "step-budget-ns", 0, 3153600000000000000),
	RANGE_U64(SLEW_BUDGET_NS, "slew-budget-ns", 0, 3153600000000000000),
	RANGE_U64(SOURCE_STEP_BUDGET_NS, "source-step-budget-ns", 0, 3153600000000000000),
	RANGE_U64(SOURCE_SLEW_BUDGET_NS, "source-slew-budget-ns", 0, 3153600000000000000),
	RANGE_U64(RESTORE_FORWARD_NS, "restore-forward-ns", 0, 86400000000000),
	RANGE_U64(RESTORE_BACKWARD_NS, "restore-backward-ns", 0, 86400000000000),
	RANGE_U64(HOLD_OFF_NS, "hold-off-ns", 1000000, 86400000000000),
	RANGE_U64(QUIET_NS, "quiet-ns", 0, 604800000000000),
	RANGE_U32(REASSERT_LIMIT, "reassert-limit", 0, 1000000),
	RANGE_S32(TAI_OFFSET_S, "tai-offset-s", 0, 1000),
	{ CLOCKDISC_CMD_STEP, A(ADJUST_NS), U64, true, "adjust-ns", -3153600000000000000, 3153600000000000000 },
	{ CLOCKDISC_CMD_SLEW, A(ADJUST_NS), U64, true, "adjust-ns", -3153600000000000000, 3153600000000000000 },
	{ CLOCKDISC_CMD_FREQ_SET, A(FREQ_PPB_Q16), U64, true, "freq-ppb-q16", -6553600000000, 6553600000000 },
	{ CLOCKDISC_CMD_LOG_GET, CLOCKDISC_A_LOG_NEWEST, U32, false, "newest", 1, 4096 },
};

static const struct refusal refusals[] = {
	{ "an actuator 0", CLOCKDISC_CMD_CLOCK_SET, -ERANGE, "out of range", 1, 0, { { A(ACTUATOR), U32, 0 } } },
	{ "an actuator 4", CLOCKDISC_CMD_CLOCK_SET, -ERANGE, "out of range", 1, 0, { { A(ACTUATOR), U32, 4 } } },
	{ "a clocksource that is not current", CLOCKDISC_CMD_CLOCK_SET, -ENODEV, "not the kernel's current one", 1, 0,
	  { { A(ACTUATOR), U32, CLOCKDISC_ACTUATOR_CLOCKSOURCE } } },
	{ "a leap mode 99", CLOCKDISC_CMD_CLOCK_SET, -ERANGE, "out of range", 1, 0, { { A(LEAP_MODE), U32, 99 } } },
	{ "a servo 99", CLOCKDISC_CMD_CLOCK_SET, -ERANGE, "out of range", 1, 0, { { A(SERVO), U32, 99 } } },
	{ "minpoll above maxpoll", CLOCKDISC_CMD_CLOCK_SET, -EINVAL, "minpoll-log2s must not be above maxpoll-log2s", 0, 0,
	  { { A(MINPOLL_LOG2S), U32, 9 }, { A(MAXPOLL_LOG2S), U32, 8 } } },
	{ "minpoll above the maxpoll that is set", CLOCKDISC_CMD_CLOCK_SET, -EINVAL, "minpoll-log2s must not be above", 0, 0,
	  { { A(MINPOLL_LOG2S), U32, 11 } } },
	{ "a panic threshold below the step threshold", CLOCKDISC_CMD_CLOCK_SET, -EINVAL,
	  "panic-threshold-ns must be 0 or above step-threshold-ns", 0, 0,
	  { { A(STEP_THRESHOLD_NS), U64, 2000000000 }, { A(PANIC_THRESHOLD_NS), U64, 1000000000 } } },
	{ "a preset that is none", CLOCKDISC_CMD_CLOCK_SET, -EINVAL, "preset: custom is", 1, 0,
	  { { A(PRESET), U32, CLOCKDISC_PRESET_CUSTOM } } },
	{ "a preset 99", CLOCKDISC_CMD_CLOCK_SET, -ERANGE, "out of range", 1, 0, { { A(PRESET), U32, 99 } } },
#define ROW(name, err, words, bad, ...) \
	{ name, CLOCKDISC_CMD_CLOCK_SET, err, words, bad, CLOCKDISC_A_CLOCK_POLICY, { __VA_ARGS__ } }
#define R(attr)		CLOCKDISC_A_POLICY_##attr
	ROW("a row without a cause", -EINVAL, "policy: cause is missing", 0, { R(STEP_FORWARD_NS), U64, 1 }),
	ROW("a row of a cause that does not exist", -ERANGE, "out of range", 1, { R(CAUSE), U32, 99 }),
	ROW("a step threshold of two days", -ERANGE, "step-backward-ns must be 0 to 86400000000000", 2,
	    { R(CAUSE), U32, CLOCKDISC_CAUSE_DRIFT }, { R(STEP_BACKWARD_NS), U64, 172800000000000 }),
	ROW("a stepout for restores", -EINVAL, "stepout-ns: only drift and source have one", 2,
	    { R(CAUSE), U32, CLOCKDISC_CAUSE_RESTORE }, { R(STEPOUT_NS), U64, 1 }),
	ROW("a panic threshold for commands", -EINVAL, "panic-threshold-ns: only startup, drift and source have one", 2,
	    { R(CAUSE), U32, CLOCKDISC_CAUSE_OPERATOR }, { R(PANIC_THRESHOLD_NS), U64, 1 }),
	ROW("a stepout for leap seconds", -EINVAL, "stepout-ns: only drift and source have one", 2,
	    { R(CAUSE), U32, CLOCKDISC_CAUSE_LEAP }, { R(STEPOUT_NS), U64, 1 }),
	ROW("a panic threshold for leap seconds", -EINVAL, "panic-threshold-ns: only startup, drift and source have one", 2,
	    { R(CAUSE), U32, CLOCKDISC_CAUSE_LEAP }, { R(PANIC_THRESHOLD_NS), U64, 1 }),
	ROW("no step for a leap second that the kernel is to make", -EINVAL, "leap-mode kernel steps by 1 s", 0,
	    { R(CAUSE), U32, CLOCKDISC_CAUSE_LEAP }, { R(STEP_FORWARD_NS), U64, 0 }, { R(STEP_BACKWARD_NS), U64, 1000000000 }),
	ROW("a leap second that is slewed faster than drift", -EINVAL, "max-slew-ppb of leap must not be above that of drift", 0,
	    { R(CAUSE), U32, CLOCKDISC_CAUSE_LEAP }, { R(STEP_BACKWARD_NS), U64, 0 }, { R(MAX_SLEW_PPB), U32, 500001 }),
	ROW("a slew rate of 0 in a row", -ERANGE, "max-slew-ppb must be 1 to 100000000", 2,
	    { R(CAUSE), U32, CLOCKDISC_CAUSE_SOURCE }, { R(MAX_SLEW_PPB), U32, 0 }),
	ROW("a row whose panic threshold is below its step threshold", -EINVAL,
	    "panic-threshold-ns must be 0 or above step-threshold-ns, for each cause", 0,
	    { R(CAUSE), U32, CLOCKDISC_CAUSE_SOURCE }, { R(STEP_BACKWARD_NS), U64, 2000000000000 }),
	{ "a good setting beside a bad one", CLOCKDISC_CMD_CLOCK_SET, -ERANGE, "max-slew-ppb must be", 2, 0,
	  { { A(STEPOUT_NS), U64, 123 }, { A(MAX_SLEW_PPB), U32, 0 }, { A(UNSYNC_LIMIT_NS), U64, 5000000 } } },
	{ "an attribute that is only told", CLOCKDISC_CMD_CLOCK_SET, -EINVAL, NULL, 1, 0, { { A(STATE), U32, 4 } } },
	{ "an attribute that nobody knows", CLOCKDISC_CMD_CLOCK_SET, -EINVAL, "nknown attribute", 1, 0,
	  { { 200, U32, 1 } } },
	{ "an attribute of another command", CLOCKDISC_CMD_CLOCK_SET, -EINVAL, NULL, 1, 0, { { A(ADJUST_NS), U64, 1 } } },
	{ "a nest where a number belongs", CLOCKDISC_CMD_CLOCK_SET, -EINVAL, NULL, 1, 0,
	  { { A(PANIC_ONCE), NEST, 0, NULL, 4 } } },
	{ "clock-get with an attribute", CLOCKDISC_CMD_CLOCK_GET, -EINVAL, NULL, 1, 0, { { A(STATE), U32, 1 } } },
	{ "freeze with an attribute", CLOCKDISC_CMD_FREEZE, -EINVAL, NULL, 1, 0, { { A(ADJUST_NS), U64, 1 } } },
	{ "a conflict 0", CLOCKDISC_CMD_CLOCK_SET, -ERANGE, "out of range", 1, 0, { { A(CONFLICT), U32, 0 } } },
	{ "a conflict-daemon 4", CLOCKDISC_CMD_CLOCK_SET, -ERANGE, "out of range", 1, 0, { { A(CONFLICT_DAEMON), U32, 4 } } },
	{ "resume with an attribute", CLOCKDISC_CMD_RESUME, -EINVAL, NULL, 1, 0, { { A(ADJUST_NS), U64, 1 } } },
	{ "unfreeze with an attribute", CLOCKDISC_CMD_UNFREEZE, -EINVAL, NULL, 1, 0, { { A(ADJUST_NS), U64, 1 } } },
	{ "step by an offset that is not known", CLOCKDISC_CMD_STEP, -ENODATA,
	  "no offset has been measured; give adjust-ns", 0, 0, { { 0 } } },
	{ "slew by an offset that is not known", CLOCKDISC_CMD_SLEW, -ENODATA,
	  "no offset has been measured; give adjust-ns", 0, 0, { { 0 } } },
	{ "freq-set without a frequency", CLOCKDISC_CMD_FREQ_SET, -EINVAL, "freq-ppb-q16 is missing", 0, 0, { { 0 } } },

	{ "source-add without a name", CLOCKDISC_CMD_SOURCE_ADD, -EINVAL, "name is missing", 0, 0, { { 0 } } },
	{ "an empty name", CLOCKDISC_CMD_SOURCE_ADD, -EINVAL, "name must be 1 to 63", 1, 0, { { S(NAME), STR, 0, "" } } },
	{ "a name with a blank", CLOCKDISC_CMD_SOURCE_ADD, -EINVAL, "name must be 1 to 63", 1, 0,
	  { { S(NAME), STR, 0, "a b" } } },
	{ "a name with a line feed", CLOCKDISC_CMD_SOURCE_ADD, -EINVAL, "name must be 1 to 63", 1, 0,
	  { { S(NAME), STR, 0, "a\nb" } } },
	{ "a name with an escape", CLOCKDISC_CMD_SOURCE_ADD, -EINVAL, "name must be 1 to 63", 1, 0,
	  { { S(NAME), STR, 0, "a\033[2J" } } },
	{ "a name that is not ASCII", CLOCKDISC_CMD_SOURCE_ADD, -EINVAL, "name must be 1 to 63", 1, 0,
	  { { S(NAME), STR, 0, "caf\303\251" } } },
	{ "a name of 64 characters", CLOCKDISC_CMD_SOURCE_ADD, -EINVAL, NULL, 1, 0,
	  { { S(NAME), STR, 0, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef" } } },
	{ "a name that does not end", CLOCKDISC_CMD_SOURCE_ADD, -EINVAL, NULL, 1, 0,
	  { { S(NAME), RAW, 0, "abcd", 4 } } },
	{ "source flags that do not exist", CLOCKDISC_CMD_SOURCE_ADD, -EINVAL, NULL, 2, 0,
	  { { S(NAME), STR, 0, "x" }, { S(FLAGS), U32, 16 } } },
	{ "a source with minpoll -1", CLOCKDISC_CMD_SOURCE_ADD, -ERANGE, "minpoll-log2s must be 0 to 17", 2, 0,
	  { { S(NAME), STR, 0, "x" }, { S(MINPOLL_LOG2S), U32, 0xffffffff } } },
	{ "a source with maxpoll 18", CLOCKDISC_CMD_SOURCE_ADD, -ERANGE, "maxpoll-log2s must be 0 to 17", 2, 0,
	  { { S(NAME), STR, 0, "x" }, { S(MAXPOLL_LOG2S), U32, 18 } } },
	{ "a source with minpoll above maxpoll", CLOCKDISC_CMD_SOURCE_ADD, -EINVAL,
	  "minpoll-log2s must not be above maxpoll-log2s", 0, 0,
	  { { S(NAME), STR, 0, "x" }, { S(MINPOLL_LOG2S), U32, 8 }, { S(MAXPOLL_LOG2S), U32, 7 } } },
	{ "a source that asks for an id", CLOCKDISC_CMD_SOURCE_ADD, -EINVAL, NULL, 2, 0,
	  { { S(NAME), STR, 0, "x" }, { S(ID), U32, 77 } } },
	{ "source-set without an id", CLOCKDISC_CMD_SOURCE_SET, -EINVAL, "id is missing", 0, 0, { { S(FLAGS), U32, 1 } } },
	{ "source-set of a source that is not there", CLOCKDISC_CMD_SOURCE_SET, -ENOENT, "no source with this id", 1, 0,
	  { { S(ID), U32, 999999 }, { S(FLAGS), U32, 1 } } },
	{ "source-set with a bad interval beside good flags", CLOCKDISC_CMD_SOURCE_SET, -ERANGE, "maxpoll-log2s must be 0 to 17",
	  3, 0, { { S(ID), U32, ID }, { S(FLAGS), U32, 1 }, { S(MAXPOLL_LOG2S), U32, 40 } } },
	{ "source-set of minpoll above the maxpoll that is set", CLOCKDISC_CMD_SOURCE_SET, -EINVAL,
	  "minpoll-log2s must not be above maxpoll-log2s", 3, 0,
	  { { S(ID), U32, ID }, { S(FLAGS), U32, 1 }, { S(MINPOLL_LOG2S), U32, 15 } } },
	{ "source-del without an id", CLOCKDISC_CMD_SOURCE_DEL, -EINVAL, "id is missing", 0, 0, { { 0 } } },
	{ "source-del of id 0", CLOCKDISC_CMD_SOURCE_DEL, -ENOENT, "no source with this id", 1, 0, { { S(ID), U32, 0 } } },
	{ "source-del of a source that is not there", CLOCKDISC_CMD_SOURCE_DEL, -ENOENT, "no source with this id", 1, 0,
	  { { S(ID), U32, 0xffffffff } } },
	{ "source-get without an id", CLOCKDISC_CMD_SOURCE_GET, -EINVAL, "id is missing", 0, 0, { { 0 } } },
	{ "source-get of a source that is not there", CLOCKDISC_CMD_SOURCE_GET, -ENOENT, "no source with this id", 1, 0,
	  { { S(ID), U32, 4242 } } },
	{ "source-get with an id of 8 bytes", CLOCKDISC_CMD_SOURCE_GET, -EINVAL, NULL, 1, 0, { { S(ID), U64, 1 } } },

	{ "sample-submit without a sample", CLOCKDISC_CMD_SAMPLE_SUBMIT, -EINVAL, "sample is missing", 0, 0, { { 0 } } },
	{ "a sample that is a number", CLOCKDISC_CMD_SAMPLE_SUBMIT, -EINVAL, NULL, 1, 0,
	  { { CLOCKDISC_A_SUBMIT_SAMPLE, U32, 1 } } },
	{ "a result in a request", CLOCKDISC_CMD_SAMPLE_SUBMIT, -EINVAL, NULL, 1, 0,
	  { { CLOCKDISC_A_SUBMIT_RESULT, NEST, 0, NULL, 0 } } },
#define SAMPLE(name, err, words, bad, ...) \
	{ name, CLOCKDISC_CMD_SAMPLE_SUBMIT, err, words, bad, CLOCKDISC_A_SUBMIT_SAMPLE, { __VA_ARGS__ } }
#define PLAIN	{ P(SOURCE_ID), U32, ID }, { P(REAL_NS), U64, 1 }, { P(OFFSET_NS), U64, 1 }, { P(HALF_WIDTH_NS), U64, 1 }
#define STAMPS	{ P(SOURCE_ID), U32, ID }, { P(T1_REAL_NS), U64, 1 }, { P(T2_REAL_NS), U64, 1 }, \
		{ P(T3_REAL_NS), U64, 1 }, { P(T4_REAL_NS), U64, 1 }
	SAMPLE("an empty sample", -EINVAL, "source-id is missing", 0, { 0 }),
	SAMPLE("a sample without a source", -EINVAL, "source-id is missing", 0, { P(MISSED), FLAG }),
	SAMPLE("a sample with source 0", -ERANGE, "source-id must be 1 to 4294967295", 1, { P(SOURCE_ID), U32, 0 },
	       { P(MISSED), FLAG }),
	SAMPLE("three stamps", -EINVAL, "t1- to t4-real-ns", 0, { P(SOURCE_ID), U32, ID }, { P(T1_REAL_NS), U64, 1 },
	       { P(T2_REAL_NS), U64, 1 }, { P(T3_REAL_NS), U64, 1 }),
	SAMPLE("stamps and an offset", -EINVAL, "t1- to t4-real-ns", 0, STAMPS, { P(OFFSET_NS), U64, 1 }),
	SAMPLE("an offset without its width", -EINVAL, "half-width-ns", 0, { P(SOURCE_ID), U32, ID },
	       { P(REAL_NS), U64, 1 }, { P(OFFSET_NS), U64, 1 }),
	SAMPLE("a missed poll with a stamp", -EINVAL, "a missed poll has no stamps", 0, { P(SOURCE_ID), U32, ID },
	       { P(MISSED), FLAG }, { P(T1_REAL_NS), U64, 1 }),
	SAMPLE("a half-width of 0", -ERANGE, "half-width-ns must be 1 to 16000000000", 4, { P(SOURCE_ID), U32, ID },
	       { P(REAL_NS), U64, 1 }, { P(OFFSET_NS), U64, 1 }, { P(HALF_WIDTH_NS), U64, 0 }),
	SAMPLE("a half-width above 16 s", -ERANGE, "half-width-ns must be 1 to 16000000000", 4, { P(SOURCE_ID), U32, ID },
	       { P(REAL_NS), U64, 1 }, { P(OFFSET_NS), U64, 1 }, { P(HALF_WIDTH_NS), U64, 16000000001 }),
	SAMPLE("an offset above 100 years", -ERANGE, "offset-ns must be -3153600000000000000 to 3153600000000000000", 3,
	       { P(SOURCE_ID), U32, ID }, { P(REAL_NS), U64, 1 }, { P(OFFSET_NS), U64, 3153600000000000001 },
	       { P(HALF_WIDTH_NS), U64, 1 }),
	SAMPLE("an instant before 1970", -ERANGE, "real-ns must be 0 to 8000000000000000000", 2, { P(SOURCE_ID), U32, ID },
	       { P(REAL_NS), U64, (uint64_t)-1 }, { P(OFFSET_NS), U64, 1 }, { P(HALF_WIDTH_NS), U64, 1 }),
	SAMPLE("an instant after 2223", -ERANGE, "t4-real-ns must be 0 to 8000000000000000000", 5,
	       { P(SOURCE_ID), U32, ID }, { P(T1_REAL_NS), U64, 1 }, { P(T2_REAL_NS), U64, 1 }, { P(T3_REAL_NS), U64, 1 },
	       { P(T4_REAL_NS), U64, INT64_MAX }),
	SAMPLE("a stratum of 256", -ERANGE, "stratum must be 0 to 255", 5, PLAIN, { P(STRATUM), U32, 256 }),
	SAMPLE("a leap indicator 0", -ERANGE, "out of range", 5, PLAIN, { P(LEAP), U32, 0 }),
	SAMPLE("a leap indicator 5", -ERANGE, "out of range", 5, PLAIN, { P(LEAP), U32, 5 }),
	SAMPLE("a precision of 2 s", -ERANGE, "precision-log2s must be -31 to 0", 6, STAMPS, { P(PRECISION_LOG2S), U32, 1 }),
	SAMPLE("a precision of 2^-32 s", -ERANGE, "precision-log2s must be -31 to 0", 6, STAMPS,
	       { P(PRECISION_LOG2S), U32, (uint32_t)-32 }),
	SAMPLE("a root delay above 65536 s", -ERANGE, "root-delay-ns must be 0 to 65536000000000", 5, PLAIN,
	       { P(ROOT_DELAY_NS), U64, 65536000000001 }),
	SAMPLE("a root dispersion above 65536 s", -ERANGE, "root-dispersion-ns must be 0 to 65536000000000", 5, PLAIN,
	       { P(ROOT_DISPERSION_NS), U64, UINT64_MAX }),
	SAMPLE("an attribute that no sample has", -EINVAL, "nknown attribute", 5, PLAIN, { 99, U32, 1 }),
	SAMPLE("a stamp of 4 bytes", -EINVAL, NULL, 2, { P(SOURCE_ID), U32, ID }, { P(REAL_NS), U32, 1 },
	       { P(OFFSET_NS), U64, 1 }, { P(HALF_WIDTH_NS), U64, 1 }),
	SAMPLE("a flag with a value", -ERANGE, NULL, 2, { P(SOURCE_ID), U32, ID }, { P(MISSED), U32, 1 }),
};

#endif /* UAPI_TABLES_H */
