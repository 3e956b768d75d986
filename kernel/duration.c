// SPDX-License-Identifier: GPL-2.0
/*
 * Durations in words.
 */
#include "duration.h"

#include <linux/kernel.h>
#include <linux/math64.h>

struct unit {
	s64		ns;
	const char	*name;
};

static const struct unit units[] = {
	{ CDISC_NSEC_PER_SEC, "s" },
	{ 1000000, "ms" },
	{ CDISC_NSEC_PER_USEC, "us" },
	{ 1, "ns" },
};

/* The largest of which it is at least one. */
static const struct unit *unit_of(s64 size_ns)
{
	const struct unit *u = units;

	while (u->ns > 1 && size_ns < u->ns)
		u++;
	return u;
}

/* Below ten the digits behind the point tell two of them apart; above, they would be in the way. */
static int put_few(s64 size_ns, const struct unit *u, char *text, size_t room)
{
	s32 thousandths;
	s64 whole = div_s64_rem(cdisc_div_round(size_ns, u->ns / 1000), 1000, &thousandths);
	int digits = 3;

	if (!thousandths)
		return scnprintf(text, room, "%lld %s", whole, u->name);
	for (; thousandths % 10 == 0; thousandths /= 10)
		digits--;
	return scnprintf(text, room, "%lld.%0*d %s", whole, digits, thousandths, u->name);
}

int cdisc_put_ns(s64 ns, char *text, size_t room)
{
	s64 size_ns = cdisc_abs(ns);
	const struct unit *u;

	if (!size_ns)
		return scnprintf(text, room, "0 s");
	u = unit_of(size_ns);
	if (u->ns > 1 && size_ns < 10 * u->ns)
		return put_few(size_ns, u, text, room);
	return scnprintf(text, room, "%lld %s", cdisc_div_round(size_ns, u->ns), u->name);
}

int cdisc_put_signed_ns(s64 ns, char *text, size_t room)
{
	int n = scnprintf(text, room, "%s", ns < 0 ? "-" : "+");

	return n + cdisc_put_ns(ns, text + n, room - n);
}
