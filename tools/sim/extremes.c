// SPDX-License-Identifier: GPL-2.0
/*
 * No overflow at the extremes of every input: any numbers go into the core's parts, also those that no clock ever shows.
 *
 * usage: extremes [PATTERN]	only properties whose name matches the shell pattern
 *	  SEED=n extremes	only this seed
 *
 * With UBSan an overflow ends the program. Without it, what comes out is compared with numbers of 128 bits or with what
 * must hold for any input. Half of the inputs are extremes, powers of two, or next to one.
 */
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/bound.h"
#include "core/loop.h"
#include "core/policy.h"
#include "core/steer.h"
#include "rng.h"

#define SEEDS		9
#define ONE_PPB_Q16	((wide)CDISC_NSEC_PER_SEC * 65536)

typedef __int128 wide;
typedef unsigned __int128 uwide;

/**
 * struct property - what must hold
 * @name:	says it
 * @rounds:	how often per seed
 * @once:	draws inputs and returns NULL, or what went wrong
 */
struct property {
	const char	*name;
	unsigned int	rounds;
	const char	*(*once)(struct rng *r);
};

#define NEED(x)	do {			\
	if (!(x))			\
		return #x;		\
} while (0)

static s64 any_s64(struct rng *r)
{
	static const s64 ends[] = {
		S64_MIN, S64_MAX, 0, 1, -1, S32_MIN, S32_MAX, U32_MAX, CDISC_FREQ_MAX_PPB, CDISC_FREQ_MAX_PPB_Q16,
		-CDISC_FREQ_MAX_PPB_Q16, CDISC_NSEC_PER_SEC, CDISC_NSEC_PER_SEC * 65536, CDISC_STEER_LATE_NS,
	};
	u64 v = rng_u64(r), kind = rng_u64(r) % 4, bits = rng_u64(r) % 64;

	if (kind == 0)
		return ends[v % ARRAY_SIZE(ends)];
	if (kind == 1)
		/* One less, the power or one more, of either sign. */
		v = (1ULL << bits) + v % 3 - 1;
	else
		v >>= bits;
	return (s64)(rng_u64(r) & 1 ? 0 - v : v);
}

/* In [lo, hi], the ends more often than their share. */
static s64 any_within(struct rng *r, s64 lo, s64 hi)
{
	s64 v = any_s64(r);

	return clamp_t(s64, v, lo, hi);
}

static s64 saturated(wide v)
{
	return (s64)clamp_t(wide, v, S64_MIN, S64_MAX);
}

static wide size(wide v)
{
	return v < 0 ? -v : v;
}

/* To nearest with ties away from zero, or away from zero. */
static wide quotient(wide v, wide d, bool is_up)
{
	wide q = (size(v) + (is_up ? d - 1 : d / 2)) / d;

	return v < 0 ? -q : q;
}

static bool is_root(s64 root, uwide square)
{
	uwide u = (uwide)root;

	return root >= 0 && u * u <= square && (root == S64_MAX || (u + 1) * (u + 1) > square);
}

static const char *sums_and_products(struct rng *r)
{
	s64 a = any_s64(r), b = any_s64(r), d = any_within(r, 1, S64_MAX);
	unsigned int n = (unsigned int)(rng_u64(r) % 63);

	NEED(cdisc_add_sat(a, b) == saturated((wide)a + b));
	NEED(cdisc_sub_sat(a, b) == saturated((wide)a - b));
	NEED(cdisc_mul_sat(a, b) == saturated((wide)a * b));
	NEED(cdisc_abs(a) == saturated(size(a)));
	NEED(cdisc_rshift_round(a, n) == saturated(quotient(a, (wide)1 << n, false)));
	NEED(cdisc_div_round(a, d) == saturated(quotient(a, d, false)));
	NEED(cdisc_mul_div(a, b, d) == saturated(quotient((wide)a * b, d, false)));
	NEED(cdisc_mul_div_up(a, b, d) == saturated(quotient((wide)a * b, d, true)));
	return NULL;
}

static const char *roots(struct rng *r)
{
	s64 v[3] = { any_s64(r), any_s64(r), any_s64(r) };
	s64 a = cdisc_abs(v[0]), b = cdisc_abs(v[1]);
	uwide sum = 0;
	unsigned int n;

	NEED(is_root(cdisc_sqrt_u64((u64)v[0]), (u64)v[0]));
	NEED(is_root(cdisc_sqrt_mul(a, b), (uwide)a * (uwide)b));
	NEED(is_root(cdisc_hypot(v[0], v[1]), (uwide)size(v[0]) * (uwide)size(v[0]) +
					      (uwide)size(v[1]) * (uwide)size(v[1])));
	/* Three squares of 2^126 still fit. */
	for (n = 1; n <= 3; n++) {
		sum += (uwide)size(v[n - 1]) * (uwide)size(v[n - 1]);
		NEED(is_root(cdisc_rms(v, n), sum / n));
	}
	return NULL;
}

static const char *conversions(struct rng *r)
{
	s64 a = any_s64(r), b = any_s64(r), d = any_within(r, 1, S64_MAX);
	s64 ppb = any_within(r, -(1LL << 46), 1LL << 46), sppm = any_within(r, -(1LL << 53), 1LL << 53);
	s64 ns = any_within(r, 0, S64_MAX);
	s8 log2s = (s8)any_within(r, -31, 33);

	NEED(cdisc_ns_from_rate(a, b) == saturated(quotient((wide)a * b, ONE_PPB_Q16, false)));
	NEED(cdisc_rate_from_ns(a, d) == saturated(quotient(a * ONE_PPB_Q16, d, false)));
	if (b)
		NEED(cdisc_ns_to_move(a, b) == saturated(quotient(size(a) * ONE_PPB_Q16, saturated(size(b)), true)));
	NEED(cdisc_ns_from_phi(a) == saturated(quotient((wide)max(a, 0) * CDISC_PHI_PPB, CDISC_NSEC_PER_SEC, true)));
	NEED(cdisc_ppb_q16_from_ppb(ppb) == (wide)ppb * 65536);
	NEED(cdisc_ppb_from_ppb_q16(a) == quotient(a, 65536, false));
	NEED(cdisc_sppm_from_ppb_q16(a) == quotient(a, 1000, false));
	NEED(cdisc_ppb_q16_from_sppm(sppm) == (wide)sppm * 1000);
	NEED(cdisc_us_ceil_from_ns(ns) == ((wide)ns + 999) / 1000);
	NEED(cdisc_ns_from_log2s(log2s) == (log2s < 0 ? (wide)CDISC_NSEC_PER_SEC >> -log2s
						      : (wide)CDISC_NSEC_PER_SEC << log2s));
	return NULL;
}

/* -1 when one of them is negative. */
static s64 sum_of_parts(const struct cdisc_bound *b, s64 raw_ns, s64 clock_ns)
{
	struct cdisc_bound_parts p;

	cdisc_bound_parts(b, raw_ns, clock_ns, &p);
	if (p.root_ns < 0 || p.path_ns < 0 || p.width_ns < 0 || p.oscillator_ns < 0 || p.slew_ns < 0)
		return -1;
	return cdisc_add_sat(cdisc_add_sat(cdisc_add_sat(p.root_ns, p.path_ns), cdisc_add_sat(p.width_ns, p.oscillator_ns)),
			     p.slew_ns);
}

static const char *bounds(struct rng *r)
{
	s64 raw_ns = any_s64(r), later_ns = any_s64(r), clock_ns = any_s64(r), distance_ns = any_within(r, 0, S64_MAX);
	struct cdisc_bound b;
	s64 bound_ns;

	cdisc_bound_void(&b);
	NEED(cdisc_bound_at(&b, raw_ns, clock_ns) == S64_MAX);
	cdisc_bound_turn(&b, raw_ns, any_s64(r));
	NEED(cdisc_bound_at(&b, later_ns, clock_ns) == S64_MAX);

	cdisc_bound_set(&b, raw_ns, distance_ns, any_s64(r), any_s64(r));
	bound_ns = cdisc_bound_at(&b, later_ns, clock_ns);
	NEED(bound_ns >= distance_ns);
	cdisc_bound_split(&b, &(struct cdisc_bound_split){ any_s64(r), any_s64(r), any_s64(r) });
	NEED(sum_of_parts(&b, later_ns, clock_ns) == bound_ns);
	NEED(bound_ns >= cdisc_abs(cdisc_bound_offset(&b, later_ns, clock_ns)));
	/* Another frequency from here on says nothing new of here. */
	cdisc_bound_turn(&b, later_ns, any_s64(r));
	NEED(cdisc_bound_at(&b, later_ns, clock_ns) == bound_ns);
	NEED(sum_of_parts(&b, later_ns, clock_ns) == bound_ns);
	return NULL;
}

static struct cdisc_policy_row any_row(struct rng *r)
{
	return (struct cdisc_policy_row){
		.forward_ns	= any_within(r, 0, S64_MAX),
		.backward_ns	= any_within(r, 0, S64_MAX),
		.stepout_ns	= any_within(r, 0, S64_MAX),
		.panic_ns	= any_within(r, 0, S64_MAX),
		.slew_ppb	= (u32)any_s64(r),
	};
}

static const char *policies(struct rng *r)
{
	struct cdisc_policy_row row = any_row(r);
	u32 known = CDISC_ACTION_STEP | CDISC_ACTION_MEASURE | CDISC_ACTION_UPDATE | CDISC_ACTION_RESTART |
		    CDISC_ACTION_HOLD | CDISC_ACTION_PEND;
	enum clockdisc_state state = CLOCKDISC_STATE_UNSET + rng_u64(r) %
				     (CLOCKDISC_STATE_FROZEN - CLOCKDISC_STATE_UNSET + 1);
	s64 offset_ns = any_s64(r);
	bool may_panic = rng_u64(r) & 1;
	enum cdisc_policy_event event = cdisc_policy_event(&row, state, offset_ns, any_s64(r), may_panic);
	s64 step_ns = offset_ns < 0 ? row.backward_ns : row.forward_ns;
	bool is_panic = may_panic && row.panic_ns && saturated(size(offset_ns)) > row.panic_ns;
	bool is_large = step_ns && saturated(size(offset_ns)) > step_ns;
	u32 actions = ~known;

	NEED((event == CDISC_EVENT_PANIC) == is_panic);
	NEED((event == CDISC_EVENT_LARGE || event == CDISC_EVENT_LARGE_LATE) == (is_large && !is_panic));
	NEED((event == CDISC_EVENT_SMALL || event == CDISC_EVENT_SMALL_LATE) == (!is_large && !is_panic));
	event = 1 + rng_u64(r) % (CDISC_EVENT_COUNT - 1);
	state = cdisc_policy_next(state, event, &actions);
	NEED(state >= CLOCKDISC_STATE_UNSET && state <= CLOCKDISC_STATE_FROZEN);
	NEED(!(actions & ~known));
	return NULL;
}

static const char *plan_once(struct cdisc_steer *st, const struct cdisc_steer_limits *lim, s64 raw_ns, s64 clock_ns)
{
	s64 change_ppb_q16 = lim->max_change_ppb_s ? cdisc_ppb_q16_from_ppb(lim->max_change_ppb_s) : S64_MAX;
	s64 cap_ppb_q16 = cdisc_ppb_q16_from_ppb(max_t(s64, lim->max_slew_ppb, 1));
	s64 rate_ppb_q16 = st->rate_ppb_q16;
	struct cdisc_steer_plan plan;

	cdisc_steer_plan(st, lim, raw_ns, clock_ns, &plan);
	NEED(cdisc_abs(plan.rate_ppb_q16) <= CDISC_FREQ_MAX_PPB_Q16);
	NEED(cdisc_abs(cdisc_sub_sat(plan.rate_ppb_q16, rate_ppb_q16)) <= change_ppb_q16);
	if (st->has_line && !lim->max_change_ppb_s)
		NEED(cdisc_abs(cdisc_sub_sat(plan.rate_ppb_q16, st->freq_ppb_q16)) <= cap_ppb_q16);
	/* A wake-up that is not in the future would be had again and again. */
	NEED(plan.wake_raw_ns > raw_ns || raw_ns == S64_MAX);
	NEED(plan.end_raw_ns >= raw_ns);
	NEED(plan.rate_ppb_q16 == st->rate_ppb_q16);
	return NULL;
}

/* One planner through twenty operations, time running either way. */
static const char *slews(struct rng *r)
{
	struct cdisc_steer_limits lim = { 0 };
	const char *wrong = NULL;
	struct cdisc_steer st;
	s64 raw_ns, clock_ns, left_ns;
	unsigned int i;

	cdisc_steer_init(&st, any_s64(r), any_s64(r));
	for (i = 0; i < 20 && !wrong; i++) {
		if (!(rng_u64(r) % 4))
			lim = (struct cdisc_steer_limits){ (u32)any_s64(r), (u32)any_s64(r) };
		raw_ns = any_s64(r);
		clock_ns = any_s64(r);
		switch (rng_u64(r) % 4) {
		case 0:
			cdisc_steer_slew(&st, &lim, raw_ns, clock_ns, any_s64(r), any_s64(r), any_s64(r));
			break;
		case 1:
			cdisc_steer_stepped(&st, any_s64(r));
			break;
		case 2:
			cdisc_steer_hold(&st, raw_ns, clock_ns, any_s64(r));
			NEED(cdisc_steer_left(&st, raw_ns, clock_ns) == 0);
			break;
		default:
			/* Some time later, and not far from the line, as a rule. */
			raw_ns = cdisc_add_sat(st.raw_ns, cdisc_abs(any_s64(r)));
			left_ns = cdisc_steer_left(&st, raw_ns, clock_ns);
			clock_ns = cdisc_add_sat(clock_ns, cdisc_sub_sat(left_ns, any_s64(r)));
			break;
		}
		wrong = plan_once(&st, &lim, raw_ns, clock_ns);
	}
	return wrong;
}

#define PEERS	3

struct clock {
	struct cdisc_loop		loop;
	struct cdisc_config		cfg;
	struct cdisc_peer		peer[PEERS];
	struct cdisc_peer		*peers[PEERS];
	struct cdisc_select_edge	edge[3 * PEERS];
	struct cdisc_select_entry	entry[PEERS];
	struct cdisc_now		now;
};

/* What the attributes' own checks leave of a configuration. */
static void any_config(struct rng *r, struct cdisc_config *cfg)
{
	enum clockdisc_cause cause;

	cdisc_config_defaults(cfg);
	for (cause = CLOCKDISC_CAUSE_STARTUP; cause < CDISC_CAUSE_COUNT; cause++)
		cfg->policy.row[cause] = any_row(r);
	cfg->policy.startup_updates = (s32)any_within(r, -1, S32_MAX);
	cfg->policy.panic_once = rng_u64(r) & 1;
	cfg->max_change_ppb_s = (u32)any_s64(r);
	cfg->select.min_survivors = (u32)(rng_u64(r) % (PEERS + 1));
	cfg->select.max_distance_ns = any_within(r, 0, S64_MAX);
	cfg->minpoll_log2s = (s8)any_within(r, CDISC_POLL_MIN_LOG2S, CDISC_POLL_MAX_LOG2S);
	cfg->maxpoll_log2s = (s8)any_within(r, cfg->minpoll_log2s, CDISC_POLL_MAX_LOG2S);
	cfg->unsync_ns = any_within(r, 0, S64_MAX);
	cfg->servo = rng_u64(r) & 1 ? CLOCKDISC_SERVO_ADAPTIVE : CLOCKDISC_SERVO_NTP;
}

/* A reading like the last one, as a rule, so that something is learnt; or any. */
static void any_now(struct rng *r, struct clock *c)
{
	s64 dt_ns = any_within(r, 0, 1LL << (rng_u64(r) % 50));

	if (!(rng_u64(r) % 8)) {
		c->now = (struct cdisc_now){ any_s64(r), any_s64(r) };
		return;
	}
	c->now.raw_ns = cdisc_add_sat(c->now.raw_ns, dt_ns);
	c->now.real_ns = cdisc_add_sat(c->now.real_ns, cdisc_add_sat(dt_ns, any_s64(r) >> (rng_u64(r) % 64)));
}

static void any_sample(struct rng *r, struct clock *c, struct cdisc_peer *p)
{
	struct cdisc_header h = {
		.leap		= rng_u64(r) % 8 ? CLOCKDISC_LEAP_NONE : CLOCKDISC_LEAP_INSERT,
		.stratum	= (u32)(1 + rng_u64(r) % 17),
		.root_delay_ns	= any_s64(r) >> (rng_u64(r) % 64),
		.root_disp_ns	= any_s64(r) >> (rng_u64(r) % 64),
	};
	struct cdisc_sample s = {
		.raw_ns		= cdisc_sub_sat(c->now.raw_ns, any_within(r, 0, 1LL << (rng_u64(r) % 40))),
		.phase_ns	= cdisc_add_sat(cdisc_sub_sat(c->now.real_ns, c->now.raw_ns),
						any_s64(r) >> (rng_u64(r) % 64)),
		.delay_ns	= rng_u64(r) % 4 ? any_within(r, 1, S64_MAX) >> (rng_u64(r) % 63) : 0,
		.half_ns	= any_within(r, 1, S64_MAX),
		.disp_ns	= any_within(r, 0, S64_MAX) >> (rng_u64(r) % 63),
	};

	if (rng_u64(r) & 1)
		s.half_ns = max(cdisc_add_sat(s.delay_ns / 2, s.disp_ns), 1);
	cdisc_peer_polled(p, rng_u64(r) % 4);
	cdisc_peer_sample(p, &h, &s, c->loop.servo.freq_ppb_q16, any_within(r, 1, S64_MAX),
			  c->cfg.select.max_distance_ns);
}

/* What the operator, the engine or the kernel does to a clock. */
static void any_event(struct rng *r, struct clock *c, struct cdisc_todo *todo)
{
	struct cdisc_select_work work = { .edge = c->edge, .entry = c->entry };

	switch (rng_u64(r) % 16) {
	case 0:
		cdisc_loop_interrupt(&c->loop, &c->now, (u32)rng_u64(r), todo);
		break;
	case 1:
		cdisc_loop_take(&c->loop, &c->now, any_s64(r), rng_u64(r) & 1);
		break;
	case 2:
		cdisc_loop_leap(&c->loop, &c->now, any_s64(r), todo);
		break;
	case 3:
		cdisc_loop_stepped(&c->loop, &c->now, any_s64(r), rng_u64(r) & 1, todo);
		break;
	case 4:
		cdisc_loop_slew(&c->loop, &c->now, any_s64(r), todo);
		break;
	case 5:
		cdisc_loop_freq_set(&c->loop, &c->now, any_s64(r), todo);
		break;
	case 6:
		if (rng_u64(r) & 1)
			cdisc_loop_freeze(&c->loop, &c->now, todo);
		else
			cdisc_loop_unfreeze(&c->loop, &c->now, todo);
		break;
	case 7:
		any_config(r, &c->cfg);
		cdisc_loop_configure(&c->loop, &c->cfg);
		break;
	case 8:
		cdisc_loop_rate_lost(&c->loop, &c->now);
		cdisc_loop_restore(&c->loop, (u32)rng_u64(r), (s64)rng_u64(r));
		break;
	default:
		any_sample(r, c, &c->peer[rng_u64(r) % PEERS]);
		cdisc_loop_update(&c->loop, c->peers, PEERS, &work, &c->now, todo);
		break;
	}
}

/* One clock through forty readings, with a plan after each. */
static const char *clocks(struct rng *r)
{
	struct clock c = { .now = { any_s64(r), any_s64(r) } };
	unsigned int i;

	for (i = 0; i < PEERS; i++) {
		cdisc_peer_init(&c.peer[i], i + 1);
		c.peer[i].is_host = i == 0;
		c.peers[i] = &c.peer[i];
	}
	any_config(r, &c.cfg);
	cdisc_loop_init(&c.loop, &c.cfg, &c.now, any_s64(r), rng_u64(r) % 4);
	for (i = 0; i < 40; i++) {
		struct cdisc_todo todo = { 0 };

		any_now(r, &c);
		any_event(r, &c, &todo);
		if (todo.step_ns)
			cdisc_loop_stepped(&c.loop, &c.now, todo.step_ns, true, &todo);
		cdisc_loop_plan(&c.loop, &c.now, &todo);
		NEED(cdisc_abs(todo.rate_ppb_q16) <= CDISC_FREQ_MAX_PPB_Q16);
		NEED(cdisc_abs(c.loop.servo.freq_ppb_q16) <= CDISC_FREQ_MAX_PPB_Q16);
		NEED(cdisc_loop_bound(&c.loop, &c.now) >= cdisc_abs(cdisc_loop_offset(&c.loop, &c.now)));
		NEED(cdisc_loop_error(&c.loop, &c.now) >= cdisc_abs(cdisc_loop_offset(&c.loop, &c.now)));
		if (todo.is_rate_new)
			cdisc_loop_rate_set(&c.loop, &c.now, rng_u64(r) % 8 ? todo.rate_ppb_q16 : any_s64(r));
	}
	return NULL;
}

static const struct property properties[] = {
	{ "any sums, products and quotients are exact or saturate", 100000, sums_and_products },
	{ "any roots are exact", 20000, roots },
	{ "any units convert exactly or saturate", 100000, conversions },
	{ "any bound holds its distance and its offset", 100000, bounds },
	{ "any offset has its class, any event its state", 100000, policies },
	{ "any slew keeps the cap, the change and the range, and wakes in the future", 40000, slews },
	{ "any clock with any sources keeps the range and a bound that holds its offset", 10000, clocks },
};

/* Rounds are numbered, so that a debugger can be told where to stop. */
static bool run_seed(const struct property *p, u64 seed)
{
	const char *wrong;
	struct rng r;

	rng_seed(&r, seed);
	for (unsigned int i = 0; i < p->rounds; i++) {
		wrong = p->once(&r);
		if (wrong) {
			printf("# %s: seed %" PRIu64 ", round %u: not %s\n", p->name, seed, i, wrong);
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	const char *only = getenv("SEED"), *pattern = argc > 1 ? argv[1] : NULL;
	u64 first = only ? strtoull(only, NULL, 0) : 1, last = only ? first : SEEDS;
	unsigned int tests = 0, failed = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("# seeds %" PRIu64 " to %" PRIu64 "\n", first, last);
	for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
		bool ok = true;

		if (pattern && fnmatch(pattern, properties[i].name, 0))
			continue;
		for (u64 seed = first; seed <= last; seed++)
			ok &= run_seed(&properties[i], seed);
		printf("%sok %u - %s\n", ok ? "" : "not ", ++tests, properties[i].name);
		failed += !ok;
	}
	printf("1..%u\n", tests);
	printf("%u passed, %u failed, 0 skipped\n", tests - failed, failed);
	return failed ? 1 : 0;
}
