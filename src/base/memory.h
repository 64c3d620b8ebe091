/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Memory that never fails: running out of it ends the process with one line on stderr and exit code 125. A few kilobytes
 * are all hoy asks for, so a caller that could recover does not exist. Sizes that come from outside are checked against a
 * limit before they get here. The caller owns what is returned and frees it with free().
 */
#include <stddef.h>

void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
void *xrealloc(void *p, size_t size) __attribute__((returns_nonnull));
/* NULL gives NULL. */
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2), malloc, returns_nonnull));
/* Frees *@target and gives it a copy of @s (NULL allowed). */
void xreplace(char **target, const char *s);

/* One zeroed struct: `struct thing *t = xnew(struct thing);` */
#define xnew(type)    ((type *)xcalloc(1, sizeof(type)))
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
