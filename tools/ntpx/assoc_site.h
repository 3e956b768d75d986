/* SPDX-License-Identifier: GPL-2.0 */
/* Names and addresses: when a name is asked for. For the associations alone. */
#ifndef NTPX_ASSOC_SITE_H
#define NTPX_ASSOC_SITE_H

#include "assoc.h"

#define ASSOC_ASK_FIRST_NS	(2 * NSEC_PER_SEC)	/* no address at all */

/* Ask for the name then, if not sooner; a numeric address needs no asking. */
void assoc_site_ask_at(struct assoc_site *site, int64_t ask_mono_ns);
/* Grows with every lookup that did not end in an answer from a server. */
void assoc_site_ask_later(struct assoc_site *site, int64_t least_ns, int64_t now_mono_ns);
/* Ask, when it is time. */
void assoc_site_run(struct assoc_table *table, struct assoc_site *site, int64_t now_mono_ns);

#endif /* NTPX_ASSOC_SITE_H */
