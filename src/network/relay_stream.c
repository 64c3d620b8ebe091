/* SPDX-License-Identifier: Apache-2.0 */
#include "network/relay_stream.h"

#include "base/memory.h"
#include "network/sctp.h"
#include "network/socket_address.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 256
#define FLOW_SIZE       (16 << 10)
#define MESSAGE_MAX     (64 << 10)
#define TURNS           16 /* reads of one connection before others have theirs */

/* Bytes, or one message, on their way from one end to the other. */
struct flow {
	uint8_t *data;
	size_t at, len;
	bool whole; /* there is something to send, and it need not wait for more of its message */
	bool ended;
	struct sctp_label label;
};

struct connection {
	struct relay_streams *streams;
	bool messages;        /* SCTP */
	bool connecting;      /* to the container */
	int ends[2];          /* the client, the container */
	struct flow flows[2]; /* what each of them sent */
	size_t size;          /* of each flow's bytes */
	uint8_t bytes[];
};

static void hang_up(struct connection *c)
{
	for (int i = 0; i < 2; i++) {
		loop_unwatch(c->streams->loop, c->ends[i]);
		close(c->ends[i]);
	}
	c->streams->count--;
	free(c);
}

/* What end @i has sent. 0: nothing now; -errno: it is gone, which in SCTP ends both ways. */
static int take_in(const struct connection *c, int i, struct flow *f)
{
	bool whole = true;
	ssize_t n;

	if (c->messages)
		n = sctp_receive(c->ends[i], f->data + f->len, c->size - f->len, &f->label, &whole);
	else
		n = (n = recv(c->ends[i], f->data, c->size, 0)) < 0 ? -errno : n;
	if (n < 0)
		return n == -EAGAIN ? 0 : (int)n;
	if (n == 0 && c->messages)
		return -EPIPE;
	f->len += (size_t)n;
	f->whole = n > 0 && (whole || f->len == c->size);
	f->ended = n == 0;
	if (f->ended)
		(void)shutdown(c->ends[!i], SHUT_WR);
	return 1;
}

static int pass_on(const struct connection *c, int i, struct flow *f)
{
	ssize_t n;

	if (c->messages)
		n = sctp_send(c->ends[!i], f->data, f->len, &f->label);
	else
		n = (n = send(c->ends[!i], f->data + f->at, f->len - f->at, MSG_NOSIGNAL)) < 0 ? -errno : n;
	if (n < 0)
		return n == -EAGAIN ? 0 : (int)n;
	f->at += (size_t)n;
	if (f->at == f->len) {
		f->at = f->len = 0;
		f->whole = false;
	}
	return 1;
}

/* What end @i sent, to the other one. -errno when one of them is gone. */
static int carry(struct connection *c, int i)
{
	struct flow *f = &c->flows[i];
	int r = 1;

	for (int turn = 0; r > 0 && turn < TURNS; turn++) {
		if (!f->whole)
			r = f->ended ? 0 : take_in(c, i, f);
		if (r > 0 && f->whole)
			r = pass_on(c, i, f);
	}
	return r < 0 ? r : 0;
}

static int on_end(struct loop *loop, int fd, uint32_t events, void *data);

static int watch(struct connection *c)
{
	int r = 0;

	for (int i = 0; r == 0 && i < 2; i++) {
		uint32_t in = !c->flows[i].whole && !c->flows[i].ended ? EPOLLIN : 0U;
		uint32_t out = c->flows[!i].whole ? EPOLLOUT : 0U;

		/* what is wanted of neither is not looked at: the end of an end that is known is told again and again */
		if (in | out)
			r = loop_watch(c->streams->loop, c->ends[i], in | out, on_end, c);
		else
			loop_unwatch(c->streams->loop, c->ends[i]);
	}
	return r;
}

static int on_end(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct connection *c = data;
	int r = 0;

	(void)loop;
	(void)fd;
	if (c->connecting && (events & (EPOLLERR | EPOLLHUP)))
		r = -ECONNREFUSED;
	c->connecting = false;
	for (int i = 0; r == 0 && i < 2; i++)
		r = carry(c, i);
	if (r < 0 || (c->flows[0].ended && c->flows[1].ended)) {
		hang_up(c);
		return 0;
	}
	return watch(c);
}

/* On its way to the container: when it is there, or is not, it can be written to. */
static int call(const struct relay_streams *s, const struct port_listener *l)
{
	int sctp = l->protocol == IPPROTO_SCTP ? IPPROTO_SCTP : 0;
	int fd = socket(s->to->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, sctp);
	struct sockaddr_storage address;
	socklen_t len = socket_address_make(s->to, l->port, &address);

	if (fd >= 0 &&
	    (port_prepare(fd, l->protocol) < 0 || (connect(fd, (struct sockaddr *)&address, len) < 0 && errno != EINPROGRESS))) {
		close(fd);
		return -1;
	}
	return fd;
}

int relay_stream_accept(struct relay_streams *s, const struct port_listener *l)
{
	size_t size = l->protocol == IPPROTO_SCTP ? MESSAGE_MAX : FLOW_SIZE;
	int client = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), container;
	struct connection *c;

	if (client < 0)
		return 0;
	container = s->count < CONNECTIONS_MAX ? call(s, l) : -1;
	if (container < 0) {
		close(client);
		return 0;
	}
	s->count++;
	c = xmalloc(sizeof *c + 2 * size);
	*c = (struct connection){ .streams = s,
				  .messages = l->protocol == IPPROTO_SCTP,
				  .connecting = true,
				  .ends = { client, container },
				  .flows = { { .data = c->bytes }, { .data = c->bytes + size } },
				  .size = size };
	return loop_watch(s->loop, container, EPOLLOUT, on_end, c);
}
