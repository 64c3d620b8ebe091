/* SPDX-License-Identifier: Apache-2.0 */
#include "container/detach_keys.h"

#include "base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void notation(void **state)
{
	struct detach_keys k;

	(void)state;
	assert_int_equal(detach_keys_parse(DETACH_KEYS_DEFAULT, &k), 0);
	assert_int_equal(k.count, 2);
	assert_memory_equal(k.keys, "\x10\x11", 2);
	assert_int_equal(detach_keys_parse("ctrl-@,ctrl-[,ctrl-\\,ctrl-],ctrl-^,ctrl-_,ctrl-A,Q", &k), 0);
	assert_int_equal(k.count, 8);
	assert_memory_equal(k.keys, "\0\x1b\x1c\x1d\x1e\x1f\x01Q", 8);
	assert_int_equal(detach_keys_parse("", &k), 0);
	assert_int_equal(k.count, 0);
	assert_int_equal(detach_keys_parse("ctrl-", &k), -EINVAL);
	assert_int_equal(detach_keys_parse("ctrl-1", &k), -EINVAL);
	assert_int_equal(detach_keys_parse("a,,b", &k), -EINVAL);
	assert_int_equal(detach_keys_parse("word", &k), -EINVAL);
	assert_int_equal(detach_keys_parse("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", &k), -EINVAL);
}

/* What of @typed, a byte at a time or all at once, goes on; the sequence is "ab". */
static bool pass(const char *typed, const char *expected)
{
	char out[64], all[64];
	size_t n, len = 0;
	bool whole, ended = false;
	struct detach_keys k;

	assert_int_equal(detach_keys_parse("a,b", &k), 0);
	whole = detach_keys_pass(&k, typed, strlen(typed), all, &n);
	assert_int_equal(n, strlen(expected));
	assert_memory_equal(all, expected, n);
	assert_int_equal(detach_keys_parse("a,b", &k), 0);
	for (const char *p = typed; *p && !ended; p++) {
		ended = detach_keys_pass(&k, p, 1, out, &n);
		memcpy(all + len, out, n);
		len += n;
	}
	assert_int_equal(len, strlen(expected));
	assert_memory_equal(all, expected, len);
	assert_int_equal(ended, whole);
	return ended;
}

static void keys_are_held_back(void **state)
{
	(void)state;
	assert_false(pass("xyz", "xyz"));
	assert_true(pass("ab", ""));
	assert_true(pass("xabz", "x"));
	assert_false(pass("xaz", "xaz"));
	assert_true(pass("aab", "a"));
	assert_false(pass("ba", "b"));
	assert_false(pass("aa", "a"));
}

static void no_keys_at_all(void **state)
{
	struct detach_keys k;
	char out[64];
	size_t n;

	(void)state;
	assert_int_equal(detach_keys_parse("", &k), 0);
	assert_false(detach_keys_pass(&k, "\0ab", 3, out, &n));
	assert_int_equal(n, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(notation), cmocka_unit_test(keys_are_held_back),
					    cmocka_unit_test(no_keys_at_all) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
