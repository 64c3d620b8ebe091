#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The fault walk of the commands that look into containers: each of their steps is refused, and then kills its process. A
# failure is one clear line and exit code 1; the container stays as it was, runs on, and can be looked into at once.
load lib
setup_file() {
	fixtures_up
	# a build of its own: only there a step can be made to fail
	[ -f "$TOP/build-faults/build.ninja" ] || meson setup "$TOP/build-faults" "$TOP" -Dfaults=true >/dev/null
	ninja -C "$TOP/build-faults" --quiet hoy hoy-runtime hoy-init hoy-unpack hoy-transfer >/dev/null
	HOY=$TOP/build-faults/hoy
	scratch_up
	needs busybox
	hoy run -d --name box $REGISTRY/busybox sleep 3000 >/dev/null 3>&-
	hoy run --name ended -v "$BATS_FILE_TMPDIR:/bound" $REGISTRY/busybox sh -c 'echo x >/x'
}
teardown_file() {
	local id
	HOY=$TOP/build-faults/hoy
	scratch_up
	for id in $(ls "$SCRATCH/root/containers"); do hoy rm -f "$id" >/dev/null; done
	leaves_nothing_behind
	fixtures_down
}
setup() {
	HOY=$TOP/build-faults/hoy
	scratch_up
	cd "$BATS_TEST_TMPDIR"
	echo data >file
}

# as it was: one runs, the other does not, nobody is at them, and nothing of a command is there
as_before() {
	[ -z "$(our_mounts)" ] && [ -z "$(ls "$SCRATCH/root/layers" | grep tmp)" ] &&
		[ "$(hoy ps --format '{{.Names}} {{.State}}')" = "box running" ] && [ ! -e "$SCRATCH/run/containers/$ENDED" ]
}

# walk COMMAND…: every step of it refused, and every step killed
walk() {
	local steps n what wrong=0
	ENDED=$(hoy ps -a --no-trunc -q -f name=ended)
	: >steps
	HOY_FAULT_LOG=$PWD/steps hoy "$@" >/dev/null
	steps=$(wc -l <steps)
	[ "$steps" -gt 2 ]
	for what in EPERM ENOSPC KILL; do
		for ((n = 1; n <= steps; n++)); do
			HOY_FAULT=$n:$what try timeout 20 "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" "$@"
			hoy rm no-such-container 2>/dev/null || true # what was left is cleared up by the next command
			if { [ "$status" != 0 ] && [ $what != KILL ] && ! { exits 1 && one_clear_line; }; } || ! wait_for 10 as_before; then
				echo "--- step $n of $steps ($(sed -n ${n}p steps)) with $what: exit $status: $output"
				wrong=$((wrong + 1))
			fi
		done
	done
	[ $wrong = 0 ]
	hoy "$@" >/dev/null
}

@test "cp: every step refused, and killed, of a running container and of one that has ended" {
	walk cp file box:/tmp/file
	walk cp box:/etc/passwd out
	walk cp file ended:/tmp/file
	walk cp ended:/x out
}

@test "export, commit and diff: every step refused, and killed" {
	walk export -o out.tar box
	walk export -o out.tar ended
	walk commit box made
	hoy rmi made >/dev/null
}
