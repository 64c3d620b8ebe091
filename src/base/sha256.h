/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* SHA-256 by nettle, which uses the processor's SHA instructions where it has them. */
#include <nettle/sha2.h>
#include <stddef.h>

#define SHA256_HEX_MAX 65

struct sha256 {
	struct sha256_ctx state;
};

void sha256_begin(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t len);
/* 64 lower-case hex digits and a NUL; the state is spent. Returns @hex. */
const char *sha256_hex(struct sha256 *s, char hex[SHA256_HEX_MAX]);
