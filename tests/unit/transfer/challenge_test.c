/* SPDX-License-Identifier: Apache-2.0 */
#include "transfer/challenge.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

static void what_registries_send(void **state)
{
	static const struct {
		const char *header;
		enum challenge_scheme scheme;
		const char *realm, *service, *scope;
	} good[] = {
		{ "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",scope=\"repository:library/nginx:pull\"",
		  CHALLENGE_BEARER, "https://auth.docker.io/token", "registry.docker.io", "repository:library/nginx:pull" },
		{ "bearer realm=\"https://x/t\"", CHALLENGE_BEARER, "https://x/t", NULL, NULL },
		{ "Bearer  realm = \"https://x/t\" , service=abc", CHALLENGE_BEARER, "https://x/t", "abc", NULL },
		{ "Bearer realm=\"a\\\"b\"", CHALLENGE_BEARER, "a\"b", NULL, NULL },
		{ "Basic realm=\"Registry\"", CHALLENGE_BASIC, "Registry", NULL, NULL },
		{ "BASIC", CHALLENGE_BASIC, NULL, NULL, NULL },
		{ "Basic realm=\"x\", Bearer realm=\"https://y/t\",service=\"s\"", CHALLENGE_BEARER, "https://y/t", "s", NULL },
		{ "Bearer realm=\"https://y/t\", Basic realm=\"x\"", CHALLENGE_BEARER, "https://y/t", NULL, NULL },
		{ "Negotiate, Basic realm=\"x\"", CHALLENGE_BASIC, "x", NULL, NULL },
		{ "Digest qop=\"auth, auth-int\", nonce=7", CHALLENGE_NONE, NULL, NULL, NULL },
		{ "", CHALLENGE_NONE, NULL, NULL, NULL },
		/* said twice: the first counts */
		{ "Bearer realm=\"https://a/\",realm=\"https://b/\"", CHALLENGE_BEARER, "https://a/", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		autocall(challenge_release) struct challenge c = { 0 };
		const char *is[3], *wanted[3] = { good[i].realm, good[i].service, good[i].scope };

		assert_int_equal(challenge_parse(good[i].header, &c), 0);
		assert_int_equal(c.scheme, good[i].scheme);
		is[0] = c.realm;
		is[1] = c.service;
		is[2] = c.scope;
		for (int k = 0; k < 3; k++) {
			assert_int_equal(is[k] != NULL, wanted[k] != NULL);
			if (is[k])
				assert_string_equal(is[k], wanted[k]);
		}
	}
}

static void what_cannot_be_read(void **state)
{
	static const char *const bad[] = { "Bearer realm=\"open", "Bearer realm=", "=", "\"x\"", "Bearer realm=\"a\" @", "(" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct challenge c;

		assert_int_equal(challenge_parse(bad[i], &c), -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(what_registries_send), cmocka_unit_test(what_cannot_be_read) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
