/* SPDX-License-Identifier: Apache-2.0 */
#include "image/auth.h"

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

/* base64 of hoy:s3:cret: the password may hold a colon */
#define PAIR "aG95OnMzOmNyZXQ="

static int parse(const char *text, const char *registry, struct auth *a, char **helper)
{
	return auth_parse(text, strlen(text), registry, a, helper);
}

static void whose_credentials(void **state)
{
	static const struct {
		const char *config, *registry, *user, *password, *identity, *helper;
	} cases[] = {
		{ "{}", "x.io", NULL, NULL, NULL, NULL },
		{ "{\"auths\":{\"x.io\":{\"auth\":\"" PAIR "\"}}}", "x.io", "hoy", "s3:cret", NULL, NULL },
		{ "{\"auths\":{\"https://x.io/v1/\":{\"auth\":\"" PAIR "\"}}}", "x.io", "hoy", "s3:cret", NULL, NULL },
		{ "{\"auths\":{\"x.io\":{\"auth\":\"" PAIR "\"}}}", "x.io:443", NULL, NULL, NULL, NULL },
		{ "{\"auths\":{\"x.io\":{\"auth\":\"" PAIR "\"}}}", "evil.x.io", NULL, NULL, NULL, NULL },
		{ "{\"auths\":{\"x.io.evil\":{\"auth\":\"" PAIR "\"}}}", "x.io", NULL, NULL, NULL, NULL },
		{ "{\"auths\":{\"https://index.docker.io/v1/\":{\"auth\":\"" PAIR "\"}}}", "docker.io", "hoy", "s3:cret", NULL,
		  NULL },
		{ "{\"auths\":{\"x.io\":{}}}", "x.io", NULL, NULL, NULL, NULL },
		{ "{\"auths\":{\"x.io\":{\"username\":\"u\",\"password\":\"p\"}}}", "x.io", "u", "p", NULL, NULL },
		{ "{\"auths\":{\"x.io\":{\"identitytoken\":\"t\"}}}", "x.io", NULL, NULL, "t", NULL },
		{ "{\"credsStore\":\"desktop\"}", "x.io", NULL, NULL, NULL, "desktop" },
		{ "{\"credsStore\":\"desktop\",\"credHelpers\":{\"x.io\":\"pass\"}}", "x.io", NULL, NULL, NULL, "pass" },
		{ "{\"credHelpers\":{\"y.io\":\"pass\"}}", "x.io", NULL, NULL, NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autocall(auth_release) struct auth a = { 0 };
		autofree char *helper = NULL;

		assert_int_equal(parse(cases[i].config, cases[i].registry, &a, &helper), 0);
		if (cases[i].user) {
			assert_string_equal(a.user, cases[i].user);
			assert_string_equal(a.password, cases[i].password);
		} else {
			assert_null(a.user);
			assert_null(a.password);
		}
		assert_int_equal(a.identity != NULL, cases[i].identity != NULL);
		assert_int_equal(helper != NULL, cases[i].helper != NULL);
		if (helper)
			assert_string_equal(helper, cases[i].helper);
	}
}

static void what_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"{\"auths\":7}",
		"{\"auths\":{\"x.io\":{\"auth\":\"***\"}}}",
		"{\"auths\":{\"x.io\":{\"auth\":\"aG95\"}}}",
		"{\"auths\":{\"x.io\":{\"auth\":7}}}",
		"{\"credsStore\":\"../../bin/sh\"}",
		"{\"credsStore\":\"a b\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct auth a;
		char *helper;

		if (parse(bad[i], "x.io", &a, &helper) != -EINVAL)
			fail_msg("%s was taken", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(whose_credentials), cmocka_unit_test(what_is_refused) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
