#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What the presets do about a server whose time jumps while the clock is right: what the tools do in preset_jump_peers.sh.
# The servers are Debian's chronyd, whose time jumps forward, and ntpsec's ntpd, whose time jumps backward. In virtual time.
# kernels: 6.12
# boot: --icount --timeout 600 --add selftests/vm/tests/lib.sh:/lib/lib.sh
# boot: --add selftests/vm/tests/preset_lib.sh:/lib/preset_lib.sh --add "$(selftests/netlink/program clockrate)"
# boot: --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
# boot: --add "$(selftests/vm/peer chronyd)" --add "$(selftests/vm/peer ntpd)"
# boot: --add "$(selftests/netlink/program ownclock):/lib/ownclock"
. /lib/preset_lib.sh

real_servers
is_frozen() {
	is_field state frozen
}
while read -r wanted sign preset; do
	case $sign in
	+) serves chronyd ;;
	-) serves ntpd ;;
	esac
	set_off 0
	load "preset=$preset"
	clockdisc freq 0ppb > /dev/null
	follow iburst minpoll 3 maxpoll 3
	until_true 60 is_field state sync
	sleep 20
	jumps_make "$wanted" $sign "$preset, port $PORT" is_frozen
	stop $ntpx_pid
	rmmod clockdisc
done <<-END
	...LF + ntpd
	...LF - ntpd
	.sssF - ntpd-x
	...LF + ntpd-g
	.ssss - chrony-start
	.SSSS + chrony-always
	.sssS + vmtools
	.ssss - vmtools
	...LF + monotonic
	.sssF - monotonic
	...LF - host
END
[ $tap_failed -eq 0 ] || tail -n 20 /tmp/chronyd.log /tmp/ntpd.log | sed 's/^/# /'
finish
