/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/filter.h"

#include "base/error.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <string.h>
#include <cmocka.h>

static bool is_same(const char *value, void *data)
{
	return !strcmp(value, data);
}

static void alternatives_and_all(void **state)
{
	static const char *const names[] = { "name", "status", "label", NULL };
	autostrv filters = { 0 }, labels = { 0 };

	(void)state;
	assert_true(filter_holds(&filters, "name", is_same, (void *)"web"));
	strv_add(&filters, "name=db");
	assert_false(filter_holds(&filters, "name", is_same, (void *)"web"));
	assert_true(filter_holds(&filters, "status", is_same, (void *)"running"));
	strv_add(&filters, "name=web");
	assert_true(filter_holds(&filters, "name", is_same, (void *)"web"));
	assert_int_equal(filter_names(&filters, names), 0);

	strv_add(&labels, "a=1");
	strv_add(&labels, "b=2");
	assert_true(filter_holds_labels(&filters, &labels));
	strv_add(&filters, "label=a");
	strv_add(&filters, "label=b=2");
	assert_true(filter_holds_labels(&filters, &labels));
	strv_add(&filters, "label=a=2");
	assert_false(filter_holds_labels(&filters, &labels));
	strv_remove(&filters, filters.count - 1);
	strv_add(&filters, "label=c");
	assert_false(filter_holds_labels(&filters, &labels));

	strv_add(&filters, "names=x");
	assert_int_equal(filter_names(&filters, names), -EINVAL);
	assert_string_equal(error_text(-EINVAL), "invalid filter 'names'");
}

static void wrong_filters(void **state)
{
	(void)state;
	assert_int_equal(filter_check("a=b"), 0);
	assert_int_equal(filter_check("a="), 0);
	assert_int_equal(filter_check("a"), -EINVAL);
	assert_int_equal(filter_check("=b"), -EINVAL);
	assert_int_equal(filter_check(""), -EINVAL);
	assert_string_equal(error_text(-EINVAL), "bad format of filter (expected name=value)");
}

static void patterns(void **state)
{
	(void)state;
	assert_true(filter_pattern("eb", "web"));
	assert_true(filter_pattern("^web$", "web"));
	assert_false(filter_pattern("^eb", "web"));
	assert_false(filter_pattern("we$", "web"));
	assert_true(filter_pattern("w.b", "web"));
	assert_true(filter_pattern("w\\.b", "xw.b"));
	assert_false(filter_pattern("w\\.b", "web"));
	assert_true(filter_pattern("^w.*-1$", "web-db-1"));
	assert_true(filter_pattern("we*b", "wb"));
	assert_true(filter_pattern("", ""));
	assert_false(filter_pattern("a", ""));
	assert_true(filter_pattern("^$", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alternatives_and_all),
		cmocka_unit_test(wrong_filters),
		cmocka_unit_test(patterns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
