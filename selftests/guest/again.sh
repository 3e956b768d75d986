# SPDX-License-Identifier: GPL-2.0
# Sourced by scripts (bash) that boot a KVM host and a guest: tells what the emulation does wrong from what the guest does.

AGAIN_MOST=3	# runs, with the first

# again OUT COMMAND...: run COMMAND, which leaves OUT as selftests/guest/boot does; its errors are in OUT.err, too, afterwards.
# If the emulation cut it short it says so, keeps what was left in OUT.cut-short.N, and starts once more. A test in OUT.tap that
# had failed by then has failed.
again() {
	# COMMAND may be a function, which sees these.
	local again_out=$1 run status why kept
	shift
	rm -rf "$again_out".cut-short.*
	for ((run = 1; ; run++)); do
		status=0
		rm -rf "$again_out"
		# In braces, so that it is this shell that starts tee: it could not wait for that of a program's own redirection.
		{ "$@"; } 2> >(tee "$again_out.err" >&2) || status=$?
		wait $!
		why=$(emulation_failed "$again_out" $status 2> /dev/null) || return $status
		[ $run -lt $AGAIN_MOST ] && ! grep -qs '^not ok' "$again_out.tap" || return $status
		kept=$again_out.cut-short.$run
		mkdir -p "$kept"
		cp -r "$again_out" "$again_out.err" "$kept"
		[ ! -e "$again_out.tap" ] || cp "$again_out.tap" "$kept"
		echo "# the emulation failed ($why), once more; what was said: $kept"
	done
}

# Prints the proof that it did; all four were seen. Nothing of ours is loaded in the host, and its kernel is Debian's: when that
# dies or stands still, it is of the emulation. A guest that stands still, which ends the host's program by SIGTERM, has to show
# that it was wronged: that no module of ours was ever loaded, or worse.
emulation_failed() { # OUT STATUS
	case $2 in
	98) grep -m 1 'Kernel panic' "$1/console" || grep 'the kernel stood still' "$1.err" ;;
	143) grep -m 1 'Comm: .* Not tainted ' "$1/guest/console" || interrupted_while_off "$1/guest/console" ;;
	*) false ;;
	esac | tr -d '\r' | grep .
}

# An interrupt taken where interrupts are off, which a processor cannot do: the flags of the place are in the kernel's words, two
# lines below the place, which follows the name of the entry.
interrupted_while_off() { # CONSOLE
	awk '/\] +asm_(sysvec|common_interrupt)/ { at = NR }
		/ RIP: / && NR == at + 1 { place = NR }
		/EFLAGS: / && place && NR - place < 4 && match($0, /EFLAGS: [0-9a-f]+/) {
			if (substr($0, RSTART + RLENGTH - 3, 1) ~ /[014589cd]/) { print; exit }
			place = 0
		}' "$1"
}
