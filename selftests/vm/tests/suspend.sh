#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The machine sleeps for some seconds: what was known of the clock is void, nobody is blamed, and new samples mend it. And
# once more on the clocksource of our own, which has to go on where it stopped.
# boot: --timeout 300 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# boot: --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
. /lib/lib.sh

if ! grep -qw mem /sys/power/state || ! [ -w /sys/class/rtc/rtc0/wakealarm ]; then
	echo "this machine cannot suspend to memory and wake by its clock"
	exit 4
fi
server
load
clockdisc freq 0ppb > /dev/null
events
follow minpoll 0 maxpoll 0
tap_check "the clock follows the server" until_true 60 is_field synchronised 1
kill -STOP $ntpx_pid
# The counter stands still meanwhile, and with it this server's truth.
stop $server_pid
before=$(date +%s)
echo +6 > /sys/class/rtc/rtc0/wakealarm
tap_check "the machine sleeps and wakes" sh -c 'echo mem > /sys/power/state'
sleep 0.5
at_least "some seconds later" $(($(date +%s) - before)) 2
tap_check "an event tells that the timeline was cut" until_true 20 has_event interrupted
tap_is "the kernel's correction for the sleep is nobody's set" "$(grep -c foreign-set /tmp/events)" 0
look
tap_is "nothing is known of the bound" "$(attr bound-ns)" ""
tap_is "the clock is not synchronised" "$(attr synchronised)" 0
tap_is "the kernel is told so" "$(timex_field unsync)" 1
server
kill -CONT $ntpx_pid
tap_check "new samples mend it" until_true 60 is_field synchronised 1
at_most "with a bound, ns" "$(field bound-ns)" 1000000000
at_most "what the kernel was wrong by after the sleep took one step" "$(field steps)" 1
tap_check "and an event tells of it" until_true 20 has_event restored

stop $ntpx_pid
ntpx_pid=
clockdisc set actuator=clocksource
clockdisc freq 300ppm > /dev/null
look
raw_ns=$(attr raw-ns) real_ns=$(attr real-ns)
echo +6 > /sys/class/rtc/rtc0/wakealarm
tap_check "on our clocksource it sleeps and wakes" sh -c 'echo mem > /sys/power/state'
look
at_least "the clock has gone on by some seconds, ns" $(($(attr real-ns) - real_ns)) 2000000000
at_least "for which counter time has stood still, ns" $(($(attr real-ns) - real_ns - ($(attr raw-ns) - raw_ns))) 2000000000
at_least "and not gone back, ns" $(($(attr raw-ns) - raw_ns)) 0
tap_is "the actuator is what it was" "$(attr actuator)" clocksource
tap_is "and the clocksource" "$(cat /sys/devices/system/clocksource/clocksource0/current_clocksource)" clockdisc
tap_check "given up" clockdisc set actuator=timekeeper
finish
