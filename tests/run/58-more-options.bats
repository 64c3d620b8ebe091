#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Names, groups, labels, resolv.conf, device rules: what each option does inside, and what the record keeps of it.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; needs busybox; }
teardown() {
	hoy rm -f rooted recorded >/dev/null 2>&1 || true
	leaves_nothing_behind
}

inside() {
	try hoy run --rm "$@"
}

# recorded OPTION…: runs it with these options and puts its record in $output, without blanks
recorded() {
	local id
	try hoy run --name recorded "$@" $REGISTRY/busybox true
	exits 0
	id=$(ls "$SCRATCH/root/containers")
	output=$(python3 -c 'import json, sys; print(json.dumps(json.load(open(sys.argv[1])), separators=(",", ":")))' \
		"$SCRATCH/root/containers/$id/record.json")
	hoy rm recorded >/dev/null
}

# config MEMBER OPTION…: this member of the config.json that the runtime gets, in $output
config() {
	local id member=$1
	shift
	try hoy run --name configured "$@" $REGISTRY/busybox true
	exits 0
	id=$(ls "$SCRATCH/root/containers")
	output=$(python3 -c 'import json, sys; print(json.dumps(json.load(open(sys.argv[1])).get(sys.argv[2]), separators=(",", ":")))' \
		"$SCRATCH/root/containers/$id/config.json" "$member")
	hoy rm configured >/dev/null
}

# a character device that a container does not have and that root may open
free_device() {
	local device
	for device in /dev/fuse /dev/loop-control /dev/net/tun; do
		[ ! -c $device ] || { echo $device; return 0; }
	done
	return 1
}

@test "--group-add: by name and number, for root and for others; an unknown name is refused" {
	inside --group-add 1234 --group-add daemon $REGISTRY/busybox sh -c 'id -G | tr " " "\n" | sort -n | tr "\n" " "'
	says '(^| )1234( |$)'
	inside -u 7:8 --group-add 1234 $REGISTRY/busybox id -G
	is "8 1234"
	inside --group-add nosuchgroup $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'unable to find group nosuchgroup'
	inside --group-add 4294967296 $REGISTRY/busybox true
	exits 125
	one_clear_line
	recorded --group-add 1234
	says '"GroupAdd":\["1234"\]'
}

@test "--annotation reaches the runtime as it is, and means nothing to hoy" {
	config annotations --annotation org.example.a=b=c --annotation empty= --annotation cdi.k8s.io/x=vendor.com/device=none
	is '{"org.example.a":"b=c","empty":"","cdi.k8s.io/x":"vendor.com/device=none"}'
	recorded --annotation org.example.a=b
	says '"Annotations":{"org.example.a":"b"}'
	inside --annotation =x $REGISTRY/busybox true
	exits 125
	one_clear_line
}

@test "--label-file below -l, above the image's; its errors name file and line" {
	printf '# comment\n\none=1\ntwo=from file\nbare\n' >"$BATS_TEST_TMPDIR/labels"
	recorded --label-file "$BATS_TEST_TMPDIR/labels" -l two=typed -l three
	says '"Labels":{.*"one":"1","two":"typed","bare":"","three":""}'
	printf 'good=1\n=bad\n' >"$BATS_TEST_TMPDIR/labels"
	inside --label-file "$BATS_TEST_TMPDIR/labels" $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'labels line 2: there is no label name before the ='
	inside --label-file "$BATS_TEST_TMPDIR/none" $REGISTRY/busybox true
	exits 125
	one_clear_line
}

@test "--dns, --dns-search, --dns-option: the container's resolv.conf" {
	inside --dns 192.0.2.1 --dns-search example.org --dns-search example.net --dns-option ndots:3 --dns-opt rotate $REGISTRY/busybox \
		cat /etc/resolv.conf
	says '^nameserver 192.0.2.1$'
	says '^search example.org example.net$'
	says '^options ndots:3 rotate$'
	inside --dns 192.0.2.1 --dns-search . $REGISTRY/busybox cat /etc/resolv.conf
	says_not '^search'
	recorded --dns 192.0.2.1 --dns-search example.org --dns-option rotate
	says '"Dns":\["192.0.2.1"\],"DnsOptions":\["rotate"\],"DnsSearch":\["example.org"\]'
	inside --dns-search 'a b' $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'a b is not a valid domain'
	inside --dns-option $'a\nnameserver 6.6.6.6' $REGISTRY/busybox true
	exits 125
}

@test "--domainname and --hostname are the UTS namespace's" {
	inside --domainname example.org -h box $REGISTRY/busybox cat /proc/sys/kernel/domainname /proc/sys/kernel/hostname
	is "example.org
box"
	recorded --domainname example.org
	says '"Domainname":"example.org"'
	inside --domainname "$(printf 'x%.0s' $(seq 65))" $REGISTRY/busybox true
	exits 125
	one_clear_line
}

@test "--device-cgroup-rule: a node made inside can be opened, and without it cannot" {
	local char major minor
	char=$(free_device) || skip "no character device to try it with"
	major=$((0x$(stat -c %t "$char"))) minor=$((0x$(stat -c %T "$char")))
	local try_it="mknod /tmp/d c $major $minor"' && if (: </tmp/d) 2>/dev/null; then echo open; else echo refused; fi'
	inside $REGISTRY/busybox sh -c "$try_it"
	is refused
	inside --device-cgroup-rule "c $major:$minor rw" $REGISTRY/busybox sh -c "$try_it"
	is open
	inside --device-cgroup-rule "c $major:* rwm" $REGISTRY/busybox sh -c "$try_it"
	is open
	recorded --device-cgroup-rule 'c 1:11 r'
	says '"DeviceCgroupRules":\["c 1:11 r"\]'
	inside --device-cgroup-rule 'c x:11 r' $REGISTRY/busybox true
	exits 125
	one_clear_line
	says "invalid device cgroup format 'c x:11 r'"
}

@test "--device: a node, a directory, another name, fewer rights" {
	inside --device /dev/zero:/dev/nought:r $REGISTRY/busybox sh -c 'head -c 2 /dev/nought | od -An -tx1 | tr -d " "; echo >/dev/nought' 2>&1
	says '^0000$'
	mkdir -p "$BATS_TEST_TMPDIR/devices/sub"
	mknod "$BATS_TEST_TMPDIR/devices/a" c 1 5
	mknod "$BATS_TEST_TMPDIR/devices/sub/b" c 1 7
	echo no >"$BATS_TEST_TMPDIR/devices/file"
	inside --device "$BATS_TEST_TMPDIR/devices:/dev/mine" $REGISTRY/busybox sh -c 'find /dev/mine -type c | sort; find /dev/mine -type f; head -c 1 /dev/mine/sub/b >/dev/null && echo open'
	is "/dev/mine/a
/dev/mine/sub/b
open"
	recorded --device /dev/zero:/dev/nought:r --device /dev/full
	says '"Devices":\[{"PathOnHost":"/dev/zero","PathInContainer":"/dev/nought","CgroupPermissions":"r"},{"PathOnHost":"/dev/full","PathInContainer":"/dev/full","CgroupPermissions":"rwm"}\]'
}

@test "what hoy will never have is refused with the reason; what asks for nothing is accepted" {
	inside --cpu-count 2 $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'only supported on Windows'
	inside --use-api-socket $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'no daemon'
	inside --disable-content-trust=false $REGISTRY/busybox true
	exits 125
	one_clear_line
	inside --disable-content-trust $REGISTRY/busybox echo fine
	is fine
}

@test "--security-opt: cgroups to write, system paths, no new privileges, labels" {
	local make='d=$(find /sys/fs/cgroup -maxdepth 1 -type d -name pids); mkdir ${d:-/sys/fs/cgroup}/mine && echo made; rmdir ${d:-/sys/fs/cgroup}/mine'
	inside $REGISTRY/busybox sh -c "$make" 2>&1
	says_not made
	inside --security-opt writable-cgroups $REGISTRY/busybox sh -c "$make"
	is made
	inside --security-opt writable-cgroups=false $REGISTRY/busybox sh -c "$make" 2>&1
	says_not made
	inside --security-opt writable-cgroups=true --cgroupns host $REGISTRY/busybox true
	exits 125
	one_clear_line
	inside --security-opt systempaths=unconfined $REGISTRY/busybox sh -c 'grep -cE " /proc/sys " /proc/self/mountinfo'
	is 0
	inside $REGISTRY/busybox sh -c 'grep -cE " /proc/sys " /proc/self/mountinfo'
	is 1
	inside --security-opt no-new-privileges=true $REGISTRY/busybox grep NoNewPrivs /proc/self/status
	says '1$'
	inside --security-opt no-new-privileges:false $REGISTRY/busybox grep NoNewPrivs /proc/self/status
	says '0$'
	inside --security-opt label=disable --security-opt apparmor=unconfined $REGISTRY/busybox echo fine
	is fine
	[ -e /sys/fs/selinux/enforce ] || {
		inside --security-opt label=type:x $REGISTRY/busybox echo fine
		is fine
	}
	[ -e /sys/module/apparmor ] || {
		inside --security-opt apparmor=profile $REGISTRY/busybox true
		exits 125
		one_clear_line
		says 'this kernel has no AppArmor'
	}
	recorded --security-opt no-new-privileges --security-opt systempaths=unconfined
	says '"SecurityOpt":\["no-new-privileges","systempaths=unconfined"\]'
	says '"MaskedPaths":\[\],"ReadonlyPaths":\[\]'
}

@test "--privileged: all capabilities and devices, nothing masked, cgroups and /sys to write" {
	inside --privileged $REGISTRY/busybox sh -c 'grep CapEff /proc/self/status | cut -f 2; grep -cE " /proc/sys " /proc/self/mountinfo
		grep Seccomp: /proc/self/status | cut -f 2; grep -E " /sys " /proc/self/mountinfo | cut -d" " -f6 | cut -c1-2; ls -d /dev/loop-control 2>/dev/null'
	[ "${lines[0]}" = "$(grep CapBnd /proc/self/status | cut -f 2)" ]
	[ "${lines[1]}" = 0 ]
	[ "${lines[2]}" = 0 ]
	[ "${lines[3]}" = rw ]
	[ ! -e /dev/loop-control ] || [ "${lines[4]}" = /dev/loop-control ]
	recorded --privileged
	says '"Privileged":true'
}

@test "--rootfs: a directory is the root file system; with :O it stays as it is; exec, cp and start work" {
	local root=$BATS_TEST_TMPDIR/rootfs
	mkdir "$root"
	"$TOP/tools/busybox-rootfs" | tar -x -C "$root"
	inside --rootfs "$root" sh -c 'echo kept >/written; echo $PATH'
	exits 0
	[ "$(<"$root/written")" = kept ]
	inside --rootfs "$root:O" sh -c 'cat /written; echo gone >/other; rm /written'
	is kept
	[ -e "$root/written" ] && [ ! -e "$root/other" ]
	hoy create --name rooted -u daemon --rootfs "$root" sleep 1000 >/dev/null
	echo in >"$BATS_TEST_TMPDIR/in"
	hoy cp "$BATS_TEST_TMPDIR/in" rooted:/copied
	[ "$(<"$root/copied")" = in ]
	hoy start rooted >/dev/null
	run hoy exec rooted sh -c 'id -un; cat /copied'
	says '^daemon$'
	says '^in$'
	run hoy inspect -f '{{.Image}}|{{.Config.Image}}' rooted
	is "|$root"
	run hoy inspect rooted
	says_not StopTimeout
	local command
	for command in diff commit; do
		run hoy $command rooted
		[ "$status" != 0 ]
		one_clear_line
	done
	run hoy exec -u mail rooted true
	[ "$status" != 0 ]
	one_clear_line
	hoy rm -f rooted >/dev/null
	[ -e "$root/bin/busybox" ]
	inside --read-only --rootfs "$root" sh -c ': >/x'
	says 'Read-only file system'
	[ ! -e "$root/x" ]
	inside --rootfs "$BATS_TEST_TMPDIR/none" true
	exits 125
	one_clear_line
	inside --rootfs / true
	exits 125
	one_clear_line
	inside --rootfs "$root"
	exits 125
	says 'no command specified'
}

@test "--rootfs DIR:idmap=…: its owners as others, and what the container writes is stored as theirs" {
	local root=$BATS_TEST_TMPDIR/root:fs map='uids=1000-0-1#1001-7-1;gids=1000-0-1#1002-8-1'
	mkdir "$root"
	"$TOP/tools/busybox-rootfs" | tar -x -C "$root"
	mkdir "$root/data"
	chown -R 1000:1000 "$root"
	touch "$root/data/theirs"
	chown 1001:1002 "$root/data/theirs"
	inside --rootfs "$root:idmap=$map" sh -c 'stat -c %u:%g / /data/theirs; echo x >/written'
	[[ $output != *"cannot show other owners"* ]] || skip "not on this file system"
	is "0:0
7:8"
	[ "$(stat -c %u:%g "$root/written")" = 1000:1000 ]
	# what it is made of is seen so, too: a volume's first content, cp, a second start
	hoy create --name mapped -v vv:/data --rootfs "$root:idmap=$map" sh -c 'cat /in; stat -c %u:%g /data/theirs /etc/in' >/dev/null
	[ "$(stat -c %u:%g "$SCRATCH/root/volumes/vv/_data/theirs")" = 7:8 ]
	echo in >"$BATS_TEST_TMPDIR/in"
	hoy cp "$BATS_TEST_TMPDIR/in" mapped:/in
	[ "$(stat -c %u:%g "$root/in")" = 1000:1000 ]
	hoy cp "$BATS_TEST_TMPDIR/in" mapped:/etc/in
	hoy start -a mapped >/dev/null
	[ "$(hoy start -a mapped | xargs)" = 'in 7:8 0:0' ]
	hoy rm -v mapped >/dev/null
	hoy volume rm vv >/dev/null
	# alone it means the user namespace of the container, which is the host's
	inside --rootfs "$root:idmap" stat -c %u:%g /data/theirs
	is 1001:1002
	inside --rootfs "$root:idmap=uids=0-0-1" true
	exits 125
	says 'it wants uids= and gids='
	inside --rootfs "$root" cat /written
	is x
}

@test "--rootfs: what is hostile in the directory leads nowhere (T1)" {
	local root=$BATS_TEST_TMPDIR/rootfs outside=$BATS_TEST_TMPDIR/outside
	mkdir "$root" "$outside"
	"$TOP/tools/busybox-rootfs" | tar -x -C "$root"
	rm -rf "$root/etc" "$root/dev"
	ln -s "$outside" "$root/etc"
	ln -s "$outside" "$root/dev"
	inside --rootfs "$root" true
	[ -z "$(ls -A "$outside")" ]
	inside -u someone --rootfs "$root" true
	[ "$status" != 0 ]
	[ -z "$(ls -A "$outside")" ]
}
