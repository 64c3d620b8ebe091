#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What containers see of volumes, directories of the host and other images: -v, --mount, --volumes-from and VOLUME.
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
	[ -z "${TREE-}" ] || umount -R "$TREE"
	leaves_nothing_behind
	[ -z "$(ls -A "$SCRATCH/root/volumes" 2>/dev/null)" ]
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
