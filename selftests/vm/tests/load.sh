#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The module loads and unloads, again and again, and leaves nothing behind.
. /lib/tap.sh

for i in 1 2 3; do
	tap_check "load $i" insmod /modules/clockdisc.ko
	tap_check "unload $i" rmmod clockdisc
done
tap_is "nothing is left in /proc/modules" "$(grep -c ^clockdisc /proc/modules)" 0
tap_end
