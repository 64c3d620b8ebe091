# SPDX-License-Identifier: Apache-2.0
# Classes T4, T6 and T9: descriptors that leak, privileges of run and exec field by field, user strings, sizes.

load lib

@test "T4: the process has 0, 1 and 2, whatever the caller has open" {
	args probe fds
	exec 7</ 8<"$T" 9>"$T/nine"
	runs
	exec 7>&- 8>&- 9>&-
	exits 0
	equal "$(cut -d' ' -f1 <<<"$output" | tr '\n' ' ')" '0 1 2 '
}

@test "T4: exec has 0, 1 and 2, too" {
	sleeping
	exec 7</ 8<"$T"
	run rt exec "$ID" probe fds </dev/null
	exec 7>&- 8>&-
	exits 0
	equal "$(cut -d' ' -f1 <<<"$output" | tr '\n' ' ')" '0 1 2 '
}

@test "T4: --preserve-fds hands over as many as it says" {
	args probe fds
	echo kept >"$T/kept"
	run bash -c 'exec 3<"$1/kept" 4<"$1"; shift; exec "$@"' _ "$T" "$RUNTIME" --root "$T/state" run --preserve-fds 1 -b "$B" "$ID" </dev/null
	exits 0
	equal "$(cut -d' ' -f1 <<<"$output" | tr '\n' ' ')" '0 1 2 3 '
}

@test "T4: a working directory behind a descriptor of the runtime's (CVE-2024-21626)" {
	local fd
	exec 7</
	for fd in 3 4 5 6 7 8 9 10 11 12; do
		conf '.process.cwd = $d' --arg d "/proc/self/fd/$fd"
		args ls -d /etc/hostname ../../../../../../etc
		runs
		fails
	done
	exec 7>&-
}

@test "T4: a working directory of exec behind a descriptor" {
	local fd
	sleeping
	exec 7</
	for fd in 3 4 5 6 7 8 9 10 11 12; do
		run rt exec --cwd "/proc/self/fd/$fd" "$ID" pwd
		fails
	done
	exec 7>&-
}

# hosts_program FD: a program of the host's, by the way of a descriptor that init may have open
hosts_program() {
	printf '/proc/self/fd/%s/../../../../../../../../../../../../..%s' "$1" "$T/ours/busybox"
}

hosts_program_made() {
	mkdir -p "$T/ours"
	cp "$(command -v busybox)" "$T/ours/busybox"
}

@test "T4: a program behind a descriptor of the runtime's (CVE-2024-21626)" {
	local fd
	hosts_program_made
	for fd in 3 4 5 6 7 8 9 10 11 12 13 14; do
		args "$(hosts_program $fd)" echo escaped
		runs
		fails
		! grep -qx escaped <<<"$output" || false
	done
}

@test "T4: the same as the interpreter of a script" {
	local fd
	hosts_program_made
	for fd in 3 4 5 6 7 8 9 10 11 12 13 14; do
		printf '#!%s echo\n' "$(hosts_program $fd)" >"$B/rootfs/trap"
		chmod 755 "$B/rootfs/trap"
		args /trap
		runs
		fails
		! grep -qx /trap <<<"$output" || false
	done
}

@test "T4: the same of exec" {
	local fd
	hosts_program_made
	sleeping
	for fd in 3 4 5 6 7 8 9 10 11 12 13 14; do
		run rt exec "$ID" "$(hosts_program $fd)" echo escaped
		fails
		! grep -qx escaped <<<"$output" || false
	done
}

@test "init does not outlive a runtime that is killed while it waits for it" {
	local i pid
	not_in_runc 'its init waits on'
	cat >"$T/hook" <<-EOF
		#!/bin/sh
		sed 's/.*"pid": *\([0-9]*\).*/\1/' >"$T/pid"
		kill -9 \$PPID
	EOF
	chmod 755 "$T/hook"
	conf '.hooks.createRuntime = [{path: $p}]' --arg p "$T/hook"
	args sleep 1000
	runs
	fails || true
	pid=$(cat "$T/pid")
	for ((i = 0; i < 100; i++)); do
		[ -d "/proc/$pid" ] || break
		sleep 0.1
	done
	[ ! -d "/proc/$pid" ]
	# killed in the middle of create, it could record nothing: the empty cgroups are ours to remove
	our_cgroups | xargs -r rmdir
}

@test "T6: run and exec have the same privileges, field by field" {
	local fields='Uid|Gid|Groups|CapInh|CapPrm|CapEff|CapBnd|CapAmb|NoNewPrivs|Seccomp|Umask'
	conf '.process.user = {uid: 1000, gid: 1000, additionalGids: [2000]} | .process.noNewPrivileges = true
		| .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["acct"], action: "SCMP_ACT_ERRNO"}]}'
	script "grep -E '^($fields):' /proc/self/status >/tmp/first; exec sleep 1000"
	started
	wait_for 20 test -s "$B/rootfs/tmp/first"
	run rt exec "$ID" grep -E "^($fields):" /proc/self/status
	exits 0
	is "$(cat "$B/rootfs/tmp/first")"
	says '^Groups:.2000 *$'
	says '^CapInh:.0000000000000000$'
}

@test "T6: nothing of the caller's comes along: inheritable and ambient capabilities, groups" {
	args grep -E 'CapInh|CapAmb|Groups' /proc/self/status
	run setpriv --inh-caps +chown,+kill --ambient-caps +chown,+kill --groups 3333,4444 "$RUNTIME" --root "$T/state" run -b "$B" "$ID" </dev/null
	exits 0
	says '^CapInh:.0000000000000000$'
	says '^CapAmb:.0000000000000000$'
	says_not '3333|4444'
	sleeping
	run setpriv --inh-caps +chown --ambient-caps +chown --groups 3333 "$RUNTIME" --root "$T/state" exec "$ID" grep -E 'CapInh|CapAmb|Groups' /proc/self/status
	says '^CapInh:.0000000000000000$'
	says '^CapAmb:.0000000000000000$'
	says_not 3333
}

@test "T6: signals that the caller ignores are not ignored in the container" {
	local odd='import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
os.execvp(sys.argv[1], sys.argv[1:])'
	args grep SigIgn /proc/self/status
	run python3 -c "$odd" "$RUNTIME" --root "$T/state" run -b "$B" "$ID" </dev/null
	exits 0
	equal "$output" $'SigIgn:\t0000000000000000'
	sleeping
	run python3 -c "$odd" "$RUNTIME" --root "$T/state" exec "$ID" grep SigIgn /proc/self/status </dev/null
	exits 0
	equal "$output" $'SigIgn:\t0000000000000000'
}

@test "T6: exec --cap does not fill the inheritable set (CVE-2022-29162)" {
	sleeping
	run rt exec --cap CAP_SYS_TIME "$ID" grep Cap /proc/self/status
	says '^CapInh:.0000000000000000$'
	says '^CapEff:.00000000aa0425fb$'
}

@test "T6: exec --user: numbers, and what is none" {
	local bad
	sleeping
	run rt exec -u 1 "$ID" id -u
	is 1
	run rt exec -u 1:2 "$ID" sh -c 'id -u; id -g'
	is $'1\n2'
	! is_runc || return 0 # it takes "1:2:3"
	for bad in -1 4294967296 99999999999 18446744073709551617 root 0x1 1:root 1:-1 1:4294967296 '1 ' ' 1' 1:2:3; do
		run rt exec --user="$bad" "$ID" id -u
		fails
	done
}

@test "T6: process.user: numbers that are none" {
	local bad
	not_in_runc 'leaves it to the kernel'
	for bad in -1 4294967296 1.5 '"0"'; do
		conf ".process.user.uid = $bad"
		runs
		fails
		says 'uid'
	done
}

@test "T6: init cannot be looked into before it is the container's program (CVE-2016-9962)" {
	not_in_runc 'waits in a binary of its own'
	created
	equal "$(stat -c %u "/proc/$PID/environ")" 0
	# undumpable: procfs gives its files to the real root, and ptrace asks for CAP_SYS_PTRACE
	run setpriv --bounding-set -sys_ptrace --inh-caps -sys_ptrace readlink "/proc/$PID/exe"
	[ "$status" != 0 ]
}

@test "T9: a config.json that is deep, huge, cut off, or no JSON" {
	local text
	text=$(printf '[%.0s' {1..5000})
	for text in "$text" '{"a":' 'no json' '' '[]' '"x"'; do
		printf %s "$text" >"$B/config.json"
		runs
		fails
	done
	head -c 20000000 /dev/zero | tr '\0' ' ' >"$B/config.json"
	runs
	fails
}

@test "T9: more mappings than the kernel takes (CVE-2021-43784)" {
	conf '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [range(0; 5000) | {containerID: ., hostID: (100000 + .), size: 1}] | .linux.gidMappings = .linux.uidMappings'
	runs
	fails
	nothing_from our_state
}

@test "--no-pivot: the host's procfs lets nobody mount one without masks" {
	args unshare -mrpf sh -euc 'mount -t proc none /proc; ls /proc/sys/kernel'
	runs --no-pivot
	fails
	says '[Pp]ermission denied'
}
