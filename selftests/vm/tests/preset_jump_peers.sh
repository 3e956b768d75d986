#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What chronyd and ntpd, which the presets are named after, do about a server whose time jumps. The presets do the same in
# preset_jumps.sh. In virtual time.
# kernels: 6.12
# boot: --icount --timeout 600 --with veth --add selftests/vm/tests/lib.sh:/lib/lib.sh
# boot: --add selftests/vm/tests/preset_lib.sh:/lib/preset_lib.sh
# boot: --add "$(selftests/netlink/program ntp_server)" --add "$(selftests/netlink/program ruler)"
# boot: --add "$(selftests/netlink/program timex)" --add "$(selftests/netlink/program clockrate)"
# boot: --add "$(selftests/vm/peer chronyd)" --add "$(selftests/vm/peer ntpd)"
. /lib/preset_lib.sh

cable
while read -r wanted sign command; do
	set_off 0
	begin_tool $command
	sleep 60
	jumps_make "$wanted" $sign "$command" tool_gave_up
	end_tool
done <<-END
	...LF + ntp
	.sssF - ntp -x
	...LF - ntp -g
	.ssss + chrony 1.0 3
	.SSSS - chrony 0.1 -1
END
[ $tap_failed -eq 0 ] || sed 's/^/# /' /tmp/tool.log
finish
