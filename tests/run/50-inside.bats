#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What a container of the default options sees of itself, field by field as Docker documents it.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() { leaves_nothing_behind; }

inside() {
	run hoy run --rm "$@"
}

# field NAME: of /proc/self/status in $output
field() {
	sed -n "s/^$1:[[:space:]]*//p" <<<"$output"
}

@test "privileges: Docker's 14 capabilities, seccomp, nothing inheritable or ambient" {
	inside $REGISTRY/busybox cat /proc/self/status
	exits 0
	[ "$(field CapInh)" = 0000000000000000 ]
	[ "$(field CapPrm)" = 00000000a80425fb ]
	[ "$(field CapEff)" = 00000000a80425fb ]
	[ "$(field CapBnd)" = 00000000a80425fb ]
	[ "$(field CapAmb)" = 0000000000000000 ]
	[ "$(field Seccomp)" = 2 ]
	[ "$(field NoNewPrivs)" = 0 ]
	[ "$(field Uid)" = $'0\t0\t0\t0' ]
}

@test "privileges: a user other than root has none in effect, and the groups of the container's /etc/group" {
	inside -u www-data $REGISTRY/busybox sh -c 'cat /proc/self/status; id'
	exits 0
	[ "$(field CapEff)" = 0000000000000000 ]
	[ "$(field CapPrm)" = 0000000000000000 ]
	[ "$(field CapBnd)" = 00000000a80425fb ]
	says '^uid=33\(www-data\) gid=33\(www-data\)'
}

@test "privileges: --cap-drop ALL --cap-add, no-new-privileges, --privileged" {
	inside --cap-drop ALL --cap-add NET_BIND_SERVICE --security-opt no-new-privileges $REGISTRY/busybox cat /proc/self/status
	exits 0
	[ "$(field CapEff)" = 0000000000000400 ]
	[ "$(field CapBnd)" = 0000000000000400 ]
	[ "$(field NoNewPrivs)" = 1 ]
	inside --privileged $REGISTRY/busybox cat /proc/self/status
	exits 0
	[ "$(field Seccomp)" = 0 ]
	[ "$(field CapBnd)" = "$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)" ]
}

@test "user strings are read strictly: none of these becomes root or anybody else" {
	local user
	for user in -1 4294967296 99999999999 1:4294967296 0x0 '' ' 0' nobody:nosuch nosuch; do
		[ -n "$user" ] || continue
		inside -u "$user" $REGISTRY/busybox id
		[ "$status" = 125 ] || { echo "-u '$user': $status $output"; return 1; }
		one_clear_line
	done
	inside -u 1:2 $REGISTRY/busybox id
	says '^uid=1\(daemon\) gid=2'
	inside -u 12345 $REGISTRY/busybox id
	says '^uid=12345 gid=0\(root\)'
}

@test "seccomp: calls that Docker refuses are refused, AF_ALG too" {
	skip_without python3
	skip_without_image debian-python
	needs debian-python
	inside --cap-add SYS_ADMIN --security-opt seccomp=unconfined $REGISTRY/debian-python python3 -c 'import ctypes; print(ctypes.CDLL(None).syscall(250, 0, 0, 0, 0, 0))'
	exits 0
	inside $REGISTRY/debian-python python3 -c '
import ctypes, errno, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def refused(name, *args):
    r = libc.syscall(*args)
    print(name, errno.errorcode.get(ctypes.get_errno()) if r < 0 else "allowed")
refused("keyctl", 250, 0, 0, 0, 0, 0)
refused("mount", 165, 0, 0, 0, 0, 0)
refused("unshare user", 272, 0x10000000)
refused("bpf", 321, 0, 0, 0)
refused("kexec_load", 246, 0, 0, 0, 0)
refused("open_by_handle_at", 304, 0, 0, 0)
try:
    socket.socket(38, socket.SOCK_SEQPACKET, 0)
    print("AF_ALG allowed")
except OSError as e:
    print("AF_ALG", errno.errorcode[e.errno])'
	exits 0
	says '^keyctl EPERM'
	says '^mount EPERM'
	says '^unshare user EPERM'
	says '^bpf EPERM'
	says '^kexec_load EPERM'
	says_not allowed
}

@test "namespaces: six of its own, the user namespace and time are the host's" {
	inside $REGISTRY/busybox sh -c 'cd /proc/self/ns; for n in pid mnt uts ipc net cgroup user; do echo $n $(readlink $n); done'
	exits 0
	local name link
	while read -r name link; do
		if [ "$name" = user ]; then
			[ "$link" = "$(readlink /proc/self/ns/user)" ]
		else
			[ "$link" != "$(readlink /proc/self/ns/$name)" ]
		fi
	done <<<"$output"
}

@test "pid 1 is the command itself, and --init puts a reaper before it" {
	inside $REGISTRY/busybox sh -c 'echo $$'
	is 1
	inside --init $REGISTRY/busybox sh -c 'echo $$; (sleep 0.1 &) ; sleep 0.3; cut -d" " -f3 /proc/[0-9]*/stat | grep -c Z'
	[ "${lines[0]}" -gt 1 ]
	[ "${lines[1]}" = 0 ]
}

@test "/dev holds what Docker's does, and nothing of the host's" {
	inside $REGISTRY/busybox sh -c 'cd /dev; ls; stat -c "%n %t:%T %a" null zero full random urandom tty; for l in fd stdin stdout stderr ptmx; do readlink $l; done'
	exits 0
	# there only where the kernel has /proc/kcore
	output=$(grep -v '^core$' <<<"$output")
	is "fd
full
mqueue
null
ptmx
pts
random
shm
stderr
stdin
stdout
tty
urandom
zero
null 1:3 666
zero 1:5 666
full 1:7 666
random 1:8 666
urandom 1:9 666
tty 5:0 666
/proc/self/fd
/proc/self/fd/0
/proc/self/fd/1
/proc/self/fd/2
pts/ptmx"
}

@test "mounts are Docker's, with their options" {
	inside $REGISTRY/busybox mount
	exits 0
	says '^overlay on / type overlay \(rw'
	says '^proc on /proc type proc \(rw,nosuid,nodev,noexec'
	says '^tmpfs on /dev type tmpfs \(rw,nosuid.*size=65536k,mode=755'
	says '^devpts on /dev/pts type devpts \(rw,nosuid,noexec.*gid=5,mode=620,ptmxmode=666'
	says '^sysfs on /sys type sysfs \(ro,nosuid,nodev,noexec'
	says 'on /sys/fs/cgroup type (cgroup2|tmpfs) \(ro,nosuid,nodev,noexec'
	says '^mqueue on /dev/mqueue type mqueue \(rw,nosuid,nodev,noexec'
	says '^(shm|tmpfs) on /dev/shm type tmpfs \(rw,nosuid,nodev,noexec.*size=65536k'
	says ' on /etc/hosts type '
	says ' on /etc/hostname type '
	says ' on /etc/resolv.conf type '
}

@test "masked and read-only paths" {
	inside $REGISTRY/busybox sh -c '
		for f in /proc/kcore /proc/keys /proc/timer_list /proc/interrupts /proc/sched_debug /proc/latency_stats; do
			[ ! -e $f ] || [ ! -s $f ] && [ -z "$(head -c 10 $f 2>/dev/null)" ] || echo "readable: $f"
		done
		for d in /proc/acpi /proc/asound /proc/scsi /sys/firmware /sys/devices/virtual/powercap; do
			[ ! -d $d ] || [ -z "$(ls -A $d)" ] || echo "not empty: $d"
		done
		for f in /proc/sys/kernel/hostname /proc/sysrq-trigger /proc/irq/default_smp_affinity /proc/sys/kernel/core_pattern; do
			[ ! -e $f ] || ! (echo h >$f) 2>/dev/null || echo "writable: $f"
		done
		! mkdir /sys/x /sys/fs/cgroup/x 2>/dev/null || echo "writable: /sys"
		echo end'
	is end
	inside --privileged $REGISTRY/busybox sh -c '(: >/proc/sys/kernel/domainname) && head -c 1 /proc/timer_list >/dev/null && echo open'
	is open
}

@test "hostname, /etc/hosts, /etc/hostname and resolv.conf are the container's" {
	inside $REGISTRY/busybox sh -c 'hostname; cat /etc/hostname'
	says '^[0-9a-f]{12}$'
	[ "${lines[0]}" = "${lines[1]}" ]
	inside -h web.example --add-host db:10.1.2.3 --dns 9.9.9.9 $REGISTRY/busybox sh -c 'hostname; cat /etc/hosts /etc/resolv.conf'
	[ "${lines[0]}" = web.example ]
	says '^127.0.0.1[[:space:]]+localhost'
	says '^10.1.2.3[[:space:]]+db$'
	says '^nameserver 9.9.9.9$'
}

@test "--network none has lo alone, and it is up; host is the host's" {
	inside --network none $REGISTRY/busybox sh -c 'ls /sys/class/net; ip -o addr show lo; ping -c1 -W1 127.0.0.1'
	exits 0
	[ "${lines[0]}" = lo ]
	says '127.0.0.1/8'
	inside --network host $REGISTRY/busybox sh -c 'readlink /proc/self/ns/net; hostname'
	[ "${lines[0]}" = "$(readlink /proc/self/ns/net)" ]
	[ "${lines[1]}" = "$(hostname)" ]
}

@test "no descriptor of hoy's is open in the container, and none can be its working directory" {
	inside $REGISTRY/busybox sh -c 'ls /proc/1/fd; true'
	is "0
1
2"
	local n
	for n in 3 5 7 9 11; do
		inside -w /proc/self/fd/$n/../../.. $REGISTRY/busybox pwd
		[ "$status" != 0 ] || { echo "$output"; ! [[ $output = *"$SCRATCH"* ]]; }
		inside -w /proc/self/fd/$n $REGISTRY/busybox ls
		[ "$status" != 0 ]
	done
}

@test "hoy's own program cannot be written through /proc" {
	local before
	before=$(sha256sum <"$HOY")
	inside $REGISTRY/busybox sh -c 'for p in /proc/[0-9]*; do (echo x >$p/exe) 2>/dev/null; done; true'
	inside --entrypoint /proc/self/exe $REGISTRY/busybox --version
	[ "$(sha256sum <"$HOY")" = "$before" ]
}

@test "the environment: PATH, HOSTNAME, HOME, the image's and one's own" {
	inside -h box -e A=1 -e B= $REGISTRY/busybox env
	exits 0
	says '^PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin$'
	says '^HOSTNAME=box$'
	says '^HOME=/root$'
	says '^A=1$'
	says '^B=$'
	inside -t $REGISTRY/busybox env </dev/null
	inside -u www-data $REGISTRY/busybox env
	says '^HOME=/var/www$'
}

@test "signals that the caller ignores or blocks are the caller's affair" {
	run python3 -c 'import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGUSR1})
os.execvp(sys.argv[1], sys.argv[1:])' "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" run --rm "$REGISTRY/busybox" grep -E 'Sig(Blk|Ign)' /proc/self/status
	exits 0
	is $'SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000'
}

@test "sysctl: of its own namespaces only" {
	inside --sysctl net.ipv4.ip_forward=1 --sysctl kernel.msgmax=1234 $REGISTRY/busybox sh -c 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/msgmax'
	is "1
1234"
	inside --sysctl kernel.core_pattern=x $REGISTRY/busybox true
	exits 125
	one_clear_line
	inside --sysctl kernel/core_pattern=x $REGISTRY/busybox true
	exits 125
}

@test "--device, --shm-size, --read-only, --tmpfs" {
	inside --device /dev/loop-control:/dev/here:r $REGISTRY/busybox sh -c 'stat -c "%t:%T" /dev/here; (: >>/dev/here) 2>&1 | sed "s/.*: //"' || true
	inside --shm-size 1m $REGISTRY/busybox sh -c 'df -k /dev/shm | tail -n1 | awk "{print \$2}"'
	is 1024
	inside --read-only --tmpfs /scratch:size=64k $REGISTRY/busybox sh -c 'touch /x; touch /scratch/x && echo fine; dd if=/dev/zero of=/scratch/y bs=1k count=100'
	says 'Read-only file system'
	says '^fine$'
	says 'No space left'
}

@test "a device that was not asked for cannot be made or opened" {
	inside $REGISTRY/busybox sh -c 'mknod /x b 254 0 && cat /x'
	[ "$status" != 0 ]
	says 'not permitted'
}
