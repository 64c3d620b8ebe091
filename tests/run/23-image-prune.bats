#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# image prune, and what killed pulls and imports leave behind.
load lib

setup() {
	scratch_up
	gone "$SCRATCH/root"
	mkdir -p "$SCRATCH/one" "$SCRATCH/two"
	head -c 100000 /dev/zero | tr '\0' 1 >"$SCRATCH/one/file"
	head -c 200000 /dev/zero | tr '\0' 2 >"$SCRATCH/two/file"
}
teardown() {
	local id
	for id in $(ls "$SCRATCH/root/containers" 2>/dev/null); do hoy rm -f "$id" >/dev/null; done
	leaves_nothing_behind
}

# image NAME DIRECTORY OPTION…
image() {
	local name=$1 dir=$2
	shift 2
	tar -C "$SCRATCH/$dir" -c . | hoy import "$@" - "$name"
}

# all that is stored of images
stored() {
	(cd "$SCRATCH/root" && find blobs/sha256 partial layers -mindepth 1 -maxdepth 1 | sort)
}

@test "dangling ones go, with -a all that no container needs" {
	local old
	old=$(image app:1 one --change 'LABEL keep=yes')
	image app:1 two >/dev/null
	image other:1 one --change 'CMD ["x"]' >/dev/null
	run hoy image prune <<<n
	says '^WARNING! This will remove all dangling images'
	run hoy image prune -f --filter label=nothing
	is "Total reclaimed space: 0B"
	run hoy image prune -f --filter label!=keep
	is "Total reclaimed space: 0B"
	run hoy image prune -f --filter until=24h
	is "Total reclaimed space: 0B"
	run hoy image prune -f
	says "^deleted: $old$"
	# its layer is the other one's, too
	[ "$(grep -c ^deleted <<<"$output")" = 1 ]
	run hoy images --format '{{.Repository}}:{{.Tag}}'
	[ "$(sort <<<"$output")" = "app:1
other:1" ]
	hoy create --name holds other:1 x >/dev/null
	run hoy image prune -af
	says '^untagged: app:1$'
	says '^Total reclaimed space: [1-9]'
	run hoy images --format '{{.Repository}}:{{.Tag}}'
	is other:1
	hoy rm holds >/dev/null
	hoy image prune -af >/dev/null
	[ -z "$(stored)" ]
	run hoy image prune -f --filter colour=red
	exits 1
	one_clear_line
}

@test "what killed imports left is collected, and what is named or being made is not" {
	local before pid i
	image app:1 one >/dev/null
	before=$(stored)
	# killed at all moments
	tar -C "$SCRATCH/two" -cf "$SCRATCH/two.tar" .
	for i in $(seq 15); do
		"$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" import "$SCRATCH/two.tar" "killed:$i" >/dev/null 2>&1 3>&- &
		pid=$!
		sleep "0.0$((i % 8))"
		kill -9 $pid 2>/dev/null || true
		wait $pid || true
	done
	head -c 5000 /dev/zero >"$SCRATCH/root/partial/$(printf '%064d' 7)"
	echo rubbish >"$SCRATCH/root/blobs/sha256/$(printf '%064d' 8)"
	mkdir -p "$SCRATCH/root/layers/$(printf '%064d' 9)/diff"
	hoy images -q | sort -u >"$SCRATCH/kept"
	# somebody makes an image: nothing is taken away
	mkfifo "$SCRATCH/slow"
	hoy import "$SCRATCH/slow" slow >/dev/null 2>&1 3>&- &
	pid=$!
	exec 8>"$SCRATCH/slow"
	wait_for 5 compgen -G "$SCRATCH/root/layers/.tmp-*"
	hoy image prune -f >/dev/null
	[ -e "$SCRATCH/root/blobs/sha256/$(printf '%064d' 8)" ]
	exec 8>&-
	wait $pid || true
	hoy image prune -f >/dev/null
	[ ! -e "$SCRATCH/root/blobs/sha256/$(printf '%064d' 8)" ]
	[ ! -e "$SCRATCH/root/partial/$(printf '%064d' 7)" ]
	[ ! -e "$SCRATCH/root/layers/$(printf '%064d' 9)" ]
	[ "$(hoy images -q | sort -u)" = "$(<"$SCRATCH/kept")" ]
	for i in $(hoy images --format '{{.Repository}}:{{.Tag}}' | grep killed); do hoy rmi "$i" >/dev/null; done
	hoy image prune -f >/dev/null
	[ "$(stored)" = "$before" ]
	# a document that cannot be read: nothing is taken for rubbish
	echo rubbish >"$SCRATCH/root/blobs/sha256/$(printf '%064d' 8)"
	echo broken >"$SCRATCH/root/images/broken"
	hoy image prune -f >/dev/null 2>&1
	[ -e "$SCRATCH/root/blobs/sha256/$(printf '%064d' 8)" ]
}
