// SPDX-License-Identifier: GPL-2.0
/* Shadow reports of logs that are made up, as TAP: truth is known, so the judge and both clocks can be judged. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../sim/rng.h"
#include "../sim/tap.h"
#include "shadow.h"

#define EPOCH_NS	1780000000000000000
#define POLL_S		16
#define LENGTH_S	20000

/* A world: the counter is fast by what walks, and stands still once; what the module says is late by a poll. */
struct world {
	struct log log;
	double truth_ns[LENGTH_S + 1];	/* truth minus counter, relative */
	double freq_ppb[LENGTH_S + 1];
};

static void add_line(struct world *w, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void add_line(struct world *w, const char *fmt, ...)
{
	char line[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	tap_expect(!log_line(&w->log, line), "a line was refused");
}

static void make_truth(struct world *w, struct rng *rng, int jump_s, double jump_ns)
{
	double freq_ppb = 20000;
	int i;

	for (i = 0; i < LENGTH_S; i++) {
		w->freq_ppb[i] = freq_ppb;
		w->truth_ns[i + 1] = w->truth_ns[i] + freq_ppb + (i == jump_s ? jump_ns : 0);
		freq_ppb += rng_normal(rng);
	}
	w->freq_ppb[LENGTH_S] = freq_ppb;
}

/*
 * A line a second: the clock is off by @other_ns of truth. What the module knows is its last sample's truth, carried on by the
 * frequency of then, and an error of 5 us that changes with every sample.
 */
static void make_log(struct world *w, struct rng *rng, double (*other_ns)(int second), double jitter_ns)
{
	double estimate_ns = 0, freq_ppb = 20000;
	int i;

	for (i = 0; i < LENGTH_S; i++) {
		int64_t raw_ns = 1000000000LL * (i + 5);
		double there_ns, back_ns, local_ns = w->truth_ns[i] - other_ns(i);

		if (i % POLL_S == 0) {
			there_ns = 1e6 + jitter_ns * rng_exponential(rng);
			back_ns = 1e6 + jitter_ns * rng_exponential(rng);
			estimate_ns = w->truth_ns[i] + 5000 * rng_normal(rng);
			freq_ppb = w->freq_ppb[i];
			add_line(w, "{\"source\":{\"id\":1,\"event\":\"sample\",\"sample-raw-ns\":%lld,\"sample-phase-ns\":%lld,"
				 "\"sample-delay-ns\":%.0f,\"sample-half-width-ns\":%.0f}}", (long long)raw_ns,
				 (long long)(EPOCH_NS + llround(w->truth_ns[i] + (there_ns - back_ns) / 2)), there_ns + back_ns,
				 (there_ns + back_ns) / 2);
		}
		add_line(w, "{\"clock\":{\"real-ns\":%lld,\"raw-ns\":%lld,\"state\":\"sync\",\"synchronised\":1,\"offset-ns\":%lld,"
			 "\"bound-ns\":%lld,\"freq-ppb-q16\":%lld,\"selected-id\":1}}",
			 (long long)(EPOCH_NS + raw_ns + llround(local_ns)), (long long)raw_ns,
			 (long long)llround(estimate_ns - local_ns), 1200000 + llround(fabs(estimate_ns - local_ns)),
			 (long long)llround(freq_ppb * 65536));
		estimate_ns += freq_ppb;
	}
}

static double other_quiet(int second)
{
	return 80000 * sin(second / 700.0);
}

/* 20 ms wrong for 200 s, twice. */
static double other_wrong(int second)
{
	return (second > 5000 && second <= 5200) || (second > 15000 && second <= 15200) ? 20e6 : 10000;
}

static double other_far(int second)
{
	return second < 100 ? 2e9 : 0;
}

static struct world *world_make(uint64_t seed, double (*other_ns)(int second), int jump_s, double jump_ns)
{
	struct world *w = calloc(1, sizeof(*w));
	struct rng rng;

	rng_seed(&rng, seed);
	/* The axis, before the first sample. */
	add_line(w, "{\"clock\":{\"real-ns\":%lld,\"raw-ns\":4500000000}}", 
		 (long long)EPOCH_NS + 4500000000 - llround(other_ns(0)));
	make_truth(w, &rng, jump_s, jump_ns);
	make_log(w, &rng, other_ns, 100e3);
	return w;
}

static void world_free(struct world *w)
{
	log_free(&w->log);
	free(w);
}

static bool near(double got, double wanted, double part, const char *what)
{
	return tap_expect(fabs(got - wanted) <= part * fabs(wanted), "%s: %g instead of %g", what, got, wanted);
}

static void test_judge(uint64_t seed)
{
	struct world *w = world_make(seed, other_quiet, -1, 0);
	double sum = 0, phase_ns, sd_ns;
	struct hindsight h;
	int i, n = 0;

	tap_report(!hindsight_make(&h, &w->log) && h.n == LENGTH_S / POLL_S && h.source_id == 1, "a judge is made of samples");
	for (i = 200; i < LENGTH_S - 200; i++) {
		if (!hindsight_at(&h, i + 0.5, &phase_ns, &sd_ns))
			continue;
		/* The anchor is the first sample's phase. */
		phase_ns += (double)(h.anchor_ns - EPOCH_NS) - w->truth_ns[i];
		sum += phase_ns * phase_ns;
		n++;
	}
	sum = sqrt(sum / n);
	tap_report(tap_expect(n == LENGTH_S - 400 && sum < 6000, "%d, %.0f ns", n, sum),
		   "with hindsight 100 us of jitter leave less than 6 us");
	tap_report(tap_expect(sum < 1.5 * sd_ns && sum > sd_ns / 3, "%.0f ns, it says %.0f", sum, sd_ns), "which it knows");
	tap_report(tap_expect(h.wander_ppb > 0.2 && h.wander_ppb < 5, "%g", h.wander_ppb), "it finds how restless the oscillator is");
	tap_report(!h.n_jumps, "no jump is seen where there is none");
	tap_report(!hindsight_at(&h, -1, &phase_ns, &sd_ns) && !hindsight_at(&h, LENGTH_S + 1, &phase_ns, &sd_ns),
		   "before the first sample and after the last nothing is known");
	hindsight_free(&h);
	world_free(w);
}

static void test_jump(uint64_t seed)
{
	struct world *w = world_make(seed, other_quiet, 10005, 30e6);
	double phase_ns, sd_ns, before_ns, after_ns;
	struct hindsight h;

	hindsight_make(&h, &w->log);
	tap_report(tap_expect(h.n_jumps == 1, "%u", h.n_jumps), "a counter that stood still is one jump");
	tap_report(!hindsight_at(&h, 10006, &phase_ns, &sd_ns), "between the samples around it nothing is known");
	hindsight_at(&h, 9999.5, &before_ns, &sd_ns);
	hindsight_at(&h, 10016.5, &after_ns, &sd_ns);
	tap_report(near(after_ns - before_ns, w->truth_ns[10016] - w->truth_ns[9999], 0.001, "jump"), "and its size is");
	hindsight_free(&h);
	world_free(w);
}

static void test_figures(uint64_t seed)
{
	struct world *w = world_make(seed, other_quiet, -1, 0);
	struct shadow s;
	bool is_good;

	is_good = !shadow_make(&s, &w->log, &log_policy_default, 1e6);
	is_good = near(s.other.rms_ns, 80000 / sqrt(2), 0.05, "RMS") && is_good;
	is_good = near(s.other.worst_ns, 80000, 0.25, "worst") && is_good;
	tap_report(is_good, "the clock as it was: 80 us, up and down");
	is_good = near(s.told.rms_ns, 5000, 0.5, "estimate");
	is_good = near(s.ours.rms_ns, s.told.rms_ns, 0.3, "ours") && is_good;
	tap_report(is_good, "ours follows an estimate that is off by 5 us");
	tap_report(s.other.n_episodes == 0 && s.ours.n_episodes == 0 && s.n_steps == 0, "nobody was off, nobody stepped");
	tap_report(s.outside_s == 0 && s.untrue_s == 0, "all within the bound");
	shadow_free(&s);
	world_free(w);
}

static void test_recoveries(uint64_t seed)
{
	struct world *w = world_make(seed, other_wrong, 10005, 30e6);
	const struct shadow_episode *e;
	struct shadow s;
	bool is_good;

	shadow_make(&s, &w->log, &log_policy_default, 1e6);
	is_good = tap_expect(s.other.n_episodes == 2, "%u episodes", s.other.n_episodes);
	is_good = near(s.other.longest_s, 200, 0.02, "longest") && near(s.other.above_s, 400, 0.02, "off") && is_good;
	tap_report(is_good, "two times 20 ms wrong for 200 s are counted");
	/* 30 ms at 500 ppm are 60 s, down to 1 ms 58; the sample that tells came up to a poll later. */
	e = &s.episodes[1];
	is_good = tap_expect(s.ours.n_episodes == 1 && s.n_episodes == 3, "%u of ours", s.ours.n_episodes);
	is_good = tap_expect(!e->is_other && e->length_s > 50 && e->length_s < 65, "%.0f s", e->length_s) && is_good;
	tap_report(is_good, "30 ms that the counter missed are slewed at 500 ppm by ours");
	tap_report(near(s.outside_s, 400, 0.1, "outside"), "the clock is told to be outside of the bound then");
	shadow_free(&s);
	world_free(w);
}

static unsigned int steps_with(struct world *w, const struct log_policy *policy, double *above_s)
{
	struct shadow s;
	unsigned int n;

	shadow_make(&s, &w->log, policy, 1e6);
	*above_s = s.ours.above_s;
	n = s.n_steps;
	shadow_free(&s);
	return n;
}

static void test_steps(uint64_t seed)
{
	struct world *w = world_make(seed, other_far, -1, 0);
	struct log_policy policy = log_policy_default;
	unsigned int n;
	double above_s;

	/* The clock begins 2 s behind. */
	n = steps_with(w, &policy, &above_s);
	tap_report(tap_expect(n == 1 && above_s < 1, "%u, %.0f s", n, above_s), "ours steps at the first estimate");
	policy.startup.backward_ns = 0;
	policy.drift.backward_ns = 0;
	n = steps_with(w, &policy, &above_s);
	tap_report(tap_expect(n == 1, "%u", n), "forward, too, when only backward is not permitted");
	policy.startup.forward_ns = 0;
	n = steps_with(w, &policy, &above_s);
	tap_report(tap_expect(n == 1 && above_s > 290 && above_s < 320, "%u, %.0f s", n, above_s),
		   "after the stepout when startup must not");
	policy.drift.forward_ns = 0;
	n = steps_with(w, &policy, &above_s);
	tap_report(tap_expect(n == 0 && near(above_s, (2e9 - 1e6) / 500e3, 0.02, "slewing"), "%u", n),
		   "and slews for 4000 s when nothing may step");
	world_free(w);
}

static void test_little(void)
{
	struct world *w = calloc(1, sizeof(*w));
	struct shadow s;

	tap_report(shadow_make(&s, &w->log, &log_policy_default, 1e6) == -ENODATA, "an empty log is too little");
	add_line(w, "{\"clock\":{\"real-ns\":5,\"raw-ns\":5,\"offset-ns\":1,\"bound-ns\":3}}");
	tap_report(shadow_make(&s, &w->log, &log_policy_default, 1e6) == -ENODATA, "so is one without samples");
	world_free(w);
}

int main(void)
{
	const char *given = getenv("SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : 1;

	printf("# SEED=%llu\n", (unsigned long long)seed);
	test_judge(seed);
	test_jump(seed);
	test_figures(seed);
	test_recoveries(seed);
	test_steps(seed);
	test_little();
	return tap_done();
}
