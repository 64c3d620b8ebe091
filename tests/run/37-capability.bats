#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Privileges: the five capability sets, no_new_privs and limits of the process, field by field (T6 of the security history).
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() { leaves_nothing_behind; }

# sets OPTIONS…: the five sets in one line, as the kernel has them
sets() {
	run hoy run --rm "$@" $REGISTRY/busybox sh -c 'grep -E "^Cap" /proc/self/status | cut -f 2 | tr "\n" " "'
	exits 0
}

NONE=0000000000000000

@test "by default Docker's fourteen; inheritable and ambient are empty (CVE-2022-24769)" {
	sets
	is "$NONE 00000000a80425fb 00000000a80425fb 00000000a80425fb $NONE "
}

@test "--cap-add, --cap-drop, ALL" {
	sets --cap-drop ALL
	is "$NONE $NONE $NONE $NONE $NONE "
	sets --cap-drop ALL --cap-add net_bind_service
	is "$NONE 0000000000000400 0000000000000400 0000000000000400 $NONE "
	sets --cap-add CAP_SYS_PTRACE --cap-drop MKNOD
	is "$NONE 00000000a00c25fb 00000000a00c25fb 00000000a00c25fb $NONE "
	# what this machine's root does not have itself is not handed on
	local all
	all=$(awk '/^CapPrm/ { print $2 }' /proc/self/status)
	sets --cap-add ALL
	is "$NONE $all $all $all $NONE "
	sets --privileged
	is "$NONE $all $all $all $NONE "
}

@test "another user has none, and cannot get more than the bounding set" {
	sets -u 1000
	is "$NONE $NONE $NONE 00000000a80425fb $NONE "
	sets -u 1000:1000 --cap-add NET_ADMIN
	is "$NONE $NONE $NONE 00000000a80435fb $NONE "
}

@test "a capability that does not exist is named" {
	run hoy run --rm --cap-add NET_ADMINN $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'NET_ADMINN'
	run hoy run --rm --cap-drop CAP_ALL $REGISTRY/busybox true
	exits 125
	one_clear_line
}

@test "no-new-privileges" {
	run hoy run --rm --security-opt no-new-privileges $REGISTRY/busybox grep NoNewPrivs /proc/self/status
	says '1$'
	run hoy run --rm $REGISTRY/busybox grep NoNewPrivs /proc/self/status
	says '0$'
}

@test "--ulimit: below the hard limit it holds, above it without CAP_SYS_RESOURCE it is one clear line" {
	run hoy run --rm --ulimit nofile=64:128 --ulimit core=0 $REGISTRY/busybox sh -c 'ulimit -Sn; ulimit -Hn; ulimit -c'
	is "64
128
0"
	[ $((0x$(awk '/^CapEff/ { print $2 }' /proc/self/status) >> 24 & 1)) = 0 ] || skip "this root has CAP_SYS_RESOURCE"
	local hard
	hard=$(ulimit -Hn)
	[ "$hard" != unlimited ] || skip "nothing is above unlimited"
	run hoy run --rm --ulimit nofile=$((hard + 1)) $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'CAP_SYS_RESOURCE'
}

@test "devices: only those of the container" {
	run hoy run --rm $REGISTRY/busybox sh -c 'mknod /tmp/kmsg c 1 11 && (echo x >/tmp/kmsg) 2>&1; mknod /tmp/zero c 1 5 && head -c 1 /tmp/zero | wc -c'
	says 'Operation not permitted'
	says '^1$'
}
