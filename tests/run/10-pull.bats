#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# From a name to an image, against a real registry on loopback.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; }
teardown() { leaves_nothing_behind; }

# no draft of a layer and no half blob
no_halves() {
	[ -z "$(find "$SCRATCH/root/layers" -maxdepth 1 -name '.tmp-*')" ] && [ -z "$(find "$SCRATCH/root/partial" -type f)" ]
}

@test "pull says what Docker's says, and prints the whole name last" {
	run hoy pull $REGISTRY/busybox
	exits 0
	[ "${lines[0]}" = "Using default tag: latest" ]
	[ "${lines[1]}" = "latest: Pulling from busybox" ]
	says '^[0-9a-f]{12}: Pulling fs layer$'
	says '^[0-9a-f]{12}: Pull complete$'
	says '^Digest: sha256:[0-9a-f]{64}$'
	says "^Status: Downloaded newer image for $REGISTRY/busybox:latest$"
	[ "${lines[-1]}" = "$REGISTRY/busybox:latest" ]
	no_halves
}

@test "what is here already is not fetched again" {
	needs busybox
	run hoy pull $REGISTRY/busybox
	exits 0
	says "^Status: Image is up to date for $REGISTRY/busybox:latest$"
	says_not 'Pulling fs layer'
}

@test "-q prints the name alone" {
	run hoy pull -q $REGISTRY/schema2
	exits 0
	is "$REGISTRY/schema2:latest"
}

@test "a Docker schema 2 manifest with the same layer fetches no layer" {
	needs busybox
	hoy rmi $REGISTRY/schema2 >/dev/null 2>&1 || rm -f "$SCRATCH"/root/images/*schema2*
	run hoy pull $REGISTRY/schema2
	exits 0
	says '^[0-9a-f]{12}: Already exists$'
	says_not 'Pulling fs layer'
}

@test "an index gives this machine's image, and another's with --platform" {
	hoy pull -q $REGISTRY/multiarch
	run hoy inspect -f '{{.Os}}/{{.Architecture}}' $REGISTRY/multiarch
	case $(uname -m) in x86_64) is linux/amd64 ;; aarch64) is linux/arm64 ;; esac
	hoy pull -q --platform linux/arm/v7 $REGISTRY/multiarch
	run hoy inspect -f '{{.Architecture}}/{{.Variant}}' $REGISTRY/multiarch
	is arm/v7
	run hoy pull -q --platform linux/s390x $REGISTRY/multiarch
	exits 1
	one_clear_line
	says 'there is no image for linux/s390x; there is linux/amd64'
}

@test "a Docker manifest list" {
	run hoy pull -q $REGISTRY/multiarch:list
	exits 0
	is "$REGISTRY/multiarch:list"
}

@test "by digest, and the digest is checked" {
	hoy pull -q $REGISTRY/busybox
	digest=$(hoy images --digests --format '{{.Repository}} {{.Digest}}' | sed -n "s|^$REGISTRY/busybox ||p")
	run hoy pull -q $REGISTRY/busybox@$digest
	exits 0
	is "$REGISTRY/busybox@$digest"
	run hoy pull $REGISTRY/busybox@sha256:${digest#sha256:????}0000
	exits 1
	one_clear_line
}

@test "no latest: the last tag that the registry lists, said in one line" {
	last=$(http_get "http://$REGISTRY/v2/no-latest/tags/list" | python3 -c 'import json, sys; print(json.load(sys.stdin)["tags"][-1])')
	run hoy pull $REGISTRY/no-latest
	exits 0
	says "^$REGISTRY/no-latest has no tag latest: taking $last, the last tag that its registry lists$"
	[ "${lines[-1]}" = "$REGISTRY/no-latest:$last" ]
	run hoy pull $REGISTRY/no-latest:latest
	exits 1
	one_clear_line
}

@test "what is not there is said in one line" {
	run hoy pull -q $REGISTRY/no-such-image
	exits 1
	one_clear_line
	says "cannot pull $REGISTRY/no-such-image: the registry has no no-such-image:latest"
	run hoy pull $REGISTRY/busybox:no-such-tag
	exits 1
	one_clear_line
}

@test "a registry that is down, a host that is none, a name that is no name" {
	port=$(free_port)
	run hoy pull -q 127.0.0.1:$port/x
	exits 1
	one_clear_line
	says "connect to 127.0.0.1:$port: Connection refused"
	run hoy pull -q no-such-host.invalid/x
	exits 1
	one_clear_line
	for name in Nginx 'a b' a:b:c /x x/ ../x x@sha256:12; do
		run hoy pull "$name"
		exits 1
		one_clear_line
		says 'invalid'
	done
}

@test "the blobs are an OCI layout's: named by what they hash to" {
	needs busybox
	for blob in "$SCRATCH"/root/blobs/sha256/*; do
		[ "$(sha256sum <"$blob" | cut -d' ' -f1)" = "${blob##*/}" ]
	done
}

@test "everything is private: 0700" {
	needs busybox
	for path in . blobs layers images partial; do
		[ "$(stat -c %a "$SCRATCH/root/$path")" = 700 ]
	done
}

@test "two pulls of one image at the same time both end well" {
	gone "$SCRATCH/root"
	hoy pull -q $REGISTRY/debian-python &
	first=$!
	hoy pull -q $REGISTRY/debian-python &
	second=$!
	reap $first
	exits 0
	reap $second
	exits 0
	no_halves
}

@test "killed at any moment, the next pull finishes the work" {
	gone "$SCRATCH/root"
	for ms in 030 060 100 150 250 400 700; do
		hoy pull -q $REGISTRY/debian-python >/dev/null 2>&1 3>&- 4>&- &
		pid=$!
		sleep 0.$ms
		# hoy is a shell function here: the program is its subshell's child
		kill -KILL $(pgrep -P $pid) $pid 2>/dev/null || true
		wait $pid 2>/dev/null || true
		run hoy images -q
		exits 0
	done
	run hoy pull -q $REGISTRY/debian-python
	exits 0
	no_halves
}

@test "pull -a: every tag that the registry lists" {
	gone "$SCRATCH/root"
	local tags
	tags=$(http_get "http://$REGISTRY/v2/no-latest/tags/list" | python3 -c 'import json, sys; print(*json.load(sys.stdin)["tags"])')
	run hoy pull -a $REGISTRY/no-latest
	exits 0
	[ "$(hoy images --format '{{.Tag}}' $REGISTRY/no-latest | sort | paste -sd' ')" = "$(tr ' ' '\n' <<<"$tags" | sort | paste -sd' ')" ]
	run hoy pull --all-tags $REGISTRY/no-latest:1
	exits 1
	one_clear_line
	says "tag can't be used with --all-tags/-a"
	run hoy pull -a $REGISTRY/nothing-here
	exits 1
	one_clear_line
}

@test "not on a terminal: not one escape" {
	run hoy pull $REGISTRY/webservice
	exits 0
	! grep -q $'\e' <<<"$output" || false
}

@test "--explain shows what a run fetches first" {
	run hoy run --rm --explain $REGISTRY/multiarch:list true
	exits 0
	says "^# curl -L http://$REGISTRY/v2/multiarch/manifests/list"
}
