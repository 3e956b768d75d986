#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Two processors read CLOCK_MONOTONIC while the rate of our clocksource changes a thousand times and clocksources are
# exchanged under them: no reading is earlier than one before, on either. In real time.
# boot: --smp 2 --timeout 300 --add selftests/vm/tests/lib.sh:/lib/lib.sh
# boot: --add "$(selftests/netlink/program monotone)" --add "$(selftests/netlink/program timex)"
. /lib/lib.sh
CS=/sys/devices/system/clocksource/clocksource0

watch() { # WHAT WAY TIMES
	said=$(monotone "$2" "$3")
	echo "# $said"
	at_least "$1: readings" "$(value_of "$said" reads)" 10000
	tap_is "$1: none was earlier than one before" "$(value_of "$said" back)" 0
	tap_is "$1: no command failed" "$(value_of "$said" failed)" 0
}

load || exit 1
watch "clocksources are exchanged" exchange 100
watch "the clocksource is taken away" seize 100
tap_check "then the timekeeper goes on" until_true 30 is_field actuator timekeeper
tap_check "the clocksource is chosen" clockdisc set actuator=clocksource
# Every trace record reads the clock in a way of its own, in whatever context it is.
echo mono > /sys/kernel/tracing/trace_clock
# On a busy machine there are many interrupts to one change.
echo 16384 > /sys/kernel/tracing/buffer_size_kb
echo 1 > /sys/kernel/tracing/events/clockdisc/clockdisc_steer/enable
echo 1 > /sys/kernel/tracing/events/irq/enable
# No rate is set before the clock's own has been measured.
clockdisc freq 500ppm > /dev/null
tap_check "it is steered" until_true 60 grep -q clockdisc_steer: /sys/kernel/tracing/trace
watch "a thousand changes of rate" turns 1000
at_least "they reached the clock" "$(grep -c clockdisc_steer: /sys/kernel/tracing/trace)" 500
echo 0 > /sys/kernel/tracing/events/enable
clockdisc set actuator=timekeeper
tap_is "the clocksource before is current" "$(cat $CS/current_clocksource)" tsc
dmesg | grep "moved on by" | sed 's/^/# /'
finish
