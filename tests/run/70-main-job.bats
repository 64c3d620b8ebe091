#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What hoy is for, as a person does it: a real Debian image, a shell session in it, a web service with limits.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() {
	scratch_up
	skip_without_image debian-python
	needs debian-python webservice
}
teardown() {
	[ -z "${SERVICE-}" ] || kill -KILL "$SERVICE" 2>/dev/null || true
	leaves_nothing_behind
}

@test "the image's four layers arrive as they were packed: links, setuid, owners, xattrs, capabilities, whiteouts" {
	run hoy run --rm $REGISTRY/debian-python sh -c '
		cd /srv
		stat -c "%n %a %u:%g %F" first second setuid setgid owned symlink opaque was-a-directory third long*
		ls opaque; readlink symlink; test -e removed || echo removed is gone
		[ first -ef second ] && [ "$(stat -c %h first)" = 2 ] && echo one file
		python3 -c "import os; print(os.getxattr(\"attributes\", \"user.hoy\").decode(), os.getxattr(\"/usr/bin/ping\", \"security.capability\").hex())"'
	exits 0
	is "first 644 0:0 regular file
second 644 0:0 regular file
setuid 4755 0:0 regular file
setgid 2775 0:50 directory
owned 644 1000:1001 regular file
symlink 777 0:0 symbolic link
opaque 755 0:0 directory
was-a-directory 644 0:0 regular file
third 644 0:0 regular empty file
long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name-long-name- 644 0:0 regular file
new
/etc/hostname
removed is gone
one file
a value 0100000200200000000000000000000000000000"
}

@test "a file capability works for one who is not root" {
	run hoy run --rm -u 1000 $REGISTRY/debian-python ping -c1 -W2 127.0.0.1
	exits 0
	says '1 received'
}

@test "dpkg agrees with every file of the image" {
	run hoy run --rm $REGISTRY/debian-python sh -c 'dpkg --verify 2>&1 | grep -v "/usr/share/\(doc\|man\|locale\|info\|lintian\)\|/ping$" | head; python3 -c "import ssl, sqlite3, json, xml; print(sum(range(10)))"'
	is 45
}

@test "hoy run -it debian-python python3 is a usable session" {
	run "$FIXTURES/on-terminal" 'wait=>>> ' 'type=import os, sys; os.getpid(), sys.stdin.isatty()\n' 'wait=(1, True)' \
		'type=1/0\n' wait=ZeroDivisionError 'type=while True: pass\n\n' sleep=0.3 'type=\x03' wait=KeyboardInterrupt \
		'type=os.get_terminal_size()\n' 'wait=columns=80' size=40x120 sleep=0.2 'type=os.get_terminal_size()\n' 'wait=columns=120' \
		'type=sys.exit(6)\n' -- "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" run --rm -it $REGISTRY/debian-python python3
	exits 0
	says '\[exit 6\]'
	says '\[terminal restored\]'
}

# serve OPTIONS…: the web service on a free port, as --name web; waits until it answers
serve() {
	PORT=$(free_port)
	hoy run --rm --name web --network host -e PORT=$PORT -e ADDRESS=127.0.0.1 "$@" $REGISTRY/webservice \
		>"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
	COMMAND=$!
	wait_for 10 http_get "http://127.0.0.1:$PORT/status" || { cat "$BATS_TEST_TMPDIR/out" "$BATS_TEST_TMPDIR/err"; return 1; }
	SERVICE=$(pgrep -P $COMMAND || echo $COMMAND)
}

@test "the web service answers on /status and draws its chart, with -m 100m --cpus 0.5 --network host" {
	serve -m 100m --cpus 0.5
	run http_get "http://127.0.0.1:$PORT/status"
	says '"status": "ok"'
	says '"pid": 1,'
	says '"uid": 65534'
	http_get "http://127.0.0.1:$PORT/chart/HOY" >"$BATS_TEST_TMPDIR/chart.svg"
	python3 -c 'import sys, xml.dom.minidom as m; d = m.parse(sys.argv[1]).documentElement; assert d.tagName == "svg" and d.getElementsByTagName("polyline")' "$BATS_TEST_TMPDIR/chart.svg"
	# a request that fits is served
	run http_get "http://127.0.0.1:$PORT/hog?mb=20"
	says '"kept_mib": 20'
	kill -TERM "$SERVICE"
	reap $COMMAND
	exits 0
}

@test "the request for too much memory ends the service: the sentence, and 137" {
	serve -m 100m --memory-swap 100m
	run http_get "http://127.0.0.1:$PORT/hog?mb=400"
	[ "$status" != 0 ]
	reap $COMMAND
	exits 137
	output=$(<"$BATS_TEST_TMPDIR/err")
	says 'web was killed: it went over its memory limit of 100 MiB$'
}
