/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sha256.h"

void sha256_begin(struct sha256 *s)
{
	sha256_init(&s->state);
}

void sha256_add(struct sha256 *s, const void *data, size_t len)
{
	sha256_update(&s->state, len, data);
}

const char *sha256_hex(struct sha256 *s, char hex[SHA256_HEX_MAX])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char raw[SHA256_DIGEST_SIZE];

	sha256_digest(&s->state, sizeof raw, raw);
	for (size_t i = 0; i < sizeof raw; i++) {
		hex[2 * i] = digits[raw[i] >> 4];
		hex[2 * i + 1] = digits[raw[i] & 15];
	}
	hex[2 * sizeof raw] = '\0';
	return hex;
}
