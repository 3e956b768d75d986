# SPDX-License-Identifier: GPL-2.0
# Sourced by the tests of the presets: the tools that they are named after, a server whose time jumps, and what became of the
# clock, told by looking at it from outside alone. Needs ruler, timex, and what is called.
. /lib/lib.sh

SERVER=127.0.0.1
MOVED=/tmp/moved

# cable: a server's namespace at the other end of one, because ntpd wants port 123 of all addresses here.
cable() {
	SERVER=10.1.0.1 PORT=123
	add_ntp_users
	echo 1 > /proc/sys/net/ipv6/conf/default/disable_ipv6
	modprobe veth
	ip link add cable0 type veth
	for end in cable0 veth0; do
		ip link set $end address 02:00:00:00:00:01 arp off
	done
	ip address add 10.1.1.1/16 dev cable0
	ip link set cable0 up
	unshare -n sleep 1000000 &
	space=$!
	sleep 0.1
	ip link set veth0 netns $space
	nsenter -t $space -n ip address add $SERVER/16 dev veth0
	nsenter -t $space -n ip link set veth0 up
	nsenter -t $space -n ntp_server --bind $SERVER --port $PORT --freq-ppb 0 --moved $MOVED --quiet > /tmp/server.log 2>&1 &
	server_pid=$!
	sleep 0.5
}
# real_servers: chronyd and ntpd, each with a clock of its own that the module does not move. serves NAME: the one to be followed.
real_servers() {
	add_ntp_users
	for name in chronyd ntpd; do
		serves $name
		serve_$name env OWNCLOCK_MOVED=$MOVED LD_PRELOAD=/lib/ownclock
		server_pid="$server_pid $!"
		tap_check "$name answers" until_true 40 ruler --port $PORT --samples 1 $SERVER
	done
}
serves() {
	case $1 in
	chronyd) PORT=11123 ;;
	ntpd) PORT=123 ;;
	esac
}
# The tools: chrony LIMIT N, ntp OPTION... chronyd steps what its line through the samples says: of a jump as much as it has few
# of them. ntpd need not learn the frequency.
chrony() {
	printf 'server %s iburst minpoll 3 maxpoll 3 maxsamples 6\nmakestep %s %s\npidfile /run/chronyd.pid\ncmdport 0\nbindcmdaddress /\n' $SERVER "$1" "$2" > /tmp/chrony.conf
	exec chronyd -d -U -u root -f /tmp/chrony.conf
}
ntp() {
	printf 'server %s iburst minpoll 3 maxpoll 3\ntos minsane 1\nrestrict default\ndriftfile /tmp/drift\n' $SERVER > /tmp/ntp.conf
	echo 0.000 > /tmp/drift
	exec ntpd -n -N "$@" -c /tmp/ntp.conf -p /run/ntpd.pid
}
begin_tool() { # COMMAND...
	"$@" > /tmp/tool.log 2>&1 &
	tool_pid=$!
}
end_tool() {
	stop $tool_pid
	timex --freq 0
	timex --tick 10000
}
tool_gave_up() {
	! grep -qs '^State:[^Z]*$' /proc/$tool_pid/status
}

# set_off SECONDS: positive, the clock is behind.
set_off() {
	timex --shift "$(awk "BEGIN { print $(value_of "$(ruler --port $PORT --samples 1 $SERVER)" offset_ns) / 1e9 - $1 }")"
}

# became SECONDS INTERVAL GAVE_UP...: what becomes of the clock in so long. F: who steers it gave up; S: a stretch of INTERVAL
# was faster or slower than any slew; L: the same, when an offset has waited for the stepout of 300 s, give or take what a
# filter needs; s: it was slewed; a dot: it was left alone.
became() {
	rate=$(clockrate "$1" "$2")
	echo "$rate" >> /tmp/rates
	shift 2
	if "$@"; then
		echo F
		return
	fi
	awk -v line="$rate" 'BEGIN {
		n = split(line, words, /[ =]/)
		for (i = 2; i < n; i += 2)
			value[words[i]] = words[i + 1] + 0
		is_up = value["max_ppb"] > -value["min_ppb"]
		step_at_s = (is_up ? value["max_at_ns"] : value["min_at_ns"]) / 1e9
		if (value["max_ppb"] < 9e7 && value["min_ppb"] > -9e7)
			print(value["peak_ns"] > 1e6 || value["low_ns"] < -1e6 ? "s" : ".")
		else
			print(step_at_s < 100 ? "S" : step_at_s > 270 ? "L" : "?")
	}'
}
has_moved() {
	[ ! -e $MOVED ]
}
jumps() { # SIGN GAVE_UP...
	sign=$1
	shift
	echo "${sign}2000 once" > $MOVED
	until_true 40 has_moved || echo "not asked "
	became 30 1 "$@"
	echo "${sign}0.2" > $MOVED
	became 100 1 "$@"
	rm $MOVED
	became 60 1 "$@"
	echo "${sign}0.2" > $MOVED
	became 400 1 "$@"
	echo "${sign}2000" > $MOVED
	became 200 1 "$@"
	rm $MOVED
}
# jumps_make WANTED SIGN NAME GAVE_UP...: the clock is right, and the server's time jumps: by 2000 s for one reply, by 0.2 s for
# 100 s and back, by 0.2 s for 400 s, and by 2000 s for good. One letter for each, and for the way back.
jumps_make() {
	wanted=$1 sign=$2 name=$3
	shift 3
	: > /tmp/rates
	got=$(jumps "$sign" "$@" | tr -d '\n')
	tap_is "$name: a jump of ${sign}2000 s once, ${sign}0.2 s for 100 s, back, for 400 s, ${sign}2000 s for good" "$got" "$wanted"
	[ "$got" = "$wanted" ] || sed 's/^/# /' /tmp/rates
}
