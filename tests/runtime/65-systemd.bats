# SPDX-License-Identifier: Apache-2.0
# --systemd-cgroup: against a stand-in for systemd on a bus of the test's own, which makes the scope's cgroup as systemd does and
# records what it was asked.

load lib

prepare() {
	not_in_runc "wants systemd to be pid 1"
	skip_without dbus-daemon
	FAKE=$BUILD/tests/tools/fake_systemd
	[ -x "$FAKE" ] || skip "built without libsystemd"
	TREE=/sys/fs/cgroup
	cgroup_v2 || TREE=$TREE/unified
	[ -d "$TREE" ] || skip "no cgroup v2 here"
	cat >"$T/bus.conf" <<-END
		<busconfig>
		  <listen>unix:path=$T/bus</listen>
		  <policy context="default">
		    <allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/>
		  </policy>
		</busconfig>
	END
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$T/bus
	background dbus-daemon --config-file="$T/bus.conf" --nofork
	wait_for 30 bus_answers # its socket has a name before anybody listens to it
	background "$FAKE" "$TREE" "$T/record"
	wait_for 30 test -e "$T/record"
	wait_for 30 names_are_owned
	conf '.linux.cgroupsPath = $p' --arg p "$ID.slice:hoy:$ID"
	SCOPE=hoy-$ID.scope
}

bus_answers() {
	dbus-send --bus="$DBUS_SYSTEM_BUS_ADDRESS" --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus.GetId
}

nobody_answers() {
	! bus_answers || return 1
}

names_are_owned() {
	dbus-send --bus="$DBUS_SYSTEM_BUS_ADDRESS" --print-reply --dest=org.freedesktop.systemd1 /org/freedesktop/systemd1 \
		org.freedesktop.systemd1.Manager.ResetFailedUnit string:x
}

rt() {
	"$RUNTIME" --root "$T/state" --systemd-cgroup "$@"
}

# the scope must be gone before its bus is
cleanup() {
	! [ -d "$TREE/$ID.slice" ] || find "$TREE/$ID.slice" -depth -type d -exec rmdir {} + 2>/dev/null || true
}

recorded() {
	grep -qxF -- "$1" "$T/record" || { printf 'not recorded: %s\n' "$1"; cat "$T/record"; return 1; }
}

@test "a scope in its slice: made, entered, left, stopped" {
	args sleep 1000
	created
	recorded "StartTransientUnit $SCOPE replace"
	recorded "Slice s $ID.slice"
	recorded "Delegate b 1"
	recorded "PIDs au 1"
	equal "$(cat "$TREE/$ID.slice/$SCOPE/cgroup.procs")" "$PID"
	rt start "$ID"
	run rt exec "$ID" cat /proc/self/cgroup
	exits 0
	processes_are 1
	rt pause "$ID"
	status_is paused
	rt resume "$ID"
	rt kill "$ID" KILL
	stops 5
	rt delete "$ID"
	recorded "StopUnit $SCOPE replace"
	nothing_from our_cgroups
}

@test "limits are properties, and are written by the runtime, too" {
	skip_without_controller memory
	skip_without_controller pids
	conf '.linux.resources += {memory: {limit: 67108864}, pids: {limit: 55}, cpu: {shares: 1024, quota: 25000, period: 100000}}'
	sleeping
	recorded "TasksMax t 55"
	recorded "CPUQuotaPerSecUSec t 250000"
	if cgroup_v2; then
		recorded "MemoryMax t 67108864"
		recorded "CPUWeight t 100"
	else
		recorded "MemoryLimit t 67108864"
		recorded "CPUShares t 1024"
	fi
	equal "$(limit memory memory.limit_in_bytes memory.max)" 67108864
	rt update --pids-limit 66 --cpu-quota -1 "$ID"
	recorded "SetUnitProperties $SCOPE 1"
	recorded "TasksMax t 66"
	recorded "CPUQuotaPerSecUSec t 18446744073709551615"
	equal "$(limit pids pids.max pids.max)" 66
	rt delete --force "$ID"
}

@test "without a cgroupsPath: the usual slice" {
	conf 'del(.linux.cgroupsPath)'
	runs
	exits 0
	recorded "StartTransientUnit hoy-$ID.scope replace"
	recorded "Slice s system.slice"
}

@test "annotations become properties" {
	conf '.annotations = {"org.systemd.property.TimeoutStopUSec": "uint64 3000000", "org.systemd.property.KillSignal": "9", "other": "x"}'
	runs
	exits 0
	recorded "TimeoutStopUSec t 3000000"
	recorded "KillSignal i 9"
	conf '.annotations = {"org.systemd.property.KillSignal": "nine"}'
	runs
	fails
	says 'annotations.org.systemd.property.KillSignal'
	nothing_from our_cgroups
}

@test "a cgroupsPath that is none of systemd's" {
	local path
	for path in /absolute relative a:b "no-slice:hoy:$ID" "$ID.slice:hoy:"; do
		conf '.linux.cgroupsPath = $p' --arg p "$path"
		runs
		fails
		says 'linux.cgroupsPath|slice:prefix:name'
		nothing_from our_state
	done
}

@test "what systemd refuses is told in its words, and nothing is left" {
	conf '.linux.cgroupsPath = $p' --arg p "$ID.slice:refused:$ID"
	runs
	fails
	says 'not today'
	nothing_from our_state
	nothing_from our_cgroups
}

@test "a container that fails leaves no scope" {
	args /no/such/program
	runs
	fails
	recorded "StopUnit $SCOPE replace"
	nothing_from our_cgroups
}

@test "without a bus, without the helper: one clear error" {
	export DBUS_SYSTEM_BUS_ADDRESS=unix:path=$T/none
	runs
	fails
	says 'systemd over D-Bus'
	equal "$(grep -c . <<<"$output")" 1
	HOY_LIBEXEC=$T runs
	fails
	says 'hoy-systemd'
	nothing_from our_state
}

@test "features says so" {
	[ "$("$RUNTIME" features | jq .linux.cgroup.systemd)" = true ]
}

@test "delete while systemd cannot be reached: a warning, and nothing is left" {
	args sleep 1000
	started
	kill -9 "${HELPERS[@]}"
	wait_for 10 nobody_answers
	run rt delete --force "$ID"
	exits 0
	says 'warning: .*systemd'
	nothing_from our_state
	equal "$(find /sys/fs/cgroup -maxdepth 5 -name "$SCOPE" 2>/dev/null)" ""
}
