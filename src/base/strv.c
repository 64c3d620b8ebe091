/* SPDX-License-Identifier: Apache-2.0 */
#include "base/strv.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>

void strv_release(struct strv *v)
{
	for (size_t i = 0; i < v->count; i++)
		free(v->items[i]);
	free(v->items);
	*v = (struct strv){ 0 };
}

void strv_add_owned(struct strv *v, char *s)
{
	if (v->count + 2 > v->size) {
		v->size = v->size ? v->size * 2 : 8;
		v->items = xrealloc(v->items, v->size * sizeof *v->items);
	}
	v->items[v->count++] = s;
	v->items[v->count] = NULL;
}

void strv_add(struct strv *v, const char *s)
{
	strv_add_owned(v, xstrdup(s));
}

void strv_add_format(struct strv *v, const char *format, ...)
{
	autobuf b = BUF_INIT;
	va_list ap;

	va_start(ap, format);
	buf_add_vformat(&b, format, ap);
	va_end(ap);
	strv_add_owned(v, buf_take(&b));
}

void strv_add_all(struct strv *v, const struct strv *more)
{
	for (size_t i = 0; i < more->count; i++)
		strv_add(v, more->items[i]);
}

void strv_remove(struct strv *v, size_t index)
{
	free(v->items[index]);
	memmove(v->items + index, v->items + index + 1, (v->count - index) * sizeof *v->items);
	v->count--;
}

bool strv_contains(const struct strv *v, const char *s)
{
	for (size_t i = 0; i < v->count; i++)
		if (strcmp(v->items[i], s) == 0)
			return true;
	return false;
}

void strv_split(struct strv *v, const char *s, char separator)
{
	for (;;) {
		const char *end = strchrnul(s, separator);

		strv_add_owned(v, xstrndup(s, (size_t)(end - s)));
		if (!*end)
			return;
		s = end + 1;
	}
}

int strv_split_fields(struct strv *v, const char *s)
{
	autobuf field = BUF_INIT;
	bool quoted = false;

	for (const char *p = s;; p++) {
		if (quoted && !*p)
			return fail(-EINVAL, "a quoted field does not end");
		if (*p == '"' && quoted && p[1] == '"') {
			buf_add_char(&field, '"');
			p++;
		} else if (*p == '"' && (quoted || !field.len)) {
			quoted = !quoted;
			if (!quoted && p[1] && p[1] != ',')
				return fail(-EINVAL, "something follows a quoted field");
		} else if (*p == '"') {
			return fail(-EINVAL, "a quote stands inside a field that is not quoted");
		} else if (!*p || (*p == ',' && !quoted)) {
			strv_add(v, field.data);
			buf_clear(&field);
			if (!*p)
				return 0;
		} else {
			buf_add_char(&field, *p);
		}
	}
}

char *strv_join(const struct strv *v, const char *separator)
{
	autobuf b = BUF_INIT;

	for (size_t i = 0; i < v->count; i++) {
		if (i)
			buf_add_str(&b, separator);
		buf_add_str(&b, v->items[i]);
	}
	return buf_take(&b);
}

char *const *strv_array(const struct strv *v)
{
	static char *const empty[1];

	return v->items ? v->items : empty;
}

static size_t env_find(const struct strv *v, const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		if (strncmp(v->items[i], name, len) == 0 && v->items[i][len] == '=')
			break;
	return i;
}

void strv_env_set(struct strv *v, const char *entry)
{
	size_t i = env_find(v, entry, (size_t)(strchrnul(entry, '=') - entry));

	if (i < v->count)
		xreplace(&v->items[i], entry);
	else
		strv_add(v, entry);
}

const char *strv_env_get(const struct strv *v, const char *name)
{
	size_t len = strlen(name), i = env_find(v, name, len);

	return i < v->count ? v->items[i] + len + 1 : NULL;
}

void strv_env_unset(struct strv *v, const char *name)
{
	size_t i = env_find(v, name, strlen(name));

	if (i < v->count)
		strv_remove(v, i);
}
