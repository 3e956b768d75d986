/* SPDX-License-Identifier: GPL-2.0 */
/* Figures of the module as text for a monitoring system. */
#ifndef CLOCKDISC_METRICS_H
#define CLOCKDISC_METRICS_H

#include <stdbool.h>
#include <stdio.h>
#include <json-c/json.h>

enum metrics_format {
	METRICS_OPENMETRICS,	/* OpenMetrics 1.0: a counter's family has no _total, # UNIT, # EOF */
	METRICS_PROMETHEUS,	/* the text format 0.0.4 that node_exporter reads */
};

/**
 * metrics_write() - all metrics of a clock and its sources
 * @out:	where to
 * @format:	how
 * @clock:	what "clockdisc -j status" prints, or NULL: nobody answered
 * @sources:	what "clockdisc -j sources" prints; ignored without @clock
 *
 * Names and units come from the attribute tables, so a new attribute is a new metric. Families are not interleaved.
 */
void metrics_write(FILE *out, enum metrics_format format, json_object *clock, json_object *sources);

#endif /* CLOCKDISC_METRICS_H */
