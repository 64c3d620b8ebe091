/* SPDX-License-Identifier: Apache-2.0 */
#include "container/stream.h"

#include "base/cleanup.h"
#include "base/fd.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define PORTION    65536
#define PIPE_BYTES (256 << 10)
#define DRAIN_MAX  64 /* portions: more than any pipe holds; whoever still writes then is not waited for */

static int on_readable(struct loop *loop, int fd, uint32_t events, void *data);
static int on_writable(struct loop *loop, int fd, uint32_t events, void *data);

static void close_watched(struct loop *loop, int *fd)
{
	if (*fd < 0)
		return;
	loop_unwatch(loop, *fd);
	close(take_fd(fd));
}

void stream_release(struct loop *loop, struct stream *s)
{
	close_watched(loop, &s->from);
	close_watched(loop, &s->to);
	free(s->rest);
	s->rest = NULL;
	s->len = s->start = 0;
}

static int end(struct loop *loop, struct stream *s)
{
	stream_release(loop, s);
	s->ended(s->data, s);
	return 0;
}

int stream_let_go(struct loop *loop, struct stream *s)
{
	close_watched(loop, &s->to);
	free(s->rest);
	s->rest = NULL;
	s->start = s->len = 0;
	if (!s->waits)
		return 0;
	s->waits = false;
	return s->from >= 0 ? loop_watch(loop, s->from, EPOLLIN, on_readable, s) : end(loop, s);
}

/*
 * Nobody reads @to. A watcher who is alive closed it: as in any pipeline the writer is told, by the end of its pipe. One
 * who was killed is just gone, and the container goes on without.
 */
static int lose_watcher(struct loop *loop, struct stream *s)
{
	struct pollfd f = { .fd = s->control, .events = 0 };
	bool alive = s->control >= 0 && poll(&f, 1, 0) == 0;
	int r = stream_let_go(loop, s);

	if (r == 0 && s->from >= 0 && alive)
		return end(loop, s);
	return r;
}

/* Passes bytes on; what does not fit is kept, and nothing is read until it is gone. */
static int pass(struct loop *loop, struct stream *s, const char *bytes, size_t len)
{
	ssize_t n;

	if (s->to < 0)
		return 0;
	do
		n = s->len > 0 ? 0 : write(s->to, bytes, len);
	while (n < 0 && errno == EINTR);
	if (n < 0 && errno != EAGAIN)
		return lose_watcher(loop, s);
	if (n < 0)
		n = 0;
	if ((size_t)n == len)
		return 0;
	s->rest = xrealloc(s->rest, s->start + s->len + len - (size_t)n);
	memcpy(s->rest + s->start + s->len, bytes + n, len - (size_t)n);
	s->len += len - (size_t)n;
	if (s->waits)
		return 0;
	s->waits = true;
	if (s->from >= 0)
		loop_unwatch(loop, s->from);
	return loop_watch(loop, s->to, EPOLLOUT, on_writable, s);
}

/* A pipe that was full once is full often: with more room writer and reader take turns less often. */
static void grow(struct stream *s)
{
	if (s->grown)
		return;
	s->grown = true;
	(void)fcntl(s->from, F_SETPIPE_SZ, PIPE_BYTES);
	if (s->to >= 0)
		(void)fcntl(s->to, F_SETPIPE_SZ, PIPE_BYTES);
}

/* From the container's pipe straight into the watcher's. As take_portion; -EINVAL: it cannot be done so. */
static int splice_portion(struct loop *loop, struct stream *s)
{
	ssize_t n = splice(s->from, NULL, s->to, NULL, PIPE_BYTES, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);

	if (n >= PORTION)
		grow(s);
	if (n >= 0)
		return n > 0;
	if (errno == EINTR)
		return 1;
	if (errno == EPIPE)
		return lose_watcher(loop, s) < 0 ? -EIO : 1;
	if (errno != EAGAIN)
		return -EINVAL;
	/* there is something to read: it is the watcher's pipe that is full */
	s->waits = true;
	loop_unwatch(loop, s->from);
	return loop_watch(loop, s->to, EPOLLOUT, on_writable, s) < 0 ? -EIO : 1;
}

/* One read. Returns 1 when something came, 0 at the end, -EAGAIN when there is nothing now. */
static int take_portion(struct loop *loop, struct stream *s)
{
	char bytes[PORTION];
	ssize_t n = read(s->from, bytes, sizeof bytes);

	if (n < 0 && errno == EINTR)
		return 1;
	if (n < 0 && errno == EAGAIN)
		return -EAGAIN;
	if (n <= 0) /* EIO: the last process closed the terminal */
		return 0;
	if ((size_t)n == sizeof bytes)
		grow(s);
	if (s->taken)
		s->taken(s->data, s, bytes, (size_t)n);
	n = pass(loop, s, bytes, (size_t)n);
	return n < 0 ? (int)n : 1;
}

static int on_readable(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct stream *s = data;
	int r = -EINVAL;

	(void)fd;
	/* EPOLLHUP alone: there may be nothing to read, which splice could not tell from a full pipe */
	if (!s->taken && s->to >= 0 && !s->by_hand && events & EPOLLIN) {
		r = splice_portion(loop, s);
		s->by_hand = r == -EINVAL;
	}
	if (r == -EINVAL)
		r = take_portion(loop, s);
	if (r == 0)
		return end(loop, s);
	return r == -EAGAIN || r > 0 ? 0 : r;
}

static int on_writable(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct stream *s = data;
	ssize_t n = s->len > 0 ? write(fd, s->rest + s->start, s->len) : 0;

	(void)events;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0)
		return lose_watcher(loop, s);
	s->start += (size_t)n;
	s->len -= (size_t)n;
	if (s->len > 0)
		return 0;
	free(s->rest);
	s->rest = NULL;
	s->start = 0;
	s->waits = false;
	loop_unwatch(loop, s->to);
	return s->from >= 0 ? loop_watch(loop, s->from, EPOLLIN, on_readable, s) : end(loop, s);
}

int stream_start(struct loop *loop, struct stream *s)
{
	int r = fd_set_nonblock(s->from, true);

	if (r == 0 && s->to >= 0)
		r = fd_set_nonblock(s->to, true);
	return r < 0 ? r : loop_watch(loop, s->from, EPOLLIN, on_readable, s);
}

int stream_drain(struct loop *loop, struct stream *s)
{
	int r = 1;

	if (s->from < 0)
		return 0;
	for (int i = 0; r > 0 && s->from >= 0 && i < DRAIN_MAX; i++)
		r = take_portion(loop, s);
	if (r < 0 && r != -EAGAIN)
		return r;
	if (s->from < 0)
		return 0; /* the watcher closed his end meanwhile, which ended it */
	close_watched(loop, &s->from);
	return s->len > 0 ? 0 : end(loop, s);
}
