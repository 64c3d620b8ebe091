#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `hoy logs` of containers with --log-driver journald: a real journald, in a mount namespace of its own, and its journalctl.
load lib
setup_file() {
	fixtures_up
	[ "$(id -u)" = 0 ] && [ -x /lib/systemd/systemd-journald ] && command -v journalctl >/dev/null || return 0
	unshare -m --propagation private sh -ec '
		mount -t tmpfs none /run
		[ ! -d /var/log/journal ] || mount -t tmpfs none /var/log/journal
		mkdir -p /run/systemd/journald.conf.d
		printf "[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\nForwardToSyslog=no\nForwardToWall=no\nRateLimitIntervalSec=0\n" \
			>/run/systemd/journald.conf.d/test.conf
		exec /lib/systemd/systemd-journald
	' </dev/null >"$BATS_FILE_TMPDIR/journald" 2>&1 3>&- 4>&- &
	export JOURNALD=$!
	wait_for 20 journal_listens
}
teardown_file() {
	[ -z "${JOURNALD-}" ] || kill "$JOURNALD"
	fixtures_down
}
setup() {
	[ -n "${JOURNALD-}" ] || skip "no journald here"
	scratch_up
	needs busybox
}
teardown() {
	local id
	[ -n "${JOURNALD-}" ] || return 0
	for id in $(ls "$SCRATCH/root/containers"); do there rm -f "$id" >/dev/null; done
	leaves_nothing_behind
}

# there ARGS…: hoy where the journal is
there() {
	nsenter -t "$JOURNALD" -m -- "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" "$@"
}

journal_listens() {
	nsenter -t "$JOURNALD" -m -- sh -c '[ -S /run/systemd/journal/socket ] && journalctl --sync'
}

# follow ARGS…: hoy logs, in the process itself
follow() {
	exec nsenter -t "$JOURNALD" -m -- "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" logs "$@"
}

# follows PID: it has shown what was there, and waits for more
follows() {
	pgrep -P "$1" -f -- --follow
}

# says_in FILE TEXT
says_in() {
	grep -q "$2" "$1"
}

# writes NAME SCRIPT: a container that logs there, and has ended
writes() {
	there run --network none --name "$1" --log-driver journald $REGISTRY/busybox sh -c "$2" >/dev/null 2>&1
}

@test "what it wrote, both streams apart, long lines whole, and nobody else's" {
	writes one 'echo first; echo wrong >&2; head -c 40000 /dev/zero | tr "\0" x; echo; printf "tab\there\n"; echo last'
	writes other 'echo not mine'
	there logs one >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
	[ "$(cat "$BATS_TEST_TMPDIR/err")" = wrong ]
	[ "$(head -n 1 "$BATS_TEST_TMPDIR/out")" = first ]
	[ "$(sed -n 2p "$BATS_TEST_TMPDIR/out" | tr -d '\n' | wc -c)" = 40000 ]
	[ "$(tail -n 2 "$BATS_TEST_TMPDIR/out")" = $'tab\there\nlast' ]
	[ "$(there logs other)" = 'not mine' ]
	# somebody who is not root says that he is this container
	local id
	id=$(there inspect -f '{{.Id}}' one)
	nsenter -t "$JOURNALD" -m -- python3 - "$id" <<-'END'
		import os, socket, sys
		os.setuid(65534)
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.sendto(b"MESSAGE=forged\nPRIORITY=6\nCONTAINER_ID_FULL=" + sys.argv[1].encode() + b"\n", "/run/systemd/journal/socket")
	END
	run there logs one
	says_not forged
}

@test "--tail, -t, --since, --until" {
	writes clock 'for i in 1 2 3; do echo $i; done'
	run there logs --tail 2 clock
	is $'2\n3'
	run there logs --tail 0 clock
	is ''
	run there logs -t clock
	says '^20[0-9-]{8}T[0-9:]{8}\.[0-9]{9}Z 1$'
	# by the times that it shows itself
	local second
	second=$(there logs -t clock | sed -n 's/ 2$//p')
	run there logs --since "$second" clock
	is $'2\n3'
	run there logs --until "$second" clock
	is $'1\n2'
	run there logs --since "$second" --until "$second" clock
	is 2
	run there logs --since "$second" --tail 1 clock
	is 3
	run there logs --until "$second" --tail 1 clock
	is 2
	run there logs --since 1h --tail 2 clock
	is $'2\n3'
	run there logs --since 2099-01-01 clock
	is ''
}

@test "-f follows to the end of the container, with the last line that it wrote" {
	there run -d --network none --name live --log-driver journald $REGISTRY/busybox \
		sh -c 'echo begin; while [ ! -e /go ]; do sleep 0.05; done; echo middle; while [ ! -e /end ]; do sleep 0.05; done; echo end; echo bad >&2' 3>&-
	wait_for 20 eval 'there logs live | grep begin'
	follow -f live >"$BATS_TEST_TMPDIR/all" 2>&1 3>&- &
	local all=$!
	follow -f --tail 0 live >"$BATS_TEST_TMPDIR/new" 2>&1 3>&- &
	local new=$!
	follow -f --since 1h --tail 1 live >"$BATS_TEST_TMPDIR/tail" 2>&1 3>&- &
	local tail=$! pid
	for pid in $all $new $tail; do
		wait_for 20 follows $pid
	done
	wait_for 20 says_in "$BATS_TEST_TMPDIR/all" begin
	wait_for 20 says_in "$BATS_TEST_TMPDIR/tail" begin
	there exec live touch /go
	wait_for 20 says_in "$BATS_TEST_TMPDIR/all" middle
	wait_for 20 says_in "$BATS_TEST_TMPDIR/new" middle
	there exec live touch /end
	for pid in $all $new $tail; do
		reap $pid
		exits 0
	done
	[ "$(sort "$BATS_TEST_TMPDIR/all" | paste -sd' ')" = 'bad begin end middle' ]
	[ "$(sort "$BATS_TEST_TMPDIR/new" | paste -sd' ')" = 'bad end middle' ]
	[ "$(sort "$BATS_TEST_TMPDIR/tail" | paste -sd' ')" = 'bad begin end middle' ]
}

@test "who reads no more ends it; where there is no journalctl it says so" {
	writes many 'seq 1 20000'
	run bash -c 'set -o pipefail; "$@" | head -n 2' _ nsenter -t "$JOURNALD" -m -- "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" logs many
	is $'1\n2'
	[ "$(there logs many | tail -n 1)" = 20000 ]
	[ "$(there logs --tail 5000 many | head -n 1)" = 15001 ]
	run nsenter -t "$JOURNALD" -m -- unshare -m --propagation private sh -c '
		mount --bind /dev/null /usr/bin/journalctl
		exec "$@"' _ "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" logs many
	exits 1
	says 'journalctl'
}
