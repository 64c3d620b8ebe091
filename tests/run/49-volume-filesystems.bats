#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Volumes that are file systems of their own (volume create -o type=…): a tmpfs, which containers share, and a disk. NFS is in
# tests/vm/20-nfs.bats.
load lib
load box
setup() {
	scratch_up
	[ -n "$(hoy images -q box)" ] || box_image
	HERE=$BATS_TEST_TMPDIR
}
teardown() {
	local id
	for id in $(ls "$SCRATCH/root/containers" 2>/dev/null); do hoy rm -f -v "$id" >/dev/null; done
	hoy volume prune -af >/dev/null
	[ -z "${LOOP-}" ] || losetup -d "$LOOP"
	leaves_nothing_behind
	[ -z "$(ls -A "$SCRATCH/root/volumes" 2>/dev/null)" ]
}

@test "volumes of another driver type: tmpfs, a directory of the host" {
	mkdir -m 0750 "$HERE/host"
	hoy volume create --opt type=tmpfs --opt device=tmpfs --opt o=size=16m,uid=5,nosuid mem >/dev/null
	run hoy run --rm -v mem:/data box sh -c 'grep " /data " /proc/mounts; cat /data/one; stat -c %u /data'
	says '^tmpfs /data tmpfs .*nosuid.*size=16384k'
	says '^one$'
	says '^5$'
	[ -z "$(ls -A "$(data_of mem)")" ]
	hoy volume create --opt type=none --opt o=bind --opt device="$HERE/host" host >/dev/null
	run hoy run --rm -v host:/data box cat /data/one
	is one
	[ "$(stat -c %a "$HERE/host")" = 1770 ]
	run hoy run --rm -v host:/x:ro box touch /x/y
	exits 1
	hoy volume create --opt type=nfs --opt o=addr=nowhere.invalid,rw --opt device=:/export remote >/dev/null
	run hoy run --rm -v remote:/x box true
	exits 125
	says "the volume's server nowhere.invalid is not known here"
	hoy volume create --opt type=none --opt o=bind --opt device="$HERE/gone" gone >/dev/null
	run hoy run --rm -v gone:/x box true
	exits 125
	one_clear_line
	[ -z "$(our_mounts)" ]
}

@test "a tmpfs volume that containers share: one, as long as one of them runs, and mounted nowhere else" {
	hoy volume create --opt type=tmpfs --opt device=tmpfs --opt o=size=16m,nosuid mem >/dev/null
	hoy run -d --name first -v mem:/m:ro box sleep 1000 >/dev/null
	hoy run -d --name second -v mem:/data -w /data box sh -c 'echo from-second >said; sleep 1000' >/dev/null
	wait_for 10 hoy exec first cat /m/said
	[ "$(hoy exec first cat /m/said)" = from-second ]
	run hoy exec first touch /m/mine
	[ "$status" != 0 ]
	run hoy run --rm -v mem:/x:ro box sh -c 'cat /x/said; grep " /x " /proc/mounts; touch /x/new'
	says '^from-second$'
	says '^tmpfs /x tmpfs ro,nosuid.*size=16384k'
	says 'Read-only'
	# it outlives the one that made it
	hoy rm -f first >/dev/null
	[ "$(hoy run --rm --volumes-from second box cat /data/said)" = from-second ]
	[ -z "$(ls -A "$(data_of mem)")" ]
	[ -z "$(our_mounts)" ]
	# a directory of it, and from who has no more than that the whole again
	hoy exec second mkdir -p /data/deep/er
	run hoy run --rm --mount src=mem,dst=/x,volume-subpath=nothing box true
	exits 125
	says 'subpath nothing: No such file'
	run hoy run --rm --mount src=mem,dst=/x,volume-subpath=said box true
	exits 125
	says 'subpath said is not a directory'
	hoy run -d --name part --mount src=mem,dst=/x,volume-subpath=deep,ro box sleep 1000 >/dev/null
	[ "$(hoy exec part ls /x)" = er ]
	run hoy exec part touch /x/new
	[ "$status" != 0 ]
	hoy exec second touch /data/deep/er/file
	[ "$(hoy exec part ls /x/er)" = file ]
	run hoy volume rm mem
	exits 1
	says 'volume is in use'
	# with the last one it goes, and comes back empty
	hoy stop -t 0 second >/dev/null
	[ "$(hoy run --rm -v mem:/x box sh -c 'cat /x/said; touch /x/more')" = from-second ]
	[ "$(hoy run --rm --mount src=mem,dst=/y,volume-subpath=deep/er -v mem:/x box sh -c 'ls /y /x' | xargs)" = '/x: deep more said /y: file' ]
	[ "$(hoy exec part ls /x)" = er ]
	[ -z "$(our_mounts)" ]
	hoy rm -f part >/dev/null
	run hoy run --rm -v mem:/x box ls -A /x
	is ""
	hoy start second >/dev/null
	wait_for 10 hoy exec second cat /data/said
	# side by side: who is first makes it
	hoy volume create --opt type=tmpfs --opt device=tmpfs many >/dev/null
	local i
	for i in $(seq 8); do hoy run -d --name side$i -v many:/m box sh -c "echo $i >/m/$i; sleep 1000" >/dev/null & done
	wait
	all_there() { [ "$(hoy exec side8 ls /m | xargs)" = '1 2 3 4 5 6 7 8' ]; }
	wait_for 20 all_there
	[ "$(for i in $(seq 8); do hoy exec side$i stat -c %d /m; done | sort -u | wc -l)" = 1 ]
}

@test "a tmpfs volume at several places of one container: the same files at each, as each wants them" {
	hoy volume create --opt type=tmpfs --opt device=tmpfs --opt o=size=16m mem >/dev/null
	run hoy run --rm -v mem:/a -v mem:/b:ro -v mem:/empty/c box sh -c 'echo x >/a/x; cat /b/x /empty/c/x; touch /b/y 2>&1; grep -c "^tmpfs /.* tmpfs r.*size=16384k" /proc/mounts'
	is "x
x
touch: /b/y: Read-only file system
3"
	# the first is read-only and starts with what the image has there, another one is a part of it
	run hoy run --rm -v mem:/data:ro --mount src=mem,dst=/part,volume-subpath=deep -v mem:/whole box sh -c 'cat /data/one; echo x >/part/x; cat /whole/deep/x; touch /data/y 2>&1'
	is "one
x
touch: /data/y: Read-only file system"
	# started again, and given to another one, which has two places of it, too
	hoy run -d --name first -v mem:/a:ro -v mem:/b box sh -c 'echo x >>/b/x; sleep 1000' >/dev/null
	wait_for 10 hoy exec first cat /a/x
	hoy restart -t 0 first >/dev/null
	wait_for 10 hoy exec first cat /a/x
	run hoy run --rm --volumes-from first -v mem:/c:ro box sh -c 'cat /a/x /b/x /c/x; echo y >/b/y; cat /a/y; touch /a/z 2>&1; touch /c/z 2>&1'
	is "x
x
x
y
touch: /a/z: Read-only file system
touch: /c/z: Read-only file system"
	run hoy run --rm --volumes-from first:ro box touch /b/z
	says 'Read-only'
	[ "$(hoy exec first cat /a/y)" = y ]
	[ -z "$(our_mounts)" ]
	# by hand it is the same
	hoy run --rm --explain=script -v mem:/a -v mem:/b:ro box sh -c 'echo x >/a/x; cat /b/x; touch /b/y' >"$HERE/script"
	run sh "$HERE/script"
	says '^x$'
	says '/b/y: Read-only'
}

@test "what a container put in a shared tmpfs's place is not taken for it" {
	hoy volume create --opt type=tmpfs --opt device=tmpfs mem >/dev/null
	hoy run -d --name first --privileged -v mem:/m box sh -c 'umount /m && mount --bind /data /m && touch /ready && sleep 1000' >/dev/null
	wait_for 10 hoy exec first ls /ready
	run hoy run --rm -v mem:/x box ls /x
	exits 125
	says 'has no tmpfs any more on /m'
	hoy exec first sh -c 'umount /m; rmdir /m; ln -s /etc /m'
	run hoy run --rm -v mem:/x box ls /x
	exits 125
	says_not passwd
	# the same where it has a part of it, under which the whole lies
	hoy volume create --opt type=tmpfs --opt device=tmpfs part >/dev/null
	hoy run -d --name whole -v part:/w box sh -c 'mkdir /w/deep && sleep 1000' >/dev/null
	wait_for 10 hoy exec whole ls /w/deep
	hoy run -d --name second --privileged --mount src=part,dst=/m,volume-subpath=deep box sleep 1000 >/dev/null
	hoy rm -f whole >/dev/null
	[ "$(hoy run --rm -v part:/x box ls /x)" = deep ]
	hoy exec second sh -c 'umount /m && umount /m && mount -t tmpfs other /m && mount --bind /data /m'
	run hoy run --rm -v part:/x box ls /x
	exits 125
	one_clear_line
	hoy exec second sh -c 'umount /m && umount /m && rmdir /m && ln -s /etc /m'
	run hoy run --rm -v part:/x box ls /x
	exits 125
	says_not passwd
}

@test "U and idmap on a volume that is a file system of its own" {
	hoy volume create --opt type=tmpfs --opt device=tmpfs mem >/dev/null
	# what the image has there is given away, too, and what others see is the same file system
	hoy run -d --name first -u 77:88 -v mem:/data:U,ro box sleep 1000 >/dev/null
	run hoy exec first stat -c %u:%g /data /data/deep /data/deep/two
	is "77:88
77:88
77:88"
	# once: a container that starts again does not take them back
	hoy run --name second -u 5:6 -v mem:/m:U box true
	[ "$(hoy exec -u 0 first stat -c %u:%g /data/deep/two)" = 5:6 ]
	hoy run --rm -v mem:/m box chown 9:9 /m/deep/two
	hoy start -a second
	[ "$(hoy exec -u 0 first stat -c %u:%g /data/deep/two)" = 9:9 ]
	hoy run --rm --volumes-from second -u 3:3 box true
	[ "$(hoy exec -u 0 first stat -c %u:%g /data/deep/two)" = 9:9 ]
	hoy rm -f first second >/dev/null
	# owners as others: of the whole, of a part, at one of two places; nobody sees more of it elsewhere
	run hoy run --rm -v "mem:/data:idmap=uids=0-1000-1#5-1005-3;gids=0-2000-10" -v mem:/plain box stat -c %u:%g /data /data/one /plain /plain/one
	if [[ $output != *"cannot show other owners"* ]]; then
		is "1005:2006
1007:2008
5:6
7:8"
		hoy run -d --name first -v "mem:/data:idmap=uids=0-1000-1#5-1005-3;gids=0-2000-10" box sleep 1000 >/dev/null
		[ "$(hoy exec first stat -c %u:%g /data/one)" = 1007:2008 ]
		[ "$(hoy run --rm -v mem:/m box stat -c %u:%g /m/one)" = 7:8 ]
		[ "$(hoy run --rm -v "mem:/m:idmap=uids=0-0-7#7-70-1;gids=0-0-8#8-80-1" box stat -c %u:%g /m/one)" = 70:80 ]
	else
		[ "$status" = 125 ]
	fi
}

@test "a disk as a volume: U, idmap, and read-only beside who writes" {
	truncate -s 16M "$HERE/disk"
	mke2fs -q -F -t ext4 -O ^has_journal "$HERE/disk"
	LOOP=$(losetup -f --show "$HERE/disk") || skip "no loop devices here"
	hoy volume create --opt type=ext4 --opt device="$LOOP" disk >/dev/null
	hoy run --rm -v disk:/d:nocopy box rmdir /d/lost+found
	# what the image has comes in though this one may only read
	hoy run -d --name writer -u 77:88 -v disk:/d:U box sleep 1000 >/dev/null
	[ "$(hoy run --rm -v disk:/data:ro box cat /data/one)" = one ]
	[ "$(hoy exec -u 0 writer cat /d/one)" = one ]
	hoy run --rm -u 77:88 -v disk:/d:U box true
	[ "$(hoy exec writer stat -c %u:%g /d /d/one | xargs)" = '77:88 77:88' ]
	hoy exec -u 0 writer chown 5:6 /d/one
	run hoy run --rm -v "disk:/d:idmap=uids=5-1005-1#77-77-1;gids=6-2006-1#88-88-1" -v disk:/e:ro box sh -c 'stat -c %u:%g /d/one /e/one; touch /e/x 2>&1'
	is "1005:2006
5:6
touch: /e/x: Read-only file system"
	hoy restart -t 0 writer >/dev/null
	[ "$(hoy exec writer stat -c %u:%g /d/one)" = 5:6 ]
	# one that has ended, looked into
	hoy exec -u 0 writer mkdir -p /d/deep/er
	hoy run --name ended -v "disk:/d:idmap=uids=5-1005-1#77-77-1;gids=6-2006-1#88-88-1" --mount src=disk,dst=/part,volume-subpath=deep,ro box true
	hoy cp ended:/d/one - | tar -tv | grep -q '1005/2006.* one$'
	hoy cp ended:/part - | tar -t | grep -q 'part/er/$'
	[ -z "$(our_mounts)" ]
	# by hand it is the same
	hoy run --rm --explain=script -v disk:/d:ro -v "disk:/e:idmap=uids=5-1005-1#77-77-1;gids=6-2006-1#88-88-1" box cat /d/one >"$HERE/script"
	[ "$(sh "$HERE/script")" = one ]
	[ -z "$(grep "$LOOP" /proc/mounts)" ]
	# many at once on an empty one: filled once
	hoy rm -f ended writer >/dev/null
	hoy run --rm -v disk:/d:nocopy box sh -c 'rm -rf /d/*'
	local i pids=()
	for i in $(seq 16); do
		hoy run --rm --network none -v disk:/data box cat /data/deep/two >"$HERE/out.$i" 2>&1 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i" || true; done
	[ "$(cat "$HERE"/out.* | sort | uniq -c | tr -s ' ')" = " 16 one" ] || { cat "$HERE"/out.*; false; }
	# a file is no disk
	hoy volume create --opt type=ext4 --opt device="$HERE/disk" file >/dev/null
	run hoy run --rm -v file:/d box true
	exits 125
	says 'losetup'
}
