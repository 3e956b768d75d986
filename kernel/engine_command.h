/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Commands: what is carried out by the worker while somebody waits for it. Between the engine and its commands only.
 */
#ifndef CDISC_ENGINE_COMMAND_H
#define CDISC_ENGINE_COMMAND_H

#include "engine.h"

/* One command; the lock is held, @now is a snapshot after what had happened was taken in. Return: 0 or a negative errno. */
typedef int (*cdisc_command_fn)(struct cdisc_engine *e, struct cdisc_now *now, const void *arg);

/* Have the worker carry it out, between noticing and acting, and wait. Return: what @fn returned. Context: May sleep. */
int cdisc_engine_command(struct cdisc_engine *e, cdisc_command_fn fn, const void *arg);

/* Step the clock at once; @now becomes a snapshot from after it. Return: 0 or a negative errno. */
int cdisc_engine_make_step(struct cdisc_engine *e, struct cdisc_now *now, s64 step_ns) __must_hold(&e->lock);

/* The same for the step that the loop has decided on, if any; one that is refused is told to the loop. */
void cdisc_engine_run_step(struct cdisc_engine *e, struct cdisc_now *now) __must_hold(&e->lock);

#endif /* CDISC_ENGINE_COMMAND_H */
