#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Published ports: from everywhere they can be reached from, and from where they cannot. The file's network namespace is the
# host; a second one is a neighbour on its network.
load lib
load network
load published
setup_file() {
	fixtures_up
	lan_up
}
teardown_file() {
	fixtures_down
	neighbour_down
}
setup() {
	skip_without curl
	network_up
	skip_without_image debian-python
}
teardown() { network_down; }

# from a container, with what busybox has
ask_from() {
	local address=$1
	shift
	hoy run --rm "$@" $REGISTRY/busybox sh -c "printf 'GET / HTTP/1.0\r\n\r\n' | timeout 5 nc ${address%:*} ${address##*:} | tail -n 1"
}

@test "from loopback, the host's addresses, the network, other containers and itself; clients keep their addresses" {
	who -p 8080:80
	[ "$(ask 127.0.0.1:8080)" = 172.17.0.1 ]
	[ "$(ask 10.66.0.1:8080)" = 10.66.0.1 ]
	[ "$(neighbour curl -sS -m 5 http://10.66.0.1:8080)" = 10.66.0.2 ]
	# hairpin: a neighbour and itself by the host's address
	# (where bridged packets pass the firewall, br_netfilter, even the neighbour keeps its address)
	[[ $(ask_from 10.66.0.1:8080) =~ ^172\.17\.0\.[13]$ ]]
	hoy exec web python3 -c 'import urllib.request as u; print(u.urlopen("http://10.66.0.1:8080", timeout=5).read())'
	# from another network: by the published port, with its own address, and not directly
	hoy network create --subnet 10.7.0.0/24 other
	[ "$(ask_from 10.66.0.1:8080 --network other)" = 10.7.0.2 ]
	[ -z "$(ask_from 172.17.0.2:80 --network other)" ]
	# no process of ours stands between
	! ss -Hlnt 'sport = :8080' | grep . || false
}

@test "udp, and both at once" {
	who -p 5300:80/udp -p 5300:80
	[ "$(ask_udp 127.0.0.1 5300)" = 172.17.0.1 ]
	[ "$(ask_udp 10.66.0.1 5300)" = 10.66.0.1 ]
	[ "$(neighbour_asks_udp 10.66.0.1 5300)" = 10.66.0.2 ]
	[ "$(ask 127.0.0.1:5300)" = 172.17.0.1 ]
	run hoy port web
	is $'80/tcp -> 0.0.0.0:5300\n80/udp -> 0.0.0.0:5300'
	# from a neighbour, from itself, and from another network, by the host's address
	hoy network create --subnet 10.7.0.0/24 other
	[[ $(hoy run --rm $REGISTRY/debian-python python3 -c "$ask_udp" 10.66.0.1 5300) =~ ^172\.17\.0\.[13]$ ]]
	hoy exec web python3 -c "$ask_udp" 10.66.0.1 5300
	[ "$(hoy run --rm --network other $REGISTRY/debian-python python3 -c "$ask_udp" 10.66.0.1 5300)" = 10.7.0.2 ]
}

@test "port 53, beside the name servers of networks" {
	hoy network create --subnet 10.7.0.0/24 --subnet fd77::/64 back
	hoy run -d --name other --network back $REGISTRY/busybox sleep 1000
	who --network back -p 53:80/udp -p 53:80
	[ "$(ask_udp ::1 53)" = fd77::1 ]
	[ "$(ask_udp 127.0.0.1 53)" = 10.7.0.1 ]
	[ "$(neighbour_asks_udp fd66::1 53)" = fd66::2 ]
	[ "$(neighbour curl -sS -m 5 http://10.66.0.1:53)" = 10.66.0.2 ]
	[ "$(hoy run --rm $REGISTRY/debian-python python3 -c "$ask_udp" 10.66.0.1 53)" = 172.17.0.2 ]
	# who asks for names asks the network's own
	for asked in "" 10.7.0.1 fd77::1; do
		run hoy exec other nslookup web $asked
		says '10\.7\.0\.3'
	done
	run hoy run --rm -p 53:53/udp $REGISTRY/busybox true
	exits 125
	says 'Bind for 0.0.0.0:53 failed: port is already allocated'
	# the other one first
	hoy rm -f other web
	who -p 53:80/udp
	hoy run -d --name other --network back $REGISTRY/busybox sleep 1000
	[ "$(ask_udp 127.0.0.1 53)" = 172.17.0.1 ]
	hoy exec other nslookup other
	# other programs are kept out as ever
	for address in 10.66.0.1 0.0.0.0; do
		run python3 -c 'import socket, sys; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.setsockopt(1, 2, 1); s.bind((sys.argv[1], 53))' $address
		says 'Address already in use'
	done
}

@test "one address: the others are free, and do not answer" {
	who -p 10.66.0.1:8080:80
	[ "$(ask 10.66.0.1:8080)" = 10.66.0.1 ]
	run ask 127.0.0.1:8080
	exits 7
	hoy run --rm -p 127.0.0.1:8080:80 $REGISTRY/busybox true
	run hoy run --rm -p 8080:80 $REGISTRY/busybox true
	exits 125
	says 'Bind for 0.0.0.0:8080 failed: port is already allocated'
	run hoy run --rm -p 10.99.0.1:8080:80 $REGISTRY/busybox true
	exits 125
	says 'this host has no such address'
}

@test "loopback: a neighbour cannot reach it, however it asks (T10)" {
	who -p 127.0.0.1:8080:80 -p 127.0.0.1:5300:80/udp
	[ "$(ask 127.0.0.1:8080)" = 172.17.0.1 ]
	[ "$(ask_udp 127.0.0.1 5300)" = 172.17.0.1 ]
	run neighbour curl -sS -m 2 http://10.66.0.1:8080
	exits 7
	run neighbour_asks_udp 10.66.0.1 5300
	says 'Connection refused'
	# 127.0.0.1 over the wire: route_localnet on the neighbour's side, and on the interface of ours, as some set it
	neighbour sysctl -qw net.ipv4.conf.all.route_localnet=1
	sysctl -qw net.ipv4.conf.lan.route_localnet=1
	neighbour ip address delete 127.0.0.1/8 dev lo
	neighbour ip route add 127.0.0.0/8 via 10.66.0.1
	run neighbour curl -sS -m 2 --interface 10.66.0.2 http://127.0.0.1:8080
	[ "$status" != 0 ]
	# of UDP one way is enough to do harm: is it heard there?
	neighbour python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("10.66.0.2", 0)); s.sendto(b"heard?", ("127.0.0.1", 5300)); s.sendto(b"heard?", ("172.17.0.2", 80))'
	# and not the container's own address either: it was not published
	run neighbour curl -sS -m 2 http://172.17.0.2
	[ "$status" != 0 ]
	neighbour ip route delete 127.0.0.0/8 via 10.66.0.1
	neighbour ip address add 127.0.0.1/8 dev lo
	sysctl -qw net.ipv4.conf.lan.route_localnet=0
	python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"heard?", ("127.0.0.1", 5300))'
	wait_for 10 logged web 'heard 172\.17\.0\.1'
	run hoy logs web
	says_not 'heard 10\.66'
	# nor a container, by its gateway
	[ -z "$(ask_from 172.17.0.1:8080)" ]
}

@test "loopback as the default: of a network, of hoy" {
	hoy network create --opt com.docker.network.bridge.host_binding_ipv4=127.0.0.1 shy
	who --network shy -p 8080:80 -p 0.0.0.0:8081:80
	run hoy port web 80
	is $'0.0.0.0:8081\n127.0.0.1:8080'
	[ "$(neighbour curl -sS -m 5 http://10.66.0.1:8081)" = 10.66.0.2 ]
	hoy rm -f web
	HOY_PUBLISH_ADDRESS=127.0.0.1 who -p 8080:80
	[ "$(hoy port web 80)" = 127.0.0.1:8080 ]
}

@test "random ports, ranges, -P and --expose" {
	hoy run -d --name box -p 80 -p 7000-7002:81-83 -p 7010-7012:90 -P --expose 99/udp $REGISTRY/busybox sleep 1000
	hoy run -d --name next -p 7010-7012:90 $REGISTRY/busybox sleep 1000
	run hoy port box
	says '^80/tcp -> 0\.0\.0\.0:[0-9]{4,5}$'
	says '^81/tcp -> 0\.0\.0\.0:7000$'
	says '^83/tcp -> 0\.0\.0\.0:7002$'
	says '^90/tcp -> 0\.0\.0\.0:7010$'
	says '^99/udp -> 0\.0\.0\.0:[0-9]{4,5}$'
	[ "$(hoy port next 90)" = 0.0.0.0:7011 ]
	run hoy inspect -f '{{json .HostConfig.PortBindings}} {{.HostConfig.PublishAllPorts}} {{json .Config.ExposedPorts}}' box
	says '"81/tcp":\[\{"HostIp":"","HostPort":"7000"\}\]'
	says '"90/tcp":\[\{"HostIp":"","HostPort":"7010-7012"\}\]'
	says '"99/udp":\{\}'
	# started again, the ranges are chosen from again
	hoy stop -t 0 box
	run hoy port box
	is ''
	hoy start box
	[ "$(hoy port box 82)" = 0.0.0.0:7001 ]
}

@test "IPv6: published on both, reached by both" {
	hoy network create --subnet fd77::/64 six
	who --network six -p 8080:80
	run hoy port web 80
	is $'0.0.0.0:8080\n[::]:8080'
	[ "$(ask '[fd66::1]:8080')" = fd66::1 ]
	[ "$(neighbour curl -sS -g -m 5 'http://[fd66::1]:8080')" = fd66::2 ]
	# from a neighbour, from itself, and from another network, by the host's address
	[[ $(ask_from 'fd66::1:8080' --network six) =~ ^fd77::[13]$ ]]
	hoy exec web python3 -c 'import urllib.request as u; print(u.urlopen("http://[fd66::1]:8080", timeout=5).read())'
	hoy network create --subnet fd78::/64 other
	[ "$(ask_from 'fd66::1:8080' --network other)" = fd78::2 ]
	# not published is not reachable, by IPv6 neither
	neighbour ip -6 route add fd77::/64 via fd66::1
	run neighbour curl -sS -g -m 2 'http://[fd77::2]:80'
	[ "$status" != 0 ]
	neighbour ip -6 route delete fd77::/64
}

@test "routed: published ports at the container's own address, no NAT, and nothing else in reach" {
	hoy network create --ipv6 --subnet 10.79.0.0/24 --subnet fd79::/64 --opt com.docker.network.bridge.gateway_mode_ipv6=routed mixed
	neighbour ip -6 route add fd79::/64 via fd66::1
	neighbour ip route add 10.79.0.0/24 via 10.66.0.1
	who --network mixed -p 8080:80
	[ "$(neighbour curl -sS -g -m 5 'http://[fd79::2]:80')" = fd66::2 ]
	neighbour busybox ping -6 -c 1 -W 5 fd79::2
	# IPv4 is led as ever
	[ "$(neighbour curl -sS -m 5 http://10.66.0.1:8080)" = 10.66.0.2 ]
	run neighbour curl -sS -m 1 http://10.79.0.2:80
	[ "$status" != 0 ]
	run hoy port web 80
	is '0.0.0.0:8080'
	# another port of it is closed, and so are those of one that publishes none
	hoy run -d --name quiet --network mixed $REGISTRY/busybox nc -lk -p 81 -e echo there >/dev/null
	run neighbour curl -sS -g -m 1 'http://[fd79::2]:81'
	[ "$status" != 0 ]
	run neighbour busybox nc -w 1 fd79::3 81
	says_not there
	# what it sends leaves with its own address
	neighbour python3 -c 'import socket; s = socket.create_server(("::", 82), family=socket.AF_INET6); print("ready", flush=True); c, a = s.accept(); print(a[0])' >"$BATS_TEST_TMPDIR/seen" 3>&- 4>&- &
	listener=$!
	wait_for 10 grep -q ready "$BATS_TEST_TMPDIR/seen"
	hoy exec web python3 -c 'import socket; socket.create_connection(("fd66::2", 82), 5)'
	wait $listener
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/seen")" = fd79::2 ]
	# the rules are made again
	nft flush ruleset
	hoy network reload
	[ "$(neighbour curl -sS -g -m 5 'http://[fd79::2]:80')" = fd66::2 ]
	hoy rm -f web quiet >/dev/null
	! nft list ruleset | grep 'fd79::2' || false
	# both families: no port of the host is taken
	hoy network create --subnet 10.80.0.0/24 --opt com.docker.network.bridge.gateway_mode_ipv4=routed open
	neighbour ip route add 10.80.0.0/24 via 10.66.0.1
	who --network open -p 127.0.0.1:8080:80
	[ "$(neighbour curl -sS -m 5 http://10.80.0.2:80)" = 10.66.0.2 ]
	run hoy port web
	is ''
	for subnet in 10.79.0.0/24 10.80.0.0/24 fd79::/64; do neighbour ip route delete $subnet; done
}

@test "IPv6 alone: names, the way out, published ports" {
	hoy network create --ipv6 --ipv4=false --subnet fd78::/64 six
	who --network six -p 8080:80
	run hoy exec web cat /proc/net/fib_trie /etc/resolv.conf /etc/hosts
	says_not '172\.|/16'
	says '^nameserver fd78::1$'
	says $'^fd78::2\t'
	run hoy port web 80
	is '[::]:8080'
	[ "$(ask '[fd66::1]:8080')" = fd66::1 ]
	[ "$(neighbour curl -sS -g -m 5 'http://[fd66::1]:8080')" = fd66::2 ]
	hoy run --rm --network six $REGISTRY/busybox sh -c 'nslookup -type=aaaa web fd78::1 | grep fd78::2 && ping -6 -c 1 -W 5 web && ping -6 -c 1 -W 5 fd66::2'
	run hoy run --rm --network six -p 127.0.0.1:8081:80 $REGISTRY/busybox true
	exits 125
	says 'the network has no IPv4'
	run hoy run --rm --network six --ip 10.0.0.9 $REGISTRY/busybox true
	exits 125
}

@test "the rules are flushed: the next start and reload bring them back; a bridge that was deleted too" {
	who -p 8080:80
	nft flush ruleset
	run ask 127.0.0.1:8080
	[ "$status" != 0 ]
	hoy run --rm $REGISTRY/busybox true
	[ "$(ask 127.0.0.1:8080)" = 172.17.0.1 ]
	nft flush ruleset
	hoy network reload
	[ "$(neighbour curl -sS -m 5 http://10.66.0.1:8080)" = 10.66.0.2 ]
	ip link delete hoy0
	hoy network reload
	[ "$(neighbour curl -sS -m 5 http://10.66.0.1:8080)" = 10.66.0.2 ]
	# half of it: another program deleted a chain
	table=$(nft list tables | awk '/inet hoy/ { print $3 }')
	nft flush chain inet $table prerouting
	nft delete chain inet $table prerouting
	hoy run --rm $REGISTRY/busybox true
	[ "$(neighbour curl -sS -m 5 http://10.66.0.1:8080)" = 10.66.0.2 ]
}

@test "a host's own firewall stays in force" {
	who -p 8080:80
	nft 'add table inet fence; add chain inet fence forward { type filter hook forward priority 10; }; add rule inet fence forward meta l4proto tcp ct original proto-dst 8080 drop'
	run neighbour curl -sS -m 2 http://10.66.0.1:8080
	exits 28
	nft delete table inet fence
	[ "$(neighbour curl -sS -m 5 http://10.66.0.1:8080)" = 10.66.0.2 ]
}

@test "a thousand ports are one map: a packet's way is as long as with one" {
	hoy run -d --name many -p 20000-20999:20000-20999 $REGISTRY/busybox sleep 1000
	[ "$(hoy port many | wc -l)" = 1000 ]
	nft list ruleset >"$BATS_TEST_TMPDIR/rules"
	[ "$(grep -c 'dnat ip to' "$BATS_TEST_TMPDIR/rules")" = 2 ]
	[ "$(grep -o 'tcp \. 20[0-9]* : ' "$BATS_TEST_TMPDIR/rules" | wc -l)" = 1000 ]
	hoy rm -f many
	! nft list ruleset | grep -q 'tcp \. 20' || false
}
