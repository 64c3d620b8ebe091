#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Devices by name (CDI): `--device vendor.com/class=name` and --gpus. The files that describe them stand in an /etc of the
# test's own, in a mount namespace of its own.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() {
	scratch_up
	needs busybox
	ETC=$BATS_TEST_TMPDIR/etc
	mkdir -p "$ETC/upper/cdi" "$ETC/work"
}
teardown() { leaves_nothing_behind; }

# with_cdi OPTION…: hoy run with the files of $ETC/upper/cdi in /etc/cdi
with_cdi() {
	try unshare -m sh -c 'mount -t overlay overlay -o "lowerdir=/etc,upperdir=$1/upper,workdir=$1/work" /etc || exit 99; shift; exec "$@"' _ \
		"$ETC" "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" run --rm "$@"
	[ "$status" != 99 ] || skip "no overlay over /etc here"
}

describe() {
	cat >"$ETC/upper/cdi/$1"
}

@test "a device's edits: environment, nodes, mounts, hooks, groups; those of its file once" {
	echo mounted >"$BATS_TEST_TMPDIR/file"
	cat >"$BATS_TEST_TMPDIR/hook" <<-END
		#!/bin/sh
		echo "\$1 \$WORD" >>"$BATS_TEST_TMPDIR/hooked"
		cat >>"$BATS_TEST_TMPDIR/state"
	END
	chmod +x "$BATS_TEST_TMPDIR/hook"
	describe vendor.json <<-END
		{"cdiVersion": "0.6.0", "kind": "example.org/thing",
		 "devices": [
		  {"name": "one", "containerEdits": {"env": ["ONE=1"], "deviceNodes": [{"path": "/dev/thing", "hostPath": "/dev/zero", "permissions": "r"}]}},
		  {"name": "two", "containerEdits": {"env": ["TWO=2"], "deviceNodes": [{"path": "/dev/other", "type": "c", "major": 1, "minor": 3, "fileMode": 384}]}}],
		 "containerEdits": {
		  "env": ["COMMON=yes", "HOME=/replaced"],
		  "mounts": [{"hostPath": "$BATS_TEST_TMPDIR/file", "containerPath": "/etc/thing.conf", "options": ["ro", "nosuid"]}],
		  "hooks": [{"hookName": "createRuntime", "path": "$BATS_TEST_TMPDIR/hook", "args": ["hook", "argument"], "env": ["WORD=word"]}],
		  "additionalGids": [0, 4321]}}
	END
	with_cdi --device example.org/thing=one --device example.org/thing=two $REGISTRY/busybox sh -c 'env; head -c 1 /dev/thing | od -An -tx1
		ls -l /dev/other; cat /etc/thing.conf; (echo x >/etc/thing.conf) 2>&1; (: >/dev/thing) 2>&1; id -G; grep -c thing.conf /proc/self/mountinfo'
	says '^ONE=1$'
	says '^TWO=2$'
	says '^COMMON=yes$'
	says '^HOME=/replaced$'
	says '^ 00$'
	says '^crw------- .* 1, +3 '
	says '^mounted$'
	says 'thing.conf: Read-only file system'
	says '(^| )4321( |$)'
	says '^1$'
	[ "$(<"$BATS_TEST_TMPDIR/hooked")" = "argument word" ]
	# the hook finds the spec by the bundle that it is told
	grep -q '"bundle": *"'"$SCRATCH/root/containers/[0-9a-f]" "$BATS_TEST_TMPDIR/state"
}

@test "a name that nobody describes, a broken file, two files that describe it" {
	with_cdi --device example.org/thing=one $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'CDI device injection failed: unresolvable CDI devices example.org/thing=one'
	says 'hint: .*/etc/cdi'
	printf 'kind: example.org/thing\ncdiVersion: &x 0.6.0\n' | describe bad.yaml
	with_cdi --device example.org/thing=one $REGISTRY/busybox true
	exits 125
	says 'warning: /etc/cdi/bad.yaml is left out: bad.yaml: line 2: a form of YAML that hoy does not read'
	rm "$ETC/upper/cdi/bad.yaml"
	echo '{"cdiVersion": "0.6.0", "kind": "no kind", "devices": []}' | describe bad.json
	echo '{"cdiVersion": "0.6.0", "kind": "example.org/thing", "devices": [{"name": "one", "containerEdits": {"env": ["A=1"]}}]}' | describe a.json
	with_cdi --device example.org/thing=one $REGISTRY/busybox sh -c 'echo $A'
	says '^1$'
	says 'warning: /etc/cdi/bad.json is left out'
	cp "$ETC/upper/cdi/a.json" "$ETC/upper/cdi/b.json"
	with_cdi --device example.org/thing=one $REGISTRY/busybox true
	exits 125
	says 'conflicting device example.org/thing=one: /etc/cdi/[ab].json and /etc/cdi/[ab].json describe it'
}

@test "YAML, as vendors' tools write it" {
	echo mounted >"$BATS_TEST_TMPDIR/file"
	describe nvidia.yaml <<-END
		---
		cdiVersion: 0.5.0
		kind: nvidia.com/gpu
		devices:
		- name: "0"
		  containerEdits:
		    deviceNodes:
		    - path: /dev/nvidia0
		      hostPath: /dev/zero
		      fileMode: 438
		- name: all
		  containerEdits:
		    env: [ "ALL=1" ]
		containerEdits:
		  env:
		  - NVIDIA_VISIBLE_DEVICES=void # the tool's own
		  hooks:
		  - hookName: createContainer
		    path: /bin/sh
		    args:
		    - sh
		    - -c
		    - echo hooked >$BATS_TEST_TMPDIR/hooked
		  mounts:
		  - hostPath: $BATS_TEST_TMPDIR/file
		    containerPath: /etc/nvidia.conf
		    options:
		    - ro
		    - nosuid
	END
	with_cdi --device nvidia.com/gpu=0 $REGISTRY/busybox sh -c 'env; head -c 1 /dev/nvidia0 | od -An -tx1; cat /etc/nvidia.conf'
	exits 0
	says '^NVIDIA_VISIBLE_DEVICES=void$'
	says '^ 00$'
	says '^mounted$'
	says_not '^ALL='
	[ "$(<"$BATS_TEST_TMPDIR/hooked")" = hooked ]
	with_cdi --gpus all $REGISTRY/busybox env
	says '^ALL=1$'
}

@test "hooks after the start and after the end" {
	describe a.yaml <<-END
		cdiVersion: 0.5.0
		kind: example.org/thing
		devices:
		- name: one
		  containerEdits:
		    hooks:
		    - hookName: poststart
		      path: /bin/sh
		      args: ["sh", "-c", "cat >>$BATS_TEST_TMPDIR/state; echo >>$BATS_TEST_TMPDIR/state"]
		    - hookName: poststop
		      path: /bin/sh
		      args: ["sh", "-c", "cat >>$BATS_TEST_TMPDIR/state; echo >>$BATS_TEST_TMPDIR/state; exit 3"]
	END
	with_cdi --name hooked -v "$BATS_TEST_TMPDIR:/told" --device example.org/thing=one $REGISTRY/busybox \
		sh -c 'while [ ! -s /told/state ]; do sleep 0.05; done; exit 4'
	exits 4
	[ "$(jq -r .status "$BATS_TEST_TMPDIR/state" | paste -sd' ')" = 'running stopped' ]
	[ "$(jq -r .bundle "$BATS_TEST_TMPDIR/state" | sort -u | wc -l)" = 1 ]
}

@test "edits that make no sense are refused, and nothing is left" {
	local edits
	for edits in '{"env": ["=x"]}' '{"deviceNodes": [{"path": "dev"}]}' '{"deviceNodes": [{"path": "/dev/x", "hostPath": "/etc/passwd"}]}' \
		'{"deviceNodes": [{"path": "/dev/null", "permissions": "rx"}]}' '{"mounts": [{"hostPath": "/tmp", "containerPath": "tmp"}]}' \
		'{"hooks": [{"hookName": "when", "path": "/bin/true"}]}' '{"hooks": [{"hookName": "poststart", "path": "/bin/false"}]}' \
		'{"additionalGids": [-1]}' '{"additionalGids": [4294967295]}' '{"env": 3}' '{"deviceNodes": [7]}' '{"netDevices": []}'; do
		echo '{"cdiVersion": "0.6.0", "kind": "example.org/thing", "devices": [{"name": "one", "containerEdits": '"$edits"'}]}' | describe a.json
		with_cdi --device example.org/thing=one $REGISTRY/busybox true
		exits 125 && one_clear_line || { echo "$edits"; return 1; }
	done
}

@test "an annotation or a label asks for no device (CVE-2026-53492)" {
	echo '{"cdiVersion": "0.6.0", "kind": "example.org/thing", "devices": [{"name": "one", "containerEdits": {"env": ["SMUGGLED=1"]}}]}' | describe a.json
	with_cdi --annotation cdi.k8s.io/x=example.org/thing=one -l cdi.k8s.io/x=example.org/thing=one $REGISTRY/busybox env
	exits 0
	says_not SMUGGLED
}

@test "--gpus: all, a count and names become the vendor's devices; without any Docker's error" {
	with_cdi --gpus all $REGISTRY/busybox true
	exits 125
	one_clear_line
	says 'could not select device driver "" with capabilities: \[\[gpu\]\]'
	describe nvidia.json <<-END
		{"cdiVersion": "0.7.0", "kind": "nvidia.com/gpu", "devices": [
		 {"name": "all", "containerEdits": {"env": ["GPUS=all"]}}, {"name": "0", "containerEdits": {"env": ["GPU0=1"]}},
		 {"name": "1", "containerEdits": {"env": ["GPU1=1"]}}]}
	END
	with_cdi --gpus all $REGISTRY/busybox env
	says '^GPUS=all$'
	with_cdi --gpus 2 $REGISTRY/busybox env
	says '^GPU0=1$'
	says '^GPU1=1$'
	with_cdi --gpus '"device=1",capabilities=utility' $REGISTRY/busybox env
	says '^GPU1=1$'
	says_not '^GPU0'
	with_cdi --gpus driver=other $REGISTRY/busybox true
	exits 125
	says 'could not select device driver "other"'
	with_cdi --gpus device=7 $REGISTRY/busybox true
	exits 125
	says 'unresolvable CDI devices nvidia.com/gpu=7'
}
