# SPDX-License-Identifier: Apache-2.0
# linux.seccomp: actions, errno values, arguments, flags, notify.

load lib

# seccomp JSON
seccomp() {
	conf '.linux.seccomp = $s' --argjson s "$1"
}

@test "errno: the call fails with the number given, EPERM without one" {
	seccomp '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
		{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":28},{"names":["sethostname"],"action":"SCMP_ACT_ERRNO"}]}'
	script 'mkdir /tmp/x; hostname x; echo here'
	runs
	exits 0
	says 'No space left on device'
	says 'Operation not permitted'
	says '^here$'
}

@test "a default that refuses: what is listed is allowed, by arguments too" {
	seccomp '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[
		{"names":["socket"],"action":"SCMP_ACT_ERRNO","errnoRet":97,"args":[{"index":0,"value":38,"op":"SCMP_CMP_EQ"}]}]}'
	script 'probe socket 38; probe socket 1'
	runs
	exits 0
	[[ ${lines[0]} = *97* ]]
	[[ ${lines[1]} != *97* ]]
}

@test "kill: the process dies of SIGSYS" {
	seccomp '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_KILL_PROCESS"}]}'
	script 'mkdir /tmp/x; echo $?'
	runs
	says '^159$'
}

@test "exec is filtered as the container's process" {
	seccomp '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":28}]}'
	sleeping
	run rt exec "$ID" mkdir /tmp/x
	fails
	says 'No space left on device'
	run rt exec "$ID" grep Seccomp: /proc/self/status
	says '2$'
}

@test "without new privileges and without capabilities, too" {
	seccomp '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":28}]}'
	conf '.process.noNewPrivileges = true | .process.user = {"uid":1000,"gid":1000} | .process.capabilities = {}'
	script 'mkdir /tmp/x; grep -E "Seccomp:|NoNewPrivs:" /proc/self/status'
	runs
	exits 0
	says 'No space left on device'
	says '^Seccomp:.*2$'
	says '^NoNewPrivs:.*1$'
}

@test "an unknown action, operator, flag or architecture is an error that names it" {
	local bad
	for bad in '{"defaultAction":"SCMP_ACT_PERHAPS"}' '{"defaultAction":"SCMP_ACT_ALLOW","flags":["SECCOMP_FILTER_FLAG_PERHAPS"]}' \
		'{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_PERHAPS"]}' \
		'{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["read"],"action":"SCMP_ACT_ERRNO","args":[{"index":0,"value":1,"op":"SCMP_CMP_PERHAPS"}]}]}'; do
		seccomp "$bad"
		runs
		fails
		is_runc || says PERHAPS
		nothing_from our_state
	done
}

@test "names that this kernel or library does not know are passed over" {
	seccomp '{"defaultAction":"SCMP_ACT_ALLOW","syscalls":[{"names":["no_such_call","mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO"}]}'
	script 'mkdir /tmp/x || echo refused'
	runs
	exits 0
	says '^refused$'
}

# an agent that takes one listener, prints the state that came with it, and answers every call with EXDEV
agent() {
	exec python3 - "$T/agent" <<'END'
import array, fcntl, os, select, socket, struct, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1] + ".new")
s.listen(1)
os.rename(sys.argv[1] + ".new", sys.argv[1]) # whoever sees it is heard
c, _ = s.accept()
data, anc, _, _ = c.recvmsg(65536, socket.CMSG_SPACE(4))
fd = array.array("i", anc[0][2])[0]
print(data.decode(), flush=True)
events = select.poll()
events.register(fd, select.POLLIN)
# before Linux 6.11 who waits for a call waits for ever when nobody is left to make one
while events.poll()[0][1] == select.POLLIN:
    req = bytearray(80)
    try:
        fcntl.ioctl(fd, 0xc0502100, req)
    except OSError:
        break
    fcntl.ioctl(fd, 0xc0182101, struct.pack("<QqiI", struct.unpack_from("<Q", req)[0], 0, -18, 0))
END
}

@test "notify: the agent gets the listener and the container's state, and decides" {
	skip_without python3
	[ "$(uname -m)" = x86_64 ] || skip "the numbers of the ioctls are x86_64's"
	background agent
	wait_for 5 test -S "$T/agent"
	seccomp '{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"'"$T/agent"'","listenerMetadata":"who asks","syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_NOTIFY"}]}'
	script 'mkdir /tmp/x; echo here'
	runs
	exits 0
	says 'Invalid cross-device link'
	says '^here$'
	equal "$(jq -r '.metadata + " " + .fds[0] + " " + .state.id + " " + .state.status' <"$T/helper.out")" "who asks seccompFd $ID creating"
	[ "$(jq .pid <"$T/helper.out")" -gt 1 ]
}

@test "notify without an agent: an error, and nothing is left" {
	seccomp '{"defaultAction":"SCMP_ACT_ALLOW","listenerPath":"'"$T/nobody"'","syscalls":[{"names":["mkdir"],"action":"SCMP_ACT_NOTIFY"}]}'
	runs
	fails
	nothing_from our_state
}
