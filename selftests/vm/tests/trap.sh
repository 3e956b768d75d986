#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The trap of the local clock. A clock that runs 500 ppm wrong while every server is unreachable, or all of them contradict each
# other, or the last one is lost: an ntpd with 127.127.1.0 calls itself synchronised to itself. Here status, exit codes, the
# page, adjtimex() and timedatectl's rule all say what is the case. In virtual time.
# boot: --icount --append ntp_tick_adj=500000 --add selftests/vm/tests/lib.sh:/lib/lib.sh
# boot: --add "$(selftests/netlink/program ntp_server)" --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
. /lib/lib.sh

TIME_ERROR=5

# timedatectl's "System clock synchronized": maxerror below 16 s, and nothing else.
timedatectl_says() {
	[ "$(timex_field maxerror_us)" -lt 16000000 ] && echo yes || echo no
}
# nobody_believes_it NAME: everybody who can be asked says that the clock is not synchronised.
nobody_believes_it() {
	look
	tap_is "$1: status says so" "$(attr synchronised)" 0
	tap_is "$1: with stratum 16" "$(attr stratum)" 16
	tap_is "$1: no source is followed" "$(attr selected-id)" ""
	clockdisc wait --timeout 1s > /dev/null 2>&1
	tap_is "$1: wait gives up" $? 3
	tap_is "$1: STA_UNSYNC is set" "$(timex_field unsync)" 1
	tap_is "$1: adjtimex() returns TIME_ERROR" "$(timex_field state)" $TIME_ERROR
	tap_is "$1: timedatectl's rule says no" "$(timedatectl_says)" no
}
nobody_knows_the_time() {
	clockdisc now > /dev/null 2>&1
	tap_is "$1: the page tells no time" $? 1
}
explains() { # NAME WORDS [SOURCE]
	clockdisc explain $3 > /tmp/said
	tap_check "$1: explain names the reason: $2" grep -q "$2" /tmp/said
	sed 's/^/# /' /tmp/said
}
has_reason() { # REASON: of all sources
	clockdisc -j sources > /tmp/sources
	[ "$(grep -o '"reason": *"[a-z-]*"' /tmp/sources | sort -u | sed 's/.*: *//')" = "\"$1\"" ]
}
bound_is_past() { # NS
	[ "$(field bound-ns)" -gt "$1" ]
}
true_error() {
	error_now=$(ruler_ns 2)
	echo "${error_now#-}"
}

ntpx -f -d driftfile none, server 127.127.1.0 2> /tmp/said
tap_check "the local clock is refused as a source" grep -q "the local clock is no source of time" /tmp/said
load

# --- every server is unreachable ---
ntpx -f -d driftfile none, server 127.0.0.1 port 9 iburst minpoll 3 maxpoll 3, server 127.0.0.2 port 9 minpoll 3 maxpoll 3 \
	> /tmp/ntpx.log 2>&1 &
ntpx_pid=$!
sleep 600
nobody_believes_it "unreachable"
nobody_knows_the_time "unreachable"
tap_is "unreachable: the state is that nothing is known" "$(attr state)" unset
explains "unreachable" "None of 2 sources is fit"
explains "unreachable" "The last one did not come: the poll was not answered" 127.0.0.1:9
stop $ntpx_pid

# --- all of them contradict each other ---
pids= words=
for n in 1 2 3; do
	PORT=$((11130 + n))
	server --offset $((n * 10))
	pids="$pids $server_pid" words="$words, server 127.0.0.1 port $PORT iburst minpoll 3 maxpoll 3"
done
ntpx -f -d driftfile none$words > /tmp/ntpx.log 2>&1 &
ntpx_pid=$!
tap_check "contradicting: no majority" until_true 60 has_reason no-majority
sleep 300
nobody_believes_it "contradicting"
nobody_knows_the_time "contradicting"
explains "contradicting" "No majority of the sources agrees"
tap_is "contradicting: no step" "$(attr steps)" 0
# They are taken away one by one: the last one, alone at last, does not set the clock.
stop $ntpx_pid
tap_is "contradicting: nor when they are taken away" "$(field steps)" 0
for pid in $pids; do
	stop $pid
done

# --- it was right, then the last server is lost and the frequency is set wrong by hand ---
PORT=11123
server
clockdisc set unsync-limit=100ms
follow iburst minpoll 3 maxpoll 3
tap_check "right first" clockdisc wait --timeout 120s
tap_check "and with a frequency" until_true 600 is_field state sync
tap_is "timedatectl's rule says so" "$(timedatectl_says)" yes
stop $ntpx_pid
ntpx_pid=
tap_check "lost: holdover" until_true 30 is_field state holdover
clockdisc freq 500ppm > /dev/null
sleep 60
error=$(true_error)
at_least "lost: the clock is wrong by 500 ppm of a minute, ns" "$error" 20000000
at_least "lost: the bound holds it" "$(field bound-ns)" "$error"
look
tap_is "lost: a clock in holdover does not call itself synchronised" "$(attr synchronised)" 0
tap_check "lost: the bound passes the limit" until_true 300 bound_is_past 100000000
error=$(true_error)
at_least "lost: the bound holds the true error" "$(field bound-ns)" "$error"
nobody_believes_it "lost"
nobody_knows_the_time "lost"
explains "lost" "There is no source"
explains "lost" "other programs are told that it is not synchronised"
finish
