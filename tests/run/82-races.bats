#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Things that happen at the same moment, and processes that are killed: afterwards the state is right, and nothing is left.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() {
	local id
	for id in $(ls "$SCRATCH/root/containers"); do hoy rm -f "$id" >/dev/null; done
	leaves_nothing_behind
}

# state NAME MEMBER
state() {
	python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$SCRATCH/root/names/$1/state.json" "$2"
}

sleeper() {
	hoy run -d --name "$1" $REGISTRY/busybox sleep 1000 >/dev/null 3>&-
}

# quick ARGS…: hoy, and it must not hang
quick() {
	timeout 30 "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" "$@"
}

@test "exec of a command that ends at once: its exit code is never lost" {
	sleeper e1
	local i
	for i in $(seq 40); do
		try quick exec e1 sh -c "exit $i"
		exits "$i"
	done
	# side by side
	for i in $(seq 20); do
		(
			try quick exec e1 sh -c "exit $i"
			[ "$status" = "$i" ] || echo "$i: $status $output"
		) >"$BATS_TEST_TMPDIR/$i" 2>&1 3>&- &
	done
	wait
	[ -z "$(cat "$BATS_TEST_TMPDIR"/[0-9]*)" ]
}

@test "exec, pause, stop, kill, inspect and rename beside the end: a clear word or none, and no hang" {
	local i
	for i in $(seq 6); do
		hoy run -d --name "end$i" $REGISTRY/busybox sh -c "sleep 0.$i; exit 3" >/dev/null 3>&-
		quick exec "end$i" true >"$BATS_TEST_TMPDIR/exec" 2>&1 3>&- &
		quick pause "end$i" >"$BATS_TEST_TMPDIR/pause" 2>&1 3>&- && quick unpause "end$i" >/dev/null 2>&1 3>&- &
		quick inspect "end$i" >"$BATS_TEST_TMPDIR/inspect" 2>&1 3>&- &
		quick kill -s USR2 "end$i" >/dev/null 2>&1 3>&- &
		quick ps -a >/dev/null 3>&-
		wait
		run quick wait "end$i"
		exits 0
		is 3 || is 140
		python3 -m json.tool "$BATS_TEST_TMPDIR/inspect" >/dev/null
		[ "$(state "end$i" Status)" = exited ]
		hoy rm "end$i"
	done
}

@test "stop beside the end, and several stops at once" {
	local i
	for i in $(seq 6); do
		hoy run -d --name "s$i" $REGISTRY/busybox sh -c "trap 'exit 7' TERM; sleep 0.$i & wait" >/dev/null 3>&-
		quick stop -t 3 "s$i" >"$BATS_TEST_TMPDIR/1" 2>&1 3>&- &
		quick stop -t 3 "s$i" >"$BATS_TEST_TMPDIR/2" 2>&1 3>&- &
		wait
		[ "$(cat "$BATS_TEST_TMPDIR/1" "$BATS_TEST_TMPDIR/2" | sort -u)" = "s$i" ]
		[ "$(state "s$i" Status)" = exited ]
	done
}

@test "kill -9 of the monitor: its container ends with it, the record says so, its name is free again" {
	sleeper m1
	local monitor pid
	monitor=$(state m1 MonitorPid) pid=$(state m1 Pid)
	kill -KILL "$monitor"
	run quick ps -a --format '{{.Names}} {{.Status}}'
	says '^m1 Exited \(255\)'
	wait_for 10 test ! -e "/proc/$pid"
	run quick rm m1
	exits 0
	sleeper m1
}

@test "kill -9 of init, from outside: 137, and all that was in it is gone" {
	hoy run -d --name i1 $REGISTRY/busybox sh -c 'sleep 1000 & sleep 1000 & sleep 1000' >/dev/null 3>&-
	kill -KILL "$(state i1 Pid)"
	run quick wait i1
	is 137
}

@test "kill -9 of an exec'd process, and of the exec command itself" {
	sleeper x1
	# the command waits for a process that is killed
	quick exec x1 sh -c 'echo $$; exec sleep 500' >"$BATS_TEST_TMPDIR/out" 3>&- &
	local command=$!
	wait_for 10 test -s "$BATS_TEST_TMPDIR/out"
	hoy exec x1 kill -KILL "$(cat "$BATS_TEST_TMPDIR/out")"
	reap $command
	exits 137
	# the command is killed: the container does not care
	"$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" exec x1 sleep 600 3>&- &
	command=$!
	running() { hoy exec x1 ps | grep -q 'sleep 600'; }
	wait_for 10 running
	kill -KILL $command
	wait $command || true
	[ "$(state x1 Status)" = running ]
	run quick stop -t 0 x1
	exits 0
}

@test "kill -9 of a command at any moment of run -d: the container runs, or nothing is left" {
	local i command
	for i in $(seq 1 25); do
		"$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" run -d --rm --name "k$i" $REGISTRY/busybox sleep 1000 >/dev/null 2>&1 3>&- &
		command=$!
		sleep "$(printf '0.%03d' $((i * 3)))"
		kill -KILL $command 2>/dev/null || true
		wait $command 2>/dev/null || true
	done
	run quick ps -q
	exits 0
	for i in $output; do quick rm -f "$i" >/dev/null; done
	quick ps >/dev/null
	wait_for 10 nothing_from state_left
}

@test "two rm -f at once of a running one, a paused one, and one that waits for its restart" {
	local i name
	for i in 1 2 3; do
		sleeper "run$i"
		sleeper "paused$i"
		hoy pause "paused$i" >/dev/null
		hoy run -d --restart always --name "again$i" $REGISTRY/busybox false >/dev/null 3>&-
		for name in run$i paused$i again$i; do
			quick rm -f "$name" >"$BATS_TEST_TMPDIR/$name.1" 2>&1 3>&- &
			quick rm -f "$name" >"$BATS_TEST_TMPDIR/$name.2" 2>&1 3>&- &
		done
		wait
		! grep -h 'hoy:' "$BATS_TEST_TMPDIR"/*.[12] || { ! grep -h 'hoy:' "$BATS_TEST_TMPDIR"/*.[12] | grep -v 'no such container'; }
		nothing_from state_left
	done
}

@test "a fork bomb under a pids limit: stopped, removed, counted" {
	# it forks until it cannot, over and over; pid 1 needs no more processes itself
	hoy run -d --name bomb --pids-limit 40 $REGISTRY/busybox \
		sh -c '(b() { b | b & }; b; for i in $(seq 100); do sleep 1000 & done) 2>/dev/null & exec sleep 1000' >/dev/null 3>&-
	full() { [ "$(cat "$(find /sys/fs/cgroup -path "*$(basename "$(readlink "$SCRATCH/root/names/bomb")")/pids.current" | head -n 1)")" -ge 38 ]; }
	wait_for 20 full || skip "no pids controller here"
	run quick ps --format '{{.Names}}'
	says '^bomb$'
	# no room for one more: it says so, and hangs not
	run quick exec bomb sleep 0
	[ "$status" != 124 ]
	run quick stop -t 0 bomb
	exits 0
	run quick rm bomb
	exits 0
}

@test "a clock that jumped: a container that ended before it started is shown, keeps its exit code, and starts again" {
	hoy run --name jumped $REGISTRY/busybox sh -c 'exit 6' || true
	sed -i -E 's/"StartedAt":"[^"]*"/"StartedAt":"2100-01-01T00:00:00Z"/' "$SCRATCH/root/names/jumped/state.json"
	run quick ps -a --format '{{.Status}}'
	says '^Exited \(6\) .* ago$'
	# cleaning up after somebody else does not take it for one whose end nobody saw
	mkdir "$SCRATCH/run/containers/$(basename "$(readlink "$SCRATCH/root/names/jumped")")"
	quick ps -a >/dev/null
	run quick wait jumped
	is 6
	run quick start -a jumped
	exits 6
}

@test "ps takes no lock: it answers while every container's lock is held" {
	sleeper l1
	hoy create --name l2 $REGISTRY/busybox true >/dev/null
	local id
	id=$(hoy inspect -f '{{.Id}}' l2)
	mkdir -p "$SCRATCH/run/containers/$id"
	(
		exec 9<"$SCRATCH/run/containers/$id"
		flock 9
		exec sleep 1000 3>&-
	) 3>&- &
	local holder=$!
	run quick ps -a --format '{{.Names}}'
	exits 0
	says l1
	says l2
	run quick inspect l2
	exits 0
	kill $holder
	reap $holder
}

# lifecycle LANE N: one container's whole life, in one of several ways; says what went wrong
lifecycle() {
	local name="lane$1-$2" image=$REGISTRY/busybox code=0
	case $(($2 % 5)) in
		0) [ "$(quick run --rm --network none $image echo "$name")" = "$name" ] || echo "$name: run" ;;
		1) quick run -d --network none --name "$name" $image sleep 1000 >/dev/null && quick rm -f "$name" >/dev/null || echo "$name: rm -f" ;;
		2)
			quick create --network none --name "$name" $image sh -c 'exit 3' >/dev/null
			quick start -a "$name" || code=$?
			[ $code = 3 ] || echo "$name: start: $code"
			quick rm "$name" >/dev/null || echo "$name: rm"
			;;
		3)
			quick run -d --network none --name "$name" --restart on-failure:1 $image sh -c 'sleep 1000' >/dev/null
			quick exec "$name" sh -c 'exit 4' || code=$?
			[ $code = 4 ] || echo "$name: exec: $code"
			quick stop -t 0 "$name" >/dev/null || echo "$name: stop"
			quick rm "$name" >/dev/null || echo "$name: rm"
			;;
		4) echo "$name" | quick run -i --rm --network none $image grep -q "^$name\$" || echo "$name: stdin" ;;
	esac
}

# counted: what the machine has now of what could leak
counted() {
	# cgroups are looked at in the end: tests beside this one make some, too
	printf 'mounts %s processes %s\n' "$(wc -l </proc/self/mountinfo)" "$(our_processes | wc -l)"
	ls -A "$SCRATCH/run/containers" "$SCRATCH/root/containers" "$SCRATCH/root/names"
}

same_count() {
	[ "$(counted)" = "$1" ]
}

@test "soak: lifecycles in four lanes, and mounts, cgroups, processes and files are as before (HOY_SOAK=1000 for the whole)" {
	local each=$((${HOY_SOAK:-60} / 4)) lane before descriptors
	sleeper witness
	before=$(counted)
	descriptors=$(ls "/proc/$(state witness MonitorPid)/fd" | wc -l)
	for lane in 1 2 3 4; do
		(for n in $(seq $each); do lifecycle $lane $n; done; echo "all $each") >"$BATS_TEST_TMPDIR/lane$lane" 2>&1 3>&- &
	done
	wait
	[ "$(sort -u "$BATS_TEST_TMPDIR"/lane*)" = "all $each" ] || { cat "$BATS_TEST_TMPDIR"/lane*; false; }
	wait_for 20 same_count "$before" || { echo "before: $before"; echo "after:  $(counted)"; false; }
	# one that lived through it all has no more open than before
	[ "$(ls "/proc/$(state witness MonitorPid)/fd" | wc -l)" = "$descriptors" ]
}

@test "many started and removed side by side" {
	local i n=${HOY_SOAK:+200} failed
	for i in $(seq "${n:-40}"); do
		quick run -d --network none --name "many$i" $REGISTRY/busybox sleep 1000 >"$BATS_TEST_TMPDIR/$i" 2>&1 3>&- &
	done
	wait
	[ "$(hoy ps -q | wc -l)" = "${n:-40}" ] || { cat "$BATS_TEST_TMPDIR"/[0-9]*; false; }
	for i in $(seq "${n:-40}"); do
		quick rm -f "many$i" >"$BATS_TEST_TMPDIR/$i" 2>&1 3>&- &
	done
	wait
	! grep -h 'hoy:' "$BATS_TEST_TMPDIR"/[0-9]* || false
	nothing_from state_left
}
