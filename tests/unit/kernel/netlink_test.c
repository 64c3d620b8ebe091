/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"
#include "kernel/netlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static void test_attributes(void **state)
{
	struct rtmsg header = { .rtm_family = AF_INET };
	autonetlink n = NETLINK_NONE;
	const struct nlmsghdr *m;
	const void *inside;
	size_t at, len, len_inside;

	(void)state;
	netlink_begin(&n, RTM_NEWROUTE, NLM_F_CREATE, &header, sizeof header);
	netlink_put_u32(&n, 5, 7);
	at = netlink_nest(&n, 6);
	netlink_put_str(&n, 1, "odd");
	netlink_put_u8(&n, 2, 9);
	netlink_nest_end(&n, at);
	netlink_put_be32(&n, 7, 1);
	netlink_end_frame(&n);
	m = (const void *)n.data.data;
	assert_int_equal(m->nlmsg_len, n.data.len);
	assert_int_equal(m->nlmsg_flags, NLM_F_CREATE | NLM_F_REQUEST);
	assert_int_equal(*(const uint32_t *)netlink_attribute(m, sizeof header, 5, &len), 7);
	assert_int_equal(len, 4);
	inside = netlink_attribute(m, sizeof header, 6, &len);
	assert_non_null(inside);
	assert_string_equal(netlink_attribute_in(inside, len, 1, &len_inside), "odd");
	assert_int_equal(*(const uint8_t *)netlink_attribute_in(inside, len, 2, &len_inside), 9);
	assert_int_equal(len_inside, 1);
	assert_memory_equal(netlink_attribute(m, sizeof header, 7, &len), "\0\0\0\1", 4);
	assert_null(netlink_attribute(m, sizeof header, 8, &len));
}

static void test_hostile_attributes(void **state)
{
	/* longer than the message, shorter than its own header, cut in the middle of one */
	static const struct nlattr longer = { 200, 1 }, shorter = { 2, 1 };
	size_t len;

	(void)state;
	assert_null(netlink_attribute_in(&longer, sizeof longer, 1, &len));
	assert_null(netlink_attribute_in(&shorter, sizeof shorter, 1, &len));
	assert_null(netlink_attribute_in(&longer, 3, 1, &len));
}

static int see_loopback(const struct nlmsghdr *answer, void *data)
{
	size_t len;
	const char *name = netlink_attribute(answer, sizeof(struct ifinfomsg), IFLA_IFNAME, &len);

	if (name && strcmp(name, "lo") == 0)
		*(bool *)data = true;
	return 0;
}

static int no_answer(const struct nlmsghdr *answer, void *data)
{
	(void)answer;
	(void)data;
	return 1;
}

static void test_questions(void **state)
{
	struct ifinfomsg header = { .ifi_family = AF_UNSPEC };
	autonetlink n = NETLINK_NONE;
	bool seen = false;

	(void)state;
	assert_int_equal(netlink_open(NETLINK_ROUTE, &n), 0);
	netlink_begin(&n, RTM_GETLINK, NLM_F_DUMP, &header, sizeof header);
	netlink_end_frame(&n);
	assert_int_equal(netlink_ask(&n, see_loopback, &seen), 0);
	assert_true(seen);
	/* the same socket again, and an answer that is no */
	netlink_begin(&n, RTM_GETLINK, 0, &header, sizeof header);
	netlink_put_str(&n, IFLA_IFNAME, "no-such-link");
	netlink_end_frame(&n);
	assert_int_equal(netlink_ask(&n, no_answer, NULL), -ENODEV);
}

static void test_failures_have_words(void **state)
{
	struct ifaddrmsg header = { .ifa_family = AF_INET, .ifa_prefixlen = 24, .ifa_index = 0x7ffffff0 };
	autonetlink n = NETLINK_NONE;
	int r;

	(void)state;
	assert_int_equal(netlink_open(NETLINK_ROUTE, &n), 0);
	assert_int_equal(netlink_commit(&n), 0);
	for (int i = 0; i < 3; i++) {
		netlink_begin(&n, RTM_NEWADDR, NLM_F_CREATE, &header, sizeof header);
		netlink_put(&n, IFA_LOCAL, "\xa\1\1\1", 4);
		netlink_end(&n, "address", "why", "add address %d", i);
		if (i == 0) {
			netlink_tolerate(&n, ENODEV);
			netlink_say(&n, "ip address add");
		}
	}
	r = netlink_commit(&n);
	/* as root the first is tolerated and the second one is told of; a user is told that he may not */
	assert_true(r == -ENODEV || r == -EPERM);
	assert_memory_equal(error_text(r), r == -ENODEV ? "add address 1" : "add address 0", 13);
	assert_int_equal(n.count, 0);
	assert_int_equal(n.data.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_hostile_attributes),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_failures_have_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
