/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_scan.h"

#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_space(const char *p, const char *end)
{
	while (p < end && (*p == ' ' || *p == '\n' || *p == '\t' || *p == '\r'))
		p++;
	return p;
}

/* Behind the string that begins at @p. */
static const char *skip_string(const char *p, const char *end)
{
	for (p++; p < end; p++) {
		if (*p == '"')
			return p + 1;
		if (*p == '\\' && ++p == end)
			break;
	}
	return end;
}

/* Behind the value that begins at @p. Depth is only counted, so that no text can make it go deep. */
static const char *skip_value(const char *p, const char *end)
{
	size_t depth = 0;

	while (p < end) {
		if (*p == '"') {
			p = skip_string(p, end);
		} else if (*p == '{' || *p == '[') {
			depth++;
			p++;
			continue;
		} else if (*p == '}' || *p == ']') {
			if (depth == 0)
				return p;
			depth--;
			p++;
		} else if (depth > 0) {
			p++;
			continue;
		} else {
			while (p < end && !strchr(",]} \n\t\r", *p))
				p++;
			return p;
		}
		if (depth == 0)
			return p;
	}
	return end;
}

struct json_walk json_walk(struct json_span container)
{
	struct json_walk walk = { .at = container.text, .end = container.text + container.len };

	if (container.len < 2 || (*container.text != '{' && *container.text != '['))
		walk.at = walk.end;
	return walk;
}

bool json_walk_next(struct json_walk *walk)
{
	const char *end = walk->end, *p, *begin;
	bool object;

	if (walk->at == end)
		return false;
	/* @at is the bracket that opens, or the comma behind the value before; its kind stays in the key */
	object = *walk->at == '{' || walk->key.text;
	p = skip_space(walk->at + 1, end);
	walk->at = end;
	if (object) {
		if (p >= end || *p != '"')
			return false;
		begin = p + 1;
		p = skip_string(p, end);
		walk->key = (struct json_span){ begin, (size_t)(p - begin) - (p > begin) };
		p = skip_space(p, end);
		if (p >= end || *p != ':')
			return false;
		p = skip_space(p + 1, end);
	}
	begin = p;
	p = skip_value(p, end);
	if (p == begin)
		return false;
	walk->value = (struct json_span){ begin, (size_t)(p - begin) };
	p = skip_space(p, end);
	walk->at = p < end && *p == ',' ? p : end;
	return true;
}

bool json_walk_is(const struct json_walk *walk, const char *name)
{
	return walk->key.text && strlen(name) == walk->key.len && memcmp(walk->key.text, name, walk->key.len) == 0;
}

struct json_span json_scan_member(struct json_span object, const char *name)
{
	struct json_walk walk = json_walk(object);

	while (json_walk_next(&walk))
		if (json_walk_is(&walk, name))
			return walk.value;
	return (struct json_span){ 0 };
}

static bool is_string(struct json_span value)
{
	return value.len >= 2 && value.text[0] == '"' && value.text[value.len - 1] == '"';
}

char *json_scan_str(struct json_span value)
{
	autojson struct json_object *o = NULL;

	if (!is_string(value))
		return NULL;
	if (!memchr(value.text, '\\', value.len))
		return xstrndup(value.text + 1, value.len - 2);
	/* escapes are rare: left to the parser */
	if (json_parse(value.text, value.len, "a string", &o) < 0) {
		error_clear();
		return NULL;
	}
	return xstrdup(json_object_get_string(o));
}

bool json_scan_is(struct json_span value, const char *text)
{
	return is_string(value) && value.len - 2 == strlen(text) && memcmp(value.text + 1, text, value.len - 2) == 0;
}

bool json_scan_true(struct json_span value)
{
	return value.len == 4 && memcmp(value.text, "true", 4) == 0;
}

int64_t json_scan_i64(struct json_span value)
{
	char text[24], *end;
	long long n;

	if (value.len == 0 || value.len >= sizeof text)
		return 0;
	memcpy(text, value.text, value.len);
	text[value.len] = '\0';
	errno = 0;
	n = strtoll(text, &end, 10);
	return errno || *end ? 0 : n;
}

void json_scan_strv(struct json_span array, struct strv *ret)
{
	struct json_walk walk = json_walk(array);

	while (json_walk_next(&walk)) {
		char *text = json_scan_str(walk.value);

		if (text)
			strv_add_owned(ret, text);
	}
}
