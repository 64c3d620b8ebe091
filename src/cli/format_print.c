/* SPDX-License-Identifier: Apache-2.0 */
/* Go's print, println and printf. */
#include "cli/format_calls.h"

#include "base/error.h"
#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <json-c/json_util.h>
#include <string.h>

/* Go's Print puts a space between operands when neither is a string, Println always. */
int format_call_print(arguments args, size_t count, struct json_object **ret)
{
	autobuf text = BUF_INIT;

	for (size_t i = 0; i < count; i++) {
		if (i && !format_is(args[i - 1], json_type_string) && !format_is(args[i], json_type_string))
			buf_add_char(&text, ' ');
		format_value(args[i], &text);
	}
	*ret = format_text(&text);
	return 0;
}

int format_call_println(arguments args, size_t count, struct json_object **ret)
{
	autobuf text = BUF_INIT;

	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_add_char(&text, ' ');
		format_value(args[i], &text);
	}
	buf_add_char(&text, '\n');
	*ret = format_text(&text);
	return 0;
}

/* The text of one verb of printf without its padding; false when the value is not of the verb's kind. */
static bool add_verb(struct buf *out, char verb, int precision, struct json_object *value)
{
	bool whole = format_is(value, json_type_int);
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
		return format_is(value, json_type_boolean);
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
		return whole || format_is(value, json_type_double);
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

int format_call_printf(arguments args, size_t count, struct json_object **ret)
{
	autobuf text = BUF_INIT;
	size_t used = 1;
	const char *p;
	int r = format_want_text(args[0], &p);

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
		*ret = format_text(&text);
	return r;
}
