#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The manual and the completion are made of the same tables as the help: every option of the help is in both, and what
# reads them has nothing to complain of. Needs no root.
load lib

commands() {
	"$HOY" --help | sed -n '/Commands:$/,/^$/s/^  \([a-z]*\) .*/\1/p' | while read -r name; do
		[ ! -e "$BUILD/man/hoy-$name.1" ] || echo "$name"
	done
}

# the options that work, by their long names
options() {
	"$HOY" $1 --help | sed -n '/Options:$/,$p' | tr '\n' '\f' | sed 's/\f\( *\(-.,\)\? *--\)/\n\1/g' | grep -v 'not.*supported.*yet' |
		sed -n 's/^ *\(-., \)\?--\([a-z0-9-]*\).*/\2/p' | grep -v '^help$'
}

@test "every command has a page, and groff finds nothing wrong with any" {
	skip_without groff
	[ -e "$BUILD/man/hoy.1" ]
	[ "$(commands | wc -l)" -ge 6 ]
	for page in "$BUILD"/man/*.1; do
		run groff -ww -man -Tutf8 -z "$page"
		[ "$status" = 0 ]
		[ -z "$output" ]
	done
}

@test "every option of the help is in the page" {
	skip_without groff
	for name in '' $(commands); do
		# wide enough that nothing is broken or hyphenated
		page=$(groff -man -Tascii -P-c -rLL=400n -rHY=0 "$BUILD/man/hoy${name:+-$name}.1" | sed "s/.\x08//g")
		for option in $(options "$name"); do
			grep -qE -- "--$option( |\[|$)" <<<"$page" || {
				echo "hoy $name: --$option is not in the page"
				false
			}
		done
	done
	[ "$(options run | wc -l)" -ge 35 ]
}

@test "every option of the help is in the completions" {
	for name in '' $(commands); do
		for option in $(options "$name"); do
			sed -n "/^_hoy_options/,/^}/s/^\t${name:-hoy}) //p" "$BUILD/share/hoy" | grep -q -- " --$option[ ']"
			grep -q -- "-l $option " "$BUILD/share/hoy.fish"
			sed -n "/^_hoy${name:+_$name}()/,/^}/p" "$BUILD/share/_hoy" | grep -qE -- "'[*]?--$option(\[|=)"
		done
	done
}

@test "bash completes commands, options and values" {
	bash -n "$BUILD/share/hoy"
	complete_words() {
		bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _hoy; echo "${COMPREPLY[*]}"' "$BUILD/share/hoy" "$@"
	}
	[ "$(complete_words hoy ver)" = version ]
	[ "$(complete_words hoy run --priv)" = --privileged ]
	[ "$(complete_words hoy run --pull '')" = "always missing never" ]
	[ "$(complete_words hoy --log-level debug ver)" = version ]
	[ "$(complete_words hoy run --detach-k)" = --detach-keys ]
	[ "$(complete_words hoy volume cr)" = create ]
	[ "$(complete_words hoy volume create --la)" = --label ]
}

@test "zsh and fish accept their scripts" {
	command -v zsh >/dev/null || command -v fish >/dev/null || skip "neither zsh nor fish is installed"
	! command -v zsh >/dev/null || zsh -n "$BUILD/share/_hoy"
	! command -v fish >/dev/null || fish -n "$BUILD/share/hoy.fish"
}
