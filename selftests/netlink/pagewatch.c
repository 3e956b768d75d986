// SPDX-License-Identifier: GPL-2.0
/*
 * Programs that map /dev/clockdisc, at full speed: on every processor a thread reads the true time for SECONDS, or until the
 * page has been dead for a second.
 *
 *   pagewatch SECONDS
 *
 * What two readings of one generation say must agree: the later one lies where the earlier one leads. A reading that was put
 * together from two states of the page does not. Prints
 *   PAGE reads= known= void= dead= stale= other= jumps= worst_ns= generations=
 * readings, of which the time was known, void, dead, ended; how often two contradicted each other, by how much at the most.
 */
#include "clockdisc_now.h"

#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#define CPUS_MOST	64

/* Nobody's true time runs faster against the counter, or slower: 600 ppm. */
#define RATE_MOST	(1000000 / 600)

struct reading {
	uint64_t generation;
	int64_t raw_ns;
	int64_t earliest_ns;
	int64_t latest_ns;
};

struct watcher {
	pthread_t thread;
	int cpu;
	uint64_t reads, known, is_void, dead, stale, other, jumps, generations;
	int64_t worst_ns;
	struct reading last;
};

static struct clockdisc_reader reader;
static int64_t end_raw_ns;

static int64_t mono_raw_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_RAW, &ts);
	return ts.tv_sec * CLOCKDISC_NSEC_PER_SEC + ts.tv_nsec;
}

static void compare(struct watcher *w, const struct reading *r)
{
	int64_t dt_ns = r->raw_ns - w->last.raw_ns;
	int64_t slack_ns = dt_ns / RATE_MOST + 2 * CLOCKDISC_ROUNDING_NS;
	int64_t early_ns = w->last.earliest_ns + dt_ns - slack_ns - r->latest_ns;
	int64_t late_ns = r->earliest_ns - (w->last.latest_ns + dt_ns + slack_ns);
	int64_t off_ns = early_ns > late_ns ? early_ns : late_ns;

	if (off_ns > 0)
		w->jumps++;
	if (off_ns > w->worst_ns)
		w->worst_ns = off_ns;
}

static void take(struct watcher *w, const struct clockdisc_page *page, int64_t raw_ns)
{
	struct reading r = { .generation = page->generation, .raw_ns = raw_ns };

	switch (-clockdisc_at(page, raw_ns, &r.earliest_ns, &r.latest_ns)) {
	case 0:
		break;
	case EAGAIN:
		w->is_void++;
		return;
	case ESHUTDOWN:
		w->dead++;
		return;
	case ESTALE:
		w->stale++;
		return;
	default:
		w->other++;
		return;
	}
	if (w->known++ && w->last.generation == r.generation)
		compare(w, &r);
	else
		w->generations++;
	w->last = r;
}

static void *watch(void *arg)
{
	struct watcher *w = arg;
	struct clockdisc_page page;
	int64_t raw_ns, dead_raw_ns = INT64_MAX;
	cpu_set_t cpus;

	CPU_ZERO(&cpus);
	CPU_SET(w->cpu, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	do {
		w->reads++;
		if (clockdisc_read(&reader, &page, &raw_ns)) {
			w->other++;
			raw_ns = mono_raw_ns();
			continue;
		}
		take(w, &page, raw_ns);
		if (w->dead == 1)
			dead_raw_ns = raw_ns;
	} while (raw_ns < end_raw_ns && (!w->dead || raw_ns < dead_raw_ns + CLOCKDISC_NSEC_PER_SEC));
	return NULL;
}

int main(int argc, char **argv)
{
	static struct watcher watchers[CPUS_MOST];
	struct watcher sum = { 0 };
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	double seconds = argc == 2 ? atof(argv[1]) : 0;
	int err, i;

	if (seconds <= 0 || cpus > CPUS_MOST) {
		fputs("usage: pagewatch SECONDS\n", stderr);
		return 2;
	}
	err = clockdisc_open(&reader);
	if (err) {
		fprintf(stderr, "pagewatch: %s\n", clockdisc_why(err));
		return 1;
	}
	end_raw_ns = mono_raw_ns() + (int64_t)(seconds * 1e9);
	for (i = 0; i < cpus; i++) {
		watchers[i].cpu = i;
		if (pthread_create(&watchers[i].thread, NULL, watch, &watchers[i]))
			return 1;
	}
	for (i = 0; i < cpus; i++) {
		struct watcher *w = &watchers[i];

		pthread_join(w->thread, NULL);
		sum.reads += w->reads;
		sum.known += w->known;
		sum.is_void += w->is_void;
		sum.dead += w->dead;
		sum.stale += w->stale;
		sum.other += w->other;
		sum.jumps += w->jumps;
		sum.generations += w->generations;
		sum.worst_ns = w->worst_ns > sum.worst_ns ? w->worst_ns : sum.worst_ns;
	}
	printf("PAGE reads=%" PRIu64 " known=%" PRIu64 " void=%" PRIu64 " dead=%" PRIu64 " stale=%" PRIu64 " other=%" PRIu64
	       " jumps=%" PRIu64 " worst_ns=%" PRId64 " generations=%" PRIu64 "\n", sum.reads, sum.known, sum.is_void, sum.dead,
	       sum.stale, sum.other, sum.jumps, sum.worst_ns, sum.generations);
	return 0;
}
