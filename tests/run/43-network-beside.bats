#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Beside Docker and podman as they are: a daemon with its firewall and podman's plugins work in the file's network namespace,
# which is the host for all three. A second namespace is a neighbour on its network.
load lib

setup_file() {
	fixtures_up
	neighbour_up
	ip link add lan type veth peer name lan netns "$NEIGHBOUR"
	ip address add 10.66.0.1/24 dev lan
	ip link set lan up
	neighbour ip address add 10.66.0.2/24 dev lan
	neighbour ip link set lan up
	neighbour ip link set lo up
	engines_up
}
teardown_file() {
	engines_down
	neighbour_down
	fixtures_down
}
setup() {
	skip_without dockerd docker podman iptables curl
	iptables -V | grep -q nf_tables || skip "iptables is not on nftables here"
	scratch_up
	needs busybox
	# as a host that was just started: nobody has made anything of the network yet
	sysctl -qw net.ipv4.ip_forward=0
}
teardown() {
	[ -n "${SCRATCH-}" ] || return 0
	hoy ps -aq | xargs -r "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" rm -f >/dev/null
	hoy network prune -f >/dev/null
	docker_down
	podman_ rm -fa >/dev/null 2>&1
	leaves_nothing_behind
	ip -o link show | grep -oE '(hoy0|docker0|cni-podman0|podman0):' | tr -d : | xargs -r -n 1 ip link delete
	rm -rf "$SCRATCH/run/networks"
	nft flush ruleset
}

# ---- the engines: in a mount namespace where /run, and what plugins of podman's keep, are theirs alone

engines_up() {
	local program
	for program in dockerd docker podman iptables; do
		command -v "$program" >/dev/null || return 0
	done
	# short: sockets have names of 108 bytes at most
	E=$(mktemp -d /tmp/hoye.XXXXXX)
	GROUP=hoybeside-$$
	unshare -m --propagation private sh -c '
		for d in /run /var/run /var/lib/cni /etc/cni; do
			[ -d $d ] && [ ! -L $d ] && mount -t tmpfs -o mode=755 tmpfs $d
		done
		: >"$0/up"
		exec sleep 100000' "$E" </dev/null >/dev/null 2>&1 3>&- 4>&- &
	ENGINES=$!
	export E GROUP ENGINES
	wait_for 10 test -e "$E/up"
	echo '{}' >"$E/none.json"
	# root without CAP_SYS_RESOURCE cannot raise limits, and podman wants to
	printf '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n' >"$E/containers.conf"
	"$TOP/tools/busybox-rootfs" >"$E/busybox.tar"
	podman_ import "$E/busybox.tar" bb >/dev/null
}

engines_down() {
	local directory
	[ -n "${ENGINES-}" ] || return 0
	inside umount -q "$E/podman/overlay"
	kill "$ENGINES"
	for directory in /sys/fs/cgroup /sys/fs/cgroup/*; do
		[ -d "$directory/$GROUP" ] && find "$directory/$GROUP" -depth -type d -exec rmdir {} + 2>/dev/null
	done
	rm -rf "$E"
}

inside() { nsenter -t "$ENGINES" -m -- "$@" 3>&- 4>&-; }

docker_() { DOCKER_CONFIG=$E/docker-config inside docker -H "unix://$E/d.sock" "$@"; }

docker_up() {
	inside dockerd --data-root "$E/docker" --exec-root "$E/exec" --pidfile "$E/docker.pid" -H "unix://$E/d.sock" --storage-driver vfs \
		--cgroup-parent "/$GROUP" --config-file "$E/none.json" --log-level warn </dev/null >"$E/docker.log" 2>&1 &
	wait_for 60 docker_ version || { tail -n 20 "$E/docker.log"; return 1; }
	[ -n "$(docker_ images -q bb)" ] || docker_ import "$E/busybox.tar" bb >/dev/null
}

docker_down() {
	local pid
	pid=$(cat "$E/docker.pid" 2>/dev/null) || return 0
	docker_ ps -aq | while read -r id; do docker_ rm -f "$id"; done >/dev/null 2>&1
	kill "$pid"
	wait_for 30 test ! -e "/proc/$pid"
	rm -f "$E/docker.pid"
}

podman_() {
	CONTAINERS_CONF=$E/containers.conf inside podman --root "$E/podman" --runroot "$E/podman-run" --cgroup-manager cgroupfs --runtime "$OCI" \
		--events-backend file --storage-driver overlay --log-level error "$@"
}
OCI=$(command -v runc || command -v crun || true)

# ---- three web servers that say whose they are

page() { printf '%s' "mkdir /www && echo $1 >/www/index.html && exec httpd -f -p 80 -h /www"; }
serve_hoy() { hoy run -d --name web "$@" $REGISTRY/busybox sh -c "$(page hoy)" >/dev/null; }
serve_docker() { docker_ run -d --name web "$@" bb sh -c "$(page docker)" >/dev/null; }
serve_podman() { podman_ run -d --name web --cgroup-parent "/$GROUP" "$@" bb sh -c "$(page podman)" >/dev/null; }


is_page() { [ "$("${@:2}")" = "$1" ]; }
# inside_of ENGINE CONTAINER COMMAND…
inside_of() {
	case $1 in
	hoy) hoy exec "${@:2}" ;;
	docker) docker_ exec "${@:2}" ;;
	podman) podman_ exec "${@:2}" ;;
	esac
}
# works NAME PORT: reached by loopback, by the host's own address and from the network, and it reaches the network itself
works() {
	works_here "$@" || return 1
	wait_for 10 is_page "$1" neighbour curl -sS -m 5 "http://10.66.0.1:$2" || { echo "$1: not from the network"; return 1; }
}
# works_here NAME PORT: the same without the network
works_here() {
	wait_for 20 is_page "$1" curl -sS -m 5 "http://127.0.0.1:$2" || { echo "$1: not by 127.0.0.1"; return 1; }
	wait_for 10 is_page "$1" curl -sS -m 5 "http://10.66.0.1:$2" || { echo "$1: not by the host's address"; return 1; }
	wait_for 10 inside_of "$1" web ping -c 1 -W 5 10.66.0.2 || { echo "$1: does not reach the network"; return 1; }
}
# reaches NAME OTHER PORT: its container gets the other one's page by the host's address
reaches() {
	wait_for 10 is_page "$2" get_from "$1" web 10.66.0.1 "$3" || { echo "$1 does not reach $2"; return 1; }
}
# get_from ENGINE CONTAINER ADDRESS PORT: a page as that container gets it
get_from() {
	inside_of "$1" "$2" sh -c "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | timeout 5 nc $3 $4 | tail -n 1"
}
address_of() {
	case $1 in
	docker) docker_ inspect -f '{{.NetworkSettings.IPAddress}}' web ;;
	hoy) hoy inspect -f '{{.NetworkSettings.IPAddress}}' web ;;
	esac
}
forward_policy() { iptables -S FORWARD | head -n 1; }

@test "Docker was here first: its FORWARD drops, and all three work" {
	docker_up
	[ "$(forward_policy)" = '-P FORWARD DROP' ]
	serve_docker -p 8002:80
	serve_podman -p 8003:80
	works docker 8002
	works_here podman 8003 # what comes from the network for podman's containers Docker drops, with hoy and without
	serve_hoy -p 8001:80
	works hoy 8001
	works docker 8002
	works_here podman 8003
	# subnets are apart
	[ "$(address_of hoy)" != "$(address_of docker)" ]
	reaches hoy docker 8002
	reaches hoy podman 8003
	reaches docker hoy 8001
	reaches podman hoy 8001
	# what Docker's container did not publish stays out of reach, and so does hoy's
	docker_ run -d --name shy bb sh -c "$(page shy)" >/dev/null
	shy=$(docker_ inspect -f '{{.NetworkSettings.IPAddress}}' shy)
	wait_for 20 is_page shy get_from docker web "$shy" 80
	! hoy exec web ping -c 1 -W 1 "$shy" || false
	! is_page shy get_from hoy web "$shy" 80 || false
	! docker_ exec web ping -c 1 -W 1 "$(address_of hoy)" || false
	# a network of Docker's that comes later
	docker_ network create later >/dev/null
	docker_ run -d --name late --network later -p 8004:80 bb sh -c "$(page late)" >/dev/null
	wait_for 20 is_page late neighbour curl -sS -m 5 http://10.66.0.1:8004
	reaches hoy late 8004
	! hoy exec web ping -c 1 -W 1 "$(docker_ inspect -f '{{.NetworkSettings.Networks.later.IPAddress}}' late)" || false
	works hoy 8001
}

@test "hoy was here first: Docker comes, goes, comes again" {
	serve_hoy -p 8001:80
	works hoy 8001
	docker_up
	serve_docker -p 8002:80
	works docker 8002
	works hoy 8001 # the host forwarded already: Docker leaves the policy as it was
	reaches hoy docker 8002
	reaches docker hoy 8001
	docker_down
	works hoy 8001
	# it comes to a host that does not forward: it drops what it does not know, until hoy speaks again
	sysctl -qw net.ipv4.ip_forward=0
	docker_up
	[ "$(forward_policy)" = '-P FORWARD DROP' ]
	run neighbour curl -sS -m 1 http://10.66.0.1:8001
	[ "$status" != 0 ]
	hoy network reload
	works hoy 8001
	serve_docker -p 8002:80
	works docker 8002
	works hoy 8001
	# nothing of hoy's stays in Docker's tables when its network goes
	hoy network create own
	hoy run --rm --network own $REGISTRY/busybox ping -c 1 -W 5 10.66.0.2
	hoy network rm own
	[ "$(iptables -S | grep -c '"hoy hoy')" = "$(iptables -S | grep -c '"hoy hoy0"')" ]
}

@test "rules are flushed beside Docker: reload brings hoy's back, and leaves Docker what is its own" {
	docker_up
	serve_docker -p 8002:80
	serve_hoy -p 8001:80
	works hoy 8001
	# by who thinks of iptables: the policy stays, all rules go
	iptables -F
	iptables -t nat -F
	[ "$(forward_policy)" = '-P FORWARD DROP' ]
	! hoy exec web ping -c 1 -W 1 10.66.0.2 || false
	hoy network reload
	works hoy 8001
	# all of it
	nft flush ruleset
	run neighbour curl -sS -m 1 http://10.66.0.1:8001
	[ "$status" != 0 ]
	hoy run --rm $REGISTRY/busybox true
	works hoy 8001
	# Docker makes its rules again when it is started again
	docker_down
	docker_up
	serve_docker -p 8002:80
	works docker 8002
	works hoy 8001
}

@test "podman: first, later, and after its rules were flushed" {
	serve_podman -p 8003:80
	works podman 8003
	serve_hoy -p 8001:80
	works hoy 8001
	works podman 8003
	reaches hoy podman 8003
	reaches podman hoy 8001
	podman_ rm -f -t 0 web >/dev/null
	works hoy 8001
	serve_podman -p 8003:80
	works podman 8003
	nft flush ruleset
	hoy network reload
	podman_ network reload -a >/dev/null
	works hoy 8001
	works podman 8003
}
