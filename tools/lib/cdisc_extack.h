/* SPDX-License-Identifier: GPL-2.0 */
/* A netlink refusal as a sentence. */
#ifndef CDISC_EXTACK_H
#define CDISC_EXTACK_H

#include <stdbool.h>
#include <stddef.h>

struct cdisc_attr_set;
struct nlmsghdr;

/**
 * cdisc_extack_read() - read an NLMSG_ERROR or NLMSG_DONE
 * @nlh: the answer
 * @request: what it answers; an offset in the answer points into it
 * @set: names of the attributes, or NULL
 * @error: gets the sentence
 * @len: size of @error
 * @has_words: set to whether the kernel sent words of its own
 *
 * Return: 0 for an ack, otherwise the negative errno of the refusal.
 */
int cdisc_extack_read(const struct nlmsghdr *nlh, const struct nlmsghdr *request,
		      const struct cdisc_attr_set *set, char *error, size_t len,
		      bool *has_words);

#endif /* CDISC_EXTACK_H */
