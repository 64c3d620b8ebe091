#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# `hoy ps`: columns, fields, filters, and a thousand containers.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() {
	local name
	rm -rf "$SCRATCH"/root/containers/0000*
	for name in $(ls "$SCRATCH/root/names" 2>/dev/null); do
		hoy rm -f "$name" >/dev/null 2>&1
	done
	leaves_nothing_behind
}

names() {
	hoy ps --format '{{.Names}}' "$@" | sort | paste -sd' '
}

@test "every field that docker ps has" {
	hoy run --name fields -l a=1 -l b=2 -v /usr:/data:ro $REGISTRY/busybox sh -c 'head -c 5000 /dev/zero >/file; exit 4' || [ $? = 4 ]
	python3 - "$(hoy ps -as --no-trunc --format json)" <<-'END'
		import json, re, sys
		c = json.loads(sys.argv[1])
		assert set(c) == set("Command CreatedAt ID Image Labels LocalVolumes Mounts Names Networks Platform Ports RunningFor Size State Status".split()), c
		assert c["Names"] == "fields" and c["State"] == "exited" and len(c["ID"]) == 64, c
		assert re.match(r"Exited \(4\) .* ago$", c["Status"]), c
		assert c["Labels"] == "a=1,b=2" and c["Mounts"] == "/usr" and c["LocalVolumes"] == "0", c
		assert re.match(r"5kB \(virtual [0-9.]+MB\)$", c["Size"]), c
		assert c["Networks"], c
		assert c["Command"] == "\"sh -c head -c 5000 /dev/zero >/file; exit 4\"", c
	END
	# a size means reading every file: only who asks pays
	run hoy ps -a --format json
	says '"Size":"0B"'
	run hoy ps -as
	says '^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES +SIZE$'
	[ "$(hoy ps -a --format '{{.Label "a"}} {{.Label "none"}}.')" = "1 ." ]
	[ "$(hoy ps -a --format '{{.Size}}' | cut -d' ' -f1)" = 5kB ]
	run hoy ps -a --format '{{.Names 1}}'
	exits 1
	says "can't give argument to non-function"
}

@test "filters" {
	local old=$REGISTRY/busybox
	hoy run --name first -l kind=a $REGISTRY/busybox true
	hoy run -d --name second -l kind=b -v keep:/data -v /usr:/usr2 $REGISTRY/busybox sleep 60
	hoy run --name third-1 -l kind=a -l more $REGISTRY/busybox sh -c 'exit 3' || [ $? = 3 ]
	[ "$(names)" = second ]
	[ "$(names -a)" = "first second third-1" ]
	[ "$(names -l)" = third-1 ]
	[ "$(names -n 2)" = "second third-1" ]
	[ "$(names -a -f name=ir)" = "first third-1" ]
	[ "$(names -a -f name=^first$)" = first ]
	[ "$(names -a -f 'name=^/second$')" = second ]
	[ "$(names -a -f 'name=^th.*-[0-9]')" = "" ]
	[ "$(names -a -f 'name=^th.*-.$')" = third-1 ]
	[ "$(names -a -f name=irs -f name=eco)" = "first second" ]
	[ "$(names -a -f id="$(hoy inspect -f '{{.Id}}' first | head -c 9)")" = first ]
	[ "$(names -f status=exited)" = "first third-1" ]
	[ "$(names -f exited=3)" = third-1 ]
	[ "$(names -a -f label=kind)" = "first second third-1" ]
	[ "$(names -a -f label=kind=a -f label=more)" = third-1 ]
	[ "$(names -a -f before=second)" = first ]
	[ "$(names -a -f since=second)" = third-1 ]
	[ "$(names -a -f ancestor=$REGISTRY/busybox)" = "first second third-1" ]
	[ "$(names -a -f ancestor=$REGISTRY/busybox:latest)" = "first second third-1" ]
	[ "$(names -a -f ancestor="$(hoy images -q $REGISTRY/busybox | head -n 1)")" = "first second third-1" ]
	[ "$(names -a -f ancestor=other)" = "" ]
	[ "$(names -a -f volume=keep)" = second ]
	[ "$(names -a -f volume=/usr2)" = second ]
	[ "$(names -a -f volume=/usr)" = second ]
	[ "$(names -a -f health=none)" = "first second third-1" ]
	[ "$(names -a -f is-task=true)" = "" ]
	[ "$(names -a -f publish=80)" = "" ]
	hoy rm -f second >/dev/null
	hoy volume rm keep >/dev/null
	run hoy ps -f colour=red
	exits 1
	says "invalid filter 'colour'"
	run hoy ps -f status=happy
	exits 1
	says "invalid filter 'status=happy'"
	run hoy ps -f before=nobody
	exits 1
	says 'no such container: nobody'
}

@test "a thousand containers, some of them broken" {
	hoy run --name real -l x=y $REGISTRY/busybox true
	python3 - "$SCRATCH/root" <<-'END'
		import json, os, sys
		root = sys.argv[1]
		real = os.listdir(root + "/containers")[0]
		record = json.load(open(f"{root}/containers/{real}/record.json"))
		for i in range(1000):
		    record["Id"], record["Name"] = "%064x" % i, "c%d" % i
		    os.mkdir(f"{root}/containers/{record['Id']}")
		    text = json.dumps(record)
		    # cut off, empty, no JSON at all: such a one is left out
		    text = {7: text[:300], 8: "", 9: "[[[[" * 1000, 10: "{\"Id\":\"\\"}.get(i, text)
		    open(f"{root}/containers/{record['Id']}/record.json", "w").write(text)
	END
	run hoy ps -aq --no-trunc
	exits 0
	[ "${#lines[@]}" = 997 ]
	[ "$(hoy ps -a --format '{{.Names}} {{.Status}}' -f name=^c500$)" = "c500 Created" ]
	[ "$(hoy inspect -f '{{.Name}}' "$(printf '%064x' 500)")" = /c500 ]
}

@test "what strangers named does not reach the terminal" {
	hoy run --name esc -l "$(printf 'a=\033[31m')" $REGISTRY/busybox sh -c "$(printf ': \033[31m')"
	run hoy ps -a --no-trunc --format 'table {{.Command}}\t{{.Labels}}'
	exits 0
	! grep -q $'\033' <<<"$output" || false
}

@test "port: without published ports it prints nothing" {
	hoy run -d --name quiet $REGISTRY/busybox sleep 60
	run hoy port quiet
	exits 0
	is ''
	run hoy port quiet 80
	exits 1
	says "no public port '80/tcp' published for quiet"
	run hoy port quiet none
	exits 1
	says 'none'
}

@test "networks and published ports, in ps, port, inspect and stats" {
	hoy run -d --name net -p 8080:80 -p 127.0.0.1:9000-9002:9000-9002/udp --expose 90 $REGISTRY/busybox sleep 60
	hoy run -d --name bare --network none $REGISTRY/busybox sleep 60
	run hoy port net
	exits 0
	says '^80/tcp -> 0\.0\.0\.0:8080$'
	says '^9001/udp -> 127\.0\.0\.1:9001$'
	[ "$(hoy port net 9002/udp)" = 127.0.0.1:9002 ]
	[ "$(hoy port net 80 | head -n 1)" = 0.0.0.0:8080 ]
	run hoy ps --format '{{.Ports}}' -f name=net
	says '^0\.0\.0\.0:8080->80/tcp, .*127\.0\.0\.1:9000-9002->9000-9002/udp'
	says '90/tcp'
	[ "$(hoy ps --format '{{.Networks}} {{.Ports}}' -f name=bare)" = "none " ]
	[ "$(names -f publish=80)" = net ]
	[ "$(names -f publish=9000-9005/udp)" = net ]
	[ "$(names -f expose=90)" = net ]
	[ "$(names -f network=bridge)" = net ]
	[ "$(names -f network=none)" = bare ]
	hoy inspect net | python3 -c '
import json, sys
n = json.load(sys.stdin)[0]["NetworkSettings"]
b = n["Networks"]["bridge"]
assert n["IPAddress"] and n["IPAddress"] == b["IPAddress"] and n["Gateway"] and n["IPPrefixLen"] == 16, n
assert len(b["NetworkID"]) == 64 and b["MacAddress"].count(":") == 5, b
assert {"HostIp": "0.0.0.0", "HostPort": "8080"} in n["Ports"]["80/tcp"], n
assert n["Ports"]["90/tcp"] is None, n
assert sorted(n["Ports"]) == ["80/tcp", "90/tcp", "9000/udp", "9001/udp", "9002/udp"], n
'
	hoy exec net ping -c 2 -s 1000 -W 5 "$(hoy inspect -f '{{.NetworkSettings.Gateway}}' net)" >/dev/null
	python3 - "$(hoy stats --no-stream --format '{{.NetIO}}' net)" "$(hoy stats --no-stream --format '{{.NetIO}}' bare)" <<-'END'
		import sys
		assert all(part.endswith("kB") for part in sys.argv[1].split(" / ")), sys.argv
		assert sys.argv[2] == "0B / 0B", sys.argv
	END
	hoy kill net
	[ -z "$(hoy port net)" ]
	[ "$(hoy ps -a --format '{{.Networks}} {{.Ports}}' -f name=net)" = "bridge " ]
	[ "$(hoy inspect -f '{{len .NetworkSettings.Ports}} {{.NetworkSettings.IPAddress}}.' net)" = "0 ." ]
}
