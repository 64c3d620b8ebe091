/* SPDX-License-Identifier: Apache-2.0 */
#include "network/port.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"
#include "network/sctp.h"
#include "network/socket_address.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define HOSTS_MAX 2  /* every address of IPv4, and of IPv6 */
#define ATTEMPTS  16 /* to find one port that is free in both families */
#define BACKLOG   128

/* Those behind the first @count. */
static void close_from(struct ports *p, size_t count)
{
	while (p->socket_count > count)
		close(p->sockets[--p->socket_count]);
}

static void end_relay(struct ports *p)
{
	/* it holds sockets, too: they are free when it is gone */
	if (p->relay > 0 && kill(p->relay, SIGKILL) == 0)
		while (waitpid(p->relay, NULL, 0) < 0 && errno == EINTR)
			;
	p->relay = 0;
}

static void forget_listeners(struct ports *p)
{
	free(p->listeners);
	p->listeners = NULL;
	p->listener_count = 0;
}

void ports_unlisten(struct ports *p)
{
	end_relay(p);
	forget_listeners(p);
	close_from(p, p->published.count);
}

void ports_free(struct ports *p)
{
	end_relay(p);
	forget_listeners(p);
	close_from(p, 0);
	free(p->sockets);
	p->sockets = NULL;
}

void ports_release(struct ports *p)
{
	ports_free(p);
	publishes_release(&p->published);
}

static int set_reuse(int fd, int on)
{
	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ? -errno : 0;
}

/*
 * What holds a port of every address is bound to the loopback interface: it is in the way of any other socket, and they of it, but
 * for those that are bound to another interface. Such are the name servers of networks (dns_server.h), which containers alone can
 * ask: port 53 is published all the same. Where this is not allowed (not root, before Linux 5.7) it is not.
 */
static void bind_to(int fd, const char *interface)
{
	(void)setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, interface, (socklen_t)strlen(interface));
}

enum { REUSE = 1, HOLD = 2 }; /* SO_REUSEADDR, for the moment of binding alone; it holds the port, and serves nobody */

/* With *@port 0 it becomes the one that the kernel chooses. */
static int bind_one(int protocol, const struct address *a, unsigned int how, uint16_t *port, int *ret)
{
	int type = (protocol == IPPROTO_UDP ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC;
	autofd int fd = socket(a->family, type, protocol);
	struct sockaddr_storage address;
	socklen_t len = socket_address_make(a, *port, &address);
	int on = 1;

	if (fd < 0)
		return -errno;
	if (a->family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0)
		return -errno;
	if ((how & REUSE) && set_reuse(fd, 1) < 0)
		return -errno;
	if ((how & HOLD) && address_is_every(a))
		bind_to(fd, "lo");
	if (bind(fd, (struct sockaddr *)&address, len) < 0 || getsockname(fd, (struct sockaddr *)&address, &len) < 0)
		return -errno;
	(void)set_reuse(fd, 0);
	*port = ntohs(((const struct sockaddr_in *)&address)->sin_port); /* which is at the same place in IPv6 */
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

static bool is_at(const struct publish *p, int protocol, const struct address *a, uint16_t port)
{
	return p->first == port && p->protocol == protocol && address_equal(&p->host, a);
}

/* A further descriptor of the socket that the container has there already, or -ENOENT. */
static int share(const struct ports *had, int protocol, const struct address *a, uint16_t port)
{
	for (size_t i = 0; i < had->socket_count; i++)
		if (is_at(&had->published.items[i], protocol, a, port)) {
			int fd = fcntl(had->sockets[i], F_DUPFD_CLOEXEC, 0);

			if (fd >= 0 && address_is_every(a))
				bind_to(fd, "lo"); /* again, of one that served */
			return fd < 0 ? -errno : fd;
		}
	return -ENOENT;
}

static bool is_taken(const struct ports *p, int protocol, const struct address *a, uint16_t port)
{
	for (size_t i = 0; i < p->published.count; i++)
		if (is_at(&p->published.items[i], protocol, a, port))
			return true;
	return false;
}

static int share_or_bind(const struct ports *p, int protocol, const struct address *a, uint16_t *port, int *ret)
{
	bool reuse = *port && (protocol == IPPROTO_TCP || (protocol == IPPROTO_UDP && p->had));
	int fd = -ENOENT;

	if (p->had)
		fd = is_taken(p, protocol, a, *port) ? -EADDRINUSE : share(p->had, protocol, a, *port);
	if (fd == -ENOENT)
		return bind_one(protocol, a, HOLD | (reuse ? REUSE : 0U), port, ret);
	if (fd < 0)
		return fd;
	*ret = fd;
	return 0;
}

/*
 * The same port on each of @hosts. A port 0 becomes the one that the kernel chooses for the first. Connections of an earlier
 * program that are still closing are no obstacle, another program that sets SO_REUSEADDR itself is kept out: but SCTP has no moment
 * of binding alone, and would go on sharing the port.
 */
static int bind_on(const struct publish *wanted, const struct address *hosts, size_t count, uint16_t port, struct ports *p)
{
	int fds[HOSTS_MAX], r = 0;
	size_t bound = 0;

	while (r == 0 && bound < count) {
		r = share_or_bind(p, wanted->protocol, &hosts[bound], &port, &fds[bound]);
		bound += r == 0;
	}
	for (size_t i = 0; i < bound; i++)
		if (r == 0)
			add(p, wanted, &hosts[i], port, fds[i]);
		else
			close(fds[i]);
	if (r < 0)
		p->refused = &hosts[bound];
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

/* Where there is a choice: what it was. */
static int bind_as_before(const struct publish *wanted, const struct address *hosts, size_t count, struct ports *p)
{
	int r = -EADDRINUSE;

	if (wanted->first && wanted->first == wanted->last)
		return r;
	for (size_t i = 0; p->had && r == -EADDRINUSE && i < p->had->published.count; i++) {
		const struct publish *was = &p->had->published.items[i];

		if (was->port == wanted->port && was->protocol == wanted->protocol &&
		    (!wanted->first || (was->first >= wanted->first && was->first <= wanted->last)))
			r = bind_on(wanted, hosts, count, was->first, p);
	}
	return r;
}

static int publish_one(const struct publish *wanted, const struct address *hosts, size_t count, struct ports *p)
{
	unsigned int attempts = wanted->first ? (unsigned int)(wanted->last - wanted->first) + 1 : ATTEMPTS;
	int r = bind_as_before(wanted, hosts, count, p);

	for (unsigned int i = 0; r == -EADDRINUSE && i < attempts; i++)
		r = bind_on(wanted, hosts, count, wanted->first ? (uint16_t)(wanted->first + i) : 0, p);
	return r < 0 ? explain(r, wanted, p->refused) : 0;
}

/* One on every address and one on one of them: both must allow the other while they are bound. */
static void let_reuse(const struct ports *had, int on)
{
	for (size_t i = 0; had && i < had->socket_count; i++)
		if (had->published.items[i].protocol != IPPROTO_SCTP)
			(void)set_reuse(had->sockets[i], on);
}

int ports_bind(const struct publishes *wanted, const struct address *preset, const bool *families, const struct ports *had,
	       struct ports *ret)
{
	static const struct address every[HOSTS_MAX] = { { .family = AF_INET }, { .family = AF_INET6 } };
	const struct address *hosts = every + !families[0];
	size_t count = (size_t)(families[0] + families[1]);
	struct ports p = { .had = had };
	int r = 0;

	let_reuse(had, 1);
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
	let_reuse(had, 0);
	p.had = NULL;
	p.refused = NULL;
	if (r < 0) {
		ports_release(&p);
		return r;
	}
	*ret = p;
	return 0;
}

int port_prepare(int fd, int protocol)
{
	int on = 1, r;

	if (protocol == IPPROTO_SCTP)
		return sctp_prepare(fd);
	/* small pieces do not wait for others: who sent them has decided that already */
	if (protocol == IPPROTO_TCP)
		r = setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	else
		r = setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on);
	return r < 0 ? -errno : 0;
}

/* A socket more at the port of @holder. Both must allow the other, until one listens. */
static int bind_beside(struct ports *p, int holder, const struct publish *at, int *ret)
{
	uint16_t port = at->first;
	int r = set_reuse(holder, 1);

	if (r == 0)
		r = bind_one(at->protocol, &at->host, REUSE, &port, ret);
	if (r == 0)
		add_socket(p, *ret);
	return r;
}

/*
 * Nobody else binds where one listens; and its connections, when they are closed, do not keep the port from the next one. That is
 * another socket than the one that holds the port, which could not end to listen and keep it. Of UDP one does both.
 */
int ports_listen(struct ports *p, size_t i, bool loopback)
{
	struct publish one = p->published.items[i];
	int holder = p->sockets[i], fd = holder, r = 0;
	bool udp = one.protocol == IPPROTO_UDP, beside = loopback || !udp;

	if (loopback)
		memcpy(one.host.bytes, &in6addr_loopback, sizeof in6addr_loopback);
	if (beside)
		r = bind_beside(p, holder, &one, &fd);
	else
		bind_to(fd, ""); /* it serves all of them from now on */
	if (r == 0)
		r = port_prepare(fd, one.protocol);
	if (r == 0 && !udp)
		r = set_reuse(fd, 1);
	if (r == 0 && !udp && listen(fd, BACKLOG) < 0)
		r = -errno;
	if (beside)
		(void)set_reuse(holder, 0);
	if (r < 0)
		return explain(r, &one, &one.host);
	p->listeners = xrealloc(p->listeners, (p->listener_count + 1) * sizeof *p->listeners);
	p->listeners[p->listener_count++] = (struct port_listener){ fd, one.protocol, one.first, one.port };
	return 0;
}
