# SPDX-License-Identifier: Apache-2.0
# linux.resources and update: what stands in the cgroup, in whatever version this machine has.

load lib

resources() {
	conf '.linux.resources += $r' --argjson r "$1"
}

@test "memory, pids, cpu, cpuset: in their files, and gone with the container" {
	skip_without_controller memory
	skip_without_controller cpuset
	resources '{"memory":{"limit":67108864},"pids":{"limit":55},"cpu":{"shares":1024,"quota":20000,"period":50000,"cpus":"0","mems":"0"}}'
	sleeping
	equal "$(limit memory memory.limit_in_bytes memory.max)" 67108864
	equal "$(limit pids pids.max pids.max)" 55
	equal "$(limit cpuset cpuset.cpus cpuset.cpus)" 0
	if cgroup_v2; then
		equal "$(limit cpu '' cpu.max)" "20000 50000"
	else
		equal "$(limit cpu cpu.cfs_quota_us '')" 20000
		equal "$(limit cpu cpu.cfs_period_us '')" 50000
		equal "$(limit cpu cpu.shares '')" 1024
	fi
	rt delete --force "$ID"
	nothing_from our_cgroups
}

@test "over the memory limit: killed" {
	skip_without_controller memory
	resources '{"memory":{"limit":16777216,"swap":16777216}}'
	args tail /dev/zero
	runs
	exits 137
}

@test "update by options, and by --resources" {
	skip_without_controller memory
	resources '{"memory":{"limit":67108864,"swap":67108864},"pids":{"limit":55}}'
	sleeping
	rt update --memory 134217728 --memory-swap 134217728 --pids-limit 66 "$ID"
	equal "$(limit memory memory.limit_in_bytes memory.max)" 134217728
	equal "$(limit pids pids.max pids.max)" 66
	echo '{"memory":{"limit":33554432,"swap":33554432},"pids":{"limit":77}}' | rt update --resources - "$ID"
	equal "$(limit memory memory.limit_in_bytes memory.max)" 33554432
	equal "$(limit pids pids.max pids.max)" 77
}

@test "values that are refused name the property or the file, and nothing is left" {
	local bad
	for bad in '{"memory":{"limit":-5}}' '{"memory":{"limit":100000000,"swap":50000000}}' '{"cpu":{"cpus":"900"}}' '{"pids":{"limit":"x"}}' \
		'{"blockIO":{"weight":5}}'; do
		cp "$B/config.json" "$B/config.saved"
		resources "$bad"
		runs
		fails
		cp "$B/config.saved" "$B/config.json"
		nothing_from our_cgroups
		nothing_from our_state
	done
}

@test "devices: what is not listed cannot be opened, though it can be made" {
	script 'mknod /tmp/kmsg c 1 11 && cat /tmp/kmsg; mknod /tmp/zero c 1 5 && head -c 1 /tmp/zero | wc -c'
	runs
	exits 0
	says 'Operation not permitted'
	says '^1$'
}

@test "a cgroupsPath with .. stays below the tree; one that is the root is refused" {
	conf '.linux.cgroupsPath = "/../../../'"$ID"'/.."'
	runs
	fails
	# runc goes there below the tree, hoy refuses it
	conf '.linux.cgroupsPath = "/../../../'"$ID"'"'
	args true
	runs
	[ ! -e "/$ID" ] && [ ! -e "/sys/$ID" ]
}

@test "a relative cgroupsPath, and none at all" {
	conf '.linux.cgroupsPath = "'"$ID"'-a/b"'
	sleeping
	[[ $(cgroup_of "$PID" pids) = */"$ID-a/b" ]]
	rt delete --force "$ID"
	find /sys/fs/cgroup -depth -type d -name "$ID-a" -exec rmdir {} + # parents of the caller's own path stay, as with runc
	conf 'del(.linux.cgroupsPath)'
	sleeping
	[[ $(cgroup_of "$PID" pids) = */"$ID" ]]
}

@test "the container sees its own cgroup as the root, and cannot write there" {
	shell 'cut -d : -f 3 /proc/self/cgroup | sort -u; for d in /sys/fs/cgroup /sys/fs/cgroup/*/; do mkdir $d/x 2>/dev/null && echo wrote $d; done; true'
	is /
}

@test "paused: frozen; update works on it; killed while frozen" {
	sleeping
	rt pause "$ID"
	status_is paused
	rt update --pids-limit 88 "$ID" || { cgroup_v2 && skip_without_controller pids; false; }
	equal "$(limit pids pids.max pids.max)" 88
	rt kill "$ID" KILL
	stops 5
}

@test "events --stats: numbers of the cgroup" {
	skip_without_controller memory
	resources '{"memory":{"limit":67108864}}'
	sleeping
	run rt events --stats "$ID"
	exits 0
	equal "$(jq -r '.type + " " + .id' <<<"$output")" "stats $ID"
	[ "$(jq .data.memory.usage.limit <<<"$output")" = 67108864 ]
	[ "$(jq .data.memory.usage.usage <<<"$output")" -gt 0 ]
	[ "$(jq .data.pids.current <<<"$output")" = 1 ]
	[ "$(jq .data.cpu.usage.total <<<"$output")" -gt 0 ]
	# the structure that readers of runc's decode
	jq -e '.data | (.memory.usage | has("failcnt")) and (.memory.swap | has("limit") and has("failcnt")) and (.memory.raw | length) > 5
		and (.memory.kernel.failcnt == 0) and (.blkio | type) == "object" and (.hugetlb | type) == "object"
		and (.cpu.usage | has("kernel") and has("user"))' <<<"$output"
}

@test "a cgroup that others are in, or that is frozen, is not taken over" {
	not_in_runc "warns"
	local directory
	sleeping
	directory=$(cgroup_of "$PID" freezer)
	run rt run -b "$B" "$ID-second" </dev/null
	fails
	says "container's cgroup is not empty"
	status_is running
	rt delete --force "$ID"
	mkdir "$directory"
	if cgroup_v2; then
		echo 1 >"$directory/cgroup.freeze"
	else
		echo FROZEN >"$directory/freezer.state"
	fi
	run timeout 20 "$RUNTIME" --root "$T/state" run -b "$B" "$ID" </dev/null
	cgroup_v2 || echo THAWED >"$directory/freezer.state"
	rmdir "$directory" || true
	fails
	says "container's cgroup unexpectedly frozen"
	nothing_from our_state
}

@test "a deadline for who may not run on every processor is refused with the reason" {
	not_in_runc "has no schedulers"
	[ "$(nproc)" -gt 1 ] || skip "one processor"
	skip_without_controller cpuset
	conf '.process.scheduler = {"policy":"SCHED_DEADLINE","runtime":42000,"deadline":1000000,"period":1000000}'
	resources '{"cpu":{"cpus":"0"}}'
	runs
	fails
	says "process scheduler can't be used together with AllowedCPUs"
}
