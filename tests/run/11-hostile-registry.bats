#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A registry that lies, breaks off, redirects and sends rubbish (hostile_registry.py): one clear line, and nothing kept
# that was not checked. Security history T8: CVE-2021-41190, CVE-2020-15157, CVE-2019-10214, CVE-2024-3727.
load lib
setup_file() {
	python3 "$TOP/tests/run/hostile_registry.py" "$BATS_FILE_TMPDIR/ports" >/dev/null 2>&1 3>&- 4>&- &
	echo $! >"$BATS_FILE_TMPDIR/hostile.pid"
	wait_for 20 test -e "$BATS_FILE_TMPDIR/ports"
}
teardown_file() { kill "$(cat "$BATS_FILE_TMPDIR/hostile.pid")"; }
setup() {
	scratch_up
	read -r PORT PORT2 <"$BATS_FILE_TMPDIR/ports"
	H=127.0.0.1:$PORT
	export DOCKER_CONFIG=$BATS_TEST_TMPDIR
}
teardown() {
	[ -z "$(find "$SCRATCH/root/layers" -maxdepth 1 -name '.tmp-*' 2>/dev/null)" ]
	leaves_nothing_behind
}

# refused CASE PATTERN: it is not pulled, for this reason, and no name appears
refused() {
	run hoy pull -q $H/$1
	exits 1
	one_clear_line
	says "cannot pull $H/$1: .*$2"
	[ -z "$(ls "$SCRATCH/root/images" | grep -F "+$1:")" ]
}

pulls() {
	run hoy pull -q $H/$1
	exits 0
	is "$H/$1:${2-latest}"
}

# asked JQ-LIKE: lines "PORT METHOD PATH RANGE AUTH" of what the registry was asked, that match
asked() {
	http_get "http://$H/_log" | python3 -c '
import json, sys
for l in json.load(sys.stdin):
    print(l["port"], l["method"], l["path"], l["range"], l["auth"])' | grep -E -- "$1"
}

@test "a good image, so that the others mean something" {
	pulls good
	pulls docker
}

@test "a layer with other bytes than promised" {
	refused lie 'layer 2 .*the registry sent other bytes than the manifest promises'
	[ -z "$(find "$SCRATCH/root/partial" -type f -size +1M)" ]
}

@test "a manifest with another digest than the registry says" { refused liemanifest 'another manifest than it says'; }
@test "a layer that is never sent whole" { refused truncate 'ended too early'; }
@test "a length that is not the manifest's" { refused length 'announces [0-9]+ bytes, the manifest promises 12345'; }
@test "more bytes than promised" { refused longer 'sends more than'; }
@test "a layer that unpacks to something else" { refused diffid "something else than the image's config promises"; }
@test "a manifest and a config that disagree" { refused fewer 'the manifest lists 3 layers'; }
@test "a manifest that is also an index" { refused both 'both an image and an index'; }
@test "a manifest under an index's type" { refused ctype 'the registry says it is'; }
@test "deep JSON" { refused deep 'nesting too deep'; }
@test "a huge manifest" { refused huge 'more than the 4194304'; }
@test "no JSON at all" { refused notjson 'not JSON'; refused empty 'ends too early'; }
@test "schema 1" { refused schema1 'schema 1'; }
@test "something that is no image" { refused artifact 'no container image'; }
@test "an image for another processor" { refused other 'for another processor'; }
@test "an index without this machine" { refused noplatform 'there is no image for'; }
@test "a layer that is to come from elsewhere" { refused foreign 'from another place than its registry'; }
@test "a digest that is a path" { refused badlayer 'is not a digest'; }
@test "a negative size" { refused negative 'no size'; }
@test "megabytes of headers" { refused headers 'KiB of headers'; }
@test "redirects without end" { refused loop 'redirects more than 5 times'; }
@test "too many requests" { refused ratelimit 'asked too often'; }
@test "forbidden" { refused forbidden 'forbids it: not for you'; }
@test "closed" { refused down 'HTTP 503: closed for today'; }
@test "no tags" { refused notags 'has no notags:latest'; }

@test "a tag that would be another registry" {
	refused badtag 'a tag that is none'
	run hoy pull -a $H/badtag
	exits 1
	one_clear_line
	says "a tag that is none: '80/x'"
}

@test "a registry's words cannot steer the terminal" {
	refused escape 'forbids it'
	! grep -q $'\e' <<<"$output" || false
}

@test "this machine's image out of an index whose first is another's" { pulls index; }
@test "no latest, over two pages of tags" { pulls nolatest 1.2; }
@test "500 twice, then well" { pulls flaky; }
@test "hung up twice, then well" { pulls reset; }

@test "a layer that broke off goes on where it stopped" {
	pulls cutonce
	asked "GET /v2/cutonce/blobs/.* bytes=[1-9][0-9]+- "
}

@test "the next pull goes on where the last one stopped, by Range" {
	# slow: the first request takes seconds
	rm -f "$SCRATCH"/root/partial/*
	hoy pull -q $H/slow >/dev/null 2>&1 3>&- 4>&- &
	pid=$!
	wait_for 10 find_half
	kill -KILL $(pgrep -P $pid) $pid
	wait $pid 2>/dev/null || true
	pulls slow
	asked "GET /v2/slow/blobs/.* bytes=[1-9][0-9]*- "
	[ -z "$(find "$SCRATCH/root/partial" -type f)" ]
}
find_half() { find "$SCRATCH/root/partial" -type f -size +200k | grep .; }

@test "on a terminal: a line for each layer, drawn over and over" {
	gone "$SCRATCH"/root/images/*slow* "$SCRATCH"/root/partial/* "$SCRATCH"/root/layers/* "$SCRATCH"/root/blobs/sha256/*
	run "$TOP/tests/run/fixtures/on-terminal" "wait=Downloading" "wait=  1." "wait=  2." "wait=Status:" -- \
		"$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" pull $H/slow
	exits 0
	says $'[0-9a-f]{12}: Downloading  \\[=*> *\\]  1\\.[0-9]+MB/2.4[0-9]*MB\e\\[K'
	says $'\e\\[[0-9]+A'
	says $'[0-9a-f]{12}: Pull complete\e\\[K'
}

@test "a half that was damaged meanwhile is fetched again" {
	run hoy pull -q $H/truncate
	exits 1
	half=$(find "$SCRATCH/root/partial" -type f -size +1M | head -1)
	[ -n "$half" ]
	# the same bytes are promised by the image that can be resumed: give it a damaged half
	layer=$(http_get "http://$H/v2/resume/manifests/latest" | python3 -c 'import json, sys; print(json.load(sys.stdin)["layers"][1]["digest"][7:])')
	head -c 1000000 /dev/zero >"$SCRATCH/root/partial/$layer"
	run hoy pull -q $H/resume
	exits 0
}

@test "a registry that ignores Range, and one that answers it wrongly" {
	pulls norange
	pulls badrange
}

@test "a token is fetched and does not follow a redirect to another host" {
	pulls redirect
	asked "^$PORT GET /v2/redirect/blobs/.* Bearer tok-anonymous"
	asked "^$PORT2 GET /v2/redirect/blobs/.* None$"
	! asked "^$PORT2 .*(Bearer|Basic)" || false
}

@test "a password is sent when it is asked for, and does not follow a redirect to another host" {
	refused basic 'wants a login'
	printf '{"auths": {"http://%s/v1/": {"auth": "%s"}}}' $H "$(printf hoy:s3cret | base64)" >"$DOCKER_CONFIG/config.json"
	pulls basic
	pulls redirectlogin
	asked "^$PORT GET /v2/redirectlogin/blobs/.* Basic"
	! asked "^$PORT2 .*(Bearer|Basic)" || false
}

@test "a token server that wants the password, and a wrong one" {
	refused private 'wants a login'
	printf '{"auths": {"%s": {"username": "hoy", "password": "wrong"}}}' $H >"$DOCKER_CONFIG/config.json"
	refused private 'does not accept these credentials'
	printf '{"auths": {"%s": {"username": "hoy", "password": "s3cret"}}}' $H >"$DOCKER_CONFIG/config.json"
	pulls private
}

@test "an identity token is traded for a token" {
	refused identity 'wants a login'
	printf '{"auths": {"%s": {"identitytoken": "id-s3cret"}}}' $H >"$DOCKER_CONFIG/config.json"
	pulls identity
}

@test "hoy-transfer runs as nobody, without privileges, in a filter" {
	rm -f "$SCRATCH"/root/images/*slow* "$SCRATCH"/root/partial/*
	gone "$SCRATCH"/root/layers/* "$SCRATCH"/root/blobs/sha256/*
	"$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" pull -q $H/slow >/dev/null 2>&1 3>&- 4>&- &
	pid=$!
	wait_for 10 find_half
	status=$(cat /proc/$(pgrep -P $pid -x hoy-transfer)/status)
	files=$(ls -l /proc/$(pgrep -P $pid -x hoy-transfer)/fd)
	kill -KILL $pid
	wait $pid 2>/dev/null || true
	for line in 'Uid:	65534	65534	65534	65534' 'Gid:	65534	65534	65534	65534' 'CapEff:	0000000000000000' \
		'CapPrm:	0000000000000000' 'NoNewPrivs:	1' 'Seccomp:	2'; do
		grep -qxF "$line" <<<"$status" || { echo "not so: $line"; grep "${line%%:*}:" <<<"$status"; return 1; }
	done
	# of the store it holds the layer it writes and nothing else
	[ "$(grep -c "$SCRATCH" <<<"$files")" = 1 ]
}

@test "a credential helper" {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nread host || true\necho "{\\"ServerURL\\":\\"$host\\",\\"Username\\":\\"hoy\\",\\"Secret\\":\\"s3cret\\"}"\n' \
		>"$BATS_TEST_TMPDIR/bin/docker-credential-test"
	chmod +x "$BATS_TEST_TMPDIR/bin/docker-credential-test"
	printf '{"credHelpers": {"%s": "test"}}' $H >"$DOCKER_CONFIG/config.json"
	rm -f "$SCRATCH"/root/images/*basic*
	PATH=$BATS_TEST_TMPDIR/bin:$PATH pulls basic
}

@test "credentials of another host are not sent" {
	printf '{"auths": {"other.example.com": {"auth": "%s"}}}' "$(printf hoy:s3cret | base64)" >"$DOCKER_CONFIG/config.json"
	rm -f "$SCRATCH"/root/images/*basic*
	refused basic 'wants a login'
}

@test "no space left" {
	command -v unshare >/dev/null || skip
	run unshare -m sh -c "mkdir -p $SCRATCH/small && mount -t tmpfs -o size=2m none $SCRATCH/small && '$HOY' --root $SCRATCH/small/root --runroot $SCRATCH/small/run pull -q $H/good"
	exits 1
	one_clear_line
	says 'No space left on device'
}
