/* SPDX-License-Identifier: Apache-2.0 */
#include "network/port.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define HOSTS_MAX 2  /* every address of IPv4, and of IPv6 */
#define ATTEMPTS  16 /* to find one port that is free in both families */
#define BACKLOG   128

union socket_address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

static void close_all(struct ports *p)
{
	for (size_t i = 0; i < p->socket_count; i++)
		close(p->sockets[i]);
	free(p->sockets);
	p->sockets = NULL;
	p->socket_count = 0;
}

void ports_release(struct ports *p)
{
	/* it holds sockets, too: they are free when it is gone */
	if (p->relay > 0 && kill(p->relay, SIGKILL) == 0)
		while (waitpid(p->relay, NULL, 0) < 0 && errno == EINTR)
			;
	p->relay = 0;
	free(p->listeners);
	p->listeners = NULL;
	p->listener_count = 0;
	close_all(p);
	publishes_release(&p->published);
}

static void fill(union socket_address *to, const struct address *a, uint16_t port)
{
	memset(to, 0, sizeof *to);
	if (a->family == AF_INET6) {
		to->in6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(port) };
		memcpy(&to->in6.sin6_addr, a->bytes, 16);
	} else {
		to->in = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(port) };
		memcpy(&to->in.sin_addr, a->bytes, 4);
	}
}

/*
 * SO_REUSEADDR for the moment of binding alone: connections of an earlier program that are still closing are no obstacle,
 * another program that sets it itself is kept out. SCTP has no such moment, and would go on sharing the port.
 */
static int bind_one(int protocol, const struct address *a, uint16_t port, int *ret, uint16_t *ret_port)
{
	autofd int fd = socket(a->family, (protocol == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, protocol);
	union socket_address address;
	socklen_t len = sizeof address;
	int on = 1, off = 0;

	if (fd < 0)
		return -errno;
	fill(&address, a, port);
	if (a->family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0)
		return -errno;
	if (protocol == IPPROTO_TCP && port && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
		return -errno;
	if (bind(fd, &address.any, a->family == AF_INET6 ? sizeof address.in6 : sizeof address.in) < 0 ||
	    getsockname(fd, &address.any, &len) < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &off, sizeof off);
	*ret_port = ntohs(a->family == AF_INET6 ? address.in6.sin6_port : address.in.sin_port);
	*ret = take_fd(&fd);
	return 0;
}

static void add_socket(struct ports *p, int fd)
{
	if ((p->socket_count & (p->socket_count - 1)) == 0)
		p->sockets = xrealloc(p->sockets, (p->socket_count ? p->socket_count * 2 : 1) * sizeof *p->sockets);
	p->sockets[p->socket_count++] = fd;
}

static void add(struct ports *p, const struct publish *wanted, const struct address *a, uint16_t port, int fd)
{
	struct publish one = { .protocol = wanted->protocol, .port = wanted->port, .host = *a, .first = port, .last = port };

	publishes_add(&p->published, &one);
	add_socket(p, fd);
}

/* The same port on each of @hosts. A port 0 becomes the one that the kernel chooses for the first. */
static int bind_on(const struct publish *wanted, const struct address *hosts, size_t count, uint16_t port, struct ports *p)
{
	int fds[HOSTS_MAX], r = 0;
	size_t bound = 0;

	while (r == 0 && bound < count) {
		r = bind_one(wanted->protocol, &hosts[bound], port, &fds[bound], &port);
		bound += r == 0;
	}
	for (size_t i = 0; i < bound; i++)
		if (r == 0)
			add(p, wanted, &hosts[i], port, fds[i]);
		else
			close(fds[i]);
	return r;
}

static int explain(int r, const struct publish *wanted, const struct address *host)
{
	char text[ADDRESS_TEXT_MAX];
	bool six = host->family == AF_INET6;

	address_text(host, text);
	if (r == -EADDRINUSE)
		fail(r, "Bind for %s%s%s:%u failed: port is already allocated", six ? "[" : "", text, six ? "]" : "",
		     wanted->first);
	else
		fail_code(r, "bind the port %s%s%s:%u/%s", six ? "[" : "", text, six ? "]" : "", wanted->first,
			  publish_protocol(wanted->protocol));
	if (r == -EADDRINUSE)
		return fail_hint(r, "see which container it is (hoy ps), or which program of the host (ss -lntup 'sport = :%u')",
				 wanted->first);
	if (r == -EPROTONOSUPPORT)
		return fail_hint(r, "the kernel has no %s, or its module is not loaded (modprobe %s)",
				 publish_protocol(wanted->protocol), publish_protocol(wanted->protocol));
	return r == -EADDRNOTAVAIL ? fail_hint(r, "this host has no such address") : r;
}

static int publish_one(const struct publish *wanted, const struct address *hosts, size_t count, struct ports *p)
{
	unsigned int attempts = wanted->first ? (unsigned int)(wanted->last - wanted->first) + 1 : ATTEMPTS;
	int r = -EADDRINUSE;

	for (unsigned int i = 0; r == -EADDRINUSE && i < attempts; i++)
		r = bind_on(wanted, hosts, count, wanted->first ? (uint16_t)(wanted->first + i) : 0, p);
	return r < 0 ? explain(r, wanted, &hosts[0]) : 0;
}

int ports_bind(const struct publishes *wanted, const struct address *preset, const bool *families, struct ports *ret)
{
	static const struct address every[HOSTS_MAX] = { { .family = AF_INET }, { .family = AF_INET6 } };
	const struct address *hosts = every + !families[0];
	size_t count = (size_t)(families[0] + families[1]);
	struct ports p = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < wanted->count; i++) {
		const struct publish *one = &wanted->items[i];
		const struct address *host = one->host.family ? &one->host : preset;

		if (host->family == AF_INET && !families[0])
			r = fail(-EINVAL, "port %u cannot be published on an IPv4 address: the network has no IPv4", one->port);
		else if (host->family)
			r = publish_one(one, host, 1, &p);
		else
			r = publish_one(one, hosts, count, &p);
	}
	if (r < 0) {
		ports_release(&p);
		return r;
	}
	*ret = p;
	return 0;
}

static int set_reuse(int fd, int on)
{
	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ? -errno : 0;
}

/* A socket more, at the same port of [::1]. */
static int bind_loopback(struct ports *p, uint16_t port, int *ret)
{
	struct address loopback = { .family = AF_INET6 };
	int r;

	memcpy(loopback.bytes, &in6addr_loopback, sizeof in6addr_loopback);
	r = bind_one(IPPROTO_TCP, &loopback, port, ret, &port);
	if (r == 0)
		add_socket(p, *ret);
	return r;
}

int ports_listen(struct ports *p, size_t i, bool loopback)
{
	const struct publish *one = &p->published.items[i];
	int fd = p->sockets[i], every = fd, r = 0;

	/* where one has the port on every address both must allow the other, until one listens */
	if (loopback)
		r = set_reuse(every, 1);
	if (r == 0 && loopback)
		r = bind_loopback(p, one->first, &fd);
	/* nobody else binds where one listens; and its connections, when they are closed, do not keep the port from the next one */
	if (r == 0)
		r = set_reuse(fd, 1);
	if (r == 0 && listen(fd, BACKLOG) < 0)
		r = -errno;
	if (loopback)
		(void)set_reuse(every, 0);
	if (r < 0)
		return explain(r, one, &one->host);
	p->listeners = xrealloc(p->listeners, (p->listener_count + 1) * sizeof *p->listeners);
	p->listeners[p->listener_count++] = (struct port_listener){ fd, one->port };
	return 0;
}
