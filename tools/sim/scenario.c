// SPDX-License-Identifier: GPL-2.0
/*
 * Scenarios from words: one table of knobs serves parsing, refusals, help and printing.
 */
#include "scenario.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS_MAX	3

/* A number between colons; a knob's fields end at the first one without a name. */
struct field {
	const char	*name;
	size_t		at;		/* in struct scenario */
	double		least;
	double		most;
	bool		is_int;
};

/**
 * struct knob - what can be set
 * @key:	its name
 * @help:	what it is
 * @field:	the numbers it is made of
 * @form:	how it is written, when it is not numbers alone
 * @take:	parses the value instead; false when it is not of that form
 * @print:	prints it instead
 */
struct knob {
	const char	*key;
	const char	*help;
	struct field	field[FIELDS_MAX];
	const char	*form;
	bool		(*take)(struct scenario *sc, const char *value);
	void		(*print)(const struct scenario *sc, FILE *to);
};

static const char *const direction_names[] = { "there", "back", "both" };
static const char *const clients[] = { "clockdisc", "chrony", "chrony-tuned", "ntpsec", "ntpsec-tuned", "shadow", "none" };
static const char *const servos[] = { "ntp", "adaptive" };

#define COUNT(array)	(sizeof(array) / sizeof((array)[0]))

static int find(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return (int)i;
	return -1;
}

/* A number and nothing behind it but, perhaps, a colon. */
static bool take_number(const char **at, double least, double most, bool is_int, double *value)
{
	char *end;

	*value = strtod(*at, &end);
	if (end == *at || (*end && *end != ':') || !(*value >= least && *value <= most))
		return false;
	if (is_int && *value != floor(*value))
		return false;
	*at = end;
	return true;
}

static bool take_shape(struct scenario *sc, const char *value)
{
	const char *at = value;
	double order = 1;

	if (!strcmp(value, "exponential")) {
		sc->shape = SCENARIO_EXPONENTIAL;
	} else if (!strcmp(value, "pareto")) {
		sc->shape = SCENARIO_PARETO;
	} else if (!strncmp(value, "erlang:", 7)) {
		at += 7;
		if (!take_number(&at, 1, 100, true, &order) || *at)
			return false;
		sc->shape = SCENARIO_ERLANG;
	} else {
		return false;
	}
	sc->order = (int)order;
	return true;
}

static void print_shape(const struct scenario *sc, FILE *to)
{
	switch (sc->shape) {
	case SCENARIO_EXPONENTIAL:	fputs("exponential", to); break;
	case SCENARIO_ERLANG:		fprintf(to, "erlang:%d", sc->order); break;
	case SCENARIO_PARETO:		fputs("pareto", to); break;
	}
}

static bool take_burst(struct scenario *sc, const char *value)
{
	const char *at = value;
	double period, length, mean;
	int direction;

	if (!take_number(&at, 0, 1e7, false, &period) || *at++ != ':' ||
	    !take_number(&at, 0, 1e7, false, &length) || *at++ != ':' ||
	    !take_number(&at, 0, 10, false, &mean) || *at++ != ':')
		return false;
	direction = find(direction_names, COUNT(direction_names), at);
	if (direction < 0)
		return false;
	sc->burst_period = period;
	sc->burst_length = length;
	sc->burst_mean = mean;
	sc->burst_direction = (enum scenario_direction)direction;
	return true;
}

static void print_burst(const struct scenario *sc, FILE *to)
{
	fprintf(to, "%.12g:%.12g:%.12g:%s", sc->burst_period, sc->burst_length, sc->burst_mean,
		direction_names[sc->burst_direction]);
}

static bool take_poll(struct scenario *sc, const char *value)
{
	char *end;
	long low = strtol(value, &end, 10), high = low;

	if (end == value || (*end && strncmp(end, "..", 2)))
		return false;
	if (*end) {
		value = end + 2;
		high = strtol(value, &end, 10);
		if (end == value || *end)
			return false;
	}
	if (low < 0 || high > 17 || low > high)
		return false;
	sc->minpoll_log2s = (int)low;
	sc->maxpoll_log2s = (int)high;
	return true;
}

static void print_poll(const struct scenario *sc, FILE *to)
{
	char text[16];

	fputs(scenario_poll(sc, text), to);
}

static bool take_seed(struct scenario *sc, const char *value)
{
	char *end;
	unsigned long long seed;

	errno = 0;
	seed = strtoull(value, &end, 0);
	if (!isdigit((unsigned char)*value) || *end || errno)
		return false;
	sc->seed = seed;
	return true;
}

static void print_seed(const struct scenario *sc, FILE *to)
{
	fprintf(to, "%llu", (unsigned long long)sc->seed);
}

static bool take_kernel(struct scenario *sc, const char *value)
{
	size_t length = strlen(value);

	if (!length || length >= sizeof(sc->kernel) || strspn(value, "0123456789.") != length)
		return false;
	strcpy(sc->kernel, value);
	return true;
}

static void print_kernel(const struct scenario *sc, FILE *to)
{
	fputs(sc->kernel, to);
}

static bool take_client(struct scenario *sc, const char *value)
{
	if (find(clients, COUNT(clients), value) < 0)
		return false;
	strcpy(sc->client, value);
	return true;
}

static void print_client(const struct scenario *sc, FILE *to)
{
	fputs(sc->client, to);
}

static bool take_servo(struct scenario *sc, const char *value)
{
	if (find(servos, COUNT(servos), value) < 0)
		return false;
	strcpy(sc->servo, value);
	return true;
}

static void print_servo(const struct scenario *sc, FILE *to)
{
	fputs(sc->servo, to);
}

#define AT(member)			offsetof(struct scenario, member)
#define REAL(name, member, least, most)	{ name, AT(member), least, most, false }
#define WHOLE(name, member, least, most) { name, AT(member), least, most, true }

static const struct knob knobs[] = {
	{ "JITTER", "mean queueing delay of each leg, s", .field = { REAL("MEAN", jitter, 0, 10) } },
	{ "SHAPE", "its law", .form = "exponential, erlang:ORDER (1 to 100) or pareto", .take = take_shape,
	  .print = print_shape },
	{ "BASE", "least delay of one leg, s", .field = { REAL("DELAY", base, 0, 10) } },
	{ "ASYM", "the way back takes this much longer, s", .field = { REAL("DELAY", asym, -10, 10) } },
	{ "BURST", "the last LENGTH s of every PERIOD have more exponential delay, s",
	  .form = "PERIOD:LENGTH:MEAN:DIRECTION (seconds to 1e7, MEAN 0 to 10, there, back or both)",
	  .take = take_burst, .print = print_burst },
	{ "LOSS", "part of the exchanges that get lost", .field = { REAL("PART", loss, 0, 0.99) } },
	{ "ROUTE", "in every second PERIOD the base delay of both legs is longer, s",
	  .field = { REAL("PERIOD", route_period, 0, 1e7), REAL("SIZE", route_size, -10, 10) } },
	{ "WANDER", "random walk of the oscillator's frequency, per root s", .field = { REAL("W", wander, 0, 1e-3) } },
	{ "TEMP", "sine added to the frequency",
	  .field = { REAL("AMPLITUDE", temp, 0, 1e-3), REAL("PERIOD", temp_period, 1, 1e7) } },
	{ "FSTEP", "after every PERIOD the frequency jumps, up or down by chance",
	  .field = { REAL("SIZE", fstep, 0, 1e-3), REAL("PERIOD", fstep_period, 0, 1e7) } },
	{ "PSTEP", "after every PERIOD the counter stands still for so long, s (a guest is paused)",
	  .field = { REAL("SIZE", pstep, 0, 1000), REAL("PERIOD", pstep_period, 0, 1e7) } },
	{ "OFFSET0", "truth minus clock at the beginning, s", .field = { REAL("OFFSET", offset0, -1e6, 1e6) } },
	{ "FREQ0", "oscillator fast by this at the beginning", .field = { REAL("FREQ", freq0, -0.2, 0.2) } },
	{ "POLL", "log2 of the poll interval in s", .form = "LOG2 or LEAST..MOST, each 0 to 17", .take = take_poll,
	  .print = print_poll },
	{ "SERVERS", "number of servers", .field = { WHOLE("N", servers, 1, SCENARIO_SERVERS_MAX) } },
	{ "LIARS", "the first N servers are wrong by OFFSET, s",
	  .field = { WHOLE("N", liars, 0, SCENARIO_SERVERS_MAX), REAL("OFFSET", liar_offset, -1e6, 1e6) } },
	{ "SEED", "of everything random", .form = "a number from 0 to 2^64 - 1", .take = take_seed, .print = print_seed },
	{ "DURATION", "length, s", .field = { REAL("LENGTH", duration, 10, 1e7) } },
	{ "WARM", "seconds that are not counted, 0.3 of DURATION when not given",
	  .field = { REAL("LENGTH", warm, 0, 1e7) } },
	{ "KERNEL", "version of the virtual machine's kernel", .form = "a version like 6.1", .take = take_kernel,
	  .print = print_kernel },
	{ "CLIENT", "who disciplines the clock",
	  .form = "clockdisc, chrony, chrony-tuned, ntpsec, ntpsec-tuned, shadow or none", .take = take_client,
	  .print = print_client },
	{ "SERVO", "servo of client clockdisc", .form = "ntp or adaptive", .take = take_servo, .print = print_servo },
};

static const struct field *next_field(const struct knob *k, const struct field *f)
{
	f = f ? f + 1 : k->field;
	return f < k->field + FIELDS_MAX && f->name ? f : NULL;
}

static void print_form(const struct knob *k, FILE *to)
{
	const struct field *f;

	if (k->form) {
		fputs(k->form, to);
		return;
	}
	for (f = next_field(k, NULL); f; f = next_field(k, f))
		fprintf(to, "%s%s", f == k->field ? "" : ":", f->name);
	for (f = next_field(k, NULL); f; f = next_field(k, f))
		fprintf(to, "%s%s %s%g to %g", f == k->field ? " (" : ", ", f->name, f->is_int ? "whole, " : "", f->least,
			f->most);
	fputc(')', to);
}

static void print_value(const struct scenario *sc, const struct knob *k, FILE *to)
{
	const struct field *f;

	if (k->print) {
		k->print(sc, to);
		return;
	}
	for (f = next_field(k, NULL); f; f = next_field(k, f)) {
		const char *at = (const char *)sc + f->at;

		if (f != k->field)
			fputc(':', to);
		if (f->is_int)
			fprintf(to, "%d", *(const int *)at);
		else
			fprintf(to, "%.12g", *(const double *)at);
	}
}

static bool take_fields(struct scenario *sc, const struct knob *k, const char *value)
{
	double number[FIELDS_MAX];
	const struct field *f;
	int i = 0;

	for (f = next_field(k, NULL); f; f = next_field(k, f)) {
		if (f != k->field && *value++ != ':')
			return false;
		if (!take_number(&value, f->least, f->most, f->is_int, &number[i++]))
			return false;
	}
	if (*value)
		return false;
	for (f = next_field(k, NULL), i = 0; f; f = next_field(k, f), i++) {
		if (f->is_int)
			*(int *)((char *)sc + f->at) = (int)number[i];
		else
			*(double *)((char *)sc + f->at) = number[i];
	}
	return true;
}

static void complain_form(struct scenario *sc, const struct knob *k, const char *value)
{
	FILE *to = fmemopen(sc->error, sizeof(sc->error), "w");

	if (!to)
		return;
	fprintf(to, "%s=%.40s: takes ", k->key, value);
	print_form(k, to);
	fclose(to);
}

bool scenario_set(struct scenario *sc, const char *setting)
{
	const char *equals = strchr(setting, '=');
	size_t length = equals ? (size_t)(equals - setting) : strlen(setting);

	sc->error[0] = '\0';
	for (size_t i = 0; i < COUNT(knobs) && equals; i++) {
		const struct knob *k = &knobs[i];

		if (strlen(k->key) != length || strncmp(k->key, setting, length))
			continue;
		if (k->take ? k->take(sc, equals + 1) : take_fields(sc, k, equals + 1))
			return true;
		complain_form(sc, k, equals + 1);
		return false;
	}
	snprintf(sc->error, sizeof(sc->error), "%.40s: %s", setting,
		 equals ? "there is no such knob" : "a setting is KEY=VALUE");
	return false;
}

static bool refuse(struct scenario *sc, const char *why)
{
	snprintf(sc->error, sizeof(sc->error), "%s", why);
	return false;
}

bool scenario_check(struct scenario *sc)
{
	if (sc->liars > sc->servers)
		return refuse(sc, "LIARS: N must not be above SERVERS");
	if (scenario_warm(sc) >= sc->duration)
		return refuse(sc, "WARM must be below DURATION");
	if (sc->burst_length > sc->burst_period)
		return refuse(sc, "BURST: LENGTH must not be above PERIOD");
	if (sc->base + fmin(sc->asym, 0) + fmin(sc->route_size, 0) < 0)
		return refuse(sc, "BASE with ASYM and ROUTE must not be below 0");
	return true;
}

void scenario_from_args(struct scenario *sc, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "help") || !strcmp(argv[i], "--help")) {
			scenario_help(stdout);
			exit(0);
		}
		if (!scenario_set(sc, argv[i])) {
			fprintf(stderr, "%s\n", sc->error);
			exit(2);
		}
	}
	if (!scenario_check(sc)) {
		fprintf(stderr, "%s\n", sc->error);
		exit(2);
	}
}

void scenario_defaults(struct scenario *sc)
{
	*sc = (struct scenario){
		.jitter		= 100e-6,
		.order		= 1,
		.base		= 1e-3,
		.wander		= 1e-9,
		.temp_period	= 86400,
		.minpoll_log2s	= 6,
		.maxpoll_log2s	= 6,
		.servers	= 1,
		.seed		= 1,
		.duration	= 30000,
		.warm		= -1,
		.kernel		= "6.1",
		.client		= "clockdisc",
		.servo		= "adaptive",
	};
}

void scenario_help(FILE *to)
{
	struct scenario sc;

	scenario_defaults(&sc);
	fputs("KEY=VALUE, times in seconds, frequencies as ratios (50e-6 is 50 ppm):\n", to);
	for (size_t i = 0; i < COUNT(knobs); i++) {
		fprintf(to, "  %-8s  %s\n            ", knobs[i].key, knobs[i].help);
		print_form(&knobs[i], to);
		if (knobs[i].field[0].at != AT(warm) || knobs[i].form) {
			fputs("; default ", to);
			print_value(&sc, &knobs[i], to);
		}
		fputc('\n', to);
	}
}

void scenario_print(const struct scenario *sc, FILE *to)
{
	for (size_t i = 0; i < COUNT(knobs); i++) {
		if (!strcmp(knobs[i].key, "WARM") && sc->warm < 0)
			continue;
		fprintf(to, "%s%s=", i ? " " : "", knobs[i].key);
		print_value(sc, &knobs[i], to);
	}
}

double scenario_warm(const struct scenario *sc)
{
	return sc->warm < 0 ? 0.3 * sc->duration : sc->warm;
}

const char *scenario_poll(const struct scenario *sc, char text[16])
{
	if (sc->minpoll_log2s == sc->maxpoll_log2s)
		snprintf(text, 16, "%d", sc->minpoll_log2s);
	else
		snprintf(text, 16, "%d..%d", sc->minpoll_log2s, sc->maxpoll_log2s);
	return text;
}
