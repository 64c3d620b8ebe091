#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Volumes: the object, and what containers see of it.
load lib
setup() { scratch_up; }
teardown() {
	local id
	for id in $(ls "$SCRATCH/root/containers" 2>/dev/null); do hoy rm -f -v "$id" >/dev/null; done
	hoy volume ls -q | while read -r name; do hoy volume rm "$name" >/dev/null; done
	leaves_nothing_behind
	[ -z "$(ls -A "$SCRATCH/root/volumes" 2>/dev/null)" ]
}

@test "create, ls, inspect, rm: Docker's output" {
	run hoy volume create data
	is data
	run hoy volume create data
	is data
	run hoy volume create --label a=1 --label b other
	is other
	run hoy volume ls
	is "DRIVER    VOLUME NAME
local     data
local     other"
	run hoy volume ls -q --filter label=a=1
	is other
	run hoy volume ls -q --filter name=dat --filter dangling=true --filter driver=local
	is data
	run hoy volume ls -q --filter dangling=false
	is ""
	run hoy volume ls --format '{{.Name}} {{.Driver}} {{.Labels}}'
	is "data local 
other local a=1,b="
	run hoy volume ls --filter colour=red
	exits 1
	one_clear_line
	run hoy volume inspect --format '{{.Name}} {{.Mountpoint}} {{.Driver}} {{.Scope}} {{json .Labels}}' data other
	is "data $SCRATCH/root/volumes/data/_data local local null
other $SCRATCH/root/volumes/other/_data local local {\"a\":\"1\",\"b\":\"\"}"
	[ "$(hoy inspect --type volume -f '{{.Name}}' data)" = data ]
	[ "$(hoy inspect -f '{{.Name}}' data)" = data ]
	run hoy volume rm data nothing
	exits 1
	is "data
hoy: cannot remove nothing: no such volume"
	run hoy volume rm -f nothing
	exits 0
	run hoy volume inspect nothing
	exits 1
	says "no such volume"
}

@test "without a name it gets one; prune removes what nobody named, with -a the rest" {
	run hoy volume create
	[[ $output =~ ^[0-9a-f]{64}$ ]]
	local anonymous=$output
	hoy volume create named
	head -c 5000 /dev/zero >"$SCRATCH/root/volumes/$anonymous/_data/zeroes"
	run hoy volume prune <<<n
	says '^WARNING! This will remove anonymous local volumes'
	[ "$(hoy volume ls -q | wc -l)" = 2 ]
	run hoy volume prune -f
	is "Deleted Volumes:
$anonymous

Total reclaimed space: 5kB"
	run hoy volume prune -f
	is "Total reclaimed space: 0B"
	hoy volume create --label keep kept
	run hoy volume prune -a -f --filter 'label!=keep'
	says '^named$'
	run hoy volume ls -q
	is kept
}

@test "names are Docker's, and never a path" {
	local name
	for name in a . .. .x -- -x a/b ../x "$(printf 'n%.0s' $(seq 300))" 'a b'; do
		run hoy volume create -- "$name"
		exits 1
		one_clear_line
		run hoy volume rm -- "$name"
		exits 1
		run hoy volume inspect -- "$name"
		exits 1
	done
	hoy volume create a.b_c-D9
	run hoy volume create -d elsewhere x1
	says 'plugin "elsewhere" not found'
	run hoy volume create --opt colour=red x1
	says 'invalid option: "colour"'
	run hoy volume create --opt type=tmpfs x1
	says 'missing required option: "device"'
}

@test "what happens to volumes is in events" {
	rm -f "$SCRATCH"/run/events*
	hoy volume create data >/dev/null
	hoy volume create data >/dev/null
	hoy volume rm data >/dev/null
	run hoy events --since 0 --until 0s --filter type=volume --format '{{.Type}} {{.Action}} {{.Actor.ID}} {{.Actor.Attributes.driver}}'
	is "volume create data local
volume destroy data local"
}

@test "mount and unmount are in events, with where and how" {
	mkdir -p "$BATS_TEST_TMPDIR/rootfs/bin"
	"$TOP/tools/busybox-rootfs" | tar -x -C "$BATS_TEST_TMPDIR/rootfs"
	tar -C "$BATS_TEST_TMPDIR/rootfs" -c . | hoy import - tiny >/dev/null
	rm -f "$SCRATCH"/run/events*
	id=$(hoy create --network none -v "data:/a place" --mount type=volume,src=other,dst=/b,ro tiny true)
	hoy start -a "$id"
	what='{{.Action}} {{.Actor.ID}} {{with .Actor.Attributes}}{{.driver}} {{index . "destination"}} {{index . "read/write"}} {{.container}}{{end}}'
	run hoy events --since 0 --until 0s --filter type=volume --filter event=mount --format "$what"
	is "mount data local /a place true $id
mount other local /b false $id"
	run hoy events --since 0 --until 0s --filter type=volume --filter event=unmount --format '{{.Action}} {{.Actor.ID}} {{.Actor.Attributes.container}}'
	is "unmount data $id
unmount other $id"
	hoy rm "$id" >/dev/null
	hoy rmi tiny >/dev/null
	hoy volume rm data other >/dev/null
}

@test "an anonymous volume whose document a power cut took is still one" {
	local name
	name=$(hoy volume create)
	: >"$SCRATCH/root/volumes/$name/volume.json"
	run hoy volume ls -q
	is "$name"
	rm "$SCRATCH/root/volumes/$name/volume.json"
	run hoy volume ls -q --filter label=com.docker.volume.anonymous
	is "$name"
	run hoy volume prune -f
	says "^$name$"
}

@test "many at once: one volume, and each removed once" {
	local i pids=()
	for i in $(seq 20); do
		hoy volume create same >"$BATS_TEST_TMPDIR/out.$i" 2>&1 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i"; done
	[ "$(sort -u "$BATS_TEST_TMPDIR"/out.*)" = same ]
	[ "$(ls -A "$SCRATCH/root/volumes")" = same ]
	pids=()
	for i in $(seq 20); do
		hoy volume rm same >"$BATS_TEST_TMPDIR/out.$i" 2>&1 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i" || true; done
	[ "$(cat "$BATS_TEST_TMPDIR"/out.* | grep -c '^same$')" = 1 ]
	[ "$(cat "$BATS_TEST_TMPDIR"/out.* | grep -c 'no such volume')" = 19 ]
}

@test "what a killed command left is swept up by the next" {
	local i pid
	for i in $(seq 30); do
		hoy volume create "victim$i" >/dev/null &
		pid=$!
		[ $((i % 3)) = 0 ] || sleep 0.00$((i % 4))
		kill -9 $pid 2>/dev/null || true
		wait $pid || true
	done
	mkdir "$SCRATCH/root/volumes/.tmp-0123456789abcdef"
	hoy volume create last
	run find "$SCRATCH/root/volumes" -mindepth 1 -maxdepth 1 -name '.*'
	is ""
	# what is there is whole
	for i in $(hoy volume ls -q); do
		[ -d "$SCRATCH/root/volumes/$i/_data" ]
	done
	[ "$(ls "$SCRATCH/root/volumes" | wc -l)" = "$(hoy volume ls -q | wc -l)" ]
}
