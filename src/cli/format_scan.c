/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/format_scan.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int scan_bad(const struct format_scan *ps, const char *format, ...)
{
	autobuf words = BUF_INIT;
	unsigned int line = 1;
	va_list ap;

	va_start(ap, format);
	buf_add_vformat(&words, format, ap);
	va_end(ap);
	for (const char *c = ps->start; c < ps->p; c++)
		line += *c == '\n';
	return fail(-EINVAL, "template parsing error: template: :%u: %s", line, words.data);
}

bool scan_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

void scan_space(struct format_scan *ps)
{
	while (scan_is_space(*ps->p))
		ps->p++;
}

bool scan_is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* "}}", or "-}}" behind white space. */
bool scan_at_close(const struct format_scan *ps)
{
	if (!strncmp(ps->p, "}}", 2))
		return true;
	return !strncmp(ps->p, "-}}", 3) && ps->p > ps->start && scan_is_space(ps->p[-1]);
}

int scan_close(struct format_scan *ps)
{
	scan_space(ps);
	if (!*ps->p)
		return scan_bad(ps, "unclosed action");
	if (!scan_at_close(ps))
		return scan_bad(ps, "unexpected \"%c\" in action", *ps->p);
	ps->trim = *ps->p == '-';
	ps->p += ps->trim ? 3 : 2;
	return 0;
}

char *scan_word(struct format_scan *ps)
{
	const char *from = ps->p;

	while (scan_is_word(*ps->p))
		ps->p++;
	return xstrndup(from, (size_t)(ps->p - from));
}

int scan_raw_string(struct format_scan *ps, struct json_object **ret)
{
	const char *from = ++ps->p, *end = strchr(from, '`');

	if (!end)
		return scan_bad(ps, "unterminated raw quoted string");
	*ret = json_object_new_string_len(from, (int)(end - from));
	ps->p = end + 1;
	return 0;
}

int scan_string(struct format_scan *ps, struct json_object **ret)
{
	static const char escapes[] = "n\nt\tr\r\"\"\\\\''a\ab\bf\fv\v";
	autobuf text = BUF_INIT;

	for (ps->p++; *ps->p != '"'; ps->p++) {
		const char *escape = NULL;

		if (!*ps->p || *ps->p == '\n')
			return scan_bad(ps, "unterminated quoted string");
		if (*ps->p != '\\') {
			buf_add_char(&text, *ps->p);
			continue;
		}
		ps->p++;
		for (const char *e = escapes; *e && !escape; e += 2)
			escape = *e == *ps->p ? e + 1 : NULL;
		if (!escape)
			return scan_bad(ps, "invalid syntax: unknown escape in a quoted string");
		buf_add_char(&text, *escape);
	}
	ps->p++;
	*ret = json_object_new_string_len(text.data, (int)text.len);
	return 0;
}

int scan_number(struct format_scan *ps, struct json_object **ret)
{
	autofree char *text = NULL;
	const char *from = ps->p;
	char *end;

	if (*ps->p == '-' || *ps->p == '+')
		ps->p++;
	while (scan_is_word(*ps->p) || *ps->p == '.')
		ps->p++;
	text = xstrndup(from, (size_t)(ps->p - from));
	errno = 0;
	if (strpbrk(text, ".eE") && strncmp(text, "0x", 2) != 0)
		*ret = json_object_new_double(strtod(text, &end));
	else
		*ret = json_object_new_int64(strtoll(text, &end, 0));
	if (*end || errno || end == text)
		return scan_bad(ps, "bad number syntax: \"%s\"", text);
	return 0;
}
