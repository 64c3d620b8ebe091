# SPDX-License-Identifier: Apache-2.0
# Small habits of runc that its callers, and the suites of others, count on.

load lib

@test "a terminal's output in a pipe has no carriage returns, by run and by exec" {
	not_in_runc "it wants a terminal itself, and does this after the start"
	conf '.process.terminal = true'
	script 'echo one; echo two'
	runs
	exits 0
	is $'one\ntwo'
	conf '.process.terminal = false'
	sleeping
	run rt exec -t "$ID" sh -c 'test -t 1 && echo three'
	exits 0
	is three
}

@test "--debug on stderr is in the words of the log" {
	script true
	run rt --debug run -b "$B" "$ID" </dev/null
	exits 0
	says '^time="?[^ ]+"? level=debug msg='
}

@test "spec: a cgroup namespace where cgroups are v2, and none for v1" {
	local expected=0
	mkdir "$T/new"
	rt spec -b "$T/new"
	! cgroup_v2 || expected=1
	equal "$(jq '[.linux.namespaces[] | select(.type == "cgroup")] | length' "$T/new/config.json")" $expected
}

@test "hooks run in the bundle, in the container's root, in the process's working directory with its environment" {
	not_in_runc "a startContainer hook has no environment there"
	local where="pwd >>$T/where"
	chmod 777 "$T"
	printf '#!/bin/sh\necho "$PWD $ONE $HOME" >/tmp/where\n' >"$B/rootfs/bin/where"
	chmod 755 "$B/rootfs/bin/where"
	conf '.process.env += ["ONE=1"] | .process.cwd = "/home/user" | .root.readonly = false | .hooks = {
		prestart: [{path: "/bin/sh", args: ["sh", "-c", $w]}], createRuntime: [{path: "/bin/sh", args: ["sh", "-c", $w]}],
		createContainer: [{path: "/bin/sh", args: ["sh", "-c", $w]}], startContainer: [{path: "/bin/where"}] }' --arg w "$where"
	shell 'cat /tmp/where'
	is '/home/user 1 /root'
	equal "$(cat "$T/where")" "$B"$'\n'"$B"$'\n'"$B/rootfs"
}

@test "a hook that was killed is told by its signal's name" {
	conf '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "kill -SYS $$"]}]'
	script true
	runs
	fails
	says '[Bb]ad system call'
}

@test "a device rule's letters: what is none of rwm is left out" {
	conf '.linux.resources.devices += [{allow: false, type: "c", major: 1, minor: 11, access: "rwa"}]'
	shell true
	conf '.linux.resources.devices[-1].access = "xyz"'
	runs
	is_runc || fails
}

@test "a required member's name in another case is taken for it" {
	conf '.linux.devices += [{PATH: "/dev/mine", Type: "c", major: 1, minor: 3}]'
	shell 'test -c /dev/mine'
	conf 'del(.linux.devices[-1].PATH)'
	runs
	is_runc || fails
	is_runc || says 'linux.devices\[[0-9]+\].path: it is missing'
}

@test "copy-symlink: a source that is a link is a link inside, what it leads to is not looked at" {
	not_in_runc "it is crun's"
	ln -s point/to/nothing "$T/link"
	echo data >"$T/file"
	conf '.mounts += [{destination: "/a/link", type: "bind", source: $l, options: ["rbind", "copy-symlink"]},
		{destination: "/a/file", type: "bind", source: $f, options: ["bind", "copy-symlink"]}]' --arg l "$T/link" --arg f "$T/file"
	shell 'readlink /a/link; cat /a/file'
	is $'point/to/nothing\ndata'
	runs
	exits 0
	rm "$B/rootfs/a/link"
	echo other >"$B/rootfs/a/link"
	runs
	fails
	says '/a/link: something else is there already'
}

@test "kill TERM, INT, HUP, QUIT: a created container ends" {
	local signal
	script true
	for signal in TERM INT HUP QUIT; do
		created
		rt kill "$ID" $signal
		stops 10
		rt delete "$ID"
	done
}

@test "a created container has nothing of the host's open" {
	script true
	created
	# sockets and pipes lead nowhere; the log and standard streams are the caller's
	run sh -c 'for fd in /proc/$1/fd/*; do case ${fd##*/} in 0 | 1 | 2) ;; *) readlink "$fd" ;; esac; done' - "$PID"
	says_not '^/' || is_runc
}

@test "a console socket whose listener is just being started" {
	not_in_runc "it does not wait"
	conf '.process.terminal = true'
	script true
	# ready to listen, and told to just before somebody comes
	background python3 -c 'import os, socket, sys, time
s = socket.socket(socket.AF_UNIX)
print("ready", flush=True)
while not os.path.exists(sys.argv[1] + ".go"):
    time.sleep(0.01)
time.sleep(0.05)
s.bind(sys.argv[1])
s.listen()
c, _ = s.accept()
print(len(socket.recv_fds(c, 100, 1)[1]), flush=True)
time.sleep(100)' "$T/console"
	wait_for 30 grep -qx ready "$T/helper.out"
	: >"$T/console.go"
	rt run -d --console-socket "$T/console" -b "$B" "$ID" </dev/null 3>&- 4>&-
	wait_for 10 grep -qx 1 "$T/helper.out"
}

@test "a program that cannot be executed, by runc's words" {
	not_in_runc "words differ"
	printf '#!/no/such/interpreter x\n' >"$B/rootfs/bin/broken"
	chmod 755 "$B/rootfs/bin/broken"
	args /bin/broken
	runs
	says 'exec /bin/broken: no such file or directory$'
	args /bin/nothing
	runs
	says 'exec: "/bin/nothing": stat /bin/nothing: no such file or directory$'
	args nothing
	runs
	says 'exec: "nothing": executable file not found in \$PATH$'
	args /etc/passwd
	runs
	says 'exec: "/etc/passwd": permission denied$'
}

@test "capabilities: inheritable ones need not be permitted; exec --cap makes ambient what is inheritable" {
	conf '.process.capabilities = { bounding: ["CAP_KILL", "CAP_CHOWN", "CAP_SYSLOG"], permitted: ["CAP_KILL", "CAP_CHOWN"],
		effective: ["CAP_KILL"], inheritable: ["CAP_CHOWN", "CAP_SYSLOG"], ambient: ["CAP_CHOWN"] }'
	sleeping
	run rt exec "$ID" cat /proc/self/status
	exits 0
	says 'CapInh:.*0000000400000001$'
	says 'CapAmb:.*0000000000000001$'
	not_in_runc "ambient ones of exec came later"
	run rt exec --cap CAP_SYSLOG "$ID" cat /proc/self/status
	exits 0
	says 'CapInh:.*0000000400000001$'
	says 'CapPrm:.*0000000400000021$'
	says 'CapAmb:.*0000000400000001$'
}

@test "start comes while create is still at work" {
	not_in_runc "it knows the container only afterwards"
	args sleep 1000
	conf '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "touch $1; until [ -e $2 ]; do sleep 0.05; done", "-", $b, $g]}]' \
		--arg b "$T/begun" --arg g "$T/go"
	background "$RUNTIME" --root "$T/state" create -b "$B" "$ID"
	wait_for 10 test -e "$T/begun"
	status_is creating
	background "$RUNTIME" --root "$T/state" start "$ID"
	: >"$T/go"
	wait "$HELPER"
	status_is running
}

@test "whether it was started is what the process says, whatever became of who started it" {
	args sleep 1000
	created
	status_is created
	: >"$T/keep"
	[ ! -S "$T/state/$ID/start" ] || ln "$T/state/$ID/start" "$T/keep-socket"
	rt start "$ID"
	# as it is when `start` was killed between its word and the end of its work
	[ ! -S "$T/keep-socket" ] || ln "$T/keep-socket" "$T/state/$ID/start"
	status_is running
	run rt start "$ID"
	fails
	rt exec "$ID" true
}
