/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "base/json.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static int parse(const char *text, struct json_object **ret)
{
	return json_parse(text, strlen(text), "test", ret);
}

static void refuses_what_is_not_json(void **state)
{
	static const char *const bad[] = { "", "{", "{]", "{} x", "{}{}", "[1,]", "nul", "\"\xff\"", "'a'", "{\"a\":1,}" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		autojson struct json_object *o = NULL;

		if (parse(bad[i], &o) != -EINVAL)
			fail_msg("taken: %s", bad[i]);
	}
}

static void refuses_depth(void **state)
{
	char deep[2 * 5000 + 1];
	autojson struct json_object *o = NULL;

	(void)state;
	memset(deep, '[', 5000);
	memset(deep + 5000, ']', 5000);
	deep[10000] = '\0';
	assert_int_equal(parse(deep, &o), -EINVAL);
}

static void getters_name_the_property(void **state)
{
	autojson struct json_object *o = NULL;
	const char *s = NULL;
	uint32_t n = 0;
	uint64_t big = 0;

	(void)state;
	assert_int_equal(parse("{\"a\":1,\"s\":\"x\\u0000y\",\"n\":4294967296,\"m\":-1,\"u\":18446744073709551615}", &o), 0);
	assert_int_equal(json_get_str(o, "top", "a", &s), -EINVAL);
	assert_string_equal(error_text(-EINVAL), "top.a: it is not a string");
	assert_int_equal(json_get_str(o, "top", "s", &s), -EINVAL);
	assert_int_equal(json_get_str(o, "top", "missing", &s), 0);
	assert_int_equal(json_get_u32(o, "", "n", &n), -EINVAL);
	assert_int_equal(json_get_u32(o, "", "m", &n), -EINVAL);
	assert_int_equal(json_get_u64(o, "", "u", &big), 1);
	assert_true(big == UINT64_MAX);
}

static void writer_escapes_and_round_trips(void **state)
{
	autobuf out = BUF_INIT;
	struct json_writer w;

	(void)state;
	json_writer_init(&w, &out, false);
	json_begin_object(&w, NULL);
	json_put_str(&w, "k\"", "a\n\\\x01\xff\xc3\xa9");
	json_begin_array(&w, "l");
	json_put_u64(&w, NULL, UINT64_MAX);
	json_put_bool(&w, NULL, true);
	json_put_null(&w, NULL);
	json_end_array(&w);
	json_begin_object(&w, "e");
	json_end_object(&w);
	json_end_object(&w);
	assert_string_equal(out.data,
			    "{\"k\\\"\":\"a\\n\\\\\\u0001\xef\xbf\xbd\xc3\xa9\",\"l\":[18446744073709551615,true,null],\"e\":{}}");
}

/* Each length, each place, each byte: blocks and what is left of them say the same. */
static void plain_text_ends_where_it_does(void **state)
{
	char text[40], copy[sizeof text];

	(void)state;
	for (size_t len = 0; len <= sizeof text; len++) {
		memset(text, 'x', sizeof text);
		assert_int_equal(json_plain_length(text, len), len);
		for (size_t at = 0; at < len; at++)
			for (int c = 0; c < 256; c++) {
				bool plain = c >= 0x20 && c < 0x7f && c != '"' && c != '\\';

				text[at] = (char)c;
				assert_int_equal(json_plain_length(text, len), plain ? len : at);
				assert_int_equal(json_copy_plain(copy, text, len), plain ? len : at);
				assert_memory_equal(copy, text, plain ? len : at);
				text[at] = 'x';
			}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_is_not_json),      cmocka_unit_test(refuses_depth),
		cmocka_unit_test(getters_name_the_property),     cmocka_unit_test(writer_escapes_and_round_trips),
		cmocka_unit_test(plain_text_ends_where_it_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
