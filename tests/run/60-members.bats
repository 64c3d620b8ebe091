#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Members of what lists and overviews print as JSON: those of Docker's client (28), which programs read, with its types.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() {
	local id
	for id in $(ls "$SCRATCH/root/containers"); do hoy rm -f "$id" >/dev/null; done
	leaves_nothing_behind
}

# has MEMBERS ARGS…: the first object has exactly these members, by both ways to ask for it
has() {
	local members=$1 format
	shift
	for format in json '{{json .}}'; do
		hoy "$@" --format "$format" | python3 -c 'if True:
			import json, sys
			o = json.loads(sys.stdin.readline())
			assert list(o) == sys.argv[1].split(), (sys.argv[2:], sorted(set(o) ^ set(sys.argv[1].split())), list(o))
			assert all(isinstance(v, str) for k, v in o.items() if k != "Platform"), o' "$members" "$@" || return 1
	done
}

@test "lists: Docker's members in Docker's order, all of them text" {
	hoy run -d --name box -l a=b -v kept:/data $REGISTRY/busybox sleep 100
	has 'Command CreatedAt ID Image Labels LocalVolumes Mounts Names Networks Platform Ports RunningFor Size State Status' ps
	has 'Containers CreatedAt CreatedSince Digest ID Repository SharedSize Size Tag UniqueSize VirtualSize' images
	has 'CreatedAt Driver ID IPv4 IPv6 Internal Labels Name Scope' network ls
	has 'Availability Driver Group Labels Links Mountpoint Name Scope Size Status' volume ls
	has 'Comment CreatedAt CreatedBy CreatedSince ID Size' history $REGISTRY/busybox
	has 'BlockIO CPUPerc Container ID MemPerc MemUsage Name NetIO PIDs' stats --no-stream
	has 'Active Reclaimable Size TotalCount Type' system df
	# a time as Go prints it, with what there is of a second
	[[ $(hoy network ls --format '{{.CreatedAt}}') =~ ^20[0-9-]{8}\ [0-9:]{8}(\.[0-9]*[1-9])?\ \+0000\ UTC ]]
	hoy rm -f box
	hoy volume rm kept
}

@test "ps: the word json does without sizes, which cost something; a template of all has them" {
	hoy run --name box $REGISTRY/busybox sh -c 'head -c 5000 /dev/zero >/file'
	[ "$(hoy ps -a --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["Size"])')" = 0B ]
	[[ $(hoy ps -a --format '{{json .}}' | python3 -c 'import json, sys; print(json.load(sys.stdin)["Size"])') = '5kB (virtual '* ]]
	[[ $(hoy ps -a -s --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)["Size"])') = '5kB (virtual '* ]]
	[ "$(hoy ps -a --format '{{.Platform}}')" = '<nil>' ]
}

@test "system df -v --format json: one object of lists, with whole ids and what is known of each" {
	hoy run --name box -v kept:/data -l a=b $REGISTRY/busybox sh -c 'head -c 5000 /dev/zero >/file; head -c 4000 /dev/zero >/data/x'
	hoy system df -v --format json | python3 -c 'if True:
		import json, sys
		o = json.load(sys.stdin)
		assert list(o) == ["Images", "Containers", "Volumes", "BuildCache"], list(o)
		image, container, volume = o["Images"][0], o["Containers"][0], o["Volumes"][0]
		assert image["ID"].startswith("sha256:") and len(image["ID"]) == 71 and image["Containers"] == "1" and image["UniqueSize"] == image["Size"], image
		assert len(container["ID"]) == 64 and container["Size"] == "5kB" and container["Labels"] == "a=b" and container["Mounts"] == "kept", container
		assert volume["Name"] == "kept" and volume["Links"] == "1" and volume["Size"] == "4kB", volume'
	[ "$(hoy system df -v --format '{{range .Volumes}}{{.Name}} {{.Links}}{{end}}')" = 'kept 1' ]
	hoy rm box
	hoy volume rm kept
}

@test "info and version: what scripts ask Docker's for" {
	[ "$(hoy info -f '{{.Swarm.LocalNodeState}} {{.LiveRestoreEnabled}} {{.IndexServerAddress}} {{.ClientInfo.Context}}')" = 'inactive true https://index.docker.io/v1/ default' ]
	[ "$(hoy info -f '{{json .RegistryConfig.InsecureRegistryCIDRs}} {{.CDISpecDirs}}')" = '["127.0.0.0/8","::1/128"] [/etc/cdi /var/run/cdi]' ]
	# of this store on this machine, and the same each time
	if [ -s /etc/machine-id ]; then
		[[ $(hoy info -f '{{.ID}}') =~ ^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$ ]]
		[ "$(hoy info -f '{{.ID}}')" = "$(hoy info -f '{{.ID}}')" ]
		[ "$(hoy info -f '{{.ID}}')" != "$("$HOY" --root "$BATS_TEST_TMPDIR/other" --runroot "$BATS_TEST_TMPDIR/run" info -f '{{.ID}}')" ]
	fi
	run hoy version -f '{{.Client.Version}} {{.Client.Context}} {{.Server.Platform.Name}} {{.Server.Experimental}} {{range .Server.Components}}{{.Name}} {{end}}'
	says '^[0-9.]+ default hoy false Engine runtime-spec image-spec distribution-spec $'
	[ "$(hoy version -f '{{(index .Server.Components 0).Details.KernelVersion}}')" = "$(uname -r)" ]
}
