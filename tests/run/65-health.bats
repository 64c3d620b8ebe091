#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The health of a container, as Docker judges it.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() {
	local id
	for id in $(ls "$SCRATCH/root/containers"); do hoy rm -f "$id" >/dev/null; done
	leaves_nothing_behind
}

# checked OPTIONS… -- COMMAND: detached, as "cc", looked at every 100 ms
checked() {
	local options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	hoy run -d --name cc --health-interval 100ms "${options[@]}" $REGISTRY/busybox "$@" 3>&-
}

# is_health STATUS
is_health() {
	[ "$(hoy inspect -f '{{.State.Health.Status}}' cc)" = "$1" ]
}

# log_has N: so many checks are in the log
log_has() {
	[ "$(hoy inspect -f '{{len .State.Health.Log}}' cc)" = "$1" ]
}

@test "starting, healthy, unhealthy, healthy again; ps says it; events, too" {
	checked --health-cmd '[ -e /well ]' --health-start-period 60s --health-start-interval 100ms --health-retries 2 -- sleep 1000
	is_health starting
	run hoy ps --format '{{.Status}}'
	says '\(health: starting\)$'
	# failures do not count while it starts
	wait_for 20 log_has 5
	is_health starting
	hoy exec cc touch /well
	wait_for 20 is_health healthy
	run hoy ps --format '{{.Status}}'
	says '\(healthy\)$'
	hoy exec cc rm /well
	wait_for 20 is_health unhealthy
	run hoy ps --format '{{.Status}}'
	says '\(unhealthy\)$'
	[ "$(hoy inspect -f '{{.State.Health.FailingStreak}}' cc)" -ge 2 ]
	hoy exec cc touch /well
	wait_for 20 is_health healthy
	[ "$(hoy inspect -f '{{.State.Health.FailingStreak}}' cc)" = 0 ]
	run hoy ps -q --filter health=healthy
	[ -n "$output" ]
	run hoy events --since 1h --until 0s --filter event=health_status --format '{{.Action}}'
	is "health_status: healthy
health_status: unhealthy
health_status: healthy"
}

@test "without a start period the retries decide" {
	checked --health-cmd 'echo no; exit 7' --health-retries 2 -- sleep 1000
	wait_for 20 is_health unhealthy
	run hoy inspect -f '{{with index .State.Health.Log 0}}{{.ExitCode}} {{.Output}}{{end}}' cc
	says '^7 no'
}

@test "the log has the last five, their times, exit codes and the first 4096 bytes of output" {
	checked --health-cmd 'yes | head -c 10000; echo x >>/count; exit $(($(wc -l </count) % 200))' -- sleep 1000
	more_than_five() { [ "$(hoy exec cc wc -l /count | cut -d" " -f1)" -gt 6 ]; }
	wait_for 30 more_than_five
	log_has 5
	hoy inspect cc >"$BATS_TEST_TMPDIR/json"
	python3 - "$BATS_TEST_TMPDIR/json" <<-'END'
		import json, sys
		log = json.load(open(sys.argv[1]))[0]['State']['Health']['Log']
		codes = [entry['ExitCode'] for entry in log]
		assert codes == list(range(codes[0], codes[0] + 5)) and codes[0] > 1, codes
		for entry in log:
		    assert entry['Output'] == 'y\n' * 2048 + '...', len(entry['Output'])
		    assert entry['Start'] < entry['End'], entry
	END
}

@test "a check that takes too long is ended, and failed; so is one that cannot run" {
	checked --health-cmd 'sleep 1000' --health-timeout 300ms --health-retries 1 -- sleep 1000
	wait_for 20 is_health unhealthy
	run hoy inspect -f '{{with index .State.Health.Log 0}}{{.ExitCode}} {{.Output}}{{end}}' cc
	is '-1 Health check exceeded timeout (0.3s)'
	run hoy exec cc ps
	[ "$(grep -c 'sleep 1000' <<<"$output")" -le 4 ]
	hoy rm -f cc
	tar -C "$BATS_TEST_TMPDIR" -c --files-from /dev/null | hoy import --change 'HEALTHCHECK --interval=100ms --retries=1 CMD ["/no-such-program"]' - checkless >/dev/null
	hoy run -d --name cc --entrypoint /bin/sleep -v "$(command -v busybox):/bin/sleep:ro" checkless 1000 3>&-
	wait_for 20 is_health unhealthy
	run hoy inspect -f '{{with index .State.Health.Log 0}}{{.ExitCode}} {{.Output}}{{end}}' cc
	says '^-1 .*no-such-program'
	hoy rm -f cc
	hoy rmi checkless
}

@test "the image's check is used, changed by options, and left out" {
	tar -C "$BATS_TEST_TMPDIR" -c --files-from /dev/null | hoy import --change 'HEALTHCHECK --interval=100ms --timeout=3s CMD ["/bin/busybox", "true"]' - withcheck >/dev/null
	local mount
	mount="$(command -v busybox):/bin/busybox:ro"
	hoy run -d --name cc --entrypoint /bin/busybox -v "$mount" withcheck sleep 1000 3>&-
	wait_for 20 is_health healthy
	run hoy inspect -f '{{json .Config.Healthcheck}}' cc
	is '{"Test":["CMD","/bin/busybox","true"],"Interval":100000000,"Timeout":3000000000}'
	hoy rm -f cc
	hoy run -d --name cc --entrypoint /bin/busybox -v "$mount" --no-healthcheck withcheck sleep 1000 3>&-
	run hoy inspect -f '{{json .Config.Healthcheck.Test}}{{json .State}}' cc
	says '^\["NONE"\]'
	says_not '"Health"'
	run hoy ps --format '{{.Status}}'
	says_not health
	hoy rm -f cc
	hoy rmi withcheck
}

@test "none while it is paused; another life begins at starting; none is left when it ends" {
	checked --health-cmd 'true' -- sleep 1000
	wait_for 20 is_health healthy
	hoy pause cc
	sleep 0.5
	local before
	before=$(hoy inspect -f '{{(index .State.Health.Log 0).Start}}' cc)
	sleep 1
	[ "$(hoy inspect -f '{{(index .State.Health.Log 0).Start}}' cc)" = "$before" ]
	hoy unpause cc
	hoy stop -t 0 cc
	run hoy ps -a --format '{{.Status}}'
	says_not health
	hoy start cc
	wait_for 20 is_health healthy
	hoy rm -f cc
	# it ends while a check runs
	checked --health-cmd 'sleep 1000' -- sleep 0.5
	run hoy wait cc
	is 0
}

@test "options that contradict each other" {
	local options
	for options in '--no-healthcheck --health-cmd true' '--health-interval -1s' '--health-retries -1' '--health-timeout 1us'; do
		run hoy run -d $options $REGISTRY/busybox true
		exits 125
	done
}
