#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A container after it started: detached, watched, paused, signalled, ended, removed.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() {
	local id
	for id in $(ls "$SCRATCH/root/containers"); do hoy rm -f "$id" >/dev/null; done
	leaves_nothing_behind
}

# start NAME COMMAND…: detached
start() {
	local name=$1
	shift
	hoy run -d --name "$name" $REGISTRY/busybox "$@" 3>&-
}

# grows NAME LINES: its log is longer by now
grows() {
	[ "$(hoy logs "$1" | wc -l)" -gt "$2" ]
}

@test "run -d prints the id and returns; the container goes on and keeps no descriptor of the caller's" {
	run start one sleep 30
	exits 0
	[[ $output =~ ^[0-9a-f]{64}$ ]]
	[ "$(readlink "$SCRATCH/root/names/one")" = "../containers/$output" ]
	# a monitor that kept stdout would hang this
	[ -n "$(hoy run -d --rm $REGISTRY/busybox sleep 1 2>&1 3>&-)" ]
	run hoy run -d --name two $REGISTRY/busybox no-such-program
	exits 127
	[ ! -e "$SCRATCH/root/names/two" ]
}

@test "logs: both streams, --tail, -t, -f until it ends" {
	start talker sh -c 'for i in 1 2 3; do echo line $i; done; echo wrong >&2; sleep 0.5; echo last'
	run hoy logs -f talker
	exits 0
	is "line 1
line 2
line 3
wrong
last"
	run hoy logs --tail 1 talker
	is last
	[ "$(hoy logs talker 2>/dev/null | wc -l)" = 4 ]
	[ "$(hoy logs talker 2>&1 >/dev/null)" = wrong ]
	run hoy logs -t --tail 1 talker
	says '^20[0-9-]*T[0-9:.]*Z last$'
	run hoy logs no-such-container
	exits 1
	one_clear_line
}

@test "stop: the stop signal, then after the timeout SIGKILL; the exit code is kept" {
	start polite sh -c 'trap "echo bye; exit 5" TERM; echo ready; while :; do sleep 0.05; done'
	wait_for 15 logged polite ready
	run hoy stop polite
	exits 0
	is polite
	run hoy wait polite
	is 5
	start deaf sleep 100
	run hoy stop -t 1 deaf
	exits 0
	run hoy wait deaf
	is 137
	run hoy stop deaf
	exits 0
	hoy run -d --name usr --stop-signal USR1 $REGISTRY/busybox sh -c 'trap "exit 7" USR1; echo ready; while :; do sleep 0.05; done' 3>&-
	wait_for 15 logged usr ready
	run hoy stop usr
	run hoy wait usr
	is 7
}

@test "kill: SIGKILL or what was chosen; not one that does not run" {
	start a1 sh -c 'trap "echo got it" HUP; echo ready; while :; do sleep 0.05; done'
	wait_for 15 logged a1 ready
	run hoy kill -s HUP a1
	exits 0
	wait_for 15 logged a1 'got it'
	run hoy kill a1
	exits 0
	run hoy wait a1
	is 137
	run hoy kill a1
	exits 1
	one_clear_line
	says 'not running'
	run hoy kill -s NONSENSE a1
	exits 125 || exits 1
}

@test "pause freezes, unpause lets go on; stop and rm -f of a paused container" {
	start p1 sh -c 'while :; do echo x; sleep 0.05; done'
	wait_for 15 logged p1 x
	run hoy pause p1
	exits 0
	local before
	# what it wrote before it froze may still be on its way to the log
	sleep 0.5
	before=$(hoy logs p1 | wc -l)
	sleep 0.5
	[ "$(hoy logs p1 | wc -l)" = "$before" ]
	run hoy pause p1
	exits 1
	says 'already paused'
	run hoy unpause p1
	exits 0
	wait_for 10 grows p1 "$before"
	hoy pause p1
	run hoy stop -t 1 p1
	exits 0
	start q1 sleep 100
	hoy pause q1
	run hoy rm -f q1
	exits 0
}

@test "rm: not while it runs, unless -f; names, ids and their first digits; several at once" {
	local id
	id=$(start r1 sleep 100)
	run hoy rm r1
	exits 1
	says 'running container'
	run hoy rm -f "${id:0:10}"
	exits 0
	start s1 true
	start t1 true
	hoy wait s1 t1 >/dev/null
	run hoy rm s1 nobody t1
	exits 1
	says '^s1$'
	says '^t1$'
	says 'cannot remove nobody: no such container'
	[ "$(grep -c '^hoy: ' <<<"$output")" = 1 ]
	run hoy rm -f nobody
	exits 0
	nothing_from state_left
}

@test "two rm at once, and rm beside the end: one removes, nobody fails" {
	local i
	for i in 1 2 3 4 5; do
		start x1 sleep 0.2
		hoy rm -f x1 >"$BATS_TEST_TMPDIR/1" 2>&1 3>&- &
		hoy rm -f x1 >"$BATS_TEST_TMPDIR/2" 2>&1 3>&- &
		wait
		nothing_from state_left
	done
}

@test "rename: running or not, never to a name that is taken" {
	start old sleep 30
	start other true
	run hoy rename old new
	exits 0
	run hoy rename new other
	exits 1
	says 'already in use'
	run hoy rename new 'no/good'
	exits 1
	run hoy stop -t 0 new
	exits 0
	run hoy rm old
	exits 1
}

@test "the monitor is killed while it runs: the record says so at once, and rm works" {
	start m1 sleep 100
	local monitor
	monitor=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["MonitorPid"])' "$SCRATCH"/root/names/m1/state.json)
	kill -KILL "$monitor"
	run hoy wait m1
	exits 0
	is 255
	run hoy rm m1
	exits 0
}
