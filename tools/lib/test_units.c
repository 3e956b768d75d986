// SPDX-License-Identifier: GPL-2.0
/* Units as text, both ways, as TAP: the edges where signs, carries and overflows go wrong. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/clockdisc.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include "attrs_gen.h"
#include "cdisc_extack.h"
#include "cdisc_units.h"
#include "cdisc_util.h"

static unsigned int n_done, n_failed;

static void check(bool is_good, const char *what, const char *got, const char *wanted)
{
	printf("%s %u - %s\n", is_good ? "ok" : "not ok", ++n_done, what);
	if (is_good)
		return;
	n_failed++;
	printf("# got '%s', wanted '%s'\n", got, wanted);
}

static void check_text(const char *what, const char *got, const char *wanted)
{
	check(!strcmp(got, wanted), what, got, wanted);
}

static void test_format_ns(void)
{
	static const struct {
		int64_t value_ns;
		const char *text;
	} cases[] = {
		{ 0, "0 ns" },
		{ 1, "+1 ns" },
		{ -1, "-1 ns" },
		{ -999, "-999 ns" },
		{ -1000, "-1.000 us" },
		{ -1500, "-1.500 us" },
		{ 1500000, "+1.500 ms" },
		{ -1500000, "-1.500 ms" },
		{ 999999, "+999.999 us" },
		{ 999999499, "+999.999 ms" },
		{ 999999500, "+1.000 s" },
		{ -999999500, "-1.000 s" },
		{ 1500, "+1.500 us" },
		{ 1000000000, "+1.000 s" },
		{ -500000000, "-500.000 ms" },
		{ INT64_MAX, "+9223372036.855 s" },
		{ INT64_MIN, "-9223372036.855 s" },
	};
	char buf[CDISC_TEXT_LEN];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		check_text("signed time", cdisc_format_ns(buf, sizeof(buf), cases[i].value_ns),
			   cases[i].text);
	check_text("largest magnitude",
		   cdisc_format_magnitude_ns(buf, sizeof(buf), UINT64_MAX), "18446744073.710 s");
	check_text("ms column", cdisc_format_ms(buf, sizeof(buf), -1500), "-0.002");
	check_text("ms column, rounds to zero without a sign",
		   cdisc_format_ms(buf, sizeof(buf), -499), "0.000");
	check_text("ms column, least", cdisc_format_ms(buf, sizeof(buf), INT64_MIN),
		   "-9223372036854.776");
	check_text("before 1970", cdisc_format_real_ns(buf, sizeof(buf), -1),
		   "1969-12-31T23:59:59.999999999Z");
	check_text("1970", cdisc_format_real_ns(buf, sizeof(buf), 0),
		   "1970-01-01T00:00:00.000000000Z");
	check_text("the last instant", cdisc_format_real_ns(buf, sizeof(buf), INT64_MAX),
		   "2262-04-11T23:47:16.854775807Z");
	check_text("the first instant", cdisc_format_real_ns(buf, sizeof(buf), INT64_MIN),
		   "1677-09-21T00:12:43.145224192Z");
}

static void test_format_freq(void)
{
	static const struct {
		int64_t freq_ppb_q16;
		const char *text;
	} cases[] = {
		{ 0, "0.000 ppb" },
		{ 65536, "+1.000 ppb" },
		{ -1, "0.000 ppb" },
		{ 33, "+0.001 ppb" },
		{ -65536000, "-1.000 ppm" },
		{ 65535999, "+1.000 ppm" },
		{ 80000LL * 65536, "+80.000 ppm" },
		{ -98304, "-1.500 ppb" },
		{ -100000000LL * 65536, "-100000.000 ppm" },
		{ INT64_MAX, "+140737488355.328 ppm" },
		{ INT64_MIN, "-140737488355.328 ppm" },
	};
	char buf[CDISC_TEXT_LEN];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		check_text("frequency",
			   cdisc_format_ppb_q16(buf, sizeof(buf), cases[i].freq_ppb_q16),
			   cases[i].text);
	check_text("ppb", cdisc_format_ppb(buf, sizeof(buf), 500000), "500.000 ppm");
	check_text("ref-id as letters", cdisc_format_ref_id(buf, sizeof(buf), 0x47505300, 1),
		   ".GPS.");
	check_text("ref-id as address", cdisc_format_ref_id(buf, sizeof(buf), 0x47505300, 2),
		   "71.80.83.0");
	check_text("ref-id of zeros", cdisc_format_ref_id(buf, sizeof(buf), 0, 0), "0.0.0.0");
	check_text("poll", cdisc_format_log2s(buf, sizeof(buf), 6), "64 s");
	check_text("poll below a second", cdisc_format_log2s(buf, sizeof(buf), -2), "2^-2 s");
	check_text("exact range", cdisc_format_exact(buf, sizeof(buf), CDISC_UNIT_NS, 1500000),
		   "1500 us");
	check_text("exact zero", cdisc_format_exact(buf, sizeof(buf), CDISC_UNIT_NS, 0), "0 ns");
	check_text("exact least", cdisc_format_exact(buf, sizeof(buf), CDISC_UNIT_NS, INT64_MIN),
		   "-9223372036854775808 ns");
	check_text("exact frequency",
		   cdisc_format_exact(buf, sizeof(buf), CDISC_UNIT_PPB_Q16, -6553600000000LL),
		   "-100000 ppm");
}

static void test_parse_good(void)
{
	static const struct {
		const char *text;
		enum cdisc_unit unit;
		int64_t value;
	} cases[] = {
		{ "128ms", CDISC_UNIT_NS, 128000000 },
		{ "128 ms", CDISC_UNIT_NS, 128000000 },
		{ "-0.5s", CDISC_UNIT_NS, -500000000 },
		{ "+.5s", CDISC_UNIT_NS, 500000000 },
		{ "1000", CDISC_UNIT_NS, 1000 },
		{ "-1", CDISC_UNIT_NS, -1 },
		{ "-0", CDISC_UNIT_NS, 0 },
		{ "0.000000001s", CDISC_UNIT_NS, 1 },
		{ "1.0000000000000s", CDISC_UNIT_NS, 1000000000 },
		{ "2min", CDISC_UNIT_NS, 120000000000 },
		{ "1h", CDISC_UNIT_NS, 3600000000000 },
		{ "1d", CDISC_UNIT_NS, 86400000000000 },
		{ "9223372036854775807", CDISC_UNIT_NS, INT64_MAX },
		{ "-9223372036854775808", CDISC_UNIT_NS, INT64_MIN },
		{ "9223372036.854775807s", CDISC_UNIT_NS, INT64_MAX },
		{ "500ppm", CDISC_UNIT_PPB, 500000 },
		{ "10ppb", CDISC_UNIT_PPB, 10 },
		{ "0.5ppm", CDISC_UNIT_PPB, 500 },
		{ "-12.5ppm", CDISC_UNIT_PPB_Q16, -12500LL * 65536 },
		{ "0.00001ppb", CDISC_UNIT_PPB_Q16, 1 },
		{ "-0.00001ppb", CDISC_UNIT_PPB_Q16, -1 },
		{ "65536", CDISC_UNIT_PPB_Q16, 65536 },
		{ "10ppm/s", CDISC_UNIT_PPB_S, 10000 },
		{ "6", CDISC_UNIT_LOG2S, 6 },
		{ "64s", CDISC_UNIT_LOG2S, 6 },
		{ "1s", CDISC_UNIT_LOG2S, 0 },
		{ "2.0s", CDISC_UNIT_LOG2S, 1 },
		{ "0.5s", CDISC_UNIT_LOG2S, -1 },
		{ "0.0625s", CDISC_UNIT_LOG2S, -4 },
		{ "-20", CDISC_UNIT_LOG2S, -20 },
		{ "37s", CDISC_UNIT_SEC, 37 },
		{ "1700000000.5s", CDISC_UNIT_REAL_NS, 1700000000500000000 },
		{ "3", CDISC_UNIT_NONE, 3 },
	};
	char error[256] = "";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t value = 0;
		int err = cdisc_parse_quantity(cases[i].text, cases[i].unit, &value, error,
					       sizeof(error));
		char got[CDISC_TEXT_LEN];

		snprintf(got, sizeof(got), "%d, %lld", err, (long long)value);
		check(!err && value == cases[i].value, "legal quantity", got, cases[i].text);
	}
}

static void test_parse_bad(void)
{
	static const struct {
		const char *text;
		enum cdisc_unit unit;
		int err;
	} cases[] = {
		{ "", CDISC_UNIT_NS, -EINVAL },
		{ "-", CDISC_UNIT_NS, -EINVAL },
		{ ".", CDISC_UNIT_NS, -EINVAL },
		{ "ms", CDISC_UNIT_NS, -EINVAL },
		{ "5.", CDISC_UNIT_NS, -EINVAL },
		{ "1.5", CDISC_UNIT_NS, -EINVAL },
		{ "1.5ns", CDISC_UNIT_NS, -EINVAL },
		{ "128msx", CDISC_UNIT_NS, -EINVAL },
		{ "128ms ", CDISC_UNIT_NS, -EINVAL },
		{ " 128ms", CDISC_UNIT_NS, -EINVAL },
		{ "5 ", CDISC_UNIT_NS, -EINVAL },
		{ "1e3", CDISC_UNIT_NS, -EINVAL },
		{ "0x10", CDISC_UNIT_NS, -EINVAL },
		{ "--5", CDISC_UNIT_NS, -EINVAL },
		{ "1.2.3s", CDISC_UNIT_NS, -EINVAL },
		{ "nan", CDISC_UNIT_NS, -EINVAL },
		{ "500ppm", CDISC_UNIT_NS, -EINVAL },
		{ "1s", CDISC_UNIT_PPB, -EINVAL },
		{ "1s", CDISC_UNIT_NONE, -EINVAL },
		{ "65s", CDISC_UNIT_LOG2S, -EINVAL },
		{ "0s", CDISC_UNIT_LOG2S, -EINVAL },
		{ "1.5s", CDISC_UNIT_LOG2S, -EINVAL },
		{ "0.3s", CDISC_UNIT_LOG2S, -EINVAL },
		{ "-0.5s", CDISC_UNIT_LOG2S, -EINVAL },
		{ "-4s", CDISC_UNIT_LOG2S, -EINVAL },
		{ "9223372036854775808", CDISC_UNIT_NS, -ERANGE },
		{ "-9223372036854775809", CDISC_UNIT_NS, -ERANGE },
		{ "9223372036.854775808s", CDISC_UNIT_NS, -ERANGE },
		{ "106752d", CDISC_UNIT_NS, -ERANGE },
		{ "99999999999999999999999999999999999999999", CDISC_UNIT_NS, -ERANGE },
		{ "999999999999999999999999d", CDISC_UNIT_NS, -ERANGE },
		{ "0.00000000000000000000000000000000000000001s", CDISC_UNIT_NS, -ERANGE },
	};
	char error[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		int64_t value;
		int err;

		*error = '\0';
		err = cdisc_parse_quantity(cases[i].text, cases[i].unit, &value, error,
					   sizeof(error));
		check(err == cases[i].err && strstr(error, "; give "), "refused quantity", error,
		      cases[i].text);
	}
}

static void test_attrs(void)
{
	static const struct {
		const char *name;
		const char *text;
		int64_t value;
		const char *error;	/* NULL when it is legal */
	} cases[] = {
		{ "step-threshold", "128ms", 128000000, NULL },
		{ "step-threshold-ns", "0", 0, NULL },
		{ "step_threshold_ns", "1d", 86400000000000, NULL },
		{ "max-slew", "500ppm", 500000, NULL },
		{ "panic-once", "yes", 1, NULL },
		{ "servo", "ntp", CLOCKDISC_SERVO_NTP, NULL },
		{ "actuator", "observe", CLOCKDISC_ACTUATOR_OBSERVE, NULL },
		{ "adjust", "-1d", -86400000000000, NULL },
		{ "ref-id", "GPS", 0x47505300, NULL },
		{ "ref-id", "192.0.2.1", 0xc0000201, NULL },
		{ "max-slew", "0", 0, "legal is 1 ppb to 100000 ppm" },
		{ "max-slew", "200000ppm", 0, "legal is 1 ppb to 100000 ppm" },
		{ "step-threshold", "-1ms", 0, "legal is 0 ns to 86400 s" },
		{ "panic-once", "2", 0, "give 0 or 1" },
		{ "servo", "kalman", 0, "legal are ntp" },
		{ "preset", "ntpd-x", CLOCKDISC_PRESET_NTPD_X, NULL },
		{ "preset", "custom", 0, "is not legal; legal are ntpd, ntpd-x," },
		{ "preset", "sundial", 0, "is not known; legal are ntpd, ntpd-x," },
		{ "freq", "1000000ppm", 0, "legal is -100000 ppm to 100000 ppm" },
		{ "ref-id", "LETTERS", 0, "give up to four letters" },
		{ "ref-id", "4294967296", 0, "give up to four letters" },
	};
	char error[256];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct cdisc_attr *attr;
		int64_t value = 0;
		int err;

		attr = cdisc_attr_by_name(&cdisc_set_clock, cases[i].name, strlen(cases[i].name));
		check(attr, "attribute is known", "no", cases[i].name);
		if (!attr)
			continue;
		*error = '\0';
		err = cdisc_attr_parse(attr, cases[i].text, &value, error, sizeof(error));
		if (cases[i].error)
			check(err && strstr(error, cases[i].error) && strstr(error, attr->name),
			      "illegal value", error, cases[i].error);
		else
			check(!err && value == cases[i].value, "legal value", error,
			      cases[i].text);
	}
	check(!cdisc_attr_by_name(&cdisc_set_clock, "pad", 3), "padding has no name", "", "");
	check(!cdisc_attr_by_name(&cdisc_set_clock, "step", 4), "no name is cut short", "", "");
}

/* A refusal as the kernel sends it: capped, with words, and an offset into a nest. */
static void test_extack(void)
{
	uint64_t request_buf[64] = { 0 }, answer_buf[64] = { 0 };
	struct nlmsghdr *request = mnl_nlmsg_put_header(request_buf);
	struct nlmsghdr *answer = mnl_nlmsg_put_header(answer_buf);
	struct nlmsgerr *refusal;
	struct nlattr *nest, *bad;
	char error[256] = "";
	bool has_words;
	int err;

	mnl_nlmsg_put_extra_header(request, sizeof(struct genlmsghdr));
	nest = mnl_attr_nest_start(request, CLOCKDISC_A_SUBMIT_SAMPLE);
	mnl_attr_put_u32(request, CLOCKDISC_A_SAMPLE_SOURCE_ID, 1);
	bad = mnl_nlmsg_get_payload_tail(request);
	mnl_attr_put_u32(request, CLOCKDISC_A_SAMPLE_STRATUM, 99);
	mnl_attr_nest_end(request, nest);

	answer->nlmsg_type = NLMSG_ERROR;
	answer->nlmsg_flags = NLM_F_CAPPED | NLM_F_ACK_TLVS;
	refusal = mnl_nlmsg_put_extra_header(answer, sizeof(*refusal));
	refusal->error = -ERANGE;
	refusal->msg = *request;
	mnl_attr_put_strz(answer, NLMSGERR_ATTR_MSG, "integer out of range");
	mnl_attr_put_u32(answer, NLMSGERR_ATTR_OFFS, (uint32_t)((char *)bad - (char *)request));

	err = cdisc_extack_read(answer, request, &cdisc_set_submit, error, sizeof(error),
				&has_words);
	check(err == -ERANGE && has_words, "refusal is seen", "", "-ERANGE");
	check_text("refusal names the attribute in the nest", error,
		   "stratum: integer out of range; legal is 1 to 15");

	refusal->error = 0;
	check(!cdisc_extack_read(answer, request, &cdisc_set_submit, error, sizeof(error),
				 &has_words), "ack", "", "");
	refusal->error = -EPERM;
	cdisc_extack_read(answer, request, NULL, error, sizeof(error), &has_words);
	check_text("lacking privilege", error,
		   "this needs CAP_SYS_TIME in the initial user namespace");
	answer->nlmsg_len = NLMSG_HDRLEN + 2;
	check(cdisc_extack_read(answer, request, NULL, error, sizeof(error), &has_words) < 0,
	      "cut answer", "", "");
}

int main(void)
{
	printf("TAP version 13\n");
	test_format_ns();
	test_format_freq();
	test_parse_good();
	test_parse_bad();
	test_attrs();
	test_extack();
	printf("1..%u\n", n_done);
	return n_failed ? 1 : 0;
}
