#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Each limit that can be asked for, as the container reads it of itself and as the record keeps it. What is wrong with a
# value alone is in tests/unit/cli/run_options_test.c.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() { leaves_nothing_behind; }

inside() {
	try hoy run --rm "$@"
}

# what the container reads of its own cgroup: limit V1-FILE V2-FILE
limit='limit() { cat /sys/fs/cgroup/$1 2>/dev/null || cat /sys/fs/cgroup/$2; };'

# skip_without_controller NAME
skip_without_controller() {
	[ -d "/sys/fs/cgroup/$1" ] || grep -qw "$1" /sys/fs/cgroup/cgroup.controllers 2>/dev/null || skip "no cgroup controller $1 here"
}

unified() { [ -e /sys/fs/cgroup/cgroup.controllers ]; }

# recorded OPTION…: runs it with these options and puts HostConfig of its record in $output
recorded() {
	local id
	try hoy run --name recorded "$@" $REGISTRY/busybox true
	exits 0
	id=$(ls "$SCRATCH/root/containers")
	output=$(python3 -c 'import json, sys; print(json.dumps(json.load(open(sys.argv[1]))["HostConfig"], separators=(",", ":")))' \
		"$SCRATCH/root/containers/$id/record.json")
	hoy rm recorded >/dev/null
}

@test "-c, --cpu-period and --cpu-quota, --cpuset-mems" {
	skip_without_controller cpu
	skip_without_controller cpuset
	inside -c 512 --cpu-period 50000 --cpu-quota 20000 --cpuset-mems 0 $REGISTRY/busybox sh -c "$limit"'
		limit cpu/cpu.shares cpu.weight
		cat /sys/fs/cgroup/cpu.max 2>/dev/null || echo $(cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us)
		limit cpuset/cpuset.mems cpuset.mems'
	is "$(unified && echo 59 || echo 512)
20000 50000
0"
	recorded -c 512 --cpu-period 50000 --cpu-quota 20000 --cpuset-mems 0
	says '"CpuShares":512,'
	says '"CpuPeriod":50000,"CpuQuota":20000,'
	says '"CpusetMems":"0"'
	inside --cpus 1 --cpu-quota 20000 $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'conflicting options'
}

@test "--memory-reservation, --memory-swappiness, --oom-kill-disable; --kernel-memory is discarded with a warning" {
	unified && skip "v2 has neither of the last two"
	inside -m 64m --memory-reservation 32m --memory-swappiness 7 --oom-kill-disable $REGISTRY/busybox sh -c 'cd /sys/fs/cgroup/memory
		cat memory.soft_limit_in_bytes memory.swappiness; head -n 1 memory.oom_control'
	is "33554432
7
oom_kill_disable 1"
	inside --kernel-memory 50m $REGISTRY/busybox true
	exits 0
	says 'warning: --kernel-memory: .*Limitation discarded'
	inside --oom-kill-disable $REGISTRY/busybox true
	exits 0
	says 'warning: --oom-kill-disable: OOM killer is disabled for the container, but no memory limit is set'
	recorded -m 64m --memory-reservation 32m --memory-swappiness 7 --oom-kill-disable
	says '"MemoryReservation":33554432,"MemorySwap":134217728,"MemorySwappiness":7,"OomKillDisable":true'
	recorded
	says '"MemorySwappiness":null,"OomKillDisable":false'
}

@test "--oom-score-adj is the process's, and a refusal of the kernel's is said" {
	inside --oom-score-adj 123 $REGISTRY/busybox cat /proc/self/oom_score_adj
	is 123
	recorded --oom-score-adj 123
	says '"OomScoreAdj":123'
	inside --oom-score-adj 1001 $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'range for oom score adj is \[-1000, 1000\]'
}

@test "--device-read-bps and its like, --blkio-weight" {
	[ -d /sys/fs/cgroup/blkio ] || skip_without_controller io
	local device number
	for device in /dev/vda /dev/sda /dev/nvme0n1 /dev/zram0 /dev/loop0; do
		[ ! -b $device ] || break
	done
	[ -b $device ] || skip "no block device here"
	number=$((0x$(stat -c %t $device))):$((0x$(stat -c %T $device)))
	inside --device-read-bps $device:1mb --device-write-bps $device:2097152 --device-read-iops $device:300 --device-write-iops $device:400 \
		$REGISTRY/busybox sh -c 'cat /sys/fs/cgroup/io.max 2>/dev/null || cat /sys/fs/cgroup/blkio/blkio.throttle.*_device'
	if unified; then
		says "^$number rbps=1048576 wbps=2097152 riops=300 wiops=400$"
	else
		says "^$number 1048576$"
		says "^$number 2097152$"
		says "^$number 300$"
		says "^$number 400$"
	fi
	recorded --device-read-bps $device:1mb --device-write-iops $device:400
	says "\"BlkioDeviceReadBps\":\[{\"Path\":\"$device\",\"Rate\":1048576}\]"
	says "\"BlkioDeviceWriteIOps\":\[{\"Path\":\"$device\",\"Rate\":400}\]"
	inside --device-read-bps /dev/null:1m $REGISTRY/busybox true
	exits 125
	one_clear_line
	inside --blkio-weight 300 $REGISTRY/busybox sh -c 'cd /sys/fs/cgroup; cat blkio/blkio.weight blkio/blkio.bfq.weight io.bfq.weight io.weight 2>/dev/null || true'
	exits 0
	says '(^| )(300|2930)$' # in whichever file this kernel has: v2's own weights go from 1 to 10000
}

@test "--cpu-rt-runtime stands in the cgroup where the kernel has real-time groups" {
	unified && skip "v2 has no real-time limits"
	[ -e /sys/fs/cgroup/cpu/cpu.rt_runtime_us ] || skip "this kernel has no real-time groups"
	inside --cpu-rt-period 500000 --cpu-rt-runtime 0 $REGISTRY/busybox cat /sys/fs/cgroup/cpu/cpu.rt_period_us
	is 500000
	recorded --cpu-rt-period 500000
	says '"CpuRealtimePeriod":500000'
}

@test "--cgroup-parent: the container's own cgroup stands below it, never outside the tree" {
	local parent=hoy-test-$$ path
	unified && path=/sys/fs/cgroup || path=/sys/fs/cgroup/pids
	hoy run --rm --cgroup-parent /$parent --cidfile "$BATS_TEST_TMPDIR/id" $REGISTRY/busybox sleep 30 3>&- &
	local command=$! pid
	pid=$(container_process "$BATS_TEST_TMPDIR/id")
	[ -d "$path/$parent/$(<"$BATS_TEST_TMPDIR/id")" ]
	kill -KILL "$pid"
	reap $command
	find /sys/fs/cgroup -depth -type d -name $parent -exec rmdir {} + 2>/dev/null || true
	recorded --cgroup-parent ../../$parent
	says "\"CgroupParent\":\"../../$parent\""
	[ ! -e /sys/$parent ] && [ ! -e /sys/fs/$parent ]
	find /sys/fs/cgroup -depth -type d -name $parent -exec rmdir {} + 2>/dev/null || true
}

@test "every --ulimit: set, and kept" {
	inside --ulimit core=1:2 --ulimit cpu=100 --ulimit msgqueue=8192 --ulimit fsize=1000000 --ulimit memlock=65536 --ulimit nofile=64:128 \
		--ulimit stack=1000000 --ulimit rttime=5 --ulimit locks=9 --ulimit rss=4096000 $REGISTRY/busybox cat /proc/self/limits
	says '^Max core file size +1 +2 '
	says '^Max cpu time +100 +100 '
	says '^Max msgqueue size +8192 '
	says '^Max file size +1000000 '
	says '^Max locked memory +65536 '
	says '^Max open files +64 +128 '
	says '^Max stack size +1000000 '
	says '^Max realtime timeout +5 '
	says '^Max file locks +9 '
	says '^Max resident set +4096000 '
	recorded --ulimit nofile=64:128
	says '"Ulimits":\[{"Name":"nofile","Hard":128,"Soft":64}\]'
}
