/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * A growing string. `struct buf b = BUF_INIT;` owns nothing until something is added; data is always NUL-terminated and
 * never NULL, so it can be read as a string at once. It may hold NUL bytes: len counts them.
 */
#include "base/cleanup.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct buf {
	char *data;
	size_t len;
	size_t size; /* bytes allocated; 0 while data is the shared empty string */
};

extern char buf_empty[1];
#define BUF_INIT ((struct buf){ .data = buf_empty })
#define autobuf  __attribute__((cleanup(buf_release))) struct buf

void buf_release(struct buf *b);
/* Length 0, memory kept. */
void buf_clear(struct buf *b);
void buf_reserve(struct buf *b, size_t more);
void buf_add(struct buf *b, const void *data, size_t len);
void buf_add_str(struct buf *b, const char *s);
void buf_add_char(struct buf *b, char c);
void buf_add_format(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_add_vformat(struct buf *b, const char *format, va_list ap) __attribute__((format(printf, 2, 0)));
/* Cuts to @len bytes. */
void buf_truncate(struct buf *b, size_t len);
/* Hands the string over (caller frees it) and leaves the buf empty. */
char *buf_take(struct buf *b);
