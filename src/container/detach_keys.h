/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * The keys that detach a terminal from a container and leave it running: "ctrl-p,ctrl-q", or what --detach-keys says. Bytes
 * that may be the beginning of the sequence are held back until it is clear that they are not. Command process.
 */
#include <stdbool.h>
#include <stddef.h>

#define DETACH_KEYS_MAX     16
#define DETACH_KEYS_DEFAULT "ctrl-p,ctrl-q"

struct detach_keys {
	unsigned char keys[DETACH_KEYS_MAX];
	size_t count, matched;
};

/*
 * Reads Docker's notation: single characters, and ctrl- with a letter or one of @ [ \ ] ^ _, parted by commas; "" is no
 * sequence at all. -EINVAL with words about the value.
 */
int detach_keys_parse(const char *text, struct detach_keys *ret);
/* The same for who only wants to know. */
int detach_keys_check(const char *text);
/*
 * Passes @len typed bytes on into @out, which has room for DETACH_KEYS_MAX more; *@ret_len is how many. True when the
 * sequence is complete: what was typed before it is in @out, what comes behind it is dropped.
 */
bool detach_keys_pass(struct detach_keys *k, const char *typed, size_t len, char *out, size_t *ret_len);
