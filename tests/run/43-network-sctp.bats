#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Published ports of SCTP, with the kernel's own sockets at both ends. Where the kernel has none (modules that cannot be loaded, or
# are not there) that is said; tests/vm/run has a kernel that does.
load lib
setup_file() {
	fixtures_up
	modprobe -q sctp 2>/dev/null || true
	neighbour_up
	ip link add lan type veth peer name lan netns "$NEIGHBOUR"
	ip address add 10.66.0.1/24 dev lan
	ip link set lan up
	neighbour ip address add 10.66.0.2/24 dev lan
	neighbour ip link set lan up
	neighbour ip link set lo up
}
teardown_file() {
	fixtures_down
	neighbour_down
}
setup() {
	scratch_up
	needs busybox
}
teardown() {
	hoy ps -aq | xargs -r "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" rm -f >/dev/null
	hoy network prune -f >/dev/null
	leaves_nothing_behind
}

# one-to-one sockets (RFC 6458, 4): 132 is IPPROTO_SCTP
has_sctp() { python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)' 2>/dev/null; }
server='
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)
s.bind(("0.0.0.0", 7000))
s.listen(5)
print("ready", flush=True)
while True:
    c, a = s.accept()
    c.sendall(a[0].encode() + b" " + c.recv(100))
    c.close()
'
# ask FROM TO: who the server says that has asked
ask() {
	timeout 10 python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)
s.bind((sys.argv[1], 0))
s.connect((sys.argv[2], 17000))
s.sendall(b"hello")
print(s.recv(100).decode())' "$@"
}
neighbour_asks() { nsenter -t "$NEIGHBOUR" -n -- bash -c "$(declare -f ask); ask 10.66.0.2 10.66.0.1"; }

@test "sctp: from the network, from the host by its address and by loopback; clients keep their addresses" {
	has_sctp || skip "this kernel has no SCTP"
	# this machine's own python: an image with one is not at hand everywhere
	hoy run -d --name box -p 17000:7000/sctp -v /usr:/usr:ro -v /usr/lib:/lib:ro -v /usr/lib64:/lib64:ro $REGISTRY/busybox \
		/usr/bin/python3 -c "$server"
	wait_for 30 grep -q ready <(hoy logs -f box)
	[ "$(hoy port box)" = '7000/sctp -> 0.0.0.0:17000' ]
	run neighbour_asks
	is '10.66.0.2 hello'
	run ask 10.66.0.1 10.66.0.1
	is '10.66.0.1 hello'
	run ask 127.0.0.1 127.0.0.1
	is '172.17.0.1 hello'
	# the port is taken
	run hoy run --rm -p 17000:1/sctp $REGISTRY/busybox true
	exits 125
	says 'Bind for 0.0.0.0:17000 failed: port is already allocated'
	hoy run --rm -p 17000:1 $REGISTRY/busybox true
	hoy rm -f box
	run neighbour_asks
	[ "$status" != 0 ]
}

@test "sctp: a kernel without it is named" {
	! has_sctp || skip "this kernel has SCTP"
	run hoy run --rm -p 17000:7000/sctp $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'bind the port 0.0.0.0:17000/sctp: Protocol not supported'
	says '^hoy: hint: .*modprobe sctp'
}
