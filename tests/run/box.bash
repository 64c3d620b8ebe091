# SPDX-License-Identifier: Apache-2.0
# An image of its own for the tests of what is mounted: `load box`.

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
