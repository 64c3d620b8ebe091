#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What happened: the journal that commands and monitors write, and `hoy events` that reads and follows it.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() {
	scratch_up
	needs busybox
	rm -f "$SCRATCH"/run/events*
	FOLLOWER=
}
teardown() {
	local name
	[ -z "$FOLLOWER" ] || kill "$FOLLOWER" 2>/dev/null || true
	for name in $(ls "$SCRATCH/root/names" 2>/dev/null); do
		hoy rm -f "$name" >/dev/null 2>&1
	done
	leaves_nothing_behind
}

# actions NAME [OPTION…]: what happened to the container NAME, in a line
actions() {
	local name=$1
	shift
	hoy events --since 0 --until 0s "$@" --filter container="$name" --format '{{.Action}}' | paste -sd' '
}

watches() {
	grep -q inotify /proc/"$1"/fdinfo/*
}

# what the follower has written has this many lines
lines_are() {
	[ "$(wc -l <"$BATS_TEST_TMPDIR/followed")" = "$1" ]
}

@test "the life of a container, from create to destroy" {
	run hoy run --rm --name brief $REGISTRY/busybox true
	exits 0
	[ "$(actions brief)" = "create attach start die destroy" ]
	hoy run -d --name long $REGISTRY/busybox sleep 60
	hoy pause long
	hoy unpause long
	hoy exec long sh -c 'exit 3' || [ $? = 3 ]
	hoy rename long longer
	hoy kill longer
	hoy rm longer
	# pausing, stopping and the rest, each in its order
	[ "$(actions long)" = "create start pause unpause exec_create: sh -c exit 3 exec_start: sh -c exit 3 exec_die rename kill die destroy" ]
	[ "$(hoy events --since 0 --until 0s --filter event=rename --format '{{.Actor.Attributes.oldName}}')" = long ]
}

@test "stop tells of the signal, of the end, and of itself" {
	hoy run -d --name stopped $REGISTRY/busybox sh -c 'trap "exit 4" TERM; while :; do sleep 0.05; done'
	run hoy stop stopped
	exits 0
	run hoy events --since 0 --until 0s --filter container=stopped \
		--format '{{.Action}} {{index .Actor.Attributes "signal"}} {{index .Actor.Attributes "exitCode"}}'
	says '^kill 15 '
	says '^die .* 4$'
	[ "$(tail -n 1 <<<"$output" | cut -d' ' -f1)" = stop ]
}

@test "--format json has Docker's members; the plain line has attributes in order" {
	hoy run --rm --name web -l b=2 -l a=1 $REGISTRY/busybox true
	run hoy events --since 0 --until 0s --filter event=start --format json
	python3 - "$output" <<-'END'
		import json, sys
		e = json.loads(sys.argv[1])
		assert e["status"] == "start" and e["Type"] == "container" and e["Action"] == "start" and e["scope"] == "local", e
		assert e["id"] == e["Actor"]["ID"] and len(e["id"]) == 64, e
		a = e["Actor"]["Attributes"]
		assert a["name"] == "web" and a["a"] == "1" and a["b"] == "2" and a["image"] == e["from"], e
		assert e["timeNano"] // 10**9 == e["time"], e
	END
	run hoy events --since 0 --until 0s --filter event=start
	says "^[0-9]{4}-[0-9-]{5}T[0-9:]{8}\.[0-9]{9}(Z|[+-][0-9:]{5}) container start [0-9a-f]{64} \(a=1, b=2, image=$REGISTRY/busybox, name=web\)$"
}

@test "filters: alternatives of one name, all of several; one that is none is refused" {
	hoy run --rm --name one -l x=1 $REGISTRY/busybox true
	hoy run --rm --name two $REGISTRY/busybox sh -c 'exit 7' || true
	[ "$(hoy events --since 0 --until 0s -f event=start -f event=die | wc -l)" = 4 ]
	[ "$(hoy events --since 0 --until 0s -f event=start -f container=two | wc -l)" = 1 ]
	[ "$(hoy events --since 0 --until 0s -f event=start -f label=x | wc -l)" = 1 ]
	[ "$(hoy events --since 0 --until 0s -f event=start -f label=x=2 | wc -l)" = 0 ]
	[ "$(hoy events --since 0 --until 0s -f event=start -f image=$REGISTRY/busybox | wc -l)" = 2 ]
	[ "$(hoy events --since 0 --until 0s -f type=volume | wc -l)" = 0 ]
	[ "$(hoy events --since 0 --until 0s -f event=die -f container=two --format '{{.Actor.Attributes.exitCode}}')" = 7 ]
	run hoy events -f colour=red
	exits 1
	says "invalid filter 'colour'"
	run hoy events --since yesterday
	exits 125
	says 'failed to parse value as time or duration'
}

@test "images: pulled, imported, untagged, deleted" {
	mkdir "$BATS_TEST_TMPDIR/fs"
	echo data >"$BATS_TEST_TMPDIR/fs/file"
	tar -C "$BATS_TEST_TMPDIR/fs" -c . | hoy import - mine:1
	hoy rmi mine:1
	hoy pull -q $REGISTRY/busybox
	run hoy events --since 0 --until 0s -f type=image --format '{{.Action}} {{.Actor.ID}}'
	says '^import sha256:'
	says '^untag sha256:'
	says '^delete sha256:'
	says "^pull $REGISTRY/busybox:latest$"
}

@test "networks: made, joined, left, removed" {
	hoy network create --label a=1 own
	hoy run -d --name in --network own $REGISTRY/busybox sleep 60
	hoy network connect bridge in
	hoy network disconnect bridge in
	hoy rm -f in
	hoy network rm own
	[ "$(hoy events --since 0 --until 0s -f type=network -f network=own --format '{{.Action}}' | paste -sd' ')" = "create connect disconnect destroy" ]
	[ "$(hoy events --since 0 --until 0s -f type=network -f network=bridge --format '{{.Action}} {{.Actor.Attributes.type}}' | paste -sd' ')" = "connect bridge disconnect bridge" ]
}

@test "events are followed as they happen, across the change to a new file" {
	"$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" events -f event=start --format '{{.Actor.Attributes.name}}' \
		>"$BATS_TEST_TMPDIR/followed" 3>&- &
	FOLLOWER=$!
	# it has begun when the journal's directory is watched
	wait_for 10 watches "$FOLLOWER"
	hoy run --rm --name first $REGISTRY/busybox true
	wait_for 10 lines_are 1
	# as if a megabyte had been written
	hoy run --rm --name filler $REGISTRY/busybox true
	wait_for 10 lines_are 2
	truncate -s 1048576 "$SCRATCH/run/events"
	hoy run --rm --name second $REGISTRY/busybox true
	wait_for 10 lines_are 3
	[ -e "$SCRATCH/run/events.1" ]
	[ "$(stat -c %s "$SCRATCH/run/events")" -lt 65536 ]
	[ "$(paste -sd' ' "$BATS_TEST_TMPDIR/followed")" = "first filler second" ]
}

@test "the journal is bounded, whoever writes into it" {
	local i
	head -c 1048000 /dev/zero | tr '\0' '\n' >"$SCRATCH/run/events"
	chmod 600 "$SCRATCH/run/events"
	for i in 1 2 3 4; do
		(for j in 1 2 3; do hoy run --rm $REGISTRY/busybox true; done) 3>&- &
	done
	wait
	[ "$(stat -c %s "$SCRATCH/run/events.1")" -lt 1200000 ]
	[ "$(stat -c %s "$SCRATCH/run/events")" -lt 65536 ]
	# none was lost on the way
	[ "$(hoy events --since 0 --until 0s -f event=destroy | wc -l)" = 12 ]
	[ "$(stat -c %a "$SCRATCH/run/events")" = 600 ]
}

@test "a monitor that was killed: the next command tells what it could not" {
	hoy run -d --name lost $REGISTRY/busybox sleep 60
	kill -KILL "$(sed -n 's/.*"MonitorPid":\([0-9]*\).*/\1/p' "$SCRATCH"/root/containers/*/state.json)"
	wait_for 10 sh -c '"$0" --root "$1/root" --runroot "$1/run" ps -a | grep -q Exited' "$HOY" "$SCRATCH"
	[ "$(hoy events --since 0 --until 0s -f container=lost -f event=die --format '{{.Actor.Attributes.exitCode}}')" = 255 ]
}

@test "who reads no more ends it, and hostile names do not reach the terminal" {
	hoy run --rm -l "$(printf 'a=\033[31m')" $REGISTRY/busybox true
	run hoy events --since 0 --until 0s
	exits 0
	! grep -q $'\033' <<<"$output" || false
	hoy events --since 0 --until 0s | head -n 1 | grep -q create
}
