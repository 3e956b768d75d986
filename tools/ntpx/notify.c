// SPDX-License-Identifier: GPL-2.0
/*
 * Tells systemd that the program is ready, or going: sd_notify(3) by hand.
 *
 * The protocol is one datagram of text on a socket that NOTIFY_SOCKET names. A
 * dependency on libsystemd would be larger than this file, and would bring
 * system calls that the sandbox had to allow. The socket is connected at start:
 * its path may be out of reach after the privileges are gone.
 */
#include "notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

bool notify_is_wanted(void)
{
	return getenv("NOTIFY_SOCKET");
}

void notify_open(struct notify *notify)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	size_t len;

	notify->fd = -1;
	if (!path || (path[0] != '/' && path[0] != '@'))
		return;
	len = strlen(path);
	if (len < 2 || len >= sizeof(addr.sun_path))
		return;
	memcpy(addr.sun_path, path, len);
	if (path[0] == '@')
		addr.sun_path[0] = '\0';

	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify->fd < 0)
		return;
	if (connect(notify->fd, (struct sockaddr *)&addr,
		    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len))) {
		close(notify->fd);
		notify->fd = -1;
	}
}

void notify_send(const struct notify *notify, const char *state)
{
	if (notify->fd >= 0)
		send(notify->fd, state, strlen(state), MSG_NOSIGNAL);
}
