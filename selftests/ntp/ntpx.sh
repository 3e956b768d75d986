#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# ntpx against real and faulty servers, with a stand-in for the module. As root, because ntpx drops root.
#
#   ntpx.sh DIR     DIR holds ntp_server, ruler, ntpx_double and ntpx_double_san
#   CHRONYD=PATH    also asks this chronyd

. "$(dirname "$0")/../tap.sh"

bin=${1:?directory with the test programs}
# The sanitized build has no system call filter, so that both are run.
ntpx=${NTPX:-$bin/ntpx_double}
[ "$(id -u)" = 0 ] || { tap_skip ntpx "needs root, which it drops"; tap_end; exit 4; }

work=$(mktemp -d /tmp/ntpx.XXXXXX)
chmod 711 "$work"
pids=
trap 'for p in $pids; do kill "$p" 2>/dev/null; done; wait 2>/dev/null; rm -rf "$work"' EXIT

export NTPX_DOUBLE_LOG=$work/log NTPX_DOUBLE_STATE=$work/state NTPX_DOUBLE_POLL=0
common=(pidfile "$work/run/pid", driftfile "$work/lib/drift",)

# server NAME OPTION...: a server on a port that was free, which is then in ports[NAME]
declare -A ports
server() {
	(trap - EXIT; exec "$bin/ntp_server" --port 0 "${@:2}") >"$work/server.$1" 2>&1 &
	server_pid=$!
	pids="$pids $server_pid"
	for _ in $(seq 500); do
		ports[$1]=$(sed -n 's/^ready .*port=\([0-9]*\) .*/\1/p' "$work/server.$1" 2>/dev/null)
		[ -z "${ports[$1]}" ] || return 0
		# without an address to listen on it ends
		kill -0 $server_pid 2>/dev/null || break
		sleep 0.02
	done
	echo "# server $1 did not start: $(cat "$work/server.$1")"
	return 1
}
# A port is free when its server has ended, not when it was told to.
server_end() { kill "$1"; wait "$1" 2>/dev/null; }

fresh() {
	: >"$work/log"
	echo loaded >"$work/state"
	chmod 666 "$work/log" "$work/state"
}

# daemon WORD...: ntpx in the foreground; its messages are in $work/said
daemon() {
	fresh
	# a child that is killed before its exec would otherwise run our own trap
	(trap - EXIT; exec "$ntpx" -f -d "${common[@]}" "$@") >"$work/said" 2>&1 &
	daemon_pid=$!
	pids="$pids $daemon_pid"
}

daemon_end() {
	kill -TERM "$daemon_pid" 2>/dev/null
	wait "$daemon_pid"
	daemon_status=$?
}

# The lines of one source in what the module was told
told() {
	local id
	id=$(sed -n "s/^add id=\([0-9]*\) name=127.0.0.1:${ports[$1]} .*/\1/p" "$work/log" | tail -1)
	grep -E "^$2 id=$id( |$)" "$work/log"
}
counted() { grep "127.0.0.1:${ports[$1]}: sent" "$work/said" | tail -1; }
has() { grep -Eq -- "$1" "$2"; }
wait_for() { for _ in $(seq $(($3 * 20))); do grep -Eq -- "$1" "$2" 2>/dev/null && return 0; sleep 0.05; done; return 1; }
lines() { told "$@" | wc -l; }

# ---- faults, all at once: one client, a server for each
faults="truncated oversized repeat reorder unasked mode version stratum0 kod-rate kod-deny kod-rstr
	stratum16 leap3 t3-before-t2 origin zero-stamp"
words=()
for fault in $faults; do
	server "$fault" --fault "$fault"
	words+=(server 127.0.0.1 port "${ports[$fault]}" minpoll 0,)
done
server good --offset 0.25 --stratum 3 --refid 10.9.8.7 --root-delay 0.5 --root-disp 0.25
server lossy --loss 0.5 --seed 7
words+=(server 127.0.0.1 port "${ports[good]}" minpoll 0 prefer trust, server 127.0.0.1 port "${ports[lossy]}" minpoll 0)
# Six seconds before the wrap, and asked first.
server era2036 --fault era2036
daemon server 127.0.0.1 port "${ports[era2036]}" minpoll 0, "${words[@]}"
wait_for "answers, stratum 3" "$work/said" 20
status=/proc/$daemon_pid/status
said_user=$(awk '$1 == "Uid:" { print $2, $3, $4 }' $status)
wanted=$(id -u ntpx 2>/dev/null || id -u nobody)
tap_is "runs as an unprivileged user" "$said_user" "$wanted $wanted $wanted"
tap_is "keeps CAP_SYS_TIME alone" "$(awk '$1 == "CapEff:" { print $2 }' $status)" 0000000002000000
tap_is "bounding set is empty" "$(awk '$1 == "CapBnd:" { print $2 }' $status)" 0000000000000000
tap_is "no_new_privs is set" "$(awk '$1 == "NoNewPrivs:" { print $2 }' $status)" 1
case $ntpx in *_san) ;; *) tap_is "system calls are filtered" "$(awk '$1 == "Seccomp:" { print $2 }' $status)" 2 ;; esac
t2_of() { told era2036 sample | sed -n 's/.* t2=\([0-9]*\) .*/\1/p'; }
# Of what is counted below as much as is wanted: on a busy machine twelve seconds are fewer polls than twelve.
is_enough() {
	for fault in truncated mode version origin zero-stamp stratum0; do
		[ "$(lines $fault missed)" -gt 4 ] || return 1
	done
	for fault in oversized repeat unasked; do
		[ "$(lines $fault sample)" -gt 4 ] || return 1
	done
	[ "$(lines reorder sample)" -gt 2 ] && [ "$(lines reorder missed)" -gt 2 ] &&
		[ "$(lines lossy sample)" -gt 1 ] && [ "$(lines lossy missed)" -gt 1 ] &&
		[ "$(t2_of | tail -1)" -ge $wrap_real_ns ]
}
wrap_real_ns=2085978496000000000
sleep 12
for _ in $(seq 20); do is_enough && break; sleep 1; done
daemon_end
tap_is "SIGTERM ends it cleanly" "$daemon_status" 0
tap_check "good: offset, stratum, reference, root delay and dispersion" test -n "$(told good sample |
	grep -E 'offset_ns=(249|250)[0-9]{6} .* stratum=3 leap=1 refid=0a090807 self=0 .* rootdelay=500000000 rootdisp=250000000')"
tap_check "good: flags" has "name=127.0.0.1:${ports[good]} flags=5 minpoll=0 maxpoll=10" "$work/log"
tap_check "good: kernel stamps" test -n "$(counted good | grep 'without kernel stamps 0$')"
tap_check "lossy: answers and missed polls" test "$(lines lossy sample)" -gt 1 -a "$(lines lossy missed)" -gt 1
for fault in truncated mode version origin zero-stamp; do
	name=$fault
	[ $fault != truncated ] || name=short
	[ $fault != zero-stamp ] || name=no-stamp
	tap_check "$fault: dropped, counted, missed" test "$(lines $fault sample)" = 0 -a \
		"$(lines $fault missed)" -gt 4 -a -n "$(counted $fault | grep ", $name [1-9]")"
done
tap_check "oversized: taken" test "$(lines oversized sample)" -gt 4
tap_check "repeat: one sample for a request, the rest counted" test "$(lines repeat sample)" -gt 4 -a \
	-n "$(counted repeat | grep -E 'duplicate [1-9]')" -a "$(counted repeat | sed 's/.*answered \([0-9]*\),.*/\1/')" = "$(lines repeat sample)"
tap_check "reorder: the late replies are of no use" test "$(lines reorder sample)" -gt 2 -a "$(lines reorder missed)" -gt 2
tap_check "unasked: dropped by origin, the answer taken" test "$(lines unasked sample)" -gt 4 -a \
	-n "$(counted unasked | grep ', origin [1-9]')"
tap_check "stratum0: taken as no answer" test "$(lines stratum0 sample)" = 0 -a "$(lines stratum0 missed)" -gt 4 -a \
	-n "$(counted stratum0 | grep ', kiss [1-9]')"
tap_check "kod-rate: each one doubles the interval" test "$(counted kod-rate | sed 's/.*sent \([0-9]*\),.*/\1/')" -lt 6
tap_check "kod-deny: one request, then the source is gone" test -n "$(counted kod-deny | grep 'sent 1,')" -a "$(lines kod-deny del)" = 1
tap_check "kod-rstr: likewise" test -n "$(counted kod-rstr | grep 'sent 1,')" -a "$(lines kod-rstr del)" = 1
tap_check "stratum16: handed on" test -n "$(told stratum16 sample | grep stratum=16)"
tap_check "leap3: handed on as unsynchronised" test -n "$(told leap3 sample | grep leap=4)"
tap_check "t3-before-t2: handed on" test -n "$(told t3-before-t2 sample | grep -e 't3-t2=-')"
t2_first=$(t2_of | head -1) t2_last=$(t2_of | tail -1)
tap_check "era2036: stamps run through the wrap" test "${t2_first:-$wrap_real_ns}" -lt $wrap_real_ns -a "${t2_last:-0}" -ge $wrap_real_ns
tap_check "frequency saved" has '^freq-ppb-q16 0$' "$work/lib/drift"
tap_is "sources removed at the end" "$(grep -c ^add "$work/log")" "$(grep -c ^del "$work/log")"

# ---- drift file
printf 'ntpx-drift 1\nfreq-ppb-q16 -65536000\n' >"$work/lib/drift"
daemon server 127.0.0.1 port "${ports[good]}" minpoll 0
wait_for '^freq' "$work/log" 20
tap_check "frequency restored" has '^freq -65536000$' "$work/log"
tap_check "it has been later than when the file was written" has "^floor $(($(stat -c %Y "$work/lib/drift") - 16))\$" "$work/log"
wait_for 'sample' "$work/log" 20

# ---- a second instance
timeout 20 "$ntpx" -f "${common[@]}" server 127.0.0.1 >"$work/second" 2>&1
tap_is "second instance is refused" "$?" 1
tap_check "and says why" has "another ntpx is running \(process $daemon_pid, by the lock on $work/run/pid\)" "$work/second"

# ---- the module goes and comes
echo unloaded >"$work/state"
tap_check "unloading is noticed" wait_for "module was unloaded; waiting" "$work/said" 20
sleep 3
tap_is "and said once" "$(grep -c 'unloaded' "$work/said")" 1
fresh
tap_check "comes back with its sources" wait_for '^add' "$work/log" 20
tap_check "with the frequency" has '^freq -65536000$' "$work/log"
tap_check "and samples" wait_for '^sample' "$work/log" 20
echo reloaded >"$work/state"
tap_check "a reload is noticed" wait_for "unloaded and loaded again" "$work/said" 20
# Once the double has answered to it, it writes there itself.
wait_for '^loaded' "$work/state" 20
echo nosource >"$work/state"
tap_check "a source that was removed is added again" wait_for "removed by somebody; added again" "$work/said" 20
kill -USR1 $daemon_pid
tap_check "SIGUSR1 prints the counters" wait_for "sent [0-9]+, answered" "$work/said" 20
kill -HUP $daemon_pid
tap_check "SIGHUP looks names up again" wait_for "names are looked up again" "$work/said" 20
daemon_end
tap_is "ends cleanly after all that" "$daemon_status" 0

# ---- interruptions and learning: all servers are asked at once and in a burst, but never more often than they take well
export NTPX_DOUBLE_EVENTS=$work/events
mkfifo -m 666 "$work/events"
exec 7<>"$work/events"	# a daemon that has stopped listening must not hold the test
# Times of the requests that a server got, in ms
asked() { sed -n 's/^request .* t2=\([0-9]*\)[0-9]\{6\} .*/\1/p' "$work/server.$1"; }
count() { asked "$1" | wc -l; }
asked_by() { for _ in $(seq $(($3 * 20))); do [ "$(count "$1")" -ge "$2" ] && return 0; sleep 0.05; done; return 1; }
least_gap() { asked "$1" | awk 'NR > 1 && (!n++ || $1 - last < least) { least = $1 - last } { last = $1 } END { print least + 0 }'; }
tell() { printf '%s' "$1" >&7; }
now_ms() { date +%s%3N; }
# Beside it, each with a log of its own: what the module wishes for while it learns is less than minpoll
server quick
server mute --fault silent
for name in quick mute; do
	(trap - EXIT; NTPX_DOUBLE_LOG='' NTPX_DOUBLE_EVENTS='' NTPX_DOUBLE_QUICK=10 NTPX_DOUBLE_POLL=6 exec "$ntpx" -f \
		pidfile "$work/run/$name", driftfile none, server 127.0.0.1 port "${ports[$name]}" iburst) >"$work/said.$name" 2>&1 &
	quick_pids="${quick_pids-} $!"
done
pids="$pids $quick_pids"
quick_ms=$(now_ms)

server one
server two
server slow --loss 1
server limited --fault kod-rate --fault-first 1
NTPX_DOUBLE_POLL=6 daemon server 127.0.0.1 port "${ports[one]}", server 127.0.0.1 port "${ports[two]}", \
	server 127.0.0.1 port "${ports[slow]}", server 127.0.0.1 port "${ports[limited]}"
tap_check "four servers are asked, the next time in a minute" asked_by limited 1 20
# The one that does not answer is given up after four seconds: the interruption has to come in between.
sleep 2.1
told_ms=$(now_ms)
tell i
tap_check "an interruption: the first is asked again at once" asked_by one 2 10
tap_check "and the second" asked_by two 2 10
tap_check "and the one that has not answered yet" asked_by slow 2 10
tap_is "what was under way is forgotten, not missed" "$(lines slow missed)" 0
echo "# $(($(asked one | sed -n 2p) - told_ms)) ms and $(($(asked two | sed -n 2p) - told_ms)) ms after the event"
tap_check "it is said" has "the clock was interrupted: all servers are asked at once" "$work/said"
# Again and again; events that were lost may have been one, too.
for _ in $(seq 20); do tell l; tell i; sleep 0.25; done
tap_check "a burst follows" asked_by one 6 30
at_ms=$(now_ms)
echo "# $(count one) requests in the $((at_ms - told_ms)) ms after the first of 41 interruptions, $(least_gap one) ms apart"
# Two seconds, less what a busy machine adds to one and not to the next.
tap_check "of no more than one request in 2 s" test "$(least_gap one)" -ge 1800 -a \
	"$(count one)" -le $(((at_ms - told_ms) / 2000 + 3))
tap_check "nor more to one that does not answer" test "$(least_gap slow)" -ge 1800
tap_is "one that asked for fewer requests is left alone" "$(count limited)" 1
daemon_end
tap_is "it ends cleanly" "$daemon_status" 0

# After a burst the interval is the module's.
server three
NTPX_DOUBLE_POLL=6 daemon server 127.0.0.1 port "${ports[three]}" iburst
tap_check "iburst" asked_by three 8 40
tell i
asked_by three 9 20
sleep 4
tap_is "an interruption right after a burst is worth one request, no other burst" "$(count three)" 9
tell u
tap_check "the end of the module is heard at once" wait_for "module was unloaded; waiting" "$work/said" 10
tap_check "when it is back" wait_for "module is back" "$work/said" 20
: >"$work/said"
tell i
tap_check "its events are heard again" wait_for "the clock was interrupted" "$work/said" 10
daemon_end
exec 7>&-
rm "$work/events"
unset NTPX_DOUBLE_EVENTS

while [ $(($(now_ms) - quick_ms)) -lt 30000 ]; do sleep 1; done
asked_by quick 11 30
asked_by mute 8 30
wait_for "does not answer" "$work/said.mute" 20
echo "# while the module learns: $(count quick) requests, $(least_gap quick) ms apart; $(count mute) to the silent one"
tap_is "ten answers of 2 s, those to iburst among them, then minpoll" "$(count quick)" 11
tap_check "and none closer than 2 s" test "$(least_gap quick)" -ge 1800
tap_check "one that does not answer is asked at minpoll" has "does not answer" "$work/said.mute"
tap_is "after eight requests" "$(count mute)" 8
kill $quick_pids 2>/dev/null
wait $quick_pids

# ---- loaded not at all
fresh
echo unloaded >"$work/state"
timeout 20 "$ntpx" -f "${common[@]}" server 127.0.0.1 >"$work/said" 2>&1
tap_is "without the module it does not start" "$?" 1
tap_check "and says why" has "the clockdisc module is not loaded" "$work/said"
fresh

# ---- directory that cannot be written
mkdir -m 755 "$work/ro"
common=(pidfile "$work/run/pid", driftfile "$work/ro/drift",)
daemon server 127.0.0.1 port "${ports[good]}" iburst minpoll 0
wait_for '^sample' "$work/log" 20
# it is saved at the end only when the clock is synchronised, after four samples
for _ in $(seq 100); do [ "$(grep -c ^sample "$work/log")" -lt 5 ] || break; sleep 0.2; done
daemon_end
tap_is "a drift file that cannot be saved is said once" "$(grep -c 'ro/drift: cannot be saved' "$work/said")" 1
common=(pidfile "$work/run/pid", driftfile none,)

# ---- silence: name, addresses, burst after it
server quiet --fault silent
daemon server localhost port "${ports[quiet]}" iburst minpoll 0
tap_check "eight missed polls make it unreachable" wait_for "localhost:${ports[quiet]}: does not answer" "$work/said" 60
server_end $server_pid
"$bin/ntp_server" --port "${ports[quiet]}" >"$work/server.quiet2" 2>&1 &
pids="$pids $!"
tap_check "and it is found again" wait_for "localhost:${ports[quiet]}: answers" "$work/said" 60
daemon_end
tap_is "missed polls were handed in" "$([ "$(grep -c ^missed "$work/log")" -ge 8 ] && echo yes)" yes

# ---- names, pool, IPv6
if server v6 --bind ::1; then
	daemon server "[::1]:${ports[v6]}" minpoll 0
	tap_check "IPv6" wait_for "\[::1\]:${ports[v6]}: answers" "$work/said" 20
	daemon_end
else
	tap_skip "IPv6" "::1 is not there"
fi
daemon pool localhost port "${ports[good]}" maxsources 2 minpoll 0
tap_check "pool" wait_for "127.0.0.1:${ports[good]}@localhost: answers" "$work/said" 20
tap_is "its source's name is one that the module takes" "$(grep -c 'source not added' "$work/said")" 0
helper=$(pgrep -P $daemon_pid)
tap_is "the resolver has no capability" "$(awk '$1 == "CapEff:" { print $2 }' "/proc/$helper/status")" 0000000000000000
daemon_end
# a process that nobody has waited for yet has ended, too
is_ended() {
	for _ in $(seq 400); do
		grep -q '^State:[[:space:]]*[^ZX]' "/proc/$1/status" 2>/dev/null || return 0
		sleep 0.05
	done
	return 1
}
tap_check "the resolver ends with it" is_ended "$helper"
daemon server no-such-host.invalid minpoll 0
tap_check "a name without address is said" wait_for "no-such-host.invalid: no address: " "$work/said" 60
daemon_end

# ---- a server that follows this very machine
own=$(ip -4 -o address show scope global 2>/dev/null | awk '{ sub("/.*", "", $4); print $4; exit }')
if [ "$own" ]; then
	server self --stratum 2 --refid "$own"
	daemon server 127.0.0.1 port "${ports[self]}" minpoll 0
	tap_check "a server that follows this machine is told from others" wait_for 'sample .* self=1' "$work/log" 20
	daemon_end
else
	tap_skip "a server that follows this machine is told from others" "no IPv4 address but loopback"
fi

# ---- one shot
fresh
timeout 60 "$ntpx" -q pidfile "$work/run/pid", driftfile "$work/q/drift", server 127.0.0.1 port "${ports[good]}" minpoll 0 >"$work/said" 2>"$work/err"
tap_is "-q ends with 0 once the clock is set" "$?" 0
tap_check "-q prints one line" has '^ntpx: clock set, offset \+0\.2' "$work/said"
tap_check "-q does not save the frequency" test ! -e "$work/q/drift"
tap_check "-q lets the first offset pass" has '^panic-once 1$' "$work/log"
tap_is "-q slews what is left, once its sources are gone" "$(tail -n 3 "$work/log" | tr '\n' ' ')" "slew leave close "
timeout 60 "$ntpx" -q -t 2 "${common[@]}" server 127.0.0.1 port 1 >"$work/said" 2>"$work/err"
tap_is "-q ends with 1 at its limit" "$?" 1
tap_check "-q says so" has 'not set within 2 s' "$work/err"

# ---- in the background
fresh
"$ntpx" "${common[@]}" server 127.0.0.1 port "${ports[good]}" minpoll 0 2>"$work/err"
tap_is "in the background: the start succeeds" "$?" 0
background=$(cat "$work/run/pid")
tap_check "in the background: works" wait_for '^sample' "$work/log" 20
kill "$background"
tap_check "in the background: ends" wait_for '^close' "$work/log" 20
is_ended "$background"
echo unloaded >"$work/state"
"$ntpx" "${common[@]}" server 127.0.0.1 2>"$work/err"
tap_is "in the background: a failed start is told" "$?" 1

# ---- readiness
fresh
if command -v python3 >/dev/null; then
	cat >"$work/notify.py" <<-'PY'
		import os, socket, subprocess, sys
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.bind(sys.argv[1])
		os.chmod(sys.argv[1], 0o666)
		s.settimeout(20)
		p = subprocess.Popen(sys.argv[2:], env={**os.environ, "NOTIFY_SOCKET": sys.argv[1]}, stderr=subprocess.DEVNULL)
		said = [s.recv(64).decode()]
		p.terminate()
		said.append(s.recv(64).decode())
		print(*said, p.wait())
	PY
	tap_is "systemd is told" "$(python3 "$work/notify.py" "$work/notify" "$ntpx" "${common[@]}" \
		server 127.0.0.1 port "${ports[good]}" minpoll 0)" "READY=1 STOPPING=1 0"
else
	tap_skip "systemd is told" "no python3 to listen with"
fi

# ---- wake-ups: one to send, one for the answer
fresh
daemon server 127.0.0.1 port "${ports[good]}" minpoll 0
wait_for '^sample' "$work/log" 20
switches() { awk '$1 == "voluntary_ctxt_switches:" { print $2 }' "/proc/$daemon_pid/status"; }
samples() { grep -c ^sample "$work/log"; }
# A busy disk adds a switch now and then, a wake-up too many is there in every stretch of polls.
are_few() {
	local i a b n m
	for _ in 1 2 3; do
		a=$(switches) n=$(samples)
		for i in $(seq 120); do [ $(($(samples) - n)) -lt 12 ] || break; sleep 0.5; done
		b=$(switches) m=$(samples)
		echo "$((b - a)) voluntary switches in $((m - n)) polls"
		[ $((b - a)) -gt $((2 * (m - n) + 2)) ] || [ $((m - n)) -le 10 ] || return 0
	done
	return 1
}
tap_check "at most two wake-ups for a poll" are_few
daemon_end

# ---- another implementation
if [ -n "${CHRONYD-}" ]; then
	server chrony
	server_end $server_pid
	printf 'port %d\nlocal stratum 8\nallow 127.0.0.1\nbindaddress 127.0.0.1\ncmdport 0\npidfile %s\n' \
		"${ports[chrony]}" "$work/chronyd.pid" >"$work/chrony.conf"
	"$CHRONYD" -x -d -u root -f "$work/chrony.conf" >"$work/chrony.log" 2>&1 &
	pids="$pids $!"
	sleep 1
	daemon server 127.0.0.1 port "${ports[chrony]}" iburst minpoll 0
	tap_check "chronyd answers" wait_for "127.0.0.1:${ports[chrony]}: answers, stratum 8" "$work/said" 60
	daemon_end
else
	tap_skip "chronyd answers" "CHRONYD is not set"
fi
tap_end
