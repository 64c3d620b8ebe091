#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Attached to a container, detached from it, and attached again.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() {
	local id
	for id in $(ls "$SCRATCH/root/containers"); do hoy rm -f "$id" >/dev/null; done
	leaves_nothing_behind
}

# the command itself, for signals and terminals: not a function around it
own() {
	printf '%s\n' "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run"
}

# typing STEPS… -- ARGS…: hoy on a terminal
typing() {
	local steps=()
	while [ "$1" != -- ]; do
		steps+=("$1")
		shift
	done
	shift
	timeout 90 python3 "$FIXTURES/typing.py" "${steps[@]}" -- $(own) "$@"
}

# is_attached PID: attach, or the one that PID waits for, is connected and waits for what comes
is_attached() {
	local pid
	for pid in "$1" $(pgrep -P "$1"); do
		[ "$(readlink /proc/"$pid"/fd/* | grep -cE '^(socket:|anon_inode:\[eventpoll\])')" -lt 2 ] || return 0
	done
	return 1
}

runs() {
	[ "$(hoy ps -q --filter "name=$1" | wc -l)" = 1 ]
}

# says_in FILE TEXT
says_in() {
	grep -q "$2" "$1"
}

@test "attach shows what it writes from now on, both streams apart, and has its exit code" {
	hoy run -d --name talker $REGISTRY/busybox sh -c 'echo before; while [ ! -e /go ]; do sleep 0.05; done; echo out; echo err >&2; exit 6' 3>&-
	wait_for 15 logged talker before
	$(own) attach talker >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	local pid=$!
	wait_for 10 is_attached $pid
	hoy exec talker touch /go
	reap $pid
	exits 6
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = out ]
	[ "$(cat "$BATS_TEST_TMPDIR/err")" = err ]
}

@test "attach to one that does not run, that is paused, that is not there" {
	hoy create --name idle $REGISTRY/busybox sleep 100
	run hoy attach idle
	exits 1
	says 'cannot attach to a stopped container'
	hoy start idle
	hoy pause idle
	run hoy attach idle
	exits 1
	says 'cannot attach to a paused container'
	run hoy attach nobody
	exits 1
	says 'no such container'
}

@test "several are attached at once; each hears all" {
	hoy run -d --name choir $REGISTRY/busybox sh -c 'while [ ! -e /go ]; do echo tick; sleep 0.1; done; echo last' 3>&-
	local i pids=()
	for i in 1 2 3; do
		$(own) attach choir >"$BATS_TEST_TMPDIR/$i" 3>&- &
		pids+=($!)
	done
	for i in 1 2 3; do
		wait_for 20 says_in "$BATS_TEST_TMPDIR/$i" tick
	done
	hoy exec choir touch /go
	for i in 1 2 3; do
		reap "${pids[i - 1]}"
		exits 0
		grep -q last "$BATS_TEST_TMPDIR/$i"
	done
}

@test "a reader that stops reading slows neither the container nor the others" {
	hoy run -d --name flood $REGISTRY/busybox sh -c 'while [ ! -e /go ]; do sleep 0.05; done; dd if=/dev/zero bs=64k count=100 2>/dev/null | tr "\0" x; echo; echo done >&2; sleep 100' 3>&-
	# it never reads; the pipe it writes to is full at once
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	sleep 100 <"$BATS_TEST_TMPDIR/pipe" 3>&- &
	local holder=$!
	$(own) attach flood >"$BATS_TEST_TMPDIR/pipe" 2>/dev/null 3>&- &
	local deaf=$!
	$(own) attach flood 2>"$BATS_TEST_TMPDIR/err" >/dev/null 3>&- &
	local other=$!
	wait_for 10 is_attached $deaf
	wait_for 10 is_attached $other
	hoy exec flood touch /go
	wait_for 30 says_in "$BATS_TEST_TMPDIR/err" '^done$'
	kill -KILL $deaf $other $holder
	runs flood
}

@test "the one that is attached is killed: the container goes on, and its log has all" {
	$(own) run --name alone $REGISTRY/busybox sh -c 'while :; do echo tick; sleep 0.1; done' >"$BATS_TEST_TMPDIR/out" 3>&- &
	local pid=$!
	wait_for 20 says_in "$BATS_TEST_TMPDIR/out" tick
	kill -KILL $pid
	wait $pid || true
	local before
	before=$(hoy logs alone | wc -l)
	more() { [ "$(hoy logs alone | wc -l)" -gt "$before" ]; }
	wait_for 10 more
	runs alone
}

@test "stdin of one that was started with -d -i is there for who attaches, and stays open" {
	hoy run -d -i --name cat $REGISTRY/busybox cat 3>&-
	echo one | timeout 10 $(own) attach cat >"$BATS_TEST_TMPDIR/out" 3>&- &
	local pid=$!
	wait_for 10 logged cat one
	runs cat
	kill -KILL $pid 2>/dev/null
	# the second one finds stdin open
	echo two | timeout 10 $(own) attach cat >/dev/null 3>&- &
	wait_for 10 logged cat two
	runs cat
	hoy stop -t 0 cat
	wait
}

@test "stdin of one that was created with -i ends with the first one that leaves" {
	hoy create -i --name once $REGISTRY/busybox sh -c 'cat; echo over'
	hoy start once
	run timeout 20 $(own) attach once <<<'a line'
	exits 0
	is "a line
over"
	run hoy wait once
	is 0
}

@test "detach keys: run -it leaves it running, attach comes back to it, the keys are not passed on" {
	run typing see '#' type 'echo a$((1+1))b\r' see a2b type '\x10\x11' -- run -it --name shell $REGISTRY/busybox sh
	exits 0
	runs shell
	# Ctrl-P alone is passed on
	run typing type '\r' see '#' type 'echo c$((1+2))d\r' see c3d type '\x10\x11' -- attach shell
	exits 1
	says 'read escape sequence'
	runs shell
	# other keys; and none at all
	run typing type '\r' see '#' type 'echo e$((2+2))f\r' see e4f type 'Q' -- attach --detach-keys Q shell
	exits 1
	runs shell
	run typing type '\r' see '#' type 'exit 7\r' -- attach --detach-keys '' shell
	exits 7
	run typing see '#' type 'echo g$((2+3))h\r' see g5h type '\x01d' -- start -ai --detach-keys ctrl-a,d shell
	exits 0
	runs shell
	run hoy attach --detach-keys nonsense shell
	exits 125 || exits 1
	says 'invalid detach keys'
}

@test "exec -it detaches, too: the process goes on" {
	hoy run -d --name host $REGISTRY/busybox sleep 100 3>&-
	run typing see '#' type 'sleep 77; touch /wrong\r' see 77 type '\x10\x11' -- exec -it host sh
	exits 1
	says 'read escape sequence'
	sleeps() { hoy exec host ps | grep -q 'sleep 77'; } # the shell may not have come to it yet
	wait_for 10 sleeps
	[ ! -e "$SCRATCH/root/names/host/upper/wrong" ]
	run typing see '#' type 'exit 3\r' -- exec -it --detach-keys ctrl-x host sh
	exits 3
}

@test "the window's size goes in, at the start and when it changes" {
	run typing see '#' type 'stty size\r' size 33x99 type 'stty size\r' see '33 99' type 'exit\r' -- run --rm -it $REGISTRY/busybox sh
	exits 0
}

@test "run -a: only what was asked for; -a stdin alone prints the id and goes" {
	[ "$(hoy run --rm -a stdout $REGISTRY/busybox sh -c 'echo out; echo err >&2' 2>&1)" = out ]
	[ "$(hoy run --rm -a stderr $REGISTRY/busybox sh -c 'echo out; echo err >&2' 2>&1)" = err ]
	run hoy run -a stdin -i --name eater $REGISTRY/busybox sh -c 'cat; sleep 100' <<<'fed'
	exits 0
	[[ $output =~ ^[0-9a-f]{64}$ ]]
	wait_for 10 logged eater fed
	runs eater
	run hoy run -d -a stdout $REGISTRY/busybox true
	exits 125
	says 'conflicting options'
	run hoy run -a nonsense $REGISTRY/busybox true
	exits 125
	says 'valid streams are'
}

@test "sig-proxy: signals go in, or are for the one that is attached" {
	hoy run -d --name sig $REGISTRY/busybox sh -c 'trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done' 3>&-
	wait_for 15 logged sig ready
	$(own) attach --sig-proxy=false sig >/dev/null 3>&- &
	local pid=$!
	wait_for 10 is_attached $pid
	kill -TERM $pid
	reap $pid
	exits 143
	runs sig
	$(own) attach sig >/dev/null 3>&- &
	pid=$!
	wait_for 10 is_attached $pid
	kill -TERM $pid
	reap $pid
	exits 9
}

@test "it ends while somebody attaches: the exit code is its own, whenever that was" {
	local i
	for i in 1 2 3 4 5 6 7 8; do
		hoy run -d --name "brief$i" $REGISTRY/busybox sh -c "sleep 0.0$i; exit 4" >/dev/null 3>&-
		run timeout 20 $(own) attach "brief$i"
		# it may have ended before
		exits 4 || says 'stopped container'
	done
}

@test "the monitor is killed while somebody is attached: no hang, and the state is right" {
	hoy run -d --name orphan $REGISTRY/busybox sleep 100 3>&-
	timeout 60 $(own) attach orphan 3>&- &
	local pid=$!
	wait_for 10 is_attached $pid
	kill -KILL "$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["MonitorPid"])' "$SCRATCH"/root/names/orphan/state.json)"
	reap $pid
	exits 255
	run hoy ps -a --format '{{.Status}}'
	says 'Exited \(255\)'
}

@test "the socket takes nobody else's requests" {
	hoy run -d --name closed $REGISTRY/busybox sleep 100 3>&-
	local socket
	socket=$(echo "$SCRATCH"/run/containers/*/socket)
	[ -S "$socket" ]
	[ "$(stat -c %a "$(dirname "$socket")")" = 700 ]
	# rubbish and silence do it no harm
	python3 - "$socket" <<-'END'
		import os, socket, sys
		os.chdir(os.path.dirname(sys.argv[1]))
		quiet = [socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(70)]
		for s in quiet:
		    s.connect('socket')
		loud = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
		loud.connect('socket')
		try:
		    loud.send(b'x' * 1000)
		except BrokenPipeError:
		    pass # it is one too many, and was shown out already
	END
	runs closed
	run typing type '' -- exec closed true
	exits 0
}
