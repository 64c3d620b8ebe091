# SPDX-License-Identifier: Apache-2.0
# --systemd-cgroup with the real systemd: this machine's own, booted as pid 1 of a small machine in namespaces, with a D-Bus and
# a cgroup v2 tree of its own and nothing else.

load lib

INSIDE=$HERE/systemd-machine

prepare() {
	skip_without dbus-daemon systemctl unshare
	[ -x /lib/systemd/systemd ] || skip "no systemd here"
	[ -x "$BUILD/hoy-systemd" ] || [ "$RUNTIME" != "$BUILD/hoy-runtime" ] || skip "built without libsystemd"
	TREE=/sys/fs/cgroup
	cgroup_v2 || TREE=$TREE/unified
	mkdir "$TREE/$ID" 2>/dev/null || skip "no cgroup v2 here"
	args sleep 1000
	conf '.linux.cgroupsPath = "machine.slice:hoy:box"'
}

# machine SCRIPT: runs it as a unit of the machine; its output is $output
machine() {
	printf '%s\n' 'exec >"$T/job.out" 2>&1' "$1" 'touch "$T/job.done"' >"$T/job"
	background sh -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' _ "$TREE/$ID" \
		env "RUNTIME=$RUNTIME" unshare -C -m -p -n -u -i --fork --kill-child=KILL "$INSIDE" "$T" "$TOP"
	# who waits for it may not be in its cgroup: controllers are handed on only where no process is
	wait_for 30 begun
	echo "$HELPER" >"$TREE/cgroup.procs" || true # it may have ended already
	# what is missing here is missing in the machine, too
	wait_for 30 ended || { cat "$T"/*.out; false; }
	[ -e "$T/job.done" ] || skip "systemd does not boot here: $(tail -n 1 "$T/helper.out")"
	output=$(<"$T/job.out")
}

begun() {
	[ "$(wc -l <"$TREE/$ID/cgroup.procs")" -gt 1 ] || [ -d "$TREE/$ID/init.scope" ] || ended
}

ended() {
	[ -e "$T/job.done" ] || ! kill -0 "$HELPER" 2>/dev/null
}

# lib's HELPERS are ended by now, and the machine with them
cleanup() {
	wait_for 10 find "$TREE/$ID" -depth -type d -exec rmdir {} +
	[ ! -e "$TREE/$ID" ] || find "$TREE/$ID" -depth -type d -exec rmdir {} +
}

@test "a container's life as a scope of systemd's" {
	machine '
		rt() { "$RUNTIME" --root /tmp/state --systemd-cgroup "$@"; }
		rt create -b "$B" box >/dev/null 2>&1 </dev/null || echo "create fails"
		systemctl show hoy-box.scope -p Slice,Delegate,ControlGroup,ActiveState,Description
		rt start box
		rt exec box cat /proc/1/cgroup | grep ^0::
		echo "in it: $(cat /sys/fs/cgroup/machine.slice/hoy-box.scope/cgroup.procs | wc -l)"
		systemctl daemon-reload
		echo "after a reload: $(rt state box | jq -r .status)"
		rt pause box; echo "paused: $(rt state box | jq -r .status)"; rt resume box
		rt delete --force box
		echo "then: $(systemctl is-active hoy-box.scope)"
		systemctl list-units --all --no-legend "hoy-*"; ls -d /sys/fs/cgroup/machine.slice/hoy-* /tmp/state/box 2>/dev/null
		echo end'
	echo "$output"
	says '^Slice=machine.slice$'
	says '^Delegate=yes$'
	says '^ControlGroup=/machine.slice/hoy-box.scope$'
	says '^ActiveState=active$'
	says '^in it: 1$'
	says '^after a reload: running$'
	says '^paused: paused$'
	says '^then: inactive$'
	equal "$(tail -n 1 <<<"$output")" end
	says_not 'create fails'
	equal "$(sed -n '/^then:/,$p' <<<"$output" | wc -l)" 2
}

@test "limits: in systemd's properties and in the files, and they stay after an update and a reload" {
	grep -qw memory "$TREE/cgroup.controllers" || skip "the controllers are in v1 here"
	conf '.linux.resources += {memory: {limit: 67108864}, pids: {limit: 55}, cpu: {shares: 1024, quota: 20000, period: 100000},
		unified: {"memory.high": "50331648"}}'
	machine '
		rt() { "$RUNTIME" --root /tmp/state --systemd-cgroup "$@"; }
		now() { (cd /sys/fs/cgroup/machine.slice/hoy-box.scope && cat memory.max memory.high pids.max cpu.weight cpu.max | tr "\n" " "); }
		rt create -b "$B" box </dev/null >/tmp/said 2>&1 || cat /tmp/said
		echo "made: $(now)"
		rt update --memory 134217728 --pids-limit 66 box
		systemctl daemon-reload
		echo "updated: $(now)"
		systemctl show hoy-box.scope -p MemoryMax,TasksMax,CPUQuotaPerSecUSec
		rt delete --force box
		echo end'
	echo "$output"
	says '^made: 67108864 50331648 55 100 20000 100000 $'
	says '^updated: 134217728 50331648 66 100 20000 100000 $'
	says '^MemoryMax=134217728$'
	says '^TasksMax=66$'
	says '^CPUQuotaPerSecUSec=200ms$'
	equal "$(tail -n 1 <<<"$output")" end
}

@test "a container that fails, one that ends by itself, a unit that failed before: no scope is left" {
	machine '
		rt() { "$RUNTIME" --root /tmp/state --systemd-cgroup "$@"; }
		systemd-run --quiet --wait --unit=hoy-box.scope.service false
		jq ".process.args = [\"/no/such/program\"]" "$B/config.json" >/tmp/c && cp /tmp/c "$B/config.json"
		rt run -b "$B" box </dev/null
		jq ".process.args = [\"sh\", \"-c\", \"echo ran; exit 7\"]" "$B/config.json" >/tmp/c && cp /tmp/c "$B/config.json"
		rt run -b "$B" box </dev/null; echo "code: $?"
		systemctl list-units --all --no-legend "hoy-*.scope"
		echo end'
	echo "$output"
	says 'no/such/program'
	says '^ran$'
	says '^code: 7$'
	equal "$(sed -n '/^code:/,$p' <<<"$output" | wc -l)" 2
}

@test "podman with systemd as its manager of cgroups" {
	skip_without podman conmon
	machine '
		export HOME=/root
		pod() { podman --root /tmp/pod --runroot /tmp/pod-run --runtime "$RUNTIME" --cgroup-manager systemd --events-backend none "$@"; }
		pod run -d --name c --network none --pids-limit -1 --ulimit nofile=1024:20000 --ulimit nproc=4096:20000 --rootfs "$B/rootfs" sleep 1000
		systemctl list-units --no-legend "libpod-*"
		pod exec c sh -c "echo in it"
		pod stop -t 0 c; pod rm c
		echo "then: $(systemctl list-units --all --no-legend "libpod-*.scope" | grep -vc conmon)"'
	echo "$output"
	says '^ *libpod-[0-9a-f]{64}.scope loaded active running'
	says '^in it$'
	says '^then: 0$'
}

@test "rootless: a scope of the user's own systemd" {
	not_in_runc "1.1.5 wants a login session"
	chown -R 54321:54321 "$B"
	conf '.linux.namespaces |= map(select(.type != "network")) + [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 54321, size: 1}]
		| .linux.gidMappings = .linux.uidMappings | .linux.cgroupsPath = "user.slice:hoy:box" | del(.linux.resources)
		| .mounts |= map(if .type == "sysfs" then {destination: "/sys", type: "none", source: "/sys", options: ["rbind", "ro"]}
			else . end | if .type == "devpts" then .options -= ["gid=5"] else . end)'
	machine '
		export XDG_RUNTIME_DIR=/run/user/54321 DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/54321/bus HOME=/tmp
		mkdir -p /run/user/54321; chown 54321:54321 /run/user/54321; chmod 700 /run/user/54321
		systemd-run --quiet --unit=user-manager --uid=54321 --gid=54321 -p Delegate=yes --setenv=XDG_RUNTIME_DIR=$XDG_RUNTIME_DIR \
			/lib/systemd/systemd --user --unit=dbus.socket
		user() { setpriv --reuid 54321 --regid 54321 --clear-groups "$@"; }
		n=0; until user systemctl --user show -p Version >/dev/null 2>&1; do n=$((n + 1)); [ $n -lt 100 ] || break; sleep 0.1; done
		rt() { user systemd-run --quiet --user --scope "$RUNTIME" --root /tmp/user-state --systemd-cgroup "$@"; }
		rt create -b "$B" box </dev/null >/tmp/said 2>&1 || cat /tmp/said
		user systemctl --user show hoy-box.scope -p Slice,Delegate,ActiveState
		rt start box
		rt exec box id -u
		grep ^0:: /proc/$(rt state box | jq .pid)/cgroup
		rt delete --force box
		echo "then: $(user systemctl --user is-active hoy-box.scope)"
		systemctl stop user-manager
		echo end'
	echo "$output"
	says '^Slice=user.slice$'
	says '^ActiveState=active$'
	says '^0$'
	says '^0::.*/user-manager.service/user.slice/hoy-box.scope'
	says '^then: inactive$'
}

@test "killed at steps of create: delete finds the scope by its name" {
	[ "$(basename "$RUNTIME")" = hoy-runtime ] || skip "only hoy's steps can be made to fail"
	skip_without meson
	[ -f "$TOP/build-faults/build.ninja" ] || meson setup "$TOP/build-faults" "$TOP" -Dfaults=true >/dev/null
	ninja -C "$TOP/build-faults" --quiet hoy hoy-runtime hoy-systemd hoy-unpack >/dev/null
	RUNTIME=$TOP/build-faults/hoy-runtime
	machine '
		rt() { "$RUNTIME" --root /tmp/state --systemd-cgroup "$@"; }
		HOY_FAULT_LOG=/tmp/steps rt create -b "$B" box >/dev/null 2>&1 </dev/null
		rt delete --force box
		steps=$(tr -d "\\000" </tmp/steps | grep -c .)
		[ "$steps" -gt 30 ] || echo "only $steps steps"
		n=1
		while [ $n -le $steps ]; do
			HOY_FAULT=$n:KILL rt create -b "$B" box >/dev/null 2>&1 </dev/null
			rt delete --force box || echo "step $n: delete fails"
			left=$(systemctl list-units --all --no-legend "hoy-*.scope"; ls -d /tmp/state/box /sys/fs/cgroup/machine.slice/hoy-* 2>/dev/null)
			[ -z "$left" ] || echo "step $n left: $left"
			n=$((n + 9))
		done
		echo end'
	echo "$output"
	is end
}
