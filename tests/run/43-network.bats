#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Containers in networks: what they see, what they reach, and that nothing of it stays.
load lib
load network
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { network_up; }
teardown() { network_down; }


@test "without an option: the network bridge" {
	run busybox -h box 'ip -4 -o address show eth0; ip route; cat /etc/hosts; cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6; ping -c 1 -W 5 172.17.0.1'
	exits 0
	says 'inet 172\.17\.0\.2/16 '
	says '^default via 172\.17\.0\.1 dev eth0'
	says $'^172\.17\.0\.2\tbox$'
	says '^1$' # a network without IPv6 has none of it (CVE-2024-32473)
	says '1 packets received'
	[ "$(hoy network inspect -f '{{index .Options "com.docker.network.bridge.name"}}' bridge)" = hoy0 ]
	[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ]
	[ "$(cat /proc/sys/net/ipv4/conf/hoy0/route_localnet)" = 1 ]
}

@test "none and host" {
	[ "$(busybox --network none 'ls /sys/class/net')" = lo ]
	[ "$(busybox --network host 'readlink /proc/self/ns/net')" = "$(readlink /proc/self/ns/net)" ]
	hoy network create --driver none nothing
	[ "$(busybox --network nothing 'ls /sys/class/net')" = lo ]
	run busybox --network nothing --network bridge true
	exits 125
	says 'cannot be combined with others'
	run busybox --network none --network bridge true
	exits 125
	says 'conflicting options'
	run busybox --network host --ip 10.0.0.1 true
	exits 125
	says 'user specified IP address is supported on user defined networks only'
}

@test "addresses, names and MAC that are asked for" {
	hoy network create --subnet 10.7.0.0/24 --subnet fd00:7::/64 own
	run busybox --network own --ip 10.7.0.77 --ip6 fd00:7::77 --mac-address 92:d0:c6:0a:29:33 --link-local-ip 169.254.7.7 'ip -o address show eth0; cat /sys/class/net/eth0/address; ip -6 route'
	exits 0
	says 'inet 10\.7\.0\.77/24'
	says 'inet 169\.254\.7\.7/16'
	says 'inet6 fd00:7::77/64'
	says '^92:d0:c6:0a:29:33$'
	says 'default via fd00:7::1'
	background first --network name=own,ip=10.7.0.50
	run busybox --network own --ip 10.7.0.50 true
	exits 125
	says 'address 10.7.0.50 is already in use'
	run busybox --network own --ip 10.8.0.1 true
	exits 125
	says 'invalid address 10.8.0.1: it does not belong to the subnet 10.7.0.0/24'
	run busybox --network own --ip 10.7.0.1 true
	exits 125
	says 'already in use'
	run busybox --ip 172.17.0.99 true
	exits 125
	says 'user specified IP address is supported on user defined networks only'
	run busybox --network nowhere true
	exits 125
	says 'network nowhere not found'
}

@test "names: by name, alias and id on a user network, not on bridge" {
	hoy network create own
	background db --network own --network-alias data
	id=$(hoy inspect -f '{{slice .Id 0 12}}' db)
	for name in db data $id; do
		run busybox --network own "ping -c 1 -W 5 $name"
		exits 0
		says '1 packets received'
	done
	background plain
	! busybox 'ping -c 1 -W 2 plain' || false
	hoy rename db base
	busybox --network own 'ping -c 1 -W 5 base'
}

@test "--link: hosts, environment, and where it cannot be" {
	hoy run -d --name db --expose 5432 -e SECRET=x $REGISTRY/busybox sleep 1000
	run busybox --name web --link db:my-base 'grep my-base /etc/hosts; env; ping -c 1 -W 5 my-base'
	exits 0
	says $'^172\.17\.0\.2\tmy-base [0-9a-f]{12} db$'
	says '^MY_BASE_PORT=tcp://172\.17\.0\.2:5432$'
	says '^MY_BASE_PORT_5432_TCP_ADDR=172\.17\.0\.2$'
	says '^MY_BASE_NAME=/web/my-base$'
	says '^MY_BASE_ENV_SECRET=x$'
	says '1 packets received'
	run busybox --link nobody true
	exits 125
	says 'could not get container for nobody'
	hoy network create own
	run busybox --network own --link db true
	exits 125
	says 'Cannot link to /db'
	hoy stop -t 0 db
	run busybox --link db true
	exits 125
	says 'Cannot link to a non running container: /db'
	run hoy run --link db:a:b $REGISTRY/busybox true
	exits 125
	says 'bad format for links: db:a:b'
}

@test "connect and disconnect, running and not" {
	hoy network create one
	hoy network create two
	background box --network one
	hoy network connect --alias second two box
	run hoy exec box ip -o -4 address
	says ' eth0 .*172\.18\.0\.2/16'
	says ' eth1 .*172\.19\.0\.2/16'
	busybox --network two 'ping -c 1 -W 5 second'
	run hoy network connect two box
	exits 1
	says 'endpoint with name box already exists in network two'
	run hoy network rm two
	exits 1
	says 'network two has active endpoints \(name:"box"\)'
	hoy network disconnect one box
	run hoy exec box ip -o -4 address
	says_not ' eth0 '
	run hoy network disconnect one box
	exits 1
	says 'is not connected to network one'
	# it remembers
	hoy stop -t 0 box
	hoy start box
	run hoy exec box sh -c 'ip -o -4 address; cat /etc/hosts'
	says '172\.19\.0\.2/16'
	says_not '172\.18\.'
	[ "$(grep -c '172.19.0.2' <<<"$output")" = 2 ]
	hoy stop -t 0 box
	hoy network connect one box
	hoy start box
	hoy exec box ip -o -4 address show | grep -q '172\.18\.0\.2/16'
}

@test "another container's network" {
	background owner -h inside
	run busybox --network container:owner 'hostname; ip -o -4 address show eth0; cat /etc/hosts'
	exits 0
	says '^inside$'
	says '172\.17\.0\.2/16'
	says $'^172\.17\.0\.2\tinside$'
	[ "$(hoy exec owner readlink /proc/self/ns/net)" = "$(busybox --network container:owner 'readlink /proc/self/ns/net')" ]
	run busybox --network container:owner -p 80:80 true
	exits 125
	says 'conflicting options: port publishing and the container type network mode'
	run busybox --network container:nobody true
	exits 125
	says 'no such container'
	hoy stop -t 0 owner
	run busybox --network container:owner true
	exits 125
	says 'is not running'
}

@test "a container that talks to the host by host-gateway, and by --add-host" {
	[ "$(busybox --add-host me:host-gateway 'grep me$ /etc/hosts')" = $'172.17.0.1\tme' ]
	hoy network create --subnet 10.7.0.0/24 own
	[ "$(busybox --network own --add-host me:host-gateway 'grep me$ /etc/hosts')" = $'10.7.0.1\tme' ]
	run busybox --network none --add-host me:host-gateway true
	exits 125
}

@test "options of networks: mtu, prefix of interfaces, no talk among containers, none" {
	hoy network create --opt mtu=1300 --opt com.docker.network.container_iface_prefix=net small
	[ "$(busybox --network small 'cat /sys/class/net/net0/mtu')" = 1300 ]
	hoy network create --opt com.docker.network.bridge.enable_icc=false mute
	background quiet --network mute --ip 172.19.0.9
	! busybox --network mute 'ping -c 1 -W 1 172.19.0.9' || false
	busybox --network mute 'ping -c 1 -W 5 172.19.0.1'
	hoy network create -d none nothing
	[ "$(busybox --network nothing 'ls /sys/class/net')" = lo ]
	run busybox --network nothing --ip 10.0.0.1 true # there are no addresses to be had
	exits 125
}

@test "macvlan: a neighbour on the network of an interface" {
	ip link add wire type veth peer name far
	ip link set wire up
	ip link set far up
	ip address add 10.8.0.254/24 dev far
	hoy network create -d macvlan --subnet 10.8.0.0/24 --gateway 10.8.0.254 --opt parent=wire lan
	run busybox --network lan 'ip -o -4 address show eth0; ip route; ping -c 1 -W 5 10.8.0.254'
	ip link delete wire
	exits 0
	says 'inet 10\.8\.0\.1/24'
	says '^default via 10\.8\.0\.254'
	says '1 packets received'
}

listens() { (exec 9<>/dev/tcp/10.8.0.254/99) 2>/dev/null; }

@test "macvlan: one that is gone lets go of its address, whatever keeps its namespace" {
	ip link add wire type veth peer name far
	ip link set wire up
	ip link set far up
	ip address add 10.8.0.254/24 dev far
	# who accepts a connection, and reads nothing: what the container sent stays on its way when its process is dead
	python3 -c 'import socket, time; s = socket.create_server(("10.8.0.254", 99)); time.sleep(1000)' >/dev/null 2>&1 3>&- 4>&- &
	server=$!
	wait_for 10 listens
	hoy network create -d macvlan --subnet 10.8.0.0/24 --gateway 10.8.0.254 --opt parent=wire lan
	for n in 1 2 3; do
		run busybox --network lan 'timeout 1 nc 10.8.0.254 99 </dev/zero; ip -o -4 address show eth0'
		exits 0
		says 'inet 10\.8\.0\.1/24'
	done
	# the same by the next command, when the monitor was killed
	hoy run -d --name box --network lan $REGISTRY/busybox sh -c 'nc 10.8.0.254 99 </dev/zero'
	wait_for 10 hoy exec box grep -q ':0063 01' /proc/net/tcp
	pid=$(hoy inspect -f '{{.State.Pid}}' box)
	kill -9 "$(awk '/^PPid/ { print $2 }' /proc/$pid/status)"
	wait_for 5 test ! -e /proc/$pid
	hoy network rm none >/dev/null 2>&1 || true
	run busybox --network lan 'ip -o -4 address show eth0'
	exits 0
	says 'inet 10\.8\.0\.1/24'
	# without addresses: they are whatever a container finds there
	hoy network create -d macvlan --ipam-driver null --opt parent=wire bare
	[ "$(hoy network inspect -f '{{.IPAM.Driver}} {{.IPAM.Config}}' bare)" = 'null []' ]
	run busybox --network bare --cap-add NET_ADMIN 'ip -o -4 address show eth0; ip address add 10.8.0.77/24 dev eth0; ping -c 1 -W 5 10.8.0.254'
	exits 0
	says_not 'inet '
	says '1 packets received'
	kill $server
	ip link delete wire
}

@test "two hundred side by side have two hundred addresses" {
	local n
	for n in 0 1 2 3 4 5 6 7; do
		(for i in $(seq 25); do hoy run -d --name many$n-$i $REGISTRY/busybox sleep 1000; done) >/dev/null 2>>"$BATS_TEST_TMPDIR/errors" &
	done
	wait
	cat "$BATS_TEST_TMPDIR/errors"
	[ "$(cat "$SCRATCH"/run/networks/bridge/endpoints/* | grep '^address' | sort -u | wc -l)" = 200 ]
	[ "$(ls "$SCRATCH/run/networks/bridge/leases" | wc -l)" = 200 ]
	# what each has is what its record says
	for n in 0 7; do
		address=$(hoy inspect -f '{{.NetworkSettings.IPAddress}}' many$n-25)
		hoy exec many$n-25 ip -o -4 address show eth0 | grep -qF "$address/16"
	done
	hoy ps -aq | xargs "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" rm -f >/dev/null
	[ -z "$(ls "$SCRATCH/run/networks/bridge/leases")" ]
}

@test "the monitor is killed: the next command finds what is left, and frees it" {
	hoy run -d --name box -p 18080:80 $REGISTRY/busybox sleep 1000
	pid=$(hoy inspect -f '{{.State.Pid}}' box)
	monitor=$(awk '/^PPid/ { print $2 }' /proc/$pid/status)
	nft list ruleset | grep -q 'tcp \. 18080'
	kill -9 $monitor
	wait_for 5 test ! -e /proc/$pid
	hoy network rm none >/dev/null 2>&1 || true
	[ -z "$(ls "$SCRATCH"/run/networks/bridge/leases "$SCRATCH"/run/networks/bridge/endpoints | grep -v :)" ]
	! nft list ruleset | grep -q 'tcp \. 18080' || false
	# the port and the address are free again
	hoy run --rm -p 18080:80 $REGISTRY/busybox ip -o -4 address show eth0 | grep -q 172.17.0.2/16
}

@test "--explain shows the cable, the address, the way out and the rules" {
	run hoy run --rm --explain -p 18080:80 $REGISTRY/busybox true
	exits 0
	says '^ip link add veth[0-9a-f]+ master hoy0 up type veth peer name eth0 address 02:42:ac:11:00:02 netns \$PID'
	says '^nsenter -t \$PID -n ip address add 172\.17\.0\.2/16 dev eth0'
	says '^nsenter -t \$PID -n ip route replace default via 172\.17\.0\.1 dev eth0'
	says "^nft add element inet hoy[-0-9a-f]* publish4 '\{ tcp \. 18080 : 172\.17\.0\.2 \. 80 \}'"
}

@test "a network that is shown is one that nft takes: the rules by hand are the rules" {
	hoy run --rm $REGISTRY/busybox true
	table=$(nft list tables | awk '/inet hoy/ { print $3 }')
	# two words that nft leaves out when it was told them by implication
	listing() { nft list table inet $table | sed 's/meta nfproto ipv[46] //'; }
	listing >"$BATS_TEST_TMPDIR/hoy"
	nft delete table inet $table
	hoy run --rm --explain $REGISTRY/busybox true 2>&1 | grep -o "^nft .*" | sed 's/  *# .*//' >"$BATS_TEST_TMPDIR/script"
	nft delete table inet $table
	sh -e "$BATS_TEST_TMPDIR/script"
	listing | diff "$BATS_TEST_TMPDIR/hoy" -
}
