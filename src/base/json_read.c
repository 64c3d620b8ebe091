/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/file.h"
#include "base/json.h"

#include <errno.h>
#include <json-c/json_tokener.h>
#include <limits.h>
#include <string.h>

void json_drop(struct json_object **o)
{
	if (*o)
		json_object_put(*o);
	*o = NULL;
}

static void tokener_free(struct json_tokener **t)
{
	if (*t)
		json_tokener_free(*t);
}

/* As a text of which [@at, @at + @len) comes next: 0 when that ended it, -EAGAIN when it goes on. */
static int feed(struct json_tokener *tokener, const char *at, size_t len, const char *name, size_t offset, struct json_object **ret)
{
	enum json_tokener_error error;

	*ret = json_tokener_parse_ex(tokener, at, (int)len);
	error = json_tokener_get_error(tokener);
	if (error == json_tokener_continue)
		return -EAGAIN;
	if (error != json_tokener_success)
		return fail(-EINVAL, "parse %s: not JSON at byte %zu: %s", name, offset + json_tokener_get_parse_end(tokener),
			    json_tokener_error_desc(error));
	return 0;
}

int json_parse_around(const char *text, size_t len, const char *hole, size_t hole_len, const char *name, struct json_object **ret)
{
	autocall(tokener_free) struct json_tokener *tokener = json_tokener_new_ex(JSON_DEPTH_MAX);
	autojson struct json_object *o = NULL;
	size_t offset = hole ? (size_t)(hole - text) + hole_len : 0, end;
	int r = -EAGAIN;

	if (!tokener)
		return fail(-ENOMEM, "parse %s: out of memory", name);
	if (len > INT_MAX)
		return fail(-EFBIG, "parse %s: it is too large", name);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8 | JSON_TOKENER_ALLOW_TRAILING_CHARS);
	if (hole) {
		r = feed(tokener, text, (size_t)(hole - text), name, 0, &o);
		if (r == -EAGAIN)
			r = feed(tokener, "null", 4, name, (size_t)(hole - text), &o);
	}
	if (r == -EAGAIN)
		r = feed(tokener, text + offset, len - offset, name, offset, &o);
	/* a bare number at the end of the text is only complete once something follows */
	if (r == -EAGAIN && feed(tokener, " ", 1, name, len, &o) != 0)
		return fail(-EINVAL, "parse %s: the JSON ends too early", name);
	if (r < 0 && r != -EAGAIN)
		return r;
	end = r == 0 ? offset + json_tokener_get_parse_end(tokener) : len;
	while (end < len && strchr(" \t\r\n", text[end]) && text[end])
		end++;
	if (end < len)
		return fail(-EINVAL, "parse %s: something follows the JSON at byte %zu", name, end);
	*ret = o;
	o = NULL;
	return 0;
}

int json_parse(const char *text, size_t len, const char *name, struct json_object **ret)
{
	return json_parse_around(text, len, NULL, 0, name, ret);
}

int json_read(int dirfd, const char *path, size_t max, struct json_object **ret)
{
	autobuf text = BUF_INIT;
	int r = file_read(dirfd, path, max, &text);

	return r < 0 ? r : json_parse(text.data, text.len, path, ret);
}

struct json_object *json_get(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	if (!o || !json_object_is_type(o, json_type_object))
		return NULL;
	return json_object_object_get_ex(o, key, &v) ? v : NULL;
}

static int get_typed(struct json_object *o, const char *where, const char *key, enum json_type type, const char *type_name,
		     struct json_object **ret)
{
	struct json_object *v = json_get(o, key);

	if (!v)
		return 0;
	if (!json_object_is_type(v, type))
		return fail(-EINVAL, "%s%s%s: it is not %s", where, *where ? "." : "", key, type_name);
	*ret = v;
	return 1;
}

int json_get_object(struct json_object *o, const char *where, const char *key, struct json_object **ret)
{
	return get_typed(o, where, key, json_type_object, "an object", ret);
}

int json_get_array(struct json_object *o, const char *where, const char *key, struct json_object **ret)
{
	return get_typed(o, where, key, json_type_array, "an array", ret);
}

int json_get_str(struct json_object *o, const char *where, const char *key, const char **ret)
{
	struct json_object *v = NULL;
	int r = get_typed(o, where, key, json_type_string, "a string", &v);

	if (r <= 0)
		return r;
	/* a NUL inside would cut the string short where C reads it: what was checked is not what is used */
	if (strlen(json_object_get_string(v)) != (size_t)json_object_get_string_len(v))
		return fail(-EINVAL, "%s%s%s: it contains a NUL character", where, *where ? "." : "", key);
	*ret = json_object_get_string(v);
	return 1;
}

int json_get_bool(struct json_object *o, const char *where, const char *key, bool *ret)
{
	struct json_object *v = NULL;
	int r = get_typed(o, where, key, json_type_boolean, "true or false", &v);

	if (r == 1)
		*ret = json_object_get_boolean(v);
	return r;
}

int json_get_u64(struct json_object *o, const char *where, const char *key, uint64_t *ret)
{
	struct json_object *v = NULL;
	int r = get_typed(o, where, key, json_type_int, "a whole number", &v);

	if (r <= 0)
		return r;
	/* json-c saturates quietly; a negative number has a negative 64-bit reading */
	if (json_object_get_int64(v) < 0)
		return fail(-EINVAL, "%s%s%s: it is negative", where, *where ? "." : "", key);
	*ret = json_object_get_uint64(v);
	return 1;
}

int json_get_i64(struct json_object *o, const char *where, const char *key, int64_t *ret)
{
	struct json_object *v = NULL;
	int r = get_typed(o, where, key, json_type_int, "a whole number", &v);

	if (r <= 0)
		return r;
	if (json_object_get_int64(v) >= 0 && json_object_get_uint64(v) > INT64_MAX)
		return fail(-EINVAL, "%s%s%s: it is too large", where, *where ? "." : "", key);
	*ret = json_object_get_int64(v);
	return 1;
}

int json_get_u32(struct json_object *o, const char *where, const char *key, uint32_t *ret)
{
	uint64_t n;
	int r = json_get_u64(o, where, key, &n);

	if (r <= 0)
		return r;
	if (n > UINT32_MAX)
		return fail(-EINVAL, "%s%s%s: it is too large", where, *where ? "." : "", key);
	*ret = (uint32_t)n;
	return 1;
}

int json_get_strv(struct json_object *o, const char *where, const char *key, struct strv *ret)
{
	struct json_object *list = NULL;
	int r = json_get_array(o, where, key, &list);

	for (size_t i = 0; r == 1 && i < json_object_array_length(list); i++) {
		struct json_object *v = json_object_array_get_idx(list, i);
		const char *s = v && json_object_is_type(v, json_type_string) ? json_object_get_string(v) : NULL;

		if (!s || strlen(s) != (size_t)json_object_get_string_len(v))
			return fail(-EINVAL, "%s%s%s[%zu]: it is not a plain string", where, *where ? "." : "", key, i);
		strv_add(ret, s);
	}
	return r;
}
