// SPDX-License-Identifier: GPL-2.0
/*
 * The path to a source: its minimum delay, how much longer delays usually are, and how much a sample may be off.
 *
 * Of a sample's delay d the path's minimum m was due in any case; the rest, the excess, was spent in queues, on the way
 * there, or back, or partly. So the sample's offset is off by (d - m) / 2 at most. What is known is not m but the least
 * delay seen in n samples, which is above it. For exponential queues of mean J on both ways the excess e has the
 * distribution 1 - exp(-e / J) (1 + e / J), about e^2 / 2 J^2 near 0: the least of n is J sqrt(pi / 2n) on average.
 * Half of that, counted in mean excesses of 2 J, is 0.31 / sqrt(n). The slack is twice as much.
 *
 * The minimum is the least of CDISC_PATH_BLOCKS blocks. A route that became shorter shows in the first sample. One that
 * became longer is recognised by samples in a row that are all above what the old route makes likely, and no wider apart
 * than it is usual: a queue that fills up, for which the old minimum is still right, spreads them.
 */
#include "path.h"

/*
 * Slack, in mean excesses over the root of the number of samples. Measured in the plant's cells (servo.rst): half as much is
 * 13 to 20 % worse and twice as much 24 to 30 % where the network is worse than the oscillator.
 */
#define TIGHT_Q8		164		/* 0.64 */

/* Least number of samples to count with: from fewer the mean itself is not known. */
#define TIGHT_SAMPLES		8

/* Slack of the loose half-width: eight stages in a row have a minimum of 0.3 mean excesses in a thousand samples. */
#define LOOSE_DIV		5

/* Memory of the mean excess, a power of two. Shorter: noise. Longer: a change of load is noticed later. */
#define MEMORY			256

/* Excesses count as this many means at most: a burst does not make the path look bad for hours. */
#define CLIP			3

/* Before anything is known: a path's queues are a sixteenth of its delay. */
#define FIRST_DIV		16

/* Excesses beyond 18 minutes are that; 2^40 ns have 56 bits in q16. */
#define EXCESS_MAX_NS		(1LL << 40)

/*
 * Another route: so many samples in a row, above the minimum by so much. For exponential queues that happens once in 10^7
 * and 10^8 samples. Less of a rise, 2/4, happens once in 10^5, and all the time with laws that seldom come near their minimum:
 * the true minimum then contradicts what is thought of the path. More, 4/4: what is below it stays for all blocks.
 */
#define ROUTE_FEW		8
#define ROUTE_FEW_NUM		7		/* 7/4 of a mean excess */
#define ROUTE_MANY_NUM		3		/* 3/4 */
#define ROUTE_DEN		4
#define ROUTE_LEAST_NS_Q16	(100LL << 16)	/* less is noise of reading clocks, and harmless */

static s64 excess(const struct cdisc_path *p, s64 delay_ns)
{
	s64 e_ns = cdisc_sub_sat(delay_ns, p->min_ns);

	return clamp_t(s64, e_ns, 0, EXCESS_MAX_NS) * 65536;
}

static void begin(struct cdisc_path *p, s64 min_ns, s64 excess_ns_q16, u16 samples)
{
	p->least_ns[0] = min_ns;
	p->min_ns = min_ns;
	p->excess_ns_q16 = excess_ns_q16;
	p->samples = samples;
	p->in_block = samples;
	p->newest = 0;
	p->blocks = 1;
	p->above = 0;
}

static void find_min(struct cdisc_path *p)
{
	unsigned int i;

	p->min_ns = p->least_ns[0];
	for (i = 1; i < p->blocks; i++)
		p->min_ns = min_t(s64, p->min_ns, p->least_ns[i]);
}

static void next_block(struct cdisc_path *p, s64 delay_ns)
{
	p->newest = (u8)((p->newest + 1) % CDISC_PATH_BLOCKS);
	p->blocks = (u8)min_t(u32, p->blocks + 1U, CDISC_PATH_BLOCKS);
	p->least_ns[p->newest] = delay_ns;
	p->in_block = 0;
	find_min(p);
}

static void take(struct cdisc_path *p, s64 delay_ns)
{
	s64 old_min_ns = p->min_ns, e_ns_q16;

	if (p->in_block >= CDISC_PATH_BLOCK)
		next_block(p, delay_ns);
	p->in_block++;
	p->samples = min_t(u32, p->samples + 1, CDISC_PATH_BLOCKS * CDISC_PATH_BLOCK);
	p->least_ns[p->newest] = min_t(s64, p->least_ns[p->newest], delay_ns);
	p->min_ns = min_t(s64, p->min_ns, delay_ns);
	/* All excesses so far were measured from the old minimum; the mean is cautious with a single sample. */
	if (p->min_ns < old_min_ns)
		p->excess_ns_q16 += min_t(s64, old_min_ns - p->min_ns, EXCESS_MAX_NS) * (65536 / 4);
	e_ns_q16 = excess(p, delay_ns);
	/* 58 bits. */
	if (p->samples > TIGHT_SAMPLES)
		e_ns_q16 = min_t(s64, e_ns_q16, CLIP * p->excess_ns_q16);
	p->excess_ns_q16 += (e_ns_q16 - p->excess_ns_q16) / min_t(s64, p->samples, MEMORY);
	p->excess_ns_q16 = clamp_t(s64, p->excess_ns_q16, 65536, EXCESS_MAX_NS * 65536);
}

/* Are the last n delays those of a route that is longer by num / ROUTE_DEN mean excesses at least? */
static bool is_rerouted(struct cdisc_path *p, u32 n, s64 num)
{
	s64 least_ns = S64_MAX, rise_ns_q16, sum_ns_q16 = 0;
	u32 i;

	if (p->above < n || p->samples < 2 * n)
		return false;
	for (i = 0; i < n; i++)
		least_ns = min_t(s64, least_ns, p->recent_ns[(p->heard - 1 - i) % CDISC_PATH_RECENT]);
	/* 2^56 each, 32 of them. */
	for (i = 0; i < n; i++)
		sum_ns_q16 += min_t(s64, p->recent_ns[(p->heard - 1 - i) % CDISC_PATH_RECENT] - least_ns,
				    EXCESS_MAX_NS) * 65536;
	sum_ns_q16 = max_t(s64, sum_ns_q16 / n, 65536);
	rise_ns_q16 = excess(p, least_ns);
	if (rise_ns_q16 < p->excess_ns_q16 / ROUTE_DEN * num || rise_ns_q16 < ROUTE_LEAST_NS_Q16 ||
	    sum_ns_q16 > 2 * p->excess_ns_q16)
		return false;
	begin(p, least_ns, sum_ns_q16, (u16)n);
	return true;
}

bool cdisc_path_add(struct cdisc_path *p, s64 delay_ns)
{
	p->recent_ns[p->heard++ % CDISC_PATH_RECENT] = delay_ns;
	if (!p->blocks) {
		begin(p, delay_ns, max_t(s64, min_t(s64, delay_ns, EXCESS_MAX_NS) * (65536 / FIRST_DIV), 65536), 1);
		return false;
	}
	take(p, delay_ns);
	p->above = excess(p, delay_ns) > p->excess_ns_q16 / 2 ? p->above + 1 : 0;
	return is_rerouted(p, ROUTE_FEW, ROUTE_FEW_NUM) || is_rerouted(p, CDISC_PATH_RECENT, ROUTE_MANY_NUM);
}

s64 cdisc_path_tight(const struct cdisc_path *p, s64 delay_ns)
{
	/* The root of n in q8: n has 12 bits. */
	s64 root_q8 = cdisc_sqrt_u64((u64)max_t(u32, p->samples, TIGHT_SAMPLES) << 16);

	/* 56 bits less the 9 bits of the root, at least. */
	return excess(p, delay_ns) / 2 + p->excess_ns_q16 / root_q8 * TIGHT_Q8 + 1;
}

s64 cdisc_path_loose(const struct cdisc_path *p, s64 delay_ns)
{
	return excess(p, delay_ns) / 2 + p->excess_ns_q16 / LOOSE_DIV + 1;
}

s64 cdisc_path_usual(const struct cdisc_path *p)
{
	return max_t(s64, p->excess_ns_q16 / 2, 1);
}
