// SPDX-License-Identifier: GPL-2.0
/* A typed view of the attributes of a message, and their values as text. */
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdio.h>
#include <string.h>

#include "attrs_gen.h"
#include "cdisc_attr.h"
#include "cdisc_util.h"

_Static_assert(ARRAY_SIZE(((struct cdisc_view *)0)->by_number) > CDISC_ATTRS_MAX,
	       "the view holds the longest attribute set");

static bool is_well_formed(const struct cdisc_attr *attr, const struct nlattr *nla)
{
	uint16_t len = mnl_attr_get_payload_len(nla);
	const char *text;

	switch (attr->type) {
	case CDISC_ATTR_U32:
	case CDISC_ATTR_S32:
		return len == sizeof(uint32_t);
	case CDISC_ATTR_U64:
	case CDISC_ATTR_S64:
		return len == sizeof(uint64_t);
	case CDISC_ATTR_STRING:
		text = mnl_attr_get_payload(nla);
		return len && !text[len - 1];
	case CDISC_ATTR_FLAG:
	case CDISC_ATTR_NEST:
		return true;
	case CDISC_ATTR_NONE:
	case CDISC_ATTR_PAD:
		break;
	}
	return false;
}

const struct nlattr *cdisc_view_next(const struct cdisc_view *view, const struct nlattr *after,
				     const struct cdisc_attr **attr)
{
	const char *end = (const char *)view->first + view->len;
	const struct nlattr *nla = after ? mnl_attr_next(after) : view->first;

	for (; mnl_attr_ok(nla, (int)(end - (const char *)nla)); nla = mnl_attr_next(nla)) {
		*attr = cdisc_attr_by_number(view->set, mnl_attr_get_type(nla));
		if (*attr && is_well_formed(*attr, nla))
			return nla;
	}
	return NULL;
}

static void view_fill(struct cdisc_view *view)
{
	const struct nlattr *nla = NULL;
	const struct cdisc_attr *attr;

	memset(view->by_number, 0, sizeof(view->by_number));
	while ((nla = cdisc_view_next(view, nla, &attr))) {
		uint16_t number = mnl_attr_get_type(nla);

		if (number < ARRAY_SIZE(view->by_number) && !view->by_number[number])
			view->by_number[number] = nla;
	}
}

void cdisc_view_msg(struct cdisc_view *view, const struct cdisc_attr_set *set,
		    const struct nlmsghdr *nlh)
{
	size_t len = mnl_nlmsg_get_payload_len(nlh);

	view->set = set;
	view->first = mnl_nlmsg_get_payload_offset(nlh, GENL_HDRLEN);
	view->len = len > GENL_HDRLEN ? len - GENL_HDRLEN : 0;
	view_fill(view);
}

void cdisc_view_nest(struct cdisc_view *view, const struct cdisc_attr_set *set,
		     const struct nlattr *nest)
{
	view->set = set;
	view->first = mnl_attr_get_payload(nest);
	view->len = mnl_attr_get_payload_len(nest);
	view_fill(view);
}

static const struct nlattr *view_get(const struct cdisc_view *view, uint16_t number)
{
	return number < ARRAY_SIZE(view->by_number) ? view->by_number[number] : NULL;
}

bool cdisc_view_u32(const struct cdisc_view *view, uint16_t number, uint32_t *value)
{
	const struct nlattr *nla = view_get(view, number);

	if (nla)
		*value = mnl_attr_get_u32(nla);
	return nla;
}

bool cdisc_view_s32(const struct cdisc_view *view, uint16_t number, int32_t *value)
{
	const struct nlattr *nla = view_get(view, number);

	if (nla)
		*value = (int32_t)mnl_attr_get_u32(nla);
	return nla;
}

bool cdisc_view_u64(const struct cdisc_view *view, uint16_t number, uint64_t *value)
{
	const struct nlattr *nla = view_get(view, number);

	if (nla)
		*value = mnl_attr_get_u64(nla);
	return nla;
}

bool cdisc_view_s64(const struct cdisc_view *view, uint16_t number, int64_t *value)
{
	const struct nlattr *nla = view_get(view, number);

	if (nla)
		*value = (int64_t)mnl_attr_get_u64(nla);
	return nla;
}

const char *cdisc_view_str(const struct cdisc_view *view, uint16_t number)
{
	const struct nlattr *nla = view_get(view, number);

	return nla ? mnl_attr_get_str(nla) : NULL;
}

int64_t cdisc_attr_integer(const struct cdisc_attr *attr, const struct nlattr *nla)
{
	uint64_t value;

	switch (attr->type) {
	case CDISC_ATTR_U32:
		return mnl_attr_get_u32(nla);
	case CDISC_ATTR_S32:
		return (int32_t)mnl_attr_get_u32(nla);
	case CDISC_ATTR_U64:
		value = mnl_attr_get_u64(nla);
		return value > INT64_MAX ? INT64_MAX : (int64_t)value;
	case CDISC_ATTR_S64:
		return (int64_t)mnl_attr_get_u64(nla);
	case CDISC_ATTR_FLAG:
		return 1;
	case CDISC_ATTR_NONE:
	case CDISC_ATTR_PAD:
	case CDISC_ATTR_STRING:
	case CDISC_ATTR_NEST:
		break;
	}
	return 0;
}

static char *format_flags(char *buf, size_t len, const struct cdisc_enum *values, uint32_t flags)
{
	size_t i, used = 0;

	snprintf(buf, len, "none");
	for (i = 0; i < values->n && used < len; i++) {
		if (flags & values->values[i].value)
			used += (size_t)snprintf(buf + used, len - used, "%s%s", used ? "," : "",
						 values->values[i].name);
	}
	return buf;
}

char *cdisc_attr_format(char *buf, size_t len, const struct cdisc_attr *attr,
			const struct nlattr *nla)
{
	int64_t value = cdisc_attr_integer(attr, nla);
	bool is_signed = attr->type == CDISC_ATTR_S64 || attr->type == CDISC_ATTR_S32;

	if (attr->type == CDISC_ATTR_STRING) {
		snprintf(buf, len, "%s", mnl_attr_get_str(nla));
		return buf;
	}
	if (attr->type == CDISC_ATTR_NEST) {
		snprintf(buf, len, "-");
		return buf;
	}
	if (attr->values && attr->values->is_flags)
		return format_flags(buf, len, attr->values, (uint32_t)value);
	if (attr->values) {
		snprintf(buf, len, "%s", cdisc_enum_name(attr->values, (uint32_t)value));
		return buf;
	}
	if (attr->is_bool) {
		snprintf(buf, len, "%s", value ? "yes" : "no");
		return buf;
	}
	switch (attr->unit) {
	case CDISC_UNIT_NS:
		return is_signed ? cdisc_format_ns(buf, len, value) :
				   cdisc_format_magnitude_ns(buf, len, (uint64_t)value);
	case CDISC_UNIT_REAL_NS:
		return cdisc_format_real_ns(buf, len, value);
	case CDISC_UNIT_RAW_NS:
		return cdisc_format_magnitude_ns(buf, len, (uint64_t)value);
	case CDISC_UNIT_US:
		/* The kernel's own figures are below 2^32 us; larger ones are cut off, not wrapped. */
		if (value > INT64_MAX / 1000)
			value = INT64_MAX / 1000;
		return cdisc_format_magnitude_ns(buf, len, (uint64_t)value * 1000);
	case CDISC_UNIT_PPB_Q16:
		return is_signed ? cdisc_format_ppb_q16(buf, len, value) :
				   cdisc_format_magnitude_ppb_q16(buf, len, (uint64_t)value);
	case CDISC_UNIT_PPB:
		return cdisc_format_ppb(buf, len, (uint64_t)value);
	case CDISC_UNIT_PPB_S:
		cdisc_format_ppb(buf, len, (uint64_t)value);
		snprintf(buf + strlen(buf), len - strlen(buf), "/s");
		return buf;
	case CDISC_UNIT_LOG2S:
		return cdisc_format_log2s(buf, len, (int)value);
	case CDISC_UNIT_REF_ID:
		return cdisc_format_ref_id(buf, len, (uint32_t)value, 2);
	case CDISC_UNIT_SEC:
		snprintf(buf, len, "%lld s", (long long)value);
		return buf;
	case CDISC_UNIT_NONE:
		break;
	}
	snprintf(buf, len, "%lld", (long long)value);
	return buf;
}
