#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What Docker's config.json says where the command line says nothing: detach keys, formats of lists.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() {
	scratch_up
	needs busybox
	rm -f "$SCRATCH"/run/events*
	export DOCKER_CONFIG=$BATS_TEST_TMPDIR/docker
	mkdir "$DOCKER_CONFIG"
}
teardown() {
	local id
	unset DOCKER_CONFIG
	for id in $(ls "$SCRATCH/root/containers"); do hoy rm -f "$id" >/dev/null; done
	leaves_nothing_behind
}

settings() {
	printf '%s\n' "$1" >"$DOCKER_CONFIG/config.json"
}

# typing STEPS… -- ARGS…: hoy on a terminal
typing() {
	local steps=()
	while [ "$1" != -- ]; do
		steps+=("$1")
		shift
	done
	shift
	timeout 90 python3 "$FIXTURES/typing.py" "${steps[@]}" -- "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" "$@"
}

@test "detachKeys leave a terminal of run, attach, start and exec; --detach-keys wins" {
	settings '{"detachKeys": "ctrl-x,y"}'
	run typing see '# ' type '\x18y' -- run -it --name box $REGISTRY/busybox sh
	exits 0
	[ "$(hoy inspect -f '{{.State.Running}}' box)" = true ]
	run typing type '\n' see '# ' type '\x18y' -- attach box
	says 'read escape sequence'
	run typing see '# ' type '\x18y' -- exec -it box sh
	says 'read escape sequence'
	# which is told, as it is by Docker
	[ "$(hoy events --since 0 --until 0s --filter container=box --filter event=detach --filter event=exec_detach --format '{{.Action}}' | paste -sd' ')" = 'detach detach exec_detach' ]
	# what was typed counts, and nothing else does
	run typing type '\n' see '# ' type '\x18y' type 'echo ok\n' see ok type '\x0b' -- attach --detach-keys ctrl-k box
	says 'read escape sequence'
	hoy stop -t 0 box
	run typing see '# ' type '\x18y' -- start -ai box
	[ "$(hoy inspect -f '{{.State.Running}}' box)" = true ]
	# --config is another place of it
	mkdir "$BATS_TEST_TMPDIR/other"
	echo '{"detachKeys": "ctrl-g"}' >"$BATS_TEST_TMPDIR/other/config.json"
	run timeout 90 python3 "$FIXTURES/typing.py" see '# ' type '\x07' -- \
		"$HOY" --config "$BATS_TEST_TMPDIR/other" --root "$SCRATCH/root" --runroot "$SCRATCH/run" exec -it box sh
	says 'read escape sequence'
}

@test "detachKeys that are none are refused, in Docker's words, where a terminal would have them" {
	settings '{"detachKeys": "ctrl-x,foo"}'
	run typing -- run -it --rm $REGISTRY/busybox true
	[ "$status" != 0 ]
	says 'invalid detach keys \(ctrl-x,foo\) provided'
	run hoy run --rm $REGISTRY/busybox echo fine
	is fine
	hoy run -d --name box $REGISTRY/busybox sleep 100
	run hoy attach box
	exits 1
	one_clear_line
	says 'invalid detach keys \(ctrl-x,foo\) provided'
	run hoy attach --detach-keys ctrl-x,bar box
	says 'invalid detach keys \(ctrl-x,bar\) provided'
}

@test "psFormat, imagesFormat, networksFormat, volumesFormat, statsFormat; --format and -q win" {
	settings '{"psFormat": "ps={{.Names}}", "imagesFormat": "table {{.Tag}}\\t{{.Repository}}", "networksFormat": "network={{.Name}}",
		"volumesFormat": "volume={{.Name}} {{.Label \"a\"}}", "statsFormat": "stats={{.Name}}", "auths": {}}'
	hoy run -d --name box $REGISTRY/busybox sleep 100
	hoy volume create --label a=b kept
	run hoy ps
	is ps=box
	run hoy ps --format '{{.State}}'
	is running
	run hoy ps -q
	[[ $output =~ ^[0-9a-f]{12}$ ]]
	run hoy images
	says '^TAG +REPOSITORY$'
	run hoy network ls
	says '^network=bridge$'
	run hoy volume ls
	is 'volume=kept b'
	run hoy volume ls -q
	is kept
	run hoy stats --no-stream
	is stats=box
	hoy volume rm kept
}

@test "a config.json that cannot be read is warned of, and no more" {
	settings '{"psFormat": 7}'
	run hoy ps
	exits 0
	says 'config.json is not used: config.json.psFormat: it is not a string'
	says '^CONTAINER ID'
	settings '{"psFormat": '
	run hoy ps
	exits 0
	says 'config.json is not used'
	settings '{}'
	run hoy ps
	[ "${#lines[@]}" = 1 ]
}

@test "proxies become the environment of containers, but for what the command line sets" {
	settings '{"proxies": {"default": {"httpProxy": "http://p:1", "noProxy": "localhost,.lan", "allProxy": ""}, "tcp://x": {"httpsProxy": "no"}}}'
	run hoy run --rm -e HTTP_PROXY=mine $REGISTRY/busybox sh -c 'env | grep -i proxy | sort'
	is $'HTTP_PROXY=mine\nNO_PROXY=localhost,.lan\nhttp_proxy=http://p:1\nno_proxy=localhost,.lan'
	hoy create --name box $REGISTRY/busybox env
	hoy inspect -f '{{json .Config.Env}}' box | grep -q '"HTTP_PROXY=http://p:1"'
	settings '{"proxies": {"default": {"httpProxy": 8080}}}'
	run hoy run --rm $REGISTRY/busybox env
	exits 0
	says 'config.json is not used: config.json.httpProxy: it is not a string'
	says_not HTTP_PROXY
}

@test "DOCKER_DEFAULT_PLATFORM is --platform where that is not said" {
	DOCKER_DEFAULT_PLATFORM=linux/s390x run hoy pull -q $REGISTRY/multiarch
	exits 1
	says 'there is no image for linux/s390x'
	DOCKER_DEFAULT_PLATFORM=linux/arm/v7 run hoy pull -q --platform "$(hoy inspect -f '{{.Os}}/{{.Architecture}}' $REGISTRY/busybox)" $REGISTRY/multiarch
	exits 0
	DOCKER_DEFAULT_PLATFORM=nothing/at/all/here run hoy run --rm $REGISTRY/busybox true
	exits 125
	one_clear_line
}
