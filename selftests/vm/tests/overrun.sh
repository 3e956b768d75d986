#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# More moves of the clock than the module has room for, and a reader that does not keep up with the log: nothing is lost without
# a word that says how much. In virtual time, on one processor, where a process that nobody interrupts keeps the module's worker
# from running.
# boot: --icount --timeout 300 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program mover)"
. /lib/lib.sh

# CDISC_TIMELINE_RECORDS and CDISC_CALL_RECORDS
ROOM=256
BURST=1000

overruns() { # KIND: "rate" fills the notifier's room, "status" the probe's
	look
	before_seq=$(attr log-seq) before_dropped=$(attr log-dropped)
	mover burst "$1" $BURST
	# To read the log is to have everything taken in.
	clockdisc -j log --since $((before_seq + 1)) > /tmp/entries
	tap_is "a burst of $1: as much as there is room for is in the log" \
		"$(grep '"name":"mover"' /tmp/entries | grep -c "\"kind\":\"$1\"")" $ROOM
	tap_is "a burst of $1: one entry says how many are not" \
		"$(pick "$(grep '"kind":"lost"' /tmp/entries)" count)" $((BURST - ROOM))
	tap_is "a burst of $1: so does the status" "$(($(field log-dropped) - before_dropped))" $((BURST - ROOM))
	tap_check "a burst of $1: people are told in words" \
		sh -c "clockdisc log --since $((before_seq + 1)) | grep ' lost  *$((BURST - ROOM)) changes were not recorded'"
}

load || exit 1
clockdisc set conflict=alarm conflict-daemon=alarm hold-off=1h
overruns rate
overruns status
clockdisc log -n 3 > /out/log-lost
date -s "@$(($(date +%s) + 100))" > /dev/null
tap_is "what comes after it is in the log again" "$(clockdisc -j log -n 20 | grep -c '"name":"date"')" 1

# --- a reader that is stopped while the log goes on: its socket holds a hundred messages or so ---
last=$(field log-seq)
clockdisc -j log -f -n 1 > /tmp/followed &
follow_pid=$!
tap_check "a reader follows the log" until_true 10 grep -q seq /tmp/followed
kill -STOP $follow_pid
mover loop 1000 3 > /dev/null
kill -CONT $follow_pid
newest=$(field log-seq)
at_least "it is stopped, and so many entries are written" $((newest - last)) 2500
tap_check "it goes on, and has the newest in the end" until_true 20 grep -q "\"seq\":$newest," /tmp/followed
stop $follow_pid
tap_is "each one once and in order" "$(sed 's/.*"seq":\([0-9]*\).*/\1/' /tmp/followed |
	awk 'NR > 1 && $1 != last + 1 { wrong++ } { last = $1 } END { print wrong + 0 }')" 0
finish
