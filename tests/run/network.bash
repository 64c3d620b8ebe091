# SPDX-License-Identifier: Apache-2.0
# What the files 43-network-*.bats have in common, beside lib.bash:
#
#	setup() { network_up; }         the store, the image busybox, the predefined networks (so that "bridge" takes the first pool)
#	teardown() { network_down; }    no container, no network, and nothing left of them
#
# and, in a file whose packets cross a network, where the file's network namespace is the host:
#
#	setup_file() { fixtures_up; lan_up; }            a neighbour on its network: 10.66.0.2 and fd66::2, the host is 10.66.0.1 and fd66::1
#	teardown_file() { fixtures_down; neighbour_down; }

network_up() {
	scratch_up
	needs busybox
	hoy network ls -q >/dev/null
}

network_down() {
	[ -n "${SCRATCH-}" ] || return 0 # it was skipped
	hoy ps -aq | xargs -r "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" rm -f >/dev/null
	hoy network prune -f >/dev/null
	leaves_nothing_behind
}

lan_up() {
	neighbour_up
	ip link add lan type veth peer name lan netns "$NEIGHBOUR"
	ip address add 10.66.0.1/24 dev lan
	ip address add fd66::1/64 dev lan nodad
	ip link set lan up
	neighbour ip address add 10.66.0.2/24 dev lan
	neighbour ip address add fd66::2/64 dev lan nodad
	neighbour ip link set lan up
	neighbour ip link set lo up
	neighbour ip route add default via 10.66.0.1
}

# busybox OPTIONS… SCRIPT: a container that runs it
busybox() { hoy run --rm "${@:1:$#-1}" $REGISTRY/busybox sh -c "${!#}"; }
# background NAME OPTIONS…: one that runs and can be looked at
background() { hoy run -d --name "$@" $REGISTRY/busybox sleep 1000 >/dev/null; }

# watch NAME DIRECTION INTERFACE MATCH: counts what crosses an interface of the host, before any rule of hoy's; seen NAME says how many
watch() {
	nft "add table netdev watch; add chain netdev watch $1 { type filter hook $2 device $3 priority -500; }; add counter netdev watch $1; add rule netdev watch $1 $4 counter name $1"
}
seen() { nft list counter netdev watch "$1" | awk '/packets/ { print $2 }'; }
unwatch() { nft delete table netdev watch; }
