// SPDX-License-Identifier: GPL-2.0
/* Attributes by name: lookups in the generated tables, legal values, input. */
#include "cdisc_attr.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/clockdisc.h>
#include <stdio.h>
#include <string.h>

#include "attrs_gen.h"
#include "cdisc_util.h"

const struct cdisc_attr *cdisc_attr_by_number(const struct cdisc_attr_set *set, uint16_t number)
{
	if (number >= set->n || !set->attrs[number].name)
		return NULL;
	return &set->attrs[number];
}

uint16_t cdisc_attr_number(const struct cdisc_attr_set *set, const struct cdisc_attr *attr)
{
	return (uint16_t)(attr - set->attrs);
}

static bool is_same_name(const char *name, const char *given, size_t len)
{
	size_t i;

	if (!name || strlen(name) != len)
		return false;
	for (i = 0; i < len; i++) {
		if (name[i] != (given[i] == '_' ? '-' : given[i]))
			return false;
	}
	return true;
}

const struct cdisc_attr *cdisc_attr_by_name(const struct cdisc_attr_set *set, const char *name,
					    size_t len)
{
	const struct cdisc_attr *attr;
	size_t i;

	for (i = 0; i < set->n; i++) {
		attr = &set->attrs[i];
		if (attr->type == CDISC_ATTR_NONE || attr->type == CDISC_ATTR_PAD)
			continue;
		if (is_same_name(attr->name, name, len) ||
		    is_same_name(attr->short_name, name, len))
			return attr;
	}
	return NULL;
}

const struct cdisc_enum_value *cdisc_enum_by_value(const struct cdisc_enum *values, uint32_t value)
{
	size_t i;

	for (i = 0; i < values->n; i++) {
		if (values->values[i].value == value)
			return &values->values[i];
	}
	return NULL;
}

const struct cdisc_enum_value *cdisc_enum_by_name(const struct cdisc_enum *values,
						  const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < values->n; i++) {
		if (is_same_name(values->values[i].name, name, len))
			return &values->values[i];
	}
	return NULL;
}

const char *cdisc_enum_name(const struct cdisc_enum *values, uint32_t value)
{
	const struct cdisc_enum_value *row = cdisc_enum_by_value(values, value);

	return row ? row->name : "unknown";
}

char *cdisc_enum_list(char *buf, size_t len, const struct cdisc_enum *values)
{
	size_t i, used = 0;

	*buf = '\0';
	for (i = 0; i < values->n && used < len; i++)
		used += (size_t)snprintf(buf + used, len - used, "%s%s", i ? ", " : "",
					 values->values[i].name);
	return buf;
}

/* What a policy is called that equals no preset is no preset. */
static bool is_legal(const struct cdisc_enum *values, const struct cdisc_enum_value *row)
{
	return values != &cdisc_enum_preset || row->value != CLOCKDISC_PRESET_CUSTOM;
}

static char *legal_list(char *buf, size_t len, const struct cdisc_enum *values)
{
	struct cdisc_enum legal = *values;

	if (legal.n && !is_legal(values, legal.values)) {
		legal.values++;
		legal.n--;
	}
	return cdisc_enum_list(buf, len, &legal);
}

char *cdisc_attr_legal(char *buf, size_t len, const struct cdisc_attr *attr)
{
	char least[CDISC_TEXT_LEN], largest[CDISC_TEXT_LEN];

	*buf = '\0';
	if (attr->values)
		return legal_list(buf, len, attr->values);
	if (attr->is_bool)
		snprintf(buf, len, "0 or 1");
	else if (attr->has_range)
		snprintf(buf, len, "%s to %s",
			 cdisc_format_exact(least, sizeof(least), attr->unit, attr->min),
			 cdisc_format_exact(largest, sizeof(largest), attr->unit, attr->max));
	return buf;
}

/* "prefer,trust"; "none" and the empty text clear all. */
static int flags_parse(const struct cdisc_attr *attr, const char *text, int64_t *value,
		       char *error, size_t len)
{
	const struct cdisc_enum_value *row;
	uint32_t flags = 0;
	char legal[128];
	size_t n;

	*value = 0;
	if (!*text || !strcmp(text, "none"))
		return 0;
	for (;; text += n + 1) {
		n = strcspn(text, ",");
		row = cdisc_enum_by_name(attr->values, text, n);
		if (!row) {
			snprintf(error, len, "%s: '%.40s' is not known; legal are none, %s",
				 attr->name, text,
				 cdisc_enum_list(legal, sizeof(legal), attr->values));
			return -EINVAL;
		}
		flags |= row->value;
		if (!text[n])
			break;
	}
	*value = flags;
	return 0;
}

static int enum_parse(const struct cdisc_attr *attr, const char *text, int64_t *value,
		      char *error, size_t len)
{
	const struct cdisc_enum_value *row;
	char legal[128];

	row = cdisc_enum_by_name(attr->values, text, strlen(text));
	if (!row || !is_legal(attr->values, row)) {
		snprintf(error, len, "%s: '%.40s' is not %s; legal are %s", attr->name, text,
			 row ? "legal" : "known", legal_list(legal, sizeof(legal), attr->values));
		return -EINVAL;
	}
	*value = row->value;
	return 0;
}

static int bool_parse(const struct cdisc_attr *attr, const char *text, int64_t *value,
		      char *error, size_t len)
{
	static const char * const words[] = { "0", "1", "no", "yes", "off", "on" };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		if (!strcmp(text, words[i])) {
			*value = i % 2;
			return 0;
		}
	}
	snprintf(error, len, "%s: '%.40s' is not legal; give 0 or 1", attr->name, text);
	return -EINVAL;
}

int cdisc_attr_parse(const struct cdisc_attr *attr, const char *text, int64_t *value,
		     char *error, size_t len)
{
	int64_t min = attr->min, max = attr->max;
	char why[192], legal[128];
	int err;

	if (attr->values)
		return attr->values->is_flags ? flags_parse(attr, text, value, error, len) :
						enum_parse(attr, text, value, error, len);
	if (attr->is_bool || attr->type == CDISC_ATTR_FLAG)
		return bool_parse(attr, text, value, error, len);
	if (attr->unit == CDISC_UNIT_REF_ID) {
		uint32_t ref_id;

		err = cdisc_parse_ref_id(text, &ref_id);
		if (err) {
			snprintf(error, len, "%s: '%.40s' is not legal; give %s", attr->name, text,
				 cdisc_unit_form(attr->unit));
			return err;
		}
		*value = ref_id;
		return 0;
	}

	err = cdisc_parse_quantity(text, attr->unit, value, why, sizeof(why));
	if (err) {
		snprintf(error, len, "%s: %s", attr->name, why);
		return err;
	}
	if (!attr->has_range) {
		if (attr->type == CDISC_ATTR_U32 || attr->type == CDISC_ATTR_U64)
			min = 0;
		else
			min = attr->type == CDISC_ATTR_S32 ? INT32_MIN : INT64_MIN;
		max = attr->type == CDISC_ATTR_S32 ? INT32_MAX : INT64_MAX;
		if (attr->type == CDISC_ATTR_U32)
			max = UINT32_MAX;
	}
	if (*value < min || *value > max) {
		cdisc_attr_legal(legal, sizeof(legal), attr);
		snprintf(error, len, "%s: %.40s is out of range%s%s", attr->name, text,
			 *legal ? "; legal is " : "", legal);
		return -ERANGE;
	}
	return 0;
}

bool cdisc_attr_put(struct nlmsghdr *nlh, size_t room, const struct cdisc_attr_set *set,
		    const struct cdisc_attr *attr, int64_t value)
{
	uint16_t number = cdisc_attr_number(set, attr);

	switch (attr->type) {
	case CDISC_ATTR_U32:
	case CDISC_ATTR_S32:
		return mnl_attr_put_u32_check(nlh, room, number, (uint32_t)value);
	case CDISC_ATTR_U64:
	case CDISC_ATTR_S64:
		return mnl_attr_put_u64_check(nlh, room, number, (uint64_t)value);
	case CDISC_ATTR_FLAG:
		return !value || mnl_attr_put_check(nlh, room, number, 0, NULL);
	case CDISC_ATTR_NONE:
	case CDISC_ATTR_PAD:
	case CDISC_ATTR_STRING:
	case CDISC_ATTR_NEST:
		break;
	}
	return false;
}
