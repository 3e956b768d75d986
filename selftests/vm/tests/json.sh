#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Every command prints JSON with -j: what --help lists is run, and somebody outside reads it.
# kernels: 6.12
# boot: --icount --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# judge: selftests/check-json "$out"/*.json
. /lib/lib.sh

load
server --jitter 1e-4
follow iburst minpoll 3 maxpoll 4
tap_check "synchronised" clockdisc wait --timeout 120s
clockdisc record /tmp/log > /dev/null 2>&1 &
recorder=$!
clockdisc -j monitor > /out/monitor.json &
monitor_pid=$!
sleep 40

# What goes after the command's name, or why it is not run.
arguments() {
	case $1 in
	status | now | explain | sources | freeze | unfreeze | policy | preset | wait | freq | metrics | log) echo "" ;;
	"source add") echo "extra noselect" ;;
	"source set") echo "extra minpoll=4" ;;
	"source del") echo "extra" ;;
	sample) echo "extra --offset 1us --half-width 1ms" ;;
	set) echo "step-threshold=100ms" ;;
	step | slew) echo "1us" ;;
	record) echo "- --for 1s" ;;
	oscillator) echo "/tmp/log" ;;
	"shadow report") echo "/tmp/log" ;;
	monitor) echo "skip: runs all the time" ;;
	plot) echo "skip: draws a file, outside" ;;
	top) echo "skip: is for people, and refuses -j" ;;
	resume) echo "skip: the clock must have been left to somebody" ;;
	accept | reject) echo "skip: there must be a correction that waits" ;;
	*) echo "unknown" ;;
	esac
}
run() { # COMMAND
	more=$(arguments "$1")
	case $more in
	skip:*) return ;;
	unknown) tap_not_ok "$1: how is it to be run?" "say so in this test"; return ;;
	esac
	file=/out/$(echo "$1" | tr ' ' -).json
	# shellcheck disable=SC2086
	clockdisc -j $1 $more > "$file" 2> /tmp/err
	tap_is "$1 -j prints something and is content" "$? $(test -s "$file" && echo some) $(cat /tmp/err)" "0 some "
}

kill -0 $recorder || tap_not_ok "a log is recorded"
# A source must be added before it is fed, and fed before it is removed.
run "source add"
clockdisc --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\( [a-z]\{1,\}\)\{0,1\}\)  .*/\1/p' > /tmp/commands
while read -r command; do
	case $command in
	source*) ;;
	*) run "$command" ;;
	esac
done < /tmp/commands
run "source set"
run "source del"
at_least "all of the commands were listed" "$(wc -l < /tmp/commands)" 20
tap_is "top refuses" "$(clockdisc -j top 2>&1 | grep -c 'is for people')" 1
stop $recorder
finish
