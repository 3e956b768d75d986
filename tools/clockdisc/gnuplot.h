/* SPDX-License-Identifier: GPL-2.0 */
/* Drawing with gnuplot, which runs as a child and reads its script from a pipe. */
#ifndef CLOCKDISC_GNUPLOT_H
#define CLOCKDISC_GNUPLOT_H

#include <stdbool.h>
#include <stdio.h>
#include <sys/types.h>

struct gnuplot {
	FILE *script;
	pid_t pid;
	const char *path;
	char temporary[4096];
};

/* Whether the file's name says what is to be drawn: .png or .svg. */
bool gnuplot_is_picture(const char *path);

/* How many points of a curve are worth drawing: a picture has a thousand columns, and an SVG keeps every point. */
size_t gnuplot_points(const char *path);

/**
 * gnuplot_open() - start gnuplot and choose the picture's format by its name
 * @g:		filled in
 * @path:	FILE.png or FILE.svg
 * @height:	in pixels; the width is 1000
 *
 * Return: an exit code; a sentence is on stderr, also when gnuplot is not installed.
 */
int gnuplot_open(struct gnuplot *g, const char *path, int height);

/* Let it draw. The file is there only when all went well. Return: an exit code. */
int gnuplot_close(struct gnuplot *g);

#endif /* CLOCKDISC_GNUPLOT_H */
