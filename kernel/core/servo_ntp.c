// SPDX-License-Identifier: GPL-2.0
/*
 * The PLL/FLL hybrid of RFC 5905, section 11.3 and A.5.5.6 (local_clock), on the counter's own timescale.
 *
 * The loop disciplines a line, reference minus raw over raw, and the clock is made to follow the line:
 *
 *	 phase					e  measured minus line: noise and what is not learnt yet. The loop's
 *	   |            x measured		   own: a part of it moves the line, a smaller one its slope
 *	   |          e |  ___---  line		d  line minus clock: known to the ns, whoever moved the clock. Made
 *	   |       ___--|--			   up for whole until the next update
 *	   |  __---   d |
 *	   | -  . . . . o clock
 *	   +---------------------> raw
 *
 * A clock that did as it was told is on the line, d is 0, and this is the RFC's loop to the letter. One that was
 * set by somebody else, or that a slew limit kept back, is brought back at once, and what it did is never mistaken
 * for a frequency.
 *
 * With the time constant T = PLL * 2^poll the line takes over e * (1 - exp(-t / T)) in a time t and its slope, for a
 * whole poll, e / (16 * T) * 2^poll / T: damped with a factor of 2, phase errors halve in 12 polls and frequency
 * errors in 165.
 */
#include "servo.h"

/* RFC 5905, A.5.5.6, seconds where they are times. PLL is ntpd's: the RFC's 65536 counts a kernel's own units. */
#define PLL		16
#define FLL		18	/* MAXPOLL + 1 */
#define AVG		4
#define ALLAN_NS	(1500 * CDISC_NSEC_PER_SEC)
#define PGATE		4
#define LIMIT		30

/*
 * A line that has seen less than this many updates takes over 1 / n of each: it averages, where the RFC would take
 * PLL polls to forget what the first sample was wrong by. From PLL updates on the loop's own gain is larger.
 */
#define FRESH_UPDATES	PLL

/*
 * How far an oscillator is from nominal before anything is measured: 100 ppm, what quartz is sold for. A measurement
 * that is not better than this is believed in proportion. Less, and an odd oscillator is learnt late; more, and two
 * samples of a noisy path throw the clock about.
 */
#define PRIOR_PPB_Q16	(100000LL * 65536)

/*
 * Error of the slope through points whose noise is s over a baseline b: 1.4 s / b for two points, 0.9 s / b for
 * CDISC_SERVO_POINTS evenly spread; half as much again as s / b covers both.
 */
#define SLOPE_NUM	3
#define SLOPE_DEN	2

/* Pairs of points that are closer than a quarter of the baseline say little about the slope. */
#define PAIR_PART	4
#define PAIRS_MAX	(CDISC_SERVO_POINTS * (CDISC_SERVO_POINTS - 1) / 2)

/*
 * Four points say something of their own noise, and one of them that is bad does not move a median much. With fewer,
 * a slope beyond what an oscillator may be off by is noise; one over less than a second always is, as several
 * sources polled at once make it.
 */
#define POINTS_ENOUGH	4
#define BASELINE_MIN_NS	CDISC_NSEC_PER_SEC

/* A correction while the frequency is measured is spread over this at least. */
#define MEASURE_OVER_NS	(2 * CDISC_NSEC_PER_SEC)

static s64 carry(s64 phase_ns, s64 freq_ppb_q16, s64 dt_ns)
{
	return cdisc_add_sat(phase_ns, cdisc_ns_from_rate(freq_ppb_q16, dt_ns));
}

static s64 poll_ns(const struct cdisc_update *u)
{
	return cdisc_ns_from_log2s(clamp_t(s8, u->poll_log2s, 0, 17));
}

/* Reference minus raw at the instant of the sample. */
static s64 sample_phase(const struct cdisc_servo *s, const struct cdisc_update *u)
{
	return carry(u->phase_ns, s->freq_ppb_q16, cdisc_sub_sat(u->sample_raw_ns, u->raw_ns));
}

static void set_freq(struct cdisc_servo *s, s64 freq_ppb_q16)
{
	s->freq_ppb_q16 = clamp_t(s64, freq_ppb_q16, -CDISC_FREQ_MAX_PPB_Q16, CDISC_FREQ_MAX_PPB_Q16);
}

/* a^2 + (b^2 - a^2) / AVG under a root: the mean of three parts a and one part b; AVG is 4. */
static s64 average(s64 a, s64 b)
{
	const s64 parts[AVG] = { a, a, a, b };

	return cdisc_rms(parts, AVG);
}

/* The line minus the clock, now: what the clock is to make up for. */
static s64 line_minus_clock(const struct cdisc_servo *s, const struct cdisc_update *u)
{
	s64 line_ns = carry(s->ntp.line_phase_ns, s->freq_ppb_q16, cdisc_sub_sat(u->raw_ns, s->ntp.line_raw_ns));

	return cdisc_add_sat(u->offset_ns, cdisc_sub_sat(line_ns, u->phase_ns));
}

/* A little longer than until the next update, which replaces the slew before it ends; 9 / 8 of 2^17 s fits. */
static s64 spread(s64 until_next_ns)
{
	return until_next_ns + until_next_ns / 8;
}

/* A measurement that is cut short leaves no frequency behind, unless one was given meanwhile. */
static void ntp_restart(struct cdisc_servo *s)
{
	if (s->ntp.is_measuring && s->freq_ppb_q16 == s->ntp.believed_ppb_q16)
		s->freq_ppb_q16 = s->ntp.base_ppb_q16;
	memset(&s->ntp, 0, sizeof(s->ntp));
	s->poll_log2s = s->minpoll_log2s;
}

/* Make room: of the points between the first and the last the one goes that is closest to the one before it. */
static void thin_points(struct cdisc_servo_ntp *ntp)
{
	s64 gap_ns, least_ns = S64_MAX;
	u8 i, victim = 1;

	for (i = 1; i < ntp->points - 1; i++) {
		gap_ns = cdisc_sub_sat(ntp->point[i].raw_ns, ntp->point[i - 1].raw_ns);
		if (gap_ns < least_ns) {
			least_ns = gap_ns;
			victim = i;
		}
	}
	ntp->points--;
	memmove(&ntp->point[victim], &ntp->point[victim + 1], (ntp->points - victim) * sizeof(ntp->point[0]));
}

static void add_point(struct cdisc_servo_ntp *ntp, s64 raw_ns, s64 phase_ns)
{
	if (ntp->points == CDISC_SERVO_POINTS)
		thin_points(ntp);
	ntp->point[ntp->points++] = (struct cdisc_servo_point){ .raw_ns = raw_ns, .phase_ns = phase_ns };
}

static int compare_s64(const void *left, const void *right)
{
	s64 a = *(const s64 *)left, b = *(const s64 *)right;

	return (a > b) - (a < b);
}

/* The middle of n values, n >= 1; of an even number the mean of both. Sorts them. */
static s64 median(s64 *v, unsigned int n)
{
	sort(v, n, sizeof(*v), compare_s64, NULL);
	return n % 2 ? v[n / 2] : cdisc_add_sat(v[n / 2 - 1], cdisc_sub_sat(v[n / 2], v[n / 2 - 1]) / 2);
}

static s64 baseline(const struct cdisc_servo_ntp *ntp)
{
	return cdisc_sub_sat(ntp->point[ntp->points - 1].raw_ns, ntp->point[0].raw_ns);
}

/* Theil and Sen: the median of the slopes between pairs of points; a bad sample in four does no harm. Points >= 2. */
static s64 slope(const struct cdisc_servo_ntp *ntp)
{
	s64 slopes[PAIRS_MAX], dt_ns, least_ns = max_t(s64, baseline(ntp) / PAIR_PART, 1);
	unsigned int n = 0;
	u8 i, j;

	for (i = 0; i < ntp->points; i++) {
		for (j = i + 1; j < ntp->points; j++) {
			dt_ns = cdisc_sub_sat(ntp->point[j].raw_ns, ntp->point[i].raw_ns);
			if (dt_ns >= least_ns)
				slopes[n++] = cdisc_rate_from_ns(cdisc_sub_sat(ntp->point[j].phase_ns,
									       ntp->point[i].phase_ns), dt_ns);
		}
	}
	return n ? median(slopes, n) : 0;
}

/* The points carried to the last one's instant along a slope: their median, and how far they are from it. */
static s64 level(const struct cdisc_servo_ntp *ntp, s64 slope_ppb_q16, s64 *noise_ns)
{
	const struct cdisc_servo_point *last = &ntp->point[ntp->points - 1];
	s64 phases_ns[CDISC_SERVO_POINTS], level_ns;
	u8 i;

	for (i = 0; i < ntp->points; i++)
		phases_ns[i] = carry(ntp->point[i].phase_ns, slope_ppb_q16,
				     cdisc_sub_sat(last->raw_ns, ntp->point[i].raw_ns));
	level_ns = median(phases_ns, ntp->points);
	for (i = 0; i < ntp->points; i++)
		phases_ns[i] = cdisc_abs(cdisc_sub_sat(phases_ns[i], level_ns));
	*noise_ns = median(phases_ns, ntp->points);
	return level_ns;
}

/*
 * The slope as far as it can be believed: the mean of it and of the frequency from before, weighted by the inverse
 * squares of their errors.
 */
static s64 believe(const struct cdisc_servo_ntp *ntp, s64 slope_ppb_q16, s64 error_ppb_q16)
{
	s64 both_ppb_q16 = cdisc_hypot(PRIOR_PPB_Q16, error_ppb_q16);
	s64 step_ppb_q16 = cdisc_sub_sat(slope_ppb_q16, ntp->base_ppb_q16);

	if (baseline(ntp) < BASELINE_MIN_NS)
		return ntp->base_ppb_q16;
	if (ntp->points < POINTS_ENOUGH)
		step_ppb_q16 = clamp_t(s64, step_ppb_q16, -PRIOR_PPB_Q16, PRIOR_PPB_Q16);
	step_ppb_q16 = cdisc_mul_div(step_ppb_q16, PRIOR_PPB_Q16, both_ppb_q16);
	return cdisc_add_sat(ntp->base_ppb_q16, cdisc_mul_div(step_ppb_q16, PRIOR_PPB_Q16, both_ppb_q16));
}

/*
 * How noisy the points are. With few of them by what the source says, which counts a frequency that is not known as
 * jitter; with more by their own distance from the line, a median that three halves make about a standard deviation.
 */
static s64 noise(const struct cdisc_servo_ntp *ntp, s64 jitter_ns, s64 median_ns)
{
	if (ntp->points < POINTS_ENOUGH)
		return jitter_ns;
	return max_t(s64, cdisc_mul_div(median_ns, 3, 2), cdisc_mul_div_up(jitter_ns, 1, 2));
}

/*
 * Is the frequency good enough for the loop? Its error times the loop's time constant, which is how far the line would
 * run off before the loop noticed (it peaks at 0.87 of that), is to be below a quarter of the jitter: the poll interval
 * will grow twofold and so will that, and only at four jitters it would shrink again. With noise as large as the jitter this
 * is at a baseline of 4 * SLOPE * PLL = 96 polls, with half of it, the least that is believed, at 48. More than two
 * Allan intercepts are not waited for, the oscillator has wandered since; but 12 polls are, so that long ones count.
 */
static bool is_enough(const struct cdisc_servo_ntp *ntp, s64 error_ppb_q16, s64 jitter_ns, s64 poll)
{
	if (ntp->points < POINTS_ENOUGH)
		return false;
	if (baseline(ntp) >= max_t(s64, 2 * ALLAN_NS, CDISC_SERVO_POINTS * poll))
		return true;
	/* 64 times 2^17 s is 8.4e15 ns. */
	return cdisc_ns_from_rate(error_ppb_q16, 4 * PLL * poll) <= jitter_ns;
}

/*
 * The frequency straight from the points. RFC 5905 takes two of them, the first and the one at the stepout; here
 * all count and each update of the measurement is in use at once.
 * Return: true when it is good enough.
 */
static bool take_point(struct cdisc_servo *s, const struct cdisc_update *u, struct cdisc_correction *c)
{
	struct cdisc_servo_ntp *ntp = &s->ntp;
	s64 jitter_ns = max_t(s64, u->jitter_ns, 1);
	s64 slope_ppb_q16, error_ppb_q16 = S64_MAX, noise_ns;

	if (!ntp->points)
		ntp->base_ppb_q16 = s->freq_ppb_q16;
	ntp->last_phase_ns = sample_phase(s, u);
	ntp->line_raw_ns = u->sample_raw_ns;
	ntp->line_phase_ns = ntp->last_phase_ns;
	add_point(ntp, u->sample_raw_ns, ntp->last_phase_ns);
	if (ntp->points > 1) {
		slope_ppb_q16 = slope(ntp);
		ntp->line_phase_ns = level(ntp, slope_ppb_q16, &noise_ns);
		noise_ns = noise(ntp, jitter_ns, noise_ns);
		error_ppb_q16 = cdisc_rate_from_ns(cdisc_mul_div(noise_ns, SLOPE_NUM, SLOPE_DEN),
						   max_t(s64, baseline(ntp), 1));
		set_freq(s, believe(ntp, slope_ppb_q16, error_ppb_q16));
	}
	ntp->believed_ppb_q16 = s->freq_ppb_q16;
	ntp->updates = ntp->points;
	ntp->last_offset_ns = 0;
	ntp->left_ns = 0;
	s->jitter_ns = jitter_ns;
	c->slew_ns = line_minus_clock(s, u);
	c->over_ns = max_t(s64, spread(poll_ns(u)), MEASURE_OVER_NS);
	return is_enough(ntp, error_ppb_q16, jitter_ns, poll_ns(u));
}

static bool ntp_measure(struct cdisc_servo *s, const struct cdisc_update *u, struct cdisc_correction *c)
{
	s->ntp.is_measuring = !take_point(s, u, c);
	return !s->ntp.is_measuring;
}

/*
 * What of e the line takes over in dt: e * (1 - exp(-dt / T)), RFC 5905, A.5.6.1 (clock_adjust), T limited by the
 * Allan intercept. As e * dt / (dt + T), which is never more than e: 0.0588 for one poll, the RFC's seconds make
 * 0.0606.
 */
static s64 taken_over(s64 e_ns, s64 dt_ns, s64 poll)
{
	/* 16 * 1500 s is 2.4e13 ns. */
	s64 t_ns = PLL * min_t(s64, poll, ALLAN_NS);

	dt_ns = max_t(s64, dt_ns, 0);
	return cdisc_mul_div(e_ns, dt_ns, cdisc_add_sat(dt_ns, t_ns));
}

/* e * min(mu, 2^poll) / (4 * PLL * 2^poll)^2: the mean rate e / 2^poll first, then 4096 * 2^17 s is 5.4e17 ns. */
static s64 pll_gain(s64 e_ns, s64 mu_ns, s64 poll)
{
	return cdisc_mul_div(cdisc_rate_from_ns(e_ns, poll), min_t(s64, mu_ns, poll), 16 * PLL * PLL * poll);
}

/*
 * By how much the phase against the counter moved otherwise than the frequency says, in mu, of which 1 / gain is
 * believed; above half the Allan intercept only, where the oscillator's wander weighs more than the path's noise.
 */
static s64 fll_gain(s64 moved_ns, s64 mu_ns, s64 poll, s8 poll_log2s)
{
	if (poll <= ALLAN_NS / 2)
		return 0;
	return cdisc_div_round(cdisc_rate_from_ns(moved_ns, max_t(s64, mu_ns, ALLAN_NS)),
			       max_t(s64, FLL - poll_log2s, AVG));
}

/* RFC 5905, A.5.5.6: offsets within the jitter lengthen the poll interval, others shorten it, with hysteresis. */
static void adjust_poll(struct cdisc_servo *s, s64 e_ns)
{
	bool is_quiet = cdisc_abs(e_ns) < cdisc_mul_sat(PGATE, s->jitter_ns);
	/* At a poll of 1 s the RFC's step, log2 of the interval, would be none. */
	s32 step = max_t(s32, s->poll_log2s, 1);
	s32 *count = &s->ntp.tc_counter;

	*count += is_quiet ? step : -2 * step;
	if (*count > LIMIT) {
		*count = s->poll_log2s < s->maxpoll_log2s ? 0 : LIMIT;
		s->poll_log2s = min_t(s8, s->poll_log2s + 1, s->maxpoll_log2s);
	} else if (*count < -LIMIT) {
		*count = s->poll_log2s > s->minpoll_log2s ? 0 : -LIMIT;
		s->poll_log2s = max_t(s8, s->poll_log2s - 1, s->minpoll_log2s);
	}
}

/* One step of the loop on a line that exists; phase_ns is the sample's, mu_ns after the last one. */
static void turn(struct cdisc_servo *s, const struct cdisc_update *u, s64 phase_ns, s64 mu_ns)
{
	struct cdisc_servo_ntp *ntp = &s->ntp;
	s64 poll = poll_ns(u), freq_ppb_q16 = s->freq_ppb_q16;
	s64 e_ns, moved_ns, step_ppb_q16, change_ns;

	ntp->line_phase_ns = cdisc_add_sat(carry(ntp->line_phase_ns, freq_ppb_q16, mu_ns),
					   taken_over(ntp->left_ns, mu_ns, poll));
	e_ns = cdisc_sub_sat(phase_ns, ntp->line_phase_ns);
	moved_ns = cdisc_sub_sat(phase_ns, carry(ntp->last_phase_ns, freq_ppb_q16, mu_ns));
	step_ppb_q16 = cdisc_add_sat(pll_gain(e_ns, mu_ns, poll), fll_gain(moved_ns, mu_ns, poll, u->poll_log2s));
	set_freq(s, cdisc_add_sat(freq_ppb_q16, step_ppb_q16));
	s->wander_ppb_q16 = average(s->wander_ppb_q16, s->freq_ppb_q16 - freq_ppb_q16);
	change_ns = cdisc_abs(cdisc_sub_sat(e_ns, ntp->last_offset_ns));
	s->jitter_ns = average(s->jitter_ns, max_t(s64, change_ns, 1));
	ntp->last_offset_ns = e_ns;
	ntp->left_ns = e_ns;
	if (ntp->updates < FRESH_UPDATES) {
		s64 jump_ns = cdisc_div_round(e_ns, ntp->updates + 1);

		ntp->line_phase_ns = cdisc_add_sat(ntp->line_phase_ns, jump_ns);
		ntp->left_ns = cdisc_sub_sat(e_ns, jump_ns);
	}
	adjust_poll(s, e_ns);
}

static void ntp_update(struct cdisc_servo *s, const struct cdisc_update *u, struct cdisc_correction *c)
{
	struct cdisc_servo_ntp *ntp = &s->ntp;
	s64 phase_ns = sample_phase(s, u);

	/*
	 * The stepout ended state FREQ before the frequency was good enough: go on measuring. The loop would take
	 * 165 polls to halve the error.
	 */
	if (ntp->is_measuring) {
		ntp->is_measuring = !take_point(s, u, c);
		return;
	}
	if (ntp->updates) {
		turn(s, u, phase_ns, max_t(s64, cdisc_sub_sat(u->sample_raw_ns, ntp->line_raw_ns), 1));
	} else {
		/* RFC 5905, A.5.5.6, FSET: the first update sets the phase and leaves the frequency alone. */
		ntp->line_phase_ns = phase_ns;
		s->jitter_ns = max_t(s64, u->jitter_ns, 1);
	}
	ntp->line_raw_ns = u->sample_raw_ns;
	ntp->last_phase_ns = phase_ns;
	ntp->updates = min_t(u8, ntp->updates + 1, FRESH_UPDATES);
	c->slew_ns = cdisc_add_sat(line_minus_clock(s, u), taken_over(ntp->left_ns, poll_ns(u), poll_ns(u)));
	c->over_ns = spread(poll_ns(u));
}

const struct cdisc_servo_ops cdisc_servo_ntp_ops = {
	.id		= CLOCKDISC_SERVO_NTP,
	.name		= "ntp",
	.restart	= ntp_restart,
	.measure	= ntp_measure,
	.update		= ntp_update,
};
