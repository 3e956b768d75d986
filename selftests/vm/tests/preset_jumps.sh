#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What the presets do about a clock that was right: a jump of 200 ms that lasts 100 s, one that lasts 400 s, and one of 2000 s,
# which two offsets in a row confirm. In virtual time.
# kernels: 6.12
# boot: --icount --timeout 600 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# boot: --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
. /lib/lib.sh

server --freq-ppb 0
load || exit 1
# The offset is the point, not who made it.
clockdisc set conflict=alarm conflict-daemon=alarm
clockdisc freq 0ppb > /dev/null
follow iburst minpoll 3 maxpoll 3
tap_check "the clock is right" until_true 60 is_field state sync

# S stepped, F frozen, . nothing yet, s slewed.
outcome() { # STEPS BEFORE
	look
	case $(attr state) in
	frozen) echo F ;;
	spike) echo . ;;
	*) [ "$(attr steps)" -gt "$1" ] && echo S || echo s ;;
	esac
}
# Whatever the preset, ntpd's limits without a wait and fast slews bring the clock back.
mend() {
	clockdisc set preset=ntpd stepout=0s panic-threshold=0 max-slew=50000ppm > /dev/null
	clockdisc unfreeze > /dev/null
	until_true 60 is_right 1000000
	sleep 20
}
jump() { # PRESET SECONDS FOR
	# What was stepped before counts for the budgets, which are not the point.
	clockdisc set preset="$1" step-budget=0 source-step-budget=0 > /dev/null
	steps=$(field steps)
	timex --shift "$2"
	sleep "$3"
	outcome "$steps"
	mend
}
while read -r preset behind ahead; do
	tap_is "$preset: behind by 0.2 s for 100 s and for 400 s, by 2000 s for 60 s" \
		"$(jump "$preset" -0.2 100)$(jump "$preset" -0.2 400)$(jump "$preset" -2000 60)" "$behind"
	tap_is "$preset: ahead by as much" \
		"$(jump "$preset" 0.2 100)$(jump "$preset" 0.2 400)$(jump "$preset" 2000 60)" "$ahead"
done <<-END
	ntpd .SF .SF
	chrony-always SSS SSS
	vmtools ssS sss
	monotonic .SF ssF
END
finish
