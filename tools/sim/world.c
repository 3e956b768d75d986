// SPDX-License-Identifier: GPL-2.0
/*
 * The world around the core.
 *
 *	truth = a function of raw				the oscillator: plant.c
 *	real  = raw + clock					clock grows by (rate set + tick bias) * raw
 *
 * Whatever happens, happens at an instant of the counter: a packet leaves or arrives, the timer fires, a second is
 * over. The core's counter began RAW0 before the scenario.
 */
#include "world.h"

#include <inttypes.h>
#include <math.h>

#include "net.h"
#include "plant.h"
#include "rng.h"

#define SEC_NS		CDISC_NSEC_PER_SEC
#define RAW0_NS		(1000 * SEC_NS)
#define NEVER_NS	S64_MAX
#define STREAM_WORLD	0x776f726c64	/* see plant.c */

#define BURST_POLLS	8		/* as ntpx does */
#define BURST_NS	(2 * SEC_NS)
#define SERVER_NS	20000		/* between a server's two stamps */
#define READING_NS	1000		/* what a stamp is good for, as in source_user.c */
#define PRECISION_LOG2S	(-20)
#define SILENT_POLLS	2		/* the engine looks for sources that fell silent then */
#define AGE_POLLS	8
#define STAYS_S		60		/* conv_1ms: for as long */

struct exchange {
	s64	next_ns;	/* when the packet leaves, or comes back when is_out */
	s64	sent_raw_ns;
	s64	heard_ns;	/* the server's stamps */
	s64	said_ns;
	s64	last_raw_ns;	/* of the last answer */
	u64	number;		/* of the next one */
	int	burst_left;
	bool	is_out;
	bool	is_lost;
};

struct world {
	const struct world_config	*cfg;
	struct world_result		*res;
	struct plant			plant;
	struct rng			stamp_rng;
	struct rng			timer_rng;

	s64				raw_ns;		/* the scenario's */
	s64				clock_ns;	/* real - the core's raw, whole part */
	double				clock_frac_ns;
	s64				rate_ppb_q16;

	struct cdisc_loop		loop;
	struct cdisc_peer		peer[SCENARIO_SERVERS_MAX];
	struct cdisc_peer		*peers[SCENARIO_SERVERS_MAX];
	struct cdisc_select_edge	edge[3 * SCENARIO_SERVERS_MAX];
	struct cdisc_select_entry	entry[SCENARIO_SERVERS_MAX];
	struct exchange			exchange[SCENARIO_SERVERS_MAX];
	s64				wake_raw_ns;
	s64				check_raw_ns;
	s64				late_ns;
	bool				has_news;
	bool				was_set;	/* by somebody else */

	double				*error_ns;	/* a second each, after the warm-up */
	s64				good_since_s;
	double				sum_square;
	double				sum_bound;
};

static s64 ns(double s)
{
	return llround(s * 1e9);
}

static s64 raw_now(const struct world *w)
{
	return w->raw_ns + RAW0_NS;
}

static struct cdisc_now now(const struct world *w)
{
	s64 raw_ns = raw_now(w);

	return (struct cdisc_now){ .raw_ns = raw_ns, .real_ns = raw_ns + w->clock_ns };
}

/* Clock minus truth. */
static double error_ns(struct world *w)
{
	return (double)(w->clock_ns + RAW0_NS - PLANT_EPOCH_NS) + w->clock_frac_ns - plant_phase(&w->plant, w->raw_ns);
}

/* What server i is wrong by. */
static s64 server_offset(const struct world *w, int i)
{
	const struct world_server *s = &w->cfg->server[i];

	return net_offset(&w->cfg->sc, i) + (w->raw_ns >= ns(s->offset_from) ? ns(s->offset) : 0);
}

static bool is_liar_used(const struct world *w)
{
	for (int i = 0; i < w->cfg->sc.servers; i++)
		if (server_offset(w, i) && (w->peer[i].reason == CLOCKDISC_REASON_SELECTED ||
					    w->peer[i].reason == CLOCKDISC_REASON_COMBINED))
			return true;
	return false;
}

/* What the servo should have learnt: truth's rate against the counter. */
static double right_freq_ppb(struct world *w)
{
	double freq = plant_freq(&w->plant, w->raw_ns);

	return -freq / (1 + freq) * 1e9;
}

static void second_is_over(struct world *w)
{
	const struct world_config *cfg = w->cfg;
	s64 second = w->raw_ns / SEC_NS;
	struct cdisc_now n = now(w);
	double e = error_ns(w);
	s64 bound_ns = cdisc_loop_bound(&w->loop, &n);

	if (fabs(e) >= 1e6)
		w->good_since_s = second + 1;
	else if (w->res->conv_1ms < 0 && second - w->good_since_s >= STAYS_S)
		w->res->conv_1ms = (double)w->good_since_s;
	if (second > (s64)scenario_warm(&cfg->sc)) {
		w->error_ns[w->res->seconds++] = fabs(e);
		w->sum_square += e * e;
		w->res->max_ns = fmax(w->res->max_ns, fabs(e));
		w->sum_bound += (double)bound_ns;
		w->res->bound_bad += (double)bound_ns < fabs(e);
		w->res->synced += cdisc_loop_is_synced(&w->loop, &n);
		w->res->liar_used += is_liar_used(w);
	}
	if (cfg->trace)
		fprintf(cfg->trace, "%" PRId64 ",%.1f,%" PRId64 ",%.4f,%.4f,%.4f,%d,%u,%d,%d\n", second, e, bound_ns,
			(double)w->loop.servo.freq_ppb_q16 / 65536, right_freq_ppb(w), (double)w->rate_ppb_q16 / 65536,
			w->loop.state, w->loop.selected_id, w->loop.servo.poll_log2s, w->loop.steer.is_slewing);
	if (cfg->errors)
		fprintf(cfg->errors, "%" PRId64 " %.1f %" PRId64 "\n", w->raw_ns, e, bound_ns == S64_MAX ? -1 : bound_ns);
}

/* Let the counter run. */
static void advance(struct world *w, s64 to_ns)
{
	s64 step_ns, left_ns;
	double whole;

	while (w->raw_ns < to_ns) {
		left_ns = SEC_NS - w->raw_ns % SEC_NS;
		step_ns = min(to_ns - w->raw_ns, left_ns);
		w->clock_frac_ns += ((double)w->rate_ppb_q16 / 65536e9 + w->cfg->tick_bias) * (double)step_ns;
		whole = floor(w->clock_frac_ns);
		w->clock_frac_ns -= whole;
		w->clock_ns += (s64)whole;
		w->raw_ns += step_ns;
		if (step_ns == left_ns)
			second_is_over(w);
	}
}

/* The unit of the kernel's frequency is 15 steps of ours wide. */
static void set_rate(struct world *w, s64 rate_ppb_q16)
{
	struct cdisc_now n;

	w->rate_ppb_q16 = cdisc_ppb_q16_from_sppm(cdisc_sppm_from_ppb_q16(rate_ppb_q16));
	n = now(w);
	cdisc_loop_rate_set(&w->loop, &n, w->rate_ppb_q16);
	w->res->rates++;
}

static void note_rates(struct world *w)
{
	const struct cdisc_steer *st = &w->loop.steer;

	w->res->freq_max_ppb = fmax(w->res->freq_max_ppb, fabs((double)w->loop.servo.freq_ppb_q16 / 65536));
	w->res->rate_max_ppb = fmax(w->res->rate_max_ppb, fabs((double)w->rate_ppb_q16 / 65536));
	if (st->has_line)
		w->res->slew_max_ppb = fmax(w->res->slew_max_ppb,
					    fabs((double)(st->rate_ppb_q16 - st->freq_ppb_q16) / 65536));
}

static void step_clock(struct world *w, s64 step_ns, bool is_ours, struct cdisc_todo *todo)
{
	struct cdisc_now n;

	w->clock_ns += step_ns;
	n = now(w);
	cdisc_loop_stepped(&w->loop, &n, step_ns, is_ours, todo);
	if (!is_ours)
		return;
	if (!w->res->step_max_ns)
		w->res->step_first_ns = step_ns;
	w->res->step_max_ns = max(w->res->step_max_ns, cdisc_abs(step_ns));
}

/* Sources of which nothing has been heard for as many polls as reach has bits are unreachable. */
static void age_sources(struct world *w, s64 raw_ns)
{
	for (int i = 0; i < w->cfg->sc.servers; i++) {
		s64 poll_ns = cdisc_peer_patience(&w->peer[i], w->loop.servo.poll_log2s);

		if (w->peer[i].reach && raw_ns - w->exchange[i].last_raw_ns > AGE_POLLS * poll_ns) {
			w->peer[i].reach = 0;
			w->has_news = true;
		}
	}
}

/* What the engine's worker does when it is woken. */
static void pass(struct world *w)
{
	struct cdisc_select_work work = { .edge = w->edge, .entry = w->entry };
	struct cdisc_todo todo = { 0 };
	struct cdisc_now n = now(w);

	if (n.raw_ns >= w->check_raw_ns)
		age_sources(w, n.raw_ns);
	if (w->was_set) {
		w->was_set = false;
		step_clock(w, ns(w->cfg->foreign_step), false, &todo);
		n = now(w);
	}
	if (w->has_news) {
		w->has_news = false;
		cdisc_loop_update(&w->loop, w->peers, (u32)w->cfg->sc.servers, &work, &n, &todo);
	}
	if (todo.step_ns) {
		step_clock(w, todo.step_ns, true, &todo);
		n = now(w);
	}
	cdisc_loop_plan(&w->loop, &n, &todo);
	if (todo.is_rate_new)
		set_rate(w, todo.rate_ppb_q16);
	note_rates(w);
	w->res->states |= 1U << w->loop.state;
	w->check_raw_ns = n.raw_ns + SILENT_POLLS * cdisc_ns_from_log2s(w->loop.servo.poll_log2s);
	w->wake_raw_ns = min(todo.wake_raw_ns, w->check_raw_ns);
	w->late_ns = ns(fmin(w->cfg->late * rng_exponential(&w->timer_rng), w->cfg->late_max));
}

static s64 stamp_noise_ns(struct world *w)
{
	return ns(w->cfg->stamp_noise * (2 * rng_uniform(&w->stamp_rng) - 1));
}

static void send_packet(struct world *w, int i)
{
	const struct world_config *cfg = w->cfg;
	struct exchange *x = &w->exchange[i];
	s64 poll_ns = cdisc_ns_from_log2s(cdisc_peer_poll(&w->peer[i], w->loop.servo.poll_log2s));
	bool is_down = w->raw_ns >= ns(cfg->outage_from) && w->raw_ns < ns(cfg->outage_to);
	s64 truth_ns = plant_truth(&w->plant, w->raw_ns);
	struct net_exchange n;

	net_exchange(&cfg->sc, i, x->number++, w->raw_ns, &n);
	n.back_ns += ns(cfg->server[i].asymmetry);
	x->sent_raw_ns = raw_now(w) + stamp_noise_ns(w);
	x->heard_ns = truth_ns + n.there_ns + server_offset(w, i);
	x->said_ns = x->heard_ns + SERVER_NS;
	x->is_lost = n.is_lost || is_down;
	x->is_out = true;
	/* A poll that is not answered is given up in time for the next one. */
	x->next_ns = x->is_lost ? w->raw_ns + min(poll_ns, 2 * SEC_NS) :
		     plant_raw(&w->plant, truth_ns + n.there_ns + SERVER_NS + n.back_ns);
	w->res->packets++;
	if (cfg->exchanges)
		fprintf(cfg->exchanges, "%d %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %d\n", i, w->raw_ns,
			n.there_ns, n.back_ns, x->heard_ns, x->said_ns, x->is_lost);
}

/* As source_user.c makes a sample of four stamps. */
static void make_sample(struct world *w, const struct exchange *x, struct cdisc_sample *s)
{
	s64 precision_ns = cdisc_ns_from_log2s(PRECISION_LOG2S) + READING_NS;
	s64 raw4_ns = raw_now(w) + stamp_noise_ns(w);
	s64 there_ns = x->heard_ns - x->sent_raw_ns;
	s64 back_ns = x->said_ns - raw4_ns;

	s->delay_ns = max(there_ns - back_ns, (s64)READING_NS);
	s->raw_ns = x->sent_raw_ns + (raw4_ns - x->sent_raw_ns) / 2;
	s->phase_ns = back_ns + (there_ns - back_ns) / 2;
	s->disp_ns = precision_ns + cdisc_ns_from_phi(raw4_ns - x->sent_raw_ns);
	s->half_ns = s->delay_ns / 2 + s->disp_ns;
}

static void packet_is_back(struct world *w, int i)
{
	const struct cdisc_header h = { .leap = CLOCKDISC_LEAP_NONE, .stratum = 1, .ref_id = 0x47505300 };
	struct cdisc_peer *p = &w->peer[i];
	struct exchange *x = &w->exchange[i];
	s64 poll_ns = cdisc_ns_from_log2s(cdisc_peer_poll(p, w->loop.servo.poll_log2s));
	struct cdisc_sample s;

	x->is_out = false;
	if (x->is_lost) {
		cdisc_peer_polled(p, false);
		cdisc_peer_refuse(p, CLOCKDISC_VERDICT_MISSED);
	} else {
		make_sample(w, x, &s);
		cdisc_peer_polled(p, true);
		cdisc_peer_sample(p, &h, &s, w->loop.servo.freq_ppb_q16, poll_ns, w->cfg->core.select.max_distance_ns);
		x->last_raw_ns = raw_now(w);
	}
	w->has_news = true;
	pass(w);
	poll_ns = cdisc_ns_from_log2s(cdisc_peer_poll(p, w->loop.servo.poll_log2s));
	if (x->burst_left > 0) {
		x->burst_left--;
		poll_ns = min(poll_ns, BURST_NS);
	}
	/* Spread over a sixteenth, so that servers drift apart. */
	x->next_ns = w->raw_ns + poll_ns + ns((rng_uniform(&w->stamp_rng) - 0.5) / 16 * (double)poll_ns / 1e9);
}

/* When the timer fires. */
static s64 timer_ns(const struct world *w)
{
	return w->wake_raw_ns == S64_MAX ? NEVER_NS : max(w->raw_ns, w->wake_raw_ns - RAW0_NS + w->late_ns);
}

static int compare_double(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static void conclude(struct world *w)
{
	struct world_result *res = w->res;

	res->end_ns = error_ns(w);
	res->state = w->loop.state;
	res->updates = w->loop.updates;
	res->slews = w->loop.slews;
	res->steps = w->loop.steps;
	res->has_pending = w->loop.pending_why;
	res->freq_error_ppb = (double)w->loop.servo.freq_ppb_q16 / 65536 - right_freq_ppb(w);
	if (!res->seconds)
		return;
	qsort(w->error_ns, res->seconds, sizeof(double), compare_double);
	res->p99_ns = w->error_ns[(res->seconds - 1) * 99 / 100];
	res->rms_ns = sqrt(w->sum_square / (double)res->seconds);
	res->bound_mean_ns = w->sum_bound / (double)res->seconds;
}

static void start(struct world *w)
{
	const struct world_config *cfg = w->cfg;
	struct cdisc_now n;

	plant_init(&w->plant, &cfg->sc);
	rng_seed_item(&w->stamp_rng, cfg->sc.seed, STREAM_WORLD, 0);
	rng_seed_item(&w->timer_rng, cfg->sc.seed, STREAM_WORLD, 1);
	w->clock_ns = PLANT_EPOCH_NS - RAW0_NS - ns(cfg->sc.offset0);
	w->res->conv_1ms = -1;
	n = now(w);
	cdisc_loop_init(&w->loop, &cfg->core, &n, 0, !cfg->keeps_rate);
	w->wake_raw_ns = S64_MAX;
	w->check_raw_ns = S64_MAX;
	for (int i = 0; i < cfg->sc.servers; i++) {
		cdisc_peer_init(&w->peer[i], (u32)i + 1);
		w->peer[i].minpoll_log2s = cfg->core.minpoll_log2s;
		w->peer[i].maxpoll_log2s = cfg->core.maxpoll_log2s;
		w->peers[i] = &w->peer[i];
		w->exchange[i].burst_left = cfg->iburst ? BURST_POLLS - 1 : 0;
		w->exchange[i].next_ns = ns(cfg->first_poll + 0.1 * i + 0.1 * rng_uniform(&w->stamp_rng));
	}
	if (cfg->trace)
		fputs("second,error_ns,bound_ns,freq_ppb,right_freq_ppb,rate_ppb,state,selected,poll,slewing\n", cfg->trace);
}

void world_defaults(struct world_config *cfg)
{
	*cfg = (struct world_config){
		.stamp_noise	= 20e-9,
		.late		= 50e-6,
		.late_max	= 1,
		.first_poll	= 1,
	};
	scenario_defaults(&cfg->sc);
	cfg->sc.duration = 20000;
	cfg->sc.warm = 4000;
	cfg->sc.base = 10e-3;
	cdisc_config_defaults(&cfg->core);
}

void world_run(const struct world_config *cfg, struct world_result *res)
{
	struct world *w = calloc(1, sizeof(*w));
	s64 end_ns = ns(cfg->sc.duration), next_ns, foreign_ns = cfg->foreign_at > 0 ? ns(cfg->foreign_at) : NEVER_NS;
	int next, i;

	memset(res, 0, sizeof(*res));
	if (w)
		w->error_ns = calloc((size_t)cfg->sc.duration + 1, sizeof(double));
	if (!w || !w->error_ns) {
		perror("world");
		exit(1);
	}
	w->cfg = cfg;
	w->res = res;
	start(w);
	while (w->raw_ns < end_ns) {
		next_ns = min(end_ns, (w->raw_ns / SEC_NS + 1) * SEC_NS);
		next = -1;
		for (i = 0; i < cfg->sc.servers; i++) {
			if (w->exchange[i].next_ns <= next_ns) {
				next_ns = w->exchange[i].next_ns;
				next = i;
			}
		}
		if (timer_ns(w) < next_ns) {
			next_ns = timer_ns(w);
			next = SCENARIO_SERVERS_MAX;
		}
		if (foreign_ns < next_ns) {
			next_ns = foreign_ns;
			next = SCENARIO_SERVERS_MAX + 1;
		}
		advance(w, next_ns);
		if (next == SCENARIO_SERVERS_MAX) {
			w->res->wakes++;
			pass(w);
		} else if (next == SCENARIO_SERVERS_MAX + 1) {
			foreign_ns = NEVER_NS;
			w->was_set = true;
			pass(w);
		} else if (next >= 0 && w->exchange[next].is_out) {
			packet_is_back(w, next);
		} else if (next >= 0) {
			send_packet(w, next);
		}
	}
	conclude(w);
	plant_free(&w->plant);
	free(w->error_ns);
	free(w);
}
