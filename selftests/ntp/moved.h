/* SPDX-License-Identifier: GPL-2.0 */
/* By how much a test's server is off, as a file says: a number of seconds, and the word "once" when it counts for one request. */
#ifndef NTP_MOVED_H
#define NTP_MOVED_H

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Without the file it is not off at all; one that is just being written changes nothing. */
static inline void moved_read(const char *path, int64_t *moved_ns)
{
	FILE *file = path ? fopen(path, "r") : NULL;
	double moved_sec = 0;
	char word[8] = "";

	if (!file || fscanf(file, "%lf %7s", &moved_sec, word) > 0)
		*moved_ns = (int64_t)llround(moved_sec * 1e9);
	if (file)
		fclose(file);
	if (!strcmp(word, "once"))
		unlink(path);
}

#endif
