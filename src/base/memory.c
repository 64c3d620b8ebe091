/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void __attribute__((noreturn, cold)) out_of_memory(void)
{
	static const char words[] = "hoy: out of memory\n";

	(void)!write(STDERR_FILENO, words, sizeof words - 1);
	_exit(125);
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xcalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		out_of_memory();
	return p;
}

void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		out_of_memory();
	return p;
}

char *xstrdup(const char *s)
{
	return s ? xstrndup(s, strlen(s)) : NULL;
}

char *xstrndup(const char *s, size_t n)
{
	char *p;

	n = strnlen(s, n);
	p = xmalloc(n + 1);
	memcpy(p, s, n);
	p[n] = '\0';
	return p;
}

char *xasprintf(const char *format, ...)
{
	va_list ap;
	char *p;

	va_start(ap, format);
	if (vasprintf(&p, format, ap) < 0)
		out_of_memory();
	va_end(ap);
	return p;
}

void xreplace(char **target, const char *s)
{
	char *copy = xstrdup(s);

	free(*target);
	*target = copy;
}
