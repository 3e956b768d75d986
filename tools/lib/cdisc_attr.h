/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Attributes by name: the types of the generated tables, a typed view of a
 * message, and reading and printing a value as its table row says.
 */
#ifndef CDISC_ATTR_H
#define CDISC_ATTR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cdisc_units.h"

struct nlattr;
struct nlmsghdr;

enum cdisc_attr_type {
	CDISC_ATTR_NONE,
	CDISC_ATTR_PAD,
	CDISC_ATTR_U32,
	CDISC_ATTR_S32,
	CDISC_ATTR_U64,
	CDISC_ATTR_S64,
	CDISC_ATTR_STRING,
	CDISC_ATTR_FLAG,
	CDISC_ATTR_NEST,
};

struct cdisc_enum_value {
	uint32_t value;
	char tally;		/* mark of ntpq, 0 when it has none */
	const char *name;
	const char *doc;
};

struct cdisc_enum {
	const char *name;
	const struct cdisc_enum_value *values;
	size_t n;
	bool is_flags;		/* values are bits */
};

struct cdisc_attr_set;

struct cdisc_attr {
	const char *name;
	const char *short_name;	/* without the unit, NULL when it has none */
	enum cdisc_attr_type type;
	enum cdisc_unit unit;
	const struct cdisc_enum *values;
	const struct cdisc_attr_set *nested;
	bool is_multi;
	bool is_bool;
	bool is_settable;
	bool has_range;
	int64_t min;
	int64_t max;
	const char *doc;
};

struct cdisc_attr_set {
	const char *name;
	const struct cdisc_attr *attrs;	/* by attribute number; 0 is empty */
	size_t n;
};

/* NULL when there is none. */
const struct cdisc_attr *cdisc_attr_by_number(const struct cdisc_attr_set *set, uint16_t number);
uint16_t cdisc_attr_number(const struct cdisc_attr_set *set, const struct cdisc_attr *attr);

/* By name, with or without the unit, '_' for '-'; @len characters of @name count. */
const struct cdisc_attr *cdisc_attr_by_name(const struct cdisc_attr_set *set, const char *name,
					    size_t len);

/* NULL for a value that is not in the table, as from a newer module. */
const struct cdisc_enum_value *cdisc_enum_by_value(const struct cdisc_enum *values,
						   uint32_t value);
const struct cdisc_enum_value *cdisc_enum_by_name(const struct cdisc_enum *values,
						  const char *name, size_t len);
const char *cdisc_enum_name(const struct cdisc_enum *values, uint32_t value);

/* All names: "prefer, noselect, trust". */
char *cdisc_enum_list(char *buf, size_t len, const struct cdisc_enum *values);

/* The legal values of @attr in words. */
char *cdisc_attr_legal(char *buf, size_t len, const struct cdisc_attr *attr);

/**
 * cdisc_attr_parse() - read a value as its table row says
 * @attr: row of an enum, a yes or no, or a quantity with a range
 * @text: what the user gave
 * @value: the result
 * @error: gets a sentence with the attribute's name and the legal range
 * @len: size of @error
 *
 * Return: 0, -EINVAL or -ERANGE.
 */
int cdisc_attr_parse(const struct cdisc_attr *attr, const char *text, int64_t *value,
		     char *error, size_t len);

/* Append @value to a request. Return: false when it does not fit. */
bool cdisc_attr_put(struct nlmsghdr *nlh, size_t room, const struct cdisc_attr_set *set,
		    const struct cdisc_attr *attr, int64_t value);

/* The attributes of one message or nest; of repeated ones the first. */
struct cdisc_view {
	const struct cdisc_attr_set *set;
	const struct nlattr *first;
	size_t len;
	const struct nlattr *by_number[128];
};

/* Attributes whose size is not that of their type are left out, as if absent. */
void cdisc_view_msg(struct cdisc_view *view, const struct cdisc_attr_set *set,
		    const struct nlmsghdr *nlh);
void cdisc_view_nest(struct cdisc_view *view, const struct cdisc_attr_set *set,
		     const struct nlattr *nest);

/* Step through all attributes that are known, in order; begin with NULL. */
const struct nlattr *cdisc_view_next(const struct cdisc_view *view, const struct nlattr *after,
				     const struct cdisc_attr **attr);

/* Each returns false and leaves *@value alone when the attribute is absent. */
bool cdisc_view_u32(const struct cdisc_view *view, uint16_t number, uint32_t *value);
bool cdisc_view_s32(const struct cdisc_view *view, uint16_t number, int32_t *value);
bool cdisc_view_u64(const struct cdisc_view *view, uint16_t number, uint64_t *value);
bool cdisc_view_s64(const struct cdisc_view *view, uint16_t number, int64_t *value);
const char *cdisc_view_str(const struct cdisc_view *view, uint16_t number);

/* Any integer as s64; u64 beyond INT64_MAX as INT64_MAX. */
int64_t cdisc_attr_integer(const struct cdisc_attr *attr, const struct nlattr *nla);

/* One value as text; "-" for a nest. */
char *cdisc_attr_format(char *buf, size_t len, const struct cdisc_attr *attr,
			const struct nlattr *nla);

#endif /* CDISC_ATTR_H */
