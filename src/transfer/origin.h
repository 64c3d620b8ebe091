/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* URLs: whom credentials are for, and where tokens are asked for. Process: hoy-transfer. */
#include "transfer/challenge.h"

#include <curl/curl.h>
#include <stdbool.h>

/* "https://host:443" of a URL: scheme, host, port, all written out. Caller frees. -EINVAL with words: no http(s) URL. */
int origin_of(const char *url, char **ret);
bool origin_is_https(const char *origin);
/* The token server's URL, with service and scope as its query unless @form (they are posted then). Caller frees. */
int origin_token_url(const struct challenge *c, const char *scope, bool form, char **ret);
/* The form that trades an identity token for an access token (RFC 6749 6). Caller frees. */
char *origin_token_form(CURL *easy, const struct challenge *c, const char *scope, const char *identity);
