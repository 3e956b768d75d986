// SPDX-License-Identifier: GPL-2.0
/* Numbers with units as people type them. */
#include "cdisc_units.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cdisc_util.h"

struct suffix {
	const char *name;
	uint64_t scale;		/* in the attribute's own unit */
};

struct unit_row {
	const char *form;
	bool is_rounded;
	struct suffix suffixes[8];
};

static const struct unit_row rows[] = {
	[CDISC_UNIT_NONE] = { .form = "an integer" },
	[CDISC_UNIT_NS] = {
		.form = "a number and ns, us, ms, s, min, h or d, such as 128ms or -0.5s; a plain integer is ns",
		.suffixes = {
			{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 },
			{ "min", 60000000000 }, { "h", 3600000000000 }, { "d", 86400000000000 },
		},
	},
	[CDISC_UNIT_REAL_NS] = {
		.form = "ns since 1970 as an integer, or seconds since 1970 as in 1700000000.5s",
		.suffixes = { { "ns", 1 }, { "s", 1000000000 } },
	},
	[CDISC_UNIT_RAW_NS] = {
		.form = "ns as an integer, or a number and s",
		.suffixes = { { "ns", 1 }, { "s", 1000000000 } },
	},
	[CDISC_UNIT_US] = {
		.form = "a number and us, ms or s; a plain integer is us",
		.suffixes = { { "us", 1 }, { "ms", 1000 }, { "s", 1000000 } },
	},
	[CDISC_UNIT_SEC] = {
		.form = "a number of seconds, such as 37 or 37s",
		.suffixes = { { "s", 1 } },
	},
	[CDISC_UNIT_PPB_Q16] = {
		.form = "a number and ppb or ppm, such as -12.5ppm; a plain integer is ppb x 2^16",
		.is_rounded = true,
		.suffixes = { { "ppb", 65536 }, { "ppm", 65536000 } },
	},
	[CDISC_UNIT_PPB] = {
		.form = "a number and ppb or ppm, such as 500ppm; a plain integer is ppb",
		.suffixes = { { "ppb", 1 }, { "ppm", 1000 } },
	},
	[CDISC_UNIT_PPB_S] = {
		.form = "a number and ppb/s or ppm/s, such as 10ppm/s; a plain integer is ppb/s",
		.suffixes = {
			{ "ppb/s", 1 }, { "ppm/s", 1000 }, { "ppb", 1 }, { "ppm", 1000 },
		},
	},
	[CDISC_UNIT_LOG2S] = {
		.form = "the log2 of an interval in seconds, such as 6, or the interval, such as 64s",
	},
	[CDISC_UNIT_REF_ID] = { .form = "up to four letters, a dotted quad or a number" },
};

const char *cdisc_unit_form(enum cdisc_unit unit)
{
	return rows[unit].form;
}

struct number {
	unsigned __int128 digits;		/* the number without its point */
	unsigned __int128 divisor;		/* 10 to the number of digits after the point */
	bool is_negative;
	const char *end;
};

/* Return: 0, -EINVAL when it is no number, -ERANGE when it has too many digits. */
static int number_read(const char *text, struct number *number)
{
	bool has_point = false, has_digit = false;
	const char *at = text;

	*number = (struct number){ .divisor = 1 };
	if (*at == '+' || *at == '-')
		number->is_negative = *at++ == '-';
	for (; isdigit((unsigned char)*at) || (*at == '.' && !has_point); at++) {
		if (*at == '.') {
			has_point = true;
			continue;
		}
		has_digit = true;
		number->digits = number->digits * 10 + (unsigned __int128)(*at - '0');
		if (has_point)
			number->divisor *= 10;
		if (number->digits / 1000000000000 >= 1000000000000 ||
		    number->divisor / 1000000000000 > 1000000000000)
			return -ERANGE;
	}
	/* "5." and "." are slips of the hand rather than numbers. */
	if (!has_digit || at[-1] == '.')
		return -EINVAL;
	number->end = at;
	return 0;
}

static int refuse(char *error, size_t len, int err, const char *text, const char *why,
		  enum cdisc_unit unit)
{
	snprintf(error, len, "'%.40s' %s; give %s", text, why, rows[unit].form);
	return err;
}

static int number_store(const struct number *number, uint64_t scale, bool is_rounded,
			int64_t *value)
{
	unsigned __int128 scaled = number->digits * scale;
	unsigned __int128 whole = scaled / number->divisor;
	unsigned __int128 rest = scaled % number->divisor;

	if (rest && !is_rounded)
		return -EINVAL;
	if (rest * 2 >= number->divisor && rest)
		whole++;
	if (whole > (unsigned __int128)INT64_MAX + number->is_negative)
		return -ERANGE;
	*value = number->is_negative ? (int64_t)-(uint64_t)whole : (int64_t)whole;
	return 0;
}

/* "64s" for 6, "0.25s" for -2: an interval must be a power of two. */
static int log2s_store(const struct number *number, int64_t *value)
{
	int64_t seconds = 0;
	int i;

	/* Digits below 10^24, shifted by 31, fit. */
	for (i = 1; i < 32 && !number->is_negative; i++) {
		if (number->digits << i == number->divisor) {
			*value = -i;
			return 0;
		}
	}
	if (number_store(number, 1, false, &seconds) || seconds <= 0 || (seconds & (seconds - 1)))
		return -EINVAL;
	*value = __builtin_ctzll((unsigned long long)seconds);
	return 0;
}

int cdisc_parse_quantity(const char *text, enum cdisc_unit unit, int64_t *value,
			 char *error, size_t len)
{
	const struct unit_row *row = &rows[unit];
	struct number number;
	const char *name;
	size_t i;
	int err;

	err = number_read(text, &number);
	if (err == -ERANGE)
		return refuse(error, len, err, text, "has too many digits", unit);
	if (err)
		return refuse(error, len, err, text, "is not a number", unit);
	name = number.end;
	while (*name == ' ')
		name++;

	if (!*name) {
		/* Without a unit a fraction could mean anything. */
		if (number.divisor != 1 || name != number.end)
			return refuse(error, len, -EINVAL, text, "has no unit", unit);
		err = number_store(&number, 1, false, value);
		if (err)
			return refuse(error, len, err, text, "is too large", unit);
		return 0;
	}
	if (unit == CDISC_UNIT_LOG2S && !strcmp(name, "s")) {
		err = log2s_store(&number, value);
		if (err)
			return refuse(error, len, err, text, "is not a power of two", unit);
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(row->suffixes) && row->suffixes[i].name; i++) {
		if (strcmp(name, row->suffixes[i].name))
			continue;
		err = number_store(&number, row->suffixes[i].scale, row->is_rounded, value);
		if (err == -ERANGE)
			return refuse(error, len, err, text, "is too large", unit);
		if (err)
			return refuse(error, len, err, text, "is finer than the unit it is kept in",
				      unit);
		return 0;
	}
	return refuse(error, len, -EINVAL, text, "has a unit that does not fit here", unit);
}

int cdisc_parse_ref_id(const char *text, uint32_t *ref_id)
{
	size_t i, n = strlen(text);
	struct in_addr quad;
	char *end;

	if (inet_pton(AF_INET, text, &quad) == 1) {
		*ref_id = ntohl(quad.s_addr);
		return 0;
	}
	if (isdigit((unsigned char)*text)) {
		unsigned long long number;

		errno = 0;
		number = strtoull(text, &end, 0);
		if (errno || *end || number > UINT32_MAX)
			return -EINVAL;
		*ref_id = (uint32_t)number;
		return 0;
	}
	if (!n || n > 4)
		return -EINVAL;
	*ref_id = 0;
	for (i = 0; i < 4; i++) {
		unsigned char letter = i < n ? (unsigned char)text[i] : 0;

		if (i < n && !isgraph(letter))
			return -EINVAL;
		*ref_id = *ref_id << 8 | letter;
	}
	return 0;
}
