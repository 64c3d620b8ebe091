#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Where the output of a container goes, how much of it is kept, and how it is read again.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() {
	local id
	for id in $(ls "$SCRATCH/root/containers"); do hoy rm -f "$id" >/dev/null; done
	leaves_nothing_behind
}

@test "max-size and max-file rotate the log; it is read across its files, in every life" {
	hoy run --name turns --log-opt max-size=1k --log-opt max-file=3 $REGISTRY/busybox sh -c 'for i in $(seq 100); do echo line $i; done' >/dev/null
	local dir=$SCRATCH/root/names/turns
	[ "$(ls "$dir" | grep -c '^log')" = 3 ]
	for file in "$dir"/log*; do [ "$(stat -c %s "$file")" -lt 1200 ]; done
	run hoy logs turns
	[ "${lines[-1]}" = 'line 100' ]
	[ "${#lines[@]}" -lt 100 ]
	run hoy inspect -f '{{.HostConfig.LogConfig.Type}} {{index .HostConfig.LogConfig.Config "max-file"}} {{index .HostConfig.LogConfig.Config "max-size"}}' turns
	is 'json-file 3 1024'
	hoy start -a turns >/dev/null
	[ "$(ls "$dir" | grep -c '^log')" = 3 ]
	run hoy logs -n 1 turns
	is 'line 100'
	hoy run --name all --log-opt max-size=-1 $REGISTRY/busybox sh -c 'for i in $(seq 1000); do echo line $i; done' >/dev/null
	[ "$(hoy logs all | wc -l)" = 1000 ]
}

@test "none: nothing is kept, and logs says so" {
	hoy run --name silent --log-driver none $REGISTRY/busybox echo heard >"$BATS_TEST_TMPDIR/out"
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = heard ]
	[ ! -e "$SCRATCH/root/names/silent/log" ]
	run hoy logs silent
	exits 1
	says 'configured logging driver does not support reading'
}

@test "journald: records with Docker's fields; where there is no journal the container is not started" {
	cat >"$BATS_TEST_TMPDIR/journal.py" <<-'END'
		import os, socket, sys
		os.makedirs('/run/systemd/journal')
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.bind('/run/systemd/journal/socket')
		s.settimeout(30)
		open(sys.argv[1], 'w').close()
		out = []
		while True:
		    data = s.recv(1 << 20)
		    head, rest = data.split(b'MESSAGE\n', 1) if data.startswith(b'MESSAGE\n') else data.split(b'\nMESSAGE\n', 1)
		    n = int.from_bytes(rest[:8], 'little')
		    assert rest[8 + n:] == b'\n', rest
		    fields = dict(line.split(b'=', 1) for line in head.split(b'\n'))
		    text = rest[8:8 + n]
		    print(fields[b'CONTAINER_NAME'].decode(), len(fields[b'CONTAINER_ID']), len(fields[b'CONTAINER_ID_FULL']),
		          fields[b'PRIORITY'].decode(), fields.get(b'CONTAINER_PARTIAL_MESSAGE', b'-').decode(),
		          text.decode() if n < 100 else n, flush=True)
		    if text == b'last':
		        break
	END
	run unshare -m sh -ec '
		runroot=$1 root=$2 hoy=$3 dir=$4 image=$5
		mount -t tmpfs none /run
		"$hoy" --root "$root" --runroot "$runroot" run --rm -a stdin --log-driver journald "$image" true >"$dir/err" 2>&1 && exit 9
		python3 "$dir/journal.py" "$dir/ready" >"$dir/out" &
		while [ ! -e "$dir/ready" ]; do sleep 0.05; done
		"$hoy" --root "$root" --runroot "$runroot" run --name j1 --log-driver journald "$image" sh -c "echo one; echo two >&2; head -c 20000 /dev/zero | tr \"\\0\" x; echo; sleep 0.2; printf last" >/dev/null 2>&1
		wait $!
	' _ "$SCRATCH/run" "$SCRATCH/root" "$HOY" "$BATS_TEST_TMPDIR" $REGISTRY/busybox 3>&-
	exits 0
	grep -q 'journald is not enabled on this host' "$BATS_TEST_TMPDIR/err"
	output=$(sort "$BATS_TEST_TMPDIR/out")
	says '^j1 12 64 6 - one$'
	says '^j1 12 64 3 - two$'
	says '^j1 12 64 6 true 16384$'
	says '^j1 12 64 6 - 3616$'
	says '^j1 12 64 6 true last$'
}

@test "options that are none" {
	local options
	for options in '--log-driver syslog' '--log-opt max-size=0' '--log-opt max-size=x' '--log-opt max-file=0' '--log-opt color=red' \
		'--log-driver none --log-opt max-size=1m'; do
		run hoy run -d $options $REGISTRY/busybox true
		exits 125
		one_clear_line
	done
}

@test "--since, --until, --tail, -t together" {
	hoy run --name timed $REGISTRY/busybox sh -c 'echo a; sleep 1.2; echo b; sleep 1.2; echo c' >/dev/null
	local b
	b=$(hoy logs -t timed | sed -n 's/ b$//p')
	[ "$(hoy logs --since "$b" timed | tr -d '\n')" = bc ]
	[ "$(hoy logs --until "$b" timed | tr -d '\n')" = ab ]
	[ "$(hoy logs --since "$b" --until "$b" timed)" = b ]
	[ "$(hoy logs -t --since "$b" -n 1 timed | cut -d' ' -f2)" = c ]
	[ "$(hoy logs --since 1h timed | wc -l)" = 3 ]
	[ -z "$(hoy logs --until 1h timed)" ]
	run hoy logs --since tomorrow timed
	exits 1 || exits 125
}

@test "a reader that stops reading hinders nobody, and one that goes away ends quietly" {
	hoy run -d --name busy $REGISTRY/busybox sh -c 'while :; do seq 1000; done' 3>&-
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	sleep 100 <"$BATS_TEST_TMPDIR/pipe" 3>&- &
	local holder=$!
	"$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" logs -f busy >"$BATS_TEST_TMPDIR/pipe" 3>&- &
	local reader=$!
	written() { stat -c '%i %s' "$SCRATCH/root/names/busy/log"; }
	local before
	sleep 0.5
	before=$(written)
	changed() { [ "$(written)" != "$before" ]; }
	wait_for 10 changed
	hoy stop -t 0 busy
	kill -KILL $reader $holder
	run bash -c '"$1" --root "$2/root" --runroot "$2/run" logs busy | head -n 1' _ "$HOY" "$SCRATCH"
	[ "${#lines[@]}" = 1 ]
	# whatever the caller thinks of that signal
	run bash -c 'trap "" PIPE; "$1" --root "$2/root" --runroot "$2/run" logs busy | head -n 1' _ "$HOY" "$SCRATCH"
	[ "${#lines[@]}" = 1 ]
}

@test "a full disk costs records, never the container, and no record is torn" {
	local image
	image=$(hoy images -q --no-trunc | head -n 1)
	run unshare -m bash -ec '
		top=$1 hoy=$2 image=$3
		id=$("$hoy" --root "$top/root" --runroot "$top/run" create --name full "$image" sh -c "for i in \$(seq 40000); do echo line \$i; done; exit 5")
		dir=$top/root/containers/$id
		: >"$dir/log"
		truncate -s 256k "$4"
		mkfs.ext4 -q -O ^has_journal "$4"
		mkdir "$4.d"
		mount -o loop "$4" "$4.d"
		: >"$4.d/log"
		mount --bind "$4.d/log" "$dir/log"
		"$hoy" --root "$top/root" --runroot "$top/run" start -a full >/dev/null || code=$?
		cp "$dir/log" "$4.log"
		umount "$dir/log" "$4.d"
		exit $code
	' _ "$SCRATCH" "$HOY" $REGISTRY/busybox "$BATS_TEST_TMPDIR/disk" 3>&-
	exits 5
	python3 - "$BATS_TEST_TMPDIR/disk.log" <<-'END'
		import json, sys
		lines = open(sys.argv[1]).read().splitlines()
		assert len(lines) > 100
		for line in lines:
		    json.loads(line)
	END
}
