#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A clock that runs 80 ppm fast by a kernel parameter that adjtimex does not show. In virtual time.
# boot: --icount --timeout 200 --append ntp_tick_adj=80000 --add selftests/vm/tests/lib.sh:/lib/lib.sh
# boot: --add "$(selftests/netlink/program ntp_server)" --add "$(selftests/netlink/program ruler)"
# boot: --add "$(selftests/netlink/program timex)" --add "$(selftests/netlink/program clockrate)"
. /lib/lib.sh

within "before: the clock runs 80 ppm fast, ppb" "$(value_of "$(clockrate 10 10)" mean_ppb)" 79920 500
server --freq-ppb 20000 --offset -0.3
load || exit 1
follow iburst minpoll 4 maxpoll 6
tap_check "it is synchronised all the same" clockdisc wait --timeout 2min
sleep 1200
look
tap_is "the state is sync" "$(attr state)" sync
within "the learnt frequency is the server's against the counter, ppb" "$(awk "BEGIN { print $(attr freq-ppb-q16) / 65536 }")" 20000 500
within "the rate that is set makes up for the bias, ppb" "$(awk "BEGIN { print $(attr rate-ppb-q16) / 65536 }")" -59920 3000
within "the clock is right" "$(ruler_ns)" 0 1000000
rmmod clockdisc
within "the clock is left at the learnt frequency, ppb" "$(value_of "$(clockrate 20 20)" mean_ppb)" 20000 600
finish
