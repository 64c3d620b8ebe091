#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Who keeps a further process of a container: its events, in Docker's order and with Docker's attributes, and its place among
# ExecIDs, whatever is killed meanwhile.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() {
	scratch_up
	needs busybox
	rm -f "$SCRATCH"/run/events*
	hoy run -d --name box $REGISTRY/busybox sh -c 'mkfifo /gate; exec sleep 300' >/dev/null 3>&-
}
teardown() {
	local id
	for id in $(ls "$SCRATCH/root/containers"); do hoy rm -f "$id" >/dev/null; done
	leaves_nothing_behind
}

# the command itself, for signals and terminals: not a function around it
own() {
	printf '%s\n' "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run"
}

# ids: ExecIDs, one a line; nothing where there are none
ids() {
	hoy inspect -f '{{range .ExecIDs}}{{println .}}{{end}}' box | grep . || true
}

# open_gate: what waits at it goes on
open_gate() {
	hoy exec box sh -c 'echo go >/gate'
}

# there_are N: so many are listed
there_are() {
	[ "$(ids | wc -l)" = "$1" ]
}

# of ID: what the journal has of this exec
of() {
	hoy events --since 0 --until 0s --filter container=box --format '{{.Action}} {{index .Actor.Attributes "execID"}} {{index .Actor.Attributes "exitCode"}}' |
		grep " $1 " | sed "s/ $1 *\$//; s/ $1 / = /" | paste -sd,
}

# told ID WORDS: the journal has exactly this of it
told() {
	[ "$(of "$1")" = "$2" ]
}

# keeper_of PID: the process that `hoy exec` forked
keeper_of() {
	pgrep -P "$1" | while read -r pid; do
		[ "$(cat "/proc/$pid/comm")" != hoy-exec ] || echo "$pid"
	done
}

has_keeper() {
	[ -n "$(keeper_of "$1")" ]
}

@test "exec -d: created, started, and it died with its code; listed from its start to its end" {
	[ "$(hoy inspect -f '{{json .ExecIDs}}' box)" = null ]
	hoy exec -d box sh -c 'read x </gate; exit 5'
	there_are 1
	local id
	id=$(ids)
	[[ $id =~ ^[0-9a-f]{64}$ ]]
	told "$id" 'exec_create: sh -c read x </gate; exit 5,exec_start: sh -c read x </gate; exit 5'
	open_gate
	wait_for 10 told "$id" 'exec_create: sh -c read x </gate; exit 5,exec_start: sh -c read x </gate; exit 5,exec_die = 5'
	wait_for 10 there_are 0
	[ "$(hoy inspect -f '{{json .ExecIDs}}' box)" = null ]
	# attributes as of any event of a container
	[ "$(hoy events --since 0 --until 0s --filter event=exec_die --format '{{index .Actor.Attributes "name"}} {{index .Actor.Attributes "image"}}' | sort -u)" = "box $REGISTRY/busybox" ]
}

@test "exec: the same, all of it there when the command returns; ids differ" {
	hoy exec box sh -c 'exit 3' || [ $? = 3 ]
	there_are 0
	local id
	id=$(hoy events --since 0 --until 0s --filter event=exec_die --format '{{.Actor.Attributes.execID}}')
	told "$id" 'exec_create: sh -c exit 3,exec_start: sh -c exit 3,exec_die = 3'
	hoy exec -d box sh -c 'read x </gate'
	hoy exec -d -t box sh -c 'read x </gate'
	there_are 2
	[ "$(ids | sort -u | wc -l)" = 2 ]
	open_gate
	wait_for 10 there_are 0
}

@test "exec -d holds nothing of its caller's: no stream, no terminal, no directory" {
	[ "$(hoy exec -d box sh -c 'read x </gate' 2>&1 | cat)" = '' ]
	there_are 1
	local pid
	pid=$(grep -lx hoy-exec /proc/[0-9]*/comm 2>/dev/null | cut -d/ -f3 | while read -r p; do
		grep -qaF "$SCRATCH" "/proc/$p/cmdline" && echo "$p"
	done)
	[ "$(readlink "/proc/$pid/cwd")" = / ]
	[ "$(readlink /proc/"$pid"/fd/[012] | sort -u)" = /dev/null ]
	# of the store it has the one directory that events and lists are in
	run readlink /proc/"$pid"/fd/*
	says_not "^$SCRATCH/root"
	open_gate
	wait_for 10 there_are 0
}

@test "exec whose command is killed: the process goes on, is listed, and its end is told" {
	$(own) exec box sh -c 'read x </gate; exit 6' 3>&- &
	local pid=$! id
	wait_for 10 there_are 1
	id=$(ids)
	wait_for 10 told "$id" 'exec_create: sh -c read x </gate; exit 6,exec_start: sh -c read x </gate; exit 6'
	kill -9 $pid
	reap $pid
	exits 137
	there_are 1
	open_gate
	wait_for 10 told "$id" 'exec_create: sh -c read x </gate; exit 6,exec_start: sh -c read x </gate; exit 6,exec_die = 6'
	wait_for 10 there_are 0
}

@test "exec whose keeper is killed says so, and nothing stale is listed" {
	$(own) exec box sh -c 'read x </gate' >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- &
	local pid=$!
	wait_for 10 there_are 1
	wait_for 10 has_keeper $pid
	kill -9 "$(keeper_of $pid)"
	there_are 0
	open_gate
	reap $pid
	exits 1
	output=$(<"$BATS_TEST_TMPDIR/out")
	one_clear_line
	says 'ended without a word'
}

@test "kill -9 of the monitor: the processes end, which is told; nothing is listed, then or after the next start" {
	hoy exec -d box sleep 105
	local id
	id=$(ids)
	kill -9 "$(hoy inspect -f '{{.Hoy.MonitorPid}}' box)"
	wait_for 10 told "$id" 'exec_create: sleep 105,exec_start: sleep 105,exec_die = 137'
	hoy ps -a >/dev/null
	there_are 0
	hoy start box
	there_are 0
}

@test "exec -it, left by its keys: exec_detach; it goes on with an open terminal, however much it writes" {
	run timeout 90 "$FIXTURES/on-terminal" 'wait=# ' 'type=\x10\x11' \
		-- $(own) exec -it box sh -c 'echo "# "; read x </gate; seq 1 30000; exit 8'
	says '\[exit 1\]'
	says 'read escape sequence'
	there_are 1
	local id
	id=$(ids)
	[[ $(of "$id") = *,exec_detach ]]
	open_gate
	wait_for 20 there_are 0
	[[ $(of "$id") = *',exec_detach,exec_die = 8' ]]
}

@test "a command that is not there is told of as Docker tells it, and is not listed" {
	try hoy exec -d box no-such-program
	exits 1
	one_clear_line
	try hoy exec box no-such-program
	exits 127
	there_are 0
	run hoy events --since 0 --until 0s --filter container=box --format '{{.Action}} {{index .Actor.Attributes "exitCode"}}'
	[ "$(tail -n 2 <<<"$output" | paste -sd,)" = 'exec_create: no-such-program ,exec_start: no-such-program ' ]
}
