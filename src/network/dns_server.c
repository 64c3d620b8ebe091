/* SPDX-License-Identifier: Apache-2.0 */
#include "network/dns_server.h"

#include "base/cleanup.h"
#include "base/dir.h"
#include "base/error.h"
#include "base/idle.h"
#include "base/loop.h"
#include "base/memory.h"
#include "network/dns_connection.h"
#include "network/dns_forward.h"
#include "network/dns_zone.h"
#include "network/socket_address.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 32

struct server {
	const struct dns_server_options *options;
	struct loop *loop;
	struct dns_zone zone;
};

/* A question that came by UDP and was sent on: to whom its answer goes. */
struct datagram {
	int socket;
	struct sockaddr_storage from;
	socklen_t from_len;
	struct dns_query query;
	uint8_t data[]; /* of the query */
};

void dns_sockets_close(struct dns_sockets *s)
{
	for (size_t i = 0; i < s->count; i++)
		close(s->fds[i]);
	s->count = 0;
}

static int fail_listen(const struct address *a)
{
	char text[ADDRESS_TEXT_MAX];
	int r = fail_errno("listen on port %d of %s", DNS_PORT, address_text(a, text));

	if (r == -EADDRINUSE)
		return fail_hint(r, "a DNS server of the host's listens on all addresses; let it listen on some");
	return r;
}

static int open_socket(const struct dns_server_options *o, const struct address *a, int type, struct dns_sockets *s)
{
	autofd int fd = socket(a->family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_storage address;
	socklen_t len = socket_address_make(a, DNS_PORT, &address);
	int on = 1;

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, o->interface, (socklen_t)strlen(o->interface)) < 0)
		return fail_errno("make a socket on %s", o->interface);
	/* a v6 address may still be tentative; connections of the last server may linger */
	if (a->family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &on, sizeof on) < 0)
		return fail_errno("bind before the address is there");
	if (type == SOCK_STREAM && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
		return fail_errno("reuse a port");
	if (bind(fd, (struct sockaddr *)&address, len) < 0 || (type == SOCK_STREAM && listen(fd, BACKLOG) < 0))
		return fail_listen(a);
	s->fds[s->count++] = take_fd(&fd);
	return 0;
}

int dns_sockets_open(const struct dns_server_options *o, struct dns_sockets *ret)
{
	autocall(dns_sockets_close) struct dns_sockets s = { .count = 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < o->gateway_count; i++) {
		r = open_socket(o, &o->gateways[i], SOCK_DGRAM, &s);
		if (r == 0)
			r = open_socket(o, &o->gateways[i], SOCK_STREAM, &s);
	}
	if (r == 0) {
		*ret = s;
		s.count = 0;
	}
	return r;
}

/* One that cannot be sent is a datagram that was lost: the asker asks again. */
static void send_datagram(const struct datagram *d, const void *data, size_t len)
{
	(void)sendto(d->socket, data, len, MSG_DONTWAIT | MSG_NOSIGNAL, (const struct sockaddr *)&d->from, d->from_len);
}

static void refuse(const struct datagram *d, enum dns_rcode code)
{
	struct dns_reply *reply = xnew(struct dns_reply);

	dns_zone_refuse(&d->query, code, reply);
	send_datagram(d, reply->data, reply->len);
	free(reply);
}

static void on_forwarded(void *data, uint8_t *answer, size_t len)
{
	struct datagram *d = data;

	if (answer)
		send_datagram(d, answer, dns_truncate(answer, len, &d->query.question));
	else
		refuse(d, DNS_SERVFAIL);
	free(d);
}

/* Takes over @d. */
static void forward(struct server *s, struct datagram *d, size_t len, const struct address *servers, size_t count)
{
	struct dns_forward_request request = { .loop = s->loop,
					       .query = d->data,
					       .len = len,
					       .question = &d->query.question,
					       .servers = servers,
					       .server_count = count,
					       .done = on_forwarded,
					       .data = d };

	if (dns_forward_start(&request))
		return;
	refuse(d, DNS_SERVFAIL);
	free(d);
}

static void take_question(struct server *s, const struct datagram *head, const uint8_t *data, size_t len)
{
	struct datagram *d = xmalloc(sizeof *d + len);
	const struct address *servers;
	int code;

	*d = *head;
	memcpy(d->data, data, len);
	d->query.data = d->data;
	d->query.asker = socket_address_of(&d->from);
	code = dns_question_parse(d->data, len, &d->query.question);
	d->query.max = d->query.question.udp_size;
	if (code == 0) {
		struct dns_reply *reply = xnew(struct dns_reply);
		size_t count = dns_zone_answer(&s->zone, &d->query, reply, &servers);

		if (count)
			forward(s, take(&d), len, servers, count);
		else
			send_datagram(d, reply->data, reply->len);
		free(reply);
	} else if (code > 0) {
		refuse(d, (enum dns_rcode)code);
	}
	free(d);
}

static int on_datagram(struct loop *loop, int fd, uint32_t events, void *data)
{
	uint8_t bytes[DNS_UDP_MAX];
	ssize_t n;

	(void)loop;
	(void)events;
	for (;;) {
		struct datagram head = { .socket = fd, .from_len = sizeof head.from };

		n = recvfrom(fd, bytes, sizeof bytes, MSG_DONTWAIT, (struct sockaddr *)&head.from, &head.from_len);
		if (n < 0)
			return 0;
		take_question(data, &head, bytes, (size_t)n);
	}
}

static int on_connection(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct server *s = data;
	struct sockaddr_storage from;
	socklen_t len = sizeof from;
	struct address asker;
	int connection = accept4(fd, (struct sockaddr *)&from, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);

	(void)events;
	if (connection < 0)
		return 0;
	asker = socket_address_of(&from);
	dns_connection_serve(loop, &s->zone, connection, &asker);
	return 0;
}

static int found(int fd, const char *name, void *data)
{
	(void)fd;
	(void)data;
	return strlen(name) == ENDPOINT_ID_MAX - 1; /* not one that is still being written */
}

bool dns_server_needed(int names_dir)
{
	return dir_each(names_dir, ".", found, NULL) == 1;
}

/* With the last container the network has no more names. The gate stays closed until this process is gone: see dns.c. */
static int on_change(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct server *s = data;
	char bytes[4096];

	(void)events;
	while (read(fd, bytes, sizeof bytes) > 0)
		s->zone.stale = true;
	if (dns_server_needed(s->options->names_dir) || flock(s->options->gate, LOCK_EX) < 0)
		return 0;
	if (dns_server_needed(s->options->names_dir))
		(void)flock(s->options->gate, LOCK_UN);
	else
		loop_stop(loop, 0);
	return 0;
}

static bool is_stream(int fd)
{
	int type = 0;
	socklen_t len = sizeof type;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_STREAM;
}

int dns_server_run(const struct dns_server_options *o, const struct dns_sockets *sockets, int inotify)
{
	struct server s = { .options = o,
			    .zone = { .network = o->network,
				      .internal = o->internal,
				      .alone = o->alone,
				      .names_dir = o->names_dir,
				      .stale = true,
				      .others = { .dir = o->networks, .own = o->network } } };
	int r = loop_new(&s.loop);

	if (r < 0)
		return r;
	loop_set_wait(s.loop, idle_wait);
	r = loop_watch(s.loop, inotify, EPOLLIN, on_change, &s);
	for (size_t i = 0; r == 0 && i < sockets->count; i++)
		r = loop_watch(s.loop, sockets->fds[i], EPOLLIN, is_stream(sockets->fds[i]) ? on_connection : on_datagram, &s);
	if (r == 0)
		r = loop_run(s.loop);
	dns_zone_release(&s.zone);
	loop_free(&s.loop);
	return r;
}
