#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# cp, export, commit and diff on hostile ground: a container that aims at the host through links, devices and pipes, and that
# moves things about while they are looked at (test classes T1, T2, T4, T6, T7 and T12 of the advisories of the field). The
# canary outside is never read and never written, and links that mean no harm go on working.
load lib
setup_file() {
	fixtures_up
	scratch_up
	needs busybox
	hoy run -d --name box -v "$BATS_FILE_TMPDIR/bind:/bind" $REGISTRY/busybox sleep 3000 >/dev/null 3>&-
	gcc -O1 -static -o "$BATS_FILE_TMPDIR/exchange" "$FIXTURES/exchange.c"
	hoy cp "$BATS_FILE_TMPDIR/exchange" box:/bin/exchange
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
	CANARY=$BATS_TEST_TMPDIR/canary
	mkdir -p "$CANARY/dir"
	echo secret >"$CANARY/file"
	touch -d @1000000000 "$CANARY/file" "$CANARY/dir" "$CANARY"
	cd "$BATS_TEST_TMPDIR"
	echo data >file
	mkdir out
}
teardown() {
	local now
	now=$(find "$CANARY" -printf '%P %y %m %T@\n' | sort)
	[ "$now" = " d 755 1000000000.0000000000
dir d 755 1000000000.0000000000
file f 644 1000000000.0000000000" ] || { echo "the canary: $now"; return 1; }
	[ "$(<"$CANARY/file")" = secret ]
	# nothing of it came to light
	! grep -rlD skip secret "$BATS_TEST_TMPDIR/out" || false
	wait_for 5 nothing_from our_mounts
	wait_for 5 nothing_from helpers
}

# hoy's helper programs of this build that nobody waits for
helpers() {
	local exe
	for exe in $(find /proc -maxdepth 2 -name exe -lname "$(dirname "$(readlink -f "$HOY")")/hoy-unpack" 2>/dev/null); do
		grep -l '^PPid:.1$' "${exe%exe}status" 2>/dev/null
	done
}

# whatever it meets, it comes back
soon() {
	timeout 60 "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" "$@"
}

@test "T1: links to the host as source, target, and on the way" {
	local where up
	up=../../../../../../../../..$CANARY
	hoy exec box sh -c "mkdir -p /t1; ln -s $CANARY /t1/abs; ln -s $up /t1/rel; ln -s $CANARY/file /t1/file; ln -s $CANARY/new /t1/new
		ln -s /proc/1/root$CANARY /t1/magic; ln -s loop /t1/loop; ln -s /t1/abs/dir /t1/chain"
	for where in abs/file rel/file magic/file chain/x loop loop/x; do
		run soon cp -L box:/t1/$where out/got
		exits 1
		one_clear_line
		run soon cp file box:/t1/$where
		[ "$status" = 1 ] || [ "$(hoy exec box readlink -f /t1/$where)" != "" ]
		one_clear_line
	done
	run hoy cp -L box:/t1/file out/got
	exits 1
	run hoy cp file box:/t1/new
	exits 1
	# links alone are copied as links
	hoy cp box:/t1 out/t1
	[ "$(readlink out/t1/abs)" = "$CANARY" ]
	rm -r out/t1
	# where the container has such a path itself, it is that one
	hoy exec box mkdir -p "$CANARY/dir"
	hoy cp file box:/t1/abs/dir/inside
	[ "$(hoy exec box cat "$CANARY/dir/inside")" = data ]
}

@test "T1: links that mean no harm work: /var/run, absolute and relative, dangling, as the last part" {
	hoy exec box sh -c 'mkdir -p /run/app /deep/er; ln -sfn /run /var/run; ln -s ../run/app /var/app; ln -s /deep/er/target /dangling
		echo run >/run/app/pid; ln -s /run/app/pid /deep/link'
	hoy cp file box:/var/run/file
	[ "$(hoy exec box cat /run/file)" = data ]
	hoy cp file box:/var/app/
	[ "$(hoy exec box cat /run/app/file)" = data ]
	hoy cp box:/var/run/app/pid out/a
	hoy cp box:/var/app/pid out/b
	hoy cp -L box:/deep/link out/c
	[ "$(cat out/a out/b out/c)" = $'run\nrun\nrun' ]
	hoy cp file box:/dangling
	[ "$(hoy exec box cat /deep/er/target)" = data ]
	hoy cp file box:/deep/link
	[ "$(hoy exec box cat /run/app/pid)" = data ]
	[ "$(hoy exec box readlink /deep/link)" = /run/app/pid ]
	# the same on this side
	ln -s out/there here
	hoy cp box:/run/app/pid here
	[ "$(<out/there)" = data ]
	[ -L here ]
}

@test "T1: pipes, devices, sockets and a file of a terabyte hold nobody up" {
	hoy exec box sh -c 'mkdir /odd; mkfifo /odd/pipe; mknod /odd/zero c 1 5; mknod /odd/disk b 8 0
		dd if=/dev/zero of=/odd/huge bs=1 count=1 seek=1099511627776 2>/dev/null; (nc -l -U /odd/socket || nc -lk local:/odd/socket) >/dev/null 2>&1 &'
	run soon cp box:/odd out/odd
	exits 0
	says 'device files were left out'
	[ "$(ls out/odd | tr '\n' ' ')" = "huge pipe " ]
	[ "$(stat -c %s out/odd/huge)" = 1099511627777 ]
	[ "$(stat -c %b out/odd/huge)" -lt 1000 ]
	run soon cp box:/odd/zero out/zero
	says 'device files were left out'
	[ ! -e out/zero ]
	soon cp -a box:/odd/zero out/zero
	[ "$(stat -c %F out/zero)" = "character special file" ]
	rm out/zero
	run soon cp file box:/odd/zero
	exits 1
	one_clear_line
	run soon cp box:/proc/version out/version
	exits 1
	one_clear_line
	# a layer may not grow to so much; a hundredth of it is fine
	run soon commit box odd
	exits 1
	says 'unpacks to more than 128GiB'
	hoy exec box truncate -s 10G /odd/huge
	run soon commit box odd
	exits 0
	[ "$(hoy run --rm odd stat -c '%F %s' /odd/pipe /odd/huge /odd/zero)" = "fifo 0
regular file 10737418240
character special file 0" ]
	hoy rmi odd >/dev/null
	hoy exec box rm -r /odd
}

@test "T1, T9: deep trees, many names, names of any bytes" {
	hoy exec box sh -c 'mkdir /many; cd /many; i=0; echo one >first; while [ $i -lt 3000 ]; do ln first "l$i"; i=$((i + 1)); done
		mkdir "a b" "$(printf "line\nbreak")" "$(printf "\377\376")"; echo x >"$(printf "line\nbreak")/x"
		mkdir /deep2; cd /deep2; i=0; while [ $i -lt 400 ]; do mkdir d && cd d; i=$((i + 1)); done; echo bottom >b'
	hoy cp box:/many out/many
	[ "$(ls out/many | wc -l)" = 3005 ]
	[ "$(stat -c %h out/many/first)" = 3001 ]
	[ "$(<"out/many/$(printf 'line\nbreak')/x")" = x ]
	hoy cp box:/deep2 out/deep2
	[ "$(find out/deep2 -name b -type f | wc -l)" = 1 ]
	hoy exec box rm -rf /many /deep2
	hoy exec box sh -c 'echo >/etc/.wh.passwd'
	run hoy commit box x
	exits 1
	says 'names that begin with .wh.'
	hoy exec box rm /etc/.wh.passwd
}

@test "T1, T9: a tree that is deeper than a path can say is refused in words" {
	hoy run --name abyss $REGISTRY/busybox sh -c 'mkdir /abyss; cd /abyss; n=$(printf "n%.0s" $(seq 200))
		i=0; while [ $i -lt 18 ]; do mkdir $n && cd $n; i=$((i + 1)); done; mkdir -p m/$n/$n/$n; mv /abyss/$n /n; mkdir -p /abyss/$n/$n/$n/$n; mv /n /abyss/$n/$n/$n/$n/'
	local what
	for what in "cp abyss:/abyss out/abyss" "export -o out/x.tar abyss" "commit abyss x" "diff abyss"; do
		run hoy $what
		exits 1
		one_clear_line
		says 'a path of more than 4095 bytes|File name too long'
	done
	[ ! -e out/x.tar ]
	hoy rm abyss
}

# racing SECONDS PAIRS… -- SCRIPT: the container swaps names while the script is run again and again
racing() {
	local seconds=$1 end pairs=()
	shift
	while [ "$1" != -- ]; do
		pairs+=("$1")
		shift
	done
	hoy exec -d box exchange "$seconds" "${pairs[@]}"
	end=$(($(date +%s) + seconds))
	while [ "$(date +%s)" -lt $end ]; do
		eval "$2"
	done
}

@test "T2: names that are exchanged while cp looks at them (CVE-2018-15664)" {
	hoy exec box sh -c "mkdir -p /race/a /race/tree/sub; ln -s $CANARY /race/b; echo inner >/race/a/file; ln -s $CANARY/file /race/link
		ln -s $CANARY /race/tree/away; echo inner >/race/tree/sub/file; echo inner >/race/plain; mkfifo /race/pipe"
	racing 5 /race/a /race/b /race/plain /race/link /race/tree/sub /race/tree/away -- '
		rm -rf out/*
		hoy cp box:/race/a/file out/one 2>>words || true
		hoy cp -L box:/race/plain out/two 2>>words || true
		hoy cp file box:/race/a/file 2>>words || true
		hoy cp file box:/race/plain 2>>words || true
		hoy cp box:/race/tree out/tree 2>>words || true
		[ ! -f out/one ] || [ "$(<out/one)" != secret ]
		[ -e out/tree ]'
	racing 2 /race/plain /race/pipe -- '
		soon cp box:/race/plain out/pipe 2>>words || [ $? = 1 ]
		soon cp box:/race out/race 2>>words || [ $? = 1 ]'
	# what failed did so in words
	! grep -v "^hoy: " words || false
}

@test "T2: export, diff and commit while files come and go" {
	hoy exec box sh -c "mkdir -p /churn/x/y; ln -s $CANARY /churn/z"
	hoy exec -d box sh -c 'touch /go; while [ -e /go ]; do i=0; while [ $i -lt 50 ]; do echo $i >/churn/x/y/$i; i=$((i + 1)); done; rm -rf /churn/x/y; mkdir -p /churn/x/y; done'
	racing 4 /churn/x /churn/z -- '
		hoy export box >out/all.tar
		tar -tf out/all.tar >/dev/null
		hoy diff box >/dev/null
		hoy commit --pause=false box churned >/dev/null
		hoy run --rm churned true'
	hoy exec box rm /go
	hoy rmi churned >/dev/null
}

@test "T4, T6: the helpers can do no more than their work, and nobody in the container sees them" {
	local pid state
	hoy exec box sh -c 'dd if=/dev/zero of=/big bs=1M count=300 2>/dev/null'
	mkfifo hold
	# its output is held up, so it can be looked at
	"$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" cp box:/big - >hold &
	pid=$!
	exec 7<hold
	wait_for 10 packer_of $pid
	state=/proc/$(packer_of $pid)/status
	# a sanitizer needs more calls than the filter lets through
	grep -qa __asan_init "$HOY" || wait_for 10 grep -q 'Seccomp:.2' "$state"
	wait_for 10 grep -qx 'NoNewPrivs:.1' "$state"
	grep -qx 'CapEff:.0000000000000004' "$state"
	grep -qx 'CapPrm:.0000000000000004' "$state"
	grep -qx 'CapInh:.0000000000000000' "$state"
	[ "$(ls /proc/$(packer_of $pid)/fd | wc -l)" -le 7 ]
	! hoy exec box sh -c 'cat /proc/[0-9]*/comm' | grep -i hoy || false
	cat <&7 >/dev/null
	exec 7<&-
	reap $pid
	exits 0
	hoy exec box rm /big
}

packer_of() {
	grep -lx "PPid:.$1" /proc/[0-9]*/status 2>/dev/null | cut -d/ -f3 | grep .
}

@test "T7: archives that mean harm, by cp from standard input" {
	local archive
	mkdir cases
	"$FIXTURES/hostile-tars" cases "$CANARY"
	hoy exec box mkdir -p $(ls cases | sed 's|^|/in/|')
	for archive in cases/*.tar; do
		case $archive in *bomb* | *huge*) continue ;; esac
		run soon cp - box:/in/${archive#cases/} <"$archive"
		[ "$status" = 0 ] || { exits 1 && one_clear_line; } || { echo "^^^ $archive"; return 1; }
	done
	hoy exec box rm -rf /in
	# a link and then what lies behind it, onto this side
	hoy exec box sh -c "mkdir -p /one /two/evil; ln -s $CANARY/dir /one/evil; echo harm >/two/evil/file"
	hoy cp box:/one/. out
	run hoy cp box:/two/. out
	exits 1
	says 'cannot overwrite non-directory "evil" with directory'
}

@test "T12: nothing of the container's is run or loaded for it" {
	hoy exec box sh -c 'mkdir -p /lib/x86_64-linux-gnu /lib64 /usr/lib /etc; mkfifo /etc/nsswitch.conf /etc/ld.so.preload /etc/ld.so.cache
		for n in /lib/x86_64-linux-gnu/libnss_files.so.2 /lib64/libnss_files.so.2 /bin/tar /bin/unpigz /usr/bin/xz; do
			mkdir -p "${n%/*}"; printf "#!/bin/sh\necho >/executed\n" >$n; chmod 755 $n; done
		rm -f /etc/passwd /etc/group; mkfifo /etc/passwd /etc/group'
	soon cp file box:/tmp/t12
	soon cp box:/tmp/t12 out/t12
	tar -cz file | soon cp - box:/tmp
	soon export -o out/t12.tar box
	soon diff box >/dev/null
	hoy exec box test ! -e /executed
	hoy exec box sh -c 'rm /etc/nsswitch.conf /etc/ld.so.preload /etc/ld.so.cache /etc/passwd /etc/group'
}

@test "a full disk, inside and outside: an error in words, and no part of a file" {
	hoy run -d --name small --tmpfs /small:size=1m $REGISTRY/busybox sleep 300 >/dev/null 3>&-
	head -c 3000000 /dev/urandom >large
	run hoy cp large small:/small/large
	exits 1
	one_clear_line
	says 'No space left on device'
	[ -z "$(hoy exec small ls -A /small)" ]
	hoy cp large small:/tmp/large
	mkdir full
	run unshare -m sh -c 'mount -t tmpfs -o size=1m none full
		"$1" --root "$2/root" --runroot "$2/run" cp small:/tmp/large full/; "$1" --root "$2/root" --runroot "$2/run" export -o full/x small; ls -A full' sh "$HOY" "$SCRATCH"
	says 'cannot copy small:/tmp/large .*No space left on device'
	says 'cannot export small.*No space left on device'
	[ "$(wc -l <<<"$output")" = 2 ]
	hoy rm -f small >/dev/null
}

@test "killed at any moment: no mount, no process, no half file, and the container can be used" {
	local i pid c
	head -c 60000000 /dev/urandom >large
	hoy run --name ended $REGISTRY/busybox sh -c 'dd if=/dev/urandom of=/large bs=1M count=60 2>/dev/null'
	for i in 01 03 08 20; do
		for c in box ended; do
			for what in "cp large $c:/tmp/large" "cp $c:/large out/large" "export -o out/x.tar $c"; do
				"$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" $what 2>/dev/null &
				pid=$!
				sleep 0.$i
				kill -9 $pid 2>/dev/null || true
				reap $pid
				wait_for 10 nothing_from helpers
				[ -z "$(our_mounts)" ]
				[ ! -e out/x.tar ] || tar -tf out/x.tar >/dev/null
				[ ! -e out/large ] || [ "$(stat -c %s out/large)" = $((60 << 20)) ]
				rm -f out/*
			done
		done
		[ "$(hoy exec box sh -c 'stat -c %s /tmp/large 2>/dev/null || echo 60000000')" = 60000000 ]
	done
	hoy cp ended:/large out/large
	hoy rm ended >/dev/null
}
