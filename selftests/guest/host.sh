# SPDX-License-Identifier: GPL-2.0
# Sourced by programs of the KVM host (busybox sh): starts, stops, saves and restores its guest, and talks to it.
#
#   kvm_load                      first of all
#   vm_start [QEMU ARGUMENT...]   start the guest and wait until its agent is ready
#   vm COMMAND...                 run a command in the guest; its output is printed, its status returned
#   vm_quiet COMMAND...           the same, output only if it fails
#   vm_end                        power it off; fails if its kernel complained
#   qmp COMMAND [ARGUMENTS]       one command of QEMU's monitor, ARGUMENTS in JSON; prints the answer
#   qmp_event NAME                wait for an event, print when it happened: the host's time in ns
#   vm_save FILE, vm_restore FILE     stop it and save it; start it from there: $vm_resumed_ns is the host's time then
#
# The guest's second serial port and QEMU's monitor are pairs of FIFOs: 5 and 6, 7 and 8.

# 97 tells selftests/guest/boot that this machine cannot be a KVM host.
#
# With the first virtual machine and after the last KVM rewrites an instruction of the scheduler (preempt_notifier_inc()), and
# QEMU 7.2's translation may go on with the old one on the other processor, for ever. A machine that does nothing keeps
# it as it is.
kvm_load() {
	modprobe kvm_amd 2> /dev/null || modprobe kvm_intel 2> /dev/null
	[ -e /dev/kvm ] || { echo "# this machine has no /dev/kvm" >&2; return 97; }
	qemu-system-x86_64 -L /usr/share/qemu -accel kvm -machine none -nodefaults -no-user-config -display none \
		> /tmp/idle.log 2>&1 < /dev/null &
}

# Again and again for so long. Each try takes a while here, so time counts, not tries.
within_s() { # SECONDS COMMAND...
	within_end=$(($(cut -d. -f1 /proc/uptime) + $1))
	shift
	while ! "$@" > /dev/null 2>&1; do
		[ "$(cut -d. -f1 /proc/uptime)" -lt $within_end ] || return 1
		sleep 0.2
	done
}

vm_qemu() { # QEMU ARGUMENT...
	rm -f /tmp/vm.* /tmp/qmp.*
	mkfifo /tmp/vm.in /tmp/vm.out /tmp/qmp.in /tmp/qmp.out
	qemu-system-x86_64 -L /usr/share/qemu -accel kvm -cpu host,-xsave -m 128 -smp "${VM_CPUS:-1}" -machine pc,hpet=off -nodefaults \
		-no-user-config -display none -no-reboot -kernel /guest/vmlinuz -initrd /guest/initrd \
		-append "console=ttyS0 quiet panic=-1 random.trust_cpu=on unknown_nmi_panic panic_print=96 ${VM_APPEND-}" \
		-chardev file,id=console,path=/tmp/console,append=on -device isa-serial,chardev=console \
		-chardev pipe,id=vm,path=/tmp/vm -device isa-serial,chardev=vm \
		-chardev file,id=report,path=/tmp/report,append=on -device isa-serial,chardev=report,iobase=0x3e8,irq=5 \
		-drive file=/tmp/disk,format=raw,if=none,id=d -device virtio-blk-pci,drive=d,romfile= \
		-device "vmgenid,guid=${VM_GUID:-324e6eaf-d1d1-4bf6-bf41-b9bb6c91fb87}" \
		-chardev pipe,id=qmp,path=/tmp/qmp -mon chardev=qmp,mode=control "$@" > /tmp/qemu.log 2>&1 < /dev/null 5>&- 6>&- 7>&- 8>&- &
	vm_pid=$!
	# QEMU holds both ends of each FIFO open, so none of these opens waits for long.
	exec 5<> /tmp/vm.in 6<> /tmp/vm.out 7<> /tmp/qmp.in 8<> /tmp/qmp.out
	qmp_line QMP > /dev/null && qmp qmp_capabilities > /dev/null
}

# What the monitor says until a line that has WORD in it; that one is printed.
qmp_line() { # WORD
	while IFS= read -r -t 30 qmp_said <&8; do
		case $qmp_said in
		*"$1"*) printf '%s\n' "$qmp_said"; return 0 ;;
		*'"error"'*) printf '# monitor: %s\n' "$qmp_said" >&2; return 1 ;;
		*'"event"'*) qmp_events="$qmp_events$qmp_said
" ;;
		esac
	done
	echo "# the monitor says no $1 any more" >&2
	cat /tmp/qemu.log >&2
	return 1
}

qmp() { # COMMAND [ARGUMENTS]
	printf '{"execute": "%s"%s}\n' "$1" "${2:+, \"arguments\": $2}" >&7
	qmp_line '"return"'
}

# Events that came between a command and its answer count, too.
qmp_event() { # NAME
	qmp_seen=$(printf '%s' "$qmp_events" | grep "\"event\": \"$1\"" | tail -n 1)
	qmp_events=
	[ "$qmp_seen" ] || qmp_seen=$(qmp_line "\"event\": \"$1\"") || return 1
	printf '%s\n' "$qmp_seen" | sed -n 's/.*"seconds": \([0-9]*\), "microseconds": \([0-9]*\).*/\1 \2/p' | awk '{ printf "%d%06d000\n", $1, $2 }'
}

vm_answer() {
	while IFS= read -r -t "${VM_PATIENCE:-60}" vm_said <&6; do
		case $vm_said in
		=ready) return 0 ;;
		=*) return "${vm_said#=}" ;;
		*) printf '%s\n' "$vm_said" ;;
		esac
	done
	echo "# the guest says nothing any more" >&2
	vm_autopsy >&2
}

# An interrupt that cannot be masked makes its kernel tell where it was, and all that it had to say before. This is the end of
# the program as well.
vm_autopsy() {
	qmp inject-nmi > /dev/null && within_s 60 has_ended "$vm_pid"
	mkdir -p /out/guest
	cp /tmp/console /out/guest/
	tail -n 80 /tmp/console /tmp/qemu.log
	kill $$
}

# A process that nobody has waited for yet has no program any more.
has_ended() { # PID
	[ ! -e "/proc/$1/exe" ]
}

# QEMU ends, by force if it must, which is a failure.
vm_ended() {
	vm_forced=
	if ! within_s 60 has_ended "$vm_pid"; then
		vm_forced=yes
		echo "# QEMU does not end" >&2
		cat /tmp/qemu.log >&2
		kill -KILL "$vm_pid"
	fi
	wait "$vm_pid"
	[ -z "$vm_forced" ]
}

vm_start() { # [QEMU ARGUMENT...]
	: > /tmp/console
	: > /tmp/report
	truncate -s 64M /tmp/disk
	qmp_events=
	# Where processors are emulated and others want them a boot may take minutes.
	vm_qemu "$@" && (VM_PATIENCE=240; vm_answer)
}

vm() {
	printf '%s\n' "$*" >&5
	vm_answer
}

vm_quiet() {
	vm "$@" > /tmp/vm.said || { vm_status=$?; sed 's/^/# guest: /' /tmp/vm.said >&2; return $vm_status; }
}

# Files that the guest left in its /out are in /out/NAME afterwards.
vm_end() { # NAME
	printf 'bye\n' >&5
	vm_ended
	while IFS= read -r -t 1 vm_said <&6; do
		printf '# guest: %s\n' "$vm_said"
	done
	exec 5>&- 6>&- 7>&- 8>&-
	read -r vm_word vm_code vm_files < /tmp/report || vm_code=98 vm_files=
	[ -z "$vm_forced" ] || vm_code=98
	mkdir -p "/out/$1"
	cp /tmp/console "/out/$1/"
	[ "$vm_files" != yes ] || tar -x -f /tmp/disk -C "/out/$1" 2> /dev/null
	[ "$vm_code" = 0 ] || tail -n 40 /tmp/console | sed 's/^/# guest: /' >&2
	return "$vm_code"
}

is_migrated() {
	qmp query-migrate | grep -q '"status": "completed"'
}

qmp_migrated() {
	within_s 120 is_migrated || { echo "# the guest is not saved or read in within 120 s" >&2; cat /tmp/qemu.log >&2; return 1; }
}

vm_save() { # FILE
	qmp stop > /dev/null && qmp migrate "{\"uri\": \"exec:cat > $1\"}" > /dev/null && qmp_migrated || return
	qmp quit > /dev/null
	vm_ended || return
	# Its helper may have something left to write.
	within_s 60 has_written || { echo "# the guest's state is not written within 60 s" >&2; return 1; }
}

has_written() {
	! pidof cat
}

# A guest that was saved while stopped comes back stopped. The host's time at which it runs again is printed.
vm_restore() { # FILE
	qmp_events=
	vm_qemu -incoming defer && qmp migrate-incoming "{\"uri\": \"exec:cat $1\"}" > /dev/null && qmp_migrated &&
		qmp cont > /dev/null && vm_resumed_ns=$(qmp_event RESUME)
}
