#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A machine that went down with containers running, and came up again.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() {
	local id
	for id in $(ls "$SCRATCH/root/containers"); do hoy rm -f "$id" >/dev/null; done
	leaves_nothing_behind
}

# power_cut: every monitor is gone, and with it its container; so is all that is volatile
power_cut() {
	local file pid pids=()
	for file in "$SCRATCH"/root/containers/*/state.json; do
		pid=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["MonitorPid"])' "$file")
		[ "$pid" = 0 ] || pids+=("$pid")
	done
	kill -KILL "${pids[@]}"
	for pid in "${pids[@]}"; do wait_for 10 test ! -e "/proc/$pid"; done
	# the cgroups go with the kernel that has them
	for file in $(our_cgroups); do
		case $file in *hoy-*) [ -n "$(cat "$file/cgroup.procs")" ] || rmdir "$file" 2>/dev/null || true ;; esac
	done
	rm -rf "$SCRATCH/run"
}

status() {
	hoy ps -a --filter "name=^$1\$" --format '{{.Status}}'
}

run_with() {
	hoy run -d --restart "$1" --name "$2" $REGISTRY/busybox sh -c "$3" >/dev/null 3>&-
}

@test "start --boot starts what its policy wants, and says how it is with the others" {
	run_with always always 'sleep 1000'
	run_with always a-stopped 'sleep 1000'
	run_with unless-stopped unless 'sleep 1000'
	run_with unless-stopped u-stopped 'sleep 1000'
	run_with on-failure:3 failure 'sleep 1000'
	run_with on-failure fine 'exit 0'
	run_with no plain 'sleep 1000'
	hoy create --restart always --name never $REGISTRY/busybox sleep 1000 >/dev/null
	hoy run -d --rm --name brief $REGISTRY/busybox sleep 1000 >/dev/null 3>&-
	hoy stop -t 0 a-stopped u-stopped
	hoy wait fine >/dev/null
	power_cut
	# before anything is done about it
	[[ $(status always) == "Exited (255) "* ]]
	[[ $(status plain) == "Exited (255) "* ]]
	run hoy start --boot
	exits 0
	[ "$(sort <<<"$output")" = "a-stopped
always
failure
unless" ]
	for name in always a-stopped unless failure; do
		[[ $(status $name) == "Up "* ]]
	done
	[[ $(status plain) == "Exited (255) "* ]]
	[[ $(status u-stopped) == "Exited (137) "* ]]
	[[ $(status fine) == "Exited (0) "* ]]
	[ "$(status never)" = Created ]
	# --rm is kept, though the machine went down in between
	[ -z "$(status brief)" ]
	[ ! -e "$SCRATCH/root/names/brief" ]
	# once more does no harm
	run hoy start --boot
	exits 0
	is ''
	run hoy start --boot always
	exits 1
	one_clear_line
}

@test "one that cannot be started does not keep the others from it" {
	mkdir "$BATS_TEST_TMPDIR/there"
	hoy run -d --restart always --name broken -v "$BATS_TEST_TMPDIR/there:/data" $REGISTRY/busybox sleep 1000 >/dev/null 3>&-
	run_with always whole 'sleep 1000'
	power_cut
	rmdir "$BATS_TEST_TMPDIR/there"
	run hoy start --boot
	exits 1
	says '^whole$'
	says 'cannot start broken: '
	[[ $(status whole) == "Up "* ]]
}

@test "the unit starts it with the program that is installed" {
	run cat "$BUILD/share/hoy.service"
	says '^ExecStart=/.*/bin/hoy start --boot$'
	says '^Type=oneshot$'
	command -v systemd-analyze >/dev/null || skip "no systemd-analyze here"
	sed "s|^ExecStart=[^ ]*|ExecStart=$HOY|; /^Documentation=/d" "$BUILD/share/hoy.service" >"$BATS_TEST_TMPDIR/hoy.service"
	run systemd-analyze verify "$BATS_TEST_TMPDIR/hoy.service"
	says_not 'hoy.service:'
}
