// SPDX-License-Identifier: GPL-2.0
/*
 * The netlink uapi's commands about sources and samples.
 */
#include "netlink_source.h"

#include <linux/ctype.h>
#include <linux/slab.h>

#include "clockdisc_nl.h"
#include "netlink_attr.h"
#include "netlink_put.h"

/* As many samples as a message may carry: the answer has to fit into one, too. */
#define SAMPLES_MAX	256

/* Verdict, source and poll, with their headers. */
#define RESULT_SIZE	(nla_total_size(0) + 3 * nla_total_size(sizeof(u32)))

static struct cdisc_engine *engine;
static const struct genl_family *family;

void cdisc_netlink_source_init(struct cdisc_engine *e, const struct genl_family *f)
{
	engine = e;
	family = f;
}

static int no_source(struct genl_info *info)
{
	return cdisc_nl_refuse(info->extack, info->attrs[CLOCKDISC_A_SOURCE_ID], "there is no source with this id",
			       -ENOENT);
}

static int need_id(struct genl_info *info)
{
	if (info->attrs[CLOCKDISC_A_SOURCE_ID])
		return 0;
	return cdisc_nl_refuse(info->extack, NULL, "id is missing", -EINVAL);
}

int clockdisc_nl_source_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct cdisc_source *src;
	struct sk_buff *msg;
	void *hdr;
	int err = need_id(info);

	if (err)
		return err;
	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, family, 0, CLOCKDISC_CMD_SOURCE_GET);
	mutex_lock(&engine->lock);
	src = cdisc_source_find(&engine->sources, nla_get_u32(info->attrs[CLOCKDISC_A_SOURCE_ID]));
	err = !src ? no_source(info) : !hdr ? -EMSGSIZE : cdisc_put_source(msg, engine, src);
	mutex_unlock(&engine->lock);
	return cdisc_nl_answer(info, msg, hdr, err);
}

int clockdisc_nl_source_get_dumpit(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct cdisc_source *src;

	mutex_lock(&engine->lock);
	while ((src = cdisc_source_next(&engine->sources, cb->args[0]))) {
		void *hdr = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq, family, NLM_F_MULTI,
					CLOCKDISC_CMD_SOURCE_GET);

		if (!hdr)
			break;
		if (cdisc_put_source(skb, engine, src)) {
			genlmsg_cancel(skb, hdr);
			break;
		}
		genlmsg_end(skb, hdr);
		cb->args[0] = (long)src->peer.id + 1;
	}
	mutex_unlock(&engine->lock);
	return skb->len;
}

static const struct cdisc_nl_range source_ranges[] = {
	CDISC_NL_RANGE(CLOCKDISC_A_SOURCE_MINPOLL_LOG2S, true, "minpoll-log2s", 0, 17, " (1 s to 36 h)",
		       struct cdisc_source_settings, minpoll_log2s),
	CDISC_NL_RANGE(CLOCKDISC_A_SOURCE_MAXPOLL_LOG2S, true, "maxpoll-log2s", 0, 17, " (1 s to 36 h)",
		       struct cdisc_source_settings, maxpoll_log2s),
};

static const struct cdisc_nl_range host_ranges[] = {
	CDISC_NL_RANGE(CLOCKDISC_A_SOURCE_MINPOLL_LOG2S, true, "minpoll-log2s of the host", -4, 10,
		       " (1/16 s to 17 min)", struct cdisc_source_settings, minpoll_log2s),
	CDISC_NL_RANGE(CLOCKDISC_A_SOURCE_MAXPOLL_LOG2S, true, "maxpoll-log2s of the host", -4, 10,
		       " (1/16 s to 17 min)", struct cdisc_source_settings, maxpoll_log2s),
};

/* Once it is there, the host's source stays as long as the engine. */
static bool is_host(u32 id)
{
	const struct cdisc_source *src = READ_ONCE(engine->host.src);

	return src && src->peer.id == id;
}

static int take_settings(struct genl_info *info, bool of_host, struct cdisc_source_settings *set, u32 *which)
{
	const struct cdisc_nl_range *ranges = of_host ? host_ranges : source_ranges;
	struct nlattr **tb = info->attrs;

	BUILD_BUG_ON(ARRAY_SIZE(host_ranges) != ARRAY_SIZE(source_ranges));

	*which = 0;
	if (tb[CLOCKDISC_A_SOURCE_FLAGS]) {
		set->flags = nla_get_u32(tb[CLOCKDISC_A_SOURCE_FLAGS]);
		*which |= CDISC_SET_FLAGS;
	}
	if (tb[CLOCKDISC_A_SOURCE_MINPOLL_LOG2S])
		*which |= CDISC_SET_MINPOLL;
	if (tb[CLOCKDISC_A_SOURCE_MAXPOLL_LOG2S])
		*which |= CDISC_SET_MAXPOLL;
	return cdisc_nl_take(tb, ranges, ARRAY_SIZE(source_ranges), set, info->extack);
}

static int poll_order(struct genl_info *info)
{
	return cdisc_nl_refuse(info->extack, info->attrs[CLOCKDISC_A_SOURCE_MINPOLL_LOG2S],
			       "minpoll-log2s must not be above maxpoll-log2s", -EINVAL);
}

static int check_name(struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[CLOCKDISC_A_SOURCE_NAME];
	const char *c;

	if (!attr)
		return cdisc_nl_refuse(info->extack, NULL, "name is missing", -EINVAL);
	for (c = nla_data(attr); *c; c++)
		if (!isgraph(*c) || !isascii(*c))
			break;
	if (*c || c == nla_data(attr))
		return cdisc_nl_refuse(info->extack, attr,
				       "name must be 1 to 63 printable ASCII characters without a blank", -EINVAL);
	return 0;
}

static int answer_added(struct genl_info *info, struct sk_buff *msg, u32 id, s8 poll_log2s)
{
	void *hdr = genlmsg_put_reply(msg, info, family, 0, CLOCKDISC_CMD_SOURCE_ADD);
	int err = 0;

	if (!hdr || nla_put_u32(msg, CLOCKDISC_A_SOURCE_ID, id) ||
	    nla_put_s32(msg, CLOCKDISC_A_SOURCE_POLL_LOG2S, poll_log2s))
		err = -EMSGSIZE;
	return cdisc_nl_answer(info, msg, hdr, err);
}

int clockdisc_nl_source_add_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct cdisc_source_settings set = {
		.minpoll_log2s = CDISC_POLL_DEFAULT_MIN_LOG2S,
		.maxpoll_log2s = CDISC_POLL_DEFAULT_MAX_LOG2S,
	};
	struct sk_buff *msg;
	s8 poll_log2s;
	u32 id, which;
	int err;

	err = check_name(info);
	if (err)
		return err;
	err = take_settings(info, false, &set, &which);
	if (err)
		return err;
	if (set.minpoll_log2s > set.maxpoll_log2s)
		return poll_order(info);
	/* The answer first: a source that nobody knows the number of could not be removed. */
	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	err = cdisc_engine_source_add(engine, nla_data(info->attrs[CLOCKDISC_A_SOURCE_NAME]), &set, &id,
				      &poll_log2s);
	if (err) {
		nlmsg_free(msg);
		if (err == -ENOSPC)
			return cdisc_nl_refuse(info->extack, NULL, "there are 4096 sources already", err);
		return err;
	}
	return answer_added(info, msg, id, poll_log2s);
}

int clockdisc_nl_source_set_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct cdisc_source_settings set;
	int err = need_id(info);
	u32 id, which;

	if (err)
		return err;
	id = nla_get_u32(info->attrs[CLOCKDISC_A_SOURCE_ID]);
	err = take_settings(info, is_host(id), &set, &which);
	if (err)
		return err;
	err = cdisc_engine_source_set(engine, id, &set, which);
	if (err == -ENOENT)
		return no_source(info);
	return err == -ERANGE ? poll_order(info) : err;
}

int clockdisc_nl_source_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	int err = need_id(info);

	if (err)
		return err;
	if (is_host(nla_get_u32(info->attrs[CLOCKDISC_A_SOURCE_ID])))
		return cdisc_nl_refuse(info->extack, info->attrs[CLOCKDISC_A_SOURCE_ID],
				       "the host is always there; set the flag noselect to have it watched only",
				       -EBUSY);
	err = cdisc_engine_source_del(engine, nla_get_u32(info->attrs[CLOCKDISC_A_SOURCE_ID]));
	return err == -ENOENT ? no_source(info) : err;
}

/* Instants are ns since 1970 up to the year 2223: what is added to them still fits. */
#define INSTANT(attr, name, member) \
	CDISC_NL_RANGE(CLOCKDISC_A_SAMPLE_##attr, true, name, 0, 8000000000000000000, " (1970 to 2223)", \
		       struct cdisc_submission, member)
#define SAMPLE(attr, is_signed, name, min, max, what, member) \
	CDISC_NL_RANGE(CLOCKDISC_A_SAMPLE_##attr, is_signed, name, min, max, what, struct cdisc_submission, member)

static const struct cdisc_nl_range sample_ranges[] = {
	INSTANT(T1_REAL_NS, "t1-real-ns", t1_real_ns),
	INSTANT(T2_REAL_NS, "t2-real-ns", t2_real_ns),
	INSTANT(T3_REAL_NS, "t3-real-ns", t3_real_ns),
	INSTANT(T4_REAL_NS, "t4-real-ns", t4_real_ns),
	INSTANT(REAL_NS, "real-ns", real_ns),
	SAMPLE(SOURCE_ID, false, "source-id", 1, 4294967295, "", source_id),
	SAMPLE(OFFSET_NS, true, "offset-ns", -3153600000000000000, 3153600000000000000, " (100 years)", offset_ns),
	SAMPLE(HALF_WIDTH_NS, false, "half-width-ns", 1, 16000000000, " (16 s)", half_ns),
	SAMPLE(STRATUM, false, "stratum", 0, 255, "", header.stratum),
	SAMPLE(REF_ID, false, "ref-id", 0, 4294967295, "", header.ref_id),
	SAMPLE(ROOT_DELAY_NS, false, "root-delay-ns", 0, 65536000000000, " (65536 s)", header.root_delay_ns),
	SAMPLE(ROOT_DISPERSION_NS, false, "root-dispersion-ns", 0, 65536000000000, " (65536 s)",
	       header.root_disp_ns),
	SAMPLE(PRECISION_LOG2S, true, "precision-log2s", -31, 0, " (log2 of s)", precision_log2s),
};

/* Either a missed poll, or four stamps, or an instant with offset and half-width. */
static int check_form(struct nlattr **tb, const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	int stamps = !!tb[CLOCKDISC_A_SAMPLE_T1_REAL_NS] + !!tb[CLOCKDISC_A_SAMPLE_T2_REAL_NS] +
		     !!tb[CLOCKDISC_A_SAMPLE_T3_REAL_NS] + !!tb[CLOCKDISC_A_SAMPLE_T4_REAL_NS];
	int plain = !!tb[CLOCKDISC_A_SAMPLE_REAL_NS] + !!tb[CLOCKDISC_A_SAMPLE_OFFSET_NS] +
		    !!tb[CLOCKDISC_A_SAMPLE_HALF_WIDTH_NS];

	if (!tb[CLOCKDISC_A_SAMPLE_SOURCE_ID])
		return cdisc_nl_refuse(extack, attr, "source-id is missing in a sample", -EINVAL);
	if (tb[CLOCKDISC_A_SAMPLE_MISSED])
		return stamps || plain ? cdisc_nl_refuse(extack, attr, "a missed poll has no stamps", -EINVAL) : 0;
	if ((stamps == 4 && plain == 0) || (stamps == 0 && plain == 3))
		return 0;
	return cdisc_nl_refuse(extack, attr,
			       "a sample has t1- to t4-real-ns, or real-ns, offset-ns and half-width-ns, or missed",
			       -EINVAL);
}

static int take_submission(const struct nlattr *attr, struct cdisc_submission *sub, struct netlink_ext_ack *extack)
{
	struct nlattr *tb[CLOCKDISC_A_SAMPLE_MAX + 1];
	int err = nla_parse_nested(tb, CLOCKDISC_A_SAMPLE_SELF, attr, clockdisc_sample_nl_policy, extack);

	if (err)
		return err;
	err = check_form(tb, attr, extack);
	if (err)
		return err;
	if (is_host(nla_get_u32(tb[CLOCKDISC_A_SAMPLE_SOURCE_ID])))
		return cdisc_nl_refuse(extack, attr, "the host's samples come from the hypercall alone", -EBUSY);
	*sub = (struct cdisc_submission){
		.precision_log2s = -20,
		.header = { .leap = CLOCKDISC_LEAP_NONE, .stratum = 1 },
		.is_missed = tb[CLOCKDISC_A_SAMPLE_MISSED],
		.has_stamps = tb[CLOCKDISC_A_SAMPLE_T1_REAL_NS],
	};
	sub->header.is_self = tb[CLOCKDISC_A_SAMPLE_SELF];
	if (tb[CLOCKDISC_A_SAMPLE_LEAP])
		sub->header.leap = nla_get_u32(tb[CLOCKDISC_A_SAMPLE_LEAP]);
	return cdisc_nl_take(tb, sample_ranges, ARRAY_SIZE(sample_ranges), sub, extack);
}

/* All samples of a message, or none: a message that is wrong somewhere leaves no trace. */
static int take_submissions(struct genl_info *info, struct cdisc_submission *subs, u32 *n)
{
	struct nlattr *attr;
	int rem, err;

	*n = 0;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, rem) {
		if (nla_type(attr) != CLOCKDISC_A_SUBMIT_SAMPLE)
			continue;
		if (*n == SAMPLES_MAX)
			return cdisc_nl_refuse(info->extack, attr, "a message carries at most 256 samples", -E2BIG);
		err = take_submission(attr, &subs[*n], info->extack);
		if (err)
			return err;
		(*n)++;
	}
	return *n ? 0 : cdisc_nl_refuse(info->extack, NULL, "sample is missing", -EINVAL);
}

static int put_result(struct sk_buff *msg, u32 id, enum clockdisc_verdict v, s8 poll_log2s)
{
	struct nlattr *nest = nla_nest_start(msg, CLOCKDISC_A_SUBMIT_RESULT);

	if (!nest || nla_put_u32(msg, CLOCKDISC_A_RESULT_SOURCE_ID, id) ||
	    nla_put_u32(msg, CLOCKDISC_A_RESULT_VERDICT, v))
		return -EMSGSIZE;
	if (v != CLOCKDISC_VERDICT_NO_SOURCE && nla_put_s32(msg, CLOCKDISC_A_RESULT_POLL_LOG2S, poll_log2s))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int submit(struct genl_info *info, const struct cdisc_submission *subs, u32 n)
{
	struct sk_buff *msg = genlmsg_new(n * RESULT_SIZE, GFP_KERNEL);
	void *hdr;
	int err;
	u32 i;

	if (!msg)
		return -ENOMEM;
	hdr = genlmsg_put_reply(msg, info, family, 0, CLOCKDISC_CMD_SAMPLE_SUBMIT);
	err = hdr ? 0 : -EMSGSIZE;
	for (i = 0; i < n && !err; i++) {
		s8 poll_log2s = 0;
		enum clockdisc_verdict v = cdisc_engine_submit(engine, &subs[i], &poll_log2s);

		err = put_result(msg, subs[i].source_id, v, poll_log2s);
	}
	return cdisc_nl_answer(info, msg, hdr, err);
}

int clockdisc_nl_sample_submit_doit(struct sk_buff *skb, struct genl_info *info)
{
	struct cdisc_submission *subs = kvcalloc(SAMPLES_MAX, sizeof(*subs), GFP_KERNEL);
	u32 n;
	int err;

	if (!subs)
		return -ENOMEM;
	err = take_submissions(info, subs, &n);
	if (!err)
		err = submit(info, subs, n);
	kvfree(subs);
	return err;
}
