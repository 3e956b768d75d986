#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Who may read and who may write.
# boot: --add "$(selftests/netlink/program privilege)"
. /lib/tap.sh

tap_check "the module loads" insmod /modules/clockdisc.ko
status=0
privilege > /tmp/privilege || status=$?
tap_merge privilege /tmp/privilege $status
# The control tool passes the sentence on.
said=$(su user -c "clockdisc set panic-once=1" 2>&1)
code=$?
tap_is "clockdisc without CAP_SYS_TIME fails" $code 1
case $said in
*"CAP_SYS_TIME in the initial user namespace"*) tap_ok "and says what it needs" ;;
*) tap_not_ok "and says what it needs" "$said" ;;
esac
tap_check "clockdisc status needs no privilege" su user -c "clockdisc status"
tap_check "the module unloads" rmmod clockdisc
tap_end
