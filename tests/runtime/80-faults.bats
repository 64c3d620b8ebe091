# SPDX-License-Identifier: Apache-2.0
# The fault walk of the runtime: each step of create, start, exec and delete is refused, then kills its process. A refusal is
# one clear line, or the command carries on and does what it should; either way nothing is left behind. What was killed is
# found by `delete --force`, whole. FAULT_STRIDE=1 walks every step with every errno (minutes).

load lib

is_hoy() {
	[ "$(basename "$RUNTIME")" = hoy-runtime ]
}

# a build of its own: only there a step can be made to fail
eval "lib_$(declare -f setup_file)"
setup_file() {
	lib_setup_file || return
	! is_hoy || {
		[ -f "$TOP/build-faults/build.ninja" ] || meson setup "$TOP/build-faults" "$TOP" -Dfaults=true >/dev/null
		ninja -C "$TOP/build-faults" --quiet hoy hoy-runtime >/dev/null
	}
}

prepare() {
	is_hoy || skip "only hoy's steps can be made to fail"
	RUNTIME=$TOP/build-faults/hoy-runtime
	# its words name the test's directory, so that a process that is left is found
	args sh -c 'echo alive' "$T/x"
	STEPS=$T/steps
}

# faulty N:WHAT COMMAND…: as `run`, and one step of it fails; a hanging one is 124
faulty() {
	local fault=$1
	shift
	status=0
	HOY_FAULT=$fault timeout 20 "$RUNTIME" --root "$T/state" "$@" >"$T/said" 2>&1 </dev/null 3>&- 4>&- || status=$?
	output=$(<"$T/said")
}

# steps COMMAND…: how many it makes, its children's included
steps() {
	: >"$STEPS"
	HOY_FAULT_LOG=$STEPS rt "$@" >"$T/said" 2>&1 </dev/null 3>&- 4>&-
}

count() {
	tr -d '\0' <"$STEPS" | grep -c .
}

# a failure in words: one line (and a hint), no bare number; killed: none is asked for
fails_well() {
	case $status in
	0) return 0 ;;
	137) [ "$1" = KILL ] ;;
	124) return 1 ;;
	*) [ "$(grep -vc '^hoy-runtime: hint: ' <<<"$output")" = 1 ] && grep -qE '^hoy-runtime: [-a-z0-9"/].{8,}' <<<"$output" ;;
	esac
}

# the container's directories, in whatever hierarchy
left_cgroups() {
	compgen -G "/sys/fs/cgroup/$ID" || compgen -G "/sys/fs/cgroup/*/$ID"
}

left_state() {
	[ ! -e "$T/state/$ID" ] || echo "$T/state/$ID"
}

nothing_is_left() {
	local what
	for what in left_state left_cgroups our_mounts our_processes; do
		[ -z "$($what)" ] || wait_for 5 nothing_from "$what" || { printf 'left (%s): %s\n' "$what" "$($what)"; return 1; }
	done
}

# wrong N WHAT: tells which step it was
wrong() {
	printf -- '--- step %s (%s) with %s: exit %s\n%s\n' "$1" "$(tr -d '\0' <"$STEPS" | sed -n "${1}p")" "$2" "$status" "$output"
	WRONG=$((WRONG + 1))
}

# life N WHAT: create, start and delete with that fault; a fault behind create's end strikes init while it is started
life() {
	faulty "$1:$2" create -b "$B" "$ID"
	fails_well "$2" || return 1
	if [ "$status" != 0 ]; then
		# a refusal leaves nothing; who was killed has left it to delete
		[ "$2" != KILL ] || rt delete --force "$ID" || return 1
		nothing_is_left
		return
	fi
	status=0
	output=$(rt start "$ID" 2>&1 </dev/null) || status=$?
	fails_well "$2" && wait_for 10 status_is stopped && rt delete "$ID" && nothing_is_left
}

# walk WHAT STRIDE: every step of a life
walk() {
	local what=$1 stride=${FAULT_STRIDE:-$2} n total
	steps create -b "$B" "$ID"
	rt start "$ID"
	wait_for 5 status_is stopped
	total=$(count)
	rt delete "$ID"
	[ "$total" -gt 30 ] || { echo "only $total steps"; return 1; }
	WRONG=0
	for ((n = 1; n <= total; n += stride)); do
		life $n "$what" >"$T/why" 2>&1 || { wrong $n "$what"; cat "$T/why"; rt delete --force "$ID"; }
	done
	echo "# $what: $total steps" >&3
	[ $WRONG = 0 ]
}

@test "every step of create and start refused: EPERM" {
	walk EPERM 2
}

@test "every step of create and start refused: ENOSPC" {
	conf '.linux.resources += {pids: {limit: 50}} | .root.readonly = true | .process.user = {uid: 1000, gid: 1000}
		| .process.noNewPrivileges = true | .mounts += [{destination: "/data", type: "bind", source: "/tmp", options: ["rbind", "ro"]}]'
	walk ENOSPC 5
}

@test "every step of create and start refused: EIO, with a user namespace" {
	chmod 755 "$B"
	chown -R 100000:100000 "$B/rootfs"
	conf '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}]
		| .linux.gidMappings = .linux.uidMappings'
	walk EIO 4
}

@test "killed at every step of create and start" {
	walk KILL 2
}

@test "create that is at work is not deleted under its hands" {
	mkfifo "$T/go"
	printf '#!/bin/sh\nread -r _ <"%s"\n' "$T/go" >"$T/hook"
	chmod 755 "$T/hook"
	conf '.hooks.createRuntime = [{path: $p}]' --arg p "$T/hook"
	background rt create -b "$B" "$ID"
	wait_for 5 test -e "$T/state/$ID/state.json"
	equal "$(rt state "$ID" | jq -r .status)" creating
	run rt delete --force "$ID"
	fails
	says 'being created'
	echo >"$T/go"
	wait "$HELPER"
	status_is created
	rt delete "$ID"
}

@test "a runtime that was killed before the state was written leaves no init that waits for ever" {
	local n
	steps create -b "$B" "$ID"
	n=$(count)
	rt delete "$ID"
	conf 'del(.linux.cgroupsPath)'
	for ((n -= 3; n > 0 && n % 7; n--)); do
		faulty $n:KILL create -b "$B" "$ID"
		[ "$status" = 0 ] || wait_for 5 nothing_from our_processes
		rt delete --force "$ID"
	done
}

@test "every step of exec refused, and killed" {
	local what n total
	args sleep 1000 "$T/x"
	sleeping
	steps exec "$ID" true
	total=$(count)
	[ "$total" -gt 10 ] || { echo "only $total steps"; return 1; }
	WRONG=0
	for what in EPERM ENOSPC EIO KILL; do
		for ((n = 1; n <= total; n += ${FAULT_STRIDE:-3})); do
			faulty $n:$what exec "$ID" echo alive "$T/y"
			# killed inside it is the process's end, which exec reports as its code
			fails_well $what || wrong $n $what
			[ "$status" != 0 ] || equal "$output" "alive $T/y" || wrong $n $what
			wait_for 5 processes_are 1 || { echo "a process is left"; wrong $n $what; }
		done
	done
	status_is running
	[ $WRONG = 0 ]
}

@test "every step of delete refused, and killed: the next one finishes it" {
	local what n total
	args sleep 1000 "$T/x"
	started
	steps delete --force "$ID"
	total=$(count)
	[ "$total" -gt 3 ] || { echo "only $total steps"; return 1; }
	WRONG=0
	for what in EPERM KILL; do
		for ((n = 1; n <= total; n += ${FAULT_STRIDE:-2})); do
			started
			faulty $n:$what delete --force "$ID"
			fails_well $what || wrong $n $what
			rt delete --force "$ID" || wrong $n $what
			nothing_is_left || wrong $n $what
		done
	done
	[ $WRONG = 0 ]
}
