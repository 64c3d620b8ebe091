#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Layers that mean harm: each is either refused with one clear line or unpacked without harm, and whatever it is, the canary
# outside is as it was and nothing is left in the store. (Test class T7 of the advisories of the field.)
load lib

setup() {
	scratch_up
	CANARY=$SCRATCH/canary
	CASES=$SCRATCH/cases
	[ -d "$CANARY" ] && return
	mkdir -p "$CANARY" "$CASES"
	echo alive >"$CANARY/file"
	chmod 640 "$CANARY/file"
	chmod 750 "$CANARY"
	touch -d @1000000000 "$CANARY/file" "$CANARY"
	"$FIXTURES/hostile-tars" "$CASES" "$CANARY"
}

# owner, mode, times, links and content of the canary
canary() {
	find "$CANARY" -printf '%P %y %m %U:%G %n %T@ %C@ %s\n'
	cat "$CANARY/file"
	getfattr -d -m - --absolute-names "$CANARY" "$CANARY/file"
}

# what an import that was refused must not leave
store_left() {
	find "$SCRATCH/root" -mindepth 2 ! -path "$SCRATCH/root/blobs/sha256" | sort
}

# try NAME REFUSAL CHECK
try() {
	local name=$1 refusal=$2 check=$3 before diff
	before=$(canary)
	run hoy import "$CASES/$name.tar" "case:$name"
	if [ "$refusal" = - ]; then
		exits 0 || return 1
		diff=$(echo "$SCRATCH"/root/layers/*/diff)
		[ "$check" = - ] || (cd "$diff" && eval "$check") || { echo "does not hold: $check"; ls -lRA "$diff"; return 1; }
	else
		exits 1 && one_clear_line && says "cannot import .*: .*($refusal)" || return 1
		[ -z "$(store_left)" ] || { echo "left in the store:"; store_left; return 1; }
	fi
	[ "$(canary)" = "$before" ] || { echo "the canary was: $before"; echo "and is: $(canary)"; return 1; }
	gone "$SCRATCH/root"
}

@test "archives that mean harm do none" {
	failed=
	while IFS=$'\t' read -r name refusal check; do
		# the shell's read takes a newline in a check for its end
		try "$name" "$refusal" "${check:--}" || { echo "^^^ $name"; failed+=" $name"; gone "$SCRATCH/root"; }
	done < <(python3 -c '
import sys
for line in open(sys.argv[1]).read().replace("a\nb", "a\\x0ab").splitlines():
    print(line.replace("\"a\\x0ab\"", "$'"'"'a\\nb'"'"'"))' "$CASES/cases")
	echo "failed:$failed"
	[ -z "$failed" ]
}

@test "an import that is killed leaves nothing for the next command" {
	(head -c 20000000 /dev/zero; sleep 5) | "$HOY" --root "$SCRATCH/root" import - 3>&- &
	wait_for 5 unpacking
	pid=$(pgrep -f -- "--root $SCRATCH/root import")
	kill -KILL $pid
	wait_for 5 eval '! kill -0 '$pid
	hoy import "$CASES/dotdot-harmless.tar"
	! ls -d "$SCRATCH"/root/layers/.tmp-* || false
	[ "$(ls "$SCRATCH/root/layers" | wc -l)" = 1 ]
}

unpacking() {
	ls -d "$SCRATCH"/root/layers/.tmp-*
}

@test "the unpacker holds six capabilities, a filter, and no way out" {
	mkfifo "$SCRATCH/slow"
	"$HOY" --root "$SCRATCH/root" import - <"$SCRATCH/slow" >/dev/null 2>&1 3>&- &
	hoy_pid=$!
	exec 8>"$SCRATCH/slow"
	head -c 600 "$CASES/dotdot-harmless.tar" >&8
	wait_for 5 pgrep -P $hoy_pid -f hoy-unpack
	pid=$(pgrep -P $hoy_pid -f hoy-unpack)
	wait_for 5 grep -q 'Seccomp:.*2' /proc/$pid/status
	grep -E '^(CapEff|CapPrm|CapInh|CapAmb|NoNewPrivs|Seccomp):' /proc/$pid/status >"$SCRATCH/status"
	root=$(readlink /proc/$pid/root)
	fds=$(ls /proc/$pid/fd | tr '\n' ' ')
	exec 8>&-
	wait $hoy_pid || true
	cat "$SCRATCH/status"
	echo "root: $root fds: $fds"
	# chown, dac_override, fowner, fsetid, mknod, setfcap
	grep -q 'CapEff:.*000000008800001b' "$SCRATCH/status"
	grep -q 'CapPrm:.*000000008800001b' "$SCRATCH/status"
	grep -q 'CapInh:.*0000000000000000' "$SCRATCH/status"
	grep -q 'NoNewPrivs:.*1' "$SCRATCH/status"
	[[ $root == "$SCRATCH"/root/layers/*/diff ]]
	[ "$fds" = "0 1 2 3 4 5 " ]
}
