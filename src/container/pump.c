/* SPDX-License-Identifier: Apache-2.0 */
#include "container/pump.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#define SPLICE_MAX (1 << 20)

static int on_readable(struct loop *loop, int fd, uint32_t events, void *data);
static int on_writable(struct loop *loop, int fd, uint32_t events, void *data);

static int end(struct loop *loop, struct pump *p, int result)
{
	pump_stop(loop, p);
	return p->ended(loop, p, result);
}

/* Waits for bytes in @from, or for room in @to. A file as @from has bytes always: then only room is waited for. */
static int wait_for(struct loop *loop, struct pump *p, bool room)
{
	if (room || p->plain) {
		if (!p->plain)
			loop_unwatch(loop, p->from);
		p->waits = true;
		return loop_watch(loop, p->to, EPOLLOUT, on_writable, p);
	}
	if (p->waits)
		loop_unwatch(loop, p->to);
	p->waits = false;
	return loop_watch(loop, p->from, EPOLLIN, on_readable, p);
}

static bool has_room(const struct pump *p)
{
	struct pollfd f = { .fd = p->to, .events = POLLOUT };

	return !p->gated || (poll(&f, 1, 0) == 1 && f.revents);
}

/* Writes what was read; a pipe or terminal that says it has room takes at least PIPE_BUF bytes without blocking. */
static int flush(struct pump *p)
{
	while (p->start < p->end && has_room(p)) {
		size_t len = p->end - p->start;
		ssize_t n = write(p->to, p->bytes + p->start, p->gated && len > PIPE_BUF ? PIPE_BUF : len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		p->start += (size_t)n;
	}
	return 0;
}

/* What somebody types. As move. */
static int move_typed(struct pump *p)
{
	char typed[1024];
	ssize_t n = read(p->from, typed, sizeof typed);
	bool ends;
	int r;

	if (n < 0 && errno == EIO)
		return 0;
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 1;
	if (n <= 0)
		return n < 0 ? -errno : 0;
	p->start = 0;
	ends = p->filter(p->data, typed, (size_t)n, p->bytes, &p->end);
	r = flush(p);
	if (r < 0)
		return r;
	if (ends)
		return -ECANCELED;
	return p->start < p->end ? -EAGAIN : 1;
}

/* One portion. Returns 1 when there may be more, 0 at the end, -EAGAIN when @to is full, or -errno. */
static int move(struct pump *p)
{
	ssize_t n;
	int r;

	if (p->spliced && p->start == p->end) {
		n = splice(p->from, NULL, p->to, NULL, SPLICE_MAX, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
		if (n >= 0)
			return n > 0;
		if (errno != EINVAL)
			return -errno;
		p->spliced = false; /* a file that is open for appending, or a device: by hand then */
	}
	if (p->start == p->end && p->filter)
		return move_typed(p);
	if (p->start == p->end) {
		n = read(p->from, p->bytes, sizeof p->bytes);
		if (n < 0 && errno == EIO)
			return 0; /* a terminal that was hung up */
		if (n < 0 && (errno == EINTR || errno == EAGAIN))
			return 1;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		p->start = 0;
		p->end = (size_t)n;
	}
	r = flush(p);
	if (r < 0)
		return r;
	return p->start < p->end ? -EAGAIN : 1;
}

static int step(struct loop *loop, struct pump *p)
{
	int r = has_room(p) ? move(p) : -EAGAIN;

	if (r == -EAGAIN || r == 1)
		return wait_for(loop, p, r == -EAGAIN);
	return end(loop, p, r);
}

static int on_readable(struct loop *loop, int fd, uint32_t events, void *data)
{
	(void)fd;
	(void)events;
	return step(loop, data);
}

static int on_writable(struct loop *loop, int fd, uint32_t events, void *data)
{
	struct pump *p = data;

	(void)fd;
	if ((events & EPOLLERR) && !(events & EPOLLOUT))
		return end(loop, p, -EPIPE);
	return step(loop, p);
}

int pump_start(struct loop *loop, struct pump *p)
{
	struct stat st;
	int r;

	p->running = true;
	if (fstat(p->to, &st) < 0)
		return end(loop, p, -errno);
	/* files and most devices take what they get; for the others it is asked first */
	p->gated = S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || isatty(p->to);
	/* splice wants a pipe on one side; between two of them it says when the other one is full, whoever shares it */
	p->spliced = S_ISFIFO(st.st_mode) || S_ISREG(st.st_mode);
	if (fstat(p->from, &st) < 0)
		return end(loop, p, -errno);
	p->spliced &= S_ISFIFO(st.st_mode) && !p->filter;
	r = loop_watch(loop, p->from, EPOLLIN, on_readable, p);
	if (r != -EPERM)
		return r;
	p->plain = true;
	return wait_for(loop, p, true);
}

void pump_stop(struct loop *loop, struct pump *p)
{
	if (!p->running)
		return;
	p->running = false;
	if (!p->plain && !p->waits)
		loop_unwatch(loop, p->from);
	if (p->waits)
		loop_unwatch(loop, p->to);
}
