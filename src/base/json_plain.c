/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define BLOCK 16

/* Compared all at once, by whatever the processor has for it. */
typedef signed char block __attribute__((vector_size(BLOCK)));

/* The bytes of @b before the first that is not plain; BLOCK when all are. */
static inline size_t plain_in_block(block b)
{
	uint64_t other[2];
	block hits;

	/* signed: 0x80 and above are less than a space, too */
	hits = (b < ' ') | (b == '"') | (b == '\\') | (b == 0x7f);
	memcpy(other, &hits, BLOCK);
	if (!(other[0] | other[1]))
		return BLOCK;
	return other[0] ? (size_t)__builtin_ctzll(le64toh(other[0])) / 8 : 8 + (size_t)__builtin_ctzll(le64toh(other[1])) / 8;
}

static inline bool is_plain(char c)
{
	return (signed char)c >= ' ' && c != '"' && c != '\\' && c != 0x7f;
}

size_t json_plain_length(const char *text, size_t len)
{
	size_t i = 0, n;
	block b;

	for (; i + BLOCK <= len; i += BLOCK) {
		memcpy(&b, text + i, BLOCK);
		n = plain_in_block(b);
		if (n < BLOCK)
			return i + n;
	}
	while (i < len && is_plain(text[i]))
		i++;
	return i;
}

size_t json_copy_plain(char *to, const char *text, size_t len)
{
	size_t i = 0, n;
	block b;

	for (; i + BLOCK <= len; i += BLOCK) {
		memcpy(&b, text + i, BLOCK);
		memcpy(to + i, &b, BLOCK);
		n = plain_in_block(b);
		if (n < BLOCK)
			return i + n;
	}
	for (; i < len && is_plain(text[i]); i++)
		to[i] = text[i];
	return i;
}
