// SPDX-License-Identifier: GPL-2.0
/*
 * Which sources tell the time, and what time they tell: intersection, cluster, combine (RFC 5905, section 11.2).
 *
 *	sift		who is fit to be looked at		reasons: noselect ... distance
 *	separate	smeared or strict time			smear-mixed
 *	intersect	whose intervals agree			falseticker, no-majority, not-trusted
 *	cluster		who is closest to the others		excess, outlier
 *	combine		the mean, weighted by 1 / distance	selected, combined
 *			or, with trackers, by 1 / variance
 *
 * All orders are total, down to the index in the array: any sort gives the same outcome to the bit. Phases are
 * compared by saturating differences, so that no source can wrap one.
 */
#include "select.h"

/* Weight of the closest survivor; 2^30 keeps nine digits and ten of them add up in 34 bits. */
#define WEIGHT_ONE	(1LL << 30)

/* The root of a weight's share, scaled by 2^31: the share itself is scaled by 2^62. */
#define SHARE_ONE	(1LL << 62)
#define ROOT_ONE	(1LL << 31)

static bool has_flag(const struct cdisc_peer *p, u32 flag)
{
	return p->flags & flag;
}

/* Why a source has no sample: what it said along with those that were refused, if it said anything. */
static u32 empty_reason(const struct cdisc_peer *p)
{
	if (p->last_verdict == CLOCKDISC_VERDICT_UNSYNC)
		return CLOCKDISC_REASON_UNSYNC;
	if (p->last_verdict == CLOCKDISC_VERDICT_STRATUM)
		return CLOCKDISC_REASON_STRATUM;
	if (p->last_verdict == CLOCKDISC_VERDICT_DISTANCE)
		return CLOCKDISC_REASON_DISTANCE;
	return CLOCKDISC_REASON_NO_SAMPLE;
}

/* Why a source cannot be looked at, 0 when it can (RFC 5905, A.5.5.3, accept). */
static u32 unfit_reason(const struct cdisc_peer *p, s64 max_distance_ns, s64 raw_ns)
{
	if (has_flag(p, CLOCKDISC_SOURCE_FLAGS_NOSELECT))
		return CLOCKDISC_REASON_NOSELECT;
	if (raw_ns < p->aside_raw_ns)
		return CLOCKDISC_REASON_BUDGET;
	if (!p->filter.count)
		return empty_reason(p);
	if (!p->reach)
		return CLOCKDISC_REASON_UNREACHABLE;
	if (p->header.leap == CLOCKDISC_LEAP_UNSYNC)
		return CLOCKDISC_REASON_UNSYNC;
	if (p->header.stratum == 0 || p->header.stratum >= CDISC_STRATUM_UNSYNC)
		return CLOCKDISC_REASON_STRATUM;
	if (p->header.is_self)
		return CLOCKDISC_REASON_LOOP;
	if (p->distance_ns > max_distance_ns)
		return CLOCKDISC_REASON_DISTANCE;
	return 0;
}

/* First pass: distances and fitness. Returns the number of entries. */
static u32 sift(struct cdisc_peer *const *peers, u32 n, struct cdisc_select_entry *entries,
		const struct cdisc_select_limits *lim, s64 raw_ns, s64 freq_ppb_q16)
{
	u32 i, reason, fit = 0;

	for (i = 0; i < n; i++) {
		struct cdisc_select_entry *en = &entries[fit];
		struct cdisc_peer *p = peers[i];

		p->distance_ns = S64_MAX;
		if (p->filter.count) {
			cdisc_peer_estimate(p, raw_ns, freq_ppb_q16, &en->e);
			p->distance_ns = max_t(s64, cdisc_peer_distance(p, &en->e), 1);
		}
		reason = unfit_reason(p, lim->max_distance_ns, raw_ns);
		if (reason) {
			p->reason = reason;
			continue;
		}
		en->distance_ns = p->distance_ns;
		en->merit_ns = cdisc_add_sat(cdisc_mul_sat(p->header.stratum, lim->max_distance_ns),
					     p->distance_ns);
		en->is_preferred = has_flag(p, CLOCKDISC_SOURCE_FLAGS_PREFER);
		en->peer = i;
		fit++;
	}
	return fit;
}

/*
 * Around a leap second smeared and strict time are up to a second apart, and neither is wrong: they are never mixed. The
 * side wins on which the operator marked a source (prefer, trust), if the other has none; then the larger one; of equals
 * the one followed so far, then the strict one. Returns the number of entries left.
 */
static u32 separate(struct cdisc_peer *const *peers, struct cdisc_select_entry *entries, u32 n, u32 last_id)
{
	u32 i, kept = 0, votes[2] = { 0 }, marked[2] = { 0 };
	bool is_smeared = false;

	for (i = 0; i < n; i++) {
		const struct cdisc_peer *p = peers[entries[i].peer];
		bool smears = has_flag(p, CLOCKDISC_SOURCE_FLAGS_SMEAR);

		votes[smears]++;
		marked[smears] += has_flag(p, CLOCKDISC_SOURCE_FLAGS_PREFER | CLOCKDISC_SOURCE_FLAGS_TRUST);
		if (p->id == last_id)
			is_smeared = smears;
	}
	if (!marked[0] != !marked[1])
		is_smeared = marked[1];
	else if (votes[0] != votes[1])
		is_smeared = votes[1] > votes[0];
	for (i = 0; i < n; i++) {
		struct cdisc_peer *p = peers[entries[i].peer];

		if (has_flag(p, CLOCKDISC_SOURCE_FLAGS_SMEAR) == is_smeared)
			entries[kept++] = entries[i];
		else
			p->reason = CLOCKDISC_REASON_SMEAR_MIXED;
	}
	return kept;
}

/* At one phase lower ends come first and upper ends last: intervals that touch meet. */
static int compare_edges(const void *left, const void *right)
{
	const struct cdisc_select_edge *a = left, *b = right;

	if (a->phase_ns != b->phase_ns)
		return a->phase_ns < b->phase_ns ? -1 : 1;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->peer != b->peer)
		return a->peer < b->peer ? -1 : 1;
	return 0;
}

/* Sorted ends and middles of the entries, or of the trusted ones among them. Returns how many sources these are. */
static u32 line_up_edges(struct cdisc_peer *const *peers, const struct cdisc_select_entry *entries, u32 n,
			 bool is_trust_only, struct cdisc_select_edge *edges)
{
	u32 i, sources = 0;
	s32 type;

	for (i = 0; i < n; i++) {
		const struct cdisc_select_entry *en = &entries[i];

		if (is_trust_only && !has_flag(peers[en->peer], CLOCKDISC_SOURCE_FLAGS_TRUST))
			continue;
		/* type is -1, 0 or 1: the product is the distance itself, which is positive, or its negative. */
		for (type = -1; type <= 1; type++)
			edges[3 * sources + type + 1] = (struct cdisc_select_edge){
				.phase_ns	= cdisc_add_sat(en->e.phase_ns, type * en->distance_ns),
				.peer		= en->peer,
				.type		= type,
			};
		sources++;
	}
	sort(edges, 3 * (size_t)sources, sizeof(*edges), compare_edges, NULL);
	return sources;
}

struct span {
	s64	low_ns;
	s64	high_ns;
};

/*
 * RFC 5905, section 11.2.1: what at least n - allow intervals share, if no more than allow midpoints lie outside.
 * One scan from below and one from above.
 */
static bool find_span(const struct cdisc_select_edge *edges, u32 n, u32 allow, struct span *span)
{
	u32 low, high, outside = 0;
	s64 chime = 0;

	for (low = 0; low < 3 * n; low++) {
		chime -= edges[low].type;
		if (chime >= (s64)n - allow)
			break;
		outside += edges[low].type == 0;
	}
	chime = 0;
	for (high = 3 * n; high > 0; high--) {
		chime += edges[high - 1].type;
		if (chime >= (s64)n - allow)
			break;
		outside += edges[high - 1].type == 0;
	}
	if (low == 3 * n || high == 0)
		return false;
	span->low_ns = edges[low].phase_ns;
	span->high_ns = edges[high - 1].phase_ns;
	return outside <= allow && span->low_ns <= span->high_ns;
}

/*
 * The smallest number of falsetickers, less than half of n, that leaves an intersection. Allowing one more only
 * widens the span and so only takes midpoints out of the outside: once find_span() holds it goes on to hold, and
 * halving finds the first in log2(n) scans where the RFC walks.
 */
static bool find_majority(const struct cdisc_select_edge *edges, u32 n, struct span *span)
{
	u32 low = 0, high;

	if (!n)
		return false;
	high = (n - 1) / 2;
	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (find_span(edges, n, middle, span))
			high = middle;
		else
			low = middle + 1;
	}
	return find_span(edges, n, low, span);
}

static bool is_any_trusted(struct cdisc_peer *const *peers, const struct cdisc_select_entry *entries, u32 n)
{
	u32 i;

	for (i = 0; i < n; i++)
		if (has_flag(peers[entries[i].peer], CLOCKDISC_SOURCE_FLAGS_TRUST))
			return true;
	return false;
}

static void set_reasons(struct cdisc_peer *const *peers, const struct cdisc_select_entry *entries, u32 n,
			enum clockdisc_reason reason)
{
	u32 i;

	for (i = 0; i < n; i++)
		peers[entries[i].peer]->reason = reason;
}

/* Second pass: keeps the truechimers. Returns their number. */
static u32 intersect(struct cdisc_peer *const *peers, struct cdisc_select_work *work, u32 n)
{
	bool is_trust_only = is_any_trusted(peers, work->entry, n);
	u32 i, sources, kept = 0;
	struct span span;

	sources = line_up_edges(peers, work->entry, n, is_trust_only, work->edge);
	if (!find_majority(work->edge, sources, &span)) {
		set_reasons(peers, work->entry, n, CLOCKDISC_REASON_NO_MAJORITY);
		return 0;
	}
	for (i = 0; i < n; i++) {
		const struct cdisc_select_entry *en = &work->entry[i];
		struct cdisc_peer *p = peers[en->peer];

		if (cdisc_sub_sat(en->e.phase_ns, en->distance_ns) <= span.high_ns &&
		    cdisc_add_sat(en->e.phase_ns, en->distance_ns) >= span.low_ns)
			work->entry[kept++] = *en;
		else if (is_trust_only && !has_flag(p, CLOCKDISC_SOURCE_FLAGS_TRUST))
			p->reason = CLOCKDISC_REASON_NOT_TRUSTED;
		else
			p->reason = p->is_host ? CLOCKDISC_REASON_HOST_DISAGREES : CLOCKDISC_REASON_FALSETICKER;
	}
	return kept;
}

/* Preferred sources first, then the least merit. */
static int compare_merits(const void *left, const void *right)
{
	const struct cdisc_select_entry *a = left, *b = right;

	if (a->is_preferred != b->is_preferred)
		return a->is_preferred ? -1 : 1;
	if (a->merit_ns != b->merit_ns)
		return a->merit_ns < b->merit_ns ? -1 : 1;
	if (a->peer != b->peer)
		return a->peer < b->peer ? -1 : 1;
	return 0;
}

/* RFC 5905, section 11.2.2: RMS of the differences of all others to entry i, n <= CDISC_CLUSTER_MAX. */
static s64 select_jitter(const struct cdisc_select_entry *entries, u32 n, u32 i)
{
	s64 diff_ns[CDISC_CLUSTER_MAX];
	u32 j, others = 0;

	for (j = 0; j < n; j++)
		if (j != i)
			diff_ns[others++] = cdisc_sub_sat(entries[j].e.phase_ns, entries[i].e.phase_ns);
	return cdisc_rms(diff_ns, others);
}

/* Of equals the one of worse merit; n >= 2. */
static u32 find_outlier(const struct cdisc_select_entry *entries, u32 n, s64 *most_ns)
{
	u32 i, worst = 0;

	*most_ns = -1;
	for (i = 0; i < n; i++) {
		s64 jitter_ns = select_jitter(entries, n, i);

		if (jitter_ns >= *most_ns) {
			*most_ns = jitter_ns;
			worst = i;
		}
	}
	return worst;
}

static s64 least_jitter(const struct cdisc_select_entry *entries, u32 n)
{
	s64 least_ns = S64_MAX;
	u32 i;

	for (i = 0; i < n; i++)
		least_ns = min_t(s64, least_ns, entries[i].e.jitter_ns);
	return least_ns;
}

/*
 * Third pass, first half (RFC 5905, A.5.5.1, from "clustering algorithm"): sort by merit, cast out until more would
 * not help. As in ntpd it ends early at a preferred source. Returns the number of survivors.
 */
static u32 cluster(struct cdisc_peer *const *peers, struct cdisc_select_entry *entries, u32 n, u32 least)
{
	sort(entries, n, sizeof(*entries), compare_merits, NULL);
	if (n > CDISC_CLUSTER_MAX) {
		set_reasons(peers, entries + CDISC_CLUSTER_MAX, n - CDISC_CLUSTER_MAX, CLOCKDISC_REASON_EXCESS);
		n = CDISC_CLUSTER_MAX;
	}
	while (n > max_t(u32, least, CDISC_CLUSTER_MIN)) {
		s64 most_ns;
		u32 worst = find_outlier(entries, n, &most_ns);

		if (most_ns < least_jitter(entries, n) || entries[worst].is_preferred)
			break;
		peers[entries[worst].peer]->reason = CLOCKDISC_REASON_OUTLIER;
		n--;
		memmove(entries + worst, entries + worst + 1, (n - worst) * sizeof(*entries));
	}
	return n;
}

/*
 * RFC 5905, A.5.5.1, anti-clockhop: the system peer stays while it has the stratum of the best. It spares the clock the
 * differences between servers, none of which is better than the next by much. A guest's host is, by orders of magnitude: what
 * took its place while it was silent or outvoted does not keep it.
 */
static u32 pick(struct cdisc_peer *const *peers, const struct cdisc_select_entry *entries, u32 n, u32 last_id)
{
	u32 i;

	if (peers[entries[0].peer]->is_host)
		return 0;
	for (i = 0; i < n; i++)
		if (peers[entries[i].peer]->id == last_id &&
		    peers[entries[i].peer]->header.stratum == peers[entries[0].peer]->header.stratum &&
		    entries[i].is_preferred == entries[0].is_preferred)
			return i;
	return 0;
}

static enum clockdisc_leap vote_leap(struct cdisc_peer *const *peers, const struct cdisc_select_entry *entries,
				     u32 n)
{
	u32 i, inserts = 0, deletes = 0;

	for (i = 0; i < n; i++) {
		inserts += peers[entries[i].peer]->header.leap == CLOCKDISC_LEAP_INSERT;
		deletes += peers[entries[i].peer]->header.leap == CLOCKDISC_LEAP_DELETE;
	}
	if (2 * inserts > n)
		return CLOCKDISC_LEAP_INSERT;
	if (2 * deletes > n)
		return CLOCKDISC_LEAP_DELETE;
	return CLOCKDISC_LEAP_NONE;
}

/*
 * Third pass, second half (RFC 5905, section 11.2.3): the mean difference to entry s, weighted by 1 / distance, and
 * the weighted RMS of the differences. n <= CDISC_CLUSTER_MAX, so the weights add up to less than 2^34.
 */
static s64 combine(const struct cdisc_select_entry *entries, u32 n, u32 s, s64 *jitter_ns)
{
	s64 weights[CDISC_CLUSTER_MAX], closest_ns = S64_MAX, sum = 0, mean_ns_q16 = 0;
	u32 i;

	*jitter_ns = 0;
	if (n == 1)
		return 0;
	for (i = 0; i < n; i++)
		closest_ns = min_t(s64, closest_ns, entries[i].distance_ns);
	for (i = 0; i < n; i++) {
		weights[i] = cdisc_mul_div(WEIGHT_ONE, closest_ns, entries[i].distance_ns);
		sum += weights[i];
	}
	for (i = 0; i < n; i++) {
		s64 diff_ns = cdisc_sub_sat(entries[i].e.phase_ns, entries[s].e.phase_ns);
		s64 root = cdisc_sqrt_u64((u64)cdisc_mul_div(SHARE_ONE, weights[i], sum));

		/* A weight has 31 bits: 47 with the scale. */
		mean_ns_q16 = cdisc_add_sat(mean_ns_q16, cdisc_mul_div(diff_ns, weights[i] * 65536, sum));
		*jitter_ns = cdisc_hypot(*jitter_ns, cdisc_mul_div(cdisc_abs(diff_ns), root, ROOT_ONE));
	}
	return cdisc_rshift_round(mean_ns_q16, 16);
}

/*
 * The trackers' way. A source is off by what its own tracker says and by what it disagrees with the others beyond that: a
 * path's asymmetry is in no variance. With w the weights 1 / (own variance + disagreement), the mean is weighted by w; the
 * standard deviation is the mean of the standard deviations, as the oscillator's part of them is the same for all and
 * does not average out.
 */
static struct cdisc_mag disagreement(const struct cdisc_select_entry *entries, u32 n, u32 s)
{
	struct cdisc_mag seen = CDISC_MAG_ZERO, own = CDISC_MAG_ZERO;
	s64 diff_ns, sum_ns = 0;
	u32 i;

	/* Ten differences of 2^59 ns at most: beyond eighteen years nothing is weighed. */
	for (i = 0; i < n; i++) {
		diff_ns = cdisc_sub_sat(entries[i].e.phase_ns, entries[s].e.phase_ns);
		sum_ns += clamp_t(s64, diff_ns, -(1LL << 59), 1LL << 59);
	}
	for (i = 0; i < n; i++) {
		diff_ns = cdisc_sub_sat(cdisc_sub_sat(entries[i].e.phase_ns, entries[s].e.phase_ns), sum_ns / n);
		seen = cdisc_mag_add(seen, cdisc_mag_square(cdisc_mag_abs(diff_ns, 0)));
		own = cdisc_mag_add(own, cdisc_mag_square(cdisc_mag_abs(entries[i].e.error_ns_q16, -16)));
	}
	return cdisc_mag_div(cdisc_mag_less_by(seen, own), cdisc_mag_from(n - 1, 0));
}

/* w / sum in q30. */
static s64 share_q30(struct cdisc_mag weight, struct cdisc_mag sum)
{
	return cdisc_mag_to(cdisc_mag_div(weight, sum), 30);
}

static void combine_tracked(const struct cdisc_select_entry *entries, u32 n, u32 s, struct cdisc_selection *sel)
{
	struct cdisc_mag weights[CDISC_CLUSTER_MAX], sum = CDISC_MAG_ZERO, apart;
	const struct cdisc_estimate *own = &entries[s].e;
	s64 diff_ns = 0, freq_ppb_q16 = 0, error_ns_q16 = 0, share;
	u32 i;

	sel->freq_ppb_q16 = own->freq_ppb_q16;
	sel->error_ns_q16 = own->error_ns_q16;
	if (n > 1) {
		apart = disagreement(entries, n, s);
		for (i = 0; i < n; i++) {
			struct cdisc_mag sd = cdisc_mag_from((u64)max_t(s64, entries[i].e.error_ns_q16, 1), -16);

			weights[i] = cdisc_mag_div(CDISC_MAG_ONE, cdisc_mag_add(cdisc_mag_square(sd), apart));
			sum = cdisc_mag_add(sum, weights[i]);
		}
		for (i = 0; i < n; i++) {
			const struct cdisc_estimate *e = &entries[i].e;

			share = share_q30(weights[i], sum);
			/* Shares add up to one at most; frequencies are within 13 %. */
			diff_ns = cdisc_add_sat(diff_ns, cdisc_mul_div(cdisc_sub_sat(e->phase_ns, own->phase_ns), share,
								       1LL << 30));
			freq_ppb_q16 += cdisc_mul_div(e->freq_ppb_q16 - own->freq_ppb_q16, share, 1LL << 30);
			error_ns_q16 = cdisc_add_sat(error_ns_q16, cdisc_mul_div(e->error_ns_q16, share, 1LL << 30));
			sel->sample_raw_ns = max_t(s64, sel->sample_raw_ns, e->sample_raw_ns);
		}
		sel->freq_ppb_q16 += freq_ppb_q16;
		sel->error_ns_q16 = error_ns_q16;
	}
	sel->phase_ns = cdisc_add_sat(own->phase_ns, diff_ns);
}

/* Which survivor's round trip bounds the combined phase best, with what it says of its own way to the reference. */
static void bound_tracked(struct cdisc_peer *const *peers, const struct cdisc_select_entry *entries, u32 n,
			  struct cdisc_selection *sel)
{
	u32 i;

	sel->hard_ns = S64_MAX;
	for (i = 0; i < n; i++) {
		const struct cdisc_header *h = &peers[entries[i].peer]->header;
		const struct cdisc_estimate *e = &entries[i].e;
		s64 root_ns = cdisc_add_sat(h->root_delay_ns - h->root_delay_ns / 2, h->root_disp_ns);
		s64 off_ns = cdisc_abs(cdisc_sub_sat(e->phase_ns, sel->phase_ns));
		s64 hard_ns = cdisc_add_sat(cdisc_add_sat(e->hard_ns, root_ns), off_ns);

		if (hard_ns >= sel->hard_ns)
			continue;
		sel->hard_ns = hard_ns;
		sel->hold_ppb_q16 = e->hold_ppb_q16;
		sel->apart_ppb_q16 = cdisc_abs(cdisc_sub_sat(e->freq_ppb_q16, sel->freq_ppb_q16));
		cdisc_peer_split(peers[entries[i].peer], e, &sel->split);
	}
}

/* Tell the outcome: survivors and the one of them that is followed. */
static void tell(struct cdisc_peer *const *peers, const struct cdisc_select_entry *entries, u32 n, u32 s,
		 struct cdisc_selection *sel)
{
	const struct cdisc_select_entry *en = &entries[s];
	const struct cdisc_peer *p = peers[en->peer];
	s64 jitter_ns, diff_ns = combine(entries, n, s, &jitter_ns);

	set_reasons(peers, entries, n, CLOCKDISC_REASON_COMBINED);
	peers[en->peer]->reason = CLOCKDISC_REASON_SELECTED;
	sel->peer = (s32)en->peer;
	sel->survivors = n;
	sel->phase_ns = cdisc_add_sat(en->e.phase_ns, diff_ns);
	sel->sample_raw_ns = en->e.sample_raw_ns;
	sel->jitter_ns = n > 1 ? cdisc_hypot(jitter_ns, en->e.jitter_ns) : en->e.jitter_ns;
	sel->delay_ns = en->e.delay_ns;
	sel->distance_ns = cdisc_add_sat(en->distance_ns, cdisc_abs(diff_ns));
	sel->root_delay_ns = cdisc_add_sat(p->header.root_delay_ns, en->e.delay_ns);
	/* RFC 5905, A.5.5.4 (clock_update), without MINDISP; the offset of the clock is the caller's to add. */
	sel->root_disp_ns = cdisc_add_sat(cdisc_add_sat(p->header.root_disp_ns, en->e.disp_ns),
					  cdisc_add_sat(sel->jitter_ns, cdisc_abs(diff_ns)));
	sel->stratum = p->header.stratum + 1;
	sel->is_smeared = has_flag(p, CLOCKDISC_SOURCE_FLAGS_SMEAR);
	/* A smeared second must not be inserted a second time, whatever its servers say. */
	sel->leap = sel->is_smeared ? CLOCKDISC_LEAP_NONE : vote_leap(peers, entries, n);
	cdisc_peer_split(p, &en->e, &sel->split);
	if (!p->is_tracked)
		return;
	combine_tracked(entries, n, s, sel);
	bound_tracked(peers, entries, n, sel);
}

void cdisc_select(struct cdisc_peer *const *peers, u32 n, struct cdisc_select_work *work,
		  const struct cdisc_select_limits *lim, s64 raw_ns, s64 freq_ppb_q16, u32 last_id,
		  struct cdisc_selection *sel)
{
	*sel = (struct cdisc_selection){
		.peer = -1, .stratum = CDISC_STRATUM_UNSYNC, .leap = CLOCKDISC_LEAP_UNSYNC,
	};
	n = sift(peers, n, work->entry, lim, raw_ns, freq_ppb_q16);
	n = separate(peers, work->entry, n, last_id);
	n = intersect(peers, work, n);
	if (n < lim->min_survivors) {
		set_reasons(peers, work->entry, n, CLOCKDISC_REASON_FEW_SURVIVORS);
		return;
	}
	n = cluster(peers, work->entry, n, lim->min_survivors);
	if (n)
		tell(peers, work->entry, n, pick(peers, work->entry, n, last_id), sel);
}
