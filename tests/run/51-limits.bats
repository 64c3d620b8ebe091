#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Limits: what was asked for stands in the cgroup, holds, and is said in words when it was crossed.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() { leaves_nothing_behind; }

# limit V1-FILE V2-FILE: what the container reads of its own cgroup
limit='limit() { cat /sys/fs/cgroup/$1 2>/dev/null || cat /sys/fs/cgroup/$2; };'

inside() {
	run hoy run --rm "$@"
}

@test "-m, --memory-swap, --cpus, --pids-limit and --cpuset-cpus stand in the cgroup, as the container reads it" {
	inside -m 64m --memory-swap 64m --cpus 0.5 --pids-limit 33 --cpuset-cpus 0 $REGISTRY/busybox sh -c "$limit"'
		limit memory/memory.limit_in_bytes memory.max
		limit pids/pids.max pids.max
		limit cpuset/cpuset.cpus cpuset.cpus
		cat /sys/fs/cgroup/cpu.max 2>/dev/null || echo $(cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us)'
	is "67108864
33
0
50000 100000"
}

@test "--memory-swap: the total; not given: twice; -1: no limit" {
	[ -e /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes ] || [ -e /sys/fs/cgroup/cgroup.controllers ] || skip "this kernel counts no swap"
	# v1 counts memory and swap together, v2 swap alone
	local swap='cat /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.swap.max'
	inside -m 32m --memory-swap 48m $REGISTRY/busybox sh -c "$swap"
	[[ $output = 50331648 || $output = 16777216 ]]
	inside -m 32m $REGISTRY/busybox sh -c "$swap"
	[[ $output = 67108864 || $output = 33554432 ]]
	inside -m 32m --memory-swap -1 $REGISTRY/busybox sh -c "$swap"
	[[ $output = 9223372036854771712 || $output = max ]]
	inside -m 32m --memory-swap 16m $REGISTRY/busybox true
	exits 125
	one_clear_line
	inside --memory-swap 16m $REGISTRY/busybox true
	exits 125
	one_clear_line
}

@test "over the memory limit: killed, exit 137, and hoy says why" {
	inside --name hungry -m 20m --memory-swap 20m $REGISTRY/busybox sh -c 'x=$(head -c 60000000 /dev/zero | tr "\0" x); echo survived'
	exits 137
	says 'hungry was killed: it went over its memory limit of 20 MiB'
	says_not survived
}

@test "one process of many over the limit: the container lives on, and nothing is claimed" {
	# while the kernel still takes the greedy one apart it may choose another: the others of its making come first
	inside -m 20m --memory-swap 20m $REGISTRY/busybox sh -c \
		'(echo 500 >/proc/self/oom_score_adj; sh -c "x=\$(head -c 60000000 /dev/zero | tr \"\\0\" x)") 2>/dev/null; echo here; exit 3'
	says '^here$'
	says_not 'was killed'
	exits 3
}

@test "--pids-limit stops a fork bomb" {
	inside --pids-limit 20 $REGISTRY/busybox sh -c 'for i in $(seq 60); do sleep 1 & done; wait' 2>&1
	says "can't fork|Resource temporarily unavailable"
}

@test "--cpus holds: half a core is half a core" {
	inside --cpus 0.5 $REGISTRY/busybox sh -c 'timeout 2 sh -c "while :; do :; done"
		sed -n "s/usage_usec //p" /sys/fs/cgroup/cpu.stat 2>/dev/null || echo $(($(cat /sys/fs/cgroup/cpuacct/cpuacct.usage) / 1000))'
	local used=${lines[-1]}
	echo "used $used us"
	[ "$used" -gt 500000 ] && [ "$used" -lt 1400000 ]
}

@test "--ulimit is set, and one that cannot be raised is refused in words" {
	inside --ulimit nofile=100:200 --ulimit core=0 $REGISTRY/busybox sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c'
	is "100
200
0"
	if ! (ulimit -Hn 2000000) 2>/dev/null; then
		inside --ulimit nofile=2000000 $REGISTRY/busybox true
		exits 125
		one_clear_line
		says 'nofile|NOFILE'
	fi
}

@test "a limit that makes no sense is refused before anything is made" {
	local bad
	for bad in '-m 1k' '-m -5' '-m 10x' '--cpus 0' '--cpus -1' '--cpus 1000' '--cpuset-cpus 77' '--cpuset-cpus x' '--pids-limit x' '--ulimit nofile=5:2' '--ulimit what=1' '--shm-size -1'; do
		[ "$bad" != '--cpus 0' ] || continue # Docker: no limit
		inside $bad $REGISTRY/busybox true
		[ "$status" = 125 ] || { echo "$bad: $status $output"; return 1; }
		[ -n "$output" ]
	done
}

@test "the cgroup is the container's own, and is gone with it" {
	hoy run --rm -m 50m --cidfile "$BATS_TEST_TMPDIR/id" $REGISTRY/busybox sleep 30 3>&- &
	local command=$! pid path
	pid=$(container_process "$BATS_TEST_TMPDIR/id")
	[ "$pid" -gt 1 ]
	[[ $(<"$BATS_TEST_TMPDIR/id") =~ ^[0-9a-f]{64}$ ]]
	path=$(cgroup_of "$BATS_TEST_TMPDIR/id")
	kill -KILL "$pid"
	reap $command
	exits 137
	[ ! -e "$path" ]
}
