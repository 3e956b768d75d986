#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The netlink uapi: every command, every refusal, events, and a great many sources.
# boot: --add "$(selftests/netlink/program uapi)" --add "$(selftests/netlink/program many_sources)"
. /lib/tap.sh

for program in uapi many_sources; do
	tap_check "the module loads for $program" insmod /modules/clockdisc.ko
	status=0
	$program > /tmp/$program || status=$?
	tap_merge $program /tmp/$program $status
	tap_check "the module unloads after $program" rmmod clockdisc
done
tap_end
