#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A time daemon that nobody knows by name runs when the module is loaded: the clock is left to it. What an ended one left, what the
# module itself left, and programs that may set the clock and keep no time are no reason to. In virtual time.
# boot: --icount --timeout 300 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program mover)"
# boot: --add "$(selftests/netlink/program ntp_server)" --add "$(selftests/netlink/program timex)"
. /lib/lib.sh

keeper_pid=
begin() { # ARGUMENT...: of mover, which is to have told the kernel
	timex --status 0x40 > /dev/null
	mover "$@" &
	keeper_pid=$!
	until_true 10 is_unsync 0 || tap_not_ok "mover $1 tells the kernel"
}
not_left() { # WHAT
	load
	tap_is "$1: the clock is not left to it" "$(field yielded)" 0
	rmmod clockdisc
	stop $keeper_pid
}

begin keep someclock 1000
load
look
tap_is "a daemon that nobody knows: the clock is left to it" "$(attr yielded)" 1
tap_is "a daemon that nobody knows: it is named" "$(attr mover-name)" someclock
tap_is "a daemon that nobody knows: and its process" "$(attr mover-pid)" $keeper_pid
tap_check "a daemon that nobody knows: the log says so" sh -c "clockdisc log | grep 'startup  *someclock/$keeper_pid  *yield'"
tap_check "a daemon that nobody knows: it is taken back by command" clockdisc resume
tap_is "a daemon that nobody knows: resumed" "$(field yielded)" 0
rmmod clockdisc
load conflict_daemon=reassert
tap_is "a daemon that nobody knows: unless that is not wanted" "$(field yielded)" 0
rmmod clockdisc
stop $keeper_pid
tap_check "it has ended, and the kernel's word is there" is_unsync 0
load
tap_is "what it left is no reason to yield" "$(field yielded)" 0
rmmod clockdisc

begin keep someclock 1900000
not_left "one that has not told the kernel for an hour"
begin keep systemd-timedat 1000
not_left "timedatectl's other half"
begin keep-root someclock 1000
not_left "a program that may do everything"

# --- loaded again, with ntpx running: what the module left is as true as it was ---
load
server
follow iburst minpoll 0 maxpoll 1
tap_check "the clock follows" until_true 60 is_field synchronised 1
tap_check "the kernel is told" until_true 20 is_unsync 0
for child in $ntpx_pid $(cat /proc/$ntpx_pid/task/$ntpx_pid/children); do
	grep -H CapEff /proc/$child/status
done | sed 's/^/# /'
rmmod clockdisc
tap_check "it still is, without the module" is_unsync 0
load
tap_is "loaded again: not left to ntpx" "$(field yielded)" 0
tap_check "loaded again: it follows again" until_true 60 is_field synchronised 1
finish
