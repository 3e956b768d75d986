# SPDX-License-Identifier: GPL-2.0
# Sourced by tests in the guest: the module, a server of known truth, ntpx, and what they say. Times are in ns.
. /lib/tap.sh

PORT=11123
server_pid= ntpx_pid= monitor_pid=

load() {
	insmod /modules/clockdisc.ko "$@"
}

# look: read the status; attr NAME: one attribute of what was last read; field NAME: both. Without a program for each
# step: starting one takes long in virtual time.
look() {
	json=$(clockdisc -j status)
}
pick() { # TEXT NAME, as in {"name":value}
	case $1 in
	*"\"$2\":"*) ;;
	*) return ;;
	esac
	picked=${1#*"\"$2\":"}
	picked=${picked# }
	picked=${picked#\"}
	echo "${picked%%[,\"\}]*}"
}
attr() {
	pick "$json" "$1"
}
field() {
	look
	attr "$1"
}
# The first source's attribute.
source_field() {
	pick "$(clockdisc -j sources)" "$1"
}
# How many samples met a verdict.
counted() {
	look
	case $json in
	*"\"verdict\":\"$1\""*) pick "${json#*"\"verdict\":\"$1\""}" samples ;;
	*) echo 0 ;;
	esac
}
value_of() { # LINE NAME, as in name=value
	case " $1 " in
	*" $2="*) ;;
	*) return ;;
	esac
	picked=" $1 "
	picked=${picked#*" $2="}
	echo "${picked%% *}"
}
timex_field() {
	value_of "$(timex)" "$1"
}
# What frequency and tick of the kernel make together: beyond 500 ppm a rate is in both.
timex_rate_ppm() {
	timex_now=$(timex)
	awk "BEGIN { print $(value_of "$timex_now" freq_ppm) + ($(value_of "$timex_now" tick_us) - 10000) * 100 }"
}

# server OPTION...: start ntp_server; its truth is a line over the counter that nobody steers.
server() {
	# The last one's word is not this one's.
	rm -f /tmp/server.log
	ntp_server --port $PORT --quiet "$@" > /tmp/server.log 2>&1 &
	server_pid=$!
	for _ in $(seq 100); do
		grep -qs ^ready /tmp/server.log && return
		sleep 0.1
	done
	tap_not_ok "ntp_server starts" "$(cat /tmp/server.log)"
}
# The servers of others, which serve the clock that they find and leave it alone: serve_NAME [COMMAND that starts them...].
serve_chronyd() {
	printf 'port %s\nlocal stratum 8\nallow\ncmdport 0\npidfile /run/chronyd.pid\nbindcmdaddress /\n' $PORT > /tmp/chrony.conf
	"$@" chronyd -d -x -U -u root -f /tmp/chrony.conf > /tmp/chronyd.log 2>&1 &
}
serve_ntpd() {
	printf 'disable ntp\ntos orphan 7 orphanwait 1\nunrestrict default limited\n' > /tmp/ntp.conf
	"$@" ntpd -n -g -N -c /tmp/ntp.conf -p /run/ntpd.pid > /tmp/ntpd.log 2>&1 &
}
# The users that chronyd and ntpd ask for, whether they become them or not.
add_ntp_users() {
	printf '_chrony:x:100:100::/run:/bin/false\nntpsec:x:101:101::/run:/bin/false\n' >> /etc/passwd
}
# follow OPTION...: start ntpx with that server.
follow() {
	ntpx -f -d driftfile none, server 127.0.0.1 port $PORT "$@" > /tmp/ntpx.log 2>&1 &
	ntpx_pid=$!
}
stop() { # PID
	kill "$1" 2> /dev/null
	wait "$1" 2> /dev/null
}
# events: begin to write the clock's events to /tmp/events.
events() {
	: > /tmp/events
	clockdisc -j monitor clock >> /tmp/events 2> /tmp/events.err &
	monitor_pid=$!
	for _ in $(seq 100); do
		listens $monitor_pid && return
		sleep 0.1
	done
	tap_not_ok "the monitor listens" "$(cat /tmp/events.err)"
}
listens() { # PID: has joined a group of generic netlink's; what comes from then on is not missed
	awk -v pid="$1" '$2 == 16 && $3 == pid && $4 !~ /^0*$/ { n = 1 } END { exit !n }' /proc/net/netlink
}
has_event() { # NAME
	grep -q "\"event\": *\"$1\"" /tmp/events
}
event_value() { # NAME: of the last one
	pick "$(grep "\"event\": *\"$1\"" /tmp/events | tail -n 1)" event-value-ns
}
ruler_ns() {
	value_of "$(ruler --port $PORT --samples "${1:-4}" --gap 0.01 127.0.0.1)" offset_ns
}

is_right() { # NS: the true error is less
	error_ns=$(ruler_ns 2)
	[ "$error_ns" ] && [ "${error_ns#-}" -lt "$1" ]
}
is_true() {
	awk "BEGIN { exit !($1) }"
}
# until_true SECONDS COMMAND...: try forty times in so long.
until_true() {
	local left=40 pause
	pause=$(awk "BEGIN { print $1 / 40 }")
	shift
	while [ $left -gt 0 ]; do
		"$@" > /dev/null 2>&1 && return 0
		sleep "$pause"
		left=$((left - 1))
	done
	return 1
}
is_field() { # NAME VALUE
	[ "$(field "$1")" = "$2" ]
}
is_unsync() { # 0 or 1, as adjtimex tells it
	[ "$(timex_field unsync)" = "$1" ]
}
# within NAME VALUE WANTED TOLERANCE
within() {
	if [ "$2" ] && is_true "$2 - $3 <= $4 && $3 - $2 <= $4"; then
		tap_ok "$1"
	else
		tap_not_ok "$1" "got $2, wanted $3 within $4"
	fi
}
at_most() { # NAME VALUE LIMIT
	if [ "$2" ] && is_true "$2 <= $3"; then
		tap_ok "$1"
	else
		tap_not_ok "$1" "got $2, at most $3 is right"
	fi
}
at_least() { # NAME VALUE LIMIT
	if [ "$2" ] && is_true "$2 >= $3"; then
		tap_ok "$1"
	else
		tap_not_ok "$1" "got $2, at least $3 is right"
	fi
}
# What a person would ask for after a failure.
show() {
	clockdisc status -v
	clockdisc sources -v
	tail -n 20 /tmp/ntpx.log
	tail -n 6 /tmp/events
}
finish() {
	[ $tap_failed -eq 0 ] || show 2>&1 | sed 's/^/# /'
	for pid in $ntpx_pid $server_pid $monitor_pid; do
		stop $pid
	done
	if grep -q ^clockdisc /proc/modules; then
		tap_check "the module unloads" rmmod clockdisc
	fi
	tap_end
}
