#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What the discipline does about offsets: slews, steps, waits, freezes; and about others who move the clock. In virtual time.
# boot: --icount --timeout 400 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add "$(selftests/netlink/program ntp_server)"
# boot: --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
# boot: --add "$(selftests/netlink/program clockrate)"
. /lib/lib.sh

server --freq-ppb 0
load || exit 1
# The others here are faults of the clock: what is done about movers is in arbitration.sh.
clockdisc set conflict=alarm conflict-daemon=alarm
clockdisc freq 0ppb > /tmp/said
tap_is "a given frequency is the state fset" "$(field state)" fset
events
follow iburst minpoll 3 maxpoll 3
tap_check "with a known frequency the first offsets lead to sync" until_true 60 is_field state sync

# --- 50 ms: slewed ---
timex --shift -0.05
tap_check "somebody else's set is noticed" until_true 2 has_event foreign-set
within "with its value" "$(event_value foreign-set)" -50000000 1000
clockrate 60 2 > /tmp/rate
tap_check "50 ms are slewed away" until_true 1200 is_right 1000000
tap_is "not stepped" "$(field steps)" 0
# Beside the frequency, which is known to a ppm or two after a minute.
at_most "at no more than 500 ppm, ppb" "$(value_of "$(cat /tmp/rate)" max_ppb)" 503000
at_least "and at no less than it takes, ppb" "$(value_of "$(cat /tmp/rate)" max_ppb)" 20000

# --- a slew by command: the cap, and an end without overshoot ---
stop $ntpx_pid
for id in $(clockdisc -j sources | grep -o '"id": *[0-9]*' | grep -o '[0-9]*$'); do clockdisc source del "$id" > /dev/null; done
sleep 5
clockdisc freq 0ppb > /dev/null
sleep 5
: > /tmp/events
for slew in "20ms 20000000 500ppm 500000 60" "-20ms -20000000 500ppm 500000 60" "3ms 3000000 100ppm 100000 45" "-200ms -200000000 5% 50000000 60"; do
	set -- $slew
	ppm=${3%ppm}
	[ "$3" = 5% ] && ppm=50000
	clockdisc set max-slew="${ppm}ppm" > /dev/null
	(sleep 1; clockdisc slew "$1" > /dev/null) &
	rate=$(clockrate "$5" 1)
	within "a slew of $1 moves the clock by it" "$(value_of "$rate" end_ns)" "$2" 5000
	# Readings of virtual time are good to some 100 ns, over 1 s.
	at_most "never faster than $3" "$(value_of "$rate" max_ppb)" "$(awk "BEGIN { print $4 * 1.001 + 1000 }")"
	at_least "nor faster backwards than $3" "$(value_of "$rate" min_ppb)" "$(awk "BEGIN { print -($4 * 1.001 + 1000) }")"
	case $2 in
	-*) at_least "and without overshoot ($1)" "$(value_of "$rate" low_ns)" "$(($2 - 5000))" ;;
	*) at_most "and without overshoot ($1)" "$(value_of "$rate" peak_ns)" "$(($2 + 5000))" ;;
	esac
done
sleep 1
tap_check "its begin and its end are told" sh -c 'grep -q slew-begin /tmp/events && grep -q slew-end /tmp/events'
tap_is "no slew is left" "$(field slew-left-ns)" 0
clockdisc set max-slew=500ppm max-slew-change=20ppm > /dev/null
(sleep 1; clockdisc slew 20ms > /dev/null) &
clockrate 5 5 > /tmp/rate
at_most "max-slew-change lets the rate grow slowly" "$(value_of "$(cat /tmp/rate)" max_ppb)" 60000
sleep 200
within "and the slew is made all the same" "$(field slew-left-ns)" 0 0
clockdisc set max-slew-change=0 > /dev/null

# --- 0.5 s: stepped after the stepout ---
clockdisc set stepout=60s > /dev/null
follow iburst minpoll 3 maxpoll 3
tap_check "the clock is right again" until_true 1500 is_right 1000000
steps=$(field steps)
timex --shift -0.5
tap_check "0.5 s is a spike at first" until_true 30 is_field state spike
sleep 20
tap_is "it is not stepped before the stepout" "$(field steps)" "$steps"
tap_check "it is stepped after it" until_true 80 is_field steps $((steps + 1))
within "by 0.5 s" "$(field last-step-ns)" 500000000 1000000
tap_check "and the clock is right" until_true 60 is_right 1000000
# A spike that goes away by itself is none.
timex --shift -0.5
until_true 30 is_field state spike
timex --shift 0.5
tap_check "a spike that goes away ends in sync" until_true 60 is_field state sync
tap_is "without a step" "$(field steps)" $((steps + 1))

# --- step threshold 0: slewed whatever it is ---
clockdisc set step-threshold=0 max-slew=50000ppm stepout=0s > /dev/null
timex --shift -1
clockrate 40 1 > /tmp/rate
tap_check "with a step threshold of 0 a second is slewed" until_true 1500 is_right 1000000
tap_is "not stepped" "$(field steps)" $((steps + 1))
at_most "within the cap, ppb" "$(value_of "$(cat /tmp/rate)" max_ppb)" 50100000
clockdisc set step-threshold=128ms max-slew=500ppm stepout=60s > /dev/null

# --- 2000 s: frozen ---
: > /tmp/events
timex --shift -2000
tap_check "2000 s freeze the clock" until_true 100 is_field state frozen
look
within "the correction waits for the operator" "$(attr pending-ns)" 2000000000000 1000000000
tap_is "nothing was stepped" "$(attr steps)" $((steps + 1))
tap_check "an event told of it" until_true 5 has_event freeze
tap_check "the explanation names it" sh -c 'clockdisc explain | grep "would step +2000 s because .* panic threshold"'
tap_check "rejected, it is gone" clockdisc reject
tap_is "and the clock stays frozen" "$(field state)" frozen
tap_is "with nothing pending" "$(field pending-ns)" ""
tap_check "there is nothing to accept then, in words" sh -c 'clockdisc accept 2>&1 | grep "no correction waits"'
clockdisc unfreeze > /dev/null
tap_check "measured afresh, it freezes the clock again" until_true 100 is_field state frozen
tap_is "for its size" "$(field pending-reason)" panic
tap_check "accepted, it is made" clockdisc accept
look
within "of 2000 s" "$(attr last-step-ns)" 2000000000000 1000000000
tap_is "nothing is pending any longer" "$(attr pending-ns)" ""
tap_check "the clock goes on in sync" until_true 60 is_field state sync
tap_check "and is right" until_true 60 is_right 1000000

# --- freeze by command ---
clockdisc freeze > /dev/null
timex --shift -0.02
rate=$(clockrate 60 1)
within "a frozen clock is not corrected, ns" "$(value_of "$rate" end_ns)" 0 20000
within "measuring goes on, ns" "$(field offset-ns)" 20000000 100000
clockdisc unfreeze > /dev/null
tap_check "unfrozen, it is corrected" until_true 1500 is_right 1000000

# --- others' rates ---
: > /tmp/events
timex --freq 30
sleep 12
tap_check "somebody else's rate is noticed" until_true 5 has_event foreign-rate
sleep 60
within "and taken back, ppb" "$(value_of "$(clockrate 20 20)" mean_ppb)" 0 20000
tap_check "the clock stays right" until_true 300 is_right 1000000
date -s @$(($(date +%s) + 100)) > /dev/null
sleep 1
within "date -s is noticed, ns" "$(event_value foreign-set)" 100000000000 1500000000
tap_check "and corrected" until_true 300 is_right 1000000

# --- the floor ---
until_true 300 is_field state sync
clockdisc set floor="$(date +%s)s" > /dev/null
date -s @$(($(date +%s) + 100)) > /dev/null
clockdisc set floor="$(date +%s)s" stepout=0s > /dev/null
tap_check "a correction to before the floor freezes the clock" until_true 100 is_field state frozen
look
tap_is "with its own reason" "$(attr pending-reason)" floor
tap_check "which the explanation names" sh -c 'clockdisc explain | grep "before the floor of 20"'
steps=$(attr steps)
tap_check "accepted, it is made" clockdisc accept
look
tap_is "by a step" "$(attr steps)" $((steps + 1))
tap_is "and the floor is gone" "$(attr floor-real-ns)" 0
tap_check "the clock is right" until_true 100 is_right 1000000
clockdisc set stepout=300s > /dev/null

# --- a slew that is called off ---
clockdisc freeze > /dev/null
clockdisc slew -41ms > /dev/null
tap_check "a slew tells its end and its rate" sh -c 'clockdisc status | grep "^slew  *-4[01]\..* ms left, 1 min [0-9]* s at 500.000 ppm"'
tap_check "it is called off" clockdisc slew cancel
sleep 2
look
tap_is "nothing is left of it" "$(attr slew-left-ns)" 0
within "and little was moved, ns" "$(attr offset-ns)" 0 20000000
clockdisc unfreeze > /dev/null

# --- budgets ---
is_aside() {
	[ "$(source_field reason)" = budget ]
}
until_true 300 is_field state sync
spent_ns=$(field step-spent-ns)
clockdisc set stepout=0s step-budget=$((spent_ns + 1000000000)) > /dev/null
timex --shift -0.6
tap_check "a step within the budget is made" until_true 60 is_right 1000000
look
within "and counted, ns" "$(attr step-spent-ns)" $((spent_ns + 600000000)) 1000000
tap_check "what is left is told" sh -c 'clockdisc policy | grep "^steps a day .* spent of .*, .* left"'
timex --shift -0.6
tap_check "one beyond it freezes the clock" until_true 60 is_field state frozen
tap_is "with its own reason" "$(field pending-reason)" budget
tap_check "which the explanation names" sh -c 'clockdisc explain | grep "would step +600 ms because the day.s budget is spent"'
tap_check "the operator grants it anew" clockdisc accept
tap_check "then it is made" until_true 60 is_right 1000000
clockdisc set step-budget=0 source-step-budget=$(($(source_field step-spent-ns) + 500000000)) > /dev/null
timex --shift -0.6
tap_check "a source that is beyond its own is set aside" until_true 60 is_aside
tap_is "the clock is in holdover" "$(field state)" holdover
at_least "and it was counted" "$(field budget-stops)" 2
timex --shift 0.6
clockdisc set source-step-budget=0 stepout=300s > /dev/null

# --- presets and permissions ---
tap_is "the policy is the preset ntpd" "$(field preset)" ntpd
tap_check "a preset is taken over by its familiar name" clockdisc preset ntpd -x
tap_is "a source is not added at a poll that only the host may have" "$(clockdisc source add fast minpoll -1 2>&1 | grep -c "legal is 0 to 17")" 1
tap_check "words that are none are all named" sh -c "clockdisc preset chrony makestep 1.0 2>&1 | grep \"no preset 'chrony makestep 1.0'\""
tap_is "and told" "$(field preset)" ntpd-x
tap_is "its threshold is told" "$(field step-threshold-ns)" 600000000000
: > /tmp/events
tap_check "a preset and other settings are one request" clockdisc set preset=monotonic drift.step-forward=256ms
sleep 0.2
tap_is "with one event" "$(grep -c '"config"' /tmp/events)" 1
tap_is "after which the policy is custom" "$(field preset)" custom
tap_is "the field was applied after the preset" "$(field step-threshold-ns)" 256000000
tap_check "the permissions are shown" sh -c 'clockdisc policy | grep "^drift *256.000 ms *never *300.000 s"'
steps=$(field steps)
tap_check "a step back by command is refused under monotonic, in words" sh -c 'clockdisc step -1s 2>&1 | grep "operator"'
tap_is "and not made" "$(field steps)" "$steps"
tap_check "a step forward is made" clockdisc step 1s
tap_check "a field that a cause does not have is refused" sh -c 'clockdisc set restore.stepout=1s 2>&1 | grep "only drift and source"'
clockdisc preset ntpd > /dev/null
tap_is "ntpd is the preset ntpd" "$(field preset)" ntpd
tap_check "the permissions of leap seconds are among them" sh -c 'clockdisc policy | grep "^leap .* - .* - .* 250.000 ppm"'
tap_check "to let the kernel make none is refused" \
	sh -c 'clockdisc set leap.step-forward=0 leap.step-backward=0 2>&1 | grep "leap-mode kernel steps by 1 s"'
tap_check "to slew them faster than drift is refused" \
	sh -c 'clockdisc set leap-mode=slew leap.max-slew=501ppm 2>&1 | grep "must not be above that of drift"'
tap_check "one direction may be slewed" clockdisc set leap.step-backward=0
clockdisc preset ntpd > /dev/null
finish
