/* SPDX-License-Identifier: Apache-2.0 */
#include "network/address.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static struct subnet subnet(const char *text)
{
	struct subnet s;

	assert_int_equal(subnet_parse(text, &s), 0);
	return s;
}

static struct address address(const char *text)
{
	struct address a;

	assert_int_equal(address_parse(text, &a), 0);
	return a;
}

static void test_text(void **state)
{
	static const char *const good[] = { "172.17.0.0/16", "10.0.0.4/30", "0.0.0.0/0", "fd00::/64", "::/0", "1.2.3.4/32" };
	static const char *const bad[] = { "",           "1.2.3/8",    "1.2.3.4",     "1.2.3.4/33", "1.2.3.4/-1", "fd00::/129",
					   "fd00::%1/8", "01.2.3.4/8", "1.2.3.4/8/9", "/8",         "1.2.3.4/" };
	char text[ADDRESS_TEXT_MAX];
	struct subnet s;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		s = subnet(good[i]);
		assert_string_equal(subnet_text(&s, text), good[i]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(subnet_parse(bad[i], &s), -EINVAL);
	assert_int_equal(subnet_parse("172.18.3.4/16", &s), -EDOM);
	assert_string_equal(subnet_text(&s, text), "172.18.0.0/16");
}

static void test_contains_and_overlaps(void **state)
{
	struct subnet a = subnet("172.17.0.0/16"), b = subnet("172.16.0.0/12"), c = subnet("172.18.0.0/16"),
		      d = subnet("fd00::/64");
	struct address inside = address("172.17.255.255"), outside = address("172.18.0.0");

	(void)state;
	assert_true(subnet_contains(&a, &inside));
	assert_false(subnet_contains(&a, &outside));
	assert_false(subnet_contains(&d, &inside));
	assert_true(subnet_overlaps(&a, &b));
	assert_true(subnet_overlaps(&b, &a));
	assert_false(subnet_overlaps(&a, &c));
	assert_false(subnet_overlaps(&a, &d));
}

static void test_numbers(void **state)
{
	struct subnet a = subnet("172.17.0.0/16"), b = subnet("fd00:1::/64");
	struct address one = subnet_address(&a, 300), two = subnet_address(&b, UINT64_C(0x100000002));
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	assert_string_equal(address_text(&one, text), "172.17.1.44");
	assert_int_equal(subnet_number(&a, &one), 300);
	assert_string_equal(address_text(&two, text), "fd00:1::1:0:2");
	assert_true(subnet_number(&b, &two) == UINT64_C(0x100000002));
	assert_true(subnet_size(&a) == 65536);
	assert_true(subnet_size(&b) == UINT64_MAX);
}

static void test_mac(void **state)
{
	static const char *const bad[] = {
		"", "02:42:ac:11:00", "02:42:ac:11:00:0g", "01:00:5e:00:00:01", "00:00:00:00:00:00", "02:42:ac:11:00:021"
	};
	struct address a = address("172.17.0.2"), b = address("fd00::1:2");
	uint8_t mac[MAC_SIZE];
	char text[MAC_TEXT_MAX];

	(void)state;
	mac_of_address(&a, mac);
	assert_string_equal(mac_text(mac, text), "02:42:ac:11:00:02");
	mac_of_address(&b, mac);
	assert_string_equal(mac_text(mac, text), "02:42:00:01:00:02");
	assert_int_equal(mac_parse("92:D0:c6:0a:29:33", mac), 0);
	assert_string_equal(mac_text(mac, text), "92:d0:c6:0a:29:33");
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_int_equal(mac_parse(bad[i], mac), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_contains_and_overlaps),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_mac),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
