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
teardown() { network_down; }

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

@test "udp: who asks on does not get to the next container that has the address, which published nothing" {
	who -p 5300:80/udp
	neighbour python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(0.2)
s.connect(("10.66.0.1", 5300))
for _ in range(1000):
    try: s.send(b"x"); print(s.recv(100).decode(), flush=True)
    except ConnectionRefusedError: print("refused", flush=True); time.sleep(0.05)
    except TimeoutError: pass
' >"$BATS_TEST_TMPDIR/heard" 3>&- 4>&- &
	asker=$!
	heard() { [ "$(tail -n 1 "$BATS_TEST_TMPDIR/heard")" = "$1" ]; }
	wait_for 10 heard 10.66.0.2
	hoy rm -f web
	wait_for 10 heard refused
	who
	[ "$(hoy inspect -f '{{.NetworkSettings.IPAddress}}' web)" = 172.17.0.2 ]
	count=$(wc -l <"$BATS_TEST_TMPDIR/heard")
	more() { [ "$(wc -l <"$BATS_TEST_TMPDIR/heard")" -gt $((count + 5)) ]; }
	wait_for 10 more
	kill $asker
	! tail -n +$((count + 1)) "$BATS_TEST_TMPDIR/heard" | grep -v refused || false
}
