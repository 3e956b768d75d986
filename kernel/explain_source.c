// SPDX-License-Identifier: GPL-2.0
/*
 * Why a source is or is not used, in words.
 */
#include "explain_source.h"

#include <linux/kernel.h>

#include "duration.h"

const char *cdisc_explain_reason(enum clockdisc_reason reason)
{
	switch (reason) {
	case CLOCKDISC_REASON_SELECTED:
		return "It is followed: of those that agree it is the closest to the reference.";
	case CLOCKDISC_REASON_COMBINED:
		return "It agrees with the one that is followed, and weighs in the time.";
	case CLOCKDISC_REASON_OUTLIER:
		return "It agrees with the others, but is further from them than they scatter; it weighs in again when it comes closer.";
	case CLOCKDISC_REASON_EXCESS:
		return "It agrees, but ten others are closer to the reference; it is looked at when one of them is lost.";
	case CLOCKDISC_REASON_FALSETICKER:
		return "Its time does not meet that of the majority: it, or the way to it, is wrong. It is used again as soon as it does.";
	case CLOCKDISC_REASON_NO_MAJORITY:
		return "No majority of the sources agrees on the time. One more source would decide, or the flag trust on one that is right.";
	case CLOCKDISC_REASON_FEW_SURVIVORS:
		return "Fewer sources agree than min-survivors asks for. Add one, or ask for less.";
	case CLOCKDISC_REASON_NO_SAMPLE:
		return "No sample of it has been accepted yet.";
	case CLOCKDISC_REASON_UNREACHABLE:
		return "None of its last eight polls was answered: the server, the network or a firewall. One answer is enough.";
	case CLOCKDISC_REASON_UNSYNC:
		return "It says that it is not synchronised itself. It is used when it is.";
	case CLOCKDISC_REASON_STRATUM:
		return "Its stratum is not that of a server with a reference, 1 to 15. It is used when it has one.";
	case CLOCKDISC_REASON_DISTANCE:
		return "Its root distance is larger than max-distance. A source that is nearer would do, or a larger max-distance.";
	case CLOCKDISC_REASON_LOOP:
		return "It is synchronised to this very machine: its time is ours. It is used when it follows somebody else.";
	case CLOCKDISC_REASON_NOSELECT:
		return "Its flag noselect has it watched only; without the flag it is judged like any other.";
	case CLOCKDISC_REASON_NOT_TRUSTED:
		return "A source with the flag trust says otherwise. It is used when the two agree.";
	case CLOCKDISC_REASON_HOST_DISAGREES:
		return "The host's clock is not what the majority of the sources says. It is only watched until the two agree.";
	case CLOCKDISC_REASON_SMEAR_MIXED:
		return "It smears leap seconds and those that are used do not, or the other way round. The flag prefer or trust on one side decides.";
	case CLOCKDISC_REASON_BUDGET:
		return "It had the clock moved by as much as its budget of a day allows. It is looked at again within an hour; a larger budget would do.";
	}
	return NULL;
}

const char *cdisc_explain_verdict(enum clockdisc_verdict verdict)
{
	switch (verdict) {
	case CLOCKDISC_VERDICT_ACCEPTED:
		return "was accepted";
	case CLOCKDISC_VERDICT_KEPT:
		return "was kept, an earlier one with less delay is used";
	case CLOCKDISC_VERDICT_POPCORN:
		return "was dropped as a single spike";
	case CLOCKDISC_VERDICT_GENERATION:
		return "was refused: the clock was set, suspended or moved to another counter while it was on its way";
	case CLOCKDISC_VERDICT_STAMP_OLD:
		return "was refused: a local stamp of it is older than what is kept of the clock";
	case CLOCKDISC_VERDICT_STAMP_FUTURE:
		return "was refused: a local stamp of it lies in the future";
	case CLOCKDISC_VERDICT_STAMP_ORDER:
		return "was refused: its stamps are not in order";
	case CLOCKDISC_VERDICT_DELAY:
		return "was refused: the server claims to have held it longer than the whole exchange took";
	case CLOCKDISC_VERDICT_DUPLICATE:
		return "was refused: it is not newer than the one before";
	case CLOCKDISC_VERDICT_UNSYNC:
		return "was refused: the server says that it is not synchronised";
	case CLOCKDISC_VERDICT_STRATUM:
		return "was refused: its stratum is 0, or 16 and more";
	case CLOCKDISC_VERDICT_DISTANCE:
		return "was refused: root delay and dispersion are more than max-distance";
	case CLOCKDISC_VERDICT_MISSED:
		return "did not come: the poll was not answered";
	case CLOCKDISC_VERDICT_NO_SOURCE:
		return "was refused: there is no such source";
	case CLOCKDISC_VERDICT_RATE:
		return "was refused: there are more of them in a second than a source may send";
	case CLOCKDISC_VERDICT_LEAP:
		return "was refused: so near to a leap second it is not known whether both sides have made it";
	}
	return NULL;
}

/* The figures that a reason rests on. */
static int add_figures(const struct cdisc_loop *l, const struct cdisc_peer *p, char *text, size_t room)
{
	const char *verdict;

	switch (p->reason) {
	case CLOCKDISC_REASON_NO_SAMPLE:
		verdict = cdisc_explain_verdict(p->last_verdict);
		return verdict ? scnprintf(text, room, " The last one %s.", verdict) : 0;
	case CLOCKDISC_REASON_FEW_SURVIVORS:
		return scnprintf(text, room, " It asks for %u.", l->cfg.select.min_survivors);
	case CLOCKDISC_REASON_STRATUM:
		return scnprintf(text, room, " It is %u.", p->header.stratum);
	case CLOCKDISC_REASON_DISTANCE:
		if (p->distance_ns == S64_MAX)
			return 0;
		return scnprintf(text, room, " They are %s and %s.", cdisc_duration(p->distance_ns).text,
				 cdisc_duration(l->cfg.select.max_distance_ns).text);
	case CLOCKDISC_REASON_BUDGET:
		return scnprintf(text, room, " The budgets are %s of steps and %s of slews; 0 sets no limit.",
				 cdisc_duration(l->cfg.policy.budget.source_step_ns).text,
				 cdisc_duration(l->cfg.policy.budget.source_slew_ns).text);
	case CLOCKDISC_REASON_SELECTED:
	case CLOCKDISC_REASON_COMBINED:
	case CLOCKDISC_REASON_OUTLIER:
	case CLOCKDISC_REASON_EXCESS:
	case CLOCKDISC_REASON_FALSETICKER:
	case CLOCKDISC_REASON_NO_MAJORITY:
	case CLOCKDISC_REASON_UNREACHABLE:
	case CLOCKDISC_REASON_UNSYNC:
	case CLOCKDISC_REASON_LOOP:
	case CLOCKDISC_REASON_NOSELECT:
	case CLOCKDISC_REASON_NOT_TRUSTED:
	case CLOCKDISC_REASON_HOST_DISAGREES:
	case CLOCKDISC_REASON_SMEAR_MIXED:
		break;
	}
	return 0;
}

int cdisc_explain_source(const struct cdisc_loop *l, const struct cdisc_peer *p, char *text)
{
	const char *sentence = cdisc_explain_reason(p->reason);
	int n = scnprintf(text, CDISC_EXPLAIN_SOURCE_MAX, "%s", sentence ? sentence : "");

	return n + add_figures(l, p, text + n, CDISC_EXPLAIN_SOURCE_MAX - n);
}
