# SPDX-License-Identifier: Apache-2.0
# Docker's daemon with hoy-runtime as a runtime.

load lib

setup_file() {
	have dockerd containerd docker busybox iptables || return 0
	machine_up
	mkdir -p "$M/docker"
	echo '{}' >"$M/none.json"
	# the daemon starts a containerd of its own below its exec root
	behind dockerd --data-root "$M/docker/data" --exec-root "$M/docker/exec" --pidfile "$M/docker/pid" -H "unix://$M/d.sock" \
		--storage-driver vfs --cgroup-parent "/$GROUP" --config-file "$M/none.json" --bip 10.199.7.1/24 --log-level warn \
		--add-runtime "other=$RUNTIME" --default-runtime other
	wait_for 90 docker_ version || { tail -n 20 "$M/daemon.log"; return 1; }
	rootfs "$M/rootfs"
	tar -C "$M/rootfs" -cf - . | docker_ import - bb >/dev/null
}

teardown_file() {
	[ -n "${MACHINE-}" ] || return 0
	docker_ ps -aq | while read -r id; do docker_ rm -f "$id"; done >/dev/null 2>&1
	machine_down
}

docker_() {
	DOCKER_CONFIG=$M/docker-config inside docker -H "unix://$M/d.sock" "$@"
}

setup() {
	skip_without dockerd containerd docker busybox iptables
	NAME=d$BATS_TEST_NUMBER
}

teardown() {
	[ -z "${MACHINE-}" ] || docker_ rm -f "$NAME" >/dev/null 2>&1
	return 0
}

stays() {
	docker_ run -d --name "$NAME" --network none "$@" bb sleep 1000
}

gave_up() {
	[ "$(docker_ inspect -f '{{.State.Status}} {{.RestartCount}}' "$NAME")" = 'exited 2' ]
}

restarts() {
	[ "$(docker_ inspect -f '{{.RestartCount}}' "$NAME")" -ge 2 ]
}

@test "docker info knows the runtime" {
	run docker_ info --format '{{.DefaultRuntime}}'
	is other
}

@test "docker run: output, exit codes" {
	run docker_ run --rm bb echo hello
	exits 0
	is hello
	run docker_ run --rm --network none bb sh -c 'exit 7'
	exits 7
}

@test "docker run: 127 and 126 of a command that cannot run" {
	run docker_ run --rm --network none bb /no/such
	exits 127
	run docker_ run --rm --network none bb no-such
	exits 127
	run docker_ run --rm --network none bb /etc/passwd
	exits 126
}

@test "docker run -it: a terminal" {
	run on_terminal 'tty; stty size; exit 5\n' nsenter -t "$MACHINE" -m -n -p -- docker -H "unix://$M/d.sock" run --rm -it --network none bb sh
	exits 5
	says '^/dev/(pts/0|console)$'
}

@test "docker run -i: stdin" {
	run docker_ run --rm -i --network none bb cat <<<"through"
	is through
}

@test "docker exec: output, code, user, directory" {
	stays
	run docker_ exec "$NAME" sh -c 'echo in; exit 9'
	exits 9
	says '^in$'
	run docker_ exec -u 1000:2000 -w /tmp -e A=b "$NAME" sh -c 'id -u; id -g; pwd; echo $A'
	is $'1000\n2000\n/tmp\nb'
	# Docker 20.10 says 126 here, later ones 127
	run docker_ exec "$NAME" /no/such
	[[ $status == 12[67] ]]
	says 'no such file or directory'
	run docker_ exec --privileged "$NAME" grep CapEff /proc/self/status
	says 'CapEff:.0000003f|CapEff:.000001f'
}

@test "docker stop, kill, wait" {
	docker_ run -d --name "$NAME" --network none bb sh -c 'trap "exit 42" TERM; touch /ready; while :; do sleep 0.1; done'
	wait_for 20 docker_ exec "$NAME" test -e /ready
	docker_ stop -t 10 "$NAME"
	run docker_ wait "$NAME"
	is 42
	docker_ rm "$NAME"
	stays
	docker_ kill "$NAME"
	run docker_ wait "$NAME"
	is 137
}

@test "docker pause and unpause" {
	stays
	docker_ pause "$NAME"
	run docker_ inspect -f '{{.State.Status}}' "$NAME"
	is paused
	docker_ unpause "$NAME"
	run docker_ exec "$NAME" echo again
	is again
}

@test "docker stats, top" {
	stays
	run docker_ stats --no-stream --format '{{.Name}} {{.PIDs}}' "$NAME"
	exits 0
	says "^$NAME 1"
	run docker_ top "$NAME"
	says 'sleep 1000'
}

@test "docker run with limits, docker update" {
	stays --memory 64m --pids-limit 33 --cpu-shares 512
	run docker_ exec "$NAME" sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null; true'
	says '^67108864$'
	says '^33$'
	docker_ update --memory 128m --memory-swap 256m --cpu-shares 256 "$NAME"
	run docker_ exec "$NAME" sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null; cat /sys/fs/cgroup/cpu/cpu.shares /sys/fs/cgroup/cpu.weight 2>/dev/null; true'
	says '^134217728$'
	says '^(256|10)$'
}

@test "docker: restart policies: on-failure as often as it says, unless-stopped until it is stopped" {
	docker_ run -d --name "$NAME" --network none --restart on-failure:2 bb sh -c 'exit 3'
	wait_for 60 gave_up
	run docker_ inspect -f '{{.RestartCount}} {{.State.ExitCode}}' "$NAME"
	is '2 3'
	docker_ rm "$NAME"
	docker_ run -d --name "$NAME" --network none --restart unless-stopped bb sh -c 'sleep 0.2'
	wait_for 60 restarts
	docker_ stop -t 1 "$NAME"
	run docker_ inspect -f '{{.State.Status}}' "$NAME"
	is exited
}

@test "docker exec -it: a terminal" {
	stays
	run on_terminal 'tty; exit 6\n' nsenter -t "$MACHINE" -m -n -p -- docker -H "unix://$M/d.sock" exec -it "$NAME" sh
	exits 6
	says '^/dev/pts/[0-9]+$'
}

@test "docker: a restart policy" {
	docker_ run -d --name "$NAME" --network none --restart always bb sh -c 'sleep 0.2; exit 1'
	wait_for 60 restarts
}

@test "docker run: capabilities, privileged, read-only, init, hostname, tmpfs, volume, no-new-privileges" {
	run docker_ run --rm --network none bb grep Cap /proc/self/status
	says 'CapInh:.0000000000000000'
	says 'CapEff:.00000000a80425fb'
	run docker_ run --rm --network none --cap-drop all --read-only --hostname named --tmpfs /scratch --security-opt no-new-privileges -v "$M/rootfs/etc:/mnt:ro" bb sh -c \
		'grep -E "CapBnd|NoNewPrivs|Seccomp:" /proc/self/status; hostname; touch /x 2>&1; touch /scratch/y && echo scratch; cat /mnt/group'
	exits 0
	says 'CapBnd:.0000000000000000'
	says 'NoNewPrivs:.1'
	says 'Seccomp:.2'
	says '^named$'
	says 'Read-only'
	says '^scratch$'
	says '^root:x:0:'
	run docker_ run --rm --privileged bb mount -t tmpfs x /mnt
	exits 0
}

@test "docker: two containers on a network reach each other by name" {
	docker_ network create "n$NAME" || skip "no bridge networks here"
	docker_ run -d --name "$NAME" --network "n$NAME" bb sh -c 'echo served >/tmp/index.html; httpd -f -p 80 -h /tmp'
	run docker_ run --rm --network "n$NAME" bb sh -c "for i in 1 2 3 4 5 6 7 8 9 10; do wget -qO- http://$NAME/ && exit; sleep 0.3; done"
	says '^served$'
	docker_ rm -f "$NAME"
	docker_ network rm "n$NAME"
}

@test "docker-compose up: a web service with a database" {
	skip_without docker-compose
	mkdir -p "$M/app"
	cat >"$M/app/docker-compose.yml" <<-'X'
		version: "3"
		services:
		  database:
		    image: bb
		    command: ["sh", "-c", "echo row >/tmp/index.html; httpd -f -p 5432 -h /tmp"]
		  web:
		    image: bb
		    depends_on: [database]
		    command: ["sh", "-c", "until wget -qO /tmp/index.html http://database:5432/; do sleep 0.2; done; httpd -f -p 80 -h /tmp"]
	X
	run inside env "DOCKER_HOST=unix://$M/d.sock" docker-compose -p "c$NAME" -f "$M/app/docker-compose.yml" up -d
	exits 0
	run inside env "DOCKER_HOST=unix://$M/d.sock" docker-compose -p "c$NAME" -f "$M/app/docker-compose.yml" exec -T web sh -c \
		'for i in 1 2 3 4 5 6 7 8 9 10; do wget -qO- http://localhost/ && exit; sleep 0.3; done'
	inside env "DOCKER_HOST=unix://$M/d.sock" docker-compose -p "c$NAME" -f "$M/app/docker-compose.yml" down -t 1
	says '^row$'
}
