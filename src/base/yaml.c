/* SPDX-License-Identifier: Apache-2.0 */
#include "base/yaml.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"
#include "base/number.h"

#include <errno.h>
#include <string.h>

/* The line that comes next, without its indentation, its comment where it has nothing else, and its end. */
struct parser {
	const char *name;
	const char *at, *end; /* the lines behind it */
	const char *text;     /* NULL: there is none */
	size_t len;
	int indent, number, depth;
};

static int parse_node(struct parser *p, int indent, struct json_object **ret);

static int bad(const struct parser *p, const char *what)
{
	return fail(-EINVAL, "%s: line %d: %s", p->name, p->number, what);
}

/* Goes to the next line that says something. */
static int next(struct parser *p)
{
	p->text = NULL;
	while (p->at < p->end) {
		const char *newline = memchr(p->at, '\n', (size_t)(p->end - p->at)), *line = p->at,
			   *stop = newline ? newline : p->end;

		p->at = newline ? newline + 1 : p->end;
		p->number++;
		while (stop > line && (stop[-1] == ' ' || stop[-1] == '\r' || stop[-1] == '\t'))
			stop--;
		p->indent = 0;
		while (line < stop && *line == ' ') {
			line++;
			p->indent++;
		}
		if (line == stop || *line == '#')
			continue;
		if (*line == '\t')
			return bad(p, "it is indented with a tab");
		p->text = line;
		p->len = (size_t)(stop - line);
		return 0;
	}
	return 0;
}

static bool is_item(const struct parser *p)
{
	return p->text && *p->text == '-' && (p->len == 1 || p->text[1] == ' ');
}

/* How much of @text is said before " #". */
static size_t without_comment(const char *text, size_t len)
{
	for (size_t i = 1; i < len; i++)
		if (text[i] == '#' && text[i - 1] == ' ') {
			len = i;
			break;
		}
	while (len && text[len - 1] == ' ')
		len--;
	return len;
}

/* Where the quoted text that @text begins with ends, behind its quote; 0: on no line of its own. */
static size_t quoted_length(const char *text, size_t len)
{
	for (size_t i = 1; i < len; i++) {
		if (*text == '"' && text[i] == '\\')
			i++;
		else if (*text == '\'' && text[i] == '\'' && i + 1 < len && text[i + 1] == '\'')
			i++;
		else if (text[i] == *text)
			return i + 1;
	}
	return 0;
}

/* 'it''s' is its own rule; what is in double quotes is JSON's, as far as tools write it. */
static int parse_quoted(struct parser *p, const char *text, size_t len, struct json_object **ret)
{
	autobuf out = BUF_INIT;

	if (*text == '"')
		return json_parse(text, len, p->name, ret);
	for (size_t i = 1; i + 1 < len; i++) {
		buf_add_char(&out, text[i]);
		i += text[i] == '\'';
	}
	*ret = json_object_new_string_len(out.data ? out.data : "", (int)out.len);
	return 0;
}

static struct json_object *plain_value(const char *text)
{
	int64_t n;

	if (!strcmp(text, "true") || !strcmp(text, "false"))
		return json_object_new_boolean(*text == 't');
	if (number_i64(text, &n) == 0)
		return json_object_new_int64(n);
	return json_object_new_string(text);
}

/* One that goes on in lines that are further in than @indent, joined by blanks. */
static int parse_plain(struct parser *p, const char *text, size_t len, int indent, struct json_object **ret)
{
	autobuf words = BUF_INIT;
	int r;

	buf_add(&words, text, without_comment(text, len));
	r = next(p);
	while (r == 0 && p->text && p->indent > indent) {
		buf_add_char(&words, ' ');
		buf_add(&words, p->text, without_comment(p->text, p->len));
		r = next(p);
	}
	if (r < 0)
		return r;
	if (strstr(words.data, ": "))
		return bad(p, "a mapping in the middle of a text");
	*ret = strcmp(words.data, "null") && strcmp(words.data, "~") ? plain_value(words.data) : NULL;
	return 0;
}

/* The value @text, which the line ends with; then the next line. */
static int parse_scalar(struct parser *p, const char *text, size_t len, int indent, struct json_object **ret)
{
	size_t said = without_comment(text, len);
	int r;

	if (strchr("&*!|>%@`", *text))
		return bad(p, "a form of YAML that hoy does not read");
	if (*text == '"' || *text == '\'') {
		size_t quoted = quoted_length(text, len);

		if (quoted == 0 || quoted < without_comment(text, len))
			return bad(p, "a quoted text that does not end where its line does");
		r = parse_quoted(p, text, quoted, ret);
	} else if (*text == '[' || *text == '{') {
		r = json_parse(text, said, p->name, ret);
	} else {
		return parse_plain(p, text, len, indent, ret);
	}
	return r < 0 ? r : next(p);
}

/* What stands below a key or a dash, further in than it is; nothing is null. A key's list may begin where the key does. */
static int parse_below(struct parser *p, int indent, bool key, struct json_object **ret)
{
	int r = next(p);

	if (r < 0 || !p->text || p->indent < indent || (p->indent == indent && !(key && is_item(p))))
		return r;
	return parse_node(p, p->indent, ret);
}

static int parse_sequence(struct parser *p, int indent, struct json_object *list)
{
	int r = 0;

	while (r == 0 && p->text && p->indent == indent && is_item(p)) {
		struct json_object *item = NULL;
		size_t skip = 1;

		while (skip < p->len && p->text[skip] == ' ')
			skip++;
		if (skip == p->len || p->text[skip] == '#') {
			r = parse_below(p, indent, false, &item);
		} else {
			/* what follows the dash is a node that begins where it stands */
			p->text += skip;
			p->len -= skip;
			p->indent += (int)skip;
			r = parse_node(p, p->indent, &item);
		}
		if (r == 0)
			json_object_array_add(list, item);
		else
			json_drop(&item);
	}
	return r;
}

/* The length of the key that the line begins with, quotes included, and where its value begins; 0: there is none. */
static size_t key_length(const struct parser *p, size_t *ret_value)
{
	size_t from = *p->text == '"' || *p->text == '\'' ? quoted_length(p->text, p->len) : 0;

	for (size_t i = from; i < p->len; i++) {
		if (p->text[i] == ':' && (i + 1 == p->len || p->text[i + 1] == ' ')) {
			*ret_value = i + 1;
			while (*ret_value < p->len && p->text[*ret_value] == ' ')
				++*ret_value;
			return from ? from : i;
		}
		if (p->text[i] == '#' && i && p->text[i - 1] == ' ')
			return 0;
	}
	return 0;
}

static int parse_mapping(struct parser *p, int indent, struct json_object *map)
{
	int r = 0;

	while (r == 0 && p->text && p->indent == indent && !is_item(p)) {
		size_t value, len = key_length(p, &value);
		autojson struct json_object *key = NULL;
		struct json_object *v = NULL;

		if (len == 0 || strchr("[]{}&*!|>%@`?", *p->text))
			return bad(p, "it is no key with a value");
		if (*p->text == '"' || *p->text == '\'')
			r = parse_quoted(p, p->text, len, &key);
		else
			key = json_object_new_string_len(p->text, (int)len);
		if (r == 0 && json_object_object_get_ex(map, json_object_get_string(key), NULL))
			r = bad(p, "its key was there before");
		if (r == 0 && (value == p->len || p->text[value] == '#'))
			r = parse_below(p, indent, true, &v);
		else if (r == 0)
			r = parse_scalar(p, p->text + value, p->len - value, indent, &v);
		if (r == 0)
			json_object_object_add(map, json_object_get_string(key), v);
		else
			json_drop(&v);
	}
	return r;
}

static int parse_collection(struct parser *p, int indent, struct json_object **ret)
{
	autojson struct json_object *o = is_item(p) ? json_object_new_array() : json_object_new_object();
	int r = is_item(p) ? parse_sequence(p, indent, o) : parse_mapping(p, indent, o);

	if (r == 0 && p->text && p->indent > indent)
		r = bad(p, "it is further in than what it belongs to");
	if (r == 0)
		*ret = take(&o);
	return r;
}

static int parse_node(struct parser *p, int indent, struct json_object **ret)
{
	size_t value;
	int r;

	if (++p->depth > JSON_DEPTH_MAX)
		return bad(p, "it is nested too deep");
	if (!is_item(p) && key_length(p, &value) == 0)
		r = parse_scalar(p, p->text, p->len, indent - 1, ret);
	else
		r = parse_collection(p, indent, ret);
	p->depth--;
	return r;
}

int yaml_parse(const char *text, size_t len, const char *name, struct json_object **ret)
{
	struct parser p = { .name = name, .at = text, .end = text + len };
	autojson struct json_object *o = NULL;
	int r;

	if (memchr(text, '\0', len))
		return fail(-EINVAL, "%s: it has a zero byte", name);
	r = next(&p);
	if (r == 0 && p.text && p.indent == 0 && p.len == 3 && memcmp(p.text, "---", 3) == 0)
		r = next(&p);
	if (r == 0 && !p.text)
		r = fail(-EINVAL, "%s: it is empty", name);
	if (r == 0)
		r = parse_node(&p, p.indent, &o);
	if (r == 0 && p.text)
		r = bad(&p, "nothing can follow here");
	if (r == 0)
		*ret = take(&o);
	return r;
}
