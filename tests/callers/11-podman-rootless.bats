# SPDX-License-Identifier: Apache-2.0
# podman --runtime hoy-runtime as a user: podman calls it as root of the user's own namespace, which newuidmap made.

load lib

# what rootless podman needs beside podman
NEEDS=(podman conmon busybox setpriv newuidmap newgidmap)

setup_file() {
	local file
	have "${NEEDS[@]}" || return 0
	machine_up
	mkdir -p "$M/etc" "$M/home/.config/containers" "$M/xdg" "$M/volume"
	cp /etc/passwd /etc/group "$M/etc/"
	echo "rootless:x:4322:4322::$M/home:/bin/sh" >>"$M/etc/passwd"
	echo "rootless:x:4322:" >>"$M/etc/group"
	echo "rootless:300000:65536" | tee "$M/etc/subuid" >"$M/etc/subgid"
	cat >"$M/home/.config/containers/containers.conf" <<-X
		[containers]
		default_ulimits = ["nofile=1024:20000", "nproc=4096:20000"]
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
	X
	printf '{"default":[{"type":"insecureAcceptAnything"}]}\n' >"$M/home/.config/containers/policy.json"
	for file in passwd group subuid subgid; do
		[ -e "/etc/$file" ] || touch "/etc/$file"
		inside mount --bind "$M/etc/$file" "/etc/$file"
	done
	rootfs "$M/rootfs"
	tar -C "$M/rootfs" -cf "$M/bb.tar" .
	cp "$RUNTIME" "$M/"
	echo content >"$M/volume/file"
	chown -R 4322:4322 "$M/home" "$M/xdg" "$M/volume"
	chmod 700 "$M/xdg"
	chmod 644 "$M/bb.tar"
	pod import "$M/bb.tar" bb
}

teardown_file() {
	[ -n "${MACHINE-}" ] || return 0
	pod rm -fa -t 0 >/dev/null 2>&1
	machine_down
}

# from a directory that the user may be in
pod() {
	(cd "$M" && inside setpriv --reuid 4322 --regid 4322 --clear-groups env -i "PATH=$PATH" "HOME=$M/home" "XDG_RUNTIME_DIR=$M/xdg" \
		USER=rootless podman --storage-driver vfs --runtime "$M/$(basename "$RUNTIME")" "$@")
}

setup() {
	skip_without "${NEEDS[@]}"
	NAME=c$BATS_TEST_NUMBER
}

@test "podman run without root: root inside, the user and his range outside; output and exit codes" {
	run pod run --rm --network none bb sh -c 'id -u; cat /proc/self/uid_map; exit 7'
	exits 7
	says '^0$'
	says '^ +0 +4322 +1$'
	says '^ +1 +300000 +65536$'
	run -127 pod run --rm --network none bb /no/such/command
}

@test "podman run -d, exec, kill without root" {
	pod run -d --name "$NAME" --network none bb sleep 1000
	run pod exec -u 1000 "$NAME" id -u
	exits 0
	is 1000
	pod kill "$NAME"
	run pod wait "$NAME"
	is 137
	pod rm "$NAME"
	[ -z "$(ls -A "$M/xdg/hoy-runtime" 2>/dev/null)" ]
}

@test "podman run --userns keep-id, -v, --read-only, --privileged without root" {
	run pod run --rm --network none --userns keep-id -v "$M/volume:/mnt" bb sh -c 'id -u; stat -c %u /mnt/file; echo more >>/mnt/file'
	exits 0
	is $'4322\n4322'
	[ "$(cat "$M/volume/file")" = $'content\nmore' ]
	run pod run --rm --network none --read-only bb sh -c 'touch /x 2>&1; touch /tmp/y && echo tmp'
	says 'Read-only'
	says '^tmp$'
	run pod run --rm --network host --privileged bb sh -c 'ls /dev/null; mount -t tmpfs x /mnt && echo mounted'
	exits 0
	says '^mounted$'
}

@test "podman run --uidmap without root: a user namespace below the user's own" {
	run pod run --rm --network none --uidmap 0:1:1000 --gidmap 0:1:1000 bb cat /proc/self/uid_map
	exits 0
	says '^ +0 +1 +1000$'
}
