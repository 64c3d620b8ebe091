/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/capability.h"

#include "base/error.h"

/* cmocka.h wants these before itself */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <linux/capability.h>
#include <string.h>
#include <cmocka.h>

static void names_in_both_directions(void **state)
{
	(void)state;
	for (unsigned int n = 0; n < CAPABILITY_COUNT; n++)
		assert_int_equal(capability_from_name(capability_name(n)), n);
	assert_int_equal(capability_from_name("cap_net_raw"), CAP_NET_RAW);
	assert_int_equal(capability_from_name("NET_RAW"), -1);
	assert_int_equal(capability_from_name("CAP_"), -1);
	assert_null(capability_name(CAPABILITY_COUNT));
}

static void as_docker_adds_and_drops(void **state)
{
	const uint64_t all = CAPABILITY_BIT(CAPABILITY_COUNT) - 1, base = CAPABILITY_DOCKER_DEFAULT;
	const struct {
		const char *add, *drop;
		uint64_t want;
	} cases[] = {
		{ NULL, NULL, base },
		{ "SYS_ADMIN", NULL, base | CAPABILITY_BIT(CAP_SYS_ADMIN) },
		{ "cap_sys_admin", "Net_Raw", (base | CAPABILITY_BIT(CAP_SYS_ADMIN)) & ~CAPABILITY_BIT(CAP_NET_RAW) },
		{ NULL, "ALL", 0 },
		{ "NET_ADMIN", "all", CAPABILITY_BIT(CAP_NET_ADMIN) },
		{ "ALL", NULL, all },
		{ "ALL", "MKNOD", all & ~CAPABILITY_BIT(CAP_MKNOD) },
		{ "ALL", "ALL", all },
		{ "MKNOD", "MKNOD", base },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autostrv add = { 0 }, drop = { 0 };
		uint64_t got = 1;

		if (cases[i].add)
			strv_add(&add, cases[i].add);
		if (cases[i].drop)
			strv_add(&drop, cases[i].drop);
		assert_int_equal(capability_evaluate(base, all, &add, &drop, &got), 0);
		assert_int_equal(got, cases[i].want);
	}
}

static void unknown_names_are_named(void **state)
{
	static const char *const bad[] = { "", "CAP_", "SYS_ADMINN", "CAP_ALL", "CAP_CAP_CHOWN", "chown " };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		autostrv add = { 0 }, drop = { 0 };
		uint64_t got = 1;

		strv_add(&add, bad[i]);
		assert_int_equal(capability_evaluate(0, 0, &add, &drop, &got), -EINVAL);
		assert_int_equal(got, 1);
		assert_non_null(strstr(error_text(-EINVAL), bad[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_in_both_directions),
		cmocka_unit_test(as_docker_adds_and_drops),
		cmocka_unit_test(unknown_names_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
