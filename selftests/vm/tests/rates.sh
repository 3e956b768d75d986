#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Rates: what another program left or sets is undone in time, a fast slew ends where it should, and adjtimex() tells of
# a bound that has grown too large when it has.
# boot: --icount --timeout 400 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# boot: --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
. /lib/lib.sh

# A slew that is ended goes on to the end of its second: whatever the moment of the load, it is no bias.
for into in 2 2.25 2.45 2.65; do
	timex --pll 0.2
	timex --adjtime 0.05
	sleep $into
	load
	clockdisc freq 0ppb
	sleep 3
	server
	before=$(ruler_ns)
	sleep 20
	at_most "after a takeover $into s into a slew the clock keeps its pace" "$(awk "BEGIN { d = $(ruler_ns) - $before; print d < 0 ? -d : d }")" 20000
	stop $server_pid
	rmmod clockdisc
done

# 1 % of somebody else's, with nobody to tell: no sample comes.
load
clockdisc freq 0ppb
sleep 3
server
before=$(ruler_ns)
timex --tick 10100
sleep 100
at_most "somebody else's rate is undone within seconds" "$(awk "BEGIN { d = $(ruler_ns) - $before; print d < 0 ? -d : d }")" 20000000
tap_is "and the tick is as it was" "$(timex_field tick_us)" 10000

# A writer of ten rates a second is noticed and fought slowly; it is no interruption.
events
for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do
	for ppm in 1 2 3 4 5 6 7 8 9 10; do
		timex --freq $ppm
	done
	sleep 1
done
tap_check "a busy writer of rates is told of" until_true 5 has_event foreign-rate
tap_check "and is no interruption" sh -c '! grep -q interrupted /tmp/events'
stop $monitor_pid

clockdisc set max-slew=100000ppm
before=$(ruler_ns)
clockdisc slew -10s
sleep 160
within "a slew of 10 s at 10 % ends there" "$(($(ruler_ns) - before))" 10000000000 1000000
stop $server_pid

# The bound of this servo grows at a known pace, 15 us a second.
clockdisc set servo=ntp max-slew=500ppm unsync-limit=20ms
server --root-disp 0.004
follow iburst minpoll 10 maxpoll 10
tap_check "synchronised" until_true 60 is_field synchronised 1
# The next sample is 1024 s away.
until_true 1000 is_field synchronised 0
tap_check "adjtimex() tells of it when status does" until_true 2 is_unsync 1
finish
