# SPDX-License-Identifier: Apache-2.0
# What callers read by program: help, versions, words of errors and on how many lines, hooks' environment, descriptors.

load lib

@test "an error is one line, whatever likely cause there is to tell" {
	printf '#!/no/such/interpreter x\n' >"$B/rootfs/bin/broken"
	chmod 755 "$B/rootfs/bin/broken"
	args /bin/broken
	runs
	fails
	[ "${#lines[@]}" = 1 ]
	says 'exec "?/bin/broken"?: no such file or directory'
	sleeping
	run rt exec "$ID" /bin/broken
	fails
	[ "${#lines[@]}" = 1 ]
}

@test "help names the program as it was called, each command, each option with its value" {
	ln -s "$RUNTIME" "$T/engine"
	is_runc || run "$T/engine" --help
	is_runc || says '^   engine - Open Container Initiative runtime$'
	run rt --help
	exits 0
	[[ ${lines[0]} = NAME:* ]]
	says '^GLOBAL OPTIONS:'
	says '--root value +root directory'
	says '--help'
	run rt -h
	exits 0
	local command
	for command in checkpoint create delete events exec features kill list pause ps restore resume run spec start state update; do
		run rt "$command" -h
		exits 0
		[[ ${lines[0]} = NAME:* ]]
		[[ ${lines[1]} = *" $command - "* ]]
	done
	run rt run --help
	says '--pid-file value +specify the file'
	run rt help exec
	exits 0
	says '--preserve-fds value'
}

@test "an unknown word is no help topic" {
	run rt no-such-word -h
	exits 3
	says "No help topic for 'no-such-word'"
}

@test "--preserve-fds: what the caller did not leave open is an error, not a descriptor of the runtime's" {
	not_in_runc "the descriptor of its own log or state directory goes in"
	script 'ls -l /proc/self/fd'
	run sh -c 'exec "$@" 3>&- 4>&-' - "$RUNTIME" --root "$T/state" run --preserve-fds 1 -b "$B" "$ID"
	fails
	says 'preserved-fd 0'
	run sh -c 'exec "$@" 3</dev/null 4>&-' - "$RUNTIME" --root "$T/state" run --preserve-fds 2 -b "$B" "$ID"
	fails
	says 'preserved-fd 1'
	nothing_from our_state
	sleeping
	run sh -c 'exec "$@" 3>&- 4>&-' - "$RUNTIME" --root "$T/state" exec --preserve-fds 1 "$ID" true
	exits 255
	says 'preserved-fd 0'
}

@test "--preserve-fds: 3 and what follows" {
	echo three >"$T/three"
	echo four >"$T/four"
	script 'cat <&3; cat <&4'
	run rt run --preserve-fds 2 -b "$B" "$ID" 3<"$T/three" 4<"$T/four"
	exits 0
	is $'three\nfour'
	sleeping
	run rt exec --preserve-fds 2 "$ID" sh -c 'cat <&4; cat <&3' 3<"$T/three" 4<"$T/four"
	exits 0
	is $'four\nthree'
}

@test "--config: another file of the bundle, or of anywhere" {
	not_in_runc "crun's option"
	mkdir "$B/etc"
	args echo other
	mv "$B/config.json" "$B/etc/other.json"
	run rt run --config etc/other.json -b "$B" "$ID" </dev/null
	exits 0
	is other
	mv "$B/etc/other.json" "$T/far.json"
	run rt run -f "$T/far.json" -b "$B" "$ID" </dev/null
	is other
	run rt run -b "$B" "$ID" </dev/null
	fails
	says 'config.json'
}

@test "--cgroup-manager: cgroupfs is the default, disabled makes none, others are an error" {
	not_in_runc "crun's option"
	args echo here
	run rt --cgroup-manager cgroupfs run -b "$B" "$ID" </dev/null
	exits 0
	is here
	run rt --cgroup-manager disabled run -b "$B" "$ID" </dev/null
	exits 0
	is here
	conf '.linux.resources.pids.limit = 10'
	run rt --cgroup-manager disabled run -b "$B" "$ID" </dev/null
	fails
	says 'need a cgroup'
	run rt --cgroup-manager nobody list
	fails
	says nobody
}

@test "a hook that fails is told by its kind and its place" {
	not_in_runc "does not name the kind"
	local kind
	args echo started
	for kind in prestart createRuntime createContainer startContainer poststart; do
		conf '.hooks = {($k): [{"path": $true}, {"path": $false}]}' --arg k $kind --arg true "$([ $kind = startContainer ] && echo /bin/true || type -P true)" \
			--arg false "$([ $kind = startContainer ] && echo /bin/false || type -P false)"
		runs
		fails
		says "error running $kind hook #1:"
		nothing_from our_state
		nothing_from our_cgroups
	done
}

@test "a hook's environment is its own, or without one the caller's" {
	printf '#!/bin/sh\nenv >"$0.env"\n' >"$T/hook"
	chmod 755 "$T/hook"
	conf '.hooks = {"createRuntime": [{"path": $p}]}' --arg p "$T/hook"
	HOOK_TEST=outside runs
	exits 0
	grep -qx HOOK_TEST=outside "$T/hook.env"
	conf '.hooks = {"createRuntime": [{"path": $p, "env": ["OWN=1"]}]}' --arg p "$T/hook"
	HOOK_TEST=outside runs
	exits 0
	grep -qx OWN=1 "$T/hook.env"
	! grep -q HOOK_TEST "$T/hook.env" || false
}

@test "a working directory that is missing is made, also below a root that will be read-only" {
	conf '.process.cwd = "/made/for it" | .root.readonly = true'
	shell 'pwd; touch x 2>&1 || true'
	says '^/made/for it$'
	[ -d "$B/rootfs/made/for it" ]
}

@test "processors: the caller's own binding is not the container's" {
	not_in_runc "hands on the caller's"
	skip_without taskset
	[ "$(nproc)" -gt 1 ] || skip "one processor"
	local all
	all=$(grep Cpus_allowed_list: /proc/self/status)
	args grep Cpus_allowed_list: /proc/self/status
	run taskset -c "$(sed 's/.*[:\t ]\([0-9]*\).*/\1/' <<<"$all")" "$RUNTIME" --root "$T/state" run -b "$B" "$ID"
	exits 0
	is "$all"
	sleeping
	run taskset -c "$(sed 's/.*[:\t ]\([0-9]*\).*/\1/' <<<"$all")" "$RUNTIME" --root "$T/state" exec "$ID" grep Cpus_allowed_list: /proc/self/status
	is "$all"
}

@test "a user namespace in which nobody is root" {
	not_in_runc "wants root to be mapped"
	chown -R 100000:200000 "$B/rootfs"
	conf '.linux.namespaces += [{"type":"user"}] | .linux.uidMappings = [{"containerID":1000,"hostID":100000,"size":1}]
		| .linux.gidMappings = [{"containerID":1000,"hostID":200000,"size":1}] | .process.user = {"uid":1000,"gid":1000}
		| (.mounts[] | select(.type == "devpts") | .options) |= map(select(startswith("gid=") | not))'
	script 'id -u; id -g; cat /proc/self/uid_map'
	runs
	exits 0
	[ "${lines[0]} ${lines[1]}" = "1000 1000" ]
	says '^ +1000 +100000 +1$'
	sleeping
	run rt exec "$ID" id -u
	is 1000
}

@test "seccomp: notify on write cannot work; an agent that is not there" {
	conf '.linux.seccomp = {"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"/nobody","syscalls":[{"names":["write"],"action":"SCMP_ACT_NOTIFY"}]}'
	runs
	fails
	says 'SCMP_ACT_NOTIFY cannot be used for the write syscall'
	conf '.linux.seccomp.syscalls[0].names = ["mkdir"]'
	runs
	fails
	says 'failed to connect with seccomp agent'
}

@test "a read-only tmpfs gets its mounts and devices first: /dev" {
	conf '(.mounts[] | select(.destination == "/dev") | .options) += ["ro"]'
	shell 'grep -o "^tmpfs /dev tmpfs ro" /proc/mounts; echo x >/dev/null && echo device; touch /dev/x 2>&1; test -d /dev/pts && echo pts'
	says '^tmpfs /dev tmpfs ro$'
	says '^device$'
	says 'Read-only'
	says '^pts$'
}

@test "procfs and sysfs are not mounted through a link (CVE-2019-19921)" {
	local name
	for name in proc sys; do
		rmdir "$B/rootfs/$name"
		mkdir -p "$B/rootfs/elsewhere"
		ln -s /elsewhere "$B/rootfs/$name"
		runs
		fails
		says 'must be mounted on ordinary directory'
		nothing_from our_state
		rm "$B/rootfs/$name"
		mkdir "$B/rootfs/$name"
	done
}

@test "standard streams belong to the user, who may open them again" {
	conf '.process.user = {"uid":1000,"gid":1000}'
	script 'echo again >/dev/stdout; echo err >/dev/stderr; stat -c %u /proc/self/fd/1 >/dev/null; stat -L -c %u /proc/self/fd/1'
	run sh -c '"$@" 2>&1 | cat' - "$RUNTIME" --root "$T/state" run -b "$B" "$ID"
	exits 0
	is $'again\nerr\n1000'
	sleeping
	run sh -c '"$@" 2>&1 | cat' - "$RUNTIME" --root "$T/state" exec -u 2000:2000 "$ID" sh -c 'echo exec >/dev/stdout'
	is exec
	equal "$(stat -c %u /dev/null)" 0
}

@test "a terminal belongs to the user; its size is that of the caller's" {
	skip_without python3
	conf '.process.terminal = true | .process.user = {"uid":1000,"gid":100}'
	script 'stat -L -c %u:%g /proc/self/fd/0; stty size </dev/tty'
	run python3 - "$RUNTIME" --root "$T/state" run -b "$B" "$ID" <<-'X'
		import fcntl, os, pty, struct, sys, termios
		pid, fd = pty.fork()
		if pid == 0:
		    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 77, 0, 0))
		    null = os.open("/dev/null", os.O_RDONLY)
		    os.dup2(null, 0)
		    os.execvp(sys.argv[1], sys.argv[1:])
		out = b""
		while True:
		    try:
		        data = os.read(fd, 4096)
		    except OSError:
		        break
		    if not data:
		        break
		    out += data
		sys.stdout.write(out.decode().replace("\r", ""))
	X
	says '^1000:5$'
	says '^33 77$'
}

@test "hooks have the state on stdin, with the status of their time" {
	not_in_runc "says created to poststart hooks"
	local kind hooks='{}'
	for kind in prestart createRuntime createContainer poststart poststop; do
		hooks=$(jq --arg k $kind --arg f "$T/state.$kind" '.[$k] = [{"path":"/bin/sh","args":["sh","-c","cat >" + $f]}]' <<<"$hooks")
	done
	conf '.hooks = $h | .annotations = {"a":"b"}' --argjson h "$hooks"
	args sleep 0.2
	runs
	exits 0
	for kind in prestart:creating createRuntime:creating createContainer:creating poststart:running poststop:stopped; do
		jq -e --arg id "$ID" --arg s "${kind#*:}" --arg b "$B" '.id == $id and .status == $s and .bundle == $b and .annotations.a == "b"
			and (.ociVersion | length) > 0' "$T/state.${kind%:*}" || { cat "$T/state.${kind%:*}"; return 1; }
	done
	[ "$(jq .pid "$T/state.poststart")" -gt 1 ]
}

@test "a poststart hook that fails ends the container, by run and by start" {
	not_in_runc "lets it run"
	args sleep 1000
	conf '.hooks = {"poststart": [{"path": $f}]}' --arg f "$(type -P false)"
	run rt run -d -b "$B" "$ID" </dev/null
	fails
	says 'poststart'
	nothing_from our_state
	created
	run rt start "$ID"
	fails
	says 'poststart'
	stops 5
	rt delete "$ID"
}

@test "rootfsPropagation unbindable: the root cannot be bound" {
	not_in_runc "fails at it"
	conf '.linux.rootfsPropagation = "unbindable" | .process.capabilities |= with_entries(.value += ["CAP_SYS_ADMIN"])'
	script 'mkdir /m; mount --bind / /m 2>&1 || echo refused'
	run --separate-stderr rt run -b "$B" "$ID" </dev/null
	exits 0
	says '^refused$'
}
