# SPDX-License-Identifier: Apache-2.0
# Class T5, CVE-2019-5736: no container reaches the runtime's own binary for writing. Everything here runs a copy of the
# runtime, so that a failure changes the copy.

load lib

prepare() {
	COPY=$T/own
	mkdir "$COPY"
	cp "$(readlink -f "$RUNTIME")" "$COPY/hoy-runtime"
	RUNTIME=$COPY/hoy-runtime
	BEFORE=$(sha256sum <"$RUNTIME")
}

# unchanged: nobody wrote to the binary, and it can be used
unchanged() {
	equal "$(sha256sum <"$RUNTIME")" "$BEFORE"
	"$RUNTIME" --version >/dev/null
}

# In the container: keeps every /proc/PID/exe open that is not busybox, and writes to each by its descriptor when the
# program is gone; says "written" when one could be.
attack() {
	cat >"$B/rootfs/attack" <<-'X'
		#!/bin/sh
		end=$(($(date +%s) + ${1:-3}))
		n=20
		while [ "$(date +%s)" -lt $end ] && [ $n -lt 60 ]; do
			for p in /proc/[0-9]*; do
				case $(readlink $p/exe 2>/dev/null) in
				'' | */busybox) ;;
				*) eval "exec $n<$p/exe" 2>/dev/null && { echo "open $(readlink $p/exe)"; n=$((n + 1)); break; } ;;
				esac
			done
		done
		sleep 0.2
		while [ $n -gt 20 ]; do
			n=$((n - 1))
			(printf overwritten >/proc/self/fd/$n) 2>/dev/null && echo written
		done
		echo over
	X
	chmod 755 "$B/rootfs/attack"
}

@test "T5: /proc/self/exe as the container's command cannot be written to" {
	not_in_runc 'protects itself by other means'
	attack
	# the runtime itself, for as long as it takes to say its version, over and over, with full rights in the container
	script '/attack 3 & i=0; while [ $i -lt 40 ]; do i=$((i + 1)); done; exec /proc/self/exe --version; wait'
	runs
	args /proc/self/exe --version
	runs
	unchanged
}

# In a container that sleeps: executes the runtime itself, which a FIFO holds, keeps its file open and writes to it when
# it is gone.
hold_and_write() {
	mkfifo "$B/rootfs/fifo"
	cat >"$B/rootfs/write" <<-'X'
		#!/bin/sh
		for p in /proc/[0-9]*; do
			case "$(tr '\0' ' ' <$p/cmdline)" in *'--log /fifo'*) exec 9<$p/exe; echo "holds $(cat $p/comm)" ;; esac
		done
		cat </fifo >/dev/null
		sleep 0.3
		printf overwritten >/proc/self/fd/9 && echo written
		echo over
	X
	chmod 755 "$B/rootfs/write"
	sleeping
	rt exec -d "$ID" /proc/self/exe --log /fifo state x </dev/null >/dev/null 2>&1 3>&- 4>&-
	# detached: while an exec waits, its own process keeps the file busy
	rt exec -d "$ID" /write </dev/null >"$T/written" 2>&1 3>&- 4>&-
	wait_for 10 grep -q '^over$' "$T/written"
	run cat "$T/written"
	says '^holds '
}

@test "T5: the file of a runtime that the container executed, after it ended" {
	not_in_runc 'protects itself by other means'
	hold_and_write
	says_not written
	says 'Read-only file system'
	unchanged
}

@test "T5: a script whose interpreter is /proc/self/exe" {
	not_in_runc 'protects itself by other means'
	attack
	printf '#!/proc/self/exe --version\n' >"$B/rootfs/bin/trap"
	chmod 755 "$B/rootfs/bin/trap"
	sleeping
	rt exec -d "$ID" /attack 3
	for i in 1 2 3 4 5 6 7 8; do
		run rt exec "$ID" /bin/trap
	done
	args /bin/trap
	sleep 3
	unchanged
}

@test "T5: exec: what enters the container runs from a read-only mount" {
	not_in_runc 'protects itself by other means'
	attack
	sleeping
	# the trap of the advisory: the program that exec runs is the runtime itself
	background rt exec "$ID" /attack 4
	for i in 1 2 3 4 5 6 7 8 9 10; do
		run rt exec "$ID" /proc/self/exe --version
	done
	sleep 4
	unchanged
	! grep -q written "$T/helper.out" || false
}

@test "T5: the process of create, run and exec is on a read-only mount, or in a sealed copy" {
	not_in_runc 'protects itself by other means'
	mkfifo "$T/fifo"
	args cat
	"$RUNTIME" --root "$T/state" run -b "$B" "$ID" <"$T/fifo" >/dev/null 2>&1 3>&- 4>&- &
	exec 9>"$T/fifo"
	wait_for 5 status_is running
	# the runtime's process is the parent of the container's
	pid=$(rt state "$ID" | jq .pid)
	parent=$(awk '/^PPid/ { print $2 }' "/proc/$pid/status")
	run python3 -c 'import os, sys; print("read-only" if os.statvfs(sys.argv[1]).f_flag & os.ST_RDONLY else "writable")' "/proc/$parent/exe"
	name=$(cat "/proc/$parent/comm")
	exec 9>&-
	is read-only
	equal "$name" hoy-runtime
	unchanged
}

@test "T5: without the right to mount, the runtime is a sealed copy" {
	not_in_runc 'protects itself by other means'
	run unshare -U -r setpriv --bounding-set -sys_admin --inh-caps -sys_admin "$RUNTIME" --root "$T/state" --debug exec none true
	fails
	says 'does not exist'
}

@test "T5: a test of these tests: unprotected, the file is written to" {
	not_in_runc 'protects itself by other means'
	export HOY_UNPROTECTED=1
	hold_and_write
	unset HOY_UNPROTECTED
	says '^written$'
	[ "$(sha256sum <"$RUNTIME")" != "$BEFORE" ]
	RUNTIME=$BUILD/hoy-runtime
}
