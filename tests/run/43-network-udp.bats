#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Published ports of UDP, and what the kernel remembers of who has sent to them: on this machine's kernel, and on that of tests/vm/run,
# which is older.
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
	[ -n "${HOY_TEST_IMAGES-}" ] || skip_without_image debian-python
	network_up
}
teardown() {
	[ -z "${asker-}" ] || kill $asker 2>/dev/null || true
	network_down
}

@test "udp: a client that goes on asking gets to each container that has the port" {
	ask_on() {
		python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.settimeout(3); s.bind(("10.66.0.1", 40000)); s.sendto(b"x", ("10.66.0.1", 5300)); print(s.recv(100).decode())'
	}
	! ask_on || false
	who -p 5300:80/udp
	[ "$(ask_on)" = 10.66.0.1 ]
	hoy rm -f web
	background other # it takes the address
	who -p 5300:80/udp
	[ "$(ask_on)" = 10.66.0.1 ]
}

@test "udp: large datagrams, and that nobody listens, both families" {
	hoy network create --subnet 10.7.0.0/24 --subnet fd77::/64 six
	who --network six -p 5300:80/udp -p 5301:81/udp
	for address in 10.66.0.1 fd66::1; do
		neighbour python3 - $address <<-'END'
			import os, socket, sys
			s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
			s.settimeout(20)
			s.connect((sys.argv[1], 5300))
			for size in 0, 1400, 3000, 65000:
			    data = os.urandom(size)
			    s.send(data)
			    assert s.recv(70000) == data, size
			s.connect((sys.argv[1], 5301))
			s.send(b"x")
			try: s.recv(100)
			except ConnectionRefusedError: sys.exit(0)
			sys.exit(1)
		END
	done
}

# asks_on ADDRESS PORT: the neighbour, from one port of its own, until it is ended; what it hears is in $heard, a line each time
asks_on() {
	heard=$BATS_TEST_TMPDIR/heard
	neighbour python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(0.2)
s.connect((sys.argv[1], int(sys.argv[2])))
for _ in range(10000):
    try: s.send(b"x"); print(s.recv(100).decode(), flush=True)
    except OSError: print("nothing", flush=True)
    time.sleep(0.05)
' "$@" >"$heard" 3>&- 4>&- &
	asker=$!
}
hears() { [ "$(tail -n 1 "$heard")" = "$1" ]; }
# the next container, with the same address, which publishes nothing: who asks on hears nothing
next_one_is_not_heard() {
	wait_for 10 hears nothing
	who "$@"
	[ "$(hoy inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' web)" = "$address" ]
	local count
	count=$(wc -l <"$heard")
	more() { [ "$(wc -l <"$heard")" -gt $((count + 5)) ]; }
	wait_for 10 more
	kill $asker
	! tail -n +$((count + 1)) "$heard" | grep -v nothing || false
}

@test "udp: who asks on does not get to the next container that has the address, which published nothing" {
	who -p 5300:80/udp
	asks_on 10.66.0.1 5300
	wait_for 10 hears 10.66.0.2
	hoy rm -f web
	address=172.17.0.2
	next_one_is_not_heard
}

@test "udp: nor where the container's own address is asked" {
	hoy network create --subnet 10.80.0.0/24 --opt com.docker.network.bridge.gateway_mode_ipv4=routed open
	neighbour ip route replace 10.80.0.0/24 via 10.66.0.1
	who --network open -p 80/udp
	asks_on 10.80.0.2 80
	wait_for 10 hears 10.66.0.2
	hoy rm -f web
	address=10.80.0.2
	next_one_is_not_heard --network open
	neighbour ip route delete 10.80.0.0/24
}
