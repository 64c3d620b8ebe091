/* SPDX-License-Identifier: Apache-2.0 */
/* Looking into JSON without a tree: what is found, and that nothing outside of the text is read. Needs no root. */
#include "base/cleanup.h"
#include "base/json_scan.h"
#include "base/memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static struct json_span span(const char *text)
{
	return (struct json_span){ text, strlen(text) };
}

static void members(void **state)
{
	struct json_span o = span(
		"{ \"a\" : 1,\"b\":\"x\\\"y\", \"c\":{\"d\":[1,{\"e\":\"]}\"}],\"a\":2} ,\"f\":true,\"g\":[ ], \"h\":-5 }");
	autofree char *b = json_scan_str(json_scan_member(o, "b"));
	struct json_span c = json_scan_member(o, "c");

	(void)state;
	assert_int_equal(json_scan_i64(json_scan_member(o, "a")), 1);
	assert_string_equal(b, "x\"y");
	assert_int_equal(json_scan_i64(json_scan_member(c, "a")), 2);
	assert_true(json_scan_true(json_scan_member(o, "f")));
	assert_false(json_scan_true(json_scan_member(o, "a")));
	assert_int_equal(json_scan_i64(json_scan_member(o, "h")), -5);
	assert_null(json_scan_member(o, "d").text);
	assert_null(json_scan_str(json_scan_member(o, "a")));
	assert_true(json_scan_is(span("\"word\""), "word"));
	assert_false(json_scan_is(span("\"word\""), "wor"));
}

static void lists(void **state)
{
	autostrv v = { 0 };
	struct json_walk empty = json_walk(span("[ ]")), none = json_walk(span("7"));

	(void)state;
	json_scan_strv(span("[\"a\", \"b,]\" ,3,[\"no\"],\"\\u0041\"]"), &v);
	assert_int_equal(v.count, 3);
	assert_string_equal(v.items[1], "b,]");
	assert_string_equal(v.items[2], "A");
	assert_false(json_walk_next(&empty));
	assert_false(json_walk_next(&none));
}

/* Every beginning of a text, in memory that ends where it ends: a sanitizer sees each byte too many. */
static void cut_off(void **state)
{
	static const char text[] = "{\"a\":{\"b\":[1,\"x\\\"\\\\\",{\"c\":null}]},\"d\":\"e\",\"f\":12}";

	(void)state;
	for (size_t len = 0; len <= strlen(text); len++) {
		autofree char *copy = xmalloc(len ? len : 1);
		struct json_walk walk;
		size_t n = 0;

		memcpy(copy, text, len);
		walk = json_walk((struct json_span){ copy, len });
		while (json_walk_next(&walk)) {
			struct json_walk inner = json_walk(walk.value);

			while (json_walk_next(&inner))
				n++;
			free(json_scan_str(walk.value));
			n++;
		}
		assert_true(n <= 5);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(members), cmocka_unit_test(lists), cmocka_unit_test(cut_off) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
