# SPDX-License-Identifier: Apache-2.0
# linux.netDevices of runtime-spec 1.3.0: interfaces of the host in the container, and back where nothing came of it. The host
# is a network namespace of the test's own.

load lib

prepare() {
	not_in_runc "netDevices came with 1.4"
	skip_without ip nsenter
	background unshare -n sleep 1000
	HOST=$HELPER
	wait_for 5 other_network "$HOST"
	host ip link add hoytest0 type veth peer name peer0 2>/dev/null || skip "this kernel has no veth interfaces"
	host ip link set hoytest0 address 02:00:00:00:00:17 mtu 1400
	host ip addr add 10.97.0.5/24 brd 10.97.0.255 dev hoytest0
	host ip addr add fd97::5/64 nodad dev hoytest0
	host ip link set hoytest0 up
}

other_network() {
	[ "$(readlink "/proc/$1/ns/net")" != "$(readlink /proc/self/ns/net)" ]
}

host() {
	nsenter -n -t "$HOST" "$@"
}

rt() {
	if [ -d "/proc/$HOST" ]; then
		host "$RUNTIME" --root "$T/state" "$@"
	else
		"$RUNTIME" --root "$T/state" "$@" # at teardown
	fi
}

devices() {
	conf '.linux.netDevices = $d' --argjson d "$1"
}

# inside IP-ARGUMENTS: of the container of $PID, with the host's ip
inside() {
	nsenter -n -t "$PID" ip "$@"
}

is_there() {
	host ip link show "$1"
}

@test "a device keeps its name, addresses, MTU and MAC, and is up" {
	devices '{"hoytest0": {}}'
	sleeping
	run inside -o addr show dev hoytest0
	exits 0
	says 'inet 10\.97\.0\.5/24 brd 10\.97\.0\.255 scope global'
	says 'inet6 fd97::5/64 scope global'
	run inside link show dev hoytest0
	says '[<,]UP[,>]'
	says 'mtu 1400'
	says '02:00:00:00:00:17'
	run is_there hoytest0
	fails
}

@test "a device gets another name" {
	devices '{"hoytest0": {"name": "net7"}}'
	shell 'ip addr show dev net7'
	says 'inet 10\.97\.0\.5/24'
	says '[<,]UP[,>]'
}

@test "a template: the kernel chooses the number" {
	host ip link add hoytest1 type veth peer name peer1
	devices '{"hoytest0": {"name": "net%d"}, "hoytest1": {"name": "net%d"}}'
	shell 'ip -o link'
	says ' net0[@:]'
	says ' net1[@:]'
}

@test "hooks see it in its place" {
	printf '#!/bin/sh\nnsenter -n -t "$(jq .pid)" ip -o addr show dev hoytest0 >"%s"\n' "$T/seen" >"$T/hook"
	chmod 755 "$T/hook"
	conf '.hooks.createRuntime = [{path: $p, env: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]}]' --arg p "$T/hook"
	devices '{"hoytest0": {}}'
	runs
	grep -q 'inet 10\.97\.0\.5/24' "$T/seen"
}

@test "into a namespace that is joined, and with a user namespace" {
	background unshare -n sleep 1000
	wait_for 5 other_network "$HELPER"
	conf '(.linux.namespaces[] | select(.type == "network")).path = $p' --arg p "/proc/$HELPER/ns/net"
	devices '{"hoytest0": {"name": "net7"}}'
	sleeping
	PID=$HELPER
	inside addr show dev net7 | grep -q 'inet 10\.97\.0\.5/24'
	rt delete --force "$ID"
	inside link show dev net7
	# back to the host, where a container with a user namespace gets it
	nsenter -n -t "$HELPER" ip link set net7 netns "$HOST" name hoytest0
	host ip addr add 10.97.0.5/24 dev hoytest0
	chown -R 100000:100000 "$B/rootfs"
	conf 'del((.linux.namespaces[] | select(.type == "network")).path) | .linux.namespaces += [{type: "user"}]
		| .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings'
	shell 'ip addr show dev net7'
	says 'inet 10\.97\.0\.5/24'
}

@test "errors name the property, and every device is back with its addresses" {
	host ip link add hoytest1 type veth peer name peer1
	host ip link add hoytest2 type veth peer name peer2
	local bad
	for bad in '{"hoytest0": {}, "missing0": {}}' '{"hoytest0": {}, "hoytest1": {"name": "hoytest0"}}' '{"hoytest0": {}, "lo": {"name": "lo7"}}' \
		'{"hoytest0": {}, "hoytest1": {"name": "lo"}}' '{"hoytest0": {"name": "a name"}}' '{"hoytest0": {"name": "sixteen-letters-"}}'; do
		devices "$bad"
		runs
		fails
		says 'linux.netDevices'
		echo "$bad: $output"
		host ip -o addr show dev hoytest0 | grep -q 'inet 10\.97\.0\.5/24'
		host ip -o addr show dev hoytest0 | grep -q 'inet6 fd97::5/64'
		host ip link show dev hoytest0 | grep -q '[<,]UP[,>]'
		nothing_from our_state
	done
	conf '.linux.namespaces |= map(select(.type != "network"))'
	devices '{"hoytest0": {}}'
	runs
	fails
	says 'linux.netDevices'
}

@test "a container that fails later gives its devices back" {
	devices '{"hoytest0": {"name": "net7"}}'
	args /no/such/program
	runs
	fails
	is_there hoytest0
	host ip -o addr show dev hoytest0 | grep -q 'inet 10\.97\.0\.5/24'
	conf '.hooks.createRuntime = [{path: "/bin/false"}]'
	runs
	fails
	is_there hoytest0
}

@test "features says so" {
	[ "$("$RUNTIME" features | jq .linux.netDevices.enabled)" = true ]
}
