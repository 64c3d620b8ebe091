/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/request.h"

#include "base/error.h"
#include "base/json.h"
#include "base/memory.h"

#include <errno.h>
#include <string.h>

void request_release(struct request *r)
{
	free(r->url);
	free(r->accept);
	free(r->scope);
	free(r->user);
	/* secrets do not stay behind in freed memory */
	for (size_t i = 0; i < 2; i++) {
		char *secret = i ? r->password : r->identity;

		if (secret)
			explicit_bzero(secret, strlen(secret));
		free(secret);
	}
	cleanup_fd(&r->fd);
	*r = (struct request){ .fd = -1 };
}

int request_parse(const char *text, size_t len, int fd, struct request *ret)
{
	autocall(request_release) struct request q = { .fd = fd, .size = -1 };
	autojson struct json_object *o = NULL;
	const struct {
		const char *key;
		char **field;
	} strings[] = {
		{ "url", &q.url },   { "accept", &q.accept },     { "scope", &q.scope },
		{ "user", &q.user }, { "password", &q.password }, { "identity", &q.identity },
	};
	int r = json_parse(text, len, "request", &o);

	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(strings); i++) {
		const char *s = NULL;

		r = json_get_str(o, "request", strings[i].key, &s);
		*strings[i].field = xstrdup(s);
	}
	if (r >= 0)
		r = json_get_u32(o, "request", "id", &q.id);
	if (r >= 0)
		r = json_get_bool(o, "request", "head", &q.head);
	if (r >= 0)
		r = json_get_bool(o, "request", "insecure", &q.insecure);
	if (r >= 0)
		r = json_get_i64(o, "request", "offset", &q.offset);
	if (r >= 0)
		r = json_get_i64(o, "request", "size", &q.size);
	if (r >= 0)
		r = json_get_i64(o, "request", "limit", &q.limit);
	if (r < 0)
		return r;
	if (!q.url || (!q.head && q.fd < 0))
		return fail(-EINVAL, "request: no url, or no descriptor for the body");
	if (!q.scope)
		q.scope = xstrdup("");
	*ret = q;
	q = (struct request){ .fd = -1 };
	return 0;
}
