/* SPDX-License-Identifier: Apache-2.0 */
#include "network/relay.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fd.h"
#include "base/idle.h"
#include "base/loop.h"
#include "base/memory.h"
#include "kernel/sandbox.h"
#include "kernel/step.h"
#include "network/socket_address.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#define CONNECTIONS_MAX 256
#define FLOW_SIZE       (16 << 10)
#define TURNS           16 /* reads of one connection before others have theirs */

struct relay {
	const struct endpoint *endpoint;
	const struct ports *ports;
	struct loop *loop;
	unsigned int connections;
};

/* Bytes on their way from one end to the other. */
struct flow {
	uint8_t data[FLOW_SIZE];
	size_t at, len;
	bool ended;
};

struct connection {
	struct relay *relay;
	int ends[2];          /* the client, the container */
	struct flow flows[2]; /* what each of them sent */
};

/* ---- which ports */

static bool is_loopback(const struct address *a)
{
	return a->family == AF_INET6 && memcmp(a->bytes, &in6addr_loopback, sizeof in6addr_loopback) == 0;
}

static bool is_every(const struct address *a)
{
	return memcmp(a->bytes, &in6addr_any, sizeof in6addr_any) == 0;
}

static int refuse(const struct publish *p)
{
	char text[ADDRESS_TEXT_MAX];

	fail(-EINVAL, "publish %u/%s on [%s]: the kernel has no way from there to the container", p->first,
	     publish_protocol(p->protocol), address_text(&p->host, text));
	return fail_hint(-EINVAL, is_loopback(&p->host) ? "publish it on 127.0.0.1" : "the container's network has no IPv6");
}

/* The sockets that clients connect to are made to listen. A port of every address has a second one for [::1]. */
static int open_listeners(const struct endpoint *e, struct ports *p, size_t *ret)
{
	size_t count = p->published.count, found = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		const struct publish *one = &p->published.items[i];
		bool tcp = one->protocol == IPPROTO_TCP, reached = e->addresses[NETWORK_IPV6].family != 0;

		if (one->host.family != AF_INET6 || (reached && (is_every(&one->host) ? !tcp : !is_loopback(&one->host))))
			continue;
		if (!tcp)
			return refuse(one);
		found++;
		r = ports_listen(p, i, reached && is_every(&one->host));
	}
	*ret = found;
	return r;
}

/* ---- the process */

static void hang_up(struct connection *c)
{
	for (int i = 0; i < 2; i++) {
		loop_unwatch(c->relay->loop, c->ends[i]);
		close(c->ends[i]);
	}
	c->relay->connections--;
	free(c);
}

/* What end @i sent, to the other one. -errno when one of them is gone. */
static int carry(struct connection *c, int i)
{
	struct flow *f = &c->flows[i];

	for (int turn = 0; turn < TURNS; turn++) {
		ssize_t n;

		if (f->len == 0 && !f->ended) {
			n = recv(c->ends[i], f->data, sizeof f->data, 0);
			if (n < 0)
				return errno == EAGAIN ? 0 : -errno;
			f->at = 0;
			f->len = (size_t)n;
			f->ended = n == 0;
			if (f->ended)
				(void)shutdown(c->ends[!i], SHUT_WR);
		}
		if (f->len == 0)
			return 0;
		n = send(c->ends[!i], f->data + f->at, f->len, MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		f->at += (size_t)n;
		f->len -= (size_t)n;
	}
	return 0;
}

static int on_end(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct connection *c = data;
	int r = 0;

	(void)fd;
	(void)events;
	for (int i = 0; r == 0 && i < 2; i++)
		r = carry(c, i);
	if (r < 0 || (c->flows[0].ended && c->flows[1].ended)) {
		hang_up(c);
		return 0;
	}
	for (int i = 0; r == 0 && i < 2; i++) {
		uint32_t wanted = (c->flows[i].len == 0 && !c->flows[i].ended ? EPOLLIN : 0U) | (c->flows[!i].len ? EPOLLOUT : 0U);

		/* what is wanted of neither is not looked at: the end of an end that is known is told again and again */
		if (wanted)
			r = loop_watch(loop, c->ends[i], wanted, on_end, c);
		else
			loop_unwatch(loop, c->ends[i]);
	}
	return r;
}

/* On its way to the container: whether it gets there is seen by the first byte. */
static int call(const struct relay *relay, uint16_t port)
{
	const struct address *to = relay->endpoint->addresses;
	struct sockaddr_storage address;
	socklen_t len;
	int fd;

	if (to[NETWORK_IPV6].family)
		to += NETWORK_IPV6;
	fd = socket(to->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	len = socket_address_make(to, port, &address);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, len) < 0 && errno != EINPROGRESS) {
		close(fd);
		return -1;
	}
	return fd;
}

static int on_client(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct relay *relay = data;
	struct connection *c;
	int client = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), container;
	size_t i = 0;

	if (client < 0)
		return 0;
	while (relay->ports->listeners[i].fd != fd)
		i++;
	container = relay->connections < CONNECTIONS_MAX ? call(relay, relay->ports->listeners[i].port) : -1;
	if (container < 0) {
		close(client);
		return 0;
	}
	relay->connections++;
	c = xcalloc(1, sizeof *c);
	c->relay = relay;
	c->ends[0] = client;
	c->ends[1] = container;
	return on_end(loop, client, events, c);
}

static int watch_all(struct relay *relay)
{
	int r = loop_new(&relay->loop);

	if (r < 0)
		return r;
	loop_set_wait(relay->loop, idle_wait);
	for (size_t i = 0; r == 0 && i < relay->ports->listener_count; i++)
		r = loop_watch(relay->loop, relay->ports->listeners[i].fd, EPOLLIN, on_client, relay);
	return r;
}

/* Of its maker's it keeps the sockets that it listens on. */
static void detach(const struct ports *p)
{
	autofree int *keep = xcalloc(p->listener_count, sizeof *keep);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	sigset_t none;

	for (size_t i = 0; i < p->listener_count; i++)
		keep[i] = p->listeners[i].fd;
	(void)prctl(PR_SET_NAME, "hoy-relay");
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	for (int fd = 0; null >= 0 && fd < 3; fd++)
		(void)dup2(null, fd);
	(void)fd_close_from(3, keep, p->listener_count);
	if (chdir("/") < 0)
		_exit(1);
}

static _Noreturn void serve(const struct endpoint *e, const struct ports *p, pid_t parent)
{
	struct relay relay = { .endpoint = e, .ports = p };
	int r;

	detach(p);
	r = sandbox_relay();
	if (getppid() != parent)
		_exit(1);
	if (r == 0)
		r = watch_all(&relay);
	if (r == 0)
		r = loop_run(relay.loop);
	_exit(r < 0);
}

int relay_start(const struct endpoint *e, struct ports *p)
{
	size_t count = 0;
	pid_t parent = getpid(), pid;
	int r = open_listeners(e, p, &count);

	if (r < 0 || count == 0)
		return r;
	step_remark("a process of hoy's carries what comes to %zu of the ports, for as long as the container runs", count);
	pid = fork();
	if (pid < 0)
		return fail_errno("fork what carries bytes to published ports");
	if (pid == 0)
		serve(e, p, parent);
	p->relay = pid;
	return 0;
}
