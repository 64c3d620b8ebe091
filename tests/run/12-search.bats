#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# search: Docker's search API where a registry has it, a catalog where it has not.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() { scratch_up; }
teardown() {
	[ -z "${SERVER-}" ] || kill "$SERVER" 2>/dev/null || true
	leaves_nothing_behind
}

# api: a registry that searches, on $A; it answers what was asked
api() {
	cat >"$BATS_TEST_TMPDIR/api.py" <<-'END'
		import http.server, json, os, sys, urllib.parse
		class H(http.server.BaseHTTPRequestHandler):
		    def log_message(self, *a): pass
		    def do_GET(self):
		        url = urllib.parse.urlparse(self.path)
		        asked = urllib.parse.parse_qs(url.query)
		        if url.path != '/v1/search':
		            self.send_response(404); self.end_headers(); return
		        body = b'{"results": 7}' if asked['q'] == ['broken'] else json.dumps({"results": [
		            {"name": "one/" + asked['q'][0], "description": "The first\nof \x1b[31mthem, which has a description that is longer than a line",
		             "star_count": 120, "is_official": True, "is_automated": False},
		            {"name": "two", "description": "", "star_count": 3, "is_official": False, "is_automated": True},
		            {"name": "n" + asked['n'][0]}]}).encode()
		        self.send_response(200); self.end_headers(); self.wfile.write(body)
		s = http.server.ThreadingHTTPServer(('127.0.0.1', 0), H)
		open(sys.argv[1] + '.new', 'w').write(str(s.server_address[1]))
		os.rename(sys.argv[1] + '.new', sys.argv[1])
		s.serve_forever()
	END
	python3 "$BATS_TEST_TMPDIR/api.py" "$BATS_TEST_TMPDIR/port" >/dev/null 2>&1 3>&- 4>&- &
	SERVER=$!
	wait_for 20 test -s "$BATS_TEST_TMPDIR/port"
	A=127.0.0.1:$(cat "$BATS_TEST_TMPDIR/port")
}

@test "a registry that searches: columns, filters, formats, limits" {
	api
	run hoy search "$A/thing"
	exits 0
	says '^NAME +DESCRIPTION +STARS +OFFICIAL$'
	says "^$A/one/thing +The first of \\?\[31mthem, which has a descript… +120 +\[OK\]$"
	says "^$A/two +3 +$"
	# how many were asked for
	says "^$A/n25 +0 +$"
	run hoy search --no-trunc --filter is-official=true --format '{{.Name}} {{.StarCount}} {{.IsOfficial}} {{.IsAutomated}}' "$A/thing"
	is "$A/one/thing 120 true false"
	[ "$(hoy search --filter stars=3 --format '{{.Name}}' "$A/x" | wc -l)" = 2 ]
	[ "$(hoy search --filter is-automated=1 --format '{{.Name}}' "$A/x")" = "$A/two" ]
	[ "$(hoy search --limit 2 --format '{{.Name}}' "$A/x" | wc -l)" = 2 ]
	hoy search --format json "$A/thing" | head -n 1 | python3 -c 'if True:
		import json, sys
		o = json.load(sys.stdin)
		assert list(o) == "Description IsAutomated IsOfficial Name StarCount".split(), o
		assert o["StarCount"] == "120" and o["IsOfficial"] == "true", o'
	run hoy search "$A/broken"
	exits 1
	one_clear_line
	local args
	for args in '--limit 0 x' '--limit 101 x' '--filter colour=red x' '--filter stars=many x' '--filter is-official=perhaps x'; do
		run hoy search $args
		exits 1
		one_clear_line
	done
}

@test "a registry that has a catalog only; one that is not there" {
	run hoy search --format '{{.Name}}' $REGISTRY/busy
	is "$REGISTRY/busybox"
	run hoy search $REGISTRY/no-such-thing
	exits 0
	[ "${#lines[@]}" = 1 ]
	run hoy search 127.0.0.1:1/x
	exits 1
	one_clear_line
	says 'Connection refused'
}
