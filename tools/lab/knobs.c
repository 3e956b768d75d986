// SPDX-License-Identifier: GPL-2.0
/*
 * A scenario's settings in full, as lines that a shell can read; a complaint and status 2 when they are wrong.
 *
 * usage: knobs [KEY=VALUE...]
 */
#include "scenario.h"

int main(int argc, char **argv)
{
	struct scenario sc;

	scenario_defaults(&sc);
	scenario_from_args(&sc, argc, argv);
	scenario_print(&sc, stdout);
	putchar('\n');
	return 0;
}
