/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Quantities as text, in both directions: the only place in the tools that
 * prints or reads a number with a unit.
 *
 * Text has the sign first, then the magnitude: "-1.500 ms". Rounding is to
 * nearest, ties away from zero.
 */
#ifndef CDISC_UNITS_H
#define CDISC_UNITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum cdisc_unit {
	CDISC_UNIT_NONE,
	CDISC_UNIT_NS,
	CDISC_UNIT_REAL_NS,	/* an instant on CLOCK_REALTIME */
	CDISC_UNIT_RAW_NS,	/* an instant on the counter's timescale */
	CDISC_UNIT_US,
	CDISC_UNIT_SEC,
	CDISC_UNIT_PPB_Q16,	/* parts per 10^9 times 2^16 */
	CDISC_UNIT_PPB,
	CDISC_UNIT_PPB_S,	/* change of a frequency, ppb in a second */
	CDISC_UNIT_LOG2S,	/* log2 of an interval in seconds */
	CDISC_UNIT_REF_ID,
};

/* Enough for any quantity. */
#define CDISC_TEXT_LEN		64

/*
 * Each writes into @buf and returns it. Signed ones print a '+' before
 * what is positive; magnitudes print none.
 */
char *cdisc_format_ns(char *buf, size_t len, int64_t value_ns);
char *cdisc_format_magnitude_ns(char *buf, size_t len, uint64_t value_ns);
char *cdisc_format_ms(char *buf, size_t len, int64_t value_ns);
char *cdisc_format_ppb_q16(char *buf, size_t len, int64_t freq_ppb_q16);
char *cdisc_format_magnitude_ppb_q16(char *buf, size_t len, uint64_t freq_ppb_q16);
char *cdisc_format_ppb(char *buf, size_t len, uint64_t freq_ppb);
char *cdisc_format_log2s(char *buf, size_t len, int poll_log2s);
char *cdisc_format_real_ns(char *buf, size_t len, int64_t real_ns);

/* Four letters (".GPS.") where the stratum says so, otherwise a dotted quad. */
char *cdisc_format_ref_id(char *buf, size_t len, uint32_t ref_id, uint32_t stratum);

/* A legal value of this unit for an error sentence, exact and readable. */
char *cdisc_format_exact(char *buf, size_t len, enum cdisc_unit unit, int64_t value);

/**
 * cdisc_parse_quantity() - read a number with a unit
 * @text: "128ms", "-0.5s", "500 ppm", or an integer in the attribute's own unit
 * @unit: the attribute's own unit
 * @value: the result, in that unit
 * @error: gets a sentence with the legal form when it is refused
 * @len: size of @error
 *
 * Nothing may follow the unit. A value that @unit cannot hold exactly is
 * refused, except for frequencies, which are rounded to ppb x 2^16.
 *
 * Return: 0, -EINVAL for a wrong form, -ERANGE for what does not fit.
 */
int cdisc_parse_quantity(const char *text, enum cdisc_unit unit, int64_t *value,
			 char *error, size_t len);

/* A dotted quad, up to four letters, or a number. Return: 0 or -EINVAL. */
int cdisc_parse_ref_id(const char *text, uint32_t *ref_id);

/* How a value of this unit may be written, for help and errors. */
const char *cdisc_unit_form(enum cdisc_unit unit);

#endif /* CDISC_UNITS_H */
