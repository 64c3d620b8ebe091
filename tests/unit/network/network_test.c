/* SPDX-License-Identifier: Apache-2.0 */
#include "ground.h"

#include "base/file.h"
#include "network/network_option.h"

#include <errno.h>

static void test_written_and_read(void **state)
{
	autonetwork n = ground_network("10.1.0.0/24", "10.1.0.1"), back = { 0 }, found = { 0 };
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	n.internal = true;
	n.created = INT64_C(1700000000000000005);
	strv_add(&n.options, "mtu=1400");
	strv_add(&n.labels, "a=b=c");
	strv_add(&n.auxiliary, "printer=10.1.0.9");
	assert_int_equal(subnet_parse("fd00:1::/64", &n.pools[NETWORK_IPV6].subnet), 0);
	assert_int_equal(network_write(&ground_home, &n), 0);
	assert_int_equal(network_write(&ground_home, &n), -EEXIST);
	assert_string_equal(error_text(-EEXIST), "network with name web already exists");
	assert_int_equal(network_read(&ground_home, "web", &back), 0);
	assert_string_equal(back.id, n.id);
	assert_true(back.internal && !back.attachable && back.created == n.created);
	assert_string_equal(subnet_text(&back.pools[NETWORK_IPV4].subnet, text), "10.1.0.0/24");
	assert_string_equal(address_text(&back.pools[NETWORK_IPV4].gateway, text), "10.1.0.1");
	assert_string_equal(subnet_text(&back.pools[NETWORK_IPV6].subnet, text), "fd00:1::/64");
	assert_string_equal(back.labels.items[0], "a=b=c");
	assert_string_equal(back.auxiliary.items[0], "printer=10.1.0.9");
	assert_int_equal(network_mtu(&back), 1400);
	/* by the first digits of its id; not by a path */
	assert_int_equal(network_find(&ground_home, "aaa", &found), 0);
	assert_string_equal(found.name, "web");
	assert_int_equal(network_read(&ground_home, "../networks/web", &found), -ENOENT);
	assert_int_equal(network_find(&ground_home, "ab", &found), -ENOENT);
	assert_int_equal(network_erase(&ground_home, "web"), 0);
	assert_int_equal(network_read(&ground_home, "web", &found), -ENOENT);
}

static int count(const struct network *n, void *data)
{
	(void)n;
	++*(int *)data;
	return 0;
}

static void test_rubbish_is_no_network(void **state)
{
	autonetwork n = ground_network("10.1.0.0/24", "10.1.0.1"), back = { 0 };
	int found = 0;

	(void)state;
	assert_int_equal(network_write(&ground_home, &n), 0);
	autofree char *path = xasprintf("%s/networks/half", ground_path);
	assert_int_equal(file_write(AT_FDCWD, path, "{\"Name\":", 8, 0600, FILE_VOLATILE), 0);
	assert_int_equal(network_each(&ground_home, count, &found), 0);
	assert_int_equal(found, 1);
	assert_int_equal(network_read(&ground_home, "half", &back), -EINVAL);
}

static void test_options(void **state)
{
	static const struct {
		const char *option;
		bool good;
	} cases[] = {
		{ "mtu=1400", true },
		{ "mtu=12", false },
		{ "isolate=false", true },
		{ "isolate=maybe", false },
		{ "com.docker.network.bridge.name=br1", true },
		{ "com.docker.network.bridge.name=../../x", false },
		{ "com.docker.network.bridge.name=longer-than-sixteen", false },
		{ "com.docker.network.bridge.host_binding_ipv4=127.0.0.1", true },
		{ "parent=eth0", false }, /* of another driver */
		{ "unheard=of", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		autonetwork n = { .driver = NETWORK_BRIDGE };

		strv_add(&n.options, cases[i].option);
		assert_int_equal(network_option_check(&n), cases[i].good ? 0 : -EINVAL);
	}
}

static void test_names(void **state)
{
	static const char *const bad[] = { "", ".", "..", "../x", "a/b", "-x", "_x", "a b", "a\nb" };

	(void)state;
	assert_int_equal(network_check_name("a"), 0);
	assert_int_equal(network_check_name("back-end_1.x"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(network_check_name(bad[i]), -EINVAL);
	assert_int_equal(network_check_alias("db\nname other"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_written_and_read, ground_up, ground_down),
		cmocka_unit_test_setup_teardown(test_rubbish_is_no_network, ground_up, ground_down),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
