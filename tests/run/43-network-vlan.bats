#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A macvlan network on a VLAN of an interface of the host. Where the kernel has none that is said; tests/vm/run has a kernel that does.
load lib
load network
setup_file() {
	fixtures_up
	modprobe -q -a 8021q macvlan 2>/dev/null || true
}
teardown_file() { fixtures_down; }
setup() { network_up; }
teardown() { network_down; }

@test "macvlan on a VLAN: made with the first container, removed with the last network" {
	ip link add wire type veth peer name far
	ip link set wire up
	ip link set far up
	ip link add link far name far.50 type vlan id 50 || { ip link delete wire; skip "this kernel has no VLANs"; }
	ip link set far.50 up
	ip address add 10.8.0.254/24 dev far.50
	hoy network create -d macvlan --subnet 10.8.0.0/24 --gateway 10.8.0.254 --opt parent=wire.50 lan
	hoy network create -d macvlan --subnet 10.9.0.0/24 --opt parent=wire.50 second
	run ip link show wire.50
	[ "$status" != 0 ]
	busybox --network lan 'ping -c 1 -W 5 10.8.0.254'
	busybox --network lan 'ping -c 1 -W 5 10.8.0.254'
	hoy network rm lan
	ip link show wire.50
	hoy network rm second
	run ip link show wire.50
	[ "$status" != 0 ]
	# one that was there stays
	ip link add link wire name wire.51 type vlan id 51
	hoy network create -d macvlan --subnet 10.9.0.0/24 --opt parent=wire.51 other
	busybox --network other true
	hoy network rm other
	ip link show wire.51
	run hoy network create -d macvlan --opt parent=wire.5000 none-such
	exits 1
	says 'there is no interface wire.5000'
	run hoy network create -d macvlan --opt parent=nowhere.5 none-such
	exits 1
	ip link delete wire
}
