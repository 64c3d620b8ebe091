#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The fault walk: each step that `hoy run` makes is made to fail, then to kill its process. A failure is one clear line, or
# hoy carries on and the container runs as asked; either way nothing is left behind.
load lib
setup_file() {
	fixtures_up
	# a build of its own: only there a step can be made to fail
	[ -f "$TOP/build-faults/build.ninja" ] || meson setup "$TOP/build-faults" "$TOP" -Dfaults=true >/dev/null
	ninja -C "$TOP/build-faults" --quiet >/dev/null
}
teardown_file() { fixtures_down; }
setup() {
	HOY=$TOP/build-faults/hoy
	scratch_up
	needs busybox
}
teardown() { leaves_nothing_behind; }

# walk ERRNO OPTIONS…: every step of this run
walk() {
	local what=$1 steps n name wrong=0
	shift
	: >"$BATS_TEST_TMPDIR/steps"
	HOY_FAULT_LOG=$BATS_TEST_TMPDIR/steps hoy run --rm "$@" >/dev/null
	steps=$(wc -l <"$BATS_TEST_TMPDIR/steps")
	[ "$steps" -gt 30 ] || { echo "only $steps steps"; return 1; }
	for ((n = 1; n <= steps; n++)); do
		name=$(sed -n "${n}p" "$BATS_TEST_TMPDIR/steps")
		HOY_FAULT=$n:$what run timeout 20 "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" run --rm "$@"
		if ! verdict "$what" || ! leaves_nothing_behind; then
			printf -- '--- step %s of %s (%s) with %s: exit %s\n%s\n' $n "$steps" "$name" "$what" "$status" "$output"
			wrong=$((wrong + 1))
		fi
	done
	echo "# $what: $steps steps" >&3
	[ $wrong = 0 ]
}

verdict() {
	case $status in
	0) says '^alive$' ;;
	124) return 1 ;; # hangs
	125 | 126 | 127)
		[ "$1" = KILL ] && says '^hoy: ' || one_clear_line
		says_not '^alive$'
		;;
	137) [ "$1" = KILL ] ;; # hoy itself was killed
	*) return 1 ;;
	esac
}

@test "every step refused: EPERM" {
	walk EPERM -m 64m --pids-limit 50 $REGISTRY/busybox echo alive
}

@test "every step refused: ENOSPC" {
	walk ENOSPC -h box --tmpfs /scratch -v "$BATS_TEST_TMPDIR:/data:ro" --init $REGISTRY/busybox echo alive
}

@test "killed at every step" {
	walk KILL -m 64m $REGISTRY/busybox echo alive
}

@test "every step refused to a container with little: read-only, a user, host network" {
	walk EIO --read-only -u 1000 --network host --cap-drop ALL $REGISTRY/busybox echo alive
}
