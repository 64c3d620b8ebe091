# SPDX-License-Identifier: Apache-2.0
# exec: what differs from the container's own process, and where the process goes.

load lib

@test "exec: exit codes, and 255 for what never ran" {
	sleeping
	run rt exec "$ID" sh -c 'exit 42'
	exits 42
	run rt exec "$ID" false
	exits 1
	run rt exec --pid-file "$T/no/such/pid" "$ID" true
	exits 255
	run rt exec "$ID" no-such-program
	exits 255
	says 'executable file not found in \$PATH'
	run rt exec "$ID" /etc
	exits 255
	says '/etc.*: .*permission denied' # engines tell their exit code 126 by it
	run rt exec missing true
	exits 255
	says 'does not exist'
	run rt exec "$ID"
	exits 255
	says 'args'
}

@test "exec in a created container, before start" {
	args sleep 1000
	created
	run rt exec "$ID" echo early
	exits 0
	is early
	rt start "$ID"
	status_is running
}

@test "exec --user, --additional-gids: numbers; the home directory that /etc/passwd names, or /" {
	sleeping
	run rt exec --user 1000:1000 --additional-gids 100 --additional-gids 65534 "$ID" id -G
	exits 0
	is '1000 100 65534'
	run rt exec -u 1000 "$ID" sh -uc 'echo $HOME'
	is /home/user
	run rt exec -u 4321 "$ID" sh -uc 'echo $HOME'
	is /
	run rt exec -u name "$ID" true
	exits 255
}

@test "exec --env: one value a name, the last; HOME may be given" {
	sleeping
	run rt exec -e A=1 -e A=2 -e HOME=/tmp "$ID" sh -c 'env | grep -c ^A=; echo $A $HOME'
	exits 0
	is $'1\n2 /tmp'
}

@test "exec --cwd: a directory that is missing is an error and is not made" {
	sleeping
	run rt exec --cwd /bin "$ID" pwd
	is /bin
	run rt exec --cwd /not/there "$ID" pwd
	exits 255
	says '[Nn]o such file or directory'
	[ ! -e "$B/rootfs/not" ]
}

@test "exec --cap: added to what the container has; an unknown one is left out with a warning" {
	conf '.process.capabilities = {}'
	sleeping
	run rt exec --cap CAP_KILL --cap CAP_AUDIT_WRITE "$ID" grep ^Cap /proc/self/status
	exits 0
	says '^CapBnd:.0000000020000020$'
	says '^CapEff:.0000000020000020$'
	says '^CapPrm:.0000000020000020$'
	says '^CapInh:.0000000000000000$'
	run --separate-stderr rt exec --cap CAP_NO_SUCH "$ID" grep ^CapEff /proc/self/status
	exits 0
	says '0000000000000000$'
	grep -q CAP_NO_SUCH <<<"$stderr"
}

@test "exec --process: a whole process, from a file or a pipe, with its terminal's size" {
	sleeping
	printf '{"args":["sh","-c","id -G; pwd; echo $X"],"cwd":"/tmp","env":["X=y","PATH=/bin"],"user":{"uid":5,"gid":6,"additionalGids":[7]}}' >"$T/process.json"
	run rt exec --process "$T/process.json" "$ID"
	exits 0
	is $'6 7\n/tmp\ny'
	is_runc || run rt exec -p <(echo '{"args":["sh","-c","umask"],"cwd":"/","env":["PATH=/bin"],"user":{"uid":0,"gid":0,"umask":63}}') "$ID"
	is_runc || is 0077
	run rt exec -p <(cat "$T/process.json") "$ID"
	exits 0
	run rt exec -p "$T/none.json" "$ID"
	exits 255
	run rt exec -t -p <(echo '{"terminal":true,"consoleSize":{"height":10,"width":110},"args":["stty","size"],"cwd":"/","env":["PATH=/bin"]}') "$ID"
	exits 0
	says '^10 110'
}

# a container that may make cgroups below its own
makes_cgroups() {
	conf '(.mounts[] | select(.type == "cgroup") | .options) -= ["ro"]'
	sleeping
}

@test "exec --cgroup: above is no place, nor what is not there, nor by a controller that is none" {
	not_in_runc "words differ"
	sleeping
	local path
	for path in .. a/../.. ../x; do
		run rt exec --cgroup "$path" "$ID" true
		exits 255
		says 'bad sub cgroup path'
	done
	run rt exec --cgroup nonexistent "$ID" true
	exits 255
	says ' adding pid .*no such file or directory'
	run rt exec --cgroup nobody:/ "$ID" true
	exits 255
	says 'unknown controller '
	run rt exec --cgroup / "$ID" true
	exits 0
}

@test "exec --cgroup: each hierarchy of v1 by its own path" {
	! cgroup_v2 || skip "this is v2"
	makes_cgroups
	rt exec "$ID" mkdir /sys/fs/cgroup/memory/m /sys/fs/cgroup/pids/p
	run rt exec --cgroup memory:m --cgroup pids:p "$ID" cat /proc/self/cgroup
	exits 0
	says ':memory:(/.*)?/m$'
	says ':pids:(/.*)?/p$'
	[ "$(grep -c '/m$' <<<"$output")" = 1 ]
	run rt exec --cgroup memory:none "$ID" true
	exits 255
}

@test "exec --cgroup of v2; where the container's own takes no process, beside its init" {
	cgroup_v2 || skip "this is v1"
	skip_without_controller memory
	makes_cgroups
	rt exec "$ID" sh -euc 'mkdir /sys/fs/cgroup/inner; echo 1 >/sys/fs/cgroup/inner/cgroup.procs'
	run rt exec "$ID" cat /proc/self/cgroup
	is 0::/
	run rt exec --cgroup inner "$ID" cat /proc/self/cgroup
	is 0::/inner
	rt exec "$ID" sh -euc 'echo $$ >/sys/fs/cgroup/inner/cgroup.procs; echo +memory >/sys/fs/cgroup/cgroup.subtree_control'
	run rt exec "$ID" cat /proc/self/cgroup
	exits 0
	is 0::/inner
	run rt exec --cgroup / "$ID" true
	exits 255
	says ' adding pid .* to cgroups.*evice or resource busy'
	rt exec --cgroup inner "$ID" mkdir /sys/fs/cgroup/second
	run rt exec --cgroup second "$ID" cat /proc/self/cgroup
	is 0::/second
}

@test "exec: a stopped container" {
	created
	rt start "$ID"
	stops 5
	run rt exec "$ID" true
	exits 255
	says 'cannot exec in a stopped container'
}

@test "exec in a user namespace: its root, its cgroup, its owner outside" {
	chown -R 100000:200000 "$B/rootfs"
	conf '.linux.namespaces += [{"type":"user"}] | .linux.uidMappings = [{"containerID":0,"hostID":100000,"size":5000}]
		| .linux.gidMappings = [{"containerID":0,"hostID":200000,"size":5000}]'
	sleeping
	run rt exec "$ID" sh -c 'id -u; id -g; cat /proc/self/uid_map; (readlink /proc/self/ns/user; readlink /proc/1/ns/user) | uniq | wc -l'
	exits 0
	[ "${lines[0]} ${lines[1]}" = "0 0" ]
	says '^ +0 +100000 +5000$'
	[ "${lines[3]}" = 1 ]
	rt exec -d --pid-file "$T/exec-pid" "$ID" sleep 1000 3>&- 4>&-
	equal "$(stat -c %u:%g "/proc/$(cat "$T/exec-pid")")" 100000:200000
	equal "$(cgroup_of "$(cat "$T/exec-pid")" pids)" "$(cgroup_of "$PID" pids)"
	processes_are 2
}
