#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The command line itself: help, unknown words, exit codes. Nothing here starts a container or needs root.
load lib

setup() { scratch_up; }

@test "hoy alone prints the help and succeeds" {
	run hoy
	[ "$status" = 0 ]
	[[ $output == "Usage:  hoy [OPTIONS] COMMAND"* ]]
	run "$HOY" --help
	[ "$status" = 0 ]
	[[ $output == *"Global Options:"*"--runroot"* ]]
}

@test "every command answers --help, and help NAME says the same" {
	for name in $("$HOY" --help | sed -n '/Commands:$/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
		run "$HOY" "$name" --help
		[ "$status" = 0 ]
		[[ $output == "Usage:  hoy $name"* ]]
		said=$output
		run "$HOY" help "$name"
		[ "$status" = 0 ]
		[ "$output" = "$said" ]
	done
}

@test "help keeps to 80 columns when nobody says how wide the terminal is" {
	run bash -c "'$HOY' run --help | awk 'length(\$0) > 80'"
	[ -z "$output" ]
}

@test "an unknown command is refused, and a misspelt one is guessed" {
	run "$HOY" imags
	[ "$status" = 1 ]
	[ "${lines[0]}" = "hoy: unknown command: hoy imags" ]
	[ "${lines[1]}" = "Did you mean 'hoy images'?" ]
	[ "${lines[2]}" = "See 'hoy --help'." ]
	run "$HOY" xyzzy
	[ "$status" = 1 ]
	[[ $output != *"Did you mean"* ]]
	run "$HOY" help xyzzy
	[ "$status" = 1 ]
	[ "$output" = "hoy: unknown help topic: xyzzy" ]
}

@test "unknown flags exit with 125 and say where to look" {
	run "$HOY" --nonsense
	[ "$status" = 125 ]
	[ "${lines[0]}" = "hoy: unknown flag: --nonsense" ]
	[ "${lines[1]}" = "See 'hoy --help'." ]
	run "$HOY" run --nonsense busybox
	[ "$status" = 125 ]
	[ "${lines[0]}" = "hoy: unknown flag: --nonsense" ]
	[ "${lines[1]}" = "See 'hoy run --help'." ]
	run "$HOY" run -Z busybox
	[ "$status" = 125 ]
	[ "${lines[0]}" = "hoy: unknown shorthand flag: 'Z' in -Z" ]
	run "$HOY" run --name
	[ "$status" = 125 ]
	[ "${lines[0]}" = "hoy: flag needs an argument: --name" ]
}

@test "a wrong number of arguments exits with 1, as with Docker" {
	run "$HOY" run
	[ "$status" = 1 ]
	[ "${lines[0]}" = "hoy: 'hoy run' requires at least 1 argument" ]
	[ "${lines[1]}" = "Usage:  hoy run [OPTIONS] IMAGE [COMMAND] [ARG...]" ]
	run "$HOY" pull
	[ "$status" = 1 ]
	[ "${lines[0]}" = "hoy: 'hoy pull' requires 1 argument" ]
	run "$HOY" version x
	[ "$status" = 1 ]
	[ "${lines[0]}" = "hoy: 'hoy version' accepts no arguments" ]
}

@test "every command of Docker is known by name" {
	for name in attach build builder checkpoint commit config container context cp create diff events exec export \
		history image images import info inspect kill load login logout logs manifest network node pause plugin port \
		ps pull push rename restart rm rmi run save search secret service stack start stats stop swarm system tag top \
		trust unpause update version volume wait compose; do
		run "$HOY" "$name" --help
		[[ $output != *"unknown command"* ]] || {
			echo "$name: $output"
			false
		}
		[[ $status = 0 || $output = "hoy: '$name' is not supported yet" || $output = "hoy: there is no '$name' here: "* ]] || {
			echo "$name: $output"
			false
		}
	done
}

@test "management commands lead to the same commands" {
	run "$HOY" image pull --help
	[ "$status" = 0 ]
	[[ $output == "Usage:  hoy image pull [OPTIONS]"* ]]
	run "$HOY" container run --help
	[ "$status" = 0 ]
	[[ $output == "Usage:  hoy container run [OPTIONS] IMAGE"* ]]
	run "$HOY" image
	[ "$status" = 0 ]
	[[ $output == *"  pull "* ]]
	run "$HOY" image nonsense
	[ "$status" = 1 ]
	[ "${lines[0]}" = "hoy: unknown command: hoy image nonsense" ]
	[ "${lines[1]}" = "See 'hoy image --help'." ]
}

@test "the version comes in Docker's forms" {
	run "$HOY" --version
	[ "$status" = 0 ]
	[[ $output =~ ^"hoy version "[0-9]+\.[0-9]+\.[0-9]+$ ]]
	number=${output##* }
	run "$HOY" -v
	[ "$output" = "hoy version $number" ]
	run "$HOY" version --format '{{.Server.Version}}'
	[ "$output" = "$number" ]
	run bash -c "'$HOY' version --format json | python3 -c 'import json, sys; print(json.load(sys.stdin)[\"Client\"][\"Version\"])'"
	[ "$output" = "$number" ]
}

@test "info is true of this machine" {
	run hoy info --format '{{.KernelVersion}} {{.NCPU}} {{.DockerRootDir}}'
	[ "$status" = 0 ]
	[ "$output" = "$(uname -r) $(getconf _NPROCESSORS_ONLN) $SCRATCH/root" ]
	run hoy info --format '{{.Nonsense}}'
	[ "$status" = 1 ]
	[[ $output == "hoy: template parsing error: "*'"Nonsense"' ]]
}

@test "a full disk behind stdout is no success" {
	[ -e /dev/full ] || skip "no /dev/full"
	run bash -c "'$HOY' version >/dev/full"
	[ "$status" = 1 ]
	[ "$output" = "hoy: write the output: No space left on device" ]
	# more than what is buffered
	run bash -c "'$HOY' run --help >/dev/full"
	[ "$status" = 1 ]
	[ "$output" = "hoy: write the output: not all of it could be written" ]
}

@test "closed standard descriptors do no harm" {
	run bash -c "'$HOY' --version <&- 2>&-"
	[ "$status" = 0 ]
	run bash -c "'$HOY' --nonsense 2>&-; echo \$?"
	[ "$output" = 125 ]
}

@test "--help starts with nothing made on disk" {
	"$HOY" --root "$BATS_TEST_TMPDIR/r" --runroot "$BATS_TEST_TMPDIR/rr" run --help >/dev/null
	"$HOY" --root "$BATS_TEST_TMPDIR/r" --runroot "$BATS_TEST_TMPDIR/rr" info >/dev/null
	[ ! -e "$BATS_TEST_TMPDIR/r" ]
	[ ! -e "$BATS_TEST_TMPDIR/rr" ]
}
