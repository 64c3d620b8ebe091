/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/format_calls.h"

#include "base/error.h"
#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <json-c/json_util.h>
#include <string.h>

#define ANY_COUNT 255

int format_want_text(struct json_object *value, const char **ret)
{
	if (!format_is(value, json_type_string))
		return fail(-EINVAL, "wrong type for value; expected string; got %s",
			    value ? json_type_to_name(json_object_get_type(value)) : "nil");
	*ret = json_object_get_string(value);
	return 0;
}

static int want_int(struct json_object *value, int64_t *ret)
{
	if (!format_is(value, json_type_int))
		return fail(-EINVAL, "wrong type for value; expected int");
	*ret = json_object_get_int64(value);
	return 0;
}

/* ---- text ------------------------------------------------------------------------------------------------------- */

static int call_json(arguments args, size_t count, struct json_object **ret)
{
	autobuf text = BUF_INIT;
	struct json_writer w;

	(void)count;
	json_writer_init(&w, &text, false);
	json_put_value(&w, NULL, args[0]);
	*ret = format_text(&text);
	return 0;
}

static int map_text(struct json_object *value, int (*map)(int), bool words_only, struct json_object **ret)
{
	autofree char *text = NULL;
	const char *from;
	int r = format_want_text(value, &from);

	if (r < 0)
		return r;
	text = xstrdup(from);
	for (char *p = text; *p; p++)
		if (!words_only || p == text || p[-1] == ' ')
			*p = (char)map((unsigned char)*p);
	*ret = json_object_new_string(text);
	return 0;
}

static int call_upper(arguments args, size_t count, struct json_object **ret)
{
	(void)count;
	return map_text(args[0], toupper, false, ret);
}

static int call_lower(arguments args, size_t count, struct json_object **ret)
{
	(void)count;
	return map_text(args[0], tolower, false, ret);
}

static int call_title(arguments args, size_t count, struct json_object **ret)
{
	(void)count;
	return map_text(args[0], toupper, true, ret);
}

static int call_join(arguments args, size_t count, struct json_object **ret)
{
	autobuf text = BUF_INIT;
	const char *separator;
	int r = format_want_text(args[1], &separator);

	(void)count;
	if (r < 0)
		return r;
	if (args[0] && !format_is(args[0], json_type_array))
		return fail(-EINVAL, "wrong type for value; expected list");
	for (size_t i = 0; args[0] && i < json_object_array_length(args[0]); i++) {
		if (i)
			buf_add_str(&text, separator);
		format_value(json_object_array_get_idx(args[0], i), &text);
	}
	*ret = format_text(&text);
	return 0;
}

static int call_split(arguments args, size_t count, struct json_object **ret)
{
	const char *text, *separator, *at;
	int r = format_want_text(args[0], &text);

	(void)count;
	if (r == 0)
		r = format_want_text(args[1], &separator);
	if (r < 0)
		return r;
	if (!*separator)
		return fail(-EINVAL, "the separator is empty");
	*ret = json_object_new_array();
	while ((at = strstr(text, separator))) {
		json_object_array_add(*ret, json_object_new_string_len(text, (int)(at - text)));
		text = at + strlen(separator);
	}
	json_object_array_add(*ret, json_object_new_string(text));
	return 0;
}

static int call_pad(arguments args, size_t count, struct json_object **ret)
{
	autobuf text = BUF_INIT;
	int64_t before = 0, after = 0;
	const char *from;
	int r = format_want_text(args[0], &from);

	(void)count;
	if (r == 0)
		r = want_int(args[1], &before);
	if (r == 0)
		r = want_int(args[2], &after);
	if (r < 0)
		return r;
	if (before < 0 || after < 0 || before > TEXT_PAD_MAX || after > TEXT_PAD_MAX)
		return fail(-EINVAL, "padding is out of range");
	if (*from)
		buf_add_format(&text, "%*s%s%*s", (int)before, "", from, (int)after, "");
	*ret = format_text(&text);
	return 0;
}

static int call_truncate(arguments args, size_t count, struct json_object **ret)
{
	const char *text;
	int64_t length = 0;
	int r = format_want_text(args[0], &text);

	(void)count;
	if (r == 0)
		r = want_int(args[1], &length);
	if (r < 0)
		return r;
	if (length < 0 || (size_t)length > strlen(text))
		length = (int64_t)strlen(text);
	*ret = json_object_new_string_len(text, (int)length);
	return 0;
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

static int call_len(arguments args, size_t count, struct json_object **ret)
{
	int64_t n;

	(void)count;
	if (format_is(args[0], json_type_string))
		n = json_object_get_string_len(args[0]);
	else if (format_is(args[0], json_type_array))
		n = (int64_t)json_object_array_length(args[0]);
	else if (format_is(args[0], json_type_object))
		n = json_object_object_length(args[0]);
	else if (!args[0])
		n = 0; /* a list or map that is absent: Go's typed nil has the length 0 */
	else
		return fail(-EINVAL, "len of type %s", json_type_to_name(json_object_get_type(args[0])));
	*ret = json_object_new_int64(n);
	return 0;
}

static int index_one(struct json_object *value, struct json_object *key, struct json_object **ret)
{
	const char *name;
	int64_t i = 0;
	int r;

	if (format_is(value, json_type_array)) {
		r = want_int(key, &i);
		if (r == 0 && (i < 0 || (size_t)i >= json_object_array_length(value)))
			r = fail(-EINVAL, "index out of range: %" PRId64, i);
		if (r == 0)
			*ret = json_object_array_get_idx(value, (size_t)i);
		return r;
	}
	if (format_is(value, json_type_object)) {
		r = format_want_text(key, &name);
		if (r == 0)
			*ret = json_object_object_get(value, name);
		return r;
	}
	return fail(-EINVAL, "can't index item of type %s", value ? json_type_to_name(json_object_get_type(value)) : "nil");
}

/* A Go map of strings has "" for what it lacks: {{index .Config.Labels "key"}} prints nothing then. */
static bool holds_text(struct json_object *map)
{
	if (!format_is(map, json_type_object))
		return false;
	json_object_object_foreach (map, key, value) {
		(void)key;
		return format_is(value, json_type_string);
	}
	return true;
}

static int call_index(arguments args, size_t count, struct json_object **ret)
{
	struct json_object *value = args[0], *of = NULL;
	int r = 0;

	for (size_t i = 1; r == 0 && i < count; i++) {
		of = value;
		r = index_one(value, args[i], &value);
	}
	if (r == 0)
		*ret = !value && holds_text(of) ? json_object_new_string("") : json_object_get(value);
	return r;
}

static int call_slice(arguments args, size_t count, struct json_object **ret)
{
	bool text = format_is(args[0], json_type_string);
	int64_t from = 0, to;
	int r = 0;

	if (!text && !format_is(args[0], json_type_array))
		return fail(-EINVAL, "can't slice this item");
	to = text ? json_object_get_string_len(args[0]) : (int64_t)json_object_array_length(args[0]);
	if (count > 1)
		r = want_int(args[1], &from);
	if (r == 0 && count > 2) {
		int64_t end = 0;

		r = want_int(args[2], &end);
		if (r == 0 && (end < 0 || end > to))
			r = fail(-EINVAL, "index out of range: %" PRId64, end);
		if (r == 0)
			to = end;
	}
	if (r == 0 && (from < 0 || from > to))
		r = fail(-EINVAL, "index out of range: %" PRId64, from);
	if (r < 0)
		return r;
	if (text) {
		*ret = json_object_new_string_len(json_object_get_string(args[0]) + from, (int)(to - from));
		return 0;
	}
	*ret = json_object_new_array();
	for (; from < to; from++)
		json_object_array_add(*ret, json_object_get(json_object_array_get_idx(args[0], (size_t)from)));
	return 0;
}

static const struct {
	const char *name;
	size_t min, max;
	int (*call)(arguments args, size_t count, struct json_object **ret);
} functions[] = {
	{ "and", 1, ANY_COUNT, format_call_and },
	{ "eq", 2, ANY_COUNT, format_call_eq },
	{ "ge", 2, 2, format_call_ge },
	{ "gt", 2, 2, format_call_gt },
	{ "index", 1, ANY_COUNT, call_index },
	{ "join", 2, 2, call_join },
	{ "json", 1, 1, call_json },
	{ "le", 2, 2, format_call_le },
	{ "len", 1, 1, call_len },
	{ "lower", 1, 1, call_lower },
	{ "lt", 2, 2, format_call_lt },
	{ "ne", 2, 2, format_call_ne },
	{ "not", 1, 1, format_call_not },
	{ "or", 1, ANY_COUNT, format_call_or },
	{ "pad", 3, 3, call_pad },
	{ "print", 0, ANY_COUNT, format_call_print },
	{ "printf", 1, ANY_COUNT, format_call_printf },
	{ "println", 0, ANY_COUNT, format_call_println },
	{ "slice", 1, 3, call_slice },
	{ "split", 2, 2, call_split },
	{ "title", 1, 1, call_title },
	{ "truncate", 2, 2, call_truncate },
	{ "upper", 1, 1, call_upper },
};

bool format_function_exists(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(functions); i++)
		if (!strcmp(functions[i].name, name))
			return true;
	return false;
}

int format_call(const char *name, struct json_object *const *args, size_t count, struct json_object **ret)
{
	size_t i = 0;
	int r;

	while (strcmp(functions[i].name, name) != 0)
		i++;
	if (count < functions[i].min || count > functions[i].max)
		r = fail(-EINVAL, "wrong number of args for %s: want %s%zu got %zu", name,
			 functions[i].max == ANY_COUNT ? "at least " : "", functions[i].min, count);
	else
		r = functions[i].call(args, count, ret);
	return r < 0 ? fail_while(r, "template parsing error: template: :1: executing at <%s>: error calling %s", name, name) : 0;
}
