#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A container in several networks: which one leads out, what its interfaces are called, and what changes while it runs.
load lib
load network
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() {
	network_up
	hoy network create --subnet 10.21.0.0/24 --subnet fd21::/64 one >/dev/null
	hoy network create --subnet 10.22.0.0/24 two >/dev/null
	hoy network create --subnet 10.23.0.0/24 --internal inner >/dev/null
}
teardown() { network_down; }

way_out() { hoy exec box sh -c 'ip route; ip -6 route' | awk '$1 == "default" { print $3 }' | xargs; }

@test "the first that leads out, unless another one has a higher priority" {
	background box --network inner --network one --network two
	[ "$(way_out)" = '10.21.0.1 fd21::1' ]
	hoy rm -f box >/dev/null
	background box --network one --network name=two,gw-priority=7 --network name=inner,gw-priority=9
	[ "$(way_out)" = 10.22.0.1 ]
	[ "$(hoy inspect -f '{{range .NetworkSettings.Networks}}{{.GwPriority}} {{end}}' box)" = '9 0 7 ' ]
	# it remembers
	hoy stop -t 0 box
	hoy start box
	[ "$(way_out)" = 10.22.0.1 ]
	hoy network create --config-only conf
	run hoy run --rm --network conf $REGISTRY/busybox true
	exits 125
	says 'network conf is a configuration for others: no container can be in it'
	run hoy network connect conf box
	exits 1
	hoy network rm conf
	run hoy run --rm --network name=two,gw-priority=much $REGISTRY/busybox true
	exits 125
	says 'invalid gateway priority: much'
}

@test "connect and disconnect move the way out of a running container" {
	background box --network inner
	[ "$(way_out)" = '' ]
	hoy network connect two box
	[ "$(way_out)" = 10.22.0.1 ]
	hoy network connect one box
	[ "$(way_out)" = 10.22.0.1 ]
	hoy network disconnect two box
	[ "$(way_out)" = '10.21.0.1 fd21::1' ]
	hoy network connect --gw-priority 1 two box
	[ "$(hoy exec box ip route | awk '$1 == "default" { print $3 }')" = 10.22.0.1 ]
	hoy network disconnect two box
	hoy network disconnect one box
	[ "$(way_out)" = '' ]
	hoy exec box ping -c 1 -W 5 10.23.0.1
}

@test "interfaces with a name of one's own, and link-local addresses" {
	ifname=com.docker.network.endpoint.ifname
	background box --network "name=one,driver-opt=$ifname=lan,link-local-ip=169.254.1.1,link-local-ip=fe80::77" \
		--network two
	run hoy exec box ip -o address
	says ' lan .*10\.21\.0\.2/24'
	says ' lan .*169\.254\.1\.1/16'
	says ' lan .*fe80::77/64'
	says ' eth0 .*10\.22\.0\.2/24'
	hoy network connect --driver-opt $ifname=deep --link-local-ip 169.254.2.1 --link-local-ip 169.254.2.2 inner box
	run hoy exec box ip -o address
	says ' deep .*10\.23\.0\.2/24'
	says ' deep .*169\.254\.2\.1/16'
	says ' deep .*169\.254\.2\.2/16'
	run hoy inspect -f "{{with .NetworkSettings.Networks.one}}{{index .DriverOpts \"$ifname\"}} {{.IPAMConfig.LinkLocalIPs}}{{end}}" box
	is 'lan [169.254.1.1 fe80::77]'
	hoy stop -t 0 box
	hoy start box
	run hoy exec box ip -o address
	says ' lan .*169\.254\.1\.1/16'
	says ' deep .*169\.254\.2\.2/16'
	run hoy run --rm --network "name=one,driver-opt=$ifname=x" --network "name=two,driver-opt=$ifname=x" $REGISTRY/busybox true
	exits 125
	says 'has an interface x already'
	run hoy run --rm --network "name=one,driver-opt=$ifname=../x" $REGISTRY/busybox true
	exits 125
	says 'is no name of an interface'
	run hoy run --rm --network name=one,driver-opt=com.docker.network.endpoint.colour=red $REGISTRY/busybox true
	exits 125
	says 'unknown driver option com.docker.network.endpoint.colour'
	run hoy run --rm --network one --link-local-ip nowhere $REGISTRY/busybox true
	exits 125
	says 'nowhere'
}

@test "kernel parameters of one interface" {
	sysctls=com.docker.network.endpoint.sysctls
	background box --network one --network "name=two,\"driver-opt=$sysctls=net.ipv4.conf.IFNAME.log_martians=1,net.ipv4.neigh.IFNAME.gc_stale_time=77\""
	values() { hoy exec box cat /proc/sys/net/ipv4/conf/eth0/log_martians /proc/sys/net/ipv4/conf/eth1/log_martians /proc/sys/net/ipv4/neigh/eth1/gc_stale_time | xargs; }
	[ "$(values)" = '0 1 77' ]
	hoy stop -t 0 box
	hoy start box
	[ "$(values)" = '0 1 77' ]
	hoy network connect --driver-opt $sysctls=net.ipv4.conf.IFNAME.log_martians=1 inner box
	hoy exec box grep 1 /proc/sys/net/ipv4/conf/eth2/log_martians
	for wrong in net.ipv4.conf.eth0.log_martians=1 net.ipv4.conf.IFNAME.../../x=1 net.ipv4.ip_forward=1 kernel.core_pattern=x net.ipv4.conf.IFNAME.=1; do
		run hoy run --rm --network name=one,driver-opt=$sysctls=$wrong $REGISTRY/busybox true
		exits 125
		says 'is no parameter of an interface'
	done
	run hoy run --rm --network name=one,driver-opt=$sysctls=net.ipv4.conf.IFNAME.none_such=1 $REGISTRY/busybox true
	exits 125
	says 'none_such: No such file'
	# where people say it first
	run hoy run --rm --sysctl net.ipv4.conf.eth0.log_martians=1 $REGISTRY/busybox true
	exits 125
	says "must be supplied using driver option '$sysctls'"
	hoy run --rm --sysctl net.ipv4.conf.all.log_martians=1 --sysctl net.ipv4.conf.lo.log_martians=1 $REGISTRY/busybox true
}
