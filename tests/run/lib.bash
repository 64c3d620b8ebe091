# SPDX-License-Identifier: Apache-2.0
# The ground of every end-to-end test: `load lib` at the head of a bats file, and then
#
#	setup_file() { fixtures_up; }        a registry on loopback that serves the images of fixtures/build-images
#	teardown_file() { fixtures_down; }
#	setup() { scratch_up; }              the store of this file; hoy is called through the function below
#	teardown() { leaves_nothing_behind; }
#
# A file that needs no registry leaves the first two out. One store serves all tests of a file, so that an image is pulled
# once; containers do not outlive their test.

TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
BUILD=${BUILD:-build}
case $BUILD in /*) ;; *) BUILD=$TOP/$BUILD ;; esac
HOY=${HOY:-$BUILD/hoy}
HOY_RUNTIME=${HOY_RUNTIME:-$BUILD/hoy-runtime}
FIXTURES=$TOP/tests/run/fixtures
CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/hoy-tests

# Containers get a network, so each file has a host of its own for it: a network namespace, in which the bridges and the
# firewall of hoy are made, the registry listens, and of which nothing is left when the last process is gone. bats reads the
# file first in the process that runs all of it: that one is begun again, in the namespace, before it has done anything else.
own_network() {
	[ -z "${HOY_TEST_NETWORK-}" ] && [ "$(id -u)" = 0 ] && [ "${0##*/}" = bats-exec-file ] || return 0
	local words
	mapfile -d '' -t words <"/proc/$$/cmdline"
	export HOY_TEST_NETWORK=own
	unset REGISTRY # a registry on the other side's loopback
	rm -rf "${BATS_FILE_TMPDIR:?}" "$BATS_FILE_TMPDIR"-*.source_file
	exec unshare -n -- sh -c 'ip link set lo up && exec "$@"' sh "${words[@]}" >&3 2>&3
}
own_network

# another host: a network namespace that a process holds, for tests of what crosses a network. `neighbour COMMAND…` runs there.
neighbour_up() {
	unshare -n sleep 100000 </dev/null >/dev/null 2>&1 3>&- 4>&- &
	export NEIGHBOUR=$!
	wait_for 5 neighbour_is_apart
}

neighbour_is_apart() {
	[ "$(readlink "/proc/$NEIGHBOUR/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

neighbour() {
	nsenter -t "$NEIGHBOUR" -n -- "$@"
}

neighbour_down() {
	kill "$NEIGHBOUR"
}

# hoy on the file's own store
hoy() {
	"$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" "$@"
}

# ---- the registry

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# registry_start STORAGE: serves it on a free port; prints "PORT PID"
registry_start() {
	local storage=$1 port pid config try
	for try in 1 2 3; do
		port=$(free_port)
		config=$(mktemp)
		cat >"$config" <<-END
			version: 0.1
			log: {accesslog: {disabled: true}, level: error}
			storage: {filesystem: {rootdirectory: $storage}, delete: {enabled: true}}
			http: {addr: "127.0.0.1:$port"}
		END
		# 3 and 4 are what bats listens on: whoever keeps them open keeps bats waiting
		OTEL_TRACES_EXPORTER=none docker-registry serve "$config" >/dev/null 2>&1 </dev/null 3>&- 4>&- &
		pid=$!
		if wait_for 5 registry_answers "$port"; then
			rm -f "$config"
			echo "$port $pid"
			return 0
		fi
		kill "$pid" 2>/dev/null
		rm -f "$config"
	done
	return 1
}

registry_answers() {
	(exec 9<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# makes the images when they are not in the cache, and starts the registry; a runner that did it already is honoured
fixtures_up() {
	[ -z "${REGISTRY-}" ] || return 0
	local key storage started
	key=$(cat "$FIXTURES/build-images" "$FIXTURES"/app/* "$TOP/tools/busybox-rootfs" /etc/os-release | sha256sum | cut -c1-16)
	storage=$CACHE/registry-$key
	mkdir -p "$CACHE"
	(
		flock 9
		[ ! -e "$storage/done" ] || exit 0
		echo "# making the test images (once; kept in $CACHE)" >&2
		# of a tree that has other images, too; one that nobody has used for days is not needed any more
		find "$CACHE" -maxdepth 1 -name 'registry-*' -mtime +6 -exec rm -rf {} +
		mkdir -p "$storage"
		started=$(registry_start "$storage") || { echo "docker-registry does not start" >&2; exit 1; }
		"$FIXTURES/build-images" "127.0.0.1:${started% *}" >&2 && touch "$storage/done"
		made=$?
		kill "${started#* }"
		exit $made
	) 9>"$CACHE/lock" || return 1
	started=$(registry_start "$storage") || { echo "docker-registry does not start" >&2; return 1; }
	export REGISTRY=127.0.0.1:${started% *}
	REGISTRY_PID=${started#* }
}

# only who started the registry ends it
fixtures_down() {
	[ -z "${REGISTRY_PID-}" ] || kill "$REGISTRY_PID" 2>/dev/null || true
}

# http_get URL: the body; fails on any other status than 200
http_get() {
	python3 -c 'import sys, urllib.request as u; sys.stdout.buffer.write(u.urlopen(sys.argv[1], timeout=10).read())' "$1"
}

# skip_without_image NAME: some are not made on every distribution
skip_without_image() {
	# not the manifest: without an Accept header the registry denies that it has one of OCI's kind
	http_get "http://$REGISTRY/v2/$1/tags/list" >/dev/null 2>&1 || skip "no test image $1 on this distribution"
}

# ---- the store

scratch_up() {
	SCRATCH=${BATS_FILE_TMPDIR:-$(mktemp -d)}/store
	mkdir -p "$SCRATCH"
	export SCRATCH
	CGROUPS_BEFORE=$(our_cgroups)
}

# needs NAME…: pulls the images into the store, each once a file; where no registry runs they come from archives in HOY_TEST_IMAGES
needs() {
	local name
	for name in "$@"; do
		[ -z "$(hoy images -q "$REGISTRY/$name" 2>/dev/null)" ] || continue
		if [ -n "${HOY_TEST_IMAGES-}" ]; then
			hoy import --change 'CMD ["sh"]' "$HOY_TEST_IMAGES/$name.tar" "$REGISTRY/$name" >/dev/null
		else
			hoy pull -q "$REGISTRY/$name" >/dev/null
		fi
	done
}

# skip_without PROGRAM…
skip_without() {
	local program
	for program in "$@"; do
		command -v "$program" >/dev/null || skip "no $program here"
	done
}

# ---- asking again until it is so

# wait_for SECONDS COMMAND…: 0 as soon as it succeeds. Seconds of an idle machine: WAIT_FACTOR times as long is waited on any
wait_for() {
	local end=$((${EPOCHREALTIME//[!0-9]/} + $1 * ${WAIT_FACTOR:-4} * 1000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "${EPOCHREALTIME//[!0-9]/}" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# logged NAME PATTERN: the container has written such a line
logged() {
	hoy logs "$1" 2>&1 | grep -qE -- "$2"
}

# gone PATH…: removes what a pull made; a process of hoy's that syncs layers may still be setting its marks among them
gone() {
	wait_for 60 rm -rf "$@"
}

# try COMMAND…: as `run`, for commands that may exit with 127 (bats takes that for a mistake of the test's)
try() {
	status=0
	output=$("$@" 2>&1) || status=$?
	mapfile -t lines <<<"$output"
}

# reap PID: waits for a background process; $status is its exit code, as after `run`
reap() {
	status=0 output=
	wait "$1" || status=$?
}

# container_process CIDFILE: the pid, on this side, of pid 1 of a container that is being started
container_process() {
	wait_for 5 in_container "$1" && head -n 1 "$(cgroup_of "$1")/cgroup.procs"
}

cgroup_of() {
	find /sys/fs/cgroup -type d -path "*$(<"$1")" | head -n 1
}

in_container() {
	[ -s "$1" ] && grep -q . "$(cgroup_of "$1")/cgroup.procs"
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

# says_not PATTERN
says_not() {
	! grep -E -- "$1" <<<"$output"
}

# exits CODE: of the last `run`
exits() {
	[ "$status" = "$1" ] || { printf 'exit code %s, expected %s\n%s\n' "$status" "$1" "$output"; return 1; }
}

# one clear line (a hint may follow it), from hoy: never silence, never a bare error number
one_clear_line() {
	local words
	words=$(grep -vE "^(hoy: hint:|hint|  |See 'hoy)" <<<"$output")
	[ "$(wc -l <<<"$words")" = 1 ] && grep -qE '^hoy(-runtime)?: [-a-z0-9"/].{8,}' <<<"$words" ||
		{ printf 'not one clear line:\n%s\n' "$output"; return 1; }
}

# ---- nothing is left

# cgroups made by hoy, in any hierarchy
our_cgroups() {
	find /sys/fs/cgroup -maxdepth 4 -type d \( -path '*/hoy-*' -o -path '*/hoy/*' \) 2>/dev/null | sort
}

# those that are new since scratch_up and that no process is in: other tests may run beside this one
stale_cgroups() {
	local path
	comm -13 <(echo "$CGROUPS_BEFORE") <(our_cgroups) | while read -r path; do
		[ -d "$path" ] && [ -z "$(cat "$path/cgroup.procs" 2>/dev/null)" ] && echo "$path"
	done
}

# processes of hoy that serve this store
our_processes() {
	# the pattern comes by stdin: as an argument it would be found in grep's own
	grep -laF -f - /proc/[0-9]*/cmdline 2>/dev/null <<<"$SCRATCH" | cut -d/ -f3 | grep -vxE "$$|$BASHPID|${PPID:-0}"
}

our_mounts() {
	grep -F -- "$SCRATCH" /proc/self/mountinfo
}

state_left() {
	ls -A "$SCRATCH"/root/containers "$SCRATCH"/root/names "$SCRATCH"/run/containers 2>/dev/null | grep -v ':$' | grep .
}

# addresses, endpoints, cables and published ports; a network and its bridge stay, and so may a cable that is down, for as
# long as the kernel keeps the namespace of a dead container's connections
network_left() {
	find "$SCRATCH"/run/networks -mindepth 3 2>/dev/null
	[ -n "${HOY_TEST_NETWORK-}" ] || return 0
	ip -o link show type veth up 2>/dev/null | grep -E ': veth[0-9a-f]{7}@'
	# not where names are asked, which is as long as the network
	nft list ruleset 2>/dev/null | sed "/set names/,/^\t}/d" | grep -E 'elements = .*(tcp|udp|sctp) \.'
}

# The kernel takes a moment to take down namespaces and cgroups, so each look asks again for a while. A cgroup is left when it
# was stale all that time: those that tests beside this one make and remove come and go.
leaves_nothing_behind() {
	local what failed=0
	STALE=$(stale_cgroups)
	for what in our_processes our_mounts state_left network_left still_stale; do
		if ! wait_for 10 nothing_from $what; then
			printf 'left behind (%s):\n%s\n' "$what" "$($what)"
			failed=1
		fi
	done
	return $failed
}

still_stale() {
	comm -12 <(echo "$STALE") <(stale_cgroups) | grep .
}

nothing_from() {
	[ -z "$("$1")" ]
}
