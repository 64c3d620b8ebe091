/* SPDX-License-Identifier: Apache-2.0 */
/* The small text modules: error chain, buf, strv, path, clock. */
#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/path.h"
#include "base/strv.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

static void chain_reads_from_the_front(void **state)
{
	struct error_record record;

	(void)state;
	assert_int_equal(fail_code(-EPERM, "mount %s", "/proc"), -EPERM);
	fail_hint(-EPERM, "look here");
	assert_int_equal(fail_while(-EPERM, "cannot start %s", "web"), -EPERM);
	assert_string_equal(error_text(-EPERM), "cannot start web: mount /proc: Operation not permitted");
	error_pack(-EPERM, &record);
	error_clear();
	assert_int_equal(error_unpack(&record), -EPERM);
	assert_string_equal(error_hint(-EPERM), "look here");
	/* words of an error that somebody handled are not shown for another */
	assert_string_equal(error_text(-ENOENT), "No such file or directory");
	assert_null(error_hint(-ENOENT));
}

static void paths_are_cleaned_as_text(void **state)
{
	static const char *const cases[][2] = {
		{ "/a//b/./c/..", "/a/b" }, { "/../../x", "/x" }, { "a/../..", ".." }, { "", "." }, { "/", "/" }
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autofree char *clean = path_clean(cases[i][0]);

		assert_string_equal(clean, cases[i][1]);
	}
	assert_true(path_is_below("/a/b", "/a"));
	assert_false(path_is_below("/ab", "/a"));
}

static void environment_lists(void **state)
{
	autostrv v = { 0 };

	(void)state;
	strv_env_set(&v, "A=1");
	strv_env_set(&v, "AB=2");
	strv_env_set(&v, "A=3");
	assert_int_equal(v.count, 2);
	assert_string_equal(strv_env_get(&v, "A"), "3");
	assert_null(strv_env_get(&v, "B"));
}

static void times_of_rfc_3339(void **state)
{
	char text[CLOCK_TEXT_MAX];
	int64_t ns;

	(void)state;
	assert_int_equal(clock_parse("2026-01-02T03:04:05.5+01:00", &ns), 0);
	assert_string_equal(clock_format(ns, text), "2026-01-02T02:04:05.500000000Z");
	assert_string_equal(clock_format(-1, text), "1969-12-31T23:59:59.999999999Z");
	assert_string_equal(clock_format(1234567890012345678, text), "2009-02-13T23:31:30.012345678Z");
	for (int64_t day = -106750; day <= 106750; day++) {
		time_t seconds = day * 86400 + (day * 7919) % 86400;
		char expected[CLOCK_TEXT_MAX];
		struct tm tm;

		gmtime_r(&seconds, &tm);
		strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.000000000Z", &tm);
		assert_string_equal(clock_format(seconds * 1000000000LL, text), expected);
	}
	/* before 1970, leap days, a leap second; what the year 1 is clamped to stays far in the past */
	assert_int_equal(clock_parse("1969-12-31T23:59:59.000000001Z", &ns), 0);
	assert_int_equal(ns, -999999999);
	for (int year = 1900; year <= 2100; year += 100) {
		char february[32];

		snprintf(february, sizeof february, "%d-02-28T23:59:60Z", year);
		assert_int_equal(clock_parse(february, &ns), 0);
		snprintf(february, sizeof february, "%d-%s", year,
			 year == 2000 ? "02-29T00:00:00.000000000Z" : "03-01T00:00:00.000000000Z");
		assert_string_equal(clock_format(ns, text), february);
	}
	assert_int_equal(clock_parse("0001-01-01T00:00:00Z", &ns), 0);
	assert_true(ns == INT64_MIN);
	assert_int_equal(clock_parse("9999-12-31T23:59:59Z", &ns), 0);
	assert_true(ns == INT64_MAX);
	assert_int_equal(clock_parse("2026-01-02", &ns), -EINVAL);
	assert_int_equal(clock_parse("2026-13-02T00:00:00Z", &ns), -EINVAL);
	assert_int_equal(clock_parse("2026-00-02T00:00:00Z", &ns), -EINVAL);
	assert_int_equal(clock_parse("2026-01-02T24:00:00Z", &ns), -EINVAL);
	assert_int_equal(clock_parse("2026-01-02T03:04:05", &ns), -EINVAL);
	assert_int_equal(clock_parse("2026-01-02 03:04:05Z", &ns), -EINVAL);
	assert_int_equal(clock_parse("", &ns), -EINVAL);
	assert_string_equal(clock_human(90LL * 1000000000, text), "About a minute");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chain_reads_from_the_front),
		cmocka_unit_test(paths_are_cleaned_as_text),
		cmocka_unit_test(environment_lists),
		cmocka_unit_test(times_of_rfc_3339),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
