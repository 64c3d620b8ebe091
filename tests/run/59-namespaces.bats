#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# --pid, --ipc, --uts, --cgroupns, --userns: whose namespaces a container is in, seen from inside.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() {
	hoy rm -f donor second >/dev/null 2>&1 || true
	leaves_nothing_behind
}

inside() {
	try hoy run --rm "$@"
}

# namespace TYPE: ours
ours() {
	readlink "/proc/self/ns/$1"
}

donor() {
	hoy run -d --name donor "$@" $REGISTRY/busybox sh -c 'echo donor >/dev/shm/note; touch /dev/shm/ready; sleep 1000' >/dev/null
	wait_for 5 hoy exec donor test -e /dev/shm/ready
}

recorded() {
	cat "$SCRATCH"/root/containers/*/record.json
}

@test "without options all are its own; with host each is ours" {
	inside $REGISTRY/busybox sh -c 'for n in pid ipc uts cgroup; do readlink /proc/self/ns/$n; done'
	local n
	for n in pid ipc uts cgroup; do
		says_not "^$n:\[$(ours $n | tr -dc 0-9)\]\$"
	done
	inside --pid host --ipc host --uts host --cgroupns host --userns host $REGISTRY/busybox sh -c 'for n in pid ipc uts cgroup user; do readlink /proc/self/ns/$n; done'
	is "$(for n in pid ipc uts cgroup user; do ours $n; done)"
}

@test "--pid host: it sees this shell, and what it leaves running is gone with it" {
	inside --pid host $REGISTRY/busybox sh -c "cat /proc/$$/comm; (sleep 654321 &); sleep 0.1"
	is "$(cat /proc/$$/comm)"
	wait_for 5 no_process_sleeps 654321
}

no_process_sleeps() {
	! grep -qxzF "$1" /proc/[0-9]*/cmdline 2>/dev/null || false
}

@test "--uts host: the host's name, and no other can be asked for" {
	inside --uts host $REGISTRY/busybox sh -c 'cat /proc/sys/kernel/hostname /etc/hostname'
	is "$(printf '%s\n' "$(hostname)" "$(hostname)")"
	inside --uts host -h other $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'conflicting options: hostname and the UTS mode'
}

@test "--cgroupns host: it sees where it stands; private: it is the root" {
	inside --cgroupns host $REGISTRY/busybox cat /proc/self/cgroup
	says ':/hoy-[0-9a-f]{64}$'
	inside --cgroupns private $REGISTRY/busybox cat /proc/self/cgroup
	says_not 'hoy-'
}

@test "--ipc: none has no /dev/shm; host has the host's; --shm-size is the size of its own" {
	inside --ipc none $REGISTRY/busybox sh -c 'ls -d /dev/shm; grep -c /dev/shm /proc/self/mountinfo' 2>&1
	says '^0$'
	local file=/dev/shm/hoy-test-$$
	echo ours >"$file"
	inside --ipc host $REGISTRY/busybox cat "$file"
	rm -f "$file"
	is ours
	inside --ipc private --shm-size 1m $REGISTRY/busybox sh -c 'df -k /dev/shm | tail -n 1 | awk "{print \$2}"'
	is 1024
	inside --ipc none --shm-size 1m $REGISTRY/busybox true
	exits 0
	says 'warning: --shm-size: with --ipc none the container has no /dev/shm of its own'
	inside --ipc host --sysctl kernel.msgmax=9000 $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'not allowed in host ipc namespace'
}

@test "--ipc container: the namespace and /dev/shm of one that is shareable, and of no other" {
	donor --ipc shareable
	inside --ipc container:donor $REGISTRY/busybox sh -c 'cat /dev/shm/note; echo joined >/dev/shm/answer; readlink /proc/self/ns/ipc'
	says '^donor$'
	[ "${lines[1]}" = "$(hoy exec donor readlink /proc/self/ns/ipc)" ]
	[ "$(hoy exec donor cat /dev/shm/answer)" = joined ]
	hoy rm -f donor >/dev/null
	donor
	inside --ipc container:donor $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'failed to join IPC namespace: container [0-9a-f]{64}: non-shareable IPC \(hint: use IpcMode:shareable for the donor container\)'
}

@test "--pid container: its processes are seen and signalled; exec joins, too; its end is ours" {
	donor
	inside --pid container:donor $REGISTRY/busybox sh -c 'cat /proc/1/cmdline | tr "\0" " "; echo; readlink /proc/self/ns/pid'
	says 'sleep 1000'
	says "^$(hoy exec donor readlink /proc/self/ns/pid | sed 's/[][]/\\&/g')\$"
	hoy run -d --name second --pid "container:$(hoy ps -q --no-trunc | head -n 1 | cut -c1-12)" $REGISTRY/busybox sleep 2000 >/dev/null
	run hoy exec second ps
	says 'sleep 1000'
	says 'sleep 2000'
	grep -qE '"PidMode":"container:[0-9a-f]{64}"' <<<"$(recorded)"
	hoy kill donor >/dev/null
	wait_for 10 ended second
}

ended() {
	! hoy ps -q --filter name="$1" | grep -q . || false
}

@test "a container that is not there, or does not run, is said by name" {
	inside --pid container:nobody $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'nobody: no such container'
	hoy run --name donor --ipc shareable $REGISTRY/busybox true
	inside --pid container:donor $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'failed to join PID namespace: container donor is not running'
}

@test "modes that do not exist are refused in Docker's words" {
	local row
	for row in 'pid PID' 'ipc IPC' 'uts UTS' 'cgroupns CGROUP' 'userns USER'; do
		for mode in nonsense container: container; do
			inside --${row% *} $mode $REGISTRY/busybox true
			exits 125
			one_clear_line
			says "^hoy: --${row% *}: invalid ${row#* } mode: $mode"
		done
	done
	inside --uts container:x $REGISTRY/busybox true
	exits 125
}

@test "T4, T6: a process in a shared pid namespace has no descriptor and no right of hoy's" {
	donor --cap-drop all
	inside --pid container:donor --ipc private --cap-drop all $REGISTRY/busybox sh -c 'ls /proc/self/fd | wc -l; grep CapEff /proc/self/status; cat /proc/1/environ >/dev/null 2>&1 && echo read'
	# 0, 1, 2 and the one of ls
	[ "${lines[0]}" = 4 ]
	says 'CapEff:.*0000000000000000'
}

@test "create, then start: what was asked for is what it gets; another container's namespaces are those of now" {
	local shares=()
	[ ! -e /sys/fs/cgroup/cpu ] || shares=(-c 333)
	donor --ipc shareable
	hoy create --name second --pid container:donor --ipc container:donor --oom-score-adj 77 "${shares[@]}" --group-add 88 --ulimit nofile=77 \
		--domainname example.org --security-opt no-new-privileges $REGISTRY/busybox sleep 3000 >/dev/null
	local before
	before=$(hoy exec donor readlink /proc/self/ns/pid)
	hoy kill donor >/dev/null
	hoy wait donor >/dev/null
	try hoy start second
	[ "$status" != 0 ]
	one_clear_line
	says 'failed to join PID namespace: container donor is not running'
	hoy start donor >/dev/null
	hoy start second >/dev/null
	run hoy exec second sh -c 'readlink /proc/self/ns/pid; cat /proc/self/oom_score_adj; id -G; ulimit -n; cat /proc/sys/kernel/domainname; grep NoNewPrivs /proc/self/status | cut -f 2; cat /sys/fs/cgroup/cpu/cpu.shares 2>/dev/null || echo 333'
	[ "${lines[0]}" = "$(hoy exec donor readlink /proc/self/ns/pid)" ]
	is "${lines[0]}
77
0 88
77
example.org
1
333"
}
