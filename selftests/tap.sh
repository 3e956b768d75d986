# SPDX-License-Identifier: GPL-2.0
# Sourced by test scripts on the host (bash) and in the guest (busybox sh): prints TAP.
#
#   tap_check NAME COMMAND...     ok if COMMAND succeeds; what it printed is shown when it does not
#   tap_is NAME GOT WANTED        ok if both are the same
#   tap_ok NAME / tap_not_ok NAME [WHY...] / tap_skip NAME WHY...
#   tap_merge PREFIX FILE STATUS  take over the results in FILE, TAP of a program that ended with STATUS
#   tap_end                       the plan and the totals; returns 1 if anything failed

tap_n=0 tap_passed=0 tap_failed=0 tap_skipped=0

tap_ok() {
	tap_n=$((tap_n + 1)) tap_passed=$((tap_passed + 1))
	echo "ok $tap_n - $1"
}

tap_not_ok() {
	tap_n=$((tap_n + 1)) tap_failed=$((tap_failed + 1))
	echo "not ok $tap_n - $1"
	shift
	[ $# -eq 0 ] || printf '%s\n' "$*" | sed 's/^/# /'
}

tap_skip() {
	tap_n=$((tap_n + 1)) tap_skipped=$((tap_skipped + 1))
	tap_name=$1
	shift
	echo "ok $tap_n - $tap_name # SKIP $*"
}

tap_check() {
	tap_name=$1
	shift
	if tap_said=$("$@" 2>&1); then
		tap_ok "$tap_name"
	else
		tap_not_ok "$tap_name" "exit $? of: $*
$tap_said"
	fi
}

tap_is() {
	if [ "$2" = "$3" ]; then
		tap_ok "$1"
	else
		tap_not_ok "$1" "got \"$2\", wanted \"$3\""
	fi
}

# A program that stops early must not look like one that passed: its plan has to match what it printed.
tap_merge() {
	tap_prefix=$1 tap_planned=missing tap_seen=0 tap_bad=0
	while IFS= read -r tap_line; do
		tap_line=${tap_line%"$(printf '\r')"}
		tap_name=${tap_line#*ok }
		# The number, and the dash that TAP allows after it, are ours to give.
		case $tap_name in [0-9]*) tap_name=${tap_name#* } ;; esac
		tap_name=${tap_name#- }
		case $tap_line in
		"ok "*" # SKIP "*) tap_skip "$tap_prefix: ${tap_name%% # SKIP*}" "${tap_name#* # SKIP }" ;;
		"ok "*) tap_ok "$tap_prefix: $tap_name" ;;
		"not ok "*) tap_not_ok "$tap_prefix: $tap_name"; tap_bad=1 ;;
		1..[0-9]*) tap_planned=${tap_line#1..}; continue ;;
		*" passed, "*) continue ;;
		"") continue ;;
		"#"*) echo "$tap_line"; continue ;;
		*) echo "# $tap_line"; continue ;;
		esac
		tap_seen=$((tap_seen + 1))
	done < "$2"
	case $3 in
	0) ;;
	4) [ "$tap_seen" -gt 0 ] || { tap_skip "$tap_prefix" "$(tail -n 1 "$2")"; return 0; } ;;
	*) [ "$tap_bad" -eq 1 ] && [ "$3" -eq 1 ] || tap_not_ok "$tap_prefix: ends well" "exit $3" ;;
	esac
	[ "$tap_planned" = "$tap_seen" ] || tap_not_ok "$tap_prefix: reports all its tests" "planned $tap_planned, reported $tap_seen"
}

tap_end() {
	echo "1..$tap_n"
	echo "$tap_passed passed, $tap_failed failed, $tap_skipped skipped"
	[ "$tap_failed" -eq 0 ]
}
