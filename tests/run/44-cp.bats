#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# cp in both directions and export: Docker's rules of names, and what a file is beside its content.
load lib
setup_file() {
	fixtures_up
	scratch_up
	needs busybox
	hoy run -d --name box -v "$BATS_FILE_TMPDIR/bind:/bind" --tmpfs /scratch $REGISTRY/busybox sleep 3000 >/dev/null 3>&-
	# one that has ended, with things in it
	hoy run --name ended $REGISTRY/busybox sh -c 'mkdir -p /d/e; echo old >/d/f; ln -s f /d/link; ln -s /d /up; echo x >/d/e/x' 3>&-
}
teardown_file() {
	local id
	scratch_up
	for id in $(ls "$SCRATCH/root/containers"); do hoy rm -f "$id" >/dev/null; done
	leaves_nothing_behind
	fixtures_down
}
setup() {
	scratch_up
	cd "$BATS_TEST_TMPDIR"
	mkdir -p tree/sub
	echo data >file
	echo deep >tree/sub/deep
	ln -s sub/deep tree/link
}
teardown() {
	wait_for 5 nothing_from our_mounts
}

# both kinds of container must do the same: "box" runs, "ended" does not
inside() {
	case $1 in
	box) shift; hoy exec box "$@" ;;
	*) local name=$1; shift; mkdir -p seen; rm -rf seen/*; hoy export "$name" | tar -C seen -x; chroot seen "$@" ;;
	esac
}

@test "cp into a container: a file and a directory, onto what is there and what is not" {
	local c
	for c in box ended; do
		hoy cp file $c:/tmp/new
		[ "$(inside $c cat /tmp/new)" = data ]
		hoy cp file $c:/tmp
		[ "$(inside $c cat /tmp/file)" = data ]
		echo other >other
		hoy cp other $c:/tmp/new
		[ "$(inside $c cat /tmp/new)" = other ]
		# a directory that is there gets it inside, one that is not is it
		hoy cp tree $c:/tmp/copy
		[ "$(inside $c cat /tmp/copy/sub/deep)" = deep ]
		hoy cp tree $c:/tmp/copy
		[ "$(inside $c cat /tmp/copy/tree/sub/deep)" = deep ]
		[ "$(inside $c readlink /tmp/copy/link)" = sub/deep ]
		hoy cp tree/. $c:/tmp/copy
		[ "$(inside $c ls /tmp/copy | tr '\n' ' ')" = "link sub tree " ]
		hoy cp tree/. $c:/tmp/content
		[ "$(inside $c ls /tmp/content | tr '\n' ' ')" = "link sub " ]
		hoy cp tree/ $c:/tmp/slashed/
		[ "$(inside $c ls /tmp/slashed | tr '\n' ' ')" = "link sub " ]
		hoy cp -L tree/link $c:/tmp
		[ "$(inside $c cat /tmp/link)" = deep ]
	done
}

@test "cp out of a container: a file and a directory, onto what is there and what is not" {
	hoy cp ended:/d/f .
	[ "$(<f)" = old ]
	hoy cp ended:/d/f named
	[ "$(<named)" = old ]
	hoy cp ended:/d new
	[ "$(ls new | tr '\n' ' ')" = "e f link " ]
	hoy cp ended:/d new
	[ "$(ls new/d | tr '\n' ' ')" = "e f link " ]
	mkdir there
	hoy cp ended:/d/. there
	[ "$(ls there | tr '\n' ' ')" = "e f link " ]
	# a link is a link, unless it is to be followed
	hoy cp ended:/d/link out-link
	[ "$(readlink out-link)" = f ]
	hoy cp -L ended:/d/link followed
	[ "$(<followed)" = old ]
	[ ! -L followed ]
	hoy cp ended:/up up
	[ "$(readlink up)" = /d ]
	hoy cp ended:/up/ up-followed
	[ "$(<up-followed/f)" = old ]
	hoy cp ended:d/e/../f relative
	[ "$(<relative)" = old ]
	hoy cp box:/bin/busybox .
	hoy exec box cat /bin/busybox | cmp - busybox
}

@test "cp: what cannot be, in words and with exit code 1" {
	local c
	for c in box ended; do
		run hoy cp $c:/nothing .
		exits 1
		one_clear_line
		says "could not find the file /nothing in container $c"
		run hoy cp file $c:/no/such/place
		exits 1
		says "could not find the file /no/such/place in container $c"
		run hoy cp nothing $c:/
		exits 1
		one_clear_line
		run hoy cp file $c:/missing/
		exits 1
		says 'no such directory'
		run hoy cp tree $c:/etc/passwd
		exits 1
		says 'cannot copy directory'
		run hoy cp $c:/etc/passwd /no-such-directory/x
		exits 1
		says 'invalid output path: directory "/no-such-directory" does not exist'
		run hoy cp file/ $c:/
		exits 1
		says 'Not a directory'
		mkdir -p odd/tmp && rm -rf odd/tmp && echo >odd/tmp
		run hoy cp odd/tmp $c:/
		exits 1
		says 'cannot overwrite directory "tmp" with non-directory'
		run hoy cp - $c:/etc/passwd <file
		exits 1
		says 'must be a directory'
		run hoy cp - $c:/tmp <file
		exits 1
		one_clear_line
	done
	run hoy cp box:/x ended:/x
	says 'copying between containers is not supported'
	run hoy cp file file
	says 'must specify at least one container source'
	run hoy cp box: .
	says 'source can not be empty'
	run hoy cp nobody:/x .
	exits 1
	says 'no such container'
}

@test "cp: a dash is a tar archive" {
	[ "$(hoy cp ended:/d - | tar -t | sort | tr '\n' ' ')" = "d/ d/e/ d/e/x d/f d/link " ]
	[ "$(hoy cp ended:/d/. - | tar -t | sort | tr '\n' ' ')" = "./ ./e/ ./e/x ./f ./link " ]
	[ "$(hoy cp ended:/d/f - | tar -xO)" = old ]
	tar -c tree | hoy cp - box:/tmp
	[ "$(hoy exec box cat /tmp/tree/sub/deep)" = deep ]
	tar -cz tree | hoy cp - ended:/tmp
	[ "$(hoy cp ended:/tmp/tree/sub/deep - | tar -xO)" = deep ]
}

@test "cp: owners, modes, times and attributes" {
	chmod 640 file
	touch -d '2001-02-03 04:05:06.5' file
	setfattr -n user.colour -v blue file || skip "no attributes here"
	chown 1234:567 file
	hoy cp file box:/tmp/meta
	[ "$(hoy exec box stat -c '%u:%g %a %Y' /tmp/meta)" = "1234:567 640 981173106" ]
	# what comes out is the caller's, unless it is asked for as it is
	hoy exec box sh -c 'cp /bin/true /tmp/su; chown 5:6 /tmp/su; chmod 6755 /tmp/su; mknod /tmp/null c 1 3; mkfifo /tmp/pipe'
	hoy exec box sh -c 'mkdir /tmp/meta.d; mv /tmp/su /tmp/null /tmp/pipe /tmp/meta /tmp/meta.d'
	run hoy cp box:/tmp/meta.d plain
	exits 0
	says 'warning: 1 device files were left out'
	[ "$(stat -c '%u:%g %a' plain/su)" = "$(id -u):$(id -g) 755" ]
	[ "$(ls plain | tr '\n' ' ')" = "meta pipe su " ]
	hoy cp -a box:/tmp/meta.d exact
	[ "$(stat -c '%u:%g %a' exact/su)" = "5:6 6755" ]
	[ "$(stat -c '%F %t:%T' exact/null)" = "character special file 1:3" ]
	[ "$(stat -c '%F' exact/pipe)" = fifo ]
	[ "$(stat -c '%y' exact/meta)" = "$(stat -c '%y' file)" ]
	[ "$(getfattr --only-values -n user.colour exact/meta)" = blue ]
}

@test "cp: hard links, long names, holes and an empty file" {
	local long
	long=$(printf 'n%.0s' $(seq 200))
	mkdir -p "many/$long/$long"
	echo far >"many/$long/$long/file"
	: >many/empty
	echo one >many/one
	ln many/one many/two
	truncate -s 200M many/holes
	printf end | dd of=many/holes bs=1 seek=100M conv=notrunc status=none
	hoy cp many box:/tmp/many
	[ "$(hoy exec box cat "/tmp/many/$long/$long/file")" = far ]
	[ "$(hoy exec box stat -c %h /tmp/many/one)" = 2 ]
	hoy cp box:/tmp/many back
	diff -r --no-dereference many back
	[ "$(stat -c %i back/one)" = "$(stat -c %i back/two)" ]
	[ "$(stat -c %b back/holes)" -lt 1000 ]
}

@test "cp: binds and other mounts of the container are part of it" {
	hoy cp file box:/bind/here
	[ "$(<"$BATS_FILE_TMPDIR/bind/here")" = data ]
	hoy cp file box:/scratch/there
	[ "$(hoy exec box cat /scratch/there)" = data ]
	hoy cp box:/scratch/there back
	[ "$(<back)" = data ]
	# of a container that has ended, too
	hoy run --name bound -v "$BATS_FILE_TMPDIR/bind:/deep/bind" -v "$BATS_FILE_TMPDIR/bind:/ro:ro" $REGISTRY/busybox true
	hoy cp file bound:/deep/bind/later
	[ "$(<"$BATS_FILE_TMPDIR/bind/later")" = data ]
	hoy cp bound:/deep .
	[ "$(<deep/bind/later)" = data ]
	run hoy cp file bound:/ro/x
	exits 1
	says 'Read-only file system'
	hoy rm bound
	hoy run --name locked --read-only $REGISTRY/busybox true
	run hoy cp file locked:/x
	exits 1
	says 'read-only'
	hoy rm locked
}

@test "cp: files in a paused container, and a container that ends meanwhile" {
	hoy pause box
	hoy cp file box:/tmp/paused
	hoy cp box:/tmp/paused back
	hoy unpause box
	[ "$(<back)" = data ]
	hoy run -d --name brief $REGISTRY/busybox sh -c 'dd if=/dev/zero of=/big bs=1M count=200 2>/dev/null; touch /ready; sleep 300' 3>&-
	wait_for 20 hoy exec brief test -e /ready
	hoy cp brief:/big big &
	hoy kill brief >/dev/null
	reap $!
	exits 0
	[ "$(stat -c %s big)" = $((200 << 20)) ]
	hoy rm brief
}

@test "cp: into a container that was never started, and start and rm wait until it is done" {
	local copying
	hoy create --name waits $REGISTRY/busybox stat -c %s /large >/dev/null
	truncate -s 1M large
	head -c 150000000 /dev/urandom >>large
	hoy cp large waits:/large 3>&- &
	copying=$!
	wait_for 10 locked waits
	[ "$(hoy start -a waits)" = "$(stat -c %s large)" ]
	reap $copying
	exits 0
	hoy cp large waits:/more 3>&- &
	copying=$!
	wait_for 10 locked waits
	hoy rm waits
	reap $copying
	exits 0
}

# somebody is at this container, which does not run
locked() {
	[ -e "$SCRATCH/run/containers/$(hoy ps -a --no-trunc -q -f name="$1")" ]
}

@test "export: all files but what is mounted, to a file that appears when it is whole" {
	hoy exec box sh -c 'echo hidden >/scratch/hidden; echo shown >/shown'
	hoy export -o box.tar box
	[ "$(tar -xOf box.tar shown)" = shown ]
	run tar -tf box.tar
	says '^bin/busybox$'
	says_not 'scratch/hidden'
	says_not '^proc/.'
	hoy export ended | tar -x -C tree
	[ "$(<tree/d/f)" = old ]
	echo before >box.tar
	hoy export -o box.tar ended
	[ "$(tar -xOf box.tar d/f)" = old ]
	run hoy export -o /no-such-directory/x ended
	exits 1
	one_clear_line
	hoy export -o /dev/null ended
	[ "$(hoy import box.tar | wc -c)" = 72 ]
	run script -qec "$HOY --root $SCRATCH/root --runroot $SCRATCH/run export ended" /dev/null
	says 'cowardly refusing to save to a terminal'
}

@test "cp: on a terminal it says how much it copied" {
	run script -qec "$HOY --root $SCRATCH/root --runroot $SCRATCH/run cp file box:/tmp/told" /dev/null
	says 'Successfully copied 3.07kB to box:/tmp/told'
	run script -qec "$HOY --root $SCRATCH/root --runroot $SCRATCH/run cp -q file box:/tmp/told" /dev/null
	says_not 'Successfully'
	run hoy cp file box:/tmp/told
	is ''
}
