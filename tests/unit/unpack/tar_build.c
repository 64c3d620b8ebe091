/* SPDX-License-Identifier: Apache-2.0 */
#include "tar_build.h"

#include <stdio.h>
#include <string.h>

void tar_build_header(struct buf *b, char type, const char *name, const char *link, uint64_t size)
{
	unsigned char h[TAR_BLOCK] = { 0 };
	unsigned int sum = 0;

	memcpy(h, name, strnlen(name, 100));
	memcpy(h + 100, "0000644", 8);
	memcpy(h + 108, "0000000", 8);
	memcpy(h + 116, "0000000", 8);
	snprintf((char *)h + 124, 12, "%011llo", (unsigned long long)size & 077777777777);
	memcpy(h + 136, "00000000001", 12);
	h[156] = (unsigned char)type;
	if (link)
		memcpy(h + 157, link, strnlen(link, 100));
	memcpy(h + 257, "ustar\00000", 8);
	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < sizeof h; i++)
		sum += h[i];
	snprintf((char *)h + 148, 8, "%06o", sum);
	buf_add(b, h, sizeof h);
}

void tar_build_data(struct buf *b, const void *data, size_t len)
{
	static const char zero[TAR_BLOCK];

	buf_add(b, data, len);
	buf_add(b, zero, (TAR_BLOCK - len % TAR_BLOCK) % TAR_BLOCK);
}

void tar_build_pax(struct buf *b, char type, const char *key, const char *value)
{
	autobuf body = BUF_INIT;
	size_t rest = strlen(key) + strlen(value) + 3, total = rest + 1;
	char digits[24];

	while ((size_t)snprintf(digits, sizeof digits, "%zu", total) + rest != total)
		total++;
	buf_add_format(&body, "%zu %s=%s\n", total, key, value);
	tar_build_header(b, type, "pax", NULL, body.len);
	tar_build_data(b, body.data, body.len);
}

void tar_build_file(struct buf *b, const char *name, const char *text)
{
	tar_build_header(b, '0', name, NULL, strlen(text));
	tar_build_data(b, text, strlen(text));
}

void tar_build_end(struct buf *b)
{
	static const char zero[2 * TAR_BLOCK];

	buf_add(b, zero, sizeof zero);
}

static long next(void *data, const unsigned char **ret)
{
	struct tar_build_source *s = data;
	size_t n = s->len - s->at < s->piece ? s->len - s->at : s->piece;

	*ret = s->data + s->at;
	s->at += n;
	return (long)n;
}

struct tar_source tar_build_source(struct tar_build_source *s)
{
	return (struct tar_source){ .next = next, .data = s };
}
