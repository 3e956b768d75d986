#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# leap.sh, with a second that is left out.
# boot: --icount --rtc 2026-12-31T23:40:00 --add selftests/vm/tests/lib.sh:/lib/lib.sh --add selftests/vm/tests/leap.sh:/lib/leap.sh
# boot: --add "$(selftests/netlink/program ntp_server)" --add "$(selftests/netlink/program ruler)" --add "$(selftests/netlink/program timex)"
LEAP=delete
. /lib/leap.sh
