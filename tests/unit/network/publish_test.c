/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"
#include "base/error.h"
#include "network/publish.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

/* "ADDRESS:FIRST-LAST>PORT/PROTOCOL" of each, with blanks between. */
static const char *said(const char *option)
{
	static char out[1024];
	struct publishes p = { 0 };
	autobuf text = BUF_INIT;

	if (publish_parse(option, &p) < 0)
		buf_add_str(&text, "bad");
	for (size_t i = 0; i < p.count; i++) {
		char address[ADDRESS_TEXT_MAX];
		const struct publish *one = &p.items[i];

		buf_add_format(&text, "%s%s:%u-%u>%u/%s", i ? " " : "", address_text(&one->host, address), one->first, one->last,
			       one->port, publish_protocol(one->protocol));
	}
	publishes_release(&p);
	strncpy(out, text.data, sizeof out - 1);
	return out;
}

static void test_publish(void **state)
{
	static const char *const cases[][2] = {
		{ "80", ":0-0>80/tcp" },
		{ "8080:80", ":8080-8080>80/tcp" },
		{ "8080:80/udp", ":8080-8080>80/udp" },
		{ "53:53/SCTP", ":53-53>53/sctp" },
		{ "127.0.0.1:8080:80", "127.0.0.1:8080-8080>80/tcp" },
		{ "127.0.0.1::80", "127.0.0.1:0-0>80/tcp" },
		{ "[::1]:8080:80", "::1:8080-8080>80/tcp" },
		{ "::1:8080:80", "::1:8080-8080>80/tcp" },
		{ "0.0.0.0:8080:80", "0.0.0.0:8080-8080>80/tcp" },
		{ ":8080:80", ":8080-8080>80/tcp" },
		{ ":80", ":0-0>80/tcp" },
		{ "8000-8001:80-81", ":8000-8000>80/tcp :8001-8001>81/tcp" },
		{ "8000-8010:80", ":8000-8010>80/tcp" },
		{ "80-81", ":0-0>80/tcp :0-0>81/tcp" },
		{ "", "bad" },
		{ "0", "bad" },
		{ "8080:", "bad" },
		{ "8080:80/icmp", "bad" },
		{ "65536:80", "bad" },
		{ "80:65536", "bad" },
		{ "8000-8001:80-82", "bad" },
		{ "90-80:80", "bad" },
		{ "-1:80", "bad" },
		{ "1.2.3:80:80", "bad" },
		{ "host:80:80", "bad" },
		{ "[::1:80:80", "bad" },
		{ "80 :80", "bad" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(said(cases[i][0]), cases[i][1]);
}

static void test_expose(void **state)
{
	struct publishes p = { 0 };

	(void)state;
	assert_int_equal(publish_parse_exposed("8000-8002/udp", &p), 0);
	assert_int_equal(p.count, 3);
	assert_int_equal(p.items[2].port, 8002);
	assert_int_equal(publish_parse_exposed("80:80", &p), -EINVAL);
	assert_int_equal(publish_parse_exposed("0", &p), -EINVAL);
	assert_int_equal(publish_parse_exposed("80/x", &p), -EINVAL);
	assert_int_equal(p.count, 3);
	publishes_release(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_publish), cmocka_unit_test(test_expose) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
