#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Others who move the clock, for real: chronyd, ntpsec's ntpd, date -s, what systemd-timesyncd and phc2sys do. Who they are, that
# each policy does what its page says, and that nobody is fought at full speed. In virtual time. The real systemd-timesyncd is in
# timesyncd.sh, more moves than there is room for in overrun.sh.
# boot: --icount --timeout 400 --mem 768 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# boot: --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)" --add "$(selftests/netlink/program mover)"
# boot: --add "$(selftests/vm/peer chronyd)" --add "$(selftests/vm/peer ntpd)"
. /lib/lib.sh

# The others believe in a clock that is 0.3 s ahead of ours.
OTHER_PORT=11124
daemon_pid= other_pid=
other_server() {
	ntp_server --port $OTHER_PORT --quiet --offset 0.3 > /tmp/other.log 2>&1 &
	other_pid=$!
}
chrony() {
	printf 'server 127.0.0.1 port %s iburst minpoll 0 maxpoll 1\nmakestep 0.1 -1\nrtcsync\n' $OTHER_PORT > /tmp/chrony.conf
	printf 'pidfile /run/chronyd.pid\ncmdport 0\nbindcmdaddress /\n' >> /tmp/chrony.conf
	rm -f /run/chronyd.pid
	chronyd -d -U -u root -f /tmp/chrony.conf > /tmp/chronyd.log 2>&1 &
	daemon_pid=$!
}
begin() { # OPTION...: the module and our own server, followed
	load "$@"
	clockdisc freq 0ppb > /dev/null
	clockdisc set stepout=0s
	server
	follow iburst minpoll 0 maxpoll 1
	until_true 60 is_field synchronised 1
}
end() {
	for pid in $daemon_pid $ntpx_pid $server_pid; do
		stop $pid
	done
	daemon_pid= ntpx_pid= server_pid=
	rmmod clockdisc
}
log_of() { # CAUSE
	clockdisc -j log | grep "\"cause\":\"$1\""
}
is_moved_by() { # NAME
	log_of foreign | grep -q "\"name\":\"$1\""
}
is_yielded_to() {
	look
	[ "$(attr yielded)" = 1 ] && [ "$(attr mover-name)" = "$1" ]
}
# ours: how many entries of the log are moves of ours
ours() {
	clockdisc -j log | grep '"name":"clockdisc"' | grep -cE '"kind":"(step|rate|slew)"'
}
# The least time between two of our answers, s. The rate that belongs to one is measured and set within two seconds.
least_gap_s() {
	log_of reassert | sed 's/.*"raw-ns":\([0-9]*\).*/\1/' | awk '
		!first { first = $1 }
		$1 - first > 2e9 { gap = ($1 - first) / 1e9; if (!least || gap < least) least = gap; first = $1 }
		END { print least ? least : 0 }'
}
yields_to() { # NAME HOW...
	who=$1
	shift
	begin
	"$@"
	tap_check "$who: the clock is left to it" until_true 120 is_yielded_to "$who"
	at_most "$who: noticed at once, ns" "$(pick "$(log_of foreign | grep "\"name\":\"$who\"" | head -n 1)" noticed-ns)" 10000000
	sleep 2
	before=$(ours)
	sleep 12
	tap_is "$who: nothing is done any more" "$(ours)" "$before"
}

other_server

# --- chronyd is started beside us ---
yields_to chronyd chrony
tap_is "a step is refused then" "$(clockdisc step 1ms 2>&1 | grep -c "left to another program")" 1
tap_check "the explanation names it" sh -c 'clockdisc explain | grep "left to chronyd (process"'
tap_check "so does the log, with what was decided" sh -c 'clockdisc log | grep "chronyd/.*-> yield"'
is_as_the_others() {
	is_true "$(ruler_ns) < -250000000"
}
tap_check "chronyd has its way" until_true 60 is_as_the_others
clockdisc log > /out/log-yield
clockdisc explain > /out/explain-yield
# A second of chronyd's is not long: it goes on when this has been seen.
kill -STOP $daemon_pid
tap_check "it is taken back by command" clockdisc resume
tap_is "resumed" "$(field yielded)" 0
kill -CONT $daemon_pid
tap_check "and left again when chronyd goes on" until_true 60 is_yielded_to chronyd
# Loaded again beside it: its work shows, and the clock is not touched.
stop $ntpx_pid
rmmod clockdisc
tap_check "chronyd has done its work" until_true 60 is_unsync 0
load
tap_check "loaded beside chronyd: left to it from the start" is_yielded_to chronyd
sleep 5
tap_is "nothing of it is touched" "$(ours)" 0
tap_check "a word in the log says so" sh -c 'dmesg | grep "left to chronyd (process"'
rmmod clockdisc
load conflict_daemon=reassert
tap_is "unless that is not wanted" "$(field yielded)" 0
rmmod clockdisc
tap_check "a word that is none is refused" sh -c '! insmod /modules/clockdisc.ko conflict_daemon=never'
tap_check "with a sentence" sh -c 'dmesg | grep "must be yield, reassert or alarm"'
stop $daemon_pid
load
tap_is "what a daemon that has ended left is no reason to yield" "$(field yielded)" 0
rmmod clockdisc
stop $server_pid

# --- after a quiet time ---
begin
clockdisc set quiet=60s
chrony
until_true 120 is_yielded_to chronyd
stop $daemon_pid
tap_check "taken back when nobody has moved it for a minute" until_true 90 is_field yielded 0
tap_check "the log says why" sh -c 'clockdisc -j log | grep "\"kind\":\"resume\"" | grep "\"cause\":\"quiet\""'
tap_check "and set right" until_true 60 is_right 1000000
end

# --- alarm ---
begin
events
clockdisc set conflict-daemon=alarm
chrony
tap_check "alarm: chronyd is told of" until_true 60 has_event conflict
sleep 8
tap_is "alarm: the clock is not left to it" "$(field yielded)" 0
tap_is "alarm: nor is it set right for that reason" "$(log_of reassert | grep -cE '"kind":"(step|slew)"')" 0
tap_check "alarm: the log says so" sh -c 'clockdisc log | grep "chronyd/.*-> alarm"'
stop $monitor_pid
monitor_pid=
end

# --- two daemons, neither of which gives in: not faster than the hold-off, and not for ever ---
begin
clockdisc set conflict-daemon=reassert hold-off=5s reassert-limit=4
chrony
tap_check "two daemons: ours gives in at the limit" until_true 120 is_yielded_to chronyd
tap_is "two daemons: so often was the clock set right" "$(field reasserts)" 4
at_least "two daemons: they never swing it faster than the hold-off allows, s" "$(least_gap_s)" 4.999
clockdisc log > /out/log-reassert
end

# --- ntpsec's ntpd ---
ntp() {
	printf '_chrony:x:100:100::/run:/bin/false\nntpsec:x:101:101::/run:/bin/false\n' >> /etc/passwd
	printf 'server 127.0.0.1:%s iburst minpoll 0 maxpoll 1\ntos minsane 1\nrestrict default\n' $OTHER_PORT > /tmp/ntp.conf
	printf 'server 127.0.0.1 port %s iburst\n' $OTHER_PORT >> /tmp/ntp.conf
	ntpd -n -g -N -c /tmp/ntp.conf -p /run/ntpd.pid > /tmp/ntpd.log 2>&1 &
	daemon_pid=$!
}
yields_to ntpd ntp
end

# --- others ---
yields_to systemd-timesyn mover timesyncd 0.2
end
yields_to phc2sys mover phc2sys 0.2 5
end

# --- a program that nobody knows, again and again ---
begin
mover loop 10 60 > /tmp/moves &
mover_pid=$!
tap_check "a program that changes the rate in a loop is a daemon by its effect" until_true 60 is_yielded_to mover
stop $mover_pid
end

# --- a single stray date -s ---
begin
date -s "@$(($(date +%s) + 3600))" > /dev/null
sleep 1
tap_check "date -s: the clock is right again at once" until_true 2 is_right 10000000
tap_check "date -s: the log says by whom and what was decided" sh -c 'clockdisc log | grep " date/.*-> reassert"'
tap_is "date -s: one step, for that reason" "$(log_of reassert | grep -c '"kind":"step"')" 1
for n in 1 2 3 4 5 6 7 8; do
	date -s "@$(($(date +%s) + 100))" > /dev/null
	sleep 1
done
sleep 12
tap_check "date -s in a loop: right in the end" until_true 8 is_right 10000000
at_least "date -s in a loop: not fought faster than the hold-off allows, s" "$(least_gap_s)" 9.999
clockdisc log > /out/log-date
clockdisc set conflict=yield
date -s "@$(($(date +%s) + 100))" > /dev/null
tap_check "conflict=yield: left to it" until_true 2 is_yielded_to date
end

# --- 10 000 a second ---
load
clockdisc set conflict=alarm conflict-daemon=alarm hold-off=1h
before_seq=$(field log-seq) before_dropped=$(field log-dropped)
mover loop 10000 2 > /tmp/moves
moves=$(value_of "$(cat /tmp/moves)" n)
at_least "10 000 changes of the rate a second: made" "$moves" 19000
clockdisc -j log -n 1 > /dev/null
look
lost=$(clockdisc -j log | grep -c '"kind":"lost"')
tap_is "each is in the log, or counted as dropped" "$(($(attr log-seq) - before_seq + $(attr log-dropped) - before_dropped - lost))" "$moves"
tap_is "the newest 4096 are kept" "$(clockdisc -j log | wc -l)" 4096
echo "# dropped $(($(attr log-dropped) - before_dropped)) of $moves"
stop $other_pid
finish
