/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Digests as OCI writes them: "sha256:" and 64 lower-case hex digits, and nothing else: a digest becomes a file name, so
 * its form is checked before anything is done with it (CVE-2024-3727). sha512 is registered but no registry uses it.
 */
#include <stdbool.h>
#include <stddef.h>

#define DIGEST_MAX 72 /* bytes of "sha256:HEX" with its NUL */

bool digest_valid(const char *digest);
/* 0, or -EINVAL/-ENOTSUP with words that begin with @what ("layer 2"). */
int digest_check(const char *digest, const char *what);
/* The 64 hex digits of a valid digest; borrowed. */
const char *digest_hex(const char *digest);
/* The digest of these bytes; returns @text. */
const char *digest_of(const void *data, size_t len, char text[DIGEST_MAX]);
/*
 * The chain id of a layer: what it hashes to together with all layers below it (image-spec config.md, "Layer ChainID").
 * @parent is the chain id of the layer below, NULL for the lowest. @text may be @parent. Returns @text.
 */
const char *digest_chain(const char *parent, const char *diff_id, char text[DIGEST_MAX]);
