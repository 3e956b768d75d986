#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Each preset does as the tool it is named after: what a clock that is off is done to, at the start, and when it has been
# right. In virtual time.
# kernels: 6.12
# boot: --icount --timeout 600 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# boot: --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
. /lib/lib.sh

server --freq-ppb 0
# Make the clock wrong by so much: positive, it is behind.
set_off() { # SECONDS
	timex --shift "$(awk "BEGIN { print $(ruler_ns 1) / 1e9 - $1 }")"
}
# What became of it: S stepped, s slewed, F frozen, . nothing yet.
outcome() { # STEPS BEFORE
	look
	case $(attr state) in
	frozen) echo F ;;
	spike) echo . ;;
	*) [ "$(attr steps)" -gt "$1" ] && echo S || echo s ;;
	esac
}
start() { # PRESET OFFSET
	set_off "$2"
	load "preset=$1"
	follow iburst minpoll 3 maxpoll 3
	until_true 10 has_acted
	outcome 0
	stop $ntpx_pid
	rmmod clockdisc
}
has_acted() {
	look
	[ "$(attr updates)" -gt 0 ]
}

# Forward: the clock is behind by 0.05, 0.3, 5, 700 and 5000 s; backward: ahead.
while read -r preset forward backward; do
	got=
	for offset in 0.05 0.3 5 700 5000; do
		got=$got$(start "$preset" $offset)
	done
	tap_is "$preset starts with the clock behind by 0.05, 0.3, 5, 700, 5000 s" "$got" "$forward"
	got=
	for offset in -0.05 -0.3 -5 -700 -5000; do
		got=$got$(start "$preset" $offset)
	done
	tap_is "$preset starts with the clock ahead by as much" "$got" "$backward"
done <<-END
	ntpd sSSSF sSSSF
	ntpd-x sssSF sssSF
	ntpd-g sSSSS sSSSS
	chrony-start ssSSS ssSSS
	chrony-always sSSSS sSSSS
	vmtools ssSSS sssss
	monotonic sSSSF ssssF
	host SSSSS ssSSS
END
finish
