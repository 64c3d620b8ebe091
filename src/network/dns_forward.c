/* SPDX-License-Identifier: Apache-2.0 */
#include "network/dns_forward.h"

#include "base/cleanup.h"
#include "base/loop.h"
#include "base/memory.h"
#include "base/random.h"
#include "network/socket_address.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define FORWARDS_MAX 256 /* at the same time */
#define ROUNDS       2
#define TIMEOUT_MS   2500 /* for one server; a C library waits 5 s before it asks again */

struct dns_forward {
	struct loop *loop;
	int fd;
	struct dns_question question;
	struct address servers[DNS_SERVERS_MAX];
	size_t server_count, attempt; /* attempts made */
	bool tcp;
	uint16_t id; /* the question is sent under */
	uint64_t timer;
	uint8_t *out; /* the query behind its length */
	size_t out_len, sent;
	uint8_t *in;
	size_t in_size, received;
	void (*done)(void *data, uint8_t *answer, size_t len);
	void *data;
};

static unsigned int under_way;

/* Gives up on the server that was asked last. */
static void hang_up(struct dns_forward *f)
{
	if (f->fd >= 0) {
		loop_unwatch(f->loop, f->fd);
		close(take_fd(&f->fd));
	}
	if (f->timer)
		loop_cancel(f->loop, f->timer);
	f->timer = 0;
}

void dns_forward_cancel(struct dns_forward *f)
{
	hang_up(f);
	free(f->out);
	free(f->in);
	free(f);
	under_way--;
}

static void finish(struct dns_forward *f, uint8_t *answer, size_t len)
{
	void (*done)(void *data, uint8_t *answer, size_t len) = f->done;
	void *data = f->data;

	if (answer)
		dns_put16(answer, f->question.id);
	hang_up(f);
	done(data, answer, len);
	dns_forward_cancel(f);
}

/* What came in is the answer, or something else that is passed over. True when it was the answer. */
static bool take_answer(struct dns_forward *f, uint8_t *answer, size_t len)
{
	if (!dns_answers(answer, len, f->id, &f->question))
		return false;
	finish(f, answer, len);
	return true;
}

static void ask_next(struct dns_forward *f);

/* By UDP each datagram is a message. A refused port shows itself as an error of the socket. */
static void receive_datagram(struct dns_forward *f)
{
	ssize_t n;

	while ((n = recv(f->fd, f->in, f->in_size, MSG_DONTWAIT)) >= 0)
		if (take_answer(f, f->in, (size_t)n))
			return;
	if (errno != EAGAIN && errno != EINTR)
		ask_next(f);
}

/* By TCP: its length, then the message. */
static void receive_stream(struct dns_forward *f)
{
	size_t want = DNS_PREFIX_SIZE;
	ssize_t n;

	if (f->received >= DNS_PREFIX_SIZE)
		want += dns_get16(f->in);
	n = recv(f->fd, f->in + f->received, want - f->received, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		ask_next(f);
		return;
	}
	f->received += (size_t)n;
	if (f->received > DNS_PREFIX_SIZE && f->received == DNS_PREFIX_SIZE + (size_t)dns_get16(f->in) &&
	    !take_answer(f, f->in + DNS_PREFIX_SIZE, f->received - DNS_PREFIX_SIZE))
		ask_next(f);
}

static int on_event(struct loop *loop, int fd, uint32_t events, void *data);

/* Sends what is still to be sent; 0 or -errno without words. */
static int send_query(struct dns_forward *f)
{
	ssize_t n = send(f->fd, f->out + f->sent, f->out_len - f->sent, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -errno;
	f->sent += n > 0 ? (size_t)n : 0;
	return loop_watch(f->loop, f->fd, f->sent < f->out_len ? EPOLLOUT : EPOLLIN, on_event, f);
}

static int on_event(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct dns_forward *f = data;

	(void)loop;
	(void)fd;
	if (f->sent < f->out_len) {
		if ((events & (EPOLLERR | EPOLLHUP)) || send_query(f) < 0)
			ask_next(f);
	} else if (f->tcp) {
		receive_stream(f);
	} else {
		receive_datagram(f);
	}
	return 0;
}

static int on_timeout(struct loop *loop, void *data)
{
	struct dns_forward *f = data;

	(void)loop;
	f->timer = 0;
	ask_next(f);
	return 0;
}

/* Asks the next server; false when it cannot be asked. */
static bool ask(struct dns_forward *f)
{
	struct sockaddr_storage address;
	socklen_t len = socket_address_make(&f->servers[f->attempt++ % f->server_count], DNS_PORT, &address);
	int type = (f->tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;

	hang_up(f);
	random_bytes(&f->id, sizeof f->id);
	dns_put16(f->out + DNS_PREFIX_SIZE, f->id);
	f->sent = f->tcp ? 0 : DNS_PREFIX_SIZE;
	f->received = 0;
	f->fd = socket(address.ss_family, type, 0);
	/* connected: the kernel lets no other host's answer through, and tells of a port where nobody listens */
	if (f->fd < 0 || (connect(f->fd, (struct sockaddr *)&address, len) < 0 && errno != EINPROGRESS))
		return false;
	if ((f->tcp ? loop_watch(f->loop, f->fd, EPOLLOUT, on_event, f) : send_query(f)) < 0)
		return false;
	f->timer = loop_after(f->loop, TIMEOUT_MS, on_timeout, f);
	return true;
}

static void ask_next(struct dns_forward *f)
{
	while (f->attempt < ROUNDS * f->server_count)
		if (ask(f))
			return;
	finish(f, NULL, 0);
}

/* An attempt whose servers all fail at once must not call back before the caller knows of it. */
static int on_started(struct loop *loop, void *data)
{
	struct dns_forward *f = data;

	(void)loop;
	f->timer = 0;
	ask_next(f);
	return 0;
}

struct dns_forward *dns_forward_start(const struct dns_forward_request *request)
{
	struct dns_forward *f;

	if (under_way >= FORWARDS_MAX || !request->server_count)
		return NULL;
	under_way++;
	f = xnew(struct dns_forward);
	f->loop = request->loop;
	f->fd = -1;
	f->question = *request->question;
	memcpy(f->servers, request->servers, request->server_count * sizeof *f->servers);
	f->server_count = request->server_count;
	f->tcp = request->tcp;
	f->done = request->done;
	f->data = request->data;
	f->out_len = DNS_PREFIX_SIZE + request->len;
	f->out = xmalloc(f->out_len);
	dns_put16(f->out, (uint16_t)request->len);
	memcpy(f->out + DNS_PREFIX_SIZE, request->query, request->len);
	f->in_size = f->tcp ? DNS_PREFIX_SIZE + DNS_MESSAGE_MAX : DNS_UDP_MAX;
	f->in = xmalloc(f->in_size);
	if (!ask(f)) {
		hang_up(f);
		f->timer = loop_after(f->loop, 0, on_started, f);
	}
	return f;
}

size_t dns_servers_parse(char *text, struct address ret[DNS_SERVERS_MAX])
{
	size_t count = 0;
	char *lines = NULL, *words;

	for (char *line = strtok_r(text, "\n", &lines); line && count < DNS_SERVERS_MAX; line = strtok_r(NULL, "\n", &lines)) {
		const char *word = strtok_r(line, " \t", &words);

		if (!word || strcmp(word, "nameserver") != 0)
			continue;
		word = strtok_r(NULL, " \t", &words);
		count += word && address_parse(word, &ret[count]) == 0;
	}
	return count;
}
