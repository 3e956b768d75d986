#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The log of who moved the clock: whoever it is and however it is done, it is noticed within 10 ms and named, with the value
# before and after. Without kprobes the same, but for what a slew's beginner is called. In virtual time.
# boot: --icount --timeout 200 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program timex)"
# boot: --add "$(selftests/netlink/program mover)" --add "$(selftests/netlink/program ntp_server)"
# boot: --module "$(selftests/vm/hide-adjtimex "$series")"
. /lib/lib.sh

LIMIT_NS=10000000

# entry: the newest entry of a cause, drift's own not counted; of NAME: an attribute of it
entry() { # CAUSE KIND
	found=$(clockdisc -j log | grep "\"cause\":\"$1\"" | grep "\"kind\":\"$2\"" | tail -n 1)
}
of() {
	pick "$found" "$1"
}
seen() { # WHAT NAME KIND
	entry foreign "$3"
	tap_is "$1: it is named" "$(of name)" "$2"
	at_most "$1: it is noticed at once, ns" "$(of noticed-ns)" $LIMIT_NS
}

load || exit 1
# What is done about movers is in arbitration.sh.
clockdisc set conflict=alarm conflict-daemon=alarm hold-off=1ms
tap_is "an empty log is empty, but for what was done at the start" "$(clockdisc -j log | grep -c foreign)" 0

# --- set and stepped ---
real_s=$(date +%s)
date -s "@$((real_s + 3600))" > /dev/null
seen "date -s" date set
within "date -s: the change, ns" "$(of change-ns)" 3600000000000 1500000000
within "date -s: the value before, ns" "$(of old-real-ns)" "${real_s}000000000" 1500000000
within "date -s: the value after, ns" "$(of real-ns)" "$((real_s + 3600))000000000" 1500000000
pid=$(of pid)
at_least "date -s: the process, too" "${pid:-0}" 1
hwclock -w
date -s "@$real_s" > /dev/null
hwclock --hctosys
seen "hwclock --hctosys" hwclock set
timex --shift 0.25
seen "adjtimex() with an offset" timex step
tap_is "told from a set, and exactly, ns" "$(of change-ns)" 250000000

# --- rates ---
timex --freq 30
seen "adjtimex() with a frequency" timex rate
within "with the value after, ppb" "$(awk "BEGIN { print $(of new-rate-ppb-q16) / 65536 }")" 30000 1
timex --tick 10001
seen "adjtimex() with a tick" timex rate
within "with the value before, ppb" "$(awk "BEGIN { print $(of old-rate-ppb-q16) / 65536 }")" 30000 200000
timex --tick 10000

# --- slews, the status word, the TAI offset ---
timex --adjtime 0.002
seen "adjtime()" timex slew
tap_is "adjtime(): what is to be moved, ns" "$(of change-ns)" 2000000
mover timesyncd 0.02
seen "a slew as of systemd-timesyncd" systemd-timesyn slew
tap_is "by so much, ns" "$(of change-ns)" 20000000
entry foreign status
tap_is "and the status word that goes with it" "$(of name)" systemd-timesyn
tap_check "with STA_PLL set" test $(($(of new-status) & 1)) -eq 1
sleep 3
entry foreign rate
tap_is "what it does at ticks is put down to who began it" "$(of name)" systemd-timesyn
mover timesyncd 1.5
seen "a step as of systemd-timesyncd" systemd-timesyn step
tap_is "by so much, ns" "$(of change-ns)" 1500000000

# --- what changes nothing leaves no trace ---
timex --status 0x40
timex --freq 0
sleep 2
before=$(field log-seq)
mover nothing 20
tap_is "reads, repetitions and refused attempts are not logged" "$(field log-seq)" "$before"

# --- our own ---
clockdisc step 30ms > /dev/null
entry operator step
tap_is "our own step is there, with the cause" "$(of change-ns)" 30000000
tap_is "by us" "$(of name)" clockdisc
clockdisc freq 5ppm > /dev/null
sleep 2
entry operator rate
within "our own rate as well, ppb" "$(awk "BEGIN { print $(of new-rate-ppb-q16) / 65536 }")" 5000 1000
clockdisc slew 1ms > /dev/null
entry operator slew
tap_is "and our slew" "$(of change-ns)" 1000000
tap_is "none of ours is put down to others" "$(clockdisc -j log | grep '"cause":"foreign"' | grep -c '"name":"clockdisc"')" 0

# --- another clocksource ---
CS=/sys/devices/system/clocksource/clocksource0
echo acpi_pm > $CS/current_clocksource
sleep 1
entry kernel clocksource
tap_is "a change of the clocksource: from" "$(of old-clocksource)" tsc
tap_is "and to" "$(of new-clocksource)" acpi_pm
echo tsc > $CS/current_clocksource
sleep 1

# --- asked for ---
# A frequency of ours that is being followed would go on writing.
clockdisc set actuator=observe
last=$(field log-seq)
tap_is "the newest entry" "$(clockdisc -j log -n 1 | wc -l)" 1
tap_is "is the last one" "$(pick "$(clockdisc -j log -n 1)" seq)" "$last"
tap_is "since a number" "$(clockdisc -j log --since $((last - 2)) | wc -l)" 3
tap_is "since a minute that is to come" "$(clockdisc -j log --since 2036-01-01T00:00:00 | wc -l)" 0
tap_is "since yesterday: all" "$(clockdisc -j log --since 1d | wc -l)" "$(clockdisc -j log | wc -l)"
tap_check "a wrong time is refused with what is right" sh -c 'clockdisc log --since soon 2>&1 | grep "neither an entry"'
tap_check "a wrong number as well" sh -c 'clockdisc log -n 5000 2>&1 | grep "legal is 1 to 4096"'
tap_check "one who may not write may read" su user -c "clockdisc log"
clockdisc -j log -f -n 1 > /tmp/followed &
follow_pid=$!
sleep 0.5
timex --freq 1
sleep 0.5
stop $follow_pid
tap_is "followed: the newest, and what comes" "$(grep -c . /tmp/followed)" "$(($(field log-seq) - last + 1))"
# Who set the clock back is who is looked for: the clock's own time must not hide it.
sleep 3
last=$(field log-seq)
begin=$(date -u +%Y-%m-%dT%H:%M:%S)
clockdisc -j log -f --since "$begin" > /tmp/followed &
follow_pid=$!
sleep 0.5
date -s "@$(($(date +%s) - 7200))" > /dev/null
timex --freq 2
date -s "@$(($(date +%s) + 7205))" > /dev/null
clockdisc -j log --since 1s > /tmp/ago
clockdisc -j log --since "$begin" > /tmp/dated
sleep 0.5
stop $follow_pid
tap_is "since a second ago, the clock having been set back by two hours and forward: both are told" "$(grep -c '"kind":"set"' /tmp/ago)" 2
tap_is "and what is older is not" "$(pick "$(head -n 1 /tmp/ago)" seq)" $((last + 1))
tap_is "since a date: both, for the clock showed that date before or after" "$(grep -c '"kind":"set"' /tmp/dated)" 2
tap_check "followed since a date: so is what was in between" grep -q '"kind":"rate"' /tmp/followed
tap_is "since a date that no clock reaches" "$(clockdisc -j log --since 9999-01-01 | wc -l)" 0
clockdisc log > /out/log
tap_check "a line for people names who and what" grep "foreign .* date/[0-9]* .* set  *+3599" /out/log
tap_check "the module unloads" rmmod clockdisc

# --- without kprobes ---
insmod /modules/clockdisc-unreached.ko
tap_check "without kprobes: the module is there" clockdisc status
date -s "@$((real_s + 7200))" > /dev/null
seen "without kprobes: date -s" date set
timex --shift 0.25
seen "without kprobes: adjtimex() with an offset" timex set
timex --freq 30
seen "without kprobes: adjtimex() with a frequency" timex rate
timex --pll 0.02
sleep 3
entry foreign rate
clockdisc log > /out/log-unreached
tap_is "without kprobes: a slew is noticed, without a name" "$(of name)" kernel
tap_check "the module unloads" rmmod clockdisc
finish
