#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The presets beside the tools they are named after: Debian's chronyd and ntpsec's ntpd start on a clock that is off, against
# the same server, and what they do to it is what the preset does. In virtual time.
# kernels: 6.12
# boot: --icount --timeout 600 --with veth --add selftests/vm/tests/lib.sh:/lib/lib.sh
# boot: --add "$(selftests/netlink/program ntp_server)" --add "$(selftests/netlink/program ruler)"
# boot: --add "$(selftests/netlink/program timex)" --add "$(selftests/netlink/program clockrate)"
# boot: --add "$(selftests/vm/peer chronyd)" --add "$(selftests/vm/peer ntpd)"
. /lib/lib.sh

# The server is at the other end of a cable, because ntpd wants port 123 of all addresses here.
SERVER=10.1.0.1
printf '_chrony:x:100:100::/run:/bin/false\nntpsec:x:101:101::/run:/bin/false\n' >> /etc/passwd
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
nsenter -t $space -n ntp_server --bind $SERVER --port 123 --freq-ppb 0 --quiet > /tmp/server.log 2>&1 &
server_pid=$!
sleep 0.5

set_off() { # SECONDS: positive, the clock is behind
	timex --shift "$(awk "BEGIN { print $(value_of "$(ruler --port 123 --samples 1 $SERVER)" offset_ns) / 1e9 - $1 }")"
}
# A tool as a process: chrony LIMIT N, or ntpd OPTION. What became of the clock within 20 s: F when the tool gave up, S when
# some stretch of 0.2 s was faster or slower than any slew, otherwise s.
peer() { # OFFSET COMMAND...
	set_off "$1"
	shift
	"$@" > /tmp/peer.log 2>&1 &
	peer_pid=$!
	rate=$(clockrate 20 0.2)
	if ! kill -0 $peer_pid 2> /dev/null; then
		echo F
	elif is_true "$(value_of "$rate" max_ppb) > 1.1e8 || $(value_of "$rate" min_ppb) < -1.1e8"; then
		echo S
	else
		echo s
	fi
	stop $peer_pid
	timex --freq 0
	timex --tick 10000
}
chrony() { # LIMIT N
	printf 'server %s iburst minpoll 3 maxpoll 3\nmakestep %s %s\npidfile /run/chronyd.pid\ncmdport 0\nbindcmdaddress /\n' $SERVER "$1" "$2" > /tmp/chrony.conf
	exec chronyd -d -U -u root -f /tmp/chrony.conf
}
ntp() { # OPTION...
	printf 'server %s iburst minpoll 3 maxpoll 3\ntos minsane 1\nrestrict default\n' $SERVER > /tmp/ntp.conf
	exec ntpd -n -N "$@" -c /tmp/ntp.conf -p /run/ntpd.pid
}

# What the presets do is in presets.sh.
while read -r wanted command; do
	got=
	for offset in 0.05 0.3 5 700 5000; do
		got=$got$(peer $offset $command)
	done
	tap_is "$command with the clock behind by 0.05, 0.3, 5, 700, 5000 s" "$got" "$wanted"
	got=
	for offset in -0.05 -0.3 -5 -700 -5000; do
		got=$got$(peer $offset $command)
	done
	tap_is "$command with the clock ahead by as much" "$got" "$wanted"
done <<-END
	sSSSF ntp
	sssSF ntp -x
	sSSSS ntp -g
	ssSSS chrony 1.0 3
	sSSSS chrony 0.1 -1
END
finish
