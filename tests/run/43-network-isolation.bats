#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What networks keep apart (test class T10): packets are watched where isolation is claimed. The file's network namespace is
# the host; a second one is a neighbour on its network.
load lib
load network
setup_file() {
	fixtures_up
	lan_up
}
teardown_file() {
	fixtures_down
	neighbour_down
}
setup() { network_up; }
teardown() { network_down; }

@test "the outside is reached by the host's address" {
	[ "$(busybox 'ping -c 1 -W 5 10.66.0.2 | grep -c "1 packets received"')" = 1 ]
	neighbour sh -c 'ip route delete default'
	# the neighbour knows no way to the container: only the host's address can be answered
	busybox 'ping -c 1 -W 5 10.66.0.2'
	neighbour ip route add default via 10.66.0.1
	hoy network create --opt com.docker.network.bridge.enable_ip_masquerade=false bare
	background box --network bare
	watch bare egress lan 'ip saddr 172.18.0.2 icmp type echo-request'
	hoy exec box ping -c 1 -W 5 10.66.0.2
	[ "$(seen bare)" = 1 ]
	unwatch
}

@test "networks do not reach each other, isolate=false ones do" {
	hoy network create one
	hoy network create two
	background target --network one
	! busybox --network two 'ping -c 1 -W 1 172.18.0.2' || false
	! busybox 'ping -c 1 -W 1 172.18.0.2' || false
	busybox --network one 'ping -c 1 -W 5 172.18.0.2'
	hoy network create --opt isolate=false three
	hoy network create --opt isolate=false four
	background open --network three
	busybox --network four 'ping -c 1 -W 5 172.20.0.2'
	! busybox --network two 'ping -c 1 -W 1 172.20.0.2' || false
}

@test "an unpublished port cannot be reached by who routes to the container" {
	background box
	! neighbour busybox ping -c 1 -W 1 172.17.0.2 || false
	hoy exec box ping -c 1 -W 5 10.66.0.2
}

@test "an internal network reaches nothing, and nothing reaches it: watched on the wire" {
	hoy network create --internal --subnet 10.7.0.0/24 --subnet fd07::/64 inner
	background other -p 8080:80
	background mate --network inner
	hoy run -d --name box --network inner -p 9090:80 --cap-add NET_ADMIN $REGISTRY/busybox sleep 1000
	[ -z "$(hoy port box)" ]
	! hoy exec box ip route | grep "^default" || false
	hoy exec box ping -c 1 -W 5 10.7.0.2
	# it takes a way out for itself
	hoy exec box sh -c 'ip route add default via 10.7.0.1; ip -6 route add default via fd07::1'
	# of IPv6 the host itself says a word now and then
	watch leak egress lan 'meta protocol ip'
	watch leak6 egress lan 'ip6 saddr fd07::/64'
	! hoy exec box ping -c 1 -W 1 10.66.0.2 || false
	! hoy exec box ping -c 1 -W 1 172.17.0.2 || false
	! hoy exec box sh -c 'echo x | nc -w 1 10.66.0.1 8080' || false
	# the host's other addresses are not its business, its gateway's is
	! hoy exec box ping -c 1 -W 1 10.66.0.1 || false
	hoy exec box ping -c 1 -W 5 10.7.0.1
	# names: nothing outside is asked
	! hoy exec box nslookup leaked.example.com || false
	! hoy exec box ping -c 1 -W 1 fd66::2 || false
	[ "$(seen leak)" = 0 ]
	[ "$(seen leak6)" = 0 ]
	unwatch
	! neighbour busybox ping -c 1 -W 1 10.7.0.2 || false
	! hoy exec other ping -c 1 -W 1 10.7.0.2 || false
}

@test "gateway mode isolated: the host is not on the network, names are" {
	isolated='--internal --opt com.docker.network.bridge.gateway_mode_ipv4=isolated --opt com.docker.network.bridge.gateway_mode_ipv6=isolated'
	hoy network create $isolated --subnet 10.7.0.0/24 --subnet fd07::/64 cell
	run hoy network inspect -f '{{json .IPAM.Config}}' cell
	is '[{"Subnet":"10.7.0.0/24"},{"Subnet":"fd07::/64"}]'
	hoy run -d --name box --network cell --cap-add NET_ADMIN $REGISTRY/busybox sleep 1000
	background mate --network cell --network-alias friend
	bridge=hoy-$(hoy network inspect -f '{{.Id}}' cell | cut -c1-11)
	[ -z "$(ip -o address show dev "$bridge")" ]
	[ "$(hoy inspect -f '{{with .NetworkSettings.Networks.cell}}{{.Gateway}}|{{.IPv6Gateway}}{{end}}' box)" = '|' ]
	[ -z "$(hoy exec box sh -c 'ip route; ip -6 route' | grep ^default)" ]
	# containers talk, by name too
	hoy exec box ping -c 1 -W 5 10.7.0.3
	hoy exec box ping -c 1 -W 5 friend
	hoy exec box ping -6 -c 1 -W 5 mate
	[ "$(hoy exec box sed -n 's/^nameserver //p' /etc/resolv.conf | xargs)" = '10.7.0.1 fd07::1' ]
	! hoy exec box nslookup leaked.example.com || false
	# whatever it sends: nothing of it comes to the host, which does not even answer who has an address
	python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
s.bind(("0.0.0.0", 5353))
s.settimeout(20)
try:
    print("reached by", s.recv(10))
except TimeoutError:
    print("quiet")' >"$BATS_TEST_TMPDIR/heard" 3>&- 4>&- &
	listener=$!
	wait_for 5 bash -c 'ss -Hlnu "sport = :5353" | grep .'
	hoy exec box sh -c 'ip route add default dev eth0; ip -6 route add default dev eth0'
	for address in 10.66.0.1 172.17.0.1 255.255.255.255 224.0.0.1 10.7.0.1 10.7.0.255; do
		hoy exec box sh -c "echo x | nc -u -w 1 $address 5353" || true
	done
	! hoy exec box ping -c 1 -W 1 10.66.0.1 || false
	! hoy exec box ping -6 -c 1 -W 1 fd66::1 || false
	# at the name server's address there is the name server alone
	! hoy exec box sh -c 'echo x | nc -w 1 10.7.0.1 22' || false
	# nor the other way: the host knows no way there
	watch leak egress "$bridge" 'meta protocol ip'
	! ping -c 1 -W 1 10.7.0.2 || false
	! ping -c 1 -W 1 -I "$bridge" 10.7.0.2 || false
	[ "$(seen leak)" = 0 ]
	unwatch
	kill -0 $listener # it has heard nothing
	kill $listener
	# who is in another network, too, asks that one's server first: it knows both
	hoy network create --subnet 10.8.0.0/24 open
	background both --network cell --network open
	[ "$(hoy exec both sed -n 's/^nameserver //p' /etc/resolv.conf | xargs)" = '10.8.0.1 10.7.0.1 fd07::1' ]
	[ "$(hoy exec both nslookup -type=a mate 10.8.0.1 | awk '/^Address/ && n++ { print $2 }')" = 10.7.0.3 ]
	hoy exec both nslookup -type=a mate 10.7.0.1
	# and in the isolated network nobody says anything of the open one
	background far --network open
	! hoy exec both nslookup -type=a far 10.7.0.1 || false
	# the server is killed: the next one, and a bridge that was deleted
	pgrep -x hoy-dns | while read -r pid; do [ "$(readlink "/proc/$pid/ns/net")" != "$(readlink /proc/self/ns/net)" ] || kill -9 "$pid"; done
	hoy network reload
	wait_for 10 hoy exec box ping -c 1 -W 1 friend
	ip link delete "$bridge"
	hoy network reload
	wait_for 10 hoy exec box ping -c 1 -W 1 friend
	hoy rm -f box mate both far
	# the server's end goes with it
	no_server() { ! ip -o link show | grep hoydns; }
	wait_for 10 no_server
}

@test "gateway mode isolated of one family, without talk among containers, and where it cannot be" {
	mode=com.docker.network.bridge.gateway_mode_ipv
	run hoy network create --opt ${mode}4=isolated x
	exits 1
	says "gateway mode 'isolated' can only be used for an internal network"
	run hoy network create --internal --subnet 10.7.0.0/24 --gateway 10.7.0.9 --opt ${mode}4=isolated x
	exits 1
	says "gateway mode 'isolated' has no gateway"
	run hoy network create --opt ${mode}4=open x
	exits 1
	says 'it must be nat, nat-unprotected, routed or isolated'
	# the other family's gateway answers
	hoy network create --internal --subnet 10.7.0.0/24 --subnet fd07::/64 --opt ${mode}4=isolated half
	background box --network half
	background mate --network half
	[ "$(hoy exec box sed -n 's/^nameserver //p' /etc/resolv.conf)" = fd07::1 ]
	hoy exec box ping -c 1 -W 5 mate
	hoy exec box ping -6 -c 1 -W 5 fd07::1
	! ip -o -4 address show | grep 10.7.0 || false
	hoy rm -f box mate
	hoy network rm half
	# where containers do not talk to each other they still talk to the server
	hoy network create --internal --subnet 10.7.0.0/24 --opt ${mode}4=isolated --opt com.docker.network.bridge.enable_icc=false quiet
	background box --network quiet
	background mate --network quiet
	[ "$(hoy exec box nslookup -type=a mate | awk '/^Address/ && n++ { print $2 }')" = 10.7.0.3 ]
	! hoy exec box ping -c 1 -W 1 10.7.0.3 || false
}

@test "gateway mode nat-unprotected: who has a route reaches every port, other networks do not" {
	mode=com.docker.network.bridge.gateway_mode_ipv
	hoy network create --subnet 10.7.0.0/24 --subnet fd07::/64 --opt ${mode}4=nat-unprotected --opt ${mode}6=nat bare
	hoy run -d --name box --network bare -p 8080:80 $REGISTRY/busybox nc -ll -p 7000 -e echo hello
	neighbour busybox ping -c 1 -W 5 10.7.0.2
	greets() { [ "$(neighbour busybox nc -w 5 10.7.0.2 7000 </dev/null)" = hello ]; }
	wait_for 10 greets
	# the other family is as ever
	neighbour ip -6 route add fd07::/64 via fd66::1
	! neighbour busybox ping -6 -c 1 -W 1 fd07::2 || false
	neighbour ip -6 route delete fd07::/64
	# its own packets leave with the host's address, and published ports are there
	watch out egress lan 'ip saddr 10.66.0.1 icmp type echo-request'
	hoy exec box ping -c 1 -W 5 10.66.0.2
	[ "$(seen out)" = 1 ]
	unwatch
	[ "$(hoy port box)" = $'80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080' ]
	! busybox 'ping -c 1 -W 1 10.7.0.2' || false
	# an internal one is internal
	hoy network create --internal --subnet 10.9.0.0/24 --opt ${mode}4=nat-unprotected inner
	background hidden --network inner
	! neighbour busybox ping -c 1 -W 1 10.9.0.2 || false
}

@test "nobody sends with another's address" {
	hoy network create one
	background victim
	hoy run -d --name liar --network one --cap-add NET_ADMIN $REGISTRY/busybox sleep 1000
	hoy exec liar sh -c 'ip address add 172.17.0.2/32 dev eth0; ip address add 10.66.0.77/32 dev eth0'
	watch lie egress lan 'ip saddr { 172.17.0.2, 10.66.0.77 }'
	! hoy exec liar ping -c 1 -W 1 -I 172.17.0.2 10.66.0.2 || false
	! hoy exec liar ping -c 1 -W 1 -I 10.66.0.77 10.66.0.2 || false
	[ "$(seen lie)" = 0 ]
	unwatch
}

@test "the host's loopback is out of a container's reach, also by hand (CVE-2020-8558)" {
	python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("127.0.0.1", 5353))
s.settimeout(4)
try:
    s.recv(10); print("reached")
except TimeoutError:
    print("quiet")' >"$BATS_TEST_TMPDIR/heard" 3>&- 4>&- &
	hoy run --rm --cap-add NET_ADMIN $REGISTRY/busybox sh -c '
		ip address delete 127.0.0.1/8 dev lo
		ip route add 127.0.0.0/8 via 172.17.0.1
		for i in 1 2 3; do echo x | nc -u -w 1 127.0.0.1 5353; done; true'
	wait
	[ "$(cat "$BATS_TEST_TMPDIR/heard")" = quiet ]
}

@test "IPv6: no routers from neighbours, none at all where the network has none" {
	hoy network create --ipv6 six
	[ "$(busybox --network six 'cat /proc/sys/net/ipv6/conf/eth0/accept_ra')" = 0 ]
	[ "$(busybox 'cat /proc/sys/net/ipv6/conf/eth0/disable_ipv6; ip -6 address show dev eth0')" = 1 ]
	[ "$(cat /proc/sys/net/ipv6/conf/hoy0/disable_ipv6)" = 1 ]
}

@test "the host forwards for its containers, not between its own interfaces" {
	# this host routed nothing before its first container: lan and far stay apart
	ip link add far type veth peer name wire
	ip address add 10.67.0.1/24 dev far
	ip link set far up
	ip link set wire up
	sysctl -qw net.ipv4.ip_forward=0
	rm -f "$SCRATCH/run/networks/unrouted"
	busybox true
	[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ]
	grep -qx lan "$SCRATCH/run/networks/unrouted"
	watch leak egress far 'ip daddr 10.67.0.9'
	ip neighbour add 10.67.0.9 lladdr 02:00:00:00:00:09 dev far
	! neighbour busybox ping -c 1 -W 1 10.67.0.9 || false
	[ "$(seen leak)" = 0 ]
	unwatch
	ip link delete far
}

@test "sockets of hoy are not in a container's reach, with the host's network neither (CVE-2020-15257)" {
	background box
	[ -z "$(busybox --network host 'grep -a @ /proc/net/unix | grep -a hoy')" ]
	[ "$(stat -c %a "$SCRATCH/run/containers")" = 700 ]
}

@test "beside Docker: its FORWARD drops what it does not know; hoy's rules stand behind its own" {
	skip_without iptables
	iptables -V | grep -q nf_tables || skip "iptables is not on nftables here"
	# another one's policy is meant: only beside Docker it is not
	iptables -P FORWARD DROP
	! busybox 'ping -c 1 -W 1 10.66.0.2' || false
	[ "$(iptables -S FORWARD)" = '-P FORWARD DROP' ]
	# what dockerd makes
	iptables -N DOCKER-USER
	iptables -A DOCKER-USER -j RETURN
	iptables -A FORWARD -j DOCKER-USER
	busybox 'ping -c 1 -W 5 10.66.0.2'
	background box -p 8080:80
	busybox true # again: not twice
	[ "$(iptables -S FORWARD | grep -c hoy0)" = 2 ]
	run iptables -S FORWARD
	says '^-A FORWARD -i hoy0 .*-j ACCEPT$'
	says '^-A FORWARD -o hoy0 .*-j ACCEPT$'
	[ "${lines[1]}" = '-A FORWARD -j DOCKER-USER' ]
	# who bars something there bars it for hoy, too
	iptables -I DOCKER-USER -i hoy0 -p icmp -j DROP
	! hoy exec box ping -c 1 -W 1 10.66.0.2 || false
	iptables -D DOCKER-USER -i hoy0 -p icmp -j DROP
	# what hoy decided about stays decided
	! neighbour busybox ping -c 1 -W 1 172.17.0.2 || false
	iptables -F FORWARD
	! hoy exec box ping -c 1 -W 1 10.66.0.2 || false
	hoy network reload
	hoy exec box ping -c 1 -W 5 10.66.0.2
	# a Docker that keeps its bridges apart by a chain
	iptables -N DOCKER-ISOLATION-STAGE-2
	hoy network create own
	busybox --network own true
	run iptables -S FORWARD
	says '^-A FORWARD -i hoy-[0-9a-f]+ .*-j DOCKER-ISOLATION-STAGE-2$'
	[ "$(iptables -S FORWARD | grep -c ACCEPT)" = 4 ]
	hoy network rm own
	[ "$(iptables -S FORWARD | grep -c ACCEPT)" = 2 ]
	iptables -P FORWARD ACCEPT
	iptables -F FORWARD
	iptables -F DOCKER-USER
	iptables -X DOCKER-USER
	iptables -X DOCKER-ISOLATION-STAGE-2
}
