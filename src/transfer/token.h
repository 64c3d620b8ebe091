/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* Tokens that registries gave, kept while the program runs: one for each registry and scope. Process: hoy-transfer. */
#include <stddef.h>

#define TOKEN_BODY_MAX (1 << 20)

struct token_cache {
	struct token *items;
	size_t count;
};

/* The whole header "Authorization: …" for this origin and scope, or NULL. Borrowed until the next change. */
const char *token_find(const struct token_cache *c, const char *origin, const char *scope);
/* Keeps @header; takes it over. NULL forgets. */
void token_keep(struct token_cache *c, const char *origin, const char *scope, char *header);
/* The token in a token server's answer, as a header: caller frees. -EINVAL with words. */
int token_read(const char *text, size_t len, char **ret_header);
