#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Published ports that the kernel cannot lead to a container: [::1], and addresses of IPv6 before a container that has none. A process
# carries what comes there.
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

relay() { grep -lx hoy-relay /proc/[0-9]*/comm | cut -d/ -f3 | while read -r pid; do in_this_network "$pid" && echo "$pid"; done; }
in_this_network() { [ "$(readlink "/proc/$1/ns/net")" = "$(readlink /proc/self/ns/net)" ]; }
no_relay() { [ -z "$(relay)" ]; }

@test "localhost, whichever address a program tries first" {
	# IPv4 alone: at [::1] it is refused at once, and the next address is right
	who -p 8080:80
	run ask '[::1]:8080'
	exits 7
	[ "$(ask localhost:8080)" = 172.17.0.1 ]
	no_relay
	hoy rm -f web
	# both: a process carries what comes to [::1], which the kernel cannot
	hoy network create --subnet 10.7.0.0/24 --subnet fd77::/64 six
	who --network six -p 8080:80
	[ "$(ask '[::1]:8080')" = fd77::1 ]
	[[ $(ask localhost:8080) =~ ^(fd77::1|10\.7\.0\.1)$ ]] # some hosts know localhost by IPv4 alone
	[ "$(ask 127.0.0.1:8080)" = 10.7.0.1 ]
	[ "$(neighbour curl -sS -g -m 5 'http://[fd66::1]:8080')" = fd66::2 ]
	# it is nobody, and in a cage
	run cat "/proc/$(relay)/status"
	says '^Uid:.65534.65534.65534.65534$'
	says '^CapPrm:.0000000000000000$'
	says '^NoNewPrivs:.1$'
	grep -qa __asan_init "$HOY" || says '^Seccomp:.2$'
	hoy rm -f web
	no_relay
}

@test "[::1] alone, and an address of IPv6 before a container that has none" {
	who -p '[::1]:8080:80' -p '[fd66::1]:8081:80' -p '[::]:8082:80'
	[ "$(ask '[::1]:8080')" = 172.17.0.1 ]
	[ "$(neighbour curl -sS -g -m 5 'http://[fd66::1]:8081')" = 172.17.0.1 ]
	[ "$(ask '[::1]:8082')" = 172.17.0.1 ]
	run neighbour curl -sS -g -m 2 'http://[fd66::1]:8080'
	exits 7
	run ask 127.0.0.1:8080
	exits 7
	run hoy port web 80
	is $'[::]:8082\n[::1]:8080\n[fd66::1]:8081'
	run hoy run --rm -p '[::1]:8080:80' $REGISTRY/busybox true
	exits 125
	says 'Bind for \[::1\]:8080 failed: port is already allocated'
	# gone with the container, and the port is free at once
	hoy rm -f web
	no_relay
	who -p '[::1]:8080:80'
	[ "$(ask '[::1]:8080')" = 172.17.0.1 ]
	# killed at the monitor: the kernel takes it along
	pid=$(hoy inspect -f '{{.State.Pid}}' web)
	kill -9 "$(awk '/^PPid/ { print $2 }' "/proc/$pid/status")"
	wait_for 5 no_relay
	hoy rm -f web
	# each life of a container has its own
	hoy run -d --name web --restart always -p '[::1]:8080:80' $REGISTRY/busybox sh -c 'echo life >>/lives; mkdir /www; cp /lives /www/index.html; httpd -p 80 -h /www; while [ ! -e /end ]; do sleep 0.1; done; rm /end'
	wait_for 10 ask '[::1]:8080'
	hoy exec web touch /end
	wait_for 10 lives_twice
}
lives_twice() { [ "$(ask '[::1]:8080' | grep -c life)" = 2 ]; }

@test "[::1]: much, both ways, and the end of each way by itself" {
	head -c 20000000 /dev/urandom >"$BATS_TEST_TMPDIR/data"
	hoy run -d --name box -p '[::1]:8080:80' -p '[::1]:8081:81' -v "$BATS_TEST_TMPDIR:/data:ro" $REGISTRY/busybox \
		sh -c 'nc -ll -p 80 -e sha256sum & exec nc -ll -p 81 -e cat /data/data'
	talk() {
		python3 -c 'import socket, sys
s = socket.create_connection(("::1", int(sys.argv[1])), timeout=20)
s.sendall(sys.stdin.buffer.read())
s.shutdown(socket.SHUT_WR)
while data := s.recv(65536): sys.stdout.buffer.write(data)' "$1"
	}
	wait_for 10 talk 8080 </dev/null
	wait_for 10 talk 8081 </dev/null
	[ "$(talk 8080 <"$BATS_TEST_TMPDIR/data")" = "$(sha256sum - <"$BATS_TEST_TMPDIR/data")" ]
	for i in 1 2 3 4; do talk 8081 </dev/null | cmp - "$BATS_TEST_TMPDIR/data" & done
	wait
	talk 8081 </dev/null | cmp - "$BATS_TEST_TMPDIR/data"
	# who hangs up early leaves nothing behind
	for i in 1 2 3; do talk 8081 </dev/null | head -c 1000 >/dev/null || true; done
	only_listens() { [ "$(find "/proc/$(relay)/fd" -lname 'socket:*' | wc -l)" = 2 ]; }
	wait_for 10 only_listens
}

@test "udp: [::1] alone, and addresses of IPv6 before a container that has none: answers come from the address that was asked" {
	ip address add fd66::11/64 dev lan nodad
	who -p '[::1]:5300:80/udp' -p '[fd66::1]:5301:80/udp' -p '[::]:5302:80/udp'
	[ "$(ask_udp ::1 5300)" = 172.17.0.1 ]
	[ "$(neighbour_asks_udp fd66::1 5301)" = 172.17.0.1 ]
	for address in ::1 fd66::1 fd66::11; do
		[ "$(ask_udp $address 5302)" = 172.17.0.1 ]
	done
	for address in fd66::1 fd66::11 "$(link_local)"; do
		[ "$(neighbour_asks_udp "$address" 5302)" = 172.17.0.1 ]
	done
	# what is on one address is not on others
	! ask_udp fd66::11 5301 || false
	! neighbour_asks_udp fd66::1 5300 || false
	! ask_udp 127.0.0.1 5302 || false
	run hoy port web 80/udp
	is $'[::]:5302\n[::1]:5300\n[fd66::1]:5301'
	run hoy run --rm -p '[::1]:5300:80/udp' $REGISTRY/busybox true
	exits 125
	says 'Bind for \[::1\]:5300 failed: port is already allocated'
	hoy rm -f web
	no_relay
	ip address delete fd66::11/64 dev lan
	# a program of the host's has the port
	python3 -c 'import socket, time; s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.bind(("::1", 5300)); print("ready", flush=True); time.sleep(1000)' >"$BATS_TEST_TMPDIR/taken" 3>&- 4>&- &
	holder=$!
	wait_for 10 grep -q ready "$BATS_TEST_TMPDIR/taken"
	run hoy run --rm -p '[::1]:5300:80/udp' $REGISTRY/busybox true
	kill $holder
	exits 125
	says 'Bind for \[::1\]:5300 failed: port is already allocated'
	says "hint: .*ss -lntup 'sport = :5300'"
}
# as the neighbour calls it
link_local() { ip -6 -o address show dev lan scope link | sed -n 's,.*inet6 \([^/]*\)/.*,\1%lan,p'; }

@test "udp: of both families the kernel leads all but what comes to [::1]; clients keep their addresses" {
	hoy network create --subnet 10.7.0.0/24 --subnet fd77::/64 six
	who --network six -p 5300:80/udp
	[ "$(ask_udp ::1 5300)" = fd77::1 ]
	[ "$(ask_udp 127.0.0.1 5300)" = 10.7.0.1 ]
	[ "$(ask_udp fd66::1 5300)" = fd66::1 ]
	[ "$(neighbour_asks_udp fd66::1 5300)" = fd66::2 ]
	[ "$(neighbour_asks_udp 10.66.0.1 5300)" = 10.66.0.2 ]
	# a neighbour, itself and another network, by the host's address
	[[ $(hoy run --rm --network six $REGISTRY/debian-python python3 -c "$ask_udp" fd66::1 5300) =~ ^fd77::[13]$ ]]
	hoy exec web python3 -c "$ask_udp" fd66::1 5300
	hoy network create --subnet 10.8.0.0/24 --subnet fd78::/64 other
	[ "$(hoy run --rm --network other $REGISTRY/debian-python python3 -c "$ask_udp" fd66::1 5300)" = fd78::2 ]
	# the next life of it, and another port that the kernel chooses
	hoy restart -t 0 web
	wait_for 10 logged_twice
	[ "$(ask_udp ::1 5300)" = fd77::1 ]
	hoy rm -f web
	who --network six -p 80/udp
	port=$(hoy port web 80/udp | sed -n 's/^\[::\]://p')
	[ "$(ask_udp ::1 "$port")" = fd77::1 ]
	[ "$(ask_udp 127.0.0.1 "$port")" = 10.7.0.1 ]
	# killed at the monitor: nothing is left of it
	pid=$(hoy inspect -f '{{.State.Pid}}' web)
	kill -9 "$(awk '/^PPid/ { print $2 }' "/proc/$pid/status")"
	wait_for 5 no_relay
	hoy rm -f web
}
logged_twice() { [ "$(hoy logs web | grep -c ready)" = 2 ]; }

@test "udp: datagrams whole, the empty and the largest; many clients at once, and the relay stays small" {
	hoy run -d --name web -p '[::1]:5300:80/udp' $REGISTRY/busybox sleep 1000
	# nobody listens in the container, which ends nothing
	python3 -c 'import socket; s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.connect(("::1", 5300)); [s.send(b"x") for i in range(20)]'
	pid=$(relay)
	hoy rm -f web
	who -p '[::1]:5300:80/udp'
	[ "$(relay)" != "$pid" ]
	pid=$(relay)
	# 65507 bytes are what IPv4 has room for, which is how the container is reached
	python3 - <<-'END'
		import os, socket
		def client():
		    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
		    s.settimeout(20)
		    s.connect(("::1", 5300))
		    return s
		def echo(s, data):
		    s.send(data)
		    assert s.recv(70000) == data
		s = client()
		for size in 0, 2, 1472, 1473, 9000, 65507:
		    echo(s, os.urandom(size))
		# more than it remembers: the ones that were silent for longest give way, and come back
		clients = [client() for i in range(300)]
		for i, s in enumerate(clients): echo(s, b"client %d" % i)
		for i, s in reversed(list(enumerate(clients))): echo(s, b"client %d" % i)
		for s in clients[-100:]: s.send(b"all at once")
		for s in clients[-100:]: assert s.recv(70000) == b"all at once"
	END
	[ "$(relay)" = "$pid" ]
	[ "$(find "/proc/$pid/fd" -lname 'socket:*' | wc -l)" -le 257 ]
	small() { [ "$(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup")" -lt 500 ]; }
	grep -qa __asan_init "$HOY" || wait_for 10 small
}

@test "what is carried is said" {
	hoy network create --subnet 10.7.0.0/24 --subnet fd77::/64 six
	run hoy run --rm --explain --network six -p 5300:80/udp -p 8080:80 $REGISTRY/busybox true
	exits 0
	says '^# hoy-relay, a process, carries what comes to \[::1\]:5300/udp to port 80 of fd77::2$'
	says '^# hoy-relay, a process, carries what comes to \[::1\]:8080/tcp to port 80 of fd77::2$'
	run hoy --debug run --rm -p '[::]:5300:80/udp' $REGISTRY/busybox true
	says '\[::\]:5300/udp is carried to port 80 of 172\.17\.0\.2'
}
