#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A server that sends nonsense: every kind is dropped and counted by name, and the clock keeps its rate. In virtual time.
# boot: --icount --timeout 240 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# boot: --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
# boot: --add "$(selftests/netlink/program clockrate)"
. /lib/lib.sh

# fault NAME [PPB]: half a minute of it, on a clock that is right and knows its frequency; its rate stays within PPB (1000).
# Leaves what the module says in $json and $sources, what ntpx counted in $line.
fault() {
	server --fault "$1"
	load
	clockdisc freq 0ppb > /dev/null
	follow minpoll 0 maxpoll 0
	sleep 2
	clockrate 30 1 > /tmp/rate
	look
	sources=$(clockdisc -j sources)
	stop $ntpx_pid
	stop $server_pid
	ntpx_pid= server_pid=
	line=$(grep ': sent ' /tmp/ntpx.log | tail -n 1)
	rmmod clockdisc
	if is_true "$(value_of "$(cat /tmp/rate)" max_ppb) < ${2:-1000} && $(value_of "$(cat /tmp/rate)" min_ppb) > -${2:-1000}"; then
		tap_ok "$1: the clock keeps its rate"
	else
		tap_not_ok "$1: the clock keeps its rate" "$(cat /tmp/rate)"
	fi
}
unused() {
	tap_is "$1: nothing of it is used" "$(attr updates)" 0
	tap_is "$1: the clock is not synchronised" "$(attr synchronised)" 0
}
samples() { # VERDICT: how many of the module's last status
	case $json in
	*"\"verdict\":\"$1\""*) pick "${json#*"\"verdict\":\"$1\""}" samples ;;
	*) echo 0 ;;
	esac
}
dropped_by_ntpx() { # FAULT COUNTER
	fault "$1"
	case $line in
	*", $2 "[1-9]*) tap_ok "$1: counted by ntpx as $2" ;;
	*) tap_not_ok "$1: counted by ntpx as $2" "$line" ;;
	esac
	unused "$1"
}
dropped_by_module() { # FAULT VERDICT
	fault "$1"
	at_least "$1: counted by the module as $2" "$(samples "$2")" 20
	tap_is "$1: the source shows it" "$(pick "$sources" last-verdict)" "$2"
	at_least "$1: the source counts it" "$(pick "$sources" dropped)" 20
	unused "$1"
}

for pair in "truncated short" "mode mode" "version version" "stratum0 kiss" "origin origin" "zero-stamp no-stamp"; do
	dropped_by_ntpx $pair
	at_least "${pair% *}: the module is told of missed polls" "$(samples missed)" 5
done
for pair in "stratum16 stratum" "leap3 unsync" "t3-before-t2 stamp-order"; do
	dropped_by_module $pair
	case $pair in
	t3*) ;;
	*) tap_is "${pair% *}: the reason says so, too" "$(pick "$sources" reason)" "${pair#* }" ;;
	esac
done

# What does no harm: the good answer among the bad ones is taken.
for name in oversized repeat unasked; do
	fault $name 20000
	at_least "$name: the good answers are taken" "$(samples accepted)" 5
	tap_is "$name: the clock is synchronised" "$(attr synchronised)" 1
done
fault reorder 20000
at_least "reorder: the answers in time are taken" "$(samples accepted)" 3
for pair in "kod-deny DENY" "kod-rstr RSTR" "kod-rate RATE"; do
	fault "${pair% *}"
	tap_check "${pair% *}: ntpx says ${pair#* }" grep "${pair#* }" /tmp/ntpx.log
	tap_is "${pair% *}: nothing of it is used" "$(attr updates)" 0
	at_most "${pair% *}: ntpx asks less" "$(echo "$line" | sed 's/.*sent \([0-9]*\),.*/\1/')" 6
done

# The same once the clock follows a server: its rate stays the one that was learnt.
server --freq-ppb 3000
load
clockdisc freq 3000ppb > /dev/null
follow minpoll 0 maxpoll 0
tap_check "the clock follows a server" until_true 60 is_field state sync
sleep 60
stop $server_pid
server --freq-ppb 3000 --fault t3-before-t2
clockrate 30 1 > /tmp/rate
within "bad packets of the server that is followed do not touch the rate, ppb" "$(value_of "$(cat /tmp/rate)" mean_ppb)" 3000 300
tap_is "nor step the clock" "$(field steps)" 0
stop $server_pid
server --freq-ppb 3000 --fault leap3
tap_check "a server that says that it lost its own reference is left" until_true 60 is_field state holdover
tap_is "with that reason" "$(source_field reason)" unsync
within "the clock runs on as it was, ppb" "$(value_of "$(clockrate 20 20)" mean_ppb)" 3000 300
stop $server_pid
server --freq-ppb 3000
tap_check "and followed again" until_true 120 is_field state sync
finish
