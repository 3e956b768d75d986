// SPDX-License-Identifier: GPL-2.0
/*
 * How good a run was: from its logs to one line, RESULT key=value...
 *
 * usage: score KEY=VALUE... errors=FILE [exchanges=FILE] [schedule=FILE] [ideal=FILE]
 *
 *	errors		a line a second: raw_ns error_ns bound_ns; the clock minus truth, the bound -1 when unknown
 *	exchanges	a line each: server sent_raw_ns there_ns back_ns t2_ns t3_ns lost
 *	schedule	another client's exchanges of the same scenario: the bound at its choice of packets
 *	ideal		is written: raw_ns error_ns of the estimator that is the bound
 *
 * The line's fields are in Documentation/lab.rst. Figures that there is nothing to tell of are "-".
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "ideal.h"

#define STEP_NS		500000.0	/* no slew of a kernel moves the clock further in a second */

struct errors {
	int64_t	*raw_ns;
	double	*error_ns;
	double	*bound_ns;
	size_t	n;
	size_t	room;
};

struct exchanges {
	struct ideal_exchange	*x;
	size_t			n;
	size_t			room;
};

/* What is said of a run. */
struct figures {
	double	rms_ns;
	double	p99_ns;
	double	max_ns;
	double	freq_rms_ppb;
	double	above_1ms;	/* part of the time */
	double	cover;
	double	bound_median_ns;
};

static void *grow(void *array, size_t n, size_t size)
{
	void *p = realloc(array, n * size);

	if (!p) {
		perror("score");
		exit(1);
	}
	return p;
}

static void complain(const char *name, size_t line)
{
	fprintf(stderr, "score: %s: line %zu is not of the form it should have\n", name, line);
	exit(1);
}

static FILE *open_log(const char *name, const char *mode)
{
	FILE *log = fopen(name, mode);

	if (!log) {
		perror(name);
		exit(1);
	}
	return log;
}

static void read_errors(struct errors *e, const char *name)
{
	FILE *log = open_log(name, "r");
	char line[200], end;

	for (size_t i = 1; fgets(line, sizeof(line), log); i++) {
		if (e->n == e->room) {
			e->room = 2 * e->room + 1024;
			e->raw_ns = grow(e->raw_ns, e->room, sizeof(*e->raw_ns));
			e->error_ns = grow(e->error_ns, e->room, sizeof(*e->error_ns));
			e->bound_ns = grow(e->bound_ns, e->room, sizeof(*e->bound_ns));
		}
		if (sscanf(line, "%" SCNd64 " %lf %lf %c", &e->raw_ns[e->n], &e->error_ns[e->n], &e->bound_ns[e->n], &end) != 3 ||
		    (e->n && e->raw_ns[e->n] <= e->raw_ns[e->n - 1]))
			complain(name, i);
		e->n++;
	}
	fclose(log);
}

static void read_exchanges(struct exchanges *e, const char *name)
{
	FILE *log = open_log(name, "r");
	char line[300], end;
	int is_lost;

	for (size_t i = 1; fgets(line, sizeof(line), log); i++) {
		struct ideal_exchange *x;

		if (e->n == e->room) {
			e->room = 2 * e->room + 1024;
			e->x = grow(e->x, e->room, sizeof(*e->x));
		}
		x = &e->x[e->n++];
		if (sscanf(line, "%d %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %d %c", &x->server,
			   &x->sent_raw_ns, &x->there_ns, &x->back_ns, &x->t2_ns, &x->t3_ns, &is_lost, &end) != 7 ||
		    x->server < 0 || x->server >= SCENARIO_SERVERS_MAX)
			complain(name, i);
		x->is_lost = is_lost;
	}
	fclose(log);
}

static int by_size(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

/* Of values that get sorted. */
static double quantile(double *value, size_t n, double part)
{
	qsort(value, n, sizeof(*value), by_size);
	return value[(size_t)((double)(n - 1) * part)];
}

static double rms(const double *value, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += value[i] * value[i];
	return sqrt(sum / (double)n);
}

/* How wrong the clock's rate is, from second to second. */
static double freq_rms(const struct errors *e, size_t first)
{
	double sum = 0;
	size_t n = 0;

	for (size_t i = first + 1; i < e->n; i++) {
		double dt = (double)(e->raw_ns[i] - e->raw_ns[i - 1]) / 1e9, moved_ns = e->error_ns[i] - e->error_ns[i - 1];

		if (fabs(moved_ns) >= STEP_NS * dt)
			continue;
		sum += moved_ns / dt * moved_ns / dt;
		n++;
	}
	return n ? sqrt(sum / (double)n) : NAN;
}

static void judge(const struct errors *e, size_t first, struct figures *f)
{
	double *size = grow(NULL, e->n - first + 1, sizeof(*size)), *bound = grow(NULL, e->n - first + 1, sizeof(*bound));
	size_t n = e->n - first, known = 0, above = 0, covered = 0;

	for (size_t i = 0; i < n; i++) {
		size[i] = fabs(e->error_ns[first + i]);
		above += size[i] > 1e6;
		if (e->bound_ns[first + i] < 0)
			continue;
		bound[known++] = e->bound_ns[first + i];
		covered += size[i] <= e->bound_ns[first + i];
	}
	f->rms_ns = rms(size, n);
	f->p99_ns = quantile(size, n, 0.99);
	f->max_ns = size[n - 1];
	f->freq_rms_ppb = freq_rms(e, first);
	f->above_1ms = (double)above / (double)n;
	f->cover = known ? (double)covered / (double)known : NAN;
	f->bound_median_ns = known ? quantile(bound, known, 0.5) : NAN;
	free(size);
	free(bound);
}

/* Since when the error has been below the limit for good; NAN for never. */
static double converged(const struct errors *e, double limit_ns)
{
	size_t i = e->n;

	while (i > 0 && fabs(e->error_ns[i - 1]) < limit_ns)
		i--;
	return i == e->n ? NAN : i ? (double)e->raw_ns[i] / 1e9 : 0;
}

static void write_ideal(FILE *to, const struct errors *e, const double *error_ns)
{
	for (size_t i = 0; i < e->n; i++)
		fprintf(to, "%" PRId64 " %.1f\n", e->raw_ns[i], error_ns[i]);
	if (fclose(to)) {
		perror("ideal");
		exit(1);
	}
}

static double bound_rms(const struct scenario *sc, struct plant *plant, const struct exchanges *x, const struct errors *e,
			size_t first, FILE *ideal)
{
	double *error_ns = grow(NULL, e->n, sizeof(*error_ns)), result;

	ideal_run(sc, plant, x->x, x->n, IDEAL_AUTO, e->raw_ns, error_ns, e->n);
	result = rms(error_ns + first, e->n - first);
	if (ideal)
		write_ideal(ideal, e, error_ns);
	free(error_ns);
	return result;
}

static void print(const char *key, const char *format, double value)
{
	printf(" %s=", key);
	if (isnan(value))
		putchar('-');
	else
		printf(format, value);
}

static void print_head(const struct scenario *sc)
{
	char poll[16];

	printf("RESULT client=%s servo=%s jitter=%g wander=%g poll=%s seed=%" PRIu64 " duration=%g", sc->client,
	       strcmp(sc->client, "clockdisc") ? "-" : sc->servo, sc->jitter, sc->wander, scenario_poll(sc, poll),
	       sc->seed, sc->duration);
}

static size_t sent_until(const struct exchanges *x, double end)
{
	size_t n = 0;

	for (size_t i = 0; i < x->n; i++)
		n += (double)x->x[i].sent_raw_ns <= end * 1e9;
	return n;
}

static void score(const struct scenario *sc, const struct errors *e, const struct exchanges *x,
		  const struct exchanges *schedule, FILE *ideal)
{
	double conv_1ms = converged(e, 1e6), conv_100us = converged(e, 1e5), bound_ns;
	struct plant plant;
	struct figures f;
	size_t first = 0;

	while (first < e->n && (double)e->raw_ns[first] <= scenario_warm(sc) * 1e9)
		first++;
	if (first == e->n) {
		fputs("score: the error log ends before the warm-up does\n", stderr);
		exit(1);
	}
	plant_init(&plant, sc);
	judge(e, first, &f);
	bound_ns = x->n ? bound_rms(sc, &plant, x, e, first, ideal) : NAN;
	print_head(sc);
	print("rms_ns", "%.1f", f.rms_ns);
	print("p99_ns", "%.1f", f.p99_ns);
	print("max_ns", "%.1f", f.max_ns);
	print("freq_rms_ppb", "%.3f", f.freq_rms_ppb);
	print("conv_1ms_s", "%.0f", conv_1ms);
	print("conv_100us_s", "%.0f", conv_100us);
	printf(" packets=%zu", x->n);
	print("bound_rms_ns", "%.1f", bound_ns);
	print("ratio", "%.3f", f.rms_ns / bound_ns);
	print("bound_at_chrony_packets_ns", "%.1f", schedule->n ? bound_rms(sc, &plant, schedule, e, first, NULL) : NAN);
	print("cover", "%.5f", f.cover);
	print("bound_median_ns", "%.0f", f.bound_median_ns);
	print("above_1ms", "%.5f", f.above_1ms);
	print("packets_100us", "%.0f", isnan(conv_100us) ? NAN : (double)sent_until(x, conv_100us));
	putchar('\n');
	plant_free(&plant);
}

int main(int argc, char **argv)
{
	struct exchanges x = { 0 }, schedule = { 0 };
	struct errors e = { 0 };
	struct scenario sc;
	FILE *ideal = NULL;
	int settings = 1;

	scenario_defaults(&sc);
	for (int i = 1; i < argc; i++) {
		if (!strncmp(argv[i], "errors=", 7))
			read_errors(&e, argv[i] + 7);
		else if (!strncmp(argv[i], "exchanges=", 10))
			read_exchanges(&x, argv[i] + 10);
		else if (!strncmp(argv[i], "schedule=", 9))
			read_exchanges(&schedule, argv[i] + 9);
		else if (!strncmp(argv[i], "ideal=", 6))
			ideal = open_log(argv[i] + 6, "w");
		else
			argv[settings++] = argv[i];
	}
	scenario_from_args(&sc, settings, argv);
	if (!e.n) {
		fputs("usage: score KEY=VALUE... errors=FILE [exchanges=FILE] [schedule=FILE] [ideal=FILE]\n", stderr);
		return 2;
	}
	score(&sc, &e, &x, &schedule, ideal);
	free(e.raw_ns);
	free(e.error_ns);
	free(e.bound_ns);
	free(x.x);
	free(schedule.x);
	return 0;
}
