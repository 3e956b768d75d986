/* SPDX-License-Identifier: GPL-2.0 */
/*
 * /dev/clockdisc: a page with the true time as a line, for programs that map it. The format is in the uapi header.
 *
 * The page belongs to a file in memory that mappings hold on to, so that they outlive the module.
 */
#ifndef CDISC_PAGE_H
#define CDISC_PAGE_H

#include <linux/miscdevice.h>
#include <linux/types.h>
#include <uapi/linux/clockdisc_page.h>

struct file;
struct page;

/**
 * struct cdisc_page - the page
 * @dev:	the device
 * @file:	holds the memory
 * @memory:	the one page of it, which stays where it is
 * @words:	its content; written under the owner's lock but for interrupted
 */
struct cdisc_page {
	struct miscdevice	dev;
	struct file		*file;
	struct page		*memory;
	struct clockdisc_page	*words;
};

/**
 * cdisc_page_init() - make the page, which says nothing yet
 * @p:	the page
 *
 * Context: Process context, may sleep.
 * Return: 0 or a negative errno, with everything undone.
 */
int cdisc_page_init(struct cdisc_page *p);

/* Say that nobody writes the page any more, and let go of it. Not before cdisc_page_hide(). */
void cdisc_page_exit(struct cdisc_page *p);

/* Make the device appear, and disappear. Return: 0 or a negative errno. */
int cdisc_page_show(struct cdisc_page *p);
void cdisc_page_hide(struct cdisc_page *p);

/**
 * cdisc_page_write() - what readers are to know from now on
 * @p:		the page
 * @words:	flags, state, generation and the line; the rest is not looked at
 *
 * Context: Any that may not interrupt itself; the owner's lock is held. Does not sleep.
 */
void cdisc_page_write(struct cdisc_page *p, const struct clockdisc_page *words);

/* From now on nothing is known. Context: Any, NMI included; no lock. */
void cdisc_page_alarm(struct cdisc_page *p);

/* What alarmed has been looked at; the owner asks afterwards whether there is more. Context: the owner's lock is held. */
void cdisc_page_calm(struct cdisc_page *p);

#endif /* CDISC_PAGE_H */
