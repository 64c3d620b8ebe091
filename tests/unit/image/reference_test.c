/* SPDX-License-Identifier: Apache-2.0 */
#include "image/reference.h"

/* before cmocka, which has a macro named fail */
#include "base/cleanup.h"
#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void names_as_docker(void **state)
{
	static const struct {
		const char *text, *canonical, *familiar, *endpoint;
	} good[] = {
		{ "nginx", "docker.io/library/nginx:latest", "nginx:latest", "registry-1.docker.io" },
		{ "nginx:1.27", "docker.io/library/nginx:1.27", "nginx:1.27", "registry-1.docker.io" },
		{ "bitnami/redis", "docker.io/bitnami/redis:latest", "bitnami/redis:latest", "registry-1.docker.io" },
		{ "docker.io/nginx", "docker.io/library/nginx:latest", "nginx:latest", "registry-1.docker.io" },
		{ "index.docker.io/library/nginx", "docker.io/library/nginx:latest", "nginx:latest", "registry-1.docker.io" },
		{ "docker.io/a.b/c", "docker.io/a.b/c:latest", "docker.io/a.b/c:latest", "registry-1.docker.io" },
		{ "localhost/x", "localhost/x:latest", "localhost/x:latest", "localhost" },
		{ "localhost:5000/x", "localhost:5000/x:latest", "localhost:5000/x:latest", "localhost:5000" },
		{ "localhost:5000", "docker.io/library/localhost:5000", "localhost:5000", "registry-1.docker.io" },
		{ "ghcr.io/a/b/c:v1", "ghcr.io/a/b/c:v1", "ghcr.io/a/b/c:v1", "ghcr.io" },
		{ "Foo/bar", "Foo/bar:latest", "Foo/bar:latest", "Foo" },
		{ "[::1]:5000/x", "[::1]:5000/x:latest", "[::1]:5000/x:latest", "[::1]:5000" },
		{ "a__b/c-d--e.f_g", "docker.io/a__b/c-d--e.f_g:latest", "a__b/c-d--e.f_g:latest", "registry-1.docker.io" },
		{ "x:_a.B-c", "docker.io/library/x:_a.B-c", "x:_a.B-c", "registry-1.docker.io" },
		{ "x@sha256:" HEX, "docker.io/library/x@sha256:" HEX, "x@sha256:" HEX, "registry-1.docker.io" },
		{ "x:1@sha256:" HEX, "docker.io/library/x@sha256:" HEX, "x@sha256:" HEX, "registry-1.docker.io" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		autoreference ref = { 0 };
		autofree char *canonical = NULL, *familiar = NULL;

		assert_int_equal(reference_parse(good[i].text, &ref), 0);
		canonical = reference_canonical(&ref);
		familiar = reference_familiar(&ref);
		assert_string_equal(canonical, good[i].canonical);
		assert_string_equal(familiar, good[i].familiar);
		assert_string_equal(reference_endpoint(&ref), good[i].endpoint);
	}
}

static void what_is_no_name(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"/",
		"a/",
		"/a",
		"a//b",
		"a b",
		"a:",
		"a:b:c",
		"a@",
		"a@sha256:1234",
		"a@md5:" HEX,
		"a:-x",
		"a:.x",
		"-a",
		"a-",
		"a..b",
		"a___b",
		"a._b",
		"a/-b",
		"../a",
		"a/../b",
		"host.:5000/a",
		"-h.io/a",
		"h.io:0/a",
		"h.io:65536/a",
		"h.io:/a",
		"h.io:5x/a",
		"[::1/a",
		"[::1]x/a",
		"a\nb",
		"a\tb",
		HEX,
		"a@sha256:" HEX "0",
		"a/b?c",
		"a%2fb",
		"a@sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef",
	};
	autoreference ref = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		int r = reference_parse(bad[i], &ref);

		if (r != -EINVAL)
			fail_msg("'%s' was taken for a name", bad[i]);
		assert_true(strlen(error_text(r)) > 20);
		assert_null(ref.registry);
	}
}

static void capitals_are_named(void **state)
{
	autoreference ref = { 0 };
	int r = reference_parse("Nginx", &ref);

	(void)state;
	assert_int_equal(r, -EINVAL);
	assert_string_equal(error_text(r), "invalid reference format: repository name (Nginx) must be lowercase");
}

static void limits(void **state)
{
	char name[600];
	autoreference ref = { 0 };

	(void)state;
	memset(name, 'a', sizeof name);
	/* "docker.io/library/" and 237 letters are 255 */
	name[237] = '\0';
	assert_int_equal(reference_parse(name, &ref), 0);
	reference_release(&ref);
	name[237] = 'a';
	name[238] = '\0';
	assert_int_equal(reference_parse(name, &ref), -EINVAL);
	memset(name, 'a', sizeof name);
	name[1] = ':';
	name[130] = '\0';
	assert_int_equal(reference_parse(name, &ref), 0);
	reference_release(&ref);
	name[130] = 'a';
	name[131] = '\0';
	assert_int_equal(reference_parse(name, &ref), -EINVAL);
}

static void loopback(void **state)
{
	static const struct {
		const char *name;
		bool loopback;
	} hosts[] = {
		{ "localhost/x", true },
		{ "localhost:5000/x", true },
		{ "127.0.0.1:5000/x", true },
		{ "127.8.9.1/x", true },
		{ "[::1]:5000/x", true },
		{ "127.0.0.1.example.com/x", false },
		{ "localhost.example.com/x", false },
		{ "127.example.com/x", false },
		{ "10.0.0.1:5000/x", false },
		{ "nginx", false },
		{ "128.0.0.1/x", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		autoreference ref = { 0 };

		assert_int_equal(reference_parse(hosts[i].name, &ref), 0);
		assert_int_equal(reference_is_loopback(&ref), hosts[i].loopback);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_as_docker),    cmocka_unit_test(what_is_no_name), cmocka_unit_test(limits),
		cmocka_unit_test(capitals_are_named), cmocka_unit_test(loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
