#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# diff and commit: what a container wrote, as a list and as a layer.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() {
	scratch_up
	needs busybox
}
teardown() {
	local id
	for id in $(ls "$SCRATCH/root/containers"); do hoy rm -f "$id" >/dev/null; done
	leaves_nothing_behind
}

# all that can happen to a file
CHANGES='
	set -e
	echo x >/etc/passwd
	rm /bin/arch
	mkdir /usr/new; echo n >/usr/new/file
	rm -r /var; mkdir /var; echo v >/var/file
	rmdir /home; echo h >/home
	chmod 711 /root
	ln -s /etc/passwd /link
	mkfifo /usr/new/pipe
	echo gone >/tmp/gone; rm /tmp/gone
	touch /bin/ls -r /bin/ls
'

@test "diff: added, changed and deleted, and nothing of hoy's own" {
	hoy run -d --name untouched $REGISTRY/busybox sleep 300 >/dev/null 3>&-
	run hoy diff untouched
	exits 0
	is ''
	hoy run --name box -v "$BATS_TEST_TMPDIR:/data" $REGISTRY/busybox sh -c "$CHANGES echo >/data/unseen"
	run hoy diff box
	exits 0
	is "C /bin
D /bin/arch
A /data
C /etc
C /etc/passwd
C /home
A /link
C /root
C /tmp
C /usr
A /usr/new
A /usr/new/file
A /usr/new/pipe
C /var
A /var/file"
	run hoy diff nobody
	exits 1
	one_clear_line
}

@test "diff: a directory of the image that is made anew hides what it had" {
	hoy run --name box $REGISTRY/busybox sh -c 'mv /etc /old; mkdir /etc; cp /old/group /etc/group; rm -r /old; rm -r /usr; echo >/usr'
	run hoy diff box
	says '^C /etc$'
	says '^D /etc/passwd$'
	says '^C /usr$'
	says '^D /usr/bin$'
	says_not '/old'
}

@test "commit: the image has what the container had, and is run as it was" {
	hoy run --name box -e COLOUR=blue -w /usr -u 0 --label kind=test $REGISTRY/busybox sh -c "$CHANGES"
	run hoy commit -a 'A. U. Thor' -m 'what we did' -c 'ENV SIZE=big' -c 'CMD ["cat", "new/file"]' box made:by-commit
	exits 0
	[[ $output =~ ^sha256:[0-9a-f]{64}$ ]]
	[ "$(hoy run --rm made:by-commit)" = n ]
	[ "$(hoy run --rm -u 0:www-data made:by-commit id -g)" = 33 ] # looked up in both layers
	[ "$(hoy run --rm made:by-commit sh -c 'echo $COLOUR $SIZE; pwd; cat /var/* /home; ls /bin/arch 2>&1; readlink /link; stat -c %a /root')" = "blue big
/usr
v
h
ls: /bin/arch: No such file or directory
/etc/passwd
711" ]
	run hoy inspect -f '{{.Author}} {{.Comment}} {{.Config.Labels.kind}} {{.Config.Env}} {{len .RootFS.Layers}}' made:by-commit
	says '^A. U. Thor what we did test \[.*COLOUR=blue.*\] 2$'
	says_not 'HOSTNAME|HOME='
	# a container of it is a container: changed and committed again
	hoy run --name again made:by-commit rm -r new
	hoy commit again made:again >/dev/null
	run hoy run --rm made:again ls
	says_not new
	hoy rm again >/dev/null
	# nothing written: no layer
	hoy run --name empty $REGISTRY/busybox true
	hoy commit empty made:empty >/dev/null
	[ "$(hoy inspect -f '{{len .RootFS.Layers}}' made:empty)" = 1 ]
	hoy rmi made:by-commit made:again made:empty >/dev/null
}

@test "commit: opaque directories, links, holes, attributes" {
	hoy run --name box --cap-add SYS_ADMIN $REGISTRY/busybox sh -c '
		mv /etc /old; mkdir /etc; echo root:x:0:0::/:/bin/sh >/etc/passwd; rm -r /old
		mkdir /d; echo one >/d/a; ln /d/a /d/b
		dd if=/dev/zero of=/d/holes bs=1 count=1 seek=3G 2>/dev/null'
	hoy commit box made >/dev/null
	[ "$(hoy run --rm made ls /etc | tr '\n' ' ')" = "hostname hosts passwd resolv.conf " ]
	[ "$(hoy run --rm made stat -c '%h %s' /d/a /d/holes | tr '\n' ' ')" = "2 4 1 3221225473 " ]
	hoy rmi made >/dev/null
}

@test "commit: a running container stands still meanwhile and then goes on, even when hoy is killed" {
	local i pid
	hoy run -d --name box $REGISTRY/busybox sh -c 'i=0; while :; do i=$((i + 1)); echo $i >/a; echo $i >/b; done' >/dev/null 3>&-
	wait_for 10 hoy exec box test -e /b
	for i in 1 2 3; do
		hoy commit box made:$i >/dev/null
		# of two files written one after the other one can be ahead, by one
		hoy run --rm made:$i sh -c 'a=$(cat /a) b=$(cat /b); test $((${a:-0} - ${b:-0})) -le 1 || { test -z "$a" || test -z "$b"; }'
		hoy rmi made:$i >/dev/null
	done
	hoy exec box sh -c 'dd if=/dev/urandom of=/big bs=1M count=300 2>/dev/null'
	"$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" commit box made:killed &
	pid=$!
	wait_for 10 paused box
	kill -9 $pid
	reap $pid
	wait_for 10 running box
	run hoy images -q made:killed
	is ''
	hoy commit --pause=false box made:running >/dev/null
	hoy rmi made:running >/dev/null
}

paused() {
	[ "$(hoy ps --format '{{.State}}' -f name="$1")" = paused ]
}

running() {
	[ "$(hoy ps --format '{{.State}}' -f name="$1")" = running ]
}

@test "commit: bad names and instructions are refused before anything is done" {
	hoy run --name box $REGISTRY/busybox true
	local args
	for args in "box Bad:name" "-c NONSENSE box" "box x@sha256:$(printf 'a%.0s' $(seq 64))" nobody; do
		run hoy commit $args
		exits 1
		one_clear_line
	done
	[ "$(ls "$SCRATCH/root/layers" | grep -c tmp)" = 0 ]
}
