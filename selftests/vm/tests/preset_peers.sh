#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The presets beside the tools they are named after: Debian's chronyd and ntpsec's ntpd start on a clock that is off, against
# the same server, and what they do to it is what the preset does. In virtual time.
# kernels: 6.12
# boot: --icount --timeout 600 --with veth --add selftests/vm/tests/lib.sh:/lib/lib.sh
# boot: --add selftests/vm/tests/preset_lib.sh:/lib/preset_lib.sh
# boot: --add "$(selftests/netlink/program ntp_server)" --add "$(selftests/netlink/program ruler)"
# boot: --add "$(selftests/netlink/program timex)" --add "$(selftests/netlink/program clockrate)"
# boot: --add "$(selftests/vm/peer chronyd)" --add "$(selftests/vm/peer ntpd)"
. /lib/preset_lib.sh

cable
start() { # OFFSET COMMAND...: what became of the clock
	set_off "$1"
	shift
	begin_tool "$@"
	became 20 0.2 tool_gave_up
	end_tool
}

# What the presets do is in presets.sh.
while read -r wanted command; do
	got=
	for offset in 0.05 0.3 5 700 5000; do
		got=$got$(start $offset $command)
	done
	tap_is "$command with the clock behind by 0.05, 0.3, 5, 700, 5000 s" "$got" "$wanted"
	got=
	for offset in -0.05 -0.3 -5 -700 -5000; do
		got=$got$(start $offset $command)
	done
	tap_is "$command with the clock ahead by as much" "$got" "$wanted"
done <<-END
	sSSSF ntp
	sssSF ntp -x
	sSSSS ntp -g
	ssSSS chrony 1.0 3
	sSSSS chrony 0.1 -1
END
finish
