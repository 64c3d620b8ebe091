/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Those that are attached to a container beside the command that started it: each brought pipes of its own for the output, and
 * got the container's stdin. They never slow it down, nor each other: what does not fit into a guest's pipe (a MiB, where
 * the kernel gives it that) is not kept for it; it hears in the end how much that was. Monitor process; a guest costs it three
 * descriptors.
 */
#include "base/loop.h"
#include "container/message.h"
#include "container/request.h"

#include <stddef.h>
#include <stdint.h>

#define GUESTS_MAX 64

struct guest {
	int control;      /* -1: a free place */
	int to[2];        /* its pipes, for stdout and stderr; -1: it did not want it, or reads no more */
	uint64_t skipped; /* bytes that its pipes had no room for */
	bool attached;    /* it has said what it wants */
};

struct guests {
	struct loop *loop;
	int listening; /* -1: nobody can come */
	struct guest *items;
	size_t count;
	/* A guest asks for something: the monitor answers, and takes over @fds that it closes or keeps. */
	int (*asks)(void *data, struct guest *g, const struct request *request, int fds[2]);
	void *data;
};
#define GUESTS_NONE ((struct guests){ .listening = -1 })

/* Listens in the volatile directory @dir. */
int guests_listen(struct guests *g, struct loop *loop, int dir);
/* What the container wrote to stream @which. */
void guests_write(struct guests *g, int which, const char *bytes, size_t len);
/* The container has ended: tells all, and lets them go. Who has connected and not asked yet hears it, too. */
void guests_end(struct guests *g, const struct message *end);
/* Nobody can come any more; frees. */
void guests_release(struct guests *g);
