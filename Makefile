# SPDX-License-Identifier: GPL-2.0
# Every command of this project. The recipes call scripts that can be run by themselves; all products go to build/.

KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
RINGS = core kunit selftests guest lab-check

.DEFAULT_GOAL := help
.PHONY: help module tools demo check $(RINGS) style ynl ynl-check install uninstall lab sim bench bench-cost clean
.PHONY: demo-guest guest-run

help: ## this list
	@echo "clockdisc: disciplines the system clock in the kernel. What make can do:"
	@sed -n 's/^\([a-z][a-z -]*\):[^#]*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "  make %-11s %s\n", $$1, $$2 }'

module: ## build the module for KDIR (the running kernel's headers) into build/module
	@tools/setup/install build
	@tools/setup/install-module --secure-boot
	tools/setup/build-module $(KDIR) build/module

tools: ## build clockdisc and ntpx into build/tools
	@tools/setup/install build
	$(MAKE) -C tools

demo: ## watch the module steer a clock, in a virtual machine
	@tools/setup/install build vm demo
	@tools/demo/demo

check: ## run all tests: style, and the rings core, kunit, selftests, guest, lab-check
	@tools/setup/install check
	@selftests/run style core kunit vm guest lab

core: ## ring: the core in user space, with sanitizers
kunit: ## ring: KUnit in a user-mode kernel
selftests: ## ring: stock kernels in virtual machines
guest: ## ring: a guest of a real KVM host
lab-check: ## ring: the laboratory checks itself, and short cells in it
$(RINGS):
	@tools/setup/install check
	@selftests/run $(patsubst lab-check,lab,$(subst selftests,vm,$@))

demo-guest: ## watch a KVM guest follow its host: an hour wrong, paused, restored, and the host's pace changed
	@tools/setup/install build vm demo
	@tools/demo/kvm

guest-run: ## measure CLIENT in SCENARIO in a KVM guest (KERNEL, SECONDS, BUSY, SEED; selftests/guest/run lists them)
	@tools/setup/install check
	@selftests/guest/run --client "$(CLIENT)" --scenario "$(SCENARIO)" --kernel "$(KERNEL)" --seconds "$(SECONDS)" \
		--busy "$(BUSY)" --seed "$(SEED)"

style: ## check sources without running them
	@tools/setup/install check
	@selftests/run style

ynl: ## regenerate what comes from the netlink spec
	@tools/setup/install build vm
	tools/setup/ynl

ynl-check: ## fail if what comes from the netlink spec is stale
	@tools/setup/install build vm
	tools/setup/ynl --check

install: ## install the module and the tools that were built (PREFIX, DESTDIR)
	tools/setup/install-module build/module $(DESTDIR)
	$(MAKE) -C tools install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

uninstall: ## remove what install put in place
	tools/setup/install-module --remove $(DESTDIR)
	$(MAKE) -C tools uninstall PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

lab: ## run one scenario (CLIENT=chrony JITTER=1e-4 ..., ARGS=help)
	@tools/setup/install build vm check
	@tools/lab/lab $(ARGS) $(filter-out ARGS=%,$(MAKEOVERRIDES))

sim: ## the cells of bench with the core in user space, in seconds (ARGS=--help)
	@tools/setup/install build
	@tools/lab/bench --sim $(ARGS)

bench: ## how good the clock is, beside chrony and ntpsec, in virtual machines (ARGS=--help; ARGS=--quick)
	@tools/setup/install build vm bench
	@tools/lab/bench $(ARGS)

bench-cost: ## measure what it costs: instructions, wake-ups, memory, ticks
	@tools/setup/install check bench
	selftests/bench-core
	selftests/bench-wakeups
	selftests/bench-watch
	selftests/bench-page
	selftests/bench-clocksource

clean: ## remove build/
	rm -rf build
