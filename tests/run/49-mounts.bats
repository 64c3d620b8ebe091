#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What containers see of volumes, directories of the host and other images: -v, --mount, --volumes-from and VOLUME.
load lib
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
	[ -z "${TREE-}" ] || umount -R "$TREE"
	leaves_nothing_behind
	[ -z "$(ls -A "$SCRATCH/root/volumes" 2>/dev/null)" ]
}

# box: busybox, and content of every kind in /data and /empty; vol: the same with VOLUMEs
box_image() {
	local rootfs=$BATS_FILE_TMPDIR/rootfs
	mkdir -p "$rootfs"
	"$TOP/tools/busybox-rootfs" | tar -x -C "$rootfs"
	mkdir -p "$rootfs/data/deep/er" "$rootfs/empty" "$rootfs/linked"
	echo one >"$rootfs/data/one"
	ln "$rootfs/data/one" "$rootfs/data/deep/two"
	ln -s /etc/passwd "$rootfs/data/absolute"
	ln -s nowhere "$rootfs/data/dangling"
	mkfifo -m 0640 "$rootfs/data/fifo"
	mknod -m 0600 "$rootfs/data/null" c 1 3
	truncate -s 8M "$rootfs/data/sparse"
	echo end >>"$rootfs/data/sparse"
	cp "$rootfs/bin/busybox" "$rootfs/data/setuid"
	chown -R 7:8 "$rootfs/data/deep" "$rootfs/empty"
	chmod 4755 "$rootfs/data/setuid"
	chmod 1770 "$rootfs/data"
	chmod 0711 "$rootfs/empty"
	chown 5:6 "$rootfs/data"
	setfattr -n user.colour -v blue "$rootfs/data/one" 2>/dev/null || true
	touch -d @1000000000 "$rootfs/data/deep/er" "$rootfs/data"
	tar -C "$rootfs" --xattrs -Scf "$BATS_FILE_TMPDIR/box.tar" .
	hoy import --change 'CMD ["sh"]' "$BATS_FILE_TMPDIR/box.tar" box >/dev/null
	hoy import --change 'CMD ["sh"]' --change 'VOLUME /data /empty/new' "$BATS_FILE_TMPDIR/box.tar" vol >/dev/null
}

data_of() {
	echo "$SCRATCH/root/volumes/$1/_data"
}

mounts_of() {
	python3 -c 'import json, sys; print(*sorted(m["Destination"] + " " + " ".join(str(m.get(k, "-")) for k in sys.argv[2:]) for m in json.load(open(sys.argv[1]))["Mounts"]), sep="\n")' \
		"$SCRATCH/root/containers/$(basename "$(readlink "$SCRATCH/root/names/$1")")/record.json" "${@:2}"
}

@test "a named volume is made at first use and outlives every container" {
	hoy run --rm -v data:/mnt box sh -c 'echo kept >/mnt/file'
	run hoy volume ls -q
	is data
	hoy run -d --name one -v data:/mnt box sleep 60 3>&-
	run hoy volume rm data
	exits 1
	is "hoy: cannot remove data: volume is in use - [$(basename "$(readlink "$SCRATCH/root/names/one")")]"
	run hoy run --rm -v data:/mnt:ro box sh -c 'cat /mnt/file; touch /mnt/new 2>&1'
	says '^kept$'
	says 'Read-only'
	run hoy volume ls -q -f dangling=true
	is ""
	hoy rm -f -v one >/dev/null
	run hoy run --rm --mount src=data,dst=/mnt box cat /mnt/file
	is kept
	run hoy volume rm data
	is data
}

@test "first use copies what the image has there: owners, modes, times, links, holes, devices" {
	hoy run --rm -v data:/data -v empty:/empty -v none:/not/there box true
	local from=$BATS_FILE_TMPDIR/rootfs to
	to=$(data_of data)
	# names, kinds, modes, owners, times, sizes and link targets are the same
	[ "$(cd "$from/data" && find . -printf '%p %y %m %U:%G %T@ %n %l\n' | grep -v '^\./sparse' | sort)" = \
		"$(cd "$to" && find . -printf '%p %y %m %U:%G %T@ %n %l\n' | grep -v '^\./sparse' | sort)" ]
	[ "$(cd "$from/data" && md5sum one deep/two sparse setuid)" = "$(cd "$to" && md5sum one deep/two sparse setuid)" ]
	[ "$(stat -c %i "$to/one")" = "$(stat -c %i "$to/deep/two")" ]
	[ "$(stat -c '%t:%T' "$to/null")" = 1:3 ]
	[ "$(stat -c %b "$to/sparse")" -lt 1000 ]
	! getfattr -n user.colour "$from/data/one" >/dev/null 2>&1 || getfattr -n user.colour "$to/one" | grep -q blue
	[ "$(stat -c '%a %u:%g' "$(data_of empty)")" = "711 7:8" ]
	[ "$(stat -c '%a %u:%g' "$(data_of none)")" = "755 0:0" ]
	# one that holds something is left alone, and so is one with nocopy
	hoy volume create mine >/dev/null
	echo own >"$(data_of mine)/own"
	run hoy run --rm -v mine:/data -v other:/data2 box ls /data
	is own
	run hoy run --rm -v bare:/data:nocopy box ls -A /data
	is ""
	run hoy run --rm --mount src=bare,dst=/data,volume-nocopy box ls -A /data
	is ""
	# the emptied one is filled again
	run hoy run --rm -v bare:/data box cat /data/one
	is one
}

@test "a copy that was killed is finished by the next use, and no file is ever half there" {
	local volume i pid
	hoy volume create vv >/dev/null
	volume=$SCRATCH/root/volumes/vv
	# killed while it was copied, and killed while it was moved
	mkdir "$volume/copy"
	echo half >"$volume/copy/one"
	run hoy run --rm -v vv:/data box cat /data/one /data/deep/two
	is "one
one"
	[ ! -e "$volume/copy" ] && [ ! -e "$volume/copied" ]
	mkdir -m 0700 "$volume/copied"
	mv "$volume/_data/deep" "$volume/_data/sparse" "$volume/copied/"
	run hoy run --rm -v vv:/data box cat /data/deep/two
	is one
	[ ! -e "$volume/copied" ] && [ -e "$volume/_data/sparse" ]
	for i in $(seq 12); do
		hoy run --rm -v "w$i:/data" box true &
		pid=$!
		sleep "0.0$((i % 6))"
		kill -9 $pid 2>/dev/null || true
		wait $pid || true
	done
	hoy ps >/dev/null
	for i in $(seq 12); do
		run hoy run --rm -v "w$i:/data" box sh -c 'cat /data/one /data/deep/two && [ -p /data/fifo ] && [ -u /data/setuid ]'
		is "one
one"
	done
}

@test "the image's VOLUMEs and -v without a source: anonymous, gone with --rm and rm -v, kept otherwise" {
	run hoy run --rm vol sh -c 'cat /data/one; ls -d /empty/new; grep -c -E " /(data|empty/new) " /proc/mounts'
	is "one
/empty/new
2"
	run hoy volume ls -q
	is ""
	hoy run --name kept -v /anonymous vol true
	[ "$(hoy volume ls -q | wc -l)" = 3 ]
	[ "$(hoy volume ls -q -f label=com.docker.volume.anonymous | wc -l)" = 3 ]
	hoy rm kept >/dev/null
	[ "$(hoy volume ls -q -f dangling=true | wc -l)" = 3 ]
	hoy volume prune -f >/dev/null
	hoy run --name kept -v named:/named vol true
	hoy rm -v kept >/dev/null
	run hoy volume ls -q
	is named
	# what the user mounts there takes the VOLUME's place
	run hoy run --rm -v named:/data --tmpfs /empty/new vol sh -c 'ls /data/one; grep " /empty/new " /proc/mounts | cut -d" " -f1'
	is "/data/one
tmpfs"
	# nothing is left when it could not be started
	try hoy run vol no-such-program
	try hoy run -v /x -w relative vol true
	run hoy volume ls -q
	is named
}

@test "a --rm container whose monitor is killed: its anonymous volumes go with the next command" {
	local monitor
	hoy run -d --rm --name brief -v /anonymous -v named:/n vol sleep 60 3>&- >/dev/null
	[ "$(hoy volume ls -q | wc -l)" = 4 ]
	monitor=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["MonitorPid"])' "$SCRATCH"/root/containers/*/state.json)
	[ "$(<"/proc/$monitor/comm")" = hoy-monitor ]
	kill -9 "$monitor"
	only_named() { [ "$(hoy volume ls -q)" = named ]; }
	wait_for 10 only_named
}

@test "--volumes-from: theirs, read-only where asked, and in use as long as one is there" {
	mkdir "$HERE/host"
	hoy run --name one -v named:/n -v "$HERE/host:/h:ro" --mount type=tmpfs,dst=/t --tmpfs /not vol sh -c 'echo x >/data/x; echo n >/n/n'
	run hoy run --rm --volumes-from one -v other:/n box sh -c 'cat /data/x; ls /n; touch /h/x 2>&1; grep -c " /t tmpfs" /proc/mounts; grep -c " /not " /proc/mounts'
	says '^x$'
	says '/h/x: Read-only'
	says_not '^n$'
	[ "${lines[-2]} ${lines[-1]}" = "1 0" ]
	run hoy run --rm --volumes-from one:ro box sh -c 'cat /n/n; touch /n/new'
	says '^n$'
	says 'Read-only'
	hoy run --name two --volumes-from one box true
	hoy rm -v one >/dev/null
	# its anonymous volumes are still the other one's
	run hoy run --rm --volumes-from two box cat /data/x
	is x
	hoy rm -v two >/dev/null
	run hoy volume ls -q
	is "named
other"
	run hoy run --volumes-from nobody box true
	exits 125
	one_clear_line
}

@test "--mount with every option, and what inspect shows of it all" {
	TREE=$HERE/host
	mkdir "$TREE"
	mount -t tmpfs tree "$TREE"
	mount --make-shared "$TREE"
	hoy run --name all -v named:/a -v "$TREE/made/by-v:/b:ro,rslave" -v /c --mount type=volume,src=labelled,dst=/d,volume-label=k=v,volume-driver=local \
		--mount "type=bind,src=$HERE/host,dst=/e,bind-propagation=rshared,consistency=cached" --mount type=tmpfs,dst=/f,tmpfs-size=1m,tmpfs-mode=700 \
		--mount "type=bind,src=$HERE/new,dst=/g,bind-create-src,readonly,bind-recursive=writable" --mount type=image,src=box,dst=/h vol true
	[ -d "$TREE/made/by-v" ] && [ -d "$HERE/new" ]
	run mounts_of all Type Mode RW Propagation Driver
	is "/a volume z True  local
/b bind ro,rslave False rslave -
/c volume z True  local
/d volume z True  local
/data volume  True  local
/e bind  True rshared -
/empty/new volume  True  local
/f tmpfs  True  -
/g bind  False rprivate -
/h image  False  -"
	[ "$(mounts_of all Name Source | sed -n 1p)" = "/a named $(data_of named)" ]
	[ "$(mounts_of all Source | grep '^/e ')" = "/e $HERE/host" ]
	[ "$(hoy volume inspect -f '{{json .Labels}}' labelled)" = '{"k":"v"}' ]
	run hoy run --rm --mount "type=bind,src=$HERE/nothing,dst=/x" box true
	exits 125
	says 'bind source path does not exist'
	[ ! -e "$HERE/nothing" ]
	run hoy run --rm -v named:/x --mount src=named,dst=/x box true
	exits 125
	says 'duplicate mount point: /x'
	run hoy run --rm -v named:/etc/passwd box true
	exits 125
	says 'to /etc/passwd: Not a directory'
	says 'hint: .*is a directory, and what the container has there is not'
	run hoy rmi box
	exits 1
	says 'the container all'
}

@test "binds: what is mounted later, by the host and by the container, and what lies below" {
	TREE=$HERE/tree
	mkdir "$TREE"
	mount -t tmpfs tree "$TREE"
	mount --make-shared "$TREE"
	mkdir "$TREE/host" "$TREE/inside" "$TREE/below"
	mount -t tmpfs below "$TREE/below"
	hoy run -d --name one --privileged --mount "type=bind,src=$TREE,dst=/slave,bind-propagation=rslave" \
		--mount "type=bind,src=$TREE,dst=/shared,bind-propagation=rshared" -v "$TREE:/private" box sleep 1000 >/dev/null
	mount -t tmpfs host "$TREE/host"
	[ "$(hoy exec one sed -n 's/^host \([^ ]*\) .*/\1/p' /proc/mounts | sort | xargs)" = "/shared/host /slave/host" ]
	hoy exec one mount -t tmpfs inside /shared/inside
	grep -q "^inside $TREE/inside " /proc/mounts
	umount "$TREE/inside"
	! hoy exec one grep '^inside' /proc/mounts || false
	hoy exec one mount -t tmpfs inside /slave/inside
	! grep -q "^inside" /proc/mounts || false
	hoy rm -f one >/dev/null
	# what is shared with nobody cannot be passed on
	mount --make-rprivate "$TREE"
	local word
	for word in shared rshared; do
		run hoy run --rm -v "$TREE:/x:$word" box true
		exits 125
		says "path $TREE is mounted on $TREE but it is not a shared mount"
	done
	run hoy run --rm -v "$TREE/host:/x:rslave" box true
	exits 125
	says "path $TREE/host is mounted on $TREE/host but it is not a shared or slave mount"
	hoy run --rm -v "$TREE:/x:rprivate" box true
	# read-only with all that is mounted below, with the top alone; without what is below
	local source="type=bind,src=$TREE,dst=/x"
	run hoy run --rm --mount "$source,readonly" box touch /x/below/new
	says 'Read-only'
	hoy run --rm --mount "$source,readonly,bind-recursive=writable" box touch /x/below/new
	run hoy run --rm --mount "$source,readonly,bind-recursive=writable" box touch /x/new
	says 'Read-only'
	run hoy run --rm --mount "$source,readonly,bind-recursive=readonly,bind-propagation=rprivate" box touch /x/below/new
	says 'Read-only'
	run hoy run --rm --mount "$source,bind-recursive=disabled" box ls /x/below
	is ""
	run hoy run --rm --mount "$source,bind-recursive=enabled" box ls /x/below
	is new
}

@test "subpaths of volumes and images" {
	run hoy run --rm -v data:/data box true
	run hoy run --rm --mount src=data,dst=/x,volume-subpath=deep box ls /x
	is "er
two"
	run hoy run --rm --mount src=data,dst=/x,volume-subpath=one,ro box cat /x
	is one
	run hoy run --rm --mount src=data,dst=/x,volume-subpath=nothing box ls /x
	exits 125
	says 'subpath nothing: No such file'
	run hoy run --rm --mount type=image,src=box,dst=/x box sh -c 'cat /x/data/one; touch /x/new'
	says '^one$'
	says 'Read-only'
	run hoy run --rm --mount type=image,src=box,dst=/x,image-subpath=data/deep box ls /x
	is "er
two"
	run hoy run --rm --mount type=image,src=nothing,dst=/x box ls /x
	exits 125
	says 'No such image: nothing'
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

@test "U gives the files to the user, idmap shows them as the user's" {
	mkdir "$HERE/host"
	touch "$HERE/host/file"
	ln -s /etc/passwd "$HERE/host/link"
	hoy run --rm -u 77:88 -v "$HERE/host:/h:U" -v vv:/data:U box touch /h/new /data/new
	[ "$(stat -c %u:%g "$HERE/host" "$HERE/host/file" "$HERE/host/link" "$(data_of vv)/deep" | sort -u)" = 77:88 ]
	[ "$(stat -c %u /etc/passwd)" = 0 ]
	run hoy run --rm -v "$HERE/host:/h:idmap=uids=77-1000-1;gids=88-2000-1" box stat -c %u:%g /h/file
	[[ $output == 1000:2000 || $output == *"cannot show other owners"* ]] || { echo "$output"; false; }
	# a volume that stands for a directory of the host
	mkdir "$HERE/stood-for"
	touch "$HERE/stood-for/file"
	hoy volume create --opt type=none --opt o=bind --opt device="$HERE/stood-for" bound >/dev/null
	hoy run --rm -u 77:88 -v bound:/h:U box true
	[ "$(stat -c %u:%g "$HERE/stood-for" "$HERE/stood-for/file" | sort -u)" = 77:88 ]
	run hoy run --rm -v "bound:/h:idmap=uids=77-1000-1;gids=88-2000-1" box stat -c %u:%g /h/file
	[[ $output == 1000:2000 || $output == *"cannot show other owners"* ]] || { echo "$output"; false; }
	# alone, idmap is the container's user namespace, which is the host's
	run hoy run --rm -v "$HERE/host:/h:idmap" box stat -c %u:%g /h/file
	is 77:88
	run hoy run --rm --explain=script -v "$HERE/host:/h:idmap=uids=77-1000-1;gids=88-2000-1" box true
	says "'X-mount.idmap=u:77:1000:1 g:88:2000:1'"
	says_not uid_map
}

@test "bind-idmap: whose the source is, is the container's user there" {
	mkdir "$HERE/host"
	touch "$HERE/host/his"
	chown -R 1234:2345 "$HERE/host"
	touch "$HERE/host/other"
	local source="type=bind,src=$HERE/host,dst=/h"
	run hoy run --rm -u 77:88 --mount "$source,bind-idmap" box sh -c 'touch /h/new && stat -c %u:%g /h/his /h/new /h/other'
	[[ $output != *"cannot show other owners"* ]] || skip "not on this file system"
	is "77:88
77:88
65534:65534"
	[ "$(stat -c %u:%g "$HERE/host/new")" = 1234:2345 ]
	run hoy run --rm --mount "$source,bind-idmap=match-user" box stat -c %u:%g /h/his
	is 0:0
	run hoy run --rm --mount "$source,bind-idmap=match-user:5:6,readonly" box stat -c %u:%g /h/his
	is 5:6
	run hoy run --rm --mount "$source,bind-idmap=match-user:nobodys" box true
	exits 125
	says 'nobodys'
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
	# a file is no disk
	hoy volume create --opt type=ext4 --opt device="$HERE/disk" file >/dev/null
	run hoy run --rm -v file:/d box true
	exits 125
	says 'losetup'
}

@test "a volume over /etc does not hide what hoy puts there" {
	run hoy run --rm -v etc:/etc -h named box sh -c 'cat /etc/hostname; grep -c localhost$ /etc/hosts; grep -c root /etc/passwd'
	is "named
1
1"
}

@test "many containers at once on one new volume: filled once, and used by all" {
	local i pids=()
	for i in $(seq 12); do
		hoy run --rm -v shared:/data box sh -c 'cat /data/one; [ -u /data/setuid ]' >"$HERE/out.$i" 2>&1 &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i"; done
	[ "$(cat "$HERE"/out.* | sort | uniq -c | tr -s ' ')" = " 12 one" ]
	[ -z "$(ls "$SCRATCH/root/volumes/shared/users")" ]
}

@test "--explain=script builds the same container, volumes and all, and leaves none" {
	hoy volume create named >/dev/null
	hoy run --rm --explain=script -v named:/n -v /anonymous --mount type=image,src=box,dst=/image,image-subpath=data vol \
		sh -c 'cat /data/one /image/one; echo x >/n/x; echo y >/data/y; grep -c -E " /(n|anonymous|image|data|empty/new) " /proc/mounts' >"$HERE/script"
	run hoy volume ls -q
	is named
	run sh "$HERE/script"
	is "one
one
5"
	[ -e "$(data_of named)/x" ]
	run hoy volume ls -q
	is named
}

@test "a subpath and a volume of a container that has ended, through cp" {
	hoy run --rm -v data:/data box true
	hoy run --name ended --mount src=data,dst=/x,volume-subpath=deep -v data:/all box true
	hoy cp ended:/x/two "$HERE/two"
	[ "$(<"$HERE/two")" = one ]
	hoy cp "$HERE/two" ended:/x/three
	[ -e "$(data_of data)/deep/three" ]
}
