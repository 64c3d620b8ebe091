#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Published ports lead through the network that gives a container its gateway, and follow it while the container runs.
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
setup() {
	skip_without curl
	network_up
	hoy network create --subnet 10.21.0.0/24 one >/dev/null
	hoy network create --subnet 10.22.0.0/24 two >/dev/null
	hoy network create --subnet 10.24.0.0/24 --subnet fd24::/64 six >/dev/null
	hoy network create --subnet 10.23.0.0/24 --internal inner >/dev/null
}
teardown() { network_down; }

# a server that answers with who asks: from 127.0.0.1 and [::1] that is the gateway of the network that the port leads through
server='mkdir -p /www/cgi-bin && printf "#!/bin/sh\necho; echo \"\$REMOTE_ADDR\"\n" >/www/cgi-bin/who && chmod +x /www/cgi-bin/who && exec httpd -f -p 80 -h /www'
serve() {
	hoy run -d --name web "$@" $REGISTRY/busybox sh -c "$server" >/dev/null
	wait_for 10 hoy exec web sh -c "wget -q -O - 127.0.0.1/cgi-bin/who"
}
ask() { "${@:2}" curl -sS -g -m 5 "http://$1/cgi-bin/who" | sed 's/^\[//; s/\]$//; s/^::ffff://'; }
silent() {
	run curl -sS -g -m 5 "http://$1"
	exits 7
}
asks() { [ "$(ask "$1")" = "$2" ]; }
# the host's side of what is published, as the firewall has it
mapped() { nft list ruleset | grep -oE '(tcp|udp) \. [0-9]+ : [0-9a-f.:]+ \. [0-9]+' | sort; }
# held PORT: nobody else gets it
held() {
	run hoy run --rm -p "$1:1" $REGISTRY/busybox true
	exits 125
	says 'port is already allocated'
}

@test "connect and disconnect move the ports: the same ones, the random one too" {
	serve --network one -p 8080:80 -p 80 -p 5300:53/udp
	random=$(hoy port web 80 | grep -v ':8080$' | cut -d: -f2)
	ports=$(hoy port web)
	[ "$(ask 127.0.0.1:8080)" = 10.21.0.1 ]
	# one that does not become the gateway
	hoy network connect two web
	[ "$(ask 127.0.0.1:8080)" = 10.21.0.1 ]
	# the way out goes, and the ports with it
	hoy network disconnect one web
	[ "$(ask 127.0.0.1:8080)" = 10.22.0.1 ]
	[ "$(ask "127.0.0.1:$random")" = 10.22.0.1 ]
	[ "$(ask 10.66.0.1:8080 neighbour)" = 10.66.0.2 ]
	[ "$(hoy port web)" = "$ports" ]
	[ "$(mapped | grep -c ': 10.22.0.2 \. ')" = 3 ]
	! mapped | grep 10.21 || false
	hoy ps --format '{{.Ports}}' | grep -q "0.0.0.0:8080->80/tcp"
	[ "$(hoy inspect -f '{{(index (index .NetworkSettings.Ports "53/udp") 0).HostPort}}' web)" = 5300 ]
	held 8080
	# a priority takes them at once
	hoy network connect --gw-priority 7 one web
	[ "$(ask 127.0.0.1:8080)" = 10.21.0.1 ]
	[ "$(hoy port web)" = "$ports" ]
	# each life begins where the last one was
	hoy stop -t 0 web
	[ -z "$(mapped)" ]
	hoy start web
	wait_for 10 asks 127.0.0.1:8080 10.21.0.1
	hoy rm -f web
	[ -z "$(mapped)" ]
	hoy run --rm -p 8080:80 -p "$random:80" $REGISTRY/busybox true
}

@test "with the last network that leads out they are gone, and come back with the next one" {
	serve --network one -p 8080:80 -p 80
	ports=$(hoy port web)
	hoy network connect inner web
	hoy network disconnect one web
	[ -z "$(hoy port web)" ]
	[ -z "$(mapped)" ]
	silent 127.0.0.1:8080
	hoy run --rm -p 8080:80 $REGISTRY/busybox true
	hoy network connect two web
	[ "$(ask 127.0.0.1:8080)" = 10.22.0.1 ]
	[ "$(hoy port web)" = "$ports" ]
	hoy network disconnect two web
	hoy network disconnect inner web
	[ -z "$(hoy port web)" ]
	# somebody else has it meanwhile: nothing has changed
	hoy run -d --name other -p 8080:80 $REGISTRY/busybox sleep 1000
	run hoy network connect two web
	exits 1
	says 'Bind for 0.0.0.0:8080 failed: port is already allocated'
	[ "$(hoy inspect -f '{{len .NetworkSettings.Networks}}' other)" = 1 ]
	! hoy exec web ip -o -4 address | grep 10.22 || false
	[ "$(hoy port other)" = '80/tcp -> 0.0.0.0:8080' ]
	hoy rm -f other
	hoy network connect two web
	[ "$(ask 127.0.0.1:8080)" = 10.22.0.1 ]
}

@test "a network with IPv6, and back: more ports, fewer ports, and what carries [::1]" {
	serve --network one -p 8080:80
	hoy network connect --gw-priority 1 six web
	[ "$(ask 127.0.0.1:8080)" = 10.24.0.1 ]
	[ "$(ask '[::1]:8080')" = fd24::1 ]
	[ "$(hoy port web)" = $'80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080' ]
	relay=$(pgrep -x hoy-relay -P "$(awk '/^PPid/ { print $2 }' "/proc/$(hoy inspect -f '{{.State.Pid}}' web)/status")")
	hoy network create --subnet 10.25.0.0/24 --subnet fd25::/64 seven
	hoy network connect --gw-priority 2 seven web
	[ "$(ask '[::1]:8080')" = fd25::1 ]
	! kill -0 "$relay" 2>/dev/null || false
	hoy network disconnect seven web
	[ "$(ask '[::1]:8080')" = fd24::1 ]
	hoy network disconnect six web
	[ "$(ask 127.0.0.1:8080)" = 10.21.0.1 ]
	silent '[::1]:8080'
	[ "$(hoy port web)" = '80/tcp -> 0.0.0.0:8080' ]
	# a port of IPv6 that somebody has: it stays where it is
	python3 -c 'import socket; s = socket.socket(socket.AF_INET6); s.setsockopt(41, 26, 1); s.setsockopt(1, 2, 1); s.bind(("::", 8080)); s.listen(); input()' <> <(:) 3>&- 4>&- &
	other=$!
	wait_for 5 bash -c 'ss -Hlnt6 "sport = :8080" | grep .'
	run hoy network connect --gw-priority 1 six web
	exits 1
	says 'Bind for \[::\]:8080 failed: port is already allocated'
	kill $other
	[ "$(ask 127.0.0.1:8080)" = 10.21.0.1 ]
	! hoy exec web ip -o address | grep -E '10\.24|fd24' || false
	[ "$(hoy exec web ip route | awk '$1 == "default" { print $3 }')" = 10.21.0.1 ]
	hoy rm -f web
	# an address of IPv6 before a container that has none, and then has it
	serve --network one -p '[::1]:8081:80' -p '[fd66::1]:8082:80'
	[ "$(ask '[::1]:8081')" = 10.21.0.1 ]
	hoy network connect --gw-priority 1 six web
	[ "$(ask '[::1]:8081')" = fd24::1 ]
	[ "$(ask '[fd66::1]:8082' neighbour)" = fd66::2 ]
	hoy network disconnect six web
	[ "$(ask '[::1]:8081')" = 10.21.0.1 ]
	[ "$(ask '[fd66::1]:8082')" = 10.21.0.1 ]
}

@test "a default address of one network alone" {
	hoy network create --subnet 10.26.0.0/24 --opt com.docker.network.bridge.host_binding_ipv4=127.0.0.1 near
	serve --network near -p 8080:80 -p 5300:53/udp
	[ "$(hoy port web 80)" = 127.0.0.1:8080 ]
	hoy network connect --gw-priority 1 two web
	[ "$(hoy port web 80)" = 0.0.0.0:8080 ]
	[ "$(hoy port web 53/udp)" = 0.0.0.0:5300 ]
	[ "$(ask 10.66.0.1:8080)" = 10.66.0.1 ]
	hoy network disconnect two web
	[ "$(hoy port web 80)" = 127.0.0.1:8080 ]
	[ "$(ask 127.0.0.1:8080)" = 10.26.0.1 ]
	silent 10.66.0.1:8080
	[ -z "$(mapped | grep -v 10.26)" ]
	held 127.0.0.1:8080
}

@test "a network that routes has its ports open whichever is the gateway" {
	hoy network create --subnet 10.27.0.0/24 --opt com.docker.network.bridge.gateway_mode_ipv4=routed routed
	serve --network one --network routed -p 8080:80
	[ "$(ask 127.0.0.1:8080)" = 10.21.0.1 ]
	[ "$(ask 10.27.0.2 neighbour)" = 10.66.0.2 ]
	hoy network disconnect one web
	[ "$(ask 10.27.0.2 neighbour)" = 10.66.0.2 ]
	[ -z "$(mapped)" ]
	silent 127.0.0.1:8080
	hoy network connect --gw-priority 1 two web
	[ "$(ask 127.0.0.1:8080)" = 10.22.0.1 ]
	[ "$(ask 10.27.0.2 neighbour)" = 10.66.0.2 ]
}

@test "many connect and disconnect at once: nothing is lost" {
	serve --network one -p 8080:80
	for i in 1 2 3 4 5 6; do hoy network create --subnet 10.3$i.0.0/24 net$i >/dev/null; done
	for i in 1 2 3 4 5 6; do hoy network connect --gw-priority $i net$i web & done
	hoy network reload
	wait
	[ "$(hoy inspect -f '{{len .NetworkSettings.Networks}}' web)" = 7 ]
	[ "$(ask 127.0.0.1:8080)" = 10.36.0.1 ]
	for i in 2 3 5 6; do hoy network disconnect net$i web & done
	wait
	[ "$(hoy inspect -f '{{range $name, $n := .NetworkSettings.Networks}}{{$name}} {{end}}' web)" = 'net1 net4 one ' ]
	[ "$(ask 127.0.0.1:8080)" = 10.34.0.1 ]
	hoy stop -t 0 web
	hoy start web
	wait_for 10 asks 127.0.0.1:8080 10.34.0.1
	# the monitor is as small as ever
	pid=$(awk '/^PPid/ { print $2 }' "/proc/$(hoy inspect -f '{{.State.Pid}}' web)/status")
	hoy network disconnect net4 web
	small() { [ "$(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup")" -le 300 ]; }
	grep -qa __asan_init "$HOY" || wait_for 10 small
	# one that waits for its next life has its ports where it is then
	hoy rm -f web
	hoy run -d --name web --restart always --network one -p 8080:80 $REGISTRY/busybox sh -c "[ -e /second ] && { $server; }; touch /second" >/dev/null
	hoy network connect --gw-priority 1 two web
	wait_for 20 asks 127.0.0.1:8080 10.22.0.1
}
