# SPDX-License-Identifier: Apache-2.0
# The ground of the tests in which other engines call hoy-runtime: `load lib` at the head of a bats file.
#
# An engine runs in a machine of its own, made of namespaces (mount, network, pid): firewall rules, mounts and daemons of
# the engine are there alone, and end with the machine's first process. Its data lies below $M. RUNTIME=runc shows which
# failure is the test's own.

bats_require_minimum_version 1.5.0
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
RUNTIME=${RUNTIME:-$BUILD/hoy-runtime}
case $RUNTIME in */*) ;; *) RUNTIME=$(command -v "$RUNTIME" || echo "$RUNTIME") ;; esac

skip_without() {
	local program
	[ "$(id -u)" = 0 ] || skip "needs root"
	for program in "$@"; do
		command -v "$program" >/dev/null || skip "no $program here"
	done
}

have() {
	local program
	[ "$(id -u)" = 0 ] || return 1
	for program in "$@"; do
		command -v "$program" >/dev/null || return 1
	done
}

# machine_up: $M its directory, $MACHINE the pid of its first process
machine_up() {
	# short: sockets have names of 108 bytes at most
	M=$(mktemp -d /tmp/hoyc.XXXXXX)
	GROUP=hoycallers-$$
	chmod 755 "$M"
	unshare -m -n -p --fork --mount-proc --propagation private bash -c '
		echo 1 >/proc/sys/net/ipv4/ip_forward
		for d in /run /var/run /var/lib/cni /etc/cni /etc/containers; do
			[ -d $d ] && [ ! -L $d ] && mount -t tmpfs -o mode=755 tmpfs $d
		done
		ip link set lo up
		trap exit TERM
		: >"$0/up"
		while :; do sleep 1 & wait $!; done' "$M" </dev/null >"$M/machine.log" 2>&1 3>&- 4>&- &
	local unshare=$!
	wait_for 20 test -e "$M/up" || { cat "$M/machine.log"; return 1; }
	MACHINE=$(cat "/proc/$unshare/task/$unshare/children")
	MACHINE=${MACHINE%% *}
	export M MACHINE GROUP
}

machine_down() {
	local directory
	[ -n "${MACHINE-}" ] || return 0
	kill -KILL "$MACHINE" 2>/dev/null
	wait_for 20 gone "$MACHINE"
	# what the engines left of theirs
	for directory in /sys/fs/cgroup /sys/fs/cgroup/*; do
		[ -d "$directory/$GROUP" ] && find "$directory/$GROUP" -depth -type d -exec rmdir {} + 2>/dev/null
	done
	rm -rf "$M"
}

gone() {
	[ ! -d "/proc/$1" ]
}

# inside COMMAND…: in the machine
inside() {
	nsenter -t "$MACHINE" -m -n -p -- "$@" 3>&- 4>&-
}

# behind COMMAND…: a daemon in the machine
behind() {
	nsenter -t "$MACHINE" -m -n -p -- "$@" </dev/null >>"$M/daemon.log" 2>&1 3>&- 4>&- &
}

# rootfs DIRECTORY: static busybox with its names
rootfs() {
	local base=$1 applet
	mkdir -p "$base"/{bin,etc,dev,proc,sys,tmp,root,mnt,run,var/tmp,home/user}
	chmod 1777 "$base/tmp"
	cp "$(command -v busybox)" "$base/bin/busybox"
	for applet in $("$base/bin/busybox" --list); do
		[ "$applet" = busybox ] || ln -s busybox "$base/bin/$applet"
	done
	printf 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n' >"$base/etc/passwd"
	printf 'root:x:0:\nuser:x:1000:\nextra:x:2000:user\n' >"$base/etc/group"
}

# on_terminal TEXT COMMAND…: the command with a terminal, TEXT typed into it; prints what it showed, exits as it did
on_terminal() {
	python3 - "$@" <<'PY'
import fcntl, os, pty, select, struct, sys, termios, time
text, command = sys.argv[1].encode().decode("unicode_escape").encode(), sys.argv[2:]
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 90, 0, 0))
    os.execvp(command[0], command)
out, sent, end = b"", False, time.time() + 90
while time.time() < end:
    ready = select.select([fd], [], [], 0.2)[0]
    if ready:
        try:
            data = os.read(fd, 4096)
        except OSError:
            break
        if not data:
            break
        out += data
    if not sent and (b"# " in out or b"$ " in out):
        os.write(fd, text)
        sent = True
sys.stdout.write(out.decode(errors="replace").replace("\r", ""))
sys.stdout.flush()
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if time.time() < end else 99)
PY
}

is() {
	[ "$output" = "$1" ] || { printf 'expected: %s\n     got: %s\n' "$1" "$output"; return 1; }
}

says() {
	grep -qE -- "$1" <<<"$output" || { printf 'no line matches: %s\n%s\n' "$1" "$output"; return 1; }
}

exits() {
	[ "$status" = "$1" ] || { printf 'exit code %s, expected %s\n%s\n' "$status" "$1" "$output"; return 1; }
}

# wait_for SECONDS COMMAND…
wait_for() {
	local end=$(($(date +%s%N) + $1 * ${WAIT_FACTOR:-4} * 1000000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "$(date +%s%N)" -lt "$end" ] || return 1
		sleep 0.1
	done
}
