/* SPDX-License-Identifier: Apache-2.0 */
#include "network/dns_connection.h"

#include "base/cleanup.h"
#include "base/loop.h"
#include "base/memory.h"
#include "network/dns_forward.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECTIONS_MAX 32
#define IDLE_MS         10000
#define QUERY_MAX       4096 /* a question is short, whatever its length says */

struct connection {
	struct loop *loop;
	struct dns_zone *zone;
	struct dns_forward *forward; /* the question that is on its way, or NULL */
	struct dns_query query;
	int fd;
	uint64_t timer;
	size_t received;
	uint8_t in[DNS_PREFIX_SIZE + QUERY_MAX];
	uint8_t *out;
	size_t out_len, sent;
};

static unsigned int connections;

static void hang_up(struct connection *c)
{
	if (c->forward)
		dns_forward_cancel(c->forward);
	loop_cancel(c->loop, c->timer);
	loop_unwatch(c->loop, c->fd);
	close(c->fd);
	free(c->out);
	free(c);
	connections--;
}

static int on_idle(struct loop *loop, void *data)
{
	struct connection *c = data;

	(void)loop;
	c->timer = 0;
	hang_up(c);
	return 0;
}

/* Somebody who asks slowly, or reads slowly, has as long for each step. */
static void wait_again(struct connection *c)
{
	loop_cancel(c->loop, c->timer);
	c->timer = loop_after(c->loop, IDLE_MS, on_idle, c);
}

static int on_event(struct loop *loop, int fd, uint32_t events, void *data);

/* Sends what is left of the answer, then listens for the next question. */
static int send_answer(struct connection *c)
{
	ssize_t n = send(c->fd, c->out + c->sent, c->out_len - c->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -errno;
	c->sent += n > 0 ? (size_t)n : 0;
	if (c->sent == c->out_len) {
		free(take(&c->out));
		c->out_len = c->sent = c->received = 0;
	}
	wait_again(c);
	return loop_watch(c->loop, c->fd, c->out ? EPOLLOUT : EPOLLIN, on_event, c);
}

static void answer(struct connection *c, const uint8_t *data, size_t len)
{
	c->out = xmalloc(DNS_PREFIX_SIZE + len);
	dns_put16(c->out, (uint16_t)len);
	memcpy(c->out + DNS_PREFIX_SIZE, data, len);
	c->out_len = DNS_PREFIX_SIZE + len;
	c->sent = 0;
	if (send_answer(c) < 0)
		hang_up(c);
}

static void refuse(struct connection *c, enum dns_rcode code)
{
	struct dns_reply *reply = xnew(struct dns_reply);

	dns_zone_refuse(&c->query, code, reply);
	answer(c, reply->data, reply->len);
	free(reply);
}

static void on_forwarded(void *data, uint8_t *bytes, size_t len)
{
	struct connection *c = data;

	c->forward = NULL;
	if (bytes)
		answer(c, bytes, len);
	else
		refuse(c, DNS_SERVFAIL);
}

static void forward(struct connection *c, const struct address *servers, size_t count)
{
	struct dns_forward_request request = { .loop = c->loop,
					       .query = c->in + DNS_PREFIX_SIZE,
					       .len = c->received - DNS_PREFIX_SIZE,
					       .question = &c->query.question,
					       .servers = servers,
					       .server_count = count,
					       .tcp = true,
					       .done = on_forwarded,
					       .data = c };

	/* until the answer is there nothing is read: one question at a time */
	loop_unwatch(c->loop, c->fd);
	loop_cancel(c->loop, c->timer);
	c->timer = 0;
	c->forward = dns_forward_start(&request);
	if (!c->forward)
		refuse(c, DNS_SERVFAIL);
}

static void take_question(struct connection *c)
{
	const struct address *servers;
	int code = dns_question_parse(c->in + DNS_PREFIX_SIZE, c->received - DNS_PREFIX_SIZE, &c->query.question);
	size_t count;

	c->query.data = c->in + DNS_PREFIX_SIZE;
	c->query.max = DNS_MESSAGE_MAX;
	if (code < 0) {
		hang_up(c);
	} else if (code > 0) {
		refuse(c, (enum dns_rcode)code);
	} else {
		struct dns_reply *reply = xnew(struct dns_reply);

		count = dns_zone_answer(c->zone, &c->query, reply, &servers);
		if (count)
			forward(c, servers, count);
		else
			answer(c, reply->data, reply->len);
		free(reply);
	}
}

static void receive(struct connection *c)
{
	size_t want = DNS_PREFIX_SIZE;
	ssize_t n;

	if (c->received >= DNS_PREFIX_SIZE)
		want += dns_get16(c->in);
	if (want > sizeof c->in) {
		hang_up(c);
		return;
	}
	n = want > c->received ? recv(c->fd, c->in + c->received, want - c->received, MSG_DONTWAIT) : 0;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		hang_up(c);
		return;
	}
	c->received += (size_t)n;
	if (c->received > DNS_PREFIX_SIZE && c->received == DNS_PREFIX_SIZE + (size_t)dns_get16(c->in))
		take_question(c);
}

static int on_event(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct connection *c = data;

	(void)loop;
	(void)fd;
	(void)events;
	if (!c->out)
		receive(c);
	else if (send_answer(c) < 0)
		hang_up(c);
	return 0;
}

void dns_connection_serve(struct loop *loop, struct dns_zone *zone, int fd, const struct address *asker)
{
	struct connection *c;

	if (connections >= CONNECTIONS_MAX) {
		close(fd);
		return;
	}
	connections++;
	c = xnew(struct connection);
	c->loop = loop;
	c->zone = zone;
	c->query.asker = *asker;
	c->fd = fd;
	wait_again(c);
	if (loop_watch(loop, fd, EPOLLIN, on_event, c) < 0)
		hang_up(c);
}
