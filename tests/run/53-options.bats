#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the options of run and the image's config do to a container.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() { leaves_nothing_behind; }

inside() {
	try hoy run --rm "$@"
}

# image NAME CHANGE…: busybox with a config of its own
image() {
	local name=$1 changes=() change
	shift
	for change in "$@"; do
		changes+=(--change "$change")
	done
	"$TOP/tools/busybox-rootfs" | hoy import "${changes[@]}" - "$name" >/dev/null
}

@test "the image's Entrypoint, Cmd, Env, WorkingDir and User; what is typed goes before" {
	image configured 'ENTRYPOINT ["sh", "-c"]' 'CMD ["echo $A $PWD $(id -u) default"]' 'ENV A=from-image B=too' 'WORKDIR /made/for/it' 'USER 33:33'
	inside configured
	is "from-image /made/for/it 33 default"
	inside -e A=typed -w /tmp -u root configured
	is "typed /tmp 0 default"
	inside configured 'echo other'
	is other
	inside --entrypoint echo configured just words
	is "just words"
	inside --entrypoint '' configured env
	says '^B=too$'
	image shellform 'CMD echo "$HOME"'
	inside shellform
	is /root
	image nothing 'ENV A=b'
	inside nothing
	exits 125
	one_clear_line
}

@test "-e and --env-file: the later wins, a name alone is passed on, comments and blank lines are none" {
	printf '# comment\n\nA=1\nB=with spaces  \n  C=3\nINHERITED\nUNSET\n' >"$BATS_TEST_TMPDIR/env"
	INHERITED=yes inside --env-file "$BATS_TEST_TMPDIR/env" -e A=2 -e D $REGISTRY/busybox env
	says '^A=2$'
	says '^B=with spaces  $'
	says '^INHERITED=yes$'
	says_not '^UNSET'
	says_not '^D='
	inside --env-file "$BATS_TEST_TMPDIR/none" $REGISTRY/busybox env
	exits 125
	one_clear_line
	inside -e =x $REGISTRY/busybox env
	exits 125
	one_clear_line
}

@test "-v binds: read-write, read-only, made when missing; --mount fails instead" {
	local here=$BATS_TEST_TMPDIR/here
	mkdir "$here"
	echo outside >"$here/file"
	inside -v "$here:/data" $REGISTRY/busybox sh -c 'cat /data/file; echo inside >/data/new'
	is outside
	[ "$(<"$here/new")" = inside ]
	inside -v "$here:/data:ro" $REGISTRY/busybox sh -c 'touch /data/x'
	exits 1
	says 'Read-only'
	inside -v "$here/file:/etc/motd:ro" $REGISTRY/busybox cat /etc/motd
	is outside
	inside -v "$here/missing/dir:/data" $REGISTRY/busybox ls /data
	exits 0
	[ -d "$here/missing/dir" ]
	inside --mount "type=bind,source=$here/none,target=/data" $REGISTRY/busybox true
	exits 125
	one_clear_line
	inside --mount "type=bind,source=$here,target=/a,readonly" --mount type=tmpfs,target=/b,tmpfs-size=64k $REGISTRY/busybox \
		sh -c 'touch /a/x 2>/dev/null || echo ro; df -k /b | tail -n 1 | awk "{print \$2}"'
	is "ro
64"
	inside -v "$here:/" $REGISTRY/busybox true
	exits 125
	one_clear_line
}

@test "a mount of the host that came later does not show up inside" {
	local here=$BATS_TEST_TMPDIR/here
	mkdir "$here"
	hoy run --rm -v "$here:/data" $REGISTRY/busybox sh -c 'touch /data/ready; sleep 1; grep -c " /data" /proc/self/mountinfo' >"$BATS_TEST_TMPDIR/out" 3>&- &
	local command=$!
	wait_for 5 test -e "$here/ready"
	mount -t tmpfs tmpfs "$here"
	reap $command
	umount "$here"
	[ "$(<"$BATS_TEST_TMPDIR/out")" = 1 ]
}

@test "--name is one container's; --cidfile is written once" {
	hoy run --rm --name taken --cidfile "$BATS_TEST_TMPDIR/taken" $REGISTRY/busybox sleep 20 3>&- &
	local command=$! pid
	pid=$(container_process "$BATS_TEST_TMPDIR/taken")
	inside --name taken $REGISTRY/busybox true
	exits 125
	one_clear_line
	says taken
	kill -KILL "$pid"
	reap $command
	inside --name 'no/good' $REGISTRY/busybox true
	exits 125
	one_clear_line
	inside --cidfile "$BATS_TEST_TMPDIR/cid" $REGISTRY/busybox true
	exits 0
	[[ $(<"$BATS_TEST_TMPDIR/cid") =~ ^[0-9a-f]{64}$ ]]
	inside --cidfile "$BATS_TEST_TMPDIR/cid" $REGISTRY/busybox true
	exits 125
	one_clear_line
}

@test "--pull: never, missing, always; --platform picks, and another processor's image is refused in words" {
	inside --pull never $REGISTRY/schema2 true
	exits 125
	one_clear_line
	inside --pull missing -q $REGISTRY/schema2 echo here
	says '^here$'
	inside --pull always -q $REGISTRY/schema2 echo again
	says '^again$'
	run hoy pull -q --platform linux/arm/v7 $REGISTRY/multiarch
	exits 0
	inside --platform linux/arm/v7 --pull never $REGISTRY/multiarch cat /etc/arch
	[ "$status" != 0 ]
	one_clear_line
	run hoy pull -q --platform linux/s390x $REGISTRY/multiarch
	[ "$status" != 0 ]
	one_clear_line
	run hoy rmi -f $REGISTRY/multiarch
	inside -q $REGISTRY/multiarch cat /etc/arch
	says "^(amd64|arm64)$"
}

@test "without --rm the record stays, and its log" {
	hoy run --name kept $REGISTRY/busybox echo words
	local id
	id=$(ls "$SCRATCH/root/containers")
	[[ $id =~ ^[0-9a-f]{64}$ ]] || { echo "containers: $id"; return 1; }
	grep -q words "$SCRATCH/root/containers/$id"/log*
	[ -z "$(ls -A "$SCRATCH/run/containers")" ]
	our_mounts | grep . && return 1
	rm -r "$SCRATCH/root/containers/$id" "$SCRATCH/root/names/kept"
}

@test "what Docker has and hoy has not yet is known by name" {
	local option
	for option in '--restart always' '--health-cmd true' '-p 8080:80' '--volumes-from x' '--expose 80'; do
		inside $option $REGISTRY/busybox true
		[ "$status" = 0 ] || {
			exits 125
			one_clear_line
			says_not 'unknown'
		}
	done
}

@test "no space left: one clear line, nothing behind" {
	local small=$BATS_TEST_TMPDIR/small
	mkdir "$small"
	mount -t tmpfs -o size=8m,nr_inodes=2000 tmpfs "$small"
	run "$HOY" --root "$small/root" --runroot "$SCRATCH/run" pull -q $REGISTRY/debian-python
	umount "$small"
	[ "$status" != 0 ]
	says '[Nn]o space left'
	one_clear_line
}
