// SPDX-License-Identifier: GPL-2.0
/* A log of the clock: JSON lines into arrays. */
#include "log.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/json.h>

#include "attrs_gen.h"

#define PPB_PER_Q16	(1.0 / 65536)

/*
 * Instants until 2223, and a counter that has run for 36 years: what differs by more was written by no clock. Differences
 * of all that is kept then fit into 63 bits.
 */
#define REAL_MOST_NS	8000000000000000000LL
#define RAW_MOST_NS	(1LL << 60)

const struct log_policy log_policy_default = {
	.startup = { .forward_ns = 128e6, .backward_ns = 128e6, .max_slew_ppb = 500000 },
	.drift = { .forward_ns = 128e6, .backward_ns = 128e6, .stepout_s = 300, .max_slew_ppb = 500000 },
	.restore = { .forward_ns = 1e3, .backward_ns = 1e9, .max_slew_ppb = 500000 },
	.startup_updates = 1,
};

static bool get_int(json_object *object, const char *name, int64_t *value)
{
	json_object *found;

	if (!json_object_object_get_ex(object, name, &found) || !json_object_is_type(found, json_type_int))
		return false;
	*value = json_object_get_int64(found);
	return true;
}

static double get_scaled(json_object *object, const char *name, double scale)
{
	int64_t value = 0;

	get_int(object, name, &value);
	return (double)value * scale;
}

static bool is_real(int64_t real_ns)
{
	return real_ns >= 0 && real_ns <= REAL_MOST_NS;
}

/* Whether @real_ns may be so far from another clock, which shows an instant then as well. */
static bool is_apart(int64_t real_ns, int64_t apart_ns)
{
	return apart_ns >= -real_ns && apart_ns <= REAL_MOST_NS - real_ns;
}

static bool is_raw(int64_t raw_ns)
{
	return raw_ns >= 0 && raw_ns <= RAW_MOST_NS;
}

static const char *get_text(json_object *object, const char *name)
{
	json_object *found;

	if (!json_object_object_get_ex(object, name, &found) || !json_object_is_type(found, json_type_string))
		return NULL;
	return json_object_get_string(found);
}

/* The table's own copy of a name, which outlives the line. */
static const char *name_in(const struct cdisc_enum *values, const char *name)
{
	const struct cdisc_enum_value *row = name ? cdisc_enum_by_name(values, name, strlen(name)) : NULL;

	return row ? row->name : "unknown";
}

/* Room for one more, zeroed; NULL without memory. */
static void *grow(void **array, size_t *n, size_t *room, size_t size)
{
	void *more, *slot;

	if (*n == *room) {
		size_t wanted = *room ? 2 * *room : 256;

		more = reallocarray(*array, wanted, size);
		if (!more)
			return NULL;
		*array = more;
		*room = wanted;
	}
	slot = (char *)*array + (*n)++ * size;
	memset(slot, 0, size);
	return slot;
}

/* Where an instant of the counter lies on the axis; a counter that went back begins a stretch. */
static double axis(struct log *log, int64_t raw_ns)
{
	if (!log->n_stretches || raw_ns < log->last_raw_ns) {
		log->base_s = log->n_stretches ?
			log->base_s + (double)(log->last_raw_ns - log->base_raw_ns) / 1e9 + 1 : 0;
		log->base_raw_ns = raw_ns;
		log->n_stretches++;
	}
	log->last_raw_ns = raw_ns;
	return log->base_s + (double)(raw_ns - log->base_raw_ns) / 1e9;
}

static bool is_cut(json_object *object, const char *name)
{
	json_object *causes;
	size_t i;

	if (strcmp(name, "interrupted"))
		return false;
	if (!json_object_object_get_ex(object, "interruption", &causes) ||
	    !json_object_is_type(causes, json_type_array))
		return true;
	/* Neither of these says anything about the counter. */
	for (i = 0; i < json_object_array_length(causes); i++) {
		const char *cause = json_object_get_string(json_object_array_get_idx(causes, i));

		if (strcmp(cause, "foreign-set") && strcmp(cause, "start"))
			return true;
	}
	return false;
}

static int take_event(struct log *log, json_object *object, const struct log_clock *clock, const char *name)
{
	struct log_event *event = grow((void **)&log->events, &log->n_events, &log->room_events, sizeof(*event));

	if (!event)
		return -ENOMEM;
	event->at_s = clock->at_s;
	event->stretch = clock->stretch;
	event->raw_ns = clock->raw_ns;
	event->name = name;
	event->value_ns = get_scaled(object, "event-value-ns", 1);
	event->is_cut = is_cut(object, name);
	if (event->is_cut) {
		double *cut_s = grow((void **)&log->cuts_s, &log->n_cuts, &log->room_cuts, sizeof(*cut_s));

		if (!cut_s)
			return -ENOMEM;
		*cut_s = event->at_s;
	}
	return 0;
}

static void take_row(struct log_row *row, json_object *object)
{
	row->forward_ns = get_scaled(object, "step-forward-ns", 1);
	row->backward_ns = get_scaled(object, "step-backward-ns", 1);
	row->stepout_s = get_scaled(object, "stepout-ns", 1e-9);
	row->max_slew_ppb = get_scaled(object, "max-slew-ppb", 1);
}

static void take_policy(struct log *log, json_object *object)
{
	struct log_policy *policy = &log->policy;
	json_object *rows;
	size_t i;

	if (log->has_policy || !json_object_object_get_ex(object, "policy", &rows) ||
	    !json_object_is_type(rows, json_type_array))
		return;
	log->has_policy = true;
	*policy = log_policy_default;
	get_int(object, "startup-updates", &policy->startup_updates);
	for (i = 0; i < json_object_array_length(rows); i++) {
		json_object *row = json_object_array_get_idx(rows, i);
		const char *cause = get_text(row, "cause");

		if (cause && !strcmp(cause, "startup"))
			take_row(&policy->startup, row);
		else if (cause && !strcmp(cause, "drift"))
			take_row(&policy->drift, row);
		else if (cause && !strcmp(cause, "restore"))
			take_row(&policy->restore, row);
	}
}

static int take_clock(struct log *log, json_object *object)
{
	struct log_clock clock = { .state = name_in(&cdisc_enum_state, get_text(object, "state")) };
	const char *name = get_text(object, "event");
	struct log_clock *slot;
	int64_t value = 0;

	if (!get_int(object, "raw-ns", &clock.raw_ns) || !get_int(object, "real-ns", &clock.real_ns))
		return 0;
	clock.has_offset = get_int(object, "offset-ns", &value);
	if (!is_raw(clock.raw_ns) || !is_real(clock.real_ns) || !is_apart(clock.real_ns, value)) {
		log->n_bad++;
		return 0;
	}
	/* An event may be written after a line that was asked for later. A counter that begins anew is farther away. */
	if (log->n_stretches && clock.raw_ns < log->last_raw_ns && log->last_raw_ns - clock.raw_ns < 1000000000) {
		clock.at_s = log->base_s + (double)(clock.raw_ns - log->base_raw_ns) / 1e9;
		clock.stretch = log->n_stretches - 1;
		return name ? take_event(log, object, &clock, name_in(&cdisc_enum_event, name)) : 0;
	}
	clock.at_s = axis(log, clock.raw_ns);
	clock.stretch = log->n_stretches - 1;
	if (!log->n_clocks)
		log->first_real_ns = clock.real_ns;
	clock.offset_ns = (double)value;
	clock.bound_ns = get_scaled(object, "bound-ns", 1);
	clock.freq_ppb = get_scaled(object, "freq-ppb-q16", PPB_PER_Q16);
	clock.rate_ppb = get_scaled(object, "rate-ppb-q16", PPB_PER_Q16);
	clock.clock_rate_ppb = get_scaled(object, "clock-rate-ppb-q16", PPB_PER_Q16);
	clock.is_synchronised = get_scaled(object, "synchronised", 1) > 0;
	value = 0;
	get_int(object, "selected-id", &value);
	clock.selected_id = (uint32_t)value;
	take_policy(log, object);
	slot = grow((void **)&log->clocks, &log->n_clocks, &log->room_clocks, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = clock;
	return name ? take_event(log, object, &clock, name_in(&cdisc_enum_event, name)) : 0;
}

static int take_source(struct log *log, json_object *object)
{
	struct log_sample sample = { 0 }, *slot;
	int64_t id = 0;
	size_t i;

	if (!get_int(object, "sample-raw-ns", &sample.raw_ns) || !get_int(object, "sample-phase-ns", &sample.phase_ns) ||
	    !get_int(object, "id", &id) || !log->n_stretches)
		return 0;
	if (!is_raw(sample.raw_ns) || !is_apart(sample.raw_ns, sample.phase_ns)) {
		log->n_bad++;
		return 0;
	}
	/* Every event of a source repeats its last sample. */
	for (i = log->n_samples; i > 0 && log->n_samples - i < 64; i--) {
		if (log->samples[i - 1].source_id == id && log->samples[i - 1].raw_ns == sample.raw_ns)
			return 0;
	}
	sample.source_id = (uint32_t)id;
	sample.stretch = log->n_stretches - 1;
	/* It was taken a little before the line was written, maybe before the stretch began. */
	sample.at_s = log->base_s + (double)(sample.raw_ns - log->base_raw_ns) / 1e9;
	sample.delay_ns = get_scaled(object, "sample-delay-ns", 1);
	sample.half_ns = get_scaled(object, "sample-half-width-ns", 1);
	slot = grow((void **)&log->samples, &log->n_samples, &log->room_samples, sizeof(*slot));
	if (!slot)
		return -ENOMEM;
	*slot = sample;
	return 0;
}

/* The last place stands for all that have none. */
static struct log_mover *mover_of(struct log *log, const char *name)
{
	size_t i;

	for (i = 0; i < log->n_movers; i++) {
		if (!strcmp(log->movers[i].name, name))
			return &log->movers[i];
	}
	if (log->n_movers == LOG_MOVERS)
		return &log->movers[LOG_MOVERS - 1];
	snprintf(log->movers[log->n_movers].name, sizeof(log->movers[0].name), "%s",
		 log->n_movers == LOG_MOVERS - 1 ? "others" : name);
	return &log->movers[log->n_movers++];
}

static void take_mover(struct log *log, json_object *object)
{
	const char *name = get_text(object, "name"), *kind = get_text(object, "kind"), *cause = get_text(object, "cause");
	struct log_mover *mover;

	if (!name || !kind || !cause || strcmp(cause, "foreign"))
		return;
	mover = mover_of(log, name);
	if (!strcmp(kind, "set") || !strcmp(kind, "step")) {
		mover->n_sets++;
		mover->most_ns = fmax(mover->most_ns, fabs(get_scaled(object, "change-ns", 1)));
	} else if (!strcmp(kind, "slew")) {
		mover->n_slews++;
	} else if (!strcmp(kind, "rate")) {
		mover->n_rates++;
	}
}

int log_line(struct log *log, const char *line)
{
	json_object *json, *part;
	int err = 0;

	if (!line[strspn(line, " \t\r\n")])
		return 0;
	json = json_tokener_parse(line);
	if (!json || !json_object_is_type(json, json_type_object)) {
		log->n_bad++;
		json_object_put(json);
		return 0;
	}
	if (json_object_object_get_ex(json, "clock", &part))
		err = take_clock(log, part);
	else if (json_object_object_get_ex(json, "source", &part))
		err = take_source(log, part);
	else if (json_object_object_get_ex(json, "log", &part))
		take_mover(log, part);
	else if (json_object_object_get_ex(json, "lost-events", &part))
		log->n_lost++;
	json_object_put(json);
	return err;
}

int log_read(struct log *log, const char *path)
{
	FILE *in = strcmp(path, "-") ? fopen(path, "re") : stdin;
	char *line = NULL;
	size_t room = 0;
	int err = 0;

	*log = (struct log){ 0 };
	if (!in)
		return -errno;
	errno = 0;
	while (!err && getline(&line, &room, in) > 0)
		err = log_line(log, line);
	if (!err && ferror(in))
		err = errno ? -errno : -EIO;
	free(line);
	if (in != stdin)
		fclose(in);
	if (err)
		log_free(log);
	return err;
}

void log_free(struct log *log)
{
	free(log->clocks);
	free(log->events);
	free(log->cuts_s);
	free(log->samples);
	*log = (struct log){ 0 };
}

bool log_is_cut_between(const struct log *log, double from_s, double to_s)
{
	size_t i;

	for (i = 0; i < log->n_cuts; i++) {
		if (log->cuts_s[i] > from_s && log->cuts_s[i] <= to_s)
			return true;
	}
	return false;
}

int64_t log_phase_ns(const struct log_clock *clock)
{
	return clock->real_ns - clock->raw_ns + llround(clock->offset_ns);
}
