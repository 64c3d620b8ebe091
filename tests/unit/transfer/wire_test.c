/* SPDX-License-Identifier: Apache-2.0 */
/* Headers, tokens and origins: what hoy-transfer reads of a registry. */
#include "transfer/headers.h"
#include "transfer/origin.h"
#include "transfer/token.h"

/* before cmocka, which has a macro named fail */
#include "base/cleanup.h"
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

static int add(struct headers *h, const char *line)
{
	return headers_add(h, line, strlen(line), 1000);
}

static void headers_that_count(void **state)
{
	autocall(headers_release) struct headers h = { .range_start = -1 };

	(void)state;
	add(&h, "HTTP/1.1 100 Continue\r\n");
	add(&h, "Content-Type: text/plain\r\n");
	add(&h, "HTTP/1.1 200 OK\r\n");
	assert_null(h.type);
	add(&h, "CONTENT-TYPE:  application/json; charset=utf-8\r\n");
	add(&h, "Docker-Content-Digest: sha256:x \t\r\n");
	add(&h, "WWW-Authenticate: Basic\r\n");
	add(&h, "WWW-Authenticate: Bearer realm=\"x\"\r\n");
	add(&h, "Content-Range: bytes 100-199/200\r\n");
	add(&h, "Retry-After: 7\r\n");
	add(&h, "no colon\r\n");
	add(&h, "\r\n");
	assert_string_equal(h.type, "application/json");
	assert_string_equal(h.digest, "sha256:x");
	assert_string_equal(h.authenticate, "Basic, Bearer realm=\"x\"");
	assert_int_equal(h.range_start, 100);
	assert_int_equal(h.after, 7);
	add(&h, "Content-Range: bytes */200\r\n");
	assert_int_equal(h.range_start, -1);
	add(&h, "Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n");
	assert_int_equal(h.after, 0);
}

static void headers_without_end(void **state)
{
	autocall(headers_release) struct headers h = { 0 };
	int r = 0;

	(void)state;
	for (int i = 0; i < 100 && r == 0; i++)
		r = add(&h, "X-Filler: 0123456789012345678901234567890123456789\r\n");
	assert_int_equal(r, -E2BIG);
	/* a status line gives no new allowance */
	assert_int_equal(add(&h, "HTTP/1.1 200 OK\r\n"), -E2BIG);
}

static int token(const char *text, char **header)
{
	return token_read(text, strlen(text), header);
}

static void tokens(void **state)
{
	static const char *const bad[] = { "",
					   "{}",
					   "[]",
					   "{\"token\":7}",
					   "{\"token\":\"\"}",
					   "{\"token\":\"a b\"}",
					   "{\"token\":\"a\\r\\nHost: evil\"}",
					   "{\"token\":\"a\\u0000b\"}",
					   "{\"token\":\"ä\"}" };
	autofree char *header = NULL, *other = NULL;

	(void)state;
	assert_int_equal(token("{\"token\":\"abc\",\"access_token\":\"def\"}", &header), 0);
	assert_string_equal(header, "Authorization: Bearer abc");
	assert_int_equal(token("{\"access_token\":\"def\"}", &other), 0);
	assert_string_equal(other, "Authorization: Bearer def");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char *none = NULL;

		if (token(bad[i], &none) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
	}
}

static void origins(void **state)
{
	static const struct {
		const char *url, *origin;
	} good[] = {
		{ "https://Example.com/v2/", "https://example.com:443" },
		{ "http://x/", "http://x:80" },
		{ "https://x:5000/a?b", "https://x:5000" },
		{ "https://user:pw@x/", "https://x:443" },
		{ "https://[::1]:5000/", "https://[::1]:5000" },
	};
	static const char *const bad[] = { "", "x", "/v2/", "ftp://x/", "file:///etc/passwd", "gopher://x/", "https://" };

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		autofree char *origin = NULL;

		assert_int_equal(origin_of(good[i].url, &origin), 0);
		assert_string_equal(origin, good[i].origin);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		char *origin = NULL;

		if (origin_of(bad[i], &origin) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
	}
}

static void token_urls(void **state)
{
	struct challenge c = { .scheme = CHALLENGE_BEARER,
			       .realm = (char *)"https://me:pw@auth/token?a=b",
			       .service = (char *)"s p&x" };
	autofree char *url = NULL;

	(void)state;
	assert_int_equal(origin_token_url(&c, "repository:a/b:pull", false, &url), 0);
	assert_null(strstr(url, "pw"));
	assert_non_null(strstr(url, "a=b"));
	assert_non_null(strstr(url, "service=s+p%26x"));
	assert_non_null(strstr(url, "scope=repository%3aa%2fb%3apull"));
	c.realm = (char *)"not a url";
	assert_int_equal(origin_token_url(&c, "", false, &url), -EPROTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(headers_that_count), cmocka_unit_test(headers_without_end),
					    cmocka_unit_test(tokens), cmocka_unit_test(origins), cmocka_unit_test(token_urls) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
