#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What the presets do about a server whose time jumps while the clock is right: what the tools do in preset_jump_peers.sh.
# In virtual time.
# kernels: 6.12
# boot: --icount --timeout 600 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# boot: --add selftests/vm/tests/preset_lib.sh:/lib/preset_lib.sh --add "$(selftests/netlink/program clockrate)"
# boot: --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
. /lib/preset_lib.sh

server --freq-ppb 0 --moved $MOVED
is_frozen() {
	is_field state frozen
}
while read -r wanted sign preset; do
	set_off 0
	load "preset=$preset"
	clockdisc freq 0ppb > /dev/null
	follow iburst minpoll 3 maxpoll 3
	until_true 60 is_field state sync
	sleep 20
	jumps_make "$wanted" $sign "$preset" is_frozen
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
finish
