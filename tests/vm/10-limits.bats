#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Limits of a container on a pure cgroup v2 tree with every controller: what the kernel has in its files, and that it bites.
load ../runtime/lib

# The container's cgroup, as the host sees it.
cgroup_of() {
	echo "/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$PID/cgroup")"
}

limited() {
	conf ".linux.resources = $1"
	sleeping
	CG=$(cgroup_of)
}

@test "memory: limit, reservation and swap" {
	limited '{memory: {limit: 33554432, reservation: 16777216, swap: 67108864}}'
	[ "$(cat "$CG/memory.max")" = 33554432 ]
	[ "$(cat "$CG/memory.low")" = 16777216 ]
	# the specification counts memory and swap together, the kernel swap alone
	[ "$(cat "$CG/memory.swap.max")" = 33554432 ] || [ ! -e "$CG/memory.swap.max" ]
}

@test "memory: a process over the limit is killed, and counted" {
	conf '.linux.resources = {memory: {limit: 16777216, swap: 16777216}}'
	script 'x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done'
	runs
	exits 137
}

@test "memory: half a megabyte is enough for a container" {
	conf '.linux.resources = {memory: {limit: 524288}}'
	shell 'echo small'
	[[ $output == *small* ]]
}

@test "cpu: quota, period, shares as weight, idle" {
	limited '{cpu: {quota: 20000, period: 50000, shares: 512}}'
	[ "$(cat "$CG/cpu.max")" = "20000 50000" ]
	weight=$(cat "$CG/cpu.weight")
	[ "$weight" -gt 1 ] && [ "$weight" -lt 100 ]
}

@test "cpuset" {
	echo 1 >/sys/devices/system/cpu/cpu1/online # off otherwise: two processors that take turns are slower than one
	limited '{cpu: {cpus: "1", mems: "0"}}'
	[ "$(cat "$CG/cpuset.cpus")" = 1 ]
	grep -q '^Cpus_allowed_list:.1$' "/proc/$PID/status"
	rt delete --force "$ID"
	echo 0 >/sys/devices/system/cpu/cpu1/online
}

@test "pids: the limit bites" {
	conf '.linux.resources = {pids: {limit: 5}}'
	script 'for i in 1 2 3 4 5 6 7 8; do sleep 5 & done; wait' 
	runs
	[[ $output == *"fork"* ]]
}

@test "devices: only what is allowed, by an eBPF program" {
	conf '.linux.resources = {devices: [{allow: false, access: "rwm"}, {allow: true, type: "c", major: 1, minor: 3, access: "rwm"}]}'
	conf '.process.capabilities.bounding += ["CAP_MKNOD"] | .process.capabilities.effective += ["CAP_MKNOD"] | .process.capabilities.permitted += ["CAP_MKNOD"]'
	# making any node and opening the usual ones is always allowed, as runc has it
	script 'echo x >/dev/null && echo null; mknod /dev/mem c 1 1 && echo made; head -c 1 /dev/mem 2>&1'
	runs
	[[ $output == *null*made* && $output == *"ot permitted"* ]]
}

@test "unified: files by their names" {
	limited '{unified: {"memory.high": "8388608", "pids.max": "33"}}'
	[ "$(cat "$CG/memory.high")" = 8388608 ]
	[ "$(cat "$CG/pids.max")" = 33 ]
}

@test "io: bytes a second of a device" {
	device=$(cat /sys/block/nvme0n1/dev)
	limited "{blockIO: {throttleReadBpsDevice: [{major: ${device%:*}, minor: ${device#*:}, rate: 1048576}]}}"
	grep -q "^$device rbps=1048576" "$CG/io.max"
}

@test "update: every value while it runs" {
	limited '{memory: {limit: 33554432}}'
	rt update --memory 67108864 --pids-limit 50 --cpu-quota 10000 --cpu-period 100000 "$ID"
	[ "$(cat "$CG/memory.max")" = 67108864 ]
	[ "$(cat "$CG/pids.max")" = 50 ]
	[ "$(cat "$CG/cpu.max")" = "10000 100000" ]
}

@test "pause: the whole cgroup is frozen; KILL ends it all the same" {
	limited '{}'
	rt pause "$ID"
	grep -q '^frozen 1' "$CG/cgroup.events"
	rt kill "$ID" KILL
	stops 10
}

@test "the cgroup namespace shows the container's cgroup as the root" {
	script 'cat /proc/self/cgroup'
	runs
	exits 0
	[[ $output == *"0::/" ]]
}

@test "events: statistics come from v2 files" {
	limited '{memory: {limit: 33554432}}'
	rt events --stats "$ID" | jq -e '.data.memory.usage.limit == 33554432 and .data.cpu.usage.total > 0 and .data.pids.current >= 1'
}

@test "exec joins the container's cgroup" {
	limited '{}'
	run rt exec "$ID" cat /proc/self/cgroup
	[[ $output == *"0::/"* ]]
	rt exec -d --pid-file "$T/exec-pid" "$ID" sleep 100
	[ "$(sed -n 's/^0:://p' "/proc/$(cat "$T/exec-pid")/cgroup")" = "$(sed -n 's/^0:://p' "/proc/$PID/cgroup")" ]
}

@test "delete leaves no cgroup" {
	limited '{memory: {limit: 33554432}}'
	rt kill "$ID" KILL
	stops 10
	rt delete "$ID"
	[ ! -e "$CG" ]
}
