/* SPDX-License-Identifier: Apache-2.0 */
#include "image/words.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The end of the word that begins at @at. */
static const char *word_end(const char *at)
{
	char quote = 0;

	for (; *at && (quote || !is_space(*at)); at++) {
		if (*at == '\\' && quote != '\'' && at[1])
			at++;
		else if (quote == *at)
			quote = 0;
		else if (!quote && (*at == '"' || *at == '\''))
			quote = *at;
	}
	return quote ? NULL : at;
}

int words_split(const char *text, struct strv *ret)
{
	for (const char *at = text;;) {
		const char *end;

		while (is_space(*at))
			at++;
		if (!*at)
			return 0;
		end = word_end(at);
		if (!end)
			return fail(-EINVAL, "a quote is not closed in: %s", text);
		strv_add_owned(ret, xstrndup(at, (size_t)(end - at)));
		at = end;
	}
}

static bool is_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static int expand(const char *text, size_t len, const struct strv *env, struct buf *out);

/* "{NAME}", "{NAME:-else}" or "{NAME:+then}" at @at; returns what was read. */
static long expand_braces(const char *at, size_t len, const struct strv *env, struct buf *out)
{
	size_t name_len = 0, end = 1, depth = 1;
	autofree char *name = NULL;
	const char *value;
	char how;

	for (; end < len && depth; end++)
		depth += (at[end] == '{') - (at[end] == '}');
	if (depth)
		return fail(-EINVAL, "a brace is not closed");
	while (is_name(at[1 + name_len]))
		name_len++;
	name = xstrndup(at + 1, name_len);
	value = strv_env_get(env, name);
	if (name_len && name_len + 2 == end) {
		buf_add_str(out, value ? value : "");
		return (long)end;
	}
	how = at[name_len + 2];
	if (!name_len || at[name_len + 1] != ':' || (how != '-' && how != '+'))
		return fail(-EINVAL, "${%.*s is no variable: it must be ${NAME}, ${NAME:-else} or ${NAME:+then}", (int)(end - 1),
			    at + 1);
	if ((value && *value) == (how == '+')) {
		int r = expand(at + name_len + 3, end - name_len - 4, env, out);

		if (r < 0)
			return r;
	} else if (how == '-') {
		buf_add_str(out, value);
	}
	return (long)end;
}

/* What follows a '$'. */
static long expand_variable(const char *at, size_t len, const struct strv *env, struct buf *out)
{
	autofree char *name = NULL;
	const char *value;
	size_t n = 0;

	if (len && *at == '{')
		return expand_braces(at, len, env, out);
	while (n < len && is_name(at[n]))
		n++;
	if (!n) {
		buf_add_char(out, '$');
		return 0;
	}
	name = xstrndup(at, n);
	value = strv_env_get(env, name);
	buf_add_str(out, value ? value : "");
	return (long)n;
}

static int expand(const char *text, size_t len, const struct strv *env, struct buf *out)
{
	char quote = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c == '\\' && quote != '\'' && i + 1 < len) {
			/* within double quotes only what means something there is escaped, as in a shell */
			if (quote == '"' && !strchr("\"$\\", text[i + 1]))
				buf_add_char(out, c);
			buf_add_char(out, text[++i]);
		} else if (quote ? c == quote : c == '"' || c == '\'') {
			quote = quote ? 0 : c;
		} else if (c == '$' && quote != '\'') {
			long n = expand_variable(text + i + 1, len - i - 1, env, out);

			if (n < 0)
				return (int)n;
			i += (size_t)n;
		} else {
			buf_add_char(out, c);
		}
	}
	return 0;
}

int words_expand(const char *word, const struct strv *env, char **ret)
{
	autobuf out = BUF_INIT;
	int r = expand(word, strlen(word), env, &out);

	if (r == 0)
		*ret = buf_take(&out);
	return r;
}

bool words_json(const char *text, struct strv *ret)
{
	autojson struct json_object *array = NULL;
	autostrv words = { 0 };

	if (*text != '[' || json_parse(text, strlen(text), "array", &array) < 0) {
		error_clear();
		return false;
	}
	for (size_t i = 0; i < json_object_array_length(array); i++) {
		struct json_object *word = json_object_array_get_idx(array, i);

		if (!json_object_is_type(word, json_type_string))
			return false;
		strv_add(&words, json_object_get_string(word));
	}
	strv_add_all(ret, &words);
	return true;
}
