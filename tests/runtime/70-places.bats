# SPDX-License-Identifier: Apache-2.0
# Where the runtime is called from: by a service manager ($NOTIFY_SOCKET, $LISTEN_FDS), by a user who is not root, in a user
# namespace, in another container, by a root without CAP_SYS_RESOURCE.

load lib

# ---- a service manager

# manager: takes datagrams on $T/manager and prints a line for each; descriptors that come along are closed when it was read
manager() {
	exec python3 - "$T/manager" <<'END'
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("bound", flush=True)
while True:
    data, fds, _, _ = socket.recv_fds(s, 4096, 4)
    print(data.decode().strip().replace("\n", " "), flush=True)
    for fd in fds:
        os.close(fd)
END
}

managed() {
	skip_without python3
	background manager
	wait_for 10 grep -q bound "$T/helper.out"
	export NOTIFY_SOCKET=$T/manager
	conf '.root.readonly = false'
}

heard() {
	grep -qx -- "$1" "$T/helper.out"
}

@test "NOTIFY_SOCKET: the process has one of its own, whoever it runs as; READY reaches the manager, nothing else does" {
	managed
	conf '.process.user = {"uid":1000,"gid":1000}'
	script 'echo $NOTIFY_SOCKET; probe notify "STATUS=on the way"; probe notify "STATUS=done
READY=1"; sleep 0.3'
	runs
	exits 0
	says '^/run/notify/'
	wait_for 5 heard READY=1
	! grep -q STATUS "$T/helper.out" || false
}

@test "NOTIFY_SOCKET with run --detach: it returns when the container is ready, and names its pid" {
	managed
	script 'sleep 0.5; probe notify READY=1; echo told; exec sleep 1000'
	started
	heard READY=1
	heard "MAINPID=$PID"
	status_is running
}

@test "NOTIFY_SOCKET with create and start: start returns when the container is ready" {
	managed
	script 'sleep 0.5; probe notify READY=1; exec sleep 1000'
	created
	! heard READY=1 || false
	rt start "$ID"
	heard READY=1
	heard "MAINPID=$PID"
}

@test "NOTIFY_SOCKET: a container that ends without a word ends the waiting" {
	not_in_runc "waits on"
	managed
	args true
	started
	stops 5
	rt delete "$ID"
	created
	rt start "$ID"
	stops 5
}

@test "LISTEN_FDS: the descriptors and their count reach the process" {
	not_in_runc "wants \$LISTEN_PID to be its own"
	echo first >"$T/first"
	script 'echo $LISTEN_FDS $LISTEN_PID $LISTEN_FDNAMES; cat <&3'
	run env LISTEN_FDS=1 LISTEN_FDNAMES=web "$RUNTIME" --root "$T/state" run -b "$B" "$ID" 3<"$T/first"
	exits 0
	is $'1 1 web\nfirst'
	run env LISTEN_FDS=1 LISTEN_PID=1 "$RUNTIME" --root "$T/state" run -b "$B" "$ID" 3<"$T/first"
	says_not '^first$'
	run env LISTEN_FDS=x "$RUNTIME" --root "$T/state" run -b "$B" "$ID" 3<"$T/first"
	fails
}

cleanup() {
	find /sys/fs/cgroup -maxdepth 2 -type d -name "$ID" -exec rmdir {} + 2>/dev/null || true
}

# ---- who is not root

user() {
	setpriv --reuid 4321 --regid 4321 --clear-groups env "XDG_RUNTIME_DIR=$T/user" "HOME=$T/user" "$@"
}

# a copy of the runtime that the user may execute, wherever the tree lies
users_runtime() {
	cp "$RUNTIME" "$T/runtime"
	chmod 755 "$T/runtime"
	mkdir "$T/user"
	rm "$B/config.json"
	chown -R 4321:4321 "$B" "$T/user"
	cd "$B" || return 1
	user unshare -U true 2>/dev/null || skip "no user namespaces for users here"
	user "$T/runtime" spec --rootless
	conf '.process.terminal = false | .process.args = $ARGS.positional' --args -- "$@"
}

@test "rootless: spec --rootless, run, and every command that needs no cgroup" {
	skip_without setpriv
	users_runtime sh -c 'id -u; cat /proc/self/uid_map; touch /tmp/x 2>&1; hostname'
	run user "$T/runtime" run "$ID" </dev/null
	exits 0
	[ "${lines[0]}" = 0 ]
	says '^ +0 +4321 +1$'
	run user "$T/runtime" --rootless true run "$ID" </dev/null
	exits 0
	conf '.process.args = ["sleep", "1000"]'
	user "$T/runtime" run -d "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&-
	run user "$T/runtime" exec "$ID" id -u
	exits 0
	is 0
	run user "$T/runtime" list -q
	is "$ID"
	equal "$(user "$T/runtime" state "$ID" | jq -r .status)" running
	run user "$T/runtime" delete "$ID"
	fails
	user "$T/runtime" kill "$ID" KILL
	user "$T/runtime" delete --force "$ID"
	[ -z "$(ls -A "$T/user/"*runtime* 2>/dev/null)" ] || [ -z "$(user "$T/runtime" list -q)" ]
}

@test "rootless: clocks of its own" {
	skip_without setpriv
	not_in_runc "came later"
	[ -e /proc/self/ns/time ] || skip "no time namespaces here"
	users_runtime cat /proc/self/timens_offsets
	conf '.linux.namespaces += [{type: "time"}] | .linux.timeOffsets = {monotonic: {secs: 700}, boottime: {secs: 800, nanosecs: 5}}'
	run user "$T/runtime" run "$ID" </dev/null
	exits 0
	says '^monotonic +700 +0$'
	says '^boottime +800 +5$'
	conf '.process.args = ["sh", "-c", "cat /proc/uptime; for n in time time_for_children; do readlink /proc/self/ns/$n; done | uniq | wc -l"]'
	run user "$T/runtime" run "$ID" </dev/null
	exits 0
	[ "${lines[0]%%.*}" -ge 800 ]
	[ "${lines[-1]}" = 1 ]
}

# a user of this machine, in a mount namespace of the test's own, whose are the ids from 200000 on
mapped_user() {
	sed '/^hoytest:/d' /etc/passwd >"$T/passwd"
	echo "hoytest:x:4321:4321::/:/bin/sh" >>"$T/passwd"
	echo "hoytest:200000:1000" >"$T/subids"
	unshare -m --propagation private sh -euc '
		mount --bind "$1/passwd" /etc/passwd
		mount --bind "$1/subids" /etc/subuid
		mount --bind "$1/subids" /etc/subgid
		shift
		exec setpriv --reuid 4321 --regid 4321 --clear-groups "$@"' _ "$T" env "XDG_RUNTIME_DIR=$T/user" "HOME=$T/user" "$@"
}

@test "rootless: more ids than one, by newuidmap and newgidmap" {
	not_in_runc "no additional groups there"
	skip_without setpriv newuidmap newgidmap
	[ -e /etc/subuid ] && [ -e /etc/subgid ] || skip "nothing to mount the test's own over"
	users_runtime cat /proc/self/uid_map /proc/self/gid_map /proc/self/setgroups
	conf '.linux.uidMappings += [{containerID: 1, hostID: 200000, size: 1000}]
		| .linux.gidMappings += [{containerID: 1, hostID: 200000, size: 1000}] | .process.user = {uid: 7, gid: 8, additionalGids: [9]}'
	run mapped_user "$T/runtime" run "$ID" </dev/null
	exits 0
	[ "$(grep -cE '^ +1 +200000 +1000$' <<<"$output")" = 2 ]
	says '^allow$'
	conf '.process.args = ["id"]'
	run mapped_user "$T/runtime" run "$ID" </dev/null
	exits 0
	says '^uid=7.* gid=8.* groups=(8,)?9'
	conf '.linux.uidMappings[1].hostID = 900000'
	run mapped_user "$T/runtime" run "$ID" </dev/null
	fails
	says 'newuidmap'
}

@test "rootless: a working directory that is for the user alone" {
	skip_without setpriv newuidmap newgidmap
	not_in_runc "words differ"
	[ -e /etc/subuid ] && [ -e /etc/subgid ] || skip "nothing to mount the test's own over"
	users_runtime pwd
	# its group has no name in the container, so not even root there may enter
	mkdir -m 700 "$B/rootfs/home/private"
	chown 200006:0 "$B/rootfs/home/private"
	conf '.linux.uidMappings += [{containerID: 1, hostID: 200000, size: 1000}] | .process.user.uid = 7 | .process.cwd = "/home/private"
		| .linux.gidMappings += [{containerID: 1, hostID: 200000, size: 1000}]'
	run mapped_user "$T/runtime" run "$ID" </dev/null
	exits 0
	is /home/private
	conf '.process.user.uid = 8'
	run mapped_user "$T/runtime" run "$ID" </dev/null
	fails
	says '/home/private: Permission denied'
}

@test "rootless: v1's cgroups that were given to the user" {
	skip_without setpriv
	not_in_runc "it wants no more than the v1 half, and this is about the other one"
	! cgroup_v2 || skip "this is v2"
	skip_without_controller pids
	local tree
	for tree in /sys/fs/cgroup/*/; do
		[ "$tree" != /sys/fs/cgroup/unified/ ] || continue
		mkdir "$tree$ID" 2>/dev/null || continue
		[ ! -e "$tree$ID/cpuset.mems" ] || { cat "${tree}cpuset.mems" >"$tree$ID/cpuset.mems"; cat "${tree}cpuset.cpus" >"$tree$ID/cpuset.cpus"; }
		chown -R 4321:4321 "$tree$ID"
	done
	users_runtime sleep 1000
	conf '.linux.cgroupsPath = $p | .linux.resources.pids.limit = 20' --arg p "/$ID/inner"
	user "$T/runtime" run -d --pid-file "$T/user/pid" "$ID" </dev/null >"$T/out" 2>&1 3>&- 4>&- || { cat "$T/out"; return 1; }
	equal "$(cat "/sys/fs/cgroup/pids/$ID/inner/pids.max")" 20
	run user "$T/runtime" exec "$ID" true
	exits 0
	user "$T/runtime" delete --force "$ID"
	equal "$(find /sys/fs/cgroup -maxdepth 3 -path "*/$ID/inner")" ""
}

@test "rootless: /dev/ptmx among the devices is the container's own all the same" {
	skip_without setpriv
	users_runtime sh -c 'test -L /dev/ptmx && test -c /dev/ptmx'
	conf '.linux.devices += [{path: "/dev/ptmx", type: "c", major: 5, minor: 2}]'
	run user "$T/runtime" run "$ID" </dev/null
	exits 0
}

@test "rootless: neither a cgroup nor a pid namespace is worth a warning" {
	skip_without setpriv
	not_in_runc "came later"
	users_runtime true
	conf '.linux.namespaces -= [{type: "pid"}] | (.mounts[] | select(.type == "proc"))
		|= (.type = "none" | .source = "/proc" | .options = ["rbind", "nosuid", "nodev", "noexec"])'
	run user "$T/runtime" run "$ID" </dev/null
	exits 0
	says 'strongly discouraged'
}

@test "rootless: a limit without a cgroup is an error, not ignored" {
	skip_without setpriv
	users_runtime true
	conf '.linux.resources = {"pids":{"limit":10}}'
	run user "$T/runtime" run "$ID" </dev/null
	fails
}

@test "rootless: root of a user's namespace, as podman calls it: its state is the user's, and no cgroup is no error" {
	skip_without setpriv
	users_runtime sh -c 'id -u; cat /proc/self/uid_map'
	conf 'del(.linux.uidMappings, .linux.gidMappings) | .linux.namespaces |= map(select(.type != "user"))'
	run user env -u USER unshare -U -r -m "$T/runtime" run "$ID" </dev/null
	exits 0
	[ "${lines[0]}" = 0 ]
	says '^ +0 +4321 +1$'
	conf '.process.args = ["sleep", "1000"]'
	user env -u USER unshare -U -r -m "$T/runtime" run -d "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&-
	run user "$T/runtime" list -q
	is "$ID"
	user "$T/runtime" delete --force "$ID"
	run user env -u USER unshare -U -r -m "$T/runtime" --rootless maybe run "$ID" </dev/null
	fails
	says 'maybe'
}

@test "root of a user namespace is enough" {
	skip_without unshare
	unshare -U -r true 2>/dev/null || skip "no user namespaces here"
	rm "$B/config.json"
	cd "$B"
	rt spec --rootless
	conf '.process.terminal = false | .process.args = ["sh", "-c", "id -u; cat /proc/self/uid_map"]
		| .linux.uidMappings[0].hostID = 0 | .linux.gidMappings[0].hostID = 0'
	run unshare -U -r "$RUNTIME" --root "$T/state" run "$ID" </dev/null
	exits 0
	[ "${lines[0]}" = 0 ]
	nothing_from our_state
}

# ---- another container

# in_a_container [FILTER]: run, exec, delete of one more in a container, both with the filter's changes of their config.json
in_a_container() {
	local inner=$B/rootfs/inner config
	mkdir -p "$inner/rootfs/bin" "$inner/rootfs/proc" "$inner/rootfs/dev" "$inner/rootfs/sys" "$B/rootfs/run"
	cp "$B/rootfs/bin/busybox" "$inner/rootfs/bin/"
	ln -s busybox "$inner/rootfs/bin/sh"
	ln -s busybox "$inner/rootfs/bin/sleep"
	cp "$RUNTIME" "$B/rootfs/bin/hoy-runtime"
	jq '.linux.cgroupsPath = "/inner" | .process.args = ["sh", "-c", "echo deep; busybox id -u; busybox cut -d: -f3 /proc/self/cgroup | busybox sort -u"]
		| .linux.resources.pids = {"limit": 20}' "$B/config.json" >"$inner/config.json"
	cgroup_v2 && jq 'del(.linux.resources.pids)' "$inner/config.json" >"$inner/new" && mv "$inner/new" "$inner/config.json"
	jq '.process.args = ["sleep", "1000"]' "$inner/config.json" >"$inner/stays.json"
	conf '.process.capabilities |= with_entries(.value = $all) | .linux.maskedPaths = [] | .linux.readonlyPaths = [] | del(.linux.seccomp)
		| (.mounts[] | select(.type == "cgroup" or .type == "sysfs") | .options) |= map(select(. != "ro"))
		| .linux.resources.devices = [{"allow": true, "access": "rwm"}]' \
		--argjson all "$(rt features 2>/dev/null | jq -c .linux.capabilities)"
	script 'hoy-runtime --root /run/r run -b /inner one || exit 1
		hoy-runtime --root /run/r run -d -f stays.json -b /inner two </dev/null >/dev/null 2>&1 || exit 2
		hoy-runtime --root /run/r exec two sh -c "echo exec" || exit 3
		hoy-runtime --root /run/r delete --force two || exit 4
		hoy-runtime --root /run/r list -q'
	for config in "$B" "$inner"; do
		jq "${1-.}" "$config/config.json" >"$T/new" && mv "$T/new" "$config/config.json"
	done
	# stderr says which capabilities this machine's root does not have
	run --separate-stderr rt run -b "$B" "$ID" </dev/null
	exits 0
}

@test "in a container: run, exec, delete of one more" {
	not_in_runc "its libraries are not in there"
	in_a_container
	is $'deep\n0\n/\nexec'
}

@test "in a container: the same without cgroup namespaces" {
	not_in_runc "its libraries are not in there"
	in_a_container '.linux.namespaces |= map(select(.type != "cgroup"))'
	says '^deep$'
	says '^exec$'
	says "$ID/inner\$"
}

# ---- a root with less

@test "without CAP_SYS_RESOURCE: limits that are lowered work, those that would be raised are an error that names them" {
	skip_without setpriv
	conf '.process.rlimits = [{"type":"RLIMIT_NOFILE","soft":256,"hard":512}] | .process.oomScoreAdj = 100'
	script 'ulimit -n; ulimit -Hn; cat /proc/self/oom_score_adj'
	run setpriv --bounding-set -sys_resource --inh-caps -sys_resource "$RUNTIME" --root "$T/state" run -b "$B" "$ID" </dev/null
	exits 0
	is $'256\n512\n100'
	conf '.process.rlimits[0].hard = $n' --argjson n $(($(ulimit -Hn) + 1))
	run setpriv --bounding-set -sys_resource --inh-caps -sys_resource "$RUNTIME" --root "$T/state" run -b "$B" "$ID" </dev/null
	fails
	is_runc || says 'limit nofile'
	nothing_from our_state
	conf 'del(.process.rlimits) | .process.oomScoreAdj = -900'
	run setpriv --bounding-set -sys_resource --inh-caps -sys_resource "$RUNTIME" --root "$T/state" run -b "$B" "$ID" </dev/null
	fails
	says oom_score_adj
}
