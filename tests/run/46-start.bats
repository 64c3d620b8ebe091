#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A container is made, and started: any number of times, each as it was made.
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

@test "create makes it and prints its id; nothing runs, nothing is volatile" {
	run hoy create --name one $REGISTRY/busybox echo hello
	exits 0
	[[ $output =~ ^[0-9a-f]{64}$ ]]
	[ -z "$(ls -A "$SCRATCH/run/containers")" ]
	run hoy ps -a --format '{{.Names}} {{.Status}}'
	is 'one Created'
	run hoy create --name one $REGISTRY/busybox true
	exits 1
	says 'already in use'
	run hoy create -d $REGISTRY/busybox true
	exits 125 || exits 1
	says 'unknown shorthand flag'
	run hoy rm one
	exits 0
}

@test "start runs it, again and again, with its files, limits and environment" {
	hoy create --name again -e WHO=me -m 64m --hostname box $REGISTRY/busybox sh -c 'echo "$WHO $(hostname)"; echo x >>/count; wc -l </count; exit 3'
	local i
	for i in 1 2 3; do
		run hoy start again
		exits 0
		is again
		run hoy wait again
		is 3
	done
	run hoy logs again
	is "me box
1
me box
2
me box
3"
}

@test "start -a passes its output on and has its exit code; -i its stdin" {
	hoy create --name loud $REGISTRY/busybox sh -c 'echo out; echo err >&2; exit 4'
	[ "$(hoy start -a loud 2>/dev/null)" = out ]
	run hoy start -a loud
	exits 4
	hoy create -i --name reader $REGISTRY/busybox sh -c 'cat; exit 5'
	run hoy start -ai reader <<<'one line'
	exits 5
	is 'one line'
	# once more, and without -i in the options of create there is no stdin
	run hoy start -i reader <<<'another line'
	exits 5
	is 'another line'
	hoy create --name deaf $REGISTRY/busybox cat
	run hoy start -i deaf <<<'not heard'
	exits 0
	is ''
	run hoy start -a loud reader
	exits 1
	says 'cannot start and attach multiple'
}

@test "start -a passes signals on" {
	hoy create --name sig $REGISTRY/busybox sh -c 'trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done'
	# not by the function: the signal is for hoy, not for a shell around it
	"$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" start -a sig >/dev/null 3>&- &
	wait_for 15 logged sig ready
	kill -TERM $!
	reap $!
	exits 9
}

@test "several at once, one that runs already, one that is not there" {
	hoy create --name a1 $REGISTRY/busybox sleep 100
	hoy create --name b1 $REGISTRY/busybox true
	run hoy start a1 nobody b1
	exits 1
	says '^a1$'
	says '^b1$'
	says 'cannot start nobody: no such container'
	local pid
	pid=$(state a1 Pid)
	run hoy start a1
	exits 0
	is a1
	[ "$(state a1 Pid)" = "$pid" ]
	hoy pause a1
	run hoy start a1
	exits 1
	says 'cannot start a paused container'
}

@test "one that cannot be started stays, says why, and can be tried again" {
	hoy create --name bad $REGISTRY/busybox no-such-program
	run hoy start bad
	exits 1
	one_clear_line
	[ "$(state bad ExitCode)" = 127 ]
	[ "$(state bad Status)" = created ]
	[[ $(state bad Error) == *no-such-program* ]]
	run hoy start bad
	exits 1
	run hoy rm bad
	exits 0
}

@test "create --rm: gone when it has ended" {
	hoy create --rm --name brief $REGISTRY/busybox true
	run hoy start -a brief
	exits 0
	wait_for 5 nothing_from state_left
}

@test "a terminal, privileges, mounts and users are started again as they were made" {
	mkdir -p "$BATS_TEST_TMPDIR/dir"
	echo seen >"$BATS_TEST_TMPDIR/dir/file"
	local script='id -u; cat /data/file; grep CapEff /proc/self/status; cat /proc/self/attr/current 2>/dev/null; ulimit -n; cat /proc/self/oom_score_adj; readlink /proc/self/ns/pid >/dev/null; mount | grep -c " / "; grep Seccomp: /proc/self/status; awk "{print \$5}" /proc/self/mountinfo | sort'
	local options="-u 1000 -v $BATS_TEST_TMPDIR/dir:/data:ro --cap-add net_admin --ulimit nofile=64:128 --read-only --tmpfs /scratch --shm-size 1m"
	local first
	first=$(hoy run --rm $options $REGISTRY/busybox sh -c "$script")
	hoy create --name same $options $REGISTRY/busybox sh -c "$script"
	run hoy start -a same
	exits 0
	is "$first"
	run hoy start -a same
	is "$first"
}

@test "after a reboot: what ran is said to have ended, its lost exit code is 255, and it starts again" {
	hoy run -d --name past $REGISTRY/busybox sleep 100 3>&-
	local monitor
	monitor=$(state past MonitorPid)
	kill -KILL "$monitor"
	wait_for 10 test ! -e "/proc/$monitor"
	# the volatile directory is on a tmpfs: nothing of it is there after a boot
	rm -rf "$SCRATCH/run/containers"
	run hoy ps -a --format '{{.Names}} {{.Status}}'
	says '^past Exited \(255\) .* ago$'
	run hoy wait past
	is 255
	run hoy start past
	exits 0
	run hoy stop -t 0 past
	exits 0
}

@test "starts beside each other: one starts it, nobody fails; start beside rm" {
	local i
	hoy create --name busy $REGISTRY/busybox sleep 100
	for i in 1 2 3 4 5; do
		hoy start busy >"$BATS_TEST_TMPDIR/1" 2>&1 3>&- &
		hoy start busy >"$BATS_TEST_TMPDIR/2" 2>&1 3>&- &
		wait
		[ "$(cat "$BATS_TEST_TMPDIR/1" "$BATS_TEST_TMPDIR/2")" = "busy
busy" ]
		[ "$(hoy ps -q | wc -l)" = 1 ]
		hoy stop -t 0 busy
	done
	for i in 1 2 3 4 5; do
		hoy create --name "r$i" $REGISTRY/busybox sleep 100
		hoy start "r$i" >/dev/null 2>&1 3>&- &
		hoy rm -f "r$i"
		wait
		hoy rm -f "r$i"
	done
}

# is_small NAME: its monitor, by the memory that is its alone; pages of the program are shared by more or fewer
is_small() {
	[ "$(sed -n 's/^Anonymous: *\([0-9]*\) kB/\1/p' "/proc/$(state "$1" MonitorPid)/smaps_rollup")" -le 280 ]
}

@test "a monitor that read records stays as small as one that did not" {
	! readelf -l "$BUILD/hoy" | grep -q INTERP || skip 'a dynamic C library and its sanitizers are larger'
	hoy create --name small $REGISTRY/busybox sleep 600
	hoy start small
	hoy run -d --name twice --restart always $REGISTRY/busybox sh -c 'test -e /been && exec sleep 600; touch /been; exit 1' 3>&-
	wait_for 20 is_small small
	wait_for 20 is_small twice
}
