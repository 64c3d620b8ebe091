/* SPDX-License-Identifier: Apache-2.0 */
#include "ground.h"

#include "network/lease.h"
#include "network/network_option.h"

#include <errno.h>

static char ids[2][NETWORK_ID_MAX];

static const char *taken(const struct network *n, const char *wanted, const char *id)
{
	static char text[ADDRESS_TEXT_MAX];
	struct address a = { 0 }, want;
	int r;

	if (wanted)
		assert_int_equal(address_parse(wanted, &want), 0);
	r = lease_take(&ground_home, n, NETWORK_IPV4, wanted ? &want : NULL, id, &a);
	if (r == -EADDRINUSE)
		return "in use";
	if (r == -ENOSPC)
		return "full";
	return r < 0 ? "refused" : address_text(&a, text);
}

static void test_lowest_and_wanted(void **state)
{
	autonetwork n = ground_network("10.1.0.0/29", "10.1.0.1");
	struct address a;

	(void)state;
	strv_add(&n.auxiliary, "printer=10.1.0.3");
	assert_string_equal(taken(&n, NULL, ids[0]), "10.1.0.2");
	assert_string_equal(taken(&n, NULL, ids[0]), "10.1.0.4");
	assert_string_equal(taken(&n, "10.1.0.6", ids[1]), "10.1.0.6");
	assert_string_equal(taken(&n, "10.1.0.6", ids[0]), "in use");
	assert_string_equal(taken(&n, "10.1.0.1", ids[0]), "in use");
	assert_string_equal(taken(&n, "10.1.0.7", ids[0]), "in use");
	assert_string_equal(taken(&n, "10.1.0.8", ids[0]), "refused");
	assert_string_equal(taken(&n, NULL, ids[1]), "10.1.0.5");
	assert_string_equal(taken(&n, NULL, ids[1]), "full");
	/* nobody gives away what is another's */
	assert_int_equal(address_parse("10.1.0.4", &a), 0);
	lease_release(&ground_home, "web", &a, ids[1]);
	assert_string_equal(taken(&n, NULL, ids[1]), "full");
	lease_release(&ground_home, "web", &a, ids[0]);
	assert_string_equal(taken(&n, NULL, ids[0]), "10.1.0.4");
	lease_release_all(&ground_home, "web", ids[1]);
	assert_string_equal(taken(&n, NULL, ids[0]), "10.1.0.5");
	assert_string_equal(taken(&n, NULL, ids[0]), "10.1.0.6");
}

/* Where the host has no address, the name server has the first one that is nobody's. */
static void test_isolated(void **state)
{
	autonetwork n = ground_network("10.1.0.0/29", "10.1.0.1");
	char text[ADDRESS_TEXT_MAX];
	struct address a;

	(void)state;
	n.internal = true;
	n.pools[NETWORK_IPV4].gateway = (struct address){ 0 };
	assert_int_equal(network_server(&n, NETWORK_IPV4).family, 0);
	strv_add(&n.options, "com.docker.network.bridge.gateway_mode_ipv4=isolated");
	strv_add(&n.auxiliary, "printer=10.1.0.1");
	a = network_server(&n, NETWORK_IPV4);
	assert_string_equal(address_text(&a, text), "10.1.0.2");
	assert_int_equal(network_server(&n, NETWORK_IPV6).family, 0);
	assert_string_equal(taken(&n, "10.1.0.2", ids[0]), "in use");
	assert_string_equal(taken(&n, NULL, ids[0]), "10.1.0.3");
}

static void test_range(void **state)
{
	autonetwork n = ground_network("10.1.0.0/16", "10.1.0.1");

	(void)state;
	assert_int_equal(subnet_parse("10.1.200.0/31", &n.pools[NETWORK_IPV4].range), 0);
	assert_string_equal(taken(&n, NULL, ids[0]), "10.1.200.0");
	assert_string_equal(taken(&n, NULL, ids[0]), "10.1.200.1");
	assert_string_equal(taken(&n, NULL, ids[0]), "full");
	/* one that is asked for may lie outside of the range */
	assert_string_equal(taken(&n, "10.1.3.4", ids[0]), "10.1.3.4");
}

static void test_many(void **state)
{
	autonetwork n = ground_network("10.1.0.0/16", "10.1.0.1");

	(void)state;
	for (int i = 0; i < 400; i++)
		taken(&n, NULL, ids[0]);
	assert_string_equal(taken(&n, NULL, ids[0]), "10.1.1.146");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lowest_and_wanted, ground_up, ground_down),
		cmocka_unit_test_setup_teardown(test_isolated, ground_up, ground_down),
		cmocka_unit_test_setup_teardown(test_range, ground_up, ground_down),
		cmocka_unit_test_setup_teardown(test_many, ground_up, ground_down),
	};

	memset(ids[0], '0', NETWORK_ID_MAX - 1);
	memset(ids[1], '1', NETWORK_ID_MAX - 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
