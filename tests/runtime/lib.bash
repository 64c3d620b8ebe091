# SPDX-License-Identifier: Apache-2.0
# The ground of the runtime's command-line tests: `load lib` at the head of a bats file. They run against any OCI runtime:
#
#	RUNTIME=runc bats tests/runtime/10-lifecycle.bats
#
# Each test gets a directory of its own ($T) with a bundle ($B: config.json and a rootfs of static busybox), a state
# directory and an id ($ID) from which everything that it may leave on the machine has its name; teardown fails the test
# when a mount, cgroup, process or state directory of it is left.

bats_require_minimum_version 1.5.0
TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
RUNTIME=${RUNTIME:-$BUILD/hoy-runtime}
case $RUNTIME in /*) ;; */*) RUNTIME=$PWD/$RUNTIME ;; *) RUNTIME=$(command -v "$RUNTIME" || echo "$RUNTIME") ;; esac
HERE=$TOP/tests/runtime

rt() {
	"$RUNTIME" --root "$T/state" "$@"
}

# once a file: the root directory that all its bundles are copied from, and the probe, a static program for what busybox cannot ask
setup_file() {
	[ -x "$RUNTIME" ] || { echo "no runtime at $RUNTIME" >&2; return 1; }
	if [ -n "${ROOTFS-}" ]; then
		cp -a "$ROOTFS" "$BATS_FILE_TMPDIR/rootfs"
	else
		make_rootfs "$BATS_FILE_TMPDIR/rootfs"
	fi
}

make_rootfs() {
	local base=$1 applet
	mkdir -p "$base"/{bin,etc,dev,proc,sys,tmp,root,mnt,var/tmp,home/user}
	chmod 1777 "$base/tmp"
	cp "$(command -v busybox)" "$base/bin/busybox"
	for applet in $("$base/bin/busybox" --list); do
		[ "$applet" = busybox ] || ln -s busybox "$base/bin/$applet"
	done
	printf 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n' >"$base/etc/passwd"
	printf 'root:x:0:\nuser:x:1000:\nextra:x:2000:user\n' >"$base/etc/group"
	cc -static -O1 -o "$base/bin/probe" "$HERE/probe.c"
}

setup() {
	T=$BATS_TEST_TMPDIR
	B=$T/bundle
	ID=hoytest-$$-$BATS_TEST_NUMBER
	mkdir -p "$B" "$T/state"
	cp -a "$BATS_FILE_TMPDIR/rootfs" "$B/rootfs"
	sed "s/@ID@/$ID/g" "$HERE/config.json" >"$B/config.json"
	chmod 755 "$T" "$B" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR" 2>/dev/null
	cd "$T" || return 1
	HELPERS=()
	prepare
}

# what a file adds to setup
prepare() { :; }

teardown() {
	local pid state failed=0
	for pid in "${HELPERS[@]}"; do
		kill -9 "$pid" 2>/dev/null
	done
	cleanup
	for state in "$T"/state/*/; do
		[ -d "$state" ] && rt delete --force "$(basename "$state")" >/dev/null 2>&1 3>&- 4>&-
	done
	cd /
	nothing_left
}

# what a file adds to teardown
cleanup() { :; }

# ---- the bundle

# conf FILTER [JQ ARGUMENTS]: changes config.json
conf() {
	local filter=$1
	shift
	jq "$filter" "$B/config.json" "$@" >"$B/config.new" && mv "$B/config.new" "$B/config.json"
}

# args WORD…: the command of the container
args() {
	conf '.process.args = $ARGS.positional' --args -- "$@"
}

# script TEXT: the container runs this script
script() {
	args /bin/sh -c "$1"
}

# runs [OPTIONS…]: `run` in the foreground; $output and $status are the container's
runs() {
	run rt run "$@" -b "$B" "$ID" </dev/null
}

# shell SCRIPT: the container runs the script in the foreground and everything went well
shell() {
	script "$1"
	runs
	exits 0
}

# created [OPTIONS…]: `create`, with the container's output in $T/out
created() {
	rt create --pid-file "$T/pid" "$@" -b "$B" "$ID" >"$T/out" 2>&1 </dev/null 3>&- 4>&- || { cat "$T/out"; return 1; }
	PID=$(cat "$T/pid")
}

# started [OPTIONS…]: `run -d`
started() {
	rt run -d --pid-file "$T/pid" "$@" -b "$B" "$ID" >"$T/out" 2>&1 </dev/null 3>&- 4>&- || { cat "$T/out"; return 1; }
	PID=$(cat "$T/pid")
}

# sleeping [OPTIONS…]: a container that stays
sleeping() {
	args sleep 1000
	started "$@"
}

status_is() {
	[ "$(rt state "$ID" | jq -r .status)" = "$1" ]
}

# stops SECONDS: waits for the container's end
stops() {
	wait_for "$1" status_is stopped || { echo "still $(rt state "$ID" | jq -r .status)"; return 1; }
}

# processes_are N: in the container, as ps counts them
processes_are() {
	[ "$(rt ps -f json "$ID" | jq length)" = "$1" ]
}

out_is_larger_than() {
	[ "$(wc -c <"$T/out")" -gt "$1" ]
}

# background COMMAND…: ended at teardown; its pid is $HELPER
background() {
	"$@" >"$T/helper.out" 2>&1 </dev/null 3>&- 4>&- &
	HELPER=$!
	HELPERS+=("$HELPER")
}

# ---- what this runtime cannot do

is_runc() {
	case $(basename "$RUNTIME") in runc*) ;; *) return 1 ;; esac
}

# not_in_runc WHY: for tests of what came after Debian's runc (1.1.5)
not_in_runc() {
	! is_runc || skip "runc 1.1.5: $1"
}

skip_without() {
	local program
	for program in "$@"; do
		command -v "$program" >/dev/null || skip "no $program here"
	done
}

# ---- cgroups

# cgroup_v2: all controllers are in the one tree
cgroup_v2() {
	[ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]
}

# cgroup_of PID CONTROLLER: the directory
cgroup_of() {
	local path
	if cgroup_v2; then
		path=$(sed -n 's/^0:://p' "/proc/$1/cgroup")
		echo "/sys/fs/cgroup$path"
	else
		path=$(sed -n -E "s/^[0-9]+:([^:]*,)?$2(,[^:]*)?://p" "/proc/$1/cgroup")
		echo "/sys/fs/cgroup/$2$path"
	fi
}

# limit CONTROLLER V1-FILE V2-FILE: its value for the container of $PID
limit() {
	local directory
	directory=$(cgroup_of "$PID" "$1")
	if cgroup_v2; then
		cat "$directory/$3"
	else
		cat "$directory/$2"
	fi
}

# skip_without_controller NAME
skip_without_controller() {
	if cgroup_v2; then
		grep -qw "$1" /sys/fs/cgroup/cgroup.controllers || skip "no $1 controller here"
	else
		[ -d "/sys/fs/cgroup/$1" ] || skip "no $1 controller here"
	fi
}

# ---- words

# is TEXT: $output is exactly this
is() {
	[ "$output" = "$1" ] || { printf 'expected: %s\n     got: %s\n' "$1" "$output"; return 1; }
}

# says PATTERN: some line of $output matches this extended regular expression
says() {
	grep -qE -- "$1" <<<"$output" || { printf 'no line matches: %s\n%s\n' "$1" "$output"; return 1; }
}

says_not() {
	! grep -E -- "$1" <<<"$output"
}

exits() {
	[ "$status" = "$1" ] || { printf 'exit code %s, expected %s\n%s\n' "$status" "$1" "$output"; return 1; }
}

# fails: with a reason that a person can read
fails() {
	[ "$status" != 0 ] || { printf 'it did not fail\n%s\n' "$output"; return 1; }
	[ -n "$output" ] || { echo "it failed without a word"; return 1; }
}

# equal GOT EXPECTED
equal() {
	[ "$1" = "$2" ] || { printf 'expected: %s\n     got: %s\n' "$2" "$1"; return 1; }
}

# wait_for SECONDS COMMAND…: 0 as soon as it succeeds. Seconds of an idle machine: WAIT_FACTOR times as long is waited on any
wait_for() {
	local end=$((${EPOCHREALTIME//[!0-9]/} + $1 * ${WAIT_FACTOR:-4} * 1000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "${EPOCHREALTIME//[!0-9]/}" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# ---- nothing is left

our_cgroups() {
	find /sys/fs/cgroup -maxdepth 5 -type d -name "*$ID*" 2>/dev/null
}

our_mounts() {
	grep -F -- "$T/" /proc/self/mountinfo
}

our_processes() {
	# the name comes on stdin: grep must not find itself
	grep -alsF -f - /proc/[0-9]*/cmdline <<<"$T/" | cut -d / -f 3 | grep -vxE "$$|$BASHPID|${PPID:-0}"
	return 0
}

our_state() {
	# the cache of compiled filters is no container's
	ls -A "$T/state" 2>/dev/null | grep -vx @seccomp
}

nothing_from() {
	[ -z "$("$1")" ]
}

nothing_left() {
	local what failed=0
	for what in our_state our_mounts our_cgroups our_processes; do
		if ! wait_for 3 nothing_from $what; then
			printf 'left behind (%s):\n%s\n' "$what" "$($what)"
			failed=1
		fi
	done
	return $failed
}
