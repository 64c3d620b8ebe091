#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Names for containers in several networks, asked for by a program that puts its question to one server alone.
load lib
load network
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() {
	network_up
	hoy network create --subnet 10.11.0.0/24 front >/dev/null
	hoy network create --subnet 10.12.0.0/24 back >/dev/null
	hoy network create --subnet 10.13.0.0/24 secret >/dev/null
	background web --network front
	background db --network back
	background hidden --network secret
}
teardown() {
	[ -z "${UPSTREAM-}" ] || kill "$UPSTREAM"
	network_down
}

# finds CONTAINER NAME SERVER: the address that this server says, and no other one was asked
finds() { hoy exec "$1" nslookup -type=a "$2" "$3" 2>&1 | awk '/^Address/ && n++ { print $2 }'; }
finds_outside() { [ "$(finds app outside.example "$1")" = 198.51.100.7 ]; }

@test "the first server answers for all networks of who asks, and for no other one" {
	local server
	background app --network front --network back --network-alias both
	[ "$(hoy exec app grep -c ^nameserver /etc/resolv.conf)" = 2 ]
	for server in 10.11.0.1 10.12.0.1; do
		[ "$(finds app web $server)" = 10.11.0.2 ]
		[ "$(finds app db $server)" = 10.12.0.2 ]
		[ "$(finds app db.back $server)" = 10.12.0.2 ]
		[ -z "$(finds app hidden $server)" ]
		[ -z "$(finds app hidden.secret $server)" ]
		hoy exec app nslookup 10.12.0.2 $server | grep -q 'name = db$'
	done
	# each network has its own address of it
	[ "$(finds web both 10.11.0.1)" = 10.11.0.3 ]
	[ -z "$(finds web db 10.11.0.1)" ]
	[ -z "$(finds db web 10.12.0.1)" ]
	# the other network's server is not in reach
	run hoy exec web nslookup db 10.12.0.1
	[ "$status" != 0 ]
}

@test "connect and disconnect, containers that come and go: known at once" {
	background app --network front
	[ -z "$(finds app db 10.11.0.1)" ]
	hoy network connect back app
	[ "$(finds app db 10.11.0.1)" = 10.12.0.2 ]
	background late --network back
	[ "$(finds app late 10.11.0.1)" = 10.12.0.4 ]
	hoy rm -f late >/dev/null
	[ -z "$(finds app late 10.11.0.1)" ]
	hoy network disconnect back app
	[ -z "$(finds app db 10.11.0.1)" ]
	# the other way: the one that it was in first is left
	hoy network connect secret app
	hoy network disconnect front app
	[ "$(finds app hidden 10.13.0.1)" = 10.13.0.2 ]
	[ -z "$(finds app web 10.13.0.1)" ]
}

@test "network connect --link: a name that one container alone has for another" {
	background app --network front
	hoy network connect --link db:store --link web2:other back app
	[ "$(finds app store 10.11.0.1)" = 10.12.0.2 ]
	[ "$(finds app store 10.12.0.1)" = 10.12.0.2 ]
	[ -z "$(finds db store 10.12.0.1)" ]
	[ -z "$(finds app other 10.12.0.1)" ]
	# it follows the one that has the name, and is remembered
	hoy rm -f db >/dev/null
	background db --network back --ip 10.12.0.77
	[ "$(finds app store 10.11.0.1)" = 10.12.0.77 ]
	hoy restart -t 0 app
	[ "$(finds app store 10.11.0.1)" = 10.12.0.77 ]
	[ "$(hoy inspect -f '{{.NetworkSettings.Networks.back.Links}}' app)" = '[db:store web2:other]' ]
	run hoy network connect --link db: secret app
	exits 1
	run hoy network connect --link db:a:b secret app
	exits 1
	says 'bad format for links: db:a:b'
}

@test "an internal network's server asks outside for who is in another one, too, and for nobody else (CVE-2024-29018)" {
	ip address add 192.0.2.53/32 dev lo
	python3 - <<-'END' >/dev/null 2>&1 3>&- 4>&- &
		import socket
		s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
		s.bind(("192.0.2.53", 53))
		while True:
		    q, who = s.recvfrom(512)
		    end = q.index(b"\0", 12) + 5
		    s.sendto(q[:2] + b"\x81\x80\0\1\0\1\0\0\0\0" + q[12:end] + b"\xc0\x0c\0\1\0\1\0\0\0\5\0\4\xc6\x33\x64\7", who)
	END
	UPSTREAM=$!
	hoy network create --internal --subnet 10.14.0.0/24 inner >/dev/null
	background alone --network inner --dns 192.0.2.53
	background app --network inner --network front --dns 192.0.2.53
	wait_for 20 finds_outside 10.11.0.1
	[ "$(finds app outside.example 10.14.0.1)" = 198.51.100.7 ]
	[ "$(finds app web 10.14.0.1)" = 10.11.0.2 ]
	[ -z "$(finds alone outside.example 10.14.0.1)" ]
	[ -z "$(finds alone web 10.14.0.1)" ]
	ip address del 192.0.2.53/32 dev lo
}
