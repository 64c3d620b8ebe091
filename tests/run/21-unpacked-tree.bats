#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What hoy unpacks is what tar unpacks: owners, modes, times, attributes, links, devices, holes, in every dialect of tar.
load lib

setup_file() {
	fixtures_up
}

teardown_file() {
	fixtures_down
}

setup() {
	scratch_up
	gone "$SCRATCH"/root
}

# A tree that has one of everything.
plant() {
	mkdir -p "$1"
	cd "$1" || return
	mkdir -m 755 bin etc
	mkdir -m 1777 tmp
	mkdir -m 2775 shared
	mkdir -m 0 closed
	mkdir -p deep/"$(printf 'd%.0s' {1..90})"/"$(printf 'e%.0s' {1..90})"
	head -c 300000 /bin/bash >bin/tool
	cp bin/tool bin/setuid && chmod 4755 bin/setuid
	cp bin/tool bin/setgid && chown 5:6 bin/setgid && chmod 2711 bin/setgid
	cp bin/tool bin/capable && setcap cap_net_raw+ep bin/capable
	cp bin/tool bin/owned-and-capable && chown 1000:1000 bin/owned-and-capable && setcap cap_chown+ei bin/owned-and-capable
	ln bin/tool bin/hard && ln bin/tool shared/hard-far
	ln -s tool bin/soft && ln -s /bin/tool etc/absolute && ln -s nowhere etc/dangling && chown -h 7:8 bin/soft
	ln etc/dangling etc/hard-to-symlink
	echo text >"deep/$(printf 'd%.0s' {1..90})/$(printf 'e%.0s' {1..90})/$(printf 'f%.0s' {1..90})"
	ln -s "$(printf 'target/%.0s' {1..30})" etc/long-target
	echo secret >etc/shadow && chmod 0 etc/shadow
	echo x >shared/in-setgid && chgrp 42 shared && chmod 2775 shared
	mkdir shared/below && chown 1:1 shared/below
	setfattr -n user.note -v $'two\nlines = "x"' etc/shadow
	setfattr -n user.note -v dir etc
	: >empty
	truncate -s 5M holes && printf mid | dd of=holes bs=1 seek=2000000 conv=notrunc status=none
	truncate -s 3M all-hole
	mknod null c 1 3 && mknod -m 640 disk b 8 1 && chown 0:6 disk && mkfifo -m 644 pipe
	echo umlaut >$'caf\xe9' && echo newline >$'new\nline' && echo space >'a b'
	echo old >old && touch -d '1969-12-31 23:59:58.5 UTC' old
	echo future >future && touch -d '2100-01-01 00:00:00.000000001 UTC' future
	echo big-ids >ids && chown 3000000:4000000 ids
	touch -h -d @1234567890.123456789 bin/soft
	touch -d @1111111111.5 bin deep shared etc closed
	cd "$OLDPWD"
}

# same ARCHIVE NAME: hoy's layer and tar's directory are the same
same() {
	mkdir -p "$SCRATCH/by-tar"
	tar -xpf "$1" -C "$SCRATCH/by-tar" --numeric-owner --xattrs --xattrs-include='*'
	hoy import "$1" "tree:$2" >/dev/null
	diff <("$FIXTURES/tree-list" "$SCRATCH/by-tar") <("$FIXTURES/tree-list" "$SCRATCH"/root/layers/*/diff)
	gone "$SCRATCH/by-tar" "$SCRATCH/root"
}

@test "one of everything, in pax format" {
	plant "$SCRATCH/tree"
	tar -cf "$SCRATCH/tree.tar" --format=pax --xattrs --xattrs-include='*' -C "$SCRATCH/tree" .
	same "$SCRATCH/tree.tar" pax
}

@test "one of everything, in pax format with holes kept" {
	tar -cf "$SCRATCH/tree.tar" --format=pax --sparse --xattrs --xattrs-include='*' -C "$SCRATCH/tree" .
	same "$SCRATCH/tree.tar" sparse
	for version in 0.0 0.1; do
		tar -cf "$SCRATCH/tree.tar" --format=pax --sparse-version=$version --sparse -C "$SCRATCH/tree" .
		same "$SCRATCH/tree.tar" sparse-$version
	done
}

@test "one of everything, in GNU's format, with and without holes" {
	tar -cf "$SCRATCH/tree.tar" --format=gnu -C "$SCRATCH/tree" .
	same "$SCRATCH/tree.tar" gnu
	tar -cf "$SCRATCH/tree.tar" --format=gnu --sparse -C "$SCRATCH/tree" .
	same "$SCRATCH/tree.tar" gnu-sparse
}

@test "names without a leading dot, in ustar and V7" {
	rm -f "$SCRATCH/tree/old" "$SCRATCH/tree/ids" "$SCRATCH/tree/etc/long-target"
	rm -rf "$SCRATCH/tree/deep"
	(cd "$SCRATCH/tree" && tar -cf ../tree.tar --format=ustar -- *)
	same_but_root "$SCRATCH/tree.tar"
	(cd "$SCRATCH/tree" && tar -cf ../tree.tar --format=v7 --exclude=null --exclude=disk --exclude=pipe -- *)
	same_but_root "$SCRATCH/tree.tar"
}

# the root directory is not in such an archive
same_but_root() {
	mkdir -p "$SCRATCH/by-tar"
	tar -xpf "$1" -C "$SCRATCH/by-tar" --numeric-owner
	hoy import "$1" tree:x >/dev/null
	diff <("$FIXTURES/tree-list" "$SCRATCH/by-tar" | tail -n +2) <("$FIXTURES/tree-list" "$SCRATCH"/root/layers/*/diff | tail -n +2)
	gone "$SCRATCH/by-tar" "$SCRATCH/root"
}

@test "compressed with gzip, pigz-like members, and zstd: the same layer" {
	tar -cf "$SCRATCH/tree.tar" --format=pax -C "$SCRATCH/tree" .
	gzip -kf "$SCRATCH/tree.tar"
	zstd -qkf "$SCRATCH/tree.tar"
	split -b 100000 --filter='gzip -c' "$SCRATCH/tree.tar" >"$SCRATCH/members.tar.gz"
	for archive in tree.tar tree.tar.gz tree.tar.zst members.tar.gz; do
		hoy import "$SCRATCH/$archive" "x:$archive" >/dev/null
	done
	[ "$(ls "$SCRATCH/root/layers" | wc -l)" = 1 ]
	[ "$(ls "$SCRATCH/root/layers")" = "$(sha256sum <"$SCRATCH/tree.tar" | cut -d' ' -f1)" ]
}

@test "ACLs and default ACLs, which must not be inherited by what is unpacked below" {
	skip_without setfacl
	mkdir -p "$SCRATCH/acl/d/e"
	echo x >"$SCRATCH/acl/d/f"
	setfacl -m u:1000:rw "$SCRATCH/acl/d/f"
	setfacl -d -m u:1000:rwx "$SCRATCH/acl/d"
	tar -cf "$SCRATCH/acl.tar" --format=pax --xattrs --xattrs-include='*' -C "$SCRATCH/acl" .
	hoy import "$SCRATCH/acl.tar" acl >/dev/null
	diff <("$FIXTURES/tree-list" "$SCRATCH/acl") <("$FIXTURES/tree-list" "$SCRATCH"/root/layers/*/diff)
}

# without whiteouts, which are files to tar, and the times of directories, which are now where the archive does not have them
comparable() {
	"$FIXTURES/tree-list" "$1" | grep -vE '/\.wh\.|^b.[^ ]* 20000 ' | sed -E 's/ *(trusted.overlay.opaque=79)?$//; s/^(.* 4[0-7]{4} [0-9]+:[0-9]+ 0) [0-9]+/\1 -/'
}

@test "a Debian root file system, layer by layer" {
	skip_without_image debian-python
	skip_without skopeo
	skopeo copy -q --src-tls-verify=false "docker://$REGISTRY/debian-python" "dir:$SCRATCH/debian"
	for layer in $(jq -r '.layers[].digest' "$SCRATCH/debian/manifest.json"); do
		file=$SCRATCH/debian/${layer#sha256:}
		hoy import "$file" layer >/dev/null
		mkdir "$SCRATCH/by-tar"
		tar -xpf "$file" -C "$SCRATCH/by-tar" --numeric-owner --xattrs --xattrs-include='*'
		diff <(comparable "$SCRATCH/by-tar") <(comparable "$SCRATCH"/root/layers/*/diff)
		gone "$SCRATCH/by-tar" "$SCRATCH/root"
	done
}
