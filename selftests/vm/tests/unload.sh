#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The module goes at any moment: while samples pour in, under ntpx, a hundred times; and nothing is left behind.
# boot: --smp 2 --timeout 400 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# boot: --add "$(selftests/netlink/program flood)" --add "$(selftests/netlink/program timex)"
# boot: --add "$(selftests/netlink/program ruler)"
. /lib/lib.sh

traces() {
	cat /sys/kernel/debug/kprobes/list
	grep -c ^clockdisc /proc/modules
	grep -cE 'cdisc|timer_fired' /proc/timer_list
	ps | grep -c '[[]clockdisc\]'
	ls /sys/kernel/tracing/events | grep -c clockdisc
}
# A reader in the middle of a dump holds the module for a moment.
unload() {
	for _ in $(seq 100); do
		rmmod clockdisc 2> /tmp/said && return 0
		busy=$((busy + 1))
		usleep 20000
	done
	return 1
}

traces > /tmp/before
# Here a grace period is only waited for; below, where something is under way, it comes as it comes.
echo 1 > /sys/kernel/rcu_expedited
n=0 failed=0
while [ $n -lt 100 ]; do
	insmod /modules/clockdisc.ko && rmmod clockdisc || failed=$((failed + 1))
	n=$((n + 1))
done
echo 0 > /sys/kernel/rcu_expedited
tap_is "a hundred times loaded and unloaded" $failed 0
traces > /tmp/after
tap_check "nothing is left: kprobes, modules, timers, threads, tracepoints" cmp /tmp/before /tmp/after

# --- under a flood ---
# Each time once the flood has come in, however long that takes on a busy machine.
has_flooded() { # WHAT N: so much more of it than when it was asked last
	flooded=$(value_of "$(tail -n 1 /tmp/flood)" "$1")
	[ "${flooded:-0}" -ge $((flooded_before + $2)) ] && flooded_before=$flooded
}
insmod /modules/clockdisc.ko
flood 4 200 > /tmp/flood 2>&1 &
flood=$!
n=0 failed=0 flooded_before=0
while [ $n -lt 10 ]; do
	usleep 500000
	until_true 30 has_flooded samples 2000 || failed=$((failed + 1))
	rmmod clockdisc && insmod /modules/clockdisc.ko || failed=$((failed + 1))
	n=$((n + 1))
done
tap_is "unloaded ten times under a flood of samples, at once" $failed 0
kill $flood
wait $flood
tap_is "the flood met no other error" $? 0
said=$(tail -n 1 /tmp/flood)
echo "# $said"
at_least "samples came in" "$(value_of "$said" samples)" 20000
at_least "after each time anew" "$(value_of "$said" adds)" 10

# --- sources come and go while their samples are in flight ---
flood 4 200 churn > /tmp/flood 2>&1 &
flood=$!
n=0 failed=0 busy=0 flooded_before=0
while [ $n -lt 3 ]; do
	usleep 500000
	until_true 30 has_flooded removes 2 || failed=$((failed + 1))
	unload && insmod /modules/clockdisc.ko || failed=$((failed + 1))
	n=$((n + 1))
done
tap_is "unloaded while sources come and go" $failed 0
kill $flood
wait $flood
tap_is "no error but that a source is gone" $? 0
said=$(tail -n 1 /tmp/flood)
echo "# $said; the module was held $busy times"
at_least "sources were removed under their samples" "$(value_of "$said" removes)" 5
tap_check "the clock can still be read" clockdisc status
is_told_of_gone() {
	[ "$(counted no-source)" -ge 1 ]
}
flood 4 60 churn > /tmp/flood 2>&1 &
flood=$!
tap_check "samples of sources that are gone say so" until_true 40 is_told_of_gone
kill $flood
wait $flood
tap_is "the same without unloading" $? 0
clockdisc monitor > /dev/null 2>&1 &
monitor_pid=$!
until_true 20 listens $monitor_pid
tap_check "a subscriber does not hold the module" rmmod clockdisc
stop $monitor_pid
monitor_pid=

# --- ntpx notices and comes back ---
insmod /modules/clockdisc.ko
server
follow iburst minpoll 0 maxpoll 0
tap_check "ntpx feeds a source" until_true 20 is_field survivors 1
rmmod clockdisc
tap_is "the module unloads under ntpx" $? 0
tap_check "ntpx says that it is gone" until_true 30 grep "the clockdisc module was unloaded" /tmp/ntpx.log
insmod /modules/clockdisc.ko
tap_check "ntpx finds it again" until_true 60 grep "the clockdisc module is back" /tmp/ntpx.log
tap_check "and feeds its source again" until_true 20 is_field survivors 1
# Loaded again before ntpx noticed: its number is not taken for another's source.
rmmod clockdisc && insmod /modules/clockdisc.ko
clockdisc source add other > /dev/null
tap_check "an exchange of modules under it is noticed, too" until_true 20 sh -c 'clockdisc sources | grep 127.0.0.1:11123'
tap_is "and another's source is left alone" "$(source_field accepted)" 0
stop $ntpx_pid
tap_is "ntpx removes its source when it ends" "$(field sources)" 1
tap_check "the module unloads" rmmod clockdisc
traces > /tmp/after
tap_check "nothing is left in the end" cmp /tmp/before /tmp/after
finish
