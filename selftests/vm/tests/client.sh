#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# ntpx beside itself, once only, and in a time namespace; a change of the clocksource. In virtual time.
# boot: --icount --timeout 200 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# boot: --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
# boot: --add "$(selftests/netlink/program timens)"
. /lib/lib.sh

words="driftfile none, server 127.0.0.1 port $PORT"
ntpx -q $words > /tmp/said 2>&1
tap_is "without the module ntpx fails" $? 1
tap_check "and says what to do" grep "the clockdisc module is not loaded (modprobe clockdisc)" /tmp/said

# --- once only ---
server --offset 3600.5
load
ntpx -q -t 60 $words > /tmp/said 2>&1
tap_is "ntpx -q ends with 0" $? 0
tap_check "and one line" grep "clock set, offset" /tmp/said
within "the clock is set, over the panic threshold" "$(ruler_ns)" 0 1000000
tap_is "by one step" "$(field steps)" 1
tap_is "its source is gone with it" "$(field sources)" 0
stop $server_pid
ntpx -q -t 5 $words > /tmp/said 2>&1
tap_is "without a server ntpx -q gives up with 1" $? 1
tap_check "and says so" grep "not set within 5 s" /tmp/said
rmmod clockdisc
load actuator=observe
ntpx -q -t 5 $words > /tmp/said 2>&1
tap_is "where nothing would set the clock ntpx -q fails" $? 1
tap_check "with the reason" grep "only observes" /tmp/said
rmmod clockdisc

# --- two of them ---
server
load
follow minpoll 3 maxpoll 3
tap_check "ntpx feeds its source" until_true 20 is_field survivors 1
ntpx -f $words > /tmp/said 2>&1
tap_is "a second ntpx is refused" $? 1
tap_check "by the first one's number" grep "another ntpx is running (process $ntpx_pid" /tmp/said
tap_is "it leaves no source" "$(field sources)" 1
tap_check "the first goes on" kill -0 $ntpx_pid
# Somebody removes its source.
clockdisc source del "$(source_field id)" > /dev/null
tap_check "a source that somebody removed is added again" until_true 40 is_field sources 1
tap_check "and said so" until_true 5 grep "removed by somebody; added again" /tmp/ntpx.log
# One that was killed cannot take its source along; the next one does, and the source does not count twice.
kill -9 $ntpx_pid
wait $ntpx_pid 2> /dev/null
tap_is "killed, it leaves its source" "$(field sources)" 1
follow iburst
tap_check "the next one removes it" until_true 20 grep -q "removed what another ntpx had left" /tmp/ntpx.log
tap_check "and adds its own" until_true 5 is_field sources 1
stop $ntpx_pid
tap_is "at its end ntpx takes its source along" "$(field sources)" 0
rmmod clockdisc

# --- in a time namespace: its monotonic clocks are days off, the stamps are of the real-time clock ---
load
timens 500000 ntpx -f -d $words iburst minpoll 3 maxpoll 4 > /tmp/ntpx.log 2>&1 &
timens=$!
sleep 1
if kill -0 $timens 2> /dev/null; then
	tap_check "ntpx in a time namespace feeds its source" until_true 60 is_field survivors 1
	within "its offset is right, ns" "$(source_field offset-ns)" 0 1000000
	sleep 60
	tap_is "nothing is dropped" "$(source_field dropped)" 0
	tap_is "the clock is synchronised" "$(field synchronised)" 1
else
	tap_skip "ntpx in a time namespace" "this kernel: $(cat /tmp/ntpx.log)"
fi
stop "$(cat /run/ntpx/ntpx.pid)"
wait $timens
rmmod clockdisc
stop $server_pid

# --- another counter ---
cs=/sys/devices/system/clocksource/clocksource0
tap_is "the counter is the TSC" "$(cat $cs/current_clocksource)" tsc
server
load
clockdisc freq 0ppb > /dev/null
events
follow minpoll 0 maxpoll 0
tap_check "the clock follows the server" until_true 60 is_field synchronised 1
for other in acpi_pm tsc; do
	: > /tmp/events
	# So that no sample comes in between.
	kill -STOP $ntpx_pid
	echo $other > $cs/current_clocksource
	tap_is "the counter is $other" "$(cat $cs/current_clocksource)" $other
	tap_check "$other: an event tells that the timeline was cut" until_true 5 has_event interrupted
	look
	tap_is "$other: nothing is known of the bound" "$(attr bound-ns)" ""
	tap_is "$other: the clock is not synchronised" "$(attr synchronised)" 0
	tap_is "$other: the kernel is told so" "$(timex_field unsync)" 1
	kill -CONT $ntpx_pid
	tap_check "$other: after new samples it is" until_true 60 is_field synchronised 1
	at_most "$other: with a bound, ns" "$(field bound-ns)" 1000000000
	tap_check "$other: and no set is blamed on anybody" sh -c '! grep -q foreign-set /tmp/events'
done
tap_is "no step was made" "$(field steps)" 0
tap_is "no sample was taken across the change" "$(field state)" sync
finish
