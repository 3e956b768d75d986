// SPDX-License-Identifier: GPL-2.0
/* Names and addresses: when a name is asked for, and which association takes which address. */
#include "assoc_site.h"

#include <errno.h>
#include <netdb.h>

#include "log.h"

#define NSEC_PER_SEC		1000000000LL

#define ASK_AGAIN_NS		(64 * NSEC_PER_SEC)	/* the address does not answer */
#define ASK_MOST_NS		(4096 * NSEC_PER_SEC)

void assoc_site_ask_at(struct assoc_site *site, int64_t ask_mono_ns)
{
	if (!site->is_numeric && ask_mono_ns < site->ask_mono_ns)
		site->ask_mono_ns = ask_mono_ns;
}

void assoc_site_ask_later(struct assoc_site *site, int64_t least_ns, int64_t now_mono_ns)
{
	if (site->ask_after_ns < least_ns)
		site->ask_after_ns = least_ns;
	assoc_site_ask_at(site, now_mono_ns + site->ask_after_ns);
	site->ask_after_ns *= 2;
	if (site->ask_after_ns > ASK_MOST_NS)
		site->ask_after_ns = ASK_MOST_NS;
}

void assoc_site_run(struct assoc_table *table, struct assoc_site *site, int64_t now_mono_ns)
{
	int err;

	if (site->is_asking || now_mono_ns < site->ask_mono_ns)
		return;
	site->ask_mono_ns = ASSOC_NEVER_MONO_NS;
	err = resolver_ask(table->resolver, site->token, site->server->name, site->server->port);
	if (!err)
		site->is_asking = true;
	else if (err == -EAGAIN)
		assoc_site_ask_later(site, ASSOC_ASK_FIRST_NS, now_mono_ns);
	/* otherwise the helper is dead, which was said */
}

static bool is_in_use(const struct assoc_table *table, const union sock_addr *addr)
{
	size_t i, k;

	for (i = 0; i < table->n_sites; i++)
		for (k = 0; k < table->sites[i].n_assocs; k++) {
			const struct assoc *assoc = &table->sites[i].assocs[k];

			if (assoc->state != ASSOC_STATE_EMPTY &&
			    sock_addr_is_equal(&assoc->addr, addr))
				return true;
		}
	return false;
}

static int addr_index(const struct resolve_answer *answer, const union sock_addr *addr)
{
	uint32_t i;

	for (i = 0; i < answer->n; i++)
		if (sock_addr_is_equal(&answer->addrs[i], addr))
			return (int)i;
	return -1;
}

/* Another address than those in use, from the one after the present on; or NULL. */
static const union sock_addr *addr_other(const struct assoc_table *table,
					 const struct resolve_answer *answer,
					 const struct assoc *assoc)
{
	uint32_t first = 0;
	uint32_t i;

	if (assoc->state != ASSOC_STATE_EMPTY)
		first = (uint32_t)(addr_index(answer, &assoc->addr) + 1);
	for (i = 0; i < answer->n; i++) {
		const union sock_addr *addr = &answer->addrs[(first + i) % answer->n];

		if (!is_in_use(table, addr))
			return addr;
	}
	return NULL;
}

static bool wants_address(const struct assoc *assoc, const struct resolve_answer *answer)
{
	const struct assoc_site *site = assoc->site;

	switch (assoc->state) {
	case ASSOC_STATE_EMPTY:
		return true;
	case ASSOC_STATE_POLLING:
		return assoc->is_unreachable || (site->is_renewing && !site->server->is_pool &&
						 addr_index(answer, &assoc->addr) < 0);
	case ASSOC_STATE_DENIED:
		return site->server->is_pool;
	}
	return false;
}

void assoc_table_answer(struct assoc_table *table, const struct resolve_answer *answer,
			int64_t now_mono_ns)
{
	struct assoc_site *site;
	bool is_empty = false;
	bool is_lacking = false;
	size_t k, begun = 0;

	if (answer->token >= table->n_sites)
		return;
	site = &table->sites[answer->token];
	site->is_asking = false;
	if (answer->error && answer->error != site->error)
		log_warn("%s: no address: %s", site->server->name, gai_strerror(answer->error));
	site->error = answer->error;

	for (k = 0; k < site->n_assocs; k++) {
		struct assoc *assoc = &site->assocs[k];
		const union sock_addr *addr;

		if (!wants_address(assoc, answer))
			continue;
		addr = answer->error ? NULL : addr_other(table, answer, assoc);
		if (addr) {
			log_debug("%s: address taken", site->server->name);
			assoc_begin(table, assoc, addr,
				    now_mono_ns + ASSOC_START_SPACING_NS * (int64_t)begun++,
				    now_mono_ns);
			continue;
		}
		/* the only address stays: it may come back */
		is_lacking = true;
		if (assoc->state == ASSOC_STATE_EMPTY)
			is_empty = true;
	}
	site->is_renewing = false;
	/* a pool that has fewer addresses than wanted is asked again, ever more seldom */
	if (is_lacking)
		assoc_site_ask_later(site, is_empty && answer->error ? ASSOC_ASK_FIRST_NS : ASK_AGAIN_NS,
			       now_mono_ns);
}

void assoc_table_renew(struct assoc_table *table, int64_t now_mono_ns)
{
	size_t i;

	for (i = 0; i < table->n_sites; i++) {
		struct assoc_site *site = &table->sites[i];

		site->ask_after_ns = 0;
		site->is_renewing = true;
		assoc_site_ask_at(site, now_mono_ns);
	}
}
