#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Restart policies: which ends lead to another start, how often, and what stops it.
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

# is_in NAME STATUS
is_in() {
	[ "$(state "$1" Status)" = "$2" ]
}

# started NAME TIMES: at least so often, by what it wrote
started() {
	[ "$(hoy logs "$1" | grep -c started)" -ge "$2" ]
}

# policy POLICY NAME COMMAND
policy() {
	hoy run -d --restart "$1" --name "$2" $REGISTRY/busybox sh -c "echo started; $3" 3>&-
}

@test "on-failure starts it again as often as it says, then its exit code stays" {
	policy on-failure:2 three 'exit 3'
	wait_for 20 is_in three exited
	[ "$(hoy logs three | grep -c started)" = 3 ]
	[ "$(state three RestartCount)" = 2 ]
	[ "$(state three ExitCode)" = 3 ]
	policy on-failure fine 'exit 0'
	wait_for 20 is_in fine exited
	[ "$(hoy logs fine | grep -c started)" = 1 ]
	# it recovers: the files of one life are those of the next
	policy on-failure learns '[ -e /been ] && exit 0; touch /been; exit 1'
	wait_for 20 is_in learns exited
	[ "$(state learns ExitCode)" = 0 ]
	[ "$(state learns RestartCount)" = 1 ]
}

@test "no: once" {
	policy no one 'exit 3'
	wait_for 10 is_in one exited
	[ "$(hoy logs one | grep -c started)" = 1 ]
}

@test "always: whatever the exit code; what is started again is as it was" {
	hoy run -d --restart always --name same -m 64m -e A=b --hostname box --tmpfs /scratch $REGISTRY/busybox \
		sh -c 'echo started $A $(hostname) $(grep -c " /scratch " /proc/mounts) $$; exit 0' 3>&-
	wait_for 20 started same 3
	hoy stop same
	[ "$(hoy logs same | sort -u)" = "started b box 1 1" ]
}

@test "stop ends it, while it runs and while it waits for its next start; kill does, too" {
	policy always runs 'sleep 100'
	wait_for 10 started runs 1
	run hoy stop -t 0 runs
	exits 0
	[ "$(state runs Status)" = exited ]
	[ "$(state runs ManuallyStopped)" = True ]
	# the longer it fails, the longer it waits
	policy always fails 'exit 1'
	wait_for 30 started fails 5
	wait_for 10 is_in fails restarting
	run hoy ps --format '{{.Names}} {{.Status}}'
	says '^fails Restarting \(1\) .* ago$'
	run timeout 5 "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" stop fails
	exits 0
	[ "$(state fails Status)" = exited ]
	[ "$(state fails ExitCode)" = 1 ]
	policy unless-stopped killed 'sleep 100'
	wait_for 10 started killed 1
	hoy kill killed
	run hoy wait killed
	is 137
	[ "$(hoy logs killed | grep -c started)" = 1 ]
	# a start by hand begins anew
	hoy start killed
	wait_for 10 started killed 2
	[ "$(state killed ManuallyStopped)" = False ]
}

@test "a signal that is no stop does not stop it for good" {
	policy always hup 'trap "exit 5" HUP; echo ready; while :; do sleep 0.05; done'
	wait_for 10 started hup 1
	wait_for 10 logged hup ready
	hoy kill -s HUP hup
	wait_for 20 started hup 2
	hoy stop -t 0 hup
}

@test "rm: not while it waits, unless -f; restart; rename" {
	policy always busy 'exit 1'
	wait_for 30 started busy 5
	wait_for 10 is_in busy restarting
	run hoy rm busy
	exits 1
	says 'restarting container'
	hoy rename busy other
	run hoy restart other
	exits 0
	run hoy rm -f other
	exits 0
	nothing_from state_left
}

@test "restart starts one that runs, and one that does not" {
	hoy run -d --name r1 $REGISTRY/busybox sh -c 'echo started; sleep 100' 3>&-
	wait_for 10 started r1 1
	run hoy restart -t 0 r1
	exits 0
	is r1
	wait_for 10 started r1 2
	hoy stop -t 0 r1
	run hoy restart r1
	exits 0
	wait_for 10 started r1 3
	run hoy restart -t 0 r1 nobody
	exits 1
	says 'cannot restart nobody: no such container'
}

@test "wait returns at its end, though it is started again" {
	policy always brief 'sleep 0.5; exit 8'
	run timeout 20 "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" wait brief
	exits 0
	is 8
}

@test "in the foreground: the command has the exit code of the first life, and it goes on" {
	run hoy run --restart on-failure:1 --name fore $REGISTRY/busybox sh -c 'echo started; exit 4'
	exits 4
	is started
	wait_for 20 is_in fore exited
	[ "$(state fore RestartCount)" = 1 ]
}

@test "the monitor is killed while it waits: the state keeps the exit code; start works" {
	policy always lost 'exit 7'
	wait_for 30 started lost 4
	wait_for 10 is_in lost restarting
	kill -KILL "$(state lost MonitorPid)"
	run hoy ps -a --format '{{.Status}}'
	says 'Exited \(7\)'
	run hoy start lost
	exits 0
}

@test "policies that are none" {
	local value
	for value in sometimes always:3 on-failure:x on-failure:-1; do
		run hoy run -d --restart "$value" $REGISTRY/busybox true
		exits 125
		says 'invalid restart policy'
	done
	run hoy run -d --rm --restart always $REGISTRY/busybox true
	exits 125
	says 'conflicting options'
}
