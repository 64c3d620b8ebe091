/* SPDX-License-Identifier: Apache-2.0 */
/* The sockets that hold ports of the host, and how they pass from one network to the next. */
#include "base/error.h"
#include "network/port.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

static const struct address loopback = { AF_INET, { 127, 0, 0, 1 } }, none;
static const bool four[] = { true, false };

static struct publishes parse(const char *text)
{
	struct publishes p = { 0 };

	assert_int_equal(publish_parse(text, &p), 0);
	return p;
}

/* Somebody else wants the port. */
static int take(uint16_t port)
{
	struct publishes wanted = { 0 };
	struct ports p = { 0 };
	int r;

	publishes_add(&wanted, &(struct publish){ IPPROTO_TCP, 80, loopback, port, port });
	r = ports_bind(&wanted, &none, four, NULL, &p);
	ports_release(&p);
	publishes_release(&wanted);
	error_clear();
	return r;
}

static void test_random_ports_stay(void **state)
{
	struct publishes wanted = parse("127.0.0.1::80");
	struct ports first = { 0 }, second = { 0 }, third = { 0 };
	uint16_t port;

	(void)state;
	assert_int_equal(publish_parse("127.0.0.1::80", &wanted), 0); /* twice: two ports */
	assert_int_equal(ports_bind(&wanted, &none, four, NULL, &first), 0);
	port = first.published.items[0].first;
	assert_int_not_equal(port, first.published.items[1].first);
	assert_int_equal(ports_bind(&wanted, &none, four, &first, &second), 0);
	assert_int_equal(second.published.items[0].first, port);
	assert_int_equal(second.published.items[1].first, first.published.items[1].first);
	/* held as long as one of both holds it */
	ports_release(&first);
	assert_int_equal(take(port), -EADDRINUSE);
	/* free, and had again */
	ports_free(&second);
	assert_int_equal(take(port), 0);
	assert_int_equal(ports_bind(&wanted, &none, four, &second, &third), 0);
	assert_int_equal(third.published.items[0].first, port);
	ports_release(&second);
	ports_release(&third);
	assert_int_equal(take(port), 0);
	publishes_release(&wanted);
}

/* From one address to all of them and back, which would be in each other's way. */
static void move(const char *text)
{
	struct publishes wanted = parse(text);
	struct ports one = { 0 }, all = { 0 }, back = { 0 };
	uint16_t port;

	assert_int_equal(ports_bind(&wanted, &loopback, four, NULL, &one), 0);
	port = one.published.items[0].first;
	assert_int_equal(ports_bind(&wanted, &none, four, &one, &all), 0);
	assert_int_equal(all.published.items[0].first, port);
	assert_int_equal(all.published.items[0].host.bytes[0], 0);
	ports_release(&one);
	assert_int_equal(ports_bind(&wanted, &loopback, four, &all, &back), 0);
	assert_int_equal(back.published.items[0].first, port);
	ports_release(&all);
	ports_release(&back);
	publishes_release(&wanted);
}

static void test_other_address(void **state)
{
	(void)state;
	move("80");
	move("80/udp");
}

/* What it had is as it was. */
static void test_failure(void **state)
{
	struct publishes wanted = parse("127.0.0.1::80"), more = parse("127.0.0.1::80");
	struct ports had = { 0 }, other = { 0 }, p = { 0 };
	uint16_t port, taken;

	(void)state;
	assert_int_equal(ports_bind(&wanted, &none, four, NULL, &had), 0);
	assert_int_equal(ports_bind(&wanted, &none, four, NULL, &other), 0);
	port = had.published.items[0].first;
	taken = other.published.items[0].first;
	publishes_add(&more, &(struct publish){ IPPROTO_TCP, 81, loopback, taken, taken });
	assert_int_equal(ports_bind(&more, &none, four, &had, &p), -EADDRINUSE);
	assert_int_equal(p.socket_count, 0);
	assert_int_equal(take(port), -EADDRINUSE);
	ports_release(&had);
	ports_release(&other);
	publishes_release(&wanted);
	publishes_release(&more);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_ports_stay),
		cmocka_unit_test(test_other_address),
		cmocka_unit_test(test_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
