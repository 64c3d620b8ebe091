#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What lies in the store: images, inspect, rmi.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() {
	scratch_up
	needs busybox
}
teardown() { leaves_nothing_behind; }

id_of() { hoy inspect -f '{{.Id}}' "$1"; }

@test "images: Docker's columns" {
	run hoy images
	exits 0
	[[ "${lines[0]}" =~ ^REPOSITORY\ +TAG\ +IMAGE\ ID\ +CREATED\ +SIZE$ ]]
	says "^$REGISTRY/busybox +latest +[0-9a-f]{12} +.* [0-9.]+[kMG]?B$"
}

@test "images: -q, --no-trunc, --digests, a name, --format" {
	id=$(id_of $REGISTRY/busybox)
	run hoy images -q $REGISTRY/busybox
	is "$(cut -c8-19 <<<"$id")"
	run hoy images -q --no-trunc $REGISTRY/busybox:latest
	is "$id"
	run hoy images --digests
	says "^$REGISTRY/busybox +latest +sha256:[0-9a-f]{64} +[0-9a-f]{12} "
	run hoy images no-such-name
	exits 0
	[ ${#lines[@]} = 1 ]
	run hoy images --format '{{.Repository}}:{{.Tag}}' "$REGISTRY/b*"
	is "$REGISTRY/busybox:latest"
	hoy images --format json | python3 -c 'import json, sys; [json.loads(l)["Repository"] for l in sys.stdin]'
}

@test "images: filters, and one that is none" {
	needs webservice
	run hoy images --filter reference="$REGISTRY/busy*" --format '{{.Repository}}'
	is "$REGISTRY/busybox"
	run hoy images --filter label=no.such.label -q
	is ""
	run hoy images --filter dangling=true -q
	is ""
	run hoy images --filter colour=red
	exits 1
	one_clear_line
}

@test "a name that moves on leaves <none> behind" {
	hoy pull -q $REGISTRY/multiarch
	old=$(id_of $REGISTRY/multiarch)
	hoy pull -q --platform linux/arm/v7 $REGISTRY/multiarch
	[ "$(id_of $REGISTRY/multiarch)" != "$old" ]
	run hoy images --filter dangling=true --no-trunc --format '{{.Repository}} {{.Tag}} {{.ID}}'
	is "$REGISTRY/multiarch <none> $old"
	run hoy rmi "$old"
	exits 0
	run hoy images --filter dangling=true -q
	is ""
}

@test "inspect: Docker's members, by name, id and first digits" {
	id=$(id_of $REGISTRY/busybox)
	for name in $REGISTRY/busybox $REGISTRY/busybox:latest "$id" "${id#sha256:}" "$(cut -c8-15 <<<"$id")"; do
		[ "$(id_of "$name")" = "$id" ]
	done
	hoy inspect $REGISTRY/busybox | python3 -c '
import json, sys
image = json.load(sys.stdin)[0]
for member in "Id RepoTags RepoDigests Created Config Architecture Os Size GraphDriver RootFS Metadata".split():
    assert member in image, member
assert image["RootFS"]["Type"] == "layers" and image["RepoTags"][0].endswith("/busybox:latest")'
	run hoy inspect no-such-thing
	exits 1
	[ "${lines[0]}" = "[]" ]
	says '^hoy: cannot inspect no-such-thing: no such object$'
}

@test "rmi takes a name away, and the last one takes the image and its layers" {
	hoy pull -q $REGISTRY/schema2
	run hoy rmi $REGISTRY/schema2
	exits 0
	says "^Untagged: $REGISTRY/schema2:latest$"
	says "^Untagged: $REGISTRY/schema2@sha256:[0-9a-f]{64}$"
	# busybox has the same layer
	[ -x "$(hoy inspect -f '{{.GraphDriver.Data.UpperDir}}' $REGISTRY/busybox)/bin/busybox" ]
	run hoy rmi $REGISTRY/busybox
	exits 0
	says '^Deleted: sha256:'
	run hoy images -q $REGISTRY/busybox
	is ""
	hoy rmi $(hoy images -q) >/dev/null 2>&1 || true
	[ -z "$(ls -A "$SCRATCH/root/layers")" ]
	[ -z "$(ls -A "$SCRATCH/root/blobs/sha256")" ]
	[ -z "$(ls -A "$SCRATCH/root/images")" ]
}

@test "rmi: several names of one image want -f" {
	digest=$(hoy images --digests --format '{{.Repository}} {{.Digest}}' | sed -n "s|^$REGISTRY/busybox ||p")
	hoy pull -q $REGISTRY/busybox@$digest
	id=$(id_of $REGISTRY/busybox)
	run hoy rmi "$id"
	exits 1
	one_clear_line
	run hoy rmi -f "$id"
	exits 0
	run hoy images -q
	says_not "$(cut -c8-19 <<<"$id")"
}

@test "rmi: what is not there; the others are removed all the same" {
	run hoy rmi no-such-image $REGISTRY/busybox
	exits 1
	says '^hoy: cannot remove no-such-image: no such image$'
	says '^Deleted: '
	run hoy rmi -f no-such-image
	exits 0
}

@test "a damaged config makes the image absent, and a pull mends it" {
	id=$(id_of $REGISTRY/busybox)
	echo '{}' >"$SCRATCH/root/blobs/sha256/${id#sha256:}"
	run hoy images
	exits 0
	run hoy pull -q $REGISTRY/busybox
	exits 0
	run hoy inspect -f '{{.Id}}' $REGISTRY/busybox
	is "$id"
}

@test "a layer that is gone is fetched again" {
	gone "$SCRATCH"/root/layers/*
	run hoy pull $REGISTRY/busybox
	exits 0
	says 'Pull complete'
	[ -x "$(hoy inspect -f '{{.GraphDriver.Data.UpperDir}}' $REGISTRY/busybox)/bin/busybox" ]
}

@test "rmi: an image that a container was made from stays; -f takes its name only" {
	hoy run --name user --network none $REGISTRY/busybox true
	run hoy rmi $REGISTRY/busybox
	exits 1
	one_clear_line
	says "^hoy: cannot remove $REGISTRY/busybox: the container user was made from it$"
	run hoy rmi -f $REGISTRY/busybox
	exits 0
	says "^Untagged: $REGISTRY/busybox:latest$"
	says_not '^Deleted:'
	run hoy images --filter dangling=true --format '{{.Repository}}:{{.Tag}}'
	is "<none>:<none>"
	gone "$SCRATCH"/root/containers/* "$SCRATCH"/root/names/*
	run hoy rmi $(hoy images -q --filter dangling=true)
	exits 0
	says '^Deleted: '
}

@test "rmi: an image on which a container runs stays, even with -f" {
	hoy run --rm --network none --name sleeper $REGISTRY/busybox sleep 1000 &
	sleeper=$!
	wait_for 10 hoy exec sleeper true
	run hoy rmi -f $REGISTRY/busybox
	exits 1
	one_clear_line
	says 'runs on it'
	hoy kill sleeper
	reap $sleeper
	exits 137
}
