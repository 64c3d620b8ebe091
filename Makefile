# SPDX-License-Identifier: Apache-2.0
# The front door. Meson and ninja do the work, in build/; every target here is one thing a person wants done.
# Packages come from tools/packages; a target that needs some names what is missing or, where it says so, installs it.

BUILD   ?= build
PREFIX  ?= /usr/local
ARGS    ?= echo Hello, World!
MESON_FLAGS ?=
PROBE   := $(shell mktemp -u)
export BUILD RUNTIME

.PHONY: all demo test check test-runtime test-vm test-soak test-callers bench bench-pull bench-life bench-network install format lint fuzz dev dev-valgrind clean help

all: $(BUILD)/build.ninja ## build build/hoy and everything beside it
	@ninja -C $(BUILD) --quiet

$(BUILD)/build.ninja:
	@tools/install-deps --check build
	@static=true; echo 'int main(void) { return 0; }' | $(CC) -static -x c - -o $(PROBE) -ljson-c -lnettle -lseccomp 2>/dev/null || \
		{ static=false; echo "no static json-c, nettle and libseccomp here: linking hoy dynamically"; }; rm -f $(PROBE); \
	meson setup $(BUILD) --prefix $(PREFIX) -Dstatic=$$static $(MESON_FLAGS) >/dev/null

demo: ## install what is missing, build, and show a container beside its host
	@tools/install-deps build demo
	@$(MAKE) --no-print-directory all
	@tools/demo

test: ## install what is missing, build, run every test; the last line is the count
	@tools/install-deps build test
	@tools/install-deps callers || echo "some engines cannot be installed here: their tests are skipped"
	@tools/install-deps vm || echo "QEMU cannot be installed here: what needs a machine of its own is skipped"
	@$(MAKE) --no-print-directory all
	@tests/all

check: all ## the quick part of test: unit tests and the checks of the tree, no root
	@tests/all --quick

test-runtime: all ## the OCI runtime's command line, against RUNTIME=build/hoy-runtime or another one (RUNTIME=runc)
	@tools/install-deps build test
	@tests/runtime/all

test-callers: all ## podman, containerd and Docker over RUNTIME (default: build/hoy-runtime)
	@tools/install-deps build test
	@tools/install-deps callers || echo "some engines cannot be installed here: their tests are skipped"
	@tests/callers/all

test-vm: ## all tests in which cgroup v2 with every controller shows, in machines of QEMU's; a part of it is in test
	@tools/install-deps build test
	@tools/install-deps vm || echo "QEMU cannot be installed here: its tests are skipped"
	@$(MAKE) --no-print-directory all
	@tests/vm/run

test-soak: ## 1,000 lives of containers in four lanes, and 200 side by side: what leaks is found here
	@tools/install-deps build test
	@$(MAKE) --no-print-directory all
	@HOY_SOAK=1000 bats -f 'soak|side by side' tests/run/82-races.bats

bench: ## medians and ratios against the floor and every peer that is installed
	@tools/install-deps build test
	@$(MAKE) --no-print-directory all
	@bench/run

bench-pull: ## pull and unpack of a large image from loopback, against every peer that is installed
	@tools/install-deps build test
	@$(MAKE) --no-print-directory all
	@bench/run pull

bench-life: ## containers in the background: run -d, exec, ps, inspect, logs, many at once, idle ones
	@tools/install-deps build test
	@$(MAKE) --no-print-directory all
	@bench/run life

bench-network: ## the default network and published ports, against the floor, docker and podman
	@tools/install-deps build test
	@$(MAKE) --no-print-directory all
	@bench/run network

install: all ## programs, manual and completion below PREFIX
	@meson configure $(BUILD) --prefix $(PREFIX) && meson install -C $(BUILD) --quiet --strip

format: ## every C file as .clang-format has it
	@tools/install-deps --check lint
	@git ls-files '*.c' '*.h' | xargs clang-format -i

lint: ## layers, format, docs, both compilers without a warning
	@tools/install-deps build lint
	@tools/lint

fuzz: ## each fuzz target for a bounded time (FUZZ_SECONDS each)
	@tools/install-deps build fuzz
	@tests/fuzz/run

dev: all ## make dev ARGS="echo Hello, World!": run it in a container of the bundled busybox
	@tools/dev $(ARGS)

dev-valgrind: all ## the same with hoy and its monitor under valgrind
	@tools/install-deps test
	@tools/dev --valgrind $(ARGS)

clean: ## forget all builds
	@rm -rf build build-*

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 22
