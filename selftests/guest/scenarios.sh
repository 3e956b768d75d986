# SPDX-License-Identifier: GPL-2.0
# Sourced by programs of the KVM host after host.sh: what is done to host and guest, and what comes of it.
#
# $client, $scenario, $duration (seconds), $busy and $seed say what to do. In this order: host_prepare, vm_start,
# scenario_begin, run_SCENARIO (starts the client in a guest whose clock is an hour wrong), scenario_end, vm_end, host_end.
# Instants are the host's time in ns, which is the log's time base, too.

SETTLE=20	# seconds after the start that are not counted, as in the peers' figures
RECOVER=10	# seconds after a disturbance that are not counted
RATE=2		# looks a second: more would keep an idle guest from idling
BURST=20	# looks a second after the start and after a disturbance
NTP_PORT=11123

now_ns() {
	guestclock clock
}

hour_wrong() { # an hour behind
	vm_quiet "date -s @\$((\$(date +%s) - 3600))"
}

host_prepare() {
	[ "$scenario" = hostchrony ] || return 0
	# A clock that runs 20 ppm faster than this one, over a network with 10 us of queueing on either leg.
	ntp_server --port $NTP_PORT --freq-ppb 20000 --jitter 10e-6 --seed "$seed" --quiet > /out/ntp_server.log 2>&1 &
	host_pids=$!
	printf '%s\n' "server 127.0.0.1 port $NTP_PORT minpoll 0 maxpoll 2 iburst" 'makestep 0.1 3' 'cmdport 0' 'bindcmdaddress /' \
		'pidfile /run/chronyd.pid' > /tmp/chrony.conf
	chronyd -d -u root -f /tmp/chrony.conf > /out/host-chronyd.log 2>&1 &
	host_pids="$host_pids $!"
}

host_end() {
	[ -z "${host_pids-}" ] || kill $host_pids
}

# A log by $ruler begins anew.
log_start() {
	vm_quiet "rm -f /out/log; guestclock $ruler log /out/log $RATE $BURST 2>> /out/log.err & logger=\$!; until [ -e /out/log ]; do usleep 10000; done"
}
log_stop() {
	vm_quiet 'kill $logger; wait $logger'
}

# ptp_kvm judges exactly, but only while kvm-clock is current; the ruler of ours does it everywhere.
scenario_begin() {
	events= start_ns=
	ruler=ptp
	[ "$client" != clockdisc-clocksource ] || ruler=ruler
	vm_quiet "insmod /modules/cdisc_ruler.ko"
	hour_wrong
	[ "$busy" != yes ] || vm_quiet 'while :; do :; done & busy=$!'
	[ "$scenario" != nohypercall ] || return 0
	vm_quiet 'modprobe ptp_kvm' && log_start
}

chrony_conf='refclock PHC /dev/ptp0 poll 0
makestep 0.1 -1
cmdport 0
bindcmdaddress /
pidfile /run/chronyd.pid'

client_start() {
	case $client in
	chrony)
		vm_quiet "printf '$(printf '%s' "$chrony_conf" | awk '{ printf "%s\\n", $0 }')' > /tmp/chrony.conf"
		start_ns=$(now_ns)
		vm_quiet 'chronyd -d -u root -f /tmp/chrony.conf > /out/chronyd.log 2>&1 & client=$!'
		;;
	clockdisc)
		start_ns=$(now_ns)
		vm_quiet 'insmod /modules/clockdisc.ko'
		;;
	clockdisc-clocksource)
		start_ns=$(now_ns)
		vm_quiet 'insmod /modules/clockdisc.ko && clockdisc set actuator=clocksource'
		;;
	esac || return
	case $client in clockdisc*) vm_quiet 'clockdisc monitor > /out/events 2>&1 & events=$!' ;; esac
}

client_stop() {
	case $client in
	chrony)
		vm_quiet 'kill $client; wait $client; rm /tmp/chrony.conf'
		return
		;;
	clockdisc-clocksource) vm_quiet 'clockdisc set actuator=timekeeper' || return ;;
	esac
	vm_quiet '{ clockdisc status -v; clockdisc sources -v; clockdisc explain; } > /out/status; kill $events; wait $events; rmmod clockdisc'
}

burst() {
	vm_quiet 'kill -USR1 $logger'
}

# Something has just happened, or did so at the instant given.
event() { # [NS]
	events="$events ${1:-$(now_ns)}"
}

# Prints RESULT as the last line; before it what else there is to say. The end of the client is not part of what is judged:
# giving up a clocksource moves the clock.
scenario_end() {
	end_ns=$(now_ns)
	client_stop || return
	[ "$scenario" != nohypercall ] || {
		echo "RESULT client=$client scenario=$scenario rms_ns=none p99_ns=none max_ns=none lock_s=never recover_s=none samples=0"
		return
	}
	log_stop || return
	result=$(vm "guestclock result /out/log $start_ns $end_ns $SETTLE $RECOVER $events") || { echo "$result"; return 1; }
	printf '%s\n' "$result" | sed '/^FINE/!d'
	printf '%s\n' "$result" | sed -n "s/^rms_ns=/RESULT client=$client scenario=$scenario &/p"
}

run_steady() {
	client_start && sleep $((SETTLE + duration))
}

run_hostchrony() {
	run_steady
}

run_nohypercall() {
	if vm 'modprobe ptp_kvm'; then
		echo "# ptp_kvm loads: the host does not refuse the hypercall"
		return 1
	fi
	echo "# the ruler: $(vm 'cat /proc/cdisc_ruler 2>&1')"
	case $client in
	# There is no /dev/ptp0 for it.
	chrony) client_start && sleep 3; echo "# chronyd: $(vm 'tail -n 1 /out/chronyd.log')" ;;
	*) client_start && sleep $duration ;;
	esac
}

# All is counted here, right after a jump as well.
run_hoststep() {
	RECOVER=0
	client_start && sleep $SETTLE || return
	step_n=0
	while [ $step_n -lt $((duration / 20)) ]; do
		burst || return
		event
		case $((step_n % 4)) in
		0) timex --freq 20 ;;
		2) timex --freq -20 ;;
		*) timex --freq 0 ;;
		esac > /dev/null || return
		sleep 20
		step_n=$((step_n + 1))
	done
}

run_wrongdate() {
	client_start && sleep $SETTLE && burst || return
	event
	hour_wrong
	sleep $((RECOVER + duration))
}

run_pause() {
	client_start && sleep $SETTLE && burst && qmp stop > /dev/null || return
	sleep 20
	qmp cont > /dev/null && event "$(qmp_event RESUME)"
	sleep $((RECOVER + duration))
}

# Save the guest and start it again after SECONDS with another generation, while a process in it reads the clock.
watched_restore() { # SECONDS
	vm_quiet 'guestclock watch /out/watch & watch=$!; until [ -e /out/watch ]; do usleep 10000; done' && burst || return
	vm_save /tmp/saved || return
	sleep "$1"
	VM_GUID=7a1fd1f6-a5b4-4b7a-9a9f-8f4c0b3f4d1c vm_restore /tmp/saved
}

# What that process has read, to be called SECONDS before the end: two looks so far apart make the host's line.
watched_judge() { # SECONDS
	vm_quiet 'kill $watch; wait $watch'
	look1=$(vm 'guestclock ruler now')
	sleep "$1"
	look2=$(vm 'guestclock ruler now')
	vm "guestclock judge /out/watch $vm_resumed_ns $(line_point $look1) $(line_point $look2)"
}

# Of "HOST OFFSET WIDTH COUNT" the two that make a point of the host's time over the counter.
line_point() {
	echo "$4 $1"
}

run_restore() {
	client_start && sleep $SETTLE && watched_restore 10 || return
	event "$vm_resumed_ns"
	sleep $RECOVER
	watched_judge "$duration"
}
