/* SPDX-License-Identifier: Apache-2.0 */
#include "ground.h"

#include "base/buf.h"
#include "base/file.h"
#include "network/endpoint.h"

#include <errno.h>

static void make(struct endpoint *e)
{
	struct publishes *p = &e->published;

	memset(e->id, 'b', ENDPOINT_ID_MAX - 1);
	e->name = xstrdup("db");
	e->hostname = xstrdup("bbbbbbbbbbbb");
	strv_add(&e->aliases, "database");
	strv_add(&e->aliases, "db.example");
	assert_int_equal(address_parse("172.18.0.2", &e->addresses[NETWORK_IPV4]), 0);
	e->prefixes[NETWORK_IPV4] = 16;
	assert_int_equal(address_parse("fd00::2", &e->addresses[NETWORK_IPV6]), 0);
	e->prefixes[NETWORK_IPV6] = 64;
	mac_of_address(&e->addresses[NETWORK_IPV4], e->mac);
	strcpy(e->interface, "eth0");
	strcpy(e->link, "vethbbbbbbbbbb");
	assert_int_equal(publish_parse("0.0.0.0:5432:5432", p), 0);
	assert_int_equal(publish_parse("[::]:53:53/udp", p), 0);
}

static const char text[] = "name db\n"
			   "hostname bbbbbbbbbbbb\n"
			   "alias database\n"
			   "alias db.example\n"
			   "address 172.18.0.2/16\n"
			   "address fd00::2/64\n"
			   "mac 02:42:ac:12:00:02\n"
			   "interface eth0\n"
			   "link vethbbbbbbbbbb\n"
			   "publish tcp 0.0.0.0 5432 5432\n"
			   "publish udp :: 53 53\n";

static void test_written_and_read(void **state)
{
	autoendpoint e = { 0 }, back = { 0 };
	autobuf out = BUF_INIT;
	char address[ADDRESS_TEXT_MAX];

	(void)state;
	make(&e);
	assert_int_equal(endpoint_write(&ground_home, "web", &e), 0);
	autofree char *path = xasprintf("%s/networks/web/endpoints/%s", ground_run, e.id);
	assert_int_equal(file_read(AT_FDCWD, path, 4096, &out), 0);
	assert_string_equal(out.data, text);
	assert_int_equal(endpoint_read(&ground_home, "web", e.id, &back), 0);
	assert_string_equal(back.name, "db");
	assert_int_equal(back.aliases.count, 2);
	assert_string_equal(address_text(&back.addresses[NETWORK_IPV6], address), "fd00::2");
	assert_int_equal(back.prefixes[NETWORK_IPV6], 64);
	assert_memory_equal(back.mac, e.mac, MAC_SIZE);
	assert_int_equal(back.published.count, 2);
	assert_int_equal(back.published.items[1].first, 53);
	endpoint_remove(&ground_home, "web", e.id);
	assert_int_equal(endpoint_read(&ground_home, "web", e.id, &back), -ENOENT);
}

static int count(const struct endpoint *e, void *data)
{
	(void)e;
	++*(int *)data;
	return 0;
}

static void test_unknown_words(void **state)
{
	static const char strange[] = "future word\nname\n\naddress 1.2.3/4\naddress 1.2.3.4\npublish tcp x 1 2\nname x\n";
	autoendpoint e = { 0 }, back = { 0 };
	int found = 0;

	(void)state;
	make(&e);
	assert_int_equal(endpoint_write(&ground_home, "web", &e), 0);
	autofree char *path = xasprintf("%s/networks/web/endpoints/%s", ground_run, e.id);
	assert_int_equal(file_write(AT_FDCWD, path, strange, strlen(strange), 0600, FILE_VOLATILE), 0);
	assert_int_equal(endpoint_read(&ground_home, "web", e.id, &back), 0);
	assert_string_equal(back.name, "x");
	assert_int_equal(back.addresses[NETWORK_IPV4].family, 0);
	assert_int_equal(back.published.count, 0);
	assert_int_equal(endpoint_each(&ground_home, "web", count, &found), 0);
	assert_int_equal(endpoint_each(&ground_home, "other", count, &found), 0);
	assert_int_equal(found, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_written_and_read, ground_up, ground_down),
		cmocka_unit_test_setup_teardown(test_unknown_words, ground_up, ground_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
