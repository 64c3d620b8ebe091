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

# what a neighbour with CAP_NET_RAW, which containers have, can do: it says that the other one's addresses are its own, sends in its name, by
# its MAC address too, and asks the name server, or waits for what comes to a published port of the other one
spoof='
import socket, struct, sys, time
own, victim, gateway = (bytes.fromhex(a.replace(":", "")) for a in sys.argv[1:4])
address, server, name, how = sys.argv[4:8]
ip = socket.inet_aton
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
s.bind(("eth0", 0))
s.settimeout(0.2)
source = victim if how == "mac" else own
def sum16(b):
    n = sum(struct.unpack("!%dH" % (len(b) // 2), b))
    n = (n >> 16) + (n & 0xffff)
    return ~(n + (n >> 16)) & 0xffff
def poison():
    for op in (1, 2):
        s.send((gateway if op == 2 else b"\xff" * 6) + source + b"\x08\x06" + struct.pack("!HHBBH", 1, 0x800, 6, 4, op) + source + ip(address) + gateway + ip(server))
def ask(n):
    q = struct.pack("!6H", n & 0xffff, 0x100, 1, 0, 0, 0) + bytes([len(name)]) + name.encode() + b"\0\0\x01\0\x01"
    u = struct.pack("!4H", 40000, 53, 8 + len(q), 0) + q
    h = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(u), n & 0xffff, 0, 64, 17, 0) + ip(address) + ip(server)
    s.send(gateway + source + b"\x08\0" + h[:10] + struct.pack("!H", sum16(h)) + h[12:] + u)
print("ready", flush=True)
end = time.time() + float(sys.argv[8])
n = 0
while time.time() < end:
    poison()
    n += 1
    ask(n)
    try:
        f = s.recv(2000)
    except TimeoutError:
        continue
    if f[12:14] == b"\x08\0" and f[30:34] == ip(address) and f[26:30] != ip(address):
        print("overheard", f[26:30].hex(), flush=True)
'

@test "nobody asks in a neighbour's name, or hears what is for it" {
	skip_without_image debian-python
	needs debian-python
	local how
	hoy run -d --name both --network front --network back -p 5300:80/udp $REGISTRY/busybox sleep 1000
	[ "$(finds both db 10.11.0.1)" = 10.12.0.2 ]
	bridge=hoy-$(hoy network inspect -f '{{.Id}}' front | cut -c1-11)
	gateway=$(ip -o link show dev "$bridge" | grep -oE 'ether [0-9a-f:]+' | cut -c7-)
	mac() { hoy inspect -f "{{(index .NetworkSettings.Networks \"front\").MacAddress}}" "$1"; }
	hoy run -d --name liar --network front $REGISTRY/debian-python sleep 1000
	for how in arp mac; do
		hoy exec liar python3 -c "$spoof" "$(mac liar)" "$(mac both)" "$gateway" 10.11.0.3 10.11.0.1 db $how 3 >"$BATS_TEST_TMPDIR/$how" 3>&- 4>&- &
		wait_for 10 grep ready "$BATS_TEST_TMPDIR/$how"
		for i in 1 2 3 4 5; do echo secret | command busybox nc -u -w 1 127.0.0.1 5300 || true; done
		wait $!
		run cat "$BATS_TEST_TMPDIR/$how"
		is ready
	done
	# nothing of it is left behind, and a bridge that was deleted has it again
	ip neighbour show dev "$bridge" nud permanent | grep -q '^10.11.0.3 lladdr'
	ip link delete "$bridge"
	hoy network reload
	ip neighbour show dev "$bridge" nud permanent | grep -q '^10.11.0.3 lladdr'
	hoy rm -f both
	! ip neighbour show dev "$bridge" | grep '^10.11.0.3 ' || false
}
