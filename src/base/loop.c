/* SPDX-License-Identifier: Apache-2.0 */
#include "base/loop.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/memory.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

struct watch {
	int fd; /* -1: free */
	loop_handler handler;
	void *data;
};

struct timer {
	uint64_t id; /* 0: free */
	int64_t due; /* CLOCK_MONOTONIC milliseconds: a clock that jumps moves nothing */
	loop_timer call;
	void *data;
};

struct loop {
	int epoll;
	int (*wait)(int epoll, struct epoll_event *events, int max, int timeout);
	bool stopped;
	int code;
	uint64_t next_id;
	struct watch *watches;
	size_t watch_count;
	struct timer *timers;
	size_t timer_count;
};

int loop_new(struct loop **ret)
{
	struct loop *l = xnew(struct loop);

	l->wait = epoll_wait;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll < 0) {
		free(l);
		return fail_errno("create an epoll");
	}
	*ret = l;
	return 0;
}

void loop_free(struct loop **loop)
{
	struct loop *l = *loop;

	if (!l)
		return;
	close(l->epoll);
	free(l->watches);
	free(l->timers);
	free(l);
	*loop = NULL;
}

static struct watch *find_watch(struct loop *l, int fd)
{
	for (size_t i = 0; i < l->watch_count; i++)
		if (l->watches[i].fd == fd)
			return &l->watches[i];
	return NULL;
}

int loop_watch(struct loop *l, int fd, uint32_t events, loop_handler handler, void *data)
{
	struct epoll_event e = { .events = events, .data.fd = fd };
	struct watch *w = find_watch(l, fd);

	if (epoll_ctl(l->epoll, w ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &e) < 0)
		return fail_errno("watch a descriptor");
	if (!w)
		w = find_watch(l, -1);
	if (!w) {
		l->watches = xrealloc(l->watches, (l->watch_count + 1) * sizeof *l->watches);
		w = &l->watches[l->watch_count++];
	}
	*w = (struct watch){ .fd = fd, .handler = handler, .data = data };
	return 0;
}

void loop_unwatch(struct loop *l, int fd)
{
	struct watch *w = fd >= 0 ? find_watch(l, fd) : NULL;

	if (!w)
		return;
	(void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, fd, NULL);
	w->fd = -1;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

uint64_t loop_after(struct loop *l, int64_t milliseconds, loop_timer call, void *data)
{
	struct timer *t = NULL;

	for (size_t i = 0; i < l->timer_count && !t; i++)
		if (!l->timers[i].id)
			t = &l->timers[i];
	if (!t) {
		l->timers = xrealloc(l->timers, (l->timer_count + 1) * sizeof *l->timers);
		t = &l->timers[l->timer_count++];
	}
	*t = (struct timer){ .id = ++l->next_id, .due = now_ms() + milliseconds, .call = call, .data = data };
	return t->id;
}

void loop_cancel(struct loop *l, uint64_t id)
{
	for (size_t i = 0; i < l->timer_count; i++)
		if (id && l->timers[i].id == id)
			l->timers[i].id = 0;
}

/* Milliseconds until the next timer; -1 when there is none. */
static int next_due(struct loop *l)
{
	int64_t least = INT64_MAX, now;

	for (size_t i = 0; i < l->timer_count; i++)
		if (l->timers[i].id && l->timers[i].due < least)
			least = l->timers[i].due;
	if (least == INT64_MAX)
		return -1;
	now = now_ms();
	if (least <= now)
		return 0;
	return least - now > INT_MAX ? INT_MAX : (int)(least - now);
}

static int run_timers(struct loop *l)
{
	size_t count = l->timer_count; /* timers added by a timer wait for the next round */
	int64_t now = count ? now_ms() : 0;

	for (size_t i = 0; i < count && !l->stopped; i++) {
		struct timer t = l->timers[i];
		int r;

		if (!t.id || t.due > now)
			continue;
		l->timers[i].id = 0;
		r = t.call(l, t.data);
		if (r < 0)
			return r;
	}
	return 0;
}

static int run_handlers(struct loop *l, const struct epoll_event *events, int n)
{
	for (int i = 0; i < n && !l->stopped; i++) {
		/* found again by descriptor: an earlier handler may have dropped this one */
		struct watch *w = find_watch(l, events[i].data.fd);
		int r = w ? w->handler(l, w->fd, events[i].events, w->data) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

void loop_set_wait(struct loop *l, int (*wait)(int epoll, struct epoll_event *events, int max, int timeout))
{
	l->wait = wait;
}

int loop_run(struct loop *l)
{
	l->stopped = false;
	while (!l->stopped) {
		struct epoll_event events[16];
		int n = l->wait(l->epoll, events, 16, next_due(l)), r;

		if (n < 0 && errno != EINTR)
			return fail_errno("wait for events");
		r = run_handlers(l, events, n);
		if (r == 0 && !l->stopped)
			r = run_timers(l);
		if (r < 0)
			return r;
	}
	return l->code;
}

void loop_stop(struct loop *l, int code)
{
	l->stopped = true;
	l->code = code;
}
