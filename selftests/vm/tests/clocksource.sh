#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The actuator clocksource: chosen, steered by a real server at both ends of what an oscillator can be off, taken away by
# somebody else, given up; also where do_adjtimex() cannot be reached. In virtual time. The server's truth is a line over the
# processor's counter: CLOCK_MONOTONIC_RAW is steered here.
# boot: --icount --timeout 300 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# boot: --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
# boot: --module "$(selftests/vm/hide-adjtimex "$series")"
. /lib/lib.sh
CS=/sys/devices/system/clocksource/clocksource0

current() {
	cat $CS/current_clocksource
}
learnt_ppb() {
	awk "BEGIN { print $(field freq-ppb-q16) / 65536 }"
}
no_warning() {
	! dmesg | grep -E "moved on by|unstable"
}

# follow_truth WHAT PPB: a cold start with a server whose truth runs at PPB; the clock gets there and stays.
follow_truth() {
	load
	events
	server --tsc --offset 0.3 --freq-ppb "$2" --jitter 0.00002
	clockdisc set actuator=clocksource
	follow iburst minpoll 3 maxpoll 4
	tap_check "$1: the clock follows" until_true 1200 is_field state sync
	sleep 600
	within "$1: the learnt frequency is the server's, ppb" "$(learnt_ppb)" "$2" 3000
	within "$1: the clock is right, ns" "$(ruler_ns 8)" 0 100000
	look
	within "$1: the rate that is set is what was learnt, ppb" "$(awk "BEGIN { print $(attr rate-ppb-q16) / 65536 }")" "$2" 20000
	stop $ntpx_pid
	stop $server_pid
	ntpx_pid=
}

load || exit 1
tap_check "the clocksource is on offer" grep -qw clockdisc $CS/available_clocksource
tap_is "and not chosen" "$(current)" tsc
events

# --- by hand: a clocksource like any other ---
clockdisc freq 20ppm > /dev/null
sleep 3
raw_ns=$(field raw-ns)
echo clockdisc > $CS/current_clocksource
tap_is "somebody chooses it" "$(current)" clockdisc
tap_check "counter time goes straight on" is_true "$(field raw-ns) > $raw_ns"
tap_is "the actuator stays what it was" "$(field actuator)" timekeeper
echo tsc > $CS/current_clocksource
tap_is "the clock was not interrupted" "$(grep -c interrupted /tmp/events)" 0
tap_is "and nobody else changed its rate" "$(grep -c foreign /tmp/events)" 0
tap_is "the clocksource before is known" "$(cat /sys/module/clockdisc/parameters/clocksource_before)" tsc

# --- as actuator ---
tap_check "the actuator is set, its rate is on its way" sh -c 'clockdisc set actuator=clocksource; clockdisc status | grep "actuator *clocksource: chosen at run time"'
tap_is "that chose the clocksource" "$(current)" clockdisc
tap_is "the kernel's own rate is moved into it" "$(timex_field freq_ppm)" 0.000000
look
within "it goes on with the rate that was set, ppb" "$(awk "BEGIN { print $(attr rate-ppb-q16) / 65536 }")" 20000 200
tap_check "explain says what it cannot do" sh -c 'clockdisc explain | grep "cannot set status bits, maxerror, the TAI offset or leap seconds"'
rmmod clockdisc 2> /tmp/said
tap_is "the module cannot be unloaded while it is current" $? 1
tap_check "with a word of the kernel" grep -q "temporarily unavailable" /tmp/said

clockdisc set actuator=timekeeper
rmmod clockdisc

follow_truth "fast oscillator" -500000
tap_is "it took one step" "$(field steps)" 1
clockdisc set actuator=timekeeper
rmmod clockdisc
follow_truth "slow oscillator" 500000
tap_is "the kernel's own rate is left alone all the time" "$(timex_field freq_ppm)" 0.000000
tap_is "and so is its tick" "$(timex_field tick_us)" 10000
tap_is "its status is not ours to set" "$(timex_field unsync)" 1

# --- steps ---
server --tsc
before_ns=$(ruler_ns 8)
clockdisc step 1500ms > /dev/null
step_ns=$(field last-step-ns)
within "a step of 1.5 s is one of 1.5 s, ns" "$step_ns" 1500000000 1000000
sleep 20
within "what it missed was slewed, ns" "$(($(ruler_ns 8) - before_ns))" -1500000000 20000
clockdisc step -1500ms > /dev/null
within "and back" "$(field last-step-ns)" -1500000000 1000000
tap_is "a step of ours is nobody else's" "$(grep -c foreign-set /tmp/events)" 0
date -s "@$(($(date +%s) + 5))" > /dev/null
tap_check "a step by somebody else is told" until_true 5 has_event foreign-set
stop $server_pid

# --- taken away ---
rate=$(field rate-ppb-q16)
echo acpi_pm > $CS/current_clocksource
tap_check "somebody takes the clocksource away, and the timekeeper goes on" until_true 5 is_field actuator timekeeper
tap_check "with a reason" sh -c 'clockdisc status | grep "fell back: the clocksource clockdisc is not current any more"'
tap_check "an event" until_true 5 has_event config
tap_check "and a word in the log" sh -c 'dmesg | grep "actuator timekeeper: fell back"'
within "the rate went over to the kernel, ppm" "$(timex_rate_ppm)" "$(awk "BEGIN { print $rate / 65536000 }")" 0.1
tap_check "another counter is an interruption" until_true 5 has_event interrupted

# --- given up ---
tap_check "it is set again" clockdisc set actuator=clocksource
tap_is "and current" "$(current)" clockdisc
tap_is "its rate comes from the kernel" "$(timex_field freq_ppm)" 0.000000
tap_check "timekeeper gives it up" clockdisc set actuator=timekeeper
tap_is "for the one before" "$(current)" acpi_pm
within "with its rate, ppm" "$(timex_rate_ppm)" "$(awk "BEGIN { print $rate / 65536000 }")" 0.1
echo tsc > $CS/current_clocksource
clockdisc set actuator=clocksource
tap_check "observe gives it up" clockdisc set actuator=observe
tap_is "for the one before" "$(current)" tsc
within "and leaves its rate with the kernel, ppm" "$(timex_rate_ppm)" "$(awk "BEGIN { print $rate / 65536000 }")" 0.1
tap_check "the module unloads" rmmod clockdisc
tap_is "and takes its clocksource along" "$(grep -cw clockdisc $CS/available_clocksource)" 0

# --- where do_adjtimex() cannot be reached ---
timex --tick 10000
timex --freq 7
insmod /modules/clockdisc-unreached.ko
tap_check "without do_adjtimex() it observes" sh -c 'clockdisc status | grep "observe: do_adjtimex() is not exported and a kprobe does not find it"'
clockdisc set actuator=timekeeper 2> /tmp/said
tap_is "timekeeper is refused" $? 1
tap_check "with a sentence" grep -q "a kprobe does not find it" /tmp/said
server --tsc --offset 0.3 --freq-ppb 60000 --jitter 0.00002
tap_check "clocksource is not" clockdisc set actuator=clocksource
tap_is "and is current" "$(current)" clockdisc
tap_is "the kernel's rate stays" "$(timex_field freq_ppm)" 7.000000
follow iburst minpoll 3 maxpoll 4
tap_check "exported symbols alone: the clock follows" until_true 1200 is_field state sync
sleep 600
within "the learnt frequency is the server's, ppb" "$(learnt_ppb)" 60000 3000
look
within "of which the kernel does 7 ppm by itself, ppb" "$(awk "BEGIN { print $(attr rate-ppb-q16) / 65536 }")" 53000 3000
within "the clock is right, ns" "$(ruler_ns 8)" 0 100000
echo tsc > $CS/current_clocksource
tap_check "taken away, it observes again" until_true 5 is_field actuator observe
tap_check "with a reason" sh -c 'clockdisc status | grep "not current any more, and do_adjtimex() cannot be reached"'
tap_is "the kernel's rate is what it was" "$(timex_field freq_ppm)" 7.000000
clockdisc set actuator=clocksource
tap_check "given up for observe" clockdisc set actuator=observe
tap_is "the clocksource before is current" "$(current)" tsc
stop $ntpx_pid
ntpx_pid=
tap_check "the module unloads" rmmod clockdisc
tap_check "no processor was taken away in a change of rate, no counter was found unstable" no_warning
finish
