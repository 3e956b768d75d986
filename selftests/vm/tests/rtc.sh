#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The hardware clock is written by the kernel every 11 minutes, while STA_UNSYNC is clear and not otherwise. In virtual time.
# boot: --icount --rtc 2026-01-01T00:00:00 --add selftests/vm/tests/lib.sh:/lib/lib.sh
# boot: --add "$(selftests/netlink/program ntp_server)" --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
. /lib/lib.sh

# Hardware clock minus the system's, s. The former has whole seconds.
rtc_ahead() {
	now=$(date +%s)
	echo $(($(cat /sys/class/rtc/rtc0/since_epoch) - now))
}
is_rtc_within() { # SECONDS
	ahead=$(rtc_ahead)
	[ "${ahead#-}" -le "$1" ]
}

date -u -s "2026-01-01 01:00:00" > /dev/null
within "the hardware clock is an hour behind, s" "$(rtc_ahead)" -3600 2
load
sleep 800
within "nobody writes to it while the clock is not synchronised, s" "$(rtc_ahead)" -3600 2

server
clockdisc set unsync-limit=100ms
follow iburst minpoll 4 maxpoll 4
tap_check "synchronised" clockdisc wait --timeout 120s
tap_check "within 11 minutes the kernel writes the time to it" until_true 700 is_rtc_within 1

# Lost, and wrong by the operator's hand; the bound passes the limit.
stop $ntpx_pid
ntpx_pid=
tap_check "holdover" until_true 300 is_field state holdover
tap_is "the bound holds still: STA_UNSYNC is clear" "$(timex_field unsync)" 0
clockdisc step -100s
tap_check "the clock was set wrong: STA_UNSYNC" until_true 30 is_unsync 1
sleep 800
within "what is known to be wrong is not written, s" "$(rtc_ahead)" 100 2

follow iburst minpoll 4 maxpoll 4
tap_check "a source again: STA_UNSYNC is cleared once the bound holds" until_true 400 is_unsync 0
tap_check "and the hardware clock is right with it" until_true 700 is_rtc_within 1
tap_check "as is the clock: 10 ms" is_right 10000000
finish
