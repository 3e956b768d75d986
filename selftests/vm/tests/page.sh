#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# /dev/clockdisc: what programs that map it read, on two processors at full speed, while the clock is stepped and slewed, the
# clocksource is exchanged and the module goes away under them. In real time: virtual time runs processors in turn.
# PAGE_SECONDS is how long; 60 is the real thing: PAGE_SECONDS=60 selftests/ring-vm page
# boot: --smp 2 --timeout 400 --append "page_seconds=${PAGE_SECONDS:-5}"
# boot: --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# boot: --add "$(selftests/netlink/program pagewatch)" --add "$(selftests/netlink/program timens)" --add "$(selftests/netlink/program pagetimex)"
. /lib/lib.sh
CS=/sys/devices/system/clocksource/clocksource0
seconds=$(value_of "$(cat /proc/cmdline)" page_seconds)

now_field() {
	pick "$(clockdisc -j now)" "$1"
}
# The clock that is disciplined lies between earliest and latest, read right before and after it.
holds_the_clock() {
	json_before=$(clockdisc -j now)
	real=$(field real-ns)
	json_after=$(clockdisc -j now)
	is_true "$(pick "$json_before" earliest-real-ns) <= $real && $real <= $(pick "$json_after" latest-real-ns)"
}

# What the last status, or an event, says the bound is made of, less the bound.
parts_less_bound() { # TEXT
	sum=0
	for part in root path width oscillator slew smear; do
		sum=$((sum + $(pick "$1" bound-$part-ns)))
	done
	echo $((sum - $(pick "$1" bound-ns)))
}
event_line() { # NAME
	grep "\"event\": *\"$1\"" /tmp/events | tail -n 1
}

clockdisc now 2> /tmp/said
tap_is "without the module: refused" $? 1
tap_check "with a sentence" grep -q "the module is not loaded" /tmp/said
load || exit 1
tap_is "the device is for everybody to read" "$(stat -c %a /dev/clockdisc)" 444
clockdisc now 2> /tmp/said
tap_is "before a source has spoken nobody knows the time" $? 1
tap_check "with a sentence" grep -q "nobody knows the time" /tmp/said
tap_is "it cannot be opened for writing" "$( (exec 3>> /dev/clockdisc) 2>&1 | grep -ci "denied")" 1

server --freq-ppb 20000
follow iburst minpoll 0 maxpoll 0
tap_check "the clock follows" until_true 120 is_field state sync
tap_check "the clock is between earliest and latest" holds_the_clock
look
tap_is "the bound's parts add up to it" "$(parts_less_bound "$json")" 0
at_least "a part is the path, ns" "$(attr bound-path-ns)" 1
tap_check "the clock is between earliest and latest, give and take what is to be slewed" is_true \
	"$(attr earliest-real-ns) - $(attr bound-slew-ns) <= $(attr real-ns) && $(attr real-ns) <= $(attr latest-real-ns) + $(attr bound-slew-ns)"
events
left_before=$(field bound-slew-ns)
clockdisc step 20ms
tap_check "an event comes" until_true 30 has_event step
said=$(event_line step)
tap_is "in an event they do, too" "$(parts_less_bound "$said")" 0
within "a step is to be slewed back, ns" "$(pick "$said" bound-slew-ns)" 20000000 $((2000000 + left_before))
clockdisc step -20ms
# The kernel's readers, all the time over some of its seconds and ours.
said=$(pagetimex 4)
echo "# $said"
at_least "readings of adjtimex beside the page" "$(value_of "$said" same)" 100
tap_is "maxerror is never less than the half-width" "$(value_of "$said" less)" 0
here=$(now_field earliest-real-ns)
there=$(pick "$(timens 100000 clockdisc -j now)" earliest-real-ns)
tap_check "in a time namespace it is the same time" is_true "$there > $here && $there < $here + 10000000000"

# --- hammered ---
pagewatch 1000 > /tmp/page &
page_pid=$!
end=$(($(date +%s) + seconds)) rounds=0
while [ "$(date +%s)" -lt $end ]; do
	clockdisc step 20ms > /dev/null
	clockdisc slew -30ms > /dev/null
	clockdisc step -20ms > /dev/null
	clockdisc freq 19900ppb > /dev/null
	clockdisc freq 20ppm > /dev/null
	rounds=$((rounds + 1))
done
echo "# $rounds rounds of steps, slews and rates"
generation=$(now_field generation)
# Reading that one takes long: not longer than needed.
echo acpi_pm > $CS/current_clocksource
echo tsc > $CS/current_clocksource
is_later() {
	later=$(now_field generation)
	[ "$later" ] && [ "$later" -gt "$generation" ]
}
tap_check "the interruption is told" until_true 60 has_event interrupted
tap_is "with no earliest and latest in it" "$(pick "$(event_line interrupted)" earliest-real-ns)$(pick "$(event_line interrupted)" bound-root-ns)" ""
tap_check "after an interruption the time is known again, in another generation" until_true 60 is_later
generation=$(now_field generation)
clockdisc set actuator=clocksource
clockdisc now 2> /tmp/said
tap_check "with a steered counter there is no line" grep -q "CLOCK_MONOTONIC_RAW is steered" /tmp/said
clockdisc set actuator=timekeeper
tap_check "and when it is not any more, another generation" until_true 60 is_later
stop $ntpx_pid
ntpx_pid=
tap_check "the module unloads under its readers" rmmod clockdisc
wait $page_pid
said=$(cat /tmp/page)
echo "# $said"
at_least "readings" "$(value_of "$said" reads)" 10000
at_least "of which the time was known" "$(value_of "$said" known)" 1000
tap_is "none contradicts the one before" "$(value_of "$said" jumps)" 0
at_least "interruptions were seen" "$(value_of "$said" void)" 1
at_least "readers saw the module go" "$(value_of "$said" dead)" 1
load
tap_check "a module loaded later has another page" sh -c 'clockdisc now 2>&1 | grep "nobody knows"'
exec 3< /dev/clockdisc
rmmod clockdisc 2> /tmp/said
tap_is "an open descriptor keeps the module" $? 1
exec 3<&-
tap_check "not longer than it is open" rmmod clockdisc
finish
