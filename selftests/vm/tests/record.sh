#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A log of the clock: what is in it, that it goes on and is not overwritten, and that it can be drawn.
# kernels: 6.12
# boot: --icount --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# judge: build/tools/clockdisc plot "$out/log" -o "$out/clock.png" && head -c 4 "$out/clock.png" | grep -q PNG
# judge: build/tools/clockdisc plot "$out/log" -o "$out/clock.svg" && grep -q '</svg>' "$out/clock.svg"
# judge: build/tools/clockdisc plot "$out/log" -o "$out/oscillator.png" --oscillator && head -c 4 "$out/oscillator.png" | grep -q PNG
# judge: { PATH=/nowhere build/tools/clockdisc plot "$out/log" -o "$out/none.png" 2>&1 || :; } | grep -q 'gnuplot is not installed'
. /lib/lib.sh

lines() { # PATTERN
	grep -c "$1" /out/log
}

clockdisc record /out/log 2> /tmp/err
tap_is "without the module it says so, and leaves no file" "$? $(grep -c 'is not loaded' /tmp/err) $(ls /out)" "1 1 "
load
server --jitter 1e-4 --freq-ppb 20000
clockdisc record /out/log --interval 2s > /tmp/said 2>&1 &
recorder=$!
follow iburst minpoll 3 maxpoll 4
tap_check "synchronised" clockdisc wait --timeout 120s
sleep 300
date -s "@$(($(date +%s) + 1))" > /dev/null
sleep 100
stop $recorder
tap_is "it ends on a signal, without a word" "$? $(cat /tmp/said)" "0 "
at_least "the clock is written at every interval" "$(lines '^{"clock":{"real-ns"')" 195
at_most "and after samples, not more" "$(lines '^{"clock":{"real-ns"')" 320
at_least "samples are written as they were measured" "$(lines '^{"source":{.*"sample-phase-ns":')" 25
tap_is "the set is in it, with its value" "$(lines '"event":"foreign-set","event-value-ns":')" 1
tap_is "and who did it" "$(lines '^{"log":{.*"kind":"set","cause":"foreign","name":"date"')" 1
tap_is "settings are in the first line only" "$(grep -n step-threshold-ns /out/log | cut -d: -f1 | tr '\n' ' ')" "1 "
tap_is "every line is an object" "$(grep -vc '^{"[a-z]*":{.*}}$' /out/log)" 0
at_most "bytes of a line" "$(tail -n +2 /out/log | wc -lc | awk '{ print $2 / $1 }')" 600

before=$(wc -l < /out/log)
clockdisc record /out/log --for 1s 2> /tmp/err
tap_is "a log that is there is not overwritten" "$? $(grep -c -- --append /tmp/err) $(wc -l < /out/log)" "1 1 $before"
tap_check "it goes on when asked" clockdisc record /out/log --append --for 5s --interval 500ms
at_least "lines more" $(($(wc -l < /out/log) - before)) 10
head -c -20 /out/log > /tmp/torn
clockdisc record /tmp/torn --append --for 1s
tap_is "after a line that was cut short no other is lost" "$(grep -vc '^{"[a-z]*":{.*}}$' /tmp/torn) $(grep -c step-threshold-ns /tmp/torn)" "1 3"
clockdisc record /tmp/log --interval 1ns 2> /tmp/err
tap_is "a wrong interval is refused with the range" "$? $(grep -c 'legal is 10 ms to 3600 s' /tmp/err)" "2 1"

# The source's frequency against the counter is a line; what is learnt of it is smoother than its samples at 128 s.
clockdisc -j oscillator /out/log > /tmp/adev
value_at() { # SERIES: the deviation at the tau that is nearest above 100 s
	sed 's/.*"'"$1"'":\[//; s/\].*//; s/},{/}\n{/g' /tmp/adev | sed -n 's/.*"tau-s":\([^,]*\),"adev":\([^,]*\),.*/\1 \2/p' |
		awk '$1 > 50 { print $2; exit }'
}
at_most "the Allan deviation of what was learnt is that of a good oscillator" "$(value_at learnt)" 5e-6
tap_check "of a measurement, too" is_true "$(value_at measured) > 1e-8"
clockdisc oscillator --for 6s --interval 200ms > /tmp/table
tap_is "live" "$? $(grep -c '^ *0\.[2-9]' /tmp/table)" "0 3"
clockdisc oscillator 2> /tmp/err
tap_is "neither a log nor a time is refused" "$? $(grep -c 'give a log, or --for' /tmp/err)" "2 1"
clockdisc shadow report /out/log > /tmp/report
tap_is "a report is made" "$? $(grep -c '^the clock as it was ' /tmp/report)" "0 1"
tap_is "who set the clock is named" "$(grep -c '^by date: 1 sets and steps, the largest ' /tmp/report)" 1
tap_is "the set by another is in it" "$(grep -c '^set by others: 1 times, the largest by ' /tmp/report)" 1
clockdisc shadow report /tmp/adev 2> /tmp/err
tap_is "too little to judge by is told" "$? $(grep -c 'too little to judge by' /tmp/err)" "1 1"
clockdisc shadow report /out/log --limit 0s 2> /tmp/err
tap_is "a wrong limit is refused with the range" "$? $(grep -c 'legal is 1 ns to 3600 s' /tmp/err)" "2 1"

clockdisc record /tmp/last 2> /tmp/err &
recorder=$!
sleep 2
stop $ntpx_pid
ntpx_pid=
# In the middle of a list of its sources it holds the module.
until_true 10 rmmod clockdisc
wait $recorder
# Either an event tells of it, or the request of the next line.
tap_is "it ends when the module is unloaded, and says so" "$? $(grep -c 'was unloaded\|is not loaded' /tmp/err)" "1 1"
tap_is "with whole lines" "$(tail -n 1 /tmp/last | grep -c '}}$')" 1
finish
