#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Each preset does as the tool it is named after: what a clock that is off is done to, at the start. The servers are Debian's
# chronyd and ntpsec's ntpd, each with a clock of its own that goes on as it did. In virtual time.
# kernels: 6.12
# boot: --icount --timeout 600 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add selftests/vm/tests/preset_lib.sh:/lib/preset_lib.sh
# boot: --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
# boot: --add "$(selftests/vm/peer chronyd)" --add "$(selftests/vm/peer ntpd)"
# boot: --add "$(selftests/netlink/program ownclock):/lib/ownclock"
. /lib/preset_lib.sh

real_servers
# S stepped, s slewed, F frozen, . nothing yet.
outcome() {
	look
	case $(attr state) in
	frozen) echo F ;;
	spike) echo . ;;
	*) [ "$(attr steps)" -gt 0 ] && echo S || echo s ;;
	esac
}
has_acted() {
	look
	[ "$(attr updates)" -gt 0 ]
}
start() { # PRESET OFFSET
	set_off "$2"
	load "preset=$1"
	follow iburst minpoll 3 maxpoll 3
	until_true 10 has_acted
	outcome
	stop $ntpx_pid
	rmmod clockdisc
}

# The clock is behind by 0.05, 0.3, 5, 700 and 5000 s, and ahead.
while read -r preset forward backward; do
	got=
	serves chronyd
	for offset in 0.05 0.3 5 700 5000; do
		got=$got$(start "$preset" $offset)
	done
	tap_is "$preset starts with the clock behind chronyd's by 0.05, 0.3, 5, 700, 5000 s" "$got" "$forward"
	got=
	serves ntpd
	for offset in -0.05 -0.3 -5 -700 -5000; do
		got=$got$(start "$preset" $offset)
	done
	tap_is "$preset starts with the clock ahead of ntpd's by as much" "$got" "$backward"
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
[ $tap_failed -eq 0 ] || tail -n 20 /tmp/chronyd.log /tmp/ntpd.log | sed 's/^/# /'
finish
