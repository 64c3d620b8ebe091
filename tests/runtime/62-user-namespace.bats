# SPDX-License-Identifier: Apache-2.0
# What a user namespace changes: who reaches the sources of mounts, and who may change them afterwards.

load lib

prepare() {
	chown -R 100000:100000 "$B/rootfs"
	conf '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
		| .linux.gidMappings = .linux.uidMappings'
}

bind() {
	conf '.mounts += [{destination: $d, type: "bind", source: $s, options: ($o | split(","))}]' --arg s "$1" --arg d "$2" --arg o "$3"
}

cleanup() {
	umount -l "$T/secret/mount" "$T/data/below" 2>/dev/null || true
}

@test "a bind's source below a directory that only the host's root may enter" {
	mkdir -m 700 "$T/secret"
	mkdir "$T/secret/data"
	echo from outside >"$T/secret/data/file"
	echo one file >"$T/secret/single"
	bind "$T/secret/data" /data rbind,ro
	bind "$T/secret/single" /single bind
	shell 'cat /data/file /single; id -u; cat /proc/self/uid_map'
	says '^from outside$'
	says '^one file$'
	says '^0$'
	says '0 +100000 +65536'
}

@test "a relative source counts from the bundle" {
	mkdir -m 700 "$B/private"
	mkdir "$B/private/data"
	echo from the bundle >"$B/private/data/file"
	bind private/data /data rbind
	shell 'cat /data/file'
	is 'from the bundle'
}

@test "a bundle in a directory that only the host's root may enter" {
	not_in_runc "wants to reach it as the container's root"
	chmod 700 "$T"
	shell 'cat /etc/group'
	says '^root:x:0:'
}

@test "a source that is missing is told by its name" {
	bind "$T/missing" /data rbind
	runs
	fails
	says "$T/missing"
	nothing_from our_state
	nothing_from our_cgroups
}

@test "what is read-only outside cannot be made writable inside" {
	mkdir -m 700 "$T/secret"
	mkdir "$T/secret/mount"
	mount -t tmpfs -o ro,nosuid,nodev tmpfs "$T/secret/mount"
	bind "$T/secret/mount" /data rbind
	conf '.process.capabilities |= with_entries(.value += ["CAP_SYS_ADMIN"])'
	script 'mount -o remount,bind,rw,nosuid,nodev /data && echo changed; touch /data/file && echo written; echo done'
	runs
	says '^done$'
	says_not 'changed|written'
}

@test "init is in its cgroup in every hierarchy" {
	skip_without_controller pids
	conf '.linux.resources += {pids: {limit: 33}}'
	sleeping
	equal "$(limit pids pids.max pids.max)" 33
	equal "$(cgroup_of "$PID" pids | grep -c "$ID")" 1
}

@test "a user namespace that is joined: its cgroup, its sources" {
	not_in_runc "wants mappings for a namespace that has them"
	skip_without_controller pids
	mkdir -m 700 "$T/secret"
	echo from outside >"$T/secret/file"
	sleeping
	local first=$PID
	ID=$ID-second
	conf '.linux.cgroupsPath = "/" + $id | .linux.namespaces |= map(if .type == "user" then .path = $p else . end) | del(.linux.uidMappings, .linux.gidMappings)' \
		--arg id "$ID" --arg p "/proc/$first/ns/user"
	conf '.linux.resources += {pids: {limit: 34}}'
	bind "$T/secret/file" /file bind
	args sh -c 'cat /file; exec sleep 1000'
	started
	equal "$(readlink "/proc/$PID/ns/user")" "$(readlink "/proc/$first/ns/user")"
	equal "$(limit pids pids.max pids.max)" 34
	wait_for 5 grep -q 'from outside' "$T/out"
	rt delete --force "$ID"
}

# maps FROM: the last mount shows the owners of FROM and after as 0 and after
maps() {
	conf '.mounts[-1] += {uidMappings: [{containerID: 0, hostID: $h, size: 65536}],
		gidMappings: [{containerID: 0, hostID: $h, size: 65536}]}' --argjson h "$1"
}

@test "a mount with mapped owners, by its own mapping and by the container's" {
	not_in_runc "came later"
	mkdir -p "$T/data/below"
	echo x >"$T/data/file"
	chown 7:8 "$T/data/file"
	mount -t tmpfs -o mode=755 below "$T/data/below"
	install -m 644 -o 7 -g 8 /dev/null "$T/data/below/file"
	# of one mount: the kernel copies no mount alone that covers something with another one
	mkdir "$T/single"
	install -m 644 -o 7 -g 8 /dev/null "$T/single/file"
	bind "$T/single" /own bind
	maps 100000
	bind "$T/data" /implied rbind,idmap
	bind "$T/data" /whole rbind,ridmap
	args stat -c %u:%g /own/file /implied/file /implied/below/file /whole/below/file
	runs
	umount "$T/data/below"
	exits 0
	is $'7:8\n7:8\n65534:65534\n7:8'
}

@test "a mount with the mapping of a user namespace that was joined" {
	not_in_runc "came later"
	mkdir "$T/data"
	install -m 644 -o 7 -g 8 /dev/null "$T/data/file"
	sleeping
	conf '(.linux.namespaces[] | select(.type == "user")).path = $p | del(.linux.uidMappings, .linux.gidMappings)' --arg p "/proc/$PID/ns/user"
	bind "$T/data" /data bind,idmap
	conf '.linux.cgroupsPath = $p' --arg p "/$ID-2"
	args stat -c %u:%g /data/file
	run rt run -b "$B" "$ID-2" </dev/null
	exits 0
	is 7:8
}

@test "a source in the root filesystem is what the mounts before it made, with and without a user namespace" {
	not_in_runc "came later"
	mkdir -p "$T/data/sub"
	echo from outside >"$T/data/sub/file"
	bind "$T/data" /first rbind
	bind "$B/rootfs/first/sub" /second rbind
	shell 'cat /second/file'
	is 'from outside'
	conf '.linux.namespaces -= [{type: "user"}] | del(.linux.uidMappings, .linux.gidMappings)'
	shell 'cat /second/file'
	is 'from outside'
}

@test "a destination that begins with the root filesystem's path is meant from there" {
	not_in_runc "it does not make what is missing there"
	mkdir "$T/data"
	echo here >"$T/data/file"
	bind "$T/data" "$B/rootfs/there/it/is" rbind
	shell 'cat /there/it/is/file'
	is here
}

@test "/dev/ptmx among the devices, as engines list all of the host's: it stays the container's own" {
	conf '.linux.devices = [{path: "/dev/ptmx", type: "c", major: 5, minor: 2}, {path: "/dev/fuse", type: "c", major: 10, minor: 229}]'
	[ -e /dev/fuse ] || conf 'del(.linux.devices[1])'
	shell 'readlink /dev/ptmx'
	is pts/ptmx
}

@test "a user namespace without mappings: root's ids are the same in it" {
	not_in_runc "an error there"
	chown -R 0:0 "$B/rootfs"
	conf 'del(.linux.uidMappings, .linux.gidMappings)'
	shell 'cat /proc/self/uid_map; readlink /proc/self/ns/user; stat -c %u /bin'
	equal "$(head -n 1 <<<"$output" | tr -s ' ')" "$(head -n 1 /proc/self/uid_map | tr -s ' ')"
	[ "${lines[-2]}" != "$(readlink /proc/self/ns/user)" ]
	[ "${lines[-1]}" = 0 ]
	sleeping
	run rt exec "$ID" id -u
	exits 0
	is 0
	conf '.linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]'
	run rt run -b "$B" "$ID-2" </dev/null
	fails
	says gidMappings
}
