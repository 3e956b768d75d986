#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A leap second that the source announces: armed on the last day, inserted by the kernel, no step beside it, TAI kept.
# boot: --icount --rtc 2026-12-31T23:40:00 --add selftests/vm/tests/lib.sh:/lib/lib.sh
# boot: --add "$(selftests/netlink/program ntp_server)" --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
. /lib/lib.sh

STA_INS=0x10
is_armed() {
	[ $(($(timex_field status) & STA_INS)) -ne 0 ]
}
is_past_midnight() {
	[ "$(date -u +%Y)" = 2027 ]
}

load
clockdisc set tai-offset=37
events
server --leap 1
follow iburst minpoll 4 maxpoll 4
tap_check "synchronised" clockdisc wait --timeout 120s
tap_check "the insertion is armed" until_true 60 is_armed
tap_is "the leap indicator is passed on" "$(field leap)" insert
tap_is "TAI is as set" "$(timex_field tai_s)" 37

# A step of ours disarms it in the kernel without a word; it is armed again.
clockdisc step 1ms
tap_check "armed again after a step" until_true 60 is_armed

tap_check "midnight comes" until_true 2400 is_past_midnight
tap_check "the leap happened" has_event leap
tap_check "nobody else is said to have set the clock" sh -c '! grep -q foreign-set /tmp/events'
tap_is "one step, the one by command" "$(field steps)" 1
tap_is "TAI is one more" "$(timex_field tai_s)" 38
tap_check "it is armed no more" sh -c '! timex | grep -q "status=0x..1."'

# The server has inserted its second, too: one that begins anew from our clock is right about it.
stop $server_pid
server
sleep 120
tap_is "synchronised after it" "$(field synchronised)" 1
at_most "the clock is right" "$(ruler_ns | tr -d -)" 1000000
tap_is "still one step" "$(field steps)" 1
finish
