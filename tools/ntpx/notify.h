/* SPDX-License-Identifier: GPL-2.0 */
/* Tells systemd that the program is ready, or going. */
#ifndef NTPX_NOTIFY_H
#define NTPX_NOTIFY_H

#include <stdbool.h>

struct notify {
	int fd;			/* -1 when nobody wants to know */
};

bool notify_is_wanted(void);
void notify_open(struct notify *notify);
void notify_send(const struct notify *notify, const char *state);

#endif /* NTPX_NOTIFY_H */
