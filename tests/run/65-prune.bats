#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Tidying: container prune, image prune, system prune, and system df that shows what there is.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() {
	local name
	for name in $(ls "$SCRATCH/root/names" 2>/dev/null); do
		hoy rm -f "$name" >/dev/null 2>&1
	done
	hoy volume prune -af >/dev/null 2>&1
	leaves_nothing_behind
}

names() {
	hoy ps -a --format '{{.Names}}' | sort | paste -sd' '
}

# image_of NAME BYTES: an image of one file
image_of() {
	rm -rf "$BATS_TEST_TMPDIR/fs"
	mkdir "$BATS_TEST_TMPDIR/fs"
	{ echo "$1"; head -c "$2" /dev/zero; } >"$BATS_TEST_TMPDIR/fs/$1"
	tar -C "$BATS_TEST_TMPDIR/fs" -c . | hoy import --change "LABEL kind=$1" - "$1:1"
}

@test "container prune: what has ended goes, what runs stays" {
	hoy run --name over -l a=1 $REGISTRY/busybox sh -c 'head -c 70000 /dev/zero >/file'
	hoy create --name never $REGISTRY/busybox true
	hoy run -d --name runs $REGISTRY/busybox sleep 60
	hoy run -d --name held $REGISTRY/busybox sleep 60
	hoy pause held
	run hoy container prune <<<n
	exits 0
	says 'WARNING! This will remove all stopped containers.'
	[ "$(names)" = "held never over runs" ]
	local id=$(hoy inspect -f '{{.Id}}' over)
	run hoy container prune -f --filter label=a
	exits 0
	says '^Deleted Containers:$'
	says "^$id$"
	says '^Total reclaimed space: 70kB$'
	[ "$(names)" = "held never runs" ]
	run hoy container prune -f --filter until=1h
	[ "$(names)" = "held never runs" ]
	run hoy container prune <<<y
	exits 0
	[ "$(names)" = "held runs" ]
	run hoy container prune -f
	is 'Total reclaimed space: 0B'
	run hoy container prune -f --filter colour=red
	exits 1
	says "invalid filter 'colour'"
}

@test "image prune: dangling ones; with -a all without a container" {
	image_of small 1000
	image_of large 200000
	# the name moves on, and the image before it has none
	image_of other 5000
	hoy tag other:1 small:1
	run hoy image prune -f
	exits 0
	says '^Deleted Images:$'
	says '^deleted: sha256:'
	says '^Total reclaimed space: 1\.[0-9]*kB$'
	[ -n "$(hoy images -q large:1)" ]
	hoy create --name user other:1 /x
	run hoy image prune -af --filter label=kind=large
	exits 0
	says '^untagged: large:1$'
	says '^Total reclaimed space: 200kB$'
	# a container was made of this one
	hoy image prune -af --filter label=kind=other
	[ -n "$(hoy images -q other:1)" ]
	hoy rm user
	hoy image prune -af --filter 'label=kind'
	[ -z "$(hoy images -q other:1)" ]
	# what has no such label was not asked for
	[ -n "$(hoy images -q $REGISTRY/busybox)" ]
}

@test "system prune: containers, images and, when asked for, anonymous volumes" {
	image_of waste 3000
	image_of waste 4000
	hoy run --name over -v /anonymous -v named:/data $REGISTRY/busybox true
	hoy run -d --name runs $REGISTRY/busybox sleep 60
	hoy network create unused
	run hoy system prune </dev/null
	exits 0
	says '  - all stopped containers'
	says '  - all dangling images'
	[ "$(names)" = "over runs" ]
	[ -n "$(hoy network ls -q -f name=unused)" ]
	run hoy system prune -f
	exits 0
	says '^Deleted Networks:$'
	says '^unused$'
	[ -z "$(hoy network ls -q -f name=unused)" ]
	[ "$(names)" = runs ]
	[ "$(hoy volume ls -q | wc -l)" = 2 ]
	[ -n "$(hoy images -q waste:1)" ]
	run hoy system prune -af --volumes
	exits 0
	says '^Deleted Volumes:$'
	[ "$(hoy volume ls -q)" = named ]
	[ -z "$(hoy images -q waste:1)" ]
	[ -n "$(hoy images -q $REGISTRY/busybox)" ]
	run hoy system prune -f --volumes --filter until=1h
	exits 1
	says '"until" filter is not supported'
}

@test "system df: what there is, what is used, what could go" {
	image_of lonely 50000
	hoy run --name over -v keep:/data $REGISTRY/busybox sh -c 'head -c 9000 /dev/zero >/file; head -c 4000 /dev/zero >/data/file'
	hoy run -d --name runs $REGISTRY/busybox sleep 60
	run hoy system df
	exits 0
	says '^TYPE +TOTAL +ACTIVE +SIZE +RECLAIMABLE$'
	says '^Images +2 +1 +[0-9.]+MB +50\.?[0-9]*kB \([0-9]+%\)$'
	says '^Containers +2 +1 +9kB +9kB \(100%\)$'
	says '^Local Volumes +1 +1 +4kB +0B \(0%\)$'
	[ "$(hoy system df --format '{{.Type}}={{.TotalCount}}' | paste -sd,)" = "Images=2,Containers=2,Local Volumes=1,Build Cache=0" ]
	run hoy system df -v
	exits 0
	says '^lonely +1 +[0-9a-f]{12} .* 50\.?[0-9]*kB +0B +50\.?[0-9]*kB +0$'
	says '9kB .* Exited \(0\) .* over$'
	says '^keep +1 +4kB$'
	hoy rmi lonely:1
}

@test "prune while containers are made, started and removed" {
	local i
	for i in 1 2 3; do
		(for j in $(seq 6); do hoy run --rm $REGISTRY/busybox true || echo failed; done) &
	done >"$BATS_TEST_TMPDIR/out" 2>&1 3>&-
	for i in $(seq 8); do
		hoy run --name "mine$i" $REGISTRY/busybox true
		hoy container prune -f >>"$BATS_TEST_TMPDIR/pruned" 2>&1
	done
	wait
	[ ! -s "$BATS_TEST_TMPDIR/out" ] || { cat "$BATS_TEST_TMPDIR/out"; return 1; }
	says_not failed
	! grep -E '^hoy:' "$BATS_TEST_TMPDIR/pruned" || false
	[ "$(names)" = "" ]
}

@test "the management spellings are the same commands" {
	hoy create --name way $REGISTRY/busybox sleep 60
	[ "$(hoy container ls -a --format '{{.Names}}')" = way ]
	[ "$(hoy container ps -a --format '{{.Names}}')" = way ]
	[ "$(hoy container list -aq)" = "$(hoy ps -aq)" ]
	hoy container start way
	hoy container rename way path
	run hoy container top path
	says 'sleep 60'
	hoy container update --pids-limit 20 path
	hoy container kill path
	hoy container rm path
	[ "$(hoy image ls -q)" = "$(hoy images -q)" ]
	[ "$(hoy system info --format '{{.ServerVersion}}')" = "$(hoy version --format '{{.Server.Version}}')" ]
	local command
	for command in container image system 'container ls' 'container prune' 'image rm' 'system df' 'image inspect'; do
		run hoy $command --help
		exits 0
		says "^Usage:  hoy $command"
	done
	run hoy container frobnicate
	exits 1
	says 'unknown command: hoy container frobnicate'
}

@test "info: what there is, and what the machine can do" {
	hoy run --name over $REGISTRY/busybox true
	hoy run -d --name runs $REGISTRY/busybox sleep 60
	hoy run -d --name held $REGISTRY/busybox sleep 60
	hoy pause held
	[ "$(hoy info -f '{{.Containers}} {{.ContainersRunning}} {{.ContainersPaused}} {{.ContainersStopped}}')" = "3 1 1 1" ]
	hoy info -f '{{json .}}' | python3 -c '
import json, os, sys
i = json.load(sys.stdin)
want = "Containers Images Driver DriverStatus Plugins MemoryLimit SwapLimit CpuCfsPeriod CpuCfsQuota CPUShares CPUSet PidsLimit IPv4Forwarding OomKillDisable SystemTime LoggingDriver CgroupDriver CgroupVersion KernelVersion OperatingSystem OSVersion OSType Architecture NCPU MemTotal DockerRootDir HttpProxy HttpsProxy NoProxy Name Runtimes DefaultRuntime InitBinary SecurityOptions Warnings ServerVersion"
assert set(want.split()) <= set(i), set(want.split()) - set(i)
assert i["IPv4Forwarding"] == (open("/proc/sys/net/ipv4/ip_forward").read().strip() == "1")
assert i["NCPU"] == os.sysconf("SC_NPROCESSORS_ONLN") and i["KernelVersion"] == os.uname().release
assert os.path.exists(i["Runtimes"]["hoy"]["path"])
'
	run hoy info
	says '^ Running: 1$'
	run hoy version
	says 'runtime-spec'
	# looking makes nothing
	"$HOY" --root "$BATS_TEST_TMPDIR/none" --runroot "$BATS_TEST_TMPDIR/none-run" info >/dev/null
	[ ! -e "$BATS_TEST_TMPDIR/none" ] && [ ! -e "$BATS_TEST_TMPDIR/none-run" ]
}
