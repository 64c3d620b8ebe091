#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# --runtime: another OCI runtime makes the container; all else is hoy's as always.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() {
	scratch_up
	skip_without runc
	needs busybox
}
teardown() {
	hoy rm -f other donor >/dev/null 2>&1 || true
	leaves_nothing_behind
}

inside() {
	try hoy run --rm --runtime runc "$@"
}

@test "runc runs it: output, exit codes, limits, namespaces, user, files" {
	inside -m 64m -u 5:6 -w /tmp -e A=b -h box -v "$BATS_TEST_TMPDIR:/data:ro" $REGISTRY/busybox sh -c 'id -u; pwd; echo $A; hostname
		cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max; (: >/data/x) 2>&1; grep Seccomp: /proc/self/status; exit 7'
	exits 7
	says '^5$'
	says '^/tmp$'
	says '^b$'
	says '^box$'
	says '^67108864$'
	says 'Read-only file system'
	says '^Seccomp:.*2$'
	inside $REGISTRY/busybox no-such-program
	exits 127
	one_clear_line
	inside $REGISTRY/busybox /etc/passwd
	exits 126
	one_clear_line
	[ "$(echo through | hoy run --rm -i --runtime runc $REGISTRY/busybox cat)" = through ]
	inside -t $REGISTRY/busybox tty
	says '^/dev/pts/0'
}

@test "detached: exec, pause, stop, start; what it wrote stays; inspect names the runtime" {
	hoy run -d --name other --runtime "$(command -v runc)" $REGISTRY/busybox sh -c 'echo start >>/starts; exec sleep 1000' >/dev/null
	run hoy exec -u daemon other sh -c 'id -un; cat /starts'
	is "daemon
start"
	hoy pause other >/dev/null
	hoy unpause other >/dev/null
	hoy stop -t 0 other >/dev/null
	hoy start other >/dev/null
	run hoy exec other cat /starts
	is "start
start"
	grep -q '"Runtime":"/.*runc"' "$SCRATCH"/root/containers/*/record.json
	hoy kill other >/dev/null
	run hoy wait other
	is 137
}

@test "the namespaces of another container" {
	hoy run -d --name donor $REGISTRY/busybox sleep 1234 >/dev/null
	inside --pid container:donor $REGISTRY/busybox ps
	says 'sleep 1234'
}

@test "what another runtime would leave out is refused in words" {
	hoy run --rm -v vv:/d $REGISTRY/busybox mkdir -p /d/deep
	hoy volume create -o type=tmpfs -o device=tmpfs mem >/dev/null
	inside -v vv:/d -v mem:/m $REGISTRY/busybox ls /d
	is deep
	local options
	for options in "--mount src=vv,dst=/d,volume-subpath=deep" "-v /etc:/d:idmap=uids=0-1-1;gids=0-1-1" "-v mem:/d -v mem:/e" "-v mem:/d:U"; do
		inside $options $REGISTRY/busybox true
		exits 125
		says "/d: subpaths, idmap, U and several places of a file system need hoy's own runtime"
	done
	hoy run -d --name donor -v mem:/m $REGISTRY/busybox sleep 1000 >/dev/null
	inside -v mem:/d $REGISTRY/busybox true
	exits 125
	says "/d: what another container has, a disk or a server's files are mounted by hoy's own runtime alone"
	hoy rm -f donor >/dev/null
	hoy volume rm vv mem >/dev/null
}

@test "its monitor killed: the next command ends it, and nothing is left" {
	hoy run -d --rm --name other --runtime runc $REGISTRY/busybox sleep 98765 >/dev/null
	kill -KILL "$(sed -n 's/.*"MonitorPid": *\([0-9]*\).*/\1/p' "$SCRATCH"/root/containers/*/state.json)"
	wait_for 10 ended
}

ended() {
	hoy ps -a >/dev/null
	hoy run --rm $REGISTRY/busybox true
	! grep -qxzF 98765 /proc/[0-9]*/cmdline 2>/dev/null || false
}

@test "one that is not there, and one that is none" {
	try hoy run --rm --runtime no-such-runtime $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'unknown or invalid runtime name: no-such-runtime'
	try hoy run --rm --runtime ../runc $REGISTRY/busybox true
	exits 125
	one_clear_line
	try hoy run --rm --runtime /bin/false $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'OCI runtime create failed'
	try hoy run --rm --runtime hoy-runtime $REGISTRY/busybox echo own
	is own
}
