// SPDX-License-Identifier: GPL-2.0
/*
 * What an accepted sample costs: the estimator, a selection among all sources, the servo and the planner.
 *
 * usage: bench SERVO SOURCES SAMPLES
 *
 * Instructions are counted around bench_sample() by callgrind, see selftests/bench-core; the same program prints wall
 * time for orientation. What is printed last is the number of samples that were accepted.
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "core/loop.h"
#include "rng.h"

#define POLL_NS		(64 * CDISC_NSEC_PER_SEC)
#define FILL_ROUNDS	4	/* samples of each source before counting begins */

struct bench {
	struct cdisc_loop		loop;
	struct cdisc_select_work	work;
	struct cdisc_peer		*peer;
	struct cdisc_peer		**peers;
	u32				n;
	s64				raw_ns;
	s64				clock_ns;
	u64				accepted;
};

void bench_sample(struct bench *b, struct cdisc_peer *p, const struct cdisc_header *h, const struct cdisc_sample *s);

/* All that the core does for a sample; not static, so that callgrind knows it by name. */
__attribute__((noinline))
void bench_sample(struct bench *b, struct cdisc_peer *p, const struct cdisc_header *h, const struct cdisc_sample *s)
{
	struct cdisc_now now = { .raw_ns = b->raw_ns, .real_ns = b->raw_ns + b->clock_ns };
	struct cdisc_todo todo = { 0 };
	enum clockdisc_verdict v;

	cdisc_peer_polled(p, true);
	v = cdisc_peer_sample(p, h, s, b->loop.servo.freq_ppb_q16, POLL_NS, b->loop.cfg.select.max_distance_ns);
	b->accepted += v == CLOCKDISC_VERDICT_ACCEPTED || v == CLOCKDISC_VERDICT_KEPT;
	cdisc_loop_update(&b->loop, b->peers, b->n, &b->work, &now, &todo);
	cdisc_loop_plan(&b->loop, &now, &todo);
	if (todo.is_rate_new)
		cdisc_loop_rate_set(&b->loop, &now, todo.rate_ppb_q16);
}

static void make_sample(const struct bench *b, struct rng *r, u32 i, struct cdisc_sample *s)
{
	s64 there_ns = (s64)(1e5 * rng_exponential(r)), back_ns = (s64)(1e5 * rng_exponential(r));

	s->raw_ns = b->raw_ns;
	s->phase_ns = b->clock_ns + (there_ns - back_ns) / 2;
	/* Paths of 10 to 60 ms. */
	s->delay_ns = 10000000 + i % 100 * 500000 + there_ns + back_ns;
	s->disp_ns = 2000;
	s->half_ns = s->delay_ns / 2 + s->disp_ns;
}

/* 0 when there is none of this name. */
static enum clockdisc_servo servo(const char *name)
{
	const struct cdisc_servo_ops *ops;

	for (int id = 1; (ops = cdisc_servo_find(id)); id++)
		if (!strcmp(ops->name, name))
			return ops->id;
	return 0;
}

int main(int argc, char **argv)
{
	const struct cdisc_header h = { .leap = CLOCKDISC_LEAP_NONE, .stratum = 2, .root_delay_ns = 1000000,
					.root_disp_ns = 1000000 };
	struct bench b = { .clock_ns = 1780000000000000000LL };
	struct timespec begin, end;
	struct cdisc_config cfg;
	struct cdisc_sample s;
	struct cdisc_now now;
	struct rng r;
	u32 i, k, samples;

	cdisc_config_defaults(&cfg);
	cfg.servo = argc == 4 ? servo(argv[1]) : 0;
	b.n = argc == 4 ? (u32)strtoul(argv[2], NULL, 0) : 0;
	samples = argc == 4 ? (u32)strtoul(argv[3], NULL, 0) : 0;
	if (!cfg.servo || !b.n || b.n > 100000 || !samples) {
		fputs("usage: bench SERVO SOURCES SAMPLES\n", stderr);
		return 2;
	}
	b.peer = calloc(b.n, sizeof(*b.peer));
	b.peers = calloc(b.n, sizeof(*b.peers));
	b.work.edge = calloc(3 * (size_t)b.n, sizeof(*b.work.edge));
	b.work.entry = calloc(b.n, sizeof(*b.work.entry));
	if (!b.peer || !b.peers || !b.work.edge || !b.work.entry) {
		perror("bench");
		return 1;
	}
	rng_seed(&r, 1);
	cfg.maxpoll_log2s = 6;
	now = (struct cdisc_now){ .raw_ns = 0, .real_ns = b.clock_ns };
	cdisc_loop_init(&b.loop, &cfg, &now, 0, true);
	for (i = 0; i < b.n; i++) {
		cdisc_peer_init(&b.peer[i], i + 1);
		cdisc_peer_follow(&b.peer[i], b.loop.servo.ops->is_tracking, 0);
		b.peers[i] = &b.peer[i];
	}
	for (k = 0; k < FILL_ROUNDS; k++) {
		for (i = 0; i < b.n; i++) {
			b.raw_ns += POLL_NS / b.n;
			make_sample(&b, &r, i, &s);
			cdisc_peer_polled(&b.peer[i], true);
			cdisc_peer_sample(&b.peer[i], &h, &s, 0, POLL_NS, cfg.select.max_distance_ns);
		}
	}
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (k = 0; k < samples; k++) {
		b.raw_ns += POLL_NS / b.n;
		make_sample(&b, &r, k % b.n, &s);
		bench_sample(&b, &b.peer[k % b.n], &h, &s);
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	fprintf(stderr, "%.0f ns a sample\n", ((double)(end.tv_sec - begin.tv_sec) * 1e9 +
					       (double)(end.tv_nsec - begin.tv_nsec)) / samples);
	printf("%" PRIu64 "\n", b.accepted);
	free(b.peer);
	free(b.peers);
	free(b.work.edge);
	free(b.work.entry);
	return 0;
}
