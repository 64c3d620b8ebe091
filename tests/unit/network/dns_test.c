/* SPDX-License-Identifier: Apache-2.0 */
/* What the name server of a network makes of a question: dns_message, dns_names and dns_zone. */
#include "base/cleanup.h"
#include "base/memory.h"
#include "ground.h"
#include "network/dns_forward.h"
#include "network/dns_zone.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A query for @name, as a C library sends it; returns its length. */
static size_t make_query(uint8_t *data, const char *name, uint16_t type)
{
	static const uint8_t head[DNS_HEADER_SIZE] = { 0x12, 0x34, 0x01, 0x00, 0, 1 };
	size_t n = sizeof head;

	memcpy(data, head, n);
	while (*name) {
		size_t label = strcspn(name, ".");

		data[n++] = (uint8_t)label;
		memcpy(data + n, name, label);
		n += label;
		name += label + (name[label] == '.');
	}
	data[n++] = 0;
	dns_put16(data + n, type);
	dns_put16(data + n + 2, DNS_CLASS_IN);
	return n + 4;
}

static void a_question_is_read(void **state)
{
	uint8_t data[512];
	struct dns_question q;
	size_t len = make_query(data, "Web.Example", DNS_TYPE_AAAA);

	(void)state;
	assert_int_equal(dns_question_parse(data, len, &q), DNS_NOERROR);
	assert_string_equal(q.name, "web.example");
	assert_int_equal(q.id, 0x1234);
	assert_int_equal(q.type, DNS_TYPE_AAAA);
	assert_true(q.plain && q.recursion && !q.extended);
	assert_int_equal(q.end, len);
	assert_int_equal(q.udp_size, 512);
	/* an OPT record says how much the asker takes */
	memcpy(data + len, (uint8_t[]){ 0, 0, DNS_TYPE_OPT, 0x20, 0, 0, 0, 0, 0, 0, 0 }, 11);
	dns_put16(data + 10, 1);
	assert_int_equal(dns_question_parse(data, len + 11, &q), DNS_NOERROR);
	assert_true(q.extended);
	assert_int_equal(q.udp_size, DNS_UDP_MAX);
	/* half of it does not count, and is not read beyond */
	assert_int_equal(dns_question_parse(data, len + 10, &q), DNS_NOERROR);
	assert_false(q.extended);
}

static void bad_questions_are_refused(void **state)
{
	uint8_t data[512];
	struct dns_question q;
	size_t len = make_query(data, "web", DNS_TYPE_A);

	(void)state;
	for (size_t i = DNS_HEADER_SIZE; i < len; i++)
		assert_int_equal(dns_question_parse(data, i, &q), DNS_FORMERR);
	for (size_t i = 0; i < DNS_HEADER_SIZE; i++)
		assert_true(dns_question_parse(data, i, &q) < 0);
	data[12] = 0xc0; /* compression: a name that points at itself */
	data[13] = 12;
	assert_int_equal(dns_question_parse(data, len, &q), DNS_FORMERR);
	data[2] = 0x81; /* an answer deserves none */
	assert_true(dns_question_parse(data, len, &q) < 0);
	data[2] = 0x28; /* UPDATE */
	assert_int_equal(dns_question_parse(data, len, &q), DNS_NOTIMP);
	data[2] = 0;
	data[5] = 2; /* two questions */
	assert_int_equal(dns_question_parse(data, len, &q), DNS_FORMERR);
}

static void a_name_is_254_characters_at_most(void **state)
{
	uint8_t data[600] = { 0, 0, 0, 0, 0, 1 };
	struct dns_question q;
	size_t n = DNS_HEADER_SIZE;

	(void)state;
	for (int i = 0; i < 4; i++) {
		data[n++] = 63;
		memset(data + n, 'a', 63);
		n += 63;
	}
	data[n] = 0;
	assert_int_equal(dns_question_parse(data, n + 5, &q), DNS_FORMERR);
	/* three such labels and one of 61: 253 characters */
	data[DNS_HEADER_SIZE + 3 * 64] = 61;
	data[n - 2] = 0;
	assert_int_equal(dns_question_parse(data, n + 3, &q), DNS_NOERROR);
	assert_int_equal(strlen(q.name), 253);
}

static void a_label_that_is_no_text_is_nobodys_name(void **state)
{
	uint8_t data[512];
	struct dns_question q;
	size_t len = make_query(data, "a#b", DNS_TYPE_A);

	(void)state;
	data[14] = '.'; /* one label "a.b" is not the name a.b */
	assert_int_equal(dns_question_parse(data, len, &q), DNS_NOERROR);
	assert_false(q.plain);
	data[14] = 0;
	assert_int_equal(dns_question_parse(data, len, &q), DNS_NOERROR);
	assert_false(q.plain);
}

static void only_the_answer_to_what_was_asked_counts(void **state)
{
	uint8_t data[512], other[512];
	struct dns_question q;
	size_t len = make_query(data, "web", DNS_TYPE_A);

	(void)state;
	assert_int_equal(dns_question_parse(data, len, &q), DNS_NOERROR);
	assert_false(dns_answers(data, len, 0x1234, &q)); /* a question */
	data[2] |= 0x80;
	assert_true(dns_answers(data, len, 0x1234, &q));
	assert_false(dns_answers(data, len, 0x1235, &q));
	len = make_query(other, "wec", DNS_TYPE_A);
	other[2] |= 0x80;
	assert_false(dns_answers(other, len, 0x1234, &q));
	for (size_t i = 0; i < len; i++)
		assert_false(dns_answers(data, i, 0x1234, &q));
}

static void addresses_stand_backwards_in_names(void **state)
{
	struct address a;
	char text[ADDRESS_TEXT_MAX];

	(void)state;
	assert_true(dns_reverse("4.3.2.10.in-addr.arpa", &a));
	assert_string_equal(address_text(&a, text), "10.2.3.4");
	assert_true(dns_reverse("1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa", &a));
	assert_string_equal(address_text(&a, text), "fd00::1");
	assert_false(dns_reverse("3.2.10.in-addr.arpa", &a));
	assert_false(dns_reverse("256.3.2.10.in-addr.arpa", &a));
	assert_false(dns_reverse("5.4.3.2.10.in-addr.arpa", &a));
	assert_false(dns_reverse("in-addr.arpa", &a));
	assert_false(dns_reverse("1.0.ip6.arpa", &a));
}

/* A container: its address or two, its names and its servers, each a list with blanks between. */
static struct endpoint make(char id, const char *addresses, const char *name, const char *aliases, const char *servers)
{
	struct endpoint e = { .name = xstrdup(name) };
	autostrv list = { 0 };

	memset(e.id, id, ENDPOINT_ID_MAX - 1);
	strv_split(&list, addresses, ' ');
	for (size_t i = 0; i < list.count; i++)
		assert_int_equal(address_parse(list.items[i], &e.addresses[i]), 0);
	strv_split(&e.aliases, aliases, ' ');
	strv_split(&e.servers, servers, ' ');
	return e;
}

static void add(struct dns_zone *z, char id, const char *addresses, const char *name, const char *aliases, const char *servers)
{
	autoendpoint e = make(id, addresses, name, aliases, servers);

	dns_names_add(&z->names, &e);
}

/* In another network, on disk. */
static void put(const char *network, bool internal, char id, const char *address, const char *name)
{
	autoendpoint e = make(id, address, name, "", "");

	e.internal = internal;
	assert_int_equal(endpoint_write(&ground_home, network, &e), 0);
}

/* A network "backend" with a web in two copies, a database that has servers of its own, and one that is elsewhere, too. */
static void make_zone(struct dns_zone *z)
{
	*z = (struct dns_zone){ .network = "backend", .names_dir = -1, .others = { .dir = -1, .own = "backend" } };
	add(z, 'a', "10.0.0.2 fd00::2", "web1", "web", "");
	add(z, 'b', "10.0.0.3", "web2", "web web2", "");
	add(z, 'c', "10.0.0.4", "Db", "db-1 .c d.", "nonsense 192.0.2.1");
	add(z, 'd', "10.0.0.5", "both", "", "192.0.2.53");
	add(z, 'e', "10.0.0.6", "a..b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "");
	dns_names_sort(&z->names);
	z->server_count = 1;
	assert_int_equal(address_parse("192.0.2.53", &z->servers[0]), 0);
}

/* Asks; the code, or 100 and more when it is sent on; the addresses in *@reply. */
static int ask(struct dns_zone *z, const char *asker, const char *name, uint16_t type, struct dns_reply *reply)
{
	const struct address *servers = NULL;
	struct dns_query q = { .max = 512 };
	uint8_t data[512];
	size_t len = make_query(data, name, type), count;

	assert_int_equal(dns_question_parse(data, len, &q.question), DNS_NOERROR);
	assert_int_equal(address_parse(asker, &q.asker), 0);
	q.data = data;
	memset(reply, 0, sizeof *reply);
	count = dns_zone_answer(z, &q, reply, &servers);
	if (count)
		return 100 + servers[0].bytes[3];
	assert_int_equal(dns_get16(reply->data), 0x1234);
	assert_int_equal(dns_get16(reply->data + 6), reply->answers);
	return reply->data[3] & 15;
}

static void names_aliases_and_ids_are_answered(void **state)
{
	struct dns_reply *reply = malloc(sizeof *reply);
	struct dns_zone z;

	(void)state;
	make_zone(&z);
	assert_int_equal(ask(&z, "10.0.0.4", "web1", DNS_TYPE_A, reply), DNS_NOERROR);
	assert_int_equal(reply->answers, 1);
	assert_memory_equal(reply->data + reply->len - 4, ((uint8_t[]){ 10, 0, 0, 2 }), 4);
	assert_int_equal(ask(&z, "10.0.0.4", "WEB1", DNS_TYPE_AAAA, reply), DNS_NOERROR);
	assert_int_equal(reply->answers, 1);
	assert_int_equal(ask(&z, "10.0.0.4", "web", DNS_TYPE_A, reply), DNS_NOERROR);
	assert_int_equal(reply->answers, 2);
	assert_int_equal(ask(&z, "10.0.0.4", "aaaaaaaaaaaa", DNS_TYPE_A, reply), DNS_NOERROR);
	assert_int_equal(reply->answers, 1);
	assert_int_equal(ask(&z, "10.0.0.4", "db-1.backend", DNS_TYPE_A, reply), DNS_NOERROR);
	assert_int_equal(reply->answers, 1);
	/* it is here, without such an address: an empty answer, not another server's */
	assert_int_equal(ask(&z, "10.0.0.2", "db", DNS_TYPE_AAAA, reply), DNS_NOERROR);
	assert_int_equal(reply->answers, 0);
	assert_int_equal(ask(&z, "10.0.0.2", "4.0.0.10.in-addr.arpa", DNS_TYPE_PTR, reply), DNS_NOERROR);
	assert_memory_equal(reply->data + reply->len - 4, "\002db\0", 4);
	dns_zone_release(&z);
	free(reply);
}

static void copies_take_turns(void **state)
{
	struct dns_reply *reply = malloc(sizeof *reply);
	bool seen[2] = { false, false };
	struct dns_zone z;

	(void)state;
	make_zone(&z);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(ask(&z, "10.0.0.4", "web", DNS_TYPE_A, reply), DNS_NOERROR);
		/* the first record's address: behind the question (21 bytes) and the record's own head */
		seen[reply->data[DNS_HEADER_SIZE + 9 + 12 + 3] == 3] = true;
	}
	assert_true(seen[0] && seen[1]);
	dns_zone_release(&z);
	free(reply);
}

static void other_names_go_to_whom_they_should(void **state)
{
	struct dns_reply *reply = malloc(sizeof *reply);
	struct dns_zone z;

	(void)state;
	make_zone(&z);
	assert_int_equal(ask(&z, "10.0.0.4", "example.org", DNS_TYPE_A, reply), 101);          /* its own server */
	assert_int_equal(ask(&z, "10.0.0.99", "example.org", DNS_TYPE_A, reply), DNS_REFUSED); /* nobody of ours */
	/* what cannot be asked for was not taken for a name */
	assert_int_equal(ask(&z, "10.0.0.99", "a.b", DNS_TYPE_A, reply), DNS_REFUSED);
	z.internal = true;
	assert_int_equal(ask(&z, "10.0.0.4", "example.org", DNS_TYPE_A, reply), DNS_REFUSED);
	assert_int_equal(ask(&z, "10.0.0.4", "web1", DNS_TYPE_A, reply), DNS_NOERROR);
	dns_zone_release(&z);
	free(reply);
}

static void other_networks_of_the_asker_are_answered_too(void **state)
{
	struct dns_reply *reply = malloc(sizeof *reply);
	autofree char *networks = xasprintf("%s/networks", ground_run);
	struct dns_zone z;

	(void)state;
	make_zone(&z);
	put("front", false, 'd', "10.1.0.5", "both");
	put("front", false, 'f', "10.1.0.6", "proxy");
	put("bridge", false, 'd', "10.2.0.5", "both");
	put("bridge", false, 'f', "10.2.0.6", "nameless");
	put("secret", false, 'f', "10.3.0.6", "hidden");
	z.others.dir = open(networks, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(z.others.dir >= 0);
	assert_int_equal(ask(&z, "10.0.0.5", "proxy", DNS_TYPE_A, reply), DNS_NOERROR);
	assert_memory_equal(reply->data + reply->len - 4, ((uint8_t[]){ 10, 1, 0, 6 }), 4);
	assert_int_equal(ask(&z, "10.0.0.5", "proxy.front", DNS_TYPE_A, reply), DNS_NOERROR);
	assert_int_equal(ask(&z, "10.0.0.5", "proxy.backend", DNS_TYPE_A, reply), 153);
	assert_int_equal(ask(&z, "10.0.0.5", "6.0.1.10.in-addr.arpa", DNS_TYPE_PTR, reply), DNS_NOERROR);
	/* its own network first */
	assert_int_equal(ask(&z, "10.0.0.5", "both", DNS_TYPE_A, reply), DNS_NOERROR);
	assert_memory_equal(reply->data + reply->len - 4, ((uint8_t[]){ 10, 0, 0, 5 }), 4);
	/* the network that it is not in, the one without names, and who is in neither */
	assert_int_equal(ask(&z, "10.0.0.5", "hidden", DNS_TYPE_A, reply), 153);
	assert_int_equal(ask(&z, "10.0.0.5", "nameless", DNS_TYPE_A, reply), 153);
	assert_int_equal(ask(&z, "10.0.0.4", "proxy", DNS_TYPE_A, reply), 101);
	/* what comes and goes there is seen at once */
	put("front", false, 'g', "10.1.0.7", "late");
	assert_int_equal(ask(&z, "10.0.0.5", "late", DNS_TYPE_A, reply), DNS_NOERROR);
	endpoint_remove(&ground_home, "front", "gggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggggg");
	assert_int_equal(ask(&z, "10.0.0.5", "late", DNS_TYPE_A, reply), 153);
	/* an internal network asks outside for who has an outside elsewhere, and for nobody else */
	z.internal = true;
	assert_int_equal(ask(&z, "10.0.0.5", "example.org", DNS_TYPE_A, reply), 153);
	assert_int_equal(ask(&z, "10.0.0.4", "example.org", DNS_TYPE_A, reply), DNS_REFUSED);
	endpoint_remove(&ground_home, "bridge", "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd");
	put("front", true, 'd', "10.1.0.5", "both");
	assert_int_equal(ask(&z, "10.0.0.5", "example.org", DNS_TYPE_A, reply), DNS_REFUSED);
	/* a network that is gone is forgotten */
	assert_int_equal(network_erase(&ground_home, "front"), -ENOENT);
	assert_int_equal(ask(&z, "10.0.0.5", "proxy", DNS_TYPE_A, reply), DNS_REFUSED);
	assert_int_equal(z.others.count, 1);
	close(z.others.dir);
	dns_zone_release(&z);
	free(reply);
}

static void what_does_not_fit_is_told(void **state)
{
	struct dns_reply *reply = malloc(sizeof *reply);
	struct dns_zone z = { .network = "n", .names_dir = -1, .internal = true, .others = { .dir = -1, .own = "n" } };

	(void)state;
	for (int i = 0; i < 200; i++) {
		autofree char *address = xasprintf("10.0.1.%d", i), *name = xasprintf("c%d", i);

		add(&z, 'a', address, name, "all", "");
	}
	dns_names_sort(&z.names);
	assert_int_equal(ask(&z, "10.0.1.1", "all", DNS_TYPE_A, reply), DNS_NOERROR);
	assert_true(reply->len <= 512);
	assert_true(reply->data[2] & 2); /* TC */
	assert_true(reply->answers > 20);
	dns_zone_release(&z);
	free(reply);
}

static void servers_of_resolv_conf(void **state)
{
	char text[] =
		"# comment\nsearch a b\nnameserver 192.0.2.1\nnameserver\nnameserver fe80::1%eth0\n\tnameserver 2001:db8::1 x\n"
		"nameserver 192.0.2.2\nnameserver 192.0.2.3\n";
	struct address servers[DNS_SERVERS_MAX];
	char name[ADDRESS_TEXT_MAX];

	(void)state;
	assert_int_equal(dns_servers_parse(text, servers), 3);
	assert_string_equal(address_text(&servers[1], name), "2001:db8::1");
	assert_string_equal(address_text(&servers[2], name), "192.0.2.2");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_is_read),
		cmocka_unit_test(bad_questions_are_refused),
		cmocka_unit_test(a_name_is_254_characters_at_most),
		cmocka_unit_test(a_label_that_is_no_text_is_nobodys_name),
		cmocka_unit_test(only_the_answer_to_what_was_asked_counts),
		cmocka_unit_test(addresses_stand_backwards_in_names),
		cmocka_unit_test(names_aliases_and_ids_are_answered),
		cmocka_unit_test(copies_take_turns),
		cmocka_unit_test(other_names_go_to_whom_they_should),
		cmocka_unit_test_setup_teardown(other_networks_of_the_asker_are_answered_too, ground_up, ground_down),
		cmocka_unit_test(what_does_not_fit_is_told),
		cmocka_unit_test(servers_of_resolv_conf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
