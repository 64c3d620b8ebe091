/* SPDX-License-Identifier: Apache-2.0 */
#include "container/restart.h"

#include "base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)

static void policies_are_read(void **state)
{
	struct restart_policy p;

	(void)state;
	assert_int_equal(restart_parse("", &p), 0);
	assert_int_equal(p.when, RESTART_NO);
	assert_int_equal(restart_parse("unless-stopped", &p), 0);
	assert_int_equal(p.when, RESTART_UNLESS_STOPPED);
	assert_int_equal(restart_parse("on-failure", &p), 0);
	assert_int_equal(p.max, 0);
	assert_int_equal(restart_parse("on-failure:12", &p), 0);
	assert_int_equal(p.when, RESTART_ON_FAILURE);
	assert_int_equal(p.max, 12);
	assert_string_equal(restart_name(p.when), "on-failure");
	assert_int_equal(restart_parse("alway", &p), -EINVAL);
	assert_int_equal(restart_parse("no:1", &p), -EINVAL);
	assert_int_equal(restart_parse("on-failure:", &p), -EINVAL);
	assert_int_equal(restart_parse("on-failure:1x", &p), -EINVAL);
	assert_int_equal(restart_parse("on-failure:-1", &p), -EINVAL);
}

static bool wanted(const char *policy, int code, int64_t count, bool stopped)
{
	struct restart_end end = { .exit_code = code, .count = count, .stopped = stopped };
	struct restart_policy p;

	assert_int_equal(restart_parse(policy, &p), 0);
	return restart_wanted(&p, &end);
}

static void ends_are_judged(void **state)
{
	(void)state;
	assert_false(wanted("no", 1, 0, false));
	assert_true(wanted("always", 0, 1000, false));
	assert_true(wanted("unless-stopped", 1, 0, false));
	assert_false(wanted("always", 0, 0, true));
	assert_false(wanted("unless-stopped", 1, 0, true));
	assert_false(wanted("on-failure", 0, 0, false));
	assert_true(wanted("on-failure", 1, 1000, false));
	assert_true(wanted("on-failure:2", 1, 1, false));
	assert_false(wanted("on-failure:2", 1, 2, false));
}

/* Docker's: 100 ms, doubled up to a minute, anew after ten seconds. */
static void waits_grow(void **state)
{
	int64_t last = 0;

	(void)state;
	for (int i = 0; i < 9; i++) {
		last = restart_delay_ms(last, SECOND);
		assert_int_equal(last, 100 << i);
	}
	assert_int_equal(last = restart_delay_ms(last, SECOND), 51200);
	assert_int_equal(last = restart_delay_ms(last, SECOND), 60000);
	assert_int_equal(last = restart_delay_ms(last, SECOND), 60000);
	assert_int_equal(restart_delay_ms(last, 10 * SECOND - 1), 60000);
	assert_int_equal(restart_delay_ms(last, 10 * SECOND), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(policies_are_read), cmocka_unit_test(ends_are_judged),
					    cmocka_unit_test(waits_grow) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
