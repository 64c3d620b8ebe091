#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# hoy import: names, changes, sources, and an image that other programs can read.
load lib

setup() {
	scratch_up
	gone "$SCRATCH/root"
	[ -f "$SCRATCH/a.tar" ] && return
	mkdir -p "$SCRATCH/tree/bin"
	echo hello >"$SCRATCH/tree/bin/file"
	tar -cf "$SCRATCH/a.tar" -C "$SCRATCH/tree" .
}

config() {
	cat "$SCRATCH/root/blobs/sha256/${1#sha256:}"
}

@test "prints the id, which is the sum of the config; the config says what came from where" {
	run hoy import "$SCRATCH/a.tar" demo:1
	exits 0
	[[ $output =~ ^sha256:[0-9a-f]{64}$ ]]
	[ "$(config "$output" | sha256sum | cut -d' ' -f1)" = "${output#sha256:}" ]
	[ "$(config "$output" | jq -r .os)" = linux ]
	[ "$(config "$output" | jq -r '.rootfs.diff_ids[]')" = "sha256:$(sha256sum <"$SCRATCH/a.tar" | cut -d' ' -f1)" ]
	[ "$(config "$output" | jq -r '.history[0].comment')" = "Imported from -" ]
	id=$output
	run hoy images -q --no-trunc demo:1
	is "$id"
}

@test "from standard input, compressed or not" {
	hoy import - one <"$SCRATCH/a.tar"
	gzip -c "$SCRATCH/a.tar" | hoy import - two
	zstd -qc "$SCRATCH/a.tar" | hoy import -m "from a pipe" - three
	[ "$(ls "$SCRATCH/root/layers" | wc -l)" = 1 ]
	run hoy import - </dev/null
	exits 1
	one_clear_line
	says 'cannot import -: the archive is empty'
	run hoy import "$SCRATCH/nothing.tar"
	exits 1
	one_clear_line
	says 'No such file or directory'
	run hoy import "$SCRATCH/tree"
	exits 1
	one_clear_line
}

# web: serves $SCRATCH on loopback; "/moved" leads to "/a.tar", "/later" answers at the second time, "/half" breaks off at the first
web() {
	cat >"$BATS_TEST_TMPDIR/web.py" <<-'END'
		import http.server, os, sys
		seen = {}
		class H(http.server.BaseHTTPRequestHandler):
		    def log_message(self, *a): pass
		    def do_GET(self):
		        n = seen[self.path] = seen.get(self.path, 0) + 1
		        if self.path == '/moved':
		            self.send_response(302); self.send_header('Location', '/a.tar'); self.end_headers(); return
		        if self.path == '/around':
		            self.send_response(302); self.send_header('Location', '/around'); self.end_headers(); return
		        if self.path == '/later' and n == 1:
		            self.send_response(503); self.end_headers(); return
		        name = {'/later': '/a.tar', '/half': '/a.tar'}.get(self.path, self.path)
		        try: data = open(sys.argv[1] + name, 'rb').read()
		        except OSError: self.send_response(404); self.end_headers(); return
		        self.send_response(200); self.send_header('Content-Length', str(len(data))); self.end_headers()
		        self.wfile.write(data[:len(data) // 2] if self.path == '/half' and n == 1 else data)
		s = http.server.ThreadingHTTPServer(('127.0.0.1', 0), H)
		open(sys.argv[2] + '.new', 'w').write(str(s.server_address[1]))
		os.rename(sys.argv[2] + '.new', sys.argv[2])
		s.serve_forever()
	END
	python3 "$BATS_TEST_TMPDIR/web.py" "$SCRATCH" "$BATS_TEST_TMPDIR/port" >/dev/null 2>&1 3>&- 4>&- &
	WEB=$!
	wait_for 20 test -s "$BATS_TEST_TMPDIR/port"
	U=http://127.0.0.1:$(cat "$BATS_TEST_TMPDIR/port")
}

@test "from the web: where it leads, with patience, and with words when there is none" {
	gone "$SCRATCH/root"
	web
	local path id
	for path in a.tar moved later half; do
		run hoy import "$U/$path" "web:$path"
		exits 0
		[[ $output =~ ^sha256:[0-9a-f]{64}$ ]]
		# the very file
		[ "$(jq -r '.layers[0].digest' "$SCRATCH/root/blobs/sha256/$(hoy images --digests --format '{{.Tag}}' >/dev/null; jq -r .ManifestDigest "$SCRATCH"/root/images/*"$path"* | cut -d: -f2)")" = \
			"sha256:$(sha256sum <"$SCRATCH/a.tar" | cut -d' ' -f1)" ]
	done
	run hoy history --format '{{.Comment}}' web:moved
	is "Imported from $U/moved"
	run hoy import -m mine "$U/a.tar" web:said
	[ "$(hoy history --format '{{.Comment}}' web:said)" = mine ]
	run hoy import "$U/none.tar"
	exits 1
	one_clear_line
	says "cannot import $U/none.tar: the server answered HTTP 404"
	run hoy import "$U/around"
	exits 1
	one_clear_line
	says 'redirects more than 5 times'
	run hoy import "$U/a.tar" Bad:Name:Here
	exits 1
	one_clear_line
	kill $WEB
	wait $WEB 2>/dev/null || true
	run hoy import "$U/a.tar"
	exits 1
	one_clear_line
	says 'Connection refused'
	[ -z "$(ls "$SCRATCH"/root/partial 2>/dev/null)" ]
}

@test "xz and bzip2: read, and stored as layers that everybody reads" {
	skip_without xz bzip2
	local kind
	for kind in 'xz -c' 'xz -9e -c' 'xz --check=sha256 -c' 'bzip2 -c'; do
		gone "$SCRATCH/root"
		cat "$SCRATCH/a.tar" | $kind | hoy import - old
		manifest=$(jq -r .ManifestDigest "$SCRATCH"/root/images/*old*)
		[ "$(config "$manifest" | jq -r '.layers[0].mediaType')" = application/vnd.oci.image.layer.v1.tar+gzip ]
		layer=$(config "$manifest" | jq -r '.layers[0].digest')
		[ "$(config "$layer" | gzip -dc | tar -xO bin/file)" = hello ]
		[ "$(cat "$SCRATCH"/root/layers/*/diff/bin/file)" = hello ]
	done
	# damaged and cut short: one line each
	xz -c "$SCRATCH/a.tar" >"$SCRATCH/a.tar.xz"
	head -c 100 "$SCRATCH/a.tar.xz" >"$SCRATCH/short.xz"
	run hoy import "$SCRATCH/short.xz"
	exits 1
	one_clear_line
	says 'xz data is damaged'
	printf 'BZh9garbage' >"$SCRATCH/bad.bz2"
	run hoy import "$SCRATCH/bad.bz2"
	exits 1
	one_clear_line
	says 'bzip2 data is damaged'
}

@test "the store is an OCI layout that skopeo reads and umoci unpacks" {
	skip_without skopeo umoci
	for kind in cat 'gzip -c' 'zstd -qc'; do
		$kind "$SCRATCH/a.tar" | hoy import - "x:a" >/dev/null
		manifest=$(jq -r .ManifestDigest "$SCRATCH"/root/images/*x:a)
		layout=$SCRATCH/layout
		rm -rf "$layout" "$SCRATCH/bundle" && mkdir -p "$layout"
		cp -r "$SCRATCH/root/blobs" "$layout/"
		echo '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
		jq -n --arg d "$manifest" --argjson s "$(stat -c %s "$layout/blobs/sha256/${manifest#sha256:}")" \
			'{schemaVersion: 2, manifests: [{mediaType: "application/vnd.oci.image.manifest.v1+json", digest: $d, size: $s,
			  annotations: {"org.opencontainers.image.ref.name": "x"}}]}' >"$layout/index.json"
		skopeo inspect "oci:$layout:x" >/dev/null
		skopeo copy -q "oci:$layout:x" "dir:$SCRATCH/copy"
		rm -rf "$SCRATCH/copy"
		[ "$kind" = 'zstd -qc' ] || umoci unpack --image "$layout:x" "$SCRATCH/bundle"
		[ "$kind" = 'zstd -qc' ] || [ "$(cat "$SCRATCH/bundle/rootfs/bin/file")" = hello ]
		gone "$SCRATCH/root"
	done
}

@test "changes, as a Dockerfile writes them" {
	run hoy import \
		-c 'CMD ["sh", "-c", "echo $A"]' -c 'ENTRYPOINT /bin/file "a b"' \
		-c 'ENV A=1 B="two words" C=$A' -c 'ENV D $B and ${A:-no} ${NONE:-else} ${B:+then} \$A' -c "env E='\$A'" \
		-c 'EXPOSE 80 8000-8002/UDP' -c 'LABEL one=1 "two words"="x y"' -c 'USER 1000:1000' -c 'VOLUME ["/data", "/with space"]' \
		-c 'VOLUME /a /b' -c 'WORKDIR /srv' -c 'WORKDIR sub/../$A' -c 'STOPSIGNAL SIGQUIT' -c 'ONBUILD RUN true' \
		--change 'HEALTHCHECK --interval=5s --timeout=1m --retries=2 CMD ["curl", "-f", "x"]' "$SCRATCH/a.tar" changed
	exits 0
	run jq -cS .config <(config "$output")
	is '{"Cmd":["sh","-c","echo $A"],"Entrypoint":["/bin/sh","-c","/bin/file \"a b\""],"Env":["A=1","B=two words","C=","D=two words and 1 else then $A","E=$A"],"ExposedPorts":{"80/tcp":{},"8000/udp":{},"8001/udp":{},"8002/udp":{}},"Healthcheck":{"Interval":5000000000,"Retries":2,"Test":["CMD","curl","-f","x"],"Timeout":60000000000},"Labels":{"one":"1","two words":"x y"},"OnBuild":["RUN true"],"StopSignal":"SIGQUIT","User":"1000:1000","Volumes":{"/a":{},"/b":{},"/data":{},"/with space":{}},"WorkingDir":"/srv/1"}'
}

@test "changes and names that are none are refused before anything is read" {
	while IFS='|' read -r change words; do
		run hoy import -c "$change" "$SCRATCH/a.tar"
		exits 1
		one_clear_line
		says "$words"
	done <<-'END'
		RUN x|RUN is not a valid change command
		nonsense|nonsense is not a valid change command
		CMD|CMD requires an argument
		EXPOSE 99999|99999 is no port
		EXPOSE 80/xyz|xyz is no protocol
		ENV A|must have two arguments
		ENV A=1 B|B is not NAME=VALUE
		LABEL a="b|quote is not closed
		ENV A=${B|brace is not closed
		STOPSIGNAL SIGNOTHING|no signal
		HEALTHCHECK --interval=x CMD y|no duration
		HEALTHCHECK x|must be NONE or
		ONBUILD FROM x|isn't allowed as an ONBUILD trigger
	END
	run hoy import "$SCRATCH/a.tar" UPPER
	exits 1
	one_clear_line
	run hoy import "$SCRATCH/a.tar" "x@sha256:$(printf '0%.0s' {1..64})"
	exits 1
	one_clear_line
	[ -z "$(find "$SCRATCH/root" -type f 2>/dev/null)" ]
}

@test "no space left: one line, and nothing is left" {
	mkdir -p "$SCRATCH/small"
	head -c 3000000 /dev/urandom >"$SCRATCH/tree/large"
	tar -cf "$SCRATCH/large.tar" -C "$SCRATCH/tree" .
	rm "$SCRATCH/tree/large"
	# room for the blob and not for the layer, and for neither
	for size in 5m 2m; do
		run unshare -m sh -c 'mount -t tmpfs -o size='$size' none "$1" && shift && root=$1 && shift && "$@"; r=$?; find "$root" -type f; exit $r' \
			_ "$SCRATCH/small" "$SCRATCH/small" "$HOY" --root "$SCRATCH/small" import "$SCRATCH/large.tar" large
		exits 1
		one_clear_line
		says 'No space left on device'
	done
}
