#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# --explain says what is done, in order, as shell commands; --explain=script is a script that builds the same container.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() { leaves_nothing_behind; }

# what a container shows of itself, in words that do not depend on ids; the seccomp filter has no shell equivalent
look='
sed -n "s/^\(Cap\|NoNewPrivs\|Uid\|Gid\|Groups\)/\1/p" /proc/self/status
while read -r id parent dev root on opts rest; do echo "$on $opts ${rest#*- }"; done </proc/self/mountinfo | sed "s/lowerdir=[^ ]*//; s/ro,lowerdir/ro/" | cut -d" " -f1-3 | sort
ls /dev | sort
cat /proc/sys/kernel/hostname
cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null
ls /sys/class/net
env | sort
pwd
'

@test "every step is one line: the command that would do it, and why" {
	run hoy run --rm --explain -m 64m $REGISTRY/busybox true
	exits 0
	says 'mount -t proc'
	says 'mount -t overlay'
	says 'unshare|clone'
	says 'pivot_root'
	says 'hostname'
	says 'memory'
	says 'seccomp'
	# a reason stands behind the commands
	[ "$(grep -c '#' <<<"$output")" -gt 10 ]
	! grep -E '^[^#]*\(null\)' <<<"$output" || false
}

@test "explaining changes nothing: the container's output stays clean on stdout" {
	[ "$(hoy run --rm --explain $REGISTRY/busybox echo clean 2>/dev/null)" = clean ]
}

@test "the script builds the same container" {
	local options="--network none -h twin -m 64m -e COLOR=blue -w /tmp"
	hoy run --rm $options $REGISTRY/busybox sh -c "$look" >"$BATS_TEST_TMPDIR/hoy"
	hoy run --rm $options --explain=script $REGISTRY/busybox sh -c "$look" >"$BATS_TEST_TMPDIR/script" 2>"$BATS_TEST_TMPDIR/err"
	bash -n "$BATS_TEST_TMPDIR/script"
	# what bats has open above 9 a plain shell cannot close
	run bash -c 'shopt -s nullglob; for fd in /proc/self/fd/??*; do eval "exec ${fd##*/}>&-"; done; sh "$0"' "$BATS_TEST_TMPDIR/script"
	echo "$output" | diff "$BATS_TEST_TMPDIR/hoy" - || { cat "$BATS_TEST_TMPDIR/script"; return 1; }
}

@test "the script builds the same network" {
	local options="-h twin -p 18080:80"
	local look='ip -o address show eth0 | sed "s/@.*//; s/valid.*//"; ip route; cat /etc/hosts /proc/sys/net/ipv6/conf/eth0/disable_ipv6; ping -c 1 -W 5 172.17.0.1 | grep received; cat'
	echo in | hoy run --rm -i $options $REGISTRY/busybox sh -c "$look" >"$BATS_TEST_TMPDIR/hoy"
	hoy run --rm -i $options --explain=script $REGISTRY/busybox sh -c "$look" >"$BATS_TEST_TMPDIR/script"
	grep -q 'ip link add veth' "$BATS_TEST_TMPDIR/script"
	run bash -c 'shopt -s nullglob; for fd in /proc/self/fd/??*; do eval "exec ${fd##*/}>&-"; done; echo in | sh "$0"' "$BATS_TEST_TMPDIR/script"
	exits 0
	echo "$output" | diff "$BATS_TEST_TMPDIR/hoy" - || { cat "$BATS_TEST_TMPDIR/script"; return 1; }
	! nft list ruleset | grep -q 'tcp \. 18080' || false
}
