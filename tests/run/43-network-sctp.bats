#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Published ports of SCTP, with the kernel's own sockets at both ends. Where the kernel has none (modules that cannot be loaded, or
# are not there) that is said; tests/vm/run has a kernel that does.
load lib
load network
setup_file() {
	fixtures_up
	modprobe -q sctp 2>/dev/null || true
	lan_up
}
teardown_file() {
	fixtures_down
	neighbour_down
}
setup() { network_up; }
teardown() { network_down; }

# one-to-one sockets (RFC 6458, 4): 132 is IPPROTO_SCTP
has_sctp() { python3 -c 'import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM, 132)' 2>/dev/null; }
# says who asks; of two messages it says how each came (stream, protocol), and sends them back as they came
server='
import socket, struct
six = open("/proc/sys/net/ipv6/conf/eth0/disable_ipv6").read().strip() == "0"
s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_STREAM, 132)
s.setsockopt(132, 32, 1) # SCTP_RECVRCVINFO
s.bind(("::" if six else "0.0.0.0", 7000))
s.listen(5)
print("ready", flush=True)
while True:
    c, a = s.accept()
    while True:
        try: data, control, flags, _ = c.recvmsg(100000, 1000)
        except OSError: break
        if not data: break
        if data == b"hello": data = a[0].replace("::ffff:", "").encode() + b" " + data
        stream, _, order, protocol = struct.unpack_from("=HHHxxI", control[0][2])
        c.sendmsg([data], [(132, 2, struct.pack("=HHIIi", stream, order & 1, protocol, 0, 0))])
    c.close()
'
serve() {
	# this machine's own python: an image with one is not at hand everywhere
	hoy run -d --name box "$@" -v /usr:/usr:ro -v /usr/lib:/lib:ro -v /usr/lib64:/lib64:ro $REGISTRY/busybox \
		/usr/bin/python3 -c "$server"
	wait_for 30 logged box ready
}
# ask FROM TO: who the server says that has asked
ask() {
	timeout 10 python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_STREAM, 132)
s.bind((sys.argv[1], 0))
s.connect((sys.argv[2], 17000))
s.sendall(b"hello")
print(s.recv(100).decode())' "$@"
}
neighbour_asks() { nsenter -t "$NEIGHBOUR" -n -- bash -c "$(declare -f ask); ask $*"; }

@test "sctp: from the network, from the host by its address and by loopback; clients keep their addresses" {
	has_sctp || skip "this kernel has no SCTP"
	serve -p 17000:7000/sctp
	[ "$(hoy port box)" = '7000/sctp -> 0.0.0.0:17000' ]
	run neighbour_asks 10.66.0.2 10.66.0.1
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
	run neighbour_asks 10.66.0.2 10.66.0.1
	[ "$status" != 0 ]
}

@test "sctp: on [::1], and on an address of IPv6 before a container that has none: messages stay what they are" {
	has_sctp || skip "this kernel has no SCTP"
	serve -p '[::1]:17000:7000/sctp' -p '[fd66::1]:17000:7000/sctp'
	run ask ::1 ::1
	is '172.17.0.1 hello'
	run neighbour_asks fd66::2 fd66::1
	is '172.17.0.1 hello'
	timeout 60 python3 - <<-'END'
		import os, socket, struct
		s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM, 132)
		s.setsockopt(132, 32, 1)
		s.connect(("::1", 17000))
		sent = [(b"a", 3, 7, 0), (b"bc", 0, 0, 0), (os.urandom(1500), 5, 60, 1), (os.urandom(60000), 1, 2**31, 0)]
		for data, stream, protocol, order in sent:
		    s.sendmsg([data], [(132, 2, struct.pack("=HHIIi", stream, order, protocol, 0, 0))])
		    back, control, flags, _ = s.recvmsg(100000, 1000)
		    stream_back, _, order_back, protocol_back = struct.unpack_from("=HHHxxI", control[0][2])
		    assert (back, stream_back, protocol_back, order_back & 1) == (data, stream, protocol, order), (len(back), control)
		# two of one stream are not one
		s.send(b"one"), s.send(b"two")
		assert s.recv(100) == b"one" and s.recv(100) == b"two"
	END
	run hoy run --rm -p '[::1]:17000:1/sctp' $REGISTRY/busybox true
	exits 125
	says 'Bind for \[::1\]:17000 failed: port is already allocated'
	# the port is free at once, and for the container's next life
	hoy restart -t 0 box
	again() { [ "$(ask ::1 ::1)" = '172.17.0.1 hello' ]; }
	wait_for 10 again
	hoy rm -f box
	! ask ::1 ::1 || false
	serve -p '[::]:17000:7000/sctp'
	run neighbour_asks fd66::2 fd66::1
	is '172.17.0.1 hello'
}

@test "sctp: of both families the kernel leads all but what comes to [::1]" {
	has_sctp || skip "this kernel has no SCTP"
	hoy network create --subnet 10.7.0.0/24 --subnet fd77::/64 six
	serve --network six -p 17000:7000/sctp
	run ask ::1 ::1
	is 'fd77::1 hello'
	run ask fd66::1 fd66::1
	is 'fd66::1 hello'
	run neighbour_asks fd66::2 fd66::1
	is 'fd66::2 hello'
	run neighbour_asks 10.66.0.2 10.66.0.1
	is '10.66.0.2 hello'
	hoy rm -f box
}

@test "sctp: a kernel without it is named" {
	! has_sctp || skip "this kernel has SCTP"
	run hoy run --rm -p 17000:7000/sctp $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'bind the port 0.0.0.0:17000/sctp: Protocol not supported'
	says '^hoy: hint: .*modprobe sctp'
}
