# SPDX-License-Identifier: Apache-2.0
# Classes T1, T2 and T3: a rootfs whose every path that the runtime touches is a link to the host, or is exchanged for one
# while it looks, and a procfs that is none. A canary outside the rootfs must come out untouched.

load lib

prepare() {
	CANARY=$T/canary
	mkdir -p "$CANARY/directory"
	echo canary >"$CANARY/file"
	chmod 700 "$CANARY"
	BEFORE=$(canary)
}

# names, modes, owners, kinds and contents
canary() {
	find "$CANARY" -printf '%P %y %m %u %g %s\n' | sort
	cat "$CANARY/file"
}

untouched() {
	equal "$(canary)" "$BEFORE"
	! grep -F "$CANARY" /proc/self/mountinfo || false
}

# link NAME TARGET: in the rootfs, in place of what is there
link() {
	rm -rf "${B:?}/rootfs/$1"
	ln -s "$2" "$B/rootfs/$1"
}

UP=../../../../../../../../../..

@test "T1: mount targets are links to the host, absolute and relative" {
	local name
	for name in dev proc sys mnt; do
		link "$name" "$CANARY/directory"
	done
	conf '.mounts += [{destination: "/mnt/deep", type: "tmpfs", source: "tmpfs"}]'
	runs
	untouched
	for name in dev proc sys mnt; do
		link "$name" "$UP$CANARY/directory"
	done
	runs
	untouched
}

@test "T1: the target of a bound file and directory is a link to the host" {
	echo bound >"$T/bound"
	mkdir -p "$T/bound.d"
	link etc/hosts "$CANARY/file"
	link mnt "$UP$CANARY/directory"
	args cat /etc/hosts
	conf '.mounts += [{destination: "/etc/hosts", type: "bind", source: ($t + "/bound"), options: ["bind"]},
		{destination: "/mnt", type: "bind", source: ($t + "/bound.d"), options: ["bind"]}]' --arg t "$T"
	runs
	untouched
}

@test "T1: /dev without a mount of its own: links in place of the devices" {
	local name
	conf '.mounts |= map(select(.destination | startswith("/dev") | not))'
	for name in null zero tty console ptmx fd stdin core; do
		ln -s "$CANARY/file" "$B/rootfs/dev/$name"
	done
	runs
	untouched
	link dev "$CANARY/directory"
	runs
	untouched
}

@test "T1: a device of the spec behind a link to the host" {
	link mnt "$CANARY/directory"
	conf '.linux.devices = [{path: "/mnt/node", type: "c", major: 1, minor: 3, fileMode: 438}]'
	runs
	untouched
}

@test "T1: /etc/passwd is a FIFO, a device, endless, a link to the host" {
	conf '.process.env |= map(select(startswith("HOME=") | not))'
	script 'echo "home $HOME"'
	rm "$B/rootfs/etc/passwd"
	mkfifo "$B/rootfs/etc/passwd"
	run timeout 60 "$RUNTIME" --root "$T/state" run -b "$B" "$ID" </dev/null
	exits 0
	rm "$B/rootfs/etc/passwd"
	mknod "$B/rootfs/etc/passwd" c 1 5 && run timeout 60 "$RUNTIME" --root "$T/state" run -b "$B" "$ID" </dev/null
	exits 0
	link etc/passwd "$CANARY/file"
	runs
	exits 0
	untouched
}

@test "T1: masked and read-only paths behind links to the host" {
	link masked "$CANARY/file"
	link readonly "$UP$CANARY/directory"
	conf '.linux.maskedPaths += ["/masked"] | .linux.readonlyPaths += ["/readonly"]'
	runs
	untouched
}

@test "T1: the working directory is made in the container, not behind a link to the host" {
	link work "$CANARY/directory"
	conf '.process.cwd = "/work/made"'
	runs
	untouched
}

@test "T1: /dev/null in the rootfs is another file: what is masked stays hidden" {
	conf '.mounts |= map(select(.destination | startswith("/dev") | not)) | .linux.maskedPaths += ["/etc/group"]'
	echo secret >"$B/rootfs/dev/null"
	script 'cat /etc/group'
	runs
	says_not secret
	says_not extra
}

@test "T1: what fails in procfs is said: a mount below /proc, another filesystem on it" {
	mkdir -p "$T/forged/self/attr"
	conf '.mounts += [{destination: "/proc/self/attr", type: "tmpfs", source: "tmpfs"}]'
	runs
	fails
	says 'inside /proc'
	conf '.mounts[-1] = {destination: "/proc", type: "bind", source: ($t + "/forged"), options: ["rbind"]}' --arg t "$T"
	runs
	fails
	says 'proc'
}

@test "T3: the runtime refuses a host's /proc that is none" {
	not_in_runc 'has words of its own'
	run unshare -m --propagation private bash -c 'mount -t tmpfs tmpfs /proc && exec "$@"' _ \
		env HOY_UNPROTECTED=1 "$RUNTIME" --root "$T/state" run -b "$B" "$ID" </dev/null
	fails
	says '/proc'
}

@test "T3: sysctls go into the kernel, whatever the rootfs has at /proc" {
	mkdir -p "$B/rootfs/proc/sys/net/ipv4"
	echo forged >"$B/rootfs/proc/sys/net/ipv4/ip_default_ttl"
	conf '.linux.sysctl = {"net.ipv4.ip_default_ttl": "77"}'
	script 'cat /proc/sys/net/ipv4/ip_default_ttl'
	runs
	exits 0
	is 77
	equal "$(cat "$B/rootfs/proc/sys/net/ipv4/ip_default_ttl")" forged
}

@test "T3: a sysctl of the host's is refused" {
	local name
	for name in kernel.core_pattern vm.swappiness net/../kernel/core_pattern; do
		conf '.linux.sysctl = {($n): "1"}' --arg n "$name"
		runs
		fails
		says "sysctl"
	done
}

# raced RUNS: runs while a directory and a link to the canary change places; each run works or fails, in words
raced() {
	local i
	mkdir -p "$B/rootfs/race/sub" "$B/rootfs/race/masked"
	echo x >"$B/rootfs/race/file"
	ln -s "$UP$CANARY" "$B/rootfs/other"
	background "$BATS_FILE_TMPDIR/rootfs/bin/probe" exchange "$B/rootfs/race" "$B/rootfs/other"
	for ((i = 0; i < $1; i++)); do
		runs
		[ "$status" = 0 ] || [ -n "$output" ] || return 1
	done
	kill "$HELPER"
	untouched
}

@test "T2: the target of a mount is exchanged for a link to the host, over and over" {
	echo bound >"$T/bound"
	conf '.mounts += [{destination: "/race/sub", type: "tmpfs", source: "tmpfs"}, {destination: "/race/new/deep", type: "tmpfs", source: "tmpfs"},
		{destination: "/race/file", type: "bind", source: ($t + "/bound"), options: ["bind"]}]' --arg t "$T"
	raced 60
}

@test "T2: masked and read-only paths and devices are exchanged for links to the host, over and over" {
	conf '.linux.maskedPaths += ["/race/file", "/race/masked"] | .linux.readonlyPaths += ["/race/sub"]
		| .linux.devices = [{path: "/race/node", type: "c", major: 1, minor: 3}] | .process.cwd = "/race"'
	raced 60
}
