#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Volumes are hostile ground, too: images say where they are, and containers that share one change it while others start.
# Whatever happens, nothing of the host comes in and nothing outside is changed. (CVE-2022-23648, CVE-2021-30465,
# CVE-2020-1726, CVE-2018-15664 and their like.)
load lib
setup() {
	scratch_up
	CANARY=$BATS_TEST_TMPDIR/canary
	mkdir -p "$CANARY/dir"
	echo secret >"$CANARY/file"
	echo secret >"$CANARY/dir/file"
	touch -d @1000000000 "$CANARY/dir/file" "$CANARY/file" "$CANARY/dir" "$CANARY"
	CANARY_WAS=$(canary)
	ROOTFS=$BATS_TEST_TMPDIR/rootfs
	mkdir "$ROOTFS"
	"$TOP/tools/busybox-rootfs" | tar -x -C "$ROOTFS"
}
teardown() {
	local id
	[ -z "${RACER-}" ] || kill "$RACER" 2>/dev/null || true
	for id in $(ls "$SCRATCH/root/containers" 2>/dev/null); do hoy rm -f -v "$id" >/dev/null; done
	hoy volume prune -af >/dev/null
	leaves_nothing_behind
	[ -z "$(ls -A "$SCRATCH/root/volumes" 2>/dev/null)" ]
}

canary() {
	find "$CANARY" -printf '%P %y %s %m %U %T@\n' | sort
}

canary_lives() {
	[ "$(canary)" = "$CANARY_WAS" ] || { echo "the canary was: $CANARY_WAS, is: $(canary)"; return 1; }
}

hostile_image() {
	tar -C "$ROOTFS" -cf "$BATS_TEST_TMPDIR/rootfs.tar" .
	hoy import --change 'CMD ["sh"]' "$@" "$BATS_TEST_TMPDIR/rootfs.tar" hostile >/dev/null
}

# race DIRECTORY A B: exchanges the two names in it until RACER is killed
race() {
	python3 - "$@" <<-'END' 3>&- 4>&- &
		import ctypes, os, sys
		libc = ctypes.CDLL(None)
		d = os.open(sys.argv[1], os.O_PATH)
		a, b = sys.argv[2].encode(), sys.argv[3].encode()
		parent = os.getppid()
		while os.getppid() == parent:
		    libc.syscall(316, d, a, d, b, 2)  # renameat2, RENAME_EXCHANGE
	END
	RACER=$!
}

@test "VOLUMEs whose paths are links to the host copy nothing from there (CVE-2022-23648)" {
	ln -s "$CANARY" "$ROOTFS/link"
	ln -s ../../../../../../../../..$CANARY "$ROOTFS/dots"
	ln -s / "$ROOTFS/root-link"
	mkdir -p "$ROOTFS/real"
	ln -s "$CANARY/file" "$ROOTFS/real/file"
	ln -s ../../../../../../../..$CANARY/dir "$ROOTFS/real/dir"
	hostile_image --change "VOLUME /link /dots/dir /root-link$CANARY ../../../../..$CANARY/dir /real"
	run hoy run --name one hostile sh -c 'cat /link/* /dots/dir/* /real/file /real/dir/file; echo x >/real/file; echo alive'
	says_not secret
	# it runs, or says why not in one line
	says '^alive$' || one_clear_line
	! grep -r secret "$SCRATCH/root/volumes" || false
	canary_lives
}

@test "a link where the user wants a volume: nothing is copied from the host, and nothing is mounted on it" {
	local where
	ln -s "$CANARY" "$ROOTFS/data"
	hostile_image
	for where in /data /data/dir /data/deep/er; do
		run hoy run --rm -v "named:$where" hostile sh -c "echo new >$where/new; cat $where/file; echo alive"
		says_not secret
		says '^alive$' || one_clear_line
		run hoy run --rm --mount "type=image,src=hostile,dst=$where" hostile sh -c 'echo alive'
		says '^alive$' || one_clear_line
	done
	! grep -r secret "$SCRATCH/root/volumes" || false
	canary_lives
}

@test "subpaths that are links lead nowhere outside" {
	hostile_image
	hoy volume create named >/dev/null
	local data=$SCRATCH/root/volumes/named/_data where
	ln -s "$CANARY" "$data/absolute"
	ln -s ../../../../../../../../..$CANARY "$data/dots"
	ln -s /proc/self/root "$data/magic"
	mkdir "$data/inside"
	ln -s inside "$data/fine"
	for where in absolute dots absolute/dir dots/dir magic "magic$CANARY"; do
		run hoy run --rm --mount "src=named,dst=/x,volume-subpath=$where" hostile sh -c 'cat /x/file; echo x >/x/new'
		exits 125
		one_clear_line
	done
	hoy run --rm --mount src=named,dst=/x,volume-subpath=fine hostile touch /x/new
	[ -e "$data/inside/new" ]
	ln -s "$CANARY" "$ROOTFS/absolute"
	hostile_image
	run hoy run --rm --mount type=image,src=hostile,dst=/x,image-subpath=absolute hostile ls /x
	exits 125
	canary_lives
}

@test "a subpath that is exchanged for a link to the host while containers start" {
	hostile_image
	hoy volume create named >/dev/null
	local data=$SCRATCH/root/volumes/named/_data i ran=0
	mkdir -p "$data/a/dir"
	echo own >"$data/a/file"
	echo own >"$data/a/dir/file"
	ln -s "$CANARY" "$data/b"
	race "$data" a b
	for i in $(seq 40); do
		run hoy run --rm --mount src=named,dst=/x,volume-subpath=a/dir hostile sh -c 'cat /x/file; echo w >/x/written'
		says_not secret
		[ "$status" = 0 ] && ran=$((ran + 1)) || one_clear_line
	done
	canary_lives
	[ $ran -gt 0 ]
}

@test "a subpath of a tmpfs that another container exchanges for a link to the host while containers start" {
	hostile_image
	hoy volume create --opt type=tmpfs --opt device=tmpfs mem >/dev/null
	local i ran=0 pid
	hoy run -d --name other -v mem:/m hostile sh -c "mkdir -p /m/a/dir && echo own >/m/a/file && echo own >/m/a/dir/file &&
		ln -s '$CANARY' /m/b && touch /ready && sleep 1000" >/dev/null
	wait_for 10 hoy exec other ls /ready
	pid=$(hoy inspect -f '{{.State.Pid}}' other)
	race "/proc/$pid/root/m" a b
	for i in $(seq 30); do
		run hoy run --rm --mount src=mem,dst=/x,volume-subpath=a/dir -v mem:/y:ro hostile sh -c 'cat /x/file; echo w >/x/written; touch /y/new 2>/dev/null && echo writable'
		says_not secret
		says_not '^writable'
		[ "$status" = 1 ] && says '^own$' && ran=$((ran + 1)) || one_clear_line
	done
	canary_lives
	[ $ran -gt 0 ]
	[ -z "$(our_mounts)" ]
}

@test "a mount point in a shared volume that is exchanged for a link while containers start (CVE-2021-30465)" {
	hostile_image
	hoy volume create shared >/dev/null
	local data=$SCRATCH/root/volumes/shared/_data i ran=0
	mkdir -p "$data/a/dir" "$BATS_TEST_TMPDIR/mine"
	ln -s "$CANARY" "$data/b"
	race "$data" a b
	for i in $(seq 40); do
		run hoy run --rm -v shared:/s -v "$BATS_TEST_TMPDIR/mine:/s/a/dir" -v inner:/s/a/dir/made hostile \
			sh -c 'cat /s/a/dir/file 2>/dev/null; echo alive'
		says_not secret
		if [ "$status" = 0 ]; then ran=$((ran + 1)); else one_clear_line; fi
		[ -z "$(our_mounts)" ]
	done
	canary_lives
	[ $ran -gt 0 ]
}

@test "an empty volume that a container fills and exchanges while another one's content is copied into it" {
	local i name
	mkdir -p "$ROOTFS/data/d1/d2"
	for i in $(seq 30); do
		echo image >"$ROOTFS/data/d1/file$i"
		chmod 4711 "$ROOTFS/data/d1/file$i"
		mkfifo "$ROOTFS/data/d1/d2/fifo$i"
	done
	hostile_image
	for i in $(seq 15); do
		name=filled$i
		hoy volume create $name >/dev/null
		(
			cd "$SCRATCH/root/volumes/$name/_data" || exit
			for j in $(seq 60); do
				rm -rf d1 2>/dev/null
				ln -s "$CANARY" d1 2>/dev/null
				rm -f d1 2>/dev/null
			done
		) 3>&- 4>&- &
		RACER=$!
		run hoy run --rm -v "$name:/data" hostile sh -c 'cat /data/d1/file /data/d1/dir/file; echo alive'
		wait $RACER || true
		says_not secret
		says '^alive$' || one_clear_line
	done
	canary_lives
	[ "$(stat -c %a "$CANARY/file")" = 644 ]
}

@test "files that hold something are never replaced by an image's (CVE-2020-1726)" {
	mkdir "$ROOTFS/data"
	echo image >"$ROOTFS/data/file"
	hostile_image --change 'VOLUME /data'
	hoy volume create mine >/dev/null
	echo precious >"$SCRATCH/root/volumes/mine/_data/file"
	hoy run --rm -v mine:/data hostile true
	hoy run --name one -v mine:/data hostile true
	hoy run --rm --volumes-from one hostile true
	[ "$(<"$SCRATCH/root/volumes/mine/_data/file")" = precious ]
}

@test "volumes as images may want them: root, nothing, too many, too long, /proc, strange names" {
	local change
	for change in / /.. '["/a\u0000b"]' /proc /proc/self/attr /sys/kernel "/$(printf 'x%.0s' $(seq 5000))"; do
		hostile_image --change "VOLUME $change" || continue
		run hoy run --rm hostile sh -c 'echo alive'
		says '^alive$' || one_clear_line
	done
	hostile_image $(for i in $(seq 300); do echo --change "VOLUME=/v$i"; done) 2>/dev/null ||
		hostile_image --change "VOLUME $(seq -s ' ' -f /v%.0f 300)"
	run hoy run --rm hostile sh -c 'echo alive'
	exits 125
	says 'more than 256 volumes'
	run hoy volume ls -q
	is ""
}

@test "U follows no link out of the volume, also while names are exchanged" {
	hostile_image
	hoy volume create named >/dev/null
	local data=$SCRATCH/root/volumes/named/_data i
	mkdir -p "$data/a/dir"
	touch "$data/a/file" "$data/a/dir/file"
	ln -s "$CANARY" "$data/b"
	race "$data" a b
	for i in $(seq 20); do
		hoy run --rm -u 77 -v named:/x:U hostile true
	done
	canary_lives
}
