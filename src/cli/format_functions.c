/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/format_node.h"

#include "base/error.h"
#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <json-c/json_util.h>
#include <json-c/linkhash.h>
#include <string.h>

#define ANY_COUNT    255
#define TEXT_PAD_MAX 4096

typedef struct json_object *const *arguments;

static struct json_object *text_object(const struct buf *text)
{
	return json_object_new_string_len(text->data, (int)text->len);
}

static bool is_type(struct json_object *value, enum json_type type)
{
	return value && json_object_is_type(value, type);
}

bool format_truth(struct json_object *value)
{
	switch (value ? json_object_get_type(value) : json_type_null) {
	case json_type_null:
		return false;
	case json_type_boolean:
		return json_object_get_boolean(value);
	case json_type_int:
		return json_object_get_int64(value) != 0;
	case json_type_double:
		return json_object_get_double(value) != 0;
	case json_type_string:
		return json_object_get_string_len(value) > 0;
	case json_type_array:
		return json_object_array_length(value) > 0;
	case json_type_object:
		return json_object_object_length(value) > 0;
	}
	return false;
}

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void object_value(struct json_object *value, struct buf *out)
{
	size_t count = (size_t)json_object_object_length(value), n = 0;
	autofree const char **keys = xcalloc(count + 1, sizeof *keys);

	json_object_object_foreach (value, name, member) {
		(void)member;
		keys[n++] = name;
	}
	qsort(keys, n, sizeof *keys, compare_keys);
	buf_add_str(out, "map[");
	for (size_t i = 0; i < n; i++) {
		buf_add_format(out, "%s%s:", i ? " " : "", keys[i]);
		format_value(json_object_object_get(value, keys[i]), out);
	}
	buf_add_char(out, ']');
}

void format_value(struct json_object *value, struct buf *out)
{
	switch (value ? json_object_get_type(value) : json_type_null) {
	case json_type_null:
		buf_add_str(out, "<no value>");
		break;
	case json_type_string:
		buf_add(out, json_object_get_string(value), (size_t)json_object_get_string_len(value));
		break;
	case json_type_array:
		buf_add_char(out, '[');
		for (size_t i = 0; i < json_object_array_length(value); i++) {
			if (i)
				buf_add_char(out, ' ');
			format_value(json_object_array_get_idx(value, i), out);
		}
		buf_add_char(out, ']');
		break;
	case json_type_object:
		object_value(value, out);
		break;
	case json_type_double:
		buf_add_format(out, "%.15g", json_object_get_double(value));
		break;
	default:
		buf_add_str(out, json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN));
	}
}

/* The argument as text; -EINVAL unless it is a string. */
static int want_text(struct json_object *value, const char **ret)
{
	if (!is_type(value, json_type_string))
		return fail(-EINVAL, "wrong type for value; expected string; got %s",
			    value ? json_type_to_name(json_object_get_type(value)) : "nil");
	*ret = json_object_get_string(value);
	return 0;
}

static int want_int(struct json_object *value, int64_t *ret)
{
	if (!is_type(value, json_type_int))
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
	*ret = text_object(&text);
	return 0;
}

static int map_text(struct json_object *value, int (*map)(int), bool words_only, struct json_object **ret)
{
	autofree char *text = NULL;
	const char *from;
	int r = want_text(value, &from);

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
	int r = want_text(args[1], &separator);

	(void)count;
	if (r < 0)
		return r;
	if (args[0] && !is_type(args[0], json_type_array))
		return fail(-EINVAL, "wrong type for value; expected list");
	for (size_t i = 0; args[0] && i < json_object_array_length(args[0]); i++) {
		if (i)
			buf_add_str(&text, separator);
		format_value(json_object_array_get_idx(args[0], i), &text);
	}
	*ret = text_object(&text);
	return 0;
}

static int call_split(arguments args, size_t count, struct json_object **ret)
{
	const char *text, *separator, *at;
	int r = want_text(args[0], &text);

	(void)count;
	if (r == 0)
		r = want_text(args[1], &separator);
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
	int r = want_text(args[0], &from);

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
	*ret = text_object(&text);
	return 0;
}

static int call_truncate(arguments args, size_t count, struct json_object **ret)
{
	const char *text;
	int64_t length = 0;
	int r = want_text(args[0], &text);

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

/* Go's Print puts a space between operands when neither is a string, Println always. */
static int call_print(arguments args, size_t count, struct json_object **ret)
{
	autobuf text = BUF_INIT;

	for (size_t i = 0; i < count; i++) {
		if (i && !is_type(args[i - 1], json_type_string) && !is_type(args[i], json_type_string))
			buf_add_char(&text, ' ');
		format_value(args[i], &text);
	}
	*ret = text_object(&text);
	return 0;
}

static int call_println(arguments args, size_t count, struct json_object **ret)
{
	autobuf text = BUF_INIT;

	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_add_char(&text, ' ');
		format_value(args[i], &text);
	}
	buf_add_char(&text, '\n');
	*ret = text_object(&text);
	return 0;
}

/* The text of one verb of printf without its padding; false when the value is not of the verb's kind. */
static bool add_verb(struct buf *out, char verb, int precision, struct json_object *value)
{
	bool whole = is_type(value, json_type_int);
	size_t before = out->len;

	switch (verb) {
	case 's':
	case 'v':
		format_value(value, out);
		if (precision >= 0 && out->len - before > (size_t)precision)
			buf_truncate(out, before + (size_t)precision);
		return true;
	case 'q':
		buf_add_str(out, json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
		return true;
	case 't':
		format_value(value, out);
		return is_type(value, json_type_boolean);
	case 'd':
		buf_add_format(out, "%" PRId64, json_object_get_int64(value));
		return whole;
	case 'x':
		buf_add_format(out, "%" PRIx64, json_object_get_int64(value));
		return whole;
	case 'X':
		buf_add_format(out, "%" PRIX64, json_object_get_int64(value));
		return whole;
	case 'f':
		buf_add_format(out, "%.*f", precision < 0 ? 6 : precision, json_object_get_double(value));
		return whole || is_type(value, json_type_double);
	default:
		return false;
	}
}

/* "%-10s" and its like: flags, width, precision, verb. *@spec stands behind the "%" and is moved on. */
static int add_formatted(struct buf *out, const char **spec, struct json_object *value, bool missing)
{
	autobuf text = BUF_INIT;
	bool left = false, zero = false;
	int width = 0, precision = -1;
	const char *p = *spec;

	for (; *p && strchr("-0+ #", *p); p++) {
		left |= *p == '-';
		zero |= *p == '0';
	}
	for (; isdigit((unsigned char)*p) && width <= TEXT_PAD_MAX; p++)
		width = width * 10 + (*p - '0');
	if (*p == '.')
		for (p++, precision = 0; isdigit((unsigned char)*p) && precision <= TEXT_PAD_MAX; p++)
			precision = precision * 10 + (*p - '0');
	if (!*p || width > TEXT_PAD_MAX || precision > TEXT_PAD_MAX)
		return fail(-EINVAL, "bad format \"%%%s\"", *spec);
	if (missing)
		buf_add_format(&text, "%%!%c(MISSING)", *p);
	else if (!add_verb(&text, *p, precision, value))
		return fail(-EINVAL, "%%%c does not fit %s", *p, value ? json_type_to_name(json_object_get_type(value)) : "nil");
	for (size_t n = text.len; !left && n < (size_t)width; n++)
		buf_add_char(out, zero ? '0' : ' ');
	buf_add(out, text.data, text.len);
	for (size_t n = text.len; left && n < (size_t)width; n++)
		buf_add_char(out, ' ');
	*spec = p + 1;
	return 0;
}

static int call_printf(arguments args, size_t count, struct json_object **ret)
{
	autobuf text = BUF_INIT;
	size_t used = 1;
	const char *p;
	int r = want_text(args[0], &p);

	while (r == 0 && *p) {
		if (*p != '%') {
			buf_add_char(&text, *p++);
		} else if (p[1] == '%') {
			buf_add_char(&text, '%');
			p += 2;
		} else {
			p++;
			r = add_formatted(&text, &p, used < count ? args[used] : NULL, used >= count);
			used++;
		}
	}
	if (r == 0)
		*ret = text_object(&text);
	return r;
}

/* ---- values ----------------------------------------------------------------------------------------------------- */

static int call_len(arguments args, size_t count, struct json_object **ret)
{
	int64_t n;

	(void)count;
	if (is_type(args[0], json_type_string))
		n = json_object_get_string_len(args[0]);
	else if (is_type(args[0], json_type_array))
		n = (int64_t)json_object_array_length(args[0]);
	else if (is_type(args[0], json_type_object))
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

	if (is_type(value, json_type_array)) {
		r = want_int(key, &i);
		if (r == 0 && (i < 0 || (size_t)i >= json_object_array_length(value)))
			r = fail(-EINVAL, "index out of range: %" PRId64, i);
		if (r == 0)
			*ret = json_object_array_get_idx(value, (size_t)i);
		return r;
	}
	if (is_type(value, json_type_object)) {
		r = want_text(key, &name);
		if (r == 0)
			*ret = json_object_object_get(value, name);
		return r;
	}
	return fail(-EINVAL, "can't index item of type %s", value ? json_type_to_name(json_object_get_type(value)) : "nil");
}

static int call_index(arguments args, size_t count, struct json_object **ret)
{
	struct json_object *value = args[0];
	int r = 0;

	for (size_t i = 1; r == 0 && i < count; i++)
		r = index_one(value, args[i], &value);
	if (r == 0)
		*ret = json_object_get(value);
	return r;
}

static int call_slice(arguments args, size_t count, struct json_object **ret)
{
	bool text = is_type(args[0], json_type_string);
	int64_t from = 0, to;
	int r = 0;

	if (!text && !is_type(args[0], json_type_array))
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

/* ---- truth ------------------------------------------------------------------------------------------------------ */

static bool is_number(struct json_object *value)
{
	return is_type(value, json_type_int) || is_type(value, json_type_double);
}

/* -1, 0, 1; -EINVAL with words when the two are not of one kind. */
static int compare(struct json_object *a, struct json_object *b, int *ret)
{
	if (is_type(a, json_type_int) && is_type(b, json_type_int)) {
		int64_t x = json_object_get_int64(a), y = json_object_get_int64(b);

		*ret = (x > y) - (x < y);
	} else if (is_number(a) && is_number(b)) {
		double x = json_object_get_double(a), y = json_object_get_double(b);

		*ret = (x > y) - (x < y);
	} else if (is_type(a, json_type_string) && is_type(b, json_type_string)) {
		int order = strcmp(json_object_get_string(a), json_object_get_string(b));

		*ret = (order > 0) - (order < 0);
	} else if (is_type(a, json_type_boolean) && is_type(b, json_type_boolean)) {
		*ret = json_object_get_boolean(a) - json_object_get_boolean(b);
	} else if (!a || !b) {
		*ret = a != b;
	} else {
		return fail(-EINVAL, "incompatible types for comparison");
	}
	return 0;
}

static int call_eq(arguments args, size_t count, struct json_object **ret)
{
	bool equal = false;
	int order, r;

	for (size_t i = 1; !equal && i < count; i++) {
		r = compare(args[0], args[i], &order);
		if (r < 0)
			return r;
		equal = order == 0;
	}
	*ret = json_object_new_boolean(equal);
	return 0;
}

/* What ne, lt, le, gt and ge want of compare's answer: bit 0 less, bit 1 equal, bit 2 greater. */
static int call_order(arguments args, unsigned int wanted, struct json_object **ret)
{
	int order, r = compare(args[0], args[1], &order);

	if (r == 0)
		*ret = json_object_new_boolean(wanted >> (order + 1) & 1);
	return r;
}

static int call_ne(arguments args, size_t count, struct json_object **ret)
{
	(void)count;
	return call_order(args, 5, ret);
}

static int call_lt(arguments args, size_t count, struct json_object **ret)
{
	(void)count;
	return call_order(args, 1, ret);
}

static int call_le(arguments args, size_t count, struct json_object **ret)
{
	(void)count;
	return call_order(args, 3, ret);
}

static int call_gt(arguments args, size_t count, struct json_object **ret)
{
	(void)count;
	return call_order(args, 4, ret);
}

static int call_ge(arguments args, size_t count, struct json_object **ret)
{
	(void)count;
	return call_order(args, 6, ret);
}

static int call_and(arguments args, size_t count, struct json_object **ret)
{
	size_t i = 0;

	while (i + 1 < count && format_truth(args[i]))
		i++;
	*ret = json_object_get(args[i]);
	return 0;
}

static int call_or(arguments args, size_t count, struct json_object **ret)
{
	size_t i = 0;

	while (i + 1 < count && !format_truth(args[i]))
		i++;
	*ret = json_object_get(args[i]);
	return 0;
}

static int call_not(arguments args, size_t count, struct json_object **ret)
{
	(void)count;
	*ret = json_object_new_boolean(!format_truth(args[0]));
	return 0;
}

static const struct {
	const char *name;
	size_t min, max;
	int (*call)(arguments args, size_t count, struct json_object **ret);
} functions[] = {
	{ "and", 1, ANY_COUNT, call_and },
	{ "eq", 2, ANY_COUNT, call_eq },
	{ "ge", 2, 2, call_ge },
	{ "gt", 2, 2, call_gt },
	{ "index", 1, ANY_COUNT, call_index },
	{ "join", 2, 2, call_join },
	{ "json", 1, 1, call_json },
	{ "le", 2, 2, call_le },
	{ "len", 1, 1, call_len },
	{ "lower", 1, 1, call_lower },
	{ "lt", 2, 2, call_lt },
	{ "ne", 2, 2, call_ne },
	{ "not", 1, 1, call_not },
	{ "or", 1, ANY_COUNT, call_or },
	{ "pad", 3, 3, call_pad },
	{ "print", 0, ANY_COUNT, call_print },
	{ "printf", 1, ANY_COUNT, call_printf },
	{ "println", 0, ANY_COUNT, call_println },
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
