# SPDX-License-Identifier: GPL-2.0
# Sourced by the sessions: what a terminal would show, and a world with NTP servers behind a network with queues.
. /lib/lib.sh
cd /modules || exit

# enter COMMAND...: show it and run it.
enter() {
	printf '$ %s\n' "$*"
	# A pipe, so that no progress is drawn over itself.
	eval "$*" 2>&1 | cat
}
say() {
	printf '\n# %s\n' "$*"
}
# world OPTION...: three servers on this machine, 100 us of queues on either way.
world() {
	for port in 11123 11124 11125; do
		ntp_server --port $port --quiet --jitter 1e-4 --seed $port "$@" > /tmp/server.$port 2>&1 &
	done
	sleep 1
	mkdir -p /etc /run/chrony /var/lib/chrony
	printf '127.0.0.1 ntp1.example.org ntp2.example.org ntp3.example.org\n' >> /etc/hosts
	printf 'server ntp1.example.org port 11123 iburst\nserver ntp2.example.org port 11124 iburst\nserver ntp3.example.org port 11125 iburst\n' > /etc/ntpx.conf
	{
		cat /etc/ntpx.conf
		printf '%s\n' 'makestep 1 3' rtcsync 'pidfile /run/chronyd.pid' 'cmdport 0' 'bindcmdaddress /run/chrony/chronyd.sock'
	} > /etc/chrony.conf
	chmod 700 /run/chrony
}
chronyd_start() {
	chronyd -U -u root -f /etc/chrony.conf > /dev/null 2>&1
}
