/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel functions that are not exported, reached once at init or not at all.
 */
#ifndef CDISC_KSYMS_H
#define CDISC_KSYMS_H

struct __kernel_timex;

/* Look for do_adjtimex(). Process context, may sleep. */
void cdisc_ksyms_init(void);

/* Give back what cdisc_ksyms_init() took. */
void cdisc_ksyms_exit(void);

/* NULL when do_adjtimex() was found, otherwise a sentence that says why not. */
const char *cdisc_ksyms_why(void);

/**
 * cdisc_do_adjtimex() - the kernel's do_adjtimex()
 * @txc: as for adjtimex(2); checks CAP_SYS_TIME of current
 *
 * Context: Process context, may sleep. Only while cdisc_ksyms_why() is NULL.
 * Return: the state of the clock, TIME_OK to TIME_ERROR, or a negative errno.
 */
int cdisc_do_adjtimex(struct __kernel_timex *txc);

#endif /* CDISC_KSYMS_H */
