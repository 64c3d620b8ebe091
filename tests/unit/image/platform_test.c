/* SPDX-License-Identifier: Apache-2.0 */
#include "image/platform.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

static void words_of_people_and_uname(void **state)
{
	static const struct {
		const char *text, *is;
	} good[] = {
		{ "linux/x86_64", "linux/amd64" },      { "linux/aarch64", "linux/arm64" },
		{ "linux/arm64/v8", "linux/arm64" },    { "linux/arm", "linux/arm/v7" },
		{ "linux/armhf", "linux/arm/v7" },      { "linux/arm/v6", "linux/arm/v6" },
		{ "linux/armel", "linux/arm/v6" },      { "arm64", "linux/arm64" },
		{ "linux/i386", "linux/386" },          { "linux/amd64/v1", "linux/amd64" },
		{ "linux/amd64/v3", "linux/amd64/v3" }, { "windows/amd64", "windows/amd64" },
	};
	static const char *const bad[] = { "",
					   "/",
					   "linux/",
					   "a/b/c/d",
					   "linux/amd 64",
					   "linux/amd64\n",
					   "//",
					   "linux/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	char text[PLATFORM_TEXT_MAX];
	struct platform p;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_int_equal(platform_parse(good[i].text, &p), 0);
		assert_string_equal(platform_format(&p, text), good[i].is);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(platform_parse(bad[i], &p), -EINVAL);
}

static int rank(const char *wanted, const char *offered)
{
	struct platform w, o;

	assert_int_equal(platform_parse(wanted, &w), 0);
	assert_int_equal(platform_parse(offered, &o), 0);
	return platform_rank(&w, &o);
}

static void what_runs_where(void **state)
{
	(void)state;
	assert_true(rank("linux/arm/v7", "linux/arm/v7") > rank("linux/arm/v7", "linux/arm/v6"));
	assert_true(rank("linux/arm/v7", "linux/arm/v6") > rank("linux/arm/v7", "linux/arm/v5"));
	assert_int_equal(rank("linux/arm/v6", "linux/arm/v7"), 0);
	assert_true(rank("linux/amd64", "linux/amd64") > rank("linux/amd64", "linux/386"));
	assert_true(rank("linux/amd64", "linux/386") > 0);
	assert_int_equal(rank("linux/amd64", "linux/amd64/v3"), 0);
	assert_true(rank("linux/amd64/v3", "linux/amd64/v2") > rank("linux/amd64/v3", "linux/amd64"));
	assert_true(rank("linux/arm64", "linux/arm/v8") > rank("linux/arm64", "linux/arm/v7"));
	assert_int_equal(rank("linux/amd64", "linux/arm64"), 0);
	assert_int_equal(rank("linux/386", "linux/amd64"), 0);
	assert_int_equal(rank("linux/amd64", "windows/amd64"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(words_of_people_and_uname), cmocka_unit_test(what_runs_where) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
