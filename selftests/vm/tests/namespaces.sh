#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Who moved the clock, told to readers in other namespaces: process ids are those of the reader's pid namespace, 0 for whom it cannot
# see; events in another network namespace tell none. In virtual time.
# boot: --icount --timeout 120 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program mover)"
. /lib/lib.sh

of_last() { # FILE NAME ATTRIBUTE: of the last entry by NAME
	pick "$(grep "\"name\":\"$2\"" "$1" | tail -n 1)" "$3"
}

load || exit 1
clockdisc set conflict=alarm conflict-daemon=yield
date -s "@$(($(date +%s) + 100))" > /dev/null
clockdisc -j log > /tmp/home
at_least "date -s, seen from the initial namespace: a process" "$(of_last /tmp/home date pid)" 2
unshare -p -f clockdisc -j log > /tmp/inside
tap_is "seen from another one: the name" "$(of_last /tmp/inside date name)" date
tap_is "seen from another one: no process" "$(of_last /tmp/inside date pid)" 0

# --- a daemon in a pid namespace of its own ---
unshare -p -f sh -c '
	mover phc2sys 0.01 600 &
	echo $! > /tmp/inside-pid
	while ! clockdisc -j log | grep -q phc2sys; do sleep 0.1; done
	clockdisc -j log > /tmp/inside
	clockdisc -j status > /tmp/inside-status
	clockdisc explain > /tmp/inside-explain
	touch /tmp/inside-done
	wait' &
unshare_pid=$!
tap_check "a daemon in a namespace moves the clock" until_true 20 test -e /tmp/inside-done
inside_pid=$(cat /tmp/inside-pid)
tap_is "seen from there: its id there" "$(of_last /tmp/inside phc2sys pid)" "$inside_pid"
tap_is "the status as well" "$(pick "$(cat /tmp/inside-status)" mover-pid)" "$inside_pid"
tap_check "and the explanation" grep "left to phc2sys (process $inside_pid)," /tmp/inside-explain
look
home_pid=$(attr mover-pid)
tap_is "seen from the initial namespace: the id here" "$(cat /proc/"$home_pid"/comm)" phc2sys
tap_is "in the log as well" "$(pick "$(clockdisc -j log | grep '"name":"phc2sys"' | tail -n 1)" pid)" "$home_pid"
tap_check "from a third one it is only named" sh -c 'unshare -p -f clockdisc explain | grep "left to phc2sys, which"'

# --- events ---
clockdisc -j log -f -n 1 > /tmp/home-events &
home_reader=$!
unshare -n clockdisc -j log -f -n 1 > /tmp/abroad-events &
abroad_reader=$!
tap_check "readers here and in another network namespace" \
	until_true 20 sh -c 'grep -q seq /tmp/home-events && grep -q seq /tmp/abroad-events'
kill "$home_pid"
wait $unshare_pid
date -s "@$(($(date +%s) + 100))" > /dev/null
tap_check "both are told" until_true 20 sh -c 'grep -q date /tmp/home-events && grep -q date /tmp/abroad-events'
at_least "here with the process" "$(of_last /tmp/home-events date pid)" 2
tap_is "there without" "$(of_last /tmp/abroad-events date pid)" 0
stop $home_reader
stop $abroad_reader
finish
