/* SPDX-License-Identifier: Apache-2.0 */
#include "container/guest.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/memory.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

static void leave(struct guests *all, struct guest *g)
{
	if (g->control < 0)
		return;
	loop_unwatch(all->loop, g->control);
	close(take_fd(&g->control));
	for (int i = 0; i < 2; i++)
		if (g->to[i] >= 0)
			close(take_fd(&g->to[i]));
}

static struct guest *find(struct guests *all, int control)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].control == control)
			return &all->items[i];
	return NULL;
}

/* Its one request, and later its end. */
static int on_guest(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct guests *all = data;
	struct guest *g = find(all, fd);
	struct request request;
	int fds[2], r;

	(void)loop;
	(void)events;
	r = request_receive(fd, &request, fds);
	if (r == -EAGAIN || r == -EINTR)
		return 0;
	if (r > 0 && !g->attached) {
		g->attached = true;
		r = all->asks(all->data, g, &request, fds) < 0 ? -EPIPE : 1;
	}
	if (r <= 0)
		leave(all, g);
	return 0;
}

static int add(struct guests *all, int control)
{
	struct guest *g = find(all, -1);

	if (!g && all->count == GUESTS_MAX)
		return -EUSERS;
	if (!g) {
		all->items = xrealloc(all->items, (all->count + 1) * sizeof *all->items);
		g = &all->items[all->count++];
	}
	*g = (struct guest){ .control = control, .to = { -1, -1 } };
	return loop_watch(all->loop, control, EPOLLIN, on_guest, all);
}

static int on_connection(struct loop *loop, int fd, uint32_t events, void *data)
{
	autofd int connection = request_accept(fd);

	(void)loop;
	(void)events;
	if (connection >= 0 && add(data, connection) == 0)
		connection = -1;
	return 0;
}

int guests_listen(struct guests *all, struct loop *loop, int dir)
{
	int fd = request_listen(dir);

	if (fd < 0)
		return fd;
	all->loop = loop;
	all->listening = fd;
	return loop_watch(loop, fd, EPOLLIN, on_connection, all);
}

void guests_write(struct guests *all, int which, const char *bytes, size_t len)
{
	for (size_t i = 0; i < all->count; i++) {
		struct guest *g = &all->items[i];
		ssize_t n;

		if (g->to[which] < 0)
			continue;
		do
			n = write(g->to[which], bytes, len);
		while (n < 0 && errno == EINTR);
		if (n < 0 && errno != EAGAIN)
			close(take_fd(&g->to[which]));
		else if ((size_t)(n < 0 ? 0 : n) < len)
			g->skipped += len - (size_t)(n < 0 ? 0 : n);
	}
}

void guests_end(struct guests *all, const struct message *end)
{
	struct message m = *end;

	if (all->listening >= 0)
		(void)on_connection(all->loop, all->listening, 0, all);
	for (size_t i = 0; i < all->count; i++) {
		struct guest *g = &all->items[i];

		if (g->control < 0)
			continue;
		m.skipped = g->skipped;
		(void)message_send(g->control, &m, NULL, 0);
		leave(all, g);
	}
	free(all->items);
	all->items = NULL;
	all->count = 0;
}

void guests_release(struct guests *all)
{
	if (all->listening < 0)
		return;
	loop_unwatch(all->loop, all->listening);
	close(take_fd(&all->listening));
}
