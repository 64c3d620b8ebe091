# SPDX-License-Identifier: Apache-2.0
# create, start, state, kill, delete, run, list, ps, pause, resume: order, states, exit codes, words.

load lib

@test "run: a command's output and exit code 0" {
	args echo hello
	runs
	exits 0
	is hello
}

@test "run: exit codes go through" {
	local code
	for code in 1 7 125 255; do
		script "exit $code"
		runs
		exits $code
	done
}

@test "run: the end by a signal is 128 and its number" {
	script 'kill -9 $$; sleep 5'
	conf '.linux.namespaces |= map(select(.type != "pid"))'
	runs
	exits 137
}

@test "run: TERM ends a shell that asks for it" {
	script 'trap "exit 143" TERM; sleep 1000 & wait'
	background rt run -b "$B" "$ID"
	wait_for 5 status_is running
	rt kill "$ID" TERM
	wait_for 5 nothing_from our_state
}

@test "run: leaves no state behind" {
	runs
	exits 0
	run rt state "$ID"
	fails
	says 'does not exist'
}

@test "run: stdin, stdout and stderr are the caller's" {
	script 'cat; echo err >&2'
	run --separate-stderr rt run -b "$B" "$ID" <<<"in"
	exits 0
	is in
	equal "$stderr" err
}

@test "run: a command that does not exist" {
	args /no/such/command
	runs
	fails
	says 'no such file or directory'
	says '/no/such/command'
	nothing_from our_state
}

@test "run: a command that is not in PATH" {
	args no-such-command
	runs
	fails
	says 'no-such-command'
}

@test "run: a command that may not be executed" {
	echo text >"$B/rootfs/bin/text"
	args /bin/text
	runs
	fails
	says '[Pp]ermission denied'
}

@test "run: the command is looked up in the container's PATH" {
	mkdir "$B/rootfs/opt"
	printf '#!/bin/sh\necho from opt\n' >"$B/rootfs/opt/tool"
	chmod 755 "$B/rootfs/opt/tool"
	args tool
	conf '.process.env = ["PATH=/bin:/opt"]'
	runs
	exits 0
	is 'from opt'
}

@test "run: the bundle is the working directory when none is named" {
	args echo here
	run sh -c "cd '$B' && exec '$RUNTIME' --root '$T/state' run '$ID' </dev/null"
	exits 0
	is here
}

@test "run: a relative bundle" {
	args echo here
	run rt run --bundle bundle "$ID" </dev/null
	exits 0
	is here
}

@test "run --detach: the container goes on, delete after its end" {
	script 'echo $$; exec sleep 1000'
	started
	status_is running
	[ -d "/proc/$PID" ]
	rt kill "$ID" KILL
	stops 5
	rt delete "$ID"
	nothing_from our_state
}

@test "run --detach: the init of the container is a process of its own pid namespace" {
	sleeping
	equal "$(sed -n 's/^NSpid:[^0-9]*//p' "/proc/$PID/status" | awk '{print $NF}')" 1
}

@test "run --keep: the state stays after the end" {
	rt run --help | grep -q -- --keep || skip "no --keep here"
	script 'exit 3'
	runs --keep
	exits 3
	status_is stopped
	rt delete "$ID"
}

@test "create: state created, nothing of the container's runs yet" {
	script 'echo ran'
	created
	status_is created
	[ -d "/proc/$PID" ]
	[ ! -s "$T/out" ]
	rt start "$ID"
	stops 5
	equal "$(cat "$T/out")" ran
	rt delete "$ID"
}

@test "create without a process: only start needs one" {
	not_in_runc "wants it in create"
	conf 'del(.process)'
	created
	status_is created
	run rt start "$ID"
	fails
	says 'process'
	stops 5
	rt delete "$ID"
	runs
	fails
	says 'process'
}

@test "create: --pid-file has the pid that state names" {
	args sleep 1000
	created
	equal "$(rt state "$ID" | jq .pid)" "$PID"
	equal "$(wc -l <"$T/pid")" 0
}

@test "create: an id that is in use" {
	args sleep 1000
	created
	run rt create -b "$B" "$ID" </dev/null
	fails
	says 'exist'
	status_is created
}

@test "create: the first container is unharmed by a second of its name" {
	sleeping
	run rt run -b "$B" "$ID" </dev/null
	fails
	status_is running
	[ -d "/proc/$PID" ]
}

@test "create: ids that are no ids" {
	local id
	for id in '' '../x' 'a/b' 'a b' '..' '.' $'a\nb'; do
		run rt create -b "$B" "$id" </dev/null
		fails
	done
	[ ! -e "$T/x" ]
	nothing_from our_state
}

@test "create: ids with every allowed sign" {
	ID=$ID.a_b+c-D
	conf '.linux.cgroupsPath = "/" + $id' --arg id "$ID"
	args sleep 1000
	created
	status_is created
}

@test "create: no bundle, no config, no JSON" {
	run rt create -b "$T/missing" "$ID" </dev/null
	fails
	mkdir "$T/empty"
	run rt create -b "$T/empty" "$ID" </dev/null
	fails
	says 'config.json'
	echo '{"ociVersion": ' >"$T/empty/config.json"
	run rt create -b "$T/empty" "$ID" </dev/null
	fails
	nothing_from our_state
}

@test "create: without an id, with two" {
	run rt create -b "$B" </dev/null
	fails
	run rt create -b "$B" a b </dev/null
	fails
}

@test "create: a rootfs that is not there" {
	conf '.root.path = "missing"'
	run rt create -b "$B" "$ID" </dev/null
	fails
	nothing_from our_state
	nothing_from our_cgroups
}

@test "create: root.path absolute" {
	conf '.root.path = $p' --arg p "$B/rootfs"
	shell 'ls /bin/busybox'
}

@test "start: twice" {
	args sleep 1000
	created
	rt start "$ID"
	run rt start "$ID"
	fails
	says 'cannot start'
	status_is running
}

@test "start: one that has ended" {
	created
	rt start "$ID"
	stops 5
	run rt start "$ID"
	fails
	says 'cannot start|stopped'
}

@test "start: one that is not there" {
	run rt start missing
	fails
	says 'does not exist'
}

@test "start: a command that does not exist is told, by create or by start" {
	args /no/such/command
	run rt create -b "$B" "$ID" </dev/null
	if [ "$status" = 0 ]; then
		run rt start "$ID"
	fi
	fails
	says '/no/such/command'
}

@test "state: all fields" {
	conf '.annotations = {"org.example.a": "b", "empty": ""}'
	sleeping
	run rt state "$ID"
	exits 0
	jq -e --arg id "$ID" --arg b "$B" --argjson pid "$PID" '
		.id == $id and .pid == $pid and .status == "running" and .bundle == $b and .rootfs == $b + "/rootfs"
		and (.ociVersion | test("^1\\.[0-9]+\\.[0-9]+")) and (.created | test("^20[0-9-]+T[0-9:.]+Z$")) and has("owner")
		and .annotations["org.example.a"] == "b" and .annotations.empty == ""' <<<"$output"
}

@test "state: pid is 0 when it has stopped" {
	created
	rt start "$ID"
	stops 5
	equal "$(rt state "$ID" | jq -c '[.status, .pid]')" '["stopped",0]'
}

@test "state: one that is not there" {
	run rt state missing
	fails
	says 'does not exist'
	says_not '^\{'
}

@test "state: killed from outside is stopped" {
	sleeping
	kill -9 "$PID"
	stops 5
}

@test "kill: signals by name, with SIG, in small letters, by number" {
	local signal
	for signal in USR1 SIGUSR1 usr1 10; do
		script 'trap "echo got; exit 0" USR1; echo ready; while :; do sleep 0.05; done'
		started
		wait_for 5 grep -q ready "$T/out"
		rt kill "$ID" "$signal"
		stops 5
		grep -q got "$T/out"
		rt delete "$ID"
	done
}

@test "kill: TERM when none is named" {
	args probe wait-signal
	started
	wait_for 5 grep -q ready "$T/out"
	rt kill "$ID"
	stops 5
	grep -q 'signal 15' "$T/out"
}

@test "kill: real-time signals" {
	args probe wait-signal
	started
	wait_for 5 grep -q ready "$T/out"
	rt kill "$ID" 34
	stops 5
	grep -q 'signal 34' "$T/out"
}

@test "kill: signal 0 asks whether it runs" {
	sleeping
	rt kill "$ID" 0
	status_is running
	rt kill "$ID" KILL
	stops 5
	run rt kill --all "$ID" 0
	exits 0
}

@test "kill KILL: whoever outlived init where there is no pid namespace" {
	not_in_runc "init is all it knows"
	conf '.linux.namespaces |= map(select(.type != "pid"))'
	sleeping
	rt exec -d "$ID" sleep 1000 3>&- 4>&-
	rt exec -d "$ID" sleep 1000 3>&- 4>&-
	kill -9 "$PID"
	stops 5
	processes_are 2
	rt kill "$ID" KILL
	wait_for 5 processes_are 0
	rt delete "$ID"
}

@test "kill: no signal of that name" {
	sleeping
	local signal
	for signal in NOSUCH SIGNOSUCH; do
		run rt kill "$ID" "$signal"
		fails
	done
	status_is running
}

@test "kill: numbers that are no signals" {
	not_in_runc "hands any number to the kernel"
	sleeping
	local signal
	for signal in 4294967296 65 -9 9x; do
		run rt kill "$ID" -- "$signal"
		fails
	done
	status_is running
}

@test "kill: a created container" {
	args sleep 1000
	created
	rt kill "$ID" KILL
	stops 5
	rt delete "$ID"
}

@test "kill: a stopped container" {
	created
	rt start "$ID"
	stops 5
	run rt kill "$ID" TERM
	fails
	says 'container not running'
}

@test "kill: one that is not there" {
	run rt kill missing KILL
	fails
	says 'does not exist'
}

@test "kill --all: every process of it, without a pid namespace, too" {
	conf '.linux.namespaces |= map(select(.type != "pid"))'
	script 'sleep 1000 & sleep 1000 & sleep 1000 & wait'
	started
	wait_for 5 processes_are 4
	rt kill --all "$ID" KILL
	stops 5
	wait_for 5 processes_are 0
}

@test "kill --all KILL: a stopped container is no error" {
	created
	rt start "$ID"
	stops 5
	run rt kill --all "$ID" KILL
	exits 0
}

@test "kill KILL: the other processes end with the first when they share its pid namespace" {
	script 'sleep 1234 & sleep 1234 & wait'
	started
	rt kill "$ID" KILL
	stops 5
	rt delete "$ID"
	nothing_from our_cgroups
}

@test "delete: a running container is not" {
	sleeping
	run rt delete "$ID"
	fails
	says 'not stopped'
	status_is running
}

@test "delete: a created container is, and its process with it" {
	args sleep 1000
	created
	rt delete "$ID"
	wait_for 5 test ! -d "/proc/$PID"
	nothing_from our_cgroups
}

@test "delete --force: a running container" {
	sleeping
	rt delete --force "$ID"
	[ ! -d "/proc/$PID" ] || grep -q '^State:.*Z' "/proc/$PID/status"
	nothing_from our_state
	nothing_from our_cgroups
}

@test "delete --force: a paused container" {
	sleeping
	rt pause "$ID"
	rt delete --force "$ID"
	nothing_from our_cgroups
}

@test "delete --force: without a pid namespace all processes end" {
	conf '.linux.namespaces |= map(select(.type != "pid"))'
	script 'sleep 1000 & sleep 1000 & wait'
	started
	wait_for 5 processes_are 3
	rt delete --force "$ID"
	nothing_from our_cgroups
}

@test "delete: one that is not there" {
	run rt delete missing
	fails
	says 'does not exist'
}

@test "delete --force: one that is not there is fine" {
	run rt delete --force missing
	exits 0
}

@test "delete: twice" {
	created
	rt delete --force "$ID"
	run rt delete "$ID"
	fails
}

@test "delete: the id is free again" {
	local i
	for i in 1 2 3; do
		created
		rt start "$ID"
		stops 5
		rt delete "$ID"
	done
}

@test "list: a table, ids, JSON" {
	sleeping
	run rt list
	exits 0
	says '^ID +PID +STATUS +BUNDLE +CREATED +OWNER'
	says "^$ID +$PID +running +$B +20[^ ]+ +root"
	run rt list -q
	is "$ID"
	run rt list --format json
	exits 0
	jq -e --arg id "$ID" --arg b "$B" --argjson pid "$PID" 'length == 1 and (.[0] | .id == $id and .pid == $pid
		and .status == "running" and .bundle == $b and .rootfs == $b + "/rootfs" and .owner == "root" and has("ociVersion")
		and has("created"))' <<<"$output"
}

@test "list: none" {
	run rt list -q
	exits 0
	is ''
	run rt list -f json
	exits 0
	jq -e '. == null or . == []' <<<"$output"
}

@test "list: a root directory that is not there is an error when it was named, and is not made" {
	not_in_runc "lists nothing"
	run "$RUNTIME" --root "$T/missing" list
	fails
	says '[Nn]o such file or directory'
	run "$RUNTIME" --root "$T/missing" state x
	fails
	says 'does not exist'
	run "$RUNTIME" --root "$T/missing" delete --force x
	exits 0
	[ ! -e "$T/missing" ]
}

@test "list: several, with their states" {
	sleeping
	local first=$ID
	ID=$ID-second
	conf '.linux.cgroupsPath = "/" + $id' --arg id "$ID"
	created
	run rt list -q
	says "^$first$"
	says "^$ID$"
	run rt list -f json
	equal "$(jq -r --arg id "$ID" '.[] | select(.id == $id) | .status' <<<"$output")" created
	rt delete --force "$ID"
}

@test "list: a format that is none" {
	run rt list -f xml
	fails
}

@test "ps: pids as the host counts" {
	script 'sleep 1000 & sleep 1000 & wait'
	started
	wait_for 5 processes_are 3
	run rt ps --format json "$ID"
	exits 0
	jq -e --argjson pid "$PID" 'index($pid) != null' <<<"$output"
}

@test "ps: a table of the host's ps, with its options" {
	skip_without ps
	sleeping
	run rt ps "$ID"
	exits 0
	says '^UID +PID'
	says "^root +$PID .*sleep 1000"
	run rt ps "$ID" -o pid,comm
	exits 0
	says "^ *$PID sleep"
}

@test "ps: one that is not there" {
	run rt ps missing
	fails
}

@test "pause and resume: states, and nothing runs in between" {
	script 'while :; do echo x; sleep 0.02; done'
	started
	wait_for 5 test -s "$T/out"
	rt pause "$ID"
	status_is paused
	local size
	size=$(wc -c <"$T/out")
	sleep 0.3
	equal "$(wc -c <"$T/out")" "$size"
	rt resume "$ID"
	status_is running
	wait_for 5 out_is_larger_than "$size"
}

@test "pause: a stopped container" {
	created
	rt start "$ID"
	stops 5
	run rt pause "$ID"
	fails
	says 'not running'
}

@test "resume: one that is not paused" {
	sleeping
	run rt resume "$ID"
	fails
	says 'not paused'
}

@test "kill KILL: a paused container ends" {
	sleeping
	rt pause "$ID"
	rt kill "$ID" KILL
	stops 5
}

@test "exec: a paused container refuses, --ignore-paused waits" {
	sleeping
	rt pause "$ID"
	run rt exec "$ID" true
	exits 255
	says 'paused'
	background rt exec --ignore-paused "$ID" true
	sleep 0.3
	kill -0 "$HELPER"
	rt resume "$ID"
	wait "$HELPER"
}

@test "an error is told on stderr and in --log as text" {
	run --separate-stderr rt --log "$T/log" state missing
	exits 1
	is ''
	grep -q 'level=error msg=".*does not exist' "$T/log"
	grep -q '^container does not exist' <<<"$stderr" # engines put the runtime's name in front
}

@test "an error in --log as JSON: level, msg, time" {
	run rt --log "$T/log" --log-format json state missing
	exits 1
	jq -se 'length >= 1 and (.[-1] | .level == "error" and (.msg | test("does not exist")) and (.time | test("^20[0-9-]+T[0-9:]+")))' "$T/log"
}

@test "--log: every word of create's error in JSON, with its quotes" {
	args '/no/such "command"'
	rt --log "$T/log" --log-format json create -b "$B" "$ID" >/dev/null 2>&1 </dev/null 3>&- 4>&- || true
	[ ! -d "$T/state/$ID" ] || rt --log "$T/log" --log-format json start "$ID" || true
	jq -se '.[-1].msg | test("no/such")' "$T/log"
}

@test "--log: is appended to" {
	rt --log "$T/log" state missing || true
	rt --log "$T/log" state missing || true
	equal "$(grep -c 'does not exist' "$T/log")" 2
}

@test "--log-format: one that is none" {
	run rt --log "$T/log" --log-format xml state missing
	fails
	says 'format'
}

@test "--debug: more words in the log, none on stdout" {
	run --separate-stderr rt --debug --log "$T/log" run -b "$B" "$ID" </dev/null
	exits 0
	is ''
	grep -q 'level=debug' "$T/log"
}

@test "options after the command are the command's: run -h" {
	local command
	for command in create start state kill delete run list ps exec pause resume update spec features events; do
		run rt "$command" --help
		exits 0
		says "$command"
	done
}

@test "--version: three lines that callers parse" {
	run "$RUNTIME" --version
	exits 0
	says '^[a-z-]+ version [0-9]'
	says '^spec: 1\.[0-9]+\.[0-9]+'
	run "$RUNTIME" -v
	exits 0
}

@test "--help" {
	run "$RUNTIME" --help
	exits 0
	says 'create'
	says 'features'
}

@test "an unknown command, an unknown option" {
	not_in_runc "an unknown command prints the help and succeeds"
	run rt no-such-command
	fails
	run rt run --no-such-option -b "$B" "$ID"
	fails
	says 'no-such-option'
	run rt --no-such-option list
	fails
}

@test "checkpoint and restore say what they cannot" {
	! is_runc || skip "runc has them"
	sleeping
	run rt checkpoint "$ID"
	fails
	says 'not supported'
	run rt restore "$ID"
	fails
	says 'not supported'
}

@test "the state directory is private" {
	sleeping
	[ $((0$(stat -c %a "$T/state/$ID") & 022)) = 0 ]
}

@test "twenty at a time" {
	local i pids=()
	for i in $(seq 20); do
		cp -r "$B" "$T/bundle$i" 2>/dev/null || true
		jq --arg p "/$ID-$i" --arg r "$B/rootfs" '.linux.cgroupsPath = $p | .root.path = $r | .root.readonly = true | .process.args = ["echo", "ran"]' \
			"$B/config.json" >"$T/bundle$i/config.json"
		rt run -b "$T/bundle$i" "$ID-$i" >"$T/out$i" 2>&1 </dev/null 3>&- 4>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	equal "$(cat "$T"/out* | grep -c '^ran$')" 20
}

@test "two delete --force at once: both succeed, and nothing is left" {
	not_in_runc "says that the other one was quicker"
	local i first
	for i in 1 2 3 4 5 6 7 8 9 10; do
		sleeping
		rt delete --force "$ID" 3>&- &
		first=$!
		run rt delete --force "$ID"
		exits 0
		wait $first
	done
	nothing_from our_cgroups
	nothing_from our_state
}
