/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/*
 * Moves bytes from one descriptor to another inside an event loop: between the user's terminal, files or pipes and the
 * container's. The user's descriptors are shared with other programs, so they are never set to non-blocking: it is asked
 * whether they would block, and a pipe gets what fits by splice. Command process.
 */
#include "base/loop.h"

#include <stdbool.h>
#include <stddef.h>

struct pump {
	int from, to; /* borrowed */
	/* Called once: 0 at the end of @from, -EPIPE when nobody reads @to any more, or another -errno. The pump is off by then. */
	int (*ended)(struct loop *loop, struct pump *p, int result);
	/*
	 * What was read goes through it (detach_keys_pass); true ends the pump with -ECANCELED. NULL: nothing is looked at, and the
	 * kernel moves the bytes where it can.
	 */
	bool (*filter)(void *data, const char *bytes, size_t len, char *out, size_t *ret_len);
	void *data;

	/* its own */
	bool running, waits; /* waits: for room in @to */
	bool plain;          /* @from is a file: always readable, and epoll does not take it */
	bool spliced, gated; /* gated: writing to @to could block */
	size_t start, end;   /* what is read and not yet written */
	char bytes[16384];
};

int pump_start(struct loop *loop, struct pump *p);
void pump_stop(struct loop *loop, struct pump *p);
