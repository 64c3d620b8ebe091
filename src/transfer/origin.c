/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/origin.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/memory.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static void url_free(CURLU **u)
{
	curl_url_cleanup(*u);
}

static void curl_text_free(char **text)
{
	curl_free(*text);
}

int origin_of(const char *url, char **ret)
{
	autocall(url_free) CURLU *u = curl_url();
	autocall(curl_text_free) char *scheme = NULL, *host = NULL, *port = NULL;

	if (!u || curl_url_set(u, CURLUPART_URL, url, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK || curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK)
		return fail(-EINVAL, "'%.200s' is not a URL", url);
	if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
		return fail(-EINVAL, "%.20s: is not a scheme of registries", scheme);
	for (char *p = host; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	*ret = xasprintf("%s://%s:%s", scheme, host, port);
	return 0;
}

bool origin_is_https(const char *origin)
{
	return strncmp(origin, "https://", 8) == 0;
}

static void add_query(CURLU *u, const char *name, const char *value)
{
	autofree char *part = value && *value ? xasprintf("%s=%s", name, value) : NULL;

	if (part)
		(void)curl_url_set(u, CURLUPART_QUERY, part, CURLU_APPENDQUERY | CURLU_URLENCODE);
}

int origin_token_url(const struct challenge *c, const char *scope, bool form, char **ret)
{
	autocall(url_free) CURLU *u = curl_url();
	autocall(curl_text_free) char *text = NULL;

	if (!u || curl_url_set(u, CURLUPART_URL, c->realm, 0) != CURLUE_OK)
		return fail(-EPROTO, "the registry's token server is not a URL: '%.200s'", c->realm);
	/* no one's password may be smuggled in by the challenge */
	(void)curl_url_set(u, CURLUPART_USER, NULL, 0);
	(void)curl_url_set(u, CURLUPART_PASSWORD, NULL, 0);
	if (!form) {
		add_query(u, "service", c->service);
		add_query(u, "scope", c->scope ? c->scope : scope);
	}
	if (curl_url_get(u, CURLUPART_URL, &text, 0) != CURLUE_OK)
		return fail(-EPROTO, "the registry's token server is not a URL: '%.200s'", c->realm);
	*ret = xstrdup(text);
	return 0;
}

static void add_field(CURL *easy, struct buf *form, const char *name, const char *value)
{
	autocall(curl_text_free) char *escaped = curl_easy_escape(easy, value ? value : "", 0);

	buf_add_format(form, "%s%s=%s", form->len ? "&" : "", name, escaped ? escaped : "");
}

char *origin_token_form(CURL *easy, const struct challenge *c, const char *scope, const char *identity)
{
	autobuf form = BUF_INIT;

	add_field(easy, &form, "grant_type", "refresh_token");
	add_field(easy, &form, "service", c->service);
	add_field(easy, &form, "client_id", "hoy");
	add_field(easy, &form, "scope", c->scope ? c->scope : scope);
	add_field(easy, &form, "refresh_token", identity);
	return buf_take(&form);
}
