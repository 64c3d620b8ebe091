/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * One stream of output on its way from the container to whoever watches and to the log. A watcher that is slow slows the
 * container down, as a pipe does; nothing is kept in memory but what one read gave. Monitor process.
 */
#include "base/loop.h"

#include <stdbool.h>
#include <stddef.h>

struct stream {
	int from;    /* the container's pipe or the pty's master; owned; -1 when it has ended */
	int to;      /* the watcher's pipe, non-blocking; owned; -1: nobody watches */
	int control; /* the watcher's socket, to tell one who closed his end from one who was killed; borrowed */
	/* What came, before the watcher gets it. NULL: nobody but the watcher wants it, and the kernel moves it from pipe to pipe.
	 */
	void (*taken)(void *data, const struct stream *s, const char *bytes, size_t len);
	/* It has ended: everything was read and passed on. */
	void (*ended)(void *data, struct stream *s);
	void *data;

	/* its own */
	bool waits;   /* for room in @to */
	bool grown;   /* its pipes hold more, for they were full */
	bool by_hand; /* the kernel cannot move it: a terminal's */
	char *rest;   /* what @to did not take */
	size_t start, len;
};
#define STREAM_NONE ((struct stream){ .from = -1, .to = -1, .control = -1 })

int stream_start(struct loop *loop, struct stream *s);
/*
 * The container has ended: reads what is still in the pipe, without waiting for more (another process may have inherited
 * its end). The stream ends when the watcher has got it.
 */
int stream_drain(struct loop *loop, struct stream *s);
/* The watcher has left, and the stream goes on without it. */
int stream_let_go(struct loop *loop, struct stream *s);
void stream_release(struct loop *loop, struct stream *s);
