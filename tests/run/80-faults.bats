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
		walk EPERM 2 --network own -p 18080:80 -p '[::1]:18081:80' -p 127.0.0.1:18080:80/udp $REGISTRY/busybox echo alive
	hoy network rm own
	no_network_yet
}

@test "every step of a macvlan refused, and killed there" {
	ip link add wire type veth peer name far
	ip link set wire up
	hoy network create -d macvlan --subnet 10.8.0.0/24 --opt parent=wire lan
	FAULT_ONLY=link walk EPERM 1 --network lan $REGISTRY/busybox echo alive
	FAULT_ONLY=link walk KILL 1 --network lan $REGISTRY/busybox echo alive
	hoy network rm lan
	ip link delete wire
}

@test "killed at every step of a network" {
	hoy network create own
	FAULT_ONLY='link|address|route|nft' FAULT_BEFORE=no_network_yet \
		walk KILL 3 --network own --network bridge -p 18080:80 -p '[::1]:18081:80' $REGISTRY/busybox echo alive
	hoy network rm own
	no_network_yet
}

@test "volumes that are file systems of their own, and one that another container has a part of: refused and killed" {
	local disk=$BATS_TEST_TMPDIR/disk loop
	truncate -s 16M "$disk"
	mke2fs -q -F -t ext4 -O ^has_journal "$disk"
	loop=$(losetup -f --show "$disk") || skip "no loop devices here"
	hoy volume create -o type=ext4 -o device="$loop" disk
	hoy volume create -o type=tmpfs -o device=tmpfs mem
	hoy run -d --name whole -v mem:/w $REGISTRY/busybox sh -c 'mkdir /w/deep && sleep 10000'
	wait_for 10 hoy exec whole ls /w/deep
	hoy run -d --name donor --mount src=mem,dst=/p,volume-subpath=deep $REGISTRY/busybox sleep 10000
	hoy rm -f whole
	local options=(--network none -v disk:/d:U -v 'disk:/e:idmap=uids=0-0-1;gids=0-0-1' -v mem:/m:ro --mount src=mem,dst=/n,volume-subpath=deep)
	# but for the donor, until then
	walk_beside() (
		leaves_nothing_behind() { [ "$(hoy ps -aq | wc -l)" = 1 ] && ! grep "$loop" /proc/mounts; }
		FAULT_ONLY='mount|bind|chown|idmap|clone' walk "$@" "${options[@]}" $REGISTRY/busybox echo alive
	)
	local wrong=0
	walk_beside ENOSPC 2 || wrong=1
	walk_beside KILL 3 || wrong=1
	hoy rm -f donor
	losetup -d "$loop"
	hoy volume rm disk mem
	[ $wrong = 0 ]
}

# walk_command BEFORE AFTER COMMAND…: killed at each of its steps, it leaves what AFTER takes for good
walk_command() {
	local before=$1 after=$2 steps n wrong=0
	shift 2
	$before
	: >"$BATS_TEST_TMPDIR/steps"
	HOY_FAULT_LOG=$BATS_TEST_TMPDIR/steps hoy "$@" >/dev/null
	$after
	steps=$(wc -l <"$BATS_TEST_TMPDIR/steps")
	echo "# $*: $steps steps" >&3
	for ((n = 1; n <= steps; n += steps / 12 + 1)); do
		$before
		HOY_FAULT=$n:KILL try timeout 20 "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" "$@"
		# 0: it had less to do than the first one
		[[ $status =~ ^(0|137)$ ]] && $after >"$BATS_TEST_TMPDIR/after" 2>&1 || {
			printf -- '--- %s: killed at step %s (%s): exit %s\n' "$*" $n "$(sed -n "${n}p" "$BATS_TEST_TMPDIR/steps")" "$status"
			cat "$BATS_TEST_TMPDIR/after"
			wrong=$((wrong + 1))
		}
	done
	[ $wrong = 0 ]
}

# nothing in the system has to do with the network own
own_is_gone() {
	ip -o link show type bridge | grep hoy- && return 1
	nft list ruleset | grep '"hoy-' && return 1
	[ ! -e "$SCRATCH/run/networks/own" ] || find "$SCRATCH/run/networks/own" -type f -path '*/leases/*' -o -type f -path '*/endpoints/*' | { ! grep .; }
}
own_is_made() { hoy network create own && hoy run --rm --network own $REGISTRY/busybox true; }
own_can_be_removed() {
	hoy network inspect own >/dev/null 2>&1 && { hoy network rm own || return 1; }
	own_is_gone
}
box_is_out() {
	hoy network disconnect own box >/dev/null 2>&1 || true
	ip -o link show type bridge | grep -o 'hoy-[0-9a-f]*' | xargs -r -n 1 ip link delete # it is made, too
	[ "$(hoy exec box ls /sys/class/net | grep -c eth)" = 1 ]
}
# in it, and it can leave
box_is_in() {
	hoy network connect own box || true # it is already in
	hoy exec box ping -c 1 -W 5 "$(hoy network inspect -f '{{(index .IPAM.Config 0).Gateway}}' own)" || return 1
	hoy network disconnect own box || return 1
	[ "$(hoy exec box ls /sys/class/net | grep -c eth)" = 1 ] || return 1
	[ -z "$(ls "$SCRATCH/run/networks/own/leases" "$SCRATCH/run/networks/own/endpoints" | grep -v :)" ]
}
box_comes_in() { hoy network connect own box; }
box_has_left() {
	hoy network disconnect own box || true # it has
	box_is_in
}
# its ports lead where its way out does, and it is in no other network than it says
box_is_right() {
	local out
	hoy network reload || return 1
	out=$(hoy exec box ip route | awk '$1 == "default" { print $3 }')
	nft list ruleset | grep -E "tcp \. 18080 : ${out%.*}\.[0-9]+ \. 80" || return 1
	[ "$(hoy port box)" = '80/tcp -> 0.0.0.0:18080' ] || return 1
	[ "$(hoy exec box ls /sys/class/net | grep -c eth)" = "$(hoy inspect -f '{{len .NetworkSettings.Networks}}' box)" ]
}
box_is_right_and_in() {
	box_is_right || return 1
	hoy network connect --gw-priority 1 own box || true
	box_is_right
}
box_is_right_and_out() {
	box_is_right || return 1
	hoy network disconnect own box || true
	box_is_right
}
box_leads_elsewhere() { box_is_right_and_out; }
box_leads_through_own() { box_is_right_and_in; }
rules_are_flushed() { nft flush ruleset; }
rules_can_be_made() { hoy network reload && nft list ruleset | grep -q 'tcp \. 18080'; }

@test "killed at the steps of network rm, connect, disconnect, reload" {
	walk_command own_is_made own_can_be_removed network rm own
	hoy network create own
	hoy run -d --name box -p 18080:80 $REGISTRY/busybox sleep 1000
	walk_command box_is_out box_is_in network connect own box
	walk_command box_comes_in box_has_left network disconnect own box
	walk_command box_leads_elsewhere box_is_right_and_in network connect --gw-priority 1 own box
	walk_command box_leads_through_own box_is_right_and_out network disconnect own box
	walk_command rules_are_flushed rules_can_be_made network reload
	hoy rm -f box
	hoy network rm own
	own_is_gone
	no_network_yet
}

@test "every step refused to a container with little: read-only, a user, host network" {
	walk EIO 3 --read-only -u 1000 --network host --cap-drop ALL $REGISTRY/busybox echo alive
}

@test "killed while it moves ports, a monitor leaves nothing" {
	local start n moved=0
	hoy network create own
	hoy run --rm --network own --network bridge $REGISTRY/busybox true # bridges and rules are made
	: >"$BATS_TEST_TMPDIR/steps"
	HOY_FAULT_LOG=$BATS_TEST_TMPDIR/steps hoy run -d --name box -p 18080:80 $REGISTRY/busybox sleep 1000
	start=$(wc -l <"$BATS_TEST_TMPDIR/steps")
	hoy rm -f box
	# its steps go on where those of the start end
	for ((n = start + 1; n < start + 100 && !moved; n++)); do
		HOY_FAULT=$n:KILL hoy run -d --name box -p 18080:80 $REGISTRY/busybox sleep 1000
		hoy network connect --gw-priority 1 own box && [ -n "$(hoy ps -q)" ] && moved=$n
		hoy rm -f box
		hoy images -q >/dev/null # and what its end was killed at is undone by the next command
		leaves_nothing_behind || return 1
	done
	echo "# a move has $((moved - start - 1)) steps" >&3
	[ "$moved" -gt $((start + 2)) ]
	hoy run --rm -p 18080:80 $REGISTRY/busybox true
	hoy network rm own
	no_network_yet
}

@test "exec: every step refused, and killed there; nothing is listed that is not there" {
	local what steps n name
	hoy run -d --name box --network none $REGISTRY/busybox sleep 1000
	HOY_FAULT_LOG=$BATS_TEST_TMPDIR/steps hoy exec box echo alive
	steps=$(wc -l <"$BATS_TEST_TMPDIR/steps")
	[ "$steps" -gt 10 ] || { echo "only $steps steps"; false; }
	echo "# exec: $steps steps" >&3
	for what in EPERM KILL; do
		for ((n = 1; n <= steps; n++)); do
			name=$(sed -n "${n}p" "$BATS_TEST_TMPDIR/steps")
			HOY_FAULT=$n:$what try timeout 20 "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" exec box echo alive
			if [ "$status" = 0 ]; then
				says '^alive$'
			else
				[[ $status =~ ^(1|126|127|137)$ ]] && { [ "$status" = 137 ] || one_clear_line; }
			fi && [ "$(hoy inspect -f '{{.State.Running}} {{json .ExecIDs}}' box)" = 'true null' ] && [ "$(hoy exec box echo again)" = again ] || {
				printf -- '--- step %s (%s) with %s: exit %s\n%s\n' $n "$name" "$what" "$status" "$output"
				hoy inspect -f '{{json .ExecIDs}}' box
				return 1
			}
		done
	done
	hoy rm -f box
}
