// SPDX-License-Identifier: GPL-2.0
/*
 * Figures of the module as text for a monitoring system: one family for each attribute.
 *
 * What becomes of an attribute is decided by its row in the generated tables:
 *
 *	offset-ns		clockdisc_offset_seconds, a gauge in base units
 *	step-threshold-ns	clockdisc_setting_step_threshold_seconds: what can be set
 *	freq-ppb-q16		clockdisc_freq_ratio
 *	ref-real-ns		clockdisc_ref_timestamp_seconds
 *	steps, a u64		clockdisc_steps_total: a u64 without a unit counts since the module was loaded
 *	state, an enum		clockdisc_state{state="sync"} 1, and 0 for every other name
 *	count, a nest		clockdisc_count_samples_total{verdict="accepted"}: enums in it are labels
 *
 * Words, instants of the counter and what only events carry are left out.
 */
#include "metrics.h"

#include <inttypes.h>
#include <string.h>

#include "attrs_gen.h"
#include "cdisc_util.h"

#define NAME_LEN		96
#define LABELS_LEN		320

/* One family: all of its samples follow its head. */
struct family {
	FILE *out;
	enum metrics_format format;
	char name[NAME_LEN];	/* without _total */
	bool is_counter;
	bool has_head;
	const char *unit;	/* the last part of the name, or "" */
	char help[256];
};

/* How a unit's attributes are called and printed in base units. */
struct unit_row {
	enum cdisc_unit unit;
	const char *suffix;	/* of the attribute's name, with its dash */
	const char *tail;	/* of the metric's name */
	const char *base;	/* OpenMetrics' unit */
};

static const struct unit_row units[] = {
	{ CDISC_UNIT_NONE, "", "", "" },
	{ CDISC_UNIT_NS, "-ns", "_seconds", "seconds" },
	{ CDISC_UNIT_US, "-us", "_seconds", "seconds" },
	{ CDISC_UNIT_SEC, "-s", "_seconds", "seconds" },
	{ CDISC_UNIT_LOG2S, "-log2s", "_interval_seconds", "seconds" },
	{ CDISC_UNIT_REAL_NS, "-real-ns", "_timestamp_seconds", "seconds" },
	{ CDISC_UNIT_PPB_Q16, "-ppb-q16", "_ratio", "ratio" },
	{ CDISC_UNIT_PPB, "-ppb", "_ratio", "ratio" },
	{ CDISC_UNIT_PPB_S, "-ppb-s", "_ratio_per_second", "" },
};

static const struct unit_row *unit_of(const struct cdisc_attr *attr)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(units); i++) {
		if (units[i].unit == attr->unit)
			return &units[i];
	}
	return NULL;
}

/* What tells the attribute's own unit, range or default would be wrong of the metric: the sentence ends before it. */
static void help_from_doc(char *help, size_t len, const char *doc)
{
	static const char * const ends[] = {
		", CLOCK_REALTIME ns", ", ns", ", us", ", ppb", ", log2 of", ", in s", " in s,", ". Settable", "; in notifications only",
	};
	size_t i, n = strlen(doc);

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		const char *end = strstr(doc, ends[i]);

		if (end && (size_t)(end - doc) < n)
			n = (size_t)(end - doc);
	}
	while (n && doc[n - 1] == '.')
		n--;
	snprintf(help, len, "%.*s.", (int)n, doc);
	/* A quotation mark would have to be escaped in one format and must not be in the other. */
	for (; *help; help++) {
		if (*help == '"')
			*help = '\'';
	}
}

/* "step-threshold-ns" and its row: "step_threshold_seconds". */
static void name_from_attr(char *name, size_t len, const char *prefix, const struct cdisc_attr *attr,
			   const struct unit_row *unit)
{
	size_t n = strlen(attr->name), cut = strlen(unit->suffix);
	char *c;

	if (n > cut && !strcmp(attr->name + n - cut, unit->suffix))
		n -= cut;
	snprintf(name, len, "%s%s%.*s%s", prefix, attr->is_settable && !attr->values ? "setting_" : "", (int)n,
		 attr->name, unit->tail);
	for (c = name; *c; c++) {
		if (*c == '-')
			*c = '_';
	}
}

static void family_head(struct family *f)
{
	const char *total = f->is_counter && f->format == METRICS_PROMETHEUS ? "_total" : "";

	if (f->has_head)
		return;
	f->has_head = true;
	fprintf(f->out, "# HELP %s%s %s\n", f->name, total, f->help);
	fprintf(f->out, "# TYPE %s%s %s\n", f->name, total, f->is_counter ? "counter" : "gauge");
	if (*f->unit && f->format == METRICS_OPENMETRICS)
		fprintf(f->out, "# UNIT %s %s\n", f->name, f->unit);
}

static void sample(struct family *f, const char *labels, const char *value)
{
	family_head(f);
	fprintf(f->out, "%s%s%s%s%s %s\n", f->name, f->is_counter ? "_total" : "", *labels ? "{" : "", labels,
		*labels ? "}" : "", value);
}

/* With labels of the object before, a label of the sample's own. */
static void sample_labelled(struct family *f, const char *labels, const char *key, const char *word, const char *value)
{
	char all[LABELS_LEN], name[NAME_LEN];
	char *c;

	snprintf(name, sizeof(name), "%s", key);
	for (c = name; *c; c++) {
		if (*c == '-')
			*c = '_';
	}
	snprintf(all, sizeof(all), "%s%s%s=\"%s\"", labels, *labels ? "," : "", name, word);
	sample(f, all, value);
}

/* A decimal without a detour over binary fractions, which would print 0.1 s as 0.10000000000000001. */
static void decimal(char *buf, size_t len, int64_t value, uint64_t scale, int digits)
{
	uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;

	snprintf(buf, len, "%s%" PRIu64 ".%0*" PRIu64, value < 0 ? "-" : "", size / scale, digits, size % scale);
}

static void format_value(char *buf, size_t len, enum cdisc_unit unit, int64_t value)
{
	switch (unit) {
	case CDISC_UNIT_NS:
	case CDISC_UNIT_REAL_NS:
		decimal(buf, len, value, 1000000000, 9);
		return;
	case CDISC_UNIT_US:
		decimal(buf, len, value, 1000000, 6);
		return;
	case CDISC_UNIT_PPB_Q16:
		snprintf(buf, len, "%.12g", (double)value / 65536e9);
		return;
	case CDISC_UNIT_PPB:
	case CDISC_UNIT_PPB_S:
		snprintf(buf, len, "%.12g", (double)value / 1e9);
		return;
	case CDISC_UNIT_LOG2S:
		if (value >= 0 && value < 62)
			snprintf(buf, len, "%" PRId64, INT64_C(1) << value);
		else
			snprintf(buf, len, "%.12g", value < 0 && value > -62 ? 1.0 / (double)(INT64_C(1) << -value) : 0);
		return;
	case CDISC_UNIT_NONE:
	case CDISC_UNIT_SEC:
	case CDISC_UNIT_RAW_NS:
	case CDISC_UNIT_REF_ID:
		break;
	}
	snprintf(buf, len, "%" PRId64, value);
}

static bool has_word(json_object *value, const char *word)
{
	size_t i;

	if (!json_object_is_type(value, json_type_array))
		return !strcmp(json_object_get_string(value), word);
	for (i = 0; i < json_object_array_length(value); i++) {
		if (!strcmp(json_object_get_string(json_object_array_get_idx(value, i)), word))
			return true;
	}
	return false;
}

/* A sample for each name: a series that only exists while it is true cannot be told from one that was not scraped. */
static void words_write(struct family *f, const char *labels, const struct cdisc_attr *attr, json_object *value)
{
	size_t i;

	for (i = 0; i < attr->values->n; i++) {
		const char *word = attr->values->values[i].name;

		sample_labelled(f, labels, attr->name, word, has_word(value, word) ? "1" : "0");
	}
}

static void value_write(struct family *f, const char *labels, const struct cdisc_attr *attr, json_object *value)
{
	char text[64];

	if (attr->values) {
		words_write(f, labels, attr, value);
		return;
	}
	if (attr->type == CDISC_ATTR_U64 && json_object_is_type(value, json_type_int) && attr->unit == CDISC_UNIT_NONE)
		snprintf(text, sizeof(text), "%" PRIu64, json_object_get_uint64(value));
	else
		format_value(text, sizeof(text), attr->unit, json_object_get_int64(value));
	sample(f, labels, text);
}

/* What only events carry, what only a command takes, words, and times of the counter, which mean nothing elsewhere. */
static bool is_metric(const struct cdisc_attr *attr)
{
	static const char * const others[] = {
		"real-ns", "id", "event", "event-value-ns", "adjust-ns", "sample-phase-ns", "mover-pid",
	};
	size_t i;

	if (attr->type == CDISC_ATTR_NONE || attr->type == CDISC_ATTR_PAD || attr->type == CDISC_ATTR_STRING ||
	    attr->type == CDISC_ATTR_NEST || attr->is_multi || !unit_of(attr))
		return false;
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		if (!strcmp(attr->name, others[i]))
			return false;
	}
	return true;
}

static struct family family_of(FILE *out, enum metrics_format format, const char *prefix,
			       const struct cdisc_attr *attr)
{
	const struct unit_row *unit = unit_of(attr);
	struct family f = { .out = out, .format = format, .unit = unit->base };

	f.is_counter = attr->type == CDISC_ATTR_U64 && attr->unit == CDISC_UNIT_NONE && !attr->values;
	name_from_attr(f.name, sizeof(f.name), prefix, attr, unit);
	help_from_doc(f.help, sizeof(f.help), attr->doc);
	return f;
}

/* A label's value: the three characters that need it are escaped. */
static void escape(char *buf, size_t len, const char *text)
{
	size_t n = 0;

	for (; *text && n + 3 < len; text++) {
		if (*text == '"' || *text == '\\')
			buf[n++] = '\\';
		buf[n++] = *text == '\n' ? ' ' : *text;
	}
	buf[n] = '\0';
}

/* A nest of a word and numbers, many times: the word is the label. "count" and "policy" are. */
static void nest_write(FILE *out, enum metrics_format format, const char *prefix, const struct cdisc_attr *nest,
		       json_object *list)
{
	const struct cdisc_attr *word = NULL;
	char own[NAME_LEN];
	size_t i, n, k;

	snprintf(own, sizeof(own), "%s%s_", prefix, nest->name);
	for (i = 0; i < nest->nested->n && !word; i++) {
		if (nest->nested->attrs[i].values)
			word = &nest->nested->attrs[i];
	}
	for (i = 0; word && i < nest->nested->n; i++) {
		const struct cdisc_attr *attr = &nest->nested->attrs[i];
		struct family f;

		if (attr == word || !is_metric(attr))
			continue;
		f = family_of(out, format, own, attr);
		for (n = 0; n < word->values->n; n++) {
			const char *name = word->values->values[n].name;
			char text[64] = "0";

			for (k = 0; k < json_object_array_length(list); k++) {
				json_object *row = json_object_array_get_idx(list, k), *key, *value;

				if (json_object_object_get_ex(row, word->name, &key) && has_word(key, name) &&
				    json_object_object_get_ex(row, attr->name, &value))
					format_value(text, sizeof(text), attr->unit, json_object_get_int64(value));
			}
			sample_labelled(&f, "", word->name, name, text);
		}
	}
}

/* All families of a set, over all objects. @labels_of makes the labels of one of them. */
static void set_write(FILE *out, enum metrics_format format, const char *prefix, const struct cdisc_attr_set *set,
		      json_object *objects, void (*labels_of)(char *buf, size_t len, json_object *))
{
	size_t i, k, n_objects = json_object_array_length(objects);
	json_object *object, *value;
	char labels[LABELS_LEN];

	for (i = 0; i < set->n; i++) {
		const struct cdisc_attr *attr = &set->attrs[i];
		struct family f;

		if (attr->type == CDISC_ATTR_NEST && attr->is_multi && n_objects == 1 &&
		    json_object_object_get_ex(json_object_array_get_idx(objects, 0), attr->name, &value) &&
		    json_object_is_type(value, json_type_array))
			nest_write(out, format, prefix, attr, value);
		if (!is_metric(attr))
			continue;
		f = family_of(out, format, prefix, attr);
		for (k = 0; k < n_objects; k++) {
			object = json_object_array_get_idx(objects, k);
			if (!json_object_object_get_ex(object, attr->name, &value))
				continue;
			labels_of(labels, sizeof(labels), object);
			value_write(&f, labels, attr, value);
		}
	}
}

static void labels_none(char *buf, size_t len, json_object *object)
{
	(void)len;
	(void)object;
	*buf = '\0';
}

static void labels_source(char *buf, size_t len, json_object *source)
{
	json_object *id = json_object_object_get(source, "id"), *name = json_object_object_get(source, "name");
	char text[160] = "";

	if (name)
		escape(text, sizeof(text), json_object_get_string(name));
	snprintf(buf, len, "id=\"%" PRId64 "\",source=\"%s\"", id ? json_object_get_int64(id) : 0, text);
}

/* What has words instead of figures, as labels of the value 1. */
static void info_write(FILE *out, enum metrics_format format, json_object *clock)
{
	static const char * const words[] = { "actuator", "servo", "host" };
	bool is_open = format == METRICS_OPENMETRICS;
	char text[LABELS_LEN];
	size_t i;

	fprintf(out, "# HELP clockdisc%s What steers the clock, and the version of this program.\n",
		is_open ? "" : "_info");
	fprintf(out, "# TYPE clockdisc%s %s\n", is_open ? "" : "_info", is_open ? "info" : "gauge");
	fprintf(out, "clockdisc_info{version=\"%s\"", CDISC_VERSION);
	for (i = 0; i < ARRAY_SIZE(words); i++) {
		json_object *value = json_object_object_get(clock, words[i]);

		if (!value)
			continue;
		escape(text, sizeof(text), json_object_get_string(value));
		fprintf(out, ",%s=\"%s\"", words[i], text);
	}
	fprintf(out, "} 1\n");
}

void metrics_write(FILE *out, enum metrics_format format, json_object *clock, json_object *sources)
{
	struct family up = {
		.out = out, .format = format, .name = "clockdisc_up", .unit = "", .help = "1 when the module answered, otherwise 0.",
	};
	json_object *clocks;

	sample(&up, "", clock ? "1" : "0");
	if (clock) {
		info_write(out, format, clock);
		clocks = json_object_new_array();
		json_object_array_add(clocks, json_object_get(clock));
		set_write(out, format, "clockdisc_", &cdisc_set_clock, clocks, labels_none);
		json_object_put(clocks);
		if (sources)
			set_write(out, format, "clockdisc_source_", &cdisc_set_source, sources, labels_source);
	}
	if (format == METRICS_OPENMETRICS)
		fprintf(out, "# EOF\n");
}
