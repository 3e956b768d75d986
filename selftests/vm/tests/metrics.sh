#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Metrics of a clock that is followed: printed, and in a file that is replaced at once; and what they say without the module.
# kernels: 6.12
# boot: --icount --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# judge: selftests/check-metrics "$out/status.prom" "$out/status.om" "$out/absent.prom" "$out/absent.om"
. /lib/lib.sh

metric() { # NAME: its value in what was printed last
	awk -v name="$1 " 'index($0, name) == 1 { print $NF; exit }' /out/status.om
}

clockdisc metrics > /out/absent.om 2> /tmp/err
tap_is "without the module the exit status is 1" $? 1
tap_is "and it says so" "$(grep -v '^#' /out/absent.om)" "clockdisc_up 0"
tap_check "in words, too" grep -q 'is not loaded' /tmp/err
clockdisc metrics --textfile /out/absent.prom 2> /tmp/err
tap_is "likewise into a file" "$? $(grep -v '^#' /out/absent.prom)" "1 clockdisc_up 0"

load
server
follow iburst minpoll 3 maxpoll 4
tap_check "synchronised" clockdisc wait --timeout 120s
sleep 60
look
tap_check "metrics are printed" sh -c 'clockdisc metrics > /out/status.om'
tap_is "the end is told" "$(tail -n 1 /out/status.om)" "# EOF"
tap_is "it is up" "$(metric clockdisc_up)" 1
tap_is "the clock is synchronised" "$(metric clockdisc_synchronised)" 1
tap_is "its state is told" "$(metric 'clockdisc_state{state="sync"}')" 1
at_most "the bound is told in seconds" "$(metric clockdisc_bound_seconds)" 0.1
tap_is "what is set is told" "$(metric clockdisc_setting_step_threshold_seconds)" 0.128000000
at_least "samples are counted" "$(metric 'clockdisc_count_samples_total{verdict="accepted"}')" 4
tap_is "the source is told" "$(metric 'clockdisc_source_reason{id="1",source="127.0.0.1:'$PORT'",reason="selected"}')" 1

# A reader that looks all the time never finds half a file, and nothing is left beside it.
mkdir /tmp/collect
clockdisc metrics --textfile /tmp/collect/clockdisc.prom
(while [ ! -e /tmp/stop ]; do
	cat /tmp/collect/clockdisc.prom > /tmp/seen 2> /tmp/seen.err || echo missing
	tail -n 1 /tmp/seen | grep -q '^clockdisc_source_' || echo torn
done > /tmp/torn) &
i=0
while [ $i -lt 20 ]; do
	clockdisc metrics --textfile /tmp/collect/clockdisc.prom || echo failed
	i=$((i + 1))
done > /tmp/failed
touch /tmp/stop
wait $!
tap_is "the file is whole whenever somebody looks" "$(cat /tmp/torn /tmp/failed)" ""
tap_is "it is alone, and everybody may read it" "$(ls /tmp/collect) $(stat -c %a /tmp/collect/clockdisc.prom)" "clockdisc.prom 644"
cp /tmp/collect/clockdisc.prom /out/status.prom
clockdisc metrics --textfile /nowhere/clockdisc.prom 2> /tmp/err
tap_is "a directory that is not there is told" "$? $(grep -c 'cannot write /nowhere/clockdisc.prom' /tmp/err)" "1 1"
clockdisc metrics --format csv 2> /tmp/err
tap_is "a wrong format is refused with the legal ones" "$? $(grep -c 'legal are openmetrics, prometheus' /tmp/err)" "2 1"
tap_check "JSON" sh -c 'clockdisc -j metrics | grep -q "^{\"up\":1,\"clock\":{.*\"sources\":\[{"'
finish
