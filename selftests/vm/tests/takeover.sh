#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What others left running when the module takes over, what it leaves behind, and the actuator that only observes.
# In virtual time.
# boot: --icount --timeout 400 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# boot: --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
# boot: --add "$(selftests/netlink/program clockrate)"
. /lib/lib.sh

# A tick that is 100 ppm long, the kernel's PLL at work and an adjtime() slew, as daemons leave them when they are killed.
leave_behind() {
	timex --tick 10001
	timex --pll 0.2
	timex --adjtime 0.05
}
# Frequency, tick and the status that a daemon leaves; errors grow by themselves, offsets drain.
lasting() {
	set -- $(timex)
	echo "$2" "$6" "$7" "$8"
}

leave_behind
at_least "before: slews of others move the clock, ppb" "$(value_of "$(clockrate 5)" max_ppb)" 500000
load || exit 1
tap_is "the kernel's PLL has nothing left to do" "$(timex_field offset)" 0
tap_is "adjtime() has nothing left to do" "$(timex_field adjtime_us)" 0
# The kernel works in whole seconds: the one that had begun goes on as it was.
sleep 1.1
rate=$(clockrate 20)
within "both have ended, the tick is what is left, ppb" "$(value_of "$rate" max_ppb)" 100000 1000
within "all the time" "$(value_of "$rate" min_ppb)" 100000 1000
clockdisc freq 0ppb > /dev/null
sleep 2
within "a frequency that is set counts against the counter, ppb" "$(value_of "$(clockrate 20 20)" mean_ppb)" 0 50

rmmod clockdisc

# --- the same, and asked to steer in the second in which the slews end ---
for phase in 0.1 0.3 0.5 0.7 0.9; do
	leave_behind
	sleep 2
	sleep $phase
	load
	clockdisc freq 0ppb > /dev/null
	sleep 1.5
	rate=$(clockrate 5)
	within "a takeover at $phase s leaves no rate behind, ppb at the most" "$(value_of "$rate" max_ppb)" 0 20000
	within "nor backwards" "$(value_of "$rate" min_ppb)" 0 20000
	rmmod clockdisc
done
load

# --- what is left behind: the learnt frequency, also in the middle of a slew ---
clockdisc freq 5000ppb > /dev/null
sleep 1
clockdisc slew 100ms > /dev/null
sleep 1
within "a slew is under way, ppb" "$(value_of "$(clockrate 3 3)" mean_ppb)" 505000 5000
tap_check "the module unloads in the middle of it" rmmod clockdisc
rate=$(clockrate 20)
within "the learnt frequency is left behind, ppb" "$(value_of "$rate" mean_ppb)" 5000 100
within "nothing slews any longer, ppb" "$(value_of "$rate" max_ppb)" 5000 1000
tap_is "what was never synchronised is not left as such" "$(timex_field unsync)" 1

# --- observe ---
timex --freq 0
leave_behind
before=$(lasting)
load actuator=observe || exit 1
tap_is "observe changes nothing in adjtimex" "$(lasting)" "$before"
at_least "observe lets the others' slews go on, ppb" "$(value_of "$(clockrate 5)" max_ppb)" 500000
sleep 300
timex --tick 10000
timex --freq 0
timex --status 0x40
sleep 5
before=$(lasting)
server --offset 0.7
follow iburst minpoll 3 maxpoll 3
clockrate 400 1 > /tmp/rate
look
tap_is "observe goes as far as sync" "$(attr state)" sync
within "it measures the offset" "$(attr offset-ns)" 700000000 100000
# The kernel's own multiplier is good to some 0.1 ppm.
within "it does not move the clock, ppb" "$(value_of "$(cat /tmp/rate)" mean_ppb)" 0 200
tap_is "adjtimex shows no trace of it" "$(lasting)" "$before"
tap_is "no step is counted" "$(attr steps)" 0
for command in "step" "slew" "step 1ms"; do
	clockdisc $command > /tmp/said 2>&1
	tap_is "$command is refused" $? 1
	tap_check "with a sentence" grep "observe does not move the clock" /tmp/said
done
tap_check "status tells why this actuator" sh -c 'clockdisc status | grep "asked for when the module was loaded"'

# --- and from there to steering, without loading it again ---
clockdisc set actuator=timekeeper > /dev/null
tap_is "the actuator can be changed at run time" "$(field actuator)" timekeeper
clockdisc step > /dev/null
sleep 1
within "then a step sets the clock right" "$(ruler_ns)" 0 1000000
clockdisc set actuator=observe > /dev/null
tap_is "and back" "$(field actuator)" observe
within "the clock keeps its rate" "$(value_of "$(clockrate 20 20)" mean_ppb)" 0 1000
stop $ntpx_pid
stop $server_pid
tap_check "the module unloads" rmmod clockdisc

# --- a leap second that a program left armed ---
is_armed() {
	[ $(($(timex_field status) & 0x30)) -ne 0 ]
}
is_disarmed() {
	! is_armed
}
CS=/sys/devices/system/clocksource/clocksource0
for bits in 0x50 0x60; do
	timex --status $bits
	# The kernel takes it up at its next second.
	sleep 1.1
	load preset=monotonic
	tap_check "armed by another ($bits): the kernel is not to make it where leap seconds are slewed" is_disarmed
	rmmod clockdisc
	timex --status $bits
	load
	tap_check "it may where they are left to the kernel" is_armed
	clockdisc set leap-mode=slew > /dev/null
	tap_check "until they are not" is_disarmed
	tap_check "which the log tells" sh -c "clockdisc -j log | grep '\"kind\": *\"status\"' | grep '\"cause\": *\"leap\"'"
	clockdisc set actuator=clocksource > /dev/null
	tap_is "the clocksource clockdisc is current" "$(cat $CS/current_clocksource)" clockdisc
	timex --status $bits
	clockdisc set idle-swing=1us > /dev/null
	tap_check "with another actuator, too, when it next does something" is_disarmed
	clockdisc set actuator=timekeeper > /dev/null
	rmmod clockdisc
done
timex --status 0x40

# --- parameters ---
if insmod /modules/clockdisc.ko actuator=nonsense 2> /tmp/said; then
	tap_not_ok "actuator=nonsense is refused"
else
	tap_ok "actuator=nonsense is refused"
fi
tap_check "with a sentence in the log" sh -c 'dmesg | grep "actuator=nonsense: actuator must be auto, timekeeper or observe"'
tap_is "and nothing stays loaded" "$(grep -c ^clockdisc /proc/modules)" 0
for actuator in auto timekeeper; do
	load actuator=$actuator
	tap_is "actuator=$actuator is the timekeeper here" "$(field actuator)" timekeeper
	rmmod clockdisc
done
finish
