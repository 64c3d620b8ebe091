#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What a container leaves on disk: its name, its record, its id in a file; and with --rm nothing.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
# these tests keep containers: they take them away as `hoy rm` would
teardown() {
	gone "$SCRATCH"/root/containers/* "$SCRATCH"/root/names/*
	leaves_nothing_behind
}

state() {
	python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$SCRATCH"/root/containers/*/state.json "$1"
}

runs() {
	grep -q running "$SCRATCH"/root/containers/*/state.json
}

@test "without --rm the record and the upper directory stay, with the exit code" {
	run hoy run --name kept $REGISTRY/busybox sh -c 'echo said; echo data >/file; exit 3'
	exits 3
	local dir=$SCRATCH/root/containers/$(ls "$SCRATCH/root/containers")
	[ "$(cat "$dir/upper/file")" = data ]
	[ "$(readlink -f "$SCRATCH/root/names/kept")" = "$dir" ]
	[ "$(state Status)" = exited ]
	[ "$(state ExitCode)" = 3 ]
	[ "$(state Pid)" = 0 ]
	grep -q '"log":"said\\n"' "$dir/log"
	python3 -m json.tool "$dir/record.json" >/dev/null
	python3 -m json.tool "$dir/config.json" >/dev/null
	[ -z "$(ls -A "$SCRATCH/run/containers")" ]
	# nobody else may look into it: setuid files of layers are below
	[ "$(stat -c %a "$dir")" = 700 ]
}

@test "a name is given once; a failed start gives it back" {
	run hoy run --name twice $REGISTRY/busybox true
	exits 0
	run hoy run --rm --name twice $REGISTRY/busybox true
	exits 125
	says 'already in use by container'
	run hoy run --name free $REGISTRY/busybox no-such-program
	exits 127
	run hoy run --rm --name free $REGISTRY/busybox true
	exits 0
	[ "$(ls "$SCRATCH/root/names")" = twice ]
	[ "$(ls "$SCRATCH/root/containers" | wc -l)" = 1 ]
}

@test "names that are none" {
	local name
	for name in ../x x/y .hidden -x 'a b' x '' $'new\nline' "$(printf 'a%.0s' $(seq 300))"; do
		[ -n "$name" ] || continue
		run hoy run --rm --name="$name" $REGISTRY/busybox true
		exits 125
	done
	[ -z "$(ls -A "$SCRATCH/root/names")" ]
}

@test "a hundred containers at once: every name is given once, nothing is left" {
	local i
	for i in $(seq 10); do
		(for j in $(seq 5); do hoy run --rm $REGISTRY/busybox true || echo failed; done) &
	done >"$BATS_TEST_TMPDIR/out" 2>&1 3>&-
	wait
	[ ! -s "$BATS_TEST_TMPDIR/out" ] || { cat "$BATS_TEST_TMPDIR/out"; return 1; }
	nothing_from state_left
}

@test "--cidfile: written once, never over another, gone after a failed start" {
	local file=$BATS_TEST_TMPDIR/cid
	run hoy run --rm --cidfile "$file" $REGISTRY/busybox hostname
	exits 0
	[ "$(head -c 12 "$file")" = "$output" ]
	[ "$(wc -c <"$file")" = 64 ]
	run hoy run --rm --cidfile "$file" $REGISTRY/busybox true
	exits 125
	says 'container ID file found'
	run hoy run --rm --cidfile "$file.2" $REGISTRY/busybox no-such-program
	exits 127
	[ ! -e "$file.2" ]
}

@test "the monitor of a kept container is killed: the record says that it ended, and nobody saw how" {
	hoy run --name cut $REGISTRY/busybox sleep 30 3>&- &
	wait_for 15 runs
	local id=$(ls "$SCRATCH/root/containers") monitor
	monitor=$(state MonitorPid)
	kill -KILL "$monitor"
	wait || true
	# the command itself has cleaned up: the cgroup is gone, the record says exited
	[ "$(state Status)" = exited ]
	[ "$(state ExitCode)" = 255 ]
	[ ! -e "$SCRATCH/run/containers/$id" ]
}
