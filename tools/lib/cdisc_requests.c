// SPDX-License-Identifier: GPL-2.0
/* Netlink client: the requests that programs make, with their types. */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

#include "attrs_gen.h"
#include "cdisc_client.h"

struct source_added {
	uint32_t id;
	int32_t poll_log2s;
};

static int source_added_read(struct cdisc_client *client, const struct nlmsghdr *nlh, void *arg)
{
	struct source_added *added = arg;
	struct cdisc_view view;

	(void)client;
	cdisc_view_msg(&view, &cdisc_set_source, nlh);
	cdisc_view_u32(&view, CLOCKDISC_A_SOURCE_ID, &added->id);
	cdisc_view_s32(&view, CLOCKDISC_A_SOURCE_POLL_LOG2S, &added->poll_log2s);
	return 0;
}

int cdisc_source_add(struct cdisc_client *client, const char *name, uint32_t flags,
		     int minpoll_log2s, int maxpoll_log2s, uint32_t *id, int *poll_log2s)
{
	struct source_added added = { 0 };
	struct nlmsghdr *nlh;
	int err;

	if (!*name || strlen(name) > CDISC_NAME_MAX_LEN)
		return cdisc_client_fail(client, -EINVAL,
					 "name: a source's name has 1 to %d characters",
					 CDISC_NAME_MAX_LEN);
	nlh = cdisc_request_begin(client, CLOCKDISC_CMD_SOURCE_ADD, false);
	mnl_attr_put_strz(nlh, CLOCKDISC_A_SOURCE_NAME, name);
	if (flags)
		mnl_attr_put_u32(nlh, CLOCKDISC_A_SOURCE_FLAGS, flags);
	if (minpoll_log2s >= 0)
		mnl_attr_put_u32(nlh, CLOCKDISC_A_SOURCE_MINPOLL_LOG2S, (uint32_t)minpoll_log2s);
	if (maxpoll_log2s >= 0)
		mnl_attr_put_u32(nlh, CLOCKDISC_A_SOURCE_MAXPOLL_LOG2S, (uint32_t)maxpoll_log2s);
	err = cdisc_request_run(client, nlh, &cdisc_set_source, source_added_read, &added);
	if (err)
		return err;
	if (!added.id)
		return cdisc_client_fail(client, -EBADMSG, "the module gave the source no id");
	if (id)
		*id = added.id;
	if (poll_log2s)
		*poll_log2s = added.poll_log2s;
	return 0;
}

struct source_wanted {
	const char *name;
	uint32_t id;			/* 0 while it was not met */
};

static int source_wanted_read(struct cdisc_client *client, const struct nlmsghdr *nlh, void *arg)
{
	struct source_wanted *wanted = arg;
	struct cdisc_view view;
	const char *name, *kind;

	(void)client;
	cdisc_view_msg(&view, &cdisc_set_source, nlh);
	name = cdisc_view_str(&view, CLOCKDISC_A_SOURCE_NAME);
	kind = cdisc_view_str(&view, CLOCKDISC_A_SOURCE_KIND);
	if (!wanted->id && name && kind && !strcmp(name, wanted->name) && !strcmp(kind, "user"))
		cdisc_view_u32(&view, CLOCKDISC_A_SOURCE_ID, &wanted->id);
	return 0;
}

int cdisc_source_find(struct cdisc_client *client, const char *name, uint32_t *id)
{
	struct source_wanted wanted = { .name = name };
	struct nlmsghdr *nlh = cdisc_request_begin(client, CLOCKDISC_CMD_SOURCE_GET, true);
	int err = cdisc_request_run(client, nlh, &cdisc_set_source, source_wanted_read, &wanted);

	if (err)
		return err;
	*id = wanted.id;
	return wanted.id ? 0 : -ENOENT;
}

int cdisc_source_del(struct cdisc_client *client, uint32_t id)
{
	struct nlmsghdr *nlh = cdisc_request_begin(client, CLOCKDISC_CMD_SOURCE_DEL, false);

	mnl_attr_put_u32(nlh, CLOCKDISC_A_SOURCE_ID, id);
	return cdisc_request_run(client, nlh, &cdisc_set_source, NULL, NULL);
}

static void sample_put_time(struct nlmsghdr *nlh, const struct cdisc_sample_msg *sample)
{
	if (sample->is_plain) {
		mnl_attr_put_u64(nlh, CLOCKDISC_A_SAMPLE_REAL_NS, (uint64_t)sample->real_ns);
		mnl_attr_put_u64(nlh, CLOCKDISC_A_SAMPLE_OFFSET_NS, (uint64_t)sample->offset_ns);
		mnl_attr_put_u64(nlh, CLOCKDISC_A_SAMPLE_HALF_WIDTH_NS, sample->half_width_ns);
		return;
	}
	mnl_attr_put_u64(nlh, CLOCKDISC_A_SAMPLE_T1_REAL_NS, (uint64_t)sample->t1_real_ns);
	mnl_attr_put_u64(nlh, CLOCKDISC_A_SAMPLE_T2_REAL_NS, (uint64_t)sample->t2_real_ns);
	mnl_attr_put_u64(nlh, CLOCKDISC_A_SAMPLE_T3_REAL_NS, (uint64_t)sample->t3_real_ns);
	mnl_attr_put_u64(nlh, CLOCKDISC_A_SAMPLE_T4_REAL_NS, (uint64_t)sample->t4_real_ns);
}

/* A sample takes less than 160 bytes: CDISC_SAMPLES_MAX of them fit into a request. */
static void sample_put(struct nlmsghdr *nlh, const struct cdisc_sample_msg *sample)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, CLOCKDISC_A_SUBMIT_SAMPLE);

	mnl_attr_put_u32(nlh, CLOCKDISC_A_SAMPLE_SOURCE_ID, sample->source_id);
	if (sample->is_missed) {
		mnl_attr_put(nlh, CLOCKDISC_A_SAMPLE_MISSED, 0, NULL);
		mnl_attr_nest_end(nlh, nest);
		return;
	}
	sample_put_time(nlh, sample);
	/* A packet's stratum is told whatever it is: 0 must not turn into the default, 1. */
	if (sample->stratum || !sample->is_plain)
		mnl_attr_put_u32(nlh, CLOCKDISC_A_SAMPLE_STRATUM, sample->stratum);
	if (sample->leap)
		mnl_attr_put_u32(nlh, CLOCKDISC_A_SAMPLE_LEAP, sample->leap);
	if (sample->ref_id)
		mnl_attr_put_u32(nlh, CLOCKDISC_A_SAMPLE_REF_ID, sample->ref_id);
	if (sample->root_delay_ns)
		mnl_attr_put_u64(nlh, CLOCKDISC_A_SAMPLE_ROOT_DELAY_NS, sample->root_delay_ns);
	if (sample->root_disp_ns)
		mnl_attr_put_u64(nlh, CLOCKDISC_A_SAMPLE_ROOT_DISPERSION_NS,
				 sample->root_disp_ns);
	if (sample->has_precision)
		mnl_attr_put_u32(nlh, CLOCKDISC_A_SAMPLE_PRECISION_LOG2S,
				 (uint32_t)sample->precision_log2s);
	if (sample->is_self)
		mnl_attr_put(nlh, CLOCKDISC_A_SAMPLE_SELF, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
}

struct results {
	struct cdisc_sample_result *results;	/* NULL when nobody asked */
	size_t n;
	size_t seen;
};

static int results_read(struct cdisc_client *client, const struct nlmsghdr *nlh, void *arg)
{
	struct results *out = arg;
	const struct nlattr *nla = NULL;
	const struct cdisc_attr *attr;
	struct cdisc_view all, one;

	(void)client;
	cdisc_view_msg(&all, &cdisc_set_submit, nlh);
	while ((nla = cdisc_view_next(&all, nla, &attr))) {
		struct cdisc_sample_result *result;

		if (attr != &cdisc_set_submit.attrs[CLOCKDISC_A_SUBMIT_RESULT])
			continue;
		if (out->seen++ >= out->n || !out->results)
			continue;
		result = &out->results[out->seen - 1];
		cdisc_view_nest(&one, &cdisc_set_result, nla);
		cdisc_view_u32(&one, CLOCKDISC_A_RESULT_SOURCE_ID, &result->source_id);
		cdisc_view_u32(&one, CLOCKDISC_A_RESULT_VERDICT, &result->verdict);
		result->has_poll = cdisc_view_s32(&one, CLOCKDISC_A_RESULT_POLL_LOG2S,
						  &result->poll_log2s);
	}
	return 0;
}

int cdisc_sample_submit(struct cdisc_client *client, const struct cdisc_sample_msg *samples,
			size_t n, struct cdisc_sample_result *results)
{
	size_t done, i;
	int err;

	if (results)
		memset(results, 0, n * sizeof(*results));
	for (done = 0; done < n;) {
		struct results out = { .results = results ? results + done : NULL };
		struct nlmsghdr *nlh;

		out.n = n - done < CDISC_SAMPLES_MAX ? n - done : CDISC_SAMPLES_MAX;
		nlh = cdisc_request_begin(client, CLOCKDISC_CMD_SAMPLE_SUBMIT, false);
		for (i = 0; i < out.n; i++)
			sample_put(nlh, &samples[done + i]);
		err = cdisc_request_run(client, nlh, &cdisc_set_submit, results_read, &out);
		if (err)
			return err;
		if (out.seen != out.n)
			return cdisc_client_fail(client, -EBADMSG,
						 "the module answered %zu of %zu samples",
						 out.seen, out.n);
		done += out.n;
	}
	return 0;
}

int cdisc_freq_set(struct cdisc_client *client, int64_t freq_ppb_q16)
{
	struct nlmsghdr *nlh = cdisc_request_begin(client, CLOCKDISC_CMD_FREQ_SET, false);

	mnl_attr_put_u64(nlh, CLOCKDISC_A_CLOCK_FREQ_PPB_Q16, (uint64_t)freq_ppb_q16);
	return cdisc_request_run(client, nlh, &cdisc_set_clock, NULL, NULL);
}

int cdisc_floor_set(struct cdisc_client *client, int64_t floor_real_ns)
{
	struct nlmsghdr *nlh = cdisc_request_begin(client, CLOCKDISC_CMD_CLOCK_SET, false);

	mnl_attr_put_u64(nlh, CLOCKDISC_A_CLOCK_FLOOR_REAL_NS, (uint64_t)floor_real_ns);
	return cdisc_request_run(client, nlh, &cdisc_set_clock, NULL, NULL);
}

static int clock_info_read(struct cdisc_client *client, const struct nlmsghdr *nlh, void *arg)
{
	struct cdisc_clock_info *info = arg;
	struct cdisc_view view;
	uint32_t flag = 0;

	(void)client;
	cdisc_view_msg(&view, &cdisc_set_clock, nlh);
	cdisc_view_u32(&view, CLOCKDISC_A_CLOCK_STATE, &info->state);
	cdisc_view_u32(&view, CLOCKDISC_A_CLOCK_ACTUATOR, &info->actuator);
	cdisc_view_u32(&view, CLOCKDISC_A_CLOCK_LEAP, &info->leap);
	cdisc_view_u32(&view, CLOCKDISC_A_CLOCK_STRATUM, &info->stratum);
	cdisc_view_u32(&view, CLOCKDISC_A_CLOCK_REF_ID, &info->ref_id);
	cdisc_view_u32(&view, CLOCKDISC_A_CLOCK_SELECTED_ID, &info->selected_id);
	cdisc_view_s32(&view, CLOCKDISC_A_CLOCK_POLL_LOG2S, &info->poll_log2s);
	cdisc_view_u32(&view, CLOCKDISC_A_CLOCK_SYNCHRONISED, &flag);
	info->is_synchronised = flag;
	info->has_bound = cdisc_view_u64(&view, CLOCKDISC_A_CLOCK_BOUND_NS, &info->bound_ns);
	info->has_offset = cdisc_view_s64(&view, CLOCKDISC_A_CLOCK_OFFSET_NS, &info->offset_ns);
	info->has_freq = cdisc_view_s64(&view, CLOCKDISC_A_CLOCK_FREQ_PPB_Q16,
					&info->freq_ppb_q16);
	info->has_pending = cdisc_view_s64(&view, CLOCKDISC_A_CLOCK_PENDING_NS,
					   &info->pending_ns);
	cdisc_view_s64(&view, CLOCKDISC_A_CLOCK_FLOOR_REAL_NS, &info->floor_real_ns);
	cdisc_view_s64(&view, CLOCKDISC_A_CLOCK_REAL_NS, &info->real_ns);
	cdisc_view_s64(&view, CLOCKDISC_A_CLOCK_REF_REAL_NS, &info->ref_real_ns);
	cdisc_view_u64(&view, CLOCKDISC_A_CLOCK_JITTER_NS, &info->jitter_ns);
	cdisc_view_s64(&view, CLOCKDISC_A_CLOCK_RATE_PPB_Q16, &info->rate_ppb_q16);
	cdisc_view_u64(&view, CLOCKDISC_A_CLOCK_ROOT_DELAY_NS, &info->root_delay_ns);
	cdisc_view_u64(&view, CLOCKDISC_A_CLOCK_ROOT_DISPERSION_NS, &info->root_disp_ns);
	return 0;
}

int cdisc_clock_get(struct cdisc_client *client, struct cdisc_clock_info *info)
{
	struct nlmsghdr *nlh = cdisc_request_begin(client, CLOCKDISC_CMD_CLOCK_GET, false);
	int err;

	*info = (struct cdisc_clock_info){ 0 };
	err = cdisc_request_run(client, nlh, &cdisc_set_clock, clock_info_read, info);
	if (!err && !info->state)
		return cdisc_client_fail(client, -EBADMSG, "the module told no state");
	return err;
}

int cdisc_clock_set_u32(struct cdisc_client *client, uint16_t attr, uint32_t value)
{
	struct nlmsghdr *nlh = cdisc_request_begin(client, CLOCKDISC_CMD_CLOCK_SET, false);

	mnl_attr_put_u32(nlh, attr, value);
	return cdisc_request_run(client, nlh, &cdisc_set_clock, NULL, NULL);
}

int cdisc_clock_set_panic_once(struct cdisc_client *client, bool is_allowed)
{
	return cdisc_clock_set_u32(client, CLOCKDISC_A_CLOCK_PANIC_ONCE, is_allowed);
}

int cdisc_clock_slew(struct cdisc_client *client)
{
	struct nlmsghdr *nlh = cdisc_request_begin(client, CLOCKDISC_CMD_SLEW, false);

	return cdisc_request_run(client, nlh, &cdisc_set_clock, NULL, NULL);
}
