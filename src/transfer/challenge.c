/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/challenge.h"

#include "base/buf.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#define TOKEN "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SPACE " \t"

void challenge_release(struct challenge *c)
{
	free(c->realm);
	free(c->service);
	free(c->scope);
	*c = (struct challenge){ 0 };
}

static void skip(const char **s, const char *set)
{
	*s += strspn(*s, set);
}

/* token or "quoted \"string\""; NULL when it is neither. Caller frees. */
static char *read_value(const char **s)
{
	autobuf value = BUF_INIT;
	size_t len;

	if (**s != '"') {
		len = strspn(*s, TOKEN "/:=");
		*s += len;
		return len ? xstrndup(*s - len, len) : NULL;
	}
	for ((*s)++; **s && **s != '"'; (*s)++) {
		if (**s == '\\' && (*s)[1])
			(*s)++;
		buf_add_char(&value, **s);
	}
	if (**s != '"')
		return NULL;
	(*s)++;
	return value.len ? buf_take(&value) : xstrdup("");
}

static void keep(struct challenge *c, const char *name, size_t len, char **value)
{
	char **field = len == 5 && strncasecmp(name, "realm", 5) == 0     ? &c->realm
		       : len == 7 && strncasecmp(name, "service", 7) == 0 ? &c->service
		       : len == 5 && strncasecmp(name, "scope", 5) == 0   ? &c->scope
									  : NULL;

	if (field && !*field)
		*field = take(value);
}

/* name=value, … up to the next challenge's scheme. */
static int read_parameters(const char **s, struct challenge *c)
{
	for (;;) {
		autofree char *value = NULL;
		const char *name, *look;
		size_t len;

		skip(s, SPACE ",");
		name = *s;
		len = strspn(name, TOKEN);
		look = name + len;
		skip(&look, SPACE);
		/* no "=": the word is the next scheme, or nothing is left */
		if (len == 0 || *look != '=')
			return len == 0 && *name ? -EINVAL : 0;
		look++;
		skip(&look, SPACE);
		value = read_value(&look);
		if (!value)
			return -EINVAL;
		*s = look;
		keep(c, name, len, &value);
	}
}

int challenge_parse(const char *value, struct challenge *ret)
{
	struct challenge best = { 0 };
	const char *s = value;

	for (;;) {
		struct challenge one = { 0 };
		size_t len;
		int r;

		skip(&s, SPACE ",");
		if (!*s)
			break;
		len = strspn(s, TOKEN);
		if (len == 6 && strncasecmp(s, "Bearer", 6) == 0)
			one.scheme = CHALLENGE_BEARER;
		else if (len == 5 && strncasecmp(s, "Basic", 5) == 0)
			one.scheme = CHALLENGE_BASIC;
		s += len;
		r = len ? read_parameters(&s, &one) : -EINVAL;
		if (r == 0 && one.scheme > best.scheme) {
			challenge_release(&best);
			best = one;
			one = (struct challenge){ 0 };
		}
		challenge_release(&one);
		if (r < 0) {
			challenge_release(&best);
			return r;
		}
	}
	*ret = best;
	return 0;
}
