# SPDX-License-Identifier: Apache-2.0
# podman --runtime hoy-runtime.

load lib

setup_file() {
	have podman conmon busybox || return 0
	machine_up
	mkdir -p "$M/podman"
	cat >"$M/containers.conf" <<-X
		[containers]
		default_ulimits = ["nofile=1024:20000", "nproc=4096:20000"]
		[engine]
		cgroup_manager = "cgroupfs"
		events_logger = "file"
	X
	printf '[storage]\ndriver = "vfs"\ngraphroot = "%s"\nrunroot = "%s"\n' "$M/podman/root" "$M/podman/run" >"$M/storage.conf"
	mkdir -p "$M/etc"
	printf '{"default":[{"type":"insecureAcceptAnything"}]}\n' >"$M/policy.json"
	inside sh -c 'mkdir -p /etc/containers && cp "$0" /etc/containers/policy.json' "$M/policy.json"
	rootfs "$M/rootfs"
	printf '#!/bin/sh\nexec sleep 1000\n' >"$M/rootfs/bin/stay"
	chmod 755 "$M/rootfs/bin/stay"
	tar -C "$M/rootfs" -cf "$M/bb.tar" .
	inside_podman import "$M/bb.tar" bb
}

teardown_file() {
	[ -n "${MACHINE-}" ] || return 0
	inside_podman rm -fa -t 0 >/dev/null 2>&1
	inside_podman pod rm -fa -t 0 >/dev/null 2>&1
	machine_down
}

inside_podman() {
	CONTAINERS_CONF=$M/containers.conf CONTAINERS_STORAGE_CONF=$M/storage.conf TMPDIR=$M inside podman \
		--root "$M/podman/root" --runroot "$M/podman/run" --tmpdir "$M/podman/tmp" --network-config-dir "$M/podman/net" \
		--runtime "$RUNTIME" "$@"
}

pod() {
	inside_podman "$@"
}

setup() {
	skip_without podman conmon busybox
	NAME=c$BATS_TEST_NUMBER
}

# a container that stays
stays() {
	pod run -d --name "$NAME" --network none "$@" bb sleep 1000
}

@test "podman run: output, exit codes" {
	run pod run --rm --network none bb echo hello
	exits 0
	is hello
	run pod run --rm --network none bb sh -c 'exit 7'
	exits 7
	run pod run --rm --network none bb sh -c '(sleep 0.2; kill -9 -1) & exec sleep 5 & wait $!; exit 130'
	exits 130
}

@test "podman run: 127 and 126 of a command that cannot run" {
	run pod run --rm --network none bb /no/such/command
	exits 127
	run pod run --rm --network none bb no-such-command
	exits 127
	run pod run --rm --network none bb /etc/passwd
	exits 126
}

@test "podman run: stdin" {
	run pod run --rm -i --network none bb cat <<<"through"
	exits 0
	is through
}

@test "podman run -it: a terminal with echo, size and exit code" {
	run on_terminal 'tty; stty size; exit 5\n' nsenter -t "$MACHINE" -m -n -p -- env "CONTAINERS_CONF=$M/containers.conf" \
		"CONTAINERS_STORAGE_CONF=$M/storage.conf" podman --root "$M/podman/root" --runroot "$M/podman/run" \
		--tmpdir "$M/podman/tmp" --network-config-dir "$M/podman/net" --runtime "$RUNTIME" run --rm -it --network none bb sh
	exits 5
	says '^/dev/(pts/0|console)$'
	says '^30 90$'
}

@test "podman create and start: the steps apart" {
	pod create --name "$NAME" --network none bb echo apart
	run pod start -a "$NAME"
	exits 0
	is apart
	pod rm "$NAME"
}

@test "podman exec: output, code, user, directory, environment" {
	stays
	run pod exec "$NAME" echo inside
	exits 0
	is inside
	run pod exec "$NAME" sh -c 'exit 9'
	exits 9
	run pod exec -u 1000:2000 -w /tmp -e A=b "$NAME" sh -c 'id -u; id -g; pwd; echo $A'
	exits 0
	is $'1000\n2000\n/tmp\nb'
	run pod exec "$NAME" /no/such
	exits 127
	run pod exec -i "$NAME" cat <<<"piped"
	is piped
	pod exec -d "$NAME" touch /tmp/detached
	wait_for 20 pod exec "$NAME" test -e /tmp/detached
	pod rm -f -t 0 "$NAME"
}

@test "podman exec -it: a terminal" {
	stays
	run on_terminal 'tty; exit 6\n' nsenter -t "$MACHINE" -m -n -p -- env "CONTAINERS_CONF=$M/containers.conf" \
		"CONTAINERS_STORAGE_CONF=$M/storage.conf" podman --root "$M/podman/root" --runroot "$M/podman/run" \
		--tmpdir "$M/podman/tmp" --network-config-dir "$M/podman/net" --runtime "$RUNTIME" exec -it "$NAME" sh
	exits 6
	says '^/dev/pts/[0-9]+$'
	pod rm -f -t 0 "$NAME"
}

@test "podman kill, stop, wait: signals and their codes" {
	pod run -d --name "$NAME" --network none bb sh -c 'trap "exit 42" TERM; touch /ready; while :; do sleep 0.1; done'
	wait_for 20 pod exec "$NAME" test -e /ready
	pod stop -t 10 "$NAME"
	run pod wait "$NAME"
	is 42
	pod rm "$NAME"
	stays
	pod kill "$NAME"
	run pod wait "$NAME"
	is 137
	pod rm "$NAME"
}

@test "podman pause and unpause" {
	stays
	pod pause "$NAME"
	run pod inspect -f '{{.State.Status}}' "$NAME"
	is paused
	run pod exec "$NAME" true
	[ "$status" != 0 ]
	pod unpause "$NAME"
	run pod exec "$NAME" echo again
	is again
	pod rm -f -t 0 "$NAME"
}

@test "podman top and ps" {
	stays
	run pod top "$NAME" pid args
	exits 0
	says '^1 +sleep 1000'
	run pod ps --format '{{.Names}} {{.Status}}'
	says "^$NAME Up"
	pod rm -f -t 0 "$NAME"
}

@test "podman stats" {
	stays
	run pod stats --no-stream --format '{{.Name}} {{.PIDs}}' "$NAME"
	exits 0
	says "^$NAME 1"
	pod rm -f -t 0 "$NAME"
}

@test "podman run with limits" {
	run pod run --rm --network none -m 64m --pids-limit 33 --cpus 0.5 --cpu-shares 512 bb sh -c \
		'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; true'
	exits 0
	says '^67108864$'
	says '^33$'
}

@test "podman update: a limit of a running container" {
	stays --cpu-shares 512
	pod update --cpu-shares 256 --memory 100m "$NAME" || pod update --cpu-shares 256 "$NAME"
	run pod exec "$NAME" sh -c 'cat /sys/fs/cgroup/cpu/cpu.shares 2>/dev/null || cat /sys/fs/cgroup/cpu.weight'
	exits 0
	says '^(256|10)$'
	pod rm -f -t 0 "$NAME"
}

@test "podman healthcheck" {
	stays --health-cmd 'test -e /tmp/well' --health-interval disable
	run pod healthcheck run "$NAME"
	exits 1
	pod exec "$NAME" touch /tmp/well
	run pod healthcheck run "$NAME"
	exits 0
	pod rm -f -t 0 "$NAME"
}

@test "podman run --pod: two containers share the network, the name and the queues of the pod's first" {
	pod pod create --name "p$NAME" --network none --hostname shared --infra-image bb --infra-command /bin/stay --infra-name "i$NAME"
	pod run -d --pod "p$NAME" --name "$NAME" bb sh -c 'echo served >/tmp/index.html; httpd -f -p 8080 -h /tmp'
	run pod run --rm --pod "p$NAME" bb sh -c 'hostname; readlink /proc/self/ns/net /proc/self/ns/ipc >/dev/null; for i in 1 2 3 4 5 6 7 8 9 10; do wget -qO- http://127.0.0.1:8080/ && exit; sleep 0.3; done'
	exits 0
	says '^shared$'
	says '^served$'
	run pod pod ps --format '{{.Name}} {{.Status}} {{.NumberOfContainers}}'
	says "^p$NAME Running 2$"
	pod pod rm -f -t 0 "p$NAME"
}

@test "podman: one container joins the namespaces of another" {
	stays --hostname first --ipc shareable
	run pod run --rm --network "container:$NAME" --pid "container:$NAME" --ipc "container:$NAME" --uts "container:$NAME" bb sh -c \
		'hostname; ps -o args | grep -c "sleep 1000"'
	exits 0
	says '^first$'
	pod rm -f -t 0 "$NAME"
}

@test "podman run --init" {
	local init
	for init in /usr/libexec/podman/catatonit /usr/bin/catatonit /usr/libexec/catatonit/catatonit /usr/bin/tini /usr/bin/dumb-init "$BUILD/hoy-init"; do
		[ -x "$init" ] && break
	done
	run pod run --rm --init --init-path "$init" --network none bb sh -c 'echo $$; tr "\0" " " </proc/1/cmdline'
	exits 0
	says '^[2-9]'
	says '/(dev|run)/.*init'
}

@test "podman run --uidmap and --userns" {
	run pod run --rm --network none --uidmap 0:100000:5000 --gidmap 0:200000:5000 bb sh -c 'id -u; cat /proc/self/uid_map /proc/self/gid_map; touch /root/x && stat -c %u /root/x'
	exits 0
	says '^ +0 +100000 +5000$'
	says '^ +0 +200000 +5000$'
	run pod run --rm --network none --userns host bb cat /proc/self/uid_map
	exits 0
	says '^ +0 +0 +4294967295$'
}

@test "podman run --cap-add, --cap-drop, --privileged" {
	run pod run --rm --network none --cap-drop all --cap-add net_raw bb grep Cap /proc/self/status
	exits 0
	says 'CapEff:.0000000000002000'
	says 'CapBnd:.0000000000002000'
	says 'CapInh:.0000000000000000'
	run pod run --rm --network none --security-opt no-new-privileges bb grep NoNewPrivs /proc/self/status
	says '1$'
	run pod run --rm --network none --privileged bb sh -c 'grep CapBnd /proc/self/status; mount -t tmpfs x /mnt && echo mounted'
	exits 0
	says mounted
}

@test "podman run --read-only, --tmpfs, -v" {
	run pod run --rm --network none --read-only bb sh -c 'touch /x 2>&1; touch /tmp/y && echo tmp'
	says 'Read-only'
	says '^tmp$'
	mkdir -p "$M/volume"
	echo content >"$M/volume/file"
	run pod run --rm --network none -v "$M/volume:/mnt:ro" --tmpfs /scratch:size=1m,mode=700 bb sh -c 'cat /mnt/file; touch /mnt/x 2>&1; stat -c %a /scratch; touch /scratch/x'
	exits 0
	says '^content$'
	says 'Read-only'
	says '^700$'
}

@test "podman run --sysctl, --hostname, --device, --ulimit, --user" {
	run pod run --rm --network none --sysctl net.ipv4.ip_default_ttl=77 --hostname named --device /dev/null:/dev/other --ulimit nofile=1024:20000 --ulimit nproc=4096:20000 --ulimit core=5:6 --user user bb sh -c \
		'cat /proc/sys/net/ipv4/ip_default_ttl; hostname; ls -l /dev/other; grep core /proc/self/limits; id'
	exits 0
	says '^77$'
	says '^named$'
	says '1, +3'
	says 'core file size +5 +6'
	says 'uid=1000\(user\).*2000'
}

@test "podman run with a seccomp profile" {
	printf '{"defaultAction":"SCMP_ACT_ALLOW","architectures":["SCMP_ARCH_X86_64","SCMP_ARCH_AARCH64"],"syscalls":[{"names":["mkdir","mkdirat"],"action":"SCMP_ACT_ERRNO","errnoRet":95}]}' >"$M/seccomp.json"
	run pod run --rm --network none --security-opt "seccomp=$M/seccomp.json" bb mkdir /tmp/x
	exits 1
	says 'not supported'
}

@test "podman logs and restart" {
	pod run -d --name "$NAME" --network none bb sh -c 'echo one; echo two >&2'
	pod wait "$NAME"
	run pod logs "$NAME"
	says '^one$'
	says '^two$'
	pod start "$NAME"
	pod wait "$NAME"
	run pod logs "$NAME"
	[ "$(grep -c one <<<"$output")" = 2 ]
	pod rm "$NAME"
}

@test "podman: a bridge network, in the machine's own network" {
	inside test -x /usr/lib/podman/netavark || skip "no netavark here"
	pod network create "n$NAME" || skip "no network here"
	run pod run --rm --network "n$NAME" bb ip addr show eth0
	exits 0
	says 'inet 10\.'
	pod network rm "n$NAME"
}

@test "podman run --rm leaves nothing of the runtime's" {
	pod run --rm --network none bb true
	run "$RUNTIME" list -q
	[ -z "$(pod ps -aq)" ] || { pod ps -a; return 1; }
}
