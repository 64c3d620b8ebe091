/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"
#include "container/log_journal_read.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char entries[] =
	"__CURSOR=s=1;i=2\n__REALTIME_TIMESTAMP=1795637988447757\nPRIORITY=3\nMESSAGE=hi\n\n"
	"__CURSOR=s=1;i=3\nMESSAGE\n\x05\0\0\0\0\0\0\0a\n\nb\0\nPRIORITY=6\nCONTAINER_PARTIAL_MESSAGE=true\n\n";

static void test_entries(void **state)
{
	struct log_entry e;
	ssize_t n = log_entry_take(entries, sizeof entries - 1, &e);

	(void)state;
	assert_true(n > 0);
	assert_int_equal(e.record.stream, LOG_STDERR);
	assert_true(e.record.time == INT64_C(1795637988447757000));
	assert_int_equal(e.record.len, 2);
	assert_memory_equal(e.record.text, "hi", 2);
	assert_int_equal(e.cursor_len, 7);
	assert_false(e.partial);
	assert_int_equal(log_entry_take(entries + n, sizeof entries - 1 - (size_t)n, &e), (ssize_t)sizeof entries - 1 - n);
	assert_int_equal(e.record.stream, LOG_STDOUT);
	assert_int_equal(e.record.len, 5);
	assert_memory_equal(e.record.text, "a\n\nb\0", 5);
	assert_true(e.partial);
}

/* What has come of an entry so far is no entry, wherever it was cut; and nothing behind it is looked at. */
static void test_parts(void **state)
{
	size_t first = (size_t)(strstr(entries, "\n\n") + 2 - entries);

	(void)state;
	for (size_t len = 0; len < sizeof entries - 1 - first; len++) {
		char *copy = xmalloc(len + 1);
		struct log_entry e;

		memcpy(copy, entries + first, len);
		assert_int_equal(log_entry_take(copy, len, &e), 0);
		free(copy);
	}
}

static void test_what_is_none(void **state)
{
	static const char huge[] = "MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xffx\n", no_end[] = "MESSAGE\n\x01\0\0\0\0\0\0\0abc\n\n";
	struct log_entry e;

	(void)state;
	assert_int_equal(log_entry_take(huge, sizeof huge - 1, &e), -EBADMSG);
	assert_int_equal(log_entry_take(no_end, sizeof no_end - 1, &e), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
