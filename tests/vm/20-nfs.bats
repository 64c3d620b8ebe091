#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Volumes that a server has: a real NFS server, of the kernel's with the programs of nfs-kernel-server, in the network of the host
# and not in that of any container. And disks, which containers may not open.
load ../run/lib

setup_file() {
	export EXPORT=/tmp/export
	mkdir -p $EXPORT/deep /var/lib/nfs/v4recovery /var/lib/nfs/sm /run/rpc_pipefs
	touch /var/lib/nfs/etab /var/lib/nfs/rmtab
	echo "127.0.0.1 localhost files.example" >/etc/hosts
	printf 'nfs 2049/tcp\nsunrpc 111/tcp\n' >/etc/services
	printf 'tcp 6 TCP\nudp 17 UDP\n' >/etc/protocols
	modprobe nfsd && modprobe nfsv4 && [ -x /usr/sbin/rpc.mountd ] || { echo "no NFS here" >"$BATS_FILE_TMPDIR/skip"; return; }
	mount -t nfsd nfsd /proc/fs/nfsd
	echo "$EXPORT *(rw,no_root_squash,insecure,no_subtree_check,fsid=0)" >/etc/exports
	exportfs -ra
	echo 10 >/proc/fs/nfsd/nfsv4gracetime
	rpc.mountd -F -N 2 -N 3 >/dev/null 2>&1 3>&- 4>&- &
	export MOUNTD=$!
	rpc.nfsd -N 3 2 3>&- 4>&-
	echo Y >/proc/fs/nfsd/v4_end_grace || true
}
teardown_file() {
	rpc.nfsd 0 || true
	[ -z "${MOUNTD-}" ] || kill "$MOUNTD"
}
setup() {
	[ ! -e "$BATS_FILE_TMPDIR/skip" ] || skip "$(cat "$BATS_FILE_TMPDIR/skip")"
	scratch_up
	[ -n "$(hoy images -q box)" ] || hoy import --change 'CMD ["sh"]' /hoy/images/busybox.tar box >/dev/null
}
teardown() {
	local id
	for id in $(ls "$SCRATCH/root/containers" 2>/dev/null); do hoy rm -f -v "$id" >/dev/null; done
	hoy volume prune -af >/dev/null
	leaves_nothing_behind
}

@test "a volume on an NFS server: written by one container, read by another, whatever network they have" {
	hoy volume create --driver local -o type=nfs -o o=addr=127.0.0.1,rw,nfsvers=4 -o device=:/ remote
	hoy run --rm -v remote:/x box sh -c 'grep " /x nfs4 rw.*addr=127.0.0.1" /proc/mounts && echo kept >/x/file'
	[ "$(cat $EXPORT/file)" = kept ]
	hoy run -d --name other --network none -v remote:/y:ro box sleep 1000
	[ "$(hoy exec other cat /y/file)" = kept ]
	run hoy exec other touch /y/new
	[ "$status" != 0 ]
	says 'Read-only'
	# beside one that only reads; two places, a part
	run hoy run --rm -v remote:/a --mount src=remote,dst=/b,volume-subpath=deep,ro box sh -c 'echo new >/a/deep/new; cat /b/new; touch /b/x'
	says '^new$'
	says 'Read-only'
	[ "$(hoy exec other cat /y/deep/new)" = new ]
	# it is mounted nowhere but in them, and is not copied or removed with the volume
	! grep -q ' nfs4 ' /proc/mounts || false
	run hoy volume rm remote
	exits 1
	hoy restart -t 0 other
	[ "$(hoy exec other cat /y/file)" = kept ]
	hoy rm -f other
	hoy volume rm remote
	[ "$(cat $EXPORT/file)" = kept ]
}

@test "the image's content comes into an empty export once, and U gives it away" {
	mkdir -p $EXPORT/empty
	hoy run --rm --mount 'type=volume,src=named,dst=/etc,volume-opt=type=nfs4,"volume-opt=o=addr=files.example,rw",volume-opt=device=:/empty' box ls /etc/passwd
	[ -e $EXPORT/empty/passwd ]
	hoy run --rm -u 77:88 -v named:/x:U box touch /x/mine
	[ "$(stat -c %u:%g $EXPORT/empty/passwd $EXPORT/empty/mine | sort -u)" = 77:88 ]
	run hoy run --rm -v "named:/x:idmap=uids=77-1000-1;gids=88-1000-1" box true
	exits 125
	says 'cannot show other owners'
}

@test "servers that are not there, are not known, or have no such directory: one line each" {
	create() { hoy volume create -o type=nfs -o o="$2,nfsvers=4" -o device="$3" "$1" >/dev/null; }
	create unknown addr=nowhere.invalid :/
	run hoy run --rm -v unknown:/x box true
	exits 125
	says "volume unknown: the volume's server nowhere.invalid is not known here"
	create refused addr=127.0.0.1,port=9 :/
	run hoy run --rm -v refused:/x box true
	exits 125
	says 'volume refused: mount /x.*: Connection refused'
	create away addr=192.0.2.1 :/
	run hoy run --rm -v away:/x box true
	exits 125
	says 'volume away: mount /x.*: Network is unreachable'
	create missing addr=127.0.0.1 :/none
	run hoy run --rm -v missing:/x box true
	exits 125
	says 'volume missing: mount /x.*: No such file or directory'
	create nameless rw :/
	run hoy run --rm -v nameless:/x box true
	exits 125
	one_clear_line
	! grep -q ' nfs4 ' /proc/mounts || false
}

@test "a server that never answers: the wait ends, and nothing is left" {
	python3 -c 'import socket, time
s = socket.socket(); s.bind(("127.0.0.1", 2050)); s.listen(); time.sleep(1000)' 3>&- 4>&- &
	local server=$!
	wait_for 20 registry_answers 2050
	hoy volume create -o type=nfs -o o=addr=127.0.0.1,port=2050,nfsvers=4 -o device=:/ mute >/dev/null
	run hoy run --rm -v mute:/x box true
	kill "$server"
	exits 125
	says 'volume mute: mount /x: no answer within 30 seconds'
}

@test "a disk in a file: mounted for containers alone, its owners as others" {
	command -v mke2fs >/dev/null && modprobe loop || skip "no disk can be made here"
	truncate -s 8M "$BATS_TEST_TMPDIR/disk"
	mke2fs -q -F -t ext4 -O ^has_journal "$BATS_TEST_TMPDIR/disk"
	local loop
	loop=$(losetup -f --show "$BATS_TEST_TMPDIR/disk")
	hoy volume create -o type=ext4 -o device="$loop" disk >/dev/null
	hoy run --rm -v disk:/d box touch /d/file
	run hoy run --rm -v "disk:/d:idmap=uids=0-1000-1;gids=0-2000-1" -v disk:/e:ro box stat -c %u:%g /d/file /e/file
	losetup -d "$loop"
	is "1000:2000
0:0"
	! grep -q "$loop" /proc/mounts || false
	# a tmpfs cannot, before Linux 6.3
	hoy volume create -o type=tmpfs -o device=tmpfs mem >/dev/null
	run hoy run --rm -v "mem:/d:idmap=uids=0-1000-1;gids=0-2000-1" box stat -c %u:%g /d
	[[ $output == 1000:2000 ]] || { exits 125; says 'cannot show other owners'; }
}
