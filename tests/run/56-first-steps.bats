#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the README tells a person to type first works as it says: make demo's own scripts, on a store of their own.
load lib
setup() {
	scratch_up
	# the scripts of tools/ call hoy by its path: this one knows the test's store
	mkdir -p "$BATS_TEST_TMPDIR/build"
	printf '#!/bin/sh\nexec "%s" --root "%s/root" --runroot "%s/run" "$@"\n' "$HOY" "$SCRATCH" "$SCRATCH" >"$BATS_TEST_TMPDIR/build/hoy"
	chmod +x "$BATS_TEST_TMPDIR/build/hoy"
}
teardown() { leaves_nothing_behind; }

@test "make demo shows the container beside its host" {
	BUILD=$BATS_TEST_TMPDIR/build run "$TOP/tools/demo"
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
		BUILD=$BATS_TEST_TMPDIR/build run "$TOP/tools/dev" echo Hello, World!
		exits 0
		is 'Hello, World!'
	done
	BUILD=$BATS_TEST_TMPDIR/build run "$TOP/tools/dev" sh -c 'exit 3'
	exits 3
}
