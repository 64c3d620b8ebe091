#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A root file system is hostile ground: whatever hoy touches in it may be a link to the host, a FIFO or something huge.
# Each container either works, or fails with one clear line; the canary outside stays as it was.
load lib
setup() {
	scratch_up
	CANARY=$BATS_TEST_TMPDIR/canary
	mkdir -p "$CANARY/dir"
	echo untouched >"$CANARY/file"
	touch -d @1000000000 "$CANARY/file" "$CANARY/dir" "$CANARY"
	ROOTFS=$BATS_TEST_TMPDIR/rootfs
	mkdir "$ROOTFS"
	"$TOP/tools/busybox-rootfs" | tar -x -C "$ROOTFS"
}
teardown() { leaves_nothing_behind; }

# the canary as it was: names, sizes, modes, times
canary_lives() {
	local now
	now=$(find "$CANARY" -printf '%P %y %s %m %T@\n' | sort)
	[ "$now" = " d $(stat -c %s "$CANARY") 755 1000000000.0000000000
dir d $(stat -c %s "$CANARY/dir") 755 1000000000.0000000000
file f 10 644 1000000000.0000000000" ] || { echo "the canary: $now"; return 1; }
	[ -z "$(ls -A "$CANARY/dir")" ]
}

# an image of $ROOTFS, with --change options
hostile_image() {
	tar -C "$ROOTFS" -cf "$BATS_TEST_TMPDIR/rootfs.tar" .
	hoy import --change 'CMD ["sh"]' "$@" "$BATS_TEST_TMPDIR/rootfs.tar" hostile >/dev/null
}

works_or_one_line() {
	if [ "$status" = 0 ]; then
		says '^alive$'
	else
		exits 125
		one_clear_line
	fi
	canary_lives
}

@test "mount points that are links to the host: /proc /dev /sys /dev/shm /dev/pts /etc" {
	local where
	for where in proc dev sys etc; do
		rm -rf "$ROOTFS/$where"
		ln -s "$CANARY/dir" "$ROOTFS/$where"
		hostile_image
		run hoy run --rm hostile sh -c 'echo alive'
		works_or_one_line
		rm "$ROOTFS/$where"
		ln -s ../../../../../../..$CANARY/dir "$ROOTFS/$where"
		hostile_image
		run hoy run --rm hostile sh -c 'echo alive'
		works_or_one_line
		rm "$ROOTFS/$where"
		mkdir "$ROOTFS/$where"
	done
}

@test "/proc is a link to a directory of the image that pretends to be procfs" {
	rm -r "$ROOTFS/proc"
	mkdir -p "$ROOTFS/fake/self/attr" "$ROOTFS/fake/sys/kernel"
	echo 0 >"$ROOTFS/fake/sys/kernel/domainname"
	ln -s fake "$ROOTFS/proc"
	hostile_image
	run hoy run --rm hostile sh -c 'echo alive; stat -f -c %T /proc/ 2>/dev/null'
	[ "$status" = 125 ] && one_clear_line || says '^(proc|0x9fa0)'
	canary_lives
}

@test "files hoy writes or binds: /etc/hosts, hostname, resolv.conf, passwd are links to the host" {
	local name
	for name in hosts hostname resolv.conf passwd group mtab; do
		rm -f "$ROOTFS/etc/$name"
		ln -s "$CANARY/file" "$ROOTFS/etc/$name"
	done
	hostile_image
	run hoy run --rm hostile sh -c 'echo alive; echo overwritten >>/etc/hosts; cat /etc/passwd'
	says_not untouched
	works_or_one_line || says '^alive$'
	canary_lives
}

@test "/etc/passwd is a FIFO, a device, a huge file: no hang, no memory eaten" {
	rm "$ROOTFS/etc/passwd"
	mkfifo "$ROOTFS/etc/passwd"
	hostile_image
	run timeout 20 "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" run --rm -u nobody hostile sh -c 'echo alive'
	exits 125
	one_clear_line
	rm "$ROOTFS/etc/passwd"
	truncate -s 3G "$ROOTFS/etc/passwd"
	tar -C "$ROOTFS" -cSf "$BATS_TEST_TMPDIR/rootfs.tar" .
	run hoy import "$BATS_TEST_TMPDIR/rootfs.tar" hostile
	if [ "$status" = 0 ]; then
		run bash -c "ulimit -v 500000; timeout 20 '$HOY' --root '$SCRATCH/root' --runroot '$SCRATCH/run' run --rm -u nobody hostile sh -c 'echo alive'"
		exits 125
	fi
}

@test "/etc/passwd lines of every kind: bounds are strict" {
	printf '%s\n' 'over:x:4294967296:0::/:/bin/sh' 'minus:x:-1:0::/:/bin/sh' 'words:x:zero:0::/:/bin/sh' 'short:x' \
		"$(printf 'long%.0s' $(seq 20000)):x:5:5::/:/bin/sh" 'good:x:7:8::/good:/bin/sh' >"$ROOTFS/etc/passwd"
	hostile_image
	local user
	for user in over minus words short; do
		run hoy run --rm -u $user hostile id -u
		exits 125
		one_clear_line
	done
	run hoy run --rm -u good hostile sh -c 'id -u 2>/dev/null; id -g 2>/dev/null; echo $HOME'
	is "7
8
/good"
}

@test "the working directory is a link to the host, by the image and by -w" {
	ln -s "$CANARY/dir" "$ROOTFS/work"
	ln -s "$CANARY" "$ROOTFS/up"
	hostile_image --change 'WORKDIR /work'
	run hoy run --rm hostile sh -c 'echo alive; touch here'
	canary_lives
	run hoy run --rm -w /up/dir/new hostile sh -c 'echo alive; touch here'
	canary_lives
	run hoy run --rm -w /work hostile sh -c 'touch here; echo alive'
	canary_lives
}

@test "volume and tmpfs targets are links to the host" {
	ln -s "$CANARY/dir" "$ROOTFS/data"
	hostile_image
	mkdir "$BATS_TEST_TMPDIR/volume"
	run hoy run --rm -v "$BATS_TEST_TMPDIR/volume:/data" hostile sh -c 'echo alive; echo x >/data/x'
	works_or_one_line
	run hoy run --rm -v "$BATS_TEST_TMPDIR/volume:/data/deep/er" hostile sh -c 'echo alive'
	works_or_one_line
	run hoy run --rm --tmpfs /data hostile sh -c 'echo alive; touch /data/y'
	works_or_one_line
}

@test "masked paths stay masked when the image prepared them: /dev/null is a file, /dev/pts a link, /dev/console too" {
	rm -rf "$ROOTFS/dev"
	mkdir "$ROOTFS/dev"
	echo secret >"$ROOTFS/dev/null"
	ln -s "$CANARY/dir" "$ROOTFS/dev/pts"
	ln -s "$CANARY/file" "$ROOTFS/dev/console"
	ln -s "$CANARY/dir" "$ROOTFS/dev/shm"
	hostile_image
	run hoy run --rm hostile sh -c 'echo alive; stat -c %t:%T /dev/null; head -c 1 /proc/keys | wc -c; touch /dev/shm/x /dev/pts/x 2>/dev/null'
	says '^1:3$'
	says '^0$'
	canary_lives
	run "$FIXTURES/on-terminal" wait=alive -- "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" run --rm -it hostile sh -c 'echo alive'
	exits 0
	canary_lives
}

@test "the command is a link to the host, or a script whose interpreter is" {
	ln -s "$(command -v python3 || echo /usr/bin/env)" "$ROOTFS/bin/hostpython"
	printf '#!%s\n' "$CANARY/file" >"$ROOTFS/bin/script"
	chmod 755 "$ROOTFS/bin/script"
	hostile_image
	try hoy run --rm hostile /bin/hostpython -c 'print("escaped")'
	exits 127
	try hoy run --rm hostile script
	[ "$status" = 127 ] || [ "$status" = 126 ]
	canary_lives
}
