# SPDX-License-Identifier: Apache-2.0
# For tests of published ports, after `load network`: a server in a container that says who asks.

# a server that answers with who asks: who OPTIONS…, on port 80, tcp and udp, both families. Datagrams that are longer than a word
# come back.
server='
import socket, threading
six = socket.has_dualstack_ipv6() and open("/proc/sys/net/ipv6/conf/eth0/disable_ipv6").read().strip() == "0"
def tcp():
    s = socket.create_server(("::", 80), family=socket.AF_INET6, dualstack_ipv6=True) if six else socket.create_server(("0.0.0.0", 80))
    while True:
        c, a = s.accept()
        c.recv(1000)
        text = a[0].replace("::ffff:", "")
        c.sendall(b"HTTP/1.0 200 OK\r\n\r\n" + text.encode() + b"\n")
        c.close()
threading.Thread(target=tcp, daemon=True).start()
u = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_DGRAM)
if six: u.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
u.bind(("::" if six else "0.0.0.0", 80))
print("ready", flush=True)
while True:
    data, a = u.recvfrom(70000)
    if data == b"heard?": print("heard", a[0].replace("::ffff:", ""), flush=True)
    u.sendto(data if len(data) != 1 else a[0].replace("::ffff:", "").encode(), a)
'
who() {
	# where there are no images but busybox: this machine's own python
	local python=(-v /usr:/usr:ro -v /usr/lib:/lib:ro -v /usr/lib64:/lib64:ro "$REGISTRY/busybox" /usr/bin/python3)
	if [ -z "${HOY_TEST_IMAGES-}" ]; then
		needs debian-python
		python=("$REGISTRY/debian-python" python3)
	fi
	hoy run -d --name web --init "$@" "${python[@]}" -c "$server" >/dev/null
	wait_for 10 logged web ready
}
ask() { curl -sS -g -m 5 "http://$1"; }
# ask_udp ADDRESS PORT: who the server says that has asked. Only an answer from the address and port that were asked counts.
ask_udp='import socket, sys
address, _, zone = sys.argv[1].partition("%")
to = (address, int(sys.argv[2])) + ((0, socket.if_nametoindex(zone) if zone else 0) if ":" in address else ())
s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(5)
s.connect(to)
s.send(b"x")
print(s.recv(100).decode())'
ask_udp() { python3 -c "$ask_udp" "$@"; }
neighbour_asks_udp() { neighbour python3 -c "$ask_udp" "$@"; }
