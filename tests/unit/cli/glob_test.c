/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/glob.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void patterns_of_names(void **state)
{
	(void)state;
	assert_true(glob_matches("busybox", "busybox"));
	assert_false(glob_matches("busybox", "busybo"));
	assert_false(glob_matches("busybo", "busybox"));
	assert_true(glob_matches("busy*", "busybox"));
	assert_true(glob_matches("*box", "busybox"));
	assert_true(glob_matches("*", "busybox"));
	assert_true(glob_matches("*", ""));
	assert_true(glob_matches("b*s*b*x", "busybox"));
	assert_true(glob_matches("*a*b", "aaaaaaaab"));
	assert_false(glob_matches("*a*b", "aaaaaaaaa"));
	assert_false(glob_matches("*", "host/busybox"));
	assert_false(glob_matches("h*x", "host/busybox"));
	assert_true(glob_matches("*/*:1.?", "host/busybox:1.3"));
	assert_false(glob_matches("?", "/"));
	assert_true(glob_matches("[a-c]x[^0-9]", "bxy"));
	assert_false(glob_matches("[a-c]x[^0-9]", "bx1"));
	assert_true(glob_matches("[]a]", "]"));
	assert_true(glob_matches("[\\-]", "-"));
	assert_true(glob_matches("a\\*", "a*"));
	assert_false(glob_matches("a\\*", "ab"));
}

static void patterns_that_are_none(void **state)
{
	static const char *const bad[] = { "[", "[a", "[a-", "[^", "a[", "\\", "[\\" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(glob_matches(bad[i], "a"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_of_names),
		cmocka_unit_test(patterns_that_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
