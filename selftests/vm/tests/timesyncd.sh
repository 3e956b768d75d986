#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Debian's systemd-timesyncd beside the module: noticed at once, named, and left alone from its first move on; at load the clock
# is left to it. It asks port 123 and nothing else, so its server has that one; it needs neither systemd nor D-Bus. A clock from
# before it was built it sets first of all, hence the year. In virtual time.
# boot: --icount --rtc 2030-01-01T00:00:00 --timeout 300 --mem 768 --add selftests/vm/tests/lib.sh:/lib/lib.sh
# boot: --add "$(selftests/netlink/program ntp_server)" --add "$(selftests/netlink/program timex)"
# boot: --add "$(selftests/vm/peer systemd-timesyncd)"
. /lib/lib.sh

daemon_pid= daemon_server_pid=
NAME=systemd-timesyn

begin() { # OFFSET: its server is so much ahead of ours, s
	# When it last ran, which it takes the time from when the clock shows less.
	rm -f /var/lib/systemd/timesync/clock
	ntp_server --port 123 --quiet --offset "$1" > /tmp/daemon-server.log 2>&1 &
	daemon_server_pid=$!
	# Refused, it does not ask again for half a minute.
	until_true 10 grep -q ^ready /tmp/daemon-server.log
	systemd-timesyncd > /tmp/timesyncd.log 2>&1 &
	daemon_pid=$!
}
end() {
	stop $daemon_pid
	stop $daemon_server_pid
}
is_yielded_to_it() {
	look
	[ "$(attr yielded)" = 1 ] && [ "$(attr mover-name)" = $NAME ]
}
its_first() { # KIND: its first entry of that kind in the log
	clockdisc -j log | grep "\"name\":\"$NAME\"" | grep "\"kind\":\"$1\"" | head -n 1
}
ours() {
	clockdisc -j log | grep '"name":"clockdisc"' | grep -cE '"kind":"(step|rate|slew)"'
}

printf 'systemd-timesync:x:102:102::/:/bin/false\n' >> /etc/passwd
printf 'systemd-timesync:x:102:\n' >> /etc/group
mkdir -p /run/systemd /var/lib/systemd /etc/systemd
printf '[Time]\nNTP=127.0.0.1\n' > /etc/systemd/timesyncd.conf

load
clockdisc freq 0ppb > /dev/null
clockdisc set stepout=0s
server
follow iburst minpoll 0 maxpoll 1
tap_check "the clock follows our server" until_true 60 is_field synchronised 1

# --- below 0.4 s it slews with the kernel's PLL ---
begin 0.3
tap_check "a slew: the clock is left to it" until_true 60 is_yielded_to_it
slew=$(its_first slew)
within "a slew: the log says by how much, ns" "$(pick "$slew" change-ns)" 300000000 5000000
at_most "a slew: noticed at once, ns" "$(pick "$slew" noticed-ns)" 10000000
tap_check "a slew: the explanation names it" sh -c 'clockdisc explain | grep "left to systemd-timesyn (process"'
before=$(ours)
sleep 12
tap_is "a slew: nothing is done any more" "$(ours)" "$before"

# --- loaded beside it ---
stop $ntpx_pid
rmmod clockdisc
load
tap_check "loaded beside it: left to it from the start" is_yielded_to_it
rmmod clockdisc
end
load
tap_is "loaded when it has ended: nobody to leave the clock to" "$(field yielded)" 0

# --- above it steps ---
follow iburst minpoll 0 maxpoll 1
tap_check "the clock follows our server again" until_true 60 is_field synchronised 1
begin 2
tap_check "a step: the clock is left to it" until_true 60 is_yielded_to_it
step=$(its_first step)
within "a step: the log says by how much, ns" "$(pick "$step" change-ns)" 2000000000 5000000
at_most "a step: noticed at once, ns" "$(pick "$step" noticed-ns)" 10000000
clockdisc log > /out/log
end
[ $tap_failed -eq 0 ] || sed 's/^/# /' /tmp/timesyncd.log
finish
