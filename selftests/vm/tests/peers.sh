#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# ntpx against the servers of others: Debian's chronyd and ntpsec's ntpd, which serve the guest's own clock and leave it
# alone. In virtual time.
# boot: --icount --timeout 200 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/vm/peer chronyd)"
# boot: --add "$(selftests/vm/peer ntpd)" --add "$(selftests/netlink/program timex)" --add "$(selftests/netlink/program ruler)"
. /lib/lib.sh

add_ntp_users
serve_chronyd
server_pid=$!
serve_ntpd
ntpd_pid=$!

tap_check "chronyd answers" until_true 40 ruler --port $PORT --samples 1 127.0.0.1
tap_check "ntpd answers" until_true 40 ruler --port 123 --samples 1 127.0.0.1
load || exit 1
ntpx -f -d driftfile none, server 127.0.0.1 port $PORT iburst minpoll 3 maxpoll 4, server 127.0.0.1 port 123 iburst minpoll 3 maxpoll 4 > /tmp/ntpx.log 2>&1 &
ntpx_pid=$!

one() { # NAME: the source's JSON as it was read last
	sed 's/},/}\n/g' /tmp/sources | grep "\"name\": *\"$1\""
}
is_used() {
	clockdisc -j sources > /tmp/sources
	case $(pick "$(one "$1")" reason) in
	selected | combined) return 0 ;;
	esac
	return 1
}
for peer in "127.0.0.1:$PORT" 127.0.0.1; do
	tap_check "$peer is used" until_true 600 is_used "$peer"
done
# Exchanges while nothing else runs here, all of them read at once: a busy processor's answer is late.
sleep 60
clockdisc -j sources > /tmp/sources
look
for peer in "chronyd 127.0.0.1:$PORT 8" "ntpd 127.0.0.1 7"; do
	set -- $peer
	source=$(one "$2")
	tap_is "$1 tells its stratum" "$(pick "$source" stratum)" "$3"
	within "its offset from itself is nothing, ns" "$(pick "$source" offset-ns)" 0 100000
	at_least "its samples are accepted" "$(pick "$source" accepted)" 3
	tap_is "none is dropped" "$(pick "$source" dropped)" 0
	at_least "the delay is positive, ns" "$(pick "$source" delay-ns)" 1000
	at_most "and that of loopback" "$(pick "$source" delay-ns)" 2000000
done
tap_is "the clock is synchronised" "$(attr synchronised)" 1
tap_is "both weigh in" "$(attr survivors)" 2
tap_is "no step was made" "$(attr steps)" 0
if [ $tap_failed -gt 0 ]; then
	tail -n 20 /tmp/chronyd.log /tmp/ntpd.log | sed 's/^/# /'
fi
stop $ntpd_pid
finish
