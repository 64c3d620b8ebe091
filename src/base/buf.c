/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include "base/memory.h"

#include <string.h>

char buf_empty[1];

void buf_release(struct buf *b)
{
	if (b->size)
		free(b->data);
	*b = BUF_INIT;
}

void buf_clear(struct buf *b)
{
	buf_truncate(b, 0);
}

void buf_reserve(struct buf *b, size_t more)
{
	size_t need = b->len + more + 1;

	if (need <= b->size)
		return;
	if (need < b->size * 2)
		need = b->size * 2;
	if (need < 64)
		need = 64;
	b->data = xrealloc(b->size ? b->data : NULL, need);
	b->data[b->len] = '\0';
	b->size = need;
}

/*
 * Up to 16 bytes, of which most pieces of JSON are: 13,000 of them are written for one container, and a call of memcpy takes longer
 * than they do. Of two moves the second overlaps the first.
 */
static inline void copy_few(char *to, const char *from, size_t len)
{
	if (len >= 8) {
		memcpy(to, from, 8);
		memcpy(to + len - 8, from + len - 8, 8);
	} else if (len >= 4) {
		memcpy(to, from, 4);
		memcpy(to + len - 4, from + len - 4, 4);
	} else {
		to[0] = from[0];
		to[len / 2] = from[len / 2];
		to[len - 1] = from[len - 1];
	}
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	if (!len)
		return;
	buf_reserve(b, len);
	if (len <= 16)
		copy_few(b->data + b->len, data, len);
	else
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_add_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_add_char(struct buf *b, char c)
{
	buf_reserve(b, 1);
	b->data[b->len++] = c;
	b->data[b->len] = '\0';
}

void buf_add_vformat(struct buf *b, const char *format, va_list ap)
{
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, again);
	va_end(again);
	if (n <= 0)
		return;
	buf_reserve(b, (size_t)n);
	vsnprintf(b->data + b->len, (size_t)n + 1, format, ap);
	b->len += (size_t)n;
}

void buf_add_format(struct buf *b, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	buf_add_vformat(b, format, ap);
	va_end(ap);
}

void buf_truncate(struct buf *b, size_t len)
{
	if (b->size && len <= b->len) {
		b->len = len;
		b->data[len] = '\0';
	}
}

char *buf_take(struct buf *b)
{
	char *s = b->size ? b->data : xstrdup("");

	*b = BUF_INIT;
	return s;
}
