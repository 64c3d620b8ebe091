#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The fault walk: each step that `hoy run` makes is made to fail, then to kill its process. A failure is one clear line, or
# hoy carries on and the container runs as asked; either way nothing is left behind. FAULT_STRIDE=1 walks every step of
# all four runs (minutes); by default the first is walked whole and the others every third step.
load lib
setup_file() {
	fixtures_up
	# a build of its own: only there a step can be made to fail
	[ -f "$TOP/build-faults/build.ninja" ] || meson setup "$TOP/build-faults" "$TOP" -Dfaults=true >/dev/null
	ninja -C "$TOP/build-faults" --quiet hoy hoy-runtime hoy-init hoy-unpack hoy-transfer >/dev/null
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
	local what=$1 stride=$2 steps n name wrong=0
	shift 2
	: "${FAULT_STRIDE:=$stride}"
	: >"$BATS_TEST_TMPDIR/steps"
	${FAULT_BEFORE-}
	HOY_FAULT_LOG=$BATS_TEST_TMPDIR/steps hoy run --rm "$@" >/dev/null
	steps=$(wc -l <"$BATS_TEST_TMPDIR/steps")
	[ "$steps" -gt 30 ] || { echo "only $steps steps"; return 1; }
	for ((n = 1; n <= steps; n += FAULT_STRIDE)); do
		name=$(sed -n "${n}p" "$BATS_TEST_TMPDIR/steps")
		[[ $name =~ ${FAULT_ONLY-.} ]] || continue
		${FAULT_BEFORE-}
		# what clean-up could not do is done by the next command
		HOY_FAULT=$n:$what try timeout 20 "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" run --rm "$@"
		hoy images -q >/dev/null
		if ! verdict "$what" || ! leaves_nothing_behind >"$BATS_TEST_TMPDIR/left"; then
			printf -- '--- step %s of %s (%s) with %s: exit %s\n%s\n' $n "$steps" "$name" "$what" "$status" "$output"
			cat "$BATS_TEST_TMPDIR/left"
			wrong=$((wrong + 1))
		fi
	done
	echo "# $what: $steps steps" >&3
	[ $wrong = 0 ]
}

# the last run was right: it ran as asked, or failed in one line (killed, its output may be there all the same)
verdict() {
	case $status in
	0) says '^alive$' ;;
	125 | 126 | 127)
		if [ "$1" = KILL ]; then
			says '^hoy: '
		else
			one_clear_line && says_not '^alive$'
		fi
		;;
	137) [ "$1" = KILL ] ;; # hoy itself was killed
	*) return 1 ;; # 124: hangs
	esac
}

@test "every step refused: EPERM" {
	walk EPERM 1 -m 64m --pids-limit 50 $REGISTRY/busybox echo alive
}

@test "every step refused: ENOSPC" {
	walk ENOSPC 3 -h box --tmpfs /scratch -v "$BATS_TEST_TMPDIR:/data:ro" --init $REGISTRY/busybox echo alive
}

@test "killed at every step" {
	walk KILL 2 -m 64m -v /anonymous $REGISTRY/busybox echo alive
	[ -z "$(hoy volume ls -q)" ]
}

# a network of its own, a published port, a name server; its bridge and all of the firewall are made again each time
no_network_yet() {
	nft flush ruleset
	ip -o link show type bridge | sed -E 's/^[0-9]+: ([^:@]+).*/\1/' | xargs -r -n 1 ip link delete
}

@test "every step of a network refused" {
	hoy network create --ipv6 own
	FAULT_ONLY='link|address|route|nft|write' FAULT_BEFORE=no_network_yet \
		walk EPERM 2 --network own -p 18080:80 -p 127.0.0.1:18080:80/udp $REGISTRY/busybox echo alive
	hoy network rm own
	no_network_yet
}

@test "killed at every step of a network" {
	hoy network create own
	FAULT_ONLY='link|address|route|nft' FAULT_BEFORE=no_network_yet \
		walk KILL 3 --network own --network bridge -p 18080:80 $REGISTRY/busybox echo alive
	hoy network rm own
	no_network_yet
}

@test "every step refused to a container with little: read-only, a user, host network" {
	walk EIO 3 --read-only -u 1000 --network host --cap-drop ALL $REGISTRY/busybox echo alive
}
