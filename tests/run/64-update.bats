#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `hoy update`: limits of containers that are there; the cgroup, config.json and the record agree.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() {
	local name
	for name in $(ls "$SCRATCH/root/names" 2>/dev/null); do
		hoy rm -f "$name" >/dev/null 2>&1
	done
	leaves_nothing_behind
}

# limit NAME: as the kernel has it
limit() {
	hoy inspect -f "{{.Hoy.Cgroup.Limits.$2}}" "$1"
}

# recorded NAME MEMBER: as the record has it
recorded() {
	hoy inspect -f "{{.HostConfig.$2}}" "$1"
}

# spec NAME PYTHON: of linux.resources in config.json
spec() {
	python3 -c 'import json, sys; r = json.load(open(sys.argv[1]))["linux"]["resources"]; print(eval(sys.argv[2]))' \
		"$SCRATCH/root/containers/$(hoy inspect -f '{{.Id}}' "$1")/config.json" "$2"
}

@test "a running container: the cgroup follows at once, and what it is started with" {
	hoy run -d --name live -m 64m --memory-swap 128m $REGISTRY/busybox sleep 60
	run hoy update -m 96m live
	exits 0
	is live
	[ "$(limit live Memory)" = 100663296 ]
	[ "$(recorded live Memory)" = 100663296 ]
	[ "$(spec live 'r["memory"]["limit"]')" = 100663296 ]
	# over what memory and swap together were: both are changed, in the order that the kernel takes
	run hoy update -m 256m live
	exits 1
	says 'smaller than already set memoryswap limit'
	[ "$(limit live Memory)" = 100663296 ]
	hoy update -m 256m --memory-swap 512m live
	[ "$(limit live Memory)" = 268435456 ]
	[ "$(recorded live MemorySwap)" = 536870912 ]
	hoy update -m 32m --memory-swap 32m live
	[ "$(limit live Memory)" = 33554432 ]
	hoy update --pids-limit 33 --cpus 0.25 live
	[ "$(limit live Pids)" = 33 ]
	[ "$(limit live CpuQuota)" = 25000 ]
	[ "$(recorded live NanoCpus)" = 250000000 ]
	[ "$(recorded live Memory)" = 33554432 ]
	# what was not named stayed
	[ "$(limit live Memory)" = 33554432 ]
	hoy update -c 512 live
	[ "$(recorded live CpuShares)" = 512 ]
	[ "$(spec live 'r["cpu"]["shares"]')" = 512 ]
	[ "$(hoy events --since 0 --until 0s -f container=live -f event=update | wc -l)" = 5 ]
}

@test "one that does not run gets its new limits when it starts" {
	hoy run --name later $REGISTRY/busybox true
	hoy update -m 48m --pids-limit 44 --cpu-quota 30000 --cpu-period 60000 --cpuset-cpus 0 later
	[ "$(recorded later Memory)" = 50331648 ]
	[ "$(recorded later MemorySwap)" = 100663296 ]
	[ "$(spec later 'r["cpu"]["quota"], r["cpu"]["period"], r["cpu"]["cpus"], r["pids"]["limit"]')" = "(30000, 60000, '0', 44)" ]
	hoy create --name again -m 20m $REGISTRY/busybox sleep 60
	hoy update -m 48m --memory-swap -1 again
	hoy start again
	[ "$(limit again Memory)" = 50331648 ]
}

@test "what contradicts what it has is refused, in Docker's words, and changes nothing" {
	hoy run -d --name firm -m 64m --cpus 0.5 $REGISTRY/busybox sleep 60
	run hoy update --cpu-quota 20000 firm
	exits 1
	says 'CPU Quota cannot be updated as NanoCPUs has already been set'
	run hoy update -m 1m firm
	exits 1
	says 'minimum memory limit allowed is 6MB'
	run hoy update --memory-reservation 100m firm
	exits 1
	run hoy update --cpuset-cpus 900 firm
	exits 1
	says 'requested CPUs are not available'
	run hoy update --memory-swap 10m firm
	exits 1
	[ "$(limit firm Memory)" = 67108864 ]
	[ "$(recorded firm Memory)" = 67108864 ]
	run hoy update -m 64x firm
	exits 125
	# each for itself
	run hoy update --pids-limit 50 nobody firm
	exits 1
	says 'cannot update nobody: no such container'
	says '^firm$'
	[ "$(limit firm Pids)" = 50 ]
}

@test "the kernel refuses half of it: all limits are as before" {
	hoy run -d --name full -m 64m --memory-swap 64m --pids-limit 30 --tmpfs /t $REGISTRY/busybox \
		sh -c 'head -c 30000000 /dev/zero >/t/file; touch /done; sleep 60'
	wait_for 30 test -e "$SCRATCH/root/containers/$(hoy inspect -f '{{.Id}}' full)/upper/done"
	# v2 takes any limit and lets the OOM killer do the rest: only v1 says no
	[ ! -e /sys/fs/cgroup/cgroup.controllers ] || skip "cgroup v2 lowers memory by killing"
	run hoy update --pids-limit 20 -m 10m full
	exits 1
	says 'memory'
	[ "$(limit full Memory)" = 67108864 ]
	[ "$(limit full Pids)" = 30 ]
	[ "$(recorded full PidsLimit)" = 30 ]
	[ "$(recorded full Memory)" = 67108864 ]
}

@test "--restart: a container that runs is started again from now on, and is not any more" {
	hoy run -d --name lively $REGISTRY/busybox sh -c 'sleep 1'
	hoy update --restart always lively
	[ "$(recorded lively RestartPolicy.Name)" = always ]
	restarted() { [ "$(hoy inspect -f '{{.RestartCount}}' lively)" -ge 1 ]; }
	wait_for 20 restarted
	hoy update --restart no lively
	ended() { [ "$(hoy inspect -f '{{.State.Status}}' lively)" = exited ]; }
	wait_for 20 ended
	hoy update --restart on-failure:3 lively
	[ "$(recorded lively RestartPolicy.MaximumRetryCount)" = 3 ]
	run hoy update --restart sometimes lively
	exits 125
	says 'sometimes'
	hoy run -d --rm --name gone $REGISTRY/busybox sleep 60
	run hoy update --restart always gone
	exits 1
	says 'AutoRemove is enabled'
}
