#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What a container's processes are and what they use: top and stats.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() {
	local name
	for name in $(ls "$SCRATCH/root/names" 2>/dev/null); do
		hoy rm -f "$name" >/dev/null 2>&1
	done
	leaves_nothing_behind
}

processes_are() {
	[ "$(hoy top "$1" -o pid= | grep -c .)" = "$2" ]
}

@test "top: one process, seen from two sides" {
	hoy run -d --name two --user 65534 $REGISTRY/busybox sh -c 'sleep 61 & sleep 62; wait'
	wait_for 10 processes_are two 3
	run hoy top two
	exits 0
	[ "${lines[0]}" = "$(printf '%-10s' UID PID CPID PPID C STIME TTY TIME)CMD" ] ||
		grep -qE '^UID +PID +CPID +PPID +C +STIME +TTY +TIME +CMD$' <<<"${lines[0]}"
	says "^(nobody|65534) +$(hoy inspect -f '{{.State.Pid}}' two) +1 +[0-9]+ .* sh -c sleep 61"
	says ' sleep 62$'
	# the numbers are those that ps in the container shows, and those that the host has
	local pid inside
	while read -r pid inside; do
		grep -qE "^NSpid:.*[[:space:]]$inside$" "/proc/$pid/status"
		[ "$(tr '\0' ' ' <"/proc/$pid/cmdline")" = "$(hoy exec two cat "/proc/$inside/cmdline" | tr '\0' ' ')" ]
	done < <(hoy top two -o pid=,cpid= | grep .)
}

@test "top: the options of ps" {
	hoy run -d --name opts $REGISTRY/busybox sleep 60
	run hoy top opts aux
	exits 0
	says '^USER +PID +%CPU +%MEM +VSZ +RSS +TTY +STAT +START +TIME +COMMAND$'
	[ "$(hoy top opts -o pid | tail -n 1)" = "$(hoy inspect -f '{{.State.Pid}}' opts)" ]
	run hoy top opts -eo user=WHO,comm,etime
	says '^WHO +COMMAND +ELAPSED$'
	says '^root +sleep +[0-9:]+$'
	run hoy top opts -o colour
	exits 1
	says 'unknown column "colour"'
	run hoy top opts -y
	exits 1
	says 'ps has no option -y here'
	hoy kill opts
	run hoy top opts
	exits 1
	says 'is not running'
}

@test "top and inspect execute and look up nothing of the container's (CVE-2022-1227)" {
	mkdir -p "$BATS_TEST_TMPDIR/bin"
	# whatever would be run for it leaves a mark
	hoy run -d --name trap -v "$BATS_TEST_TMPDIR:/mark" $REGISTRY/busybox sh -c '
		for p in ps nsenter top cat ls id getent; do
			rm -f /bin/$p
			printf "#!/bin/sh\necho %s >>/mark/ran\n" $p >/bin/$p
			chmod 755 /bin/$p
		done
		echo root:x:0:0:gotcha:/:/bin/sh >/etc/passwd
		echo gotcha:x:0:0:::/bin/sh >>/etc/passwd
		sed -i s/root/gotcha/ /etc/passwd
		touch /mark/ready
		sleep 60'
	wait_for 10 test -e "$BATS_TEST_TMPDIR/ready"
	run hoy top trap
	exits 0
	says ' sleep 60$'
	says_not gotcha
	run hoy inspect trap
	exits 0
	run hoy stats --no-stream trap
	exits 0
	[ ! -e "$BATS_TEST_TMPDIR/ran" ]
}

@test "top: what a process says of itself does not reach the terminal" {
	hoy run -d --name loud $REGISTRY/busybox sh -c 'sleep 60; : '"$(printf '\033]0;gotcha\007')"
	run hoy top loud
	exits 0
	! grep -q $'\033' <<<"$output" || false
	run hoy top loud -o comm,args
	! grep -q $'\033' <<<"$output" || false
}

@test "stats: memory, processes and processor time of those that run" {
	hoy run -d --name calm --network none -m 64m $REGISTRY/busybox sleep 60
	hoy run -d --name busy $REGISTRY/busybox sh -c 'while :; do :; done'
	run hoy stats --no-stream
	exits 0
	says '^CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT +MEM %     NET I/O +BLOCK I/O +PIDS$'
	says "^$(hoy inspect -f '{{.Id}}' calm | head -c 12)   calm      0\.[0-9]{2}% .* / 64MiB .* 1$"
	# it never waits, so it gets some of a processor, however many want it
	says '^[0-9a-f]{12}   busy      [0-9]*[1-9][0-9]*\.[0-9]{2}%|^[0-9a-f]{12}   busy      0\.[0-9]*[1-9]'
	python3 - "$(hoy stats --no-stream --format json calm)" <<-'END'
		import json, sys
		s = json.loads(sys.argv[1])
		assert set(s) == set("BlockIO CPUPerc Container ID MemPerc MemUsage Name NetIO PIDs".split()), s
		assert s["Container"] == "calm" and s["PIDs"] == "1" and s["NetIO"] == "0B / 0B", s
	END
	[ "$(hoy stats --no-stream --no-trunc --format '{{.ID}}' calm)" = "$(hoy inspect -f '{{.Id}}' calm)" ]
}

@test "stats: page cache that can go at once is no use of memory" {
	hoy run -d --name cache $REGISTRY/busybox sh -c 'head -c 40000000 /dev/zero >/file; touch /done; sleep 60'
	wait_for 30 test -e "$SCRATCH/root/containers/$(hoy inspect -f '{{.Id}}' cache)/upper/done"
	python3 - "$(hoy stats --no-stream --format '{{.MemUsage}}' cache)" <<-'END'
		import re, sys
		n, unit = re.match(r"([0-9.]+)([KMG]?i?B) /", sys.argv[1]).groups()
		size = float(n) * {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}[unit]
		assert size < 30e6, sys.argv[1]
	END
}

@test "stats: -a, one that is missing, and one that ends while it is watched" {
	hoy run --name gone $REGISTRY/busybox true
	[ "$(hoy stats --no-stream --format '{{.Name}}')" = "" ]
	[ "$(hoy stats -a --no-stream --format '{{.Name}} {{.PIDs}} {{.MemUsage}}')" = "gone 0 0B / 0B" ]
	run hoy stats --no-stream nobody
	exits 1
	says 'cannot show what nobody uses: no such container'
	hoy run -d --rm --name short $REGISTRY/busybox sleep 1
	# it was named, so there is nothing left to watch when it is gone
	run hoy stats --format '{{.Name}}' short
	exits 0
	says '^short$'
}

@test "stats: live, in place on a terminal, and elsewhere without a control character" {
	skip_without script
	hoy run -d --rm --name live $REGISTRY/busybox sleep 3
	script -qec "$HOY --root $SCRATCH/root --runroot $SCRATCH/run stats live" /dev/null >"$BATS_TEST_TMPDIR/seen" </dev/null
	grep -qF $'\033[2J\033[H' "$BATS_TEST_TMPDIR/seen"
	grep -qF $'\033[K' "$BATS_TEST_TMPDIR/seen"
	hoy run -d --rm --name live $REGISTRY/busybox sleep 2
	run hoy stats live
	exits 0
	! grep -q $'\033' <<<"$output" || false
}
