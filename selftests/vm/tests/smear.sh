#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A leap second that is not left to the kernel: the clock goes straight on over the instant itself, and says by how much it is
# off UTC. A smear that begins late, over midnight, and a second that is slewed afterwards; the kernel is told of neither.
# kernels: 6.12
# boot: --icount --timeout 300 --rtc 2026-12-31T23:50:00 --add selftests/vm/tests/lib.sh:/lib/lib.sh
# boot: --add "$(selftests/netlink/program ntp_server)" --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
. /lib/lib.sh

is_smearing() {
	[ "$(field smeared)" = 1 ]
}
is_over() {
	[ "$(field smear-ns)" = 0 ]
}
is_past_midnight() {
	[ "$(date -u +%Y)" = 2027 ]
}
# The clock minus UTC as the server has it, less what the module says that it is off: what nobody meant. Its readings are some
# milliseconds apart, in which 23 ppm are nothing.
unmeant_ns() {
	unmeant_real=$(ruler_ns 2)
	echo $((-unmeant_real - $(field smear-ns)))
}
is_on_the_smear() {
	unmeant=$(unmeant_ns)
	[ "${unmeant#-}" -lt 1000000 ]
}

# What the clock gained on the counter since the last call.
gained_ns() {
	look
	gained=$(($(attr real-ns) - $(attr raw-ns) - last))
	last=$((last + gained))
	echo $gained
}

# once MODE LEAP NAME TAI: from ten minutes before midnight to some minutes after it
once() {
	date -u -s "2026-12-31 23:50:00" > /dev/null
	load
	clockdisc set leap-mode="$1" max-slew=5000ppm tai-offset=37
	events
	server --leap "$2" --makes-leap
	follow iburst minpoll 4 maxpoll 4
	tap_check "$1 $2: synchronised" clockdisc wait --timeout 120s
	tap_is "$1 $2: it is announced" "$(field leap)" "$3"
	if [ "$1" != slew ]; then
		tap_check "$1 $2: begins late" until_true 60 is_smearing
		sleep 120
		tap_check "$1 $2: the clock is where it is meant to be" is_on_the_smear
	fi
	tap_is "$1 $2: the kernel is told of no leap second" $(($(timex_field status) & 0x30)) 0
	last=0
	gained_ns > /dev/null
	tap_check "$1 $2: midnight comes" until_true 1200 is_past_midnight
	sleep 5
	gained_ns > /tmp/gained
	at_most "$1 $2: the clock has gone straight on, ns" "$(tr -d - < /tmp/gained)" 100000000
	tap_check "$1 $2: UTC has made it" until_true 5 has_event leap
	tap_check "$1 $2: the clock is where it is meant to be" until_true 60 is_on_the_smear
	# Half a second is what tells UTC from the clock; the readings are milliseconds apart.
	maxerror_us=$(timex_field maxerror_us)
	look
	clockdisc -j now > /tmp/now
	at_least "$1 $2: nearly a second off" "$(attr smear-ns | tr -d -)" 700000000
	at_least "$1 $2: maxerror says so, us" "$maxerror_us" "$(($(attr smear-ns | tr -d -) / 1000))"
	at_least "$1 $2: the bound says so" "$(attr bound-ns)" "$(attr smear-ns | tr -d -)"
	within "$1 $2: the page has UTC, ns" "$(pick "$(cat /tmp/now)" earliest-real-ns)" \
		"$(($(attr real-ns) - $(attr smear-ns)))" 500000000
	tap_is "$1 $2: synchronised" "$(attr synchronised)" 1
	tap_is "$1 $2: TAI has gone on" "$(timex_field tai_s)" "$4"
	tap_is "$1 $2: nobody set the clock" "$(grep -c '"event": *"\(foreign-set\|step\)"' /tmp/events)" 0
	if [ "$1" = slew ]; then
		tap_check "$1 $2: made up for" until_true 500 is_over
		tap_check "$1 $2: the clock is right: 1 ms" until_true 60 is_right 1000000
	fi
	for pid in $ntpx_pid $server_pid $monitor_pid; do
		stop $pid
	done
	tap_check "$1 $2: the module unloads" rmmod clockdisc
}
once smear-linear 1 insert 38
once smear-cosine 2 delete 36
once slew 1 insert 38
tap_end
