#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A guest that has NTP servers only is restored from a snapshot into a stale clock, and later paused without being told.
# The 6.1 kernel of this flavour has no VMGENID.
# kernels: 6.12
# boot: --ntp --restorable --timeout 400 --mem 256 --add selftests/vm/tests/lib.sh:/lib/lib.sh
# boot: --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
. /lib/lib.sh

GAP=20 PAUSE=5
outside() {
	echo "$*" > /dev/ttyS2
}
# The truth outside, minus our clock.
error_ns() {
	value_of "$(ruler --port $NTP_PORT --samples 4 --gap 0.01 10.0.2.2)" offset_ns
}
# said EVENT: the last such event; of EVENT NAME: an attribute of it
said() {
	grep "\"event\": *\"$1\"" /tmp/events | tail -n 1
}
of() {
	pick "$(said "$1")" "$2"
}

is_right_outside() { # NS
	error=$(error_ns)
	[ "$error" ] && [ "${error#-}" -lt "$1" ]
}

load
clockdisc freq 7ppm > /dev/null
events
# At this poll interval the second request would be a minute away.
ntpx -f -d driftfile none, server 10.0.2.2 port $NTP_PORT minpoll 6 maxpoll 6 > /tmp/ntpx.log 2>&1 &
ntpx_pid=$!
tap_check "the clock follows the server" until_true 60 is_field synchronised 1
tap_check "the kernel is told so" until_true 5 is_unsync 0
steps=$(field steps)

# --- restored ---
# Going on, it has the time from a server within milliseconds, and nobody could ask the kernel what it says meanwhile.
kill -STOP $ntpx_pid
outside restore $GAP
tap_check "an event tells of the interruption" until_true 120 has_event interrupted
tap_check "the kernel says that the clock is not synchronised" is_unsync 1
kill -CONT $ntpx_pid
tap_check "and one that it is over, within 15 s" until_true 15 has_event restored
tap_check "the cause is the virtual machine's generation" sh -c "grep interrupted /tmp/events | grep '\"interruption\": *\\[\"vm-generation\"\\]'"
tap_is "nothing was known of the bound then" "$(of interrupted bound-ns)" ""
tap_is "nor was the clock synchronised" "$(of interrupted synchronised)" 0
gap_ns=$(of restored event-value-ns)
at_least "the gap, ns" "${gap_ns:-0}" $((GAP * 1000000000))
at_most "is not longer than saving and loading took" "${gap_ns:-0}" $(((GAP + 90) * 1000000000))
tap_is "it was stepped away" "$(of restored reaction)" step
tap_is "by one step" "$(field steps)" $((steps + 1))
tap_check "the clock is right: 50 ms" until_true 60 is_right_outside 50000000
within "the learnt frequency is not touched, ppb" \
	"$(awk "BEGIN { print ($(of restored freq-ppb-q16) - $(of interrupted freq-ppb-q16)) / 65536 }")" 0 1000

# --- paused: nothing tells, until the next poll finds the clock behind; here one of the burst that is still going on, or on a
# slow machine the one a minute later ---
: > /tmp/events
steps=$(field steps)
is_behind() {
	is_true "$(source_field offset-ns) > $((PAUSE - 1)) * 1e9"
}
outside pause $PAUSE
tap_check "a pause without a new generation is found by the next poll" until_true 100 is_behind
tap_check "no event tells of it" sh -c '! grep -q interrupted /tmp/events'
tap_is "found, the clock is not synchronised any more" "$(field synchronised)" 0
tap_check "and the kernel is told so" until_true 5 is_unsync 1
tap_is "it is not stepped before the stepout" "$(field steps)" $steps
finish
