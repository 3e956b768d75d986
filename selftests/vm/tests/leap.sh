#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A leap second that the source announces: armed on the last day, made by the kernel, no step beside it, TAI kept. Whatever
# disarms it in the kernel without a word (a step of ours or of somebody else's, another clocksource) is followed by arming it
# again. Inserted here; deleted with LEAP=delete, as leap_delete.sh has it.
# boot: --icount --rtc 2026-12-31T23:40:00 --add selftests/vm/tests/lib.sh:/lib/lib.sh
# boot: --add "$(selftests/netlink/program ntp_server)" --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
. /lib/lib.sh
CS=/sys/devices/system/clocksource/clocksource0

case ${LEAP:-insert} in
insert) kind=insert bit=0x10 number=1 tai=38 ;;
delete) kind=delete bit=0x20 number=2 tai=36 ;;
esac
is_armed() {
	[ $(($(timex_field status) & bit)) -ne 0 ]
}
is_disarmed() {
	! is_armed
}
is_past_midnight() {
	[ "$(date -u +%Y)" = 2027 ]
}

load
clockdisc set tai-offset=37
events
server --leap $number --makes-leap
follow iburst minpoll 4 maxpoll 4
tap_check "synchronised" clockdisc wait --timeout 120s
tap_check "armed in the kernel" until_true 60 is_armed
tap_is "the leap indicator is passed on" "$(field leap)" $kind
tap_is "TAI is as set" "$(timex_field tai_s)" 37

# Disarmed in the kernel without a word by each of these.
clockdisc step 1ms
tap_check "armed again after a step of ours" until_true 60 is_armed
timex --shift 0.001
tap_check "somebody else's step disarms it" is_disarmed
tap_check "armed again after it" until_true 60 is_armed
cs=$(cat $CS/current_clocksource)
echo acpi_pm > $CS/current_clocksource
echo "$cs" > $CS/current_clocksource
tap_check "another clocksource disarms it" until_true 10 is_disarmed
tap_check "armed again after it" until_true 300 is_armed
steps=$(field steps)
generation=$(pick "$(clockdisc -j now)" generation)

tap_check "midnight comes" until_true 2400 is_past_midnight
tap_check "the leap happened" until_true 5 has_event leap
tap_is "only one other program set the clock" "$(grep -c '"event": *"foreign-set"' /tmp/events)" 1
tap_is "no step for it" "$(field steps)" "$steps"
tap_check "the page has a time again" until_true 60 clockdisc now
tap_is "of another generation: durations over a leap second are none" "$(pick "$(clockdisc -j now)" generation)" $((generation + 1))
tap_is "TAI has gone on" "$(timex_field tai_s)" $tai
tap_check "it is armed no more" is_disarmed
tap_check "the clock is right: 1 ms" until_true 60 is_right 1000000
sleep 200
tap_is "synchronised after it" "$(field synchronised)" 1
tap_check "the clock is right: 1 ms" is_right 1000000
tap_is "and has not been stepped" "$(field steps)" "$steps"
finish
