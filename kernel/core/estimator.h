/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A source's phase, delay and jitter out of its samples: the clock filter of RFC 5905, section 10.
 *
 * All of it lives on the counter's own timescale (raw), which nobody steers. What is kept of a sample is the
 * phase "source minus raw" at one instant; steps and slews of CLOCK_REALTIME do not touch it.
 */
#ifndef CDISC_ESTIMATOR_H
#define CDISC_ESTIMATOR_H

#include "units.h"

#define CDISC_FILTER_STAGES	8

/* RFC 5905, A.5.2: SGATE. Smaller drops good samples of a quiet path, larger lets spikes in. */
#define CDISC_SGATE		3

/**
 * struct cdisc_sample - one measurement of a source
 * @raw_ns:	instant of the measurement, counter time
 * @phase_ns:	source minus raw at @raw_ns
 * @delay_ns:	round-trip delay, >= 0; 0 for a one-way source
 * @half_ns:	half-width: the true phase lies within @phase_ns +- @half_ns as far as this sample can tell, >= 1
 * @disp_ns:	dispersion of the sample itself: both clocks' reading error and the drift over the exchange, >= 0
 */
struct cdisc_sample {
	s64	raw_ns;
	s64	phase_ns;
	s64	delay_ns;
	s64	half_ns;
	s64	disp_ns;
};

/**
 * struct cdisc_estimate - what is known of a source at one instant
 * @raw_ns:	the instant, counter time
 * @sample_raw_ns: instant of the sample that it rests on
 * @phase_ns:	source minus raw at @raw_ns
 * @delay_ns:	round-trip delay of the sample in use
 * @half_ns:	half-width of the sample in use
 * @disp_ns:	peer dispersion at @raw_ns, growing with CDISC_PHI_PPB
 * @jitter_ns:	RMS of the differences between the filter's samples and the one in use
 * @freq_ppb_q16: the source's frequency, reference against raw
 * @error_ns_q16: standard deviation of @phase_ns as the estimator believes it, ns * 2^16
 * @hard_ns:	the true phase is not farther away than this, as far as a sample's round trip bounds it
 * @hold_ppb_q16: how fast @hard_ns grows from here on
 * @aged_ns:	part of @hard_ns, or of @disp_ns, that came since the measurement
 */
struct cdisc_estimate {
	s64	raw_ns;
	s64	sample_raw_ns;
	s64	phase_ns;
	s64	delay_ns;
	s64	half_ns;
	s64	disp_ns;
	s64	jitter_ns;
	s64	freq_ppb_q16;
	s64	error_ns_q16;
	s64	hard_ns;
	s64	hold_ppb_q16;
	s64	aged_ns;
};

/**
 * struct cdisc_filter_used - the estimate that a sample led to, at the sample's instant
 * @sample_raw_ns: the instant, counter time
 * @phase_ns:	source minus raw
 * @delay_ns:	round-trip delay of the sample
 * @half_ns:	half-width of the sample
 * @disp_ns:	peer dispersion
 * @jitter_ns:	RMS of the differences between the other samples and this one
 */
struct cdisc_filter_used {
	s64	sample_raw_ns;
	s64	phase_ns;
	s64	delay_ns;
	s64	half_ns;
	s64	disp_ns;
	s64	jitter_ns;
};

/**
 * struct cdisc_filter - the clock filter's shift register
 * @stage:	samples, a ring; the newest is at @head
 * @head:	index of the newest sample
 * @count:	stages filled, 0 to CDISC_FILTER_STAGES
 * @agreeing:	stages that took part in @used
 * @was_spike:	the last winner of the filter was suppressed; the next one passes
 * @last_raw_ns: instant of the last sample, suppressed or not; valid with @count > 0
 * @used:	what the last accepted sample led to; valid when @count > 0
 */
struct cdisc_filter {
	struct cdisc_sample	stage[CDISC_FILTER_STAGES];
	u8			head;
	u8			count;
	u8			agreeing;
	bool			was_spike;
	s64			last_raw_ns;
	struct cdisc_filter_used used;
};

/**
 * cdisc_filter_reset() - forget all samples
 * @f:	the filter
 *
 * Context: Any.
 */
void cdisc_filter_reset(struct cdisc_filter *f);

/**
 * cdisc_filter_add() - fold a sample into the filter
 * @f:		the filter
 * @s:		the sample
 * @freq_ppb_q16: learnt frequency, reference against raw; carries older stages to @s->raw_ns
 * @poll_ns:	the source's present poll interval
 *
 * RFC 5905, A.5.2 (clock_filter): the sample of least delay wins, jitter is the RMS of the others against it,
 * dispersion weighs the stages by 2^-(i+1), and a spike beyond CDISC_SGATE jitters is suppressed when the last
 * update is not older than two polls. The stages are compared at one instant, which the counter allows; the file
 * estimator.c says where this differs from the RFC.
 *
 * Context: Any. Takes no lock, reads no clock.
 * Return: CLOCKDISC_VERDICT_ACCEPTED when the estimate moved to a newer sample, _KEPT when an earlier sample
 * of less delay stays in use, _POPCORN when suppressed, _DUPLICATE when @s is not newer than the last one.
 */
enum clockdisc_verdict cdisc_filter_add(struct cdisc_filter *f, const struct cdisc_sample *s,
					s64 freq_ppb_q16, s64 poll_ns);

/**
 * cdisc_filter_keep() - put a sample into the register without using it
 * @f:		the filter
 * @s:		the sample
 *
 * For the time in which another estimator is in use: cdisc_filter_replay() takes up from there.
 *
 * Context: Any.
 * Return: CLOCKDISC_VERDICT_ACCEPTED, or _DUPLICATE when @s is not newer than the last one.
 */
enum clockdisc_verdict cdisc_filter_keep(struct cdisc_filter *f, const struct cdisc_sample *s);

/* The i-th of the samples in the register, oldest first, i < f->count. */
const struct cdisc_sample *cdisc_filter_kept(const struct cdisc_filter *f, unsigned int i);

/* Use the samples that were kept, oldest first, as if they came in now. */
void cdisc_filter_replay(struct cdisc_filter *f, s64 freq_ppb_q16, s64 poll_ns);

/**
 * cdisc_filter_predict() - carry the estimate to another instant
 * @f:		the filter, with at least one sample
 * @raw_ns:	the instant, not before the sample in use
 * @freq_ppb_q16: learnt frequency, reference against raw
 * @out:	the estimate at @raw_ns
 *
 * Context: Any.
 */
void cdisc_filter_predict(const struct cdisc_filter *f, s64 raw_ns, s64 freq_ppb_q16,
			  struct cdisc_estimate *out);

#endif /* CDISC_ESTIMATOR_H */
