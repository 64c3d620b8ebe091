/* SPDX-License-Identifier: Apache-2.0 */
#include "network/relay_datagram.h"

#include "base/clock.h"
#include "network/socket_address.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAM_MAX (64 << 10)
#define TURNS        16 /* datagrams of one socket before others have theirs */
#define NS_PER_MS    1000000

/* RFC 3542, 6.1: which address of this host a datagram was sent to, or is sent from. */
union address_message {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

static void forget(struct relay_datagrams *d, struct relay_client *c)
{
	loop_unwatch(d->loop, c->fd);
	close(c->fd);
	*c = d->clients[--d->count];
}

static struct relay_client *silent_for_longest(struct relay_datagrams *d)
{
	struct relay_client *c = d->clients;

	for (size_t i = 1; i < d->count; i++)
		if (d->clients[i].last < c->last)
			c = &d->clients[i];
	return c;
}

static int on_silence(struct loop *loop, void *data);

static void forget_later(struct relay_datagrams *d)
{
	int64_t silent = clock_monotonic() - silent_for_longest(d)->last;

	loop_after(d->loop, d->idle_ms > silent / NS_PER_MS ? d->idle_ms - silent / NS_PER_MS : 0, on_silence, d);
	d->forgetting = true;
}

static int on_silence(struct loop *loop, void *data)
{
	struct relay_datagrams *d = data;
	int64_t before = clock_monotonic() - d->idle_ms * NS_PER_MS;

	(void)loop;
	d->forgetting = false;
	for (size_t i = d->count; i-- > 0;)
		if (d->clients[i].last <= before)
			forget(d, &d->clients[i]);
	if (d->count)
		forget_later(d);
	return 0;
}

/* From the address that the client has sent to. One that cannot be sent is a datagram that was lost. */
static void answer(const struct relay_client *c, void *data, size_t len)
{
	union address_message from = {
		.head = { .cmsg_len = CMSG_LEN(sizeof(struct in6_pktinfo)), .cmsg_level = IPPROTO_IPV6, .cmsg_type = IPV6_PKTINFO }
	};
	struct in6_pktinfo info = { .ipi6_addr = c->at, .ipi6_ifindex = c->interface };
	struct sockaddr_in6 to = c->from;
	struct iovec bytes = { data, len };
	struct msghdr m = { .msg_name = &to,
			    .msg_namelen = sizeof to,
			    .msg_iov = &bytes,
			    .msg_iovlen = 1,
			    .msg_control = &from,
			    .msg_controllen = sizeof from };

	memcpy(CMSG_DATA(&from.head), &info, sizeof info);
	(void)sendmsg(c->listener, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static int on_answer(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct relay_datagrams *d = data;
	struct relay_client *c = d->clients;
	uint8_t bytes[DATAGRAM_MAX];

	(void)loop;
	(void)events;
	while (c->fd != fd)
		c++;
	for (int turn = 0; turn < TURNS; turn++) {
		ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);

		if (n < 0 && errno == EAGAIN)
			break;
		/* else it is what ICMP has told, and is told once */
		if (n >= 0) {
			c->last = clock_monotonic();
			answer(c, bytes, (size_t)n);
		}
	}
	return 0;
}

static int call(const struct relay_datagrams *d, uint16_t port)
{
	int fd = socket(d->to->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct sockaddr_storage address;
	socklen_t len = socket_address_make(d->to, port, &address);

	/* connected: nobody else's datagrams are taken for answers, and the errors that ICMP tells are told */
	if (fd >= 0 && connect(fd, (struct sockaddr *)&address, len) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static bool is_same(const struct relay_client *a, const struct relay_client *b)
{
	return a->listener == b->listener && a->from.sin6_port == b->from.sin6_port &&
	       a->from.sin6_scope_id == b->from.sin6_scope_id &&
	       memcmp(&a->from.sin6_addr, &b->from.sin6_addr, sizeof a->from.sin6_addr) == 0 &&
	       memcmp(&a->at, &b->at, sizeof a->at) == 0;
}

/* The one that is known, or a new one. NULL when the container cannot be called. */
static struct relay_client *remember(struct relay_datagrams *d, const struct relay_client *who, uint16_t port)
{
	struct relay_client *c = d->clients;

	for (size_t i = 0; i < d->count; i++)
		if (is_same(&d->clients[i], who))
			return &d->clients[i];
	if (d->count == RELAY_CLIENTS_MAX)
		forget(d, silent_for_longest(d));
	c = &d->clients[d->count];
	*c = *who;
	c->fd = call(d, port);
	if (c->fd < 0)
		return NULL;
	if (loop_watch(d->loop, c->fd, EPOLLIN, on_answer, d) < 0) {
		close(c->fd);
		return NULL;
	}
	d->count++;
	return c;
}

/* Who has sent the datagram, and to which address of this host. */
static ssize_t receive(int listener, void *data, size_t size, struct relay_client *ret)
{
	union address_message at;
	struct in6_pktinfo info = { .ipi6_ifindex = 0 };
	struct iovec bytes = { data, size };
	struct msghdr m = { .msg_name = &ret->from,
			    .msg_namelen = sizeof ret->from,
			    .msg_iov = &bytes,
			    .msg_iovlen = 1,
			    .msg_control = &at,
			    .msg_controllen = sizeof at };
	ssize_t n = recvmsg(listener, &m, MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	for (const struct cmsghdr *c = CMSG_FIRSTHDR(&m); c; c = CMSG_NXTHDR(&m, (struct cmsghdr *)c))
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO)
			memcpy(&info, CMSG_DATA(c), sizeof info);
	ret->listener = listener;
	ret->at = info.ipi6_addr;
	/* elsewhere the routes say which way an answer takes */
	ret->interface = IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr) ? info.ipi6_ifindex : 0;
	return n;
}

/* Says that this port itself has sent it: the answer would come here, and be asked again, for ever. IPv6 lets such in from outside.
 */
static bool is_own(const struct relay_client *who, const struct port_listener *l)
{
	return who->from.sin6_port == htons(l->at) && memcmp(&who->from.sin6_addr, &who->at, sizeof who->at) == 0;
}

int relay_datagram_receive(struct relay_datagrams *d, const struct port_listener *l)
{
	uint8_t bytes[DATAGRAM_MAX];

	for (int turn = 0; turn < TURNS; turn++) {
		struct relay_client who = { .fd = -1 }, *c;
		ssize_t n = receive(l->fd, bytes, sizeof bytes, &who);

		if (n < 0)
			break;
		if (is_own(&who, l))
			continue;
		c = remember(d, &who, l->port);
		if (!c)
			continue;
		c->last = clock_monotonic();
		/* what fails for an earlier datagram, of which ICMP has told, does not fail twice */
		if (send(c->fd, bytes, (size_t)n, MSG_NOSIGNAL) < 0 && errno != EAGAIN)
			(void)send(c->fd, bytes, (size_t)n, MSG_NOSIGNAL);
		if (!d->forgetting)
			forget_later(d);
	}
	return 0;
}
