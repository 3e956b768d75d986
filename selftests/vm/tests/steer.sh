#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A cold start 0.7 s behind, half an hour on a clock whose oscillator is 12 ppm off, a server that falls silent and comes
# back. In virtual time; a ruler that shares no code with the module tells the true error.
# boot: --icount --timeout 400 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# boot: --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)" --add "$(selftests/netlink/program timexlog)"
. /lib/lib.sh
FREQ_PPB=-12345

server --offset 0.7 --freq-ppb $FREQ_PPB --jitter 0.00002
load || exit 1
tap_is "before the first sample the kernel's clock is not synchronised" "$(timex_field unsync)" 1
clockdisc wait --timeout 1s 2> /tmp/said
tap_is "clockdisc wait times out with 3" $? 3
echo 1 > /sys/kernel/tracing/events/clockdisc/enable
events
follow iburst minpoll 4 maxpoll 6

clockdisc wait --timeout 2min 2> /tmp/said
tap_is "clockdisc wait ends with 0 once the clock is synchronised" $? 0
clockdisc wait --bound 1ns --timeout 1s 2> /tmp/said
tap_is "a bound that is not reached times out with 3" $? 3
clockdisc wait --bound=-1s 2> /tmp/said
tap_is "a bound that is none is wrong usage, 2" $? 2
look
tap_is "it took one step" "$(attr steps)" 1
within "of 0.7 s" "$(attr last-step-ns)" 700000000 5000000
tap_check "an event told of it" until_true 5 has_event step
clockdisc set tai-offset=37

timexlog 1800 10 > /tmp/told &
ruler --port $PORT --samples 4 --gap 0.01 --watch 1800 --interval 10 127.0.0.1 > /tmp/errors
wait $!
# Columns: t, true error, its uncertainty; STA_UNSYNC, maxerror us, esterror us, TAI
paste -d ' ' /tmp/errors /tmp/told > /out/track
set -- $(awk '
	function abs(x) { return x < 0 ? -x : x }
	{
		error = abs($2 + 0)
		if (error > worst) worst = error
		if ($4 == 0) synced++
		if ($5 * 1000 < error - $3) false_max++
		if ($5 + 0 > max) max = $5 + 0
		if ($6 + 0 > est) est = $6 + 0
		if ($7 == 37) tai++
	}
	END { print NR, worst + 0, synced + 0, false_max + 0, max + 0, est + 0, tai + 0 }' /out/track)
echo "# worst error $2 ns, largest maxerror $5 us, largest esterror $6 us"
tap_is "half an hour was watched" "$1" 181
at_most "the clock stays within 1 ms of the truth" "$2" 1000000
tap_is "the kernel calls it synchronised all the time" "$3" 181
tap_is "maxerror is never less than the true error" "$4" 0
at_most "maxerror is of use: below 50 ms" "$5" 50000
at_most "esterror is of use: below 5 ms" "$6" 5000
at_least "TAI is as set" "$7" 175
look
tap_is "the state is sync" "$(attr state)" sync
tap_is "there was no other step" "$(attr steps)" 1
within "the learnt frequency is the server's, ppb" "$(awk "BEGIN { print $(attr freq-ppb-q16) / 65536 }")" $FREQ_PPB 500
# A correction lasts for a second, and what is measured while it runs is its rate.
is_rate_right() {
	look
	awk "BEGIN { d = $(attr clock-rate-ppb-q16) / 65536 - $FREQ_PPB; exit !(d > -2000 && d < 2000) }"
}
tap_check "the clock was measured to run at it" until_true 200 is_rate_right

for point in sample select update steer step state; do
	tap_check "tracepoint clockdisc_$point fired" grep -q "clockdisc_$point: " /sys/kernel/tracing/trace
done
echo 0 > /sys/kernel/tracing/events/clockdisc/enable

# Silence: the server stays stopped, its truth goes on.
clockdisc set unsync-limit=25ms
kill -STOP $server_pid
tap_check "a server that falls silent leads to holdover" until_true 1200 is_field state holdover
look
tap_is "in holdover the clock is not synchronised by its own word" "$(attr synchronised)" 0
tap_is "and has stratum 16" "$(attr stratum)" 16
at_most "as long as its bound is below the limit" "$(attr bound-ns)" 25000000
tap_is "the kernel is told that it is still good" "$(timex_field unsync)" 0
tap_check "when the bound passes the limit STA_UNSYNC comes back" until_true 2500 is_unsync 1
at_least "not before" "$(field bound-ns)" 25000000
kill -CONT $server_pid
within "it kept the time meanwhile, ns" "$(sleep 1; ruler_ns 4)" 0 1500000
tap_check "the server's return ends holdover" until_true 600 is_field state sync
tap_check "and STA_UNSYNC" until_true 60 is_unsync 0
tap_is "without a step" "$(field steps)" 1
finish
