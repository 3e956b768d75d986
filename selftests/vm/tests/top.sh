#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clockdisc top on a terminal of tmux: what it shows, another size, a module that goes and comes, terminals without colours
# or without a cursor.
# kernels: 6.12
# boot: --icount --timeout 300 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)" --add "$(selftests/netlink/program mover)"
# boot: --add "$(command -v tmux)" --add /usr/lib/locale/C.utf8:/usr/lib/locale/C.utf8 --add /lib/terminfo/t/tmux-256color:/lib/terminfo/t/tmux-256color
# boot: --add /lib/terminfo/v/vt100:/lib/terminfo/v/vt100 --add /lib/terminfo/d/dumb:/lib/terminfo/d/dumb
. /lib/lib.sh

export LC_ALL=C.UTF-8
PLACE=top
# Each session has a server of its own: the last one may still be ending.
session=0
mux() {
	tmux -u -L test$session -f /dev/null "$@"
}
screen() { # [OPTION...]: what is on it
	mux capture-pane -p -t "$PLACE" "$@" > /tmp/screen
}
shows() { # TEXT
	screen
	grep -qF -- "$1" /tmp/screen
}
# start COLUMNS ROWS COMMAND: in a window that stays when the command has ended.
start() {
	mux kill-server 2> /dev/null
	session=$((session + 1))
	mux new-session -d -s $PLACE -x "$1" -y "$2" "$3; echo \"ended \$?\"; sleep 100000"
}

start 80 24 "clockdisc top"
tap_check "without the module it says so and ends" until_true 10 shows "ended 1"
tap_check "in a sentence" until_true 4 shows "the clockdisc module is not loaded"

load
server --jitter 1e-4
follow iburst minpoll 3 maxpoll 4
tap_check "synchronised" clockdisc wait --timeout 120s
start 80 24 "clockdisc top"
sleep 40
tap_check "80x24: the state" until_true 20 shows "sync, synchronised"
for text in offset bound frequency "of 1 sources weigh in" remote "127.0.0.1:$PORT" "the last " "events, newest last"; do
	tap_check "it shows: $text" until_true 4 shows "$text"
done
tap_check "the curve is of blocks" sh -c 'grep -q "[▁▂▃▄▅▆▇█]" /tmp/screen'
screen
cp /tmp/screen /out/screen
before=$(head -n 1 /tmp/screen)
sleep 2
screen
tap_check "it goes on by itself" test "$before" != "$(head -n 1 /tmp/screen)"
clockdisc step 10ms
tap_check "an event is at the bottom at once" until_true 1 shows "step +10.000 ms"
screen
tap_is "on the last rows" "$(tail -n 4 /tmp/screen | grep -c 'step +10.000 ms')" 1
cp /tmp/screen /out/screen-step

date -s "@$(($(date +%s) - 3))" > /dev/null
tap_check "who set the clock is named" until_true 2 shows "date ("
tap_check "with what was done" until_true 4 shows "): set -"
mux resize-window -t $PLACE -x 50 -y 12
tap_check "a smaller window: the state is still there" until_true 5 shows "sync, "
mux resize-window -t $PLACE -x 132 -y 50
sleep 2
tap_check "a larger one" until_true 5 shows "events, newest last"

# More changes of the clock than the module has room for; then the same, and the window's socket has room for a few of them only.
counts_lost() {
	screen
	grep -qE '^events, newest last, [1-9][0-9]+ lost; q ends' /tmp/screen
}
clockdisc set conflict=alarm conflict-daemon=alarm hold-off=1h
mover burst rate 1000
tap_check "changes that were not recorded are counted" until_true 10 shows "lost: 744 changes of the clock were not recorded"
tap_check "where no events were lost it says nothing of them" until_true 4 shows "events, newest last; q ends"
mux send-keys -t $PLACE q
tap_check "q ends it" until_true 5 shows "ended 0"
echo 16384 > /proc/sys/net/core/rmem_max
start 132 50 "clockdisc top"
tap_check "a window of little room" until_true 10 shows "of 1 sources weigh in"
mover burst rate 1000
tap_check "events that were lost are counted" until_true 10 counts_lost
cp /tmp/screen /out/screen-lost

stop $ntpx_pid
ntpx_pid=
# A dump that top is just reading holds it.
tap_check "the module is unloaded under it" until_true 4 rmmod clockdisc
tap_check "a module that goes is told" until_true 5 shows "is not loaded"
shows_no() {
	! shows "$1"
}
tap_check "old figures are not shown then" until_true 4 shows_no "bound  "
load
tap_check "a module that comes back is shown" until_true 5 shows "unset, not synchronised"
mux send-keys -t $PLACE q
tap_check "q ends it once more" until_true 5 shows "ended 0"
tap_check "the terminal is as it was" until_true 4 shows_no remote

start 80 24 "TERM=vt100 clockdisc top"
tap_check "a terminal without colours" until_true 5 shows "not synchronised"
screen -e
tap_is "gets none" "$(grep -c "$(printf '\033')\[[0-9;]*3[1-7]m" /tmp/screen)" 0
start 80 24 "TERM=dumb clockdisc top"
tap_check "a terminal that cannot place text is refused" until_true 5 shows "cannot place text"
start 80 24 "clockdisc top | cat"
tap_check "so is none" until_true 5 shows "and this is none"
mux kill-server
finish
