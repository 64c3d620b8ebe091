#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# tag, history, save and load: archives that others read, and archives that others wrote, some of them to do harm.
load lib
setup_file() { fixtures_up; }
teardown_file() { fixtures_down; }
setup() {
	scratch_up
	needs busybox
	cd "$BATS_TEST_TMPDIR"
}
teardown() {
	leaves_nothing_behind
	[ "$(ls "$SCRATCH/root/layers" | grep -c tmp)" = 0 ]
}

# a store of another machine
there() {
	"$HOY" --root "$BATS_TEST_TMPDIR/there" --runroot "$BATS_TEST_TMPDIR/there-run" "$@"
}

# image NAME COMMAND: one more layer on busybox
image() {
	hoy run --name making $REGISTRY/busybox sh -c "$2" && hoy commit -m "made $1" making "$1" >/dev/null && hoy rm making >/dev/null
}

@test "tag: one more name, which moves" {
	image one 'echo 1 >/n'
	image two 'echo 2 >/n'
	hoy tag one moving
	[ "$(hoy run --rm moving cat /n)" = 1 ]
	hoy tag two moving:latest
	[ "$(hoy run --rm moving cat /n)" = 2 ]
	[ "$(hoy run --rm one cat /n)" = 1 ]
	hoy tag "$(hoy images -q one)" by/id:v2
	[ "$(hoy run --rm by/id:v2 cat /n)" = 1 ]
	local args
	for args in "nothing x" "one Bad:Name" "one x@sha256:$(printf 'a%.0s' $(seq 64))"; do
		run hoy tag $args
		exits 1
		one_clear_line
	done
	# an image without a name gets its first one, and is listed once
	local id
	id=$(hoy run --name making $REGISTRY/busybox touch /nameless; hoy commit making; hoy rm making >/dev/null)
	hoy tag "$id" named
	[ "$(hoy images -q --no-trunc | grep -c "$id")" = 1 ]
	hoy rmi one two moving by/id:v2 named >/dev/null
}

@test "history: who made what, and how large it is" {
	image deep 'dd if=/dev/zero of=/data bs=1M count=3 2>/dev/null'
	run hoy history deep
	exits 0
	says '^IMAGE +CREATED +CREATED BY +SIZE +COMMENT$'
	says '^[0-9a-f]{12} .* sh -c dd if=/dev/zero of=/data bs=1M count=3… +3.15MB +made deep$'
	[ "$(hoy history -q deep | head -n 1)" = "$(hoy images -q deep)" ]
	[ "$(hoy history --format '{{.Size}}' --human=false deep | head -n 1)" = 3145728 ]
	run hoy history --no-trunc --format '{{.CreatedBy}}' deep
	says '2>/dev/null$'
	run hoy history nothing
	exits 1
	one_clear_line
	hoy rmi deep >/dev/null
}

ids_of() {
	"$1" images -q --no-trunc app
	"$1" images -q --no-trunc lib
}

@test "save and load: the same images with the same names, by pipe and by file" {
	image app:v1 'echo 1 >/n'
	hoy tag app:v1 app:v2
	image lib 'echo lib >/n'
	local ids
	ids=$(ids_of hoy)
	hoy save -o app.tar app lib
	[ "$(there load -i app.tar | sort | tr '\n' ' ')" = "Loaded image: app:v1 Loaded image: app:v2 Loaded image: lib:latest " ]
	[ "$(ids_of there)" = "$ids" ]
	[ "$(there run --rm app:v2 cat /n)$(there run --rm lib cat /n)" = 1lib ]
	# once more changes nothing, and the chain of copies ends with the same bytes
	hoy save lib | gzip | there load | grep -qx 'Loaded image: lib:latest'
	there save -o again.tar app lib
	cmp <(tar -xOf app.tar index.json) <(tar -xOf again.tar index.json)
	# by id there are no names
	hoy save "$(hoy images -q lib)" >id.tar
	there rmi -f lib app:v1 app:v2 >/dev/null
	[ "$(there load -i id.tar)" = "Loaded image ID: $(hoy images -q --no-trunc lib)" ]
	run hoy save nothing
	exits 1
	one_clear_line
	[ ! -e nothing ]
	run hoy save -o part.tar app nothing
	exits 1
	[ ! -e part.tar ]
	hoy rmi app:v1 app:v2 lib >/dev/null
}

@test "save: skopeo reads it as an OCI layout and as Docker's archive, and every blob is what it is called" {
	skip_without skopeo
	image app:v1 'echo 1 >/n; rm /bin/arch'
	hoy save -o app.tar app:v1
	mkdir layout && tar -C layout -xf app.tar
	(cd layout/blobs/sha256 && for f in *; do echo "$f  $f"; done | sha256sum -c --quiet)
	skopeo copy -q oci:layout:v1 dir:from-oci
	skopeo copy -q docker-archive:app.tar:app:v1 dir:from-docker
	[ "$(jq -r '.layers | length' from-oci/manifest.json from-docker/manifest.json | sort -u)" = 2 ]
	hoy rmi app:v1 >/dev/null
}

@test "load: archives of skopeo, Docker's old and new, OCI's" {
	skip_without skopeo
	skopeo copy -q --src-tls-verify=false docker://$REGISTRY/busybox docker-archive:docker.tar:from/docker:1
	[ "$(there load -i docker.tar)" = "Loaded image: from/docker:1" ]
	skopeo copy -q --src-tls-verify=false docker://$REGISTRY/busybox oci-archive:oci.tar:from/oci:1
	[ "$(there load <oci.tar)" = "Loaded image: from/oci:1" ]
	zstd -q oci.tar
	[ "$(there load -q -i oci.tar.zst)" = "Loaded image: from/oci:1" ]
	[ "$(there run --rm from/docker:1 echo a)$(there run --rm from/oci:1 echo b)" = ab ]
	# before 2015: one directory a layer, a link where two are the same
	mkdir -p old/one old/two
	echo x >x && tar -cf old/one/layer.tar x && ln -s ../one/layer.tar old/two/layer.tar
	local diff_id
	diff_id=sha256:$(sha256sum <old/one/layer.tar | cut -d' ' -f1)
	echo '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["'$diff_id'","'$diff_id'"]}}' >old/config.json
	echo '[{"Config":"config.json","RepoTags":["old:1"],"Layers":["one/layer.tar","two/layer.tar"]}]' >old/manifest.json
	tar -C old -c . | there load | grep -qx 'Loaded image: old:1'
}

# refused ARCHIVE WORDS: with one line, and nothing is there afterwards
refused() {
	run there load -i "$1"
	exits 1
	one_clear_line
	says "$2"
	[ -z "$(there images -q)" ]
	[ "$(ls there/layers there/blobs/sha256 | grep -cE 'tmp')" = 0 ]
}

@test "load: hostile archives are refused, and leave nothing" {
	echo canary >canary
	mkdir -p good/blobs && echo x >x && tar -cf good/layer.tar x
	local diff_id config
	diff_id=sha256:$(sha256sum <good/layer.tar | cut -d' ' -f1)
	config='{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["'$diff_id'"]}}'
	manifest() { echo '[{"Config":"'$1'","RepoTags":'$2',"Layers":['$3']}]' >bad/manifest.json; }
	again() { rm -rf bad && cp -r good bad && echo "$config" >bad/config.json; }
	again
	tar -C bad -cf bad.tar .
	refused bad.tar 'neither manifest.json nor index.json'
	again
	manifest config.json '["a:b"]' '"layer.tar","layer.tar"'
	tar -C bad -cf bad.tar .
	refused bad.tar '2 layers .* lists 1'
	again
	manifest config.json '["a:b"]' '"missing"'
	tar -C bad -cf bad.tar .
	refused bad.tar 'does not have it'
	again
	manifest config.json '["a:b"]' '"blobs"'
	tar -C bad -cf bad.tar .
	refused bad.tar 'no regular file'
	again
	manifest config.json '["Not A Name"]' '"layer.tar"'
	tar -C bad -cf bad.tar .
	refused bad.tar 'invalid reference'
	again
	manifest config.json '"a:b"' '"layer.tar"'
	tar -C bad -cf bad.tar .
	refused bad.tar 'RepoTags'
	again
	manifest config.json '["a:b"]' '"layer.tar"'
	echo y >>bad/layer.tar
	tar -C bad -cf bad.tar .
	refused bad.tar 'unpacks to'
	# what links to the outside is looked for inside
	again
	manifest config.json '["a:b"]' '"layer.tar"'
	rm bad/layer.tar
	ln -s "$PWD/canary" bad/layer.tar
	tar -C bad -cf bad.tar .
	refused bad.tar 'does not have it'
	again
	manifest ../../../../../../../../../../etc/passwd '["a:b"]' '"layer.tar"'
	tar -C bad -cf bad.tar .
	refused bad.tar 'does not have it'
	again
	manifest config.json '["a:b"]' '"layer.tar"'
	rm bad/layer.tar
	mkfifo bad/layer.tar
	tar -C bad -cf bad.tar .
	refused bad.tar 'no regular file'
	python3 -c '
import io, sys, tarfile
t = tarfile.open("bad.tar", "w")
for name in ("../escaped", sys.argv[1] + "/escaped", "manifest.json"):
    e = tarfile.TarInfo(name); e.size = 2; t.addfile(e, io.BytesIO(b"[]"))
t.close()' "$PWD"
	refused bad.tar 'leads out'
	[ ! -e escaped ]
	# an index whose blobs are not what they are called
	again
	mkdir -p bad/blobs/sha256
	echo '{}' >bad/blobs/sha256/$(printf '0%.0s' $(seq 64))
	echo '{"schemaVersion":2,"manifests":[{"digest":"sha256:'$(printf '0%.0s' $(seq 64))'","size":3}]}' >bad/index.json
	tar -C bad -cf bad.tar .
	refused bad.tar 'hashes to'
	again
	echo '{"schemaVersion":2,"manifests":[{"digest":"sha256:../../../etc/passwd","size":3}]}' >bad/index.json
	tar -C bad -cf bad.tar .
	refused bad.tar 'digest'
	again
	echo '{"schemaVersion":2,"manifests":[]}' >bad/index.json
	tar -C bad -cf bad.tar .
	refused bad.tar 'lists 0 images'
	head -c 100000 /dev/urandom >noise
	refused noise .
	: >empty
	refused empty .
	[ "$(<canary)" = canary ]
}

@test "load: a layer that is here already does not vouch for other bytes" {
	# the blob of the known layer is exchanged: the manifest must not get to name it
	mkdir good && echo x >x && tar -cf good/layer.tar x
	local diff_id
	diff_id=sha256:$(sha256sum <good/layer.tar | cut -d' ' -f1)
	echo '{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["'$diff_id'"]}}' >good/config.json
	echo '[{"Config":"config.json","RepoTags":["good:1"],"Layers":["layer.tar"]}]' >good/manifest.json
	tar -C good -c . | there load >/dev/null
	cp -r good bad && echo y >x && tar -cz -f bad/layer.tar x
	sed -i s/good:1/bad:1/ bad/manifest.json
	tar -C bad -cf bad.tar .
	run there load -i bad.tar
	exits 1
	says 'unpacks to'
	[ -z "$(there images -q bad)" ]
}

@test "load and save, killed: nothing half-made is seen, and the next command clears up" {
	local i pid
	hoy run --name making $REGISTRY/busybox sh -c 'dd if=/dev/urandom of=/big bs=1M count=150 2>/dev/null'
	hoy commit making big >/dev/null
	hoy rm making >/dev/null
	hoy save -o big.tar big
	for i in 1 3 6; do
		"$HOY" --root "$PWD/there" --runroot "$PWD/there-run" load -i big.tar >/dev/null 2>&1 &
		pid=$!
		sleep 0.$i
		kill -9 $pid 2>/dev/null || true
		reap $pid
		[ "$status" = 0 ] || [ -z "$(there images -q)" ]
		there rmi -f big >/dev/null 2>&1 || true
	done
	(hoy save -o killed.tar big & pid=$!; sleep 0.1; kill -9 $pid; wait $pid) 2>/dev/null || true
	there load -i big.tar >/dev/null
	[ "$(ls there/layers | grep -c tmp)" = 0 ]
	there run --rm big test -s /big
	hoy save -o killed.tar big
	hoy rmi big >/dev/null
}

@test "--platform of save and load: the image of that platform, or words" {
	skip_without skopeo
	local here other
	case $(uname -m) in x86_64) here=linux/amd64 ;; aarch64) here=linux/arm64 ;; *) skip "no such image" ;; esac
	hoy save --platform $here -o here.tar $REGISTRY/busybox
	[ "$(hoy history --platform $here -q $REGISTRY/busybox)" = "$(hoy history -q $REGISTRY/busybox)" ]
	run hoy history --platform linux/s390x $REGISTRY/busybox
	exits 1
	says 'does not provide the specified platform \(linux/s390x\)'
	run hoy save --platform linux/s390x -o none.tar $REGISTRY/busybox
	exits 1
	one_clear_line
	says 'does not provide the specified platform \(linux/s390x\)'
	[ ! -e none.tar ]
	run hoy save --platform linux/nothing/at/all -o none.tar $REGISTRY/busybox
	[ "$status" != 0 ]
	run hoy save --platform $here --platform linux/s390x -o none.tar $REGISTRY/busybox
	exits 1
	says 'one platform'
	there load --platform $here -i here.tar
	run there load --platform linux/s390x -i here.tar
	exits 1
	one_clear_line
	says 'does not provide the specified platform \(linux/s390x\)'
	# a layout with several
	skopeo copy -q --all --src-tls-verify=false docker://$REGISTRY/multiarch:list oci-archive:all.tar:multi
	there load --platform linux/arm/v7 -i all.tar
	[ "$(there inspect -f '{{.Architecture}}/{{.Variant}}' "$(there images -q --no-trunc --filter dangling=true | head -n 1)")" = arm/v7 ]
	run there load --platform linux/s390x -i all.tar
	exits 1
	says 'does not provide the specified platform'
}
