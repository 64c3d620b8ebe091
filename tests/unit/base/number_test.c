/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void strict_32_bits(void **state)
{
	uint32_t n = 7;

	(void)state;
	assert_int_equal(number_u32("4294967295", &n), 0);
	assert_int_equal(n, UINT32_MAX);
	/* the user strings of CVE-2024-40635 and CVE-2026-46680 */
	assert_int_equal(number_u32("4294967296", &n), -ERANGE);
	assert_int_equal(number_u32("99999999999999999999999", &n), -ERANGE);
	assert_int_equal(number_u32("-1", &n), -EINVAL);
	assert_int_equal(number_u32("+1", &n), -EINVAL);
	assert_int_equal(number_u32(" 1", &n), -EINVAL);
	assert_int_equal(number_u32("1 ", &n), -EINVAL);
	assert_int_equal(number_u32("", &n), -EINVAL);
	assert_int_equal(n, UINT32_MAX);
}

static void sizes_as_docker(void **state)
{
	static const struct {
		const char *text;
		int64_t bytes;
	} good[] = {
		{ "512", 512 },        { "100m", 104857600 }, { "1.5g", 1610612736 }, { "64KiB", 65536 }, { "64kb", 65536 },
		{ "32 MB", 33554432 }, { "1B", 1 },           { "0.5k", 512 },
	};
	static const char *const bad[] = { "", "m", "-1", "1x", "1mx", "1..5m", "9999999999g", "1.m.", ".", "-5m" };
	int64_t n;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_int_equal(number_size(good[i].text, 0, &n), 0);
		assert_int_equal(n, good[i].bytes);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_true(number_size(bad[i], 0, &n) < 0);
	assert_int_equal(number_size("-1", 1, &n), 0);
	assert_int_equal(n, -1);
}

static void fixed_and_durations(void **state)
{
	int64_t n;

	(void)state;
	assert_int_equal(number_fixed("0.5", 9, &n), 0);
	assert_int_equal(n, 500000000);
	assert_int_equal(number_fixed("1.1", 9, &n), 0);
	assert_int_equal(n, 1100000000);
	assert_int_equal(number_fixed("1e3", 9, &n), -EINVAL);
	assert_int_equal(number_duration("1h30m", &n), 0);
	assert_int_equal(n, 5400000000000);
	assert_int_equal(number_duration("1.5s", &n), 0);
	assert_int_equal(n, 1500000000);
	assert_int_equal(number_duration("5", &n), -EINVAL);
	assert_int_equal(number_duration("", &n), -EINVAL);
}

static void sizes_for_people(void **state)
{
	char text[NUMBER_TEXT_MAX];

	(void)state;
	assert_string_equal(number_size_1000(999, text), "999B");
	assert_string_equal(number_size_1000(4420000, text), "4.42MB");
	assert_string_equal(number_size_1024(104857600, text), "100MiB");
}

static void one_number_after_the_other(void **state)
{
	const char *p = "8:16 ffF x";
	uint64_t n;

	(void)state;
	assert_int_equal(number_take(&p, 10, &n), 0);
	assert_int_equal(n, 8);
	assert_string_equal(p, ":16 ffF x");
	assert_int_equal(number_take(&p, 10, &n), -EINVAL);
	assert_string_equal(p, ":16 ffF x");
	p += 4;
	assert_int_equal(number_take(&p, 16, &n), 0);
	assert_int_equal(n, 0xfff);
	assert_string_equal(p, " x");
	p = "18446744073709551616";
	assert_int_equal(number_take(&p, 10, &n), -ERANGE);
	p = "-1";
	assert_int_equal(number_take(&p, 10, &n), -EINVAL);
}

static void versions(void **state)
{
	(void)state;
	assert_int_equal(number_version("6.1.0-44-amd64"), 6 << 16 | 1);
	assert_int_equal(number_version("5.12"), 5 << 16 | 12);
	assert_true(number_version("6.18.2") > number_version("6.7"));
	assert_int_equal(number_version("6"), 0);
	assert_int_equal(number_version("6."), 0);
	assert_int_equal(number_version("next"), 0);
	assert_int_equal(number_version("70000.1"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strict_32_bits),
		cmocka_unit_test(sizes_as_docker),
		cmocka_unit_test(fixed_and_durations),
		cmocka_unit_test(sizes_for_people),
		cmocka_unit_test(one_number_after_the_other),
		cmocka_unit_test(versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
