#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# ps, and further processes in a running container: their rights are the container's, their exit codes are never lost.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() {
	scratch_up
	needs busybox
	hoy run -d --name box -m 100m -e COLOR=blue $REGISTRY/busybox sleep 300 >/dev/null 3>&-
}
teardown() {
	local id
	for id in $(ls "$SCRATCH/root/containers"); do hoy rm -f "$id" >/dev/null; done
	leaves_nothing_behind
}

@test "exec: streams, exit codes, signals, missing commands" {
	run hoy exec box sh -c 'echo out; echo err >&2; exit 42'
	exits 42
	says '^out$'
	says '^err$'
	[ "$(echo through | hoy exec -i box cat)" = through ]
	[ "$(hoy exec box cat </etc/passwd | wc -c)" = 0 ]
	run hoy exec box sh -c 'kill -9 $$'
	exits 137
	run hoy exec box no-such-program
	exits 127
	one_clear_line
	run hoy exec box /etc/passwd
	exits 126
	one_clear_line
	run hoy exec no-such-container true
	exits 1
	one_clear_line
	head -c 3000000 /dev/urandom >"$BATS_TEST_TMPDIR/in"
	hoy exec -i box cat <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out"
	cmp "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
}

@test "exec: a hundred that end at once lose no exit code" {
	local i
	for i in $(seq 100); do
		hoy exec box sh -c "exit $((i % 50))" || [ $? = $((i % 50)) ]
	done
}

@test "exec: rights, user, environment, directory" {
	local status='sed -n "s/^\(Cap\|NoNewPrivs\|Seccomp:\)/\1/p" /proc/self/status'
	[ "$(hoy exec box sh -c "$status")" = "$(hoy run --rm $REGISTRY/busybox sh -c "$status")" ]
	run hoy exec -u 1000:1000 -e SIZE=big -w /tmp box sh -c 'id -u; id -g; echo $COLOR $SIZE; pwd; grep CapEff /proc/self/status'
	is "1000
1000
blue big
/tmp
CapEff:	0000000000000000"
	local user
	for user in -1 4294967296 99999999999 no-such-user 0:4294967296; do
		run hoy exec -u "$user" box id
		[ "$status" != 0 ]
		says_not 'uid=0'
	done
	run hoy exec --privileged box grep CapBnd /proc/self/status
	says_not a80425fb
	# no descriptor but its own three, and none as a way out
	[ "$(hoy exec box sh -c 'ls /proc/$$/fd; true' | xargs)" = "0 1 2" ]
	run hoy exec -w /proc/self/fd/7 box pwd
	[ "$status" != 0 ]
	run hoy exec box sh -c 'cat /proc/self/cgroup | grep -c hoy-'
	exits 1
}

@test "exec -d goes on without its command; what exec leaves running does not hold it" {
	run hoy exec -d box sleep 77
	exits 0
	wait_for 15 eval 'hoy exec box ps | grep -q "sleep 77"'
	local began=$SECONDS
	run hoy exec box sh -c 'sleep 100 & echo done'
	exits 0
	says done
	[ $((SECONDS - began)) -lt 60 ]
}

@test "exec -it: a terminal of the right size" {
	run "$FIXTURES/on-terminal" wait=# 'type=tty; stty size\n' 'wait=24 80' 'type=exit 7\n' \
		-- "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" exec -it box sh
	exits 0
	says '\[exit 7\]'
	says '/dev/pts/'
	says '\[terminal restored\]'
}

@test "exec in one that is paused or ended says so" {
	hoy pause box
	run hoy exec box true
	exits 1
	one_clear_line
	says paused
	hoy unpause box
	hoy stop -t 0 box
	run hoy exec box true
	exits 1
	one_clear_line
	says 'not running'
}

@test "ps: columns, -a, -q, -n, filters, formats" {
	hoy run --name over $REGISTRY/busybox sh -c 'exit 3' || true
	run hoy ps
	exits 0
	says '^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES$'
	says '"sleep 300" .* Up .* box$'
	says_not over
	run hoy ps -a
	says 'Exited \(3\) .* over$'
	[ "$(hoy ps -q | wc -l)" = 1 ]
	[ "$(hoy ps -aq --no-trunc | head -n 1 | tr -d '\n' | wc -c)" = 64 ]
	[ "$(hoy ps -n 1 --format '{{.Names}}')" = over ]
	[ "$(hoy ps -a --filter name=bo --format '{{.Names}}:{{.State}}')" = box:running ]
	[ "$(hoy ps --filter status=exited --format '{{.Names}}')" = over ]
	[ "$(hoy ps -a --filter exited=3 -q | wc -l)" = 1 ]
	run hoy ps --filter nonsense=1
	exits 1 || exits 125
	hoy pause box
	run hoy ps
	says '\(Paused\)'
}
