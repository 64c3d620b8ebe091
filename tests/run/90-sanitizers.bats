#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The same under AddressSanitizer and UndefinedBehaviorSanitizer: the unit tests, and a container's whole life.
load lib
setup_file() {
	fixtures_up
	[ -f "$TOP/build-asan/build.ninja" ] ||
		meson setup "$TOP/build-asan" "$TOP" -Db_sanitize=address,undefined -Dstatic=false >/dev/null
	ninja -C "$TOP/build-asan" --quiet >/dev/null
}
teardown_file() { fixtures_down; }
setup() {
	HOY=$TOP/build-asan/hoy
	export ASAN_OPTIONS=exitcode=99:detect_leaks=1 UBSAN_OPTIONS=halt_on_error=1:exitcode=99
	export LSAN_OPTIONS=suppressions=$FIXTURES/lsan-suppressions:print_suppressions=0
	scratch_up
}
teardown() { leaves_nothing_behind; }

clean() {
	says_not 'Sanitizer|runtime error'
}

@test "unit tests under the sanitizers" {
	run meson test -C "$TOP/build-asan" --suite unit --print-errorlogs
	clean
	exits 0
}

@test "pull, images, inspect, run, rmi under the sanitizers" {
	run hoy pull $REGISTRY/multiarch
	clean
	exits 0
	run hoy images
	clean
	says multiarch
	run hoy inspect $REGISTRY/multiarch
	clean
	exits 0
	run hoy run --rm -m 64m --cpus 0.5 --pids-limit 50 -e A=b -w /tmp --tmpfs /scratch -v "$BATS_TEST_TMPDIR:/data" --init $REGISTRY/multiarch sh -c 'cat /etc/arch; exit 4'
	clean
	exits 4
	run hoy run --rm --explain $REGISTRY/multiarch true
	clean
	exits 0
	try hoy run --rm $REGISTRY/multiarch no-such-program
	clean
	exits 127
	run hoy run --rm --network host -u 1:2 --read-only --cap-drop ALL $REGISTRY/multiarch id
	clean
	exits 0
	run hoy rmi $REGISTRY/multiarch
	clean
	exits 0
}

@test "the terminal under the sanitizers" {
	needs busybox
	run "$FIXTURES/on-terminal" wait=# size=30x100 'type=stty size\n' 'wait=30 100' 'type=exit 7\n' \
		-- "$HOY" --root "$SCRATCH/root" --runroot "$SCRATCH/run" run --rm -it $REGISTRY/busybox sh
	clean
	says '\[exit 7\]'
}

@test "cp, export, diff, commit, tag, history, save, load under the sanitizers" {
	local words
	needs busybox
	hoy run --name box $REGISTRY/busybox sh -c 'echo x >/x; rm /bin/arch; rm -r /var; mkdir /var'
	tar -C "$FIXTURES" -cf "$BATS_TEST_TMPDIR/in.tar" .
	for words in "cp $FIXTURES box:/in" "cp -a box:/in $BATS_TEST_TMPDIR/out" "cp - box:/tmp" "cp -L box:/x -" "cp box:/none ." "cp . box:/none/x" \
		"export -o $BATS_TEST_TMPDIR/all.tar box" "diff box" "commit -m words -c ENV=A=b box made:1" "commit -a me -c CMD=[\"x\"] box made:1" \
		"tag $REGISTRY/busybox made:2" "history made:2" "save -o $BATS_TEST_TMPDIR/made.tar made" "load -i $BATS_TEST_TMPDIR/made.tar" \
		"load -i $BATS_TEST_TMPDIR/all.tar" "save none" "rm box" "rmi made:2"; do
		run hoy $words <"$BATS_TEST_TMPDIR/in.tar"
		clean
		[ "$status" -lt 2 ]
	done
}
