/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What carries bytes to published ports: port, relay, relay_stream and relay_datagram, with [::1] as the host and an address of
 * 127.0.0.0/8 as the container. The messages of SCTP need a kernel that has it: tests/run/43-network-sctp.bats.
 */
#include "base/error.h"
#include "base/loop.h"
#include "base/memory.h"
#include "network/relay.h"
#include "network/relay_datagram.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#define PATIENCE_S 20

/* A socket that does not wait for ever. */
static int make_socket(int family, int type)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	int fd = socket(family, type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
	return fd;
}

/* In the "container": returns its socket, bound to a port that the kernel chooses. */
static int serve(const char *address, int type, uint16_t *ret_port)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof in;
	int fd = make_socket(AF_INET, type);

	assert_int_equal(inet_pton(AF_INET, address, &in.sin_addr), 1);
	in.sin_port = htons(*ret_port);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, sizeof in), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	if (type == SOCK_STREAM)
		assert_int_equal(listen(fd, 5), 0);
	*ret_port = ntohs(in.sin_port);
	return fd;
}

static int dial(int type, uint16_t port)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback, .sin6_port = htons(port) };
	int fd = make_socket(AF_INET6, type);

	if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	close(fd);
	return -errno;
}

static void expect(int fd, const char *text)
{
	char data[64] = "";

	assert_int_equal(recv(fd, data, sizeof data, 0), strlen(text));
	assert_memory_equal(data, text, strlen(text));
}

static struct endpoint container(const char *address)
{
	struct endpoint e = { .id = "" };

	assert_int_equal(address_parse(address, &e.addresses[NETWORK_IPV4]), 0);
	return e;
}

static bool has_ipv6(void)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool has = fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0;

	if (fd >= 0)
		close(fd);
	return has;
}

/* At a port of [::1] that the kernel chooses. */
static struct ports publish(int protocol, uint16_t port)
{
	struct publish one = { .protocol = protocol, .port = port };
	struct publishes wanted = { &one, 1 };
	struct ports p;

	assert_int_equal(address_parse("::1", &one.host), 0);
	assert_int_equal(ports_bind(&wanted, &(struct address){ 0 }, (const bool[]){ true, false }, NULL, &p), 0);
	assert_int_equal(p.published.count, 1);
	return p;
}

static void is_taken(const struct ports *p)
{
	struct publishes wanted = p->published;
	struct ports other;

	assert_int_equal(ports_bind(&wanted, &(struct address){ 0 }, (const bool[]){ true, false }, NULL, &other), -EADDRINUSE);
	assert_non_null(strstr(error_text(-EADDRINUSE), "port is already allocated"));
	error_clear();
}

static void stops_and_goes_to_another(void **state)
{
	struct endpoint first = container("127.0.0.1"), second = container("127.0.0.2");
	uint16_t port = 0;
	int server = serve("127.0.0.1", SOCK_STREAM, &port), other = serve("127.0.0.2", SOCK_STREAM, &port), client, there;
	struct ports p = publish(IPPROTO_TCP, port);

	(void)state;
	for (int round = 0; round < 2; round++) {
		assert_int_equal(relay_start(round ? &second : &first, &p), 0);
		assert_true(p.relay > 0);
		is_taken(&p);
		client = dial(SOCK_STREAM, p.published.items[0].first);
		assert_true(client >= 0);
		there = accept(round ? other : server, NULL, NULL);
		assert_true(there >= 0);
		assert_int_equal(send(client, "question", 8, 0), 8);
		expect(there, "question");
		/* an end of one way is not the other's */
		assert_int_equal(shutdown(client, SHUT_WR), 0);
		expect(there, "");
		assert_int_equal(send(there, "answer", 6, 0), 6);
		expect(client, "answer");
		close(client);
		close(there);
		relay_stop(&p);
		assert_int_equal(p.relay, 0);
		/* nobody answers, and the port is held */
		assert_int_equal(dial(SOCK_STREAM, p.published.items[0].first), -ECONNREFUSED);
		is_taken(&p);
	}
	relay_stop(&p);
	ports_release(&p);
	close(server);
	close(other);
}

static void of_datagrams_too(void **state)
{
	struct endpoint first = container("127.0.0.1"), second = container("127.0.0.2");
	uint16_t port = 0;
	int server = serve("127.0.0.1", SOCK_DGRAM, &port), other = serve("127.0.0.2", SOCK_DGRAM, &port), client;
	struct ports p = publish(IPPROTO_UDP, port);

	(void)state;
	client = dial(SOCK_DGRAM, p.published.items[0].first);
	for (int round = 0; round < 2; round++) {
		int there = round ? other : server;
		struct sockaddr_in from;
		socklen_t len = sizeof from;
		char data[16];

		assert_int_equal(relay_start(round ? &second : &first, &p), 0);
		is_taken(&p);
		assert_int_equal(send(client, "question", 8, 0), 8);
		assert_int_equal(recvfrom(there, data, sizeof data, 0, (struct sockaddr *)&from, &len), 8);
		assert_int_equal(sendto(there, "answer", 6, 0, (struct sockaddr *)&from, len), 6);
		expect(client, "answer");
		relay_stop(&p);
		is_taken(&p);
	}
	ports_release(&p);
	close(server);
	close(other);
	close(client);
}

static void ports_of_a_way_of_the_kernels_own_have_none(void **state)
{
	struct endpoint e = container("127.0.0.1");
	struct publish one = { .protocol = IPPROTO_UDP, .port = 1 };
	struct publishes wanted = { &one, 1 };
	struct ports p;

	(void)state;
	assert_int_equal(address_parse("127.0.0.1", &one.host), 0);
	assert_int_equal(ports_bind(&wanted, &(struct address){ 0 }, (const bool[]){ true, false }, NULL, &p), 0);
	assert_int_equal(relay_start(&e, &p), 0);
	assert_int_equal(p.relay, 0);
	ports_release(&p);
}

/* ---- in this process */

struct ground {
	struct relay_datagrams datagrams;
	struct address to;
	struct ports ports;
	int server;
};

static int on_listener(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct ground *g = data;

	(void)loop;
	(void)fd;
	(void)events;
	return relay_datagram_receive(&g->datagrams, g->ports.listeners);
}

static int on_time(struct loop *loop, void *data)
{
	(void)data;
	loop_stop(loop, 0);
	return 0;
}

static void run(struct loop *loop, int milliseconds)
{
	uint64_t timer = loop_after(loop, milliseconds, on_time, NULL);

	assert_int_equal(loop_run(loop), 0);
	loop_cancel(loop, timer);
}

static int on_answered(struct loop *loop, int fd, uint32_t events, void *data)
{
	(void)fd;
	(void)events;
	(void)data;
	loop_stop(loop, 0);
	return 0;
}

/* The server sends back what it gets. */
static int on_question(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct sockaddr_in from;
	socklen_t len = sizeof from;
	char text[64];
	ssize_t n = recvfrom(fd, text, sizeof text, 0, (struct sockaddr *)&from, &len);

	(void)loop;
	(void)events;
	(void)data;
	return n < 0 || sendto(fd, text, (size_t)n, 0, (struct sockaddr *)&from, len) < 0 ? -errno : 0;
}

static struct ground *ground_up(int idle_ms)
{
	struct ground *g = xcalloc(1, sizeof *g);
	uint16_t port = 0;

	g->server = serve("127.0.0.1", SOCK_DGRAM, &port);
	assert_int_equal(address_parse("127.0.0.1", &g->to), 0);
	g->datagrams.to = &g->to;
	g->datagrams.idle_ms = idle_ms;
	g->ports = publish(IPPROTO_UDP, port);
	assert_int_equal(ports_listen(&g->ports, 0, false), 0);
	assert_int_equal(loop_new(&g->datagrams.loop), 0);
	assert_int_equal(loop_watch(g->datagrams.loop, g->server, EPOLLIN, on_question, NULL), 0);
	assert_int_equal(loop_watch(g->datagrams.loop, g->ports.listeners[0].fd, EPOLLIN, on_listener, g), 0);
	return g;
}

static void ground_down(struct ground *g)
{
	for (size_t i = 0; i < g->datagrams.count; i++)
		close(g->datagrams.clients[i].fd);
	loop_free(&g->datagrams.loop);
	ports_release(&g->ports);
	close(g->server);
	free(g);
}

static void ask(struct ground *g, int client)
{
	assert_int_equal(send(client, "echo", 4, 0), 4);
	assert_int_equal(loop_watch(g->datagrams.loop, client, EPOLLIN, on_answered, NULL), 0);
	run(g->datagrams.loop, PATIENCE_S * 1000);
	loop_unwatch(g->datagrams.loop, client);
	expect(client, "echo");
}

static void silent_clients_are_forgotten(void **state)
{
	struct ground *g = ground_up(50);
	uint16_t port = g->ports.published.items[0].first;
	int one = dial(SOCK_DGRAM, port), other = dial(SOCK_DGRAM, port);

	(void)state;
	ask(g, one);
	ask(g, other);
	while (g->datagrams.count > 0)
		run(g->datagrams.loop, 50);
	/* and come back */
	ask(g, one);
	assert_int_equal(g->datagrams.count, 1);
	ground_down(g);
	close(one);
	close(other);
}

static bool is_known(const struct ground *g, int client)
{
	struct sockaddr_in6 name;
	socklen_t len = sizeof name;

	assert_int_equal(getsockname(client, (struct sockaddr *)&name, &len), 0);
	for (size_t i = 0; i < g->datagrams.count; i++)
		if (g->datagrams.clients[i].from.sin6_port == name.sin6_port)
			return true;
	return false;
}

static void too_many_clients(void **state)
{
	struct ground *g = ground_up(1000000);
	int clients[RELAY_CLIENTS_MAX + 1];

	(void)state;
	for (int i = 0; i < RELAY_CLIENTS_MAX; i++) {
		clients[i] = dial(SOCK_DGRAM, g->ports.published.items[0].first);
		ask(g, clients[i]);
	}
	assert_int_equal(g->datagrams.count, RELAY_CLIENTS_MAX);
	/* the second one has been silent for longest when one more comes */
	ask(g, clients[0]);
	clients[RELAY_CLIENTS_MAX] = dial(SOCK_DGRAM, g->ports.published.items[0].first);
	ask(g, clients[RELAY_CLIENTS_MAX]);
	assert_int_equal(g->datagrams.count, RELAY_CLIENTS_MAX);
	assert_true(is_known(g, clients[0]));
	assert_false(is_known(g, clients[1]));
	assert_true(is_known(g, clients[2]));
	assert_true(is_known(g, clients[RELAY_CLIENTS_MAX]));
	for (int i = 0; i <= RELAY_CLIENTS_MAX; i++)
		close(clients[i]);
	ground_down(g);
}

static void nobody_listens_for_a_while(void **state)
{
	struct ground *g = ground_up(1000000);
	uint16_t port = g->ports.published.items[0].first, at = g->ports.published.items[0].port;
	int client = dial(SOCK_DGRAM, port);

	(void)state;
	loop_unwatch(g->datagrams.loop, g->server);
	close(g->server);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(send(client, "lost", 4, 0), 4);
		run(g->datagrams.loop, 10);
	}
	assert_int_equal(g->datagrams.count, 1);
	g->server = serve("127.0.0.1", SOCK_DGRAM, &at);
	assert_int_equal(loop_watch(g->datagrams.loop, g->server, EPOLLIN, on_question, NULL), 0);
	ask(g, client);
	ground_down(g);
	close(client);
}

static void what_says_that_it_is_the_port_itself_is_passed_over(void **state)
{
	struct ground *g = ground_up(1000000);
	struct sockaddr_in6 own = { .sin6_family = AF_INET6,
				    .sin6_addr = in6addr_loopback,
				    .sin6_port = htons(g->ports.published.items[0].first) };
	int client = dial(SOCK_DGRAM, g->ports.published.items[0].first);

	(void)state;
	assert_int_equal(sendto(g->ports.listeners[0].fd, "echo", 4, 0, (struct sockaddr *)&own, sizeof own), 4);
	ask(g, client);
	assert_int_equal(g->datagrams.count, 1);
	ground_down(g);
	close(client);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stops_and_goes_to_another),
		cmocka_unit_test(of_datagrams_too),
		cmocka_unit_test(ports_of_a_way_of_the_kernels_own_have_none),
		cmocka_unit_test(silent_clients_are_forgotten),
		cmocka_unit_test(too_many_clients),
		cmocka_unit_test(nobody_listens_for_a_while),
		cmocka_unit_test(what_says_that_it_is_the_port_itself_is_passed_over),
	};

	return has_ipv6() ? cmocka_run_group_tests(tests, NULL, NULL) : 77;
}
