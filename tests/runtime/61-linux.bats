# SPDX-License-Identifier: Apache-2.0
# Properties of runtime-spec 1.3.0 below "linux" and what it says of wrong ones; what hooks do when creation fails.

load lib

# fails_naming PROPERTY: and nothing is left
fails_naming() {
	runs
	fails
	says "$1"
	nothing_from our_state
	nothing_from our_cgroups
}

@test "intelRdt: without resctrl an error that names it" {
	not_in_runc "ignores it"
	[ ! -e /sys/fs/resctrl/schemata ] || skip "this machine has resctrl"
	conf '.linux.intelRdt = {closID: "gold"}'
	fails_naming 'linux.intelRdt: no resctrl'
	sleeping_without_rdt
	run rt update --l3-cache-schema "L3:0=f" "$ID"
	fails
	says 'linux.intelRdt'
}

sleeping_without_rdt() {
	conf 'del(.linux.intelRdt)'
	sleeping
}

@test "intelRdt: with resctrl, a group of its own" {
	[ -e /sys/fs/resctrl/schemata ] || skip "no resctrl here"
	conf '.linux.intelRdt = {schemata: []}'
	sleeping
	grep -qx "$PID" "/sys/fs/resctrl/$ID/tasks"
	rt delete --force "$ID"
	[ ! -e "/sys/fs/resctrl/$ID" ]
}

@test "intelRdt: values that are none" {
	not_in_runc "takes them all"
	local bad
	for bad in '{"closID": "a/b"}' '{"closID": ".."}' '{"closID": "info"}' '{"memBwSchema": "L3:0=f"}' '{"memBwSchema": "MB:0=1\nMB:1=2"}' \
		'{"l3CacheSchema": "L3:0=f\nL3:1=f"}' '{"schemata": ["L3:0=f\nx"]}'; do
		conf '.linux.intelRdt = $r' --argjson r "$bad"
		fails_naming 'linux.intelRdt.(closID|memBwSchema|l3CacheSchema|schemata)'
	done
}

@test "mountLabel: without SELinux an error that says so" {
	not_in_runc "lets the mount fail"
	! grep -q selinuxfs /proc/filesystems || skip "this machine has SELinux"
	conf '.linux.mountLabel = "system_u:object_r:container_file_t:s0:c1,c2"'
	fails_naming 'linux.mountLabel: this kernel has no SELinux'
}

@test "mountLabel: with SELinux the mounts have it" {
	[ -e /sys/fs/selinux/enforce ] || skip "no SELinux here"
	conf '.linux.mountLabel = "system_u:object_r:tmp_t:s0"'
	shell 'grep " /dev/shm " /proc/self/mountinfo'
	says 'context="?system_u:object_r:tmp_t:s0'
}

@test "resources: values that are none name the property" {
	not_in_runc "does not look"
	local bad
	for bad in '{"blockIO":{"weightDevice":[{"major":8,"minor":0}]}}' '{"rdma":{"mlx5_1":{}}}' '{"network":{"classID":4294967296}}'; do
		cp "$B/config.json" "$B/config.saved"
		conf '.linux.resources += $r' --argjson r "$bad"
		fails_naming 'linux.resources.(blockIO.weightDevice|rdma.mlx5_1|network.classID)'
		cp "$B/config.saved" "$B/config.json"
	done
}

@test "seccomp: rules without names, metadata without a listener" {
	not_in_runc "does not look"
	conf '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: [], action: "SCMP_ACT_ERRNO"}]}'
	fails_naming 'linux.seccomp.syscalls\[0\].names'
	conf '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", listenerMetadata: "x"}'
	fails_naming 'linux.seccomp.listenerMetadata'
}

@test "namespaces: two of a type" {
	conf '.linux.namespaces += [{type: "pid"}]'
	fails_naming 'namespace|duplicated ns'
}

@test "pids: 0 is a limit since 1.3.0, and the process itself fits" {
	not_in_runc "0 means none there"
	skip_without_controller pids
	conf '.ociVersion = "1.3.0" | .linux.resources += {pids: {limit: 0}}'
	args sleep 1000
	started
	equal "$(limit pids pids.max pids.max)" 1
	rt delete --force "$ID"
	# callers of older versions mean none by it
	conf '.ociVersion = "1.0.2"'
	started
	equal "$(limit pids pids.max pids.max)" max
	rt delete --force "$ID"
	conf '.linux.resources += {pids: {limit: -1}}'
	started
	equal "$(limit pids pids.max pids.max)" max
}

@test "time offsets, personality, memory policy" {
	not_in_runc "came later"
	conf '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {monotonic: {secs: 86400}, boottime: {secs: 864000, nanosecs: 5}}
		| .linux.personality = {domain: "LINUX32"} | .linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_STATIC_NODES"]}'
	shell 'uname -m; probe mempolicy; cut -d. -f1 /proc/uptime'
	says '^(i686|armv8l|.*32.*)$'
	says '^mode 32770 nodes 1$'
	[ "$(tail -n 1 <<<"$output")" -ge 864000 ]
	conf '.linux.memoryPolicy = {mode: "MPOL_NONE"}'
	fails_naming 'linux.memoryPolicy.mode'
	conf '.linux.memoryPolicy = {mode: "MPOL_BIND", nodes: "0", flags: ["MPOL_F_NONE"]}'
	fails_naming 'linux.memoryPolicy.flags'
}

# in a mount namespace of its own, with cgroup v2 alone
pure_v2() {
	unshare -m sh -c 'umount -R /sys/fs/cgroup && mount -t cgroup2 none /sys/fs/cgroup && exec "$@"' _ "$@"
}

@test "a cgroup that is mounted for writing belongs to the container's user; read-only it does not" {
	not_in_runc "leaves it to root with a user namespace"
	local where=/sys/fs/cgroup
	cgroup_v2 || where=$where/unified
	[ -d "$where" ] || skip "no cgroup v2 here"
	chown -R 100000:100000 "$B/rootfs"
	conf '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
		| .linux.gidMappings = .linux.uidMappings | .linux.resources = {}'
	args sleep 1000
	pure_v2 "$RUNTIME" --root "$T/state" run -d -b "$B" "$ID" >"$T/out" 2>&1 </dev/null 3>&- 4>&- || { cat "$T/out"; false; }
	equal "$(stat -c %u "$where/$ID")" 0
	pure_v2 "$RUNTIME" --root "$T/state" delete --force "$ID"
	conf '(.mounts[] | select(.type == "cgroup")).options = ["nosuid", "noexec", "nodev"]'
	args sh -c 'mkdir /sys/fs/cgroup/mine && echo made; exec sleep 1000'
	pure_v2 "$RUNTIME" --root "$T/state" run -d -b "$B" "$ID" >"$T/out" 2>&1 </dev/null 3>&- 4>&- || { cat "$T/out"; false; }
	equal "$(stat -c %u "$where/$ID" "$where/$ID/cgroup.procs" "$where/$ID/cgroup.max.depth" | tr '\n' ' ')" "100000 100000 0 "
	wait_for 5 grep -q made "$T/out"
	pure_v2 "$RUNTIME" --root "$T/state" delete --force "$ID"
}

hook() {
	printf '#!/bin/sh\njq -r .status >>"%s"\n%s\n' "$T/$1.ran" "$2" >"$T/$1"
	chmod 755 "$T/$1"
	conf '.hooks[$k] += [{path: $p, env: ["PATH=/usr/bin:/bin"]}]' --arg k "$1" --arg p "$T/$1"
}

@test "hooks: when one of creation fails, poststop runs" {
	local kind
	for kind in createRuntime createContainer; do
		conf 'del(.hooks)'
		rm -f "$T"/*.ran
		hook "$kind" 'echo no good >&2; exit 7'
		hook poststop ''
		runs
		fails
		says '7.*no good'
		equal "$(cat "$T/poststop.ran")" stopped
		nothing_from our_state
	done
}

@test "hooks without an env: those in the container have its process's, the others the caller's" {
	mkdir "$B/rootfs/hook"
	printf '#!/bin/sh\nenv >/hook/env\n' >"$B/rootfs/hook/run"
	printf '#!/bin/sh\nenv >"%s"\n' "$T/env" >"$T/run"
	chmod 755 "$B/rootfs/hook/run" "$T/run"
	conf '.process.env += ["OF=container"] | .hooks = {createRuntime: [{path: $p}], startContainer: [{path: "/hook/run"}]}' --arg p "$T/run"
	args true
	run env OF=caller "$RUNTIME" --root "$T/state" run -b "$B" "$ID" </dev/null
	exits 0
	grep -x OF=caller "$T/env"
	grep -x OF=container "$B/rootfs/hook/env"
}

@test "hooks: when poststart fails the container is stopped, and start says why" {
	not_in_runc "runs them in create"
	hook poststart 'exit 7'
	hook poststop ''
	args sleep 1000
	created
	run rt start "$ID"
	fails
	says 'poststart.*7'
	stops 5
	rt delete "$ID"
	equal "$(cat "$T/poststop.ran")" stopped
}

@test "without a mount namespace it is in the caller's, has its root all the same, and mounts nothing there" {
	not_in_runc "mounts it all in the caller's namespace and leaves it there"
	conf 'del(.linux.maskedPaths, .linux.readonlyPaths) | .root.readonly = true
		| .mounts += [{destination: "/mnt", type: "tmpfs", source: "tmpfs", options: ["size=64k"]}]
		| .linux.namespaces |= map(select(.type != "mount"))'
	echo mine >"$B/rootfs/etc/mine"
	args sh -c 'touch /mnt/kept; exec sleep 1000'
	created
	equal "$(readlink "/proc/$PID/ns/mnt")" "$(readlink /proc/self/ns/mnt)"
	rt start "$ID"
	wait_for 10 rt exec "$ID" test -e /mnt/kept
	run rt exec "$ID" sh -c 'cat /etc/mine; stat -f -c %T /mnt; cd /; pwd; [ -c /dev/null ]; touch /new'
	says '^mine$'
	says '^tmpfs$'
	says 'Read-only'
	nothing_from our_mounts
}

@test "run.oci.keep_original_groups: the groups of the caller stay" {
	not_in_runc "is crun's"
	skip_without setpriv
	script 'cat /proc/self/status'
	run setpriv --groups 54321,54322 "$RUNTIME" --root "$T/state" run -b "$B" "$ID" </dev/null
	exits 0
	says '^Groups:[[:space:]]*$'
	conf '.annotations = {"run.oci.keep_original_groups": "1"}'
	run setpriv --groups 54321,54322 "$RUNTIME" --root "$T/state" run -b "$B" "$ID" </dev/null
	exits 0
	says '^Groups:[[:space:]]*54321 54322'
}

@test "features: what 1.3.0 added" {
	not_in_runc "came later"
	run rt features
	exits 0
	jq -e '.linux.intelRdt == {enabled: true, schemata: true, monitoring: true} and .linux.netDevices.enabled
		and (.linux.memoryPolicy.modes | index("MPOL_BIND") != null) and (.linux.memoryPolicy.flags | length == 3)' <<<"$output"
}
