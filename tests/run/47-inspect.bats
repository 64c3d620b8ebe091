#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What `inspect` says of a container: Docker's members, and what the kernel says of it.
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

# checks EXPRESSION…: each is true of the container c, whose JSON came by stdin
checks() {
	python3 -c '
import json, sys
every = json.load(sys.stdin)
c = every[0]
for e in sys.argv[1:]:
    assert eval(e), "%s\n%s" % (e, json.dumps(c, indent=1))' "$@"
}

@test "every member that docker inspect has, in its order" {
	hoy run -d --name web -m 100m --cpus 0.5 --cap-drop CHOWN -e A=b -l x=y -v /usr:/data:ro -w /tmp --hostname box $REGISTRY/busybox sleep 60
	hoy inspect web | checks \
		'[k for k in c if k != "Hoy"] == "Id Created Path Args State Image ResolvConfPath HostnamePath HostsPath LogPath Name RestartCount Driver Platform MountLabel ProcessLabel AppArmorProfile ExecIDs HostConfig GraphDriver Mounts Config NetworkSettings".split()' \
		'list(c["State"])[:11] == "Status Running Paused Restarting OOMKilled Dead Pid ExitCode Error StartedAt FinishedAt".split()' \
		'set("Binds ContainerIDFile LogConfig NetworkMode PortBindings RestartPolicy AutoRemove VolumeDriver VolumesFrom ConsoleSize CapAdd CapDrop CgroupnsMode Dns DnsOptions DnsSearch ExtraHosts GroupAdd IpcMode Cgroup Links OomScoreAdj PidMode Privileged PublishAllPorts ReadonlyRootfs SecurityOpt UTSMode UsernsMode ShmSize Runtime Isolation CpuShares Memory NanoCpus CgroupParent BlkioWeight BlkioWeightDevice BlkioDeviceReadBps BlkioDeviceWriteBps BlkioDeviceReadIOps BlkioDeviceWriteIOps CpuPeriod CpuQuota CpuRealtimePeriod CpuRealtimeRuntime CpusetCpus CpusetMems Devices DeviceCgroupRules DeviceRequests MemoryReservation MemorySwap MemorySwappiness OomKillDisable PidsLimit Ulimits CpuCount CpuPercent IOMaximumIOps IOMaximumBandwidth MaskedPaths ReadonlyPaths".split()) <= set(c["HostConfig"])' \
		'set("Hostname Domainname User AttachStdin AttachStdout AttachStderr Tty OpenStdin StdinOnce Env Cmd Image Volumes WorkingDir Entrypoint OnBuild Labels".split()) <= set(c["Config"])' \
		'set("Bridge SandboxID SandboxKey Ports EndpointID Gateway GlobalIPv6Address GlobalIPv6PrefixLen IPAddress IPPrefixLen IPv6Gateway MacAddress Networks".split()) <= set(c["NetworkSettings"])' \
		'c["Name"] == "/web" and len(c["Id"]) == 64 and c["Path"] == "sleep" and c["Args"] == ["60"]' \
		'c["State"]["Status"] == "running" and c["State"]["Running"] and c["State"]["Pid"] > 0' \
		'c["HostConfig"]["Memory"] == 104857600 and c["HostConfig"]["NanoCpus"] == 500000000 and c["HostConfig"]["CapDrop"] == ["CHOWN"] and c["HostConfig"]["CapAdd"] is None' \
		'c["Config"]["Hostname"] == "box" and "A=b" in c["Config"]["Env"] and c["Config"]["Labels"]["x"] == "y" and c["Config"]["WorkingDir"] == "/tmp"' \
		'c["Mounts"][0]["Destination"] == "/data" and c["Mounts"][0]["RW"] is False'
	# Docker's variables are the user's and the image's: PATH, HOSTNAME, HOME are every container's
	hoy inspect web | checks 'c["Config"]["Env"][0] == "A=b" and not [v for v in c["Config"]["Env"] if v.split("=")[0] in ("HOME", "HOSTNAME", "TERM")]'
	hoy exec web env | grep -qx HOSTNAME=box
	[ "$(hoy inspect -f '{{if .State.Health}}{{.State.Health.Status}}{{else}}none{{end}} {{.HostConfig.CapAdd}}' web)" = "none []" ]
	run hoy inspect -f '{{.State.Health.Status}}' web
	exits 1
	# what it names is there
	local path
	for path in HostsPath HostnamePath ResolvConfPath; do
		[ -f "$(hoy inspect -f "{{.$path}}" web)" ]
	done
	[ -d "$(hoy inspect -f '{{.GraphDriver.Data.UpperDir}}' web)" ]
	[ -e "$(hoy inspect -f '{{.GraphDriver.Data.MergedDir}}' web)/bin/busybox" ]
}

@test "namespaces, numbers and the cgroup are the kernel's own" {
	hoy run -d --name deep -m 64m --pids-limit 20 --cpus 0.5 --uts host $REGISTRY/busybox sleep 60
	local pid=$(hoy inspect -f '{{.State.Pid}}' deep) name file
	[ "$(hoy inspect -f '{{.Hoy.HostPid}} {{.Hoy.ContainerPid}}' deep)" = "$pid 1" ]
	for name in cgroup:cgroup ipc:ipc mount:mnt network:net pid:pid user:user uts:uts; do
		file=${name#*:}
		name=${name%:*}
		[ "$file:[$(hoy inspect -f "{{.Hoy.Namespaces.$name.Inode}}" deep)]" = "$(readlink "/proc/$pid/ns/$file")" ]
	done
	[ "$(hoy inspect -f '{{.Hoy.Namespaces.pid.Host}} {{.Hoy.Namespaces.uts.Host}}' deep)" = "false true" ]
	# limits as they are now, and what is used
	hoy inspect deep | checks 'c["Hoy"]["Cgroup"]["Limits"]["Memory"] == 67108864' 'c["Hoy"]["Cgroup"]["Limits"]["Pids"] == 20' \
		'c["Hoy"]["Cgroup"]["Limits"]["CpuQuota"] * 2 == c["Hoy"]["Cgroup"]["Limits"]["CpuPeriod"]' \
		'c["Hoy"]["Cgroup"]["Use"]["Pids"] == 1 and c["Hoy"]["Cgroup"]["Use"]["Memory"] > 0' \
		'all(__import__("os").path.isdir(p) for p in c["Hoy"]["Cgroup"]["Directories"].values())'
	hoy inspect deep | grep -o '"/sys/fs/cgroup/[^"]*"' | tr -d '"' | while read -r path; do
		grep -qx "$pid" "$path/cgroup.procs"
	done
}

@test "one that has ended, one that is paused" {
	hoy run --name over $REGISTRY/busybox sh -c 'exit 3' || [ $? = 3 ]
	hoy run -d --name held $REGISTRY/busybox sleep 60
	hoy pause held
	hoy inspect over held | checks 'c["State"]["Status"] == "exited" and c["State"]["ExitCode"] == 3 and not c["State"]["Running"]' \
		'c["State"]["Pid"] == 0 and not c["State"]["FinishedAt"].startswith("0001")' \
		'"Namespaces" not in c["Hoy"] and c["GraphDriver"]["Data"]["MergedDir"] is None' \
		'every[1]["State"]["Paused"] and every[1]["State"]["Running"] and every[1]["State"]["Status"] == "paused"'
}

@test "--size, --type, several, and images among them" {
	hoy run --name wrote $REGISTRY/busybox sh -c 'head -c 100000 /dev/zero >/file; ln /file /again; ln -s /etc /link'
	[ "$(hoy inspect -s -f '{{.SizeRw}}' wrote)" = 100000 ]
	[ "$(hoy inspect -s -f '{{.SizeRootFs}}' wrote)" -gt 100000 ]
	hoy inspect wrote $REGISTRY/busybox | checks 'c["Name"] == "/wrote" and "RootFS" in every[1]'
	[ "$(hoy container inspect -f '{{.Name}}' wrote)" = /wrote ]
	[ "$(hoy image inspect -f '{{.Os}}' $REGISTRY/busybox)" = linux ]
	run hoy container inspect $REGISTRY/busybox
	exits 1
	says 'no such container'
	run hoy inspect --type image wrote
	exits 1
	says 'no such image'
	# the others are shown all the same
	run hoy inspect -f '{{.Name}}' wrote nothing
	exits 1
	says '^/wrote$'
	says 'cannot inspect nothing: no such object'
	# by the first digits of the id, too
	[ "$(hoy inspect -f '{{.Name}}' "$(hoy inspect -f '{{.Id}}' wrote | head -c 6)")" = /wrote ]
}

@test "a container hides an image of the same name; --type says which" {
	echo x >"$BATS_TEST_TMPDIR/x"
	tar -C "$BATS_TEST_TMPDIR" -c x | hoy import - twin
	hoy run --name twin $REGISTRY/busybox true
	[ "$(hoy inspect -f '{{.Path}}' twin)" = true ]
	[ "$(hoy inspect --type image -f '{{index .RepoTags 0}}' twin)" = twin:latest ]
	hoy rmi twin
}

@test "sizes are counted without following a link, also while a container writes" {
	hoy run -d --name busy $REGISTRY/busybox sh -c 'mkdir /d; head -c 5000 /dev/zero >/d/f; while :; do mv /d /e; ln -s /usr /d; rm /d; mv /e /d; done'
	local i size
	wait_for 10 test -e "$SCRATCH/root/containers/$(hoy inspect -f '{{.Id}}' busy)/upper/d"
	for i in $(seq 20); do
		size=$(hoy inspect -s -f '{{.SizeRw}}' busy)
		[ "$size" = 5000 ] || [ "$size" = 0 ]
	done
}
