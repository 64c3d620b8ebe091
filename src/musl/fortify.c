/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What distributions' static libraries call in glibc, for being built with -D_FORTIFY_SOURCE: the plain function, and a size that
 * musl has nobody to hand to.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

int __fprintf_chk(FILE *file, int flag, const char *format, ...) __attribute__((format(printf, 3, 4)));
int __snprintf_chk(char *text, size_t len, int flag, size_t size, const char *format, ...) __attribute__((format(printf, 5, 6)));
int __vfprintf_chk(FILE *file, int flag, const char *format, va_list ap) __attribute__((format(printf, 3, 0)));
int __vsnprintf_chk(char *text, size_t len, int flag, size_t size, const char *format, va_list ap)
	__attribute__((format(printf, 5, 0)));
int __vasprintf_chk(char **ret, int flag, const char *format, va_list ap) __attribute__((format(printf, 3, 0)));
void __vsyslog_chk(int priority, int flag, const char *format, va_list ap) __attribute__((format(printf, 3, 0)));
char *__strcat_chk(char *to, const char *from, size_t size);

int __fprintf_chk(FILE *file, int flag, const char *format, ...)
{
	va_list ap;
	int n;

	(void)flag;
	va_start(ap, format);
	n = vfprintf(file, format, ap);
	va_end(ap);
	return n;
}

int __snprintf_chk(char *text, size_t len, int flag, size_t size, const char *format, ...)
{
	va_list ap;
	int n;

	(void)flag;
	va_start(ap, format);
	n = vsnprintf(text, len < size ? len : size, format, ap);
	va_end(ap);
	return n;
}

int __vfprintf_chk(FILE *file, int flag, const char *format, va_list ap)
{
	(void)flag;
	return vfprintf(file, format, ap);
}

int __vsnprintf_chk(char *text, size_t len, int flag, size_t size, const char *format, va_list ap)
{
	(void)flag;
	return vsnprintf(text, len < size ? len : size, format, ap);
}

int __vasprintf_chk(char **ret, int flag, const char *format, va_list ap)
{
	(void)flag;
	return vasprintf(ret, format, ap);
}

void __vsyslog_chk(int priority, int flag, const char *format, va_list ap)
{
	(void)flag;
	vsyslog(priority, format, ap);
}

char *__strcat_chk(char *to, const char *from, size_t size)
{
	if (strlen(to) + strlen(from) >= size)
		__builtin_trap();
	return strcat(to, from);
}
