/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json.h"

#include <inttypes.h>
#include <json-c/linkhash.h>
#include <string.h>

void json_writer_init(struct json_writer *w, struct buf *out, bool pretty)
{
	*w = (struct json_writer){ .out = out, .pretty = pretty };
}

static void new_line(struct json_writer *w)
{
	if (!w->pretty)
		return;
	buf_add_char(w->out, '\n');
	for (unsigned int i = 0; i < w->depth; i++)
		buf_add_str(w->out, "    ");
}

/* The length of the UTF-8 sequence at @s (of @left bytes), or 0 when it is none (overlong, surrogate, cut off). */
static size_t utf8_length(const unsigned char *s, size_t left)
{
	static const struct {
		unsigned char mask, lead;
		uint32_t least;
	} forms[] = { { 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 } };

	for (size_t n = 0; n < 4; n++) {
		uint32_t c;

		if ((s[0] & forms[n].mask) != forms[n].lead)
			continue;
		if (n == 0)
			return 1;
		c = s[0] & (unsigned char)~forms[n].mask;
		if (n >= left)
			return 0;
		for (size_t i = 1; i <= n; i++) {
			if ((s[i] & 0xc0) != 0x80)
				return 0;
			c = c << 6 | (s[i] & 0x3f);
		}
		return c < forms[n].least || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : n + 1;
	}
	return 0;
}

static void add_escape(struct buf *out, unsigned char c)
{
	static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt", digits[] = "0123456789abcdef";

	for (const char *p = shorts; *p; p += 2)
		if ((unsigned char)*p == c) {
			buf_add_char(out, '\\');
			buf_add_char(out, p[1]);
			return;
		}
	buf_add_str(out, "\\u00");
	buf_add_char(out, digits[c >> 4]);
	buf_add_char(out, digits[c & 15]);
}

static void add_quoted(struct buf *out, const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t plain = 0, i = 0;

	buf_add_char(out, '"');
	while ((i += json_plain_length(s + i, len - i)) < len) {
		size_t n = utf8_length(p + i, len - i);

		if (n > 1) {
			i += n;
			continue;
		}
		buf_add(out, s + plain, i - plain);
		if (n)
			add_escape(out, p[i]);
		else
			buf_add_str(out, "\xef\xbf\xbd");
		plain = ++i;
	}
	buf_add(out, s + plain, i - plain);
	buf_add_char(out, '"');
}

static void put_key(struct json_writer *w, const char *key)
{
	if (w->more)
		buf_add_char(w->out, ',');
	if (w->depth)
		new_line(w);
	if (key) {
		add_quoted(w->out, key, strlen(key));
		buf_add_str(w->out, w->pretty ? ": " : ":");
	}
	w->more = true;
}

static void begin(struct json_writer *w, const char *key, char bracket)
{
	put_key(w, key);
	buf_add_char(w->out, bracket);
	w->depth++;
	w->more = false;
}

static void end(struct json_writer *w, char bracket)
{
	w->depth--;
	if (w->more)
		new_line(w);
	buf_add_char(w->out, bracket);
	w->more = true;
}

void json_begin_object(struct json_writer *w, const char *key)
{
	begin(w, key, '{');
}

void json_end_object(struct json_writer *w)
{
	end(w, '}');
}

void json_begin_array(struct json_writer *w, const char *key)
{
	begin(w, key, '[');
}

void json_end_array(struct json_writer *w)
{
	end(w, ']');
}

void json_put_strn(struct json_writer *w, const char *key, const char *value, size_t len)
{
	put_key(w, key);
	add_quoted(w->out, value, len);
}

void json_put_str(struct json_writer *w, const char *key, const char *value)
{
	if (value)
		json_put_strn(w, key, value, strlen(value));
	else
		json_put_null(w, key);
}

void json_put_bool(struct json_writer *w, const char *key, bool value)
{
	json_put_raw(w, key, value ? "true" : "false");
}

void json_put_i64(struct json_writer *w, const char *key, int64_t value)
{
	put_key(w, key);
	buf_add_format(w->out, "%" PRId64, value);
}

void json_put_u64(struct json_writer *w, const char *key, uint64_t value)
{
	put_key(w, key);
	buf_add_format(w->out, "%" PRIu64, value);
}

void json_put_null(struct json_writer *w, const char *key)
{
	json_put_raw(w, key, "null");
}

void json_put_strv(struct json_writer *w, const char *key, const struct strv *value)
{
	json_begin_array(w, key);
	for (size_t i = 0; i < value->count; i++)
		json_put_str(w, NULL, value->items[i]);
	json_end_array(w);
}

void json_put_raw(struct json_writer *w, const char *key, const char *json)
{
	put_key(w, key);
	buf_add_str(w->out, json);
}

void json_put_value(struct json_writer *w, const char *key, struct json_object *value)
{
	switch (value ? json_object_get_type(value) : json_type_null) {
	case json_type_object:
		json_begin_object(w, key);
		json_object_object_foreach (value, name, member)
			json_put_value(w, name, member);
		json_end_object(w);
		break;
	case json_type_array:
		json_begin_array(w, key);
		for (size_t i = 0; i < json_object_array_length(value); i++)
			json_put_value(w, NULL, json_object_array_get_idx(value, i));
		json_end_array(w);
		break;
	case json_type_string:
		json_put_strn(w, key, json_object_get_string(value), (size_t)json_object_get_string_len(value));
		break;
	default:
		json_put_raw(w, key, value ? json_object_to_json_string_ext(value, JSON_C_TO_STRING_PLAIN) : "null");
	}
}
