#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Who a process is and what it may do, by each spelling of a user: the same for run and for exec, and never more than was
# asked for (CVE-2016-3697, CVE-2022-29162, CVE-2022-36109, CVE-2024-40635, CVE-2026-30892, CVE-2026-46680).
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() {
	scratch_up
	needs busybox
}
teardown() {
	hoy rm -f box >/dev/null 2>&1 || true
	leaves_nothing_behind
}

# an image whose passwd and group try to be misunderstood
hostile_image() {
	local root=$BATS_TEST_TMPDIR/rootfs
	mkdir -p "$root"
	"$TOP/tools/busybox-rootfs" | tar -x -C "$root"
	cat >"$root/etc/passwd" <<-END
		root:x:0:0:root:/root:/bin/sh
		1:x:0:0:one that is root:/root:/bin/sh
		-1:x:0:0::/:/bin/sh
		4294967296:x:0:0::/:/bin/sh
		99999999999:x:0:0::/:/bin/sh
		1000:x:0:0::/:/bin/sh
		+1000:x:0:0::/:/bin/sh
		user:x:1001:1002::/home/user:/bin/sh
		wrapped:x:4294967296:4294967296::/:/bin/sh
		negative:x:-1:-1::/:/bin/sh
		member:x:1003:1003::/:/bin/sh
	END
	cat >"$root/etc/group" <<-END
		root:x:0:
		1:x:0:
		4294967296:x:0:
		people:x:1010:member,user
		wrapped:x:4294967296:member
		others:x:1011:member
	END
	tar -C "$root" -c . | hoy import - hostile >/dev/null
}

# all of a process that says what it may do
snapshot='sed -n "s/^\(Uid\|Gid\|Groups\|Cap...\|NoNewPrivs\|Seccomp\):\s*/\1 /p" /proc/self/status'

@test "T6: run and exec give the same process for every spelling of a user" {
	hostile_image
	hoy run -d --name box hostile sleep 1000 >/dev/null
	local user
	for user in root 0 1 1:2 user user:people 1003 member 1001:1011 :1010 2147483647 user:7; do
		try hoy run --rm -u "$user" hostile sh -c "$snapshot"
		exits 0
		local by_run=$output
		try hoy exec -u "$user" box sh -c "$snapshot"
		exits 0
		is "$by_run"
		says '^CapInh 0000000000000000$'
		says '^CapAmb 0000000000000000$'
		says '^Seccomp 2$'
		case $user in root | 0 | :1010) ;; *)
			says '^CapEff 0000000000000000$'
			says '^CapPrm 0000000000000000$'
			;;
		esac
	done
}

@test "T6: a number is that number, whatever a name in passwd says; what is none is refused" {
	hostile_image
	hoy run -d --name box hostile sleep 1000 >/dev/null
	local row
	for row in '1 1:0' '1:2 1:2' '1000 1000:0' 'user 1001:1002' 'user:people 1001:1010' '2147483647 2147483647:0'; do
		try hoy run --rm -u "${row% *}" hostile sh -c 'echo $(id -u):$(id -g)'
		is "${row#* }"
		try hoy exec -u "${row% *}" box sh -c 'echo $(id -u):$(id -g)'
		is "${row#* }"
	done
	for row in -1 4294967296 99999999999 4294967295 2147483648 0:4294967296 0:-1 +1000 wrapped negative user:wrapped root: nobody '' ' ' 1:2:3; do
		[ -n "$row" ] || continue
		try hoy run --rm -u "$row" hostile id -u
		[ "$row" = root: ] && is 0 && continue
		exits 125
		one_clear_line
		try hoy exec -u "$row" box id -u
		exits 1
		one_clear_line
	done
}

@test "exec -u keeps what --group-add gave; supplementary groups are those of the container's /etc/group" {
	hostile_image
	hoy run -d --name box --group-add 1011 --group-add 77 hostile sleep 1000 >/dev/null
	run hoy exec -u user box sh -c 'id -G | tr " " "\n" | sort -n | tr "\n" " "'
	is "77 1002 1010 1011 "
	run hoy exec -u 1003:1003 box id -G
	is "1003 77 1011"
	# the file as it is now, not as the image has it
	hoy exec box sh -c 'echo late:x:1020:user >>/etc/group'
	run hoy exec -u user box id -G
	says '(^| )1020( |$)'
}

@test "exec: --privileged has all of it, and only that process; -e, --env-file, -w" {
	hoy run -d --name box -u 5:6 -e COLOR=blue $REGISTRY/busybox sleep 1000 >/dev/null
	run hoy exec --privileged -u root box sh -c "$snapshot"
	[ "$(sed -n 's/^CapEff //p' <<<"$output")" = "$(sed -n 's/^CapBnd:\s*//p' /proc/self/status)" ]
	run hoy exec box sh -c "$snapshot"
	says '^CapEff 0000000000000000$'
	says '^Uid 5'
	says '^Gid 6'
	printf '# words\nSIZE=big\nPASSED\nNOT_HERE\n' >"$BATS_TEST_TMPDIR/env"
	PASSED=on run hoy exec --env-file "$BATS_TEST_TMPDIR/env" -e COLOR=red -w /tmp box sh -c 'env | grep -E "^(SIZE|PASSED|NOT_HERE|COLOR)=" | sort; pwd'
	is "COLOR=red
PASSED=on
SIZE=big
/tmp"
	run hoy exec --env-file "$BATS_TEST_TMPDIR/none" box true
	[ "$status" != 0 ]
	one_clear_line
	run hoy exec -w tmp box true
	[ "$status" != 0 ]
	one_clear_line
	run hoy exec -e =x box true
	[ "$status" != 0 ]
	one_clear_line
	run hoy exec -w /made box pwd
	[ "$status" != 0 ] || is /made
}

@test "exec -d, -i, -t together and apart" {
	hoy run -d --name box $REGISTRY/busybox sleep 1000 >/dev/null
	run hoy exec -d box sh -c 'echo done >/tmp/done; sleep 500'
	exits 0
	is ""
	wait_for 5 hoy exec box test -s /tmp/done
	[ "$(echo words | hoy exec -i box cat)" = words ]
	[ "$(echo words | hoy exec box cat)" = "" ]
	run hoy exec -t box tty
	says '^/dev/pts/'
	run hoy exec -it box true </dev/null
	exits 1
	one_clear_line
}
