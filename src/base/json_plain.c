/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <endian.h>
#include <stdint.h>
#include <string.h>

#define BLOCK 16

/* Compared all at once, by whatever the processor has for it. */
typedef signed char block __attribute__((vector_size(BLOCK)));

/* The bytes of the block at @p before the first that is not plain; BLOCK when all are. */
static inline size_t plain_in_block(const char *p)
{
	uint64_t other[2];
	block b, hits;

	memcpy(&b, p, BLOCK);
	/* signed: 0x80 and above are less than a space, too */
	hits = (b < ' ') | (b == '"') | (b == '\\') | (b == 0x7f);
	memcpy(other, &hits, BLOCK);
	if (!(other[0] | other[1]))
		return BLOCK;
	return other[0] ? (size_t)__builtin_ctzll(le64toh(other[0])) / 8 : 8 + (size_t)__builtin_ctzll(le64toh(other[1])) / 8;
}

size_t json_plain_length(const char *text, size_t len)
{
	size_t i = 0;

	for (size_t n; i + BLOCK <= len; i += BLOCK) {
		n = plain_in_block(text + i);
		if (n < BLOCK)
			return i + n;
	}
	while (i < len && (signed char)text[i] >= ' ' && text[i] != '"' && text[i] != '\\' && text[i] != 0x7f)
		i++;
	return i;
}
