#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Cgroups alone, without a container around them: made, limited, entered, frozen, killed, removed; in this machine's layout
# and, in a mount namespace of its own, in pure v2.
load lib

setup() {
	TOOL=$BUILD/tests/tools/cgroup_tool
	[ -x "$TOOL" ] || skip "cgroup_tool is not built"
	[ "$(id -u)" = 0 ] || skip "needs root"
	DIR=$(mktemp -d)
	NAME=hoy-test-$$-$BATS_TEST_NUMBER
	HANDLE=
}

teardown() {
	if [ -n "${HANDLE-}" ]; then
		"$TOOL" kill "$HANDLE" && "$TOOL" remove "$HANDLE"
	fi
	rm -rf "$DIR"
	# nothing is left in any hierarchy
	[ -z "$(find /sys/fs/cgroup -maxdepth 3 -name "$NAME*" 2>/dev/null)" ]
}

resources() {
	echo "$1" >"$DIR/resources.json"
}

# tool VERB COMMAND…: in the cgroup $NAME with the resources
tool() {
	local verb=$1
	shift
	run "$TOOL" "$verb" "/$NAME" "$DIR/resources.json" "$@"
}

# start COMMAND…: in the background; its handle is in HANDLE
start() {
	HANDLE=$("$TOOL" start "/$NAME" "$DIR/resources.json" "$@" 3>&- 4>&-)
	wait_for 5 inside_is_running
}

inside_is_running() {
	[ -n "$("$TOOL" pids "$HANDLE")" ]
}

nothing_inside() {
	[ -z "$("$TOOL" pids "$HANDLE")" ]
}

# v1 CONTROLLER: the directory of $NAME where this machine has it in v1; fails where it has not
v1() {
	local found
	found=$(awk -v c="$1" '/ - cgroup / { n = split($NF, o, ","); for (i = 1; i <= n; i++) if (o[i] == c) { print $5; exit } }' \
		/proc/self/mountinfo)
	[ -n "$found" ] && echo "$found/$NAME"
}

# file CONTROLLER V1-FILE V2-FILE: the one that this machine has
file() {
	if v1 "$1" >/dev/null; then
		echo "$(v1 "$1")/$2"
	else
		echo "/sys/fs/cgroup/$NAME/$3"
	fi
}

needs_controllers() {
	local c
	for c in "$@"; do
		v1 "$c" >/dev/null || grep -qw "$c" /sys/fs/cgroup/cgroup.controllers 2>/dev/null || skip "no $c controller here"
	done
}

in_v2() {
	unshare -m sh -c 'umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec "$@"' _ "$@"
}

@test "every limit stands in its file" {
	needs_controllers memory pids cpu cpuset
	resources '{"memory":{"limit":67108864,"reservation":33554432},"pids":{"limit":77},
		"cpu":{"shares":1024,"quota":50000,"period":200000,"burst":10000,"cpus":"0","mems":"0"}}'
	start sleep 1000
	[ "$(cat "$(file memory memory.limit_in_bytes memory.max)")" = 67108864 ]
	[ "$(cat "$(file memory memory.soft_limit_in_bytes memory.low)")" = 33554432 ]
	[ "$(cat "$(file pids pids.max pids.max)")" = 77 ]
	[ "$(cat "$(file cpuset cpuset.cpus cpuset.cpus)")" = 0 ]
	[ "$(cat "$(file cpuset cpuset.mems cpuset.mems)")" = 0 ]
	[ "$(cat "$(file cpu cpu.cfs_burst_us cpu.max.burst)")" = 10000 ]
	if v1 cpu >/dev/null; then
		[ "$(cat "$(v1 cpu)/cpu.shares" "$(v1 cpu)/cpu.cfs_quota_us" "$(v1 cpu)/cpu.cfs_period_us" | tr '\n' ' ')" = "1024 50000 200000 " ]
	else
		[ "$(cat "/sys/fs/cgroup/$NAME/cpu.weight" "/sys/fs/cgroup/$NAME/cpu.max" | tr '\n' ' ')" = "100 50000 200000 " ]
	fi
}

@test "the process is in its cgroup in every hierarchy that has one, both ways of entering" {
	resources '{}'
	for way in run enter; do
		tool $way cat /proc/self/cgroup
		says '^status=0$'
		[ "$(grep -c ":/$NAME\$" <<<"$output")" -ge 1 ]
		for controller in memory pids cpu freezer devices; do
			! v1 $controller >/dev/null || says ":$controller:/$NAME\$|[:,]$controller[:,].*/$NAME\$"
		done
		says_not "0::/\$" || [ ! -e /sys/fs/cgroup/unified/cgroup.procs ]
	done
}

@test "devices: what is not listed is refused, mknod and null are allowed" {
	resources '{"devices":[{"allow":false,"access":"rwm"},{"allow":true,"type":"c","major":1,"minor":5,"access":"r"}]}'
	tool run sh -c 'head -c1 /dev/zero >/dev/null && echo zero; true </dev/null && echo null
		head -c1 /dev/kmsg >/dev/null 2>&1 || echo no kmsg; true >/dev/kmsg || echo no writing'
	says '^zero$'
	says '^null$'
	says '^no writing$'
}

@test "over its memory limit: killed, counted" {
	needs_controllers memory
	resources '{"memory":{"limit":16777216,"swap":16777216}}'
	tool run sh -c 'exec tail /dev/zero'
	says '^status=137$'
	says '^oom_kills=1$'
	says '^memory_limit=16777216$'
}

@test "pids: no more than the limit" {
	needs_controllers pids
	resources '{"pids":{"limit":1}}'
	tool run sh -c '(:) 2>&1 || echo refused'
	says 'refused|Resource temporarily unavailable|Cannot fork'
	says '^pids_limit=1$'
}

@test "frozen and killed: gone, without being thawed by anybody else" {
	resources '{}'
	start sh -c 'sleep 1000 & sleep 1000 & wait'
	"$TOOL" freeze "$HANDLE"
	for pid in $("$TOOL" pids "$HANDLE"); do
		[[ $(awk '/^State:/ { print $2 }' "/proc/$pid/status") = [DSt] ]]
	done
	"$TOOL" kill "$HANDLE"
	wait_for 5 nothing_inside
	"$TOOL" remove "$HANDLE"
	run "$TOOL" stats "$HANDLE"
	exits 3
	HANDLE=
}

@test "cgroups made inside are removed with it" {
	resources '{}'
	start sleep 1000
	for dir in /sys/fs/cgroup/*/"$NAME" /sys/fs/cgroup/"$NAME"; do
		[ ! -d "$dir" ] || mkdir -p "$dir/a/b" "$dir/c"
	done
	"$TOOL" kill "$HANDLE"
	"$TOOL" remove "$HANDLE"
	HANDLE=
}

@test "a cgroup that exists and has processes is not taken over" {
	resources '{}'
	start sleep 1000
	tool run true
	exits 1
	says 'exists and has processes'
	inside_is_running
}

@test "update: up and down, memory and swap together" {
	needs_controllers memory cpuset
	resources '{"memory":{"limit":67108864,"swap":67108864}}'
	start sleep 1000
	# v1 wants memory+swap first on the way up, and last on the way down
	resources '{"memory":{"limit":134217728,"swap":134217728},"cpu":{"cpus":"0"}}'
	"$TOOL" update "$HANDLE" "$DIR/resources.json"
	[ "$(cat "$(file memory memory.limit_in_bytes memory.max)")" = 134217728 ]
	[ "$(cat "$(file cpuset cpuset.cpus cpuset.cpus)")" = 0 ]
	resources '{"memory":{"limit":33554432,"swap":33554432}}'
	"$TOOL" update "$HANDLE" "$DIR/resources.json"
	[ "$(cat "$(file memory memory.limit_in_bytes memory.max)")" = 33554432 ]
	resources '{"memory":{"limit":4096,"checkBeforeUpdate":true}}'
	run "$TOOL" update "$HANDLE" "$DIR/resources.json"
	[ "$status" != 0 ]
	inside_is_running
	# other rules for devices replace the first ones
	resources '{"devices":[{"allow":true,"access":"rwm"}]}'
	"$TOOL" update "$HANDLE" "$DIR/resources.json"
	[ -n "$HANDLE" ]
}

@test "v2: what only v2 has" {
	v1 memory >/dev/null && skip "the controllers are in v1 here"
	needs_controllers memory cpu io
	resources '{"unified":{"memory.high":"50331648","cpu.weight":"42"},"memory":{"limit":67108864,"swap":100663296},"cpu":{"idle":0}}'
	start sleep 1000
	[ "$(cat "/sys/fs/cgroup/$NAME/memory.high")" = 50331648 ]
	[ "$(cat "/sys/fs/cgroup/$NAME/cpu.weight")" = 42 ]
	[ ! -e "/sys/fs/cgroup/$NAME/memory.swap.max" ] || [ "$(cat "/sys/fs/cgroup/$NAME/memory.swap.max")" = 33554432 ]
}

@test "v2: below a cgroup that has processes a limit is refused with the reason, and nothing is left" {
	v1 memory >/dev/null && skip "the controllers are in v1 here"
	needs_controllers memory
	resources '{}'
	start sleep 1000
	resources '{"memory":{"limit":67108864}}'
	run "$TOOL" run "/$NAME/below" "$DIR/resources.json" true
	[ "$status" != 0 ]
	says 'has processes of its own'
	[ ! -e "/sys/fs/cgroup/$NAME/below" ]
}

@test "refused values are named, and nothing is left" {
	needs_controllers memory cpu cpuset
	for bad in '{"cpu":{"cpus":"900"}}' '{"cpu":{"quota":1,"period":100000}}' '{"unified":{"../memory.max":"1"}}' \
		'{"blockIO":{"weight":7}}' '{"memory":{"limit":100,"swap":50}}'; do
		resources "$bad"
		tool run true
		exits 1
		[[ ${lines[0]} = cgroup_tool:* ]]
		[ -z "$(find /sys/fs/cgroup -maxdepth 3 -name "$NAME")" ]
	done
}

@test "a path stays below the tree; the parent /hoy goes with its last cgroup" {
	# other containers of this machine may be there already
	local before=$(find /sys/fs/cgroup -maxdepth 2 -name hoy)
	resources '{}'
	run "$TOOL" run "/../../hoy/$NAME" "$DIR/resources.json" true
	exits 0
	[ -n "$before" ] || [ -z "$(find /sys/fs/cgroup -maxdepth 2 -name hoy)" ]
	run "$TOOL" run / "$DIR/resources.json" true
	exits 1
	says 'root of the tree'
}

@test "pure v2: entered, devices by a program, killed frozen, removed" {
	in_v2 true || skip "cgroup2 cannot be mounted here"
	resources '{"devices":[{"allow":false,"access":"rwm"}]}'
	run in_v2 "$TOOL" run "/$NAME" "$DIR/resources.json" sh -c \
		'tail -n 1 /proc/self/cgroup; true >/dev/null && echo null; true >/dev/kmsg || echo no writing'
	says "^0::/$NAME\$"
	says '^null$'
	says '^no writing$'
	says '^status=0|^status=[12]$'
	run in_v2 sh -c 'handle=$('"$TOOL start /$NAME - sleep 1000"' 3>&- 4>&-) && '"$TOOL"' freeze "$handle" &&
		grep -q "frozen 1" /sys/fs/cgroup/'"$NAME"'/cgroup.events && '"$TOOL"' kill "$handle" && '"$TOOL"' remove "$handle" && echo gone'
	says '^gone$'
	run in_v2 test -e "/sys/fs/cgroup/$NAME"
	exits 1
}

@test "pure v2: a limit without its controller is an error that says so" {
	in_v2 sh -c '! grep -qw memory /sys/fs/cgroup/cgroup.controllers' || skip "the memory controller is in v2 here"
	resources '{"memory":{"limit":67108864}}'
	run in_v2 "$TOOL" run "/$NAME" "$DIR/resources.json" true
	[ "$status" != 0 ]
	says 'no cgroup controller "memory"'
	says 'hint:'
}
