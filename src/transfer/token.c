/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/token.h"

#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>

struct token {
	char *origin, *scope, *header;
};

static struct token *find(const struct token_cache *c, const char *origin, const char *scope)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->items[i].origin, origin) == 0 && strcmp(c->items[i].scope, scope) == 0)
			return &c->items[i];
	return NULL;
}

const char *token_find(const struct token_cache *c, const char *origin, const char *scope)
{
	struct token *t = find(c, origin, scope);

	return t ? t->header : NULL;
}

void token_keep(struct token_cache *c, const char *origin, const char *scope, char *header)
{
	struct token *t = find(c, origin, scope);

	if (!t) {
		c->items = xrealloc(c->items, (c->count + 1) * sizeof *c->items);
		t = &c->items[c->count++];
		*t = (struct token){ .origin = xstrdup(origin), .scope = xstrdup(scope) };
	}
	free(t->header);
	t->header = header;
}

int token_read(const char *text, size_t len, char **ret_header)
{
	autojson struct json_object *o = NULL;
	const char *token = NULL;
	int r = json_parse(text, len, "the token server's answer", &o);

	/* both names are in use; where both are given they are the same (token.md) */
	if (r == 0)
		r = json_get_str(o, "token server", "token", &token);
	if (r >= 0 && (!token || !*token))
		r = json_get_str(o, "token server", "access_token", &token);
	if (r < 0)
		return r;
	if (!token || !*token)
		return fail(-EINVAL, "the token server's answer has no token in it");
	/* it becomes part of a header: no line may end inside it */
	for (const char *p = token; *p; p++)
		if (*p <= ' ' || *p >= 0x7f)
			return fail(-EINVAL, "the token server's token has characters that no token has");
	*ret_header = xasprintf("Authorization: Bearer %s", token);
	return 0;
}
