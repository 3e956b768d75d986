// SPDX-License-Identifier: GPL-2.0
/*
 * The adaptive servo: the clock follows the estimate.
 *
 * The gains are in the tracker (track.c): its phase and frequency are the best that can be said of the reference now, and
 * the difference to the clock is known to the ns. Nothing is gained by waiting: a correction that is spread over a poll
 * is an error that lasts for a poll. It is made within FOLLOW_NS, one wake-up, or by the operator's limit when that takes
 * longer, and the learnt frequency is in force from the same moment.
 */
#include "servo.h"

/* A correction takes a second: less, and it is a jerk for who measures short times; more, and it is an error that lasts. */
#define FOLLOW_NS		CDISC_NSEC_PER_SEC

/* Updates that come in faster replace a correction before its end, which saves its wake-up. */
#define FOLLOW_POLL_NUM		5
#define FOLLOW_POLL_DEN		4

/* A correction below this part of what is known is not worth a wake-up: 1/16 adds 0.2 % to the error. */
#define WORTH_DEN		16

/* The frequency is known when it cannot run away faster than 5 ppm. */
#define KNOWN_PPB_Q16		(5000LL * 65536)

/* As servo_ntp.c has it: RMS of changes, of which the last one counts as one in AVG. */
#define AVG			4

static s64 average(s64 a, s64 b)
{
	const s64 parts[AVG] = { a, a, a, b };

	return cdisc_rms(parts, AVG);
}

static void adaptive_restart(struct cdisc_servo *s)
{
	s->poll_log2s = s->minpoll_log2s;
}

static void adaptive_update(struct cdisc_servo *s, const struct cdisc_update *u, struct cdisc_correction *c)
{
	s64 poll_ns = cdisc_ns_from_log2s(clamp_t(s8, u->poll_log2s, -31, 17));
	s64 freq_ppb_q16 = clamp_t(s64, u->freq_ppb_q16, -CDISC_FREQ_MAX_PPB_Q16, CDISC_FREQ_MAX_PPB_Q16);
	s64 worth_ns = cdisc_rshift_round(u->error_ns_q16 / WORTH_DEN, 16);

	s->wander_ppb_q16 = average(s->wander_ppb_q16, freq_ppb_q16 - s->freq_ppb_q16);
	s->freq_ppb_q16 = freq_ppb_q16;
	s->jitter_ns = u->jitter_ns;
	s->poll_log2s = clamp_t(s8, u->poll_log2s, s->minpoll_log2s, s->maxpoll_log2s);
	if (cdisc_abs(u->offset_ns) <= worth_ns)
		return;
	c->slew_ns = u->offset_ns;
	/* 5 * 2^17 s is 6.6e14 ns. */
	c->over_ns = poll_ns > FOLLOW_NS ? FOLLOW_NS : poll_ns * FOLLOW_POLL_NUM / FOLLOW_POLL_DEN;
	c->over_ns = max_t(s64, c->over_ns, cdisc_add_sat(cdisc_ns_to_move(u->offset_ns, u->pace_ppb_q16), 1));
}

static bool adaptive_measure(struct cdisc_servo *s, const struct cdisc_update *u, struct cdisc_correction *c)
{
	adaptive_update(s, u, c);
	return u->hold_ppb_q16 <= KNOWN_PPB_Q16;
}

const struct cdisc_servo_ops cdisc_servo_adaptive_ops = {
	.id		= CLOCKDISC_SERVO_ADAPTIVE,
	.name		= "adaptive",
	.is_tracking	= true,
	.restart	= adaptive_restart,
	.measure	= adaptive_measure,
	.update		= adaptive_update,
};
