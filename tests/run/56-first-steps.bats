#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the README tells a person to type first works as it says: make demo's own scripts, on a store of their own.
load lib
setup() {
	scratch_up
	export HOY_FLAGS="--root $SCRATCH/root --runroot $SCRATCH/run"
}
teardown() { leaves_nothing_behind; }

@test "make demo shows the container beside its host" {
	run "$TOP/tools/demo"
	exits 0
	says 'in the container .*on the host'
	says '^ +hostname +[0-9a-f]{12} '
	says '^ +my own pid +1 '
	says '^ +memory limit +64 MiB '
	says '^ +process limit +32 '
	says '^ +capabilities +00000000a80425fb '
}

@test "make dev runs its ARGS in the bundled busybox, again and again" {
	local turn
	for turn in 1 2; do
		run "$TOP/tools/dev" echo Hello, World!
		exits 0
		is 'Hello, World!'
	done
	run "$TOP/tools/dev" sh -c 'exit 3'
	exits 3
}

@test "make dev-valgrind: no leak and no invalid access in hoy and its monitor" {
	skip_without valgrind
	export HOY_VALGRIND=$TOP/build-valgrind/hoy
	run "$TOP/tools/dev" --valgrind echo Hello, World!
	exits 0
	is 'Hello, World!'
	run "$TOP/tools/dev" --valgrind sh -c 'echo to-err >&2; exit 3'
	exits 3
	is to-err
	try "$TOP/tools/dev" --valgrind no-such-program
	exits 127
	one_clear_line
}
