#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# How a container ends: exit codes, signals, the terminal, the end of its input.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() { leaves_nothing_behind; }

terminal() {
	"$FIXTURES/on-terminal" "$@"
}

@test "exit codes: the command's own, 128 + signal, 127 not found, 126 may not run, 125 hoy's" {
	local code
	for code in 0 1 42 124 125 255; do
		run hoy run --rm $REGISTRY/busybox sh -c "exit $code"
		exits $code
		is ""
	done
	run hoy run --rm $REGISTRY/busybox sh -c 'kill -9 $$; sleep 1'
	run hoy run --rm --init $REGISTRY/busybox sh -c 'kill -TERM $$'
	exits 143
	try hoy run --rm $REGISTRY/busybox no-such-program
	exits 127
	one_clear_line
	says 'no-such-program'
	try hoy run --rm $REGISTRY/busybox /no/such/program
	exits 127
	one_clear_line
	run hoy run --rm $REGISTRY/busybox /etc
	exits 126
	one_clear_line
	run hoy run --rm $REGISTRY/busybox /etc/passwd
	exits 126
	one_clear_line
	run hoy run --rm --no-such-option $REGISTRY/busybox true
	exits 125
	run hoy run --rm -w relative $REGISTRY/busybox true
	exits 125
	one_clear_line
	run hoy run --rm -q $REGISTRY/no-such-image true
	exits 125
	says '^Unable to find image'
	output=$(grep -v '^Unable to find image' <<<"$output")
	one_clear_line
}

@test "output and errors are two streams, to the byte" {
	hoy run --rm $REGISTRY/busybox sh -c 'echo to-out; echo to-err >&2' >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
	[ "$(<"$BATS_TEST_TMPDIR/out")" = to-out ]
	[ "$(<"$BATS_TEST_TMPDIR/err")" = to-err ]
	head -c 5000000 /dev/urandom >"$BATS_TEST_TMPDIR/in"
	hoy run --rm -i $REGISTRY/busybox cat <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out"
	cmp "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
}

@test "end of input reaches the container; without -i there is none" {
	run bash -c "printf 'a\nb\n' | '$HOY' --root '$SCRATCH/root' --runroot '$SCRATCH/run' run --rm -i $REGISTRY/busybox wc -l"
	is 2
	run bash -c "printf 'a\nb\n' | '$HOY' --root '$SCRATCH/root' --runroot '$SCRATCH/run' run --rm $REGISTRY/busybox wc -l"
	is 0
}

@test "a reader that goes away ends nothing but itself" {
	run bash -c "'$HOY' --root '$SCRATCH/root' --runroot '$SCRATCH/run' run --rm $REGISTRY/busybox sh -c 'seq 100000; exit 5' | head -n 1; echo \${PIPESTATUS[0]}"
	[ "${lines[0]}" = 1 ]
}

@test "signals are passed on: TERM to a command that listens, and INT" {
	local signal
	for signal in TERM INT USR1; do
		hoy run --rm --name listener $REGISTRY/busybox sh -c "trap 'echo got $signal; exit 9' $signal; touch /tmp/ready; echo ready; while :; do sleep 0.1; done" >"$BATS_TEST_TMPDIR/out" 3>&- &
		local pid=$!
		wait_for 5 grep -q ready "$BATS_TEST_TMPDIR/out"
		# $pid is the function's shell; hoy is its child
		kill -$signal "$(pgrep -P $pid || echo $pid)"
		reap $pid
		exits 9
		grep -q "got $signal" "$BATS_TEST_TMPDIR/out"
	done
}

@test "-it: a real terminal of the right size, resized with the window, restored at the end" {
	run terminal wait=# 'type=tty; stty size\n' 'wait=/dev/pts/0' 'wait=24 80' size=30x100 sleep=0.3 'type=stty size\n' 'wait=30 100' 'type=exit 7\n' \
		-- "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" run --rm -it $REGISTRY/busybox sh
	exits 0
	says '\[exit 7\]'
	says '\[terminal restored\]'
}

@test "-it: Ctrl-C reaches the command, not hoy; Ctrl-D ends the shell" {
	run terminal wait=# 'type=sleep 100\n' sleep=0.5 'type=\x03' wait=# 'type=echo alive-$?\n' wait=alive-130 wait=# 'type=\x04' \
		-- "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" run --rm -it $REGISTRY/busybox sh
	exits 0
	says '\[exit 130\]|\[exit 0\]'
	says '\[terminal restored\]'
}

@test "Ctrl-C without -t ends what does not ignore it" {
	run terminal wait=ready 'type=\x03' \
		-- "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" run --rm --init $REGISTRY/busybox sh -c 'echo ready; exec sleep 100'
	exits 0
	says '\[exit 130\]'
}

@test "-t without a terminal on this side says so" {
	run hoy run --rm -it $REGISTRY/busybox true </dev/null
	[ "$status" != 0 ]
	says 'TTY|terminal'
}

# as with Docker, a container that runs goes on without the command that started it; it ends by itself here
@test "killed at any moment, hoy leaves nothing that the next command does not clean up" {
	local delay pid
	for delay in 0.001 0.003 0.006 0.01 0.02 0.05 0.2; do
		hoy run --rm $REGISTRY/busybox sleep 1 3>&- &
		pid=$!
		sleep $delay
		kill -KILL "$(pgrep -P $pid || echo $pid)" 2>/dev/null || true
		wait $pid 2>/dev/null || true
	done
	sleep 1.3
	run hoy run --rm $REGISTRY/busybox echo well
	is well
}

@test "the monitor killed: the container does not outlive it, and the next command cleans up" {
	hoy run --rm --cidfile "$BATS_TEST_TMPDIR/id" $REGISTRY/busybox sleep 20 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	local command=$! inside monitor
	inside=$(container_process "$BATS_TEST_TMPDIR/id")
	monitor=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$inside/status")
	kill -KILL "$monitor"
	reap $command
	[ "$status" != 0 ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/err")" = 1 ]
	wait_for 3 test ! -d "/proc/$inside"
	run hoy run --rm $REGISTRY/busybox echo well
	is well
}
