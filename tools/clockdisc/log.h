/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A log of the clock: JSON lines as clockdisc record and clockdisc -j monitor write them.
 *
 * All times are on an axis of seconds of the counter since the log began, which no step of the clock disturbs. When the
 * counter begins anew (a reboot, or the log is continued later) a new stretch begins one second after the one before.
 */
#ifndef CLOCKDISC_LOG_H
#define CLOCKDISC_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the clock was at one instant. */
struct log_clock {
	double at_s;
	unsigned int stretch;
	int64_t real_ns;
	int64_t raw_ns;
	bool has_offset;
	double offset_ns;	/* reference minus local */
	double bound_ns;
	double freq_ppb;	/* learnt */
	double rate_ppb;	/* applied */
	double clock_rate_ppb;	/* of the clock against the counter, measured */
	const char *state;	/* a name of the enum, or "unknown" */
	bool is_synchronised;
	uint32_t selected_id;
};

struct log_event {
	double at_s;
	unsigned int stretch;
	int64_t raw_ns;
	const char *name;	/* of the enum, or "unknown" */
	double value_ns;	/* event-value-ns */
	bool is_cut;		/* the counter changed, or time is missing: phases before and after do not compare */
};

#define LOG_MOVERS	16

/* Somebody else who moved the clock. */
struct log_mover {
	char name[32];
	unsigned int n_sets;	/* and steps */
	unsigned int n_slews;
	unsigned int n_rates;
	double most_ns;		/* largest of the sets and steps */
};

struct log_sample {
	double at_s;
	unsigned int stretch;
	uint32_t source_id;
	int64_t raw_ns;
	int64_t phase_ns;	/* source minus counter */
	double delay_ns;
	double half_ns;
};

/* What may be done about an offset, by what it comes from: rows of clockdisc policy. 0 never steps. */
struct log_row {
	double forward_ns;
	double backward_ns;
	double stepout_s;
	double max_slew_ppb;
};

struct log_policy {
	struct log_row startup;
	struct log_row drift;
	struct log_row restore;
	int64_t startup_updates;	/* so many offsets are startup's, -1: all */
};

/* The module's defaults. */
extern const struct log_policy log_policy_default;

struct log {
	struct log_clock *clocks;
	size_t n_clocks;
	struct log_event *events;
	size_t n_events;
	double *cuts_s;		/* when those were that cut: few, and asked for at every line of the clock */
	size_t n_cuts;
	struct log_sample *samples;
	size_t n_samples;
	struct log_mover movers[LOG_MOVERS];
	size_t n_movers;
	unsigned int n_stretches;
	unsigned int n_bad;	/* lines that are not JSON, as half a line at the end, or whose instants no clock shows */
	unsigned int n_lost;	/* times that events were lost */
	bool has_policy;	/* the first line that tells of it counts */
	struct log_policy policy;
	int64_t first_real_ns;
	/* Of the reader. */
	double base_s;
	int64_t base_raw_ns;
	int64_t last_raw_ns;
	size_t room_clocks;
	size_t room_events;
	size_t room_cuts;
	size_t room_samples;
};

/* Take one line. Return: 0 or -ENOMEM. */
int log_line(struct log *log, const char *line);

/**
 * log_read() - read a whole file
 * @log:	filled in; free it with log_free()
 * @path:	the file, "-" for standard input
 *
 * Return: 0 or a negative errno. Bad lines are counted and passed over.
 */
int log_read(struct log *log, const char *path);
void log_free(struct log *log);

/* Whether an interruption lies in (from, to]. */
bool log_is_cut_between(const struct log *log, double from_s, double to_s);

/* Reference minus counter in ns: what has been learnt of the oscillator's phase. Only with has_offset. */
int64_t log_phase_ns(const struct log_clock *clock);

#endif /* CLOCKDISC_LOG_H */
