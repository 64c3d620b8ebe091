#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The system calls of a container: Docker's default profile in effect, profiles of the user's own, and none.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() {
	scratch_up
	needs busybox
	PROBE=$BUILD/tests/tools/syscall_probe
	[ -x "$PROBE" ] || skip "syscall_probe is not built"
	[ "$(uname -m)" = x86_64 ] || skip "the numbers below are x86_64's"
}
teardown() { leaves_nothing_behind; }

# probe OPTIONS… -- CALL…: what becomes of these calls in a container
probe() {
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	run hoy run --rm -v "$PROBE:/probe:ro" "${options[@]}" $REGISTRY/busybox /probe "$@"
	exits 0
}

# by number, with arguments
SOCKET_INET=41,2,1,0 SOCKET_ALG=41,38,5,0 SOCKET_VSOCK=41,40,1,0 SOCKET_DECNET=41,12,1,0
UNSHARE_USER=272,0x10000000 CLONE_USER=56,0x10000011 CLONE3=435,0,0 KEYCTL=250,0,-3 MOUNT=165,0,0,0,0 PTRACE=101,0
PERSONALITY=135,0xffffffff PERSONALITY_BAD=135,0x40000 IO_URING=425,1,0 FUTURE=470,0 CHROOT=161,0 BPF=321,0 REBOOT=169,0,0,0

@test "the default profile: refused is what Docker refuses" {
	probe -- $SOCKET_ALG $SOCKET_VSOCK $SOCKET_DECNET $UNSHARE_USER $CLONE_USER $KEYCTL $MOUNT $PERSONALITY_BAD $IO_URING $BPF $REBOOT
	is "$(printf 'EPERM\n%.0s' {1..11} | sed '$!b')"
}

@test "the default profile: allowed is what Docker allows; what it does not know yet is ENOSYS" {
	probe -- $SOCKET_INET $PTRACE $PERSONALITY $CHROOT $CLONE3 9999
	is "ok
ok
ok
EFAULT
ENOSYS
ENOSYS"
}

@test "the default profile holds for 32-bit calls and for x32" {
	# i386: 359 socket, 164 is setresuid; x32: bit 30
	probe -- i386:359,2,1,0 i386:359,38,5,0 i386:20 i386:288,0,-3 0x40000029,38,5,0
	[[ ${lines[0]} = ok || ${lines[0]} = ENOSYS || ${lines[0]} = SIG* ]]
	[ "${lines[0]}" != ok ] || [ "${lines[1]}" = EPERM ]
	[ "${lines[4]}" != ok ]
}

@test "capabilities open what belongs to them" {
	probe --cap-add SYS_ADMIN -- $UNSHARE_USER $CLONE3 $MOUNT $KEYCTL
	is "ok
EINVAL
EFAULT
EPERM"
	probe --cap-drop SYS_CHROOT -- $CHROOT
	is EPERM
	probe --cap-add SYS_BOOT -- $REBOOT
	is EINVAL
}

@test "seccomp=unconfined and --privileged: no filter" {
	probe --security-opt seccomp=unconfined -- $UNSHARE_USER $KEYCTL $IO_URING
	says_not EPERM
	run hoy run --rm --security-opt seccomp=unconfined $REGISTRY/busybox grep Seccomp: /proc/self/status
	says '0$'
	run hoy run --rm --privileged $REGISTRY/busybox grep Seccomp: /proc/self/status
	says '0$'
	run hoy run --rm $REGISTRY/busybox grep Seccomp: /proc/self/status
	says '2$'
}

@test "a profile of the user's own: actions, arguments, capabilities, kernels" {
	cat >"$BATS_TEST_TMPDIR/p.json" <<-'END'
		{ "defaultAction": "SCMP_ACT_ALLOW", "archMap": [{ "architecture": "SCMP_ARCH_X86_64", "subArchitectures": [] }],
		  "syscalls": [
			{ "names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 5 },
			{ "names": ["umask"], "action": "SCMP_ACT_KILL_PROCESS" },
			{ "name": "alarm", "action": "SCMP_ACT_ERRNO", "args": [{ "index": 0, "value": 7, "op": "SCMP_CMP_GE" }] },
			{ "names": ["sync"], "action": "SCMP_ACT_ERRNO", "includes": { "caps": ["CAP_SYS_ADMIN"] } },
			{ "names": ["getsid"], "action": "SCMP_ACT_ERRNO", "excludes": { "minKernel": "4.0" } },
			{ "names": ["no_such_call"], "action": "SCMP_ACT_ERRNO" } ] }
	END
	probe --security-opt "seccomp=$BATS_TEST_TMPDIR/p.json" -- 140,0,0 95,0 37,6 37,7 37,8 162 124,0
	is "EIO
SIGSYS
ok
EPERM
EPERM
ok
ok"
}

@test "a profile that is none: one clear line, nothing started" {
	echo '{"defaultAction":"SCMP_ACT_MAYBE"}' >"$BATS_TEST_TMPDIR/bad.json"
	run hoy run --rm --security-opt "seccomp=$BATS_TEST_TMPDIR/bad.json" $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'SCMP_ACT_MAYBE'
	echo 'no JSON' >"$BATS_TEST_TMPDIR/bad.json"
	run hoy run --rm --security-opt "seccomp=$BATS_TEST_TMPDIR/bad.json" $REGISTRY/busybox true
	exits 125
	one_clear_line
	run hoy run --rm --security-opt seccomp=/nowhere/p.json $REGISTRY/busybox true
	exits 125
	one_clear_line
}

@test "the compiled program is kept, and a damaged or foreign one is not believed" {
	probe -- $KEYCTL
	local entry
	entry=$(find "$SCRATCH/root/seccomp" -type f | head -n 1)
	[ -n "$entry" ]
	# all calls allowed, by a stranger's hand: the checksum says no
	python3 - "$entry" <<-'END'
		import struct, sys
		d = bytearray(open(sys.argv[1], "rb").read())
		for i in range(80, len(d) - 7, 8):
		    code, jt, jf, k = struct.unpack_from("<HBBI", d, i)
		    if code == 6:
		        struct.pack_into("<HBBI", d, i, 6, 0, 0, 0x7fff0000)
		open(sys.argv[1], "wb").write(d)
	END
	probe -- $KEYCTL $SOCKET_ALG
	is "EPERM
EPERM"
	chmod 666 "$entry"
	probe -- $KEYCTL
	is EPERM
	rm "$entry"
	ln -s /dev/null "$entry"
	probe -- $KEYCTL
	is EPERM
}
