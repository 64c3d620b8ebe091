#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Networks as things that are made, listed, looked at and removed; none of it needs a container.
load lib
setup() { scratch_up; }
teardown() {
	hoy network prune -f >/dev/null
	leaves_nothing_behind
}

subnet_of() {
	hoy network inspect -f '{{range .IPAM.Config}}{{.Subnet}} {{end}}' "$1"
}

@test "bridge, host and none are there from the start, and stay" {
	run hoy network ls --format '{{.Name}} {{.Driver}} {{.Scope}}'
	exits 0
	is $'bridge bridge local\nhost host local\nnone null local'
	for name in bridge host none; do
		run hoy network rm $name
		exits 1
		says "cannot remove $name: $name is a pre-defined network and cannot be removed"
	done
	run hoy network create host
	exits 1
}

@test "a network is made, found by name, id and the first digits of it, and removed" {
	id=$(hoy network create --label a=1 --opt mtu=1400 front)
	[[ $id =~ ^[0-9a-f]{64}$ ]]
	for name in front $id ${id:0:8}; do
		run hoy network inspect -f '{{.Name}} {{.Id}} {{.Driver}} {{.Internal}} {{.EnableIPv6}} {{.Options.mtu}} {{.Labels.a}}' $name
		is "front $id bridge false false 1400 1"
	done
	[ "$(hoy inspect -f '{{.Name}}' front)" = front ]
	[ "$(hoy network ls -q --no-trunc --filter name=front)" = $id ]
	[ "$(hoy network ls -q --filter label=a=1)" = ${id:0:12} ]
	[ -z "$(hoy network ls -q --filter label=a=2)" ]
	[ "$(hoy network ls --filter type=custom --format '{{.Name}}')" = front ]
	run hoy network create front
	exits 1
	says 'cannot create network front: network with name front already exists'
	run hoy network rm front none-such
	exits 1
	says '^front$'
	says 'cannot remove none-such: network none-such not found'
	run hoy network rm -f none-such
	exits 0
}

@test "pools: Docker's, without what another network or the host has" {
	hoy network ls -q >/dev/null # bridge takes the first
	ip link add taken type bridge
	ip address add 172.18.4.4/24 dev taken
	ip link set taken up
	ip route add 172.19.128.0/17 dev taken
	hoy network create one
	ip link delete taken
	[ "$(subnet_of bridge)" = '172.17.0.0/16 ' ]
	[ "$(subnet_of one)" = '172.20.0.0/16 ' ]
	hoy network create two
	[ "$(subnet_of two)" = '172.18.0.0/16 ' ]
	run hoy network create --subnet 172.20.5.0/24 three
	exits 1
	says 'Pool overlaps with other one on this address space'
	for n in $(seq 28); do hoy network create many$n >/dev/null; done
	[ "$(subnet_of many28)" = '192.168.240.0/20 ' ]
	run hoy network create many29
	exits 1
	says 'could not find an available, non-overlapping IPv4 address pool'
	says 'network prune'
}

@test "networks made side by side have subnets of their own" {
	hoy network ls -q >/dev/null
	for n in 1 2 3 4 5 6 7 8; do hoy network create side$n >/dev/null & done
	wait
	[ "$(for n in 1 2 3 4 5 6 7 8; do subnet_of side$n; done | sort -u | wc -l)" = 8 ]
}

@test "subnet, gateway, range, auxiliary addresses, IPv6" {
	hoy network create --subnet 10.4.0.0/16 --gateway 10.4.255.254 --ip-range 10.4.7.0/24 --aux-address box=10.4.7.1 \
		--subnet fd00:4::/64 own
	run hoy network inspect -f '{{json .IPAM.Config}}' own
	says '"Subnet":"10.4.0.0/16","IPRange":"10.4.7.0/24","Gateway":"10.4.255.254","AuxiliaryAddresses":\{"box":"10.4.7.1"\}'
	says '"Subnet":"fd00:4::/64","Gateway":"fd00:4::1"'
	# a prefix of its own (RFC 4193) for who names none
	hoy network create --ipv6 six
	hoy network create --ipv6 seven
	# IPv4 comes with it unless it is switched off, by either word
	hoy network create --subnet fd00:5::/64 both
	run subnet_of both
	says '^172\.[0-9]+\.0\.0/16 fd00:5::/64 $'
	hoy network create --ipv6 --ipv4=false alone
	hoy network create --ipv6 --opt com.docker.network.enable_ipv4=false too
	for name in alone too; do
		run subnet_of $name
		says '^fd[0-9a-f:]+::/64 $'
		[ "$(hoy network inspect -f '{{.EnableIPv4}} {{.EnableIPv6}}' $name)" = 'false true' ]
		[ "$(hoy network ls --filter name=^$name\$ --format '{{.IPv4}} {{.IPv6}}')" = 'false true' ]
	done
	hoy network create --opt com.docker.network.enable_ipv6=true --scope local --ipam-driver default seventh
	[ "$(hoy network inspect -f '{{.EnableIPv4}} {{.EnableIPv6}} {{.Scope}} {{.IPAM.Driver}}' seventh)" = 'true true local default' ]
	run subnet_of six
	says '^172\.[0-9]+\.0\.0/16 fd[0-9a-f:]+::/64 $'
	[ "$(subnet_of six)" != "$(subnet_of seven)" ]
}

@test "what cannot be is refused in words, and leaves nothing" {
	refuse() {
		local words=$1
		shift
		run hoy network create "$@"
		[ "$status" != 0 ]
		says "$words"
		[ "$(hoy network ls -q | wc -l)" = 3 ]
	}
	hoy network ls -q >/dev/null
	refuse 'invalid CIDR address' --subnet 10.0.0.0 x
	refuse 'invalid subnet 10.0.0.5/8: it should be 10.0.0.0/8' --subnet 10.0.0.5/8 x
	refuse 'no matching subnet for gateway 10.6.0.1' --subnet 10.5.0.0/16 --gateway 10.6.0.1 x
	refuse 'no matching subnet for range 10.6.0.0/24' --subnet 10.5.0.0/16 --ip-range 10.6.0.0/24 x
	refuse 'no matching subnet for aux-address' --subnet 10.5.0.0/16 --aux-address a=10.6.0.1 x
	refuse 'too small' --subnet 10.5.0.0/31 x
	refuse 'needs a --subnet' --gateway 10.5.0.1 x
	refuse 'invalid network name' ../../x
	refuse 'invalid network name' .x
	refuse 'invalid network name' ''
	refuse 'network driver "overlay" not found' -d overlay x
	refuse 'unknown option nothing' --opt nothing=1 x
	refuse 'it must be a number of bytes' --opt mtu=9 x
	refuse 'option parent is not one of driver bridge' --opt parent=lo x
	refuse 'say --opt parent=INTERFACE' -d macvlan x
	refuse 'there is no interface nowhere' -d macvlan --opt parent=nowhere x
	refuse 'unknown option a: the default address manager has none' --ipam-opt a=b x
	refuse 'configuration network "nothing" not found' --config-from nothing x
	refuse 'configuration network "bridge" not found' --config-from bridge x
	refuse 'can only contain network specific fields' --config-only --internal x
	refuse 'bridge driver doesn.t support multiple subnets' --subnet 10.5.0.0/16 --subnet 10.6.0.0/16 x
	refuse 'IPv4 or IPv6 must be enabled' --ipv4=false x
	refuse 'IPv4 has not been enabled' --ipv4=false --ipv6 --subnet 10.5.0.0/16 x
	refuse 'this node is not a swarm manager' --ingress x
	refuse 'this node is not a swarm manager' --scope swarm x
	refuse 'invalid scope' --scope galaxy x
	refuse 'plugin "dhcp" not found' --ipam-driver dhcp x
	refuse 'needs addresses' --ipam-driver null x
	refuse 'does not handle specific address pools' -d macvlan --opt parent=lo --ipam-driver null --subnet 10.5.0.0/16 x
}

@test "ls and inspect: Docker's filters and formats" {
	hoy network create --label tier=one --label x=y front >/dev/null
	hoy network create --internal front-two >/dev/null
	names() { hoy network ls "$@" --format '{{.Name}}' | xargs; }
	[ "$(names --filter name=front)" = 'front front-two' ]
	[ "$(names --filter name=^front\$)" = front ]
	[ "$(names --filter driver=bridge --filter type=custom)" = 'front front-two' ]
	[ "$(names --filter driver=null --filter driver=host)" = 'host none' ]
	[ "$(names --filter dangling=true)" = 'front front-two' ]
	[ "$(names --filter dangling=false)" = 'bridge host none' ]
	[ "$(names --filter type=builtin)" = 'bridge host none' ]
	[ "$(names --filter scope=swarm)" = '' ]
	[ "$(names --filter label=tier --filter label=x=y)" = front ]
	id=$(hoy network inspect -f '{{.Id}}' front)
	[ "$(names --filter id=^${id:0:6})" = front ]
	run hoy network ls --filter dangling=perhaps
	exits 1
	says "invalid filter 'dangling=perhaps'"
	run hoy network ls --filter type=other
	says "invalid filter 'type=other'"
	run hoy network ls --filter colour=red
	says "invalid filter 'colour'"
	run hoy network ls
	says '^NETWORK ID +NAME +DRIVER +SCOPE$'
	run hoy network ls --filter name=^front\$ --format json
	says "^\{\"CreatedAt\":\"[^\"]+\",\"Driver\":\"bridge\",\"ID\":\"${id:0:12}\",\"IPv4\":\"true\",\"IPv6\":\"false\",\"Internal\":\"false\",\"Labels\":\"[a-z=,]+\",\"Name\":\"front\",\"Scope\":\"local\"\}$"
	run hoy network ls --filter label=x --format 'table {{.Name}}\t{{.Label "tier"}}'
	says '^front +one$'
	[ "$(hoy network inspect -v -f '{{.Name}} {{.Internal}} {{.ConfigOnly}} {{.Ingress}}' front-two front)" = $'front-two true false false\nfront false false false' ]
	run hoy network inspect front none-such
	exits 1
	says 'none-such'
}

@test "a configuration, and networks made like it" {
	hoy network create --config-only --subnet 10.30.0.0/24 --gateway 10.30.0.9 --ipv6 --opt mtu=1400 --label a=1 --aux-address box=10.30.0.5 conf
	[ "$(hoy network inspect -f '{{.ConfigOnly}} {{.EnableIPv6}} {{.Driver}} {{.Options.mtu}}' conf)" = 'true true null 1400' ]
	# its subnet is nobody's yet
	hoy network create --config-from conf made
	[ "$(hoy network inspect -f '{{.ConfigFrom.Network}} {{.ConfigOnly}} {{.Driver}} {{.Options.mtu}} {{.Labels.a}}' made)" = 'conf false bridge 1400 1' ]
	run hoy network inspect -f '{{json .IPAM.Config}}' made
	says '"Subnet":"10.30.0.0/24","Gateway":"10.30.0.9","AuxiliaryAddresses":\{"box":"10.30.0.5"\}.*"Subnet":"fd[0-9a-f:]+::/64"'
	run hoy network create --config-from conf twice
	exits 1
	says 'Pool overlaps'
	run hoy network create --config-from conf --subnet 10.31.0.0/24 other
	exits 1
	says 'user supplied configurations are not supported'
	run hoy network create --config-only --config-from conf other
	exits 1
	run hoy network rm conf
	exits 1
	says 'configuration network "conf" is in use'
	run hoy network prune -f
	is $'Deleted Networks:\nmade'
	hoy network inspect conf >/dev/null
	hoy network rm conf
}

@test "prune asks, and removes what no container wants" {
	hoy network create unused
	run hoy network prune <<<n
	says 'WARNING! This will remove all custom networks not used by at least one container.'
	hoy network inspect unused >/dev/null
	run hoy network prune -f
	is $'Deleted Networks:\nunused'
	run hoy network prune -f
	is ''
	# what is older, what has a label, what has not
	hoy network create --label keep=1 kept >/dev/null
	hoy network create plain >/dev/null
	run hoy network prune -f --filter until=1h
	is ''
	run hoy network prune -f --filter 'label!=keep'
	is $'Deleted Networks:\nplain'
	run hoy network prune -f --filter label=keep=1
	is $'Deleted Networks:\nkept'
	run hoy network prune -f --filter colour=red
	exits 1
}
