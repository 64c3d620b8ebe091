# SPDX-License-Identifier: Apache-2.0
# containerd's shim with hoy-runtime as its runc, driven by ctr.

load lib

setup_file() {
	have containerd ctr busybox python3 || return 0
	machine_up
	mkdir -p "$M/containerd"
	cat >"$M/containerd.toml" <<-X
		version = 2
		root = "$M/containerd/root"
		state = "$M/containerd/state"
		disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
		[grpc]
		  address = "$M/c.sock"
		[ttrpc]
		  address = "$M/t.sock"
	X
	behind containerd --config "$M/containerd.toml" --log-level warn
	wait_for 60 ctr_ version || { cat "$M/daemon.log"; return 1; }
	rootfs "$M/rootfs"
}

teardown_file() {
	machine_down
}

ctr_() {
	inside ctr --address "$M/c.sock" "$@"
}

# The root file system is a directory: no snapshotter has a part in it.
bundle() {
	ctr_ run --runc-binary "$RUNTIME" --runc-root "$M/runtime" --cgroup "/$GROUP/$NAME" --rootfs "$@"
}

setup() {
	skip_without containerd ctr busybox python3
	NAME=t$BATS_TEST_NUMBER
	R=$M/$NAME
	cp -a "$M/rootfs" "$R"
}

# a task that was killed is gone when it was deleted, which needs that it has ended
no_task() {
	! ctr_ task ls -q | grep -qx "$NAME" || { ctr_ task delete "$NAME"; return 1; }
}

teardown() {
	[ -n "${R-}" ] || return 0
	ctr_ task kill -s KILL "$NAME" >/dev/null 2>&1
	wait_for 20 no_task
	ctr_ container delete "$NAME" >/dev/null 2>&1
	rm -rf "$R"
}

stays() {
	bundle -d "$@" "$R" "$NAME" sleep 1000
}

task_is() {
	ctr_ task ls | grep -qE "^$NAME +[0-9]+ +$1"
}

@test "ctr run: output and exit code" {
	run bundle --rm "$R" "$NAME" echo hello
	exits 0
	is hello
	run bundle --rm "$R" "$NAME" sh -c 'exit 7'
	exits 7
}

@test "ctr run: a command that is not there" {
	run bundle --rm "$R" "$NAME" /no/such
	[ "$status" != 0 ]
	says 'no such file or directory'
}

@test "ctr run -t: a terminal" {
	run on_terminal 'tty; exit 5\n' nsenter -t "$MACHINE" -m -n -p -- ctr --address "$M/c.sock" run --rm -t \
		--runc-binary "$RUNTIME" --runc-root "$M/runtime" --cgroup "/$GROUP/$NAME" --rootfs "$R" "$NAME" sh
	exits 5
	says '^/dev/(pts/0|console)$'
}

@test "ctr run -d, task ls, exec, kill, delete" {
	stays
	task_is RUNNING
	run ctr_ task exec --exec-id e1 "$NAME" sh -c 'echo in; exit 4'
	exits 4
	says '^in$'
	run ctr_ task ps "$NAME"
	exits 0
	says '^[0-9]+'
	ctr_ task kill -s TERM "$NAME"
	ctr_ task kill -s KILL "$NAME"
	wait_for 20 task_is STOPPED
	run ctr_ task delete "$NAME"
	exits 0
	says 'code 137'
}

@test "ctr task exec -t: a terminal" {
	stays
	run on_terminal 'tty; exit 6\n' nsenter -t "$MACHINE" -m -n -p -- ctr --address "$M/c.sock" task exec -t --exec-id e2 "$NAME" sh
	exits 6
	says '^/dev/pts/[0-9]+$'
}

@test "ctr task exec: a command that is not there" {
	stays
	run ctr_ task exec --exec-id e3 "$NAME" /no/such
	[ "$status" != 0 ]
	says 'no such file or directory'
	task_is RUNNING
}

@test "ctr task pause and resume" {
	stays
	ctr_ task pause "$NAME"
	task_is PAUSED
	ctr_ task resume "$NAME"
	task_is RUNNING
}

@test "ctr task metrics" {
	stays
	run ctr_ task metrics "$NAME"
	exits 0
	says '^ID +TIMESTAMP'
	says 'pids.current +1'
}

@test "ctr task kill of a paused task" {
	stays
	ctr_ task pause "$NAME"
	ctr_ task kill -s KILL "$NAME"
	wait_for 20 task_is STOPPED
}

@test "ctr run with limits, capabilities, environment, mounts" {
	mkdir -p "$M/volume"
	echo content >"$M/volume/file"
	run bundle --rm --memory-limit 67108864 --cap-drop CAP_CHOWN --env A=b --cwd /tmp \
		--mount "type=bind,src=$M/volume,dst=/mnt,options=rbind:ro" "$R" "$NAME" \
		sh -c 'cat /mnt/file; echo $A; pwd; grep CapBnd /proc/self/status'
	exits 0
	says '^content$'
	says '^b$'
	says '^/tmp$'
	says 'CapBnd:.00000000a80425fa'
}

@test "ctr run with --seccomp, --read-only, --net-host, --privileged" {
	run bundle --rm --seccomp --read-only "$R" "$NAME" sh -c 'grep Seccomp: /proc/self/status; touch /x 2>&1'
	says 'Seccomp:.2'
	says 'Read-only'
	run bundle --rm --net-host "$R" "$NAME" ip link show lo
	exits 0
	run bundle --rm --privileged "$R" "$NAME" mount -t tmpfs x /mnt
	exits 0
}

@test "ctr: nothing of the runtime's is left" {
	bundle --rm "$R" "$NAME" true
	# the cache of compiled filters stays, as it is no container's
	[ -z "$(ls -A "$M/runtime/default" 2>/dev/null | grep -v "^@seccomp$")" ]
	[ -z "$(find /sys/fs/cgroup -maxdepth 4 -path "*$GROUP/$NAME*" -print -quit)" ]
}
